//! Published figures beside what a cohort says, in words.

use mallette_app::etat::Etat;
use mallette_app::observatoire::{Intervalle, Part};
use mallette_app::publies::rapprochement::{beside as told, read};
use mallette_domain::publie::{Fiabilite, Grandeur, Mesure, Publie};

use super::demande::Demande;
use super::hasard;
use super::tableau::Colonne;
use crate::contexte::valeur;
use crate::format::{SECRET, entier, nombre, part, ratio};

/// A published figure beside what a cohort says.
pub(super) struct Rapproche {
    pub(super) mesure: &'static str,
    /// What the cohort says.
    pub(super) ici: String,
    /// How far chance could move it, for shares.
    pub(super) intervalle: Intervalle,
    pub(super) publie: String,
    /// Here less published, for shares: in points.
    pub(super) ecart: String,
    /// Whether what is published is within that interval, in words.
    pub(super) place: &'static str,
    pub(super) lieu: String,
    pub(super) periode: String,
    pub(super) champ: String,
    pub(super) source: String,
    pub(super) fiabilite: String,
    pub(super) marque: &'static str,
}

impl Rapproche {
    /// How far chance could move what the cohort says, in words.
    pub(super) fn interval(&self) -> String {
        hasard::interval(self.intervalle)
    }
}

/// The colour of the marker of a reliability.
pub(super) const fn mark(fiabilite: Fiabilite) -> &'static str {
    match fiabilite {
        Fiabilite::Officiel => "bien",
        Fiabilite::Rapport | Fiabilite::Calcule => "info",
        Fiabilite::Secondaire | Fiabilite::AVerifier => "medium",
    }
}

/// The value of a published figure, with its unit.
pub(super) fn figure(publie: &Publie) -> String {
    let number = publie.valeur.parse().map_or_else(|_| publie.valeur.clone(), valeur);
    match publie.unite.as_str() {
        "" => number,
        unite => format!("{number}\u{a0}{unite}"),
    }
}

/// The published figures that stand beside the first column.
pub(super) fn beside(etat: &Etat, demande: &Demande, colonne: Option<&Colonne>) -> Vec<Rapproche> {
    let Some(colonne) = colonne else { return Vec::new() };
    let one = |(publie, mesure): (&Publie, Mesure)| {
        let own = read(&colonne.lue, mesure, demande.origine);
        let share = mesure.grandeur() == Grandeur::Part;
        let ici = match (own.compte, own.sur, share) {
            (Some(count), Some(whole), true) => part(count, whole),
            (Some(count), _, false) => entier(count),
            _ => SECRET.to_owned(),
        };
        let here = own.compte.zip(own.sur).and_then(|(count, whole)| ratio(count, whole));
        let ecart = match (here, publie.nombre()) {
            (Some(here), Some(there)) if share => points(here - there),
            _ => String::new(),
        };
        let intervalle = match share {
            true => Part { compte: own.compte, sur: own.sur }.interval(),
            false => Intervalle::Tu,
        };
        Rapproche {
            mesure: mesure.libelle(),
            ici,
            intervalle,
            publie: figure(publie),
            ecart,
            place: hasard::published(intervalle, publie.nombre()),
            lieu: publie.territoire.to_string(),
            periode: publie.periode(),
            champ: publie.champ.clone(),
            source: publie.source.clone(),
            fiabilite: publie.fiabilite.to_string(),
            marque: mark(publie.fiabilite),
        }
    };
    told(&etat.contexte.publies, &demande.question).into_iter().map(one).collect()
}

/// A gap between two shares, in points: `+5,0`, `−3,2`, `0,0`.
fn points(gap: f64) -> String {
    let points = (gap * 1_000.0).round() / 10.0;
    let sign = match points {
        points if points > 0.0 => "+",
        points if points < 0.0 => "−",
        _ => "",
    };
    format!("{sign}{}", nombre(points.abs(), 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_in_points() {
        assert_eq!(points(0.77 - 0.72), "+5,0");
        assert_eq!(points(0.20 - 0.232), "−3,2");
        assert_eq!(points(0.000_4), "0,0");
    }
}
