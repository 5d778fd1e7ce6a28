//! Charts as SVG strings: classes only (the style sheet themes them), every mark a link, a title
//! that states the finding, and the table of the figures just after.
//!
//! The drawing has the role `group`, not `img`: the children of an image are presentational, so
//! the links of its marks would be lost to assistive technologies.
//!
//! - [`arbre`]: groups in groups, a centre per line, and where they are cut;
//! - [`boite`]: horizontal box plots, one line per group, a centre marked;
//! - [`tendance`]: a figure month by month, with gaps where it cannot be calculated;
//! - [`mots`]: positions and findings in words;
//! - [`nombre`]: numbers as French readers write them;
//! - [`echelle`]: axes with round graduations.

pub mod arbre;
pub mod boite;
pub mod echelle;
pub mod mots;
pub mod nombre;
mod svg;
pub mod tendance;

#[cfg(test)]
pub(crate) mod lecture_xml;
