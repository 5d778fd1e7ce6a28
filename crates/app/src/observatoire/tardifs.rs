//! Those for whom a moment comes after the extraction: among whom they are at other moments, so that a table does not
//! tell by subtraction what another one hides.
//!
//! They are so at every later moment of the same origin. Counted from the entry, they are also, as many months or more
//! after the exit, among those who have not left and those for whom that comes after the extraction: nobody leaves
//! before entering.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::cohorte::{Etape, Etat, Origine, Tenue};
use mallette_stats::secret::Audience;

use super::secrets::count;

/// The situation itself.
pub(super) const fn late(etape: Etape) -> Tenue {
    (etape, Etat::PasEncore)
}

/// Situations at another moment in one of which everybody is for whom that moment comes after the extraction.
fn holders(etape: Etape) -> Vec<Vec<Tenue>> {
    let Etape::Mois(origine, months) = etape else { return Vec::new() };
    let of = |origine: Origine, from: u8| {
        origine.etapes().into_iter().filter(
            move |at| matches!(at, Etape::Mois(_, reached) if *reached >= from && *at != etape),
        )
    };
    let mut found: Vec<Vec<Tenue>> = of(origine, months).map(|at| vec![late(at)]).collect();
    if origine == Origine::Entree {
        let exit = of(Origine::Sortie, months);
        found.extend(exit.map(|at| vec![(at, Etat::NonSorti), late(at)]));
    }
    found
}

/// What these situations count, together.
fn sum<'a>(tenues: impl IntoIterator<Item = &'a Tenue>, of: &dyn Fn(&Tenue) -> u64) -> u64 {
    tenues.into_iter().map(of).sum()
}

/// Whether those for whom a moment comes after the extraction are so nearly all of those among whom they are, that
/// the rest of these is told by subtraction. `of` counts a situation.
pub(super) fn tells_rest(etape: Etape, of: &dyn Fn(&Tenue) -> u64) -> bool {
    let own = of(&late(etape));
    let rest = |all: &Vec<Tenue>| sum(all, of).saturating_sub(own);
    own > 0 && holders(etape).iter().any(|all| Audience::Reseau.is_small(rest(all)))
}

/// Whether their number tells from below what is hidden of those among whom they are, which are hardly more.
pub(super) fn tells_hidden(
    etape: Etape,
    of: &dyn Fn(&Tenue) -> u64,
    hides: &dyn Fn(&Tenue) -> bool,
) -> bool {
    near(etape, of).iter().any(|all| {
        let told = sum(all.iter().filter(|tenue| !hides(tenue)), of);
        told < of(&late(etape)).min(sum(all, of))
    })
}

/// What else is to be hidden of those who are late at a moment and of those among whom they are, when these are hardly
/// more: a number that is hidden is bounded by the one that is told, from below or from above.
pub(super) fn entailed(
    etape: Etape,
    of: &dyn Fn(&Tenue) -> u64,
    hides: &dyn Fn(&Tenue) -> bool,
) -> Vec<Tenue> {
    let own = late(etape);
    let mut more = Vec::from_iter(tells_hidden(etape, of, hides).then_some(own));
    if hides(&own) {
        for all in near(etape, of) {
            let mut some = all.iter().rev().filter(|tenue| of(tenue) > 0);
            if !some.clone().any(hides) {
                more.extend(some.next());
            }
        }
    }
    more
}

/// Moments of which nothing is told in a row: those who are late are secret there, and nearly as many as those among
/// whom they are at another moment. Both numbers hold one another, as that of those who have not left does.
pub(super) fn shut(of: &dyn Fn(&Tenue) -> u64, hides: &dyn Fn(&Tenue) -> bool) -> BTreeSet<Etape> {
    let mut found = BTreeSet::new();
    for etape in Etape::ALL.into_iter().filter(|etape| hides(&late(*etape))) {
        let near = near(etape, of);
        found.extend(near.first().map(|_| etape));
        found.extend(near.iter().flatten().map(|(at, _)| *at));
    }
    found
}

/// The situations that hold them, when hardly more are in these.
fn near(etape: Etape, of: &dyn Fn(&Tenue) -> u64) -> Vec<Vec<Tenue>> {
    let own = of(&late(etape));
    let mut found = if own > 0 { holders(etape) } else { Vec::new() };
    found.retain(|all| sum(all, of).saturating_sub(own) < Audience::Reseau.seuil());
    found
}

