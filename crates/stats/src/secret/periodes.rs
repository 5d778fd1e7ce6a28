//! A whole period and those within it, told together: a year and its months.

use super::plan::Marge;
use super::{Audience, Donnees, Masque, Plan, Table, Transparente, protect};

/// What to hide of a whole period, and of every period within it (the months of a year): the same cells in
/// each of these, so that none is found by subtracting the others from the whole.
///
/// The reader knows the whole and each part of it. A count of one month keeps its secret when a second month
/// can take from it what it gains, cell by cell, or when the cells around it are hidden in the whole too.
///
/// The tests try on it what [`protect_whole_first`] is made of, the whole giving way to its parts.
///
/// # Errors
/// As [`protect`].
#[cfg(test)]
pub(super) fn protect_within(
    plan: &Plan,
    whole: &Donnees,
    within: &[Donnees],
    audience: Audience,
    connues: &[bool],
    sensible: impl Fn(&[u64]) -> bool,
) -> Result<(Masque, Masque), Transparente> {
    let (year, months) = tables(plan, whole, within, connues, &sensible);
    hide_both(&year, &months, audience, |_| true).ok_or(Transparente)
}

/// The whole and those within it, to be shown.
fn tables<'a>(
    plan: &'a Plan,
    whole: &Donnees,
    within: &[Donnees],
    connues: &[bool],
    sensible: &impl Fn(&[u64]) -> bool,
) -> (Table<'a>, Vec<Table<'a>>) {
    let table = |donnees: &Donnees| Table::new(plan, donnees, connues, sensible);
    (table(whole), within.iter().map(table).collect())
}

/// Hides both until they keep their secrets; none when they cannot, or as soon as what is hidden of the whole, which
/// only grows, is no longer `agreed`.
fn hide_both(
    year: &Table<'_>,
    months: &[Table<'_>],
    audience: Audience,
    agreed: impl Fn(&Masque) -> bool,
) -> Option<(Masque, Masque)> {
    let (plan, wanted) = (year.plan, audience.seuil() - 1);
    let (mut masque, mut detail) = (Masque::none(plan), Masque::none(plan));
    // Hiding only ever grows.
    for _ in 0..=plan.cells() {
        let before = (masque.clone(), detail.clone());
        let mut kept = year.complete(&mut masque, wanted);
        detail.join(&masque);
        kept = kept && months.iter().all(|month| month.complete(&mut detail, wanted));
        for rank in 0..months.len() {
            let masques = (&mut masque, &mut detail);
            kept = kept && secure_month(months, rank, masques, wanted, &agreed);
        }
        if !kept || !agreed(&masque) {
            return None;
        }
        if before == (masque.clone(), detail.clone()) {
            break;
        }
    }
    Some((masque, detail))
}

/// What to hide of a whole period and of each of those within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periodes {
    /// Of the whole.
    pub ensemble: Masque,
    /// Of each period within it, in their order.
    pub dedans: Vec<Masque>,
}

/// The same, the whole first: where the months would hide of it what it may tell by itself, they are hidden instead,
/// zeros included, but for the total of all parts. Months so few that they would tell one another are not worth the year.
/// So it is too when a month is closed anyway, and when the parts of the months would be told at the price of their
/// totals, which are looked for first.
///
/// These totals are then read as the parts of that of the whole: one that is small is hidden with another.
///
/// # Errors
/// As [`protect`], of the whole.
pub fn protect_whole_first(
    plan: &Plan,
    whole: &Donnees,
    within: &[Donnees],
    audience: Audience,
    connues: &[bool],
    sensible: impl Fn(&[u64]) -> bool,
) -> Result<Periodes, Transparente> {
    let ensemble = protect(plan, whole, audience, connues, &sensible)?;
    let closed = within.iter().any(|month| (0..plan.parts()).all(|part| month.is_closed(part)));
    let detail = (!closed).then(|| tables(plan, whole, within, connues, &sensible));
    let detail = detail.and_then(|(year, months)| {
        hide_both(&year, &months, audience, |masque| *masque == ensemble)
    });
    let detail = detail.map(|(_, detail)| detail);
    let alike = |masque: Masque| vec![masque; within.len()];
    if let Some(detail) = detail.clone().filter(|detail| !detail.hides(plan.general())) {
        return Ok(Periodes { ensemble, dedans: alike(detail) });
    }
    let totals: Vec<usize> = plan.covering().collect();
    let told = match totals.iter().any(|cell| ensemble.hides(*cell)) {
        true => vec![false; within.len()],
        false => tell_totals(plan, within, audience, connues, &sensible),
    };
    if !told.contains(&true) {
        return Ok(Periodes { ensemble, dedans: alike(detail.unwrap_or(Masque::opaque(plan))) });
    }
    let dedans = told.into_iter().map(|told| {
        let mut month = Masque::opaque(plan);
        totals.iter().filter(|_| told).for_each(|cell| month.show(*cell));
        month
    });
    Ok(Periodes { dedans: dedans.collect(), ensemble })
}

