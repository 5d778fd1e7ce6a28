//! What each role is told, the list behind each figure, marks and preferences, by the pages.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use jiff::civil::{Date, date};
use mallette_app::alertes::lecture::Geste;
use mallette_app::vie::Qui;
use mallette_app::vie::liste::{Etat, Filtre};

use crate::banc::{Banc, GRENOBLE, LYON, set_clock};

const AVANT: Date = date(2026, 10, 25);
const APRES: Date = date(2026, 11, 20);

/// Lyon: three anomalies of C1 and two of C2, then eleven and two new ones; Grenoble the same twice.
async fn risen(domaine: &str) -> (Banc, String) {
    let banc = Banc::new(domaine).await;
    banc.plan(LYON, AVANT, &[("C1", 0..3), ("C2", 20..22)]);
    banc.plan(LYON, APRES, &[("C1", 0..14), ("C2", 20..24)]);
    banc.plan(GRENOBLE, AVANT, &[("G1", 0..3)]);
    banc.plan(GRENOBLE, APRES, &[("G1", 0..3)]);
    for centre in [LYON, GRENOBLE] {
        banc.import(centre, AVANT).await;
    }
    banc.import(GRENOBLE, APRES).await;
    let last = banc.import(LYON, APRES).await;
    banc.comptes.run_alertes().await.unwrap();
    (banc, last)
}

async fn listed(banc: &Banc, qui: &Qui, conseiller: Option<&str>) -> usize {
    let filtre = Filtre {
        conseiller: conseiller.map(str::to_owned),
        regle: Some("PAC-03".to_owned()),
        etat: Etat::Apparue,
    };
    banc.comptes.list_anomalies(qui, LYON, &filtre, (0, 100)).await.unwrap().total
}

fn only(cle: &str, chiffre: u64) -> Vec<(String, u64)> {
    vec![(cle.to_owned(), chiffre)]
}

#[tokio::test]
async fn each_role_is_told_its_own_and_each_figure_is_as_long_as_its_list() {
    let (banc, last) = risen("roles.example").await;
    let lyon = format!("centre/hausse/{LYON}//PAC-03");
    assert_eq!(banc.told("directeur").await, only(&lyon, 13));
    assert_eq!(listed(&banc, &banc.qui("directeur"), None).await, 13);
    let own = format!("conseiller/hausse/{LYON}/C1/PAC-03");
    assert_eq!(banc.told("c1").await, only(&own, 11));
    assert_eq!(listed(&banc, &banc.qui("c1"), Some("C1")).await, 11);
    assert_eq!(banc.told("c2").await, [], "two new ones are few");
    assert_eq!(banc.told("voisin").await, [], "nothing changed in Grenoble");
    assert_eq!(banc.told("charge").await, only("reseau/hausse///PAC-03", 13));
    let evolution = banc.comptes.read_evolution(&banc.qui("charge"), None).await.unwrap();
    assert_eq!(evolution.regles["PAC-03"].totaux.nouvelles, 13);
    assert_eq!(banc.told("financeur").await, []);
    let admin = banc.told("admin").await;
    assert!(admin.iter().all(|(cle, _)| cle.starts_with("installation/")), "{admin:?}");
    assert!(admin.iter().any(|(cle, _)| cle.ends_with("/Sauvegarde")), "{admin:?}");
    // By the pages: each reads its own, and the proof opens.
    for (qui, shown) in [("directeur", "13 nouvelles anomalies"), ("c1", "11 nouvelles anomalies")]
    {
        let page = banc.page(Some(qui), "/alertes").await;
        assert!(page.contains(shown), "{qui}: {page}");
        assert!(!page.contains("GRENOBLE") && !page.contains("Installation"), "{qui}: {page}");
        let link = page.split("href=\"/a-faire?").nth(1).unwrap().split('"').next().unwrap();
        let list = banc.page(Some(qui), &format!("/a-faire?{}", link.replace("&amp;", "&"))).await;
        let count = shown.split(' ').next().unwrap();
        assert!(
            list.contains(&format!("{count} anomalies et objets à travailler dans")),
            "{qui}: {list}"
        );
        let home = banc.page(Some(qui), "/").await;
        assert!(home.contains("1 alerte à regarder"), "{home}");
    }
    let page = banc.page(Some("admin"), "/alertes").await;
    assert!(page.contains("Sauvegarde : à reprendre."), "{page}");
    assert!(!page.contains("PAC-03"), "no figure for who runs the installation: {page}");
    let network = banc.page(Some("charge"), "/alertes").await;
    assert!(network.contains("dans le réseau") && !network.contains("C1"), "{network}");
    let refused = banc.post(Some("financeur"), "/alertes/marques", "acte=vue").await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN);
    // Undone, the facts vanish, and so do the alerts.
    mallette_app::port::Atelier::undo_import(&*banc.atelier, last).await.unwrap();
    let closed = banc.comptes.run_alertes().await.unwrap();
    assert_eq!((banc.told("directeur").await, banc.told("c1").await), (vec![], vec![]));
    assert!(closed.closes >= 3, "{closed:?}");
}

