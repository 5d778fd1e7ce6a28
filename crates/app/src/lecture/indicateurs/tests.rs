//! Values computed by hand over the region of [`essai`].

mod reseau;

use mallette_domain::resultat::{Cumul, Niveau};
use mallette_stats::position::Position;

use super::chiffre::Cellule;
use super::ensemble::Ensemble;
use super::essai::{empty, indicateur, measure, measure_cumul, receive, region};
use super::groupe::{Marge, interval};
use super::releve::Releve;
use super::{fiche, periodes, tableau, tendance};
use crate::cumul::roll_up;

fn close(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-9
}

#[test]
fn a_rate_of_several_centres_is_over_their_sums() {
    let etat = region();
    let periode = "2019".parse().unwrap();
    let releve = Releve::new(&etat, periode);
    let total = releve.total(indicateur(&etat, "PAC-P"), ["A", "E", "F", "H"]);
    let chiffre = total.chiffre.unwrap();
    assert_eq!(
        (total.centres, chiffre.numerateur, chiffre.denominateur),
        (3, Some(60.0), Some(200.0))
    );
    assert_eq!(releve.total(indicateur(&etat, "PAC-P"), ["H"]).chiffre, None);
}

#[test]
fn figures_are_those_of_the_roll_up() {
    let mut etat = region();
    let days = Cumul { mesures: [(3, 2), (10, 1)].into(), ..Cumul::default() };
    measure_cumul(&mut etat, ("A", Niveau::Structure, ""), "2019", "DIA-D", days);
    let days = Cumul { mesures: [(20, 4)].into(), ..Cumul::default() };
    measure_cumul(&mut etat, ("B", Niveau::Structure, ""), "2019", "DIA-D", days);
    let periode = "2019".parse().unwrap();
    let releve = Releve::new(&etat, periode);
    let indicateurs: Vec<_> = etat.catalogue.indicateurs.iter().collect();
    let stored = etat.centres.values().flat_map(|centre| &centre.resultats.indicateurs);
    let mesures: Vec<_> = stored.flat_map(|stored| stored.mesures.clone()).collect();
    let mut compared = 0;
    for valeur in roll_up(&indicateurs, &mesures, &etat.rattachements(), |_, _| true) {
        let indicateur = indicateur(&etat, &valeur.code);
        let chiffre = match valeur.niveau {
            Niveau::Structure => releve.chiffre(indicateur, &valeur.cle),
            Niveau::Region => {
                releve.total(indicateur, etat.centres.keys().map(String::as_str)).chiffre
            }
            _ => continue,
        };
        let chiffre = chiffre.unwrap();
        assert_eq!(chiffre.valeur, valeur.valeur, "{valeur:?}");
        assert_eq!(chiffre.numerateur, valeur.numerateur, "{valeur:?}");
        assert_eq!(chiffre.denominateur, valeur.denominateur, "{valeur:?}");
        compared += 1;
    }
    assert_eq!(compared, indicateurs.len() * 8);
}

#[test]
fn a_centre_stands_among_its_group() {
    let etat = region();
    let pac_p = indicateur(&etat, "PAC-P");
    let fiche = fiche::sheet(&etat, &etat, pac_p, "2019".parse().unwrap(), Some("C"));
    let centre = fiche.centre.unwrap();
    let place = centre.place.unwrap();
    // Urbain: 0.1, 0.2, 0.3, 0.4, 0.5 (F is nc). Q1 0.2, median 0.3, Q3 0.4: C is in quarter 2.
    assert_eq!((place.niveau, place.groupe.as_str(), place.n), (Niveau::GroupePairs, "Urbain", 5));
    assert_eq!(place.position, Position { quart: 2, rang: (3, 3), ecart_mediane: 0.0 });
    assert_eq!(place.groupe_trop_petit, None);
    // Others 0.1, 0.2, 0.4, 0.5: the median is C's own value until it passes 0.4, which takes 11
    // more cases; the quarter is then the third, Q3 being C itself.
    assert_eq!(place.marge, Some(Marge { cas: 11, quart: 3 }));
    // Wilson for 30/100, by hand: centre (0.3 + 1.92073/100) / (1 + 3.84146/100) = 0.307399,
    // half-width 1.95996/1.0384146 × √(0.0021 + 3.84146/40000) = 0.088444.
    let (low, high) = centre.intervalle.unwrap();
    assert!((low - 0.218955).abs() < 2e-5 && (high - 0.395843).abs() < 2e-5, "{low} {high}");
    let (nom, total) = fiche.total_groupe.unwrap();
    assert_eq!((nom, total.centres), ("Urbain", 6));
    assert!(close(total.chiffre.unwrap().valeur.unwrap(), 0.3));
    assert!(close(fiche.total_region.chiffre.unwrap().valeur.unwrap(), 0.35));
    let noms: Vec<_> = fiche.groupes.iter().map(|group| (group.nom, group.size())).collect();
    assert_eq!(noms, [("84", 6), ("Rural", 1), ("Urbain", 5)]);
    assert_eq!(fiche.centres.len(), 8);
    assert!(fiche.centres.last().unwrap().chiffre.is_none(), "H was not received");
}

