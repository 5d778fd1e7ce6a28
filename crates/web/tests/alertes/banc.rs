//! An installation with two centres and one person of each role, a clock that the test moves.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::Date;
use mallette_app::atelier::{AtelierLocal, Demande, Usage};
use mallette_app::comptes::connexion::Origine;
use mallette_app::comptes::invitation::Lien;
use mallette_app::comptes::{Comptes, Reglage};
use mallette_app::port::{Moteur, Question, Refus, Source};
use mallette_app::vie::Qui;
use mallette_app::visiteur::{Facteurs, Personne};
use mallette_catalogue::Catalogue;
use mallette_courriel::{Adresse, Chiffrement, Envoi, SansCourriel, Smtp};
use mallette_domain::acces::{Habilitation, Role};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{
    Compte, Groupe, MesuresPeriode, Objet, Preuve, ResultatRegle, Resultats,
};
use mallette_domain::terme::Terme;
use mallette_registry::{Registry, sqlite_url};
use mallette_warehouse::cles::Maitresse;
use mallette_warehouse::resultats::{self, Conserves};
use mallette_warehouse::{SourceMaitresse, Warehouse, objets, termes};
use totp_rs::{Algorithm, Builder};
use tower::ServiceExt;
use zeroize::Zeroizing;

use crate::puits::SERVEURS;

pub(crate) const LYON: &str = "69382S00";
pub(crate) const GRENOBLE: &str = "38185S00";
const MOT_DE_PASSE: &str = "quatre tilleuls devant la gare";

/// Seconds of the clock, which all tests share: they take turns.
static NOW: Mutex<i64> = Mutex::new(0);
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

fn horloge() -> Timestamp {
    Timestamp::from_second(*NOW.lock().unwrap()).unwrap()
}

pub(crate) fn set_clock(at: &str) {
    let at: Timestamp = at.parse().unwrap();
    *NOW.lock().unwrap() = at.as_second();
}

/// What the rule PAC-03 catches in a centre at an extraction date: how many for each conseiller, and from
/// which number their parcours are named.
type Plan = BTreeMap<(&'static str, Date), Vec<(&'static str, std::ops::Range<u32>)>>;

