//! What a person decides on a campaign: fix it, or remove it. Each is asked first.

use askama::Template;
use axum::response::{Redirect, Response};
use mallette_app::etat::Etat;
use mallette_app::lecture::campagnes::{default_nom, held, holding, portee};
use mallette_app::lecture::portee::Portee;
use mallette_app::lecture::reseau;
use serde::Deserialize;

use super::find;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres, Segment};
use crate::format::instant;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "campagnes/fixation.html")]
struct Fixation {
    cadre: Cadre,
    nom: String,
    portee: String,
    manquants: Vec<String>,
    /// When the campaign of that name was fixed, and what it covers: it would be replaced.
    remplacee: Option<(String, String)>,
}

/// Says what fixing would hold, and asks.
pub(super) async fn confirm_fix(
    serveur: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let Some(latest) = etat.date_extraction() else {
        let text = "Aucun centre n'a de données : une campagne ne retiendrait rien. Importer \
                    d'abord des extractions.";
        return Err(Erreur::Refus(text.to_owned()));
    };
    let nom = parametres.get("nom").map_or_else(|| default_nom(latest), Into::into);
    let known = etat.find_campagne(&nom);
    let missing = reseau::missing(&etat).into_iter();
    render(&Fixation {
        cadre: Cadre::new(Rubrique::Campagnes, format!("Fixer la campagne {nom} ?"))
            .under("Campagnes", chemin::CAMPAGNES),
        portee: Portee::of(&etat).to_string(),
        manquants: missing.map(|id| reseau::nom(&etat, id).to_owned()).collect(),
        remplacee: known.map(|known| (instant(known.fixee_le), portee(&etat, known).to_string())),
        nom,
    })
}

/// The form that fixes a campaign.
#[derive(Debug, Deserialize)]
pub(super) struct Demande {
    nom: String,
    /// Present when the person was told that a campaign would be replaced.
    remplacer: Option<String>,
}

/// Fixes a campaign.
pub(super) async fn fix(
    serveur: Bureau,
    Formulaire(form): Formulaire<Demande>,
) -> Result<Redirect, Erreur> {
    let nom = form.nom.trim().to_owned();
    serveur.atelier.fix_campagne(nom.clone(), form.remplacer.is_some()).await?;
    Ok(Redirect::to(&chemin::campagne(&nom)))
}

#[derive(Template)]
#[template(path = "campagnes/retrait.html")]
struct Retrait {
    cadre: Cadre,
    lien: String,
    action: String,
    portee: String,
    /// Centres whose version no other campaign keeps, their import being undone.
    perdus: Vec<String>,
}

/// Says what removing would lose, and asks.
pub(super) async fn confirm_removal(
    serveur: Bureau,
    Segment(nom): Segment<String>,
) -> Result<Response, Erreur> {
    let etat = serveur.atelier.etat();
    let campagne = find(&etat, &nom)?;
    render(&Retrait {
        cadre: Cadre::new(Rubrique::Campagnes, format!("Retirer la campagne {nom} ?"))
            .under("Campagnes", chemin::CAMPAGNES)
            .under(nom.clone(), chemin::campagne(&nom)),
        lien: chemin::campagne(&nom),
        action: chemin::retrait(&nom),
        portee: portee(&etat, campagne).to_string(),
        perdus: lost(&etat, &nom)?,
    })
}

/// Names of the centres whose version would go with the campaign.
fn lost(etat: &Etat, nom: &str) -> Result<Vec<String>, Erreur> {
    let undone = held(etat, find(etat, nom)?).into_iter().filter(|centre| centre.annulee);
    let alone = undone.filter(|centre| {
        let others = holding(etat, &centre.version.import_id).into_iter();
        !others.filter(|other| *other != nom).any(|other| {
            let other = etat.find_campagne(other);
            let version = other.and_then(|other| other.versions.get(centre.structure_id));
            version.is_some_and(|version| version.id == centre.version.id)
        })
    });
    Ok(alone.map(|centre| centre.nom.to_owned()).collect())
}

/// Removes a campaign.
pub(super) async fn remove(
    serveur: Bureau,
    Segment(nom): Segment<String>,
) -> Result<Redirect, Erreur> {
    find(&serveur.atelier.etat(), &nom)?;
    serveur.atelier.remove_campagne(nom).await?;
    Ok(Redirect::to(chemin::CAMPAGNES))
}
