//! Values worked out by hand, and what must hold whatever the centres.

use proptest::prelude::*;

use super::*;

fn line(values: &[f64]) -> Vec<Vec<f64>> {
    values.iter().map(|value| vec![*value]).collect()
}

#[test]
fn variables_come_to_one_scale_and_what_tells_nothing_is_left_out() {
    let rows = vec![
        vec![Some(1.0), Some(7.0), Some(100.0), None],
        vec![Some(3.0), Some(7.0), None, None],
        vec![Some(5.0), Some(7.0), Some(300.0), Some(2.0)],
    ];
    let Echelle { points, gardees, ecartees } = standardise(&rows);
    assert_eq!((gardees, ecartees), (vec![0, 2], vec![1, 3]));
    // Deviation of 1, 3, 5 by hand: √(8 / 3); 100 and 300 stand at −1 and 1; the unknown at the mean.
    let step = 2.0 / (8.0_f64 / 3.0).sqrt();
    let expected = [[-step, -1.0], [0.0, 0.0], [step, 1.0]];
    for (point, expected) in points.iter().zip(expected) {
        assert!(distance(point, &expected) < 1e-12, "{point:?} {expected:?}");
    }
    assert_eq!(standardise(&[]).points, Vec::<Vec<f64>>::new());
}

#[test]
fn the_tree_has_the_heights_of_the_formula() {
    // Two pairs, 1 apart, 10 from one to the other: Ward joins them at √(2·2·2 / 4) × 10.
    let arbre = ward(&line(&[0.0, 10.0, 1.0, 11.0]));
    let heights: Vec<f64> = arbre.fusions.iter().map(|fusion| fusion.hauteur).collect();
    for (height, expected) in heights.iter().zip([1.0, 1.0, 200.0_f64.sqrt()]) {
        assert!((height - expected).abs() < 1e-9, "{heights:?}");
    }
    assert_eq!(arbre.cut(2), [0, 1, 0, 1]);
    assert_eq!(arbre.cut(1), [0, 0, 0, 0]);
    assert_eq!(arbre.cut(9), [0, 1, 2, 3]);
    let order = arbre.order();
    let pairs = [&order[..2], &order[2..]].map(|pair| pair[0] % 2 == pair[1] % 2);
    assert_eq!(pairs, [true, true], "{order:?}");
    assert!(ward(&[]).order().is_empty() && ward(&[]).cut(3).is_empty());
    assert_eq!((ward(&line(&[4.0])).order(), ward(&line(&[4.0])).cut(2)), (vec![0], vec![0]));
}

#[test]
fn the_silhouette_is_that_of_its_definition() {
    // The first: 1 from its own, (10 + 11) / 2 from the others.
    let points = line(&[0.0, 1.0, 10.0, 11.0]);
    let found = silhouettes(&points, &[0, 0, 1, 1]);
    assert!((found[0] - (10.5 - 1.0) / 10.5).abs() < 1e-12, "{found:?}");
    assert!((found[1] - (9.5 - 1.0) / 9.5).abs() < 1e-12, "{found:?}");
    assert_eq!(silhouettes(&points, &[0, 0, 0, 1])[3], 0.0);
    assert_eq!(silhouettes(&points, &[0, 0, 0, 0]), [0.0; 4]);
    let mixed = silhouettes(&points, &[0, 1, 0, 1]);
    assert!(mixed.iter().all(|value| *value < 0.0), "{mixed:?}");
}

#[test]
fn three_clouds_are_found_and_groups_too_small_are_not_proposed() {
    let cloud = |at: f64, count: usize| (0..count).map(move |i| at + i as f64 * 0.1);
    let values: Vec<f64> = cloud(0.0, 8).chain(cloud(50.0, 7)).chain(cloud(100.0, 6)).collect();
    let points = line(&values);
    let arbre = ward(&points);
    let coupes = try_cuts(&points, &arbre, 8);
    let best = propose(&coupes, 5).unwrap();
    assert_eq!((best.groupes, best.plus_petit), (3, 6));
    assert!(best.silhouette > 0.9, "{best:?}");
    assert_eq!(propose(&coupes, 12), None);
    let stabilite = try_stability(&points, &arbre.cut(3));
    assert!(stabilite.sans_centre.iter().all(|value| (value - 1.0).abs() < 1e-12));
    assert!(stabilite.fidelite[0] >= 20.0 / 21.0, "{:?}", stabilite.fidelite);
    // Without its only variable nothing is left to tell them apart.
    assert_eq!(stabilite.sans_variable.len(), 1);
    assert!(stabilite.sans_variable[0] < 0.5, "{:?}", stabilite.sans_variable);
}

