//! A network of people around the workshop of the tests: real accounts on a real registry, each
//! signed in as a person does it, through the pages' own use cases.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use futures::future::BoxFuture;
use jiff::Timestamp;
use mallette_app::antivirus::Antivirus;
use mallette_app::atelier::{AtelierLocal, Usage};
use mallette_app::comptes::connexion::Origine;
use mallette_app::comptes::federation::fournisseur::Reglage as Fournisseur;
use mallette_app::comptes::invitation::Lien;
use mallette_app::comptes::{Comptes, Reglage};
use mallette_app::etat::Etat;
use mallette_app::port::{Contredit, Moteur, Question, Refus, Source};
use mallette_app::visiteur::Facteurs;
use mallette_catalogue::{Catalogue, Regle};
use mallette_courriel::SansCourriel;
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, Preuve, ResultatRegle};
use mallette_registry::{Adresse, Registry, sqlite_url};
use mallette_testkit::postgres::Base;
use mallette_warehouse::cles::Maitresse;
use mallette_warehouse::{SourceMaitresse, Warehouse};
use totp_rs::{Algorithm, Builder};
use tower::ServiceExt;
use zeroize::Zeroizing;

use crate::commun::{Double, GRENOBLE, LYON, etat};

/// The password of everybody.
pub(crate) const MOT_DE_PASSE: &str = "quatre tilleuls devant la gare";

/// An engine that is never asked for anything: the figures are those of the double.
struct Muet;

impl Moteur for Muet {
    fn enrich(
        &self,
        _: Vec<Source>,
        _: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async { Ok(()) })
    }

    fn list_population(&self, _: Source, _: Question) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn evaluate_periode(
        &self,
        _: Vec<Source>,
        _: Periode,
        _: Vec<ResultatRegle>,
    ) -> BoxFuture<'_, Result<MesuresPeriode, Refus>> {
        Box::pin(async { Err(Refus("rien".to_owned())) })
    }

    /// The real one tries it in the tests of the binary.
    fn try_catalogue(&self, _: Arc<Catalogue>) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async { Ok(()) })
    }

    /// It plans what is there, but an indicator that says « faux »; the real one is tried in the tests of
    /// the engine.
    fn try_indicateur(
        &self,
        catalogue: Arc<Catalogue>,
        _: Vec<Source>,
        code: String,
        _: Vec<Periode>,
    ) -> BoxFuture<'_, Result<Vec<MesuresPeriode>, Refus>> {
        let found = catalogue.indicateurs.iter().find(|known| known.code == code);
        let planned = match found {
            Some(known) if !known.titre.contains("faux") => Ok(Vec::new()),
            _ => Err(Refus("La définition ne va pas avec les champs.".to_owned())),
        };
        Box::pin(std::future::ready(planned))
    }

    /// A rule that says « faux » judges its examples the other way round.
    fn judge_examples(
        &self,
        _: Arc<Catalogue>,
        regle: Regle,
    ) -> BoxFuture<'_, Result<Vec<bool>, Refus>> {
        let wrong = regle.titre.contains("faux");
        let verdicts = regle.exemples.iter().map(|exemple| exemple.attendu != wrong).collect();
        Box::pin(std::future::ready(Ok(verdicts)))
    }

    /// A rule that says « à rebours » catches what the charter calls good; the real one is tried in the
    /// tests of the engine.
    fn hold_against_charte(
        &self,
        _: Arc<Catalogue>,
        regle: Regle,
    ) -> BoxFuture<'_, Result<Vec<Contredit>, Refus>> {
        let against = Contredit {
            acte: "emploi".to_owned(),
            titre: "Entrée en emploi".to_owned(),
            exemple: "CDD de six mois".to_owned(),
            sien: true,
        };
        let held = regle.titre.contains("à rebours").then_some(against);
        Box::pin(std::future::ready(Ok(held.into_iter().collect())))
    }
}

/// The clock of the network: it stands still, at noon.
fn horloge() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap_or_default()
}

/// Six digits of noon, computed from the key shown as text, as an application does.
pub(crate) fn code(texte: &str) -> String {
    code_at(texte, horloge())
}

/// Those of another moment.
pub(crate) fn code_at(texte: &str, now: Timestamp) -> String {
    let secret = data_encoding::BASE32_NOPAD
        .decode(texte.replace([' ', '-'], "").to_uppercase().as_bytes())
        .unwrap();
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(secret);
    let now = u64::try_from(now.as_second()).unwrap();
    builder.build_noncompliant().generate(now).to_string()
}

/// The workshop of a data directory.
async fn open(
    dir: &tempfile::TempDir,
    base: Option<&Base>,
    horloge: fn() -> Timestamp,
    usage: Usage,
) -> Arc<AtelierLocal> {
    let catalogue = Arc::new(Catalogue::builtin().unwrap());
    let key = SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]));
    let warehouse = match usage {
        Usage::Lecture => Warehouse::open_read_only(dir.path(), key).unwrap(),
        Usage::Commande | Usage::Pages => Warehouse::open_with(dir.path(), key).unwrap(),
    };
    let base = base.map(|base| Adresse::parse(&base.url).unwrap());
    let (moteur, told) = (Arc::new(Muet), Arc::new(|_| {}));
    AtelierLocal::open_on(warehouse, base, catalogue, moteur, horloge, usage, told).await.unwrap()
}

