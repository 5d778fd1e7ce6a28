//! A small generator of pseudo-random numbers (SplitMix64), so that a seed means the same region
//! for ever.

/// The state of the generator.
#[derive(Debug, Clone)]
pub(crate) struct Hasard(u64);

impl Hasard {
    /// A generator started from a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        let n = u64::try_from(n).unwrap_or(1).max(1);
        usize::try_from(self.next() % n).unwrap_or_default()
    }

    /// True `percent` times out of a hundred.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the list; the default of the type for an empty list.
    pub(crate) fn one_of<T: Copy + Default>(&mut self, list: &[T]) -> T {
        let at = self.below(list.len());
        list.get(at).copied().unwrap_or_default()
    }

    /// One of the list, or nothing `percent` times out of a hundred.
    pub(crate) fn maybe(&mut self, percent: usize, list: &[&'static str]) -> &'static str {
        if self.chance(percent) { "" } else { self.one_of(list) }
    }
}
