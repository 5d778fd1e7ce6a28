//! The list behind a figure: as long as it, in pages and files.

use std::collections::BTreeSet;
use std::sync::Arc;

use calamine::{Data, Reader};

use crate::banc::{between, get, page, sheet, site};
use crate::html;
use crate::region::{Double, LYON};

#[tokio::test]
async fn the_list_is_as_long_as_the_figure_says() {
    let router = site();
    for (code, part, mark) in [
        ("PAC-P", "numerateur", "Liste du numérateur\u{a0}: "),
        ("PAC-P", "denominateur", "Liste du dénominateur\u{a0}: "),
        ("DIA-D", "denominateur", "Liste de la population\u{a0}: "),
        ("PAC-E", "denominateur", "Liste de la population\u{a0}: "),
    ] {
        let fiche = page(&router, &format!("/indicateurs/{code}?periode=2019&centre={LYON}")).await;
        let said = between(&fiche, mark, "<").to_owned();
        let path = format!("/indicateurs/{code}/liste?centre={LYON}&periode=2019&part={part}");
        assert!(fiche.replace("&#38;", "&").contains(&path), "{path}");
        let liste = page(&router, &path).await;
        assert_eq!(between(&liste, "<caption id=\"liste-titre\">", "<"), said);
        assert!(liste.contains("elle prouve le chiffre"), "{path}");
        let xlsx = path.replace("/liste?", "/liste.xlsx?");
        let mut book = sheet(&router, &xlsx).await;
        let name = book.sheet_names().first().unwrap().clone();
        let rows = book.worksheet_range(&name).unwrap().height() - 1;
        let figure: String = said.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(rows.to_string(), figure, "{xlsx}");
    }
}

#[tokio::test]
async fn a_list_that_differs_from_its_figure_is_denounced() {
    let double = Double { manque: 1, ..Double::new().unwrap() };
    let router = mallette_web::router(Arc::new(double), None);
    let path = format!("/indicateurs/PAC-P/liste?centre={LYON}&periode=2019&part=numerateur");
    let text = page(&router, &path).await;
    assert!(text.contains("ils devraient être égaux"), "{text}");
    assert!(!text.contains("elle prouve le chiffre"));
}

#[tokio::test]
async fn a_conseiller_has_a_list_of_own_objects() {
    let router = site();
    let text = page(&router, &format!("/centres/{LYON}/conseillers/C003?periode=2019")).await;
    let link = format!(
        "/indicateurs/PAC-P/liste?centre={LYON}&conseiller=C003&periode=2019&part=denominateur"
    );
    assert!(text.replace("&#38;", "&").contains(&link));
    let liste = page(&router, &link).await;
    assert!(liste.contains("elle prouve le chiffre"), "{liste}");
    assert!(liste.contains("conseiller C003") && !liste.contains(">C004<"));
    // Distinct young people too: one seen by two conseillers is one of each.
    let link = format!(
        "/indicateurs/ACC-J/liste?centre={LYON}&conseiller=C003&periode=2019&part=denominateur"
    );
    assert!(text.replace("&#38;", "&").contains(&link));
    assert!(page(&router, &link).await.contains("elle prouve le chiffre"));
}

#[tokio::test]
async fn the_workbook_has_numbers_definitions_and_provenance() {
    let router = site();
    let mut book = sheet(&router, "/indicateurs.xlsx?periode=2019").await;
    assert_eq!(
        book.sheet_names(),
        ["Centres", "Ensembles", "Provenance", "Définitions", "Extractions", "Fichiers"]
    );
    let range = book.worksheet_range("Centres").unwrap();
    // Code and name, the twenty-six of the reference, and the limits of its twelve rates and of its median.
    assert_eq!(range.get_size(), (62, 2 + 26 + 2 * 13));
    let numbers = range.cells().filter(|(_, _, cell)| matches!(cell, Data::Float(_))).count();
    assert!(numbers > 60 * 25, "{numbers}");
    assert_eq!(book.worksheet_range("Extractions").unwrap().height(), 62);
    let facts = book.worksheet_range("Provenance").unwrap();
    let value = |what: &str| {
        let row = facts.rows().find(|row| row[0] == Data::String(what.to_owned()));
        row.unwrap_or_else(|| panic!("{what}"))[1].to_string()
    };
    assert_eq!(value("Version de Mallette"), env!("CARGO_PKG_VERSION"));
    assert!(value("Données").starts_with("60\u{a0}centres sur 61, extractions du 01/10/2019"));
    let (status, csv) = get(&router, "/indicateurs.csv?periode=2019").await;
    let csv = String::from_utf8(csv).unwrap();
    assert!(status.is_success() && csv.starts_with("\u{feff}Code;Nom;"), "{csv}");
    // The header, 61 centres, the région.
    assert_eq!(csv.lines().count(), 1 + 61 + 1);
}

