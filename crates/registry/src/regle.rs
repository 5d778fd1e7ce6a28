//! Rules that people write, and indicators that they define: drafts, reviewed by another person, published,
//! withdrawn. A version published is never changed: it is replaced by the next one, or withdrawn with a
//! reason. Both live the same life in the same table; the code says which it is.
//!
//! Who acts says which revision was read: an act over one that somebody wrote since is refused, so that
//! nothing written is lost, and that what is reviewed or published is what was read.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, maybe_parse, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Longest content and longest reason, in characters.
const MAX_CONTENU: usize = 60_000;
const MAX_MOTIF: usize = 500;

/// What people write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Redige {
    /// A rule.
    Regle,
    /// An indicator.
    Indicateur,
}

impl Redige {
    /// What its code starts with.
    const fn prefixe(self) -> &'static str {
        match self {
            Self::Regle => "LOC-",
            Self::Indicateur => "IND-",
        }
    }

    /// What that code names.
    fn of(code: &str) -> Self {
        if code.starts_with(Self::Indicateur.prefixe()) { Self::Indicateur } else { Self::Regle }
    }

    /// What the journal says was done to a version of that code.
    fn told(code: &str, numero: i64, (regle, indicateur): (&str, &str), par: &str) -> String {
        match Self::of(code) {
            Self::Regle => format!("Règle {code}, version {numero}, {regle} par {par}."),
            Self::Indicateur => {
                format!("Indicateur {code}, version {numero}, {indicateur} par {par}.")
            }
        }
    }
}

/// Where a version of a rule stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EtatRegle {
    /// Being written.
    Brouillon,
    /// Read by another person than who wrote it.
    Relue,
    /// It judges.
    Publiee,
    /// A later version judges in its place.
    Remplacee,
    /// It judged, and no longer does.
    Retiree,
    /// It was given up before it judged.
    Abandonnee,
}

impl EtatRegle {
    /// Every one, in the order of its life.
    pub const ALL: [Self; 6] = [
        Self::Brouillon,
        Self::Relue,
        Self::Publiee,
        Self::Remplacee,
        Self::Retiree,
        Self::Abandonnee,
    ];

    /// The code stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Brouillon => "brouillon",
            Self::Relue => "relue",
            Self::Publiee => "publiee",
            Self::Remplacee => "remplacee",
            Self::Retiree => "retiree",
            Self::Abandonnee => "abandonnee",
        }
    }

    /// Whether it may still be written.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Brouillon | Self::Relue)
    }
}

/// Somebody who did something, and when.
pub type Fait = (String, Timestamp);

/// One version of a rule that people write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegleRedigee {
    /// Its code.
    pub code: String,
    /// Number of the version, from 1.
    pub numero: i64,
    /// The only centre that it judges.
    pub structure_id: Option<String>,
    /// Where it stands.
    pub etat: EtatRegle,
    /// How many times it was written.
    pub revision: i64,
    /// What was typed, as JSON.
    pub contenu: String,
    /// The file that it compiled to when it was published.
    pub texte: Option<String>,
    /// Who began it.
    pub creee: Fait,
    /// Who wrote last.
    pub modifiee: Fait,
    /// Who reviewed it.
    pub relue: Option<Fait>,
    /// Who published it.
    pub publiee: Option<Fait>,
    /// Who withdrew it or gave it up.
    pub retiree: Option<Fait>,
    /// Why it was withdrawn.
    pub motif: Option<String>,
}

const COLONNES: &str = "code, numero, structure_id, etat, revision, contenu, texte, creee_par, creee_le, \
                        modifiee_par, modifiee_le, relue_par, relue_le, publiee_par, publiee_le, \
                        retiree_par, retiree_le, motif";