#[derive(Default)]
struct Moule {
    plan: Mutex<Plan>,
    /// Dates at which the rule judges nothing.
    muettes: Mutex<Vec<Date>>,
    /// What ends in Lyon, in the hands of whom, by the rule FIN-02.
    fins: Mutex<Vec<(&'static str, Date)>>,
    catalogue: Mutex<String>,
}

impl Moule {
    /// What the rule of deadline catches in a centre, each with its day.
    fn ends(&self, structure_id: &str) -> Vec<Terme> {
        let fins = self.fins.lock().unwrap();
        let own = fins.iter().enumerate().filter(|_| structure_id == LYON);
        own.map(|(rang, (conseiller, le))| Terme {
            regle: "FIN-02".to_owned(),
            objet: Objet {
                structure_id: structure_id.to_owned(),
                table: "parcours".to_owned(),
                id: format!("P{}", 30 + rang),
                dossier_id: Some(format!("d{}", 30 + rang)),
                conseiller_id: Some((*conseiller).to_owned()),
                antenne: None,
            },
            le: Some(*le),
            nature: None,
        })
        .collect()
    }
}

impl Moteur for Moule {
    fn enrich(
        &self,
        sources: Vec<Source>,
        _: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        for source in sources {
            let day = source.date_extraction;
            let plan = self.plan.lock().unwrap();
            let caught = plan
                .iter()
                .find(|((centre, date), _)| *centre == source.structure_id && *date == day);
            let objet = |conseiller: &str, rang: u32| Objet {
                structure_id: source.structure_id.clone(),
                table: "parcours".to_owned(),
                id: format!("P{rang}"),
                dossier_id: Some(format!("d{rang}")),
                conseiller_id: Some(conseiller.to_owned()),
                antenne: None,
            };
            let muette = self.muettes.lock().unwrap().contains(&day);
            let named = caught.iter().flat_map(|(_, caught)| *caught).filter(|_| !muette);
            let list: Vec<Objet> = named
                .flat_map(|(conseiller, rangs)| {
                    rangs.clone().map(move |rang| objet(conseiller, rang))
                })
                .collect();
            let groupe = Groupe { structure_id: source.structure_id.clone(), ..Groupe::default() };
            let anomalies = u64::try_from(list.len()).unwrap();
            let compte = Compte { evalues: if muette { 0 } else { 100 }, anomalies };
            let termes = self.ends(&source.structure_id);
            let ends: Vec<Objet> = termes.iter().map(|terme| terme.objet.clone()).collect();
            let fins = Compte { evalues: 100, anomalies: u64::try_from(ends.len()).unwrap() };
            let of = |code: &str, compte| ResultatRegle {
                code: code.to_owned(),
                comptes: vec![(groupe.clone().into(), compte)],
            };
            let regles = vec![of("FIN-02", fins), of("PAC-03", compte)];
            let indicateurs = Vec::new();
            let resultats = Resultats { date_extraction: day, regles, indicateurs };
            let catalogue = self.catalogue.lock().unwrap().clone();
            resultats::write(&source.dir, &Conserves { catalogue, resultats }).unwrap();
            termes::write(&source.dir, &termes).unwrap();
            let lists = [("FIN-02".to_owned(), ends), ("PAC-03".to_owned(), list)];
            objets::write(&source.dir, &BTreeMap::from(lists)).unwrap();
        }
        async { Ok(()) }.boxed()
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

fn code(texte: &str) -> String {
    let secret = data_encoding::BASE32_NOPAD
        .decode(texte.replace([' ', '-'], "").to_uppercase().as_bytes())
        .unwrap();
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(secret);
    let now = u64::try_from(horloge().as_second()).unwrap();
    builder.build_noncompliant().generate(now).to_string()
}

/// The real mail server of the tests, which takes everything from this machine.
pub(crate) fn smtp(port: u16) -> Arc<dyn Envoi> {
    let expediteur = Adresse::new("mallette@reseau.example", None).unwrap();
    let reglage = mallette_courriel::Reglage {
        port: Some(port),
        chiffrement: Chiffrement::Aucun,
        delai: Duration::from_secs(10),
        ..mallette_courriel::Reglage::new("localhost", expediteur)
    };
    Arc::new(Smtp::new(reglage).unwrap())
}

pub(crate) fn port(manner: &str) -> u16 {
    SERVEURS.ports[manner]
}

/// A port that nobody listens on: just given back.
pub(crate) fn dead_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The accounts of a workshop, with that mail server.
pub(crate) fn comptes(atelier: &Arc<AtelierLocal>, envoi: Arc<dyn Envoi>) -> Arc<Comptes> {
    let reglage = Reglage {
        adresse: "https://mallette.example".to_owned(),
        reseau: "Missions Locales d'Essai".to_owned(),
    };
    Arc::new(Comptes::new(Arc::clone(atelier), reglage, envoi).unwrap())
}

pub(crate) struct Banc {
    pub(crate) dir: tempfile::TempDir,
    moteur: Arc<Moule>,
    pub(crate) atelier: Arc<AtelierLocal>,
    pub(crate) comptes: Arc<Comptes>,
    pub(crate) router: Router,
    /// The session of each person.
    sessions: BTreeMap<&'static str, String>,
    /// The address of each, and the key of the second factor.
    entrees: BTreeMap<&'static str, (String, Option<String>)>,
    /// Who they are, named by the tests.
    pub(crate) personnes: BTreeMap<&'static str, Arc<Personne>>,
    _turn: tokio::sync::MutexGuard<'static, ()>,
}

impl Banc {
    /// On Wednesday 25 November 2026; addresses of that domain, so that tests tell their mails apart.
    pub(crate) async fn new(domaine: &str) -> Self {
        let turn = TURN.lock().await;
        set_clock("2026-11-25T12:00:00Z");
        let dir = tempfile::tempdir().unwrap();
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let moteur = Arc::new(Moule::default());
        *moteur.catalogue.lock().unwrap() = catalogue.empreinte();
        let key = SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]));
        let warehouse = Warehouse::open_with(dir.path(), key).unwrap();
        let (engine, told) = (Arc::clone(&moteur), Arc::new(|_| {}));
        let usage = Usage::Pages;
        let opened =
            AtelierLocal::open_with(warehouse, catalogue, engine, horloge, usage, told).await;
        let atelier = opened.unwrap();
        let comptes = comptes(&atelier, Arc::new(SansCourriel));
        let pages: Arc<AtelierLocal> = Arc::clone(&atelier);
        let router = mallette_web::router(pages, Some(Arc::clone(&comptes)));
        let (sessions, personnes) = (BTreeMap::new(), BTreeMap::new());
        let entrees = BTreeMap::new();
        let mut banc = Self {
            dir,
            moteur,
            atelier,
            comptes,
            router,
            sessions,
            entrees,
            personnes,
            _turn: turn,
        };
        banc.people(domaine).await;
        banc
    }

