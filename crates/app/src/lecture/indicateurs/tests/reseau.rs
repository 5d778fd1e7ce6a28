//! A région with too few centres, in a network of two: what its centres are compared with.

use mallette_catalogue::Indicateur;
use mallette_domain::resultat::{Mesure, Niveau};

use super::super::carte::{SansPosition, map};
use super::super::essai::{empty, indicateur, measure, receive};
use super::super::fiche::{Fiche, sheet};
use super::super::groupe::{Place, RESEAU, groups, members, members_beside};
use super::super::releve::Releve;
use super::super::trajet::positions;
use crate::cumul::{boxes, roll_up};
use crate::et_si::manque::explore;
use crate::etat::Etat;
use crate::lecture::centre::apercu::overview;
use crate::secret::Lecteur;

/// A centre, its région, its group, its cases of PAC-P out of a hundred.
type Centre = (&'static str, &'static str, &'static str, f64);

/// Five centres of the région 84, in « Urbain ».
const CONTINENT: [Centre; 5] = [
    ("A", "84", "Urbain", 10.0),
    ("B", "84", "Urbain", 20.0),
    ("C", "84", "Urbain", 30.0),
    ("D", "84", "Urbain", 40.0),
    ("E", "84", "Urbain", 50.0),
];

/// Three of the région 94, in « Corse ».
const ILE: [Centre; 3] =
    [("P", "94", "Corse", 15.0), ("Q", "94", "Corse", 35.0), ("R", "94", "Corse", 60.0)];

fn network(centres: &[Centre]) -> Etat {
    let mut etat = empty();
    for (id, region, groupe, above) in centres {
        receive(&mut etat, id, groupe, "2019-11-30".parse().unwrap());
        measure(&mut etat, (id, Niveau::Structure, ""), "2019", "PAC-P", (*above, 100.0));
        let region = (!region.is_empty()).then(|| (*region).to_owned());
        etat.reseau.get_mut(*id).unwrap().region.clone_from(&region);
        etat.centres.get_mut(*id).unwrap().rattachement.region = region;
    }
    etat
}

fn both() -> Etat {
    network(&[CONTINENT.as_slice(), ILE.as_slice()].concat())
}

fn told<'a>(etat: &'a Etat, id: Option<&str>) -> Fiche<'a> {
    sheet(etat, etat, indicateur(etat, "PAC-P"), "2019".parse().unwrap(), id)
}

fn place(etat: &Etat, id: &str) -> Option<Place> {
    told(etat, Some(id)).centre.unwrap().place
}

fn sizes(fiche: &Fiche<'_>) -> Vec<(String, usize)> {
    fiche.groupes.iter().map(|group| (group.nom.to_owned(), group.size())).collect()
}

#[test]
fn a_region_too_small_gives_way_to_the_network() {
    let etat = both();
    // 10, 15, 20, 30, 35, 40, 50, 60: Q1 18.75, median 32.5, Q3 42.5.
    for (id, quart, rang, gap) in
        [("P", 1, (7, 7), -0.175), ("Q", 3, (4, 4), 0.025), ("R", 4, (1, 1), 0.275)]
    {
        let own = place(&etat, id).unwrap();
        assert_eq!((own.niveau, own.groupe.as_str(), own.n), (Niveau::Reseau, RESEAU, 8));
        assert_eq!((own.groupe_trop_petit, own.region_trop_petite), (Some(3), Some(3)));
        assert_eq!((own.position.quart, own.position.rang), (quart, rang), "{id}");
        assert!((own.position.ecart_mediane - gap).abs() < 1e-9, "{id}");
        assert_eq!(own.ordre.map(|ordre| ordre.n), Some(8));
    }
    // Those of the large group stand where they stood, alone.
    let own = place(&etat, "C").unwrap();
    assert_eq!((own.niveau, own.n, own.position.quart), (Niveau::GroupePairs, 5, 2));
    assert_eq!((own.groupe_trop_petit, own.region_trop_petite), (None, None));
    assert_eq!(own, place(&network(&CONTINENT), "C").unwrap());
    // The network is a box where it is compared in, and nowhere else.
    let own = |nom: &str, size| (nom.to_owned(), size);
    assert_eq!(sizes(&told(&etat, Some("P"))), [own("94", 3), own("Corse", 3), own(RESEAU, 8)]);
    assert_eq!(sizes(&told(&etat, Some("A"))), [own("84", 5), own("Urbain", 5)]);
    assert_eq!(sizes(&told(&etat, None)), [own("84", 5), own("Urbain", 5)]);
}

