//! The account of an import, read from its stored report (`reference.md` §5).

use serde_json::Value;

use crate::etat::ImportVu;

/// Key of the stored report: the lines that each centre's vault keeps whole, to send back.
pub(crate) const RENVOIS: &str = "renvois";

/// A file, or a sheet of a workbook: `lues = acceptees + rejetees + doublons`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FichierVu<'a> {
    /// Path as stored.
    pub chemin: &'a str,
    /// Sheet, for a workbook.
    pub feuille: Option<&'a str>,
    /// Canonical table; none when it was not recognised.
    pub table: Option<&'a str>,
    /// Fingerprint of the content.
    pub empreinte: &'a str,
    /// Data rows met.
    pub lues: u64,
    /// Rows kept.
    pub acceptees: u64,
    /// Rows refused.
    pub rejetees: u64,
    /// Rows met twice with the same content.
    pub doublons: u64,
}

/// A row refused, or a line that is not data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LigneVue<'a> {
    /// Path as stored.
    pub fichier: &'a str,
    /// Sheet, for a workbook.
    pub feuille: Option<&'a str>,
    /// Line of the file, or row of the sheet, from 1.
    pub ligne: u64,
    /// Header of the column at fault.
    pub colonne: Option<&'a str>,
    /// The value at fault.
    pub valeur: Option<&'a str>,
    /// Why.
    pub raison: &'a str,
}

/// A header that nobody recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColonneVue<'a> {
    /// Path as stored.
    pub fichier: &'a str,
    /// Canonical table of the sheet.
    pub table: &'a str,
    /// The header, as the file writes it.
    pub entete: &'a str,
}

/// A centre that an import brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StructureVue<'a> {
    /// I-MILO code.
    pub structure_id: &'a str,
    /// Extraction date, as stored: `AAAA-MM-JJ`.
    pub date_extraction: &'a str,
    /// Rows accepted.
    pub lignes: u64,
}

/// A stored report. What a report lacks counts as empty: reports of all versions are read.
#[derive(Debug, Clone, Copy)]
pub struct Rapport<'a>(&'a Value);

impl<'a> Rapport<'a> {
    /// The report of an import.
    #[must_use]
    pub fn of(import: &'a ImportVu) -> Self {
        Self(&import.rapport)
    }

    /// Files and sheets, in the order in which they were read.
    #[must_use]
    pub fn fichiers(&self) -> Vec<FichierVu<'a>> {
        let fichiers = self.list("fichiers").iter().map(|value| FichierVu {
            chemin: text(value, "chemin").unwrap_or_default(),
            feuille: text(value, "feuille"),
            table: text(value, "table"),
            empreinte: text(value, "empreinte").unwrap_or_default(),
            lues: number(value, "lues"),
            acceptees: number(value, "acceptees"),
            rejetees: number(value, "rejetees"),
            doublons: number(value, "doublons_identiques"),
        });
        fichiers.collect()
    }

    /// The three counters over all files.
    #[must_use]
    pub fn totals(&self) -> FichierVu<'a> {
        let mut total = FichierVu::default();
        for fichier in self.fichiers() {
            total.lues += fichier.lues;
            total.acceptees += fichier.acceptees;
            total.rejetees += fichier.rejetees;
            total.doublons += fichier.doublons;
        }
        total
    }

    /// Rows refused, of one file or of all.
    pub fn rejets(&self, fichier: Option<&str>) -> impl Iterator<Item = LigneVue<'a>> {
        let rejets = self.list("rejets").iter().map(ligne);
        rejets.filter(move |rejet| fichier.is_none_or(|fichier| fichier == rejet.fichier))
    }

    /// Lines that are not data: title, header, blank, totals.
    pub fn ignorees(&self) -> impl Iterator<Item = LigneVue<'a>> {
        self.list("ignorees").iter().map(ligne)
    }

    /// Headers not recognised, each table and header once.
    #[must_use]
    pub fn colonnes_inconnues(&self) -> Vec<ColonneVue<'a>> {
        let mut colonnes: Vec<ColonneVue<'a>> = Vec::new();
        for value in self.list("colonnes_inconnues") {
            let (Some(table), Some(entete)) = (text(value, "table"), text(value, "entete")) else {
                continue;
            };
            let known = |other: &ColonneVue<'_>| other.table == table && other.entete == entete;
            if !colonnes.iter().any(known) {
                let fichier = text(value, "fichier").unwrap_or_default();
                colonnes.push(ColonneVue { fichier, table, entete });
            }
        }
        colonnes
    }

    /// Centres brought.
    #[must_use]
    pub fn structures(&self) -> Vec<StructureVue<'a>> {
        let structures = self.list("structures").iter().map(|value| StructureVue {
            structure_id: text(value, "structure_id").unwrap_or_default(),
            date_extraction: text(value, "date_extraction").unwrap_or_default(),
            lignes: number(value, "lignes"),
        });
        structures.collect()
    }

    /// Centres whose refused lines are kept whole in their vault, with the number of those lines.
    #[must_use]
    pub fn renvois(&self) -> Vec<(&'a str, u64)> {
        let kept = self.0.get(RENVOIS).and_then(Value::as_object);
        let kept = kept.into_iter().flatten();
        kept.filter_map(|(id, lignes)| Some((id.as_str(), lignes.as_u64()?))).collect()
    }

    fn list(&self, key: &str) -> &'a [Value] {
        self.0.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

