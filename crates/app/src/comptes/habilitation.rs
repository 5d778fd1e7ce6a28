//! People and their roles: who they are, what is open to them, who gave it. A director answers for
//! the own centre, an administrator for the network; nobody gives a role to himself.

use std::collections::BTreeSet;

use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_registry::HabilitationDonnee;
use serde_json::json;

use super::{Comptes, act, refuse};
use crate::port::Refus;

/// A person, as who manages accounts sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonneVue {
    /// Identifier.
    pub id: String,
    /// Name.
    pub nom: String,
    /// Mail address.
    pub courriel: String,
    /// Whether the account is closed.
    pub fermee: bool,
    /// When last signed in.
    pub derniere_connexion: Option<jiff::Timestamp>,
    /// Roles held, or held until they are over, each with its rank.
    pub roles: Vec<RoleVu>,
    /// Whether a second factor is in place.
    pub second_facteur: bool,
}

/// A role of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct RoleVu {
    /// What names it.
    pub rang: i64,
    /// The role.
    pub habilitation: Habilitation,
    /// Who gave it, by name when known.
    pub donnee_par: String,
    /// When.
    pub donnee_le: jiff::Timestamp,
    /// Whether who looks may take it back.
    pub retirable: bool,
}

/// What a person may give and take back: the same rules for one role by its form and for a whole
/// file of them.
pub(super) struct Mains<'a> {
    acces: &'a Acces,
    /// Centres that have a director: names are then their own to open.
    diriges: BTreeSet<String>,
}

impl<'a> Mains<'a> {
    /// The hands of a person with that access, where those roles are held.
    pub(super) fn new(acces: &'a Acces, roles: &[HabilitationDonnee]) -> Self {
        let directed = roles.iter().map(|role| &role.habilitation);
        let directed = directed.filter(|role| role.role == Role::Directeur);
        Self { acces, diriges: directed.filter_map(|role| role.structure_id.clone()).collect() }
    }

    /// Whether that role is in these hands.
    pub(super) fn may(&self, habilitation: &Habilitation) -> bool {
        let centre = habilitation.structure_id.as_ref();
        let has_director = centre.is_none_or(|centre| self.diriges.contains(centre));
        self.acces.may_give(habilitation, has_director)
    }

    /// Refuses a role that makes no sense, or is not in these hands.
    pub(super) fn check(&self, habilitation: &Habilitation) -> Result<(), Refus> {
        if !habilitation.is_coherent() {
            let raison = "Ce rôle est incomplet : un rôle de centre demande un centre, un rôle du réseau \
                          n'en a pas, et la fin d'un intérim ne précède pas son début.";
            return Err(Refus(raison.to_owned()));
        }
        if !self.may(habilitation) {
            return Err(not_yours());
        }
        Ok(())
    }

    /// That role was just given: a centre whose first director it makes is the director's.
    pub(super) fn note(&mut self, habilitation: &Habilitation) {
        if habilitation.role == Role::Directeur {
            self.diriges.extend(habilitation.structure_id.clone());
        }
    }
}

pub(super) fn not_yours() -> Refus {
    crate::tentative::note(crate::tentative::Tentative::Acte);
    let raison = "Ce rôle n'est pas à votre main. Le directeur donne les rôles de son centre, \
                  l'administrateur régional ceux du réseau et le premier directeur d'un centre ; \
                  personne ne se donne un rôle à soi-même.";
    Refus(raison.to_owned())
}

