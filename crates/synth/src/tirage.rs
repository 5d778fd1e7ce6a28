//! Seeded chance: xoshiro256** started by SplitMix64, after the public-domain reference code of
//! Blackman and Vigna. Whole-number arithmetic alone, so that a seed gives the same region on
//! every machine; it is not, and need not be, cryptographic.

/// One stream of draws.
#[derive(Debug, Clone)]
pub(crate) struct Tirage {
    etat: [u64; 4],
}

impl Tirage {
    /// The stream of a place: the same `keys`, in the same order, give the same draws.
    pub(crate) fn new(keys: &[u64]) -> Self {
        let mut seed = keys.iter().fold(0x6a09_e667_f3bc_c908, |seed: u64, key| {
            split_mix(&mut (seed ^ key.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
        });
        Self { etat: std::array::from_fn(|_| split_mix(&mut seed)) }
    }

    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        let [a, b, c, d] = &mut self.etat;
        let result = b.wrapping_mul(5).rotate_left(7).wrapping_mul(9);
        let shifted = *b << 17;
        *c ^= *a;
        *d ^= *b;
        *b ^= *c;
        *a ^= *d;
        *c ^= shifted;
        *d = d.rotate_left(45);
        result
    }

    /// A number from 0 to `bound - 1`; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        // Multiply-shift: its bias is under 2⁻³², far below what the region can show.
        let product = (self.bits() >> 32) * u64::from(bound);
        (product >> 32) as u32
    }

    /// A number from `low` to `high`, both included; `low` when they are in the wrong order.
    pub(crate) fn between(&mut self, low: i32, high: i32) -> i32 {
        let width = high.saturating_sub(low).max(0).unsigned_abs();
        low.saturating_add(self.below(width.saturating_add(1)).cast_signed())
    }

    /// True `rate` times in ten thousand.
    pub(crate) fn chance(&mut self, rate: u32) -> bool {
        self.below(10_000) < rate
    }

    /// One of the values, each as likely; the default when there is none.
    pub(crate) fn pick<T: Copy + Default>(&mut self, values: &[T]) -> T {
        let rank = self.below(u32::try_from(values.len()).unwrap_or(u32::MAX));
        values.get(rank as usize).copied().unwrap_or_default()
    }

    /// One of the values, as often as its weight says; the default when there is none.
    pub(crate) fn weighted<T: Copy + Default>(&mut self, values: &[(T, u32)]) -> T {
        let total = values.iter().map(|(_, weight)| weight).sum();
        let mut left = self.below(total);
        for (value, weight) in values {
            match left.checked_sub(*weight) {
                Some(rest) => left = rest,
                None => return *value,
            }
        }
        T::default()
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// A number for a text, the same everywhere: FNV-1a on 64 bits.
pub(crate) fn number_of(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn split_mix_is_the_reference_one() {
        // First outputs of the reference code for the seed 1234567.
        let mut state = 1_234_567;
        assert_eq!(split_mix(&mut state), 6_457_827_717_110_365_317);
        assert_eq!(split_mix(&mut state), 3_203_168_211_198_807_973);
    }

    #[test]
    fn xoshiro_is_the_reference_one() {
        // First outputs of xoshiro256** from the state 1, 2, 3, 4.
        let mut tirage = Tirage { etat: [1, 2, 3, 4] };
        let first: Vec<u64> = (0..4).map(|_| tirage.bits()).collect();
        assert_eq!(first, [11_520, 0, 1_509_978_240, 1_215_971_899_390_074_240]);
    }

    #[test]
    fn the_hash_of_a_text_is_fnv_1a() {
        assert_eq!(number_of(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(number_of("a"), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn weights_are_kept_and_streams_differ() {
        let mut tirage = Tirage::new(&[1, 2]);
        let mut counts = [0u32; 3];
        for _ in 0..10_000 {
            counts[tirage.weighted(&[(0usize, 70), (1, 30), (2, 0)])] += 1;
        }
        assert!((6_800..7_200).contains(&counts[0]), "{counts:?}");
        assert_eq!(counts[2], 0);
        assert_ne!(Tirage::new(&[1, 2]).bits(), Tirage::new(&[2, 1]).bits());
        assert_eq!(Tirage::new(&[1, 2]).bits(), Tirage::new(&[1, 2]).bits());
        assert_eq!(tirage.pick::<u8>(&[]), 0);
        assert_eq!(tirage.weighted::<u8>(&[]), 0);
    }

    proptest! {
        #[test]
        fn draws_stay_in_their_bounds(seed: u64, bound in 1u32.., low in -5_000i32..5_000, width in 0i32..5_000) {
            let mut tirage = Tirage::new(&[seed]);
            prop_assert!(tirage.below(bound) < bound);
            let drawn = tirage.between(low, low + width);
            prop_assert!((low..=low + width).contains(&drawn));
            prop_assert!(!tirage.chance(0) && tirage.chance(10_000));
        }
    }
}
