use std::collections::BTreeSet;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::acces::{Acces, Habilitation, Role};

fn made(count: usize) -> Composition {
    let mut composition = Composition::default();
    for rank in 1..=count {
        let contenu = Contenu::new(Genre::Indicateur, &format!("ESS-{rank}")).unwrap();
        composition.add(contenu, Largeur::Tiers).unwrap();
    }
    composition
}

fn numbers(composition: &Composition) -> Vec<u32> {
    composition.blocs.iter().map(|bloc| bloc.numero).collect()
}

fn acces(role: Role, centre: Option<&str>) -> Acces {
    let held = Habilitation {
        role,
        structure_id: centre.map(str::to_owned),
        conseiller_id: None,
        debut: None,
        fin: None,
    };
    Acces::on(date(2026, 11, 25), &[held], BTreeSet::new())
}

#[test]
fn words_are_read_back() {
    for genre in Genre::ALL {
        assert_eq!(Genre::from_code(genre.code()), Some(genre));
        assert_eq!(Contenu::new(genre, " X ").unwrap().genre(), genre);
        assert_eq!(Contenu::new(genre, " X ").unwrap().sujet(), "X");
    }
    for largeur in Largeur::ALL {
        assert_eq!(Largeur::from_code(largeur.code()), Some(largeur));
    }
    for partage in [
        Partage::Personnel,
        Partage::Centre("A".to_owned()),
        Partage::Fonction("referent_imilo".to_owned()),
        Partage::Reseau,
    ] {
        assert_eq!(Partage::read(partage.code(), partage.portee()), Some(partage));
    }
    assert_eq!((Partage::read("centre", " "), Partage::read("tous", "")), (None, None));
}

#[test]
fn a_block_keeps_its_number_wherever_it_goes_and_no_other_takes_it() {
    let mut composition = made(3);
    assert_eq!(composition.shift(3, false), Ok(1));
    assert_eq!(numbers(&composition), [1, 3, 2]);
    assert_eq!((composition.shift(1, false), composition.shift(2, true)), (Ok(0), Ok(2)));
    assert_eq!(
        numbers(&composition),
        [1, 3, 2],
        "there is nothing above the first, below the last"
    );
    assert_eq!(composition.place(1, 99), Ok(2));
    assert_eq!(numbers(&composition), [3, 2, 1]);
    composition.remove(3).unwrap();
    let texte = Contenu::new(Genre::Texte, "Bonjour").unwrap();
    assert_eq!(composition.add(texte, Largeur::Entiere), Ok(4), "3 was given once");
    assert_eq!(composition.shift(3, true), Err(TableauError::SansBloc));
    assert_eq!(composition.remove(9).unwrap_err(), TableauError::SansBloc);
}

#[test]
fn what_is_too_long_too_many_or_empty_is_refused() {
    let mut full = made(MAX_BLOCS);
    let one = || Contenu::new(Genre::Regle, "PAC-03").unwrap();
    assert_eq!(full.add(one(), Largeur::Tiers), Err(TableauError::Plein));
    full.remove(1).unwrap();
    assert!(full.add(one(), Largeur::Tiers).is_ok());
    assert_eq!(Contenu::new(Genre::Texte, " \r\n "), Err(TableauError::TexteVide));
    assert_eq!(Contenu::new(Genre::Liste, " "), Err(TableauError::SansSujet));
    assert!(Contenu::new(Genre::Texte, &"é".repeat(MAX_TEXTE)).is_ok());
    let long = Contenu::new(Genre::Texte, &"é".repeat(MAX_TEXTE + 1));
    assert_eq!(long, Err(TableauError::TexteLong));
    let text = Contenu::new(Genre::Texte, "  Un\r\n\r\nDeux\rTrois ").unwrap();
    assert_eq!(text.sujet(), "Un\n\nDeux\nTrois");
    let of = |titre: &str| Tableau::new(titre).check();
    assert_eq!(
        (of("  "), of(&"é".repeat(101))),
        (Err(TableauError::Titre), Err(TableauError::Titre))
    );
    assert_eq!((of("Comité"), Tableau::new(" Un \n deux ").titre), (Ok(()), "Un deux".to_owned()));
    let described = |count| Tableau { description: "é".repeat(count), ..Tableau::new("T") }.check();
    assert_eq!((described(400), described(401)), (Ok(()), Err(TableauError::Description)));
    let mut filtered = Tableau::new("T");
    filtered.composition.filtres.groupe = Some("g".repeat(201));
    assert_eq!(filtered.check(), Err(TableauError::Filtre));
}

