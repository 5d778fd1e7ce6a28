//! A workshop without a warehouse: three centres with data, one not received, three imports.
//! Its figures are small enough to be added up by hand in the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use mallette_app::etat::{Centre, Etat, ImportVu, Version};
use mallette_app::port::{
    Atelier, Avancement, Correspondance, EcartTable, Ecarts, Feuillet, Figures, Identite,
    Identites, Ligne, Part, Question, Refus, Suivies, VersionComparee,
};
use mallette_app::suivi::{FeuilleARevoir, FichierSuivi, Lecture, Reprise};
use mallette_catalogue::{Calcul, Catalogue, Indicateur, Regle};
use mallette_domain::cohorte;
use mallette_domain::periode::{Periode, year};
use mallette_domain::resultat::{
    Compte, Cumul, Groupe, Mesure, MesuresPeriode, Niveau, Objet, Portion, Preuve, Rattachement,
    ResultatRegle, Resultats,
};
use mallette_domain::table::TABLES;
use serde_json::{Value, json};
use tokio::sync::watch;

#[path = "cohorte.rs"]
mod suivis;

/// Received twice: 4 November 2019.
pub(crate) const LYON: &str = "69382S00";
/// Received once, a month and a half before: 20 September 2019.
pub(crate) const GRENOBLE: &str = "38185S00";
/// Its name is an attack.
pub(crate) const HOSTILE: &str = "01053S00";
/// Not received.
pub(crate) const ROANNE: &str = "42187S00";
/// A name that no page may let through.
pub(crate) const HOSTILE_NAME: &str = "ML <script>alert(1)</script> & \"Fils\"";

/// The workshop; keeps what was asked of it.
pub(crate) struct Double {
    etat: Arc<Etat>,
    dir: tempfile::TempDir,
    rank: AtomicU32,
    appels: Mutex<Vec<String>>,
    calculs: Mutex<BTreeSet<Periode>>,
    /// Whether the registry answers; silent as long as nothing is said.
    pub(crate) registre: watch::Sender<Option<bool>>,
}

impl Double {
    pub(crate) fn new(etat: Etat) -> Result<Self, Box<dyn Error>> {
        Ok(Self {
            etat: Arc::new(etat),
            dir: tempfile::tempdir()?,
            rank: AtomicU32::new(0),
            appels: Mutex::new(Vec::new()),
            calculs: Mutex::default(),
            registre: watch::Sender::new(Some(true)),
        })
    }

    /// What was asked of the workshop since the last look.
    pub(crate) fn appels(&self) -> Vec<String> {
        std::mem::take(&mut self.appels.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Directories of deposits still there.
    pub(crate) fn depots(&self) -> usize {
        std::fs::read_dir(self.dir.path()).map(Iterator::count).unwrap_or_default()
    }

    /// The snapshot of a campaign: of a version that is no longer current, the results are those
    /// that came before.
    fn campagne(&self, nom: &str) -> Result<Etat, Refus> {
        let campagne = self.etat.find_campagne(nom).ok_or_else(|| Refus("inconnue".to_owned()))?;
        let mut etat = Etat::clone(&self.etat);
        etat.campagne = Some(nom.to_owned());
        etat.centres.retain(|id, _| campagne.versions.contains_key(id));
        for (id, centre) in &mut etat.centres {
            let version = campagne.versions.get(id).filter(|held| held.id != centre.version.id);
            if let (Some(version), Some(before)) = (version, centre.precedents.take()) {
                centre.version = version.clone();
                centre.resultats = before;
            }
        }
        Ok(etat)
    }

    /// The snapshot with an indicator that is tried.
    fn tried(&self, indicateur: &Indicateur) -> Result<Etat, Refus> {
        let laid = self.etat.catalogue.with_written(indicateur);
        let catalogue = laid.map_err(|error| Refus(error.to_string()))?;
        let mut tried = Etat::clone(&self.etat);
        for (id, centre) in &mut tried.centres {
            let measured = results(&catalogue, id, centre.version.date_extraction, &[]);
            centre.resultats = Arc::new(measured.map_err(|error| Refus(error.to_string()))?);
        }
        tried.catalogue = Arc::new(catalogue);
        Ok(tried)
    }

    fn note(&self, appel: String) {
        self.appels.lock().unwrap_or_else(PoisonError::into_inner).push(appel);
    }
}

impl Atelier for Double {
    fn etat(&self) -> Arc<Etat> {
        Arc::clone(&self.etat)
    }

    /// Each centre evaluates a hundred objects, and catches those beyond the value of its first parameter.
    fn weigh_regles(
        &self,
        variantes: Vec<Regle>,
        centres: BTreeSet<String>,
    ) -> BoxFuture<'_, Result<Vec<ResultatRegle>, Refus>> {
        let one = |regle: &Regle| ResultatRegle {
            code: regle.code.clone(),
            comptes: centres
                .iter()
                .map(|id| {
                    let judged = regle.at(id);
                    let value = judged.parametres.values().next().map_or(0, |own| own.valeur());
                    let anomalies = 100_u64.saturating_sub(value.unsigned_abs());
                    let groupe = Groupe { structure_id: id.clone(), ..Groupe::default() };
                    (groupe.into(), Compte { evalues: 100, anomalies })
                })
                .collect(),
        };
        let weighed = variantes.iter().map(one).collect();
        Box::pin(std::future::ready(Ok(weighed)))
    }

    /// Measured as the others are.
    fn try_indicateur(&self, indicateur: Indicateur) -> BoxFuture<'_, Result<Arc<Etat>, Refus>> {
        Box::pin(std::future::ready(self.tried(&indicateur).map(Arc::new)))
    }

