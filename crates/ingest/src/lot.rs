//! From the typed rows of a centre to the Arrow batches that the sink receives: activity on one
//! side, identity on the other.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringBuilder,
};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use mallette_domain::table::{ColumnType, Exposure};

use crate::identite::Identites;
use crate::sink::{activity_schema, identity_schema};
use crate::tampon::{Colonne, Lexique, Tampon};

/// Rows of one batch at most.
const BATCH_ROWS: usize = 65_536;

/// What the batches of a centre are made with.
pub(crate) struct Atelier<'a> {
    pub(crate) structure_id: &'a str,
    pub(crate) identites: &'a Identites,
    pub(crate) dossiers: &'a Lexique,
    /// Pseudonym of each dossier of the centre, by its number in `dossiers`.
    pub(crate) pseudonymes: &'a [String],
}

impl Atelier<'_> {
    /// The activity rows of the ranks `kept`.
    pub(crate) fn activity(
        &self,
        tampon: &Tampon,
        kept: &[usize],
    ) -> Result<Vec<RecordBatch>, ArrowError> {
        let schema = activity_schema(tampon.table);
        kept.chunks(BATCH_ROWS).map(|rows| self.activity_batch(&schema, tampon, rows)).collect()
    }

    fn activity_batch(
        &self,
        schema: &SchemaRef,
        tampon: &Tampon,
        rows: &[usize],
    ) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        for (column, colonne) in tampon.table.columns.iter().zip(&tampon.colonnes) {
            if column.exposure == Exposure::Identity {
                continue;
            }
            arrays.push(match colonne {
                _ if column.name == "structure_id" => repeat(self.structure_id, rows.len()),
                Colonne::Textes(texts) => strings(rows.iter().map(|row| {
                    let text = texts.get(*row);
                    (!text.is_empty()).then_some(text)
                })),
                Colonne::Repetes(lexique, ranks) => strings(
                    rows.iter().map(|row| ranks.get(*row).and_then(|rank| lexique.text(*rank))),
                ),
                Colonne::Dossiers(ranks) => {
                    strings(rows.iter().map(|row| self.pseudonym(ranks.get(*row).copied()?)))
                }
                Colonne::Jours(days) => {
                    let days = rows.iter().map(|row| days.get(*row).copied().flatten());
                    Arc::new(days.collect::<Date32Array>())
                }
                Colonne::Nombres(numbers) => {
                    let numbers = rows.iter().map(|row| numbers.get(*row).copied().flatten());
                    if column.kind == ColumnType::Decimal {
                        let hundredths: Decimal128Array =
                            numbers.map(|n| n.map(i128::from)).collect();
                        Arc::new(hundredths.with_precision_and_scale(14, 2)?)
                    } else {
                        Arc::new(numbers.collect::<Int64Array>())
                    }
                }
            });
        }
        if tampon.table.name == "dossiers" {
            let fingerprints = rows.iter().map(|row| {
                let nom = named(tampon, "nom", *row)?;
                self.identites.fingerprint(nom, named(tampon, "prenom", *row)?)
            });
            arrays.push(strings(fingerprints));
        }
        RecordBatch::try_new(Arc::clone(schema), arrays)
    }

    /// The identity rows of the ranks `kept`: those that hold something to keep secret.
    pub(crate) fn identity(
        &self,
        tampon: &Tampon,
        kept: &[usize],
    ) -> Result<Vec<RecordBatch>, ArrowError> {
        let Some(schema) = identity_schema(tampon.table) else { return Ok(Vec::new()) };
        if tampon.table.name == "dossiers" {
            return Ok(vec![self.dossiers_identity(&schema, tampon, kept)?]);
        }
        let columns = schema.fields().iter().map(|field| tampon.colonne(field.name()));
        let columns: Vec<&Colonne> = columns.flatten().collect();
        let rows: Vec<usize> = kept
            .iter()
            .copied()
            .filter(|row| columns.iter().skip(1).any(|column| self.text(column, *row).is_some()))
            .collect();
        let batches = rows.chunks(BATCH_ROWS).map(|rows| {
            let arrays = columns
                .iter()
                .map(|column| strings(rows.iter().map(|row| self.text(column, *row))))
                .collect();
            RecordBatch::try_new(Arc::clone(&schema), arrays)
        });
        batches.collect()
    }

    /// One row per dossier number met in any table, with the names when the dossier is known.
    fn dossiers_identity(
        &self,
        schema: &SchemaRef,
        tampon: &Tampon,
        kept: &[usize],
    ) -> Result<RecordBatch, ArrowError> {
        let mut row_of = vec![None; self.pseudonymes.len()];
        if let Some(Colonne::Dossiers(ranks)) = tampon.colonne("dossier_id") {
            for &row in kept {
                let rank = ranks.get(row).and_then(|rank| usize::try_from(*rank).ok());
                if let Some(slot) = rank.and_then(|rank| row_of.get_mut(rank)) {
                    *slot = Some(row);
                }
            }
        }
        let arrays = schema.fields().iter().map(|field| match field.name().as_str() {
            "dossier_id" => strings(self.pseudonymes.iter().map(|text| Some(text.as_str()))),
            "numero_dossier" => strings(self.dossiers.texts().map(Some)),
            name => strings(row_of.iter().map(|row| named(tampon, name, (*row)?))),
        });
        RecordBatch::try_new(Arc::clone(schema), arrays.collect())
    }

    fn pseudonym(&self, rank: u32) -> Option<&str> {
        self.pseudonymes.get(usize::try_from(rank).ok()?).map(String::as_str)
    }

    fn text<'a>(&'a self, colonne: &'a Colonne, row: usize) -> Option<&'a str> {
        match colonne {
            Colonne::Textes(texts) => Some(texts.get(row)).filter(|text| !text.is_empty()),
            Colonne::Repetes(lexique, ranks) => lexique.text(*ranks.get(row)?),
            Colonne::Dossiers(ranks) => self.pseudonym(*ranks.get(row)?),
            Colonne::Jours(_) | Colonne::Nombres(_) => None,
        }
    }
}

/// The text of a column of repeated texts, by the name of the column.
fn named<'a>(tampon: &'a Tampon, name: &str, row: usize) -> Option<&'a str> {
    match tampon.colonne(name)? {
        Colonne::Repetes(lexique, ranks) => lexique.text(*ranks.get(row)?),
        _ => None,
    }
}

fn strings<T: AsRef<str>>(texts: impl Iterator<Item = Option<T>>) -> ArrayRef {
    let mut builder = StringBuilder::new();
    texts.for_each(|text| builder.append_option(text));
    Arc::new(builder.finish())
}

fn repeat(text: &str, count: usize) -> ArrayRef {
    strings(std::iter::repeat_n(Some(text), count))
}
