//! The first figures of the page of an indicator, and the lists that prove each.

use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::chiffre::{Chiffre, parts};
use mallette_app::lecture::indicateurs::ensemble::{Ensemble, LigneEnsemble};
use mallette_app::lecture::indicateurs::fiche::Fiche;
use mallette_app::lecture::reseau;
use mallette_app::port::Part;
use mallette_domain::resultat::Niveau;
use mallette_reports::graphique::nombre::Unite;

use super::chiffres::{behind_with_floor, of_side, rows, shown, side, unite};
use super::couverture;
use super::liens::{Liste, Portee};
use super::raison::{SANS_REGION, closed};
use crate::requis::without_figure;

/// A figure among the first of the page.
pub(super) struct Fait {
    pub(super) quoi: String,
    pub(super) chiffre: String,
    pub(super) note: String,
    pub(super) liens: Vec<(String, String)>,
    /// Why there is no list beside it.
    pub(super) raison: Option<&'static str>,
}

/// The figures of the centre, of its département, of its group and of its région, each with the
/// lists that prove it.
pub(super) fn facts(etat: &Etat, fiche: &Fiche<'_>) -> Vec<Fait> {
    let unite = unite(fiche.indicateur);
    let mut facts = Vec::new();
    if let Some(centre) = &fiche.centre {
        let mut note = match &centre.chiffre {
            Some(chiffre) => behind_with_floor(fiche.indicateur, chiffre),
            None => without_figure(etat, fiche.indicateur, centre.structure_id),
        };
        if let Some(interval) = &centre.intervalle {
            note = format!("{note}\u{a0}; {}", interval_words(unite, *interval));
        }
        facts.push(Fait {
            quoi: reseau::nom(etat, centre.structure_id).to_owned(),
            chiffre: shown(unite, centre.chiffre.as_ref()),
            note,
            liens: lists(etat, fiche, Portee::Centre(centre.structure_id), centre.chiffre.as_ref()),
            raison: closed(
                etat,
                fiche,
                Portee::Centre(centre.structure_id),
                centre.chiffre.as_ref(),
            ),
        });
    }
    let place = fiche.centre.as_ref().map(|centre| &centre.centre.rattachement);
    let is_above = |ensemble: &Ensemble<'_>| match ensemble.niveau {
        Niveau::Region => ensemble.cle == fiche.region,
        niveau => place.is_some_and(|place| {
            let own = match niveau {
                Niveau::Departement => place.departement.as_deref(),
                _ => place.groupe_pairs.as_deref(),
            };
            own == Some(ensemble.cle)
        }),
    };
    let mut above: Vec<&LigneEnsemble<'_>> =
        fiche.ensembles.iter().filter(|ligne| is_above(&ligne.ensemble)).collect();
    // From the nearest to the largest.
    above.sort_by_key(|ligne| match ligne.ensemble.niveau {
        Niveau::GroupePairs => 0,
        Niveau::Departement => 1,
        _ => 2,
    });
    if above.iter().all(|ligne| ligne.ensemble.niveau != Niveau::Region) {
        // Centres that no région claims: a figure all the same, without a list of its own.
        let chiffre = fiche.total_region.chiffre.as_ref();
        facts.push(Fait {
            quoi: "Ensemble des centres".to_owned(),
            chiffre: shown(unite, chiffre),
            note: chiffre
                .map(|chiffre| behind_with_floor(fiche.indicateur, chiffre))
                .unwrap_or_default(),
            liens: Vec::new(),
            raison: Some(SANS_REGION),
        });
    }
    facts.extend(above.into_iter().map(|ligne| Fait {
        quoi: ligne.ensemble.nom(),
        chiffre: shown(unite, ligne.total.chiffre.as_ref()),
        note: scope_words(fiche, ligne),
        liens: lists(etat, fiche, Portee::Ensemble(ligne.ensemble), ligne.total.chiffre.as_ref()),
        raison: closed(etat, fiche, Portee::Ensemble(ligne.ensemble), ligne.total.chiffre.as_ref()),
    }));
    // What stands over a series says which, beside each figure.
    if let Some(source) = couverture::source(etat, fiche.indicateur, fiche.periode) {
        facts.iter_mut().for_each(|fait| fait.note = format!("{}\u{a0}; {source}", fait.note));
    }
    facts
}

/// « 113 sur 250 parcours ; 58 centres sur 61 ».
pub(super) fn scope_words(fiche: &Fiche<'_>, ligne: &LigneEnsemble<'_>) -> String {
    let behind =
        ligne.total.chiffre.iter().map(|chiffre| behind_with_floor(fiche.indicateur, chiffre));
    let behind: String = behind.collect();
    let noun = if ligne.total.centres < 2 { "centre" } else { "centres" };
    let separator = if behind.is_empty() { "" } else { "\u{a0}; " };
    format!("{behind}{separator}{} {noun} sur {}", ligne.total.centres, ligne.attendus)
}

/// « à 95\u{a0}%, entre 39,0 % et 51,4 % »: how far chance alone could move a rate.
pub(crate) fn interval_words(unite: Unite, (low, high): (f64, f64)) -> String {
    format!(
        "intervalle d'incertitude à 95\u{a0}%\u{a0}: de {} à {}",
        unite.write(low),
        unite.write(high)
    )
}

/// The lists behind a figure, each with its length.
pub(super) fn lists(
    etat: &Etat,
    fiche: &Fiche<'_>,
    portee: Portee<'_>,
    chiffre: Option<&Chiffre>,
) -> Vec<(String, String)> {
    let open = |chiffre: &&Chiffre| closed(etat, fiche, portee, Some(*chiffre)).is_none();
    let Some(chiffre) = chiffre.filter(open) else { return Vec::new() };
    let lists = parts(fiche.indicateur).iter().map(|part| {
        let liste = liste(etat, fiche, portee, *part);
        let side = of_side(fiche.indicateur, *part);
        let words = match chiffre.length(*part) {
            Some(count) => {
                format!("Liste {side}\u{a0}: {}", rows(fiche.indicateur, *part, count))
            }
            None => format!("Liste {side}"),
        };
        (words, liste.page(1))
    });
    lists.collect()
}

/// The lists behind a figure of a table: their side alone is said, the numbers stand beside.
pub(super) fn short_lists(
    etat: &Etat,
    fiche: &Fiche<'_>,
    portee: Portee<'_>,
    chiffre: Option<&Chiffre>,
) -> Vec<(String, String)> {
    if chiffre.is_none() || closed(etat, fiche, portee, chiffre).is_some() {
        return Vec::new();
    }
    let lists = parts(fiche.indicateur).iter().map(|part| {
        let liste = liste(etat, fiche, portee, *part);
        (side(fiche.indicateur, *part).to_owned(), liste.page(1))
    });
    lists.collect()
}

/// The list of one side of a figure, in the versions that the page shows.
fn liste<'a>(etat: &'a Etat, fiche: &'a Fiche<'_>, portee: Portee<'a>, part: Part) -> Liste<'a> {
    let (code, campagne) = (fiche.indicateur.code.as_str(), etat.campagne.as_deref());
    Liste { code, portee, periode: fiche.periode, part, campagne }
}
