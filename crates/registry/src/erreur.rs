//! What can go wrong in the registry, said in French.

/// A failure or a refusal of the registry. The text says what happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// The store cannot be opened.
    #[error(
        "Le registre ne s'ouvre pas ({source}). {}",
        full(source).unwrap_or(
            "Vérifier que le dossier des données existe et que Mallette peut y écrire ; avec \
             PostgreSQL, que le serveur répond et que l'adresse est juste."
        )
    )]
    Open {
        /// What the driver said.
        source: sqlx::Error,
    },
    /// An address that is neither `sqlite:` nor `postgres:`.
    #[error(
        "L'adresse du registre n'est pas reconnue. Écrire sqlite:///chemin/mallette.db ou \
         postgres://utilisateur@serveur/base."
    )]
    Address,
    /// The tables cannot be brought up to date.
    #[error(
        "Le registre n'a pas pu être mis à niveau ({source}). S'il a été ouvert par une version \
         plus récente de Mallette, installer celle-ci ; sinon, restaurer la dernière sauvegarde."
    )]
    Migration {
        /// What the migrator said.
        source: sqlx::migrate::MigrateError,
    },
    /// A statement failed.
    #[error("Le registre n'a pas répondu ({source}). Rien n'a été modifié. {}", full(source).unwrap_or("Recommencer."))]
    Sql {
        /// What the driver said.
        #[from]
        source: sqlx::Error,
    },
    /// A stored value that cannot be read back.
    #[error(
        "Le registre contient une valeur illisible (« {valeur} », {colonne}). Restaurer la \
         dernière sauvegarde du registre."
    )]
    Illisible {
        /// Column.
        colonne: &'static str,
        /// What it holds.
        valeur: String,
    },
    /// A request that the rules of the registry refuse, nothing being changed.
    #[error("{0}")]
    Refus(String),
    /// A link or a token that is not accepted.
    #[error(transparent)]
    Jeton(#[from] crate::JetonRefuse),
}

/// What to do when the disk is full, if that is what the store met.
fn full(source: &sqlx::Error) -> Option<&'static str> {
    // SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_SHMSIZE; disk_full of PostgreSQL.
    const CODES: [&str; 4] = ["13", "778", "4874", "53100"];
    let code = source.as_database_error()?.code()?;
    CODES.contains(&code.as_ref()).then_some(
        "Le disque est plein, ou n'accepte plus d'écriture : libérer de la place, puis recommencer.",
    )
}
