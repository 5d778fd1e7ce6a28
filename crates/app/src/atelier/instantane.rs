//! The snapshot: read again from the registry and the stored results after each change.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError};

use mallette_catalogue::Catalogue;
use mallette_domain::resultat::{Rattachement, Resultats};
use mallette_domain::structure;
use mallette_registry::Version as VersionInscrite;
use mallette_warehouse::{Warehouse, resultats};

use super::{AtelierLocal, Progres, Usage, refuse};
use crate::contexte;
use crate::etat::{Centre, Etat, ImportVu, Version};
use crate::mutex::lock;
use crate::port::{Atelier, Refus};
use crate::suites;

impl AtelierLocal {
    /// Reads the snapshot again, when pages are served; readers of the old one keep it until they are done.
    ///
    /// # Errors
    /// When the registry or a stored result cannot be read.
    pub async fn refresh(&self) -> Result<(), Refus> {
        if self.usage == Usage::Commande {
            return Ok(());
        }
        // What pages say of anomalies must be there when they show the version.
        self.settle_vies(&(Arc::new(|_| {}) as Progres)).await?;
        let catalogue = self.catalogue();
        let old = self.known_results(&catalogue);
        let mut known = self.registry.rattachements().await.map_err(refuse)?;
        let suites = self.registry.suites().await.map_err(refuse)?;
        let versions = self.registry.current_versions().await.map_err(refuse)?;
        for version in &versions {
            known.entry(version.structure_id.clone()).or_default();
        }
        let dates: BTreeMap<&str, _> =
            versions.iter().map(|v| (v.structure_id.as_str(), v.date_extraction)).collect();
        let contexte = contexte::read(&self.registry, &known).await?;
        contexte.place(contexte::year_of(dates.values().copied()), &mut known);
        let (mut reseau, mut termines) = suites::split(known, &suites, &dates, |_, _| true);
        let counted: BTreeSet<String> =
            suites::counted(&suites, &dates).into_keys().map(str::to_owned).collect();
        let mut centres = BTreeMap::new();
        let mut precedentes = BTreeMap::new();
        for version in versions.into_iter().filter(|v| counted.contains(&v.structure_id)) {
            let structure_id = version.structure_id.clone();
            let rattachement = complete(&structure_id, reseau.remove(&structure_id));
            reseau.insert(structure_id.clone(), rattachement.clone());
            let resultats = self.results_of(&old, &structure_id, &version.id)?;
            let precedents = match self.version_before(&version).await? {
                Some(id) => {
                    let precedents = self.previous_results(&old, &version, &id)?;
                    precedentes.insert(structure_id.clone(), id);
                    Some(precedents)
                }
                None => None,
            };
            let tables = self.tables_of(&old, &structure_id, &version.id)?;
            let centre = Centre {
                structure_id: structure_id.clone(),
                rattachement,
                version: view(version, tables),
                resultats,
                precedents,
                couvertures: Arc::default(),
            };
            centres.insert(structure_id, centre);
        }
        for (structure_id, rattachement) in reseau.iter_mut().chain(&mut termines) {
            *rattachement = complete(structure_id, Some(std::mem::take(rattachement)));
        }
        let imports = self.read_imports().await?;
        let campagnes = self.campagnes().await?;
        let mut etat = Etat {
            reseau,
            termines,
            suites,
            centres,
            imports,
            campagnes,
            contexte: Arc::new(contexte),
            ..Etat::empty(catalogue)
        };
        contexte::couverture::lay(&mut etat);
        let mut held = self.etat.write().unwrap_or_else(PoisonError::into_inner);
        // Everything computed out of a snapshot is kept with it: what changes nothing of it, throws nothing away.
        if !held.is_read_as(&etat) {
            *held = Arc::new(etat);
        }
        *lock(&self.precedentes) = (Arc::downgrade(&held), precedentes);
        Ok(())
    }

    /// The snapshot whose results may be shared: none when the rules changed since.
    fn known_results(&self, catalogue: &Arc<Catalogue>) -> Arc<Etat> {
        let old = self.etat();
        if Arc::ptr_eq(&old.catalogue, catalogue)
            || old.catalogue.empreinte() == catalogue.empreinte()
        {
            return old;
        }
        self.memoire.forget();
        Arc::new(Etat::empty(Arc::clone(catalogue)))
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

    /// Tables received by a version: those already in memory when the snapshot has them.
    fn tables_of(
        &self,
        old: &Etat,
        structure_id: &str,
        version: &str,
    ) -> Result<BTreeMap<String, u64>, Refus> {
        match old.centres.get(structure_id) {
            Some(centre) if centre.version.id == version => Ok(centre.version.tables.clone()),
            _ => self.warehouse.tables(structure_id, version).map_err(refuse),
        }
    }

    /// A version as pages show it, by the code of its centre.
    pub(super) fn view(&self, version: VersionInscrite) -> Result<(String, Version), Refus> {
        let structure_id = version.structure_id.clone();
        let tables = self.tables_of(&self.etat(), &structure_id, &version.id)?;
        Ok((structure_id, view(version, tables)))
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
        read_results(&self.warehouse, structure_id, version)
    }

    /// The version that this one replaced; none when it is the first.
    async fn version_before(&self, version: &VersionInscrite) -> Result<Option<String>, Refus> {
        let history = self.registry.versions(&version.structure_id).await.map_err(refuse)?;
        let older = history.into_iter().skip_while(|known| known.id != version.id).nth(1);
        Ok(older.map(|older| older.id))
    }

    /// Stored results of the version that this one replaced: those already in memory when the snapshot has them, beside either version.
    fn previous_results(
        &self,
        old: &Arc<Etat>,
        version: &VersionInscrite,
        before: &str,
    ) -> Result<Arc<Resultats>, Refus> {
        let structure_id = version.structure_id.as_str();
        let held = {
            let known = lock(&self.precedentes);
            let (etat, ids) = &*known;
            // Another snapshot may have been read meanwhile: what it holds is not what the old one does.
            std::ptr::eq(etat.as_ptr(), Arc::as_ptr(old))
                && ids.get(structure_id).is_some_and(|id| id == before)
        };
        match old.centres.get(structure_id).and_then(|centre| centre.precedents.as_ref()) {
            Some(precedents) if held => Ok(Arc::clone(precedents)),
            _ => self.results_of(old, structure_id, before),
        }
    }
}

/// Stored results of a version, off the disk.
pub(super) fn read_results(
    warehouse: &Warehouse,
    structure_id: &str,
    version: &str,
) -> Result<Arc<Resultats>, Refus> {
    let kept = resultats::read(&warehouse.version_dir(structure_id, version)).map_err(refuse)?;
    let kept = kept.ok_or_else(|| {
        let raison = format!(
            "Les résultats du centre {structure_id} n'ont pas encore été calculés. Relancer \
             « mallette servir »."
        );
        Refus(raison)
    })?;
    Ok(Arc::new(kept.resultats))
}

/// A version as pages show it.
fn view(version: VersionInscrite, tables: BTreeMap<String, u64>) -> Version {
    Version {
        id: version.id,
        date_extraction: version.date_extraction,
        importe_le: version.importe_le,
        import_id: version.import_id,
        lignes: u64::try_from(version.lignes).unwrap_or_default(),
        tables,
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
