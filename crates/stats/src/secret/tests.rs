//! The attacker of these tests tries every table: it knows all totals that are shown, every figure that is
//! shown, and that what is hidden is not zero.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::periodes::protect_within;
use super::*;

const SEUIL: u64 = Audience::Reseau.seuil();

fn small(counts: &[u64]) -> bool {
    counts.iter().any(|count| Audience::Reseau.is_small(*count))
}

fn flat(marges: &[Vec<u64>]) -> (Vec<bool>, bool) {
    let parts = marges.iter().map(Vec::len).max().unwrap_or_default();
    let plan = Plan::flat(parts);
    let masque = protect(&plan, &marges.to_vec().into(), Audience::Reseau, &[], small).unwrap();
    ((0..parts).map(|part| masque.hides(part)).collect(), masque.hides(plan.general()))
}

fn mask(marge: &[u64]) -> (Vec<bool>, bool) {
    flat(&[marge.to_vec()])
}

#[test]
fn what_nothing_can_hide_is_told() {
    let plan = Plan::flat(3);
    // The total is always read.
    let mut known = vec![false; plan.cells()];
    known[plan.general()] = true;
    for (counts, kept) in [([1, 0, 0], false), ([1, 6, 0], true), ([7, 6, 0], true)] {
        let donnees = Donnees::from(vec![counts.to_vec()]);
        let found = protect(&plan, &donnees, Audience::Reseau, &known, small);
        assert_eq!(found.is_ok(), kept, "{counts:?}");
        let year = protect_within(
            &plan,
            &donnees,
            std::slice::from_ref(&donnees),
            Audience::Reseau,
            &known,
            small,
        );
        assert_eq!(year.is_ok(), kept, "{counts:?}");
    }
}

/// Rows by columns, all totals being read, and what of it is known besides.
fn crossed(rows: &[Vec<u64>], own: &[usize]) -> (Plan, Donnees, Vec<bool>) {
    let width = rows.first().map(Vec::len).unwrap_or_default();
    let places: Vec<[Option<usize>; 2]> = (0..rows.len())
        .flat_map(|row| (0..width).map(move |column| [Some(row), Some(column)]))
        .collect();
    let plan = Plan::new([&vec![None; rows.len()], &vec![None; width]], &places);
    let known = (0..plan.cells())
        .map(|cell| cell >= plan.parts() || own.contains(&(cell / width)))
        .collect();
    (plan, vec![rows.concat()].into(), known)
}

#[test]
fn a_table_too_sparse_is_hidden_with_its_zeros_when_that_is_enough() {
    let found = |rows: &[Vec<u64>], own: &[usize]| {
        let (plan, donnees, known) = crossed(rows, own);
        assert!(protect(&plan, &donnees, Audience::Reseau, &known, small).is_err(), "{rows:?}");
        conceal(&plan, &donnees, Audience::Reseau, &known, small)
            .map(|masque| (0..plan.cells()).map(|cell| masque.hides(cell)).collect::<Vec<_>>())
    };
    // 9 and 19 are alone in their columns: that they are is what tells the 1.
    let sparse = [vec![0, 0, 20], vec![0, 9, 11], vec![19, 0, 1]];
    let hidden = found(&sparse, &[]).unwrap();
    assert!(hidden[..9].iter().all(|cell| *cell) && hidden[9..].iter().all(|total| !total));
    // Who holds the first row has two others left, and does not find them.
    let hidden = found(&sparse, &[0]).unwrap();
    assert_eq!(hidden[..4], [false, false, false, true]);
    // Who holds two of the three takes them away from the totals.
    assert_eq!(found(&sparse, &[0, 1]), Err(Transparente));
    // A row of three is between zero and three: too few values.
    assert_eq!(found(&[vec![3, 0], vec![0, 40]], &[]), Err(Transparente));
}

#[test]
fn small_counts_are_hidden_and_zeros_are_not() {
    assert_eq!(mask(&[0, 5, 12, 0]), (vec![false; 4], false));
    // One small count takes the smallest other with it.
    assert_eq!(mask(&[3, 30, 8, 0]), (vec![true, false, true, false], false));
    // Two small ones that would tell each other apart (1 + 1 = 2) take a third.
    assert_eq!(mask(&[1, 1, 9, 40]), (vec![true, true, true, false], false));
    // Two that leave room are enough.
    assert_eq!(mask(&[4, 4, 9, 40]), (vec![true, true, false, false], false));
    assert_eq!(mask(&[]), (Vec::new(), false));
}

