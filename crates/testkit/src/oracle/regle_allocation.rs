//! Rules whose object is an allocation.

use super::donnees::{Dossier, Row};
use super::jour::{month, plus_months};
use super::mots::{live, passages};
use super::plafond;
use super::regle::{Verdicts, Vue};
use super::tri::{Tri, all, le};

const PONCTUELLE: [&str; 2] = ["PACEA", "PIAL"];
const MENSUELLE: [&str; 2] = ["GJ", "CEJ"];

/// Judges one allocation.
pub(crate) fn judge(vue: Vue<'_>, dossier: &Dossier, row: &Row) -> Verdicts {
    let sent = le(row.date("date_envoi_asp"), Some(plus_months(vue.reference, -2)));
    let unanswered = Some(row.date("date_retour_asp").is_none());
    let mut verdicts = vec![
        ("ALL-07", all(&[row.is("statut", "VALIDE"), sent, unanswered])),
        ("ALL-10", Some(row.cents("montant").is_none_or(|montant| montant <= 0))),
    ];
    if live(row) && row.get("type").is_some() {
        verdicts.push(("ALL-04", cumulated(dossier, row)));
    }
    if live(row) && row.among("type", &PONCTUELLE) {
        verdicts.push(("ALL-01", over_month(dossier, row)));
        verdicts.push(("ALL-02", over_year(dossier, row)));
    }
    if live(row) && row.among("type", &["PACEA"]) {
        verdicts.push(("ALL-05", row.get("mois").map(|mois| !touched(dossier, mois))));
    }
    verdicts
}

/// Sum in cents of the live PACEA and PIAL rows of the dossier whose month starts with `prefix`.
fn sum(dossier: &Dossier, prefix: &str) -> i64 {
    dossier
        .allocations
        .iter()
        .filter(|other| live(other) && other.among("type", &PONCTUELLE))
        .filter(|other| other.get("mois").is_some_and(|mois| mois.starts_with(prefix)))
        .filter_map(|other| other.cents("montant"))
        .sum()
}

fn over_month(dossier: &Dossier, row: &Row) -> Tri {
    let mois = row.get("mois")?;
    Some(sum(dossier, mois) > plafond::of_month(mois)?)
}

fn over_year(dossier: &Dossier, row: &Row) -> Tri {
    let year = row.get("mois")?.get(..4)?;
    Some(sum(dossier, year) > plafond::of_year(year)?)
}

fn cumulated(dossier: &Dossier, row: &Row) -> Tri {
    let mois = row.get("mois")?;
    let paid = |types: &[&str]| {
        let mut all = dossier.allocations.iter();
        all.any(|other| {
            live(other) && other.among("type", types) && other.get("mois") == Some(mois)
        })
    };
    Some(paid(&PONCTUELLE) && paid(&MENSUELLE))
}

fn touched(dossier: &Dossier, mois: &str) -> bool {
    passages(dossier, "PACEA").any(|pacea| {
        let from = pacea.date("date_entree").map(month);
        let to = pacea.date("date_fin").map(month);
        from.is_some_and(|from| from.as_str() <= mois) && to.is_none_or(|to| mois <= to.as_str())
    })
}
