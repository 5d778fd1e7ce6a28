//! Values given, over a real warehouse and a real registry: only the query engine is a stand-in, which says
//! that every rule catches one passage of each centre.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::civil::{Date, date};
use mallette_catalogue::{Origine, Regle};
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{
    Compte, Groupe, MesuresPeriode, Objet, Preuve, ResultatRegle, Resultats,
};
use mallette_domain::vie::Sort;
use mallette_warehouse::cles::Maitresse;
use mallette_warehouse::resultats::{self, Conserves};
use mallette_warehouse::{SourceMaitresse, Warehouse, objets, vie};

use super::*;
use crate::atelier::{Demande, Usage};
use crate::mutex::lock;
use crate::port::{Atelier as _, Moteur, Question, Source};
use crate::visiteur::{Facteurs, Personne};

const LYON: &str = "69382S00";
const GRENOBLE: &str = "38185S00";

/// Evaluates by the catalogue that it was told to adopt, and keeps which centres it did.
#[derive(Default)]
struct Double {
    catalogue: Mutex<Option<Arc<Catalogue>>>,
    evalues: Mutex<Vec<String>>,
}

impl Moteur for Double {
    fn enrich(
        &self,
        sources: Vec<Source>,
        _: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        let catalogue = lock(&self.catalogue).clone().unwrap();
        let empreintes = catalogue.empreintes();
        for source in sources {
            let centre = source.structure_id.clone();
            lock(&self.evalues).push(centre.clone());
            let objet = Objet {
                structure_id: centre.clone(),
                table: "parcours".to_owned(),
                id: "P1".to_owned(),
                dossier_id: None,
                conseiller_id: None,
                antenne: None,
            };
            let groupe = Groupe { structure_id: centre.clone(), ..Groupe::default() };
            let compte = Compte { evalues: 10, anomalies: 1 };
            let codes = ["DIA-02", "PAC-07"];
            let regle = |code: &str| ResultatRegle {
                code: code.to_owned(),
                comptes: vec![(groupe.clone().into(), compte)],
            };
            let resultats = Resultats {
                date_extraction: source.date_extraction,
                regles: codes.map(regle).into(),
                indicateurs: Vec::new(),
            };
            let kept = Conserves { catalogue: empreintes.of(&centre).clone(), resultats };
            resultats::write(&source.dir, &kept).unwrap();
            let lists = codes.map(|code| (code.to_owned(), vec![objet.clone()]));
            objets::write(&source.dir, &lists.into()).unwrap();
        }
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

    fn adopt(&self, catalogue: Arc<Catalogue>) {
        *lock(&self.catalogue) = Some(catalogue);
    }

    fn judge_examples(
        &self,
        _: Arc<Catalogue>,
        regle: Regle,
    ) -> BoxFuture<'_, Result<Vec<bool>, Refus>> {
        let verdicts = regle.exemples.iter().map(|exemple| exemple.attendu).collect();
        Box::pin(std::future::ready(Ok(verdicts)))
    }
}

fn horloge() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap_or_default()
}

struct Banc {
    dir: tempfile::TempDir,
    moteur: Arc<Double>,
    atelier: Arc<AtelierLocal>,
}

