//! The command contract, kept by the real binary: accounting, exit status, idempotence, death at
//! any moment, and names that are nowhere but in the vault.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use jiff::civil::date;
use mallette_catalogue::Catalogue;
use mallette_synth::{Demande, Format};
use serde_json::Value;

fn mallette() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    // Master keys of the tests stay out of the home of who runs them.
    command.env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"));
    command.env("RUST_BACKTRACE", "0");
    command
}

fn run(arguments: &[&str]) -> Output {
    mallette().args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn import(files: &Path, donnees: &Path) -> Value {
    json(&run(&["importer", text(files), "--donnees", text(donnees), "--format", "json"]))
}

fn checked(donnees: &Path) -> Value {
    json(&run(&["controler", "--donnees", text(donnees), "--liste", "--format", "json"]))
}

fn generate(
    sortie: &Path,
    structures: usize,
    dossiers: u64,
    format: Format,
) -> mallette_synth::Bilan {
    let demande = Demande {
        sortie: sortie.to_owned(),
        structures,
        dossiers,
        graine: 7,
        format,
        date_extraction: date(2019, 11, 4),
    };
    mallette_synth::generate(&demande, &mut |_, _| {}).unwrap()
}

struct Essai {
    dir: tempfile::TempDir,
}

impl Essai {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }
}

#[test]
fn what_the_field_sends_is_counted_to_the_line() {
    let essai = Essai::new();
    let (files, donnees) = (essai.path("terrain"), essai.path("donnees"));
    let planted = generate(&files, 12, 500, Format::Terrain).attendus;
    let report = import(&files, &donnees);
    for (relative, expected) in &planted {
        // A sheet of a workbook is written « classeur.xlsx#Feuille ».
        let (file, feuille) = match relative.split_once('#') {
            Some((file, feuille)) => (file, Some(feuille)),
            None => (relative.as_str(), None),
        };
        let chemin = files.join(file);
        let here = |of_file: &Value, of_sheet: &Value| {
            of_file == text(&chemin) && of_sheet.as_str() == feuille
        };
        let sum = |key: &str| -> u64 {
            let all = report["fichiers"].as_array().unwrap().iter();
            all.filter(|f| here(&f["chemin"], &f["feuille"]))
                .map(|f| f[key].as_u64().unwrap())
                .sum()
        };
        assert_eq!(sum("lues"), expected.lues, "{relative}");
        assert_eq!(sum("acceptees"), expected.acceptees, "{relative}");
        assert_eq!(sum("rejetees"), expected.rejetees, "{relative}");
        assert_eq!(sum("doublons_identiques"), expected.doublons_identiques, "{relative}");
        let ignored = report["ignorees"].as_array().unwrap().iter();
        let ignored =
            ignored.filter(|line| here(&line["fichier"], &line["feuille"])).count() as u64;
        assert_eq!(ignored, expected.ignorees, "{relative}");
    }
    assert!(!planted.is_empty());
}

#[test]
fn both_forms_of_a_region_give_the_same_figures() {
    let essai = Essai::new();
    let mut verdicts = Vec::new();
    for (name, format) in [("canonique", Format::Canonique), ("terrain", Format::Terrain)] {
        let (files, donnees) = (essai.path(name), essai.path(&format!("d-{name}")));
        generate(&files, 6, 300, format);
        import(&files, &donnees);
        let figures = json(&run(&[
            "indicateurs",
            "--donnees",
            text(&donnees),
            "--periode",
            "2019",
            "--format",
            "json",
        ]));
        verdicts.push(figures);
    }
    // The field form plants lines that are refused or replaced on purpose: what is left of a
    // centre differs by those lines only, so the counts are close, and the keys the same.
    let keys = |figures: &Value| -> Vec<String> {
        let all = figures["valeurs"].as_array().unwrap().iter();
        all.filter(|v| v["niveau"] == "structure")
            .map(|v| format!("{}{}", v["code"], v["cle"]))
            .collect()
    };
    assert_eq!(keys(&verdicts[0]), keys(&verdicts[1]));
    assert!(!keys(&verdicts[0]).is_empty());
}