    async fn people(&mut self, domaine: &str) {
        let courriel = |nom: &str| format!("{nom}@{domaine}");
        let lien = self.comptes.initialise("admin", &courriel("admin")).await.unwrap();
        self.enter("admin", &lien, &courriel("admin")).await;
        let lyon = Some(LYON);
        for (par, nom, role, centre, conseiller) in [
            ("admin", "charge", Role::ChargeDeMission, None, None),
            ("admin", "financeur", Role::Financeur, None, None),
            ("admin", "directeur", Role::Directeur, lyon, None),
            ("admin", "voisin", Role::Directeur, Some(GRENOBLE), None),
            ("directeur", "c1", Role::Conseiller, lyon, Some("C1")),
            ("directeur", "c2", Role::Conseiller, lyon, Some("C2")),
        ] {
            let given = Habilitation {
                role,
                structure_id: centre.map(str::to_owned),
                conseiller_id: conseiller.map(str::to_owned),
                debut: None,
                fin: None,
            };
            let host = Arc::clone(&self.personnes[par]);
            let par = (host.id.as_str(), &*host.acces);
            let invited = self.comptes.invite(par, nom, &courriel(nom), &[given]).await.unwrap();
            let Lien::ATransmettre { lien, .. } = invited else { panic!("{invited:?}") };
            self.enter(nom, &lien, &courriel(nom)).await;
        }
    }

    async fn enter(&mut self, nom: &'static str, lien: &str, courriel: &str) {
        let jeton = lien.rsplit('/').next().unwrap();
        let chosen = Zeroizing::new(MOT_DE_PASSE.to_owned());
        self.comptes.accept_invitation(jeton, chosen).await.unwrap();
        self.entrees.insert(nom, (courriel.to_owned(), None));
        self.sign_in(nom).await;
    }

    /// Signs somebody in: sessions end while the clock runs.
    pub(crate) async fn sign_in(&mut self, nom: &'static str) {
        let origine =
            Origine { adresse: "192.0.2.7".to_owned(), agent: "Essai".to_owned(), appareil: None };
        let (courriel, secret) = self.entrees[nom].clone();
        let chosen = Zeroizing::new(MOT_DE_PASSE.to_owned());
        let opened = self.comptes.sign_in(&courriel, chosen, &origine).await.unwrap();
        let mut session = opened.jeton.to_string();
        if opened.facteurs == Facteurs::AInstaller {
            let proposed = self.comptes.propose_factor(&session).await.unwrap();
            let code = code(&proposed.texte);
            let installed =
                self.comptes.install_factor(&session, &proposed.secret, &code, &origine);
            session = installed.await.unwrap().ouverte.jeton.to_string();
            self.entrees.insert(nom, (courriel, Some(proposed.texte.to_string())));
        } else if let Some(secret) = secret {
            let given = self.comptes.give_second_factor(&session, &code(&secret), &origine).await;
            session = given.unwrap().jeton.to_string();
        }
        let who = self.comptes.identify(&session).await.unwrap().unwrap().0;
        self.personnes.insert(nom, who);
        self.sessions.insert(nom, session);
    }

    pub(crate) fn qui(&self, nom: &str) -> Qui {
        Qui::Personne(Arc::clone(&self.personnes[nom]))
    }

