//! What the administrator says of the mail server.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use zeroize::Zeroizing;

use crate::adresse::Adresse;
use crate::erreur::Erreur;

/// The password of the mail server. Wiped when dropped; `Debug` never shows it.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// How the conversation is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Chiffrement {
    /// Begins in the clear, then must be encrypted before anything is said (port 587).
    #[default]
    Starttls,
    /// Encrypted from the first byte (port 465).
    Tls,
    /// Never encrypted: a relay on this very machine only (port 25).
    Aucun,
}

impl Chiffrement {
    const fn port(self) -> u16 {
        match self {
            Self::Starttls => 587,
            Self::Tls => 465,
            Self::Aucun => 25,
        }
    }
}

/// A mail server, and how this installation presents itself there.
#[derive(Debug, Clone)]
pub struct Reglage {
    /// Name or address of the server.
    pub hote: String,
    /// Its port; the usual one of the protection when none.
    pub port: Option<u16>,
    /// Protection of the conversation.
    pub chiffrement: Chiffrement,
    /// User and password, when the server asks for them.
    pub identifiants: Option<(String, Secret)>,
    /// From whom mails come.
    pub expediteur: Adresse,
    /// How long a mail may take, from the connection to the acceptance.
    pub delai: Duration,
    /// Authorities to trust beside the public ones, in PEM: a server inside the network.
    pub autorites: Option<String>,
}

impl Reglage {
    /// The usual setting: STARTTLS, thirty seconds, no user.
    #[must_use]
    pub fn new(hote: &str, expediteur: Adresse) -> Self {
        Self {
            hote: hote.to_owned(),
            port: None,
            chiffrement: Chiffrement::default(),
            identifiants: None,
            expediteur,
            delai: Duration::from_secs(30),
            autorites: None,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.unwrap_or(self.chiffrement.port())
    }

    pub(crate) fn check(&self) -> Result<(), Erreur> {
        let named = !self.hote.is_empty()
            && self.hote.chars().all(|c| c.is_ascii_alphanumeric() || "-._:".contains(c));
        if !named {
            return Err(Erreur::Reglage("le nom du serveur de courriel manque ou n'en est pas un"));
        }
        if self.chiffrement == Chiffrement::Aucun && !self.is_loopback() {
            return Err(Erreur::Reglage(
                "sans chiffrement, seul un serveur de cette machine est admis (« localhost ») ; \
                 choisir STARTTLS ou TLS",
            ));
        }
        if self.delai < Duration::from_secs(1) {
            return Err(Erreur::Reglage("le délai d'envoi est d'une seconde au moins"));
        }
        Ok(())
    }

    fn is_loopback(&self) -> bool {
        let address: Result<IpAddr, _> = self.hote.parse();
        self.hote == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reglage(hote: &str, chiffrement: Chiffrement) -> Reglage {
        let mallette = Adresse::new("mallette@ml.example", None).unwrap();
        Reglage { chiffrement, ..Reglage::new(hote, mallette) }
    }

    #[test]
    fn nothing_goes_in_the_clear_out_of_the_machine() {
        for (hote, accepted) in [
            ("localhost", true),
            ("127.0.0.1", true),
            ("127.8.9.1", true),
            ("::1", true),
            ("smtp.example", false),
            ("192.168.1.2", false),
            ("localhost.example", false),
        ] {
            assert_eq!(reglage(hote, Chiffrement::Aucun).check().is_ok(), accepted, "{hote}");
            assert!(reglage(hote, Chiffrement::Starttls).check().is_ok(), "{hote}");
        }
    }

    #[test]
    fn ports_and_bounds() {
        assert_eq!(reglage("s.example", Chiffrement::Starttls).port(), 587);
        assert_eq!(reglage("s.example", Chiffrement::Tls).port(), 465);
        assert_eq!(reglage("localhost", Chiffrement::Aucun).port(), 25);
        let chosen = Reglage { port: Some(2525), ..reglage("s.example", Chiffrement::Tls) };
        assert_eq!(chosen.port(), 2525);
        for hote in ["", "smtp example", "smtp.example\r\nX", "https://smtp.example"] {
            assert!(reglage(hote, Chiffrement::Tls).check().is_err(), "{hote:?}");
        }
        let hasty = Reglage { delai: Duration::ZERO, ..reglage("s.example", Chiffrement::Tls) };
        assert!(hasty.check().is_err());
        let secret = Secret::from("très secret".to_owned());
        assert_eq!(format!("{secret:?}"), "Secret(…)");
    }
}
