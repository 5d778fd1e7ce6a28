//! The browsers of a person: known, told of, confirmed, forgotten; names held to those that are confirmed; the failures of others
//! that keep nobody from a known one.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::http::StatusCode;
use jiff::{SignedDuration, Timestamp};
use mallette_app::comptes::connexion::Origine;
use mallette_app::comptes::{Comptes, Reglage, appareil};
use mallette_courriel::{Envoi, Erreur, Message, Suite};
use mallette_registry::TraceFiltre;
use mallette_testkit::postgres::Base;
use zeroize::Zeroizing;

use crate::commun::LYON;
use crate::comptes::{encode, sign_in};
use crate::html;
use crate::navigateur::Navigateur;
use crate::reseau::{MOT_DE_PASSE, Reponse, Reseau, code_at};

crate::on_both!(
    names_are_held_to_confirmed_browsers,
    the_failures_of_others_keep_nobody_from_a_known_browser,
    a_person_is_told_of_a_new_browser_once,
    what_takes_a_factor_away_forgets_the_browsers,
);

const CIRCONSTANCES: &str = "/personnes/circonstances";
const REFUS: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

/// One clock for each engine: a code of the second factor serves once.
static MINUTES: [AtomicI64; 2] = [AtomicI64::new(0), AtomicI64::new(0)];

fn clock<const RANG: usize>() -> Timestamp {
    let noon: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    noon + SignedDuration::from_mins(MINUTES[RANG].load(Ordering::Relaxed))
}

/// Signs in by the pages, through every factor, a minute later.
async fn enter(
    reseau: &Reseau,
    browser: &mut Navigateur,
    (qui, courriel): (&str, &str),
    minutes: &AtomicI64,
    now: fn() -> Timestamp,
) {
    minutes.fetch_add(1, Ordering::Relaxed);
    let half = browser.post(reseau, "/connexion", &sign_in(courriel, MOT_DE_PASSE)).await;
    assert_eq!(half.header("location"), "/connexion/second-facteur", "{}", half.text());
    let code = code_at(&reseau.secrets[qui], now());
    let whole = browser.post(reseau, "/connexion/second-facteur", &format!("code={code}")).await;
    assert_eq!(whole.status, StatusCode::SEE_OTHER, "{}", whole.text());
}

/// What names, on pages, the browsers of a person that nobody confirmed, the last seen first.
async fn unconfirmed(reseau: &Reseau, qui: &str) -> Vec<String> {
    let all = reseau.comptes.own_devices(&reseau.ids[qui], &Origine::default()).await.unwrap();
    all.into_iter().filter(|known| !known.confirme).map(|known| known.cle).collect()
}

fn given(champ: &str, cle: &str) -> String {
    format!("{champ}={cle}&donne={}", encode(MOT_DE_PASSE))
}

