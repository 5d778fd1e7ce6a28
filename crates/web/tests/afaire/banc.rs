//! One centre over a real warehouse and a real registry, three extracts to import, and what is asked of its
//! pages.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use mallette_app::atelier::{AtelierLocal, Demande, Usage};
use mallette_app::comptes::{Comptes, Reglage};
use mallette_app::vie::Qui;
use mallette_app::vie::liste::{Etat, Filtre};
use mallette_app::visiteur::{Facteurs, Personne};
use mallette_catalogue::Catalogue;
use mallette_courriel::SansCourriel;
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_domain::table::TABLES;
use mallette_domain::vie::{Situation, Sort};
use mallette_warehouse::cles::Maitresse;
use mallette_warehouse::{SourceMaitresse, Warehouse};
use tower::ServiceExt;

use crate::html;
use crate::moule::Moule;

pub(crate) const LYON: &str = "69382S00";

/// One second more at each look, from 25 November 2026.
fn horloge() -> Timestamp {
    static NOW: Mutex<i64> = Mutex::new(1_795_608_000);
    let mut now = NOW.lock().unwrap();
    *now += 1;
    Timestamp::from_second(*now).unwrap()
}

pub(crate) struct Banc {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) moteur: Arc<Moule>,
    pub(crate) atelier: Arc<AtelierLocal>,
    pub(crate) comptes: Arc<Comptes>,
    pub(crate) router: Router,
}

pub(crate) const PREMIER: Date = date(2026, 9, 1);
pub(crate) const DEUXIEME: Date = date(2026, 10, 1);
pub(crate) const TROISIEME: Date = date(2026, 11, 1);
pub(crate) const QUATRIEME: Date = date(2026, 11, 20);

impl Banc {
    pub(crate) async fn new() -> Self {
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
        let opened = AtelierLocal::open_with(warehouse, catalogue, engine, horloge, usage, told);
        let atelier = opened.await.unwrap();
        let reglage =
            Reglage { adresse: "http://localhost:8080".to_owned(), reseau: "Essai".to_owned() };
        let comptes = Comptes::new(Arc::clone(&atelier), reglage, Arc::new(SansCourriel)).unwrap();
        let comptes = Arc::new(comptes);
        let pages: Arc<AtelierLocal> = Arc::clone(&atelier);
        let router = mallette_web::router(pages, Some(Arc::clone(&comptes)));
        Self { dir, moteur, atelier, comptes, router }
    }

    /// The same data, served otherwise.
    pub(crate) async fn again(self, usage: Usage) -> Self {
        let Self { dir, moteur, atelier, comptes, router } = self;
        atelier.close().await;
        drop((atelier, comptes, router));
        Self::open(dir, moteur, usage).await
    }

    /// Every file of the versions.
    pub(crate) fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
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
    pub(crate) async fn import(&self, day: Date, end_of_p1: &str) {
        let path = self.dir.path().join(format!("parcours-{day}.csv"));
        let mut text =
            "structure_id;parcours_id;dossier_id;dispositif;date_debut;date_fin\n".to_owned();
        for id in ["P1", "P2", "P3", "P4", "P5"] {
            let end = if id == "P1" { end_of_p1 } else { "2026-06-30" };
            text.push_str(&format!("{LYON};{id};d-{id};PACEA;2025-01-15;{end}\n"));
        }
        std::fs::write(&path, text).unwrap();
        self.import_files(day, vec![path]).await;
    }

    /// Imports an extract to which no table is missing: all but the parcours are empty.
    pub(crate) async fn import_whole(&self, day: Date) {
        let mut chemins = Vec::new();
        for table in TABLES {
            let names: Vec<&str> = table.columns.iter().map(|column| column.name).collect();
            let path = self.dir.path().join(format!("{}-{day}.csv", table.name));
            let mut text = format!("{}\n", names.join(";"));
            if table.name == "parcours" {
                text = "structure_id;parcours_id;dossier_id;dispositif;date_debut;date_fin\n"
                    .to_owned();
                for id in ["P1", "P2", "P3", "P4", "P5"] {
                    text.push_str(&format!("{LYON};{id};d-{id};PACEA;2025-01-15;2026-06-30\n"));
                }
            }
            std::fs::write(&path, text).unwrap();
            chemins.push(path);
        }
        self.import_files(day, chemins).await;
    }

    async fn import_files(&self, day: Date, chemins: Vec<PathBuf>) {
        let demande = Demande { chemins, date_extraction: Some(day), ..Demande::default() };
        let bilan = self.atelier.import(demande, Arc::new(|_| {})).await.unwrap();
        assert_eq!(bilan.changes, 1, "{:?}", bilan.report);
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        (status, location, bytes)
    }

    pub(crate) async fn page(&self, path: &str) -> String {
        let request = Request::get(path).header("host", "localhost:8080");
        let (status, _, bytes) = self.ask(request.body(Body::empty()).unwrap()).await;
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(status, StatusCode::OK, "{path} : {text}");
        assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
        text.replace("&#39;", "'")
    }

    pub(crate) async fn post(&self, path: &str, body: &str) -> (StatusCode, String, String) {
        let request = Request::post(path)
            .header("host", "localhost:8080")
            .header("origin", "http://localhost:8080")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_owned()));
        let (status, location, bytes) = self.ask(request.unwrap()).await;
        (status, location, String::from_utf8(bytes).unwrap().replace("&#39;", "'"))
    }

    /// Brings a sheet back: what the page says of it.
    pub(crate) async fn bring(&self, nom: &str, octets: &[u8]) -> (StatusCode, String) {
        let part = |more: &str| format!("--B\r\ncontent-disposition: form-data; {more}\r\n\r\n");
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
    pub(crate) async fn confirm(&self, page: &str) -> String {
        let mut form = format!("centre={LYON}");
        let start = page.find("/a-faire/retour/ecriture").unwrap();
        let end = start + page[start..].find("</form>").unwrap();
        for piece in page[start..end].split("<input type=\"hidden\" ").skip(2) {
            let name = field(piece, "name=\"").to_owned();
            let signs = [('%', "%25"), ('+', "%2B"), ('=', "%3D"), ('|', "%7C"), (' ', "+")];
            let value = field(piece, "value=\"").to_owned();
            let value = signs.iter().fold(value, |text, (sign, code)| text.replace(*sign, code));
            form.push_str(&format!("&{name}={value}"));
        }
        let (status, location, text) = self.post("/a-faire/retour/ecriture", &form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{text}");
        location
    }

    /// How each anomaly stands: parcours, situation, age in days.
    pub(crate) async fn states(&self) -> Vec<(String, Situation, u32)> {
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

    pub(crate) async fn asked(&self) -> usize {
        let filtre = Filtre::default();
        let all = self.comptes.list_anomalies(&Qui::Machine, LYON, &filtre, (0, 100));
        all.await.unwrap().total
    }
}

fn key() -> SourceMaitresse {
    SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]))
}

pub(crate) fn is(id: &str, sort: Sort, age: u32) -> (String, Situation, u32) {
    (id.to_owned(), Situation::AFaire(sort), age)
}

pub(crate) fn field<'a>(page: &'a str, after: &str) -> &'a str {
    let from = page.find(after).unwrap_or_else(|| panic!("{after} is not in {page}"));
    page[from + after.len()..].split('"').next().unwrap()
}

pub(crate) fn person(role: Role, centre: Option<&str>, conseiller: Option<&str>) -> Qui {
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
