//! Values as the tables hold them, and back: instants and days are texts whose order is that of
//! time.

use std::str::FromStr;

use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use crate::RegistryError;

/// An instant, to the second with nine decimals: a fixed width, so that text order is time order.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.9}")
}

/// A text column.
pub(crate) fn text(row: &AnyRow, colonne: &'static str) -> Result<String, RegistryError> {
    Ok(row.try_get(colonne)?)
}

/// A text column that may be null.
pub(crate) fn maybe(row: &AnyRow, colonne: &'static str) -> Result<Option<String>, RegistryError> {
    Ok(row.try_get(colonne)?)
}

/// A whole number.
pub(crate) fn number(row: &AnyRow, colonne: &'static str) -> Result<i64, RegistryError> {
    Ok(row.try_get(colonne)?)
}

/// A whole number that may be null.
pub(crate) fn maybe_number(
    row: &AnyRow,
    colonne: &'static str,
) -> Result<Option<i64>, RegistryError> {
    Ok(row.try_get(colonne)?)
}

/// A day or an instant.
pub(crate) fn parse<T: FromStr>(row: &AnyRow, colonne: &'static str) -> Result<T, RegistryError> {
    read(text(row, colonne)?, colonne)
}

/// A day or an instant that may be null.
pub(crate) fn maybe_parse<T: FromStr>(
    row: &AnyRow,
    colonne: &'static str,
) -> Result<Option<T>, RegistryError> {
    maybe(row, colonne)?.map(|valeur| read(valeur, colonne)).transpose()
}

fn read<T: FromStr>(valeur: String, colonne: &'static str) -> Result<T, RegistryError> {
    valeur.parse().map_err(|_| RegistryError::Illisible { colonne, valeur })
}
