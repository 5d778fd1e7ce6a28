//! Campaigns on a real data directory: they keep their versions whatever is imported, undone or
//! swept after them. The query engine is the test's: its figures are the day of the extraction.

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::Path;
    use std::sync::Arc;
    use std::time::Duration;

    use futures::future::BoxFuture;
    use jiff::Timestamp;
    use mallette_app::atelier::{AtelierLocal, Demande, Usage};
    use mallette_app::etat::Etat;
    use mallette_app::port::{Atelier, Figures, Moteur, Part, Question, Refus, Source};
    use mallette_catalogue::Catalogue;
    use mallette_domain::periode::Periode;
    use mallette_domain::resultat::{
        Compte, Cumul, Groupe, Mesure, MesuresPeriode, Niveau, Objet, Portion, Preuve,
        ResultatRegle, Resultats,
    };
    use mallette_registry::{NouveauxGroupes, Registry, sqlite_url};
    use mallette_warehouse::cles::Maitresse;
    use mallette_warehouse::objets;
    use mallette_warehouse::resultats::{self, Conserves};
    use mallette_warehouse::{SourceMaitresse, Warehouse};

    const LYON: &str = "69382S00";
    const GRENOBLE: &str = "38185S00";

    /// Catches as many objects as the day of the extraction, half of them by each of two
    /// conseillers, and counts as much.
    struct Double {
        catalogue: Arc<Catalogue>,
    }

    fn day(source: &Source) -> u64 {
        u64::from(source.date_extraction.day().unsigned_abs())
    }

    fn objet(source: &Source, rank: u64) -> Objet {
        Objet {
            structure_id: source.structure_id.clone(),
            table: "dossiers".to_owned(),
            id: format!("{}-{rank}", source.date_extraction),
            dossier_id: None,
            conseiller_id: Some(format!("C{}", rank % 2)),
            antenne: None,
        }
    }

    fn evaluate(source: &Source) -> Resultats {
        let groupe = |conseiller: &str| {
            Arc::new(Groupe {
                structure_id: source.structure_id.clone(),
                antenne: None,
                conseiller_id: Some(conseiller.to_owned()),
            })
        };
        let mesure = |niveau, sous_cle: &str| Mesure {
            code: "ACC-N".to_owned(),
            niveau,
            structure_id: source.structure_id.clone(),
            sous_cle: sous_cle.to_owned(),
            cumul: Cumul { numerateur: day(source) as f64, ..Cumul::default() },
        };
        let caught = |anomalies| Compte { evalues: 100, anomalies };
        Resultats {
            date_extraction: source.date_extraction,
            regles: vec![ResultatRegle {
                code: "DOS-01".to_owned(),
                comptes: vec![
                    (groupe("C0"), caught(day(source).div_ceil(2))),
                    (groupe("C1"), caught(day(source) / 2)),
                ],
            }],
            indicateurs: vec![MesuresPeriode {
                periode: "2019".parse().unwrap(),
                mesures: vec![mesure(Niveau::Conseiller, "C1"), mesure(Niveau::Structure, "")]
                    .into(),
            }],
        }
    }

    impl Moteur for Double {
        fn enrich(
            &self,
            sources: Vec<Source>,
            _: Arc<dyn Fn(&str) + Send + Sync>,
        ) -> BoxFuture<'_, Result<(), Refus>> {
            Box::pin(async move {
                for source in sources {
                    let caught = (0..day(&source)).map(|rank| objet(&source, rank)).collect();
                    let lists = BTreeMap::from([("DOS-01".to_owned(), caught)]);
                    objets::write(&source.dir, &lists).unwrap();
                    let catalogue = self.catalogue.empreinte();
                    let kept = Conserves { catalogue, resultats: evaluate(&source) };
                    resultats::write(&source.dir, &kept).unwrap();
                }
                Ok(())
            })
        }

        fn list_population(
            &self,
            source: Source,
            _: Question,
        ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
            let preuve = |objet| Preuve { objet, regle: None, mesure: None };
            let list = (0..day(&source)).map(|rank| preuve(objet(&source, rank)));
            let list: Vec<Preuve> = list.collect();
            Box::pin(async move { Ok(list) })
        }

        fn evaluate_periode(
            &self,
            sources: Vec<Source>,
            periode: Periode,
            _: Vec<ResultatRegle>,
        ) -> BoxFuture<'_, Result<MesuresPeriode, Refus>> {
            let own = sources.iter().map(evaluate).flat_map(|results| results.indicateurs);
            let mesures = own.flat_map(|kept| kept.mesures).collect();
            Box::pin(async move { Ok(MesuresPeriode { periode, mesures }) })
        }
    }

    async fn open(dir: &Path) -> Arc<AtelierLocal> {
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let moteur = Arc::new(Double { catalogue: Arc::clone(&catalogue) });
        let told = Arc::new(|_| {});
        let key = SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]));
        let (warehouse, usage) = (Warehouse::open_with(dir, key).unwrap(), Usage::Pages);
        let open =
            AtelierLocal::open_with(warehouse, catalogue, moteur, Timestamp::now, usage, told);
        open.await.unwrap()
    }

    /// Imports one dossier of each centre, extracted on that day of 2019; the import.
    async fn import(atelier: &Arc<AtelierLocal>, month_day: &str, centres: &[&str]) -> String {
        let dir = tempfile::tempdir().unwrap();
        let mut text = "structure_id;dossier_id;date_naissance\n".to_owned();
        for centre in centres {
            text.push_str(&format!("{centre};D{month_day};2000-01-01\n"));
        }
        let path = dir.path().join(format!("dossiers_2019-{month_day}.csv"));
        fs::write(&path, text).unwrap();
        let demande = Demande { chemins: vec![path], ..Demande::default() };
        let bilan = atelier.import(demande, Arc::new(|_| {})).await.unwrap();
        bilan.import_id.unwrap()
    }

    /// Each centre, its extraction and the objects caught.
    fn figures(etat: &Etat) -> Vec<(String, String, u64)> {
        let centres = etat.centres.iter().map(|(id, centre)| {
            let caught = centre.resultats.regles[0].total().anomalies;
            (id.clone(), centre.version.date_extraction.to_string(), caught)
        });
        centres.collect()
    }

    fn line(centre: &str, month_day: &str, caught: u64) -> (String, String, u64) {
        (centre.to_owned(), format!("2019-{month_day}"), caught)
    }

    #[tokio::test]
    async fn a_campaign_keeps_its_figures_whatever_comes_after() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        import(&atelier, "10-04", &[LYON, GRENOBLE]).await;
        atelier.fix_campagne(" 2019-10 ".to_owned(), false).await.unwrap();
        let second = import(&atelier, "11-07", &[LYON]).await;
        atelier.fix_campagne("2019-11".to_owned(), false).await.unwrap();
        let noms: Vec<_> = atelier.etat().campagnes.iter().map(|c| c.nom.clone()).collect();
        assert_eq!(noms, ["2019-11", "2019-10"], "the latest extraction first");

        let october = [line(GRENOBLE, "10-04", 4), line(LYON, "10-04", 4)];
        let november = [line(GRENOBLE, "10-04", 4), line(LYON, "11-07", 7)];
        for reopened in [false, true] {
            let atelier = if reopened { open(dir.path()).await } else { Arc::clone(&atelier) };
            if !reopened {
                atelier.undo_import(second.clone()).await.unwrap();
            }
            // Undone, swept at the second opening: the campaign still has it.
            assert_eq!(figures(&atelier.etat()), october);
            let first = atelier.at_campagne("2019-10".to_owned()).await.unwrap();
            assert_eq!(figures(&first.etat()), october);
            let last = atelier.at_campagne("2019-11".to_owned()).await.unwrap();
            assert_eq!(figures(&last.etat()), november);
            let lyon = &last.etat().centres[LYON];
            let before = lyon.precedents.as_ref().unwrap().regles[0].total().anomalies;
            assert_eq!(before, 4, "compared with the version before");
            assert_eq!(last.etat().campagne.as_deref(), Some("2019-11"));
            assert_eq!(last.etat().imports.len(), 2);
            // The lists are those of its versions too: as long as the figures.
            let (count, list) = last.objets(LYON, "DOS-01", 0, 50).unwrap();
            assert_eq!((count, list.len(), list[0].id.as_str()), (7, 7, "2019-11-07-0"));
            assert_eq!(atelier.objets(LYON, "DOS-01", 0, 50).unwrap().0, 4);
            let list = |part: Arc<dyn Atelier>| async move {
                let periode = "2019".parse().unwrap();
                let question = Question {
                    indicateur: "ACC-N".to_owned(),
                    periode,
                    part: Part::Denominateur,
                    portion: Portion::default(),
                };
                part.list_population(LYON.to_owned(), question).await
            };
            assert_eq!(list(last).await.unwrap().len(), 7);
            assert_eq!(list(atelier as Arc<dyn Atelier>).await.unwrap().len(), 4);
        }
    }

    #[tokio::test]
    async fn what_changes_no_figure_throws_nothing_computed_away() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        import(&atelier, "10-04", &[LYON, GRENOBLE]).await;
        import(&atelier, "11-07", &[LYON]).await;
        let before = atelier.etat();
        assert!(before.centres[LYON].precedents.is_some());
        // A setting of somebody's account, say: written, read again, and nothing of it is a figure.
        let registry = Registry::open(&sqlite_url(&dir.path().join("mallette.db"))).await.unwrap();
        let unite = registry.begin(Timestamp::UNIX_EPOCH).await.unwrap();
        unite.commit().await.unwrap();
        for _ in 0..2 {
            atelier.refresh().await.unwrap();
            assert!(Arc::ptr_eq(&before, &atelier.etat()));
        }
        // What does change is read: a campaign, an import undone, whatever stood before it.
        atelier.fix_campagne("2019-11".to_owned(), false).await.unwrap();
        assert_eq!(atelier.etat().campagnes.len(), 1);
        let third = import(&atelier, "11-21", &[LYON]).await;
        let caught = |etat: &Etat| {
            let lyon = &etat.centres[LYON];
            let count = |resultats: &Resultats| resultats.regles[0].total().anomalies;
            (count(&lyon.resultats), lyon.precedents.as_deref().map(count))
        };
        assert_eq!(caught(&atelier.etat()), (21, Some(7)));
        atelier.undo_import(third).await.unwrap();
        assert_eq!(caught(&atelier.etat()), (7, Some(4)));
    }

    /// The figure of Lyon over a period that is not stored, once it is computed.
    async fn computed(atelier: &Arc<dyn Atelier>, periode: Periode) -> f64 {
        for _ in 0..500 {
            match atelier.figures(periode) {
                Figures::Pretes(etat) => {
                    let stored = &etat.centres[LYON].resultats.indicateurs;
                    assert_eq!((stored.len(), stored[0].periode), (1, periode));
                    let whole = stored[0].mesures.iter().find(|m| m.niveau == Niveau::Structure);
                    return whole.unwrap().cumul.numerateur;
                }
                Figures::EnCalcul => tokio::time::sleep(Duration::from_millis(10)).await,
                Figures::Refusees(refus) => panic!("{refus}"),
            }
        }
        panic!("never computed");
    }

    #[tokio::test]
    async fn a_period_on_demand_is_that_of_the_versions_at_hand() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        import(&atelier, "10-04", &[LYON]).await;
        atelier.fix_campagne("a".to_owned(), false).await.unwrap();
        import(&atelier, "11-07", &[LYON]).await;
        let fixed = atelier.at_campagne("a".to_owned()).await.unwrap();
        let current = Arc::clone(&atelier) as Arc<dyn Atelier>;
        let periode: Periode = "2019-02-03..2019-03-09".parse().unwrap();
        assert!(matches!(fixed.figures(periode), Figures::EnCalcul));
        assert_eq!(
            (computed(&fixed, periode).await, computed(&current, periode).await),
            (4.0, 7.0)
        );
        // Each is still there when the other was asked for.
        assert!(matches!(fixed.figures(periode), Figures::Pretes(_)));
        assert!(matches!(current.figures(periode), Figures::Pretes(_)));
        let late = current.figures("2021".parse().unwrap());
        assert!(matches!(late, Figures::Refusees(_)), "no extract goes so far");
    }

    #[tokio::test]
    async fn what_another_process_does_shows() {
        let dir = tempfile::tempdir().unwrap();
        let served = open(dir.path()).await;
        let every = Duration::from_millis(20);
        let follow = Arc::clone(&served).follow(every, Arc::new(|_| {}), |_| {});
        let follow = tokio::spawn(follow);
        let other = open(dir.path()).await;
        import(&other, "10-04", &[LYON]).await;
        other.fix_campagne("a".to_owned(), false).await.unwrap();
        for _ in 0..500 {
            if served.etat().campagnes.len() == 1 {
                break;
            }
            tokio::time::sleep(every).await;
        }
        follow.abort();
        assert_eq!(figures(&served.etat()), [line(LYON, "10-04", 4)]);
        assert_eq!(served.etat().campagnes[0].nom, "a");
    }

    #[tokio::test]
    async fn figures_by_centre_are_those_of_the_versions_without_their_conseillers() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        import(&atelier, "10-04", &[LYON, GRENOBLE]).await;
        atelier.fix_campagne("a".to_owned(), false).await.unwrap();
        import(&atelier, "11-07", &[LYON]).await;
        atelier.fix_campagne("b".to_owned(), false).await.unwrap();
        for _ in 0..2 {
            for (nom, caught) in [("a", 4), ("b", 7)] {
                let etat = atelier.synthese(nom.to_owned()).await.unwrap();
                assert_eq!(etat.centres[LYON].resultats.regles[0].total().anomalies, caught);
                let lyon = &etat.centres[LYON].resultats;
                assert_eq!(lyon.regles[0].comptes.len(), 1);
                assert_eq!(lyon.indicateurs[0].mesures.len(), 1);
            }
        }
    }

    #[tokio::test]
    async fn what_two_extractions_measure_alike_is_held_once() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        // Two extractions of the same day of their month: the stand-in measures the day.
        for (month_day, nom) in [("09-04", "a"), ("10-04", "b"), ("11-07", "c")] {
            import(&atelier, month_day, &[LYON]).await;
            atelier.fix_campagne(nom.to_owned(), false).await.unwrap();
        }
        Arc::clone(&atelier).warm().await.unwrap();
        let mut held = Vec::new();
        for nom in ["a", "b", "c"] {
            let etat = atelier.synthese(nom.to_owned()).await.unwrap();
            held.push(etat.centres[LYON].resultats.indicateurs[0].mesures.clone());
        }
        assert!(held[0].is_shared_with(&held[1]), "alike");
        assert!(held[0] != held[2], "and what differs is not");
    }

    #[tokio::test]
    async fn a_campaign_is_kept_in_memory_until_something_changes() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        import(&atelier, "10-04", &[LYON]).await;
        atelier.fix_campagne("a".to_owned(), false).await.unwrap();
        let read = async |nom: &str| atelier.at_campagne(nom.to_owned()).await.unwrap().etat();
        let (first, again) = (read("a").await, read("a").await);
        assert!(Arc::ptr_eq(&first, &again));
        import(&atelier, "11-07", &[LYON]).await;
        atelier.fix_campagne("a".to_owned(), true).await.unwrap();
        assert_eq!(figures(&*read("a").await), [line(LYON, "11-07", 7)]);
        // Three campaigns asked for in turn: two are kept, the others are read again.
        for nom in ["b", "c"] {
            atelier.fix_campagne(nom.to_owned(), false).await.unwrap();
        }
        let kept = [read("a").await, read("b").await, read("c").await];
        assert!(Arc::ptr_eq(&kept[2], &read("c").await));
        assert!(Arc::ptr_eq(&kept[1], &read("b").await));
        assert!(!Arc::ptr_eq(&kept[0], &read("a").await));
    }

    #[tokio::test]
    async fn results_that_are_missing_are_computed_at_the_start() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        import(&atelier, "10-04", &[LYON]).await;
        atelier.fix_campagne("a".to_owned(), false).await.unwrap();
        for month_day in ["11-07", "12-02", "12-09"] {
            import(&atelier, month_day, &[LYON]).await;
        }
        let sources = atelier.perimetre(Some("a")).await.unwrap().sources;
        fs::remove_file(sources[0].dir.join("resultats.json")).unwrap();
        let refused = atelier.at_campagne("a".to_owned()).await.err().unwrap().0;
        assert!(refused.contains("Relancer"), "{refused}");
        let again = open(dir.path()).await.at_campagne("a".to_owned()).await.unwrap();
        assert_eq!(figures(&again.etat()), [line(LYON, "10-04", 4)]);
    }

    #[tokio::test]
    async fn what_cannot_be_done_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        let refused = async |nom: &str, replace| {
            atelier.fix_campagne(nom.to_owned(), replace).await.unwrap_err().0
        };
        assert!(refused("a", false).await.contains("Aucun centre n'a de données"));
        import(&atelier, "10-04", &[LYON]).await;
        atelier.fix_campagne("a".to_owned(), false).await.unwrap();
        assert!(refused(" a ", false).await.contains("déjà fixée"));
        assert!(refused("  ", true).await.contains("doit porter un nom"));
        let unknown = atelier.at_campagne("b".to_owned()).await.err().unwrap().0;
        assert!(unknown.contains("« b » n'existe pas") && unknown.contains("Campagnes : a."));
        assert!(atelier.synthese("b".to_owned()).await.is_err());
        assert!(atelier.perimetre(Some("b")).await.is_err());
        assert!(atelier.remove_campagne("b".to_owned()).await.is_err());
        atelier.remove_campagne("a".to_owned()).await.unwrap();
        assert!(atelier.etat().campagnes.is_empty());
        assert!(atelier.at_campagne("a".to_owned()).await.is_err());
    }

    #[tokio::test]
    async fn a_command_works_on_the_versions_of_a_campaign() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        import(&atelier, "10-04", &[LYON]).await;
        atelier.fix_campagne("a".to_owned(), false).await.unwrap();
        import(&atelier, "11-07", &[LYON, GRENOBLE]).await;
        let now = atelier.perimetre(None).await.unwrap();
        assert_eq!(now.portee.to_string(), "2\u{a0}centres sur 2, extractions du 07/11/2019");
        let then = atelier.perimetre(Some("a")).await.unwrap();
        assert_eq!(
            then.portee.to_string(),
            "Campagne a\u{a0}: 1\u{a0}centre sur 2, extraction du 04/10/2019"
        );
        assert_eq!(then.sources.len(), 1);
        assert!(then.sources[0].dir.join("dossiers.parquet").is_file());
        assert_ne!(then.sources[0].dir, now.sources[1].dir);
        assert_eq!(then.rattachements.keys().collect::<Vec<_>>(), [LYON]);
        let numbers = atelier.real_ids(LYON, &then.versions[LYON].id).unwrap();
        assert_eq!(numbers.into_values().collect::<Vec<_>>(), ["D10-04"]);
    }

    #[tokio::test]
    async fn a_campaign_is_compared_in_the_groups_of_its_year() {
        let dir = tempfile::tempdir().unwrap();
        let atelier = open(dir.path()).await;
        import(&atelier, "10-04", &[LYON, GRENOBLE]).await;
        atelier.fix_campagne("a".to_owned(), false).await.unwrap();
        let registry = Registry::open(&sqlite_url(&dir.path().join("mallette.db"))).await.unwrap();
        let now: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let adopt = async |annee, groupe: &str| {
            let mut unite = registry.begin(now).await.unwrap();
            let new = NouveauxGroupes {
                annee,
                calcules: false,
                motif: "essai".to_owned(),
                contenu: "{}".to_owned(),
                centres: BTreeMap::from([(LYON.to_owned(), groupe.to_owned())]),
                par: "p1".to_owned(),
            };
            let rang = unite.adopt_groupes(&new).await.unwrap();
            unite.commit().await.unwrap();
            atelier.refresh().await.unwrap();
            rang
        };
        let group = |etat: &Etat, id: &str| {
            let shown = etat.centres[id].rattachement.groupe_pairs.clone();
            assert_eq!(shown, etat.reseau[id].groupe_pairs, "one place for one centre");
            shown
        };
        let said = group(&atelier.etat(), LYON);
        adopt(2020, "Plus tard").await;
        assert_eq!(group(&atelier.etat(), LYON), said, "not of the year of these extracts");
        adopt(2019, "Dense").await;
        let latest = adopt(2019, "Très dense").await;
        assert_eq!(group(&atelier.etat(), LYON).as_deref(), Some("Très dense"));
        assert_eq!(group(&atelier.etat(), GRENOBLE), None);
        let then = atelier.at_campagne("a".to_owned()).await.unwrap();
        assert_eq!(group(&then.etat(), LYON).as_deref(), Some("Très dense"));
        let command = atelier.perimetre(Some("a")).await.unwrap();
        assert_eq!(command.rattachements[LYON].groupe_pairs.as_deref(), Some("Très dense"));
        let mut unite = registry.begin(now).await.unwrap();
        unite.withdraw_groupes(latest, "erreur", "p1").await.unwrap();
        unite.commit().await.unwrap();
        atelier.refresh().await.unwrap();
        assert_eq!(group(&atelier.etat(), LYON).as_deref(), Some("Dense"));
    }
}
