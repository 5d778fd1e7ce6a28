//! Every route, asked for by every role, about the own centre and another one: who passes is said
//! here by hand, role by role, apart from the code that decides; what is shown of a centre that is
//! not open is searched for in every answer.

use axum::http::{Method, StatusCode};
use mallette_domain::acces::Exigence;
use mallette_testkit::postgres::Base;
use proptest::prelude::*;

use crate::commun::{GRENOBLE, LYON};
use crate::html;
use crate::reseau::{Reponse, Reseau};

crate::on_both!(
    each_route_answers_each_role_as_declared,
    with_one_factor_only_nothing_is_open,
    no_link_leads_who_follows_it_to_a_closed_door,
);

pub(crate) const QUI: [&str; 8] =
    ["conseiller", "referent", "directeur", "voisin", "charge", "admin", "financeur", "auditeur"];

/// Who passes, for each thing that a route may ask for.
pub(crate) fn passes(exigence: Exigence) -> &'static [&'static str] {
    match exigence {
        Exigence::Publique | Exigence::Personne => &QUI,
        Exigence::Chiffres => &["conseiller", "referent", "directeur", "voisin", "charge"],
        Exigence::Suivi => &["conseiller", "referent", "directeur", "voisin"],
        Exigence::Alertes => &["conseiller", "referent", "directeur", "voisin", "charge", "admin"],
        Exigence::Reseau => &["charge"],
        Exigence::Importation => &["referent", "directeur", "voisin"],
        Exigence::Annuaire => &["conseiller", "referent", "directeur", "voisin", "charge", "admin"],
        Exigence::Comptes => &["directeur", "voisin", "admin"],
        Exigence::Administration => &["admin"],
        Exigence::Direction => &["directeur", "voisin"],
        Exigence::Trace => &["directeur", "voisin", "auditeur"],
        Exigence::Publications => &["charge", "financeur"],
        Exigence::Redaction => &["referent", "directeur", "voisin", "charge"],
        Exigence::Objectifs => &["directeur", "voisin", "charge", "admin"],
    }
}

/// Texts that only Grenoble and who may read it have: its name, its conseiller, its dossiers'.
const GRENOBLOIS: [&str; 6] =
    ["38-ML GRENOBLE", GRENOBLE, ">G1<", ";G1;", ">G1 ", "conseillers/G1"];

/// A path of that route, about a centre.
pub(crate) fn path(route: &str, centre: &str) -> String {
    let import = if centre == LYON { "imp-2" } else { "imp-1" };
    let conseiller = if centre == LYON { "C1" } else { "G1" };
    let indicateur = route.starts_with("/indicateurs");
    let code = if indicateur { "ACC-N" } else { "PAC-07" };
    let mut path = route
        .replace("{code}", code)
        .replace("{conseiller}", conseiller)
        .replace("{centre}", centre)
        .replace("{job}", "1")
        .replace("{rang}", "0")
        .replace("{table}", "parcours")
        .replace("{objet}", "P0001")
        .replace("{nom}", "2019-11")
        .replace("{dossier}", "0123456789abcdef")
        .replace("{jeton}", "abc")
        .replace("{cle}", "abc")
        .replace("{acte}", "diagnostic")
        .replace("{parametre}", "jours")
        .replace("{tableau}", "direction")
        .replace("{numero}", "1");
    path = match route.starts_with("/imports/{id}") {
        true => path.replace("{id}", import),
        false => path.replace("{id}", centre),
    };
    assert!(!path.contains('{'), "{route}: say what its parts are");
    path.push_str(&format!("?centre={centre}&structure={centre}"));
    path
}

/// Whether the guard let somebody pass: whatever the handler then answered.
fn let_pass(answer: &Reponse) -> bool {
    let refused = "pas ouverte à votre compte";
    !(answer.status == StatusCode::FORBIDDEN && answer.text().contains(refused))
}

pub(crate) fn sent_to_sign_in(answer: &Reponse) -> bool {
    answer.status == StatusCode::SEE_OTHER && answer.header("location").starts_with("/connexion")
}

/// Acts that end a session, or open one, are told apart: asked for once, at the end.
fn ends_a_session(path: &str) -> bool {
    path.starts_with("/deconnexion") || path.starts_with("/compte/sessions")
}

