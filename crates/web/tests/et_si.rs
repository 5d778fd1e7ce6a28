//! A forecast through the pages, over a real warehouse and a real registry: kept on one extract, held against
//! the next. Only the query engine is a stand-in, which catches what it is told.

#[cfg(test)]
#[path = "commun/html.rs"]
#[expect(dead_code, reason = "the tests of all pages use more of it")]
mod html;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode, header};
    use calamine::{Reader, Xlsx};
    use futures::FutureExt;
    use futures::future::BoxFuture;
    use jiff::Timestamp;
    use jiff::civil::{Date, date};
    use mallette_app::administration::suites::Declaration;
    use mallette_app::atelier::{AtelierLocal, Demande, Usage};
    use mallette_app::comptes::{Comptes, Reglage};
    use mallette_app::port::{Moteur, Question, Refus, Source};
    use mallette_app::suites::GenreSuite;
    use mallette_catalogue::Catalogue;
    use mallette_courriel::SansCourriel;
    use mallette_domain::acces::{Acces, Habilitation, Role};
    use mallette_domain::periode::{Periode, year};
    use mallette_domain::resultat::{
        Compte, Cumul, Groupe, Mesure, MesuresPeriode, Niveau, Objet, Preuve, ResultatRegle,
        Resultats,
    };
    use mallette_domain::table::TABLES;
    use mallette_warehouse::cles::Maitresse;
    use mallette_warehouse::resultats::{self, Conserves};
    use mallette_warehouse::{SourceMaitresse, Warehouse, objets};
    use tower::ServiceExt;

    use super::html;

    const LYON: &str = "69382S00";
    /// The centre that takes Lyon in.
    const NOUVEAU: &str = "42147S00";
    const PREMIER: Date = date(2026, 9, 1);
    const DEUXIEME: Date = date(2026, 10, 1);
    const TROISIEME: Date = date(2026, 10, 2);

    /// Catches, by day, dossiers of DOS-01 (major: each counts in QUA-H, out of ten dossiers).
    struct Moule {
        catalogue: Arc<Catalogue>,
        plan: BTreeMap<Date, Vec<&'static str>>,
        warehouse: Warehouse,
    }

    impl Moule {
        fn results(&self, source: &Source) -> (Resultats, Vec<Objet>) {
            let caught = self.plan.get(&source.date_extraction).cloned().unwrap_or_default();
            let keys = self.warehouse.trousseau();
            let list: Vec<Objet> = caught
                .iter()
                .map(|id| {
                    let pseudonym = self.warehouse.pseudonym(&keys, LYON, id).unwrap();
                    Objet {
                        structure_id: source.structure_id.clone(),
                        table: "dossiers".to_owned(),
                        id: pseudonym.clone(),
                        dossier_id: Some(pseudonym),
                        conseiller_id: Some("C1".to_owned()),
                        antenne: None,
                    }
                })
                .collect();
            let groupe = Groupe { structure_id: source.structure_id.clone(), ..Groupe::default() };
            let anomalies = u64::try_from(list.len()).unwrap();
            let comptes = vec![(Arc::new(groupe), Compte { evalues: 10, anomalies })];
            let mesure = Mesure {
                code: "QUA-H".to_owned(),
                niveau: Niveau::Structure,
                structure_id: source.structure_id.clone(),
                sous_cle: String::new(),
                cumul: Cumul {
                    numerateur: f64::from(u32::try_from(list.len()).unwrap()),
                    denominateur: 10.0,
                    ..Cumul::default()
                },
            };
            let resultats = Resultats {
                date_extraction: source.date_extraction,
                regles: vec![ResultatRegle { code: "DOS-01".to_owned(), comptes }],
                indicateurs: vec![MesuresPeriode {
                    periode: year(2026),
                    mesures: vec![mesure].into(),
                }],
            };
            (resultats, list)
        }
    }

    impl Moteur for Moule {
        fn enrich(
            &self,
            sources: Vec<Source>,
            _: Arc<dyn Fn(&str) + Send + Sync>,
        ) -> BoxFuture<'_, Result<(), Refus>> {
            for source in sources {
                let (resultats, list) = self.results(&source);
                let catalogue = self.catalogue.empreinte();
                resultats::write(&source.dir, &Conserves { catalogue, resultats }).unwrap();
                objets::write(&source.dir, &BTreeMap::from([("DOS-01".to_owned(), list)])).unwrap();
            }
            async { Ok(()) }.boxed()
        }

        fn list_population(
            &self,
            _: Source,
            _: Question,
        ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
            async { Ok(Vec::new()) }.boxed()
        }

        fn evaluate_periode(
            &self,
            _: Vec<Source>,
            _: Periode,
            _: Vec<ResultatRegle>,
        ) -> BoxFuture<'_, Result<MesuresPeriode, Refus>> {
            async { Err(Refus("rien".to_owned())) }.boxed()
        }
    }

    fn horloge() -> Timestamp {
        "2026-10-02T12:00:00Z".parse().unwrap()
    }

    fn key() -> SourceMaitresse {
        SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]))
    }

    struct Banc {
        dir: tempfile::TempDir,
        atelier: Arc<AtelierLocal>,
        comptes: Arc<Comptes>,
        router: Router,
    }

    impl Banc {
        async fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let catalogue = Arc::new(Catalogue::builtin().unwrap());
            let moteur = Arc::new(Moule {
                warehouse: Warehouse::open_with(dir.path(), key()).unwrap(),
                catalogue: Arc::clone(&catalogue),
                plan: BTreeMap::from([
                    (PREMIER, vec!["d-1", "d-2", "d-3", "d-4"]),
                    (DEUXIEME, vec!["d-2", "d-4", "d-5"]),
                    (TROISIEME, vec![]),
                ]),
            });
            let warehouse = Warehouse::open_with(dir.path(), key()).unwrap();
            let told = Arc::new(|_| {});
            let opened =
                AtelierLocal::open_with(warehouse, catalogue, moteur, horloge, Usage::Pages, told);
            let atelier = opened.await.unwrap();
            let reglage =
                Reglage { adresse: "http://localhost:8080".to_owned(), reseau: "Essai".to_owned() };
            let comptes =
                Comptes::new(Arc::clone(&atelier), reglage, Arc::new(SansCourriel)).unwrap();
            let pages: Arc<AtelierLocal> = Arc::clone(&atelier);
            let comptes = Arc::new(comptes);
            let router = mallette_web::router(pages, Some(Arc::clone(&comptes)));
            Self { dir, atelier, comptes, router }
        }

        async fn import(&self, day: Date) {
            self.import_of(LYON, day).await;
        }

        async fn import_of(&self, centre: &str, day: Date) {
            let path = self.dir.path().join(format!("dossiers-{day}.csv"));
            let mut text = "structure_id;dossier_id;nom;prenom;date_naissance;statut;\
                            date_premier_accueil\n"
                .to_owned();
            for rank in 1..=10 {
                text.push_str(&format!(
                    "{centre};d-{rank};Martin;Alix;2004-05-02;ACTIF;2026-01-{:02}\n",
                    10 + day.month()
                ));
            }
            std::fs::write(&path, text).unwrap();
            // Every other table came too, and empty: nothing is missing to judge.
            let mut chemins = vec![path];
            for table in TABLES.iter().filter(|table| table.name != "dossiers") {
                let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
                let path = self.dir.path().join(format!("{}-{day}.csv", table.name));
                std::fs::write(&path, format!("{}\n", names.join(";"))).unwrap();
                chemins.push(path);
            }
            let demande = Demande { chemins, date_extraction: Some(day), ..Demande::default() };
            let bilan = self.atelier.import(demande, Arc::new(|_| {})).await.unwrap();
            assert_eq!(bilan.changes, 1, "{:?}", bilan.report);
        }

        async fn ask(&self, request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let location = response.headers().get(header::LOCATION);
            let location = location.map_or("", |value| value.to_str().unwrap()).to_owned();
            let status = response.status();
            let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
            (status, location, bytes)
        }

        async fn book(&self, path: &str) -> Xlsx<std::io::Cursor<Vec<u8>>> {
            let request = Request::get(path).header("host", "localhost:8080");
            let (status, _, bytes) = self.ask(request.body(Body::empty()).unwrap()).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            Xlsx::new(std::io::Cursor::new(bytes)).unwrap()
        }

        async fn page(&self, path: &str) -> String {
            let request = Request::get(path).header("host", "localhost:8080");
            let (status, _, bytes) = self.ask(request.body(Body::empty()).unwrap()).await;
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(status, StatusCode::OK, "{path} : {text}");
            assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
            text.replace("&#39;", "'").replace('\u{a0}', " ")
        }

        async fn post(&self, path: &str, body: &str) -> (StatusCode, String, String) {
            let request = Request::post(path)
                .header("host", "localhost:8080")
                .header("origin", "http://localhost:8080")
                .header("content-type", "application/x-www-form-urlencoded")
                .body(Body::from(body.to_owned()));
            let (status, location, bytes) = self.ask(request.unwrap()).await;
            (status, location, String::from_utf8(bytes).unwrap().replace("&#39;", "'"))
        }
    }

    /// A page without its tags: its numbers are links.
    fn seen(page: &str) -> String {
        let parts = page.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
        parts.collect()
    }

    /// The dossiers of a workbook, and why the first asks for what it does.
    fn efforts(book: &mut Xlsx<std::io::Cursor<Vec<u8>>>) -> (usize, String) {
        let sheet = book.worksheet_range("Dossiers").unwrap();
        let mut rows = sheet.rows();
        let titles = rows.next().unwrap();
        let why = titles.iter().position(|title| *title == "Pourquoi cet effort");
        let told = rows.next().unwrap()[why.unwrap()].to_string();
        (sheet.rows().count() - 1, told.replace('\u{a0}', " "))
    }

    const PAGE: &str = "/et-si?centre=69382S00&indicateur=QUA-H";

    #[tokio::test]
    async fn a_forecast_is_held_against_the_extract_that_follows() {
        let banc = Banc::new().await;
        let empty = banc.page("/et-si").await;
        assert!(empty.contains("Aucun centre"), "{empty}");
        banc.import(PREMIER).await;
        let target =
            format!("portee=interne&centre={LYON}&indicateur=QUA-H&annee=2026&objectif=20");
        let (status, location, _) = banc.post("/objectifs/fixer", &target).await;
        assert_eq!(
            (status, location.as_str()),
            (StatusCode::SEE_OTHER, "/objectifs/fixer?annee=2026&fait=fixe")
        );
        // Four out of ten: 40; two less for 20.
        let page = banc.page(PAGE).await;
        for text in [
            "4 anomalies pour 10 dossiers actifs",
            "Objectif : 20",
            "2 anomalies de moins",
            "2 premiers de la liste",
            "pas de position, moins de 20 cas sous la barre",
            "4 anomalies dans l'extraction du 01/09/2026, dont 4 d'un effet sûr",
            "Saisie à corriger",
            // What makes it so, and what the grades are.
            "Ouvrir l'identité du dossier, saisir ou corriger la date de naissance",
            "« Accompagnement à mener », un accompagnement à mener sur des semaines.",
            "Martin Alix",
        ] {
            assert!(page.contains(text), "{text} in {page}");
        }
        // Neither none nor more than there are.
        for nombre in ["0", "5"] {
            let form = format!("centre={LYON}&indicateur=QUA-H&nombre={nombre}");
            let (status, ..) = banc.post("/et-si/previsions", &form).await;
            assert_eq!(status, StatusCode::CONFLICT, "{nombre}");
        }
        let form = format!("centre={LYON}&indicateur=QUA-H&nombre=3");
        let (status, location, text) = banc.post("/et-si/previsions", &form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        let page = banc.page(&location).await;
        assert!(page.contains("Pas encore d'extraction depuis."), "{page}");
        assert!(page.contains("3 dossiers sur l'extraction du 01/09/2026"), "{page}");
        assert!(page.contains("objectif de 20"), "what three of them bring: {page}");

        banc.import(DEUXIEME).await;
        let page = banc.page(PAGE).await;
        // d-1 and d-3 went, d-2 and d-4 stand, d-5 came. The three are in the order of their pseudonyms.
        let gone = |told: &str| page.contains(told);
        let both = gone("2 ne sont plus signalés (faits, ou hors de la règle), 1 l'est encore");
        let one = gone("1 n'est plus signalé (fait, ou hors de la règle), 2 le sont encore");
        assert!(both != one, "{page}");
        // 10 expected, 30 came.
        assert!(page.contains("Chiffre : +20,0 par rapport à l'attendu."), "{page}");
        let told = "Parmi les autres tels qu'ils sont devenus : objectif de 20";
        let told = page.split(told).nth(1).unwrap();
        assert!(told.contains("non atteint."), "30 is above 20: {told}");
        let id = page.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let close = format!("centre={LYON}&indicateur=QUA-H&id={id}");
        let (status, ..) = banc.post("/et-si/previsions/cloture", &close).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        let (status, ..) = banc.post("/et-si/previsions/cloture", &close).await;
        assert_eq!(status, StatusCode::CONFLICT, "once");

        let request = Request::get("/et-si.xlsx?centre=69382S00&indicateur=QUA-H")
            .header("host", "localhost:8080");
        let (_, _, bytes) = banc.ask(request.body(Body::empty()).unwrap()).await;
        let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
        let (dossiers, why) = efforts(&mut book);
        assert_eq!(dossiers, 3, "those of the page");
        let expected = "une valeur à saisir, ou à corriger, dans ce qui existe : Ouvrir l'identité";
        assert!(why.starts_with(expected), "{why}");
        let targets = banc.page("/objectifs?annee=2026").await;
        assert!(targets.contains("non atteint (+10,0)"), "{targets}");
        assert!(
            seen(&targets).contains("Sur 1 objectif de 2026, 1 n'est pas atteint."),
            "{targets}"
        );
        assert!(targets.contains("class=\"graphique-dessin cible\""), "{targets}");
        assert!(targets.contains("se mesure au jour de l'extraction"), "{targets}");
        // Three anomalies for ten dossiers where two would do: one fewer, three months before the year ends.
        assert!(targets.contains("1 anomalie de moins d'ici la fin de l'année"), "{targets}");

        // A forecast that is closed stays what it was, whatever comes afterwards.
        banc.import(TROISIEME).await;
        let page = banc.page(PAGE).await;
        assert!(page.contains("0 anomalie pour 10 dossiers actifs"), "{page}");
        assert!(page.contains("Au 01/10/2026 : "), "{page}");
        assert!(page.contains("Chiffre : +20,0 par rapport à l'attendu."), "{page}");
    }

    /// Lyon becomes another centre on the 15th of September.
    async fn merge(banc: &Banc) {
        let le = date(2026, 9, 15);
        let one = |code: &str| [code.to_owned()];
        let merger = Declaration::checked(GenreSuite::Fusion, one(LYON), one(NOUVEAU), le).unwrap();
        let admin = Habilitation {
            role: Role::Administrateur,
            structure_id: None,
            conseiller_id: None,
            debut: None,
            fin: None,
        };
        let acces = Acces::on(date(2026, 10, 2), &[admin], BTreeSet::new());
        let kept = banc.comptes.declare_suites(("machine", &acces), &merger).await.unwrap();
        assert_eq!(kept.as_deref(), Some("avant-2026-09-15"));
    }

    /// Lyon merges into another centre in the course of the year: its target, its share of the funding and its
    /// forecasts are still there to be read, with its last figure.
    #[tokio::test]
    async fn a_merger_loses_neither_targets_nor_funding_nor_forecasts() {
        let banc = Banc::new().await;
        banc.import(PREMIER).await;
        let fixed = |portee: &str| {
            format!("portee={portee}&centre={LYON}&indicateur=QUA-H&annee=2026&objectif=20")
        };
        for (path, form) in [
            ("/objectifs/fixer", fixed("reseau")),
            ("/objectifs/fixer", fixed("interne")),
            ("/et-si/previsions", format!("centre={LYON}&indicateur=QUA-H&nombre=3")),
            (
                "/objectifs/performance",
                format!(
                    "annee=2026&lue=0&part=10&atteinte=proportion&plancher=0&poids-QUA-H=1&bases={LYON}%3B1000"
                ),
            ),
        ] {
            let (status, _, text) = banc.post(path, &form).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {text}");
        }
        merge(&banc).await;
        // Until the new centre has sent its own data, the old one counts.
        let targets = banc.page("/objectifs?annee=2026").await;
        assert!(seen(&targets).contains("Sur 2 objectifs de 2026"), "{targets}");
        banc.import_of(NOUVEAU, DEUXIEME).await;

        let targets = banc.page("/objectifs?annee=2026").await;
        for text in [
            "Aucun objectif n'est saisi pour 2026 dans un centre qui compte encore",
            "Centres terminés",
            "Fusionné dans ",
            "le 15/09/2026",
            "au 01/09/2026, campagne « avant-2026-09-15 »",
            // Four out of ten: 40 for 20 at most.
            "non atteint (+20,0)",
            "fixé au centre",
            "interne au centre",
        ] {
            assert!(targets.contains(text), "{text} in {targets}");
        }
        assert!(!seen(&targets).contains("Sur 2 objectifs"), "{targets}");
        let own = banc.page(&format!("/objectifs?annee=2026&centre={LYON}")).await;
        assert_eq!(own.matches("Fusionné dans ").count(), 2, "{own}");
        let other = banc.page(&format!("/objectifs?annee=2026&centre={NOUVEAU}")).await;
        assert!(!other.contains("Fusionné dans "), "{other}");
        let mut book = banc.book("/objectifs.xlsx?annee=2026").await;
        let rows = book.worksheet_range("Centres terminés").unwrap();
        let first: Vec<String> =
            rows.rows().nth(1).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!((&*first[0], &*first[8]), (LYON, "avant-2026-09-15"));
        assert_eq!(first[10], "40");

        // Its funding stays in the total, with the figure that it had: 20 for 40 is a half of 100 €.
        let share = banc.page("/objectifs/performance?annee=2026").await;
        for text in [
            "Fusionné dans ",
            "Ses chiffres sont ceux de la campagne « avant-2026-09-15 »",
            "40,0 (4 anomalies pour 10 dossiers actifs, au 01/09/2026) pour un objectif de 20,0",
            "50,00 € acquis (50,00 %)",
        ] {
            assert!(share.contains(text), "{text} in {share}");
        }
        let link = share.split("href=\"/indicateurs/QUA-H?").nth(1).unwrap();
        let link = format!("/indicateurs/QUA-H?{}", link.split('"').next().unwrap());
        assert!(link.ends_with("campagne=avant-2026-09-15"), "{link}");
        let figure = banc.page(&link.replace("&#38;", "&")).await;
        assert!(figure.contains("4 anomalies pour 10 dossiers actifs"), "{figure}");

        // What was a page is no 404, and the forecast is below.
        let page = banc.page(PAGE).await;
        for text in [
            "Fusionné dans ",
            "il n'y a plus rien à passer ici",
            "3 dossiers sur l'extraction du 01/09/2026",
            "aucune de ses extractions ne vient plus la confirmer",
        ] {
            assert!(page.contains(text), "{text} in {page}");
        }
        let form = format!("centre={LYON}&indicateur=QUA-H&nombre=1");
        let (status, ..) = banc.post("/et-si/previsions", &form).await;
        assert_eq!(status, StatusCode::CONFLICT, "nothing more to forecast");
        let unknown = Request::get("/et-si?centre=99999S99").header("host", "localhost:8080");
        let (status, ..) = banc.ask(unknown.body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_period_that_no_extract_reaches_is_refused_in_words_and_never_a_zero() {
        let banc = Banc::new().await;
        banc.import(PREMIER).await;
        for path in [
            "/indicateurs",
            "/indicateurs.xlsx",
            "/indicateurs/QUA-H",
            "/indicateurs/positions",
            "/indicateurs/guide",
            "/centres/69382S00/indicateurs",
            "/centres/69382S00/niveaux",
            "/centres/69382S00/niveaux.xlsx",
            "/centres/69382S00/niveaux.csv",
            "/tableaux/direction",
        ] {
            let path = format!("{path}?periode=2031");
            let request = Request::get(&path).header("host", "localhost:8080");
            let (status, _, bytes) = banc.ask(request.body(Body::empty()).unwrap()).await;
            let text = String::from_utf8(bytes).unwrap().replace("&#39;", "'");
            assert_eq!(status, StatusCode::CONFLICT, "{path} : {text}");
            assert!(text.contains("Aucune extraction reçue ne va jusqu'au 01/01/2031"), "{text}");
            assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
        }
        // « Et si… » is of a year that is stored.
        for annee in ["2031", "2019-T1", "demain"] {
            for file in ["", ".xlsx", ".csv"] {
                let path = format!("/et-si{file}?centre={LYON}&indicateur=QUA-H&annee={annee}");
                let request = Request::get(&path).header("host", "localhost:8080");
                let (status, _, bytes) = banc.ask(request.body(Body::empty()).unwrap()).await;
                let text = String::from_utf8(bytes).unwrap().replace(['\u{a0}'], " ");
                assert_eq!(status, StatusCode::CONFLICT, "{path} : {text}");
                assert!(text.contains("n&#39;est pas une année calculée"), "{text}");
                assert!(text.contains("Années calculées : 2026."), "{text}");
            }
        }
        let year = banc.page(&format!("{PAGE}&annee=2026")).await;
        assert!(year.contains("<option value=\"2026\" selected>"), "{year}");
        assert!(year.contains("name=\"annee\" value=\"2026\""), "{year}");
        // What was received still stands.
        assert!(banc.page("/indicateurs/QUA-H?periode=2026").await.contains("40,0"));
    }
}