#[test]
fn a_group_too_small_gives_way_to_the_region() {
    let etat = region();
    let pac_p = indicateur(&etat, "PAC-P");
    let fiche = fiche::sheet(&etat, &etat, pac_p, "2019".parse().unwrap(), Some("G"));
    let place = fiche.centre.unwrap().place.unwrap();
    assert_eq!((place.niveau, place.groupe.as_str()), (Niveau::Region, "84"));
    assert_eq!(place.groupe_trop_petit, Some(1));
    // Region: 0.1 to 0.6, median 0.35, G highest: quarter 4, nowhere higher to go.
    assert_eq!((place.n, place.position.quart, place.position.rang), (6, 4, (1, 1)));
    assert!(close(place.position.ecart_mediane, 0.25));
    assert_eq!(place.marge, None);
}

#[test]
fn fewer_than_five_centres_make_no_position_even_in_the_only_region() {
    let mut etat = empty();
    let period = "2019".parse().unwrap();
    for (rank, id) in ["A", "B", "C", "D", "E"].into_iter().enumerate() {
        let told = fiche::sheet(&etat, &etat, indicateur(&etat, "PAC-P"), period, Some("A"));
        assert!(told.centre.is_none_or(|centre| centre.place.is_none()), "{rank} centres");
        receive(&mut etat, id, "Urbain", "2019-11-30".parse().unwrap());
        let share = 10.0 * f64::from(u32::try_from(rank).unwrap());
        measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-P", (share, 100.0));
    }
    let told = fiche::sheet(&etat, &etat, indicateur(&etat, "PAC-P"), period, Some("A"));
    assert_eq!(told.centre.unwrap().place.unwrap().n, 5);
}

#[test]
fn a_figure_under_the_floor_is_in_no_box_and_has_no_position() {
    let mut etat = region();
    let period = "2019".parse().unwrap();
    receive(&mut etat, "I", "Urbain", "2019-11-30".parse().unwrap());
    let key = ("I", Niveau::Structure, "");
    // Nine of ten: higher than all, and one case moves it by ten points.
    measure(&mut etat, key, "2019", "PAC-P", (9.0, 10.0));
    let own = fiche::sheet(&etat, &etat, indicateur(&etat, "PAC-P"), period, Some("I"));
    let centre = own.centre.unwrap();
    assert_eq!((centre.chiffre.unwrap().valeur, centre.place), (Some(0.9), None));
    let urban = own.groupes.iter().find(|group| group.nom == "Urbain").unwrap();
    let boite = urban.boite.as_ref().unwrap();
    assert_eq!((boite.n, boite.nc, urban.secrets, urban.fragiles.len()), (5, 1, 0, 1));
    assert_eq!(boite.max, 0.5);
    // It counts in the total of its group all the same: 150 of 500, and 9 of 10.
    let (_, total) = own.total_groupe.unwrap();
    assert_eq!((total.centres, total.chiffre.unwrap().denominateur), (7, Some(510.0)));
    // The others stand where they stood.
    let c = fiche::sheet(&etat, &etat, indicateur(&etat, "PAC-P"), period, Some("C"));
    let place = c.centre.unwrap().place.unwrap();
    assert_eq!((place.n, place.position.quart, place.position.ecart_mediane), (5, 2, 0.0));
    // Twenty is enough.
    let mut etat = region();
    receive(&mut etat, "I", "Urbain", "2019-11-30".parse().unwrap());
    measure(&mut etat, key, "2019", "PAC-P", (18.0, 20.0));
    let own = fiche::sheet(&etat, &etat, indicateur(&etat, "PAC-P"), period, Some("I"));
    assert_eq!(own.centre.unwrap().place.unwrap().n, 6);
}

