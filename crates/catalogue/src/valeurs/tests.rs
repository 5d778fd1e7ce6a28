use std::collections::BTreeSet;

use super::*;
use crate::{Grandeur, Origine};

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn value(code: &str, nom: &str, centre: Option<&str>, valeur: i64) -> Valeur {
    let structure_id = centre.map(str::to_owned);
    Valeur { code: code.to_owned(), nom: nom.to_owned(), structure_id, valeur, le: at(0) }
}

fn laid(valeurs: &[Valeur]) -> Catalogue {
    let mut catalogue = Catalogue::builtin().unwrap();
    assert_eq!(catalogue.put_values(valeurs), []);
    catalogue
}

fn regle<'a>(catalogue: &'a Catalogue, code: &str) -> &'a Regle {
    catalogue.regles.iter().find(|regle| regle.code == code).unwrap()
}

/// The built-in catalogue, whose file of that rule says another value.
fn in_file(code: &str, old: &str, new: &str) -> Catalogue {
    let path = format!("regles/{code}.toml");
    let builtin = crate::fichiers::builtin();
    let text = builtin[&path].replacen(old, new, 1);
    assert_ne!(text, builtin[&path], "{code}");
    Catalogue::with_texts(&[(path, text)].into()).unwrap()
}

#[test]
fn every_parameter_of_the_catalogue_says_its_unit_its_bounds_and_its_words() {
    let catalogue = Catalogue::builtin().unwrap();
    let of_rules = catalogue.regles.iter().flat_map(|regle| regle.parametres.values());
    let of_figures = catalogue.indicateurs.iter().flat_map(|own| own.parametres.values());
    let all: Vec<&Parametre> = of_rules.chain(of_figures).collect();
    let fixed = all.iter().filter(|own| own.fixe.is_some()).count();
    let free = all.len() - fixed;
    assert!(free >= 70 && fixed >= 25, "{free} {fixed}");
    for own in all {
        assert!(own.libelle.starts_with(char::is_uppercase), "{}", own.libelle);
        assert!(!own.fixe.as_deref().unwrap_or_default().contains("son fichier ne dit"));
    }
}

#[test]
fn a_value_is_told_with_its_unit() {
    assert_eq!(Grandeur::Jours.told(30), "30\u{a0}jours");
    assert_eq!(Grandeur::Jours.told(1), "1\u{a0}jour");
    assert_eq!(Grandeur::PourCent.told(50), "50\u{a0}%");
    assert_eq!(Grandeur::Nombre.told(5), "5");
}

#[test]
fn a_centre_has_its_value_the_network_its_own_and_titles_follow() {
    let catalogue = laid(&[
        value("DIA-02", "jours", None, 40),
        value("DIA-02", "jours", Some("A"), 45),
        value("DIA-02", "jours", Some("B'"), 45),
        value("DIA-02", "jours", Some("C"), 60),
    ]);
    let dia = regle(&catalogue, "DIA-02");
    assert_eq!(
        dia.sql_condition(),
        "CASE WHEN structure_id IN ('A', 'B''') THEN (jours_ecoules > 45) WHEN structure_id IN ('C') \
         THEN (jours_ecoules > 60) ELSE (jours_ecoules > 40) END"
    );
    assert_eq!(dia.sql_applicable(), "NOT orphelin AND dispositif = 'DIAG'", "it has no parameter");
    assert_eq!(dia.titre, "Diagnostic de plus de 40 jours");
    assert_eq!(dia.at("C").titre, "Diagnostic de plus de 60 jours");
    assert_eq!(dia.at("C").sql_condition(), "jours_ecoules > 60");
    assert_eq!(dia.at("D").sql_condition(), "jours_ecoules > 40");
    assert_eq!(dia.at("C").parametres["jours"].origine(), Origine::Centre(at(0)));
    assert_eq!(dia.at("D").parametres["jours"].origine(), Origine::Reseau(at(0)));
    assert_eq!(dia.common().sql_condition(), "jours_ecoules > 40");
    // Examples are those of the file.
    assert_eq!(dia.by_default().sql_condition(), "jours_ecoules > 30");
    assert_eq!(dia.by_default().parametres["jours"].origine(), Origine::Catalogue);
    // One that is like the common value makes no case.
    let same = dia.with_value("jours", None, Some(Posee { valeur: 60, le: at(0) }));
    assert!(!same.sql_condition().contains("'C'"), "{}", same.sql_condition());
}

