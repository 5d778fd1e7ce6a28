//! The centres of a region: which ones, how large, who works there, and with what care.

use mallette_domain::structure::{self, Structure};

use crate::erreur::SynthError;
use crate::fautes::Qualite;
use crate::jour::{self, Jour};
use crate::lexique::{ANTENNES, FONCTIONS};
use crate::noms::{NOMS, PRENOMS_FEMININS, PRENOMS_MASCULINS};
use crate::tirage::{Tirage, number_of};

/// Code of Auvergne-Rhône-Alpes, whose centres come first.
const PREMIERE_REGION: &str = "84";

/// The least and the most of a share, in ten thousandths.
type Bornes = (i32, i32);

/// Peer groups, invented from size and setting: name, share of the centres of a region in
/// hundredths, then the bounds of the QPV and ZRR shares of their young people in ten thousandths.
const GROUPES: [(&str, usize, Bornes, Bornes); 4] = [
    ("Grande agglomération", 15, (1_450, 3_050), (0, 50)),
    ("Ville moyenne", 30, (950, 2_450), (0, 400)),
    ("Petite ville", 30, (400, 1_800), (500, 3_000)),
    ("Rural", 25, (100, 1_000), (2_500, 7_000)),
];

/// Names by which a large town is known in the list, the largest first.
const GRANDES_VILLES: [&str; 24] = [
    "PARIS",
    "MARSEILLE",
    "LYON",
    "TOULOUSE",
    "NICE",
    "NANTES",
    "STRASBOURG",
    "MONTPELLIER",
    "BORDEAUX",
    "LILLE",
    "RENNES",
    "REIMS",
    "GRENOBLE",
    "ST ETIENNE",
    "CLERMONT",
    "LE HAVRE",
    "TOULON",
    "DIJON",
    "VILLEURBANNE",
    "VENISSIEUX",
    "ANNEMASSE",
    "VALENCE",
    "CHAMBERIEN",
    "ANNECY",
];

/// A person who receives the young people.
#[derive(Debug, Clone)]
pub(crate) struct Conseiller {
    /// Number in the centre, from 1.
    pub(crate) numero: u32,
    pub(crate) nom: &'static str,
    pub(crate) prenom: &'static str,
    pub(crate) fonction: &'static str,
    pub(crate) antenne: &'static str,
    pub(crate) debut: Jour,
    /// Day of departure; always before the extraction date.
    pub(crate) fin: Option<Jour>,
    /// Own share of the faults, in thousandths.
    pub(crate) facteur: u32,
}

/// One centre.
#[derive(Debug, Clone)]
pub(crate) struct Centre {
    pub(crate) structure: &'static Structure,
    pub(crate) groupe_pairs: &'static str,
    /// How many dossiers it has.
    pub(crate) dossiers: u64,
    /// What its draws start from.
    pub(crate) graine: u64,
    pub(crate) antennes: &'static [&'static str],
    pub(crate) conseillers: Vec<Conseiller>,
    pub(crate) qualite: Qualite,
    /// Share of young people in a QPV, in ten thousandths.
    pub(crate) qpv: u32,
    /// Share in a ZRR, in ten thousandths.
    pub(crate) zrr: u32,
    /// INSEE code and postal code of its communes.
    pub(crate) communes: Vec<(String, String)>,
}

/// The centres of a request, Auvergne-Rhône-Alpes first, then by code, sharing the dossiers.
pub(crate) fn draw(
    structures: usize,
    dossiers: u64,
    graine: u64,
    reference: Jour,
) -> Result<Vec<Centre>, SynthError> {
    let mut all: Vec<&'static Structure> = structure::all().collect();
    if structures == 0 || structures > all.len() {
        return Err(SynthError::Structures { demande: structures, maximum: all.len() });
    }
    let places: Vec<(Place, &'static Structure)> = {
        all.sort_by_key(|centre| (centre.region != PREMIERE_REGION, centre.structure_id));
        let chosen = all.iter().take(structures);
        chosen.map(|centre| (Place::of(centre, &all, graine), *centre)).collect()
    };
    let weights: Vec<u64> = places.iter().map(|(place, _)| place.weight()).collect();
    let shares = share(dossiers, &weights);
    let centres = places.iter().zip(shares);
    Ok(centres
        .map(|((place, structure), share)| place.open(structure, share, graine, reference))
        .collect())
}

