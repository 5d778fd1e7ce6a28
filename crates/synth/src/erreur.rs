//! What can stop a generation: a request that makes no sense, or a disk that refuses.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use mallette_catalogue::CatalogueError;
use rust_xlsxwriter::XlsxError;

/// Why a region could not be generated.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The request asks for no centre, or for more than the list has.
    #[error(
        "impossible de générer {demande} centre(s) : la liste des Missions Locales en compte \
         {maximum}. Demander de 1 à {maximum} structures."
    )]
    Structures {
        /// Centres asked for.
        demande: usize,
        /// Centres of the built-in list.
        maximum: usize,
    },
    /// The extraction date is before the PACEA has two years, or too far ahead.
    #[error(
        "impossible de générer un extrait daté du {0} : les dispositifs d'exemple vont du \
         1er janvier 2018 au 31 décembre 2099. Choisir une date d'extraction entre les deux."
    )]
    DateExtraction(Date),
    /// The cohort of the report extracted before all that it tells has happened.
    #[error(
        "impossible de générer la cohorte de la Garantie jeunes extraite le {0} : ce que le rapport en dit n'est \
         arrivé qu'ensuite. Choisir une date d'extraction à partir du 1er septembre 2019, au plus tard le \
         31 décembre 2099."
    )]
    Observatoire(Date),
    /// A series of no extract, or of too many.
    #[error(
        "impossible de générer {demande} extraction(s) mensuelle(s) : en demander de 1 à {maximum}."
    )]
    Mois {
        /// Extracts asked for.
        demande: u32,
        /// The most that can be asked for.
        maximum: u32,
    },
    /// More dossiers than one run can number.
    #[error(
        "impossible de générer {demande} dossiers : le maximum est {maximum}. En demander moins, \
         ou en plusieurs fois avec d'autres graines."
    )]
    Dossiers {
        /// Dossiers asked for.
        demande: u64,
        /// The most that can be asked for.
        maximum: u64,
    },
    /// A file or a folder cannot be written.
    #[error(
        "« {} » ne peut pas être écrit ({source}). Vérifier que le dossier existe, qu'il est \
         modifiable et qu'il reste de la place, puis relancer.",
        chemin.display()
    )]
    Ecriture {
        /// The file or the folder.
        chemin: PathBuf,
        /// What the system answers.
        source: std::io::Error,
    },
    /// A workbook cannot be written.
    #[error(
        "le classeur « {} » ne peut pas être écrit ({source}). Vérifier que le dossier est \
         modifiable et qu'il reste de la place, puis relancer.",
        chemin.display()
    )]
    Classeur {
        /// The workbook.
        chemin: PathBuf,
        /// What the writer answers.
        source: Box<XlsxError>,
    },
    /// The built-in catalogue, where ceilings and header wordings are, is wrong.
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
}

impl SynthError {
    /// The failure of the system on that path.
    pub(crate) fn write(chemin: &Path) -> impl FnOnce(std::io::Error) -> Self {
        |source| Self::Ecriture { chemin: chemin.to_owned(), source }
    }

    /// The failure of the workbook of that path.
    pub(crate) fn workbook(chemin: &Path) -> impl FnOnce(XlsxError) -> Self {
        |source| Self::Classeur { chemin: chemin.to_owned(), source: Box::new(source) }
    }
}
