//! The verdict of the rules, for a person.

use std::cmp::Reverse;
use std::fmt::Write as _;

use mallette_app::lecture::parametres::notice;
use mallette_catalogue::{Catalogue, Gravite, Regle};
use mallette_domain::resultat::{Objet, ResultatRegle};

use super::tenues::{Listes, words};
use super::{content_of, titre_of};
use crate::sortie::{align, thousands};

/// One line per rule, most numerous first within a severity. `unjudged` tells in how many centres a
/// rule could not judge, for want of a table.
pub(crate) fn describe(
    catalogue: &Catalogue,
    regles: &[ResultatRegle],
    unjudged: impl Fn(&Regle) -> usize,
) -> String {
    let mut text = String::new();
    for (gravite, titre) in [
        (Gravite::High, "Anomalies majeures"),
        (Gravite::Medium, "Anomalies moyennes"),
        (Gravite::Info, "Listes à travailler"),
    ] {
        let of_gravite = |regle: &&ResultatRegle| {
            content_of(catalogue, &regle.code).is_some_and(|content| content.gravite == gravite)
        };
        let mut rows: Vec<&ResultatRegle> = regles.iter().filter(of_gravite).collect();
        if rows.is_empty() {
            continue;
        }
        rows.sort_by_key(|regle| Reverse(regle.total().anomalies));
        let _ = writeln!(text, "\n{titre}");
        for regle in rows {
            let total = regle.total();
            let titre = titre_of(catalogue, &regle.code);
            let lacking = content_of(catalogue, &regle.code).map_or(0, &unjudged);
            let verdict = match (total.evalues, lacking) {
                (0, 0) => "aucun objet à juger".to_owned(),
                (0, _) => "…".to_owned(),
                _ => format!("{} sur {}", thousands(total.anomalies), thousands(total.evalues)),
            };
            let note = match lacking {
                0 => String::new(),
                1 => " (non évaluée dans 1 centre : table non reçue)".to_owned(),
                count => format!(" (non évaluée dans {count} centres : table non reçue)"),
            };
            let _ = writeln!(text, "  {:<9}{verdict:>24}  {titre}{note}", regle.code);
            let known = content_of(catalogue, &regle.code);
            if let Some(told) = known.and_then(|known| notice(&known.parametres)) {
                let _ = writeln!(text, "  {:<9}{:>24}  {told}", "", "");
            }
        }
    }
    text
}

/// The objects behind each figure, one table per rule that caught some.
pub(super) fn describe_listes(catalogue: &Catalogue, listes: &Listes) -> String {
    let mut text = String::new();
    for (code, lignes) in listes.iter().filter(|(_, lignes)| !lignes.is_empty()) {
        let titre = titre_of(catalogue, code);
        let _ = writeln!(text, "\n{code} : {titre} ({})", thousands(lignes.len() as u64));
        let mut entetes = vec!["Centre", "Dossier", "Conseiller", "Objet"];
        // Nothing is said of a state that nothing tells.
        let known = lignes.iter().any(|ligne| ligne.tenue.is_some());
        if known {
            entetes.extend(["État", "Depuis le", "Âge"]);
        }
        let cells = lignes.iter().map(|ligne| {
            let mut cells = place(&ligne.objet);
            cells.extend(known.then(|| words(ligne.tenue.as_ref())).into_iter().flatten());
            cells
        });
        text.push_str(&align("  ", &entetes, &cells.collect::<Vec<_>>()));
    }
    text
}

/// What finds the object again in I-MILO.
fn place(objet: &Objet) -> Vec<String> {
    let own = (objet.table == "dossiers").then(|| objet.id.clone());
    let dossier = own.clone().or_else(|| objet.dossier_id.clone());
    let shown = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    vec![
        objet.structure_id.clone(),
        shown(dossier),
        shown(objet.conseiller_id.clone()),
        // A dossier has been named already.
        if own.is_some() { String::new() } else { format!("{} {}", objet.table, objet.id) },
    ]
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use mallette_app::vie::tenues::Tenue;
    use mallette_domain::vie::{Situation, Sort};

    use super::super::tenues::Ligne;
    use super::*;

    fn ligne(table: &str, id: &str, dossier: Option<&str>, conseiller: Option<&str>) -> Ligne {
        let objet = Objet {
            structure_id: "69382S00".to_owned(),
            table: table.to_owned(),
            id: id.to_owned(),
            dossier_id: dossier.map(str::to_owned),
            conseiller_id: conseiller.map(str::to_owned),
            antenne: None,
        };
        Ligne { objet, tenue: None }
    }

    fn standing(mut ligne: Ligne, situation: Situation, depuis: Date, age: u32) -> Ligne {
        ligne.tenue = Some(Tenue { situation, depuis, age, reapparue: false });
        ligne
    }

    #[test]
    fn a_list_is_a_table_per_rule() {
        let catalogue = Catalogue::builtin().unwrap();
        let listes = Listes::from([
            ("DOS-01".to_owned(), vec![ligne("dossiers", "D1", None, Some("C12"))]),
            (
                "PAC-03".to_owned(),
                vec![
                    ligne("parcours", "P1", Some("D22"), None),
                    ligne("parcours", "P2", None, None),
                ],
            ),
            ("PAC-04".to_owned(), vec![]),
        ]);
        let text = describe_listes(&catalogue, &listes);
        let (first, second) = text.split_once("\nPAC-03 : ").unwrap();
        assert!(
            first.ends_with(
                " (1)\n  Centre    Dossier  Conseiller  Objet\n  69382S00  D1       C12\n"
            )
        );
        assert!(second.ends_with(
            " (2)\n  Centre    Dossier  Conseiller  Objet\n  69382S00  D22      -           \
             parcours P1\n  69382S00  -        -           parcours P2\n"
        ));
        assert!(!text.contains("PAC-04"));
    }

    #[test]
    fn a_state_is_told_where_it_is_known() {
        let catalogue = Catalogue::builtin().unwrap();
        let (old, new) = (date(2019, 9, 4), date(2019, 11, 4));
        let one = |id: &str| ligne("dossiers", id, None, None);
        let listes = Listes::from([(
            "DOS-01".to_owned(),
            vec![
                standing(one("D1"), Situation::AFaire(Sort::Persistante), old, 61),
                standing(one("D2"), Situation::AFaire(Sort::PremiereVue), new, 0),
                standing(one("D3"), Situation::Justifiee(date(2020, 1, 31)), new, 0),
                one("D4"),
            ],
        )]);
        let text = describe_listes(&catalogue, &listes);
        let lines: Vec<Vec<&str>> =
            text.lines().skip(2).map(|line| line.split("  ").map(str::trim).collect()).collect();
        let told: Vec<Vec<&str>> = lines
            .into_iter()
            .map(|line| line.into_iter().filter(|cell| !cell.is_empty()).collect())
            .collect();
        assert_eq!(
            told[0],
            ["Centre", "Dossier", "Conseiller", "Objet", "État", "Depuis le", "Âge"]
        );
        assert_eq!(told[1], ["69382S00", "D1", "-", "Persistante", "04/09/2019", "61 jours"]);
        assert_eq!(told[2][3..], ["Vue pour la première fois", "04/11/2019", "-"]);
        assert_eq!(told[3][3..], ["Justifiée jusqu'au 31/01/2020", "04/11/2019", "0 jour"]);
        assert_eq!(told[4][3..], ["-", "-", "-"]);
    }
}
