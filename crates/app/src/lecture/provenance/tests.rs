//! What a provenance holds, over snapshots built by hand.

use jiff::Timestamp;
use jiff::civil::date;
use mallette_catalogue::{Catalogue, Posee};
use mallette_domain::provenance::{Fait, Valeur};
use serde_json::json;

use super::*;
use crate::etat::ImportVu;
use crate::lecture::indicateurs::essai::{catch, empty, receive};

fn import(id: &str, seconds: i64, undone: bool, centre: &str, day: &str, file: &str) -> ImportVu {
    let importe_le = Timestamp::from_second(seconds).unwrap();
    ImportVu {
        id: id.to_owned(),
        importe_le,
        annule_le: undone.then_some(importe_le),
        rapport: json!({
            "fichiers": [{"chemin": format!("/machine/{file}"), "empreinte": format!("e-{file}"),
                          "table": "dossiers", "lues": 9, "acceptees": 6, "rejetees": 2,
                          "doublons_identiques": 1}],
            "structures": [{"structure_id": centre, "date_extraction": day, "lignes": 6}],
        }),
    }
}

#[test]
fn a_version_is_made_of_the_imports_of_its_extraction() {
    let mut etat = empty();
    receive(&mut etat, "A", "Urbain", date(2019, 11, 4));
    etat.centres.get_mut("A").unwrap().version.importe_le = Timestamp::from_second(50).unwrap();
    catch(&mut etat, "A", "REF-01", ("", ""), (10, 3));
    etat.reseau
        .insert("B".to_owned(), crate::lecture::indicateurs::essai::rattachement("ML B", ""));
    etat.imports = vec![
        import("later", 60, false, "A", "2019-11-04", "later.csv"),
        import("i1", 50, false, "A", "2019-11-04", "own.csv"),
        import("other-day", 40, false, "A", "2019-10-01", "day.csv"),
        import("undone", 30, true, "A", "2019-11-04", "undone.csv"),
        import("before", 20, false, "A", "2019-11-04", "before.csv"),
        import("elsewhere", 10, false, "C", "2019-11-04", "c.csv"),
    ];
    let sources = Sources::of_network(&etat);
    let names: Vec<&str> = sources.fichiers.iter().map(|fichier| fichier.nom.as_str()).collect();
    assert_eq!(names, ["before.csv", "own.csv"]);
    assert_eq!(sources.fichiers[1].empreinte, "e-own.csv");
    assert_eq!((sources.fichiers[1].lues, sources.fichiers[1].rejetees), (9, 2));
    let version = sources.extraits[0].version.as_ref().unwrap();
    assert_eq!(version.imports, ["before", "i1"]);
    assert_eq!(version.orphelins, Some(3));
    assert_eq!(
        (sources.extraits[1].nom.as_str(), sources.extraits[1].version.is_none()),
        ("ML B", true)
    );
}

#[test]
fn a_centre_whose_extract_is_older_than_the_period_is_excluded_by_name() {
    let mut etat = empty();
    receive(&mut etat, "A", "Urbain", date(2019, 11, 4));
    receive(&mut etat, "B", "Urbain", date(2018, 11, 4));
    let catalogue = Catalogue::builtin().unwrap();
    let indicateur = catalogue.indicateurs.iter().find(|i| i.code == "PAC-P").unwrap();
    let provenance = of_indicateurs(
        &catalogue,
        "Essai",
        &[indicateur],
        "2019".parse().unwrap(),
        Sources::of_network(&etat),
        Timestamp::UNIX_EPOCH,
    );
    assert_eq!(provenance.extraits.len(), 1);
    assert!(provenance.absents.iter().any(|text| text.contains("ML B")), "{provenance:?}");
}

#[test]
fn the_definition_of_a_rule_is_not_its_source_and_has_its_parameters() {
    let catalogue = Catalogue::builtin().unwrap();
    let regle = catalogue.regles.iter().find(|regle| regle.code == "PAC-07").unwrap();
    let definition = of_regle(&catalogue, regle);
    let of = |quoi: &str| {
        let found = definition.faits.iter().find(|fait| fait.quoi == quoi);
        found.unwrap_or_else(|| panic!("{quoi}")).valeur.clone()
    };
    assert_ne!(of("Définition"), of("Source"));
    assert_eq!(of("Paramètre «\u{a0}jours\u{a0}»"), Valeur::Nombre(30));
    let Valeur::Texte(sql) = of("Ce qu'elle retient") else { panic!() };
    assert!(sql.contains("'30 days'"), "{sql}");
    let Valeur::Texte(phrase) = of("Phrase") else { panic!() };
    assert_eq!(phrase, "Ce PACEA est terminé et aucune situation n'est saisie à sa sortie.");
}

#[test]
fn a_fingerprint_changes_with_a_parameter_and_with_a_view_only() {
    let mut catalogue = Catalogue::builtin().unwrap();
    let regle = catalogue.regles.iter().find(|regle| regle.code == "PAC-07").unwrap().clone();
    let first = of_regle(&catalogue, &regle).empreinte;
    assert_eq!(of_regle(&catalogue, &regle).empreinte, first);
    let mut changed = regle.clone();
    let given = |valeur| Some(Posee { valeur, le: Timestamp::UNIX_EPOCH });
    changed = changed.with_value("jours", None, given(31));
    assert_ne!(of_regle(&catalogue, &changed).empreinte, first);
    // Whose value it is, is told, and computes nothing.
    let same = regle.with_value("jours", None, given(30));
    assert_eq!(of_regle(&catalogue, &same).empreinte, first);
    let told = |regle: &Regle| -> String {
        let mut faits = of_regle(&catalogue, regle).faits.into_iter();
        let found = faits.find(|fait| fait.quoi.starts_with("Valeur de"));
        let Valeur::Texte(text) = found.unwrap().valeur else { panic!() };
        text
    };
    assert!(told(&regle).ends_with("30\u{a0}jours, valeur du catalogue"), "{}", told(&regle));
    assert!(told(&same).ends_with("valeur du réseau depuis le 01/01/1970"), "{}", told(&same));
    let own =
        changed.with_value("jours", Some("A"), given(45)).with_value("jours", Some("B"), given(45));
    let text = told(&own);
    assert!(text.contains("A\u{a0}: 45\u{a0}jours depuis le 01/01/1970, B\u{a0}: 45"), "{text}");
    catalogue.vues[0].sql.push(' ');
    assert_ne!(of_regle(&catalogue, &regle).empreinte, first);
}

#[test]
fn every_definition_of_the_catalogue_is_whole() {
    let catalogue = Catalogue::builtin().unwrap();
    let regles = catalogue.regles.iter().map(|regle| of_regle(&catalogue, regle));
    let indicateurs = catalogue.indicateurs.iter().map(|one| of_indicateur(&catalogue, one, 0));
    for definition in regles.chain(indicateurs) {
        let has = |quoi: &str| definition.faits.iter().any(|fait| fait.quoi == quoi);
        assert!(has("Définition") && has("Source"), "{}", definition.code);
        assert!(!definition.faits.contains(&Fait::new("Définition", "")), "{}", definition.code);
    }
}
