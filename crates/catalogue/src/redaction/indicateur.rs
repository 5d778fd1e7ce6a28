//! An indicator defined by people of the field, without SQL: which lines are counted, in which month each
//! falls, which of them go above the bar; or one existing indicator over another. It compiles to the format
//! of every other indicator ([`crate::Indicateur`]).
//!
//! The lines counted are the first group of [`Forme`], and what goes above the bar the others: the conditions
//! of rules, read by the same code, those on linked rows included. As for rules, what counts linked rows on from
//! a date of the line leaves out the lines for which that time is not over at the extraction: what is counted
//! may still come, and a recent month would look worse than it is.
//!
//! A version that has a first day ([`EbaucheIndicateur::depuis`]) takes over from the one before on that day,
//! and leaves the periods before as they were; without one, it defines every period.

mod fichier;
mod mesure;
mod phrase;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use toml::Value;

pub use self::mesure::DELAI;

use super::condition::{day, number};
use super::nombres::parameters;
use super::sql::MAX_TEXTE;
use super::{
    Champs, Condition, ConditionLue, Forme, LienCompte, PREFIXE_INDICATEUR, Reproche, VueRedigeable,
};
use crate::lecteur::Lecteur;
use crate::{CatalogueError, Indicateur};

/// What may be computed: code, words.
pub const CALCULS_REDIGES: [(&str, &str); 9] = [
    ("effectif", "Compter les lignes"),
    ("distinct", "Compter les jeunes (chacun une fois)"),
    ("taux", "Une part : parmi les lignes comptées, celles qui remplissent d'autres conditions"),
    ("mediane", "La médiane d'un nombre ou d'un délai (autant au-dessous qu'au-dessus)"),
    ("moyenne", "La moyenne d'un nombre ou d'un délai"),
    ("somme", "La somme d'un nombre"),
    ("rapport", "Un indicateur divisé par un autre"),
    ("couverture", "Un nombre rapporté à une série du contexte (jeunes du territoire, ETP)"),
    ("par_unite", "Une série du contexte rapportée à un nombre (subvention par jeune)"),
];

/// How a median, a mean, a sum or a ratio may be written: code, words.
pub const UNITES_REDIGEES: [(&str, &str); 4] = [
    ("nombre", "un nombre"),
    ("jours", "des jours"),
    ("euros", "des euros"),
    ("pour_cent", "un pourcentage (pour un rapport ou une couverture)"),
];

/// The family of an indicator for which none is chosen.
pub const FAMILLE_REDIGEE: &str = "Indicateurs du réseau";

/// How the page calls [`EbaucheIndicateur::depuis`].
const PREMIER_JOUR: &str = "Premier jour de cette définition";
/// Longest name of a family, in characters.
const MAX_FAMILLE: usize = 60;
/// Largest floor.
const MAX_PLANCHER: i64 = 10_000;

/// An indicator being defined, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EbaucheIndicateur {
    /// Short title.
    pub titre: String,
    /// One sentence: what it tells.
    pub phrase: String,
    /// The definition in words; the one proposed from the conditions when empty.
    pub definition: String,
    /// The view whose rows it counts.
    pub vue: String,
    /// One of [`CALCULS_REDIGES`].
    pub calcul: String,
    /// The column of the date that puts a row in a month.
    pub date: String,
    /// What is measured, for a median, a mean or a sum: a column, [`DELAI`], or `lie:` and the name of rows to
    /// count.
    pub mesure: String,
    /// The column of the date that a delay begins at.
    pub delai_de: String,
    /// The column of the date that it ends at.
    pub delai_a: String,
    /// Over which time linked rows are counted, when they are what is measured: its `fenetre`, `unite` and
    /// `repere`.
    pub compte: Condition,
    /// One of [`UNITES_REDIGEES`], for a median, a mean, a sum or a ratio of two indicators.
    pub unite: String,
    /// Code of the indicator above the bar, for a ratio of two; of the one that counts, for what stands over a
    /// series.
    pub numerateur: String,
    /// Code of the one below.
    pub denominateur: String,
    /// The name of the series that it stands over, as it is brought in.
    pub serie: String,
    /// For how many it is said, for what stands over a series; 1 when empty.
    pub pour: String,
    /// `haut`, `bas` or `neutre`.
    pub sens: String,
    /// Family it is shown with; [`FAMILLE_REDIGEE`] when empty.
    pub famille: String,
    /// Cases below the bar under which it is said to be fragile; that of the catalogue when empty.
    pub plancher: String,
    /// Where it comes from: a decision, a convention.
    pub source: String,
    /// What it leaves out, in one sentence.
    pub exclusion: String,
    /// First day of this definition; it holds for every period when empty.
    pub depuis: String,
    /// Which lines are counted (the first group), and which go above the bar (the others).
    pub forme: Forme,
}

/// What is counted, once understood.
#[derive(Debug, Clone, Default, PartialEq)]
struct Compte {
    population: String,
    condition: Option<String>,
    mesure: Option<String>,
    tables: BTreeSet<String>,
    liens: BTreeSet<LienCompte>,
    parametres: BTreeMap<String, Value>,
}