    /// What the rule will catch.
    pub(crate) fn plan(
        &self,
        centre: &'static str,
        day: Date,
        caught: &[(&'static str, std::ops::Range<u32>)],
    ) {
        self.moteur.plan.lock().unwrap().insert((centre, day), caught.to_vec());
    }

    /// What will end in Lyon.
    pub(crate) fn end(&self, ends: &[(&'static str, Date)]) {
        *self.moteur.fins.lock().unwrap() = ends.to_vec();
    }

    pub(crate) fn silence(&self, day: Date) {
        self.moteur.muettes.lock().unwrap().push(day);
    }

    /// Imports an extract of a centre.
    pub(crate) async fn import(&self, centre: &str, day: Date) -> String {
        let mut parcours =
            "structure_id;parcours_id;dossier_id;dispositif;date_debut;date_fin\n".to_owned();
        let mut dossiers = "structure_id;dossier_id;date_naissance\n".to_owned();
        for rang in 0..40 {
            parcours.push_str(&format!("{centre};P{rang};N{rang};PACEA;2025-01-15;2026-06-30\n"));
            dossiers.push_str(&format!("{centre};N{rang};2005-03-{:02}\n", rang % 28 + 1));
        }
        let mut chemins = Vec::new();
        for (nom, text) in [("parcours", parcours), ("dossiers", dossiers)] {
            let path = self.dir.path().join(format!("{nom}-{centre}-{day}.csv"));
            std::fs::write(&path, text).unwrap();
            chemins.push(path);
        }
        let demande = Demande { chemins, date_extraction: Some(day), ..Demande::default() };
        let bilan = self.atelier.import(demande, Arc::new(|_| {})).await.unwrap();
        assert_eq!(bilan.changes, 1, "{:?}", bilan.report);
        bilan.import_id.unwrap()
    }

    /// What a person is told: the name of each alert, its figure.
    pub(crate) async fn told(&self, nom: &str) -> Vec<(String, u64)> {
        let own = self.comptes.my_alerts(&self.qui(nom)).await.unwrap();
        let mut told: Vec<_> =
            own.alertes.iter().map(|seen| (seen.alerte.cle.text(), seen.alerte.chiffre)).collect();
        told.sort();
        told
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, String, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let location = response.headers().get(header::LOCATION);
        let location = location.map_or("", |value| value.to_str().unwrap()).to_owned();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).replace("&#39;", "'").replace("&#38;", "&");
        // Spaces that keep words together, as the tests write them.
        let text = text.replace(['\u{a0}', '\u{202f}'], " ");
        (status, location, text)
    }

    fn request(
        &self,
        methode: &str,
        qui: Option<&str>,
        path: &str,
    ) -> axum::http::request::Builder {
        let request = Request::builder().method(methode).uri(path).header("host", "localhost:8080");
        match qui {
            Some(qui) => request.header("cookie", format!("mallette={}", self.sessions[qui])),
            None => request,
        }
    }

    /// A page, well formed.
    pub(crate) async fn page(&self, qui: Option<&str>, path: &str) -> String {
        let request = self.request("GET", qui, path).body(Body::empty()).unwrap();
        let (status, location, text) = self.send(request).await;
        assert_eq!(status, StatusCode::OK, "{qui:?} {path} {location} {text}");
        assert_eq!(crate::html::faults(&text), Vec::<String>::new(), "{path}");
        text
    }

    pub(crate) async fn post(
        &self,
        qui: Option<&str>,
        path: &str,
        form: &str,
    ) -> (StatusCode, String, String) {
        let request = self
            .request("POST", qui, path)
            .header("origin", "http://localhost:8080")
            .header("content-type", "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(form.to_owned())).unwrap()).await
    }

    /// A mail program that stops a mail: no session, no origin (RFC 8058).
    pub(crate) async fn one_click(&self, path: &str) -> StatusCode {
        let request = self
            .request("POST", None, path)
            .header("content-type", "application/x-www-form-urlencoded");
        let body = Body::from("List-Unsubscribe=One-Click");
        self.send(request.body(body).unwrap()).await.0
    }

    pub(crate) async fn registry(&self) -> Registry {
        Registry::open(&sqlite_url(&self.dir.path().join("mallette.db"))).await.unwrap()
    }
}
