//! The pages over a workshop without a warehouse: every link, what each page says, who is refused.

#[cfg(test)]
mod commun;
#[cfg(test)]
#[path = "commun/html.rs"]
mod html;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Cursor;
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{HeaderMap, Request, StatusCode, header};
    use calamine::{Data, Reader, Xlsx};
    use mallette_app::etat::Etat;
    use mallette_catalogue::Catalogue;
    use tower::ServiceExt;

    use super::commun::{Double, GRENOBLE, HOSTILE, LYON, ROANNE, etat};
    use super::html;

    const FINE: &str = "\u{202f}";

    struct Answer {
        status: StatusCode,
        headers: HeaderMap,
        bytes: Vec<u8>,
    }

    impl Answer {
        fn text(&self) -> String {
            String::from_utf8_lossy(&self.bytes).into_owned()
        }

        fn header(&self, name: &str) -> &str {
            self.headers.get(name).map_or("", |value| value.to_str().unwrap())
        }
    }

    fn site() -> (Router, Arc<Double>) {
        let double = Arc::new(Double::new(etat().unwrap()).unwrap());
        let atelier: Arc<Double> = Arc::clone(&double);
        (mallette_web::router(atelier, None), double)
    }

    /// The site, Grenoble never having sent its propositions nor its parcours.
    fn lacking() -> Router {
        let mut etat = etat().unwrap();
        let version = &mut etat.centres.get_mut(GRENOBLE).unwrap().version;
        version.tables.retain(|table, _| !matches!(table.as_str(), "parcours" | "propositions"));
        mallette_web::router(Arc::new(Double::new(etat).unwrap()), None)
    }

    async fn send(router: &Router, request: Request<Body>) -> Answer {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    async fn get(router: &Router, path: &str) -> Answer {
        let request = Request::get(path).header("host", "localhost:8080");
        send(router, request.body(Body::empty()).unwrap()).await
    }

    async fn page(path: &str) -> String {
        let answer = get(&site().0, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        answer.text()
    }

    fn post(path: &str, kind: &str, body: impl Into<Body>) -> Request<Body> {
        Request::post(path)
            .header("host", "localhost:8080")
            .header("origin", "http://localhost:8080")
            .header("content-type", kind)
            .body(body.into())
            .unwrap()
    }

    /// The words of a page, without its tags.
    fn words(html: &str) -> String {
        let mut words = String::new();
        let mut inside = false;
        for letter in html.chars() {
            match letter {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    words.push(' ');
                }
                _ if !inside => words.push(letter),
                _ => {}
            }
        }
        for (entity, letter) in
            [("&#39;", "'"), ("&#34;", "\""), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")]
        {
            words = words.replace(entity, letter);
        }
        // Unbreakable spaces are part of what is said.
        words.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// The row of a table that holds a text.
    fn row(html: &str, text: &str) -> String {
        let mut rows =
            html.split("<tr").filter_map(|row| row.split_once("</tr>")).map(|(row, _)| row);
        let found = rows.find(|row| row.contains(text));
        words(&format!("<tr{}", found.unwrap_or_else(|| panic!("aucune ligne « {text} »"))))
    }

    /// Every path is walked; of the addresses that differ by the values of their parameters only
    /// (periods × centres × pages are thousands), that many.
    const PER_SHAPE: usize = 3;

    /// An address without the values of its parameters.
    fn shape(address: &str) -> String {
        let Some((path, query)) = address.split_once('?') else { return address.to_owned() };
        let names = query.split('&').filter_map(|pair| pair.split('=').next());
        format!("{path}?{}", names.collect::<Vec<_>>().join("&"))
    }

    #[tokio::test]
    async fn every_link_leads_somewhere_and_every_page_is_sound() {
        let (router, _) = site();
        let mut todo: Vec<String> =
            ["/", "/imports/travaux/1", "/imports/travaux/2", "/imports/travaux/3", "/rien"]
                .map(String::from)
                .into();
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        let mut shapes: BTreeMap<String, usize> = BTreeMap::new();
        while let Some(path) = todo.pop() {
            if seen.contains_key(&path) {
                continue;
            }
            let answer = get(&router, &path).await;
            let expected = if path == "/rien" { StatusCode::NOT_FOUND } else { StatusCode::OK };
            assert!(
                answer.status == expected || answer.status == StatusCode::NO_CONTENT,
                "{path} : {}",
                answer.status
            );
            assert!(answer.header("content-security-policy").contains("default-src 'none'"));
            let text = answer.text();
            if answer.header("content-type").starts_with("text/html") {
                assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
                assert!(!text.contains("<script>alert"), "{path}");
                assert_eq!(
                    get(&router, &path).await.text(),
                    text,
                    "{path} change d'une fois à l'autre"
                );
                for link in html::links(&text) {
                    let local = link.split('#').next().unwrap_or_default().to_owned();
                    if link.starts_with("data:") || local.is_empty() {
                        continue;
                    }
                    assert!(local.starts_with('/'), "{path} renvoie à {link}");
                    let held = shapes.entry(shape(&local)).or_default();
                    if *held < PER_SHAPE && !seen.contains_key(&local) && !todo.contains(&local) {
                        *held += 1;
                        todo.push(local);
                    }
                }
                seen.insert(path, text);
            } else {
                seen.insert(path, String::new());
            }
        }
        for path in ["/imports/imp-1", "/controles/PAC-07", "/imports/imp-2/rejets.xlsx"] {
            assert!(seen.contains_key(path), "aucun lien vers {path}");
        }
        let regles = Catalogue::builtin().unwrap().regles.len();
        let walked =
            seen.keys().filter(|path| path.starts_with("/controles/") && !path.contains('?'));
        assert!(walked.count() >= regles);
    }

    #[tokio::test]
    async fn fragments_of_links_exist() {
        let (router, _) = site();
        for path in ["/", "/imports/imp-2", "/controles/PAC-07?centre=69382S00"] {
            for link in html::links(&get(&router, path).await.text()) {
                let Some((local, fragment)) = link.split_once('#') else { continue };
                let target = if local.is_empty() { path } else { local };
                let text = get(&router, target).await.text();
                assert!(text.contains(&format!("id=\"{fragment}\"")), "{path} → {link}");
            }
        }
    }

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
            words(&get(&router, "/").await.text())
                .contains("Aucune extraction n'a encore été reçue.")
        );
    }

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
            let text =
                get(&router, &format!("/controles/PAC-07?centre={LYON}{query}")).await.text();
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
        assert_eq!(
            get(&router, "/controles/PAC-07?centre=absent").await.status,
            StatusCode::NOT_FOUND
        );
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
        let answer =
            get(&router, &format!("/controles.xlsx?famille=pacea&centre={GRENOBLE}")).await;
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

    fn form(parts: &[(&str, Option<&str>, &str)]) -> String {
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

    const MULTIPART: &str = "multipart/form-data; boundary=B";

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
            text.contains("N&#39;auront plus de données")
                || text.contains("N'auront plus de données")
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

    #[tokio::test]
    async fn requests_from_elsewhere_are_refused() {
        let (router, double) = site();
        let foreign = Request::get("/").header("host", "mallette.example.org:8080");
        let answer = send(&router, foreign.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(!answer.text().contains("LYON"));
        for origin in [None, Some("null"), Some("http://example.org"), Some("http://localhost:9")] {
            let mut request =
                post("/imports/imp-2/annulation", "application/x-www-form-urlencoded", "");
            request.headers_mut().remove(header::ORIGIN);
            if let Some(origin) = origin {
                request.headers_mut().insert(header::ORIGIN, origin.parse().unwrap());
            }
            assert_eq!(send(&router, request).await.status, StatusCode::FORBIDDEN, "{origin:?}");
        }
        assert!(double.appels().is_empty());
    }

    #[tokio::test]
    async fn answers_bear_the_headers_that_protect() {
        let (router, _) = site();
        for path in ["/", "/rien", "/statique/mallette.css", "/controles.xlsx"] {
            let answer = get(&router, path).await;
            let csp = answer.header("content-security-policy");
            for expected in [
                "default-src 'none'",
                "style-src 'self'",
                "script-src 'self'",
                "form-action 'self'",
                "base-uri 'none'",
                "frame-ancestors 'none'",
            ] {
                assert!(csp.contains(expected), "{path} : {csp}");
            }
            assert!(!csp.contains("unsafe"));
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        }
        let css = get(&router, "/statique/mallette.css").await;
        assert!(css.header("cache-control").contains("immutable"));
        assert_eq!(get(&router, "/").await.header("cache-control"), "no-store");
        let wrong = send(&router, post("/controles", "text/plain", "")).await;
        assert_eq!(wrong.status, StatusCode::METHOD_NOT_ALLOWED);
    }

    #[tokio::test]
    async fn a_hostile_name_is_shown_as_text() {
        let html = page("/").await;
        assert!(html.contains(&format!("/centres/{HOSTILE}")));
        assert!(html.contains("ML &#60;script&#62;alert(1)&#60;/script&#62; &#38; &#34;Fils&#34;"));
        let html = page("/imports/imp-2").await;
        assert!(html.contains("&#60;b&#62;31/02/2019&#60;/b&#62;") && !html.contains("<b>31"));
    }

    #[tokio::test]
    async fn an_address_of_other_machines_is_refused() {
        let double = Arc::new(Double::new(etat().unwrap()).unwrap());
        let reglage = mallette_web::Reglage::local("0.0.0.0:0".parse().unwrap());
        let refused = mallette_web::serve(double, None, reglage, |_| {}).await;
        assert!(refused.unwrap_err().to_string().contains("en clair"));
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
        let without = &format!(
            "Sans «\u{a0}propositions\u{a0}», {needing}\u{a0}règles et 3\u{a0}indicateurs ne sont pas \
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
        let why =
            "Non évaluée dans 1\u{a0}centre, faute de «\u{a0}parcours\u{a0}» (1\u{a0}centre).";
        assert!(rule.contains(why), "{rule}");
        let line = row(&show("/controles/PAC-07").await, "38-ML GRENOBLE</a>");
        assert!(line.ends_with("Table non reçue : «\u{a0}parcours\u{a0}»"), "{line}");
        let rules = show(&format!("/controles?centre={GRENOBLE}")).await;
        assert!(row(&rules, "PAC-07").contains("1\u{a0}centre n'a pas envoyé toutes ses tables"));

        // 30/100 at Lyon, never sent by Grenoble, nothing to divide at the third.
        let indicator = show("/indicateurs/PAC-R?periode=2019").await;
        let line = row(&indicator, "38-ML GRENOBLE</a>");
        assert!(
            line.ends_with("… non reçu table non reçue\u{a0}: «\u{a0}parcours\u{a0}»"),
            "{line}"
        );
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
}
