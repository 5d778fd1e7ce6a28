//! Indicators as people of a network define them in the pages, over rows linked to a dossier, delays and medians:
//! the same definitions read in French, with plain loops and nothing of the product. The engine is given them as
//! they are typed: `crates/engine/src/mille/rediges.rs`.

use jiff::civil::Date;

use super::apport::{Apport, Parts, Quand};
use super::donnees::{Centre, Dossier, Row};
use super::indicateur::Calcul;
use super::jour::{days_between, plus_days, plus_months};
use super::mots::{interview, of};
use super::regle::objet;

/// Every one of them.
pub const REDIGES: [(&str, Calcul); 8] = [
    // PACEA entered with an interview honoured within three months of the entry.
    ("IND-1", Calcul::Taux),
    // Days from the entry of a passage to its end.
    ("IND-2", Calcul::Mediane),
    // Missed appointments over the sixty days up to the end of a passage.
    ("IND-3", Calcul::Mediane),
    // Young people welcomed who had no proposition in the six months from then on.
    ("IND-4", Calcul::Somme),
    // Young people who missed two appointments or more in three months.
    ("IND-5", Calcul::Distincts),
    // Interviews honoured over the ninety days from the entry of a PACEA on.
    ("IND-6", Calcul::Moyenne),
    // Events of the young persons of the passages entered, until the extraction.
    ("IND-7", Calcul::Somme),
    // Situations begun on the day of the entry of a passage, or after.
    ("IND-8", Calcul::Somme),
];

/// Everything a centre brings to them.
pub(super) fn of_centre(id: &str, centre: &Centre, quand: Quand) -> Vec<Apport> {
    let mut parts = Parts::new(quand.d2);
    for dossier in centre.dossiers.values() {
        of_dossier(&mut parts, quand, id, dossier);
        for passage in &dossier.parcours {
            of_passage(&mut parts, quand, id, (dossier, passage));
        }
        for event in &dossier.evenements {
            let Some(day) = event.date("date").filter(|day| quand.holds(Some(*day))) else {
                continue;
            };
            let from = plus_days(plus_months(day, -3), 1);
            let absences = count(&dossier.evenements, "date", (from, day), quand, missed);
            if missed(event) && absences >= 2 {
                let owner = objet(id, "evenements", event, Some(&dossier.row));
                parts.distinct("IND-5", &owner, dossier);
            }
        }
        for row in &dossier.situations {
            let Some(day) = row.date("date_debut").filter(|day| quand.holds(Some(*day))) else {
                continue;
            };
            let entered =
                count(&dossier.parcours, "date_entree", (Date::MIN, day), quand, |_| true);
            let owner = objet(id, "situations", row, Some(&dossier.row));
            parts.count("IND-8", &owner, entered > 0);
        }
    }
    parts.into_list()
}

fn missed(event: &Row) -> bool {
    event.among("statut", &["ABSENT"])
}

/// How many of these rows are wanted, dated from a day to another, and not after the extraction.
fn count(
    rows: &[Row],
    column: &str,
    (from, to): (Date, Date),
    quand: Quand,
    wanted: impl Fn(&Row) -> bool,
) -> i64 {
    let mut n = 0;
    for row in rows {
        let Some(day) = row.date(column) else { continue };
        if from <= day && day <= to && day <= quand.reference && wanted(row) {
            n += 1;
        }
    }
    n
}

fn of_dossier(parts: &mut Parts, quand: Quand, id: &str, dossier: &Dossier) {
    let accueil = dossier.row.date("date_premier_accueil");
    let Some(accueil) = accueil.filter(|day| quand.holds(Some(*day))) else { return };
    let last = plus_months(accueil, 6);
    if last > quand.reference {
        return;
    }
    let proposed = count(&dossier.propositions, "date", (accueil, last), quand, |_| true);
    parts.count("IND-4", &objet(id, "dossiers", &dossier.row, None), proposed == 0);
}

fn of_passage(parts: &mut Parts, quand: Quand, id: &str, (dossier, passage): (&Dossier, &Row)) {
    let owner = objet(id, "parcours", passage, Some(&dossier.row));
    let (entree, fin) = (passage.date("date_entree"), passage.date("date_fin"));
    let events = &dossier.evenements;
    if let Some(fin) = fin.filter(|day| quand.holds(Some(*day))) {
        parts.measure("IND-2", &owner, entree.map(|entree| days_between(entree, fin)));
        let absences = count(events, "date", (plus_days(fin, -59), fin), quand, missed);
        parts.measure("IND-3", &owner, Some(absences));
    }
    let Some(entree) = entree.filter(|day| quand.holds(Some(*day))) else { return };
    parts.measure(
        "IND-7",
        &owner,
        Some(count(events, "date", (Date::MIN, Date::MAX), quand, |_| true)),
    );
    if !of(passage, "PACEA") {
        return;
    }
    let (three_months, ninety_days) = (plus_months(entree, 3), plus_days(entree, 90));
    // What may still come is not judged.
    if three_months <= quand.reference {
        let met = count(events, "date", (entree, three_months), quand, interview);
        parts.rate("IND-1", &owner, met > 0);
    }
    if ninety_days <= quand.reference {
        let met = count(events, "date", (entree, ninety_days), quand, interview);
        parts.measure("IND-6", &owner, Some(met));
    }
}
