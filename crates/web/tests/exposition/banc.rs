//! A server of the tests over real sockets, an authority that signs its certificates, and what is asked of it.

use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use mallette_web::{Ecoute, Exposition, Limites, Reglage, ServeError};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::ServerName;
use rustls::version::TLS13;
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::commun::{Double, etat};

pub(crate) const NOM: &str = "mallette.test";

/// What must end has that long to do so.
pub(crate) const LONG: Duration = Duration::from_secs(30);

pub(crate) const SHORT: Duration = Duration::from_millis(150);

pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(LONG, future).await.expect("too long")
}

pub(crate) struct Served {
    pub(crate) ecoute: Ecoute,
    pub(crate) double: Arc<Double>,
    /// Dropped, the server stops.
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) ended: JoinHandle<Result<(), ServeError>>,
}

pub(crate) async fn serve(reglage: Reglage) -> Served {
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

pub(crate) fn here() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

pub(crate) fn local() -> Reglage {
    Reglage::local(here())
}

pub(crate) fn limited(limites: Limites) -> Reglage {
    Reglage { limites, ..local() }
}

pub(crate) fn behind(proxy: &str) -> Reglage {
    let proxies = vec![proxy.parse().unwrap()];
    let exposition = Exposition::DerriereProxy { proxies, noms: vec![NOM.to_owned()] };
    Reglage { exposition, ..local() }
}

/// An authority, and the files of a certificate of its own making.
pub(crate) struct Autorite {
    pub(crate) issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) dir: tempfile::TempDir,
}

impl Autorite {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let autorite = Self { issuer, dir: tempfile::tempdir().unwrap() };
        autorite.renew();
        autorite
    }

    pub(crate) fn certificat(&self) -> PathBuf {
        self.dir.path().join("chaine.pem")
    }

    pub(crate) fn cle(&self) -> PathBuf {
        self.dir.path().join("cle.pem")
    }

    /// Another certificate, at the same place.
    pub(crate) fn renew(&self) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![NOM.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        std::fs::write(self.certificat(), certificate.pem()).unwrap();
        std::fs::write(self.cle(), key.serialize_pem()).unwrap();
    }

    pub(crate) fn reglage(&self) -> Reglage {
        let (certificat, cle) = (self.certificat(), self.cle());
        let exposition = Exposition::Tls { certificat, cle, noms: vec![NOM.to_owned()] };
        Reglage { exposition, ..local() }
    }

    pub(crate) fn connector(
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

    pub(crate) async fn connect(
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
    pub(crate) async fn shown(&self, adresse: SocketAddr) -> Vec<u8> {
        let stream = self.connect(adresse, NOM, &TLS13, "http/1.1").await.unwrap();
        stream.get_ref().1.peer_certificates().unwrap()[0].to_vec()
    }

    /// An answer under TLS, in HTTP/1.1.
    pub(crate) async fn ask(&self, adresse: SocketAddr, request: &str) -> String {
        let stream = self.connect(adresse, NOM, &TLS13, "http/1.1").await.unwrap();
        talk(stream, request).await
    }
}

/// What comes back to a request that ends the connection; all that came when it breaks.
pub(crate) async fn talk(mut stream: impl AsyncRead + AsyncWrite + Unpin, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    rest(&mut stream).await
}

pub(crate) async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    drop(within(stream.read_to_end(&mut bytes)).await);
    String::from_utf8_lossy(&bytes).into_owned()
}

pub(crate) async fn ask(adresse: SocketAddr, request: &str) -> String {
    talk(TcpStream::connect(adresse).await.unwrap(), request).await
}

pub(crate) fn get(path: &str, host: &str, headers: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n")
}

pub(crate) fn post(path: &str, host: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {length}\r\n{headers}Connection: close\r\n\r\n{body}"
    )
}

pub(crate) fn status(answer: &str) -> &str {
    answer.split(' ').nth(1).unwrap_or("nothing")
}

pub(crate) fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// The first answer of a connection that goes on.
pub(crate) async fn kept(stream: &mut TcpStream) -> Option<String> {
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
