use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::acces::Habilitation;

const TODAY: Date = date(2026, 11, 25);

fn regle(nouvelles: u64, avant: u64) -> FaitsRegle {
    let nombres = Nombres { nouvelles, avant };
    FaitsRegle { nombres, jugees: 50, jugees_avant: 50, sans_table: None }
}

fn centre(extraction: Date, regles: &[(&str, FaitsRegle)]) -> FaitsCentre {
    FaitsCentre {
        extraction,
        regles: regles.iter().map(|(code, regle)| ((*code).to_owned(), regle.clone())).collect(),
        conseillers: BTreeMap::new(),
        justifications: 0,
        echeances: 0,
        fins: BTreeMap::new(),
        entrees: BTreeMap::new(),
    }
}

fn of(centre: FaitsCentre) -> Faits {
    Faits { centres: BTreeMap::from([("A".to_owned(), centre)]), ..Faits::none(TODAY) }
}

/// What is told under the default thresholds: key, figure.
fn told(faits: &Faits) -> Vec<(String, u64)> {
    let all = detect(faits, &Seuils::default());
    all.into_iter().map(|alerte| (alerte.cle.text(), alerte.chiffre)).collect()
}

fn figures() -> impl Strategy<Value = Nombres> {
    (0u64..60, 0u64..60).prop_map(|(nouvelles, avant)| Nombres { nouvelles, avant })
}

fn rules() -> impl Strategy<Value = BTreeMap<String, FaitsRegle>> {
    let one = (figures(), 0u64..3, 0u64..3, prop::option::of("[ab]")).prop_map(
        |(nombres, jugees, jugees_avant, sans_table)| FaitsRegle {
            nombres,
            jugees,
            jugees_avant,
            sans_table,
        },
    );
    prop::collection::btree_map("[A-C]-0[1-3]", one, 0..6)
}

/// Weeks around today, with what ends in them.
fn weeks() -> impl Strategy<Value = BTreeMap<Date, Fins>> {
    prop::collection::vec((-20i32..100, 1u64..9), 0..6).prop_map(|ends| {
        let mut weeks = BTreeMap::new();
        for (days, times) in ends {
            let le = TODAY.saturating_add(days.days());
            let back = i32::from(le.weekday().since(jiff::civil::Weekday::Monday));
            let fins = weeks.entry(le.saturating_sub(back.days())).or_insert(Fins::none());
            (0..times).for_each(|_| fins.add(le, TODAY));
        }
        weeks
    })
}

fn centres() -> impl Strategy<Value = FaitsCentre> {
    let own = prop::collection::btree_map("[A-C]-01", figures(), 0..3);
    let conseiller =
        (own, 0u64..3, 0u64..3, weeks()).prop_map(|(regles, justifications, echeances, fins)| {
            FaitsConseiller { regles, justifications, echeances, fins }
        });
    let months = prop::collection::vec(0u64..40, 0..16).prop_map(|counts| {
        let first = date(2025, 8, 1);
        let month = |rank: usize| first.saturating_add(i64::try_from(rank).unwrap().months());
        counts.into_iter().enumerate().map(|(rank, count)| (month(rank), count)).collect()
    });
    (
        0i32..80,
        rules(),
        prop::collection::btree_map("C[12]", conseiller, 0..3),
        (0u64..3, 0u64..3, weeks()),
        prop::collection::btree_map("[EF]", months, 0..3),
    )
        .prop_map(|(age, regles, conseillers, (justifications, echeances, fins), entrees)| {
            FaitsCentre {
                extraction: TODAY.saturating_sub(age.days()),
                regles,
                conseillers,
                justifications,
                echeances,
                fins,
                entrees,
            }
        })
}

fn faits() -> impl Strategy<Value = Faits> {
    let parts = prop::collection::btree_map("[XY]", any::<bool>(), 0..3);
    let known = prop::collection::btree_map("[AB]", centres(), 0..3);
    let aside = prop::collection::btree_map("LOC-[12]", prop::option::of("[AB]"), 0..3);
    (known, prop::collection::btree_map("[A-C]-01", figures(), 0..3), aside, parts).prop_map(
        |(centres, reseau, de_cote, installation)| Faits {
            aujourd_hui: TODAY,
            centres,
            reseau,
            de_cote,
            installation,
        },
    )
}

