//! The same life on both engines: prepared, invited, imported, served, saved, restored on either,
//! verified, then served to be read only. And what is not of the same installation is not opened.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use mallette_testkit::postgres::Base;
use serde_json::Value;

use super::essai::{Essai, GRENOBLE, LYON, MOT_DE_PASSE, Pages, files, said, secret};

/// Serves an installation; its pages and the address that they are at.
fn serve(essai: &Essai, more: &[&str]) -> (Pages, String) {
    let donnees = essai.text("donnees");
    let log = essai.path("pages.log");
    let asked = ["servir", "--donnees", &donnees, "--adresse", "127.0.0.1:0"];
    let mut command = essai.command(&[&asked[..], more].concat());
    command.stdout(Stdio::null()).stderr(fs::File::create(&log).unwrap());
    let mut pages = Pages(command.spawn().unwrap());
    let start = Instant::now();
    loop {
        let told = fs::read_to_string(&log).unwrap();
        if let Some((_, rest)) = told.split_once("ouvrir http://") {
            let host = rest.split_whitespace().next().unwrap_or_default();
            if rest.contains(' ') {
                return (pages, host.to_owned());
            }
        }
        assert!(pages.0.try_wait().unwrap().is_none(), "{told}");
        assert!(start.elapsed() < Duration::from_secs(120), "nothing comes: {told}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The answer to a request, whole; a form is sent when there is one.
fn ask(host: &str, path: &str, form: Option<&str>) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    let (method, form) = (if form.is_some() { "POST" } else { "GET" }, form.unwrap_or_default());
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    String::from_utf8_lossy(&answer).replace("&#39;", "'")
}

/// What is verified of a directory, with another base than that of the installation.
fn verified(essai: &Essai, name: &str, base: &[&str]) -> Value {
    let donnees = essai.text(name);
    let asked = ["verifier", "--donnees", &donnees, "--format", "json"];
    let mut command = essai.command(&[&asked[..], base].concat());
    let output = command.env_remove("MALLETTE_BASE").output().unwrap();
    let value: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(value["bon"], true, "{value}");
    value
}

fn verdict(essai: &Essai, name: &str, base: &[&str]) -> Vec<u8> {
    let donnees = essai.text(name);
    let asked = ["controler", "--liste", "--donnees", &donnees, "--format", "json"];
    let mut command = essai.command(&[&asked[..], base].concat());
    let output = command.env_remove("MALLETTE_BASE").output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    output.stdout
}

/// Everything that is kept of an installation.
fn kept(essai: &Essai) -> (BTreeMap<PathBuf, Vec<u8>>, BTreeMap<String, Vec<String>>) {
    let all = files(&essai.path("donnees")).into_iter();
    let read = |path: PathBuf| (path.clone(), fs::read(path).unwrap());
    (all.map(read).collect(), essai.base.as_ref().map(Base::contents).unwrap_or_default())
}

fn live(base: Option<Base>) {
    let essai = Essai::on(base);
    let donnees = essai.text("donnees");
    let asked = ["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", "zoe@ml.fr"];
    let link = essai.done(&asked).0.trim().to_owned();
    essai.import("2019-11-04", &[LYON, GRENOBLE], 12);
    let state = essai.verdict("donnees");

    let (pages, host) = serve(&essai, &[]);
    let path = link.split_once("8080").unwrap().1;
    let chosen = "mot_de_passe=quatre+tilleuls+devant+la+gare";
    let answer = ask(&host, path, Some(&format!("{chosen}&repete=quatre+tilleuls+devant+la+gare")));
    assert!(answer.contains("location: /connexion?fait=compte"), "{answer}");
    let sign_in = format!("courriel=zoe%40ml.fr&{chosen}");
    let answer = ask(&host, "/connexion", Some(&sign_in));
    assert!(answer.contains("location: /connexion/second-facteur"), "{answer}");
    // A second server on the same installation, while a command may work beside the first.
    let told = essai.refused(&["servir", "--donnees", &donnees, "--adresse", "127.0.0.1:0"], 1);
    assert!(told.contains("déjà servie"), "{told}");
    let told = essai.refused(
        &["servir", "--donnees", &donnees, "--adresse", "127.0.0.1:0", "--lecture-seule"],
        1,
    );
    assert!(told.contains("servir une copie"), "{told}");
    let secrete = essai.text("secrete");
    let publique = essai.done(&["cle", "paire", "--sortie", &secrete]).0;
    essai.save("s.age", &["--destinataire", publique.trim()]);
    drop(pages);
    let found = essai.verified("donnees");
    assert_eq!(found["bon"], true, "{found}");

    restore_on_both(&essai, &state, &found["fin_de_trace"]);
    read_only(&essai, &sign_in);
    assert!(essai.verdict("donnees") == state);
    for path in files(essai.dir.path()) {
        let told = fs::read(&path).unwrap();
        let shown = told.windows(MOT_DE_PASSE.len()).any(|part| part == MOT_DE_PASSE.as_bytes());
        assert!(!shown || path.ends_with("autre.base"), "{}", path.display());
    }
}

fn restore_on_both(essai: &Essai, state: &[u8], tete: &Value) {
    let (from, secrete) = (essai.text("s.age"), essai.text("secrete"));
    let restore = |to: &str, base: &[&str]| {
        let to = essai.text(to);
        let asked = ["restaurer", &from, "--donnees", &to, "--cle-secrete-fichier", &secrete];
        let mut command = essai.command(&[&asked[..], base].concat());
        command.env_remove("MALLETTE_BASE").output().unwrap()
    };
    // On PostgreSQL, another base; in a file.
    let other = Base::fresh();
    fs::write(essai.path("autre.base"), secret(&other.url)).unwrap();
    let named = essai.text("autre.base");
    for (to, base) in [("postgres", &["--base-fichier", &named][..]), ("fichier", &[])] {
        let output = restore(to, base);
        assert!(output.status.success(), "{to} {}", said(&output));
        assert!(said(&output).matches("bon  ").count() == 4, "{to} {}", said(&output));
        assert_eq!(verified(essai, to, base)["fin_de_trace"], *tete, "{to}");
        assert!(verdict(essai, to, base) == state, "{to}");
        assert_eq!(essai.path(to).join("mallette.db").exists(), base.is_empty(), "{to}");
    }
    // A base that holds something is not restored upon, and nothing is left of the directory.
    let output = restore("encore", &["--base-fichier", &named]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said(&output).contains("n'est pas vide"), "{}", said(&output));
    assert!(!essai.path("encore").exists());

    // None is opened with another one's.
    let refused = |name: &str, base: &[&str], words: &str| {
        let donnees = essai.text(name);
        for asked in ["verifier", "controler", "importer"] {
            let extract = essai.text("dossiers_2019-11-04.csv");
            let more: &[&str] = if asked == "importer" { &[&extract] } else { &[] };
            let line = [&[asked, "--donnees", &donnees], more, base].concat();
            let mut command = essai.command(&line);
            let output = command.env_remove("MALLETTE_BASE").output().unwrap();
            let told = said(&output);
            let told = format!("{told}{}", String::from_utf8_lossy(&output.stdout));
            assert_eq!(output.status.code(), Some(1), "{asked} {told}");
            assert!(told.contains(words) && !told.contains(MOT_DE_PASSE), "{asked} {told}");
        }
    };
    refused("postgres", &[], "--base-fichier");
    refused("fichier", &["--base-fichier", &named], "a sa propre base");
    if let Some(base) = &essai.base {
        refused("postgres", &["--base", &base.url], "pas de la même installation");
        refused("donnees", &["--base-fichier", &named], "pas de la même installation");
        let output = essai.run(&["importer", &from, "--donnees", &essai.text("vierge")]);
        assert!(said(&output).contains("pas de la même installation"), "{}", said(&output));
    }
    // The versions are still there.
    assert!(verdict(essai, "fichier", &[]) == state);
    assert!(verdict(essai, "postgres", &["--base-fichier", &named]) == state);
}

fn read_only(essai: &Essai, sign_in: &str) {
    // A server that was killed did not close its file: the first opening does.
    drop(serve(essai, &["--lecture-seule"]));
    let before = kept(essai);
    let (_pages, host) = serve(essai, &["--lecture-seule", "--jusque", "2999-01-01T08:00"]);
    let page = ask(&host, "/connexion", None);
    assert!(page.contains("en lecture seule jusqu'au 01/01/2999"), "{page}");
    let refused = ask(&host, "/connexion", Some(sign_in));
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: "), "{refused}");
    assert!(ask(&host, "/healthz", None).starts_with("HTTP/1.1 200"));
    let from = essai.text("dossiers_2019-11-04.csv");
    let told = essai.refused(&["importer", &from, "--donnees", &essai.text("donnees")], 1);
    assert!(told.contains("servi en lecture seule"), "{told}");
    assert!(kept(essai) == before, "something was written");
}

#[test]
fn an_installation_lives_in_its_own_file() {
    live(None);
}

#[test]
fn an_installation_lives_in_postgresql() {
    live(Some(Base::fresh()));
}

#[test]
fn a_directory_whose_store_is_gone_is_not_emptied() {
    let essai = Essai::new();
    essai.import("2019-11-04", &[LYON], 3);
    let (donnees, base) = (essai.text("donnees"), essai.path("donnees/mallette.db"));
    let versions = files(&essai.path("donnees/versions"));
    fs::rename(&base, essai.path("ailleurs.db")).unwrap();
    for name in ["mallette.db-wal", "mallette.db-shm"] {
        let _ = fs::remove_file(essai.path("donnees").join(name));
    }
    let from = essai.text("dossiers_2019-11-04.csv");
    for asked in [
        &["importer", &from, "--donnees", &donnees][..],
        &["servir", "--donnees", &donnees, "--adresse", "127.0.0.1:0"],
        &["verifier", "--donnees", &donnees],
        &["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", "z@ml.fr"],
    ] {
        let told = essai.refused(asked, 1);
        assert!(told.contains("mallette.db"), "{told}");
    }
    assert!(!base.exists());
    assert_eq!(files(&essai.path("donnees/versions")), versions);
    // The store of another installation in its place: neither.
    let other = Essai::new();
    other.import("2019-11-04", &[GRENOBLE], 3);
    other.verified("donnees");
    fs::copy(other.path("donnees/mallette.db"), &base).unwrap();
    let told = essai.refused(&["importer", &from, "--donnees", &donnees], 1);
    assert!(told.contains("pas de la même installation"), "{told}");
    assert_eq!(files(&essai.path("donnees/versions")), versions);
}

#[test]
fn a_wrong_base_is_told_without_its_password() {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    let asked = ["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", "z@ml.fr"];
    for (base, status) in [
        (format!("mysql://zoe:{MOT_DE_PASSE}@127.0.0.1/x"), 2),
        (format!("postgres://zoe:{MOT_DE_PASSE}@127.0.0.1:9/x"), 1),
        (format!("postgres://zoe:{MOT_DE_PASSE}@127.0.0.1:9/x?sslmode=jamais"), 2),
    ] {
        let told = essai.refused(&[&asked[..], &["--base", &base]].concat(), status);
        assert!(told.contains("base") || told.contains("registre"), "{told}");
    }
    let told = essai.refused(&[&asked[..], &["--base-fichier", &essai.text("absent")]].concat(), 1);
    assert!(told.contains("absent"), "{told}");
}