#[test]
fn the_total_is_hidden_when_nothing_else_keeps_a_count() {
    assert_eq!(mask(&[3, 0, 0]), (vec![true, false, false], true));
    assert_eq!(mask(&[1, 2]), (vec![true, true], true));
}

#[test]
fn the_public_is_shown_less() {
    let plan = Plan::flat(3);
    let shown = |audience: Audience| {
        let sensible = |counts: &[u64]| counts.iter().any(|count| audience.is_small(*count));
        protect(&plan, &vec![vec![7, 40, 60]].into(), audience, &[], sensible).unwrap()
    };
    assert_eq!(shown(Audience::Reseau), Masque::none(&plan));
    let public = shown(Audience::Public);
    assert_eq!((public.hides(0), public.hides(1), public.hides(2)), (true, true, false));
}

#[test]
fn a_rate_is_hidden_by_its_numerator_and_by_what_is_left() {
    let (below, above): (Vec<u64>, Vec<u64>) = (vec![40, 50, 60], vec![2, 25, 30]);
    let rest: Vec<u64> = below.iter().zip(&above).map(|(b, a)| b - a).collect();
    assert_eq!(flat(&[below, above, rest]), (vec![true, true, false], false));
    // Nearly everybody: who is not among them would be told.
    let rest = vec![vec![40, 50, 60], vec![39, 25, 30], vec![1, 25, 30]];
    assert_eq!(flat(&rest), (vec![true, true, false], false));
}

#[test]
fn a_share_of_85_percent_dominates() {
    assert!(is_dominated([85.0, 15.0]) && !is_dominated([84.9, 15.1]));
    assert!(is_dominated([3.0]) && !is_dominated([]) && !is_dominated([0.0, 0.0]));
    assert!(is_dominated([90.0, -200.0, 10.0]), "what is taken back hides nobody");
}

/// A sum, and what its first person received.
fn montant(somme: f64, majeure: f64) -> Montant {
    Montant { somme, majeure: Some(majeure) }
}

fn amounts(montants: &[Montant]) -> (Vec<bool>, bool) {
    let plan = Plan::flat(montants.len());
    // Thirty rows each: no count is small.
    let comptes = vec![vec![30; montants.len()]];
    let donnees = Donnees { comptes, montants: montants.to_vec(), ..Donnees::default() };
    let masque = protect(&plan, &donnees, Audience::Reseau, &[], small).unwrap();
    ((0..montants.len()).map(|part| masque.hides(part)).collect(), masque.hides(plan.general()))
}

#[test]
fn an_amount_that_one_person_makes_is_hidden_whatever_its_rows() {
    let sure = [montant(4_000.0, 500.0), montant(6_000.0, 500.0), montant(9_000.0, 400.0)];
    assert_eq!(amounts(&sure), (vec![false; 3], false));
    // 3,400 of 4,000 is 85 %; it takes the smallest other with it, which leaves room enough.
    let one = [montant(4_000.0, 3_400.0), montant(6_000.0, 500.0), montant(9_000.0, 400.0)];
    assert_eq!(amounts(&one), (vec![true, true, false], false));
    assert_eq!(amounts(&[montant(4_000.0, 3_399.0), sure[1], sure[2]]).0, [false; 3]);
    // What stands beside is too little to hide it: 5 euros more or less would tell it. More is hidden.
    let beside = [montant(4_000.0, 3_900.0), montant(5.0, 1.0), montant(9_000.0, 400.0)];
    assert_eq!(amounts(&beside).0, [true, true, true]);
    // Not known is not safe, and nothing is nobody's.
    let unknown = Montant { somme: 4_000.0, majeure: None };
    assert!(amounts(&[unknown, sure[1], sure[2]]).0[0]);
    assert_eq!(amounts(&[Montant::default(), sure[1], sure[2]]).0, [false; 3]);
    // What was taken back leaves less than the largest: it is told too.
    assert!(montant(100.0, 400.0).is_dominated() && montant(-20.0, 60.0).is_dominated());
}

#[test]
fn the_largest_of_two_centres_is_one_of_theirs_and_that_of_two_months_may_be_their_sum() {
    let (one, other) = (montant(100.0, 60.0), montant(50.0, 40.0));
    assert_eq!(one.beside(other), montant(150.0, 60.0));
    assert_eq!(one.after(other), montant(150.0, 100.0));
    let unknown = Montant { somme: 1.0, majeure: None };
    assert_eq!(one.beside(unknown).majeure, None);
    assert_eq!(one.beside(Montant::default()), one);
}

