//! Which published figures stand beside a cohort, and what the cohort says there.
//!
//! A share stands beside any cohort of the same entries, its place, period and population being said; a number
//! of young people or of acts follows the size of a territory and the length of a period, so it stands beside
//! the very same days only, and for a region. What is secret of the cohort is secret here.

use mallette_domain::cohorte::{Etape, Etat, Origine, Public, Question};
use mallette_domain::publie::{Grandeur, Mesure, Publie, Territoire};

use crate::observatoire::{Compte, Lue};

/// What a cohort says of a measure: a count, and what it is a share of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lecture {
    /// How many; none when it stays secret.
    pub compte: Compte,
    /// Out of how many, for a share; none when it stays secret.
    pub sur: Compte,
}

/// Levels V and below, by their codes since 2019, then those below V.
const NIVEAUX: [&str; 3] = ["1", "2", "3"];

/// The figures that stand beside a cohort, in their order.
#[must_use]
pub fn beside<'a>(publies: &'a [Publie], question: &Question) -> Vec<(&'a Publie, Mesure)> {
    if question.public != Public::Tous {
        return Vec::new();
    }
    let of_it = |publie: &&Publie| publie.evenement == Some(question.evenement);
    let told = publies.iter().filter(of_it).filter_map(|publie| {
        let mesure = publie.mesure?;
        let same_days = (publie.du, publie.au) == (question.du, question.au);
        let counts = same_days && matches!(publie.territoire, Territoire::Region(_));
        (mesure.grandeur() == Grandeur::Part || counts).then_some((publie, mesure))
    });
    // Where the source does not say when, both are told.
    let both = told.flat_map(|(publie, mesure)| {
        let each: &[Mesure] = match mesure {
            Mesure::Emploi => &[Mesure::EmploiPendant, Mesure::EmploiSortie],
            _ => &[],
        };
        let alone = each.is_empty().then_some(mesure);
        each.iter().copied().chain(alone).map(move |mesure| (publie, mesure)).collect::<Vec<_>>()
    });
    both.collect()
}

/// What a cohort says of a measure; months are counted from where the cohort is read.
#[must_use]
pub fn read(lue: &Lue, mesure: Mesure, origine: Origine) -> Lecture {
    let of_all = |compte: Compte| Lecture { compte, sur: lue.effectif() };
    let employed = [Etat::Durable, Etat::Emploi];
    let held = |etape: Etape, etats: &[Etat]| Lecture {
        compte: etats.iter().map(|etat| lue.etat(etape, *etat)).sum(),
        sur: lue.observed(etape),
    };
    match mesure {
        Mesure::Jeunes => of_all(lue.effectif()),
        Mesure::Pmsmp => of_all(lue.pmsmp()),
        Mesure::Mineurs => of_all(told(lue, "age_entree", &["moins de 18 ans"])),
        Mesure::De18a21 => of_all(told(lue, "age_entree", &["18-21 ans"])),
        Mesure::De22a25 => of_all(told(lue, "age_entree", &["22-25 ans"])),
        Mesure::Femmes => of_all(told(lue, "sexe", &["F"])),
        Mesure::Qpv => of_all(told(lue, "qpv", &["oui"])),
        Mesure::Zrr => of_all(told(lue, "zrr", &["oui"])),
        Mesure::Rqth => of_all(told(lue, "rqth", &["oui"])),
        Mesure::Etrangers => of_all(told(lue, "nationalite", &["UE", "HORS_UE"])),
        Mesure::NiveauVEtInfra => of_all(told(lue, "niveau_formation", &NIVEAUX)),
        Mesure::NiveauInfraV => {
            of_all(told(lue, "niveau_formation", NIVEAUX.get(..2).unwrap_or_default()))
        }
        Mesure::Emploi | Mesure::EmploiPendant => of_all(lue.pendant(Etat::Emploi)),
        Mesure::EmploiSortie => held(Etape::Sortie, &employed),
        Mesure::EmploiSixMois => held(Etape::Mois(origine, 6), &employed),
        Mesure::EmploiDouzeMois => held(Etape::Mois(origine, 12), &employed),
        Mesure::FormationPendant => of_all(lue.pendant(Etat::Formation)),
        Mesure::FormationSortie => held(Etape::Sortie, &[Etat::Formation]),
    }
}

/// Members of these values of a trait: secret as soon as one of them is.
fn told(lue: &Lue, name: &str, values: &[&str]) -> Compte {
    let known = lue.traits(name);
    let of = |value: &&str| known.get(&Some((*value).to_owned())).copied().unwrap_or(Some(0));
    values.iter().map(of).sum()
}
