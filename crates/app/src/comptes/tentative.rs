//! What was refused, in the trace: who, what, at which route, how many times. The first time, the second, the fourth… so that who tries by
//! the thousand writes a dozen entries, and the whole of those who are not known no more than sixty an hour and kind. Counts
//! are kept in memory: a flood writes nothing else, and starts again from one with the program.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};

use jiff::{SignedDuration, Timestamp};
use mallette_domain::structure;
use mallette_registry::NouvelleTrace;
use serde_json::json;

use super::{Comptes, act, refuse};
use crate::mutex::lock;
use crate::port::Refus;
use crate::tentative::{Constat, Tentative};
use crate::visiteur::Personne;

/// The code of the act, in the trace.
pub const ACTE: &str = "tentative";
/// How long tries are added up.
const FENETRE: SignedDuration = SignedDuration::from_hours(24);
/// How long entries about people who are not known are added up, and how many are written of each kind.
const HEURE: SignedDuration = SignedDuration::from_hours(1);
const ENTREES: u64 = 60;
/// Counts held at once. Beyond, those who come share one.
const COMPTES: usize = 20_000;
/// Centres of one person in which an entry is written.
const CENTRES: usize = 5;

/// Who tried, from where, at which route.
#[derive(Debug, Clone, Copy)]
pub struct Essai<'a> {
    /// Who; none when nobody is signed in.
    pub qui: Option<&'a Personne>,
    /// Address of the client.
    pub adresse: IpAddr,
    /// Method and pattern of the route: never the address that was asked for.
    pub route: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suite {
    /// It is in the trace.
    Tracee,
    /// It is counted: the entries of before say enough.
    Comptee,
    /// Nothing may be written: this line is for the journal.
    Journal(String),
}

/// How many times, since when.
#[derive(Debug, Clone, Copy)]
struct Compte {
    nombre: u64,
    debut: Timestamp,
}

impl Compte {
    /// One more, at that instant, in windows of that length; how many there are then.
    fn add(&mut self, at: Timestamp, fenetre: SignedDuration) -> u64 {
        if at.duration_since(self.debut) >= fenetre {
            *self = Self { nombre: 0, debut: at };
        }
        self.nombre = self.nombre.saturating_add(1);
        self.nombre
    }
}

/// The counts.
#[derive(Debug, Default)]
pub(crate) struct Compteurs {
    essais: HashMap<(String, Tentative, String), Compte>,
    inconnus: HashMap<Tentative, Compte>,
    /// When those of before were last forgotten for want of room: looking at all of them costs.
    menage: Option<Timestamp>,
}

impl Compteurs {
    /// Counts a try of that person, or from that network, at that route; how many there were, when that is worth an entry.
    fn count(
        &mut self,
        qui: Result<&str, IpAddr>,
        tentative: Tentative,
        route: &str,
        at: Timestamp,
    ) -> Option<u64> {
        let (who, known) = match qui {
            Ok(id) => (id.to_owned(), true),
            Err(adresse) => (network(adresse), false),
        };
        let mut key = (who, tentative, route.to_owned());
        if self.essais.len() >= COMPTES && !self.essais.contains_key(&key) {
            if self.menage.is_none_or(|last| at.duration_since(last) >= HEURE) {
                self.essais.retain(|_, kept| at.duration_since(kept.debut) < FENETRE);
                self.menage = Some(at);
            }
            if self.essais.len() >= COMPTES {
                key = (String::new(), tentative, String::new());
            }
        }
        let fresh = Compte { nombre: 0, debut: at };
        let count = self.essais.entry(key).or_insert(fresh).add(at, FENETRE);
        if !count.is_power_of_two() {
            return None;
        }
        (known || self.has_room(tentative, at)).then_some(count)
    }

    /// Whether one more entry about somebody who is not known may be written: so many an hour, then as they double.
    pub(super) fn has_room(&mut self, tentative: Tentative, at: Timestamp) -> bool {
        let fresh = Compte { nombre: 0, debut: at };
        let written = self.inconnus.entry(tentative).or_insert(fresh).add(at, HEURE);
        written <= ENTREES || written.is_power_of_two()
    }
}

