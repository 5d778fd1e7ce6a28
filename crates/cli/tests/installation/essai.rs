//! An installation of the tests: a data directory, its master keys, and commands run on them by the
//! real binary.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use mallette_testkit::postgres::Base;
use serde_json::Value;

/// A name that no byte of a backup or of the data directory may hold.
pub(crate) const CANARI: &str = "Zéphyrine-Kanaridupont";
/// A number of dossier, likewise.
pub(crate) const NUMERO: &str = "9988776655-CANARI";
pub(crate) const LYON: &str = "69382S00";
pub(crate) const GRENOBLE: &str = "38185S00";
pub(crate) const PHRASE: &str = "cheval agrafe pile correcte";

pub(crate) struct Essai {
    pub(crate) dir: tempfile::TempDir,
    /// The base of the installation; none when it has its own file.
    pub(crate) base: Option<Base>,
}

impl Essai {
    pub(crate) fn new() -> Self {
        Self::on(None)
    }

    /// An installation whose registry is in that base.
    pub(crate) fn on(base: Option<Base>) -> Self {
        let essai = Self { dir: tempfile::tempdir().unwrap(), base };
        fs::write(essai.path("phrase"), format!("{PHRASE}\n")).unwrap();
        essai
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// A command, with master keys that stay out of the home of who runs the tests.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mallette"));
        command.env("MALLETTE_CLE_DOSSIER", self.path("maitresses"));
        command.env("RUST_BACKTRACE", "0").env_remove("MALLETTE_SAUVEGARDE_PHRASE");
        match &self.base {
            Some(base) => command.env("MALLETTE_BASE", secret(&base.url)),
            None => command.env_remove("MALLETTE_BASE"),
        };
        command.stdin(Stdio::null()).args(arguments);
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Standard output and error of a command that must succeed.
    pub(crate) fn done(&self, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?} {}", said(&output));
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    }

    /// What a command that must fail with that status says.
    pub(crate) fn refused(&self, arguments: &[&str], status: i32) -> String {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(status), "{arguments:?} {}", said(&output));
        let told = said(&output);
        assert!(told.starts_with("Erreur : ") && !told.contains(MOT_DE_PASSE), "{told}");
        told
    }

    /// Imports dossiers of these centres, each with names, the canary among them.
    pub(crate) fn import(&self, day: &str, centres: &[&str], count: usize) {
        let from = self.extract(day, centres, count);
        self.done(&["importer", &from, "--donnees", &self.text("donnees")]);
    }

    /// Writes the extract that [`Essai::import`] imports; where.
    pub(crate) fn extract(&self, day: &str, centres: &[&str], count: usize) -> String {
        let mut text =
            "structure_id;dossier_id;nom;prenom;date_naissance;date_premier_accueil\n".to_owned();
        for centre in centres {
            for rank in 0..count {
                let day = rank % 28 + 1;
                text.push_str(&format!(
                    "{centre};{NUMERO}-{rank};{CANARI}{rank};Ali;2000-01-{day:02};2019-09-{day:02}\n"
                ));
            }
        }
        let path = self.path(&format!("dossiers_{day}.csv"));
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The whole verdict on a data directory, to the byte.
    pub(crate) fn verdict(&self, name: &str) -> Vec<u8> {
        let output =
            self.run(&["controler", "--liste", "--donnees", &self.text(name), "--format", "json"]);
        assert!(output.status.success(), "{}", said(&output));
        output.stdout
    }

    /// Makes a backup under the passphrase.
    pub(crate) fn save(&self, name: &str, more: &[&str]) -> (String, String) {
        let (donnees, to, phrase) = (self.text("donnees"), self.text(name), self.text("phrase"));
        let asked = ["sauvegarder", "--donnees", &donnees, "--sortie", &to];
        let closed: &[&str] = match more.contains(&"--destinataire") {
            true => &[],
            false => &["--phrase-de-passe-fichier", &phrase],
        };
        self.done(&[&asked, closed, more].concat())
    }

    /// What is verified of a data directory.
    pub(crate) fn verified(&self, name: &str) -> Value {
        let output = self.run(&["verifier", "--donnees", &self.text(name), "--format", "json"]);
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(output.status.success(), value["bon"] == true, "{value}");
        value
    }
}

/// What no output may hold.
pub(crate) const MOT_DE_PASSE: &str = "s3cret-de-la-base";

/// The address of a base, with a password in it.
pub(crate) fn secret(url: &str) -> String {
    url.replacen('@', &format!(":{MOT_DE_PASSE}@"), 1)
}

/// Pages being served, until the end of the test however it ends.
pub(crate) struct Pages(pub(crate) Child);

impl Drop for Pages {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Every file of a folder.
pub(crate) fn files(dir: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => {
                found.insert(path);
            }
        }
    }
    found
}

/// Whether a file holds those bytes.
pub(crate) fn holds(path: &Path, bytes: &[u8]) -> bool {
    let content = fs::read(path).unwrap();
    content.windows(bytes.len()).any(|window| window == bytes)
}
