//! Rules whose object is a dossier: DOS, DIA-01, MARGE, FIN-03.

use super::donnees::{Centre, Dossier, Row};
use super::jour::{plus_days, plus_months};
use super::mots::{
    PROGRAMME, age_at, folded, has_open, honoured, interview, limit, passages, within,
};
use super::regle::{Verdicts, Vue};
use super::tri::{Tri, all, any, le, lt};

/// Judges one dossier.
pub(crate) fn judge(vue: Vue<'_>, dossier: &Dossier) -> Verdicts {
    let reference = vue.reference;
    let row = &dossier.row;
    let accueil = row.date("date_premier_accueil");
    let naissance = row.date("date_naissance");
    let age_accueil = age_at(row, accueil);
    let age_ref = age_at(row, Some(reference));
    let programme = has_open(dossier, &PROGRAMME, reference);
    let entered = dossier
        .parcours
        .iter()
        .any(|p| p.among("dispositif", &PROGRAMME) && p.date("date_entree").is_some());
    let empty_once_received = |column| accueil.map(|_| row.get(column).is_none());
    let birthday = naissance.map(|birth| plus_months(birth, 12 * (limit(row) + 1)));
    vec![
        (
            "DOS-01",
            any(&[
                Some(naissance.is_none()),
                lt(age_accueil, Some(16)),
                lt(Some(limit(row)), age_accueil),
            ]),
        ),
        ("DOS-02", any(&[lt(Some(reference), accueil), lt(accueil, naissance)])),
        ("DOS-03", Some(!row.among("completude", &["JUSTIFIE"]) && entered)),
        ("DOS-04", empty_once_received("niveau_formation")),
        ("DOS-05", empty_once_received("qpv")),
        ("DOS-06", without_conseiller(vue, row)),
        ("DOS-07", Some(programme && row.among("statut", &["EN_VEILLE", "ARCHIVE"]))),
        ("DOS-08", has_twin(vue.centre, row)),
        ("DOS-09", all(&[lt(Some(limit(row)), age_ref), Some(programme)])),
        (
            "DOS-10",
            accueil.map(|_| {
                row.get("couverture_complementaire").is_none()
                    || row.among("couverture_complementaire", &["inconnu"])
            }),
        ),
        ("DIA-01", without_diagnostic(vue, dossier)),
        ("MARGE-01", all(&[le(age_ref, Some(limit(row))), Some(often_seen(vue, dossier))])),
        (
            "MARGE-03",
            Some(
                has_open(dossier, &["PPAE", "OBLIGATION", "PARRAINAGE", "RSA", "AUTRE"], reference)
                    && !has_open(dossier, &["PACEA"], reference),
            ),
        ),
        ("MARGE-04", all(&[lt(age_ref, Some(18)), Some(seen_undiagnosed(vue, dossier))])),
        (
            "FIN-03",
            all(&[
                Some(programme),
                lt(Some(reference), birthday),
                le(birthday, Some(plus_days(reference, 60))),
            ]),
        ),
    ]
}

fn without_conseiller(vue: Vue<'_>, row: &Row) -> Tri {
    if !row.is("statut", "ACTIF")? {
        return Some(false);
    }
    let Some(id) = row.get("conseiller_id") else { return Some(true) };
    let Some(conseiller) = vue.centre.conseillers.get(id) else { return Some(true) };
    Some(conseiller.date("date_fin").is_some_and(|fin| fin < vue.reference))
}

fn identity(row: &Row) -> Option<(String, String, jiff::civil::Date)> {
    Some((folded(row.get("nom"))?, folded(row.get("prenom"))?, row.date("date_naissance")?))
}

fn has_twin(centre: &Centre, row: &Row) -> Tri {
    let mine = identity(row)?;
    let mut others =
        centre.dossiers.values().filter(|d| d.row.get("dossier_id") != row.get("dossier_id"));
    Some(others.any(|other| identity(&other.row).as_ref() == Some(&mine)))
}

fn without_diagnostic(vue: Vue<'_>, dossier: &Dossier) -> Tri {
    let accueil = dossier.row.date("date_premier_accueil")?;
    let (from, to) = (plus_months(vue.reference, -12), plus_days(vue.reference, -30));
    let diagnosed = passages(dossier, "DIAG")
        .any(|diag| diag.date("date_entree").is_some_and(|entree| entree <= vue.reference));
    Some(from <= accueil && accueil <= to && !diagnosed)
}

fn often_seen(vue: Vue<'_>, dossier: &Dossier) -> bool {
    let since = plus_months(vue.reference, -6);
    let interviews = dossier
        .evenements
        .iter()
        .filter(|event| interview(event) && within(event, since, vue.reference))
        .count();
    !has_open(dossier, &["PACEA"], vue.reference) && interviews >= 3
}

fn seen_undiagnosed(vue: Vue<'_>, dossier: &Dossier) -> bool {
    let since = plus_months(vue.reference, -6);
    let seen = dossier
        .evenements
        .iter()
        .any(|event| honoured(event) && within(event, since, vue.reference));
    seen && !passages(dossier, "DIAG").any(|diag| diag.date("date_entree").is_some())
}
