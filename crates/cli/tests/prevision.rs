//! A forecast equals the recomputation: on a generated region, the first dossiers of the list of « Et si… » are
//! corrected in the extracts as their rules ask, the extracts are imported again, and the figure is the one that
//! was forecast. The workshop and the query engine are those of the program.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[path = "prevision/lecteurs.rs"]
mod lecteurs;
#[path = "../src/moteur.rs"]
mod moteur;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use mallette_app::atelier::{AtelierLocal, Demande, Usage};
use mallette_app::comptes::{Comptes, Reglage};
use mallette_app::et_si::chantier::Ligne;
use mallette_app::et_si::manque::{EtSi, explore_year};
use mallette_app::port::Atelier as _;
use mallette_app::vie::Qui;
use mallette_catalogue::Catalogue;
use mallette_courriel::SansCourriel;
use mallette_domain::periode::{Periode, year};
use mallette_registry::Cible;
use mallette_stats::seuil::Reponse;
use mallette_synth::Format;
use mallette_warehouse::cles::Maitresse;
use mallette_warehouse::{SourceMaitresse, Warehouse};

const JOUR: Date = date(2019, 11, 4);
/// As many dossiers as are corrected of each list, at most.
const PREMIERS: usize = 6;

fn horloge() -> Timestamp {
    "2019-11-05T12:00:00Z".parse().unwrap()
}

fn key() -> SourceMaitresse {
    SourceMaitresse::Valeur(Maitresse::from_bytes([7; 32]))
}

/// A table of the extracts: its header and its lines, cells apart.
struct Feuille {
    path: PathBuf,
    entetes: Vec<String>,
    lignes: Vec<Vec<String>>,
}

impl Feuille {
    fn read(dir: &Path, table: &str) -> Self {
        let path = dir.join(format!("{table}.csv"));
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines = text.lines().map(|line| line.split(';').map(str::to_owned).collect());
        let entetes: Vec<String> = lines.next().unwrap();
        let lignes: Vec<Vec<String>> = lines.collect();
        assert!(lignes.iter().all(|ligne| ligne.len() == entetes.len()), "{table}");
        Self { path, entetes, lignes }
    }

    fn write(&self) {
        let lines = std::iter::once(&self.entetes).chain(&self.lignes);
        let text: Vec<String> = lines.map(|line| line.join(";")).collect();
        std::fs::write(&self.path, format!("{}\n", text.join("\n"))).unwrap();
    }

    fn column(&self, name: &str) -> usize {
        self.entetes.iter().position(|entete| entete == name).unwrap()
    }

    fn cell<'a>(&self, ligne: &'a [String], name: &str) -> &'a str {
        &ligne[self.column(name)]
    }

    fn find(&self, cle: &str, id: &str) -> &[String] {
        let column = self.column(cle);
        self.lignes.iter().find(|ligne| ligne[column] == id).unwrap()
    }

    /// A new line, made like another one of the table but for those cells; what is not said is empty.
    fn add(&mut self, structure_id: &str, cells: &[(&str, &str)]) {
        let mut ligne = vec![String::new(); self.entetes.len()];
        ligne[self.column("structure_id")] = structure_id.to_owned();
        if let Some(extraction) = self.entetes.iter().position(|name| name == "date_extraction") {
            ligne[extraction] = JOUR.to_string();
        }
        for (name, value) in cells {
            ligne[self.column(name)] = (*value).to_owned();
        }
        self.lignes.push(ligne);
    }
}

/// The extracts of one centre, and its workshop.
struct Banc {
    dir: tempfile::TempDir,
    atelier: Arc<AtelierLocal>,
    comptes: Comptes,
    warehouse: Warehouse,
    centre: String,
    /// Numbers of the dossiers, by pseudonym.
    numeros: BTreeMap<String, String>,
    ajouts: usize,
}

impl Banc {
    async fn new() -> Self {
        Self::with(1, 600).await
    }

