//! From where and when names open: networks, hours and browsers that an installation and each of its centres may set. Nothing set,
//! nothing is asked. Pure: the address of who asks, the moment and what is known of the browser are given.

use std::fmt;
use std::net::IpAddr;

use jiff::civil::{DateTime, Time, Weekday};

/// Most networks of one setting: a list is read at each request.
pub const MAX_RESEAUX: usize = 50;

/// A network: an address and the length of its prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reseau {
    adresse: IpAddr,
    longueur: u8,
}

impl Reseau {
    /// `10.0.0.0/8`, `2001:db8::/32`, or one address; none when it is neither, or when bits beyond the prefix are set, which is
    /// most often a mistake.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (adresse, longueur) = match text.split_once('/') {
            Some((adresse, longueur)) => (adresse, Some(longueur)),
            None => (text, None),
        };
        let adresse: IpAddr = adresse.parse().ok()?;
        let whole = if adresse.is_ipv4() { 32 } else { 128 };
        let longueur = match longueur {
            Some(text) if text.bytes().all(|b| b.is_ascii_digit()) => text.parse::<u8>().ok()?,
            Some(_) => return None,
            None => whole,
        };
        let own = Self { adresse, longueur };
        let kept = longueur <= whole && bits(adresse) == bits(adresse) & own.mask();
        kept.then_some(own)
    }

    /// The bits that count.
    fn mask(self) -> u128 {
        // An IPv4 address stands at the end of the 128 bits.
        let skipped = if self.adresse.is_ipv4() { 96 } else { 0 };
        let length = u32::from(self.longueur) + skipped;
        match length {
            0 => 0,
            length => u128::MAX << (128 - length.min(128)),
        }
    }

    /// Whether that address is of this network.
    #[must_use]
    pub fn holds(self, adresse: IpAddr) -> bool {
        let adresse = adresse.to_canonical();
        adresse.is_ipv4() == self.adresse.is_ipv4()
            && bits(adresse) & self.mask() == bits(self.adresse) & self.mask()
    }
}

impl fmt::Display for Reseau {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.adresse, self.longueur)
    }
}

fn bits(adresse: IpAddr) -> u128 {
    match adresse {
        IpAddr::V4(own) => u128::from(u32::from(own)),
        IpAddr::V6(own) => u128::from(own),
    }
}

/// Hours within which names open, and on which days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heures {
    /// From that time on.
    pub debut: Time,
    /// Until that one, which is no longer within.
    pub fin: Time,
    /// On those days, in their order.
    pub jours: Vec<Weekday>,
}

/// The days, as they are written.
const JOURS: [(&str, Weekday); 7] = [
    ("lundi", Weekday::Monday),
    ("mardi", Weekday::Tuesday),
    ("mercredi", Weekday::Wednesday),
    ("jeudi", Weekday::Thursday),
    ("vendredi", Weekday::Friday),
    ("samedi", Weekday::Saturday),
    ("dimanche", Weekday::Sunday),
];

impl Heures {
    /// `07:30-19:00 lundi mardi`; none when it is not written so, when it ends before it starts, or when no day is named.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let (debut, fin) = words.next()?.split_once('-')?;
        let (debut, fin) = (hour(debut)?, hour(fin)?);
        let mut jours = Vec::new();
        for word in words {
            let (_, jour) = JOURS.iter().find(|(name, _)| *name == word)?;
            if !jours.contains(jour) {
                jours.push(*jour);
            }
        }
        jours.sort_by_key(|jour| jour.to_monday_zero_offset());
        (debut < fin && !jours.is_empty()).then_some(Self { debut, fin, jours })
    }

    /// Whether that moment, in the time of the network, is within.
    #[must_use]
    pub fn hold(&self, moment: DateTime) -> bool {
        let time = moment.time();
        self.jours.contains(&moment.weekday()) && self.debut <= time && time < self.fin
    }

    /// The names of its days.
    pub fn noms(&self) -> impl Iterator<Item = &'static str> {
        JOURS.iter().filter(|(_, jour)| self.jours.contains(jour)).map(|(nom, _)| *nom)
    }
}

impl fmt::Display for Heures {
    /// As [`Heures::parse`] reads it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.debut.strftime("%H:%M"), self.fin.strftime("%H:%M"))?;
        self.noms().try_for_each(|nom| write!(f, " {nom}"))
    }
}

/// `07:30`, as browsers send a time.
fn hour(text: &str) -> Option<Time> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    Time::new(hours.parse().ok()?, minutes.parse().ok()?, 0, 0).ok()
}

/// Why names do not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ecart {
    /// From another network.
    Reseau,
    /// At another hour.
    Heure,
    /// From a browser that nobody confirmed to be that person's.
    Appareil,
}

/// What is known of who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demandeur {
    /// From which address.
    pub adresse: IpAddr,
    /// When, in the time of the network.
    pub moment: DateTime,
    /// Whether the browser is confirmed to be that person's.
    pub appareil: bool,
}

/// What is asked before names open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circonstances {
    /// The networks from which they open; every one when empty.
    pub reseaux: Vec<Reseau>,
    /// The hours within which they open; always when none.
    pub heures: Option<Heures>,
    /// Whether they open from confirmed browsers only.
    pub appareils: bool,
}

