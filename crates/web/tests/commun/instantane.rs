//! The snapshot of the workshop: its centres, their versions and results, its imports.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::Arc;

use jiff::civil::{Date, date};
use mallette_app::etat::{Centre, Etat, ImportVu, Version};
use mallette_catalogue::{Catalogue, Indicateur};
use mallette_domain::periode::{Periode, year};
use mallette_domain::resultat::{
    Compte, Mesure, MesuresPeriode, Niveau, Rattachement, ResultatRegle, Resultats,
};
use mallette_domain::table::TABLES;
use serde_json::{Value, json};

use super::chiffres::{cumul, first_conseiller, groupe};
use super::{GRENOBLE, HOSTILE, HOSTILE_NAME, LYON, ROANNE};

/// The snapshot: see the constants above.
pub(crate) fn etat() -> Result<Etat, Box<dyn Error>> {
    let catalogue = Catalogue::builtin()?;
    let names = [(LYON, "69-ML LYON"), (GRENOBLE, "38-ML GRENOBLE"), (HOSTILE, HOSTILE_NAME)];
    let mut reseau: BTreeMap<String, Rattachement> =
        names.into_iter().map(|(id, nom)| (id.to_owned(), place(id, nom))).collect();
    reseau.insert(ROANNE.to_owned(), place(ROANNE, "42-ML ROANNE"));
    let lyon = [
        ("PAC-07", Some("Centre"), Some("C1"), 40, 12),
        ("PAC-07", Some("Centre"), Some("C2"), 60, 8),
        ("PAC-07", Some("Nord"), Some("C3"), 100, 55),
        ("PAC-07", None, None, 5, 0),
        ("DOS-01", Some("Centre"), Some("C1"), 1000, 3),
        ("EVT-06", Some("Nord"), Some("C3"), 9000, 1234),
        ("MARGE-01", Some("Nord"), Some("C3"), 700, 20),
    ];
    let before = [
        ("PAC-07", Some("Centre"), Some("C1"), 190, 90),
        ("DOS-01", Some("Centre"), Some("C1"), 990, 1),
        ("EVT-06", Some("Nord"), Some("C3"), 8000, 1234),
    ];
    let grenoble =
        [("PAC-07", Some("Sud"), Some("G1"), 50, 5), ("DOS-01", Some("Sud"), Some("G1"), 1234, 10)];
    let (late, early) = (date(2019, 11, 4), date(2019, 9, 20));
    let mut centres = BTreeMap::new();
    for (id, day, import, found) in [
        (LYON, late, "imp-2", &lyon[..]),
        (GRENOBLE, early, "imp-1", &grenoble[..]),
        (HOSTILE, late, "imp-2", &[]),
    ] {
        let version = Version {
            id: format!("v-{id}"),
            date_extraction: day,
            importe_le: "2019-11-05T08:30:00Z".parse()?,
            import_id: import.to_owned(),
            lignes: 123_456,
            tables: TABLES.iter().map(|table| (table.name.to_owned(), 1_000)).collect(),
        };
        let resultats = Arc::new(results(&catalogue, id, day, found)?);
        let precedents = match id {
            LYON => Some(Arc::new(results(&catalogue, id, early, &before)?)),
            _ => None,
        };
        let rattachement = reseau.get(id).cloned().unwrap_or_default();
        let structure_id = id.to_owned();
        centres.insert(
            id.to_owned(),
            Centre {
                structure_id,
                rattachement,
                version,
                resultats,
                precedents,
                couvertures: Arc::default(),
            },
        );
    }
    let import = |id: &str, at: &str, rapport: Value| -> Result<ImportVu, Box<dyn Error>> {
        Ok(ImportVu { id: id.to_owned(), importe_le: at.parse()?, annule_le: None, rapport })
    };
    let mut undone = import("imp-0", "2019-08-01T08:30:00Z", report(&[ROANNE], 0))?;
    undone.annule_le = Some("2019-08-02T08:30:00Z".parse()?);
    let imports = vec![
        import("imp-2", "2019-11-05T08:30:00Z", report(&[LYON, HOSTILE], 120))?,
        import("imp-1", "2019-09-21T08:30:00Z", report(&[LYON, GRENOBLE], 0))?,
        undone,
    ];
    Ok(Etat { reseau, centres, imports, ..Etat::empty(Arc::new(catalogue)) })
}

fn place(id: &str, nom: &str) -> Rattachement {
    Rattachement {
        nom: Some(nom.to_owned()),
        departement: id.get(..2).map(Into::into),
        region: Some("84".to_owned()),
        groupe_pairs: Some("Urbain".to_owned()),
    }
}