    fn list_tried(
        &self,
        indicateur: Indicateur,
        structure_id: String,
        periode: Periode,
        part: Part,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let portion = Portion::default();
        let question = Question { indicateur: indicateur.code.clone(), periode, part, portion };
        let listed =
            self.tried(&indicateur).and_then(|tried| list_of(&tried, &structure_id, question));
        Box::pin(std::future::ready(listed))
    }

    fn now(&self) -> Timestamp {
        // 6 November 2019, 10 h 15 in Paris.
        Timestamp::from_second(1_573_031_700).unwrap_or_default()
    }

    fn start_import(
        &self,
        fichiers: Vec<PathBuf>,
        date_extraction: Option<Date>,
        structure: Option<String>,
        _: Option<BTreeSet<String>>,
    ) -> Result<u64, Refus> {
        for fichier in fichiers {
            let name = fichier.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let bytes = std::fs::read(&fichier).map_err(|error| Refus(error.to_string()))?;
            self.note(format!("{name} : {}", String::from_utf8_lossy(&bytes)));
        }
        self.note(format!("{date_extraction:?} {structure:?}"));
        match structure.as_deref() {
            Some(ROANNE) => Err(Refus("Un import est déjà en cours. Attendre sa fin.".to_owned())),
            _ => Ok(1),
        }
    }

    fn reception(&self) -> Result<PathBuf, Refus> {
        let rank = self.rank.fetch_add(1, Ordering::Relaxed);
        let dir = self.dir.path().join(rank.to_string());
        std::fs::create_dir(&dir).map_err(|error| Refus(error.to_string()))?;
        Ok(dir)
    }

    fn avancement(&self, job: u64) -> Option<Avancement> {
        match job {
            1 | 4 => Some(Avancement::EnCours {
                etape: "Lecture de evenements.csv".to_owned(),
                fichiers: vec![
                    suivi("dossiers.csv", 12_345, Lecture::Faite),
                    suivi("evenements.csv", 7, Lecture::EnCours),
                    suivi("<i>parcours.csv", 0, Lecture::Attente),
                ],
                arret: job == 4,
            }),
            2 => Some(Avancement::Fait {
                import_id: Some("imp-2".to_owned()),
                message: "2 centres importés.".to_owned(),
                reprise: None,
            }),
            3 => Some(Avancement::Refuse {
                raison: Refus("Aucun fichier n'a été reconnu.".to_owned()),
                reprise: Some(reprise()),
            }),
            _ => None,
        }
    }

    fn cancel_import(&self, job: u64) -> Result<(), Refus> {
        self.note(format!("arrêter {job}"));
        match job {
            1 => Ok(()),
            _ => Err(Refus("Cet import est déjà fini.".to_owned())),
        }
    }

    fn say_table(&self, job: u64, rang: usize, table: String) -> Result<(), Refus> {
        self.note(format!("{job} {rang} {table}"));
        Ok(())
    }

    fn restart_import(&self, job: u64) -> Result<u64, Refus> {
        self.note(format!("reprendre {job}"));
        if job == 3 { Ok(4) } else { Err(Refus("Ils ne sont plus gardés.".to_owned())) }
    }

