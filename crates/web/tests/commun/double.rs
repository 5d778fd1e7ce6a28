//! The workshop of the tests, over a snapshot; keeps what was asked of it.

use std::collections::BTreeSet;
use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures::FutureExt;
use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::Date;
use mallette_app::etat::Etat;
use mallette_app::port::{
    Atelier, Avancement, Correspondance, Feuillet, Figures, Identite, Identites, Part, Question,
    Refus, Suivies, VersionComparee,
};
use mallette_app::suivi::Lecture;
use mallette_catalogue::{Indicateur, Regle};
use mallette_domain::cohorte::{self, case::Case};
use mallette_domain::periode::{Periode, year};
use mallette_domain::resultat::{Compte, Groupe, Objet, Portion, Preuve, ResultatRegle};
use tokio::sync::watch;

use super::chiffres::{list_of, objet};
use super::instantane::results;
use super::reponses::{ecarts, feuillets, reprise, suivi};
use super::{LYON, ROANNE, suivis};

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
    fn cohorte(&self, _: &cohorte::Question) -> Suivies {
        Suivies::Pretes(Arc::new(suivis::followed(self.etat.centres.keys())))
    }

    fn list_cohorte(
        &self,
        structure_id: String,
        _: cohorte::Question,
        case: Case,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let centres = self.etat.centres.keys();
        let listed = suivis::listed(centres, &structure_id, &case);
        async { Ok(listed) }.boxed()
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
