//! Which value of a parameter is in force, whose it is and since when, in words: said the same way wherever
//! a result is shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use mallette_catalogue::{Calcul, Catalogue, Indicateur, Origine, Parametre};

use crate::comptes::zone;

/// A parameter, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParametreVu {
    /// Its name in the file.
    pub nom: String,
    /// What it says.
    pub libelle: String,
    /// The value in force, with its unit.
    pub valeur: String,
    /// Whose it is, and since when.
    pub origine: String,
    /// Both: « 45 jours, valeur du réseau depuis le 05/11/2026 ».
    pub resume: String,
    /// The centres that have their own, each with its value in words; none when read as one of them.
    pub propres: Vec<(String, String)>,
    /// Why nobody may change it.
    pub fixe: Option<String>,
    /// Whether somebody gave the value in force, or a centre has its own.
    pub change: bool,
}

impl ParametreVu {
    /// All of it, own values of centres included.
    #[must_use]
    pub fn whole(&self) -> String {
        if self.propres.is_empty() {
            return self.resume.clone();
        }
        let own: Vec<String> =
            self.propres.iter().map(|(id, told)| format!("{id}\u{a0}: {told}")).collect();
        format!("{}\u{a0}; valeurs propres à des centres\u{a0}: {}", self.resume, own.join(", "))
    }
}

/// The day of an instant, as people write it.
fn day(le: Timestamp) -> String {
    zone().to_datetime(le).date().strftime("%d/%m/%Y").to_string()
}

/// Whose value is in force, and since when.
#[must_use]
pub fn origin(origine: Origine) -> String {
    match origine {
        Origine::Catalogue => "valeur du catalogue".to_owned(),
        Origine::Reseau(le) => format!("valeur du réseau depuis le {}", day(le)),
        Origine::Centre(le) => format!("valeur du centre depuis le {}", day(le)),
    }
}

/// One parameter, in words.
#[must_use]
pub fn one(nom: &str, parametre: &Parametre) -> ParametreVu {
    let origine = origin(parametre.origine());
    let valeur = parametre.told();
    let alone = parametre.lu_par.is_some();
    let own = parametre.centres.iter().filter(|_| !alone).map(|(id, posee)| {
        let told = parametre.grandeur.told(posee.valeur);
        (id.clone(), format!("{told} depuis le {}", day(posee.le)))
    });
    let propres: Vec<(String, String)> = own.collect();
    ParametreVu {
        nom: nom.to_owned(),
        libelle: parametre.libelle.clone(),
        resume: format!("{valeur}, {origine}"),
        change: parametre.origine() != Origine::Catalogue || !propres.is_empty(),
        valeur,
        origine,
        propres,
        fixe: parametre.fixe.clone(),
    }
}

/// Parameters in words, by name.
#[must_use]
pub fn shown(parametres: &BTreeMap<String, Parametre>) -> Vec<ParametreVu> {
    parametres.iter().map(|(nom, parametre)| one(nom, parametre)).collect()
}

/// What is to be known beside a result: each parameter whose value is not that of the catalogue, or not
/// the same in every centre; none when all are.
#[must_use]
pub fn notice(parametres: &BTreeMap<String, Parametre>) -> Option<String> {
    let told: Vec<String> = shown(parametres)
        .into_iter()
        .filter(|vu| vu.change)
        .map(|vu| match vu.propres.len() {
            0 => format!("{}\u{a0}: {}", vu.libelle, vu.resume),
            1 => format!("{}\u{a0}: {}, 1 centre a la sienne", vu.libelle, vu.resume),
            n => format!("{}\u{a0}: {}, {n} centres ont la leur", vu.libelle, vu.resume),
        })
        .collect();
    (!told.is_empty()).then(|| format!("{}.", told.join("\u{a0}; ")))
}

/// For an indicator of quality, the rules that centres judge with values of their own, and with which it
/// counts them; none when there are none.
#[must_use]
pub fn compared(catalogue: &Catalogue, indicateur: &Indicateur) -> Option<String> {
    if indicateur.calcul != Calcul::PourCentDossiers {
        return None;
    }
    let rules = catalogue.compared()?.regles;
    let own = rules.iter().filter_map(|common| {
        let judged = catalogue.regles.iter().find(|regle| regle.code == common.code)?;
        let centres: Vec<&str> = judged.own_centres().into_iter().collect();
        Some(format!("{} ({})", common.code, centres.join(", ")))
    });
    let own: Vec<String> = own.collect();
    Some(format!(
        "Règles que des centres jugent chez eux avec leur propre valeur\u{a0}: {}. Ce chiffre les compte avec \
         la valeur du réseau, la même pour tous\u{a0}: il se compare.",
        own.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use mallette_catalogue::{Posee, Regle};

    use super::*;

    fn regle(catalogue: &Catalogue, code: &str) -> Regle {
        catalogue.regles.iter().find(|regle| regle.code == code).unwrap().clone()
    }

    fn posee(valeur: i64) -> Option<Posee> {
        Some(Posee { valeur, le: "2026-11-05T23:30:00Z".parse().unwrap() })
    }

    #[test]
    fn whose_value_it_is_is_said_with_its_day() {
        let catalogue = Catalogue::builtin().unwrap();
        let dia = regle(&catalogue, "DIA-02");
        let vu = &shown(&dia.parametres)[0];
        assert_eq!(vu.resume, "30\u{a0}jours, valeur du catalogue");
        assert!(!vu.change && notice(&dia.parametres).is_none());
        // By the clock of Paris, where it is the day after.
        let network = dia.with_value("jours", None, posee(40));
        let told = notice(&network.parametres).unwrap();
        let expected =
            "Durée du diagnostic\u{a0}: 40\u{a0}jours, valeur du réseau depuis le 06/11/2026.";
        assert_eq!(told, expected);
        let own = network.with_value("jours", Some("A"), posee(45));
        assert!(notice(&own.parametres).unwrap().ends_with("06/11/2026, 1 centre a la sienne."));
        let read = own.at("A");
        let vu = &shown(&read.parametres)[0];
        assert_eq!(vu.whole(), "45\u{a0}jours, valeur du centre depuis le 06/11/2026");
        let vu = &shown(&own.at("B").parametres)[0];
        assert_eq!(vu.whole(), "40\u{a0}jours, valeur du réseau depuis le 06/11/2026");
    }

    #[test]
    fn the_indicator_of_quality_says_what_it_counts() {
        let mut catalogue = Catalogue::builtin().unwrap();
        let quality = catalogue.indicateurs.iter().find(|own| own.code == "QUA-H").unwrap().clone();
        assert_eq!(compared(&catalogue, &quality), None);
        let rank = catalogue.regles.iter().position(|regle| regle.code == "DIA-06").unwrap();
        catalogue.regles[rank] = catalogue.regles[rank].with_value("jours", Some("A"), posee(100));
        let told = compared(&catalogue, &quality).unwrap();
        assert!(told.contains("DIA-06 (A)") && told.contains("la valeur du réseau"), "{told}");
        let other = catalogue.indicateurs.iter().find(|own| own.code == "PAC-R").unwrap();
        assert_eq!(compared(&catalogue, other), None);
    }
}
