//! Groups computed: the choice, what it gives and why, the tree; adopting them.

use std::collections::BTreeMap;

use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use mallette_app::contexte::adoption::Acte;
use mallette_app::contexte::proposition::{Choix, Proposition, propose};
use mallette_app::contexte::{Contexte, centres};
use mallette_app::etat::Etat;
use mallette_app::lecture::reseau;
use mallette_app::port::Refus;
use mallette_reports::graphique::arbre::{Feuille, Graphique};

use super::{groupes, mots};
use crate::bureau::Bureau;
use crate::chemin;
use crate::comptes::Guichet;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{nombre, pourcent};
use crate::page::{Cadre, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "contexte/calcul.html")]
struct Page {
    cadre: Cadre,
    refus: Option<String>,
    /// Why there is nothing to show.
    empeche: Option<String>,
    annees: Vec<(i16, bool)>,
    /// Parameter, words and whether it is chosen, of each variable.
    variables: Vec<(String, String, bool)>,
    resultat: Option<Resultat>,
}

/// What the choice gives.
struct Resultat {
    annee: i16,
    pourquoi: String,
    stabilite: String,
    notes: Vec<String>,
    coupes: Vec<Coupe>,
    arbre: String,
    groupes: Vec<Groupe>,
    centres: Vec<Centre>,
    /// The parameters that say the choice again.
    choix: Vec<(String, String)>,
    empreinte: String,
    effet: String,
    motif: String,
}

struct Coupe {
    groupes: usize,
    silhouette: String,
    mots: &'static str,
    plus_petit: usize,
    choisie: bool,
    proposee: bool,
}

struct Groupe {
    rang: usize,
    champ: String,
    nom: String,
    nombre: usize,
    traits: String,
}

struct Centre {
    nom: String,
    lien: String,
    groupe: usize,
    silhouette: String,
    fidelite: String,
    surete: &'static str,
    lacunes: usize,
}

/// The parameter that chooses a variable.
fn field(variable: &str) -> String {
    format!("v-{variable}")
}

/// The choice that fields say: the last year and every variable unless they do.
fn choice<'a>(contexte: &Contexte, get: impl Fn(&str) -> Option<&'a str>) -> Option<Choix> {
    let years = contexte.years();
    let asked = get("annee").and_then(|year| year.parse().ok());
    let annee = asked.filter(|year| years.contains(year)).or(years.first().copied())?;
    let known = contexte.at(annee);
    let chosen = known.iter().filter(|serie| get(&field(&serie.variable)).is_some());
    Some(Choix {
        annee,
        variables: chosen.map(|serie| serie.variable.clone()).collect(),
        groupes: get("groupes").and_then(|groupes| groupes.parse().ok()),
    })
}

fn result(
    etat: &Etat,
    choix: &Choix,
    proposition: &Proposition,
    said: &BTreeMap<String, String>,
) -> Resultat {
    let proposed = proposition.names();
    let names: Vec<String> = proposed
        .into_iter()
        .enumerate()
        .map(|(rank, nom)| said.get(&format!("nom-{rank}")).cloned().unwrap_or(nom))
        .collect();
    let mut kept = vec![("annee".to_owned(), choix.annee.to_string())];
    kept.push(("groupes".to_owned(), proposition.groupes.to_string()));
    kept.extend(choix.variables.iter().map(|variable| (field(variable), "oui".to_owned())));
    let coupes = proposition.coupes.iter().map(|coupe| Coupe {
        groupes: coupe.groupes,
        silhouette: nombre(coupe.silhouette, 2),
        mots: mots::separation(coupe.silhouette),
        plus_petit: coupe.plus_petit,
        choisie: coupe.groupes == proposition.groupes,
        proposee: proposition.proposee.is_some_and(|best| best.groupes == coupe.groupes),
    });
    let groupes = names.iter().zip(&proposition.traits).enumerate();
    let groupes = groupes.map(|(rank, (nom, traits))| Groupe {
        rang: rank + 1,
        champ: format!("nom-{rank}"),
        nom: nom.clone(),
        nombre: proposition.size(rank),
        traits: mots::traits(traits),
    });
    let effet = said.get("effet").cloned().or(groupes::year(etat).map(|year| year.to_string()));
    Resultat {
        annee: choix.annee,
        pourquoi: mots::why(proposition),
        stabilite: mots::stability(proposition),
        notes: notes(etat, proposition),
        coupes: coupes.collect(),
        arbre: tree(etat, proposition, &names),
        groupes: groupes.collect(),
        centres: members(etat, proposition),
        choix: kept,
        empreinte: proposition.empreinte(),
        effet: effet.unwrap_or_default(),
        motif: said.get("motif").cloned().unwrap_or_default(),
    }
}

/// What was left out, and what was not known.
fn notes(etat: &Etat, proposition: &Proposition) -> Vec<String> {
    let mut notes = Vec::new();
    let used =
        proposition.variables.iter().map(|v| format!("{} ({}, {})", v.libelle, v.annee, v.source));
    notes.push(format!("Variables : {}.", used.collect::<Vec<_>>().join(" ; ")));
    if !proposition.ecartees.is_empty() {
        notes.push(format!(
            "Écartées, car elles ne distinguent aucun centre : {}.",
            proposition.ecartees.join(", ")
        ));
    }
    let lacking = proposition.lacunes.iter().filter(|lacks| **lacks > 0).count();
    if lacking > 0 {
        notes.push(format!(
            "Une valeur inconnue compte comme la moyenne du réseau : {lacking} des {} centres en ont.",
            proposition.centres.len()
        ));
    }
    if !proposition.sans_donnee.is_empty() {
        let names: Vec<&str> =
            proposition.sans_donnee.iter().map(|id| reseau::nom(etat, id)).collect();
        notes.push(format!("Sans aucune valeur, donc dans aucun groupe : {}.", names.join(", ")));
    }
    notes
}