async fn names_are_held_to_confirmed_browsers(base: Option<Base>) {
    let (minutes, now): (&AtomicI64, fn() -> Timestamp) = match base {
        None => (&MINUTES[0], clock::<0>),
        Some(_) => (&MINUTES[1], clock::<1>),
    };
    let reseau = Reseau::peuple_at(base, now).await;
    let list = format!("/controles/PAC-07?centre={LYON}");
    let set = format!("structure={LYON}&appareils=oui");
    let lift = format!("structure={LYON}");
    let who = ("directeur", "dir@lyon.example");
    let names = |answer: Reponse| answer.text().contains("DUPONT");

    // The account was opened in another browser: this one is new.
    let mut a = Navigateur::default();
    enter(&reseau, &mut a, who, minutes, now).await;
    let token = a.cookies["mallette-appareil"].clone();
    let page = a.get(&reseau, "/compte").await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    for text in ["Navigateurs connus", "Celui-ci", "Non confirmé", "personne n'a confirmé"] {
        assert!(page.contains(text) || page.replace("&#39;", "'").contains(text), "{text}: {page}");
    }
    assert!(!page.contains(&token), "the token is on no page");
    let cle = unconfirmed(&reseau, "directeur").await.remove(0);
    // It neither puts the setting in force nor confirms itself.
    let refused = a.post(&reseau, CIRCONSTANCES, &set).await;
    assert_eq!(refused.status, REFUS);
    assert!(refused.text().contains("navigateurs confirmés"), "{}", refused.text());
    let refused = a.post(&reseau, "/compte/appareils", &given("confirmer", &cle)).await;
    assert_eq!(refused.status, REFUS);
    assert!(refused.text().contains("depuis un autre"), "{}", refused.text());

    confirm_by_who_manages(&reseau, &cle).await;

    assert!(names(a.get(&reseau, &list).await));
    let done = a.post(&reseau, CIRCONSTANCES, &set).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(names(a.get(&reseau, &list).await), "this one is confirmed");
    // At once, in the sessions under way of the others, in files too.
    let shut = reseau.get(Some("referent"), &list).await.text().replace("&#39;", "'");
    assert!(!shut.contains("DUPONT") && shut.contains("dans ce navigateur"), "{shut}");
    let file = format!("/controles/PAC-07/objets.csv?centre={LYON}");
    assert!(!names(reseau.get(Some("directeur"), &file).await));
    // What a browser keeps is of one person: carried by another it opens nothing.
    let mut other = Navigateur::signed_in(&reseau.sessions["referent"]);
    other.cookies.insert("mallette-appareil".to_owned(), token.clone());
    assert!(!names(other.get(&reseau, &list).await));

    // A second browser of the same person: no name, and it lifts nothing.
    let mut b = Navigateur::default();
    enter(&reseau, &mut b, who, minutes, now).await;
    assert!(!names(b.get(&reseau, &list).await));
    assert_eq!(b.post(&reseau, CIRCONSTANCES, &lift).await.status, REFUS);
    assert!(!names(b.get(&reseau, &list).await));
    let cle = unconfirmed(&reseau, "directeur").await.remove(0);
    let forged = format!("confirmer={cle}&donne=faux");
    assert_eq!(a.post(&reseau, "/compte/appareils", &forged).await.status, REFUS);
    let done = a.post(&reseau, "/compte/appareils", &given("confirmer", &cle)).await;
    assert_eq!(done.header("location"), "/compte?fait=appareils", "{}", done.text());
    assert!(names(b.get(&reseau, &list).await));

    // Forgotten, its session ends, and it comes back as one that nobody knows.
    let before = b.cookies["mallette-appareil"].clone();
    let done = a.post(&reseau, "/compte/appareils", &given("oublier", &cle)).await;
    assert_eq!(done.header("location"), "/compte?fait=appareils", "{}", done.text());
    assert!(b.get(&reseau, "/compte").await.header("location").starts_with("/connexion"));
    assert!(names(a.get(&reseau, &list).await), "the session that asked goes on");
    enter(&reseau, &mut b, who, minutes, now).await;
    assert_ne!(b.cookies["mallette-appareil"], before);
    assert!(!names(b.get(&reseau, &list).await));
    // Signed out, a browser is still known.
    a.post(&reseau, "/deconnexion", "").await;
    enter(&reseau, &mut a, who, minutes, now).await;
    assert_eq!(a.cookies["mallette-appareil"], token);
    let done = a.post(&reseau, CIRCONSTANCES, &lift).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert!(names(b.get(&reseau, &list).await));
    minutes.fetch_add(2, Ordering::Relaxed);

    held_by_the_network(&reseau, (&mut a, &mut b), now).await;
    check_trace(&reseau, &token).await;
}

/// A browser of the director is confirmed by who manages the account, and by nobody else.
async fn confirm_by_who_manages(reseau: &Reseau, cle: &str) {
    let path = format!("/personnes/{}/appareils", reseau.ids["directeur"]);
    let confirm = format!("confirmer={cle}");
    for (qui, expected) in [
        ("voisin", StatusCode::CONFLICT),
        ("directeur", StatusCode::CONFLICT),
        ("referent", StatusCode::FORBIDDEN),
        ("charge", StatusCode::FORBIDDEN),
    ] {
        assert_eq!(reseau.post(Some(qui), &path, &confirm).await.status, expected, "{qui}");
    }
    let shown = reseau.get(Some("admin"), path.strip_suffix("/appareils").unwrap()).await.text();
    assert_eq!(html::faults(&shown), Vec::<String>::new());
    assert!(shown.contains(&format!("name=\"confirmer\" value=\"{cle}\"")), "{shown}");
    for wrong in ["", "confirmer=", "confirmer=abc", "oublier=abc"] {
        let refused = reseau.post(Some("admin"), &path, wrong).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{wrong}");
    }
    let done = reseau.post(Some("admin"), &path, &confirm).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
}

/// What gives rights asks for the code at each act of a browser that nobody confirmed, whoever it is of.
async fn held_by_the_network(
    reseau: &Reseau,
    (a, b): (&mut Navigateur, &mut Navigateur),
    now: fn() -> Timestamp,
) {
    let registry = reseau.registry().await;
    let mut unite = registry.begin(now()).await.unwrap();
    unite.set_parametre("circonstance:appareils", None, Some("oui"), "x").await.unwrap();
    unite.commit().await.unwrap();
    let roles = format!("/personnes/{}/roles", reseau.ids["conseiller"]);
    let form = format!("role=referent&structure={LYON}&conseiller=&debut=&fin=");
    let asked = b.post(reseau, &roles, &form).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN, "{}", asked.text());
    assert!(asked.text().contains("preuve récente"), "{}", asked.text());
    let done = a.post(reseau, &roles, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    registry.close().await;
}

