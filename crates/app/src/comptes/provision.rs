//! Accounts by a file: a list of people and of what is to be open to them, read, compared with what
//! is there, shown line by line, then applied whole or not at all.
//!
//! - [`lecture`]: what the lines of the file ask for;
//! - [`plan`]: what each of them would change, worked out by `comparaison`;
//! - [`acte`]: applying it, once confirmed;
//! - [`depot`]: the files that wait for that, in memory only;
//! - `terminal`: the same, by the command line.
//!
//! Nothing is given by a file that the form of one person would refuse: both ask
//! [`Mains`](super::habilitation). The same file dropped again changes nothing.

pub mod acte;
mod comparaison;
pub mod depot;
pub mod lecture;
pub mod plan;
mod terminal;

use std::collections::BTreeMap;

use mallette_domain::acces::Acces;
use mallette_ingest::{Bornes, read_cells};

use self::lecture::Connus;
use super::{Comptes, refuse};
use crate::port::{Atelier as _, Refus};

/// How a file that was read at the terminal is named, in the trace too.
pub const TERMINAL: &str = "fichier lu au terminal";
/// Largest file of accounts, in bytes.
pub const OCTETS: usize = 5 << 20;
/// Most lines of such a file.
pub const LIGNES: usize = 20_000;
/// How large it may be once unfolded.
const BORNES: Bornes = Bornes { octets: 128 << 20, lignes: LIGNES, colonnes: 60 };

impl Comptes {
    /// Receives a file of accounts; what names it until it is applied or forgotten.
    ///
    /// # Errors
    /// When it cannot be read, or has no line of accounts: which is said.
    pub async fn receive_list(
        &self,
        par: (&str, &Acces),
        nom: &str,
        octets: Vec<u8>,
    ) -> Result<String, Refus> {
        let liste = self.read_list(nom, octets).await?;
        self.keep_list(par.0, nom, liste)
    }

    async fn read_list(&self, nom: &str, octets: Vec<u8>) -> Result<lecture::Liste, Refus> {
        if octets.len() > OCTETS {
            let raison = format!("Ce fichier dépasse {} Mio. Le partager.", OCTETS >> 20);
            return Err(Refus(raison));
        }
        let tableaux = read_cells(nom, octets, BORNES).map_err(refuse)?;
        let etat = self.atelier.etat();
        let noms: BTreeMap<&str, &str> = etat
            .reseau
            .iter()
            .filter_map(|(id, known)| Some((id.as_str(), known.nom.as_deref()?)))
            .collect();
        let connus = Connus { reseau: &noms, fonctions: &self.fonctions().await? };
        lecture::read(&tableaux, connus)
    }
}
