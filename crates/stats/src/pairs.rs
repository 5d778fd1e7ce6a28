//! Peer groups computed from what surrounds centres: variables brought to one scale, Ward's clustering
//! (1963), how many groups and how sure they are.
//!
//! What comes out does not depend on the order in which the centres are given, ties aside.

use kodama::Method;

/// Centres on one scale: every variable has mean 0 and standard deviation 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Echelle {
    /// By centre, its place along each variable kept. An unknown value stands at the mean.
    pub points: Vec<Vec<f64>>,
    /// The variables kept, by rank among those given.
    pub gardees: Vec<usize>,
    /// The variables left out: the same for every centre, or known of fewer than two.
    pub ecartees: Vec<usize>,
}

/// Brings variables to one scale. `rows` has a row per centre, with a value per variable, none when it is
/// not known.
#[must_use]
pub fn standardise(rows: &[Vec<Option<f64>>]) -> Echelle {
    let width = rows.iter().map(Vec::len).max().unwrap_or_default();
    let mut points = vec![Vec::new(); rows.len()];
    let (mut gardees, mut ecartees) = (Vec::new(), Vec::new());
    for variable in 0..width {
        let value = |row: &Vec<Option<f64>>| row.get(variable).copied().flatten();
        let known: Vec<f64> = rows.iter().filter_map(value).collect();
        let count = size(known.len());
        let mean = known.iter().sum::<f64>() / count;
        let deviation = (known.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / count).sqrt();
        // Below the noise of sums of such values, they are one value.
        if known.len() < 2 || deviation <= 1e-12 * mean.abs().max(1.0) {
            ecartees.push(variable);
            continue;
        }
        gardees.push(variable);
        for (point, row) in points.iter_mut().zip(rows) {
            point.push(value(row).map_or(0.0, |value| (value - mean) / deviation));
        }
    }
    Echelle { points, gardees, ecartees }
}

/// The distance between two centres.
#[must_use]
pub fn distance(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(a, b)| (a - b) * (a - b)).sum::<f64>().sqrt()
}

/// One joining of two groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fusion {
    /// The two nodes joined: centres by rank, then the joinings before this one.
    pub noeuds: [usize; 2],
    /// How far apart they were, as Ward measures it.
    pub hauteur: f64,
    /// Centres in the group made.
    pub taille: usize,
}

/// Groups in groups, from each centre alone to all together.
#[derive(Debug, Clone, PartialEq)]
pub struct Arbre {
    /// How many centres.
    pub feuilles: usize,
    /// The joinings, the closest first; the first one is node number `feuilles`.
    pub fusions: Vec<Fusion>,
}

/// Ward's tree: at each step, the two groups whose joining spreads the least.
#[must_use]
pub fn ward(points: &[Vec<f64>]) -> Arbre {
    let mut apart = Vec::new();
    for (rank, left) in points.iter().enumerate() {
        apart.extend(points.iter().skip(rank + 1).map(|right| distance(left, right)));
    }
    let steps = kodama::linkage(&mut apart, points.len(), Method::Ward);
    let fusion = |step: &kodama::Step<f64>| Fusion {
        noeuds: [step.cluster1, step.cluster2],
        hauteur: step.dissimilarity,
        taille: step.size,
    };
    Arbre { feuilles: points.len(), fusions: steps.steps().iter().map(fusion).collect() }
}

impl Arbre {
    /// The group of each centre when there are `groups` of them (as many as there are centres at most),
    /// numbered from 0 in the order of their first centre.
    #[must_use]
    pub fn cut(&self, groups: usize) -> Vec<usize> {
        let joined = self.feuilles.saturating_sub(groups.max(1));
        let mut parents: Vec<usize> = (0..self.feuilles + self.fusions.len()).collect();
        for (rank, fusion) in self.fusions.iter().take(joined).enumerate() {
            for node in fusion.noeuds {
                if let Some(parent) = parents.get_mut(node) {
                    *parent = self.feuilles + rank;
                }
            }
        }
        let top = |mut node: usize| {
            while let Some(parent) = parents.get(node).copied().filter(|parent| *parent != node) {
                node = parent;
            }
            node
        };
        let mut tops = Vec::new();
        let number = |leaf| {
            let top = top(leaf);
            tops.iter().position(|known| *known == top).unwrap_or_else(|| {
                tops.push(top);
                tops.len() - 1
            })
        };
        (0..self.feuilles).map(number).collect()
    }