#[test]
fn everything_that_places_a_centre_places_it_in_the_network() {
    let mut etat = both();
    etat.campagne = Some("2019-11".to_owned());
    let periode = "2019".parse().unwrap();
    let pac_p = indicateur(&etat, "PAC-P").clone();
    let apercu = overview(&etat, "P", periode).unwrap();
    let own = apercu.iter().find(|own| own.indicateur.code == "PAC-P").unwrap();
    let groupe = own.groupe.as_ref().unwrap();
    assert_eq!((groupe.niveau, groupe.size()), (Niveau::Reseau, 8));
    assert_eq!(own.place, place(&etat, "P"));
    let found = explore(&etat, "P", &pac_p, None).unwrap();
    assert_eq!((found.niveau, found.n, found.is_placed()), (Niveau::Reseau, 8, true));
    assert!(found.manques.len() > 1, "{:?}", found.manques);
    let carte = map(&etat, periode, None);
    let rang = carte.indicateurs.iter().position(|own| own.code == "PAC-P").unwrap();
    let case =
        |id: &str| carte.lignes.iter().find(|ligne| ligne.structure_id == id).unwrap().cases[rang];
    assert_eq!((case("P").parmi, case("P").quart), (Some(Niveau::Reseau), Some(1)));
    assert_eq!(case("A").parmi, Some(Niveau::GroupePairs));
    for id in ["P", "Q", "R"] {
        let ordre = place(&etat, id).unwrap().ordre.unwrap();
        assert_eq!(case(id).sur, Some(ordre.cote()), "{id}");
    }
    let etats = [std::sync::Arc::new(etat)];
    let steps = positions(&etats, &pac_p, periode, "P");
    assert_eq!(steps[0].boite.as_ref().map(|boite| boite.n), Some(8));
    assert_eq!(steps[0].place.as_ref().map(|place| place.niveau), Some(Niveau::Reseau));
}

#[test]
fn the_network_of_one_region_is_that_region() {
    let few = network(&CONTINENT[..4]);
    assert_eq!(place(&few, "A"), None);
    assert!(members(&few).keys().all(|(ordre, _)| ordre.niveau() != Niveau::Reseau));
    let carte = map(&few, "2019".parse().unwrap(), None);
    let rang = carte.indicateurs.iter().position(|own| own.code == "PAC-P").unwrap();
    let case = carte.lignes[0].cases[rang];
    assert_eq!((case.parmi, case.sans), (None, Some(SansPosition::TropPeu)));
    // Nor is there a place among four centres of two régions.
    let scattered = network(&[CONTINENT[0], CONTINENT[1], ILE[0], ILE[1]]);
    for id in ["A", "P"] {
        assert_eq!(place(&scattered, id), None, "{id}");
    }
    assert_eq!(explore(&scattered, "P", indicateur(&scattered, "PAC-P"), None).unwrap().n, 2);
}

#[test]
fn a_group_or_a_region_large_enough_is_not_given_up() {
    // Corsican centres in a group of the whole country: no région of theirs is looked at.
    let ile = ILE.map(|(id, region, _, above)| (id, region, "Urbain", above));
    let etat = network(&[CONTINENT.as_slice(), ile.as_slice()].concat());
    let own = place(&etat, "P").unwrap();
    assert_eq!((own.niveau, own.n, own.region_trop_petite), (Niveau::GroupePairs, 8, None));
    let releve = Releve::new(&etat, "2019".parse().unwrap());
    let read = groups(&members(&etat), &releve, indicateur(&etat, "PAC-P"));
    assert!(read.iter().all(|group| group.niveau != Niveau::Reseau), "it is not even read");
    // Alone in a group of a région of five: the région.
    let mut alone = CONTINENT;
    alone[0].2 = "Rural";
    let etat = network(&[alone.as_slice(), ILE.as_slice()].concat());
    let own = place(&etat, "A").unwrap();
    assert_eq!((own.niveau, own.groupe_trop_petit, own.n), (Niveau::Region, Some(1), 5));
    assert_eq!(own.region_trop_petite, None);
}

