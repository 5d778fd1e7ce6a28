//! From the typed rows of a centre to the Arrow batches that the sink receives: activity on one
//! side, identity on the other. A batch is laid out when it is asked for, by who writes it.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, Date32Array, Decimal128Array, Int64Array, RecordBatch, StringArray, StringBuilder,
};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use mallette_domain::table::{Column, ColumnType, Exposure};

use crate::bloc::Bloc;
use crate::colonne::{Colonne, Forme, Lexique, SANS_JOUR, SANS_NOMBRE, Textes};
use crate::debord::Debord;
use crate::erreur::IngestError;
use crate::identite::{Identites, Pseudonyme};
use crate::sink::{Lignes, SinkError, activity_schema, identity_schema};
use crate::tampon::Tampon;

/// What the batches of a centre are made with.
#[derive(Debug)]
pub(crate) struct Atelier {
    pub(crate) structure_id: String,
    pub(crate) identites: Identites,
    pub(crate) dossiers: Lexique,
    /// Pseudonym of each dossier of the centre, by its number in `dossiers`.
    pub(crate) pseudonymes: Vec<Pseudonyme>,
    pub(crate) debord: Arc<Debord>,
}

/// Ranks among all rows of those that are not kept.
type Ecartees = Arc<BTreeSet<usize>>;

impl Atelier {
    /// The activity rows, less `ecartees`.
    pub(crate) fn activity(self: Arc<Self>, tampon: Arc<Tampon>, ecartees: Ecartees) -> Lignes {
        let schema = activity_schema(tampon.table);
        let mut first = 0;
        Box::new((0..tampon.blocs()).map(move |rank| {
            let bloc = kept(&tampon, rank, &self.debord, &mut first, &ecartees)?;
            let batch = self.activity_batch(&schema, &tampon, &bloc);
            batch.map_err(|error| misshapen(&tampon, &error))
        }))
    }

    fn activity_batch(
        &self,
        schema: &SchemaRef,
        tampon: &Tampon,
        bloc: &Bloc,
    ) -> Result<RecordBatch, ArrowError> {
        let mut arrays: Vec<ArrayRef> = Vec::with_capacity(schema.fields().len());
        let columns = tampon.table.columns.iter().zip(&bloc.colonnes).enumerate();
        for (rank, (column, colonne)) in columns {
            if column.exposure == Exposure::Identity {
                continue;
            }
            arrays.push(if rank == 0 {
                repeated(&self.structure_id, bloc.len())
            } else {
                self.array(tampon, rank, column, colonne)?
            });
        }
        if tampon.table.name == "dossiers" {
            let fingerprints = (0..bloc.len()).map(|row| {
                let nom = named(tampon, bloc, "nom", row)?;
                self.identites.fingerprint(nom, named(tampon, bloc, "prenom", row)?)
            });
            arrays.push(strings(fingerprints));
        }
        RecordBatch::try_new(Arc::clone(schema), arrays)
    }

    fn array(
        &self,
        tampon: &Tampon,
        rank: usize,
        column: &Column,
        colonne: &Colonne,
    ) -> Result<ArrayRef, ArrowError> {
        Ok(match colonne {
            Colonne::Textes(texts) => side_by_side(texts)?,
            Colonne::Rangs(ranks) if Forme::of(tampon.table, column) == Forme::Dossiers => {
                self.pseudonyms(ranks)?
            }
            Colonne::Rangs(ranks) => {
                let lexique = tampon.lexique(rank);
                strings(ranks.iter().map(|rank| lexique.and_then(|known| known.text(*rank))))
            }
            Colonne::Codes(codes) => {
                let values = if let ColumnType::Code(values) = column.kind { values } else { &[] };
                strings(codes.iter().map(|code| values.get(usize::from(*code)).copied()))
            }
            Colonne::Jours(days) => {
                let nulls = present(days, SANS_JOUR);
                Arc::new(Date32Array::try_new(ScalarBuffer::from(days.clone()), nulls)?)
            }
            Colonne::Nombres(numbers) => {
                let nulls = present(numbers, SANS_NOMBRE);
                if column.kind == ColumnType::Decimal {
                    let hundredths: Vec<i128> = numbers.iter().copied().map(i128::from).collect();
                    let array = Decimal128Array::try_new(ScalarBuffer::from(hundredths), nulls)?;
                    Arc::new(array.with_precision_and_scale(14, 2)?)
                } else {
                    Arc::new(Int64Array::try_new(ScalarBuffer::from(numbers.clone()), nulls)?)
                }
            }
        })
    }

