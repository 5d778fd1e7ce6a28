//! The lists of accounts that were received: kept in memory, for who brought them only, half an hour;
//! then the links that the applied ones made, when no mail took them.

use jiff::{SignedDuration, Timestamp};

use super::lecture::Liste;
use crate::comptes::{Comptes, new_id};
use crate::mutex::lock;
use crate::port::Refus;

/// How long a list waits, and how long its links can be read once it is applied.
pub(in crate::comptes) const DUREE: SignedDuration = SignedDuration::from_mins(30);
/// Lists kept at once; the oldest goes first.
const PLACES: usize = 20;

/// What became of one link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remise {
    /// A mail is about to leave.
    EnCours,
    /// Sent.
    Envoyee,
    /// To be handed on, and why no mail left when one should have.
    ATransmettre(Option<String>),
}

/// An invitation that a list made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    /// Name.
    pub nom: String,
    /// Address.
    pub courriel: String,
    /// The link.
    pub lien: String,
    /// What became of it.
    pub remise: Remise,
}

/// What an applied list did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fait {
    /// Roles given, those whose dates changed included.
    pub roles: usize,
    /// Roles taken back, those whose dates changed apart.
    pub retraits: usize,
    /// Functions given.
    pub fonctions: usize,
    /// Invitations.
    pub invitations: Vec<Invitee>,
}

/// A list received.
#[derive(Debug, Clone)]
pub(in crate::comptes) struct Depot {
    pub(super) cle: String,
    pub(super) par: String,
    /// Name of its file.
    pub(super) nom: String,
    pub(super) liste: Liste,
    pub(super) le: Timestamp,
    /// What it did, once applied.
    pub(super) fait: Option<Fait>,
}

impl Comptes {
    fn lists<T>(&self, work: impl FnOnce(&mut Vec<Depot>) -> T) -> T {
        let now = self.now();
        let mut lists = lock(&self.listes);
        lists.retain(|depot| now.duration_since(depot.le) < DUREE);
        work(&mut lists)
    }

    /// Keeps a list of that person; one that they had not applied goes.
    pub(super) fn keep_list(&self, par: &str, nom: &str, liste: Liste) -> Result<String, Refus> {
        let (cle, le) = (new_id()?, self.now());
        let depot = Depot {
            cle: cle.clone(),
            par: par.to_owned(),
            nom: nom.to_owned(),
            liste,
            le,
            fait: None,
        };
        self.lists(|lists| {
            lists.retain(|other| other.par != par || other.fait.is_some());
            if lists.len() >= PLACES {
                lists.remove(0);
            }
            lists.push(depot);
        });
        Ok(cle)
    }

    /// The list of that key, of that person.
    pub(super) fn list(&self, par: &str, cle: &str) -> Result<Depot, Refus> {
        let found = self.lists(|lists| {
            lists.iter().find(|depot| depot.cle == cle && depot.par == par).cloned()
        });
        found.ok_or_else(|| {
            let raison = "Ce fichier n'est plus gardé : il l'est une demi-heure, en mémoire \
                          seulement. Le déposer de nouveau.";
            Refus(raison.to_owned())
        })
    }

    /// What an applied list did; none while it waits to be confirmed.
    ///
    /// # Errors
    /// When it is kept no more.
    pub fn list_done(&self, par: &str, cle: &str) -> Result<Option<Fait>, Refus> {
        Ok(self.list(par, cle)?.fait)
    }

    /// Forgets a list, and the links that it made.
    pub fn forget_list(&self, par: &str, cle: &str) {
        self.lists(|lists| lists.retain(|depot| depot.cle != cle || depot.par != par));
    }

    /// A list was applied: its lines go, what it did stays to be read.
    pub(super) fn note_done(&self, par: &str, cle: &str, fait: Fait) {
        let now = self.now();
        self.lists(|lists| {
            for depot in lists.iter_mut().filter(|depot| depot.cle == cle && depot.par == par) {
                depot.liste.demandes.clear();
                depot.liste.fautes.clear();
                depot.le = now;
                depot.fait = Some(fait.clone());
            }
        });
    }

    /// What became of the link at that rank.
    pub(super) fn note_sent(&self, cle: &str, rang: usize, remise: &Remise) {
        self.lists(|lists| {
            let found = lists.iter_mut().find(|depot| depot.cle == cle);
            let fait = found.and_then(|depot| depot.fait.as_mut());
            if let Some(invitee) = fait.and_then(|fait| fait.invitations.get_mut(rang)) {
                invitee.remise = remise.clone();
                if *remise == Remise::Envoyee {
                    // In the mailbox of the person, and nowhere else.
                    invitee.lien.clear();
                }
            }
        });
    }
}
