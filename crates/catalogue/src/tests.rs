use std::borrow::Cow;
use std::fs;

use mallette_domain::periode;
use mallette_domain::table::{ColumnType, TABLES, find};

use super::*;

const REGLE: &str = r#"
code = "DIA-02"
titre = "Diagnostic ouvert depuis plus de {jours} jours"
famille = "diagnostic"
vue = "parcours"
gravite = "medium"
source = "s"
applicable = "dispositif = 'DIAG'"
evaluable = "date_entree IS NOT NULL"
condition = "duree_jours > {jours}"
message = "m"
pourquoi = "p"
correction = "c"
[parametres]
jours = 30
[[exemples]]
attendu = true
valeurs = { dispositif = "DIAG", duree_jours = 31 }
[[exemples]]
attendu = false
valeurs = { dispositif = "DIAG", duree_jours = 30 }
"#;

const INDICATEUR: &str = r#"
code = "PAC-P"
titre = "t"
definition = "d"
vue = "parcours"
calcul = "taux"
sens = "haut"
source = "s"
date = "date_fin"
population = "dispositif = 'PACEA'"
condition = "positive_sortie"
"#;

/// A whole small catalogue: the built-in codes, ceilings and profiles, and the given files.
fn small(files: &[(&str, &str)]) -> Result<Catalogue, CatalogueError> {
    let mut fichiers = fichiers::builtin();
    fichiers.retain(|name, _| {
        !["regles/", "indicateurs/", "vues/", "charte/", "tableaux/"]
            .iter()
            .any(|folder| name.starts_with(folder))
    });
    fichiers.insert("vues/10_parcours.sql".to_owned(), Cow::Borrowed("SELECT 1;\n"));
    for (name, text) in files {
        fichiers.insert((*name).to_owned(), Cow::Owned((*text).to_owned()));
    }
    Catalogue::read(&fichiers)
}

#[test]
fn a_rule_is_read_with_its_parameters() {
    let catalogue = small(&[("regles/DIA-02.toml", REGLE)]).unwrap();
    let regle = &catalogue.regles[0];
    assert_eq!(regle.sql_condition(), "duree_jours > 30");
    assert_eq!(regle.sql_applicable(), "dispositif = 'DIAG'");
    assert_eq!(regle.substitute(&regle.titre), "Diagnostic ouvert depuis plus de 30 jours");
    assert_eq!(regle.gravite, Gravite::Medium);
    assert_eq!(regle.exemples[0].valeurs["duree_jours"].as_integer(), Some(31));
    assert_eq!(catalogue.vues, [Vue { nom: "parcours".to_owned(), sql: "SELECT 1".to_owned() }]);
}

#[test]
fn an_indicator_is_read_with_its_period() {
    let catalogue = small(&[("indicateurs/PAC-P.toml", INDICATEUR)]).unwrap();
    let indicateur = &catalogue.indicateurs[0];
    assert_eq!(
        indicateur.sql_population(periode::year(2019)),
        "(dispositif = 'PACEA') AND date_fin BETWEEN DATE '2019-01-01' AND DATE '2019-12-31'"
    );
}

#[test]
fn a_wrong_rule_is_refused_with_its_key() {
    for (old, new, cle) in [
        ("titre =", "titer =", "titre"),
        ("message = \"m\"", "message = \"m\"\nmesage = \"m\"", "mesage"),
        ("\"medium\"", "\"grave\"", "gravite"),
        ("\"diagnostic\"", "\"diag\"", "famille"),
        ("\"parcours\"", "\"parcour\"", "vue"),
        ("\"parcours\"", "\"parcours\"\ntables = [\"parcour\"]", "tables"),
        ("\"parcours\"", "\"parcours\"\ntables = \"parcours\"", "tables"),
        ("> {jours}\"", "> {jour}\"", "condition"),
        ("jours = 30\n", "jours = 30\nmois = 1\n", "parametres.mois"),
        ("jours = 30\n", "jours = \"30\"\n", "parametres.jours"),
        ("attendu = true", "attendu = false", "exemples"),
        ("attendu = false", "attendu = true", "exemples"),
        ("attendu = true", "atendu = true", "exemples[1].attendu"),
        ("code = \"DIA-02\"", "code = \"DIA-03\"", "code"),
        ("message = \"m\"", "message = \" \"", "message"),
        ("code = ", "code == ", ""),
    ] {
        let text = REGLE.replacen(old, new, 1);
        assert_ne!(text, REGLE, "{old}");
        let error = small(&[("regles/DIA-02.toml", &text)]).unwrap_err();
        assert_eq!((error.fichier.as_str(), error.cle.as_str()), ("regles/DIA-02.toml", cle));
        assert!(error.to_string().contains("DIA-02.toml"), "{error}");
    }
}

