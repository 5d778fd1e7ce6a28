//! Signing in by a certified identity provider that runs for real, by the pages: who is let in, who
//! is not, what is linked to what.

use std::sync::LazyLock;

use axum::http::StatusCode;
use mallette_app::comptes::federation::fournisseur::Reglage;
use mallette_app::comptes::invitation::Lien;
use mallette_domain::acces::{Exigence, Role};
use mallette_testkit::postgres::Base;
use zeroize::Zeroizing;

use crate::commun::LYON;
use crate::comptes::{between, encode, sign_in, twice};
use crate::html;
use crate::matrice::path;
use crate::navigateur::Navigateur;
use crate::reseau::{MOT_DE_PASSE, Reponse, Reseau, role};
use crate::serveur::Serveur;

crate::on_both!(
    a_person_links_the_account_signs_in_signs_out_and_unlinks,
    who_is_not_linked_is_refused_even_under_the_address_of_an_account,
    an_answer_serves_once_and_in_the_browser_that_asked,
    an_account_is_linked_by_the_session_that_asked_only,
    an_invitation_is_accepted_by_who_has_its_verified_address,
    a_closed_account_stays_closed,
    how_one_signed_in_is_traced_and_the_way_out_follows_the_session,
    the_second_factor_is_asked_for_here_unless_the_setting_believes_the_provider,
    the_installation_is_run_from_a_machine_that_the_provider_vouches_for,
);

/// One for all tests, but for those that stop theirs.
static CERTIFIE: LazyLock<Serveur> = LazyLock::new(|| Serveur::start("certifie.mjs", &[]));

const CONNEXION: (&str, &str) = ("/connexion/oidc", "retour=%2Fcompte");
const REFUS: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;

fn reglage(serveur: &Serveur) -> Reglage {
    Reglage {
        nom: "ProConnect".to_owned(),
        emetteur: serveur.adresse.clone(),
        client_id: "mallette".to_owned(),
        secret: Some(Zeroizing::new("un-secret-de-test-assez-long-pour-tous".to_owned())),
        userinfo_signee: false,
        acr: Vec::new(),
        amr: Vec::new(),
        acr_administration: Vec::new(),
        origines: Vec::new(),
        autorites: None,
    }
}

/// A network with an administrator and, by password alone, a financeur.
async fn network(base: Option<Base>, reglage: Reglage) -> Reseau {
    let mut reseau = Reseau::federe(base, reglage).await;
    reseau.invite("admin", "fin", "fin@ml.example", role(Role::Financeur, None, None)).await;
    reseau
}

/// A browser in which that person is signed in.
fn browser(reseau: &Reseau, qui: &str) -> Navigateur {
    Navigateur::signed_in(&reseau.sessions[qui])
}

fn present() -> String {
    format!("present={}", encode(MOT_DE_PASSE))
}

/// Links the account of somebody to an identity.
async fn link(reseau: &Reseau, qui: &str, sujet: &str) -> Reponse {
    let form = present();
    browser(reseau, qui).go_and_return(reseau, ("/compte/oidc", &form), sujet).await
}

/// That somebody was refused, with these words, and holds no session.
fn check_refused(answer: &Reponse, browser: &Navigateur, words: &str) {
    assert_eq!(answer.status, REFUS, "{}", answer.text());
    assert!(answer.text().contains(words), "{words} in {}", answer.text());
    assert!(!browser.cookies.contains_key("mallette"), "signed in");
    assert_eq!(html::faults(&answer.text()), Vec::<String>::new());
}

/// Invites somebody without going on; the path of the link.
async fn invite(reseau: &Reseau, courriel: &str) -> String {
    let acces = reseau.acces("admin").await;
    let par = (reseau.ids["admin"].as_str(), &acces);
    let given = [role(Role::ChargeDeMission, None, None)];
    let invited = reseau.comptes.invite(par, "Zoé Roux", courriel, &given).await.unwrap();
    let Lien::ATransmettre { lien, .. } = invited else { panic!("no mail is sent here") };
    lien.strip_prefix("http://localhost:8080").unwrap().to_owned()
}

