//! What each object of a centre brings to the indicators that are not those of `reference.md`: the
//! performance framework, the ratios, the Dares definitions. Written from their definitions in French,
//! with the same plain loops and nothing of the product.

use jiff::civil::{Date, date};

use super::apport::{Parts, Quand};
use super::donnees::{Dossier, Row};
use super::jour::{age, days_between, plus_days, plus_months};
use super::mots::{
    at_exit, durable, entered_pacea, has_open, honoured, interview, live, of, positive,
};
use super::regle::Objet;

pub(super) const NEVER: Date = date(9999, 12, 31);

pub(super) fn low_level(row: &Row) -> bool {
    row.among("niveau_formation", &["1", "2", "3"])
}

pub(super) fn work(row: &Row) -> bool {
    row.among("categorie", &["EMPLOI", "ALTERNANCE"])
}

/// Age on that day; none without a birth date.
fn age_on(dossier: &Row, day: Date) -> Option<i32> {
    Some(age(dossier.date("date_naissance")?, day))
}

/// ACC-K, DEC-T, PAC-A.
pub(super) fn of_dossier(parts: &mut Parts, quand: Quand, dossier: &Dossier, owner: &Objet) {
    let row = &dossier.row;
    let Some(accueil) = row.date("date_premier_accueil").filter(|day| quand.holds(Some(*day)))
    else {
        return;
    };
    let minor = age_on(row, accueil).is_some_and(|age| age < 18);
    let place = row.among("qpv", &["oui"]) || row.among("zrr", &["oui"]);
    parts.rate("ACC-K", owner, minor || place || low_level(row));
    if row.get("niveau_formation").is_some() {
        parts.rate("DEC-T", owner, low_level(row));
    }
    let deadline = plus_months(accueil, 3);
    if deadline <= quand.reference {
        let first = entered_pacea(dossier).first().and_then(|first| first.date("date_entree"));
        parts.rate("PAC-A", owner, first.is_some_and(|day| day <= deadline));
    }
}

/// The events honoured from the entry of a passage to its end.
pub(super) fn accompaniment<'a>(dossier: &'a Dossier, passage: &Row) -> Vec<(Date, &'a Row)> {
    let Some(entree) = passage.date("date_entree") else { return Vec::new() };
    let fin = passage.date("date_fin").unwrap_or(NEVER);
    let dated = dossier.evenements.iter().filter_map(|event| Some((event.date("date")?, event)));
    dated.filter(|(day, event)| honoured(event) && entree <= *day && *day <= fin).collect()
}

/// The situations that have a day in common with a passage.
pub(super) fn lived<'a>(dossier: &'a Dossier, passage: &Row) -> Vec<&'a Row> {
    let Some(entree) = passage.date("date_entree") else { return Vec::new() };
    let fin = passage.date("date_fin").unwrap_or(NEVER);
    let during = |row: &&Row| {
        let begun = row.date("date_debut").is_some_and(|debut| debut <= fin);
        begun && row.date("date_fin").unwrap_or(NEVER) >= entree
    };
    dossier.situations.iter().filter(during).collect()
}

/// Everything that counts passages.
pub(super) fn of_passage(
    parts: &mut Parts,
    quand: Quand,
    dossier: &Dossier,
    passage: &Row,
    owner: &Objet,
) {
    let (entree, fin) = (passage.date("date_entree"), passage.date("date_fin"));
    if entree.is_some_and(|day| day <= quand.d2)
        && fin.unwrap_or(NEVER) >= quand.d1
        && passage.among("dispositif", &["PACEA", "GJ", "CEJ"])
    {
        parts.distinct("PRG-J", owner, dossier);
    }
    if quand.holds(entree) {
        parts.count("PIA-E", owner, of(passage, "PIAL"));
        parts.count("OBL-E", owner, of(passage, "OBLIGATION"));
        parts.count("CEJ-N", owner, of(passage, "CEJ") && is_first(dossier, passage));
        if of(passage, "GJ") {
            let known = |column| dossier.row.get(column).is_some();
            if known("qpv") {
                parts.rate("GJ-Q", owner, dossier.row.among("qpv", &["oui"]));
            }
            if known("niveau_formation") {
                parts.rate("GJ-N", owner, low_level(&dossier.row));
            }
        }
    }
    if quand.holds(fin) {
        of_end(parts, dossier, passage, owner);
    }
    if of(passage, "PACEA") {
        of_pacea(parts, quand, dossier, passage, owner);
    }
}