impl Registry {
    /// Every version of every rule that people wrote, or of that code only: by code, the last version
    /// first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn regles_redigees(
        &self,
        code: Option<&str>,
    ) -> Result<Vec<RegleRedigee>, RegistryError> {
        self.rediges(Redige::Regle, code).await
    }

    /// [`Registry::regles_redigees`], of rules or of indicators.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn rediges(
        &self,
        quoi: Redige,
        code: Option<&str>,
    ) -> Result<Vec<RegleRedigee>, RegistryError> {
        let which = if code.is_some() { " AND code = $2" } else { "" };
        let sql = format!(
            "SELECT {COLONNES} FROM regle_redigee WHERE code LIKE $1{which} \
             ORDER BY code, numero DESC"
        );
        let mut statement =
            sqlx::query(sqlx::AssertSqlSafe(sql)).bind(format!("{}%", quoi.prefixe()));
        if let Some(code) = code {
            statement = statement.bind(code.to_owned());
        }
        self.rows(statement).await?.iter().map(read).collect()
    }

    /// Code and file of the versions that judge.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn regles_publiees(&self) -> Result<Vec<(String, String)>, RegistryError> {
        self.redactions_publiees(Redige::Regle).await
    }

    /// Code and file of the versions published, of rules or of indicators.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn redactions_publiees(
        &self,
        quoi: Redige,
    ) -> Result<Vec<(String, String)>, RegistryError> {
        let statement = sqlx::query(
            "SELECT code, texte FROM regle_redigee WHERE etat = 'publiee' AND code LIKE $1 \
             ORDER BY code",
        )
        .bind(format!("{}%", quoi.prefixe()));
        let rows = self.rows(statement).await?;
        let read =
            |row: &AnyRow| Ok((text(row, "code")?, maybe(row, "texte")?.unwrap_or_default()));
        rows.iter().map(read).collect()
    }
}

impl Unite {
    /// Begins a rule, and gives its code.
    ///
    /// # Errors
    /// When the store does not answer; a refusal when the content is too long.
    pub async fn create_regle(
        &mut self,
        structure_id: Option<&str>,
        contenu: &str,
        par: &str,
    ) -> Result<String, RegistryError> {
        self.create_redige(Redige::Regle, structure_id, contenu, par).await
    }

    /// Begins an indicator, of the whole network, and gives its code.
    ///
    /// # Errors
    /// As [`Unite::create_regle`].
    pub async fn create_indicateur(
        &mut self,
        contenu: &str,
        par: &str,
    ) -> Result<String, RegistryError> {
        self.create_redige(Redige::Indicateur, None, contenu, par).await
    }

    async fn create_redige(
        &mut self,
        quoi: Redige,
        structure_id: Option<&str>,
        contenu: &str,
        par: &str,
    ) -> Result<String, RegistryError> {
        // One count for both: a number names one thing that people wrote.
        let code = format!("{}{}", quoi.prefixe(), self.next("regle").await?);
        self.insert_version(&code, 1, structure_id, contenu, par).await?;
        let told = Redige::told(&code, 1, ("commencée", "commencé"), par);
        self.note("regle", told).await?;
        Ok(code)
    }

