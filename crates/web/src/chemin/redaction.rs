//! The addresses of the rules that people write.

use super::url;

/// Rules that people write.
pub(crate) const REDACTION: &str = "/redaction";
/// Beginning one: the choice (GET), and the act (POST).
pub(crate) const NOUVELLE_REGLE: &str = "/redaction/nouvelle";
/// A reading query in SQL over the data of a centre: the form (GET), and its answer (POST).
pub(crate) const SQL: &str = "/redaction/sql";

/// A rule that people write (GET), writing it (POST).
#[must_use]
pub(crate) fn regle_redigee(code: &str) -> String {
    url(&["redaction", "regles", code], &[])
}

/// The same, with what was just done.
#[must_use]
pub(crate) fn regle_faite(code: &str, fait: &str) -> String {
    url(&["redaction", "regles", code], &[("fait", Some(fait))])
}

/// What a rule would catch now.
#[must_use]
pub(crate) fn essai(code: &str) -> String {
    url(&["redaction", "regles", code, "essai"], &[])
}

/// An act on a rule (POST): review, publication, withdrawal, new version.
#[must_use]
pub(crate) fn regle_acte(code: &str) -> String {
    url(&["redaction", "regles", code, "actes"], &[])
}
