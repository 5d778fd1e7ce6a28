//! The charts of an indicator: months, and boxes by group.

use std::sync::Arc;

use mallette_app::etat::Etat;
use mallette_app::lecture::campagnes::{Point, trend};
use mallette_app::lecture::indicateurs::chiffre::Cellule;
use mallette_app::lecture::indicateurs::fiche::Fiche;
use mallette_app::lecture::indicateurs::groupe::Groupe;
use mallette_app::lecture::indicateurs::periodes;
use mallette_app::lecture::indicateurs::tendance::Mois;
use mallette_app::lecture::reseau;
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Niveau;
use mallette_reports::graphique::nombre::Unite;
use mallette_reports::graphique::{boite, mots, tendance};

use super::chiffres::{comparison, on_line, unite};
use super::liens;
use crate::chemin;

/// Where the marks of a chart lead.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Adresses<'a> {
    /// To the pages of the indicator, in the versions that a campaign fixed when it is one.
    Fiche(Option<&'a str>),
    /// To the trial of the indicator, which has no other page yet.
    Essai,
}

impl Adresses<'_> {
    /// The indicator over a period, for a centre or for the région.
    fn fiche(self, code: &str, periode: Periode, centre: Option<&str>) -> String {
        match self {
            Self::Fiche(campagne) => {
                chemin::keep(liens::fiche(code, Some(periode), centre), campagne)
            }
            Self::Essai => {
                chemin::indicateur_essai(code, Some(&periodes::code(periode)), centre, None)
            }
        }
    }

    /// The centre whose mark it is.
    fn centre(self, code: &str, periode: Periode, id: &str) -> String {
        match self {
            Self::Fiche(_) => liens::centre(id, Some(periode)),
            Self::Essai => self.fiche(code, periode, Some(id)),
        }
    }

    /// The centres of a group.
    fn groupe(self, code: &str, periode: Periode, groupe: Option<&str>) -> String {
        match self {
            Self::Fiche(campagne) => chemin::keep(liens::tableau(Some(periode), groupe), campagne),
            Self::Essai => self.fiche(code, periode, None),
        }
    }
}

/// A month of a line: what stands on it, and between what chance leaves it.
struct Marque<'a> {
    mois: &'a Mois,
    chiffre: Cellule,
    limites: Option<(f64, f64)>,
}

