//! Slow, greedy and too many clients: cut, refused, or kept waiting, while the others are answered.

use std::net::SocketAddr;
use std::time::Duration;

use mallette_web::{Limites, Reglage};
use rustls::version::TLS13;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;

use crate::banc::{
    Autorite, NOM, SHORT, ask, get, here, kept, limited, post, rest, serve, status, within,
};

/// Writes again and again until the other end closes.
async fn drip(mut stream: impl AsyncRead + AsyncWrite + Unpin, first: &str, again: &str) {
    stream.write_all(first.as_bytes()).await.unwrap();
    let mut bytes = [0; 1024];
    within(async {
        loop {
            tokio::select! {
                read = stream.read(&mut bytes) => {
                    if !read.is_ok_and(|count| count > 0) {
                        return;
                    }
                }
                () = sleep(SHORT / 10) => {
                    if stream.write_all(again.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_header_that_does_not_end_is_cut() {
    let served = serve(limited(Limites { entete: SHORT, ..Limites::default() })).await;
    let adresse = served.ecoute.adresse;
    let slow = TcpStream::connect(adresse).await.unwrap();
    let mute = TcpStream::connect(adresse).await.unwrap();
    let start = "GET / HTTP/1.1\r\nHost: localhost\r\n";
    let health = get("/healthz", "localhost", "");
    let ((), (), answer) =
        tokio::join!(drip(slow, start, "X: y\r\n"), drip(mute, "", ""), ask(adresse, &health));
    assert_eq!(status(&answer), "200", "another is served meanwhile: {answer}");
}

#[tokio::test]
async fn a_handshake_or_a_connection_without_a_request_is_cut() {
    let autorite = Autorite::new();
    let limites = Limites { poignee: SHORT, entete: SHORT, ..Limites::default() };
    let served = serve(Reglage { limites, ..autorite.reglage() }).await;
    let adresse = served.ecoute.adresse;
    drip(TcpStream::connect(adresse).await.unwrap(), "", "").await;
    for alpn in ["http/1.1", "h2"] {
        drip(autorite.connect(adresse, NOM, &TLS13, alpn).await.unwrap(), "", "").await;
    }
    // The beginning of HTTP/2, and nothing more.
    let stream = autorite.connect(adresse, NOM, &TLS13, "h2").await.unwrap();
    drip(stream, "PRI * HTTP/2.0\r\n", "").await;
}

#[tokio::test]
async fn a_connection_that_is_no_longer_used_is_closed() {
    let served = serve(limited(Limites { inactivite: SHORT, ..Limites::default() })).await;
    let mut stream = TcpStream::connect(served.ecoute.adresse).await.unwrap();
    assert!(kept(&mut stream).await.is_some());
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test]
async fn a_body_that_stops_is_cut_with_a_reason() {
    let served = serve(limited(Limites { corps_muet: SHORT, ..Limites::default() })).await;
    let head = "POST /imports HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\n\
                Content-Type: multipart/form-data; boundary=B\r\nContent-Length: 100000\r\n\r\n\
                --B\r\nContent-Disposition: form-data; name=\"fichiers\"; filename=\"a.csv\"\r\n\
                \r\na;b\r\n";
    let answer = ask(served.ecoute.adresse, head).await;
    assert_eq!(status(&answer), "408", "{answer}");
    assert!(answer.contains("rien n&#39;a été changé"), "{answer}");
    assert_eq!(served.double.depots(), 0, "nothing is left of the file");
    assert!(served.double.appels().is_empty());
}

#[tokio::test]
async fn who_does_not_read_the_answers_is_cut() {
    let limites = Limites { lecteur_muet: SHORT, ..Limites::default() };
    let metriques = Some(here());
    let served = serve(Reglage { metriques, ..limited(limites) }).await;
    let open = async |count: usize| {
        within(async {
            let line = format!("\nmallette_connections_open {count}\n");
            let request = get("/metrics", "localhost", "");
            while !ask(served.ecoute.metriques.unwrap(), &request).await.contains(&line) {
                sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
    };
    let mut stream = TcpStream::connect(served.ecoute.adresse).await.unwrap();
    open(1).await;
    // More answers than the buffers of both ends hold.
    let request = "GET /statique/mallette.css HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let requests = request.repeat(5000);
    let asking = async { drop(stream.write_all(requests.as_bytes()).await) };
    tokio::join!(asking, open(0));
}

#[tokio::test]
async fn what_is_too_big_is_refused() {
    let limites = Limites { formulaire_octets: 64, entete_octets: 8192, ..Limites::default() };
    let served = serve(limited(limites)).await;
    let adresse = served.ecoute.adresse;
    let origin = "Origin: http://localhost\r\n";
    let form = post("/fixer-une-campagne", "localhost", origin, &format!("nom={}", "x".repeat(99)));
    assert_eq!(status(&ask(adresse, &form).await), "413");
    let long = format!("X: {}\r\n", "x".repeat(20_000));
    let mut stream = TcpStream::connect(adresse).await.unwrap();
    // It may answer and close before everything is written.
    drop(stream.write_all(get("/", "localhost", &long).as_bytes()).await);
    let answer = rest(&mut stream).await;
    assert!(["431", "nothing"].contains(&status(&answer)), "{answer}");
}

/// Connects from another address of this machine: only Linux has them all.
#[cfg(target_os = "linux")]
async fn connect_from(address: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((address, 0))).unwrap();
    socket.connect(to).await.unwrap()
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn too_many_connections_from_one_address_do_not_stop_another() {
    let limites = Limites { connexions_par_adresse: 2, ..Limites::default() };
    let served = serve(limited(limites)).await;
    let adresse = served.ecoute.adresse;
    let greedy = [127, 0, 0, 1];
    let mut first = connect_from(greedy, adresse).await;
    let mut second = connect_from(greedy, adresse).await;
    assert!(kept(&mut first).await.is_some() && kept(&mut second).await.is_some());
    let mut third = connect_from(greedy, adresse).await;
    assert_eq!(kept(&mut third).await, None);
    let mut other = connect_from([127, 0, 0, 2], adresse).await;
    assert!(kept(&mut other).await.is_some());
    assert!(kept(&mut second).await.is_some(), "who is in stays in");
    drop(first);
    within(async {
        loop {
            if kept(&mut connect_from(greedy, adresse).await).await.is_some() {
                return;
            }
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn beyond_what_the_server_holds_connections_wait_their_turn() {
    let served = serve(limited(Limites { connexions: 1, ..Limites::default() })).await;
    let mut first = TcpStream::connect(served.ecoute.adresse).await.unwrap();
    assert!(kept(&mut first).await.is_some());
    let mut second = TcpStream::connect(served.ecoute.adresse).await.unwrap();
    let mut waiting = Box::pin(kept(&mut second));
    assert!(tokio::time::timeout(SHORT, &mut waiting).await.is_err());
    drop(first);
    assert!(within(waiting).await.is_some());
}
