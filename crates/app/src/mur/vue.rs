//! The workshop as one person may use it: each question is answered out of the restricted snapshot,
//! each act checked against what that person may do.

mod secret;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::Timestamp;
use jiff::civil::Date;
use mallette_catalogue::{Calcul, Indicateur, Regle};
use mallette_domain::acces::{Acces, Noms, Role};
use mallette_domain::cohorte::{self, case::Case};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, Objet, Preuve, ResultatRegle};

use super::Mur;
use crate::etat::{Etat, Voisinage};
use crate::lecture::imports::Rapport;
use crate::port::{
    Atelier, Avancement, Correspondance, Essai, Feuillet, Figures, Identites, Ouverture, Part,
    Question, Refus, Suivie, Suivies, Tableau, VersionComparee,
};
use crate::secret::{Lecteur, blur_measures, blur_rule, blur_trial, blur_tried, is_about_persons};
use crate::tentative::{self, Tentative};
use crate::voile;

/// A workshop behind the wall.
pub(super) struct VueRestreinte {
    pub(super) mur: Arc<Mur>,
    pub(super) atelier: Arc<dyn Atelier>,
    pub(super) acces: Arc<Acces>,
    pub(super) cles: Ouverture,
    pub(super) etat: Arc<Etat>,
}

/// A refusal that does not say whether what was asked for exists.
fn not_open() -> Refus {
    tentative::note(Tentative::Acte);
    let raison = "Ces données ne sont pas ouvertes à ce compte. Demander au directeur du centre, ou \
                  à l'administrateur régional, les droits qui manquent.";
    Refus(raison.to_owned())
}

impl VueRestreinte {
    fn check_centre(&self, structure_id: &str) -> Result<(), Refus> {
        self.etat.centres.contains_key(structure_id).then_some(()).ok_or_else(not_open)
    }

    /// Whether no name of that centre opens for this request, whatever the access says.
    fn is_nameless(&self, structure_id: &str) -> bool {
        self.mur.sans_noms || self.cles.shuts(structure_id)
    }

    /// The conseillers whose lists alone are open in a centre; none when all are.
    fn portfolio(&self, structure_id: &str) -> Option<BTreeSet<String>> {
        match self.acces.names_of(structure_id) {
            Some(Noms::Portefeuilles(own)) => Some(own),
            _ => None,
        }
    }

    /// The centres for which imports may be made.
    fn own_imports(&self) -> BTreeSet<String> {
        let centres = self.acces.centres().into_iter();
        centres.filter(|id| self.acces.imports_for(id)).map(str::to_owned).collect()
    }

    /// As [`Self::own_imports`], refused when there is none.
    fn importable(&self) -> Result<BTreeSet<String>, Refus> {
        let own = self.own_imports();
        if own.is_empty() { Err(not_open()) } else { Ok(own) }
    }

    fn check_job(&self, job: u64) -> Result<(), Refus> {
        let own = self.importable()?;
        let centres = self.mur.job_centres(job).ok_or_else(not_open)?;
        centres.is_subset(&own).then_some(()).ok_or_else(not_open)
    }

    fn check_network(&self) -> Result<(), Refus> {
        self.acces.has(Role::ChargeDeMission).then_some(()).ok_or_else(not_open)
    }

    /// That an import is of nothing but centres for which this person imports.
    fn check_import(&self, import_id: &str) -> Result<(), Refus> {
        let import = self.etat.imports.iter().find(|import| import.id == import_id);
        let structures = import.map(|import| Rapport::of(import).structures()).unwrap_or_default();
        let own = |id: &str| self.acces.imports_for(id);
        let all_own = structures.iter().all(|structure| own(structure.structure_id));
        (!structures.is_empty() && all_own).then_some(()).ok_or_else(not_open)
    }
}

fn refused<'a, T>(refus: Refus) -> BoxFuture<'a, Result<T, Refus>>
where
    T: Send + 'a,
{
    Box::pin(std::future::ready(Err(refus)))
}

impl Atelier for VueRestreinte {
    fn etat(&self) -> Arc<Etat> {
        Arc::clone(&self.etat)
    }

    fn now(&self) -> Timestamp {
        self.atelier.now()
    }

    fn start_import(
        &self,
        fichiers: Vec<PathBuf>,
        date_extraction: Option<Date>,
        structure: Option<String>,
        centres: Option<BTreeSet<String>>,
    ) -> Result<u64, Refus> {
        let mut own = self.importable()?;
        if let Some(asked) = centres {
            own.retain(|id| asked.contains(id));
        }
        if structure.as_ref().is_some_and(|id| !own.contains(id)) {
            return Err(not_open());
        }
        let job = self.atelier.start_import_with(
            &self.cles.for_import(),
            fichiers,
            date_extraction,
            structure,
            Some(own.clone()),
        )?;
        self.mur.note_job(job, own);
        Ok(job)
    }