/// Two centres of the only région, whose months are too small to be told centre by centre.
#[test]
fn the_total_of_a_small_month_is_hidden_with_another_and_the_others_are_read() {
    let plan = Plan::new([&[None], &[]], &[[Some(0), None]; 2]);
    let told = |months: [[u64; 2]; 4]| {
        let year = (0..2).map(|part| months.iter().map(|month| month[part]).sum()).collect();
        let months = months.map(|month| Donnees::from(vec![month.to_vec()]));
        let year = Donnees::from(vec![year]);
        let found =
            protect_whole_first(&plan, &year, &months, Audience::Reseau, &[], small).unwrap();
        assert_eq!(found.ensemble, Masque::none(&plan));
        let totals = [plan.total(0, 0), plan.general()];
        found.dedans.iter().map(|month| totals.map(|cell| !month.hides(cell))).collect::<Vec<_>>()
    };
    // The région is the network: both totals say the same.
    assert_eq!(told([[4, 4], [3, 5], [1, 7], [2, 9]]), [[true, true]; 4]);
    // Three in the last month: the smallest other keeps them from who has the year.
    let few = told([[4, 4], [3, 5], [1, 6], [1, 2]]);
    assert_eq!(few, [[true, true], [true, true], [false, false], [false, false]]);
    // A month without anybody says so and keeps nothing.
    assert_eq!(told([[4, 4], [3, 5], [1, 6], [0, 0]])[..3], [[true, true]; 3]);
}

#[test]
fn who_holds_a_part_takes_it_from_the_totals_of_the_months() {
    let plan = Plan::flat(3);
    let months = [[9, 1, 1], [9, 3, 4], [9, 4, 4], [9, 3, 6]].map(|m| m.to_vec());
    let year = vec![vec![36, 11, 15]].into();
    let months = months.map(|month| Donnees::from(vec![month]));
    let read = |known: &[bool]| {
        let found =
            protect_whole_first(&plan, &year, &months, Audience::Reseau, known, small).unwrap();
        found.dedans.iter().map(|month| !month.hides(plan.general())).collect::<Vec<_>>()
    };
    assert_eq!(read(&[]), [true; 4]);
    // Eleven less nine: two of the others in the first month.
    assert_eq!(read(&[true]), [false, false, true, true]);
}

#[test]
fn a_part_hidden_anyway_takes_no_other_with_it_and_keeps_one_that_needs_it() {
    let plan = Plan::flat(4);
    let shown = |counts: [u64; 4]| {
        let fermees = vec![false, true];
        let donnees = Donnees { fermees, ..Donnees::from(vec![counts.to_vec()]) };
        let masque = protect(&plan, &donnees, Audience::Reseau, &[], small).unwrap();
        [0, 1, 2, 3].map(|part| masque.hides(part))
    };
    assert_eq!(shown([40, 50, 60, 70]), [false, true, false, false]);
    // The 50 would not have been chosen: it is there, and is enough.
    assert_eq!(shown([3, 50, 60, 10]), [true, true, false, false]);
}

#[test]
fn a_part_named_for_a_reason_of_its_own_is_hidden_with_another() {
    let plan = Plan::flat(3);
    let donnees = Donnees { designees: vec![false, true], ..Donnees::from(vec![vec![40, 50, 60]]) };
    let masque = protect(&plan, &donnees, Audience::Reseau, &[], small).unwrap();
    assert_eq!((masque.hides(0), masque.hides(1), masque.hides(2)), (true, true, false));
}

#[test]
fn a_count_alone_in_its_departement_hides_two_departements() {
    // Two départements of one région: 3 alone in the first, 20 and 30 in the second.
    let plan = Plan::new(
        [&[None, Some(0), Some(0)], &[]],
        &[[Some(1), None], [Some(2), None], [Some(2), None]],
    );
    let donnees = vec![vec![3, 20, 30]].into();
    let masque = protect(&plan, &donnees, Audience::Reseau, &[], small).unwrap();
    let parts: Vec<bool> = (0..3).map(|part| masque.hides(part)).collect();
    assert_eq!(parts, [true, true, false]);
    let totals: Vec<bool> = (0..3).map(|total| masque.hides(plan.total(0, total))).collect();
    assert_eq!(totals, [false, true, true], "the région is shown, its two départements are not");
    assert!(!masque.hides(plan.general()));
}

