//! What ends in a centre, week by week: contracts, PACEA at 24 months, limits of age. To be read and
//! printed; the figures of the weeks are the lengths of their lists.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::ControlFlow;

use askama::Template;
use axum::response::Response;
use mallette_app::marges::calendrier::{Calendrier, Fin, Place};
use mallette_catalogue::Catalogue;

use super::{Choix, choices, conseiller, mots, word};
use crate::afaire::Poste;
use crate::bureau::Bureau;
use crate::chemin;
use crate::erreur::Erreur;
use crate::extraits::Parametres;
use crate::format::{compte, jour};
use crate::nominatif::{Forme, Nominatif};
use crate::page::{Cadre, Rubrique, render};

/// What the trace says was read.
pub(super) const OBJET: &str = "calendrier des fins";

/// Lines shown at once: beyond, a week is chosen.
const LIGNES: usize = 300;

#[derive(Template)]
#[template(path = "marges/calendrier.html")]
struct Page {
    cadre: Cadre,
    centre: String,
    centres: Vec<(String, String)>,
    chapeau: String,
    choix: Vec<Choix>,
    /// How far ahead the rules of deadline look in that centre.
    horizon: String,
    natures: Vec<String>,
    semaines: Vec<Semaine>,
    total: Vec<usize>,
    choisie: Option<String>,
    tout: String,
    ics: String,
    marges: String,
}

/// A row of the calendar, and its lines when they are shown.
struct Semaine {
    nom: String,
    court: String,
    ancre: String,
    lien: String,
    nombres: Vec<usize>,
    total: usize,
    lignes: Vec<Ligne>,
}

impl Semaine {
    fn listed(&self) -> u64 {
        u64::try_from(self.lignes.len()).unwrap_or(u64::MAX)
    }
}

struct Ligne {
    jour: String,
    quoi: String,
    lien: String,
    dossier: String,
    jeune: String,
    responsable: String,
    etat: String,
    marque: &'static str,
    age: String,
}

/// « 90 jours pour les contrats ; 60 jours pour les PACEA, la limite d'âge »: how far ahead each rule of deadline
/// looks, as the centre is judged by it, the farthest first.
fn horizon(catalogue: &Catalogue, centre: &str) -> String {
    let mut told: BTreeMap<Reverse<i64>, (String, Vec<&str>)> = BTreeMap::new();
    for regle in catalogue.regles.iter().filter(|regle| regle.famille == "echeance") {
        let regle_at = regle.at(centre);
        let Some(jours) = regle_at.parametres.get("jours") else { continue };
        let words =
            told.entry(Reverse(jours.valeur())).or_insert_with(|| (jours.told(), Vec::new()));
        words.1.push(match regle.code.as_str() {
            "FIN-01" => "les contrats",
            "FIN-02" => "les PACEA",
            "FIN-03" => "la limite d'âge",
            "FIN-04" => "les CEJ et Garanties jeunes",
            "FIN-05" => "les 18 ans",
            "FIN-06" => "le départ d'un conseiller",
            code => code,
        });
    }
    let parts = told.into_values().map(|(days, what)| format!("{days} pour {}", what.join(", ")));
    parts.collect::<Vec<_>>().join("\u{a0}; ")
}

/// The code of a place in an address.
fn code(place: Place) -> String {
    match place {
        Place::Avant => "avant".to_owned(),
        Place::Semaine(monday) => monday.to_string(),
        Place::SansDate => "sans-date".to_owned(),
    }
}

/// « Semaine 45, du 04/11/2019 au 10/11/2019 ».
fn name(place: Place) -> String {
    match place {
        Place::Avant => "Avant la semaine de l'extraction".to_owned(),
        Place::SansDate => "Sans date".to_owned(),
        Place::Semaine(monday) => {
            let week = monday.iso_week_date();
            let sunday = monday.checked_add(jiff::Span::new().days(6)).unwrap_or(monday);
            format!("Semaine {}, du {} au {}", week.week(), jour(monday), jour(sunday))
        }
    }
}

