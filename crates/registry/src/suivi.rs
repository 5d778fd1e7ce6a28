//! What people say of anomalies: who has each in hand, what is to be checked, what is justified and until
//! when; and every act, for ever. Free texts are sealed by who calls: the registry never reads them.
//!
//! Who acts says which state was read (`version`): an act over a state that another made since writes
//! nothing and is told back, so that nobody's word is lost.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Registry, RegistryError, Scelle, Unite};

/// What names an anomaly within its centre, from one extract to the next.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cible {
    /// Code of the rule.
    pub regle: String,
    /// Canonical table of the object.
    pub table: String,
    /// Its key within the centre.
    pub objet: String,
}

/// A reason given to keep an anomaly as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Justifiee {
    /// Who gave it.
    pub par: String,
    /// When.
    pub le: Timestamp,
    /// Last day on which it holds.
    pub jusqu_au: Date,
    /// The row that it was given for; none for what is no row.
    pub empreinte: Option<u64>,
    /// The reason, sealed.
    pub raison: Scelle,
}

/// What was said of an anomaly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suivi {
    /// Which one.
    pub cible: Cible,
    /// How many acts made it.
    pub version: i64,
    /// The conseiller whom it was given to.
    pub conseiller_id: Option<String>,
    /// Day by which it is to be dealt with.
    pub echeance: Option<Date>,
    /// Whether it is to be checked.
    pub a_verifier: bool,
    /// The reason to keep it as it is.
    pub justifiee: Option<Justifiee>,
    /// Who acted last.
    pub modifiee_par: String,
    /// When.
    pub modifiee_le: Timestamp,
}

/// What somebody does about an anomaly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActeSuivi {
    /// Gives it to a conseiller (none: back to the one whom the data name), to be dealt with by a day.
    Assigner {
        /// The conseiller.
        conseiller_id: Option<String>,
        /// The day.
        echeance: Option<Date>,
    },
    /// Writes a comment, sealed.
    Commenter(Scelle),
    /// Marks it to be checked, or takes the mark off.
    AVerifier(bool),
    /// Gives a reason to keep it as it is.
    Justifier {
        /// The reason, sealed.
        raison: Scelle,
        /// The row that it is given for.
        empreinte: Option<u64>,
        /// Last day on which it holds.
        jusqu_au: Date,
    },
    /// Takes the reason back.
    Reprendre,
}

impl ActeSuivi {
    /// The code stored.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Assigner { .. } => "assigner",
            Self::Commenter(_) => "commenter",
            Self::AVerifier(true) => "a_verifier",
            Self::AVerifier(false) => "verifiee",
            Self::Justifier { .. } => "justifier",
            Self::Reprendre => "reprendre",
        }
    }
}

/// An act done, as the history keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActeFait {
    /// Its rank among all.
    pub rang: i64,
    /// The version of the state that it made.
    pub version: i64,
    /// [`ActeSuivi::code`].
    pub acte: String,
    /// Who did it.
    pub par: String,
    /// When.
    pub le: Timestamp,
    /// The conseiller named by it.
    pub conseiller_id: Option<String>,
    /// The day named by it.
    pub jusqu_au: Option<Date>,
    /// A reason or a comment, sealed.
    pub texte: Option<Scelle>,
}

/// An act to do: on which anomaly, over which version of its state (zero when nothing was said yet).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Geste {
    /// Which anomaly.
    pub cible: Cible,
    /// The state that was read.
    pub version: i64,
    /// Pseudonym of the dossier of its object.
    pub dossier_id: Option<String>,
    /// What is done.
    pub acte: ActeSuivi,
}

const COLONNES: &str = "regle, objet_table, objet_id, version, conseiller_id, echeance, a_verifier, \
                        justifiee_par, justifiee_le, justifiee_jusqu_au, justifiee_empreinte, raison, \
                        modifiee_par, modifiee_le";

