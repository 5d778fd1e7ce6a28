//! Sign-in by an identity provider (OpenID Connect): ProConnect, or any other that is discovered by
//! its address.
//!
//! Authorization code flow only, with PKCE (S256), a state and a nonce, over the `openidconnect`
//! crate, which checks signatures. What this module adds is what a crate cannot decide: which
//! algorithms, how much clock skew, what a redirection or a long answer means, what is asked of the
//! provider, and what a person reads when it is refused.
//!
//! ```no_run
//! # async fn example(now: jiff::Timestamp, query: &str) -> Result<(), mallette_acces::oidc::Erreur> {
//! use mallette_acces::oidc::{Demande, Fournisseur, Reglage, Retour};
//!
//! let fournisseur = Fournisseur::discover(Reglage {
//!     emetteur: "https://fournisseur.example".into(),
//!     client_id: "mallette".into(),
//!     client_secret: Some("…".to_owned().into()),
//!     retour: "https://mallette.example/connexion/retour".into(),
//!     ..Reglage::default()
//! })
//! .await?;
//!
//! // The person asks to sign in: keep the text, send the browser to the address.
//! let (url, demande) = fournisseur.start(now, "/accueil")?;
//! let kept = demande.text();
//!
//! // The browser comes back: take what was kept for that state out of the store, once.
//! let retour = Retour::parse(query)?;
//! let identite = fournisseur.finish(Demande::parse(&kept)?, &retour, now).await?;
//! # Ok(())
//! # }
//! ```

mod demande;
mod erreur;
mod fournisseur;
mod http;
mod identite;
mod reglage;
mod retour;
mod types;

pub use demande::{DUREE_DEMANDE, Demande};
pub use erreur::Erreur;
pub use fournisseur::{ECART_HORLOGES, Fournisseur};
pub use identite::Identite;
pub use reglage::{Reglage, Secret, Userinfo};
pub use retour::Retour;
