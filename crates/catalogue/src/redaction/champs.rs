//! The fields that a written rule may read: label, kind, codes, by view; read from `champs.toml`, completed by
//! `champs/*.toml` for the columns that a network adds to the views.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::table::{self, ColumnType};

use super::lien::{Lien, LienCompte};
use crate::CatalogueError;
use crate::lecteur::Lecteur;
use crate::regle::FAMILLES;

/// What a field holds, and so what may be asked of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Genre {
    /// A text, most often a code.
    Texte,
    /// A day.
    Date,
    /// A number.
    Nombre,
    /// Yes or no.
    OuiNon,
}

impl Genre {
    /// Every one, in the order in which pages list them.
    pub const ALL: [Self; 4] = [Self::Texte, Self::Date, Self::Nombre, Self::OuiNon];

    /// The word of `champs.toml`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Texte => "texte",
            Self::Date => "date",
            Self::Nombre => "nombre",
            Self::OuiNon => "oui_non",
        }
    }
}

/// A field of a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Champ {
    /// Its column.
    pub nom: String,
    /// What a person calls it.
    pub libelle: String,
    /// What it holds.
    pub genre: Genre,
    /// Canonical table and column whose codes it holds.
    pub codes: Option<(String, String)>,
    /// Canonical tables, beyond the view's own, that it comes from.
    pub tables: Vec<String>,
    /// Whether it is a number that is not always whole: the engine keeps the measures of a median as whole
    /// numbers.
    pub decimales: bool,
}

/// A view on which rules may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VueRedigeable {
    /// Its name in a session.
    pub nom: String,
    /// What a person calls its rows.
    pub libelle: String,
    /// One of its rows, with its article.
    pub objet: String,
    /// Family that a rule on it is of, unless said otherwise.
    pub famille: String,
    /// Whether its rows are of a dossier: rows linked to it may then be counted.
    pub d_un_jeune: bool,
    /// Its fields, by label.
    pub champs: Vec<Champ>,
}

impl VueRedigeable {
    /// The field of that column.
    #[must_use]
    pub fn champ(&self, nom: &str) -> Option<&Champ> {
        self.champs.iter().find(|champ| champ.nom == nom)
    }

    /// The label of that column, as a sentence quotes it.
    pub(super) fn label(&self, nom: &str) -> &str {
        self.champ(nom).map_or("à choisir", |champ| champ.libelle.as_str())
    }

    /// The fields that may put a row in a month, or that linked rows may be counted from: dates, and not that
    /// of the extraction, the same for all.
    pub fn moments(&self) -> impl Iterator<Item = &Champ> {
        self.champs.iter().filter(|champ| champ.genre == Genre::Date && champ.nom != "ref")
    }

    /// That field, when it is one of the [`VueRedigeable::moments`].
    pub(super) fn moment(&self, nom: &str) -> Option<&Champ> {
        self.moments().find(|champ| champ.nom == nom)
    }
}

/// Everything that written rules may read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Champs {
    /// The views, by name.
    pub vues: BTreeMap<String, VueRedigeable>,
    /// Rows that may be counted, by name.
    pub liens: BTreeMap<String, Lien>,
    /// Columns never shown: keys and pseudonyms.
    pub masquees: BTreeSet<String>,
    /// What several views have in common.
    commun: Vec<Champ>,
}

impl Champs {
    /// The view of that name.
    #[must_use]
    pub fn vue(&self, nom: &str) -> Option<&VueRedigeable> {
        self.vues.get(nom)
    }

