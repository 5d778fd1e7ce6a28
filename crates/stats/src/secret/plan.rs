//! The shape of a table: its parts, and the totals that they add up to, in two hierarchies at most
//! (région and département on one side, peer group on the other).
//!
//! Such a table is a network in which counts flow: from the grand total down the first hierarchy to the
//! parts, and up the second one back to the grand total. Every cell, part or total, is an edge; the count
//! of a cell is what its edge carries; what goes in a vertex comes out of it. Everything that a reader may
//! deduce from the cells shown is then a question of flow, answered exactly: the counts that a hidden cell
//! may have are a whole interval, bounded by what the other hidden cells can carry around it.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// More than any count.
const SANS_BORNE: u64 = u64::MAX / 4;

/// The grand total, on its way down and on its way up.
const RACINES: [usize; 2] = [0, 1];

/// The shape of a table. Cells are numbered: parts, totals of the first hierarchy, totals of the second,
/// then the grand total.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    parts: usize,
    totaux: [usize; 2],
    sommets: usize,
    aretes: Vec<(usize, usize)>,
    /// At each vertex, its cells: whether they leave it, and where they lead.
    autour: Vec<Vec<(usize, bool, usize)>>,
    /// For each part, the totals that it is counted in.
    compte_dans: Vec<Vec<usize>>,
}

/// What a cell may still gain and lose, the others making up for it.
pub(super) type Marge = (u64, u64);

impl Plan {
    /// A table without totals but the grand one.
    #[must_use]
    pub fn flat(parts: usize) -> Self {
        Self::new([&[], &[]], &vec![[None, None]; parts])
    }

    /// From the parent of each total in its hierarchy (none: the grand total), and the total that each part
    /// is directly under in both. A parent must come before its children; one that does not is taken for
    /// the grand total.
    #[must_use]
    pub fn new(parents: [&[Option<usize>]; 2], places: &[[Option<usize>; 2]]) -> Self {
        let totaux = [parents[0].len(), parents[1].len()];
        let sommet = |cote: usize, total: Option<usize>| match total.filter(|t| *t < totaux[cote]) {
            Some(total) => 2 + total + if cote == 1 { totaux[0] } else { 0 },
            None => RACINES[cote],
        };
        let mut aretes: Vec<(usize, usize)> =
            places.iter().map(|place| (sommet(0, place[0]), sommet(1, place[1]))).collect();
        for (total, parent) in parents[0].iter().enumerate() {
            aretes.push((sommet(0, parent.filter(|p| *p < total)), sommet(0, Some(total))));
        }
        for (total, parent) in parents[1].iter().enumerate() {
            aretes.push((sommet(1, Some(total)), sommet(1, parent.filter(|p| *p < total))));
        }
        aretes.push((RACINES[1], RACINES[0]));
        let mut autour = vec![Vec::new(); 2 + totaux[0] + totaux[1]];
        for (cell, (start, end)) in aretes.iter().enumerate().filter(|(_, (a, b))| a != b) {
            for (at, forward, next) in [(*start, true, *end), (*end, false, *start)] {
                if let Some(around) = autour.get_mut(at) {
                    around.push((cell, forward, next));
                }
            }
        }
        let mut plan = Self {
            parts: places.len(),
            totaux,
            sommets: 2 + totaux[0] + totaux[1],
            aretes,
            autour,
            compte_dans: Vec::new(),
        };
        plan.compte_dans = places
            .iter()
            .map(|place| {
                let mut totals = vec![plan.general()];
                for cote in [0, 1] {
                    let mut at = place[cote].filter(|total| *total < totaux[cote]);
                    while let Some(total) = at {
                        totals.push(plan.total(cote, total));
                        at = parents[cote].get(total).copied().flatten().filter(|p| *p < total);
                    }
                }
                totals
            })
            .collect();
        plan
    }

