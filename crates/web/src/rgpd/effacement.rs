//! Erasing the names of a young person: the question, then the act.

use askama::Template;
use axum::response::{Redirect, Response};
use mallette_app::rgpd::genres::{EtatDemande, GenreDemande};
use serde::Deserialize;

use super::mots;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::jour;
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "rgpd/effacement.html")]
struct Page {
    cadre: Cadre,
    qui: String,
    versions: usize,
    refusees: usize,
    /// Requests of erasure that this would answer: rank, words.
    demandes: Vec<(i64, String)>,
    action: String,
    retour: String,
}

pub(super) async fn confirm(
    guichet: Guichet,
    Segment((centre, dossier)): Segment<(String, String)>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let releve = guichet.comptes.releve(&personne, &centre, &dossier, false).await?;
    let demandes = guichet.comptes.demandes(&personne, &centre).await?;
    let open = demandes.into_iter().filter(|vue| {
        let demande = &vue.demande;
        demande.dossier_id == dossier
            && demande.etat == EtatDemande::Ouverte
            && matches!(demande.genre, GenreDemande::Effacement | GenreDemande::Opposition)
    });
    let demandes = open.map(|vue| {
        let demande = vue.demande;
        let genre = mots::genre(demande.genre);
        (demande.rang, format!("{}, {genre}, reçue le {}", demande.rang, jour(demande.recue_le)))
    });
    let retour = chemin::releve(&centre, &dossier);
    render(&Page {
        cadre: Cadre::new(Rubrique::Rgpd, "Effacer les noms de ce jeune ?")
            .under("Droits des jeunes", chemin::rgpd(&centre, None))
            .under(mots::qui(&releve.jeune), retour.clone()),
        qui: mots::qui(&releve.jeune),
        versions: releve.identites.len(),
        refusees: releve.refusees.iter().map(|(_, feuillet)| feuillet.lignes.len()).sum(),
        demandes: demandes.collect(),
        action: chemin::releve_acte(&centre, &dossier, "effacement"),
        retour,
    })
}

/// The act, and the request that it answers.
#[derive(Debug, Deserialize)]
pub(super) struct Ordre {
    #[serde(default)]
    demande: String,
}

pub(super) async fn erase(
    guichet: Guichet,
    Segment((centre, dossier)): Segment<(String, String)>,
    Formulaire(ordre): Formulaire<Ordre>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    let demande = ordre.demande.parse().ok();
    guichet.comptes.erase_dossier(&personne, &centre, &dossier, demande).await?;
    Ok(Redirect::to(&chemin::rgpd(&centre, Some("efface"))))
}
