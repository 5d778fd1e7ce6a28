//! The rows of one centre, table by table, until all files are read.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use mallette_domain::resultat::Rattachement;
use mallette_domain::table::{TABLES, Table};

use crate::doublon::{self, Sort};
use crate::erreur::IngestError;
use crate::identite::Identites;
use crate::lot::Atelier;
use crate::sink::{CentreKeys, Lot, Sink};
use crate::tampon::{Colonne, Lexique, Origine, Tampon, Valeur};

/// What one centre brought.
#[derive(Debug, Default)]
pub(crate) struct Centre {
    dossiers: Lexique,
    tampons: BTreeMap<&'static str, Tampon>,
    kept: BTreeMap<&'static str, Vec<usize>>,
    dates: BTreeSet<Date>,
    last_date: Option<Date>,
}

/// A row that another of the same key replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remplacee {
    pub(crate) origine: Origine,
    pub(crate) par: Origine,
    /// The key that both have.
    pub(crate) valeur: String,
}

/// What became of the rows of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Regle {
    /// Name of the key column.
    pub(crate) cle: &'static str,
    pub(crate) gardees: Vec<Origine>,
    pub(crate) identiques: Vec<Origine>,
    pub(crate) remplacees: Vec<Remplacee>,
}

impl Centre {
    pub(crate) fn push(&mut self, table: &'static Table, valeurs: &[Valeur<'_>], origine: Origine) {
        let tampon = self.tampons.entry(table.name).or_insert_with(|| Tampon::new(table));
        tampon.push(valeurs, origine, &mut self.dossiers);
    }

    pub(crate) fn note_date(&mut self, date: Option<Date>) {
        if date.is_some() && date != self.last_date {
            self.dates.extend(date);
            self.last_date = date;
        }
    }

    /// Extraction dates that its rows tell.
    pub(crate) fn dates(&self) -> impl Iterator<Item = Date> {
        self.dates.iter().copied()
    }

    /// Where its rows come from.
    pub(crate) fn origines(&self) -> impl Iterator<Item = Origine> {
        self.tampons.values().flat_map(|tampon| tampon.origines.iter().copied())
    }

    /// The sheets that its rows come from.
    pub(crate) fn feuilles(&self) -> BTreeSet<u32> {
        let mut sheets = BTreeSet::new();
        for tampon in self.tampons.values() {
            // Rows come sheet by sheet: runs are long.
            for run in tampon.origines.chunk_by(|left, right| left.feuille == right.feuille) {
                sheets.extend(run.first().map(|origine| origine.feuille));
            }
        }
        sheets
    }

    /// Notes tables that it has sent, whether or not it has rows in them.
    pub(crate) fn receive(&mut self, tables: &BTreeSet<&'static str>) {
        for table in TABLES.iter().filter(|table| tables.contains(table.name)) {
            self.tampons.entry(table.name).or_insert_with(|| Tampon::new(table));
        }
    }

    /// What its `structures` rows say of it, the last read; none without such a row.
    pub(crate) fn rattachement(&self) -> Option<Rattachement> {
        let tampon = self.tampons.get("structures")?;
        let last = tampon.len().checked_sub(1)?;
        let text = |name: &str| match tampon.colonne(name)? {
            Colonne::Repetes(lexique, ranks) => lexique.text(*ranks.get(last)?).map(str::to_owned),
            _ => None,
        };
        Some(Rattachement {
            nom: text("nom"),
            departement: text("departement"),
            region: text("region"),
            groupe_pairs: text("groupe_pairs"),
        })
    }

    /// Settles the keys seen twice, and tells what became of every row.
    pub(crate) fn settle(&mut self) -> Vec<Regle> {
        let mut regles = Vec::new();
        for (name, tampon) in &self.tampons {
            let sorts = doublon::settle(tampon);
            let cle = tampon.table.key.last().copied().unwrap_or("structure_id");
            let mut regle =
                Regle { cle, gardees: Vec::new(), identiques: Vec::new(), remplacees: Vec::new() };
            let mut kept = Vec::new();
            for (row, (sort, origine)) in sorts.iter().zip(&tampon.origines).enumerate() {
                match sort {
                    Sort::Garde => {
                        regle.gardees.push(*origine);
                        kept.push(row);
                    }
                    Sort::Identique => regle.identiques.push(*origine),
                    Sort::Remplace { par } => regle.remplacees.push(Remplacee {
                        origine: *origine,
                        par: tampon.origines.get(*par).copied().unwrap_or(*origine),
                        valeur: self.key_text(tampon, cle, row),
                    }),
                }
            }
            self.kept.insert(name, kept);
            regles.push(regle);
        }
        regles
    }

    fn key_text(&self, tampon: &Tampon, cle: &str, row: usize) -> String {
        let text = match tampon.colonne(cle) {
            Some(Colonne::Textes(texts)) => Some(texts.get(row)),
            Some(Colonne::Repetes(lexique, ranks)) => {
                ranks.get(row).and_then(|rank| lexique.text(*rank))
            }
            Some(Colonne::Dossiers(ranks)) => {
                ranks.get(row).and_then(|rank| self.dossiers.text(*rank))
            }
            _ => None,
        };
        text.unwrap_or_default().to_owned()
    }

    /// Rows kept, all tables.
    pub(crate) fn kept(&self) -> u64 {
        self.kept.values().map(|rows| rows.len() as u64).sum()
    }

    /// Whether it brings anything beyond its own description.
    pub(crate) fn has_activity(&self) -> bool {
        self.kept.iter().any(|(name, rows)| *name != "structures" && !rows.is_empty())
    }

    /// Hands its tables to the sink, freeing each as it goes.
    pub(crate) fn send(
        mut self,
        structure_id: &str,
        date_extraction: Date,
        keys: &dyn CentreKeys,
        sink: &mut dyn Sink,
    ) -> Result<(), IngestError> {
        let identites = Identites::new(&keys.key(structure_id)?);
        let pseudonymes: Vec<String> =
            self.dossiers.texts().map(|numero| identites.pseudonym(numero)).collect();
        let dossiers = std::mem::take(&mut self.dossiers);
        let atelier = Atelier {
            structure_id,
            identites: &identites,
            dossiers: &dossiers,
            pseudonymes: &pseudonymes,
        };
        for table in TABLES {
            let Some(tampon) = self.tampons.remove(table.name) else { continue };
            let kept = self.kept.remove(table.name).unwrap_or_default();
            let failed = |error: arrow::error::ArrowError| {
                IngestError::Forme(table.name.to_owned(), error.to_string())
            };
            sink.accept(Lot {
                structure_id: structure_id.to_owned(),
                date_extraction,
                table,
                activite: atelier.activity(&tampon, &kept).map_err(failed)?,
                identites: atelier.identity(&tampon, &kept).map_err(failed)?,
            })?;
        }
        Ok(())
    }
}
