//! Attacks on the wall by people who hold something: a link of before, a role that ended, the cookie of another installation, a
//! form about another centre.

use std::sync::atomic::{AtomicI64, Ordering};

use axum::http::{Method, StatusCode};
use jiff::{SignedDuration, Timestamp};
use mallette_app::comptes::invitation::Lien;
use mallette_domain::acces::{Exigence, Habilitation, Role};
use mallette_registry::{GenreJeton, Registry, TraceFiltre};
use mallette_testkit::postgres::Base;

use crate::commun::{GRENOBLE, LYON};
use crate::comptes::{encode, twice};
use crate::html;
use crate::matrice::{path, sent_to_sign_in};
use crate::navigateur::Navigateur;
use crate::reseau::{MOT_DE_PASSE, Reseau, role};

crate::on_both!(
    a_second_link_of_first_director_opens_no_centre,
    who_had_to_leave_comes_back_by_no_link_of_before,
    what_another_installation_gave_opens_nothing,
    forms_about_another_centre_change_nothing_of_it,
    an_interim_that_ends_shuts_the_session_under_way,
    no_field_of_a_form_adds_a_header_to_a_mail,
    bombs_are_answered_quickly_and_do_nothing,
    rows_of_two_lists_are_not_put_together_outside_of_their_centre,
);

/// A centre that has no director yet.
const SANS_DIRECTION: &str = "01053S00";

/// Invites, without going on: the path of the link.
async fn invite(reseau: &Reseau, par: &str, courriel: &str, given: Habilitation) -> String {
    let acces = reseau.acces(par).await;
    let by = (reseau.ids[par].as_str(), &acces);
    let invited = reseau.comptes.invite(by, "Qui Que", courriel, &[given]).await.unwrap();
    let Lien::ATransmettre { lien, .. } = invited else { panic!("no mail is sent here") };
    lien.strip_prefix("http://localhost:8080").unwrap().to_owned()
}

/// That a link opens no account, says so, and is a try.
async fn check_dead(reseau: &Reseau, link: &str, courriel: &str) {
    let shown = reseau.get(None, link).await;
    assert_eq!(shown.status, StatusCode::CONFLICT, "{}", shown.text());
    assert_eq!(html::faults(&shown.text()), Vec::<String>::new());
    assert!(shown.text().contains("ne vaut plus"), "{}", shown.text());
    let opened = reseau.post(None, link, &twice(MOT_DE_PASSE)).await;
    assert!(opened.status.is_client_error(), "{} {}", opened.status, opened.text());
    let registry = reseau.registry().await;
    assert!(registry.personne_by_courriel(courriel).await.unwrap().is_none(), "{courriel}");
    let all = registry.trace_page(&TraceFiltre::default(), None, 50).await.unwrap().entrees;
    assert!(all.iter().any(|entry| entry.detail["genre"] == "lien"), "{all:?}");
    registry.close().await;
}

async fn a_second_link_of_first_director_opens_no_centre(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    // Both are made while the centre has no director: an administrator keeps one for a name of his own.
    let first = || role(Role::Directeur, Some(SANS_DIRECTION), None);
    let own = invite(&reseau, "admin", "vrai@ain.example", first()).await;
    let puppet = invite(&reseau, "admin", "faux@ain.example", first()).await;
    let opened = reseau.post(None, &own, &twice(MOT_DE_PASSE)).await;
    assert_eq!(opened.header("location"), "/connexion?fait=compte", "{}", opened.text());
    check_dead(&reseau, &puppet, "faux@ain.example").await;
    let registry = reseau.registry().await;
    assert_eq!(registry.habilitations_in(SANS_DIRECTION).await.unwrap().len(), 1);
    registry.close().await;
}

