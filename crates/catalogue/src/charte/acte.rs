//! An act of the charter, as written in `charte/CODE.toml`.

use mallette_domain::table::{Column, TABLES, find};

use super::{Exemple, THEMES};
use crate::CatalogueError;
use crate::lecteur::Lecteur;
use crate::regle::{FAMILLES, read_code};

/// Where an act comes from, seen from the network that reads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Niveau {
    /// The charter that the program carries.
    #[default]
    Socle,
    /// The network's own text, in place of the program's.
    Adapte,
    /// An act that the network added.
    Ajoute,
}

/// How far a source of an act can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origine {
    /// A law, a decree, an instruction or a public statistic, with its reference.
    Officiel,
    /// A guide or a charter of a network.
    Guide,
    /// Reconstructed by Mallette, to be confirmed.
    Reconstruit,
}

impl Origine {
    const ALL: [(&str, Self); 3] =
        [("officiel", Self::Officiel), ("guide", Self::Guide), ("reconstruit", Self::Reconstruit)];

    /// The origin that a file calls by that word.
    pub(crate) fn find(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(name, _)| *name == word).map(|(_, origine)| *origine)
    }
}

/// A source of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// How far it can be relied on.
    pub origine: Origine,
    /// Its reference.
    pub texte: String,
}

/// Whether a field must be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exigence {
    /// Always.
    Obligatoire,
    /// In the case that is said.
    Selon(String),
    /// It helps, and nothing requires it.
    Utile,
}

/// A field that an act enters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Champ {
    /// Canonical table.
    pub table: &'static str,
    /// Canonical column.
    pub colonne: &'static str,
    /// What a person calls it here, when it is not the usual wording of the column.
    pub libelle: Option<String>,
    /// Whether it must be entered.
    pub exigence: Exigence,
    /// The rules of the act that check it.
    pub regles: Vec<String>,
    /// What is to be known to enter it well.
    pub note: Option<String>,
}

/// An act of the charter.
#[derive(Debug, Clone, PartialEq)]
pub struct Acte {
    /// Its code, which is also the name of its file.
    pub code: String,
    /// Short title.
    pub titre: String,
    /// One of [`THEMES`].
    pub theme: String,
    /// Its rank in the theme.
    pub ordre: i64,
    /// What the act is, and what it enters.
    pub objet: String,
    /// Why it matters.
    pub pourquoi: String,
    /// When it is entered, and until when.
    pub delai: String,
    /// Where it comes from, the surest first.
    pub sources: Vec<Provenance>,
    /// The fields it enters, in the order of entry.
    pub champs: Vec<Champ>,
    /// What is well entered, and what is not.
    pub exemples: Vec<Exemple>,
    /// The rules that check it, by code.
    pub regles: Vec<String>,
    /// The families of rules that it answers for, but those that an act names.
    pub familles: Vec<String>,
    /// The indicators that it feeds, by code.
    pub chiffres: Vec<String>,
    /// Words by which it is also looked for.
    pub mots: Vec<String>,
    /// Where it comes from.
    pub niveau: Niveau,
    /// The program's own text, when the network's replaces it.
    pub socle: Option<Box<Acte>>,
}

impl Acte {
    /// Its file, relative to the catalogue.
    pub(crate) fn fichier(&self) -> String {
        format!("charte/{}.toml", self.code)
    }

    /// The rules that its fields and its examples name, each with the key that does.
    pub(super) fn cited(&self) -> Vec<(String, &str)> {
        let fields = self.champs.iter().enumerate().flat_map(|(rank, champ)| {
            let key = format!("champs[{}].regles", rank + 1);
            champ.regles.iter().map(move |code| (key.clone(), code.as_str()))
        });
        let examples = self.exemples.iter().enumerate().filter_map(|(rank, exemple)| {
            Some((format!("exemples[{}].regle", rank + 1), exemple.regle.as_deref()?))
        });
        fields.chain(examples).collect()
    }

