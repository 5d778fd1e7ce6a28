//! From where a request may come: our own pages, a proxy that is known, an exposure that answers somebody.

use std::sync::Arc;

use mallette_web::{Exposition, Reglage};

use crate::banc::{Autorite, NOM, ask, behind, get, header, local, post, serve, status};
use crate::commun::{Double, etat};

#[tokio::test]
async fn settings_that_answer_nobody_or_everybody_are_refused() {
    let any = "0.0.0.0:0".parse().unwrap();
    let nobody = |proxies| Exposition::DerriereProxy { proxies, noms: vec![NOM.to_owned()] };
    let everybody = nobody(vec!["0.0.0.0/0".parse().unwrap()]);
    let unnamed = Exposition::DerriereProxy {
        proxies: vec!["10.0.0.1/32".parse().unwrap()],
        noms: Vec::new(),
    };
    for (reglage, said) in [
        (Reglage::local(any), "en clair"),
        (Reglage { metriques: Some(any), ..local() }, "adresse locale"),
        (Reglage { exposition: nobody(Vec::new()), ..local() }, "mandataire"),
        (Reglage { exposition: everybody, ..local() }, "tout le monde"),
        (Reglage { exposition: unnamed, ..local() }, "sous quel nom"),
    ] {
        let double = Arc::new(Double::new(etat().unwrap()).unwrap());
        let refused = mallette_web::serve(double, None, reglage, |_| {}).await.unwrap_err();
        assert!(refused.to_string().contains(said), "{refused}");
    }
}

#[tokio::test]
async fn a_form_must_come_from_our_own_pages_in_every_exposure() {
    let form = |host: &str, headers: &str| post("/imports/travaux/1/arret", host, headers, "");
    let plain = serve(local()).await;
    let adresse = plain.ecoute.adresse;
    let local = async |origin: &str| {
        let origin = format!("Origin: {origin}\r\n");
        let answer = ask(adresse, &form("localhost:8080", &origin)).await;
        status(&answer).to_owned()
    };
    assert_eq!(local("http://localhost:8080").await, "303");
    assert_eq!(local("https://localhost:8080").await, "403");
    assert_eq!(plain.double.appels(), ["arrêter 1"], "done once");

    let autorite = Autorite::new();
    let secure = serve(autorite.reglage()).await;
    let tls = async |origin: &str| {
        let request = form(NOM, &format!("Origin: {origin}\r\n"));
        let answer = autorite.ask(secure.ecoute.adresse, &request).await;
        status(&answer).to_owned()
    };
    // To the way in: accounts come next.
    assert_eq!(tls("https://mallette.test").await, "303");
    assert_eq!(tls("http://mallette.test").await, "403");
    assert_eq!(tls("https://example.org").await, "403");

    let proxied = serve(behind("127.0.0.1/32")).await;
    let proxy = async |origin: &str| {
        let headers = format!("X-Forwarded-Proto: https\r\nOrigin: {origin}\r\n");
        let answer = ask(proxied.ecoute.adresse, &form(NOM, &headers)).await;
        status(&answer).to_owned()
    };
    assert_eq!(proxy("https://mallette.test").await, "303");
    assert_eq!(proxy("http://mallette.test").await, "403");
    assert!(proxied.double.appels().is_empty() && secure.double.appels().is_empty());
}

#[tokio::test]
async fn behind_a_proxy_only_what_came_under_tls_is_answered() {
    let served = serve(behind("127.0.0.0/8")).await;
    let adresse = served.ecoute.adresse;
    let said = async |headers: &str| ask(adresse, &get("/centres?a=b", NOM, headers)).await;
    let secure = said("X-Forwarded-Proto: https\r\nX-Forwarded-For: 203.0.113.9\r\n").await;
    assert_eq!(status(&secure), "303", "{secure}");
    assert!(header(&secure, "strict-transport-security").is_some());
    let clear = said("X-Forwarded-Proto: http\r\n").await;
    assert_eq!(status(&clear), "308", "{clear}");
    assert_eq!(header(&clear, "location"), Some("https://mallette.test/centres?a=b"));
    assert_eq!(header(&clear, "strict-transport-security"), None);
    assert_eq!(status(&said("").await), "403");
    let health = ask(adresse, &get("/healthz", "127.0.0.1", "")).await;
    assert_eq!(status(&health), "200", "{health}");
}

#[tokio::test]
async fn who_is_no_proxy_is_not_believed() {
    let served = serve(behind("192.0.2.1/32")).await;
    let forged = "X-Forwarded-Proto: https\r\nX-Forwarded-For: 192.0.2.1\r\n";
    let answer = ask(served.ecoute.adresse, &get("/", NOM, forged)).await;
    assert_eq!(status(&answer), "403", "{answer}");
    assert_eq!(header(&answer, "strict-transport-security"), None);
}
