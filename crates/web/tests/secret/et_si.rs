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
