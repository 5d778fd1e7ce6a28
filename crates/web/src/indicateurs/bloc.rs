//! What the blocks of a dashboard show of indicators: the sheet, the charts and the words of the page of each,
//! read once for all the blocks about one indicator.

mod feuilles;
mod liste;
mod longueurs;

use std::collections::BTreeMap;

use askama::Template;
use mallette_app::etat::Etat;
use mallette_app::lecture::centre::portefeuille::sizes;
use mallette_app::lecture::indicateurs::carte::map;
use mallette_app::lecture::indicateurs::fiche::{Fiche, sheet};
use mallette_app::lecture::indicateurs::groupe::PLUS_PETIT_GROUPE;
use mallette_app::lecture::indicateurs::periodes::{self, Genre};
use mallette_app::lecture::indicateurs::releve::tells_below;
use mallette_app::lecture::indicateurs::tableau::compared;
use mallette_app::lecture::indicateurs::tendance::{Mois, months};
use mallette_app::lecture::indicateurs::version;
use mallette_app::lecture::parametres::notice;
use mallette_app::lecture::reseau;
use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Niveau, Portion};

use super::carte::{self, Colonne, PalierVu};
use super::chiffres::{behind_with_floor, shown, shown_of_part, unite};
use super::couverture;
use super::faits::{Fait, facts, lists, scope_words};
use super::fiche;
use super::graphiques::{self, Adresses};
use super::liens::{self, Portee};
use super::position::phrases;
use super::raison::{ANTENNES_AILLEURS, closed};
use crate::chemin;
use crate::erreur::Erreur;
use crate::format::{compte, jour};

pub(crate) use liste::{offered, side_word, word};

/// The sheets of the indicators that the blocks of a page are about.
pub(crate) struct Fiches<'a> {
    /// The snapshot of the moment.
    etat: &'a Etat,
    /// The snapshot that has the figures of the period.
    figures: &'a Etat,
    periode: Periode,
    centre: Option<&'a str>,
    /// The peer group to show beside the région; none where a centre is chosen.
    groupe: Option<&'a str>,
    /// The antenne or the conseiller of the centre to show first.
    portion: &'a Portion,
    lues: BTreeMap<String, Fiche<'a>>,
}

#[derive(Template)]
#[template(path = "indicateurs/bloc_chiffre.html")]
struct Chiffres {
    legende: String,
    faits: Vec<Fait>,
    position: Option<String>,
    /// What it counts over the period, when that changed with the years.
    definition: Option<String>,
    /// What is to be known of the values in force.
    valeurs: Option<String>,
    avis: Option<&'static str>,
}

#[derive(Template)]
#[template(path = "indicateurs/bloc_figure.html")]
struct Figure {
    /// The chart; none when there is nothing to draw.
    figure: Option<String>,
    /// What stands for it.
    sans: &'static str,
    /// That the definition changes along the way.
    rupture: Option<String>,
    /// What is not drawn.
    note: Option<String>,
}

#[derive(Template)]
#[template(path = "indicateurs/bloc_positions.html")]
struct Positions {
    constat: String,
    colonnes: Vec<Colonne>,
    paliers: Vec<PalierVu>,
    legende: String,
    id: String,
}

impl<'a> Fiches<'a> {
    /// Those of a period, for a centre or for the région.
    pub(crate) fn new(
        (etat, figures): (&'a Etat, &'a Etat),
        periode: Periode,
        (centre, groupe): (Option<&'a str>, Option<&'a str>),
        portion: &'a Portion,
    ) -> Self {
        let groupe = groupe.filter(|_| centre.is_none());
        Self { etat, figures, periode, centre, groupe, portion, lues: BTreeMap::new() }
    }

    /// The page that proves what a block shows, under the same filters.
    pub(crate) fn lien(&self, code: &str) -> String {
        let lien = liens::fiche(code, Some(self.periode), self.centre);
        chemin::keep(lien, self.etat.campagne.as_deref())
    }

    /// The table of positions, under the same period.
    pub(crate) fn lien_positions(&self, famille: &str) -> String {
        let lien = liens::positions(Some(self.periode), None, Some(famille));
        chemin::keep(lien, self.etat.campagne.as_deref())
    }

