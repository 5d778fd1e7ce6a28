//! Why the anomalies of a list are justified, or were, beside each of them.

use std::collections::BTreeMap;

use mallette_app::vie::Cible;
use mallette_app::vie::liste::Vue;
use mallette_app::vie::raisons::Raison;

use super::{Poste, mots};
use crate::bureau::Bureau;
use crate::erreur::Erreur;
use crate::format::{jour, local_day};

/// Reasons by anomaly.
pub(super) type Raisons = BTreeMap<Cible, Raison>;

/// Those of a list, once its reading is traced; none where names are not read.
pub(super) async fn read(serveur: &Bureau, poste: &Poste, vues: &[Vue]) -> Result<Raisons, Erreur> {
    match serveur.reads_names() {
        true => Ok(poste.comptes.read_raisons(&poste.qui, &poste.centre, vues).await?),
        false => Ok(Raisons::new()),
    }
}

/// « Relu avec le jeune (Zoé Martin, 05/11/2019) ».
pub(super) fn told(raison: &Raison) -> String {
    let who = format!("{}, {}", raison.par, jour(local_day(raison.le)));
    match mots::texte(raison.texte.as_ref()) {
        Some(texte) => format!("{texte} ({who})"),
        None => format!("raison effacée avec les noms du dossier ({who})"),
    }
}
