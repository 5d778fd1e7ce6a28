//! The master key: where it comes from, and what is told when it is not the right one.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::tempdir;

use super::fabrique::{maitresse, publish};
use crate::cles::{CleError, Maitresse};
use crate::{SourceMaitresse, Warehouse, WarehouseError};

const LYON: &str = "69382S00";

fn lookup(set: &[(&str, &str)]) -> Result<SourceMaitresse, CleError> {
    let set: Vec<(String, OsString)> =
        set.iter().map(|(name, value)| ((*name).to_owned(), value.into())).collect();
    SourceMaitresse::from_lookup(|name| {
        set.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    })
}

fn commande(ligne: &str, millis: u64) -> SourceMaitresse {
    SourceMaitresse::Commande { ligne: ligne.to_owned(), delai: Duration::from_millis(millis) }
}

#[test]
fn a_key_is_read_in_hexadecimal_or_base64_and_nothing_else() {
    let key = maitresse();
    let hex = key.to_text();
    let base64 = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc";
    for text in [
        hex.as_str(),
        &hex.to_uppercase(),
        &format!("# une note\n\n  {}  \n", *hex),
        base64,
        &format!("{base64}=\n"),
    ] {
        assert_eq!(Maitresse::parse(text).unwrap().id(), key.id(), "{text}");
    }
    let mixed = Maitresse::from_bytes([0xfb; 32]);
    let (standard, url) = ("+/v7".repeat(10) + "+/s=", "-_v7".repeat(10) + "-_s");
    assert_eq!(Maitresse::parse(&standard).unwrap().id(), Maitresse::parse(&url).unwrap().id());
    assert_ne!(mixed.id(), key.id());
    for wrong in ["", "# rien", &hex[..62], &format!("{}00", *hex), &format!("{0}\n{0}", *hex), "é"]
    {
        assert!(Maitresse::parse(wrong).is_none(), "{wrong:?}");
    }
    assert!(!format!("{key:?}").contains(&hex[..8]));
}

#[test]
fn the_environment_names_one_source() {
    let said = |set: &[(&str, &str)]| lookup(set).unwrap().to_string();
    assert!(said(&[("HOME", "/h")]).contains("/h/.config/mallette"));
    assert!(said(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")]).contains("/x/mallette"));
    assert!(said(&[("HOME", "/h"), ("MALLETTE_CLE_FICHIER", "/k")]).contains("fichier « /k »"));
    assert!(said(&[("MALLETTE_CLE_DOSSIER", "/d")]).contains("dossier « /d »"));
    let value = said(&[("MALLETTE_CLE_MAITRESSE", "secret-canari")]);
    assert!(value.contains("MALLETTE_CLE_MAITRESSE") && !value.contains("canari"));
    let command = lookup(&[("MALLETTE_CLE_COMMANDE", "pass canari")]).unwrap();
    assert!(!format!("{command} {command:?}").contains("canari"));
    // Set to nothing is not set; a relative home is no home.
    assert!(said(&[("MALLETTE_CLE_FICHIER", ""), ("HOME", "/h")]).contains("/h/.config"));
    assert_eq!(said(&[("HOME", "ici")]), "aucune source");
    let two = [("MALLETTE_CLE_FICHIER", "/k"), ("MALLETTE_CLE_COMMANDE", "pass")];
    let told = lookup(&two).unwrap_err().to_string();
    assert!(told.contains("MALLETTE_CLE_FICHIER") && told.contains("MALLETTE_CLE_COMMANDE"));
}

#[test]
fn the_default_folder_serves_several_directories_moved_or_not_and_says_what_it_made() {
    let home = tempdir().unwrap();
    let config = home.path().join("config/mallette");
    let source = || SourceMaitresse::Dossier(config.clone());
    let data = |name: &str| home.path().join(name);
    let mut ids = Vec::new();
    for name in ["un", "deux"] {
        let warehouse = Warehouse::open_with(&data(name), source()).unwrap();
        assert!(!config.join("rien").exists() && warehouse.keys().take_created().is_none());
        let version = publish(&warehouse, &[LYON], &[("dossiers", 2)]).remove(0);
        let made = warehouse.keys().take_created().unwrap();
        assert!(made.starts_with(&config) && warehouse.keys().take_created().is_none());
        let text = fs::read_to_string(&made).unwrap();
        assert!(text.contains("En garder une copie") && Maitresse::parse(&text).is_some());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(&config).unwrap().permissions().mode() & 0o777, 0o700);
        }
        ids.push((name, version.id, warehouse.keys().maitresse().unwrap().id().to_owned()));
    }
    assert_ne!(ids[0].2, ids[1].2);
    fs::rename(data("un"), data("ailleurs")).unwrap();
    let warehouse = Warehouse::open_with(&data("ailleurs"), source()).unwrap();
    assert_eq!(warehouse.real_ids(&warehouse.trousseau(), LYON, &ids[0].1).unwrap().len(), 2);
    assert_eq!(fs::read_dir(&config).unwrap().count(), 2, "one each, and none more");
}

