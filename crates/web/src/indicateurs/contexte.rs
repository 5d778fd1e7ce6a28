//! What the context adds to the page of an indicator: what the centres in the nearest context lead to expect.

use std::cmp::Ordering;

use mallette_app::contexte::attendu::{ASSEZ, Attendu, Egal, VOISINS, Verdict, compare};
use mallette_app::etat::Etat;
use mallette_app::lecture::indicateurs::fiche::Fiche;
use mallette_app::lecture::reseau;
use mallette_catalogue::Sens;
use mallette_reports::graphique::nombre::Unite;

use super::chiffres::{shown, unite};
use super::position::under_floor;
use crate::format::pourcent;

/// Series told by name before they are only counted.
const SERIES: usize = 6;
/// In the place of a gap, for a figure under the floor.
pub(super) const FRAGILE: &str = "fragile";

/// « À contexte égal », in words.
pub(super) struct Comparaison {
    pub(super) constat: String,
    pub(super) precisions: Vec<String>,
    /// Name, figure, expected, gap, quarters of its neighbours, of each centre of the table.
    pub(super) lignes: Vec<(String, String, String, String, String)>,
}

/// What is expected, in words; none when nothing can be said.
pub(super) fn comparison(etat: &Etat, figures: &Etat, fiche: &Fiche<'_>) -> Option<Comparaison> {
    let egal = compare(etat, figures, fiche.indicateur, fiche.periode)?;
    let source = sources(&egal);
    let (part, expected) = match &egal.verdict {
        Verdict::TropPeu(count) => {
            let constat = format!(
                "Trop peu de centres ont un chiffre et un contexte pour comparer à contexte égal\u{a0}: \
                 {count}, il en faut {ASSEZ}."
            );
            return Some(Comparaison { constat, precisions: vec![source], lignes: Vec::new() });
        }
        Verdict::Rien => {
            let constat = "Le contexte connu n'explique pas, ou pas plus que le hasard, les écarts de cet indicateur entre les \
                           centres\u{a0}: aucune valeur attendue n'est donnée.";
            let constat = constat.to_owned();
            return Some(Comparaison { constat, precisions: vec![source], lignes: Vec::new() });
        }
        Verdict::Explique(part, expected) => (*part, expected),
    };
    let unite = unite(fiche.indicateur);
    let own = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let found = own.and_then(|id| Some((id, expected.get(id)?)));
    let mut precisions = Vec::new();
    let constat = match (own, found) {
        (_, Some((id, attendu))) => {
            precisions.push(neighbours(etat, attendu));
            finding(fiche, unite, reseau::nom(etat, id), attendu)
        }
        (Some(id), None) => format!(
            "{} n'a aucune valeur de contexte\u{a0}: rien n'est attendu de ce centre.",
            reseau::nom(etat, id)
        ),
        (None, None) => {
            "Chaque centre comparé à ceux dont le contexte est le plus proche du sien.".to_owned()
        }
    };
    precisions.push(format!(
        "Le contexte explique {} des écarts entre les centres\u{a0}; le reste tient à ce qu'ils font, et au \
         hasard.",
        pourcent(part)
    ));
    precisions.push(source);
    let lignes = fiche.centres.iter().filter_map(|ligne| {
        let attendu = expected.get(ligne.structure_id)?;
        // Without a figure there is no gap: the sign says why, secret or not received.
        let figure = shown(unite, ligne.chiffre.as_ref());
        let gap = match (attendu.ecart, attendu.plancher) {
            (Some(gap), _) => unite.write_gap(gap),
            (None, Some(_)) => FRAGILE.to_owned(),
            (None, None) => figure.clone(),
        };
        Some((
            ligne.nom.to_owned(),
            figure,
            unite.write(attendu.mediane),
            gap,
            format!("{} à {}", unite.write(attendu.quarts.0), unite.write(attendu.quarts.1)),
        ))
    });
    Some(Comparaison { constat, precisions, lignes: lignes.collect() })
}

/// « À contexte égal, ML A est à 62 % quand 55 % sont attendus : +7 points, mieux qu'attendu ».
fn finding(fiche: &Fiche<'_>, unite: Unite, nom: &str, attendu: &Attendu<'_>) -> String {
    let expected = unite.write(attendu.mediane);
    if let Some(floor) = attendu.plancher {
        return format!(
            "{nom} n'est pas comparé\u{a0}: {}. {expected} serait attendu à contexte égal.",
            under_floor(floor)
        );
    }
    let Some(gap) = attendu.ecart else {
        return format!(
            "{nom} n'a pas de chiffre\u{a0}; {expected} serait attendu à contexte égal."
        );
    };
    let own = unite.write(attendu.mediane + gap);
    let words = beside_neighbours(attendu, gap, fiche.indicateur.sens);
    format!(
        "{nom} est à {own} quand {expected} est attendu à contexte égal\u{a0}: écart de {}, {words}.",
        unite.write_gap(gap)
    )
}

