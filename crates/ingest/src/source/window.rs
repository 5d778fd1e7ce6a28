//! A sliding window over a stream: what was not cut into records yet, bounded in size.

use std::io::{self, Read};

/// Bytes read at a time; also the window's first size.
const CHUNK: usize = 512 << 10;

/// What [`Window::fill`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filled {
    /// There are more bytes to look at.
    More,
    /// The stream ended: the window holds its last bytes.
    End,
    /// The window already holds as many bytes as one record may have.
    TooLong,
}

/// The unread part of a stream.
pub(super) struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    limit: usize,
}

impl<R: Read> Window<R> {
    /// A window that never holds much more than `limit` bytes.
    pub(super) fn new(source: R, limit: usize) -> Self {
        Self { source, buffer: Vec::new(), start: 0, end: 0, ended: false, limit }
    }

    /// The bytes read and not consumed.
    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Whether the stream ended: `rest` is then all that is left.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Consumes the first `count` bytes of `rest`.
    pub(super) fn consume(&mut self, count: usize) {
        self.start = self.start.saturating_add(count).min(self.end);
    }

    /// Reads until the window is full or the stream ends. A window full of one record doubles, so
    /// that looking again at its beginning costs at most twice its length.
    pub(super) fn fill(&mut self) -> io::Result<Filled> {
        if self.ended {
            return Ok(Filled::End);
        }
        let held = self.end - self.start;
        if held > self.limit {
            return Ok(Filled::TooLong);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.start = 0;
        self.end = held;
        let wanted = CHUNK.max(held.saturating_mul(2)).min(self.limit.saturating_add(CHUNK));
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        while let Some(room) = self.buffer.get_mut(self.end..)
            && !room.is_empty()
        {
            match self.source.read(room) {
                Ok(0) => {
                    self.ended = true;
                    return Ok(Filled::End);
                }
                Ok(count) => self.end = (self.end + count).min(self.buffer.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Filled::More)
    }
}
