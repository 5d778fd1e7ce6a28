//! `mallette sauvegarder` and `mallette restaurer`.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mallette_synth::{Demande, Format};

use super::essai::{CANARI, Essai, GRENOBLE, LYON, NUMERO, PHRASE, Pages, files, holds, said};

#[test]
fn a_backup_made_during_an_import_gives_back_one_state_to_the_byte() {
    let essai = Essai::new();
    essai.import("2019-10-04", &[LYON, GRENOBLE], 40);
    let before = essai.verdict("donnees");
    let demande = Demande {
        sortie: essai.path("extraits"),
        structures: 8,
        dossiers: 2_500,
        graine: 3,
        format: Format::Canonique,
        date_extraction: jiff::civil::date(2019, 11, 4),
    };
    mallette_synth::generate(&demande, &mut |_, _| {}).unwrap();
    // For a public key: a passphrase takes seconds of work on purpose.
    let secret = essai.text("secrete");
    let publique = essai.done(&["cle", "paire", "--sortie", &secret]).0;
    let closed = ["--destinataire", publique.trim()];
    let (from, donnees) = (essai.text("extraits"), essai.text("donnees"));
    let mut command = essai.command(&["importer", &from, "--donnees", &donnees]);
    let mut import = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    let under_way = || fs::read_dir(essai.path("donnees/en_cours")).unwrap().next().is_some();
    while !under_way() {
        assert!(start.elapsed() < Duration::from_secs(120), "the import does not start");
        assert!(import.try_wait().unwrap().is_none(), "the import ended too early");
    }
    let (out, told) = essai.save("pendant.age", &closed);
    let overlapped = import.try_wait().unwrap().is_none();
    assert!(import.wait().unwrap().success());
    assert!(overlapped, "the backup was to be done while the import runs");
    assert!(out.contains("relue en entier"), "{out}");
    assert!(told.contains("n'est pas dans la sauvegarde"), "{told}");
    essai.save("apres.age", &closed);
    let after = essai.verdict("donnees");
    assert_ne!(before, after);

    for (backup, state) in [("pendant", &before), ("apres", &after)] {
        let (from, to) = (essai.text(&format!("{backup}.age")), essai.text(backup));
        let asked = ["restaurer", &from, "--donnees", &to, "--cle-secrete-fichier", &secret];
        let (out, told) = essai.done(&asked);
        assert!(out.contains("restaurée dans"), "{out}");
        assert!(told.contains("est là") && told.matches("bon  ").count() == 4, "{told}");
        assert!(essai.verdict(backup) == *state, "{backup}");
    }
    // No copy of the store is left, nor anything half written.
    let names = files(essai.dir.path());
    let left = |path: &std::path::PathBuf| {
        let path = path.to_string_lossy();
        path.contains("/sauvegarde-") || path.contains(".partiel") || path.contains("restauration-")
    };
    assert_eq!(names.iter().find(|path| left(path)), None);
}

#[test]
fn no_byte_of_a_backup_nor_of_the_data_directory_names_a_young_person() {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    essai.done(&["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", "zoe@ml.fr"]);
    essai.import("2019-11-04", &[LYON], 30);
    essai.save("s.age", &["--avec-cle-maitresse"]);
    let mut looked = 0;
    let mut all = files(&essai.path("donnees"));
    all.insert(essai.path("s.age"));
    for path in &all {
        looked += 1;
        for secret in [CANARI, NUMERO, &CANARI.to_uppercase(), PHRASE] {
            assert!(!holds(path, secret.as_bytes()), "{secret} in {}", path.display());
        }
    }
    assert!(looked > 5, "{looked}");
    assert!(!holds(&essai.path("s.age"), b"zoe@ml.fr") && !holds(&essai.path("s.age"), b"SQLite"));
    // What is looked for can be found.
    assert!(holds(&essai.path("dossiers_2019-11-04.csv"), CANARI.as_bytes()));
    assert!(all.iter().any(|path| holds(path, b"zoe@ml.fr")));
}