impl EbaucheIndicateur {
    /// Those of `published`, the oldest first, that a version with a first day follows on: the last that
    /// defined every period, and what followed it.
    #[must_use]
    pub fn chain<'a>(published: &[&'a Self]) -> Vec<&'a Self> {
        let from = published.iter().rposition(|known| !known.follows()).unwrap_or(0);
        published.iter().skip(from).copied().collect()
    }

    /// The indicator as it would be computed, under that code, after the definitions `before` it: none for
    /// one that defines every period.
    ///
    /// # Errors
    /// Everything that keeps it from being an indicator.
    pub fn compile(
        &self,
        code: &str,
        champs: &Champs,
        before: &[&Self],
    ) -> Result<Indicateur, Vec<Reproche>> {
        let text = self.to_toml(code, champs, before)?;
        let fichier = format!("indicateurs/{code}.toml");
        Indicateur::written(&fichier, &text)
            .map_err(|error| vec![Reproche::new(part_of(&error.cle), error.raison)])
    }

    /// Whether it takes over from the definition before, on some day.
    #[must_use]
    pub fn follows(&self) -> bool {
        !self.depuis.trim().is_empty()
    }

    /// Its first day; none for one that defines every period.
    fn first_day(&self) -> Result<Option<Date>, Reproche> {
        if !self.follows() {
            return Ok(None);
        }
        day(&self.depuis).map(Some).map_err(|quoi| Reproche::new(PREMIER_JOUR, quoi))
    }

    /// Whether it divides one indicator by another.
    #[must_use]
    pub fn is_rapport(&self) -> bool {
        self.calcul == "rapport"
    }

    /// Whether it stands over a series of the context, or a series over it.
    #[must_use]
    pub fn is_couverture(&self) -> bool {
        matches!(self.calcul.as_str(), "couverture" | "par_unite")
    }

    /// Whether it is made of what other indicators measured, and counts no line of its own.
    #[must_use]
    pub fn is_of_others(&self) -> bool {
        self.is_rapport() || self.is_couverture()
    }

    /// Whether some lines go above a bar.
    #[must_use]
    pub fn is_taux(&self) -> bool {
        self.calcul == "taux"
    }

    /// Whether a number is measured on each line.
    #[must_use]
    pub fn is_measured(&self) -> bool {
        matches!(self.calcul.as_str(), "mediane" | "moyenne" | "somme")
    }

    /// Whether something stands below its bar: it has a floor.
    #[must_use]
    pub fn has_bar(&self) -> bool {
        matches!(self.calcul.as_str(), "taux" | "mediane" | "moyenne" | "rapport" | "par_unite")
    }

    /// Whether it is a count or a sum: it follows the size of the centre.
    #[must_use]
    pub fn follows_size(&self) -> bool {
        matches!(self.calcul.as_str(), "effectif" | "distinct" | "somme")
    }

    /// Which way it is better: neither for a count or a sum, whatever was chosen for another computation.
    #[must_use]
    pub fn direction(&self) -> &str {
        if self.follows_size() { "neutre" } else { &self.sens }
    }

    /// What is wrong with its words.
    fn check_words(&self) -> Vec<Reproche> {
        let mut reproches = Vec::new();
        for (ou, text) in [("Titre", &self.titre), ("Phrase", &self.phrase)] {
            if text.trim().is_empty() {
                reproches.push(Reproche::new(ou, "à écrire."));
            }
        }
        for (ou, text) in [
            ("Titre", &self.titre),
            ("Phrase", &self.phrase),
            ("Définition", &self.definition),
            ("Source", &self.source),
            ("N'est pas compté", &self.exclusion),
        ] {
            if text.chars().count() > MAX_TEXTE {
                reproches
                    .push(Reproche::new(ou, format!("plus de {MAX_TEXTE} signes. Raccourcir.")));
            }
        }
        if self.famille.trim().chars().count() > MAX_FAMILLE {
            let quoi = format!("plus de {MAX_FAMILLE} signes. Raccourcir.");
            reproches.push(Reproche::new("Famille", quoi));
        }
        if !matches!(self.direction(), "haut" | "bas" | "neutre") {
            let quoi =
                "choisir si une valeur haute est favorable, défavorable, ou ni l'un ni l'autre.";
            reproches.push(Reproche::new("Sens", quoi));
        }
        if CALCULS_REDIGES.iter().all(|(code, _)| *code != self.calcul) {
            reproches.push(Reproche::new("Calcul", "choisir ce qui est calculé."));
        }
        if let Err(quoi) = self.floor() {
            reproches.push(Reproche::new("Plancher", quoi));
        }
        if self.asks_unit() && self.unit().is_none() {
            reproches.push(Reproche::new("Unité", "choisir comment le chiffre s'écrit."));
        }
        reproches
    }

    /// How its figure is written; none for what has its own way.
    fn unit(&self) -> Option<&str> {
        if !self.asks_unit() {
            return self.is_delai().then_some("jours");
        }
        let known = UNITES_REDIGEES.iter().any(|(code, _)| *code == self.unite);
        let fits = self.unite != "pour_cent" || self.is_rapport() || self.calcul == "couverture";
        (known && fits).then_some(self.unite.as_str())
    }

    fn floor(&self) -> Result<Option<i64>, String> {
        let typed = self.plancher.trim();
        if typed.is_empty() || !self.has_bar() {
            return Ok(None);
        }
        match number(typed).ok().and_then(|read| read.texte.parse::<i64>().ok()) {
            Some(floor) if (0..=MAX_PLANCHER).contains(&floor) => Ok(Some(floor)),
            _ => Err(format!("il faut un nombre entier, de 0 à {MAX_PLANCHER}, ou rien.")),
        }
    }

    /// The view whose rows are counted.
    fn view<'a>(&self, champs: &'a Champs) -> Result<&'a VueRedigeable, Vec<Reproche>> {
        // What has no dossier counts no young person, nor what was done with one.
        champs.vue(&self.vue).filter(|vue| vue.d_un_jeune).ok_or_else(|| {
            vec![Reproche::new("Lignes comptées", "choisir ce que l'indicateur compte.")]
        })
    }

    /// The column that puts a row in a month.
    fn dated(&self, vue: &VueRedigeable) -> Result<String, Reproche> {
        vue.moment(&self.date).map(|champ| champ.nom.clone()).ok_or_else(|| {
            let quoi = "choisir la date qui place une ligne dans un mois.";
            Reproche::new("Date qui compte", quoi)
        })
    }

    /// In French, the lines left out because what is counted on from a date of theirs may still come.
    #[must_use]
    pub fn awaited(&self, champs: &Champs) -> Vec<String> {
        if self.is_of_others() {
            // What was typed for another computation is kept, and counts nothing.
            return Vec::new();
        }
        let (Some(vue), Ok(compte)) = (champs.vue(&self.vue), self.counted(champs)) else {
            return Vec::new();
        };
        let told: BTreeSet<String> =
            compte.liens.iter().filter_map(|lien| lien.awaited(vue)).collect();
        told.into_iter().collect()
    }

    /// Which lines are counted, and which of them go above the bar.
    fn counted(&self, champs: &Champs) -> Result<Compte, Vec<Reproche>> {
        let vue = self.view(champs)?;
        let Some(mut arbre) = self.forme.arbre(vue, champs, "Lignes comptées")? else {
            let quoi = "un indicateur se définit par des conditions, sans SQL.";
            return Err(vec![Reproche::new("Conditions", quoi)]);
        };
        if !self.is_taux() {
            // Typed for another computation: kept, and not counted.
            arbre.groupes.clear();
        }
        let mut reproches = Vec::new();
        let mut compte = Compte { liens: arbre.liens().cloned().collect(), ..Compte::default() };
        let mut columns: BTreeSet<String> =
            arbre.conditions().flat_map(ConditionLue::columns).map(str::to_owned).collect();
        if self.is_taux() {
            if arbre.groupes.is_empty() {
                let quoi = "aucune condition. Sans elle, la part vaudrait toujours 100 %.";
                reproches.push(Reproche::new("Au-dessus de la barre", quoi));
            }
            compte.condition = Some(arbre.condition());
        }
        if self.is_measured() {
            match self.measured(vue, champs) {
                Err(reproche) => reproches.push(reproche),
                Ok(mesure) => {
                    columns.extend(mesure.colonnes);
                    compte.liens.extend(mesure.lien);
                    compte.mesure = Some(mesure.sql);
                }
            }
        }
        columns.insert(self.date.clone());
        compte.tables = champs.tables(vue, columns.iter().map(String::as_str), &compte.liens);
        compte.population = arbre.subject("NOT orphelin", &compte.liens);
        match parameters(&arbre, vue) {
            Ok(found) => compte.parametres = found,
            Err(found) => reproches.extend(found),
        }
        if reproches.is_empty() { Ok(compte) } else { Err(reproches) }
    }
}

