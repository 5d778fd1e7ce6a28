//! The team that types batches while others are read: one typist per core, batches given back in
//! the order in which they were handed over.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Scope, available_parallelism};

use crate::erreur::IngestError;
use crate::source::RowBatch;
use crate::typage::{Typees, Typeur};

/// A batch to type, and where to give it back.
struct Tache<'a> {
    typeur: Arc<Typeur<'a>>,
    batch: RowBatch,
    skipped: usize,
    done: SyncSender<Typees>,
}

/// The typists, and the batches that they have at hand.
pub(crate) struct Equipe<'a> {
    queue: Sender<Tache<'a>>,
    waiting: VecDeque<Receiver<Typees>>,
    /// Batches at hand at most: what bounds memory.
    room: usize,
}

impl<'a> Equipe<'a> {
    /// Starts the typists; they end with the team.
    pub(crate) fn start<'scope>(scope: &'scope Scope<'scope, '_>) -> Self
    where
        'a: 'scope,
    {
        let count = available_parallelism().map_or(1, usize::from).min(4);
        let (queue, tasks) = channel::<Tache<'a>>();
        let tasks = Arc::new(Mutex::new(tasks));
        for _ in 0..count {
            let tasks = Arc::clone(&tasks);
            scope.spawn(move || {
                loop {
                    // The lock is let go before the batch is typed: the next typist takes another.
                    let task = tasks.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok(Tache { typeur, batch, skipped, done }) = task else { return };
                    // Nobody waits any more: the import was refused.
                    let _ = done.send(typeur.type_batch(batch, skipped));
                }
            });
        }
        Self { queue, waiting: VecDeque::new(), room: 16 * count + 8 }
    }

    /// Hands a batch over, less its `skipped` first rows.
    pub(crate) fn push(&mut self, typeur: &Arc<Typeur<'a>>, batch: RowBatch, skipped: usize) {
        let (done, receiver) = sync_channel(1);
        let typeur = Arc::clone(typeur);
        // When no typist is left the receiver says so.
        let _ = self.queue.send(Tache { typeur, batch, skipped, done });
        self.waiting.push_back(receiver);
    }

    /// Whether a batch should be taken back before another is handed over.
    pub(crate) fn is_full(&self) -> bool {
        self.waiting.len() >= self.room
    }

    /// The oldest batch, once typed; none when none is at hand.
    pub(crate) fn next(&mut self) -> Result<Option<Typees>, IngestError> {
        let Some(receiver) = self.waiting.pop_front() else { return Ok(None) };
        let stopped = |_| IngestError::Arret("un lot de lignes n'a pas pu être lu".to_owned());
        receiver.recv().map(Some).map_err(stopped)
    }
}
