//! The reading side of the channel: fills batches, hands them over, enforces the bounds of a sheet.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use super::batch::BatchBuilder;
use super::error::{Place, SourceError};
use super::{Feuille, Fichier, Limites, Message};

/// Why reading stops before the end.
#[derive(Debug)]
pub(super) enum Halt {
    /// Nobody listens any more.
    Closed,
    /// The file cannot be read.
    Failed(SourceError),
}

impl From<SourceError> for Halt {
    fn from(error: SourceError) -> Self {
        Self::Failed(error)
    }
}

/// Where readers put their rows.
#[derive(Debug)]
pub(super) struct Emitter {
    sender: SyncSender<Result<Message, SourceError>>,
    /// The batch being filled; readers push cells straight into it.
    pub(super) batch: BatchBuilder,
    /// Bounds of this import.
    pub(super) limites: Limites,
    place: Place,
    rows: u64,
}

impl Emitter {
    /// An emitter that hands its batches to `sender`.
    pub(super) fn new(sender: SyncSender<Result<Message, SourceError>>, limites: Limites) -> Self {
        let batch = BatchBuilder::default();
        Self { sender, batch, limites, place: Place::default(), rows: 0 }
    }

    /// Starts a sheet of `fichier`.
    pub(super) fn begin(
        &mut self,
        fichier: &Arc<Fichier>,
        nom: Option<String>,
        date_1904: bool,
    ) -> Result<(), Halt> {
        self.place = Place { chemin: fichier.chemin.clone(), feuille: nom.clone(), ligne: None };
        self.rows = 0;
        let feuille = Feuille { fichier: Arc::clone(fichier), nom, date_1904 };
        self.send(Ok(Message::Feuille(Arc::new(feuille))))
    }

    /// Closes the open row, and hands the batch over when it is full.
    #[inline]
    pub(super) fn end_row(&mut self, line: u64) -> Result<(), Halt> {
        self.rows += 1;
        if self.rows > self.limites.lignes_feuille {
            let limite = self.limites.lignes_feuille;
            return Err(SourceError::TooManyRows { lieu: self.place_at(None), limite }.into());
        }
        // A sheet stops at `u32::MAX` rows, a text file may hold more physical lines than that.
        self.batch.end_row(u32::try_from(line).unwrap_or(u32::MAX));
        if self.batch.is_full() { self.flush() } else { Ok(()) }
    }

    /// Hands over what is left of the sheet.
    pub(super) fn flush(&mut self) -> Result<(), Halt> {
        if self.batch.is_empty() {
            return Ok(());
        }
        let batch = self.batch.take();
        self.send(Ok(Message::Lignes(batch)))
    }

    /// Says that the file was read to its end.
    pub(super) fn end_file(&mut self, fichier: Arc<Fichier>) -> Result<(), Halt> {
        self.send(Ok(Message::FinFichier(fichier)))
    }

    /// Hands an error over; it is the last message.
    pub(super) fn fail(&mut self, error: SourceError) {
        // The listener may be gone: then nobody wants the error either.
        let _ = self.send(Err(error));
    }

    /// The current sheet, at this line.
    pub(super) fn place_at(&self, ligne: Option<u64>) -> Place {
        Place { ligne, ..self.place.clone() }
    }

    /// The error of a row with too many filled columns.
    pub(super) fn too_many_columns(&self, ligne: u64) -> Halt {
        let limite = self.limites.colonnes;
        SourceError::TooManyColumns { lieu: self.place_at(Some(ligne)), limite }.into()
    }

    fn send(&mut self, message: Result<Message, SourceError>) -> Result<(), Halt> {
        self.sender.send(message).map_err(|_| Halt::Closed)
    }
}
