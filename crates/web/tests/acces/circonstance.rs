//! The context of a request: names shut from other networks and at other hours, at once; a fresh proof before what gives rights; a factor
//! for everybody; a factor again before sessions end.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use mallette_domain::acces::Role;
use mallette_registry::TraceFiltre;
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON};
use crate::comptes::{encode, session, sign_in};
use crate::html;
use crate::matrice::{passes, path};
use crate::reseau::{MOT_DE_PASSE, Reponse, Reseau, code_at};

crate::on_both!(
    names_open_from_the_networks_and_at_the_hours_that_are_set,
    a_fresh_proof_is_asked_before_every_act_that_gives_rights,
    what_waits_for_a_proof_is_done_once_it_is_given,
    every_role_asks_for_a_second_factor_once_it_is_set,
    to_end_own_sessions_asks_for_a_factor_again,
);

const CIRCONSTANCES: &str = "/personnes/circonstances";

/// A Wednesday, at noon in universal time, one o'clock in Paris; one clock for each engine.
static MINUTES: [AtomicI64; 2] = [AtomicI64::new(0), AtomicI64::new(0)];

fn clock(rank: usize) -> Timestamp {
    let noon: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    noon + SignedDuration::from_mins(MINUTES[rank].load(Ordering::Relaxed))
}

/// The network, and what moves its clock.
async fn network(base: Option<Base>) -> (Reseau, &'static AtomicI64, fn() -> Timestamp) {
    // Only one test of each engine moves it.
    let (rank, now): (usize, fn() -> Timestamp) = match base {
        None => (0, || clock(0)),
        Some(_) => (1, || clock(1)),
    };
    (Reseau::peuple_at(base, now).await, &MINUTES[rank], now)
}

