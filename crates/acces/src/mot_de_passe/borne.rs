//! Hashing on a server: away from the threads that answer, and never more at once than the machine
//! can bear.

use std::fmt;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};
use zeroize::Zeroizing;

use super::hachage::{ErreurHachage, Hacheur};

/// Runs hashes on blocking threads, `places` at once: memory is bounded by `places` × that of one
/// hash, and a flood of sign-ins does not take every core. Those who wait are bounded too.
#[derive(Clone)]
pub struct HacheurBorne {
    hacheur: Arc<Hacheur>,
    places: Arc<Semaphore>,
    file: Arc<Semaphore>,
}

/// Why a hash was not computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refus {
    /// Too many at once.
    #[error("Trop de personnes se connectent en même temps. Recommencer dans quelques secondes.")]
    Sature,
    /// The computation was interrupted.
    #[error("Le calcul a été interrompu, et rien n'a été modifié. Recommencer.")]
    Interrompu,
    /// The hasher refused.
    #[error(transparent)]
    Hachage(#[from] ErreurHachage),
}

impl HacheurBorne {
    /// A hasher of which `places` computations run at once and `attente` more may wait. One place
    /// per core is enough.
    #[must_use]
    pub fn new(hacheur: Hacheur, places: usize, attente: usize) -> Self {
        let places = places.max(1);
        Self {
            hacheur: Arc::new(hacheur),
            places: Arc::new(Semaphore::new(places)),
            file: Arc::new(Semaphore::new(places.saturating_add(attente))),
        }
    }

    /// See [`Hacheur::hash`].
    ///
    /// # Errors
    /// When too many wait, or when the hasher refuses.
    pub async fn hash(&self, mot_de_passe: Zeroizing<String>) -> Result<String, Refus> {
        self.run(move |hacheur| hacheur.hash(&mot_de_passe)).await
    }

    /// See [`Hacheur::verify`] and, when nothing is stored (no such account),
    /// [`Hacheur::dummy_verify`]: the answer is then « no », in the same time.
    ///
    /// # Errors
    /// When too many wait, or when the stored text is not a hash.
    pub async fn verify(
        &self,
        mot_de_passe: Zeroizing<String>,
        stored: Option<String>,
    ) -> Result<bool, Refus> {
        self.run(move |hacheur| match stored {
            Some(stored) => hacheur.verify(&mot_de_passe, &stored),
            None => {
                hacheur.dummy_verify(&mot_de_passe);
                Ok(false)
            }
        })
        .await
    }

    /// See [`Hacheur::needs_rehash`].
    #[must_use]
    pub fn needs_rehash(&self, stored: &str) -> bool {
        self.hacheur.needs_rehash(stored)
    }

    /// Any other computation as heavy as a hash (a personal key), in the same places.
    ///
    /// # Errors
    /// When too many wait, or what the computation answers.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Hacheur) -> Result<T, ErreurHachage> + Send + 'static,
    ) -> Result<T, Refus> {
        let queued = match Arc::clone(&self.file).try_acquire_owned() {
            Ok(permit) => permit,
            Err(TryAcquireError::NoPermits) => return Err(Refus::Sature),
            Err(TryAcquireError::Closed) => return Err(Refus::Interrompu),
        };
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.map_err(|_| Refus::Interrompu)?;
        let hacheur = Arc::clone(&self.hacheur);
        // The permits go with the work: a caller that gives up does not free a place still in use.
        let held: (OwnedSemaphorePermit, OwnedSemaphorePermit) = (queued, place);
        let task = tokio::task::spawn_blocking(move || {
            let answer = work(&hacheur);
            drop(held);
            answer
        });
        Ok(task.await.map_err(|_| Refus::Interrompu)??)
    }
}

impl fmt::Debug for HacheurBorne {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HacheurBorne").field("hacheur", &self.hacheur).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use super::*;
    use crate::mot_de_passe::Cout;

    fn secret(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_password_is_hashed_and_checked_and_an_unknown_account_refused() {
        let borne = HacheurBorne::new(Hacheur::new(Cout::PLANCHER).unwrap(), 1, 4);
        let stored = borne.hash(secret("bleu nuit")).await.unwrap();
        assert!(!borne.needs_rehash(&stored));
        assert!(borne.verify(secret("bleu nuit"), Some(stored.clone())).await.unwrap());
        assert!(!borne.verify(secret("bleu"), Some(stored)).await.unwrap());
        assert!(!borne.verify(secret("bleu nuit"), None).await.unwrap());
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn no_more_than_the_places_run_and_the_queue_is_bounded() {
        let borne = HacheurBorne::new(Hacheur::new(Cout::PLANCHER).unwrap(), 2, 3);
        let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut releases = Vec::new();
        let mut tasks = Vec::new();
        for _ in 0..5 {
            let (release, released) = mpsc::channel::<()>();
            releases.push(release);
            let (borne, running, most) = (borne.clone(), Arc::clone(&running), Arc::clone(&most));
            tasks.push(tokio::spawn(async move {
                borne
                    .run(move |_| {
                        let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                        most.fetch_max(now, Ordering::SeqCst);
                        let _ = released.recv();
                        running.fetch_sub(1, Ordering::SeqCst);
                        Ok(())
                    })
                    .await
            }));
        }
        while running.load(Ordering::SeqCst) < 2 || borne.file.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(borne.hash(secret("bleu nuit")).await, Err(Refus::Sature));
        drop(releases);
        for task in tasks {
            assert_eq!(task.await.unwrap(), Ok(()));
        }
        assert_eq!(most.load(Ordering::SeqCst), 2);
        // The places are given back, also by a computation that panics.
        let broken = borne.run(|_| -> Result<(), ErreurHachage> { panic!("essai") }).await;
        assert_eq!(broken, Err(Refus::Interrompu));
        assert!(borne.hash(secret("bleu nuit")).await.is_ok());
        assert_eq!(borne.file.available_permits(), 5);
    }
}
