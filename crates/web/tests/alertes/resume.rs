//! The weekly digest, through a real mail server: what it says to whom, once; a dead server, a restart, two
//! senders at once, a link that stops it.

use std::sync::Arc;

use axum::http::StatusCode;
use jiff::civil::date;
use mallette_app::alertes::resume::Tournee;
use mallette_app::comptes::Comptes;
use mallette_courriel::Message;

use crate::banc::{Banc, GRENOBLE, LYON, comptes, dead_port, port, set_clock, smtp};
use crate::puits::{body, headers, received, received_by};

/// Lyon rises, Grenoble is late; Wednesday 25 November.
async fn ready(domaine: &str) -> Banc {
    let banc = Banc::new(domaine).await;
    let (before, after) = (date(2026, 10, 20), date(2026, 11, 20));
    banc.plan(LYON, before, &[("C1", 0..3)]);
    banc.plan(LYON, after, &[("C1", 0..20)]);
    banc.import(LYON, before).await;
    banc.import(LYON, after).await;
    banc.import(GRENOBLE, date(2026, 10, 1)).await;
    banc.comptes.run_alertes().await.unwrap();
    banc
}

/// A mail that comes after all those sent before: what was received until then is all there was.
async fn fence(to: &str) {
    let a = mallette_courriel::Adresse::new(to, None).unwrap();
    let now = "2026-11-25T12:00:00Z".parse().unwrap();
    smtp(port("clair")).send(&Message::new(&a, "Barrière", "fin"), now).await.unwrap();
    received(to);
}

/// How many mails came for each of these people.
async fn counts(domaine: &str, noms: &[&str]) -> Vec<usize> {
    fence(&format!("barriere-{}@{domaine}", noms.len())).await;
    noms.iter().map(|nom| received_by(&format!("{nom}@{domaine}")).len()).collect()
}

async fn round(comptes: &Comptes) -> (u64, u64, u64) {
    let Tournee { partis, rien, attente, .. } = comptes.send_resumes().await.unwrap();
    (partis, rien, attente)
}

#[tokio::test]
async fn each_person_reads_the_own_perimeter_once_and_stops_it_by_its_link() {
    let domaine = "resume.example";
    let mut banc = ready(domaine).await;
    let mails = comptes(&banc.atelier, smtp(port("clair")));
    assert_eq!(round(&mails).await, (0, 0, 0), "those of Monday were due before anybody was there");
    set_clock("2026-11-30T05:59:00Z");
    assert_eq!(round(&mails).await, (0, 0, 0), "not before seven");
    set_clock("2026-11-30T06:00:00Z");
    // The administrator, the chargé, the director, the neighbour, C1; C2 has nothing to read.
    assert_eq!(round(&mails).await, (5, 1, 0));
    let mail = received(&format!("directeur@{domaine}"));
    let raw = mail["raw"].as_str().unwrap();
    let text = body(raw);
    assert!(text.contains("17\u{a0}nouvelles anomalies"), "{text}");
    assert!(!text.contains("GRENOBLE") && !text.contains("Sauvegarde"), "{text}");
    let text = body(received(&format!("voisin@{domaine}"))["raw"].as_str().unwrap());
    assert!(text.contains("L'extraction du 01/10/2026 a 55\u{a0}jours."), "{text}");
    assert!(!text.contains("PAC-03") && !text.contains("LYON"), "{text}");
    let text = body(received(&format!("admin@{domaine}"))["raw"].as_str().unwrap());
    assert!(text.contains("Sauvegarde") && !text.contains("PAC-03"), "{text}");
    // Not again: at once, later, by another program, after a restart.
    set_clock("2026-12-01T12:00:00Z");
    let again = comptes(&banc.atelier, smtp(port("clair")));
    assert_eq!((round(&mails).await, round(&again).await), ((0, 0, 0), (0, 0, 0)));
    let people = ["directeur", "voisin", "charge", "admin", "c1", "c2", "financeur"];
    assert_eq!(counts(domaine, &people).await, [1, 1, 1, 1, 1, 0, 0]);
    // The link of the mail, by a mail program.
    let head = headers(raw);
    let stop = head.iter().find_map(|line| line.strip_prefix("List-Unsubscribe: <")).unwrap();
    let path = stop.trim_end_matches('>').strip_prefix("https://mallette.example").unwrap();
    assert!(text_of(raw).contains(stop.trim_end_matches('>')));
    let asked = banc.page(None, path).await;
    assert!(asked.contains("Arrêter le résumé") && !asked.contains("directeur"), "{asked}");
    set_clock("2026-12-07T08:00:00Z");
    banc.comptes.run_alertes().await.unwrap();
    assert_eq!(banc.one_click(path).await, StatusCode::OK);
    assert_eq!(banc.one_click(path).await, StatusCode::OK, "twice is once");
    for other in ["/resume/arret/abc", &format!("/resume/arret/{}", "A".repeat(43))] {
        assert_eq!(banc.one_click(other).await, StatusCode::NOT_FOUND);
    }
    // The others go on: what they have not seen is said again.
    assert_eq!(round(&mails).await, (4, 1, 0));
    assert_eq!(counts(domaine, &people[..6]).await, [1, 2, 2, 2, 2, 0]);
    banc.sign_in("directeur").await;
    let page = banc.page(Some("directeur"), "/alertes/preferences").await;
    assert!(page.contains("<option value=\"0\" selected>Ne pas l'envoyer"), "{page}");
    assert!(page.contains("Semaine du 30/11/2026") && page.contains("parti le"), "{page}");
}

