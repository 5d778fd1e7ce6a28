//! `cles/<structure_id>.cle`: the key of a centre, wrapped.
//!
//! Two layers, so that changing the master key never needs the director's half: the outer one is
//! sealed under the master key, and holds the key itself, or the inner one, sealed under the half.
//! The outer layer stands once per master key: two of them while one replaces the other.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::enveloppe::Enveloppe;
use super::erreur::CleError;
use super::secret::{CleCentre, Maitresse, SecondeMoitie, from_hex};

const EXTERNE: &str = "mallette 2026-11 cle de centre, sous la cle maitresse";
const INTERNE: &str = "mallette 2026-11 cle de centre, sous la seconde moitie";

/// Form of the record that this program writes; form 1 was the key alone, in hexadecimal.
const FORMAT: u32 = 2;

/// What is in the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FicheCle {
    format: u32,
    pub(super) structure_id: String,
    /// Grows at each writing: an older file put back is told.
    pub(super) generation: u64,
    /// Which second half it takes; none in simple mode.
    pub(super) seconde_moitie: Option<String>,
    /// The outer layer, by identifier of the master key.
    enveloppes: BTreeMap<String, String>,
}

/// What a key file holds.
pub(super) enum Contenu {
    /// A key in clear, as before keys were wrapped.
    Claire(Zeroizing<[u8; 32]>),
    /// A wrapped key.
    Fiche(FicheCle),
}

/// The key as it goes under the outer layer: itself, or sealed under the second half.
pub(super) struct Interieur {
    seconde_moitie: Option<String>,
    bytes: Zeroizing<Vec<u8>>,
}

impl Interieur {
    /// For a key that the master key alone opens.
    pub(super) fn simple(key: &CleCentre) -> Self {
        Self { seconde_moitie: None, bytes: key.to_bytes() }
    }

    /// For a key that also takes that half.
    pub(super) fn shared(key: &CleCentre, moitie: &SecondeMoitie) -> Result<Self, CleError> {
        let id = moitie.id();
        let sealed =
            inner(key.structure_id(), moitie, &id, |enveloppe| enveloppe.seal(&key.to_bytes()))?;
        Ok(Self { seconde_moitie: Some(id), bytes: Zeroizing::new(sealed.into_bytes()) })
    }

    /// The key inside, for who presents what it takes.
    pub(super) fn open(
        &self,
        structure_id: &str,
        moitie: Option<&SecondeMoitie>,
    ) -> Result<CleCentre, CleError> {
        let id = structure_id.to_owned();
        let opened = match (&self.seconde_moitie, moitie) {
            (None, None) => CleCentre::from_bytes(structure_id, &self.bytes),
            (None, Some(_)) => return Err(CleError::SansMoitie(id)),
            (Some(_), None) => return Err(CleError::SecondeMoitie(id)),
            (Some(expected), Some(moitie)) => {
                let text = std::str::from_utf8(&self.bytes).unwrap_or_default();
                inner(structure_id, moitie, expected, |enveloppe| Ok(enveloppe.open(text)))?
                    .and_then(|bytes| CleCentre::from_bytes(structure_id, &bytes))
            }
        };
        opened.ok_or(CleError::MauvaiseMoitie(id))
    }
}

fn inner<T>(
    structure_id: &str,
    moitie: &SecondeMoitie,
    id: &str,
    act: impl FnOnce(Enveloppe<'_>) -> Result<T, CleError>,
) -> Result<T, CleError> {
    let parties = ["2", structure_id, id];
    act(Enveloppe { contexte: INTERNE, cle: moitie.bytes(), parties: &parties })
}

impl FicheCle {
    /// The record of a key under those master keys.
    pub(super) fn seal(
        structure_id: &str,
        generation: u64,
        interieur: &Interieur,
        maitresses: &[&Maitresse],
    ) -> Result<Self, CleError> {
        let mut fiche = Self {
            format: FORMAT,
            structure_id: structure_id.to_owned(),
            generation,
            seconde_moitie: interieur.seconde_moitie.clone(),
            enveloppes: BTreeMap::new(),
        };
        for maitresse in maitresses {
            let sealed = fiche.outer(maitresse, |enveloppe| enveloppe.seal(&interieur.bytes))?;
            fiche.enveloppes.insert(maitresse.id().to_owned(), sealed);
        }
        Ok(fiche)
    }

    /// What is under the outer layer; none when the record does not open with that master key.
    pub(super) fn open(&self, maitresse: &Maitresse) -> Option<Interieur> {
        let sealed = self.enveloppes.get(maitresse.id())?;
        let bytes = self.outer(maitresse, |enveloppe| enveloppe.open(sealed))?;
        Some(Interieur { seconde_moitie: self.seconde_moitie.clone(), bytes })
    }

    fn outer<T>(&self, maitresse: &Maitresse, act: impl FnOnce(Enveloppe<'_>) -> T) -> T {
        let generation = self.generation.to_string();
        let moitie = self.seconde_moitie.as_deref().unwrap_or("simple");
        let parties = ["2", self.structure_id.as_str(), generation.as_str(), moitie];
        act(Enveloppe { contexte: EXTERNE, cle: maitresse.bytes(), parties: &parties })
    }

    /// The master keys that open it.
    pub(super) fn maitresses(&self) -> Vec<&str> {
        self.enveloppes.keys().map(String::as_str).collect()
    }

    /// Lets only that master key open it from now on.
    pub(super) fn keep_only(&mut self, maitresse: &Maitresse) {
        self.enveloppes.retain(|id, _| id == maitresse.id());
    }

    /// The bytes of the file.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Texts and numbers in a structure: this cannot fail.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// Reads the bytes of a key file.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Contenu, CleError> {
    let refuse = |detail| CleError::Illisible { path: path.to_owned(), detail };
    let text = std::str::from_utf8(bytes).map_err(|_| refuse("ce n'est pas du texte"))?.trim();
    if !text.starts_with('{') {
        let key = from_hex(text).ok_or_else(|| refuse("ce n'est pas une clé"))?;
        return Ok(Contenu::Claire(key));
    }
    let fiche: FicheCle = serde_json::from_str(text).map_err(|_| refuse("contenu inattendu"))?;
    if fiche.format != FORMAT {
        return Err(refuse("format inconnu de ce programme"));
    }
    Ok(Contenu::Fiche(fiche))
}
