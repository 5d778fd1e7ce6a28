//! To whom, and from whom.

use std::fmt;

use lettre::Address;
use lettre::message::Mailbox;

use crate::message::on_one_line;

/// RFC 5321: the longest address that can be delivered to.
const LONGUEUR: usize = 254;

/// A mail address and the name shown beside it. `Debug` shows neither: it ends in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Adresse {
    pub(crate) boite: Mailbox,
}

/// What was given is not a mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "Ce n'est pas une adresse de courriel : une seule adresse est attendue, de la forme \
     « prenom.nom@mission-locale.fr ». La corriger."
)]
pub struct AdresseIllisible;

impl Adresse {
    /// That address, with the name of the person.
    ///
    /// # Errors
    /// When it is not one address, or holds anything that could be read as something else (spaces,
    /// line ends, angle brackets, a second address).
    pub fn new(courriel: &str, nom: Option<&str>) -> Result<Self, AdresseIllisible> {
        let foreign = |c: char| c.is_whitespace() || c.is_control() || "<>,;:()\"\\".contains(c);
        if courriel.len() > LONGUEUR || courriel.contains(foreign) {
            return Err(AdresseIllisible);
        }
        let address: Address = courriel.parse().map_err(|_| AdresseIllisible)?;
        if !address.domain().contains('.') && address.domain() != "localhost" {
            return Err(AdresseIllisible);
        }
        let nom = nom.map(|nom| on_one_line(nom, 100)).filter(|nom| !nom.is_empty());
        Ok(Self { boite: Mailbox::new(nom, address) })
    }

    /// The address alone.
    #[must_use]
    pub fn courriel(&self) -> String {
        self.boite.email.to_string()
    }

    /// The name of the person.
    #[must_use]
    pub fn nom(&self) -> Option<&str> {
        self.boite.name.as_deref()
    }
}

impl fmt::Debug for Adresse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Adresse(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plain_address_is_accepted() {
        let adresse =
            Adresse::new("lea.durand+essai@ml-vallee.fr", Some(" Léa\r\nDurand ")).unwrap();
        assert_eq!(adresse.courriel(), "lea.durand+essai@ml-vallee.fr");
        assert_eq!(adresse.nom(), Some("Léa Durand"));
        assert_eq!(format!("{adresse:?}"), "Adresse(…)");
        assert_eq!(Adresse::new("a@localhost", Some("\n")).unwrap().nom(), None);
    }

    #[test]
    fn anything_else_is_refused() {
        let long = format!("{}@ml.example", "a".repeat(250));
        for courriel in [
            "",
            "lea",
            "lea@",
            "@ml.example",
            "lea@ml",
            "lea@ml.example,pirate@ailleurs.example",
            "lea@ml.example pirate@ailleurs.example",
            "lea@ml.example\r\nBcc: pirate@ailleurs.example",
            "lea@ml.example\nBcc:x",
            "Léa <lea@ml.example>",
            "\"lea\"@ml.example",
            "lea@ml.example\0",
            "lea@ml..example",
            long.as_str(),
        ] {
            assert_eq!(Adresse::new(courriel, None), Err(AdresseIllisible), "{courriel:?}");
        }
    }
}