/// The months as a figure of that identifier; none without two months, which a line needs.
#[must_use]
pub(crate) fn months(
    etat: &Etat,
    fiche: &Fiche<'_>,
    (id, adresses): (&str, Adresses<'_>),
) -> Option<String> {
    let centre = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let nom = centre.map_or("Région", |id| reseau::nom(etat, id));
    let own = fiche.mois().iter().map(|mois| Marque {
        mois,
        chiffre: if centre.is_some() { mois.centre } else { mois.region },
        limites: mois.limites,
    });
    monthly(fiche, (nom, centre.is_some()), &own.collect::<Vec<_>>(), (id, adresses))
}

/// The months of a peer group, its name first, beside those of the région.
#[must_use]
pub(crate) fn months_of_group(
    fiche: &Fiche<'_>,
    (nom, of_group): (&str, &[Mois]),
    at: (&str, Adresses<'_>),
) -> Option<String> {
    // All its centres together stand where those of a région do.
    let own = fiche.mois().iter().filter_map(|mois| {
        let found = of_group.iter().find(|own| own.periode == mois.periode)?;
        Some(Marque { mois, chiffre: found.region, limites: found.limites })
    });
    monthly(fiche, (nom, true), &own.collect::<Vec<_>>(), at)
}

/// A line of months under that name, beside that of the région when it is of a part of it.
fn monthly(
    fiche: &Fiche<'_>,
    (nom, part): (&str, bool),
    months: &[Marque<'_>],
    (id, adresses): (&str, Adresses<'_>),
) -> Option<String> {
    if months.len() < 2 {
        return None;
    }
    let (unite, code) = (unite(fiche.indicateur), fiche.indicateur.code.as_str());
    let centre = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let compared = part && is_comparable(unite);
    let nom = nom.to_owned();
    let mois = months.iter().map(|marque| tendance::Mois {
        nom: periodes::short_month(marque.mois.periode),
        lien: adresses.fiche(code, marque.mois.periode, centre),
        valeur: on_line(marque.chiffre),
        repere: compared.then(|| on_line(marque.mois.region)),
    });
    // What the title compares was counted under one definition: that of the last month.
    let rank = |marque: &Marque<'_>| fiche.indicateur.rank_at(marque.mois.periode);
    let last = months.last().map(rank);
    let same = months.iter().filter(|marque| Some(rank(marque)) == last);
    let jalons = same.map(|marque| mots::Jalon {
        nom: periodes::short_month(marque.mois.periode),
        valeur: marque.chiffre.valeur(),
        limites: marque.limites,
    });
    let jalons: Vec<mots::Jalon> = jalons.collect();
    let chart = tendance::Graphique {
        id: id.to_owned(),
        titre: mots::change(&nom, unite, tendance::Pas::Mois, &jalons),
        resume: format!("{}, mois par mois, mois entiers seulement", fiche.indicateur.titre),
        unite,
        repere: compared.then(|| "Région".to_owned()),
        nom,
        pas: tendance::Pas::Mois,
        mois: mois.collect(),
    };
    Some(chart.figure())
}

/// The days that the months drawn go over; none when none is drawn.
#[must_use]
pub(super) fn span(fiche: &Fiche<'_>) -> Option<Periode> {
    let drawn = fiche.mois();
    let (first, last) = (drawn.first()?, drawn.last()?);
    Periode::new(first.periode.debut, last.periode.fin).filter(|_| drawn.len() >= 2)
}

/// The campaigns as a figure; none without two.
#[must_use]
pub(super) fn campaigns(etat: &Etat, fiche: &Fiche<'_>, campagnes: &[Arc<Etat>]) -> Option<String> {
    if campagnes.len() < 2 {
        return None;
    }
    let (unite, code) = (unite(fiche.indicateur), fiche.indicateur.code.as_str());
    let centre = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let points = trend(campagnes, fiche.indicateur, fiche.periode, centre, fiche.region);
    let compared = centre.is_some() && is_comparable(unite);
    let nom = centre.map_or("Région", |id| reseau::nom(etat, id)).to_owned();
    let own = |point: &Point| if centre.is_some() { point.centre } else { point.region };
    let told = points.iter().map(|point| mots::Jalon {
        nom: point.campagne.clone(),
        valeur: own(point).valeur(),
        limites: point.limites,
    });
    let told: Vec<mots::Jalon> = told.collect();
    let mois = points.iter().map(|point| tendance::Mois {
        nom: point.campagne.clone(),
        lien: chemin::keep(liens::fiche(code, Some(fiche.periode), centre), Some(&point.campagne)),
        valeur: on_line(own(point)),
        repere: compared.then(|| on_line(point.region)),
    });
    let chart = tendance::Graphique {
        id: "par-campagne-trace".to_owned(),
        titre: mots::change(&nom, unite, tendance::Pas::Campagne, &told),
        resume: format!(
            "{}, {}, d'une campagne à l'autre",
            fiche.indicateur.titre,
            periodes::label(fiche.periode)
        ),
        unite,
        repere: compared.then(|| "Région".to_owned()),
        nom,
        pas: tendance::Pas::Campagne,
        mois: mois.collect(),
    };
    Some(chart.figure())
}

/// Counts of a centre and of its région are not on one scale: no reference for them.
fn is_comparable(unite: Unite) -> bool {
    matches!(unite, Unite::Taux | Unite::Jours | Unite::Nombre)
}

/// The boxes as a figure of that identifier, and the groups too small to have one.
#[must_use]
pub(crate) fn boxes(
    etat: &Etat,
    fiche: &Fiche<'_>,
    (id, adresses): (&str, Adresses<'_>),
) -> (Option<String>, Vec<String>) {
    let unite = unite(fiche.indicateur);
    let (mut lignes, mut small) = (Vec::new(), Vec::new());
    // The région, the network in its stead, then the group of the centre, then the others.
    let own = fiche.total_groupe.as_ref().map(|(nom, _)| *nom);
    let mut groups: Vec<&Groupe<'_>> = fiche.groupes.iter().collect();
    groups.sort_by_key(|group| match group.niveau {
        Niveau::Region => 0,
        Niveau::Reseau => 1,
        _ => 2 + usize::from(Some(group.nom) != own),
    });
    for group in groups {
        if !group.is_large() {
            small.push(format!("{} ({})", name(group), group.size()));
        } else if let Some(ligne) = line(etat, fiche, group, adresses) {
            lignes.push((name(group), ligne));
        }
    }
    let Some((widest, first)) = lignes.first() else { return (None, small) };
    let centre = fiche.centre.as_ref();
    let titre = match centre.and_then(|centre| Some((centre, centre.place.as_ref()?))) {
        Some((centre, place)) => {
            let nom = reseau::nom(etat, centre.structure_id);
            mots::position(nom, &comparison(place), unite, &place.position)
        }
        None => mots::spread(widest, unite, &first.boite),
    };
    let chart = boite::Graphique {
        id: id.to_owned(),
        titre,
        resume: format!(
            "{}, {}\u{a0}: répartition des centres de chaque groupe",
            fiche.indicateur.titre,
            periodes::label(fiche.periode)
        ),
        unite,
        lignes: lignes.into_iter().map(|(_, ligne)| ligne).collect(),
    };
    (Some(chart.figure()), small)
}

/// A group as the chart names it.
fn name<'a>(group: &Groupe<'a>) -> &'a str {
    match group.niveau {
        Niveau::Region => "Région",
        Niveau::Reseau => "Réseau",
        _ => group.nom,
    }
}

fn line(
    etat: &Etat,
    fiche: &Fiche<'_>,
    group: &Groupe<'_>,
    adresses: Adresses<'_>,
) -> Option<boite::Ligne> {
    let boite = group.boite.clone()?;
    let (code, periode) = (fiche.indicateur.code.as_str(), fiche.periode);
    let point = |id: &str, valeur| boite::Point {
        nom: reseau::nom(etat, id).to_owned(),
        lien: etat.centres.contains_key(id).then(|| adresses.fiche(code, periode, Some(id))),
        valeur,
    };
    let known = group.centres.iter().filter_map(|(id, chiffre)| Some((*id, chiffre.valeur?)));
    let beyond = known
        .clone()
        .filter(|(_, valeur)| *valeur < boite.moustache_basse || *valeur > boite.moustache_haute);
    let extremes = beyond.map(|(id, valeur)| point(id, valeur)).collect();
    let chosen = fiche.centre.as_ref().map(|centre| centre.structure_id);
    let marque = known.clone().find(|(id, _)| Some(*id) == chosen).map(|(id, valeur)| {
        boite::Point { lien: Some(adresses.centre(code, periode, id)), ..point(id, valeur) }
    });
    let groupe = (group.niveau == Niveau::GroupePairs).then_some(group.nom);
    let nom = format!("{} ({})", name(group), boite.n);
    let lien = adresses.groupe(code, periode, groupe);
    let (secrets, fragiles) = (group.secrets, group.fragiles.len());
    Some(boite::Ligne { nom, lien, boite, secrets, fragiles, extremes, marque })
}
