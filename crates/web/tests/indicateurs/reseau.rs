//! A région of three centres in a network of two: compared with the whole network, and told so wherever a position is.

use std::sync::Arc;

use axum::Router;
use calamine::{Data, Reader};
use mallette_app::etat::Etat;

use crate::banc::{between, page, sheet};
use crate::html;
use crate::region::{Double, LYON};

/// The network with its first three centres moved to a région and to a group of their own, or those alone and Lyon.
fn moved(only: bool) -> (Router, String) {
    let mut double = Double::new().unwrap();
    let mut etat = Etat::clone(&double.etat);
    let three: Vec<String> =
        etat.centres.keys().filter(|id| *id != LYON).take(3).cloned().collect();
    for id in &three {
        for place in
            [etat.reseau.get_mut(id), etat.centres.get_mut(id).map(|own| &mut own.rattachement)]
        {
            let place = place.unwrap();
            place.region = Some(if only { "84" } else { "94" }.to_owned());
            place.groupe_pairs = Some("Corse".to_owned());
        }
    }
    if only {
        etat.centres.retain(|id, _| id == LYON || three.contains(id));
        etat.reseau.retain(|id, _| id == LYON || three.contains(id));
    }
    double.etat = Arc::new(etat);
    (mallette_web::router(Arc::new(double), None), three.into_iter().next().unwrap())
}

fn plain(text: &str) -> String {
    text.replace('\u{a0}', " ").replace("&#39;", "'").replace("&#x27;", "'")
}

async fn ask(router: &Router, path: &str) -> String {
    let text = page(router, path).await;
    assert_eq!(html::faults(&text), Vec::<String>::new(), "{path}");
    plain(&text)
}

const POURQUOI: &str =
    "son groupe de pairs n'a que 3 centres avec un chiffre, et sa région que 3, il en faut 5";

#[tokio::test]
async fn a_region_of_three_centres_is_compared_with_the_network_and_every_page_says_so() {
    let (router, own) = moved(false);
    let text = ask(&router, &format!("/indicateurs/PAC-P?periode=2019&centre={own}")).await;
    let position = between(&text, "<h2 id=\"position\">", "</section>");
    assert!(position.contains("de la médiane du réseau"), "{position}");
    let why = format!("La comparaison se fait avec tout le réseau : {POURQUOI}.");
    assert!(position.contains(&why), "{position}");
    let boxes = between(&text, "<h2 id=\"repartition\">", "</section>");
    assert!(boxes.contains("Réseau (60)"), "{boxes}");
    assert!(boxes.contains("non tracés : Région (3), Corse (3)"), "{boxes}");
    // The total of the network is told nowhere: it was not before.
    assert!(!between(&text, "id=\"ensembles-titre\"", "</table>").contains("Réseau"));

    let all = ask(&router, &format!("/centres/{own}/indicateurs?periode=2019")).await;
    let vignette = between(&all, "/indicateurs/PAC-P?", "</li>");
    assert!(vignette.contains("Parmi 60 centres du réseau"), "{vignette}");
    assert!(vignette.contains(&format!("({POURQUOI})")), "{vignette}");

    let centre = ask(&router, &format!("/centres/{own}?periode=2019")).await;
    assert!(centre.contains("les positions sont celles dans tout le réseau"), "{centre}");
    assert!(centre.contains("quart (réseau)") || centre.contains(" (réseau)"), "{centre}");

    let etsi = ask(&router, &format!("/et-si?centre={own}&indicateur=PAC-P")).await;
    let words =
        "dans tout le réseau (faute de 5 centres avec un chiffre dans sa région), 60 centres";
    assert!(etsi.contains(words), "{etsi}");

    let guide = ask(&router, &format!("/indicateurs/guide?periode=2019&centre={own}")).await;
    assert!(guide.contains("de la médiane du réseau") && guide.contains(POURQUOI));
}

#[tokio::test]
async fn the_table_of_positions_and_its_workbook_say_who_is_compared_with_the_network() {
    let (router, own) = moved(false);
    let map = ask(&router, "/indicateurs/positions?periode=2019").await;
    assert!(map.contains("de tout le réseau quand moins de 5 de la région en ont un"));
    let line = between(&map, &format!("/centres/{own}/"), "</tr>");
    assert!(
        line.contains(", dans tout le réseau\"") && line.contains(" q. réseau</abbr>"),
        "{line}"
    );
    let lyon = between(&map, &format!("/centres/{LYON}/"), "</tr>");
    assert!(lyon.contains(" q.</abbr>") && !lyon.contains("réseau"), "{lyon}");
    let mut book = sheet(&router, "/indicateurs/positions.xlsx?periode=2019").await;
    let lines = book.worksheet_range("Positions").unwrap();
    let column = lines.rows().next().unwrap().iter().position(|c| *c == "Comparé dans").unwrap();
    let of = |id: &str| {
        let mut found = lines.rows().filter(|row| row[0] == *id && row[3] == "PAC-P");
        found.next().unwrap()[column].clone()
    };
    assert_eq!(of(&own), Data::String("réseau".into()));
    assert_eq!(of(LYON), Data::String("groupe de pairs".into()));
}

#[tokio::test]
async fn the_box_of_those_who_were_not_moved_is_what_it_was() {
    let (router, _) = moved(false);
    let text = ask(&router, &format!("/indicateurs/PAC-P?periode=2019&centre={LYON}")).await;
    let position = between(&text, "<h2 id=\"position\">", "</section>");
    assert!(position.contains("de la médiane de son groupe"), "{position}");
    assert!(!text.contains("Réseau ("));
}

#[tokio::test]
async fn four_centres_of_one_region_have_no_position_and_are_told_why() {
    let (router, own) = moved(true);
    let text = ask(&router, &format!("/indicateurs/PAC-P?periode=2019&centre={own}")).await;
    let position = between(&text, "<h2 id=\"position\">", "</section>");
    let why = "n'a pas de position : moins de 5 centres ont un chiffre à lui comparer";
    assert!(position.contains(why), "{position}");
    assert!(!text.contains("Réseau ("));
    let map = ask(&router, "/indicateurs/positions?periode=2019").await;
    assert!(!map.contains("de tout le réseau quand") && !map.contains(" q."));
}
