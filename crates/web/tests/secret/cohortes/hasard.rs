//! Cohorts: how far chance could move their shares, beside each one that is told and beside no secret.

use calamine::Data;
use mallette_domain::acces::Role;

use super::lines;
use crate::banc::{bytes, page, plain, rows, site, tables};
use crate::region::Double;

/// What the page says of every share, in each table: as many limits as shares that are told, none beside a secret.
#[tokio::test]
async fn every_share_of_a_cohorte_has_its_interval_and_no_secret_has() {
    let codes = Double::new().unwrap();
    let codes: Vec<&String> = codes.etat.centres.keys().collect();
    for (role, asked) in [
        (Role::ChargeDeMission, "cohorte=gj-2015-2018".to_owned()),
        (Role::ChargeDeMission, format!("cohorte=gj-2015-2018&centre={}", codes[0])),
        (Role::ChargeDeMission, "cohorte=gj-2015-2018&public=femmes&avec=gj-2015-2018".to_owned()),
        (Role::Directeur, "cohorte=gj-2015-2018&avec=pacea-2018".to_owned()),
    ] {
        let text = page(&site(Some(role)), &format!("/observatoire?{asked}")).await;
        let tables = tables(&text);
        let columns = tables[0][0].1.len();
        let number = |text: &str| -> f64 {
            let digits = text.trim_end_matches("\u{a0}%").replace(',', ".");
            digits.parse().unwrap_or_else(|_| panic!("{text} in {asked}"))
        };
        let (mut told, mut hidden) = (0, 0);
        for (name, cells) in tables.iter().skip(1).flatten() {
            let (figures, gaps) = cells.split_at(3 * columns);
            for own in figures.chunks(3) {
                let (share, limits) = (own[1].as_str(), own[2].as_str());
                match limits.split_once(" à ") {
                    Some((low, high)) => {
                        let (low, high) = (number(low), number(high));
                        let value = number(share);
                        assert!(
                            low <= value && value <= high && low < high,
                            "{asked} {name}: {own:?}"
                        );
                        told += 1;
                    }
                    None => {
                        assert!(
                            limits.is_empty() && ["s", "nc"].contains(&share),
                            "{asked} {own:?}"
                        );
                        hidden += usize::from(share == "s");
                    }
                }
            }
            // A gap with a secret on one side is not told either.
            let secret = figures.chunks(3).map(|own| own[1] == "s").collect::<Vec<_>>();
            let (first, others) = secret.split_first().unwrap();
            if *first || (!others.is_empty() && others.iter().all(|secret| *secret)) {
                assert!(gaps.iter().all(String::is_empty), "{asked} {name}: {cells:?}");
            }
        }
        assert!(told > 10, "{asked}: {told}");
        assert!(hidden > 0, "{asked}: nothing of it is secret");
        assert!(text.contains("« fragile » : moins de 20 jeunes au dénominateur"), "{asked}");
    }
}

/// What a table of the page has for heads.
fn heads(text: &str, table: &str) -> Vec<String> {
    let told = text.split(&format!("<caption id=\"{table}\">")).nth(1).unwrap();
    let told = told.split("</thead>").next().unwrap();
    told.split("<th ").skip(2).map(|cell| plain(&format!("<th {cell}"))).collect()
}

#[tokio::test]
async fn a_centre_reads_whether_chance_would_do_for_its_gaps() {
    let own = site(Some(Role::Directeur));
    let asked = "cohorte=gj-2015-2018&avec=pacea-2018";
    let text = page(&own, &format!("/observatoire?{asked}")).await;
    let found = heads(&text, "trait-sexe");
    // Two cohorts of two places, three heads each, then the gaps: the rest of the network, the other cohort.
    assert_eq!(found.len(), 14, "{found:?}");
    assert_eq!(found[12], "Écart avec le reste du réseau");
    assert!(found[13].starts_with("Écart avec «\u{a0}Entrées en PACEA de 2018, "), "{found:?}");
    assert!(text.contains("comparée au reste de celle-ci, retrouvé par soustraction"), "{text}");
    // Fifteen of thirty, of 900 of 1,800: the others are 885 of 1,770, and the other cohort is alike.
    let chance = "le hasard suffit (0,0\u{a0}point)";
    let (_, cells) = &lines(&text, "trait-sexe")[0];
    let [centre, network] = [
        ["15", "50,0\u{a0}%", "33,2\u{a0}% à 66,8\u{a0}%"],
        ["900", "50,0\u{a0}%", "47,7\u{a0}% à 52,3\u{a0}%"],
    ];
    let whole = [centre, network, centre, network].concat();
    assert_eq!(*cells, [&whole[..], &[chance, chance]].concat());
    // The workbook has two columns for each interval and the same words; the CSV has the two columns.
    let rows = rows(&own, &format!("/observatoire.xlsx?{asked}"), "Sexe").await;
    let head: Vec<String> = rows[0].iter().map(Data::to_string).collect();
    assert!(head[3].starts_with("Borne basse 95 %, ") && head[4].starts_with("Borne haute 95 %, "));
    assert_eq!(head[17], "Écart avec le reste du réseau");
    assert_eq!(rows[1][17], Data::String(chance.to_owned()));
    let csv = bytes(&own, &format!("/observatoire.csv?{asked}")).await;
    let csv = String::from_utf8(csv).unwrap();
    let head = "Cohorte;Tableau;Ligne;Nombre;Part;Borne basse 95 %;Borne haute 95 %";
    assert!(csv.trim_start_matches('\u{feff}').starts_with(head), "{csv}");
    let line = csv.lines().find(|line| line.contains(";Sexe;") && line.contains("réseau")).unwrap();
    let cells: Vec<&str> = line.split(';').collect();
    assert_eq!(cells[4], "0,5");
    assert!(cells[5].starts_with("0,4769") && cells[6].starts_with("0,5230"), "{line}");
    // Alone, the network has nothing to be compared with.
    let alone =
        page(&site(Some(Role::ChargeDeMission)), "/observatoire?cohorte=gj-2015-2018").await;
    assert!(!alone.contains("Écart avec") && alone.contains("ne classent personne"), "{alone}");
}
