//! What trying a rule or a query gives: what the engine finds and pages show.

use crate::resultat::{Compte, Objet, ResultatRegle};

/// Another rule of the same view, and what it has in common with the one tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voisine {
    /// Its code.
    pub code: String,
    /// Objects that both catch.
    pub communs: u64,
    /// Objects that it catches.
    pub siens: u64,
}

/// What a rule would evaluate and catch now.
#[derive(Debug, Clone, PartialEq)]
pub struct Essai {
    /// Evaluated and caught, by group.
    pub resultat: ResultatRegle,
    /// The objects caught; once past the wall, those that the reader may see.
    pub objets: Vec<Objet>,
    /// The rules that catch some of them, the closest first.
    pub voisines: Vec<Voisine>,
}

impl Essai {
    /// Evaluated and caught, in all.
    #[must_use]
    pub fn total(&self) -> Compte {
        self.resultat.total()
    }
}

/// A good example of the charter that a rule tried would catch: the two say the opposite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contredit {
    /// Code of the act.
    pub acte: String,
    /// Its title.
    pub titre: String,
    /// Title of the example.
    pub exemple: String,
    /// Whether the rule is one of those that check the act: it then contradicts what it is to check.
    pub sien: bool,
}

/// What a query typed in SQL gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tableau {
    /// Names of the columns.
    pub colonnes: Vec<String>,
    /// Rows, as text; none for an empty cell.
    pub lignes: Vec<Vec<Option<String>>>,
    /// Whether there were more rows than are given.
    pub tronque: bool,
}
