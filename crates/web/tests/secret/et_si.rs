//! What-if: what it would take a centre tells its figure, and is as secret.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use mallette_domain::acces::Role;

use crate::banc::{ask, page, rows, secret, shrink_over, site_of, table};
use crate::region::LYON;

const ANNEE: &str = "2019";

#[tokio::test]
async fn what_it_would_take_is_as_secret_as_the_figure() {
    let of = |role| site_of(role, |etat| shrink_over(etat, ANNEE.parse().unwrap()));
    let (network, machine) = (of(Some(Role::ChargeDeMission)), of(None));
    let shown = table(&page(&network, &format!("/indicateurs?periode={ANNEE}")).await, "/centres/");
    let path = format!("/indicateurs.xlsx?periode={ANNEE}");
    let titles = rows(&network, &path, "Centres").await.swap_remove(0);
    let code = |rang: usize| titles[rang + 2].to_string().split(' ').next().unwrap().to_owned();
    let (mut hidden, mut told) = (BTreeSet::new(), 0);
    for (id, rang) in secret(&shown) {
        if !hidden.insert(rang) {
            continue;
        }
        let asked = format!("centre={id}&indicateur={}", code(rang));
        let text = page(&network, &format!("/et-si?{asked}")).await;
        assert!(text.contains("ce chiffre est au secret"), "{asked}: {text}");
        assert!(
            !text.contains("id=\"combien\"") && !text.contains("<path class=\"marque\""),
            "{asked}"
        );
        for form in ["xlsx", "csv"] {
            let (status, _) = ask(&network, &format!("/et-si.{form}?{asked}")).await;
            assert_ne!(status, StatusCode::OK, "{asked} {form}");
        }
        // Who holds the machine is told, of the same centre, whatever can be.
        told += usize::from(
            page(&machine, &format!("/et-si?{asked}")).await.contains("id=\"combien\""),
        );
    }
    assert!(hidden.len() > 5 && told > 3, "{hidden:?} {told}");
}

#[tokio::test]
async fn a_director_is_told_what_it_would_take_the_own_centre_however_small() {
    let alter = |etat: &mut mallette_app::etat::Etat| {
        shrink_over(etat, ANNEE.parse().unwrap());
    };
    let (own, machine) = (site_of(Some(Role::Directeur), alter), site_of(None, alter));
    let path = format!("/et-si?centre={LYON}&indicateur=PAC-P");
    let (mine, whole) = (page(&own, &path).await, page(&machine, &path).await);
    let figure = |text: &str| {
        let (_, rest) = text.split_once("<p class=\"chapeau\">").unwrap();
        rest.split_once('(').unwrap().0.to_owned()
    };
    assert_eq!(figure(&mine), figure(&whole));
}

/// What the page says of the centres compared: how many are, and how many are apart for each reason.
fn compared(text: &str) -> (usize, usize, usize) {
    let (_, rest) = text.split_once("<p class=\"chapeau\">").unwrap();
    let told = rest.split_once("</p>").unwrap().0.replace('\u{a0}', " ");
    let before = |word: &str| {
        let (before, _) = told.split_once(word)?;
        before.rsplit([' ', '\u{202f}']).next()?.parse::<usize>().ok()
    };
    let others = before(" nc").unwrap_or(0) + before(" sous le plancher").unwrap_or(0);
    (before(" centres").unwrap_or(0), before(" au secret").unwrap_or(0), others)
}

/// The thresholds and what they take, as the page writes them.
fn thresholds(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("id=\"combien-titre\"")?;
    Some(rest.split_once("</table>")?.0)
}

#[tokio::test]
async fn who_has_nothing_hidden_is_told_the_same_numbers_and_who_has_is_told_of_how_many() {
    let year = ANNEE.parse().unwrap();
    let alter = |small: bool| {
        move |etat: &mut mallette_app::etat::Etat| {
            if small {
                shrink_over(etat, year);
            }
        }
    };
    let (mut same, mut apart) = (0, 0);
    for small in [false, true] {
        let of = |role| site_of(role, alter(small));
        let machine = of(None);
        let readers = [of(Some(Role::Directeur)), of(Some(Role::ChargeDeMission))];
        for code in
            ["PAC-P", "PAC-R", "PAC-V", "DIA-T", "ACC-K", "PAC-M", "SOR-P", "PAC-I", "LEV-P"]
        {
            let path = format!("/et-si?centre={LYON}&indicateur={code}&annee={ANNEE}");
            let whole = page(&machine, &path).await;
            // A figure that is secret, or that nobody has, is told of elsewhere.
            let Some(expected) = thresholds(&whole) else { continue };
            let (all, none, others) = compared(&whole);
            assert_eq!(none, 0, "{code}: nothing is hidden from the machine");
            for reader in &readers {
                let text = page(reader, &path).await;
                let Some(found) = thresholds(&text) else { continue };
                let (n, hidden, fewer) = compared(&text);
                // Whoever is not compared is said not to be: nobody goes missing.
                assert_eq!(n + hidden + fewer, all + others, "{code}: {text}");
                if hidden == 0 {
                    assert_eq!(found, expected, "{code}");
                    same += 1;
                } else {
                    apart += 1;
                }
            }
        }
    }
    assert!(same > 5 && apart > 0, "{same} {apart}");
}

#[tokio::test]
async fn of_a_median_the_number_is_for_the_centre_and_why_no_dossier_is_shown_for_all() {
    let path = format!("/et-si?centre={LYON}&indicateur=DIA-D&annee={ANNEE}");
    let own = site_of(Some(Role::Directeur), |_| {});
    let network = site_of(Some(Role::ChargeDeMission), |_| {});
    let (mine, theirs) = (page(&own, &path).await, page(&network, &path).await);
    let plain =
        |text: &str| text.replace('\u{a0}', " ").replace("&#39;", "'").replace("&#x27;", "'");
    let (mine, theirs) = (plain(&mine), plain(&theirs));
    let number = "dont le délai passerait à";
    assert!(!theirs.contains(number), "how the delays lie is not told outside");
    assert!(theirs.contains("ne se lit que dans le centre"), "{theirs}");
    let best = mine.contains("déjà dans le meilleur quart");
    assert!(mine.contains(number) || best, "{mine}");
    for text in [&mine, &theirs] {
        assert!(text.contains("Un diagnostic terminé garde sa durée"), "{text}");
    }
    // What no row moves has no number, and no rule.
    let mean = plain(&page(&own, &path.replace("DIA-D", "PAC-L")).await);
    assert!(mean.contains("n'annonce pas de nombre"), "{mean}");
    assert!(mean.contains("Aucune règle du catalogue n'est démontrée le déplacer"), "{mean}");
}
