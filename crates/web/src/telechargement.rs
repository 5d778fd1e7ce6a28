//! Files to save: workbooks and CSV, under a name that tells what they hold.

use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use mallette_reports::bloc::Bloc;
use mallette_reports::{classeur, csv};

use crate::erreur::Erreur;

/// Letters and digits of a title, its words joined: a part of a name of file.
pub(crate) fn slug(titre: &str) -> String {
    let words = titre.split(|c: char| !c.is_alphanumeric()).map(mallette_domain::normalise);
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}

/// A workbook, one sheet per table.
pub(crate) fn xlsx(name: &str, blocs: &[Bloc]) -> Result<Response, Erreur> {
    let bytes = classeur::write(blocs).map_err(|error| Erreur::Interne(error.to_string()))?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(attachment(&format!("{name}.xlsx"), kind, bytes))
}

/// One table as CSV.
pub(crate) fn csv(name: &str, bloc: &Bloc) -> Result<Response, Erreur> {
    let bytes = csv::write(bloc).map_err(|error| Erreur::Interne(error.to_string()))?;
    Ok(attachment(&format!("{name}.csv"), "text/csv; charset=utf-8", bytes))
}

/// The first table of a workbook as CSV: a CSV file holds one.
pub(crate) fn csv_first(name: &str, blocs: &[Bloc]) -> Result<Response, Erreur> {
    csv(name, blocs.first().unwrap_or(&Bloc::default()))
}

/// A calendar (RFC 5545).
pub(crate) fn calendar(name: &str, text: String) -> Response {
    attachment(&format!("{name}.ics"), "text/calendar; charset=utf-8", text)
}

/// A value as JSON.
pub(crate) fn json(name: &str, value: &serde_json::Value) -> Result<Response, Erreur> {
    let bytes =
        serde_json::to_vec_pretty(value).map_err(|error| Erreur::Interne(error.to_string()))?;
    Ok(attachment(&format!("{name}.json"), "application/json", bytes))
}

/// A table as CSV, sent as it comes.
pub(crate) fn csv_stream(name: &str, body: Body) -> Response {
    attachment(&format!("{name}.csv"), "text/csv; charset=utf-8", body)
}

/// A file of a kind of our own.
pub(crate) fn octets(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    attachment(name, kind, bytes)
}

fn attachment(name: &str, kind: &'static str, body: impl IntoResponse) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", safe(name))),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

/// Letters, digits, `-`, `_` and `.`: what every system accepts and no header can be split by.
fn safe(name: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.chars().map(|c| if kept(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_makes_a_name_of_file() {
        assert_eq!(slug("Tableau de l'équipe, 2026 !"), "tableau-de-l-equipe-2026");
    }

    #[test]
    fn a_file_name_cannot_split_the_header() {
        assert_eq!(safe("PAC-07_69382S00.xlsx"), "PAC-07_69382S00.xlsx");
        assert_eq!(safe("a\"; x=\"\r\nb é.csv"), "a___x____b__.csv");
    }
}
