//! Who may ask, and what a browser may load: a request comes under one of our names, by a way that
//! the exposure of the server allows, and what changes something comes from our own pages.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::tentative::{self, Tentative};

use crate::chemin;
use crate::erreur::Erreur;
use crate::serveur::client::{self, Pair};
use crate::serveur::exposition::{Arrivee, Exposition, Voie, bracketed, split_host};

/// Nothing but our own files: no script or style inside pages, no frame, no other site.
const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                   connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Where the forms of an answer may lead, beside our own pages: the origins of the identity provider,
/// where there is one. Browsers hold what a form is redirected to against `form-action` too.
#[derive(Debug, Clone, Default)]
pub(crate) struct Destinations(pub(crate) Vec<String>);

/// The policy of an answer whose forms may lead there.
fn policy(destinations: Option<&Destinations>) -> HeaderValue {
    let origines = destinations.map(|Destinations(origines)| origines.join(" "));
    let origines = origines.filter(|origines| !origines.is_empty());
    let wider = origines.map(|origines| {
        CSP.replace("form-action 'self'", &format!("form-action 'self' {origines}"))
    });
    wider
        .and_then(|policy| HeaderValue::from_str(&policy).ok())
        .unwrap_or(HeaderValue::from_static(CSP))
}

/// Headers of every answer. The referrer stays within the site: without any, a browser would send
/// a null origin with our own forms.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
];

/// Browsers come back under TLS for a year, whatever is typed.
const HSTS: &str = "max-age=31536000";
/// And under the names below ours too.
const HSTS_DESSOUS: &str = "max-age=31536000; includeSubDomains";

/// What is said of TLS under that name. A name given to this installation (`mallette.exemple.fr`) speaks for those below it; a whole
/// domain (`exemple.fr`) does not: a site that has nothing to do with ours may be there, in clear.
fn hsts(host: &str) -> &'static str {
    let name = split_host(host).map_or(host, |(name, _)| name);
    let own = name.trim_end_matches('.').split('.').filter(|label| !label.is_empty()).count() >= 3;
    if own && name.parse::<std::net::IpAddr>().is_err() { HSTS_DESSOUS } else { HSTS }
}

/// Puts the checks and the headers around all pages.
pub(crate) fn protect(pages: Router, exposition: Arc<Exposition>) -> Router {
    pages.layer(from_fn_with_state(exposition, check))
}

async fn check(
    State(exposition): State<Arc<Exposition>>,
    mut request: Request,
    next: Next,
) -> Response {
    let arrivee = exposition.arrival(Pair::of(&request), request.headers());
    client::tell(&mut request, arrivee);
    let hsts = asked_host(&request).map_or(HSTS, hsts);
    let mut response = match judge(&exposition, arrivee, &request) {
        Ok(()) => next.run(request).await,
        Err(Renvoi::Refus(tentative, text)) => {
            tentative::note(tentative);
            Erreur::Interdit(text.to_owned()).into_response()
        }
        Err(Renvoi::Https(address)) => Redirect::permanent(&address).into_response(),
    };
    let policy = policy(response.extensions().get());
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if arrivee.voie == Voie::Chiffree {
        response
            .headers_mut()
            .insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(hsts));
    }
    response
}

