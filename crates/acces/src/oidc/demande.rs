//! A sign-in that has begun: what must be kept on the server until the browser comes back.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::erreur::Erreur;
use crate::hasard::AleaIndisponible;
use crate::jeton::Jeton;

/// How long the person has to sign in at the provider's.
pub const DUREE_DEMANDE: SignedDuration = SignedDuration::from_mins(10);

/// The secrets of one pending sign-in. The caller keeps its [`text`](Demande::text) under its
/// [`etat`](Demande::etat), bound to the browser by a cookie, and takes it out once: a second
/// callback with the same state then finds nothing. `Debug` never shows it.
#[derive(Clone, Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Demande {
    version: u32,
    pub(super) etat: String,
    pub(super) nonce: String,
    pub(super) verificateur: String,
    pub(super) emetteur: String,
    #[zeroize(skip)]
    pub(super) debut: Timestamp,
    vers: String,
}

impl Demande {
    pub(super) fn new(
        emetteur: &str,
        vers: &str,
        now: Timestamp,
    ) -> Result<Self, AleaIndisponible> {
        let random = || Ok::<String, AleaIndisponible>(Jeton::generate()?.text().to_string());
        Ok(Self {
            version: 1,
            etat: random()?,
            nonce: random()?,
            verificateur: random()?,
            emetteur: emetteur.to_owned(),
            debut: now,
            vers: vers.to_owned(),
        })
    }

    /// The state that the browser brings back: where to look this up.
    #[must_use]
    pub fn etat(&self) -> &str {
        &self.etat
    }

    /// Where the person was going, as the caller said it.
    #[must_use]
    pub fn vers(&self) -> &str {
        &self.vers
    }

    /// Until when it may be completed.
    #[must_use]
    pub fn expire(&self) -> Timestamp {
        self.debut.checked_add(DUREE_DEMANDE).unwrap_or(Timestamp::MAX)
    }

    /// The text to keep on the server. It holds secrets: never in a page, an address or a log.
    #[must_use]
    pub fn text(&self) -> String {
        // Strings and a timestamp are always written.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What was kept.
    ///
    /// # Errors
    /// When the text is not one of [`Demande::text`].
    pub fn parse(text: &str) -> Result<Self, Erreur> {
        let demande: Self = serde_json::from_str(text).map_err(|_| Erreur::DemandeIllisible)?;
        if demande.version == 1 { Ok(demande) } else { Err(Erreur::DemandeIllisible) }
    }

    /// Whether the browser brings back this sign-in, in time.
    pub(super) fn check(&self, etat: &str, now: Timestamp) -> Result<(), Erreur> {
        if !bool::from(self.etat.as_bytes().ct_eq(etat.as_bytes())) {
            return Err(Erreur::EtatInconnu);
        }
        let age = now.duration_since(self.debut);
        if age > DUREE_DEMANDE || age < -super::ECART_HORLOGES {
            return Err(Erreur::DemandePerimee);
        }
        Ok(())
    }
}

impl fmt::Debug for Demande {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demande").field("emetteur", &self.emetteur).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_572_825_600 + seconds).unwrap()
    }

    #[test]
    fn comes_back_from_its_text() {
        let demande = Demande::new("https://fournisseur.example", "/accueil", at(0)).unwrap();
        let back = Demande::parse(&demande.text()).unwrap();
        assert_eq!(back.text(), demande.text());
        assert_eq!((back.etat(), back.vers()), (demande.etat(), "/accueil"));
        assert_eq!(back.expire(), at(600));
        for wrong in ["", "{}", &demande.text().replace("\"version\":1", "\"version\":2")] {
            assert!(matches!(Demande::parse(wrong), Err(Erreur::DemandeIllisible)));
        }
        assert!(!format!("{demande:?}").contains(demande.etat()));
    }

    #[test]
    fn its_secrets_are_distinct_and_new_each_time() {
        let one = Demande::new("https://f.example", "", at(0)).unwrap();
        let other = Demande::new("https://f.example", "", at(0)).unwrap();
        let mut all: Vec<&str> = [&one, &other]
            .into_iter()
            .flat_map(|d| [d.etat.as_str(), d.nonce.as_str(), d.verificateur.as_str()])
            .collect();
        // RFC 7636 wants 43 to 128 characters.
        assert!(all.iter().all(|secret| secret.len() == 43));
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 6);
    }

    #[test]
    fn is_valid_for_ten_minutes_and_its_own_state() {
        let demande = Demande::new("https://f.example", "", at(0)).unwrap();
        let etat = demande.etat().to_owned();
        assert!(demande.check(&etat, at(600)).is_ok());
        assert!(matches!(demande.check(&etat, at(601)), Err(Erreur::DemandePerimee)));
        assert!(matches!(demande.check(&etat, at(-61)), Err(Erreur::DemandePerimee)));
        for wrong in ["", &etat[1..], &format!("{etat}A")] {
            assert!(matches!(demande.check(wrong, at(0)), Err(Erreur::EtatInconnu)));
        }
    }
}
