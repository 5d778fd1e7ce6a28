//! What people said of headers nobody knew, and which columns a header resembles.
//!
//! A person's word completes what the catalogue knows and never contradicts it: a header that the
//! catalogue recognises keeps its meaning, whatever was said of it before.

use std::collections::BTreeMap;

use mallette_domain::table::{self, Column, Table};

use crate::profil::with_hint;
use crate::{Catalogue, CatalogueError};
use mallette_domain::normalise;

/// Below this likeness, from 0 to 1, two wordings have nothing in common worth saying.
const WORTH_SAYING: f64 = 0.75;

/// The mappings that people made, by table and normalised header.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Correspondances(BTreeMap<(&'static str, String), &'static str>);

impl Correspondances {
    pub(crate) fn header(&self, table: &Table, header: &str) -> Option<&'static Column> {
        with_hint(header, |text| {
            self.0.get(&(table.name, normalise(text))).and_then(|name| table.column(name))
        })
    }
}

impl Catalogue {
    /// Adds what a person said of a header: in that table it means that column, in place of what
    /// was said of it before.
    ///
    /// # Errors
    /// When the table or the column does not exist, when the header says nothing, or when the
    /// catalogue already knows it as another column: a person's word never replaces that silently.
    pub fn learn_header(
        &mut self,
        table: &str,
        header: &str,
        column: &str,
    ) -> Result<(), CatalogueError> {
        let refuse = |raison: String| CatalogueError::new("correspondance", header, raison);
        let table = table::find(table)
            .ok_or_else(|| refuse(format!("la table « {table} » n'existe pas.")))?;
        let Some(found) = table.column(column) else {
            let raison = format!("la table « {} » n'a pas de colonne « {column} ».", table.name);
            return Err(refuse(raison));
        };
        if normalise(header).is_empty() {
            let raison = format!("l'en-tête « {header} » n'a ni lettre ni chiffre.");
            return Err(refuse(raison));
        }
        match self.index.header(table, header) {
            Some(known) if known.name != found.name => Err(refuse(format!(
                "dans la table « {} », « {header} » désigne déjà « {} » pour le catalogue, qui \
                 l'emporte. Renommer la colonne dans le fichier.",
                table.name, known.name
            ))),
            _ => {
                self.correspondances.0.insert((table.name, normalise(header)), found.name);
                Ok(())
            }
        }
    }

    /// Forgets what was said of a header; whether something had been.
    pub fn forget_header(&mut self, table: &str, header: &str) -> bool {
        let table = table::find(table);
        table.is_some_and(|table| {
            self.correspondances.0.remove(&(table.name, normalise(header))).is_some()
        })
    }

    /// Forgets all that was said of headers: what the files of the catalogue say is left.
    pub fn forget_headers(&mut self) {
        self.correspondances.0.clear();
    }

    /// The columns of a table whose known wordings resemble a header, the closest first: at most
    /// `limit`, none when nothing resembles it.
    #[must_use]
    pub fn closest_columns(
        &self,
        table: &'static Table,
        header: &str,
        limit: usize,
    ) -> Vec<&'static Column> {
        let key = normalise(header);
        let mut scores: BTreeMap<&'static str, f64> = BTreeMap::new();
        for (wording, column) in self.index.wordings(table) {
            let score = strsim::jaro_winkler(&key, wording);
            let best = scores.entry(column).or_default();
            *best = best.max(score);
        }
        let mut close: Vec<(&'static str, f64)> =
            scores.into_iter().filter(|(_, score)| *score >= WORTH_SAYING).collect();
        close.sort_by(|(left_name, left), (right_name, right)| {
            right.total_cmp(left).then_with(|| left_name.cmp(right_name))
        });
        close.into_iter().take(limit).filter_map(|(name, _)| table.column(name)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(catalogue: &Catalogue, table: &str, header: &str) -> Option<&'static str> {
        let table = table::find(table).unwrap();
        catalogue.recognise_header(table, header).map(|column| column.name)
    }

    #[test]
    fn what_a_person_said_is_replaced_and_forgotten() {
        let mut catalogue = Catalogue::builtin().unwrap();
        let before = catalogue.clone();
        catalogue.learn_header("dossiers", "Pointure", "antenne").unwrap();
        assert_eq!(meaning(&catalogue, "dossiers", " POINTURE "), Some("antenne"));
        assert_eq!(meaning(&catalogue, "dossiers", "Pointure (texte)"), Some("antenne"));
        assert_eq!(meaning(&catalogue, "evenements", "Pointure"), None);
        catalogue.learn_header("dossiers", "pointure", "dossier_id").unwrap();
        assert_eq!(meaning(&catalogue, "dossiers", "Pointure"), Some("dossier_id"));
        assert!(!catalogue.forget_header("evenements", "Pointure"));
        assert!(!catalogue.forget_header("inconnue", "Pointure"));
        assert!(catalogue.forget_header("dossiers", "POINTURE"));
        assert!(!catalogue.forget_header("dossiers", "POINTURE"));
        assert_eq!(catalogue, before);
        catalogue.learn_header("dossiers", "Pointure", "antenne").unwrap();
        catalogue.forget_headers();
        assert_eq!(catalogue, before);
    }

    #[test]
    fn the_catalogue_keeps_its_meaning() {
        let mut catalogue = Catalogue::builtin().unwrap();
        let before = catalogue.clone();
        for (table, header, column, said) in [
            ("dossiers", "N° dossier", "antenne", "désigne déjà « dossier_id »"),
            ("dossiers", "Date de naissance (JJ/MM)", "date_maj", "désigne déjà"),
            ("dossier", "Pointure", "antenne", "la table « dossier » n'existe pas"),
            ("dossiers", "Pointure", "pointure", "pas de colonne « pointure »"),
            ("dossiers", " ° ", "antenne", "ni lettre ni chiffre"),
        ] {
            let refused = catalogue.learn_header(table, header, column).unwrap_err().to_string();
            assert!(refused.contains(said), "{refused}");
            assert_eq!(catalogue, before, "{header}");
        }
        // What it already means may be said again.
        catalogue.learn_header("dossiers", "N° dossier", "dossier_id").unwrap();
        assert_eq!(meaning(&catalogue, "dossiers", "N° dossier"), Some("dossier_id"));
    }

    #[test]
    fn a_header_resembles_its_neighbours_and_not_everything() {
        let catalogue = Catalogue::builtin().unwrap();
        let close = |header| {
            let table = table::find("dossiers").unwrap();
            let columns = catalogue.closest_columns(table, header, 3);
            columns.into_iter().map(|column| column.name).collect::<Vec<_>>()
        };
        assert_eq!(close("Date naisance")[0], "date_naissance");
        assert_eq!(close("N° de dossier interne")[0], "dossier_id");
        assert_eq!(close("Code postale")[0], "code_postal");
        assert!(close("Xyzzy").is_empty());
        assert!(close("°").is_empty());
        assert!(close("date").len() <= 3);
    }
}
