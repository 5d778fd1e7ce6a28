//! The rules and indicators of `reference.md` §2 to §4, read literally and computed with plain
//! loops: obviously right rather than fast, and sharing nothing with the product but the calendar
//! library and the list of centres.

mod apport;
mod boite;
mod cadre;
mod complement;
mod donnees;
mod indicateur;
mod jour;
mod mots;
pub mod plafond;
mod redige;
mod regle;
mod regle_allocation;
mod regle_dossier;
mod regle_parcours;
mod regle_suivi;
mod tri;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;

use jiff::civil::Date;
use serde_json::{Value, json};

pub use boite::{Boite, of as boite_of};
pub use indicateur::{Calcul, INDICATEURS, Valeur};
pub use redige::REDIGES;
pub use regle::{Objet, REGLES, ResultatRegle};

/// Several centres extracted on one day, in canonical files.
#[derive(Debug)]
pub struct Region {
    centres: BTreeMap<String, donnees::Centre>,
    reference: Date,
    regles: BTreeMap<&'static str, ResultatRegle>,
}

impl Region {
    /// Reads `<table>.csv` (UTF-8, `;`, all centres in each) of a folder and judges every rule.
    ///
    /// # Errors
    /// When a file cannot be read as CSV.
    pub fn read(dir: &Path, reference: Date) -> Result<Self, Box<dyn Error>> {
        let centres = donnees::read(dir)?;
        let regles = regle::judge(&centres, reference);
        Ok(Self { centres, reference, regles })
    }

    /// What each rule found, by code.
    #[must_use]
    pub fn regles(&self) -> &BTreeMap<&'static str, ResultatRegle> {
        &self.regles
    }

    /// Codes of the centres.
    pub fn structures(&self) -> impl Iterator<Item = &str> {
        self.centres.keys().map(String::as_str)
    }

    /// The peer group of each centre that has one, and its region.
    #[must_use]
    pub fn rattachement(&self, structure_id: &str) -> (Option<&str>, Option<&str>, Option<&str>) {
        self.centres.get(structure_id).map_or((None, None, None), |centre| {
            (
                centre.departement.as_deref(),
                centre.groupe_pairs.as_deref(),
                centre.region.as_deref(),
            )
        })
    }

    /// Every indicator over `[d1, d2]`, at every level; a conseiller or an antenne without any
    /// object is absent.
    #[must_use]
    pub fn indicateurs(&self, d1: Date, d2: Date) -> Vec<Valeur> {
        indicateur::evaluate(&self.centres, &self.regles, self.reference, (d1, d2))
    }

    /// The indicators of [`REDIGES`] over `[d1, d2]`, at every level, likewise.
    #[must_use]
    pub fn rediges(&self, d1: Date, d2: Date) -> Vec<Valeur> {
        indicateur::evaluate_rediges(&self.centres, self.reference, (d1, d2))
    }

    /// The box of an indicator over some centres.
    #[must_use]
    pub fn boite(valeurs: &[Valeur], code: &str, structures: &[&str]) -> Boite {
        let of_centre = |id: &&str| {
            valeurs
                .iter()
                .find(|v| v.niveau == "structure" && v.cle == **id && v.code == code)
                .and_then(|v| v.valeur)
        };
        let values: Vec<Option<f64>> = structures.iter().map(of_centre).collect();
        boite_of(&values)
    }

    /// The same as `mallette controler --liste --format json`.
    #[must_use]
    pub fn to_controler_json(&self) -> Value {
        let rows: Vec<Value> = REGLES
            .iter()
            .map(|(code, gravite)| {
                let result = self.regles.get(code).cloned().unwrap_or_default();
                let by_structure: BTreeMap<&str, usize> = self
                    .structures()
                    .map(|id| (id, result.objets.iter().filter(|o| o.structure_id == id).count()))
                    .collect();
                let objets: Vec<Value> = result.objets.iter().map(objet_json).collect();
                json!({
                    "code": code,
                    "gravite": gravite,
                    "evalues": result.evalues.values().sum::<u64>(),
                    "anomalies": objets.len(),
                    "par_structure": by_structure,
                    "objets": objets,
                })
            })
            .collect();
        json!({ "ref": self.reference.to_string(), "regles": rows })
    }

    /// The same as `mallette indicateurs --format json`.
    #[must_use]
    pub fn to_indicateurs_json(&self, d1: Date, d2: Date) -> Value {
        let rows: Vec<Value> = self
            .indicateurs(d1, d2)
            .iter()
            .map(|v| {
                json!({
                    "code": v.code,
                    "niveau": v.niveau,
                    "cle": v.cle,
                    "numerateur": v.numerateur,
                    "denominateur": v.denominateur,
                    "valeur": v.valeur,
                })
            })
            .collect();
        json!({ "periode": [d1.to_string(), d2.to_string()], "valeurs": rows })
    }
}

fn objet_json(objet: &Objet) -> Value {
    json!({
        "structure_id": objet.structure_id,
        "table": objet.table,
        "id": objet.id,
        "dossier_id": objet.dossier_id,
        "conseiller_id": objet.conseiller_id,
    })
}