    fn forget_files(&self, job: u64) -> Result<(), Refus> {
        self.note(format!("oublier {job}"));
        Ok(())
    }

    fn rejets(&self, import_id: &str, structure_id: &str) -> Result<Vec<Feuillet>, Refus> {
        match (import_id, structure_id) {
            ("imp-2", LYON) => Ok(feuillets()),
            _ => Ok(Vec::new()),
        }
    }

    fn identites(&self, _: &str, dossiers: &[String]) -> Result<Identites, Refus> {
        let named = dossiers.iter().map(|dossier| {
            let identite = Identite {
                numero: format!("N-{dossier}"),
                nom: Some("<i>DUPONT".to_owned()),
                prenom: Some("Zoé".to_owned()),
            };
            (dossier.clone(), identite)
        });
        Ok(named.collect())
    }

    fn find_dossiers(&self, _: &str, texte: &str) -> Result<BTreeSet<String>, Refus> {
        self.note(format!("chercher {texte}"));
        Ok(["d-P0007".to_owned()].into_iter().filter(|_| texte == "Zoé").collect())
    }

    fn versions_comparees(
        &self,
        import_id: String,
    ) -> BoxFuture<'_, Result<Vec<VersionComparee>, Refus>> {
        let brought = self.etat.centres.values().filter(|c| c.version.import_id == import_id);
        let compared = brought.map(|centre| VersionComparee {
            structure_id: centre.structure_id.clone(),
            apres: Arc::clone(&centre.resultats),
            avant: centre.precedents.clone(),
            ecarts: centre.precedents.as_ref().map(|_| ecarts()),
        });
        let compared: Vec<_> = compared.collect();
        async { Ok(compared) }.boxed()
    }

    fn undo_import(&self, import_id: String) -> BoxFuture<'_, Result<(), Refus>> {
        self.note(format!("annuler {import_id}"));
        async { Ok(()) }.boxed()
    }

    fn fix_campagne(&self, nom: String, remplacer: bool) -> BoxFuture<'_, Result<(), Refus>> {
        self.note(format!("fixer {nom} {remplacer}"));
        let known = self.etat.find_campagne(&nom).is_some();
        let refused = known && !remplacer;
        let answer = if refused { Err(Refus("déjà fixée".to_owned())) } else { Ok(()) };
        async { answer }.boxed()
    }

    fn remove_campagne(&self, nom: String) -> BoxFuture<'_, Result<(), Refus>> {
        self.note(format!("retirer {nom}"));
        async { Ok(()) }.boxed()
    }

    fn at_campagne(&self, nom: String) -> BoxFuture<'_, Result<Arc<dyn Atelier>, Refus>> {
        let double = self
            .campagne(&nom)
            .and_then(|etat| Self::new(etat).map_err(|error| Refus(error.to_string())));
        async { double.map(|double| Arc::new(double) as Arc<dyn Atelier>) }.boxed()
    }

    fn synthese(&self, nom: String) -> BoxFuture<'_, Result<Arc<Etat>, Refus>> {
        let etat = self.campagne(&nom).map(Arc::new);
        async { etat }.boxed()
    }

    fn correspondances(&self) -> BoxFuture<'_, Result<Vec<Correspondance>, Refus>> {
        let kept = |entete: &str, colonne: &str, sans_effet: Option<&str>| Correspondance {
            table: "dossiers".to_owned(),
            entete: entete.to_owned(),
            colonne: colonne.to_owned(),
            sans_effet: sans_effet.map(str::to_owned),
        };
        let kept = vec![
            kept("Pointure <b>", "antenne", None),
            kept("Numéro", "statut", Some("« Numéro » désigne déjà « dossier_id ».")),
        ];
        let mut registre = self.registre.subscribe();
        async move {
            let answers =
                registre.wait_for(Option::is_some).await.is_ok_and(|said| *said == Some(true));
            if answers {
                Ok(kept)
            } else {
                Err(Refus("CANARI : le registre ne répond pas".to_owned()))
            }
        }
        .boxed()
    }

    fn save_correspondance(
        &self,
        table: String,
        entete: String,
        colonne: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        self.note(format!("{table} {entete} {colonne}"));
        async { Ok(()) }.boxed()
    }

    fn remove_correspondance(
        &self,
        table: String,
        entete: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        self.note(format!("oublier {table} {entete}"));
        async { Ok(()) }.boxed()
    }

    fn objets(
        &self,
        structure_id: &str,
        regle: &str,
        offset: usize,
        limit: usize,
    ) -> Result<(usize, Vec<Objet>), Refus> {
        let unknown = || Refus("inconnu".to_owned());
        let centre = self.etat.centres.get(structure_id).ok_or_else(unknown)?;
        let found = centre.resultats.regles.iter().find(|resultat| resultat.code == regle);
        let mut objets = Vec::new();
        for (groupe, compte) in &found.ok_or_else(unknown)?.comptes {
            for _ in 0..compte.anomalies {
                let rank = objets.len() + 1;
                objets.push(objet(groupe, "parcours", &format!("P{rank:04}")));
            }
        }
        let total = objets.len();
        Ok((total, objets.into_iter().skip(offset).take(limit).collect()))
    }

    fn list_population(
        &self,
        structure_id: String,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let listed = list_of(&self.etat, &structure_id, question);
        async { listed }.boxed()
    }

    /// Figures that are not stored are there the second time they are asked for: those of 2019.
    fn cohorte(&self, question: &cohorte::Question) -> Suivies {
        Suivies::Pretes(Arc::new(suivis::followed(self.etat.centres.keys(), question.origine)))
    }

    fn figures(&self, periode: Periode) -> Figures {
        if self.etat.stores(periode) {
            return Figures::Pretes(Arc::clone(&self.etat));
        }
        let mut asked = self.calculs.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.insert(periode) {
            return Figures::EnCalcul;
        }
        let mut computed = Etat::clone(&self.etat);
        for centre in computed.centres.values_mut() {
            let resultats = Arc::make_mut(&mut centre.resultats);
            resultats.indicateurs.retain(|held| held.periode == year(2019));
            for held in &mut resultats.indicateurs {
                held.periode = periode;
            }
        }
        Figures::Pretes(Arc::new(computed))
    }
}

