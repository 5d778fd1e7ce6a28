//! What follows from effects that are said: an indicator made of two others moves by what moves them.
//!
//! Nothing is guessed. A part is known to move when the rule says so, known not to when the rule says that too, or
//! when its definition reads no table that the correction writes. Of any other, nothing is told.

use crate::Regle;
use crate::indicateur::Indicateur;

use super::{Effet, Quand};

/// What is known of one side of the bar.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    lignes: i64,
    si: Option<&'a str>,
    quand: Option<&'a Quand>,
}

/// The effects of a rule: those that it says, then those that follow from them.
pub(crate) fn whole(regle: &Regle, indicateurs: &[Indicateur]) -> Vec<Effet> {
    let mut effets = regle.effets.clone();
    if !effets.is_empty() {
        let said = |code: &str| regle.effets.iter().any(|effet| effet.indicateur == code);
        let others = indicateurs.iter().filter(|own| !said(&own.code));
        effets.extend(others.filter_map(|own| derive(regle, own, indicateurs)));
    }
    effets
}

/// The codes of the indicators that an indicator is made of, whose rows are those of its two sides.
pub(crate) fn parts(indicateur: &Indicateur) -> impl Iterator<Item = &str> {
    let rapport = indicateur.rapport.iter();
    let rapport = rapport.flat_map(|made| [made.numerateur.as_str(), &made.denominateur]);
    rapport.chain(counted(indicateur))
}

/// The count that stands above a series of the context.
fn counted(indicateur: &Indicateur) -> Option<&str> {
    let above = matches!(indicateur.calcul, crate::Calcul::Couverture(_));
    indicateur.couverture.as_ref().filter(|_| above).map(|made| made.compte.as_str())
}

fn derive(regle: &Regle, made: &Indicateur, indicateurs: &[Indicateur]) -> Option<Effet> {
    let known = |code: &str| part(regle, indicateurs.iter().find(|own| own.code == code)?);
    let fixed = Part { lignes: 0, si: None, quand: None };
    // The series is what it is: no correction moves it.
    let (above, below) = match &made.rapport {
        Some(rapport) => (known(&rapport.numerateur)?, known(&rapport.denominateur)?),
        None => (known(counted(made)?)?, fixed),
    };
    combine(&made.code, above, below)
}

/// What a rule does to a part; none when it is not known.
fn part<'a>(regle: &'a Regle, part: &Indicateur) -> Option<Part<'a>> {
    let said = regle.effets.iter().find(|effet| effet.indicateur == part.code);
    if let Some(Effet { numerateur, si, quand, .. }) = said {
        return Some(Part { lignes: *numerateur, si: si.as_deref(), quand: quand.as_ref() });
    }
    let left = regle.inchanges.iter().find(|left| left.indicateur == part.code);
    if let Some(left) = left {
        return Some(Part { lignes: 0, si: left.si.as_deref(), quand: None });
    }
    let mut written = regle.cas.as_ref()?.apres.keys();
    let apart = !written.any(|table| part.tables.contains(&table.as_str()));
    apart.then_some(Part { lignes: 0, si: None, quand: None })
}

/// Both sides together: when both conditions hold, on a day that counts for both.
fn combine(code: &str, above: Part<'_>, below: Part<'_>) -> Option<Effet> {
    if (above.lignes, below.lignes) == (0, 0) {
        return None;
    }
    // What the views leave to be known of a side: all of its condition where they decide nothing.
    let rest = |part: Part<'_>| match part.quand {
        Some(quand) => quand.reste.clone(),
        None => part.si.map(str::to_owned),
    };
    let jour = match (above.quand, below.quand) {
        (None, None) => None,
        (Some(one), Some(other)) if one.jour == other.jour => Some(&one.jour),
        // What does not move does not move on any day; what does, without a day, is of the day of the extract.
        (Some(one), None) if below.lignes == 0 => Some(&one.jour),
        (None, Some(other)) if above.lignes == 0 => Some(&other.jour),
        _ => return None,
    };
    // What moves is said before what does not.
    let (one, other) = if above.lignes == 0 { (below, above) } else { (above, below) };
    let quand = jour.map(|jour| Quand {
        jour: jour.clone(),
        reste: both(rest(one).as_deref(), rest(other).as_deref()),
    });
    Some(Effet {
        indicateur: code.to_owned(),
        numerateur: above.lignes,
        denominateur: below.lignes,
        si: both(one.si, other.si),
        quand,
    })
}

/// Two conditions that must hold together; one that goes on from the other, after a comma, says it.
fn both(one: Option<&str>, other: Option<&str>) -> Option<String> {
    // Not an « ou »: that one holds more often than what it begins with.
    let says = |whole: &str, less: &str| {
        let more = whole.strip_prefix(less);
        more.is_some_and(|more| {
            more.is_empty() || more.starts_with(", ") && !more.starts_with(", ou ")
        })
    };
    match (one, other) {
        (Some(one), Some(other)) if says(one, other) => Some(one.to_owned()),
        (Some(one), Some(other)) if says(other, one) => Some(other.to_owned()),
        (Some(one), Some(other)) => Some(format!("{one}, et {other}")),
        (one, other) => one.or(other).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part<'a>(lignes: i64, si: Option<&'a str>, quand: Option<&'a Quand>) -> Part<'a> {
        Part { lignes, si, quand }
    }

    fn day(jour: &str, reste: Option<&str>) -> Quand {
        Quand { jour: jour.to_owned(), reste: reste.map(str::to_owned) }
    }

    fn told(above: Part<'_>, below: Part<'_>) -> Option<(i64, i64, Option<String>)> {
        let found = combine("R", above, below)?;
        Some((found.numerateur, found.denominateur, found.si))
    }

    #[test]
    fn both_sides_move_when_both_conditions_hold() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(told(part(1, None, None), part(0, None, None)), Some((1, 0, None)));
        assert_eq!(told(part(1, None, None), part(1, Some("b"), None)), Some((1, 1, some("b"))));
        let conditions = told(part(0, Some("a"), None), part(1, Some("b"), None));
        assert_eq!(conditions, Some((0, 1, some("b, et a"))));
        let same = told(part(1, Some("venu"), None), part(1, Some("venu, une fois"), None));
        assert_eq!(same, Some((1, 1, some("venu, une fois"))));
        // The same letters, or one of two: both are said.
        for (one, other) in [("venu", "venue seule"), ("venu", "venu, ou attendu")] {
            let told = told(part(1, Some(one), None), part(1, Some(other), None));
            assert_eq!(told, Some((1, 1, Some(format!("{one}, et {other}")))));
        }
        assert_eq!(told(part(0, None, None), part(0, Some("b"), None)), None, "nothing moves");
    }

    #[test]
    fn a_day_is_that_of_both_sides_or_nothing_is_told() {
        let (date, other) = (day("date", Some("venu")), day("ref", None));
        let of = |above, below| combine("R", above, below).map(|found| found.quand.unwrap());
        let moved = part(1, Some("a"), Some(&date));
        let alone = of(moved, part(0, Some("b"), None)).unwrap();
        assert_eq!(alone, day("date", Some("venu, et b")), "what does not move has no day");
        assert_eq!(of(part(0, None, None), moved).unwrap(), date);
        let twice = day("date", Some("venu, une fois"));
        assert_eq!(of(moved, part(1, Some("a"), Some(&twice))).unwrap(), twice);
        for below in [part(1, None, None), part(1, None, Some(&other))] {
            assert!(combine("R", moved, below).is_none(), "another day: {below:?}");
        }
    }
}