#[test]
fn an_indicator_takes_the_value_of_the_network_only() {
    let mut catalogue = laid(&[value("PAC-R", "mois", None, 2)]);
    let own = catalogue.indicateurs.iter().find(|own| own.code == "PAC-R").unwrap();
    assert_eq!(own.titre, "Entrées en PACEA dans les 2 mois");
    let periode = "2019".parse().unwrap();
    let condition = own.sql(periode, own.condition.as_deref().unwrap());
    assert_eq!(condition, "date_entree <= date_premier_accueil + INTERVAL '2 months'");
    let aside = catalogue.put_values(&[value("PAC-R", "mois", Some("A"), 2)]);
    let told = aside[0].1.to_string();
    assert!(told.contains("indicateurs/PAC-R.toml") && told.contains("celle du réseau"), "{told}");
    let own = catalogue.indicateurs.iter().find(|own| own.code == "PAC-R").unwrap();
    assert_eq!(own.titre, "Entrées en PACEA dans les 3 mois", "what was laid before is gone");
}

#[test]
fn a_value_that_cannot_be_is_left_aside_with_the_file_the_key_and_the_reason() {
    let mut catalogue = Catalogue::builtin().unwrap();
    let before = catalogue.empreinte();
    for (code, nom, centre, valeur, words) in [
        ("DIA-02", "jours", None, 500, "« 500 » ne convient pas : il faut de 15 à 90\u{a0}jours."),
        ("DIA-02", "jours", Some("A"), -1, "« -1 » ne convient pas"),
        ("DIA-02", "mois", None, 30, "Paramètres : jours"),
        ("PAC-03", "mois", None, 25, "fixée par le code du travail"),
        ("ZZZ-01", "jours", None, 30, "ni une règle ni un indicateur"),
        ("DOS-02", "jours", None, 30, "n'a pas de paramètre"),
    ] {
        let aside = catalogue.put_values(&[value(code, nom, centre, valeur)]);
        let [(_, error)] = aside.as_slice() else { panic!("{code}") };
        assert!(error.fichier.ends_with(&format!("{code}.toml")), "{error}");
        assert_eq!(error.cle, format!("parametres.{nom}"));
        assert!(error.to_string().contains(words), "{error}");
    }
    assert_eq!(catalogue.empreinte(), before);
    // A rule of one centre takes no value of another.
    catalogue.regles[0].centre = Some("B".to_owned());
    let own = &mut catalogue.regles[0];
    let mut mois = Parametre::bare("mois", 3);
    (mois.fixe, mois.max) = (None, 9);
    own.parametres.insert("mois".to_owned(), mois);
    let code = own.code.clone();
    assert_eq!(catalogue.put_values(&[value(&code, "mois", Some("B"), 4)]), []);
    assert_eq!(catalogue.put_values(&[value(&code, "mois", Some("A"), 4)]).len(), 1);
}

