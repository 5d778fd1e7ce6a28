//! Why a pack is refused, in words.

use crate::CatalogueError;

/// Why a pack is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// It is not a pack, or a piece of it is missing.
    #[error("Ce fichier n'est pas un pack de Mallette, ou il est abîmé : {0}")]
    Forme(String),
    /// It passes a bound.
    #[error("Ce pack est trop grand : {0}")]
    Taille(String),
    /// Its content is not what its key signed.
    #[error(
        "La signature de ce pack n'est pas bonne : il a été changé après avoir été signé, ou il s'est abîmé en \
         route. Le redemander à qui l'a fait."
    )]
    Signature,
    /// A key of the document or of a file is wrong.
    #[error("{0}")]
    Contenu(#[from] CatalogueError),
    /// Nobody here trusts its key.
    #[error(
        "Ce pack est signé par une clé que cette installation ne connaît pas (empreinte {0}). Vérifier cette \
         empreinte auprès de qui l'a fait, par un autre chemin que le fichier, puis ajouter la clé aux signataires."
    )]
    Inconnu(String),
    /// What it needs, or what needs it, is not there.
    #[error("{0}")]
    Dependance(String),
    /// Its version cannot follow the one that is there.
    #[error("{0}")]
    Version(String),
    /// Conflicts that nobody settled, or choices about what is none.
    #[error("{0}")]
    Choix(String),
    /// Something else stands in the way.
    #[error("{0}")]
    Refus(String),
}
