//! The cookie that carries a session: its token, and nothing else; the one by which a browser
//! that was sent to an identity provider is known again; and the one by which a browser where somebody signed in is.

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::time::Duration;
use cookie::{Cookie, SameSite};
use zeroize::Zeroizing;

/// Its name over TLS: the prefix makes browsers refuse one that another host, or plain HTTP, set.
const SUR: &str = "__Host-mallette";
/// Its name on this machine, without TLS.
const LOCAL: &str = "mallette";

/// Those of a browser that was sent to an identity provider.
const RETOUR_SUR: &str = "__Host-mallette-retour";
const RETOUR_LOCAL: &str = "mallette-retour";
/// How long it may take to come back: as long as the demand is kept.
const RETOUR: Duration = Duration::minutes(10);

/// Those of a browser in which somebody signed in.
const APPAREIL_SUR: &str = "__Host-mallette-appareil";
const APPAREIL_LOCAL: &str = "mallette-appareil";
/// How long it is known: the longest that browsers keep a cookie.
const APPAREIL: Duration = Duration::days(400);

fn appareil_name(secure: bool) -> &'static str {
    if secure { APPAREIL_SUR } else { APPAREIL_LOCAL }
}

fn name(secure: bool) -> &'static str {
    if secure { SUR } else { LOCAL }
}

fn retour_name(secure: bool) -> &'static str {
    if secure { RETOUR_SUR } else { RETOUR_LOCAL }
}

/// The token that a request carries; none when it carries none, or several.
pub(crate) fn token(headers: &HeaderMap, secure: bool) -> Option<Zeroizing<String>> {
    read(headers, name(secure))
}

/// What a browser that comes back from an identity provider carries, likewise.
pub(crate) fn retour_token(headers: &HeaderMap, secure: bool) -> Option<Zeroizing<String>> {
    read(headers, retour_name(secure))
}

/// What a browser in which somebody signed in keeps, likewise.
pub(crate) fn appareil_token(headers: &HeaderMap, secure: bool) -> Option<Zeroizing<String>> {
    read(headers, appareil_name(secure))
}

fn read(headers: &HeaderMap, name: &str) -> Option<Zeroizing<String>> {
    let sent = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut found = sent
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .filter(|cookie| cookie.name() == name)
        .map(|cookie| Zeroizing::new(cookie.value().to_owned()));
    // Two values are the sign that someone planted one.
    match (found.next(), found.next()) {
        (Some(token), None) => Some(token),
        _ => None,
    }
}

fn build<'a>(name: &'a str, value: &'a str, secure: bool) -> Cookie<'a> {
    // Lax: a link in a mail, or an identity provider, opens the page for who is signed in; forms of
    // other sites carry nothing.
    Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .build()
}

/// The header that gives a browser its session, until it is closed or signs out.
pub(crate) fn set(token: &str, secure: bool) -> Option<HeaderValue> {
    header(&build(name(secure), token, secure))
}

/// The header by which a browser sent to an identity provider is known again.
pub(crate) fn set_retour(token: &str, secure: bool) -> Option<HeaderValue> {
    let mut cookie = build(retour_name(secure), token, secure);
    cookie.set_max_age(RETOUR);
    header(&cookie)
}

/// The header by which a browser is known again; signing out does not take it back.
pub(crate) fn set_appareil(token: &str, secure: bool) -> Option<HeaderValue> {
    let mut cookie = build(appareil_name(secure), token, secure);
    cookie.set_max_age(APPAREIL);
    header(&cookie)
}

fn header(cookie: &Cookie<'_>) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&cookie.to_string()).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// The header that takes it back.
pub(crate) fn clear(secure: bool) -> Option<HeaderValue> {
    remove(name(secure), secure)
}

/// The header that takes back what the browser carried to an identity provider.
pub(crate) fn clear_retour(secure: bool) -> Option<HeaderValue> {
    remove(retour_name(secure), secure)
}

fn remove(name: &str, secure: bool) -> Option<HeaderValue> {
    let mut cookie = build(name, "", secure);
    cookie.make_removal();
    HeaderValue::from_str(&cookie.to_string()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::COOKIE, HeaderValue::from_str(value).unwrap());
        }
        headers
    }

    #[test]
    fn over_tls_only_the_cookie_of_this_host_counts() {
        let headers = sent(&["mallette=planted; __Host-mallette=own; a=b"]);
        assert_eq!(token(&headers, true).as_deref().map(String::as_str), Some("own"));
        assert_eq!(token(&headers, false).as_deref().map(String::as_str), Some("planted"));
        assert!(token(&sent(&["mallette=one; mallette=two"]), false).is_none());
        assert!(token(&sent(&["mallette=one", "mallette=two"]), false).is_none());
        assert!(token(&sent(&[";;=;,"]), false).is_none());
        let both = sent(&["mallette=own; mallette-retour=away"]);
        assert_eq!(token(&both, false).as_deref().map(String::as_str), Some("own"));
        assert_eq!(retour_token(&both, false).as_deref().map(String::as_str), Some("away"));
        assert!(retour_token(&both, true).is_none());
    }

    #[test]
    fn scripts_never_see_it_and_other_sites_never_send_it() {
        let secure = set("abc", true).unwrap();
        let secure = secure.to_str().unwrap();
        assert!(secure.starts_with("__Host-mallette=abc;"), "{secure}");
        for flag in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
            assert!(secure.contains(flag), "{secure}");
        }
        assert!(!secure.contains("Domain"), "{secure}");
        let local = set("abc", false).unwrap();
        assert!(!local.to_str().unwrap().contains("Secure"));
        let away = set_retour("abc", true).unwrap();
        let away = away.to_str().unwrap();
        assert!(away.starts_with("__Host-mallette-retour=abc;"), "{away}");
        for flag in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=600"] {
            assert!(away.contains(flag), "{away}");
        }
        let known = set_appareil("abc", true).unwrap();
        let known = known.to_str().unwrap();
        assert!(known.starts_with("__Host-mallette-appareil=abc;"), "{known}");
        for flag in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/", "Max-Age=34560000"] {
            assert!(known.contains(flag), "{known}");
        }
        let all = sent(&["mallette=own; mallette-appareil=known; __Host-mallette-appareil=sure"]);
        assert_eq!(appareil_token(&all, false).as_deref().map(String::as_str), Some("known"));
        assert_eq!(appareil_token(&all, true).as_deref().map(String::as_str), Some("sure"));
        let gone = clear(true).unwrap();
        assert!(gone.to_str().unwrap().contains("Max-Age=0"));
    }
}
