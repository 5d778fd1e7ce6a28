//! Acts on a rule or an indicator: reviewing, publishing, withdrawing, giving up, beginning its next version. One
//! form, one reading of it, whatever it is about.

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::port::Refus;
use mallette_app::redaction::{Demande, Redige, Repere};
use mallette_app::visiteur::Personne;

use super::formulaire::Saisie;
use super::{fiche, indicateur};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};

type Champs = Vec<(String, String)>;

pub(super) async fn act_on_rule(
    guichet: Guichet,
    bureau: Bureau,
    Segment(code): Segment<String>,
    Formulaire(fields): Formulaire<Champs>,
) -> Result<Response, Erreur> {
    act(Redige::Regle, guichet, bureau, &code, Saisie::new(fields)).await
}

pub(super) async fn act_on_indicator(
    guichet: Guichet,
    bureau: Bureau,
    Segment(code): Segment<String>,
    Formulaire(fields): Formulaire<Champs>,
) -> Result<Response, Erreur> {
    act(Redige::Indicateur, guichet, bureau, &code, Saisie::new(fields)).await
}

async fn act(
    quoi: Redige,
    guichet: Guichet,
    bureau: Bureau,
    code: &str,
    saisie: Saisie,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    check_open(quoi, &guichet, &personne, code).await?;
    let repere =
        Repere { code, numero: saisie.number("numero"), revision: saisie.number("revision") };
    let par = (personne.id.as_str(), &*personne.acces);
    let done = match asked(&saisie) {
        Some((demande, fait)) => {
            guichet.comptes.act_on(quoi, par, repere, demande).await.map(|()| fait)
        }
        None => Err(Refus("Choisir ce qu'il faut faire.".to_owned())),
    };
    match (done, quoi) {
        (Ok([fait, _]), Redige::Regle) => {
            Ok(Redirect::to(&chemin::regle_faite(code, fait)).into_response())
        }
        (Ok([_, fait]), Redige::Indicateur) => {
            Ok(Redirect::to(&chemin::indicateur_fait(code, fait)).into_response())
        }
        (Err(refus), Redige::Regle) => fiche::refused(&guichet, &bureau, code, refus, None).await,
        (Err(refus), Redige::Indicateur) => {
            indicateur::fiche::refused(&guichet, &bureau, code, refus, None).await
        }
    }
}

/// What is asked, and how the address says that it was done: of a rule, of an indicator.
fn asked(saisie: &Saisie) -> Option<(Demande<'_>, [&'static str; 2])> {
    let asked = match saisie.get("acte") {
        "relire" => (Demande::Relire, ["relue", "relu"]),
        "publier" => (Demande::Publier, ["publiee", "publie"]),
        "retirer" => (Demande::Retirer(saisie.get("motif")), ["retiree", "retire"]),
        "abandonner" => (Demande::Abandonner, ["abandonnee", "abandonne"]),
        "reprendre" => (Demande::Reprendre, ["reprise", "repris"]),
        _ => return None,
    };
    Some(asked)
}

/// That it is open to the person: one that is not is not told from one that does not exist.
async fn check_open(
    quoi: Redige,
    guichet: &Guichet,
    personne: &Personne,
    code: &str,
) -> Result<(), Erreur> {
    match quoi {
        Redige::Regle => fiche::versions(guichet, personne, code).await.map(drop),
        Redige::Indicateur => indicateur::fiche::versions(guichet, personne, code).await.map(drop),
    }
}
