//! A file of accounts read at the terminal, by who holds the machine, in the name of an administrator: what that role gives, and
//! nothing that another role of the same person would. The trace says that it was at the terminal.

use std::collections::BTreeSet;

use mallette_domain::acces::{Acces, Role};

use super::TERMINAL;
use crate::comptes::{Comptes, refuse};
use crate::port::Refus;

impl Comptes {
    /// The administrator of that address, or the only one when none is given: identifier, and what that role alone gives.
    ///
    /// # Errors
    /// When nobody administers under that address, or several do and none was named.
    pub async fn administrator(&self, courriel: Option<&str>) -> Result<(String, Acces), Refus> {
        let today = self.today();
        let roles = self.registry().current_habilitations().await.map_err(refuse)?;
        let held = roles.into_iter().map(|role| (role.personne_id, role.habilitation));
        let held =
            held.filter(|(_, role)| role.role == Role::Administrateur && role.holds_on(today));
        let mut found = Vec::new();
        for (id, role) in held {
            let known = self.registry().personne(&id).await.map_err(refuse)?;
            let known = known.filter(|known| known.desactivee_le.is_none());
            let Some(known) = known else { continue };
            let wanted = courriel.map(|courriel| courriel.trim().to_lowercase());
            if wanted.is_none_or(|wanted| wanted == known.courriel) {
                found.push((id, Acces::on(today, &[role], BTreeSet::new())));
            }
        }
        found.dedup_by(|a, b| a.0 == b.0);
        match (found.pop(), found.is_empty()) {
            (Some(one), true) => Ok(one),
            (Some(_), false) => Err(Refus(
                "Plusieurs personnes administrent le réseau : dire au nom de laquelle, par son adresse. Rien n'a été \
                 modifié."
                    .to_owned(),
            )),
            (None, _) => Err(Refus(
                "Personne n'administre le réseau sous cette adresse. Le premier compte s'ouvre par « mallette \
                 initialiser » et son lien. Rien n'a été modifié."
                    .to_owned(),
            )),
        }
    }

    /// [`Comptes::receive_list`], at the terminal.
    ///
    /// # Errors
    /// As [`Comptes::receive_list`].
    pub async fn receive_list_at_terminal(
        &self,
        par: &str,
        nom: &str,
        octets: Vec<u8>,
    ) -> Result<String, Refus> {
        let liste = self.read_list(nom, octets).await?;
        self.keep_list(par, TERMINAL, liste)
    }
}
