//! The durations that the views hold, which are no parameters: what each counts, and why it is the same for
//! all. A view is computed once, at the import, for every rule and every indicator that reads it.
//!
//! Source of each: the head of its view. A test reads the views: a duration that this list does not answer for
//! fails it.

use crate::Catalogue;

/// A number that a view holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DureeFixe {
    /// Name of the view.
    pub vue: &'static str,
    /// The pieces of its text that hold the number.
    pub textes: &'static [&'static str],
    /// What it counts, as people read it.
    pub quoi: &'static str,
    /// Why it is not adjusted.
    pub pourquoi: &'static str,
}

/// Said of what any rule that people write may count over another duration.
const AUTREMENT: &str = "compté une fois pour toutes les règles qui le lisent ; une règle rédigée compte les lignes liées \
                         sur la durée que l'on veut";
/// Said of what is a method of comparison.
const METHODE: &str = "c'est la méthode de la comparaison : changée, les mois et les centres ne se compareraient plus";

/// Every one, by view.
pub const DUREES: &[DureeFixe] = &[
    DureeFixe {
        vue: "fait",
        textes: &["THEN 29 ELSE 25 END"],
        quoi: "Limite d'âge : 25 ans, 29 ans avec une reconnaissance de travailleur handicapé",
        pourquoi: "fixée par le code du travail",
    },
    DureeFixe {
        vue: "contact",
        textes: &["INTERVAL '6 months'"],
        quoi: "Entretiens individuels honorés : les six derniers mois",
        pourquoi: AUTREMENT,
    },
    DureeFixe {
        vue: "contact",
        textes: &["INTERVAL '3 months'"],
        quoi: "Rendez-vous manqués : les trois derniers mois",
        pourquoi: AUTREMENT,
    },
    DureeFixe {
        vue: "intensite",
        textes: &["INTERVAL '28 days'", "INTERVAL '27 days'"],
        quoi: "Heures d'un CEJ : les quatre dernières semaines",
        pourquoi: "c'est ainsi que compte l'application du CEJ",
    },
    DureeFixe {
        vue: "sortie",
        textes: &["INTERVAL '30 days'"],
        quoi: "Situation à la sortie : commencée au plus 30 jours après la fin du passage",
        pourquoi: "tous les taux de sortie la lisent, et se comparent d'un centre et d'une année à l'autre",
    },
    DureeFixe {
        vue: "situation_entree",
        textes: &["INTERVAL '7 days'"],
        quoi: "Ce que le jeune faisait à l'entrée : commencé avant, et encore là plus d'une semaine après",
        pourquoi: "écarte ce que l'entrée elle-même a fait cesser, de la même façon pour tous",
    },
    DureeFixe {
        vue: "accompagne",
        textes: &["/ 30"],
        quoi: "Mois accompagnés d'un PACEA : tranches de 30 jours depuis l'entrée",
        pourquoi: "mesure de la Dares, reconstruite",
    },
    DureeFixe {
        vue: "pmsmp",
        textes: &["INTERVAL '12 months'"],
        quoi: "Jours de PMSMP additionnés : les douze mois jusqu'au début de la dernière",
        pourquoi: "le plafond du code du travail se compte sur douze mois",
    },
    DureeFixe {
        vue: "dans_parcours",
        textes: &["INTERVAL '1 month'"],
        quoi: "Allocation d'un dispositif : jusqu'au mois qui suit sa fin",
        pourquoi: "le dernier mois se verse le mois suivant",
    },
    DureeFixe {
        vue: "plafond_annuel",
        textes: &["INTERVAL '1 month'", "INTERVAL '1 day'", "INTERVAL '11 months'"],
        quoi: "Plafond d'une année : le plus haut des plafonds mensuels en vigueur de janvier à décembre",
        pourquoi: "l'année civile est celle du texte ; les plafonds eux-mêmes se changent dans «\u{a0}plafonds.toml\u{a0}»",
    },
    DureeFixe {
        vue: "charge",
        textes: &["INTERVAL '3 months'"],
        quoi: "Entretiens d'un conseiller : les trois derniers mois",
        pourquoi: METHODE,
    },
    DureeFixe {
        vue: "calendrier",
        textes: &[
            "INTERVAL '1 month'",
            "INTERVAL '2 months'",
            "INTERVAL '3 months'",
            "INTERVAL '4 months'",
            "INTERVAL '5 months'",
            "INTERVAL '6 months'",
            "INTERVAL '7 months'",
            "INTERVAL '8 months'",
            "INTERVAL '9 months'",
            "INTERVAL '10 months'",
            "INTERVAL '11 months'",
            "INTERVAL '12 months'",
            "INTERVAL '13 months'",
            "INTERVAL '14 months'",
            "INTERVAL '15 months'",
            "INTERVAL '16 months'",
            "INTERVAL '17 months'",
            "INTERVAL '18 months'",
            "INTERVAL '19 months'",
            "INTERVAL '20 months'",
            "INTERVAL '21 months'",
            "INTERVAL '22 months'",
            "INTERVAL '23 months'",
            "INTERVAL '24 months'",
        ],
        quoi: "Activité d'un mois : les vingt-quatre derniers mois entiers sont comptés",
        pourquoi: METHODE,
    },
    DureeFixe {
        vue: "mois",
        textes: &["INTERVAL '12 months'"],
        quoi: "Un mois se compare aux douze qui le précèdent, et au même mois un an plus tôt",
        pourquoi: METHODE,
    },
    DureeFixe {
        vue: "code_service",
        textes: &["INTERVAL '3 months'", "INTERVAL '15 months'"],
        quoi: "Usage récent d'un code de service : trois mois, contre les douze d'avant",
        pourquoi: METHODE,
    },
];