async fn names_open_from_the_networks_and_at_the_hours_that_are_set(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let list = format!("/controles/PAC-07?centre={LYON}");
    let read = async |qui: &str, path: &str| reseau.get(Some(qui), path).await.text();
    let set = async |qui: &str, form: &str| {
        let answer = reseau.post(Some(qui), CIRCONSTANCES, form).await;
        assert_eq!(
            answer.header("location"),
            "/personnes/circonstances?fait=oui",
            "{}",
            answer.text()
        );
    };
    let page = read("directeur", CIRCONSTANCES).await;
    assert_eq!(html::faults(&page), Vec::<String>::new());
    assert!(page.contains("127.0.0.1") && !page.contains("name=\"preuve\""), "{page}");
    assert!(read("referent", &list).await.contains("DUPONT"));

    // From another network, rows without names, at the next page, in files too, and by no search.
    set("directeur", &format!("structure={LYON}&reseaux=10.0.0.0%2F8")).await;
    let shut = read("referent", &list).await.replace("&#39;", "'");
    assert!(!shut.contains("DUPONT") && shut.contains(">d-"), "{shut}");
    assert!(shut.contains("ne s'ouvrent pas depuis ce réseau"), "{shut}");
    let file = format!("/controles/PAC-07/objets.csv?centre={LYON}");
    assert!(!read("directeur", &file).await.contains("DUPONT"));
    let found = read("directeur", &format!("{list}&dossier=DUPONT")).await;
    assert!(!found.contains(">d-"), "nobody is found by name: {found}");
    assert!(read("directeur", CIRCONSTANCES).await.contains("dans aucun de ces réseaux"));
    // Those of another centre read theirs.
    let other = format!("/controles/PAC-07?centre={GRENOBLE}");
    let told = read("voisin", &other).await;
    assert!(!told.contains("ne s&#39;ouvrent pas"), "{told}");
    let filtre = TraceFiltre { acte: Some("tentative".to_owned()), ..TraceFiltre::default() };
    let registry = reseau.registry().await;
    let tries = registry.trace_page(&filtre, None, 10).await.unwrap().entrees;
    assert!(tries.iter().any(|entry| entry.detail["genre"] == "hors_circonstances"), "{tries:?}");

    // From this one, at once.
    set("directeur", &format!("structure={LYON}&reseaux=127.0.0.0%2F8")).await;
    assert!(read("referent", &list).await.contains("DUPONT"));
    // The network asks for more: both count.
    set("admin", "structure=&debut=20%3A00&fin=21%3A00&jours=mercredi").await;
    let late = read("referent", &list).await.replace("&#39;", "'");
    assert!(!late.contains("DUPONT") && late.contains("à cette heure"), "{late}");
    set("admin", "structure=&debut=13%3A00&fin=13%3A01&jours=mercredi").await;
    assert!(read("referent", &list).await.contains("DUPONT"), "one o'clock in Paris");
    set("admin", "structure=").await;
    assert_eq!(registry.parametre("circonstance:heures", None).await.unwrap(), None);

    // Each sets what is the own; what cannot be read is refused, and put back.
    let foreign = format!("structure={GRENOBLE}&reseaux=10.0.0.0%2F8");
    for (qui, form) in [("directeur", foreign.as_str()), ("directeur", "structure=&preuve=15")] {
        let refused = reseau.post(Some(qui), CIRCONSTANCES, form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(refused.text().contains("pas à votre main"), "{}", refused.text());
    }
    let wrong = format!("structure={LYON}&reseaux=bureau%3Cb%3E");
    let refused = reseau.post(Some("directeur"), CIRCONSTANCES, &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let told = refused.text();
    assert!(!told.contains("bureau<b>") && told.contains("bureau&#60;b&#62;"), "{told}");
    assert!(read("referent", &list).await.contains("DUPONT"), "nothing was changed");
    // A setting that cannot be read shuts.
    let mut unite = registry.begin(reseau.comptes.now()).await.unwrap();
    unite.set_parametre("circonstance:reseaux", Some(LYON), Some("?"), "x").await.unwrap();
    unite.commit().await.unwrap();
    assert!(!read("referent", &list).await.contains("DUPONT"));
    registry.close().await;
}

fn asks(answer: &Reponse) -> bool {
    answer.status == StatusCode::FORBIDDEN && answer.text().contains("preuve récente")
}

async fn a_fresh_proof_is_asked_before_every_act_that_gives_rights(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    let routes = mallette_web::declared();
    // Without a setting, nothing is asked.
    assert!(!asks(&reseau.post(Some("directeur"), "/personnes/abc/roles", "").await));
    // A proof of no minute is never fresh; the page does not let it be set.
    let mut unite = registry.begin(reseau.comptes.now()).await.unwrap();
    unite.set_parametre("circonstance:preuve", None, Some("0"), "x").await.unwrap();
    unite.commit().await.unwrap();
    for route in &routes {
        let path = path(route.chemin, LYON);
        let qui = ["directeur", "admin", "charge", "auditeur", "financeur"];
        let qui = qui.into_iter().find(|qui| passes(route.exigence).contains(qui));
        if route.chemin == "/deconnexion" {
            continue;
        }
        let request = reseau.request(route.methode.as_str(), qui, &path, "");
        let answer = reseau.send(request).await;
        assert_eq!(asks(&answer), route.preuve, "{} {path} by {qui:?}", route.methode);
        if route.preuve {
            assert_eq!(html::faults(&answer.text()), Vec::<String>::new(), "{path}");
        }
    }
    // Said by hand, apart from the code that decides.
    let named = |chemin: &str| routes.iter().find(|route| route.chemin == chemin && route.ecrit);
    for chemin in [
        "/urgence",
        "/cle/prise",
        "/cle/parts",
        "/cle/remplacement",
        "/cle/renonciation",
        "/cle/secours",
        "/personnes/{id}/roles",
        "/personnes/{id}/retrait",
        "/personnes/{id}/fermeture",
        "/personnes/{id}/lien",
        "/personnes/{id}/second-facteur",
        "/personnes/invitations",
        "/personnes/fichier/{cle}",
        "/personnes/ouverture",
        "/personnes/circonstances",
        "/personnes/reprise",
        "/administration/reglages/trace",
        "/administration/suites",
        "/administration/packs",
    ] {
        assert!(named(chemin).unwrap_or_else(|| panic!("{chemin}")).preuve, "{chemin}");
    }
    for chemin in ["/connexion/preuve", "/compte/sessions", "/imports", "/redaction"] {
        assert!(named(chemin).is_none_or(|route| !route.preuve), "{chemin}");
    }
    registry.close().await;
}

async fn what_waits_for_a_proof_is_done_once_it_is_given(base: Option<Base>) {
    let (reseau, minutes, now) = network(base).await;
    let set = reseau.post(Some("admin"), CIRCONSTANCES, "structure=&preuve=15").await;
    assert_eq!(set.header("location"), "/personnes/circonstances?fait=oui", "{}", set.text());
    let roles = format!("/personnes/{}/roles", reseau.ids["conseiller"]);
    let form = format!("role=referent&structure={LYON}&debut=&fin=%3Cb%3E");
    let fresh = reseau.post(Some("directeur"), &roles, &form).await;
    assert!(!asks(&fresh), "a quarter of an hour has not passed: {}", fresh.text());

    minutes.fetch_add(16, Ordering::Relaxed);
    let form = format!("role=referent&structure={LYON}");
    let waits = reseau.post(Some("directeur"), &roles, &form).await;
    assert!(asks(&waits), "{} {}", waits.status, waits.text());
    let page = waits.text();
    assert!(page.contains("name=\"role\" value=\"referent\""), "{page}");
    assert!(!reseau.acces("conseiller").await.has_in(Role::Referent, LYON), "nothing is done yet");
    // A password waits on no page.
    let key = reseau.post(Some("directeur"), "/cle/prise", "mot_de_passe=CANARI").await;
    assert!(asks(&key) && !key.text().contains("CANARI"), "{}", key.text());

    let given = |code: &str| {
        let vers = encode(&roles);
        format!("preuve_vers={vers}&preuve_attend=oui&{form}&preuve_code={code}")
    };
    let wrong = reseau.post(Some("directeur"), "/connexion/preuve", &given("000000")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().contains("name=\"role\" value=\"referent\""), "{}", wrong.text());
    let right = code_at(&reseau.secrets["directeur"], now());
    let proved = reseau.post(Some("directeur"), "/connexion/preuve", &given(&right)).await;
    assert_eq!(proved.status, StatusCode::TEMPORARY_REDIRECT, "{}", proved.text());
    assert_eq!(proved.header("location"), roles);
    let new = session(&proved);
    assert!(
        reseau.get(Some("directeur"), "/compte").await.header("location").starts_with("/connexion"),
        "the token of before opens nothing more"
    );
    // As a browser goes on: the same method, the same fields, the new cookie.
    let done = reseau.post(Some(&new), &roles, &given(&right)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(reseau.acces("conseiller").await.has_in(Role::Referent, LYON));
    // Nobody is sent elsewhere by what waits.
    let elsewhere = "preuve_vers=https%3A%2F%2Fvoleur.example&preuve_attend=oui&preuve_code=";
    minutes.fetch_add(1, Ordering::Relaxed);
    let code = code_at(&reseau.secrets["directeur"], now());
    let answer = reseau.post(Some(&new), "/connexion/preuve", &format!("{elsewhere}{code}")).await;
    assert_eq!(answer.header("location"), "/compte", "{}", answer.text());
}

async fn every_role_asks_for_a_second_factor_once_it_is_set(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    assert_eq!(reseau.get(Some("financeur"), "/publications").await.status, StatusCode::OK);
    let set = reseau.post(Some("admin"), CIRCONSTANCES, "structure=&facteur=oui").await;
    assert_eq!(set.status, StatusCode::SEE_OTHER, "{}", set.text());
    for qui in ["financeur", "auditeur", "charge"] {
        let sent = reseau.get(Some(qui), "/").await;
        assert!(sent.header("location").starts_with("/connexion/second-facteur"), "{qui}");
    }
    assert_eq!(reseau.get(Some("directeur"), "/compte").await.status, StatusCode::OK);
    reseau.post(Some("admin"), CIRCONSTANCES, "structure=").await;
    assert_eq!(reseau.get(Some("financeur"), "/publications").await.status, StatusCode::OK);
}

async fn to_end_own_sessions_asks_for_a_factor_again(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let signed = reseau.post(None, "/connexion", &sign_in("fin@essai.example", MOT_DE_PASSE)).await;
    let other = session(&signed);
    let page = reseau.get(Some("financeur"), "/compte").await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    assert!(page.contains("id=\"donne\""), "{page}");
    for form in ["", "donne=faux"] {
        let refused = reseau.post(Some("financeur"), "/compte/sessions", form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
    }
    assert_eq!(reseau.get(Some(&other), "/compte").await.status, StatusCode::OK, "still open");
    let form = format!("donne={}", encode(MOT_DE_PASSE));
    let ended = reseau.post(Some("financeur"), "/compte/sessions", &form).await;
    assert_eq!(ended.header("location"), "/compte?fait=sessions", "{}", ended.text());
    assert!(reseau.get(Some(&other), "/compte").await.header("location").starts_with("/connexion"));
    assert_eq!(reseau.get(Some("financeur"), "/compte").await.status, StatusCode::OK);
}
