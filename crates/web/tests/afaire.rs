//! The life of anomalies through the pages, over a real warehouse and a real registry: three extracts, what
//! each proves, what people say, two people at once, a sheet brought back, an undo. Only the query engine is
//! a stand-in, which catches what it is told.

#[cfg(test)]
#[path = "commun/html.rs"]
#[expect(dead_code, reason = "the tests of all pages use more of it")]
mod html;

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::io::Cursor;
    use std::path::PathBuf;
    use std::sync::{Arc, Mutex};

    use axum::Router;
    use axum::body::{Body, to_bytes};
    use axum::http::{Request, StatusCode, header};
    use calamine::{Reader, Xlsx};
    use futures::FutureExt;
    use futures::future::BoxFuture;
    use jiff::Timestamp;
    use jiff::civil::{Date, date};
    use mallette_app::atelier::{AtelierLocal, Demande, Usage};
    use mallette_app::comptes::{Comptes, Reglage};
    use mallette_app::port::{Atelier, Moteur, Question, Refus, Source};
    use mallette_app::vie::actes::Saisie;
    use mallette_app::vie::corrigees::Choisies;
    use mallette_app::vie::evolution::{Evolution, Totaux};
    use mallette_app::vie::fiche::{Constat, Texte};
    use mallette_app::vie::liste::{Etat, Filtre};
    use mallette_app::vie::retour::{CLE, COMMENTAIRE, ECHEANCE, JUSTIFICATION};
    use mallette_app::vie::{Cible, Qui};
    use mallette_app::visiteur::{Facteurs, Personne};
    use mallette_catalogue::Catalogue;
    use mallette_courriel::SansCourriel;
    use mallette_domain::acces::{Acces, Habilitation, Role};
    use mallette_domain::periode::Periode;
    use mallette_domain::resultat::{
        Compte, Groupe, MesuresPeriode, Objet, Preuve, ResultatRegle, Resultats,
    };
    use mallette_domain::vie::{Cause, Situation, Sort};
    use mallette_reports::bloc::{Bloc, Cellule};
    use mallette_reports::classeur;
    use mallette_warehouse::cles::Maitresse;
    use mallette_warehouse::resultats::{self, Conserves};
    use mallette_warehouse::{SourceMaitresse, Warehouse, objets};
    use tower::ServiceExt;

    use super::html;

    const LYON: &str = "69382S00";

    /// What the rule PAC-07 catches at each extraction date: parcours, by conseiller.
    type Plan = BTreeMap<Date, Vec<(&'static str, &'static str)>>;

    struct Moule {
        catalogue: Arc<Catalogue>,
        plan: Mutex<Plan>,
        /// Dates at which the rule judges nothing.
        muettes: Mutex<Vec<Date>>,
        /// What gives dossiers their pseudonyms.
        warehouse: Warehouse,
    }

    impl Moteur for Moule {
        fn enrich(
            &self,
            sources: Vec<Source>,
            _: Arc<dyn Fn(&str) + Send + Sync>,
        ) -> BoxFuture<'_, Result<(), Refus>> {
            for source in sources {
                let day = source.date_extraction;
                let caught = self.plan.lock().unwrap().get(&day).cloned().unwrap_or_default();
                let list: Vec<Objet> = caught
                    .iter()
                    .map(|(id, conseiller)| Objet {
                        structure_id: source.structure_id.clone(),
                        table: "parcours".to_owned(),
                        id: (*id).to_owned(),
                        dossier_id: {
                            let keys = self.warehouse.trousseau();
                            let numero = format!("d-{id}");
                            Some(self.warehouse.pseudonym(&keys, LYON, &numero).unwrap())
                        },
                        conseiller_id: Some((*conseiller).to_owned()),
                        antenne: None,
                    })
                    .collect();
                let muette = self.muettes.lock().unwrap().contains(&day);
                let anomalies = u64::try_from(list.len()).unwrap();
                let groupe =
                    Groupe { structure_id: source.structure_id.clone(), ..Groupe::default() };
                let compte = Compte { evalues: if muette { 0 } else { 10 }, anomalies };
                let regle = ResultatRegle {
                    code: "PAC-07".to_owned(),
                    comptes: vec![(groupe.into(), compte)],
                };
                let resultats = Resultats {
                    date_extraction: day,
                    regles: vec![regle],
                    indicateurs: Vec::new(),
                };
                let catalogue = self.catalogue.empreinte();
                resultats::write(&source.dir, &Conserves { catalogue, resultats }).unwrap();
                objets::write(&source.dir, &BTreeMap::from([("PAC-07".to_owned(), list)])).unwrap();
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

    /// One second more at each look, from 25 November 2026.
    fn horloge() -> Timestamp {
        static NOW: Mutex<i64> = Mutex::new(1_795_608_000);
        let mut now = NOW.lock().unwrap();
        *now += 1;
        Timestamp::from_second(*now).unwrap()
    }

    struct Banc {
        dir: tempfile::TempDir,
        moteur: Arc<Moule>,
        atelier: Arc<AtelierLocal>,
        comptes: Arc<Comptes>,
        router: Router,
    }

    const PREMIER: Date = date(2026, 9, 1);
    const DEUXIEME: Date = date(2026, 10, 1);
    const TROISIEME: Date = date(2026, 11, 1);

    impl Banc {
        async fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let catalogue = Arc::new(Catalogue::builtin().unwrap());
            let plan = BTreeMap::from([
                (PREMIER, vec![("P1", "C1"), ("P2", "C1"), ("P3", "C2")]),
                (DEUXIEME, vec![("P1", "C1"), ("P3", "C2"), ("P4", "C2")]),
                (TROISIEME, vec![("P1", "C1"), ("P4", "C2"), ("P5", "C1")]),
            ]);
            let moteur = Arc::new(Moule {
                warehouse: Warehouse::open_with(dir.path(), key()).unwrap(),
                catalogue,
                plan: Mutex::new(plan),
                muettes: Mutex::default(),
            });
            Self::open(dir, moteur, Usage::Pages).await
        }

        async fn open(dir: tempfile::TempDir, moteur: Arc<Moule>, usage: Usage) -> Self {
            let engine: Arc<Moule> = Arc::clone(&moteur);
            let warehouse = match usage {
                Usage::Lecture => Warehouse::open_read_only(dir.path(), key()),
                Usage::Commande | Usage::Pages => Warehouse::open_with(dir.path(), key()),
            };
            let (warehouse, catalogue) = (warehouse.unwrap(), Arc::clone(&moteur.catalogue));
            let told = Arc::new(|_| {});
            let opened =
                AtelierLocal::open_with(warehouse, catalogue, engine, horloge, usage, told);
            let atelier = opened.await.unwrap();
            let reglage =
                Reglage { adresse: "http://localhost:8080".to_owned(), reseau: "Essai".to_owned() };
            let comptes =
                Comptes::new(Arc::clone(&atelier), reglage, Arc::new(SansCourriel)).unwrap();
            let comptes = Arc::new(comptes);
            let pages: Arc<AtelierLocal> = Arc::clone(&atelier);
            let router = mallette_web::router(pages, Some(Arc::clone(&comptes)));
            Self { dir, moteur, atelier, comptes, router }
        }

        /// The same data, served otherwise.
        async fn again(self, usage: Usage) -> Self {
            let Self { dir, moteur, atelier, comptes, router } = self;
            atelier.close().await;
            drop((atelier, comptes, router));
            Self::open(dir, moteur, usage).await
        }

        /// Every file of the versions.
        fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
            let mut found = BTreeMap::new();
            let mut folders = vec![self.dir.path().join("versions")];
            while let Some(folder) = folders.pop() {
                for entry in std::fs::read_dir(folder).unwrap() {
                    let path = entry.unwrap().path();
                    match path.is_dir() {
                        true => folders.push(path),
                        false => drop(found.insert(path.clone(), std::fs::read(path).unwrap())),
                    }
                }
            }
            found
        }

        /// Imports an extract; the end of each parcours is the same in all but what is said of `P1`.
        async fn import(&self, day: Date, end_of_p1: &str) {
            let path = self.dir.path().join(format!("parcours-{day}.csv"));
            let mut text =
                "structure_id;parcours_id;dossier_id;dispositif;date_debut;date_fin\n".to_owned();
            for id in ["P1", "P2", "P3", "P4", "P5"] {
                let end = if id == "P1" { end_of_p1 } else { "2026-06-30" };
                text.push_str(&format!("{LYON};{id};d-{id};PACEA;2025-01-15;{end}\n"));
            }
            std::fs::write(&path, text).unwrap();
            let demande =
                Demande { chemins: vec![path], date_extraction: Some(day), ..Demande::default() };
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

        async fn page(&self, path: &str) -> String {
            let request = Request::get(path).header("host", "localhost:8080");
            let (status, _, bytes) = self.ask(request.body(Body::empty()).unwrap()).await;
            let text = String::from_utf8(bytes).unwrap();
            assert_eq!(status, StatusCode::OK, "{path} : {text}");
            assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
            text.replace("&#39;", "'")
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

        /// Brings a sheet back: what the page says of it.
        async fn bring(&self, nom: &str, octets: &[u8]) -> (StatusCode, String) {
            let part =
                |more: &str| format!("--B\r\ncontent-disposition: form-data; {more}\r\n\r\n");
            let centre = format!("{}{LYON}\r\n", part("name=\"centre\""));
            let file = part(&format!("name=\"fiche\"; filename=\"{nom}\""));
            let body = [centre.as_bytes(), file.as_bytes(), octets, &b"\r\n--B--\r\n"[..]].concat();
            let request = Request::post("/a-faire/retour")
                .header("host", "localhost:8080")
                .header("origin", "http://localhost:8080")
                .header("content-type", "multipart/form-data; boundary=B")
                .body(Body::from(body));
            let (status, _, bytes) = self.ask(request.unwrap()).await;
            let text = String::from_utf8(bytes).unwrap();
            (status, text.replace("&#39;", "'").replace('\u{a0}', " "))
        }

        /// Writes what the page of a sheet shows: where one goes then.
        async fn confirm(&self, page: &str) -> String {
            let mut form = format!("centre={LYON}");
            let start = page.find("/a-faire/retour/ecriture").unwrap();
            let end = start + page[start..].find("</form>").unwrap();
            for piece in page[start..end].split("<input type=\"hidden\" ").skip(2) {
                let name = field(piece, "name=\"").to_owned();
                let signs = [('%', "%25"), ('+', "%2B"), ('=', "%3D"), ('|', "%7C"), (' ', "+")];
                let value = field(piece, "value=\"").to_owned();
                let value =
                    signs.iter().fold(value, |text, (sign, code)| text.replace(*sign, code));
                form.push_str(&format!("&{name}={value}"));
            }
            let (status, location, text) = self.post("/a-faire/retour/ecriture", &form).await;
            assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
            location
        }

        /// How each anomaly stands: parcours, situation, age in days.
        async fn states(&self) -> Vec<(String, Situation, u32)> {
            let filtre = Filtre { etat: Etat::Toutes, ..Filtre::default() };
            let all = self.comptes.list_anomalies(&Qui::Machine, LYON, &filtre, (0, 100));
            let mut states: Vec<_> = all
                .await
                .unwrap()
                .lignes
                .into_iter()
                .map(|vue| (vue.anomalie.objet.id.clone(), vue.situation, vue.age))
                .collect();
            states.sort_by(|left, right| left.0.cmp(&right.0));
            states
        }

        async fn asked(&self) -> usize {
            let filtre = Filtre::default();
            let all = self.comptes.list_anomalies(&Qui::Machine, LYON, &filtre, (0, 100));
            all.await.unwrap().total
        }
    }

    fn key() -> SourceMaitresse {
        SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]))
    }

    fn is(id: &str, sort: Sort, age: u32) -> (String, Situation, u32) {
        (id.to_owned(), Situation::AFaire(sort), age)
    }

    fn field<'a>(page: &'a str, after: &str) -> &'a str {
        let from = page.find(after).unwrap_or_else(|| panic!("{after} is not in {page}"));
        page[from + after.len()..].split('"').next().unwrap()
    }

    #[tokio::test]
    async fn extracts_prove_what_is_new_what_persists_and_what_is_corrected() {
        let banc = Banc::new().await;
        let empty = banc.page("/a-faire").await;
        assert!(empty.contains("Aucun centre"), "{empty}");
        banc.page("/evolution").await;
        banc.import(PREMIER, "2026-06-30").await;
        let first = Sort::PremiereVue;
        assert_eq!(
            banc.states().await,
            [is("P1", first, 0), is("P2", first, 0), is("P3", first, 0)]
        );
        banc.import(DEUXIEME, "2026-06-30").await;
        let kept = Sort::Persistante;
        let second = [is("P1", kept, 30), is("P3", kept, 30), is("P4", Sort::Nouvelle, 0)];
        assert_eq!(banc.states().await, second);
        banc.import(TROISIEME, "2026-06-30").await;
        let third = [is("P1", kept, 61), is("P4", kept, 31), is("P5", Sort::Nouvelle, 0)];
        assert_eq!(banc.states().await, third);
        let evolution = banc.comptes.read_evolution(&Qui::Machine, Some(LYON)).await.unwrap();
        assert_eq!(evolution.dates, Some((TROISIEME, Some(DEUXIEME))));
        let total = evolution.total.totaux;
        assert_eq!((total.nouvelles, total.persistantes, total.disparues), (1, 2, 1));
        // One of the three judged again went.
        assert_eq!(total.taux(), Some(1.0 / 3.0));
        // P2 went at 30 days, P3 at 61; P1, P4 and P5 stand at 61, 31 and 0: four of four at risk at 30
        // days, one ends (3/4); two at 61, one ends (3/8).
        assert_eq!(evolution.total.demi_vie, Some(61));
        // A figure is as long as its list, whichever way it is cut.
        let present = total.nouvelles + total.persistantes + total.premieres_vues;
        assert_eq!(present, banc.states().await.len() as u64);
        let equipe = banc.comptes.team(&Qui::Machine, LYON).await.unwrap();
        for (conseiller, charge) in equipe.by_conseiller() {
            let filtre = Filtre { conseiller: conseiller.map(str::to_owned), ..Filtre::default() };
            let own =
                banc.comptes.list_anomalies(&Qui::Machine, LYON, &filtre, (0, 1)).await.unwrap();
            assert_eq!(own.total as u64, charge.a_traiter, "{conseiller:?}");
        }
        let by_conseiller = evolution.conseillers.values();
        assert_eq!(by_conseiller.clone().map(|one| one.disparues).sum::<u64>(), total.disparues);
        assert_eq!(by_conseiller.map(|one| one.persistantes).sum::<u64>(), total.persistantes);
        let gone = banc.page(&format!("/a-faire/{LYON}/PAC-07/parcours/P2")).await;
        assert!(gone.contains("Corrigée : l'extraction du 01/10/2026 le prouve"), "{gone}");
        let story =
            "<strong>Corrigée</strong> <span class=\"note\">par l'extraction du 01/10/2026</span>";
        let start =
            "<strong>Trouvée</strong> <span class=\"note\">par l'extraction du 01/09/2026</span>";
        assert!(gone.find(story).unwrap() < gone.find(start).unwrap(), "{gone}");
        corrected_are_a_list(&banc, &evolution).await;
        let sheet = banc.page(&format!("/a-faire?centre={LYON}&conseiller=C1&tout=1")).await;
        assert_eq!(sheet.matches("name=\"choix\"").count(), 2, "{sheet}");
        assert!(
            sheet.contains("Fiche à imprimer") && !sheet.contains("n'y tiennent pas"),
            "{sheet}"
        );
        lists_say_how_each_stands(&banc, present).await;
        // What correcting it moves is said beside each one.
        let list = banc.page(&format!("/a-faire?centre={LYON}&conseiller=*")).await;
        assert!(list.contains("Anomalies majeures pour 100 dossiers actifs"), "{list}");
        // No margin in that extract: the pages say zero, and none is made up.
        let margins = banc.page(&format!("/marges?centre={LYON}")).await;
        assert!(margins.contains("aucun effet démontré"), "{margins}");
        for path in ["/marges/calendrier", "/marges/devenir", "/marges?reseau=1"] {
            banc.page(path).await;
        }
        let page = banc.page(&format!("/evolution?centre={LYON}")).await;
        assert!(page.contains("de l'extraction du 01/10/2026 à celle du 01/11/2026"), "{page}");
        // The figure of all, that of the rule, that of C2; C1 has none.
        assert_eq!(page.matches("href=\"/a-faire/corrigees?").count(), 3, "{page}");
        assert!(page.contains("33,3"), "{page}");
        // An undo gives back what the second extract said, and not a word more.
        let last = banc.atelier.etat().imports[0].id.clone();
        banc.atelier.undo_import(last).await.unwrap();
        assert_eq!(banc.states().await, second);
        assert_eq!(banc.asked().await, 3);
    }

    /// As long as the figure, whichever way it is cut.
    async fn corrected_are_a_list(banc: &Banc, evolution: &Evolution) {
        let total = evolution.total.totaux;
        let every = Choisies::default();
        let corrected = banc.comptes.list_corrigees(&Qui::Machine, LYON, &every, (0, 10)).await;
        let corrected = corrected.unwrap();
        assert_eq!(corrected.dates, (TROISIEME, Some(DEUXIEME)));
        assert_eq!(corrected.total as u64, total.disparues);
        let [one] = corrected.lignes.as_slice() else { panic!("{corrected:?}") };
        let told = (one.objet.id.as_str(), one.depuis, one.age, one.responsable.as_deref());
        assert_eq!(told, ("P3", PREMIER, 61, Some("C2")));
        for (conseiller, sums) in &evolution.conseillers {
            let who = Some(conseiller.clone().unwrap_or_default());
            let choisies = Choisies { conseiller: who, regle: None };
            let own = banc.comptes.list_corrigees(&Qui::Machine, LYON, &choisies, (0, 0)).await;
            assert_eq!(own.unwrap().total as u64, sums.disparues, "{conseiller:?}");
            let counted = banc.comptes.count_corrigees(&Qui::Machine, LYON, &choisies).await;
            assert_eq!(counted.unwrap() as u64, sums.disparues, "{conseiller:?}");
        }
        let all = banc.comptes.count_corrigees(&Qui::Machine, LYON, &Choisies::default()).await;
        assert_eq!(all.unwrap() as u64, total.disparues);
        let page = banc.page(&format!("/a-faire/corrigees?centre={LYON}&regle=PAC-07")).await;
        let rows = page.matches("<th scope=\"row\">").count() as u64;
        assert!(rows == total.disparues && page.contains("61\u{a0}jours"), "{page}");
        let none = banc.page(&format!("/a-faire/corrigees?centre={LYON}&conseiller=C1")).await;
        assert!(none.contains("Rien n'a été corrigé avec ces choix"), "{none}");
    }

    /// The list of the rule and its file, which is narrowed by it.
    async fn lists_say_how_each_stands(banc: &Banc, present: u64) {
        let request = Request::get(format!("/controles/PAC-07/objets.csv?centre={LYON}"))
            .header("host", "localhost:8080");
        let (_, _, bytes) = banc.ask(request.body(Body::empty()).unwrap()).await;
        let csv = String::from_utf8(bytes).unwrap();
        let line = |id: &str| csv.lines().find(|line| line.contains(&format!(";{id};"))).unwrap();
        assert!(csv.lines().next().unwrap().ends_with("État;Depuis le;Âge (jours)"), "{csv}");
        assert!(line("P1").ends_with(";Persistante;2026-09-01;61"), "{csv}");
        assert!(line("P5").ends_with(";Nouvelle;2026-11-01;0"), "{csv}");
        let page = banc.page(&format!("/controles/PAC-07?centre={LYON}")).await;
        assert!(
            page.contains("<th scope=\"col\">État</th>") && page.contains("61\u{a0}jours"),
            "{page}"
        );
        let lines = |text: &str| text.matches("<th scope=\"row\" class=\"code\">P").count();
        let (mut sum, all) = (0, lines(&page));
        for etat in ["nouvelle", "persistante", "premiere_vue"] {
            let address = format!("/controles/PAC-07?centre={LYON}&etat={etat}");
            sum += lines(&banc.page(&address).await);
        }
        assert_eq!((all, sum), (usize::try_from(present).unwrap(), all));
    }

    #[tokio::test]
    async fn what_comes_back_says_that_it_had_been_corrected() {
        let banc = Banc::new().await;
        banc.moteur.plan.lock().unwrap().insert(TROISIEME, vec![("P2", "C1")]);
        for day in [PREMIER, DEUXIEME, TROISIEME] {
            banc.import(day, "2026-06-30").await;
        }
        assert_eq!(banc.states().await, [is("P2", Sort::Nouvelle, 0)]);
        let cible = |objet: &str| Cible {
            regle: "PAC-07".to_owned(),
            table: "parcours".to_owned(),
            objet: objet.to_owned(),
        };
        let told = async |objet: &str| {
            let read = banc.comptes.read_anomalie(&Qui::Machine, LYON, &cible(objet)).await;
            read.unwrap().unwrap().constats
        };
        let back = [
            (PREMIER, Constat::Trouvee),
            (DEUXIEME, Constat::Corrigee),
            (TROISIEME, Constat::Revenue),
        ];
        assert_eq!(told("P2").await, back);
        assert_eq!(
            told("P4").await,
            [(DEUXIEME, Constat::Trouvee), (TROISIEME, Constat::Corrigee)]
        );
        let page = banc.page(&format!("/a-faire/{LYON}/PAC-07/parcours/P2")).await;
        assert!(page.contains("Revenue, après avoir été corrigée"), "{page}");
    }

    #[tokio::test]
    async fn a_campaign_is_compared_with_the_one_before_whatever_came_between() {
        let banc = Banc::new().await;
        banc.import(PREMIER, "2026-06-30").await;
        banc.atelier.fix_campagne("2026-09".to_owned(), false).await.unwrap();
        banc.import(DEUXIEME, "2026-06-30").await;
        banc.import(TROISIEME, "2026-06-30").await;
        banc.atelier.fix_campagne("2026-11".to_owned(), false).await.unwrap();
        let evolution = banc.comptes.read_evolution(&Qui::Machine, Some(LYON)).await.unwrap();
        let [last, first] = evolution.campagnes.as_slice() else { panic!("{evolution:?}") };
        assert_eq!((last.nom.as_str(), last.centres), ("2026-11", 1));
        // Of P1, P2 and P3, only P1 is left; P4 and P5 came.
        let Totaux { nouvelles, persistantes, disparues, non_rejugees, .. } = last.totaux;
        assert_eq!((nouvelles, persistantes, disparues, non_rejugees), (2, 1, 2, 0));
        assert_eq!(last.totaux.taux(), Some(2.0 / 3.0));
        // Nothing comes before the first.
        assert_eq!((first.nom.as_str(), first.centres), ("2026-09", 0));
        assert_eq!(first.totaux, Totaux::default());
    }

    #[tokio::test]
    async fn a_rule_that_could_not_judge_closes_nothing() {
        let banc = Banc::new().await;
        banc.import(PREMIER, "2026-06-30").await;
        banc.moteur.plan.lock().unwrap().insert(DEUXIEME, Vec::new());
        banc.moteur.muettes.lock().unwrap().push(DEUXIEME);
        banc.import(DEUXIEME, "2026-06-29").await;
        assert_eq!(banc.states().await, []);
        let evolution = banc.comptes.read_evolution(&Qui::Machine, Some(LYON)).await.unwrap();
        let total = evolution.total.totaux;
        assert_eq!((total.disparues, total.non_rejugees), (0, 3));
        // P1 comes back with its age; P4 and P5 are new: the rule had judged the first extract.
        banc.import(TROISIEME, "2026-06-30").await;
        let expected = [
            is("P1", Sort::Persistante, 61),
            is("P4", Sort::Nouvelle, 0),
            is("P5", Sort::Nouvelle, 0),
        ];
        assert_eq!(banc.states().await, expected);
        let evolution = banc.comptes.read_evolution(&Qui::Machine, None).await.unwrap();
        assert_eq!(evolution.total.totaux.disparues, 2);
    }

    #[tokio::test]
    async fn justified_is_not_asked_again_until_its_row_changes() {
        let banc = Banc::new().await;
        banc.import(PREMIER, "2026-06-30").await;
        let page = banc.page(&format!("/a-faire/{LYON}/PAC-07/parcours/P1")).await;
        let key = field(&page, "name=\"choix\" value=\"").to_owned();
        assert_eq!(key, format!("{LYON}|PAC-07|parcours|0|P1"));
        let back = format!("/a-faire/{LYON}/PAC-07/parcours/P1");
        let form = |key: &str, rest: &str| {
            format!(
                "centre={LYON}&page=fiche&retour={back}&choix={}&{rest}",
                key.replace('|', "%7C")
            )
        };
        // Without a day, or for ever: nothing is written.
        for wrong in
            ["acte=justifier&texte=Relu", "acte=justifier&texte=Relu&jusqu_au=2036-01-01", "acte="]
        {
            let (status, ..) = banc.post("/a-faire/actes", &form(&key, wrong)).await;
            assert_eq!(status, StatusCode::CONFLICT, "{wrong}");
        }
        let why = "acte=justifier&texte=Zo%C3%A9+DUPONT+est+en+cong%C3%A9&jusqu_au=2027-03-01";
        let (status, location, text) = banc.post("/a-faire/actes", &form(&key, why)).await;
        assert_eq!(
            (status, location),
            (StatusCode::SEE_OTHER, format!("{back}?faites=1")),
            "{text}"
        );
        assert_eq!(banc.asked().await, 2);
        // Who read the page before is told, and both words are there.
        let late = "acte=commenter&texte=Je+le+rappelle+lundi";
        let (status, _, text) = banc.post("/a-faire/actes", &form(&key, late)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(text.contains("Quelqu'un d'autre vient d'agir"), "{text}");
        assert!(
            text.contains("DUPONT est en congé") && text.contains("Je le rappelle lundi"),
            "{text}"
        );
        // The reason is sealed: nobody reads it in the registry.
        let store = std::fs::read_dir(banc.dir.path()).unwrap().flatten();
        for file in
            store.filter(|file| file.file_name().to_string_lossy().starts_with("mallette.db"))
        {
            let bytes = std::fs::read(file.path()).unwrap();
            let found = bytes.windows(6).any(|part| part == b"DUPONT");
            assert!(!found, "{:?}", file.file_name());
        }
        // A director hands it over with the rest; texts are told, and nobody's name.
        let directeur = person(Role::Directeur, Some(LYON), None);
        let Qui::Personne(directeur) = directeur else { unreachable!() };
        let found = banc.comptes.find_jeunes(&directeur, LYON, "d-P1").await.unwrap().0;
        let [jeune] = found.as_slice() else { panic!("{found:?}") };
        let releve = banc.comptes.releve(&directeur, LYON, &jeune.dossier_id, true).await.unwrap();
        let [(cible, fait)] = releve.suivi.as_slice() else { panic!("{:?}", releve.suivi) };
        assert_eq!((cible.objet.as_str(), fait.acte.as_str()), ("P1", "justifier"));
        assert_eq!(fait.texte, Some(Texte::Lu("Zoé DUPONT est en congé".to_owned())));
        // Unchanged in the next extract: not asked.
        banc.import(DEUXIEME, "2026-06-30").await;
        let until = date(2027, 3, 1);
        assert_eq!(banc.states().await[0].1, Situation::Justifiee(until));
        assert_eq!(banc.asked().await, 2);
        // Its row changes: it returns, saying why.
        banc.import(TROISIEME, "2026-07-15").await;
        assert_eq!(banc.states().await[0].1, Situation::Revenue(Cause::LigneChangee));
        let page = banc.page(&format!("/a-faire?centre={LYON}&etat=revenue")).await;
        assert!(page.contains("la ligne a changé depuis sa justification"), "{page}");
        // Its names erased, what was written goes too; what was done stays.
        banc.comptes.erase_dossier(&directeur, LYON, &jeune.dossier_id, None).await.unwrap();
        let page = banc.page(&format!("/a-faire/{LYON}/PAC-07/parcours/P1")).await;
        assert!(!page.contains("DUPONT") && page.contains("Justifiée jusqu'au"), "{page}");
    }

    #[tokio::test]
    async fn an_import_during_an_act_writes_on_what_is_still_there_only() {
        let banc = Banc::new().await;
        banc.import(PREMIER, "2026-06-30").await;
        let all = Filtre { etat: Etat::Toutes, ..Filtre::default() };
        let seen = banc.comptes.list_anomalies(&Qui::Machine, LYON, &all, (0, 10)).await.unwrap();
        let choices: Vec<_> =
            seen.lignes.iter().map(|vue| (vue.anomalie.cible(), vue.version())).collect();
        let give = Saisie::Assigner { conseiller: Some("C9".to_owned()), echeance: None };
        // The list was read over the first extract; the second came before the form was sent.
        banc.import(DEUXIEME, "2026-06-30").await;
        let done = banc.comptes.act_on_anomalies(&Qui::Machine, LYON, choices.clone(), &give);
        let bilan = done.await.unwrap();
        assert_eq!((bilan.faites, bilan.absentes, bilan.depassees.len()), (2, 1, 0));
        // At once: an import and an act on all. Both go through, and the act is on every anomaly that
        // was there when it was read.
        let (acted, ()) = tokio::join!(
            banc.comptes.act_on_all(&Qui::Machine, LYON, &all, &give),
            banc.import(TROISIEME, "2026-06-30"),
        );
        assert_eq!(acted.unwrap().depassees, []);
        let equipe = banc.comptes.team(&Qui::Machine, LYON).await.unwrap();
        let hands = equipe.by_conseiller();
        assert!(hands[&Some("C9")].a_traiter >= 2, "{hands:?}");
        // The same choices, over a state that moved since: refused one by one, nothing written.
        let again =
            banc.comptes.act_on_anomalies(&Qui::Machine, LYON, choices, &give).await.unwrap();
        assert_eq!(again.faites, 0);
    }

    fn person(role: Role, centre: Option<&str>, conseiller: Option<&str>) -> Qui {
        let held = Habilitation {
            role,
            structure_id: centre.map(str::to_owned),
            conseiller_id: conseiller.map(str::to_owned),
            debut: None,
            fin: None,
        };
        Qui::Personne(Arc::new(Personne {
            id: "p".to_owned(),
            nom: "Une personne".to_owned(),
            acces: Arc::new(Acces::on(date(2026, 11, 25), &[held], BTreeSet::new())),
            facteurs: Facteurs::Complets,
            fermes: BTreeSet::new(),
            ecarts: BTreeMap::new(),
            preuve_le: Timestamp::UNIX_EPOCH,
            attestation: None,
            urgences: 0,
        }))
    }

    #[tokio::test]
    async fn each_sees_and_does_what_the_role_opens() {
        let banc = Banc::new().await;
        banc.import(PREMIER, "2026-06-30").await;
        let all = Filtre { etat: Etat::Toutes, ..Filtre::default() };
        let total = async |qui: &Qui, centre: &str| {
            let listed = banc.comptes.list_anomalies(qui, centre, &all, (0, 10)).await;
            listed.map(|liste| liste.total).ok()
        };
        let conseiller = person(Role::Conseiller, Some(LYON), Some("C1"));
        let referent = person(Role::Referent, Some(LYON), None);
        let voisin = person(Role::Directeur, Some("38185S00"), None);
        let charge = person(Role::ChargeDeMission, None, None);
        assert_eq!(total(&conseiller, LYON).await, Some(2));
        assert_eq!(total(&referent, LYON).await, Some(3));
        assert_eq!(total(&voisin, LYON).await, None);
        assert_eq!(total(&charge, LYON).await, None);
        // Numbers, and no conseiller, for who reads the network; nothing for the neighbour.
        let seen = banc.comptes.read_evolution(&charge, Some(LYON)).await.unwrap();
        assert_eq!((seen.total.totaux.premieres_vues, seen.conseillers.len()), (3, 0));
        assert!(banc.comptes.read_evolution(&voisin, Some(LYON)).await.is_err());
        assert!(banc.comptes.read_evolution(&voisin, None).await.unwrap().centres.is_empty());
        let proved = async |qui: &Qui| {
            let listed =
                banc.comptes.list_corrigees(qui, LYON, &Choisies::default(), (0, 10)).await;
            listed.map(|liste| (liste.total, liste.dates.1)).ok()
        };
        assert_eq!(proved(&conseiller).await, Some((0, None)));
        assert_eq!(proved(&referent).await, Some((0, None)));
        assert_eq!((proved(&voisin).await, proved(&charge).await), (None, None));
        // A conseiller acts on the own dossiers only, and gives nothing to others.
        let cible = |objet: &str| Cible {
            regle: "PAC-07".to_owned(),
            table: "parcours".to_owned(),
            objet: objet.to_owned(),
        };
        let on = |objet: &str| vec![(cible(objet), 0)];
        let mark = Saisie::AVerifier(true);
        let give = Saisie::Assigner { conseiller: Some("C1".to_owned()), echeance: None };
        let of_another = banc.comptes.act_on_anomalies(&conseiller, LYON, on("P3"), &mark).await;
        assert_eq!((of_another.clone().unwrap().faites, of_another.unwrap().absentes), (0, 1));
        assert!(banc.comptes.act_on_anomalies(&conseiller, LYON, on("P1"), &give).await.is_err());
        assert!(banc.comptes.read_anomalie(&conseiller, LYON, &cible("P3")).await.is_err());
        for stranger in [&voisin, &charge] {
            assert!(banc.comptes.act_on_anomalies(stranger, LYON, on("P1"), &mark).await.is_err());
        }
        // Given by the référent, it opens to the conseiller.
        let given = banc.comptes.act_on_anomalies(&referent, LYON, on("P3"), &give).await.unwrap();
        assert_eq!(given.faites, 1);
        assert_eq!(total(&conseiller, LYON).await, Some(3));
        assert!(
            banc.comptes.read_anomalie(&conseiller, LYON, &cible("P3")).await.unwrap().is_some()
        );
        // P2 goes, then what is left: to each the own ones, with what was given.
        for (day, own, all) in [(DEUXIEME, 1, 1), (TROISIEME, 1, 1)] {
            banc.import(day, "2026-06-30").await;
            let count = async |qui: &Qui| proved(qui).await.map(|(total, _)| total);
            assert_eq!((count(&conseiller).await, count(&referent).await), (Some(own), Some(all)));
        }
    }

    #[tokio::test]
    async fn where_nothing_may_be_written_lives_are_read_and_never_computed() {
        let banc = Banc::new().await;
        banc.import(PREMIER, "2026-06-30").await;
        banc.import(DEUXIEME, "2026-06-30").await;
        let (states, files) = (banc.states().await, banc.files());
        let banc = banc.again(Usage::Lecture).await;
        assert_eq!(banc.states().await, states);
        assert!(files == banc.files());
        // Lost, or of an earlier program: the next start that may write has them again, this one has not.
        let lives = |path: &&PathBuf| path.ends_with("vie.bin");
        for path in files.keys().filter(lives) {
            std::fs::remove_file(path).unwrap();
        }
        let left = banc.files();
        assert_eq!(left.len(), files.len() - 2);
        let banc = banc.again(Usage::Lecture).await;
        assert!(!banc.comptes.follows(LYON));
        banc.page("/evolution").await;
        assert!(left == banc.files());
        let banc = banc.again(Usage::Pages).await;
        assert_eq!(banc.states().await, states);
    }

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
        // Larger than any sheet that Mallette gives.
        let (status, _) = banc.bring("fiche.csv", "x".repeat(5 << 20).as_bytes()).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        // What was written in it stands in no folder.
        let left = std::fs::read_dir(banc.dir.path().join("reception"));
        assert_eq!(left.map(Iterator::count).unwrap_or_default(), 0);
    }

    #[tokio::test]
    async fn a_workbook_with_unknown_and_foreign_lines_asks_for_its_own_only() {
        let banc = Banc::new().await;
        banc.import(PREMIER, "2026-06-30").await;
        let key = |centre: &str, objet: &str| format!("{centre}|PAC-07|parcours|0|{objet}");
        let line = |cle: String, raison: &str, until: Cellule| {
            vec!["n° 1".into(), raison.into(), Cellule::Vide, until, cle.into()]
        };
        let mut fiche =
            Bloc::new("À faire", &["Dossier", JUSTIFICATION, COMMENTAIRE, ECHEANCE, CLE]);
        fiche.lignes = vec![
            line(key(LYON, "P1"), "=1+1, relu", Cellule::Jour(date(2027, 1, 31))),
            line(key("38185S00", "P1"), "D'un autre centre", Cellule::Vide),
            line(key(LYON, "P99"), "Inconnue", Cellule::Vide),
            line("collée d'ailleurs".to_owned(), "Sans clé", Cellule::Vide),
            vec![
                "n° 2".into(),
                Cellule::Vide,
                Cellule::Vide,
                Cellule::Vide,
                key(LYON, "P2").into(),
            ],
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
        for (nom, octets) in [("recette.xlsx", other.as_slice()), ("abîmé.xlsx", &octets[..200])]
        {
            let (status, page) = banc.bring(nom, octets).await;
            assert!(status.is_client_error(), "{nom} : {status} {page}");
        }
        assert_eq!(banc.asked().await, 2);
    }
}
