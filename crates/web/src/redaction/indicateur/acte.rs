//! Acts on an indicator: reviewing, publishing, withdrawing, giving up, beginning its next version.

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use mallette_app::redaction::Repere;

use super::super::formulaire::Saisie;
use super::fiche;
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};

pub(super) async fn act(
    guichet: Guichet,
    bureau: Bureau,
    Segment(code): Segment<String>,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    // One that is not open is not told from one that does not exist.
    fiche::versions(&guichet, &personne, &code).await?;
    let saisie = Saisie::new(fields);
    let (numero, revision) = (saisie.number("numero"), saisie.number("revision"));
    let repere = Repere { code: &code, numero, revision };
    let (comptes, par) = (&guichet.comptes, (personne.id.as_str(), &*personne.acces));
    let (done, fait) = match saisie.get("acte") {
        "relire" => (comptes.review_indicator(par, repere).await, "relu"),
        "publier" => (comptes.publish_indicator(par, repere).await, "publie"),
        "retirer" => {
            let motif = saisie.get("motif");
            (comptes.withdraw_indicator(par, (&code, numero), motif).await, "retire")
        }
        "abandonner" => (comptes.abandon_indicator(par, (&code, numero)).await, "abandonne"),
        "reprendre" => (comptes.reopen_indicator(par, &code).await, "repris"),
        _ => (Err(Refus("Choisir ce qu'il faut faire.".to_owned())), ""),
    };
    match done {
        Ok(()) => Ok(Redirect::to(&chemin::indicateur_fait(&code, fait)).into_response()),
        Err(refus) => fiche::refused(&guichet, &bureau, &code, refus, None).await,
    }
}