/// Rank of a centre among those of its region, the largest first.
#[derive(Debug, Clone, Copy)]
struct Place {
    rank: usize,
    count: usize,
}

impl Place {
    /// A centre keeps its place whatever the number of centres asked for.
    fn of(centre: &Structure, all: &[&'static Structure], graine: u64) -> Self {
        let key = |centre: &Structure| {
            let town = GRANDES_VILLES.iter().position(|town| centre.nom.contains(town));
            let draw = Tirage::new(&[graine, number_of(centre.structure_id), 1]).bits();
            (town.unwrap_or(usize::MAX), draw)
        };
        let own = key(centre);
        let region = || all.iter().filter(|other| other.region == centre.region);
        Self { rank: region().filter(|other| key(other) < own).count(), count: region().count() }
    }

    /// Weight of the centre, in thousandths: quantile of a Pareto law of exponent 16/9, by square
    /// roots alone, which are the same on every machine.
    fn weight(self) -> u64 {
        let quantile = (self.rank as f64 + 0.5) / self.count.max(1) as f64;
        let sixteenth = quantile.sqrt().sqrt().sqrt().sqrt();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 1 to 100"
        )]
        let weight = (1_000.0 / (quantile.sqrt() * sixteenth)) as u64;
        weight
    }

    fn groupe(self) -> (&'static str, (i32, i32), (i32, i32)) {
        let mut bound = 0;
        for (name, share, qpv, zrr) in GROUPES {
            bound += share;
            if self.rank * 100 < bound * self.count {
                return (name, qpv, zrr);
            }
        }
        let [.., (name, _, qpv, zrr)] = GROUPES;
        (name, qpv, zrr)
    }

    fn open(
        self,
        structure: &'static Structure,
        dossiers: u64,
        graine: u64,
        reference: Jour,
    ) -> Centre {
        let graine = Tirage::new(&[graine, number_of(structure.structure_id)]).bits();
        let mut tirage = Tirage::new(&[graine, 2]);
        let (groupe_pairs, qpv, zrr) = self.groupe();
        let count = u32::try_from(dossiers / 75).unwrap_or(u32::MAX).clamp(4, 40);
        let sites = (count as usize / 8 + tirage.below(2) as usize + 1).min(ANTENNES.len());
        let antennes = ANTENNES.get(..sites).unwrap_or(&ANTENNES);
        Centre {
            structure,
            groupe_pairs,
            dossiers,
            graine,
            antennes,
            conseillers: (1..=count)
                .map(|numero| hire(numero, antennes, &mut tirage, reference))
                .collect(),
            qualite: Qualite::new(&mut tirage),
            qpv: tirage.between(qpv.0, qpv.1).unsigned_abs(),
            zrr: tirage.between(zrr.0, zrr.1).unsigned_abs(),
            communes: communes(structure.departement, &mut tirage),
        }
    }
}

