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
    /// The tables were made by a later program.
    #[error(
        "La base est au niveau {niveau}, cette version de Mallette s'arrête au niveau {attendu} : elle a \
         été ouverte par une version plus récente. Installer celle-ci ; pour revenir en arrière, \
         restaurer la sauvegarde faite avant la mise à niveau. Rien n'a été modifié."
    )]
    PlusRecente {
        /// Number of a change of tables that this program does not know.
        niveau: i64,
        /// The last one that it knows.
        attendu: i64,
    },
    /// The tables wait for a change, and nothing may be written.
    #[error(
        "La base est au niveau {niveau}, cette version de Mallette attend le niveau {attendu}, et en \
         lecture seule elle ne peut pas l'y mettre. Servir cette copie avec la version d'avant, ou la \
         mettre à niveau en l'ouvrant une fois sans --lecture-seule."
    )]
    ANiveler {
        /// Number of the last change of tables that was applied.
        niveau: i64,
        /// The last one that this program knows.
        attendu: i64,
    },
    /// Something was to be written in a store opened to be read only.
    #[error("Mallette est en lecture seule : rien ne peut être enregistré pour le moment.")]
    LectureSeule,
    /// A SQLite file that others may be writing, or did not close.
    #[error(
        "La base « {0} » n'est pas fermée (son fichier « -wal » n'est pas vide) : Mallette y travaille, ou a \
         été coupée. L'arrêter ; si elle ne tourne pas, « mallette verifier » referme la base."
    )]
    PasFermee(String),
    /// A PostgreSQL base whose texts are not in UTF-8.
    #[error(
        "La base PostgreSQL est écrite en {0}, où tous les noms ne s'écrivent pas. En créer une en UTF-8 : \
         createdb --encoding UTF8 --template template0 NOM."
    )]
    Encodage(String),
    /// Another server works on the same base.
    #[error(
        "Un autre Mallette est déjà servi sur cette base. Un seul peut l'être : les fichiers de son dossier \
         de données ne sont qu'à lui. Arrêter l'autre, puis recommencer."
    )]
    Occupee,
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
    #[error("Le registre n'a pas répondu ({source}). Rien n'a été modifié. {}", advice(source))]
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

/// What to do of a statement that failed.
fn advice(source: &sqlx::Error) -> &'static str {
    // character_not_in_repertoire, of PostgreSQL: the null character, that SQLite takes.
    let code = source.as_database_error().and_then(|error| error.code());
    if code.is_some_and(|code| code == "22021") {
        return "Un texte contient un caractère qui ne s'enregistre pas : le retirer, puis recommencer.";
    }
    full(source).unwrap_or("Recommencer.")
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