fn suivi(nom: &str, lignes: u64, lecture: Lecture) -> FichierSuivi {
    FichierSuivi { nom: nom.to_owned(), octets: Some(2_500_000), lignes, lecture }
}

/// A sheet whose table nobody knows, and one with a column that nobody knows.
fn reprise() -> Reprise {
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let sheet =
        |feuille: &str, table: Option<&str>, entetes: &[&str], inconnues: &[&str]| FeuilleARevoir {
            fichier: "envoi.zip/suite.xlsx".to_owned(),
            feuille: Some(feuille.to_owned()),
            table: table.map(str::to_owned),
            possibles: Vec::new(),
            entetes: texts(entetes),
            inconnues: texts(inconnues),
        };
    let unknown = sheet("Feuil<1>", None, &["Pointure <b>", "Mystère", "Né le"], &[]);
    let known = sheet("Dossiers", Some("dossiers"), &["Né le", "Mystère"], &["Mystère"]);
    Reprise { feuilles: vec![unknown, known], minutes: 30 }
}

/// Two refused lines of one file: one cell at fault, then a whole line longer than its headers.
fn feuillets() -> Vec<Feuillet> {
    let ligne = |ligne, cellules: &[&str], colonne, raison: &str| Ligne {
        ligne,
        cellules: cellules.iter().map(|text| (*text).to_owned()).collect(),
        colonne,
        raison: raison.to_owned(),
    };
    vec![Feuillet {
        fichier: "/reception/1/dossiers.csv".to_owned(),
        feuille: None,
        table: "dossiers".to_owned(),
        entetes: ["N° dossier", "Nom", "Né le"].map(str::to_owned).into(),
        lignes: vec![
            ligne(7, &["D1", "=DUPONT()", "31/02/2019"], Some(2), "La date n'existe pas."),
            ligne(9, &["D2", "DURAND", "", "de trop"], None, "Ligne illisible."),
        ],
    }]
}

fn ecarts() -> Ecarts {
    let (avant, apres, ajoutees, supprimees, modifiees) = (1_000, 1_200, 250, 50, 17);
    let table = EcartTable { avant, apres, ajoutees, supprimees, modifiees };
    Ecarts::new("v-0".to_owned(), date(2019, 9, 20), [("parcours".to_owned(), table)].into())
}

