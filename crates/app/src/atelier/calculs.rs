//! Figures over periods that were not stored: computed on demand, one period at a time, and kept
//! while the snapshot they belong to, the current one or that of a campaign, is in use.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Mesure, MesuresPeriode, ResultatRegle, Resultats};

use super::AtelierLocal;
use crate::etat::Etat;
use crate::port::{Figures, Refus, Source};

/// Periods kept computed.
const GARDEES: usize = 8;
/// Periods that may wait for their turn.
const EN_ATTENTE: usize = 4;

/// What was computed, and what is being computed.
#[derive(Debug, Default)]
pub(super) struct Calculs {
    periodes: Mutex<Vec<Calcul>>,
    /// One at a time: each reads the views of every centre.
    tour: tokio::sync::Mutex<()>,
}

/// The figures of a period, over one snapshot.
#[derive(Debug)]
struct Calcul {
    periode: Periode,
    /// The snapshot that it was asked over: the current one, or that of a campaign.
    base: Weak<Etat>,
    figures: Figures,
}

impl Calcul {
    fn is(&self, base: &Arc<Etat>, periode: Periode) -> bool {
        self.periode == periode && std::ptr::eq(self.base.as_ptr(), Arc::as_ptr(base))
    }
}

impl Calculs {
    fn lock(&self) -> MutexGuard<'_, Vec<Calcul>> {
        self.periodes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is known of a period over that snapshot; what belongs to a snapshot that nobody holds any
    /// more is forgotten.
    fn find(&self, base: &Arc<Etat>, periode: Periode) -> Option<Figures> {
        let mut known = self.lock();
        known.retain(|calcul| calcul.base.strong_count() > 0);
        let found = known.iter().position(|calcul| calcul.is(base, periode))?;
        let figures = known.get(found)?.figures.clone();
        // A refusal is told once: asking again tries again.
        if matches!(figures, Figures::Refusees(_)) {
            known.remove(found);
        }
        Some(figures)
    }

    /// Notes that a period is being computed; none when too many already are.
    fn begin(&self, base: &Arc<Etat>, periode: Periode) -> Option<()> {
        let mut known = self.lock();
        let waiting = |calcul: &Calcul| matches!(calcul.figures, Figures::EnCalcul);
        if known.iter().filter(|calcul| waiting(calcul)).count() >= EN_ATTENTE {
            return None;
        }
        if known.len() >= GARDEES
            && let Some(oldest) = known.iter().position(|calcul| !waiting(calcul))
        {
            known.remove(oldest);
        }
        known.push(Calcul { periode, base: Arc::downgrade(base), figures: Figures::EnCalcul });
        Some(())
    }

    fn end(&self, base: &Arc<Etat>, periode: Periode, figures: Figures) {
        let mut known = self.lock();
        if let Some(own) = known.iter_mut().find(|own| own.is(base, periode)) {
            own.figures = figures;
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
        if let Some(known) = self.calculs.find(etat, periode) {
            return known;
        }
        let atelier = match self.shared() {
            Ok(atelier) => atelier,
            Err(refus) => return Figures::Refusees(refus),
        };
        if self.calculs.begin(etat, periode).is_none() {
            return Figures::Refusees(Refus(
                "Plusieurs périodes sont déjà en cours de calcul. Attendre quelques instants, puis \
                 demander de nouveau celle-ci."
                    .to_owned(),
            ));
        }
        let etat = Arc::clone(etat);
        tokio::spawn(async move {
            let figures = match atelier.compute(&etat, periode).await {
                Ok(computed) => Figures::Pretes(Arc::new(computed)),
                Err(refus) => Figures::Refusees(refus),
            };
            atelier.calculs.end(&etat, periode, figures);
        });
        Figures::EnCalcul
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
        Ok(overlay(etat, measured))
    }
}

/// The snapshot with the figures of one period in place of those stored; a centre that was not
/// measured has none.
fn overlay(etat: &Etat, measured: MesuresPeriode) -> Etat {
    let periode = measured.periode;
    let mut by_centre: BTreeMap<String, Vec<Mesure>> = BTreeMap::new();
    for mesure in measured.mesures {
        by_centre.entry(mesure.structure_id.clone()).or_default().push(mesure);
    }
    let mut figures = etat.clone();
    for (id, centre) in &mut figures.centres {
        let own = by_centre.remove(id);
        centre.precedents = None;
        centre.resultats = Arc::new(Resultats {
            date_extraction: centre.version.date_extraction,
            regles: Vec::new(),
            indicateurs: own
                .map(|mesures| MesuresPeriode { periode, mesures })
                .into_iter()
                .collect(),
        });
    }
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
        let figures = overlay(&etat, MesuresPeriode { periode, mesures: vec![mesure] });
        let indicateur = etat.catalogue.indicateurs.iter().find(|i| i.code == "PAC-P").unwrap();
        let releve = Releve::new(&figures, periode, &[]);
        assert_eq!(releve.chiffre(indicateur, "A").unwrap().valeur, Some(0.25));
        assert_eq!(releve.chiffre(indicateur, "B"), None);
        assert!(figures.stores(periode) && !etat.stores(periode));
    }

    #[test]
    fn what_is_computed_belongs_to_one_state_and_few_wait() {
        let calculs = Calculs::default();
        let (old, new) = (Arc::new(empty()), Arc::new(empty()));
        let month = |n: i8| -> Periode { format!("2016-{n:02}").parse().unwrap() };
        assert!(calculs.find(&old, month(1)).is_none());
        for n in 1..=4 {
            assert!(calculs.begin(&old, month(n)).is_some(), "{n}");
        }
        assert!(calculs.begin(&old, month(5)).is_none());
        assert!(matches!(calculs.find(&old, month(1)), Some(Figures::EnCalcul)));
        calculs.end(&old, month(1), Figures::Pretes(Arc::new(empty())));
        assert!(matches!(calculs.find(&old, month(1)), Some(Figures::Pretes(_))));
        calculs.end(&old, month(2), Figures::Refusees(Refus("non".to_owned())));
        assert!(matches!(calculs.find(&old, month(2)), Some(Figures::Refusees(_))));
        assert!(calculs.find(&old, month(2)).is_none());
        // Asked over another one, a campaign for instance, it is not known, nor forgotten here.
        assert!(calculs.find(&new, month(1)).is_none());
        assert!(matches!(calculs.find(&old, month(1)), Some(Figures::Pretes(_))));
        drop(old);
        assert!(calculs.find(&new, month(1)).is_none() && calculs.lock().is_empty());
    }

    #[test]
    fn the_oldest_computed_period_makes_room() {
        let calculs = Calculs::default();
        let base = Arc::new(empty());
        for n in 1..=12_i8 {
            let periode: Periode = format!("2016-{n:02}").parse().unwrap();
            assert!(calculs.begin(&base, periode).is_some());
            calculs.end(&base, periode, Figures::Pretes(Arc::new(empty())));
        }
        assert_eq!(calculs.lock().len(), GARDEES);
        assert!(calculs.find(&base, "2016-12".parse().unwrap()).is_some());
        assert!(calculs.find(&base, "2016-01".parse().unwrap()).is_none());
    }
}