fn tree(etat: &Etat, proposition: &Proposition, names: &[String]) -> String {
    let leaves = proposition.centres.iter().zip(&proposition.membres).map(|(id, group)| Feuille {
        nom: reseau::nom(etat, id).to_owned(),
        lien: chemin::centre(id),
        groupe: group + 1,
        nom_groupe: names.get(*group).cloned().unwrap_or_default(),
    });
    let sizes: Vec<String> =
        (0..proposition.groupes).map(|rank| proposition.size(rank).to_string()).collect();
    let sizes = match sizes.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} et {last}", before.join(", ")),
        _ => sizes.concat(),
    };
    Graphique {
        id: "arbre".to_owned(),
        titre: format!(
            "{} groupes, de {sizes} centres : {}",
            proposition.groupes,
            mots::separation(proposition.silhouette())
        ),
        resume: "Arbre des ressemblances entre les contextes des centres (méthode de Ward)"
            .to_owned(),
        arbre: &proposition.arbre,
        feuilles: leaves.collect(),
        groupes: proposition.groupes,
    }
    .figure()
}

/// The centres, by group then in the order of the tree.
fn members(etat: &Etat, proposition: &Proposition) -> Vec<Centre> {
    let of = |rank: usize| {
        let id = proposition.centres.get(rank)?;
        let share = *proposition.stabilite.fidelite.get(rank)?;
        Some(Centre {
            nom: reseau::nom(etat, id).to_owned(),
            lien: chemin::centre(id),
            groupe: proposition.membres.get(rank)? + 1,
            silhouette: nombre(*proposition.silhouettes.get(rank)?, 2),
            fidelite: pourcent(share),
            surete: mots::fidelity(share),
            lacunes: *proposition.lacunes.get(rank)?,
        })
    };
    let mut all: Vec<Centre> = proposition.arbre.order().into_iter().filter_map(of).collect();
    all.sort_by_key(|centre| centre.groupe);
    all
}

async fn page(
    guichet: &Guichet,
    bureau: &Bureau,
    said: &BTreeMap<String, String>,
    refus: Option<String>,
) -> Result<Page, Erreur> {
    let contexte = guichet.comptes.contexte().await?;
    let etat = bureau.atelier.etat();
    let choix = choice(&contexte, |name| said.get(name).map(String::as_str));
    let (mut empeche, mut resultat) = (None, None);
    let (mut annees, mut variables) = (Vec::new(), Vec::new());
    if let Some(choix) = choix {
        annees = contexte.years().into_iter().map(|year| (year, year == choix.annee)).collect();
        let all = choix.variables.is_empty();
        variables = contexte
            .at(choix.annee)
            .into_iter()
            .map(|serie| {
                let words = format!("{} ({})", serie.libelle, serie.annee);
                let chosen = all || choix.variables.contains(&serie.variable);
                (field(&serie.variable), words, chosen)
            })
            .collect();
        match compute(contexte, &etat, &choix).await? {
            Ok(proposition) => resultat = Some(result(&etat, &choix, &proposition, said)),
            Err(Refus(raison)) => empeche = Some(raison),
        }
    } else {
        let raison = "Aucune série n'est en vigueur : il en faut pour calculer des groupes.";
        empeche = Some(raison.to_owned());
    }
    Ok(Page {
        cadre: Cadre::new(Rubrique::Contexte, "Calculer des groupes de pairs")
            .under("Contexte", chemin::CONTEXTE)
            .under("Groupes de pairs", chemin::GROUPES),
        refus,
        empeche,
        annees,
        variables,
        resultat,
    })
}

/// The groups, on a thread of their own: hundreds of centres and their trials take a while.
async fn compute(
    contexte: Contexte,
    etat: &Etat,
    choix: &Choix,
) -> Result<Result<Proposition, Refus>, Erreur> {
    let ids: Vec<String> = centres(etat).into_iter().map(str::to_owned).collect();
    let choix = choix.clone();
    let work = move || {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        propose(&contexte, &ids, &choix)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Erreur::Interne(error.to_string()))
}

pub(super) async fn show(
    guichet: Guichet,
    bureau: Bureau,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    render(&page(&guichet, &bureau, parametres.all(), None).await?)
}

pub(super) async fn adopt(
    guichet: Guichet,
    bureau: Bureau,
    Formulaire(form): Formulaire<BTreeMap<String, String>>,
) -> Result<Response, Erreur> {
    let personne = guichet.personne()?;
    let par = (personne.id.as_str(), &*personne.acces);
    let said = |name: &str| form.get(name).map_or("", |text| text.trim());
    let contexte = guichet.comptes.contexte().await?;
    let choix = choice(&contexte, |name| form.get(name).map(String::as_str));
    let Some(choix) = choix else {
        let raison = "Aucune série n'est en vigueur : il n'y a rien à adopter.";
        return render_refused(&page(&guichet, &bureau, &form, Some(raison.to_owned())).await?);
    };
    let count = choix.groupes.unwrap_or_default().min(100);
    let noms: Vec<String> =
        (0..count).map(|rank| said(&format!("nom-{rank}")).to_owned()).collect();
    let acte = Acte { annee: said("effet"), motif: said("motif") };
    let etat = bureau.atelier.etat();
    let shown = (&acte, said("empreinte"));
    match guichet.comptes.adopt_computed(par, &etat, (&choix, &noms), shown).await {
        Ok(_) => Ok(Redirect::to(&chemin::groupes_fait("adoption")).into_response()),
        Err(Refus(raison)) => render_refused(&page(&guichet, &bureau, &form, Some(raison)).await?),
    }
}
