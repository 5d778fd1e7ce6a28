//! The ports: what pages ask of the running workshop, and what it asks of the query engine.
//! Each has two implementations: the real one, and that of the tests.

mod attente;
mod donnees;
mod moteur;
mod ouverture;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::Date;
use mallette_catalogue::{Indicateur, Regle};
use mallette_domain::cohorte::{self, case::Case};
pub use mallette_domain::essai::{Contredit, Essai, Tableau};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, Objet, Preuve, ResultatRegle};

use crate::etat::Etat;
pub use crate::suivi::Avancement;
pub use attente::{Attendues, Figures, Region, Suivie, Suivies};
pub use donnees::{Correspondance, VersionComparee};
pub use mallette_warehouse::ecarts::{EcartTable, Ecarts};
pub use mallette_warehouse::rejets::{Feuillet, Ligne};
pub use mallette_warehouse::{Identite, Identites};
pub use moteur::{Moteur, Part, Question, Source};
pub use ouverture::Ouverture;

/// A refusal or a failure, said in French to the person: what happened, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refus(pub String);

/// The answer of what tries nothing: an engine of tests, a campaign.
fn no_trial<'a, T: Send + 'a>() -> BoxFuture<'a, Result<T, Refus>> {
    let raison = "Rien ne s'essaie ici. Revenir aux données du moment.";
    Box::pin(std::future::ready(Err(Refus(raison.to_owned()))))
}

/// The running workshop, as pages see it.
pub trait Atelier: Send + Sync {
    /// The snapshot of the moment.
    fn etat(&self) -> Arc<Etat>;

    /// The time, by the clock of the workshop: what a file says it was written at.
    fn now(&self) -> Timestamp;

    /// Starts an import of files received from a browser (each with the name the person gave it)
    /// and returns the number of the job. The files are removed when it ends, or a while after when
    /// something in them was not recognised. `centres` are those that it may bring, every one when
    /// none is said: files that hold another are refused whole.
    ///
    /// # Errors
    /// When another import is under way.
    fn start_import(
        &self,
        fichiers: Vec<PathBuf>,
        date_extraction: Option<Date>,
        structure: Option<String>,
        centres: Option<BTreeSet<String>>,
    ) -> Result<u64, Refus>;

    /// A new empty directory, inside the data directory, to receive the files of an import.
    ///
    /// # Errors
    /// When it cannot be created.
    fn reception(&self) -> Result<PathBuf, Refus>;

    /// How far a job is; none for an unknown number.
    fn avancement(&self, job: u64) -> Option<Avancement>;

    /// Asks a job to stop: at the next batch, it leaves everything as it was.
    ///
    /// # Errors
    /// When the job is unknown or over.
    fn cancel_import(&self, job: u64) -> Result<(), Refus>;

    /// Keeps what a person said of a sheet of a job that ended, by its rank among those to look at:
    /// the table that it is, for when its files are imported again.
    ///
    /// # Errors
    /// When the files are no longer kept, or when there is no such sheet or table.
    fn say_table(&self, job: u64, rang: usize, table: String) -> Result<(), Refus>;

    /// Imports again the files of a job that ended, and returns the number of the new job.
    ///
    /// # Errors
    /// When the files are no longer kept, or when another import is under way.
    fn restart_import(&self, job: u64) -> Result<u64, Refus>;

    /// Removes the files kept of a job that ended.
    ///
    /// # Errors
    /// When they are no longer kept.
    fn forget_files(&self, job: u64) -> Result<(), Refus>;

    /// The refused lines of one centre in an import, whole, out of its vault: they may name persons.
    /// Only for who may read the names of that centre.
    ///
    /// # Errors
    /// When the vault does not open.
    fn rejets(&self, import_id: &str, structure_id: &str) -> Result<Vec<Feuillet>, Refus>;

