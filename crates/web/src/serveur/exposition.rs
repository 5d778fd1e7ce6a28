//! Where the server is seen from, and what follows: the names it answers to, how a request came,
//! whose it is.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Where the server is seen from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exposition {
    /// This machine only, in clear.
    Locale,
    /// Anywhere, under TLS.
    Tls {
        /// The certificate, then those that vouch for it (PEM).
        certificat: PathBuf,
        /// Its private key (PEM).
        cle: PathBuf,
        /// The names it answers to.
        noms: Vec<String>,
    },
    /// Anywhere, in clear, for proxies that speak TLS to the outside.
    DerriereProxy {
        /// Those whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed; nobody else is
        /// answered.
        proxies: Vec<IpNet>,
        /// The names it answers to.
        noms: Vec<String>,
    },
}

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voie {
    /// In clear, within this machine.
    Locale,
    /// Under TLS all the way to us, or to a trusted proxy.
    Chiffree,
    /// In clear to a trusted proxy.
    EnClair,
    /// Through a trusted proxy that does not say.
    NonDite,
    /// In clear, past the proxies.
    HorsProxy,
}

/// A request that comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrivee {
    /// The address of the client.
    pub(crate) adresse: IpAddr,
    /// How it came.
    pub(crate) voie: Voie,
}

impl Exposition {
    /// Where pages that are served at that address are asked for, without a final slash: what links
    /// in mails start with. The first is the main one.
    #[must_use]
    pub fn urls(&self, adresse: SocketAddr) -> Vec<String> {
        let (noms, port) = match self {
            Self::Locale => return vec![format!("http://{adresse}")],
            Self::Tls { noms, .. } if adresse.port() != 443 => {
                (noms, format!(":{}", adresse.port()))
            }
            // That of a proxy is not known: the usual one.
            Self::Tls { noms, .. } | Self::DerriereProxy { noms, .. } => (noms, String::new()),
        };
        noms.iter().map(|nom| format!("https://{}{port}", bracketed(nom))).collect()
    }

    /// The scheme of our own pages, as browsers say it in `Origin`.
    pub(crate) fn scheme(&self) -> &'static str {
        match self {
            Self::Locale => "http",
            Self::Tls { .. } | Self::DerriereProxy { .. } => "https",
        }
    }

    /// Whether a `Host` is one of ours. Another name that leads here is an attack on the browser of
    /// the person (DNS rebinding).
    pub(crate) fn answers_to(&self, host: &str) -> bool {
        let Some((name, _)) = split_host(host) else { return false };
        match self {
            Self::Locale => {
                name.eq_ignore_ascii_case("localhost")
                    || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
            }
            Self::Tls { noms, .. } | Self::DerriereProxy { noms, .. } => {
                noms.iter().any(|nom| nom.eq_ignore_ascii_case(name))
            }
        }
    }

    /// Whether that peer is a proxy whose word is taken.
    pub(crate) fn trusts(&self, pair: IpAddr) -> bool {
        match self {
            Self::Locale | Self::Tls { .. } => false,
            Self::DerriereProxy { proxies, .. } => {
                proxies.iter().any(|proxy| proxy.contains(&pair.to_canonical()))
            }
        }
    }

    /// Whose request it is and how it came, from the other end of the connection and the headers.
    pub(crate) fn arrival(&self, pair: IpAddr, headers: &HeaderMap) -> Arrivee {
        let pair = pair.to_canonical();
        let voie = match self {
            Self::Locale => Voie::Locale,
            Self::Tls { .. } => Voie::Chiffree,
            Self::DerriereProxy { .. } if !self.trusts(pair) => Voie::HorsProxy,
            Self::DerriereProxy { .. } => said_way(headers),
        };
        let adresse = if self.trusts(pair) { self.client(pair, headers) } else { pair };
        Arrivee { adresse, voie }
    }

    /// Behind trusted proxies, the last address that none of them is: each adds on the right the
    /// one it saw, and what stands further left may be anybody's invention.
    fn client(&self, pair: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut seen = pair;
        for hop in entries(headers, FORWARDED_FOR).into_iter().rev() {
            let Some(address) = read_hop(hop) else { return seen };
            seen = address;
            if !self.trusts(address) {
                return seen;
            }
        }
        seen
    }
}

