//! An installation with two centres, their directors, and what it takes to look for a name everywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use mallette_app::atelier::{AtelierLocal, Bilan, Demande, Horloge, Usage};
use mallette_app::comptes::{Comptes, Reglage};
use mallette_app::port::{Moteur, Question, Refus, Source};
use mallette_app::visiteur::{Facteurs, Personne};
use mallette_catalogue::Catalogue;
use mallette_courriel::SansCourriel;
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, Objet, Preuve, ResultatRegle, Resultats};
use mallette_domain::table::TABLES;
use mallette_registry::Registry;
use mallette_warehouse::cles::Maitresse;
use mallette_warehouse::resultats::{self, Conserves};
use mallette_warehouse::{SourceMaitresse, Warehouse, objets};

pub(crate) const LYON: &str = "69382S00";
pub(crate) const GRENOBLE: &str = "38185S00";

/// Catches the dossier that it is told, by one rule.
#[derive(Default)]
pub(crate) struct Double;

impl Moteur for Double {
    fn enrich(
        &self,
        sources: Vec<Source>,
        _: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        async move {
            for source in sources {
                let date_extraction = source.date_extraction;
                let (regles, indicateurs) = (Vec::new(), Vec::new());
                let empty = Resultats { date_extraction, regles, indicateurs };
                let kept = Conserves { catalogue: String::new(), resultats: empty };
                resultats::write(&source.dir, &kept).unwrap();
                let objet = |dossier: &str| Objet {
                    structure_id: source.structure_id.clone(),
                    table: "parcours".to_owned(),
                    id: "P1".to_owned(),
                    dossier_id: Some(dossier.to_owned()),
                    conseiller_id: None,
                    antenne: None,
                };
                let lists = BTreeMap::from([("PAC-07".to_owned(), vec![objet("quelqu'un")])]);
                objets::write(&source.dir, &lists).unwrap();
            }
            Ok(())
        }
        .boxed()
    }

    fn list_population(&self, _: Source, _: Question) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
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

/// The installation.
pub(crate) struct Banc {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) atelier: Arc<AtelierLocal>,
    pub(crate) comptes: Comptes,
}

pub(crate) fn open_warehouse(dir: &Path) -> Warehouse {
    Warehouse::open_with(dir, SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]))).unwrap()
}

/// The director of a centre.
pub(crate) fn directeur(centre: &str) -> Personne {
    let role = Habilitation {
        role: Role::Directeur,
        structure_id: Some(centre.to_owned()),
        conseiller_id: None,
        debut: None,
        fin: None,
    };
    let acces = Acces::on(date(2026, 11, 25), &[role], BTreeSet::new());
    Personne {
        id: format!("dir-{centre}"),
        nom: format!("Direction {centre}"),
        acces: Arc::new(acces),
        facteurs: Facteurs::Complets,
        fermes: BTreeSet::new(),
        ecarts: BTreeMap::new(),
        preuve_le: Timestamp::UNIX_EPOCH,
        attestation: None,
        urgences: 0,
    }
}