async fn who_had_to_leave_comes_back_by_no_link_of_before(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let given = || role(Role::Referent, Some(LYON), None);
    let link = invite(&reseau, "directeur", "retour@lyon.example", given()).await;
    let other = invite(&reseau, "directeur", "autre@lyon.example", given()).await;
    // While the director is one, a link serves.
    let opened = reseau.post(None, &other, &twice(MOT_DE_PASSE)).await;
    assert_eq!(opened.header("location"), "/connexion?fait=compte", "{}", opened.text());
    // The account is closed.
    let path = format!("/personnes/{}/fermeture", reseau.ids["directeur"]);
    assert_eq!(reseau.post(Some("admin"), &path, "").await.status, StatusCode::SEE_OTHER);
    check_dead(&reseau, &link, "retour@lyon.example").await;
    // Or the role is taken back.
    reseau.post(Some("admin"), &path, "ouvrir=oui").await;
    let registry = reseau.registry().await;
    let held = registry.habilitations_of(&reseau.ids["directeur"]).await.unwrap().remove(0);
    let mut unite = registry.begin(reseau.comptes.now()).await.unwrap();
    unite.take_back_habilitation(held.rang, "x").await.unwrap();
    unite.commit().await.unwrap();
    check_dead(&reseau, &link, "retour@lyon.example").await;
    registry.close().await;
}

async fn what_another_installation_gave_opens_nothing(base: Option<Base>) {
    let (own, other) = (Reseau::peuple(base).await, Reseau::peuple(None).await);
    for (qui, session) in &other.sessions {
        let mut browser = Navigateur::signed_in(session);
        for path in ["/compte", "/controles", "/personnes", "/trace"] {
            let answer = browser.get(&own, path).await;
            assert!(sent_to_sign_in(&answer), "{qui} {path}: {}", answer.status);
        }
        let form = format!("structure={LYON}&entre=tout");
        assert!(sent_to_sign_in(&browser.post(&own, "/personnes/ouverture", &form).await), "{qui}");
    }
    // Links likewise: they have the shape of ours, and nothing knows them.
    let link =
        invite(&other, "admin", "zoe@ailleurs.example", role(Role::Auditeur, None, None)).await;
    let answer = own.get(None, &link).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text());
    let opened = own.post(None, &link, &twice(MOT_DE_PASSE)).await;
    assert_eq!(opened.status, StatusCode::CONFLICT, "{}", opened.text());
    assert_eq!(other.post(None, &link, &twice(MOT_DE_PASSE)).await.status, StatusCode::SEE_OTHER);
}

/// All that is kept of a centre, as text.
async fn kept_of(registry: &Registry, centre: &str, personne: &str) -> Vec<(&'static str, String)> {
    let own = |id: Option<&str>| id == Some(centre);
    let mut all = Vec::new();
    let mut add = |what, said: String| all.push((what, said));
    add("rôles", format!("{:?}", registry.habilitations_in(centre).await.unwrap()));
    add("fonctions", format!("{:?}", registry.fonctions_of(personne).await.unwrap()));
    let set = registry.parametres().await.unwrap();
    let set: Vec<_> = set.iter().filter(|p| own(p.structure_id.as_deref())).collect();
    add("réglages", format!("{set:?}"));
    let links = registry.jetons(GenreJeton::Invitation).await.unwrap();
    let links: Vec<_> =
        links.iter().filter(|link| link.contenu.to_string().contains(centre)).collect();
    add("invitations", format!("{links:?}"));
    add("urgences", format!("{:?}", registry.bris_in(centre).await.unwrap()));
    add("demandes", format!("{:?}", registry.demandes(centre).await.unwrap()));
    add("prévisions", format!("{:?}", registry.plans(centre).await.unwrap()));
    let mut targets = Vec::new();
    for annee in [2018, 2019, 2020] {
        let all = registry.objectifs(annee).await.unwrap();
        targets.extend(all.into_iter().filter(|target| format!("{target:?}").contains(centre)));
    }
    add("objectifs", format!("{targets:?}"));
    add("parts", format!("{:?}", registry.parts_in(centre).await.unwrap()));
    add("clé", format!("{:?}", registry.cle_centre(centre).await.unwrap()));
    let variants = registry.charte_variantes().await.unwrap();
    let variants: Vec<_> = variants.iter().filter(|v| format!("{v:?}").contains(centre)).collect();
    add("charte", format!("{variants:?}"));
    let values = registry.valeurs_parametres().await.unwrap();
    let values: Vec<_> = values.iter().filter(|v| own(v.structure_id.as_deref())).collect();
    add("paramètres", format!("{values:?}"));
    add("suites", format!("{:?}", registry.suites().await.unwrap()));
    let rules = registry.regles_redigees(None).await.unwrap();
    let rules: Vec<_> = rules.iter().filter(|rule| format!("{rule:?}").contains(centre)).collect();
    add("règles", format!("{rules:?}"));
    add("navigateurs", format!("{:?}", registry.appareils_of(personne).await.unwrap()));
    let sessions = registry.sessions_of(personne, "2026-11-25T12:00:00Z".parse().unwrap()).await;
    add("sessions", format!("{}", sessions.unwrap().len()));
    all
}

