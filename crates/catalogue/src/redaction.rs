//! A rule written by people of the field, without SQL: a view, conditions on its labelled fields, words
//! and examples. It compiles to the format of every other rule ([`crate::Regle`]), so that the engine
//! knows one kind of rule only.
//!
//! - [`Champs`]: what may be read, with French labels (`champs.toml`);
//! - [`Ebauche`]: what was typed, complete or not: nothing of it is trusted;
//! - [`Arbre`]: what was typed, once understood;
//! - [`Lien`]: rows of the same dossier that may be counted.

mod champs;
mod condition;
mod ebauche;
mod lien;
mod nombres;
mod sql;

#[cfg(test)]
mod tests;

pub use champs::{Champ, Champs, Genre, VueRedigeable};
pub use condition::{Arbre, Cmp, ConditionLue, Epreuve, Groupement, OPERATEURS, Quantite, Unite};
pub use ebauche::{Condition, Ebauche, ExempleRedige, Forme, Groupe, MAX_GROUPES, Reproche};
pub use lien::{Lien, LienCompte};

/// What the code of a rule written by people starts with; no rule of the program does.
pub const PREFIXE: &str = "LOC-";
