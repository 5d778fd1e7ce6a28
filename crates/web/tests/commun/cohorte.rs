//! Cohorts of a network, the same for all tests.

use jiff::civil::date;
use mallette_app::port::Suivie;
use mallette_domain::cohorte::{Cohorte, Membre, Origine, age_class};
use mallette_domain::devenir::SituationVue;

/// That of these centres, each as [`cohorte`] says, in their order.
pub(crate) fn followed<'a>(
    centres: impl ExactSizeIterator<Item = &'a String>,
    origine: Origine,
) -> Suivie {
    let mut suivie = Suivie { comptes: centres.len(), ..Suivie::default() };
    for (rank, id) in centres.enumerate() {
        let own = cohorte(rank, origine);
        suivie.reseau.merge(&own);
        suivie.centres.insert(id.clone(), own);
    }
    suivie
}

/// The cohorte of a centre: thirty young people who leave, half of them hired, and one, in the first two
/// centres only, of whom a single trait is known.
fn cohorte(rank: usize, origine: Origine) -> Cohorte {
    let mut own = Cohorte::default();
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
        own.count(&membre, origine, date(2019, 11, 4));
    }
    own
}
