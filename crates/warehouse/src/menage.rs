//! Sweeping: removes the versions that nothing refers to any more, such as those of an import
//! killed between its renames and the registry's transaction.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::chemin::component;
use crate::disque;
use crate::erreur::WarehouseError;

/// Removes every folder of `versions` but those referenced; what was removed.
pub(crate) fn sweep(
    versions: &Path,
    referenced: &BTreeSet<(String, String)>,
) -> Result<Vec<PathBuf>, WarehouseError> {
    let kept: BTreeSet<PathBuf> = referenced
        .iter()
        .map(|(structure_id, id)| versions.join(component(structure_id)).join(component(id)))
        .collect();
    let mut removed = Vec::new();
    for centre in disque::entries(versions)? {
        if !centre.is_dir() {
            continue;
        }
        let mut left = 0;
        for version in disque::entries(&centre)? {
            if kept.contains(&version) {
                left += 1;
            } else {
                disque::remove_dir(&version)?;
                removed.push(version);
            }
        }
        if left == 0 {
            // An empty folder says nothing; a centre without one has no data yet.
            disque::remove_dir(&centre)?;
        }
    }
    Ok(removed)
}
