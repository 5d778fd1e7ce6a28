//! Accounts by their pages: signing in, being invited, giving roles, and what the trace keeps.

use axum::http::StatusCode;
use mallette_domain::acces::Role;
use mallette_registry::TraceFiltre;

use mallette_testkit::postgres::Base;
use serde_json::json;

use crate::commun::{GRENOBLE, LYON};
use crate::html;
use crate::reseau::{MOT_DE_PASSE, Reponse, Reseau, code, role};

crate::on_both!(
    a_machine_without_accounts_opens_its_first_one,
    a_wrong_password_and_an_unknown_address_are_refused_alike,
    one_goes_back_to_our_pages_only_and_forms_of_other_sites_do_nothing,
    failed_tries_on_an_account_are_traced_as_they_double,
    roles_are_given_by_who_answers_for_them_only,
    a_closed_account_is_out_at_once_and_signs_in_no_more,
    the_trace_says_who_read_which_dossier_and_names_nobody,
    a_conseiller_reads_own_dossiers_unless_the_director_opens_the_centre,
    the_own_account_changes_its_password_and_ends_its_sessions,
    another_application_asks_for_the_password_again,
    new_recovery_codes_ask_for_the_password_again,
    two_that_open_the_same_invitation_at_once_make_one_account,
    who_manages_an_account_sees_where_it_is_open_and_ends_it,
);

pub(crate) fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub(crate) fn sign_in(courriel: &str, mot_de_passe: &str) -> String {
    format!("courriel={}&mot_de_passe={}", encode(courriel), encode(mot_de_passe))
}

pub(crate) fn twice(mot_de_passe: &str) -> String {
    format!("mot_de_passe={0}&repete={0}", encode(mot_de_passe))
}

/// The session that an answer gives.
pub(crate) fn session(answer: &Reponse) -> String {
    let cookie = answer.header("set-cookie");
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    let value = cookie.split(';').next().and_then(|pair| pair.strip_prefix("mallette="));
    value.unwrap_or_else(|| panic!("{cookie}")).to_owned()
}

/// The text between two marks of a page.
pub(crate) fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let from = text.find(before).unwrap_or_else(|| panic!("no {before} in {text}"));
    let rest = &text[from + before.len()..];
    &rest[..rest.find(after).unwrap()]
}

