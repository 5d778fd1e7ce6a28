//! The chart of a cohort and its tables: each passage with its share of those who could make it, how far chance could
//! move each share, nothing of it beside a secret; the words of gaps, the same in page, workbook and CSV.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use mallette_domain::acces::Role;

use super::lines;
use crate::banc::{bytes, page, plain, rows, site, tables, written};
use crate::region::Double;

/// The rows of the table of passages: the moment, the situation, the next moment, the situation then, how many, their
/// share, its limits.
fn passages(text: &str) -> Vec<Vec<String>> {
    let Some(told) = text.split(": passages d&#39;un moment au suivant").nth(1) else {
        return Vec::new();
    };
    let rows = told.split("</table>").next().unwrap().split("<tr>").skip(2);
    let cells = |row: &str| {
        let row = row.replace("<th", "<td").replace("</th>", "</td>").replace("&#39;", "'");
        row.split("<td")
            .skip(1)
            .map(|cell| plain(cell.split_once('>').unwrap().1.split("</td>").next().unwrap()))
            .collect()
    };
    rows.map(cells).collect()
}

fn number(text: &str) -> f64 {
    let digits: String = text.chars().filter(|c| c.is_ascii_digit() || *c == ',').collect();
    digits.replace(',', ".").parse().unwrap_or_else(|_| panic!("{text}"))
}

const ETAPES: [&str; 6] =
    ["À l'entrée", "À la sortie", "À 6 mois", "À 12 mois", "À 18 mois", "À 24 mois"];

#[tokio::test]
async fn each_passage_has_its_share_of_the_situation_it_leaves_and_its_interval() {
    for (role, asked) in [
        (Role::ChargeDeMission, "cohorte=gj-2015-2018"),
        (Role::ChargeDeMission, "cohorte=gj-2015-2018&mois=entree"),
        (Role::Directeur, "cohorte=gj-2015-2018"),
    ] {
        let router = site(Some(role));
        let text = page(&router, &format!("/observatoire?{asked}")).await;
        let told = passages(&text);
        assert!(told.len() > 8, "{role:?} {asked}: {told:?}");
        let (mut shares, mut few) = (0, 0);
        for row in &told {
            let [before, from, _, _, count, share, limits] = row.as_slice() else {
                panic!("{role:?} {asked}: {row:?}")
            };
            if share.is_empty() {
                assert!(from.starts_with("Les autres passages") && limits.is_empty(), "{row:?}");
                continue;
            }
            // Of those who were there, as the table of that moment counts them.
            let rank = ETAPES.iter().position(|known| known == before).unwrap();
            let there = lines(&text, &format!("etape-{rank}"));
            let Some((_, cells)) = there.iter().find(|(name, _)| name == from) else {
                assert_eq!(from, "Situations au secret, ensemble", "{row:?}");
                continue;
            };
            let whole = number(&cells[0]);
            assert!(
                (number(share) - number(count) / whole * 100.0).abs() < 0.051,
                "{row:?} {whole}"
            );
            match limits.split_once(" à ") {
                Some((low, high)) => {
                    assert!(
                        number(low) <= number(share) && number(share) <= number(high),
                        "{row:?}"
                    );
                    assert!(whole >= 20.0, "{row:?}");
                    shares += 1;
                }
                None => {
                    assert!(limits == "fragile" && whole < 20.0, "{row:?}");
                    few += 1;
                }
            }
        }
        // Of the thirty of a centre, those who hold the same are fewer than twenty, but at the entry and when it is late.
        let least = if role == Role::Directeur { (2, 2) } else { (5, 0) };
        assert!(shares > least.0 && few >= least.1, "{role:?} {asked}: {shares} {few}");
        // The workbook says the same; from the centre, the first column comes first.
        let sheet = rows(&router, &format!("/observatoire.xlsx?{asked}"), "Passages").await;
        for (row, cells) in told.iter().zip(sheet.iter().skip(1)) {
            assert_eq!(cells.len(), 9, "{cells:?}");
            assert_eq!(written(&cells[5]), row[4], "{cells:?}");
            let (low, high) = row[6].split_once(" à ").unwrap_or((&row[6], &row[6]));
            for (cell, seen) in cells[6..].iter().zip([row[5].as_str(), low, high]) {
                let whole = seen.ends_with('%') && cell.to_string().parse::<u8>().is_ok();
                assert!(whole || written(cell) == seen, "{row:?} {cells:?}");
            }
        }
    }
}