#[test]
fn what_is_not_to_be_trusted_is_refused_and_leaves_nothing() {
    let essai = Essai::new();
    essai.import("2019-11-04", &[LYON], 12);
    essai.save("s.age", &[]);
    let (phrase, to) = (essai.text("phrase"), essai.text("neuf"));
    let restore = |backup: &str, status: i32| {
        let from = essai.text(backup);
        let asked = ["restaurer", &from, "--donnees", &to, "--phrase-de-passe-fichier", &phrase];
        let told = essai.refused(&asked, status);
        assert!(!essai.path("neuf").exists(), "{told}");
        told
    };
    let sound = fs::read(essai.path("s.age")).unwrap();
    for rank in [3, 60, sound.len() / 3, sound.len() / 2, sound.len() - 1] {
        let mut bytes = sound.clone();
        bytes[rank] ^= 1;
        fs::write(essai.path("abimee.age"), bytes).unwrap();
        let told = restore("abimee.age", 1);
        let said = ["abîmée", "n'est pas une sauvegarde", "ne s'ouvre pas"];
        assert!(said.iter().any(|words| told.contains(words)), "{rank} {told}");
    }
    fs::write(essai.path("coupee.age"), &sound[..sound.len() * 2 / 3]).unwrap();
    assert!(restore("coupee.age", 1).contains("coupée"));
    fs::write(essai.path("autre.age"), "pas une sauvegarde").unwrap();
    assert!(restore("autre.age", 1).contains("n'est pas une sauvegarde de Mallette"));
    assert!(restore("absente.age", 1).contains("n'existe pas"));
    let kept = fs::read_to_string(&phrase).unwrap();
    fs::write(&phrase, "une autre phrase bien longue").unwrap();
    let told = restore("s.age", 1);
    assert!(told.contains("la phrase de passe ou la clé n'est pas la bonne"), "{told}");
    fs::write(&phrase, kept).unwrap();

    let from = essai.text("s.age");
    let told = essai.refused(&["restaurer", &from, "--donnees", &to], 2);
    assert!(told.contains("--cle-secrete-fichier") && told.contains("MALLETTE_SAUVEGARDE_PHRASE"));
    let full = essai.text("donnees");
    let asked = ["restaurer", &from, "--donnees", &full, "--phrase-de-passe-fichier", &phrase];
    assert!(essai.refused(&asked, 1).contains("n'est pas vide"));
    let asked = ["restaurer", &from, "--a-blanc", "--phrase-de-passe-fichier", &phrase];
    assert!(essai.done(&asked).0.contains("sans faute"));
    assert!(!essai.path("neuf").exists());
}

#[test]
fn what_cannot_be_saved_is_told_before_anything_is_written() {
    let essai = Essai::new();
    let (donnees, phrase) = (essai.text("donnees"), essai.text("phrase"));
    let save = |to: &str, more: &[&str], status: i32| {
        let to = essai.text(to);
        let asked = ["sauvegarder", "--donnees", &donnees, "--sortie", &to];
        essai.refused(&[&asked, more].concat(), status)
    };
    let closed: &[&str] = &["--phrase-de-passe-fichier", &phrase];
    assert!(save("s.age", closed, 1).contains("n'existe pas"));
    fs::create_dir(essai.path("donnees")).unwrap();
    assert!(save("s.age", closed, 1).contains("la base"));
    essai.import("2019-11-04", &[LYON], 3);
    assert!(save("s.age", &[], 2).contains("--destinataire"));
    assert!(save("s.age", &["--destinataire", "age1faux"], 1).contains("age1faux"));
    assert!(save("donnees/s.age", closed, 2).contains("dans le dossier de données"));
    assert!(save("absent/s.age", closed, 1).contains("absent"));
    fs::write(essai.path("courte"), "courte").unwrap();
    let short = essai.text("courte");
    assert!(save("s.age", &["--phrase-de-passe-fichier", &short], 1).contains("trop courte"));
    assert!(!essai.path("s.age").exists());
    essai.save("s.age", &[]);
    let kept = fs::read(essai.path("s.age")).unwrap();
    assert!(save("s.age", closed, 1).contains("existe déjà"));
    assert_eq!(fs::read(essai.path("s.age")).unwrap(), kept);
    // A version that lost a file is not saved as if it were whole.
    let vault = files(&essai.path("donnees/versions"));
    let vault = vault.iter().find(|path| path.ends_with("coffre/dossiers.bin")).unwrap();
    fs::remove_file(vault).unwrap();
    let told = save("t.age", closed, 1);
    assert!(told.contains(vault.to_str().unwrap()), "{told}");
    assert!(!essai.path("t.age").exists());
}

