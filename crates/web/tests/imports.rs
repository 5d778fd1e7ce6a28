//! What a person does around an import: follows it, stops it, says what was not recognised, sends
//! the refused lines back.

#[cfg(test)]
#[expect(dead_code, reason = "the tests of all pages use more of it")]
mod commun;
#[cfg(test)]
#[path = "commun/html.rs"]
#[expect(dead_code, reason = "the tests of all pages use more of it")]
mod html;

#[cfg(test)]
mod tests {
    use std::io::Cursor;
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode, header};
    use calamine::{Data, Reader, Xlsx};
    use tower::ServiceExt;

    use super::commun::{Double, GRENOBLE, LYON, etat};
    use super::html;

    fn site() -> (Router, Arc<Double>) {
        let double = Arc::new(Double::new(etat().unwrap()).unwrap());
        let atelier: Arc<Double> = Arc::clone(&double);
        (mallette_web::router(atelier, None), double)
    }

    async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
        let response = router.clone().oneshot(request).await.unwrap();
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        (status, location, bytes)
    }

    async fn get(router: &Router, path: &str) -> (StatusCode, Vec<u8>) {
        let request = Request::get(path).header("host", "localhost:8080");
        let (status, _, bytes) = ask(router, request.body(Body::empty()).unwrap()).await;
        (status, bytes)
    }

    async fn page(router: &Router, path: &str) -> String {
        let (status, bytes) = get(router, path).await;
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(status, StatusCode::OK, "{path} : {text}");
        assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
        text
    }

    /// Status and where the answer leads.
    async fn post(router: &Router, path: &str, body: &str) -> (StatusCode, String) {
        let request = Request::post(path)
            .header("host", "localhost:8080")
            .header("origin", "http://localhost:8080")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()))
            .unwrap();
        let (status, location, _) = ask(router, request).await;
        (status, location)
    }

    fn seen(location: &str) -> (StatusCode, String) {
        (StatusCode::SEE_OTHER, location.to_owned())
    }

    #[tokio::test]
    async fn an_import_under_way_tells_each_file_and_can_be_stopped_once() {
        let (router, double) = site();
        let html = page(&router, "/imports/travaux/1").await;
        for told in ["en attente", "en cours", ">lu<", "&#60;i&#62;parcours.csv", "2,5\u{a0}Mo"] {
            assert!(html.contains(told), "{told} : {html}");
        }
        assert!(html.contains("action=\"/imports/travaux/1/arret\""));
        let path = "/imports/travaux/1/arret";
        assert_eq!(post(&router, path, "").await, seen("/imports/travaux/1"));
        assert_eq!(double.appels(), ["arrêter 1"]);
        let html = page(&router, "/imports/travaux/4").await;
        assert!(html.contains("arrêt demandé") && !html.contains("/arret\""));
        assert_eq!(post(&router, "/imports/travaux/2/arret", "").await.0, StatusCode::CONFLICT);
        assert_eq!(post(&router, "/imports/travaux/9/arret", "").await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_refused_import_can_be_explained_and_done_again_without_its_files() {
        let (router, double) = site();
        let html = page(&router, "/imports/travaux/3").await;
        assert!(html.contains("envoi.zip/suite.xlsx, feuille Feuil&#60;1&#62;"), "{html}");
        assert!(
            html.contains("la table n&#39;a pas été reconnue") && html.contains("1\u{a0}colonne")
        );
        assert!(!page(&router, "/imports/travaux/2").await.contains("id=\"reprise\""));

        let sheet = "/imports/travaux/3/feuilles/0";
        let html = page(&router, sheet).await;
        assert!(html.contains("name=\"table\"") && !html.contains("name=\"colonne-0\""));
        let html = page(&router, &format!("{sheet}?table=dossiers")).await;
        // Said before: chosen; known to the catalogue: not asked.
        assert!(html.contains("<option value=\"antenne\" selected>"), "{html}");
        assert!(html.contains("name=\"colonne-1\"") && !html.contains("name=\"colonne-2\""));
        let html = page(&router, "/imports/travaux/3/feuilles/1").await;
        assert!(html.contains("name=\"colonne-1\""), "its table is known: {html}");

        let body = "table=dossiers&colonne-0=antenne&colonne-1=statut";
        let said = post(&router, sheet, body).await;
        assert_eq!(said, seen("/imports/travaux/3?retenu=1#reprise"));
        let expected = ["3 0 dossiers", "dossiers Pointure <b> antenne", "dossiers Mystère statut"];
        assert_eq!(double.appels(), expected);
        assert!(
            page(&router, "/imports/travaux/3?retenu=1").await.contains("C&#39;est retenu")
                || page(&router, "/imports/travaux/3?retenu=1").await.contains("C'est retenu")
        );
        for wrong in [
            "",
            "table=rien",
            "table=dossiers&colonne-0=rien",
            "table=dossiers&colonne-0=statut&colonne-1=statut",
        ] {
            assert_eq!(post(&router, sheet, wrong).await.0, StatusCode::BAD_REQUEST, "{wrong}");
        }
        for gone in ["/imports/travaux/3/feuilles/2", "/imports/travaux/1/feuilles/0"] {
            assert_eq!(get(&router, gone).await.0, StatusCode::NOT_FOUND, "{gone}");
        }
        assert!(double.appels().is_empty());

        let again = post(&router, "/imports/travaux/3/reprise", "").await;
        assert_eq!(again, seen("/imports/travaux/4"));
        let forgotten = post(&router, "/imports/travaux/3/oubli", "").await;
        assert_eq!(forgotten, seen("/imports/travaux/3"));
        assert_eq!(double.appels(), ["reprendre 3", "oublier 3"]);
        assert_eq!(post(&router, "/imports/travaux/2/reprise", "").await.0, StatusCode::CONFLICT);
    }

    #[tokio::test]
    async fn mappings_are_seen_replaced_and_removed() {
        let (router, double) = site();
        assert!(page(&router, "/imports").await.contains("href=\"/imports/correspondances\""));
        let html = page(&router, "/imports/correspondances").await;
        assert!(html.contains("Pointure &#60;b&#62;") && html.contains("Sans effet"), "{html}");
        let body = "table=dossiers&entete=Pointure+%3Cb%3E&colonne=statut";
        let replaced = post(&router, "/imports/correspondances", body).await;
        assert_eq!(replaced, seen("/imports/correspondances?fait=retenue"));
        let body = "table=dossiers&entete=Pointure+%3Cb%3E";
        let removed = post(&router, "/imports/correspondances/retrait", body).await;
        assert_eq!(removed, seen("/imports/correspondances?fait=retiree"));
        assert_eq!(
            double.appels(),
            ["dossiers Pointure <b> statut", "oublier dossiers Pointure <b>"]
        );
        let wrong = post(&router, "/imports/correspondances", "table=dossiers&entete=x&colonne=z");
        assert_eq!(wrong.await.0, StatusCode::BAD_REQUEST);
    }

    #[tokio::test]
    async fn a_centre_gets_its_own_lines_back_whole_and_nobody_else_s() {
        let (router, _) = site();
        let html = page(&router, "/imports/imp-2").await;
        let link = format!("/imports/imp-2/rejets/{LYON}");
        assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
        // 120 refused, 2 kept for Lyon.
        assert!(html.contains("118\u{a0}lignes rejetées ne sont"), "{html}");
        let (status, bytes) = get(&router, &link).await;
        assert_eq!(status, StatusCode::OK);
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.sheet_names(), ["dossiers.csv", "Provenance"]);
        let sheet = book.worksheet_range("dossiers.csv").unwrap();
        let rows: Vec<Vec<String>> =
            sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        assert_eq!(
            rows,
            [
                [
                    "Raison du rejet",
                    "Ligne du fichier",
                    "N° dossier",
                    "Nom",
                    "Né le",
                    "(sans en-tête)"
                ],
                ["La date n'existe pas.", "7", "D1", "=DUPONT()", "31/02/2019", ""],
                ["Ligne illisible.", "9", "D2", "DURAND", "", "de trop"],
            ]
        );
        assert!(book.worksheet_formula("dossiers.csv").unwrap().used_cells().next().is_none());
        let told = book.worksheet_range("Provenance").unwrap();
        let told: Vec<String> = told.rows().map(|row| format!("{} : {}", row[0], row[1])).collect();
        assert!(told.contains(&format!("Centre : 69-ML LYON ({LYON})")), "{told:?}");
        assert!(told.contains(&"Date d'extraction : 04/11/2019".to_owned()), "{told:?}");
        assert!(told.iter().any(|row| row.contains("BLAKE3 0123456789abcdef0123")), "{told:?}");
        assert!(matches!(sheet.get((1, 1)), Some(Data::Float(7.0))));
        for other in
            [format!("/imports/imp-2/rejets/{GRENOBLE}"), "/imports/rien/rejets/x".to_owned()]
        {
            assert_eq!(get(&router, &other).await.0, StatusCode::NOT_FOUND, "{other}");
        }
        // The workbook of all centres has no line, and no name.
        let (_, bytes) = get(&router, "/imports/imp-2/rejets.xlsx").await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
        let sheet = book.worksheet_range("dossiers.csv").unwrap();
        assert!(!sheet.used_cells().any(|(_, _, cell)| cell.to_string().contains("DUPONT")));
    }

    #[tokio::test]
    async fn what_changed_is_told_by_table_by_indicator_and_by_rule() {
        let (router, _) = site();
        let html = page(&router, "/imports/imp-2").await;
        let row = |text: &str| {
            let mut rows = html.split("<tr").filter(|row| row.contains(text));
            rows.next().unwrap_or_else(|| panic!("{text} : {html}")).to_owned()
        };
        let parcours = row(">Parcours</th><td class=\"nombre\">1\u{202f}000");
        for figure in ["1\u{202f}200", "250", "50", "17"] {
            assert!(parcours.contains(&format!(">{figure}<")), "{parcours}");
        }
        // Lyon alone is compared: 1,200 first receptions on both sides.
        let accueil = row("/indicateurs/ACC-N\"");
        assert_eq!(accueil.matches(">1\u{202f}200<").count(), 2, "{accueil}");
        assert!(html.contains("année 2019"));
        // An older import, of which Lyon has another version today.
        let html = page(&router, "/imports/imp-1").await;
        assert!(html.contains("reçu pour la première fois") && html.contains("38-ML GRENOBLE"));
    }
}