/// A rule of that severity with what it says of its correction.
fn moving(effet: &str) -> String {
    format!("{}{effet}", REGLE.replacen("gravite = ", "effort = \"acte\"\ngravite = ", 1))
}

/// A rule that brings an entry, proved by a case.
const EFFET: &str = r#"
[[effets]]
indicateur = "PAC-P"
numerateur = 1
denominateur = 1
si = "s"
[cas]
reference = 2019-11-04
avant = { dossiers = [{ dossier_id = "D" }], parcours = [{ parcours_id = "P", dispositif = "DIAG" }] }
apres = { parcours = [{ parcours_id = "P", dispositif = "PACEA" }, { parcours_id = "Q" }] }
"#;

#[test]
fn an_effect_is_read_with_the_case_that_proves_it() {
    let text = moving(EFFET);
    let files = [("regles/DIA-02.toml", text.as_str()), ("indicateurs/PAC-P.toml", INDICATEUR)];
    let catalogue = small(&files).unwrap();
    let regle = &catalogue.regles[0];
    let effet = &catalogue.effets(regle)[0];
    assert_eq!((effet.indicateur.as_str(), effet.numerateur, effet.denominateur), ("PAC-P", 1, 1));
    assert_eq!(effet.si.as_deref(), Some("s"));
    let corrected = regle.cas.as_ref().unwrap().corrected();
    let ids: Vec<_> = corrected["parcours"].iter().map(|row| row["parcours_id"].as_str()).collect();
    assert_eq!(ids, [Some("P"), Some("Q")]);
    assert_eq!(corrected["parcours"][0]["dispositif"].as_str(), Some("PACEA"));
    assert_eq!(corrected["dossiers"].len(), 1);
}

#[test]
fn the_day_on_which_an_effect_counts_is_read_with_what_it_leaves_to_be_known() {
    let quand = "si = \"s\"\nquand = \"date_fin + {jours}\"\nreste = \"r\"";
    let text = moving(&EFFET.replace("si = \"s\"", quand));
    let files = [("regles/DIA-02.toml", text.as_str()), ("indicateurs/PAC-P.toml", INDICATEUR)];
    let catalogue = small(&files).unwrap();
    let regle = &catalogue.regles[0];
    let read = catalogue.effets(regle)[0].quand.clone().unwrap();
    assert_eq!((read.jour.as_str(), read.reste.as_deref()), ("date_fin + {jours}", Some("r")));
    let jours = catalogue.sql_jours(regle);
    let expected = ("PAC-P".to_owned(), "date_fin + 30".to_owned());
    assert_eq!(jours, [expected], "its parameters replaced");
}

#[test]
fn a_rule_of_severity_high_moves_the_indicator_of_quality_without_saying_so() {
    let quality = INDICATEUR
        .replace("\"PAC-P\"", "\"QUA-H\"")
        .replace("\"taux\"", "\"pour_cent_dossiers\"")
        .replace("date = \"date_fin\"\n", "")
        .replace("condition = \"positive_sortie\"\n", "");
    let effects = |gravite: &str| {
        let text = REGLE.replace("\"medium\"", gravite);
        let files = [("regles/DIA-02.toml", text.as_str()), ("indicateurs/QUA-H.toml", &quality)];
        let catalogue = small(&files).unwrap();
        catalogue.effets(&catalogue.regles[0])
    };
    assert_eq!(effects("\"medium\""), []);
    let implied = effects("\"high\"");
    assert_eq!((implied.len(), implied[0].numerateur, implied[0].denominateur), (1, -1, 0));
}

