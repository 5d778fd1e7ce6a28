//! Mails: what they say ([`modele`]), and sending them ([`Envoi`]).
//!
//! Plain text only. A message is made of plain data, never of a young person's: mails leave the
//! centre. What a message is made of is cleaned once, in [`Message`]: no name nor subject can add a
//! header.
//!
//! An installation without a mail server uses [`SansCourriel`]: the caller then shows the
//! administrator what would have been sent.
//!
//! ```
//! use jiff::civil::datetime;
//! use mallette_courriel::{Adresse, modele};
//!
//! let lea = Adresse::new("lea.durand@ml.example", Some("Léa Durand"))?;
//! let message = modele::reinitialisation(&lea, &modele::Reinitialisation {
//!     reseau: "Missions Locales d'Exemple",
//!     lien: "https://mallette.example/mot-de-passe/abc",
//!     expire: datetime(2019, 11, 4, 14, 5, 0, 0),
//! });
//! assert!(message.texte().contains("https://mallette.example/mot-de-passe/abc"));
//! # Ok::<(), mallette_courriel::AdresseIllisible>(())
//! ```

mod adresse;
mod envoi;
mod erreur;
mod message;
pub mod modele;
mod reglage;
mod smtp;

pub use adresse::{Adresse, AdresseIllisible};
pub use envoi::{Envoi, SansCourriel, Suite};
pub use erreur::Erreur;
pub use message::Message;
pub use reglage::{Chiffrement, Reglage, Secret};
pub use smtp::Smtp;