/// Every field that some form has, about that centre.
fn form(centre: &str, voisin: &str) -> String {
    let fields = [
        ("centre", centre),
        ("structure", centre),
        ("structure_id", centre),
        ("personne", voisin),
        ("id", voisin),
        ("role", "directeur"),
        ("nom", "Intrus"),
        ("courriel", "intrus@essai.example"),
        ("conseiller", "G1"),
        ("rang", "1"),
        ("fonction", "referent_justice"),
        ("entre", "tout"),
        ("motif", "Un motif assez long pour être reçu"),
        ("fermer", "oui"),
        ("ouvrir", "oui"),
        ("genre", "acces"),
        ("recue", "2026-11-20"),
        ("objet", "parcours/P0001"),
        ("etat", "satisfaite"),
        ("reponse", "Relevé remis"),
        ("age", "26"),
        ("mois", "0"),
        ("active", "oui"),
        ("portee", "interne"),
        ("indicateur", "PAC-R"),
        ("annee", "2019"),
        ("objectif", "1 %"),
        ("nombre", "1"),
        ("regle", "PAC-07"),
        ("table", "parcours"),
        ("texte", "Ailleurs"),
        ("valeur", "20"),
        ("reseaux", "10.0.0.0/8"),
        ("de", LYON),
        ("vers", centre),
        ("present", MOT_DE_PASSE),
        ("donne", MOT_DE_PASSE),
        ("tous", "oui"),
        ("geste", "commenter"),
        ("version", "0"),
    ];
    let pairs: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    pairs.join("&")
}

async fn forms_about_another_centre_change_nothing_of_it(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    let voisin = reseau.ids["voisin"].clone();
    let form = form(GRENOBLE, &voisin);
    let before = kept_of(&registry, GRENOBLE, &voisin).await;
    let routes = mallette_web::declared();
    let acts = routes.iter().filter(|route| {
        let leaves = ["/deconnexion", "/compte/sessions", "/compte/appareils"];
        route.methode == Method::POST
            && route.exigence != Exigence::Publique
            && !leaves.contains(&route.chemin)
    });
    let mut tried = 0;
    for route in acts {
        let plain = path(route.chemin, GRENOBLE);
        // An account is named in the address.
        let whom = route.chemin.replace("/personnes/{id}/", &format!("/personnes/{voisin}/"));
        let named = (!whom.contains('{')).then_some(whom);
        for address in [Some(plain), named].into_iter().flatten() {
            for qui in ["conseiller", "referent", "directeur"] {
                reseau.double.appels();
                let answer = reseau.post(Some(qui), &address, &form).await;
                assert!(!answer.status.is_server_error(), "{qui} {address} {}", answer.text());
                let asked = reseau.double.appels();
                let foreign =
                    |asked: &&String| asked.contains(GRENOBLE) || asked.contains("annuler imp-1");
                assert_eq!(asked.iter().find(foreign), None, "{qui} {address}");
                tried += 1;
            }
        }
        let after = kept_of(&registry, GRENOBLE, &voisin).await;
        assert_eq!(after, before, "{}", route.chemin);
    }
    assert!(tried > 200, "{tried}");
    // The same form, by who directs that centre, does change something: the test can fail.
    let own = reseau.post(Some("voisin"), "/personnes/ouverture", &form).await;
    assert_eq!(own.status, StatusCode::SEE_OTHER, "{}", own.text());
    assert_ne!(kept_of(&registry, GRENOBLE, &voisin).await, before);
    registry.close().await;
}

