//! Each line of a list of accounts compared with the accounts, the roles and the invitations that are
//! there. Nothing is written here.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mallette_domain::acces::{Acces, Habilitation, Role};
use mallette_registry::{HabilitationDonnee, Personne};

use super::lecture::{Colonne, Demande, Liste};
use super::plan::{Existant, Geste, LignePrevue, Plan, Retrait, Suite};
use crate::comptes::habilitation::{Mains, not_yours, refuse_last};
use crate::port::Refus;

/// Compares a list with what is there, for a person with that access, on that day.
pub(super) fn prepare(
    liste: &Liste,
    existant: &Existant,
    (par, acces): (&str, &Acces),
    jour: Date,
    retraits: bool,
) -> Plan {
    let held = existant.fonctions.iter();
    let mut travail = Travail {
        liste,
        existant,
        par,
        acces,
        jour,
        mains: Mains::new(acces, &existant.roles),
        fonctions: held
            .map(|held| (held.personne_id.clone(), held.code.clone(), held.structure_id.clone()))
            .collect(),
        tenus: by_person(&existant.roles),
        pris: BTreeSet::new(),
        suites: vec![None; liste.demandes.len()],
        gestes: Vec::new(),
    };
    let mut groupes: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut ordre = Vec::new();
    for (rang, demande) in liste.demandes.iter().enumerate() {
        let groupe = groupes.entry(&demande.courriel).or_default();
        if groupe.is_empty() {
            ordre.push(demande.courriel.as_str());
        }
        groupe.push(rang);
    }
    for courriel in ordre {
        let rangs = travail.sort_out(groupes.get(courriel).map_or(&[], Vec::as_slice));
        match existant.personnes.get(courriel) {
            Some(personne) => travail.give(personne, &rangs),
            None => travail.invite(courriel, &rangs),
        }
    }
    travail.finish(retraits)
}

fn by_person(roles: &[HabilitationDonnee]) -> BTreeMap<&str, Vec<&HabilitationDonnee>> {
    let mut tenus: BTreeMap<&str, Vec<&HabilitationDonnee>> = BTreeMap::new();
    for role in roles {
        tenus.entry(&role.personne_id).or_default().push(role);
    }
    tenus
}

/// What is being worked out.
struct Travail<'a> {
    liste: &'a Liste,
    existant: &'a Existant,
    par: &'a str,
    acces: &'a Acces,
    jour: Date,
    mains: Mains<'a>,
    fonctions: BTreeSet<(String, String, String)>,
    tenus: BTreeMap<&'a str, Vec<&'a HabilitationDonnee>>,
    /// Ranks of the roles held that a line gives.
    pris: BTreeSet<i64>,
    suites: Vec<Option<Suite>>,
    gestes: Vec<Geste>,
}

fn refused(Refus(raison): Refus) -> Suite {
    Suite::Refus { colonne: None, valeur: String::new(), raison }
}

