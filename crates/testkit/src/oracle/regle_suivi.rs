//! Rules whose object is an evenement, a proposition or a situation.

use jiff::civil::Date;

use super::donnees::{Dossier, Row};
use super::jour::{days_between, plus_days};
use super::mots::{has_open, honoured};
use super::regle::{Verdicts, Vue};
use super::tri::{Tri, all, any, le, lt};

/// Judges one evenement.
pub(crate) fn judge_evenement(vue: Vue<'_>, dossier: &Dossier, event: &Row) -> Verdicts {
    let day = event.date("date");
    let was_honoured = event.is("statut", "PRESENT");
    let attached =
        event.get("evenement_id").is_some_and(|id| vue.centre.with_proposition.contains(id));
    let twin =
        ["date", "type", "conseiller_id"].iter().all(|c| event.get(c).is_some()).then(|| {
            dossier.evenements.iter().any(|other| {
                other.get("evenement_id") != event.get("evenement_id")
                    && ["date", "type", "conseiller_id"]
                        .iter()
                        .all(|c| other.get(c) == event.get(c))
            })
        });
    vec![
        (
            "EVT-01",
            all(&[
                Some(honoured(event)),
                le(day, Some(vue.reference)),
                day.map(|day| has_open(dossier, &["PACEA"], day)),
                Some(!attached),
            ]),
        ),
        ("EVT-02", all(&[was_honoured, lt(Some(vue.reference), day)])),
        ("EVT-03", event.get("conseiller_id").map(|id| !vue.centre.conseillers.contains_key(id))),
        ("EVT-05", twin),
        (
            "EVT-06",
            all(&[
                event.get("statut").map(|s| s == "PLANIFIE" || s == "NON_PRECISE"),
                lt(day, Some(plus_days(vue.reference, -7))),
            ]),
        ),
        ("EVT-07", all(&[was_honoured, lt(day, dossier.row.date("date_premier_accueil"))])),
    ]
}

/// Judges one proposition.
pub(crate) fn judge_proposition(vue: Vue<'_>, row: &Row) -> Verdicts {
    let old = le(row.date("date"), Some(plus_days(vue.reference, -60)));
    let known = row.get("evenement_id").is_some_and(|id| vue.centre.evenement_ids.contains(id));
    vec![
        ("PRO-01", all(&[row.is("etat", "PRESCRIT"), old])),
        ("PRO-02", all(&[row.is("etat", "REALISE"), Some(row.date("date_realisation").is_none())])),
        ("PRO-04", Some(!known)),
    ]
}

/// Judges one situation.
pub(crate) fn judge_situation(vue: Vue<'_>, dossier: &Dossier, row: &Row) -> Verdicts {
    let reference = Some(vue.reference);
    let (debut, fin) = (row.date("date_debut"), row.date("date_fin"));
    let prevue = row.date("date_fin_prevue");
    let untyped = Some(row.get("sous_type").is_none());
    let contract = row.among("categorie", &["ALTERNANCE"])
        || (row.among("categorie", &["EMPLOI"])
            && row.among("sous_type", &["PEC", "CIE", "CDDI", "CDD_LONG", "CDD_COURT"]));
    let term = prevue.or(fin);
    let mut verdicts = vec![
        ("SIT-01", any(&[Some(debut.is_none()), lt(fin, debut)])),
        (
            "SIT-02",
            any(&[
                all(&[row.is("etat", "EN_COURS"), lt(fin, reference)]),
                all(&[row.is("etat", "TERMINE"), Some(fin.is_none())]),
                all(&[row.is("etat", "PREVU"), lt(debut, reference)]),
            ]),
        ),
        ("SIT-03", clashes(vue, dossier, row)),
        (
            "FIN-01",
            all(&[
                row.is("etat", "EN_COURS"),
                Some(contract),
                le(reference, term),
                le(term, Some(plus_days(vue.reference, 90))),
            ]),
        ),
    ];
    match row.get("categorie") {
        Some("PMSMP") => verdicts.push(("SIT-05", too_long(debut, fin.or(prevue)))),
        Some("ALTERNANCE") => verdicts.push(("SIT-06", untyped)),
        Some("EMPLOI") => verdicts.push(("SIT-07", untyped)),
        _ => {}
    }
    verdicts
}

fn too_long(debut: Option<Date>, fin: Option<Date>) -> Tri {
    Some(days_between(debut?, fin?) + 1 > 31)
}

fn full_time(row: &Row) -> bool {
    let hours = row.get("heures_hebdo").and_then(|hours| hours.parse::<f64>().ok());
    row.among("categorie", &["EMPLOI"]) && hours.is_some_and(|hours| hours >= 35.0)
}

fn incompatible(a: &Row, b: &Row) -> bool {
    let pair = |x: &Row, y: &Row| {
        (x.among("categorie", &["SCOLARITE"]) && y.among("categorie", &["DEMANDEUR_EMPLOI"]))
            || (x.among("categorie", &["FORMATION"]) && full_time(y))
    };
    pair(a, b) || pair(b, a) || (full_time(a) && full_time(b))
}

fn clashes(vue: Vue<'_>, dossier: &Dossier, row: &Row) -> Tri {
    let debut = row.date("date_debut")?;
    let end = |row: &Row| row.date("date_fin").unwrap_or(vue.reference);
    let id = row.get("situation_id");
    let mut others = dossier.situations.iter().filter(|other| other.get("situation_id") != id);
    Some(others.any(|other| {
        other.date("date_debut").is_some_and(|start| {
            let days = days_between(start.max(debut), end(other).min(end(row))) + 1;
            incompatible(row, other) && days > 7
        })
    }))
}