async fn each_route_answers_each_role_as_declared(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let routes = mallette_web::declared();
    assert!(routes.len() > 70, "{}", routes.len());
    for route in &routes {
        let methode = route.methode.as_str();
        for centre in [LYON, GRENOBLE] {
            let path = path(route.chemin, centre);
            if ends_a_session(&path) {
                continue;
            }
            let cell = |qui: &str| format!("{methode} {path} by {qui}");
            reseau.double.appels();
            let nobody = reseau.send(reseau.request(methode, None, &path, "")).await;
            let public = route.exigence == Exigence::Publique;
            assert_eq!(sent_to_sign_in(&nobody) && !public, !public, "{}", cell("nobody"));
            let forged = reseau.send(reseau.request(methode, Some("A"), &path, "")).await;
            assert_eq!(forged.status, nobody.status, "{}", cell("a forged session"));
            let asked = reseau.double.appels();
            assert_eq!(asked, Vec::<String>::new(), "{}", cell("nobody"));
            for qui in QUI {
                let answer = reseau.send(reseau.request(methode, Some(qui), &path, "")).await;
                let expected = passes(route.exigence).contains(&qui);
                assert_eq!(let_pass(&answer), expected, "{}: {}", cell(qui), answer.status);
                assert!(!sent_to_sign_in(&answer) || public, "{}", cell(qui));
                let asked = reseau.double.appels();
                assert!(expected || asked.is_empty(), "{}: {asked:?}", cell(qui));
                check_no_foreign_act(&asked, qui, centre, &cell(qui));
                assert!(answer.status != StatusCode::INTERNAL_SERVER_ERROR, "{}", cell(qui));
                check_no_foreign_row(&answer, qui, &cell(qui));
            }
        }
    }
    assert_eq!(reseau.double.depots(), 0, "nobody left a file");
    for qui in QUI {
        let answer = reseau.post(Some(qui), "/deconnexion", "").await;
        assert_eq!(answer.header("location"), "/connexion?fait=sortie");
        assert!(sent_to_sign_in(&reseau.get(Some(qui), "/compte").await), "{qui} is out");
    }
}

/// No act on Grenoble's data by those of Lyon, and the reverse.
fn check_no_foreign_act(asked: &[String], qui: &str, centre: &str, cell: &str) {
    let own = match qui {
        "voisin" => centre == GRENOBLE,
        "charge" => true,
        _ => centre == LYON,
    };
    let acts = asked.iter().filter(|asked| asked.starts_with("annuler"));
    assert!(own || acts.count() == 0, "{cell}: {asked:?}");
}

/// Nothing of Grenoble for those of Lyon, nothing of any centre for who reads no figure, and a
/// name for none but those of a centre.
fn check_no_foreign_row(answer: &Reponse, qui: &str, cell: &str) {
    // A redirection repeats the address asked for.
    let mut shown = answer.text();
    for asked in ["centre=38185S00", "structure=38185S00", "centre%3D38185S00"] {
        shown = shown.replace(asked, "");
    }
    let grenoble = matches!(qui, "voisin" | "charge" | "admin" | "auditeur");
    if !grenoble {
        for text in GRENOBLOIS {
            // « Aucun centre « 38185S00 » » repeats what was asked for, and says nothing of it.
            let echo = answer.status == StatusCode::NOT_FOUND && text == GRENOBLE;
            assert!(echo || !shown.contains(text), "{cell}: {text} is shown\n{shown}");
        }
    }
    if !matches!(qui, "conseiller" | "referent" | "directeur" | "voisin") {
        for name in ["DUPONT", "DURAND", "Zoé"] {
            assert!(!shown.contains(name), "{cell}: a name is shown");
        }
    }
    if matches!(qui, "admin" | "financeur" | "auditeur") {
        assert!(
            !shown.contains(">C1<") && !shown.contains("1\u{202f}234"),
            "{cell}: a figure is shown"
        );
    }
}

async fn with_one_factor_only_nothing_is_open(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let opened = reseau
        .comptes
        .sign_in(
            "dir@lyon.example",
            zeroize::Zeroizing::new(crate::reseau::MOT_DE_PASSE.to_owned()),
            &crate::reseau::origine(),
        )
        .await
        .unwrap();
    let half = opened.jeton.to_string();
    for route in mallette_web::declared() {
        if route.exigence == Exigence::Publique {
            continue;
        }
        let path = path(route.chemin, LYON);
        let answer = reseau.send(reseau.request(route.methode.as_str(), Some(&half), &path, ""));
        let answer = answer.await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.header("location").starts_with("/connexion/second-facteur"), "{path}");
    }
}

