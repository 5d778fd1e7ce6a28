//! Sign-in against a certified provider, from the first redirection to the last.

use std::collections::BTreeMap;

use crate::serveur::Serveur;
use jiff::{SignedDuration, Timestamp};
use mallette_acces::oidc::{Demande, Erreur, Fournisseur, Identite, Reglage, Retour, Userinfo};
use url::Url;

const RETOUR: &str = "https://mallette.example/retour";

fn reglage(serveur: &Serveur) -> Reglage {
    Reglage {
        emetteur: serveur.adresse.clone(),
        client_id: "mallette".into(),
        client_secret: Some("un-secret-de-test-assez-long-pour-tous".to_owned().into()),
        retour: RETOUR.into(),
        ..Reglage::default()
    }
}

/// A browser: follows redirections with its cookies until it is sent back to us.
async fn browse(start: Url) -> String {
    let provider = rustls::crypto::ring::default_provider();
    let tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let mut cookies: BTreeMap<String, String> = BTreeMap::new();
    let mut url = start;
    for _ in 0..12 {
        if url.as_str().starts_with(RETOUR) {
            return url.query().unwrap().to_owned();
        }
        let sent: Vec<String> =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let answer =
            client.get(url.clone()).header("cookie", sent.join("; ")).send().await.unwrap();
        for cookie in answer.headers().get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            cookies.insert(name.to_owned(), value.to_owned());
        }
        let status = answer.status();
        let Some(location) = answer.headers().get("location") else {
            panic!("{status} at {url}: {}", answer.text().await.unwrap());
        };
        url = url.join(location.to_str().unwrap()).unwrap();
    }
    panic!("redirected for ever");
}

async fn sign_in(reglage: Reglage) -> Result<Identite, Erreur> {
    let fournisseur = Fournisseur::discover(reglage).await?;
    let now = Timestamp::now();
    let (url, demande) = fournisseur.start(now, "/accueil")?;
    let kept = demande.text();
    let retour = Retour::parse(&browse(url).await)?;
    fournisseur.finish(Demande::parse(&kept)?, &retour, Timestamp::now()).await
}

#[tokio::test]
async fn a_person_signs_in_and_out() {
    let serveur = Serveur::start("certifie.mjs", &[]);
    let fournisseur = Fournisseur::discover(reglage(&serveur)).await.unwrap();
    let (url, _) = fournisseur.start(Timestamp::now(), "/").unwrap();
    let sent: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(sent["code_challenge_method"], "S256");
    assert_eq!(sent["scope"], "openid profile email");
    assert_eq!(sent["response_type"], "code");
    assert!(sent["state"].len() == 43 && sent["nonce"].len() == 43);

    let identite = sign_in(reglage(&serveur)).await.unwrap();
    assert_eq!(identite.emetteur, serveur.adresse);
    assert_eq!(identite.sujet, "lea-1");
    assert_eq!(identite.courriel.as_deref(), Some("lea.durand@ml.example"));
    assert!(identite.courriel_verifie);
    assert_eq!(identite.prenom.as_deref(), Some("Léa"));
    assert_eq!(identite.nom.as_deref(), Some("Durand"));
    assert_eq!(identite.vers, "/accueil");
    let shown = format!("{identite:?}");
    assert!(!shown.contains("Durand") && !shown.contains(&identite.jeton));

    assert_eq!(fournisseur.origins(), [serveur.adresse.clone(), serveur.adresse.clone()]);
    let ensuite = "https://mallette.example/au-revoir";
    let out = fournisseur.logout_url(&identite.jeton, ensuite).unwrap().unwrap();
    let sent: BTreeMap<String, String> = out.query_pairs().into_owned().collect();
    assert!(out.as_str().starts_with(&format!("{}/session/end?", serveur.adresse)));
    assert_eq!(sent["id_token_hint"], identite.jeton);
    assert_eq!(sent["post_logout_redirect_uri"], "https://mallette.example/au-revoir");
}

#[tokio::test]
async fn each_way_of_being_a_client_works() {
    let serveur = Serveur::start("certifie.mjs", &[]);
    let signed = Reglage {
        client_id: "mallette-signe".into(),
        userinfo: Userinfo::Signe,
        ..reglage(&serveur)
    };
    let identite = sign_in(signed.clone()).await.unwrap();
    assert_eq!(identite.courriel.as_deref(), Some("lea.durand@ml.example"));
    // The same provider answers the other client in plain JSON: refused where a signature is asked.
    let unsigned = Reglage { client_id: "mallette".into(), ..signed };
    assert_eq!(sign_in(unsigned).await.unwrap_err(), Erreur::Signature);
    let without = Reglage { userinfo: Userinfo::Aucun, ..reglage(&serveur) };
    let identite = sign_in(without).await.unwrap();
    assert_eq!((identite.sujet.as_str(), identite.courriel), ("lea-1", None));
}

#[tokio::test]
async fn the_level_of_authentication_is_asked_and_checked() {
    let serveur = Serveur::start("certifie.mjs", &[]);
    let asked = Reglage { acr: vec!["eidas2".into()], acr_exige: true, ..reglage(&serveur) };
    let identite = sign_in(asked.clone()).await.unwrap();
    assert_eq!(identite.acr.as_deref(), Some("eidas2"));
    assert_eq!(identite.amr, ["pwd", "otp"]);
    let more = Reglage { acr: vec!["eidas3".into()], ..asked };
    assert_eq!(sign_in(more).await.unwrap_err(), Erreur::Niveau);
}

