//! A rule written by people of the field, without SQL: a view, conditions on its labelled fields, words
//! and examples. It compiles to the format of every other rule ([`crate::Regle`]), so that the engine
//! knows one kind of rule only. An indicator is defined likewise, by the same conditions, read by the same code.
//!
//! - [`Champs`]: what may be read, with French labels (`champs.toml`);
//! - [`Ebauche`]: what was typed, complete or not: nothing of it is trusted;
//! - [`EbaucheIndicateur`]: the same of an indicator, which compiles to [`crate::Indicateur`];
//! - [`Arbre`]: what was typed, once understood;
//! - [`Lien`]: rows of the same dossier that may be counted.

mod champs;
mod condition;
mod don;
mod ebauche;
mod indicateur;
mod lien;
mod nombres;
mod phrase;
mod pose;
mod sql;

#[cfg(test)]
mod tests;

pub use champs::{Champ, Champs, Genre, VueRedigeable};
pub use condition::{Arbre, Cmp, ConditionLue, Epreuve, Groupement, OPERATEURS, Quantite, Unite};
pub use don::as_given;
pub use ebauche::{Condition, Ebauche, ExempleRedige, Forme, Groupe, MAX_GROUPES, Reproche};
pub use indicateur::{CALCULS_REDIGES, DELAI, EbaucheIndicateur, FAMILLE_REDIGEE, UNITES_REDIGEES};
pub use lien::{Ancre, Lien, LienCompte};

/// What the code of a rule written by people starts with; no rule of the program does.
pub const PREFIXE: &str = "LOC-";
/// What the code of an indicator defined by people starts with; no indicator of the program does.
pub const PREFIXE_INDICATEUR: &str = "IND-";