/// Whether no other passage of its dispositif was entered before it; keys tell those of one day apart.
fn is_first(dossier: &Dossier, passage: &Row) -> bool {
    let order = |row: &Row| (row.date("date_entree"), row.get("parcours_id").map(str::to_owned));
    let same =
        dossier.parcours.iter().filter(|row| row.get("dispositif") == passage.get("dispositif"));
    same.filter(|row| row.date("date_entree").is_some()).all(|row| order(passage) <= order(row))
}

/// Passages that ended in the period.
fn of_end(parts: &mut Parts, dossier: &Dossier, passage: &Row, owner: &Objet) {
    let (entree, fin) = (passage.date("date_entree"), passage.date("date_fin"));
    let length = entree.zip(fin).map(|(entree, fin)| days_between(entree, fin));
    let employed = at_exit(dossier, passage, work) == Some(true);
    if of(passage, "DIAG") {
        if let Some(length) = length {
            parts.rate("DIA-C", owner, length <= 30);
        }
        if let Some(motif) = passage.get("motif_fin") {
            parts.rate("DIA-P", owner, motif == "PACEA");
        }
    }
    if of(passage, "CEJ") {
        parts.rate("CEJ-S", owner, employed);
    }
    if of(passage, "OBLIGATION") {
        let solution =
            |row: &Row| positive(row) || row.among("categorie", &["SCOLARITE", "VOLONTARIAT"]);
        parts.rate("OBL-S", owner, at_exit(dossier, passage, solution) == Some(true));
    }
    if of(passage, "GJ") && entree.is_some() {
        let lived = lived(dossier, passage);
        parts.rate("GJ-S", owner, lived.iter().any(|row| work(row)));
        let pmsmp = lived.iter().filter(|row| row.among("categorie", &["PMSMP"])).count();
        parts.measure("GJ-M", owner, i64::try_from(pmsmp).ok());
    }
    if !of(passage, "PACEA") {
        return;
    }
    if !passage.among("motif_fin", &["DECES", "DEMENAGEMENT"]) {
        // Training counts up to 2019; which year it is, the period says.
        let found = |kind: fn(&Row) -> bool| at_exit(dossier, passage, kind) == Some(true);
        let with_training = parts.last_day() < date(2020, 1, 1);
        parts.rate("SOR-P", owner, if with_training { found(positive) } else { found(work) });
        parts.rate("SOR-D", owner, found(durable));
    }
    let lived = lived(dossier, passage);
    let has = |codes: &[&str]| lived.iter().any(|row| row.among("categorie", codes));
    let practised = ["EMPLOI", "ALTERNANCE", "FORMATION", "PMSMP", "IMMERSION"];
    parts.rate("PAC-M", owner, has(&practised));
    parts.rate("PAC-B", owner, helped(dossier, passage));
    if let Some(entree) = entree {
        let met = accompaniment(dossier, passage);
        let seen = |codes: &[&str]| met.iter().any(|(_, event)| event.among("type", codes));
        parts.rate("DAR-E", owner, seen(&["ENTRETIEN_INDIVIDUEL"]));
        parts.rate("DAR-A", owner, seen(&["ATELIER"]));
        parts.rate("DAR-C", owner, seen(&["INFORMATION_COLLECTIVE"]));
        parts.rate("DAR-D", owner, seen(&["TELEPHONE", "MAIL", "SMS", "COURRIER"]));
        parts.rate("DAR-L", owner, fin.is_some_and(|fin| fin < plus_months(entree, 12)));
        parts.rate("DAR-X", owner, has(&["EMPLOI", "ALTERNANCE"]));
        parts.rate("DAR-F", owner, has(&["FORMATION"]));
        parts.rate("DAR-I", owner, has(&["PMSMP", "IMMERSION"]));
        parts.rate("DAR-V", owner, allocated(dossier, passage));
    }
    if let Some((entree, fin)) = entree.zip(fin).filter(|(entree, fin)| entree <= fin) {
        months_with_interview(parts, dossier, (entree, fin), owner);
    }
}

/// DAR-N and DAR-O: month after month of thirty days, was there an interview?
fn months_with_interview(
    parts: &mut Parts,
    dossier: &Dossier,
    (entree, fin): (Date, Date),
    owner: &Objet,
) {
    let interviews: Vec<Date> = dossier
        .evenements
        .iter()
        .filter(|event| interview(event))
        .filter_map(|event| event.date("date"))
        .collect();
    let (mut start, mut months, mut with) = (entree, 0, 0);
    while start <= fin {
        let next = plus_days(start, 30);
        months += 1;
        with += i64::from(interviews.iter().any(|day| start <= *day && *day < next && *day <= fin));
        start = next;
    }
    parts.measure("DAR-N", owner, Some(with));
    parts.measure("DAR-O", owner, Some(months));
}

