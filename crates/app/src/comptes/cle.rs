//! The second half of a centre's key, as its director decides of it: taken, shared, replaced, given up,
//! recovered by a phrase.
//!
//! A person of a centre has a pair of keys, the secret one sealed under the password. Once the
//! director took the key of the centre, its names open only in the sessions of those who were given a
//! share: neither the master key nor an administrator opens them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use mallette_domain::acces::Role;
use mallette_registry::Scelle;
use mallette_warehouse::cles::{
    CleError, PhraseSecours, SecondeMoitie, hand_on_part, open_part, seal_part,
};
use serde_json::json;
use zeroize::Zeroizing;

use super::coffre::closed;
use super::connexion::Origine;
use super::{Comptes, act, refuse};
use crate::port::Refus;
use crate::visiteur::Personne;

/// Under whose name the share of the recovery phrase is sealed.
const SECOURS: &str = "phrase de secours";

/// How the key of a centre is kept, for its director.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EtatCoffre {
    /// I-MILO code of the centre.
    pub structure_id: String,
    /// Whether a second half is asked for.
    pub partagee: bool,
    /// Whether this session opened it.
    pub ouvert: bool,
    /// Since when, and who decided.
    pub depuis: Option<(Timestamp, String)>,
    /// Who holds a share, by name.
    pub porteurs: Vec<String>,
    /// Who reads names by their role and has no share, by name; whether one may be given now, which
    /// asks that they signed in once.
    pub sans_part: Vec<(String, bool)>,
}

fn not_director() -> Refus {
    crate::tentative::note(crate::tentative::Tentative::Acte);
    let raison = "La clé d'un centre est aux mains de son directeur : lui seul la prend, la partage ou \
                  y renonce.";
    Refus(raison.to_owned())
}

/// What a half to come is handed on by.
struct Partage {
    /// A share for each person, by identifier.
    parts: Vec<(String, String)>,
    /// The share of the recovery phrase.
    secours: String,
    /// Who has a share of the half in force, and none of this one.
    sans: Vec<String>,
    phrase: Zeroizing<String>,
}

/// A share, with the one that it is to replace.
fn beside(part: &str, old: Option<&Scelle>) -> Scelle {
    Scelle(old.map_or_else(|| part.to_owned(), |old| format!("{part} {}", old.0)))
}

/// The shares of a stored text: one, or two and more when a replacement was cut.
pub(super) fn shares(stored: &Scelle) -> impl Iterator<Item = &str> {
    stored.0.split_whitespace()
}

impl Comptes {
    /// How the keys of the centres that a person directs are kept.
    ///
    /// # Errors
    /// When the registry does not answer, or a key cannot be read.
    pub async fn key_states(&self, par: &Personne, jeton: &str) -> Result<Vec<EtatCoffre>, Refus> {
        let session = self.own_session(jeton).await?;
        let cles = self.ouverture(&session.jeton);
        let mut states = Vec::new();
        for id in par.acces.centres().into_iter().filter(|id| par.acces.has_in(Role::Directeur, id))
        {
            let known = self.registry().cle_centre(id).await.map_err(refuse)?;
            let partagee = self.atelier.keeps_half(id)?;
            let (mut porteurs, mut sans_part) = (Vec::new(), Vec::new());
            for (reader, nom, giveable) in self.readers(id).await? {
                let part = self.registry().part(id, &reader).await.map_err(refuse)?;
                match part.is_some() && partagee {
                    true => porteurs.push(nom),
                    false => sans_part.push((nom, giveable)),
                }
            }
            let depuis = match known.filter(|_| partagee) {
                Some(known) => {
                    let by = self.registry().personne(&known.par).await.map_err(refuse)?;
                    Some((known.le, by.map_or(known.par, |by| by.nom)))
                }
                None => None,
            };
            let structure_id = id.to_owned();
            let ouvert = cles.holds(id);
            states.push(EtatCoffre { structure_id, partagee, ouvert, depuis, porteurs, sans_part });
        }
        Ok(states)
    }

    /// Who reads names of a centre by a role that holds: identifier, name, and whether a share may be
    /// handed on.
    async fn readers(&self, structure_id: &str) -> Result<Vec<(String, String, bool)>, Refus> {
        let today = self.today();
        let roles = self.registry().habilitations_in(structure_id).await.map_err(refuse)?;
        let holding: BTreeSet<String> = roles
            .into_iter()
            .filter(|role| role.habilitation.holds_on(today))
            .map(|role| role.personne_id)
            .collect();
        let mut readers = Vec::new();
        for id in holding {
            let Some(known) = self.registry().personne(&id).await.map_err(refuse)? else {
                continue;
            };
            if known.desactivee_le.is_none() {
                let keys = self.registry().cle_personnelle(&id).await.map_err(refuse)?;
                readers.push((id, known.nom, keys.is_some()));
            }
        }
        readers.sort_by(|a, b| a.1.cmp(&b.1).then_with(|| a.0.cmp(&b.0)));
        Ok(readers)
    }

