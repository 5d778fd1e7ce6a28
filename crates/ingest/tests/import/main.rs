//! Imports, from the files to the lots and the account.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod centres;
mod commun;
mod enveloppes;
mod formes;
mod lignes;
mod noms;
mod raisons;
mod reprise;
mod secret;
