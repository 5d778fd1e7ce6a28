//! Reading the trace, the newest entries first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_domain::acces::Role;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::maillon::Maillon;
use crate::ligne::{instant, number, text};
use crate::unite::Statement;
use crate::{Registry, RegistryError};

/// An entry of the trace.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// Its rank in the chain.
    pub rang: i64,
    /// When.
    pub le: Timestamp,
    /// Who; none for the program itself.
    pub personne_id: Option<String>,
    /// Under which role.
    pub role: Option<Role>,
    /// What, as a code.
    pub acte: String,
    /// In which centre.
    pub structure_id: Option<String>,
    /// Which dossiers, by pseudonym.
    pub dossiers: Vec<String>,
    /// How many rows were concerned.
    pub nombre: i64,
    /// More.
    pub detail: serde_json::Value,
    /// Its fingerprint.
    pub empreinte: String,
}

/// Which entries are asked for: those that meet all that is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TraceFiltre {
    /// In that centre.
    pub structure_id: Option<String>,
    /// By that person.
    pub personne_id: Option<String>,
    /// On that dossier, by its pseudonym.
    pub dossier_id: Option<String>,
    /// Of that code.
    pub acte: Option<String>,
    /// From that instant on.
    pub depuis: Option<Timestamp>,
    /// Before that instant.
    pub avant: Option<Timestamp>,
}

/// One page of the entries asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct TracePage {
    /// How many entries there are in all.
    pub total: i64,
    /// Those of this page, the newest first.
    pub entrees: Vec<Trace>,
    /// The rank below which the next page starts; none on the last one.
    pub suite: Option<i64>,
}

impl Registry {
    /// The newest entries of a rank lower than `below` (all when none), `limit` at most, and how
    /// many there are whatever their rank.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn trace_page(
        &self,
        filtre: &TraceFiltre,
        below: Option<i64>,
        limit: i64,
    ) -> Result<TracePage, RegistryError> {
        let (limit, clauses) = (limit.max(1), Clauses::of(filtre));
        let sql = format!("SELECT COUNT(*) AS total FROM trace t WHERE {}", clauses.sql);
        let rows = self.rows(clauses.bind(sql, i64::MAX)).await?;
        let total = rows.first().map_or(Ok(0), |row| number(row, "total"))?;
        let sql = format!(
            "SELECT rang, le, personne_id, role, acte, structure_id, nombre, detail, \
             empreinte_avant, empreinte FROM trace t WHERE {} ORDER BY rang DESC LIMIT {}",
            clauses.sql,
            limit.saturating_add(1)
        );
        let mut rows = self.rows(clauses.bind(sql, below.unwrap_or(i64::MAX))).await?;
        let more = rows.len() as u64 > limit.unsigned_abs();
        if more {
            rows.pop();
        }
        let mut entrees = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let suite = entrees.last().filter(|_| more).map(|last| last.rang);
        let mut dossiers = self.dossiers_of(&entrees).await?;
        for entree in &mut entrees {
            entree.dossiers = dossiers.remove(&entree.rang).unwrap_or_default();
        }
        Ok(TracePage { total, entrees, suite })
    }

    async fn dossiers_of(
        &self,
        entrees: &[Trace],
    ) -> Result<BTreeMap<i64, Vec<String>>, RegistryError> {
        let mut all: BTreeMap<i64, Vec<String>> = BTreeMap::new();
        if entrees.is_empty() {
            return Ok(all);
        }
        // Ranks are numbers of ours: nothing in them could be read as SQL.
        let ranks: Vec<_> = entrees.iter().map(|entree| entree.rang.to_string()).collect();
        let sql = format!(
            "SELECT rang, dossier_id FROM trace_dossier WHERE rang IN ({}) ORDER BY rang, ordre",
            ranks.join(", ")
        );
        for row in self.rows(sqlx::query(AssertSqlSafe(sql)).persistent(false)).await? {
            all.entry(number(&row, "rang")?).or_default().push(text(&row, "dossier_id")?);
        }
        Ok(all)
    }
}

/// Conditions that hold what is asked for and nothing else, so that an index serves them.
struct Clauses {
    sql: String,
    values: Vec<String>,
}

impl Clauses {
    fn of(filtre: &TraceFiltre) -> Self {
        let TraceFiltre { structure_id, personne_id, dossier_id, acte, depuis, avant } = filtre;
        let mut clauses = Self { sql: "t.rang < $1".to_owned(), values: Vec::new() };
        clauses.add("t.structure_id = ", "", structure_id.clone());
        clauses.add("t.personne_id = ", "", personne_id.clone());
        clauses.add(
            "t.rang IN (SELECT d.rang FROM trace_dossier d WHERE d.dossier_id = ",
            ")",
            dossier_id.clone(),
        );
        clauses.add("t.acte = ", "", acte.clone());
        clauses.add("t.le >= ", "", depuis.map(instant));
        clauses.add("t.le < ", "", avant.map(instant));
        clauses
    }

    fn add(&mut self, before: &str, after: &str, value: Option<String>) {
        let Some(value) = value else { return };
        self.values.push(value);
        // The first place is that of the rank.
        let place = self.values.len() + 1;
        self.sql.push_str(&format!(" AND {before}${place}{after}"));
    }

    fn bind(&self, sql: String, below: i64) -> Statement {
        let statement = sqlx::query(AssertSqlSafe(sql)).bind(below);
        self.values.iter().cloned().fold(statement, sqlx::query::Query::bind)
    }
}

fn read(row: &AnyRow) -> Result<Trace, RegistryError> {
    let maillon = Maillon::read(row)?;
    let unreadable = |colonne: &'static str, valeur: &str| RegistryError::Illisible {
        colonne,
        valeur: valeur.to_owned(),
    };
    let role = match &maillon.role {
        Some(code) => Some(Role::from_code(code).ok_or_else(|| unreadable("trace.role", code))?),
        None => None,
    };
    Ok(Trace {
        rang: maillon.rang,
        le: maillon.le.parse().map_err(|_| unreadable("trace.le", &maillon.le))?,
        personne_id: maillon.personne_id,
        role,
        acte: maillon.acte,
        structure_id: maillon.structure_id,
        dossiers: Vec::new(),
        nombre: maillon.nombre,
        detail: serde_json::from_str(&maillon.detail)
            .map_err(|_| unreadable("trace.detail", &maillon.detail))?,
        empreinte: text(row, "empreinte")?,
    })
}
