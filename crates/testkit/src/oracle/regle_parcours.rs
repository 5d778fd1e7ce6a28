//! Rules whose object is a passage in a dispositif: DIA, PAC, GJ, CEJ, PIAL, FIN-02.

use jiff::civil::{Date, date};

use super::donnees::{Dossier, Row};
use super::jour::{days_between, plus_days, plus_months};
use super::mots::{
    age_at, at_exit, end_or_ref, entered_pacea, has_open, honoured, open_at, overlaps_another,
    passages, positive, within,
};
use super::regle::{Verdicts, Vue};
use super::tri::{Tri, all, any, le, lt};

/// Judges one passage.
pub(crate) fn judge(vue: Vue<'_>, dossier: &Dossier, passage: &Row) -> Verdicts {
    match passage.get("dispositif") {
        Some("DIAG") => judge_diag(vue, dossier, passage),
        Some("PACEA") => judge_pacea(vue, dossier, passage),
        Some("GJ") => judge_gj(vue, dossier, passage),
        Some("CEJ") => vec![
            ("CEJ-01", longer_than(vue, passage, 18)),
            ("CEJ-05", overlaps_another(dossier, passage, "GJ")),
        ],
        Some("PIAL") => vec![(
            "PIAL-01",
            any(&[
                without_pacea(dossier, passage),
                dossier.row.get("nationalite").map(|n| n == "FR" || n == "UE"),
                longer_than(vue, passage, 6),
            ]),
        )],
        _ => Vec::new(),
    }
}

/// (end or ref) > date_entree + months.
fn longer_than(vue: Vue<'_>, passage: &Row, months: i32) -> Tri {
    let latest = plus_months(passage.date("date_entree")?, months);
    Some(end_or_ref(passage, vue.reference) > latest)
}

/// (end or ref) − date_entree > days.
fn lasted_more(vue: Vue<'_>, passage: &Row, days: i64) -> Tri {
    let entree = passage.date("date_entree")?;
    Some(days_between(entree, end_or_ref(passage, vue.reference)) > days)
}

fn without_pacea(dossier: &Dossier, passage: &Row) -> Tri {
    Some(!has_open(dossier, &["PACEA"], passage.date("date_entree")?))
}

/// Ended at most at that day.
fn ended_by(passage: &Row, day: Date) -> Tri {
    le(passage.date("date_fin"), Some(day))
}

/// Ended by ref without a reason.
fn unexplained_end(vue: Vue<'_>, passage: &Row) -> Tri {
    all(&[ended_by(passage, vue.reference), Some(passage.get("motif_fin").is_none())])
}

/// Some DIAG of the dossier was entered in `(after, to]`; `after` none for no lower bound.
fn diagnosed(dossier: &Dossier, after: Option<Date>, to: Date) -> bool {
    passages(dossier, "DIAG")
        .filter_map(|diag| diag.date("date_entree"))
        .any(|entree| entree <= to && after.is_none_or(|after| after < entree))
}

fn judge_diag(vue: Vue<'_>, dossier: &Dossier, passage: &Row) -> Verdicts {
    let month_ago = plus_days(vue.reference, -30);
    let without_pacea_since = passage.date("date_entree").map(|diag| {
        !passages(dossier, "PACEA")
            .any(|pacea| pacea.date("date_entree").is_some_and(|entree| entree >= diag))
    });
    vec![
        ("DIA-02", lasted_more(vue, passage, 30)),
        ("DIA-06", lasted_more(vue, passage, 90)),
        ("DIA-03", unexplained_end(vue, passage)),
        (
            "DIA-04",
            all(&[
                passage.is("motif_fin", "PACEA"),
                ended_by(passage, month_ago),
                without_pacea_since,
            ]),
        ),
        ("DIA-05", overlaps_another(dossier, passage, "DIAG")),
    ]
}

fn judge_pacea(vue: Vue<'_>, dossier: &Dossier, passage: &Row) -> Verdicts {
    let reference = vue.reference;
    let Some(entree) = passage.date("date_entree") else {
        let started = le(passage.date("date_initialisation"), Some(plus_days(reference, -90)));
        let unended = Some(passage.date("date_fin").is_none());
        return vec![("PAC-05", all(&[started, unended]))];
    };
    let month_ago = plus_days(reference, -30);
    let accueil = dossier.row.date("date_premier_accueil");
    let ranked = entered_pacea(dossier);
    let rank = ranked.iter().position(|p| p.get("parcours_id") == passage.get("parcours_id"));
    let is_first = rank == Some(0);
    let previous = rank.and_then(|rank| rank.checked_sub(1)).and_then(|rank| ranked.get(rank));
    let at_two_years = plus_months(entree, 24);
    let positive_exit = at_exit(dossier, passage, positive);
    let since = plus_days(reference, -60);
    let seen = dossier.evenements.iter().any(|e| honoured(e) && within(e, since, reference));
    vec![
        ("PAC-01", Some(!diagnosed(dossier, None, entree))),
        (
            "PAC-02",
            all(&[
                Some(is_first),
                lt(accueil.map(|accueil| plus_months(accueil, 3)), Some(entree)),
            ]),
        ),
        ("PAC-03", longer_than(vue, passage, 24)),
        ("PAC-04", lt(Some(at_two_years), passage.date("date_fin_prevue"))),
        ("PAC-05", Some(false)),
        ("PAC-06", unexplained_end(vue, passage)),
        (
            "PAC-07",
            all(&[ended_by(passage, month_ago), at_exit(dossier, passage, |_| true).map(|s| !s)]),
        ),
        (
            "PAC-08",
            all(&[
                passage
                    .get("motif_fin")
                    .map(|motif| ["ABANDON", "NON_RESPECT", "FIN_DUREE"].contains(&motif)),
                ended_by(passage, reference),
                positive_exit,
            ]),
        ),
        ("PAC-09", overlaps_another(dossier, passage, "PACEA")),
        (
            "PAC-10",
            Some(previous.is_some_and(|p| !diagnosed(dossier, p.date("date_entree"), entree))),
        ),
        ("PAC-13", Some(open_at(passage, reference) && entree <= since && !seen)),
        (
            "PAC-14",
            all(&[
                passage.is("motif_fin", "EMPLOI_DURABLE"),
                ended_by(passage, month_ago),
                positive_exit.map(|exit| !exit),
            ]),
        ),
        (
            "FIN-02",
            Some(
                open_at(passage, reference)
                    && reference <= at_two_years
                    && at_two_years <= plus_days(reference, 60),
            ),
        ),
    ]
}

fn judge_gj(vue: Vue<'_>, dossier: &Dossier, passage: &Row) -> Verdicts {
    let entree = passage.date("date_entree");
    let age = age_at(&dossier.row, entree);
    vec![
        ("GJ-01", without_pacea(dossier, passage)),
        ("GJ-02", longer_than(vue, passage, 18)),
        ("GJ-03", lt(Some(date(2022, 2, 28)), entree)),
        ("GJ-04", any(&[lt(age, Some(16)), lt(Some(25), age)])),
    ]
}
