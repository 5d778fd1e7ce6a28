//! The page of an indicator.

use std::sync::Arc;

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::campagnes::TENDANCE;
use mallette_app::lecture::centre::portefeuille::{is_enough, sizes};
use mallette_app::lecture::indicateurs::chiffre::{Cellule, Chiffre};
use mallette_app::lecture::indicateurs::fiche::{Fiche, FicheCentre, sheet};
use mallette_app::lecture::indicateurs::hasard::interval;
use mallette_app::lecture::indicateurs::periodes::{self, Genre};
use mallette_app::lecture::indicateurs::releve::tells_below;
use mallette_app::lecture::indicateurs::version;
use mallette_app::lecture::portee;
use mallette_app::lecture::reseau;
use mallette_catalogue::Indicateur;
use mallette_domain::acces::Exigence;
use mallette_domain::resultat::Niveau;

use super::chiffrage::{self, Chiffrage};
use super::chiffres::{behind_with_floor, limits, shown, shown_of_part, unite};
use super::contexte::{Comparaison, comparison};
use super::couverture::{self, SerieVue};
use super::definition::{Definition, provenance};
use super::entete::{Choix, Periodes, periods};
use super::faits::{Fait, facts, scope_words, short_lists};
use super::graphiques::{self, Adresses};
use super::liens::{self, Portee};
use super::origine_contexte;
use super::position::{Phrases, phrases};
use super::raison::{ANTENNES_AILLEURS, closed};
use super::trajet;
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::{Parametres, Segment};
use crate::format::{jour, portefeuille};
use crate::page::{Cadre, Rubrique, render};
use crate::requis::without_figure;

#[derive(Template)]
#[template(path = "indicateurs/fiche.html")]
struct Page<'a> {
    cadre: Cadre,
    /// Under the definition of the period shown.
    indicateur: &'a Indicateur,
    definition: Definition<'a>,
    absent: Option<String>,
    contenu: Option<Contenu>,
    /// Where it is defined, for who may define.
    redaction: Option<String>,
    /// Extracts, files, what is left out.
    provenance: Vec<(String, String)>,
}

/// The figures, when something was received.
struct Contenu {
    campagnes: Campagnes,
    periodes: Vec<Periodes>,
    du: String,
    au: String,
    choix: Vec<Choix>,
    periode: String,
    extractions: String,
    faits: Vec<Fait>,
    /// What a coverage stands over; none for any other indicator.
    serie: Option<SerieVue>,
    position: Option<Phrases>,
    tendance: Option<String>,
    /// What stands for it.
    sans_tendance: &'static str,
    /// That the definition changes along the months.
    rupture: Option<String>,
    /// From campaign to campaign; none with fewer than two.
    par_campagne: Option<String>,
    /// The position from campaign to campaign; none without a centre.
    trajet: Option<String>,
    /// How to read a box.
    guide: String,
    boites: Option<String>,
    petits: String,
    /// What the nearest centres lead to expect; none without a context.
    egal: Option<Comparaison>,
    /// Where the series behind it come from: which one, its file.
    series: Vec<(String, String)>,
    /// How what is expected is computed, in the guide.
    methode: String,
    /// The workbook of it.
    contexte: String,
    centres: Vec<LigneVue>,
    parties: Vec<Partie>,
    /// Why there is no figure by antenne or conseiller.
    sans_partie: Option<String>,
    /// What is told of the current figures of a centre elsewhere: words, address.
    suites: Vec<(&'static str, String)>,
}

/// A centre, an antenne or a conseiller in a table.
struct LigneVue {
    nom: String,
    lien: Option<String>,
    groupe: String,
    chiffre: String,
    /// How far chance alone could move it; empty where that is not reckoned.
    intervalle: String,
    derriere: String,
    /// Active dossiers of an antenne or of a conseiller.
    taille: String,
    listes: Vec<(String, String)>,
    /// Why there is no list.
    raison: Option<&'static str>,
    choisi: bool,
}

/// The figures by antenne or by conseiller.
struct Partie {
    id: &'static str,
    titre: &'static str,
    legende: &'static str,
    entete: &'static str,
    /// Header of the sizes of portfolios: they are of the extraction, whatever the period of the figures.
    tailles: Option<String>,
    lignes: Vec<LigneVue>,
}

/// The indicator of that code.
pub(super) fn find<'a>(etat: &'a Etat, code: &str) -> Result<&'a Indicateur, Erreur> {
    let mut indicateurs = etat.catalogue.indicateurs.iter();
    indicateurs.find(|indicateur| indicateur.code == code).ok_or_else(|| {
        Erreur::Introuvable(format!("Le catalogue n'a pas d'indicateur «\u{a0}{code}\u{a0}»."))
    })
}