    async fn with(structures: usize, dossiers: u64) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let demande = mallette_synth::Demande {
            sortie: dir.path().join("extraits"),
            structures,
            dossiers,
            graine: 20,
            format: Format::Canonique,
            date_extraction: JOUR,
        };
        mallette_synth::generate(&demande, &mut |_, _| {}).unwrap();
        let donnees = dir.path().join("donnees");
        std::fs::create_dir(&donnees).unwrap();
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let moteur = Arc::new(moteur::MoteurLocal::new(Arc::clone(&catalogue)));
        let opened = Warehouse::open_with(&donnees, key()).unwrap();
        let warehouse = Warehouse::open_with(&donnees, key()).unwrap();
        let told = Arc::new(|_| {});
        let atelier =
            AtelierLocal::open_with(opened, catalogue, moteur, horloge, Usage::Pages, told).await;
        let atelier = atelier.unwrap();
        let reglage =
            Reglage { adresse: "http://localhost:8080".to_owned(), reseau: "Essai".to_owned() };
        let comptes = Comptes::new(Arc::clone(&atelier), reglage, Arc::new(SansCourriel)).unwrap();
        let centre = String::new();
        let mut banc =
            Self { dir, atelier, comptes, warehouse, centre, numeros: BTreeMap::new(), ajouts: 0 };
        banc.import().await;
        banc.centre = banc.atelier.etat().centres.keys().next().unwrap().clone();
        let keys = banc.warehouse.trousseau();
        let dossiers = banc.feuille("dossiers");
        banc.numeros = dossiers
            .lignes
            .iter()
            .map(|ligne| {
                let numero = dossiers.cell(ligne, "dossier_id");
                let pseudonym = banc.warehouse.pseudonym(&keys, &banc.centre, numero).unwrap();
                (pseudonym, numero.to_owned())
            })
            .collect();
        banc
    }

    fn etat(&self) -> Arc<mallette_app::etat::Etat> {
        self.atelier.etat()
    }

    fn feuille(&self, table: &str) -> Feuille {
        Feuille::read(&self.dir.path().join("extraits"), table)
    }

    async fn import(&self) {
        let demande = Demande {
            chemins: vec![self.dir.path().join("extraits")],
            date_extraction: Some(JOUR),
            ..Demande::default()
        };
        let bilan = self.atelier.import(demande, Arc::new(|_| {})).await.unwrap();
        assert!(bilan.changes >= 1, "{:?}", bilan.report);
    }

    /// A key that no row has.
    fn id(&mut self) -> String {
        self.ajouts += 1;
        format!("CORRIGE{}", self.ajouts)
    }

    /// Does what the rules of a line ask, in the extracts. Returns what is to be asked no more.
    fn correct(&mut self, ligne: &Ligne) -> BTreeSet<Cible> {
        let mut done = BTreeSet::new();
        for vue in ligne.vues() {
            let objet = &vue.anomalie.objet;
            let mut again = false;
            let dossier = self.numeros[objet.dossier_id.as_ref().unwrap()].clone();
            match &*vue.anomalie.regle {
                "DIA-01" | "MARGE-04" => self.diagnose(&dossier),
                "EVT-01" => self.propose(&dossier, &objet.id),
                "PAC-14" | "PAC-17" => self.place(&dossier, &objet.id),
                "MARGE-01" | "MARGE-03" => self.enter(&dossier),
                "MARGE-06" => again = self.close(&dossier),
                other => panic!("{other}: not said how it is corrected"),
            }
            if !again {
                done.insert(vue.anomalie.cible());
            }
        }
        done
    }

    /// A diagnostic, from the premier accueil.
    fn diagnose(&mut self, dossier: &str) {
        let dossiers = self.feuille("dossiers");
        let accueil = dossiers.cell(dossiers.find("dossier_id", dossier), "date_premier_accueil");
        let (id, accueil) = (self.id(), accueil.to_owned());
        self.add(
            "parcours",
            &[
                ("parcours_id", &id),
                ("dossier_id", dossier),
                ("dispositif", "DIAG"),
                ("date_entree", &accueil),
            ],
        );
    }

    /// The proposition of an event.
    fn propose(&mut self, dossier: &str, evenement: &str) {
        let evenements = self.feuille("evenements");
        let jour = evenements.cell(evenements.find("evenement_id", evenement), "date").to_owned();
        let id = self.id();
        self.add(
            "propositions",
            &[
                ("proposition_id", &id),
                ("evenement_id", evenement),
                ("dossier_id", dossier),
                ("famille", "EMPLOI"),
                ("date", &jour),
                ("etat", "PRESCRIT"),
            ],
        );
    }

    /// The situation that the reason for the end of a passage announces: of that day alone, so that it is at the
    /// exit of no other.
    fn place(&mut self, dossier: &str, passage: &str) {
        let parcours = self.feuille("parcours");
        let row = parcours.find("parcours_id", passage);
        let (fin, motif) = (parcours.cell(row, "date_fin"), parcours.cell(row, "motif_fin"));
        let (categorie, sous_type) = match motif {
            "ALTERNANCE" => ("ALTERNANCE", "APPRENTISSAGE"),
            "FORMATION" => ("FORMATION", ""),
            _ => ("EMPLOI", "CDI"),
        };
        let (id, fin) = (self.id(), fin.to_owned());
        self.add(
            "situations",
            &[
                ("situation_id", &id),
                ("dossier_id", dossier),
                ("categorie", categorie),
                ("sous_type", sous_type),
                ("etat", "TERMINE"),
                ("date_debut", &fin),
                ("date_fin", &fin),
            ],
        );
    }

    /// An entry in PACEA today.
    fn enter(&mut self, dossier: &str) {
        let id = self.id();
        self.add(
            "parcours",
            &[
                ("parcours_id", &id),
                ("dossier_id", dossier),
                ("dispositif", "PACEA"),
                ("date_entree", &JOUR.to_string()),
            ],
        );
    }

    /// The end, today, of the PACEA entered last of those without any. Returns whether another is left.
    fn close(&mut self, dossier: &str) -> bool {
        let mut parcours = self.feuille("parcours");
        let columns = ["dossier_id", "dispositif", "date_entree", "date_fin", "motif_fin"];
        let [own, dispositif, entree, fin, motif] = columns.map(|name| parcours.column(name));
        let open = |ligne: &&mut Vec<String>| {
            ligne[own] == dossier
                && ligne[dispositif] == "PACEA"
                && !ligne[entree].is_empty()
                && ligne[fin].is_empty()
        };
        let mut open: Vec<&mut Vec<String>> = parcours.lignes.iter_mut().filter(open).collect();
        open.sort_by_key(|ligne| ligne[entree].clone());
        let last = open.pop().unwrap();
        let another = !open.is_empty();
        last[fin] = JOUR.to_string();
        last[motif] = "EMPLOI_DURABLE".to_owned();
        parcours.write();
        another
    }

    fn add(&self, table: &str, cells: &[(&str, &str)]) {
        let mut feuille = self.feuille(table);
        feuille.add(&self.centre, cells);
        feuille.write();
    }

    /// Brings so many of the diagnostics ended in 2019 that lasted longer to that many days, their end being then of
    /// that year still, and imports again.
    async fn shorten(&mut self, count: u32, days: i64) {
        let mut parcours = self.feuille("parcours");
        let columns = ["dispositif", "date_entree", "date_fin"];
        let [dispositif, entree, fin] = columns.map(|name| parcours.column(name));
        let mut left = count;
        for ligne in parcours.lignes.iter_mut().filter(|ligne| ligne[dispositif] == "DIAG") {
            let dates = ligne[entree].parse::<Date>().ok().zip(ligne[fin].parse::<Date>().ok());
            let Some((start, end)) = dates else { continue };
            let wanted = start.checked_add(jiff::Span::new().days(days)).unwrap();
            if left > 0 && end.year() == 2019 && end > wanted && wanted.year() == 2019 {
                ligne[fin] = wanted.to_string();
                left -= 1;
            }
        }
        assert_eq!(left, 0, "as many were to be found");
        parcours.write();
        self.import().await;
    }

    /// Corrects the first dossiers of the list of an indicator over a year, imports again, and compares what came
    /// with what was forecast. Returns the rules whose objects were corrected.
    async fn hold(&mut self, code: &str, annee: Periode) -> BTreeSet<String> {
        let etat = self.atelier.etat();
        let etsi = self.explore(&etat, code, annee);
        let chantier =
            self.comptes.read_chantier(&Qui::Machine, &self.centre, &etsi).await.unwrap();
        let count = chantier.surs.min(PREMIERS);
        if count == 0 {
            return BTreeSet::new();
        }
        let kept = self.comptes.keep_plan(&Qui::Machine, &self.centre, &etsi, count).await;
        kept.unwrap();
        let plans = self.comptes.read_plans(&Qui::Machine, &etat, &self.centre).await.unwrap();
        let mut own =
            plans.iter().filter(|plan| plan.indicateur.code == code && year(plan.annee) == annee);
        let plan = own.next().unwrap();
        let forecast = plan.attendu;
        assert_eq!(plan.dossiers, count);
        let before = (etsi.chiffre.numerateur.unwrap(), etsi.chiffre.denominateur);
        let mut codes = BTreeSet::new();
        let mut done = BTreeSet::new();
        let (mut above, mut below) = (0, 0);
        for ligne in &chantier.lignes[..count] {
            above += ligne.effet.0;
            below += ligne.effet.1;
            codes.extend(ligne.vues().map(|vue| vue.anomalie.regle.to_string()));
            done.extend(self.correct(ligne));
        }
        self.import().await;
        let etat = self.atelier.etat();
        let after = self.explore(&etat, code, annee).chiffre;
        let moved = |count: f64, by: i64| count + f64::from(i32::try_from(by).unwrap());
        assert_eq!(after.numerateur, Some(moved(before.0, above)), "{code} {annee} {codes:?}");
        assert_eq!(
            after.denominateur,
            before.1.map(|count| moved(count, below)),
            "{code} {annee} {codes:?}"
        );
        assert_eq!(after.valeur, forecast, "{code} {annee}: the forecast is what came");
        // What was done is asked no more.
        let etsi = self.explore(&etat, code, annee);
        let left = self.comptes.read_chantier(&Qui::Machine, &self.centre, &etsi).await.unwrap();
        for ligne in &left.lignes {
            let cible = ligne.vue.anomalie.cible();
            assert!(!done.contains(&cible), "{code}: {cible:?}");
        }
        codes
    }

    fn explore<'a>(
        &self,
        etat: &'a mallette_app::etat::Etat,
        code: &str,
        annee: Periode,
    ) -> EtSi<'a> {
        let indicateur = etat.catalogue.indicateurs.iter().find(|own| own.code == code).unwrap();
        explore_year(etat, &self.centre, (indicateur, annee), None).unwrap()
    }
}

