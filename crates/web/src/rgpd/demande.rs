//! Recording a request, and closing it.

use axum::response::Redirect;
use jiff::civil::Date;
use mallette_app::rgpd::demandes::{Correction, Saisie};
use mallette_app::rgpd::genres::{EtatDemande, GenreDemande, NouvelleDemande};
use serde::Deserialize;

use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};

/// A request, as the form gives it.
#[derive(Debug, Deserialize)]
pub(super) struct Formule {
    genre: String,
    recue: String,
    #[serde(default)]
    objet: String,
    #[serde(default)]
    ligne: String,
    #[serde(default)]
    colonne: String,
    #[serde(default)]
    valeur: String,
}

fn refuse(texte: &str) -> Erreur {
    Erreur::Refus(texte.to_owned())
}

impl Formule {
    fn saisie(self, centre: &str, dossier: &str) -> Result<Saisie, Erreur> {
        let genre = GenreDemande::from_code(&self.genre);
        let genre = genre.ok_or_else(|| refuse("Choisir une demande dans la liste."))?;
        let recue_le: Date = self
            .recue
            .parse()
            .map_err(|_| refuse("Dire quel jour la demande a été reçue (AAAA-MM-JJ)."))?;
        let correction = match genre {
            GenreDemande::Rectification => {
                let place = self.ligne.split_once('|').zip(self.colonne.split_once('|'));
                let Some(((table, ligne), (of_table, colonne))) = place else {
                    return Err(refuse("Choisir la ligne et la colonne à corriger."));
                };
                if table != of_table {
                    let texte = "La ligne et la colonne choisies ne sont pas de la même table. Choisir \
                                 une colonne de la table de la ligne.";
                    return Err(refuse(texte));
                }
                Some(Correction {
                    table: table.to_owned(),
                    ligne: ligne.to_owned(),
                    colonne: colonne.to_owned(),
                    avant: String::new(),
                    apres: self.valeur,
                })
            }
            _ => None,
        };
        let demande = NouvelleDemande {
            structure_id: centre.to_owned(),
            dossier_id: dossier.to_owned(),
            genre,
            recue_le,
            objet: self.objet,
        };
        Ok(Saisie { demande, correction })
    }
}

pub(super) async fn record(
    guichet: Guichet,
    Segment((centre, dossier)): Segment<(String, String)>,
    Formulaire(form): Formulaire<Formule>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    let saisie = form.saisie(&centre, &dossier)?;
    guichet.comptes.record_demande(&personne, saisie).await?;
    Ok(Redirect::to(&chemin::rgpd(&centre, Some("demande"))))
}

/// How a request ends.
#[derive(Debug, Deserialize)]
pub(super) struct Cloture {
    centre: String,
    etat: String,
    #[serde(default)]
    reponse: String,
}

pub(super) async fn close(
    guichet: Guichet,
    Segment(rang): Segment<i64>,
    Formulaire(form): Formulaire<Cloture>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    let etat = EtatDemande::from_code(&form.etat);
    let etat = etat.ok_or_else(|| refuse("Dire la suite donnée à la demande."))?;
    let answer = (rang, etat, form.reponse.as_str());
    guichet.comptes.close_demande(&personne, &form.centre, answer).await?;
    Ok(Redirect::to(&chemin::rgpd(&form.centre, Some("close"))))
}
