//! The roles of a centre that ended, given again in the one that follows it: chosen one by one.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;

use super::entree::Guichet;
use super::mots;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::compte;
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "comptes/reprise.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    nom: String,
    lignes: Vec<Ligne>,
    /// Whether something may be chosen.
    offre: bool,
    fait: Option<String>,
    refus: Option<String>,
}

struct Ligne {
    champ: String,
    qui: String,
    ancien: String,
    role: String,
    fonctions: String,
    deja: bool,
    permise: bool,
}

async fn page(
    guichet: &Guichet,
    centre: &str,
    fait: Option<String>,
    refus: Option<String>,
) -> Result<Page, Erreur> {
    let par = guichet.personne()?;
    let found = guichet.comptes.takeovers((&par.id, &par.acces), centre).await?;
    let known = guichet.comptes.fonctions().await?;
    let wording = |code: &String| {
        let found = known.iter().find(|known| known.code == *code);
        found.map_or_else(|| code.clone(), |known| known.libelle.clone())
    };
    let lignes: Vec<Ligne> = found
        .into_iter()
        .map(|reprise| Ligne {
            champ: format!("role-{}", reprise.rang),
            role: mots::role(&reprise.proposee),
            ancien: mots::centre(&reprise.ancien).to_owned(),
            fonctions: reprise.fonctions.iter().map(wording).collect::<Vec<_>>().join(", "),
            qui: reprise.nom,
            deja: reprise.deja,
            permise: reprise.permise,
        })
        .collect();
    let nom = mots::centre(centre).to_owned();
    Ok(Page {
        cadre: Cadre::new(Rubrique::Personnes, format!("Rôles à redonner dans {nom}"))
            .under("Personnes", chemin::PERSONNES),
        offre: lignes.iter().any(|ligne| ligne.permise && !ligne.deja),
        centre: centre.to_owned(),
        nom,
        lignes,
        fait,
        refus,
    })
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let centre = parametres.get("centre").unwrap_or_default();
    let given = parametres.get("fait").and_then(|count| count.parse().ok());
    let fait = given.map(|count| format!("{}.", compte(count, "rôle donné", "rôles donnés")));
    render(&page(&guichet, centre, fait, None).await?)
}

pub(super) async fn take(
    guichet: Guichet,
    Formulaire(form): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let par = guichet.personne()?;
    let centre = form.iter().find(|(name, _)| name == "centre");
    let centre = centre.map(|(_, code)| code.as_str()).unwrap_or_default();
    let chosen = form.iter().filter_map(|(name, _)| name.strip_prefix("role-")?.parse().ok());
    let rangs: BTreeSet<i64> = chosen.collect();
    match guichet.comptes.take_over((&par.id, &par.acces), centre, &rangs).await {
        Ok(given) => {
            let to = chemin::reprise(centre, Some(&given.to_string()));
            Ok(Redirect::to(&to).into_response())
        }
        Err(Refus(refus)) => render_refused(&page(&guichet, centre, None, Some(refus)).await?),
    }
}