/// The part of the page that a key of the file comes from.
fn part_of(cle: &str) -> String {
    let part = match cle.split(['.', '[']).next().unwrap_or_default() {
        "titre" => "Titre",
        "definition" => "Définition",
        "numerateur" => "Au-dessus de la barre",
        "denominateur" => "Au-dessous de la barre",
        "compte" => "Ce qui est compté",
        "serie" => "Série du contexte",
        "pour" => "Pour",
        "parametres" => "Paramètres",
        "population" | "condition" | "liens" => "Conditions",
        "mesure" => "Nombre mesuré",
        "versions" | "depuis" => PREMIER_JOUR,
        other => return other.to_owned(),
    };
    part.to_owned()
}

impl Indicateur {
    /// An indicator that people defined, from the text of its file.
    ///
    /// # Errors
    /// As any indicator that is read; when its code is not of those.
    pub fn written(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut indicateur = Self::parse(fichier, text)?;
        if !indicateur.code.starts_with(PREFIXE_INDICATEUR) {
            let lecteur = Lecteur::parse(fichier, "")?;
            let raison = format!(
                "le code d'un indicateur défini par le réseau commence par {PREFIXE_INDICATEUR}."
            );
            return Err(lecteur.error("code", raison));
        }
        indicateur.redige = true;
        Ok(indicateur)
    }
}