#[test]
fn a_wrong_parameter_of_a_file_is_refused_with_its_key() {
    let builtin = crate::fichiers::builtin();
    let text = &builtin["regles/DIA-02.toml"];
    for (old, new, cle, words) in [
        ("unite = \"jours\"", "unite = \"semaines\"", "unite", "jours, mois, ans"),
        ("min = 15, ", "", "min", "la borne manque"),
        (", max = 90", "", "max", "la borne manque"),
        ("valeur = 30", "valeur = 3", "valeur", "n'est pas entre min (15) et max (90)"),
        ("min = 15, max = 90", "min = 30, max = 30", "max", "plus grand que min"),
        ("libelle = ", "fixe = \"la loi\", libelle = ", "fixe", "n'a pas de bornes"),
        ("libelle = ", "label = \"x\", libelle = ", "label", "n'existe pas"),
        ("unite = \"jours\", ", "", "unite", "la clé manque"),
    ] {
        let changed = text.replacen(old, new, 1);
        assert_ne!(*text, changed, "{old}");
        let own = [("regles/DIA-02.toml".to_owned(), changed)].into();
        let error = Catalogue::with_texts(&own).unwrap_err();
        assert_eq!(error.cle, format!("parametres.jours.{cle}"), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    let bare =
        text.lines().map(|line| if line.starts_with("jours = ") { "jours = 30" } else { line });
    let bare: Vec<&str> = bare.collect();
    let own = [("regles/DIA-02.toml".to_owned(), bare.join("\n"))].into();
    let catalogue = Catalogue::with_texts(&own).unwrap();
    let refused = catalogue.check_value(("DIA-02", "jours"), None, 30).unwrap_err().to_string();
    assert!(
        refused.contains("ne dit ni ses bornes"),
        "a number alone judges, and stays: {refused}"
    );
}

#[test]
fn a_centre_is_judged_as_by_a_file_that_has_its_value_and_the_others_as_before() {
    let (plain, file) =
        (Catalogue::builtin().unwrap(), in_file("DIA-02", "valeur = 30", "valeur = 45"));
    let catalogue = laid(&[value("DIA-02", "jours", Some("A"), 45)]);
    let definitions = catalogue.definitions_by_centre();
    assert_eq!(*definitions.of("A"), file.definitions());
    assert_eq!(*definitions.of("B"), plain.definitions());
    assert_ne!(definitions.of("A")["DIA-02"], definitions.of("B")["DIA-02"]);
    // Nothing of B is to be computed again.
    let empreintes = catalogue.empreintes();
    assert_eq!(*empreintes.of("B"), plain.empreinte());
    assert_ne!(empreintes.of("A"), empreintes.of("B"));
    assert_ne!(catalogue.empreinte(), plain.empreinte());
    // The value of the network changes all of them, and A less than it would.
    let both = laid(&[value("DIA-02", "jours", None, 20), value("DIA-02", "jours", Some("A"), 45)]);
    assert_eq!(*both.definitions_by_centre().of("A"), file.definitions());
    assert_ne!(*both.empreintes().of("B"), plain.empreinte());
    // Given again on another day, a value changes nothing that is computed.
    let again = Valeur { le: at(99), ..value("DIA-02", "jours", Some("A"), 45) };
    assert_eq!(laid(&[again]).empreinte(), catalogue.empreinte());
    assert_eq!(catalogue.only(|centre| centre != "A").empreinte(), plain.empreinte());
}

#[test]
fn every_bound_of_every_parameter_defines_what_the_file_would() {
    let plain = Catalogue::builtin().unwrap();
    for regle in plain.regles.iter() {
        for (nom, parametre) in regle.parametres.iter().filter(|(_, own)| own.fixe.is_none()) {
            for bound in [parametre.min, parametre.max] {
                let mut file = Catalogue { regles: vec![regle.clone()], ..plain.clone() };
                file.regles[0].parametres.get_mut(nom).unwrap().defaut = bound;
                let mut own = Catalogue { regles: vec![regle.clone()], ..plain.clone() };
                let given = [value(&regle.code, nom, Some("A"), bound)];
                assert_eq!(own.put_values(&given), [], "{} {nom}", regle.code);
                assert_eq!(*own.definitions_by_centre().of("A"), file.definitions());
                let case = own.regles[0].sql_condition()
                    + &own.regles[0].sql_applicable()
                    + &own.regles[0].sql_evaluable();
                let (changed, told) = (bound != parametre.defaut, case.contains("IN ('A') THEN"));
                assert_eq!(changed, told, "{} {nom}", regle.code);
            }
        }
    }
}

#[test]
fn what_is_compared_has_the_value_of_the_network_and_effects_are_said_when_proved() {
    let plain = Catalogue::builtin().unwrap();
    assert!(plain.compared().is_none());
    let catalogue = laid(&[
        value("DIA-02", "jours", Some("A"), 45),
        value("DIA-06", "jours", None, 100),
        value("DIA-06", "jours", Some("A"), 120),
        value("DIA-04", "jours", None, 60),
    ]);
    // DIA-02 is of severity medium: nobody compares it.
    let compared = catalogue.compared().unwrap();
    assert_eq!(compared.regles.len(), 1);
    assert_eq!(compared.regles[0].sql_condition(), "jours_ecoules > 100");
    let told = |catalogue: &Catalogue, code: &str| -> BTreeSet<String> {
        let effets = catalogue.effets(regle(catalogue, code));
        effets.into_iter().map(|effet| effet.indicateur).collect()
    };
    let set = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(
        told(&plain, "DIA-04"),
        set(&["LEV-P", "PAC-A", "PAC-E", "PAC-R", "PAC-S", "PAC-Y", "PRG-J", "QUA-H", "RAT-6",])
    );
    assert_eq!(told(&catalogue, "DIA-04"), set(&["QUA-H"]), "proved with another value");
    assert_eq!(told(&catalogue, "DIA-06"), set(&[]), "some are caught by the value of A only");
    assert_eq!(told(&catalogue.at("B"), "DIA-06"), set(&["QUA-H"]));
    assert_eq!(told(&catalogue.at("A"), "DIA-06"), set(&[]));
}
