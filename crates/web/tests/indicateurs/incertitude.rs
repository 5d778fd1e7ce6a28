//! What chance may do, beside each figure; no rank where it is not reckoned, no position under the floor.

use std::sync::Arc;

use calamine::{Data, Reader};
use mallette_app::etat::Etat;
use mallette_catalogue::{Calcul, Catalogue};
use mallette_domain::periode::year;
use mallette_domain::resultat::Niveau;

use crate::banc::{between, page, sheet, site};
use crate::html;
use crate::region::{Double, LYON};

/// « 39,0\u{a0}% » as a number.
fn number(text: &str) -> Option<f64> {
    let kept: String = text.chars().filter(|c| c.is_ascii_digit() || *c == ',').collect();
    kept.replace(',', ".").parse().ok()
}

/// The cells of the rows of the table of that identifier, in words.
fn rows(page: &str, id: &str) -> Vec<Vec<String>> {
    let table = between(page, &format!("<caption id=\"{id}-titre\">"), "</table>");
    let plain = |cell: &str| {
        let mut inside = false;
        let kept = cell.chars().filter(|c| {
            inside = (inside || *c == '<') && *c != '>';
            !inside && *c != '>'
        });
        kept.collect::<String>().trim().to_owned()
    };
    let body = table.split("<tr").skip(2);
    body.map(|row| row.split("<td").map(|cell| plain(&format!("<{cell}"))).collect()).collect()
}

/// The région with PAC-P of that centre made of so many cases.
fn with(above: f64, below: f64) -> Double {
    let mut double = Double::new().unwrap();
    let mut etat = Etat::clone(&double.etat);
    let centre = etat.centres.get_mut(LYON).unwrap();
    let own = Arc::make_mut(&mut centre.resultats);
    let kept = own.indicateurs.iter_mut().find(|kept| kept.periode == year(2019)).unwrap();
    for mesure in &mut kept.mesures {
        if ["PAC-P", "SOR-P"].contains(&&*mesure.code) && mesure.niveau == Niveau::Structure {
            (mesure.cumul.numerateur, mesure.cumul.denominateur) = (above, below);
        }
    }
    double.etat = Arc::new(etat);
    double
}