/// The network of a client: who holds an IPv6 address holds its /64.
fn network(adresse: IpAddr) -> String {
    match adresse {
        IpAddr::V4(_) => adresse.to_string(),
        IpAddr::V6(own) => {
            let [a, b, c, d, ..] = own.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    }
}

impl Comptes {
    /// Keeps what was refused. `exists` says whether a centre or an import of that name is there: what was only typed is no try, and is
    /// not kept.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn note_tentative(
        &self,
        essai: Essai<'_>,
        constat: &Constat,
        exists: impl Fn(&str) -> bool,
    ) -> Result<Suite, Refus> {
        let Constat { tentative, vise } = constat;
        if vise.as_ref().is_some_and(|vise| !exists(vise)) || !self.are_open().await? {
            return Ok(Suite::Comptee);
        }
        let now = self.now();
        let qui = essai.qui.map(|personne| personne.id.as_str()).ok_or(essai.adresse);
        let count = lock(&self.tentatives).count(qui, *tentative, essai.route, now);
        let Some(count) = count else { return Ok(Suite::Comptee) };
        if self.registry().is_read_only() {
            let who = essai.qui.map_or("inconnue", |personne| personne.id.as_str());
            return Ok(Suite::Journal(format!(
                "tentative : {}, {}, personne {who}, fois {count}",
                tentative.code(),
                essai.route
            )));
        }
        let entries = entries(essai, constat, count);
        let mut unite = self.registry().begin_quiet(now).await.map_err(refuse)?;
        unite.trace(&entries).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(Suite::Tracee)
    }

    /// Whether one more failure to sign in under an address without account may be written.
    pub(super) fn may_trace_unknown(&self) -> bool {
        let now = self.now();
        lock(&self.tentatives).has_room(Tentative::CompteInconnu, now)
    }
}

/// One entry in each centre of the person, whose director reads it; one without a centre for the others.
fn entries(essai: Essai<'_>, constat: &Constat, count: u64) -> Vec<NouvelleTrace> {
    let mut detail = json!({
        "genre": constat.tentative.code(),
        "route": essai.route,
        "fois": count,
    });
    if let Some(vise) = &constat.vise {
        detail["vise"] = json!(vise);
        if let Some(known) = structure::find(vise) {
            detail["vise"] = json!(known.nom);
        }
    }
    let Some(personne) = essai.qui else {
        // Who it is, is known by nothing else.
        detail["adresse"] = json!(essai.adresse.to_string());
        return vec![NouvelleTrace { acte: ACTE.to_owned(), detail, ..NouvelleTrace::default() }];
    };
    let centres = personne.acces.centres().into_iter().take(CENTRES).map(Some);
    let centres: Vec<Option<&str>> = centres.collect();
    let centres = if centres.is_empty() { vec![None] } else { centres };
    let entries = centres.into_iter().map(|centre| {
        let held = personne.acces.habilitations().iter();
        let role = held.filter(|h| h.structure_id.as_deref() == centre).map(|h| h.role).next();
        NouvelleTrace { role, ..act(&personne.id, ACTE, centre, detail.clone()) }
    });
    entries.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
    }

    #[test]
    fn what_is_tried_by_the_thousand_is_written_as_it_doubles() {
        let mut compteurs = Compteurs::default();
        let mut written = Vec::new();
        for _ in 0..5_000 {
            written.extend(compteurs.count(Ok("p1"), Tentative::HorsDroits, "GET /a", at(0)));
        }
        assert_eq!(written, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]);
        // Another route, another person, another try, another day: from one on.
        let mut again =
            |qui, what, route, hours| compteurs.count(Ok(qui), what, route, at(hours)) == Some(1);
        assert!(again("p1", Tentative::HorsDroits, "GET /b", 0));
        assert!(again("p2", Tentative::HorsDroits, "GET /a", 0));
        assert!(again("p1", Tentative::Corps, "GET /a", 0));
        assert!(again("p1", Tentative::HorsDroits, "GET /a", 24));
    }

    #[test]
    fn many_addresses_write_no_more_than_a_few_entries_an_hour() {
        let mut compteurs = Compteurs::default();
        let mut flood = |hours: i64, first: u32| -> usize {
            let addresses = (first..first + 30_000).map(|rank| IpAddr::from(rank.to_be_bytes()));
            let counted = addresses
                .filter_map(|ip| compteurs.count(Err(ip), Tentative::Voie, "GET none", at(hours)));
            counted.count()
        };
        // Sixty, then each doubling of what would have been written: 64, 128… up to 16,384.
        let first = flood(0, 0);
        assert!((60..=70).contains(&first), "{first}");
        assert!(flood(1, 1_000_000) <= 70);
        assert!(compteurs.essais.len() <= COMPTES + Tentative::ALL.len());
        // Somebody known is written all the same.
        assert_eq!(compteurs.count(Ok("p1"), Tentative::Voie, "GET /a", at(48)), Some(1));
    }

    #[test]
    fn a_network_is_one_whatever_its_addresses() {
        let of = |text: &str| network(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2:3::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
