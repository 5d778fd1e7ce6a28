//! What a person meets in a terminal, told by the real binary: French throughout, texts that are
//! complete, CSV with the cells of the workbook, unknown columns mapped, a wrong catalogue refused.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::civil::date;
use mallette_synth::{Demande, Format};
use serde_json::Value;

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    // Master keys of the tests stay out of the home of who runs them.
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    command.env("RUST_BACKTRACE", "0").args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The standard output of a command that must succeed.
fn said(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?} {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&said(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// The standard error of a command that must fail with that status, and write nothing else.
fn refused(arguments: &[&str], status: i32) -> String {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(status), "{arguments:?} {}", stderr(&output));
    assert!(output.stdout.is_empty(), "{arguments:?}");
    stderr(&output)
}

/// A small region, imported.
struct Region {
    dir: tempfile::TempDir,
}

impl Region {
    fn empty() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn imported() -> Self {
        let region = Self::empty();
        let demande = Demande {
            sortie: region.path("extraits"),
            structures: 3,
            dossiers: 240,
            graine: 11,
            format: Format::Canonique,
            date_extraction: date(2019, 11, 4),
        };
        mallette_synth::generate(&demande, &mut |_, _| {}).unwrap();
        said(&["importer", text(&demande.sortie), "--donnees", &region.donnees()]);
        region
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn donnees(&self) -> String {
        text(&self.path("donnees")).to_owned()
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// Records of a CSV: after its byte-order mark, without quoted cells.
fn records(csv: &str) -> Vec<Vec<&str>> {
    let rows = csv.strip_prefix('\u{feff}').unwrap();
    rows.lines().map(|line| line.split(';').collect()).collect()
}

#[test]
fn what_cannot_be_generated_is_wrong_usage() {
    let region = Region::empty();
    let sortie = region.path("sortie");
    for (option, value, raison) in [
        ("--structures", "0", "de 1 à"),
        ("--structures", "99999", "de 1 à"),
        ("--dossiers", "50000001", "maximum"),
        ("--date-extraction", "1999-12-31", "2018"),
        ("--date-extraction", "2019-02-29", "AAAA-MM-JJ"),
        ("--graine", "-1", "n'existe pas ici"),
    ] {
        let error = refused(&["generer", "--sortie", text(&sortie), option, value], 2);
        assert!(error.starts_with("Erreur : ") && error.contains(raison), "{error}");
    }
    assert!(!sortie.exists());
}

#[test]
fn help_goes_out_and_mistakes_go_to_the_error() {
    for arguments in [vec!["--help"], vec!["-h"], vec!["controler", "--help"], vec!["--version"]] {
        let out = said(&arguments);
        assert!(!out.is_empty());
    }
    let error = refused(&[], 2);
    assert!(error.contains("Usage : mallette <COMMANDE>"), "{error}");
    let error = refused(&["controler", "--donnes", "x"], 2);
    for words in ["Erreur : ", "« --donnees »", "Usage : mallette controler", "controler --help"]
    {
        assert!(error.contains(words), "{words} {error}");
    }
    let error = refused(&["importer", "x", "--donnees", "y", "--format", "xlsx"], 2);
    assert!(error.contains("texte, json"), "{error}");
}

#[test]
fn the_list_of_a_rule_is_told_in_text_and_csv() {
    let region = Region::imported();
    let donnees = region.donnees();
    let verdict = json(&["controler", "--donnees", &donnees, "--liste"]);
    let regles = verdict["regles"].as_array().unwrap();
    let full = said(&["controler", "--donnees", &donnees, "--liste"]);
    let mut caught = 0;
    for regle in regles {
        let (code, objets) = (regle["code"].as_str().unwrap(), regle["objets"].as_array().unwrap());
        caught += objets.len();
        let section = full.split(&format!("\n{code} : ")).nth(1);
        assert_eq!(section.is_some(), !objets.is_empty(), "{code}");
        let Some(section) = section else { continue };
        // Title, headers, then one line per object, until a blank line.
        let lines: Vec<&str> = section.lines().take_while(|line| !line.is_empty()).collect();
        assert_eq!(lines.len(), 2 + objets.len(), "{code}");
        for objet in objets {
            let dossier = objet["dossier_id"].as_str().or(objet["id"].as_str()).unwrap();
            let found = lines.iter().any(|line| {
                line.contains(objet["structure_id"].as_str().unwrap()) && line.contains(dossier)
            });
            assert!(found, "{code} {objet}");
        }
    }
    assert!(caught > 50);
    let short = said(&["controler", "--donnees", &donnees]);
    assert!(full.starts_with(&short) && full.len() > short.len());

    let csv = said(&["controler", "--donnees", &donnees, "--format", "csv"]);
    let rows = records(&csv);
    let lacking = "Centres sans table nécessaire";
    assert_eq!(rows[0], ["Code", "Règle", "Gravité", "Évalués", "Anomalies", lacking]);
    let counts: BTreeMap<&str, &str> = rows[1..].iter().map(|row| (row[0], row[4])).collect();
    for regle in regles {
        assert_eq!(counts[regle["code"].as_str().unwrap()], regle["anomalies"].to_string());
    }
    let csv = said(&["controler", "--donnees", &donnees, "--liste", "--format", "csv"]);
    assert_eq!(records(&csv).len(), 1 + caught);
}

#[test]
fn figures_of_the_region_come_first() {
    let region = Region::imported();
    let donnees = region.donnees();
    let ask = |more: &[&str]| {
        said(&[&["indicateurs", "--donnees", &donnees, "--periode", "2019"][..], more].concat())
    };
    let regional = ask(&[]);
    let (covered, figures) = regional.split_once('\n').unwrap();
    assert!(covered.starts_with("3\u{a0}centres sur "), "{regional}");
    assert!(
        figures.starts_with("Indicateurs du 01/01/2019 au 31/12/2019\n\nRégion "),
        "{regional}"
    );
    assert!(!regional.contains("Conseiller") && !regional.contains("Centre "), "{regional}");
    assert!(regional.contains("Autres niveaux : --niveau "), "{regional}");
    assert_eq!(regional.matches("  ACC-N ").count(), 1, "{regional}");
    let centres = ask(&["--niveau", "structure"]);
    assert_eq!(centres.matches("\nCentre ").count(), 3, "{centres}");
    assert_eq!(centres.matches("  ACC-N ").count(), 3);

    let all = json(&["indicateurs", "--donnees", &donnees, "--periode", "2019", "--boite"]);
    let (valeurs, boites) = (all["valeurs"].as_array().unwrap(), all["boites"].as_array().unwrap());
    let boxes = ask(&["--code", "PAC-P", "--boite"]);
    let (_, drawn) = boxes.split_once("Boîtes à moustaches").unwrap();
    let groups = boites.iter().filter(|boite| boite["code"] == "PAC-P").count();
    assert!(groups > 0);
    assert_eq!(drawn.matches("médiane").count(), groups, "{drawn}");

    let csv = ask(&["--format", "csv"]);
    let rows = records(&csv);
    assert_eq!(rows[0][..4], ["Code", "Indicateur", "Niveau", "Clé"]);
    assert_eq!(rows.len(), 1 + valeurs.len());
    let csv = ask(&["--format", "csv", "--boite"]);
    let rows = records(&csv);
    assert_eq!(rows[0][8], "Médiane");
    assert_eq!(rows.len(), 1 + boites.len());
    let sheet = region.path("i.xlsx");
    ask(&["--boite", "--format", "xlsx", "--sortie", text(&sheet)]);
    assert!(fs::read(sheet).unwrap().starts_with(b"PK"));
}

#[test]
fn an_extract_before_the_period_is_no_zero() {
    let region = Region::imported();
    let donnees = region.donnees();
    let ask = ["indicateurs", "--donnees", &donnees, "--periode", "2021"];
    let output = run(&ask);
    assert!(output.status.success());
    assert!(stderr(&output).contains("antérieure à la période"), "{}", stderr(&output));
    assert!(String::from_utf8(output.stdout).unwrap().ends_with("\nAucun chiffre.\n"));
    assert!(json(&ask)["valeurs"].as_array().unwrap().is_empty());
}

#[test]
fn an_unknown_column_is_mapped_replaced_and_forgotten() {
    let region = Region::empty();
    let donnees = region.donnees();
    region.write(
        "dossiers.csv",
        "structure_id;Repère du jeune;Date de naissance;Matière\n\
         69382S00;J1;2000-01-01;x\n69382S00;J2;2001-01-01;y\n",
    );
    let files = region.path("dossiers.csv");
    let import =
        ["importer", text(&files), "--donnees", &donnees, "--date-extraction", "2019-11-04"];
    let map = |more: &[&str]| {
        run(&[&["correspondance", "--donnees", &donnees, "--table", "dossiers"][..], more].concat())
    };
    assert!(refused(&["correspondance", "--donnees", &donnees], 1).contains("n'existe pas"));

    // Without its key no line can be kept; what to do is said.
    let output = run(&import);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let report = String::from_utf8(output.stdout).unwrap();
    let command = format!(
        "mallette correspondance --donnees {donnees} --table dossiers --entete \"Repère du jeune\" \
         --colonne "
    );
    assert_eq!(report.matches(&command).count(), 1, "{report}");
    assert!(report.contains("--entete Matière --colonne"), "{report}");

    let kept = map(&["--entete", "Repère du jeune", "--colonne", "antenne"]);
    assert!(kept.status.success(), "{}", stderr(&kept));
    // A wrong mapping is replaced.
    assert!(map(&["--entete", "REPERE DU JEUNE", "--colonne", "dossier_id"]).status.success());
    let list = json(&["correspondance", "--donnees", &donnees]);
    let list = list["correspondances"].as_array().unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(
        (&list[0]["entete"], &list[0]["colonne"]),
        (&"REPERE DU JEUNE".into(), &"dossier_id".into())
    );
    let report = json(&import);
    assert_eq!(report["fichiers"][0]["acceptees"], 2);
    assert_eq!(report["colonnes_inconnues"].as_array().unwrap().len(), 1);

    for (arguments, status, raison) in [
        (vec!["--entete", "Date de naissance", "--colonne", "antenne"], 1, "désigne déjà"),
        (vec!["--entete", "Matière", "--colonne", "matiere"], 2, "Ses colonnes : structure_id"),
        (vec!["--entete", "Matière"], 2, "--colonne COLONNE"),
        (vec!["--entete", "Matière", "--oublier"], 1, "Aucune correspondance"),
    ] {
        let output = map(&arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?} {}", stderr(&output));
        assert!(stderr(&output).contains(raison), "{}", stderr(&output));
    }
    let forgotten = map(&["--entete", "Repère du jeune", "--oublier"]);
    assert_eq!(forgotten.stdout, "Aucune correspondance retenue.\n".as_bytes());
    let second = run(&[&import[..], &["--format", "json"]].concat());
    assert_eq!(second.status.code(), Some(1), "the key is unknown again");
}

const REGLE: &str = r#"
code = "LOC-01"
titre = "Règle du réseau"
famille = "dossier"
vue = "dossier"
gravite = "medium"
source = "Essai"
applicable = "NOT orphelin AND qpv = 'jamais'"
evaluable = "qpv IS NOT NULL"
condition = "niveau_formation > 2"
message = "m"
pourquoi = "p"
correction = "c"
[[exemples]]
attendu = true
valeurs = { qpv = "jamais", niveau_formation = 3 }
[[exemples]]
attendu = false
valeurs = { qpv = "jamais", niveau_formation = 2 }
"#;

#[test]
fn a_wrong_catalogue_is_told_with_its_file_its_key_and_the_reason() {
    let region = Region::imported();
    let (donnees, place) = (region.donnees(), "donnees/catalogue/regles/LOC-01.toml");
    let check = ["controler", "--donnees", &donnees];
    for (old, new, said) in [
        ("titre =", "titer =", vec!["« regles/LOC-01.toml »", "clé « titre »"]),
        ("\"medium\"", "\"grave\"", vec!["« regles/LOC-01.toml »", "clé « gravite »"]),
        (
            "niveau_formation > 2",
            "niveau_de_formation > 2",
            vec!["regles/LOC-01.toml, clé « condition »", "expression SQL est refusée"],
        ),
        ("niveau_formation = 3", "niveau_formation = 1", vec!["LOC-01.toml, exemple 1"]),
        ("code = ", "code == ", vec!["« regles/LOC-01.toml »"]),
    ] {
        let wrong = REGLE.replacen(old, new, 1);
        assert_ne!(wrong, REGLE);
        region.write(place, &wrong);
        let error = refused(&check, 1);
        for words in said.into_iter().chain(["Erreur : ", "ou le retirer", "/catalogue"]) {
            assert!(error.contains(words), "{words}\n{error}");
        }
    }
    fs::remove_file(region.path(place)).unwrap();
    region.write("donnees/catalogue/regle/LOC-01.toml", REGLE);
    assert!(refused(&check, 1).contains("regle/LOC-01.toml"));
    fs::remove_file(region.path("donnees/catalogue/regle/LOC-01.toml")).unwrap();
    assert!(!said(&check).contains("LOC-01"));
}

#[test]
fn a_rule_that_evaluates_nothing_says_so() {
    let region = Region::imported();
    let donnees = region.donnees();
    region.write("donnees/catalogue/regles/LOC-01.toml", REGLE);
    let verdict = json(&["controler", "--donnees", &donnees, "--regle", "LOC-01"]);
    let regle = &verdict["regles"].as_array().unwrap()[0];
    assert_eq!((&regle["evalues"], &regle["anomalies"]), (&0.into(), &0.into()));
    let text = said(&["controler", "--donnees", &donnees]);
    let line = text.lines().find(|line| line.trim_start().starts_with("LOC-01")).unwrap();
    assert!(line.contains("aucun objet à juger") && line.contains("Règle du réseau"), "{line}");
}