/// Its accounts.
fn comptes(local: &Arc<AtelierLocal>) -> Comptes {
    let reglage = Reglage {
        adresse: "http://localhost:8080".to_owned(),
        reseau: "Missions Locales d'Essai".to_owned(),
    };
    Comptes::new(Arc::clone(local), reglage, Arc::new(SansCourriel)).unwrap()
}

/// An answer, read whole.
pub(crate) struct Reponse {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl Reponse {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// The network.
pub(crate) struct Reseau {
    pub(crate) router: Router,
    pub(crate) comptes: Arc<Comptes>,
    /// The real workshop of the accounts, without data until a test imports some.
    pub(crate) local: Arc<AtelierLocal>,
    /// The workshop behind the wall: it keeps what was asked of it.
    pub(crate) double: Arc<Double>,
    /// The session of each person, by the name used in the tests.
    pub(crate) sessions: BTreeMap<&'static str, String>,
    /// The identifier of each person.
    pub(crate) ids: BTreeMap<&'static str, String>,
    /// The key of the second factor of each person who set one up, as text.
    pub(crate) secrets: BTreeMap<&'static str, String>,
    horloge: fn() -> Timestamp,
    pub(crate) dir: tempfile::TempDir,
    /// The base of the registry; none when it is in the directory.
    pub(crate) base: Option<Base>,
}

/// A role, in a centre or not.
pub(crate) fn role(role: Role, centre: Option<&str>, conseiller: Option<&str>) -> Habilitation {
    Habilitation {
        role,
        structure_id: centre.map(str::to_owned),
        conseiller_id: conseiller.map(str::to_owned),
        debut: None,
        fin: None,
    }
}

pub(crate) fn origine() -> Origine {
    Origine { adresse: "192.0.2.7".to_owned(), agent: "Essai".to_owned(), appareil: None }
}

impl Reseau {
    /// An installation without any account.
    pub(crate) async fn neuf(base: Option<Base>) -> Self {
        Self::assemble(base, horloge, None).await
    }

    /// An installation of now, with its administrator, that may be entered by that provider.
    pub(crate) async fn federe(base: Option<Base>, fournisseur: Fournisseur) -> Self {
        let mut reseau = Self::assemble(base, Timestamp::now, Some(fournisseur)).await;
        let lien = reseau.comptes.initialise("Ada Admin", "admin@essai.example").await.unwrap();
        reseau.enter("admin", &lien, "admin@essai.example").await;
        reseau
    }

    async fn assemble(
        base: Option<Base>,
        horloge: fn() -> Timestamp,
        fournisseur: Option<Fournisseur>,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let local = open(&dir, base.as_ref(), horloge, Usage::Commande).await;
        let mut comptes = comptes(&local);
        if let Some(fournisseur) = fournisseur {
            comptes = comptes.with_federation(fournisseur).unwrap();
        }
        let comptes = Arc::new(comptes);
        let double = Arc::new(Double::new(etat().unwrap()).unwrap());
        let atelier: Arc<Double> = Arc::clone(&double);
        let router = mallette_web::router(atelier, Some(Arc::clone(&comptes)));
        let (sessions, ids, secrets) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { router, comptes, local, double, sessions, ids, secrets, horloge, dir, base }
    }

    /// The same network, read only until that moment: its sessions go on.
    pub(crate) async fn read_only(self, jusque: Option<Timestamp>) -> Self {
        self.local.close().await;
        let Self { sessions, ids, secrets, horloge, dir, base, .. } = self;
        // What holds the directory goes with the router and the accounts.
        drop((self.router, self.comptes, self.local));
        let local = open(&dir, base.as_ref(), horloge, Usage::Lecture).await;
        let comptes = Arc::new(comptes(&local).read_only_until(jusque));
        let double = Arc::new(Double::new(etat().unwrap()).unwrap());
        let atelier: Arc<Double> = Arc::clone(&double);
        let router = mallette_web::router(atelier, Some(Arc::clone(&comptes)));
        Self { router, comptes, local, double, sessions, ids, secrets, horloge, dir, base }
    }

    /// The same network, over other data.
    pub(crate) fn with_etat(mut self, etat: Etat) -> Self {
        self.double = Arc::new(Double::new(etat).unwrap());
        let atelier: Arc<Double> = Arc::clone(&self.double);
        self.router = mallette_web::router(atelier, Some(Arc::clone(&self.comptes)));
        self
    }

    /// The same network, that antivirus looking at what it receives.
    pub(crate) fn with_antivirus(mut self, antivirus: Antivirus) -> Self {
        self.comptes = Arc::new(comptes(&self.local).with_antivirus(antivirus));
        let atelier: Arc<Double> = Arc::clone(&self.double);
        self.router = mallette_web::router(atelier, Some(Arc::clone(&self.comptes)));
        self
    }