impl Registry {
    /// What was said of the anomalies of a centre, those of one rule or of all.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn suivis(
        &self,
        structure_id: &str,
        regle: Option<&str>,
    ) -> Result<BTreeMap<Cible, Suivi>, RegistryError> {
        let mut sql = format!("SELECT {COLONNES} FROM suivi WHERE structure_id = $1");
        if regle.is_some() {
            sql.push_str(" AND regle = $2");
        }
        let mut statement = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(structure_id.to_owned());
        if let Some(regle) = regle {
            statement = statement.bind(regle.to_owned());
        }
        let rows = self.rows(statement).await?;
        let read = rows.iter().map(|row| read(row).map(|suivi| (suivi.cible.clone(), suivi)));
        read.collect()
    }

    /// Every act on an anomaly, the first one first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn suivi_history(
        &self,
        structure_id: &str,
        cible: &Cible,
    ) -> Result<Vec<ActeFait>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, version, acte, par, le, conseiller_id, jusqu_au, texte FROM suivi_acte \
             WHERE structure_id = $1 AND regle = $2 AND objet_table = $3 AND objet_id = $4 \
             ORDER BY version",
        );
        let statement = bind(statement, structure_id, cible);
        let rows = self.rows(statement).await?;
        rows.iter().map(read_act).collect()
    }

    /// Every act on the anomalies of a dossier, with the anomaly, the first one first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn suivi_of_dossier(
        &self,
        structure_id: &str,
        dossier_id: &str,
    ) -> Result<Vec<(Cible, ActeFait)>, RegistryError> {
        let statement = sqlx::query(
            "SELECT regle, objet_table, objet_id, rang, version, acte, par, le, conseiller_id, \
             jusqu_au, texte FROM suivi_acte \
             WHERE structure_id = $1 AND dossier_id = $2 ORDER BY rang",
        )
        .bind(structure_id.to_owned())
        .bind(dossier_id.to_owned());
        let rows = self.rows(statement).await?;
        rows.iter().map(|row| Ok((read_cible(row)?, read_act(row)?))).collect()
    }

    /// How many anomalies of each centre have a reason that holds on that day, by centre and rule: numbers
    /// only, the rows behind them may have changed since.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn justifiees(
        &self,
        jour: Date,
    ) -> Result<BTreeMap<(String, String), u64>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id, regle, count(*) AS nombre FROM suivi \
             WHERE justifiee_jusqu_au >= $1 GROUP BY structure_id, regle",
        )
        .bind(jour.to_string());
        let read = |row: &AnyRow| {
            let count = u64::try_from(number(row, "nombre")?).unwrap_or_default();
            Ok(((text(row, "structure_id")?, text(row, "regle")?), count))
        };
        self.rows(statement).await?.iter().map(read).collect()
    }
}

impl Unite {
    /// Does acts on anomalies of a centre; those that were done. The others, over a state that somebody
    /// changed since it was read, wrote nothing.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn act_on_suivi(
        &mut self,
        structure_id: &str,
        gestes: &[Geste],
        par: &str,
    ) -> Result<Vec<Cible>, RegistryError> {
        let mut done = Vec::new();
        for geste in gestes {
            if self.change(structure_id, geste, par).await? {
                self.keep_act(structure_id, geste, par).await?;
                done.push(geste.cible.clone());
            }
        }
        if !done.is_empty() {
            let detail =
                format!("{} acte(s) sur des anomalies du centre {structure_id}.", done.len());
            self.note("suivi", detail).await?;
        }
        Ok(done)
    }

    /// Changes the state; whether it was the one that was read.
    async fn change(
        &mut self,
        structure_id: &str,
        geste: &Geste,
        par: &str,
    ) -> Result<bool, RegistryError> {
        let now = instant(self.le);
        if geste.version == 0 {
            // Nothing said yet: the state is made, unless somebody just did.
            let statement = sqlx::query(
                "INSERT INTO suivi (structure_id, regle, objet_table, objet_id, dossier_id, version, \
                 a_verifier, modifiee_par, modifiee_le) VALUES ($1, $2, $3, $4, $5, 0, 0, $6, $7) \
                 ON CONFLICT (structure_id, regle, objet_table, objet_id) DO NOTHING",
            );
            let statement = bind(statement, structure_id, &geste.cible);
            let statement = statement.bind(geste.dossier_id.clone());
            self.execute(statement.bind(par.to_owned()).bind(now.clone())).await?;
        }
        let set = match &geste.acte {
            ActeSuivi::Assigner { .. } => "conseiller_id = $8, echeance = $9, ",
            ActeSuivi::Commenter(_) => "",
            ActeSuivi::AVerifier(true) => "a_verifier = 1, ",
            ActeSuivi::AVerifier(false) => "a_verifier = 0, ",
            ActeSuivi::Justifier { .. } => {
                "a_verifier = 0, justifiee_par = $6, justifiee_le = $7, raison = $8, \
                 justifiee_jusqu_au = $9, justifiee_empreinte = $10, "
            }
            ActeSuivi::Reprendre => {
                "justifiee_par = NULL, justifiee_le = NULL, raison = NULL, \
                 justifiee_jusqu_au = NULL, justifiee_empreinte = NULL, "
            }
        };
        let sql = format!(
            "UPDATE suivi SET {set}version = version + 1, modifiee_par = $6, modifiee_le = $7 \
             WHERE structure_id = $1 AND regle = $2 AND objet_table = $3 AND objet_id = $4 \
             AND version = $5"
        );
        let statement = bind(sqlx::query(sqlx::AssertSqlSafe(sql)), structure_id, &geste.cible)
            .bind(geste.version)
            .bind(par.to_owned())
            .bind(now);
        let statement = match &geste.acte {
            ActeSuivi::Assigner { conseiller_id, echeance } => {
                statement.bind(conseiller_id.clone()).bind(echeance.map(|day| day.to_string()))
            }
            ActeSuivi::Justifier { raison, empreinte, jusqu_au } => statement
                .bind(raison.0.clone())
                .bind(jusqu_au.to_string())
                .bind(empreinte.map(|row| format!("{row:016x}")).unwrap_or_default()),
            _ => statement,
        };
        Ok(self.execute(statement).await? == 1)
    }

    async fn keep_act(
        &mut self,
        structure_id: &str,
        geste: &Geste,
        par: &str,
    ) -> Result<(), RegistryError> {
        let rang = self.next("suivi").await?;
        let (conseiller, day, texte) = match &geste.acte {
            ActeSuivi::Assigner { conseiller_id, echeance } => {
                (conseiller_id.clone(), *echeance, None)
            }
            ActeSuivi::Commenter(texte) => (None, None, Some(texte.0.clone())),
            ActeSuivi::Justifier { raison, jusqu_au, .. } => {
                (None, Some(*jusqu_au), Some(raison.0.clone()))
            }
            ActeSuivi::AVerifier(_) | ActeSuivi::Reprendre => (None, None, None),
        };
        let statement = sqlx::query(
            "INSERT INTO suivi_acte (structure_id, regle, objet_table, objet_id, rang, version, acte, \
             par, le, conseiller_id, jusqu_au, texte, dossier_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        );
        let statement = bind(statement, structure_id, &geste.cible)
            .bind(rang)
            .bind(geste.version + 1)
            .bind(geste.acte.code())
            .bind(par.to_owned())
            .bind(instant(self.le))
            .bind(conseiller)
            .bind(day.map(|day| day.to_string()))
            .bind(texte)
            .bind(geste.dossier_id.clone());
        self.execute(statement).await?;
        Ok(())
    }

    /// Removes what people wrote about anomalies of a dossier whose names are not kept any more: texts may
    /// name the person. What was done, by whom and when stays. How many texts went.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn forget_suivi_texts(
        &mut self,
        structure_id: &str,
        dossier_id: &str,
    ) -> Result<u64, RegistryError> {
        let of = |sql: &'static str| {
            sqlx::query(sql).bind(structure_id.to_owned()).bind(dossier_id.to_owned())
        };
        let state =
            of("UPDATE suivi SET raison = NULL WHERE structure_id = $1 AND dossier_id = $2");
        self.execute(state).await?;
        let acts = "UPDATE suivi_acte SET texte = NULL \
                    WHERE structure_id = $1 AND dossier_id = $2 AND texte IS NOT NULL";
        self.execute(of(acts)).await
    }
}