#[test]
fn the_figure_is_the_length_of_its_list() {
    let essai = Essai::new();
    let (files, donnees) = (essai.path("region"), essai.path("donnees"));
    generate(&files, 5, 400, Format::Canonique);
    import(&files, &donnees);
    let verdict = checked(&donnees);
    let mut caught = 0;
    for regle in verdict["regles"].as_array().unwrap() {
        let list = regle["objets"].as_array().unwrap();
        assert_eq!(regle["anomalies"].as_u64().unwrap(), list.len() as u64, "{}", regle["code"]);
        let by_centre = regle["par_structure"].as_object().unwrap();
        assert_eq!(by_centre.len(), 5);
        for (centre, count) in by_centre {
            let own = list.iter().filter(|objet| objet["structure_id"] == centre.as_str()).count();
            assert_eq!(count.as_u64().unwrap(), own as u64, "{} {centre}", regle["code"]);
        }
        assert!(regle["evalues"].as_u64() >= regle["anomalies"].as_u64());
        caught += list.len();
    }
    assert!(caught > 100);
    // Lists give the numbers of the files, not the pseudonyms of the tables.
    let numbers = fs::read_to_string(files.join("dossiers.csv")).unwrap();
    let dos04 =
        verdict["regles"].as_array().unwrap().iter().find(|r| r["code"] == "DOS-04").unwrap();
    for objet in dos04["objets"].as_array().unwrap() {
        assert!(numbers.contains(&format!(";{};", objet["id"].as_str().unwrap())));
    }
}

#[test]
fn the_same_import_twice_changes_nothing() {
    let essai = Essai::new();
    let (files, donnees) = (essai.path("region"), essai.path("donnees"));
    generate(&files, 3, 90, Format::Canonique);
    let first = import(&files, &donnees);
    let before = checked(&donnees);
    let second = import(&files, &donnees);
    assert!(first["version"].is_string());
    assert_eq!(first["version"], second["version"], "the version in service is said");
    assert_eq!(first["fichiers"], second["fichiers"]);
    assert!(before == checked(&donnees));
}

#[test]
fn what_is_refused_to_the_last_line_is_not_said_to_be_there_already() {
    let essai = Essai::new();
    let (files, donnees) = (essai.path("region"), essai.path("donnees"));
    fs::create_dir(&files).unwrap();
    let dossiers = "structure_id;dossier_id;conseiller_id\n99999;D1;C1\n99999;D2;C1\n";
    fs::write(files.join("dossiers_2019-11-04.csv"), dossiers).unwrap();
    let told = run(&["importer", text(&files), "--donnees", text(&donnees)]);
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    assert!(told.contains("2 lues = 0 acceptées + 2 rejetées"), "{told}");
    assert!(told.contains("Aucune ligne n'a pu être gardée"), "{told}");
    assert!(!told.contains("déjà là"), "{told}");
}

