//! Indicators, centres and conseillers over a région of 61 centres.

#[cfg(test)]
#[path = "commun/html.rs"]
mod html;
#[cfg(test)]
mod region;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Cursor;
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use calamine::{Data, Reader, Xlsx};
    use mallette_app::contexte::{Contexte, Serie};
    use mallette_app::etat::{Centre, Etat};
    use mallette_app::mur::Mur;
    use mallette_app::port::Ouverture;
    use mallette_domain::acces::{Acces, Habilitation, Role};
    use mallette_domain::periode::year;
    use mallette_domain::resultat::Niveau;
    use tower::ServiceExt;

    use super::html;
    use super::region::{Double, LYON};

    fn site() -> Router {
        mallette_web::router(Arc::new(Double::new().unwrap()), None)
    }

    async fn get(router: &Router, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::get(path).header("host", "localhost:8080");
        let request = request.body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        (status, to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    async fn page(router: &Router, path: &str) -> String {
        let (status, bytes) = get(router, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        String::from_utf8(bytes).unwrap()
    }

    async fn sheet(router: &Router, path: &str) -> Xlsx<Cursor<Vec<u8>>> {
        let (status, bytes) = get(router, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        Xlsx::new(Cursor::new(bytes)).unwrap()
    }

    /// What stands between two marks.
    fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
        let (_, rest) = text.split_once(start).unwrap_or_else(|| panic!("sans {start}"));
        rest.split_once(end).map_or(rest, |(found, _)| found)
    }

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
                if !local.is_empty()
                    && !local.starts_with("/imports/")
                    && !local.starts_with("data:")
                {
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
        let all = mallette_catalogue::Catalogue::builtin().unwrap().indicateurs.len();
        assert!(all >= 26 + 25, "{all}");
        for (famille, count) in [("", 26), ("&famille=toutes", all), ("&famille=Allocations", 4)] {
            let text = page(&router, &format!("/indicateurs?periode=2019{famille}")).await;
            assert_eq!(codes(&text), count, "{famille}");
            let link = between(&text, "href=\"/indicateurs.xlsx", "\"").replace("&#38;", "&");
            let mut book = sheet(&router, &format!("/indicateurs.xlsx{link}")).await;
            let range = book.worksheet_range("Centres").unwrap();
            assert_eq!(range.get_size(), (62, 2 + count), "{link}");
        }
        let (status, _) = get(&router, "/indicateurs?famille=Lunaire").await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_definition_that_changed_says_which_one_counts_and_where_it_comes_from() {
        let router = site();
        let text = page(&router, &format!("/indicateurs/SOR-P?periode=2019&centre={LYON}")).await;
        let head = between(&text, "<p class=\"chapeau\">", "</p>");
        assert!(
            head.starts_with("Jusqu'en 2019") || head.starts_with("Jusqu&#39;en 2019"),
            "{head}"
        );
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
            assert!(lists > 0, "{path}: no list");
        }
    }

    #[tokio::test]
    async fn the_list_is_as_long_as_the_figure_says() {
        let router = site();
        for (code, part, mark) in [
            ("PAC-P", "numerateur", "Liste du numérateur\u{a0}: "),
            ("PAC-P", "denominateur", "Liste du dénominateur\u{a0}: "),
            ("DIA-D", "denominateur", "Liste de la population\u{a0}: "),
            ("PAC-E", "denominateur", "Liste de la population\u{a0}: "),
        ] {
            let fiche =
                page(&router, &format!("/indicateurs/{code}?periode=2019&centre={LYON}")).await;
            let said = between(&fiche, mark, "<").to_owned();
            let path = format!("/indicateurs/{code}/liste?centre={LYON}&periode=2019&part={part}");
            assert!(fiche.replace("&#38;", "&").contains(&path), "{path}");
            let liste = page(&router, &path).await;
            assert_eq!(between(&liste, "<caption id=\"liste-titre\">", "<"), said);
            assert!(liste.contains("elle prouve le chiffre"), "{path}");
            let xlsx = path.replace("/liste?", "/liste.xlsx?");
            let mut book = sheet(&router, &xlsx).await;
            let name = book.sheet_names().first().unwrap().clone();
            let rows = book.worksheet_range(&name).unwrap().height() - 1;
            let figure: String = said.chars().filter(char::is_ascii_digit).collect();
            assert_eq!(rows.to_string(), figure, "{xlsx}");
        }
    }

    #[tokio::test]
    async fn a_list_that_differs_from_its_figure_is_denounced() {
        let double = Double { manque: 1, ..Double::new().unwrap() };
        let router = mallette_web::router(Arc::new(double), None);
        let path = format!("/indicateurs/PAC-P/liste?centre={LYON}&periode=2019&part=numerateur");
        let text = page(&router, &path).await;
        assert!(text.contains("ils devraient être égaux"), "{text}");
        assert!(!text.contains("elle prouve le chiffre"));
    }

    #[tokio::test]
    async fn a_conseiller_has_a_list_of_own_objects() {
        let router = site();
        let text = page(&router, &format!("/centres/{LYON}/conseillers/C003?periode=2019")).await;
        let link = format!(
            "/indicateurs/PAC-P/liste?centre={LYON}&conseiller=C003&periode=2019&part=denominateur"
        );
        assert!(text.replace("&#38;", "&").contains(&link));
        let liste = page(&router, &link).await;
        assert!(liste.contains("elle prouve le chiffre"), "{liste}");
        assert!(liste.contains("conseiller C003") && !liste.contains(">C004<"));
        // Distinct young people too: one seen by two conseillers is one of each.
        let link = format!(
            "/indicateurs/ACC-J/liste?centre={LYON}&conseiller=C003&periode=2019&part=denominateur"
        );
        assert!(text.replace("&#38;", "&").contains(&link));
        assert!(page(&router, &link).await.contains("elle prouve le chiffre"));
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

    #[tokio::test]
    async fn the_workbook_has_numbers_definitions_and_provenance() {
        let router = site();
        let mut book = sheet(&router, "/indicateurs.xlsx?periode=2019").await;
        assert_eq!(
            book.sheet_names(),
            ["Centres", "Ensembles", "Provenance", "Définitions", "Extractions", "Fichiers"]
        );
        let range = book.worksheet_range("Centres").unwrap();
        assert_eq!(range.get_size(), (62, 28));
        let numbers = range.cells().filter(|(_, _, cell)| matches!(cell, Data::Float(_))).count();
        assert!(numbers > 60 * 25, "{numbers}");
        assert_eq!(book.worksheet_range("Extractions").unwrap().height(), 62);
        let facts = book.worksheet_range("Provenance").unwrap();
        let value = |what: &str| {
            let row = facts.rows().find(|row| row[0] == Data::String(what.to_owned()));
            row.unwrap_or_else(|| panic!("{what}"))[1].to_string()
        };
        assert_eq!(value("Version de Mallette"), env!("CARGO_PKG_VERSION"));
        assert!(value("Données").starts_with("60\u{a0}centres sur 61, extractions du 01/10/2019"));
        let (status, csv) = get(&router, "/indicateurs.csv?periode=2019").await;
        let csv = String::from_utf8(csv).unwrap();
        assert!(status.is_success() && csv.starts_with("\u{feff}Code;Nom;"), "{csv}");
        // The header, 61 centres, the région.
        assert_eq!(csv.lines().count(), 1 + 61 + 1);
    }

    #[tokio::test]
    async fn the_figure_of_an_ensemble_has_its_list() {
        let router = site();
        let fiche = page(&router, &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
        for (scope, mark) in [
            ("niveau=region&cle=84", "Région 84"),
            ("niveau=departement&cle=69", "Département 69"),
            ("niveau=groupe_pairs&cle=Urbain%20dense", "Groupe «\u{a0}Urbain dense\u{a0}»"),
        ] {
            let fact = between(&fiche, &format!("<span class=\"quoi\">{mark}"), "</li>");
            for (part, words) in [("numerateur", "numérateur"), ("denominateur", "dénominateur")]
            {
                let said = between(fact, &format!("Liste du {words}\u{a0}: "), "<").to_owned();
                let path = format!("/indicateurs/PAC-P/liste?{scope}&periode=2019&part={part}");
                assert!(fact.replace("&#38;", "&").contains(&path), "{path} : {fact}");
                let liste = page(&router, &path).await;
                assert_eq!(html::faults(&liste), Vec::<String>::new(), "{path}");
                assert_eq!(between(&liste, "<caption id=\"liste-titre\">", "<"), said, "{path}");
                // Every page, and every row once.
                let figure: usize =
                    said.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
                let last = figure.div_ceil(50);
                let end = page(&router, &format!("{path}&page={last}")).await;
                let rows = end.matches("<th scope=\"row\" class=\"code\">").count();
                assert_eq!(rows, figure - 50 * (last - 1), "{path}");
                let (_, csv) = get(&router, &path.replace("/liste?", "/liste.csv?")).await;
                let csv = String::from_utf8(csv).unwrap();
                let distinct: BTreeSet<&str> = csv.lines().skip(1).collect();
                assert_eq!(distinct.len(), figure, "{path}");
            }
        }
    }

    #[tokio::test]
    async fn a_list_of_several_centres_denounces_the_one_that_differs() {
        let double = Double { manque: 1, ..Double::new().unwrap() };
        let router = mallette_web::router(Arc::new(double), None);
        let path =
            "/indicateurs/PAC-P/liste?niveau=departement&cle=69&periode=2019&part=numerateur";
        let text = page(&router, path).await;
        assert!(text.contains("ils devraient être égaux"), "{text}");
        let mut book = sheet(&router, &path.replace("/liste?", "/liste.xlsx?")).await;
        let facts = book.worksheet_range("Provenance").unwrap();
        let told = facts.rows().any(|row| row[0].to_string().starts_with("Écart entre la liste"));
        assert!(told);
    }

    #[tokio::test]
    async fn sums_are_proved_by_their_measures() {
        let router = site();
        for (code, part) in
            [("ALL-C", "numerateur"), ("ALL-C", "denominateur"), ("ALL-P", "denominateur")]
        {
            let path = format!("/indicateurs/{code}/liste?centre={LYON}&periode=2019&part={part}");
            let text = page(&router, &path).await;
            assert!(text.contains("elle prouve le chiffre"), "{path} : {text}");
            assert!(text.contains("<th scope=\"col\" class=\"nombre\">Montant</th>"), "{path}");
            let mut book = sheet(&router, &path.replace("/liste?", "/liste.xlsx?")).await;
            let name = book.sheet_names().first().unwrap().clone();
            let range = book.worksheet_range(&name).unwrap();
            let header = range.rows().next().unwrap();
            assert_eq!(header[9].to_string(), "Montant (€)");
            assert!(matches!(range.get((1, 9)), Some(Data::Float(_))), "{path}");
        }
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
            (
                "/indicateurs/PAC-P/liste?niveau=region&cle=99",
                StatusCode::NOT_FOUND,
                "ensemble « 99 »",
            ),
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

    /// The région with a context that follows PAC-P, for all but the last centre, and a thousand young
    /// people by centre.
    fn surrounded() -> Double {
        let mut double = Double::new().unwrap();
        let mut etat = Etat::clone(&double.etat);
        let rate = |centre: &Centre| {
            let year = centre.resultats.indicateurs.iter().find(|kept| kept.periode == year(2019));
            let own = year
                .unwrap()
                .mesures
                .iter()
                .find(|mesure| mesure.code == "PAC-P" && mesure.niveau == Niveau::Structure);
            own.map(|mesure| mesure.cumul.numerateur / mesure.cumul.denominateur)
        };
        let rates =
            etat.centres.iter().filter_map(|(id, centre)| Some((id.clone(), rate(centre)?)));
        let mut rates: BTreeMap<String, f64> = rates.collect();
        rates.pop_last();
        let serie = |variable: &str, valeurs| Serie {
            variable: variable.to_owned(),
            libelle: format!("La {variable}"),
            annee: 2018,
            unite: String::new(),
            source: "Insee".to_owned(),
            valeurs,
            import_rang: 1,
            le: jiff::Timestamp::UNIX_EPOCH,
        };
        let young = rates.keys().map(|id| (id.clone(), 1_000.0)).collect();
        etat.contexte = Arc::new(Contexte {
            series: vec![serie("emploi", rates), serie("jeunesse", young)],
            denominateurs: [("jeunesse".to_owned(), 100)].into(),
            ..Contexte::default()
        });
        double.etat = Arc::new(etat);
        double
    }

    #[tokio::test]
    async fn a_context_gives_ratios_and_what_is_expected() {
        let router = mallette_web::router(Arc::new(surrounded()), None);
        let all = page(&router, "/indicateurs/PAC-P?periode=2019").await.replace('\u{a0}', " ");
        assert_eq!(html::faults(&all), Vec::<String>::new());
        let egal = between(&all, "<h2 id=\"egal\">", "</section>");
        // Those with a context: all but one of the sixty.
        assert_eq!(egal.matches("<th scope=\"row\">").count(), 59, "{egal}");
        assert!(egal.contains("La emploi (2018, Insee)") && egal.contains("explique"), "{egal}");
        let own = page(&router, &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
        let egal = between(&own, "<h2 id=\"egal\">", "</section>");
        assert!(egal.contains("attendu à contexte égal"), "{egal}");
        assert!(egal.contains("Les 8 centres au contexte le plus proche"), "{egal}");
        // A count has ratios instead: a count over a thousand, for a hundred.
        let count = page(&router, "/indicateurs/ACC-N?periode=2019").await.replace('\u{a0}', " ");
        assert_eq!(html::faults(&count), Vec::<String>::new());
        assert!(!count.contains("id=\"egal\""));
        let ratios = between(&count, "<h2 id=\"rapport-1\">", "</section>");
        assert!(ratios.contains("pour 100 « La jeunesse »"), "{ratios}");
        assert!(ratios.contains("59 centres qui ont les deux") && ratios.contains("Insee, 2018"));
        assert!(ratios.contains("non reçu"), "the last centre has no series");
        // The workbook says the same, and from what.
        let mut book = sheet(&router, "/indicateurs/PAC-P/contexte.xlsx?periode=2019").await;
        let expected = book.worksheet_range("À contexte égal").unwrap();
        assert_eq!(expected.rows().count(), 60, "a header and the fifty-nine");
        let figures = expected.rows().skip(1).filter(|row| matches!(row[3], Data::Float(_)));
        assert_eq!(figures.count(), 59);
        for row in expected.rows().skip(1) {
            if let (Data::Float(own), Data::Float(told), Data::Float(gap)) =
                (&row[2], &row[3], &row[4])
            {
                assert!((own - told - gap).abs() < 1e-9, "{row:?}");
            }
        }
        let series = book.worksheet_range("Séries").unwrap();
        assert!(series.rows().any(|row| row[0] == "La emploi" && row[3] == "Insee"));
        assert!(book.sheet_names().contains(&"Provenance".to_owned()));
        let mut book = sheet(&router, "/indicateurs/ACC-N/contexte.xlsx?periode=2019").await;
        let ratios = book.worksheet_range("Par La jeunesse").unwrap();
        assert!(ratios.rows().any(|row| row[4] == "…"), "the last centre has no series");
        let (status, _) = get(&site(), "/indicateurs/ACC-N/contexte.xlsx?periode=2019").await;
        assert_eq!(status, StatusCode::CONFLICT, "nothing to save");
        // No context, no section.
        let none = page(&site(), "/indicateurs/ACC-N?periode=2019").await;
        assert!(!none.contains("rapport-1") && !none.contains("id=\"egal\""));
    }

    #[tokio::test]
    async fn a_director_reads_what_is_expected_and_no_name_of_a_neighbour() {
        let double = surrounded();
        let names: Vec<String> = double
            .etat
            .centres
            .iter()
            .filter(|(id, _)| id.as_str() != LYON)
            .filter_map(|(_, centre)| centre.rattachement.nom.clone())
            .collect();
        let held = Habilitation {
            role: Role::Directeur,
            structure_id: Some(LYON.to_owned()),
            conseiller_id: None,
            debut: None,
            fin: None,
        };
        let acces = Acces::on(jiff::civil::date(2019, 11, 6), &[held], BTreeSet::new());
        let mur = Mur::new(Arc::new(double));
        let own = mur.open_for(&Arc::new(acces), &Ouverture::default());
        let router = mallette_web::router(own, None);
        for code in ["PAC-P", "ACC-N"] {
            let text =
                page(&router, &format!("/indicateurs/{code}?periode=2019&centre={LYON}")).await;
            assert!(names.iter().all(|nom| !text.contains(nom.as_str())), "{code}: {text}");
            assert!(!text.contains("voisin-"), "{code}");
            let wanted = match code {
                "PAC-P" => "qui ne sont pas nommés",
                _ => "59 centres qui ont les deux",
            };
            assert!(text.contains(wanted), "{code}: {wanted}");
        }
    }
}