async fn a_person_links_the_account_signs_in_signs_out_and_unlinks(base: Option<Base>) {
    let reseau = network(base, reglage(&CERTIFIE)).await;
    let page = reseau.get(Some("fin"), "/compte").await.text();
    assert!(page.contains("Relier mon compte ProConnect"), "{page}");
    assert_eq!(html::faults(&page), Vec::<String>::new());
    // An unattended screen links nothing.
    let wrong = reseau.post(Some("fin"), "/compte/oidc", "present=faux").await;
    assert_eq!(wrong.status, REFUS);
    assert!(wrong.text().contains("Le mot de passe ne convient pas"), "{}", wrong.text());

    let linked = link(&reseau, "fin", "fin").await;
    assert_eq!(linked.header("location"), "/compte?fait=lien", "{}", linked.text());
    let page = reseau.get(Some("fin"), "/compte?fait=lien").await.text();
    assert!(page.contains("Délier mon compte ProConnect"), "{page}");

    let mut new = Navigateur::default();
    let page = new.get(&reseau, "/connexion?retour=%2Fcompte").await.text();
    assert!(page.contains("Se connecter avec ProConnect"), "{page}");
    assert_eq!(html::faults(&page), Vec::<String>::new());
    let signed = new.go_and_return(&reseau, CONNEXION, "fin").await;
    assert_eq!(signed.header("location"), "/compte", "{}", signed.text());
    assert!(!new.cookies.contains_key("mallette-retour"), "it served");
    let page = new.get(&reseau, "/compte").await.text();
    assert!(page.contains("fin@ml.example"), "{page}");
    // Elsewhere than at home, nobody is sent on.
    let form = format!("retour={}", encode("//voleur.example"));
    let form = ("/connexion/oidc", form.as_str());
    let signed = Navigateur::default().go_and_return(&reseau, form, "fin").await;
    assert_eq!(signed.header("location"), "/");

    // Out here, then there; the session opened by password only leaves here.
    let out = new.post(&reseau, "/deconnexion", "").await;
    let there = out.header("location").to_owned();
    assert!(there.starts_with(&format!("{}/session/end?", CERTIFIE.adresse)), "{there}");
    assert!(there.contains("id_token_hint=ey"), "{there}");
    let after = "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8080%2Fconnexion";
    assert!(there.contains(after), "{there}");
    let gone = new.get(&reseau, "/compte").await;
    assert!(gone.header("location").starts_with("/connexion"));

    let unlinked = reseau.post(Some("fin"), "/compte/oidc/retrait", "").await;
    assert_eq!(unlinked.header("location"), "/compte?fait=delie");
    let mut after = Navigateur::default();
    let refused = after.go_and_return(&reseau, CONNEXION, "fin").await;
    check_refused(&refused, &after, "aucun compte");
    let out = reseau.post(Some("fin"), "/deconnexion", "").await;
    assert_eq!(out.header("location"), "/connexion?fait=sortie");
}

async fn who_is_not_linked_is_refused_even_under_the_address_of_an_account(base: Option<Base>) {
    let reseau = network(base, reglage(&CERTIFIE)).await;
    for qui in ["inconnu", "fin", "douteux"] {
        let mut new = Navigateur::default();
        let refused = new.go_and_return(&reseau, CONNEXION, qui).await;
        check_refused(&refused, &new, "sur invitation");
    }
    // One identity, one account.
    assert_eq!(link(&reseau, "fin", "fin").await.header("location"), "/compte?fait=lien");
    let other = link(&reseau, "admin", "fin").await;
    assert_eq!(other.status, REFUS);
    assert!(other.text().contains("déjà liée à un autre compte"), "{}", other.text());
    let again = reseau.post(Some("fin"), "/compte/oidc", &present()).await;
    assert!(again.text().contains("déjà relié"), "{}", again.text());
}