#[tokio::test]
async fn a_mark_holds_for_as_long_as_the_alert_says_the_same() {
    let (banc, _) = risen("marques.example").await;
    let page = banc.page(Some("directeur"), "/alertes").await;
    let field = |name: &str| {
        let after = format!("name=\"{name}\" value=\"");
        page.split(&after).nth(1).unwrap().split('"').next().unwrap().replace('/', "%2F")
    };
    let form = format!("cle={}&etat={}&acte=taire", field("cle"), field("etat"));
    let done = banc.post(Some("directeur"), "/alertes/marques", &form).await;
    assert_eq!((done.0, done.1.as_str()), (StatusCode::SEE_OTHER, "/alertes?fait=taire"));
    assert_eq!(banc.told("directeur").await, []);
    let page = banc.page(Some("directeur"), "/alertes").await;
    assert!(page.contains("Alertes tues à votre demande (1)"), "{page}");
    // The same, and no one else's.
    banc.comptes.run_alertes().await.unwrap();
    assert_eq!(banc.told("directeur").await, []);
    assert_eq!(banc.told("c1").await.len(), 1);
    // Another figure: told again.
    let later = date(2026, 11, 24);
    banc.plan(LYON, later, &[("C1", 0..30), ("C2", 20..24)]);
    banc.import(LYON, later).await;
    banc.comptes.run_alertes().await.unwrap();
    let told = banc.told("directeur").await;
    assert_eq!(told.len(), 1, "{told:?}");
    // Seen: it stays on the page, and is not asked again.
    let all = banc.post(Some("directeur"), "/alertes/marques", "acte=vue").await;
    assert_eq!(all.1, "/alertes?fait=vue");
    let own = banc.comptes.my_alerts(&banc.qui("directeur")).await.unwrap();
    assert_eq!((own.alertes.len(), own.unseen().count()), (1, 0));
    // What is not the own cannot be marked.
    let foreign = Some(("conseiller/hausse/69382S00/C1/PAC-03", "x"));
    let marked = banc.comptes.mark_alerts(&banc.qui("directeur"), foreign, Geste::Taire).await;
    assert_eq!(marked, Ok(0));
    let trace = banc.registry().await;
    let filtre = mallette_registry::TraceFiltre::default();
    let entries = trace.trace_page(&filtre, None, 50).await.unwrap().entrees;
    assert_eq!(entries.iter().filter(|entry| entry.acte == "alerte_tue").count(), 1);
    trace.close().await;
}