#[test]
fn a_centre_of_no_region_is_compared_with_the_network() {
    let nowhere: Centre = ("Z", "", "", 25.0);
    let etat = network(&[CONTINENT.as_slice(), ILE.as_slice(), &[nowhere]].concat());
    let own = place(&etat, "Z").unwrap();
    assert_eq!((own.niveau, own.n), (Niveau::Reseau, 9));
    assert_eq!((own.groupe_trop_petit, own.region_trop_petite), (None, None));
    let beside = members_beside(&etat, &etat.centres["Z"].rattachement);
    assert_eq!(beside.len(), 1);
}

fn read_by(mut etat: Etat, propres: &[&str]) -> Etat {
    etat.lecteur = Lecteur::of(propres.iter().map(|id| (*id).to_owned()).collect());
    etat
}

#[test]
fn the_box_of_the_network_is_that_of_the_command_line_when_nothing_is_hidden() {
    let etat = both();
    let every: Vec<&Indicateur> = etat.catalogue.indicateurs.iter().collect();
    let stored = etat.centres.values().flat_map(|centre| &centre.resultats.indicateurs);
    let mesures: Vec<Mesure> = stored.flat_map(|stored| stored.mesures.clone()).collect();
    let places = etat.rattachements();
    let said = boxes(&roll_up(&every, &mesures, &places, |_, _| true), &places);
    let own = |niveau, groupe: &str| {
        let mut own = said.iter().filter(|boite| boite.code == "PAC-P" && boite.niveau == niveau);
        own.find(|boite| boite.groupe == groupe).unwrap().boite.clone().unwrap()
    };
    for read in [etat.clone(), read_by(etat.clone(), &[]), read_by(etat.clone(), &["P"])] {
        let fiche = told(&read, Some("P"));
        for group in &fiche.groupes {
            assert_eq!(group.secrets, 0);
            assert_eq!(group.boite, Some(own(group.niveau, group.nom)), "{}", group.nom);
        }
        assert_eq!(fiche.groupes.len(), 3);
    }
    // One région is no network.
    let one = network(&CONTINENT);
    let places = one.rattachements();
    let said = boxes(&roll_up(&every, &mesures, &places, |_, _| true), &places);
    assert!(said.iter().all(|boite| boite.niveau != Niveau::Reseau) && !said.is_empty());
}

#[test]
fn what_is_secret_is_in_no_box_of_the_network() {
    let mut centres = [CONTINENT.as_slice(), ILE.as_slice()].concat();
    // Three cases in a hundred, in the other région.
    centres[1].3 = 3.0;
    let etat = read_by(network(&centres), &["P"]);
    let fiche = told(&etat, Some("P"));
    let group = fiche.groupes.iter().find(|group| group.niveau == Niveau::Reseau).unwrap();
    assert!(group.secrets > 0 && group.size() == 8 - group.secrets, "{group:?}");
    assert!(!group.values().contains(&0.03));
    let boite = group.boite.as_ref().unwrap();
    assert!(boite.min > 0.03, "{boite:?}");
    // Nothing is added up over the network.
    assert!(fiche.ensembles.iter().all(|ligne| ligne.ensemble.niveau != Niveau::Reseau));
}

#[test]
fn the_order_of_one_is_that_of_all() {
    let etat = both();
    let releve = Releve::new(&etat, "2019".parse().unwrap());
    let read = groups(&members(&etat), &releve, indicateur(&etat, "PAC-P"));
    let mut seen = 0;
    for group in &read {
        let all = group.ordre();
        for (id, _) in &group.centres {
            assert_eq!(group.ordre_of(id), all.get(id).copied(), "{} {id}", group.nom);
            seen += all.len();
        }
        assert_eq!(group.ordre_of("nobody"), None);
    }
    // R is surely above somebody, or the two would agree on nothing.
    let network = read.iter().find(|group| group.niveau == Niveau::Reseau).unwrap();
    assert!(network.ordre_of("R").unwrap().au_dessous >= 2 && seen > 60);
}
