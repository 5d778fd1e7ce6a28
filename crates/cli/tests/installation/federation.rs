//! `mallette servir` with an identity provider: what is wrong is told before anything is served, and
//! a provider that is down keeps nobody from the pages.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::essai::{Essai, Pages};

#[test]
fn a_wrong_provider_is_told_and_nothing_is_served() {
    let essai = Essai::new();
    let (donnees, secret) = (essai.text("donnees"), essai.text("secret"));
    fs::write(&secret, "chut\n").unwrap();
    let serve = ["servir", "--donnees", &donnees, "--adresse", "127.0.0.1:0", "--oidc-client", "m"];
    let with = ["--oidc-secret-fichier", &secret];
    for (emetteur, more, words) in [
        ("https://f.example", &[][..], "MALLETTE_OIDC_SECRET"),
        ("http://f.example", &with, "« https:// »"),
        ("f.example", &with, "n'est pas une adresse"),
    ] {
        let line = [&serve[..], &["--oidc-emetteur", emetteur], more].concat();
        let told = essai.refused(&line, 2);
        assert!(told.contains(words), "{told}");
        assert!(!told.contains("chut"), "{told}");
    }
}

#[test]
fn a_provider_that_is_down_does_not_hold_the_pages() {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    essai.done(&["initialiser", "--donnees", &donnees, "--nom", "Zoé", "--courriel", "z@ml.fr"]);
    let log = fs::File::create(essai.path("pages.log")).unwrap();
    // Nobody listens on that port.
    let serve = ["servir", "--donnees", &donnees, "--adresse", "127.0.0.1:0"];
    let more = ["--oidc-emetteur", "http://127.0.0.1:9", "--oidc-client", "m"];
    let mut command = essai.command(&[&serve[..], &more].concat());
    command.env("MALLETTE_OIDC_SECRET", "chut").stdout(Stdio::null()).stderr(log);
    let _pages = Pages(command.spawn().unwrap());
    let start = Instant::now();
    let said = || fs::read_to_string(essai.path("pages.log")).unwrap();
    for words in ["/connexion/oidc/retour", "ouvrir http", "ne répond pas", "sera redemandé"] {
        while !said().contains(words) {
            assert!(start.elapsed() < Duration::from_secs(60), "{words} in {}", said());
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
