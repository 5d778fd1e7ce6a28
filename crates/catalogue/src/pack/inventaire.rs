//! What an installation knows of packs: whose signature counts, which packs are there and what each put in
//! place, what was done and when. It stands beside the files of the catalogue, and changes with them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use semver::{Version, VersionReq};
use toml::{Table, Value};

use super::manifeste::insert;
use super::{ClePublique, Dependance, PackError};
use crate::CatalogueError;
use crate::lecteur::Lecteur;

/// Its file, by path in the network's own catalogue.
pub const INVENTAIRE: &str = "packs/inventaire.toml";

/// Somebody whose packs are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signataire {
    /// Their key.
    pub cle: ClePublique,
    /// The network it belongs to.
    pub nom: String,
    /// When it was added.
    pub le: Timestamp,
    /// The account of who added it; none for the machine.
    pub par: Option<String>,
}

/// A file as a pack gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pose {
    /// Fingerprint of the text of the pack.
    pub empreinte: String,
    /// Whether it was taken; otherwise the network kept its own.
    pub prise: bool,
}

/// A pack that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installe {
    /// Its code.
    pub code: String,
    /// Its title.
    pub titre: String,
    /// Its version.
    pub version: Version,
    /// Fingerprint of its file.
    pub empreinte: String,
    /// Who signed it: text of the key.
    pub signataire: String,
    /// What it needs.
    pub dependances: Vec<Dependance>,
    /// Its files.
    pub fichiers: BTreeMap<String, Pose>,
}

/// What was done with a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acte {
    /// `installation` or `retrait`.
    pub acte: String,
    /// The pack.
    pub code: String,
    /// The version that was there after, or until then.
    pub version: Version,
    /// Fingerprint of its file.
    pub empreinte: String,
    /// When.
    pub le: Timestamp,
    /// The account of who did it; none for the machine.
    pub par: Option<String>,
}

/// What an installation knows of packs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inventaire {
    /// Whose signature counts.
    pub signataires: Vec<Signataire>,
    /// Packs that are there, by code.
    pub installes: BTreeMap<String, Installe>,
    /// What was done, oldest first.
    pub historique: Vec<Acte>,
}

impl Inventaire {
    /// Reads its file.
    ///
    /// # Errors
    /// When the file is not what [`Inventaire::text`] writes: names the key.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(INVENTAIRE, text)?;
        let mut inventaire = Self::default();
        for mut sub in lecteur.subs("signataires")? {
            let cle = ClePublique::parse(&sub.text("cle")?);
            let cle = cle.ok_or_else(|| sub.error("cle", "ce n'est pas une clé publique."))?;
            let (nom, le) = (sub.text("nom")?, instant(&mut sub)?);
            inventaire.signataires.push(Signataire { cle, nom, le, par: sub.text_option("par")? });
            sub.finish()?;
        }
        for mut sub in lecteur.subs("packs")? {
            let installe = Installe {
                code: sub.text("code")?,
                titre: sub.text("titre")?,
                version: version(&mut sub)?,
                empreinte: sub.text("empreinte")?,
                signataire: sub.text("signataire")?,
                dependances: read_dependances(&mut sub)?,
                fichiers: read_files(&mut sub)?,
            };
            sub.finish()?;
            inventaire.installes.insert(installe.code.clone(), installe);
        }
        for mut sub in lecteur.subs("historique")? {
            inventaire.historique.push(Acte {
                acte: sub.text("acte")?,
                code: sub.text("code")?,
                version: version(&mut sub)?,
                empreinte: sub.text("empreinte")?,
                le: instant(&mut sub)?,
                par: sub.text_option("par")?,
            });
            sub.finish()?;
        }
        lecteur.finish()?;
        Ok(inventaire)
    }

    /// The text of its file.
    ///
    /// # Errors
    /// When it cannot be written, which no value of it causes.
    pub fn text(&self) -> Result<String, PackError> {
        let mut document = Table::new();
        let signataires = self.signataires.iter().map(|known| {
            table(&[
                ("cle", Some(known.cle.to_string())),
                ("nom", Some(known.nom.clone())),
                ("le", Some(known.le.to_string())),
                ("par", known.par.clone()),
            ])
        });
        insert(&mut document, "signataires", signataires.map(Value::Table).collect());
        insert(&mut document, "packs", self.installes.values().map(Installe::value).collect());
        let historique = self.historique.iter().map(|acte| {
            table(&[
                ("acte", Some(acte.acte.clone())),
                ("code", Some(acte.code.clone())),
                ("version", Some(acte.version.to_string())),
                ("empreinte", Some(acte.empreinte.clone())),
                ("le", Some(acte.le.to_string())),
                ("par", acte.par.clone()),
            ])
        });
        insert(&mut document, "historique", historique.map(Value::Table).collect());
        let text = toml::to_string_pretty(&document);
        let text = text.map_err(|error| PackError::Refus(error.to_string()))?;
        Ok(format!("# Tenu par Mallette : ne pas changer à la main.\n{text}"))
    }

    /// Who holds that key, when its signature counts here.
    #[must_use]
    pub fn trusted(&self, cle: &ClePublique) -> Option<&Signataire> {
        self.signataires.iter().find(|known| known.cle == *cle)
    }
}

