//! The examples of an act: rows of the canonical tables, as a person would enter them. They are judged
//! by the rules themselves (`mallette_engine::verify`): a bad one is caught by the rule that it names,
//! a good one by none of the rules of its act.
//!
//! An example says what it is about; the rest is well entered: its dossier is [`MODELE`], changed by
//! what the example says, and its rows belong to that dossier.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use mallette_domain::table::{Column, ColumnType, Exposure, Table, find};

use crate::CatalogueError;
use crate::lecteur::Lecteur;

/// The day on which the examples are read, as the date of an extract would be.
pub const EXTRACTION: Date = date(2025, 11, 3);

/// The identifier of the dossier of an example, and of the conseiller who follows it.
pub const ROW_ID: (&str, &str) = ("D1", "CONSEILLER-1");

/// The dossier of an example, but for what the example says of it.
const MODELE: [(&str, &str); 16] = [
    ("dossier_id", ROW_ID.0),
    ("conseiller_id", ROW_ID.1),
    ("date_naissance", "2004-05-12"),
    ("sexe", "F"),
    ("commune_insee", "69123"),
    ("code_postal", "69003"),
    ("qpv", "non"),
    ("zrr", "non"),
    ("niveau_formation", "3"),
    ("rqth", "non"),
    ("nationalite", "FR"),
    ("couverture_complementaire", "oui"),
    ("date_creation", "2024-09-02"),
    ("date_premier_accueil", "2024-09-02"),
    ("statut", "ACTIF"),
    ("completude", "JUSTIFIE"),
];

/// What an example says of a field: a value, or that it is left empty.
pub type Valeur = Option<String>;

/// A row of an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ligne {
    /// Canonical table.
    pub table: &'static str,
    /// What the example says, by canonical column, in the order of the table.
    pub valeurs: Vec<(&'static str, Valeur)>,
}

/// An example of an act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemple {
    /// Whether it is well entered.
    pub bon: bool,
    /// What happens in it, in a sentence.
    pub titre: String,
    /// What makes it good or bad, when the title does not say it.
    pub explication: Option<String>,
    /// For a bad one, the rule that catches it.
    pub regle: Option<String>,
    /// Its rows.
    pub lignes: Vec<Ligne>,
}

impl Exemple {
    /// The whole rows of the example, by canonical table: what it says, and what goes without saying.
    /// Identifiers are `1`, `2`… in each table; a proposition is of the event before it, an allocation of
    /// the passage before it, unless the example says otherwise.
    #[must_use]
    pub fn rows(&self) -> BTreeMap<&'static str, Vec<BTreeMap<&'static str, String>>> {
        let mut tables: BTreeMap<&'static str, Vec<BTreeMap<&'static str, String>>> =
            BTreeMap::new();
        let mut last: BTreeMap<&'static str, String> = BTreeMap::new();
        for ligne in &self.lignes {
            let Some(table) = find(ligne.table) else { continue };
            let rows = tables.entry(table.name).or_default();
            let mut row = usual(table, rows.len() + 1, &last);
            for (column, value) in &ligne.valeurs {
                match value {
                    Some(value) => row.insert(column, value.clone()),
                    None => row.remove(column),
                };
            }
            if let Some(key) = own_key(table).and_then(|key| Some((key, row.get(key)?.clone()))) {
                last.insert(key.0, key.1);
            }
            rows.push(row);
        }
        let dossiers = tables.entry("dossiers").or_default();
        if dossiers.is_empty() {
            dossiers
                .push(MODELE.iter().map(|(name, value)| (*name, (*value).to_owned())).collect());
        }
        let conseillers = tables.entry("conseillers").or_default();
        if conseillers.is_empty() {
            let hired = [("conseiller_id", ROW_ID.1), ("date_debut", "2015-01-05")];
            conseillers.push(hired.iter().map(|(name, v)| (*name, (*v).to_owned())).collect());
        }
        tables
    }

