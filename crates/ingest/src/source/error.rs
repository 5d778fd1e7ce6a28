//! What can go wrong while reading, said in French: what happened, where, what to do next.

use std::fmt;
use std::io;

/// Why a file cannot be read. Every message names the file, and the sheet and line when known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SourceError {
    /// Nothing at this path.
    #[error("{chemin} : ce fichier ou ce dossier n'existe pas. Vérifiez le chemin indiqué.")]
    NotFound { chemin: String },
    /// A folder, or an archive, without any file to read.
    #[error(
        "{chemin} : aucun fichier à lire ici (les fichiers cachés sont ignorés). Indiquez le \
         dossier ou l'archive qui contient les extractions."
    )]
    NoFile { chemin: String },
    /// No byte, or a byte order mark only.
    #[error(
        "{chemin} : ce fichier est vide. Refaites l'extraction, ou retirez-le de ce que vous \
         importez."
    )]
    Empty { chemin: String },
    /// The system refused to read.
    #[error(
        "{chemin} : lecture impossible, {}. Vérifiez le fichier et vos droits dessus.",
        refusal(.cause)
    )]
    Io { chemin: String, cause: io::Error },
    /// Something else than a table.
    #[error(
        "{chemin} : ce fichier n'est pas un tableau ({nature}). Formats lus : CSV, XLSX, XLS, ODS, \
         JSON et ZIP de ces fichiers. {conseil}"
    )]
    NotATable { chemin: String, nature: &'static str, conseil: &'static str },
    /// Protected by a password.
    #[error(
        "{chemin} : ce fichier est protégé par un mot de passe. Ouvrez-le, retirez le mot de passe, \
         enregistrez-le, puis recommencez l'import."
    )]
    Encrypted { chemin: String },
    /// A workbook or an archive whose structure is broken.
    #[error(
        "{chemin} : ce fichier est abîmé ou incomplet ({detail}). Téléchargez-le ou \
         enregistrez-le de nouveau, puis recommencez l'import."
    )]
    Damaged { chemin: String, detail: String },
    /// Content that would unfold beyond a bound.
    #[error(
        "{chemin} : lecture arrêtée, le contenu décompressé dépasse {limite}. Si ce fichier est \
         légitime, découpez-le ou extrayez l'archive vous-même."
    )]
    Bomb { chemin: String, limite: Bound },
    /// A record beyond `octets_ligne`.
    #[error(
        "{chemin}, ligne {ligne} : cette ligne dépasse la limite de {limite} par ligne. Le fichier \
         n'est sans doute pas un tableau, ou ses fins de ligne ont été perdues : refaites \
         l'extraction."
    )]
    LineTooLong { chemin: String, ligne: u64, limite: Bound },
    /// A quote that is never closed.
    #[error(
        "{chemin}, ligne {ligne} : un guillemet (\") est ouvert ici et n'est pas refermé{avant}. \
         Corrigez cette ligne ou refaites l'extraction."
    )]
    OpenQuote { chemin: String, ligne: u64, avant: QuoteEnd },
    /// More columns than `colonnes`.
    #[error(
        "{lieu} : plus de {limite} colonnes remplies. Retirez les colonnes inutiles, ou vérifiez \
         que le fichier est bien un tableau."
    )]
    TooManyColumns { lieu: Place, limite: usize },
    /// More rows than a sheet may hold.
    #[error(
        "{lieu} : plus de {limite} lignes dans cette feuille. Découpez-la en plusieurs fichiers."
    )]
    TooManyRows { lieu: Place, limite: u64 },
    /// A JSON object that cannot be read.
    #[error(
        "{chemin}, ligne {ligne} : {detail}. Un fichier JSON contient un objet par ligne, ou une \
         liste d'objets, sans valeur imbriquée."
    )]
    Json { chemin: String, ligne: u64, detail: String },
    /// An archive inside an archive inside an archive.
    #[error(
        "{chemin} : archive ZIP à l'intérieur d'une archive elle-même imbriquée. Extrayez les \
         fichiers, puis importez-les directement."
    )]
    TooNested { chemin: String },
    /// A compression that is not read.
    #[error(
        "{chemin} : cette archive emploie une compression qui n'est pas lue ({detail}). Extrayez \
         les fichiers, puis importez-les directement."
    )]
    Compression { chemin: String, detail: String },
    /// Bytes differ between the two passes.
    #[error(
        "{chemin} : ce fichier a changé pendant la lecture. Attendez la fin de son enregistrement, \
         puis recommencez l'import."
    )]
    Changed { chemin: String },
    /// The reading thread could not start or stopped without a word.
    #[error("Lecture interrompue ({detail}). Recommencez l'import.")]
    Stopped { detail: String },
}