fn bind(
    statement: crate::unite::Statement,
    structure_id: &str,
    cible: &Cible,
) -> crate::unite::Statement {
    statement
        .bind(structure_id.to_owned())
        .bind(cible.regle.clone())
        .bind(cible.table.clone())
        .bind(cible.objet.clone())
}

fn read_cible(row: &AnyRow) -> Result<Cible, RegistryError> {
    Ok(Cible {
        regle: text(row, "regle")?,
        table: text(row, "objet_table")?,
        objet: text(row, "objet_id")?,
    })
}

fn read_act(row: &AnyRow) -> Result<ActeFait, RegistryError> {
    Ok(ActeFait {
        rang: number(row, "rang")?,
        version: number(row, "version")?,
        acte: text(row, "acte")?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
        conseiller_id: maybe(row, "conseiller_id")?,
        jusqu_au: maybe_parse(row, "jusqu_au")?,
        texte: maybe(row, "texte")?.map(Scelle),
    })
}

fn read(row: &AnyRow) -> Result<Suivi, RegistryError> {
    let justifiee = match maybe_parse(row, "justifiee_jusqu_au")? {
        None => None,
        Some(jusqu_au) => Some(Justifiee {
            par: maybe(row, "justifiee_par")?.unwrap_or_default(),
            le: parse(row, "justifiee_le")?,
            jusqu_au,
            empreinte: read_row(maybe(row, "justifiee_empreinte")?)?,
            raison: Scelle(maybe(row, "raison")?.unwrap_or_default()),
        }),
    };
    Ok(Suivi {
        cible: read_cible(row)?,
        version: number(row, "version")?,
        conseiller_id: maybe(row, "conseiller_id")?,
        echeance: maybe_parse(row, "echeance")?,
        a_verifier: number(row, "a_verifier")? != 0,
        justifiee,
        modifiee_par: text(row, "modifiee_par")?,
        modifiee_le: parse(row, "modifiee_le")?,
    })
}

fn read_row(kept: Option<String>) -> Result<Option<u64>, RegistryError> {
    let Some(kept) = kept.filter(|kept| !kept.is_empty()) else { return Ok(None) };
    u64::from_str_radix(&kept, 16)
        .map(Some)
        .map_err(|_| RegistryError::Illisible { colonne: "justifiee_empreinte", valeur: kept })
}