    async fn insert_version(
        &mut self,
        code: &str,
        numero: i64,
        structure_id: Option<&str>,
        contenu: &str,
        par: &str,
    ) -> Result<(), RegistryError> {
        check_content(contenu)?;
        let statement = sqlx::query(
            "INSERT INTO regle_redigee (code, numero, structure_id, etat, revision, contenu, creee_par, \
             creee_le, modifiee_par, modifiee_le) \
             VALUES ($1, $2, $3, 'brouillon', 1, $4, $5, $6, $5, $6)",
        )
        .bind(code.to_owned())
        .bind(numero)
        .bind(structure_id.map(str::to_owned))
        .bind(contenu.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        Ok(())
    }

    /// Writes a version that is not published; a review of what it said no longer counts.
    ///
    /// # Errors
    /// A refusal when somebody wrote it since it was read, or when it may no longer be written.
    pub async fn write_regle(
        &mut self,
        (code, numero, revision): (&str, i64, i64),
        contenu: &str,
        par: &str,
    ) -> Result<(), RegistryError> {
        check_content(contenu)?;
        let statement = sqlx::query(
            "UPDATE regle_redigee SET contenu = $4, revision = revision + 1, etat = 'brouillon', \
             modifiee_par = $5, modifiee_le = $6, relue_par = NULL, relue_le = NULL \
             WHERE code = $1 AND numero = $2 AND revision = $3 AND etat IN ('brouillon', 'relue')",
        )
        .bind(code.to_owned())
        .bind(numero)
        .bind(revision)
        .bind(contenu.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.changed(statement).await?;
        self.note("regle", Redige::told(code, numero, ("écrite", "écrit"), par)).await
    }

    /// Says that a draft was read, by another person than those who wrote it.
    ///
    /// # Errors
    /// A refusal when it is no longer what was read, or was written by `par`.
    pub async fn review_regle(
        &mut self,
        (code, numero, revision): (&str, i64, i64),
        par: &str,
    ) -> Result<(), RegistryError> {
        let own = sqlx::query(
            "SELECT code FROM regle_redigee WHERE code = $1 AND numero = $2 \
             AND (creee_par = $3 OR modifiee_par = $3)",
        )
        .bind(code.to_owned())
        .bind(numero)
        .bind(par.to_owned());
        if !self.rows(own).await?.is_empty() {
            return refuse(match Redige::of(code) {
                Redige::Regle => {
                    "Une règle est relue par une autre personne que celle qui l'écrit."
                }
                Redige::Indicateur => {
                    "Un indicateur est relu par une autre personne que celle qui l'écrit."
                }
            });
        }
        let statement = sqlx::query(
            "UPDATE regle_redigee SET etat = 'relue', relue_par = $4, relue_le = $5 \
             WHERE code = $1 AND numero = $2 AND revision = $3 AND etat = 'brouillon'",
        )
        .bind(code.to_owned())
        .bind(numero)
        .bind(revision)
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.changed(statement).await?;
        self.note("regle", Redige::told(code, numero, ("relue", "relu"), par)).await
    }

    /// Publishes a version that was reviewed, in place of the one that judged until now.
    ///
    /// # Errors
    /// A refusal when it is no longer what was read, or was not reviewed.
    pub async fn publish_regle(
        &mut self,
        (code, numero, revision): (&str, i64, i64),
        texte: &str,
        par: &str,
    ) -> Result<(), RegistryError> {
        let before = sqlx::query(
            "UPDATE regle_redigee SET etat = 'remplacee', retiree_par = $2, retiree_le = $3 \
             WHERE code = $1 AND etat = 'publiee'",
        )
        .bind(code.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(before).await?;
        let statement = sqlx::query(
            "UPDATE regle_redigee SET etat = 'publiee', texte = $4, publiee_par = $5, publiee_le = $6 \
             WHERE code = $1 AND numero = $2 AND revision = $3 AND etat = 'relue'",
        )
        .bind(code.to_owned())
        .bind(numero)
        .bind(revision)
        .bind(texte.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.changed(statement).await?;
        self.note("regle", Redige::told(code, numero, ("publiée", "publié"), par)).await
    }

    /// Withdraws the version that judges, with a reason.
    ///
    /// # Errors
    /// A refusal when it does not judge, or without a reason.
    pub async fn withdraw_regle(
        &mut self,
        code: &str,
        numero: i64,
        motif: &str,
        par: &str,
    ) -> Result<(), RegistryError> {
        let motif = motif.trim();
        let length = motif.chars().count();
        if motif.is_empty() || length > MAX_MOTIF || motif.chars().any(char::is_control) {
            return refuse("Le motif est à écrire, en 500 caractères au plus, sur une ligne.");
        }
        self.end_regle(code, numero, ("publiee", "retiree"), Some(motif), par).await
    }

    /// Gives up a version before it judges.
    ///
    /// # Errors
    /// A refusal when it was published, or given up already.
    pub async fn abandon_regle(
        &mut self,
        code: &str,
        numero: i64,
        par: &str,
    ) -> Result<(), RegistryError> {
        self.end_regle(code, numero, ("brouillon", "abandonnee"), None, par).await
    }

    async fn end_regle(
        &mut self,
        code: &str,
        numero: i64,
        (from, to): (&'static str, &'static str),
        motif: Option<&str>,
        par: &str,
    ) -> Result<(), RegistryError> {
        // What is given up may have been reviewed.
        let statement = sqlx::query(
            "UPDATE regle_redigee SET etat = $3, retiree_par = $4, retiree_le = $5, motif = $6 \
             WHERE code = $1 AND numero = $2 AND (etat = $7 OR (etat = 'relue' AND $7 = 'brouillon'))",
        )
        .bind(code.to_owned())
        .bind(numero)
        .bind(to.to_owned())
        .bind(par.to_owned())
        .bind(instant(self.le))
        .bind(motif.map(str::to_owned))
        .bind(from.to_owned());
        self.changed(statement).await?;
        self.note("regle", Redige::told(code, numero, (to, to), par)).await
    }

    /// Begins the next version of a rule from what its last one says, and gives its number.
    ///
    /// # Errors
    /// A refusal when it is unknown, or when a version is being written already.
    pub async fn reopen_regle(&mut self, code: &str, par: &str) -> Result<i64, RegistryError> {
        let statement = sqlx::query(
            "SELECT numero, structure_id, etat, contenu FROM regle_redigee WHERE code = $1 \
             ORDER BY numero DESC",
        )
        .bind(code.to_owned());
        let rows = self.rows(statement).await?;
        let Some(last) = rows.first() else { return refuse("Ce code est inconnu.") };
        if state(last)?.is_open() {
            return refuse("Une version est déjà en cours d'écriture.");
        }
        let (numero, centre) = (number(last, "numero")? + 1, maybe(last, "structure_id")?);
        let contenu = text(last, "contenu")?;
        self.insert_version(code, numero, centre.as_deref(), &contenu, par).await?;
        self.note("regle", Redige::told(code, numero, ("commencée", "commencé"), par)).await?;
        Ok(numero)
    }

    /// Executes what changes one version, and refuses when it was not the one that was read.
    async fn changed(&mut self, statement: crate::unite::Statement) -> Result<(), RegistryError> {
        if self.execute(statement).await? == 1 {
            return Ok(());
        }
        refuse(
            "Cette version a changé depuis que vous l'avez lue, ou n'est plus dans cet état : rien n'est \
             enregistré. La relire, puis recommencer.",
        )
    }
}

fn check_content(contenu: &str) -> Result<(), RegistryError> {
    if contenu.chars().count() > MAX_CONTENU {
        return refuse("Ce qui est écrit est trop long. Retirer des conditions ou des exemples.");
    }
    Ok(())
}

fn refuse<T>(raison: &str) -> Result<T, RegistryError> {
    Err(RegistryError::Refus(raison.to_owned()))
}

fn state(row: &AnyRow) -> Result<EtatRegle, RegistryError> {
    let code = text(row, "etat")?;
    let known = EtatRegle::ALL.into_iter().find(|etat| etat.code() == code);
    known.ok_or(RegistryError::Illisible { colonne: "etat", valeur: code })
}

fn read(row: &AnyRow) -> Result<RegleRedigee, RegistryError> {
    let done = |par, le| -> Result<Option<Fait>, RegistryError> {
        Ok(maybe(row, par)?.zip(maybe_parse(row, le)?))
    };
    Ok(RegleRedigee {
        code: text(row, "code")?,
        numero: number(row, "numero")?,
        structure_id: maybe(row, "structure_id")?,
        etat: state(row)?,
        revision: number(row, "revision")?,
        contenu: text(row, "contenu")?,
        texte: maybe(row, "texte")?,
        creee: (text(row, "creee_par")?, parse(row, "creee_le")?),
        modifiee: (text(row, "modifiee_par")?, parse(row, "modifiee_le")?),
        relue: done("relue_par", "relue_le")?,
        publiee: done("publiee_par", "publiee_le")?,
        retiree: done("retiree_par", "retiree_le")?,
        motif: maybe(row, "motif")?,
    })
}
