//! What can go wrong in the warehouse, said in French to the person who imports.

use std::io;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use mallette_ingest::SinkError;

use crate::cles::CleError;

/// A failure or a refusal of the warehouse. The text says what happened, where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum WarehouseError {
    /// The operating system refused something on a file or a folder.
    #[error("{action} impossible : « {} » ({source}). {}", path.display(), advice(source))]
    Disk {
        /// What was tried, such as « Écriture du fichier ».
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Another import holds the lock.
    #[error(
        "Un autre import est en cours dans « {} ». Attendre qu'il se termine, puis recommencer ; \
         rien n'a été modifié.",
        .0.display()
    )]
    ImportEnCours(PathBuf),
    /// A sealed file that does not open with the centre's key.
    #[error(
        "Le coffre « {table} » du centre {structure_id} ne s'ouvre pas : le fichier est abîmé, \
         appartient à un autre centre, ou la clé du centre n'est pas la bonne. Restaurer depuis \
         la sauvegarde le dossier « cles » et la version du centre, puis recommencer."
    )]
    CoffreScelle {
        /// Centre whose vault was asked for.
        structure_id: String,
        /// Canonical table.
        table: String,
    },
    /// A key that is missing, wrong, or that someone else holds.
    #[error(transparent)]
    Cle(#[from] CleError),
    /// A file of the data directory that does not hold what it should.
    #[error(
        "Le fichier « {} » est abîmé ou n'a pas été écrit par Mallette ({detail}). Restaurer la \
         version depuis la sauvegarde, ou importer de nouveau les extraits du centre.",
        path.display()
    )]
    Abime {
        /// The file.
        path: PathBuf,
        /// What is wrong in it.
        detail: String,
    },
    /// A table that could not be encoded.
    #[error(
        "La table « {table} » du centre {structure_id} n'a pas pu être préparée ({detail}). Rien \
         n'a été modifié ; signaler cette erreur avec les extraits concernés."
    )]
    Encodage {
        /// Centre.
        structure_id: String,
        /// Canonical table.
        table: String,
        /// What the encoder said.
        detail: String,
    },
    /// Two lots that cannot be in the same version.
    #[error(
        "Le centre {structure_id} porte deux dates d'extraction dans le même import ({} et {}). \
         Importer chaque extraction séparément.",
        dates.0, dates.1
    )]
    DeuxDates {
        /// Centre.
        structure_id: String,
        /// The two dates.
        dates: (Date, Date),
    },
    /// A table received twice for one centre.
    #[error(
        "La table « {table} » du centre {structure_id} a été reçue deux fois dans le même import. \
         Rien n'a été modifié ; signaler cette erreur avec les extraits concernés."
    )]
    TableRecueDeuxFois {
        /// Centre.
        structure_id: String,
        /// Canonical table.
        table: String,
    },
    /// An erasure that was cut before its end.
    #[error(
        "Un effacement de noms du centre {0} a été interrompu. Le terminer d'abord : « mallette \
         conserver », ou redémarrer Mallette ; puis recommencer."
    )]
    EffacementInacheve(String),
    /// A backup reads what is to be rewritten.
    #[error(
        "Une sauvegarde est en cours : les noms seront effacés après elle. Recommencer dans quelques \
         minutes ; rien n'a été modifié."
    )]
    SauvegardeEnCours,
    /// A step of the import called out of order.
    #[error(
        "L'import est resté inachevé ({0}). Rien n'a été modifié ; recommencer, et signaler \
         l'erreur si elle revient."
    )]
    Etape(&'static str),
}

fn advice(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "Le disque est plein : libérer de la place, puis recommencer ; la version précédente \
             reste en service."
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "Donner à Mallette le droit d'écrire dans ce dossier, puis recommencer."
        }
        io::ErrorKind::NotFound => {
            "Vérifier que le dossier des données n'a pas été déplacé ; sinon, le restaurer depuis \
             la sauvegarde."
        }
        _ => "Vérifier le disque et les droits d'accès, puis recommencer.",
    }
}

impl WarehouseError {
    /// Whether a vault stays shut for the session that asks, and for no other reason: its centre keeps a half that was not
    /// presented, its names do not open in that context, or the session is of other centres. What can do without names goes on.
    #[must_use]
    pub fn is_shut(&self) -> bool {
        let Self::Cle(error) = self else { return false };
        matches!(
            error,
            CleError::SecondeMoitie(_)
                | CleError::HorsCirconstances(_)
                | CleError::HorsPerimetre(_)
        )
    }
}

impl From<WarehouseError> for SinkError {
    fn from(error: WarehouseError) -> Self {
        Self(error.to_string())
    }
}

/// Puts a path and an action on what the system refused.
pub(crate) trait OnPath<T> {
    /// Names what was tried, and on what.
    fn on(self, action: &'static str, path: &Path) -> Result<T, WarehouseError>;
}

impl<T> OnPath<T> for io::Result<T> {
    fn on(self, action: &'static str, path: &Path) -> Result<T, WarehouseError> {
        self.map_err(|source| WarehouseError::Disk { action, path: path.to_owned(), source })
    }
}
