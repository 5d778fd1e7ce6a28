//! Appending: one writer at a time at the end of the chain.

use mallette_domain::acces::Role;
use sqlx::AssertSqlSafe;

use super::maillon::Maillon;
use crate::ligne::{instant, number, text};
use crate::{Ecriture, RegistryError};

/// Dossiers written by one statement.
const BATCH: usize = 100;

/// An entry to append. No name goes in it: people by their identifier, dossiers by pseudonym.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NouvelleTrace {
    /// Who; none for the program itself.
    pub personne_id: Option<String>,
    /// Under which role.
    pub role: Option<Role>,
    /// What: a code such as `lecture_liste`.
    pub acte: String,
    /// In which centre.
    pub structure_id: Option<String>,
    /// Which dossiers, by pseudonym: all those that a page shows, in one entry.
    pub dossiers: Vec<String>,
    /// How many rows were concerned.
    pub nombre: i64,
    /// More, without names.
    pub detail: serde_json::Value,
}

impl Ecriture {
    /// Appends entries to the trace, in this transaction; the rank of the last one. Others that
    /// append wait for the end of it, so this comes last, after the acts: who holds the end of the
    /// chain and waits for a row of someone who waits for the chain would be refused.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn trace(&mut self, entrees: &[NouvelleTrace]) -> Result<i64, RegistryError> {
        let (mut rang, mut empreinte) = self.lock_trace().await?;
        for entree in entrees {
            rang += 1;
            let dossiers = (1..).zip(entree.dossiers.iter().cloned()).collect();
            let maillon = Maillon {
                rang,
                le: instant(self.le),
                personne_id: entree.personne_id.clone(),
                role: entree.role.map(|role| role.code().to_owned()),
                acte: entree.acte.clone(),
                structure_id: entree.structure_id.clone(),
                nombre: entree.nombre,
                detail: entree.detail.to_string(),
                empreinte_avant: empreinte,
                dossiers,
            };
            empreinte = maillon.empreinte();
            self.append(maillon, &empreinte).await?;
        }
        let statement =
            sqlx::query("UPDATE trace_tete SET rang = $2, empreinte = $3 WHERE nom = $1")
                .bind("tete")
                .bind(rang)
                .bind(empreinte);
        self.execute(statement).await?;
        Ok(rang)
    }

    /// Takes the end of the chain until the transaction ends: its rank and fingerprint.
    pub(super) async fn lock_trace(&mut self) -> Result<(i64, String), RegistryError> {
        let statement = sqlx::query(
            "UPDATE trace_tete SET rang = rang WHERE nom = $1 RETURNING rang, empreinte",
        )
        .bind("tete");
        let rows = self.rows(statement).await?;
        let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
        Ok((number(row, "rang")?, text(row, "empreinte")?))
    }

    async fn append(&mut self, maillon: Maillon, empreinte: &str) -> Result<(), RegistryError> {
        let rang = maillon.rang;
        let statement = sqlx::query(
            "INSERT INTO trace (rang, le, personne_id, role, acte, structure_id, nombre, detail, \
             empreinte_avant, empreinte) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(rang)
        .bind(maillon.le)
        .bind(maillon.personne_id)
        .bind(maillon.role)
        .bind(maillon.acte)
        .bind(maillon.structure_id)
        .bind(maillon.nombre)
        .bind(maillon.detail)
        .bind(maillon.empreinte_avant)
        .bind(empreinte.to_owned());
        self.execute(statement).await?;
        for batch in maillon.dossiers.chunks(BATCH) {
            let values: Vec<_> = (0..batch.len())
                .map(|index| format!("($1, ${}, ${})", 2 * index + 2, 2 * index + 3))
                .collect();
            let sql = format!(
                "INSERT INTO trace_dossier (rang, ordre, dossier_id) VALUES {}",
                values.join(", ")
            );
            let mut statement = sqlx::query(AssertSqlSafe(sql)).bind(rang);
            for (ordre, dossier_id) in batch {
                statement = statement.bind(*ordre).bind(dossier_id.clone());
            }
            self.execute(statement).await?;
        }
        Ok(())
    }
}