fn seuils() -> impl Strategy<Value = Seuils> {
    (1u32..40, 0u32..150, 1u32..90, 1u32..=100, 1u32..=90).prop_map(
        |(hausse_nombre, hausse_part, retard_jours, baisse_part, fin_jours)| Seuils {
            hausse_nombre,
            hausse_part,
            retard_jours,
            baisse_part,
            fin_jours,
        },
    )
}

proptest! {
    #[test]
    fn higher_thresholds_tell_a_part_of_the_same(
        faits in faits(), one in seuils(), other in seuils(),
    ) {
        let low = one.lower(&other);
        prop_assert_eq!(low.lower(&one), low);
        let all = detect(&faits, &low);
        for own in [one, other] {
            let kept: Vec<Alerte> = all.iter().filter(|a| a.passes(&own)).cloned().collect();
            prop_assert_eq!(kept, detect(&faits, &own));
        }
    }

    #[test]
    fn each_alert_is_named_once_and_its_name_does_not_hold_its_figure(
        faits in faits(), seuils in seuils(),
    ) {
        let all = detect(&faits, &seuils);
        let names: BTreeSet<String> = all.iter().map(|alerte| alerte.cle.text()).collect();
        prop_assert_eq!(names.len(), all.len());
        // The same facts again, a day that changes nothing else: the same alerts.
        let again = detect(&faits, &seuils);
        prop_assert_eq!(&all, &again);
        // One more new anomaly everywhere: those told before are told still, under the same names.
        let mut more = faits.clone();
        for regle in more.centres.values_mut().flat_map(|centre| centre.regles.values_mut()) {
            regle.nombres.nouvelles += 1;
        }
        let names_then: BTreeSet<String> =
            detect(&more, &seuils).iter().map(|alerte| alerte.cle.text()).collect();
        prop_assert!(names.is_subset(&names_then));
    }

    #[test]
    fn without_facts_there_is_no_alert(seuils in seuils()) {
        prop_assert_eq!(detect(&Faits::none(TODAY), &seuils), []);
        // A centre that is well, extracted today.
        let well = of(centre(TODAY, &[("A-01", FaitsRegle { jugees: 3, ..regle(0, 9) })]));
        prop_assert_eq!(detect(&well, &seuils), []);
    }

    #[test]
    fn nobody_is_told_of_a_centre_or_a_portfolio_that_is_not_theirs(faits in faits()) {
        let one = |role, centre: Option<&str>, conseiller: Option<&str>| {
            let held = Habilitation {
                role,
                structure_id: centre.map(str::to_owned),
                conseiller_id: conseiller.map(str::to_owned),
                debut: None,
                fin: None,
            };
            Acces::on(TODAY, &[held], BTreeSet::new())
        };
        let all = detect(&faits, &Seuils::default());
        let heard = |acces: &Acces| all.iter().filter(|a| a.concerns(acces)).collect::<Vec<_>>();
        for role in [Role::Referent, Role::Directeur] {
            for alerte in heard(&one(role, Some("A"), None)) {
                prop_assert_eq!(alerte.cle.structure_id.as_deref(), Some("A"));
                prop_assert_eq!(alerte.cle.public, Public::Centre);
            }
        }
        for alerte in heard(&one(Role::Conseiller, Some("A"), Some("C1"))) {
            prop_assert_eq!(alerte.cle.structure_id.as_deref(), Some("A"));
            prop_assert_eq!(alerte.cle.conseiller_id.as_deref(), Some("C1"));
        }
        prop_assert!(heard(&one(Role::Conseiller, Some("A"), None)).is_empty());
        for alerte in heard(&one(Role::ChargeDeMission, None, None)) {
            prop_assert_eq!(alerte.cle.public, Public::Reseau);
        }
        for alerte in heard(&one(Role::Administrateur, None, None)) {
            prop_assert_eq!(alerte.cle.public, Public::Installation);
        }
        for role in [Role::Financeur, Role::Auditeur] {
            prop_assert!(heard(&one(role, None, None)).is_empty());
        }
    }
}

