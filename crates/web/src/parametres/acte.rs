//! Acts on a parameter: trying a value, giving it, taking it back, locking and unlocking it.

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::parametres::essai::weigh;
use mallette_app::parametres::{GesteValeur, PlaceValeur, may_set};
use mallette_app::port::Refus;
use serde::Deserialize;

use super::essai::Essai;
use super::{centre, fiche, who};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::page::{render, render_refused};

/// What is posted.
#[derive(Debug, Clone, Default, Deserialize)]
pub(super) struct Saisie {
    /// The centre whose value it is; the network when empty.
    #[serde(default)]
    pub(super) portee: String,
    #[serde(default)]
    version: i64,
    #[serde(default)]
    pub(super) valeur: String,
    #[serde(default)]
    pub(super) motif: String,
    #[serde(default)]
    acte: String,
}

impl Saisie {
    pub(super) fn centre(&self) -> Option<&str> {
        (!self.portee.is_empty()).then_some(self.portee.as_str())
    }

    fn number(&self) -> Result<i64, Refus> {
        self.valeur.trim().parse().map_err(|_| {
            Refus(format!(
                "« {} » n'est pas un nombre entier : écrire 30, par exemple.",
                self.valeur
            ))
        })
    }

    fn geste(&self) -> Result<GesteValeur, Refus> {
        match self.acte.as_str() {
            "poser" => self.number().map(GesteValeur::Poser),
            "retirer" => Ok(GesteValeur::Retirer),
            "verrouiller" => Ok(GesteValeur::Verrouiller),
            "deverrouiller" => Ok(GesteValeur::Deverrouiller),
            _ => Err(Refus("Choisir ce qu'il faut faire.".to_owned())),
        }
    }
}

pub(super) async fn act(
    bureau: Bureau,
    Segment((code, nom)): Segment<(String, String)>,
    Formulaire(saisie): Formulaire<Saisie>,
) -> Result<Response, Erreur> {
    let comptes = bureau.comptes.clone().ok_or_else(Erreur::no_account)?;
    let qui = who(&bureau)?;
    // One that is not open is not told from one that does not exist.
    let shown = fiche::find(&bureau, &code, &nom).await?;
    let etat = bureau.atelier.etat();
    let asked = saisie.centre();
    let open = asked.is_none_or(|id| centre(&bureau, &etat, Some(id)).is_some());
    let done = if !open || !may_set(&qui, asked) {
        Err(Refus(
            "La valeur du réseau est donnée par un chargé de mission, celle d'un centre par son référent ou sa \
             direction."
                .to_owned(),
        ))
    } else if saisie.acte == "essayer" {
        match attempt(&bureau, &shown, &saisie).await {
            Ok(essai) => {
                let mut page = fiche::page(&bureau, (&code, &nom), asked, Some(&saisie)).await?;
                page.essai = Some(essai);
                return render(&page);
            }
            Err(refus) => Err(refus),
        }
    } else {
        let place =
            PlaceValeur { code: &code, nom: &nom, structure_id: asked, version: saisie.version };
        match saisie.geste() {
            Ok(geste) => comptes.write_parametre(&qui, place, geste, &saisie.motif).await,
            Err(refus) => Err(refus),
        }
    };
    match done {
        Ok(_) => {
            let back = chemin::parametre_fait(&code, &nom, asked, &saisie.acte);
            Ok(Redirect::to(&back).into_response())
        }
        Err(Refus(raison)) => {
            let asked = asked.filter(|_| open);
            let mut page = fiche::page(&bureau, (&code, &nom), asked, Some(&saisie)).await?;
            page.refus = Some(raison);
            render_refused(&page)
        }
    }
}

/// What the value typed would change.
async fn attempt(
    bureau: &Bureau,
    shown: &mallette_app::parametres::EtatParametre,
    saisie: &Saisie,
) -> Result<Essai, Refus> {
    let etat = bureau.atelier.etat();
    let (valeur, centre) = (saisie.number()?, saisie.centre());
    let checked = etat.catalogue.check_value((&shown.code, &shown.nom), centre, valeur);
    checked.map_err(|error| Refus(error.to_string()))?;
    let effet = weigh(&*bureau.atelier, &etat, shown, centre, Some(valeur)).await?;
    let found = etat.catalogue.indicateurs.iter().find(|own| own.code == shown.code);
    let told = shown.parametre.grandeur.told(valeur);
    Ok(Essai::new(&etat, (&shown.code, &told), found.map(|own| own.calcul), &effet))
}