#[test]
fn figures_under_the_floor_make_a_group_too_small() {
    let mut etat = empty();
    let period = "2019".parse().unwrap();
    for (rank, id) in ["A", "B", "C", "D", "E", "F", "G"].into_iter().enumerate() {
        let groupe = if rank < 5 { "Urbain" } else { "Rural" };
        receive(&mut etat, id, groupe, "2019-11-30".parse().unwrap());
        let below = if id == "E" { 19.0 } else { 100.0 };
        measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-P", (10.0, below));
    }
    let told = fiche::sheet(&etat, &etat, indicateur(&etat, "PAC-P"), period, Some("A"));
    let place = told.centre.unwrap().place.unwrap();
    // Four of its group have a figure to compare: the région, of six.
    assert_eq!((place.niveau, place.groupe_trop_petit, place.n), (Niveau::Region, Some(4), 6));
}

#[test]
fn where_low_is_better_the_way_to_the_next_quarter_is_down() {
    let mut etat = empty();
    let period = "2019".parse().unwrap();
    for (id, above) in [("A", 10.0), ("B", 20.0), ("C", 30.0), ("D", 40.0), ("E", 50.0)] {
        receive(&mut etat, id, "Urbain", "2019-11-30".parse().unwrap());
        measure(&mut etat, (id, Niveau::Structure, ""), "2019", "ALL-R", (above, 100.0));
    }
    let of = |id: &str| {
        let told = fiche::sheet(&etat, &etat, indicateur(&etat, "ALL-R"), period, Some(id));
        told.centre.unwrap().place.unwrap()
    };
    // D, 40 of 100, is in the third quarter. With 31 the median is still 30, below it; with 30 it is the median:
    // the second quarter.
    let down = of("D");
    assert_eq!((down.position.quart, down.marge), (3, Some(Marge { cas: 10, quart: 2 })));
    // The lowest quarter is the best: nothing more to do.
    assert_eq!((of("A").position.quart, of("A").marge), (1, None));
}

#[test]
fn a_median_has_limits_and_an_order_when_it_has_enough_measures() {
    let mut etat = empty();
    let period = "2019".parse().unwrap();
    // A hundred measures each, of 1 to 20 days, then the same ten times later; I has nineteen.
    for (id, later) in [("A", 0), ("B", 0), ("C", 0), ("D", 0), ("E", 100)] {
        receive(&mut etat, id, "Urbain", "2019-11-30".parse().unwrap());
        let mesures = (1..=20).map(|day| (day + later, 5)).collect();
        let cumul = Cumul { mesures, ..Cumul::default() };
        measure_cumul(&mut etat, (id, Niveau::Structure, ""), "2019", "DIA-D", cumul);
    }
    receive(&mut etat, "I", "Urbain", "2019-11-30".parse().unwrap());
    let few = Cumul { mesures: (1..=19).map(|day| (day, 1)).collect(), ..Cumul::default() };
    measure_cumul(&mut etat, ("I", Niveau::Structure, ""), "2019", "DIA-D", few);
    let dia = indicateur(&etat, "DIA-D");
    let of = |id: &str| fiche::sheet(&etat, &etat, dia, period, Some(id)).centre.unwrap();
    // Of a hundred measures at 95 %, ranks 40 and 61 (tables of the median): the eighth and the thirteenth day.
    assert_eq!(of("A").intervalle, Some((8.0, 13.0)));
    let ordre = of("E").place.unwrap().ordre.unwrap();
    assert_eq!((ordre.au_dessus, ordre.au_dessous, ordre.n), (0, 4, 5));
    assert_eq!(of("A").place.unwrap().ordre.unwrap().rangs(), (2, 5));
    assert_eq!((of("I").intervalle, of("I").place), (None, None));
}

