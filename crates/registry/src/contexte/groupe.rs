//! The peer groups that the network adopted: by year, each with its reason; withdrawn, never deleted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Longest name of a group, and longest reason, in characters.
pub const MAX_GROUPE: usize = 80;
/// Longest reason, in characters.
const MAX_MOTIF: usize = 500;

/// Groups to adopt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouveauxGroupes {
    /// First year that they are for.
    pub annee: i64,
    /// Whether they were computed.
    pub calcules: bool,
    /// Why.
    pub motif: String,
    /// How they were made, as JSON.
    pub contenu: String,
    /// The group of each centre, by I-MILO code.
    pub centres: BTreeMap<String, String>,
    /// Who adopts them.
    pub par: String,
}

/// Groups that were adopted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupesAdoptes {
    /// Their rank: of two for one year, the later counts.
    pub rang: i64,
    /// First year that they are for.
    pub annee: i64,
    /// Whether they were computed.
    pub calcules: bool,
    /// Why they were adopted.
    pub motif: String,
    /// How they were made, as JSON.
    pub contenu: String,
    /// The group of each centre, by I-MILO code.
    pub centres: BTreeMap<String, String>,
    /// Who adopted them.
    pub par: String,
    /// When.
    pub le: Timestamp,
    /// Who withdrew them, when, why.
    pub retrait: Option<(String, Timestamp, String)>,
}

impl Registry {
    /// All the groups that were adopted, the last first, those withdrawn included.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn groupes_pairs(&self) -> Result<Vec<GroupesAdoptes>, RegistryError> {
        let statement = sqlx::query(
            "SELECT rang, annee, methode, motif, contenu, par, le, retire_par, retire_le, \
             retire_motif FROM groupe_pairs ORDER BY rang DESC",
        );
        let mut all: Vec<GroupesAdoptes> =
            self.rows(statement).await?.iter().map(read).collect::<Result<_, _>>()?;
        let statement = sqlx::query("SELECT rang, structure_id, groupe FROM groupe_pairs_centre");
        for row in self.rows(statement).await? {
            let rang = number(&row, "rang")?;
            if let Some(known) = all.iter_mut().find(|known| known.rang == rang) {
                known.centres.insert(text(&row, "structure_id")?, text(&row, "groupe")?);
            }
        }
        Ok(all)
    }
}

impl Unite {
    /// Adopts groups; their rank.
    ///
    /// # Errors
    /// A refusal when there is no reason, no centre, or a name that cannot be one.
    pub async fn adopt_groupes(&mut self, new: &NouveauxGroupes) -> Result<i64, RegistryError> {
        let motif = check(&new.motif, MAX_MOTIF, "Le motif")?;
        if new.centres.is_empty() {
            return refuse("Aucun centre n'a de groupe : il n'y a rien à adopter.");
        }
        let rang = self.next("groupe_pairs").await?;
        let statement = sqlx::query(
            "INSERT INTO groupe_pairs (rang, annee, methode, motif, contenu, par, le) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(rang)
        .bind(new.annee)
        .bind(if new.calcules { "calcul" } else { "main" })
        .bind(motif)
        .bind(new.contenu.clone())
        .bind(new.par.clone())
        .bind(instant(self.le));
        self.execute(statement).await?;
        for (structure_id, groupe) in &new.centres {
            let groupe = check(groupe, MAX_GROUPE, "Le nom d'un groupe")?;
            let statement = sqlx::query(
                "INSERT INTO groupe_pairs_centre (rang, structure_id, groupe) VALUES ($1, $2, $3)",
            )
            .bind(rang)
            .bind(structure_id.clone())
            .bind(groupe);
            self.execute(statement).await?;
        }
        let detail = format!("Groupes de pairs {rang} adoptés pour {} par {}.", new.annee, new.par);
        self.note("groupes_pairs", detail).await?;
        Ok(rang)
    }

    /// Withdraws groups: those before them, or those of the extracts, stand again.
    ///
    /// # Errors
    /// A refusal when they are unknown or already withdrawn, or when there is no reason.
    pub async fn withdraw_groupes(
        &mut self,
        rang: i64,
        motif: &str,
        par: &str,
    ) -> Result<(), RegistryError> {
        let motif = check(motif, MAX_MOTIF, "Le motif")?;
        let statement = sqlx::query(
            "UPDATE groupe_pairs SET retire_par = $2, retire_le = $3, retire_motif = $4 \
             WHERE rang = $1 AND retire_le IS NULL",
        )
        .bind(rang)
        .bind(par.to_owned())
        .bind(instant(self.le))
        .bind(motif);
        if self.execute(statement).await? == 0 {
            return refuse("Ces groupes sont inconnus ou déjà retirés. Rien n'a été modifié.");
        }
        self.note("groupes_pairs", format!("Groupes de pairs {rang} retirés par {par}.")).await
    }
}

fn check(said: &str, max: usize, what: &str) -> Result<String, RegistryError> {
    let said = said.trim();
    if said.is_empty() || said.chars().count() > max || said.chars().any(char::is_control) {
        return refuse(&format!(
            "{what} est à écrire, en {max} caractères au plus, sur une ligne."
        ));
    }
    Ok(said.to_owned())
}

fn refuse<T>(raison: &str) -> Result<T, RegistryError> {
    Err(RegistryError::Refus(raison.to_owned()))
}

fn read(row: &AnyRow) -> Result<GroupesAdoptes, RegistryError> {
    let par: Option<String> = maybe(row, "retire_par")?;
    let le: Option<Timestamp> = maybe_parse(row, "retire_le")?;
    let motif: Option<String> = maybe(row, "retire_motif")?;
    Ok(GroupesAdoptes {
        rang: number(row, "rang")?,
        annee: number(row, "annee")?,
        calcules: text(row, "methode")? == "calcul",
        motif: text(row, "motif")?,
        contenu: text(row, "contenu")?,
        centres: BTreeMap::new(),
        par: text(row, "par")?,
        le: parse(row, "le")?,
        retrait: par.zip(le).map(|(par, le)| (par, le, motif.unwrap_or_default())),
    })
}
