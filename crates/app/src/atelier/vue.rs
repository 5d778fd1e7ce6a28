//! The workshop as a campaign fixed it: what is read is of its versions, what is done is done by
//! the workshop itself.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::Date;
use mallette_domain::cohorte::{self, case::Case};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Objet, Preuve};

use super::AtelierLocal;
use crate::etat::Etat;
use crate::port::{
    Atelier, Avancement, Correspondance, Feuillet, Figures, Identites, Ouverture, Question, Refus,
    Suivies, VersionComparee,
};

/// A workshop over the versions of a campaign.
pub(super) struct VueCampagne {
    pub(super) atelier: Arc<AtelierLocal>,
    pub(super) etat: Arc<Etat>,
}

impl Atelier for VueCampagne {
    fn etat(&self) -> Arc<Etat> {
        Arc::clone(&self.etat)
    }

    fn now(&self) -> Timestamp {
        self.atelier.now()
    }

    fn objets(
        &self,
        structure_id: &str,
        regle: &str,
        offset: usize,
        limit: usize,
    ) -> Result<(usize, Vec<Objet>), Refus> {
        self.atelier.objets_of(&self.etat, structure_id, regle, (offset, limit))
    }

    fn list_population(
        &self,
        structure_id: String,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        Box::pin(self.atelier.prove(&self.etat, structure_id, question))
    }

    fn figures(&self, periode: Periode) -> Figures {
        self.atelier.find_figures(&self.etat, periode)
    }

    fn cohorte(&self, question: &cohorte::Question) -> Suivies {
        self.atelier.find_cohorte(&self.etat, question)
    }

    fn list_cohorte(
        &self,
        structure_id: String,
        question: cohorte::Question,
        case: Case,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        self.atelier.list_members(&self.etat, &structure_id, (question, case))
    }

    fn start_import(
        &self,
        fichiers: Vec<PathBuf>,
        date_extraction: Option<Date>,
        structure: Option<String>,
        centres: Option<BTreeSet<String>>,
    ) -> Result<u64, Refus> {
        self.atelier.start_import(fichiers, date_extraction, structure, centres)
    }

    fn start_import_with(
        &self,
        cles: &Ouverture,
        fichiers: Vec<PathBuf>,
        date_extraction: Option<Date>,
        structure: Option<String>,
        centres: Option<BTreeSet<String>>,
    ) -> Result<u64, Refus> {
        self.atelier.start_import_with(cles, fichiers, date_extraction, structure, centres)
    }

    fn restart_import_with(&self, cles: &Ouverture, job: u64) -> Result<u64, Refus> {
        self.atelier.restart_import_with(cles, job)
    }

    fn reception(&self) -> Result<PathBuf, Refus> {
        self.atelier.reception()
    }

    fn avancement(&self, job: u64) -> Option<Avancement> {
        self.atelier.avancement(job)
    }

    fn cancel_import(&self, job: u64) -> Result<(), Refus> {
        self.atelier.cancel_import(job)
    }

    fn say_table(&self, job: u64, rang: usize, table: String) -> Result<(), Refus> {
        self.atelier.say_table(job, rang, table)
    }

    fn restart_import(&self, job: u64) -> Result<u64, Refus> {
        self.atelier.restart_import(job)
    }

    fn forget_files(&self, job: u64) -> Result<(), Refus> {
        self.atelier.forget_files(job)
    }

    fn rejets(&self, import_id: &str, structure_id: &str) -> Result<Vec<Feuillet>, Refus> {
        self.atelier.rejets(import_id, structure_id)
    }

    fn rejets_with(
        &self,
        cles: &Ouverture,
        import_id: &str,
        structure_id: &str,
    ) -> Result<Vec<Feuillet>, Refus> {
        self.atelier.rejets_with(cles, import_id, structure_id)
    }

    fn identites(&self, structure_id: &str, dossiers: &[String]) -> Result<Identites, Refus> {
        self.identites_with(&Ouverture::default(), structure_id, dossiers)
    }

    fn identites_with(
        &self,
        cles: &Ouverture,
        structure_id: &str,
        dossiers: &[String],
    ) -> Result<Identites, Refus> {
        self.atelier.identites_of(&self.etat, cles, structure_id, dossiers)
    }

    fn find_dossiers(&self, structure_id: &str, texte: &str) -> Result<BTreeSet<String>, Refus> {
        self.find_dossiers_with(&Ouverture::default(), structure_id, texte)
    }

    fn find_dossiers_with(
        &self,
        cles: &Ouverture,
        structure_id: &str,
        texte: &str,
    ) -> Result<BTreeSet<String>, Refus> {
        self.atelier.find_dossiers_of(&self.etat, cles, structure_id, texte)
    }

    fn versions_comparees(
        &self,
        import_id: String,
    ) -> BoxFuture<'_, Result<Vec<VersionComparee>, Refus>> {
        self.atelier.versions_comparees(import_id)
    }

    fn undo_import(&self, import_id: String) -> BoxFuture<'_, Result<(), Refus>> {
        self.atelier.undo_import(import_id)
    }

    fn fix_campagne(&self, nom: String, remplacer: bool) -> BoxFuture<'_, Result<(), Refus>> {
        self.atelier.fix_campagne(nom, remplacer)
    }

    fn remove_campagne(&self, nom: String) -> BoxFuture<'_, Result<(), Refus>> {
        self.atelier.remove_campagne(nom)
    }

    fn at_campagne(&self, nom: String) -> BoxFuture<'_, Result<Arc<dyn Atelier>, Refus>> {
        self.atelier.at_campagne(nom)
    }

    fn synthese(&self, nom: String) -> BoxFuture<'_, Result<Arc<Etat>, Refus>> {
        self.atelier.synthese(nom)
    }

    fn correspondances(&self) -> BoxFuture<'_, Result<Vec<Correspondance>, Refus>> {
        self.atelier.correspondances()
    }

    fn save_correspondance(
        &self,
        table: String,
        entete: String,
        colonne: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        self.atelier.save_correspondance(table, entete, colonne)
    }

    fn remove_correspondance(
        &self,
        table: String,
        entete: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        self.atelier.remove_correspondance(table, entete)
    }
}
