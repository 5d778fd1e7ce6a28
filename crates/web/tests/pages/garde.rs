//! Who is refused, what protects an answer, a name that attacks.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};

use crate::banc::{get, page, post, send, site};
use crate::commun::{Double, HOSTILE, etat};

#[tokio::test]
async fn requests_from_elsewhere_are_refused() {
    let (router, double) = site();
    let foreign = Request::get("/").header("host", "mallette.example.org:8080");
    let answer = send(&router, foreign.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(!answer.text().contains("LYON"));
    for origin in [None, Some("null"), Some("http://example.org"), Some("http://localhost:9")] {
        let mut request =
            post("/imports/imp-2/annulation", "application/x-www-form-urlencoded", "");
        request.headers_mut().remove(header::ORIGIN);
        if let Some(origin) = origin {
            request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
        }
        assert_eq!(send(&router, request).await.status, StatusCode::FORBIDDEN, "{origin:?}");
    }
    assert!(double.appels().is_empty());
}

#[tokio::test]
async fn answers_bear_the_headers_that_protect() {
    let (router, _) = site();
    for path in ["/", "/rien", "/statique/mallette.css", "/controles.xlsx"] {
        let answer = get(&router, path).await;
        let csp = answer.header("content-security-policy");
        for expected in [
            "default-src 'none'",
            "style-src 'self'",
            "script-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        ] {
            assert!(csp.contains(expected), "{path} : {csp}");
        }
        assert!(!csp.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
    let css = get(&router, "/statique/mallette.css").await;
    assert!(css.header("cache-control").contains("immutable"));
    assert_eq!(get(&router, "/").await.header("cache-control"), "no-store");
    let wrong = send(&router, post("/controles", "text/plain", "")).await;
    assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn a_hostile_name_is_shown_as_text() {
    let html = page("/").await;
    assert!(html.contains(&format!("/centres/{HOSTILE}")));
    assert!(html.contains("ML &#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;Fils&#34;"));
    let html = page("/imports/imp-2").await;
    assert!(html.contains("&#60;b&#62;31/02/2019&#60;/b&#62;") && !html.contains("<b>31"));
}

#[tokio::test]
async fn an_address_of_other_machines_is_refused() {
    let double = Arc::new(Double::new(etat().unwrap()).unwrap());
    let reglage = mallette_web::Reglage::local("0.0.0.0:0".parse().unwrap());
    let refused = mallette_web::serve(double, None, reglage, |_| {}).await;
    assert!(refused.unwrap_err().to_string().contains("en clair"));
}
