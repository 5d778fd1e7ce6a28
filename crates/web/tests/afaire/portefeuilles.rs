//! Tables of conseillers: the size of each portfolio beside the figures, in the order of codes, and nothing to rank
//! persons by.

use crate::banc::{Banc, DEUXIEME, LYON, PREMIER};

/// The rows of a table, by the text of their first cell, without tags.
fn rows(page: &str, caption: &str) -> Vec<Vec<String>> {
    let table = page.split(&format!("<caption id=\"{caption}\">")).nth(1).unwrap();
    let body = table.split("<tbody>").nth(1).unwrap().split("</tbody>").next().unwrap();
    let text = |cell: &str| {
        let mut inside = false;
        let kept = cell.chars().filter(|c| {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    return false;
                }
                _ => {}
            }
            !inside
        });
        kept.collect::<String>().trim().to_owned()
    };
    let cells = |row: &str| {
        let row = row.replace("<td", "<th");
        let cells = row.split("<th").skip(1).filter_map(|cell| cell.split_once('>'));
        cells.map(|(_, rest)| text(rest)).collect()
    };
    body.split("<tr>").skip(1).map(cells).collect()
}

#[tokio::test]
async fn each_figure_of_a_conseiller_has_its_portfolio_beside_and_no_table_of_them_sorts() {
    let banc = Banc::new().await;
    banc.import_whole(PREMIER).await;
    banc.import_whole(DEUXIEME).await;
    // P1 is C1's; P3 and P4 are C2's, who has twenty times as many dossiers.
    let team = banc.page(&format!("/a-faire/equipe?centre={LYON}")).await;
    let told = rows(&team, "conseillers-titre");
    let first: Vec<[&str; 3]> = told.iter().map(|row| [&*row[0], &*row[1], &*row[2]]).collect();
    assert_eq!(first, [["C1", "57", "1"], ["C2", "1\u{202f}043", "2"]]);
    let by_rule = rows(&team, "regles-titre");
    assert_eq!((&*by_rule[1][0], &*by_rule[1][1]), ("C2", "1\u{202f}043"));
    let change = banc.page(&format!("/evolution?centre={LYON}")).await;
    let told = rows(&change, "conseillers-titre");
    assert_eq!((&*told[0][0], &*told[0][1]), ("C1", "57"));
    for page in [&team, &change] {
        assert!(page.contains("ce n'est pas un classement"), "{page}");
        let persons = page.split("conseillers-titre\">").next().unwrap();
        let opening = persons.rsplit("<table").next().unwrap();
        assert!(!opening.contains("data-tri"), "{opening}");
    }
    // Those of rules still sort: they are no persons.
    assert!(change.contains("<table data-tri"), "{change}");
}
