//! Why an import is refused as a whole, said in French with what to do next.

use crate::sink::SinkError;
use crate::source::SourceError;

/// An import refused: nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// A file cannot be opened or read to its end.
    #[error("{0}")]
    Lecture(String),
    /// The headers of a sheet fit several tables.
    #[error(
        "{fichier} : les colonnes conviennent aussi bien à {tables}. Donner au fichier ou à la \
         feuille le nom de sa table (par exemple « {premiere} »), puis recommencer."
    )]
    Ambigue {
        /// The file, and its sheet.
        fichier: String,
        /// The tables, in words.
        tables: String,
        /// The first of them.
        premiere: String,
    },
    /// No sheet of any file was recognised.
    #[error(
        "Aucun fichier n'a été reconnu comme une table d'I-MILO : {fichiers}. Vérifier que la ligne \
         d'en-tête est dans les {lignes} premières lignes, et que deux au moins de ses libellés sont \
         ceux d'une table (dossiers, parcours, évènements, propositions, situations, allocations…)."
    )]
    RienReconnu {
        /// The files.
        fichiers: String,
        /// Rows searched for the header.
        lignes: usize,
    },
    /// A file has no column of centres, and the import was not told whose it is.
    #[error(
        "{0} : ce fichier n'a pas de colonne pour le code du centre. Dire de quel centre il vient : \
         --structure 69382S00 (ou le champ « Centre » de la page Imports)."
    )]
    SansStructure(String),
    /// The extraction date is nowhere.
    #[error(
        "La date d'extraction des données du centre {0} n'est ni dans une colonne « date_extraction », \
         ni dans le nom des fichiers. La donner : --date-extraction 2019-11-04 (ou le champ « Date \
         d'extraction » de la page Imports)."
    )]
    SansDate(String),
    /// Two extraction dates for one centre.
    #[error(
        "Le centre {structure_id} a deux dates d'extraction dans cet import, {premiere} et {seconde}. \
         Importer chaque extraction à part, de la plus ancienne à la plus récente."
    )]
    DeuxDates {
        /// The centre.
        structure_id: String,
        /// One date.
        premiere: jiff::civil::Date,
        /// The other.
        seconde: jiff::civil::Date,
    },
    /// The centre given for the import does not have the form of an I-MILO code.
    #[error("Le centre « {0} » n'est pas connu. Vérifier son code I-MILO, par exemple 69382S00.")]
    CentreInconnu(String),
    /// The person stopped the import.
    #[error("L'import a été arrêté à la demande : rien n'a été modifié.")]
    Interrompu,
    /// The folder where rows wait while memory is short does not take them.
    #[error(
        "Les lignes lues n'ont pas pu attendre dans « {dossier} » : {cause}. Libérer de la place sur \
         ce disque, puis recommencer : rien n'a été changé."
    )]
    Debord {
        /// The folder.
        dossier: String,
        /// What the system says.
        cause: String,
    },
    /// A part of the program stopped.
    #[error("La lecture s'est arrêtée : {0}. Signaler ce défaut.")]
    Arret(String),
    /// What receives the rows failed.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// Rows could not be laid out: a fault of the program.
    #[error("Les lignes de {0} n'ont pas pu être mises en forme : {1}. Signaler ce défaut.")]
    Forme(String, String),
}

impl From<SourceError> for IngestError {
    fn from(error: SourceError) -> Self {
        Self::Lecture(error.to_string())
    }
}