async fn an_answer_serves_once_and_in_the_browser_that_asked(base: Option<Base>) {
    let reseau = network(base, reglage(&CERTIFIE)).await;
    link(&reseau, "fin", "fin").await;
    let mut own = Navigateur::default();
    let back = own.leave(&reseau, CONNEXION, "fin").await;

    // Without the cookie, with that of another browser, under a forged state: nothing, and the
    // sign-in of the first still stands.
    let words = "commencé dans ce navigateur";
    let mut other = Navigateur::default();
    check_refused(&other.get(&reseau, &back).await, &other, words);
    let foreign = other.leave(&reseau, CONNEXION, "inconnu").await;
    check_refused(&other.get(&reseau, &back).await, &other, words);
    let state = between(&back, "state=", "&").to_owned();
    for forged in ["", "A", &"A".repeat(43)] {
        let forged = back.replace(&state, forged);
        check_refused(&own.clone().get(&reseau, &forged).await, &Navigateur::default(), words);
    }
    for path in ["/connexion/oidc/retour", "/connexion/oidc/retour?code=a&code=b"] {
        assert_eq!(own.clone().get(&reseau, path).await.status, REFUS);
    }
    // The code of somebody under the state of another: the provider refuses it.
    let code = between(&back, "code=", "&").to_owned();
    let stolen = foreign.replace(between(&foreign, "code=", "&"), &code);
    let refused = other.get(&reseau, &stolen).await;
    check_refused(&refused, &other, "code de connexion");

    let mut second = Navigateur::default();
    let back = second.leave(&reseau, CONNEXION, "fin").await;
    let before = second.clone();
    assert_eq!(second.get(&reseau, &back).await.header("location"), "/compte");
    let mut replay = before;
    check_refused(&replay.get(&reseau, &back).await, &replay, words);
}

async fn an_account_is_linked_by_the_session_that_asked_only(base: Option<Base>) {
    let reseau = network(base, reglage(&CERTIFIE)).await;
    let form = present();
    let mut own = browser(&reseau, "fin");
    let back = own.leave(&reseau, ("/compte/oidc", &form), "voleur").await;
    // The same browser, where somebody else has signed in since.
    own.cookies.insert("mallette".to_owned(), reseau.sessions["admin"].clone());
    let refused = own.get(&reseau, &back).await;
    assert_eq!(refused.status, REFUS, "{}", refused.text());
    for qui in ["fin", "admin"] {
        let page = reseau.get(Some(qui), "/compte").await.text();
        assert!(page.contains("Relier mon compte"), "{qui}: {page}");
    }
    // Given up over there.
    let mut new = Navigateur::default();
    let refused = new.go_and_return(&reseau, CONNEXION, "abandon").await;
    check_refused(&refused, &new, "abandonnée");
}

async fn an_invitation_is_accepted_by_who_has_its_verified_address(base: Option<Base>) {
    let reseau = network(base, reglage(&CERTIFIE)).await;
    let path = invite(&reseau, "Zoe@ML.example").await;
    let accept = format!("{path}/oidc");
    let page = reseau.get(None, &path).await.text();
    assert!(page.contains("Ouvrir le compte avec ProConnect"), "{page}");
    assert_eq!(html::faults(&page), Vec::<String>::new());
    let mut other = Navigateur::default();
    let refused = other.go_and_return(&reseau, (&accept, ""), "inconnu").await;
    check_refused(&refused, &other, "celle de l&#39;invitation");
    let doubtful = invite(&reseau, "douteux@ml.example").await;
    let form = format!("{doubtful}/oidc");
    let refused = other.go_and_return(&reseau, (&form, ""), "douteux").await;
    check_refused(&refused, &other, "a été vérifiée");
    // The invitations still serve: one by a password, the other by the identity.
    let opened = reseau.post(None, &doubtful, &twice(MOT_DE_PASSE)).await;
    assert_eq!(opened.header("location"), "/connexion?fait=compte");

    let mut zoe = Navigateur::default();
    let opened = zoe.go_and_return(&reseau, (&accept, ""), "zoe").await;
    assert_eq!(opened.header("location"), "/", "{}", opened.text());
    let page = zoe.get(&reseau, "/compte").await.text();
    assert!(page.contains("Chargé de mission") && page.contains("Ce compte n'en a pas"), "{page}");
    assert_eq!(html::faults(&page), Vec::<String>::new());
    assert!(!page.contains("Délier mon compte"), "the only way in: {page}");
    let unlinked = zoe.post(&reseau, "/compte/oidc/retrait", "").await;
    assert_eq!(unlinked.status, REFUS);
    assert!(unlinked.text().contains("pas de mot de passe"), "{}", unlinked.text());
    let again = reseau.get(None, &path).await;
    assert_eq!(again.status, StatusCode::CONFLICT, "a link serves once");
    let mut later = Navigateur::default();
    let signed = later.go_and_return(&reseau, CONNEXION, "zoe").await;
    assert_eq!(signed.header("location"), "/compte");
    // No password opens it, not even an empty one.
    let refused = reseau.post(None, "/connexion", &sign_in("zoe@ml.example", "")).await;
    assert_eq!(refused.status, REFUS);
}