impl Installe {
    fn value(&self) -> Value {
        let mut found = table(&[
            ("code", Some(self.code.clone())),
            ("titre", Some(self.titre.clone())),
            ("version", Some(self.version.to_string())),
            ("empreinte", Some(self.empreinte.clone())),
            ("signataire", Some(self.signataire.clone())),
        ]);
        let dependances = self.dependances.iter().map(|needed| {
            let version = needed.version.to_string();
            Value::Table(table(&[("pack", Some(needed.pack.clone())), ("version", Some(version))]))
        });
        insert(&mut found, "dependances", dependances.collect());
        let fichiers = self.fichiers.iter().map(|(chemin, pose)| {
            let mut row = table(&[
                ("chemin", Some(chemin.clone())),
                ("empreinte", Some(pose.empreinte.clone())),
            ]);
            row.insert("prise".to_owned(), Value::Boolean(pose.prise));
            Value::Table(row)
        });
        insert(&mut found, "fichiers", fichiers.collect());
        Value::Table(found)
    }
}

fn table(entries: &[(&str, Option<String>)]) -> Table {
    let said = entries.iter().filter_map(|(cle, text)| text.as_ref().map(|text| (cle, text)));
    said.map(|(cle, text)| ((*cle).to_owned(), Value::String(text.clone()))).collect()
}

fn version(sub: &mut Lecteur<'_>) -> Result<Version, CatalogueError> {
    let text = sub.text("version")?;
    Version::parse(&text).map_err(|_| sub.error("version", "ce n'est pas une version."))
}

fn instant(sub: &mut Lecteur<'_>) -> Result<Timestamp, CatalogueError> {
    let text = sub.text("le")?;
    text.parse().map_err(|_| sub.error("le", "ce n'est pas un instant."))
}

fn read_dependances(sub: &mut Lecteur<'_>) -> Result<Vec<Dependance>, CatalogueError> {
    let mut found = Vec::new();
    for mut row in sub.subs("dependances")? {
        let (pack, text) = (row.text("pack")?, row.text("version")?);
        let version = VersionReq::parse(&text);
        let version = version.map_err(|_| row.error("version", "elle ne se lit pas."))?;
        row.finish()?;
        found.push(Dependance { pack, version });
    }
    Ok(found)
}

fn read_files(sub: &mut Lecteur<'_>) -> Result<BTreeMap<String, Pose>, CatalogueError> {
    let mut found = BTreeMap::new();
    for mut row in sub.subs("fichiers")? {
        let chemin = row.text("chemin")?;
        let pose = Pose { empreinte: row.text("empreinte")?, prise: row.boolean("prise")? };
        row.finish()?;
        found.insert(chemin, pose);
    }
    Ok(found)
}
