//! The server itself, over real sockets: TLS, proxies, slow and too many clients, health, counts,
//! stopping. No test waits for an exact time: limits are small, and what must end has long to do so.

#[cfg(test)]
mod commun;

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::net::SocketAddr;
    use std::path::{Path, PathBuf};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use axum::body::Body;
    use axum::http::Request;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use mallette_web::{Ecoute, Exposition, Journal, Limites, Reglage, ServeError};
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use rustls::pki_types::ServerName;
    use rustls::version::{TLS12, TLS13};
    use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
    use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
    use tokio::net::{TcpSocket, TcpStream};
    use tokio::sync::oneshot;
    use tokio::task::JoinHandle;
    use tokio::time::sleep;
    use tokio_rustls::TlsConnector;
    use tokio_rustls::client::TlsStream;

    use super::commun::{Double, etat};

    const NOM: &str = "mallette.test";
    /// What must end has that long to do so.
    const LONG: Duration = Duration::from_secs(30);
    const SHORT: Duration = Duration::from_millis(150);

    async fn within<F: Future>(future: F) -> F::Output {
        tokio::time::timeout(LONG, future).await.expect("too long")
    }

    struct Served {
        ecoute: Ecoute,
        double: Arc<Double>,
        /// Dropped, the server stops.
        stop: oneshot::Sender<()>,
        ended: JoinHandle<Result<(), ServeError>>,
    }

    async fn serve(reglage: Reglage) -> Served {
        let double = Arc::new(Double::new(etat().unwrap()).unwrap());
        let atelier: Arc<Double> = Arc::clone(&double);
        let (ready, listening) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let ended = tokio::spawn(mallette_web::serve_until(
            atelier,
            None,
            reglage,
            move |ecoute| ready.send(ecoute).unwrap(),
            async { drop(stopped.await) },
        ));
        let ecoute = within(listening).await.unwrap();
        Served { ecoute, double, stop, ended }
    }

    fn here() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 0))
    }

    fn local() -> Reglage {
        Reglage::local(here())
    }

    fn limited(limites: Limites) -> Reglage {
        Reglage { limites, ..local() }
    }

    fn behind(proxy: &str) -> Reglage {
        let proxies = vec![proxy.parse().unwrap()];
        let exposition = Exposition::DerriereProxy { proxies, noms: vec![NOM.to_owned()] };
        Reglage { exposition, ..local() }
    }

    /// An authority, and the files of a certificate of its own making.
    struct Autorite {
        issuer: CertifiedIssuer<'static, KeyPair>,
        dir: tempfile::TempDir,
    }

    impl Autorite {
        fn new() -> Self {
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
            let issuer =
                CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
            let autorite = Self { issuer, dir: tempfile::tempdir().unwrap() };
            autorite.renew();
            autorite
        }

        fn certificat(&self) -> PathBuf {
            self.dir.path().join("chaine.pem")
        }

        fn cle(&self) -> PathBuf {
            self.dir.path().join("cle.pem")
        }

        /// Another certificate, at the same place.
        fn renew(&self) {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![NOM.to_owned()]).unwrap();
            let certificate = params.signed_by(&key, &self.issuer).unwrap();
            std::fs::write(self.certificat(), certificate.pem()).unwrap();
            std::fs::write(self.cle(), key.serialize_pem()).unwrap();
        }

        fn reglage(&self) -> Reglage {
            let (certificat, cle) = (self.certificat(), self.cle());
            let exposition = Exposition::Tls { certificat, cle, noms: vec![NOM.to_owned()] };
            Reglage { exposition, ..local() }
        }

        fn connector(
            &self,
            version: &'static SupportedProtocolVersion,
            alpn: &str,
        ) -> TlsConnector {
            let mut roots = RootCertStore::empty();
            roots.add(self.issuer.der().clone()).unwrap();
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let mut config = ClientConfig::builder_with_provider(provider)
                .with_protocol_versions(&[version])
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
            config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
            TlsConnector::from(Arc::new(config))
        }

        async fn connect(
            &self,
            adresse: SocketAddr,
            nom: &str,
            version: &'static SupportedProtocolVersion,
            alpn: &str,
        ) -> std::io::Result<TlsStream<TcpStream>> {
            let stream = TcpStream::connect(adresse).await.unwrap();
            let nom = ServerName::try_from(nom.to_owned()).unwrap();
            within(self.connector(version, alpn).connect(nom, stream)).await
        }

        /// The certificate that a new connection is shown.
        async fn shown(&self, adresse: SocketAddr) -> Vec<u8> {
            let stream = self.connect(adresse, NOM, &TLS13, "http/1.1").await.unwrap();
            stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
        }

        /// An answer under TLS, in HTTP/1.1.
        async fn ask(&self, adresse: SocketAddr, request: &str) -> String {
            let stream = self.connect(adresse, NOM, &TLS13, "http/1.1").await.unwrap();
            talk(stream, request).await
        }
    }

    /// What comes back to a request that ends the connection; all that came when it breaks.
    async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> String {
        stream.write_all(request.as_bytes()).await.unwrap();
        rest(&mut stream).await
    }

    async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
        let mut bytes = Vec::new();
        drop(within(stream.read_to_end(&mut bytes)).await);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    async fn ask(adresse: SocketAddr, request: &str) -> String {
        talk(TcpStream::connect(adresse).await.unwrap(), request).await
    }

    fn get(path: &str, host: &str, headers: &str) -> String {
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n")
    }

    fn post(path: &str, host: &str, headers: &str, body: &str) -> String {
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {length}\r\n{headers}Connection: close\r\n\r\n{body}"
        )
    }

    fn status(answer: &str) -> &str {
        answer.split(' ').nth(1).unwrap_or("nothing")
    }

    fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
        let head = answer.split("\r\n\r\n").next().unwrap_or_default();
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The first answer of a connection that goes on.
    async fn kept(stream: &mut TcpStream) -> Option<String> {
        let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut answer = String::new();
        let mut bytes = [0; 1024];
        while !answer.ends_with("ok\n") {
            let count = within(stream.read(&mut bytes)).await.ok().filter(|count| *count > 0)?;
            answer.push_str(&String::from_utf8_lossy(&bytes[..count]));
        }
        Some(answer)
    }

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
        let http2 =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
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
        let form =
            post("/fixer-une-campagne", "localhost", origin, &format!("nom={}", "x".repeat(99)));
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
        let answer =
            tokio::spawn(async move { ask(adresse, &get("/healthz", "localhost", "")).await });
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
        let answer =
            tokio::spawn(async move { ask(adresse, &get("/healthz", "localhost", "")).await });
        asked(&served.double).await;
        served.stop.send(()).unwrap();
        within(served.ended).await.unwrap().unwrap();
        assert_eq!(within(answer).await.unwrap(), "");
    }
}
