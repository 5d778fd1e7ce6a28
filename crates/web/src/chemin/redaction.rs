//! The addresses of the rules that people write, and of the indicators that they define.

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

/// Beginning an indicator: the choice (GET), and the act (POST).
pub(crate) const NOUVEL_INDICATEUR: &str = "/redaction/indicateurs/nouveau";

/// An indicator that people define (GET), writing it (POST).
#[must_use]
pub(crate) fn indicateur_redige(code: &str) -> String {
    url(&["redaction", "indicateurs", code], &[])
}

/// The same, with what was just done.
#[must_use]
pub(crate) fn indicateur_fait(code: &str, fait: &str) -> String {
    url(&["redaction", "indicateurs", code], &[("fait", Some(fait))])
}

/// What an indicator would measure now, over a period, for a centre; one side of it, as a list.
#[must_use]
pub(crate) fn indicateur_essai(
    code: &str,
    periode: Option<&str>,
    centre: Option<&str>,
    part: Option<&str>,
) -> String {
    let query = [("periode", periode), ("centre", centre), ("part", part)];
    url(&["redaction", "indicateurs", code, "essai"], &query)
}

/// The same as a workbook.
#[must_use]
pub(crate) fn indicateur_essai_xlsx(code: &str, periode: &str, centre: Option<&str>) -> String {
    let query = [("periode", Some(periode)), ("centre", centre)];
    url(&["redaction", "indicateurs", code, "essai.xlsx"], &query)
}

/// An act on an indicator (POST): review, publication, withdrawal, new version.
#[must_use]
pub(crate) fn indicateur_acte(code: &str) -> String {
    url(&["redaction", "indicateurs", code, "actes"], &[])
}

/// What people wrote, of that code: a rule, or an indicator.
#[must_use]
pub(crate) fn redige(code: &str) -> String {
    match code.starts_with(mallette_catalogue::redaction::PREFIXE_INDICATEUR) {
        true => indicateur_redige(code),
        false => regle_redigee(code),
    }
}
