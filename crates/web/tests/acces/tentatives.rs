//! What is refused is in the trace: who, what, at which route, as the number doubles; for the director of who tried, and the auditor. Nothing
//! that was typed is.

use axum::http::StatusCode;
use mallette_app::comptes::tentative::{Essai, Suite};
use mallette_app::tentative::Constat;
use mallette_domain::tentative::Tentative;
use mallette_registry::{Trace, TraceFiltre};
use mallette_testkit::postgres::Base;
use serde_json::json;

use crate::commun::{GRENOBLE, LYON};
use crate::comptes::{sign_in, twice};
use crate::html;
use crate::reseau::{MOT_DE_PASSE, Reseau};

crate::on_both!(
    who_is_refused_is_traced_as_it_doubles_for_the_own_director,
    a_foreign_centre_is_a_try_and_a_mistyped_one_is_not,
    attempts_to_get_round_the_controls_are_traced,
    an_address_without_account_is_traced_without_what_was_typed,
    where_nothing_may_be_written_a_try_goes_to_the_journal,
);

const CANARI: &str = "CANARIKZ";

/// The tries of the trace, the oldest first.
async fn tries(reseau: &Reseau) -> Vec<Trace> {
    let registry = reseau.registry().await;
    let all = registry.trace_page(&TraceFiltre::default(), None, 500).await.unwrap();
    registry.close().await;
    let tried = |entry: &Trace| entry.detail.get("genre").is_some();
    all.entrees.into_iter().rev().filter(tried).collect()
}

/// The kinds of the tries, and how many times each entry says.
fn kinds(tries: &[Trace]) -> Vec<(String, u64)> {
    let said = tries.iter().map(|entry| {
        let times = entry.detail.get("fois").or(entry.detail.get("essais")).unwrap();
        (entry.detail["genre"].as_str().unwrap().to_owned(), times.as_u64().unwrap())
    });
    said.collect()
}

async fn who_is_refused_is_traced_as_it_doubles_for_the_own_director(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    for _ in 0..5 {
        let refused = reseau.get(Some("conseiller"), "/administration?nom=CANARIKZ").await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }
    let tries = tries(&reseau).await;
    let expected = [1, 2, 4].map(|times| ("hors_droits".to_owned(), times));
    assert_eq!(kinds(&tries), expected);
    for entry in &tries {
        assert_eq!(entry.acte, "tentative");
        assert_eq!(entry.personne_id.as_ref(), Some(&reseau.ids["conseiller"]));
        assert_eq!(entry.structure_id.as_deref(), Some(LYON));
        assert_eq!(entry.detail["route"], "GET /administration");
        assert!(!entry.detail.to_string().contains(CANARI), "{}", entry.detail);
    }
    // Another route starts again from one; another person too.
    reseau.get(Some("conseiller"), "/administration/centres").await;
    reseau.get(Some("charge"), "/administration").await;
    let shown = reseau.get(Some("directeur"), &format!("/trace?centre={LYON}")).await;
    assert_eq!(html::faults(&shown.text()), Vec::<String>::new());
    let shown = shown.text().replace("&#39;", "'").replace('\u{a0}', " ");
    assert!(shown.contains("que le compte n'ouvre pas : GET /administration, 4 fois"), "{shown}");
    assert!(!shown.contains(">charge<"), "somebody else's: {shown}");
    let other = reseau.get(Some("voisin"), &format!("/trace?centre={GRENOBLE}")).await.text();
    assert!(!other.contains("Tentative refusée"), "{other}");
    let all = reseau.get(Some("auditeur"), "/trace").await.text();
    assert_eq!(all.matches("Tentative refusée").count(), 5, "{all}");
}

async fn a_foreign_centre_is_a_try_and_a_mistyped_one_is_not(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    for path in ["/centres/99999S99", "/imports/imp-77", "/controles/RIEN-01"] {
        assert_eq!(reseau.get(Some("directeur"), path).await.status, StatusCode::NOT_FOUND);
    }
    assert_eq!(kinds(&tries(&reseau).await), []);
    let foreign = format!("/centres/{GRENOBLE}");
    assert_eq!(reseau.get(Some("directeur"), &foreign).await.status, StatusCode::NOT_FOUND);
    let found = tries(&reseau).await;
    assert_eq!(kinds(&found), [("autre_centre".to_owned(), 1)]);
    assert!(found[0].detail["vise"].as_str().unwrap().contains("GRENOBLE"), "{}", found[0].detail);
    assert_eq!(found[0].structure_id.as_deref(), Some(LYON), "its own director reads it");
    // Those who read every centre try nothing.
    assert_eq!(reseau.get(Some("charge"), &foreign).await.status, StatusCode::OK);
    // An act on what is not theirs.
    let path = format!("/personnes/{}/lien", reseau.ids["directeur"]);
    assert_eq!(reseau.post(Some("admin"), &path, "").await.status, StatusCode::CONFLICT);
    let last = tries(&reseau).await.pop().unwrap();
    assert_eq!((last.detail["genre"].clone(), last.structure_id), (json!("acte"), None));
}

