//! What the front page says, with data, without, and of what was never sent.

use std::io::Cursor;
use std::sync::Arc;

use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};
use mallette_app::etat::Etat;
use mallette_catalogue::Catalogue;

use crate::banc::{FINE, get, lacking, page, row, words};
use crate::commun::{Double, GRENOBLE};
use crate::html;

#[tokio::test]
async fn the_front_page_tells_where_the_data_stands() {
    let html = page("/").await;
    let text = words(&html);
    assert!(
        text.contains("3\u{a0}centres sur 4, extractions du 20/09/2019 au 04/11/2019."),
        "{text}"
    );
    // ACC-N: 1200 + 800 + 34.
    assert!(text.contains(&format!("2{FINE}034 Premiers accueils")), "{text}");
    // PAC-R: (30 + 20) / (100 + 50).
    assert!(text.contains("33,3\u{a0}% Entrées en PACEA dans les 3 mois 50 sur 150"), "{text}");
    // DIA-D: median of 10, 20, 30.
    assert!(text.contains("20,0 Durée médiane du diagnostic (jours) sur 3 cas"), "{text}");
    assert!(text.contains("42-ML ROANNE"));
    // The newest import: 5000 = 4870 + 120 + 10.
    assert!(text.contains(&format!(
        "Lignes lues 5{FINE}000 Acceptées 4{FINE}870 Rejetées 120 : voir les raisons Doublons identiques 10"
    )), "{text}");
    // PAC-07: 75 at Lyon, 5 at Grenoble, of 205 + 50 judged.
    assert!(row(&html, "/controles/PAC-07").ends_with("▲ Majeure 80 255 31,4\u{a0}% 2"));
    // Lyon: 75 + 3 of severity high, 1234 medium.
    let lyon = row(&html, "/centres/69382S00");
    assert!(
        lyon.ends_with(&format!("04/11/2019 à jour 8 sur 8 123{FINE}456 78 1{FINE}234")),
        "{lyon}"
    );
    assert!(row(&html, "/centres/38185S00").contains("20/09/2019 ◆ 45\u{a0}jours"));
}

#[tokio::test]
async fn without_data_the_front_page_says_how_to_start() {
    let catalogue = Arc::new(Catalogue::builtin().unwrap());
    let nothing = Etat::empty(catalogue);
    let router = mallette_web::router(Arc::new(Double::new(nothing).unwrap()), None);
    for path in ["/", "/imports", "/controles", "/controles/PAC-07", "/campagnes"] {
        let answer = get(&router, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert_eq!(html::faults(&answer.text()), Vec::<String>::new(), "{path}");
    }
    assert!(
        words(&get(&router, "/").await.text()).contains("Aucune extraction n'a encore été reçue.")
    );
}

#[tokio::test]
async fn what_was_never_sent_is_said_and_never_a_zero() {
    let router = lacking();
    let show = async |path: &str| {
        let answer = get(&router, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        let html = answer.text();
        assert_eq!(html::faults(&html), Vec::<String>::new(), "{path}");
        html
    };
    let regles = Catalogue::builtin().unwrap().regles;
    let needing = regles.iter().filter(|regle| regle.tables.contains(&"propositions")).count();
    let indicateurs = Catalogue::builtin().unwrap().indicateurs;
    let counting = indicateurs.iter().filter(|own| own.tables.contains(&"propositions")).count();
    let without = &format!(
        "Sans «\u{a0}propositions\u{a0}», {needing}\u{a0}règles et {counting}\u{a0}indicateurs ne sont pas \
         évalués"
    );
    let home = show("/").await;
    assert!(words(&home).contains(&format!("{without} (1\u{a0}centre sur 3).")), "{home}");
    let line = row(&home, "38-ML GRENOBLE</a>");
    let lacking = "«\u{a0}parcours\u{a0}», «\u{a0}propositions\u{a0}»";
    assert!(line.contains(&format!("6 sur 8, sans {lacking}")), "{line}");
    assert!(row(&home, "69-ML LYON</a>").contains("8 sur 8"));

    let centre = show(&format!("/centres/{GRENOBLE}")).await;
    assert!(words(&centre).contains(without.as_str()));
    assert!(words(&centre).contains("Tables reçues 6 sur 8"));
    assert!(words(&centre).contains("Parcours … non reçu"));
    assert!(row(&centre, "/indicateurs/PAC-R?").contains("… non reçu"));
    assert!(words(&centre).contains("Règles non évaluées, faute de tables reçues"));
    // DOS-01 caught 10; PAC-07, which had caught 5, needs the parcours.
    assert!(words(&centre).contains("10\u{a0}anomalies majeures"), "{centre}");

    let rule = words(&show("/controles/PAC-07").await);
    let found = "75\u{a0}anomalies sur 205\u{a0}objets évalués";
    assert!(rule.contains(found), "{rule}");
    let why = "Non évaluée dans 1\u{a0}centre, faute de «\u{a0}parcours\u{a0}» (1\u{a0}centre).";
    assert!(rule.contains(why), "{rule}");
    let line = row(&show("/controles/PAC-07").await, "38-ML GRENOBLE</a>");
    assert!(line.ends_with("Table non reçue : «\u{a0}parcours\u{a0}»"), "{line}");
    let rules = show(&format!("/controles?centre={GRENOBLE}")).await;
    assert!(row(&rules, "PAC-07").contains("1\u{a0}centre n'a pas envoyé toutes ses tables"));

    // 30/100 at Lyon, never sent by Grenoble, nothing to divide at the third.
    let indicator = show("/indicateurs/PAC-R?periode=2019").await;
    let line = row(&indicator, "38-ML GRENOBLE</a>");
    assert!(line.ends_with("… non reçu table non reçue\u{a0}: «\u{a0}parcours\u{a0}»"), "{line}");
    assert!(words(&indicator).contains("Région 84 30,0\u{a0}%"), "{indicator}");
    let table = show("/indicateurs?periode=2019").await;
    assert!(row(&table, "38-ML GRENOBLE</a>").contains("… non reçu"));
    assert!(!row(&table, "69-ML LYON</a>").contains("non reçu"));
    let book = get(&router, "/indicateurs.xlsx?periode=2019").await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book.bytes)).unwrap();
    let range = book.worksheet_range("Centres").unwrap();
    let line = range.rows().find(|row| row[0] == Data::String(GRENOBLE.to_owned())).unwrap();
    let rank = |code: &str| {
        let titles = range.rows().next().unwrap();
        titles.iter().position(|title| title.to_string().starts_with(code)).unwrap()
    };
    assert_eq!(line[rank("PAC-R")], Data::String("…".to_owned()));
    assert_eq!(line[rank("ACC-N")], Data::Float(800.0));
}
