//! What deserves attention: the page of each person, what is told and by mail or not, the link that stops
//! the weekly mail, and the short block of the front page.

mod arret;
mod bloc;
mod liens;
mod liste;
mod preferences;

use mallette_domain::acces::Exigence;

use crate::chemin;
use crate::droits::Routes;

pub(crate) use bloc::{Bloc, block};

/// The route of the links that stop the digest: [`chemin::ARRET`] and a token.
const ARRET: &str = "/resume/arret/{jeton}";

pub(crate) fn routes() -> Routes {
    use Exigence::{Administration, Alertes, Publique};
    Routes::new()
        .get(Alertes, chemin::ALERTES, liste::show)
        .post(Alertes, chemin::ALERTES_MARQUES, liste::mark)
        .get(Alertes, chemin::ALERTES_PREFERENCES, preferences::show)
        .post(Alertes, chemin::ALERTES_PREFERENCES, preferences::choose)
        .post(Administration, chemin::ALERTES_SEUILS, preferences::set_thresholds)
        .get(Publique, ARRET, arret::show)
        .post(Publique, ARRET, arret::stop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_of_mails_lead_to_the_route() {
        assert_eq!(format!("{}{{jeton}}", chemin::ARRET), ARRET);
    }
}
