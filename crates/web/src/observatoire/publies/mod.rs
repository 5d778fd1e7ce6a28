//! Published figures: those in force, what the network counts of the same, a file of them shown before it is kept, what
//! a file brought.

pub(super) mod export;
mod fichier;
pub(super) mod liste;
mod reseau;

use mallette_domain::cohorte::Evenement;
use mallette_domain::publie::Publie;

use super::rapprochement::{figure, mark};
use reseau::Reseau;

/// A published figure in words.
pub(super) struct Ligne {
    pub(super) libelle: String,
    pub(super) entree: &'static str,
    pub(super) lieu: String,
    pub(super) periode: String,
    pub(super) valeur: String,
    pub(super) champ: String,
    pub(super) source: String,
    pub(super) fiabilite: String,
    pub(super) marque: &'static str,
    /// Whether it stands beside cohorts.
    pub(super) comparee: bool,
    /// What the network counts of the same thing; none where no indicator does, and where it is not looked at.
    pub(super) reseau: Option<Reseau>,
}

impl From<&Publie> for Ligne {
    fn from(publie: &Publie) -> Self {
        let entree = match publie.evenement {
            Some(Evenement::PremierAccueil) => "Premier accueil",
            other => other.and_then(Evenement::dispositif).unwrap_or("–"),
        };
        Self {
            libelle: publie.libelle.clone(),
            entree,
            lieu: publie.territoire.to_string(),
            periode: publie.periode(),
            valeur: figure(publie),
            champ: publie.champ.clone(),
            source: publie.source.clone(),
            fiabilite: publie.fiabilite.to_string(),
            marque: mark(publie.fiabilite),
            comparee: publie.mesure.is_some(),
            reseau: None,
        }
    }
}
