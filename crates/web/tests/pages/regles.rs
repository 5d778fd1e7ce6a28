//! Rules, what each says, and the lists behind their figures.

use std::collections::BTreeSet;
use std::io::Cursor;

use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};

use crate::banc::{get, page, row, site, words};
use crate::commun::{GRENOBLE, LYON};

#[tokio::test]
async fn rules_are_counted_filtered_and_say_when_they_judged_nothing() {
    let html = page("/controles").await;
    assert!(row(&html, "/controles/PAC-07\"").ends_with("255 80 31,4\u{a0}% 2"));
    assert!(row(&html, "/controles/PAC-03\"").contains("Rien évalué"));
    let html = page("/controles?famille=pacea&gravite=high&centre=38185S00").await;
    assert!(row(&html, "/controles/PAC-07?").ends_with("50 5 10,0\u{a0}% 1"));
    assert!(!html.contains("/controles/DOS-01") && !html.contains("/controles/PAC-13"));
    for wrong in ["famille=x", "gravite=x", "centre=x"] {
        let answer = get(&site().0, &format!("/controles?{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
    }
}

#[tokio::test]
async fn a_rule_says_what_why_and_where() {
    let html = page("/controles/PAC-07").await;
    let text = words(&html);
    for expected in [
        "Ce PACEA est terminé et aucune situation n'est saisie à sa sortie.",
        "Sans situation à la sortie",
        "Saisir la situation du jeune",
        "Temps laissé pour saisir la situation 30\u{a0}jours, valeur du catalogue",
        "80\u{a0}anomalies sur 255\u{a0}objets évalués, soit 31,4\u{a0}%.",
        "Tout le réseau : 80\u{a0}objets",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
    // 75 now, 90 in the version before.
    assert!(row(&html, "69-ML LYON</a></th>").ends_with("75 36,6\u{a0}% \u{2212}15"));
    assert!(row(&html, "42-ML ROANNE</a>").contains("Extraction non reçue"));
}

#[tokio::test]
async fn a_list_is_as_long_as_its_figure() {
    let (router, _) = site();
    let ids = async |query: &str| {
        let text = get(&router, &format!("/controles/PAC-07?centre={LYON}{query}")).await.text();
        let ids: Vec<String> = text
            .split("<th scope=\"row\" class=\"code\">")
            .skip(1)
            .map(|rest| rest.split('<').next().unwrap_or_default().to_owned())
            .collect();
        (ids, words(&text))
    };
    let (first, text) = ids("").await;
    assert!(text.contains("69-ML LYON : 75\u{a0}objets"), "{text}");
    let (second, _) = ids("&page=2").await;
    assert_eq!((first.len(), second.len()), (50, 25));
    assert_eq!(first.iter().chain(&second).collect::<BTreeSet<_>>().len(), 75);
    assert_eq!(ids("&page=99").await.0, second);
    assert_eq!(ids("&conseiller=C2").await.0.len(), 8);
    assert_eq!(ids("&antenne=Centre").await.0.len(), 20);
    assert_eq!(ids("&antenne=Nord&conseiller=C1").await.0.len(), 0);
    assert_eq!(ids("&antenne=Nord").await.0.len(), 50);
    assert!(!text.contains("signaler l'écart"));
    assert_eq!(get(&router, "/controles/PAC-07?centre=absent").await.status, StatusCode::NOT_FOUND);
    assert_eq!(get(&router, "/controles/NON-01").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_list_of_the_network_is_that_of_its_centres_one_after_the_other() {
    let (router, _) = site();
    let read = async |query: &str| {
        let text = get(&router, &format!("/controles/PAC-07{query}")).await.text();
        let (_, list) = text.split_once("id=\"objets\"").unwrap();
        let rows: Vec<String> = list
            .split("<tr>")
            .filter(|row| row.contains("<th scope=\"row\" class=\"code\">"))
            .map(|row| words(&format!("<tr>{}", row.split("</tr>").next().unwrap())))
            .collect();
        (rows, words(list))
    };
    // By name: « 38-ML GRENOBLE » (5), then « 69-ML LYON » (75).
    let (first, text) = read("").await;
    let (second, _) = read("?page=2").await;
    assert_eq!((first.len(), second.len()), (50, 30));
    assert!(first[4].starts_with("38-ML GRENOBLE P0005"), "{}", first[4]);
    assert!(first[5].starts_with("69-ML LYON P0001"), "{}", first[5]);
    assert!(second[29].starts_with("69-ML LYON P0075"), "{}", second[29]);
    assert!(text.contains("Page 1 sur 2"), "{text}");
    assert_eq!(read("?page=99").await.0, second);
    assert!(first[5].contains("N-d-P0001 <i>DUPONT Zoé"), "{}", first[5]);
    // A text of the dossier: d-P0005 in both centres, d-P0050 to d-P0059 at Lyon only.
    assert_eq!(read("?dossier=p0005").await.0.len(), 2);
    assert_eq!(read("?dossier=P005").await.0.len(), 10);
    assert_eq!(read(&format!("?dossier=P005&centre={GRENOBLE}")).await.0.len(), 0);
    assert_eq!(read(&format!("?dossier=P001&centre={LYON}&conseiller=C2")).await.0.len(), 7);
    // A name that only the vault knows.
    assert_eq!(read("?dossier=Zo%C3%A9").await.0.len(), 1);
    let hostile = read("?dossier=%3Cscript%3Ealert").await;
    assert!(hostile.0.is_empty() && hostile.1.contains("aucun objet"), "{}", hostile.1);
    let csv = get(&router, "/controles/PAC-07/objets.csv").await;
    assert!(csv.header("content-disposition").contains("PAC-07_reseau_2019-11-04.csv"));
    let rows: Vec<String> = csv.text().lines().map(str::to_owned).collect();
    assert_eq!(rows.len(), 1 + 80);
    let line = "38185S00;38-ML GRENOBLE;Parcours;P0001;N-d-P0001;<i>DUPONT;Zoé;G1;Sud";
    assert!(rows[1].starts_with(line), "{}", rows[1]);
    let answer = get(&router, "/controles/PAC-07/objets.xlsx?dossier=P0005").await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes)).unwrap();
    assert_eq!(book.worksheet_range("PAC-07").unwrap().height(), 1 + 2);
}

#[tokio::test]
async fn the_files_of_a_list_hold_all_of_it() {
    let (router, _) = site();
    let query = format!("centre={LYON}&antenne=Nord");
    let answer = get(&router, &format!("/controles/PAC-07/objets.xlsx?{query}")).await;
    assert!(answer.header("content-disposition").contains("PAC-07_69382S00_2019-11-04.xlsx"));
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes)).unwrap();
    assert_eq!(book.worksheet_range("PAC-07").unwrap().height(), 1 + 55);
    let answer = get(&router, &format!("/controles/PAC-07/objets.csv?{query}")).await;
    assert!(answer.text().starts_with("\u{feff}Centre;Nom du centre;Table;Identifiant;"));
    assert_eq!(answer.text().lines().count(), 1 + 55);
    let answer = get(&router, &format!("/controles.xlsx?famille=pacea&centre={GRENOBLE}")).await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes)).unwrap();
    let range = book.worksheet_range("Contrôles").unwrap();
    let line = range.rows().find(|row| row[1] == Data::String("PAC-07".to_owned())).unwrap();
    assert_eq!((&line[4], &line[5]), (&Data::Float(50.0), &Data::Float(5.0)));
    // A rule that judged nothing is not a zero.
    let line = range.rows().find(|row| row[1] == Data::String("PAC-03".to_owned())).unwrap();
    assert_eq!((&line[4], line[5].to_string().as_str()), (&Data::Float(0.0), "nc"));
    let csv = get(&router, &format!("/controles.csv?famille=pacea&centre={GRENOBLE}")).await;
    assert!(csv.text().contains(";PAC-07;"), "{}", csv.text());
    assert_eq!(csv.text().lines().count(), range.height());
}
