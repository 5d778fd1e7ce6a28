//! What is told of the server itself: its health, its counts, its journal, and nothing of a person.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use mallette_web::{Journal, Reglage};
use tokio::time::sleep;

use crate::banc::{ask, get, header, here, local, serve, status, within};

#[tokio::test]
async fn health_says_whether_the_registry_answers_and_nothing_else() {
    let served = serve(Reglage { metriques: Some(here()), ..local() }).await;
    let both = [served.ecoute.adresse, served.ecoute.metriques.unwrap()];
    for adresse in both {
        let answer = ask(adresse, &get("/healthz", "localhost", "")).await;
        assert_eq!(status(&answer), "200", "{answer}");
    }
    served.double.registre.send_replace(Some(false));
    for adresse in both {
        let answer = ask(adresse, &get("/healthz", "localhost", "")).await;
        assert_eq!(status(&answer), "503", "{answer}");
        assert!(!answer.contains("CANARI"), "{answer}");
    }
}

#[tokio::test]
async fn counts_and_journal_hold_nothing_of_a_person() {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let held = Arc::clone(&lines);
    let journal = Journal::to(move |line| held.lock().unwrap().push(line.to_owned()));
    let served = serve(Reglage { metriques: Some(here()), journal, ..local() }).await;
    let adresse = served.ecoute.adresse;
    let headers = "User-Agent: ZQCANARI\r\nX-Forwarded-For: ZQCANARI\r\nCookie: a=ZQCANARI\r\n\
                   Referer: http://localhost/ZQCANARI\r\n";
    for path in ["/centres/ZQCANARI?nom=ZQCANARI", "/ZQCANARI", "/centres"] {
        ask(adresse, &get(path, "localhost", headers)).await;
    }
    ask(adresse, &get("/centres", "ZQCANARI.example", headers)).await;
    let metrics = async || {
        let metriques = served.ecoute.metriques.unwrap();
        ask(metriques, &get("/metrics", "localhost", "")).await
    };
    // An answer is counted once its last byte has left.
    let answer = within(async {
        loop {
            let answer = metrics().await;
            let counted = "{route=\"/centres\",method=\"GET\",status=\"4xx\"} 1";
            if answer.contains(counted) && lines.lock().unwrap().len() == 4 {
                return answer;
            }
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    assert!(header(&answer, "content-type").unwrap().contains("openmetrics-text"));
    for written in [
        "mallette_http_requests_total{route=\"/centres/{id}\",method=\"GET\",status=\"4xx\"} 1",
        "mallette_http_requests_total{route=\"none\",method=\"GET\",status=\"4xx\"} 1",
        "mallette_http_requests_total{route=\"/centres\",method=\"GET\",status=\"2xx\"} 1",
        "mallette_http_request_duration_seconds_count{route=\"/centres/{id}\",method=\"GET\"} 1",
        "mallette_connections_open ",
        "mallette_uptime_seconds ",
        "mallette_build_info{version=",
    ] {
        assert!(answer.contains(written), "{written}\n{answer}");
    }
    let lines = lines.lock().unwrap().join("\n");
    for text in [&answer, &lines] {
        assert!(!text.to_uppercase().contains("ZQCANARI"), "{text}");
        assert!(!text.contains("127.0.0.1"), "{text}");
    }
    assert!(lines.contains("\"route\":\"/centres/{id}\",\"status\":404"), "{lines}");
}

#[tokio::test]
async fn counts_are_on_their_own_address_and_pages_are_not_there() {
    let served = serve(Reglage { metriques: Some(here()), ..local() }).await;
    let public = ask(served.ecoute.adresse, &get("/metrics", "localhost", "")).await;
    assert_eq!(status(&public), "404", "{public}");
    let metriques = served.ecoute.metriques.unwrap();
    assert_eq!(status(&ask(metriques, &get("/centres", "localhost", "")).await), "404");
    let foreign = ask(metriques, &get("/metrics", "example.org", "")).await;
    assert_eq!(status(&foreign), "403", "a page elsewhere cannot read them: {foreign}");
}
