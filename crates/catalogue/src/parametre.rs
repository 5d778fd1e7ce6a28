//! A parameter: a number of a rule or of an indicator that a network, or a centre, may change within
//! bounds; and whose value is in force.

use std::collections::BTreeMap;

use jiff::Timestamp;
use toml::Value;

use crate::CatalogueError;
use crate::lecteur::Lecteur;

/// What a parameter counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grandeur {
    /// Days.
    Jours,
    /// Months.
    Mois,
    /// Years of age.
    Ans,
    /// Hours.
    Heures,
    /// Minutes.
    Minutes,
    /// Things.
    Nombre,
    /// A share, out of a hundred.
    PourCent,
    /// Tenths, for what is written with a decimal in the texts.
    Dixiemes,
}

/// Each with the word of the files, then what is read after one and after several.
const GRANDEURS: [(Grandeur, &str, [&str; 2]); 8] = [
    (Grandeur::Jours, "jours", ["jour", "jours"]),
    (Grandeur::Mois, "mois", ["mois", "mois"]),
    (Grandeur::Ans, "ans", ["an", "ans"]),
    (Grandeur::Heures, "heures", ["heure", "heures"]),
    (Grandeur::Minutes, "minutes", ["minute", "minutes"]),
    (Grandeur::Nombre, "nombre", ["", ""]),
    (Grandeur::PourCent, "pour_cent", ["%", "%"]),
    (Grandeur::Dixiemes, "dixiemes", ["dixième", "dixièmes"]),
];

impl Grandeur {
    /// The word of the files.
    #[must_use]
    pub fn code(self) -> &'static str {
        GRANDEURS.iter().find(|known| known.0 == self).map_or("nombre", |known| known.1)
    }

    /// A value with its unit: « 30 jours », « 50 % », « 5 ».
    #[must_use]
    pub fn told(self, valeur: i64) -> String {
        let words = GRANDEURS.iter().find(|known| known.0 == self).map(|known| known.2);
        let [one, many] = words.unwrap_or_default();
        match if valeur.abs() < 2 { one } else { many } {
            "" => valeur.to_string(),
            word => format!("{valeur}\u{a0}{word}"),
        }
    }

    /// The unit alone, as a form shows it beside a number; empty for a count.
    #[must_use]
    pub fn unite(self) -> &'static str {
        GRANDEURS.iter().find(|known| known.0 == self).map_or("", |known| known.2[1])
    }
}

/// A value that somebody gave, and since when it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posee {
    /// The value.
    pub valeur: i64,
    /// When it was given.
    pub le: Timestamp,
}

/// Whose value is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origine {
    /// That of the catalogue: nobody changed it.
    Catalogue,
    /// That of the network, since then.
    Reseau(Timestamp),
    /// That of the centre, since then.
    Centre(Timestamp),
}

/// A parameter, its bounds, and the values given to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parametre {
    /// What it says, in French.
    pub libelle: String,
    /// What it counts.
    pub grandeur: Grandeur,
    /// The value of the catalogue.
    pub defaut: i64,
    /// Least value allowed.
    pub min: i64,
    /// Greatest value allowed.
    pub max: i64,
    /// Why nobody may change it; none when it may be.
    pub fixe: Option<String>,
    /// The value of the network, when it gave one.
    pub reseau: Option<Posee>,
    /// The own values of centres, by code.
    pub centres: BTreeMap<String, Posee>,
    /// The centre as which it is read, whose own value is then in force.
    pub lu_par: Option<String>,
}

impl Parametre {
    /// A number of which a file says nothing more: nobody may change it.
    #[must_use]
    pub fn bare(nom: &str, valeur: i64) -> Self {
        Self {
            libelle: nom.replace('_', " "),
            grandeur: Grandeur::Nombre,
            defaut: valeur,
            min: valeur,
            max: valeur,
            fixe: Some("son fichier ne dit ni ses bornes ni son unité".to_owned()),
            reseau: None,
            centres: BTreeMap::new(),
            lu_par: None,
        }
    }

    /// The value that all centres have in common: that of the network, or of the catalogue.
    #[must_use]
    pub fn commune(&self) -> i64 {
        self.reseau.map_or(self.defaut, |posee| posee.valeur)
    }

    /// The own value of a centre.
    #[must_use]
    pub fn own(&self, centre: &str) -> Option<Posee> {
        self.centres.get(centre).copied()
    }

    fn read_own(&self) -> Option<Posee> {
        self.own(self.lu_par.as_deref()?)
    }

    /// The value in force: the own one of the centre as which it is read, or the common one.
    #[must_use]
    pub fn valeur(&self) -> i64 {
        self.read_own().map_or_else(|| self.commune(), |posee| posee.valeur)
    }

