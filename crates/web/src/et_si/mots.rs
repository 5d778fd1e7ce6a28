//! Thresholds and what they take, in French.

use mallette_app::et_si::chantier::Effort;
use mallette_app::et_si::manque::{Cout, EtSi};
use mallette_app::et_si::plan::Reel;
use mallette_app::et_si::{Facon, towards};
use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use mallette_app::port::Part;
use mallette_catalogue::Indicateur;
use mallette_domain::resultat::Niveau;
use mallette_reports::graphique::mots as graphique;
use mallette_reports::graphique::nombre::Unite;
use mallette_stats::seuil::{Reponse, Seuil, Vers};

use crate::format::compte;
use crate::indicateurs::chiffres::{rows, unite};
use crate::indicateurs::position::{apart, under_floor};

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
        Facon::Delai => "ramenés à la valeur voulue",
        Facon::Numerateur => "au numérateur, dénominateur inchangé",
        Facon::LesDeux => "au numérateur et au dénominateur",
        Facon::Nombre => "de plus",
        Facon::Moins => "de moins",
    }
}

/// How many it takes of what that indicator counts: « 23 parcours de plus au numérateur, dénominateur inchangé ».
pub(super) fn cost(indicateur: &Indicateur, cout: &Cout) -> String {
    match cout.reponse {
        Reponse::Deja => "déjà atteint".to_owned(),
        Reponse::Jamais => format!("aucun nombre n'y suffit ({})", way(cout.facon)),
        Reponse::Faits(times) if cout.facon == Facon::Delai => {
            let count = rows(indicateur, Part::Denominateur, u64::from(times));
            format!("{count} dont {}", brought(indicateur, cout.cible))
        }
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

/// « le délai passerait à 30 jours ou moins »; of what is no delay, « la mesure ».
fn brought(indicateur: &Indicateur, cible: Option<i64>) -> String {
    let what = if unite(indicateur) == Unite::Jours { "le délai" } else { "la mesure" };
    let side = match towards(indicateur.sens) {
        Vers::Bas => "ou moins",
        Vers::Haut => "ou plus",
    };
    #[expect(clippy::cast_precision_loss, reason = "a number of days is far below 2^52")]
    let cible = cible.map(|cible| unite(indicateur).write(cible as f64)).unwrap_or_default();
    format!("{what} passerait à {cible} {side}")
}

/// Why no dossier of the extracts can be pointed at, as the indicator says; when no rule moves it, in any case.
pub(super) fn beyond(indicateur: &Indicateur, none: bool) -> Option<String> {
    let unsaid = "Aucune règle du catalogue n'est démontrée le déplacer\u{a0}: il suit ce qui est fait, puis saisi.";
    indicateur.hors_dossiers.clone().or_else(|| none.then(|| unsaid.to_owned()))
}

/// What correcting asks for, in a word of the list.
pub(super) const fn effort(effort: Effort) -> &'static str {
    match effort {
        Effort::Valeur => "Saisie à corriger",
        Effort::Objet => "Saisie à créer",
        Effort::Acte => "Démarche avec le jeune",
        Effort::Accompagnement => "Accompagnement à mener",
    }
}

/// What that word means.
pub(super) const fn grade(effort: Effort) -> &'static str {
    match effort {
        Effort::Valeur => "une valeur à saisir, ou à corriger, dans ce qui existe",
        Effort::Objet => "une ligne à créer, de ce qui a déjà été fait",
        Effort::Acte => "un acte à faire avec le jeune",
        Effort::Accompagnement => "un accompagnement à mener sur des semaines",
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

/// What the centre is compared with: « dans son groupe « Urbain », 12 centres ; à part : 2 nc ».
pub(super) fn compared(etsi: &EtSi<'_>) -> String {
    let n = compte(u64::try_from(etsi.n).unwrap_or(u64::MAX), "centre", "centres");
    match etsi.niveau {
        Niveau::GroupePairs => {
            format!("dans son groupe «\u{a0}{}\u{a0}», {n}{}", etsi.groupe, apart(etsi.apart))
        }
        Niveau::Reseau => format!(
            "dans tout le réseau (faute de {PLUS_PETIT_GROUPE} centres avec un chiffre dans sa région), {n}{}",
            apart(etsi.apart)
        ),
        _ => format!("dans la région, {n}{}", apart(etsi.apart)),
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

/// A threshold named shortly: « 3ᵉ quart », « objectif de 62,5 % », « 2ᵉ place ».
fn short(indicateur: &Indicateur, seuil: Seuil) -> String {
    match seuil {
        Seuil::Quart(quart) => graphique::ordinal_quarter(quart),
        Seuil::Valeur(cible) => format!("objectif de {}", unite(indicateur).write(cible)),
        Seuil::Place(place) => format!("{} place", feminine(place)),
    }
}

/// The thresholds that a forecast was to pass; a dash when it passes none.
pub(super) fn aims(indicateur: &Indicateur, vises: &[Seuil]) -> String {
    let told: Vec<String> = vises.iter().map(|seuil| short(indicateur, *seuil)).collect();
    if told.is_empty() { "–".to_owned() } else { told.join(", ") }
}

/// What came of them: « Parmi les autres tels qu'ils sont devenus : 3ᵉ quart atteint, objectif de 62,5 % non
/// atteint. Aujourd'hui au 3ᵉ quart (2ᵉ quart alors). » Nothing when there was none and the centre has no quarter.
pub(super) fn reached(indicateur: &Indicateur, alors: Option<u8>, reel: &Reel) -> String {
    let mut told: Vec<String> = Vec::new();
    let seuils = reel.seuils.iter().map(|(seuil, passed)| {
        let passed = if *passed { "atteint" } else { "non atteint" };
        let feminine = if matches!(seuil, Seuil::Place(_)) { "e" } else { "" };
        format!("{} {passed}{feminine}", short(indicateur, *seuil))
    });
    let seuils: Vec<String> = seuils.collect();
    if !seuils.is_empty() {
        let list = seuils.join(", ");
        told.push(format!("Parmi les autres tels qu'ils sont devenus\u{a0}: {list}."));
    }
    if let Some(quart) = reel.quart {
        let then = match alors {
            Some(alors) if alors != quart => {
                format!(" ({} alors)", graphique::ordinal_quarter(alors))
            }
            Some(_) => " (comme alors)".to_owned(),
            None => String::new(),
        };
        told.push(format!("Aujourd'hui au {}{then}.", graphique::ordinal_quarter(quart)));
    }
    told.join(" ")
}

#[cfg(test)]
mod tests {
    use mallette_app::et_si::plan::Sorts;
    use mallette_catalogue::Catalogue;

    use super::*;

    #[test]
    fn what_it_takes_is_a_phrase() {
        let catalogue = Catalogue::builtin().unwrap();
        let told = |code: &str, facon, reponse| {
            let found = catalogue.indicateurs.iter().find(|i| i.code == code).unwrap();
            let text =
                cost(found, &Cout { facon, reponse, cible: Some(30), apres: None, hasard: None });
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
        assert_eq!(
            told("DIA-D", Facon::Delai, Reponse::Faits(12)),
            "12 parcours dont le délai passerait à 30 jours ou moins"
        );
        assert_eq!(told("DIA-D", Facon::Delai, Reponse::Deja), "déjà atteint");
        assert_eq!(effect((1, 1)), "+1 au numérateur, +1 au dénominateur");
        assert_eq!(effect((-1, 0)), "\u{2212}1 au numérateur");
        // A rapport is moved by what its numerator counts.
        let rapport = catalogue.indicateurs.iter().find(|i| i.code == "RAT-6").unwrap();
        let above = mallette_app::et_si::counted(&catalogue, rapport).code.clone();
        assert_eq!(
            told(&above, Facon::Numerateur, Reponse::Faits(3)),
            "3 jeunes de plus au numérateur, dénominateur inchangé"
        );
    }

    #[test]
    fn what_was_aimed_at_is_told_and_whether_it_came() {
        let catalogue = Catalogue::builtin().unwrap();
        let positive = catalogue.indicateurs.iter().find(|i| i.code == "PAC-P").unwrap();
        let plain = |text: String| text.replace(['\u{a0}', '\u{202f}'], " ");
        let vises = [Seuil::Quart(3), Seuil::Valeur(0.625), Seuil::Place(1)];
        assert_eq!(plain(aims(positive, &vises)), "3ᵉ quart, objectif de 62,5 %, 1ʳᵉ place");
        assert_eq!(aims(positive, &[]), "–");
        let mut reel = Reel {
            le: jiff::civil::date(2019, 12, 4),
            valeur: Some(0.61),
            sorts: Sorts::default(),
            quart: Some(3),
            seuils: vises.into_iter().zip([true, false, false]).collect(),
        };
        assert_eq!(
            plain(reached(positive, Some(2), &reel)),
            "Parmi les autres tels qu'ils sont devenus : 3ᵉ quart atteint, objectif de 62,5 % non atteint, 1ʳᵉ \
             place non atteinte. Aujourd'hui au 3ᵉ quart (2ᵉ quart alors)."
        );
        reel.seuils = Vec::new();
        assert_eq!(
            plain(reached(positive, Some(3), &reel)),
            "Aujourd'hui au 3ᵉ quart (comme alors)."
        );
        reel.quart = None;
        assert_eq!(reached(positive, Some(3), &reel), "");
    }
}
