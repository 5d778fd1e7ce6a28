//! The brake on guessing: from the failures seen so far, whether one more try may be made now.
//!
//! Pure: the caller counts the failures (see [`Frein::fenetre`]) and gives the instant. Three rules
//! that no single counter would hold together:
//!
//! - ten thousand wrong passwords must not fit in months, from one address or from thousands;
//! - nobody must be able to lock a person out: from a machine where that person already signed in
//!   ([`Usage::Appareil`](crate::jeton::Usage::Appareil)), the failures of others never count;
//! - whoever mistypes waits seconds, then minutes, never a day.
//!
//! The person's own failures (account from that address) count first and hardest; those of the account
//! from everywhere, softer; then those of the address on any account, and those of everyone.
//! A success erases the failures of the account, which the caller counts from there on.

use jiff::{SignedDuration, Timestamp};

/// Failures within the window: how many, and when the last one was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Echecs {
    nombre: u32,
    dernier: Option<Timestamp>,
}

impl Echecs {
    /// That many failures, the last one at that instant.
    #[must_use]
    pub const fn new(nombre: u32, dernier: Option<Timestamp>) -> Self {
        Self { nombre, dernier }
    }

    /// Those of these instants that are in the window that ends now.
    #[must_use]
    pub fn within(
        instants: impl IntoIterator<Item = Timestamp>,
        now: Timestamp,
        fenetre: SignedDuration,
    ) -> Self {
        let mut echecs = Self::default();
        for instant in instants {
            if now.duration_since(instant) < fenetre {
                echecs.nombre = echecs.nombre.saturating_add(1);
                echecs.dernier = echecs.dernier.max(Some(instant));
            }
        }
        echecs
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Portee {
    /// Failures on that account from that address (or that known machine), since its last success.
    CompteAdresse,
    /// Failures on that account from everywhere, since its last success.
    Compte,
    /// Failures from that address on any account.
    Adresse,
    /// Failures of everyone.
    Tous,
}

impl Portee {
    /// Every counter.
    pub const ALL: [Self; 4] = [Self::CompteAdresse, Self::Compte, Self::Adresse, Self::Tous];
}

/// The failures seen before a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Compteurs {
    /// See [`Portee::CompteAdresse`].
    pub compte_adresse: Echecs,
    /// See [`Portee::Compte`].
    pub compte: Echecs,
    /// See [`Portee::Adresse`].
    pub adresse: Echecs,
    /// See [`Portee::Tous`].
    pub tous: Echecs,
    /// Whether the try comes from a machine where this person already signed in: only the first
    /// counter is then looked at.
    pub appareil_connu: bool,
}

/// What to do of a try. Said before the password is looked at, and whether it is right or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The password may be tried.
    Permis,
    /// A short wait.
    Retarde {
        /// From when on a try may be made.
        jusqu_a: Timestamp,
        /// Which counter asks for it.
        portee: Portee,
    },
    /// A wait as long as they get: many failures, worth telling the person and the trace.
    Bloque {
        /// From when on a try may be made.
        jusqu_a: Timestamp,
        /// Which counter asks for it.
        portee: Portee,
    },
}

impl Decision {
    /// Whether the password may be tried.
    #[must_use]
    pub const fn is_permis(self) -> bool {
        matches!(self, Self::Permis)
    }

    /// What the page says, the same whether the account exists or not; none when it may be tried.
    #[must_use]
    pub fn message(self, now: Timestamp) -> Option<String> {
        let (Self::Retarde { jusqu_a, .. } | Self::Bloque { jusqu_a, .. }) = self else {
            return None;
        };
        let seconds = jusqu_a.duration_since(now).as_secs().max(1);
        let wait = match seconds {
            1 => "1 seconde".to_owned(),
            2..=90 => format!("{seconds} secondes"),
            _ => format!("{} minutes", (seconds + 59) / 60),
        };
        Some(format!(
            "Trop d'essais ont échoué. Attendre {wait} avant de recommencer, ou demander un lien \
             pour choisir un nouveau mot de passe."
        ))
    }
}