/// Half past eleven at night in Paris, then later; one clock for each engine.
static MINUTES: [AtomicI64; 2] = [AtomicI64::new(0), AtomicI64::new(0)];

fn clock<const RANG: usize>() -> Timestamp {
    let late: Timestamp = "2026-11-25T22:30:00Z".parse().unwrap();
    late + SignedDuration::from_mins(MINUTES[RANG].load(Ordering::Relaxed))
}

async fn an_interim_that_ends_shuts_the_session_under_way(base: Option<Base>) {
    let (minutes, now): (&AtomicI64, fn() -> Timestamp) = match base {
        None => (&MINUTES[0], clock::<0>),
        Some(_) => (&MINUTES[1], clock::<1>),
    };
    let mut reseau = Reseau::peuple_at(base, now).await;
    let interim =
        Habilitation { fin: "2026-11-25".parse().ok(), ..role(Role::Referent, Some(LYON), None) };
    reseau.invite("directeur", "interim", "interim@lyon.example", interim).await;
    let list = format!("/controles/PAC-07?centre={LYON}");
    let file = format!("/controles/PAC-07/objets.csv?centre={LYON}");
    for path in [&list, &file] {
        assert!(reseau.get(Some("interim"), path).await.text().contains("DUPONT"), "{path}");
    }
    // A quarter past midnight: the session lives, the role does not.
    minutes.store(45, Ordering::Relaxed);
    assert_eq!(reseau.get(Some("interim"), "/compte").await.status, StatusCode::OK);
    for path in [&list, &file] {
        let answer = reseau.get(Some("interim"), path).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
        assert!(!answer.text().contains("DUPONT"), "{path}");
    }
    let urgence = format!("structure={LYON}&motif=Un+motif+assez+long+pour+passer");
    let refused = reseau.post(Some("interim"), "/urgence", &urgence).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "{}", refused.text());
    assert!(reseau.get(Some("referent"), &list).await.text().contains("DUPONT"));
}

async fn rows_of_two_lists_are_not_put_together_outside_of_their_centre(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let file = |code: &str| format!("/controles/{code}/objets.csv?centre={LYON}");
    // The objects of both rules are the same ones: their own people read which.
    for code in ["PAC-07", "DOS-01"] {
        let own = reseau.get(Some("directeur"), &file(code)).await.text();
        assert!(own.contains(";P0001;"), "{own}");
        let read = reseau.get(Some("charge"), &file(code)).await.text();
        let mut lines = read.trim_start_matches('\u{feff}').lines();
        let heads = lines.next().unwrap();
        assert_eq!(heads, "Centre;Nom du centre;Table;Numéro dans la liste;Antenne");
        let ranks: Vec<&str> = lines.map(|line| line.split(';').nth(3).unwrap()).collect();
        assert_eq!(ranks.len(), own.lines().count() - 1, "as long as its figure");
        assert!(
            (1..).zip(&ranks).all(|(rank, own): (usize, _)| *own == rank.to_string()),
            "{ranks:?}"
        );
        let page = format!("/controles/{code}?centre={LYON}");
        let shown = reseau.get(Some("charge"), &page).await;
        assert_eq!(html::faults(&shown.text()), Vec::<String>::new());
        assert!(
            shown.text().contains("numérotées de nouveau dans chaque liste"),
            "{}",
            shown.text()
        );
        for text in [&read, &shown.text()] {
            assert!(!text.contains("P0001") && !text.contains(">C1<"), "{text}");
        }
        // What was read is the same when it is read again, and what is searched for finds nobody.
        assert_eq!(reseau.get(Some("charge"), &file(code)).await.text(), read);
        for wanted in ["d-P0001", "P0001", "d-"] {
            let found =
                reseau.get(Some("charge"), &format!("{page}&dossier={wanted}")).await.text();
            assert!(found.contains("aucun objet à afficher avec ces filtres"), "{wanted}: {found}");
        }
    }
    // What is about persons is told of the whole centre.
    let part = format!("/controles/MARGE-01?centre={LYON}&antenne=Centre");
    let refused = reseau.get(Some("charge"), &part).await;
    assert!(!refused.status.is_success(), "{}", refused.text());
    assert!(
        refused.text().contains("ne se lit ni par antenne ni par conseiller"),
        "{}",
        refused.text()
    );
}

