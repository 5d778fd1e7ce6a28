//! Figures of centres: the same cells hidden everywhere, and no way around.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use calamine::Data;
use mallette_catalogue::Catalogue;
use mallette_domain::acces::Role;

use crate::banc::{MOIS, ask, bytes, dominate, page, rows, secret, site, site_of, table, written};
use crate::html;
use crate::region::LYON;

#[tokio::test]
async fn the_same_cells_are_hidden_in_page_workbook_csv_and_positions() {
    let network = site(Some(Role::ChargeDeMission));
    let shown = table(&page(&network, &format!("/indicateurs?periode={MOIS}")).await, "/centres/");
    let hidden = secret(&shown);
    assert!(shown.len() > 55 && hidden.len() > 20, "{} {}", shown.len(), hidden.len());
    let machine = page(&site(None), &format!("/indicateurs?periode={MOIS}")).await;
    assert_eq!(secret(&table(&machine, "/centres/")), BTreeSet::new());

    let sheet = rows(&network, &format!("/indicateurs.xlsx?periode={MOIS}"), "Centres").await;
    let titles: Vec<String> = sheet[0].iter().skip(2).map(ToString::to_string).collect();
    let mut in_sheet = BTreeSet::new();
    for row in sheet.iter().skip(1) {
        for (rang, cell) in row.iter().skip(2).enumerate() {
            if *cell == Data::String("s".to_owned()) {
                in_sheet.insert((row[0].to_string(), rang));
            }
        }
    }
    assert_eq!(in_sheet, hidden);

    let csv = bytes(&network, &format!("/indicateurs.csv?periode={MOIS}")).await;
    let csv = String::from_utf8(csv).unwrap();
    let mut in_csv = BTreeSet::new();
    for line in csv.lines().skip(1) {
        let cells: Vec<&str> = line.split(';').collect();
        let own = cells.iter().skip(2).enumerate().filter(|(_, text)| **text == "s");
        in_csv.extend(
            own.filter(|_| cells[0].len() == 8).map(|(rang, _)| (cells[0].to_owned(), rang)),
        );
    }
    assert_eq!(in_csv, hidden);

    let code = |rang: usize| titles[rang].split(' ').next().unwrap().to_owned();
    let path = format!("/indicateurs/positions.xlsx?periode={MOIS}");
    let positions = rows(&network, &path, "Positions").await;
    let told: BTreeSet<(String, String)> = positions
        .iter()
        .filter(|row| row[5] == Data::String("s".to_owned()))
        .map(|row| (row[0].to_string(), row[3].to_string()))
        .collect();
    let expected: BTreeSet<(String, String)> =
        hidden.iter().map(|(id, rang)| (id.clone(), code(*rang))).collect();
    assert_eq!(told, expected);
    let quarters = positions.iter().filter(|row| row[5] == Data::String("s".to_owned()));
    assert!(quarters.clone().all(|row| row[6] == Data::Empty), "no quarter tells it either");
}