    /// The indicator of that code, under the definition of the period.
    pub(crate) fn find(&self, code: &str) -> Option<&'a Indicateur> {
        fiche::find(self.etat, code).ok()
    }

    fn read(&mut self, code: &str) -> Option<&Fiche<'a>> {
        if !self.lues.contains_key(code) {
            let indicateur = self.find(code)?;
            let mut read = sheet(self.etat, self.figures, indicateur, self.periode, self.centre);
            if let Some(groupe) = self.groupe {
                read.groupes.retain(|own| own.niveau != Niveau::GroupePairs || own.nom == groupe);
            }
            self.lues.insert(code.to_owned(), read);
        }
        self.lues.get(code)
    }

    /// The figures of an indicator, and the position of the centre.
    pub(crate) fn figures(&mut self, code: &str) -> Result<Option<String>, Erreur> {
        let (etat, portion, groupe) = (self.etat, self.portion, self.groupe);
        let Some(fiche) = self.read(code) else { return Ok(None) };
        let first = part_fact(etat, fiche, portion).or_else(|| group_fact(etat, fiche, groupe));
        let faits = first.into_iter().chain(facts(etat, fiche)).collect();
        let position = fiche.centre.as_ref().map(|centre| {
            let nom = reseau::nom(etat, centre.structure_id);
            let (chiffre, place) = (centre.chiffre.as_ref(), centre.place.as_ref());
            phrases(nom, fiche.indicateur, chiffre, place).constat
        });
        let finer = portion.is_part() && periodes::genre(fiche.periode) != Genre::Annee;
        let view = Chiffres {
            legende: format!("{}, {}", fiche.indicateur.titre, periodes::label(fiche.periode)),
            faits,
            position,
            definition: (!fiche.indicateur.versions.is_empty())
                .then(|| fiche.indicateur.at(fiche.periode).definition.clone()),
            valeurs: notice(&fiche.indicateur.parametres)
                .or_else(|| couverture::sentence(etat, fiche.indicateur, fiche.periode)),
            avis: finer.then_some(
                "Les chiffres par antenne et par conseiller sont conservés pour les années \
                 entières\u{a0}: choisir une année.",
            ),
        };
        rendered(&view).map(Some)
    }

    /// An indicator month by month, its chart under that identifier.
    pub(crate) fn trend(&mut self, code: &str, id: &str) -> Result<Option<String>, Erreur> {
        let etat = self.etat;
        let adresses = Adresses::Fiche(etat.campagne.as_deref());
        let of_group = self.group_months(code);
        let Some(fiche) = self.read(code) else { return Ok(None) };
        let span = graphiques::span(fiche);
        let view = Figure {
            figure: match of_group {
                Some((nom, mois)) => {
                    graphiques::months_of_group(fiche, (&nom, &mois), (id, adresses))
                }
                None => graphiques::months(etat, fiche, (id, adresses)),
            },
            sans: couverture::without_months(fiche.indicateur),
            rupture: span.and_then(|span| version::rupture(fiche.indicateur, span)),
            note: None,
        };
        rendered(&view).map(Some)
    }

    /// The box plots of an indicator, their chart under that identifier.
    pub(crate) fn boxes(&mut self, code: &str, id: &str) -> Result<Option<String>, Erreur> {
        let etat = self.etat;
        let adresses = Adresses::Fiche(etat.campagne.as_deref());
        let Some(fiche) = self.read(code) else { return Ok(None) };
        let (figure, small) = graphiques::boxes(etat, fiche, (id, adresses));
        let note = (!small.is_empty()).then(|| {
            format!(
                "Groupes de moins de {PLUS_PETIT_GROUPE} centres avec un chiffre, non tracés\u{a0}: {}.",
                small.join(", ")
            )
        });
        let sans =
            "Trop peu de centres ont un chiffre à montrer pour cette période\u{a0}: pas de boîte.";
        rendered(&Figure { figure, sans, rupture: None, note }).map(Some)
    }

    /// The table of the positions of the network, for a family of indicators; none when no indicator is of it.
    pub(crate) fn positions(&self, famille: &str, id: &str) -> Result<Option<String>, Erreur> {
        let Some(carte) = self.map(famille) else { return Ok(None) };
        let campagne = self.etat.campagne.as_deref();
        let line = |ligne| carte::view(&carte, ligne, self.periode, campagne);
        let lignes = carte.lignes.iter().map(line).collect();
        let view = Positions {
            constat: carte::finding(&carte),
            colonnes: carte::columns(&carte, self.periode, campagne, (None, Some(famille))),
            paliers: vec![PalierVu { titre: String::new(), lignes }],
            legende: format!(
                "Position de chaque centre dans son groupe, {}",
                periodes::label(self.periode)
            ),
            id: format!("{id}-table"),
        };
        rendered(&view).map(Some)
    }

    /// The table of positions, its lines those of the peer group when one is asked for.
    fn map(&self, famille: &str) -> Option<mallette_app::lecture::indicateurs::carte::Carte<'a>> {
        let mut carte = map(self.figures, self.periode, Some(famille));
        if let Some(groupe) = self.groupe {
            carte.lignes.retain(|ligne| ligne.groupe == Some(groupe));
        }
        (!carte.indicateurs.is_empty()).then_some(carte)
    }

    /// The months of the peer group asked for, where no centre is: its name, and what all its centres counted.
    fn group_months(&self, code: &str) -> Option<(String, Vec<Mois>)> {
        let (groupe, indicateur) = (self.groupe?, self.find(code)?);
        let all = compared(self.etat);
        let own = all.iter().filter(|(_, place)| place.groupe_pairs.as_deref() == Some(groupe));
        let own: Vec<&str> = own.map(|(id, _)| *id).collect();
        let nom = format!("Groupe «\u{a0}{groupe}\u{a0}»");
        Some((nom, months(self.etat, indicateur, None, &own)))
    }
}

