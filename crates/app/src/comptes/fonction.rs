//! Functions: given and taken back, and the groups that they make. A function opens nothing: what it
//! says is who to turn to. It counts while its holder has a role in that centre.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use mallette_domain::acces::Acces;
use mallette_domain::fonction::{self, FONCTIONS, MAX_LIBELLE};
use mallette_domain::structure;
use serde_json::json;

use super::{Comptes, act, refuse};
use crate::port::Refus;

/// How the setting that holds the wording of a function of the network begins.
const PARAMETRE: &str = "fonction:";

/// A function that may be given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FonctionConnue {
    /// Its code.
    pub code: String,
    /// What pages call it.
    pub libelle: String,
    /// What one turns to its holder for; none for those that the network added.
    pub objet: Option<&'static str>,
}

/// A function that a person holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FonctionTenue {
    /// Its code.
    pub code: String,
    /// What pages call it.
    pub libelle: String,
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Who gave it, by name when known.
    pub donnee_par: String,
    /// When.
    pub donnee_le: Timestamp,
    /// Whether it counts: the person has a role in that centre today.
    pub compte: bool,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membre {
    /// Identifier of the person.
    pub personne_id: String,
    /// Name, as colleagues know it.
    pub nom: String,
    /// Mail address.
    pub courriel: String,
    /// I-MILO code of the centre in which the function is held.
    pub structure_id: String,
    /// Code of the function.
    pub code: String,
    /// What pages call it.
    pub libelle: String,
    /// Since when.
    pub depuis: Timestamp,
}

fn not_yours() -> Refus {
    crate::tentative::note(crate::tentative::Tentative::Acte);
    let raison = "Cette fonction n'est pas à votre main. Le directeur donne les fonctions dans son centre, \
                  l'administrateur régional dans tous.";
    Refus(raison.to_owned())
}

/// What pages call a function: its code once the network forgot its wording.
fn wording(known: &[FonctionConnue], code: &str) -> String {
    let found = known.iter().find(|known| known.code == code);
    found.map_or_else(|| code.to_owned(), |known| known.libelle.clone())
}

