//! Where a year ends: what is counted so far, what is still to come, and how sure that is.
//!
//! Events of a centre come at the pace of the year; which share of a year is behind on a given day is
//! told by the year before at the same day ([`Profil::Saison`]), or by the days gone for want of one
//! ([`Profil::Lineaire`]).
//!
//! Counts follow Poisson's law. With Jeffreys' prior the count still to come then follows a negative binomial
//! law, and its mixture by the beta law of the share when the share is itself an estimate: both have a closed
//! form, so that nothing is drawn at random. The rate of what comes follows the beta-binomial law of what is
//! known of the rate. Intervals hold 95 times out of 100 **if the rest of the year is like its beginning**:
//! a simulation checks it, over quiet and busy centres. Nothing is told of too few events or too short a time:
//! see [`COMPTE_MIN`] and [`PART_MIN`].

use libm::lgamma;

/// Fewer events than this, so far or at the same day of the year before, tell no pace.
pub const COMPTE_MIN: u32 = 10;
/// A smaller share of the year than this tells no pace.
pub const PART_MIN: f64 = 0.15;
/// Beyond so many events, none is looked for.
const LIMITE: u32 = 5_000_000;

/// Which share of the year is behind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Profil {
    /// By the days: between 0 and 1.
    Lineaire(f64),
    /// By the year before.
    Saison {
        /// Events of the year before, until the same day.
        avant: u32,
        /// Events of the year before, from that day to its end.
        apres: u32,
    },
}

/// A figure to come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fourchette {
    /// Lower end of the interval (2.5 %).
    pub bas: f64,
    /// As likely above as below.
    pub milieu: f64,
    /// Upper end of the interval (97.5 %).
    pub haut: f64,
}

impl Profil {
    /// The share of the year that is behind; none when it is not known, or too small to tell a pace.
    #[must_use]
    pub fn part(self) -> Option<f64> {
        let part = match self {
            Self::Lineaire(part) => part,
            Self::Saison { avant, apres } if avant >= COMPTE_MIN => {
                f64::from(avant) / (f64::from(avant) + f64::from(apres))
            }
            Self::Saison { .. } => return None,
        };
        (part.is_finite() && (PART_MIN..=1.0).contains(&part)).then_some(part)
    }
}

/// How many events are still to come before the year ends, `compte` being counted so far; none when too
/// little is known.
#[must_use]
pub fn remaining(compte: u32, profil: Profil) -> Option<Fourchette> {
    profil.part().filter(|_| compte >= COMPTE_MIN)?;
    Some(read(remaining_law(compte, profil)))
}

/// The count at the end of the year.
#[must_use]
pub fn final_count(compte: u32, profil: Profil) -> Option<Fourchette> {
    let come = remaining(compte, profil)?;
    let so_far = f64::from(compte);
    Some(Fourchette {
        bas: so_far + come.bas,
        milieu: so_far + come.milieu,
        haut: so_far + come.haut,
    })
}

/// The rate at the end of the year, `numerateur` over `denominateur` being counted so far, and the profile
/// being that of the denominator; none when too little is known.
#[must_use]
pub fn final_rate(numerateur: u32, denominateur: u32, profil: Profil) -> Option<Fourchette> {
    let failed = denominateur.checked_sub(numerateur)?;
    let come = remaining(denominateur, profil)?.milieu;
    let (above, below) = (f64::from(numerateur) + 0.5, f64::from(failed) + 0.5);
    // The beta-binomial law of the numerator of what is still to come.
    let first = beta(above, below + come) - beta(above, below);
    let next = move |k: f64| (come - k) / (k + 1.0) * (above + k) / (below + come - k - 1.0);
    let law = read(Loi { first, next, end: Some(come) });
    let over = f64::from(denominateur) + come;
    let end = |more: f64| (f64::from(numerateur) + more) / over;
    Some(Fourchette { bas: end(law.bas), milieu: end(law.milieu), haut: end(law.haut) })
}

