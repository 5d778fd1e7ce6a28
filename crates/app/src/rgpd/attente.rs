//! Names kept long enough in a centre that keeps the second half of its key: the program alone opens nothing there, so they go with
//! the keys of a session of that centre, while one is open. The director put the durations in force; the program does it, once a
//! day, and says it in the same runs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use mallette_domain::acces::Noms;
use mallette_registry::ResultatTache;

use super::conservation::Bilan;
use super::tache::{TACHE_SESSION, line};
use crate::comptes::{Comptes, INACTIVITE, refuse};
use crate::mutex::lock;
use crate::port::{Ouverture, Refus};
use crate::session::with_keys;

/// Between two looks at the sessions that are open.
const REGARD: Duration = Duration::from_secs(10 * 60);
/// From one time that a centre is done to the next: once a day, whenever its people come.
const JOUR: SignedDuration = SignedDuration::from_hours(20);

impl Comptes {
    /// Removes the names kept long enough in each centre that keeps the second half of its key, whose durations are in force, and
    /// of which a session is open. What was done or refused, centre by centre; those that wait are left out.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn retain_sealed(&self) -> Result<Vec<(String, Result<Bilan, Refus>)>, Refus> {
        let known = self.registry().referenced_versions().await.map_err(refuse)?;
        let known: BTreeSet<String> = known.into_iter().map(|(id, _)| id).collect();
        let mut done = Vec::new();
        for id in known {
            if !self.atelier.keeps_half(&id)? || !self.is_due(&id) {
                continue;
            }
            if !self.atelier.regles_conservation(&id).await?.active {
                continue;
            }
            let Some(cles) = self.keys_of_centre(&id).await? else { continue };
            let rang = self.start_run().await?;
            let bilan = with_keys(cles, self.atelier.retain(&id, false)).await;
            let resultat = match &bilan {
                Ok(_) => ResultatTache::Reussie,
                Err(_) => ResultatTache::Echouee,
            };
            let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
            unite.end_tache(rang, resultat, &line(&id, &bilan, false)).await.map_err(refuse)?;
            unite.commit().await.map_err(refuse)?;
            if bilan.is_ok() {
                lock(&self.retenus).insert(id.clone(), self.now());
            }
            done.push((id, bilan));
        }
        Ok(done)
    }

    async fn start_run(&self) -> Result<i64, Refus> {
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        let rang = unite.start_tache(TACHE_SESSION).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(rang)
    }

    fn is_due(&self, structure_id: &str) -> bool {
        let now: Timestamp = self.now();
        let last = lock(&self.retenus).get(structure_id).copied();
        last.is_none_or(|last| now.duration_since(last) >= JOUR || now < last)
    }

    /// The keys of a session that opened that centre: still open, by two factors, of a person who still reads all its names.
    async fn keys_of_centre(&self, structure_id: &str) -> Result<Option<Ouverture>, Refus> {
        for (jeton, personne_id, cles) in self.sessions_holding(structure_id) {
            let live = self.registry().live_session(&jeton, self.now(), INACTIVITE).await;
            let double = live.map_err(refuse)?.is_some_and(|live| live.niveau.is_double());
            if double
                && self.acces(&personne_id).await?.names_of(structure_id) == Some(Noms::Centre)
            {
                return Ok(Some(cles.within(BTreeSet::from([structure_id.to_owned()]))));
            }
        }
        Ok(None)
    }

    /// Looks every ten minutes whether a session opens a centre that waits, as long as the pages are served. What goes wrong is
    /// told, and tried again.
    pub async fn keep_retaining_sealed(self: Arc<Self>, tell: impl Fn(&str) + Send) {
        let comptes = Arc::downgrade(&self);
        drop(self);
        while let Some(comptes) = comptes.upgrade() {
            match comptes.retain_sealed().await {
                Ok(done) => {
                    done.iter()
                        .filter_map(|(_, bilan)| bilan.as_ref().err())
                        .for_each(|refus| tell(&refus.0));
                }
                Err(refus) => tell(&refus.0),
            }
            drop(comptes);
            tokio::time::sleep(REGARD).await;
        }
    }
}
