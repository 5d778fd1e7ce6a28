//! What another value of a parameter would change: the same rule, or the same indicator, with several
//! values over the data of the moment, in one scan.

use std::sync::Arc;

use mallette_catalogue::{Catalogue, Indicateur, Regle};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, ResultatRegle};

use crate::session::{Session, Source};
use crate::{Enclos, EngineError, Finesse};

impl Enclos {
    /// What each of these variants of one rule evaluates and catches, in their order.
    ///
    /// # Errors
    /// When the SQL is refused, when it lasts too long, or when the data cannot be read.
    pub async fn weigh_regles(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<Source>,
        variantes: Vec<Regle>,
    ) -> Result<Vec<ResultatRegle>, EngineError> {
        self.run(move |environment| {
            Box::pin(async move {
                let session = Session::open_in(&catalogue, &sources, environment).await?;
                let Some(vue) = variantes.first().map(|regle| regle.vue.clone()) else {
                    return Ok(Vec::new());
                };
                let variantes: Vec<&Regle> =
                    variantes.iter().filter(|regle| regle.vue == vue).collect();
                session.evaluate_view(&catalogue, &vue, &variantes).await
            })
        })
        .await
    }

    /// The measures of each of these variants of one indicator over a period, by centre, in their order.
    ///
    /// # Errors
    /// As [`Enclos::weigh_regles`].
    pub async fn weigh_indicateurs(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<Source>,
        periode: Periode,
        variantes: Vec<Indicateur>,
    ) -> Result<Vec<MesuresPeriode>, EngineError> {
        self.run(move |environment| {
            Box::pin(async move {
                let session = Session::open_in(&catalogue, &sources, environment).await?;
                let wanted = [(periode, Finesse::Centre)];
                let mut measured = Vec::new();
                for variante in variantes {
                    let mut one = Catalogue::clone(&catalogue);
                    one.indicateurs = vec![variante];
                    measured.extend(session.evaluate_indicateurs(&one, &wanted, None, &[]).await?);
                }
                Ok(measured)
            })
        })
        .await
    }
}

#[cfg(test)]
mod tests;