impl Banc {
    pub(crate) async fn new(horloge: Horloge) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let told = Arc::new(|_| {});
        let warehouse = open_warehouse(dir.path());
        let opened = AtelierLocal::open_with(
            warehouse,
            catalogue,
            Arc::new(Double),
            horloge,
            Usage::Pages,
            told,
        );
        let atelier = opened.await.unwrap();
        let reglage =
            Reglage { adresse: "http://localhost".to_owned(), reseau: "Essai".to_owned() };
        let comptes = Comptes::new(Arc::clone(&atelier), reglage, Arc::new(SansCourriel)).unwrap();
        Self { dir, atelier, comptes }
    }

    /// Imports those files, extracted on that day.
    pub(crate) async fn import(&self, day: Date, files: &[(&str, &str)]) -> Result<Bilan, Refus> {
        let from = tempfile::tempdir().unwrap();
        let chemins = files.iter().map(|(name, text)| {
            let path = from.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        });
        let demande = Demande {
            chemins: chemins.collect(),
            date_extraction: Some(day),
            ..Demande::default()
        };
        self.atelier.import(demande, Arc::new(|_| {})).await
    }

    pub(crate) async fn registry(&self) -> Registry {
        let path = self.dir.path().join("mallette.db");
        Registry::open(&mallette_registry::sqlite_url(&path)).await.unwrap()
    }

    /// The pseudonym of the only young person that this text finds.
    pub(crate) async fn dossier(&self, centre: &str, texte: &str) -> String {
        let (found, more) =
            self.comptes.find_jeunes(&directeur(centre), centre, texte).await.unwrap();
        assert_eq!((found.len(), more), (1, false), "{texte}: {found:?}");
        found[0].dossier_id.clone()
    }

    /// Every row of every vault of Lyon, as text.
    pub(crate) fn texts(&self) -> Vec<String> {
        let warehouse = open_warehouse(self.dir.path());
        let mut found = Vec::new();
        for version in warehouse.versions_on_disk(LYON).unwrap() {
            for table in TABLES {
                let rows = warehouse.identities(&warehouse.trousseau(), LYON, &version, table.name);
                for batch in rows.unwrap() {
                    let row = |rank| format!("{:?}", batch.slice(rank, 1));
                    found.extend((0..batch.num_rows()).map(row));
                }
            }
        }
        found
    }

    /// Everywhere a text is: vaults of every version, opened; refused lines, opened; every other file
    /// as it is.
    pub(crate) fn places(&self, texte: &str) -> Vec<String> {
        let warehouse = open_warehouse(self.dir.path());
        let trousseau = warehouse.trousseau();
        let mut found = Vec::new();
        let imports = std::fs::read_dir(self.dir.path().join("rejets"));
        let imports: Vec<String> = imports
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        for centre in [LYON, GRENOBLE] {
            if warehouse.keys().state(centre).unwrap().is_none() {
                continue;
            }
            for version in warehouse.versions_on_disk(centre).unwrap() {
                for table in TABLES {
                    let rows = warehouse.identities(&trousseau, centre, &version, table.name);
                    // Row by row: a batch shown whole shows its ends only.
                    let mut rows = rows.unwrap().into_iter().flat_map(|batch| {
                        (0..batch.num_rows()).map(move |rank| format!("{:?}", batch.slice(rank, 1)))
                    });
                    if rows.any(|row| row.contains(texte)) {
                        found.push(format!("{centre}/{version}/{}", table.name));
                    }
                }
            }
            for import in &imports {
                for feuillet in warehouse.rejets(&trousseau, import, centre).unwrap() {
                    let mut cells = feuillet.lignes.iter().flat_map(|ligne| &ligne.cellules);
                    if cells.any(|cell| cell.contains(texte)) {
                        found.push(format!("rejets {import} {centre}"));
                    }
                }
            }
            let effaces = warehouse.effaces(&trousseau, centre).unwrap();
            assert!(!format!("{effaces:?}").contains(texte), "{effaces:?}");
        }
        walk(self.dir.path(), &mut |path, bytes| {
            if bytes.windows(texte.len()).any(|window| window == texte.as_bytes()) {
                found.push(path.display().to_string());
            }
        });
        found
    }

    /// Every version on disk is what was recorded, and the registry says the same.
    pub(crate) async fn check_versions(&self) {
        let warehouse = open_warehouse(self.dir.path());
        let registry = self.registry().await;
        for centre in [LYON, GRENOBLE] {
            for version in registry.versions(centre).await.unwrap() {
                let found =
                    warehouse.verify_version(&warehouse.trousseau(), centre, &version.id).unwrap();
                assert_eq!(found.empreinte, version.empreinte, "{centre} {}", version.id);
            }
        }
        assert_eq!(self.comptes.verify_trace().await.unwrap().rupture, None);
        registry.close().await;
    }
}

fn walk(dir: &Path, see: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, see);
        } else {
            see(&path, &std::fs::read(&path).unwrap());
        }
    }
}

/// A clock that stands still.
pub(crate) fn noon() -> Timestamp {
    "2026-11-25T11:00:00Z".parse().unwrap()
}
