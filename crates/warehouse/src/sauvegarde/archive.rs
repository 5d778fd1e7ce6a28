//! Hashing what passes, between the disk and the archive.

use std::io::{self, Read, Write};

use super::manifeste::Fichier;

/// Bytes read or written at a time.
const MORCEAU: usize = 1 << 16;

/// Copies all of `from`, hashed; what was copied.
pub(super) fn copy(from: &mut dyn Read, to: &mut dyn Write) -> io::Result<Fichier> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; MORCEAU];
    let mut octets = 0;
    loop {
        let read = from.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else { break };
        hasher.update(bytes);
        to.write_all(bytes)?;
        octets += read as u64;
    }
    Ok(Fichier { octets, blake3: hasher.finalize().to_hex().to_string() })
}

/// A reader that hashes what it gives.
pub(super) struct Hashed<R> {
    inner: R,
    hasher: blake3::Hasher,
    octets: u64,
}

impl<R: Read> Hashed<R> {
    /// Over that reader.
    pub(super) fn new(inner: R) -> Self {
        Self { inner, hasher: blake3::Hasher::new(), octets: 0 }
    }

    /// What was read.
    pub(super) fn finish(self) -> Fichier {
        Fichier { octets: self.octets, blake3: self.hasher.finalize().to_hex().to_string() }
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        self.octets += read as u64;
        Ok(read)
    }
}
