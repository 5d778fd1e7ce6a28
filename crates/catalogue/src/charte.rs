//! The charter of data entry: for each professional act, what is entered in I-MILO, why, when, good and
//! bad examples, the rules that check it and the figures that it feeds.
//!
//! One file per act in `charte/`, a page of principles (`charte/principes.toml`), and the rules that
//! no act answers for, with the reason (`charte/hors_actes.toml`). A network lays its own files over:
//! an act that it replaces keeps what it replaced ([`Acte::socle`]), so that both can be shown.

mod acte;
mod exemple;
mod principes;

use std::collections::BTreeMap;

pub use acte::{Acte, Champ, Exigence, Niveau, Origine, Provenance};
pub use exemple::{EXTRACTION, Exemple, Ligne, ROW_ID, Valeur};
pub use principes::{HorsActes, Principe, Principes};

use crate::fichiers::Fichiers;
use crate::{Catalogue, CatalogueError, Indicateur, Regle};

/// Themes of acts, in the order of the pages.
pub const THEMES: [&str; 7] =
    ["accueil", "diagnostic", "parcours", "activite", "situation", "argent", "equipe"];

/// The folder of the charter in a catalogue.
const DOSSIER: &str = "charte/";
const PRINCIPES: &str = "charte/principes.toml";
const HORS_ACTES: &str = "charte/hors_actes.toml";

/// The whole charter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Charte {
    /// Its acts, by theme and order.
    pub actes: Vec<Acte>,
    /// What holds on one page.
    pub principes: Principes,
    /// The rules that no act answers for.
    pub hors_actes: HorsActes,
}

impl Charte {
    /// The act of that code.
    #[must_use]
    pub fn acte(&self, code: &str) -> Option<&Acte> {
        self.actes.iter().find(|acte| acte.code == code)
    }

    /// The acts that answer for a rule: those that name it; when none does, those that take its family
    /// whole. Empty when the rule has nothing to do with an act of entry.
    #[must_use]
    pub fn actes_of_regle(&self, regle: &Regle) -> Vec<&Acte> {
        let named = |acte: &&Acte| acte.regles.contains(&regle.code);
        let named: Vec<&Acte> = self.actes.iter().filter(named).collect();
        if !named.is_empty() {
            return named;
        }
        self.actes.iter().filter(|acte| acte.familles.contains(&regle.famille)).collect()
    }

