//! An indicator: a population, and what is computed over it.

mod base;
mod cadre;
mod couverture;
mod rapport;
#[cfg(test)]
mod tests;
mod verification;
mod version;

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::periode::Periode;

use crate::CatalogueError;
use crate::charte::Origine;
use crate::lecteur::Lecteur;
use crate::parametre::{Parametre, substitute};
use crate::redaction::LienCompte;
use crate::regle::{read_code, read_liens};

use base::read_base;
pub(crate) use cadre::check as check_cadres;
pub use cadre::{CadrePublic, Numero, chosen};
pub use couverture::{Couverture, POUR};
pub use rapport::Rapport;
pub use version::Version;

/// Below the bar, under how many a figure is said to be fragile, when its file does not tell.
const PLANCHER: u64 = 20;

/// How an indicator is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Calcul {
    /// Number of rows of the population.
    Effectif,
    /// Number of distinct dossiers of the population.
    Distinct,
    /// Share of the population that meets the condition.
    Taux,
    /// Median of the measure.
    Mediane,
    /// Mean of the measure.
    Moyenne,
    /// Sum of the measure.
    Somme,
    /// A sum over another sum, each over its own view.
    Ratio,
    /// An indicator over another one, each named by its code.
    Rapport,
    /// Anomalies of severity high for 100 rows of the population.
    PourCentDossiers,
    /// A count for so many units of a variable of the context: young people in contact for a hundred of the
    /// territory.
    Couverture(u32),
    /// A variable of the context for so many of what is counted: euros of a subsidy for each young person.
    ParUnite(u32),
}

const CALCULS: [(&str, Calcul); 11] = [
    ("effectif", Calcul::Effectif),
    ("distinct", Calcul::Distinct),
    ("taux", Calcul::Taux),
    ("mediane", Calcul::Mediane),
    ("moyenne", Calcul::Moyenne),
    ("somme", Calcul::Somme),
    ("ratio", Calcul::Ratio),
    ("rapport", Calcul::Rapport),
    ("pour_cent_dossiers", Calcul::PourCentDossiers),
    ("couverture", Calcul::Couverture(1)),
    ("par_unite", Calcul::ParUnite(1)),
];

/// Which way an indicator is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sens {
    /// The higher the better.
    Haut,
    /// The lower the better.
    Bas,
    /// Neither.
    Neutre,
}

/// How a figure that is not a plain count is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unite {
    /// A part of one, written in per cent.
    PourCent,
    /// A number with decimals.
    Nombre,
    /// Days.
    Jours,
    /// Euros.
    Euros,
}

/// The two sides of a ratio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratio {
    /// View of the upper side.
    pub numerateur_vue: String,
    /// What is summed above the bar.
    pub numerateur: String,
    /// The rows summed above the bar.
    pub numerateur_population: String,
    /// View of the lower side.
    pub denominateur_vue: String,
    /// What is summed below the bar.
    pub denominateur: String,
    /// The rows summed below the bar.
    pub denominateur_population: String,
}

/// The family of the indicators whose file names none: those of the reference.
pub const SOCLE: &str = "Indicateurs de référence";

