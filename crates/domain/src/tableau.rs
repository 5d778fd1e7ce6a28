//! Dashboards: blocks put in an order, each over a figure, a rule or a text, under filters that hold for all of
//! them; who may share one, who may read it. Pure.
//!
//! A dashboard holds no figure and opens none: what a block shows is what its own page would show to who
//! reads it. Sharing one shares what is looked at, never what the author may see.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::acces::{Acces, Role};

/// Blocks of one dashboard: what a page computes and prints within reason.
pub const MAX_BLOCS: usize = 24;
/// Longest title, in characters.
pub const MAX_TITRE: usize = 100;
/// Longest description, in characters.
pub const MAX_DESCRIPTION: usize = 400;
/// Longest text of a block, in characters.
pub const MAX_TEXTE: usize = 2_000;
/// Longest code, name of a group or other word of a filter, in characters.
const MAX_MOT: usize = 200;

/// What a block shows, without what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Genre {
    /// The figures of an indicator, and the position of the centre.
    Indicateur,
    /// An indicator month by month.
    Tendance,
    /// The box plots of an indicator by group.
    Boite,
    /// Centres × indicators of one family, each with its position.
    Positions,
    /// What a rule found.
    Regle,
    /// The first objects of a rule.
    Liste,
    /// A text.
    Texte,
}

impl Genre {
    /// Every one, in the order of the forms.
    pub const ALL: [Self; 7] = [
        Self::Indicateur,
        Self::Tendance,
        Self::Boite,
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
            Self::Positions => "positions",
            Self::Regle => "regle",
            Self::Liste => "liste",
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
            Self::Positions => "Positions des centres",
            Self::Regle => "Règle",
            Self::Liste => "Liste",
            Self::Texte => "Texte",
        }
    }

    /// What a block of that kind is about.
    #[must_use]
    pub const fn sujet(self) -> Sujet {
        match self {
            Self::Indicateur | Self::Tendance | Self::Boite => Sujet::Indicateur,
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

/// What a block shows and what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "genre", content = "sujet", rename_all = "snake_case")]
pub enum Contenu {
    /// Code of the indicator.
    Indicateur(String),
    /// Code of the indicator.
    Tendance(String),
    /// Code of the indicator.
    Boite(String),
    /// Name of the family of indicators.
    Positions(String),
    /// Code of the rule.
    Regle(String),
    /// Code of the rule.
    Liste(String),
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
            Genre::Positions => Self::Positions(sujet),
            Genre::Regle => Self::Regle(sujet),
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
            Self::Positions(_) => Genre::Positions,
            Self::Regle(_) => Genre::Regle,
            Self::Liste(_) => Genre::Liste,
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
            | Self::Positions(sujet)
            | Self::Regle(sujet)
            | Self::Liste(sujet)
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

/// Filters with which a dashboard opens; an address says others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filtres {
    /// I-MILO code of a centre.
    pub centre: Option<String>,
    /// An antenne of that centre.
    pub antenne: Option<String>,
    /// A conseiller of that centre, by code.
    pub conseiller: Option<String>,
    /// A peer group.
    pub groupe: Option<String>,
    /// A period, as addresses write it.
    pub periode: Option<String>,
    /// A campaign.
    pub campagne: Option<String>,
}

impl Filtres {
    /// The names by which addresses say them, each with its value.
    #[must_use]
    pub fn pairs(&self) -> [(&'static str, Option<&str>); 6] {
        [
            ("centre", self.centre.as_deref()),
            ("antenne", self.antenne.as_deref()),
            ("conseiller", self.conseiller.as_deref()),
            ("groupe", self.groupe.as_deref()),
            ("periode", self.periode.as_deref()),
            ("campagne", self.campagne.as_deref()),
        ]
    }

    /// Whether each may be kept: short enough.
    fn is_short(&self) -> bool {
        self.pairs().iter().all(|(_, value)| value.is_none_or(|v| v.chars().count() <= MAX_MOT))
    }
}

/// Who may read a dashboard beside its author.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partage {
    /// Nobody.
    Personnel,
    /// The people of that centre.
    Centre(String),
    /// Who holds that function, in any centre.
    Fonction(String),
    /// Everybody who reads figures.
    Reseau,
}

impl Partage {
    /// The word of the store and of forms.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Personnel => "personnel",
            Self::Centre(_) => "centre",
            Self::Fonction(_) => "fonction",
            Self::Reseau => "reseau",
        }
    }

    /// The centre or the function; empty for the others.
    #[must_use]
    pub fn portee(&self) -> &str {
        match self {
            Self::Centre(id) | Self::Fonction(id) => id,
            Self::Personnel | Self::Reseau => "",
        }
    }

    /// What was written by [`Partage::code`] and [`Partage::portee`]; none for another word.
    #[must_use]
    pub fn read(code: &str, portee: &str) -> Option<Self> {
        match (code, portee.trim()) {
            ("personnel", _) => Some(Self::Personnel),
            ("reseau", _) => Some(Self::Reseau),
            ("centre", id) if !id.is_empty() => Some(Self::Centre(id.to_owned())),
            ("fonction", id) if !id.is_empty() => Some(Self::Fonction(id.to_owned())),
            _ => None,
        }
    }

    /// Whether a person with that access shares so, and changes what is shared so: in a centre, its référent
    /// and its director; beyond, who animates the network.
    #[must_use]
    pub fn is_given_by(&self, acces: &Acces) -> bool {
        match self {
            Self::Personnel => true,
            Self::Centre(id) => acces.imports_for(id),
            Self::Fonction(_) | Self::Reseau => acces.has(Role::ChargeDeMission),
        }
    }

    /// Whether a person with that access and those functions reads what is shared so.
    #[must_use]
    pub fn is_open_to(&self, acces: &Acces, fonctions: &BTreeSet<String>) -> bool {
        match self {
            Self::Personnel => false,
            Self::Centre(id) => acces.has_centre(id),
            Self::Fonction(code) => fonctions.contains(code) || self.is_given_by(acces),
            Self::Reseau => acces.reads_figures(),
        }
    }
}