    /// The canonical tables without which what reads those columns of a view, and counts those linked rows,
    /// judges and counts nothing.
    pub(super) fn tables<'a>(
        &self,
        vue: &VueRedigeable,
        columns: impl IntoIterator<Item = &'a str>,
        liens: impl IntoIterator<Item = &'a LienCompte>,
    ) -> BTreeSet<String> {
        let own = vue.d_un_jeune.then(|| "dossiers".to_owned());
        let read = columns.into_iter().filter_map(|column| vue.champ(column));
        let linked = liens.into_iter().filter_map(|compte| self.liens.get(&compte.lien));
        own.into_iter()
            .chain(read.flat_map(|champ| champ.tables.iter().cloned()))
            .chain(linked.map(|lien| lien.table.to_owned()))
            .collect()
    }

    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let mut champs = Self { commun: read_champs(lecteur.sub("commun")?)?, ..Self::default() };
        champs.add(lecteur)?;
        Ok(champs)
    }

    /// Adds what a file of `champs/` says: fields of views that are there, views, linked rows, columns to hide.
    /// Nothing that is there is changed: for that, `champs.toml` is replaced whole.
    pub(crate) fn complete(&mut self, fichier: &str, text: &str) -> Result<(), CatalogueError> {
        self.add(Lecteur::parse(fichier, text)?)
    }

    fn add(&mut self, mut lecteur: Lecteur<'_>) -> Result<(), CatalogueError> {
        self.masquees.extend(lecteur.texts("masquees")?);
        for (nom, sub) in lecteur.sub("vues")?.remaining_subs()? {
            match self.vues.get_mut(&nom) {
                Some(vue) => extend(vue, sub)?,
                None => {
                    let vue = self.read_vue(&nom, sub)?;
                    self.vues.insert(nom, vue);
                }
            }
        }
        for (nom, sub) in lecteur.sub("liens")?.remaining_subs()? {
            if self.liens.contains_key(&nom) {
                let raison = "ces lignes liées existent déjà. Leur donner un autre nom.";
                return Err(lecteur.error(&format!("liens.{nom}"), raison));
            }
            self.liens.insert(nom.clone(), Lien::read(nom, sub)?);
        }
        let hidden = |vue: &VueRedigeable| {
            let masked = vue.champs.iter().find(|champ| self.masquees.contains(&champ.nom))?;
            Some((vue.nom.clone(), masked.nom.clone()))
        };
        if let Some((vue, nom)) = self.vues.values().find_map(hidden) {
            let raison = "cette colonne est masquée : une clé ou un pseudonyme ne se montre pas.";
            return Err(lecteur.error(&format!("vues.{vue}.champs.{nom}"), raison));
        }
        lecteur.finish()
    }

    fn read_vue(&self, nom: &str, mut sub: Lecteur<'_>) -> Result<VueRedigeable, CatalogueError> {
        let famille = sub.text("famille")?;
        if !FAMILLES.contains(&famille.as_str()) {
            return Err(sub.error("famille", "cette famille n'existe pas."));
        }
        let alone = sub.boolean_option("sans_jeune")?.unwrap_or(false);
        let without = sub.texts("sans")?;
        let mut champs = read_champs(sub.sub("champs")?)?;
        for common in &self.commun {
            // What is of the young person only goes with rows of a young person.
            let of_all = matches!(common.nom.as_str(), "ref" | "antenne");
            let own = champs.iter().any(|own| own.nom == common.nom);
            if (of_all || !alone) && !own && !without.contains(&common.nom) {
                champs.push(common.clone());
            }
        }
        champs.sort_by(|left, right| left.libelle.cmp(&right.libelle));
        let vue = VueRedigeable {
            libelle: sub.text("libelle")?,
            objet: sub.text("objet")?,
            famille,
            d_un_jeune: !alone,
            champs,
            nom: nom.to_owned(),
        };
        sub.finish()?;
        Ok(vue)
    }
}

/// Adds fields to a view that is there: neither a column nor a label is said twice.
fn extend(vue: &mut VueRedigeable, mut sub: Lecteur<'_>) -> Result<(), CatalogueError> {
    for champ in read_champs(sub.sub("champs")?)? {
        let same = |known: &&Champ| known.nom == champ.nom || known.libelle == champ.libelle;
        if let Some(known) = vue.champs.iter().find(same) {
            let raison = format!(
                "la vue « {} » a déjà le champ « {} » ({}) : changer de colonne ou de libellé.",
                vue.nom, known.nom, known.libelle
            );
            return Err(sub.error(&format!("champs.{}", champ.nom), raison));
        }
        vue.champs.push(champ);
    }
    vue.champs.sort_by(|left, right| left.libelle.cmp(&right.libelle));
    sub.finish()
}

fn read_champs(lecteur: Lecteur<'_>) -> Result<Vec<Champ>, CatalogueError> {
    let mut champs = Vec::new();
    for (nom, mut sub) in lecteur.remaining_subs()? {
        let word = sub.text("genre")?;
        let genre = Genre::ALL.into_iter().find(|genre| genre.code() == word);
        let genre = genre.ok_or_else(|| {
            sub.error("genre", "genres possibles : texte, date, nombre, oui_non.")
        })?;
        let codes = match sub.text_option("codes")? {
            None => None,
            Some(path) => Some(coded(&path).ok_or_else(|| {
                sub.error("codes", "il faut table.colonne, d'une colonne de codes.")
            })?),
        };
        let tables = sub.texts("tables")?;
        if tables.iter().any(|name| table::find(name).is_none()) {
            return Err(sub.error("tables", "cette table n'existe pas."));
        }
        let decimales = sub.boolean_option("decimales")?.unwrap_or(false);
        let champ = Champ { libelle: sub.text("libelle")?, genre, codes, tables, decimales, nom };
        sub.finish()?;
        champs.push(champ);
    }
    Ok(champs)
}

/// The table and the column of `table.colonne`, when it holds codes.
fn coded(path: &str) -> Option<(String, String)> {
    let (table, column) = path.split_once('.')?;
    let kind = table::find(table)?.column(column)?.kind;
    matches!(kind, ColumnType::Code(_) | ColumnType::FreeCode)
        .then(|| (table.to_owned(), column.to_owned()))
}
