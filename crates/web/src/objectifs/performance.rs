//! The share of the funding that depends on results: what the network set, and the amounts, to the cent (`montants`,
//! read from the form by `lue`, in files by `fichier`).

mod fichier;
mod lue;
mod montants;

use askama::Template;
use axum::response::{IntoResponse as _, Redirect, Response};
use mallette_app::etat::Etat;
use mallette_app::objectifs::performance::{Atteinte, PartCentre, Reglage, ReglageVu};
use mallette_app::port::Refus;
use mallette_catalogue::Sens;
use mallette_domain::acces::Exigence;

pub(super) use fichier::{download_csv, download_xlsx};
use lue::read;
use montants::{Ligne, Montants, amounts, euros, line, title};

use super::{Guichet, asked, nom};
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Formulaire, Parametres};
use crate::format::{instant, nombre};
use crate::indicateurs::entete::Choix;
use crate::page::{Cadre, LIGNES_PAR_PAGE, Pagination, Rubrique, render, render_refused};

#[derive(Template)]
#[template(path = "objectifs/performance.html")]
struct Page {
    cadre: Cadre,
    annee: i16,
    annees: Vec<Choix>,
    fait: Option<&'static str>,
    refus: Option<String>,
    regle: Option<Regle>,
    lignes: Vec<Ligne>,
    pagination: Pagination,
    /// Of all the centres, whatever page of them is shown.
    total: Option<Total>,
    /// Where the targets are.
    objectifs: String,
    xlsx: String,
    csv: String,
    /// The form, for who sets it.
    saisie: Option<Saisie>,
}

/// The amounts of all the centres together.
struct Total {
    base: String,
    part: String,
    acquis: String,
    perdu: String,
    attente: String,
}

/// What was set, in words.
struct Regle {
    part: String,
    atteinte: String,
    poids: Vec<(String, String)>,
    version: i64,
    le: String,
    autres: usize,
}

/// The fields of the form.
struct Saisie {
    lue: i64,
    part: String,
    atteintes: Vec<(&'static str, &'static str, bool)>,
    plancher: u16,
    /// Code, title, weight.
    poids: Vec<(String, String, u64)>,
    bases: String,
}

fn atteinte(reglage: &Reglage) -> String {
    match reglage.atteinte {
        Atteinte::ToutOuRien => {
            "un objectif atteint donne toute sa part, un objectif manqué n'en donne rien".to_owned()
        }
        Atteinte::Proportion => format!(
            "un objectif manqué donne sa part en proportion de ce qui est atteint, et rien en dessous de \
             {}\u{a0}%",
            reglage.plancher_pour_cent
        ),
    }
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let etat = serveur.atelier.etat();
    let (_, annee) = asked(&etat, &parametres)?;
    let annee = guichet.annee(&etat, annee);
    let fait = (parametres.get("fait") == Some("fixe")).then_some("La part est enregistrée.");
    render(&page(&serveur, &guichet, (annee, parametres.page()), (fait, None)).await?)
}