#[test]
fn a_centre_between_two_groups_is_told_by_its_fidelity() {
    let mut rows: Vec<Vec<f64>> = (0..6).map(|i| vec![f64::from(i) * 0.1, 0.0]).collect();
    rows.extend((0..6).map(|i| vec![10.0 + f64::from(i) * 0.1, 0.2]));
    // Nearer to the first group by one variable, to the second by the other.
    rows.push(vec![5.0, 4.0]);
    let groups = ward(&rows).cut(2);
    let stabilite = try_stability(&rows, &groups);
    let (last, others) = stabilite.fidelite.split_last().unwrap();
    assert!(others.iter().all(|value| last < value), "{:?}", stabilite.fidelite);
}

#[test]
fn agreement_is_that_of_the_article() {
    assert_eq!(agreement(&[0, 0, 1, 1], &[1, 1, 0, 0]), 1.0);
    // By hand: no pair in both, 2 in each, 6 in all: (0 − 2/3) / (2 − 2/3).
    assert!((agreement(&[0, 0, 1, 1], &[0, 1, 0, 1]) + 0.5).abs() < 1e-12);
    assert_eq!(agreement(&[0], &[0]), 1.0);
    assert_eq!(agreement(&[], &[]), 1.0);
}

fn clouds() -> impl Strategy<Value = Vec<Vec<f64>>> {
    prop::collection::vec(prop::collection::vec(-5.0..5.0f64, 3), 4..25)
}

proptest! {
    #[test]
    fn every_cut_has_as_many_groups_as_asked_each_inside_one_of_the_cut_before(points in clouds()) {
        let arbre = ward(&points);
        let mut order = arbre.order();
        order.sort_unstable();
        prop_assert!(order.into_iter().eq(0..points.len()));
        let mut wider = arbre.cut(1);
        for groups in 1..=points.len() {
            let cut = arbre.cut(groups);
            prop_assert_eq!(cut.iter().max().unwrap() + 1, groups);
            for (left, right) in (0..points.len()).flat_map(|l| (0..l).map(move |r| (l, r))) {
                prop_assert!(cut[left] != cut[right] || wider[left] == wider[right]);
            }
            wider = cut;
        }
    }

    #[test]
    fn the_order_of_the_centres_changes_nothing(points in clouds(), groups in 2..5usize) {
        let mut reversed = points.clone();
        reversed.reverse();
        let mut back = ward(&reversed).cut(groups);
        back.reverse();
        prop_assert!((agreement(&ward(&points).cut(groups), &back) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_scale_of_a_variable_changes_nothing(points in clouds(), scale in 0.001..1000.0f64) {
        let rows = |factor: f64| -> Vec<Vec<Option<f64>>> {
            let scaled = |point: &Vec<f64>| {
                point.iter().enumerate().map(|(i, v)| Some(if i == 0 { v * factor + 3.0 } else { *v }))
                    .collect()
            };
            points.iter().map(scaled).collect()
        };
        let (plain, scaled) = (standardise(&rows(1.0)), standardise(&rows(scale)));
        for (left, right) in plain.points.iter().zip(&scaled.points) {
            prop_assert!(distance(left, right) < 1e-6);
        }
    }

    #[test]
    fn indices_stay_within_their_bounds(points in clouds(), groups in 1..5usize) {
        let cut = ward(&points).cut(groups);
        for value in silhouettes(&points, &cut) {
            prop_assert!((-1.0..=1.0).contains(&value));
        }
        let stabilite = try_stability(&points, &cut);
        prop_assert!(stabilite.fidelite.iter().all(|value| (0.0..=1.0).contains(value)));
        prop_assert!(stabilite.sans_centre.iter().chain(&stabilite.sans_variable).all(|v| *v <= 1.0 + 1e-12));
    }
}