fn text_of(raw: &str) -> String {
    body(raw).replace("\n", " ")
}

#[tokio::test]
async fn what_was_seen_is_not_said_again_and_nothing_to_say_sends_nothing() {
    let domaine = "vues.example";
    let banc = ready(domaine).await;
    let mails = comptes(&banc.atelier, smtp(port("clair")));
    round(&mails).await;
    for nom in ["admin", "directeur", "charge", "voisin"] {
        let seen = banc.post(Some(nom), "/alertes/marques", "acte=vue").await;
        assert_eq!(seen.1, "/alertes?fait=vue", "{nom}");
    }
    set_clock("2026-11-30T07:00:00Z");
    // All but C1 have seen what there is.
    assert_eq!(round(&mails).await, (1, 5, 0));
    assert_eq!(counts(domaine, &["c1", "directeur", "voisin"]).await, [1, 0, 0]);
    // Written during the week, it waits for the next one.
    assert_eq!(round(&mails).await, (0, 0, 0));
}

#[tokio::test]
async fn a_dead_server_loses_nothing_and_two_senders_send_once() {
    let domaine = "panne.example";
    let mut banc = ready(domaine).await;
    let dead = comptes(&banc.atelier, smtp(dead_port()));
    round(&dead).await;
    set_clock("2026-11-30T07:00:00Z");
    let first = dead.send_resumes().await.unwrap();
    assert_eq!((first.partis, first.attente), (0, 1), "the first failure ends the round");
    assert!(first.echec.unwrap().contains("ne répond pas"));
    let waiting = dead.resume_counts().await.unwrap();
    assert_eq!((waiting.attente, waiting.partis), (1, 0));
    banc.sign_in("admin").await;
    let health = banc.page(Some("admin"), "/administration/sante").await;
    assert!(health.contains("Alertes") && health.contains("Cherchées le"), "{health}");
    // Back, and a restart in between: after the pause, two at once.
    let alive = [0, 1].map(|_| comptes(&banc.atelier, smtp(port("clair"))));
    set_clock("2026-11-30T07:05:00Z");
    let [left, right] = &alive;
    let (left, right) = tokio::join!(left.send_resumes(), right.send_resumes());
    assert_eq!(left.unwrap().partis + right.unwrap().partis, 5);
    let people = ["directeur", "voisin", "charge", "admin", "c1"];
    assert_eq!(counts(domaine, &people).await, [1, 1, 1, 1, 1]);
    let ended = alive[0].resume_counts().await.unwrap();
    assert_eq!((ended.attente, ended.partis, ended.incertains), (0, 5, 0));
}

#[tokio::test]
async fn a_sender_that_died_is_told_and_a_refused_address_holds_nobody_up() {
    let domaine = "mort.example";
    let mut banc = ready(domaine).await;
    let refusing = comptes(&banc.atelier, smtp(port("refuse-clair")));
    round(&refusing).await;
    set_clock("2026-11-30T07:00:00Z");
    // Somebody takes the director's, and dies.
    let registry = banc.registry().await;
    let id = banc.personnes["directeur"].id.clone();
    let mut unite = registry.begin_quiet("2026-11-30T07:00:00Z".parse().unwrap()).await.unwrap();
    assert!(unite.prepare_resume(&id, date(2026, 11, 30), 1).await.unwrap());
    assert!(unite.take_resume(&id, date(2026, 11, 30)).await.unwrap());
    unite.commit().await.unwrap();
    let done = refusing.send_resumes().await.unwrap();
    assert_eq!((done.partis, done.refuses), (0, 4), "{done:?}");
    set_clock("2026-11-30T07:11:00Z");
    refusing.send_resumes().await.unwrap();
    let told = refusing.resume_counts().await.unwrap();
    assert_eq!((told.incertains, told.refuses, told.attente), (1, 4, 0));
    assert_eq!(counts(domaine, &["directeur"]).await, [0]);
    banc.sign_in("directeur").await;
    banc.sign_in("voisin").await;
    let page = banc.page(Some("directeur"), "/alertes/preferences").await;
    assert!(page.contains("coupé pendant l'envoi"), "{page}");
    let page = banc.page(Some("voisin"), "/alertes/preferences").await;
    assert!(page.contains("refusé par le serveur de courriel"), "{page}");
    registry.close().await;
    let none: Arc<dyn mallette_courriel::Envoi> = Arc::new(mallette_courriel::SansCourriel);
    assert_eq!(round(&comptes(&banc.atelier, none)).await, (0, 0, 0));
}
