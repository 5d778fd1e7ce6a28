//! Cohorts: what is hidden of the network and of a centre, in pages and files.

use std::io::Cursor;
use std::sync::Arc;

use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};
use jiff::civil::date;
use mallette_domain::acces::Role;

use crate::banc::{ask, bytes, page, plain, site, tables, written};
use crate::region::Double;

#[tokio::test]
async fn a_cohorte_of_the_network_hides_the_few_and_takes_no_span_that_could_be_subtracted() {
    let network = site(Some(Role::ChargeDeMission));
    let text = page(&network, "/observatoire?cohorte=gj-2015-2018").await;
    assert!(text.contains("Entrées en Garantie jeunes de 2015 à 2018"), "{text}");
    assert!(text.contains("1\u{202f}800") && text.contains("<svg"), "{text}");
    // Two young people of one level: their number, and the one that would tell it, are secret.
    let told = text.split("id=\"trait-niveau_formation\"").nth(1).unwrap();
    let told = told.split("</table>").next().unwrap();
    assert_eq!(told.matches("<span class=\"invisible\">secret</span>").count(), 4, "{told}");
    assert!(!told.contains("1\u{202f}798"), "{told}");
    assert!(!text.contains("name=\"public\""), "no span nor public of one's own");
    for wrong in ["du=2017-01-02", "au=2018-12-30", "public=mineurs"] {
        let (status, _) =
            ask(&network, &format!("/observatoire?cohorte=gj-2015-2018&{wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn the_same_cells_of_a_cohorte_are_hidden_in_page_workbook_and_csv() {
    let network = site(Some(Role::ChargeDeMission));
    let region = Double::new().unwrap();
    let first = region.etat.centres.keys().next().unwrap();
    for asked in [
        "cohorte=gj-2015-2018".to_owned(),
        format!("cohorte=gj-2015-2018&centre={first}&avec=pacea-2018"),
        "cohorte=pacea-2018&mois=entree".to_owned(),
    ] {
        let shown = page(&network, &format!("/observatoire?{asked}")).await;
        let mut book =
            Xlsx::new(Cursor::new(bytes(&network, &format!("/observatoire.xlsx?{asked}")).await))
                .unwrap();
        let csv = bytes(&network, &format!("/observatoire.csv?{asked}")).await;
        let csv = String::from_utf8(csv).unwrap();
        let names = book.sheet_names();
        let tables: Vec<_> = tables(&shown);
        assert!(tables.len() > 10, "{asked}");
        let (mut secrets, mut cells) = (0, 0);
        for (table, sheet) in tables.iter().zip(&names) {
            let rows: Vec<Vec<Data>> =
                book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect();
            assert_eq!(rows.len(), table.len() + 1, "{asked} {sheet}");
            for ((name, seen), row) in table.iter().zip(rows.iter().skip(1)) {
                assert_eq!(row[0].to_string(), *name, "{asked} {sheet}");
                for (seen, cell) in seen.iter().zip(row.iter().skip(1)) {
                    cells += 1;
                    secrets += usize::from(seen == "s");
                    // A share of all, or of none, is a whole number in a workbook.
                    let whole = seen.ends_with('%') && cell.to_string().parse::<u8>().is_ok();
                    assert!(
                        whole || written(cell) == *seen,
                        "{asked} {sheet} {name} {cell} {seen}"
                    );
                }
            }
        }
        assert!(cells > 30, "{asked}: {cells}");
        let told = csv.lines().flat_map(|line| line.split(';').skip(3)).filter(|cell| *cell == "s");
        assert_eq!(told.count(), secrets, "{asked}");
        assert!(secrets > 0, "{asked}");
        assert!(names.contains(&"Passages".to_owned()) && names.contains(&"Provenance".to_owned()));
        // The flows of one centre are nobody's to read.
        let flows = book.worksheet_range("Passages").unwrap();
        let hidden = flows.rows().filter(|row| row[5] == "s").count();
        assert!(hidden > 0 || !asked.contains("centre="), "{asked}");
    }
}

#[tokio::test]
async fn the_network_reads_a_centre_without_what_tells_somebody() {
    let network = site(Some(Role::ChargeDeMission));
    let codes = Double::new().unwrap();
    let codes: Vec<&String> = codes.etat.centres.keys().collect();
    // The first two centres have one young person of level 8 each.
    let text =
        page(&network, &format!("/observatoire?cohorte=gj-2015-2018&centre={}", codes[0])).await;
    assert!(
        text.contains("Ce centre n'est pas le vôtre") || text.contains("n&#39;est pas le vôtre")
    );
    let told = text.split("id=\"trait-niveau_formation\"").nth(1).unwrap();
    let told = told.split("</table>").next().unwrap();
    let own: Vec<String> = told
        .split("<th scope=\"row\">")
        .skip(1)
        .map(|row| {
            plain(row.split("<td class=\"nombre\">").nth(1).unwrap().split("</td>").next().unwrap())
        })
        .collect();
    assert_eq!(own, ["s", "s"], "one of thirty is somebody, and so is the rest");
    // Another one, where nothing is small, is told; no flow, and no public of its own.
    let text =
        page(&network, &format!("/observatoire?cohorte=gj-2015-2018&centre={}", codes[5])).await;
    assert!(text.contains(">30<") && !text.contains("class=\"bande "), "{text}");
    let wrong = format!("/observatoire?cohorte=gj-2015-2018&public=qpv&centre={}", codes[5]);
    assert_eq!(ask(&network, &wrong).await.0, StatusCode::BAD_REQUEST);
    // A director has no such choice.
    let own = site(Some(Role::Directeur));
    let (status, _) = ask(&own, &format!("/observatoire?centre={}", codes[5])).await;
    assert!(matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND), "{status}");
}

#[tokio::test]
async fn published_figures_of_the_same_measure_stand_beside_a_cohorte() {
    use mallette_domain::cohorte::Evenement;
    use mallette_domain::publie::{Fiabilite, Mesure, Publie, Territoire};
    let publie = |mesure, valeur: &str, fiabilite| Publie {
        libelle: "Essai".to_owned(),
        mesure: Some(mesure),
        evenement: Some(Evenement::Gj),
        territoire: Territoire::France,
        du: date(2015, 1, 1),
        au: date(2018, 12, 31),
        valeur: valeur.to_owned(),
        unite: "%".to_owned(),
        champ: "Jeunes <entrés>".to_owned(),
        source: "Une source".to_owned(),
        fiabilite,
    };
    let mut double = Double::new().unwrap();
    let etat = Arc::make_mut(&mut double.etat);
    Arc::make_mut(&mut etat.contexte).publies = vec![
        publie(Mesure::Emploi, "42", Fiabilite::AVerifier),
        publie(Mesure::Femmes, "48.5", Fiabilite::Officiel),
    ];
    let router = mallette_web::router(Arc::new(double), None);
    let text = page(&router, "/observatoire?cohorte=gj-2015-2018&centre=reseau").await;
    let told = text.split("id=\"publie-titre\"").nth(1).unwrap();
    let told = told.split("</table>").next().unwrap();
    // The source does not say when: both moments. Half are women, and half were hired.
    assert_eq!(told.matches("<tr><th scope=\"row\">").count(), 3, "{told}");
    for words in
        ["42\u{a0}%", "48,5\u{a0}%", "+1,5", "+8,0", "À vérifier", "Officiel", "France, 2015-2018"]
    {
        assert!(told.contains(words), "{words} in {told}");
    }
    assert!(!told.contains("<entrés>"), "escaped");
    // Of other entries, none of them.
    let text = page(&router, "/observatoire?cohorte=pacea-2018").await;
    assert!(!text.contains("publie-titre"));
    let text = page(&router, "/observatoire/publies").await;
    assert!(text.contains("Une source") && !text.contains("type=\"file\""), "{text}");
}

#[tokio::test]
async fn a_centre_reads_its_own_cohortes_whole_beside_the_network_and_another_one() {
    let own = site(Some(Role::Directeur));
    let text = page(&own, "/observatoire?cohorte=gj-2015-2018&avec=pacea-2018").await;
    // Two cohorts, each of the centre and of the network, in every table.
    let tables = text.matches("<table>").count();
    let columns = text.matches("class=\"nombre\">Entrées en").count();
    assert!(tables > 8 && columns == 4 * (tables - 1), "{columns} {tables}");
    assert!(text.contains(">30<") && text.contains("50,0\u{a0}%"), "{text}");
    // Of days of its own, the centre alone.
    let text = page(&own, "/observatoire?cohorte=gj-2015-2018&du=2017-01-02&public=qpv").await;
    assert!(text.contains("jeunes des qpv") && !text.contains(">réseau<"), "{text}");
    let (status, _) = ask(&own, "/observatoire?centre=38185S00").await;
    assert!(matches!(status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND), "{status}");
    for wrong in ["cohorte=xxx", "public=xxx", "du=31/02/2019", "du=2019-02-01&au=2018-01-01"] {
        let (status, _) = ask(&own, &format!("/observatoire?{wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_cohorte_being_counted_says_so_and_comes_back() {
    let text = page(&site(None), "/observatoire?cohorte=pial-2018").await;
    assert!(text.contains("role=\"status\"") && text.contains("http-equiv=\"refresh\""), "{text}");
}
