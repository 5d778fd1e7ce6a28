//! Bounds on what archives unfold to, counted on the bytes that come out, not on what is declared.

use std::fmt;
use std::io::{self, Read};

use super::Limites;
use super::error::{Bound, SourceError};

/// Below this, a high ratio is no danger: a sheet of blank rows compresses very well.
const RATIO_FROM: u64 = 64 << 20;
/// Largest part that has to be held in memory at once.
pub(super) const MEMORY: u64 = 1 << 30;

/// What one archive may still unfold to.
#[derive(Debug)]
pub(super) struct Budget {
    used: u64,
    limit: u64,
    bound: Bound,
}

impl Budget {
    /// The budget of an archive of `compressed` bytes.
    pub(super) fn new(limites: &Limites, compressed: u64) -> Self {
        let by_ratio = compressed.saturating_mul(limites.rapport).max(RATIO_FROM);
        if by_ratio < limites.octets_decompresses {
            Self { used: 0, limit: by_ratio, bound: Bound::Ratio(limites.rapport) }
        } else {
            let limit = limites.octets_decompresses;
            Self { used: 0, limit, bound: Bound::Bytes(limit) }
        }
    }

    /// Takes `count` bytes.
    ///
    /// # Errors
    /// The bound is met.
    pub(super) fn take(&mut self, count: u64) -> Result<(), Fault> {
        self.used = self.used.saturating_add(count);
        if self.used > self.limit { Err(Fault::Bomb(self.bound)) } else { Ok(()) }
    }
}

/// A stream whose bytes are taken from a budget, once: reading it again costs nothing.
pub(super) struct Metered<'a, R> {
    source: R,
    budget: &'a mut Budget,
    position: u64,
    paid: &'a mut u64,
}

impl<'a, R: Read> Metered<'a, R> {
    /// `paid` is how many bytes of this stream were already taken from the budget.
    pub(super) fn new(source: R, budget: &'a mut Budget, paid: &'a mut u64) -> Self {
        Self { source, budget, position: 0, paid }
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.position += count as u64;
        if let Some(unpaid) = self.position.checked_sub(*self.paid) {
            *self.paid = self.position;
            self.budget.take(unpaid).map_err(io::Error::other)?;
        }
        Ok(count)
    }
}

/// A stream that must give as many bytes as the first pass counted.
pub(super) struct Exact<R> {
    source: R,
    left: u64,
}

impl<R: Read> Exact<R> {
    /// `source`, which must hold exactly `octets` bytes.
    pub(super) fn new(source: R, octets: u64) -> Self {
        Self { source, left: octets }
    }
}

impl<R: Read> Read for Exact<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let count = self.source.read(buffer)?;
        match self.left.checked_sub(count as u64) {
            Some(left) if count > 0 || left == 0 => {
                self.left = left;
                Ok(count)
            }
            _ => Err(io::Error::other(Fault::Changed)),
        }
    }
}

/// A fault met inside a stream, carried by an `io::Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// A bound on decompression was met.
    Bomb(Bound),
    /// The file is not the same as in the first pass.
    Changed,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bomb(bound) => write!(f, "le contenu décompressé dépasse {bound}"),
            Self::Changed => f.write_str("le fichier a changé pendant la lecture"),
        }
    }
}

impl std::error::Error for Fault {}

/// An error of a stream, as the person reads it.
pub(super) fn stream_error(chemin: &str, cause: io::Error) -> SourceError {
    let chemin = chemin.to_owned();
    let fault = cause.get_ref().and_then(|inner| inner.downcast_ref::<Fault>()).copied();
    match fault {
        Some(Fault::Bomb(limite)) => SourceError::Bomb { chemin, limite },
        Some(Fault::Changed) => SourceError::Changed { chemin },
        None => match cause.kind() {
            io::ErrorKind::UnexpectedEof => {
                SourceError::damaged(&chemin, "il s'arrête avant la fin de son contenu")
            }
            // What decompression says of bytes that are not what was written.
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => {
                SourceError::damaged(&chemin, "son contenu compressé n'est plus celui d'origine")
            }
            _ => SourceError::Io { chemin, cause },
        },
    }
}
