//! What a file received would bring, and what is wrong in it; bringing it in, forgetting it.

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::apport::Apercu;
use mallette_app::port::Refus;
use serde::Deserialize;

use super::{Ecart, Pages, place};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::compte;
use crate::page::{LIGNES_PAR_PAGE, render, render_refused};

/// What `apport/apercu.html` shows around the table of the figures.
pub(crate) struct Depot {
    /// « séries ».
    pub(crate) quoi: &'static str,
    pub(crate) refus: Option<String>,
    /// The file, and its sheet.
    pub(crate) lieu: String,
    pub(crate) ignorees: String,
    pub(crate) fautes: Vec<Ecart>,
    /// How many faults are not shown.
    pub(crate) reste: usize,
    pub(crate) fautives: usize,
    pub(crate) fautives_mots: String,
    /// Whether no line is good.
    pub(crate) aucune: bool,
    /// Whether there is nothing to keep.
    pub(crate) vide: bool,
    pub(crate) empreinte: String,
    pub(crate) ici: String,
    pub(crate) oubli: String,
}

impl Depot {
    fn of<P: Pages>(cle: &str, apercu: &Apercu<P::Ligne>, refus: Option<String>) -> Self {
        Self {
            quoi: P::QUOI,
            refus,
            lieu: place(&apercu.nom, apercu.feuille.as_deref()),
            ignorees: apercu.ignorees.join(", "),
            reste: apercu.fautes.len().saturating_sub(LIGNES_PAR_PAGE),
            fautes: apercu.fautes.iter().take(LIGNES_PAR_PAGE).map(Ecart::from).collect(),
            fautives_mots: compte(
                u64::try_from(apercu.fautives).unwrap_or(u64::MAX),
                "ligne fautive",
                "lignes fautives",
            ),
            fautives: apercu.fautives,
            aucune: apercu.lignes.is_empty(),
            vide: apercu.vide,
            empreinte: apercu.empreinte.clone(),
            ici: chemin::apport_depot(P::LIEU, cle),
            oubli: chemin::apport_oubli(P::LIEU, cle),
        }
    }
}

fn page<P: Pages>(
    cle: &str,
    apercu: Apercu<P::Ligne>,
    refus: Option<String>,
) -> Result<Response, Erreur> {
    let refused = refus.is_some();
    let depot = Depot::of::<P>(cle, &apercu, refus);
    let cadre = P::frame("Ce que le fichier apporterait".to_owned());
    let page = P::preview(cadre, depot, apercu.lignes);
    if refused { render_refused(&page) } else { render(&page) }
}

pub(crate) async fn show<P: Pages>(
    guichet: Guichet,
    bureau: Bureau,
    Segment(cle): Segment<String>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let apercu = guichet.comptes.preview_figures(par, &P::seen_by(&bureau), &cle).await?;
    page::<P>(&cle, apercu, None)
}

/// What is confirmed.
#[derive(Deserialize)]
pub(crate) struct Confirmation {
    #[serde(default)]
    empreinte: String,
    laisser: Option<String>,
}

pub(crate) async fn apply<P: Pages>(
    guichet: Guichet,
    bureau: Bureau,
    Segment(cle): Segment<String>,
    Formulaire(form): Formulaire<Confirmation>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let matiere = P::seen_by(&bureau);
    let laisser = form.laisser.as_deref() == Some("oui");
    let confirmed = (form.empreinte.as_str(), laisser);
    match guichet.comptes.apply_figures(par, &matiere, &cle, confirmed).await {
        Ok(rang) => Ok(Redirect::to(&chemin::apport(P::LIEU, rang)).into_response()),
        Err(Refus(raison)) => {
            let apercu = guichet.comptes.preview_figures(par, &matiere, &cle).await?;
            page::<P>(&cle, apercu, Some(raison))
        }
    }
}

pub(crate) async fn forget<P: Pages>(
    guichet: Guichet,
    Segment(cle): Segment<String>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    guichet.comptes.forget_figures::<P>(&personne.id, &cle);
    Ok(Redirect::to(&chemin::apport_fait(P::LIEU, "oubli")).into_response())
}
