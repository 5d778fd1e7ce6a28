//! The guide to reading figures: signs, uncertainty, the box plot, positions, secrecy, then every indicator of
//! the catalogue, with the numbers of a centre in the sentences. To be read or printed.

use std::collections::BTreeMap;
use std::iter;

use askama::Template;
use axum::http::Uri;
use axum::response::Response;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::apercu::{Apercu, overview};
use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::reseau;
use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_reports::graphique::{mots, vignette};
use mallette_stats::boxplot::BoxPlot;
use mallette_stats::secret::{Audience, DOMINANCE, PLANCHER};

use super::cadre::{CadreVu, Numerote, frames, numbers};
use super::chiffrage::{self, Chiffrage};
use super::chiffres::{behind_with_floor, comparison, computation, direction, shown, unite};
use super::couverture;
use super::entete::{Choix, Periodes, periods};
use super::guide_leviers::{self, Leviers, by_indicateur};
use super::position::phrases;
use super::{guide_contexte, liens};
use crate::bureau::Bureau;
use crate::campagnes::choix::Campagnes;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, jour};
use crate::page::{Cadre, Rubrique, render};
use crate::requis::without_figure;

#[derive(Template)]
#[template(path = "indicateurs/guide.html")]
struct Page {
    cadre: Cadre,
    choix: Option<Reglage>,
    /// « Lyon, 2019, extraction du 04/11/2019 ».
    sujet: String,
    exemple: Exemple,
    seuils: Seuils,
    /// The public frames, and the indicators that stand in each.
    cadres: Vec<CadreVu>,
    indicateurs: Vec<Article>,
}

/// The choices above the guide.
struct Reglage {
    campagnes: Campagnes,
    periodes: Vec<Periodes>,
    du: String,
    au: String,
    centres: Vec<Choix>,
}

/// The sentences of the guide about one indicator of the centre; those of no centre in particular without one.
#[derive(Default)]
struct Exemple {
    chiffre: Vec<String>,
    incertitude: Vec<String>,
    boite: Vec<String>,
    dessin: Option<String>,
    position: Vec<String>,
    contexte: Vec<String>,
}

struct Seuils {
    reseau: u64,
    public: u64,
    taux: u64,
    dominance: String,
    groupe: usize,
}

/// One indicator.
struct Article {
    code: String,
    titre: String,
    numeros: Vec<Numerote>,
    definition: String,
    calcul: &'static str,
    sens: &'static str,
    source: String,
    lien: String,
    /// What it is worth in the centre, and where that stands.
    phrases: Vec<String>,
    dessin: Option<String>,
    leviers: Leviers,
}

pub(super) async fn show(
    serveur: Bureau,
    uri: Uri,
    parametres: Parametres,
) -> Result<Response, Erreur> {
    let serveur = serveur.at(&parametres).await?;
    let etat = serveur.atelier.etat();
    let asked = parametres.get("centre").filter(|id| !id.is_empty());
    if let Some(id) = asked.filter(|id| !etat.centres.contains_key(*id)) {
        return Err(match reseau::codes(&etat).contains(id) {
            true => Erreur::no_version(&etat, id),
            false => Erreur::no_centre(id),
        });
    }
    // Who has one centre reads the guide with its numbers.
    let only = etat.centres.keys().next().filter(|_| etat.centres.len() == 1);
    let centre = asked.or(only.map(String::as_str));
    let retour = chemin::keep(liens::tableau(None, None), etat.campagne.as_deref());
    let leviers = by_indicateur(&etat.catalogue);
    let cadre =
        Cadre::new(Rubrique::Indicateurs, "Guide de déchiffrage").under("Indicateurs", retour);
    let page = match chiffrage::read(&serveur, &etat, &parametres, &uri)? {
        Chiffrage::EnCours(page) => return Ok(page),
        Chiffrage::Vide => Page {
            cadre,
            choix: None,
            sujet: String::new(),
            exemple: Exemple::default(),
            seuils: Seuils::new(),
            cadres: frames(&etat.catalogue.indicateurs),
            // Without a period, the definition of today.
            indicateurs: etat
                .catalogue
                .indicateurs
                .iter()
                .map(|own| article(own.of_rank(own.versions.len()), &leviers, None))
                .collect(),
        },
        Chiffrage::Pret(periode, figures) => {
            let found = centre.and_then(|id| overview(&figures, id, periode)).unwrap_or_default();
            let mut page = page(cadre, &etat, (centre, periode), (&found, &leviers));
            if let Some((id, own)) = centre.zip(example(&found)) {
                let known = EXEMPLES.iter().filter_map(|code| placed_rate(&found, code));
                let tried = iter::once(own).chain(known).map(|own| own.indicateur);
                page.exemple.contexte = guide_contexte::told(&etat, &figures, (id, periode), tried);
            }
            page
        }
    };
    render(&page)
}

