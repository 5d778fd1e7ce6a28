//! One member by hand, then what must hold whatever the members.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn situation(categorie: &str, sous_type: &str, debut: Date, fin: Option<Date>) -> SituationVue {
    SituationVue {
        categorie: Some(categorie.to_owned()),
        sous_type: Some(sous_type.to_owned()),
        debut: Some(debut),
        fin,
        ..SituationVue::default()
    }
}

/// Enters on 1 March 2017 while at school, leaves on 1 March 2018; a job of three weeks and a PMSMP on the
/// way; hired for good on 20 March 2018, until January 2019.
fn membre() -> Membre {
    Membre {
        traits: vec![Some("18-21 ans".to_owned()), Some("F".to_owned())],
        entree: date(2017, 3, 1),
        sortie: Some(date(2018, 3, 1)),
        situations: vec![
            situation("SCOLARITE", "AUTRE", date(2016, 9, 1), Some(date(2017, 3, 1))),
            situation("EMPLOI", "CDD_COURT", date(2017, 6, 1), Some(date(2017, 6, 21))),
            situation("PMSMP", "AUTRE", date(2017, 10, 2), Some(date(2017, 10, 13))),
            situation("EMPLOI", "CDI", date(2018, 3, 20), Some(date(2019, 1, 31))),
        ],
    }
}

#[test]
fn a_member_is_followed_from_the_entry_to_two_years_after_the_exit() {
    let states = |origine: Origine, reference| {
        origine.etapes().map(|etape| membre().state(etape, reference))
    };
    let late = date(2021, 1, 1);
    // Hired 19 days after the exit: the situation of the exit; gone a year after it.
    assert_eq!(
        states(Origine::Sortie, late),
        [Etat::Scolarite, Etat::Durable, Etat::Durable, Etat::Aucune, Etat::Aucune, Etat::Aucune]
    );
    assert_eq!(
        states(Origine::Entree, late),
        [Etat::Scolarite, Etat::Durable, Etat::Aucune, Etat::Aucune, Etat::Durable, Etat::Aucune]
    );
    // The extract of October 2018 does not know of the second year.
    assert_eq!(
        states(Origine::Sortie, date(2018, 10, 1)),
        [
            Etat::Scolarite,
            Etat::Durable,
            Etat::Durable,
            Etat::PasEncore,
            Etat::PasEncore,
            Etat::PasEncore
        ]
    );
    // That of June 2017 does not know of the exit.
    let early = states(Origine::Sortie, date(2017, 6, 10));
    assert_eq!((early[0], early[1], early[2]), (Etat::Scolarite, Etat::NonSorti, Etat::NonSorti));
}

#[test]
fn what_was_met_on_the_way_counts_once_and_is_not_what_is_held_at_the_exit() {
    let mut cohorte = Cohorte::default();
    cohorte.count(&membre(), date(2021, 1, 1));
    let met: Vec<Etat> = cohorte.pendant.keys().copied().collect();
    assert_eq!(met, [Etat::Emploi, Etat::Scolarite, Etat::Immersion]);
    assert_eq!((cohorte.effectif, cohorte.sortis, cohorte.pmsmp), (1, 1, 1));
    assert_eq!(cohorte.observed(Etape::Mois(Origine::Sortie, 24)), 1);
    let kept = serde_json::to_string(&cohorte).unwrap();
    assert_eq!(serde_json::from_str::<Cohorte>(&kept).unwrap(), cohorte);
}

