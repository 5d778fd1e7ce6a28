//! The own account: roles, password, second factor, sessions.

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::appareil::{self, Appareil};
use super::entree::Guichet;
use super::mot_de_passe::same;
use super::mots;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{compte, instant};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/compte.html")]
struct Page {
    cadre: Cadre,
    courriel: String,
    roles: Vec<String>,
    /// Whether an emergency access may be opened.
    urgence: bool,
    facteur: Option<String>,
    codes: String,
    /// Whether it has a password; otherwise the identity provider opens it.
    mot_de_passe: bool,
    /// The identity provider, as people call it.
    fournisseur: Option<String>,
    /// Whether the account is linked to it.
    relie: bool,
    sessions: Vec<Session>,
    appareils: Vec<Appareil>,
    refus: Option<String>,
    fait: Option<&'static str>,
}

impl Page {
    /// Whether the browser at hand may confirm the others.
    fn confirme(&self) -> bool {
        self.appareils.iter().any(|known| known.courant && known.confirme)
    }

    /// How many browsers nobody confirmed.
    fn nouveaux(&self) -> usize {
        self.appareils.iter().filter(|known| !known.confirme).count()
    }
}

struct Session {
    cle: String,
    agent: String,
    ouverte: String,
    vue: String,
    courante: bool,
}

async fn page(
    guichet: &Guichet,
    refus: Option<String>,
    fait: Option<&'static str>,
) -> Result<Page, Erreur> {
    let personne = guichet.personne()?;
    let known = guichet.comptes.own_account(&personne).await?;
    let sessions = guichet.comptes.sessions(guichet.token()).await?;
    let devices = guichet.comptes.own_devices(&personne.id, &guichet.origine).await?;
    let view = |session: mallette_app::comptes::connexion::SessionVue| Session {
        cle: session.cle,
        agent: mots::agent(&session.agent),
        ouverte: instant(session.cree_le),
        vue: instant(session.vue_le),
        courante: session.courante,
    };
    Ok(Page {
        cadre: Cadre::new(Rubrique::Aucune, "Votre compte"),
        courriel: known.courriel,
        urgence: !personne.acces.emergency_centres().is_empty(),
        roles: known.roles.iter().map(mots::role).collect(),
        mot_de_passe: known.mot_de_passe,
        fournisseur: guichet.comptes.federation_name().map(str::to_owned),
        relie: guichet.comptes.is_linked(&personne.id).await?,
        facteur: known.second_facteur.map(instant),
        codes: compte(known.codes, "code de secours inutilisé", "codes de secours inutilisés"),
        sessions: sessions.into_iter().map(view).collect(),
        appareils: devices.into_iter().map(appareil::view).collect(),
        refus,
        fait,
    })
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let fait = match parametres.get("fait") {
        Some("mot-de-passe") => {
            Some("Le mot de passe est changé, et vos autres sessions sont fermées.")
        }
        Some("sessions") => Some("La session est fermée."),
        Some("appareils") => Some("C'est enregistré."),
        Some("lien") => Some("Le compte est relié : vous pourrez vous connecter ainsi."),
        Some("delie") => Some("Le compte n'est plus relié."),
        _ => None,
    };
    render(&page(&guichet, None, fait).await?)
}

/// The page again, with why something was not done.
pub(super) async fn refused(guichet: &Guichet, refus: String) -> Result<Response, Erreur> {
    render_refused(&page(guichet, Some(refus), None).await?)
}

/// The present password and the new one.
#[derive(Deserialize)]
pub(super) struct Changement {
    present: Zeroizing<String>,
    mot_de_passe: Zeroizing<String>,
    repete: Zeroizing<String>,
}

pub(super) async fn change_password(
    guichet: Guichet,
    Formulaire(form): Formulaire<Changement>,
) -> Result<Response, Erreur> {
    let changed = match same(form.mot_de_passe, &form.repete) {
        Ok(chosen) => {
            let token = guichet.token();
            guichet.comptes.change_password(token, form.present, chosen, &guichet.origine).await
        }
        Err(refus) => Err(refus),
    };
    match changed {
        Ok(()) => Ok(Redirect::to("/compte?fait=mot-de-passe").into_response()),
        Err(Refus(refus)) => refused(&guichet, refus).await,
    }
}

/// Which session ends; all the others when none is said.
#[derive(Deserialize)]
pub(super) struct Fermeture {
    cle: Option<String>,
    /// The present password, or a code of the second factor where the account has no password.
    donne: Option<Zeroizing<String>>,
}

pub(super) async fn end_sessions(
    guichet: Guichet,
    Formulaire(form): Formulaire<Fermeture>,
) -> Result<Response, Erreur> {
    let Guichet { comptes, origine, .. } = &guichet;
    let donne = form.donne.unwrap_or_default();
    match comptes.revoke(guichet.token(), form.cle.as_deref(), &donne, origine).await {
        Ok(()) => Ok(Redirect::to("/compte?fait=sessions").into_response()),
        Err(Refus(refus)) => refused(&guichet, refus).await,
    }
}
