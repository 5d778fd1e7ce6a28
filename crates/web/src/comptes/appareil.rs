//! The browsers of an account: confirmed or forgotten by its person, or by who manages it.

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::comptes::appareil::{AppareilVu, Geste};
use mallette_app::port::Refus;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::entree::Guichet;
use super::{compte, mots};
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::instant;

/// A browser, as the pages show it.
pub(super) struct Appareil {
    pub(super) cle: String,
    pub(super) agent: String,
    pub(super) connu: String,
    pub(super) vu: String,
    pub(super) confirme: bool,
    pub(super) courant: bool,
}

pub(super) fn view(known: AppareilVu) -> Appareil {
    Appareil {
        cle: known.cle,
        agent: mots::agent(&known.agent),
        connu: instant(known.cree_le),
        vu: instant(known.vu_le),
        confirme: known.confirme,
        courant: known.courant,
    }
}

/// Which browser is confirmed, or forgotten.
#[derive(Deserialize)]
pub(super) struct Choix {
    confirmer: Option<String>,
    oublier: Option<String>,
    /// Every one is forgotten.
    tous: Option<String>,
    /// The present password, or a code of the second factor where the account has no password.
    donne: Option<Zeroizing<String>>,
}

impl Choix {
    fn read(&self) -> Result<(Geste, Option<&str>), Refus> {
        match (self.confirmer.as_deref(), self.oublier.as_deref(), &self.tous) {
            (Some(cle), _, _) => Ok((Geste::Confirmer, Some(cle))),
            (None, Some(cle), _) => Ok((Geste::Oublier, Some(cle))),
            (None, None, Some(_)) => Ok((Geste::Oublier, None)),
            (None, None, None) => {
                Err(Refus("Choisir un navigateur dans la liste. Rien n'a été modifié.".to_owned()))
            }
        }
    }
}

pub(super) async fn settle_own(
    guichet: Guichet,
    Formulaire(form): Formulaire<Choix>,
) -> Result<Response, Erreur> {
    let Guichet { comptes, origine, .. } = &guichet;
    let donne = form.donne.clone().unwrap_or_default();
    let settled = match form.read() {
        Ok(what) => comptes.settle_own_device(guichet.token(), what, &donne, origine).await,
        Err(refus) => Err(refus),
    };
    match settled {
        Ok(()) => Ok(Redirect::to("/compte?fait=appareils").into_response()),
        Err(Refus(refus)) => compte::refused(&guichet, refus).await,
    }
}

pub(super) async fn settle(
    guichet: Guichet,
    Segment(id): Segment<String>,
    Formulaire(form): Formulaire<Choix>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    let whom = (par.id.as_str(), &*par.acces);
    guichet.comptes.settle_device_of(whom, &id, form.read()?).await?;
    Ok(Redirect::to(&format!("{}?fait=appareils", chemin::personne(&id))).into_response())
}
