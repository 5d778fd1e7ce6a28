//! The day of each object of the rules of deadline, in the version that counts: asked of the engine once,
//! kept for as long as that version counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use mallette_domain::terme::Terme;
use mallette_registry::Cible;

use crate::atelier::AtelierLocal;
use crate::mutex::lock;
use crate::port::{Refus, Source};

/// Centres kept in memory.
const GARDES: usize = 40;

/// The terms of a centre, by the anomaly that they date.
pub(crate) type Termes = BTreeMap<Cible, Terme>;

/// Those of the centres read last, by centre, version and catalogue.
pub(crate) type Gardes = Vec<((String, String, String), Arc<Termes>)>;

impl AtelierLocal {
    /// The terms of a centre in that version.
    pub(crate) async fn read_termes(
        &self,
        source: Source,
        version: &str,
    ) -> Result<Arc<Termes>, Refus> {
        let empreinte = self.catalogue().empreinte_at(&source.structure_id);
        let key = (source.structure_id.clone(), version.to_owned(), empreinte);
        if let Some((_, found)) = lock(&self.vies.termes).iter().find(|(known, _)| *known == key) {
            return Ok(Arc::clone(found));
        }
        let read = self.moteur.list_termes(source).await?;
        let named = read.into_iter().map(|terme| {
            let (table, objet) = (terme.objet.table.clone(), terme.objet.id.clone());
            (Cible { regle: terme.regle.clone(), table, objet }, terme)
        });
        let termes: Arc<Termes> = Arc::new(named.collect());
        let mut kept = lock(&self.vies.termes);
        kept.retain(|(known, _)| known.0 != key.0);
        if kept.len() >= GARDES {
            kept.remove(0);
        }
        kept.push((key, Arc::clone(&termes)));
        Ok(termes)
    }

    /// Where the tables of the version of a centre that counts are, and its identifier.
    pub(crate) fn current_source(&self, structure_id: &str) -> Option<(Source, String)> {
        let (version, tete) = self.current_vie(structure_id)?;
        let source = Source {
            structure_id: structure_id.to_owned(),
            date_extraction: tete.date,
            dir: self.warehouse.version_dir(structure_id, &version),
        };
        Some((source, version))
    }
}