fn hire(
    numero: u32,
    antennes: &[&'static str],
    tirage: &mut Tirage,
    reference: Jour,
) -> Conseiller {
    let women = tirage.chance(7_500);
    // The first three never leave, so that there is always someone to receive.
    let left = numero > 3 && tirage.chance(1_500);
    let fin = left.then(|| reference - tirage.between(20, 900));
    Conseiller {
        numero,
        nom: tirage.pick(&NOMS),
        prenom: tirage.pick(if women { &PRENOMS_FEMININS } else { &PRENOMS_MASCULINS }),
        fonction: tirage.weighted(&FONCTIONS),
        antenne: tirage.pick(antennes),
        debut: jour::worked(reference - tirage.between(1_200, 5_000)),
        fin: fin.map(jour::worked),
        facteur: 400 + tirage.below(1_201),
    }
}

/// A dozen communes of the département. The codes are well formed, and made up.
fn communes(departement: &str, tirage: &mut Tirage) -> Vec<(String, String)> {
    let postal = match departement {
        "2A" | "2B" => "20",
        other => other,
    };
    (0..12)
        .map(|_| {
            let number = tirage.between(1, 99);
            let width = 5usize.saturating_sub(departement.len());
            let insee = format!("{departement}{number:0width$}");
            let width = 5usize.saturating_sub(postal.len());
            let code = number % 10 * 10;
            (insee, format!("{postal}{code:0width$}"))
        })
        .collect()
}

/// Shares a total by weights, to the unit, by largest remainders.
fn share(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|weight| u128::from(*weight)).sum::<u128>().max(1);
    let exact = |weight: u64| u128::from(total) * u128::from(weight);
    let mut shares: Vec<u64> = weights
        .iter()
        .map(|weight| u64::try_from(exact(*weight) / sum).unwrap_or(u64::MAX))
        .collect();
    let mut left = total.saturating_sub(shares.iter().sum());
    let mut order: Vec<(u128, usize)> = weights
        .iter()
        .enumerate()
        .map(|(rank, weight)| (sum - exact(*weight) % sum, rank))
        .collect();
    order.sort_unstable();
    for (_, rank) in order {
        if left == 0 {
            break;
        }
        if let Some(share) = shares.get_mut(rank) {
            *share += 1;
            left -= 1;
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    const REFERENCE: Jour = 18_204;

    #[test]
    fn a_region_looks_like_auvergne_rhone_alpes() {
        let centres = draw(61, 40_000, 1, REFERENCE).unwrap();
        assert!(centres.iter().all(|centre| centre.structure.region == "84"));
        assert_eq!(centres.iter().map(|centre| centre.dossiers).sum::<u64>(), 40_000);
        let sizes: Vec<u64> = centres.iter().map(|centre| centre.dossiers).collect();
        assert!(sizes.iter().all(|size| (250..6_000).contains(size)), "{sizes:?}");
        let largest = centres.iter().max_by_key(|centre| centre.dossiers).unwrap();
        assert_eq!(largest.structure.nom, "69-ML LYON");
        let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
        for centre in &centres {
            *groups.entry(centre.groupe_pairs).or_default() += 1;
            assert!((4..=40).contains(&centre.conseillers.len()));
            assert!((1..=5).contains(&centre.antennes.len()));
            assert!(centre.conseillers.iter().any(|conseiller| conseiller.fin.is_none()));
            for (insee, postal) in &centre.communes {
                assert_eq!((insee.len(), postal.len()), (5, 5), "{insee} {postal}");
            }
        }
        assert_eq!(groups.len(), 4);
        assert!(groups.values().all(|count| *count >= 5), "{groups:?}");
    }

    #[test]
    fn a_centre_keeps_its_character_when_the_region_grows() {
        let few = draw(10, 1_000, 7, REFERENCE).unwrap();
        let many = draw(449, 1_000_000, 7, REFERENCE).unwrap();
        for (small, large) in few.iter().zip(&many) {
            assert_eq!(small.structure, large.structure);
            assert_eq!(small.groupe_pairs, large.groupe_pairs);
            assert_eq!(small.graine, large.graine);
        }
        let codes: BTreeSet<&str> =
            many.iter().map(|centre| centre.structure.structure_id).collect();
        assert_eq!(codes.len(), 449);
        let after: Vec<&str> =
            many.iter().skip(61).map(|centre| centre.structure.structure_id).collect();
        assert!(after.is_sorted());
    }

    #[test]
    fn no_more_centres_than_the_list_has() {
        for count in [0, 450] {
            let error = draw(count, 10, 1, REFERENCE).unwrap_err();
            assert!(error.to_string().contains("449"), "{error}");
        }
    }

    proptest! {
        #[test]
        fn shares_add_up(total in 0u64..10_000_000, weights in prop::collection::vec(1u64..100_000, 1..60)) {
            let shares = share(total, &weights);
            prop_assert_eq!(shares.iter().sum::<u64>(), total);
            let sum: u64 = weights.iter().sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let exact = total as f64 * *weight as f64 / sum as f64;
                prop_assert!((*share as f64 - exact).abs() <= 1.0);
            }
        }
    }
}
