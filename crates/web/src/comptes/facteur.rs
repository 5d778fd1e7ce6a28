//! The second factor: giving it, setting it up, replacing it, and its recovery codes.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::comptes::facteur::Installation;
use mallette_app::port::Refus;
use mallette_app::visiteur::{Facteurs, Visiteur};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::connexion::{carry, welcome};
use super::entree::Guichet;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/second_facteur.html")]
struct Code {
    cadre: Cadre,
    retour: Option<String>,
    refus: Option<String>,
}

#[derive(Template)]
#[template(path = "comptes/installation_facteur.html")]
struct Pose {
    cadre: Cadre,
    installation: Installation,
    retour: Option<String>,
    refus: Option<String>,
    /// Whether it may replace one.
    remplace: bool,
    /// Whether the password is asked for again: it does replace one.
    mot_de_passe: bool,
}

#[derive(Template)]
#[template(path = "comptes/codes.html")]
struct Codes {
    cadre: Cadre,
    codes: Vec<Zeroizing<String>>,
    suite: String,
}

fn code_page(retour: Option<&str>, refus: Option<String>) -> Code {
    Code {
        cadre: Cadre::new(Rubrique::Aucune, "Second facteur"),
        retour: retour.map(str::to_owned),
        refus,
    }
}

async fn pose_page(
    guichet: &Guichet,
    retour: Option<&str>,
    refus: Option<String>,
    remplace: bool,
) -> Result<Pose, Erreur> {
    let titre = if remplace { "Changer d'application" } else { "Installer le second facteur" };
    let mot_de_passe = match remplace {
        true => {
            let known = guichet.comptes.own_account(guichet.personne()?.as_ref()).await?;
            known.mot_de_passe && known.second_facteur.is_some()
        }
        false => false,
    };
    Ok(Pose {
        cadre: Cadre::new(Rubrique::Aucune, titre),
        installation: guichet.comptes.propose_factor(guichet.token()).await?,
        retour: retour.map(str::to_owned),
        refus,
        remplace,
        mot_de_passe,
    })
}

/// Asks for the code, or shows how to set the second factor up.
pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let retour = chemin::own(parametres.get("retour"));
    let Visiteur::Personne(personne) = &guichet.visiteur else {
        return Ok(Redirect::to(&chemin::connexion(retour)).into_response());
    };
    match personne.facteurs {
        Facteurs::Complets => Ok(Redirect::to(retour.unwrap_or(chemin::ACCUEIL)).into_response()),
        Facteurs::Attendus => render(&code_page(retour, None)),
        Facteurs::AInstaller => render(&pose_page(&guichet, retour, None, false).await?),
    }
}

/// The form of the code.
#[derive(Deserialize)]
pub(super) struct Demande {
    code: Zeroizing<String>,
    retour: Option<String>,
}

pub(super) async fn give(
    guichet: Guichet,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Response, Erreur> {
    let retour = chemin::own(form.retour.as_deref());
    let Guichet { comptes, origine, secure, .. } = &guichet;
    match comptes.give_second_factor(guichet.token(), &form.code, origine).await {
        Ok(ouverte) => welcome(&ouverte, retour, *secure),
        Err(Refus(refus)) => render_refused(&code_page(retour, Some(refus))),
    }
}

/// The form that ends the setting up.
#[derive(Deserialize)]
pub(super) struct Reponse {
    secret: Zeroizing<String>,
    code: Zeroizing<String>,
    retour: Option<String>,
    remplace: Option<String>,
    present: Option<Zeroizing<String>>,
}

pub(super) async fn install(
    guichet: Guichet,
    Formulaire(form): Formulaire<Reponse>,
) -> Result<Response, Erreur> {
    let retour = chemin::own(form.retour.as_deref());
    let Guichet { comptes, origine, secure, .. } = &guichet;
    let preuve = (form.secret.as_str(), form.code.as_str());
    let installed = match form.remplace {
        Some(_) => {
            let present = form.present.unwrap_or_default();
            comptes.replace_factor(guichet.token(), &present, preuve, origine).await
        }
        None => comptes.install_factor(guichet.token(), preuve.0, preuve.1, origine).await,
    };
    match installed {
        Ok(installee) => {
            let suite = retour.unwrap_or(chemin::ACCUEIL).to_owned();
            let page = codes_page(installee.codes, suite)?;
            Ok((carry(&installee.ouverte, *secure)?, page).into_response())
        }
        Err(Refus(refus)) => {
            let remplace = form.remplace.is_some();
            render_refused(&pose_page(&guichet, retour, Some(refus), remplace).await?)
        }
    }
}

fn codes_page(codes: Vec<Zeroizing<String>>, suite: String) -> Result<Response, Erreur> {
    render(&Codes { cadre: Cadre::new(Rubrique::Aucune, "Codes de secours"), codes, suite })
}

/// Another application in place of the one that is there.
pub(super) async fn replace(guichet: Guichet) -> Result<Response, Erreur> {
    guichet.personne()?;
    render(&pose_page(&guichet, Some(chemin::COMPTE), None, true).await?)
}

/// New recovery codes; the earlier ones serve no more.
pub(super) async fn renew_codes(
    guichet: Guichet,
    Formulaire(form): Formulaire<Renouvellement>,
) -> Result<Response, Erreur> {
    guichet.personne()?;
    let present = form.present.unwrap_or_default();
    let renewed = guichet.comptes.renew_codes(guichet.token(), &present, &guichet.origine).await;
    match renewed {
        Ok(codes) => codes_page(codes, chemin::COMPTE.to_owned()),
        Err(Refus(refus)) => super::compte::refused(&guichet, refus).await,
    }
}

/// The present password, where the account has one.
#[derive(Deserialize)]
pub(super) struct Renouvellement {
    present: Option<Zeroizing<String>>,
}
