//! The measures of centres under the keys that stand for them: made once of each copy, however many campaigns
//! share it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use mallette_domain::mesures::Mesures;

use super::lock;

/// Copies already made, by the address of what they were made of, which is held so that it stays its own.
#[derive(Default)]
pub(super) struct Renommes(Mutex<BTreeMap<usize, (Mesures, Mesures)>>);

impl Renommes {
    /// The same measures, of a centre of that key.
    pub(super) fn under(&self, key: &str, mesures: &Mesures) -> Mesures {
        let mut known = lock(&self.0);
        let (_, renamed) = known.entry(mesures.address()).or_insert_with(|| {
            let mut renamed = mesures.clone();
            for mesure in &mut renamed {
                mesure.structure_id.clear();
                mesure.structure_id.push_str(key);
            }
            (mesures.clone(), renamed)
        });
        renamed.clone()
    }

    /// Forgets what was made of measures that nobody else holds any more.
    pub(super) fn tidy(&self) {
        lock(&self.0).retain(|_, (source, _)| !source.is_alone());
    }
}

#[cfg(test)]
mod tests {
    use mallette_domain::resultat::{Cumul, Mesure, Niveau};

    use super::*;

    #[test]
    fn a_copy_is_made_once_and_let_go_with_its_source() {
        let own = Mesure {
            code: "PAC-E".to_owned(),
            niveau: Niveau::Structure,
            structure_id: "69382S00".to_owned(),
            sous_cle: String::new(),
            cumul: Cumul::default(),
        };
        let source = Mesures::from(vec![own]);
        let renommes = Renommes::default();
        let (once, again) =
            (renommes.under("voisin-1", &source), renommes.under("voisin-1", &source));
        assert!(once.is_shared_with(&again));
        assert_eq!(once[0].structure_id, "voisin-1");
        assert_eq!(source[0].structure_id, "69382S00");
        renommes.tidy();
        assert!(renommes.under("voisin-1", &source).is_shared_with(&once));
        drop(source);
        renommes.tidy();
        assert!(lock(&renommes.0).is_empty());
    }
}
