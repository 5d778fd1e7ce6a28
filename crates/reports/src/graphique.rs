//! Charts as SVG strings: classes only (the style sheet themes them), every mark a link, a title
//! that states the finding, and the table of the figures just after.
//!
//! The drawing has the role `group`, not `img`: the children of an image are presentational, so
//! the links of its marks would be lost to assistive technologies.
//!
//! - [`arbre`]: groups in groups, a centre per line, and where they are cut;
//! - [`boite`]: horizontal box plots, one line per group, a centre marked;
//! - [`cible`]: a figure beside its target, as small as a word;
//! - [`tendance`]: a figure month by month, with gaps where it cannot be calculated;
//! - [`flux`]: where people stand from one moment to the next;
//! - [`trajet`]: the position of a centre from campaign to campaign;
//! - [`vignette`]: a box as small as a word;
//! - [`mots`]: positions and findings in words;
//! - [`nombre`]: numbers as French readers write them;
//! - [`echelle`]: axes with round graduations.

pub mod arbre;
pub mod boite;
pub mod cible;
pub mod echelle;
pub mod flux;
pub mod mots;
pub mod nombre;
mod svg;
pub mod tendance;
pub mod trajet;
pub mod vignette;

#[cfg(test)]
pub(crate) mod lecture_xml;