fn objet(groupe: &Groupe, table: &str, id: &str) -> Objet {
    Objet {
        structure_id: groupe.structure_id.clone(),
        table: table.to_owned(),
        id: id.to_owned(),
        dossier_id: Some(format!("d-{id}")),
        conseiller_id: groupe.conseiller_id.clone(),
        antenne: groupe.antenne.clone(),
    }
}

fn groupe(centre: &str, antenne: Option<&str>, conseiller: Option<&str>) -> Arc<Groupe> {
    Arc::new(Groupe {
        structure_id: centre.to_owned(),
        antenne: antenne.map(Into::into),
        conseiller_id: conseiller.map(Into::into),
    })
}

/// The snapshot: see the constants above.
pub(crate) fn etat() -> Result<Etat, Box<dyn Error>> {
    let catalogue = Catalogue::builtin()?;
    let names = [(LYON, "69-ML LYON"), (GRENOBLE, "38-ML GRENOBLE"), (HOSTILE, HOSTILE_NAME)];
    let mut reseau: BTreeMap<String, Rattachement> =
        names.into_iter().map(|(id, nom)| (id.to_owned(), place(id, nom))).collect();
    reseau.insert(ROANNE.to_owned(), place(ROANNE, "42-ML ROANNE"));
    let lyon = [
        ("PAC-07", Some("Centre"), Some("C1"), 40, 12),
        ("PAC-07", Some("Centre"), Some("C2"), 60, 8),
        ("PAC-07", Some("Nord"), Some("C3"), 100, 55),
        ("PAC-07", None, None, 5, 0),
        ("DOS-01", Some("Centre"), Some("C1"), 1000, 3),
        ("EVT-06", Some("Nord"), Some("C3"), 9000, 1234),
        ("MARGE-01", Some("Nord"), Some("C3"), 700, 20),
    ];
    let before = [
        ("PAC-07", Some("Centre"), Some("C1"), 190, 90),
        ("DOS-01", Some("Centre"), Some("C1"), 990, 1),
        ("EVT-06", Some("Nord"), Some("C3"), 8000, 1234),
    ];
    let grenoble =
        [("PAC-07", Some("Sud"), Some("G1"), 50, 5), ("DOS-01", Some("Sud"), Some("G1"), 1234, 10)];
    let (late, early) = (date(2019, 11, 4), date(2019, 9, 20));
    let mut centres = BTreeMap::new();
    for (id, day, import, found) in [
        (LYON, late, "imp-2", &lyon[..]),
        (GRENOBLE, early, "imp-1", &grenoble[..]),
        (HOSTILE, late, "imp-2", &[]),
    ] {
        let version = Version {
            id: format!("v-{id}"),
            date_extraction: day,
            importe_le: "2019-11-05T08:30:00Z".parse()?,
            import_id: import.to_owned(),
            lignes: 123_456,
            tables: TABLES.iter().map(|table| (table.name.to_owned(), 1_000)).collect(),
        };
        let resultats = Arc::new(results(&catalogue, id, day, found)?);
        let precedents = match id {
            LYON => Some(Arc::new(results(&catalogue, id, early, &before)?)),
            _ => None,
        };
        let rattachement = reseau.get(id).cloned().unwrap_or_default();
        let structure_id = id.to_owned();
        centres.insert(
            id.to_owned(),
            Centre { structure_id, rattachement, version, resultats, precedents },
        );
    }
    let import = |id: &str, at: &str, rapport: Value| -> Result<ImportVu, Box<dyn Error>> {
        Ok(ImportVu { id: id.to_owned(), importe_le: at.parse()?, annule_le: None, rapport })
    };
    let mut undone = import("imp-0", "2019-08-01T08:30:00Z", report(&[ROANNE], 0))?;
    undone.annule_le = Some("2019-08-02T08:30:00Z".parse()?);
    let imports = vec![
        import("imp-2", "2019-11-05T08:30:00Z", report(&[LYON, HOSTILE], 120))?,
        import("imp-1", "2019-09-21T08:30:00Z", report(&[LYON, GRENOBLE], 0))?,
        undone,
    ];
    Ok(Etat { reseau, centres, imports, ..Etat::empty(Arc::new(catalogue)) })
}

