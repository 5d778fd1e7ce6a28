//! What another value of a parameter would change over the data of the moment: the variants of a rule, or
//! of an indicator, side by side.

use std::collections::BTreeSet;

use futures::future::BoxFuture;
use mallette_catalogue::{Indicateur, Regle};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{MesuresPeriode, ResultatRegle};

use super::AtelierLocal;
use super::redaction::by_centre;
use crate::etat::Etat;
use crate::port::{Refus, Source};

impl AtelierLocal {
    pub(super) fn compare_regles<'a>(
        &'a self,
        etat: &Etat,
        variantes: Vec<Regle>,
        centres: &BTreeSet<String>,
    ) -> BoxFuture<'a, Result<Vec<ResultatRegle>, Refus>> {
        let judged = etat.centres.keys().filter(|id| centres.contains(*id));
        let sources: Result<Vec<Source>, Refus> = judged.map(|id| self.source(etat, id)).collect();
        let catalogue = self.catalogue();
        Box::pin(async move {
            let mut weighed = self.moteur.weigh_regles(catalogue, sources?, variantes).await?;
            for found in &mut weighed {
                found.comptes = by_centre(found);
            }
            Ok(weighed)
        })
    }

    pub(super) fn compare_indicateurs<'a>(
        &'a self,
        etat: &Etat,
        periode: Periode,
        variantes: Vec<Indicateur>,
    ) -> BoxFuture<'a, Result<Vec<MesuresPeriode>, Refus>> {
        let reached = etat.centres.values().filter(|c| c.version.date_extraction >= periode.debut);
        let ids: Vec<&str> = reached.map(|centre| centre.structure_id.as_str()).collect();
        let sources: Result<Vec<Source>, Refus> =
            ids.into_iter().map(|id| self.source(etat, id)).collect();
        let catalogue = self.catalogue();
        Box::pin(async move {
            self.moteur.weigh_indicateurs(catalogue, sources?, periode, variantes).await
        })
    }
}