async fn no_field_of_a_form_adds_a_header_to_a_mail(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    let waiting = async || registry.jetons(GenreJeton::Invitation).await.unwrap().len();
    let before = waiting().await;
    for (nom, courriel) in [
        ("Eve\r\nBcc: tous@essai.example", "eve@essai.example"),
        ("Eve\nSubject: x", "eve@essai.example"),
        ("Eve", "eve@essai.example\r\nBcc: tous@essai.example"),
        ("Eve", "eve@essai.example, tous@essai.example"),
        ("Eve", "eve@essai.example>\r\nTo: <tous@essai.example"),
        ("Eve\u{2028}Bcc: x", "eve@essai.example\u{b}"),
    ] {
        let (nom, courriel) = (encode(nom), encode(courriel));
        let form = format!("nom={nom}&courriel={courriel}&role=auditeur&structure=");
        let refused = reseau.post(Some("admin"), "/personnes/invitations", &form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{nom} {courriel}");
        assert_eq!(waiting().await, before, "{nom} {courriel}");
    }
    // Asking for a link under such an address is answered like any other, and nothing leaves.
    let form = format!("courriel={}", encode("dir@lyon.example\r\nBcc: tous@essai.example"));
    let asked = reseau.post(None, "/mot-de-passe-oublie", &form).await;
    assert!(!asked.status.is_server_error(), "{}", asked.text());
    let resets = registry.jetons(GenreJeton::Reinitialisation).await.unwrap();
    assert_eq!(resets.len(), 0);
    registry.close().await;
}

async fn bombs_are_answered_quickly_and_do_nothing(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    let count = async || {
        let people = registry.personnes().await.unwrap().len();
        (people, registry.jetons(GenreJeton::Invitation).await.unwrap().len())
    };
    let before = count().await;
    // Hundreds of thousands of fields, names or values without end, percents without end: under the limit of a form, or refused by it.
    let fields = "a=1&".repeat(400_000);
    let deep = format!("nom={}", "%25".repeat(300_000));
    let brackets = format!("{}=1", "a[".repeat(500_000));
    let same = "role=auditeur&".repeat(100_000);
    for body in [&fields, &deep, &brackets, &same] {
        let start = std::time::Instant::now();
        for path in ["/personnes/invitations", "/connexion", "/personnes/circonstances"] {
            let answer = reseau.post(Some("admin"), path, body).await;
            assert!(!answer.status.is_server_error(), "{path}: {}", answer.status);
        }
        assert!(start.elapsed() < std::time::Duration::from_secs(60), "{:?}", start.elapsed());
    }
    // JSON is no form of ours, whatever its depth.
    let mut json = reseau.request("POST", Some("admin"), "/personnes/invitations", "");
    json.headers_mut().insert("content-type", "application/json".parse().unwrap());
    *json.body_mut() = axum::body::Body::from("[".repeat(1_000_000));
    assert!(reseau.send(json).await.status.is_client_error());
    assert_eq!(count().await, before);
    registry.close().await;
}