/// Where a centre stands beside its neighbours: apart from them only where chance does not do, counting theirs.
fn beside_neighbours(attendu: &Attendu<'_>, gap: f64, sens: Sens) -> &'static str {
    let (low, high) = attendu.quarts;
    if (low..=high).contains(&(attendu.mediane + gap)) {
        return "dans la moitié centrale de ses voisins";
    }
    match (attendu.cote, sens) {
        (None, _) => {
            "hors de la moitié centrale de ses voisins\u{a0}; la part du hasard n'est pas calculée, rien n'est à en \
             conclure"
        }
        (Some(Ordering::Equal), _) => {
            "hors de la moitié centrale de ses voisins, mais le hasard suffit à expliquer l'écart"
        }
        (Some(Ordering::Greater), Sens::Haut) | (Some(Ordering::Less), Sens::Bas) => {
            "mieux que ses voisins, plus que le hasard ne l'explique"
        }
        (Some(Ordering::Less), Sens::Haut) | (Some(Ordering::Greater), Sens::Bas) => {
            "moins bien que ses voisins, plus que le hasard ne l'explique"
        }
        (Some(Ordering::Greater), Sens::Neutre) => {
            "plus haut que ses voisins, plus que le hasard ne l'explique"
        }
        (Some(Ordering::Less), Sens::Neutre) => {
            "plus bas que ses voisins, plus que le hasard ne l'explique"
        }
    }
}

/// What is sure of a centre beside its neighbours, for a workbook.
pub(super) fn sure(attendu: &Attendu<'_>) -> &'static str {
    match (attendu.plancher, attendu.ecart, attendu.cote) {
        (Some(_), ..) => "sous le plancher, pas comparé",
        (None, None, _) => "",
        (None, Some(_), None) => "part du hasard non calculée",
        (None, Some(_), Some(Ordering::Equal)) => "le hasard suffit",
        (None, Some(_), Some(Ordering::Greater)) => {
            "sûrement plus haut que la plupart de ses voisins"
        }
        (None, Some(_), Some(Ordering::Less)) => "sûrement plus bas que la plupart de ses voisins",
    }
}

/// Who the nearest centres are, for who may read their names; how many, for the others.
fn neighbours(etat: &Etat, attendu: &Attendu<'_>) -> String {
    let names: Vec<&str> = attendu
        .voisins
        .iter()
        .filter(|id| etat.reseau.contains_key(**id) || etat.centres.contains_key(**id))
        .map(|id| reseau::nom(etat, id))
        .collect();
    if names.len() == attendu.voisins.len() {
        return format!(
            "Les {VOISINS} centres au contexte le plus proche\u{a0}: {}.",
            names.join(", ")
        );
    }
    format!(
        "Attendu\u{a0}: la médiane des {VOISINS} centres au contexte le plus proche, qui ne sont pas nommés."
    )
}

/// Which series the comparison is made from.
fn sources(egal: &Egal<'_>) -> String {
    let told = egal
        .series
        .iter()
        .take(SERIES)
        .map(|serie| format!("{} ({}, {})", serie.libelle, serie.annee, serie.source));
    let told: Vec<String> = told.collect();
    let more = match egal.series.len().saturating_sub(SERIES) {
        0 => String::new(),
        more => format!(" et {more} autres variables"),
    };
    format!("Contexte\u{a0}: {}{more}.", told.join("\u{a0}; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ecart: f64, cote: Option<Ordering>) -> Attendu<'static> {
        Attendu {
            voisins: Vec::new(),
            mediane: 0.5,
            quarts: (0.45, 0.55),
            ecart: Some(ecart),
            cote,
            plancher: None,
        }
    }

    #[test]
    fn a_verdict_is_given_only_where_chance_does_not_do() {
        let told = |gap, cote, sens| beside_neighbours(&at(gap, cote), gap, sens);
        use Ordering::{Equal, Greater, Less};
        for (gap, cote, sens, words) in [
            (0.2, Some(Greater), Sens::Haut, "mieux que ses voisins"),
            (0.2, Some(Greater), Sens::Bas, "moins bien que ses voisins"),
            (-0.2, Some(Less), Sens::Bas, "mieux que ses voisins"),
            (-0.2, Some(Less), Sens::Haut, "moins bien que ses voisins"),
            (0.2, Some(Greater), Sens::Neutre, "plus haut que ses voisins"),
            (-0.2, Some(Less), Sens::Neutre, "plus bas que ses voisins"),
            (0.2, Some(Equal), Sens::Haut, "le hasard suffit à expliquer l'écart"),
            (0.2, None, Sens::Haut, "la part du hasard n'est pas calculée"),
            (0.02, Some(Greater), Sens::Haut, "dans la moitié centrale"),
        ] {
            let found = told(gap, cote, sens);
            assert!(found.contains(words), "{gap} {cote:?} {sens:?}: {found}");
            let verdict = ["mieux", "moins bien", "plus haut", "plus bas"];
            let judged = verdict.iter().any(|word| found.starts_with(word));
            assert_eq!(judged, words.ends_with("voisins"), "{found}");
        }
    }

    #[test]
    fn the_workbook_says_what_is_sure() {
        assert_eq!(sure(&at(0.2, Some(Ordering::Equal))), "le hasard suffit");
        assert_eq!(sure(&at(0.2, None)), "part du hasard non calculée");
        assert!(sure(&at(0.2, Some(Ordering::Less))).contains("plus bas"));
        let few = Attendu { plancher: Some(20), ecart: None, ..at(0.2, None) };
        assert!(sure(&few).contains("plancher"));
        assert_eq!(sure(&Attendu { ecart: None, ..at(0.2, None) }), "");
    }
}
