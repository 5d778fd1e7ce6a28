//! The query engine as the workshop sees it: the adapter between the two rooms.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use futures::future::BoxFuture;
use mallette_app::periodes;
use mallette_app::port::{self, Contredit, Essai, Moteur, Question, Refus, Tableau};
use mallette_app::tentative::{self, Tentative};
use mallette_catalogue::{Catalogue, Indicateur, Regle};
use mallette_domain::cohorte::case::Case;
use mallette_domain::cohorte::{self, Cohorte};
use mallette_domain::devenir::DossierVu;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, Preuve, ResultatRegle};
use mallette_engine::{Enclos, EngineError, Enrichi, Finesse, Part, Session, Source};
use mallette_warehouse::resultats::{self, Conserves};
use mallette_warehouse::{jours, objets, termes};

/// The engine, with the catalogue it evaluates: what people publish changes it.
#[derive(Debug)]
pub(crate) struct MoteurLocal {
    catalogue: RwLock<Arc<Catalogue>>,
    /// Where what people type is run.
    enclos: Enclos,
}

impl MoteurLocal {
    /// The engine, evaluating that catalogue.
    pub(crate) fn new(catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue: RwLock::new(catalogue), enclos: Enclos::default() }
    }

    /// The catalogue of the moment: read once by each evaluation, which keeps it to its end.
    fn catalogue(&self) -> Arc<Catalogue> {
        Arc::clone(&self.catalogue.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The engine's form of a source.
pub(crate) fn to_source(source: port::Source) -> Source {
    let port::Source { structure_id, date_extraction, dir } = source;
    Source { structure_id, date_extraction, dir }
}

/// The engine's form of a side.
fn to_part(part: port::Part) -> Part {
    match part {
        port::Part::Numerateur => Part::Numerateur,
        port::Part::Denominateur => Part::Denominateur,
    }
}

fn refuse(error: impl std::fmt::Display) -> Refus {
    Refus(error.to_string())
}

impl Moteur for MoteurLocal {
    fn enrich(
        &self,
        sources: Vec<port::Source>,
        progress: Arc<dyn Fn(&str) + Send + Sync>,
    ) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async move {
            let mut wanted: Vec<Periode> =
                sources.iter().flat_map(|source| periodes::kept(source.date_extraction)).collect();
            // Whole years first, so that pages offer them first; then by date.
            wanted.sort_by_key(|periode| (!periode.is_year(), *periode));
            wanted.dedup();
            let dirs: BTreeMap<String, std::path::PathBuf> =
                sources.iter().map(|s| (s.structure_id.clone(), s.dir.clone())).collect();
            let catalogue = self.catalogue();
            // A centre that has values of its own is computed again when they change, and it only.
            let empreintes = catalogue.empreintes();
            let mut accept = |enrichi: Enrichi| {
                let Some(dir) = dirs.get(&enrichi.structure_id) else { return Ok(()) };
                // The results come last: they say that all is there.
                let conserves = Conserves {
                    catalogue: empreintes.of(&enrichi.structure_id).clone(),
                    resultats: enrichi.resultats,
                };
                let kept = objets::write(dir, &enrichi.objets)
                    .and_then(|()| termes::write(dir, &enrichi.termes))
                    .and_then(|()| jours::write(dir, &enrichi.jours))
                    .and_then(|()| resultats::write(dir, &conserves));
                kept.map_err(|error| EngineError::Fichier {
                    chemin: dir.display().to_string(),
                    raison: error.to_string(),
                })
            };
            let sources: Vec<Source> = sources.into_iter().map(to_source).collect();
            let tell = |done: usize, total: usize| {
                progress(&format!(
                    "Contrôle et calcul des indicateurs : {done} centres sur {total}"
                ));
            };
            mallette_engine::enrich(&catalogue, &sources, &wanted, &mut accept, &tell)
                .await
                .map_err(refuse)
        })
    }

    fn list_population(
        &self,
        source: port::Source,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        Box::pin(async move {
            let Question { indicateur, periode, part, portion } = question;
            let part = to_part(part);
            let catalogue = self.catalogue();
            let session = Session::open(&catalogue, &[to_source(source)]).await.map_err(refuse)?;
            let list = session.list_population(&catalogue, &indicateur, periode, part, &portion);
            list.await.map_err(refuse)
        })
    }

    fn evaluate_periode(
        &self,
        sources: Vec<port::Source>,
        periode: Periode,
        regles: Vec<ResultatRegle>,
    ) -> BoxFuture<'_, Result<MesuresPeriode, Refus>> {
        Box::pin(async move {
            let sources: Vec<Source> = sources.into_iter().map(to_source).collect();
            let catalogue = self.catalogue();
            let session = Session::open(&catalogue, &sources).await.map_err(refuse)?;
            let wanted = [(periode, Finesse::Conseiller)];
            let measured = session.evaluate_indicateurs(&catalogue, &wanted, None, &regles);
            let mut measured = measured.await.map_err(refuse)?.into_iter();
            measured.next().ok_or_else(|| Refus("La période n'a pas pu être calculée.".to_owned()))
        })
    }

    fn count_cohorte(
        &self,
        sources: Vec<port::Source>,
        question: cohorte::Question,
    ) -> BoxFuture<'_, Result<BTreeMap<String, Cohorte>, Refus>> {
        Box::pin(async move {
            let sources: Vec<Source> = sources.into_iter().map(to_source).collect();
            let session = Session::open(&self.catalogue(), &sources).await.map_err(refuse)?;
            session.count_cohorte(&question).await.map_err(refuse)
        })
    }

    fn list_cohorte(
        &self,
        source: port::Source,
        question: cohorte::Question,
        case: Case,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        Box::pin(async move {
            let session = Session::open(&self.catalogue(), &[to_source(source)]).await;
            session.map_err(refuse)?.list_cohorte(&question, &case).await.map_err(refuse)
        })
    }

    fn try_catalogue(&self, catalogue: Arc<Catalogue>) -> BoxFuture<'_, Result<(), Refus>> {
        Box::pin(async move {
            let known = Catalogue::builtin().map_err(refuse)?;
            mallette_engine::verify_beside(&catalogue, &known).await.map_err(refuse)
        })
    }

    fn read_dossiers(
        &self,
        source: port::Source,
        dossiers: Vec<String>,
    ) -> BoxFuture<'_, Result<BTreeMap<String, DossierVu>, Refus>> {
        Box::pin(async move {
            let session = Session::open(&self.catalogue(), &[to_source(source)]).await;
            session.map_err(refuse)?.read_dossiers(&dossiers).await.map_err(refuse)
        })
    }

    fn adopt(&self, catalogue: Arc<Catalogue>) {
        *self.catalogue.write().unwrap_or_else(PoisonError::into_inner) = catalogue;
    }

    fn try_regle(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<port::Source>,
        regle: Regle,
    ) -> BoxFuture<'_, Result<Essai, Refus>> {
        Box::pin(async move {
            let sources = sources.into_iter().map(to_source).collect();
            self.enclos.try_regle(catalogue, sources, regle).await.map_err(refuse)
        })
    }

    fn weigh_regles(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<port::Source>,
        variantes: Vec<Regle>,
    ) -> BoxFuture<'_, Result<Vec<ResultatRegle>, Refus>> {
        Box::pin(async move {
            let sources = sources.into_iter().map(to_source).collect();
            self.enclos.weigh_regles(catalogue, sources, variantes).await.map_err(refuse)
        })
    }

    fn weigh_indicateurs(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<port::Source>,
        periode: Periode,
        variantes: Vec<Indicateur>,
    ) -> BoxFuture<'_, Result<Vec<MesuresPeriode>, Refus>> {
        Box::pin(async move {
            let sources = sources.into_iter().map(to_source).collect();
            let weighed = self.enclos.weigh_indicateurs(catalogue, sources, periode, variantes);
            weighed.await.map_err(refuse)
        })
    }

    fn try_indicateur(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<port::Source>,
        code: String,
        periodes: Vec<Periode>,
    ) -> BoxFuture<'_, Result<Vec<MesuresPeriode>, Refus>> {
        Box::pin(async move {
            let sources = sources.into_iter().map(to_source).collect();
            self.enclos.try_indicateur(catalogue, sources, code, periodes).await.map_err(refuse)
        })
    }

    fn list_tried(
        &self,
        catalogue: Arc<Catalogue>,
        source: port::Source,
        question: Question,
    ) -> BoxFuture<'_, Result<Vec<Preuve>, Refus>> {
        Box::pin(async move {
            let Question { indicateur, periode, part, .. } = question;
            let (source, part) = (to_source(source), to_part(part));
            let listed = self.enclos.list_tried(catalogue, source, indicateur, periode, part);
            listed.await.map_err(refuse)
        })
    }

    fn judge_examples(
        &self,
        catalogue: Arc<Catalogue>,
        regle: Regle,
    ) -> BoxFuture<'_, Result<Vec<bool>, Refus>> {
        Box::pin(async move { self.enclos.judge_examples(catalogue, regle).await.map_err(refuse) })
    }

    fn hold_against_charte(
        &self,
        catalogue: Arc<Catalogue>,
        regle: Regle,
    ) -> BoxFuture<'_, Result<Vec<Contredit>, Refus>> {
        Box::pin(
            async move { self.enclos.hold_against_charte(catalogue, regle).await.map_err(refuse) },
        )
    }

    fn query(
        &self,
        catalogue: Arc<Catalogue>,
        source: port::Source,
        sql: String,
    ) -> BoxFuture<'_, Result<Tableau, Refus>> {
        Box::pin(async move {
            let asked = self.enclos.query(catalogue, vec![to_source(source)], &sql).await;
            asked.map_err(|error| {
                // Not what fails while it runs: what the closed list does not let run.
                if matches!(error, EngineError::Refusee(_)) {
                    tentative::note(Tentative::Requete);
                }
                refuse(error)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_app::tentative::watch;

    #[tokio::test]
    async fn a_query_that_the_closed_list_refuses_is_a_try_and_one_that_fails_is_not() {
        let catalogue = Arc::new(Catalogue::builtin().unwrap());
        let moteur = MoteurLocal::new(Arc::clone(&catalogue));
        let dir = tempfile::tempdir().unwrap();
        let ask = async |sql: &str| {
            let source = port::Source {
                structure_id: "69382S00".to_owned(),
                date_extraction: "2019-11-04".parse().unwrap(),
                dir: dir.path().to_owned(),
            };
            let (asked, seen) =
                watch(moteur.query(Arc::clone(&catalogue), source, sql.to_owned())).await;
            assert!(asked.is_err(), "{sql}");
            seen.into_iter().map(|constat| constat.tentative).collect::<Vec<_>>()
        };
        assert_eq!(ask("DROP TABLE dossier").await, [Tentative::Requete]);
        assert_eq!(ask("SELECT * FROM '/etc/passwd'").await, [Tentative::Requete]);
        // A column that is not there is a mistake, and nobody's try.
        assert_eq!(ask("SELECT inconnue FROM dossier").await, []);
    }
}