    /// Number of cells.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.aretes.len()
    }

    /// Number of parts: the first cells.
    #[must_use]
    pub const fn parts(&self) -> usize {
        self.parts
    }

    /// The cell of a total of the first (0) or of the second (1) hierarchy.
    #[must_use]
    pub fn total(&self, cote: usize, total: usize) -> usize {
        self.parts + total + if cote == 1 { self.totaux[0] } else { 0 }
    }

    /// The cell of the grand total.
    #[must_use]
    pub fn general(&self) -> usize {
        self.parts + self.totaux[0] + self.totaux[1]
    }

    /// The totals in which every part is counted: the grand one, and those that are the same.
    pub(super) fn covering(&self) -> impl Iterator<Item = usize> + use<'_> {
        let holds_all = |cell: &usize| self.compte_dans.iter().all(|totals| totals.contains(cell));
        (self.parts..self.cells()).filter(holds_all)
    }

    /// The totals that a part is counted in.
    pub fn totals_of(&self, part: usize) -> impl Iterator<Item = usize> + use<'_> {
        self.compte_dans.get(part).into_iter().flatten().copied()
    }

    /// The counts of all cells, out of those of the parts; a part that is not given is zero.
    #[must_use]
    pub fn sums(&self, parts: &[u64]) -> Vec<u64> {
        let mut sums = vec![0; self.cells()];
        for (part, totals) in self.compte_dans.iter().enumerate() {
            let count = parts.get(part).copied().unwrap_or_default();
            for cell in totals.iter().chain([&part]) {
                if let Some(sum) = sums.get_mut(*cell) {
                    *sum = u64::saturating_add(*sum, count);
                }
            }
        }
        sums
    }

    /// Whether a cell may have `wanted` other counts at least, given what each cell may gain and lose. When
    /// it may not, the cheapest cells that would give it more, those of `prix` without one being left out.
    pub(super) fn check_room(
        &self,
        marges: impl Fn(usize) -> Marge,
        cell: usize,
        wanted: u64,
        prix: impl Fn(usize) -> Option<u64>,
    ) -> Result<(), Vec<usize>> {
        let Some((from, to)) = self.aretes.get(cell).copied() else { return Ok(()) };
        match self.room_of(&marges, cell, wanted) {
            Ok(()) => Ok(()),
            Err(left) => Err(self.cheapest(&left, cell, (to, from), prix)),
        }
    }

    /// Whether a cell may have `wanted` other counts at least, given what each cell may gain and lose.
    pub(super) fn has_room(
        &self,
        marges: impl Fn(usize) -> Marge,
        cell: usize,
        wanted: u64,
    ) -> bool {
        // What it may not gain or lose by itself, the others cannot carry for it.
        let (gain, loss) = marges(cell);
        gain.saturating_add(loss) >= wanted && self.room_of(&marges, cell, wanted).is_ok()
    }

    /// Whether a cell may have so many other counts; when it may not, what is left to gain and to lose once it has
    /// gained all it could.
    fn room_of(
        &self,
        marges: &impl Fn(usize) -> Marge,
        cell: usize,
        wanted: u64,
    ) -> Result<(), Vec<Marge>> {
        let Some((from, to)) = self.aretes.get(cell).copied() else { return Ok(()) };
        if self.is_roomy_beside(marges, cell, wanted) {
            return Ok(());
        }
        let each: Vec<Marge> = (0..self.cells()).map(marges).collect();
        let own = marges(cell);
        let mut left = each.clone();
        let more = self.carry(&mut left, cell, (to, from), own.0.min(wanted));
        if more >= wanted {
            return Ok(());
        }
        let mut other_way = each;
        let fewer = self.carry(&mut other_way, cell, (from, to), own.1.min(wanted - more));
        if more + fewer >= wanted {
            return Ok(());
        }
        Err(left)
    }

    /// Whether the cells that are counted in the very same totals are enough: the usual case, and quick.
    fn is_roomy_beside(&self, marges: &impl Fn(usize) -> Marge, cell: usize, wanted: u64) -> bool {
        let Some((from, to)) = self.aretes.get(cell).copied() else { return true };
        let (own_gain, own_loss) = marges(cell);
        let (mut gains, mut losses) = (0_u64, 0_u64);
        for (other, forward, next) in self.arcs(from, cell) {
            if forward && next == to {
                let (gain, loss) = marges(other);
                gains = gains.saturating_add(gain);
                losses = losses.saturating_add(loss);
            }
        }
        own_gain.min(losses).saturating_add(own_loss.min(gains)) >= wanted
    }

    /// What can be carried from a vertex to another without that cell, `most` at most; `marges` become what
    /// is left.
    fn carry(
        &self,
        marges: &mut [Marge],
        without: usize,
        (from, to): (usize, usize),
        most: u64,
    ) -> u64 {
        let mut carried = 0;
        while carried < most {
            let Some((way, narrowest)) = self.find_way(marges, without, (from, to)) else { break };
            let amount = narrowest.min(most - carried);
            for (cell, forward) in way {
                if let Some((gain, loss)) = marges.get_mut(cell) {
                    let (spent, given) = if forward { (gain, loss) } else { (loss, gain) };
                    *spent -= amount;
                    *given = given.saturating_add(amount).min(SANS_BORNE);
                }
            }
            carried += amount;
        }
        carried
    }

    /// The shortest way between two vertices, as cells with their direction, and what passes through it.
    fn find_way(
        &self,
        marges: &[Marge],
        without: usize,
        (from, to): (usize, usize),
    ) -> Option<(Vec<(usize, bool)>, u64)> {
        let mut came: Vec<Option<(usize, bool)>> = vec![None; self.sommets];
        let mut waiting = VecDeque::from([from]);
        while let Some(at) = waiting.pop_front() {
            if at == to {
                break;
            }
            for (cell, forward, next) in self.arcs(at, without) {
                let (gain, loss) = marges.get(cell).copied().unwrap_or_default();
                let open = if forward { gain } else { loss } > 0;
                let seen = next == from || came.get(next).is_none_or(Option::is_some);
                if open && !seen {
                    came[next] = Some((cell, forward));
                    waiting.push_back(next);
                }
            }
            if came.get(to).is_some_and(Option::is_some) {
                break;
            }
        }
        let way = self.walk_back(&came, (from, to))?;
        let widths = way.iter().map(|(cell, forward)| {
            let (gain, loss) = marges.get(*cell).copied().unwrap_or_default();
            if *forward { gain } else { loss }
        });
        let narrowest = widths.min().unwrap_or_default();
        Some((way, narrowest))
    }

    /// The cells with a price on the cheapest way between two vertices, through cells with room or a price.
    fn cheapest(
        &self,
        marges: &[Marge],
        without: usize,
        (from, to): (usize, usize),
        prix: impl Fn(usize) -> Option<u64>,
    ) -> Vec<usize> {
        let mut best = vec![u64::MAX; self.sommets];
        let mut came: Vec<Option<(usize, bool)>> = vec![None; self.sommets];
        let mut waiting = BinaryHeap::from([(Reverse(0), from)]);
        best[from] = 0;
        while let Some((Reverse(spent), at)) = waiting.pop() {
            if at == to {
                break;
            }
            if spent > best[at] {
                continue;
            }
            for (cell, forward, next) in self.arcs(at, without) {
                let (gain, loss) = marges.get(cell).copied().unwrap_or_default();
                let open = if forward { gain } else { loss } > 0;
                let price = if open { None } else { prix(cell) };
                // Taken backwards, a cell of one has nothing to lose.
                let price = price.filter(|price| forward || *price > 1);
                let step = if open { Some(0) } else { price.map(|price| price.max(1)) };
                let Some(cost) = step.map(|step| spent.saturating_add(step)) else { continue };
                if best.get(next).is_some_and(|known| cost < *known) {
                    best[next] = cost;
                    came[next] = Some((cell, forward));
                    waiting.push((Reverse(cost), next));
                }
            }
        }
        let way = self.walk_back(&came, (from, to)).unwrap_or_default();
        let priced = way.into_iter().filter(|(cell, forward)| {
            let (gain, loss) = marges.get(*cell).copied().unwrap_or_default();
            if *forward { gain == 0 } else { loss == 0 }
        });
        priced.map(|(cell, _)| cell).collect()
    }

    fn walk_back(
        &self,
        came: &[Option<(usize, bool)>],
        (from, to): (usize, usize),
    ) -> Option<Vec<(usize, bool)>> {
        let mut way = Vec::new();
        let mut at = to;
        while at != from {
            let (cell, forward) = came.get(at).copied().flatten()?;
            way.push((cell, forward));
            let (start, end) = self.aretes.get(cell).copied()?;
            at = if forward { start } else { end };
        }
        Some(way)
    }

    /// The cells at a vertex but one: their direction from there, and where they lead.
    fn arcs(
        &self,
        at: usize,
        without: usize,
    ) -> impl Iterator<Item = (usize, bool, usize)> + use<'_> {
        let around = self.autour.get(at).map(Vec::as_slice).unwrap_or_default();
        around.iter().copied().filter(move |(cell, _, _)| *cell != without)
    }
}

/// What a hidden count may gain and lose for who knows that it is not zero; nothing when it is zero.
pub(super) const fn room(count: u64) -> Marge {
    if count == 0 { (0, 0) } else { (SANS_BORNE, count - 1) }
}

/// What a hidden count may gain and lose for who does not know whether it is zero.
pub(super) const fn free(count: u64) -> Marge {
    (SANS_BORNE, count)
}