/// The rows behind one side of a figure: as many as it counts.
fn list_of(etat: &Etat, structure_id: &str, question: Question) -> Result<Vec<Preuve>, Refus> {
    let Question { indicateur, periode, part, portion } = question;
    let known = etat.catalogue.indicateurs.iter().find(|i| i.code == indicateur);
    let calcul = known.map(|known| known.calcul);
    let niveau = match (&portion.conseiller_id, &portion.antenne) {
        (Some(_), _) => Niveau::Conseiller,
        (None, Some(_)) => Niveau::Antenne,
        (None, None) => Niveau::Structure,
    };
    let stored = etat.centres.get(structure_id).and_then(|centre| {
        let mesures = centre.resultats.indicateurs.iter().find(|held| held.periode == periode)?;
        mesures.mesures.iter().find(|mesure| mesure.code == indicateur && mesure.niveau == niveau)
    });
    let cumul = stored.map(|mesure| mesure.cumul.clone()).unwrap_or_default();
    let held: u64 = cumul.mesures.values().sum();
    // A sum is that of one row.
    let (count, mesure) = match (calcul, part) {
        (Some(Calcul::Ratio), Part::Numerateur) => (1.0, Some(cumul.numerateur)),
        (Some(Calcul::Ratio), Part::Denominateur) => (1.0, Some(cumul.denominateur)),
        (Some(Calcul::Somme | Calcul::Moyenne), _) => {
            let rows = cumul.denominateur;
            (rows, (rows > 0.0).then(|| cumul.numerateur / rows))
        }
        (_, Part::Numerateur) => (cumul.numerateur, None),
        (_, Part::Denominateur) if cumul.denominateur > 0.0 => (cumul.denominateur, None),
        (_, Part::Denominateur) if held > 0 => (held as f64, Some(10.0)),
        (Some(Calcul::Mediane), Part::Denominateur) => (0.0, None),
        (_, Part::Denominateur) => (cumul.numerateur, None),
    };
    let counts_anomalies = calcul == Some(Calcul::PourCentDossiers);
    let regle = (counts_anomalies && part == Part::Numerateur).then(|| "PAC-07".to_owned());
    let (antenne, conseiller) = first_conseiller(structure_id);
    let groupe = groupe(structure_id, Some(antenne), Some(conseiller));
    let preuves = (1..=count as u64).map(|rank| Preuve {
        objet: objet(&groupe, "dossiers", &format!("D{rank}")),
        regle: regle.clone(),
        mesure,
    });
    Ok(preuves.collect())
}

/// The antenne and the conseiller that hold the indicators of a centre.
fn first_conseiller(id: &str) -> (&'static str, &'static str) {
    if id == GRENOBLE { ("Sud", "G1") } else { ("Centre", "C1") }
}

fn place(id: &str, nom: &str) -> Rattachement {
    Rattachement {
        nom: Some(nom.to_owned()),
        departement: id.get(..2).map(Into::into),
        region: Some("84".to_owned()),
        groupe_pairs: Some("Urbain".to_owned()),
    }
}

type Found<'a> = (&'a str, Option<&'a str>, Option<&'a str>, u64, u64);

