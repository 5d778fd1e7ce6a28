//! The secrets themselves: wiped from memory when dropped, never shown by `Debug`.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::erreur::CleError;

/// Bytes of every secret.
pub(crate) const LEN: usize = 32;

const ID_MAITRESSE: &str = "mallette 2026-11 cle maitresse, identifiant";
const ID_MOITIE: &str = "mallette 2026-11 seconde moitie, identifiant";

/// The master key: it wraps the keys of all centres, and stays out of the data directory.
#[derive(Clone)]
pub struct Maitresse {
    secret: Zeroizing<[u8; LEN]>,
    id: String,
}

impl Maitresse {
    /// A new one, at random.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, CleError> {
        random().map(Self::of)
    }

    /// That one.
    #[must_use]
    pub fn from_bytes(bytes: [u8; LEN]) -> Self {
        Self::of(Zeroizing::new(bytes))
    }

    fn of(secret: Zeroizing<[u8; LEN]>) -> Self {
        let id = identifier(ID_MAITRESSE, &secret);
        Self { secret, id }
    }

    /// Reads one as a person or a secret manager gives it: 64 hexadecimal digits or the base64 of 32
    /// bytes; lines that begin with `#` and spaces around do not count.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines =
            text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let (Some(line), None) = (lines.next(), lines.next()) else { return None };
        if let Some(secret) = from_hex(line) {
            return Some(Self::of(secret));
        }
        let digits = line.trim_end_matches('=');
        let decoded = STANDARD_NO_PAD.decode(digits).or_else(|_| URL_SAFE_NO_PAD.decode(digits));
        let decoded = Zeroizing::new(decoded.ok()?);
        let secret = <[u8; LEN]>::try_from(decoded.as_slice()).ok()?;
        Some(Self::from_bytes(secret))
    }

    /// What names it without giving it away: sixteen hexadecimal digits of a fingerprint.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// In hexadecimal, to be kept in a safe place.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        Zeroizing::new(to_hex(&*self.secret))
    }

    pub(super) fn bytes(&self) -> &[u8; LEN] {
        &self.secret
    }
}

impl fmt::Debug for Maitresse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Maitresse").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The second half of a centre's key, that its director holds: never stored by the warehouse.
#[derive(Clone)]
pub struct SecondeMoitie(Zeroizing<[u8; LEN]>);

impl SecondeMoitie {
    /// A new one, at random.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn generate() -> Result<Self, CleError> {
        random().map(Self)
    }

    /// That one.
    #[must_use]
    pub fn from_bytes(bytes: [u8; LEN]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// What names it without giving it away: tells which shares are those in force.
    #[must_use]
    pub fn id(&self) -> String {
        identifier(ID_MOITIE, &self.0)
    }

    pub(super) fn bytes(&self) -> &[u8; LEN] {
        &self.0
    }
}

impl fmt::Debug for SecondeMoitie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecondeMoitie").finish_non_exhaustive()
    }
}

/// The key of one centre, opened. It is a list: the first makes pseudonyms, for ever the same, so
/// that a dossier keeps its own; the last seals; all of them open. One is added when who may read
/// names becomes fewer, so that the key that others knew no longer opens what comes.
#[derive(Clone)]
pub struct CleCentre(Arc<Ouverte>);

struct Ouverte {
    structure_id: String,
    premiere: Zeroizing<[u8; LEN]>,
    suivantes: Vec<Zeroizing<[u8; LEN]>>,
}

impl CleCentre {
    /// The key of a new centre.
    pub(super) fn generate(structure_id: &str) -> Result<Self, CleError> {
        Ok(Self::of(structure_id, random()?, Vec::new()))
    }

    /// A key that was kept before keys were wrapped.
    pub(super) fn from_first(structure_id: &str, premiere: Zeroizing<[u8; LEN]>) -> Self {
        Self::of(structure_id, premiere, Vec::new())
    }

    fn of(
        structure_id: &str,
        premiere: Zeroizing<[u8; LEN]>,
        suivantes: Vec<Zeroizing<[u8; LEN]>>,
    ) -> Self {
        Self(Arc::new(Ouverte { structure_id: structure_id.to_owned(), premiere, suivantes }))
    }

    /// The same, with a new sealing key.
    pub(super) fn renewed(&self) -> Result<Self, CleError> {
        let mut suivantes = self.0.suivantes.clone();
        suivantes.push(random()?);
        Ok(Self::of(&self.0.structure_id, self.0.premiere.clone(), suivantes))
    }

    pub(super) fn from_bytes(structure_id: &str, bytes: &[u8]) -> Option<Self> {
        let (keys, rest) = bytes.as_chunks::<LEN>();
        if !rest.is_empty() {
            return None;
        }
        let mut keys = keys.iter().map(|key| Zeroizing::new(*key));
        let premiere = keys.next()?;
        Some(Self::of(structure_id, premiere, keys.collect()))
    }

    pub(super) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        // Sized at once: a vector that grows leaves copies behind.
        let mut bytes = Vec::with_capacity(LEN * (1 + self.0.suivantes.len()));
        bytes.extend_from_slice(&*self.0.premiere);
        for key in &self.0.suivantes {
            bytes.extend_from_slice(&**key);
        }
        Zeroizing::new(bytes)
    }

    /// I-MILO code of the centre.
    #[must_use]
    pub fn structure_id(&self) -> &str {
        &self.0.structure_id
    }

    /// What makes the pseudonyms.
    pub(crate) fn pseudonymes(&self) -> &[u8; LEN] {
        &self.0.premiere
    }

    /// What seals from now on.
    pub(crate) fn scellement(&self) -> &[u8; LEN] {
        self.0.suivantes.last().unwrap_or(&self.0.premiere)
    }

    /// All that may have sealed, the latest first.
    pub(crate) fn scellements(&self) -> impl Iterator<Item = &[u8; LEN]> {
        let first: &[u8; LEN] = &self.0.premiere;
        self.0.suivantes.iter().rev().map(|key| &**key).chain(std::iter::once(first))
    }
}

impl fmt::Debug for CleCentre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the keys: a log line would otherwise give the names away.
        f.debug_struct("CleCentre")
            .field("structure_id", &self.0.structure_id)
            .finish_non_exhaustive()
    }
}

/// 32 random bytes.
pub(super) fn random() -> Result<Zeroizing<[u8; LEN]>, CleError> {
    let mut bytes = Zeroizing::new([0; LEN]);
    getrandom::fill(&mut *bytes).map_err(|error| CleError::Alea(error.to_string()))?;
    Ok(bytes)
}

fn identifier(context: &str, secret: &[u8; LEN]) -> String {
    let hash = blake3::derive_key(context, secret);
    to_hex(hash.first_chunk::<8>().map_or(&[], <[u8; 8]>::as_slice))
}

/// Lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// The 32 bytes of 64 hexadecimal digits.
pub(super) fn from_hex(text: &str) -> Option<Zeroizing<[u8; LEN]>> {
    let bytes = Zeroizing::new(bytes_of_hex(text)?);
    <[u8; LEN]>::try_from(bytes.as_slice()).ok().map(Zeroizing::new)
}

/// The bytes of hexadecimal digits.
pub(crate) fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let mut bytes = Vec::with_capacity(text.len() / 2);
    for pair in text.as_bytes().chunks(2) {
        let [high, low] = pair else { return None };
        bytes.push(digit(*high)? * 16 + digit(*low)?);
    }
    Some(bytes)
}
