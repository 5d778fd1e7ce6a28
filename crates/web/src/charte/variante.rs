//! What centres do their own way: shown to the whole network, written by the référent or the director of
//! the centre. The name of a centre is shown to who may read it; the text, to everybody.

use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::charte::Variante;
use mallette_app::etat::Etat;
use mallette_app::port::Refus;
use mallette_app::vie::Qui;
use mallette_app::visiteur::Visiteur;
use serde::Deserialize;

use super::acte::{find, page};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::mots::centre as name;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Segment};
use crate::format::instant;
use crate::page::render_refused;

/// What one of the own centres declares.
pub(super) struct Chez {
    pub(super) code: String,
    pub(super) nom: String,
    pub(super) texte: Option<String>,
    pub(super) depuis: String,
    /// The version read: what is written comes after it.
    pub(super) version: i64,
    /// What the form holds, for who may write.
    pub(super) saisi: Option<String>,
    /// Whether the form is shown open.
    pub(super) ouvert: bool,
    pub(super) action: String,
    /// When, and what was written then, the last first.
    pub(super) histoire: Vec<(String, String)>,
}

/// What another centre declares.
pub(super) struct Voisin {
    pub(super) nom: String,
    pub(super) texte: String,
    pub(super) depuis: String,
}

/// What is posted.
#[derive(Deserialize)]
pub(super) struct Saisie {
    #[serde(default)]
    centre: String,
    #[serde(default)]
    lue: i64,
    #[serde(default)]
    texte: String,
}

/// Every variant in force; none where there is no registry of people.
pub(super) async fn all(bureau: &Bureau) -> Result<Vec<Variante>, Erreur> {
    match &bureau.comptes {
        Some(comptes) => Ok(comptes.charte_variantes().await?),
        None => Ok(Vec::new()),
    }
}

/// What is declared about an act: in the own centres, and elsewhere.
pub(super) async fn declared(
    bureau: &Bureau,
    etat: &Etat,
    acte: &str,
    saisie: Option<&Saisie>,
) -> Result<(Vec<Chez>, Vec<Voisin>), Erreur> {
    let (Some(comptes), Some(qui)) = (&bureau.comptes, Qui::of(&bureau.visiteur)) else {
        return Ok((Vec::new(), Vec::new()));
    };
    let own: Vec<String> = match &bureau.visiteur {
        Visiteur::Personne(personne) => {
            personne.acces.centres().into_iter().map(str::to_owned).collect()
        }
        // Who holds the machine of one centre is that centre; of a whole region, nobody's in particular.
        _ if etat.centres.len() == 1 => etat.centres.keys().cloned().collect(),
        _ => Vec::new(),
    };
    let in_force = comptes.variantes_of(acte).await?;
    let mut chez = Vec::new();
    for code in &own {
        let history = comptes.variante_history(code, acte).await?;
        let last = history.first();
        let texte = last.and_then(|variante| variante.texte.clone());
        let typed = saisie.filter(|saisie| saisie.centre == *code);
        let may = qui.assigns(code) && !bureau.is_read_only();
        let form = typed.map_or_else(|| texte.clone(), |saisie| Some(saisie.texte.clone()));
        let told = |variante: &Variante| {
            let texte = variante.texte.clone();
            let texte =
                texte.unwrap_or_else(|| "retirée, comme dans la charte du réseau".to_owned());
            (instant(variante.le), texte)
        };
        chez.push(Chez {
            nom: name(code).to_owned(),
            depuis: last.map(|variante| instant(variante.le)).unwrap_or_default(),
            version: last.map_or(0, |variante| variante.version),
            saisi: may.then(|| form.unwrap_or_default()),
            ouvert: typed.is_some(),
            action: chemin::variante(acte),
            histoire: history.iter().map(told).collect(),
            code: code.clone(),
            texte,
        });
    }
    let others = in_force.into_iter().filter(|variante| !own.contains(&variante.structure_id));
    let voisins = others.filter_map(|variante| {
        let known = qui.reads_figures(&variante.structure_id);
        let nom = if known { name(&variante.structure_id) } else { "Un autre centre du réseau" };
        let depuis = instant(variante.le);
        Some(Voisin { nom: nom.to_owned(), texte: variante.texte?, depuis })
    });
    Ok((chez, voisins.collect()))
}

pub(super) async fn declare(
    bureau: Bureau,
    Segment(acte): Segment<String>,
    Formulaire(saisie): Formulaire<Saisie>,
) -> Result<Response, Erreur> {
    let etat = bureau.atelier.etat();
    find(&etat, &acte)?;
    let comptes = bureau.comptes.clone().ok_or_else(Erreur::no_account)?;
    let qui = Qui::of(&bureau.visiteur).ok_or_else(Erreur::not_entitled)?;
    let written = (saisie.lue, saisie.texte.as_str());
    match comptes.declare_variante(&qui, &saisie.centre, &acte, written).await {
        Ok(_) => Ok(Redirect::to(&chemin::acte_charte_fait(&acte, &saisie.centre)).into_response()),
        Err(Refus(refus)) => {
            render_refused(&page(&bureau, &acte, Some(&saisie), (false, Some(refus))).await?)
        }
    }
}