fn rendered(view: &impl Template) -> Result<String, Erreur> {
    view.render().map_err(|error| Erreur::Interne(error.to_string()))
}

/// The figure of the antenne or of the conseiller asked for, with the lists that prove it.
fn part_fact(etat: &Etat, fiche: &Fiche<'_>, portion: &Portion) -> Option<Fait> {
    let centre = fiche.centre.as_ref()?;
    let id = centre.structure_id;
    let (quoi, parts, cle, portee) = match (&portion.conseiller_id, &portion.antenne) {
        (Some(code), _) => {
            (format!("Conseiller {code}"), &centre.conseillers, code, Portee::Conseiller(id, code))
        }
        (None, Some(nom)) => {
            (format!("Antenne {nom}"), &centre.antennes, nom, Portee::Antenne(id, nom))
        }
        (None, None) => return None,
    };
    let niveau = match portee {
        Portee::Conseiller(..) => Niveau::Conseiller,
        _ => Niveau::Antenne,
    };
    let found = parts.iter().find(|(known, _)| known == cle).map(|(_, chiffre)| chiffre);
    let day = jour(centre.centre.version.date_extraction);
    let size = sizes(etat, id, niveau).get(cle.as_str()).map(|size| {
        let words = compte(*size, "dossier actif", "dossiers actifs");
        format!("\u{a0}; {words} au {day}")
    });
    let behind = match found {
        Some(own) => behind_with_floor(fiche.indicateur, own),
        None if fiche.indicateur.couverture.is_some() => couverture::SANS_PARTIE.to_owned(),
        None if !tells_below(etat, id, fiche.periode) => ANTENNES_AILLEURS.to_owned(),
        None => "rien n'est compté là sur cette période".to_owned(),
    };
    Some(Fait {
        quoi,
        chiffre: found.map_or_else(|| "—".to_owned(), |own| shown_of_part(fiche.indicateur, own)),
        note: format!("{behind}{}", size.unwrap_or_default()),
        liens: lists(etat, fiche, portee, found),
        raison: closed(etat, fiche, portee, found),
    })
}

/// The figure of the peer group asked for, where no centre is.
fn group_fact(etat: &Etat, fiche: &Fiche<'_>, groupe: Option<&str>) -> Option<Fait> {
    let groupe = groupe.filter(|_| fiche.centre.is_none())?;
    let mut lines = fiche.ensembles.iter();
    let ligne = lines.find(|ligne| {
        ligne.ensemble.niveau == Niveau::GroupePairs && ligne.ensemble.cle == groupe
    })?;
    let chiffre = ligne.total.chiffre.as_ref();
    Some(Fait {
        quoi: ligne.ensemble.nom(),
        chiffre: shown(unite(fiche.indicateur), chiffre),
        note: scope_words(fiche, ligne),
        liens: lists(etat, fiche, Portee::Ensemble(ligne.ensemble), chiffre),
        raison: closed(etat, fiche, Portee::Ensemble(ligne.ensemble), chiffre),
    })
}
