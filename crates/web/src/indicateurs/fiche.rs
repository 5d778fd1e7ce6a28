//! The page of an indicator.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::campagnes::TENDANCE;
use mallette_app::lecture::indicateurs::chiffre::{Cellule, Chiffre, parts};
use mallette_app::lecture::indicateurs::fiche::{Fiche, FicheCentre, sheet};
use mallette_app::lecture::indicateurs::periodes::{self, Genre};
use mallette_app::lecture::portee::Portee;
use mallette_app::lecture::reseau;
use mallette_catalogue::Indicateur;
use mallette_reports::graphique::nombre::Unite;

use super::chiffres::{behind, computation, direction, rows, shown, side, unite};
use super::entete::{Choix, Periodes, periods, read_period};
use super::graphiques;
use super::liens::{self, Liste};
use super::position::{Phrases, phrases};
use crate::campagnes::choix::Campagnes;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::jour;
use crate::page::{Cadre, Rubrique, render};
use crate::requis::without_figure;
use crate::{Serveur, chemin};

#[derive(Template)]
#[template(path = "indicateurs/fiche.html")]
struct Page<'a> {
    cadre: Cadre,
    indicateur: &'a Indicateur,
    direction: &'static str,
    calcul: &'static str,
    expression: Vec<(&'static str, String)>,
    note: Option<String>,
    absent: Option<String>,
    contenu: Option<Contenu>,
}

/// The figures, when something was received.
struct Contenu {
    campagnes: Campagnes,
    periodes: Vec<Periodes>,
    choix: Vec<Choix>,
    periode: String,
    extractions: String,
    faits: Vec<Fait>,
    position: Option<Phrases>,
    tendance: Option<String>,
    /// From campaign to campaign; none with fewer than two.
    par_campagne: Option<String>,
    boites: Option<String>,
    petits: String,
    centres: Vec<LigneVue>,
    parties: Vec<Partie>,
    /// Why there is no figure by antenne or conseiller.
    sans_partie: Option<String>,
}

/// A figure among the first of the page.
struct Fait {
    quoi: String,
    chiffre: String,
    note: String,
    liens: Vec<(String, String)>,
}

/// A centre, an antenne or a conseiller in a table.
struct LigneVue {
    nom: String,
    lien: Option<String>,
    groupe: String,
    chiffre: String,
    derriere: String,
    choisi: bool,
}

/// The figures by antenne or by conseiller.
struct Partie {
    id: &'static str,
    titre: &'static str,
    legende: &'static str,
    entete: &'static str,
    lignes: Vec<LigneVue>,
}

/// The indicator of that code.
pub(super) fn find<'a>(etat: &'a Etat, code: &str) -> Result<&'a Indicateur, Erreur> {
    let mut indicateurs = etat.catalogue.indicateurs.iter();
    indicateurs.find(|indicateur| indicateur.code == code).ok_or_else(|| {
        Erreur::Introuvable(format!("Le catalogue n'a pas d'indicateur «\u{a0}{code}\u{a0}»."))
    })
}

pub(super) async fn show(
    State(serveur): State<Serveur>,
    Segment(code): Segment<String>,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let indicateur = find(&etat, &code)?;
    let (periode, note) = read_period(&etat, &parametres)?;
    let centre = parametres.get("centre");
    if let Some(id) = centre.filter(|id| !reseau::codes(&etat).contains(id)) {
        return Err(Erreur::no_centre(id));
    }
    let absent = centre.filter(|id| !etat.centres.contains_key(*id)).map(|id| {
        let nom = reseau::nom(&etat, id);
        format!("L'extraction de {nom} n'a pas été reçue\u{a0}: voici les chiffres de la région.")
    });
    let mut contenu = None;
    if let Some(periode) = periode {
        let campagnes = campaigns(&serveur, &etat).await?;
        contenu = Some(content(&etat, &sheet(&etat, indicateur, periode, centre), &campagnes));
    }
    render(&Page {
        cadre: Cadre::new(Rubrique::Indicateurs, &indicateur.titre).under(
            "Indicateurs",
            chemin::keep(liens::tableau(periode, None), etat.campagne.as_deref()),
        ),
        direction: direction(indicateur.sens),
        calcul: computation(indicateur.calcul),
        expression: expressions(indicateur),
        indicateur,
        note,
        absent,
        contenu,
    })
}