#[test]
fn exit_status_and_words_tell_usage_from_data() {
    let essai = Essai::new();
    let donnees = essai.path("donnees");
    for (arguments, status, said) in [
        (vec!["controler", "--donnees", "/nulle/part"], 1, "/nulle/part"),
        (vec!["controler"], 2, "--donnees"),
        (vec!["indicateurs", "--donnees", text(&donnees), "--periode", "19"], 2, "période"),
        (vec!["importer", "/nulle/part.csv", "--donnees", text(&donnees)], 1, "/nulle/part.csv"),
        (vec!["servir", "--donnees", text(&donnees), "--adresse", "0.0.0.0:1"], 2, "0.0.0.0:1"),
        (vec!["inconnue"], 2, "inconnue"),
    ] {
        let output = run(&arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?} {stderr}");
        assert!(stderr.contains(said), "{arguments:?} {stderr}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let files = essai.path("region");
    generate(&files, 2, 40, Format::Canonique);
    import(&files, &donnees);
    let output = run(&["controler", "--donnees", text(&donnees), "--regle", "XXX-99"]);
    assert_eq!(output.status.code(), Some(2));
    let output = run(&["controler", "--donnees", text(&donnees), "--format", "xlsx"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_name_is_nowhere_but_sealed() {
    let essai = Essai::new();
    let (files, donnees) = (essai.path("region"), essai.path("donnees"));
    fs::create_dir_all(&files).unwrap();
    let write = |name: &str, content: &str| fs::write(files.join(name), content).unwrap();
    write(
        "dossiers.csv",
        "structure_id;dossier_id;nom;prenom;date_naissance;commentaire\n\
         69382S00;D1;ZQCANARINOM;ZQCANARIPRENOM;2000-01-01;ZQCANARILIBRE\n\
         69382S00;D2;ZQCANARINOM;ZQCANARIPRENOM;2000-01-01;ZQCANARILIBRE\n\
         69382S00;D3;X;Y;ZQCANARIDATE;\n",
    );
    write(
        "conseillers.csv",
        "structure_id;conseiller_id;nom;prenom\n69382S00;C1;ZQCANARICONSEILLER;ZQCANARIPRENOM\n",
    );
    write(
        "situations.csv",
        "structure_id;situation_id;dossier_id;categorie;organisme\n69382S00;S1;D1;EMPLOI;ZQCANARIPATRON\n",
    );
    write(
        "allocations.csv",
        "structure_id;allocation_id;dossier_id;montant;motif\n69382S00;A1;D1;10;ZQCANARIMOTIF\n",
    );
    let output = run(&[
        "importer",
        text(&files),
        "--donnees",
        text(&donnees),
        "--date-extraction",
        "2019-11-04",
        "--format",
        "json",
    ]);
    let report = json(&output);
    assert_eq!(report["rejets"][0]["valeur"], "ZQCANARIDATE", "the person sees what was refused");
    assert!(!String::from_utf8_lossy(&output.stderr).contains("ZQCANARI"));
    let verdict = checked(&donnees);
    let dos08 =
        verdict["regles"].as_array().unwrap().iter().find(|r| r["code"] == "DOS-08").unwrap();
    assert_eq!(dos08["anomalies"], 2, "names are compared without being read");
    let mut files_seen = 0;
    each_file(&donnees, &mut |path, bytes| {
        files_seen += 1;
        let found = bytes.windows(8).any(|window| window.eq_ignore_ascii_case(b"ZQCANARI"));
        assert!(!found, "a name stands in {}", path.display());
        for number in [&b"\x02\x00\x00\x00D1"[..], b"\"D1\"", b";D1;"] {
            let found = bytes.windows(number.len()).any(|window| window == number);
            assert!(!found, "a dossier number stands in {}", path.display());
        }
    });
    // Keys, registry, four tables and their vaults, the account of the version, refused lines.
    assert!(files_seen > 12, "{files_seen}");
}

fn each_file(dir: &Path, visit: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, visit);
        } else {
            visit(&path, &fs::read(&path).unwrap());
        }
    }
}

#[test]
fn an_import_killed_at_any_moment_leaves_the_previous_version_served() {
    let essai = Essai::new();
    let (old, new, donnees) = (essai.path("ancien"), essai.path("nouveau"), essai.path("donnees"));
    generate(&old, 4, 120, Format::Canonique);
    generate(&new, 4, 400, Format::Canonique);
    import(&old, &donnees);
    let before = checked(&donnees);
    let mut survived = 0;
    for delay in [5, 20, 60, 120, 250, 400, 600, 900] {
        let mut child = mallette()
            .args(["importer", text(&new), "--donnees", text(&donnees)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        let finished = child.try_wait().unwrap().is_some();
        child.kill().unwrap();
        child.wait().unwrap();
        let now = checked(&donnees);
        if finished {
            assert!(before != now);
            break;
        }
        survived += 1;
        if before != now {
            // The transaction was done when the blow fell: the new version is there, whole.
            break;
        }
        let leftovers = fs::read_dir(donnees.join("en_cours")).unwrap().count();
        assert_eq!(leftovers, 0, "the next start is clean");
    }
    assert!(survived > 0);
    import(&new, &donnees);
    let fresh = essai.path("neuf");
    import(&new, &fresh);
    assert!(checked(&fresh) == checked(&donnees), "a new import is as a first one");
}

#[test]
fn a_full_disk_is_said_and_changes_nothing() {
    let essai = Essai::new();
    let (old, new, donnees) = (essai.path("ancien"), essai.path("nouveau"), essai.path("donnees"));
    generate(&old, 2, 40, Format::Canonique);
    generate(&new, 2, 4000, Format::Canonique);
    import(&old, &donnees);
    let before = checked(&donnees);
    // Files of at most 64 KiB: the writes beyond fail as they do on a full disk.
    let script = "ulimit -f 64; trap '' XFSZ; exec \"$0\" importer \"$1\" --donnees \"$2\"";
    let output = Command::new("bash")
        .args(["-c", script, env!("CARGO_BIN_EXE_mallette"), text(&new), text(&donnees)])
        .env("MALLETTE_CLE_DOSSIER", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("Erreur"), "{stderr}");
    assert!(before == checked(&donnees));
}

#[test]
fn two_imports_at_once_are_one_after_the_other_or_refused() {
    let essai = Essai::new();
    let (files, donnees) = (essai.path("region"), essai.path("donnees"));
    generate(&files, 3, 600, Format::Canonique);
    let start = || {
        mallette()
            .args(["importer", text(&files), "--donnees", text(&donnees), "--format", "json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let (first, second) = (start(), start());
    let outputs = [first.wait_with_output().unwrap(), second.wait_with_output().unwrap()];
    let done = outputs.iter().filter(|output| output.status.success()).count();
    assert!(done >= 1);
    for output in outputs.iter().filter(|output| !output.status.success()) {
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("import est en cours"), "{stderr}");
    }
    let known = Catalogue::builtin().unwrap().regles.len();
    assert_eq!(checked(&donnees)["regles"].as_array().unwrap().len(), known);
}

#[test]
fn help_is_in_french_and_completions_are_written() {
    let help = run(&["--help"]);
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    for word in ["Usage :", "Commandes", "importer", "controler", "servir"] {
        assert!(help.contains(word), "{help}");
    }
    for shell in ["bash", "zsh", "fish", "powershell"] {
        assert!(!run(&["completions", shell]).stdout.is_empty());
    }
}