#[test]
fn what_the_reader_knows_is_not_counted_on() {
    // Who holds the 20 would subtract it.
    let plan = Plan::flat(3);
    let donnees = vec![vec![3, 20, 30]].into();
    let known = [false, true, false];
    let masque = protect(&plan, &donnees, Audience::Reseau, &known, small).unwrap();
    assert_eq!((masque.hides(0), masque.hides(1), masque.hides(2)), (true, false, true));
}

#[test]
fn a_month_is_not_found_by_subtracting_the_others_from_the_year() {
    let plan = Plan::flat(3);
    // The first centre: 3 in March, 20 in April. The year is 23: it is shown, neither month is.
    let within = |year: Vec<u64>, months: [Vec<u64>; 2]| {
        let months: [Donnees; 2] = months.map(|month| vec![month].into());
        let year = vec![year].into();
        protect_within(&plan, &year, &months, Audience::Reseau, &[], small).unwrap()
    };
    let (whole, detail) = within(vec![23, 60, 80], [vec![3, 30, 40], vec![20, 30, 40]]);
    assert_eq!(whole, Masque::none(&plan));
    assert_eq!((detail.hides(0), detail.hides(1), detail.hides(2)), (true, true, false));
    // Everything in one month: the year is that month.
    let (whole, _) = within(vec![3, 60, 80], [vec![3, 30, 40], vec![0, 30, 40]]);
    assert!(whole.hides(0) && (whole.hides(1) || whole.hides(2)));
}

/// A table of the attacker: counts that it tries, among the few around the true ones (others would only
/// give it more to hesitate between).
struct Attaque<'a> {
    plan: &'a Plan,
    /// By period, the true counts of the parts; the last is the whole when there are several.
    vrais: Vec<Vec<u64>>,
    masques: Vec<&'a Masque>,
}

impl Attaque<'_> {
    /// The values that each part of the first period may have.
    fn possible(&self) -> Vec<BTreeSet<u64>> {
        let mut found = vec![BTreeSet::new(); self.plan.parts()];
        let mut tried: Vec<Vec<u64>> = Vec::new();
        self.walk(&mut tried, &mut Vec::new(), &mut found);
        found
    }

    /// Periods tried one after the other; of several, the whole is the sum and is tried last.
    fn walk(&self, done: &mut Vec<Vec<u64>>, row: &mut Vec<u64>, found: &mut [BTreeSet<u64>]) {
        let several = self.vrais.len() > 1;
        let periods = self.vrais.len() - usize::from(several);
        let period = done.len();
        if period == periods {
            let sums: Vec<u64> =
                (0..self.plan.parts()).map(|p| done.iter().map(|row| row[p]).sum()).collect();
            if !several || self.agrees(periods, &sums) {
                for (values, value) in found.iter_mut().zip(&done[0]) {
                    values.insert(*value);
                }
            }
            return;
        }
        if row.len() == self.plan.parts() {
            if self.agrees(period, row) {
                done.push(std::mem::take(row));
                self.walk(done, row, found);
                *row = done.pop().unwrap();
            }
            return;
        }
        let part = row.len();
        let vrai = self.vrais[period][part];
        // Where zeros are told, what is hidden is not zero.
        let zeros = self.masques[period].hides_zeros();
        let around = match self.masques[period].hides(part) && (vrai > 0 || zeros) {
            true => vrai.saturating_sub(SEUIL - 1).max(u64::from(!zeros))..=vrai + SEUIL - 1,
            false => vrai..=vrai,
        };
        for value in around {
            row.push(value);
            self.walk(done, row, found);
            row.pop();
        }
    }

    /// Whether a table has the figures that are shown of a period.
    fn agrees(&self, period: usize, tried: &[u64]) -> bool {
        let (tried, vrais) = (self.plan.sums(tried), self.plan.sums(&self.vrais[period]));
        (0..self.plan.cells())
            .all(|cell| self.masques[period].hides(cell) || tried[cell] == vrais[cell])
    }
}

/// Régions with départements on one side, groups on the other; places of the parts.
fn plans(parts: std::ops::Range<usize>) -> impl Strategy<Value = Plan> {
    let place = (prop::option::of(0usize..4), prop::option::of(0usize..2));
    prop::collection::vec(place, parts).prop_map(|places| {
        // A région of two départements, another of one.
        let first = [None, Some(0), Some(0), None];
        let places: Vec<[Option<usize>; 2]> =
            places.into_iter().map(|(left, right)| [left, right]).collect();
        Plan::new([&first, &[None, None]], &places)
    })
}

