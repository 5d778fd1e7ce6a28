//! Definitions that cannot be, through the page: each gets a message that says what to do, and loses nothing of what
//! was typed.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use mallette_testkit::postgres::Base;

use crate::redaction_indicateur::{act, begin, read, send, with};
use crate::reseau::Reseau;

crate::on_both!(
    what_divides_by_nothing_is_said_where_it_is_seen,
    what_goes_round_through_another_is_refused_with_its_chain,
    definitions_whose_days_overlap_are_refused_with_what_was_typed,
);

const FAIT: StatusCode = StatusCode::SEE_OTHER;
const REFUSE: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

async fn what_divides_by_nothing_is_said_where_it_is_seen(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = begin(&reseau, "charge", "titre=Rien&calcul=taux&vue=passage").await;
    // Without any condition above the bar, it would divide its lines by themselves.
    let alone = with(&[("titre", "Rien"), ("g0-c0-champ", "")]);
    assert_eq!(send(&reseau, "charge", &path, &alone).await.status, FAIT);
    let page = read(&reseau, "charge", &path).await;
    assert!(page.contains("la part vaudrait toujours 100 %"), "{page}");
    assert!(page.contains("value=\"Rien\"") && page.contains("value=\"PACEA\""), "{page}");
    // Its lines are those of nobody: it is an indicator, whose trial says that it divides by nothing.
    let nobody = with(&[("titre", "Rien"), ("s-c0-valeur", "NULLE PART")]);
    assert_eq!(send(&reseau, "charge", &path, &nobody).await.status, FAIT);
    let trial = read(&reseau, "charge", &format!("{path}/essai?periode=2019")).await;
    assert!(trial.contains("Il ne divise par rien") && trial.contains(">nc<"), "{trial}");
    let page = read(&reseau, "charge", &path).await;
    assert!(page.contains("value=\"NULLE PART\""), "{page}");
    // The workbook says it with the same sign, and is a workbook all the same.
    let book = reseau.get(Some("charge"), &format!("{path}/essai.xlsx?periode=2019")).await;
    assert!(book.status == StatusCode::OK && book.bytes.starts_with(b"PK"));
}

/// Waits until what was published is laid over the catalogue, as a server does.
async fn wait_for(reseau: &Reseau, code: &str) {
    let every = Duration::from_millis(10);
    let follow = Arc::clone(&reseau.local).follow(every, Arc::new(|_| {}), |_| {});
    let follow = tokio::spawn(follow);
    let laid = async {
        while !reseau.local.catalogue().indicateurs.iter().any(|known| known.code == code) {
            tokio::time::sleep(every).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), laid).await.unwrap();
    follow.abort();
}

async fn what_goes_round_through_another_is_refused_with_its_chain(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let count = with(&[("titre", "Entrées"), ("calcul", "effectif"), ("date", "date_entree")]);
    let first = begin(&reseau, "referent", "titre=x&calcul=effectif&vue=passage").await;
    assert_eq!(send(&reseau, "referent", &first, &count).await.status, FAIT);
    let publish = async |path: &str, code: &str| {
        assert_eq!(act(&reseau, "directeur", path, "relire").await, FAIT, "{path}");
        assert_eq!(act(&reseau, "charge", path, "publier").await, FAIT, "{path}");
        wait_for(&reseau, code).await;
    };
    publish(&first, "IND-1").await;
    let rapport = |titre: &'static str, above: &'static str| {
        with(&[
            ("titre", titre),
            ("calcul", "rapport"),
            ("unite", "nombre"),
            ("numerateur", above),
            ("denominateur", "PAC-E"),
        ])
    };
    let second = begin(&reseau, "referent", "titre=x&calcul=rapport").await;
    assert_eq!(send(&reseau, "referent", &second, &rapport("Part", "IND-1")).await.status, FAIT);
    publish(&second, "IND-2").await;
    // What stands under another does not leave before it.
    let page = read(&reseau, "charge", &first).await;
    let sent = crate::redaction_indicateur::form(&page, &[("acte", "retirer"), ("motif", "Fini")]);
    let refused = reseau.post(Some("charge"), &format!("{first}/actes"), &sent).await;
    assert_eq!(refused.status, REFUSE);
    assert!(refused.text().contains("IND-2") && refused.text().contains("en est fait"));
    // The first made of the second, which is made of it.
    assert_eq!(act(&reseau, "charge", &first, "reprendre").await, FAIT);
    assert_eq!(send(&reseau, "charge", &first, &rapport("Cercle", "IND-2")).await.status, FAIT);
    let page = read(&reseau, "directeur", &first).await;
    let sent = crate::redaction_indicateur::form(&page, &[("acte", "relire")]);
    let refused = reseau.post(Some("directeur"), &format!("{first}/actes"), &sent).await;
    assert_eq!(refused.status, REFUSE);
    let told = refused.text();
    assert!(told.contains("tourne en rond") && told.contains("IND-1 → IND-2 → IND-1"), "{told}");
    let kept = read(&reseau, "charge", &first).await;
    assert!(
        kept.contains("value=\"Cercle\"") && kept.contains("value=\"IND-2\" selected"),
        "{kept}"
    );
}

