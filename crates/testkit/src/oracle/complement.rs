//! What each object of a centre brings to the indicators that complete the frames: the exits and the allowance of
//! the Garantie jeunes, the PIAL's envelope, the obligation de formation, the removal of obstacles among those
//! present, the months of PACEA by kind of contact, the eleventh ratio. Written from their definitions in
//! French, with the same plain loops and nothing of the product.

use jiff::civil::{Date, date};

use super::apport::{Parts, Quand, euros};
use super::cadre::{NEVER, accompaniment, allocated, lived, low_level, work};
use super::donnees::{Dossier, Row};
use super::jour::{month, plus_days, plus_months};
use super::mots::{at_exit, honoured, live, of, positive};
use super::regle::Objet;

/// RAT-11.
pub(super) fn of_dossier(parts: &mut Parts, quand: Quand, dossier: &Dossier, owner: &Objet) {
    let row = &dossier.row;
    if quand.holds(row.date("date_premier_accueil")) {
        let place = ["qpv", "zrr"].iter().any(|column| row.get(column) == Some("oui"));
        parts.rate("RAT-11", owner, place || low_level(row));
    }
}

/// SOR-G, GJ-A, GJ-B, GJ-C, OBL-J, OBL-D, PAC-Y, DAN-A, DAN-C, DAN-D; the lengths and the first year of a PACEA.
pub(super) fn of_passage(
    parts: &mut Parts,
    quand: Quand,
    dossier: &Dossier,
    passage: &Row,
    owner: &Objet,
) {
    let (entree, fin) = (passage.date("date_entree"), passage.date("date_fin"));
    if of(passage, "GJ") && quand.holds(fin) {
        // Training counts up to 2019; which year it is, the period says.
        let with_training = parts.last_day() < date(2020, 1, 1);
        let kind: fn(&Row) -> bool = if with_training { positive } else { work };
        parts.rate("SOR-G", owner, at_exit(dossier, passage, kind) == Some(true));
        if entree.is_some() {
            parts.rate("GJ-A", owner, allocated(dossier, passage));
            immersions(parts, dossier, passage, owner);
        }
    }
    if of(passage, "GJ") && quand.holds(entree) {
        parts.distinct("GJ-B", owner, dossier);
    }
    if of(passage, "OBLIGATION")
        && let Some(entree) = entree.filter(|day| quand.holds(Some(*day)))
    {
        parts.rate("OBL-J", owner, !accompaniment(dossier, passage).is_empty());
        let deadline = plus_months(entree, 2);
        if deadline <= quand.reference {
            parts.rate("OBL-D", owner, !occupied(dossier, entree, deadline));
        }
    }
    if !of(passage, "PACEA") {
        return;
    }
    if let Some(entree) = entree {
        let last = fin.unwrap_or(NEVER);
        if entree <= quand.d2 && last >= quand.d1 && last >= entree {
            parts.distinct("PAC-Y", owner, dossier);
        }
    }
    if let Some((entree, fin)) = entree.zip(fin)
        && entree <= fin
        && quand.holds(Some(fin))
    {
        months_by_kind(parts, dossier, (entree, fin), owner);
        if !in_garantie(dossier, passage) {
            first_year(parts, dossier, (entree, fin), owner);
        }
    }
    if let Some((entree, fin)) = entree.zip(fin)
        && quand.holds(Some(fin))
    {
        lengths(parts, dossier, passage, (entree, fin), owner);
    }
}

/// GJ-C: the PMSMP that have a day in common with the passage.
fn immersions(parts: &mut Parts, dossier: &Dossier, passage: &Row, owner: &Objet) {
    let pmsmp =
        lived(dossier, passage).iter().filter(|row| row.among("categorie", &["PMSMP"])).count();
    parts.measure("GJ-C", owner, i64::try_from(pmsmp).ok());
}

/// Whether the young person was in Garantie jeunes for a part of the PACEA longer than an instant.
fn in_garantie(dossier: &Dossier, passage: &Row) -> bool {
    let days = |row: &Row| {
        let fin = row.date("date_fin").unwrap_or(NEVER);
        row.date("date_entree").map(|entree| (entree, fin))
    };
    let Some((entree, fin)) = days(passage) else { return false };
    let garanties = dossier.parcours.iter().filter(|row| of(row, "GJ"));
    garanties.filter_map(days).any(|(debut, terme)| debut < fin && entree < terme)
}

/// DAR-G, DAR-H, DAR-K and DAR-S, of a PACEA that has ended in the period.
fn lengths(
    parts: &mut Parts,
    dossier: &Dossier,
    passage: &Row,
    (entree, fin): (Date, Date),
    owner: &Objet,
) {
    let garantie = in_garantie(dossier, passage);
    parts.rate("DAR-G", owner, garantie);
    parts.rate("DAR-H", owner, fin < plus_months(entree, 6));
    parts.rate("DAR-K", owner, fin >= plus_months(entree, 18));
    if !garantie {
        parts.rate("DAR-S", owner, fin < plus_months(entree, 12));
    }
}