    /// The pseudonyms of those dossiers, all of one length.
    fn pseudonyms(&self, ranks: &[u32]) -> Result<ArrayRef, ArrowError> {
        let mut bytes: Vec<u8> = Vec::with_capacity(ranks.len() * size_of::<Pseudonyme>());
        let mut lengths = Vec::with_capacity(ranks.len());
        let mut known = Vec::with_capacity(ranks.len());
        for rank in ranks {
            let pseudonym = self.pseudonym(*rank);
            bytes.extend_from_slice(pseudonym.unwrap_or_default().as_bytes());
            lengths.push(pseudonym.map_or(0, str::len));
            known.push(pseudonym.is_some());
        }
        let nulls = known.contains(&false).then(|| NullBuffer::from(known));
        let offsets = OffsetBuffer::from_lengths(lengths);
        Ok(Arc::new(StringArray::try_new(offsets, Buffer::from_vec(bytes), nulls)?))
    }

    fn pseudonym(&self, rank: u32) -> Option<&str> {
        let pseudonym = self.pseudonymes.get(usize::try_from(rank).ok()?)?;
        Some(pseudonym.as_str())
    }

    /// The identity rows, less `ecartees`: those that hold something to keep secret.
    pub(crate) fn identity(self: Arc<Self>, tampon: Arc<Tampon>, ecartees: Ecartees) -> Lignes {
        let Some(schema) = identity_schema(tampon.table) else {
            return Box::new(std::iter::empty());
        };
        if tampon.table.name == "dossiers" {
            return Box::new(std::iter::once_with(move || {
                self.dossiers_identity(&schema, &tampon, &ecartees)
            }));
        }
        let mut first = 0;
        let batches = (0..tampon.blocs()).map(move |rank| {
            let bloc = kept(&tampon, rank, &self.debord, &mut first, &ecartees)?;
            self.identity_batch(&schema, &tampon, &bloc)
        });
        Box::new(batches.filter(|batch| {
            batch.as_ref().is_ok_and(|batch| batch.num_rows() > 0) || batch.is_err()
        }))
    }

    fn identity_batch(
        &self,
        schema: &SchemaRef,
        tampon: &Tampon,
        bloc: &Bloc,
    ) -> Result<RecordBatch, SinkError> {
        let ranks = schema.fields().iter().filter_map(|field| tampon.column(field.name()));
        let ranks: Vec<usize> = ranks.map(|(rank, _)| rank).collect();
        let (_, secret) = ranks.split_first().unwrap_or((&0, &[]));
        let rows: Vec<usize> = (0..bloc.len())
            .filter(|row| secret.iter().any(|rank| self.text(tampon, bloc, *rank, *row).is_some()))
            .collect();
        let arrays = ranks
            .iter()
            .map(|rank| strings(rows.iter().map(|row| self.text(tampon, bloc, *rank, *row))));
        let batch = RecordBatch::try_new(Arc::clone(schema), arrays.collect());
        batch.map_err(|error| misshapen(tampon, &error))
    }

    /// One row per dossier number met in any table, with the names when the dossier is known.
    fn dossiers_identity(
        &self,
        schema: &SchemaRef,
        tampon: &Tampon,
        ecartees: &BTreeSet<usize>,
    ) -> Result<RecordBatch, SinkError> {
        let column = |name: &str| tampon.column(name).map(|(rank, _)| rank);
        let named: Vec<Option<usize>> =
            schema.fields().iter().skip(2).map(|field| column(field.name())).collect();
        // For each dossier, the rank of each of its texts in the lexicon of its column.
        let mut texts = vec![vec![u32::MAX; self.pseudonymes.len()]; named.len()];
        let mut first = 0;
        for rank in 0..tampon.blocs() {
            let bloc = kept(tampon, rank, &self.debord, &mut first, ecartees)?;
            let numbers = column("dossier_id").and_then(|rank| bloc.colonnes.get(rank));
            let Some(Colonne::Rangs(numbers)) = numbers else { continue };
            for (of_column, texts) in named.iter().zip(&mut texts) {
                let cells = of_column.and_then(|rank| bloc.colonnes.get(rank));
                let Some(Colonne::Rangs(cells)) = cells else { continue };
                for (number, cell) in numbers.iter().zip(cells) {
                    let slot = usize::try_from(*number).ok().and_then(|at| texts.get_mut(at));
                    slot.into_iter().for_each(|slot| *slot = *cell);
                }
            }
        }
        let mut arrays = vec![
            strings(self.pseudonymes.iter().map(|text| Some(text.as_str()))),
            strings(self.dossiers.texts().map(Some)),
        ];
        for (of_column, texts) in named.iter().zip(&texts) {
            let lexique = of_column.and_then(|rank| tampon.lexique(rank));
            arrays.push(strings(texts.iter().map(|rank| lexique.and_then(|l| l.text(*rank)))));
        }
        let batch = RecordBatch::try_new(Arc::clone(schema), arrays);
        batch.map_err(|error| misshapen(tampon, &error))
    }