    /// The centres from left to right, so that no two joinings cross when the tree is drawn.
    #[must_use]
    pub fn order(&self) -> Vec<usize> {
        let Some(root) = (self.feuilles + self.fusions.len()).checked_sub(1) else {
            return Vec::new();
        };
        let (mut waiting, mut order) = (vec![root], Vec::with_capacity(self.feuilles));
        while let Some(node) = waiting.pop() {
            match node.checked_sub(self.feuilles).and_then(|rank| self.fusions.get(rank)) {
                Some(Fusion { noeuds: [left, right], .. }) => waiting.extend([*right, *left]),
                None => order.push(node),
            }
        }
        order
    }
}

/// How much better each centre is in its own group than in the nearest other one (Rousseeuw, 1987): from
/// −1, it belongs there, to 1; 0 for a centre alone in its group.
#[must_use]
pub fn silhouettes(points: &[Vec<f64>], groups: &[usize]) -> Vec<f64> {
    let count = groups.iter().max().map_or(0, |last| last + 1);
    let one = |(rank, (point, own)): (usize, (&Vec<f64>, &usize))| {
        let (mut sums, mut sizes) = (vec![0.0; count], vec![0_usize; count]);
        for (other, (there, group)) in points.iter().zip(groups).enumerate() {
            if let (Some(sum), Some(size)) = (sums.get_mut(*group), sizes.get_mut(*group))
                && other != rank
            {
                *sum += distance(point, there);
                *size += 1;
            }
        }
        let mean = |group: usize| {
            let held = sizes.get(group).copied().filter(|held| *held > 0)?;
            sums.get(group).map(|sum| sum / size(held))
        };
        let others = (0..count).filter(|group| group != own).filter_map(mean);
        let nearest = others.fold(f64::INFINITY, f64::min);
        match mean(*own) {
            Some(inside) if nearest.is_finite() && nearest.max(inside) > 0.0 => {
                (nearest - inside) / nearest.max(inside)
            }
            _ => 0.0,
        }
    };
    points.iter().zip(groups).enumerate().map(one).collect()
}

/// What cutting into a number of groups gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coupe {
    /// How many groups.
    pub groupes: usize,
    /// Mean silhouette.
    pub silhouette: f64,
    /// Centres of the smallest group.
    pub plus_petit: usize,
}

/// Each number of groups from 2 to `most`, with what tells whether it is a good one.
#[must_use]
pub fn try_cuts(points: &[Vec<f64>], arbre: &Arbre, most: usize) -> Vec<Coupe> {
    let tried = |groupes: usize| {
        let groups = arbre.cut(groupes);
        let silhouette = mean(&silhouettes(points, &groups));
        let held = |number| groups.iter().filter(|group| **group == number).count();
        Coupe { groupes, silhouette, plus_petit: (0..groupes).map(held).min().unwrap_or(0) }
    };
    (2..=most.min(points.len().saturating_sub(1))).map(tried).collect()
}

/// The number of groups to propose: the best silhouette among the cuts whose groups all have `least`
/// centres; none when no cut has.
#[must_use]
pub fn propose(coupes: &[Coupe], least: usize) -> Option<Coupe> {
    let large = coupes.iter().copied().filter(|coupe| coupe.plus_petit >= least);
    // Of two as good, the fewer groups.
    large.rev().max_by(|left, right| left.silhouette.total_cmp(&right.silhouette))
}

