//! Figures that were not stored: those of other periods, those of cohorts. Computed on demand, one at a
//! time, and kept while the snapshot they belong to, the current one or that of a campaign, is in use.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, Weak};

use futures::future::BoxFuture;
use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::cohorte::{self, Cohorte};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Mesure, MesuresPeriode, Preuve, ResultatRegle, Resultats};

use super::AtelierLocal;
use crate::contexte::couverture;
use crate::etat::Etat;
use crate::mutex::lock;
use crate::observatoire::Voiles;
use crate::periodes;
use crate::port::{Attendues, Figures, Question, Refus, Region, Source, Suivie, Suivies};

/// Answers kept.
const GARDEES: usize = 8;
/// Questions that may wait for their turn.
const EN_ATTENTE: usize = 4;

/// What was computed, and what is being computed.
#[derive(Debug, Default)]
pub(super) struct Calculs {
    periodes: Connus<Periode, Arc<Etat>>,
    cohortes: Connus<cohorte::Question, Arc<Suivie>>,
    /// Of indicators being tried.
    essais: Connus<Indicateur, Arc<Etat>>,
    /// One at a time: each reads the views of every centre.
    tour: tokio::sync::Mutex<()>,
}

/// The answers known to questions of one kind.
#[derive(Debug)]
struct Connus<Q, T>(Mutex<Vec<Calcul<Q, T>>>);

impl<Q, T> Default for Connus<Q, T> {
    fn default() -> Self {
        Self(Mutex::new(Vec::new()))
    }
}

/// The answer to a question, over one snapshot.
#[derive(Debug)]
struct Calcul<Q, T> {
    question: Q,
    /// The snapshot that it was asked over: the current one, or that of a campaign.
    base: Weak<Etat>,
    figures: Attendues<T>,
}

impl<Q: PartialEq, T> Calcul<Q, T> {
    fn is(&self, base: &Arc<Etat>, question: &Q) -> bool {
        self.question == *question && std::ptr::eq(self.base.as_ptr(), Arc::as_ptr(base))
    }

    fn waits(&self) -> bool {
        matches!(self.figures, Attendues::EnCalcul)
    }
}

impl<Q: PartialEq, T: Clone> Connus<Q, T> {
    /// What is known of a question over that snapshot; what belongs to a snapshot that nobody holds any
    /// more is forgotten.
    fn find(&self, base: &Arc<Etat>, question: &Q) -> Option<Attendues<T>> {
        let mut known = lock(&self.0);
        known.retain(|calcul| calcul.base.strong_count() > 0);
        let found = known.iter().position(|calcul| calcul.is(base, question))?;
        let figures = known.get(found)?.figures.clone();
        // A refusal is told once: asking again tries again.
        if matches!(figures, Attendues::Refusees(_)) {
            known.remove(found);
        }
        Some(figures)
    }

    /// Notes that a question is being answered.
    ///
    /// # Errors
    /// When too many already are.
    fn begin(&self, base: &Arc<Etat>, question: Q) -> Result<(), Refus> {
        let mut known = lock(&self.0);
        if known.iter().filter(|calcul| calcul.waits()).count() >= EN_ATTENTE {
            return Err(Refus(
                "Plusieurs calculs sont déjà en cours. Attendre quelques instants, puis demander de \
                 nouveau celui-ci."
                    .to_owned(),
            ));
        }
        if known.len() >= GARDEES
            && let Some(oldest) = known.iter().position(|calcul| !calcul.waits())
        {
            known.remove(oldest);
        }
        known.push(Calcul { question, base: Arc::downgrade(base), figures: Attendues::EnCalcul });
        Ok(())
    }

    /// Keeps the answer to a question that was not begun, in place of the oldest.
    fn keep(&self, base: &Arc<Etat>, question: Q, answer: T) {
        let mut known = lock(&self.0);
        if known.len() >= GARDEES {
            known.remove(0);
        }
        let figures = Attendues::Pretes(answer);
        known.push(Calcul { question, base: Arc::downgrade(base), figures });
    }