#[test]
fn a_rule_rises_by_a_number_and_by_a_share() {
    // At least ten, and at least half of the 40 before.
    for (nouvelles, avant, expected) in [
        (9, 0, false),
        (10, 0, true),
        (10, 20, true),
        (10, 21, false),
        (19, 40, false),
        (20, 40, true),
    ] {
        let found = told(&of(centre(TODAY, &[("A-01", regle(nouvelles, avant))])));
        let rise = vec![("centre/hausse/A//A-01".to_owned(), nouvelles)];
        assert_eq!(found, if expected { rise } else { vec![] }, "{nouvelles} after {avant}");
    }
}

#[test]
fn an_extract_is_late_after_its_thirty_fifth_day() {
    let at = |days: i32| told(&of(centre(TODAY.saturating_sub(days.days()), &[])));
    assert_eq!(at(35), []);
    let both = ["centre/retard/A//", "reseau/retard/A//"].map(|cle| (cle.to_owned(), 36));
    assert_eq!(at(36), both);
    // Late by one day more says nothing new; by one month more does.
    let etat = |days: u64| {
        let cle = Cle {
            public: Public::Centre,
            genre: Genre::Retard,
            structure_id: Some("A".to_owned()),
            conseiller_id: None,
            objet: String::new(),
        };
        let jour = Some(date(2026, 9, 1));
        Alerte { cle, chiffre: days, reference: 0, jour, importance: Importance::Haute }.etat()
    };
    assert_eq!(etat(36), etat(59));
    assert_ne!(etat(59), etat(60));
}

#[test]
fn a_silent_rule_is_told_once_with_the_table_that_it_lacks() {
    let silent = |table: Option<&str>| FaitsRegle {
        jugees: 0,
        sans_table: table.map(str::to_owned),
        ..regle(0, 0)
    };
    let never = FaitsRegle { jugees: 0, jugees_avant: 0, ..regle(0, 0) };
    let rules = [
        ("A-01", silent(None)),
        ("A-02", silent(Some("propositions"))),
        ("A-03", silent(Some("propositions"))),
        ("A-04", never),
    ];
    let expected = [
        ("centre/muette/A//A-01", 0),
        ("centre/table/A//propositions", 2),
        ("reseau/table/A//propositions", 2),
        ("reseau/muette///A-01", 1),
    ];
    assert_eq!(told(&of(centre(TODAY, &rules))), expected.map(|(cle, n)| (cle.to_owned(), n)));
}

#[test]
fn a_month_falls_below_the_usual_one_and_holidays_are_no_fall() {
    // August to October 2026, then what the months say; extracted in November.
    let fell = |counts: &[(Date, u64)]| {
        let mut known = centre(date(2026, 11, 10), &[]);
        known.entrees.insert("ACC-N".to_owned(), counts.iter().copied().collect());
        let all = detect(&of(known), &Seuils::default());
        let own = all.into_iter().find(|a| a.cle.public == Public::Centre);
        own.map(|alerte| (alerte.jour.unwrap(), alerte.chiffre, alerte.reference))
    };
    let month = |month: i8| date(2026, month, 1);
    let before = [(month(6), 30), (month(7), 20), (month(8), 24), (month(9), 22)];
    let with = |count| [&before[..], &[(month(10), count), (month(11), 1)]].concat();
    // The lower of the two middle ones is 22: half of it is 11. November is not over.
    assert_eq!(fell(&with(11)), Some((month(10), 11, 22)));
    assert_eq!(fell(&with(12)), None);
    let holidays = [&with(11)[..], &[(date(2025, 10, 1), 15)]].concat();
    assert_eq!(fell(&holidays), None, "eleven of fifteen a year before");
    assert_eq!(fell(&[(month(8), 40), (month(9), 40), (month(10), 0)]), None, "too few months");
    assert_eq!(fell(&before), None, "October says nothing");
}

