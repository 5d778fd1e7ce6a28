//! Published counts beside what the network counts of the same: its figure opens, its share is told, and neither is
//! where the figure is secret.

use std::io::Cursor;
use std::sync::Arc;

use axum::Router;
use calamine::{Data, Reader, Xlsx};
use jiff::civil::{Date, date};
use mallette_app::etat::Etat;
use mallette_domain::acces::Role;
use mallette_domain::cohorte::Evenement;
use mallette_domain::periode::Periode;
use mallette_domain::publie::{Fiabilite, Publie, Territoire};
use mallette_domain::resultat::Niveau;

use crate::banc::{MOIS, bytes, page, plain, rows, site_of};
use crate::region::Double;

const PUBLIES: &str = "/observatoire/publies";

fn entries(evenement: Evenement, libelle: &str, days: (Date, Date), valeur: f64) -> Publie {
    Publie {
        libelle: libelle.to_owned(),
        mesure: None,
        evenement: Some(evenement),
        territoire: Territoire::France,
        du: days.0,
        au: days.1,
        valeur: valeur.to_string(),
        unite: "entrées".to_owned(),
        champ: "Entrées du mois".to_owned(),
        source: "Une source <publique>".to_owned(),
        fiabilite: Fiabilite::Officiel,
    }
}

fn gj(days: (Date, Date), valeur: f64) -> Publie {
    entries(Evenement::Gj, "Entrées en Garantie jeunes", days, valeur)
}

const AOUT: (Date, Date) = (date(2019, 8, 1), date(2019, 8, 31));
const SEPTEMBRE: (Date, Date) = (date(2019, 9, 1), date(2019, 9, 30));
const OCTOBRE: (Date, Date) = (date(2019, 10, 1), date(2019, 10, 31));

/// What the centres counted over a month, added up from what is stored.
fn counted(etat: &Etat, month: &str) -> f64 {
    let month: Periode = month.parse().unwrap();
    let stored = etat.centres.values().flat_map(|centre| &centre.resultats.indicateurs);
    let of_month =
        stored.filter(|stored| stored.periode == month).flat_map(|stored| &stored.mesures);
    let own = of_month.filter(|one| one.niveau == Niveau::Structure && one.code == "GJ-E");
    own.map(|one| one.cumul.numerateur).sum()
}

/// The pages of a network where these figures are published.
fn publishing(role: Option<Role>, publies: &[Publie], alter: impl Fn(&mut Etat)) -> Router {
    site_of(role, |etat| {
        Arc::make_mut(&mut etat.contexte).publies = publies.to_vec();
        alter(etat);
    })
}

/// The line of a published figure: what is said of the network, of its share, of what counts it.
fn line(text: &str, periode: &str) -> Vec<String> {
    let told = text.split("id=\"vigueur-titre\"").nth(1).unwrap().split("</table>").next().unwrap();
    let row = told.split("<tr>").find(|row| row.contains(&format!("<td>{periode}</td>"))).unwrap();
    // After where, when and what is published; before who is counted and the source.
    let cells: Vec<&str> = row.split("<td").skip(4).collect();
    let (told, _) = cells.split_at(cells.len() - 2);
    told.iter()
        .map(|cell| plain(cell.split_once('>').unwrap().1.split("</td>").next().unwrap()))
        .collect()
}

