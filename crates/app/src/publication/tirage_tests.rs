use jiff::Timestamp;
use jiff::civil::date;
use mallette_domain::resultat::Niveau;
use proptest::prelude::*;

use super::*;
use crate::lecture::indicateurs::essai::{empty, measure, receive};

const ANNEE: &str = "2019";

/// A network whose centres measured, for each code, those numerators and denominators.
fn reseau(mesures: &[(&str, &[(f64, f64)])]) -> Etat {
    let mut etat = empty();
    let count = mesures.iter().map(|(_, own)| own.len()).max().unwrap_or_default();
    for rank in 0..count {
        receive(&mut etat, &format!("C{rank}"), "", date(2020, 1, 5));
        let id = format!("C{rank}");
        for (code, own) in mesures {
            let Some(measured) = own.get(rank) else { continue };
            measure(&mut etat, (&id, Niveau::Structure, ""), ANNEE, code, *measured);
        }
    }
    etat
}

fn drawn(etat: &Etat, codes: &[&str], centres: bool) -> Contenu {
    let choix = Choix { periode: ANNEE.parse().unwrap(), codes: codes.to_vec(), centres };
    draw(etat, &choix, |_| Ecriture::Nombre, Timestamp::UNIX_EPOCH)
}

fn column(contenu: &Contenu, rang: usize) -> Vec<Valeur> {
    contenu.centres.iter().map(|ligne| ligne.valeurs[rang]).collect()
}

fn count(valeur: f64) -> Valeur {
    Valeur::Chiffre { valeur, sur: None }
}

#[test]
fn small_counts_are_secret_and_not_found_by_subtraction() {
    let etat = reseau(&[("ACC-N", &[(3.0, 0.0), (20.0, 0.0), (0.0, 0.0), (50.0, 0.0)])]);
    let contenu = drawn(&etat, &["ACC-N"], true);
    assert_eq!(contenu.reseau, [count(73.0)]);
    assert_eq!(column(&contenu, 0), [Valeur::Secret, Valeur::Secret, count(0.0), count(50.0)]);
    let text = serde_json::to_string(&contenu).unwrap();
    assert!(!text.contains("\"valeur\":3.0") && !text.contains("\"valeur\":20.0"), "{text}");
}

#[test]
fn a_centre_left_out_is_named_where_figures_are_by_centre_only() {
    let mut etat = reseau(&[("ACC-N", &[(30.0, 0.0), (20.0, 0.0)])]);
    receive(&mut etat, "C9", "", date(2018, 11, 4));
    let named = |contenu: &Contenu| contenu.exclusions.iter().any(|text| text.contains("ML C9"));
    assert!(named(&drawn(&etat, &["ACC-N"], true)));
    let alone = drawn(&etat, &["ACC-N"], false);
    assert!(!serde_json::to_string(&alone).unwrap().contains("ML C9"), "{alone:?}");
    assert!(alone.exclusions.iter().any(|text| text.contains("orphelins")), "{alone:?}");
}

#[test]
fn without_centres_only_the_network_is_drawn() {
    let etat = reseau(&[("ACC-N", &[(3.0, 0.0), (20.0, 0.0)])]);
    let contenu = drawn(&etat, &[], false);
    assert!(contenu.centres.is_empty());
    assert_eq!(contenu.colonnes.len(), etat.catalogue.indicateurs.len());
    assert!(!serde_json::to_string(&contenu).unwrap().contains("ML C0"));
    let alone = reseau(&[("ACC-N", &[(3.0, 0.0)])]);
    assert_eq!(drawn(&alone, &["ACC-N"], false).reseau, [Valeur::Secret]);
}

#[test]
fn a_rate_and_the_count_it_is_over_hide_the_same_centres() {
    // DIA-T is over ACC-N: the numerator of the second centre alone is small.
    let etat = reseau(&[
        ("ACC-N", &[(40.0, 0.0), (30.0, 0.0), (60.0, 0.0), (70.0, 0.0)]),
        ("DIA-T", &[(30.0, 40.0), (2.0, 30.0), (20.0, 60.0), (40.0, 70.0)]),
    ]);
    let contenu = drawn(&etat, &["ACC-N", "DIA-T"], true);
    let hidden = |rang| -> Vec<bool> {
        column(&contenu, rang).iter().map(|valeur| *valeur == Valeur::Secret).collect()
    };
    assert_eq!(hidden(0), hidden(1));
    assert_eq!(hidden(1).iter().filter(|hidden| **hidden).count(), 2, "{contenu:?}");
    assert!(hidden(1)[1]);
}