#[tokio::test]
async fn a_hidden_centre_is_in_no_chart_no_sentence_and_no_list() {
    let network = site(Some(Role::ChargeDeMission));
    let all = table(&page(&network, &format!("/indicateurs?periode={MOIS}")).await, "/centres/");
    let sheet = rows(&network, &format!("/indicateurs.xlsx?periode={MOIS}"), "Centres").await;
    let codes: Vec<String> = sheet[0]
        .iter()
        .skip(2)
        .map(|title| title.to_string().split(' ').next().unwrap().to_owned())
        .collect();
    let machine = site(None);
    let whole = rows(&machine, &format!("/indicateurs.xlsx?periode={MOIS}"), "Centres").await;
    let truth = |id: &str, rang: usize| -> f64 {
        let row = whole.iter().find(|row| row[0] == *id).unwrap();
        match row[rang + 2] {
            Data::Int(count) => count as f64,
            Data::Float(value) => value,
            ref other => panic!("{id} {rang}: {other:?}"),
        }
    };
    let mut tried = BTreeSet::new();
    for (id, rang) in secret(&all) {
        if !tried.insert(rang) {
            continue;
        }
        let (code, value) = (&codes[rang], truth(&id, rang));
        let path = format!("/indicateurs/{code}?periode={MOIS}&centre={id}");
        let text = page(&network, &path).await;
        assert!(text.contains("le chiffre est au secret (s)"), "{path}");
        assert!(!text.contains("<path class=\"marque\""), "{path}: a mark in a box");
        let centres = table(&text, &format!("/indicateurs/{code}?periode={MOIS}&amp;centre="));
        let same: BTreeSet<String> = secret(&all)
            .into_iter()
            .filter(|(_, other)| *other == rang)
            .map(|(id, _)| id)
            .collect();
        let here: BTreeSet<String> = centres
            .iter()
            .filter(|(_, cells)| cells.iter().any(|text| text == "s"))
            .map(|(id, _)| id.clone())
            .collect();
        assert_eq!(here, same, "{path}");
        // The list of its rows would be as long as the figure.
        let liste = format!("/indicateurs/{code}/liste?periode={MOIS}&centre={id}");
        let (status, answer) = ask(&network, &liste).await;
        let answer = String::from_utf8(answer).unwrap();
        assert_ne!(status, StatusCode::OK, "{liste} {value}");
        assert!(answer.contains("au secret (s)"), "{answer}");
        let (file, _) = ask(&network, &liste.replace("/liste?", "/liste.csv?")).await;
        assert_ne!(file, StatusCode::OK, "{liste}");
    }
    assert!(tried.len() > 5, "{tried:?}");
}

#[tokio::test]
async fn no_count_of_a_month_is_what_is_left_of_a_total() {
    let (network, machine) = (site(Some(Role::ChargeDeMission)), site(None));
    let path = format!("/indicateurs.xlsx?periode={MOIS}");
    let (shown, whole) =
        (rows(&network, &path, "Centres").await, rows(&machine, &path, "Centres").await);
    let totals = rows(&network, &path, "Ensembles").await;
    let number = |cell: &Data| match cell {
        Data::Int(count) => Some(*count as f64),
        Data::Float(value) => Some(*value),
        _ => None,
    };
    let counts: Vec<usize> = shown[0]
        .iter()
        .enumerate()
        .filter(|(_, title)| {
            ["ACC-N", "PAC-E", "PAC-F", "GJ-E", "CEJ-E", "PMS-N"]
                .iter()
                .any(|code| title.to_string().starts_with(code))
        })
        .map(|(column, _)| column)
        .collect();
    assert_eq!(counts.len(), 6);
    for column in counts {
        let title = &shown[0][column];
        let hidden: Vec<f64> = whole
            .iter()
            .zip(&shown)
            .skip(1)
            .filter(|(_, own)| own[column] == Data::String("s".to_owned()))
            .map(|(whole, _)| number(&whole[column]).unwrap())
            .collect();
        for (whole, own) in whole.iter().zip(&shown).skip(1) {
            let count = number(&whole[column]);
            let small = count.is_some_and(|count| count > 0.0 && count < 5.0);
            assert!(!small || number(&own[column]).is_none(), "{title}: {whole:?}");
        }
        // What who subtracts finds: the sum of those hidden, with room for each.
        if number(&totals[1][column]).is_some() && !hidden.is_empty() {
            let left: f64 = hidden.iter().sum();
            assert!(hidden.len() > 1, "{title}: one alone is the total less the others");
            assert!(left >= hidden.len() as f64 + 4.0, "{title}: {hidden:?}");
        }
    }
}