impl<'a> Travail<'a> {
    fn demande(&self, rang: usize) -> Option<&'a Demande> {
        self.liste.demandes.get(rang)
    }

    fn settle(&mut self, rang: usize, suite: Suite) {
        if let Some(place) = self.suites.get_mut(rang) {
            *place = Some(suite);
        }
    }

    /// The lines of one address that are to be looked at further: neither of others' centres, nor
    /// under two names, nor twice the same.
    fn sort_out(&mut self, rangs: &[usize]) -> Vec<usize> {
        let mut kept: Vec<usize> = Vec::new();
        for &rang in rangs {
            let Some(demande) = self.demande(rang) else { continue };
            let before = kept.iter().filter_map(|&rang| self.demande(rang));
            let mut before = before.collect::<Vec<_>>().into_iter();
            let suite = if !self.sees(&demande.habilitation) {
                // Said before anything is compared: whether the account exists is not shown.
                Some(refused(not_yours()))
            } else if let Some(first) =
                before.clone().find(|other| other.nom.to_lowercase() != demande.nom.to_lowercase())
            {
                Some(Suite::Refus {
                    colonne: Some(Colonne::Nom.libelle()),
                    valeur: demande.nom.clone(),
                    raison: format!(
                        "La même adresse porte un autre nom à la ligne {}.",
                        first.ligne
                    ),
                })
            } else {
                let same = before.find(|other| {
                    other.habilitation == demande.habilitation
                        && demande.fonctions.iter().all(|code| other.fonctions.contains(code))
                });
                same.map(|same| Suite::Doublon(same.ligne))
            };
            match suite {
                Some(suite) => self.settle(rang, suite),
                None => kept.push(rang),
            }
        }
        kept
    }

    /// Whether who asks manages the place of that role, and so may learn who holds it.
    fn sees(&self, habilitation: &Habilitation) -> bool {
        let centre = habilitation.structure_id.as_deref();
        self.acces.has(Role::Administrateur)
            || centre.is_some_and(|centre| self.acces.has_in(Role::Directeur, centre))
    }

    /// Whether a role is the one asked for: what the file has no column for counts as equal.
    fn same(&self, held: &Habilitation, asked: &Habilitation, dates: bool) -> bool {
        let told = |colonne| self.liste.colonnes.contains(&colonne);
        held.role == asked.role
            && held.structure_id == asked.structure_id
            && (!told(Colonne::Conseiller) || held.conseiller_id == asked.conseiller_id)
            && (!dates || !told(Colonne::Debut) || held.debut == asked.debut)
            && (!dates || !told(Colonne::Fin) || held.fin == asked.fin)
    }

    /// The role asked for, with what the file has no column for taken from the role held.
    fn merged(&self, held: &Habilitation, asked: &Habilitation) -> Habilitation {
        let told = |colonne| self.liste.colonnes.contains(&colonne);
        let mut merged = asked.clone();
        if !told(Colonne::Conseiller) {
            merged.conseiller_id.clone_from(&held.conseiller_id);
        }
        if !told(Colonne::Debut) {
            merged.debut = held.debut;
        }
        if !told(Colonne::Fin) {
            merged.fin = held.fin;
        }
        merged
    }

    /// Refuses a role that is over, or is not in the hands of who asks.
    fn check(&self, habilitation: &Habilitation) -> Result<(), Suite> {
        if let Some(fin) = habilitation.fin.filter(|fin| *fin < self.jour) {
            return Err(Suite::Refus {
                colonne: Some(Colonne::Fin.libelle()),
                valeur: fin.to_string(),
                raison: "Cette fin est passée : le rôle n'ouvrirait rien.".to_owned(),
            });
        }
        self.mains.check(habilitation).map_err(refused)
    }

    /// Lines about an account that is there.
    fn give(&mut self, personne: &'a Personne, rangs: &[usize]) {
        let tenus = self.tenus.get(personne.id.as_str()).cloned().unwrap_or_default();
        let mut rest = Vec::new();
        for &rang in rangs {
            let Some(demande) = self.demande(rang) else { continue };
            let held = tenus.iter().find(|held| {
                self.same(&held.habilitation, &demande.habilitation, true)
                    && !self.pris.contains(&held.rang)
            });
            match held {
                Some(held) => {
                    self.pris.insert(held.rang);
                    let added = self.add_functions(personne, demande);
                    self.settle(rang, if added { Suite::Fonctions } else { Suite::Deja });
                }
                None => rest.push(rang),
            }
        }
        for rang in rest {
            let Some(demande) = self.demande(rang) else { continue };
            let suite = self.give_role(personne, &tenus, demande).unwrap_or_else(|suite| suite);
            self.settle(rang, suite);
        }
    }

    fn give_role(
        &mut self,
        personne: &Personne,
        tenus: &[&HabilitationDonnee],
        demande: &Demande,
    ) -> Result<Suite, Suite> {
        let asked = &demande.habilitation;
        if personne.desactivee_le.is_some() {
            let raison = "Ce compte est fermé : le rouvrir d'abord depuis sa fiche.";
            return Err(refused(Refus(raison.to_owned())));
        }
        if personne.id == self.par {
            return Err(refused(not_yours()));
        }
        let lives = |held: &Habilitation| held.fin.is_none_or(|fin| self.jour <= fin);
        let changed = tenus.iter().find(|held| {
            self.same(&held.habilitation, asked, false)
                && lives(&held.habilitation)
                && !self.pris.contains(&held.rang)
        });
        let personne_id = personne.id.clone();
        let Some(held) = changed else {
            self.check(asked)?;
            self.mains.note(asked);
            self.gestes.push(Geste::Donner { personne_id, habilitation: asked.clone() });
            self.add_functions(personne, demande);
            return Ok(Suite::Ajout);
        };
        let merged = self.merged(&held.habilitation, asked);
        self.check(&merged)?;
        if !self.mains.may(&held.habilitation) {
            return Err(refused(not_yours()));
        }
        refuse_last(&self.existant.roles, held).map_err(refused)?;
        self.pris.insert(held.rang);
        let habilitation = held.habilitation.clone();
        let rang = held.rang;
        self.gestes.push(Geste::Retirer { rang, personne_id: personne_id.clone(), habilitation });
        self.gestes.push(Geste::Donner { personne_id, habilitation: merged });
        self.add_functions(personne, demande);
        Ok(Suite::Dates)
    }

    /// Adds the functions that the person does not hold; whether there were some.
    fn add_functions(&mut self, personne: &Personne, demande: &Demande) -> bool {
        let Some(centre) = &demande.habilitation.structure_id else { return false };
        let mut added = false;
        for code in &demande.fonctions {
            let held = (personne.id.clone(), code.clone(), centre.clone());
            if self.fonctions.insert(held) {
                added = true;
                self.gestes.push(Geste::Fonction {
                    personne_id: personne.id.clone(),
                    code: code.clone(),
                    structure_id: centre.clone(),
                });
            }
        }
        added
    }

    /// Lines about a person who has no account: one invitation for all of them.
    fn invite(&mut self, courriel: &str, rangs: &[usize]) {
        let waiting = self.existant.invitations.get(courriel).map_or(&[][..], Vec::as_slice);
        let mut roles: Vec<Habilitation> = Vec::new();
        let mut fonctions: Vec<(String, String)> = Vec::new();
        for attente in waiting {
            roles.extend(attente.roles.iter().cloned());
            fonctions.extend(attente.fonctions.iter().cloned());
        }
        let replaces = waiting.iter().flat_map(|attente| &attente.roles);
        let replaceable = replaces.clone().all(|role| self.mains.may(role));
        let (mut added, mut nom) = (false, None);
        for &rang in rangs {
            let Some(demande) = self.demande(rang) else { continue };
            let asked = &demande.habilitation;
            let waits = replaces.clone().any(|waits| self.same(waits, asked, true));
            let new: Vec<(String, String)> = demande
                .fonctions
                .iter()
                .filter_map(|code| Some((code.clone(), asked.structure_id.clone()?)))
                .filter(|fonction| !fonctions.contains(fonction))
                .collect();
            let suite = if waits && new.is_empty() {
                Suite::Attente
            } else if !waiting.is_empty() && !replaceable {
                let raison = "Une invitation avec d'autres rôles attend déjà cette adresse, et elle \
                              n'est pas à votre main : attendre qu'elle soit acceptée.";
                refused(Refus(raison.to_owned()))
            } else {
                match self.check(asked) {
                    Err(suite) => suite,
                    Ok(()) => {
                        self.mains.note(asked);
                        if !waits {
                            roles.push(asked.clone());
                        }
                        fonctions.extend(new);
                        added = true;
                        nom.get_or_insert_with(|| demande.nom.clone());
                        match waiting.is_empty() {
                            true => Suite::Invitation,
                            false => Suite::Remplacement,
                        }
                    }
                }
            };
            self.settle(rang, suite);
        }
        if added {
            self.gestes.push(Geste::Inviter {
                nom: nom.unwrap_or_default(),
                courriel: courriel.to_owned(),
                roles,
                fonctions,
                remplace: waiting.iter().map(|attente| attente.cle.clone()).collect(),
            });
        }
    }

    fn finish(mut self, retraits: bool) -> Plan {
        let read = self.liste.demandes.iter().zip(std::mem::take(&mut self.suites));
        let lignes = read.map(|(demande, suite)| LignePrevue {
            ligne: demande.ligne,
            courriel: demande.courriel.clone(),
            nom: demande.nom.clone(),
            habilitation: Some(demande.habilitation.clone()),
            fonctions: demande.fonctions.clone(),
            suite: suite.unwrap_or(Suite::Deja),
        });
        let faults = self.liste.fautes.iter().map(|faute| LignePrevue {
            ligne: faute.ligne,
            courriel: faute.courriel.clone(),
            nom: String::new(),
            habilitation: None,
            fonctions: Vec::new(),
            suite: Suite::Refus {
                colonne: Some(faute.colonne),
                valeur: faute.valeur.clone(),
                raison: faute.raison.clone(),
            },
        });
        let mut lignes: Vec<LignePrevue> = lignes.chain(faults).collect();
        lignes.sort_by_key(|ligne| ligne.ligne);
        let mut plan = Plan { lignes, retraits: Vec::new(), gestes: Vec::new() };
        // A line that was not read might be the one that keeps a role.
        if plan.refused() == 0 {
            for role in self.missing() {
                let known = self.existant.personnes.values().find(|p| p.id == role.personne_id);
                plan.retraits.push(Retrait {
                    nom: known.map(|known| known.nom.clone()).unwrap_or_default(),
                    courriel: known.map(|known| known.courriel.clone()).unwrap_or_default(),
                    habilitation: role.habilitation.clone(),
                });
                if retraits {
                    self.gestes.push(Geste::Retirer {
                        rang: role.rang,
                        personne_id: role.personne_id.clone(),
                        habilitation: role.habilitation.clone(),
                    });
                }
            }
        }
        plan.gestes = self.gestes;
        plan
    }

    /// Roles that the list is about and does not give: those of its centres; of the network, those of
    /// the same kind.
    fn missing(&self) -> Vec<&'a HabilitationDonnee> {
        let (mut centres, mut network) = (BTreeSet::new(), BTreeSet::new());
        for demande in &self.liste.demandes {
            match &demande.habilitation.structure_id {
                Some(centre) => drop(centres.insert(centre.as_str())),
                None => drop(network.insert(demande.habilitation.role)),
            }
        }
        let about = |role: &Habilitation| match &role.structure_id {
            Some(centre) => centres.contains(centre.as_str()),
            None => network.contains(&role.role),
        };
        let over = |role: &Habilitation| role.fin.is_some_and(|fin| fin < self.jour);
        let missing = self.existant.roles.iter().filter(|role| {
            let held = &role.habilitation;
            about(held)
                && !over(held)
                && !self.pris.contains(&role.rang)
                && role.personne_id != self.par
                && self.mains.may(held)
        });
        missing.collect()
    }
}

#[cfg(test)]
#[path = "comparaison_tests.rs"]
mod tests;