/// The centre that an address asks for, one of the network.
pub(super) fn asked_centre<'a>(
    etat: &Etat,
    parametres: &'a Parametres,
) -> Result<Option<&'a str>, Erreur> {
    match parametres.get("centre") {
        Some(id) if !reseau::codes(etat).contains(id) => Err(Erreur::no_centre(id)),
        centre => Ok(centre),
    }
}

pub(super) async fn show(
    serveur: Bureau,
    Segment(code): Segment<String>,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let indicateur = find(&etat, &code)?;
    let centre = asked_centre(&etat, &parametres)?;
    let absent = centre.filter(|id| !etat.centres.contains_key(*id)).map(|id| {
        let nom = reseau::nom(&etat, id);
        format!("L'extraction de {nom} n'a pas été reçue\u{a0}: voici les chiffres de la région.")
    });
    let (periode, contenu, provenance) = match chiffrage::read(&serveur, &etat, &parametres, &uri)?
    {
        Chiffrage::Vide => (None, None, Vec::new()),
        Chiffrage::Pret(periode, figures) => {
            let campagnes = campaigns(&serveur, &etat).await?;
            let fiche = sheet(&etat, &figures, indicateur, periode, centre);
            let provenance = provenance(&serveur, &etat, indicateur, &fiche);
            let serie = couverture::series(&serveur, &etat, &fiche);
            let contenu = Contenu { serie, ..content((&etat, &figures), &fiche, &campagnes) };
            (Some(periode), Some(contenu), provenance)
        }
        Chiffrage::EnCours(page) => return Ok(page),
    };
    let definition = Definition::new(&etat, indicateur, periode, centre);
    render(&Page {
        cadre: Cadre::new(Rubrique::Indicateurs, &indicateur.titre).under(
            "Indicateurs",
            chemin::keep(liens::tableau(periode, None), etat.campagne.as_deref()),
        ),
        indicateur: definition.indicateur,
        definition,
        redaction: (indicateur.redige && serveur.person_allows(Exigence::Redaction))
            .then(|| chemin::indicateur_redige(&code)),
        absent,
        contenu,
        provenance,
    })
}

/// The campaigns of a trend, the oldest first; none when there are fewer than two.
async fn campaigns(serveur: &Bureau, etat: &Etat) -> Result<Vec<Arc<Etat>>, Erreur> {
    let mut read = Vec::new();
    if etat.campagnes.len() < 2 {
        return Ok(read);
    }
    for campagne in etat.campagnes.iter().take(TENDANCE).rev() {
        read.push(serveur.atelier.synthese(campagne.nom.clone()).await?);
    }
    Ok(read)
}

