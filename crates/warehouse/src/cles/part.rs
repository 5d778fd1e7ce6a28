//! What a person holds of a centre's second half: the half sealed under a key of that person, or of
//! a recovery phrase. The text may be stored anywhere: without the personal key it opens nothing.

use super::enveloppe::Enveloppe;
use super::erreur::CleError;
use super::secret::{LEN, SecondeMoitie};

const CONTEXTE: &str = "mallette 2026-11 part de seconde moitie, sous la cle d'une personne";
const FORMAT: &str = "part1";

/// The half of that centre, sealed for that person. `personal_key` must be as hard to guess as a
/// key: derived from a password by a slow function, or [`super::PhraseSecours::key`].
///
/// # Errors
/// When the system gives no randomness.
pub fn seal_part(
    personal_key: &[u8; LEN],
    structure_id: &str,
    personne_id: &str,
    moitie: &SecondeMoitie,
) -> Result<String, CleError> {
    let parties = [FORMAT, structure_id, personne_id];
    let enveloppe = Enveloppe { contexte: CONTEXTE, cle: personal_key, parties: &parties };
    Ok(format!("{FORMAT}.{}", enveloppe.seal(moitie.bytes())?))
}

/// The half out of a share.
///
/// # Errors
/// When the key, the centre or the person is another, or the text was altered.
pub fn open_part(
    personal_key: &[u8; LEN],
    structure_id: &str,
    personne_id: &str,
    part: &str,
) -> Result<SecondeMoitie, CleError> {
    let refused = || CleError::Part(structure_id.to_owned());
    let (format, sealed) = part.trim().split_once('.').ok_or_else(refused)?;
    let parties = [FORMAT, structure_id, personne_id];
    let enveloppe = Enveloppe { contexte: CONTEXTE, cle: personal_key, parties: &parties };
    let bytes = enveloppe.open(sealed).filter(|_| format == FORMAT).ok_or_else(refused)?;
    let bytes = <[u8; LEN]>::try_from(bytes.as_slice()).map_err(|_| refused())?;
    Ok(SecondeMoitie::from_bytes(bytes))
}
