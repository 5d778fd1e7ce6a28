//! A provider that lies: each lie is refused, and said for what it is.

use std::sync::{Arc, LazyLock};

use crate::serveur::Serveur;
use jiff::{SignedDuration, Timestamp};
use mallette_acces::oidc::{Erreur, Fournisseur, Identite, Reglage, Retour, Userinfo};

/// One for all tests: its scenarios are in the address.
static HOSTILE: LazyLock<Serveur> = LazyLock::new(|| Serveur::start("hostile.mjs", &[]));

fn reglage(scenario: &str) -> Reglage {
    Reglage {
        emetteur: format!("{}/{scenario}", HOSTILE.adresse),
        client_id: "mallette".into(),
        client_secret: Some("un-secret-de-test-assez-long-pour-tous".to_owned().into()),
        retour: "https://mallette.example/retour".into(),
        ..Reglage::default()
    }
}

async fn sign_in(reglage: Reglage) -> Result<Identite, Erreur> {
    sign_in_at(reglage, Timestamp::now()).await
}

async fn sign_in_at(reglage: Reglage, now: Timestamp) -> Result<Identite, Erreur> {
    let fournisseur = Fournisseur::discover(reglage).await?;
    let (url, demande) = fournisseur.start(now, "/")?;
    // The hostile provider takes the code for the nonce to say.
    let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
    let retour = Retour::parse(&format!("code={nonce}&state={}", demande.etat()))?;
    fournisseur.finish(demande, &retour, now).await
}

async fn refused(scenario: &str) -> Erreur {
    match sign_in(reglage(scenario)).await {
        Ok(identite) => panic!("{scenario}: {identite:?}"),
        Err(erreur) => erreur,
    }
}

#[tokio::test]
async fn the_truth_is_accepted() {
    let identite = sign_in(reglage("honnete")).await.unwrap();
    assert_eq!(identite.sujet, "lea-1");
    // ProConnect's own names.
    assert_eq!(identite.nom.as_deref(), Some("Durand"));
    assert_eq!(identite.siret.as_deref(), Some("12345678900011"));
    assert!(identite.courriel_verifie);
    assert_eq!(sign_in(reglage("courbe")).await.unwrap().sujet, "lea-1");
    // A provider that only takes the client's secret in the body.
    assert_eq!(sign_in(reglage("secret-dans-le-corps")).await.unwrap().sujet, "lea-1");
}

#[tokio::test]
async fn tokens_made_for_something_else_are_refused() {
    for (scenario, expected) in [
        ("nonce", Erreur::Nonce),
        ("nonce-absent", Erreur::Nonce),
        ("audience", Erreur::Audience),
        ("audience-double", Erreur::Audience),
        ("azp", Erreur::Audience),
        ("emetteur", Erreur::EmetteurInattendu),
        ("sans-jeton", Erreur::Illisible("jeton d'identité")),
    ] {
        assert_eq!(refused(scenario).await, expected, "{scenario}");
    }
}

#[tokio::test]
async fn signatures_that_do_not_hold_are_refused() {
    for (scenario, expected) in [
        ("signature", Erreur::Signature),
        ("autre-cle", Erreur::Signature),
        ("cle-inconnue", Erreur::Signature),
        ("at-hash", Erreur::Signature),
        ("sans-signature", Erreur::Signature),
        ("secret-partage", Erreur::Algorithme),
    ] {
        assert_eq!(refused(scenario).await, expected, "{scenario}");
    }
    // New keys since the discovery: asked for once more.
    assert_eq!(sign_in(reglage("cle-renouvelee")).await.unwrap().sujet, "lea-1");
}

#[tokio::test]
async fn a_minute_of_skew_is_allowed_and_no_more() {
    for scenario in ["expire", "futur", "ancien"] {
        assert_eq!(refused(scenario).await, Erreur::HorsDelai, "{scenario}");
    }
    for scenario in ["expire-de-peu", "futur-de-peu"] {
        assert!(sign_in(reglage(scenario)).await.is_ok(), "{scenario}");
    }
    // Our own clock, wrong by more than that.
    for minutes in [-10, 10] {
        let wrong = Timestamp::now().checked_add(SignedDuration::from_mins(minutes)).unwrap();
        let refused = sign_in_at(reglage("honnete"), wrong).await.unwrap_err();
        assert_eq!(refused, Erreur::HorsDelai, "{minutes}");
    }
}

#[tokio::test]
async fn what_is_said_of_the_person_is_checked_too() {
    for scenario in ["courriel-non-verifie", "courriel-sans-avis"] {
        let identite = sign_in(reglage(scenario)).await.unwrap();
        assert_eq!(identite.courriel.as_deref(), Some("lea.durand@ml.example"));
        assert!(!identite.courriel_verifie, "{scenario}");
    }
    assert_eq!(refused("autre-personne").await, Erreur::Sujet);
    let signed = |scenario| Reglage { userinfo: Userinfo::Signe, ..reglage(scenario) };
    assert!(sign_in(signed("infos-signees")).await.unwrap().courriel_verifie);
    for (scenario, expected) in [
        ("infos-alterees", Erreur::Signature),
        ("infos-autre-application", Erreur::Audience),
        ("infos-autre-personne", Erreur::Sujet),
        ("honnete", Erreur::Signature),
    ] {
        assert_eq!(sign_in(signed(scenario)).await.unwrap_err(), expected, "{scenario}");
        if scenario.starts_with("infos") {
            // Not asked to be signed, a signature is checked all the same.
            assert_eq!(refused(scenario).await, expected, "{scenario}");
        }
    }
}

