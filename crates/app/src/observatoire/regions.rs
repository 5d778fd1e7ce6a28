//! What stays secret of the régions of a network of several: rows side by side, whose totals are those of the
//! network, then once more without the centres that the reader owns.
//!
//! The centres of a région are then protected within it, its figures being read.

use std::collections::BTreeMap;

use mallette_domain::cohorte::Cohorte;

use super::centre::{Cote, beside};
use super::secrets::{Secrets, owned};
use crate::port::Suivie;
use crate::secret::Lecteur;

/// What stays secret of a région, for a reader.
pub(super) fn of(suivie: &Suivie, region: &str, lecteur: &Lecteur) -> Secrets {
    if matches!(lecteur, Lecteur::Machine) {
        return Secrets::default();
    }
    suivie.voiles.region(suivie, region, lecteur)
}

/// What stays secret of each région; everything of those that are not there.
pub(super) fn hidden(suivie: &Suivie, lecteur: &Lecteur) -> BTreeMap<String, Secrets> {
    let network = Secrets::of_network(suivie, lecteur);
    let rows = |regions: &BTreeMap<&str, Cohorte>, whole: &Cohorte| {
        let rangees = regions.iter().map(|(nom, own)| (*nom, own, false)).collect();
        // Centres of no région are left as one more row.
        let counted: usize = suivie.regions.values().map(|region| region.centres.len()).sum();
        beside(Cote { rangees, ensemble: whole, reste: suivie.comptes > counted }, &network)
    };
    let each = suivie.regions.iter();
    let whole: BTreeMap<&str, Cohorte> =
        each.clone().map(|(nom, region)| (nom.as_str(), region.cohorte.clone())).collect();
    let mut found = rows(&whole, &suivie.reseau);
    let own = owned(suivie, lecteur);
    if own.effectif == 0 {
        return found;
    }
    let left = each.map(|(nom, region)| {
        let mut own = Cohorte::default();
        for id in region.centres.iter().filter(|id| lecteur.owns(id)) {
            if let Some(cohorte) = suivie.centres.get(id) {
                own.merge(cohorte);
            }
        }
        (nom.as_str(), region.cohorte.without(&own))
    });
    let beside = rows(&left.collect(), &suivie.reseau.without(&own));
    found.retain(|nom, _| beside.contains_key(nom));
    for (nom, secrets) in beside {
        if let Some(known) = found.get_mut(&nom) {
            known.join(secrets);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mallette_domain::cohorte::{Etape, Etat, Membre};
    use mallette_stats::secret::Audience;

    use super::super::Lue;
    use super::*;
    use crate::port::Region;

    fn cohorte(counts: [u64; 3]) -> Cohorte {
        let mut cohorte = Cohorte::default();
        for (value, count) in counts.iter().enumerate() {
            for rank in 0..*count {
                let membre = Membre {
                    traits: vec![Some(value.to_string())],
                    entree: jiff::civil::date(2019, 1, 1),
                    sortie: (rank % 2 == 0).then_some(jiff::civil::date(2019, 6, 1)),
                    situations: Vec::new(),
                };
                cohorte.count(&membre, jiff::civil::date(2021, 1, 1));
            }
        }
        cohorte
    }

    /// Centres by région.
    fn followed(centres: &[(&str, &str, [u64; 3])]) -> Suivie {
        let mut suivie = Suivie { comptes: centres.len(), ..Suivie::default() };
        for (id, region, counts) in centres {
            let own = cohorte(*counts);
            suivie.reseau.merge(&own);
            let place: &mut Region = suivie.regions.entry((*region).to_owned()).or_default();
            place.cohorte.merge(&own);
            place.centres.insert((*id).to_owned());
            suivie.centres.insert((*id).to_owned(), own);
        }
        suivie
    }

    fn ages(lue: &Lue) -> Vec<Option<u64>> {
        lue.traits("age_entree").into_values().collect()
    }

    #[test]
    fn a_region_is_read_beside_its_centre_and_no_small_count_is_left_of_it() {
        let suivie = followed(&[
            ("A", "84", [50, 60, 70]),
            ("B", "84", [40, 50, 60]),
            ("C", "93", [3, 80, 90]),
            ("D", "93", [0, 70, 80]),
            ("E", "76", [60, 70, 50]),
        ]);
        let nobody = Lecteur::of(BTreeSet::new());
        let read =
            |region: &str, lecteur: &Lecteur| Lue::of_region(&suivie, region, lecteur).unwrap();
        // Three in 93: hidden with another one of the same age, and one of its own row.
        let of_93 = ages(&read("93", &nobody));
        assert_eq!(of_93[0], None);
        assert_eq!(of_93.iter().flatten().count(), 1, "{of_93:?}");
        let others = ["84", "76"].map(|region| ages(&read(region, &nobody))[0]);
        assert!(others.iter().any(Option::is_none), "the network less the others would tell it");
        assert_eq!(read("84", &nobody).effectif(), Some(330));
        assert_eq!(read("84", &nobody).centres, 2);
        assert_eq!(read("84", &nobody).etat(Etape::Sortie, Etat::NonSorti), Some(165));
        // Centres of a région are read within it.
        let centre = Lue::of_one(&suivie, "C", &nobody).unwrap();
        assert_eq!((centre.effectif(), ages(&centre)[0]), (Some(173), None));
        assert_eq!(
            Lue::of_region(&suivie, "93", &Lecteur::Machine).map(|lue| ages(&lue)[0]),
            Some(Some(3))
        );
        assert!(Lue::of_region(&suivie, "11", &nobody).is_none());
    }

    #[test]
    fn who_takes_the_own_centre_away_finds_nobody_in_the_region() {
        let suivie = followed(&[
            ("A", "84", [50, 60, 70]),
            ("B", "84", [2, 50, 60]),
            ("C", "93", [40, 80, 90]),
            ("D", "76", [60, 70, 50]),
        ]);
        let all = ages(&Lue::of_region(&suivie, "84", &Lecteur::of(BTreeSet::new())).unwrap());
        assert_eq!(all[0], Some(52));
        let own = Lecteur::of(BTreeSet::from(["A".to_owned()]));
        let told = ages(&Lue::of_region(&suivie, "84", &own).unwrap());
        assert_eq!(told[0], None, "less 50, the two of B");
        for region in ["84", "93", "76"] {
            let told = ages(&Lue::of_region(&suivie, region, &own).unwrap());
            assert!(told.iter().flatten().all(|count| !Audience::Reseau.is_small(*count)));
        }
    }
}
