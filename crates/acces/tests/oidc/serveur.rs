//! Providers run by Node: their packages installed once per build folder, their process ended with
//! the test's. The tests of `web` use this file too.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../acces/tests/fournisseur");

/// A running provider; ends when dropped, or with the test's process.
pub(crate) struct Serveur {
    pub(crate) adresse: String,
    _stdin: ChildStdin,
    child: Child,
}

impl Serveur {
    /// Starts that script and waits for its address.
    pub(crate) fn start(script: &str, arguments: &[&Path]) -> Self {
        let mut child = Command::new("node")
            .arg(installed().join(script))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("node runs: scripts/test installs it");
        let stdin = child.stdin.take().expect("a pipe");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let adresse = loop {
            let line = lines.next().expect("the provider starts").expect("text");
            if let Some(adresse) = line.strip_prefix("PRET ") {
                break adresse.to_owned();
            }
        };
        // What it says next is read, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Self { adresse, _stdin: stdin, child }
    }
}

impl Drop for Serveur {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The scripts with their packages, in the build folder: installed again when the lock changes.
fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fournisseur");
    fs::create_dir_all(&folder).expect("a folder");
    // Several test processes may come at once.
    let guard = File::create(folder.join("verrou")).expect("a lock file");
    guard.lock().expect("a lock");
    let lock = fs::read(Path::new(SOURCES).join("package-lock.json")).expect("the lock is there");
    let done = folder.join("installe");
    for entry in fs::read_dir(SOURCES).expect("the scripts are there") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_file() {
            // Never written over unchanged: a provider that starts may be reading it.
            let (text, to) =
                (fs::read(entry.path()).expect("text"), folder.join(entry.file_name()));
            if fs::read(&to).ok().as_ref() != Some(&text) {
                fs::write(&to, text).expect("a copy");
            }
        }
    }
    if fs::read(&done).ok().as_deref() != Some(lock.as_slice()) {
        let status = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--silent"])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .status()
            .expect("npm runs: scripts/test installs it");
        assert!(status.success(), "npm ci failed in {}", folder.display());
        fs::write(&done, &lock).expect("a mark");
    }
    folder
}
