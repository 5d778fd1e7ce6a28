//! Where an alert leads: the list, the page or the table that its figure is read on.

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::parts;
use mallette_app::vie::liste::Etat as Anomalies;
use mallette_domain::alerte::{Alerte, Genre, Public};
use mallette_domain::periode::Periode;

use crate::afaire::TOUS;
use crate::chemin;
use crate::indicateurs::liens::{Liste, Portee};

/// The proof of an alert; none when what it speaks of is not in the snapshot of the reader any more.
pub(super) fn proof(etat: &Etat, alerte: &Alerte) -> Option<String> {
    let cle = &alerte.cle;
    let Some(centre) = cle.structure_id.as_deref() else {
        return Some(match cle.genre {
            Genre::Installation => chemin::ADMIN_SANTE.to_owned(),
            Genre::Muette => chemin::regle(&cle.objet),
            Genre::DeCote => chemin::redige(&cle.objet),
            _ => format!("{}#regles", chemin::EVOLUTION),
        });
    };
    let anomalies = |regle: Option<&str>, which: Anomalies| {
        let conseiller = cle.conseiller_id.as_deref().unwrap_or(TOUS);
        let filtres = [
            ("centre", Some(centre)),
            ("conseiller", Some(conseiller)),
            ("regle", regle),
            ("etat", Some(which.code())),
        ];
        chemin::a_faire(&filtres, 1)
    };
    match cle.genre {
        Genre::Hausse => Some(anomalies(Some(&cle.objet), Anomalies::Apparue)),
        Genre::Justification => Some(anomalies(None, Anomalies::JustifieeBientot)),
        Genre::Echeance => Some(anomalies(None, Anomalies::Pressee)),
        Genre::Fin => Some(ends(centre, cle.conseiller_id.as_deref(), &cle.objet)),
        Genre::DeCote => Some(chemin::redige(&cle.objet)),
        Genre::Muette => Some(chemin::regle_centre(&cle.objet, centre)),
        Genre::Table | Genre::Retard | Genre::Installation => Some(chemin::centre(centre)),
        Genre::Baisse => entries(etat, centre, alerte),
    }
    .filter(|_| cle.public != Public::Reseau || etat.centres.contains_key(centre))
}

/// What ends in a week, in the calendar.
fn ends(centre: &str, conseiller: Option<&str>, monday: &str) -> String {
    let filtres = [
        ("centre", Some(centre)),
        ("conseiller", Some(conseiller.unwrap_or(TOUS))),
        ("semaine", Some(monday)),
    ];
    format!("{}#s-{monday}", chemin::marges_calendrier(&filtres))
}

/// The list of the entries of a month.
fn entries(etat: &Etat, centre: &str, alerte: &Alerte) -> Option<String> {
    let code = alerte.cle.objet.as_str();
    let indicateur = etat.catalogue.indicateurs.iter().find(|known| known.code == code)?;
    let jour = alerte.jour?;
    let liste = Liste {
        code,
        portee: Portee::Centre(centre),
        periode: Periode::new(jour, jour.last_of_month())?,
        part: *parts(indicateur).first()?,
        campagne: None,
    };
    Some(liste.page(1))
}
