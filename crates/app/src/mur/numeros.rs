//! The rows of a list as they are read outside of their centre: numbered afresh in each list, in an order that says
//! nothing. Under the pseudonym of a dossier, or the key of an object, the rows of two lists would be put together,
//! and who is in both counted: few, which no figure tells.

use std::hash::{BuildHasher as _, Hash, RandomState};

use mallette_domain::resultat::{Objet, Preuve};

/// Tables of objects that are nobody's, which their name may tell: a month, an envelope, a code of service.
const PUBLIQUES: [&str; 3] = ["mois", "enveloppes", "codes_service"];

/// Numbers rows, by a secret that lives as long as the process: a list read again, or page after page, keeps its order.
#[derive(Default)]
pub(super) struct Numeros(RandomState);

impl Numeros {
    /// The same rows in an order of that list alone, each under its rank: without conseiller nor antenne, without what
    /// it brings, which two lists may have in common. `liste` is everything that tells one list from another, the
    /// version of the centre with it.
    ///
    /// The pseudonym of the dossier stays: the trace of the reading says whose rows were read. No page shows it
    /// (`web::preuves`).
    pub(super) fn number(&self, liste: &impl Hash, mut preuves: Vec<Preuve>) -> Vec<Preuve> {
        let order = |own: &Preuve| {
            let Preuve { objet, regle, .. } = own;
            self.0.hash_one((liste, &objet.structure_id, regle, &objet.table, &objet.id))
        };
        preuves.sort_by_cached_key(order);
        let ranked = (1_usize..).zip(preuves);
        ranked
            .map(|(rank, own)| Preuve { objet: numbered(own.objet, rank), mesure: None, ..own })
            .collect()
    }

    /// The same of the objects that a rule caught. Where it speaks of how data is entered, whose counts by antenne are
    /// told exactly, `antennes` keeps that of each.
    pub(super) fn number_objects(
        &self,
        liste: &impl Hash,
        mut objets: Vec<Objet>,
        antennes: bool,
    ) -> Vec<Objet> {
        objets.sort_by_cached_key(|objet| {
            self.0.hash_one((liste, &objet.structure_id, &objet.table, &objet.id))
        });
        let ranked = (1_usize..).zip(objets).map(|(rank, mut objet)| {
            let antenne = objet.antenne.take().filter(|_| antennes);
            Objet { antenne, ..numbered(objet, rank) }
        });
        ranked.collect()
    }
}

fn numbered(objet: Objet, rank: usize) -> Objet {
    let dossier_id = match objet.table.as_str() {
        "dossiers" => objet.dossier_id.or_else(|| Some(objet.id.clone())),
        _ => objet.dossier_id,
    };
    let id = match PUBLIQUES.contains(&objet.table.as_str()) {
        true => objet.id,
        false => rank.to_string(),
    };
    Objet { id, dossier_id, conseiller_id: None, antenne: None, ..objet }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn objet(table: &str, id: &str) -> Objet {
        Objet {
            structure_id: "A".to_owned(),
            table: table.to_owned(),
            id: id.to_owned(),
            dossier_id: (table != "mois").then(|| format!("d{id}")),
            conseiller_id: Some("C1".to_owned()),
            antenne: Some("Nord".to_owned()),
        }
    }

    fn preuve(id: &str) -> Preuve {
        Preuve { objet: objet("allocations", id), regle: None, mesure: Some(497.23) }
    }

    /// What a page may show of a row.
    fn shown(objet: &Objet) -> (&str, &str, Option<&str>, Option<&str>) {
        let Objet { table, id, conseiller_id, antenne, .. } = objet;
        (table, id, conseiller_id.as_deref(), antenne.as_deref())
    }

    /// The rank of each dossier in a list.
    fn ranks(preuves: &[Preuve]) -> Vec<(String, usize)> {
        let row =
            |own: &Preuve| (own.objet.dossier_id.clone().unwrap(), own.objet.id.parse().unwrap());
        let mut ranks: Vec<(String, usize)> = preuves.iter().map(row).collect();
        ranks.sort();
        ranks
    }

    #[test]
    fn a_list_read_again_is_the_same_and_another_is_in_another_order() {
        let numeros = Numeros::default();
        let rows = || (0..60).map(|rank| preuve(&rank.to_string())).collect::<Vec<_>>();
        let first = numeros.number(&("v1", "ALL-P"), rows());
        let mut backwards = rows();
        backwards.reverse();
        assert_eq!(
            first,
            numeros.number(&("v1", "ALL-P"), backwards),
            "in whatever order it was read"
        );
        assert!(first.iter().all(|own| own.mesure.is_none()));
        for (other, why) in
            [(("v2", "ALL-P"), "another extract"), (("v1", "ALL-C"), "another list")]
        {
            assert_ne!(ranks(&first), ranks(&numeros.number(&other, rows())), "{why}");
        }
        assert_ne!(ranks(&first), ranks(&Numeros::default().number(&("v1", "ALL-P"), rows())));
        let sorted: Vec<usize> = (1..=60).collect();
        let ranks: Vec<usize> = ranks(&first).into_iter().map(|(_, rank)| rank).collect();
        assert_ne!(ranks, sorted, "an order that is not that of the keys");
    }

    #[test]
    fn what_belongs_to_nobody_keeps_its_name_and_a_conseiller_does_not() {
        let objets =
            vec![objet("mois", "2019-09"), objet("conseillers", "C1"), objet("dossiers", "p1")];
        let seen = Numeros::default().number_objects(&"VOL-01", objets, false);
        let ids: BTreeSet<&str> = seen.iter().map(|objet| objet.id.as_str()).collect();
        assert!(ids.contains("2019-09") && !ids.contains("C1") && !ids.contains("p1"), "{ids:?}");
        assert!(seen.iter().all(|objet| objet.antenne.is_none() && objet.conseiller_id.is_none()));
        let by_antenne =
            Numeros::default().number_objects(&"DOS-01", vec![objet("dossiers", "p1")], true);
        assert_eq!(by_antenne[0].antenne.as_deref(), Some("Nord"));
    }

    proptest! {
        /// Whatever two lists have in common, their rows are told apart by nothing but their ranks: those of the
        /// shorter are the first ones of the longer.
        #[test]
        fn two_lists_have_nothing_in_common_but_their_ranks(
            one in prop::collection::btree_set(0u32..80, 0..40),
            other in prop::collection::btree_set(0u32..80, 0..40),
        ) {
            let numeros = Numeros::default();
            let rows = |ids: &BTreeSet<u32>| ids.iter().map(|id| preuve(&id.to_string())).collect::<Vec<_>>();
            let (first, second) = (numeros.number(&"PAC-P", rows(&one)), numeros.number(&"PAC-D", rows(&other)));
            let seen = |list: &[Preuve]| -> BTreeSet<String> {
                list.iter().map(|own| format!("{:?}", shown(&own.objet))).collect()
            };
            let ranks = |count: usize| -> BTreeSet<String> {
                let row = |rank: usize| {
                    format!("{:?}", ("allocations", rank.to_string().as_str(), None::<&str>, None::<&str>))
                };
                (1..=count).map(row).collect()
            };
            prop_assert_eq!(seen(&first), ranks(one.len()));
            prop_assert_eq!(seen(&second), ranks(other.len()));
        }
    }
}
