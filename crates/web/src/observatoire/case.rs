//! A cell of the tables of a cohort in words: the title of its list.

use mallette_app::etat::Etat;
use mallette_domain::cohorte::case::Case;

use super::chiffres::{capital, situation, trait_name, value_name};

/// A cell in words: « À la sortie : Formation », « Sexe : Femme ».
pub(super) fn words(etat: &Etat, case: &Case) -> String {
    match case {
        Case::Tous => "Tous les jeunes".to_owned(),
        Case::Pmsmp => "PMSMP commencées pendant l'accompagnement".to_owned(),
        Case::Trait(trait_of, value) => {
            let value = value_name(etat, trait_of, value.as_deref());
            format!("{}\u{a0}: {value}", trait_name(trait_of))
        }
        Case::Tenue(etape, etat) => {
            format!("{}\u{a0}: {}", capital(&etape.to_string()), situation(*etat))
        }
        Case::EnEmploi(etape) => {
            format!("{}\u{a0}: Emploi ou alternance", capital(&etape.to_string()))
        }
        Case::Observes(etape) => {
            format!("{}\u{a0}: situation observée", capital(&etape.to_string()))
        }
        Case::Pendant(etat) if etat.is_employment() => {
            "Emploi ou alternance, au moins une fois pendant".to_owned()
        }
        Case::Pendant(etat) => format!("{}, au moins une fois pendant", situation(*etat)),
        Case::Passage((before, from), (now, to)) => format!(
            "De «\u{a0}{}\u{a0}» {before} à «\u{a0}{}\u{a0}» {now}",
            situation(*from),
            situation(*to)
        ),
    }
}
