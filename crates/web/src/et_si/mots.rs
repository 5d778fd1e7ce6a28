//! Thresholds and what they take, in French.

use mallette_app::et_si::Facon;
use mallette_app::et_si::manque::{Cout, EtSi};
use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use mallette_app::port::Part;
use mallette_catalogue::Indicateur;
use mallette_domain::resultat::Niveau;
use mallette_reports::graphique::mots as graphique;
use mallette_stats::seuil::{Reponse, Seuil, Vers};

use crate::format::compte;
use crate::indicateurs::chiffres::{rows, unite};
use crate::indicateurs::position::under_floor;

/// A threshold: « 3ᵉ quart (au-delà de la médiane) », « Objectif\u{a0}: 62,5 % ».
pub(super) fn threshold(etsi: &EtSi<'_>, seuil: Seuil) -> String {
    match (seuil, etsi.vers) {
        (Seuil::Valeur(cible), _) => {
            format!("Objectif\u{a0}: {}", unite(etsi.indicateur).write(cible))
        }
        (Seuil::Quart(quart @ 3), Vers::Haut) | (Seuil::Quart(quart @ 2), Vers::Bas) => {
            let side = if etsi.vers == Vers::Haut { "au-dessus" } else { "au-dessous" };
            format!("{} ({side} de la médiane)", graphique::ordinal_quarter(quart))
        }
        (Seuil::Quart(quart), _) => graphique::ordinal_quarter(quart),
        (Seuil::Place(place), _) => {
            format!("Aussi bien que le centre placé juste devant ({} place)", feminine(place))
        }
    }
}

fn feminine(place: usize) -> String {
    if place == 1 { "1ʳᵉ".to_owned() } else { graphique::ordinal(place) }
}

/// How dossiers count: « au numérateur, dénominateur inchangé ».
pub(super) fn way(facon: Facon) -> &'static str {
    match facon {
        Facon::Numerateur => "au numérateur, dénominateur inchangé",
        Facon::LesDeux => "au numérateur et au dénominateur",
        Facon::Nombre => "de plus",
        Facon::Moins => "de moins",
    }
}

/// How many it takes: « 23 parcours de plus au numérateur, dénominateur inchangé ».
pub(super) fn cost(indicateur: &Indicateur, cout: &Cout) -> String {
    match cout.reponse {
        Reponse::Deja => "déjà atteint".to_owned(),
        Reponse::Jamais => format!("aucun nombre n'y suffit ({})", way(cout.facon)),
        Reponse::Faits(times) => {
            let part = match cout.facon {
                Facon::Nombre => Part::Denominateur,
                _ => Part::Numerateur,
            };
            let count = rows(indicateur, part, u64::from(times));
            let more = if matches!(cout.facon, Facon::Numerateur | Facon::LesDeux) {
                "de plus "
            } else {
                ""
            };
            format!("{count} {more}{}", way(cout.facon))
        }
    }
}

/// What chance does by itself.
pub(super) fn chance(hasard: Option<bool>) -> &'static str {
    match hasard {
        None => "",
        Some(true) => "le hasard seul en fait autant d'une année sur l'autre",
        Some(false) => "plus que le hasard",
    }
}

/// Where the centre stands, and among whom; why it stands nowhere when too few have a figure.
pub(super) fn standing(etsi: &EtSi<'_>) -> String {
    match (etsi.is_placed(), etsi.chiffre.floor(etsi.indicateur)) {
        (true, _) => {
            let quarter = graphique::ordinal_quarter(etsi.position.quart);
            format!("{quarter} {}", compared(etsi))
        }
        (false, Some(floor)) => format!("pas de position, {}", under_floor(floor)),
        (false, None) => format!(
            "pas de position, moins de {PLUS_PETIT_GROUPE} centres ayant un chiffre à comparer"
        ),
    }
}

/// What the centre is compared with: « dans son groupe « Urbain », 12 centres ».
pub(super) fn compared(etsi: &EtSi<'_>) -> String {
    let n = compte(u64::try_from(etsi.n).unwrap_or(u64::MAX), "centre", "centres");
    match etsi.niveau {
        Niveau::GroupePairs => format!("dans son groupe «\u{a0}{}\u{a0}», {n}", etsi.groupe),
        _ => format!("dans la région, {n}"),
    }
}

/// What one dossier adds: « +1 au numérateur, +1 au dénominateur ».
pub(super) fn effect((above, below): (i64, i64)) -> String {
    let side = |count: i64, words: &str| match count {
        0 => None,
        count => Some(format!("{} {words}", crate::format::ecart(count))),
    };
    let sides = [side(above, "au numérateur"), side(below, "au dénominateur")];
    sides.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use mallette_catalogue::Catalogue;

    use super::*;

    #[test]
    fn what_it_takes_is_a_phrase() {
        let catalogue = Catalogue::builtin().unwrap();
        let told = |code: &str, facon, reponse| {
            let found = catalogue.indicateurs.iter().find(|i| i.code == code).unwrap();
            let text = cost(found, &Cout { facon, reponse, apres: None, hasard: None });
            text.replace('\u{a0}', " ")
        };
        assert_eq!(
            told("PAC-P", Facon::Numerateur, Reponse::Faits(23)),
            "23 parcours de plus au numérateur, dénominateur inchangé"
        );
        assert_eq!(told("QUA-H", Facon::Moins, Reponse::Faits(1)), "1 anomalie de moins");
        assert_eq!(
            told("PAC-P", Facon::LesDeux, Reponse::Jamais),
            "aucun nombre n'y suffit (au numérateur et au dénominateur)"
        );
        assert_eq!(effect((1, 1)), "+1 au numérateur, +1 au dénominateur");
        assert_eq!(effect((-1, 0)), "\u{2212}1 au numérateur");
    }
}
