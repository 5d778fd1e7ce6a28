//! How the values of the command line are read, refused in French.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use mallette_app::antivirus::Antivirus;
use mallette_web::IpNet;

/// A whole number.
pub(crate) fn read_number<T: FromStr>(text: &str) -> Result<T, String> {
    let raison = "écrire un nombre entier, sans espace ni décimale : 40000";
    text.parse().map_err(|_| raison.to_owned())
}

/// A day.
pub(crate) fn read_date(text: &str) -> Result<Date, String> {
    let raison = "écrire une date qui existe au calendrier, sous la forme AAAA-MM-JJ : 2019-11-04";
    text.parse().map_err(|_| raison.to_owned())
}

/// A moment, as a clock of the network shows it.
pub(crate) fn read_instant(text: &str) -> Result<Timestamp, String> {
    let raison = "écrire un jour et une heure, à l'heure de Paris : 2026-11-28T14:30";
    let read = text.parse::<DateTime>().ok().filter(|_| text.contains('T'));
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    read.and_then(|read| zone.to_timestamp(read).ok()).ok_or_else(|| raison.to_owned())
}

/// An address and a port.
pub(crate) fn read_adresse(text: &str) -> Result<SocketAddr, String> {
    let raison = "écrire une adresse et un port : 127.0.0.1:8080";
    text.parse().map_err(|_| raison.to_owned())
}

/// A name that pages are asked for under.
pub(crate) fn read_nom(text: &str) -> Result<String, String> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
    let named = text.chars().all(is_name) && !text.is_empty() && !text.ends_with('.');
    if named || text.parse::<IpAddr>().is_ok() {
        return Ok(text.to_ascii_lowercase());
    }
    let raison = "écrire un nom de domaine seul, sans https:// ni port, ses accents en xn-- : \
                  mallette.exemple.fr";
    Err(raison.to_owned())
}

/// A proxy, or the network of several.
pub(crate) fn read_proxy(text: &str) -> Result<IpNet, String> {
    let one = text.parse::<IpAddr>().map(IpNet::from).ok();
    let proxy = one.or_else(|| text.parse().ok());
    proxy.filter(|proxy| proxy.prefix_len() > 0).ok_or_else(|| {
        "écrire l'adresse d'un mandataire, ou un réseau qui ne contient qu'eux : 10.0.0.5 ou \
         10.0.0.0/28"
            .to_owned()
    })
}

/// The antivirus of this machine.
pub(crate) fn read_antivirus(text: &str) -> Result<Antivirus, String> {
    Antivirus::parse(text).map_err(|refus| refus.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_alone() {
        for (text, read) in [
            ("mallette.exemple.fr", "mallette.exemple.fr"),
            ("Mallette.Exemple.FR", "mallette.exemple.fr"),
            ("192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(read_nom(text).as_deref(), Ok(read));
        }
        for text in ["", "https://mallette.fr", "mallette.fr:443", "mallette.fr.", "é.fr", "a b"] {
            assert!(read_nom(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_moment_is_that_of_a_clock_in_paris() {
        let read = |text: &str| read_instant(text).map(|read| read.to_string());
        assert_eq!(read("2026-11-28T14:30").as_deref(), Ok("2026-11-28T13:30:00Z"));
        assert_eq!(read("2026-07-14T08:00:00").as_deref(), Ok("2026-07-14T06:00:00Z"));
        for text in ["", "14:30", "2026-11-28", "2026-02-30T10:00", "demain"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_proxy_is_not_everybody() {
        for (text, read) in [("10.0.0.5", "10.0.0.5/32"), ("fd00::/64", "fd00::/64")] {
            assert_eq!(read_proxy(text).map(|proxy| proxy.to_string()).as_deref(), Ok(read));
        }
        for text in ["", "0.0.0.0/0", "::/0", "10.0.0.5:80", "10.0.0.0/33", "nginx"] {
            assert!(read_proxy(text).is_err(), "{text}");
        }
    }
}