#[test]
fn a_wrong_effect_is_refused_with_its_key() {
    let mean = INDICATEUR
        .replace("\"taux\"", "\"moyenne\"")
        .replace("condition = \"positive_sortie\"", "mesure = \"duree_jours\"");
    let count = INDICATEUR
        .replace("\"taux\"", "\"effectif\"")
        .replace("sens = \"haut\"", "sens = \"neutre\"")
        .replace("condition = \"positive_sortie\"\n", "");
    for (old, new, indicateur, cle) in [
        ("\"PAC-P\"", "\"PAC-Q\"", INDICATEUR, "effets[1].indicateur"),
        ("numerateur = 1\ndenominateur = 1", "", INDICATEUR, "effets[1].numerateur"),
        ("numerateur = 1\n", "numerateur = \"1\"\n", INDICATEUR, "effets[1].numerateur"),
        ("si = ", "sii = ", INDICATEUR, "effets[1].sii"),
        ("reference = 2019-11-04", "", INDICATEUR, "cas"),
        (
            "parcours = [{ parcours_id = \"P\", dispositif = \"PACEA\" }",
            "passages = [{}",
            INDICATEUR,
            "cas.apres.passages",
        ),
        ("{ parcours_id = \"Q\" }", "{ dispositif = \"GJ\" }", INDICATEUR, "cas.apres.parcours"),
        ("dossier_id = \"D\"", "dossier_id = \"D\", nom = \"X\"", INDICATEUR, "cas.avant.dossiers"),
        (
            "[cas]",
            "[[effets]]\nindicateur = \"PAC-P\"\nnumerateur = 2\n[cas]",
            INDICATEUR,
            "effets[2].indicateur",
        ),
        ("si = \"s\"", "quand = \"date_fin\"", INDICATEUR, "effets[1].si"),
        ("si = \"s\"", "si = \"s\"\nreste = \"r\"", INDICATEUR, "effets[1].quand"),
        ("si = \"s\"", "si = \"s\"\nquand = \"{x}\"", INDICATEUR, "effets"),
        ("si = \"s\"", "si = \"t\"", &mean, "effets[1].indicateur"),
        ("si = \"s\"", "si = \"t\"", &count, "effets[1].denominateur"),
    ] {
        let effet = EFFET.replacen(old, new, 1);
        assert_ne!(effet, EFFET, "{old}");
        let text = moving(&effet);
        let files = [("regles/DIA-02.toml", text.as_str()), ("indicateurs/PAC-P.toml", indicateur)];
        let error = small(&files).unwrap_err();
        assert_eq!((error.fichier.as_str(), error.cle.as_str()), ("regles/DIA-02.toml", cle));
    }
    // A case without an effect proves nothing.
    let alone = &EFFET[EFFET.find("[cas]").unwrap()..];
    let text = format!("{REGLE}{alone}");
    assert_eq!(small(&[("regles/DIA-02.toml", &text)]).unwrap_err().cle, "cas");
}

