//! Choosing another password by a link.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::entree::Guichet;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/oubli.html")]
struct Oubli {
    cadre: Cadre,
    /// Whether this installation sends mails.
    envoie: bool,
    fait: bool,
}

fn forgotten_page(guichet: &Guichet, fait: bool) -> Result<Response, Erreur> {
    render(&Oubli {
        cadre: Cadre::new(Rubrique::Aucune, "Mot de passe oublié")
            .under("Se connecter", chemin::CONNEXION),
        envoie: guichet.comptes.sends_mail(),
        fait,
    })
}

pub(super) async fn forgotten(guichet: Guichet) -> Result<Response, Erreur> {
    forgotten_page(&guichet, false)
}

/// The address of who forgot.
#[derive(Deserialize)]
pub(super) struct Demande {
    courriel: String,
}

/// Says the same whether the address has an account or not.
pub(super) async fn send(
    guichet: Guichet,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    guichet.comptes.forgot(&form.courriel, &guichet.origine).await?;
    forgotten_page(&guichet, true)
}

#[derive(Template)]
#[template(path = "comptes/mot_de_passe.html")]
struct Page {
    cadre: Cadre,
    courriel: String,
    refus: Option<String>,
}

async fn page(guichet: &Guichet, jeton: &str, refus: Option<String>) -> Result<Page, Erreur> {
    let courriel = guichet.comptes.look_at_reset(jeton).await?;
    Ok(Page { cadre: Cadre::new(Rubrique::Aucune, "Choisir un mot de passe"), courriel, refus })
}

pub(super) async fn show(
    guichet: Guichet,
    Segment(jeton): Segment<String>,
) -> Result<Response, Erreur> {
    render(&page(&guichet, &jeton, None).await?)
}

/// The password chosen, twice.
#[derive(Deserialize)]
pub(super) struct Choix {
    mot_de_passe: Zeroizing<String>,
    repete: Zeroizing<String>,
}

impl Choix {
    /// The password, once typed the same way twice.
    pub(super) fn chosen(self) -> Result<Zeroizing<String>, Refus> {
        same(self.mot_de_passe, &self.repete)
    }
}

/// A password typed the same way twice.
pub(super) fn same(
    chosen: Zeroizing<String>,
    again: &Zeroizing<String>,
) -> Result<Zeroizing<String>, Refus> {
    if chosen == *again {
        return Ok(chosen);
    }
    Err(Refus("Les deux mots de passe ne sont pas les mêmes. Les taper de nouveau.".to_owned()))
}

pub(super) async fn choose(
    guichet: Guichet,
    Segment(jeton): Segment<String>,
    Formulaire(form): Formulaire<Choix>,
) -> Result<Response, Erreur> {
    let chosen = match form.chosen() {
        Ok(chosen) => guichet.comptes.reset(&jeton, chosen).await,
        Err(refus) => Err(refus),
    };
    match chosen {
        Ok(()) => Ok(Redirect::to("/connexion?fait=mot-de-passe").into_response()),
        Err(Refus(refus)) => render_refused(&page(&guichet, &jeton, Some(refus)).await?),
    }
}