async fn definitions_whose_days_overlap_are_refused_with_what_was_typed(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = begin(&reseau, "referent", "titre=x&calcul=taux&vue=passage").await;
    let told = async |fields: &[(&str, &str)]| {
        assert_eq!(send(&reseau, "charge", &path, fields).await.status, FAIT);
        read(&reseau, "charge", &path).await
    };
    let publish = async || {
        assert_eq!(act(&reseau, "directeur", &path, "relire").await, FAIT);
        assert_eq!(act(&reseau, "charge", &path, "publier").await, FAIT);
    };
    // The first definition has no day.
    let page = told(&with(&[("titre", "Sorties"), ("depuis", "01/01/2020")])).await;
    assert!(page.contains("la première définition vaut pour toutes les périodes"), "{page}");
    assert!(page.contains("value=\"01/01/2020\""), "{page}");
    told(&with(&[("titre", "Sorties"), ("depuis", "")])).await;
    publish().await;
    assert_eq!(act(&reseau, "charge", &path, "reprendre").await, FAIT);
    let second =
        [("titre", "Sorties"), ("g0-c0-champ", "durable_sortie"), ("depuis", "01/01/2020")];
    told(&with(&second)).await;
    publish().await;
    assert_eq!(act(&reseau, "charge", &path, "reprendre").await, FAIT);
    // Before the second, or on its day: they would both hold for the same periods.
    for (day, why) in [
        ("01/06/2019", "il faut un jour après celui de la définition précédente"),
        ("2020-01-01", "il faut un jour après celui de la définition précédente"),
        ("31/02/2021", "il faut une date"),
    ] {
        let third = [("titre", "Troisième"), ("g0-c0-champ", "emploi_sortie"), ("depuis", day)];
        let page = told(&with(&third)).await;
        assert!(page.contains(why), "{day}: {page}");
        for typed in [day, "Troisième", "PACEA"] {
            assert!(page.contains(&format!("value=\"{typed}\"")), "{day}: {page}");
        }
        assert_eq!(act(&reseau, "directeur", &path, "relire").await, REFUSE, "{day}");
    }
    // The same lines from another day on: nothing changes, and another count cannot follow on.
    let same = [("titre", "x"), ("g0-c0-champ", "durable_sortie"), ("depuis", "01/01/2021")];
    assert!(told(&with(&same)).await.contains("compte la même chose que la précédente"));
    let other = [("titre", "x"), ("calcul", "effectif"), ("depuis", "01/01/2021")];
    assert!(told(&with(&other)).await.contains("seules changent les conditions et la mesure"));
    let third = [("titre", "x"), ("g0-c0-champ", "emploi_sortie"), ("depuis", "01/01/2021")];
    assert!(told(&with(&third)).await.contains("Il se lit et se calcule"));
    publish().await;
}