    pub(crate) fn parse(fichier: &str, text: &str) -> Result<Self, CatalogueError> {
        let mut lecteur = Lecteur::parse(fichier, text)?;
        let code = read_code(&mut lecteur, fichier)?;
        let theme = lecteur.text("theme")?;
        if !THEMES.contains(&theme.as_str()) {
            let raison =
                format!("le thème « {theme} » n'existe pas. Thèmes : {}.", THEMES.join(", "));
            return Err(lecteur.error("theme", raison));
        }
        let familles = lecteur.texts("familles")?;
        if let Some(unknown) = familles.iter().find(|name| !FAMILLES.contains(&name.as_str())) {
            let raison = format!(
                "la famille « {unknown} » n'existe pas. Familles : {}.",
                FAMILLES.join(", ")
            );
            return Err(lecteur.error("familles", raison));
        }
        let acte = Self {
            code,
            titre: lecteur.text("titre")?,
            theme,
            ordre: lecteur.integer("ordre")?,
            objet: lecteur.text("objet")?,
            pourquoi: lecteur.text("pourquoi")?,
            delai: lecteur.text("delai")?,
            sources: read_sources(&mut lecteur)?,
            champs: read_champs(&mut lecteur)?,
            exemples: Exemple::read(&mut lecteur)?,
            regles: lecteur.texts("regles")?,
            familles,
            chiffres: lecteur.texts("chiffres")?,
            mots: lecteur.texts("mots")?,
            niveau: Niveau::Socle,
            socle: None,
        };
        lecteur.finish()?;
        Ok(acte)
    }
}

fn read_sources(lecteur: &mut Lecteur<'_>) -> Result<Vec<Provenance>, CatalogueError> {
    let mut sources = Vec::new();
    for mut sub in lecteur.subs("sources")? {
        let word = sub.text("origine")?;
        let known = Origine::ALL.iter().find(|(name, _)| *name == word);
        let (_, origine) = known.ok_or_else(|| {
            let words: Vec<&str> = Origine::ALL.iter().map(|(name, _)| *name).collect();
            let raison =
                format!("l'origine « {word} » n'existe pas. Origines : {}.", words.join(", "));
            sub.error("origine", raison)
        })?;
        sources.push(Provenance { origine: *origine, texte: sub.text("texte")? });
        sub.finish()?;
    }
    if sources.is_empty() {
        return Err(lecteur.error("sources", "aucune source. Dire d'où vient l'acte."));
    }
    sources.sort_by_key(|source| source.origine);
    Ok(sources)
}

fn read_champs(lecteur: &mut Lecteur<'_>) -> Result<Vec<Champ>, CatalogueError> {
    let mut champs: Vec<Champ> = Vec::new();
    for mut sub in lecteur.subs("champs")? {
        let (table, column) = read_column(&mut sub)?;
        let word = sub.text("exigence")?;
        let quand = sub.text_option("quand")?;
        let exigence = match (word.as_str(), quand) {
            ("obligatoire", None) => Exigence::Obligatoire,
            ("utile", None) => Exigence::Utile,
            ("selon", Some(quand)) => Exigence::Selon(quand),
            ("selon", None) => {
                return Err(
                    sub.error("quand", "la clé manque. Dire dans quel cas le champ est dû.")
                );
            }
            ("obligatoire" | "utile", Some(_)) => {
                let raison = "cette clé ne va qu'avec exigence = \"selon\". La retirer.";
                return Err(sub.error("quand", raison));
            }
            _ => {
                let raison = format!(
                    "l'exigence « {word} » n'existe pas. Exigences : obligatoire, selon, utile."
                );
                return Err(sub.error("exigence", raison));
            }
        };
        let champ = Champ {
            table,
            colonne: column.name,
            libelle: sub.text_option("libelle")?,
            exigence,
            regles: sub.texts("regles")?,
            note: sub.text_option("note")?,
        };
        if champs.iter().any(|other| (other.table, other.colonne) == (table, column.name)) {
            return Err(
                sub.error("colonne", "ce champ est déjà dit plus haut. Garder l'un des deux.")
            );
        }
        sub.finish()?;
        champs.push(champ);
    }
    if champs.is_empty() {
        return Err(lecteur.error("champs", "aucun champ. Dire ce que l'acte fait saisir."));
    }
    Ok(champs)
}

/// `table.colonne`, of the canonical tables.
fn read_column(
    lecteur: &mut Lecteur<'_>,
) -> Result<(&'static str, &'static Column), CatalogueError> {
    let name = lecteur.text("colonne")?;
    let found = name.split_once('.').and_then(|(table, column)| {
        let table = find(table)?;
        Some((table.name, table.column(column)?))
    });
    found.ok_or_else(|| {
        let tables: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        let raison = format!(
            "« {name} » n'est pas une colonne : écrire table.colonne. Tables : {}.",
            tables.join(", ")
        );
        lecteur.error("colonne", raison)
    })
}
