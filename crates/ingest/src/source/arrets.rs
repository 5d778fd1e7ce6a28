//! Where unquoted fields end: delimiters and line breaks, looked for sixty-four bytes at a time.
//!
//! Fields are short, a few bytes each: a search that starts anew for every field costs more than
//! the bytes that it looks at. Here the stops of a block are found once, then taken one by one.

/// Bytes of a block: one bit each.
const BLOCK: usize = 64;

/// The stops of a text, from its first byte on.
pub(super) struct Arrets<'a> {
    text: &'a [u8],
    delimiter: u8,
    /// Where the block at hand starts.
    at: usize,
    /// Its stops not yet passed, the first byte lowest.
    stops: u64,
}

impl<'a> Arrets<'a> {
    /// Those of `text`, for this delimiter, which is not NUL.
    pub(super) fn new(text: &'a [u8], delimiter: u8) -> Self {
        let mut arrets = Self { text, delimiter, at: 0, stops: 0 };
        arrets.look();
        arrets
    }

    /// The first stop at `from` or after; `from` never goes back.
    #[inline]
    pub(super) fn next(&mut self, from: usize) -> Option<usize> {
        let passed = from.saturating_sub(self.at);
        if passed < BLOCK {
            self.stops &= u64::MAX << passed;
        } else {
            self.at = from;
            self.look();
        }
        while self.stops == 0 {
            self.at += BLOCK;
            if self.at >= self.text.len() {
                return None;
            }
            self.look();
        }
        Some(self.at + self.stops.trailing_zeros() as usize)
    }

    /// Finds the stops of the block at hand.
    fn look(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        self.stops = match rest.first_chunk() {
            Some(block) => stops(block, self.delimiter),
            None => {
                let mut block = [0; BLOCK];
                block.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
                stops(&block, self.delimiter)
            }
        };
    }
}

/// One bit per byte that ends a field. A plain loop from block to block, which the compiler turns into
/// comparisons of many bytes at once; `map` over the block is at times taken byte by byte.
fn stops(block: &[u8; BLOCK], delimiter: u8) -> u64 {
    let mut found = [0; BLOCK];
    for (found, &byte) in found.iter_mut().zip(block) {
        *found = u8::from(byte == delimiter) | u8::from(byte == b'\n') | u8::from(byte == b'\r');
    }
    let (words, _) = found.as_chunks::<8>();
    // Eight bytes of 0 or 1 become eight bits: the product gathers them in its highest byte.
    words.iter().rev().fold(0, |stops, word| {
        let bits = u64::from_le_bytes(*word).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        stops << 8 | bits
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(text: &[u8], delimiter: u8) -> Vec<usize> {
        let mut arrets = Arrets::new(text, delimiter);
        let mut from = 0;
        std::iter::from_fn(|| {
            let stop = arrets.next(from)?;
            from = stop + 1;
            Some(stop)
        })
        .collect()
    }

    proptest! {
        #[test]
        fn stops_are_those_that_a_plain_search_finds(
            text in prop::collection::vec(
                prop_oneof![Just(b';'), Just(b'\n'), Just(b'\r'), any::<u8>(), Just(b'a')], 0..200),
        ) {
            let plain: Vec<usize> = text.iter().enumerate()
                .filter(|(_, byte)| matches!(byte, b';' | b'\n' | b'\r'))
                .map(|(at, _)| at).collect();
            prop_assert_eq!(all(&text, b';'), plain);
        }

        #[test]
        fn a_search_may_start_further_on(
            text in prop::collection::vec(prop_oneof![Just(b'|'), any::<u8>()], 0..200),
            steps in prop::collection::vec(0_usize..80, 0..12),
        ) {
            let mut arrets = Arrets::new(&text, b'|');
            let mut from = 0;
            for step in steps {
                from += step;
                let plain = (from..text.len()).find(|at| matches!(text[*at], b'|' | b'\n' | b'\r'));
                prop_assert_eq!(arrets.next(from), plain);
                from = plain.map_or(from, |stop| stop + 1);
            }
        }
    }
}