fn counts(parts: usize, most: u64) -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(prop_oneof![Just(0), 1..6u64, 1..=most], parts)
}

fn tables(parts: std::ops::Range<usize>) -> impl Strategy<Value = (Plan, Vec<u64>, Vec<u64>)> {
    plans(parts).prop_flat_map(|plan| {
        let n = plan.parts();
        (Just(plan), counts(n, 14), counts(n, 14))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_500))]
    /// Two hierarchies, rates: both sides of the bar and what is below it.
    #[test]
    fn no_hidden_count_is_found_from_all_that_is_shown((plan, above, rest) in tables(1..5)) {
        let below: Vec<u64> = above.iter().zip(&rest).map(|(a, r)| a + r).collect();
        let marges = vec![below, above, rest];
        let donnees = marges.clone().into();
        let masque = protect(&plan, &donnees, Audience::Reseau, &[], small).unwrap();
        let sums: Vec<Vec<u64>> = marges.iter().map(|marge| plan.sums(marge)).collect();
        for cell in 0..plan.cells() {
            let own: Vec<u64> = sums.iter().map(|sum| sum[cell]).collect();
            prop_assert!(masque.hides(cell) || !small(&own), "{plan:?} {marges:?} {masque:?}");
        }
        for marge in &marges {
            let attaque =
                Attaque { plan: &plan, vrais: vec![marge.clone()], masques: vec![&masque] };
            for (part, values) in attaque.possible().iter().enumerate() {
                let own: Vec<u64> = marges.iter().map(|marge| marge[part]).collect();
                if small(&own) && marge[part] > 0 {
                    prop_assert!(
                        values.len() as u64 >= SEUIL,
                        "{plan:?} {marges:?} {masque:?} {part} {values:?}"
                    );
                }
            }
        }
    }

    /// With a part that the reader holds.
    #[test]
    fn nor_by_who_knows_a_part((plan, counts, _) in tables(2..5)) {
        let mut connues = vec![false; plan.cells()];
        connues[0] = true;
        let donnees = vec![counts.clone()].into();
        let masque = protect(&plan, &donnees, Audience::Reseau, &connues, small).unwrap();
        prop_assert!(!masque.hides(0));
        let attaque = Attaque { plan: &plan, vrais: vec![counts.clone()], masques: vec![&masque] };
        for (part, values) in attaque.possible().iter().enumerate().skip(1) {
            if small(&[counts[part]]) {
                prop_assert!(values.len() as u64 >= SEUIL, "{plan:?} {counts:?} {masque:?} {part}");
            }
        }
    }
}

/// Two months, and their year.
fn months_and_year(months: [&Vec<u64>; 2]) -> ([Donnees; 2], Donnees) {
    (months.map(|month| vec![month.clone()].into()), vec![sums(months)].into())
}

fn sums([first, second]: [&Vec<u64>; 2]) -> Vec<u64> {
    first.iter().zip(second).map(|(one, other)| one + other).collect()
}