/// The same in the table of the weeks, where each has one line: « Semaine 45 : 04/11 – 10/11/2019 ».
fn short_name(place: Place) -> String {
    let Place::Semaine(monday) = place else { return name(place) };
    let sunday = monday.checked_add(jiff::Span::new().days(6)).unwrap_or(monday);
    let (week, from) = (monday.iso_week_date().week(), monday.strftime("%d/%m"));
    format!("Semaine {week}\u{a0}: {from} – {}", jour(sunday))
}

/// Every place to show, in order: those before, the weeks, those without a day.
fn places(calendrier: &Calendrier) -> Vec<Place> {
    let weeks = calendrier.weeks().into_iter().map(Place::Semaine);
    let odd = |place: Place| calendrier.fins.contains_key(&place).then_some(place);
    odd(Place::Avant).into_iter().chain(weeks).chain(odd(Place::SansDate)).collect()
}

pub(super) async fn show(serveur: Bureau, parametres: Parametres) -> Result<Response, Erreur> {
    let titre = "Calendrier des fins";
    let desk = Poste::followed(&serveur, &parametres, (Rubrique::Marges, titre))?;
    let poste = match desk {
        ControlFlow::Continue(poste) => poste,
        ControlFlow::Break(empty) => return Ok(empty),
    };
    let who = conseiller(&poste, &parametres);
    let calendrier =
        poste.comptes.read_calendrier(&poste.qui, &poste.centre, who.as_deref()).await?;
    let etat = serveur.atelier.etat();
    let hands = word(who.as_deref()).to_owned();
    let query = |semaine: Option<&str>| {
        let filtres = [
            ("centre", Some(poste.centre.as_str())),
            ("conseiller", Some(hands.as_str())),
            ("semaine", semaine),
        ];
        chemin::marges_calendrier(&filtres)
    };
    let shown = shown(&calendrier, parametres.get("semaine"));
    let read = calendrier.fins.iter().filter(|(place, _)| shown.contains(place));
    let objets = read.flat_map(|(_, fins)| fins).map(|fin| &fin.vue.anomalie.objet);
    let noms = Nominatif::of(&serveur.reader(Forme::Page, OBJET), objets).await?;
    let natures = natures(&calendrier, &etat.catalogue);
    let rows = places(&calendrier).into_iter().map(|place| {
        let fins = calendrier.fins.get(&place).map(Vec::as_slice).unwrap_or_default();
        let of = |nature: &String| {
            fins.iter().filter(|fin| told(fin, &etat.catalogue) == *nature).count()
        };
        let listed = if shown.contains(&place) { fins } else { &[] };
        let key = code(place);
        Semaine {
            nom: name(place),
            court: short_name(place),
            lien: format!("{}#s-{key}", query(Some(&key))),
            ancre: format!("s-{key}"),
            nombres: natures.iter().map(of).collect(),
            total: fins.len(),
            lignes: listed.iter().map(|fin| line(&poste, &noms, fin, &etat.catalogue)).collect(),
        }
    });
    let semaines: Vec<Semaine> = rows.collect();
    let sum = |rank: usize| semaines.iter().filter_map(|s| s.nombres.get(rank)).sum();
    let total = (0..natures.len()).map(sum).chain([calendrier.total()]).collect();
    render(&Page {
        cadre: Cadre::new(Rubrique::Marges, titre)
            .under("Marges", chemin::marges(&poste.centre, Some(&hands))),
        chapeau: format!(
            "{} : {} d'après l'extraction du {}.",
            poste.nom(),
            compte(
                u64::try_from(calendrier.total()).unwrap_or(u64::MAX),
                "fin à préparer",
                "fins à préparer"
            ),
            jour(calendrier.date)
        ),
        choix: choices(calendrier.conseillers.iter().map(Option::as_deref), who.as_deref()),
        total,
        horizon: horizon(&etat.catalogue, &poste.centre),
        natures,
        semaines,
        choisie: parametres.get("semaine").map(str::to_owned),
        tout: query(None),
        ics: chemin::marges_calendrier_ics(&[
            ("centre", Some(&poste.centre)),
            ("conseiller", Some(&hands)),
        ]),
        marges: chemin::marges(&poste.centre, Some(&hands)),
        centres: poste.centres.clone(),
        centre: poste.centre.clone(),
    })
}

