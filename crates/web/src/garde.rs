//! Who may ask, and what a browser may load. Accounts do not exist yet: only this machine asks,
//! under its own name, from its own pages.

use std::net::IpAddr;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};

use crate::erreur::Erreur;

/// Nothing but our own files: no script or style inside pages, no frame, no other site.
const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                   connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Headers of every answer. The referrer stays within the site: without any, a browser would send
/// a null origin with our own forms.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CSP),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Puts the checks and the headers around all pages.
pub(crate) fn protect(pages: Router) -> Router {
    pages.layer(from_fn(check))
}

async fn check(request: Request, next: Next) -> Response {
    let mut response = match refusal(request.method(), request.headers()) {
        Some(erreur) => erreur.into_response(),
        None => next.run(request).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// Why a request is refused; none when it may pass.
fn refusal(method: &Method, headers: &HeaderMap) -> Option<Erreur> {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let Some(host) = host.filter(|host| is_local(host)) else {
        let text = "Ce serveur ne répond qu'à la machine qui le porte. L'ouvrir par \
                    http://localhost, avec son numéro de port.";
        return Some(Erreur::Interdit(text.to_owned()));
    };
    if matches!(*method, Method::GET | Method::HEAD) || is_same_origin(headers, host) {
        return None;
    }
    let text = "Cette demande ne vient pas d'une page de Mallette : rien n'a été changé. Ouvrir \
                la page dans ce navigateur et recommencer.";
    Some(Erreur::Interdit(text.to_owned()))
}

/// Whether a `Host` names this machine: a foreign name that resolves here is an attack on the
/// browser of the person (DNS rebinding).
fn is_local(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((name, port)) if port.is_empty() || is_port(port) => name,
            _ => return false,
        },
        None => match host.split_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            Some(_) => return false,
            None => host,
        },
    };
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_port(text: &str) -> bool {
    text.strip_prefix(':').is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Whether a form was sent by one of our own pages (CSRF): its origin must be said and be ours.
fn is_same_origin(headers: &HeaderMap, host: &str) -> bool {
    match headers.get(header::ORIGIN).map(HeaderValue::to_str) {
        Some(Ok(origin)) => {
            origin.strip_prefix("http://").is_some_and(|from| from.eq_ignore_ascii_case(host))
        }
        Some(Err(_)) => false,
        None => headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_is_a_host() {
        for host in
            ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.3.2.1", "[::1]:80", "[::1]"]
        {
            assert!(is_local(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "10.0.0.1:80",
            "0.0.0.0",
            "[::1",
            "[::1]x",
            "[::2]:80",
            "localhost:80@example.org",
            "::1",
        ] {
            assert!(!is_local(host), "{host}");
        }
    }

    #[test]
    fn a_post_must_say_that_it_comes_from_here() {
        let refused = |pairs: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            refusal(&Method::POST, &headers).is_some()
        };
        let host = ("host", "localhost:8080");
        assert!(refused(&[host]));
        assert!(refused(&[host, ("origin", "null")]));
        assert!(refused(&[host, ("origin", "http://localhost:9090")]));
        assert!(refused(&[host, ("origin", "https://localhost:8080")]));
        assert!(refused(&[
            host,
            ("origin", "http://example.org"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(refused(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!refused(&[host, ("origin", "http://localhost:8080")]));
        assert!(!refused(&[host, ("sec-fetch-site", "same-origin")]));
    }

    #[test]
    fn a_get_needs_no_origin() {
        let mut headers = HeaderMap::new();
        assert!(refusal(&Method::GET, &headers).is_some());
        headers.insert("host", HeaderValue::from_static("127.0.0.1"));
        assert_eq!(refusal(&Method::GET, &headers), None);
    }
}