#[tokio::test]
async fn a_late_extract_and_a_silent_rule_are_told_to_the_centre_and_to_the_network() {
    let (banc, _) = risen("retard.example").await;
    set_clock("2026-12-28T12:00:00Z");
    banc.comptes.run_alertes().await.unwrap();
    let late = |public: &str, centre: &str| (format!("{public}/retard/{centre}//"), 38);
    assert!(banc.told("directeur").await.contains(&late("centre", LYON)));
    assert_eq!(banc.told("voisin").await, [late("centre", GRENOBLE)]);
    let network = banc.told("charge").await;
    assert!(network.contains(&late("reseau", LYON)) && network.contains(&late("reseau", GRENOBLE)));
    let silent = date(2026, 12, 27);
    banc.silence(silent);
    banc.import(LYON, silent).await;
    banc.comptes.run_alertes().await.unwrap();
    let told = banc.told("directeur").await;
    assert_eq!(told, only(&format!("centre/muette/{LYON}//PAC-03"), 0), "late no more");
    assert!(banc.told("charge").await.contains(&("reseau/muette///PAC-03".to_owned(), 1)));
}

#[tokio::test]
async fn what_ends_soon_is_told_to_who_has_it_in_hand_as_the_calendar_lists_it() {
    let banc = Banc::new("fins.example").await;
    // Today is Wednesday 25 November 2026.
    banc.end(&[
        ("C1", date(2026, 11, 24)),
        ("C1", date(2026, 11, 27)),
        ("C2", date(2026, 11, 27)),
        ("C1", date(2026, 12, 9)),
        ("C1", date(2027, 1, 4)),
    ]);
    banc.import(LYON, APRES).await;
    banc.comptes.run_alertes().await.unwrap();
    let week = |public: &str, who: &str, monday: &str, n| {
        (format!("{public}/fin/{LYON}/{who}/{monday}"), n)
    };
    let (near, next) = ("2026-11-23", "2026-12-07");
    let told = banc.told("directeur").await;
    assert_eq!(told, [week("centre", "", near, 3), week("centre", "", next, 1)]);
    let own = banc.told("c1").await;
    assert_eq!(own, [week("conseiller", "C1", near, 2), week("conseiller", "C1", next, 1)]);
    assert_eq!(banc.told("c2").await, [week("conseiller", "C2", near, 1)]);
    assert_eq!((banc.told("voisin").await, banc.told("charge").await), (vec![], vec![]));
    // The proof is as long as the figure.
    for (qui, fins) in [("directeur", "3 fins"), ("c1", "2 fins")] {
        let page = banc.page(Some(qui), "/alertes").await;
        assert!(page.contains(&format!("{fins} (contrats, dispositifs, âge)")), "{page}");
        let link = page.split("href=\"/marges/calendrier?").nth(1).unwrap();
        let link = link.split('"').next().unwrap().replace("&amp;", "&");
        let link = link.split('#').next().unwrap().to_owned();
        let week = banc.page(Some(qui), &format!("/marges/calendrier?{link}")).await;
        assert!(week.contains(&format!("du 23/11/2026 au 29/11/2026 : {fins}")), "{week}");
    }
    // Two days before only, and no week ahead; nothing at all for who does not want to know.
    let near_only = "hausse_nombre=10&hausse_part=50&retard_jours=35&baisse_part=50&fin_jours=2";
    let form = format!("jour=1&genre=fin&propres=oui&{near_only}");
    banc.post(Some("c1"), "/alertes/preferences", &form).await;
    assert_eq!(banc.told("c1").await.len(), 1);
    banc.post(Some("c1"), "/alertes/preferences", "jour=1&genre=hausse").await;
    assert_eq!(banc.told("c1").await, []);
    // Once they have passed, they are told no more.
    set_clock("2026-11-28T12:00:00Z");
    banc.comptes.run_alertes().await.unwrap();
    assert_eq!(banc.told("directeur").await, [week("centre", "", next, 1)]);
}

