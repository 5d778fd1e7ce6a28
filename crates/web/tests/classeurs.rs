//! Every workbook of the pages says where its figures come from: all are read back, line by line.

#[cfg(test)]
#[expect(dead_code, reason = "the other tests use more of it")]
mod commun;

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Cursor;
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode};
    use calamine::{Data, Reader, Xlsx};
    use jiff::civil::{Date, date};
    use tower::ServiceExt;

    use super::commun::{Double, GRENOBLE, HOSTILE_NAME, LYON, etat};

    type Book = Xlsx<Cursor<Vec<u8>>>;

    fn site() -> Router {
        mallette_web::router(Arc::new(Double::new(etat().unwrap()).unwrap()), None)
    }

    async fn get(router: &Router, path: &str) -> (StatusCode, String, Vec<u8>) {
        let request = Request::get(path).header("host", "localhost:8080");
        let request = request.body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let kind = answer.headers().get("content-type").unwrap().to_str().unwrap().to_owned();
        (status, kind, to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    async fn book(router: &Router, path: &str) -> Book {
        let (status, _, bytes) = get(router, path).await;
        assert_eq!(status, StatusCode::OK, "{path} : {}", String::from_utf8_lossy(&bytes));
        Xlsx::new(Cursor::new(bytes)).unwrap()
    }

    fn rows(book: &mut Book, sheet: &str) -> Vec<Vec<Data>> {
        let range = book.worksheet_range(sheet).unwrap_or_else(|error| panic!("{sheet} : {error}"));
        range.rows().map(<[Data]>::to_vec).collect()
    }

    /// The facts of a provenance, by name: « Exclusion » comes several times.
    fn facts(book: &mut Book) -> BTreeMap<String, Vec<Data>> {
        let mut facts: BTreeMap<String, Vec<Data>> = BTreeMap::new();
        for row in rows(book, "Provenance").into_iter().skip(1) {
            facts.entry(row[0].to_string()).or_default().push(row[1].clone());
        }
        facts
    }

    fn day(cell: &Data) -> Date {
        let Data::DateTime(at) = cell else { panic!("{cell:?} n'est pas un jour") };
        let days = at.as_f64().floor() as i64;
        date(1899, 12, 30).checked_add(jiff::Span::new().days(days)).unwrap()
    }

    /// Figures of rules of Lyon, of rules of the network, of indicators.
    const LIVRES: [(&str, &[&str], bool); 15] = [
        (
            "/observatoire/membres.xlsx?cohorte=pacea-2019&centre=69382S00&case=tous",
            &["centre", "public", "à côté de"],
            true,
        ),
        (
            "/observatoire.xlsx?cohorte=pacea-2019&centre=69382S00",
            &["centre", "public", "à côté de"],
            true,
        ),
        ("/controles.xlsx?centre=69382S00&gravite=high", &["gravité", "famille", "centre"], false),
        ("/controles.xlsx", &["gravité", "famille", "centre"], false),
        (
            "/controles/PAC-07/objets.xlsx?centre=69382S00&antenne=Nord",
            &["centre", "conseiller", "antenne", "dossier"],
            false,
        ),
        ("/controles/PAC-07/objets.xlsx", &["centre", "conseiller", "antenne", "dossier"], false),
        ("/indicateurs.xlsx?periode=2019", &["groupe de pairs"], true),
        ("/indicateurs/positions.xlsx?periode=2019", &["groupe de pairs"], true),
        (
            "/tableaux/direction/classeur.xlsx?periode=2019&centre=69382S00",
            &["centre", "antenne", "conseiller", "groupe de pairs"],
            true,
        ),
        ("/tableaux/charge-de-mission/classeur.xlsx?periode=2019", &["centre"], true),
        ("/centres/69382S00/niveaux.xlsx?periode=2019", &["centre"], true),
        ("/et-si.xlsx?centre=69382S00&indicateur=PAC-R", &["centre"], true),
        (
            "/indicateurs/PAC-R/liste.xlsx?periode=2019&centre=69382S00&part=numerateur",
            &["périmètre", "conseiller", "antenne", "liste"],
            true,
        ),
        (
            "/indicateurs/PAC-R/liste.xlsx?periode=2019&niveau=region&cle=84&part=denominateur",
            &["périmètre", "conseiller", "antenne", "liste"],
            true,
        ),
        (
            "/indicateurs/QUA-H/liste.xlsx?periode=2019&centre=69382S00&part=numerateur",
            &["périmètre", "conseiller", "antenne", "liste"],
            true,
        ),
    ];

    #[tokio::test]
    async fn every_workbook_says_what_by_what_over_what_and_when() {
        let router = site();
        for (path, filters, dated) in LIVRES {
            let mut book = book(&router, path).await;
            let facts = facts(&mut book);
            let one = |name: &str| {
                let found = facts.get(name).unwrap_or_else(|| panic!("{path} : {name}"));
                assert_eq!(found.len(), 1, "{path} : {name}");
                found[0].clone()
            };
            assert!(!one("Contenu").to_string().is_empty());
            assert_eq!(one("Version de Mallette").to_string(), env!("CARGO_PKG_VERSION"));
            assert_eq!(one("Empreinte des définitions").to_string().len(), 16, "{path}");
            let written = facts.iter().find(|(name, _)| name.starts_with("Écrit le")).unwrap();
            assert_eq!(day(&written.1[0]), date(2019, 11, 6), "{path}");
            for filter in filters {
                assert!(!one(&format!("Filtre\u{a0}: {filter}")).to_string().is_empty(), "{path}");
            }
            if dated {
                assert_eq!(day(&one("Premier jour de la période")), date(2019, 1, 1));
                assert_eq!(day(&one("Dernier jour de la période")), date(2019, 12, 31));
            }
            assert_eq!(day(&one("Extraction la plus récente")), date(2019, 11, 4), "{path}");
            let exclusions: Vec<String> =
                facts["Exclusion"].iter().map(ToString::to_string).collect();
            assert!(exclusions.iter().any(|text| text.contains("orphelins")), "{path}");
            assert!(exclusions.iter().any(|text| text.contains("rejetées")), "{path}");
            assert!(one("Signes").to_string().contains("nc"));
        }
    }

    #[tokio::test]
    async fn the_definitions_are_whole_with_their_parameters() {
        let router = site();
        for path in ["/controles.xlsx", "/controles/PAC-07/objets.xlsx?centre=69382S00"] {
            let mut book = book(&router, path).await;
            let told: BTreeMap<String, Data> = rows(&mut book, "Définitions")
                .into_iter()
                .filter(|row| row[0] == "PAC-07")
                .map(|row| (row[2].to_string(), row[3].clone()))
                .collect();
            assert_eq!(told["Paramètre «\u{a0}jours\u{a0}»"], Data::Float(30.0), "{path}");
            assert!(told["Phrase"].to_string().contains("aucune situation"), "{path}");
            assert!(told["Définition"].to_string().starts_with("PACEA terminé"), "{path}");
            assert_eq!(told["Source"].to_string(), "Répertoire de Mallette, règles", "{path}");
            assert!(told["Ce qu'elle retient"].to_string().contains("'30 days'"), "{path}");
            assert_eq!(told["Empreinte de la définition"].to_string().len(), 16, "{path}");
        }
        let mut book = book(
            &router,
            "/indicateurs/QUA-H/liste.xlsx?periode=2019&centre=69382S00&part=numerateur",
        )
        .await;
        let text: String =
            rows(&mut book, "Définitions").iter().map(|row| row[3].to_string()).collect();
        assert!(text.contains("PAC-07, ") && !text.contains("MARGE-01"), "{text}");
        let list = rows(&mut book, "QUA-H numérateur");
        assert_eq!(list.len(), 1 + 30);
        assert_eq!(
            (list[0][2].to_string().as_str(), list[1][2].to_string().as_str()),
            ("Règle", "PAC-07")
        );
    }

    #[tokio::test]
    async fn extracts_are_those_of_the_perimeter_and_lead_to_their_files() {
        let router = site();
        let mut book = book(&router, "/controles/PAC-07/objets.xlsx").await;
        let extracts = rows(&mut book, "Extractions");
        assert_eq!(extracts.len(), 1 + 4);
        let of = |name: &str| extracts.iter().find(|row| row[1] == *name).unwrap();
        let lyon = of("69-ML LYON");
        assert_eq!(lyon[0].to_string(), LYON);
        assert_eq!((day(&lyon[2]), day(&lyon[3])), (date(2019, 11, 4), date(2019, 11, 5)));
        assert_eq!(
            (lyon[4].clone(), lyon[5].to_string()),
            (Data::Float(123_456.0), "v-69382S00".into())
        );
        assert_eq!((lyon[7].clone(), lyon[8].clone()), (Data::Empty, Data::Float(0.0)));
        assert_eq!(day(&of("38-ML GRENOBLE")[2]), date(2019, 9, 20));
        assert_eq!(of(HOSTILE_NAME)[5].to_string(), "v-01053S00");
        assert_eq!(of("42-ML ROANNE")[2].to_string(), "non reçue (…)");
        let files = rows(&mut book, "Fichiers");
        assert_eq!(lyon[6].to_string(), "imp-1, imp-2");
        let own: Vec<&Vec<Data>> = files.iter().filter(|row| row[0] == "imp-2").collect();
        assert_eq!(own.len(), 2, "{files:?}");
        assert_eq!(own[0][2].to_string(), "dossiers.csv");
        assert_eq!(own[0][5].to_string(), "0123456789abcdef0123");
        // 4,000 rows read: 3,870 kept, 120 refused, 10 met twice.
        assert_eq!(own[0][6..10], [4000.0, 3870.0, 120.0, 10.0].map(Data::Float));
        assert_eq!(own[1][3].to_string(), "Parcours");
        let mut book =
            self::book(&router, &format!("/controles/PAC-07/objets.xlsx?centre={GRENOBLE}")).await;
        let extracts = rows(&mut book, "Extractions");
        assert_eq!((extracts.len(), extracts[1][0].to_string().as_str()), (2, GRENOBLE));
        assert!(rows(&mut book, "Fichiers").iter().skip(1).all(|row| row[0] == "imp-1"));
    }

    #[tokio::test]
    async fn any_period_is_computed_on_demand_and_its_figures_are_proved() {
        let router = site();
        let query = format!("du=2019-02-01&au=2019-03-15&centre={LYON}");
        let path = format!("/indicateurs/PAC-R?{query}");
        let text = async |path: &str| {
            let (status, _, bytes) = get(&router, path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            String::from_utf8(bytes).unwrap().replace("&#38;", "&")
        };
        let waiting = text(&path).await;
        assert!(waiting.contains("Calcul en cours") && waiting.contains("role=\"status\""));
        assert!(waiting.contains("http-equiv=\"refresh\""), "{waiting}");
        assert!(waiting.contains(&format!("data-suivi=\"{path}\"")), "{waiting}");
        let page = text(&path).await;
        assert!(page.contains("Période\u{a0}: du 01/02/2019 au 15/03/2019"), "{page}");
        assert!(page.contains("value=\"2019-02-01\"") && page.contains("value=\"2019-03-15\""));
        // 30 of 100 at Lyon.
        assert!(page.contains("30,0\u{a0}%"), "{page}");
        let period = "2019-02-01..2019-03-15";
        let liste =
            format!("/indicateurs/PAC-R/liste?centre={LYON}&periode={period}&part=numerateur");
        assert!(page.contains(&liste), "{page}");
        let mut book = book(&router, &format!("/indicateurs.xlsx?periode={period}")).await;
        assert_eq!(day(&facts(&mut book)["Premier jour de la période"][0]), date(2019, 2, 1));
    }

    /// The charter has no figure: its workbook says which text it is, and who says it.
    #[tokio::test]
    async fn the_charter_is_a_workbook_that_says_where_each_text_comes_from() {
        let catalogue = mallette_catalogue::Catalogue::builtin().unwrap();
        let mut book = book(&site(), "/charte.xlsx").await;
        for sheet in ["Principes", "Actes et champs", "Exemples", "Règles", "Variantes", "Versions"]
        {
            assert!(book.sheet_names().contains(&sheet.to_owned()), "{sheet}");
        }
        let fields: usize = catalogue.charte.actes.iter().map(|acte| acte.champs.len()).sum();
        assert_eq!(rows(&mut book, "Actes et champs").len(), fields + 1);
        let examples: usize = catalogue.charte.actes.iter().map(|acte| acte.exemples.len()).sum();
        assert_eq!(rows(&mut book, "Exemples").len(), examples + 1);
        let rules = rows(&mut book, "Règles");
        assert_eq!(rules.len(), catalogue.regles.len() + 1);
        for rule in rules.iter().skip(1) {
            // An act that answers for it, or the reason why none does.
            let (act, why) = (rule[4].to_string(), rule.get(5).map(ToString::to_string));
            assert!(act.is_empty() != why.unwrap_or_default().is_empty(), "{}", rule[0]);
        }
        let facts = facts(&mut book);
        assert!(facts.contains_key("Source de «\u{a0}Premier accueil\u{a0}»"), "{facts:?}");
    }
}