    pub(super) fn read(lecteur: &mut Lecteur<'_>) -> Result<Vec<Self>, CatalogueError> {
        let mut exemples = Vec::new();
        for mut sub in lecteur.subs("exemples")? {
            let bon = sub.boolean("bon")?;
            let regle = sub.text_option("regle")?;
            if bon == regle.is_some() {
                let raison = if bon {
                    "un bon exemple ne nomme pas de règle. Retirer cette clé."
                } else {
                    "un mauvais exemple nomme la règle qui l'attrape. L'ajouter."
                };
                return Err(sub.error("regle", raison));
            }
            let exemple = Self {
                bon,
                titre: sub.text("titre")?,
                explication: sub.text_option("explication")?,
                regle,
                lignes: read_lignes(&mut sub)?,
            };
            sub.finish()?;
            exemples.push(exemple);
        }
        for (bon, missing) in [(true, "bon"), (false, "mauvais")] {
            if !exemples.iter().any(|exemple| exemple.bon == bon) {
                let raison =
                    format!("aucun exemple {missing} (bon = {bon}). En écrire au moins un.");
                return Err(lecteur.error("exemples", raison));
            }
        }
        Ok(exemples)
    }
}

/// The identifier of the rows of a table, when it has one of its own.
fn own_key(table: &Table) -> Option<&'static str> {
    match table.name {
        "enveloppes" | "structures" => None,
        _ => table.key.last().copied(),
    }
}

/// What goes without saying in a row of that table.
fn usual(
    table: &Table,
    rank: usize,
    last: &BTreeMap<&'static str, String>,
) -> BTreeMap<&'static str, String> {
    if table.name == "dossiers" {
        return MODELE.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    }
    let mut row = BTreeMap::new();
    for (name, value) in [("dossier_id", ROW_ID.0), ("conseiller_id", ROW_ID.1)] {
        if let Some(column) = table.column(name) {
            row.insert(column.name, value.to_owned());
        }
    }
    for (of, link) in [("propositions", "evenement_id"), ("allocations", "parcours_id")] {
        if let Some(id) = last.get(link).filter(|_| table.name == of) {
            row.insert(link, id.clone());
        }
    }
    if let Some(key) = own_key(table).filter(|_| table.name != "conseillers") {
        row.insert(key, rank.to_string());
    }
    row
}

fn read_lignes(lecteur: &mut Lecteur<'_>) -> Result<Vec<Ligne>, CatalogueError> {
    let mut lignes = Vec::new();
    for mut sub in lecteur.subs("lignes")? {
        let name = sub.text("table")?;
        let Some(table) = find(&name) else {
            return Err(sub.error("table", "cette table n'existe pas. Corriger son nom."));
        };
        let mut said = Vec::new();
        for column in table.columns.iter().filter(|column| column.name != "structure_id") {
            if let Some(value) = sub.value(column.name) {
                said.push((column.name, read_value(&sub, table, column, &value)?));
            }
        }
        sub.finish()?;
        lignes.push(Ligne { table: table.name, valeurs: said });
    }
    if lignes.is_empty() {
        return Err(lecteur.error("lignes", "aucune ligne. Écrire ce qui est saisi."));
    }
    Ok(lignes)
}

/// The text of a value; none for an empty one. A code that the column does not have, a date that is not
/// one, a name: refused, since an example is read by everybody.
fn read_value(
    lecteur: &Lecteur<'_>,
    table: &Table,
    column: &Column,
    value: &toml::Value,
) -> Result<Valeur, CatalogueError> {
    let text = match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        _ => return Err(lecteur.error(column.name, "il faut un texte ou un nombre.")),
    };
    if column.exposure == Exposure::Identity {
        let raison =
            "cette colonne désigne une personne ou porte un texte libre : un exemple n'en a pas.";
        return Err(lecteur.error(column.name, raison));
    }
    if text.is_empty() {
        return Ok(None);
    }
    let readable = match column.kind {
        ColumnType::Date => text.parse::<Date>().is_ok(),
        ColumnType::Mois => format!("{text}-01").parse::<Date>().is_ok(),
        ColumnType::Integer => text.parse::<i64>().is_ok(),
        ColumnType::Decimal => text.parse::<f64>().is_ok_and(f64::is_finite),
        ColumnType::Code(known) => known.contains(&text.as_str()),
        ColumnType::Id | ColumnType::Text | ColumnType::FreeCode => true,
    };
    if readable {
        return Ok(Some(text));
    }
    let raison = format!(
        "« {text} » n'est pas une valeur de la colonne « {} » de la table « {} ». La corriger.",
        column.name, table.name
    );
    Err(lecteur.error(column.name, raison))
}