/// What those situations count.
pub(super) fn counts(etats: &BTreeMap<Tenue, u64>) -> impl Fn(&Tenue) -> u64 + '_ {
    move |tenue| count(etats, tenue)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;
    use jiff::civil::{Date, date};
    use mallette_domain::cohorte::Membre;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn who_is_late_is_held_by_later_moments_and_from_the_entry_by_the_exit() {
        let (sortie, entree) = (Origine::Sortie, Origine::Entree);
        assert!(holders(Etape::Entree).is_empty() && holders(Etape::Sortie).is_empty());
        assert_eq!(holders(Etape::Mois(sortie, 18)), [[late(Etape::Mois(sortie, 24))]]);
        let unseen = |months| {
            let at = Etape::Mois(sortie, months);
            vec![(at, Etat::NonSorti), late(at)]
        };
        let later = vec![late(Etape::Mois(entree, 24))];
        assert_eq!(holders(Etape::Mois(entree, 18)), [later, unseen(18), unseen(24)]);
    }

    #[test]
    fn a_rest_of_a_few_is_told_and_a_hidden_count_is_bounded_from_below() {
        let (at, far) = (Etape::Mois(Origine::Entree, 6), Etape::Mois(Origine::Sortie, 24));
        let counts = |own: u64, late_then: u64| {
            move |tenue: &Tenue| match *tenue {
                tenue if tenue == late(at) => own,
                (etape, Etat::NonSorti) if etape.is_from_exit() => 30,
                tenue if tenue == late(far) => late_then,
                _ => 100,
            }
        };
        // Of 42 who have not left or are late two years after the exit, three entered six months ago or more.
        assert!(tells_rest(at, &counts(39, 12)));
        assert!(!tells_rest(at, &counts(42, 12)) && !tells_rest(at, &counts(37, 12)));
        // Were these twelve hidden, nine of them would be told.
        let hidden = |tenue: &Tenue| *tenue == late(far);
        assert!(tells_hidden(at, &counts(39, 12), &hidden));
        assert!(tells_hidden(at, &counts(42, 12), &hidden));
        assert!(!tells_hidden(at, &counts(37, 12), &hidden), "as many as the threshold are left");
        assert!(!tells_hidden(at, &counts(30, 4), &hidden), "those who have not left say as much");
        assert!(!tells_hidden(at, &counts(42, 12), &|_| false));
        // Neither is hidden without the other; of those who hold them, those who are late at that moment first.
        let unseen = |tenue: &Tenue| tenue.1 == Etat::NonSorti;
        assert_eq!(entailed(at, &counts(42, 12), &hidden), [late(at)]);
        assert_eq!(entailed(at, &counts(42, 12), &|tenue| *tenue == late(at)), [late(far)]);
        assert_eq!(
            entailed(at, &counts(42, 12), &|tenue| *tenue == late(at) || unseen(tenue)),
            [late(at)]
        );
        assert_eq!(entailed(at, &counts(37, 12), &|tenue| *tenue == late(at)), []);
        let closed = shut(&counts(42, 12), &|tenue| *tenue == late(at));
        assert_eq!(closed.into_iter().collect::<Vec<_>>(), [far, at]);
        assert!(shut(&counts(37, 12), &|tenue| *tenue == late(at)).is_empty());
    }

    fn day() -> impl Strategy<Value = Date> {
        (0..1_500_i64).prop_map(|days| date(2016, 1, 1).saturating_add(days.days()))
    }

    proptest! {
        /// Whoever is late is in one of the situations that hold them.
        #[test]
        fn everybody_late_is_held(
            entree in day(),
            length in prop::option::of(0..900_i64),
            reference in day(),
        ) {
            prop_assume!(entree <= reference);
            let sortie = length.map(|days| entree.saturating_add(days.days()));
            let membre = Membre { entree, sortie, ..Membre::default() };
            for etape in Etape::ALL {
                if membre.state(etape, reference) == Etat::PasEncore {
                    for all in holders(etape) {
                        let held = all.iter().any(|(at, etat)| membre.state(*at, reference) == *etat);
                        prop_assert!(held, "{etape:?} {all:?}");
                    }
                }
            }
        }
    }
}
