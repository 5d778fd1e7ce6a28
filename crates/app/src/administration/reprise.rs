//! The roles of a centre that ended, given again in the one that follows it: by the person who may
//! give them there, one by one, never by themselves.

use std::collections::BTreeSet;

use mallette_domain::acces::{Acces, Habilitation, Role};
use serde_json::json;

use crate::atelier::refuse;
use crate::comptes::{Comptes, act};
use crate::port::Refus;
use crate::suites;

/// A role held in a centre that ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reprise {
    /// Rank of the role in the old centre.
    pub rang: i64,
    /// Who holds it.
    pub personne_id: String,
    /// By name.
    pub nom: String,
    /// I-MILO code of the old centre.
    pub ancien: String,
    /// The same role, in the centre that follows.
    pub proposee: Habilitation,
    /// Whether it is held there already.
    pub deja: bool,
    /// Whether who looks may give it.
    pub permise: bool,
    /// Codes of the functions held in the old centre, given again with the role.
    pub fonctions: Vec<String>,
}

impl Comptes {
    /// The roles of the centres that this one follows, for who may give roles in it: its director, or
    /// the administrator for its first director.
    ///
    /// # Errors
    /// When the registry does not answer, or nothing may be given there.
    pub async fn takeovers(
        &self,
        (id, acces): (&str, &Acces),
        structure_id: &str,
    ) -> Result<Vec<Reprise>, Refus> {
        if !acces.has_in(Role::Directeur, structure_id) && !acces.has(Role::Administrateur) {
            let raison = "Les rôles d'un centre se reprennent par sa direction, et le premier directeur par \
                          l'administrateur régional.";
            return Err(Refus(raison.to_owned()));
        }
        let today = self.today();
        let suites = self.registry().suites().await.map_err(refuse)?;
        let anciens: BTreeSet<&str> = suites
            .iter()
            .filter(|suite| suite.nouveau == structure_id)
            .map(|suite| suite.ancien.as_str())
            .collect();
        let people = self.registry().personnes().await.map_err(refuse)?;
        let held = self.registry().habilitations_in(structure_id).await.map_err(refuse)?;
        let functions = self.registry().current_fonctions().await.map_err(refuse)?;
        let mut found = Vec::new();
        for ancien in anciens {
            for role in self.registry().habilitations_in(ancien).await.map_err(refuse)? {
                let person = people.iter().find(|person| person.id == role.personne_id);
                let person = person.filter(|person| person.desactivee_le.is_none());
                let (Some(person), true) = (person, role.habilitation.holds_on(today)) else {
                    continue;
                };
                let proposee = Habilitation {
                    structure_id: Some(structure_id.to_owned()),
                    debut: suites::ended(&suites, ancien, jiff::civil::Date::MAX)
                        .filter(|day| *day > today),
                    ..role.habilitation.clone()
                };
                let deja = held.iter().any(|held| {
                    held.personne_id == role.personne_id
                        && held.habilitation.role == proposee.role
                        && held.habilitation.conseiller_id == proposee.conseiller_id
                });
                let given = self.may_give_all(acces, std::slice::from_ref(&proposee)).await?;
                let own = functions.iter().filter(|function| {
                    function.personne_id == role.personne_id && function.structure_id == ancien
                });
                found.push(Reprise {
                    rang: role.rang,
                    personne_id: person.id.clone(),
                    nom: person.nom.clone(),
                    ancien: ancien.to_owned(),
                    // Nobody gives a role to himself.
                    permise: given && person.id != id,
                    proposee,
                    deja,
                    fonctions: own.map(|function| function.code.clone()).collect(),
                });
            }
        }
        found.sort_by(|a, b| (&a.nom, a.rang).cmp(&(&b.nom, b.rang)));
        Ok(found)
    }

    /// Gives these roles again, by their ranks in the old centres, with the functions held there; the
    /// number of roles given. Those of the old centres stay: they open what it sent.
    ///
    /// # Errors
    /// When one of them is not proposed, or may not be given by `par`: none is then given.
    pub async fn take_over(
        &self,
        par: (&str, &Acces),
        structure_id: &str,
        rangs: &BTreeSet<i64>,
    ) -> Result<usize, Refus> {
        let (id, acces) = par;
        let proposed = self.takeovers((id, acces), structure_id).await?;
        let mut chosen = Vec::new();
        for rang in rangs {
            let found = proposed.iter().find(|reprise| reprise.rang == *rang);
            let found = found.filter(|reprise| reprise.permise && !reprise.deja);
            chosen.push(found.ok_or_else(|| {
                Refus(
                    "Un des rôles choisis n'est plus à reprendre, ou n'est pas à votre main. Aucun n'a été \
                     donné."
                        .to_owned(),
                )
            })?);
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let mut entries = Vec::new();
        for reprise in &chosen {
            let (person, role) = (&reprise.personne_id, &reprise.proposee);
            unite.give_habilitation(person, role, id).await.map_err(refuse)?;
            for code in &reprise.fonctions {
                unite.give_fonction(person, code, structure_id, id).await.map_err(refuse)?;
            }
            let detail = json!({
                "personne": person, "role": role.role.code(), "ancien": reprise.ancien,
                "fonctions": reprise.fonctions,
            });
            entries.push(act(id, "roles_repris", Some(structure_id), detail));
        }
        unite.trace(&entries).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(chosen.len())
    }
}