/// What a request is told instead of being answered.
#[derive(Debug, PartialEq, Eq)]
enum Renvoi {
    /// No, what that try is, and why.
    Refus(Tentative, &'static str),
    /// To come back under TLS, there.
    Https(String),
}

/// Whether a request may pass.
fn judge(exposition: &Exposition, arrivee: Arrivee, request: &Request) -> Result<(), Renvoi> {
    // What watches the server knows neither its names nor its proxies, and learns nothing.
    if request.uri().path() == chemin::SANTE && reads(request.method()) {
        return Ok(());
    }
    if arrivee.voie == Voie::HorsProxy {
        return Err(Renvoi::Refus(
            Tentative::Voie,
            "Ce serveur ne répond qu'à son serveur mandataire. L'ouvrir par son adresse publique, \
             en https. Un mandataire se déclare avec « mallette servir --derriere-proxy ».",
        ));
    }
    let host = asked_host(request).filter(|host| exposition.answers_to(host));
    let said = match exposition {
        Exposition::Locale => {
            "Ce serveur ne répond qu'à la machine qui le porte. L'ouvrir par http://localhost, \
             avec son numéro de port."
        }
        Exposition::Tls { .. } | Exposition::DerriereProxy { .. } => {
            "Ce serveur ne répond pas à ce nom. L'ouvrir par l'adresse que votre réseau vous a \
             donnée. Un nom se déclare avec « mallette servir --nom »."
        }
    };
    let host = host.ok_or(Renvoi::Refus(Tentative::Voie, said))?;
    match arrivee.voie {
        Voie::EnClair if reads(request.method()) => {
            return Err(Renvoi::Https(encrypted(host, request.uri().path_and_query())));
        }
        Voie::EnClair => {
            return Err(Renvoi::Refus(
                Tentative::Voie,
                "Cette demande est venue en clair (http) : rien n'a été changé. Ouvrir la page en \
                 https et recommencer.",
            ));
        }
        Voie::NonDite => {
            return Err(Renvoi::Refus(
                Tentative::Voie,
                "Le serveur mandataire ne dit pas si cette demande est venue en https. Le régler \
                 pour qu'il envoie l'en-tête « X-Forwarded-Proto ».",
            ));
        }
        Voie::Locale | Voie::Chiffree | Voie::HorsProxy => {}
    }
    // A mail program that stops the digest (RFC 8058) comes from nowhere. What such a link does, it does by
    // its token: no cookie adds to it, so that another site has nothing to borrow.
    if request.uri().path().starts_with(chemin::ARRET) {
        return Ok(());
    }
    if reads(request.method()) || is_same_origin(request.headers(), exposition.scheme(), host) {
        return Ok(());
    }
    Err(Renvoi::Refus(
        Tentative::Origine,
        "Cette demande ne vient pas d'une page de Mallette : rien n'a été changé. Ouvrir la page \
         dans ce navigateur et recommencer.",
    ))
}

/// Whether a method changes nothing.
fn reads(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// The name that was asked for: in the header (HTTP/1) or in the address (HTTP/2), once only, or
/// twice the same.
fn asked_host(request: &Request) -> Option<&str> {
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let (host, second) = (hosts.next(), hosts.next());
    let authority = request.uri().authority().map(|authority| authority.as_str());
    match (host, second, authority) {
        (Some(host), None, None) => host.to_str().ok(),
        (None, None, Some(authority)) => Some(authority),
        (Some(host), None, Some(authority)) => {
            host.to_str().ok().filter(|host| host.eq_ignore_ascii_case(authority))
        }
        _ => None,
    }
}

/// The same page under TLS, on its usual port: that of a request in clear says nothing of it.
fn encrypted(host: &str, path: Option<&PathAndQuery>) -> String {
    let name = split_host(host).map_or(host, |(name, _)| name);
    format!("https://{}{}", bracketed(name), path.map_or("/", PathAndQuery::as_str))
}

/// Whether a form was sent by one of our own pages (CSRF): its origin must be said and be ours.
fn is_same_origin(headers: &HeaderMap, scheme: &str, host: &str) -> bool {
    match headers.get(header::ORIGIN).map(HeaderValue::to_str) {
        Some(Ok(origin)) => {
            let from = origin.strip_prefix(scheme).and_then(|rest| rest.strip_prefix("://"));
            // Browsers leave the usual port out of an origin; some proxies write it in the host.
            let usual = if scheme == "https" { ":443" } else { ":80" };
            let host = host.strip_suffix(usual).unwrap_or(host);
            from.is_some_and(|from| from.eq_ignore_ascii_case(host))
        }
        Some(Err(_)) => false,
        None => headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use axum::http::Version;

    fn tls() -> Exposition {
        let noms = vec!["mallette.example.org".to_owned()];
        Exposition::Tls { certificat: "c.pem".into(), cle: "k.pem".into(), noms }
    }

    fn behind() -> Exposition {
        let noms = vec!["mallette.example.org".to_owned()];
        Exposition::DerriereProxy { proxies: vec!["127.0.0.1/32".parse().unwrap()], noms }
    }

    /// What is said of a request that this machine sends.
    fn judged(
        exposition: &Exposition,
        method: &Method,
        address: &str,
        pairs: &[(&str, &str)],
    ) -> Result<(), Renvoi> {
        let mut request = Request::builder().method(method).uri(address);
        for (name, value) in pairs {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::empty()).unwrap();
        let arrivee = exposition.arrival(Pair::of(&request), request.headers());
        judge(exposition, arrivee, &request)
    }

    #[test]
    fn forms_lead_to_our_pages_and_to_the_identity_provider_only_when_there_is_one() {
        for none in [None, Some(&Destinations::default())] {
            assert_eq!(policy(none), CSP);
        }
        let origines = vec!["https://a.example".to_owned(), "https://b.example:8443".to_owned()];
        let wider = policy(Some(&Destinations(origines)));
        let wider = wider.to_str().unwrap();
        assert!(wider.contains("; form-action 'self' https://a.example https://b.example:8443; "));
        assert_eq!(wider.replace(" https://a.example https://b.example:8443", ""), CSP);
    }

    #[test]
    fn tls_is_asked_for_below_a_name_of_ours_and_not_below_a_whole_domain() {
        for own in ["mallette.exemple.fr", "mallette.exemple.fr:8443", "a.mallette.exemple.fr."] {
            assert_eq!(hsts(own), HSTS_DESSOUS, "{own}");
        }
        for whole in ["exemple.fr", "localhost:8080", "192.0.2.10", "[2001:db8::1]:443", ""] {
            assert_eq!(hsts(whole), HSTS, "{whole}");
        }
    }

    #[test]
    fn a_post_must_say_that_it_comes_from_here() {
        let proto = ("x-forwarded-proto", "https");
        for (exposition, host, ours, not_ours) in [
            (Exposition::Locale, "localhost:8080", "http://", "https://"),
            (tls(), "mallette.example.org", "https://", "http://"),
            (behind(), "mallette.example.org:8443", "https://", "http://"),
        ] {
            let refused = |pairs: &[(&str, &str)]| {
                let pairs = [&[("host", host), proto], pairs].concat();
                judged(&exposition, &Method::POST, "/imports", &pairs).is_err()
            };
            let (good, bad) = (format!("{ours}{host}"), format!("{not_ours}{host}"));
            assert!(refused(&[]), "{host}");
            assert!(refused(&[("origin", "null")]), "{host}");
            assert!(refused(&[("origin", &format!("{ours}localhost:9090"))]), "{host}");
            assert!(refused(&[("origin", &bad)]), "{host}");
            assert!(refused(&[("origin", &format!("{good}.evil.example"))]), "{host}");
            let foreign = [("origin", "http://example.org"), ("sec-fetch-site", "same-origin")];
            assert!(refused(&foreign), "{host}");
            assert!(refused(&[("sec-fetch-site", "cross-site")]), "{host}");
            assert!(!refused(&[("origin", &good)]), "{host}");
            assert!(!refused(&[("sec-fetch-site", "same-origin")]), "{host}");
        }
    }

    #[test]
    fn a_link_that_stops_a_mail_needs_no_origin_and_still_our_name_and_tls() {
        let stop = "/resume/arret/abc";
        let host = ("host", "mallette.example.org");
        for pairs in [vec![host], vec![host, ("origin", "https://mail.example")]] {
            assert_eq!(judged(&tls(), &Method::POST, stop, &pairs), Ok(()));
            assert!(judged(&tls(), &Method::POST, "/resume", &pairs).is_err());
            assert!(judged(&tls(), &Method::POST, "/alertes/marques", &pairs).is_err());
        }
        assert!(judged(&tls(), &Method::POST, stop, &[("host", "ailleurs.example")]).is_err());
        let clear = [host, ("x-forwarded-proto", "http")];
        assert!(judged(&behind(), &Method::POST, stop, &clear).is_err());
    }

    #[test]
    fn the_usual_port_is_no_other_origin() {
        let origin = ("origin", "https://mallette.example.org");
        let post = |host| judged(&tls(), &Method::POST, "/imports", &[("host", host), origin]);
        assert_eq!(post("mallette.example.org:443"), Ok(()));
        assert!(post("mallette.example.org:80").is_err());
    }

    #[test]
    fn a_get_needs_a_name_of_ours_and_no_origin() {
        let get = |exposition: &Exposition, pairs: &[(&str, &str)]| {
            judged(exposition, &Method::GET, "/", pairs)
        };
        assert!(get(&Exposition::Locale, &[]).is_err());
        assert_eq!(get(&Exposition::Locale, &[("host", "127.0.0.1")]), Ok(()));
        assert!(get(&Exposition::Locale, &[("host", "mallette.example.org")]).is_err());
        assert_eq!(get(&tls(), &[("host", "mallette.example.org")]), Ok(()));
        assert!(get(&tls(), &[("host", "localhost")]).is_err());
    }

    #[test]
    fn a_host_is_said_once() {
        let name = "mallette.example.org";
        let get = |address, pairs: &[(&str, &str)]| judged(&tls(), &Method::GET, address, pairs);
        let full = "https://mallette.example.org/";
        assert_eq!(get(full, &[]), Ok(()), "as HTTP/2 does");
        assert_eq!(get(full, &[("host", name)]), Ok(()));
        assert!(get(full, &[("host", "example.org")]).is_err());
        assert!(get("https://example.org/", &[("host", name)]).is_err());
        assert!(get("/", &[("host", name), ("host", "example.org")]).is_err());
    }

    #[test]
    fn behind_a_proxy_what_came_in_clear_is_sent_back_under_tls() {
        let said = |method, address, scheme| {
            let pairs = [("host", "mallette.example.org:80"), ("x-forwarded-proto", scheme)];
            judged(&behind(), method, address, &pairs)
        };
        assert_eq!(said(&Method::GET, "/centres?a=b", "https"), Ok(()));
        let address = "https://mallette.example.org/centres?a=b".to_owned();
        assert_eq!(said(&Method::GET, "/centres?a=b", "http"), Err(Renvoi::Https(address)));
        assert!(matches!(said(&Method::POST, "/imports", "http"), Err(Renvoi::Refus(..))));
        // To a foreign name, nobody is sent.
        let pairs = [("host", "evil.example"), ("x-forwarded-proto", "http")];
        let foreign = judged(&behind(), &Method::GET, "/", &pairs);
        assert!(matches!(foreign, Err(Renvoi::Refus(..))));
        // A proxy that says nothing would send browsers round and round.
        let silent = judged(&behind(), &Method::GET, "/", &[("host", "mallette.example.org")]);
        assert!(
            matches!(silent, Err(Renvoi::Refus(_, text)) if text.contains("X-Forwarded-Proto"))
        );
    }

    #[test]
    fn past_the_proxies_nobody_is_answered() {
        let noms = vec!["mallette.example.org".to_owned()];
        let proxies = vec!["192.0.2.1/32".parse().unwrap()];
        let exposition = Exposition::DerriereProxy { proxies, noms };
        let pairs = [("host", "mallette.example.org"), ("x-forwarded-proto", "https")];
        let refused = judged(&exposition, &Method::GET, "/", &pairs);
        assert!(matches!(refused, Err(Renvoi::Refus(_, text)) if text.contains("mandataire")));
    }

    #[test]
    fn health_is_read_under_any_name_and_changed_under_none() {
        for exposition in [Exposition::Locale, tls(), behind()] {
            let asked = |method| judged(&exposition, method, "/healthz", &[("host", "10.0.0.1")]);
            assert_eq!(asked(&Method::GET), Ok(()));
            assert!(asked(&Method::POST).is_err());
        }
    }

    #[tokio::test]
    async fn handlers_know_the_client_in_every_exposure() {
        use crate::serveur::client::{Adresse, Securise};
        use axum::Extension;
        use axum::routing::get;
        use tower::ServiceExt;

        let seen = async |exposition: Exposition| {
            let route = get(
                async |Extension(adresse): Extension<Adresse>,
                       Extension(securise): Extension<Securise>| {
                    format!("{} {}", adresse.0, securise.0)
                },
            );
            let router = protect(Router::new().route("/", route), Arc::new(exposition.clone()));
            let name =
                if exposition == Exposition::Locale { "localhost" } else { "mallette.example.org" };
            let request = Request::get("/")
                .version(Version::HTTP_11)
                .header("host", name)
                .header("x-forwarded-for", "192.0.2.1, 203.0.113.9")
                .header("x-forwarded-proto", "https");
            let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
            let hsts = response.headers().contains_key(header::STRICT_TRANSPORT_SECURITY);
            let bytes = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
            (String::from_utf8(bytes.to_vec()).unwrap(), hsts)
        };
        assert_eq!(seen(Exposition::Locale).await, ("127.0.0.1 false".to_owned(), false));
        assert_eq!(seen(tls()).await, ("127.0.0.1 true".to_owned(), true));
        assert_eq!(seen(behind()).await, ("203.0.113.9 true".to_owned(), true));
    }
}