#[test]
fn what_correcting_asks_for_is_said_and_is_what_the_case_writes() {
    // In place of the row P, or that row and another.
    let in_place = EFFET.replacen(", { parcours_id = \"Q\" }", "", 1);
    assert_ne!(in_place, EFFET);
    let told = |effort: &str, effet: &str| {
        let text = moving(effet).replacen("effort = \"acte\"\n", effort, 1);
        let files = [("regles/DIA-02.toml", text.as_str()), ("indicateurs/PAC-P.toml", INDICATEUR)];
        small(&files).map(|read| read.regles[0].effort).map_err(|error| error.cle)
    };
    let refused = Err("effort".to_owned());
    for (word, creates, corrects) in [
        ("", refused.clone(), refused.clone()),
        ("effort = \"un peu\"\n", refused.clone(), refused.clone()),
        ("effort = \"valeur\"\n", refused.clone(), Ok(Some(Effort::Valeur))),
        ("effort = \"objet\"\n", Ok(Some(Effort::Objet)), refused.clone()),
        ("effort = \"acte\"\n", Ok(Some(Effort::Acte)), Ok(Some(Effort::Acte))),
    ] {
        assert_eq!((told(word, EFFET), told(word, &in_place)), (creates, corrects), "{word}");
    }
    // Without an effect there is nothing to be light or heavy.
    assert_eq!(told("effort = \"acte\"\n", ""), refused);
    assert_eq!(told("", ""), Ok(None));
}

#[test]
fn what_moves_two_counts_moves_what_is_made_of_them() {
    let count = |code: &str, tables: &str| {
        INDICATEUR
            .replace("\"PAC-P\"", &format!("\"{code}\""))
            .replace("\"taux\"", "\"effectif\"")
            .replace("sens = \"haut\"", "sens = \"neutre\"")
            .replace("condition = \"positive_sortie\"\n", &format!("tables = [{tables}]\n"))
    };
    let (haut, bas) = (count("HAUT", "\"parcours\""), count("BAS", "\"evenements\""));
    let rapport = r#"
code = "RAPPORT"
titre = "t"
definition = "d"
calcul = "rapport"
sens = "haut"
numerateur = "HAUT"
denominateur = "BAS"
source = "s"
"#;
    let told = |effets: &str| {
        let text = moving(&format!("{effets}{}", &EFFET[EFFET.find("[cas]").unwrap()..]));
        let files = [
            ("regles/DIA-02.toml", text.as_str()),
            ("indicateurs/HAUT.toml", haut.as_str()),
            ("indicateurs/BAS.toml", bas.as_str()),
            ("indicateurs/RAPPORT.toml", rapport),
        ];
        let catalogue = small(&files).unwrap();
        let effets = catalogue.effets(&catalogue.regles[0]);
        let found = effets.into_iter().find(|effet| effet.indicateur == "RAPPORT");
        found.map(|found| (found.numerateur, found.denominateur, found.si.unwrap_or_default()))
    };
    let haut = "[[effets]]\nindicateur = \"HAUT\"\nnumerateur = 1\nsi = \"a\"\n";
    let bas = "[[effets]]\nindicateur = \"BAS\"\nnumerateur = 1\nsi = \"b\"\n";
    // The correction writes no event: what counts them does not move.
    assert_eq!(told(haut), Some((1, 0, "a".to_owned())));
    assert_eq!(told(&format!("{haut}{bas}")), Some((1, 1, "a, et b".to_owned())));
    // It writes passages: whether what counts them moves is not known, unless it is said.
    assert_eq!(told(bas), None);
    let left = "[[inchanges]]\nindicateur = \"HAUT\"\nsi = \"c\"\n";
    assert_eq!(told(&format!("{bas}{left}")), Some((0, 1, "b, et c".to_owned())));
    let own = "[[effets]]\nindicateur = \"RAPPORT\"\nnumerateur = 1\ndenominateur = 2\n";
    assert_eq!(told(&format!("{haut}{own}")), Some((1, 2, String::new())), "what is said wins");
}