/// The scale of one counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Echelle {
    /// Failures without any wait.
    libres: u32,
    /// The wait after the first failure beyond; it doubles at each one.
    premier: SignedDuration,
    /// The longest wait.
    plafond: SignedDuration,
    /// How far back failures are counted.
    fenetre: SignedDuration,
}

impl Echelle {
    fn delai(&self, nombre: u32) -> SignedDuration {
        let Some(beyond) = nombre.checked_sub(self.libres).filter(|beyond| *beyond > 0) else {
            return SignedDuration::ZERO;
        };
        let factor = 1i32.checked_shl((beyond - 1).min(30)).unwrap_or(i32::MAX);
        self.premier.checked_mul(factor).unwrap_or(self.plafond).min(self.plafond)
    }
}

/// The policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frein {
    compte_adresse: Echelle,
    compte: Echelle,
    adresse: Echelle,
    tous: Echelle,
}

impl Default for Frein {
    /// Five free tries for a person at a machine, then 15 s, 30 s… 15 minutes. Thirty for an
    /// account from everywhere, then 15 s… 15 minutes (from unknown machines only). Fifty for an address
    /// (a centre shares one), then 30 s… 1 hour. Five hundred an hour for everyone, then 2 s… 10 s.
    fn default() -> Self {
        let seconds = SignedDuration::from_secs;
        let day = SignedDuration::from_hours(24);
        let hour = SignedDuration::from_hours(1);
        Self {
            compte_adresse: Echelle {
                libres: 5,
                premier: seconds(15),
                plafond: seconds(900),
                fenetre: day,
            },
            compte: Echelle {
                libres: 30,
                premier: seconds(15),
                plafond: seconds(900),
                fenetre: day,
            },
            adresse: Echelle { libres: 50, premier: seconds(30), plafond: hour, fenetre: day },
            tous: Echelle { libres: 500, premier: seconds(2), plafond: seconds(10), fenetre: hour },
        }
    }
}

impl Frein {
    /// How far back the failures of that counter are counted.
    #[must_use]
    pub const fn fenetre(&self, portee: Portee) -> SignedDuration {
        self.echelle(portee).fenetre
    }

    const fn echelle(&self, portee: Portee) -> Echelle {
        match portee {
            Portee::CompteAdresse => self.compte_adresse,
            Portee::Compte => self.compte,
            Portee::Adresse => self.adresse,
            Portee::Tous => self.tous,
        }
    }