#[tokio::test]
async fn every_rate_of_the_tables_of_an_indicator_has_its_limits() {
    let text = page(&site(), &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
    assert_eq!(html::faults(&text), Vec::<String>::new());
    let mut told = 0;
    // Where the figure stands in each table, its limits being next.
    for (id, rank) in [("centres", 2), ("ensembles", 1), ("antennes", 1), ("conseillers", 1)] {
        let rows = rows(&text, id);
        assert!(!rows.is_empty(), "{id}");
        for row in rows {
            let (figure, limits) = (&row[rank], &row[rank + 1]);
            let Some(value) = figure.contains('%').then(|| number(figure)).flatten() else {
                assert_eq!(limits, "", "{id}: {row:?}");
                continue;
            };
            let (low, high) = limits.split_once(" à ").unwrap_or_else(|| panic!("{id}: {row:?}"));
            let (low, high) = (number(low).unwrap(), number(high).unwrap());
            // The limits are written to the unit.
            assert!(low - 1.0 <= value && value <= high + 1.0, "{id}: {row:?}");
            told += 1;
        }
    }
    assert!(told > 65, "{told}");
}

#[tokio::test]
async fn a_rate_of_a_person_over_few_objects_is_not_given() {
    let double = Double::new().unwrap();
    let centre = &double.etat.centres[LYON];
    let kept = centre.resultats.indicateurs.iter().find(|kept| kept.periode == year(2019)).unwrap();
    let few = kept.mesures.iter().filter(|mesure| {
        let own = mesure.code == "PAC-P" && mesure.niveau == Niveau::Conseiller;
        own && mesure.cumul.denominateur < 20.0
    });
    let few = few.count();
    assert!(few > 0, "the région of the tests has none");
    let text = page(&site(), &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
    let rows = rows(&text, "conseillers");
    let hidden: Vec<_> = rows.iter().filter(|row| row[1] == "trop peu").collect();
    assert_eq!(hidden.len(), few);
    assert!(hidden.iter().all(|row| row[2].is_empty()), "{hidden:?}");
    // A count is what it is.
    let text = page(&site(), &format!("/indicateurs/PAC-E?periode=2019&centre={LYON}")).await;
    assert!(!between(&text, "id=\"conseillers-titre\"", "</table>").contains("trop peu"));
}

#[tokio::test]
async fn what_chance_is_not_reckoned_of_has_no_rank_on_its_page() {
    let router = site();
    for indicateur in Catalogue::builtin().unwrap().indicateurs {
        let code = &indicateur.code;
        let text = page(&router, &format!("/indicateurs/{code}?periode=2019&centre={LYON}")).await;
        let position = between(&text, "<h2 id=\"position\">", "</section>").replace("&#39;", "'");
        if indicateur.couverture.is_some() {
            assert!(position.contains("faute d'une"), "{code}, without a series: {position}");
            continue;
        }
        assert!(position.contains("quart"), "{code}: {position}");
        assert!(!position.contains(" rang sur "), "{code}: {position}");
        let said = match indicateur.calcul {
            _ if indicateur.is_share() => "Compte tenu du hasard",
            Calcul::Mediane => "Compte tenu du hasard",
            Calcul::Effectif | Calcul::Distinct | Calcul::Somme => "une taille, non un mérite",
            _ => "la part du hasard n'est pas calculée",
        };
        assert!(position.contains(said), "{code}: {position}");
    }
}

#[tokio::test]
async fn a_centre_under_the_floor_has_its_figure_and_no_position_anywhere() {
    let router = mallette_web::router(Arc::new(with(3.0, 10.0)), None);
    let get = async |path: &str| {
        let text = page(&router, path).await;
        assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
        text.replace('\u{a0}', " ").replace("&#39;", "'")
    };
    let text = get(&format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
    let position = between(&text, "<h2 id=\"position\">", "</section>");
    assert!(position.contains("n'a pas de position : moins de 20 cas sous la barre"), "{position}");
    assert!(!position.contains("quart"), "{position}");
    let boxes = between(&text, "<h2 id=\"repartition\">", "</section>");
    assert!(!boxes.contains("class=\"marque\""), "a mark in a box");
    assert!(boxes.contains("1 centre n'y est pas : chiffre fragile, sous le plancher"), "{boxes}");
    assert!(text.contains("3 sur 10 parcours ; fragile, sous le plancher de 20"));
    // The ten indicators, the small boxes, the guide, the table of positions.
    let ten = get(&format!("/centres/{LYON}?periode=2019")).await;
    let line = between(&ten, "/indicateurs/SOR-P?", "</tr>");
    assert!(line.contains("fragile") && line.contains("pas de position"), "{line}");
    let all = get(&format!("/centres/{LYON}/indicateurs?periode=2019")).await;
    let own = between(&all, "/indicateurs/PAC-P?", "</li>");
    assert!(own.contains("Pas de position : moins de 20 cas") && own.contains("fragile"), "{own}");
    assert!(own.contains("1 sous le plancher") && !own.contains("class=\"marque\""), "{own}");
    let guide = get(&format!("/indicateurs/guide?periode=2019&centre={LYON}")).await;
    let own = between(&guide, "id=\"i-PAC-P\"", "</section>");
    assert!(
        own.contains("fragile, sous le plancher") && own.contains("n'a pas de position"),
        "{own}"
    );
    let map = get("/indicateurs/positions?periode=2019&tri=PAC-P").await;
    assert!(map.contains("Un chiffre sous le plancher de son indicateur n'a pas de position"));
    let step = between(&map, "Sans position : chiffre sous le plancher", "</tbody>");
    assert!(step.contains("69-ML LYON") && step.contains(">fragile</abbr>"), "{step}");
    assert!(map.contains("ne sont pas classés l'un par rapport à l'autre"));
    let mut book = sheet(&router, "/indicateurs/positions.xlsx?periode=2019").await;
    let lines = book.worksheet_range("Positions").unwrap();
    let own = lines.rows().find(|row| row[0] == *LYON && row[3] == "PAC-P").unwrap();
    assert_eq!(
        (&own[6], &own[7]),
        (&Data::Empty, &Data::String("fragile, sous le plancher de 20".into()))
    );
}

#[tokio::test]
async fn the_files_of_the_table_have_two_columns_more_for_each_rate() {
    let mut book = sheet(&site(), "/indicateurs.xlsx?periode=2019&famille=toutes").await;
    for name in ["Centres", "Ensembles"] {
        let range = book.worksheet_range(name).unwrap();
        let rows: Vec<&[Data]> = range.rows().collect();
        let column = |title: &str| {
            rows[0].iter().position(|cell| cell.to_string().starts_with(title)).unwrap()
        };
        let (figure, low) = (column("PAC-P "), column("PAC-P à 95 %, de"));
        let high = column("PAC-P à 95 %, à");
        let mut told = 0;
        for row in &rows[1..] {
            match (&row[figure], &row[low], &row[high]) {
                (Data::Float(own), Data::Float(low), Data::Float(high)) => {
                    assert!(low <= own && own <= high && low < high, "{row:?}");
                    told += 1;
                }
                (Data::Float(_), ..) => panic!("{name}: {row:?}"),
                (_, low, high) => assert_eq!((low, high), (&Data::Empty, &Data::Empty)),
            }
        }
        assert!(told >= if name == "Centres" { 55 } else { 1 }, "{name}: {told}");
        let counted = |row: &&Data| row.to_string().starts_with("ACC-N");
        assert_eq!(rows[0].iter().filter(counted).count(), 1, "a count has no limits");
    }
}
