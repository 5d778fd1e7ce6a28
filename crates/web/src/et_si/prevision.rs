//! Forecasts: keeping one, closing one, and what came of each in words.

use axum::response::Redirect;
use mallette_app::et_si::plan::{PlanVu, Reel};
use mallette_app::vie::Qui;
use serde::Deserialize;

use super::{Demande, Demandes, mots};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Formulaire;
use crate::format::{compte, jour};
use crate::indicateurs::chiffres::unite;

/// A forecast as the page shows it.
pub(super) struct Vue {
    pub(super) id: String,
    pub(super) titre: String,
    /// The thresholds that it was to pass.
    pub(super) vise: String,
    pub(super) avant: String,
    pub(super) attendu: String,
    pub(super) constate: String,
    pub(super) phrase: String,
    pub(super) close: bool,
}

impl Vue {
    pub(super) fn new(plan: &PlanVu<'_>) -> Self {
        let unite = unite(plan.indicateur);
        let figure = |value: Option<f64>| match value {
            Some(value) => unite.write(value),
            None => crate::format::NC.to_owned(),
        };
        let dossiers = u64::try_from(plan.dossiers).unwrap_or(u64::MAX);
        let phrase = match &plan.reel {
            None => "Pas encore d'extraction depuis.".to_owned(),
            Some(reel) => {
                let came = real(reel, plan.attendu, |gap| unite.write_gap(gap));
                match mots::reached(plan.indicateur, plan.quart, reel) {
                    none if none.is_empty() => came,
                    told => format!("{came} {told}"),
                }
            }
        };
        // One thing to do in each, or more: then both are said.
        let objets = u64::try_from(plan.objets).unwrap_or(u64::MAX);
        let things = match objets > dossiers {
            true => format!(" ({} choses à faire)", crate::format::entier(objets)),
            false => String::new(),
        };
        Self {
            vise: mots::aims(plan.indicateur, &plan.vises),
            id: plan.id.clone(),
            titre: format!(
                "{}, {}\u{a0}: {}{things} sur l'extraction du {}",
                plan.indicateur.titre,
                plan.annee,
                compte(dossiers, "dossier", "dossiers"),
                jour(plan.extraction)
            ),
            avant: figure(plan.avant),
            attendu: figure(plan.attendu),
            constate: plan.reel.as_ref().map_or_else(|| "–".to_owned(), |reel| figure(reel.valeur)),
            phrase,
            close: plan.clos_le.is_some(),
        }
    }
}

impl Vue {
    /// That of a centre that ended: no extract of its own follows.
    pub(super) fn ended(plan: &PlanVu<'_>) -> Self {
        let phrase =
            "Le centre s'est terminé\u{a0}: aucune de ses extractions ne vient plus la confirmer.";
        Self { phrase: phrase.to_owned(), ..Self::new(plan) }
    }
}

/// What came: the dossiers by count, then how far the figure is from what was expected.
fn real(reel: &Reel, attendu: Option<f64>, gap: impl Fn(f64) -> String) -> String {
    let many = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    let sorts = reel.sorts;
    let told = [
        (
            sorts.partis,
            "n'est plus signalé (fait, ou hors de la règle)",
            "ne sont plus signalés (faits, ou hors \
          de la règle)",
        ),
        (sorts.encore, "l'est encore", "le sont encore"),
        (sorts.justifies, "est justifié", "sont justifiés"),
        (sorts.non_rejuges, "n'a pas pu être rejugé", "n'ont pas pu être rejugés"),
    ];
    let told = told.into_iter().filter(|(count, ..)| *count > 0).map(|(count, one, several)| {
        let verb = if count < 2 { one } else { several };
        format!("{} {verb}", crate::format::entier(many(count)))
    });
    let told = told.collect::<Vec<_>>().join(", ");
    let distance = reel.valeur.zip(attendu).map(|(value, expected)| {
        format!(" Chiffre\u{a0}: {} par rapport à l'attendu.", gap(value - expected))
    });
    format!("Au {}\u{a0}: {told}.{}", jour(reel.le), distance.unwrap_or_default())
}

/// A forecast to keep.
#[derive(Deserialize)]
pub(super) struct Saisie {
    centre: String,
    indicateur: String,
    /// That of the extraction when none is said.
    #[serde(default)]
    annee: String,
    nombre: usize,
}

pub(super) async fn keep(
    serveur: Bureau,
    Formulaire(form): Formulaire<Saisie>,
) -> Result<Redirect, Erreur> {
    let etat = serveur.atelier.etat();
    let comptes = serveur.comptes.clone().ok_or_else(Erreur::no_account)?;
    let qui = Qui::of(&serveur.visiteur).ok_or_else(Erreur::not_entitled)?;
    let demandes = Demandes {
        centre: Some(&form.centre),
        indicateur: Some(&form.indicateur),
        annee: said(&form.annee),
    };
    let demande = Demande::read(&serveur, &etat, demandes)?.ok_or_else(Erreur::not_entitled)?;
    qui.open(&demande.centre)?;
    let found = demande.explore(&serveur, &etat).await?.ok_or_else(|| {
        let text =
            "Ce centre n'a pas de chiffre pour cet indicateur\u{a0}: il n'y a rien à prévoir.";
        Erreur::Refus(text.to_owned())
    })?;
    comptes.keep_plan(&qui, &demande.centre, &found, form.nombre).await?;
    Ok(back((&form.centre, &form.indicateur, &form.annee), "gardee"))
}

/// A forecast to close.
#[derive(Deserialize)]
pub(super) struct Cloture {
    centre: String,
    indicateur: String,
    /// The year that the page was about.
    #[serde(default)]
    annee: String,
    id: String,
}

pub(super) async fn close(
    serveur: Bureau,
    Formulaire(form): Formulaire<Cloture>,
) -> Result<Redirect, Erreur> {
    let comptes = serveur.comptes.clone().ok_or_else(Erreur::no_account)?;
    let qui = Qui::of(&serveur.visiteur).ok_or_else(Erreur::not_entitled)?;
    let etat = serveur.atelier.etat();
    comptes.close_plan(&qui, &etat, &form.centre, &form.id).await?;
    Ok(back((&form.centre, &form.indicateur, &form.annee), "close"))
}

/// A year of a form; none when it is left out.
fn said(annee: &str) -> Option<&str> {
    (!annee.is_empty()).then_some(annee)
}

fn back((centre, indicateur, annee): (&str, &str, &str), fait: &str) -> Redirect {
    let asked = [
        ("centre", Some(centre)),
        ("indicateur", Some(indicateur)),
        ("annee", said(annee)),
        ("fait", Some(fait)),
    ];
    Redirect::to(&chemin::url(&["et-si"], &asked))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_app::et_si::plan::Sorts;

    use super::*;

    #[test]
    fn what_came_is_told_by_count_and_by_distance() {
        let reel = Reel {
            le: date(2019, 12, 4),
            valeur: Some(0.5),
            sorts: Sorts { partis: 8, encore: 1, justifies: 0, non_rejuges: 2 },
            quart: None,
            seuils: Vec::new(),
        };
        let told = real(&reel, Some(0.51), |gap| format!("{:.0} point", gap * 100.0));
        assert_eq!(
            told.replace('\u{a0}', " "),
            "Au 04/12/2019 : 8 ne sont plus signalés (faits, ou hors de la règle), 1 l'est encore, 2 n'ont pas \
             pu être rejugés. Chiffre : -1 point par rapport à l'attendu."
        );
    }
}
