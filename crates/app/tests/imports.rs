//! Imports launched from a page, over a real warehouse and a real registry: only the query engine
//! is a stand-in.

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::{Path, PathBuf};
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;

    use futures::FutureExt;
    use futures::future::BoxFuture;
    use jiff::Timestamp;
    use jiff::civil::date;
    use mallette_app::atelier::{AtelierLocal, Usage};
    use mallette_app::lecture::imports::Rapport;
    use mallette_app::port::{Atelier, EcartTable, Moteur, Question, Refus, Source};
    use mallette_app::suivi::{Avancement, Lecture};
    use mallette_catalogue::Catalogue;
    use mallette_domain::periode::Periode;
    use mallette_domain::resultat::{MesuresPeriode, Preuve, ResultatRegle, Resultats};
    use mallette_warehouse::cles::Maitresse;
    use mallette_warehouse::objets;
    use mallette_warehouse::resultats::{self, Conserves};
    use mallette_warehouse::{SourceMaitresse, Warehouse};

    const LYON: &str = "69382S00";
    const GRENOBLE: &str = "38185S00";
    const CANARI: &str = "KANARIDUPONT";

    /// Stores empty results; may die, or never end.
    #[derive(Default)]
    struct Essai {
        dies: AtomicBool,
        hangs: AtomicBool,
    }

    impl Moteur for Essai {
        fn enrich(
            &self,
            sources: Vec<Source>,
            progress: Arc<dyn Fn(&str) + Send + Sync>,
        ) -> BoxFuture<'_, Result<(), Refus>> {
            async move {
                progress("Contrôle des règles");
                assert!(!self.dies.load(Ordering::Relaxed), "le moteur meurt");
                if self.hangs.load(Ordering::Relaxed) {
                    std::future::pending::<()>().await;
                }
                for source in sources {
                    let empty = Resultats {
                        date_extraction: source.date_extraction,
                        regles: Vec::new(),
                        indicateurs: Vec::new(),
                    };
                    let catalogue = String::new();
                    let kept = Conserves { catalogue, resultats: empty };
                    resultats::write(&source.dir, &kept).unwrap();
                    objets::write(&source.dir, &BTreeMap::new()).unwrap();
                }
                Ok(())
            }
            .boxed()
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

    struct Banc {
        dir: tempfile::TempDir,
        moteur: Arc<Essai>,
        atelier: Arc<AtelierLocal>,
    }

    /// One second more at each look: two versions never share a moment.
    fn horloge() -> Timestamp {
        static NOW: Mutex<i64> = Mutex::new(1_572_940_800);
        let mut now = NOW.lock().unwrap();
        *now += 1;
        Timestamp::from_second(*now).unwrap()
    }

    impl Banc {
        async fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            let moteur = Arc::new(Essai::default());
            let engine: Arc<Essai> = Arc::clone(&moteur);
            let catalogue = Arc::new(Catalogue::builtin().unwrap());
            let (usage, told) = (Usage::Pages, Arc::new(|_| {}));
            let key = SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]));
            let warehouse = Warehouse::open_with(dir.path(), key).unwrap();
            let opened =
                AtelierLocal::open_with(warehouse, catalogue, engine, horloge, usage, told);
            let atelier = opened.await.unwrap();
            Self { dir, moteur, atelier }
        }

        /// Receives files as a deposit does, and starts their import.
        fn start(&self, fichiers: &[(&str, &str)]) -> Result<u64, Refus> {
            let dir = self.atelier.reception().unwrap();
            let paths = fichiers.iter().map(|(nom, text)| {
                let path = dir.join(nom);
                std::fs::write(&path, text).unwrap();
                path
            });
            let paths: Vec<PathBuf> = paths.collect();
            self.atelier.start_import(paths, None, None, None)
        }

        async fn end(&self, job: u64) -> Avancement {
            for _ in 0..600 {
                match self.atelier.avancement(job).unwrap() {
                    Avancement::EnCours { .. } => {
                        tokio::time::sleep(Duration::from_millis(20)).await
                    }
                    ended => return ended,
                }
            }
            panic!("l'import {job} ne finit pas : {:?}", self.atelier.avancement(job));
        }

        async fn import(&self, fichiers: &[(&str, &str)]) -> Avancement {
            self.end(self.start(fichiers).unwrap()).await
        }

        /// Imports and gives the identifier.
        async fn imported(&self, fichiers: &[(&str, &str)]) -> String {
            match self.import(fichiers).await {
                Avancement::Fait { import_id: Some(id), .. } => id,
                other => panic!("{other:?}"),
            }
        }

        /// Folders of the reception.
        fn received(&self) -> usize {
            let dir = self.dir.path().join("reception");
            std::fs::read_dir(dir).map(Iterator::count).unwrap_or_default()
        }

        fn dated(&self, centre: &str) -> Option<jiff::civil::Date> {
            let etat = self.atelier.etat();
            etat.centres.get(centre).map(|centre| centre.version.date_extraction)
        }
    }

    fn refused(avancement: Avancement) -> String {
        match avancement {
            Avancement::Refuse { raison, .. } => raison.0,
            other => panic!("{other:?}"),
        }
    }

    fn parcours(ids: &[&str]) -> String {
        let lines: String = ids.iter().map(|id| format!("{LYON};{id};D1\n")).collect();
        format!("structure_id;parcours_id;dossier_id\n{lines}")
    }

    fn holds(dir: &Path, text: &str) -> bool {
        std::fs::read_dir(dir).unwrap().any(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                return holds(&path, text);
            }
            let bytes = std::fs::read(&path).unwrap();
            bytes.windows(text.len()).any(|window| window == text.as_bytes())
        })
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_refusal_names_the_file_as_the_person_did() {
        let banc = Banc::new().await;
        let told = refused(banc.import(&[("vide 2019-11-04.csv", "")]).await);
        assert!(told.starts_with("vide 2019-11-04.csv :"), "{told}");
        let rows = format!("{}{LYON};P1;D2\n", parcours(&["P1"]));
        let id = banc.imported(&[("parcours_2019-11-04.csv", &rows)]).await;
        let etat = banc.atelier.etat();
        let import = etat.imports.iter().find(|import| import.id == id).unwrap();
        let rapport = Rapport::of(import);
        assert_eq!(rapport.fichiers()[0].chemin, "parcours_2019-11-04.csv");
        let rejet = rapport.rejets(None).next().unwrap();
        assert!(rejet.raison.contains("de parcours_2019-11-04.csv la remplace"), "{rejet:?}");
        assert!(!import.rapport.to_string().contains("reception"));
        assert_eq!(banc.received(), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_import_that_dies_is_a_refusal_and_the_next_one_passes() {
        let banc = Banc::new().await;
        let files = [("parcours_2019-11-04.csv", &*parcours(&["P1"]))];
        banc.moteur.dies.store(true, Ordering::Relaxed);
        let told = refused(banc.import(&files).await);
        assert!(told.contains("erreur imprévue") && !told.contains("panicked"), "{told}");
        assert_eq!((banc.received(), banc.dated(LYON)), (0, None));
        banc.moteur.dies.store(false, Ordering::Relaxed);
        banc.imported(&files).await;
        assert_eq!(banc.dated(LYON), Some(date(2019, 11, 4)));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_import_is_followed_by_file_and_stopped_with_nothing_changed() {
        let banc = Banc::new().await;
        banc.moteur.hangs.store(true, Ordering::Relaxed);
        let text = parcours(&["P1", "P2"]);
        let files = [("parcours_2019-11-04.csv", &*text)];
        let job = banc.start(&files).unwrap();
        let busy = banc.start(&files).unwrap_err().0;
        assert!(busy.contains("Un autre import est en cours"), "{busy}");
        for _ in 0..600 {
            let Some(Avancement::EnCours { etape, fichiers, arret }) = banc.atelier.avancement(job)
            else {
                panic!("{:?}", banc.atelier.avancement(job));
            };
            assert!(!arret);
            assert_eq!((fichiers.len(), fichiers[0].octets), (1, Some(text.len() as u64)));
            assert_eq!(fichiers[0].nom, "parcours_2019-11-04.csv");
            if etape == "Contrôle des règles" {
                assert_eq!((fichiers[0].lignes, fichiers[0].lecture), (2, Lecture::Faite));
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        banc.atelier.cancel_import(job).unwrap();
        let told = refused(banc.end(job).await);
        assert!(told.contains("arrêté à la demande"), "{told}");
        assert!(banc.atelier.cancel_import(job).is_err());
        assert_eq!((banc.received(), banc.dated(LYON)), (0, None));
        assert!(banc.atelier.etat().imports.is_empty());
        banc.moteur.hangs.store(false, Ordering::Relaxed);
        banc.imported(&files).await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_not_recognised_is_said_then_imported_again_without_sending_it() {
        let banc = Banc::new().await;
        let text = format!("Etab;Cle de passage;Jeune\n{LYON};P1;D1\n{LYON};P2;D1\n");
        let job = banc.start(&[("inconnu_2019-11-04.csv", &text)]).unwrap();
        let ended = banc.end(job).await;
        let Avancement::Refuse { reprise: Some(reprise), .. } = ended else { panic!("{ended:?}") };
        let sheet = &reprise.feuilles[0];
        assert_eq!((sheet.fichier.as_str(), &sheet.table), ("inconnu_2019-11-04.csv", &None));
        assert_eq!(sheet.entetes, ["Etab", "Cle de passage", "Jeune"]);
        assert_eq!(banc.received(), 1, "kept");

        for (entete, colonne) in
            [("Etab", "structure_id"), ("Cle de passage", "parcours_id"), ("Jeune", "dossier_id")]
        {
            let saved = banc.atelier.save_correspondance(
                "parcours".to_owned(),
                entete.to_owned(),
                colonne.to_owned(),
            );
            saved.await.unwrap();
        }
        assert!(banc.atelier.say_table(job, 1, "parcours".to_owned()).is_err());
        assert!(banc.atelier.say_table(job, 0, "rien".to_owned()).is_err());
        banc.atelier.say_table(job, 0, "parcours".to_owned()).unwrap();
        let again = banc.atelier.restart_import(job).unwrap();
        let ended = banc.end(again).await;
        assert!(
            matches!(&ended, Avancement::Fait { import_id: Some(_), reprise: None, .. }),
            "{ended:?}"
        );
        assert_eq!(banc.atelier.etat().centres[LYON].version.lignes, 2);
        assert_eq!(banc.received(), 0, "removed");
        assert!(banc.atelier.restart_import(job).is_err());

        // The next extraction is read without a question.
        let id = banc.imported(&[("inconnu_2019-12-02.csv", &text)]).await;
        assert!(!id.is_empty());
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_unchanged_import_still_offers_its_unknown_columns_and_its_files_can_be_let_go() {
        let banc = Banc::new().await;
        let text = format!("structure_id;parcours_id;dossier_id;Pointure\n{LYON};P1;D1;42\n");
        let files = [("parcours_2019-11-04.csv", text.as_str())];
        banc.imported(&files).await;
        assert_eq!(banc.received(), 1);
        let job = banc.start(&files).unwrap();
        let ended = banc.end(job).await;
        let Avancement::Fait { import_id: None, reprise: Some(reprise), .. } = ended else {
            panic!("{ended:?}")
        };
        assert_eq!(reprise.feuilles[0].inconnues, ["Pointure"]);
        assert_eq!(banc.received(), 1, "those of the first import are gone");
        banc.atelier.forget_files(job).unwrap();
        assert_eq!(banc.received(), 0);
        assert!(banc.atelier.forget_files(job).is_err());
        let Some(Avancement::Fait { reprise: None, .. }) = banc.atelier.avancement(job) else {
            panic!("{:?}", banc.atelier.avancement(job))
        };
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_older_extraction_never_takes_the_place_of_a_newer_one() {
        let banc = Banc::new().await;
        let november = banc.imported(&[("parcours_2019-11-04.csv", &parcours(&["P1"]))]).await;
        let older = [("parcours_2019-10-01.csv", &*parcours(&["P1", "P2"]))];
        let told = refused(banc.import(&older).await);
        for said in ["01/10/2019", "04/11/2019", LYON, "annuler d'abord"] {
            assert!(told.contains(said), "{said} : {told}");
        }
        assert_eq!(banc.dated(LYON), Some(date(2019, 11, 4)));
        assert_eq!(banc.atelier.etat().imports.len(), 1);
        banc.atelier.undo_import(november).await.unwrap();
        banc.imported(&older).await;
        assert_eq!(banc.dated(LYON), Some(date(2019, 10, 1)));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn refused_lines_go_to_their_centre_s_vault_whole_and_nowhere_in_clear() {
        let banc = Banc::new().await;
        let text = format!(
            "structure_id;dossier_id;nom;date_naissance\n\
             {LYON};D1;{CANARI};01/02/2000\n\
             {LYON};D2;{CANARI};31/02/2000\n\
             {GRENOBLE};D3;{CANARI};x\n\
             ABSENT;D4;{CANARI};01/02/2000\n"
        );
        let id = banc.imported(&[("dossiers_2019-11-04.csv", &text)]).await;
        assert!(!holds(banc.dir.path(), CANARI));
        let lines = |centre: &str| -> Vec<(u32, String)> {
            let feuillets = banc.atelier.rejets(&id, centre).unwrap();
            let lines = feuillets.iter().flat_map(|feuillet| &feuillet.lignes);
            lines.map(|ligne| (ligne.ligne, ligne.cellules.join("|"))).collect()
        };
        assert_eq!(lines(LYON), [(3, format!("{LYON}|D2|{CANARI}|31/02/2000"))]);
        assert_eq!(lines(GRENOBLE), [(4, format!("{GRENOBLE}|D3|{CANARI}|x"))]);
        assert!(lines("ABSENT").is_empty());
        let etat = banc.atelier.etat();
        assert_eq!(Rapport::of(&etat.imports[0]).renvois(), [(GRENOBLE, 1), (LYON, 1)]);
        assert_eq!(Rapport::of(&etat.imports[0]).rejets(None).count(), 3);
        let feuillets = banc.atelier.rejets(&id, LYON).unwrap();
        assert_eq!(feuillets[0].fichier, "dossiers_2019-11-04.csv");
        assert_eq!(feuillets[0].lignes[0].colonne, Some(3));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_changed_is_kept_for_older_imports_too() {
        let banc = Banc::new().await;
        let file = |month: u8| format!("parcours_2019-{month:02}-04.csv");
        let first = banc.imported(&[(&file(9), &parcours(&["P1", "P2", "P3"]))]).await;
        let second = banc.imported(&[(&file(10), &parcours(&["P2", "P3", "P4", "P5"]))]).await;
        let third = banc.imported(&[(&file(11), &parcours(&["P2"]))]).await;
        let mut told = Vec::new();
        for id in [first, second, third] {
            let compared = banc.atelier.versions_comparees(id).await.unwrap();
            assert_eq!(compared[0].structure_id, LYON);
            let ecarts = compared[0].ecarts.as_ref().map(|ecarts| ecarts.tables["parcours"]);
            told.push((compared[0].avant.is_some(), ecarts));
        }
        let ecart = |avant, apres, ajoutees, supprimees| EcartTable {
            avant,
            apres,
            ajoutees,
            supprimees,
            modifiees: 0,
        };
        assert_eq!(
            told,
            [(false, None), (true, Some(ecart(3, 4, 2, 1))), (true, Some(ecart(4, 1, 0, 3))),]
        );
    }
}
