//! Over which time linked rows are counted, in the form: how long, from when. The same of a condition and of what
//! an indicator measures.

use mallette_catalogue::redaction::{Condition, VueRedigeable};

use super::editeur::{Choix, choice};

/// The fields of it.
pub(super) struct Etendue {
    /// What their names start with.
    pub(super) prefixe: String,
    pub(super) fenetre: String,
    pub(super) unites: Vec<Choix>,
    pub(super) reperes: Vec<Choix>,
}

impl Etendue {
    pub(super) fn new(prefixe: &str, typed: &Condition, vue: &VueRedigeable) -> Self {
        let mut reperes = vec![choice("", "avant le jour de l'extraction", &typed.repere)];
        for (sens, words) in [("avant", "avant"), ("apres", "après")] {
            reperes.extend(vue.moments().map(|champ| {
                let valeur = format!("{sens}:{}", champ.nom);
                choice(&valeur, format!("{words} : {}", champ.libelle), &typed.repere)
            }));
        }
        Self {
            prefixe: prefixe.to_owned(),
            fenetre: typed.fenetre.clone(),
            unites: delays(typed),
            reperes,
        }
    }
}

/// The units of a delay.
pub(super) fn delays(typed: &Condition) -> Vec<Choix> {
    vec![choice("mois", "mois", &typed.unite), choice("jours", "jours", &typed.unite)]
}