    fn reception(&self) -> Result<PathBuf, Refus> {
        self.importable()?;
        self.atelier.reception()
    }

    fn avancement(&self, job: u64) -> Option<Avancement> {
        self.check_job(job).ok()?;
        self.atelier.avancement(job)
    }

    fn cancel_import(&self, job: u64) -> Result<(), Refus> {
        self.check_job(job)?;
        self.atelier.cancel_import(job)
    }

    fn say_table(&self, job: u64, rang: usize, table: String) -> Result<(), Refus> {
        self.check_job(job)?;
        self.atelier.say_table(job, rang, table)
    }

    fn restart_import(&self, job: u64) -> Result<u64, Refus> {
        self.check_job(job)?;
        let restarted = self.atelier.restart_import_with(&self.cles.for_import(), job)?;
        self.mur.note_job(restarted, self.mur.job_centres(job).unwrap_or_default());
        Ok(restarted)
    }

    fn forget_files(&self, job: u64) -> Result<(), Refus> {
        self.check_job(job)?;
        self.atelier.forget_files(job)
    }

    fn rejets(&self, import_id: &str, structure_id: &str) -> Result<Vec<Feuillet>, Refus> {
        if self.is_nameless(structure_id) || self.acces.names_of(structure_id) != Some(Noms::Centre)
        {
            return Err(not_open());
        }
        self.atelier.rejets_with(&self.cles, import_id, structure_id)
    }

    fn identites(&self, structure_id: &str, dossiers: &[String]) -> Result<Identites, Refus> {
        // Which dossiers are of a portfolio is decided by the list that names them.
        if self.is_nameless(structure_id) || self.acces.names_of(structure_id).is_none() {
            return Ok(Identites::new());
        }
        self.check_centre(structure_id)?;
        self.atelier.identites_with(&self.cles, structure_id, dossiers)
    }

    fn find_dossiers(&self, structure_id: &str, texte: &str) -> Result<BTreeSet<String>, Refus> {
        if self.is_nameless(structure_id) || self.acces.names_of(structure_id).is_none() {
            return Ok(BTreeSet::new());
        }
        self.check_centre(structure_id)?;
        self.atelier.find_dossiers_with(&self.cles, structure_id, texte)
    }