/// DAU-O, DAU-N and DAU-D: the first twelve months of thirty days, as far as the passage went.
fn first_year(parts: &mut Parts, dossier: &Dossier, (entree, fin): (Date, Date), owner: &Objet) {
    let (mut start, mut months, mut seen, mut reached) = (entree, 0, 0, 0);
    while start <= fin && months < 12 {
        let next = plus_days(start, 30);
        let met = |kinds: &[&str]| {
            let days = dossier.evenements.iter().filter(|event| honoured(event));
            let mut days = days.filter(|event| event.among("type", kinds));
            days.any(|event| {
                event.date("date").is_some_and(|day| start <= day && day < next && day <= fin)
            })
        };
        months += 1;
        seen += i64::from(met(&["ENTRETIEN_INDIVIDUEL"]));
        reached += i64::from(met(&["TELEPHONE", "MAIL", "SMS", "COURRIER"]));
        start = next;
    }
    parts.measure("DAU-O", owner, Some(months));
    parts.measure("DAU-N", owner, Some(seen));
    parts.measure("DAU-D", owner, Some(reached));
}

/// Whether a young person was occupied on some day from the entry to the deadline, day after day.
fn occupied(dossier: &Dossier, entree: Date, deadline: Date) -> bool {
    let solution = |row: &&Row| {
        row.among("categorie", &["SCOLARITE", "FORMATION", "ALTERNANCE", "EMPLOI", "VOLONTARIAT"])
    };
    dossier.situations.iter().filter(solution).any(|row| {
        let Some(debut) = row.date("date_debut") else { return false };
        let fin = row.date("date_fin").unwrap_or(NEVER);
        let mut day = entree;
        while day <= deadline {
            if debut <= day && day <= fin {
                return true;
            }
            day = plus_days(day, 1);
        }
        false
    })
}

/// Month after month of thirty days: was there a workshop, a collective information, a contact from afar?
fn months_by_kind(
    parts: &mut Parts,
    dossier: &Dossier,
    (entree, fin): (Date, Date),
    owner: &Objet,
) {
    for (code, kinds) in [
        ("DAN-A", &["ATELIER"][..]),
        ("DAN-C", &["INFORMATION_COLLECTIVE"]),
        ("DAN-D", &["TELEPHONE", "MAIL", "SMS", "COURRIER"]),
    ] {
        let (mut start, mut with) = (entree, 0);
        while start <= fin {
            let next = plus_days(start, 30);
            let met = dossier.evenements.iter().any(|event| {
                honoured(event)
                    && event.among("type", kinds)
                    && event
                        .date("date")
                        .is_some_and(|day| start <= day && day < next && day <= fin)
            });
            with += i64::from(met);
            start = next;
        }
        parts.measure(code, owner, Some(with));
    }
}

/// LEV-J.
pub(super) fn of_proposition(
    parts: &mut Parts,
    quand: Quand,
    dossier: &Dossier,
    row: &Row,
    owner: &Objet,
) {
    if !row.among("etat", &["REALISE"]) || !row.among("famille", &["SANTE", "LOGEMENT", "MOBILITE"])
    {
        return;
    }
    let Some(day) = row.date("date_realisation").or(row.date("date")) else { return };
    let open = |passage: &Row| {
        of(passage, "PACEA")
            && passage.date("date_entree").is_some_and(|entree| entree <= day)
            && day <= passage.date("date_fin").unwrap_or(NEVER)
    };
    if quand.holds(Some(day)) && dossier.parcours.iter().any(open) {
        parts.distinct("LEV-J", owner, dossier);
    }
}

/// The upper side of PIA-C.
pub(super) fn of_allocation(parts: &mut Parts, quand: Quand, row: &Row, owner: &Objet) {
    let Some(mois) = row.get("mois") else { return };
    let of_year = mois.starts_with(&quand.d2.year().to_string());
    if live(row) && row.among("type", &["PIAL"]) && of_year && mois <= month(quand.d2).as_str() {
        parts.push("PIA-C", owner, euros(row, "montant"), 0.0);
    }
}

/// Its lower side.
pub(super) fn of_enveloppe(parts: &mut Parts, quand: Quand, row: &Row, owner: &Objet) {
    let year = quand.d2.year().to_string();
    let notified = row.date("date_notification").is_some_and(|day| day <= quand.d2);
    if row.among("type", &["PIAL"]) && row.get("annee") == Some(&year) && notified {
        parts.push("PIA-C", owner, 0.0, euros(row, "montant"));
    }
}