/// A proposition on health, housing or mobility realised during the passage.
fn helped(dossier: &Dossier, passage: &Row) -> bool {
    let Some(entree) = passage.date("date_entree") else { return false };
    let fin = passage.date("date_fin").unwrap_or(NEVER);
    dossier.propositions.iter().any(|row| {
        let day = row.date("date_realisation").or(row.date("date"));
        row.among("etat", &["REALISE"])
            && row.among("famille", &["SANTE", "LOGEMENT", "MOBILITE"])
            && day.is_some_and(|day| entree <= day && day <= fin)
    })
}

/// A live allocation of the passage's own dispositif in one of its months.
pub(super) fn allocated(dossier: &Dossier, passage: &Row) -> bool {
    let Some(entree) = passage.date("date_entree") else { return false };
    let month = |day: Date| (day.year(), day.month());
    let fin = passage.date("date_fin").unwrap_or(NEVER);
    dossier.allocations.iter().any(|row| {
        let paid_for = row.get("mois").and_then(|mois| format!("{mois}-01").parse::<Date>().ok());
        live(row)
            && row.get("type") == passage.get("dispositif")
            && paid_for.is_some_and(|m| month(entree) <= month(m) && month(m) <= month(fin))
    })
}

/// PAC-U and DAR-P.
fn of_pacea(parts: &mut Parts, quand: Quand, dossier: &Dossier, passage: &Row, owner: &Objet) {
    let Some(entree) = passage.date("date_entree") else { return };
    let fin = passage.date("date_fin").unwrap_or(NEVER);
    let (from, to) = (entree.max(quand.d1), fin.min(quand.d2));
    if from <= to {
        // Walks from month to month.
        let mut months = 1;
        let mut day = from.last_of_month();
        while day < to {
            months += 1;
            day = plus_days(day, 1).last_of_month();
        }
        parts.measure("PAC-U", owner, Some(months));
    }
    if quand.holds(Some(entree)) && plus_days(entree, 30) <= quand.reference {
        let soon = accompaniment(dossier, passage)
            .iter()
            .any(|(day, event)| interview(event) && *day < plus_days(entree, 30));
        parts.rate("DAR-P", owner, soon);
    }
}

/// ACC-C, ACC-S, ACC-M, EVT-H, PAC-T.
pub(super) fn of_event(
    parts: &mut Parts,
    quand: Quand,
    dossier: &Dossier,
    event: &Row,
    owner: &Objet,
) {
    let Some(day) = event.date("date").filter(|day| quand.holds(Some(*day))) else { return };
    parts.distinct("ACC-C", owner, dossier);
    if interview(event) {
        parts.distinct("ACC-S", owner, dossier);
    }
    if honoured(event) {
        if age_on(&dossier.row, day).is_some_and(|age| age < 18) {
            parts.distinct("ACC-M", owner, dossier);
        }
        parts.count("PAC-T", owner, has_open(dossier, &["PACEA"], day));
    }
    if event.among("statut", &["PRESENT", "ABSENT"]) {
        parts.rate("EVT-H", owner, honoured(event));
    }
}

/// DEC-R, EMP-E, FOR-E.
pub(super) fn of_situation(
    parts: &mut Parts,
    quand: Quand,
    dossier: &Dossier,
    row: &Row,
    owner: &Objet,
) {
    if !quand.holds(row.date("date_debut")) {
        return;
    }
    if row.among("categorie", &["SCOLARITE", "ALTERNANCE", "FORMATION"]) && low_level(&dossier.row)
    {
        parts.distinct("DEC-R", owner, dossier);
    }
    if work(row) {
        parts.distinct("EMP-E", owner, dossier);
    }
    if row.among("categorie", &["FORMATION"]) {
        parts.distinct("FOR-E", owner, dossier);
    }
}

/// ALL-J, ALL-R, ALL-D.
pub(super) fn of_allocation(
    parts: &mut Parts,
    quand: Quand,
    dossier: &Dossier,
    row: &Row,
    owner: &Objet,
) {
    let mois = row.get("mois").and_then(|mois| format!("{mois}-01").parse().ok());
    if quand.holds(mois) {
        if row.among("statut", &["PAYE"]) {
            parts.distinct("ALL-J", owner, dossier);
        }
        if row.among("statut", &["PAYE", "REJETE"]) {
            parts.rate("ALL-R", owner, row.among("statut", &["REJETE"]));
        }
    }
    let (sent, back) = (row.date("date_envoi_asp"), row.date("date_retour_asp"));
    if let Some((sent, back)) = sent.zip(back).filter(|(sent, back)| sent <= back)
        && quand.holds(Some(back))
    {
        parts.measure("ALL-D", owner, Some(days_between(sent, back)));
    }
}
