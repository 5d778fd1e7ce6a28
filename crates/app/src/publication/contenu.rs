//! What a publication holds, as it is stored: read back by every later version.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::port::Refus;

/// The form written now.
pub const FORME: u32 = 1;

/// A figure, or the sign that stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Valeur {
    /// A figure, and how many things it is computed over.
    Chiffre {
        /// The figure.
        valeur: f64,
        /// Denominator of a rate, measures behind a mean or a median; none for a count.
        sur: Option<f64>,
    },
    /// Secret (`s`): not in the publication at all.
    Secret,
    /// Not calculable (`nc`).
    NonCalculable,
    /// Not received (`…`).
    NonRecu,
}

/// How the figures of a column are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ecriture {
    /// A number of things.
    Effectif,
    /// A rate between 0 and 1.
    Taux,
    /// Days.
    Jours,
    /// Euros.
    Euros,
    /// Any other number.
    Nombre,
}

/// An indicator, as it was defined then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Colonne {
    /// Code.
    pub code: String,
    /// Title.
    pub titre: String,
    /// How its figures are written.
    pub ecriture: Ecriture,
    /// Sentence, exact expressions, source: name and value.
    pub faits: Vec<(String, String)>,
    /// Fingerprint of the definition.
    pub empreinte: String,
}

/// A centre.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ligne {
    /// I-MILO code.
    pub code: String,
    /// Name.
    pub nom: String,
    /// Its extraction date; none when it was not received.
    pub extraction: Option<Date>,
    /// One figure per column.
    pub valeurs: Vec<Valeur>,
}

/// The figures of a publication.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contenu {
    /// The form of this text.
    pub forme: u32,
    /// The period, in words.
    pub periode: String,
    /// Its first day.
    pub debut: Date,
    /// Its last day.
    pub fin: Date,
    /// « Campagne 2019-11 : 58 centres sur 61, extractions du… ».
    pub portee: String,
    /// Version of the program.
    pub mallette: String,
    /// Fingerprint of all the definitions.
    pub definitions: Option<String>,
    /// The indicators.
    pub colonnes: Vec<Colonne>,
    /// The network as a whole: one figure per column.
    pub reseau: Vec<Valeur>,
    /// The centres, by name; none when figures by centre are not published.
    pub centres: Vec<Ligne>,
    /// What is left out, in sentences.
    pub exclusions: Vec<String>,
}

impl Contenu {
    /// What tells these figures from others, to the byte.
    ///
    /// # Errors
    /// When they cannot be written, which no figure drawn by [`super::tirage`] can cause.
    pub fn empreinte(&self) -> Result<String, Refus> {
        let text = serde_json::to_string(self).map_err(|error| Refus(error.to_string()))?;
        Ok(blake3::hash(text.as_bytes()).to_hex().to_string())
    }

    /// How many figures are secret.
    #[must_use]
    pub fn secrets(&self) -> usize {
        let own = self.centres.iter().flat_map(|ligne| &ligne.valeurs);
        own.chain(&self.reseau).filter(|valeur| **valeur == Valeur::Secret).count()
    }
}