async fn a_machine_without_accounts_opens_its_first_one(base: Option<Base>) {
    let reseau = Reseau::neuf(base).await;
    let open = reseau.get(None, "/controles").await;
    assert_eq!(open.status, StatusCode::OK, "who holds the machine needs no account");
    assert_eq!(reseau.get(None, "/connexion").await.header("location"), "/");
    let page = reseau.get(None, "/installation").await.text();
    assert!(page.contains("Ouvrir des comptes"), "{page}");

    let form = format!("nom=Ada&courriel={}", encode("ada@essai.example"));
    let made = reseau.post(None, "/installation/premier-compte", &form).await;
    let link = made.header("location").to_owned();
    assert!(link.starts_with("/invitation/"), "{link}");
    // From now on, nobody is answered without an account.
    for path in ["/", "/controles", "/installation", "/imports"] {
        let answer = reseau.get(None, path).await;
        assert!(answer.header("location").starts_with("/connexion"), "{path}");
    }
    let invitation = reseau.get(None, &link).await;
    assert_eq!(html::faults(&invitation.text()), Vec::<String>::new());
    let short = reseau.post(None, &link, &twice("court")).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = reseau.post(None, &link, "mot_de_passe=a&repete=b").await;
    assert!(other.text().contains("ne sont pas les mêmes"));
    let opened = reseau.post(None, &link, &twice(MOT_DE_PASSE)).await;
    assert_eq!(opened.header("location"), "/connexion?fait=compte");
    let again = reseau.post(None, &link, &twice(MOT_DE_PASSE)).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a link serves once");

    let wanted = sign_in("Ada@Essai.example", MOT_DE_PASSE);
    let signed = reseau.post(None, "/connexion", &format!("{wanted}&retour=%2Fpersonnes")).await;
    assert_eq!(signed.header("location"), "/connexion/second-facteur?retour=%2Fpersonnes");
    let half = session(&signed);
    let page =
        reseau.get(Some(&half), "/connexion/second-facteur?retour=%2Fpersonnes").await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    let texte = between(&page, "<span class=\"code long\">", "</span>");
    let secret = between(&page, "name=\"secret\" value=\"", "\"");
    let form = format!("secret={}&retour=%2Fpersonnes&code=", encode(secret));
    let path = "/connexion/second-facteur/installation";
    let wrong = reseau.post(Some(&half), path, &format!("{form}000000")).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let installed = reseau.post(Some(&half), path, &format!("{form}{}", code(texte))).await;
    assert_eq!(installed.status, StatusCode::OK);
    let codes = installed.text().matches("<li>").count();
    assert!(codes >= 8, "{codes} recovery codes");
    let whole = session(&installed);
    assert_ne!(whole, half, "the session changes with what it opens");
    assert!(reseau.get(Some(&half), "/personnes").await.header("location").contains("/connexion"));
    let people = reseau.get(Some(&whole), "/personnes").await;
    assert_eq!(people.status, StatusCode::OK);
    assert_eq!(html::faults(&people.text()), Vec::<String>::new());
    // No second first account.
    let form = format!("nom=Eve&courriel={}", encode("eve@essai.example"));
    let refused = reseau.post(Some(&whole), "/installation/premier-compte", &form).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn a_wrong_password_and_an_unknown_address_are_refused_alike(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let known =
        reseau.post(None, "/connexion", &sign_in("dir@lyon.example", "faux faux faux")).await;
    let unknown =
        reseau.post(None, "/connexion", &sign_in("dir@nulle.example", "faux faux faux")).await;
    assert_eq!(known.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(known.headers.get("set-cookie").is_none());
    let same = |answer: &Reponse| answer.text().replace("dir@lyon.example", "dir@nulle.example");
    assert_eq!(same(&known), same(&unknown));
    // After too many tries, even the right password waits.
    for _ in 0..12 {
        reseau.post(None, "/connexion", &sign_in("dir@lyon.example", "faux")).await;
    }
    let right = reseau.post(None, "/connexion", &sign_in("dir@lyon.example", MOT_DE_PASSE)).await;
    assert_eq!(right.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(right.text().contains("ssai"), "{}", right.text());
}

async fn one_goes_back_to_our_pages_only_and_forms_of_other_sites_do_nothing(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let form = format!("{}&retour=", sign_in("fin@essai.example", MOT_DE_PASSE));
    for elsewhere in ["https://voleur.example", "//voleur.example", "/\\voleur.example"] {
        let form = format!("{form}{}", encode(elsewhere));
        let signed = reseau.post(None, "/connexion", &form).await;
        assert_eq!(signed.header("location"), "/", "{elsewhere}");
    }
    let request = |origin: Option<&str>| {
        let mut request = reseau.request("POST", Some("admin"), "/personnes/invitations", "");
        request.headers_mut().remove("origin");
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        request
    };
    for origin in [None, Some("null"), Some("https://voleur.example"), Some("http://localhost")] {
        let answer = reseau.send(request(origin)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{origin:?}");
        assert!(answer.text().contains("ne vient pas"), "{}", answer.text());
    }
}

async fn failed_tries_on_an_account_are_traced_as_they_double(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    for typed in ["un", "deux", "trois"] {
        reseau.post(None, "/connexion", &sign_in("c1@lyon.example", typed)).await;
    }
    reseau.post(None, "/connexion", &sign_in("personne@nulle.example", "un")).await;
    let filtre =
        TraceFiltre { acte: Some("connexion_manquee".to_owned()), ..TraceFiltre::default() };
    let traced = reseau.registry().await.trace_page(&filtre, None, 10).await.unwrap();
    let said =
        traced.entrees.iter().map(|entry| (entry.personne_id.clone(), &entry.detail["essais"]));
    let own = Some(reseau.ids["conseiller"].clone());
    let (first, second) = (json!(1), json!(2));
    // The third waits for the fourth; nobody has the other address, which is not written.
    let expected = [(None, &first), (own.clone(), &second), (own, &first)];
    assert_eq!(said.collect::<Vec<_>>(), expected);
}

async fn roles_are_given_by_who_answers_for_them_only(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let give = |par: &'static str, to: &'static str, role: &str, centre: &str| {
        let path = format!("/personnes/{}/roles", reseau.ids[to]);
        let form = format!("role={role}&structure={centre}");
        let reseau = &reseau;
        async move { reseau.post(Some(par), &path, &form).await }
    };
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    // The administrator opens no names: Lyon has a director, who answers for it.
    for wanted in ["directeur", "referent", "conseiller"] {
        assert_eq!(give("admin", "charge", wanted, LYON).await.status, refused, "{wanted}");
        assert_eq!(give("admin", "admin", wanted, LYON).await.status, refused, "{wanted}");
    }
    assert_eq!(give("directeur", "conseiller", "administrateur", "").await.status, refused);
    assert_eq!(give("directeur", "conseiller", "referent", GRENOBLE).await.status, refused);
    // Whom one does not manage is not there; the auditor and the others have no such page.
    let hidden = give("directeur", "voisin", "referent", LYON).await;
    assert!(matches!(hidden.status, StatusCode::NOT_FOUND | StatusCode::SEE_OTHER));
    assert_eq!(give("auditeur", "charge", "auditeur", "").await.status, StatusCode::FORBIDDEN);
    let given = give("directeur", "conseiller", "referent", LYON).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER);
    assert!(reseau.acces("conseiller").await.has_in(Role::Referent, LYON), "at once");

    // What opens an account is for who answers for every role of it.
    for acte in ["lien", "second-facteur"] {
        let path = format!("/personnes/{}/{acte}", reseau.ids["directeur"]);
        let answer = reseau.post(Some("admin"), &path, "").await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{acte}");
        assert!(answer.text().contains("pas à votre main"), "{}", answer.text());
    }
    let path = format!("/personnes/{}/lien", reseau.ids["conseiller"]);
    let made = reseau.post(Some("directeur"), &path, "").await.text();
    let link = between(&made, "http://localhost:8080", "</p>").trim().to_owned();
    let chosen = reseau.post(None, &link, &twice("une autre phrase de passe")).await;
    assert_eq!(chosen.header("location"), "/connexion?fait=mot-de-passe");
    let out = reseau.get(Some("conseiller"), "/compte").await;
    assert!(out.header("location").starts_with("/connexion"), "the earlier sessions ended");

    // Taken back, a role is gone from the next page on.
    let roles = reseau.comptes.people(&reseau.acces("directeur").await).await.unwrap();
    let of_referent = roles.iter().find(|known| known.id == reseau.ids["referent"]).unwrap();
    let form = format!("rang={}", of_referent.roles[0].rang);
    let path = format!("/personnes/{}/retrait", reseau.ids["referent"]);
    assert_eq!(reseau.get(Some("referent"), "/controles").await.status, StatusCode::OK);
    assert_eq!(reseau.post(Some("directeur"), &path, &form).await.status, StatusCode::SEE_OTHER);
    assert_eq!(reseau.get(Some("referent"), "/controles").await.status, StatusCode::FORBIDDEN);
    // The last administrator stays.
    let admins = reseau.comptes.people(&reseau.acces("admin").await).await.unwrap();
    let admin = admins.iter().find(|known| known.id == reseau.ids["admin"]).unwrap();
    let form = format!("rang={}", admin.roles[0].rang);
    let path = format!("/personnes/{}/retrait", reseau.ids["admin"]);
    let answer = reseau.post(Some("admin"), &path, &form).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text());
}

async fn a_closed_account_is_out_at_once_and_signs_in_no_more(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = format!("/personnes/{}/fermeture", reseau.ids["referent"]);
    assert_eq!(reseau.post(Some("directeur"), &path, "").await.status, StatusCode::SEE_OTHER);
    let out = reseau.get(Some("referent"), "/controles").await;
    assert!(out.header("location").starts_with("/connexion"));
    let refused = reseau.post(None, "/connexion", &sign_in("ref@lyon.example", MOT_DE_PASSE)).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    reseau.post(Some("directeur"), &path, "ouvrir=oui").await;
    let signed = reseau.post(None, "/connexion", &sign_in("ref@lyon.example", MOT_DE_PASSE)).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER);
}

async fn the_trace_says_who_read_which_dossier_and_names_nobody(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let list = format!("/controles/PAC-07?centre={LYON}");
    let read = reseau.get(Some("referent"), &list).await.text();
    assert!(read.contains("DUPONT"), "a référent reads names");
    // Outside of their centre rows are numbered, in an order of their own: each is on one of the two pages.
    for page in ["", "&page=2"] {
        let read = reseau.get(Some("charge"), &format!("{list}{page}")).await;
        assert!(read.status == StatusCode::OK && !read.text().contains("P0001"), "{}", read.text());
    }
    let file = format!("/controles/PAC-07/objets.csv?centre={LYON}");
    assert_eq!(reseau.get(Some("directeur"), &file).await.status, StatusCode::OK);

    let trace = reseau.get(Some("directeur"), &format!("/trace?centre={LYON}")).await;
    assert_eq!(html::faults(&trace.text()), Vec::<String>::new());
    let trace = trace.text();
    for text in ["referent", "charge", "Lecture d&#39;une liste", "PAC-07", "d-P0001"] {
        assert!(trace.contains(text), "{text} in {trace}");
    }
    assert!(!trace.contains("DUPONT") && !trace.contains("Zoé"), "{trace}");
    // Who read that young person's dossier: the readings of the page, and those of the file; those of the region too,
    // which was not told whose row it read.
    let of_one = format!("/trace?centre={LYON}&dossier=d-P0001");
    let of_one = reseau.get(Some("directeur"), &of_one).await.text();
    assert_eq!(of_one.matches("PAC-07").count(), 3, "{of_one}");
    let beyond = format!("/trace?centre={LYON}&dossier=d-P0070");
    let beyond = reseau.get(Some("directeur"), &beyond).await.text();
    assert_eq!(beyond.matches("PAC-07").count(), 2, "by the region, and on the file: {beyond}");
    let found = format!("/trace?centre={LYON}&dossier=Zo%C3%A9");
    let found = reseau.get(Some("directeur"), &found).await.text();
    assert!(found.contains("PAC-07"), "by name, where names may be read");

    // Another centre's trace is not the director's; the auditor has it all, and checks it.
    let other = reseau.get(Some("voisin"), &format!("/trace?centre={LYON}")).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    let whole = reseau.get(Some("auditeur"), "/trace?verifier=oui").await.text();
    assert!(whole.contains("La chaîne est entière"), "{whole}");
    let workbook = reseau.get(Some("auditeur"), "/trace.xlsx").await;
    assert!(workbook.bytes.starts_with(b"PK"));
    // Reading the trace is an act too.
    let again = reseau.get(Some("auditeur"), "/trace").await.text();
    assert!(again.contains("Lecture de la trace"), "{again}");
}

async fn a_conseiller_reads_own_dossiers_unless_the_director_opens_the_centre(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let list = format!("/controles/PAC-07?centre={LYON}");
    let rows = |text: &str| text.matches("DUPONT").count();
    let own = reseau.get(Some("conseiller"), &list).await.text();
    assert_eq!(rows(&own), 12, "those of C1: {own}");
    assert!(!own.contains("C3"), "{own}");
    let open = format!("structure={LYON}&entre=tout");
    let set = reseau.post(Some("directeur"), "/personnes/ouverture", &open).await;
    assert_eq!(set.status, StatusCode::SEE_OTHER);
    let whole = reseau.get(Some("conseiller"), &list).await.text();
    assert_eq!(rows(&whole), 50, "a page of the whole centre");
    // Not of another centre.
    let foreign = format!("structure={GRENOBLE}&entre=tout");
    let refused = reseau.post(Some("directeur"), "/personnes/ouverture", &foreign).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    for entre in ["chiffres", "rien"] {
        let shut = format!("structure={LYON}&entre={entre}");
        reseau.post(Some("directeur"), "/personnes/ouverture", &shut).await;
        let text = reseau.get(Some("conseiller"), &list).await.text();
        assert_eq!(rows(&text), 12, "{entre} opens no list");
    }
    let unknown = format!("structure={LYON}&entre=oui");
    let unknown = reseau.post(Some("directeur"), "/personnes/ouverture", &unknown).await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);
}