/// Those that hold in a catalogue: a network that replaced a view answers for its own numbers.
#[must_use]
pub fn in_force(catalogue: &Catalogue) -> Vec<&'static DureeFixe> {
    let text = |nom: &str| catalogue.vues.iter().find(|vue| vue.nom == nom).map(|vue| &vue.sql);
    let held = |duree: &&DureeFixe| {
        text(duree.vue).is_some_and(|sql| duree.textes.iter().all(|piece| sql.contains(piece)))
    };
    DUREES.iter().filter(held).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Every `INTERVAL '…'` of a text.
    fn intervals(sql: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for piece in sql.split("INTERVAL '").skip(1) {
            let (duration, _) = piece.split_once('\'').unwrap();
            found.insert(format!("INTERVAL '{duration}'"));
        }
        found
    }

    #[test]
    fn every_duration_of_a_view_is_answered_for() {
        let catalogue = Catalogue::builtin().unwrap();
        assert_eq!(in_force(&catalogue).len(), DUREES.len(), "some are in no view any more");
        let mut seen = 0;
        for vue in &catalogue.vues {
            let told: BTreeSet<String> = DUREES
                .iter()
                .filter(|duree| duree.vue == vue.nom)
                .flat_map(|duree| duree.textes)
                .filter(|piece| piece.starts_with("INTERVAL"))
                .map(|piece| (*piece).to_owned())
                .collect();
            let held = intervals(&vue.sql);
            assert_eq!(held, told, "{}", vue.nom);
            seen += held.len();
        }
        assert!(seen > 30, "{seen}");
    }

    /// Durations written in a rule or an indicator without being a parameter, and why.
    const ECRITES: [(&str, &str, &str); 11] = [
        ("ALL-23", "INTERVAL '1 day' INTERVAL '1 month'", "the last day of a month"),
        ("CEJ-08", "INTERVAL '18 months'", "the law; CEJ-01 says so and shows it"),
        ("CONT-03", "INTERVAL '3 months'", "that of the view whose absences it counts"),
        ("DAR-H", "INTERVAL '6 months'", "half the year of the Dares"),
        ("DAR-K", "INTERVAL '18 months'", "a year and a half: the third length beside DAR-L"),
        ("DAR-L", "INTERVAL '12 months'", "a year, in the words of the Dares"),
        ("DAR-P", "INTERVAL '30 days'", "a month, in the words of the Dares"),
        ("DAR-S", "INTERVAL '12 months'", "a year, in the words of the Dares"),
        ("GJ-05", "INTERVAL '18 months'", "the law; GJ-02 says so and shows it"),
        (
            "REF-08",
            "INTERVAL '15 months' INTERVAL '3 months'",
            "those of the view whose usages it compares",
        ),
        ("SIT-18", "INTERVAL '1 day'", "the eve of an anniversary"),
    ];

    #[test]
    fn every_duration_of_a_rule_or_an_indicator_is_a_parameter_or_is_answered_for() {
        let mut seen = Vec::new();
        for (fichier, text) in crate::fichiers::builtin() {
            let place = fichier.split_once('/');
            let judged = |folder| matches!(folder, "regles" | "indicateurs");
            let Some((_, name)) = place.filter(|(folder, _)| judged(*folder)) else { continue };
            let expressions = text.lines().filter(|line| {
                let key = line.split_once(" = ").map_or("", |(key, _)| key);
                matches!(key, "applicable" | "evaluable" | "condition" | "population" | "mesure")
            });
            let held: BTreeSet<String> = expressions.flat_map(intervals).collect();
            let hard: Vec<String> = held.into_iter().filter(|piece| !piece.contains('{')).collect();
            if !hard.is_empty() {
                seen.push((name.trim_end_matches(".toml").to_owned(), hard.join(" ")));
            }
        }
        seen.sort();
        let told = ECRITES.map(|(code, held, _)| (code.to_owned(), held.to_owned()));
        assert_eq!(seen, told);
    }

    #[test]
    fn a_network_that_replaced_a_view_answers_for_its_own_numbers() {
        let mut catalogue = Catalogue::builtin().unwrap();
        let own = catalogue.vues.iter_mut().find(|vue| vue.nom == "sortie").unwrap();
        own.sql = own.sql.replace("30 days", "60 days");
        let told: Vec<&str> = in_force(&catalogue).iter().map(|duree| duree.vue).collect();
        assert_eq!(told.len(), DUREES.len() - 1);
        assert!(!told.contains(&"sortie"));
    }
}