    /// Who these dossiers are, out of the vault of their centre: only for who may read its names.
    /// A pseudonym that the vault does not know is left out.
    ///
    /// # Errors
    /// When the centre has no data, or its vault does not open.
    fn identites(&self, structure_id: &str, dossiers: &[String]) -> Result<Identites, Refus>;

    /// The dossiers of a centre whose number, name or first name holds that text, by pseudonym;
    /// none for who may not read its names.
    ///
    /// # Errors
    /// As [`Atelier::identites`].
    fn find_dossiers(&self, structure_id: &str, texte: &str) -> Result<BTreeSet<String>, Refus>;

    /// [`Atelier::start_import`], with the keys of a session: a centre that keeps the second half of
    /// its key is sealed with them only.
    ///
    /// # Errors
    /// As [`Atelier::start_import`].
    fn start_import_with(
        &self,
        cles: &Ouverture,
        fichiers: Vec<PathBuf>,
        date_extraction: Option<Date>,
        structure: Option<String>,
        centres: Option<BTreeSet<String>>,
    ) -> Result<u64, Refus> {
        let _ = cles;
        self.start_import(fichiers, date_extraction, structure, centres)
    }

    /// [`Atelier::restart_import`], with the keys of a session.
    ///
    /// # Errors
    /// As [`Atelier::restart_import`].
    fn restart_import_with(&self, cles: &Ouverture, job: u64) -> Result<u64, Refus> {
        let _ = cles;
        self.restart_import(job)
    }

    /// [`Atelier::rejets`], with the keys of a session.
    ///
    /// # Errors
    /// As [`Atelier::rejets`], and when the centre keeps a half that the session does not have.
    fn rejets_with(
        &self,
        cles: &Ouverture,
        import_id: &str,
        structure_id: &str,
    ) -> Result<Vec<Feuillet>, Refus> {
        let _ = cles;
        self.rejets(import_id, structure_id)
    }

    /// [`Atelier::identites`], with the keys of a session; nobody when the centre keeps a half that
    /// the session does not have.
    ///
    /// # Errors
    /// As [`Atelier::identites`].
    fn identites_with(
        &self,
        cles: &Ouverture,
        structure_id: &str,
        dossiers: &[String],
    ) -> Result<Identites, Refus> {
        let _ = cles;
        self.identites(structure_id, dossiers)
    }

    /// [`Atelier::find_dossiers`], with the keys of a session; none when the centre keeps a half that
    /// the session does not have.
    ///
    /// # Errors
    /// As [`Atelier::find_dossiers`].
    fn find_dossiers_with(
        &self,
        cles: &Ouverture,
        structure_id: &str,
        texte: &str,
    ) -> Result<BTreeSet<String>, Refus> {
        let _ = cles;
        self.find_dossiers(structure_id, texte)
    }

    /// What an import changed, centre by centre, whether or not its versions still count. A version
    /// whose results are no longer there is left out.
    fn versions_comparees(
        &self,
        import_id: String,
    ) -> BoxFuture<'_, Result<Vec<VersionComparee>, Refus>>;

    /// Undoes an import: each of its centres returns to the version it replaced.
    fn undo_import(&self, import_id: String) -> BoxFuture<'_, Result<(), Refus>>;

    /// The mappings that people made, by table and header.
    fn correspondances(&self) -> BoxFuture<'_, Result<Vec<Correspondance>, Refus>>;

    /// Fixes a campaign: the version of each centre that counts for it is the current one. One that
    /// exists already is replaced only when `remplacer` says so.
    fn fix_campagne(&self, nom: String, remplacer: bool) -> BoxFuture<'_, Result<(), Refus>>;

    /// Removes a campaign.
    fn remove_campagne(&self, nom: String) -> BoxFuture<'_, Result<(), Refus>>;

    /// The workshop as a campaign fixed it: its figures and its lists are those of the versions of
    /// the campaign.
    fn at_campagne(&self, nom: String) -> BoxFuture<'_, Result<Arc<dyn Atelier>, Refus>>;

