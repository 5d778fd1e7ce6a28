//! An import: what it tells, files received, what is undone, headers that are mapped.

use std::io::Cursor;

use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};

use crate::banc::{FINE, get, page, post, row, send, site, words};
use crate::commun::{LYON, ROANNE};
use crate::html;

#[tokio::test]
async fn an_import_tells_its_counters_its_rejects_and_what_changed() {
    let html = page("/imports/imp-2").await;
    let text = words(&html);
    assert!(row(&html, "dossiers.csv</th>").ends_with(&format!(
        "Dossiers 4{FINE}000 3{FINE}870 Lignes rejetées de dossiers.csv : 120 10"
    )));
    assert!(text.contains("envoi.zip/suite.xlsx, Parcours"));
    assert!(text.contains("120\u{a0}lignes rejetées") && text.contains("Page 1 sur 3"));
    // PAC-07: 75 − 90; DOS-01: 3 − 1; EVT-06: same.
    assert!(row(&html, ">PAC-07<").ends_with("90 75 \u{2212}15"));
    assert!(row(&html, ">DOS-01<").ends_with("1 3 +2"));
    assert!(!html.contains(">EVT-06<"));
    assert!(text.contains("1\u{a0}centre comparé : 69-ML LYON."));
    assert!(html.contains("<option value=\"date_naissance\">date de naissance</option>"));
    let last = page("/imports/imp-2?page=3").await;
    assert_eq!(
        last.matches("La date n'existe pas.").count()
            + last.matches("La date n&#39;existe pas.").count(),
        20
    );
    assert!(page("/imports/imp-1").await.contains("Aucune ligne rejetée"));
    assert!(words(&page("/imports/imp-0").await).contains("a été annulé le 02/08/2019"));
}

#[tokio::test]
async fn rejected_rows_go_back_as_a_workbook_without_formulas() {
    let answer = get(&site().0, "/imports/imp-2/rejets.xlsx").await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes)).unwrap();
    assert_eq!(book.sheet_names(), ["Synthèse", "dossiers.csv"]);
    let range = book.worksheet_range("dossiers.csv").unwrap();
    assert_eq!(range.height(), 1 + 120);
    assert_eq!(range.get((1, 1)), Some(&Data::Float(2.0)));
    assert_eq!(range.get((1, 3)), Some(&Data::String("=cmd|' /C calc'!A0".to_owned())));
    assert!(book.worksheet_formula("dossiers.csv").unwrap().used_cells().next().is_none());
}

pub(crate) fn form(parts: &[(&str, Option<&str>, &str)]) -> String {
    let mut body = String::new();
    for (name, file, value) in parts {
        let file = file.map_or(String::new(), |file| format!("; filename=\"{file}\""));
        body.push_str(&format!(
            "--B\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str("--B--\r\n");
    body
}

pub(crate) const MULTIPART: &str = "multipart/form-data; boundary=B";

#[tokio::test]
async fn files_are_received_under_safe_names_and_followed() {
    let (router, double) = site();
    let body = form(&[
        ("date_extraction", None, "2019-11-04"),
        ("fichiers", Some("../../dossiers.csv"), "a;b\n1;2\n"),
        ("fichiers", Some("C:\\x\\dossiers.csv"), "autre"),
        ("structure", None, LYON),
    ]);
    let answer = send(&router, post("/imports", MULTIPART, body)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
    assert_eq!(answer.header("location"), "/imports/travaux/1");
    assert_eq!(
        double.appels(),
        [
            "dossiers.csv : a;b\n1;2\n",
            "dossiers (2).csv : autre",
            "Some(2019-11-04) Some(\"69382S00\")"
        ]
    );
    let text = words(&page("/imports/travaux/1").await);
    assert!(text.contains("Lecture de evenements.csv"), "{text}");
    assert!(text.contains(&format!("dossiers.csv 2,5\u{a0}Mo lu 12{FINE}345")), "{text}");
    assert!(page("/imports/travaux/1").await.contains("http-equiv=\"refresh\""));
    assert!(!page("/imports/travaux/1?fixe=1").await.contains("http-equiv=\"refresh\""));
    assert!(page("/imports/travaux/2").await.contains("href=\"/imports/imp-2\""));
    assert!(page("/imports/travaux/3").await.contains("Rien n'a été changé"));
    assert_eq!(get(&router, "/imports/travaux/9").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&router, "/imports/travaux/x").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_refused_deposit_leaves_nothing_behind() {
    let (router, double) = site();
    let file = ("fichiers", Some("a.csv"), "x");
    let cases = [
        (vec![("fichiers", Some(""), "")], StatusCode::BAD_REQUEST),
        (vec![file, ("date_extraction", None, "31/02/2019")], StatusCode::BAD_REQUEST),
        (vec![file, ("structure", None, "inconnu")], StatusCode::BAD_REQUEST),
        (vec![file, ("structure", None, ROANNE)], StatusCode::CONFLICT),
    ];
    for (parts, expected) in cases {
        let answer = send(&router, post("/imports", MULTIPART, form(&parts))).await;
        assert_eq!(answer.status, expected, "{parts:?}");
        assert_eq!(html::faults(&answer.text()), Vec::<String>::new());
        assert_eq!(double.depots(), 0, "{parts:?}");
    }
    let cut = form(&[file]).replace("--B--\r\n", "");
    let answer = send(&router, post("/imports", MULTIPART, cut)).await;
    assert_eq!((answer.status, double.depots()), (StatusCode::BAD_REQUEST, 0));
    let answer = send(&router, post("/imports", "text/plain", "x")).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn undoing_is_asked_then_done() {
    let (router, double) = site();
    let text = words(&page("/imports/imp-2/annulation").await);
    assert!(text.contains("Reviennent à leur version précédente : 69-ML LYON."), "{text}");
    assert!(
        text.contains("N&#39;auront plus de données") || text.contains("N'auront plus de données")
    );
    let form = "application/x-www-form-urlencoded";
    let answer = send(&router, post("/imports/imp-2/annulation", form, "")).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(double.appels(), ["annuler imp-2"]);
    let answer = send(&router, post("/imports/rien/annulation", form, "")).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert!(double.appels().is_empty());
}

#[tokio::test]
async fn a_header_is_mapped_once_and_only_to_a_column_that_exists() {
    let (router, double) = site();
    let form = "application/x-www-form-urlencoded";
    let path = "/imports/imp-2/correspondance";
    let body = "table=dossiers&entete=Situation+fam.+%3Ci%3E&colonne=statut";
    let answer = send(&router, post(path, form, body)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.header("location"), "/imports/imp-2?colonne=retenue#colonnes");
    assert_eq!(double.appels(), ["dossiers Situation fam. <i> statut"]);
    for body in [
        "",
        "table=dossiers&entete=x&colonne=rien",
        "table=x&entete=x&colonne=nom",
        "table=dossiers&entete=+&colonne=statut",
    ] {
        let answer = send(&router, post(path, form, body)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        assert_eq!(html::faults(&answer.text()), Vec::<String>::new(), "{body}");
    }
    assert!(double.appels().is_empty());
}
