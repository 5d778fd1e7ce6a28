//! The table of positions of a région: every centre by every indicator, the quarter and what is sure in words, the same
//! in the page and in its workbook.

use std::collections::BTreeMap;

use calamine::Data;
use mallette_catalogue::Catalogue;
use mallette_domain::acces::Role;

use crate::banc::{page, rows, site, table};

#[tokio::test]
async fn sixty_one_centres_by_every_indicator_are_told_in_words() {
    let every = Catalogue::builtin().unwrap().indicateurs.len();
    for role in [None, Some(Role::ChargeDeMission)] {
        let router = site(role);
        let text = page(&router, "/indicateurs/positions?periode=2019&famille=toutes").await;
        let table_only = text.split("<table").nth(1).unwrap().split("</table>").next().unwrap();
        let heads = table_only.split("</thead>").next().unwrap();
        assert_eq!(heads.matches("<th scope=\"col\"").count(), 1 + every, "{role:?}");
        let body = table_only.split("</thead>").nth(1).unwrap();
        assert_eq!(body.matches("<th scope=\"row\"").count(), 61, "{role:?}: one not received");
        assert_eq!(body.matches("<td class=\"").count(), 61 * every, "{role:?}");
        assert!(body.contains("extraction non reçue pour cette période"), "{role:?}");
        // A quarter is a word beside its colour, and what is sure is said, not only drawn.
        for quart in ["1ᵉʳ q.", "2ᵉ q.", "3ᵉ q.", "4ᵉ q."] {
            assert!(body.contains(&format!(">{quart}</abbr>")), "{role:?}: {quart}");
        }
        for (sign, words) in
            [("▲", "sûrement au-dessus de la médiane"), ("▼", "sûrement au-dessous de la médiane")]
        {
            let signs = body.matches(&format!("aria-hidden=\"true\">{sign}</span>")).count();
            let told = body.matches(&format!("<span class=\"invisible\">, {words}</span>")).count();
            assert!(signs > 0 && signs == told, "{role:?}: {sign} {signs} {told}");
        }
        the_workbook_says_the_same(&router, &text, every).await;
    }
}

/// The quarters of each centre, in the order of the columns, as the page and as the workbook say them.
async fn the_workbook_says_the_same(router: &axum::Router, text: &str, every: usize) {
    let sheet =
        rows(router, "/indicateurs/positions.xlsx?periode=2019&famille=toutes", "Positions").await;
    assert_eq!(sheet.len(), 1 + 61 * every);
    let column = |title: &str| sheet[0].iter().position(|head| head == title).unwrap();
    let (code, quart, sure) = (column("Code"), column("Quart"), column("Assuré"));
    let mut told: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in &sheet[1..] {
        let rank = match &row[quart] {
            Data::Float(rank) if (*rank - 1.0).abs() < 0.5 => "1ᵉʳ q.".to_owned(),
            Data::Float(rank) => format!("{rank}ᵉ q."),
            _ => String::new(),
        };
        told.entry(row[code].to_string()).or_default().push((rank, row[sure].to_string()));
    }
    let shown = table(text, "/centres/");
    assert_eq!((shown.len(), told.len()), (61, 61));
    for (id, cells) in &shown {
        for (cell, (rank, sure)) in cells.iter().zip(&told[id]) {
            assert_eq!(cell.contains(" q."), !rank.is_empty(), "{id}: {cell} {rank}");
            assert!(cell.contains(rank.as_str()), "{id}: {cell} {rank}");
            let sign = match sure.as_str() {
                "" => !cell.contains('▲') && !cell.contains('▼'),
                words if words.contains("au-dessus") => cell.contains('▲'),
                _ => cell.contains('▼'),
            };
            assert!(sign, "{id}: {cell} {sure}");
        }
    }
}
