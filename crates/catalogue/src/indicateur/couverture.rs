//! An indicator made of a count and of a series of the context: « jeunes en contact pour cent jeunes du
//! territoire », « euros de subvention par jeune suivi ».
//!
//! The count is another indicator, named by its code. The series is named by a word, since networks bring series in
//! and name them: the labels that its variable may have, the usual one first, compared as labels are
//! ([`mallette_domain::normalise`]). Series are yearly, and so is the figure.

use std::collections::BTreeSet;

use mallette_domain::normalise;
use mallette_domain::periode::Periode;

use super::{Calcul, Indicateur};
use crate::lecteur::Lecteur;
use crate::{Catalogue, CatalogueError};

/// For how many units a figure may be said.
pub const POUR: [u32; 5] = [1, 10, 100, 1_000, 10_000];

/// Longest label of a variable, in characters: that of a file of series.
const LIBELLE: usize = 80;

/// The count and the series that an indicator is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Couverture {
    /// Code of the indicator that counts.
    pub compte: String,
    /// The labels that the variable of the series may have, the usual one first.
    pub series: Vec<String>,
    /// Whether the count is of young people, and not of rows.
    pub jeunes: bool,
    /// The names that the expressions of the count read.
    pub(super) noms: BTreeSet<String>,
}

impl Couverture {
    /// The usual label of the variable.
    #[must_use]
    pub fn libelle(&self) -> &str {
        self.series.first().map(String::as_str).unwrap_or_default()
    }

    pub(super) fn read(lecteur: &mut Lecteur<'_>) -> Result<Self, CatalogueError> {
        let compte = lecteur.text("compte")?;
        let series = lecteur.texts("serie")?;
        let mut keys = BTreeSet::new();
        for label in &series {
            let key = normalise(label);
            if key.is_empty() || label.chars().count() > LIBELLE {
                let raison = format!(
                    "« {label} » ne nomme pas une variable : il faut des lettres, {LIBELLE} caractères au plus."
                );
                return Err(lecteur.error("serie", raison));
            }
            if !keys.insert(key) {
                let raison = format!("« {label} » est déjà dit. Le retirer.");
                return Err(lecteur.error("serie", raison));
            }
        }
        if series.is_empty() {
            let raison = "nommer la variable des séries du contexte : [\"Jeunes de 16 à 25 ans\"].";
            return Err(lecteur.error("serie", raison));
        }
        Ok(Self { compte, series, jeunes: false, noms: BTreeSet::new() })
    }
}

/// What is computed, with for how many units it is said: the key « pour », 1 when the file does not say.
pub(super) fn with_pour(
    lecteur: &mut Lecteur<'_>,
    read: impl FnOnce(&mut Lecteur<'_>) -> Result<Calcul, CatalogueError>,
) -> Result<Calcul, CatalogueError> {
    let made: fn(u32) -> Calcul = match read(lecteur)? {
        Calcul::Couverture(_) => Calcul::Couverture,
        Calcul::ParUnite(_) => Calcul::ParUnite,
        other => return Ok(other),
    };
    let Some(said) = lecteur.integer_option("pour")? else { return Ok(made(1)) };
    match POUR.into_iter().find(|pour| i64::from(*pour) == said) {
        Some(pour) => Ok(made(pour)),
        None => {
            let raison = "le chiffre se dit pour 1, 10, 100, 1000 ou 10000 unités.";
            Err(lecteur.error("pour", raison))
        }
    }
}

/// Gives each of them the view and the tables of its count.
///
/// # Errors
/// When the count does not exist, or is no count.
pub(super) fn complete(indicateurs: &mut [Indicateur]) -> Result<(), CatalogueError> {
    for rank in 0..indicateurs.len() {
        let Some(made) = indicateurs.get(rank).and_then(|own| own.couverture.as_ref()) else {
            continue;
        };
        let fault = |raison: String| {
            let code = indicateurs.get(rank).map(|own| own.code.as_str()).unwrap_or_default();
            CatalogueError::new(&format!("indicateurs/{code}.toml"), "compte", raison)
        };
        let code = &made.compte;
        let Some(count) = indicateurs.iter().find(|known| known.code == *code) else {
            return Err(fault(format!("l'indicateur « {code} » n'existe pas.")));
        };
        if !matches!(count.calcul, Calcul::Effectif | Calcul::Distinct) {
            return Err(fault(format!(
                "« {code} » ne compte ni jeunes ni actes : une série du contexte se rapporte à un nombre \
                 (effectif, distinct)."
            )));
        }
        let (vue, tables) = (count.vue.clone(), count.tables.clone());
        let jeunes = count.calcul == Calcul::Distinct;
        let noms = count.names().into_iter().map(str::to_owned).collect();
        let Some(indicateur) = indicateurs.get_mut(rank) else { continue };
        (indicateur.vue, indicateur.tables) = (vue, tables);
        if let Some(made) = &mut indicateur.couverture {
            (made.jeunes, made.noms) = (jeunes, noms);
        }
    }
    Ok(())
}

impl Indicateur {
    /// Whether it reads rows of its own, and is not made of what other indicators measured.
    #[must_use]
    pub const fn reads_rows(&self) -> bool {
        self.rapport.is_none() && self.couverture.is_none()
    }

    /// Whether it has a figure over a period: what a yearly series stands in has one over a civil year only.
    #[must_use]
    pub fn is_of(&self, periode: Periode) -> bool {
        self.couverture.is_none() || periode.is_year()
    }
}

impl Catalogue {
    /// The indicator whose rows are counted: that of a coverage or of an allotment, the indicator itself of any
    /// other. What it counts, its lists and what is secret of it are those of this one.
    #[must_use]
    pub fn counted<'a>(&'a self, indicateur: &'a Indicateur) -> &'a Indicateur {
        let Some(made) = &indicateur.couverture else { return indicateur };
        let found = self.indicateurs.iter().find(|known| known.code == made.compte);
        found.unwrap_or(indicateur)
    }
}