/// An indicator, as written in `indicateurs/CODE.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicateur {
    /// Its code, which is also the name of its file.
    pub code: String,
    /// Short title, its parameters replaced by their values in force.
    pub titre: String,
    /// What it means, in plain French, its parameters replaced likewise.
    pub definition: String,
    /// The title and the definition as the file says them, their parameters between braces.
    pub(crate) modele: [String; 2],
    /// The view it is computed over; that of the numerator for a ratio.
    pub vue: String,
    /// The canonical tables without which it is not received, in their order; for an indicator of
    /// quality, those of the rules that it counts too.
    pub tables: Vec<&'static str>,
    /// The counts of linked rows that its expressions read, beside the columns of the view.
    pub liens: Vec<LienCompte>,
    /// How it is computed.
    pub calcul: Calcul,
    /// Which way is better.
    pub sens: Sens,
    /// Where the definition comes from.
    pub source: String,
    /// The column of the date at which a row counts: in the period or not. None for what is counted
    /// over the period as a whole, whose population then says how.
    pub date: Option<String>,
    /// The rows counted, whatever their date (SQL with `{d1}`, `{d2}`); that of the numerator for a
    /// ratio.
    pub population: String,
    /// For a rate, what puts a row of the population above the bar.
    pub condition: Option<String>,
    /// For a median, a mean or a sum, what is measured.
    pub mesure: Option<String>,
    /// For a ratio, its two sides.
    pub ratio: Option<Ratio>,
    /// The bracketed numbers, that the network may change; a centre may not, since centres are compared.
    pub parametres: BTreeMap<String, Parametre>,
    /// For a rapport, the codes of its two parts.
    pub rapport: Option<Rapport>,
    /// For a coverage or an allotment, the count and the series that it is made of.
    pub couverture: Option<Couverture>,
    /// The family it is shown with; none for those of the reference.
    pub famille: Option<String>,
    /// How its figure is written, when its file says so.
    pub unite: Option<Unite>,
    /// Below the bar, under how many (rows, young people, dossiers) its figure is said to be fragile.
    /// None for what has no bar, and for sums of money.
    pub plancher: Option<u64>,
    /// How far its source can be relied on: what does not say is reconstructed.
    pub origine: Origine,
    /// Its places in the public frames: « P9 », « r11 ».
    pub cadre: Vec<Numero>,
    /// The codes of the indicators read beside it: the same thing counted otherwise.
    pub voir: Vec<String>,
    /// What its definition leaves out, in sentences.
    pub exclusions: Vec<String>,
    /// Why no dossier of the extracts can be pointed at to move it, or not all of those that would, in one sentence.
    pub hors_dossiers: Option<String>,
    /// The definitions that took over from this one, the oldest first.
    pub versions: Vec<Version>,
    /// Whether people defined it in the pages.
    pub redige: bool,
}

impl Indicateur {
    /// Its family, in words.
    #[must_use]
    pub fn family(&self) -> &str {
        self.famille.as_deref().unwrap_or(SOCLE)
    }

    /// An expression of this indicator over a period: `{d1}` and `{d2}` become dates, parameters their
    /// values.
    #[must_use]
    pub fn sql(&self, periode: Periode, expr: &str) -> String {
        self.substitute(expr)
            .replace("{d1}", &format!("DATE '{}'", periode.debut))
            .replace("{d2}", &format!("DATE '{}'", periode.fin))
    }

    /// A text of this indicator with `{parametre}` replaced by its value in force.
    #[must_use]
    pub fn substitute(&self, text: &str) -> String {
        substitute(text, &self.parametres, Parametre::valeur)
    }

    /// The population over a period: the rows counted, their date in it.
    #[must_use]
    pub fn sql_population(&self, periode: Periode) -> String {
        let population = self.sql(periode, &self.population);
        match &self.date {
            Some(date) => {
                let (debut, fin) = (periode.debut, periode.fin);
                format!("({population}) AND {date} BETWEEN DATE '{debut}' AND DATE '{fin}'")
            }
            None => population,
        }
    }

    /// Whether it counts cases out of cases.
    #[must_use]
    pub fn is_share(&self) -> bool {
        self.calcul == Calcul::Taux || self.rapport.as_ref().is_some_and(|made| made.inclus)
    }

    /// Whether its figure is a part of one, written in per cent.
    #[must_use]
    pub fn is_rate(&self) -> bool {
        match self.unite {
            Some(unite) => unite == Unite::PourCent,
            None => matches!(self.calcul, Calcul::Taux | Calcul::Ratio | Calcul::Rapport),
        }
    }