    fn end(&self, base: &Arc<Etat>, question: &Q, figures: Result<T, Refus>) {
        let mut known = lock(&self.0);
        if let Some(own) = known.iter_mut().find(|own| own.is(base, question)) {
            own.figures = match figures {
                Ok(computed) => Attendues::Pretes(computed),
                Err(refus) => Attendues::Refusees(refus),
            };
        }
    }
}

impl AtelierLocal {
    /// The figures of a period over a snapshot: its own when stored, else those computed, or started.
    pub(super) fn find_figures(&self, etat: &Arc<Etat>, periode: Periode) -> Figures {
        if etat.stores(periode) {
            return Figures::Pretes(Arc::clone(etat));
        }
        if etat.centres.values().all(|centre| centre.version.date_extraction < periode.debut) {
            return Figures::Refusees(Refus(format!(
                "Aucune extraction reçue ne va jusqu'au {}\u{a0}: choisir une période plus ancienne, ou \
                 importer une extraction plus récente.",
                periode.debut.strftime("%d/%m/%Y")
            )));
        }
        if let Some(known) = self.calculs.periodes.find(etat, &periode) {
            return known;
        }
        let started = self.shared().and_then(|atelier| {
            self.calculs.periodes.begin(etat, periode)?;
            Ok(atelier)
        });
        let atelier = match started {
            Ok(atelier) => atelier,
            Err(refus) => return Figures::Refusees(refus),
        };
        let etat = Arc::clone(etat);
        tokio::spawn(async move {
            let figures = atelier.compute(&etat, periode).await.map(Arc::new);
            atelier.calculs.periodes.end(&etat, &periode, figures);
        });
        Figures::EnCalcul
    }

    /// A cohort over a snapshot: counted before, or started.
    pub(super) fn find_cohorte(&self, etat: &Arc<Etat>, question: &cohorte::Question) -> Suivies {
        if let Some(known) = self.calculs.cohortes.find(etat, question) {
            return known;
        }
        let started = self.shared().and_then(|atelier| {
            self.calculs.cohortes.begin(etat, question.clone())?;
            Ok(atelier)
        });
        let atelier = match started {
            Ok(atelier) => atelier,
            Err(refus) => return Suivies::Refusees(refus),
        };
        let (etat, question) = (Arc::clone(etat), question.clone());
        tokio::spawn(async move {
            let suivie = atelier.count_cohorte(&etat, &question).await.map(Arc::new);
            atelier.calculs.cohortes.end(&etat, &question, suivie);
        });
        Suivies::EnCalcul
    }

    async fn count_cohorte(
        &self,
        etat: &Etat,
        question: &cohorte::Question,
    ) -> Result<Suivie, Refus> {
        let _tour = self.calculs.tour.lock().await;
        let sources = etat.centres.keys().map(|id| self.source(etat, id));
        let sources: Result<Vec<Source>, Refus> = sources.collect();
        let centres = self.moteur.count_cohorte(sources?, question.clone()).await?;
        let mut reseau = Cohorte::default();
        for cohorte in centres.values() {
            reseau.merge(cohorte);
        }
        let regions = by_region(etat, &centres);
        let comptes = centres.len();
        let suivie = Suivie { comptes, reseau, centres, regions, ..Suivie::default() };
        // What stays secret of each centre takes longer than a page may: with the counts, not with the page.
        let prepared = tokio::task::spawn_blocking(move || {
            Voiles::prepare(&suivie);
            suivie
        });
        prepared.await.map_err(super::refuse)
    }

    async fn compute(&self, etat: &Arc<Etat>, periode: Periode) -> Result<Etat, Refus> {
        let _tour = self.calculs.tour.lock().await;
        let reached = etat.centres.values().filter(|c| c.version.date_extraction >= periode.debut);
        let (mut sources, mut regles) = (Vec::new(), Vec::<ResultatRegle>::new());
        for centre in reached {
            sources.push(Source {
                dir: self.warehouse.version_dir(&centre.structure_id, &centre.version.id),
                structure_id: centre.structure_id.clone(),
                date_extraction: centre.version.date_extraction,
            });
            regles.extend(centre.resultats.regles.iter().cloned());
        }
        let measured = self.moteur.evaluate_periode(sources, periode, regles).await?;
        Ok(overlay(etat, vec![measured]))
    }
}

