use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::fichiers;

/// A whole catalogue where one file of the charter says something else.
fn changed(fichier: &str, change: impl Fn(&str) -> String) -> Result<Catalogue, CatalogueError> {
    let mut files = fichiers::builtin();
    let text = change(files.get(fichier).unwrap());
    files.insert(fichier.to_owned(), Cow::Owned(text));
    Catalogue::read(&files)
}

fn refused(fichier: &str, from: &str, to: &str) -> String {
    let replaced = |text: &str| {
        assert!(text.contains(from), "{fichier} has no {from}");
        text.replacen(from, to, 1)
    };
    changed(fichier, replaced).unwrap_err().to_string()
}

#[test]
fn every_rule_is_answered_for_by_an_act_or_it_is_said_why_not() {
    let catalogue = Catalogue::builtin().unwrap();
    let lost: Vec<&str> =
        catalogue.charte.unattached(&catalogue).iter().map(|regle| regle.code.as_str()).collect();
    assert!(lost.is_empty(), "no act answers for {lost:?}: name them in `regles` of an act");
    for regle in &catalogue.regles {
        let acts = catalogue.charte.actes_of_regle(regle);
        let excused = catalogue.charte.hors_actes.why(regle).is_some();
        assert!(acts.is_empty() == excused, "{}: one or the other", regle.code);
    }
}

#[test]
fn every_figure_is_fed_by_an_act() {
    let catalogue = Catalogue::builtin().unwrap();
    for indicateur in &catalogue.indicateurs {
        let acts = catalogue.charte.actes_of_indicateur(indicateur);
        assert!(!acts.is_empty(), "{}: name it in `chiffres` of an act", indicateur.code);
    }
}

#[test]
fn every_act_is_whole() {
    let catalogue = Catalogue::builtin().unwrap();
    let charte = &catalogue.charte;
    assert!(charte.actes.len() >= 30, "{}", charte.actes.len());
    let themes: BTreeSet<&str> = charte.actes.iter().map(|acte| acte.theme.as_str()).collect();
    assert_eq!(themes, THEMES.into_iter().collect());
    let mut ranks = BTreeSet::new();
    for acte in &charte.actes {
        assert!(ranks.insert((&acte.theme, acte.ordre)), "{}: a rank is taken twice", acte.code);
        assert!(!charte.regles_of(acte, &catalogue).is_empty(), "{}: no rule checks it", acte.code);
        assert_eq!(acte.niveau, Niveau::Socle);
        assert!(acte.champs.iter().any(|champ| champ.exigence != Exigence::Utile), "{}", acte.code);
        // Each example is a place of the page, told apart by its title.
        let titles: BTreeSet<&str> = acte.exemples.iter().map(|e| e.titre.as_str()).collect();
        assert_eq!(titles.len(), acte.exemples.len(), "{}", acte.code);
    }
    let principes = &charte.principes.principes;
    assert!((8..=12).contains(&principes.len()), "one page: {}", principes.len());
}

#[test]
fn no_text_of_the_charter_names_a_person_or_shows_what_is_working_matter() {
    for (fichier, text) in fichiers::builtin() {
        if fichier.starts_with(DOSSIER) {
            for sign in ["[R]", "[K]", "[S", "UNSOURCED", "SOURCED"] {
                assert!(!text.contains(sign), "{fichier}: {sign}");
            }
        }
    }
}

#[test]
fn an_example_completes_what_goes_without_saying() {
    let catalogue = Catalogue::builtin().unwrap();
    let acte = catalogue.charte.acte("proposition").unwrap();
    let rows = acte.exemples[0].rows();
    assert_eq!(rows["propositions"][0]["evenement_id"], "1");
    assert_eq!(rows["propositions"][0]["dossier_id"], "D1");
    assert_eq!(rows["dossiers"][0]["niveau_formation"], "3");
    assert_eq!(rows["conseillers"][0]["conseiller_id"], "CONSEILLER-1");
    // What is said to be empty is.
    let alone = acte.exemples.iter().find(|e| e.regle.as_deref() == Some("PRO-04")).unwrap();
    assert!(!alone.rows()["propositions"][0].contains_key("evenement_id"));
}

