//! Speaking to the provider: no redirection, little time, short answers, protected addresses only.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use super::erreur::Erreur;
use super::reglage::{is_loopback, is_protected};

const CONNECT: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(10);
/// A discovery document or a set of keys weighs a few kilobytes.
const BYTES: usize = 256 * 1024;

/// Why a request got no usable answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Echec {
    /// Nobody answered, or not with a certificate to trust.
    #[error("sans réponse ({0})")]
    Injoignable(String),
    /// Too slow.
    #[error("trop lent")]
    Delai,
    /// Too long an answer.
    #[error("réponse trop longue")]
    TropLong,
    /// Sent elsewhere: following could give a code or a token to someone else.
    #[error("redirection")]
    Redirection,
    /// The provider is out of order (5xx, 429).
    #[error("en panne ({0})")]
    EnPanne(u16),
    /// An address that is not protected.
    #[error("adresse non protégée")]
    NonProtegee,
}

/// The client of one provider.
#[derive(Debug, Clone)]
pub(super) struct Http {
    client: reqwest::Client,
    /// Plain http is accepted on this very machine, when the provider itself is there.
    local: bool,
}

impl Http {
    pub(super) fn new(emetteur: &Url, autorites: Option<&str>) -> Result<Self, Erreur> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls(autorites)?)
            .redirect(Policy::none())
            .connect_timeout(CONNECT)
            .timeout(WHOLE)
            .user_agent(concat!("mallette/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|_| Erreur::Reglage("la connexion chiffrée ne se prépare pas"))?;
        Ok(Self { client, local: emetteur.scheme() == "http" && is_loopback(emetteur) })
    }

    /// Whether requests may go there.
    pub(super) fn accepts(&self, url: &Url) -> bool {
        is_protected(url) && (self.local || url.scheme() == "https")
    }

    /// Sends one request and reads its whole answer.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, Echec> {
        let request = reqwest::Request::try_from(request).map_err(|_| Echec::NonProtegee)?;
        if !self.accepts(request.url()) {
            return Err(Echec::NonProtegee);
        }
        let mut answer = self.client.execute(request).await.map_err(|error| failure(&error))?;
        let status = answer.status();
        if status.is_redirection() {
            return Err(Echec::Redirection);
        }
        if status.is_server_error() || status.as_u16() == 429 {
            return Err(Echec::EnPanne(status.as_u16()));
        }
        let headers = answer.headers().clone();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failure(&error))? {
            if body.len() + chunk.len() > BYTES {
                return Err(Echec::TropLong);
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = http::Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Echec;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, Echec>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

fn failure(error: &reqwest::Error) -> Echec {
    if error.is_timeout() {
        return Echec::Delai;
    }
    // The deepest cause is the one that helps: « connection refused », « unknown issuer ».
    let mut cause: &dyn std::error::Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Echec::Injoignable(cause.to_string())
}

/// The public authorities, and those of the network.
fn tls(autorites: Option<&str>) -> Result<rustls::ClientConfig, Erreur> {
    let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let unreadable = Erreur::Reglage(
        "les autorités de certification ne se lisent pas : un ou plusieurs blocs \
         « BEGIN CERTIFICATE » sont attendus",
    );
    if let Some(pem) = autorites {
        let mut read = 0;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let added = certificate.ok().and_then(|certificate| roots.add(certificate).ok());
            if added.is_none() {
                return Err(unreadable);
            }
            read += 1;
        }
        if read == 0 {
            return Err(unreadable);
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|_| Erreur::Reglage("la connexion chiffrée ne se prépare pas"))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