    /// The same network, where one person reads about young people no more than that many times a minute.
    pub(crate) fn with_cadence(mut self, par_minute: NonZeroU32) -> Self {
        self.comptes = Arc::new(comptes(&self.local).with_cadence(par_minute));
        let atelier: Arc<Double> = Arc::clone(&self.double);
        self.router = mallette_web::router(atelier, Some(Arc::clone(&self.comptes)));
        self
    }

    /// One person of each role, and those of another centre.
    pub(crate) async fn peuple(base: Option<Base>) -> Self {
        Self::peuple_at(base, horloge).await
    }

    /// The same, by another clock.
    pub(crate) async fn peuple_at(base: Option<Base>, horloge: fn() -> Timestamp) -> Self {
        let mut reseau = Self::assemble(base, horloge, None).await;
        let lien = reseau.comptes.initialise("Ada Admin", "admin@essai.example").await.unwrap();
        reseau.enter("admin", &lien, "admin@essai.example").await;
        for (nom, courriel, given) in [
            ("charge", "charge@essai.example", role(Role::ChargeDeMission, None, None)),
            ("financeur", "fin@essai.example", role(Role::Financeur, None, None)),
            ("auditeur", "aud@essai.example", role(Role::Auditeur, None, None)),
            ("directeur", "dir@lyon.example", role(Role::Directeur, Some(LYON), None)),
            ("voisin", "dir@grenoble.example", role(Role::Directeur, Some(GRENOBLE), None)),
        ] {
            reseau.invite("admin", nom, courriel, given).await;
        }
        for (nom, courriel, given) in [
            ("conseiller", "c1@lyon.example", role(Role::Conseiller, Some(LYON), Some("C1"))),
            ("referent", "ref@lyon.example", role(Role::Referent, Some(LYON), None)),
        ] {
            reseau.invite("directeur", nom, courriel, given).await;
        }
        reseau
    }

    /// The data directory.
    pub(crate) fn dir(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// The store, opened beside the pages.
    pub(crate) async fn registry(&self) -> Registry {
        let own = || sqlite_url(&self.dir().join("mallette.db"));
        let url = self.base.as_ref().map_or_else(own, |base| base.url.clone());
        Registry::open(&url).await.unwrap()
    }

    /// What is open to a person.
    pub(crate) async fn acces(&self, nom: &str) -> Acces {
        let found = self.comptes.identify(&self.sessions[nom]).await.unwrap().unwrap().0;
        (*found.acces).clone()
    }

    pub(crate) async fn invite(
        &mut self,
        par: &str,
        nom: &'static str,
        courriel: &str,
        given: Habilitation,
    ) {
        let acces = self.acces(par).await;
        let id = self.ids[par].clone();
        let invited = self.comptes.invite((&id, &acces), nom, courriel, &[given]).await.unwrap();
        let Lien::ATransmettre { lien, pourquoi: None } = invited else { panic!("{invited:?}") };
        self.enter(nom, &lien, courriel).await;
    }

    /// Opens the account of a link, signs in, and sets up the second factor where one is asked for.
    pub(crate) async fn enter(&mut self, nom: &'static str, lien: &str, courriel: &str) {
        let jeton = lien.rsplit('/').next().unwrap();
        let chosen = || Zeroizing::new(MOT_DE_PASSE.to_owned());
        self.comptes.accept_invitation(jeton, chosen()).await.unwrap();
        let opened = self.comptes.sign_in(courriel, chosen(), &origine()).await.unwrap();
        let mut session = opened.jeton.to_string();
        if opened.facteurs == Facteurs::AInstaller {
            let proposed = self.comptes.propose_factor(&session).await.unwrap();
            let code = code_at(&proposed.texte, (self.horloge)());
            self.secrets.insert(nom, proposed.texte.to_string());
            let installed =
                self.comptes.install_factor(&session, &proposed.secret, &code, &origine()).await;
            session = installed.unwrap().ouverte.jeton.to_string();
        }
        let who = self.comptes.identify(&session).await.unwrap().unwrap().0;
        assert_eq!(who.facteurs, Facteurs::Complets, "{nom}");
        self.ids.insert(nom, who.id.clone());
        self.sessions.insert(nom, session);
    }

    /// A request of somebody; of nobody when `qui` is none.
    pub(crate) fn request(
        &self,
        methode: &str,
        qui: Option<&str>,
        path: &str,
        form: &str,
    ) -> Request<Body> {
        let mut request = Request::builder()
            .method(methode)
            .uri(path)
            .header("host", "localhost:8080")
            .header("origin", "http://localhost:8080");
        if let Some(qui) = qui {
            let session = self.sessions.get(qui).map_or(qui, String::as_str);
            request = request.header("cookie", format!("mallette={session}"));
        }
        if methode == "POST" {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        request.body(Body::from(form.to_owned())).unwrap()
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Reponse {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reponse { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn get(&self, qui: Option<&str>, path: &str) -> Reponse {
        self.send(self.request("GET", qui, path, "")).await
    }

    pub(crate) async fn post(&self, qui: Option<&str>, path: &str, form: &str) -> Reponse {
        self.send(self.request("POST", qui, path, form)).await
    }
}