fn content<'a>(
    (etat, figures): (&'a Etat, &'a Etat),
    fiche: &Fiche<'a>,
    campagnes: &[Arc<Etat>],
) -> Contenu {
    let chosen = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let adresses = Adresses::Fiche(etat.campagne.as_deref());
    let (boites, petits) = graphiques::boxes(etat, fiche, ("boite", adresses));
    let choix = fiche.centres.iter().map(|ligne| Choix {
        valeur: ligne.structure_id.to_owned(),
        texte: ligne.nom.to_owned(),
        choisi: Some(ligne.structure_id) == chosen,
    });
    let nom = chosen.map(|id| reseau::nom(etat, id));
    let covered = fiche.centres.iter().map(|line| (line.structure_id, line.chiffre.is_some()));
    let covered = portee::Portee::among(etat, covered);
    let retour = liens::fiche(&fiche.indicateur.code, Some(fiche.periode), chosen);
    let (du, au) = chiffrage::days(etat, fiche.periode);
    let own_parts = fiche.centre.iter().flat_map(|centre| sub_tables(etat, fiche, centre));
    Contenu {
        campagnes: Campagnes::new(etat, retour),
        par_campagne: graphiques::campaigns(etat, fiche, campagnes),
        trajet: trajet::figure(etat, fiche, campagnes),
        guide: {
            let lien = liens::guide(Some(fiche.periode), chosen);
            format!("{}#boite", chemin::keep(lien, etat.campagne.as_deref()))
        },
        periodes: periods(etat, fiche.periode),
        du,
        au,
        choix: choix.collect(),
        periode: periodes::label(fiche.periode),
        extractions: match &fiche.centre {
            Some(centre) => {
                let day = jour(centre.centre.version.date_extraction);
                format!(
                    "Extraction du {day}. Région\u{a0}: {}",
                    portee::Portee { campagne: None, ..covered }
                )
            }
            None => covered.to_string(),
        },
        faits: facts(etat, fiche),
        serie: None,
        position: fiche.centre.as_ref().zip(nom).map(|(centre, nom)| {
            phrases(nom, fiche.indicateur, centre.chiffre.as_ref(), centre.place.as_ref())
        }),
        tendance: graphiques::months(etat, fiche, ("tendance", adresses)),
        sans_tendance: couverture::without_months(fiche.indicateur),
        rupture: graphiques::span(fiche).and_then(|s| version::rupture(fiche.indicateur, s)),
        boites,
        petits: petits.join(", "),
        egal: comparison(etat, figures, fiche),
        series: origine_contexte::told(etat, fiche.periode),
        methode: {
            let lien = liens::guide(Some(fiche.periode), chosen);
            format!("{}#contexte", chemin::keep(lien, etat.campagne.as_deref()))
        },
        contexte: chemin::keep(
            liens::contexte(&fiche.indicateur.code, fiche.periode, chosen),
            etat.campagne.as_deref(),
        ),
        centres: centres(etat, fiche),
        parties: own_parts.chain(ensembles(etat, fiche)).collect(),
        sans_partie: fiche.centre.as_ref().and_then(|centre| without_parts(etat, fiche, centre)),
        suites: chosen
            .filter(|_| etat.campagne.is_none())
            .map(|id| onwards(etat, fiche, id))
            .unwrap_or_default(),
    }
}

/// Where the figures of a centre lead: what it would take, its levels.
fn onwards(etat: &Etat, fiche: &Fiche<'_>, id: &str) -> Vec<(&'static str, String)> {
    let code = fiche.indicateur.code.as_str();
    let year = Some(fiche.periode).filter(|periode| periode.is_year() && etat.stores(*periode));
    let et_si = chemin::et_si_year(id, Some(code), year.map(|year| year.debut.year()), 1);
    vec![
        ("Et si… : chaque seuil, et avec quels dossiers", et_si),
        ("Centre, antennes et conseillers côte à côte", chemin::niveaux(id, Some(code))),
    ]
}

/// The table of the région, of its départements and of its groups.
fn ensembles(etat: &Etat, fiche: &Fiche<'_>) -> Option<Partie> {
    let unite = unite(fiche.indicateur);
    let lignes = fiche.ensembles.iter().map(|ligne| LigneVue {
        nom: ligne.ensemble.nom(),
        lien: None,
        groupe: String::new(),
        chiffre: shown(unite, ligne.total.chiffre.as_ref()),
        intervalle: {
            let whole = ligne.total.chiffre.as_ref();
            limits(unite, whole.and_then(|whole| interval(fiche.indicateur, whole)))
        },
        derriere: scope_words(fiche, ligne),
        taille: String::new(),
        listes: short_lists(
            etat,
            fiche,
            Portee::Ensemble(ligne.ensemble),
            ligne.total.chiffre.as_ref(),
        ),
        raison: closed(etat, fiche, Portee::Ensemble(ligne.ensemble), ligne.total.chiffre.as_ref()),
        choisi: false,
    });
    let lignes: Vec<LigneVue> = lignes.collect();
    (!lignes.is_empty()).then_some(Partie {
        id: "ensembles",
        titre: "Région, départements et groupes de pairs",
        legende: "Calculés sur la somme des centres, jamais sur la moyenne de leurs chiffres",
        entete: "Ensemble",
        tailles: None,
        lignes,
    })
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
        intervalle: limits(unite, ligne.intervalle),
        derriere: match &ligne.chiffre {
            Some(chiffre) => behind_with_floor(fiche.indicateur, chiffre),
            None => without_figure(etat, fiche.indicateur, ligne.structure_id),
        },
        taille: String::new(),
        listes: short_lists(
            etat,
            fiche,
            Portee::Centre(ligne.structure_id),
            ligne.chiffre.as_ref(),
        ),
        raison: closed(etat, fiche, Portee::Centre(ligne.structure_id), ligne.chiffre.as_ref()),
        choisi: Some(ligne.structure_id) == chosen,
    });
    lines.collect()
}

