//! The first pass over a file: its fingerprint, its size, its encoding.

use std::io::{self, Read};

/// Bytes kept from the beginning, to tell what the file is.
pub(super) const HEAD: usize = 64 << 10;
/// Bytes looked at for the NUL pattern of UTF-16 without a mark.
const PATTERN: usize = 4 << 10;
/// Bytes read at a time: enough for BLAKE3 to work on several lanes.
const CHUNK: usize = 256 << 10;
/// Well-formed multibyte sequences for one stray byte, above which damaged UTF-8 is still UTF-8.
const TRUST: u64 = 4;

/// Encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

/// What the first pass found.
#[derive(Debug)]
pub(super) struct Survey {
    /// BLAKE3 in hexadecimal.
    pub(super) empreinte: String,
    /// Bytes.
    pub(super) octets: u64,
    /// Well-formed sequences of two bytes or more, and bytes that belong to none.
    pub(super) multibyte: u64,
    pub(super) stray: u64,
}

/// The beginning of a stream, at most [`HEAD`] bytes.
pub(super) fn read_head(source: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut head = Vec::with_capacity(HEAD);
    source.take(HEAD as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Reads a stream to its end, `head` already taken from it; `text` when its UTF-8 matters.
pub(super) fn survey(head: &[u8], source: &mut dyn Read, text: bool) -> io::Result<Survey> {
    let mut hasher = blake3::Hasher::new();
    hasher.update(head);
    let mut octets = head.len() as u64;
    let mut tally = Tally::default();
    if text {
        tally.add(head);
    }
    let mut buffer = vec![0; CHUNK];
    loop {
        let count = fill(source, &mut buffer)?;
        let chunk = buffer.get(..count).unwrap_or_default();
        if chunk.is_empty() {
            break;
        }
        hasher.update(chunk);
        octets += count as u64;
        if text {
            tally.add(chunk);
        }
    }
    let stray = tally.stray + tally.held.len() as u64;
    let empreinte = hasher.finalize().to_hex().to_string();
    Ok(Survey { empreinte, octets, multibyte: tally.multibyte, stray })
}

/// Reads until the buffer is full or the stream ends: small reads would starve the hash.
fn fill(source: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..)
        && !room.is_empty()
    {
        match source.read(room) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Encoding told by the beginning alone, and the size of its byte order mark.
pub(super) fn announced(head: &[u8]) -> Option<(Encoding, usize)> {
    if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
        return Some((Encoding::Utf8, 3));
    }
    if head.starts_with(&[0xFF, 0xFE]) {
        return Some((Encoding::Utf16Le, 2));
    }
    if head.starts_with(&[0xFE, 0xFF]) {
        return Some((Encoding::Utf16Be, 2));
    }
    // Latin text in UTF-16 has a NUL as nearly every second byte, and none between.
    let sample = head.get(..PATTERN.min(head.len())).unwrap_or_default();
    let pairs = sample.len() / 2;
    let nul =
        |rank: usize| sample.chunks_exact(2).filter(|pair| pair.get(rank) == Some(&0)).count();
    let (even, odd) = (nul(0), nul(1));
    if pairs > 0 && odd * 10 >= pairs * 7 && even * 10 <= pairs {
        return Some((Encoding::Utf16Le, 0));
    }
    if pairs > 0 && even * 10 >= pairs * 7 && odd * 10 <= pairs {
        return Some((Encoding::Utf16Be, 0));
    }
    None
}

/// Encoding of a text without any mark, from the whole of it.
pub(super) fn weighed(survey: &Survey) -> Encoding {
    if survey.stray == 0 || survey.multibyte >= TRUST.saturating_mul(survey.stray) {
        Encoding::Utf8
    } else {
        Encoding::Windows1252
    }
}

/// Counts of UTF-8 sequences over chunks that may cut one in two.
#[derive(Debug, Default)]
struct Tally {
    held: Vec<u8>,
    multibyte: u64,
    stray: u64,
}

impl Tally {
    fn add(&mut self, chunk: &[u8]) {
        if self.held.is_empty() {
            self.count(chunk);
            return;
        }
        // Rare (a sequence cut between two chunks): the copy is not worth avoiding.
        let mut joined = std::mem::take(&mut self.held);
        joined.extend_from_slice(chunk);
        self.count(&joined);
    }

    fn count(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        loop {
            // Several times faster than the standard library on accented text, and the common case.
            if encoding_rs::Encoding::utf8_valid_up_to(rest) == rest.len() {
                self.multibyte += leads(rest);
                return;
            }
            match std::str::from_utf8(rest) {
                Ok(valid) => {
                    self.multibyte += leads(valid.as_bytes());
                    return;
                }
                Err(error) => {
                    let (valid, after) = rest.split_at(error.valid_up_to());
                    self.multibyte += leads(valid);
                    let Some(bad) = error.error_len() else {
                        self.held = after.to_vec();
                        return;
                    };
                    self.stray += bad as u64;
                    rest = after.get(bad..).unwrap_or_default();
                }
            }
        }
    }
}

/// Bytes that lead a sequence of two bytes or more, in valid UTF-8. Counted in blocks whose sum fits
/// a byte, so that the compiler works on whole vectors.
fn leads(valid: &[u8]) -> u64 {
    let count = |block: &[u8]| block.iter().map(|byte| u8::from(*byte >= 0xC0)).sum::<u8>();
    valid.chunks(255).map(|block| u64::from(count(block))).sum()
}