#[test]
fn every_rule_of_the_program_that_has_an_effect_says_what_it_asks_for() {
    let catalogue = Catalogue::builtin().unwrap();
    let silent = catalogue
        .regles
        .iter()
        .filter(|regle| regle.effort.is_none() && !catalogue.effets(regle).is_empty());
    let silent: Vec<&str> = silent.map(|regle| regle.code.as_str()).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn a_wrong_indicator_is_refused_with_its_key() {
    for (old, new, cle) in [
        // The bounds of the period are those of the date, or of the population: not of both.
        ("dispositif = 'PACEA'", "date_fin <= {d2}", "population"),
        (
            "date = \"date_fin\"\npopulation = \"dispositif",
            "population = \"{d3} <= dispositif",
            "population",
        ),
        ("\"taux\"", "\"rate\"", "calcul"),
        ("\"taux\"\nsens = \"haut\"", "\"effectif\"\nsens = \"neutre\"", "condition"),
        // A count follows the size of the centre: neither side is better.
        ("\"taux\"", "\"effectif\"", "sens"),
        ("\"taux\"\nsens = \"haut\"", "\"distinct\"\nsens = \"bas\"", "sens"),
        ("\"taux\"", "\"somme\"\nmesure = \"duree_jours\"", "sens"),
        ("\"taux\"", "\"moyenne\"", "mesure"),
        ("\"taux\"", "\"ratio\"", "numerateur_vue"),
        ("\"haut\"", "\"up\"", "sens"),
        ("\"parcours\"", "\"nulle\"", "vue"),
        ("\"parcours\"", "\"parcours\"\ntables = [\"passages\"]", "tables"),
    ] {
        let text = INDICATEUR.replacen(old, new, 1);
        assert_ne!(text, INDICATEUR, "{old}");
        let error = small(&[("indicateurs/PAC-P.toml", &text)]).unwrap_err();
        assert_eq!((error.fichier.as_str(), error.cle.as_str()), ("indicateurs/PAC-P.toml", cle));
    }
}

#[test]
fn codes_are_unique_and_files_have_their_place() {
    let indicateur = INDICATEUR.replace("PAC-P", "DIA-02");
    let files = [("regles/DIA-02.toml", REGLE), ("indicateurs/DIA-02.toml", indicateur.as_str())];
    assert_eq!(small(&files).unwrap_err().cle, "code");
    let misplaced = small(&[("regle/DIA-02.toml", REGLE)]).unwrap_err();
    assert_eq!(misplaced.fichier, "regle/DIA-02.toml");
    assert_eq!(small(&[("vues/a.sql", "SELECT 1")]).unwrap_err().fichier, "vues/a.sql");
    assert!(small(&[("vues/20_parcours.sql", "SELECT 1")]).is_err());
}

#[test]
fn a_label_or_a_header_means_one_thing() {
    let codes = "[dossiers.sexe]\nF = [\"Fille\"]\nM = [\"fille\"]\n";
    assert_eq!(small(&[("codes.toml", codes)]).unwrap_err().cle, "dossiers.sexe.M");
    let codes = "[dossiers.sexe]\nX = [\"Autre\"]\n";
    assert_eq!(small(&[("codes.toml", codes)]).unwrap_err().cle, "dossiers.sexe.X");
    let codes = "[dossiers.nom]\nX = [\"Autre\"]\n";
    assert_eq!(small(&[("codes.toml", codes)]).unwrap_err().cle, "dossiers.nom");
    let profil = "nom = \"Lyon\"\n[tables.dossiers.colonnes]\ncode_postal = [\"N° DOSSIER\"]\n";
    let error = small(&[("profils/lyon.toml", profil)]).unwrap_err();
    assert_eq!(error.fichier, "profils/lyon.toml");
    let profil = "nom = \"Lyon\"\n[tables.dossiers.colonnes]\ncode_postale = [\"x\"]\n";
    let error = small(&[("profils/lyon.toml", profil)]).unwrap_err();
    assert_eq!(error.cle, "tables.dossiers.colonnes.code_postale");
}

#[test]
fn labels_of_the_field_are_recognised() {
    let catalogue = small(&[]).unwrap();
    for (table, column, text, code) in [
        ("evenements", "type", "Entretien individuel", "ENTRETIEN_INDIVIDUEL"),
        ("evenements", "statut", " présent ", "PRESENT"),
        ("evenements", "statut", "Non honoré", "ABSENT"),
        ("situations", "categorie", "Contrat en Alternance", "ALTERNANCE"),
        ("situations", "categorie", "Pmsmp", "PMSMP"),
        ("situations", "categorie", "Contrat de volontariat - bénévolat", "VOLONTARIAT"),
        ("situations", "sous_type", "CDD plus de 6 mois", "CDD_LONG"),
        ("situations", "sous_type", "CUI - CIE", "CIE"),
        ("dossiers", "niveau_formation", "V bis", "2"),
        ("dossiers", "niveau_formation", "VI", "1"),
        ("dossiers", "niveau_formation", "I", "7"),
        ("dossiers", "niveau_formation", "Niveau 3", "3"),
        ("dossiers", "niveau_formation", "CAP", "3"),
        ("dossiers", "qpv", "O", "oui"),
        ("dossiers", "rqth", "FAUX", "non"),
        ("dossiers", "sexe", "Mme", "F"),
        ("dossiers", "sexe", "M.", "M"),
        ("parcours", "motif_fin", "Fin de durée (24 mois)", "FIN_DUREE"),
        ("parcours", "motif_fin", "emploi_durable", "EMPLOI_DURABLE"),
        ("parcours", "dispositif", "Garantie jeunes", "GJ"),
        ("parcours", "dispositif", "Contrat d’engagement jeune", "CEJ"),
        ("allocations", "statut", "Payée", "PAYE"),
    ] {
        assert_eq!(catalogue.codes.recognise(table, column, text), Some(code), "{column} {text}");
    }
    assert_eq!(catalogue.codes.recognise("dossiers", "sexe", "Z"), None);
    assert_eq!(catalogue.codes.recognise("dossiers", "sexe", ""), None);
    assert_eq!(catalogue.codes.recognise("parcours", "motif_fin", "Motif local"), None);
    assert_eq!(catalogue.codes.known("dossiers", "sexe"), ["F", "M"]);
    assert_eq!(catalogue.codes.known("parcours", "motif_fin").len(), 17);
}

#[test]
fn canonical_names_and_codes_are_always_recognised() {
    let catalogue = small(&[]).unwrap();
    for table in TABLES {
        assert_eq!(catalogue.recognise_table(table.name), Some(table));
        for column in table.columns {
            assert_eq!(catalogue.recognise_header(table, column.name), Some(column));
            if let ColumnType::Code(values) = column.kind {
                for value in values {
                    let found = catalogue.codes.recognise(table.name, column.name, value);
                    assert_eq!(found, Some(*value));
                }
            }
        }
    }
}

#[test]
fn every_column_of_the_standard_profile_has_five_wordings() {
    let catalogue = small(&[]).unwrap();
    let standard = catalogue.profils.iter().find(|profil| profil.nom == "Standard").unwrap();
    for table in TABLES {
        assert!(standard.tables[table.name].len() >= 5, "{}", table.name);
        for column in table.columns {
            let wordings = &standard.headers[&(table.name, column.name)];
            assert!(wordings.len() >= 5, "{}.{}", table.name, column.name);
            for wording in wordings {
                let found = catalogue.recognise_header(table, wording);
                assert_eq!(found, Some(column), "{wording}");
            }
        }
    }
}

#[test]
fn names_of_files_and_headers_are_recognised() {
    let catalogue = small(&[]).unwrap();
    for (name, table) in [
        ("Liste des dossiers", "dossiers"),
        ("DISPOSITIFS", "parcours"),
        ("Évènements", "evenements"),
        ("Rendez-vous", "evenements"),
        ("dossiers.csv", "dossiers"),
        ("69382S00_Export_Jeunes_2019-12-31.xlsx", "dossiers"),
        ("extraction I-MILO situations 20191231.csv", "situations"),
    ] {
        assert_eq!(catalogue.recognise_table(name), find(table), "{name}");
    }
    assert_eq!(catalogue.recognise_table("Feuil1"), None);
    assert_eq!(catalogue.recognise_table("2019-12-31.csv"), None);
    let dossiers = find("dossiers").unwrap();
    let named = |header| catalogue.recognise_header(dossiers, header).map(|column| column.name);
    assert_eq!(named("N° DOSSIER"), Some("dossier_id"));
    assert_eq!(named("Date de naissance (JJ/MM/AAAA)"), Some("date_naissance"));
    assert_eq!(named("Né(e) le"), Some("date_naissance"));
    assert_eq!(named("Pointure"), None);
    assert_eq!(named(""), None);
}

#[test]
fn ceilings_are_those_of_the_texts() {
    let catalogue = small(&[]).unwrap();
    let on = |day: jiff::civil::Date| {
        let mut plafonds = catalogue.plafonds.iter();
        plafonds
            .find(|p| p.debut <= day && p.fin.is_none_or(|fin| day <= fin))
            .map(|p| p.montant_centimes)
    };
    for (day, montant) in [
        ("2017-01-01", Some(47_095)),
        ("2018-04-01", Some(48_482)),
        ("2021-04-01", Some(49_750)),
        ("2022-02-01", Some(49_750)),
        ("2022-03-01", Some(50_000)),
        ("2030-01-01", Some(56_168)),
        ("2016-08-31", None),
    ] {
        assert_eq!(on(day.parse().unwrap()), montant, "{day}");
    }
}

#[test]
fn the_builtin_catalogue_is_whole() {
    let catalogue = Catalogue::builtin().unwrap_or_else(|error| panic!("{error}"));
    for famille in FAMILLES {
        assert!(catalogue.regles.iter().any(|regle| regle.famille == famille), "{famille}");
    }
    assert!(!catalogue.indicateurs.is_empty());
    for vue in ["dossier", "passage", "evenement", "proposition", "situation", "allocation"] {
        assert!(catalogue.vues.iter().any(|known| known.nom == vue), "{vue}");
    }
    assert!(catalogue.regles.is_sorted_by(|left, right| left.code < right.code));
    assert!(catalogue.indicateurs.is_sorted_by(|left, right| left.code < right.code));
}

#[test]
fn a_directory_overlays_the_builtin_catalogue() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("profils")).unwrap();
    let profil = "nom = \"Lyon\"\n[tables.dossiers.colonnes]\ndossier_id = [\"Zébulon\"]\n";
    fs::write(dir.path().join("profils/lyon.toml"), profil).unwrap();
    let plafonds = "plafonds = [{ debut = 2016-01-01, montant = \"1.00\" }]\n";
    fs::write(dir.path().join("plafonds.toml"), plafonds).unwrap();
    fs::write(dir.path().join("LISEZMOI.txt"), "rien").unwrap();
    let catalogue = Catalogue::with_overlay(dir.path()).unwrap();
    let dossiers = find("dossiers").unwrap();
    let column = catalogue.recognise_header(dossiers, "zebulon");
    assert_eq!(column.map(|column| column.name), Some("dossier_id"));
    assert_eq!(catalogue.plafonds.len(), 1);
    let error = Catalogue::with_overlay(&dir.path().join("absent")).unwrap_err();
    assert!(error.raison.contains("ne peut pas être lu"), "{error}");
}

#[test]
fn each_indicator_of_the_state_has_its_dossiers_or_says_why_not() {
    let catalogue = Catalogue::builtin().unwrap();
    let moved: BTreeSet<String> = catalogue
        .regles
        .iter()
        .flat_map(|regle| catalogue.effets(regle))
        .filter(|effet| effet.numerateur > 0)
        .map(|effet| effet.indicateur)
        .collect();
    let framed = catalogue
        .indicateurs
        .iter()
        .filter(|own| own.cadre.iter().any(|numero| numero.to_string().starts_with('P')));
    let mut silent = Vec::new();
    let mut seen = 0;
    for own in framed {
        seen += 1;
        if !moved.contains(&own.code) && own.hors_dossiers.is_none() {
            silent.push(own.code.as_str());
        }
    }
    assert!(seen >= 10 && silent.is_empty(), "{seen} {silent:?}");
    // The median is moved by no row: it says so.
    let median = catalogue.indicateurs.iter().find(|own| own.code == "DIA-D").unwrap();
    assert!(!moved.contains("DIA-D") && median.hors_dossiers.is_some());
}