async fn the_own_account_changes_its_password_and_ends_its_sessions(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let signed = reseau.post(None, "/connexion", &sign_in("fin@essai.example", MOT_DE_PASSE)).await;
    let other = session(&signed);
    let page = reseau.get(Some("financeur"), "/compte").await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    assert_eq!(page.matches("Celle-ci").count(), 1, "{page}");
    let wrong = format!("present=faux&{}", twice("une autre phrase de passe"));
    let wrong = reseau.post(Some("financeur"), "/compte/mot-de-passe", &wrong).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = format!("present={}&{}", encode(MOT_DE_PASSE), twice("une autre phrase de passe"));
    let changed = reseau.post(Some("financeur"), "/compte/mot-de-passe", &form).await;
    assert_eq!(changed.header("location"), "/compte?fait=mot-de-passe");
    assert_eq!(reseau.get(Some("financeur"), "/compte").await.status, StatusCode::OK);
    let gone = reseau.get(Some(&other), "/compte").await;
    assert!(gone.header("location").starts_with("/connexion"), "the other session ended");
    let old = reseau.post(None, "/connexion", &sign_in("fin@essai.example", MOT_DE_PASSE)).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
}

async fn two_that_open_the_same_invitation_at_once_make_one_account(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let acces = reseau.acces("admin").await;
    let invited = reseau
        .comptes
        .invite(
            (&reseau.ids["admin"], &acces),
            "Double",
            "double@essai.example",
            &[role(Role::Auditeur, None, None)],
        )
        .await
        .unwrap();
    let mallette_app::comptes::invitation::Lien::ATransmettre { lien, .. } = invited else {
        panic!("no mail is sent here")
    };
    let path = lien.strip_prefix("http://localhost:8080").unwrap();
    let form = twice(MOT_DE_PASSE);
    let (one, two) = tokio::join!(reseau.post(None, path, &form), reseau.post(None, path, &form));
    let opened = [&one, &two].iter().filter(|a| a.status == StatusCode::SEE_OTHER).count();
    assert_eq!(opened, 1, "{} {}", one.status, two.status);
    let people = reseau.comptes.people(&acces).await.unwrap();
    assert_eq!(people.iter().filter(|known| known.nom == "Double").count(), 1);
}