    /// Whether what is above its bar is a sum of money: the largest contribution of one person then goes with
    /// it, and it is not shown outside of its centre when that person makes nearly all of it. A sum whose file
    /// tells no unit is one of euros, as the sides of a ratio are.
    #[must_use]
    pub fn is_money(&self) -> bool {
        match self.calcul {
            Calcul::Ratio => true,
            Calcul::Somme => self.unite.is_none_or(|unite| unite == Unite::Euros),
            Calcul::Moyenne => self.unite == Some(Unite::Euros),
            _ => false,
        }
    }

    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let code = read_code(&mut lecteur, fichier)?;
        let modele = [lecteur.text("titre")?, lecteur.text("definition")?];
        let calcul = couverture::with_pour(&mut lecteur, read_calcul)?;
        let sens = read_sens(&mut lecteur)?;
        let source = lecteur.text("source")?;
        let date = match calcul {
            Calcul::Ratio | Calcul::Rapport | Calcul::PourCentDossiers => None,
            Calcul::Couverture(_) | Calcul::ParUnite(_) => None,
            _ => lecteur.text_option("date")?,
        };
        let base = read_base(&mut lecteur, calcul)?;
        let condition = match calcul {
            Calcul::Taux => Some(lecteur.text("condition")?),
            _ => None,
        };
        let mesure = match calcul {
            Calcul::Mediane | Calcul::Moyenne | Calcul::Somme => Some(lecteur.text("mesure")?),
            _ => None,
        };
        let parametres = Parametre::read_all(&mut lecteur)?;
        let mut indicateur = Self {
            code,
            titre: String::new(),
            definition: String::new(),
            modele,
            vue: base.vue,
            tables: base.tables,
            liens: read_liens(&mut lecteur)?,
            calcul,
            sens,
            source,
            date,
            population: base.population,
            condition,
            mesure,
            ratio: base.ratio,
            parametres,
            rapport: base.rapport,
            couverture: base.couverture,
            famille: lecteur.text_option("famille")?,
            unite: read_unite(&mut lecteur, calcul)?,
            plancher: read_plancher(&mut lecteur, calcul)?,
            origine: read_origine(&mut lecteur)?.unwrap_or(Origine::Reconstruit),
            cadre: cadre::read(&mut lecteur)?,
            voir: lecteur.texts("voir")?,
            exclusions: lecteur.texts("exclusions")?,
            hors_dossiers: lecteur.text_option("hors_dossiers")?,
            versions: Vec::new(),
            redige: false,
        };
        indicateur.check_bounds(&lecteur)?;
        indicateur.check_bar(&lecteur)?;
        indicateur.check_direction(&lecteur)?;
        indicateur.check_dated(&lecteur)?;
        indicateur.versions = version::read(&mut lecteur, &indicateur)?;
        indicateur.check_used(&lecteur)?;
        indicateur.name_again();
        lecteur.finish()?;
        Ok(indicateur)
    }

    /// The names that its expressions read: columns of its views, and words of SQL.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        let mut texts = vec![self.population.as_str()];
        texts.extend(
            [&self.date, &self.condition, &self.mesure].into_iter().flatten().map(String::as_str),
        );
        if let Some(ratio) = &self.ratio {
            texts.extend([ratio.numerateur.as_str(), &ratio.numerateur_population]);
            texts.extend([ratio.denominateur.as_str(), &ratio.denominateur_population]);
        }
        let apart = |letter: char| !letter.is_alphanumeric() && letter != '_';
        let own = texts.into_iter().flat_map(|text| text.split(apart));
        let of_parts = self.rapport.iter().flat_map(|rapport| &rapport.noms).map(String::as_str);
        let of_count = self.couverture.iter().flat_map(|made| &made.noms).map(String::as_str);
        let own = own.chain(of_parts).chain(of_count);
        own.chain(self.versions.iter().flat_map(|version| version.indicateur.names())).collect()
    }

    /// The views it reads, with the key that names each.
    pub(crate) fn views(&self) -> Vec<(&'static str, &str)> {
        let mut views = vec![("vue", self.vue.as_str())];
        if let Some(ratio) = &self.ratio {
            views.push(("numerateur_vue", &ratio.numerateur_vue));
            views.push(("denominateur_vue", &ratio.denominateur_vue));
        }
        views
    }

    /// Its expressions, each with the key that says it.
    fn expressions(&self) -> Vec<(&'static str, &str)> {
        let mut texts = vec![("population", self.population.as_str())];
        texts.extend(self.condition.as_deref().map(|text| ("condition", text)));
        texts.extend(self.mesure.as_deref().map(|text| ("mesure", text)));
        if let Some(ratio) = &self.ratio {
            texts.push(("numerateur", &ratio.numerateur));
            texts.push(("numerateur_population", &ratio.numerateur_population));
            texts.push(("denominateur", &ratio.denominateur));
            texts.push(("denominateur_population", &ratio.denominateur_population));
        }
        texts
    }
}