/// A law over the whole numbers from 0: logarithm of its first chance, then the ratio of each chance to the
/// one before.
struct Loi<F> {
    first: f64,
    next: F,
    /// The largest number that it can give.
    end: Option<f64>,
}

/// What is still to come, as the head of this file says.
fn remaining_law(compte: u32, profil: Profil) -> Loi<impl Fn(f64) -> f64> {
    let r = f64::from(compte) + 0.5;
    // A share that is known is the limit of an estimate by ever more events.
    let (a, b, known) = match profil {
        Profil::Lineaire(part) => (0.0, 0.0, Some(part.min(1.0))),
        Profil::Saison { avant, apres } => (f64::from(avant) + 0.5, f64::from(apres) + 0.5, None),
    };
    let first = match known {
        Some(part) => r * part.ln(),
        None => beta(a + r, b) - beta(a, b),
    };
    let next = move |k: f64| match known {
        Some(part) => (k + r) / (k + 1.0) * (1.0 - part),
        None => (k + r) / (k + 1.0) * (b + k) / (a + b + r + k),
    };
    Loi { first, next, end: None }
}

/// Its quantiles: the smallest number below or at which enough of the law lies.
fn read(law: Loi<impl Fn(f64) -> f64>) -> Fourchette {
    let (mut chance, mut sum, mut k) = (law.first, law.first.exp(), 0.0);
    let mut at = |wanted: f64| {
        while sum < wanted && k < f64::from(LIMITE) && law.end.is_none_or(|end| k < end) {
            chance += (law.next)(k).ln();
            sum += chance.exp();
            k += 1.0;
        }
        k
    };
    let bas = at(0.025);
    let milieu = at(0.5);
    Fourchette { bas, milieu, haut: at(0.975) }
}