impl Comptes {
    /// The people that a person with that access manages: those of the own centres, and, for an
    /// administrator, everyone.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn people(&self, acces: &Acces) -> Result<Vec<PersonneVue>, Refus> {
        let all = self.registry().personnes().await.map_err(refuse)?;
        let roles = self.registry().current_habilitations().await.map_err(refuse)?;
        let name = |id: &str| {
            let found = all.iter().find(|known| known.id == id);
            found.map_or_else(|| id.to_owned(), |known| known.nom.clone())
        };
        let hands = Mains::new(acces, &roles);
        let mut people = Vec::new();
        for known in &all {
            let mut own = Vec::new();
            for role in roles.iter().filter(|role| role.personne_id == known.id) {
                let retirable = hands.may(&role.habilitation);
                own.push(RoleVu {
                    rang: role.rang,
                    habilitation: role.habilitation.clone(),
                    donnee_par: name(&role.donnee_par),
                    donnee_le: role.donnee_le,
                    retirable,
                });
            }
            let managed = |role: &RoleVu| {
                let centre = role.habilitation.structure_id.as_deref();
                centre.is_some_and(|centre| acces.has_in(Role::Directeur, centre))
            };
            if acces.has(Role::Administrateur) || own.iter().any(managed) {
                if !acces.has(Role::Administrateur) {
                    own.retain(managed);
                }
                let factor = self.registry().second_facteur(&known.id).await.map_err(refuse)?;
                people.push(PersonneVue {
                    id: known.id.clone(),
                    nom: known.nom.clone(),
                    courriel: known.courriel.clone(),
                    fermee: known.desactivee_le.is_some(),
                    derniere_connexion: known.derniere_connexion,
                    roles: own,
                    second_facteur: factor.is_some(),
                });
            }
        }
        people.sort_by(|a, b| a.nom.cmp(&b.nom).then_with(|| a.id.cmp(&b.id)));
        Ok(people)
    }

    /// Gives a role to a person.
    ///
    /// # Errors
    /// When it is not in the hands of `par`, or makes no sense.
    pub async fn give(
        &self,
        par: (&str, &Acces),
        personne_id: &str,
        habilitation: &Habilitation,
    ) -> Result<(), Refus> {
        let (id, acces) = par;
        self.check_gift(acces, habilitation).await?;
        if id == personne_id {
            return Err(not_yours());
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.give_habilitation(personne_id, habilitation, id).await.map_err(refuse)?;
        let centre = habilitation.structure_id.as_deref();
        let detail = json!({ "personne": personne_id, "role": habilitation.role.code() });
        unite.trace(&[act(id, "role_donne", centre, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Takes a role back.
    ///
    /// # Errors
    /// When it is not in the hands of `par`, or when the network would be left without
    /// administrator.
    pub async fn take_back(&self, par: (&str, &Acces), rang: i64) -> Result<(), Refus> {
        let (id, acces) = par;
        let roles = self.registry().current_habilitations().await.map_err(refuse)?;
        let role = roles.iter().find(|role| role.rang == rang);
        let role = role.ok_or_else(|| Refus("Ce rôle n'est plus tenu.".to_owned()))?;
        if !Mains::new(acces, &roles).may(&role.habilitation) {
            return Err(not_yours());
        }
        refuse_last(&roles, role)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.take_back_habilitation(rang, id).await.map_err(refuse)?;
        let centre = role.habilitation.structure_id.as_deref();
        let detail = json!({ "personne": role.personne_id, "role": role.habilitation.role.code() });
        unite.trace(&[act(id, "role_retire", centre, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Closes an account, or opens it again: an administrator, or the director of every centre where
    /// the person has a role.
    ///
    /// # Errors
    /// When it is not in the hands of `par`.
    pub async fn set_closed(
        &self,
        par: (&str, &Acces),
        personne_id: &str,
        fermee: bool,
    ) -> Result<(), Refus> {
        let (id, acces) = par;
        if id == personne_id {
            return Err(not_yours());
        }
        let roles = self.registry().current_habilitations().await.map_err(refuse)?;
        let own: Vec<&HabilitationDonnee> =
            roles.iter().filter(|role| role.personne_id == personne_id).collect();
        if !manages(acces, &roles, personne_id) {
            return Err(not_yours());
        }
        for role in own.iter().filter(|_| fermee) {
            refuse_last(&roles, role)?;
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        if fermee {
            unite.deactivate_personne(personne_id).await.map_err(refuse)?;
            self.forget_coffres(personne_id);
        } else {
            unite.reactivate_personne(personne_id).await.map_err(refuse)?;
        }
        let acte = if fermee { "compte_ferme" } else { "compte_rouvert" };
        unite
            .trace(&[act(id, acte, None, json!({ "personne": personne_id }))])
            .await
            .map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// The centres whose conseillers read the whole centre.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn open_centres(&self) -> Result<BTreeSet<String>, Refus> {
        self.registry().centres_ouverts().await.map_err(refuse)
    }

    /// Whether every one of these roles is in the hands of a person with that access.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn may_give_all(
        &self,
        acces: &Acces,
        habilitations: &[Habilitation],
    ) -> Result<bool, Refus> {
        let hands = self.hands(acces).await?;
        Ok(habilitations.iter().all(|habilitation| hands.may(habilitation)))
    }

    /// What a person with that access may give now.
    pub(super) async fn hands<'a>(&self, acces: &'a Acces) -> Result<Mains<'a>, Refus> {
        let roles = self.registry().current_habilitations().await.map_err(refuse)?;
        Ok(Mains::new(acces, &roles))
    }

    pub(super) async fn check_gift(
        &self,
        acces: &Acces,
        habilitation: &Habilitation,
    ) -> Result<(), Refus> {
        self.hands(acces).await?.check(habilitation)
    }
}

/// Whether a person with that access manages the account of another: an administrator every one, a
/// director those whose roles are all in the own centres.
pub(super) fn manages(acces: &Acces, roles: &[HabilitationDonnee], personne_id: &str) -> bool {
    let mut own = roles.iter().filter(|role| role.personne_id == personne_id).peekable();
    let some = own.peek().is_some();
    let directed = own.all(|role| {
        let centre = role.habilitation.structure_id.as_deref();
        centre.is_some_and(|centre| acces.has_in(Role::Directeur, centre))
    });
    acces.has(Role::Administrateur) || (some && directed)
}

/// The network always has an administrator.
pub(super) fn refuse_last(
    roles: &[HabilitationDonnee],
    role: &HabilitationDonnee,
) -> Result<(), Refus> {
    let admins = roles.iter().filter(|role| role.habilitation.role == Role::Administrateur);
    if role.habilitation.role == Role::Administrateur && admins.count() <= 1 {
        let raison = "C'est le seul administrateur du réseau : donner d'abord ce rôle à une autre \
                      personne.";
        return Err(Refus(raison.to_owned()));
    }
    Ok(())
}