    /// Whether a try may be made now: the longest of the waits that the counters ask for.
    ///
    /// A caller that lets several tries of one account run at once counts each as a failure before
    /// it hashes, and takes it back on success: otherwise a burst would pass together.
    #[must_use]
    pub fn decide(&self, compteurs: &Compteurs, now: Timestamp) -> Decision {
        let mut decision = Decision::Permis;
        let mut latest = now;
        for portee in Portee::ALL {
            let echecs = match portee {
                Portee::CompteAdresse => compteurs.compte_adresse,
                _ if compteurs.appareil_connu => continue,
                Portee::Compte => compteurs.compte,
                Portee::Adresse => compteurs.adresse,
                Portee::Tous => compteurs.tous,
            };
            let echelle = self.echelle(portee);
            let Some(dernier) = echecs.dernier else { continue };
            // A clock that was set back must not make the wait longer than the scale says.
            let dernier = dernier.min(now);
            let delai = echelle.delai(echecs.nombre);
            let Ok(jusqu_a) = dernier.checked_add(delai) else { continue };
            if jusqu_a <= latest {
                continue;
            }
            latest = jusqu_a;
            decision = if delai >= echelle.plafond && portee != Portee::Tous {
                Decision::Bloque { jusqu_a, portee }
            } else {
                Decision::Retarde { jusqu_a, portee }
            };
        }
        decision
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_572_825_600 + seconds).unwrap()
    }

    /// The failures of a network, kept as a store would.
    #[derive(Default)]
    struct Carnet {
        echecs: Vec<(u32, u32, Timestamp)>,
    }

    impl Carnet {
        fn compteurs(&self, compte: u32, adresse: u32, connu: bool, now: Timestamp) -> Compteurs {
            let frein = Frein::default();
            let count = |portee: Portee, keep: &dyn Fn(u32, u32) -> bool| {
                let instants =
                    self.echecs.iter().filter(|(c, a, _)| keep(*c, *a)).map(|(_, _, at)| *at);
                Echecs::within(instants, now, frein.fenetre(portee))
            };
            Compteurs {
                compte_adresse: count(Portee::CompteAdresse, &|c, a| c == compte && a == adresse),
                compte: count(Portee::Compte, &|c, _| c == compte),
                adresse: count(Portee::Adresse, &|_, a| a == adresse),
                tous: count(Portee::Tous, &|_, _| true),
                appareil_connu: connu,
            }
        }

        fn decide(&self, compte: u32, adresse: u32, connu: bool, now: Timestamp) -> Decision {
            Frein::default().decide(&self.compteurs(compte, adresse, connu, now), now)
        }
    }

    fn wait(decision: Decision, now: Timestamp) -> i64 {
        match decision {
            Decision::Permis => 0,
            Decision::Retarde { jusqu_a, .. } | Decision::Bloque { jusqu_a, .. } => {
                jusqu_a.duration_since(now).as_secs()
            }
        }
    }

    #[test]
    fn a_person_who_mistypes_waits_longer_and_longer() {
        let mut carnet = Carnet::default();
        let mut now = at(0);
        let mut waits = Vec::new();
        for _ in 0..14 {
            carnet.echecs.push((1, 1, now));
            let waited = wait(carnet.decide(1, 1, false, now), now);
            waits.push(waited);
            now = now.checked_add(SignedDuration::from_secs(waited)).unwrap();
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 15, 30, 60, 120, 240, 480, 900, 900, 900]);
        assert!(carnet.decide(1, 1, false, now).is_permis());
    }

    #[test]
    fn a_long_wait_is_said_to_be_a_block() {
        let now = at(0);
        let own = |nombre| Compteurs {
            compte_adresse: Echecs::new(nombre, Some(now)),
            ..Compteurs::default()
        };
        let frein = Frein::default();
        assert_eq!(frein.decide(&own(5), now), Decision::Permis);
        assert_eq!(
            frein.decide(&own(6), now),
            Decision::Retarde { jusqu_a: at(15), portee: Portee::CompteAdresse }
        );
        assert_eq!(
            frein.decide(&own(u32::MAX), now),
            Decision::Bloque { jusqu_a: at(900), portee: Portee::CompteAdresse }
        );
        let message = frein.decide(&own(u32::MAX), now).message(now).unwrap();
        assert!(message.contains("Attendre 15 minutes"), "{message}");
        assert!(frein.decide(&own(6), now).message(now).unwrap().contains("15 secondes"));
        assert_eq!(Decision::Permis.message(now), None);
    }

    /// An attacker who tries as soon as it may, from `adresses` addresses in turn, for a day.
    fn attack(comptes: u32, adresses: u32, duration: i64) -> (Carnet, HashMap<u32, u32>) {
        let mut carnet = Carnet::default();
        let mut tried: HashMap<u32, u32> = HashMap::new();
        let mut now = 0;
        let mut turn = 0u32;
        while now < duration {
            let mut soonest = i64::MAX;
            let mut passed = false;
            for _ in 0..adresses {
                turn += 1;
                let (compte, adresse) = (turn % comptes, turn % adresses);
                let waited = wait(carnet.decide(compte, adresse, false, at(now)), at(now));
                if waited == 0 {
                    carnet.echecs.push((compte, adresse, at(now)));
                    *tried.entry(compte).or_default() += 1;
                    passed = true;
                } else {
                    soonest = soonest.min(waited);
                }
            }
            now += if passed { 1 } else { soonest.max(1) };
        }
        (carnet, tried)
    }

    #[test]
    fn ten_thousand_passwords_take_months_from_one_address_or_many() {
        for adresses in [1, 7, 150] {
            let (_, tried) = attack(1, adresses, 24 * 3600);
            let tried = tried[&0];
            // 10,000 over the daily count: more than two months.
            assert!(tried < 150, "{adresses}: {tried}");
            assert!(tried > 30, "the simulation tries: {tried}");
        }
    }

    #[test]
    fn one_password_on_every_account_is_stopped_by_the_address() {
        let (_, tried) = attack(400, 1, 24 * 3600);
        assert!(tried.values().sum::<u32>() < 100);
    }

    #[test]
    fn an_attack_never_keeps_a_person_from_a_known_machine() {
        let (carnet, _) = attack(1, 150, 6 * 3600);
        for second in (0..6 * 3600).step_by(60) {
            // Only what happened until then.
            let seen = Carnet {
                echecs: carnet.echecs.iter().copied().filter(|e| e.2 <= at(second)).collect(),
            };
            assert!(seen.decide(0, 9_999, true, at(second)).is_permis());
            // From an unknown machine: fifteen minutes at most.
            assert!(wait(seen.decide(0, 9_999, false, at(second)), at(second)) <= 900);
        }
    }

    #[test]
    fn failures_are_forgotten_after_the_window() {
        let instants = [at(0), at(10), at(86_399)];
        let day = SignedDuration::from_hours(24);
        let seen = |now| Echecs::within(instants, at(now), day);
        assert_eq!(seen(86_399), Echecs::new(3, Some(at(86_399))));
        assert_eq!(seen(86_400), Echecs::new(2, Some(at(86_399))));
        assert_eq!(seen(86_410), Echecs::new(1, Some(at(86_399))));
        assert_eq!(seen(200_000), Echecs::default());
    }

    fn echecs() -> impl Strategy<Value = Echecs> {
        (0u32..2000, -100_000i64..100_000)
            .prop_map(|(nombre, dernier)| Echecs::new(nombre, (nombre > 0).then(|| at(dernier))))
    }

    fn compteurs() -> impl Strategy<Value = Compteurs> {
        (echecs(), echecs(), echecs(), echecs(), any::<bool>()).prop_map(
            |(compte_adresse, compte, adresse, tous, appareil_connu)| Compteurs {
                compte_adresse,
                compte,
                adresse,
                tous,
                appareil_connu,
            },
        )
    }

    proptest! {
        #[test]
        fn waits_are_bounded_and_end(compteurs in compteurs()) {
            let frein = Frein::default();
            let decision = frein.decide(&compteurs, at(0));
            let most = if compteurs.appareil_connu { 900 } else { 3600 };
            let waited = wait(decision, at(0));
            prop_assert!((0..=most).contains(&waited));
            prop_assert_eq!(waited == 0, decision.is_permis());
            // Nothing more happening, the try is allowed at the instant said, and not before.
            if waited > 1 {
                prop_assert!(!frein.decide(&compteurs, at(waited - 1)).is_permis());
            }
            let mut past = compteurs;
            for echecs in
                [&mut past.compte_adresse, &mut past.compte, &mut past.adresse, &mut past.tous]
            {
                echecs.dernier = echecs.dernier.map(|dernier| dernier.min(at(0)));
            }
            prop_assert!(frein.decide(&past, at(waited)).is_permis());
        }

        #[test]
        fn one_more_failure_never_shortens_the_wait(
            compteurs in compteurs(), which in 0usize..4,
        ) {
            let frein = Frein::default();
            let before = wait(frein.decide(&compteurs, at(0)), at(0));
            let mut more = compteurs;
            let echecs = match which {
                0 => &mut more.compte_adresse,
                1 => &mut more.compte,
                2 => &mut more.adresse,
                _ => &mut more.tous,
            };
            *echecs = Echecs::new(echecs.nombre + 1, Some(at(0)));
            prop_assert!(wait(frein.decide(&more, at(0)), at(0)) >= before);
        }

        #[test]
        fn from_a_known_machine_only_ones_own_failures_count(compteurs in compteurs()) {
            let known = Compteurs { appareil_connu: true, ..compteurs };
            let own = Compteurs {
                compte_adresse: compteurs.compte_adresse,
                appareil_connu: true,
                ..Compteurs::default()
            };
            let frein = Frein::default();
            prop_assert_eq!(frein.decide(&known, at(0)), frein.decide(&own, at(0)));
        }
    }
}
