//! The tables of indicators and centres, the page of each, charts and definitions.

use axum::http::StatusCode;
use calamine::{Data, Reader};

use mallette_catalogue::Calcul;

use crate::banc::{between, get, page, sheet, site};
use crate::html;
use crate::region::LYON;

#[tokio::test]
async fn pages_are_sound_and_the_same_twice() {
    let router = site();
    for path in [
        "/indicateurs".to_owned(),
        "/indicateurs?periode=2019-09&groupe=Urbain%20dense".to_owned(),
        "/indicateurs/PAC-P".to_owned(),
        format!("/indicateurs/PAC-P?periode=2019&centre={LYON}"),
        format!("/indicateurs/PAC-P?periode=2019-09&centre={LYON}"),
        format!("/indicateurs/DIA-D?periode=2018&centre={LYON}"),
        format!("/indicateurs/ALL-C?periode=2018&centre={LYON}"),
        "/indicateurs?periode=2019&famille=toutes".to_owned(),
        format!("/indicateurs/SOR-P?periode=2019&centre={LYON}"),
        format!("/indicateurs/RAT-7?periode=2019&centre={LYON}"),
        format!("/indicateurs/QUA-H/liste?centre={LYON}&periode=2019&part=numerateur"),
        "/centres".to_owned(),
        format!("/centres/{LYON}"),
        format!("/centres/{LYON}?periode=2019-T2"),
        format!("/centres/{LYON}/conseillers/C003?periode=2019"),
    ] {
        let text = page(&router, &path).await;
        assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
        assert_eq!(page(&router, &path).await, text, "{path}");
        assert!(!text.contains("NaN"), "{path}");
    }
}

#[tokio::test]
async fn links_of_a_centre_and_of_an_indicator_resolve() {
    let router = site();
    let mut followed = 0;
    for path in [
        format!("/centres/{LYON}"),
        format!("/centres/{LYON}/conseillers/C003"),
        format!("/indicateurs/PAC-P?periode=2019&centre={LYON}"),
    ] {
        for link in html::links(&page(&router, &path).await) {
            let local = link.split('#').next().unwrap_or_default();
            if !local.is_empty() && !local.starts_with("/imports/") && !local.starts_with("data:") {
                let (status, _) = get(&router, local).await;
                assert!(status.is_success(), "{path} : {link} : {status}");
                followed += 1;
            }
        }
    }
    assert!(followed > 250, "{followed}");
}

#[tokio::test]
async fn the_table_has_every_centre_and_every_indicator() {
    let text = page(&site(), "/indicateurs?periode=2019").await;
    let body = between(&text, "<table class=\"ancre\"", "</table>");
    // One header, one row for the région, one per centre; 60 of 61 were received.
    assert_eq!(body.matches("<tr").count(), 1 + 1 + 61);
    let absent = "<td class=\"nombre\"><span aria-hidden=\"true\">…</span>\
                  <span class=\"invisible\">non reçu</span></td>";
    assert_eq!(body.matches(absent).count(), 26);
    assert!(text.contains("60\u{a0}centres sur 61, extractions du 01/10/2019 au 04/11/2019"));
    assert!(body.contains(&format!("/indicateurs/PAC-P?periode=2019&#38;centre={LYON}")));
}

