//! Cohorts of a network, the same for all tests.

use jiff::civil::date;
use mallette_app::port::Suivie;
use mallette_domain::cohorte::case::Case;
use mallette_domain::cohorte::{Cohorte, Membre, age_class};
use mallette_domain::devenir::SituationVue;
use mallette_domain::resultat::{Objet, Preuve};

/// That of these centres, each as [`cohorte`] says, in their order.
pub(crate) fn followed<'a>(centres: impl ExactSizeIterator<Item = &'a String>) -> Suivie {
    let mut suivie = Suivie { comptes: centres.len(), ..Suivie::default() };
    for (rank, id) in centres.enumerate() {
        let own = cohorte(rank);
        suivie.reseau.merge(&own);
        suivie.centres.insert(id.clone(), own);
    }
    suivie
}

/// The members of the cohort of one of these centres that a cell counts.
pub(crate) fn listed<'a>(
    mut centres: impl Iterator<Item = &'a String>,
    id: &str,
    case: &Case,
) -> Vec<Preuve> {
    let Some(rank) = centres.position(|known| known == id) else { return Vec::new() };
    let counted = members(rank).into_iter().enumerate().filter_map(|(one, membre)| {
        let mut alone = Cohorte::default();
        alone.count(&membre, date(2019, 11, 4));
        let dossier = format!("D{one}");
        let objet = Objet {
            structure_id: id.to_owned(),
            table: "dossiers".to_owned(),
            id: dossier.clone(),
            dossier_id: Some(dossier),
            conseiller_id: None,
            antenne: None,
        };
        let count = case.count(&alone);
        let mesure = case.is_sum().then_some(count as f64);
        (count > 0).then_some(Preuve { objet, regle: None, mesure })
    });
    counted.collect()
}

/// The cohorte of a centre.
fn cohorte(rank: usize) -> Cohorte {
    let mut own = Cohorte::default();
    for membre in members(rank) {
        own.count(&membre, date(2019, 11, 4));
    }
    own
}

/// Thirty young people who leave, half of them hired, and one, in the first two centres only, of whom a single
/// trait is known.
fn members(rank: usize) -> Vec<Membre> {
    let mut members = Vec::new();
    for one in 0..30_u8 {
        let hired = SituationVue {
            categorie: Some("EMPLOI".to_owned()),
            sous_type: Some(if one % 3 == 0 { "CDI" } else { "CDD_COURT" }.to_owned()),
            debut: Some(date(2017, 9, 1)),
            ..SituationVue::default()
        };
        let rare = rank < 2 && one == 0;
        let membre = Membre {
            traits: vec![
                Some(age_class(18 + i64::from(one % 8)).to_owned()),
                Some(if one % 2 == 0 { "F" } else { "M" }.to_owned()),
                Some(if rare { "8" } else { "3" }.to_owned()),
            ],
            entree: date(2017, 3, 1),
            sortie: Some(date(2018, 3, 1)),
            situations: if one % 2 == 0 { vec![hired] } else { Vec::new() },
        };
        members.push(membre);
    }
    members
}
