//! How anomalies stand, and what was done about them, in French.

use mallette_app::vie::fiche::{Constat, Fait, Texte};
use mallette_app::vie::liste::{Etat, Vue};
use mallette_domain::vie::{Situation, Sort};

use crate::format::{compte, instant, jour};

/// « Justifiée jusqu'au 31/12/2026 », « Nouvelle (revenue après avoir été corrigée) ».
pub(crate) fn tenue(vue: &Vue) -> String {
    mallette_app::vie::mots::tenue(vue.situation, vue.anomalie.vie.reapparue)
}

/// The class of its mark.
pub(crate) fn marque(vue: &Vue) -> &'static str {
    match vue.situation {
        Situation::Revenue(_) => "high",
        Situation::AFaire(_) if vue.anomalie.vie.reapparue => "high",
        Situation::AFaire(Sort::Nouvelle) | Situation::AVerifier => "medium",
        Situation::AFaire(_) => "info",
        Situation::Justifiee(_) => "bien",
    }
}

/// A choice of the filter.
pub(crate) fn etat(etat: Etat) -> &'static str {
    match etat {
        Etat::ATraiter => "À traiter (sans les justifiées)",
        Etat::Extrait(Sort::Nouvelle) => "Nouvelles",
        Etat::Extrait(Sort::Persistante) => "Persistantes",
        Etat::Extrait(Sort::PremiereVue) => "Vues pour la première fois",
        Etat::AVerifier => "À vérifier",
        Etat::Revenue => "Revenues : justifiées auparavant",
        Etat::Reapparue => "Revenues : corrigées auparavant",
        Etat::Justifiee => "Justifiées",
        Etat::Apparue => "Nouvelles, justifiées comprises",
        Etat::Pressee => "À traiter dans les 14 jours, ou en retard",
        Etat::JustifieeBientot => "Justifiées pour 14 jours au plus",
        Etat::Toutes => "Toutes",
    }
}

/// « 61 jours ».
pub(crate) fn age(vue: &Vue) -> String {
    // What nothing before could date is at least that old.
    let least = vue.anomalie.vie.vive.sort == Sort::PremiereVue;
    match (vue.age, least) {
        (0, true) => "inconnu".to_owned(),
        (0, false) => "0 jour".to_owned(),
        (days, _) => compte(u64::from(days), "jour", "jours"),
    }
}

/// What an extract proved.
pub(crate) fn constat(constat: Constat) -> &'static str {
    match constat {
        Constat::Trouvee => "Trouvée",
        Constat::Revenue => "Revenue, après avoir été corrigée",
        Constat::Corrigee => "Corrigée",
    }
}

/// « par l'extraction du 04/11/2019 ».
pub(crate) fn extraction(le: jiff::civil::Date) -> String {
    format!("par l'extraction du {}", jour(le))
}

/// What somebody did.
pub(crate) fn acte(fait: &Fait) -> String {
    let until = |words: &str| match fait.jusqu_au {
        Some(day) => format!("{words} {}", jour(day)),
        None => String::new(),
    };
    match (fait.acte.as_str(), fait.conseiller.as_deref()) {
        ("assigner", Some(code)) => format!("Assignée à {code}{}", until(", à traiter avant le")),
        ("assigner", None) => {
            format!("Rendue au conseiller du dossier{}", until(", à traiter avant le"))
        }
        ("commenter", _) => "Commentée".to_owned(),
        ("a_verifier", _) => "Marquée à vérifier".to_owned(),
        ("verifiee", _) => "Marque « à vérifier » enlevée".to_owned(),
        ("justifier", _) => format!("Justifiée{}", until(" jusqu'au")),
        ("reprendre", _) => "Justification reprise".to_owned(),
        (other, _) => other.to_owned(),
    }
}

/// What somebody wrote.
pub(crate) fn texte(texte: Option<&Texte>) -> Option<String> {
    texte.map(|texte| match texte {
        Texte::Lu(texte) => texte.clone(),
        Texte::Ferme => {
            "texte scellé avec la clé du centre : ouvrir le coffre pour le lire".to_owned()
        }
    })
}

/// « Zoé Martin, le 05/11/2019 à 08:30 ».
pub(super) fn par(fait: &Fait) -> String {
    format!("{}, {}", fait.par, instant(fait.le))
}

/// What became of acts, from the numbers of an address.
pub(super) fn bilan(faites: u64, depassees: u64, absentes: u64) -> Vec<(bool, String)> {
    let mut said = Vec::new();
    if faites > 0 {
        let words = compte(faites, "anomalie modifiée", "anomalies modifiées");
        said.push((true, format!("{words}.")));
    }
    if depassees > 0 {
        let words =
            compte(depassees, "anomalie n'a pas été modifiée", "anomalies n'ont pas été modifiées");
        said.push((
            false,
            format!(
                "{words} : quelqu'un d'autre vient d'y agir. Elles sont comme cette personne les a \
                 laissées ; les relire, puis recommencer si besoin."
            ),
        ));
    }
    if absentes > 0 {
        let words = compte(absentes, "anomalie n'est plus", "anomalies ne sont plus");
        said.push((
            false,
            format!("{words} dans l'extraction qui compte : rien n'a été écrit sur elles."),
        ));
    }
    said
}