async fn another_application_asks_for_the_password_again(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let page = reseau.get(Some("directeur"), "/compte/second-facteur").await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    assert!(page.contains("name=\"present\""), "{page}");
    let texte = between(&page, "<span class=\"code long\">", "</span>");
    let secret = between(&page, "name=\"secret\" value=\"", "\"");
    let form = format!("secret={}&code={}", encode(secret), code(texte));
    let path = "/connexion/second-facteur/installation";
    for more in ["", "&remplace=oui", "&remplace=oui&present=faux"] {
        let refused = reseau.post(Some("directeur"), path, &format!("{form}{more}")).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{more}");
    }
    let kept = reseau.get(Some("directeur"), "/compte").await;
    assert_eq!(kept.status, StatusCode::OK, "nothing was changed");
    let given = format!("{form}&remplace=oui&present={}", encode(MOT_DE_PASSE));
    let replaced = reseau.post(Some("directeur"), path, &given).await;
    assert_eq!(replaced.status, StatusCode::OK);
    assert!(replaced.text().contains("Codes de secours"), "{}", replaced.text());
    // Who has no second factor yet sets the first one up without it.
    let page = reseau.get(Some("financeur"), "/compte/second-facteur").await.text();
    assert!(!page.contains("name=\"present\""), "{page}");
}