    fn text<'a>(
        &'a self,
        tampon: &'a Tampon,
        bloc: &'a Bloc,
        column: usize,
        row: usize,
    ) -> Option<&'a str> {
        match bloc.colonnes.get(column)? {
            Colonne::Textes(texts) => Some(texts.get(row)).filter(|text| !text.is_empty()),
            Colonne::Rangs(ranks) => {
                let rank = *ranks.get(row)?;
                let of_dossier = tampon.table.columns.get(column)?.name == "dossier_id";
                if of_dossier { self.pseudonym(rank) } else { tampon.lexique(column)?.text(rank) }
            }
            _ => None,
        }
    }
}

/// A block without the rows that are not kept; `first` is the rank of its first row among all.
fn kept<'t>(
    tampon: &'t Tampon,
    rank: usize,
    debord: &Debord,
    first: &mut usize,
    ecartees: &BTreeSet<usize>,
) -> Result<Cow<'t, Bloc>, SinkError> {
    let bloc =
        tampon.bloc(rank, debord).map_err(|error: IngestError| SinkError(error.to_string()))?;
    let start = *first;
    *first += bloc.len();
    if ecartees.range(start..*first).next().is_none() {
        return Ok(bloc);
    }
    let mut thinned = Bloc::new(tampon.table);
    for row in (0..bloc.len()).filter(|row| !ecartees.contains(&(start + row))) {
        thinned.push_from(&bloc, row);
    }
    Ok(Cow::Owned(thinned))
}

fn misshapen(tampon: &Tampon, error: &ArrowError) -> SinkError {
    SinkError(IngestError::Forme(tampon.table.name.to_owned(), error.to_string()).to_string())
}

/// The text of a column of repeated texts, by the name of the column.
fn named<'a>(tampon: &'a Tampon, bloc: &Bloc, name: &str, row: usize) -> Option<&'a str> {
    let (rank, _) = tampon.column(name)?;
    match bloc.colonnes.get(rank)? {
        Colonne::Rangs(ranks) => tampon.lexique(rank)?.text(*ranks.get(row)?),
        _ => None,
    }
}

/// Which values are there; none when all are.
fn present<T: PartialEq + Copy>(values: &[T], absent: T) -> Option<NullBuffer> {
    let missing = values.contains(&absent);
    missing.then(|| values.iter().map(|value| *value != absent).collect())
}

/// Texts that already stand side by side: their buffer is handed over as it is.
fn side_by_side(texts: &Textes) -> Result<ArrayRef, ArrowError> {
    let missing = texts.bounds.array_windows().any(|[start, end]| start == end);
    let nulls: Option<NullBuffer> =
        missing.then(|| texts.bounds.array_windows().map(|[start, end]| start != end).collect());
    let offsets = OffsetBuffer::new(ScalarBuffer::from(texts.bounds.clone()));
    let values = Buffer::from_vec(texts.buffer.clone().into_bytes());
    Ok(Arc::new(StringArray::try_new(offsets, values, nulls)?))
}

fn strings<T: AsRef<str>>(texts: impl Iterator<Item = Option<T>>) -> ArrayRef {
    let count = texts.size_hint().0;
    let mut builder = StringBuilder::with_capacity(count, count * 8);
    texts.for_each(|text| builder.append_option(text));
    Arc::new(builder.finish())
}

fn repeated(text: &str, count: usize) -> ArrayRef {
    let offsets = OffsetBuffer::from_repeated_length(text.len(), count);
    let values = Buffer::from_vec(text.repeat(count).into_bytes());
    // The same text over and over cannot be misshapen; were it, an empty column would be refused
    // by the batch.
    StringArray::try_new(offsets, values, None)
        .map_or_else(|_| strings(std::iter::empty::<Option<&str>>()), |array| Arc::new(array))
}