    /// Takes the key of a centre: from then on its names open only in the sessions of its people.
    /// Gives the recovery phrase, shown once.
    ///
    /// # Errors
    /// When `par` does not direct the centre, or its key already takes a half.
    pub async fn take_key(
        &self,
        par: &Personne,
        jeton: &str,
        structure_id: &str,
    ) -> Result<Zeroizing<String>, Refus> {
        let session = self.check_director(par, jeton, structure_id).await?;
        if self.atelier.keeps_half(structure_id)? {
            return Err(Refus("La clé de ce centre est déjà aux mains de ses gens.".to_owned()));
        }
        // The key of a centre exists from its first import on: taken before, it is made now.
        self.atelier.warehouse.trousseau().get_or_create(structure_id).map_err(refuse)?;
        let half = SecondeMoitie::generate().map_err(refuse)?;
        let partage = self.prepare(par, structure_id, &half).await?;
        self.atelier.warehouse.keys().split(structure_id, &half).map_err(refuse)?;
        self.hold(&session, &par.id, structure_id, half)?;
        self.settle(par, structure_id, partage, "cle_prise").await
    }

    /// Replaces the second half, when somebody leaves: the former shares open nothing any more.
    /// Gives the new recovery phrase, shown once.
    ///
    /// # Errors
    /// When `par` does not direct the centre, or the session did not open it.
    pub async fn replace_half(
        &self,
        par: &Personne,
        jeton: &str,
        structure_id: &str,
    ) -> Result<Zeroizing<String>, Refus> {
        let session = self.check_director(par, jeton, structure_id).await?;
        let old = self.half(&session, structure_id)?;
        let new = SecondeMoitie::generate().map_err(refuse)?;
        let partage = self.prepare(par, structure_id, &new).await?;
        self.atelier.warehouse.keys().resplit(structure_id, &old, &new).map_err(refuse)?;
        self.hold(&session, &par.id, structure_id, new)?;
        self.settle(par, structure_id, partage, "moitie_remplacee").await
    }

