//! The words of `reference.md` §2: age, open, end or ref, overlap, situation at exit…

use jiff::civil::Date;

use super::donnees::{Dossier, Row};
use super::jour::{age, plus_days};
use super::tri::Tri;

/// PACEA, GJ and CEJ.
pub(crate) const PROGRAMME: [&str; 3] = ["PACEA", "GJ", "CEJ"];

/// Highest age in a programme: 25, or 29 with a recognised handicap.
pub(crate) fn limit(dossier: &Row) -> i32 {
    if dossier.among("rqth", &["oui"]) { 29 } else { 25 }
}

/// Age of the young person on that day.
pub(crate) fn age_at(dossier: &Row, day: Option<Date>) -> Option<i32> {
    Some(age(dossier.date("date_naissance")?, day?))
}

/// Whether the passage is of this dispositif.
pub(crate) fn of(passage: &Row, dispositif: &str) -> bool {
    passage.among("dispositif", &[dispositif])
}

/// Whether the passage is open at that day.
pub(crate) fn open_at(passage: &Row, day: Date) -> bool {
    let entered = passage.date("date_entree").is_some_and(|entree| entree <= day);
    entered && passage.date("date_fin").is_none_or(|fin| fin >= day)
}

/// The dossier's passages of a dispositif.
pub(crate) fn passages<'a>(
    dossier: &'a Dossier,
    dispositif: &'a str,
) -> impl Iterator<Item = &'a Row> {
    dossier.parcours.iter().filter(move |passage| of(passage, dispositif))
}

/// Whether a passage of one of these dispositifs is open at that day.
pub(crate) fn has_open(dossier: &Dossier, dispositifs: &[&str], day: Date) -> bool {
    let mut all = dossier.parcours.iter();
    all.any(|passage| passage.among("dispositif", dispositifs) && open_at(passage, day))
}

/// `min(date_fin, ref)`, or `ref` while there is no end.
pub(crate) fn end_or_ref(passage: &Row, reference: Date) -> Date {
    passage.date("date_fin").map_or(reference, |fin| fin.min(reference))
}

/// Whether two passages overlap, an empty end being infinite; not judged without both entries.
pub(crate) fn overlap(a: &Row, b: &Row) -> Tri {
    let (a_start, b_start) = (a.date("date_entree")?, b.date("date_entree")?);
    let before = |start: Date, end: Option<Date>| end.is_none_or(|end| start < end);
    Some(before(a_start, b.date("date_fin")) && before(b_start, a.date("date_fin")))
}

/// Whether the passage overlaps another one of that dispositif in its dossier.
pub(crate) fn overlaps_another(dossier: &Dossier, passage: &Row, dispositif: &str) -> Tri {
    passage.date("date_entree")?;
    let id = passage.get("parcours_id");
    let mut others = passages(dossier, dispositif).filter(|other| other.get("parcours_id") != id);
    Some(others.any(|other| overlap(passage, other) == Some(true)))
}

/// Entered PACEA of the dossier, by date of entry then key.
pub(crate) fn entered_pacea(dossier: &Dossier) -> Vec<&Row> {
    let mut list: Vec<&Row> =
        passages(dossier, "PACEA").filter(|row| row.date("date_entree").is_some()).collect();
    list.sort_by_key(|row| (row.date("date_entree"), row.get("parcours_id")));
    list
}

/// Whether the event was honoured.
pub(crate) fn honoured(event: &Row) -> bool {
    event.among("statut", &["PRESENT"])
}

/// Whether the event is an honoured individual interview.
pub(crate) fn interview(event: &Row) -> bool {
    honoured(event) && event.among("type", &["ENTRETIEN_INDIVIDUEL"])
}

/// Whether the event is dated in `(after, to]`.
pub(crate) fn within(event: &Row, after: Date, to: Date) -> bool {
    event.date("date").is_some_and(|day| after < day && day <= to)
}

/// EMPLOI, ALTERNANCE or FORMATION.
pub(crate) fn positive(situation: &Row) -> bool {
    situation.among("categorie", &["EMPLOI", "ALTERNANCE", "FORMATION"])
}

