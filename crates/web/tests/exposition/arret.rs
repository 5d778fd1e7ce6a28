//! Stopping: the answers under way end, and nothing is waited for for ever.

use std::time::Duration;

use mallette_web::Limites;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::banc::{SHORT, ask, get, limited, local, rest, serve, status, within};
use crate::commun::Double;

/// Waits until a question has reached the registry.
async fn asked(double: &Double) {
    within(async {
        while double.registre.receiver_count() == 0 {
            sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_stop_lets_the_answers_under_way_end() {
    let served = serve(local()).await;
    let adresse = served.ecoute.adresse;
    served.double.registre.send_replace(None);
    let mut idle = TcpStream::connect(adresse).await.unwrap();
    let answer = tokio::spawn(async move { ask(adresse, &get("/healthz", "localhost", "")).await });
    asked(&served.double).await;
    served.stop.send(()).unwrap();
    assert_eq!(rest(&mut idle).await, "", "who asks for nothing is sent away");
    assert!(!served.ended.is_finished());
    served.double.registre.send_replace(Some(true));
    let answer = within(answer).await.unwrap();
    assert_eq!(status(&answer), "200", "{answer}");
    within(served.ended).await.unwrap().unwrap();
    assert!(TcpStream::connect(adresse).await.is_err());
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let served = serve(limited(Limites { arret: SHORT, ..Limites::default() })).await;
    let adresse = served.ecoute.adresse;
    served.double.registre.send_replace(None);
    let answer = tokio::spawn(async move { ask(adresse, &get("/healthz", "localhost", "")).await });
    asked(&served.double).await;
    served.stop.send(()).unwrap();
    within(served.ended).await.unwrap().unwrap();
    assert_eq!(within(answer).await.unwrap(), "");
}