/// Gives those that are made of others what they take from them.
///
/// # Errors
/// When one of them cannot be made: a part that does not exist or does not count, a definition that goes round
/// in a circle.
pub(crate) fn complete_parts(indicateurs: &mut [Indicateur]) -> Result<(), CatalogueError> {
    rapport::complete(indicateurs)?;
    couverture::complete(indicateurs)
}

fn read_calcul(lecteur: &mut Lecteur<'_>) -> Result<Calcul, CatalogueError> {
    let word = lecteur.text("calcul")?;
    let found = CALCULS.iter().find(|(name, _)| *name == word);
    found.map(|(_, calcul)| *calcul).ok_or_else(|| {
        let known: Vec<&str> = CALCULS.iter().map(|(name, _)| *name).collect();
        let raison = format!("le calcul « {word} » n'existe pas. Calculs : {}.", known.join(", "));
        lecteur.error("calcul", raison)
    })
}

fn read_sens(lecteur: &mut Lecteur<'_>) -> Result<Sens, CatalogueError> {
    match lecteur.text("sens")?.as_str() {
        "haut" => Ok(Sens::Haut),
        "bas" => Ok(Sens::Bas),
        "neutre" => Ok(Sens::Neutre),
        word => {
            let raison = format!("le sens « {word} » n'existe pas. Sens : haut, bas, neutre.");
            Err(lecteur.error("sens", raison))
        }
    }
}

fn read_unite(lecteur: &mut Lecteur<'_>, calcul: Calcul) -> Result<Option<Unite>, CatalogueError> {
    let Some(word) = lecteur.text_option("unite")? else { return Ok(None) };
    if matches!(calcul, Calcul::Effectif | Calcul::Distinct | Calcul::Taux) {
        let raison = "un nombre d'objets ou une part a déjà son unité. Retirer la clé.";
        return Err(lecteur.error("unite", raison));
    }
    match word.as_str() {
        "pour_cent" => Ok(Some(Unite::PourCent)),
        "nombre" => Ok(Some(Unite::Nombre)),
        "jours" => Ok(Some(Unite::Jours)),
        "euros" => Ok(Some(Unite::Euros)),
        word => {
            let raison = format!(
                "l'unité « {word} » n'existe pas. Unités : pour_cent, nombre, jours, euros."
            );
            Err(lecteur.error("unite", raison))
        }
    }
}

/// The floor of what stands below the bar: that of the file, zero for none; [`PLANCHER`] for what has a
/// bar with rows below it.
fn read_plancher(lecteur: &mut Lecteur<'_>, calcul: Calcul) -> Result<Option<u64>, CatalogueError> {
    let said = lecteur.integer_option("plancher")?;
    match (said, calcul) {
        (Some(_), Calcul::Effectif | Calcul::Distinct | Calcul::Somme) => {
            let raison = "un nombre ou une somme n'a rien sous la barre. Retirer la clé.";
            Err(lecteur.error("plancher", raison))
        }
        (Some(_), Calcul::Couverture(_)) => {
            let raison =
                "une couverture n'a ni acte ni jeune compté sous la barre. Retirer la clé.";
            Err(lecteur.error("plancher", raison))
        }
        (Some(floor), _) => match u64::try_from(floor) {
            Ok(floor) => Ok((floor > 0).then_some(floor)),
            Err(_) => Err(lecteur.error("plancher", "il faut un nombre entier, nul ou positif.")),
        },
        (
            None,
            Calcul::Taux
            | Calcul::Mediane
            | Calcul::Moyenne
            | Calcul::Rapport
            | Calcul::ParUnite(_)
            | Calcul::PourCentDossiers,
        ) => Ok(Some(PLANCHER)),
        (None, _) => Ok(None),
    }
}

/// How far the source can be relied on; none when the file does not say.
fn read_origine(lecteur: &mut Lecteur<'_>) -> Result<Option<Origine>, CatalogueError> {
    let Some(word) = lecteur.text_option("origine")? else { return Ok(None) };
    Origine::find(&word).map(Some).ok_or_else(|| {
        let raison =
            format!("l'origine « {word} » n'existe pas. Origines : officiel, guide, reconstruit.");
        lecteur.error("origine", raison)
    })
}
