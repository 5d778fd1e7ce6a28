//! How the values of the command line are read, refused in French.

use std::net::SocketAddr;
use std::str::FromStr;

use jiff::civil::Date;

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

/// An address and a port.
pub(crate) fn read_adresse(text: &str) -> Result<SocketAddr, String> {
    let raison = "écrire une adresse et un port : 127.0.0.1:8080";
    text.parse().map_err(|_| raison.to_owned())
}
