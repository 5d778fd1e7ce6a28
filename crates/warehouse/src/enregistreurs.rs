//! The syncers: threads that make written files durable while others are still being written, so
//! that the disk works during the import and not after it.

use std::collections::HashSet;
use std::fs::File;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use crate::disque::SYNC_THREADS;
use crate::erreur::{OnPath as _, WarehouseError};

/// Files waiting, open: enough to keep the disk busy, few enough for the limits of a process.
const QUEUE: usize = 64;

/// A file written to its end, still open.
pub(crate) type Ecrit = (PathBuf, File);

/// What was made durable, or the first failure.
type Durables = Result<HashSet<PathBuf>, WarehouseError>;

/// The syncers and their queue.
#[derive(Debug)]
pub(crate) struct Enregistreurs {
    queue: SyncSender<Ecrit>,
    threads: Vec<JoinHandle<Durables>>,
}

impl Enregistreurs {
    /// Starts them.
    pub(crate) fn start() -> Self {
        let (queue, files) = sync_channel(QUEUE);
        let files = Arc::new(Mutex::new(files));
        let spawn = |_| {
            let files = Arc::clone(&files);
            std::thread::spawn(move || work(&files))
        };
        Self { queue, threads: (0..SYNC_THREADS).map(spawn).collect() }
    }

    /// Where written files are handed over. A file that nobody takes any more is not durable, which
    /// [`Enregistreurs::join`] tells.
    pub(crate) fn queue(&self) -> SyncSender<Ecrit> {
        self.queue.clone()
    }

    /// Waits for the last file, once every other holder of the queue is gone: the files that are
    /// durable.
    ///
    /// # Errors
    /// The first file that the disk refused.
    pub(crate) fn join(self) -> Durables {
        drop(self.queue);
        let mut durables = HashSet::new();
        for thread in self.threads {
            let interrupted = |_| WarehouseError::Etape("enregistrement interrompu");
            durables.extend(thread.join().map_err(interrupted)??);
        }
        Ok(durables)
    }
}

fn work(files: &Mutex<Receiver<Ecrit>>) -> Durables {
    let mut durables = HashSet::new();
    loop {
        // The lock is let go before the file is synced: the next thread takes another.
        let received = files.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((path, file)) = received else { return Ok(durables) };
        file.sync_all().on("Enregistrement du fichier", &path)?;
        durables.insert(path);
    }
}
