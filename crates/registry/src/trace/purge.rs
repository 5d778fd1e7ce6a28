//! Purging: the oldest entries go away, and the chain starts from an anchor that stays. The purge is
//! an entry too; it covers all anchors by a fingerprint, so that a forged one is seen.

use jiff::Timestamp;
use serde_json::json;
use sqlx::any::AnyRow;

use super::NouvelleTrace;
use super::maillon::Encoding;
use crate::ligne::{instant, number, text};
use crate::{Registry, RegistryError};

/// Code of the entry that a purge leaves.
pub(super) const ACTE: &str = "purge_trace";
/// Key of the fingerprint of all anchors in the detail of that entry.
pub(super) const ANCRES: &str = "ancres";

/// Where the chain starts since a purge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ancre {
    /// Rank of the last entry that went away.
    pub rang: i64,
    /// Its fingerprint.
    pub empreinte: String,
    /// How many entries that purge removed.
    pub nombre: i64,
    /// When, as stored.
    pub le: String,
    /// Who purged.
    pub par: String,
}

impl Registry {
    /// The anchors that purges left, the last one last.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn trace_ancres(&self) -> Result<Vec<Ancre>, RegistryError> {
        let statement =
            sqlx::query("SELECT rang, empreinte, nombre, le, par FROM trace_ancre ORDER BY rang");
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// Removes the entries before an instant, by a rule said in words; how many. Entries that follow
    /// a younger one stay with it.
    ///
    /// # Errors
    /// A refusal when the chain is broken: a purge would hide it. Nothing is then changed.
    pub async fn purge_trace(
        &self,
        before: Timestamp,
        regle: &str,
        par: &str,
        now: Timestamp,
    ) -> Result<u64, RegistryError> {
        if let Some(rupture) = self.verify_trace(&[]).await?.rupture {
            return Err(RegistryError::Refus(format!(
                "La trace n'a pas été purgée, car elle est rompue : {rupture} En garder une copie \
                 et prévenir l'auditeur avant toute purge."
            )));
        }
        let mut unite = self.begin(now).await?;
        let (head, _) = unite.lock_trace().await?;
        let statement = sqlx::query("SELECT rang FROM trace WHERE le >= $1 ORDER BY rang LIMIT 1")
            .bind(instant(before));
        let kept = unite.rows(statement).await?;
        let cut = kept.first().map_or(Ok(head), |row| number(row, "rang").map(|rang| rang - 1))?;
        let statement = sqlx::query("SELECT empreinte FROM trace WHERE rang = $1").bind(cut);
        let rows = unite.rows(statement).await?;
        let Some(last) = rows.first() else { return Ok(0) };
        let empreinte = text(last, "empreinte")?;
        let statement = sqlx::query("DELETE FROM trace_dossier WHERE rang <= $1").bind(cut);
        unite.execute(statement).await?;
        let statement = sqlx::query("DELETE FROM trace WHERE rang <= $1").bind(cut);
        let purged = unite.execute(statement).await?;
        let nombre = i64::try_from(purged).unwrap_or(i64::MAX);
        let statement = sqlx::query(
            "INSERT INTO trace_ancre (rang, empreinte, nombre, le, par) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(cut)
        .bind(empreinte.clone())
        .bind(nombre)
        .bind(instant(now))
        .bind(par.to_owned());
        unite.execute(statement).await?;
        let statement =
            sqlx::query("SELECT rang, empreinte, nombre, le, par FROM trace_ancre ORDER BY rang");
        let rows = unite.rows(statement).await?;
        let ancres = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let entree = NouvelleTrace {
            personne_id: Some(par.to_owned()),
            acte: ACTE.to_owned(),
            nombre,
            detail: json!({ "regle": regle, "rang": cut, "empreinte": empreinte,
                            ANCRES: fingerprint(&ancres) }),
            ..NouvelleTrace::default()
        };
        unite.trace(&[entree]).await?;
        let detail = format!("Trace purgée par {par} : {purged} entrée(s), règle « {regle} ».");
        unite.note("purge", detail).await?;
        unite.commit().await?;
        Ok(purged)
    }
}

/// Fingerprint of all anchors.
pub(super) fn fingerprint(ancres: &[Ancre]) -> String {
    let mut encoding = Encoding(blake3::Hasher::new());
    encoding.text("mallette ancres 1");
    encoding.length(ancres.len());
    for ancre in ancres {
        encoding.number(ancre.rang);
        encoding.text(&ancre.empreinte);
        encoding.number(ancre.nombre);
        encoding.text(&ancre.le);
        encoding.text(&ancre.par);
    }
    encoding.end()
}

fn read(row: &AnyRow) -> Result<Ancre, RegistryError> {
    Ok(Ancre {
        rang: number(row, "rang")?,
        empreinte: text(row, "empreinte")?,
        nombre: number(row, "nombre")?,
        le: text(row, "le")?,
        par: text(row, "par")?,
    })
}