async fn attempts_to_get_round_the_controls_are_traced(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let told = async |what: Tentative, qui: Option<&str>| {
        let last = tries(&reseau).await.pop().unwrap_or_else(|| panic!("{what:?} is not traced"));
        assert_eq!(last.detail["genre"], what.code());
        assert_eq!(last.personne_id.as_ref(), qui.map(|qui| &reseau.ids[qui]), "{what:?}");
        assert_eq!(last.detail.get("adresse").is_some(), qui.is_none(), "{what:?}");
        assert!(!last.detail.to_string().contains(CANARI), "{}", last.detail);
    };
    let mut foreign = reseau.request("POST", Some("admin"), "/personnes/invitations", CANARI);
    foreign.headers_mut().insert("origin", "https://voleur.example".parse().unwrap());
    assert_eq!(reseau.send(foreign).await.status, StatusCode::FORBIDDEN);
    told(Tentative::Origine, Some("admin")).await;

    let mut elsewhere = reseau.request("GET", None, "/", "");
    elsewhere.headers_mut().insert("host", "canarikz.example".parse().unwrap());
    assert_eq!(reseau.send(elsewhere).await.status, StatusCode::FORBIDDEN);
    told(Tentative::Voie, None).await;

    reseau.get(Some(CANARI), "/controles").await;
    told(Tentative::Session, None).await;

    reseau.get(None, &format!("/invitation/{CANARI}")).await;
    told(Tentative::Lien, None).await;
    let acces = reseau.acces("admin").await;
    let made = reseau.comptes.make_reset((&reseau.ids["admin"], &acces), &reseau.ids["auditeur"]);
    let mallette_app::comptes::invitation::Lien::ATransmettre { lien, .. } = made.await.unwrap()
    else {
        panic!("no mail is sent here")
    };
    let path = lien.strip_prefix("http://localhost:8080").unwrap();
    let form = twice("une autre phrase de passe");
    assert_eq!(reseau.post(None, path, &form).await.status, StatusCode::SEE_OTHER);
    let before = tries(&reseau).await.len();
    assert_eq!(reseau.post(None, path, &form).await.status, StatusCode::CONFLICT);
    told(Tentative::Lien, None).await;
    assert_eq!(tries(&reseau).await.len(), before + 1, "a link serves once");

    let long = format!("nom={}", "x".repeat(3 << 20));
    let refused = reseau.post(Some("directeur"), "/personnes/invitations", &long).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    told(Tentative::Corps, Some("directeur")).await;

    let wrong = reseau.send(reseau.request("DELETE", Some("directeur"), "/compte", "")).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    told(Tentative::Methode, Some("directeur")).await;

    let null = reseau.get(Some("directeur"), "/controles?dossier=%00").await;
    assert_eq!(null.status, StatusCode::BAD_REQUEST);
    told(Tentative::Illisible, Some("directeur")).await;

    // All of it is one chain, and none of it is in the workbook in another form.
    let whole = reseau.get(Some("auditeur"), "/trace?verifier=oui").await.text();
    // The auditor's password was changed above.
    assert!(whole.contains("La chaîne est entière") || whole.is_empty(), "{whole}");
    assert_eq!(reseau.registry().await.verify_trace(&[]).await.unwrap().rupture, None);
}

async fn an_address_without_account_is_traced_without_what_was_typed(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    for typed in ["un", "deux", "trois"] {
        reseau.post(None, "/connexion", &sign_in("canarikz@nulle.example", typed)).await;
    }
    let found = tries(&reseau).await;
    let expected = [1, 2].map(|times| ("compte_inconnu".to_owned(), times));
    assert_eq!(kinds(&found), expected, "the third waits for the fourth");
    for entry in &found {
        assert_eq!((entry.acte.as_str(), &entry.personne_id), ("connexion_manquee", &None));
        assert_eq!(entry.detail["adresse"], "127.0.0.1");
        assert!(!entry.detail.to_string().contains("canarikz"), "{}", entry.detail);
    }
    let shown = reseau.get(Some("auditeur"), "/trace").await.text();
    assert!(shown.contains("Personne non connectée (127.0.0.1)"), "{shown}");
    // Who has an account signs in as before.
    let signed = reseau.post(None, "/connexion", &sign_in("fin@essai.example", MOT_DE_PASSE)).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
}

async fn where_nothing_may_be_written_a_try_goes_to_the_journal(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await.read_only(None).await;
    let refused = reseau.get(Some("conseiller"), "/administration").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "the answer is what it would be");
    let personne = reseau.comptes.identify(&reseau.sessions["conseiller"]).await.unwrap();
    let (personne, _) = personne.unwrap();
    let constat = Constat { tentative: Tentative::HorsDroits, vise: None };
    let essai = Essai {
        qui: Some(&personne),
        adresse: "192.0.2.7".parse().unwrap(),
        route: "GET /administration",
    };
    // The page above was the first; this is the second.
    let kept = reseau.comptes.note_tentative(essai, &constat, |_| true).await.unwrap();
    let id = &reseau.ids["conseiller"];
    let line = format!("tentative : hors_droits, GET /administration, personne {id}, fois 2");
    assert_eq!(kept, Suite::Journal(line));
}
