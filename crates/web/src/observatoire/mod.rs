//! The observatory: a cohort, who it is at the entry, and where it stands at the exit and after.

mod chiffres;
mod page;

use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;

pub(crate) fn routes() -> Routes {
    Routes::new().get(Exigence::Chiffres, chemin::OBSERVATOIRE, page::show)
}
