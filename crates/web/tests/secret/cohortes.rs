//! Cohorts: what is hidden of the network and of a centre, in pages and files.

mod dessin;
mod hasard;
mod publies;

use std::io::Cursor;
use std::sync::Arc;

use axum::http::StatusCode;
use calamine::{Data, Reader, Xlsx};
use jiff::civil::date;
use mallette_domain::acces::Role;

use crate::banc::{ask, bytes, page, plain, rows, site, site_of, tables, written};
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
    assert!(
        text.contains("name=\"public\"") && !text.contains("name=\"du\""),
        "no span of one's own"
    );
    for wrong in
        ["du=2017-01-02", "au=2018-12-30", "avec=gj-2016", "avec=pacea-2018&avec_du=2018-01-02"]
    {
        let (status, _) =
            ask(&network, &format!("/observatoire?cohorte=gj-2015-2018&{wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

/// The cells of a line of shares of the page, as a workbook has them: an interval stands in two. The gaps follow those
/// of the columns.
fn as_written(seen: &[String], columns: usize) -> Vec<String> {
    let (figures, gaps) = seen.split_at(3 * columns);
    let told = figures.chunks(3).flat_map(|own| {
        let limits = own[2].as_str();
        let (low, high) = limits.split_once(" à ").unwrap_or((limits, limits));
        [own[0].as_str(), own[1].as_str(), low, high].map(str::to_owned)
    });
    told.chain(gaps.iter().cloned()).collect()
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
        "cohorte=gj-2015-2018&public=femmes&avec=gj-2019&avec_public=hommes".to_owned(),
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
        let columns = tables[0][0].1.len();
        for (rank, (table, sheet)) in tables.iter().zip(&names).enumerate() {
            let rows: Vec<Vec<Data>> =
                book.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect();
            assert_eq!(rows.len(), table.len() + 1, "{asked} {sheet}");
            for ((name, seen), row) in table.iter().zip(rows.iter().skip(1)) {
                assert_eq!(row[0].to_string(), *name, "{asked} {sheet}");
                let seen = if rank == 0 { seen.clone() } else { as_written(seen, columns) };
                assert_eq!(row.len(), seen.len() + 1, "{asked} {sheet} {name}");
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

/// What a table of the page says, by line.
fn lines(text: &str, table: &str) -> Vec<(String, Vec<String>)> {
    let ids = text.split("<caption id=\"").skip(1).map(|part| part.split('"').next().unwrap());
    let at = ids.into_iter().position(|id| id == table).unwrap();
    tables(text).remove(at)
}

#[tokio::test]
async fn the_network_reads_publics_beside_one_another() {
    let network = site(Some(Role::ChargeDeMission));
    let asked = "cohorte=gj-2015-2018&public=femmes&avec=gj-2015-2018&avec_public=hommes";
    let text = page(&network, &format!("/observatoire?{asked}")).await;
    assert!(text.contains("Entrées en Garantie jeunes de 2015 à 2018, femmes"), "{text}");
    // Half of them are women, all of them hired, a third for long; no man is.
    let sizes = lines(&text, "taille");
    assert_eq!(sizes[0], ("Jeunes".to_owned(), vec!["900".to_owned(); 2]));
    let exit = lines(&text, "etape-1");
    let line = |name: &str| &exit.iter().find(|(own, _)| own == name).unwrap().1;
    let none = ["0", "0,0\u{a0}%", "0,0\u{a0}% à 0,4\u{a0}%"];
    let third = ["300", "33,3\u{a0}%", "30,3\u{a0}% à 36,5\u{a0}%"];
    let all = ["900", "100,0\u{a0}%", "99,6\u{a0}% à 100,0\u{a0}%"];
    let higher = ["plus haut, plus que le hasard (+33,3\u{a0}points)"];
    let lower = ["plus bas, plus que le hasard (\u{2212}100,0\u{a0}points)"];
    assert_eq!(*line("Emploi durable ou alternance"), [&third[..], &none, &higher].concat());
    assert_eq!(*line("Aucune situation saisie"), [&none[..], &all, &lower].concat());
    // The two of a level are women: neither of both, and no interval that would tell them.
    let levels = lines(&text, "trait-niveau_formation");
    assert!(!levels.is_empty());
    for (name, cells) in levels {
        assert_eq!(cells, ["s", "s", "", "s", "s", "", ""], "{name}");
    }
    assert!(!text.contains("class=\"bande "), "the flows of a public are not read");
    // Nobody is a minor: zeros are zeros.
    let text = page(&network, "/observatoire?cohorte=gj-2015-2018&public=mineurs").await;
    assert_eq!(lines(&text, "taille")[0].1, ["0"]);
}

#[tokio::test]
async fn who_went_from_where_to_where_is_drawn_for_the_network_and_stands_in_a_table() {
    let network = site(Some(Role::ChargeDeMission));
    let text = page(&network, "/observatoire?cohorte=gj-2015-2018").await;
    assert!(text.contains("class=\"bande "), "{text}");
    // Of 1,800 without anything on the first day, 300 leave with a job that lasts.
    let told = text.split(": passages d&#39;un moment au suivant").nth(1).unwrap();
    let told = told.split("</table>").next().unwrap();
    let rows: Vec<String> = told.split("<tr>").skip(2).map(plain).collect();
    let row = rows.iter().find(|row| row.contains("Emploi durable")).unwrap();
    assert!(row.contains("300") && row.contains("16,7\u{a0}%"), "{row}");
    let passage = "le passage le plus nombreux va de «\u{a0}Aucune situation saisie\u{a0}» à l&#39;entrée à \
                   «\u{a0}Autre emploi\u{a0}» à la sortie, 600\u{a0}jeunes";
    assert!(text.contains(passage), "{text}");
    let book = bytes(&network, "/observatoire.xlsx?cohorte=gj-2015-2018").await;
    let mut book = Xlsx::new(Cursor::new(book)).unwrap();
    let sheet = book.worksheet_range("Passages").unwrap();
    assert_eq!(sheet.rows().skip(1).count(), rows.len());
    let small = |cell: &Data| cell.to_string().parse::<u64>().is_ok_and(|count| count < 5);
    assert!(sheet.rows().skip(1).all(|row| !small(&row[5])));
}

/// Both origins tell the entry, the exit and what was met on the way alike, secrets included; their months differ.
#[tokio::test]
async fn from_the_exit_or_from_the_entry_the_same_cells_are_hidden() {
    let network = site(Some(Role::ChargeDeMission));
    let region = Double::new().unwrap();
    let codes: Vec<&String> = region.etat.centres.keys().collect();
    for asked in [
        "cohorte=gj-2015-2018".to_owned(),
        "cohorte=gj-2015-2018&public=femmes".to_owned(),
        format!("cohorte=gj-2015-2018&centre={}", codes[0]),
        format!("cohorte=gj-2015-2018&centre={}", codes[5]),
    ] {
        let [sortie, entree] =
            ["", "&mois=entree"].map(|more| format!("/observatoire?{asked}{more}"));
        let (sortie, entree) = (page(&network, &sortie).await, page(&network, &entree).await);
        for table in ["taille", "pendant", "etape-0", "etape-1", "trait-niveau_formation"] {
            assert_eq!(lines(&sortie, table), lines(&entree, table), "{asked} {table}");
        }
        for text in [&sortie, &entree] {
            assert_eq!(text.matches("<caption id=\"etape-").count(), 6, "{asked}");
        }
        // Two years after the exit come after the extraction, and not two years after the entry.
        let late = |text| lines(text, "etape-5").iter().any(|(name, _)| name.starts_with("Après"));
        assert!(late(&sortie) && !late(&entree), "{asked}");
        let drawn = |text: &str| text.contains("class=\"bande ");
        assert_eq!(drawn(&sortie), drawn(&entree), "{asked}");
    }
}

#[tokio::test]
async fn in_a_campaign_a_cohorte_is_read_of_the_own_centre_only() {
    let fixed = |role| site_of(Some(role), |etat| etat.campagne = Some("2019-10".to_owned()));
    let network = fixed(Role::ChargeDeMission);
    for path in [
        "/observatoire",
        "/observatoire?centre=38185S00",
        "/observatoire.xlsx",
        "/observatoire.csv",
    ] {
        let (status, bytes) = ask(&network, path).await;
        assert_eq!(status, StatusCode::CONFLICT, "{path}");
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.contains("qui est venu entre les deux") && !text.contains("<table"), "{text}");
    }
    let own = fixed(Role::Directeur);
    let text = page(&own, "/observatoire?cohorte=gj-2015-2018&avec=pacea-2018").await;
    assert!(text.contains(">30<") && !text.contains("réseau</th>"), "{text}");
    assert_eq!(ask(&own, "/observatoire?centre=reseau").await.0, StatusCode::CONFLICT);
    // Who holds the machine reads all.
    let all = site_of(None, |etat| etat.campagne = Some("2019-10".to_owned()));
    assert!(page(&all, "/observatoire?cohorte=gj-2015-2018").await.contains("1\u{202f}800"));
}

#[tokio::test]
async fn the_cohorte_shown_first_was_followed() {
    // The last extraction is of November 2019: the entries of 2018.
    let text = page(&site(Some(Role::ChargeDeMission)), "/observatoire").await;
    assert!(text.contains("<h2 id=\"sujet\">Entrées en PACEA de 2018</h2>"), "{text}");
}

#[tokio::test]
async fn a_centre_compares_publics_and_days_of_its_own_with_those_of_the_network() {
    let own = site(Some(Role::Directeur));
    let asked = "cohorte=pacea-2018&public=femmes&avec=pacea-2017&avec_public=hommes";
    let text = page(&own, &format!("/observatoire?{asked}")).await;
    let head = text.split("id=\"taille\"").nth(1).unwrap().split("</thead>").next().unwrap();
    let columns: Vec<String> = head
        .split("class=\"nombre\">")
        .skip(1)
        .map(|cell| cell.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(columns.len(), 4, "{columns:?}");
    assert!(
        columns[1].ends_with("2018, femmes, réseau")
            && columns[3].ends_with("2017, hommes, réseau"),
        "{columns:?}"
    );
    // Days of one's own beside: of the centre alone.
    let asked = "cohorte=pacea-2018&avec=pacea-2018&avec_du=2018-03-01&avec_public=qpv";
    let text = page(&own, &format!("/observatoire?{asked}")).await;
    let head = text.split("id=\"taille\"").nth(1).unwrap().split("</thead>").next().unwrap();
    assert_eq!(head.matches("class=\"nombre\">").count(), 3, "{head}");
    assert!(head.contains("du 01/03/2018 au 31/12/2018, jeunes des qpv, "), "{head}");
    assert!(
        text.contains("avec_du=2018-03-01") && text.contains("avec_public=qpv"),
        "its files too"
    );
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
    // 900 of 1,800: 42 % is out of the interval, 48.5 % is not.
    for (words, count) in [
        (">47,7\u{a0}% à 52,3\u{a0}%<", 3),
        (">publié plus bas que l&#39;intervalle<", 2),
        (">publié dans l&#39;intervalle<", 1),
    ] {
        assert_eq!(told.matches(words).count(), count, "{words} in {told}");
    }
    assert!(text.contains("L'incertitude de ce qui est publié n'est pas connue"), "{text}");
    let asked = "/observatoire.xlsx?cohorte=gj-2015-2018&centre=reseau";
    let rows = rows(&router, asked, "Statistiques publiées").await;
    assert_eq!(rows.len(), 4);
    for row in rows.iter().skip(1) {
        let (Data::Float(low), Data::Float(high)) = (&row[2], &row[3]) else { panic!("{row:?}") };
        assert!((low - 0.4769).abs() < 5e-5 && (high - 0.5231).abs() < 5e-5, "{row:?}");
        assert!(row[6].to_string().starts_with("publié"), "{row:?}");
    }
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
    let tables = text.matches("<table").count();
    let columns = text.matches("class=\"nombre\">Entrées en").count();
    // The two of the chart are of the first column.
    assert!(tables > 8 && columns == 4 * (tables - 2), "{columns} {tables}");
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