/// The exact text of the definition.
fn expressions(indicateur: &Indicateur) -> Vec<(&'static str, String)> {
    let mut texts =
        vec![("Vue", indicateur.vue.clone()), ("Population", indicateur.population.clone())];
    texts.extend(indicateur.date.clone().map(|text| ("Date, dans la période", text)));
    texts.extend(indicateur.condition.clone().map(|text| ("Condition du numérateur", text)));
    texts.extend(indicateur.mesure.clone().map(|text| ("Mesure", text)));
    if let Some(ratio) = &indicateur.ratio {
        texts.push(("Somme du numérateur", ratio.numerateur.clone()));
        texts.push(("Vue du dénominateur", ratio.denominateur_vue.clone()));
        texts.push(("Population du dénominateur", ratio.denominateur_population.clone()));
        texts.push(("Somme du dénominateur", ratio.denominateur.clone()));
    }
    texts
}

/// The campaigns of a trend, the oldest first; none when there are fewer than two.
async fn campaigns(serveur: &Serveur, etat: &Etat) -> Result<Vec<Arc<Etat>>, Erreur> {
    let mut read = Vec::new();
    if etat.campagnes.len() < 2 {
        return Ok(read);
    }
    for campagne in etat.campagnes.iter().take(TENDANCE).rev() {
        read.push(serveur.atelier.synthese(campagne.nom.clone()).await?);
    }
    Ok(read)
}

fn content(etat: &Etat, fiche: &Fiche<'_>, campagnes: &[Arc<Etat>]) -> Contenu {
    let chosen = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let (boites, petits) = graphiques::boxes(etat, fiche);
    let choix = fiche.centres.iter().map(|ligne| Choix {
        valeur: ligne.structure_id.to_owned(),
        texte: ligne.nom.to_owned(),
        choisi: Some(ligne.structure_id) == chosen,
    });
    let nom = chosen.map(|id| reseau::nom(etat, id));
    let covered = fiche.centres.iter().map(|line| (line.structure_id, line.chiffre.is_some()));
    let covered = Portee::among(etat, covered);
    let retour = liens::fiche(&fiche.indicateur.code, Some(fiche.periode), chosen);
    Contenu {
        campagnes: Campagnes::new(etat, retour),
        par_campagne: graphiques::campaigns(etat, fiche, campagnes),
        periodes: periods(etat, fiche.periode),
        choix: choix.collect(),
        periode: periodes::label(fiche.periode),
        extractions: match &fiche.centre {
            Some(centre) => {
                let day = jour(centre.centre.version.date_extraction);
                format!(
                    "Extraction du {day}. Région\u{a0}: {}",
                    Portee { campagne: None, ..covered }
                )
            }
            None => covered.to_string(),
        },
        faits: facts(etat, fiche),
        position: fiche.centre.as_ref().zip(nom).map(|(centre, nom)| {
            phrases(nom, fiche.indicateur, centre.chiffre.as_ref(), centre.place.as_ref())
        }),
        tendance: graphiques::months(etat, fiche),
        boites,
        petits: petits.join(", "),
        centres: centres(etat, fiche),
        parties: fiche.centre.iter().flat_map(|centre| sub_tables(fiche, centre)).collect(),
        sans_partie: fiche.centre.as_ref().and_then(|centre| without_parts(fiche, centre)),
    }
}

/// The figures of the centre, of its group and of its région.
fn facts(etat: &Etat, fiche: &Fiche<'_>) -> Vec<Fait> {
    let unite = unite(fiche.indicateur);
    let mut facts = Vec::new();
    if let Some(centre) = &fiche.centre {
        let mut note = centre.chiffre.iter().map(|c| behind(fiche.indicateur, c)).collect();
        if centre.chiffre.is_none() {
            note = without_figure(etat, fiche.indicateur, centre.structure_id);
        }
        if let Some(interval) = &centre.intervalle {
            note = format!("{note}\u{a0}; {}", interval_words(unite, *interval));
        }
        facts.push(Fait {
            quoi: reseau::nom(etat, centre.structure_id).to_owned(),
            chiffre: shown(unite, centre.chiffre.as_ref()),
            note,
            liens: lists(etat, fiche, centre),
        });
    }
    let mut add = |quoi: String, total: &mallette_app::lecture::indicateurs::releve::Total| {
        let behind = total.chiffre.iter().map(|chiffre| behind(fiche.indicateur, chiffre));
        let behind: String = behind.collect();
        let noun = if total.centres < 2 { "centre" } else { "centres" };
        let separator = if behind.is_empty() { "" } else { "\u{a0}; " };
        facts.push(Fait {
            quoi,
            chiffre: shown(unite, total.chiffre.as_ref()),
            note: format!("{behind}{separator}{} {noun}", total.centres),
            liens: Vec::new(),
        });
    };
    if let Some((nom, total)) = &fiche.total_groupe {
        add(format!("Groupe «\u{a0}{nom}\u{a0}»"), total);
    }
    add("Région".to_owned(), &fiche.total_region);
    facts
}

