//! Files that bring figures to the network: which came, who brought them, which were undone. What each
//! one brought stands in the tables of its kind (`contexte.rs`, `publie.rs`). Nothing is deleted: a file
//! undone stays, and says so.

use jiff::Timestamp;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::unite::Statement;
use crate::{Registry, RegistryError, Unite};

/// Rows written by one statement.
const BATCH: usize = 100;

/// What a file brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenreApport {
    /// Series of what surrounds centres.
    Contexte,
    /// Published statistics.
    Publies,
}

impl GenreApport {
    /// The table of its files.
    const fn table(self) -> &'static str {
        match self {
            Self::Contexte => "contexte_import",
            Self::Publies => "publie_import",
        }
    }

    /// The counter that gives files their rank, and the act under which the journal tells them.
    const fn compteur(self) -> &'static str {
        match self {
            Self::Contexte => "contexte",
            Self::Publies => "publie",
        }
    }

    /// How the journal names one of its files.
    const fn nom(self) -> &'static str {
        match self {
            Self::Contexte => "Contexte",
            Self::Publies => "Publiés",
        }
    }

    /// What its files are of, after « fichier ».
    const fn de(self) -> &'static str {
        match self {
            Self::Contexte => "de contexte",
            Self::Publies => "de statistiques publiées",
        }
    }
}

/// A file to bring in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelApport {
    /// Name of the file.
    pub fichier: String,
    /// The lines left out, as JSON.
    pub ecartees: String,
    /// Who brings it.
    pub par: String,
}

/// A file that was brought in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apport {
    /// Its rank among those of its kind.
    pub rang: i64,
    /// Name of the file.
    pub fichier: String,
    /// The lines left out, as JSON.
    pub ecartees: String,
    /// Who brought it.
    pub par: String,
    /// When.
    pub le: Timestamp,
    /// Who undid it.
    pub annule_par: Option<String>,
    /// When it was undone.
    pub annule_le: Option<Timestamp>,
}

impl Registry {
    /// Every file of a kind, the last first, those undone included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn apports(&self, genre: GenreApport) -> Result<Vec<Apport>, RegistryError> {
        let sql = format!(
            "SELECT rang, fichier, ecartees, par, le, annule_par, annule_le FROM {} \
             ORDER BY rang DESC",
            genre.table()
        );
        self.rows(sqlx::query(AssertSqlSafe(sql))).await?.iter().map(read).collect()
    }
}

impl Unite {
    /// Writes that a file was brought in; its rank. What it brings (`quoi`, in words) is written beside,
    /// in the same transaction.
    pub(crate) async fn add_apport(
        &mut self,
        genre: GenreApport,
        new: &NouvelApport,
        quoi: &str,
    ) -> Result<i64, RegistryError> {
        let rang = self.next(genre.compteur()).await?;
        let sql = format!(
            "INSERT INTO {} (rang, fichier, ecartees, par, le) VALUES ($1, $2, $3, $4, $5)",
            genre.table()
        );
        let statement = sqlx::query(AssertSqlSafe(sql))
            .bind(rang)
            .bind(new.fichier.clone())
            .bind(new.ecartees.clone())
            .bind(new.par.clone())
            .bind(instant(self.le));
        self.execute(statement).await?;
        let detail = format!("{} {rang} : {quoi}, par {}.", genre.nom(), new.par);
        self.note(genre.compteur(), detail).await?;
        Ok(rang)
    }

    /// Writes pairs of texts beside what they are of: `into` is the table and its columns, `fixed` how many of
    /// these come first and are the same in every row, which `start` binds.
    pub(crate) async fn add_pairs(
        &mut self,
        into: &str,
        fixed: usize,
        start: impl Fn(Statement) -> Statement,
        pairs: &[(String, String)],
    ) -> Result<(), RegistryError> {
        let first: Vec<String> = (1..=fixed).map(|index| format!("${index}")).collect();
        let first = first.join(", ");
        for batch in pairs.chunks(BATCH) {
            let places: Vec<String> = (0..batch.len())
                .map(|rank| fixed + 2 * rank)
                .map(|before| format!("({first}, ${}, ${})", before + 1, before + 2))
                .collect();
            let sql = format!("INSERT INTO {into} VALUES {}", places.join(", "));
            let mut statement = start(sqlx::query(AssertSqlSafe(sql)));
            for (left, right) in batch {
                statement = statement.bind(left.clone()).bind(right.clone());
            }
            self.execute(statement).await?;
        }
        Ok(())
    }

    /// Undoes a file: what it had replaced stands again.
    ///
    /// # Errors
    /// A refusal when it is unknown or already undone.
    pub async fn undo_apport(
        &mut self,
        genre: GenreApport,
        rang: i64,
        par: &str,
    ) -> Result<(), RegistryError> {
        let sql = format!(
            "UPDATE {} SET annule_par = $2, annule_le = $3 WHERE rang = $1 AND annule_le IS NULL",
            genre.table()
        );
        let statement =
            sqlx::query(AssertSqlSafe(sql)).bind(rang).bind(par.to_owned()).bind(instant(self.le));
        if self.execute(statement).await? == 0 {
            let de = genre.de();
            return Err(RegistryError::Refus(format!(
                "Ce fichier {de} est inconnu ou déjà annulé. Rien n'a été modifié."
            )));
        }
        let detail = format!("{} {rang} : annulé par {par}.", genre.nom());
        self.note(genre.compteur(), detail).await
    }
}

fn read(row: &AnyRow) -> Result<Apport, RegistryError> {
    Ok(Apport {
        rang: number(row, "rang")?,
        fichier: text(row, "fichier")?,
        ecartees: text(row, "ecartees")?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
        annule_par: maybe(row, "annule_par")?,
        annule_le: maybe_parse(row, "annule_le")?,
    })
}