    fn versions_comparees(
        &self,
        import_id: String,
    ) -> BoxFuture<'_, Result<Vec<VersionComparee>, Refus>> {
        Box::pin(async move {
            let mut versions = self.atelier.versions_comparees(import_id).await?;
            versions.retain(|version| self.acces.reads_centre(&version.structure_id));
            for version in &mut versions {
                let names = self.acces.names_of(&version.structure_id);
                if names == Some(Noms::Centre) {
                    continue;
                }
                for kept in std::iter::once(&mut version.apres).chain(&mut version.avant) {
                    let mut light = voile::by_centre(kept);
                    // Two extracts a few days apart tell, by their difference, a handful of persons.
                    if !self.etat.lecteur.owns(&version.structure_id) {
                        light.indicateurs.clear();
                    }
                    *kept = Arc::new(light);
                }
            }
            Ok(versions)
        })
    }

    fn undo_import(&self, import_id: String) -> BoxFuture<'_, Result<(), Refus>> {
        match self.check_import(&import_id) {
            Ok(()) => self.atelier.undo_import(import_id),
            Err(refus) => refused(refus),
        }
    }

    fn correspondances(&self) -> BoxFuture<'_, Result<Vec<Correspondance>, Refus>> {
        match self.own_imports().is_empty() {
            false => self.atelier.correspondances(),
            true => Box::pin(std::future::ready(Ok(Vec::new()))),
        }
    }

    fn fix_campagne(&self, nom: String, remplacer: bool) -> BoxFuture<'_, Result<(), Refus>> {
        match self.check_network() {
            Ok(()) => self.atelier.fix_campagne(nom, remplacer),
            Err(refus) => refused(refus),
        }
    }

    fn remove_campagne(&self, nom: String) -> BoxFuture<'_, Result<(), Refus>> {
        match self.check_network() {
            Ok(()) => self.atelier.remove_campagne(nom),
            Err(refus) => refused(refus),
        }
    }

    fn at_campagne(&self, nom: String) -> BoxFuture<'_, Result<Arc<dyn Atelier>, Refus>> {
        Box::pin(async move {
            let atelier = self.atelier.at_campagne(nom.clone()).await?;
            let own = self.mur.restrictions.restrict(&atelier.etat(), &self.acces);
            self.tell_after(&own, &nom).await?;
            Ok(self.mur.around(atelier, &self.acces, &self.cles))
        })
    }

    fn synthese(&self, nom: String) -> BoxFuture<'_, Result<Arc<Etat>, Refus>> {
        Box::pin(async move {
            let etat = self.atelier.synthese(nom.clone()).await?;
            let own = self.mur.restrictions.restrict(&etat, &self.acces);
            self.tell_after(&own, &nom).await?;
            Ok(own)
        })
    }

    fn save_correspondance(
        &self,
        table: String,
        entete: String,
        colonne: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        match self.importable() {
            Ok(_) => self.atelier.save_correspondance(table, entete, colonne),
            Err(refus) => refused(refus),
        }
    }

    fn remove_correspondance(
        &self,
        table: String,
        entete: String,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        match self.importable() {
            Ok(_) => self.atelier.remove_correspondance(table, entete),
            Err(refus) => refused(refus),
        }
    }

    fn objets(
        &self,
        structure_id: &str,
        regle: &str,
        offset: usize,
        limit: usize,
    ) -> Result<(usize, Vec<Objet>), Refus> {
        self.check_centre(structure_id)?;
        self.check_rule(structure_id, regle)?;
        if !self.etat.lecteur.owns(structure_id) {
            return self.numbered_objets((structure_id, regle), offset, limit);
        }
        let Some(own) = self.portfolio(structure_id) else {
            let (total, mut objets) = self.atelier.objets(structure_id, regle, offset, limit)?;
            if self.acces.names_of(structure_id).is_none() {
                objets.iter_mut().for_each(|objet| objet.conseiller_id = None);
            }
            return Ok((total, objets));
        };
        let (_, mut objets) = self.atelier.objets(structure_id, regle, 0, usize::MAX)?;
        objets.retain(|objet| objet.conseiller_id.as_ref().is_some_and(|id| own.contains(id)));
        let total = objets.len();
        Ok((total, objets.into_iter().skip(offset).take(limit).collect()))
    }

    fn list_population(
        &self,
        structure_id: String,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        if let Err(refus) = self.check_centre(&structure_id) {
            return refused(refus);
        }
        let asked = question.portion.conseiller_id.as_ref();
        let anonymous = self.acces.names_of(&structure_id).is_none();
        let opened = match self.portfolio(&structure_id) {
            // A list of own dossiers, and of them only.
            Some(own) => asked.is_some_and(|asked| own.contains(asked)),
            None => !anonymous || asked.is_none(),
        };
        if !opened {
            let raison = "Cette liste porte sur les dossiers d'autres conseillers. Ouvrir la liste de \
                          votre portefeuille, ou demander au directeur d'ouvrir le centre entier aux \
                          conseillers.";
            return refused(Refus(raison.to_owned()));
        }
        if let Err(refus) = self.check_secret(&structure_id, &question) {
            return refused(refus);
        }
        let own = self.etat.lecteur.owns(&structure_id);
        let liste = (self.version(&structure_id).to_owned(), question.clone());
        let listed = self.atelier.list_population(structure_id, question);
        Box::pin(async move {
            let mut preuves = listed.await?;
            if !own {
                return Ok(self.mur.numeros.number(&liste, preuves));
            }
            if anonymous {
                preuves.iter_mut().for_each(|preuve| preuve.objet.conseiller_id = None);
            }
            Ok(preuves)
        })
    }

    fn figures(&self, periode: Periode) -> Figures {
        match self.atelier.figures(periode) {
            Figures::Pretes(etat) => {
                let own = self.mur.restrictions.restrict(&etat, &self.acces);
                if !Arc::ptr_eq(&own, &self.etat) {
                    own.lecteur.computed_beside(&self.etat);
                }
                Figures::Pretes(own)
            }
            other => other,
        }
    }

    fn cohorte(&self, question: &cohorte::Question) -> Suivies {
        match self.atelier.cohorte(question) {
            Suivies::Pretes(suivie) => {
                let open = |id: &str| self.etat.centres.contains_key(id);
                if suivie.centres.keys().all(|id| open(id)) {
                    return Suivies::Pretes(suivie);
                }
                let own = suivie.centres.iter().filter(|(id, _)| open(id));
                Suivies::Pretes(Arc::new(Suivie {
                    centres: own.map(|(id, cohorte)| (id.clone(), cohorte.clone())).collect(),
                    reseau: suivie.reseau.clone(),
                    comptes: suivie.comptes,
                    regions: suivie.regions.clone(),
                    ..Suivie::default()
                }))
            }
            other => other,
        }
    }

    fn list_cohorte(
        &self,
        structure_id: String,
        question: cohorte::Question,
        case: Case,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let whole = self.acces.names_of(&structure_id) == Some(Noms::Centre);
        match self.check_centre(&structure_id) {
            Ok(()) if whole => self.atelier.list_cohorte(structure_id, question, case),
            _ => refused(not_open()),
        }
    }

    fn try_regle(
        &self,
        regle: Regle,
        centres: BTreeSet<String>,
    ) -> BoxFuture<'_, Result<Essai, Refus>> {
        // What is open, and nothing of what is asked for beside it.
        let mut own = centres;
        own.retain(|id| self.etat.centres.contains_key(id));
        Box::pin(async move {
            let mut essai = self.atelier.try_regle(regle, own.clone()).await?;
            essai.resultat.comptes.retain(|(groupe, _)| own.contains(&groupe.structure_id));
            blur_trial(&mut essai, |id| self.etat.lecteur.owns(id));
            essai.objets.retain(|objet| {
                own.contains(&objet.structure_id)
                    && self.acces.names_of(&objet.structure_id) == Some(Noms::Centre)
            });
            Ok(essai)
        })
    }

    fn weigh_regles(
        &self,
        variantes: Vec<Regle>,
        centres: BTreeSet<String>,
    ) -> BoxFuture<'_, Result<Vec<ResultatRegle>, Refus>> {
        let mut own = centres;
        own.retain(|id| self.etat.centres.contains_key(id));
        let lecteur = &self.etat.lecteur;
        let persons = variantes.iter().any(|regle| is_about_persons(regle, lecteur));
        Box::pin(async move {
            let mut weighed = self.atelier.weigh_regles(variantes, own.clone()).await?;
            for found in &mut weighed {
                found.comptes.retain(|(groupe, _)| own.contains(&groupe.structure_id));
                if persons {
                    blur_rule(found, |id| lecteur.owns(id));
                }
            }
            Ok(weighed)
        })
    }

    fn weigh_indicateurs(
        &self,
        periode: Periode,
        variantes: Vec<Indicateur>,
    ) -> BoxFuture<'_, Result<Vec<MesuresPeriode>, Refus>> {
        if let Err(refus) = self.check_network() {
            return refused(refus);
        }
        let known = variantes.iter().map(|known| (known.code.clone(), known.calcul));
        let calculs: BTreeMap<String, Calcul> = known.collect();
        Box::pin(async move {
            let mut weighed = self.atelier.weigh_indicateurs(periode, variantes).await?;
            let lecteur = &self.etat.lecteur;
            for measured in &mut weighed {
                let calcul = |code: &str| calculs.get(code).copied();
                blur_measures(measured, calcul, |id| lecteur.owns(id));
            }
            Ok(weighed)
        })
    }

    fn try_indicateur(&self, indicateur: Indicateur) -> BoxFuture<'_, Result<Arc<Etat>, Refus>> {
        Box::pin(async move {
            let tried = self.atelier.try_indicateur(indicateur).await?;
            let mut own = Etat::clone(&self.mur.restrictions.restrict(&tried, &self.acces));
            // Definitions that differ by one condition could be subtracted: who reads the network is told orders
            // of magnitude.
            blur_tried(&mut own);
            if !self.acces.reads_network() {
                // A centre is compared with the others once it is published, not while it is tried again and again.
                own.voisinage = Voisinage::default();
                own.lecteur = Lecteur::of(own.centres.keys().cloned().collect());
            }
            Ok(Arc::new(own))
        })
    }

    fn list_tried(
        &self,
        indicateur: Indicateur,
        structure_id: String,
        periode: Periode,
        part: Part,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        let whole = self.acces.names_of(&structure_id) == Some(Noms::Centre);
        match self.check_centre(&structure_id) {
            Ok(()) if whole => self.atelier.list_tried(indicateur, structure_id, periode, part),
            _ => refused(not_open()),
        }
    }

    fn query(&self, structure_id: String, sql: String) -> BoxFuture<'_, Result<Tableau, Refus>> {
        let whole = self.acces.names_of(&structure_id) == Some(Noms::Centre);
        match self.check_centre(&structure_id) {
            Ok(()) if whole => self.atelier.query(structure_id, sql),
            _ => refused(not_open()),
        }
    }
}