#[test]
fn the_phrase_may_come_from_the_environment_and_the_key_from_a_pair() {
    let essai = Essai::new();
    essai.import("2019-11-04", &[LYON], 3);
    let state = essai.verdict("donnees");
    let (donnees, to) = (essai.text("donnees"), essai.text("phrase.age"));
    let with = |arguments: &[&str]| {
        let mut command = essai.command(arguments);
        let output = command.env("MALLETTE_SAUVEGARDE_PHRASE", PHRASE).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
    };
    with(&["sauvegarder", "--donnees", &donnees, "--sortie", &to]);
    with(&["restaurer", &to, "--donnees", &essai.text("une")]);
    assert!(essai.verdict("une") == state);

    let secret = essai.text("secrete");
    let (publique, _) = essai.done(&["cle", "paire", "--sortie", &secret]);
    assert!(essai.refused(&["cle", "paire", "--sortie", &secret], 1).contains("existe déjà"));
    let publique = publique.trim();
    let (_, told) = essai.save("cles.age", &["--destinataire", publique, "--avec-cle-maitresse"]);
    assert!(told.contains("est dans la sauvegarde"), "{told}");
    // On another machine: no master key there, but the one that came with it.
    let (from, to) = (essai.text("cles.age"), essai.text("deux"));
    let elsewhere = essai.path("ailleurs");
    let asked = ["restaurer", &from, "--donnees", &to, "--cle-secrete-fichier", &secret];
    let mut command = essai.command(&asked);
    let output = command.env("MALLETTE_CLE_DOSSIER", &elsewhere).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("elle est remise dans"), "{}", said(&output));
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 1);
    // And where it is not: what is missing is told, and figures are there.
    let (from, to) = (essai.text("phrase.age"), essai.text("trois"));
    let phrase = essai.text("phrase");
    let mut command = essai.command(&[
        "restaurer",
        &from,
        "--donnees",
        &to,
        "--phrase-de-passe-fichier",
        &phrase,
    ]);
    let output = command.env("MALLETTE_CLE_DOSSIER", essai.path("vide")).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    assert!(said(&output).contains("reste à remettre la clé maîtresse"), "{}", said(&output));
    assert!(essai.verdict("trois") == state, "with the key in its place");
}

#[test]
fn a_backup_is_made_while_pages_are_served_and_one_that_is_killed_takes_no_name() {
    let essai = Essai::new();
    essai.import("2019-11-04", &[LYON, GRENOBLE], 20);
    let state = essai.verdict("donnees");
    let donnees = essai.text("donnees");
    let log = fs::File::create(essai.path("pages.log")).unwrap();
    let mut command = essai.command(&["servir", "--donnees", &donnees, "--adresse", "127.0.0.1:0"]);
    let mut pages = Pages(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
    let wait = |done: &dyn Fn() -> bool| {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < Duration::from_secs(120), "nothing comes");
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    wait(&|| fs::read_to_string(essai.path("pages.log")).unwrap().contains("ouvrir http"));

    let (to, phrase) = (essai.text("tuee.age"), essai.text("phrase"));
    let save = ["sauvegarder", "--donnees", &donnees, "--sortie", &to];
    let save = [&save[..], &["--phrase-de-passe-fichier", &phrase]].concat();
    let mut killed = essai.command(&save).stdout(Stdio::null()).spawn().unwrap();
    // Then come seconds of work to read back what a passphrase closes.
    wait(&|| essai.path("tuee.age.partiel").exists());
    killed.kill().unwrap();
    killed.wait().unwrap();
    assert!(!essai.path("tuee.age").exists());
    assert!(essai.refused(&save, 1).contains("tuee.age.partiel"));
    essai.save("s.age", &[]);
    assert!(pages.0.try_wait().unwrap().is_none(), "pages go on");
    drop(pages);
    let (from, back) = (essai.text("s.age"), essai.text("retrouve"));
    essai.done(&["restaurer", &from, "--donnees", &back, "--phrase-de-passe-fichier", &phrase]);
    assert!(essai.verdict("retrouve") == state);
}

/// The commands that the document gives are run as they are, in an empty home.
#[cfg(unix)]
#[test]
fn the_commands_of_the_document_are_those_that_work() {
    let document = include_str!("../../../../docs/sauvegarde.md");
    let blocks: Vec<&str> =
        document.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 2);
    let home = tempfile::tempdir().unwrap();
    let program =
        Path::new(env!("CARGO_BIN_EXE_mallette")).parent().unwrap().as_os_str().to_owned();
    let found = std::env::var_os("PATH").unwrap_or_default();
    let path: OsString = [program, found].join(&OsString::from(":"));
    for block in blocks {
        let output = Command::new("sh")
            .args(["-eu", "-c", block])
            .env("HOME", home.path())
            .env("PATH", &path)
            .env_remove("XDG_CONFIG_HOME")
            .env_remove("MALLETTE_SAUVEGARDE_PHRASE")
            .output()
            .unwrap();
        assert!(output.status.success(), "{block}\n{}", said(&output));
    }
    for name in ["mallette-essai/mallette.db", "mallette-retrouve/mallette.db", ".config/mallette"]
    {
        assert!(home.path().join(name).exists(), "{name}");
    }
}
