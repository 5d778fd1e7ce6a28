//! What can go wrong in the engine, said in French.

use datafusion::error::DataFusionError;

/// A failure of the engine.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The SQL of a content file is refused by the engine.
    #[error("{objet} : l'expression SQL est refusée. {source}")]
    Contenu {
        /// What holds the SQL: « vue dossier », « règles de la vue parcours »…
        objet: String,
        /// The engine's own words.
        source: Box<DataFusionError>,
    },
    /// The data could not be read or computed.
    #[error("Le calcul n'a pas pu aboutir : {0}")]
    Calcul(Box<DataFusionError>),
    /// A rule does not judge one of its examples as the example says.
    #[error(
        "{objet} : la règle {} alors que l'exemple dit le contraire. Corriger l'exemple ou la condition.",
        if *attendu { "ne le retient pas" } else { "le retient" }
    )]
    Exemple {
        /// The file and the rank of the example.
        objet: String,
        /// What the example says.
        attendu: bool,
    },
    /// An example of an act of the charter is not judged as it says.
    #[error(
        "{objet} : la règle {regle} {} l'exemple, qui dit le contraire. Corriger l'exemple ou la règle.",
        if *pris { "attrape" } else { "n'attrape pas" }
    )]
    Charte {
        /// The file and the rank of the example.
        objet: String,
        /// The rule.
        regle: String,
        /// Whether the rule catches it.
        pris: bool,
    },
    /// What a rule says that its correction moves is not what the definitions give.
    #[error("{objet} : {raison}. Corriger l'effet ou le cas, ou retirer les effets de la règle.")]
    Effet {
        /// The file and the key.
        objet: String,
        /// What is found instead.
        raison: String,
    },
    /// A field that written rules may read is not the column that its view has.
    #[error(
        "champs, champ « {champ} » de la vue « {vue} » : {raison}. Corriger le fichier des champs, ou la vue."
    )]
    Champ {
        /// The view.
        vue: String,
        /// The field.
        champ: String,
        /// What is found instead.
        raison: String,
    },
    /// A file of a version cannot be read or written.
    #[error("Le fichier « {chemin} » n'a pas pu être lu ou écrit : {raison}.")]
    Fichier {
        /// Path of the file.
        chemin: String,
        /// Why.
        raison: String,
    },
    /// What a person typed is not run: why, in French.
    #[error("Requête refusée : {0}")]
    Refusee(String),
    /// What a person typed may be run, and does not work: why, in French. A mistake, not a try.
    #[error("Requête refusée : {0}")]
    Fausse(String),
    /// It was stopped: it lasted too long.
    #[error(
        "Requête arrêtée : elle n'a pas fini en {0} secondes. Demander moins de lignes, retirer les jointures \
         sans condition, ou filtrer davantage."
    )]
    Temps(u64),
    /// It was stopped: it asked for too much memory.
    #[error(
        "Requête arrêtée : elle demande plus de mémoire que les {0} Mo permis. Trier ou regrouper moins de \
         lignes."
    )]
    Memoire(usize),
    /// Others are being run.
    #[error("Une autre requête est en cours. Attendre quelques secondes, puis recommencer.")]
    Occupe,
    /// An indicator or a rule that the catalogue does not have.
    #[error("« {0} » n'existe pas au catalogue.")]
    Inconnu(String),
    /// A result does not have the expected shape: a view lacks a column.
    #[error("La vue « {vue} » ne rend pas la colonne « {colonne} » sous la forme attendue.")]
    Forme {
        /// The view or query.
        vue: String,
        /// The column.
        colonne: String,
    },
}

impl From<DataFusionError> for EngineError {
    fn from(error: DataFusionError) -> Self {
        Self::Calcul(Box::new(error))
    }
}
