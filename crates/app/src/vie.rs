//! The life of anomalies: what the extracts prove of them, what people say of them, and both together.
//!
//! - `chaine`: the life of each version computed from that of the version before;
//! - `lot`: the anomalies of a centre with their lives, read once and kept;
//! - [`liste`]: which ones to deal with, whose, in which order;
//! - [`fiche`]: one of them, with its history;
//! - [`raisons`]: why those of a list are justified;
//! - [`actes`]: giving, commenting, marking, justifying, one or many;
//! - [`retour`]: the same, brought back in a workbook;
//! - [`tenues`]: how those of whole versions stand, for a command; [`mots`]: in words;
//! - [`corrigees`]: what the extract that counts proved corrected;
//! - [`evolution`]: what changed, how long anomalies last, how many are corrected.
//!
//! Texts are sealed with the key of the centre and opened only for who may read its names; the network
//! sees numbers.

pub mod actes;
pub(crate) mod chaine;
pub mod corrigees;
pub mod evolution;
pub mod fiche;
pub mod liste;
pub(crate) mod lot;
pub mod mots;
pub mod raisons;
pub mod retour;
pub mod tenues;

use std::collections::BTreeSet;
use std::sync::Arc;

use mallette_domain::acces::Noms;

pub use mallette_registry::{Cible, Suivi};

use crate::port::Refus;
use crate::visiteur::{Personne, Visiteur};

/// Who reads or acts: a person signed in, or who holds a machine without accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Qui {
    /// Who holds the machine.
    Machine,
    /// A person signed in.
    Personne(Arc<Personne>),
}

/// How the history names who holds the machine.
pub const MACHINE: &str = "machine";

impl Qui {
    /// That visitor; none for nobody known.
    #[must_use]
    pub fn of(visiteur: &Visiteur) -> Option<Self> {
        match visiteur {
            Visiteur::Machine => Some(Self::Machine),
            Visiteur::Personne(personne) => Some(Self::Personne(Arc::clone(personne))),
            Visiteur::Inconnu => None,
        }
    }

    /// How the history names who acts.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Machine => MACHINE,
            Self::Personne(personne) => &personne.id,
        }
    }

    /// The entry of the trace of an act of theirs; who holds the machine is no person of the registry.
    pub(crate) fn acted(
        &self,
        acte: &str,
        structure_id: Option<&str>,
        detail: serde_json::Value,
    ) -> mallette_registry::NouvelleTrace {
        let mut entry = crate::comptes::act(self.id(), acte, structure_id, detail);
        if *self == Self::Machine {
            entry.personne_id = None;
        }
        entry
    }

    /// Whose anomalies of that centre are open.
    ///
    /// # Errors
    /// When none are.
    pub fn open(&self, structure_id: &str) -> Result<Ouverts, Refus> {
        let Self::Personne(personne) = self else { return Ok(Ouverts::Centre) };
        match personne.acces.names_of(structure_id) {
            Some(Noms::Centre) => Ok(Ouverts::Centre),
            Some(Noms::Portefeuilles(own)) => Ok(Ouverts::Portefeuilles(own)),
            None => Err(not_open()),
        }
    }

    /// Whether that person gives anomalies to others in that centre: its référent and its director.
    #[must_use]
    pub fn assigns(&self, structure_id: &str) -> bool {
        match self {
            Self::Machine => true,
            Self::Personne(personne) => personne.acces.imports_for(structure_id),
        }
    }

    /// Whether the figures of that centre may be read.
    #[must_use]
    pub fn reads_figures(&self, structure_id: &str) -> bool {
        match self {
            Self::Machine => true,
            Self::Personne(personne) => personne.acces.reads_centre(structure_id),
        }
    }
}

/// The same refusal, of what was asked for and not only wondered about: the trace keeps it.
pub(crate) fn refused_open() -> Refus {
    crate::tentative::note(crate::tentative::Tentative::Acte);
    not_open()
}

/// A refusal that does not say whether what was asked for exists.
fn not_open() -> Refus {
    let raison = "Ces anomalies ne sont pas ouvertes à ce compte. Demander au directeur du centre le \
                  droit qui manque.";
    Refus(raison.to_owned())
}

/// Whose anomalies are open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ouverts {
    /// Those of the whole centre.
    Centre,
    /// Those of these conseillers: of their dossiers, or given to them.
    Portefeuilles(BTreeSet<String>),
}

impl Ouverts {
    /// Whether an anomaly is open, by the conseiller whom the data name and the one whom it was given to.
    #[must_use]
    pub fn keeps(&self, conseiller: Option<&str>, donnee_a: Option<&str>) -> bool {
        match self {
            Self::Centre => true,
            Self::Portefeuilles(own) => {
                [conseiller, donnee_a].into_iter().flatten().any(|code| own.contains(code))
            }
        }
    }
}

impl crate::comptes::Comptes {
    /// Whether the anomalies of that centre can be followed: an extract of it counts, and its lives are
    /// computed.
    #[must_use]
    pub fn follows(&self, structure_id: &str) -> bool {
        self.atelier.current_vie(structure_id).is_some()
    }
}
