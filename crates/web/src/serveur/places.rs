//! How many connections at once: in all, and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// The connections open from each address.
#[derive(Debug)]
pub(super) struct Places {
    prises: Mutex<HashMap<IpAddr, usize>>,
    max: usize,
}

/// One connection of an address, given back when it ends.
#[derive(Debug)]
pub(super) struct Place {
    places: Arc<Places>,
    reseau: IpAddr,
}

impl Places {
    /// At most so many from each address.
    pub(super) fn new(max: usize) -> Arc<Self> {
        Arc::new(Self { prises: Mutex::default(), max })
    }

    /// A place for that address; none when it holds too many.
    pub(super) fn take(self: &Arc<Self>, adresse: IpAddr) -> Option<Place> {
        let reseau = network(adresse);
        let mut prises = self.prises.lock().unwrap_or_else(PoisonError::into_inner);
        let held = prises.entry(reseau).or_default();
        // One that is refused already has an entry: nothing is left to clean.
        if *held >= self.max {
            return None;
        }
        *held += 1;
        Some(Place { places: Arc::clone(self), reseau })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut prises = self.places.prises.lock().unwrap_or_else(PoisonError::into_inner);
        let left = prises.get_mut(&self.reseau).map_or(0, |held| {
            *held = held.saturating_sub(1);
            *held
        });
        if left == 0 {
            prises.remove(&self.reseau);
        }
    }
}

/// The address, or in IPv6 its network of 64 bits: whoever has one address there has them all.
fn network(adresse: IpAddr) -> IpAddr {
    match adresse.to_canonical() {
        IpAddr::V4(adresse) => IpAddr::V4(adresse),
        IpAddr::V6(adresse) => {
            IpAddr::V6(Ipv6Addr::from_bits(adresse.to_bits() & !u128::from(u64::MAX)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_address_and_given_back() {
        let places = Places::new(2);
        let take = |text: &str| places.take(text.parse().unwrap());
        let (first, second) = (take("192.0.2.1").unwrap(), take("::ffff:192.0.2.1").unwrap());
        assert!(take("192.0.2.1").is_none());
        let other = take("192.0.2.2").unwrap();
        drop(first);
        let third = take("192.0.2.1").unwrap();
        assert!(take("192.0.2.1").is_none());
        drop((second, third, other));
        assert!(places.prises.lock().unwrap().is_empty(), "nothing is kept of who left");
    }

    #[test]
    fn one_ipv6_network_is_one_client() {
        let places = Places::new(1);
        let take = |text: &str| places.take(text.parse().unwrap());
        let _held = take("2001:db8:0:1::1").unwrap();
        assert!(take("2001:db8:0:1:ffff::2").is_none());
        assert!(take("2001:db8:0:2::1").is_some());
    }
}