#[tokio::test]
async fn the_network_counts_its_share_of_what_is_published_and_the_figure_opens() {
    let all = counted(&Double::new().unwrap().etat, "2019-08");
    assert!(all > 100.0, "{all}");
    let places =
        Publie { unite: "places".to_owned(), ..gj((date(2019, 7, 1), date(2019, 7, 31)), 500.0) };
    let publies = [
        gj(AOUT, all * 4.0),
        gj(OCTOBRE, 900.0),
        gj((date(2021, 1, 1), date(2021, 1, 31)), 10_627.0),
        places,
    ];
    for role in [None, Some(Role::ChargeDeMission), Some(Role::Directeur)] {
        let router = publishing(role, &publies, |_| {});
        let text = page(&router, PUBLIES).await;
        let told = line(&text, "08/2019");
        let count = told[0].split(' ').next().unwrap().replace('\u{202f}', "");
        assert_eq!(count.parse::<f64>().unwrap(), all, "{role:?} {told:?}");
        assert_eq!(told[1], "25,0\u{a0}%", "{role:?}");
        assert!(
            told[2].starts_with("GJ-E ") && told[2].contains("60\u{a0}centres sur 61"),
            "{told:?}"
        );
        assert!(text.contains("Août 2019\u{a0}: le réseau compte 25,0\u{a0}% des entrées en Garantie jeunes publiées pour la France (60 centres sur 61)."), "{text}");
        assert!(!text.contains("<publique>"), "escaped");
        // It opens on what proves it.
        let link = "/indicateurs/GJ-E?periode=2019-08";
        assert!(text.contains(&format!("<a href=\"{link}\">")), "{text}");
        assert!(
            page(&router, link).await.replace('\u{202f}', "").contains(&format!("{all}")),
            "{role:?}"
        );
        // Some extracts stop within October, all before 2021; places are no entries.
        let october = line(&text, "10/2019");
        assert!(
            october[0].contains("au milieu de la période") && october.len() == 2,
            "{october:?}"
        );
        assert_eq!(line(&text, "01/2021")[0], "extractions arrêtées avant la fin de la période");
        assert_eq!(line(&text, "07/2019"), ["–", "–", "–"]);
        let rows = rows(&router, "/observatoire/publies.xlsx", "Statistiques publiées").await;
        let row = rows.iter().find(|row| row[3] == "08/2019").unwrap();
        assert!(matches!(row[9], Data::Float(count) if count == all), "{row:?}");
        assert!(matches!(row[10], Data::Float(share) if (share - 0.25).abs() < 1e-9), "{row:?}");
        assert_eq!((row[12].to_string().as_str(), rows.len()), ("GJ-E", 5));
        let book = bytes(&router, "/observatoire/publies.xlsx").await;
        let names = Xlsx::new(Cursor::new(book)).unwrap().sheet_names();
        assert!(names.contains(&"Provenance".to_owned()), "{names:?}");
        let csv = String::from_utf8(bytes(&router, "/observatoire/publies.csv").await).unwrap();
        assert_eq!(csv.lines().count(), 5, "{csv}");
    }
}

/// All that the network counted that month was two entries, in one centre.
fn two(etat: &mut Etat) {
    let month: Periode = MOIS.parse().unwrap();
    for (rank, centre) in etat.centres.values_mut().enumerate() {
        let results = Arc::make_mut(&mut centre.resultats);
        let stored = results.indicateurs.iter_mut().filter(|stored| stored.periode == month);
        let own = stored.flat_map(|stored| &mut stored.mesures).filter(|one| one.code == "GJ-E");
        for mesure in own {
            mesure.cumul.numerateur = if rank == 3 { 2.0 } else { 0.0 };
        }
    }
}

#[tokio::test]
async fn a_count_that_is_secret_has_neither_figure_nor_share_in_page_and_files() {
    let publies = [gj(SEPTEMBRE, 8.0)];
    for (role, hidden) in
        [(None, false), (Some(Role::ChargeDeMission), true), (Some(Role::Directeur), true)]
    {
        let router = publishing(role, &publies, two);
        let text = page(&router, PUBLIES).await;
        let told = line(&text, "09/2019");
        assert_eq!(told[0] == "s", hidden, "{role:?} {told:?}");
        assert_eq!(told[1], if hidden { "" } else { "25,0\u{a0}%" }, "{role:?}");
        assert_eq!(text.contains("le réseau compte 25,0"), !hidden, "{role:?}");
        assert_eq!(text.contains("periode=2019-09\">2<"), !hidden, "{role:?}");
        let rows = rows(&router, "/observatoire/publies.xlsx", "Statistiques publiées").await;
        assert_eq!(rows[1][9] == "s", hidden, "{role:?} {rows:?}");
        assert_eq!(rows[1][10].to_string().is_empty(), hidden, "{role:?} {rows:?}");
        let csv = String::from_utf8(bytes(&router, "/observatoire/publies.csv").await).unwrap();
        assert_eq!(csv.contains(";s;;"), hidden, "{csv}");
    }
}

#[tokio::test]
async fn days_that_are_not_kept_are_asked_for() {
    let router = publishing(None, &[gj((date(2017, 1, 1), date(2017, 1, 31)), 800.0)], |_| {});
    let text = page(&router, PUBLIES).await;
    let asked = "/observatoire/publies?periode=2017-01";
    assert!(text.contains(&format!("<a href=\"{asked}\">à calculer")), "{text}");
    // This workshop reckons nothing: it says so, on the page; other days than those published are not asked for.
    assert!(page(&router, asked).await.contains("ne calcule rien"));
    assert!(
        !page(&router, "/observatoire/publies?periode=2016-01").await.contains("ne calcule rien")
    );
}
