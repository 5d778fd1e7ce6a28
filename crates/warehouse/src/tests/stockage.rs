//! Stored results and stored lists.

use std::collections::BTreeMap;
use std::fs;

use jiff::civil::date;
use mallette_domain::periode;
use mallette_domain::resultat::{
    Compte, Cumul, Groupe, Mesure, MesuresPeriode, Niveau, Objet, ResultatRegle, Resultats,
};
use mallette_domain::terme::Terme;
use tempfile::tempdir;

use crate::resultats::Conserves;
use crate::{WarehouseError, jours, objets, resultats, termes};

fn objet(n: usize) -> Objet {
    let id = format!("objet-é-{n}");
    Objet {
        structure_id: "69382S00".to_owned(),
        table: ["dossiers", "parcours", "evenements"][n % 3].to_owned(),
        dossier_id: match n % 3 {
            0 => Some(id.clone()),
            1 => Some(format!("dossier-{}", n / 7)),
            _ => None,
        },
        conseiller_id: (!n.is_multiple_of(5)).then(|| format!("conseiller-{}", n % 300)),
        antenne: (!n.is_multiple_of(2)).then(|| format!("Antenne « {} »", n % 4)),
        id,
    }
}

#[test]
fn a_page_of_a_long_list_is_what_was_written() {
    let dir = tempdir().unwrap();
    let long: Vec<Objet> = (0..200_000).map(objet).collect();
    let short = vec![objet(9)];
    let all = BTreeMap::from([
        ("AAA-01".to_owned(), short.clone()),
        ("EVT-01".to_owned(), long.clone()),
        ("VIDE-01".to_owned(), Vec::new()),
        ("ZZZ-01".to_owned(), short.clone()),
    ]);
    objets::write(dir.path(), &all).unwrap();
    assert_eq!(objets::count(dir.path(), "EVT-01").unwrap(), 200_000);
    for (offset, limit) in [
        (0, 1),
        (0, 256),
        (255, 2),
        (256, 256),
        (12_345, 1000),
        (199_990, 50),
        (3, 0),
        (200_000, 9),
    ] {
        let page = objets::read(dir.path(), "EVT-01", offset, limit).unwrap();
        let end = (offset + limit).min(long.len());
        assert_eq!(page, long[offset.min(end)..end], "{offset} {limit}");
    }
    assert_eq!(objets::read(dir.path(), "EVT-01", 0, usize::MAX).unwrap(), long);
    assert!(objets::read(dir.path(), "EVT-01", usize::MAX, usize::MAX).unwrap().is_empty());
    for (code, list) in [("AAA-01", short.clone()), ("ZZZ-01", short), ("VIDE-01", Vec::new())] {
        assert_eq!(objets::count(dir.path(), code).unwrap(), list.len(), "{code}");
        assert_eq!(objets::read(dir.path(), code, 0, 10).unwrap(), list, "{code}");
    }
    assert_eq!(objets::count(dir.path(), "INCONNUE").unwrap(), 0);
    assert!(objets::read(dir.path(), "INCONNUE", 0, 10).unwrap().is_empty());
}

#[test]
fn damaged_lists_are_refused_never_a_panic() {
    let dir = tempdir().unwrap();
    let list: Vec<Objet> = (0..600).map(objet).collect();
    objets::write(dir.path(), &BTreeMap::from([("EVT-01".to_owned(), list.clone())])).unwrap();
    let path = dir.path().join("objets.bin");
    let sound = fs::read(&path).unwrap();
    for length in (0..sound.len()).step_by(97) {
        fs::write(&path, &sound[..length]).unwrap();
        let read = objets::read(dir.path(), "EVT-01", 590, 10);
        assert!(matches!(read, Err(WarehouseError::Abime { .. })), "{length}: {read:?}");
    }
    for place in (0..sound.len()).step_by(13) {
        let mut damaged = sound.clone();
        damaged[place] ^= 0x95;
        fs::write(&path, damaged).unwrap();
        // A changed letter may pass for another letter; it must only never panic nor hang.
        let _ = objets::read(dir.path(), "EVT-01", 0, 600);
    }
    let mut huge = sound.clone();
    huge[8..16].copy_from_slice(&u64::MAX.to_le_bytes());
    fs::write(&path, huge).unwrap();
    assert!(matches!(objets::count(dir.path(), "EVT-01"), Err(WarehouseError::Abime { .. })));
    fs::remove_file(&path).unwrap();
    assert!(matches!(objets::count(dir.path(), "EVT-01"), Err(WarehouseError::Disk { .. })));
}