impl AtelierLocal {
    /// The snapshot with an indicator that is tried and nothing else in it, over the periods that are kept of
    /// each centre; the same answer while the snapshot and the indicator are the same.
    pub(super) fn try_indicator<'a>(
        &'a self,
        etat: &Arc<Etat>,
        indicateur: Indicateur,
    ) -> BoxFuture<'a, Result<Arc<Etat>, Refus>> {
        let etat = Arc::clone(etat);
        Box::pin(async move {
            if let Some(Attendues::Pretes(known)) = self.calculs.essais.find(&etat, &indicateur) {
                return Ok(known);
            }
            let catalogue = candidate(&etat, &indicateur)?;
            let _tour = self.calculs.tour.lock().await;
            let sources = etat.centres.keys().map(|id| self.source(&etat, id));
            let sources: Result<Vec<Source>, Refus> = sources.collect();
            let dates = etat.centres.values().map(|centre| centre.version.date_extraction);
            let kept: BTreeSet<Periode> = dates.flat_map(periodes::kept).collect();
            let code = indicateur.code.clone();
            let asked = self.moteur.try_indicateur(
                Arc::clone(&catalogue),
                sources?,
                code,
                kept.into_iter().collect(),
            );
            let mut laid = (*etat).clone();
            laid.catalogue = catalogue;
            let tried = overlay(&laid, asked.await?);
            let tried = Arc::new(tried);
            self.calculs.essais.keep(&etat, indicateur, Arc::clone(&tried));
            Ok(tried)
        })
    }

    /// The rows behind one side of an indicator that is tried, in one centre.
    pub(super) fn list_tried_rows<'a>(
        &'a self,
        etat: &Etat,
        indicateur: &Indicateur,
        structure_id: &str,
        question: Question,
    ) -> BoxFuture<'a, Result<Vec<Preuve>, Refus>> {
        let (source, catalogue) = (self.source(etat, structure_id), candidate(etat, indicateur));
        Box::pin(async move { self.moteur.list_tried(catalogue?, source?, question).await })
    }
}

/// The cohorts of the régions, when the centres are of several.
fn by_region(etat: &Etat, centres: &BTreeMap<String, Cohorte>) -> BTreeMap<String, Region> {
    let mut regions: BTreeMap<String, Region> = BTreeMap::new();
    for (id, cohorte) in centres {
        let place = etat.centres.get(id).and_then(|centre| centre.rattachement.region.as_ref());
        if let Some(place) = place {
            let region = regions.entry(place.clone()).or_default();
            region.cohorte.merge(cohorte);
            region.centres.insert(id.clone());
        }
    }
    if regions.len() > 1 { regions } else { BTreeMap::new() }
}

/// The catalogue of a snapshot, with an indicator that is tried.
fn candidate(etat: &Etat, indicateur: &Indicateur) -> Result<Arc<Catalogue>, Refus> {
    let laid = etat.catalogue.with_written(indicateur);
    laid.map(Arc::new).map_err(|error| Refus(error.to_string()))
}