async fn check_trace(reseau: &Reseau, token: &str) {
    let registry = reseau.registry().await;
    let all = registry.trace_page(&TraceFiltre::default(), None, 500).await.unwrap().entrees;
    let count = |acte: &str| all.iter().filter(|entry| entry.acte == acte).count();
    assert_eq!((count("appareil_confirme"), count("appareil_oublie")), (2, 1));
    let own = all.iter().filter(|entry| entry.acte == "appareil_nouveau");
    let own = own.filter(|entry| entry.personne_id.as_ref() == Some(&reseau.ids["directeur"]));
    assert_eq!(own.count(), 4, "the first, A, B, and B again");
    assert!(all.iter().all(|entry| !entry.detail.to_string().contains(token)));
    registry.close().await;
}

async fn the_failures_of_others_keep_nobody_from_a_known_browser(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let right = sign_in("fin@essai.example", MOT_DE_PASSE);
    let mut own = Navigateur::default();
    let signed = own.post(&reseau, "/connexion", &right).await;
    assert_eq!(signed.header("location"), "/", "{}", signed.text());
    assert!(own.cookies.contains_key("mallette-appareil"));
    // From the same address, as from a centre that shares one.
    for _ in 0..8 {
        reseau.post(None, "/connexion", &sign_in("fin@essai.example", "faux")).await;
    }
    let elsewhere = reseau.post(None, "/connexion", &right).await;
    assert_eq!(elsewhere.status, REFUS, "the right password waits there");
    assert_eq!(own.post(&reseau, "/connexion", &right).await.header("location"), "/");
    // What the browser keeps spares nobody else's account, and its own failures are counted.
    for _ in 0..8 {
        own.post(&reseau, "/connexion", &sign_in("aud@essai.example", "faux")).await;
        own.post(&reseau, "/connexion", &sign_in("fin@essai.example", "faux")).await;
    }
    for courriel in ["aud@essai.example", "fin@essai.example"] {
        let waits = own.post(&reseau, "/connexion", &sign_in(courriel, MOT_DE_PASSE)).await;
        assert_eq!(waits.status, REFUS, "{courriel}");
        assert!(waits.text().contains("essais ont échoué"), "{}", waits.text());
    }
}

/// A mail server that keeps what it is given.
#[derive(Debug, Default)]
struct Boite(Mutex<Vec<Message>>);

#[async_trait]
impl Envoi for Boite {
    async fn send(&self, message: &Message, _: Timestamp) -> Result<Suite, Erreur> {
        self.0.lock().unwrap().push(message.clone());
        Ok(Suite::Envoye)
    }

    fn is_active(&self) -> bool {
        true
    }
}

async fn a_person_is_told_of_a_new_browser_once(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let reglage = Reglage { adresse: "https://m.example".to_owned(), reseau: "Essai".to_owned() };
    let boite = Arc::new(Boite::default());
    let envoi: Arc<Boite> = Arc::clone(&boite);
    let comptes = Comptes::new(Arc::clone(&reseau.local), reglage, envoi).unwrap();
    let agent = "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0\r\nBcc: x@y.example".to_owned();
    let mut origine = Origine { adresse: "192.0.2.9".to_owned(), agent, appareil: None };
    let enter = async |origine: &Origine| {
        let chosen = Zeroizing::new(MOT_DE_PASSE.to_owned());
        comptes.sign_in("fin@essai.example", chosen, origine).await.unwrap()
    };
    let opened = enter(&origine).await;
    let told = tokio::time::timeout(std::time::Duration::from_secs(20), async {
        while boite.0.lock().unwrap().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    });
    told.await.unwrap();
    let mail = boite.0.lock().unwrap()[0].clone();
    assert_eq!(mail.a().courriel(), "fin@essai.example");
    for text in ["Firefox, Windows", "192.0.2.9", "https://m.example/compte"] {
        assert!(mail.texte().contains(text), "{text} in {}", mail.texte());
    }
    assert!(!mail.texte().contains("Bcc"), "{}", mail.texte());
    // The same browser again: nobody is told, nothing is given.
    let token = opened.appareil.unwrap();
    origine.appareil = appareil::print(&token);
    assert!(enter(&origine).await.appareil.is_none());
    // With a token that is none of ours, it is another browser.
    assert_eq!(appareil::print("pas un jeton"), None);
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    assert_eq!(boite.0.lock().unwrap().len(), 1);
}

async fn what_takes_a_factor_away_forgets_the_browsers(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let known = async || {
        let all = reseau.comptes.own_devices(&reseau.ids["referent"], &Origine::default()).await;
        all.unwrap().len()
    };
    assert_eq!(known().await, 1, "the one where the account was opened");
    let path = format!("/personnes/{}/second-facteur", reseau.ids["referent"]);
    let done = reseau.post(Some("directeur"), &path, "").await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text());
    assert_eq!(known().await, 0);
}