async fn new_recovery_codes_ask_for_the_password_again(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let path = "/compte/second-facteur";
    let page = reseau.get(Some("directeur"), "/compte").await.text();
    assert!(page.contains("id=\"codes-present\""), "{page}");
    let before = reseau.registry().await;
    let id = reseau.ids["directeur"].clone();
    let kept = before.codes_secours_left(&id).await.unwrap();
    for (form, why) in [("", "Taper le mot de passe"), ("present=faux", "ne convient pas")] {
        let refused = reseau.post(Some("directeur"), path, form).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}");
        assert!(refused.text().contains(why), "{form}: {}", refused.text());
        assert!(!refused.text().contains("Codes de secours</h1>"), "{form}");
    }
    assert_eq!(before.codes_secours_left(&id).await.unwrap(), kept);
    let entries = || async {
        let all = before.trace_page(&TraceFiltre::default(), None, 200).await;
        let all = all.unwrap().entrees;
        all.iter().filter(|entry| entry.acte == "codes_secours_changes").count()
    };
    assert_eq!(entries().await, 0, "the codes of before serve still");
    let given = format!("present={}", encode(MOT_DE_PASSE));
    let renewed = reseau.post(Some("directeur"), path, &given).await;
    assert_eq!(renewed.status, StatusCode::OK);
    assert!(renewed.text().contains("Codes de secours"), "{}", renewed.text());
    assert_eq!(entries().await, 1);
    before.close().await;
}

