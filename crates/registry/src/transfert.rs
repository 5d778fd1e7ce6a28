//! Every row of a store, from one engine to the other: the form that both share is a SQLite file, whose
//! catalog says which tables and columns there are. What was put is read again and compared.

use std::collections::BTreeMap;

use futures::TryStreamExt as _;
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use crate::RegistryError;
use crate::ligne::text;

/// Rows put by one statement: thirteen columns of them stay far from what both engines accept.
const BATCH: usize = if cfg!(test) { 3 } else { 200 };

/// The migrator's own table, which it fills on each side.
const MIGRATIONS: &str = "_sqlx_migrations";

/// What a column holds. The migrations know nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sorte {
    Texte,
    Nombre,
}

/// A table, and its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) nom: String,
    pub(crate) colonnes: Vec<(String, Sorte)>,
}

/// What a table holds: how many rows, and a fingerprint that does not depend on their order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Contenu {
    lignes: u64,
    empreinte: [u64; 4],
}

/// A value, as both engines hold it.
enum Valeur {
    Texte(Option<String>),
    Nombre(Option<i64>),
}

impl Table {
    fn names(&self) -> String {
        let names: Vec<String> = self.colonnes.iter().map(|(nom, _)| quoted(nom)).collect();
        names.join(", ")
    }

    /// All of its rows.
    pub(crate) fn select(&self) -> String {
        format!("SELECT {} FROM {}", self.names(), quoted(&self.nom))
    }

    fn insert(&self, rows: usize) -> String {
        let wide = self.colonnes.len();
        let values: Vec<String> = (0..rows)
            .map(|row| {
                let places: Vec<String> =
                    (1..=wide).map(|place| format!("${}", row * wide + place)).collect();
                format!("({})", places.join(", "))
            })
            .collect();
        let (nom, names) = (quoted(&self.nom), self.names());
        format!("INSERT INTO {nom} ({names}) VALUES {}", values.join(", "))
    }

    fn read(&self, row: &AnyRow) -> Result<Vec<Valeur>, RegistryError> {
        let cells = self.colonnes.iter().enumerate().map(|(at, (_, sorte))| {
            Ok(match sorte {
                Sorte::Texte => Valeur::Texte(row.try_get(at)?),
                Sorte::Nombre => Valeur::Nombre(row.try_get(at)?),
            })
        });
        cells.collect()
    }
}

impl Contenu {
    fn add(&mut self, valeurs: &[Valeur]) {
        let mut hasher = blake3::Hasher::new();
        for valeur in valeurs {
            match valeur {
                Valeur::Texte(None) | Valeur::Nombre(None) => hasher.update(&[0]),
                Valeur::Texte(Some(text)) => {
                    hasher.update(&[1]).update(&(text.len() as u64).to_le_bytes());
                    hasher.update(text.as_bytes())
                }
                Valeur::Nombre(Some(number)) => hasher.update(&[2]).update(&number.to_le_bytes()),
            };
        }
        self.lignes += 1;
        let mut words = hasher.finalize_xof();
        for word in &mut self.empreinte {
            let mut bytes = [0; 8];
            words.fill(&mut bytes);
            *word = word.wrapping_add(u64::from_le_bytes(bytes));
        }
    }
}

fn quoted(nom: &str) -> String {
    format!("\"{}\"", nom.replace('"', "\"\""))
}

/// The tables of a SQLite store, in the order in which they were made.
pub(crate) async fn tables(sqlite: &mut AnyConnection) -> Result<Vec<Table>, RegistryError> {
    let statement = sqlx::query(
        "SELECT t.name AS nom, c.name AS colonne, c.type AS sorte FROM sqlite_master t \
         JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' \
         ESCAPE '\\' AND t.name <> $1 ORDER BY t.rowid, c.cid",
    );
    let mut tables: Vec<Table> = Vec::new();
    for row in statement.bind(MIGRATIONS).fetch_all(sqlite).await? {
        let (nom, colonne) = (text(&row, "nom")?, text(&row, "colonne")?);
        let sorte = match text(&row, "sorte")?.as_str() {
            "BIGINT" => Sorte::Nombre,
            _ => Sorte::Texte,
        };
        match tables.last_mut().filter(|last| last.nom == nom) {
            Some(last) => last.colonnes.push((colonne, sorte)),
            None => tables.push(Table { nom, colonnes: vec![(colonne, sorte)] }),
        }
    }
    Ok(tables)
}

/// Puts the rows of every table in the place of those of the other side, in the transaction under way
/// there, and reads them again.
///
/// # Errors
/// When a side does not answer, or what is read again is not what was put.
pub(crate) async fn copy(
    tables: &[Table],
    from: &mut AnyConnection,
    to: &mut AnyConnection,
) -> Result<(), RegistryError> {
    // Those that refer to others first.
    for table in tables.iter().rev() {
        let sql = format!("DELETE FROM {}", quoted(&table.nom));
        sqlx::query(AssertSqlSafe(sql)).execute(&mut *to).await?;
    }
    let mut put = BTreeMap::new();
    for table in tables {
        put.insert(table.nom.clone(), copy_table(table, from, to).await?);
    }
    let found = contents(tables, to).await?;
    match tables.iter().find(|table| put.get(&table.nom) != found.get(&table.nom)) {
        None => Ok(()),
        Some(Table { nom, .. }) => Err(RegistryError::Refus(format!(
            "La table « {nom} » ne se relit pas comme elle a été écrite. Rien n'a été gardé : \
             recommencer, et vérifier le disque si cela revient."
        ))),
    }
}

/// What every table holds.
pub(crate) async fn contents(
    tables: &[Table],
    of: &mut AnyConnection,
) -> Result<BTreeMap<String, Contenu>, RegistryError> {
    let mut found = BTreeMap::new();
    for table in tables {
        let mut contenu = Contenu::default();
        let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(&mut *of);
        while let Some(row) = rows.try_next().await? {
            contenu.add(&table.read(&row)?);
        }
        found.insert(table.nom.clone(), contenu);
    }
    Ok(found)
}

async fn copy_table(
    table: &Table,
    from: &mut AnyConnection,
    to: &mut AnyConnection,
) -> Result<Contenu, RegistryError> {
    let mut contenu = Contenu::default();
    let mut waiting = Vec::with_capacity(BATCH);
    let mut rows = sqlx::query(AssertSqlSafe(table.select())).fetch(from);
    while let Some(row) = rows.try_next().await? {
        let valeurs = table.read(&row)?;
        contenu.add(&valeurs);
        waiting.push(valeurs);
        if waiting.len() == BATCH {
            put(table, &mut waiting, to).await?;
        }
    }
    put(table, &mut waiting, to).await?;
    Ok(contenu)
}

async fn put(
    table: &Table,
    waiting: &mut Vec<Vec<Valeur>>,
    to: &mut AnyConnection,
) -> Result<(), RegistryError> {
    if waiting.is_empty() {
        return Ok(());
    }
    let mut statement = sqlx::query(AssertSqlSafe(table.insert(waiting.len())));
    for valeur in waiting.drain(..).flatten() {
        statement = match valeur {
            Valeur::Texte(text) => statement.bind(text),
            Valeur::Nombre(number) => statement.bind(number),
        };
    }
    statement.execute(to).await?;
    Ok(())
}
