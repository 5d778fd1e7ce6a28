//! The charter of data entry as people live with it: the words for it, the versions that were served, what
//! changed from one to the next, and what each centre declares it does its own way.
//!
//! - [`mots`]: fields, values and levels in words;
//! - [`contenu`]: what a version freezes;
//! - [`ecarts`]: what changed from one version to another, word by word;
//! - [`recherche`]: finding an act by what is typed.
//!
//! The text itself is in the catalogue ([`mallette_catalogue::charte`]).

pub mod contenu;
pub mod ecarts;
pub mod mots;
pub mod recherche;

use mallette_catalogue::Catalogue;
pub use mallette_registry::{MAX_VARIANTE, Variante, VersionCharte};
use serde_json::json;

use crate::comptes::{Comptes, act, refuse};
use crate::port::Refus;
use crate::vie::Qui;
use contenu::Contenu;

/// A version of the charter, and what it said.
#[derive(Debug, Clone, PartialEq)]
pub struct VersionLue {
    /// What is said of it.
    pub version: VersionCharte,
    /// What it said.
    pub contenu: Contenu,
}

impl Comptes {
    /// Keeps the charter of that catalogue as a new version, unless the last one said the same; its
    /// number when it is new.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn keep_charte(
        &self,
        catalogue: &Catalogue,
        mallette: &str,
    ) -> Result<Option<i64>, Refus> {
        let contenu = Contenu::of(catalogue);
        let empreinte = contenu.empreinte()?;
        let known = self.charte_versions().await?;
        if known.first().is_some_and(|last| last.empreinte == empreinte) {
            return Ok(None);
        }
        let text = serde_json::to_string(&contenu).map_err(refuse)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let kept = unite.keep_charte(&empreinte, mallette, &text).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(kept)
    }

    /// Every version of the charter that was served, the last first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn charte_versions(&self) -> Result<Vec<VersionCharte>, Refus> {
        self.registry().charte_versions().await.map_err(refuse)
    }

    /// A version of the charter; none for an unknown number.
    ///
    /// # Errors
    /// When the registry does not answer, or when its content is not what was kept.
    pub async fn read_charte(&self, numero: i64) -> Result<Option<VersionLue>, Refus> {
        let Some((version, text)) = self.registry().charte_version(numero).await.map_err(refuse)?
        else {
            return Ok(None);
        };
        let damaged = || {
            let raison = "Cette version de la charte n'est plus celle qui a été gardée : elle n'est pas \
                          montrée. Prévenir l'administrateur, qui lancera « mallette verifier ».";
            Refus(raison.to_owned())
        };
        let contenu: Contenu = serde_json::from_str(&text).map_err(|_| damaged())?;
        if contenu.empreinte()? != version.empreinte {
            return Err(damaged());
        }
        Ok(Some(VersionLue { version, contenu }))
    }

    /// What centres declare now about an act, by centre: the last word of each, those that took theirs
    /// back left out.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn variantes_of(&self, acte: &str) -> Result<Vec<Variante>, Refus> {
        let mut held = self.charte_variantes().await?;
        held.retain(|variante| variante.acte == acte);
        Ok(held)
    }

    /// What every centre declares now, by centre and act.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn charte_variantes(&self) -> Result<Vec<Variante>, Refus> {
        let all = self.registry().charte_variantes().await.map_err(refuse)?;
        let mut last: Vec<Variante> = Vec::new();
        for variante in all {
            last.retain(|v| (&v.structure_id, &v.acte) != (&variante.structure_id, &variante.acte));
            last.push(variante);
        }
        last.retain(|variante| variante.texte.is_some());
        Ok(last)
    }

    /// Everything that a centre ever wrote about an act, the last first.
    ///
    /// # Errors
    /// When the registry does not answer.
    pub async fn variante_history(
        &self,
        structure_id: &str,
        acte: &str,
    ) -> Result<Vec<Variante>, Refus> {
        let mut all = self.registry().charte_variantes().await.map_err(refuse)?;
        all.retain(|variante| variante.structure_id == structure_id && variante.acte == acte);
        all.reverse();
        Ok(all)
    }

    /// Declares what a centre does its own way for an act, over the version that was read (zero for none);
    /// an empty text takes it back.
    ///
    /// # Errors
    /// When who asks is neither its référent nor its director, when the act is unknown, or when somebody
    /// else wrote since: nothing is then changed.
    pub async fn declare_variante(
        &self,
        qui: &Qui,
        structure_id: &str,
        acte: &str,
        (lue, texte): (i64, &str),
    ) -> Result<i64, Refus> {
        if !qui.assigns(structure_id) {
            let raison = "La variante d'un centre s'écrit par son référent ou par sa direction.";
            return Err(Refus(raison.to_owned()));
        }
        if self.atelier.catalogue().charte.acte(acte).is_none() {
            return Err(Refus("Cet acte n'est pas dans la charte.".to_owned()));
        }
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        let written = unite.write_variante(structure_id, acte, lue, texte, qui.id()).await;
        let version = written.map_err(refuse)?;
        let detail =
            json!({ "acte": acte, "version": version, "retrait": texte.trim().is_empty() });
        let mut entry = act(qui.id(), "charte_variante", Some(structure_id), detail);
        if *qui == Qui::Machine {
            entry.personne_id = None;
        }
        unite.trace(&[entry]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(version)
    }
}

#[cfg(test)]
mod tests;