    /// Gives the second half up: the master key opens the names again.
    ///
    /// # Errors
    /// When `par` does not direct the centre, or the session did not open it.
    pub async fn renounce(
        &self,
        par: &Personne,
        jeton: &str,
        structure_id: &str,
    ) -> Result<(), Refus> {
        let session = self.check_director(par, jeton, structure_id).await?;
        let half = self.half(&session, structure_id)?;
        self.atelier.warehouse.keys().join(structure_id, &half).map_err(refuse)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.set_cle_centre(structure_id, false, None, &par.id).await.map_err(refuse)?;
        let entry = act(&par.id, "cle_rendue", Some(structure_id), json!({}));
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Hands a share on to each person who reads names of the centre and has none; how many.
    ///
    /// # Errors
    /// When `par` does not direct the centre, or the session did not open it.
    pub async fn give_parts(
        &self,
        par: &Personne,
        jeton: &str,
        structure_id: &str,
    ) -> Result<usize, Refus> {
        let session = self.check_director(par, jeton, structure_id).await?;
        let half = self.half(&session, structure_id)?;
        let held = self.registry().parts_in(structure_id).await.map_err(refuse)?;
        let mut parts = self.parts_for(structure_id, &half).await?;
        parts.retain(|(id, _)| held.iter().all(|part| part.personne_id != *id));
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        for (id, part) in &parts {
            let part = Scelle(part.clone());
            unite.put_part(structure_id, id, &part, &par.id).await.map_err(refuse)?;
        }
        let given: Vec<&String> = parts.iter().map(|(id, _)| id).collect();
        let detail = json!({ "personnes": given });
        let entry = act(&par.id, "parts_remises", Some(structure_id), detail);
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(parts.len())
    }

    /// Opens a centre with its recovery phrase, when every share is lost, and gives `par` a share.
    ///
    /// # Errors
    /// When `par` does not direct the centre, or the phrase is not that of the half in force.
    pub async fn recover(
        &self,
        par: &Personne,
        jeton: &str,
        structure_id: &str,
        phrase: &str,
        origine: &Origine,
    ) -> Result<(), Refus> {
        let session = self.check_director(par, jeton, structure_id).await?;
        let key = format!("phrase:{structure_id}");
        self.refuse_guessing(&key, origine).await?;
        let known = self.registry().cle_centre(structure_id).await.map_err(refuse)?;
        let sealed = known.and_then(|known| known.secours);
        let sealed =
            sealed.ok_or_else(|| Refus("Ce centre n'a pas de phrase de secours.".into()))?;
        let opened = PhraseSecours::parse(phrase).map_err(refuse).and_then(|phrase| {
            let open = |part| open_part(&phrase.key(), structure_id, SECOURS, part);
            let mut opened = shares(&sealed).map(open);
            let first = opened.next().unwrap_or_else(|| Err(CleError::Part(structure_id.into())));
            first.or_else(|error| opened.find_map(Result::ok).ok_or(error)).map_err(refuse)
        });
        let half = match opened {
            Ok(half) => half,
            Err(refus) => {
                self.note_failure(&key, origine).await?;
                return Err(refus);
            }
        };
        self.hold(&session, &par.id, structure_id, half)?;
        let half = self.half(&session, structure_id)?;
        let own = self.registry().cle_personnelle(&par.id).await.map_err(refuse)?;
        let own = own.ok_or_else(closed)?;
        let part = hand_on_part(&own.scelle.0, structure_id, &par.id, &half).map_err(refuse)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.put_part(structure_id, &par.id, &Scelle(part), &par.id).await.map_err(refuse)?;
        let entry = act(&par.id, "phrase_employee", Some(structure_id), json!({}));
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Stores the shares of a half to come, for everybody who reads names of the centre and for the
    /// recovery phrase, beside those of the half in force: dead in between, one of the two opens.
    async fn prepare(
        &self,
        par: &Personne,
        structure_id: &str,
        half: &SecondeMoitie,
    ) -> Result<Partage, Refus> {
        let parts = self.parts_for(structure_id, half).await?;
        if !parts.iter().any(|(id, _)| *id == par.id) {
            let raison = "Vos clés personnelles ne sont pas encore faites : se déconnecter, se \
                          reconnecter avec le mot de passe, puis recommencer.";
            return Err(Refus(raison.to_owned()));
        }
        let phrase = PhraseSecours::generate().map_err(refuse)?;
        let secours = seal_part(&phrase.key(), structure_id, SECOURS, half).map_err(refuse)?;
        let former = self.registry().parts_in(structure_id).await.map_err(refuse)?;
        let known = self.registry().cle_centre(structure_id).await.map_err(refuse)?;
        let before = known.and_then(|known| known.secours);
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        for (id, part) in &parts {
            let old = former.iter().find(|old| old.personne_id == *id).map(|old| &old.scelle);
            let both = beside(part, old);
            unite.put_part(structure_id, id, &both, &par.id).await.map_err(refuse)?;
        }
        let both = beside(&secours, before.as_ref());
        unite.set_cle_centre(structure_id, true, Some(&both), &par.id).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        let sans: Vec<String> = former
            .into_iter()
            .map(|old| old.personne_id)
            .filter(|id| parts.iter().all(|(kept, _)| kept != id))
            .collect();
        Ok(Partage { parts, secours, sans, phrase: phrase.to_text() })
    }

    /// Keeps the shares of the half now in force alone; gives the recovery phrase.
    async fn settle(
        &self,
        par: &Personne,
        structure_id: &str,
        partage: Partage,
        acte: &str,
    ) -> Result<Zeroizing<String>, Refus> {
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        for (id, part) in partage.parts {
            unite.put_part(structure_id, &id, &Scelle(part), &par.id).await.map_err(refuse)?;
        }
        let secours = Scelle(partage.secours);
        unite.set_cle_centre(structure_id, true, Some(&secours), &par.id).await.map_err(refuse)?;
        for id in partage.sans {
            unite.remove_part(structure_id, &id, &par.id).await.map_err(refuse)?;
        }
        let entry = act(&par.id, acte, Some(structure_id), json!({}));
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(partage.phrase)
    }

    /// A share for each person who reads names of the centre and has keys.
    async fn parts_for(
        &self,
        structure_id: &str,
        half: &SecondeMoitie,
    ) -> Result<Vec<(String, String)>, Refus> {
        let mut parts = Vec::new();
        for (id, _, _) in self.readers(structure_id).await? {
            if let Some(keys) = self.registry().cle_personnelle(&id).await.map_err(refuse)? {
                let part = hand_on_part(&keys.scelle.0, structure_id, &id, half).map_err(refuse)?;
                parts.push((id, part));
            }
        }
        Ok(parts)
    }

    async fn check_director(
        &self,
        par: &Personne,
        jeton: &str,
        structure_id: &str,
    ) -> Result<String, Refus> {
        if !par.acces.has_in(Role::Directeur, structure_id) {
            return Err(not_director());
        }
        Ok(self.own_session(jeton).await?.jeton)
    }
}
