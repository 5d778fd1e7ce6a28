//! Dashboards: blocks put in an order, each over a figure, a rule or a text, under filters that hold for all of
//! them; who may share one, who may read it. Pure.
//!
//! A dashboard holds no figure and opens none: what a block shows is what its own page would show to who
//! reads it. Sharing one shares what is looked at, never what the author may see.

mod contenu;
mod partage;

use serde::{Deserialize, Serialize};

pub use contenu::{Bloc, Contenu, Genre, Largeur, Sujet};
pub use partage::Partage;

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
