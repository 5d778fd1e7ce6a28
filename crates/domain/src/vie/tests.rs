use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// A version: what the rule caught, or none when it could not judge; whether it is the same rule as
/// before.
type Version = (Option<BTreeSet<u8>>, bool);

fn histories() -> impl Strategy<Value = Vec<Version>> {
    let caught = prop::option::weighted(0.85, prop::collection::btree_set(0u8..12, 0..10));
    prop::collection::vec((caught, prop::bool::weighted(0.9)), 1..15)
}

fn day(rank: usize) -> Date {
    date(2023, 1, 5).saturating_add(i32::try_from(rank).unwrap().months())
}

/// The versions one after the other, as the warehouse chains them.
fn chain(history: &[Version]) -> Vec<(Option<Avant<u8>>, Apres<u8>)> {
    let mut steps: Vec<(Option<Avant<u8>>, Apres<u8>)> = Vec::new();
    let mut avant: Option<Avant<u8>> = None;
    for (rank, (caught, same)) in history.iter().enumerate() {
        if let Some(avant) = &mut avant {
            avant.comparable &= *same;
        }
        let list: Option<Vec<u8>> = caught.as_ref().map(|set| set.iter().copied().collect());
        let apres = follow(avant.clone(), list.as_deref(), day(rank));
        let mut vives: BTreeMap<u8, Date> = apres.suspendues.iter().copied().collect();
        for (key, vive) in list.iter().flatten().zip(&apres.vives) {
            vives.insert(*key, vive.depuis);
        }
        let judged_before = avant.as_ref().is_some_and(|avant| avant.comparable);
        let next = Avant { vives, comparable: list.is_some() || judged_before };
        steps.push((avant.replace(next), apres));
    }
    steps
}

proptest! {
    #[test]
    fn new_persisting_and_gone_account_for_every_anomaly(history in histories()) {
        for ((caught, _), (avant, apres)) in history.iter().zip(chain(&history)) {
            let before = avant.as_ref().map_or(0, |avant| avant.vives.len());
            let count = |sort| apres.vives.iter().filter(|vive| vive.sort == sort).count();
            let persisting = count(Sort::Persistante);
            let fresh = count(Sort::Nouvelle) + count(Sort::PremiereVue);
            let now = caught.as_ref().map_or(0, BTreeSet::len);
            prop_assert_eq!(now, persisting + fresh);
            let left = apres.disparues.len() + apres.suspendues.len() + apres.ecartees;
            prop_assert_eq!(before, persisting + left);
            // A first look says nothing of what is new, and a rule that changed closes nothing.
            let comparable = avant.as_ref().is_some_and(|avant| avant.comparable);
            prop_assert!(comparable || (apres.disparues.is_empty() && count(Sort::Nouvelle) == 0));
            prop_assert!(!comparable || count(Sort::PremiereVue) == 0);
        }
    }

    /// Against the whole history read backwards, which the chain never does.
    #[test]
    fn the_age_is_that_of_the_unbroken_run(history in histories()) {
        for (rank, (_, apres)) in chain(&history).into_iter().enumerate() {
            let Some(caught) = &history[rank].0 else {
                prop_assert!(apres.vives.is_empty());
                continue;
            };
            for (key, vive) in caught.iter().zip(apres.vives) {
                let mut first = rank;
                for before in (0..rank).rev() {
                    match &history[before].0 {
                        Some(set) if set.contains(key) => first = before,
                        Some(_) => break,
                        // A version not judged breaks no run, and starts none.
                        None => {}
                    }
                }
                prop_assert_eq!(vive.depuis, day(first));
            }
        }
    }

    #[test]
    fn nothing_is_gone_that_the_rule_did_not_judge_again(history in histories()) {
        for ((caught, same), (avant, apres)) in history.iter().zip(chain(&history)) {
            for (key, depuis) in &apres.disparues {
                prop_assert!(*same && caught.as_ref().is_some_and(|set| !set.contains(key)));
                prop_assert_eq!(avant.as_ref().and_then(|avant| avant.vives.get(key)), Some(depuis));
            }
        }
    }

    #[test]
    fn justified_is_never_asked_again_unless_changed_or_expired(
        row in prop::option::of(0u64..3),
        given in prop::option::of((prop::option::of(0u64..3), 0i32..20)),
        marked: bool,
        sort in prop::sample::select(Sort::ALL.to_vec()),
        now in 0i32..20,
    ) {
        let on = |days: i32| date(2026, 1, 1).saturating_add(days.days());
        let justification =
            given.map(|(empreinte, until)| Justification { empreinte, jusqu_au: on(until) });
        let found = situation((sort, row), justification, marked, on(now));
        let holds = given.is_some_and(|(of, until)| of == row && now <= until);
        prop_assert_eq!(found.is_asked(), !holds);
        // It returns saying why.
        if let Some((of, _)) = given.filter(|_| !holds) {
            let cause = if of == row { Cause::DelaiPasse } else { Cause::LigneChangee };
            prop_assert_eq!(found, Situation::Revenue(cause));
        }
    }
}

#[test]
fn what_could_not_be_judged_comes_back_with_its_age() {
    let avant = Avant { vives: BTreeMap::from([(1, day(0)), (2, day(1))]), comparable: true };
    let unjudged = follow(Some(avant), None, day(2));
    assert_eq!(unjudged.suspendues, [(1, day(0)), (2, day(1))]);
    assert!(unjudged.disparues.is_empty() && unjudged.vives.is_empty());
    let held = Avant { vives: unjudged.suspendues.into_iter().collect(), comparable: true };
    let judged = follow(Some(held), Some(&[2, 3]), day(3));
    assert_eq!(judged.vives[0], Vive { depuis: day(1), sort: Sort::Persistante });
    assert_eq!(judged.vives[1], Vive { depuis: day(3), sort: Sort::Nouvelle });
    assert_eq!(judged.disparues, [(1, day(0))]);
}

#[test]
fn an_age_is_a_number_of_days() {
    assert_eq!(age(date(2024, 2, 28), date(2024, 3, 1)), 2);
    assert_eq!(age(date(2024, 3, 1), date(2024, 2, 28)), 0);
}
