//! Why a figure has no list beside it: what is closed to who reads says so, and where it is open.

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::Chiffre;
use mallette_app::lecture::indicateurs::ensemble::Ensemble;
use mallette_app::lecture::indicateurs::fiche::Fiche;

use super::liens::Portee;

/// Said of the total of centres that no région claims.
pub(super) const SANS_REGION: &str =
    "Pas de liste d'ensemble\u{a0}: ces centres n'ont pas de région. Celle de chacun est plus bas.";
const SECRET: &str = "Liste fermée\u{a0}: sa longueur dirait un chiffre au secret.";
const UN_SECRET: &str =
    "Liste fermée\u{a0}: les lignes d'un de ces centres diraient son chiffre, qui est au secret.";
/// Said beside every total of a page: short.
const AUTRES_CENTRES: &str =
    "Liste fermée\u{a0}: dossiers d'autres centres, qui ouvrent chacun les leurs.";
const SANS_SERIE: &str =
    "Pas de liste\u{a0}: sans série, ou sans compte, il n'y a pas de rapport à prouver.";
/// Said where the antennes of a centre are read from outside of it, over anything but a year of the moment.
pub(super) const ANTENNES_AILLEURS: &str = "Hors de leur centre, les antennes se lisent sur une année entière, aux données du moment\u{a0}: leurs mois, \
     des jours choisis ou une campagne d'avant se retrancheraient de l'année, et laisseraient de petits nombres.";
const AUTRES_PORTEFEUILLES: &str =
    "Liste fermée\u{a0}: elle porte sur d'autres portefeuilles que le vôtre.";

/// Why the list behind that figure does not open for who reads the snapshot; none when it does, or when there is
/// no figure. A list of several centres is closed too where the rows of one of them would tell a secret.
pub(super) fn closed(
    etat: &Etat,
    fiche: &Fiche<'_>,
    portee: Portee<'_>,
    chiffre: Option<&Chiffre>,
) -> Option<&'static str> {
    let chiffre = chiffre?;
    let tells = |ensemble: Ensemble<'_>| {
        let own = ensemble.centres(etat);
        fiche.centres.iter().any(|line| {
            line.chiffre.is_some_and(|own| own.secret) && own.contains(&line.structure_id)
        })
    };
    match portee {
        Portee::Ensemble(_) if !portee.is_open(etat) => Some(AUTRES_CENTRES),
        _ if !portee.is_open(etat) => Some(AUTRES_PORTEFEUILLES),
        _ if chiffre.secret => Some(SECRET),
        Portee::Ensemble(ensemble) if tells(ensemble) => Some(UN_SECRET),
        _ if fiche.indicateur.couverture.is_some() && chiffre.valeur.is_none() => Some(SANS_SERIE),
        _ => None,
    }
}