async fn no_link_leads_who_follows_it_to_a_closed_door(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    for qui in QUI {
        let mut seen = std::collections::BTreeSet::from(["/".to_owned()]);
        let mut waiting = vec!["/".to_owned()];
        while let Some(path) = waiting.pop() {
            let answer = reseau.get(Some(qui), &path).await;
            assert!(answer.status.is_success(), "{qui}: {path}: {}", answer.status);
            if !answer.header("content-type").starts_with("text/html") {
                continue;
            }
            let page = answer.text();
            assert_eq!(html::faults(&page), Vec::<String>::new(), "{qui}: {path}");
            for link in html::links(&page) {
                let link = link.split('#').next().unwrap_or_default().to_owned();
                // Each page of a list, each period and each centre is like another.
                let like = link.contains("page=") || link.contains("periode=");
                if link.starts_with('/') && !like && seen.len() < 400 && seen.insert(link.clone()) {
                    waiting.push(link);
                }
            }
        }
        assert!(seen.len() > 3, "{qui}: {seen:?}");
    }
}

#[test]
fn every_act_says_what_it_asks_and_none_is_public_by_mistake() {
    let public: Vec<String> = mallette_web::declared()
        .into_iter()
        .filter(|route| route.exigence == Exigence::Publique && route.methode == Method::POST)
        .map(|route| route.chemin.to_owned())
        .collect();
    // The way in, and nothing else: `oidc` leaves for the identity provider, from where one comes
    // back as somebody, to sign in or to accept the invitation of that link. `arret` stops a mail, by a
    // link that only this mail holds.
    assert_eq!(
        public,
        [
            "/resume/arret/{jeton}",
            "/connexion",
            "/connexion/oidc",
            "/deconnexion",
            "/connexion/second-facteur",
            "/connexion/second-facteur/installation",
            "/invitation/{jeton}",
            "/invitation/{jeton}/oidc",
            "/mot-de-passe-oublie",
            "/mot-de-passe/{jeton}",
        ]
    );
}

/// What is tried as an identifier: those that exist, and what people try.
fn identifiers() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            LYON,
            GRENOBLE,
            "01053S00",
            "imp-0",
            "imp-1",
            "imp-2",
            "C1",
            "C2",
            "G1",
            "PAC-07",
            "DOS-01",
            "ACC-N",
            "PAC-R",
            "2019-11",
            "1",
            "0",
            "..",
            "%2e%2e",
            "%00",
            "'--",
            "%2F",
            "a%0d%0ab",
            "38185s00",
            "38185S00%20",
            "38185S00%00",
            "*",
            "%25",
        ])
        .prop_map(str::to_owned),
        "[A-Za-z0-9%._~-]{1,12}".prop_map(|text| text.replace('%', "%25")),
    ]
}

#[test]
fn fuzzed_identifiers_give_no_foreign_row() {
    fuzz(None);
}

#[test]
fn fuzzed_identifiers_give_no_foreign_row_on_postgresql() {
    fuzz(Some(Base::fresh()));
}

fn fuzz(base: Option<Base>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let reseau = runtime.block_on(Reseau::peuple(base));
    let routes = mallette_web::declared();
    let gets: Vec<&str> = routes
        .iter()
        .filter(|route| route.methode == Method::GET)
        .map(|route| route.chemin)
        .collect();
    let lyon = prop::sample::select(vec!["conseiller", "referent", "directeur", "financeur"]);
    let parts = prop::collection::vec(identifiers(), 6);
    let asked = (prop::sample::select(gets), lyon, parts);
    // More of them in release, by the command that CONTRIBUTING.md names.
    let cases = std::env::var("MALLETTE_FUZZ").ok().and_then(|n| n.parse().ok());
    let config = ProptestConfig { cases: cases.unwrap_or(3_000), ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    runner
        .run(&asked, |(route, qui, parts)| {
            let mut filled = String::new();
            let mut own = parts.iter();
            for segment in route.split('/').skip(1) {
                filled.push('/');
                match segment.split_once('}') {
                    Some((_, rest)) => {
                        filled.push_str(own.next().map_or("", String::as_str));
                        filled.push_str(rest);
                    }
                    None => filled.push_str(segment),
                }
            }
            let more: Vec<&String> = own.collect();
            for (name, value) in ["centre", "conseiller", "dossier", "campagne"].iter().zip(more) {
                filled.push(if filled.contains('?') { '&' } else { '?' });
                filled.push_str(&format!("{name}={value}"));
            }
            let answer = runtime.block_on(reseau.get(Some(qui), &filled));
            // What was typed may be repeated; what only the data have may not be there.
            let shown = answer.text();
            prop_assert!(!shown.contains("38-ML GRENOBLE"), "{} by {}", filled, qui);
            prop_assert!(answer.status != StatusCode::INTERNAL_SERVER_ERROR, "{}", filled);
            Ok(())
        })
        .unwrap();
}