#[test]
fn a_member_counts_in_each_public_that_it_is_of() {
    let mut cohorte = Cohorte::default();
    let reference = date(2021, 1, 1);
    cohorte.count(&membre(), reference);
    let traits = [Some("moins de 18 ans"), Some("M"), None, Some("oui"), Some("non"), None, None];
    let traits = traits.map(|value| value.map(str::to_owned)).to_vec();
    cohorte.count(&Membre { traits, ..membre() }, reference);
    let sizes = Public::PARTS.map(|public| cohorte.of_public(public).effectif);
    // Minors, QPV, ZRR, RQTH, women, men.
    assert_eq!(sizes, [1, 1, 0, 0, 1, 1]);
    let women = cohorte.of_public(Public::Femmes);
    assert_eq!(women.etats[&(Etape::Sortie, Etat::Durable)], 1);
    assert!(women.flux.is_empty() && women.constants.is_empty() && women.publics.is_empty());
    assert_eq!(cohorte.of_public(Public::Tous), cohorte);
    let mut twice = cohorte.clone();
    twice.merge(&cohorte);
    assert_eq!(twice.publics[&Public::Qpv].effectif, 2);
    let left = twice.without(&cohorte);
    assert_eq!((left.effectif, &left.etats, &left.publics), (2, &cohorte.etats, &cohorte.publics));
}

#[test]
fn the_moments_of_both_origins_share_the_entry_and_the_exit() {
    let told: std::collections::BTreeSet<Etape> =
        Origine::ALL.into_iter().flat_map(Origine::etapes).collect();
    assert_eq!(told.into_iter().collect::<Vec<_>>(), Etape::ALL);
    for etapes in Origine::ALL.map(Origine::etapes) {
        for (before, now) in etapes.iter().zip(etapes.iter().skip(1)) {
            assert_eq!(now.before(), Some(*before));
        }
    }
    let pairs = Etape::ALL.into_iter().flat_map(|one| Etape::ALL.map(|other| (one, other)));
    let crossing = pairs.filter(|(one, other)| one.crosses(*other));
    // The exit and four moments by four others, less the one that comes next.
    assert_eq!(crossing.count(), 5 * 4 - 1);
}

#[test]
fn who_holds_the_same_from_both_origins_is_counted() {
    // An exit a year to the day after the entry: a year after the one is the other, and so on.
    let mut cohorte = Cohorte::default();
    cohorte.count(&membre(), date(2021, 1, 1));
    let sortie = |months| Etape::Mois(Origine::Sortie, months);
    let entree = |months| Etape::Mois(Origine::Entree, months);
    let held = [
        // Hired nineteen days after the exit: not yet on that day.
        (Etape::Sortie, entree(18), Etat::Durable),
        (sortie(6), entree(18), Etat::Durable),
        (sortie(12), entree(12), Etat::Aucune),
        (sortie(12), entree(24), Etat::Aucune),
        (sortie(18), entree(6), Etat::Aucune),
    ];
    for key in held {
        assert_eq!(cohorte.constants.get(&key), Some(&1), "{key:?}");
    }
    assert!(!cohorte.constants.keys().any(|(one, other, _)| !one.crosses(*other)));
}

#[test]
fn ages_fall_in_their_class() {
    let classes = [15, 17, 18, 21, 22, 25, 26, 29].map(age_class);
    assert_eq!(
        classes,
        [
            "moins de 18 ans",
            "moins de 18 ans",
            "18-21 ans",
            "18-21 ans",
            "22-25 ans",
            "22-25 ans",
            "26 ans et plus",
            "26 ans et plus"
        ]
    );
}

fn day() -> impl Strategy<Value = Date> {
    (0..1500i32).prop_map(|days| date(2016, 1, 1).saturating_add(Span::new().days(days)))
}

fn members() -> impl Strategy<Value = Vec<Membre>> {
    let categorie = prop::sample::select(vec![
        "EMPLOI",
        "ALTERNANCE",
        "FORMATION",
        "PMSMP",
        "IMMERSION",
        "SCOLARITE",
        "VOLONTARIAT",
        "DEMANDEUR_EMPLOI",
        "INCONNUE",
    ]);
    let sous_type = prop::sample::select(vec!["CDI", "CDD_LONG", "CDD_COURT", "AUTRE"]);
    let one = (categorie, sous_type, day(), prop::option::of(day()))
        .prop_map(|(categorie, sous_type, debut, fin)| situation(categorie, sous_type, debut, fin));
    let sexe = prop::option::of(prop::sample::select(vec!["F", "M"]));
    let membre = (day(), prop::option::of(0..700i64), prop::collection::vec(one, 0..6), sexe);
    let membre = membre.prop_map(|(entree, length, situations, sexe)| Membre {
        traits: vec![None, sexe.map(str::to_owned)],
        entree,
        sortie: length.map(|days| entree.saturating_add(Span::new().days(days))),
        situations,
    });
    prop::collection::vec(membre, 0..30)
}

