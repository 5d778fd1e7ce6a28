//! What a block of a dashboard shows, and how wide it stands.

use serde::{Deserialize, Serialize};

use super::{MAX_MOT, MAX_TEXTE, TableauError};

/// What a block shows, without what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Genre {
    /// The figures of an indicator, and the position of the centre.
    Indicateur,
    /// An indicator month by month.
    Tendance,
    /// The box plots of an indicator by group.
    Boite,
    /// The targets about an indicator, and where the centres stand for them.
    Objectif,
    /// Centres × indicators of one family, each with its position.
    Positions,
    /// What a rule found.
    Regle,
    /// The first objects of a rule.
    Liste,
    /// The first rows that the numerator of an indicator counts.
    ListeNumerateur,
    /// The first rows that its denominator counts, or its population where nothing is divided.
    ListeDenominateur,
    /// A text.
    Texte,
}

impl Genre {
    /// Every one, in the order of the forms.
    pub const ALL: [Self; 10] = [
        Self::Indicateur,
        Self::Tendance,
        Self::Boite,
        Self::ListeNumerateur,
        Self::ListeDenominateur,
        Self::Objectif,
        Self::Positions,
        Self::Regle,
        Self::Liste,
        Self::Texte,
    ];

    /// The word of files and forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Indicateur => "indicateur",
            Self::Tendance => "tendance",
            Self::Boite => "boite",
            Self::Objectif => "objectif",
            Self::Positions => "positions",
            Self::Regle => "regle",
            Self::Liste => "liste",
            Self::ListeNumerateur => "liste_numerateur",
            Self::ListeDenominateur => "liste_denominateur",
            Self::Texte => "texte",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|genre| genre.code() == code)
    }

    /// What a page calls it.
    #[must_use]
    pub const fn libelle(self) -> &'static str {
        match self {
            Self::Indicateur => "Chiffre",
            Self::Tendance => "Tendance",
            Self::Boite => "Boîte à moustaches",
            Self::Objectif => "Objectif",
            Self::Positions => "Positions des centres",
            Self::Regle => "Règle",
            Self::Liste => "Liste",
            Self::ListeNumerateur => "Liste du numérateur",
            Self::ListeDenominateur => "Liste du dénominateur",
            Self::Texte => "Texte",
        }
    }

    /// What a block of that kind is about.
    #[must_use]
    pub const fn sujet(self) -> Sujet {
        match self {
            Self::Indicateur
            | Self::Tendance
            | Self::Boite
            | Self::ListeNumerateur
            | Self::ListeDenominateur
            | Self::Objectif => Sujet::Indicateur,
            Self::Positions => Sujet::Famille,
            Self::Regle | Self::Liste => Sujet::Regle,
            Self::Texte => Sujet::Texte,
        }
    }
}

/// What the subject of a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sujet {
    /// The code of an indicator.
    Indicateur,
    /// The name of a family of indicators.
    Famille,
    /// The code of a rule.
    Regle,
    /// The text itself: paragraphs, as they were typed.
    Texte,
}

/// How wide a block stands where there is room; on a narrow screen, all take the whole width.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Largeur {
    /// A third of the page.
    Tiers,
    /// Half of it.
    Moitie,
    /// All of it.
    Entiere,
}

impl Largeur {
    /// Every one, from the narrowest.
    pub const ALL: [Self; 3] = [Self::Tiers, Self::Moitie, Self::Entiere];

    /// The word of files and forms.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Tiers => "tiers",
            Self::Moitie => "moitie",
            Self::Entiere => "entiere",
        }
    }

    /// The width of that word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|largeur| largeur.code() == code)
    }

    /// What a page calls it.
    #[must_use]
    pub const fn libelle(self) -> &'static str {
        match self {
            Self::Tiers => "un tiers",
            Self::Moitie => "la moitié",
            Self::Entiere => "toute la largeur",
        }
    }
}

/// What a block shows and what it is about. Dashboards are kept in these words: one may be added, none changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "genre", content = "sujet", rename_all = "snake_case")]
pub enum Contenu {
    /// Code of the indicator.
    Indicateur(String),
    /// Code of the indicator.
    Tendance(String),
    /// Code of the indicator.
    Boite(String),
    /// Code of the indicator.
    Objectif(String),
    /// Name of the family of indicators.
    Positions(String),
    /// Code of the rule.
    Regle(String),
    /// Code of the rule.
    Liste(String),
    /// Code of the indicator.
    ListeNumerateur(String),
    /// Code of the indicator.
    ListeDenominateur(String),
    /// The text.
    Texte(String),
}

impl Contenu {
    /// A content of that kind; a text is cleaned of what ends its lines and stands around it.
    ///
    /// # Errors
    /// When its subject is empty or too long.
    pub fn new(genre: Genre, sujet: &str) -> Result<Self, TableauError> {
        if genre == Genre::Texte {
            let texte = sujet.replace("\r\n", "\n").replace('\r', "\n");
            let texte = texte.trim();
            return match texte.chars().count() {
                0 => Err(TableauError::TexteVide),
                1..=MAX_TEXTE => Ok(Self::Texte(texte.to_owned())),
                _ => Err(TableauError::TexteLong),
            };
        }
        let sujet = sujet.trim();
        if sujet.is_empty() || sujet.chars().count() > MAX_MOT {
            return Err(TableauError::SansSujet);
        }
        let sujet = sujet.to_owned();
        Ok(match genre {
            Genre::Indicateur => Self::Indicateur(sujet),
            Genre::Tendance => Self::Tendance(sujet),
            Genre::Boite => Self::Boite(sujet),
            Genre::Objectif => Self::Objectif(sujet),
            Genre::Positions => Self::Positions(sujet),
            Genre::Regle => Self::Regle(sujet),
            Genre::ListeNumerateur => Self::ListeNumerateur(sujet),
            Genre::ListeDenominateur => Self::ListeDenominateur(sujet),
            Genre::Liste | Genre::Texte => Self::Liste(sujet),
        })
    }

    /// Its kind.
    #[must_use]
    pub const fn genre(&self) -> Genre {
        match self {
            Self::Indicateur(_) => Genre::Indicateur,
            Self::Tendance(_) => Genre::Tendance,
            Self::Boite(_) => Genre::Boite,
            Self::Objectif(_) => Genre::Objectif,
            Self::Positions(_) => Genre::Positions,
            Self::Regle(_) => Genre::Regle,
            Self::Liste(_) => Genre::Liste,
            Self::ListeNumerateur(_) => Genre::ListeNumerateur,
            Self::ListeDenominateur(_) => Genre::ListeDenominateur,
            Self::Texte(_) => Genre::Texte,
        }
    }

    /// What it is about: a code, a name, or the text itself.
    #[must_use]
    pub fn sujet(&self) -> &str {
        match self {
            Self::Indicateur(sujet)
            | Self::Tendance(sujet)
            | Self::Boite(sujet)
            | Self::Objectif(sujet)
            | Self::Positions(sujet)
            | Self::Regle(sujet)
            | Self::Liste(sujet)
            | Self::ListeNumerateur(sujet)
            | Self::ListeDenominateur(sujet)
            | Self::Texte(sujet) => sujet,
        }
    }
}

/// A block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bloc {
    /// Its number in the dashboard, from 1: it keeps it wherever it is moved, and no other ever has it.
    pub numero: u32,
    /// What it shows.
    #[serde(flatten)]
    pub contenu: Contenu,
    /// How wide it stands.
    pub largeur: Largeur,
}