#[tokio::test]
async fn the_means_of_authentication_are_asked_for_where_that_is_wanted() {
    let serveur = Serveur::start("certifie.mjs", &[]);
    let asked = Reglage { amr_demande: true, ..reglage(&serveur) };
    let fournisseur = Fournisseur::discover(asked.clone()).await.unwrap();
    let (url, _) = fournisseur.start(Timestamp::now(), "/").unwrap();
    let sent: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    assert_eq!(sent["claims"], r#"{"id_token":{"amr":{"essential":true}}}"#);
    assert_eq!(sign_in(asked).await.unwrap().amr, ["pwd", "otp"]);
}

#[tokio::test]
async fn a_code_works_once_and_for_its_own_sign_in() {
    let serveur = Serveur::start("certifie.mjs", &[]);
    let fournisseur = Fournisseur::discover(reglage(&serveur)).await.unwrap();
    let now = Timestamp::now();
    let (url, demande) = fournisseur.start(now, "/").unwrap();
    let retour = Retour::parse(&browse(url).await).unwrap();

    // Another state, or none: refused before anything is sent.
    let (_, other) = fournisseur.start(now, "/").unwrap();
    let crossed = fournisseur.finish(other, &retour, now).await;
    assert_eq!(crossed.unwrap_err(), Erreur::EtatInconnu);
    let stateless = Retour::parse("code=abc").unwrap();
    let refused = fournisseur.finish(demande.clone(), &stateless, now).await;
    assert_eq!(refused.unwrap_err(), Erreur::EtatInconnu);
    let late = now.checked_add(SignedDuration::from_mins(11)).unwrap();
    let refused = fournisseur.finish(demande.clone(), &retour, late).await;
    assert_eq!(refused.unwrap_err(), Erreur::DemandePerimee);

    assert!(fournisseur.finish(demande.clone(), &retour, now).await.is_ok());
    // A store that failed to forget the pending sign-in: the provider refuses the code.
    let again = fournisseur.finish(demande, &retour, now).await;
    assert_eq!(again.unwrap_err(), Erreur::CodeRefuse);
}

#[tokio::test]
async fn a_stolen_code_is_useless_without_the_verifier() {
    let serveur = Serveur::start("certifie.mjs", &[]);
    let fournisseur = Fournisseur::discover(reglage(&serveur)).await.unwrap();
    let now = Timestamp::now();
    let (url, _) = fournisseur.start(now, "/").unwrap();
    let stolen = browse(url).await;
    let (_, mine) = fournisseur.start(now, "/").unwrap();
    // The victim's code under the attacker's own state.
    let forged: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(url::form_urlencoded::parse(stolen.as_bytes()).map(|(name, value)| {
            let value = if name == "state" { mine.etat().to_owned() } else { value.into_owned() };
            (name.into_owned(), value)
        }))
        .finish();
    let retour = Retour::parse(&forged).unwrap();
    assert_eq!(fournisseur.finish(mine, &retour, now).await.unwrap_err(), Erreur::CodeRefuse);
}

#[tokio::test]
async fn giving_up_and_wrong_settings_are_said() {
    let serveur = Serveur::start("certifie.mjs", &[]);
    let fournisseur = Fournisseur::discover(reglage(&serveur)).await.unwrap();
    let now = Timestamp::now();
    let (mut url, demande) = fournisseur.start(now, "/").unwrap();
    url.query_pairs_mut().append_pair("login_hint", "abandon");
    let retour = Retour::parse(&browse(url).await).unwrap();
    let given_up = fournisseur.finish(demande, &retour, now).await;
    assert_eq!(given_up.unwrap_err(), Erreur::Abandon);

    let wrong = Reglage { client_secret: Some("faux".to_owned().into()), ..reglage(&serveur) };
    assert_eq!(sign_in(wrong).await.unwrap_err(), Erreur::ClientRefuse);
    let slash = Reglage { emetteur: format!("{}/", serveur.adresse), ..reglage(&serveur) };
    assert_eq!(Fournisseur::discover(slash).await.unwrap_err(), Erreur::EmetteurInattendu);
}

#[tokio::test]
async fn a_provider_that_is_down_is_said_to_be() {
    let serveur = Serveur::start("certifie.mjs", &[]);
    let fournisseur = Fournisseur::discover(reglage(&serveur)).await.unwrap();
    let reglage = reglage(&serveur);
    let now = Timestamp::now();
    let (url, demande) = fournisseur.start(now, "/").unwrap();
    let retour = Retour::parse(&browse(url).await).unwrap();
    drop(serveur);
    let refused = fournisseur.finish(demande, &retour, now).await.unwrap_err();
    assert!(matches!(&refused, Erreur::Injoignable { .. }), "{refused}");
    assert!(refused.to_string().contains("ne répond pas"), "{refused}");
    let refused = Fournisseur::discover(reglage).await.unwrap_err();
    assert!(matches!(&refused, Erreur::Injoignable { .. }), "{refused}");
}
