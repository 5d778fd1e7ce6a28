use jiff::Timestamp;
use jiff::civil::date;
use mallette_domain::resultat::{Cumul, Niveau};
use proptest::prelude::*;

use super::*;
use crate::lecture::indicateurs::essai::{empty, measure, measure_cumul, receive};
use crate::publication::contenu::Valeur;

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
    drawn_after(etat, (ANNEE, codes, centres), &[])
}

/// The same over a period, after those.
fn drawn_after(
    etat: &Etat,
    (periode, codes, centres): (&str, &[&str], bool),
    anterieures: &[Contenu],
) -> Contenu {
    let codes = codes.to_vec();
    let choix = Choix { periode: periode.parse().unwrap(), codes, centres, anterieures };
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
    let published = etat.catalogue.indicateurs.iter().filter(|own| is_published(own)).count();
    assert_eq!(contenu.colonnes.len(), published);
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

/// Amounts of 2019, each with what one person received of it.
fn amounts(own: &[(f64, f64, Option<f64>)]) -> Etat {
    let mut etat = empty();
    for (rank, (numerateur, denominateur, majeure)) in own.iter().enumerate() {
        let id = format!("C{rank}");
        receive(&mut etat, &id, "", date(2020, 1, 5));
        let cumul = Cumul {
            numerateur: *numerateur,
            denominateur: *denominateur,
            majeure: *majeure,
            ..Cumul::default()
        };
        measure_cumul(&mut etat, (&id, Niveau::Structure, ""), ANNEE, "ALL-P", cumul);
    }
    etat
}

#[test]
fn amounts_are_not_published_by_centre_nor_when_one_person_makes_them() {
    let few = Some(400.0);
    let etat = amounts(&[(9_000.0, 40.0, few), (8_000.0, 30.0, few), (1_000.0, 12.0, few)]);
    let contenu = drawn(&etat, &["ALL-P"], true);
    assert_eq!(contenu.reseau, [count(18_000.0)]);
    assert!(column(&contenu, 0).iter().all(|valeur| *valeur == Valeur::Secret));
    let total = |own: &[(f64, f64, Option<f64>)]| {
        let told = drawn(&amounts(own), &["ALL-P"], true).reseau[0];
        told == Valeur::Secret
    };
    assert!(total(&[(900.0, 3.0, Some(300.0)), (0.0, 0.0, None)]), "three rows");
    // A third of the rows in each of three centres, nearly all the money to one person.
    let rows = [(4_500.0, 20.0, Some(4_400.0)), (300.0, 20.0, few), (300.0, 20.0, few)];
    assert!(total(&rows));
    assert!(!total(&[(4_500.0, 20.0, few), (3_000.0, 20.0, few), (3_000.0, 20.0, few)]));
    assert!(
        total(&[(4_500.0, 20.0, None), (3_000.0, 20.0, few), (3_000.0, 20.0, few)]),
        "not known"
    );
}

#[test]
fn what_one_indicator_counts_within_another_is_not_their_difference() {
    // 30 exits in lasting employment among 33 positive ones: three are neither.
    let etat = reseau(&[
        ("PAC-P", &[(33.0, 80.0), (60.0, 120.0), (70.0, 140.0), (50.0, 100.0)]),
        ("PAC-D", &[(30.0, 80.0), (40.0, 120.0), (40.0, 140.0), (20.0, 100.0)]),
    ]);
    let both = drawn(&etat, &["PAC-P", "PAC-D"], true);
    let hidden = |contenu: &Contenu, rang| -> Vec<bool> {
        column(contenu, rang).iter().map(|valeur| *valeur == Valeur::Secret).collect()
    };
    assert!(hidden(&both, 0)[0] && hidden(&both, 0) == hidden(&both, 1), "{both:?}");
    assert_eq!(hidden(&both, 0).iter().filter(|hidden| **hidden).count(), 2);
    // Each alone is safe; the second one, once the first was published, is not.
    let first = drawn(&etat, &["PAC-P"], true);
    assert!(!hidden(&first, 0).contains(&true));
    let second = drawn_after(&etat, (ANNEE, &["PAC-D"], true), std::slice::from_ref(&first));
    assert!(hidden(&second, 0)[0], "{second:?}");
    // Of the network alone: 222 less 218.
    let near = reseau(&[
        ("PAC-P", &[(122.0, 300.0), (100.0, 300.0)]),
        ("PAC-D", &[(120.0, 300.0), (98.0, 300.0)]),
    ]);
    let totals = drawn(&near, &["PAC-P", "PAC-D"], false).reseau;
    assert_eq!(totals.iter().filter(|valeur| **valeur == Valeur::Secret).count(), 1, "{totals:?}");
}

/// A network whose centres counted first receptions, month after month of 2019.
fn months(counts: &[Vec<u32>]) -> Etat {
    let mut etat = empty();
    for (rank, own) in counts.iter().enumerate() {
        let id = format!("C{rank}");
        receive(&mut etat, &id, "", date(2020, 1, 5));
        for first in 1..=own.len() {
            for last in first..=own.len() {
                let periode = span(first, last);
                let sum: u32 = own[first - 1..last].iter().sum();
                let key = (id.as_str(), Niveau::Structure, "");
                measure(&mut etat, key, &periode, "ACC-N", (f64::from(sum), 0.0));
            }
        }
    }
    etat
}

/// Whole months of 2019.
fn span(first: usize, last: usize) -> String {
    let last = date(2019, i8::try_from(last).unwrap(), 1).last_of_month();
    format!("2019-{first:02}-01..{last}")
}

#[test]
fn a_year_to_date_published_each_month_does_not_tell_the_month() {
    let etat = months(&[vec![30, 3], vec![40, 30], vec![50, 40]]);
    let january = drawn_after(&etat, (&span(1, 1), &["ACC-N"], true), &[]);
    assert!(!column(&january, 0).contains(&Valeur::Secret));
    let february =
        drawn_after(&etat, (&span(1, 2), &["ACC-N"], true), std::slice::from_ref(&january));
    // Three came to the first centre in February; a second one keeps them from who has the totals.
    let hidden = |contenu: &Contenu| {
        column(contenu, 0).iter().filter(|valeur| **valeur == Valeur::Secret).count()
    };
    assert_eq!((column(&february, 0)[0], hidden(&february)), (Valeur::Secret, 2), "{february:?}");
    // Without the first one, nothing has to be.
    assert_eq!(hidden(&drawn_after(&etat, (&span(1, 2), &["ACC-N"], true), &[])), 0);
    // What was secret over some days stays so, whatever is published beside it.
    let again = drawn_after(&etat, (&span(1, 2), &["ACC-N"], true), &[january, february.clone()]);
    assert_eq!(column(&again, 0), column(&february, 0));
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

/// Every count of a centre that the publications tell: first month, month after the last, count.
fn told(contenus: &[(usize, usize, Contenu)], rang: usize) -> Vec<(usize, usize, u64)> {
    let read = contenus.iter().filter_map(|(first, last, contenu)| {
        match contenu.centres[rang].valeurs[0] {
            Valeur::Chiffre { valeur, .. } => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a count"
                )]
                let count = valeur as u64;
                Some((*first, *last + 1, count))
            }
            _ => None,
        }
    });
    read.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// A reader keeps all publications, and adds and subtracts all that was told of each centre.
    #[test]
    fn no_publication_tells_too_few_beside_those_before(
        counts in prop::collection::vec(
            prop::collection::vec(prop_oneof![Just(0u32), 1..12u32, 11..60u32], 4), 3..5),
        spans in prop::collection::vec((1usize..=4, 1usize..=4), 1..6),
    ) {
        let etat = months(&counts);
        let mut published: Vec<(usize, usize, Contenu)> = Vec::new();
        for (a, b) in spans {
            let (first, last) = (a.min(b), a.max(b));
            let before: Vec<Contenu> = published.iter().map(|(.., c)| c.clone()).collect();
            let new = drawn_after(&etat, (&span(first, last), &["ACC-N"], true), &before);
            published.push((first, last, new));
        }
        for rang in 0..counts.len() {
            let known = told(&published, rang);
            let small = |count: u64| Audience::Public.is_small(count);
            for (du, au, count) in &known {
                prop_assert!(!small(*count));
                // One less any disjoint others that lie within it.
                for chosen in 0u32..(1 << known.len()) {
                    let parts: Vec<_> = known.iter().enumerate()
                        .filter(|(rank, _)| chosen & (1 << rank) != 0).map(|(_, one)| one).collect();
                    let within = parts.iter().all(|one| du <= &one.0 && &one.1 <= au);
                    let apart = parts.iter().enumerate().all(|(rank, one)| parts[rank + 1..].iter()
                        .all(|other| one.1 <= other.0 || other.1 <= one.0));
                    if within && apart {
                        let sum: u64 = parts.iter().map(|one| one.2).sum();
                        prop_assert!(!small(count.abs_diff(sum)), "{known:?} {counts:?}");
                    }
                }
            }
        }
    }
}