async fn a_closed_account_stays_closed(base: Option<Base>) {
    let reseau = network(base, reglage(&CERTIFIE)).await;
    link(&reseau, "fin", "fin").await;
    let path = format!("/personnes/{}/fermeture", reseau.ids["fin"]);
    assert_eq!(reseau.post(Some("admin"), &path, "").await.status, StatusCode::SEE_OTHER);
    let mut new = Navigateur::default();
    let refused = new.go_and_return(&reseau, CONNEXION, "fin").await;
    check_refused(&refused, &new, "Ce compte est fermé");
}

async fn the_second_factor_is_asked_for_here_unless_the_setting_believes_the_provider(
    base: Option<Base>,
) {
    let another = || base.is_some().then(Base::fresh);
    // Léa signs in there by two factors, which the provider says.
    let reseau = network(another(), reglage(&CERTIFIE)).await;
    link(&reseau, "admin", "lea-1").await;
    let mut new = Navigateur::default();
    let signed = new.go_and_return(&reseau, CONNEXION, "lea-1").await;
    assert_eq!(signed.header("location"), "/connexion/second-facteur?retour=%2Fcompte");
    assert!(new.get(&reseau, "/compte").await.header("location").contains("second-facteur"));

    for (acr, amr) in [(vec!["eidas2"], vec![]), (vec![], vec!["otp"])] {
        let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let believed = Reglage { acr: own(&acr), amr: own(&amr), ..reglage(&CERTIFIE) };
        let reseau = network(another(), believed).await;
        link(&reseau, "admin", "lea-1").await;
        let mut new = Navigateur::default();
        let signed = new.go_and_return(&reseau, CONNEXION, "lea-1").await;
        assert_eq!(signed.header("location"), "/compte", "{acr:?} {amr:?}");
        // By one factor only over there.
        reseau.post(Some("admin"), "/compte/oidc/retrait", "").await;
        link(&reseau, "admin", "ada").await;
        let signed = Navigateur::default().go_and_return(&reseau, CONNEXION, "ada").await;
        assert!(signed.header("location").contains("second-facteur"), "{acr:?} {amr:?}");
    }
}

async fn the_installation_is_run_from_a_machine_that_the_provider_vouches_for(base: Option<Base>) {
    let asked = Reglage { acr_administration: vec!["poste".to_owned()], ..reglage(&CERTIFIE) };
    let mut reseau = network(base, asked).await;
    let directeur = role(Role::Directeur, Some(LYON), None);
    reseau.invite("admin", "dir", "dir@ml.example", directeur).await;
    // By password and code: what is everybody's opens, what runs the installation does not.
    let home = reseau.get(Some("admin"), "/compte").await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.text().contains("href=\"/administration\""), "the way there is shown");
    let every = mallette_web::declared();
    let runs = every
        .iter()
        .filter(|route| matches!(route.exigence, Exigence::Administration | Exigence::Comptes));
    let mut refused = 0;
    for route in runs {
        let path = path(route.chemin, LYON);
        let answer =
            reseau.send(reseau.request(route.methode.as_str(), Some("admin"), &path, "")).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{} {path}", route.methode);
        assert!(answer.text().contains("depuis un poste que ProConnect reconnaît"), "{path}");
        refused += 1;
    }
    assert!(refused > 20, "{refused}");
    // A director answers for a centre, not for the installation.
    assert_eq!(reseau.get(Some("dir"), "/personnes").await.status, StatusCode::OK);

    // By the provider, which did not see the machine: no more.
    link(&reseau, "admin", "tenu-ada").await;
    let mut usual = Navigateur::default();
    let signed = usual.go_and_return(&reseau, CONNEXION, "tenu-ada").await;
    assert!(signed.header("location").contains("second-facteur"), "{}", signed.text());

    // From the page that asks for it, and back to where one was going.
    let mut own = browser(&reseau, "admin");
    let page = own.get(&reseau, "/personnes").await.text();
    assert_eq!(html::faults(&page), Vec::<String>::new());
    let field = "name=\"retour\" value=\"/personnes\"";
    assert!(page.contains(field) && page.contains("name=\"attestation\""), "{page}");
    let form = ("/connexion/oidc", "attestation=oui&retour=%2Fpersonnes");
    let signed = own.go_and_return(&reseau, form, "tenu-ada").await;
    assert_eq!(signed.header("location"), "/personnes", "{}", signed.text());
    for path in ["/personnes", "/administration"] {
        assert_eq!(own.get(&reseau, path).await.status, StatusCode::OK, "{path}");
    }
    // A machine that the provider does not vouch for comes back to that page.
    reseau.post(Some("admin"), "/compte/oidc/retrait", "").await;
    link(&reseau, "admin", "ada").await;
    let mut strange = Navigateur::default();
    let signed = strange.go_and_return(&reseau, form, "ada").await;
    assert!(signed.header("location").contains("second-facteur"), "{}", signed.text());
}