#[test]
fn reading_figures_asks_for_no_master_key() {
    let dir = tempdir().unwrap();
    let broken = commande("exit 3", 5000);
    let warehouse = Warehouse::open_with(dir.path(), broken.clone()).unwrap();
    assert!(warehouse.keys().check().unwrap().is_none());
    drop(warehouse);
    let sound = Warehouse::open_with(dir.path(), SourceMaitresse::Valeur(maitresse())).unwrap();
    let version = publish(&sound, &[LYON], &[("dossiers", 2)]).remove(0);
    let warehouse = Warehouse::open_with(dir.path(), broken).unwrap();
    assert_eq!(warehouse.tables(LYON, &version.id).unwrap()["dossiers"], 2);
    let told = warehouse.trousseau().get(LYON).unwrap_err().to_string();
    assert!(told.contains("MALLETTE_CLE_COMMANDE") && told.contains("échoué"), "{told}");
}

#[test]
fn a_wrong_or_missing_master_key_names_the_one_that_is_needed_and_changes_nothing() {
    let dir = tempdir().unwrap();
    let data = dir.path().join("donnees");
    let sound = Warehouse::open_with(&data, SourceMaitresse::Valeur(maitresse())).unwrap();
    publish(&sound, &[LYON], &[("dossiers", 1)]);
    let other = Maitresse::from_bytes([8; 32]);
    let wrong = [
        SourceMaitresse::Valeur(other.clone()),
        SourceMaitresse::Environnement(other.to_text()),
        SourceMaitresse::Fichier(dir.path().join("absent.cle")),
        SourceMaitresse::Dossier(dir.path().join("absent")),
        commande(&format!("echo {}", *other.to_text()), 5000),
    ];
    for source in wrong {
        let told_source = source.to_string();
        let warehouse = Warehouse::open_with(&data, source).unwrap();
        let trousseau = warehouse.trousseau();
        for refused in [
            trousseau.get(LYON).map(drop),
            // Another master key must not begin a second family of keys.
            trousseau.get_or_create("38185S00").map(drop),
            warehouse.keys().check().map(drop),
        ] {
            let told = refused.unwrap_err().to_string();
            assert!(told.contains(&told_source), "{told}");
            assert!(told.contains(maitresse().id()) || told.contains("absent.cle"), "{told}");
        }
        assert!(!data.join("cles/38185S00.cle").exists());
    }
    assert!(!dir.path().join("absent.cle").exists(), "no key is made where one was lost");
}

#[test]
fn a_command_is_bounded_in_time_and_in_size() {
    let dir = tempdir().unwrap();
    let hex = maitresse().to_text();
    let source = commande(&format!("echo '# note'; echo {}", *hex), 5000);
    assert_eq!(source.load(&[]).unwrap().id(), maitresse().id());
    let started = Instant::now();
    for (line, millis, why) in [
        ("sleep 30", 200, "répondu"),
        ("exec 1>&-; sleep 30", 200, "répondu"),
        ("yes", 5000, "trop longue"),
        ("echo pas-une-cle", 5000, "attendus"),
        ("printf '\\377\\376'", 5000, "illisible"),
        ("false", 5000, "échoué"),
        ("commande-qui-n-existe-pas 2>/dev/null", 5000, "échoué"),
    ] {
        let told = commande(line, millis).load(&[]).unwrap_err().to_string();
        assert!(told.contains(why), "{line}: {told}");
    }
    assert!(started.elapsed() < Duration::from_secs(20));
    let absent = Path::new("/n/existe/pas");
    assert!(SourceMaitresse::Fichier(absent.join("k")).load(&[]).is_err());
    let file = SourceMaitresse::Fichier(dir.path().join("k"));
    let warehouse = Warehouse::open_with(&dir.path().join("d"), file).unwrap();
    publish(&warehouse, &[LYON], &[("dossiers", 1)]);
    assert_eq!(warehouse.keys().take_created(), Some(dir.path().join("k")));
    let none = Warehouse::open_with(&dir.path().join("e"), SourceMaitresse::Aucune).unwrap();
    let refused = none.trousseau().get_or_create(LYON);
    assert!(matches!(refused, Err(WarehouseError::Cle(CleError::Source { .. }))), "{refused:?}");
}
