//! One object as bytes: identifiers as they are, repeated texts by their rank, absent ones as 0.

use mallette_domain::resultat::Objet;

/// An object, its texts where they were read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lu<'a> {
    pub(crate) structure_id: &'a str,
    pub(crate) table: &'a str,
    pub(crate) id: &'a str,
    pub(crate) dossier_id: Option<&'a str>,
    pub(crate) conseiller_id: Option<&'a str>,
    pub(crate) antenne: Option<&'a str>,
}

impl<'a> From<&'a Objet> for Lu<'a> {
    fn from(objet: &'a Objet) -> Self {
        Self {
            structure_id: &objet.structure_id,
            table: &objet.table,
            id: &objet.id,
            dossier_id: objet.dossier_id.as_deref(),
            conseiller_id: objet.conseiller_id.as_deref(),
            antenne: objet.antenne.as_deref(),
        }
    }
}

impl Lu<'_> {
    /// The same, on its own.
    pub(crate) fn to_objet(self) -> Objet {
        Objet {
            structure_id: self.structure_id.to_owned(),
            table: self.table.to_owned(),
            id: self.id.to_owned(),
            dossier_id: self.dossier_id.map(str::to_owned),
            conseiller_id: self.conseiller_id.map(str::to_owned),
            antenne: self.antenne.map(str::to_owned),
        }
    }
}

/// Appends an object; `rank` gives the rank of a text that repeats.
pub(crate) fn encode<'a>(out: &mut Vec<u8>, objet: Lu<'a>, mut rank: impl FnMut(&'a str) -> u64) {
    number(out, rank(objet.structure_id));
    number(out, rank(objet.table));
    text(out, objet.id);
    // A dossier caught is its own: said once.
    match objet.dossier_id {
        None => number(out, 0),
        Some(dossier) if dossier == objet.id => number(out, 1),
        Some(dossier) => {
            number(out, 2);
            text(out, dossier);
        }
    }
    for word in [objet.conseiller_id, objet.antenne] {
        number(out, word.map_or(0, |word| rank(word) + 1));
    }
}

/// Takes an object off the front; none when the bytes are not one.
pub(crate) fn decode<'a>(rest: &mut &'a [u8], words: &'a [String]) -> Option<Objet> {
    read(rest, words).map(Lu::to_objet)
}

/// As [`decode`], without copying its texts.
pub(crate) fn read<'a>(rest: &mut &'a [u8], words: &'a [String]) -> Option<Lu<'a>> {
    let structure_id = word(rest, words)?;
    let table = word(rest, words)?;
    let id = take_text(rest)?;
    let dossier_id = match take_number(rest)? {
        0 => None,
        1 => Some(id),
        2 => Some(take_text(rest)?),
        _ => return None,
    };
    let conseiller_id = optional(rest, words)?;
    let antenne = optional(rest, words)?;
    Some(Lu { structure_id, table, id, dossier_id, conseiller_id, antenne })
}

fn word<'a>(rest: &mut &[u8], words: &'a [String]) -> Option<&'a str> {
    words.get(usize::try_from(take_number(rest)?).ok()?).map(String::as_str)
}

fn optional<'a>(rest: &mut &[u8], words: &'a [String]) -> Option<Option<&'a str>> {
    match take_number(rest)?.checked_sub(1) {
        None => Some(None),
        Some(rank) => Some(Some(words.get(usize::try_from(rank).ok()?)?)),
    }
}

/// Seven bits a byte, the lowest first; the eighth says that more follows.
pub(crate) fn number(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = (value & 0x7f).to_le_bytes()[0];
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

pub(crate) fn take_number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..63).step_by(7) {
        let byte = *rest.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn text(out: &mut Vec<u8>, text: &str) {
    number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

fn take_text<'a>(rest: &mut &'a [u8]) -> Option<&'a str> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let bytes = rest.split_off(..length)?;
    std::str::from_utf8(bytes).ok()
}
