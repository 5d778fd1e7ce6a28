//! The style sheet and the script, carried by the program. Their address changes with their
//! content, so that a browser keeps them for good.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

use axum::http::header;
use axum::response::IntoResponse;
use mallette_domain::acces::Exigence;

use crate::droits::Routes;

const CSS: &str = concat!(
    include_str!("mallette.css"),
    include_str!("graphique.css"),
    include_str!("tableaux.css"),
    include_str!("papier.css")
);
const JS: &str = concat!(include_str!("mallette.js"), include_str!("tableaux.js"));
/// Where the addresses of these files begin.
pub(crate) const DOSSIER: &str = "/statique/";
const CSS_PATH: &str = "/statique/mallette.css";
const JS_PATH: &str = "/statique/mallette.js";

/// Address of the style sheet.
pub(crate) fn css() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| versioned(CSS_PATH, CSS));
    &ADDRESS
}

/// Address of the script.
pub(crate) fn js() -> &'static str {
    static ADDRESS: LazyLock<String> = LazyLock::new(|| versioned(JS_PATH, JS));
    &ADDRESS
}

pub(crate) fn routes() -> Routes {
    Routes::new()
        .get(Exigence::Publique, CSS_PATH, async || answer("text/css; charset=utf-8", CSS))
        .get(Exigence::Publique, JS_PATH, async || answer("text/javascript; charset=utf-8", JS))
        // Browsers ask for it on their own: an empty answer rather than an error page.
        .get(Exigence::Publique, "/favicon.ico", async || axum::http::StatusCode::NO_CONTENT)
}

fn answer(kind: &'static str, text: &'static str) -> impl IntoResponse {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, text)
}

fn versioned(path: &str, text: &str) -> String {
    // Not against forgery: only so that a new text has a new address. Its keys are fixed.
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    format!("{path}?v={:016x}", hasher.finish())
}