impl Comptes {
    /// The functions that may be given: those of everywhere, then those that the network added, by
    /// wording.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn fonctions(&self) -> Result<Vec<FonctionConnue>, Refus> {
        let mut known: Vec<FonctionConnue> = FONCTIONS
            .iter()
            .map(|known| FonctionConnue {
                code: known.code.to_owned(),
                libelle: known.libelle.to_owned(),
                objet: Some(known.objet),
            })
            .collect();
        let set = self.registry().parametres().await.map_err(refuse)?;
        let mut own: Vec<FonctionConnue> = set
            .into_iter()
            .filter(|set| set.structure_id.is_none())
            .filter_map(|set| {
                let code = set.cle.strip_prefix(PARAMETRE)?.to_owned();
                Some(FonctionConnue { code, libelle: set.valeur?, objet: None })
            })
            .collect();
        own.sort_by(|a, b| (&a.libelle, &a.code).cmp(&(&b.libelle, &b.code)));
        known.extend(own);
        Ok(known)
    }

    /// Adds a function of the network's own.
    ///
    /// # Errors
    /// When `par` does not run the installation, when the wording makes no code, is too long, or is
    /// that of a function known already.
    pub async fn add_fonction(&self, par: (&str, &Acces), libelle: &str) -> Result<(), Refus> {
        let (id, acces) = par;
        check_admin(acces)?;
        let libelle = libelle.split_whitespace().collect::<Vec<_>>().join(" ");
        let code = fonction::code_of(&libelle);
        let code = code.filter(|_| libelle.chars().count() <= MAX_LIBELLE).ok_or_else(|| {
            Refus(format!(
                "L'intitulé d'une fonction a de 3 à {MAX_LIBELLE} signes, dont des lettres : par exemple \
                 « Référent culture »."
            ))
        })?;
        let known = self.fonctions().await?;
        if let Some(found) = known.iter().find(|known| known.code == code) {
            return Err(Refus(format!("La fonction « {} » existe déjà.", found.libelle)));
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let cle = format!("{PARAMETRE}{code}");
        unite.set_parametre(&cle, None, Some(&libelle), id).await.map_err(refuse)?;
        let detail = json!({ "objet": code });
        unite.trace(&[act(id, "fonction_ajoutee", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Removes a function of the network's own, that nobody holds.
    ///
    /// # Errors
    /// When `par` does not run the installation, when it is one of everywhere, or when it is held.
    pub async fn remove_fonction(&self, par: (&str, &Acces), code: &str) -> Result<(), Refus> {
        let (id, acces) = par;
        check_admin(acces)?;
        let held = self.registry().fonction_members(code).await.map_err(refuse)?.len();
        if held > 0 {
            let raison = "Des personnes tiennent cette fonction : la leur retirer d'abord, depuis leur page.";
            return Err(Refus(raison.to_owned()));
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let cle = format!("{PARAMETRE}{code}");
        if !unite.set_parametre(&cle, None, None, id).await.map_err(refuse)? {
            let raison = "Cette fonction n'est pas de celles que le réseau a ajoutées.";
            return Err(Refus(raison.to_owned()));
        }
        let detail = json!({ "objet": code });
        unite.trace(&[act(id, "fonction_supprimee", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Who holds a function now, for what addresses the group: in these centres, or in every one when
    /// none is said. Members have an open account and a role in that centre today.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn members(
        &self,
        code: &str,
        centres: Option<&BTreeSet<String>>,
    ) -> Result<Vec<Membre>, Refus> {
        let mut all = self.all_members().await?;
        all.retain(|member| {
            member.code == code
                && centres.is_none_or(|centres| centres.contains(&member.structure_id))
        });
        Ok(all)
    }

    /// The directory that a person with that access reads: every group, in the order of the functions,
    /// then of the centres.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn directory(&self, acces: &Acces) -> Result<Vec<Membre>, Refus> {
        let mut all = self.all_members().await?;
        all.retain(|member| acces.reads_directory(&member.structure_id));
        Ok(all)
    }

    /// Keeps the trace of the directory taken away as a file.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn note_directory_file(&self, par: &str, format: &str) -> Result<(), Refus> {
        let mut unite = self.registry().begin_quiet(self.now()).await.map_err(refuse)?;
        let detail = json!({ "objet": format });
        unite.trace(&[act(par, "annuaire_fichier", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// The functions that a person holds, as who manages that account sees them: a director, those of
    /// the own centres.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn fonctions_of(
        &self,
        acces: &Acces,
        personne_id: &str,
    ) -> Result<Vec<FonctionTenue>, Refus> {
        let (known, present) = (self.fonctions().await?, self.present().await?);
        let people = self.registry().personnes().await.map_err(refuse)?;
        let name = |id: &str| {
            let found = people.iter().find(|known| known.id == id);
            found.map_or_else(|| id.to_owned(), |known| known.nom.clone())
        };
        let held = self.registry().fonctions_of(personne_id).await.map_err(refuse)?;
        let held = held.into_iter().filter(|held| held.retiree_le.is_none());
        let seen = held.filter(|held| acces.may_give_fonction(&held.structure_id));
        Ok(seen
            .map(|held| FonctionTenue {
                libelle: wording(&known, &held.code),
                compte: present
                    .get(personne_id)
                    .is_some_and(|centres| centres.contains(&held.structure_id)),
                donnee_par: name(&held.donnee_par),
                code: held.code,
                structure_id: held.structure_id,
                donnee_le: held.donnee_le,
            })
            .collect())
    }

    /// Gives a function to a person who has a role in that centre.
    ///
    /// # Errors
    /// When it is not in the hands of `par`, is unknown, is held already, or when the person has no
    /// role there.
    pub async fn give_fonction(
        &self,
        par: (&str, &Acces),
        personne_id: &str,
        (code, structure_id): (&str, &str),
    ) -> Result<(), Refus> {
        let (id, acces) = par;
        if !acces.may_give_fonction(structure_id) {
            return Err(not_yours());
        }
        if !self.fonctions().await?.iter().any(|known| known.code == code) {
            return Err(Refus("Choisir une fonction dans la liste.".to_owned()));
        }
        let present = self.present().await?;
        if !present.get(personne_id).is_some_and(|centres| centres.contains(structure_id)) {
            let raison = "Cette personne n'a pas de rôle dans ce centre aujourd'hui : une fonction se tient là \
                          où l'on travaille.";
            return Err(Refus(raison.to_owned()));
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let given = unite.give_fonction(personne_id, code, structure_id, id).await;
        if !given.map_err(refuse)? {
            return Err(Refus(
                "Cette personne tient déjà cette fonction dans ce centre.".to_owned(),
            ));
        }
        let detail = json!({ "personne": personne_id, "objet": code });
        let entry = act(id, "fonction_donnee", Some(structure_id), detail);
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Takes a function back.
    ///
    /// # Errors
    /// When it is not in the hands of `par`, or is not held.
    pub async fn take_back_fonction(
        &self,
        par: (&str, &Acces),
        personne_id: &str,
        (code, structure_id): (&str, &str),
    ) -> Result<(), Refus> {
        let (id, acces) = par;
        if !acces.may_give_fonction(structure_id) {
            return Err(not_yours());
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let taken = unite.take_back_fonction(personne_id, code, structure_id, id).await;
        if !taken.map_err(refuse)? {
            return Err(Refus("Cette fonction n'est plus tenue.".to_owned()));
        }
        let detail = json!({ "personne": personne_id, "objet": code });
        let entry = act(id, "fonction_retiree", Some(structure_id), detail);
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    async fn all_members(&self) -> Result<Vec<Membre>, Refus> {
        let (known, present) = (self.fonctions().await?, self.present().await?);
        let people = self.registry().personnes().await.map_err(refuse)?;
        let people: BTreeMap<&str, _> =
            people.iter().map(|known| (known.id.as_str(), known)).collect();
        let mut members = Vec::new();
        for held in self.registry().current_fonctions().await.map_err(refuse)? {
            let person = people.get(held.personne_id.as_str());
            let person = person.filter(|person| person.desactivee_le.is_none());
            let there = present.get(&held.personne_id);
            let there = there.is_some_and(|centres| centres.contains(&held.structure_id));
            let (Some(person), true) = (person, there) else { continue };
            members.push(Membre {
                personne_id: held.personne_id,
                nom: person.nom.clone(),
                courriel: person.courriel.clone(),
                libelle: wording(&known, &held.code),
                structure_id: held.structure_id,
                code: held.code,
                depuis: held.donnee_le,
            });
        }
        let rank = |code: &str| known.iter().position(|known| known.code == code);
        let name =
            |id: &str| structure::find(id).map_or_else(|| id.to_owned(), |s| s.nom.to_owned());
        members.sort_by_cached_key(|member| {
            let rank = rank(&member.code).unwrap_or(usize::MAX);
            (rank, member.code.clone(), name(&member.structure_id), member.nom.clone())
        });
        Ok(members)
    }

    /// The centres in which each person has a role today.
    async fn present(&self) -> Result<BTreeMap<String, BTreeSet<String>>, Refus> {
        let today = self.today();
        let mut present: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for role in self.registry().current_habilitations().await.map_err(refuse)? {
            if let Some(centre) = role.habilitation.structure_id.clone()
                && role.habilitation.holds_on(today)
            {
                present.entry(role.personne_id).or_default().insert(centre);
            }
        }
        Ok(present)
    }
}

/// Refuses who does not run the installation.
pub(crate) fn check_admin(acces: &Acces) -> Result<(), Refus> {
    if acces.has(mallette_domain::acces::Role::Administrateur) {
        return Ok(());
    }
    crate::tentative::note(crate::tentative::Tentative::Acte);
    Err(Refus("C'est à l'administrateur régional de le faire.".to_owned()))
}