async fn how_one_signed_in_is_traced_and_the_way_out_follows_the_session(base: Option<Base>) {
    let mut reseau = network(base, reglage(&CERTIFIE)).await;
    let auditeur = role(Role::Auditeur, None, None);
    reseau.invite("admin", "aud", "aud@ml.example", auditeur).await;
    // An application set up on an account that need not have one.
    let session = reseau.sessions["fin"].clone();
    let proposed = reseau.comptes.propose_factor(&session).await.unwrap();
    let code = |at: i64| {
        let now = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(at);
        crate::reseau::code_at(&proposed.texte, now)
    };
    let origine = crate::reseau::origine();
    let installed =
        reseau.comptes.install_factor(&session, &proposed.secret, &code(0), &origine).await;
    reseau.sessions.insert("fin", installed.unwrap().ouverte.jeton.to_string());
    link(&reseau, "fin", "fin").await;
    let mut new = Navigateur::default();
    let signed = new.go_and_return(&reseau, CONNEXION, "fin").await;
    assert!(signed.header("location").contains("second-facteur"));
    let given = format!("code={}&retour=%2Fcompte", code(30));
    let whole = new.post(&reseau, "/connexion/second-facteur", &given).await;
    assert_eq!(whole.header("location"), "/compte", "{}", whole.text());
    let out = new.post(&reseau, "/deconnexion", "").await;
    assert!(out.header("location").contains("/session/end?"), "{}", out.header("location"));

    let trace = reseau.get(Some("aud"), "/trace").await.text();
    for words in ["fournisseur d&#39;identité", "Compte relié au", "second facteur"] {
        assert!(trace.contains(words), "{words} in {trace}");
    }
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be_and_passwords_still_open() {
    let serveur = Serveur::start("certifie.mjs", &[]);
    let reseau = network(None, reglage(&serveur)).await;
    link(&reseau, "fin", "fin").await;
    let mut new = Navigateur::default();
    let back = new.leave(&reseau, CONNEXION, "fin").await;
    let again = network(None, reglage(&serveur)).await;
    drop(serveur);
    // In the middle, and before the first sign-in.
    check_refused(&new.get(&reseau, &back).await, &new, "ne répond pas");
    let mut other = Navigateur::default();
    let refused = other.post(&again, CONNEXION.0, CONNEXION.1).await;
    check_refused(&refused, &other, "ne répond pas");
    let form = sign_in("fin@ml.example", MOT_DE_PASSE);
    let signed = again.post(None, "/connexion", &form).await;
    assert_eq!(signed.header("location"), "/");
}

#[tokio::test]
async fn forms_may_lead_to_the_provider_where_there_is_one() {
    let policy = async |reseau: &Reseau| {
        let page = reseau.get(None, "/connexion").await;
        let policy = page.header("content-security-policy").to_owned();
        let forms = policy.split("; ").find(|part| part.starts_with("form-action")).unwrap();
        (forms.to_owned(), page.text().contains("Se connecter avec"))
    };
    let with = network(None, reglage(&CERTIFIE)).await;
    let expected = format!("form-action 'self' {}", CERTIFIE.adresse);
    assert_eq!(policy(&with).await, (expected, true));
    let without = Reseau::peuple(None).await;
    assert_eq!(policy(&without).await, ("form-action 'self'".to_owned(), false));
    for path in ["/connexion/oidc/retour?code=a&state=b", "/connexion/oidc"] {
        let methode = if path.contains('?') { "GET" } else { "POST" };
        let answer = without.send(without.request(methode, None, path, "")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    // Another site begins nothing in the name of a browser.
    let mut request = with.request("POST", None, "/connexion/oidc", "");
    request.headers_mut().insert("origin", "https://voleur.example".parse().unwrap());
    assert_eq!(with.send(request).await.status, StatusCode::FORBIDDEN);
}