/// ALTERNANCE, or a lasting EMPLOI.
pub(crate) fn durable(situation: &Row) -> bool {
    situation.among("categorie", &["ALTERNANCE"])
        || (situation.among("categorie", &["EMPLOI"])
            && situation.among("sous_type", &["CDI", "CDD_LONG"]))
}

/// Whether some situation at the exit of the passage is of that kind; not judged without an exit.
pub(crate) fn at_exit(dossier: &Dossier, passage: &Row, kind: impl Fn(&Row) -> bool) -> Tri {
    let exit = passage.date("date_fin")?;
    let by = plus_days(exit, 30);
    let mut all = dossier.situations.iter();
    Some(all.any(|situation| {
        kind(situation)
            && situation.date("date_debut").is_some_and(|debut| debut <= by)
            && situation.date("date_fin").is_none_or(|fin| fin >= exit)
    }))
}

/// Whether the allocation is live: its statut is known and neither REJETE nor ANNULE.
pub(crate) fn live(allocation: &Row) -> bool {
    allocation.get("statut").is_some_and(|statut| statut != "REJETE" && statut != "ANNULE")
}

/// A name as DOS-08 compares it: unaccented, upper case, letters only; none when nothing is left.
pub(crate) fn folded(name: Option<&str>) -> Option<String> {
    let mut out = String::new();
    for letter in name?.to_uppercase().chars() {
        match letter {
            'A'..='Z' => out.push(letter),
            'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => out.push('A'),
            'Ç' => out.push('C'),
            'È' | 'É' | 'Ê' | 'Ë' => out.push('E'),
            'Ì' | 'Í' | 'Î' | 'Ï' => out.push('I'),
            'Ñ' => out.push('N'),
            'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' => out.push('O'),
            'Ù' | 'Ú' | 'Û' | 'Ü' => out.push('U'),
            'Ý' | 'Ÿ' => out.push('Y'),
            'Œ' => out.push_str("OE"),
            'Æ' => out.push_str("AE"),
            _ => {}
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn names_are_compared_by_their_letters() {
        assert_eq!(folded(Some("Éloïse-Anne D'Arc")), Some("ELOISEANNEDARC".to_owned()));
        assert_eq!(folded(Some("e\u{301}loi")), Some("ELOI".to_owned()));
        assert_eq!(folded(Some(" - ")), None);
        assert_eq!(folded(None), None);
    }

    #[test]
    fn touching_passages_do_not_overlap() {
        let row = |entree, fin| Row::of(&[("date_entree", entree), ("date_fin", fin)]);
        let first = row("2019-01-01", "2019-06-01");
        assert_eq!(overlap(&first, &row("2019-06-01", "")), Some(false));
        assert_eq!(overlap(&first, &row("2019-05-31", "")), Some(true));
        assert_eq!(overlap(&first, &row("", "")), None);
        // Same day in and out, within the other: entry strictly before each other's end.
        assert_eq!(overlap(&first, &row("2019-01-01", "2019-01-01")), Some(false));
        assert_eq!(overlap(&row("2020-01-01", ""), &row("2020-01-01", "")), Some(true));
    }

    #[test]
    fn an_exit_looks_thirty_days_ahead() {
        let dossier = Dossier {
            situations: vec![Row::of(&[("categorie", "EMPLOI"), ("date_debut", "2019-07-01")])],
            ..Dossier::default()
        };
        let exit = |day| Row::of(&[("date_fin", day)]);
        assert_eq!(at_exit(&dossier, &exit("2019-06-01"), positive), Some(true));
        assert_eq!(at_exit(&dossier, &exit("2019-05-31"), positive), Some(false));
        assert_eq!(at_exit(&dossier, &exit("2019-06-01"), durable), Some(false));
        assert_eq!(at_exit(&dossier, &exit(""), positive), None);
    }

    #[test]
    fn open_includes_both_days() {
        let row = Row::of(&[("date_entree", "2019-01-01"), ("date_fin", "2019-06-01")]);
        assert!(open_at(&row, date(2019, 1, 1)) && open_at(&row, date(2019, 6, 1)));
        assert!(!open_at(&row, date(2018, 12, 31)) && !open_at(&row, date(2019, 6, 2)));
    }
}