async fn who_manages_an_account_sees_where_it_is_open_and_ends_it(base: Option<Base>) {
    let reseau = Reseau::peuple(base).await;
    let page = |qui| format!("/personnes/{}", reseau.ids[qui]);
    let shown = reseau.get(Some("directeur"), &page("conseiller")).await.text();
    assert_eq!(html::faults(&shown), Vec::<String>::new());
    assert!(shown.contains("Sessions ouvertes"), "{shown}");
    let cle = between(&shown, "name=\"cle\" value=\"", "\"").to_owned();
    assert!(!reseau.sessions["conseiller"].contains(&cle), "what names it does not open it");
    // Neither a neighbour, nor the own page, nor an empty key.
    let path = format!("{}/sessions", page("conseiller"));
    let form = format!("cle={cle}");
    assert_eq!(reseau.post(Some("voisin"), &path, &form).await.status, StatusCode::CONFLICT);
    let own = format!("{}/sessions", page("directeur"));
    assert_eq!(reseau.post(Some("directeur"), &own, "").await.status, StatusCode::CONFLICT);
    reseau.post(Some("directeur"), &path, "cle=").await;
    assert_eq!(reseau.get(Some("conseiller"), "/compte").await.status, StatusCode::OK);
    let done = reseau.post(Some("directeur"), &path, &form).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let out = reseau.get(Some("conseiller"), "/compte").await;
    assert!(out.header("location").starts_with("/connexion"), "{}", out.status);
    // An administrator ends those of anybody.
    let path = format!("{}/sessions", page("voisin"));
    assert_eq!(reseau.post(Some("admin"), &path, "").await.status, StatusCode::SEE_OTHER);
    assert!(reseau.get(Some("voisin"), "/compte").await.header("location").contains("/connexion"));
}