    /// The figures of a campaign by centre, without antennes nor conseillers: light enough for
    /// those of many campaigns to be compared.
    fn synthese(&self, nom: String) -> BoxFuture<'_, Result<Arc<Etat>, Refus>>;

    /// Keeps the mapping a person made: that header of that table means that column, in place of
    /// what was said of it before. Refused when the catalogue knows the header as another column.
    fn save_correspondance(
        &self,
        table: String,
        entete: String,
        colonne: String,
    ) -> BoxFuture<'_, Result<(), Refus>>;

    /// Forgets the mapping of a header in a table: the column is again left out at the next
    /// import. Data already imported does not change. Refused when there is none.
    fn remove_correspondance(
        &self,
        table: String,
        entete: String,
    ) -> BoxFuture<'_, Result<(), Refus>>;

    /// Number of objects that a rule caught in a centre, and one page of them, from the stored list.
    ///
    /// # Errors
    /// When the centre or the rule is unknown, or when the list cannot be read.
    fn objets(
        &self,
        structure_id: &str,
        regle: &str,
        offset: usize,
        limit: usize,
    ) -> Result<(usize, Vec<Objet>), Refus>;

    /// The rows behind one side of an indicator of one centre, over a period.
    fn list_population(
        &self,
        structure_id: String,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>>;

    /// The figures of a period: stored, computed before, or started now.
    fn figures(&self, periode: Periode) -> Figures;

    /// A cohort and its follow-up, out of the current versions: counted before, or started now.
    fn cohorte(&self, question: &cohorte::Question) -> Suivies {
        let _ = question;
        Suivies::Refusees(Refus("Cet atelier ne suit pas de cohorte.".to_owned()))
    }

    /// The members of a cohort that a cell of its tables counts, of a centre whose names may all be read.
    fn list_cohorte(
        &self,
        structure_id: String,
        question: cohorte::Question,
        case: Case,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let _ = (structure_id, question, case);
        no_trial()
    }

    /// What a rule would evaluate and catch now in those centres: counts by centre, and the objects of
    /// the centres whose names may all be read.
    fn try_regle(
        &self,
        regle: Regle,
        centres: BTreeSet<String>,
    ) -> BoxFuture<'_, Result<Essai, Refus>> {
        let _ = (regle, centres);
        no_trial()
    }

    /// What each of these variants of one rule evaluates and catches now in those centres, by centre, in
    /// their order.
    fn weigh_regles(
        &self,
        variantes: Vec<Regle>,
        centres: BTreeSet<String>,
    ) -> BoxFuture<'_, Result<Vec<ResultatRegle>, Refus>> {
        let _ = (variantes, centres);
        no_trial()
    }

    /// The measures of each of these variants of one indicator over a period, by centre, in their order:
    /// over the whole network, for who reads it.
    fn weigh_indicateurs(
        &self,
        periode: Periode,
        variantes: Vec<Indicateur>,
    ) -> BoxFuture<'_, Result<Vec<MesuresPeriode>, Refus>> {
        let _ = (periode, variantes);
        no_trial()
    }

    /// The snapshot as it would be with that indicator and nothing else in it, over the periods kept: for who
    /// reads the network, every centre; for others, their own.
    fn try_indicateur(&self, indicateur: Indicateur) -> BoxFuture<'_, Result<Arc<Etat>, Refus>> {
        let _ = indicateur;
        no_trial()
    }

    /// The rows behind one side of an indicator that is tried, of a centre whose names may all be read.
    fn list_tried(
        &self,
        indicateur: Indicateur,
        structure_id: String,
        periode: Periode,
        part: Part,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let _ = (indicateur, structure_id, periode, part);
        no_trial()
    }

    /// One reading query over the current data of a centre whose names may all be read.
    fn query(&self, structure_id: String, sql: String) -> BoxFuture<'_, Result<Tableau, Refus>> {
        let _ = (structure_id, sql);
        no_trial()
    }
}
