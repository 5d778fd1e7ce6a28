//! Passwords: which ones are accepted ([`Politique`]), and how they are stored and checked
//! ([`Hacheur`], and [`HacheurBorne`] for a server).
//!
//! After NIST SP 800-63B and ASVS 5.0 (V6.2): length is what counts, any character is accepted, none
//! is demanded, nothing is cut nor changed, a password stays valid until it is known to have leaked.
//! A password is checked and hashed byte for byte as it was received (6.2.8): no normalisation.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use mallette_acces::mot_de_passe::{Cout, Hacheur, Personne, Politique};
//!
//! let politique = Politique::default();
//! let personne = Personne { courriel: "lea.durand@ml.example", ..Personne::default() };
//! assert!(politique.check("motdepasse2019", &personne).is_err());
//! politique.check("girafe tarte au poireau", &personne)?;
//!
//! let hacheur = Hacheur::new(Cout::PLANCHER)?;
//! let stored = hacheur.hash("girafe tarte au poireau")?;
//! assert!(hacheur.verify("girafe tarte au poireau", &stored)?);
//! # Ok(())
//! # }
//! ```

mod borne;
mod fuites;
mod hachage;
mod politique;

pub use borne::{HacheurBorne, Refus as RefusDeHachage};
pub use fuites::{ErreurFuites, Fuites};
pub use hachage::{Cout, ErreurHachage, Hacheur};
pub use politique::{LONGUEUR_MAX, LONGUEUR_MIN, Personne, Politique, Refus};
