//! Packs received from a browser: in memory, for who brought them only, half an hour. What is confirmed is the very
//! file that was shown.

use jiff::{SignedDuration, Timestamp};
use mallette_catalogue::pack::{Choix, Pack, Plan};
use mallette_domain::acces::Acces;

use super::Apercu;
use crate::administration::check_admin;
use crate::atelier::refuse;
use crate::comptes::{Comptes, new_id};
use crate::mutex::lock;
use crate::port::Refus;

/// How long a pack waits.
const DUREE: SignedDuration = SignedDuration::from_mins(30);
/// Packs kept at once; the oldest goes first.
const PLACES: usize = 8;

/// The packs that wait to be confirmed.
#[derive(Debug, Default)]
pub struct Recus(Vec<Recu>);

#[derive(Debug)]
struct Recu {
    cle: String,
    par: String,
    octets: Vec<u8>,
    le: Timestamp,
}

impl Comptes {
    fn received<T>(&self, work: impl FnOnce(&mut Vec<Recu>) -> T) -> T {
        let now = self.now();
        let mut recus = lock(&self.packs_recus);
        recus.0.retain(|recu| now.duration_since(recu.le) < DUREE);
        work(&mut recus.0)
    }

    /// Keeps a pack until it is confirmed; the key that its pages have.
    ///
    /// # Errors
    /// When `par` does not run the installation, or when it is no pack whose signature holds.
    pub fn receive_pack(&self, par: (&str, &Acces), octets: Vec<u8>) -> Result<String, Refus> {
        check_admin(par.1)?;
        Pack::read(&octets).map_err(refuse)?;
        let (cle, le) = (new_id()?, self.now());
        let recu = Recu { cle: cle.clone(), par: par.0.to_owned(), octets, le };
        self.received(|recus| {
            recus.retain(|other| other.par != par.0);
            if recus.len() >= PLACES {
                recus.remove(0);
            }
            recus.push(recu);
        });
        Ok(cle)
    }

    fn pack_bytes(&self, par: &str, cle: &str) -> Result<Vec<u8>, Refus> {
        let found = self.received(|recus| {
            let mut recus = recus.iter();
            recus.find(|recu| recu.cle == cle && recu.par == par).map(|recu| recu.octets.clone())
        });
        found.ok_or_else(|| {
            Refus(
                "Ce pack n'est plus gardé : il l'est une demi-heure, en mémoire seulement. Le déposer de nouveau."
                    .to_owned(),
            )
        })
    }

    /// What a received pack would change.
    ///
    /// # Errors
    /// When it is kept no more, or the catalogue cannot be read.
    pub fn preview_pack(
        &self,
        par: (&str, &Acces),
        cle: &str,
        revenir: bool,
    ) -> Result<Apercu, Refus> {
        check_admin(par.1)?;
        self.atelier.examine_pack(&self.pack_bytes(par.0, cle)?, revenir)
    }

    /// Brings a received pack in, as it was shown; then forgets it.
    ///
    /// # Errors
    /// As [`crate::atelier::AtelierLocal::install_pack`]; nothing is then changed.
    pub async fn confirm_pack(
        &self,
        par: (&str, &Acces),
        cle: &str,
        choix: &[(String, Choix)],
        revenir: bool,
        vue: &str,
    ) -> Result<Option<Plan>, Refus> {
        check_admin(par.1)?;
        let octets = self.pack_bytes(par.0, cle)?;
        let done =
            self.atelier.install_pack(Some(par.0), &octets, choix, revenir, Some(vue)).await?;
        self.forget_pack(par.0, cle);
        Ok(done)
    }

    /// Forgets a received pack.
    pub fn forget_pack(&self, par: &str, cle: &str) {
        self.received(|recus| recus.retain(|recu| recu.cle != cle || recu.par != par));
    }
}
