//! Bytes of the field's encodings to UTF-8, by chunks. What cannot be decoded becomes U+FFFD.

use std::io::{self, Read};

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};

use super::survey::Encoding;

/// Bytes decoded at a time.
const CHUNK: usize = 64 << 10;

/// What Windows-1252 writes between 0x80 and 0x9F; five bytes there mean nothing.
const HIGH: [char; 32] = [
    '€', '\u{FFFD}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{FFFD}', 'Ž',
    '\u{FFFD}', '\u{FFFD}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{FFFD}',
    'ž', 'Ÿ',
];

/// A stream of UTF-8 made from a stream of something else.
pub(super) struct Utf8Stream<R> {
    source: R,
    codec: Codec,
    input: Vec<u8>,
    output: Vec<u8>,
    given: usize,
    ended: bool,
}

enum Codec {
    Windows1252,
    Utf16(Box<Decoder>),
}

/// `source`, byte order mark already consumed, as UTF-8. UTF-8 itself goes through untouched: the
/// batches validate it.
pub(super) fn to_utf8<'a>(source: impl Read + 'a, encoding: Encoding) -> Box<dyn Read + 'a> {
    let codec = match encoding {
        Encoding::Utf8 => return Box::new(source),
        Encoding::Windows1252 => Codec::Windows1252,
        Encoding::Utf16Le => Codec::Utf16(Box::new(UTF_16LE.new_decoder_without_bom_handling())),
        Encoding::Utf16Be => Codec::Utf16(Box::new(UTF_16BE.new_decoder_without_bom_handling())),
    };
    Box::new(Utf8Stream {
        source,
        codec,
        input: vec![0; CHUNK],
        output: Vec::new(),
        given: 0,
        ended: false,
    })
}

impl<R: Read> Utf8Stream<R> {
    fn refill(&mut self) -> io::Result<()> {
        let count = match self.source.read(&mut self.input) {
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            Err(error) => return Err(error),
        };
        self.ended = count == 0;
        self.given = 0;
        let input = self.input.get(..count).unwrap_or_default();
        match &mut self.codec {
            Codec::Windows1252 => {
                self.output.clear();
                decode_1252(input, &mut self.output);
            }
            Codec::Utf16(decoder) => {
                let needed = decoder.max_utf8_buffer_length(count).unwrap_or(4 * count + 16);
                self.output.resize(needed, 0);
                let (_, _, written, _) =
                    decoder.decode_to_utf8(input, &mut self.output, self.ended);
                self.output.truncate(written);
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Stream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let ready = self.output.get(self.given..).unwrap_or_default();
            if !ready.is_empty() {
                let count = ready.len().min(buffer.len());
                if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
                    to.copy_from_slice(from);
                }
                self.given += count;
                return Ok(count);
            }
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
    }
}

/// Appends Windows-1252 text as UTF-8.
fn decode_1252(input: &[u8], output: &mut Vec<u8>) {
    let mut rest = input;
    while !rest.is_empty() {
        let plain = rest.iter().position(|byte| !byte.is_ascii()).unwrap_or(rest.len());
        let (ascii, other) = rest.split_at(plain);
        output.extend_from_slice(ascii);
        let high = other.iter().position(u8::is_ascii).unwrap_or(other.len());
        let (accents, next) = other.split_at(high);
        for &byte in accents {
            let character = match usize::from(byte).checked_sub(0x80).and_then(|i| HIGH.get(i)) {
                Some(character) => *character,
                None => char::from(byte),
            };
            output.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
        rest = next;
    }
}
