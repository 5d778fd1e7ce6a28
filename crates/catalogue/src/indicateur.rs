//! An indicator: a population, and what is computed over it.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::periode::Periode;

use crate::CatalogueError;
use crate::lecteur::Lecteur;
use crate::parametre::{Parametre, substitute};
use crate::regle::{placeholders, read_code};
use crate::requis;

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
    /// Anomalies of severity high for 100 rows of the population.
    PourCentDossiers,
}

const CALCULS: [(&str, Calcul); 8] = [
    ("effectif", Calcul::Effectif),
    ("distinct", Calcul::Distinct),
    ("taux", Calcul::Taux),
    ("mediane", Calcul::Mediane),
    ("moyenne", Calcul::Moyenne),
    ("somme", Calcul::Somme),
    ("ratio", Calcul::Ratio),
    ("pour_cent_dossiers", Calcul::PourCentDossiers),
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
}

impl Indicateur {
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

    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let code = read_code(&mut lecteur, fichier)?;
        let modele = [lecteur.text("titre")?, lecteur.text("definition")?];
        let calcul = read_calcul(&mut lecteur)?;
        let sens = read_sens(&mut lecteur)?;
        let source = lecteur.text("source")?;
        let date = match calcul {
            Calcul::Ratio | Calcul::PourCentDossiers => None,
            _ => lecteur.text_option("date")?,
        };
        let ratio = match calcul {
            Calcul::Ratio => Some(read_ratio(&mut lecteur)?),
            _ => None,
        };
        let (vue, population) = match &ratio {
            Some(ratio) => {
                let vue = lecteur.text_option("vue")?;
                let population = lecteur.text_option("population")?;
                (
                    vue.unwrap_or_else(|| ratio.numerateur_vue.clone()),
                    population.unwrap_or_else(|| ratio.numerateur_population.clone()),
                )
            }
            None => (lecteur.text("vue")?, lecteur.text("population")?),
        };
        let vues: Vec<&str> = match &ratio {
            Some(ratio) => vec![&vue, &ratio.numerateur_vue, &ratio.denominateur_vue],
            None => vec![&vue],
        };
        let tables = requis::read(&mut lecteur, &vues)?;
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
            vue,
            tables,
            calcul,
            sens,
            source,
            date,
            population,
            condition,
            mesure,
            ratio,
            parametres,
        };
        indicateur.check_bounds(&lecteur)?;
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
        texts.into_iter().flat_map(|text| text.split(apart)).collect()
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

    fn check_bounds(&self, lecteur: &Lecteur<'_>) -> Result<(), CatalogueError> {
        let mut texts = vec![("population", self.population.as_str())];
        texts.extend(self.condition.as_deref().map(|text| ("condition", text)));
        texts.extend(self.mesure.as_deref().map(|text| ("mesure", text)));
        if let Some(ratio) = &self.ratio {
            texts.push(("numerateur", &ratio.numerateur));
            texts.push(("numerateur_population", &ratio.numerateur_population));
            texts.push(("denominateur", &ratio.denominateur));
            texts.push(("denominateur_population", &ratio.denominateur_population));
        }
        let mut used = BTreeSet::new();
        let known = |name: &str| self.parametres.contains_key(name);
        for (cle, text) in [("titre", &self.modele[0]), ("definition", &self.modele[1])] {
            if let Some(name) = placeholders(text).find(|name| !known(name)) {
                let raison = format!(
                    "{{{name}}} n'est pas un paramètre de l'indicateur. L'ajouter sous [parametres]."
                );
                return Err(lecteur.error(cle, raison));
            }
        }
        for (cle, text) in texts {
            used.extend(placeholders(text).filter(|name| known(name)));
            if self.date.is_some() && placeholders(text).any(|name| matches!(name, "d1" | "d2")) {
                let raison =
                    "un indicateur qui a une « date » compte les lignes dont elle est dans la \
                              période : ses autres clés ne nomment pas {d1} ni {d2}."
                        .to_owned();
                return Err(lecteur.error(cle, raison));
            }
            if let Some(name) =
                placeholders(text).find(|name| !matches!(*name, "d1" | "d2") && !known(name))
            {
                let raison = format!(
                    "{{{name}}} n'existe pas. Seuls {{d1}} et {{d2}}, bornes de la période, et les \
                     [parametres] sont remplacés."
                );
                return Err(lecteur.error(cle, raison));
            }
        }
        match self.parametres.keys().find(|name| !used.contains(name.as_str())) {
            None => Ok(()),
            Some(name) if matches!(name.as_str(), "d1" | "d2") => {
                let raison = "ce nom est celui d'une borne de la période. En choisir un autre.";
                Err(lecteur.error(&format!("parametres.{name}"), raison))
            }
            Some(name) => {
                let raison = format!("aucune expression n'utilise {{{name}}}. Le retirer.");
                Err(lecteur.error(&format!("parametres.{name}"), raison))
            }
        }
    }
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

fn read_ratio(lecteur: &mut Lecteur<'_>) -> Result<Ratio, CatalogueError> {
    Ok(Ratio {
        numerateur_vue: lecteur.text("numerateur_vue")?,
        numerateur: lecteur.text("numerateur")?,
        numerateur_population: lecteur.text("numerateur_population")?,
        denominateur_vue: lecteur.text("denominateur_vue")?,
        denominateur: lecteur.text("denominateur")?,
        denominateur_population: lecteur.text("denominateur_population")?,
    })
}