/// « à 95\u{a0}%, entre 39,0 % et 51,4 % »: how far chance alone could move a rate.
fn interval_words(unite: Unite, (low, high): (f64, f64)) -> String {
    format!(
        "intervalle d'incertitude à 95\u{a0}%\u{a0}: de {} à {}",
        unite.write(low),
        unite.write(high)
    )
}

/// The lists behind the figure of a centre, each with its length.
fn lists(etat: &Etat, fiche: &Fiche<'_>, centre: &FicheCentre<'_>) -> Vec<(String, String)> {
    let Some(chiffre) = &centre.chiffre else { return Vec::new() };
    let lists = parts(fiche.indicateur).iter().map(|part| {
        let liste = Liste {
            code: &fiche.indicateur.code,
            centre: centre.structure_id,
            periode: fiche.periode,
            part: *part,
            conseiller: None,
        };
        let side = side(fiche.indicateur, *part);
        let words = match chiffre.length(*part) {
            Some(count) => {
                format!("Liste du {side}\u{a0}: {}", rows(fiche.indicateur, *part, count))
            }
            None => format!("Liste du {side}"),
        };
        let lien = chemin::keep(liste.page(1), etat.campagne.as_deref());
        (words.replace("du population", "de la population"), lien)
    });
    lists.collect()
}

fn centres(etat: &Etat, fiche: &Fiche<'_>) -> Vec<LigneVue> {
    let chosen = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let unite = unite(fiche.indicateur);
    let lines = fiche.centres.iter().map(|ligne| LigneVue {
        nom: ligne.nom.to_owned(),
        lien: Some(chemin::keep(
            liens::fiche(&fiche.indicateur.code, Some(fiche.periode), Some(ligne.structure_id)),
            etat.campagne.as_deref(),
        )),
        groupe: ligne.groupe.unwrap_or_default().to_owned(),
        chiffre: shown(unite, ligne.chiffre.as_ref()),
        derriere: match &ligne.chiffre {
            Some(chiffre) => behind(fiche.indicateur, chiffre),
            None => without_figure(etat, fiche.indicateur, ligne.structure_id),
        },
        choisi: Some(ligne.structure_id) == chosen,
    });
    lines.collect()
}

/// The tables by antenne and by conseiller, in the order of names and codes.
fn sub_tables(fiche: &Fiche<'_>, centre: &FicheCentre<'_>) -> Vec<Partie> {
    let line = |cle: &str, chiffre: &Chiffre, lien: Option<String>| LigneVue {
        nom: if cle.is_empty() { "non renseigné".to_owned() } else { cle.to_owned() },
        lien,
        groupe: String::new(),
        chiffre: shown(unite(fiche.indicateur), Some(chiffre)),
        derriere: behind(fiche.indicateur, chiffre),
        choisi: false,
    };
    let antennes = centre.antennes.iter().map(|(cle, chiffre)| line(cle, chiffre, None));
    let conseillers = centre.conseillers.iter().map(|(cle, chiffre)| {
        let lien = liens::conseiller(centre.structure_id, cle, Some(fiche.periode));
        line(cle, chiffre, (!cle.is_empty()).then_some(lien))
    });
    let tables = [
        Partie {
            id: "antennes",
            titre: "Antennes",
            legende: "Par antenne, dans l'ordre des noms",
            entete: "Antenne",
            lignes: antennes.collect(),
        },
        Partie {
            id: "conseillers",
            titre: "Conseillers",
            legende: "Par conseiller, dans l'ordre des codes",
            entete: "Conseiller (code I-MILO)",
            lignes: conseillers.collect(),
        },
    ];
    tables.into_iter().filter(|table| !table.lignes.is_empty()).collect()
}

/// Why a centre has no figure by antenne or by conseiller.
fn without_parts(fiche: &Fiche<'_>, centre: &FicheCentre<'_>) -> Option<String> {
    if !centre.antennes.is_empty() || !centre.conseillers.is_empty() {
        return None;
    }
    let words = match (Cellule::from(centre.chiffre.as_ref()), periodes::genre(fiche.periode)) {
        (Cellule::NonRecu, _) if !centre.centre.version.has(&fiche.indicateur.tables) => {
            "Ce centre n'a pas envoyé toutes les tables dont cet indicateur a besoin."
        }
        (Cellule::NonRecu, _) => "L'extraction de ce centre ne porte pas sur cette période.",
        (_, Genre::Annee) => "Rien n'est rattaché à une antenne ni à un conseiller.",
        _ => {
            "Les chiffres par antenne et par conseiller sont conservés pour les années entières\u{a0}: \
             choisir une année."
        }
    };
    Some(words.to_owned())
}
