//! What a session opened: the keys of a person, by the password, and the centres of which that person
//! was given a share. Kept in memory only, as long as the session.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, MutexGuard, PoisonError};

use jiff::Timestamp;
use mallette_acces::cle_personnelle::{ClePersonnelle, Derivation};
use mallette_acces::mot_de_passe::Cout;
use mallette_domain::acces::Acces;
use mallette_registry::Scelle;
use mallette_warehouse::cles::{ClesPersonne, SecondeMoitie};
use zeroize::Zeroizing;

use super::cle::shares;
use super::connexion::Origine;
use super::{Comptes, SESSION, refuse};
use crate::port::{Ouverture, Refus};

/// What a session opened.
pub(super) struct Coffre {
    personne_id: String,
    moities: BTreeMap<String, SecondeMoitie>,
    cles: Ouverture,
    /// Forgotten then, whatever became of the session.
    expire: Timestamp,
}

/// Keys of a person, as they are stored: how the key that seals them was derived, then they.
pub(super) type Sealed = (String, Scelle);

/// The vaults of the sessions of this process, by fingerprint of their token.
pub(super) type Coffres = BTreeMap<String, Arc<Coffre>>;

pub(super) fn closed() -> Refus {
    let raison = "Le coffre de ce centre n'est pas ouvert dans cette session : l'ouvrir d'abord avec \
                  votre mot de passe.";
    Refus(raison.to_owned())
}

impl Comptes {
    fn coffres(&self) -> MutexGuard<'_, Coffres> {
        self.coffres.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens what the password of a person opens; makes the keys of a person of a centre who has
    /// none yet. None for who has no role in a centre.
    pub(super) async fn open_coffre(
        &self,
        personne_id: &str,
        acces: &Acces,
        mot_de_passe: &Zeroizing<String>,
    ) -> Result<Option<Coffre>, Refus> {
        if acces.centres().is_empty() {
            return Ok(None);
        }
        let keys = self.personal_keys(personne_id, mot_de_passe).await?;
        let (mut moities, mut trousseau) = (BTreeMap::new(), self.atelier.warehouse.trousseau());
        for part in self.registry().parts_of(personne_id).await.map_err(refuse)? {
            let id = &part.structure_id;
            // Who left the centre keeps a text that opens nothing here.
            if !acces.has_centre(id) {
                continue;
            }
            // A share of a half that was replaced since opens nothing: as if there were none.
            let opened = shares(&part.scelle).find_map(|share| {
                let half = keys.open_part(id, personne_id, share).ok()?;
                Some((self.atelier.warehouse.keys().unlock(id, &half).ok()?, half))
            });
            let Some((key, half)) = opened else { continue };
            moities.insert(id.clone(), half);
            trousseau.add(key);
        }
        let expire = self.now().checked_add(SESSION).map_err(refuse)?;
        let cles = Ouverture::new(trousseau);
        Ok(Some(Coffre { personne_id: personne_id.to_owned(), moities, cles, expire }))
    }

    /// The keys of a person, opened by the password; made now when there are none.
    async fn personal_keys(
        &self,
        personne_id: &str,
        mot_de_passe: &Zeroizing<String>,
    ) -> Result<ClesPersonne, Refus> {
        match self.registry().cle_personnelle(personne_id).await.map_err(refuse)? {
            Some(stored) => {
                let derivation: Derivation = stored.sel.parse().map_err(refuse)?;
                let key = self.derive(derivation, mot_de_passe).await?;
                ClesPersonne::open(key.octets(), personne_id, &stored.scelle.0).map_err(refuse)
            }
            None => {
                let keys = ClesPersonne::generate();
                let (sel, sealed) = self.seal_keys(personne_id, &keys, mot_de_passe).await?;
                let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
                unite.set_cle_personnelle(personne_id, &sel, &sealed).await.map_err(refuse)?;
                unite.commit().await.map_err(refuse)?;
                Ok(keys)
            }
        }
    }

    async fn derive(
        &self,
        derivation: Derivation,
        mot_de_passe: &Zeroizing<String>,
    ) -> Result<ClePersonnelle, Refus> {
        let password = mot_de_passe.clone();
        self.hacheur.run(move |_| derivation.derive(&password)).await.map_err(refuse)
    }

    /// The keys of a person sealed under a password, with what the key was derived with.
    async fn seal_keys(
        &self,
        personne_id: &str,
        keys: &ClesPersonne,
        mot_de_passe: &Zeroizing<String>,
    ) -> Result<Sealed, Refus> {
        let derivation = Derivation::generate(Cout::RECOMMANDE).map_err(refuse)?;
        let sel = derivation.to_string();
        let key = self.derive(derivation, mot_de_passe).await?;
        let sealed = keys.seal(key.octets(), personne_id).map_err(refuse)?;
        Ok((sel, Scelle(sealed)))
    }

    /// The keys of a person sealed again, for when the password that opens them changes: to be stored
    /// with it, so that one never goes without the other.
    pub(super) async fn reseal_keys(
        &self,
        personne_id: &str,
        present: &Zeroizing<String>,
        nouveau: &Zeroizing<String>,
    ) -> Result<Option<Sealed>, Refus> {
        if self.registry().cle_personnelle(personne_id).await.map_err(refuse)?.is_none() {
            return Ok(None);
        }
        let keys = self.personal_keys(personne_id, present).await?;
        self.seal_keys(personne_id, &keys, nouveau).await.map(Some)
    }

