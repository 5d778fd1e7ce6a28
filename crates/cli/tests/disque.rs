//! A disk that fills at every point of an import, told by the real binary on a real small disk: the
//! version before is still there, nothing is half visible, and the same import passes once there
//! is room.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use jiff::civil::{Date, date};
use mallette_synth::{Demande, Format};
use serde_json::Value;

/// Where the test works once it is alone with its disk.
const INSIDE: &str = "MALLETTE_TEST_PETIT_DISQUE";
/// Size of the disk.
const DISK: u64 = 8 << 20;

fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
    command.env("RUST_BACKTRACE", "0").args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn generate(sortie: PathBuf, dossiers: u64, date_extraction: Date) -> PathBuf {
    let demande = Demande {
        sortie,
        structures: 2,
        dossiers,
        graine: 5,
        format: Format::Canonique,
        date_extraction,
    };
    mallette_synth::generate(&demande, &mut |_, _| {}).unwrap();
    demande.sortie
}

/// The extraction date of each centre that counts, and what the rules catch in it.
fn served(donnees: &str) -> Value {
    let output = run(&["controler", "--donnees", donnees, "--format", "json"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Version directories, by centre and name.
fn versions(donnees: &Path) -> BTreeSet<PathBuf> {
    let inside = |dir: &Path| -> Vec<PathBuf> {
        fs::read_dir(dir).map(|it| it.map(|e| e.unwrap().path()).collect()).unwrap_or_default()
    };
    inside(&donnees.join("versions")).iter().flat_map(|centre| inside(centre)).collect()
}

#[test]
fn an_import_on_a_full_disk_says_so_and_loses_nothing() {
    let Ok(disk) = std::env::var(INSIDE) else { return alone_with_a_small_disk() };
    let disk = Path::new(&disk);
    let size = format!("size={DISK}");
    let mounted =
        Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(disk).status();
    assert!(mounted.unwrap().success(), "a small disk is needed");

    let outside = disk.parent().unwrap();
    let before = generate(outside.join("avant"), 60, date(2019, 10, 4));
    let after = generate(outside.join("apres"), 900, date(2019, 11, 4));
    let donnees = disk.join("donnees");
    let import = |from: &Path| run(&["importer", text(from), "--donnees", text(&donnees)]);
    assert!(import(&before).status.success());
    let (shown, kept) = (served(text(&donnees)), versions(&donnees));

    // Room for nothing, for a part of the import, for nearly all of it.
    let filler = disk.join("reste");
    let mut refused = 0;
    for room in [0_u64, 16, 48, 96, 160, 256, 384, 512, 640] {
        let used: u64 = occupied(&disk.join("donnees"));
        fs::write(&filler, vec![0; usize::try_from(DISK - used - (room << 10)).unwrap_or(0)])
            .unwrap_or_default();
        let output = import(&after);
        fs::remove_file(&filler).unwrap();
        if output.status.success() {
            break;
        }
        refused += 1;
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.contains("disque est plein"), "{room} Kio: {told}");
        assert_eq!(output.status.code(), Some(1), "{room} Kio: {told}");
        assert_eq!(served(text(&donnees)), shown, "{room} Kio");
        assert_eq!(versions(&donnees), kept, "{room} Kio");
    }
    assert!(refused >= 4, "the disk was full {refused} times only");

    fs::remove_dir_all(&donnees).unwrap();
    assert!(import(&before).status.success());
    assert!(import(&after).status.success());
    assert_ne!(served(text(&donnees)), shown);
}

/// Bytes that the files of a directory take, in whole blocks.
fn occupied(dir: &Path) -> u64 {
    let output = Command::new("du").args(["-s", "--block-size=1"]).arg(dir).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    told.split_whitespace().next().unwrap().parse().unwrap()
}

/// Runs the test again where a disk may be mounted that nobody else sees.
fn alone_with_a_small_disk() {
    let dir = tempfile::tempdir().unwrap();
    let disk = dir.path().join("disque");
    fs::create_dir(&disk).unwrap();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "an_import_on_a_full_disk_says_so_and_loses_nothing", "--nocapture"])
        .env(INSIDE, &disk)
        .output()
        .unwrap();
    let told = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&told));
}