/// How the client came to the proxies: under TLS only when each of them says so.
fn said_way(headers: &HeaderMap) -> Voie {
    let said = entries(headers, FORWARDED_PROTO);
    if said.is_empty() {
        Voie::NonDite
    } else if said.iter().all(|scheme| scheme.eq_ignore_ascii_case("https")) {
        Voie::Chiffree
    } else {
        Voie::EnClair
    }
}

/// The entries of a header that is a list, all its lines together; an entry that no reader takes
/// when a line is not text.
fn entries(headers: &HeaderMap, name: HeaderName) -> Vec<&str> {
    let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or("?"));
    lines.flat_map(|line| line.split(',')).map(str::trim).collect()
}

/// An address of `X-Forwarded-For`: some proxies write the port too.
fn read_hop(text: &str) -> Option<IpAddr> {
    let bare = text.parse::<IpAddr>().ok();
    bare.or_else(|| split_host(text)?.0.parse().ok()).map(|address| address.to_canonical())
}

/// A name as addresses write it: IPv6 within brackets.
pub(crate) fn bracketed(nom: &str) -> String {
    if nom.contains(':') { format!("[{nom}]") } else { nom.to_owned() }
}

/// The name and the port of a `Host`; none when it is not one.
pub(crate) fn split_host(host: &str) -> Option<(&str, Option<&str>)> {
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    if let Some(rest) = host.strip_prefix('[') {
        let (name, after) = rest.split_once(']')?;
        return match after.strip_prefix(':') {
            Some(port) if is_port(port) => Some((name, Some(port))),
            None if after.is_empty() => Some((name, None)),
            _ => None,
        };
    }
    match host.split_once(':') {
        Some((name, port)) if is_port(port) => Some((name, Some(port))),
        Some(_) => None,
        None => Some((host, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn behind(proxies: &[&str]) -> Exposition {
        let proxies = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        Exposition::DerriereProxy { proxies, noms: vec!["mallette.example.org".to_owned()] }
    }

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_this_machine_is_a_local_host() {
        for host in
            ["localhost", "LOCALHOST:8080", "127.0.0.1:8080", "127.3.2.1", "[::1]:80", "[::1]"]
        {
            assert!(Exposition::Locale.answers_to(host), "{host}");
        }
        for host in [
            "",
            "example.org",
            "localhost.example.org",
            "127.0.0.1.example.org",
            "10.0.0.1:80",
            "0.0.0.0",
            "[::1",
            "[::1]x",
            "[::2]:80",
            "localhost:80@example.org",
            "::1",
        ] {
            assert!(!Exposition::Locale.answers_to(host), "{host}");
        }
    }

    #[test]
    fn a_server_seen_from_outside_answers_to_its_names_only() {
        let exposed = behind(&["10.0.0.1/32"]);
        for host in
            ["mallette.example.org", "MALLETTE.example.org:443", "mallette.example.org:8443"]
        {
            assert!(exposed.answers_to(host), "{host}");
        }
        for host in [
            "",
            "localhost",
            "127.0.0.1",
            "example.org",
            "mallette.example.org.",
            "mallette.example.org.evil.example",
            "evil.example:443@mallette.example.org",
            "mallette.example.org:443x",
        ] {
            assert!(!exposed.answers_to(host), "{host}");
        }
    }

    #[test]
    fn pages_are_asked_for_under_their_names() {
        let at = |port| SocketAddr::from(([0, 0, 0, 0], port));
        let noms = vec!["a.example".to_owned(), "2001:db8::1".to_owned()];
        let tls = Exposition::Tls { certificat: "c".into(), cle: "k".into(), noms };
        assert_eq!(tls.urls(at(443)), ["https://a.example", "https://[2001:db8::1]"]);
        assert_eq!(tls.urls(at(8443)), ["https://a.example:8443", "https://[2001:db8::1]:8443"]);
        assert_eq!(behind(&["10.0.0.1/32"]).urls(at(8080)), ["https://mallette.example.org"]);
        assert_eq!(Exposition::Locale.urls(at(8080)), ["http://0.0.0.0:8080"]);
    }

    #[test]
    fn who_is_no_proxy_is_not_believed() {
        let forged = headers(&[("x-forwarded-for", "203.0.113.9"), ("x-forwarded-proto", "https")]);
        let pair = address("198.51.100.7");
        for (exposition, voie) in
            [(Exposition::Locale, Voie::Locale), (behind(&["10.0.0.0/8"]), Voie::HorsProxy)]
        {
            let arrivee = exposition.arrival(pair, &forged);
            assert_eq!(arrivee, Arrivee { adresse: pair, voie }, "{exposition:?}");
        }
    }

    #[test]
    fn behind_proxies_the_client_is_the_last_address_that_is_none_of_them() {
        let exposed = behind(&["10.0.0.0/8", "fd00::/8"]);
        let proxy = address("10.0.0.1");
        let client = |said: &[&'static str]| {
            let pairs: Vec<_> = said.iter().map(|line| ("x-forwarded-for", *line)).collect();
            exposed.arrival(proxy, &headers(&pairs)).adresse.to_string()
        };
        assert_eq!(client(&["203.0.113.9"]), "203.0.113.9");
        // What the client wrote itself stands on the left.
        assert_eq!(client(&["192.0.2.1, 203.0.113.9"]), "203.0.113.9");
        assert_eq!(client(&["192.0.2.1", "203.0.113.9, 10.2.3.4"]), "203.0.113.9");
        assert_eq!(client(&["203.0.113.9:51234"]), "203.0.113.9");
        assert_eq!(client(&["[2001:db8::7]:51234, fd00::1"]), "2001:db8::7");
        assert_eq!(client(&["::ffff:203.0.113.9"]), "203.0.113.9");
        // Only proxies: the first of them asked for itself.
        assert_eq!(client(&["10.9.9.9, 10.2.3.4"]), "10.9.9.9");
        // Unreadable: nothing further left is believed.
        assert_eq!(client(&["203.0.113.9, inconnu, 10.2.3.4"]), "10.2.3.4");
        assert_eq!(client(&["203.0.113.9, "]), "10.0.0.1");
        assert_eq!(client(&[]), "10.0.0.1");
    }

    #[test]
    fn a_peer_written_as_ipv6_is_the_same_proxy() {
        let exposed = behind(&["10.0.0.1/32"]);
        assert!(exposed.trusts(address("::ffff:10.0.0.1")));
        assert!(!exposed.trusts(address("::ffff:10.0.0.2")));
    }

    #[test]
    fn encrypted_only_when_every_proxy_says_so() {
        let exposed = behind(&["10.0.0.1/32"]);
        let way = |said: &[&'static str]| {
            let pairs: Vec<_> = said.iter().map(|line| ("x-forwarded-proto", *line)).collect();
            exposed.arrival(address("10.0.0.1"), &headers(&pairs)).voie
        };
        assert_eq!(way(&["https"]), Voie::Chiffree);
        assert_eq!(way(&["HTTPS, https"]), Voie::Chiffree);
        assert_eq!(way(&["http"]), Voie::EnClair);
        assert_eq!(way(&["https, http"]), Voie::EnClair);
        assert_eq!(way(&["https", "http"]), Voie::EnClair);
        assert_eq!(way(&["https,"]), Voie::EnClair);
        assert_eq!(way(&[]), Voie::NonDite);
    }
}
