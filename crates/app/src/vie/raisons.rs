//! Why the anomalies of a list are justified, or were: the reason, who gave it and when.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use mallette_registry::Cible;

use super::Qui;
use super::actes::open_text;
use super::fiche::{Texte, author};
use super::liste::Vue;
use crate::atelier::refuse;
use crate::comptes::Comptes;
use crate::port::Refus;
use crate::session::blocking;

/// A reason given to keep an anomaly as it is, whether it still holds or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raison {
    /// What was written; none once the names of the dossier are erased.
    pub texte: Option<Texte>,
    /// Name of who gave it.
    pub par: String,
    /// When.
    pub le: Timestamp,
}

impl Comptes {
    /// The reasons of the anomalies of a list that were justified, by anomaly. The list was read as `qui`: what is
    /// not open to that person is left out again.
    ///
    /// # Errors
    /// When nothing of that centre is open, or a text cannot be read.
    pub async fn read_raisons(
        &self,
        qui: &Qui,
        structure_id: &str,
        vues: &[Vue],
    ) -> Result<BTreeMap<Cible, Raison>, Refus> {
        let ouverts = qui.open(structure_id)?;
        let justified: Vec<_> = vues
            .iter()
            .filter_map(|vue| {
                let suivi = vue.suivi.as_ref()?;
                let given = suivi.conseiller_id.as_deref();
                let open = ouverts.keeps(vue.anomalie.objet.conseiller_id.as_deref(), given);
                Some((suivi.cible.clone(), suivi.justifiee.clone().filter(|_| open)?))
            })
            .collect();
        if justified.is_empty() {
            return Ok(BTreeMap::new());
        }
        let people = self.registry().personnes().await.map_err(refuse)?;
        let names: BTreeMap<String, String> =
            people.into_iter().map(|known| (known.id, known.nom)).collect();
        let (atelier, id) = (Arc::clone(&self.atelier), structure_id.to_owned());
        blocking(move || {
            let trousseau = atelier.session_keys();
            let mut raisons = BTreeMap::new();
            for (cible, given) in justified {
                let texte = match given.raison.0.is_empty() {
                    true => None,
                    false => {
                        let place = (id.as_str(), &cible);
                        let read =
                            open_text(atelier.warehouse(), &trousseau, place, &given.raison)?;
                        Some(read.map_or(Texte::Ferme, Texte::Lu))
                    }
                };
                let par = author(&names, &given.par);
                raisons.insert(cible, Raison { texte, par, le: given.le });
            }
            Ok(raisons)
        })
        .await
    }
}