#[test]
fn what_people_said_ends_is_told_to_who_has_it_in_hand() {
    let mut known = centre(TODAY, &[]);
    (known.justifications, known.echeances) = (3, 2);
    let own = FaitsConseiller { echeances: 1, ..FaitsConseiller::default() };
    known.conseillers.insert("C/1%".to_owned(), own);
    let expected = [
        ("centre/justification/A//", 3),
        ("centre/echeance/A//", 2),
        ("conseiller/echeance/A/C%2F1%25/", 1),
    ];
    assert_eq!(told(&of(known)), expected.map(|(cle, n)| (cle.to_owned(), n)));
}

#[test]
fn what_ends_is_told_by_week_from_so_many_days_before() {
    // Wednesday 25 November: this week, the next ones, one that has passed.
    let mut fins: BTreeMap<Date, Fins> = BTreeMap::new();
    for (monday, le) in [
        (date(2026, 11, 16), date(2026, 11, 20)),
        (date(2026, 11, 23), date(2026, 11, 24)),
        (date(2026, 11, 23), date(2026, 11, 27)),
        (date(2026, 12, 7), date(2026, 12, 9)),
        (date(2026, 12, 7), date(2026, 12, 10)),
        (date(2026, 12, 14), date(2026, 12, 14)),
    ] {
        fins.entry(monday).or_insert(Fins::none()).add(le, TODAY);
    }
    let mut known = centre(TODAY, &[]);
    known.fins = fins.clone();
    let own = FaitsConseiller { fins, ..FaitsConseiller::default() };
    known.conseillers.insert("C1".to_owned(), own);
    let faits = of(known);
    // Fourteen days from today is 9 December; what ended counts in its week as long as one is to come.
    let weeks = |public: &str, conseiller: &str| {
        ["2026-11-23", "2026-12-07"].map(|week| (format!("{public}/fin/A/{conseiller}/{week}"), 2))
    };
    assert_eq!(told(&faits), [weeks("centre", ""), weeks("conseiller", "C1")].concat());
    let near = Seuils { fin_jours: 2, ..Seuils::default() };
    assert_eq!(detect(&faits, &near).len(), 2, "on 27 November only");
    let far = Seuils { fin_jours: 90, ..Seuils::default() };
    assert_eq!(detect(&faits, &far).len(), 6);
    // The day after, the same ends say nothing new.
    let later = Faits { aujourd_hui: date(2026, 11, 26), ..faits.clone() };
    let etats = |faits: &Faits| {
        detect(faits, &Seuils { fin_jours: 3, ..Seuils::default() })
            .iter()
            .map(Alerte::etat)
            .collect::<Vec<_>>()
    };
    assert_eq!(etats(&faits), etats(&later));
}

#[test]
fn a_rule_set_aside_is_told_where_it_judges() {
    let de_cote =
        BTreeMap::from([("LOC-1".to_owned(), None), ("LOC-2".to_owned(), Some("A".to_owned()))]);
    let faits = Faits { de_cote, ..Faits::none(TODAY) };
    let expected = [("reseau/de_cote///LOC-1", 0), ("centre/de_cote/A//LOC-2", 0)];
    assert_eq!(told(&faits), expected.map(|(cle, n)| (cle.to_owned(), n)));
}

#[test]
fn codes_come_back() {
    for genre in Genre::ALL {
        assert_eq!(Genre::from_code(genre.code()), Some(genre));
    }
    for public in Public::ALL {
        assert_eq!(Public::from_code(public.code()), Some(public));
    }
    for importance in [Importance::Haute, Importance::Moyenne] {
        assert_eq!(Importance::from_rank(importance.rank()), importance);
    }
    assert!(Seuils::default().are_sound());
    assert!(!Seuils { retard_jours: 0, ..Seuils::default() }.are_sound());
}
