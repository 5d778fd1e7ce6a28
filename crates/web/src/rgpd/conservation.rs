//! How long names are kept: the rules of the centre, what they would remove today, and the act.

use askama::Template;
use axum::response::{Redirect, Response};
use mallette_app::rgpd::conservation::Bilan;
use mallette_app::rgpd::echeance::{Raison, Regles};
use serde::Deserialize;

use super::Direction;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{compte, instant};
use crate::page::{Cadre, Rubrique, render};

#[derive(Template)]
#[template(path = "rgpd/conservation.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    regles: Regles,
    mois: i32,
    partants: usize,
    phrases: Vec<String>,
    scelle: bool,
    passages: Vec<(String, String)>,
    fait: Option<&'static str>,
}

/// What goes and stays, in words.
fn phrases(bilan: &Bilan) -> Vec<String> {
    let Bilan { regles, plan, .. } = bilan;
    let of = |count: usize| compte(count as u64, "dossier", "dossiers");
    let mut all = vec![format!("À effacer par l'âge\u{a0}: {}.", of(plan.count(Raison::Age)))];
    if regles.mois.is_some() {
        let fin = of(plan.count(Raison::FinDeParcours));
        all.push(format!("À effacer par le délai après le dernier contact\u{a0}: {fin}."));
    }
    all.push(format!("Gardés\u{a0}: {}.", of(plan.gardes)));
    for (count, what) in [
        (
            plan.ouverts,
            "Gardés par un programme en cours au jour de l'anniversaire et encore ouvert",
        ),
        (plan.sans_date, "Sans date de naissance ni programme, gardés faute de pouvoir décider"),
        (
            plan.leves.len(),
            "Effacés par leurs dates, corrigées depuis : le prochain import les rapportera",
        ),
    ] {
        if count > 0 {
            all.push(format!("{what}\u{a0}: {}.", of(count)));
        }
    }
    all
}

pub(super) async fn show(guichet: Guichet, parametres: Parametres) -> Result<Response, Erreur> {
    let Direction { personne, centre, .. } = Direction::of(&guichet, &parametres)?;
    let bilan = guichet.comptes.conservation(&personne, &centre).await?;
    let runs = guichet.comptes.conservation_runs(&personne, &centre).await?;
    let fait = match parametres.get("fait") {
        Some("regle") => Some("Les durées sont enregistrées."),
        Some("efface") => Some("Les noms arrivés à leur terme sont effacés."),
        _ => None,
    };
    render(&Page {
        cadre: Cadre::new(Rubrique::Rgpd, "Durées de conservation")
            .under("Droits des jeunes", chemin::rgpd(&centre, None)),
        mois: bilan.regles.mois.unwrap_or(0),
        partants: bilan.plan.partants.len(),
        phrases: phrases(&bilan),
        scelle: bilan.plan.scelle,
        regles: bilan.regles,
        passages: runs.into_iter().map(|(at, said)| (instant(at), said)).collect(),
        centre,
        fait,
    })
}

/// The rules, as the form gives them.
#[derive(Debug, Deserialize)]
pub(super) struct Reglage {
    centre: String,
    age: String,
    mois: String,
    active: Option<String>,
}

pub(super) async fn set(
    guichet: Guichet,
    Formulaire(form): Formulaire<Reglage>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    let number = |text: &str| {
        text.trim().parse::<i16>().map_err(|_| {
            Erreur::Refus(format!(
                "«\u{a0}{text}\u{a0}» n'est pas un nombre. Rien n'a été modifié."
            ))
        })
    };
    let mois = i32::from(number(&form.mois)?);
    let regles = Regles {
        active: form.active.is_some(),
        age: number(&form.age)?,
        mois: (mois != 0).then_some(mois),
    };
    guichet.comptes.set_conservation(&personne, &form.centre, regles).await?;
    Ok(Redirect::to(&chemin::conservation(&form.centre, Some("regle"))))
}

/// Which centre.
#[derive(Debug, Deserialize)]
pub(super) struct Ordre {
    centre: String,
}

pub(super) async fn retain(
    guichet: Guichet,
    Formulaire(form): Formulaire<Ordre>,
) -> Result<Redirect, Erreur> {
    let personne = guichet.personne()?;
    guichet.comptes.retain_now(&personne, &form.centre).await?;
    Ok(Redirect::to(&chemin::conservation(&form.centre, Some("efface"))))
}
