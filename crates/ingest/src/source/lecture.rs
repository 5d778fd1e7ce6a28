//! The listening side: an iterator over what the reading thread says.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::{Builder, JoinHandle};

use super::emit::{Emitter, Halt};
use super::error::{SourceError, refusal};
use super::{Limites, Message, file};

/// Batches that may wait for the listener: enough to keep both cores busy, a few megabytes.
const WAITING: usize = 32;

/// The files being read. Dropping it stops the reading thread.
#[derive(Debug)]
pub(crate) struct Lecture {
    receiver: Option<Receiver<Result<Message, SourceError>>>,
    thread: Option<JoinHandle<()>>,
}

/// Reads `paths` on a thread of its own; the iterator ends after an error.
///
/// `paths` are files, in the order to read them; folders are opened like [`super::list`] does.
pub(crate) fn open(paths: &[PathBuf], limites: Limites) -> Lecture {
    let paths = paths.to_vec();
    start(limites, move |emitter| file::read_all(&paths, emitter))
}

/// Reads one file that is in memory, on a thread of its own; nothing of it is written. `chemin` is
/// its name, as errors say it.
pub(crate) fn open_memory(chemin: &str, octets: Vec<u8>, limites: Limites) -> Lecture {
    let chemin = chemin.to_owned();
    start(limites, move |emitter| file::read_memory(chemin, octets, emitter))
}

fn start(
    limites: Limites,
    read: impl FnOnce(&mut Emitter) -> Result<(), Halt> + Send + 'static,
) -> Lecture {
    let (sender, receiver) = sync_channel(WAITING);
    let failed = sender.clone();
    let started = Builder::new().name("lecture".to_owned()).spawn(move || {
        let mut emitter = Emitter::new(sender, limites);
        if let Err(Halt::Failed(error)) = read(&mut emitter) {
            emitter.fail(error);
        }
    });
    let thread = match started {
        Ok(thread) => Some(thread),
        Err(cause) => {
            // The channel has room and its other end is in this function: this cannot block.
            let _ = failed.send(Err(SourceError::Stopped { detail: refusal(&cause) }));
            None
        }
    };
    Lecture { receiver: Some(receiver), thread }
}

impl Iterator for Lecture {
    type Item = Result<Message, SourceError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.receiver.as_ref()?.recv() {
            Ok(Ok(message)) => Some(Ok(message)),
            Ok(Err(error)) => {
                self.receiver = None;
                Some(Err(error))
            }
            Err(_) => {
                self.receiver = None;
                // A thread that ended badly must never look like the end of the files.
                let outcome = self.thread.take()?.join();
                outcome.err().map(|_| {
                    let detail = "erreur interne du lecteur".to_owned();
                    Err(SourceError::Stopped { detail })
                })
            }
        }
    }
}

impl Drop for Lecture {
    fn drop(&mut self) {
        self.receiver = None;
        if let Some(thread) = self.thread.take() {
            // The next message fails and the thread returns; how it ended no longer matters.
            let _ = thread.join();
        }
    }
}