type Found<'a> = (&'a str, Option<&'a str>, Option<&'a str>, u64, u64);

pub(super) fn results(
    catalogue: &Catalogue,
    id: &str,
    day: Date,
    found: &[Found<'_>],
) -> Result<Resultats, Box<dyn Error>> {
    let regles = catalogue.regles.iter().map(|regle| ResultatRegle {
        code: regle.code.clone(),
        comptes: found
            .iter()
            .filter(|(code, ..)| *code == regle.code)
            .map(|(_, antenne, conseiller, evalues, anomalies)| {
                let compte = Compte { evalues: *evalues, anomalies: *anomalies };
                (groupe(id, *antenne, *conseiller), compte)
            })
            .collect(),
    });
    let mut periodes = vec![(year(2018), true), (year(2019), true)];
    for name in ["2018", "2019"] {
        for quarter in 1..=4 {
            periodes.push((format!("{name}-T{quarter}").parse()?, false));
        }
        for month in 1..=12 {
            periodes.push((format!("{name}-{month:02}").parse()?, false));
        }
    }
    let indicateurs = periodes.into_iter().map(|(periode, fine)| MesuresPeriode {
        periode,
        mesures: catalogue
            .indicateurs
            .iter()
            .filter(|indicateur| indicateur.couverture.is_none())
            .flat_map(|indicateur| measures(indicateur, id, periode, fine))
            .collect(),
    });
    Ok(Resultats {
        date_extraction: day,
        regles: regles.collect(),
        indicateurs: indicateurs.collect(),
    })
}

/// The measures of an indicator: of the centre, and for a year of its antenne and its conseiller.
fn measures(indicateur: &Indicateur, id: &str, periode: Periode, fine: bool) -> Vec<Mesure> {
    let cumul = cumul(indicateur, id, periode);
    let mesure = |niveau, sous_cle: &str| Mesure {
        code: indicateur.code.clone(),
        niveau,
        structure_id: id.to_owned(),
        sous_cle: sous_cle.to_owned(),
        cumul: cumul.clone(),
    };
    let (antenne, conseiller) = first_conseiller(id);
    let mut mesures = vec![mesure(Niveau::Structure, "")];
    if fine {
        mesures.push(mesure(Niveau::Antenne, antenne));
        mesures.push(mesure(Niveau::Conseiller, conseiller));
    }
    mesures
}

/// 5,000 rows read: all accepted but the rejected and 10 duplicates.
fn report(centres: &[&str], rejected: u64) -> Value {
    let rejets: Vec<Value> = (0..rejected)
        .map(|rank| {
            let (valeur, raison) = match rank {
                0 => ("=cmd|' /C calc'!A0", "Le code n'est pas connu."),
                1 => ("<b>31/02/2019</b>", "La date n'existe pas."),
                _ => ("31/02/2019", "La date n'existe pas."),
            };
            let fichier = "/reception/1/dossiers.csv";
            json!({"fichier": fichier, "feuille": null, "ligne": rank + 2, "colonne": "Né le",
                   "valeur": valeur, "raison": raison})
        })
        .collect();
    let structures: Vec<Value> = centres
        .iter()
        .map(|id| json!({"structure_id": id, "date_extraction": "2019-11-04", "lignes": 123_456}))
        .collect();
    json!({
        "version": 1,
        "fichiers": [
            {"chemin": "/reception/1/dossiers.csv", "empreinte": "0123456789abcdef0123",
             "table": "dossiers", "lues": 4000, "acceptees": 4000 - 10 - rejected,
             "rejetees": rejected, "doublons_identiques": 10},
            {"chemin": "/reception/1/envoi.zip/suite.xlsx", "feuille": "Parcours",
             "empreinte": "fedcba98", "table": "parcours", "lues": 1000, "acceptees": 1000,
             "rejetees": 0, "doublons_identiques": 0}
        ],
        "rejets": rejets,
        "ignorees": [{"fichier": "/reception/1/dossiers.csv", "feuille": null, "ligne": 1,
                      "raison": "ligne d'en-tête"}],
        "structures": structures,
        "renvois": if rejected == 0 { json!({}) } else { json!({LYON: 2}) },
        "colonnes_inconnues": if rejected == 0 { json!([]) } else {
            json!([{"fichier": "/reception/1/dossiers.csv", "feuille": null,
                    "table": "dossiers", "entete": "Situation fam. <i>"}])
        }
    })
}