async fn page(
    serveur: &Bureau,
    guichet: &Guichet,
    (annee, asked): (i16, usize),
    (fait, refus): (Option<&'static str>, Option<String>),
) -> Result<Page, Erreur> {
    let etat = serveur.atelier.etat();
    let Montants { reglages: set, mut parts, termines } =
        amounts(serveur, guichet, &etat, annee).await?;
    let current = set.first();
    let sum = |of: fn(&PartCentre) -> u64| parts.iter().map(of).sum::<u64>();
    let total = (parts.len() > 1).then(|| Total {
        base: euros(sum(|part| part.base)),
        part: euros(sum(|part| part.part)),
        acquis: euros(sum(|part| part.acquis)),
        perdu: euros(sum(|part| part.perdu)),
        attente: euros(sum(|part| part.en_attente)),
    });
    parts.sort_by_cached_key(|part| {
        (nom(&etat, &part.structure_id).to_owned(), part.structure_id.clone())
    });
    let pagination = Pagination::new(parts.len(), asked, |page| {
        let page = (page > 1).then(|| page.to_string());
        // The address of a year has parameters already.
        let more = chemin::url(&[], &[("page", page.as_deref())]).replacen('?', "&", 1);
        format!("{}{more}", chemin::performance(annee, None))
    });
    let shown = parts.iter().skip(pagination.offset()).take(LIGNES_PAR_PAGE);
    let lignes = shown.map(|part| line(&etat, annee, part, &termines)).collect();
    Ok(Page {
        cadre: Cadre::new(Rubrique::Objectifs, "Part liée aux résultats")
            .under("Objectifs", chemin::objectifs(None, annee)),
        annees: guichet
            .annees(annee)
            .await?
            .into_iter()
            .map(|known| Choix {
                valeur: known.to_string(),
                texte: known.to_string(),
                choisi: known == annee,
            })
            .collect(),
        regle: current.map(|vu| rule(&etat, vu, set.len())),
        saisie: serveur.allows(Exigence::Reseau).then(|| fields(&etat, current)),
        objectifs: chemin::objectifs(None, annee),
        xlsx: chemin::performance_fichier(annee, "xlsx"),
        csv: chemin::performance_fichier(annee, "csv"),
        annee,
        fait,
        refus,
        lignes,
        pagination,
        total,
    })
}

fn rule(etat: &Etat, vu: &ReglageVu, versions: usize) -> Regle {
    let reglage = &vu.reglage;
    let total: u64 = reglage.poids.values().sum();
    let weighted = reglage.poids.iter().filter(|(_, poids)| **poids > 0);
    Regle {
        part: format!("{}\u{a0}%", nombre(f64::from(reglage.part_pour_mille) / 10.0, 1)),
        atteinte: atteinte(reglage),
        poids: weighted
            .map(|(code, poids)| (title(etat, code), format!("{poids} sur {total}")))
            .collect(),
        version: vu.version,
        le: instant(vu.le),
        autres: versions.saturating_sub(1),
    }
}

fn fields(etat: &Etat, current: Option<&ReglageVu>) -> Saisie {
    let set = current.map(|vu| &vu.reglage);
    let chosen = set.map_or(Atteinte::ToutOuRien, |set| set.atteinte);
    let weight = |code: &str| set.and_then(|set| set.poids.get(code)).copied().unwrap_or(0);
    let aims = etat.catalogue.indicateurs.iter().filter(|known| known.sens != Sens::Neutre);
    let bases = set
        .into_iter()
        .flat_map(|set| &set.bases)
        .map(|(id, cents)| format!("{id};{},{:02}\n", cents / 100, cents % 100));
    Saisie {
        lue: current.map_or(0, |vu| vu.version),
        part: nombre(set.map_or(0.0, |set| f64::from(set.part_pour_mille) / 10.0), 1),
        atteintes: Atteinte::ALL
            .map(|one| {
                let words = match one {
                    Atteinte::ToutOuRien => "Tout ou rien",
                    Atteinte::Proportion => "En proportion, au-dessus d'un plancher",
                };
                (one.code(), words, one == chosen)
            })
            .into(),
        plancher: set.map_or(0, |set| set.plancher_pour_cent),
        poids: aims.map(|i| (i.code.clone(), i.titre.clone(), weight(&i.code))).collect(),
        bases: bases.collect(),
    }
}

pub(super) async fn set(
    serveur: Bureau,
    Formulaire(fields): Formulaire<Vec<(String, String)>>,
) -> Result<Response, Erreur> {
    let guichet = Guichet::of(&serveur)?;
    let asked = fields.iter().find(|(name, _)| name == "annee").map(|(_, value)| value.as_str());
    let annee = guichet.annee(&serveur.atelier.etat(), asked);
    let refus = match read(&fields) {
        Err(raison) => format!("La part n'est pas enregistrée\u{a0}: {raison}."),
        Ok((annee, lue, reglage)) => {
            let unknown = reglage.bases.keys().find(|id| !guichet.comptes.knows_centre(id));
            match unknown {
                Some(id) => format!(
                    "La part n'est pas enregistrée\u{a0}: le centre «\u{a0}{id}\u{a0}» n'est pas connu."
                ),
                None => {
                    match guichet.comptes.set_part(&guichet.qui, (annee, lue), &reglage).await {
                        Ok(()) => {
                            let back = chemin::performance(annee, Some("fixe"));
                            return Ok(Redirect::to(&back).into_response());
                        }
                        Err(Refus(raison)) => raison,
                    }
                }
            }
        }
    };
    render_refused(&page(&serveur, &guichet, (annee, 1), (None, Some(refus))).await?)
}
