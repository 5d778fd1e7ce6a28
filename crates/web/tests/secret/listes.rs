//! Lists of two figures that overlap: outside of their centre no row of one is found in the other.

use std::io::Cursor;

use axum::Router;
use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};
use mallette_domain::acces::Role;

use crate::banc::{ask, bytes, page, plain, site};
use crate::region::LYON;

const ANNEE: &str = "2019";

/// The headers and the rows of a list, as its CSV file has them.
async fn listed(router: &Router, path: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let file =
        String::from_utf8(bytes(router, &path.replace("/liste?", "/liste.csv?")).await).unwrap();
    let cells = |line: &str| line.split(';').map(str::to_owned).collect::<Vec<_>>();
    let mut lines = file.trim_start_matches('\u{feff}').lines();
    (cells(lines.next().unwrap()), lines.map(cells).collect())
}

/// The rows of the table under that caption, its head first.
fn table_of(page: &str, id: &str) -> Vec<Vec<String>> {
    let (_, table) = page.split_once(&format!("<caption id=\"{id}\"")).unwrap();
    let table = table.split("</table>").next().unwrap();
    let row = |row: &str| -> Vec<String> {
        let row = row.replace("<th ", "<td ").replace("<th>", "<td>").replace("</th>", "</td>");
        let cells = row.split("<td").skip(1).map(|cell| {
            let (_, text) = cell.split_once('>').unwrap();
            plain(text.split("</td>").next().unwrap())
        });
        cells.collect()
    };
    table.split("<tr").skip(1).map(row).collect()
}

/// The list behind a side of a figure of a year of a centre.
fn address(code: &str, part: &str) -> String {
    format!("/indicateurs/{code}/liste?periode={ANNEE}&centre={LYON}&part={part}")
}

#[tokio::test]
async fn two_lists_that_overlap_have_no_row_in_common_outside_of_their_centre() {
    let (network, machine) = (site(Some(Role::ChargeDeMission)), site(None));
    let own = site(Some(Role::Directeur));
    let (above, below) = (address("PAC-P", "numerateur"), address("PAC-P", "denominateur"));
    // Who is above the bar is below it too: the whole lists share all the rows of the shorter, under their pseudonyms.
    let (heads, few) = listed(&machine, &above).await;
    let (_, many) = listed(&machine, &below).await;
    let shared = few.iter().filter(|row| many.contains(row)).count();
    assert!(shared > 20 && heads.contains(&"Dossier".to_owned()), "{shared} {heads:?}");
    assert_eq!(
        listed(&own, &above).await,
        (heads, few.clone()),
        "nothing changes in the own centre"
    );

    let (heads, seen) = listed(&network, &above).await;
    assert_eq!(heads, ["Centre", "Nom du centre", "Table", "Numéro dans la liste"]);
    let (_, other) = listed(&network, &below).await;
    assert_eq!((seen.len(), other.len()), (few.len(), many.len()), "each is as long as its figure");
    for list in [&seen, &other] {
        for (rank, row) in (1..).zip(list) {
            assert_eq!(row[3], rank.to_string());
            assert_eq!((row[0].as_str(), row.len()), (LYON, 4));
        }
    }
    // The same on the page and in the workbook.
    let text = page(&network, &above).await;
    let shown = table_of(&text, "liste-titre");
    assert_eq!(shown[0], ["Numéro", "Table"]);
    let ranks: Vec<&str> = shown[1..].iter().map(|row| row[0].as_str()).collect();
    assert_eq!(ranks[..3], ["1", "2", "3"]);
    assert!(text.contains("numérotées de nouveau dans chaque liste"), "{text}");
    assert!(!text.contains("non renseigné"), "no conseiller is said to be unknown");
    let book = bytes(&network, &above.replace("/liste?", "/liste.xlsx?")).await;
    let book = Xlsx::new(Cursor::new(book)).unwrap().worksheet_range_at(0).unwrap().unwrap();
    assert_eq!(book.rows().count(), 1 + few.len());
    assert!(book.rows().all(|row| row.len() == 4 && row[3] != Data::Empty));
    // Pages go on from one another.
    let second = table_of(&page(&network, &format!("{above}&page=2")).await, "liste-titre");
    assert_eq!(second[1][0], shown.len().to_string(), "{second:?}");
}

#[tokio::test]
async fn what_each_row_brings_is_not_told_outside_of_its_centre() {
    let (network, machine) = (site(Some(Role::ChargeDeMission)), site(None));
    for code in ["ALL-P", "DIA-D"] {
        let path = address(code, "denominateur");
        let (heads, rows) = listed(&machine, &path).await;
        assert!(
            heads.iter().any(|head| head.starts_with("Montant") || head.starts_with("Durée")),
            "{heads:?}"
        );
        let (heads, seen) = listed(&network, &path).await;
        assert_eq!(heads.last().map(String::as_str), Some("Numéro dans la liste"), "{code}");
        assert_eq!(seen.len(), rows.len(), "{code}");
        let text = page(&network, &path).await;
        assert!(!text.contains("avis grave"), "{code}: {text}");
    }
}

#[tokio::test]
async fn an_antenne_is_read_over_a_whole_year_and_says_why() {
    let network = site(Some(Role::ChargeDeMission));
    let of = |periode: &str| format!("/indicateurs/ACC-N?periode={periode}&centre={LYON}");
    let year = page(&network, &of(ANNEE)).await;
    assert!(year.contains("id=\"antennes-titre\""), "{year}");
    let month = page(&network, &of("2019-10")).await;
    assert!(!month.contains("id=\"antennes-titre\""), "{month}");
    assert!(
        month.contains("Hors de leur centre, les antennes se lisent sur une année entière"),
        "{month}"
    );
    // Nor by its list, whatever the address asks for.
    let list = |periode: &str| {
        format!(
            "/indicateurs/ACC-N/liste?periode={periode}&centre={LYON}&antenne=Centre&part=denominateur"
        )
    };
    assert_eq!(ask(&network, &list(ANNEE)).await.0, StatusCode::OK);
    let (status, answer) = ask(&network, &list("2019-10")).await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(status != StatusCode::OK && answer.contains("au secret (s)"), "{answer}");
}