    /// The rules that check an act, in the order of the catalogue.
    #[must_use]
    pub fn regles_of<'a>(&self, acte: &Acte, catalogue: &'a Catalogue) -> Vec<&'a Regle> {
        let checks = |regle: &&Regle| {
            self.actes_of_regle(regle).iter().any(|answering| answering.code == acte.code)
        };
        catalogue.regles.iter().filter(checks).collect()
    }

    /// The acts that feed an indicator: those that name it; when none does, those that enter a column
    /// that its expressions read.
    #[must_use]
    pub fn actes_of_indicateur(&self, indicateur: &Indicateur) -> Vec<&Acte> {
        let named = |acte: &&Acte| acte.chiffres.contains(&indicateur.code);
        let named: Vec<&Acte> = self.actes.iter().filter(named).collect();
        if !named.is_empty() {
            return named;
        }
        let read = indicateur.names();
        let enters = |champ: &Champ| {
            indicateur.tables.contains(&champ.table) && read.contains(champ.colonne)
        };
        self.actes.iter().filter(|acte| acte.champs.iter().any(enters)).collect()
    }

    /// The figures that an act feeds, in the order of the catalogue.
    #[must_use]
    pub fn chiffres_of<'a>(&self, acte: &Acte, catalogue: &'a Catalogue) -> Vec<&'a Indicateur> {
        let feeds = |indicateur: &&Indicateur| {
            let acts = self.actes_of_indicateur(indicateur);
            acts.iter().any(|feeding| feeding.code == acte.code)
        };
        catalogue.indicateurs.iter().filter(feeds).collect()
    }

    /// The rules that no act answers for and that nothing says why: a network's own, most often.
    #[must_use]
    pub fn unattached<'a>(&self, catalogue: &'a Catalogue) -> Vec<&'a Regle> {
        let lost = |regle: &&Regle| {
            self.actes_of_regle(regle).is_empty() && self.hors_actes.why(regle).is_none()
        };
        catalogue.regles.iter().filter(lost).collect()
    }

    /// Reads the files of `charte/`; `builtin` are those of the program, which tell what the network
    /// replaced or added.
    pub(crate) fn read(fichiers: &Fichiers, builtin: &Fichiers) -> Result<Self, CatalogueError> {
        let mut charte = Self::default();
        for (fichier, text) in fichiers.iter().filter(|(name, _)| name.starts_with(DOSSIER)) {
            match fichier.as_str() {
                PRINCIPES => charte.principes = Principes::parse(fichier, text)?,
                HORS_ACTES => charte.hors_actes = HorsActes::parse(fichier, text)?,
                _ => {
                    let mut acte = Acte::parse(fichier, text)?;
                    match builtin.get(fichier) {
                        Some(socle) if socle == text => {}
                        Some(socle) => {
                            acte.niveau = Niveau::Adapte;
                            acte.socle = Some(Box::new(Acte::parse(fichier, socle)?));
                        }
                        None => acte.niveau = Niveau::Ajoute,
                    }
                    charte.actes.push(acte);
                }
            }
        }
        let rank = |acte: &Acte| THEMES.iter().position(|theme| *theme == acte.theme);
        charte.actes.sort_by_key(|acte| (rank(acte), acte.ordre, acte.code.clone()));
        Ok(charte)
    }

    /// What no file can tell alone: rules and figures that exist, rules of the act in its examples.
    pub(crate) fn check(&self, catalogue: &Catalogue) -> Result<(), CatalogueError> {
        let regles: BTreeMap<&str, &Regle> =
            catalogue.regles.iter().map(|regle| (regle.code.as_str(), regle)).collect();
        let unknown = |fichier: &str, cle: &str, code: &str| {
            let raison =
                format!("la règle « {code} » n'existe pas au catalogue. Corriger son code.");
            CatalogueError::new(fichier, cle, raison)
        };
        for acte in &self.actes {
            let fichier = acte.fichier();
            for code in &acte.regles {
                if !regles.contains_key(code.as_str()) {
                    return Err(unknown(&fichier, "regles", code));
                }
            }
            for code in &acte.chiffres {
                if !catalogue.indicateurs.iter().any(|indicateur| indicateur.code == *code) {
                    let raison = format!(
                        "l'indicateur « {code} » n'existe pas au catalogue. Corriger son code."
                    );
                    return Err(CatalogueError::new(&fichier, "chiffres", raison));
                }
            }
            for (cle, code) in acte.cited() {
                let Some(regle) = regles.get(code) else {
                    return Err(unknown(&fichier, &cle, code));
                };
                if !self.actes_of_regle(regle).iter().any(|other| other.code == acte.code) {
                    let raison = format!(
                        "la règle « {code} » ne contrôle pas cet acte. L'ajouter à « regles »."
                    );
                    return Err(CatalogueError::new(&fichier, &cle, raison));
                }
            }
        }
        for code in self.hors_actes.regles.keys() {
            let Some(regle) = regles.get(code.as_str()) else {
                return Err(unknown(HORS_ACTES, &format!("regles.{code}"), code));
            };
            if let Some(acte) = self.actes.iter().find(|acte| acte.regles.contains(&regle.code)) {
                let raison = format!(
                    "l'acte « {} » répond déjà de cette règle. La retirer de l'un des deux.",
                    acte.code
                );
                return Err(CatalogueError::new(HORS_ACTES, &format!("regles.{code}"), raison));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