    /// Whose value is in force.
    #[must_use]
    pub fn origine(&self) -> Origine {
        match (self.read_own(), self.reseau) {
            (Some(own), _) => Origine::Centre(own.le),
            (None, Some(reseau)) => Origine::Reseau(reseau.le),
            (None, None) => Origine::Catalogue,
        }
    }

    /// The value in force with its unit.
    #[must_use]
    pub fn told(&self) -> String {
        self.grandeur.told(self.valeur())
    }

    /// The bounds, in words: « de 7 à 180 jours ».
    #[must_use]
    pub fn bornes(&self) -> String {
        format!("de {} à {}", self.min, self.grandeur.told(self.max))
    }

    /// Whether a value may be given: nothing when it may, the reason in French when it may not.
    ///
    /// # Errors
    /// When the parameter is fixed, or the value out of its bounds.
    pub fn check(&self, valeur: i64) -> Result<(), String> {
        if let Some(why) = &self.fixe {
            return Err(format!("ce paramètre ne se change pas : {why}."));
        }
        if valeur < self.min || valeur > self.max {
            return Err(format!("« {valeur} » ne convient pas : il faut {}.", self.bornes()));
        }
        Ok(())
    }

    fn parse(lecteur: &mut Lecteur<'_>) -> Result<Self, CatalogueError> {
        let (libelle, defaut) = (lecteur.text("libelle")?, lecteur.integer("valeur")?);
        let word = lecteur.text("unite")?;
        let known = GRANDEURS.iter().find(|known| known.1 == word);
        let grandeur = known.map(|known| known.0).ok_or_else(|| {
            let words: Vec<&str> = GRANDEURS.iter().map(|known| known.1).collect();
            let raison = format!("l'unité « {word} » n'existe pas. Unités : {}.", words.join(", "));
            lecteur.error("unite", raison)
        })?;
        let fixe = lecteur.text_option("fixe")?;
        let (min, max) = (lecteur.integer_option("min")?, lecteur.integer_option("max")?);
        let (min, max) = match (&fixe, min, max) {
            (None, Some(min), Some(max)) => (min, max),
            (Some(_), None, None) => (defaut, defaut),
            (Some(_), ..) => {
                let raison = "un paramètre fixe n'a pas de bornes. Retirer min et max, ou fixe.";
                return Err(lecteur.error("fixe", raison));
            }
            (None, missing, _) => {
                let cle = if missing.is_none() { "min" } else { "max" };
                let raison =
                    "la borne manque. L'écrire, ou dire pourquoi il est fixe (fixe = \"…\").";
                return Err(lecteur.error(cle, raison));
            }
        };
        if fixe.is_none() && min >= max {
            return Err(lecteur.error("max", format!("« {max} » n'est pas plus grand que min.")));
        }
        if defaut < min || defaut > max {
            let raison = format!("« {defaut} » n'est pas entre min ({min}) et max ({max}).");
            return Err(lecteur.error("valeur", raison));
        }
        let (reseau, centres, lu_par) = (None, BTreeMap::new(), None);
        Ok(Self { libelle, grandeur, defaut, min, max, fixe, reseau, centres, lu_par })
    }

    /// The table `[parametres]` of a file: each a number alone, or all that is to be known of it.
    pub(crate) fn read_all(
        lecteur: &mut Lecteur<'_>,
    ) -> Result<BTreeMap<String, Self>, CatalogueError> {
        let mut read = BTreeMap::new();
        let (bare, full): (Vec<_>, Vec<_>) =
            lecteur.table("parametres")?.into_iter().partition(|(_, value)| !value.is_table());
        for (nom, value) in bare {
            let Value::Integer(valeur) = value else {
                let raison = "il faut un nombre entier, ou { valeur, unite, min, max, libelle }.";
                return Err(lecteur.error(&format!("parametres.{nom}"), raison));
            };
            let parametre = Self::bare(&nom, valeur);
            read.insert(nom, parametre);
        }
        for (nom, mut own) in lecteur.over("parametres", full)? {
            let parametre = Self::parse(&mut own)?;
            own.finish()?;
            read.insert(nom, parametre);
        }
        Ok(read)
    }
}

/// Replaces the parameters between braces in a text by those values.
pub(crate) fn substitute(
    text: &str,
    parametres: &BTreeMap<String, Parametre>,
    value: impl Fn(&Parametre) -> i64,
) -> String {
    let mut text = text.to_owned();
    for (nom, parametre) in parametres {
        text = text.replace(&format!("{{{nom}}}"), &value(parametre).to_string());
    }
    text
}