/// The tables by antenne and by conseiller, in the order of names and codes, with the size of each portfolio.
fn sub_tables(etat: &Etat, fiche: &Fiche<'_>, centre: &FicheCentre<'_>) -> Vec<Partie> {
    let id = centre.structure_id;
    let [of_antennes, of_conseillers] =
        [Niveau::Antenne, Niveau::Conseiller].map(|niveau| sizes(etat, id, niveau));
    let day = jour(centre.centre.version.date_extraction);
    let tailles = Some(format!("Dossiers actifs au {day}"));
    let line = |cle: &str, chiffre: &Chiffre, lien: Option<String>, portee: Portee<'_>| LigneVue {
        nom: if cle.is_empty() { "non renseigné".to_owned() } else { cle.to_owned() },
        lien,
        groupe: String::new(),
        chiffre: shown_of_part(fiche.indicateur, chiffre),
        intervalle: {
            let given = is_enough(fiche.indicateur, chiffre);
            let found = interval(fiche.indicateur, chiffre).filter(|_| given);
            limits(unite(fiche.indicateur), found)
        },
        derriere: behind_with_floor(fiche.indicateur, chiffre),
        taille: portefeuille(match portee {
            Portee::Conseiller(..) => of_conseillers.get(cle).copied(),
            _ => of_antennes.get(cle).copied(),
        }),
        listes: short_lists(etat, fiche, portee, Some(chiffre)),
        raison: closed(etat, fiche, portee, Some(chiffre)),
        choisi: false,
    };
    let antennes = centre.antennes.iter();
    let antennes =
        antennes.map(|(cle, chiffre)| line(cle, chiffre, None, Portee::Antenne(id, cle)));
    let conseillers = centre.conseillers.iter().map(|(cle, chiffre)| {
        let lien = liens::conseiller(id, cle, Some(fiche.periode));
        line(cle, chiffre, (!cle.is_empty()).then_some(lien), Portee::Conseiller(id, cle))
    });
    let tables = [
        Partie {
            id: "antennes",
            titre: "Antennes",
            legende: "Par antenne, dans l'ordre des noms",
            entete: "Antenne",
            tailles: tailles.clone(),
            lignes: antennes.collect(),
        },
        Partie {
            id: "conseillers",
            titre: "Conseillers",
            legende: "Par conseiller, dans l'ordre des codes (ce n'est pas un classement)",
            entete: "Conseiller (code I-MILO)",
            tailles,
            lignes: conseillers.collect(),
        },
    ];
    tables.into_iter().filter(|table| !table.lignes.is_empty()).collect()
}

/// Why a centre has no figure by antenne or by conseiller.
fn without_parts(etat: &Etat, fiche: &Fiche<'_>, centre: &FicheCentre<'_>) -> Option<String> {
    if !centre.antennes.is_empty() || !centre.conseillers.is_empty() {
        return None;
    }
    if fiche.indicateur.couverture.is_some() {
        return Some(couverture::SANS_PARTIE.to_owned());
    }
    if !tells_below(etat, centre.structure_id, fiche.periode) {
        return Some(ANTENNES_AILLEURS.to_owned());
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
