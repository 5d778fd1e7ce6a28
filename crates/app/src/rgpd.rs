//! What the law gives to the persons whose data are here (RGPD), for the director of their centre:
//!
//! - [`acces`]: everything held about one young person, to be handed over (art. 15);
//! - [`demandes`]: what was asked, until when it is to be answered, what was answered (art. 12);
//! - [`effacement`]: names gone from the vaults and kept from coming back (art. 17);
//! - [`conservation`]: names gone once kept long enough; [`echeance`] says when that is;
//! - [`tache`]: the daily run of it, with the sweeps of what is not needed any more;
//! - `attente`: the same where a centre keeps the second half of its key, once a session opens it;
//! - [`registre`]: the register of processing (art. 30), from what is in use.
//!
//! Mallette never changes the data of I-MILO: a rectification is made there, and comes with the next
//! import.

pub mod acces;
mod attente;
pub mod conservation;
pub mod demandes;
pub mod echeance;
pub mod effacement;
pub mod registre;
pub mod tache;

/// Kinds and states, as pages name them.
pub mod genres {
    pub use mallette_registry::{Demande, EtatDemande, GenreDemande, NouvelleDemande};
    pub use mallette_warehouse::{Efface, Motif};
}

use mallette_domain::acces::Role;

use crate::port::Refus;
use crate::visiteur::Personne;

/// Refuses who does not answer for that centre.
fn check_direction(par: &Personne, structure_id: &str) -> Result<(), Refus> {
    if par.acces.has_in(Role::Directeur, structure_id) {
        return Ok(());
    }
    crate::tentative::note(crate::tentative::Tentative::Acte);
    let raison = "Ces pages sont celles de la direction de chaque centre, pour ses seuls jeunes. Ce \
                  compte ne dirige pas ce centre.";
    Err(Refus(raison.to_owned()))
}
