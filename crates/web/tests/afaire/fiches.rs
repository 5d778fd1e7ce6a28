//! The sheet of a conseiller, filled in and brought back: shown, then written; what it may not ask.

use std::io::Cursor;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use calamine::{Reader, Xlsx};
use jiff::civil::date;
use mallette_app::vie::retour::{CLE, COMMENTAIRE, ECHEANCE, JUSTIFICATION};
use mallette_domain::vie::Situation;
use mallette_reports::bloc::{Bloc, Cellule};
use mallette_reports::classeur;

use crate::banc::{Banc, LYON, PREMIER};
use crate::html;

#[tokio::test]
async fn a_sheet_filled_in_is_shown_then_written() {
    let banc = Banc::new().await;
    banc.import(PREMIER, "2026-06-30").await;
    let request = Request::get(format!("/a-faire/fiche.xlsx?centre={LYON}&conseiller=C1"))
        .header("host", "localhost:8080")
        .body(Body::empty());
    let (status, _, bytes) = banc.ask(request.unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    assert!(book.sheet_names().contains(&"Provenance".to_owned()));
    let range = book.worksheet_range("À faire").unwrap();
    let rows: Vec<Vec<String>> =
        range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    // The figure and the list are one: two of C1.
    assert_eq!(rows.len(), 3);
    let entetes = &rows[0];
    let at = |name: &str| entetes.iter().position(|entete| entete == name).unwrap();
    let (raison, cle) = (at("Justification"), at("Clé (ne pas modifier)"));
    let (comment, until) = (at("Commentaire"), at("Justifiée jusqu'au"));
    // Filled in, and saved as text, which is read as a workbook is.
    let mut csv = entetes.join(";") + "\n";
    for (rank, row) in rows.iter().enumerate().skip(1) {
        let mut cells: Vec<String> =
            row.iter().map(|cell| cell.replace([';', '\n'], ",")).collect();
        cells[raison] = "Dossier relu".to_owned();
        cells[until] = "31/12/2026".to_owned();
        if rank == 2 {
            cells[cle] = cells[cle].replace(LYON, "38185S00");
        } else {
            cells[comment] = "Vu".to_owned();
        }
        csv.push_str(&(cells.join(";") + "\n"));
    }
    let (status, text) = banc.bring("fiche.csv", csv.as_bytes()).await;
    assert_eq!(status, StatusCode::OK, "{text}");
    assert_eq!(html::faults(&text), Vec::<String>::new());
    assert!(text.contains("2 actes à écrire, 1 ligne refusée, 0 ligne laissée vide"), "{text}");
    assert!(text.contains("Ligne 3 : cette ligne est d'un autre centre."), "{text}");
    assert_eq!(banc.asked().await, 3, "nothing is written before it is said");
    let location = banc.confirm(&text).await;
    assert!(location.contains("faites=2") && location.contains("depassees=0"), "{location}");
    assert_eq!(banc.asked().await, 2);
    // The next sheet says why, and by whom.
    let rows = justified(&banc).await;
    let told = rows[0].iter().position(|entete| entete == "Raison donnée").unwrap();
    assert!(rows[1][told].starts_with("Dossier relu (la machine, sans compte, "), "{rows:?}");
    assert_eq!(rows.len(), 2);
    // Larger than any sheet that Mallette gives.
    let (status, _) = banc.bring("fiche.csv", "x".repeat(5 << 20).as_bytes()).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    // What was written in it stands in no folder.
    let left = std::fs::read_dir(banc.dir.path().join("reception"));
    assert_eq!(left.map(Iterator::count).unwrap_or_default(), 0);
}

/// The rows of the sheet of what is justified.
async fn justified(banc: &Banc) -> Vec<Vec<String>> {
    let request =
        Request::get(format!("/a-faire/fiche.xlsx?centre={LYON}&conseiller=*&etat=justifiee"))
            .header("host", "localhost:8080")
            .body(Body::empty());
    let (_, _, bytes) = banc.ask(request.unwrap()).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = book.worksheet_range("À faire").unwrap();
    range.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect()
}

#[tokio::test]
async fn a_workbook_with_unknown_and_foreign_lines_asks_for_its_own_only() {
    let banc = Banc::new().await;
    banc.import(PREMIER, "2026-06-30").await;
    let key = |centre: &str, objet: &str| format!("{centre}|PAC-07|parcours|0|{objet}");
    let line = |cle: String, raison: &str, until: Cellule| {
        vec!["n° 1".into(), raison.into(), Cellule::Vide, until, cle.into()]
    };
    let mut fiche = Bloc::new("À faire", &["Dossier", JUSTIFICATION, COMMENTAIRE, ECHEANCE, CLE]);
    fiche.lignes = vec![
        line(key(LYON, "P1"), "=1+1, relu", Cellule::Jour(date(2027, 1, 31))),
        line(key("38185S00", "P1"), "D'un autre centre", Cellule::Vide),
        line(key(LYON, "P99"), "Inconnue", Cellule::Vide),
        line("collée d'ailleurs".to_owned(), "Sans clé", Cellule::Vide),
        vec!["n° 2".into(), Cellule::Vide, Cellule::Vide, Cellule::Vide, key(LYON, "P2").into()],
        line(key(LYON, "P3"), "Trop tard", Cellule::Jour(date(2020, 1, 31))),
    ];
    let octets = classeur::write(&[fiche, Bloc::new("Provenance", &["Quoi"])]).unwrap();
    let (status, page) = banc.bring("fiche.xlsx", &octets).await;
    assert_eq!(status, StatusCode::OK, "{page}");
    assert_eq!(html::faults(&page), Vec::<String>::new());
    let told = "1 acte à écrire, 4 lignes refusées, 1 ligne laissée vide";
    assert!(page.contains(told), "{page}");
    for refused in [
        "Ligne 3 : cette ligne est d'un autre centre.",
        "Ligne 4 : cette anomalie n'est plus dans l'extraction qui compte",
        "Ligne 5 : cette ligne ne vient pas d'une fiche de Mallette",
        "Ligne 7 : l'échéance de la justification est passée.",
    ] {
        assert!(page.contains(refused), "{refused} : {page}");
    }
    assert_eq!(banc.asked().await, 3, "nothing is written before it is said");
    assert!(banc.confirm(&page).await.contains("faites=1"));
    let until = date(2027, 1, 31);
    assert_eq!(banc.states().await[0], ("P1".to_owned(), Situation::Justifiee(until), 0));
    let written = banc.page(&format!("/a-faire/{LYON}/PAC-07/parcours/P1")).await;
    assert!(written.contains("=1+1, relu"), "{written}");
    // The same workbook again: its line is over a state that changed since.
    let (_, page) = banc.bring("fiche.xlsx", &octets).await;
    assert!(page.contains("Ligne 2 : quelqu'un d'autre a agi sur cette anomalie"), "{page}");
    // What is no sheet of Mallette, or no workbook at all, is refused in words.
    let other = classeur::write(&[Bloc::new("Recette", &["Farine", "Oeufs"])]).unwrap();
    for (nom, octets) in [("recette.xlsx", other.as_slice()), ("abîmé.xlsx", &octets[..200])] {
        let (status, page) = banc.bring(nom, octets).await;
        assert!(status.is_client_error(), "{nom} : {status} {page}");
    }
    assert_eq!(banc.asked().await, 2);
}
