//! What a chargé de mission and a director read, against who subtracts.

use jiff::civil::date;
use mallette_domain::resultat::{Cumul, Niveau};

use super::*;
use crate::etat::Centre;
use crate::lecture::indicateurs::chiffre::{Cellule, Chiffre};
use crate::lecture::indicateurs::essai::{
    catch, empty, indicateur, measure, measure_cumul, receive, region,
};
use crate::lecture::indicateurs::fiche;
use crate::lecture::indicateurs::releve::{Releve, below};
use crate::lecture::indicateurs::tableau::table;
use crate::marges::tableau::network;

fn read_by(mut etat: Etat, propres: &[&str]) -> Etat {
    etat.lecteur = Lecteur::of(propres.iter().map(|id| (*id).to_owned()).collect());
    etat
}

/// A centre, its group, its entries by period.
type Entrees<'a> = (&'a str, &'a str, &'a [(&'a str, f64)]);

/// Centres of one région, each alone in its group but for « Urbain »; entries in PACEA of these periods.
fn entries(counts: &[Entrees<'_>]) -> Etat {
    let mut etat = empty();
    for (id, groupe, periodes) in counts {
        receive(&mut etat, id, groupe, date(2020, 1, 5));
        for (periode, count) in *periodes {
            let key = (*id, Niveau::Structure, "");
            measure(&mut etat, key, periode, "PAC-E", (*count, 0.0));
        }
    }
    etat
}

fn cells(etat: &Etat, periode: &str, code: &str) -> Vec<Cellule> {
    let releve = Releve::new(etat, periode.parse().unwrap());
    let indicateur = indicateur(etat, code);
    etat.centres.keys().map(|id| releve.chiffre(indicateur, id).as_ref().into()).collect()
}

use Cellule::{Secret, Valeur};

#[test]
fn who_holds_the_machine_reads_everything() {
    let etat = entries(&[("A", "", &[("2019", 3.0)]), ("B", "", &[("2019", 30.0)])]);
    assert_eq!(cells(&etat, "2019", "PAC-E"), [Valeur(3.0), Valeur(30.0)]);
}

#[test]
fn a_small_count_and_what_would_tell_it_are_secret_elsewhere() {
    let etat = || {
        entries(&[
            ("A", "Urbain", &[("2019", 3.0)]),
            ("B", "Urbain", &[("2019", 30.0)]),
            ("C", "Rural", &[("2019", 40.0)]),
            ("D", "Rural", &[("2019", 50.0)]),
            ("E", "Rural", &[("2019", 0.0)]),
        ])
    };
    let network = read_by(etat(), &[]);
    // B keeps A from who subtracts from the group: no other total has to go.
    let shown = cells(&network, "2019", "PAC-E");
    assert_eq!(shown, [Secret, Secret, Valeur(40.0), Valeur(50.0), Valeur(0.0)]);
    let periode = "2019".parse().unwrap();
    let page = table(&network, periode, Some("Urbain"));
    let column = page.indicateurs.iter().position(|own| own.code == "PAC-E").unwrap();
    assert_eq!(page.groupe.unwrap().cellules[column], Valeur(33.0));
    assert_eq!(page.regions[0].cellules[column], Valeur(123.0));
    // The same cells in the page of the indicator, and none of them in a box.
    let sheet = fiche::sheet(&network, &network, indicateur(&network, "PAC-E"), periode, Some("A"));
    let told: Vec<Cellule> =
        sheet.centres.iter().map(|line| line.chiffre.as_ref().into()).collect();
    assert_eq!(told, shown);
    let boite = sheet.groupes[0].boite.as_ref().unwrap();
    assert_eq!((boite.n, sheet.groupes[0].secrets, boite.min), (3, 2, 0.0));
    assert!(sheet.centre.unwrap().place.is_none());
    // Its own people read it, and then what would tell another is not what they know.
    let own = read_by(etat(), &["A"]);
    assert_eq!(cells(&own, "2019", "PAC-E")[0], Valeur(3.0));
    let with_b = read_by(etat(), &["B"]);
    let releve = Releve::new(&with_b, periode);
    let pac_e = indicateur(&with_b, "PAC-E");
    assert_eq!(Cellule::from(releve.total(pac_e, ["A", "B"]).chiffre.as_ref()), Secret);
}

#[test]
fn a_rate_needs_twenty_and_is_not_small_on_either_side() {
    let mut etat = empty();
    let rates = [("A", 9.0, 19.0), ("B", 40.0, 80.0), ("C", 58.0, 60.0), ("D", 30.0, 90.0)];
    for (id, above, below) in rates {
        receive(&mut etat, id, "", date(2020, 1, 5));
        measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-P", (above, below));
    }
    receive(&mut etat, "E", "", date(2020, 1, 5));
    measure(&mut etat, ("E", Niveau::Structure, ""), "2019", "PAC-P", (0.0, 0.0));
    let etat = read_by(etat, &[]);
    let shown = cells(&etat, "2019", "PAC-P");
    assert_eq!((shown[0], shown[2], shown[4]), (Secret, Secret, Cellule::Nc));
    assert!(shown[1] == Valeur(0.5) || shown[3] == Valeur(1.0 / 3.0), "{shown:?}");
    let periode = "2019".parse().unwrap();
    let releve = Releve::new(&etat, periode);
    let hidden = releve.chiffre(indicateur(&etat, "PAC-P"), "A").unwrap();
    assert_eq!(hidden, Chiffre::SECRET, "nothing of it is left");
}

#[test]
fn a_month_is_not_the_year_less_the_others() {
    let months = |a: [f64; 3]| {
        [("2019-01", a[0]), ("2019-02", a[1]), ("2019-03", a[2]), ("2019", a.iter().sum())]
    };
    let etat = read_by(
        entries(&[
            ("A", "", &months([2.0, 20.0, 30.0])),
            ("B", "", &months([30.0, 31.0, 32.0])),
            ("C", "", &months([40.0, 41.0, 42.0])),
        ]),
        &[],
    );
    assert!(cells(&etat, "2019", "PAC-E").iter().all(|cell| *cell != Secret));
    let by_month: Vec<Vec<Cellule>> =
        ["2019-01", "2019-02", "2019-03"].map(|month| cells(&etat, month, "PAC-E")).into();
    for month in &by_month {
        assert_eq!((month[0], month[1]), (Secret, Secret), "the same centres in every month");
        assert_ne!(month[2], Secret);
    }
}

#[test]
fn days_chosen_at_will_cannot_be_subtracted_from_one_another() {
    let stored = entries(&[
        ("A", "", &[("2019-01", 2.0), ("2019-02", 20.0), ("2019", 22.0)]),
        ("B", "", &[("2019-01", 30.0), ("2019-02", 31.0), ("2019", 61.0)]),
        ("C", "", &[("2019-01", 40.0), ("2019-02", 41.0), ("2019", 81.0)]),
    ]);
    let base = Arc::new(read_by(stored, &["C"]));
    let computed = |periode: &str| {
        let counts: [(&str, f64); 3] = [("A", 22.0), ("B", 61.0), ("C", 81.0)];
        let mut etat = empty();
        for (id, count) in counts {
            receive(&mut etat, id, "", date(2020, 1, 5));
            measure(&mut etat, (id, Niveau::Structure, ""), periode, "PAC-E", (count, 0.0));
        }
        let etat = read_by(etat, &["C"]);
        etat.lecteur.computed_beside(&base);
        cells(&etat, periode, "PAC-E")
    };
    // A day more or less than a month: everything but the own centre.
    assert_eq!(computed("2019-01-01..2019-02-27"), [Secret, Secret, Valeur(81.0)]);
    // Whole months: what is secret in one of them stays so.
    assert_eq!(computed("2019-01-01..2019-02-28"), [Secret, Secret, Valeur(81.0)]);
    // A year that nothing was stored of is not cut any further.
    assert_eq!(computed("2016"), [Valeur(22.0), Valeur(61.0), Valeur(81.0)]);
    // Months that are not stored could be: they stay shut.
    assert_eq!(computed("2016-01-01..2016-03-31"), [Secret, Secret, Valeur(81.0)]);
}

#[test]
fn antennes_of_another_centre_are_shown_all_or_none() {
    let build = |second: f64| {
        let mut etat = empty();
        receive(&mut etat, "A", "", date(2020, 1, 5));
        measure(&mut etat, ("A", Niveau::Structure, ""), "2019", "PAC-E", (30.0 + second, 0.0));
        for (antenne, count) in [("Nord", 30.0), ("Sud", second)] {
            measure(&mut etat, ("A", Niveau::Antenne, antenne), "2019", "PAC-E", (count, 0.0));
        }
        etat
    };
    let told = |etat: Etat| -> Vec<Cellule> {
        let pac_e = indicateur(&etat, "PAC-E");
        let periode = "2019".parse().unwrap();
        let parts = below(&etat, &etat.centres["A"], pac_e, periode, Niveau::Antenne);
        parts.values().map(|chiffre| Some(chiffre).into()).collect()
    };
    assert_eq!(told(read_by(build(3.0), &[])), [Secret, Secret]);
    assert_eq!(told(read_by(build(30.0), &[])), [Valeur(30.0), Valeur(30.0)]);
    assert_eq!(told(read_by(build(3.0), &["A"])), [Valeur(30.0), Valeur(3.0)]);
}

/// The entries of the antennes of A over a period, by name: those that are told.
fn told_below(etat: &Etat, periode: &str) -> BTreeMap<String, Option<u64>> {
    let (pac_e, periode) = (indicateur(etat, "PAC-E"), periode.parse().unwrap());
    let parts = below(etat, &etat.centres["A"], pac_e, periode, Niveau::Antenne).into_iter();
    parts.map(|(nom, chiffre)| (nom.to_owned(), chiffre.lignes)).collect()
}

#[test]
fn the_months_of_an_antenne_of_another_centre_are_not_taken_from_its_year() {
    // Ten a month at Nord but for the last one, two: each table of eleven months tells by itself no small count.
    let months: Vec<String> = (1..=12).map(|month| format!("2019-{month:02}")).collect();
    let mut etat = empty();
    receive(&mut etat, "A", "", date(2020, 1, 5));
    let mut note = |periode: &str, (nord, sud): (f64, f64)| {
        let levels = [
            (Niveau::Structure, "", nord + sud),
            (Niveau::Antenne, "Nord", nord),
            (Niveau::Antenne, "Sud", sud),
        ];
        for (niveau, nom, count) in levels {
            measure(&mut etat, ("A", niveau, nom), periode, "PAC-E", (count, 0.0));
        }
    };
    for month in &months {
        note(month, (if month == "2019-12" { 2.0 } else { 10.0 }, 30.0));
    }
    note("2019-01-01..2019-11-30", (110.0, 330.0));
    note("2019", (112.0, 360.0));
    let network = read_by(etat.clone(), &[]);
    let year = told_below(&network, "2019");
    assert_eq!(year, [("Nord".to_owned(), Some(112)), ("Sud".to_owned(), Some(360))].into());
    // Whoever reads them subtracts what is told of the year from the year: nothing small is left.
    let mut attacks = vec![vec!["2019-01-01..2019-11-30"]];
    attacks.extend((0..12).map(|out| {
        let others = months.iter().enumerate().filter(|(rank, _)| *rank != out);
        others.map(|(_, month)| month.as_str()).collect()
    }));
    for attack in &attacks {
        for (nom, whole) in &year {
            let read = attack.iter().map(|periode| *told_below(&network, periode).get(nom)?);
            let Some(taken) = read.sum::<Option<u64>>() else { continue };
            let left = whole.unwrap() - taken;
            assert!(!Audience::Reseau.is_small(left), "{nom}: {left} less {attack:?}");
        }
    }
    // An older campaign would be subtracted too; the own people read everything.
    let campagne = Etat { campagne: Some("octobre".to_owned()), ..network };
    assert!(told_below(&campagne, "2019").is_empty());
    let own = read_by(etat, &["A"]);
    assert_eq!(told_below(&own, "2019-12")["Nord"], Some(2));
}

#[test]
fn an_antenne_is_not_told_by_what_is_counted_within_another() {
    let build = |lasting: f64| {
        let mut etat = empty();
        receive(&mut etat, "A", "", date(2020, 1, 5));
        for (niveau, nom, positive, lasting) in [
            (Niveau::Structure, "", 100.0, lasting + 30.0),
            (Niveau::Antenne, "Nord", 50.0, lasting),
            (Niveau::Antenne, "Sud", 50.0, 30.0),
        ] {
            let below = if nom.is_empty() { 300.0 } else { 150.0 };
            measure(&mut etat, ("A", niveau, nom), "2019", "PAC-P", (positive, below));
            measure(&mut etat, ("A", niveau, nom), "2019", "PAC-D", (lasting, below));
        }
        read_by(etat, &[])
    };
    let told = |etat: &Etat, code: &str| -> Vec<Option<u64>> {
        let (code, periode) = (indicateur(etat, code), "2019".parse().unwrap());
        let parts = below(etat, &etat.centres["A"], code, periode, Niveau::Antenne);
        parts.values().map(|chiffre| chiffre.lignes_numerateur).collect()
    };
    // 48 lasting out of 50 positive at Nord: two are not.
    assert_eq!(told(&build(48.0), "PAC-P"), [Some(50), Some(50)]);
    assert_eq!(told(&build(48.0), "PAC-D"), [None, None]);
    assert_eq!(told(&build(40.0), "PAC-D"), [Some(40), Some(30)]);
}

#[test]
fn margins_are_about_persons_and_faults_are_not() {
    let mut etat = region();
    for (id, count) in [("A", 3), ("B", 20), ("C", 30)] {
        catch(&mut etat, id, "MARGE-01", ("", ""), (100, count));
        catch(&mut etat, id, "DOS-01", ("", ""), (100, count));
    }
    let etat = read_by(etat, &[]);
    let margins = network(&etat);
    let rank = margins.regles.iter().position(|regle| regle.code == "MARGE-01").unwrap();
    let of = |id: &str| {
        margins.lignes.iter().find(|ligne| ligne.structure_id == id).unwrap().objets[rank]
    };
    assert_eq!((of("A"), of("B")), (Some(Nombre::Secret), Some(Nombre::Secret)));
    assert_eq!((of("C"), of("D")), (Some(Nombre::Connu(30)), Some(Nombre::Connu(0))));
    assert_eq!(margins.totaux[rank], Some(Nombre::Connu(53)));
    let page = crate::lecture::controles::fiche(&etat, "MARGE-01").unwrap();
    let a = page.centres.iter().find(|centre| centre.structure_id == "A").unwrap();
    assert_eq!(a.constat, crate::lecture::controles::Constat::Secret);
    assert!(reperes(&etat, "DOS-01").is_none(), "how data is entered is told exactly");
}

#[test]
fn an_amount_that_one_other_centre_makes_up_is_not_told_by_a_total() {
    let mut etat = empty();
    for (id, euros) in [("A", 900.0), ("B", 40_000.0), ("C", 1_000.0)] {
        receive(&mut etat, id, "", date(2020, 1, 5));
        let cumul = Cumul { numerateur: euros, denominateur: 50.0, ..Cumul::default() };
        measure_cumul(&mut etat, (id, Niveau::Structure, ""), "2019", "ALL-P", cumul);
    }
    let all_p = indicateur(&etat, "ALL-P").clone();
    let others: Vec<Centre> = ["B", "C"].iter().filter_map(|id| etat.centres.remove(*id)).collect();
    for centre in others {
        etat.voisinage.centres.insert(centre.structure_id.clone(), centre);
    }
    let etat = read_by(etat, &["A"]);
    let releve = Releve::new(&etat, "2019".parse().unwrap());
    let total =
        |ids: &[&str]| Cellule::from(releve.total(&all_p, ids.iter().copied()).chiffre.as_ref());
    assert_eq!(total(&["A", "B", "C"]), Secret);
    assert_eq!(total(&["A"]), Valeur(900.0));
}

/// Amounts of 2019 and what one person received of each.
fn amounts(own: &[(&str, f64, Option<f64>)]) -> Etat {
    let mut etat = empty();
    for (id, numerateur, majeure) in own {
        receive(&mut etat, id, "", date(2020, 1, 5));
        let key = (*id, Niveau::Structure, "");
        let cumul = Cumul {
            numerateur: *numerateur,
            denominateur: 40.0,
            majeure: *majeure,
            ..Cumul::default()
        };
        measure_cumul(&mut etat, key, "2019", "ALL-P", cumul.clone());
        measure_cumul(&mut etat, key, "2019", "ALL-C", cumul.clone());
        measure(&mut etat, key, "2019", "ALL-J", (30.0, 0.0));
        measure_cumul(&mut etat, key, "2019", "ALL-M", Cumul { denominateur: 30.0, ..cumul });
    }
    etat
}

#[test]
fn an_amount_that_one_person_makes_is_secret_outside_of_its_centre() {
    let own =
        [("A", 4_000.0, Some(3_900.0)), ("B", 6_000.0, Some(500.0)), ("C", 9_000.0, Some(400.0))];
    let read = |etat: &Etat, code: &str| cells(etat, "2019", code);
    let network = read_by(amounts(&own), &[]);
    // Forty rows, and nearly all of it to one: B keeps it from who has the total.
    assert_eq!(read(&network, "ALL-P"), [Secret, Secret, Valeur(9_000.0)]);
    // The use of the envelope tells the same amount, and so does what a young person received on average.
    assert_eq!(read(&network, "ALL-C")[..2], [Secret, Secret]);
    assert_eq!(read(&network, "ALL-M")[..2], [Secret, Secret]);
    assert_ne!(read(&network, "ALL-C")[2], Secret);
    assert_ne!(read(&network, "ALL-M")[2], Secret);
    assert_eq!(read(&read_by(amounts(&own), &["A"]), "ALL-P")[0], Valeur(4_000.0));
    // Stored by a program that did not measure it: not known is not safe.
    let old = own.map(|(id, sum, _)| (id, sum, None));
    assert_eq!(read(&read_by(amounts(&old), &[]), "ALL-P"), [Secret; 3]);
    let safe = own.map(|(id, sum, _)| (id, sum, Some(300.0)));
    assert!(!read(&read_by(amounts(&safe), &[]), "ALL-P").contains(&Secret));
}

#[test]
fn an_indicator_made_of_two_tells_no_more_than_they_do() {
    let mut etat = empty();
    for (id, interviews, young) in
        [("A", 60.0, 3.0), ("B", 90.0, 40.0), ("C", 80.0, 50.0), ("D", 0.0, 0.0)]
    {
        receive(&mut etat, id, "", date(2020, 1, 5));
        let key = (id, Niveau::Structure, "");
        measure(&mut etat, key, "2019", "ACC-E", (interviews, 0.0));
        measure(&mut etat, key, "2019", "ACC-S", (young, 0.0));
        measure(&mut etat, key, "2019", "RAT-7", (interviews, young));
    }
    let etat = read_by(etat, &[]);
    // Three young people stand below the bar, which is read with the figure; one more keeps them.
    for code in ["RAT-7", "ACC-S"] {
        let read = cells(&etat, "2019", code);
        assert_eq!(read[0], Secret, "{code}");
        assert_eq!(read.iter().filter(|cell| **cell == Secret).count(), 2, "{code}: {read:?}");
    }
    assert_eq!(cells(&etat, "2019", "RAT-7")[3], Cellule::Nc);
}

/// What an indicator counts of each centre, as a reader finds it: the figure, or nothing.
fn above(etat: &Etat, code: &str) -> Vec<Option<u64>> {
    let releve = Releve::new(etat, "2019".parse().unwrap());
    let indicateur = indicateur(etat, code);
    let read = etat.centres.keys().map(|id| releve.chiffre(indicateur, id));
    read.map(|chiffre| chiffre.and_then(|chiffre| chiffre.lignes_numerateur)).collect()
}

#[test]
fn what_is_counted_within_another_is_not_told_by_their_difference() {
    let rates = |lasting: [f64; 3]| {
        let mut etat = empty();
        for ((id, positive), lasting) in
            [("A", 33.0), ("B", 60.0), ("C", 70.0)].into_iter().zip(lasting)
        {
            receive(&mut etat, id, "", date(2020, 1, 5));
            let key = (id, Niveau::Structure, "");
            measure(&mut etat, key, "2019", "PAC-P", (positive, 150.0));
            measure(&mut etat, key, "2019", "PAC-D", (lasting, 150.0));
        }
        read_by(etat, &[])
    };
    // 33 positive exits of which 30 lasting: three are neither. The wider one is shown, the narrower one is not.
    let near = rates([30.0, 40.0, 40.0]);
    assert_eq!(above(&near, "PAC-P"), [Some(33), Some(60), Some(70)]);
    assert_eq!(above(&near, "PAC-D").iter().filter(|own| own.is_none()).count(), 2);
    assert_eq!(above(&near, "PAC-D")[0], None);
    assert!(above(&rates([20.0, 40.0, 40.0]), "PAC-D").iter().all(Option::is_some));
    assert!(
        above(&rates([33.0, 40.0, 40.0]), "PAC-D").iter().all(Option::is_some),
        "the very same"
    );
}

mod lecteurs {
    //! Readers who have several pages open.

    use proptest::prelude::*;

    use super::*;

    /// A campaign, or the snapshot of the moment: what centres counted in 2019 until then, rates and counts.
    fn until(nom: Option<&str>, counts: &[(u64, u64)]) -> Etat {
        let mut etat = empty();
        etat.campagne = nom.map(str::to_owned);
        for (rank, (above, rest)) in counts.iter().enumerate() {
            let id = format!("C{rank}");
            receive(&mut etat, &id, "", date(2020, 1, 5));
            let as_number = |count: u64| f64::from(u32::try_from(count).unwrap());
            let key = (id.as_str(), Niveau::Structure, "");
            measure(&mut etat, key, "2019", "PAC-P", (as_number(*above), as_number(above + rest)));
            measure(&mut etat, key, "2019", "PAC-E", (as_number(*above), 0.0));
        }
        etat
    }

    /// The same campaigns as a person of the network reads them, the latest first.
    fn read(etats: Vec<Etat>) -> Vec<Etat> {
        let whole: Vec<Arc<Etat>> = etats.into_iter().map(Arc::new).collect();
        let read = whole.iter().enumerate().map(|(rank, etat)| {
            let mut own = read_by(Etat::clone(etat), &[]);
            own.lecteur = Lecteur::of(BTreeSet::new());
            if rank > 0 {
                own.lecteur.read_before(whole[..rank].to_vec());
            }
            own
        });
        read.collect()
    }

    #[test]
    fn a_campaign_a_few_before_the_next_one_is_hidden_and_the_moment_is_not() {
        let seen = read(vec![
            until(None, &[(43, 60), (80, 90), (70, 80)]),
            until(Some("2019-11"), &[(40, 60), (60, 70), (40, 50)]),
            until(Some("2019-10"), &[(30, 40), (40, 50), (20, 30)]),
        ]);
        let hidden = |etat: &Etat| above(etat, "PAC-P").iter().filter(|own| own.is_none()).count();
        // Three positive exits between the campaign and today; 13 since the one before.
        assert_eq!(hidden(&seen[0]), 0);
        assert_eq!((above(&seen[1], "PAC-P")[0], hidden(&seen[1])), (None, 2));
        assert_eq!(hidden(&seen[2]), 0);
        // Alone, a campaign is whole; its own centre reads all.
        let own = until(Some("2019-11"), &[(40, 60), (60, 70), (40, 50)]);
        assert_eq!(hidden(&read_by(own, &[])), 0);
        let mine = read_by(until(Some("2019-11"), &[(40, 60), (60, 70)]), &["C0"]);
        mine.lecteur.read_before(vec![Arc::new(until(None, &[(43, 60), (80, 90)]))]);
        assert_eq!(above(&mine, "PAC-P")[0], Some(40));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(120))]
        /// A reader opens the moment and every campaign, and subtracts whatever it reads of one centre, and of
        /// all of them together.
        #[test]
        fn nothing_small_is_left_between_two_campaigns(
            months in prop::collection::vec(
                prop::collection::vec((prop_oneof![Just(0u64), 1..6u64, 5..40u64],
                    prop_oneof![Just(0u64), 1..6u64, 5..40u64]), 4), 2..5),
        ) {
            let mut sums = vec![(0, 0); 4];
            let mut etats = Vec::new();
            for (rank, month) in months.iter().enumerate() {
                for (sum, more) in sums.iter_mut().zip(month) {
                    *sum = (sum.0 + more.0, sum.1 + more.1);
                }
                let nom = format!("2019-{:02}", rank + 1);
                let last = rank + 1 == months.len();
                etats.push(until((!last).then_some(nom.as_str()), &sums));
            }
            etats.reverse();
            let seen = read(etats);
            for code in ["PAC-P", "PAC-E"] {
                let figures: Vec<Vec<Option<Chiffre>>> = seen.iter().map(|etat| {
                    let releve = Releve::new(etat, "2019".parse().unwrap());
                    let own = indicateur(etat, code);
                    let ids: Vec<&str> = etat.centres.keys().map(String::as_str).collect();
                    let mut read: Vec<_> = ids.iter().map(|id| releve.chiffre(own, id)).collect();
                    read.push(releve.total(own, ids.iter().copied()).chiffre);
                    read
                }).collect();
                for (rank, later) in figures.iter().enumerate() {
                    for earlier in &figures[rank + 1..] {
                        for (one, other) in later.iter().zip(earlier) {
                            let (Some(one), Some(other)) = (one, other) else { continue };
                            for side in [|c: &Chiffre| c.lignes, |c: &Chiffre| c.lignes_numerateur] {
                                let gap = side(one).zip(side(other)).map(|(a, b)| a.abs_diff(b));
                                prop_assert!(!gap.is_some_and(|gap| Audience::Reseau.is_small(gap)),
                                    "{code} {months:?} {one:?} {other:?}");
                            }
                        }
                    }
                }
            }
        }
    }
}
