//! What TLS says and refuses: names, versions, HTTP/2, certificates that change or are not there.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use hyper_util::rt::{TokioExecutor, TokioIo};
use mallette_web::{Exposition, Limites, Reglage};
use rustls::version::{TLS12, TLS13};
use tokio::time::sleep;

use crate::banc::{Autorite, NOM, ask, get, header, local, serve, status, talk, within};
use crate::commun::{Double, etat};

#[tokio::test]
async fn tls_is_spoken_under_the_right_name_only() {
    let autorite = Autorite::new();
    let served = serve(autorite.reglage()).await;
    let adresse = served.ecoute.adresse;
    for version in [&TLS12, &TLS13] {
        let stream = autorite.connect(adresse, NOM, version, "http/1.1").await.unwrap();
        let answer = talk(stream, &get("/healthz", NOM, "")).await;
        assert_eq!(status(&answer), "200", "{answer}");
        assert!(answer.ends_with("ok\n"), "{answer}");
        assert!(header(&answer, "strict-transport-security").is_some(), "{answer}");
    }
    assert!(autorite.connect(adresse, "autre.test", &TLS13, "http/1.1").await.is_err());
    let foreign = autorite.ask(adresse, &get("/", "localhost", "")).await;
    assert_eq!(status(&foreign), "403", "{foreign}");
    let clear = ask(adresse, &get("/healthz", NOM, "")).await;
    assert!(!clear.contains("200"), "{clear}");
    // Nobody is taken for who holds the machine.
    let page = autorite.ask(adresse, &get("/", NOM, "")).await;
    assert_eq!(status(&page), "303", "{page}");
    assert_eq!(header(&page, "location"), Some("/connexion"));
}

#[tokio::test]
async fn http2_is_spoken_to_who_asks_for_it() {
    let autorite = Autorite::new();
    let served = serve(autorite.reglage()).await;
    let stream = autorite.connect(served.ecoute.adresse, NOM, &TLS13, "h2").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"h2".as_slice()));
    let http2 = hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
    let (mut sender, connection) = within(http2).await.unwrap();
    tokio::spawn(connection);
    let mut status = async |address: &str| {
        let request = Request::get(address).body(Body::empty()).unwrap();
        let response = within(sender.send_request(request)).await.unwrap();
        assert_eq!(response.version(), axum::http::Version::HTTP_2);
        response.status().as_u16()
    };
    assert_eq!(status("https://mallette.test/healthz").await, 200);
    assert_eq!(status("https://mallette.test/").await, 303);
    assert_eq!(status("https://example.org/").await, 403);
}

#[tokio::test]
async fn a_renewed_certificate_is_served_and_a_broken_one_is_not() {
    let autorite = Autorite::new();
    let limites = Limites { relecture: Duration::from_millis(20), ..Limites::default() };
    let served = serve(Reglage { limites, ..autorite.reglage() }).await;
    let adresse = served.ecoute.adresse;
    let changed = async |before: &[u8]| {
        within(async {
            loop {
                let shown = autorite.shown(adresse).await;
                if shown != before {
                    return shown;
                }
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await
    };
    let first = autorite.shown(adresse).await;
    autorite.renew();
    let second = changed(&first).await;
    std::fs::write(autorite.certificat(), "-----BEGIN CERTIFICATE-----\nrien").unwrap();
    for _ in 0..10 {
        sleep(Duration::from_millis(20)).await;
        assert_eq!(autorite.shown(adresse).await, second);
    }
    autorite.renew();
    let third = changed(&second).await;
    assert_ne!(third, first);
}

#[tokio::test]
async fn a_certificate_that_is_not_there_stops_the_start() {
    let double = Arc::new(Double::new(etat().unwrap()).unwrap());
    let absent = Path::new("absent.pem").to_owned();
    let exposition =
        Exposition::Tls { certificat: absent.clone(), cle: absent, noms: vec![NOM.to_owned()] };
    let refused =
        mallette_web::serve(double, None, Reglage { exposition, ..local() }, |_| {}).await;
    assert!(refused.unwrap_err().to_string().contains("absent.pem"));
}
