//! The lists behind the figures of a part of a centre: what an antenne or a conseiller counts opens too.

use mallette_app::etat::Etat;
use mallette_app::lecture::centre::reseau::QUALITE;
use mallette_app::lecture::indicateurs::chiffre::{Chiffre, parts};
use mallette_app::port::Part;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;

use crate::indicateurs::chiffres::side;
use crate::indicateurs::liens::{Liste, Portee};

/// The lists of each side of a figure over a period: side in words, address; none where they do not open.
pub(super) fn sides(
    etat: &Etat,
    (indicateur, periode): (&Indicateur, Periode),
    portee: Portee<'_>,
    chiffre: &Chiffre,
) -> Vec<(String, String)> {
    if chiffre.secret || !portee.is_open(etat) {
        return Vec::new();
    }
    let campagne = etat.campagne.as_deref();
    let sides = parts(indicateur).iter().map(|part| {
        let liste = Liste { code: &indicateur.code, portee, periode, part: *part, campagne };
        (side(indicateur, *part).to_owned(), liste.page(1))
    });
    sides.collect()
}

/// The list of the active dossiers of a part of a centre: what the indicator of quality divides by, over the period
/// whose figures count them.
pub(super) fn active(etat: &Etat, periode: Periode, portee: Portee<'_>) -> Option<String> {
    let campagne = etat.campagne.as_deref();
    let liste = Liste { code: QUALITE, portee, periode, part: Part::Denominateur, campagne };
    portee.is_open(etat).then(|| liste.page(1))
}