#[tokio::test]
async fn an_amount_that_one_person_makes_is_secret_in_page_and_workbook() {
    let path = format!("/indicateurs.xlsx?periode={MOIS}");
    let shared = rows(&site(Some(Role::ChargeDeMission)), &path, "Centres").await;
    let column = shared[0].iter().position(|title| title.to_string().starts_with("ALL-P"));
    let column = column.unwrap();
    // The largest that the network reads: nothing but the share of one person hides it.
    let amounts = shared.iter().skip(1).filter_map(|row| match row[column] {
        Data::Float(amount) => Some((row[0].to_string(), amount)),
        _ => None,
    });
    let largest = amounts.filter(|(id, _)| id.len() == 8);
    let (id, amount) = largest.max_by(|(_, one), (_, other)| one.total_cmp(other)).unwrap();
    let [network, machine] =
        [Some(Role::ChargeDeMission), None].map(|role| site_of(role, |etat| dominate(etat, &id)));
    let shown = rows(&network, &path, "Centres").await;
    let own = shown.iter().find(|row| row[0] == *id.as_str()).unwrap();
    assert_eq!(own[column], Data::String("s".to_owned()), "{id} {amount}");
    // Nor in the page of the indicator, of the centre, or in the sentence about it.
    let text = written(&Data::Float(amount + 17.0));
    for path in [
        format!("/indicateurs/ALL-P?periode={MOIS}"),
        format!("/indicateurs/ALL-P?periode={MOIS}&centre={id}"),
        format!("/centres/{id}/indicateurs?periode={MOIS}"),
        format!("/indicateurs?periode={MOIS}"),
    ] {
        assert!(page(&machine, &path).await.contains(&text), "{path}: {text}");
        assert!(!page(&network, &path).await.contains(&text), "{path}: {text}");
    }
}

#[tokio::test]
async fn a_director_reads_the_own_centre_whole() {
    let (own, machine) = (site(Some(Role::Directeur)), site(None));
    let path = format!("/indicateurs.xlsx?periode={MOIS}");
    let of = |rows: Vec<Vec<Data>>| rows.into_iter().find(|row| row[0] == *LYON).unwrap();
    let mine = of(rows(&own, &path, "Centres").await);
    assert_eq!(mine, of(rows(&machine, &path, "Centres").await));
    assert!(!mine.contains(&Data::String("s".to_owned())));
}

#[tokio::test]
async fn the_pages_of_positions_and_the_guide_are_sound() {
    for role in [None, Some(Role::ChargeDeMission), Some(Role::Directeur)] {
        let router = site(role);
        for path in [
            format!("/centres/{LYON}/indicateurs?periode=2019"),
            format!("/centres/{LYON}/indicateurs?periode={MOIS}"),
            "/indicateurs/positions?periode=2019".to_owned(),
            "/indicateurs/positions?periode=2019&tri=PAC-P".to_owned(),
            "/indicateurs/positions?periode=2019&famille=Ratios&tri=PAC-D".to_owned(),
            format!("/indicateurs/positions?periode={MOIS}&tri=PAC-E"),
            "/indicateurs/guide".to_owned(),
            format!("/indicateurs/guide?periode=2019&centre={LYON}"),
        ] {
            let text = page(&router, &path).await;
            assert!(!text.contains("NaN"), "{path}");
            assert_eq!(page(&router, &path).await, text, "{path}: twice the same");
        }
    }
    let router = site(None);
    let (status, _) = ask(&router, "/indicateurs/positions?tri=XXX").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let (status, _) = ask(&router, "/centres/99999S99/indicateurs").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let guide = page(&router, &format!("/indicateurs/guide?periode=2019&centre={LYON}")).await;
    for code in ["ACC-N", "PAC-P", "QUA-H", "ALL-C", "PUB-R"] {
        assert!(guide.contains(&format!("id=\"i-{code}\"")), "{code}");
    }
    let lyon = "69-ML LYON";
    assert!(guide.matches(lyon).count() > 20 || guide.matches("Lyon").count() > 20, "own numbers");
    let overview = page(&router, &format!("/centres/{LYON}/indicateurs?periode=2019")).await;
    let every = Catalogue::builtin().unwrap().indicateurs.len();
    assert_eq!(overview.matches("class=\"code\"").count(), every, "every indicator");
    for link in html::links(&overview) {
        if let Some(link) = link.strip_prefix("/indicateurs/") {
            page(&router, &format!("/indicateurs/{}", link.replace("&amp;", "&"))).await;
        }
    }
}
