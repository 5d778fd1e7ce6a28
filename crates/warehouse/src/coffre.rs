//! The vault: names sealed with their centre's key, opened in memory only.
//!
//! A sealed file is a nonce of 24 random bytes, then XChaCha20-Poly1305 over a Parquet file. The
//! centre and the table are authenticated with it: a vault moved to another centre, or renamed to
//! another table, does not open.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use chacha20poly1305::aead::{Aead, AeadInOut, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};

use crate::cles::{CleCentre, CleError};
use crate::erreur::WarehouseError;
use crate::parquet_fichier;

const NONCE_LEN: usize = 24;

/// Distinct from what ingest derives for pseudonyms from the same centre key.
const CONTEXT: &str = "mallette 2026-11 coffre des identites, scellement";

/// Which vault, for the seal and for messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coffre<'a> {
    /// I-MILO code of the centre.
    pub(crate) structure_id: &'a str,
    /// Canonical table.
    pub(crate) table: &'a str,
}

impl Coffre<'_> {
    /// The bytes of the sealed file for those rows.
    pub(crate) fn seal(
        self,
        key: &CleCentre,
        schema: &SchemaRef,
        rows: &[RecordBatch],
    ) -> Result<Vec<u8>, WarehouseError> {
        // The first column joins a name back to its row: it is that row's own.
        let key_column = schema.fields().first().map_or("", |field| field.name());
        let plain = parquet_fichier::encode(schema, key_column, rows)
            .map_err(|error| self.encoding(&error.to_string()))?;
        self.seal_bytes(key, plain)
    }

    /// Those bytes, sealed.
    pub(crate) fn seal_bytes(
        self,
        key: &CleCentre,
        mut bytes: Vec<u8>,
    ) -> Result<Vec<u8>, WarehouseError> {
        let mut nonce = [0; NONCE_LEN];
        getrandom::fill(&mut nonce).map_err(|error| CleError::Alea(error.to_string()))?;
        cipher(key.scellement())
            .encrypt_in_place(&XNonce::from(nonce), &self.associated(), &mut bytes)
            .map_err(|_| self.encoding("scellement refusé"))?;
        let mut sealed = Vec::with_capacity(NONCE_LEN + bytes.len());
        sealed.extend_from_slice(&nonce);
        sealed.append(&mut bytes);
        Ok(sealed)
    }

    /// The rows of a sealed file.
    pub(crate) fn open(
        self,
        key: &CleCentre,
        sealed: &[u8],
    ) -> Result<Vec<RecordBatch>, WarehouseError> {
        let plain = self.open_bytes(key, sealed)?;
        parquet_fichier::decode(plain).map_err(|error| self.encoding(&error.to_string()))
    }

    /// The bytes of a sealed file.
    pub(crate) fn open_bytes(
        self,
        key: &CleCentre,
        sealed: &[u8],
    ) -> Result<Vec<u8>, WarehouseError> {
        let (nonce, msg) = sealed.split_first_chunk::<NONCE_LEN>().ok_or_else(|| self.refused())?;
        let aad = &self.associated();
        let mut opened = key.scellements().filter_map(|key| {
            cipher(key).decrypt(&XNonce::from(*nonce), Payload { msg, aad }).ok()
        });
        opened.next().ok_or_else(|| self.refused())
    }

    /// What is authenticated with the rows. No code holds a NUL, so that no two pairs are alike.
    fn associated(self) -> Vec<u8> {
        [self.structure_id.as_bytes(), b"\0", self.table.as_bytes()].concat()
    }

    fn refused(self) -> WarehouseError {
        WarehouseError::CoffreScelle {
            structure_id: self.structure_id.to_owned(),
            table: self.table.to_owned(),
        }
    }

    /// The failure to lay out rows of this centre and table.
    pub(crate) fn encoding(self, detail: &str) -> WarehouseError {
        WarehouseError::Encodage {
            structure_id: self.structure_id.to_owned(),
            table: self.table.to_owned(),
            detail: detail.to_owned(),
        }
    }
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&Key::from(blake3::derive_key(CONTEXT, key)))
}