proptest! {
    #[test]
    fn everyone_is_somewhere_at_each_moment_and_flows_join_the_moments(
        members in members(),
        reference in day(),
    ) {
        let mut cohorte = Cohorte::default();
        for membre in &members {
            cohorte.count(membre, reference);
        }
        for etape in Etape::ALL {
            let at = cohorte.etats.iter().filter(|((at, _), _)| *at == etape);
            prop_assert_eq!(at.map(|(_, count)| count).sum::<u64>(), cohorte.effectif);
        }
        for (now, count) in &cohorte.etats {
            let left = cohorte.flux.iter().filter(|((from, _), _)| from == now);
            let came = cohorte.flux.iter().filter(|((_, to), _)| to == now);
            // From the exit, months are counted from it and from the entry.
            let ways = Etape::ALL.iter().filter(|etape| etape.before() == Some(now.0)).count();
            let told = u64::try_from(ways).unwrap() * count;
            prop_assert_eq!(left.map(|(_, count)| count).sum::<u64>(), told);
            if now.0 != Etape::Entree {
                prop_assert_eq!(came.map(|(_, count)| count).sum::<u64>(), *count);
            }
        }
        for name in TRAITS.iter().take(2) {
            let told = cohorte.traits.iter().filter(|((own, _), _)| own == name);
            prop_assert_eq!(told.map(|(_, count)| count).sum::<u64>(), cohorte.effectif);
        }
        prop_assert!(cohorte.pendant.values().all(|count| *count <= cohorte.effectif));
    }

    #[test]
    fn centres_add_up(members in members(), reference in day(), at in 0..30usize) {
        let count = |members: &[Membre]| {
            let mut cohorte = Cohorte::default();
            for membre in members {
                cohorte.count(membre, reference);
            }
            cohorte
        };
        let (left, right) = members.split_at(at.min(members.len()));
        let mut sum = count(left);
        sum.merge(&count(right));
        prop_assert_eq!(sum, count(&members));
    }
}

proptest! {
    /// By construction, and for every cell that the tables of a cohort have.
    #[test]
    fn the_list_behind_a_cell_is_as_long_as_it_counts(
        members in members(),
        reference in day(),
    ) {
        use super::case::Case;
        let mut cohorte = Cohorte::default();
        let mut alone = Vec::new();
        for membre in &members {
            cohorte.count(membre, reference);
            let mut one = Cohorte::default();
            one.count(membre, reference);
            alone.push(one);
        }
        let mut cases = vec![Case::Tous, Case::Pmsmp];
        cases.extend(cohorte.traits.keys().map(|(name, value)| Case::Trait(name.clone(), value.clone())));
        cases.extend(cohorte.etats.keys().map(|(etape, etat)| Case::Tenue(*etape, *etat)));
        cases.extend(cohorte.pendant.keys().copied().map(Case::Pendant));
        cases.extend(cohorte.flux.keys().map(|(from, to)| Case::Passage(*from, *to)));
        for etape in Etape::ALL {
            cases.extend([Case::EnEmploi(etape), Case::Observes(etape)]);
        }
        for case in cases {
            let listed: Vec<u64> =
                alone.iter().map(|one| case.count(one)).filter(|count| *count > 0).collect();
            prop_assert!(case.is_sum() || listed.iter().all(|count| *count == 1), "{}", case);
            prop_assert_eq!(listed.iter().sum::<u64>(), case.count(&cohorte), "{}", case);
        }
        let employed: u64 = [Etat::Durable, Etat::Emploi]
            .map(|etat| Case::Tenue(Etape::Sortie, etat).count(&cohorte))
            .iter()
            .sum();
        prop_assert_eq!(Case::EnEmploi(Etape::Sortie).count(&cohorte), employed);
    }
}