impl SourceError {
    /// An error of the system, said about a file.
    pub(crate) fn io(chemin: &str, cause: io::Error) -> Self {
        Self::Io { chemin: chemin.to_owned(), cause }
    }

    /// A broken structure, said about a file.
    pub(crate) fn damaged(chemin: &str, detail: impl fmt::Display) -> Self {
        Self::Damaged { chemin: chemin.to_owned(), detail: detail.to_string() }
    }
}

/// What the system refused, in words; its own only when they are all there is.
pub(crate) fn refusal(cause: &io::Error) -> String {
    use io::ErrorKind as Kind;
    let words = match cause.kind() {
        Kind::NotFound => "il n'est plus à cet endroit",
        Kind::PermissionDenied => "le système n'autorise pas à le lire",
        Kind::IsADirectory => "c'est un dossier",
        Kind::TimedOut => "le disque ou le réseau ne répond pas",
        Kind::OutOfMemory => "la mémoire de cette machine n'y suffit pas",
        Kind::StaleNetworkFileHandle => "le dossier partagé n'est plus accessible",
        _ => {
            return format!("le système ou le disque l'a interrompue (détail technique : {cause})");
        }
    };
    words.to_owned()
}

/// Where something is: the file, then the sheet and the line when they are known.
#[derive(Debug, Clone, Default)]
pub(crate) struct Place {
    pub(crate) chemin: String,
    pub(crate) feuille: Option<String>,
    pub(crate) ligne: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.chemin)?;
        if let Some(feuille) = &self.feuille {
            write!(f, ", feuille « {feuille} »")?;
        }
        match self.ligne {
            Some(ligne) => write!(f, ", ligne {ligne}"),
            None => Ok(()),
        }
    }
}

/// How the search for a closing quote ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum QuoteEnd {
    /// The file ended first.
    File,
    /// The bound on the size of a record was met first, in bytes.
    Record(u64),
}

impl fmt::Display for QuoteEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File => f.write_str(" avant la fin du fichier"),
            Self::Record(octets) => {
                write!(f, " avant la limite de {} par ligne", Bound::Bytes(*octets))
            }
        }
    }
}

/// A bound, as a reader says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bound {
    /// A size in bytes.
    Bytes(u64),
    /// So many times the compressed size.
    Ratio(u64),
    /// A number of cells.
    Cells(u64),
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Narrow and plain no-break spaces would not survive every terminal: U+00A0 does.
        match *self {
            Self::Bytes(n) if n >= 1 << 30 && n.is_multiple_of(1 << 30) => {
                write!(f, "{}\u{a0}Gio", n >> 30)
            }
            Self::Bytes(n) if n >= 1 << 20 && n.is_multiple_of(1 << 20) => {
                write!(f, "{}\u{a0}Mio", n >> 20)
            }
            Self::Bytes(n) if n >= 1 << 10 && n.is_multiple_of(1 << 10) => {
                write!(f, "{}\u{a0}Kio", n >> 10)
            }
            Self::Bytes(n) => write!(f, "{n}\u{a0}octets"),
            Self::Ratio(n) => write!(f, "{n}\u{a0}fois la taille du fichier"),
            Self::Cells(n) => write!(f, "{n}\u{a0}cellules"),
        }
    }
}