/// That who reads the year, and what is left of both months, finds no small count of either.
fn no_month_is_found(
    plan: &Plan,
    months: [&Vec<u64>; 2],
    (year, details): (&Masque, [&Masque; 2]),
) -> Result<(), TestCaseError> {
    let [first, second] = months;
    let [of_first, of_second] = details;
    for (one, other, own, beside) in
        [(first, second, of_first, of_second), (second, first, of_second, of_first)]
    {
        let vrais = vec![one.clone(), other.clone(), sums(months)];
        let attaque = Attaque { plan, vrais, masques: vec![own, beside, year] };
        for (part, values) in attaque.possible().iter().enumerate() {
            if small(&[one[part]]) {
                prop_assert!(
                    values.len() as u64 >= SEUIL,
                    "{plan:?} {one:?} {other:?} {year:?} {details:?} {part} {values:?}"
                );
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    /// Two months and their sum.
    #[test]
    fn nor_from_the_months_and_their_year((plan, first, second) in tables(1..4)) {
        let (months, sum) = months_and_year([&first, &second]);
        let (year, detail) =
            protect_within(&plan, &sum, &months, Audience::Reseau, &[], small).unwrap();
        no_month_is_found(&plan, [&first, &second], (&year, [&detail, &detail]))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// The year is hidden no more than by itself, and no month is found from it.
    #[test]
    fn months_are_hidden_before_the_year_and_tell_nothing(
        (plan, first, second) in tables(1..4)
    ) {
        let (months, sum) = months_and_year([&first, &second]);
        let Ok(alone) = protect(&plan, &sum, Audience::Reseau, &[], small) else { return Ok(()) };
        let found =
            protect_whole_first(&plan, &sum, &months, Audience::Reseau, &[], small).unwrap();
        prop_assert_eq!(&found.ensemble, &alone);
        let details = [&found.dedans[0], &found.dedans[1]];
        no_month_is_found(&plan, [&first, &second], (&found.ensemble, details))?;
        for (masque, counts) in details.into_iter().zip([&first, &second]) {
            let all: u64 = counts.iter().sum();
            prop_assert!(masque.hides(plan.general()) || !small(&[all]), "{:?}", counts);
        }
    }
}

proptest! {
    /// Rows and columns whose totals alone are read: a cell lies between what its row and its column leave it.
    #[test]
    fn what_is_hidden_with_its_zeros_keeps_as_many_values_as_the_threshold(
        rows in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0), 0..25u64], 3), 2..5),
    ) {
        let (plan, donnees, known) = crossed(&rows, &[]);
        let found = conceal(&plan, &donnees, Audience::Reseau, &known, small);
        let of_row = |row: usize| rows[row].iter().sum::<u64>();
        let of_column = |column: usize| rows.iter().map(|row| row[column]).sum::<u64>();
        let all: u64 = (0..rows.len()).map(of_row).sum();
        let values = |row: usize, column: usize| {
            let (line, stack) = (of_row(row), of_column(column));
            line.min(stack) - (line + stack).saturating_sub(all) + 1
        };
        let cells = (0..rows.len()).flat_map(|row| (0..3).map(move |column| (row, column)));
        let mut secrets = cells.filter(|(row, column)| small(&[rows[*row][*column]]));
        prop_assert_eq!(
            found.is_ok(),
            secrets.all(|(row, column)| values(row, column) >= SEUIL),
            "{:?}", rows
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]
    /// Who subtracts all that is shown of amounts from their totals is left with an interval as wide as what
    /// would bring a sole contributor under 85 %.
    #[test]
    fn no_dominated_amount_is_found_from_all_that_is_shown(
        plan in plans(2..7),
        drawn in prop::collection::vec((0u32..5_000, 0u32..=100), 7),
    ) {
        let montants: Vec<Montant> = drawn
            .iter()
            .take(plan.parts())
            .map(|(sum, share)| montant(f64::from(*sum), f64::from(*sum) * f64::from(*share) / 100.0))
            .collect();
        let donnees = Donnees { montants: montants.clone(), ..Donnees::default() };
        let masque = protect(&plan, &donnees, Audience::Reseau, &[], |_| false).unwrap();
        let hidden: Vec<usize> = (0..plan.parts()).filter(|part| masque.hides(*part)).collect();
        for (part, own) in montants.iter().enumerate().filter(|(_, own)| own.is_dominated()) {
            prop_assert!(masque.hides(part), "{plan:?} {montants:?}");
            // Every total shown that counts it counts other hidden amounts, of so much together.
            let shown = plan.totals_of(part).filter(|total| !masque.hides(*total));
            for total in shown {
                let others = hidden.iter().filter(|other| {
                    **other != part && plan.totals_of(**other).any(|own| own == total)
                });
                let room: f64 = others.map(|other| montants[*other].somme).sum();
                prop_assert!(room > own.somme * 0.15 / 0.85 - 1.0 || own.somme <= 1.0,
                    "{plan:?} {montants:?} {masque:?} {part}");
            }
        }
    }
}

proptest! {
    #[test]
    fn a_table_without_small_counts_is_shown_whole(
        marge in prop::collection::vec(prop_oneof![Just(0u64), 5u64..1_000_000], 0..80)
    ) {
        let (parts, total) = mask(&marge);
        prop_assert!(!total && parts.iter().all(|hidden| !hidden));
    }

    #[test]
    fn a_large_table_ends_and_hides_every_small_count(
        marge in prop::collection::vec(0u64..40, 100..400)
    ) {
        let (parts, _) = mask(&marge);
        for (value, hidden) in marge.iter().zip(&parts) {
            prop_assert!(*hidden || !Audience::Reseau.is_small(*value));
        }
    }
}
