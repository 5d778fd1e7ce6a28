//! What takes room on the disk, what a sweep would free, and the sweep itself.

use std::collections::BTreeSet;

use mallette_domain::acces::Acces;
use mallette_registry::ResultatTache;
pub use mallette_warehouse::{Genre, Stockage, StockageCentre};
use serde_json::json;

use super::check_admin;
use super::travaux::MENAGE;
use crate::atelier::refuse;
use crate::comptes::{Comptes, act};
use crate::port::Refus;

impl Comptes {
    /// What the data directory takes, walked on a thread of its own.
    ///
    /// # Errors
    /// When the registry does not answer, or a folder cannot be read.
    pub async fn storage(&self) -> Result<Stockage, Refus> {
        let referenced = self.registry().referenced_versions().await.map_err(refuse)?;
        let imports = self.registry().imports().await.map_err(refuse)?;
        let kept = imports.into_iter().filter(|import| import.annule_le.is_none());
        let kept: BTreeSet<String> = kept.map(|import| import.id).collect();
        let warehouse = self.atelier.warehouse.clone();
        let walked = tokio::task::spawn_blocking(move || warehouse.storage(&referenced, &kept));
        walked.await.map_err(refuse)?.map_err(refuse)
    }

    /// Removes the versions and refused lines that nothing refers to, as each start does; nothing
    /// while an import runs or a backup is made. The bytes freed.
    ///
    /// # Errors
    /// When `par` does not run the installation, or the disk refuses.
    pub async fn sweep_storage(&self, par: (&str, &Acces)) -> Result<u64, Refus> {
        let (id, acces) = par;
        check_admin(acces)?;
        let before = self.storage().await?.liberables();
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        let rang = unite.start_tache(MENAGE).await.map_err(refuse)?;
        unite.trace(&[act(id, "menage", None, json!({}))]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        let swept = self.atelier.sweep().await;
        let left = match &swept {
            Ok(()) => self.storage().await?.liberables(),
            Err(_) => before,
        };
        let freed = before.saturating_sub(left);
        let (resultat, detail) = match &swept {
            Err(refus) => (ResultatTache::Echouee, refus.0.clone()),
            Ok(()) if freed == 0 => (ResultatTache::SansObjet, "Rien à libérer.".to_owned()),
            Ok(()) => (ResultatTache::Reussie, format!("{freed} octets libérés.")),
        };
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        unite.end_tache(rang, resultat, &detail).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        swept.map(|()| freed)
    }
}