#[test]
fn results_are_read_back() {
    let dir = tempdir().unwrap();
    let groupe = Groupe {
        structure_id: "69382S00".to_owned(),
        antenne: None,
        conseiller_id: Some("c1".to_owned()),
    };
    let mesure = Mesure {
        code: "DIA-D".to_owned(),
        niveau: Niveau::Conseiller,
        structure_id: "69382S00".to_owned(),
        sous_cle: "c1".to_owned(),
        cumul: Cumul {
            numerateur: 0.1 + 0.2,
            denominateur: 3.0,
            mesures: BTreeMap::from([(-1, 2), (30, 7)]),
            majeure: Some(0.2),
        },
    };
    let written = Resultats {
        date_extraction: date(2019, 11, 4),
        regles: vec![ResultatRegle {
            code: "DOS-01".to_owned(),
            comptes: vec![(groupe.into(), Compte { evalues: 12, anomalies: 3 })],
        }],
        indicateurs: vec![MesuresPeriode {
            periode: periode::year(2019),
            mesures: vec![mesure].into(),
        }],
    };
    let written = Conserves { catalogue: "0123456789abcdef".to_owned(), resultats: written };
    assert_eq!(resultats::read(dir.path()).unwrap(), None);
    resultats::write(dir.path(), &written).unwrap();
    assert_eq!(resultats::read(dir.path()).unwrap(), Some(written.clone()));
    assert_eq!(resultats::catalogue_of(dir.path()).unwrap(), Some(written.catalogue));
    // Those of a program that kept less are read too, as of unknown definitions.
    let path = dir.path().join("resultats.json");
    let mut old: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    old.as_object_mut().unwrap().remove("forme").unwrap();
    fs::write(&path, old.to_string()).unwrap();
    let read = resultats::read(dir.path()).unwrap().unwrap();
    assert_eq!((read.catalogue.as_str(), &read.resultats), ("", &written.resultats));
    assert_eq!(resultats::catalogue_of(dir.path()).unwrap(), Some(String::new()));
    // Written by hand as the first form was: no largest contribution, and none is made up.
    let first = r#"{"forme":1,"catalogue":"0123","resultats":{"date_extraction":"2019-11-04","regles":[],
        "indicateurs":[{"periode":{"debut":"2019-01-01","fin":"2019-12-31"},"mesures":[{"code":"ALL-P",
        "niveau":"structure","structure_id":"69382S00","sous_cle":"",
        "cumul":{"numerateur":484.82,"denominateur":1.0}}]}]}}"#;
    fs::write(&path, first).unwrap();
    let read = resultats::read(dir.path()).unwrap().unwrap();
    let cumul = &read.resultats.indicateurs[0].mesures[0].cumul;
    assert_eq!((read.catalogue.as_str(), cumul.largest()), ("", None));
    fs::write(dir.path().join("resultats.json"), b"{\"date").unwrap();
    let told = resultats::read(dir.path()).unwrap_err().to_string();
    assert!(told.contains("resultats.json") && told.contains("sauvegarde"), "{told}");
}

#[test]
fn days_of_effects_are_read_back_and_none_were_told_is_none() {
    let dir = tempdir().unwrap();
    assert!(jours::read(dir.path()).unwrap().is_empty());
    let days = vec![Some(date(2019, 3, 1)), None];
    let effets = BTreeMap::from([("PAC-P".to_owned(), days)]);
    let written = BTreeMap::from([("PAC-07".to_owned(), effets)]);
    jours::write(dir.path(), &written).unwrap();
    assert_eq!(jours::read(dir.path()).unwrap(), written);
    fs::write(dir.path().join("jours.json"), b"[{").unwrap();
    let told = jours::read(dir.path()).unwrap_err().to_string();
    assert!(told.contains("jours.json"), "{told}");
    assert!(jours::read(&dir.path().join("ailleurs")).is_err());
}

#[test]
fn terms_are_read_back_and_none_were_told_is_none() {
    let dir = tempdir().unwrap();
    assert_eq!(termes::read(dir.path()).unwrap(), []);
    let objet = Objet {
        structure_id: "69382S00".to_owned(),
        table: "situations".to_owned(),
        id: "S1".to_owned(),
        dossier_id: Some("D1".to_owned()),
        conseiller_id: None,
        antenne: None,
    };
    let written = [(Some(date(2019, 12, 31)), Some("PEC".to_owned())), (None, None)]
        .map(|(le, nature)| Terme { regle: "FIN-01".to_owned(), objet: objet.clone(), le, nature });
    termes::write(dir.path(), &written).unwrap();
    assert_eq!(termes::read(dir.path()).unwrap(), written);
    fs::write(dir.path().join("termes.json"), b"[{").unwrap();
    let told = termes::read(dir.path()).unwrap_err().to_string();
    assert!(told.contains("termes.json"), "{told}");
    assert!(termes::read(&dir.path().join("ailleurs")).is_err());
}
