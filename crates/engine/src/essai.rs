//! A rule tried before it is published: what it would evaluate and catch now, its examples, and the rules
//! that catch the same objects. An indicator likewise: `indicateur`.

mod indicateur;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use mallette_catalogue::redaction::LienCompte;
use mallette_catalogue::{Catalogue, Regle};
use mallette_domain::essai::{Essai, Voisine};
use mallette_domain::resultat::ResultatRegle;

use crate::cellules::Cellules;
use crate::garde::check_condition;
use crate::regle::caught;
use crate::session::{Session, Source};
use crate::{Enclos, EngineError};

impl Enclos {
    /// Tries a rule over the data of those sources.
    ///
    /// # Errors
    /// When its SQL is refused, when it lasts too long, or when the data cannot be read.
    pub async fn try_regle(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<Source>,
        regle: Regle,
    ) -> Result<Essai, EngineError> {
        check_regle(&catalogue, &regle)?;
        self.run(move |environment| {
            Box::pin(async move {
                let session = Session::open_in(&catalogue, &sources, environment).await?;
                session.try_regle(&catalogue, &regle).await.map_err(|error| at_work(error, &regle))
            })
        })
        .await
    }

    /// The verdict of a rule on each of its examples, in their order.
    ///
    /// # Errors
    /// When its SQL is refused.
    pub async fn judge_examples(
        &self,
        catalogue: Arc<Catalogue>,
        regle: Regle,
    ) -> Result<Vec<bool>, EngineError> {
        check_regle(&catalogue, &regle)?;
        self.run(move |environment| {
            Box::pin(async move {
                let session = Session::open_in(&catalogue, &[], environment).await?;
                let source = catalogue.champs.source(&regle.vue, [&regle]);
                for sql in [regle.sql_applicable(), regle.sql_evaluable(), regle.sql_condition()] {
                    let planned = session.plan(&regle.code, &source, &sql).await;
                    planned.map_err(|error| at_work(error, &regle))?;
                }
                let mut verdicts = Vec::with_capacity(regle.exemples.len());
                for (rank, exemple) in regle.exemples.iter().enumerate() {
                    let judged = session.judge_example(&regle, exemple, rank).await;
                    verdicts.push(judged.map_err(|error| at_work(error, &regle))?);
                }
                Ok(verdicts)
            })
        })
        .await
    }
}

/// Looks at the SQL of a rule that people wrote: each of its expressions is one condition over the fields
/// of its view.
pub(crate) fn check_regle(catalogue: &Catalogue, regle: &Regle) -> Result<(), EngineError> {
    let Some(vue) = catalogue.champs.vue(&regle.vue) else {
        return Err(EngineError::Refusee("ces lignes ne peuvent pas être jugées.".to_owned()));
    };
    let mut columns: BTreeSet<String> = vue.champs.iter().map(|champ| champ.nom.clone()).collect();
    columns.insert("orphelin".to_owned());
    columns.extend(regle.liens.iter().map(LienCompte::colonne));
    for sql in [regle.sql_subject(), regle.sql_evaluable(), regle.sql_condition()] {
        check_condition(&sql, &columns)?;
    }
    Ok(())
}

/// A failure of the SQL of a rule, in the words of who wrote it; what is computed may quote a value.
fn at_work(error: EngineError, regle: &Regle) -> EngineError {
    let words = match &error {
        EngineError::Contenu { source, .. } => {
            let words: String = source.strip_backtrace().chars().take(300).collect();
            format!("la condition ne va pas avec les champs de « {} » ({words}).", regle.vue)
        }
        EngineError::Calcul(source) => match source.find_root() {
            datafusion::error::DataFusionError::ResourcesExhausted(_) => return error,
            _ => "son calcul échoue : une division par zéro, ou une valeur d'un autre genre que demandé."
                .to_owned(),
        },
        _ => return error,
    };
    EngineError::Refusee(words)
}

impl Session {
    async fn try_regle(&self, catalogue: &Catalogue, regle: &Regle) -> Result<Essai, EngineError> {
        let tried = self.evaluate_view(catalogue, &regle.vue, &[regle]).await?;
        let empty = || ResultatRegle { code: regle.code.clone(), comptes: Vec::new() };
        let resultat = tried.into_iter().next().unwrap_or_else(empty);
        let mut lists = BTreeMap::new();
        self.list_view(catalogue, &regle.vue, &[regle], &mut lists).await?;
        let objets = lists.remove(&regle.code).unwrap_or_default();
        let voisines = self.neighbours(catalogue, regle).await?;
        Ok(Essai { resultat, objets, voisines })
    }

    /// The other rules of the view that catch some of the same objects, the closest first: one scan.
    async fn neighbours(
        &self,
        catalogue: &Catalogue,
        regle: &Regle,
    ) -> Result<Vec<Voisine>, EngineError> {
        let others: Vec<&Regle> = catalogue
            .regles
            .iter()
            .filter(|known| known.vue == regle.vue && !known.redigee)
            .collect();
        if others.is_empty() {
            return Ok(Vec::new());
        }
        let own = caught(regle);
        let mut sql = "SELECT ".to_owned();
        for (rank, other) in others.iter().enumerate() {
            let caught = caught(other);
            let _ = write!(
                sql,
                "{}sum(CASE WHEN {caught} THEN 1 ELSE 0 END) AS s{rank}, \
                 sum(CASE WHEN ({own}) AND {caught} THEN 1 ELSE 0 END) AS c{rank}",
                if rank == 0 { "" } else { ", " },
            );
        }
        let all = others.iter().copied().chain([regle]);
        let _ = write!(sql, " FROM {}", catalogue.champs.source(&regle.vue, all));
        let batches = self.query(&format!("essai {}", regle.code), &sql).await?;
        let mut found = Vec::new();
        for batch in &batches {
            let cells = Cellules::new(&regle.vue, batch);
            for (rank, other) in others.iter().enumerate() {
                let sum =
                    |column: String| Ok::<_, EngineError>(cells.counts(&column)?.iter().sum());
                let (communs, siens) = (sum(format!("c{rank}"))?, sum(format!("s{rank}"))?);
                if communs > 0 {
                    found.push(Voisine { code: other.code.clone(), communs, siens });
                }
            }
        }
        found.sort_by_key(|known: &Voisine| std::cmp::Reverse(known.communs));
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