/// Logarithm of the beta function.
fn beta(a: f64, b: f64) -> f64 {
    lgamma(a) + lgamma(b) - lgamma(a + b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_year_behind_leaves_as_much_to_come() {
        let come = remaining(200, Profil::Lineaire(0.5)).unwrap();
        assert!((come.milieu - 200.0).abs() <= 1.0, "{come:?}");
        // What is left varies as Poisson's law does, and so does what the pace is told by: twice the
        // variance, 1.96 × √400 = 39.2 around 200.
        assert!((come.bas - 163.0).abs() < 3.0 && (come.haut - 241.0).abs() < 4.0, "{come:?}");
        let known = remaining(200, Profil::Saison { avant: 1_000_000, apres: 1_000_000 }).unwrap();
        assert!((known.bas - come.bas).abs() <= 1.0 && (known.haut - come.haut).abs() <= 1.0);
        // A year before of 100 and 100 leaves more doubt about the share.
        let unsure = remaining(200, Profil::Saison { avant: 100, apres: 100 }).unwrap();
        assert!(unsure.haut - unsure.bas > come.haut - come.bas + 20.0, "{unsure:?}");
        assert_eq!(final_count(200, Profil::Lineaire(1.0)).unwrap().haut, 200.0);
    }

    #[test]
    fn the_law_is_that_of_its_textbook() {
        // Geometric law, r = 1 being out of reach of the prior: the negative binomial of r = 10.5 and p = 0.7
        // has mean r(1 − p)/p = 4.5 and its chances add up to one.
        let law = remaining_law(10, Profil::Lineaire(0.7));
        let (mut chance, mut sum, mut mean) = (law.first.exp(), law.first.exp(), 0.0);
        for k in 0..400 {
            chance *= (law.next)(f64::from(k));
            sum += chance;
            mean += chance * f64::from(k + 1);
        }
        assert!((sum - 1.0).abs() < 1e-12 && (mean - 4.5).abs() < 1e-9, "{sum} {mean}");
    }

    #[test]
    fn too_little_is_not_told() {
        assert_eq!(remaining(9, Profil::Lineaire(0.5)), None);
        assert_eq!(remaining(50, Profil::Lineaire(0.1)), None);
        assert_eq!(remaining(50, Profil::Saison { avant: 9, apres: 9 }), None);
        assert_eq!(remaining(50, Profil::Saison { avant: 10, apres: 90 }), None);
        assert_eq!(final_rate(11, 10, Profil::Lineaire(0.5)), None);
        assert!(final_rate(0, 10, Profil::Lineaire(0.5)).unwrap().haut > 0.0);
    }

    /// A generator of the test's own (Vigna's splitmix64): the simulation is the same everywhere.
    struct Hasard(u64);

    impl Hasard {
        fn next(&mut self) -> f64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            f64::from(u32::try_from((z ^ (z >> 31)) >> 32).unwrap()) / 4_294_967_296.0
        }

        /// A count of Poisson's law: events a mean time of one apart, until the time is over.
        fn poisson(&mut self, mean: f64) -> u32 {
            let (mut time, mut count) = (0.0, 0);
            loop {
                time -= (1.0 - self.next()).ln();
                if time > mean {
                    return count;
                }
                count += 1;
            }
        }

        fn binomial(&mut self, n: u32, p: f64) -> u32 {
            (0..n).map(|_| u32::from(self.next() < p)).sum()
        }
    }

    /// Share of the years told of that end within their interval.
    fn coverage(mut one: impl FnMut(&mut Hasard) -> Option<bool>, seed: u64) -> f64 {
        let mut hasard = Hasard(seed);
        let (mut told, mut held) = (0_u32, 0_u32);
        for _ in 0..4_000 {
            if let Some(within) = one(&mut hasard) {
                told += 1;
                held += u32::from(within);
            }
        }
        assert!(told > 1_000, "{told}");
        f64::from(held) / f64::from(told)
    }

    fn within(found: Fourchette, real: f64) -> bool {
        (found.bas..=found.haut).contains(&real)
    }

    #[test]
    fn nineteen_years_out_of_twenty_end_within_their_interval() {
        for (seed, mean) in [(1, 60.0), (2, 150.0), (3, 900.0)] {
            for share in [0.25, 0.5, 0.83] {
                let counted = |hasard: &mut Hasard| {
                    let (so_far, come) =
                        (hasard.poisson(mean * share), hasard.poisson(mean * (1.0 - share)));
                    let found = final_count(so_far, Profil::Lineaire(share))?;
                    Some(within(found, f64::from(so_far + come)))
                };
                let covered = coverage(counted, seed);
                assert!((0.935..=0.985).contains(&covered), "{mean} {share}: {covered}");
                // The year before was another year of another size, with the same seasons.
                let seasonal = |hasard: &mut Hasard| {
                    let size = mean * (0.7 + 0.6 * hasard.next());
                    let avant = hasard.poisson(size * share);
                    let profil =
                        Profil::Saison { avant, apres: hasard.poisson(size * (1.0 - share)) };
                    let (so_far, come) =
                        (hasard.poisson(mean * share), hasard.poisson(mean * (1.0 - share)));
                    Some(within(final_count(so_far, profil)?, f64::from(so_far + come)))
                };
                let covered = coverage(seasonal, seed + 10);
                assert!((0.935..=0.99).contains(&covered), "season {mean} {share}: {covered}");
            }
        }
    }

    #[test]
    fn nineteen_rates_out_of_twenty_end_within_their_interval() {
        for (seed, mean, p) in [(1, 60.0, 0.5), (2, 150.0, 0.2), (3, 600.0, 0.9), (4, 600.0, 0.45)]
        {
            for share in [0.25, 0.5, 0.83] {
                let rated = |hasard: &mut Hasard| {
                    let below = hasard.poisson(mean * share);
                    let above = hasard.binomial(below, p);
                    let come = hasard.poisson(mean * (1.0 - share));
                    let more = hasard.binomial(come, p);
                    let found = final_rate(above, below, Profil::Lineaire(share))?;
                    Some(within(found, f64::from(above + more) / f64::from(below + come)))
                };
                let covered = coverage(rated, seed);
                assert!((0.925..=0.995).contains(&covered), "{mean} {p} {share}: {covered}");
            }
        }
    }
}