/// Of which months the total of all parts may be told, that of the whole being read.
fn tell_totals(
    plan: &Plan,
    within: &[Donnees],
    audience: Audience,
    connues: &[bool],
    sensible: &impl Fn(&[u64]) -> bool,
) -> Vec<bool> {
    let general = plan.general();
    let width = within.iter().map(|month| month.comptes.len()).max().unwrap_or_default();
    let is_own = |part: usize| connues.get(part).copied().unwrap_or(false);
    // As it stands, then as it is read by who takes away what is known already.
    let total = |month: &Donnees, rank: usize, taken: bool| -> u64 {
        let counts = month.comptes.get(rank).into_iter().flatten().enumerate();
        counts.filter(|(part, _)| !taken || !is_own(*part)).map(|(_, count)| *count).sum()
    };
    let column = |rank: usize, taken: bool| -> Vec<u64> {
        within.iter().map(|month| total(month, rank, taken)).collect()
    };
    let comptes = [false, true].into_iter().flat_map(|taken| (0..width).map(move |r| (r, taken)));
    let comptes = comptes.map(|(rank, taken)| column(rank, taken)).collect();
    let montants = within.iter().filter_map(|month| month.amounts(plan).get(general).copied());
    let donnees = Donnees {
        comptes,
        montants: montants.collect(),
        fermees: within.iter().map(|month| month.is_closed(general)).collect(),
        ..Donnees::default()
    };
    let small = |counts: &[u64]| {
        let (all, left) = counts.split_at(width.min(counts.len()));
        sensible(all) || (left.iter().any(|count| *count > 0) && sensible(left))
    };
    let months = Plan::flat(within.len());
    let whole: Vec<bool> = (0..months.cells()).map(|cell| cell == months.general()).collect();
    match protect(&months, &donnees, audience, &whole, small) {
        Ok(masque) => (0..within.len()).map(|month| !masque.hides(month)).collect(),
        Err(Transparente) => vec![false; within.len()],
    }
}

/// Keeps the primary cells of one month from who subtracts the other months from the whole; whether it could
/// be done, and what is hidden of the whole is still `agreed`.
fn secure_month(
    months: &[Table<'_>],
    rank: usize,
    (masque, detail): (&mut Masque, &mut Masque),
    wanted: u64,
    agreed: &impl Fn(&Masque) -> bool,
) -> bool {
    let Some(month) = months.get(rank) else { return true };
    for cell in (0..month.plan.cells()).filter(|cell| month.is_primary(*cell)) {
        for (which, marge) in month.marges.iter().enumerate() {
            let own = marge.get(cell).copied().unwrap_or_default();
            let needed = month.wanted(which, cell, wanted);
            let exchanged = |second: &[u64]| {
                let rooms = |at| exchange(marge, second, detail, at);
                month.plan.has_room(month.read_as(which, cell, rooms), cell, needed)
            };
            let others = months.iter().enumerate().filter(|(other, _)| *other != rank);
            let mut others: Vec<(u64, &Vec<u64>)> = others
                .filter_map(|(_, other)| other.marges.get(which))
                .map(|second| (second.get(cell).copied().unwrap_or_default(), second))
                .filter(|(count, _)| *count > 0)
                .collect();
            // The months with the most to give first.
            others.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
            if own == 0 || others.iter().any(|(_, second)| exchanged(second)) {
                continue;
            }
            // Or by all of them together, each a little.
            let seconds: Vec<&Vec<u64>> = others.iter().map(|(_, second)| *second).collect();
            let rooms = |at| shared_exchange(marge, &seconds, detail, at);
            if month.plan.has_room(month.read_as(which, cell, rooms), cell, needed) {
                continue;
            }
            masque.hide(cell);
            if !agreed(masque) || !month.secure(which, cell, masque, wanted) {
                return false;
            }
            detail.join(masque);
        }
    }
    true
}

/// What a hidden cell may gain in a month and lose in several others, and the reverse: the whole stays the same.
fn shared_exchange(marge: &[u64], seconds: &[&Vec<u64>], detail: &Masque, cell: usize) -> Marge {
    let own = marge.get(cell).copied().unwrap_or_default();
    let there = seconds.iter().filter_map(|second| second.get(cell)).copied();
    // A month that counts nothing there says so: it takes nothing either.
    let mut others = there.filter(|other| *other > 0).peekable();
    match detail.hides(cell) && own > 0 && others.peek().is_some() {
        true => (others.map(|other| other - 1).sum(), own - 1),
        false => (0, 0),
    }
}

/// What a hidden cell may gain in a month and lose in another, and the reverse: the whole stays the same.
fn exchange(marge: &[u64], second: &[u64], detail: &Masque, cell: usize) -> Marge {
    let [own, other] = [marge, second].map(|counts| counts.get(cell).copied().unwrap_or_default());
    match detail.hides(cell) && own > 0 && other > 0 {
        true => (other - 1, own - 1),
        false => (0, 0),
    }
}
