//! The snapshot: read again from the registry and the stored results after each change.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use mallette_catalogue::Catalogue;
use mallette_domain::resultat::{Rattachement, Resultats};
use mallette_domain::structure;
use mallette_registry::Version as VersionInscrite;
use mallette_warehouse::resultats;

use super::{AtelierLocal, Usage, refuse};
use crate::etat::{Centre, Etat, ImportVu, Version};
use crate::port::{Atelier, Refus};

impl Etat {
    /// No centre, no import.
    #[must_use]
    pub fn empty(catalogue: Arc<Catalogue>) -> Self {
        Self { catalogue, reseau: BTreeMap::new(), centres: BTreeMap::new(), imports: Vec::new() }
    }
}

impl AtelierLocal {
    /// Reads the snapshot again, when pages are served; readers of the old one keep it until they are done.
    ///
    /// # Errors
    /// When the registry or a stored result cannot be read.
    pub async fn refresh(&self) -> Result<(), Refus> {
        if self.usage == Usage::Commande {
            return Ok(());
        }
        let old = self.etat();
        let mut reseau = self.registry.rattachements().await.map_err(refuse)?;
        let mut centres = BTreeMap::new();
        for version in self.registry.current_versions().await.map_err(refuse)? {
            let structure_id = version.structure_id.clone();
            let rattachement = complete(&structure_id, reseau.remove(&structure_id));
            reseau.insert(structure_id.clone(), rattachement.clone());
            let resultats = self.results_of(&old, &structure_id, &version.id)?;
            let precedents = self.previous_results(&old, &version).await?;
            let version = Version {
                id: version.id,
                date_extraction: version.date_extraction,
                importe_le: version.importe_le,
                import_id: version.import_id,
                lignes: u64::try_from(version.lignes).unwrap_or_default(),
            };
            let centre = Centre {
                structure_id: structure_id.clone(),
                rattachement,
                version,
                resultats,
                precedents,
            };
            centres.insert(structure_id, centre);
        }
        for (structure_id, rattachement) in &mut reseau {
            *rattachement = complete(structure_id, Some(std::mem::take(rattachement)));
        }
        let imports = self.read_imports().await?;
        let etat = Etat { catalogue: self.catalogue(), reseau, centres, imports };
        *self.etat.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(etat);
        Ok(())
    }

    /// Every import with its report, newest first.
    pub(super) async fn read_imports(&self) -> Result<Vec<ImportVu>, Refus> {
        let mut imports = Vec::new();
        for resume in self.registry.imports().await.map_err(refuse)? {
            let Some(import) = self.registry.import(&resume.id).await.map_err(refuse)? else {
                continue;
            };
            imports.push(ImportVu {
                id: resume.id,
                importe_le: resume.importe_le,
                annule_le: resume.annule_le,
                rapport: import.rapport,
            });
        }
        Ok(imports)
    }

    /// Stored results of a version: those already in memory when the snapshot has them.
    fn results_of(
        &self,
        old: &Etat,
        structure_id: &str,
        version: &str,
    ) -> Result<Arc<Resultats>, Refus> {
        if let Some(centre) = old.centres.get(structure_id)
            && centre.version.id == version
        {
            return Ok(Arc::clone(&centre.resultats));
        }
        let dir = self.warehouse.version_dir(structure_id, version);
        Ok(Arc::new(resultats::read(&dir).map_err(refuse)?))
    }

    async fn previous_results(
        &self,
        old: &Etat,
        version: &VersionInscrite,
    ) -> Result<Option<Arc<Resultats>>, Refus> {
        let history = self.registry.versions(&version.structure_id).await.map_err(refuse)?;
        let older = history.iter().skip_while(|known| known.id != version.id).nth(1);
        match older {
            Some(older) => self.results_of(old, &version.structure_id, &older.id).map(Some),
            None => Ok(None),
        }
    }
}

/// What the network says of a centre, completed by the built-in list of Missions Locales.
pub(super) fn complete(structure_id: &str, declared: Option<Rattachement>) -> Rattachement {
    let mut rattachement = declared.unwrap_or_default();
    if let Some(known) = structure::find(structure_id) {
        rattachement.nom.get_or_insert_with(|| known.nom.to_owned());
        rattachement.departement.get_or_insert_with(|| known.departement.to_owned());
        rattachement.region.get_or_insert_with(|| known.region.to_owned());
    }
    rattachement
}