impl Circonstances {
    /// Why names do not open for who asks so; none when they do.
    #[must_use]
    pub fn refuses(&self, demandeur: Demandeur) -> Option<Ecart> {
        let Demandeur { adresse, moment, appareil } = demandeur;
        if !self.reseaux.is_empty() && !self.reseaux.iter().any(|own| own.holds(adresse)) {
            return Some(Ecart::Reseau);
        }
        if self.heures.as_ref().is_some_and(|heures| !heures.hold(moment)) {
            return Some(Ecart::Heure);
        }
        (self.appareils && !appareil).then_some(Ecart::Appareil)
    }

    /// The networks of a text, one a word; the first word that is none, when there is one.
    ///
    /// # Errors
    /// That word; the text itself when it names more than [`MAX_RESEAUX`].
    pub fn read_reseaux(text: &str) -> Result<Vec<Reseau>, String> {
        let words = text.split(|c: char| c.is_whitespace() || c == ',' || c == ';');
        let words = words.filter(|word| !word.is_empty());
        let found: Vec<Reseau> = words
            .map(|word| Reseau::parse(word).ok_or_else(|| word.to_owned()))
            .collect::<Result<_, _>>()?;
        if found.len() > MAX_RESEAUX { Err(text.to_owned()) } else { Ok(found) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::datetime;
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_network_holds_its_addresses_and_no_other() {
        let of = |text| Reseau::parse(text).unwrap();
        assert!(of("10.0.0.0/8").holds(ip("10.255.3.4")));
        assert!(!of("10.0.0.0/8").holds(ip("11.0.0.0")));
        assert!(of("192.0.2.7").holds(ip("192.0.2.7")) && !of("192.0.2.7").holds(ip("192.0.2.6")));
        assert!(of("0.0.0.0/0").holds(ip("198.51.100.1")) && !of("0.0.0.0/0").holds(ip("::1")));
        // As sockets that hear both families write it.
        assert!(of("192.0.2.0/24").holds(ip("::ffff:192.0.2.9")));
        assert!(of("2001:db8::/32").holds(ip("2001:db8:ffff::1")));
        assert!(!of("2001:db8::/32").holds(ip("2001:db9::1")));
        for wrong in ["", "10.0.0.1/8", "10.0.0.0/33", "10.0.0/8", "::/129", "a", "10.0.0.0/+8"] {
            assert_eq!(Reseau::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn hours_hold_from_the_first_minute_to_the_last() {
        let heures = Heures::parse("07:30-19:00 vendredi lundi lundi").unwrap();
        assert_eq!(heures.to_string(), "07:30-19:00 lundi vendredi");
        // The 30th of November 2026 is a Monday.
        let on = |day, hour, minute, second| {
            heures.hold(datetime(2026, 11, day, hour, minute, second, 0))
        };
        assert!(!on(30, 7, 29, 59) && on(30, 7, 30, 0));
        assert!(on(30, 18, 59, 59) && !on(30, 19, 0, 0));
        assert!(!on(29, 12, 0, 0), "a Sunday");
        for wrong in [
            "",
            "07:30-19:00",
            "19:00-07:30 lundi",
            "07:00-07:00 lundi",
            "7:30-19:00 lundi",
            "24:00-25:00 lundi",
            "07:30-19:00 lundredi",
        ] {
            assert_eq!(Heures::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn nothing_set_refuses_nobody_and_each_setting_refuses_by_itself() {
        let noon = datetime(2026, 11, 30, 12, 0, 0, 0);
        let night = datetime(2026, 11, 30, 23, 0, 0, 0);
        let from = |adresse, moment| Demandeur { adresse: ip(adresse), moment, appareil: false };
        assert_eq!(Circonstances::default().refuses(from("192.0.2.1", night)), None);
        let circonstances = Circonstances {
            reseaux: Circonstances::read_reseaux("10.0.0.0/8, 192.0.2.0/24\n2001:db8::/32")
                .unwrap(),
            heures: Heures::parse("08:00-19:00 lundi"),
            appareils: false,
        };
        assert_eq!(circonstances.refuses(from("192.0.2.1", noon)), None);
        assert_eq!(circonstances.refuses(from("198.51.100.1", noon)), Some(Ecart::Reseau));
        assert_eq!(circonstances.refuses(from("192.0.2.1", night)), Some(Ecart::Heure));
        let confirmed = Circonstances { appareils: true, ..circonstances.clone() };
        assert_eq!(confirmed.refuses(from("192.0.2.1", noon)), Some(Ecart::Appareil));
        // A confirmed browser opens nothing by itself: the others still count.
        let known = |demandeur| Demandeur { appareil: true, ..demandeur };
        assert_eq!(confirmed.refuses(known(from("192.0.2.1", noon))), None);
        assert_eq!(confirmed.refuses(known(from("192.0.2.1", night))), Some(Ecart::Heure));
        assert_eq!(Circonstances::read_reseaux("10.0.0.0/8 ici"), Err("ici".to_owned()));
        assert!(Circonstances::read_reseaux(&"10.0.0.0/8 ".repeat(51)).is_err());
    }

    proptest! {
        /// Against the bits, one by one.
        #[test]
        fn the_prefix_decides_alone(own in any::<u32>(), other in any::<u32>(), length in 0_u8..=32) {
            let kept = (0..32).fold(0_u32, |mask, bit| {
                if bit < length { mask | (1 << (31 - u32::from(bit))) } else { mask }
            });
            let adresse = std::net::Ipv4Addr::from(own & kept);
            let reseau = Reseau::parse(&format!("{adresse}/{length}")).unwrap();
            let holds = reseau.holds(IpAddr::from(other.to_be_bytes()));
            prop_assert_eq!(holds, other & kept == own & kept);
        }
    }
}