#[tokio::test]
async fn the_figure_of_an_ensemble_has_its_list() {
    let router = site();
    let fiche = page(&router, &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
    for (scope, mark) in [
        ("niveau=region&cle=84", "Région 84"),
        ("niveau=departement&cle=69", "Département 69"),
        ("niveau=groupe_pairs&cle=Urbain%20dense", "Groupe «\u{a0}Urbain dense\u{a0}»"),
    ] {
        let fact = between(&fiche, &format!("<span class=\"quoi\">{mark}"), "</li>");
        for (part, words) in [("numerateur", "numérateur"), ("denominateur", "dénominateur")] {
            let said = between(fact, &format!("Liste du {words}\u{a0}: "), "<").to_owned();
            let path = format!("/indicateurs/PAC-P/liste?{scope}&periode=2019&part={part}");
            assert!(fact.replace("&#38;", "&").contains(&path), "{path} : {fact}");
            let liste = page(&router, &path).await;
            assert_eq!(html::faults(&liste), Vec::<String>::new(), "{path}");
            assert_eq!(between(&liste, "<caption id=\"liste-titre\">", "<"), said, "{path}");
            // Every page, and every row once.
            let figure: usize =
                said.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap();
            let last = figure.div_ceil(50);
            let end = page(&router, &format!("{path}&page={last}")).await;
            let rows = end.matches("<th scope=\"row\" class=\"code\">").count();
            assert_eq!(rows, figure - 50 * (last - 1), "{path}");
            let (_, csv) = get(&router, &path.replace("/liste?", "/liste.csv?")).await;
            let csv = String::from_utf8(csv).unwrap();
            let distinct: BTreeSet<&str> = csv.lines().skip(1).collect();
            assert_eq!(distinct.len(), figure, "{path}");
        }
    }
}

#[tokio::test]
async fn a_list_of_several_centres_denounces_the_one_that_differs() {
    let double = Double { manque: 1, ..Double::new().unwrap() };
    let router = mallette_web::router(Arc::new(double), None);
    let path = "/indicateurs/PAC-P/liste?niveau=departement&cle=69&periode=2019&part=numerateur";
    let text = page(&router, path).await;
    assert!(text.contains("ils devraient être égaux"), "{text}");
    let mut book = sheet(&router, &path.replace("/liste?", "/liste.xlsx?")).await;
    let facts = book.worksheet_range("Provenance").unwrap();
    let told = facts.rows().any(|row| row[0].to_string().starts_with("Écart entre la liste"));
    assert!(told);
}

#[tokio::test]
async fn sums_are_proved_by_their_measures() {
    let router = site();
    for (code, part) in
        [("ALL-C", "numerateur"), ("ALL-C", "denominateur"), ("ALL-P", "denominateur")]
    {
        let path = format!("/indicateurs/{code}/liste?centre={LYON}&periode=2019&part={part}");
        let text = page(&router, &path).await;
        assert!(text.contains("elle prouve le chiffre"), "{path} : {text}");
        assert!(text.contains("<th scope=\"col\" class=\"nombre\">Montant</th>"), "{path}");
        let mut book = sheet(&router, &path.replace("/liste?", "/liste.xlsx?")).await;
        let name = book.sheet_names().first().unwrap().clone();
        let range = book.worksheet_range(&name).unwrap();
        let header = range.rows().next().unwrap();
        assert_eq!(header[9].to_string(), "Montant (€)");
        assert!(matches!(range.get((1, 9)), Some(Data::Float(_))), "{path}");
    }
}
