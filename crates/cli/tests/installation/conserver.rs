//! `mallette conserver`: counted first, removed then, kept away by backups and restorations too.

use mallette_registry::{OUI, Registry, sqlite_url};
use mallette_warehouse::{SourceMaitresse, Warehouse};
use serde_json::Value;

use super::essai::{Essai, GRENOBLE, LYON};

/// How many dossiers of a centre are named in a data directory.
fn named(essai: &Essai, name: &str, centre: &str) -> usize {
    let source = SourceMaitresse::Dossier(essai.path("maitresses"));
    let warehouse = Warehouse::open_with(&essai.path(name), source).unwrap();
    warehouse.named_dossiers(&warehouse.trousseau(), centre).unwrap().len()
}

/// Puts the rules of Lyon in force, as its director does.
fn put_in_force(essai: &Essai) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let url = sqlite_url(&essai.path("donnees/mallette.db"));
        let registry = Registry::open(&url).await.unwrap();
        let mut unite = registry.begin("2026-11-01T08:00:00Z".parse().unwrap()).await.unwrap();
        let set = unite.set_parametre("conservation_active", Some(LYON), Some(OUI), "dir").await;
        assert!(set.unwrap());
        unite.commit().await.unwrap();
        registry.close().await;
    });
}

#[test]
fn names_past_their_date_go_and_no_backup_made_since_brings_them_back() {
    let essai = Essai::new();
    essai.import("2019-11-04", &[LYON, GRENOBLE], 6);
    let donnees = essai.text("donnees");
    let conserver = ["conserver", "--donnees", &donnees];
    let (text, _) = essai.done(&conserver);
    assert!(text.contains("noms de 6 dossiers à effacer"), "{text}");
    assert!(text.contains("pas encore mises en service"), "{text}");
    put_in_force(&essai);
    let (json, _) = essai.done(&[&conserver[..], &["--a-blanc", "--format", "json"]].concat());
    let value: Value = serde_json::from_str(&json).unwrap();
    let centres = value["centres"].as_array().unwrap();
    let of = |id: &str| centres.iter().find(|centre| centre["structure_id"] == id).unwrap();
    assert_eq!((&of(LYON)["par_age"], &of(LYON)["effaces"]), (&Value::from(6), &Value::from(0)));
    assert_eq!(of(GRENOBLE)["en_service"], false);
    assert_eq!((named(&essai, "donnees", LYON), named(&essai, "donnees", GRENOBLE)), (6, 6));

    let (text, _) = essai.done(&[&conserver[..], &["--garder-trace", "6"]].concat());
    assert!(text.contains("noms effacés de 6 dossiers"), "{text}");
    assert!(text.contains("plus de 6 mois"), "{text}");
    assert_eq!((named(&essai, "donnees", LYON), named(&essai, "donnees", GRENOBLE)), (0, 6));
    assert_eq!(essai.verified("donnees")["bon"], true);

    let secret = essai.text("secrete");
    let publique = essai.done(&["cle", "paire", "--sortie", &secret]).0;
    essai.save("apres.age", &["--destinataire", publique.trim()]);
    let (from, to) = (essai.text("apres.age"), essai.text("restaure"));
    essai.done(&["restaurer", &from, "--donnees", &to, "--cle-secrete-fichier", &secret]);
    let extract = essai.extract("2026-11-04", &[LYON, GRENOBLE], 6);
    for name in ["donnees", "restaure"] {
        essai.done(&["importer", &extract, "--donnees", &essai.text(name)]);
        assert_eq!((named(&essai, name, LYON), named(&essai, name, GRENOBLE)), (0, 6), "{name}");
        assert_eq!(essai.verified(name)["bon"], true, "{name}");
    }
    essai.refused(&[&conserver[..], &["--garder-trace", "0"]].concat(), 1);
    essai.refused(&["conserver", "--donnees", &essai.text("ailleurs")], 1);
}
