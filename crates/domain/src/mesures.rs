//! The measures of a period, shared: a month that is over is measured alike by one extraction after another, and
//! the campaigns of two years hold it once.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::resultat::{Mesure, Niveau};

/// Measures, in their order. A copy costs nothing until it is changed.
#[derive(Debug, Clone, Default)]
pub struct Mesures(Arc<Liste>);

/// The measures, and where those of whole centres are among them.
#[derive(Debug, Clone, Default)]
struct Liste {
    toutes: Vec<Mesure>,
    /// Their ranks, by the first letters of the code of their indicator; found when it is first asked for.
    des_centres: OnceLock<Box<[(u64, usize)]>>,
}

/// The first letters of a code, as a number: in the order of codes, and compared at once.
fn letters(code: &str) -> u64 {
    let mut bytes = [0; 8];
    bytes.iter_mut().zip(code.bytes()).for_each(|(place, byte)| *place = byte);
    u64::from_be_bytes(bytes)
}

impl Liste {
    fn whole(&self) -> &[(u64, usize)] {
        self.des_centres.get_or_init(|| {
            let each = self.toutes.iter().enumerate();
            let whole = each.filter(|(_, own)| own.niveau == Niveau::Structure);
            let mut ranks: Vec<_> = whole.map(|(rank, own)| (letters(&own.code), rank)).collect();
            ranks.sort_unstable();
            ranks.into()
        })
    }
}

impl Mesures {
    /// What an indicator is over a whole centre: the first, when there are several centres.
    #[must_use]
    pub fn of_structure(&self, code: &str) -> Option<&Mesure> {
        let (whole, sought) = (self.0.whole(), letters(code));
        let first = whole.partition_point(|(known, _)| *known < sought);
        let alike = whole.iter().skip(first).take_while(|(known, _)| *known == sought);
        // A code that ends among its first letters is told by them: what it is compared with is not read.
        let told = code.len() < size_of::<u64>();
        alike.filter_map(|(_, rank)| self.get(*rank)).find(|own| told || own.code == code)
    }

    /// Takes the place of the others when they say the same: one copy is then held by both.
    pub fn share(&mut self, known: &Self) {
        if self == known {
            self.0 = Arc::clone(&known.0);
        }
    }

    /// Whether both are one copy.
    #[must_use]
    pub fn is_shared_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Tells this copy from any other that is held at the same time.
    #[must_use]
    pub fn address(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Whether nobody else holds this copy.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// Lets go of the room for more.
    pub fn shrink_to_fit(&mut self) {
        if let Some(own) = Arc::get_mut(&mut self.0) {
            own.toutes.shrink_to_fit();
        }
    }
}

impl PartialEq for Mesures {
    fn eq(&self, other: &Self) -> bool {
        self.is_shared_with(other) || self.0.toutes == other.0.toutes
    }
}

impl Deref for Mesures {
    type Target = Vec<Mesure>;

    fn deref(&self) -> &Vec<Mesure> {
        &self.0.toutes
    }
}

impl DerefMut for Mesures {
    fn deref_mut(&mut self) -> &mut Vec<Mesure> {
        let own = Arc::make_mut(&mut self.0);
        own.des_centres.take();
        &mut own.toutes
    }
}

impl From<Vec<Mesure>> for Mesures {
    fn from(mesures: Vec<Mesure>) -> Self {
        Self(Arc::new(Liste { toutes: mesures, des_centres: OnceLock::new() }))
    }
}

impl FromIterator<Mesure> for Mesures {
    fn from_iter<I: IntoIterator<Item = Mesure>>(mesures: I) -> Self {
        Vec::from_iter(mesures).into()
    }
}

impl IntoIterator for Mesures {
    type Item = Mesure;
    type IntoIter = std::vec::IntoIter<Mesure>;

    fn into_iter(self) -> Self::IntoIter {
        Arc::unwrap_or_clone(self.0).toutes.into_iter()
    }
}

impl<'a> IntoIterator for &'a Mesures {
    type Item = &'a Mesure;
    type IntoIter = std::slice::Iter<'a, Mesure>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Mesures {
    type Item = &'a mut Mesure;
    type IntoIter = std::slice::IterMut<'a, Mesure>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl Serialize for Mesures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Mesures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resultat::{Cumul, Niveau};

    fn counted(numerateur: f64) -> Mesures {
        let cumul = Cumul { numerateur, ..Cumul::default() };
        let own = |code: &str| Mesure {
            code: code.to_owned(),
            niveau: Niveau::Structure,
            structure_id: "A".to_owned(),
            sous_cle: String::new(),
            cumul: cumul.clone(),
        };
        ["ACC-N", "PAC-E"].map(own).into_iter().collect()
    }

    #[test]
    fn the_same_measures_are_held_once_and_others_are_left_alone() {
        let (first, mut same, mut other) = (counted(3.0), counted(3.0), counted(4.0));
        assert!(!same.is_shared_with(&first));
        same.share(&first);
        other.share(&first);
        assert!(same.is_shared_with(&first) && !other.is_shared_with(&first));
        assert!(same.address() == first.address() && same.address() != other.address());
        assert!(other.is_alone() && !first.is_alone());
        // What one of them becomes is not what the others were.
        same.retain(|mesure| mesure.code == "PAC-E");
        assert_eq!((first.len(), same.len(), other), (2, 1, counted(4.0)));
    }

    #[test]
    fn what_a_centre_is_as_a_whole_is_found_by_code() {
        let mut mesures = counted(3.0);
        let mut part = mesures[0].clone();
        part.niveau = Niveau::Antenne;
        part.code = "AAA-N".to_owned();
        mesures.insert(0, part);
        let numerateur = |mesures: &Mesures, code: &str| {
            mesures.of_structure(code).map(|own| own.cumul.numerateur)
        };
        assert_eq!(numerateur(&mesures, "PAC-E"), Some(3.0));
        assert_eq!(numerateur(&mesures, "AAA-N"), None, "of a part of it");
        assert_eq!(numerateur(&mesures, "ZZZ-N"), None);
        // What is changed is found as it became.
        mesures[1].code = "ZZZ-N".to_owned();
        assert_eq!(
            (numerateur(&mesures, "ACC-N"), numerateur(&mesures, "ZZZ-N")),
            (None, Some(3.0))
        );
        // Codes that begin alike are told apart.
        let mut long = mesures[1].clone();
        for code in ["AAAAAAAA-2", "AAAAAAAA-1"] {
            long.code = code.to_owned();
            long.cumul.numerateur += 1.0;
            mesures.push(long.clone());
        }
        assert_eq!(numerateur(&mesures, "AAAAAAAA-1"), Some(5.0));
        assert_eq!(numerateur(&mesures, "AAAAAAAA-2"), Some(4.0));
        assert_eq!(numerateur(&mesures, "AAAAAAAA-3"), None);
    }

    #[test]
    fn it_is_written_as_a_list() {
        let text = serde_json::to_string(&counted(3.0)).unwrap();
        assert!(text.starts_with("[{"), "{text}");
        assert_eq!(serde_json::from_str::<Mesures>(&text).unwrap(), counted(3.0));
    }
}