#[tokio::test]
async fn the_table_shows_one_family_or_all_of_them_and_so_do_its_files() {
    let router = site();
    let codes = |text: &str| {
        let head = between(text, "<thead>", "</thead>").to_owned();
        head.matches("class=\"code\"").count()
    };
    let catalogue = mallette_catalogue::Catalogue::builtin().unwrap();
    let all = catalogue.indicateurs.len();
    // Shares and medians have two columns more, in the files.
    let chosen = |nom: Option<&str>| mallette_catalogue::chosen(&catalogue.indicateurs, nom);
    let drawn = |nom: Option<&str>| {
        let own = chosen(nom).into_iter();
        own.filter(|own| own.is_share() || own.calcul == Calcul::Mediane).count()
    };
    assert!(all >= 26 + 25, "{all}");
    let of = |nom: &str| chosen(Some(nom)).len();
    let (frame, ratios) = (of("Cadre de performance"), of("Ratios"));
    assert!(frame >= 9 && ratios >= 6, "{frame}, {ratios}");
    for (famille, count, drawn) in [
        ("", 26, drawn(Some(mallette_catalogue::SOCLE))),
        ("&famille=toutes", all, drawn(None)),
        ("&famille=Allocations", of("Allocations"), drawn(Some("Allocations"))),
        ("&famille=Cadre%20de%20performance", frame, drawn(Some("Cadre de performance"))),
        ("&famille=Ratios", ratios, drawn(Some("Ratios"))),
    ] {
        let text = page(&router, &format!("/indicateurs?periode=2019{famille}")).await;
        assert_eq!(codes(&text), count, "{famille}");
        let link = between(&text, "href=\"/indicateurs.xlsx", "\"").replace("&#38;", "&");
        let mut book = sheet(&router, &format!("/indicateurs.xlsx{link}")).await;
        let range = book.worksheet_range("Centres").unwrap();
        assert_eq!(range.get_size(), (62, 2 + count + 2 * drawn), "{link}");
    }
    // Each number beside the code of its indicator.
    let text = page(&router, "/indicateurs?periode=2019&famille=Cadre%20de%20performance").await;
    let head = between(&text, "<thead>", "</thead>");
    let p9 = "<span class=\"code\">SOR-P</span> <abbr class=\"note\" title=\"cadre de performance 2019-2022\">P9</abbr>";
    assert!(head.contains(p9), "{head}");
    let (status, _) = get(&router, "/indicateurs?famille=Lunaire").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_definition_that_changed_says_which_one_counts_and_where_it_comes_from() {
    let router = site();
    let text = page(&router, &format!("/indicateurs/SOR-P?periode=2019&centre={LYON}")).await;
    let head = between(&text, "<p class=\"chapeau\">", "</p>");
    assert!(head.starts_with("Jusqu'en 2019") || head.starts_with("Jusqu&#39;en 2019"), "{head}");
    assert!(text.contains("Reconstruit par Mallette, à confirmer"));
    assert!(text.contains("1 sur 2, en vigueur"), "{text}");
    let table = between(&text, "id=\"versions-titre\"", "</table>");
    assert_eq!(table.matches("<tr class=\"choisi\">").count(), 1);
    assert!(table.contains("depuis le 01/01/2020"));
    let mut book = sheet(&router, "/indicateurs.xlsx?periode=2019&famille=toutes").await;
    let facts = book.worksheet_range("Définitions").unwrap();
    let of = |code: &str, what: &str| {
        let row = facts.rows().find(|row| {
            row[0] == Data::String(code.to_owned()) && row[2] == Data::String(what.to_owned())
        });
        row.unwrap_or_else(|| panic!("{code} {what}"))[3].to_string()
    };
    let version = "Version de la définition";
    assert_eq!(of("SOR-P", version), "1 sur 2, en vigueur jusqu'au 31/12/2019");
    assert_eq!(of("PAC-P", version), "unique");
    assert_eq!(of("DAR-E", "Origine de la définition"), "Texte ou statistique publique");
    assert!(of("RAT-7", "Indicateur au numérateur").starts_with("ACC-E, "));
}

#[tokio::test]
async fn what_counts_training_in_every_year_says_so_and_leads_to_what_does_not() {
    let router = site();
    let text = page(&router, &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
    assert!(between(&text, "<h1", "</h1>").contains("formation comprise"), "{text}");
    let beside = between(&text, "À lire aussi", "</p>");
    let lien = format!("/indicateurs/SOR-P?periode=2019&#38;centre={LYON}");
    assert!(beside.contains(&lien) && beside.contains("(SOR-P)"), "{beside}");
    // What a director meets first is the figure of the year, under its definition of the year.
    let centre = page(&router, &format!("/centres/{LYON}?periode=2019")).await;
    let ten = between(&centre, "id=\"principaux-titre\"", "</table>");
    assert!(ten.contains("/indicateurs/SOR-P?") && !ten.contains("/indicateurs/PAC-P?"), "{ten}");
    assert!(ten.contains("Jusqu") && !ten.contains("Depuis 2020"), "{ten}");
    for modele in mallette_catalogue::Catalogue::builtin().unwrap().tableaux {
        let blocs = modele.tableau.composition.blocs;
        assert!(blocs.iter().all(|bloc| bloc.contenu.sujet() != "PAC-P"), "{}", modele.code);
    }
}

#[tokio::test]
async fn the_small_boxes_are_by_theme_or_those_of_a_frame_in_the_order_of_its_numbers() {
    let router = site();
    let path = format!("/centres/{LYON}/indicateurs?periode=2019");
    let all = page(&router, &path).await;
    assert!(!all.contains("Autres indicateurs"));
    let exits = between(&all, ">Diagnostic et PACEA</h2>", "</section>");
    for code in ["PAC-P", "SOR-P", "SOR-D", "DIA-T"] {
        assert!(exits.contains(&format!("<span class=\"code\">{code}</span>")), "{code}");
    }
    let frame = page(&router, &format!("{path}&famille=Cadre%20de%20performance")).await;
    assert_eq!(html::faults(&frame), Vec::<String>::new());
    assert!(frame.contains(">Cadre de performance</h2>"));
    let list = between(&frame, "<ul class=\"vignettes\">", "</ul>");
    let place = |code: &str| list.find(&format!("<span class=\"code\">{code}</span>")).unwrap();
    assert!(place("ACC-K") < place("DIA-T") && place("SOR-P") < place("SOR-D"), "{list}");
    assert!(!list.contains(">PAC-P<"));
    let (status, _) = get(&router, &format!("{path}&famille=Lunaire")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_guide_names_the_frames_and_what_extracts_do_not_say() {
    let router = site();
    let text = page(&router, &format!("/indicateurs/guide?periode=2019&centre={LYON}")).await;
    assert_eq!(html::faults(&text), Vec::<String>::new());
    let frames = between(&text, "id=\"cadres\"", "</section>");
    for mark in [">P9</th>", ">r11</th>", "href=\"#i-SOR-P\"", "reconstruits"] {
        assert!(frames.contains(mark), "{mark}: {frames}");
    }
    let missing = between(&text, "id=\"hors-donnees\"", "</section>");
    for mark in ["Justice", "convocations", "places notifiées"] {
        assert!(missing.contains(mark), "{mark}: {missing}");
    }
    // The definition is that of the period: training counts in 2019, and no longer in 2020.
    let article = between(&text, "id=\"i-SOR-P\"", "</section>");
    assert!(article.contains("Jusqu") && !article.contains("Depuis 2020"), "{article}");
    let link = page(&router, "/indicateurs?periode=2019").await;
    assert!(link.contains("#hors-donnees") && link.contains("#cadres"));
}

#[tokio::test]
async fn every_indicator_opens_on_its_definition_its_extracts_and_its_lists() {
    let router = site();
    for indicateur in mallette_catalogue::Catalogue::builtin().unwrap().indicateurs {
        let code = &indicateur.code;
        let path = format!("/indicateurs/{code}?periode=2019&centre={LYON}");
        let text = page(&router, &path).await;
        assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
        for mark in [
            "Définition, calcul et source",
            "Empreinte de la définition",
            "Extraction du",
            "Exclusion",
        ] {
            assert!(text.contains(mark), "{path}: {mark}");
        }
        let lists = text.matches(&format!("/indicateurs/{code}/liste?")).count();
        if let Some(made) = &indicateur.couverture {
            // No series was brought in: the page says so, and which one it waits for.
            assert_eq!(lists, 0, "{path}: nothing is proved");
            let told = text.replace(['\u{a0}', '\n'], " ").replace("&#39;", "'");
            assert!(
                told.contains(&format!("ucune série « {} »", made.libelle())),
                "{path}: {told}"
            );
            continue;
        }
        assert!(lists > 0, "{path}: no list");
    }
}

#[tokio::test]
async fn charts_say_what_they_find_and_have_their_table() {
    let path = format!("/indicateurs/PAC-P?periode=2019&centre={LYON}");
    let text = page(&site(), &path).await;
    let title = between(&text, "<title id=\"boite-titre\">", "</title>");
    assert!(title.starts_with("69-ML LYON est "), "{title}");
    assert!(title.contains(" de la médiane de son groupe «\u{a0}"), "{title}");
    assert!(title.contains("quart"), "{title}");
    assert_eq!(text.matches("<summary>Voir le tableau</summary>").count(), 2);
    let small = between(&text, "non tracés\u{a0}: ", "<");
    assert_eq!(small, "Très petites (2).");
    let trend = between(&text, "<title id=\"tendance-titre\">", "</title>");
    assert!(trend.contains("2019"), "{trend}");
}

#[tokio::test]
async fn what_does_not_exist_is_told() {
    let router = site();
    for (path, status, words) in [
        ("/indicateurs/XXX", StatusCode::NOT_FOUND, "indicateur « XXX »"),
        ("/indicateurs?groupe=Lunaire", StatusCode::NOT_FOUND, "Lunaire"),
        ("/indicateurs?periode=hier", StatusCode::BAD_REQUEST, "n&#39;est pas une période"),
        ("/indicateurs/PAC-P?centre=X", StatusCode::NOT_FOUND, "centre « X »"),
        ("/indicateurs/PAC-P/liste", StatusCode::BAD_REQUEST, "Une liste est celle"),
        ("/indicateurs/PAC-P/liste?niveau=region&cle=99", StatusCode::NOT_FOUND, "ensemble « 99 »"),
        ("/indicateurs/PAC-P?du=2019-01-01", StatusCode::BAD_REQUEST, "dernier jour"),
        (
            "/indicateurs/PAC-P?du=2019-02-01&au=2019-01-01",
            StatusCode::BAD_REQUEST,
            "la première avant la seconde",
        ),
        ("/indicateurs/PAC-P?periode=2012", StatusCode::CONFLICT, "ne calcule rien"),
        ("/centres/X", StatusCode::NOT_FOUND, "centre « X »"),
        ("/centres/69382S00/conseillers/X", StatusCode::NOT_FOUND, "conseiller « X »"),
    ] {
        let (answer, bytes) = get(&router, path).await;
        assert_eq!(answer, status, "{path}");
        // Quotation marks hold unbreakable spaces.
        let text = String::from_utf8(bytes).unwrap().replace('\u{a0}', " ");
        assert!(text.contains(words), "{path} : {text}");
    }
    let text = page(&router, &format!("/centres/{LYON}?periode=2012")).await;
    assert!(text.contains("ne sont pas conservés"), "{text}");
}

#[tokio::test]
async fn what_if_is_drawn_as_boxes_today_and_at_each_threshold() {
    let path = format!("/et-si?centre={LYON}&indicateur=QUA-H");
    let text = page(&site(), &path).await;
    let title = between(&text, "<title id=\"et-si-trace-titre\">", "</title>");
    assert!(title.contains("69-ML LYON"), "{title}");
    assert!(text.contains("Aujourd&#39;hui") || text.contains("Aujourd'hui"), "{text}");
    // As many boxes, each with the centre in it, as lines of the table of the chart.
    let drawn = between(&text, "<svg class=\"graphique-dessin boite\"", "</svg>");
    let rows = between(&text, "aria-label=\"Tableau du graphique\">", "</table>");
    let rows = rows.matches("<tr><th scope=\"row\">").count();
    assert_eq!(drawn.matches("class=\"corps\"").count(), rows);
    assert_eq!(drawn.matches("class=\"marque\"").count(), rows);
}