fn page(
    cadre: Cadre,
    etat: &Etat,
    (centre, periode): (Option<&str>, Periode),
    (found, leviers): (&[Apercu<'_>], &BTreeMap<String, Leviers>),
) -> Page {
    let (du, au) = chiffrage::days(etat, periode);
    let nom = centre.map(|id| reseau::nom(etat, id));
    let mut centres: Vec<Choix> = etat
        .centres
        .keys()
        .map(|id| Choix {
            valeur: id.clone(),
            texte: reseau::nom(etat, id).to_owned(),
            choisi: Some(id.as_str()) == centre,
        })
        .collect();
    centres.sort_by(|left, right| left.texte.cmp(&right.texte));
    let sujet = centre.and_then(|id| etat.centres.get(id)).zip(nom).map(|(version, nom)| {
        let day = jour(version.version.date_extraction);
        format!("{nom}, {}, extraction du {day}", periodes::label(periode))
    });
    let own = |indicateur: &Indicateur| {
        let found = found.iter().find(|own| own.indicateur.code == indicateur.code)?;
        Some((etat, centre?, periode, found))
    };
    let all = etat.catalogue.indicateurs.iter();
    Page {
        cadre,
        sujet: sujet.unwrap_or_default(),
        exemple: nom.zip(example(found)).map(|(nom, own)| told(nom, own)).unwrap_or_default(),
        seuils: Seuils::new(),
        cadres: frames(&etat.catalogue.indicateurs),
        indicateurs: all.map(|known| article(known.at(periode), leviers, own(known))).collect(),
        choix: Some(Reglage {
            campagnes: Campagnes::new(etat, liens::guide(Some(periode), centre)),
            periodes: periods(etat, periode),
            du,
            au,
            centres,
        }),
    }
}

impl Seuils {
    fn new() -> Self {
        Self {
            reseau: Audience::Reseau.seuil(),
            public: Audience::Public.seuil(),
            taux: PLANCHER,
            dominance: crate::format::nombre(DOMINANCE * 100.0, 0),
            groupe: PLUS_PETIT_GROUPE,
        }
    }
}

/// The rates of the guide's own sentences, the one that shows most first.
const EXEMPLES: [&str; 3] = ["SOR-P", "PAC-P", "PAC-D"];

/// A rate that has a position.
fn placed_rate<'a, 'b>(found: &'b [Apercu<'a>], code: &str) -> Option<&'b Apercu<'a>> {
    let mut rates = found.iter().filter(|own| own.place.is_some() && own.indicateur.is_share());
    rates.find(|own| own.indicateur.code == code)
}

/// The indicator that shows most: a rate with a position, else anything with one.
fn example<'a, 'b>(found: &'b [Apercu<'a>]) -> Option<&'b Apercu<'a>> {
    let placed = || found.iter().filter(|own| own.place.is_some());
    placed_rate(found, EXEMPLES[0])
        .or_else(|| placed().find(|own| own.indicateur.calcul == Calcul::Taux))
        .or_else(|| placed().next())
}

/// The sentences of the guide, with the numbers of that indicator.
fn told(nom: &str, own: &Apercu<'_>) -> Exemple {
    let indicateur = own.indicateur;
    let unite = unite(indicateur);
    let titre = &indicateur.titre;
    let Some(chiffre) = &own.chiffre else { return Exemple::default() };
    let value = shown(unite, Some(chiffre));
    let mut exemple = Exemple::default();
    exemple.chiffre.push(format!(
        "Ainsi, «\u{a0}{titre}\u{a0}» ({}) vaut {value} pour {nom}\u{a0}: {}.",
        indicateur.code,
        behind_with_floor(indicateur, chiffre)
    ));
    if let Some((low, high)) = own.intervalle {
        exemple.incertitude.push(format!(
            "Pour {nom}, avec {}, l'intervalle va de {} à {}\u{a0}: une autre année semblable aurait pu donner \
             n'importe quel chiffre entre les deux, sans que rien n'ait changé dans le travail de l'équipe.",
            behind_with_floor(indicateur, chiffre),
            unite.write(low),
            unite.write(high)
        ));
    }
    if let Some(boite) = own.groupe.as_ref().and_then(|groupe| groupe.boite.as_ref()) {
        exemple.boite = box_words(boite, |value| unite.write(value));
        if let Some(place) = &own.place {
            exemple.boite.push(format!(
                "Le losange est {nom}\u{a0}: {value}, dans le {} {}.",
                mots::quarter(place.position.quart),
                comparison(place).of()
            ));
        }
        exemple.dessin = Some(vignette::drawing(boite, chiffre.valeur, unite));
    }
    let words = phrases(nom, indicateur, Some(chiffre), own.place.as_ref());
    exemple.position.push(words.constat);
    exemple.position.extend(words.precisions);
    exemple.position.extend(words.marge);
    exemple
}

