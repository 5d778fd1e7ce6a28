//! What an invitation is worth on the day when it is accepted: its roles are given if who made it still gives them.

use mallette_registry::{Jeton, Unite};

use super::INSTALLATION;
use crate::comptes::{Comptes, refuse};
use crate::port::Refus;
use crate::tentative::{self, Tentative};

impl Comptes {
    /// Refuses an invitation whose roles are no longer in the hands of who made it: the account or the role that gave them was
    /// taken back since, or the centre has its director now. A link lives for days, and what it opens is judged on the day
    /// when it opens it: otherwise who had to leave a centre would come back by a link of before, and an administrator who kept
    /// a second link of « first director » would enter a centre that has one.
    pub(in crate::comptes) async fn check_still_given(&self, invited: &Jeton) -> Result<(), Refus> {
        // The installation gives one account only, and only while there is none.
        let given = match invited.par == INSTALLATION {
            true => self.registry().personnes().await.map_err(refuse)?.is_empty(),
            false => {
                let acces = self.acces(&invited.par).await?;
                self.may_give_all(&acces, &invited.habilitations().map_err(refuse)?).await?
            }
        };
        if given {
            return Ok(());
        }
        tentative::note(Tentative::Lien);
        let raison = "Cette invitation ne vaut plus : la personne qui l'a faite ne donne plus ces rôles, ou le centre a \
                      reçu sa direction depuis. En demander une autre à la direction du centre ou à l'administrateur \
                      régional. Aucun compte n'a été ouvert.";
        Err(Refus(raison.to_owned()))
    }
}

/// Gives to an account that was just made the roles and functions of its invitation.
pub(in crate::comptes) async fn give_proposed(
    unite: &mut Unite,
    personne_id: &str,
    used: &Jeton,
) -> Result<(), Refus> {
    for role in used.habilitations().map_err(refuse)? {
        unite.give_habilitation(personne_id, &role, &used.par).await.map_err(refuse)?;
    }
    for (code, centre) in used.fonctions().map_err(refuse)? {
        unite.give_fonction(personne_id, &code, &centre, &used.par).await.map_err(refuse)?;
    }
    Ok(())
}
