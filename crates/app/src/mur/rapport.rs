//! The report of an import, as who reads the figures of the network sees it: counts and table names,
//! and nothing that the centre wrote itself. A file is often called by the name of a young person, a
//! sheet too, and so may be a header that is no column.

use std::collections::BTreeMap;

use mallette_domain::acces::Acces;
use serde_json::Value;

use crate::etat::ImportVu;
use crate::lecture::imports::Rapport;

/// An import as that access sees it: as it is for who makes imports of all its centres.
pub(super) fn seen(import: &ImportVu, acces: &Acces) -> ImportVu {
    let structures = Rapport::of(import).structures();
    if structures.iter().all(|structure| acces.imports_for(structure.structure_id)) {
        return import.clone();
    }
    ImportVu { rapport: without_wordings(&import.rapport), ..import.clone() }
}

/// Each file and each sheet under a number, the same all over the report; no unknown header. Refused
/// values were already masked where they may be a name, when the report was made.
fn without_wordings(rapport: &Value) -> Value {
    let mut shown = rapport.clone();
    let mut names = Names::default();
    // The list of files first: it gives them their numbers.
    for key in ["fichiers", "rejets", "ignorees"] {
        let rows = shown.get_mut(key).and_then(Value::as_array_mut);
        for row in rows.into_iter().flatten() {
            names.rename(row);
        }
    }
    if let Some(report) = shown.as_object_mut() {
        report.insert("colonnes_inconnues".to_owned(), Value::Array(Vec::new()));
    }
    shown
}

/// The numbers given so far.
#[derive(Default)]
struct Names {
    fichiers: BTreeMap<String, usize>,
    feuilles: BTreeMap<(String, String), usize>,
}

impl Names {
    fn rename(&mut self, row: &mut Value) {
        let Some(row) = row.as_object_mut() else { return };
        let mut fichier = String::new();
        for key in ["chemin", "fichier"] {
            let Some(Value::String(name)) = row.get_mut(key) else { continue };
            let next = self.fichiers.len() + 1;
            let rank = *self.fichiers.entry(name.clone()).or_insert(next);
            fichier = std::mem::replace(name, format!("fichier {rank}"));
        }
        if let Some(Value::String(name)) = row.get_mut("feuille") {
            let next = self.feuilles.keys().filter(|(of, _)| *of == fichier).count() + 1;
            let rank = *self.feuilles.entry((fichier, name.clone())).or_insert(next);
            *name = format!("feuille {rank}");
        }
    }
}

#[cfg(test)]
mod tests {
    use mallette_domain::acces::Role;
    use serde_json::json;

    use super::*;
    use crate::mur::essai::acces;

    fn import() -> ImportVu {
        let rapport = json!({
            "structures": [{"structure_id": "A", "date_extraction": "2019-11-04", "lignes": 3}],
            "fichiers": [
                {"chemin": "/r/DUPONT.csv", "table": "dossiers", "lues": 3, "acceptees": 2, "rejetees": 1},
                {"chemin": "/r/x.xlsx", "feuille": "DUPONT Lea", "table": null, "lues": 0},
                {"chemin": "/r/x.xlsx", "feuille": "Suivi DUPONT", "table": "dossiers", "lues": 4}
            ],
            "rejets": [{"fichier": "/r/DUPONT.csv", "feuille": null, "ligne": 2, "colonne": "sexe",
                        "valeur": "X", "raison": "r"}],
            "ignorees": [{"fichier": "/r/x.xlsx", "feuille": "Suivi DUPONT", "ligne": 1, "raison": "r"}],
            "colonnes_inconnues": [{"fichier": "/r/DUPONT.csv", "table": "dossiers", "entete": "DUPONT"}]
        });
        let importe_le = "2026-11-25T12:00:00Z".parse().unwrap();
        ImportVu { id: "i".to_owned(), importe_le, annule_le: None, rapport }
    }

    #[test]
    fn the_network_reads_the_counts_of_an_import_and_none_of_its_wordings() {
        let import = import();
        let shown = seen(&import, &acces(Role::ChargeDeMission, None));
        assert!(!shown.rapport.to_string().contains("DUPONT"), "{}", shown.rapport);
        let (rapport, whole) = (Rapport::of(&shown), Rapport::of(&import));
        assert_eq!(rapport.totals(), whole.totals());
        assert_eq!(rapport.structures(), whole.structures());
        let files: Vec<_> =
            rapport.fichiers().into_iter().map(|file| (file.chemin, file.feuille)).collect();
        let expected = [
            ("fichier 1", None),
            ("fichier 2", Some("feuille 1")),
            ("fichier 2", Some("feuille 2")),
        ];
        assert_eq!(files, expected);
        let refused: Vec<_> = rapport.rejets(Some("fichier 1")).map(|row| row.valeur).collect();
        assert_eq!(refused, [Some("X")], "a code is seen, to be mapped");
        assert_eq!(rapport.ignorees().next().and_then(|row| row.feuille), Some("feuille 2"));
    }

    #[test]
    fn who_made_the_import_reads_it_as_it_is() {
        for role in [Role::Directeur, Role::Referent] {
            assert_eq!(seen(&import(), &acces(role, Some("A"))), import(), "{role:?}");
        }
        assert_ne!(seen(&import(), &acces(Role::Directeur, Some("B"))), import());
    }
}