#[test]
fn a_figure_that_cannot_be_calculated_has_no_place() {
    let etat = region();
    let pac_p = indicateur(&etat, "PAC-P");
    let fiche = fiche::sheet(&etat, &etat, pac_p, "2019".parse().unwrap(), Some("F"));
    let centre = fiche.centre.unwrap();
    assert_eq!((centre.place, centre.intervalle), (None, None));
    assert_eq!(Cellule::from(centre.chiffre.as_ref()), Cellule::Nc);
    // A count has no interval.
    let pac_f = indicateur(&etat, "PAC-F");
    let releve = Releve::new(&etat, "2019".parse().unwrap());
    assert_eq!(interval(pac_f, &releve.chiffre(pac_f, "A").unwrap()), None);
}

#[test]
fn the_table_tells_zero_from_nc_and_from_not_received() {
    let etat = region();
    let table = tableau::table(&etat, "2019".parse().unwrap(), None);
    let column = table.indicateurs.iter().position(|i| i.code == "PAC-P").unwrap();
    let count = table.indicateurs.iter().position(|i| i.code == "PAC-F").unwrap();
    let of = |nom: &str, column: usize| {
        let ligne = table.centres.iter().find(|ligne| ligne.cle == nom).unwrap();
        *ligne.cellules.get(column).unwrap()
    };
    assert_eq!(of("A", column), Cellule::Valeur(0.1));
    assert_eq!(of("F", column), Cellule::Nc);
    assert_eq!(of("F", count), Cellule::Valeur(0.0));
    assert_eq!(of("H", column), Cellule::NonRecu);
    assert_eq!(table.regions.len(), 1);
    assert_eq!(table.regions[0].centres, 7);
    assert_eq!(table.regions[0].cellules[count], Cellule::Valeur(500.0));
    assert!(table.groupe.is_none());

    let rural = tableau::table(&etat, "2019".parse().unwrap(), Some("Rural"));
    let ids: Vec<_> = rural.centres.iter().map(|ligne| ligne.cle).collect();
    assert_eq!(ids, ["G", "H"]);
    assert_eq!(rural.groupe.unwrap().cellules[column], Cellule::Valeur(0.6));
    assert_eq!(tableau::groupes_pairs(&etat), [("Rural", 2), ("Urbain", 6)].into());
}

#[test]
fn persons_are_in_the_order_of_their_codes() {
    let mut etat = region();
    for (code, numerateur) in [("C2", 9.0), ("C10", 1.0), ("C1", 0.0)] {
        let key = ("A", Niveau::Conseiller, code);
        measure(&mut etat, key, "2019", "PAC-P", (numerateur, 10.0));
    }
    let fiche =
        fiche::sheet(&etat, &etat, indicateur(&etat, "PAC-P"), "2019".parse().unwrap(), Some("A"));
    let centre = fiche.centre.unwrap();
    let codes: Vec<_> = centre.conseillers.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["C1", "C10", "C2"]);
    assert_eq!(centre.conseillers[2].1.lignes, Some(10));
    assert!(centre.antennes.is_empty());
}

#[test]
fn months_run_to_the_extraction_and_keep_their_gaps() {
    let mut etat = empty();
    receive(&mut etat, "A", "Urbain", "2019-03-31".parse().unwrap());
    receive(&mut etat, "B", "Urbain", "2019-04-29".parse().unwrap());
    for (month, a, b) in [
        ("2019-02", (0.0, 0.0), (5.0, 10.0)),
        ("2019-01", (1.0, 4.0), (1.0, 6.0)),
        ("2019-03", (1.0, 2.0), (0.0, 0.0)),
        ("2019-04", (0.0, 0.0), (0.0, 0.0)),
    ] {
        measure(&mut etat, ("A", Niveau::Structure, ""), month, "PAC-P", a);
        measure(&mut etat, ("B", Niveau::Structure, ""), month, "PAC-P", b);
    }
    let mois = tendance::months(&etat, indicateur(&etat, "PAC-P"), Some("A"), &["A", "B"]);
    let told: Vec<_> =
        mois.iter().map(|m| (periodes::code(m.periode), m.centre, m.region.valeur())).collect();
    assert_eq!(
        told,
        [
            ("2019-01".to_owned(), Cellule::Valeur(0.25), Some(0.2)),
            ("2019-02".to_owned(), Cellule::Nc, Some(0.5)),
            ("2019-03".to_owned(), Cellule::Valeur(0.5), Some(0.5)),
        ]
    );
}