fn ligne(value: &Value) -> LigneVue<'_> {
    LigneVue {
        fichier: text(value, "fichier").unwrap_or_default(),
        feuille: text(value, "feuille"),
        ligne: number(value, "ligne"),
        colonne: text(value, "colonne"),
        valeur: text(value, "valeur"),
        raison: text(value, "raison").unwrap_or_default(),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

fn number(value: &Value, key: &str) -> u64 {
    value.get(key).and_then(Value::as_u64).unwrap_or_default()
}

/// What a person calls a file: its name without the folders, archive included.
#[must_use]
pub fn short_name(chemin: &str) -> &str {
    let is_archive = |part: &str| part.len() > 4 && part.to_ascii_lowercase().ends_with(".zip");
    let mut start = 0;
    for part in chemin.split_inclusive(['/', '\\']) {
        let rest = chemin.get(start..).unwrap_or(chemin);
        if is_archive(part.trim_end_matches(['/', '\\'])) || part.len() == rest.len() {
            return rest;
        }
        start += part.len();
    }
    chemin
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_by_its_name_and_that_of_its_archive() {
        assert_eq!(short_name("dossiers.csv"), "dossiers.csv");
        assert_eq!(short_name("/donnees/reception/7/dossiers.csv"), "dossiers.csv");
        assert_eq!(short_name("/a/envoi.ZIP/sous/é.csv"), "envoi.ZIP/sous/é.csv");
        assert_eq!(short_name("c:\\x\\y.xlsx"), "y.xlsx");
        assert_eq!(short_name("/a/b/"), "b/");
        assert_eq!(short_name(""), "");
    }

    #[test]
    fn a_report_that_lacks_everything_is_empty() {
        for value in [Value::Null, serde_json::json!({"rejets": 3, "fichiers": [1, null, {}]})] {
            let rapport = Rapport(&value);
            assert_eq!(rapport.rejets(None).count(), 0);
            assert_eq!(rapport.ignorees().count(), 0);
            assert!(rapport.structures().is_empty() && rapport.colonnes_inconnues().is_empty());
            assert_eq!(rapport.totals(), FichierVu::default());
            assert!(rapport.renvois().is_empty());
        }
    }

    #[test]
    fn counters_add_up_over_files_and_rejects_are_kept_by_file() {
        let value = serde_json::json!({
            "fichiers": [
                {"chemin": "a.csv", "lues": 10, "acceptees": 7, "rejetees": 2, "doublons_identiques": 1},
                {"chemin": "b.csv", "lues": 5, "acceptees": 5, "rejetees": 0, "doublons_identiques": 0}
            ],
            "rejets": [
                {"fichier": "a.csv", "feuille": null, "ligne": 3, "colonne": "x", "valeur": "31/02/2019", "raison": "r"},
                {"fichier": "b.csv", "feuille": "F", "ligne": 4, "colonne": null, "valeur": null, "raison": "q"}
            ],
            "renvois": {"69382S00": 2, "38185S00": "x"},
            "colonnes_inconnues": [
                {"fichier": "a.csv", "feuille": null, "table": "dossiers", "entete": "Truc"},
                {"fichier": "b.csv", "feuille": null, "table": "dossiers", "entete": "Truc"}
            ]
        });
        let rapport = Rapport(&value);
        let total = rapport.totals();
        assert_eq!((total.lues, total.acceptees, total.rejetees, total.doublons), (15, 12, 2, 1));
        assert_eq!(rapport.rejets(Some("b.csv")).map(|rejet| rejet.ligne).collect::<Vec<_>>(), [4]);
        assert_eq!(rapport.rejets(None).count(), 2);
        assert_eq!(rapport.colonnes_inconnues().len(), 1);
        assert_eq!(rapport.renvois(), [("69382S00", 2)]);
    }
}
