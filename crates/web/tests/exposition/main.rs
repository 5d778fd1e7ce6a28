//! The server itself, over real sockets: TLS, proxies, slow and too many clients, health, counts,
//! stopping. No test waits for an exact time: limits are small, and what must end has long to do so.

#[cfg(test)]
mod arret;
#[cfg(test)]
mod banc;
#[cfg(test)]
#[path = "../commun/mod.rs"]
mod commun;
#[cfg(test)]
mod limites;
#[cfg(test)]
mod origine;
#[cfg(test)]
mod sante;
#[cfg(test)]
mod tls;