/// How much two ways of grouping the same centres agree (adjusted Rand index, Hubert and Arabie 1985): 1
/// when they are the same, 0 on average when chance made them.
#[must_use]
pub fn agreement(left: &[usize], right: &[usize]) -> f64 {
    let pairs = |count: usize| size(count) * (size(count) - 1.0) / 2.0;
    let count = |keys: Vec<(usize, usize)>| {
        let mut counts = std::collections::BTreeMap::new();
        for key in keys {
            *counts.entry(key).or_insert(0_usize) += 1;
        }
        counts.into_values().map(pairs).sum::<f64>()
    };
    let both = count(left.iter().copied().zip(right.iter().copied()).collect());
    let one = count(left.iter().map(|group| (*group, 0)).collect());
    let other = count(right.iter().map(|group| (*group, 0)).collect());
    let all = pairs(left.len().min(right.len()));
    if all <= 0.0 {
        return 1.0;
    }
    let chance = one * other / all;
    let most = f64::midpoint(one, other);
    if most - chance <= 0.0 { 1.0 } else { (both - chance) / (most - chance) }
}

/// What becomes of the groups when one thing is taken away: the computation is done again without each
/// variable, then without each centre.
#[derive(Debug, Clone, PartialEq)]
pub struct Stabilite {
    /// Without each variable kept, by rank: the agreement with the groups as they are.
    pub sans_variable: Vec<f64>,
    /// Without each centre: the agreement over the others.
    pub sans_centre: Vec<f64>,
    /// By centre: the share of those trials in which it stays with most of its group. A centre at the
    /// border of two groups has a low one.
    pub fidelite: Vec<f64>,
}

/// Tries groups by taking away one variable, or one centre, at a time.
#[must_use]
pub fn try_stability(points: &[Vec<f64>], groups: &[usize]) -> Stabilite {
    let count = groups.iter().max().map_or(0, |last| last + 1);
    let width = points.first().map_or(0, Vec::len);
    let mut faithful = vec![0_usize; points.len()];
    let mut trials = vec![0_usize; points.len()];
    let mut note = |places: &[usize], found: &[usize]| {
        let before: Vec<usize> = places.iter().filter_map(|at| groups.get(*at)).copied().collect();
        for (rank, at) in places.iter().enumerate() {
            let (Some(kept), Some(tried)) = (faithful.get_mut(*at), trials.get_mut(*at)) else {
                continue;
            };
            *tried += 1;
            *kept += usize::from(stays(&before, found, rank));
        }
        agreement(&before, found)
    };
    let everyone: Vec<usize> = (0..points.len()).collect();
    let sans_variable = (0..width).map(|left_out| {
        let fewer = |point: &Vec<f64>| {
            let kept = point.iter().enumerate().filter(|(rank, _)| *rank != left_out);
            kept.map(|(_, value)| *value).collect::<Vec<f64>>()
        };
        let fewer: Vec<Vec<f64>> = points.iter().map(fewer).collect();
        note(&everyone, &ward(&fewer).cut(count))
    });
    let sans_variable: Vec<f64> = sans_variable.collect();
    let sans_centre = (0..points.len()).map(|left_out| {
        let places: Vec<usize> = everyone.iter().copied().filter(|at| *at != left_out).collect();
        let fewer: Vec<Vec<f64>> =
            places.iter().filter_map(|at| points.get(*at)).cloned().collect();
        note(&places, &ward(&fewer).cut(count))
    });
    let sans_centre: Vec<f64> = sans_centre.collect();
    let share = |(kept, tried): (usize, usize)| {
        if tried == 0 { 1.0 } else { size(kept) / size(tried) }
    };
    let fidelite = faithful.into_iter().zip(trials).map(share).collect();
    Stabilite { sans_variable, sans_centre, fidelite }
}

/// Whether a centre stays with more than half of those that it was with; alone before, whether it is
/// still.
fn stays(before: &[usize], after: &[usize], rank: usize) -> bool {
    let others = || before.iter().zip(after).enumerate().filter(|(other, _)| *other != rank);
    let (Some(own), Some(now)) = (before.get(rank), after.get(rank)) else { return false };
    let with = others().filter(|(_, (was, _))| *was == own).count();
    let still = others().filter(|(_, (was, is))| *was == own && *is == now).count();
    if with == 0 { others().all(|(_, (_, is))| is != now) } else { 2 * still > with }
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / size(values.len()) }
}

#[expect(clippy::cast_precision_loss, reason = "a network has far fewer than 2^52 centres")]
fn size(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests;