/// The places whose lines are shown: the one asked for; all of them while they are few, else the first.
fn shown(calendrier: &Calendrier, asked: Option<&str>) -> Vec<Place> {
    let all: Vec<Place> = calendrier.fins.keys().copied().collect();
    match asked {
        Some(asked) => all.into_iter().filter(|place| code(*place) == asked).collect(),
        None if calendrier.total() <= LIGNES => all,
        None => all.into_iter().take(1).collect(),
    }
}

pub(super) fn told(fin: &Fin, catalogue: &Catalogue) -> String {
    mots::nature(&fin.vue.anomalie.regle, fin.nature.as_deref(), catalogue)
}

/// What ends, the most frequent first.
fn natures(calendrier: &Calendrier, catalogue: &Catalogue) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for fin in calendrier.fins.values().flatten() {
        *counts.entry(told(fin, catalogue)).or_default() += 1;
    }
    let mut natures: Vec<(usize, String)> = counts.into_iter().map(|(n, c)| (c, n)).collect();
    natures.sort_by(|left, right| right.0.cmp(&left.0).then_with(|| left.1.cmp(&right.1)));
    natures.into_iter().map(|(_, nature)| nature).collect()
}

fn line(poste: &Poste, noms: &Nominatif, fin: &Fin, catalogue: &Catalogue) -> Ligne {
    let objet = &fin.vue.anomalie.objet;
    let who = noms.find(objet);
    let named = who.map(|who| [who.nom.clone(), who.prenom.clone()].into_iter().flatten());
    Ligne {
        jour: fin.vue.terme.map_or_else(|| "inconnu".to_owned(), jour),
        quoi: told(fin, catalogue),
        lien: chemin::anomalie(&poste.centre, &fin.vue.anomalie.regle, &objet.table, &objet.id),
        dossier: match who {
            Some(who) => who.numero.clone(),
            None => objet.dossier_id.clone().unwrap_or_else(|| objet.id.clone()),
        },
        jeune: named.map(|named| named.collect::<Vec<_>>().join(" ")).unwrap_or_default(),
        responsable: fin.vue.responsable.clone().unwrap_or_else(|| "personne".to_owned()),
        etat: crate::afaire::mots::tenue(&fin.vue),
        marque: crate::afaire::mots::marque(&fin.vue),
        age: crate::afaire::mots::age(&fin.vue),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_catalogue::Valeur;

    use super::*;

    #[test]
    fn the_horizon_is_that_of_the_values_in_force_in_the_centre() {
        let mut catalogue = Catalogue::builtin().unwrap();
        let told = |catalogue: &Catalogue| horizon(catalogue, "A").replace('\u{a0}', " ");
        assert_eq!(
            told(&catalogue),
            "90 jours pour les contrats ; 60 jours pour les PACEA, la limite d'âge, les CEJ et Garanties \
             jeunes, les 18 ans ; 30 jours pour le départ d'un conseiller"
        );
        let value = |structure_id: &str| Valeur {
            code: "FIN-01".to_owned(),
            nom: "jours".to_owned(),
            structure_id: Some(structure_id.to_owned()),
            valeur: 120,
            le: jiff::Timestamp::UNIX_EPOCH,
        };
        assert!(catalogue.put_values(&[value("A"), value("B")]).is_empty());
        assert!(told(&catalogue).starts_with("120 jours pour les contrats ; 60 jours"));
        assert!(horizon(&catalogue, "C").starts_with("90"));
    }

    #[test]
    fn a_week_is_named_as_calendars_do() {
        let told = |day| name(Place::Semaine(day));
        assert_eq!(told(date(2019, 11, 4)), "Semaine 45, du 04/11/2019 au 10/11/2019");
        // The week of a 1 January may be the last of the year before.
        assert_eq!(told(date(2020, 12, 28)), "Semaine 53, du 28/12/2020 au 03/01/2021");
        let short = short_name(Place::Semaine(date(2020, 12, 28))).replace('\u{a0}', " ");
        assert_eq!(short, "Semaine 53 : 28/12 – 03/01/2021");
        assert_eq!(short_name(Place::SansDate), "Sans date");
    }
}
