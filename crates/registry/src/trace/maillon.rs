//! One link of the chain as it is stored, and its fingerprint.

use sqlx::any::AnyRow;

use crate::RegistryError;
use crate::ligne::{maybe, number, text};

/// First bytes of what is fingerprinted: another form of entry will have another.
const MARK: &str = "mallette trace 1";

/// An entry as the table holds it: texts are not interpreted, so that a forged one is still read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Maillon {
    pub(super) rang: i64,
    pub(super) le: String,
    pub(super) personne_id: Option<String>,
    pub(super) role: Option<String>,
    pub(super) acte: String,
    pub(super) structure_id: Option<String>,
    pub(super) nombre: i64,
    pub(super) detail: String,
    pub(super) empreinte_avant: String,
    /// Order and pseudonym of each dossier.
    pub(super) dossiers: Vec<(i64, String)>,
}

impl Maillon {
    /// A row of `trace`, whose dossiers are added after.
    pub(super) fn read(row: &AnyRow) -> Result<Self, RegistryError> {
        Ok(Self {
            rang: number(row, "rang")?,
            le: text(row, "le")?,
            personne_id: maybe(row, "personne_id")?,
            role: maybe(row, "role")?,
            acte: text(row, "acte")?,
            structure_id: maybe(row, "structure_id")?,
            nombre: number(row, "nombre")?,
            detail: text(row, "detail")?,
            empreinte_avant: text(row, "empreinte_avant")?,
            dossiers: Vec::new(),
        })
    }

    /// Fingerprint of every field and of the entry before. Each text is preceded by its length and
    /// by whether it is there: two entries that differ never give the same bytes.
    pub(super) fn empreinte(&self) -> String {
        let mut encoding = Encoding(blake3::Hasher::new());
        encoding.text(MARK);
        encoding.number(self.rang);
        encoding.text(&self.le);
        encoding.maybe(self.personne_id.as_deref());
        encoding.maybe(self.role.as_deref());
        encoding.text(&self.acte);
        encoding.maybe(self.structure_id.as_deref());
        encoding.number(self.nombre);
        encoding.text(&self.detail);
        encoding.text(&self.empreinte_avant);
        encoding.length(self.dossiers.len());
        for (ordre, dossier_id) in &self.dossiers {
            encoding.number(*ordre);
            encoding.text(dossier_id);
        }
        encoding.end()
    }
}

/// A fingerprint in the making, of values that cannot run into one another.
pub(super) struct Encoding(pub(super) blake3::Hasher);

impl Encoding {
    pub(super) fn number(&mut self, number: i64) {
        self.0.update(&number.to_le_bytes());
    }

    pub(super) fn length(&mut self, length: usize) {
        self.0.update(&(length as u64).to_le_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.update(text.as_bytes());
    }

    fn maybe(&mut self, text: Option<&str>) {
        self.0.update(&[u8::from(text.is_some())]);
        self.text(text.unwrap_or_default());
    }

    pub(super) fn end(self) -> String {
        self.0.finalize().to_hex().to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn maillon() -> Maillon {
        Maillon {
            rang: 7,
            le: "2019-11-05T08:00:00.000000000Z".to_owned(),
            personne_id: Some("p1".to_owned()),
            role: Some("directeur".to_owned()),
            acte: "lecture".to_owned(),
            structure_id: Some("A".to_owned()),
            nombre: 2,
            detail: "{}".to_owned(),
            empreinte_avant: "ab".to_owned(),
            dossiers: vec![(1, "d1".to_owned()), (2, "d2".to_owned())],
        }
    }

    #[test]
    fn each_field_and_each_border_counts() {
        let base = maillon();
        let dossiers = |list: &[(i64, &str)]| -> Vec<(i64, String)> {
            list.iter().map(|(ordre, id)| (*ordre, (*id).to_owned())).collect()
        };
        let others = [
            Maillon { rang: 8, ..maillon() },
            Maillon { le: "2019-11-05T08:00:00.000000001Z".to_owned(), ..maillon() },
            Maillon { personne_id: None, ..maillon() },
            Maillon { personne_id: Some(String::new()), ..maillon() },
            Maillon { role: None, ..maillon() },
            Maillon { acte: "lecture ".to_owned(), ..maillon() },
            // The same letters, elsewhere.
            Maillon { acte: "lectureA".to_owned(), structure_id: None, ..maillon() },
            Maillon { structure_id: None, ..maillon() },
            Maillon { nombre: 3, ..maillon() },
            Maillon { detail: "{} ".to_owned(), ..maillon() },
            Maillon { detail: "{}ab".to_owned(), empreinte_avant: String::new(), ..maillon() },
            Maillon { empreinte_avant: "ac".to_owned(), ..maillon() },
            Maillon { dossiers: Vec::new(), ..maillon() },
            Maillon { dossiers: dossiers(&[(1, "d1")]), ..maillon() },
            Maillon { dossiers: dossiers(&[(1, "d2"), (2, "d1")]), ..maillon() },
            Maillon { dossiers: dossiers(&[(1, "d1"), (3, "d2")]), ..maillon() },
            Maillon { dossiers: dossiers(&[(1, "d1d"), (2, "2")]), ..maillon() },
        ];
        let all: BTreeSet<_> = others.iter().chain([&base]).map(Maillon::empreinte).collect();
        assert_eq!(all.len(), others.len() + 1);
        assert_eq!(base.empreinte(), maillon().empreinte());
    }

    #[test]
    fn the_fingerprint_of_today_is_that_of_tomorrow() {
        // A stored chain must verify under any later version of the program.
        assert_eq!(
            maillon().empreinte(),
            "2eb3a70d99a0a39133b7828d86e595f1b0bd6b11992ef479e89f19fa270d1910"
        );
    }
}
