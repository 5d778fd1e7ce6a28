//! What an import changed, read from what was stored with its versions and with those that they
//! replaced: for the newest import as for the oldest.

use std::sync::Arc;

use mallette_warehouse::{ecarts, resultats};

use super::{AtelierLocal, refuse};
use crate::port::{Atelier, Refus, VersionComparee};

impl AtelierLocal {
    pub(super) async fn compare_versions(
        &self,
        import_id: String,
    ) -> Result<Vec<VersionComparee>, Refus> {
        let atelier = self.shared()?;
        let replaced = self.registry.replaced_by(&import_id).await.map_err(refuse)?;
        let read = tokio::task::spawn_blocking(move || atelier.read_versions(replaced));
        read.await.map_err(|_| Refus("La comparaison n'a pas pu être faite.".to_owned()))?
    }

    fn read_versions(
        &self,
        replaced: Vec<(String, String, Option<String>)>,
    ) -> Result<Vec<VersionComparee>, Refus> {
        let etat = self.etat();
        let mut compared = Vec::new();
        for (structure_id, id, replaced) in replaced {
            let current = etat.centres.get(&structure_id).filter(|c| c.version.id == id);
            let stored = |id: &str| {
                // The versions of an import that was undone are swept away.
                let dir = self.warehouse.version_dir(&structure_id, id);
                resultats::read(&dir).ok().flatten().map(|kept| Arc::new(kept.resultats))
            };
            let apres = current.map(|centre| Arc::clone(&centre.resultats));
            let Some(apres) = apres.or_else(|| stored(&id)) else { continue };
            let avant = replaced.as_deref().and_then(stored);
            let dir = self.warehouse.version_dir(&structure_id, &id);
            let ecarts = ecarts::read(&dir).map_err(refuse)?;
            compared.push(VersionComparee { structure_id, apres, avant, ecarts });
        }
        Ok(compared)
    }
}
