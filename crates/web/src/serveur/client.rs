//! Who is at the other end, as handlers may know it: said of every request, in every exposure.

use std::net::{IpAddr, Ipv4Addr};

use axum::extract::Request;
use mallette_app::visiteur::Visiteur;

use super::exposition::{Arrivee, Voie};

/// The other end of the connection: a client, or a proxy.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair(pub(crate) IpAddr);

impl Pair {
    /// That of a request; this machine when no connection brought it.
    pub(crate) fn of(request: &Request) -> IpAddr {
        let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
        request.extensions().get::<Self>().map_or(here, |pair| pair.0)
    }
}

/// The address of the client itself, even behind trusted proxies: what the brake on guessing and
/// the trace of sign-ins go by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Adresse(pub(crate) IpAddr);

/// Whether the client came under TLS: a cookie may then be `Secure`, its name begin with `__Host-`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Securise(pub(crate) bool);

/// Says both to the handlers, and who asks as long as nobody signs in: whoever comes from elsewhere
/// is never taken for who holds the machine.
pub(crate) fn tell(request: &mut Request, arrivee: Arrivee) {
    let here = arrivee.voie == Voie::Locale;
    let visiteur = if here { Visiteur::Machine } else { Visiteur::Inconnu };
    let extensions = request.extensions_mut();
    extensions.insert(Adresse(arrivee.adresse));
    extensions.insert(Securise(arrivee.voie == Voie::Chiffree));
    extensions.insert(visiteur);
}