fn results(
    catalogue: &Catalogue,
    id: &str,
    day: Date,
    found: &[Found<'_>],
) -> Result<Resultats, Box<dyn Error>> {
    let regles = catalogue.regles.iter().map(|regle| ResultatRegle {
        code: regle.code.clone(),
        comptes: found
            .iter()
            .filter(|(code, ..)| *code == regle.code)
            .map(|(_, antenne, conseiller, evalues, anomalies)| {
                let compte = Compte { evalues: *evalues, anomalies: *anomalies };
                (groupe(id, *antenne, *conseiller), compte)
            })
            .collect(),
    });
    let mut periodes = vec![(year(2018), true), (year(2019), true)];
    for name in ["2018", "2019"] {
        for quarter in 1..=4 {
            periodes.push((format!("{name}-T{quarter}").parse()?, false));
        }
        for month in 1..=12 {
            periodes.push((format!("{name}-{month:02}").parse()?, false));
        }
    }
    let indicateurs = periodes.into_iter().map(|(periode, fine)| MesuresPeriode {
        periode,
        mesures: catalogue
            .indicateurs
            .iter()
            .flat_map(|indicateur| measures(indicateur, id, periode, fine))
            .collect(),
    });
    Ok(Resultats {
        date_extraction: day,
        regles: regles.collect(),
        indicateurs: indicateurs.collect(),
    })
}

/// The measures of an indicator: of the centre, and for a year of its antenne and its conseiller.
fn measures(indicateur: &Indicateur, id: &str, periode: Periode, fine: bool) -> Vec<Mesure> {
    let cumul = cumul(indicateur, id, periode);
    let mesure = |niveau, sous_cle: &str| Mesure {
        code: indicateur.code.clone(),
        niveau,
        structure_id: id.to_owned(),
        sous_cle: sous_cle.to_owned(),
        cumul: cumul.clone(),
    };
    let (antenne, conseiller) = first_conseiller(id);
    let mut mesures = vec![mesure(Niveau::Structure, "")];
    if fine {
        mesures.push(mesure(Niveau::Antenne, antenne));
        mesures.push(mesure(Niveau::Conseiller, conseiller));
    }
    mesures
}

/// For 2019: ACC-N 1200 + 800 + 34, PAC-R 30/100 + 20/50, DIA-D {10, 20} + {30}, GJ-P 0/0.
fn cumul(indicateur: &Indicateur, id: &str, periode: Periode) -> Cumul {
    let of = |lyon, grenoble, hostile| match id {
        LYON => lyon,
        GRENOBLE => grenoble,
        _ => hostile,
    };
    let share = if periode.debut.month() == 1 && periode.fin.month() == 12 { 1.0 } else { 0.1 };
    let mut cumul = match (indicateur.code.as_str(), indicateur.calcul) {
        ("ACC-N", _) => Cumul { numerateur: of(1200.0, 800.0, 34.0), ..Cumul::default() },
        ("GJ-P", _) => Cumul::default(),
        // What people define over what nobody has.
        _ if indicateur.population.contains("'NULLE PART'") => Cumul::default(),
        (_, Calcul::Mediane) => {
            let mesures = match id {
                LYON => [(10, 1), (20, 1)].into(),
                GRENOBLE => [(30, 1)].into(),
                _ => BTreeMap::new(),
            };
            return Cumul { mesures, ..Cumul::default() };
        }
        (_, Calcul::Effectif | Calcul::Distinct | Calcul::Somme) => {
            Cumul { numerateur: of(500.0, 300.0, 20.0), ..Cumul::default() }
        }
        _ => Cumul {
            numerateur: of(30.0, 20.0, 0.0),
            denominateur: of(100.0, 50.0, 0.0),
            ..Cumul::default()
        },
    };
    cumul.numerateur = (cumul.numerateur * share).round();
    cumul.denominateur = (cumul.denominateur * share).round();
    cumul
}

/// 5,000 rows read: all accepted but the rejected and 10 duplicates.
fn report(centres: &[&str], rejected: u64) -> Value {
    let rejets: Vec<Value> = (0..rejected)
        .map(|rank| {
            let (valeur, raison) = match rank {
                0 => ("=cmd|' /C calc'!A0", "Le code n'est pas connu."),
                1 => ("<b>31/02/2019</b>", "La date n'existe pas."),
                _ => ("31/02/2019", "La date n'existe pas."),
            };
            let fichier = "/reception/1/dossiers.csv";
            json!({"fichier": fichier, "feuille": null, "ligne": rank + 2, "colonne": "Né le",
                   "valeur": valeur, "raison": raison})
        })
        .collect();
    let structures: Vec<Value> = centres
        .iter()
        .map(|id| json!({"structure_id": id, "date_extraction": "2019-11-04", "lignes": 123_456}))
        .collect();
    json!({
        "version": 1,
        "fichiers": [
            {"chemin": "/reception/1/dossiers.csv", "empreinte": "0123456789abcdef0123",
             "table": "dossiers", "lues": 4000, "acceptees": 4000 - 10 - rejected,
             "rejetees": rejected, "doublons_identiques": 10},
            {"chemin": "/reception/1/envoi.zip/suite.xlsx", "feuille": "Parcours",
             "empreinte": "fedcba98", "table": "parcours", "lues": 1000, "acceptees": 1000,
             "rejetees": 0, "doublons_identiques": 0}
        ],
        "rejets": rejets,
        "ignorees": [{"fichier": "/reception/1/dossiers.csv", "feuille": null, "ligne": 1,
                      "raison": "ligne d'en-tête"}],
        "structures": structures,
        "renvois": if rejected == 0 { json!({}) } else { json!({LYON: 2}) },
        "colonnes_inconnues": if rejected == 0 { json!([]) } else {
            json!([{"fichier": "/reception/1/dossiers.csv", "feuille": null,
                    "table": "dossiers", "entete": "Situation fam. <i>"}])
        }
    })
}