#[test]
fn who_shares_and_who_reads() {
    let none = BTreeSet::new();
    let lyon = Partage::Centre("LYON".to_owned());
    let fonction = Partage::Fonction("referent_imilo".to_owned());
    let (directeur, referent, conseiller) = (
        acces(Role::Directeur, Some("LYON")),
        acces(Role::Referent, Some("LYON")),
        acces(Role::Conseiller, Some("LYON")),
    );
    let voisin = acces(Role::Directeur, Some("GRENOBLE"));
    let charge = acces(Role::ChargeDeMission, None);
    for (qui, expected) in [
        (&directeur, true),
        (&referent, true),
        (&conseiller, false),
        (&voisin, false),
        (&charge, false),
    ] {
        assert_eq!(lyon.is_given_by(qui), expected, "{qui:?}");
    }
    for (qui, expected) in [
        (&directeur, true),
        (&referent, true),
        (&conseiller, true),
        (&voisin, false),
        (&charge, false),
    ] {
        assert_eq!(lyon.is_open_to(qui, &none), expected, "{qui:?}");
    }
    for shared in [&fonction, &Partage::Reseau] {
        assert!(shared.is_given_by(&charge) && !shared.is_given_by(&directeur));
    }
    let holds = BTreeSet::from(["referent_imilo".to_owned()]);
    assert!(fonction.is_open_to(&voisin, &holds) && !fonction.is_open_to(&voisin, &none));
    assert!(fonction.is_open_to(&charge, &none), "who shares it reads it");
    assert!(Partage::Reseau.is_open_to(&conseiller, &none));
    for role in [Role::Administrateur, Role::Financeur, Role::Auditeur] {
        let other = acces(role, None);
        assert!(!Partage::Reseau.is_open_to(&other, &none), "{role:?} reads no figure");
        assert!(!Partage::Reseau.is_given_by(&other), "{role:?}");
    }
    assert!(Partage::Personnel.is_given_by(&conseiller));
    assert!(!Partage::Personnel.is_open_to(&directeur, &holds));
}

#[test]
fn what_was_kept_is_read_and_what_was_not_known_then_is_absent() {
    let kept = r#"{"blocs":[{"numero":2,"genre":"boite","sujet":"PAC-P","largeur":"moitie"},
        {"numero":1,"genre":"texte","sujet":"Un\n\nDeux","largeur":"entiere"}],"dernier":2}"#;
    let read: Composition = serde_json::from_str(kept).unwrap();
    assert_eq!(read.filtres, Filtres::default());
    assert_eq!(read.blocs[0].contenu, Contenu::Boite("PAC-P".to_owned()));
    assert_eq!((read.blocs[1].largeur, read.dernier), (Largeur::Entiere, 2));
    let again: Composition = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
    assert_eq!(again, read);
    assert!(serde_json::from_str::<Composition>(r#"{"blocs":[{"genre":"film"}]}"#).is_err());
}

#[test]
fn every_kind_is_kept_under_its_word_and_a_list_of_before_is_still_that_of_a_rule() {
    for genre in Genre::ALL {
        let kept = format!(
            r#"{{"blocs":[{{"numero":1,"genre":"{}","sujet":"X","largeur":"tiers"}}],"dernier":1}}"#,
            genre.code()
        );
        let read: Composition = serde_json::from_str(&kept).unwrap();
        assert_eq!(read.blocs[0].contenu.genre(), genre);
        assert_eq!(read.blocs[0].contenu.sujet(), "X");
        let again = serde_json::to_value(&read).unwrap();
        assert_eq!(again["blocs"][0]["genre"], genre.code());
    }
    let kept = r#"{"numero":4,"genre":"liste","sujet":"PAC-07","largeur":"moitie"}"#;
    let read: Bloc = serde_json::from_str(kept).unwrap();
    assert_eq!(read.contenu, Contenu::Liste("PAC-07".to_owned()));
    assert_eq!(read.contenu.genre().sujet(), Sujet::Regle);
    for genre in [Genre::ListeNumerateur, Genre::ListeDenominateur, Genre::Objectif] {
        assert_eq!(genre.sujet(), Sujet::Indicateur);
    }
}

proptest! {
    #[test]
    fn moving_blocks_loses_none_and_gives_none_twice(
        moves in prop::collection::vec((1_u32..9, 0_usize..12, any::<bool>()), 0..40),
    ) {
        let mut composition = made(8);
        for (numero, rang, by_one) in moves {
            let before = numbers(&composition);
            let after = match by_one {
                true => composition.shift(numero, rang % 2 == 0),
                false => composition.place(numero, rang),
            };
            let own = composition.rank(numero);
            prop_assert_eq!(own, after);
            // The others keep their order.
            let rest = |all: &[u32]| all.iter().copied().filter(|n| *n != numero).collect::<Vec<_>>();
            prop_assert_eq!(rest(&before), rest(&numbers(&composition)));
        }
        let mut left = numbers(&composition);
        left.sort_unstable();
        prop_assert_eq!(left, (1..=8).collect::<Vec<_>>());
    }
}
