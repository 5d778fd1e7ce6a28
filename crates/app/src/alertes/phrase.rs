//! An alert in words, for the page and for the mail: counts, codes and wordings of the catalogue, names of
//! centres; nothing else can be in them.

use std::collections::BTreeMap;

use mallette_catalogue::Catalogue;
use mallette_catalogue::redaction::PREFIXE_INDICATEUR;
use mallette_domain::alerte::{Alerte, Cle, DELAI_JOURS, Genre, Importance, Public};
use mallette_domain::periode::Periode;
use mallette_domain::structure;

use crate::lecture::indicateurs::periodes::{day, label};

/// What pages call a kind.
#[must_use]
pub const fn kind(genre: Genre) -> &'static str {
    match genre {
        Genre::Hausse => "Hausse d'anomalies",
        Genre::Muette => "Règle qui ne juge plus",
        Genre::Table => "Table qui n'est plus reçue",
        Genre::Retard => "Extraction en retard",
        Genre::Baisse => "Baisse des entrées",
        Genre::Justification => "Justifications qui se terminent",
        Genre::Echeance => "Échéances proches",
        Genre::Fin => "Fins proches (contrats, dispositifs, âge)",
        Genre::DeCote => "Règle ou indicateur publié mis de côté",
        Genre::Installation => "État de l'installation",
    }
}

/// Where it is: the centre, the network, the installation.
#[must_use]
pub fn place(cle: &Cle) -> String {
    let centre = cle.structure_id.as_deref();
    let named = centre.map(|id| structure::find(id).map_or(id, |known| known.nom));
    match (cle.public, named) {
        (Public::Installation, _) => "Installation".to_owned(),
        (Public::Conseiller, Some(nom)) => {
            let code = cle.conseiller_id.as_deref().unwrap_or_default();
            format!("{nom}, portefeuille {code}")
        }
        (_, Some(nom)) => nom.to_owned(),
        (_, None) => "Réseau".to_owned(),
    }
}