/// A box in words, with its own numbers.
fn box_words(boite: &BoxPlot, write: impl Fn(f64) -> String) -> Vec<String> {
    let n = compte(u64::try_from(boite.n).unwrap_or(u64::MAX), "centre", "centres");
    let mut text = vec![
        format!(
            "Cette boîte est celle de {n}. Le trait épais est la médiane, {}\u{a0}: la moitié des centres est en dessous, l'autre au-dessus.",
            write(boite.mediane)
        ),
        format!(
            "La boîte va de {} (1ᵉʳ quartile) à {} (3ᵉ quartile)\u{a0}: la moitié centrale des centres y est. Un quart des centres est plus bas, un quart plus haut.",
            write(boite.q1),
            write(boite.q3)
        ),
        format!(
            "Les moustaches vont jusqu'à {} et {}, les dernières valeurs à moins de 1,5 fois la longueur de la boîte.",
            write(boite.moustache_basse),
            write(boite.moustache_haute)
        ),
    ];
    text.push(match boite.extremes.as_slice() {
        [] => "Aucun centre n'est au-delà des moustaches.".to_owned(),
        [one] => format!("Un centre est au-delà, à {}\u{a0}: un rond.", write(*one)),
        many => {
            let values: Vec<String> = many.iter().map(|value| write(*value)).collect();
            format!("{} centres sont au-delà, en ronds\u{a0}: {}.", many.len(), values.join(", "))
        }
    });
    text
}

/// An indicator, with what it is worth in a centre.
fn article(
    indicateur: &Indicateur,
    leviers: &BTreeMap<String, Leviers>,
    own: Option<(&Etat, &str, Periode, &Apercu<'_>)>,
) -> Article {
    let unite = unite(indicateur);
    let mut article = Article {
        code: indicateur.code.clone(),
        titre: indicateur.titre.clone(),
        numeros: numbers(indicateur),
        definition: indicateur.definition.clone(),
        calcul: computation(indicateur.calcul),
        sens: direction(indicateur.sens),
        source: indicateur.source.clone(),
        lien: liens::fiche(&indicateur.code, None, None),
        phrases: Vec::new(),
        dessin: None,
        leviers: guide_leviers::of(leviers, indicateur),
    };
    let Some((etat, centre, periode, own)) = own else { return article };
    let nom = reseau::nom(etat, centre);
    let lien = liens::fiche(&indicateur.code, Some(periode), Some(centre));
    article.lien = chemin::keep(lien, etat.campagne.as_deref());
    article.phrases.push(match &own.chiffre {
        Some(chiffre) => format!(
            "{nom}\u{a0}: {}, {}.",
            shown(unite, Some(chiffre)),
            behind_with_floor(indicateur, chiffre)
        ),
        None => format!("{nom}\u{a0}: {}.", without_figure(etat, indicateur, centre)),
    });
    article.phrases.extend(couverture::sentence(etat, indicateur, periode));
    if let Some((low, high)) = own.intervalle {
        article.phrases.push(format!(
            "Compte tenu du hasard, entre {} et {}.",
            unite.write(low),
            unite.write(high)
        ));
    }
    let words = phrases(nom, indicateur, own.chiffre.as_ref(), own.place.as_ref());
    article.phrases.push(words.constat);
    let boite = own.groupe.as_ref().and_then(|groupe| groupe.boite.as_ref());
    article.dessin = boite.map(|boite| {
        // Under the floor it stands nowhere: no mark in the box of the others.
        let compared = own.chiffre.as_ref().filter(|chiffre| chiffre.floor(indicateur).is_none());
        vignette::drawing(boite, compared.and_then(|chiffre| chiffre.valeur), unite)
    });
    if let Some(boite) = boite {
        article.phrases.push(format!(
            "La moitié centrale des {} est entre {} et {}, la médiane à {}.",
            compte(
                u64::try_from(boite.n).unwrap_or(u64::MAX),
                "centre comparé",
                "centres comparés"
            ),
            unite.write(boite.q1),
            unite.write(boite.q3),
            unite.write(boite.mediane)
        ));
    }
    article
}