impl Banc {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]));
        let warehouse = Warehouse::open_with(dir.path(), key).unwrap();
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let moteur = Arc::new(Double::default());
        let (engine, told) = (Arc::clone(&moteur), Arc::new(|_| {}));
        let opened =
            AtelierLocal::open_with(warehouse, catalogue, engine, horloge, Usage::Pages, told);
        let atelier = opened.await.unwrap();
        // What another process writes is followed, as « servir » does.
        let following = Arc::clone(&atelier);
        let every = Duration::from_millis(20);
        tokio::spawn(following.follow(every, Arc::new(|_| {}), |refus| panic!("{refus}")));
        Self { dir, moteur, atelier }
    }

    async fn import(&self, day: Date) {
        let mut text = "structure_id;parcours_id;dossier_id;dispositif;date_debut\n".to_owned();
        for centre in [LYON, GRENOBLE] {
            text.push_str(&format!("{centre};P1;d1;DIAG;2026-01-15\n"));
        }
        let path: PathBuf = self.dir.path().join(format!("parcours-{day}.csv"));
        std::fs::write(&path, text).unwrap();
        let demande =
            Demande { chemins: vec![path], date_extraction: Some(day), ..Demande::default() };
        self.atelier.import(demande, Arc::new(|_| {})).await.unwrap();
    }

    /// Writes it, then waits until the pages show it.
    async fn write(&self, nom: &str, centre: Option<&str>, version: i64, geste: GesteValeur) {
        lock(&self.moteur.evalues).clear();
        let place = PlaceValeur { code: "DIA-02", nom, structure_id: centre, version };
        let before = self.atelier.etat();
        let done = self.atelier.write_parametre(&Qui::Machine, place, geste, "Essai").await;
        done.unwrap();
        for _ in 0..500 {
            tokio::time::sleep(Duration::from_millis(10)).await;
            // An import that was just made is followed too: what was written is waited for.
            let held = |etat: &crate::etat::Etat| etat.catalogue.parametre("DIA-02", nom).cloned();
            if held(&before) != held(&self.atelier.etat()) {
                return;
            }
        }
        panic!("the pages do not follow");
    }

    fn evaluated(&self) -> BTreeSet<String> {
        lock(&self.moteur.evalues).iter().cloned().collect()
    }

    /// What the life of the only anomaly of a rule says in the version that counts of a centre.
    fn sort(&self, centre: &str, code: &str) -> Sort {
        let (version, _) = self.atelier.current_vie(centre).unwrap();
        let dir = self.atelier.warehouse().version_dir(centre, &version);
        let lives = vie::read_vives(&dir, code).unwrap();
        lives[0].vive.sort
    }

    fn jours(&self, centre: &str) -> (i64, Origine) {
        let etat = self.atelier.etat();
        let catalogue = etat.catalogue.at(centre);
        let own = catalogue.parametre("DIA-02", "jours").unwrap();
        (own.valeur(), own.origine())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_centre_changes_its_value_and_the_lives_of_the_others_go_on() {
    let banc = Banc::new().await;
    banc.import(date(2026, 9, 1)).await;
    banc.import(date(2026, 10, 1)).await;
    assert_eq!(banc.sort(LYON, "DIA-02"), Sort::Persistante);
    assert_eq!(banc.sort(GRENOBLE, "DIA-02"), Sort::Persistante);
    banc.write("jours", Some(LYON), 0, GesteValeur::Poser(45)).await;
    // Only what it changed was computed again.
    assert_eq!(banc.evaluated(), [LYON.to_owned()].into());
    assert_eq!(banc.jours(LYON), (45, Origine::Centre(horloge())));
    assert_eq!(banc.jours(GRENOBLE), (30, Origine::Catalogue));
    banc.import(date(2026, 11, 1)).await;
    assert_eq!(banc.sort(GRENOBLE, "DIA-02"), Sort::Persistante, "nothing changed there");
    assert_eq!(banc.sort(LYON, "PAC-07"), Sort::Persistante, "another rule");
    // The network's value changes both; that of the centre stays its own.
    banc.write("jours", None, 0, GesteValeur::Poser(20)).await;
    assert_eq!(banc.evaluated(), [LYON.to_owned(), GRENOBLE.to_owned()].into());
    assert_eq!(banc.jours(GRENOBLE), (20, Origine::Reseau(horloge())));
    assert_eq!(banc.jours(LYON).0, 45);
    // Locked, the centre has it no more; then all is as it was.
    banc.write("jours", None, 1, GesteValeur::Verrouiller).await;
    assert_eq!(banc.jours(LYON), (20, Origine::Reseau(horloge())));
    banc.write("jours", None, 2, GesteValeur::Retirer).await;
    let plain = Catalogue::builtin().unwrap();
    assert_eq!(banc.atelier.etat().catalogue.empreinte(), plain.empreinte());
    let history = banc.atelier.parametre_history(&Qui::Machine, "DIA-02", "jours").await.unwrap();
    assert_eq!(history.len(), 5, "what the lock took back is one of them");
    assert!(history.iter().all(|etape| etape.par.contains("machine")));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_and_what_no_longer_can_is_set_aside() {
    let banc = Banc::new().await;
    let write = |code: &'static str, nom: &'static str, centre: Option<&'static str>, geste| {
        let place = PlaceValeur { code, nom, structure_id: centre, version: 0 };
        let atelier = Arc::clone(&banc.atelier);
        async move {
            let done = atelier.write_parametre(&Qui::Machine, place, geste, "Essai").await;
            done.map_or_else(|Refus(raison)| raison, |_| "fait".to_owned())
        }
    };
    let told = write("DIA-02", "jours", None, GesteValeur::Poser(500)).await;
    for part in ["regles/DIA-02.toml", "parametres.jours", "« 500 »", "de 15 à 90"] {
        assert!(told.contains(part), "{part}: {told}");
    }
    let told = write("PAC-03", "mois", None, GesteValeur::Poser(36)).await;
    assert!(told.contains("ne se change pas"), "{told}");
    let told = write("PAC-R", "mois", Some(LYON), GesteValeur::Poser(2)).await;
    assert!(told.contains("celle du réseau"), "{told}");
    let told = write("PAC-R", "mois", None, GesteValeur::Verrouiller).await;
    assert!(told.contains("rien à verrouiller"), "{told}");
    let told = write("DIA-02", "jours", Some("69-LYON"), GesteValeur::Poser(45)).await;
    assert!(told.contains("n'est pas connu"), "{told}");
    // A value that a new catalogue no longer takes: written here behind the checks.
    let mut unite = banc.atelier.registry.begin(horloge()).await.unwrap();
    let place = PlaceValeur { code: "DIA-02", nom: "jours", structure_id: Some(LYON), version: 0 };
    unite.write_valeur(place, GesteValeur::Poser(500), "Avant", "p1").await.unwrap();
    unite.commit().await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let aside = banc.atelier.parametres_set_aside(&Qui::Machine);
    assert_eq!((aside.len(), aside[0].valeur), (1, 500));
    assert!(aside[0].raison.contains("de 15 à 90"), "{}", aside[0].raison);
    assert_eq!(banc.jours(LYON).0, 30, "it does not hold");
}

#[test]
fn each_gives_values_where_they_answer() {
    let person = |role, centre: Option<&str>| {
        let held = Habilitation {
            role,
            structure_id: centre.map(str::to_owned),
            conseiller_id: None,
            debut: None,
            fin: None,
        };
        let acces = Acces::on(date(2026, 11, 25), &[held], BTreeSet::new());
        Qui::Personne(Arc::new(Personne {
            id: "p1".to_owned(),
            nom: "Ada".to_owned(),
            acces: Arc::new(acces),
            facteurs: Facteurs::Complets,
            fermes: BTreeSet::new(),
            urgences: 0,
            ecarts: BTreeMap::new(),
            preuve_le: Timestamp::UNIX_EPOCH,
            attestation: None,
        }))
    };
    for role in [Role::Referent, Role::Directeur] {
        let own = person(role, Some(LYON));
        assert!(may_set(&own, Some(LYON)) && !may_set(&own, Some(GRENOBLE)), "{role:?}");
        assert!(!may_set(&own, None), "{role:?}");
    }
    let charge = person(Role::ChargeDeMission, None);
    assert!(may_set(&charge, None) && !may_set(&charge, Some(LYON)));
    assert!(may_read(&charge, Some(LYON)));
    let conseiller = person(Role::Conseiller, Some(LYON));
    assert!(!may_set(&conseiller, Some(LYON)) && may_read(&conseiller, Some(LYON)));
    assert!(!may_read(&conseiller, Some(GRENOBLE)) && may_read(&conseiller, None));
    for role in [Role::Administrateur, Role::Financeur, Role::Auditeur] {
        assert!(!may_set(&person(role, None), None), "{role:?}");
    }
}
