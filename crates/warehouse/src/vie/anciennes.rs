//! The anomalies that the versions before proved corrected: what tells one that comes back from one that is seen for
//! the first time.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

use super::{Entieres, VieRegle};
use crate::erreur::WarehouseError;
use crate::objets::codage::Lu;

/// By code of rule, a fingerprint of each anomaly that some version proved corrected: eight bytes for each, whatever
/// the length of the series.
#[derive(Debug, Default)]
pub struct Anciennes(HashMap<String, HashSet<u64>>);

impl Anciennes {
    /// Adds those that a version proved corrected; none where its lives are not there.
    ///
    /// # Errors
    /// When they are there and cannot be read.
    pub fn add(&mut self, dir: &Path) -> Result<(), WarehouseError> {
        let Some(vies) = Entieres::read(dir)? else { return Ok(()) };
        for (code, regle) in &vies.tete.regles {
            self.add_regle(&vies, code, regle)?;
        }
        Ok(())
    }

    fn add_regle(
        &mut self,
        vies: &Entieres,
        code: &str,
        regle: &VieRegle,
    ) -> Result<(), WarehouseError> {
        if regle.disparues > 0 {
            let gone = vies.parted(regle.debuts[1], regle.disparues)?;
            let own = self.0.entry(code.to_owned()).or_default();
            own.extend(gone.iter().map(|(objet, _)| fingerprint(objet)));
        }
        Ok(())
    }

    /// Whether some version proved that one corrected.
    pub(super) fn holds(&self, code: &str, objet: &Lu<'_>) -> bool {
        self.0.get(code).is_some_and(|own| own.contains(&fingerprint(objet)))
    }
}

/// What names an object within its rule, in eight bytes: never stored, so that its keys may change.
fn fingerprint(objet: &Lu<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (objet.table, objet.id).hash(&mut hasher);
    hasher.finish()
}
