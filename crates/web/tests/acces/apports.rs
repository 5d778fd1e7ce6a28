//! Bad files of figures, by the pages: what is wrong is named by file, sheet, line, column and value, and nothing
//! of what is right is lost; centres that merged or were divided keep the years that they saw.

use std::sync::Arc;

use axum::body::Body;
use axum::http::StatusCode;
use jiff::civil::date;
use mallette_app::etat::Etat;
use mallette_app::suites::{GenreSuite, Suite};
use mallette_domain::structure;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::classeur;
use mallette_testkit::postgres::Base;

use crate::commun::{Double, GRENOBLE, LYON, etat};
use crate::comptes::between;
use crate::html;
use crate::reseau::{Reponse, Reseau};

crate::on_both!(
    a_workbook_is_refused_by_file_sheet_line_column_and_value_and_its_good_lines_are_kept,
    a_file_names_a_centre_that_merged_for_the_years_that_it_saw_only,
);

/// A centre of the national list that is not of this network.
const AILLEURS: &str = "42207S00";
/// One that follows another.
const NOUVEAU: &str = "42147S00";

/// A file dropped with the fields beside it, as a browser does.
pub(crate) async fn drop_file(
    reseau: &Reseau,
    (qui, path): (&str, &str),
    (nom, octets): (&str, &[u8]),
    fields: &[(&str, &str)],
) -> Reponse {
    let mut body = Vec::new();
    for (name, value) in fields {
        let field =
            format!("--B\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(field.as_bytes());
    }
    let head = format!(
        "--B\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"{nom}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(octets);
    body.extend_from_slice(b"\r\n--B--\r\n");
    let mut request = reseau.request("POST", Some(qui), path, "");
    let kind = "multipart/form-data; boundary=B".parse().unwrap();
    request.headers_mut().insert("content-type", kind);
    *request.body_mut() = Body::from(body);
    reseau.send(request).await
}

/// A file of series, with where they come from.
async fn drop_series(reseau: &Reseau, nom: &str, octets: &[u8]) -> Reponse {
    drop_file(reseau, ("charge", "/contexte"), (nom, octets), &[("source", "Insee")]).await
}

async fn page(reseau: &Reseau, path: &str) -> String {
    let answer = reseau.get(Some("charge"), path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text());
    let page = answer.text();
    assert_eq!(html::faults(&page), Vec::<String>::new(), "{path}");
    page.replace("&#39;", "'").replace('\u{a0}', " ")
}

/// What stands in each row of the table of faults: line, column, value.
pub(crate) fn faults(page: &str) -> Vec<(String, String, String)> {
    let table = between(page, "<caption id=\"fautes-titre\">", "</table>");
    let rows = table.split("<tr>").skip(2);
    let read = |row: &str, before: &str, after: &str| between(row, before, after).to_owned();
    rows.map(|row| {
        let line = read(row, "class=\"nombre\">", "</th>");
        let column = read(row, "<td>", "</td>");
        (line, column, read(row, "class=\"long\">", "</td>"))
    })
    .collect()
}

/// A row of that table, as it is expected.
pub(crate) fn fault((line, column, value): (&str, &str, &str)) -> (String, String, String) {
    (line.to_owned(), column.to_owned(), value.to_owned())
}

/// A cover, then a sheet of series whose lines are not all good.
fn workbook() -> Vec<u8> {
    let mut cover = Bloc::new("Lisez-moi", &["Ce classeur", "donne des séries"]);
    cover.lignes.push(vec!["Une note".into(), "sans centre".into()]);
    let mut sheet = Bloc::new("Données 2018", &["Code", "Année", "Jeunes", "ETP"]);
    let year = || Cellule::from(2018_i64);
    sheet.lignes = vec![
        vec![LYON.into(), year(), 1_200_i64.into(), "10,5".into()],
        vec!["Nulle part".into(), year(), 3_i64.into(), "1".into()],
        vec![AILLEURS.into(), year(), 9_i64.into(), "2".into()],
        vec![GRENOBLE.into(), Cellule::Vide, 800_i64.into(), "4".into()],
        vec![GRENOBLE.into(), "18".into(), 800_i64.into(), "4".into()],
        vec![GRENOBLE.into(), year(), "800 environ".into(), "12 %".into()],
    ];
    classeur::write(&[cover, sheet]).unwrap()
}

async fn a_workbook_is_refused_by_file_sheet_line_column_and_value_and_its_good_lines_are_kept(
    base: Option<Base>,
) {
    let reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    let dropped = drop_series(&reseau, "séries du réseau.xlsx", &workbook()).await;
    assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{}", dropped.text());
    let path = dropped.header("location").to_owned();
    let shown = page(&reseau, &path).await;
    let lieu = "séries du réseau.xlsx, feuille « Données 2018 »";
    for words in [lieu, "feuille « Lisez-moi »", "5 lignes fautives"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    let expected = [
        ("3", "Code", "« Nulle part »"),
        ("4", "Code", "« 42207S00 »"),
        ("5", "Année", "vide"),
        ("6", "Année", "« 18 »"),
        ("7", "Jeunes", "« 800 environ »"),
        ("7", "ETP", "« 12 % »"),
    ];
    let expected = expected.map(fault);
    assert_eq!(faults(&shown), expected);
    for words in ["L'année manque", "n'est pas un centre de ce réseau", "écrire son code"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    // Left out only where that is asked for; then told for as long as the file is.
    let empreinte = between(&shown, "name=\"empreinte\" value=\"", "\"").to_owned();
    let refused = reseau.post(Some("charge"), &path, &format!("empreinte={empreinte}")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(registry.contexte_series().await.unwrap().is_empty());
    let form = format!("empreinte={empreinte}&laisser=oui");
    let kept = reseau.post(Some("charge"), &path, &form).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    let told = page(&reseau, kept.header("location")).await;
    assert!(told.contains(lieu), "{told}");
    assert_eq!(faults(&told), expected);
    let series = registry.contexte_series().await.unwrap();
    let held: Vec<(&str, &str)> =
        series.iter().map(|one| (one.variable.as_str(), one.valeurs[LYON].as_str())).collect();
    assert_eq!(held, [("etp", "10.5"), ("jeunes", "1200")]);
    assert!(series.iter().all(|one| one.valeurs.len() == 1), "nothing of a bad line: {series:?}");
}

/// The network after Lyon merged into another centre, in the middle of 2019.
fn merged() -> Etat {
    let mut shown = etat().unwrap();
    let ended = shown.reseau.remove(LYON).unwrap();
    shown.termines.insert(LYON.to_owned(), ended);
    let mut place = shown.reseau[GRENOBLE].clone();
    place.nom = structure::find(NOUVEAU).map(|known| known.nom.to_owned());
    shown.reseau.insert(NOUVEAU.to_owned(), place);
    shown.suites.push(Suite {
        le: date(2019, 7, 1),
        ancien: LYON.to_owned(),
        nouveau: NOUVEAU.to_owned(),
        genre: GenreSuite::Fusion,
    });
    shown
}

async fn a_file_names_a_centre_that_merged_for_the_years_that_it_saw_only(base: Option<Base>) {
    let mut reseau = Reseau::peuple(base).await;
    let registry = reseau.registry().await;
    let double = Arc::new(Double::new(merged()).unwrap());
    reseau.router = mallette_web::router(double, Some(Arc::clone(&reseau.comptes)));
    let text = format!(
        "Centre;Année;Jeunes\n{LYON};2018;1200\n{LYON};2019;1100\n{LYON};2020;1000\n\
         {NOUVEAU};2020;1900\n{GRENOBLE};2020;800\n"
    );
    let dropped = drop_series(&reseau, "séries.csv", text.as_bytes()).await;
    let path = dropped.header("location").to_owned();
    let shown = page(&reseau, &path).await;
    assert_eq!(faults(&shown).len(), 1, "{shown}");
    assert_eq!(faults(&shown)[0].0, "4");
    let follower = structure::find(NOUVEAU).unwrap().nom;
    for words in ["n'existe plus depuis le 01/07/2019", follower, "jusqu'à 2019"] {
        assert!(shown.contains(words), "{words} in {shown}");
    }
    let empreinte = between(&shown, "name=\"empreinte\" value=\"", "\"").to_owned();
    let form = format!("empreinte={empreinte}&laisser=oui");
    let kept = reseau.post(Some("charge"), &path, &form).await;
    assert_eq!(kept.status, StatusCode::SEE_OTHER, "{}", kept.text());
    // Its past is kept; of 2020, the centre that follows it stands for it.
    let series = registry.contexte_series().await.unwrap();
    let years: Vec<(i64, Vec<&str>)> = series
        .iter()
        .map(|one| (one.annee, one.valeurs.keys().map(String::as_str).collect()))
        .collect();
    let expected = [(2018, vec![LYON]), (2019, vec![LYON]), (2020, vec![GRENOBLE, NOUVEAU])];
    assert_eq!(years, expected);
}