#[tokio::test]
async fn a_level_that_is_too_low_or_not_said_is_refused() {
    let demanding =
        |scenario| Reglage { acr: vec!["eidas2".into()], acr_exige: true, ..reglage(scenario) };
    assert_eq!(sign_in(demanding("honnete")).await.unwrap().acr.as_deref(), Some("eidas2"));
    for scenario in ["niveau-bas", "sans-niveau"] {
        assert_eq!(sign_in(demanding(scenario)).await.unwrap_err(), Erreur::Niveau);
        assert!(sign_in(reglage(scenario)).await.is_ok());
    }
}

#[tokio::test]
async fn the_sender_of_an_answer_is_checked() {
    let fournisseur = Fournisseur::discover(reglage("iss-promis")).await.unwrap();
    let now = Timestamp::now();
    for (iss, accepted) in [
        (None, false),
        (Some("https://ailleurs.example".to_owned()), false),
        (Some(format!("{}/iss-promis", HOSTILE.adresse)), true),
    ] {
        let (url, demande) = fournisseur.start(now, "/").unwrap();
        let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("code", &nonce).append_pair("state", demande.etat());
        if let Some(iss) = &iss {
            query.append_pair("iss", iss);
        }
        let retour = Retour::parse(&query.finish()).unwrap();
        let outcome = fournisseur.finish(demande, &retour, now).await;
        match outcome {
            Ok(_) => assert!(accepted, "{iss:?}"),
            Err(erreur) => {
                assert!(!accepted, "{iss:?}: {erreur}");
                assert_eq!(erreur, Erreur::EmetteurInattendu);
            }
        }
    }
    // A sign-in begun at another provider's.
    let other = Fournisseur::discover(reglage("honnete")).await.unwrap();
    let (_, demande) = other.start(now, "/").unwrap();
    let iss = format!("{}/iss-promis", HOSTILE.adresse);
    let retour = Retour::parse(&format!("code=x&state={}&iss={iss}", demande.etat())).unwrap();
    let mixed = fournisseur.finish(demande, &retour, now).await;
    assert_eq!(mixed.unwrap_err(), Erreur::EmetteurInattendu);
}

#[tokio::test]
async fn answers_that_are_not_ones_are_refused() {
    for (scenario, expected) in [
        ("redirection", Erreur::Redirection),
        ("trop-long", Erreur::Illisible("réponse trop longue")),
        ("en-panne", Erreur::EnPanne),
        ("page", Erreur::Illisible("jetons")),
        ("client-inconnu", Erreur::ClientRefuse),
        ("jeton-illisible", Erreur::Illisible("jetons")),
        ("autre-nom", Erreur::EmetteurInattendu),
        ("en-clair", Erreur::NonProtegee),
    ] {
        assert_eq!(refused(scenario).await, expected, "{scenario}");
    }
    for scenario in ["coupe", "lent"] {
        let erreur = refused(scenario).await;
        assert!(matches!(erreur, Erreur::Injoignable { .. }), "{scenario}: {erreur}");
    }
    let nowhere = Reglage { emetteur: format!("{}/x/y", HOSTILE.adresse), ..reglage("") };
    let erreur = Fournisseur::discover(nowhere).await.unwrap_err();
    assert_eq!(erreur, Erreur::Illisible("description ou clés"));
}

#[tokio::test]
async fn only_a_trusted_certificate_is_spoken_to() {
    let certified = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let (cert, key) = (dir.path().join("cert.pem"), dir.path().join("key.pem"));
    std::fs::write(&cert, certified.cert.pem()).unwrap();
    std::fs::write(&key, certified.signing_key.serialize_pem()).unwrap();
    let serveur = Serveur::start("hostile.mjs", &[&cert, &key]);
    let unknown = Reglage { emetteur: format!("{}/honnete", serveur.adresse), ..reglage("") };
    let erreur = Fournisseur::discover(unknown.clone()).await.unwrap_err();
    assert!(matches!(&erreur, Erreur::Injoignable { .. }), "{erreur}");
    let trusted = Reglage { autorites: Some(certified.cert.pem()), ..unknown.clone() };
    assert_eq!(sign_in(trusted).await.unwrap().sujet, "lea-1");
    for pem in
        ["", "pas un certificat", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"]
    {
        let unreadable = Reglage { autorites: Some(pem.to_owned()), ..unknown.clone() };
        let erreur = Fournisseur::discover(unreadable).await.unwrap_err();
        assert!(matches!(erreur, Erreur::Reglage(_)), "{pem}: {erreur}");
    }
}

#[tokio::test]
async fn a_sign_in_runs_on_any_thread_of_a_server() {
    let fournisseur = Arc::new(Fournisseur::discover(reglage("honnete")).await.unwrap());
    let now = Timestamp::now();
    let (url, demande) = fournisseur.start(now, "/").unwrap();
    let nonce = url.query_pairs().find(|(name, _)| name == "nonce").unwrap().1.into_owned();
    let retour = Retour::parse(&format!("code={nonce}&state={}", demande.etat())).unwrap();
    let task = tokio::spawn(async move { fournisseur.finish(demande, &retour, now).await });
    assert_eq!(task.await.unwrap().unwrap().sujet, "lea-1");
}
