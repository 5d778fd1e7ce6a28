//! A fresh proof before an act that gives rights, where the installation asks for one: what the form sent waits on the page that asks for
//! the code, and goes on once it is given. Nothing is kept meanwhile. And the word of the identity provider before the installation is
//! run, where it asks for that.

use askama::Template;
use axum::Form;
use axum::extract::{FromRequest as _, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::comptes::circonstance::Preuve;
use mallette_app::port::Refus;
use mallette_app::visiteur::Visiteur;
use zeroize::Zeroizing;

use super::connexion::carry;
use super::entree::Guichet;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;
use crate::page::{Cadre, Rubrique, render};

/// The fields of the page itself, which no form of ours has.
const CODE: &str = "preuve_code";
const VERS: &str = "preuve_vers";
const ATTEND: &str = "preuve_attend";

/// A proof is asked for before the request at hand is answered.
#[derive(Debug, Clone)]
pub(crate) struct Due(pub(crate) Preuve);

#[derive(Template)]
#[template(path = "comptes/preuve.html")]
struct Page {
    cadre: Cadre,
    /// What the form sent.
    champs: Vec<(String, String)>,
    /// Where it was going.
    vers: String,
    /// Whether it waits here, or is to be sent again: files are, and passwords.
    attend: bool,
    /// The provider by which to sign in again, where it stands for the second factor.
    fournisseur: Option<String>,
    refus: Option<String>,
}

fn page(vers: &str, champs: Vec<(String, String)>, refus: Option<String>) -> Page {
    Page {
        cadre: Cadre::new(Rubrique::Aucune, "Confirmer qui vous êtes"),
        champs,
        vers: vers.to_owned(),
        attend: true,
        fournisseur: None,
        refus,
    }
}

/// Whether a field may not come back in a page.
fn is_secret(name: &str) -> bool {
    ["mot_de_passe", "present", "repete", "code", "secret", "phrase"].contains(&name)
}

/// The page that asks for the proof, in place of what was asked for.
pub(crate) async fn ask(due: &Due, request: Request) -> Response {
    let vers = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let kind = request.headers().get(header::CONTENT_TYPE).cloned();
    let form =
        kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let mut page = page(&vers, Vec::new(), None);
    page.attend = false;
    if form
        && let Ok(Form(champs)) = Form::<Vec<(String, String)>>::from_request(request, &()).await
    {
        page.attend = !champs.iter().any(|(name, _)| is_secret(name));
        page.champs = if page.attend { champs } else { Vec::new() };
    }
    if let Preuve::Fournisseur(nom) = &due.0 {
        // One leaves for another site and comes back: what was sent cannot follow.
        (page.fournisseur, page.attend) = (Some(nom.clone()), false);
        page.champs.clear();
    }
    match render(&page) {
        Ok(mut response) => {
            *response.status_mut() = StatusCode::FORBIDDEN;
            response
        }
        Err(erreur) => erreur.into_response(),
    }
}

#[derive(Template)]
#[template(path = "comptes/attestation.html")]
struct Attestation<'a> {
    cadre: Cadre,
    /// The provider by which to sign in.
    nom: &'a str,
    /// Where one was going, when it is a page.
    retour: Option<&'a str>,
}

/// The page that sends to the identity provider, in place of what runs the installation.
pub(crate) fn vouch(visiteur: &Visiteur, retour: Option<&str>) -> Response {
    let Visiteur::Personne(personne) = visiteur else {
        return Erreur::not_entitled().into_response();
    };
    let nom = personne.attestation.as_deref().unwrap_or_default();
    let cadre = Cadre::new(Rubrique::Administration, "Se connecter depuis un poste reconnu");
    match render(&Attestation { cadre, nom, retour }) {
        Ok(mut response) => {
            *response.status_mut() = StatusCode::FORBIDDEN;
            response
        }
        Err(erreur) => erreur.into_response(),
    }
}

/// Takes the code; what waited goes on under the new session.
pub(super) async fn give(
    guichet: Guichet,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let mut champs = Vec::new();
    let (mut code, mut vers, mut attend) = (Zeroizing::new(String::new()), None, false);
    for (name, value) in fields {
        match name.as_str() {
            CODE => code = Zeroizing::new(value),
            VERS => vers = Some(value),
            ATTEND => attend = true,
            _ => champs.push((name, value)),
        }
    }
    let vers = chemin::own(vers.as_deref()).unwrap_or(chemin::COMPTE).to_owned();
    let Guichet { comptes, origine, secure, .. } = &guichet;
    match comptes.prove_again(guichet.token(), &code, origine).await {
        // A form that waits goes on as it was sent: 307 keeps its method and its fields.
        Ok(ouverte) => {
            let then =
                if attend { Redirect::temporary(&vers) } else { Redirect::to(&onward(&vers)) };
            Ok((carry(&ouverte, *secure)?, then).into_response())
        }
        Err(Refus(refus)) => {
            let mut response = render(&Page { attend, ..page(&vers, champs, Some(refus)) })?;
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// Where to go when nothing waits: the act is a form of some page, which its address does not name.
fn onward(vers: &str) -> String {
    let area =
        [chemin::CLE, chemin::URGENCE, chemin::PERSONNES, chemin::ADMINISTRATION, chemin::PACKS];
    let found = area.into_iter().find(|area| vers.starts_with(area));
    found.unwrap_or(chemin::COMPTE).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_never_come_back_in_a_page() {
        for secret in ["mot_de_passe", "present", "code", "phrase"] {
            assert!(is_secret(secret), "{secret}");
        }
        assert!(!is_secret("role") && !is_secret("structure"));
    }

    #[test]
    fn one_goes_on_to_the_page_of_the_act() {
        assert_eq!(onward("/personnes/abc/roles"), "/personnes");
        assert_eq!(onward("/administration/suites"), "/administration");
        assert_eq!(onward("/cle/prise"), "/cle");
        assert_eq!(onward("/ailleurs"), "/compte");
    }
}
