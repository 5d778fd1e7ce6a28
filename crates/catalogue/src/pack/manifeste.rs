//! What a pack says of itself.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use semver::{Version, VersionReq};
use toml::{Table, Value};

use super::PackError;
use super::place::is_code;
use crate::lecteur::Lecteur;
use crate::{CatalogueError, Regle};

/// A pack that must be there first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependance {
    /// Its code.
    pub pack: String,
    /// Which of its versions will do.
    pub version: VersionReq,
}

impl Dependance {
    /// Reads « socle ^1.2 », or « socle » for any version.
    ///
    /// # Errors
    /// When it is not so written.
    pub fn parse(text: &str) -> Result<Self, PackError> {
        let (pack, version) = text.trim().split_once(' ').unwrap_or((text.trim(), "*"));
        match (is_code(pack), VersionReq::parse(version.trim())) {
            (true, Ok(version)) => Ok(Self { pack: pack.to_owned(), version }),
            _ => Err(PackError::Dependance(format!(
                "La dépendance « {text} » ne se lit pas. L'écrire ainsi : socle ^1.2"
            ))),
        }
    }
}

/// A view that the rules of a pack read, and the columns that their examples name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lecture {
    /// The view.
    pub vue: String,
    /// Its columns, sorted.
    pub colonnes: Vec<String>,
}

/// What a pack says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifeste {
    /// Its code: the same from one version to the next.
    pub code: String,
    /// Its title.
    pub titre: String,
    /// What it is for, when it says so.
    pub description: Option<String>,
    /// Its version.
    pub version: Version,
    /// The day it was made.
    pub le: Date,
    /// The network that made it.
    pub auteur: String,
    /// The oldest version of the program that reads it.
    pub programme: Version,
    /// The packs that it needs.
    pub dependances: Vec<Dependance>,
    /// What its rules read.
    pub lectures: Vec<Lecture>,
}

impl Manifeste {
    /// Refuses what a pack may not say.
    pub(super) fn check(&self) -> Result<(), PackError> {
        let wrong = |cle: &str, raison: &str| {
            Err(PackError::Contenu(CatalogueError::new("pack", &format!("pack.{cle}"), raison)))
        };
        if !is_code(&self.code) {
            return wrong(
                "code",
                "il faut de 2 à 40 signes : minuscules sans accent, chiffres, tirets.",
            );
        }
        let mut known = BTreeSet::new();
        for dependance in &self.dependances {
            if dependance.pack == self.code {
                return Err(PackError::Dependance(format!(
                    "Le pack « {} » dit dépendre de lui-même.",
                    self.code
                )));
            }
            if !known.insert(&dependance.pack) {
                return wrong("dependances", "un pack y est nommé deux fois.");
            }
        }
        Ok(())
    }

    pub(super) fn read(lecteur: &mut Lecteur<'_>) -> Result<Self, PackError> {
        let mut pack = lecteur.sub("pack")?;
        let version = |sub: &mut Lecteur<'_>, cle: &'static str| {
            let text = sub.text(cle)?;
            Version::parse(&text)
                .map_err(|_| sub.error(cle, format!("« {text} » n'est pas une version (1.2.0).")))
        };
        let manifeste = Self {
            code: pack.text("code")?,
            titre: pack.text("titre")?,
            description: pack.text_option("description")?,
            version: version(&mut pack, "version")?,
            le: pack.day("le")?,
            auteur: pack.text("auteur")?,
            programme: version(&mut pack, "programme")?,
            dependances: read_dependances(lecteur)?,
            lectures: read_lectures(lecteur)?,
        };
        pack.finish()?;
        manifeste.check()?;
        Ok(manifeste)
    }

    pub(super) fn write(&self, table: &mut Table) {
        let mut pack = Table::new();
        let mut put = |cle: &str, text: String| pack.insert(cle.to_owned(), Value::String(text));
        put("code", self.code.clone());
        put("titre", self.titre.clone());
        put("version", self.version.to_string());
        put("le", self.le.to_string());
        put("auteur", self.auteur.clone());
        put("programme", self.programme.to_string());
        if let Some(description) = &self.description {
            put("description", description.clone());
        }
        table.insert("pack".to_owned(), Value::Table(pack));
        let dependances = self.dependances.iter().map(|dependance| {
            let version = Value::String(dependance.version.to_string());
            let pack = Value::String(dependance.pack.clone());
            Value::Table(
                [("pack".to_owned(), pack), ("version".to_owned(), version)].into_iter().collect(),
            )
        });
        insert(table, "dependances", dependances.collect());
        let lectures = self.lectures.iter().map(|lecture| {
            let colonnes = lecture.colonnes.iter().cloned().map(Value::String).collect();
            let vue = Value::String(lecture.vue.clone());
            let entries =
                [("vue".to_owned(), vue), ("colonnes".to_owned(), Value::Array(colonnes))];
            Value::Table(entries.into_iter().collect())
        });
        insert(table, "lectures", lectures.collect());
    }
}

/// Puts a list of tables; nothing when it is empty.
pub(super) fn insert(table: &mut Table, cle: &str, rows: Vec<Value>) {
    if !rows.is_empty() {
        table.insert(cle.to_owned(), Value::Array(rows));
    }
}

fn read_dependances(lecteur: &mut Lecteur<'_>) -> Result<Vec<Dependance>, CatalogueError> {
    let mut dependances = Vec::new();
    for mut sub in lecteur.subs("dependances")? {
        let pack = sub.text("pack")?;
        let text = sub.text("version")?;
        let version = VersionReq::parse(&text).map_err(|_| {
            sub.error("version", format!("« {text} » ne dit pas quelles versions (^1.2)."))
        })?;
        sub.finish()?;
        dependances.push(Dependance { pack, version });
    }
    Ok(dependances)
}

fn read_lectures(lecteur: &mut Lecteur<'_>) -> Result<Vec<Lecture>, CatalogueError> {
    let mut lectures = Vec::new();
    for mut sub in lecteur.subs("lectures")? {
        let lecture = Lecture { vue: sub.text("vue")?, colonnes: sub.texts("colonnes")? };
        sub.finish()?;
        lectures.push(lecture);
    }
    Ok(lectures)
}

/// What the rules among these files read.
pub(super) fn lectures(
    fichiers: &BTreeMap<String, String>,
) -> Result<Vec<Lecture>, CatalogueError> {
    let mut vues: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (chemin, texte) in fichiers.iter().filter(|(chemin, _)| chemin.starts_with("regles/")) {
        let regle = Regle::parse(chemin, texte)?;
        let colonnes = regle.exemples.iter().flat_map(|exemple| exemple.valeurs.keys().cloned());
        vues.entry(regle.vue.clone()).or_default().extend(colonnes);
    }
    let lecture = |(vue, colonnes): (String, BTreeSet<String>)| Lecture {
        vue,
        colonnes: colonnes.into_iter().collect(),
    };
    Ok(vues.into_iter().map(lecture).collect())
}
