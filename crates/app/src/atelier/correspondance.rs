//! What people said of headers nobody knew: kept in the registry, added to the catalogue.

use std::sync::{Arc, PoisonError};

use mallette_catalogue::{Catalogue, normalise};
use mallette_registry as registry;

use super::{AtelierLocal, refuse};
use crate::port::{Correspondance, Refus};

impl AtelierLocal {
    /// Puts in the catalogue the mappings of the moment, which another process may have changed.
    /// One that the catalogue has since come to contradict is left aside, and listed as such.
    pub(super) async fn read_correspondances(&self) -> Result<(), Refus> {
        let kept = self.registry.correspondances().await.map_err(refuse)?;
        let mut catalogue = Catalogue::clone(&self.catalogue());
        catalogue.forget_headers();
        for one in kept {
            // Refused: `list_correspondances` says why.
            let _ = catalogue.learn_header(&one.table, written(&one), &one.colonne);
        }
        self.put_catalogue(catalogue);
        Ok(())
    }

    pub(super) async fn list_correspondances(&self) -> Result<Vec<Correspondance>, Refus> {
        let kept = self.registry.correspondances().await.map_err(refuse)?;
        let mut catalogue = Catalogue::clone(&self.catalogue());
        let mut list = Vec::with_capacity(kept.len());
        for one in kept {
            let learnt = catalogue.learn_header(&one.table, written(&one), &one.colonne);
            list.push(Correspondance {
                entete: written(&one).to_owned(),
                table: one.table,
                colonne: one.colonne,
                sans_effet: learnt.err().map(|error| error.raison),
            });
        }
        Ok(list)
    }

    pub(super) async fn keep_correspondance(
        &self,
        table: String,
        entete: String,
        colonne: String,
    ) -> Result<(), Refus> {
        let mut catalogue = Catalogue::clone(&self.catalogue());
        let learnt = catalogue.learn_header(&table, &entete, &colonne);
        learnt.map_err(|error| Refus(format!("Correspondance refusée : {}", error.raison)))?;
        let kept = registry::Correspondance {
            entete: normalise(&entete),
            libelle: Some(entete.trim().to_owned()),
            table,
            colonne,
        };
        self.registry.save_correspondance(&kept, (self.horloge)()).await.map_err(refuse)?;
        self.put_catalogue(catalogue);
        Ok(())
    }

    pub(super) async fn forget_correspondance(
        &self,
        table: String,
        entete: String,
    ) -> Result<(), Refus> {
        let (header, now) = (normalise(&entete), (self.horloge)());
        let removed = self.registry.remove_correspondance(&table, &header, now);
        if !removed.await.map_err(refuse)? {
            return Err(Refus(format!(
                "Aucune correspondance n'est retenue pour « {entete} » dans la table « {table} »."
            )));
        }
        let mut catalogue = Catalogue::clone(&self.catalogue());
        catalogue.forget_header(&table, &entete);
        self.put_catalogue(catalogue);
        Ok(())
    }

    fn put_catalogue(&self, mut catalogue: Catalogue) {
        let mut held = self.catalogue.write().unwrap_or_else(PoisonError::into_inner);
        // Rules may have been published meanwhile: mappings change none.
        catalogue.regles.clone_from(&held.regles);
        *held = Arc::new(catalogue);
    }
}

/// The header as the person wrote it, or what is left of it.
fn written(kept: &registry::Correspondance) -> &str {
    kept.libelle.as_deref().unwrap_or(&kept.entete)
}
