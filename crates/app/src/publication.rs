//! Figures published to funders: frozen once shown, small counts kept secret, never live data, never
//! a conseiller, never a name.
//!
//! - [`contenu`]: what is frozen, as it is stored;
//! - [`tirage`]: how it is drawn from the figures of the moment;
//! - `voile`: what stays secret of it, beside what was published before (`anterieures`).
//!
//! A publication is written once; imports, campaigns and the catalogue may change, it does not. It is
//! withdrawn with a reason, which stays, its figures no longer shown.

mod anterieures;
pub mod contenu;
pub mod tirage;
mod voile;

use mallette_domain::acces::{Acces, Exigence};
use mallette_registry::NouvellePublication;
pub use mallette_registry::Publication;
use serde_json::json;

use crate::comptes::{Comptes, act, new_id, refuse};
use crate::port::Refus;
use contenu::Contenu;

/// A publication as it is read.
#[derive(Debug, Clone, PartialEq)]
pub struct Lue {
    /// What is said of it.
    pub publication: Publication,
    /// Its figures; none once it is withdrawn.
    pub contenu: Option<Contenu>,
}

impl Comptes {
    /// Publishes figures to funders; the identifier of the publication.
    ///
    /// # Errors
    /// When `par` does not read the network, or the title is missing.
    pub async fn publish(
        &self,
        par: (&str, &Acces),
        titre: &str,
        contenu: &Contenu,
    ) -> Result<String, Refus> {
        check(par.1, Exigence::Reseau)?;
        let new = NouvellePublication {
            id: new_id()?,
            titre: titre.to_owned(),
            contenu: serde_json::to_string(contenu).map_err(refuse)?,
            empreinte: contenu.empreinte()?,
            par: par.0.to_owned(),
        };
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.publish(&new).await.map_err(refuse)?;
        let detail = json!({ "publication": new.id, "empreinte": new.empreinte });
        unite.trace(&[act(par.0, "publication", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)?;
        Ok(new.id)
    }

    /// Withdraws a publication.
    ///
    /// # Errors
    /// When `par` does not read the network, when there is no reason, or when it is withdrawn
    /// already.
    pub async fn withdraw(&self, par: (&str, &Acces), id: &str, motif: &str) -> Result<(), Refus> {
        check(par.1, Exigence::Reseau)?;
        let mut unite = self.registry().begin(self.now()).await.map_err(refuse)?;
        unite.withdraw_publication(id, motif, par.0).await.map_err(refuse)?;
        let detail = json!({ "publication": id });
        unite.trace(&[act(par.0, "publication_retiree", None, detail)]).await.map_err(refuse)?;
        unite.commit().await.map_err(refuse)
    }

    /// Every publication, the last first, those withdrawn included.
    ///
    /// # Errors
    /// When they are not open to `acces`, or the registry does not answer.
    pub async fn publications(&self, acces: &Acces) -> Result<Vec<Publication>, Refus> {
        check(acces, Exigence::Publications)?;
        self.registry().publications().await.map_err(refuse)
    }

    /// What every publication held, those withdrawn included: they were read, and the next one must not be
    /// subtracted from them.
    ///
    /// # Errors
    /// When they are not open to `acces`, or when the figures of one are no longer those that were published:
    /// what the public knows is then not known.
    pub async fn published(&self, acces: &Acces) -> Result<Vec<Contenu>, Refus> {
        check(acces, Exigence::Reseau)?;
        let mut contenus = Vec::new();
        for known in self.registry().publications().await.map_err(refuse)? {
            let found = self.registry().publication(&known.id).await.map_err(refuse)?;
            if let Some((publication, text)) = found {
                contenus.push(read_content(&publication, &text)?);
            }
        }
        Ok(contenus)
    }

    /// The publication of that identifier; none when there is none such.
    ///
    /// # Errors
    /// When publications are not open to `acces`, or when its figures are not those that were
    /// published.
    pub async fn read_publication(&self, acces: &Acces, id: &str) -> Result<Option<Lue>, Refus> {
        check(acces, Exigence::Publications)?;
        let Some((publication, text)) = self.registry().publication(id).await.map_err(refuse)?
        else {
            return Ok(None);
        };
        if publication.retiree_le.is_some() {
            return Ok(Some(Lue { publication, contenu: None }));
        }
        let contenu = read_content(&publication, &text)?;
        Ok(Some(Lue { publication, contenu: Some(contenu) }))
    }
}

/// The figures of a publication, when they are those that were published.
fn read_content(publication: &Publication, text: &str) -> Result<Contenu, Refus> {
    let damaged = || {
        let raison = "Les chiffres de cette publication ne sont plus ceux qui ont été publiés : ils ne sont \
                      pas montrés. Prévenir l'administrateur, qui lancera « mallette verifier » et restaurera \
                      une sauvegarde.";
        Refus(raison.to_owned())
    };
    if blake3::hash(text.as_bytes()).to_hex().as_str() != publication.empreinte {
        return Err(damaged());
    }
    serde_json::from_str(text).map_err(|_| damaged())
}

fn check(acces: &Acces, exigence: Exigence) -> Result<(), Refus> {
    if exigence.admits(acces) {
        return Ok(());
    }
    let raison = "Publier et retirer est le fait d'un chargé de mission, qui lit les chiffres du \
                  réseau ; lire ce qui est publié, le sien et celui des financeurs.";
    Err(Refus(raison.to_owned()))
}