/// The snapshot with the figures of some periods in place of those stored; a centre that was not measured
/// over one, or whose extract does not reach it, has none.
fn overlay(etat: &Etat, measured: Vec<MesuresPeriode>) -> Etat {
    let mut by_centre: BTreeMap<String, Vec<MesuresPeriode>> = BTreeMap::new();
    for MesuresPeriode { periode, mesures } in measured {
        let mut own: BTreeMap<String, Vec<Mesure>> = BTreeMap::new();
        for mesure in mesures {
            own.entry(mesure.structure_id.clone()).or_default().push(mesure);
        }
        for (id, mesures) in own {
            by_centre
                .entry(id)
                .or_default()
                .push(MesuresPeriode { periode, mesures: mesures.into() });
        }
    }
    let mut figures = etat.clone();
    for (id, centre) in &mut figures.centres {
        let date_extraction = centre.version.date_extraction;
        let mut indicateurs = by_centre.remove(id).unwrap_or_default();
        indicateurs.retain(|measured| measured.periode.debut <= date_extraction);
        centre.precedents = None;
        centre.resultats = Arc::new(Resultats { date_extraction, regles: Vec::new(), indicateurs });
    }
    couverture::lay(&mut figures);
    figures
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lecture::indicateurs::essai::{empty, region};
    use crate::lecture::indicateurs::releve::Releve;
    use mallette_domain::resultat::{Cumul, Niveau};

    #[test]
    fn a_centre_that_was_not_measured_is_not_a_zero() {
        let etat = region();
        let periode: Periode = "2019-02-01..2019-03-15".parse().unwrap();
        let mesure = Mesure {
            code: "PAC-P".to_owned(),
            niveau: Niveau::Structure,
            structure_id: "A".to_owned(),
            sous_cle: String::new(),
            cumul: Cumul { numerateur: 1.0, denominateur: 4.0, ..Cumul::default() },
        };
        let figures =
            overlay(&etat, vec![MesuresPeriode { periode, mesures: vec![mesure].into() }]);
        let indicateur = etat.catalogue.indicateurs.iter().find(|i| i.code == "PAC-P").unwrap();
        let releve = Releve::new(&figures, periode);
        assert_eq!(releve.chiffre(indicateur, "A").unwrap().valeur, Some(0.25));
        assert_eq!(releve.chiffre(indicateur, "B"), None);
        assert!(figures.stores(periode) && !etat.stores(periode));
    }

    #[test]
    fn what_is_computed_belongs_to_one_state_and_few_wait() {
        let calculs: Connus<Periode, Arc<Etat>> = Connus::default();
        let (old, new) = (Arc::new(empty()), Arc::new(empty()));
        let month = |n: i8| -> Periode { format!("2016-{n:02}").parse().unwrap() };
        assert!(calculs.find(&old, &month(1)).is_none());
        for n in 1..=4 {
            assert!(calculs.begin(&old, month(n)).is_ok(), "{n}");
        }
        assert!(calculs.begin(&old, month(5)).is_err());
        assert!(matches!(calculs.find(&old, &month(1)), Some(Figures::EnCalcul)));
        calculs.end(&old, &month(1), Ok(Arc::new(empty())));
        assert!(matches!(calculs.find(&old, &month(1)), Some(Figures::Pretes(_))));
        calculs.end(&old, &month(2), Err(Refus("non".to_owned())));
        assert!(matches!(calculs.find(&old, &month(2)), Some(Figures::Refusees(_))));
        assert!(calculs.find(&old, &month(2)).is_none());
        // Asked over another one, a campaign for instance, it is not known, nor forgotten here.
        assert!(calculs.find(&new, &month(1)).is_none());
        assert!(matches!(calculs.find(&old, &month(1)), Some(Figures::Pretes(_))));
        drop(old);
        assert!(calculs.find(&new, &month(1)).is_none() && lock(&calculs.0).is_empty());
    }

    #[test]
    fn the_oldest_computed_period_makes_room() {
        let calculs: Connus<Periode, Arc<Etat>> = Connus::default();
        let base = Arc::new(empty());
        for n in 1..=12_i8 {
            let periode: Periode = format!("2016-{n:02}").parse().unwrap();
            assert!(calculs.begin(&base, periode).is_ok());
            calculs.end(&base, &periode, Ok(Arc::new(empty())));
        }
        assert_eq!(lock(&calculs.0).len(), GARDEES);
        assert!(calculs.find(&base, &"2016-12".parse().unwrap()).is_some());
        assert!(calculs.find(&base, &"2016-01".parse().unwrap()).is_none());
    }
}