#[tokio::test]
async fn a_rule_published_that_judges_nothing_is_told_where_it_would_judge() {
    let banc = Banc::new("cote.example").await;
    let registry = banc.registry().await;
    let mut unite = registry.begin("2026-11-25T12:00:00Z".parse().unwrap()).await.unwrap();
    for centre in [None, Some(LYON)] {
        let code = unite.create_regle(centre, "{}", "p1").await.unwrap();
        unite.review_regle((&code, 1, 1), "p2").await.unwrap();
        unite.publish_regle((&code, 1, 1), "ceci n'est pas une règle", "p1").await.unwrap();
    }
    unite.commit().await.unwrap();
    registry.close().await;
    banc.import(LYON, APRES).await;
    // The server reads what was published while it runs.
    let every = Duration::from_millis(20);
    let follow = Arc::clone(&banc.atelier).follow(every, Arc::new(|_| {}), |_| {});
    let follow = tokio::spawn(follow);
    while banc.comptes.rules_set_aside().len() < 2 {
        tokio::time::sleep(every).await;
    }
    follow.abort();
    banc.comptes.run_alertes().await.unwrap();
    assert_eq!(banc.told("charge").await, only("reseau/de_cote///LOC-1", 0));
    assert_eq!(banc.told("directeur").await, only(&format!("centre/de_cote/{LYON}//LOC-2"), 0));
    assert_eq!((banc.told("voisin").await, banc.told("c1").await), (vec![], vec![]));
    let page = banc.page(Some("charge"), "/alertes").await;
    assert!(page.contains("href=\"/redaction/regles/LOC-1\""), "{page}");
}

#[tokio::test]
async fn preferences_choose_what_is_told_and_from_where_on() {
    let (banc, _) = risen("reglages.example").await;
    let page = banc.page(Some("c2"), "/alertes/preferences").await;
    assert!(page.contains("n'envoie pas de courriel"), "{page}");
    assert!(!page.contains("value=\"retard\""), "a conseiller brings no extract: {page}");
    let own = "hausse_nombre=2&hausse_part=10&retard_jours=35&baisse_part=50&fin_jours=14";
    let form = format!("jour=3&genre=hausse&propres=oui&{own}");
    let done = banc.post(Some("c2"), "/alertes/preferences", &form).await;
    assert_eq!((done.0, done.1.as_str()), (StatusCode::SEE_OTHER, "/alertes?fait=reglees"));
    // Looked for again at once, under the lowest thresholds; the others keep theirs.
    assert_eq!(banc.told("c2").await, only(&format!("conseiller/hausse/{LYON}/C2/PAC-03"), 2));
    assert_eq!(banc.told("directeur").await.len(), 1);
    for (form, why) in [
        (format!("jour=8&{own}"), "Choisir un jour"),
        (format!("jour=x&{own}"), "Choisir un jour"),
        (
            "jour=1&propres=oui&hausse_nombre=0&hausse_part=1&retard_jours=1&baisse_part=1&fin_jours=1".into(),
            "bornes",
        ),
        ("jour=1&propres=oui&hausse_nombre=a".into(), "n'est pas un nombre entier"),
    ] {
        let refused = banc.post(Some("c2"), "/alertes/preferences", &form).await;
        assert_eq!(refused.0, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(refused.2.contains(why), "{form}: {}", refused.2);
    }
    let none = banc.post(Some("c2"), "/alertes/preferences", "jour=0").await;
    assert_eq!(none.0, StatusCode::SEE_OTHER);
    assert_eq!(banc.told("c2").await, [], "no kind at all");
    // Thresholds of the network, by who runs it only.
    let high = "hausse_nombre=14&hausse_part=50&retard_jours=35&baisse_part=50&fin_jours=14";
    let refused = banc.post(Some("directeur"), "/alertes/seuils", high).await;
    assert_eq!(refused.0, StatusCode::FORBIDDEN);
    let done = banc.post(Some("admin"), "/alertes/seuils", high).await;
    assert_eq!(done.1, "/alertes/preferences?fait=seuils");
    assert_eq!(banc.told("directeur").await, [], "thirteen are below fourteen");
    let page = banc.page(Some("admin"), "/alertes/preferences").await;
    assert!(page.contains("Seuils du réseau") && page.contains("value=\"14\""), "{page}");
}
