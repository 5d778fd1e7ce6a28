//! `mallette initialiser`.

use std::fs;

use mallette_registry::{GenreJeton, Registry, sqlite_url};

use super::essai::Essai;

fn ask(essai: &Essai) -> [String; 7] {
    let donnees = essai.text("donnees");
    let asked =
        ["initialiser", "--donnees", &donnees, "--nom", "Zoé Roux", "--courriel", "zoe@ml.fr"];
    asked.map(str::to_owned)
}

fn initialise(essai: &Essai) -> (String, String) {
    let asked = ask(essai);
    essai.done(&asked.each_ref().map(String::as_str))
}

/// How many first links wait, and how many were cancelled.
async fn links(essai: &Essai) -> (usize, usize) {
    let registry = Registry::open(&sqlite_url(&essai.path("donnees/mallette.db"))).await.unwrap();
    let all = registry.jetons(GenreJeton::Invitation).await.unwrap();
    registry.close().await;
    let cancelled = all.iter().filter(|link| link.annule_le.is_some()).count();
    (all.len() - cancelled, cancelled)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_link_is_given_replaced_then_refused_once_there_is_an_account() {
    let essai = Essai::new();
    let (link, told) = initialise(&essai);
    assert!(link.starts_with("http://127.0.0.1:8080/invitation/"), "{link}");
    assert_eq!(link.lines().count(), 1, "the link alone");
    for words in ["clé maîtresse", "vient d'être créée", "copie", "Zoé Roux", "mallette servir"]
    {
        assert!(told.contains(words), "{words} {told}");
    }
    assert_eq!(fs::read_dir(essai.path("maitresses")).unwrap().count(), 1);
    assert_eq!(links(&essai).await, (1, 0));

    let (again, told) = initialise(&essai);
    assert_ne!(again, link);
    assert!(!told.contains("vient d'être créée"), "{told}");
    assert_eq!(fs::read_dir(essai.path("maitresses")).unwrap().count(), 1, "one key");
    assert_eq!(links(&essai).await, (1, 1));

    let url = sqlite_url(&essai.path("donnees/mallette.db"));
    let registry = Registry::open(&url).await.unwrap();
    let mut unite = registry.begin(jiff::Timestamp::now()).await.unwrap();
    unite.create_personne("p1", "Zoé Roux", "zoe@ml.fr").await.unwrap();
    unite.commit().await.unwrap();
    registry.close().await;
    let asked = ask(&essai);
    let told = essai.refused(&asked.each_ref().map(String::as_str), 1);
    assert!(told.contains("déjà des comptes") && told.contains("page Personnes"), "{told}");
    assert_eq!(links(&essai).await, (1, 1), "nothing was given nor taken");
}

#[test]
fn what_is_missing_or_wrong_in_the_command_is_told_and_nothing_is_made() {
    let essai = Essai::new();
    let donnees = essai.text("donnees");
    for (more, words) in [
        (&[][..], "--nom NOM et --courriel ADRESSE"),
        (&["--nom", "Zoé"], "--courriel ADRESSE"),
        (&["--nom", " ", "--courriel", "zoe@ml.fr"], "le nom de la personne"),
        (&["--nom", "Zoé", "--courriel", "zoe"], "prenom.nom@"),
        (
            &["--nom", "Zoé", "--courriel", "z@ml.fr", "--adresse-publique", "http://mallette.fr"],
            "en clair",
        ),
    ] {
        let told = essai.refused(&[&["initialiser", "--donnees", &donnees], more].concat(), 2);
        assert!(told.contains(words), "{told}");
    }
    assert!(!essai.path("donnees").exists() && !essai.path("maitresses").exists());
    let asked = ask(&essai);
    let asked = asked.each_ref().map(String::as_str);
    let (link, _) = essai.done(&[&asked[..], &["--adresse-publique", "https://m.fr/"]].concat());
    assert!(link.starts_with("https://m.fr/invitation/"), "{link}");
}