#[test]
fn amounts_are_not_published_by_centre() {
    let etat = reseau(&[("ALL-P", &[(9_000.0, 40.0), (8_000.0, 30.0), (1_000.0, 9.0)])]);
    let contenu = drawn(&etat, &["ALL-P"], true);
    assert_eq!(contenu.reseau, [count(18_000.0)]);
    assert!(column(&contenu, 0).iter().all(|valeur| *valeur == Valeur::Secret));
    let few = reseau(&[("ALL-P", &[(900.0, 3.0), (0.0, 0.0)])]);
    assert_eq!(drawn(&few, &["ALL-P"], true).reseau, [Valeur::Secret]);
}

#[test]
fn what_was_not_received_is_not_secret() {
    let mut etat = reseau(&[("ACC-N", &[(3.0, 0.0), (20.0, 0.0), (30.0, 0.0)])]);
    let rattachement = etat.reseau["C0"].clone();
    etat.reseau.insert("Z".to_owned(), rattachement);
    let contenu = drawn(&etat, &["ACC-N"], true);
    let last = contenu.centres.iter().find(|ligne| ligne.code == "Z").unwrap();
    assert_eq!((last.valeurs[0], last.extraction), (Valeur::NonRecu, None));
}

#[test]
fn the_text_stored_is_read_back_as_it_was() {
    let etat = reseau(&[("DIA-T", &[(30.0, 41.0), (2.0, 30.0), (20.0, 60.0)])]);
    let contenu = drawn(&etat, &["DIA-T", "ACC-N"], true);
    let text = serde_json::to_string(&contenu).unwrap();
    let read: Contenu = serde_json::from_str(&text).unwrap();
    assert_eq!((&read, read.empreinte().unwrap()), (&contenu, contenu.empreinte().unwrap()));
    // The form of the first version, written by hand: later ones read it.
    let first = r#"{"forme":1,"periode":"2019","debut":"2019-01-01","fin":"2019-12-31",
        "portee":"1 centre","mallette":"0.1.0","definitions":null,
        "colonnes":[{"code":"A","titre":"t","ecriture":"taux","faits":[["q","v"]],"empreinte":"e"}],
        "reseau":[{"chiffre":{"valeur":0.5,"sur":10.0}}],
        "centres":[{"code":"C","nom":"n","extraction":"2020-01-05","valeurs":["secret"]}],
        "exclusions":[]}"#;
    let read: Contenu = serde_json::from_str(first).unwrap();
    assert_eq!(read.reseau, [Valeur::Chiffre { valeur: 0.5, sur: Some(10.0) }]);
    assert_eq!(read.centres[0].valeurs, [Valeur::Secret]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Whoever subtracts what is shown from a total finds at least two centres, and never one.
    #[test]
    fn no_total_gives_a_hidden_centre_away(
        counts in prop::collection::vec((0u32..40, 0u32..40), 1..7)
    ) {
        let below: Vec<(f64, f64)> =
            counts.iter().map(|(a, b)| (f64::from(a + b), 0.0)).collect();
        let rates: Vec<(f64, f64)> =
            counts.iter().map(|(a, b)| (f64::from(*a), f64::from(a + b))).collect();
        let etat = reseau(&[("ACC-N", &below), ("DIA-T", &rates)]);
        let contenu = drawn(&etat, &["ACC-N", "DIA-T"], true);
        let hidden: Vec<usize> = (0..counts.len())
            .filter(|rang| contenu.centres[*rang].valeurs.contains(&Valeur::Secret))
            .collect();
        for (rang, (above, rest)) in counts.iter().enumerate() {
            let small = [*above, *rest, above + rest].into_iter().any(|n| Audience::Public.is_small(u64::from(n)));
            prop_assert!(!small || hidden.contains(&rang), "{contenu:?}");
        }
        for wanted in [
            counts.iter().map(|(a, b)| a + b).collect::<Vec<u32>>(),
            counts.iter().map(|(a, _)| *a).collect(),
            counts.iter().map(|(_, b)| *b).collect(),
        ] {
            let left: Vec<u32> =
                hidden.iter().map(|rang| wanted[*rang]).filter(|n| *n > 0).collect();
            let total_shown = contenu.reseau.iter().all(|v| *v != Valeur::Secret);
            // What is hidden to keep another one may be told, when it is not small itself.
            let told = left.len() == 1 && total_shown;
            let secret = left.iter().any(|n| Audience::Public.is_small(u64::from(*n)));
            prop_assert!(!told || !secret, "{contenu:?}");
        }
    }
}