    /// New keys for a person whose password is chosen by a link, to be stored with it: whoever holds
    /// the link does not know the former password, so the former keys open no more, and the shares
    /// that they opened are lost to that person.
    pub(super) async fn new_keys(
        &self,
        personne_id: &str,
        nouveau: &Zeroizing<String>,
    ) -> Result<Option<Sealed>, Refus> {
        if self.registry().cle_personnelle(personne_id).await.map_err(refuse)?.is_none() {
            return Ok(None);
        }
        self.seal_keys(personne_id, &ClesPersonne::generate(), nouveau).await.map(Some)
    }

    /// Keeps what a session opened, and forgets what is over.
    pub(super) fn keep_coffre(&self, session: &str, coffre: Option<Arc<Coffre>>) {
        let now = self.now();
        let mut all = self.coffres();
        all.retain(|_, kept| kept.expire > now);
        if let Some(coffre) = coffre {
            all.insert(session.to_owned(), coffre);
        }
    }

    /// Takes what a session opened away from it.
    pub(super) fn take_coffre(&self, session: &str) -> Option<Arc<Coffre>> {
        self.coffres().remove(session)
    }

    pub(super) fn forget_coffres(&self, personne_id: &str) {
        self.coffres().retain(|_, kept| kept.personne_id != personne_id);
    }

    /// What the sessions of a person opened, but that one.
    pub(super) fn forget_coffres_but(&self, personne_id: &str, but: Option<&str>) {
        self.coffres().retain(|session, kept| {
            kept.personne_id != personne_id || Some(session.as_str()) == but
        });
    }

    fn coffre(&self, session: &str) -> Option<Arc<Coffre>> {
        self.coffres().get(session).cloned()
    }

    /// The keys that a session opened.
    pub(super) fn ouverture(&self, session: &str) -> Ouverture {
        self.coffre(session).map(|coffre| coffre.cles.clone()).unwrap_or_default()
    }

    /// The sessions of this process that opened that centre: fingerprint of the token, person, keys.
    pub(crate) fn sessions_holding(&self, structure_id: &str) -> Vec<(String, String, Ouverture)> {
        let all = self.coffres();
        let held = all.iter().filter(|(_, coffre)| coffre.cles.holds(structure_id));
        held.map(|(jeton, coffre)| (jeton.clone(), coffre.personne_id.clone(), coffre.cles.clone()))
            .collect()
    }

    /// The centres whose names the person may read, and that this session cannot open.
    pub(super) fn closed_centres(
        &self,
        acces: &Acces,
        cles: &Ouverture,
    ) -> Result<BTreeSet<String>, Refus> {
        let mut closed = BTreeSet::new();
        for id in acces.centres().into_iter().filter(|id| acces.names_of(id).is_some()) {
            if !cles.holds(id) && self.atelier.keeps_half(id)? {
                closed.insert(id.to_owned());
            }
        }
        Ok(closed)
    }

    /// Opens the vaults in a session that did not: the server was started again since, or a share
    /// was given meanwhile.
    ///
    /// # Errors
    /// When the password is not right.
    pub async fn unlock(
        &self,
        jeton: &str,
        mot_de_passe: Zeroizing<String>,
        origine: &Origine,
    ) -> Result<(), Refus> {
        let session = self.own_session(jeton).await?;
        let id = &session.personne_id;
        self.check_password(id, &mot_de_passe, origine).await?;
        let acces = self.acces(id).await?;
        let coffre = self.open_coffre(id, &acces, &mot_de_passe).await?;
        self.keep_coffre(&session.jeton, coffre.map(Arc::new));
        Ok(())
    }

    pub(super) fn half(&self, session: &str, structure_id: &str) -> Result<SecondeMoitie, Refus> {
        let coffre = self.coffre(session).ok_or_else(closed)?;
        coffre.moities.get(structure_id).cloned().ok_or_else(closed)
    }

    /// Adds a half to what a session opened.
    pub(super) fn hold(
        &self,
        session: &str,
        personne_id: &str,
        structure_id: &str,
        half: SecondeMoitie,
    ) -> Result<(), Refus> {
        let key = self.atelier.warehouse.keys().unlock(structure_id, &half).map_err(refuse)?;
        let before = self.coffre(session);
        let held = before.as_ref().map(|coffre| coffre.cles.clone()).unwrap_or_default();
        let mut trousseau = held.trousseau(|| self.atelier.warehouse.trousseau());
        trousseau.add(key);
        let mut moities = before.map(|coffre| coffre.moities.clone()).unwrap_or_default();
        moities.insert(structure_id.to_owned(), half);
        let expire = self.now().checked_add(SESSION).map_err(refuse)?;
        let cles = Ouverture::new(trousseau);
        let personne_id = personne_id.to_owned();
        let coffre = Coffre { personne_id, moities, cles, expire };
        self.keep_coffre(session, Some(Arc::new(coffre)));
        Ok(())
    }
}