/// « 12 345 ».
fn whole(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (rank, digit) in digits.chars().enumerate() {
        if rank > 0 && (digits.len() - rank).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// « 1 règle », « 12 règles ».
fn count(number: u64, one: &str, many: &str) -> String {
    format!("{}\u{a0}{}", whole(number), if number < 2 { one } else { many })
}

/// The alert in a sentence, with its figures; its place is said apart.
#[must_use]
pub fn sentence(alerte: &Alerte, catalogue: &Catalogue) -> String {
    let Alerte { cle, chiffre, reference, jour, importance } = alerte;
    let network = cle.public == Public::Reseau;
    let of = jour.map(|jour| format!(" du {}", day(jour))).unwrap_or_default();
    match cle.genre {
        Genre::Hausse => {
            let new = count(*chiffre, "nouvelle anomalie", "nouvelles anomalies");
            let before = whole(*reference);
            let (here, there) = match network {
                true => ("dans le réseau".to_owned(), "aux extractions précédentes"),
                false => (format!("à l'extraction{of}"), "à la précédente"),
            };
            format!("{}\u{a0}: {new} {here}, pour {before} {there}.", rule(&cle.objet, catalogue))
        }
        Genre::Muette if network => {
            let centres = count(*chiffre, "centre", "centres");
            format!(
                "{} ne juge plus rien dans {centres} sur {}.",
                rule(&cle.objet, catalogue),
                whole(*reference)
            )
        }
        Genre::Muette => format!(
            "{} n'a rien pu juger à l'extraction{of}\u{a0}; à la précédente, {}.",
            rule(&cle.objet, catalogue),
            count(*reference, "objet jugé", "objets jugés")
        ),
        Genre::Table => format!(
            "La table «\u{a0}{}\u{a0}» n'est plus reçue (extraction{of})\u{a0}: {}.",
            cle.objet,
            count(*chiffre, "règle ne juge plus", "règles ne jugent plus")
        ),
        Genre::Retard => {
            format!("L'extraction{of} a {}.", count(*chiffre, "jour", "jours"))
        }
        Genre::Baisse => {
            let month = jour.and_then(|jour| Periode::new(jour, jour.last_of_month()));
            let month = month.map(label).unwrap_or_default();
            let known = catalogue.indicateurs.iter().find(|known| known.code == cle.objet);
            let titre = known.map_or(cle.objet.as_str(), |known| known.titre.as_str());
            // A month of one centre is often secret outside of it: its page says it when it is not.
            if network {
                return format!(
                    "{titre} ({})\u{a0}: nettement moins en {month} qu'un mois ordinaire.",
                    cle.objet
                );
            }
            format!(
                "{titre} ({})\u{a0}: {} en {month}, pour {} un mois ordinaire.",
                cle.objet,
                whole(*chiffre),
                whole(*reference)
            )
        }
        Genre::Justification => {
            let ends = count(*chiffre, "justification se termine", "justifications se terminent");
            format!(
                "{ends} dans les {DELAI_JOURS} jours\u{a0}: leurs anomalies seront redemandées."
            )
        }
        Genre::Echeance => format!(
            "{} dans les {DELAI_JOURS} jours, ou dont le jour est passé.",
            count(*chiffre, "anomalie à traiter", "anomalies à traiter")
        ),
        Genre::Fin => ends(alerte),
        Genre::DeCote if cle.objet.starts_with(PREFIXE_INDICATEUR) => format!(
            "L'indicateur {}, publié, ne se lit ou ne se calcule plus\u{a0}: il est mis de côté, sans chiffre.",
            cle.objet
        ),
        Genre::DeCote => format!(
            "La règle {}, publiée, ne se lit ou ne se calcule plus\u{a0}: elle est mise de côté et ne juge \
             rien.",
            cle.objet
        ),
        Genre::Installation => {
            let what = match importance {
                Importance::Haute => "à traiter maintenant",
                Importance::Moyenne => "à reprendre",
            };
            format!("{}\u{a0}: {what}.", cle.objet)
        }
    }
}

/// What ends in a week, in a sentence.
fn ends(alerte: &Alerte) -> String {
    let number = count(alerte.chiffre, "fin", "fins");
    let when = match alerte.reference {
        0 => "aujourd'hui".to_owned(),
        1 => "demain".to_owned(),
        days => format!("dans {}", count(days, "jour", "jours")),
    };
    let monday = alerte.jour.map(day).unwrap_or_default();
    format!(
        "{number} (contrats, dispositifs, âge) dans la semaine du {monday}\u{a0}; la prochaine {when}."
    )
}

/// Centres that a line of the digest names; the others are counted.
const NOMMES: usize = 3;

/// Alerts as the lines of a mail, in their order. What the network is told of several centres is one line,
/// where the first of them stands: dozens of late extracts must not hide the rest.
#[must_use]
pub fn lines(alertes: &[&Alerte], catalogue: &Catalogue) -> Vec<String> {
    let group = |alerte: &Alerte| {
        let Cle { public, genre, structure_id, objet, .. } = &alerte.cle;
        let of_centre = *public == Public::Reseau && structure_id.is_some();
        of_centre.then(|| (*genre, objet.clone()))
    };
    let mut groups: BTreeMap<(Genre, String), Vec<&Alerte>> = BTreeMap::new();
    for alerte in alertes {
        if let Some(key) = group(alerte) {
            groups.entry(key).or_default().push(alerte);
        }
    }
    let line = |alerte: &&Alerte| {
        let Some(key) = group(alerte) else { return Some(alone(alerte, catalogue)) };
        // Taken by the first of them.
        match groups.remove(&key)?.as_slice() {
            [one] => Some(alone(one, catalogue)),
            all => Some(together(&key, all, catalogue)),
        }
    };
    alertes.iter().filter_map(line).collect()
}

fn alone(alerte: &Alerte, catalogue: &Catalogue) -> String {
    format!("{}\u{a0}: {}", place(&alerte.cle), sentence(alerte, catalogue))
}

/// « Extraction en retard dans 12 centres : Lyon (45 jours), Grenoble (40 jours)… ».
fn together((genre, objet): &(Genre, String), all: &[&Alerte], catalogue: &Catalogue) -> String {
    let centres = count(u64::try_from(all.len()).unwrap_or(u64::MAX), "centre", "centres");
    let what = match genre {
        Genre::Table => format!("La table «\u{a0}{objet}\u{a0}» n'est plus reçue de"),
        Genre::Retard => "Extraction en retard dans".to_owned(),
        Genre::Baisse => {
            let known = catalogue.indicateurs.iter().find(|known| known.code == *objet);
            let titre = known.map_or(objet.as_str(), |known| known.titre.as_str());
            format!("{titre} ({objet})\u{a0}: baisse dans")
        }
        other => format!("{} dans", kind(*other)),
    };
    let figure = |alerte: &Alerte| match genre {
        Genre::Retard => count(alerte.chiffre, "jour", "jours"),
        Genre::Baisse => format!("{} pour {}", whole(alerte.chiffre), whole(alerte.reference)),
        _ => count(alerte.chiffre, "règle", "règles"),
    };
    let named = all.iter().take(NOMMES).map(|a| format!("{} ({})", place(&a.cle), figure(a)));
    let named: Vec<String> = named.collect();
    let more = match all.len().saturating_sub(NOMMES) {
        0 => String::new(),
        more => {
            format!(" et {}", count(u64::try_from(more).unwrap_or(u64::MAX), "autre", "autres"))
        }
    };
    format!("{what} {centres}\u{a0}: {}{more}.", named.join(", "))
}

/// « Titre de la règle (PAC-07) ».
fn rule(code: &str, catalogue: &Catalogue) -> String {
    let known = catalogue.regles.iter().find(|regle| regle.code == code);
    known.map_or_else(|| code.to_owned(), |regle| format!("{} ({code})", regle.titre))
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};

    use super::*;

    /// An alert in words, its spaces as the tests write them.
    fn said(
        (public, genre): (Public, Genre),
        objet: &str,
        (chiffre, reference): (u64, u64),
        jour: Option<Date>,
    ) -> String {
        let catalogue = Catalogue::builtin().unwrap();
        let centre = (public == Public::Centre).then(|| "69382S00".to_owned());
        let cle = Cle {
            public,
            genre,
            structure_id: centre,
            conseiller_id: None,
            objet: objet.to_owned(),
        };
        let importance = Importance::Haute;
        let alerte = Alerte { cle, chiffre, reference, jour, importance };
        let text = format!("{} : {}", place(&alerte.cle), sentence(&alerte, &catalogue));
        text.replace(['\u{a0}', '\u{202f}'], " ")
    }

    #[test]
    fn what_the_network_is_told_of_many_centres_is_one_line_of_the_mail() {
        let catalogue = Catalogue::builtin().unwrap();
        let of = |public, genre, centre: Option<&str>, objet: &str, chiffre| {
            let cle = Cle {
                public,
                genre,
                structure_id: centre.map(str::to_owned),
                conseiller_id: None,
                objet: objet.to_owned(),
            };
            let importance = Importance::Haute;
            Alerte { cle, chiffre, reference: 20, jour: None, importance }
        };
        let known: Vec<&str> = structure::all().map(|one| one.structure_id).take(7).collect();
        let network = Public::Reseau;
        let mut all = vec![of(network, Genre::DeCote, None, "LOC-1", 0)];
        let late = (50u64..).zip(&known).map(|(n, id)| of(network, Genre::Retard, Some(id), "", n));
        all.extend(late);
        all.push(of(network, Genre::Table, Some(known[0]), "propositions", 2));
        all.push(of(network, Genre::Baisse, Some(known[1]), "ACC-N", 3));
        all.push(of(network, Genre::Baisse, Some(known[2]), "ACC-N", 4));
        // The own centre is never counted with the others.
        all.push(of(Public::Centre, Genre::Retard, Some(known[0]), "", 50));
        let told: Vec<&Alerte> = all.iter().collect();
        let lines: Vec<String> = lines(&told, &catalogue)
            .iter()
            .map(|line| line.replace(['\u{a0}', '\u{202f}'], " "))
            .collect();
        assert_eq!(lines.len(), 5, "{lines:?}");
        assert!(lines[0].starts_with("Réseau : La règle LOC-1"));
        let nom = |rank: usize| structure::find(known[rank]).unwrap().nom;
        let start = format!("Extraction en retard dans 7 centres : {} (50 jours), ", nom(0));
        assert!(lines[1].starts_with(&start), "{}", lines[1]);
        assert!(lines[1].ends_with(&format!("{} (52 jours) et 4 autres.", nom(2))), "{}", lines[1]);
        assert!(lines[2].starts_with(&format!("{} : La table", nom(0))), "one is said in full");
        let fell =
            format!("baisse dans 2 centres : {} (3 pour 20), {} (4 pour 20).", nom(1), nom(2));
        assert!(lines[3].ends_with(&fell), "{}", lines[3]);
    }

    #[test]
    fn what_ends_and_what_is_set_aside_are_said() {
        let lyon = structure::find("69382S00").unwrap().nom;
        let fin = |monday: Date, figure| {
            said((Public::Centre, Genre::Fin), &monday.to_string(), figure, Some(monday))
        };
        for (days, when) in [(5, "dans 5 jours"), (1, "demain"), (0, "aujourd'hui")] {
            let expected = format!(
                "{lyon} : 12 fins (contrats, dispositifs, âge) dans la semaine du 30/11/2026 ; la \
                 prochaine {when}."
            );
            assert_eq!(fin(date(2026, 11, 30), (12, days)), expected);
        }
        assert_eq!(
            said((Public::Reseau, Genre::DeCote), "LOC-1", (0, 0), None),
            "Réseau : La règle LOC-1, publiée, ne se lit ou ne se calcule plus : elle est mise de \
             côté et ne juge rien."
        );
        assert_eq!(
            said((Public::Reseau, Genre::DeCote), "IND-2", (0, 0), None),
            "Réseau : L'indicateur IND-2, publié, ne se lit ou ne se calcule plus : il est mis de côté, \
             sans chiffre."
        );
    }

    #[test]
    fn each_kind_is_said_with_its_figures() {
        let catalogue = Catalogue::builtin().unwrap();
        let (centre, network) = (Public::Centre, Public::Reseau);
        let day = Some(date(2026, 11, 4));
        let titre = &catalogue.regles.iter().find(|r| r.code == "PAC-07").unwrap().titre;
        let lyon = structure::find("69382S00").unwrap().nom;
        for (found, expected) in [
            (
                said((centre, Genre::Hausse), "PAC-07", (1_234, 12), day),
                format!(
                    "{lyon} : {titre} (PAC-07) : 1 234 nouvelles anomalies à l'extraction du 04/11/2026, \
                     pour 12 à la précédente."
                ),
            ),
            (
                said((network, Genre::Hausse), "X-01", (1, 0), None),
                "Réseau : X-01 : 1 nouvelle anomalie dans le réseau, pour 0 aux extractions \
                 précédentes."
                    .to_owned(),
            ),
            (
                said((network, Genre::Muette), "X-01", (3, 61), None),
                "Réseau : X-01 ne juge plus rien dans 3 centres sur 61.".to_owned(),
            ),
            (
                said((centre, Genre::Muette), "X-01", (0, 50), day),
                format!(
                    "{lyon} : X-01 n'a rien pu juger à l'extraction du 04/11/2026 ; à la précédente, \
                     50 objets jugés."
                ),
            ),
            (
                said((centre, Genre::Table), "propositions", (2, 0), day),
                format!(
                    "{lyon} : La table « propositions » n'est plus reçue (extraction du 04/11/2026) : \
                     2 règles ne jugent plus."
                ),
            ),
            (
                said((centre, Genre::Retard), "", (45, 0), day),
                format!("{lyon} : L'extraction du 04/11/2026 a 45 jours."),
            ),
            (
                said((centre, Genre::Baisse), "ACC-N", (11, 22), Some(date(2026, 10, 1))),
                format!(
                    "{lyon} : Premiers accueils (ACC-N) : 11 en octobre 2026, pour 22 un mois ordinaire."
                ),
            ),
            (
                said((centre, Genre::Justification), "", (1, 0), None),
                format!(
                    "{lyon} : 1 justification se termine dans les 14 jours : leurs anomalies seront \
                     redemandées."
                ),
            ),
            (
                said((centre, Genre::Echeance), "", (2, 0), None),
                format!(
                    "{lyon} : 2 anomalies à traiter dans les 14 jours, ou dont le jour est passé."
                ),
            ),
            (
                said((Public::Installation, Genre::Installation), "Disque", (0, 0), None),
                "Installation : Disque : à traiter maintenant.".to_owned(),
            ),
        ] {
            assert_eq!(found, expected);
        }
    }
}