#[tokio::test]
async fn the_chart_draws_how_far_chance_could_move_shares_and_nothing_of_a_secret() {
    let network = site(Some(Role::ChargeDeMission));
    let text = page(&network, "/observatoire?cohorte=gj-2015-2018").await;
    let drawn = text.split("<svg").nth(1).unwrap().split("</svg>").next().unwrap();
    // As many lines as segments of one situation: those that are secret together have none.
    let (segments, together) = (
        drawn.matches("class=\"segment ").count(),
        drawn.matches("class=\"segment etat-autres").count(),
    );
    assert!(segments > together, "{drawn}");
    assert_eq!(drawn.matches("class=\"hasard\"").count(), segments - together, "{drawn}");
    // 300 of 1,800 at the exit, by the method of the tables.
    assert!(
        drawn.contains(
            "À la sortie, Emploi durable ou alternance\u{a0}: 300 (15,0\u{a0}% à 18,5\u{a0}%)"
        ),
        "{drawn}"
    );
    assert!(text.contains("le trait à deux bouts"), "{text}");
    // Of a centre of which everything is secret or not drawn, no line either.
    let codes = Double::new().unwrap();
    let first = codes.etat.centres.keys().next().unwrap();
    let text = page(&network, &format!("/observatoire?cohorte=gj-2015-2018&centre={first}")).await;
    let drawn = text.split("<svg").nth(1).unwrap().split("</svg>").next().unwrap();
    let lines = drawn.matches("class=\"hasard\"").count();
    let segments = drawn.matches("class=\"segment ").count();
    assert_eq!(lines, segments - drawn.matches("class=\"segment etat-autres").count(), "{drawn}");
    assert!(passages(&text).is_empty(), "the flows of one centre are nobody's to read");
    assert!(!text.contains("case=passage."), "{text}");
    // Of a cohort too small for its shares to be read, none.
    let few = page(&network, "/observatoire?cohorte=gj-2015-2018&public=mineurs").await;
    assert!(!few.contains("class=\"hasard\""), "{few}");
}

/// The words of each gap of the first column, by table and line, in the order of their columns.
fn told(lines: impl Iterator<Item = (String, Vec<String>)>) -> Vec<(String, Vec<String>)> {
    lines.filter(|(_, gaps)| gaps.iter().any(|gap| !gap.is_empty())).collect()
}

#[tokio::test]
async fn the_words_of_gaps_are_the_same_in_page_workbook_and_csv() {
    let own = site(Some(Role::Directeur));
    for asked in ["cohorte=gj-2015-2018", "cohorte=gj-2015-2018&avec=pacea-2018"] {
        let text = page(&own, &format!("/observatoire?{asked}")).await;
        let seen = tables(&text);
        let columns = seen[0][0].1.len();
        let seen = seen.into_iter().skip(1).flatten();
        let seen = told(seen.map(|(name, cells)| (name, cells[3 * columns..].to_vec())));
        assert!(seen.len() > 5, "{asked}: {seen:?}");
        let csv =
            String::from_utf8(bytes(&own, &format!("/observatoire.csv?{asked}")).await).unwrap();
        let mut lines = csv.trim_start_matches('\u{feff}').lines().map(|line| {
            line.split(';').map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<_>>()
        });
        let header = lines.next().unwrap();
        assert!(header.len() > 7 && header[7].starts_with("Écart "), "{header:?}");
        let first = header.len();
        let rest: Vec<Vec<String>> = lines.collect();
        assert!(rest.iter().all(|line| line.len() == first), "{asked}");
        let written = told(rest.iter().map(|line| (line[2].clone(), line[7..].to_vec())));
        assert_eq!(written, seen, "{asked}");
        // In the lines of the first column only: those of the centre.
        let whose: Vec<&str> = rest
            .iter()
            .filter(|line| line[7..].iter().any(|gap| !gap.is_empty()))
            .map(|line| line[0].as_str())
            .collect();
        assert!(whose.iter().all(|one| *one == whose[0] && !one.ends_with("réseau")), "{whose:?}");
        let mut book =
            Xlsx::new(Cursor::new(bytes(&own, &format!("/observatoire.xlsx?{asked}")).await))
                .unwrap();
        let sheets: Vec<String> =
            book.sheet_names().into_iter().take(tables(&text).len()).collect();
        let mut kept = Vec::new();
        for name in sheets.iter().skip(1) {
            for row in book.worksheet_range(name).unwrap().rows().skip(1) {
                let gaps = row.iter().skip(1 + 4 * columns).map(Data::to_string).collect();
                kept.push((row[0].to_string(), gaps));
            }
        }
        assert_eq!(told(kept.into_iter()), seen, "{asked}");
    }
}
