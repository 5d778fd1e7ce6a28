//! The rows behind one side of a figure: out of the stored lists for anomalies, out of the engine
//! for everything else. Who is behind a cell of a cohort.

use std::path::Path;

use futures::future::BoxFuture;
use mallette_catalogue::{Calcul, Catalogue, Gravite};
use mallette_domain::cohorte::{self, case::Case};
use mallette_domain::resultat::{Portion, Preuve};
use mallette_warehouse::objets;

use super::{AtelierLocal, refuse};
use crate::etat::Etat;
use crate::port::{Part, Question, Refus};

impl AtelierLocal {
    /// The rows behind one side of an indicator of one centre, in the version that a snapshot shows.
    pub(super) async fn prove(
        &self,
        etat: &Etat,
        structure_id: String,
        question: Question,
    ) -> Result<Vec<Preuve>, Refus> {
        let source = self.source(etat, &structure_id)?;
        let catalogue = self.catalogue();
        let known = catalogue.indicateurs.iter().find(|known| known.code == question.indicateur);
        let counts_anomalies = known.is_some_and(|known| known.calcul == Calcul::PourCentDossiers);
        if counts_anomalies && question.part == Part::Numerateur {
            let centre = etat.centres.get(&structure_id);
            let judged = known.zip(centre).is_some_and(|(known, c)| c.version.has(&known.tables));
            if !judged {
                return Ok(Vec::new());
            }
            // What is compared is judged with the value of the network: the lists kept of a centre that has
            // its own are not those.
            let own = catalogue.compared().is_some()
                && catalogue.own_centres().contains(structure_id.as_str());
            if own {
                return self.moteur.list_population(source, question).await;
            }
            let read = move || anomalies(&catalogue, &source.dir, &question.portion);
            return tokio::task::spawn_blocking(read).await.map_err(refuse)?;
        }
        self.moteur.list_population(source, question).await
    }

    /// The members of a cohort of one centre that a cell counts, in the version that a snapshot shows.
    pub(super) fn list_members<'a>(
        &'a self,
        etat: &Etat,
        structure_id: &str,
        (question, case): (cohorte::Question, Case),
    ) -> BoxFuture<'a, Result<Vec<Preuve>, Refus>> {
        let source = self.source(etat, structure_id);
        Box::pin(async move { self.moteur.list_cohorte(source?, question, case).await })
    }
}

/// The anomalies of severity high of a version, rule by rule: what the indicator of quality counts.
fn anomalies(catalogue: &Catalogue, dir: &Path, portion: &Portion) -> Result<Vec<Preuve>, Refus> {
    let mut preuves = Vec::new();
    for regle in catalogue.regles.iter().filter(|regle| regle.gravite == Gravite::High) {
        let caught = objets::read(dir, &regle.code, 0, usize::MAX).map_err(refuse)?;
        let own = caught.into_iter().filter(|objet| {
            portion.keeps(objet.antenne.as_deref(), objet.conseiller_id.as_deref())
        });
        preuves.extend(own.map(|objet| Preuve {
            objet,
            regle: Some(regle.code.clone()),
            mesure: None,
        }));
    }
    Ok(preuves)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use mallette_domain::resultat::Objet;

    use super::*;

    fn objet(id: &str, conseiller: &str) -> Objet {
        Objet {
            structure_id: "A".to_owned(),
            table: "parcours".to_owned(),
            id: id.to_owned(),
            dossier_id: Some(format!("d{id}")),
            conseiller_id: Some(conseiller.to_owned()),
            antenne: Some("Nord".to_owned()),
        }
    }

    #[test]
    fn the_anomalies_of_the_indicator_of_quality_name_their_rule_and_leave_out_lesser_ones() {
        let dir = tempfile::tempdir().unwrap();
        let lists: BTreeMap<String, Vec<Objet>> = [
            ("PAC-07".to_owned(), vec![objet("1", "C1"), objet("2", "C2")]),
            ("DOS-01".to_owned(), vec![objet("1", "C1")]),
            // Medium, and a list to work on.
            ("EVT-06".to_owned(), vec![objet("9", "C1")]),
            ("MARGE-01".to_owned(), vec![objet("8", "C1")]),
        ]
        .into();
        objets::write(dir.path(), &lists).unwrap();
        let catalogue = Catalogue::builtin().unwrap();
        let told = |portion: &Portion| -> Vec<(String, String)> {
            let preuves = anomalies(&catalogue, dir.path(), portion).unwrap();
            preuves.into_iter().map(|p| (p.regle.unwrap(), p.objet.id)).collect()
        };
        let pair = |regle: &str, id: &str| (regle.to_owned(), id.to_owned());
        let all = told(&Portion::default());
        assert_eq!(all, [pair("DOS-01", "1"), pair("PAC-07", "1"), pair("PAC-07", "2")]);
        let own = Portion { conseiller_id: Some("C2".to_owned()), ..Portion::default() };
        assert_eq!(told(&own), [pair("PAC-07", "2")]);
    }
}