#[test]
fn a_period_that_is_not_stored_falls_back_to_the_default() {
    let etat = region();
    let chosen = |asked| periodes::choose(&etat, asked).map(periodes::code);
    assert_eq!(chosen(None).as_deref(), Some("2019"));
    assert_eq!(chosen(Some("2019")).as_deref(), Some("2019"));
    assert_eq!(chosen(Some("1812")).as_deref(), Some("2019"));
    assert_eq!(chosen(Some("n'importe quoi")).as_deref(), Some("2019"));
    assert_eq!(periodes::choose(&empty(), None), None);
}

#[test]
fn an_empty_network_gives_empty_pages() {
    let etat = empty();
    let periode = "2019".parse().unwrap();
    assert!(tableau::table(&etat, periode, None).centres.is_empty());
    let fiche = fiche::sheet(&etat, &etat, indicateur(&etat, "PAC-P"), periode, Some("A"));
    assert!(fiche.centre.is_none() && fiche.groupes.is_empty() && fiche.mois().is_empty());
    assert_eq!(fiche.total_region.chiffre, None);
}

#[test]
fn the_figure_of_an_ensemble_is_that_of_its_centres() {
    let mut etat = region();
    etat.centres.get_mut("B").unwrap().rattachement.departement = Some("38".to_owned());
    let fiche =
        fiche::sheet(&etat, &etat, indicateur(&etat, "PAC-P"), "2019".parse().unwrap(), None);
    let told: Vec<(String, Option<f64>, usize, usize)> = fiche
        .ensembles
        .iter()
        .map(|line| {
            let chiffre = line.total.chiffre.unwrap();
            (line.ensemble.nom(), chiffre.numerateur, line.total.centres, line.attendus)
        })
        .collect();
    let line =
        |nom: &str, sum: f64, centres, expected| (nom.to_owned(), Some(sum), centres, expected);
    assert_eq!(
        told,
        [
            // A to G add up to 10 + 20 + 30 + 40 + 50 + 0 + 60; H was not received.
            line("Région 84", 210.0, 7, 8),
            line("Département 38", 20.0, 1, 1),
            line("Département 69", 190.0, 6, 7),
            line("Groupe «\u{a0}Rural\u{a0}»", 60.0, 1, 2),
            line("Groupe «\u{a0}Urbain\u{a0}»", 150.0, 6, 6),
        ]
    );
    let rural = Ensemble::find(&etat, Niveau::GroupePairs, "Rural").unwrap();
    assert_eq!(rural.centres(&etat), ["G", "H"]);
    assert_eq!(Ensemble::find(&etat, Niveau::Departement, "Rural"), None);
    assert_eq!(Ensemble::find(&etat, Niveau::Structure, "A"), None);
}

#[test]
fn the_public_frames_are_chosen_as_families_are_and_keep_their_order() {
    let etat = region();
    let found = tableau::selections(&etat);
    let names: Vec<&str> = found.iter().map(|(nom, _)| *nom).collect();
    assert_eq!(names[..3], [tableau::SOCLE, "Cadre de performance", "Ratios"]);
    assert!(found.iter().all(|(_, count)| *count > 0));
    let families: usize = tableau::familles(&etat).iter().map(|(_, count)| count).sum();
    assert_eq!(families, etat.catalogue.indicateurs.len(), "a frame is no family");
    let codes = |nom: &str| -> Vec<String> {
        let table = tableau::table_of(&etat, "2019".parse().unwrap(), None, Some(nom));
        let map = super::carte::map(&etat, "2019".parse().unwrap(), Some(nom));
        let told: Vec<String> = table.indicateurs.iter().map(|own| own.code.clone()).collect();
        assert!(
            map.indicateurs.iter().map(|own| &own.code).eq(&told),
            "the table of positions too"
        );
        told
    };
    // From P2 to P10, by number: not by code, not by text.
    let frame = codes("Cadre de performance");
    let last = ["ACC-K", "DIA-T", "PAC-A", "DIA-D", "PAC-I", "LEV-P", "PAC-M", "SOR-P", "SOR-D"];
    assert_eq!(frame[frame.len() - 9..], last);
    let ratios = codes("Ratios");
    let place = |code: &str| ratios.iter().position(|own| own == code).unwrap();
    assert!(place("RAT-9") < place("PAC-D") && place("PAC-D") < place("RAT-11"), "{ratios:?}");
}
