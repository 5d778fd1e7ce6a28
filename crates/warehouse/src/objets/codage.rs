//! One object as bytes: identifiers as they are, repeated texts by their rank, absent ones as 0.

use mallette_domain::resultat::Objet;

/// Appends an object; `rank` gives the rank of a text that repeats.
pub(crate) fn encode<'a>(
    out: &mut Vec<u8>,
    objet: &'a Objet,
    mut rank: impl FnMut(&'a str) -> u64,
) {
    number(out, rank(&objet.structure_id));
    number(out, rank(&objet.table));
    text(out, &objet.id);
    // A dossier caught is its own: said once.
    match &objet.dossier_id {
        None => number(out, 0),
        Some(dossier) if *dossier == objet.id => number(out, 1),
        Some(dossier) => {
            number(out, 2);
            text(out, dossier);
        }
    }
    for word in [&objet.conseiller_id, &objet.antenne] {
        number(out, word.as_deref().map_or(0, |word| rank(word) + 1));
    }
}

/// Takes an object off the front; none when the bytes are not one.
pub(crate) fn decode(rest: &mut &[u8], words: &[String]) -> Option<Objet> {
    let structure_id = word(rest, words)?;
    let table = word(rest, words)?;
    let id = take_text(rest)?;
    let dossier_id = match take_number(rest)? {
        0 => None,
        1 => Some(id.clone()),
        2 => Some(take_text(rest)?),
        _ => return None,
    };
    let conseiller_id = optional(rest, words)?;
    let antenne = optional(rest, words)?;
    Some(Objet { structure_id, table, id, dossier_id, conseiller_id, antenne })
}

fn word(rest: &mut &[u8], words: &[String]) -> Option<String> {
    words.get(usize::try_from(take_number(rest)?).ok()?).cloned()
}

fn optional(rest: &mut &[u8], words: &[String]) -> Option<Option<String>> {
    match take_number(rest)?.checked_sub(1) {
        None => Some(None),
        Some(rank) => Some(Some(words.get(usize::try_from(rank).ok()?)?.clone())),
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

fn take_text(rest: &mut &[u8]) -> Option<String> {
    let length = usize::try_from(take_number(rest)?).ok()?;
    let bytes = rest.split_off(..length)?;
    String::from_utf8(bytes.to_vec()).ok()
}
