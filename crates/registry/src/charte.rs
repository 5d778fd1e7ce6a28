//! The charter of data entry: the content of each of its versions, and what each centre declares it does
//! its own way. Nothing here is ever changed: what follows is another row.

use jiff::Timestamp;
use sqlx::any::AnyRow;

use crate::ligne::{instant, maybe, number, parse, text};
use crate::{Registry, RegistryError, Unite};

/// Longest text of a variant, in characters.
pub const MAX_VARIANTE: usize = 2_000;

/// A version of the charter, without its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionCharte {
    /// Its number, from 1.
    pub numero: i64,
    /// Fingerprint of its content.
    pub empreinte: String,
    /// When it was first served.
    pub le: Timestamp,
    /// Version of the program that served it.
    pub mallette: String,
}

/// What a centre does its own way, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variante {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Code of the act.
    pub acte: String,
    /// Its number in the history of that act in that centre, from 1.
    pub version: i64,
    /// What is done there; none when the centre took its variant back.
    pub texte: Option<String>,
    /// Who wrote it.
    pub par: String,
    /// When.
    pub le: Timestamp,
}

impl Registry {
    /// Every version of the charter, the last first.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn charte_versions(&self) -> Result<Vec<VersionCharte>, RegistryError> {
        let statement = sqlx::query(
            "SELECT numero, empreinte, le, mallette FROM charte_version ORDER BY numero DESC",
        );
        self.rows(statement).await?.iter().map(read_version).collect()
    }

    /// A version of the charter and its content as it was written; none for an unknown number.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn charte_version(
        &self,
        numero: i64,
    ) -> Result<Option<(VersionCharte, String)>, RegistryError> {
        let statement = sqlx::query(
            "SELECT numero, empreinte, le, mallette, contenu FROM charte_version WHERE numero = $1",
        )
        .bind(numero);
        let rows = self.rows(statement).await?;
        rows.first().map(|row| Ok((read_version(row)?, text(row, "contenu")?))).transpose()
    }

    /// Everything that centres ever declared, by centre, act and version.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn charte_variantes(&self) -> Result<Vec<Variante>, RegistryError> {
        let statement = sqlx::query(
            "SELECT structure_id, acte, version, texte, par, le FROM charte_variante \
             ORDER BY structure_id, acte, version",
        );
        self.rows(statement).await?.iter().map(read_variante).collect()
    }
}

impl Unite {
    /// Keeps a version of the charter, unless the last one kept says the same; its number when it is new.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn keep_charte(
        &mut self,
        empreinte: &str,
        mallette: &str,
        contenu: &str,
    ) -> Result<Option<i64>, RegistryError> {
        let statement = sqlx::query(
            "SELECT numero, empreinte FROM charte_version ORDER BY numero DESC LIMIT 1",
        );
        let rows = self.rows(statement).await?;
        let last = rows
            .first()
            .map(|row| Ok::<_, RegistryError>((number(row, "numero")?, text(row, "empreinte")?)));
        let numero = match last.transpose()? {
            Some((_, known)) if known == empreinte => return Ok(None),
            Some((numero, _)) => numero + 1,
            None => 1,
        };
        let statement = sqlx::query(
            "INSERT INTO charte_version (numero, empreinte, le, mallette, contenu) \
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(numero)
        .bind(empreinte.to_owned())
        .bind(instant(self.le))
        .bind(mallette.to_owned())
        .bind(contenu.to_owned());
        self.execute(statement).await?;
        self.note("charte", format!("Version {numero} de la charte de saisie.")).await?;
        Ok(Some(numero))
    }

    /// Writes what a centre does its own way over `lue`, the version that was read (zero for none); an
    /// empty text takes the variant back.
    ///
    /// # Errors
    /// A refusal when somebody else wrote since, when the text is too long, or when there is nothing to
    /// take back.
    pub async fn write_variante(
        &mut self,
        structure_id: &str,
        acte: &str,
        lue: i64,
        texte: &str,
        par: &str,
    ) -> Result<i64, RegistryError> {
        let texte = texte.trim();
        if texte.chars().count() > MAX_VARIANTE {
            let raison = format!(
                "Ce texte est trop long : {MAX_VARIANTE} caractères au plus. Rien n'a été enregistré."
            );
            return Err(RegistryError::Refus(raison));
        }
        let statement = sqlx::query(
            "SELECT version, texte FROM charte_variante WHERE structure_id = $1 AND acte = $2 \
             ORDER BY version DESC LIMIT 1",
        )
        .bind(structure_id.to_owned())
        .bind(acte.to_owned());
        let rows = self.rows(statement).await?;
        let last = rows.first();
        let version = last.map_or(Ok(0), |row| number(row, "version"))?;
        let said = last.map_or(Ok(None), |row| maybe(row, "texte"))?;
        if version != lue {
            return refuse(
                "Quelqu'un d'autre vient d'écrire la variante de ce centre : rien de votre texte n'a été \
                 enregistré. Lire ce qui est écrit maintenant, puis enregistrer de nouveau.",
            );
        }
        if said.as_deref().unwrap_or_default() == texte {
            return refuse("Ce texte est celui qui est déjà déclaré : rien n'a été enregistré.");
        }
        let statement = sqlx::query(
            "INSERT INTO charte_variante (structure_id, acte, version, texte, par, le) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(structure_id.to_owned())
        .bind(acte.to_owned())
        .bind(version + 1)
        .bind((!texte.is_empty()).then(|| texte.to_owned()))
        .bind(par.to_owned())
        .bind(instant(self.le));
        self.execute(statement).await?;
        let detail =
            format!("Variante de {structure_id} sur l'acte {acte}, version {}.", version + 1);
        self.note("charte", detail).await?;
        Ok(version + 1)
    }
}

fn refuse<T>(raison: &str) -> Result<T, RegistryError> {
    Err(RegistryError::Refus(raison.to_owned()))
}

fn read_version(row: &AnyRow) -> Result<VersionCharte, RegistryError> {
    Ok(VersionCharte {
        numero: number(row, "numero")?,
        empreinte: text(row, "empreinte")?,
        le: parse(row, "le")?,
        mallette: text(row, "mallette")?,
    })
}

fn read_variante(row: &AnyRow) -> Result<Variante, RegistryError> {
    Ok(Variante {
        structure_id: text(row, "structure_id")?,
        acte: text(row, "acte")?,
        version: number(row, "version")?,
        texte: maybe(row, "texte")?,
        par: text(row, "par")?,
        le: parse(row, "le")?,
    })
}