#[test]
fn what_was_forecast_is_what_comes_once_the_first_dossiers_of_the_list_are_corrected() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut banc = Banc::new().await;
        let mut corrected: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        // The year before is of what its dossiers lack still: what is done from now on is not of it.
        for (code, annee) in [
            ("DIA-T", 2019),
            ("PAC-V", 2019),
            ("PAC-V", 2018),
            ("PAC-D", 2019),
            ("SOR-P", 2019),
            ("PAC-P", 2019),
            ("PAC-P", 2018),
            ("PAC-E", 2019),
        ] {
            let codes = banc.hold(code, year(annee)).await;
            assert!(
                annee == 2019 || codes.iter().all(|code| !code.starts_with("MARGE")),
                "{codes:?}"
            );
            corrected.entry(code.to_owned()).or_default().extend(codes);
        }
        for (code, codes) in &corrected {
            assert!(!codes.is_empty(), "{code}: no dossier was corrected");
        }
        let all: BTreeSet<&str> = corrected.values().flatten().map(String::as_str).collect();
        for code in ["DIA-01", "EVT-01", "PAC-14", "MARGE-01", "MARGE-06"] {
            assert!(all.contains(code), "{code}: {all:?}");
        }
    });
}

#[test]
fn a_median_is_what_was_forecast_once_so_many_delays_are_shortened() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut banc = Banc::new().await;
        let etat = banc.etat();
        let indicateur = etat.catalogue.indicateurs.iter().find(|own| own.code == "DIA-D").unwrap();
        let now = |etat: &mallette_app::etat::Etat, target| {
            let asked = (indicateur, year(2019));
            let found = explore_year(etat, &banc.centre, asked, Some(target)).unwrap();
            (found.chiffre.valeur.unwrap(), found.manques[0].facons[0])
        };
        let median = now(&etat, 0.0).0;
        // A few days less than the median.
        let target = (median - 4.0).floor();
        let (_, cout) = now(&etat, target);
        let Reponse::Faits(count) = cout.reponse else { panic!("{cout:?}") };
        assert_eq!(cout.cible, Some(target as i64));
        assert!(count > 1, "{cout:?}");
        // One fewer does not do it.
        banc.shorten(count - 1, target as i64).await;
        let explore = |etat: &mallette_app::etat::Etat, centre: &str| {
            let found = explore_year(etat, centre, (indicateur, year(2019)), Some(target)).unwrap();
            (found.chiffre.valeur.unwrap(), found.manques[0].facons[0].reponse)
        };
        let (short, left) = explore(&banc.etat(), &banc.centre);
        assert!(short > target && left == Reponse::Faits(1), "{short} {left:?}");
        banc.shorten(1, target as i64).await;
        let (reached, left) = explore(&banc.etat(), &banc.centre);
        assert_eq!((Some(reached), left), (cout.apres, Reponse::Deja));
    });
}
