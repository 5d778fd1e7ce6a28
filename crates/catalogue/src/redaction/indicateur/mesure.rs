//! What a mean, a median or a sum is made of: a number of the lines, the days from one date to another, or how
//! many linked rows there are.

use super::EbaucheIndicateur;
use crate::redaction::{Champ, Champs, Condition, Genre, LienCompte, Reproche, VueRedigeable};

/// What [`EbaucheIndicateur::mesure`] holds when days from a date to another are measured.
pub const DELAI: &str = "delai";

/// What is measured, once understood.
pub(super) struct Mesure {
    /// Its expression.
    pub(super) sql: String,
    /// The columns of the view that it reads.
    pub(super) colonnes: Vec<String>,
    /// The linked rows that it counts.
    pub(super) lien: Option<LienCompte>,
}

impl EbaucheIndicateur {
    /// Whether it measures days from one date to another.
    #[must_use]
    pub fn is_delai(&self) -> bool {
        self.is_measured() && self.mesure == DELAI
    }

    /// Whether how its figure is written is to be chosen: a delay is in days.
    #[must_use]
    pub fn asks_unit(&self) -> bool {
        self.is_of_others() || self.is_measured() && !self.is_delai()
    }

    /// What is measured.
    pub(super) fn measured(
        &self,
        vue: &VueRedigeable,
        champs: &Champs,
    ) -> Result<Mesure, Reproche> {
        let place = |quoi: &str| Reproche::new("Nombre mesuré", quoi);
        if self.is_delai() {
            return self.delay(vue);
        }
        if let Some(compte) = LienCompte::typed(&self.linked(), vue, champs) {
            let compte = compte.map_err(|quoi| place(&quoi))?;
            return Ok(Mesure {
                sql: compte.colonne(),
                colonnes: compte.columns().map(str::to_owned).collect(),
                lien: Some(compte),
            });
        }
        let champ = vue.champ(&self.mesure).filter(|champ| champ.genre == Genre::Nombre);
        let Some(Champ { nom, decimales, .. }) = champ else {
            return Err(place("choisir le nombre que l'on mesure."));
        };
        if *decimales && self.calcul == "mediane" {
            return Err(place(
                "une médiane se fait de nombres entiers, et celui-ci a des décimales. En faire la moyenne, ou \
                 choisir un autre nombre.",
            ));
        }
        Ok(Mesure { sql: nom.clone(), colonnes: vec![nom.clone()], lien: None })
    }

    fn delay(&self, vue: &VueRedigeable) -> Result<Mesure, Reproche> {
        let date = |nom: &str| vue.champ(nom).filter(|champ| champ.genre == Genre::Date);
        match (date(&self.delai_de), date(&self.delai_a)) {
            (Some(from), Some(to)) if from.nom != to.nom => Ok(Mesure {
                sql: format!("{} - {}", to.nom, from.nom),
                colonnes: vec![to.nom.clone(), from.nom.clone()],
                lien: None,
            }),
            (Some(_), Some(_)) => {
                let quoi = "d'une date à elle-même, il n'y a aucun jour. Choisir une autre date.";
                Err(Reproche::new("Délai", quoi))
            }
            _ => Err(Reproche::new("Délai", "choisir les deux dates.")),
        }
    }

    /// How linked rows are counted, as a condition about them would say it.
    fn linked(&self) -> Condition {
        Condition { champ: self.mesure.clone(), ..self.compte.clone() }
    }

    /// What is measured, in words, whatever was chosen of it.
    #[must_use]
    pub fn measure_words(&self, vue: &VueRedigeable, champs: &Champs) -> String {
        if self.is_delai() {
            let (from, to) = (vue.label(&self.delai_de), vue.label(&self.delai_a));
            return format!("délai en jours de « {from} » à « {to} »");
        }
        match self.mesure.starts_with("lie:") {
            true => self.linked().subject(vue, champs),
            false => format!("« {} »", vue.label(&self.mesure)),
        }
    }
}