#[test]
fn what_is_wrong_is_told_with_the_file_the_key_and_the_reason() {
    let file = "charte/diagnostic.toml";
    let told = refused(file, "theme = \"diagnostic\"", "theme = \"sport\"");
    assert!(told.contains(file) && told.contains("« theme »") && told.contains("sport"), "{told}");
    let told = refused(file, "\"DIA-08\"]", "\"DIA-99\"]");
    assert!(told.contains("« regles »") && told.contains("DIA-99"), "{told}");
    let told = refused(file, "chiffres = [\"DIA-T\"", "chiffres = [\"DIA-X\"");
    assert!(told.contains("« chiffres »") && told.contains("DIA-X"), "{told}");
    let told = refused(file, "parcours.motif_fin", "parcours.motif");
    assert!(told.contains("champs[4].colonne"), "{told}");
    let told = refused(file, "quand = \"la suite est décidée\", ", "");
    assert!(told.contains("champs[3].quand"), "{told}");
    let told = refused(file, "regle = \"DIA-01\"", "regle = \"PAC-06\"");
    assert!(told.contains("exemples[2].regle") && told.contains("ne contrôle pas"), "{told}");
    let told = refused(file, "regle = \"DIA-01\"\n", "");
    assert!(told.contains("exemples[2].regle"), "{told}");
    let told = refused(file, "dispositif = \"DIAG\"", "dispositif = \"DIAGNOSTIC\"");
    assert!(told.contains("exemples[1].lignes[2].dispositif"), "{told}");
    let told = refused(file, "date_fin = \"2025-10-06\"", "date_fin = \"2025-13-06\"");
    assert!(told.contains("2025-13-06"), "{told}");
    let told = refused("charte/emploi.toml", "heures_hebdo = 35 }", "organisme = \"x\" }");
    assert!(told.contains("désigne une personne"), "{told}");
    let told = refused("charte/hors_actes.toml", "volume", "volumes");
    assert!(told.contains("familles.volumes"), "{told}");
}

#[test]
fn an_act_of_the_network_keeps_what_it_replaces() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("charte")).unwrap();
    let text = fichiers::builtin()["charte/diagnostic.toml"]
        .replace("tend vers 30 jours", "tend vers 21 jours");
    fs::write(dir.path().join("charte/diagnostic.toml"), &text).unwrap();
    let added = text
        .replace("code = \"diagnostic\"", "code = \"bilan\"")
        .replace("ordre = 10", "ordre = 20");
    fs::write(dir.path().join("charte/bilan.toml"), added).unwrap();
    let catalogue = Catalogue::with_overlay(dir.path()).unwrap();
    let acte = catalogue.charte.acte("diagnostic").unwrap();
    assert_eq!(acte.niveau, Niveau::Adapte);
    assert!(acte.delai.contains("21 jours"));
    assert!(acte.socle.as_ref().unwrap().delai.contains("30 jours"));
    assert_eq!(catalogue.charte.acte("bilan").unwrap().niveau, Niveau::Ajoute);
    // The same text laid over changes nothing.
    fs::write(
        dir.path().join("charte/diagnostic.toml"),
        fichiers::builtin()["charte/diagnostic.toml"].as_ref(),
    )
    .unwrap();
    let catalogue = Catalogue::with_overlay(dir.path()).unwrap();
    assert_eq!(catalogue.charte.acte("diagnostic").unwrap().niveau, Niveau::Socle);
    assert!(!catalogue.says_the_same(&Catalogue::builtin().unwrap()), "bilan is there");
}

#[test]
fn a_rule_that_no_act_names_goes_to_the_act_of_its_family() {
    let mut catalogue = Catalogue::builtin().unwrap();
    let mut regle = catalogue.regles.iter().find(|r| r.code == "PAC-03").unwrap().clone();
    regle.code = "PAC-77".to_owned();
    let acts = catalogue.charte.actes_of_regle(&regle);
    assert_eq!(acts.iter().map(|a| a.code.as_str()).collect::<Vec<_>>(), ["suivi-pacea"]);
    regle.famille = "nulle".to_owned();
    catalogue.regles.push(regle);
    let lost = catalogue.charte.unattached(&catalogue);
    assert_eq!(lost.iter().map(|r| r.code.as_str()).collect::<Vec<_>>(), ["PAC-77"]);
}
