//! What young persons ask about their data, and what became of it. Dossiers by pseudonym: the register
//! of requests names nobody.

use jiff::Timestamp;
use jiff::ToSpan as _;
use jiff::civil::Date;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Longest text of a request or of its answer, in characters.
const MAX_TEXTE: usize = 2_000;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GenreDemande {
    /// To have a copy of everything (RGPD, art. 15).
    Acces,
    /// To have something corrected (art. 16).
    Rectification,
    /// To have names erased (art. 17).
    Effacement,
    /// That the data no longer be used (art. 21).
    Opposition,
}

impl GenreDemande {
    /// Every kind, in the order in which pages list them.
    pub const ALL: [Self; 4] =
        [Self::Acces, Self::Rectification, Self::Effacement, Self::Opposition];

    /// The code stored and sent by forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Acces => "acces",
            Self::Rectification => "rectification",
            Self::Effacement => "effacement",
            Self::Opposition => "opposition",
        }
    }

    /// The kind of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|genre| genre.code() == code)
    }
}

/// How far a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EtatDemande {
    /// To be answered.
    Ouverte,
    /// Done: handed over, corrected, erased.
    Satisfaite,
    /// Refused, with the reason in the answer.
    Refusee,
}

impl EtatDemande {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Ouverte, Self::Satisfaite, Self::Refusee];

    /// The code stored and sent by forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Ouverte => "ouverte",
            Self::Satisfaite => "satisfaite",
            Self::Refusee => "refusee",
        }
    }

    /// The state of that code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|etat| etat.code() == code)
    }
}

/// A request to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NouvelleDemande {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Whose, by pseudonym.
    pub dossier_id: String,
    /// What is asked for.
    pub genre: GenreDemande,
    /// When the centre received it.
    pub recue_le: Date,
    /// Details, without any name.
    pub objet: String,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demande {
    /// Its rank among all.
    pub rang: i64,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Whose, by pseudonym.
    pub dossier_id: String,
    /// What is asked for.
    pub genre: GenreDemande,
    /// When the centre received it.
    pub recue_le: Date,
    /// Last day to answer: one month later (RGPD, art. 12(3)).
    pub echeance: Date,
    /// Details.
    pub objet: String,
    /// Who recorded it.
    pub enregistree_par: String,
    /// When it was recorded.
    pub enregistree_le: Timestamp,
    /// How far it is.
    pub etat: EtatDemande,
    /// What was answered.
    pub reponse: Option<String>,
    /// Who closed it.
    pub close_par: Option<String>,
    /// When it was closed.
    pub close_le: Option<Timestamp>,
}

const COLONNES: &str = "rang, structure_id, dossier_id, genre, recue_le, echeance, objet, \
                        enregistree_par, enregistree_le, etat, reponse, close_par, close_le";

impl Registry {
    /// The requests made to a centre, the last recorded first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn demandes(&self, structure_id: &str) -> Result<Vec<Demande>, RegistryError> {
        let sql =
            format!("SELECT {COLONNES} FROM demande WHERE structure_id = $1 ORDER BY rang DESC");
        let statement = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(structure_id.to_owned());
        self.rows(statement).await?.iter().map(read).collect()
    }
}

impl Unite {
    /// Records a request; its rank. The answer is due one month after it was received.
    ///
    /// # Errors
    /// A refusal when it was received after today, or is too long.
    pub async fn record_demande(
        &mut self,
        demande: &NouvelleDemande,
        par: &str,
    ) -> Result<i64, RegistryError> {
        let objet = check_text(&demande.objet)?;
        let today = jiff::tz::TimeZone::UTC.to_datetime(self.le).date();
        // By the clock of the network, it may already be tomorrow.
        if demande.recue_le > today.saturating_add(1.day()) {
            return Err(RegistryError::Refus(
                "La date de réception est à venir. La corriger, puis recommencer.".to_owned(),
            ));
        }
        let echeance = demande.recue_le.saturating_add(1.month());
        let rang = self.next("demande").await?;
        let statement = sqlx::query(
            "INSERT INTO demande (rang, structure_id, dossier_id, genre, recue_le, echeance, objet, \
             enregistree_par, enregistree_le, etat) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(rang)
        .bind(demande.structure_id.clone())
        .bind(demande.dossier_id.clone())
        .bind(demande.genre.code())
        .bind(demande.recue_le.to_string())
        .bind(echeance.to_string())
        .bind(objet)
        .bind(par.to_owned())
        .bind(instant(self.le))
        .bind(EtatDemande::Ouverte.code());
        self.execute(statement).await?;
        let detail = format!(
            "Demande {rang} ({}) enregistrée par {par}, centre {}.",
            demande.genre.code(),
            demande.structure_id
        );
        self.note("demande", detail).await?;
        Ok(rang)
    }

    /// Closes a request of a centre with its answer.
    ///
    /// # Errors
    /// A refusal when it is unknown there, closed already, or left open by `etat`.
    pub async fn close_demande(
        &mut self,
        structure_id: &str,
        rang: i64,
        etat: EtatDemande,
        reponse: &str,
        par: &str,
    ) -> Result<(), RegistryError> {
        let reponse = check_text(reponse)?;
        if etat == EtatDemande::Ouverte || (etat == EtatDemande::Refusee && reponse.is_empty()) {
            return Err(RegistryError::Refus(
                "Dire ce qui a été répondu ; un refus donne sa raison à la personne.".to_owned(),
            ));
        }
        let statement = sqlx::query(
            "UPDATE demande SET etat = $3, reponse = $4, close_par = $5, close_le = $6 \
             WHERE rang = $1 AND structure_id = $2 AND etat = $7",
        )
        .bind(rang)
        .bind(structure_id.to_owned())
        .bind(etat.code())
        .bind(reponse)
        .bind(par.to_owned())
        .bind(instant(self.le))
        .bind(EtatDemande::Ouverte.code());
        if self.execute(statement).await? == 0 {
            return Err(RegistryError::Refus(
                "Cette demande n'existe pas dans ce centre, ou elle est déjà close.".to_owned(),
            ));
        }
        self.note("demande", format!("Demande {rang} close ({}) par {par}.", etat.code())).await
    }
}

fn check_text(text: &str) -> Result<String, RegistryError> {
    let text = text.trim();
    if text.chars().count() > MAX_TEXTE {
        return Err(RegistryError::Refus(format!(
            "Ce texte est trop long : {MAX_TEXTE} caractères au plus. Le raccourcir."
        )));
    }
    Ok(text.to_owned())
}

fn read(row: &AnyRow) -> Result<Demande, RegistryError> {
    let (genre, etat) = (text(row, "genre")?, text(row, "etat")?);
    let unreadable = |colonne, valeur| RegistryError::Illisible { colonne, valeur };
    Ok(Demande {
        rang: number(row, "rang")?,
        structure_id: text(row, "structure_id")?,
        dossier_id: text(row, "dossier_id")?,
        genre: GenreDemande::from_code(&genre)
            .ok_or_else(|| unreadable("demande.genre", genre.clone()))?,
        recue_le: parse(row, "recue_le")?,
        echeance: parse(row, "echeance")?,
        objet: text(row, "objet")?,
        enregistree_par: text(row, "enregistree_par")?,
        enregistree_le: parse(row, "enregistree_le")?,
        etat: EtatDemande::from_code(&etat)
            .ok_or_else(|| unreadable("demande.etat", etat.clone()))?,
        reponse: maybe(row, "reponse")?,
        close_par: maybe(row, "close_par")?,
        close_le: maybe_parse(row, "close_le")?,
    })
}