/// A dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tableau {
    /// Its title.
    pub titre: String,
    /// What it is for; may be empty.
    pub description: String,
    /// Who reads it beside its author.
    pub partage: Partage,
    /// What it holds.
    pub composition: Composition,
}

/// The blocks of a dashboard and the filters it opens with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Composition {
    /// The filters it opens with.
    pub filtres: Filtres,
    /// Its blocks, in the order in which they are read.
    pub blocs: Vec<Bloc>,
    /// The last number given to a block.
    pub dernier: u32,
}

/// Why a dashboard cannot be so, in French.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableauError {
    /// No title, or a long one.
    #[error("Le titre d'un tableau de bord a de 1 à {MAX_TITRE} signes.")]
    Titre,
    /// A long description.
    #[error("La description d'un tableau de bord a {MAX_DESCRIPTION} signes au plus.")]
    Description,
    /// Too many blocks.
    #[error(
        "Un tableau de bord a {MAX_BLOCS} blocs au plus : en retirer un avant d'en ajouter, ou faire un autre tableau."
    )]
    Plein,
    /// A block about nothing.
    #[error("Choisir dans la liste ce que le bloc montre.")]
    SansSujet,
    /// An empty text.
    #[error("Le texte est vide. L'écrire, ou retirer le bloc.")]
    TexteVide,
    /// A long text.
    #[error("Ce texte est trop long : {MAX_TEXTE} signes au plus.")]
    TexteLong,
    /// A block that is not there.
    #[error("Ce bloc n'est plus dans le tableau : quelqu'un l'a retiré. Relire la page.")]
    SansBloc,
    /// A filter that cannot be one.
    #[error("Un de ces filtres est trop long pour en être un.")]
    Filtre,
}

impl Tableau {
    /// An empty one, of its author only.
    #[must_use]
    pub fn new(titre: &str) -> Self {
        Self {
            titre: one_line(titre),
            description: String::new(),
            partage: Partage::Personnel,
            composition: Composition::default(),
        }
    }

    /// Whether it may be kept.
    ///
    /// # Errors
    /// When its title, its description, its filters or the number of its blocks cannot be.
    pub fn check(&self) -> Result<(), TableauError> {
        if !(1..=MAX_TITRE).contains(&self.titre.chars().count()) {
            return Err(TableauError::Titre);
        }
        if self.description.chars().count() > MAX_DESCRIPTION {
            return Err(TableauError::Description);
        }
        if self.composition.blocs.len() > MAX_BLOCS {
            return Err(TableauError::Plein);
        }
        if !self.composition.filtres.is_short() {
            return Err(TableauError::Filtre);
        }
        Ok(())
    }
}

/// A text on one line, its spaces brought to one.
#[must_use]
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Composition {
    /// Adds a block at the end; its number.
    ///
    /// # Errors
    /// When there are [`MAX_BLOCS`] already.
    pub fn add(&mut self, contenu: Contenu, largeur: Largeur) -> Result<u32, TableauError> {
        if self.blocs.len() >= MAX_BLOCS {
            return Err(TableauError::Plein);
        }
        let last = self.blocs.iter().map(|bloc| bloc.numero).fold(self.dernier, u32::max);
        self.dernier = last.saturating_add(1);
        self.blocs.push(Bloc { numero: self.dernier, contenu, largeur });
        Ok(self.dernier)
    }

    /// Rank of a block, from 0.
    ///
    /// # Errors
    /// When it is not there.
    pub fn rank(&self, numero: u32) -> Result<usize, TableauError> {
        let found = self.blocs.iter().position(|bloc| bloc.numero == numero);
        found.ok_or(TableauError::SansBloc)
    }

    /// The block of that number.
    ///
    /// # Errors
    /// When it is not there.
    pub fn bloc_mut(&mut self, numero: u32) -> Result<&mut Bloc, TableauError> {
        let found = self.blocs.iter_mut().find(|bloc| bloc.numero == numero);
        found.ok_or(TableauError::SansBloc)
    }

    /// Takes a block out.
    ///
    /// # Errors
    /// When it is not there.
    pub fn remove(&mut self, numero: u32) -> Result<Bloc, TableauError> {
        let rank = self.rank(numero)?;
        Ok(self.blocs.remove(rank))
    }

    /// Puts a block at a rank, from 0: at the end beyond the last; the rank it has then.
    ///
    /// # Errors
    /// When it is not there.
    pub fn place(&mut self, numero: u32, rang: usize) -> Result<usize, TableauError> {
        let bloc = self.remove(numero)?;
        let rang = rang.min(self.blocs.len());
        self.blocs.insert(rang, bloc);
        Ok(rang)
    }

    /// Moves a block one rank up or down, where there is one; the rank it has then.
    ///
    /// # Errors
    /// When it is not there.
    pub fn shift(&mut self, numero: u32, down: bool) -> Result<usize, TableauError> {
        let rang = self.rank(numero)?;
        self.place(numero, if down { rang + 1 } else { rang.saturating_sub(1) })
    }
}

#[cfg(test)]
mod tests;
