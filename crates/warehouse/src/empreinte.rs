//! A fingerprint of the rows themselves: the same whatever file, batch or order they came in, and
//! different when one value changes. It tells an unchanged centre; it protects nothing.
//!
//! Each row gives 128 bits, added up without carry out, so that order does not count and a row
//! present twice does. The mixing is the folded multiplication of the wyhash family; no one has an
//! interest in forging a collision, since it would only hide from him his own new data.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::buffer::NullBuffer;
use arrow::datatypes::{DataType, Date32Type, Decimal128Type, Int64Type};

use crate::cles::to_hex;

const K: [u64; 4] =
    [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93, 0xa076_1d64_78bd_642f, 0xe703_7ed1_a0b4_28db];
/// Rows taken through all columns at a time: their states stay in the nearest cache.
const CHUNK: usize = 1024;
const ABSENT: u64 = 0x5851_f42d_4c95_7f2d;

/// Sum of the fingerprints of rows, and their number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Somme {
    sum: u128,
    rows: u64,
}

impl Somme {
    /// Adds the rows of a batch.
    ///
    /// # Errors
    /// The type of a column that tables of the warehouse do not have.
    fn add(&mut self, batch: &RecordBatch) -> Result<(), DataType> {
        for row in of_rows(batch.columns(), batch.num_rows())? {
            self.sum = self.sum.wrapping_add(row);
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }
}

/// The fingerprint of the rows of one form of a table, batch after batch.
#[derive(Debug, Default)]
pub(crate) struct Partie {
    columns: Vec<String>,
    somme: Somme,
}

impl Partie {
    /// Adds a batch.
    ///
    /// # Errors
    /// The type of a column that tables of the warehouse do not have.
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> Result<(), DataType> {
        if self.columns.is_empty() && batch.num_rows() > 0 {
            self.columns = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
        }
        self.somme.add(batch)
    }

    /// Rows so far.
    pub(crate) fn rows(&self) -> u64 {
        self.somme.rows
    }
}

/// The fingerprint of each row, over those columns in their order.
///
/// # Errors
/// The type of a column that tables of the warehouse do not have.
pub(crate) fn of_rows<'a>(
    columns: impl IntoIterator<Item = &'a ArrayRef>,
    rows: usize,
) -> Result<Vec<u128>, DataType> {
    let mut states = vec![(K[0], K[1]); rows];
    let columns: Vec<&ArrayRef> = columns.into_iter().collect();
    for (rank, states) in states.chunks_mut(CHUNK).enumerate() {
        for column in &columns {
            absorb(&column.slice(rank * CHUNK, states.len()), states)?;
        }
    }
    Ok(states.into_iter().map(finish).collect())
}

/// The fingerprint of a row of those texts, as [`of_rows`] gives it.
pub(crate) fn of_texts(texts: &[&str]) -> u128 {
    let mut state = [(K[0], K[1])];
    for text in texts {
        mix(&mut state, None, std::iter::once(bytes(text.as_bytes())));
    }
    let [state] = state;
    finish(state)
}

/// Both halves of a fingerprint in one.
pub(crate) fn folded(hash: u128) -> u64 {
    #[expect(clippy::cast_possible_truncation, reason = "the two halves are folded")]
    let folded = (hash as u64) ^ ((hash >> 64) as u64);
    folded
}

/// Adds what a column says of each row, whatever the order of the columns: an absent value adds nothing.
///
/// # Errors
/// The type of a column that tables of the warehouse do not have.
pub(crate) fn add_column(sums: &mut [u64], name: &str, column: &ArrayRef) -> Result<(), DataType> {
    let salt = blake3::hash(name.as_bytes());
    let salt = salt.as_bytes().first_chunk::<8>().map_or(0, |first| u64::from_le_bytes(*first));
    let mut states = vec![(K[0], K[1]); CHUNK.min(sums.len())];
    for (rank, sums) in sums.chunks_mut(CHUNK).enumerate() {
        let part = column.slice(rank * CHUNK, sums.len());
        states.clear();
        states.resize(sums.len(), (K[0], K[1]));
        absorb(&part, &mut states)?;
        let add = |(sum, state): (&mut u64, &(u64, u64))| {
            let mixed = (folded(finish(*state)) ^ salt).wrapping_mul(K[0]).rotate_left(23);
            *sum = sum.wrapping_add(mixed);
        };
        let rows = sums.iter_mut().zip(&states);
        match part.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => rows.for_each(add),
            Some(nulls) => {
                let present = rows.zip(nulls).filter(|(_, present)| *present);
                present.map(|(row, _)| row).for_each(add);
            }
        }
    }
    Ok(())
}

/// The fingerprint that a state ends as.
fn finish((a, b): (u64, u64)) -> u128 {
    u128::from(fold(a, K[2])) << 64 | u128::from(fold(b, K[3]))
}

/// The fingerprint of one table: its name, the names of its columns, its two forms.
pub(crate) fn of_table(table: &str, activite: &Partie, identites: &Partie) -> String {
    let mut hasher = blake3::Hasher::new();
    text(&mut hasher, table);
    for partie in [activite, identites] {
        for column in &partie.columns {
            text(&mut hasher, column);
        }
        hasher.update(&partie.somme.sum.to_le_bytes());
        hasher.update(&partie.somme.rows.to_le_bytes());
    }
    to_hex(hasher.finalize().as_bytes())
}

/// The fingerprint of a version, from those of its tables in the order of their names.
pub(crate) fn of_version<'a>(tables: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut hasher = blake3::Hasher::new();
    for (table, empreinte) in tables {
        text(&mut hasher, table);
        text(&mut hasher, empreinte);
    }
    to_hex(hasher.finalize().as_bytes())
}

fn text(hasher: &mut blake3::Hasher, text: &str) {
    hasher.update(&(text.len() as u64).to_le_bytes());
    hasher.update(text.as_bytes());
}

fn absorb(column: &ArrayRef, rows: &mut [(u64, u64)]) -> Result<(), DataType> {
    match column.data_type() {
        DataType::Utf8 => {
            let texts = column.as_string::<i32>();
            let (data, bounds) = (texts.value_data(), texts.value_offsets());
            // Bounds are those of the array: none is negative.
            let text = |bounds: &[i32]| match *bounds {
                [from, to] => data.get(from.cast_unsigned() as usize..to.cast_unsigned() as usize),
                _ => None,
            };
            let values = bounds.windows(2).map(|bounds| bytes(text(bounds).unwrap_or_default()));
            mix(rows, texts.nulls(), values);
        }
        DataType::Date32 => {
            let days = column.as_primitive::<Date32Type>();
            let values = days.values().iter().map(|days| i64::from(*days).cast_unsigned());
            mix(rows, days.nulls(), values);
        }
        DataType::Int64 => {
            let numbers = column.as_primitive::<Int64Type>();
            mix(
                rows,
                numbers.nulls(),
                numbers.values().iter().map(|number| number.cast_unsigned()),
            );
        }
        DataType::Decimal128(..) => {
            let numbers = column.as_primitive::<Decimal128Type>();
            let values = numbers.values().iter().map(|number| bytes(&number.to_le_bytes()));
            mix(rows, numbers.nulls(), values);
        }
        other => return Err(other.clone()),
    }
    Ok(())
}

/// Takes one column of those rows. What `values` gives for an absent one does not count.
fn mix(rows: &mut [(u64, u64)], nulls: Option<&NullBuffer>, values: impl Iterator<Item = u64>) {
    let absorb = |(a, b): &mut (u64, u64), x: u64, turn: u64| {
        *a = fold(*a ^ x, turn ^ K[2]);
        *b = fold(b.wrapping_add(x), turn ^ K[3]);
    };
    match nulls.filter(|nulls| nulls.null_count() > 0) {
        None => rows.iter_mut().zip(values).for_each(|(row, value)| absorb(row, value, K[0])),
        Some(nulls) => {
            for ((row, value), present) in rows.iter_mut().zip(values).zip(nulls) {
                // An absent value is a turn of its own: no present value can stand for it.
                let (x, turn) = if present { (value, K[0]) } else { (ABSENT, K[1]) };
                absorb(row, x, turn);
            }
        }
    }
}

fn bytes(text: &[u8]) -> u64 {
    let mut state = K[1] ^ text.len() as u64;
    let (words, rest) = text.as_chunks::<8>();
    for word in words {
        state = fold(state ^ u64::from_le_bytes(*word), K[0]);
    }
    let mut last = [0; 8];
    last.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    fold(state ^ u64::from_le_bytes(last), K[3])
}

/// Both halves of the product, folded. The key being odd and large, a zero state moves on too.
fn fold(state: u64, key: u64) -> u64 {
    let product = u128::from(state ^ key.rotate_left(29)) * u128::from(key | 1);
    #[expect(clippy::cast_possible_truncation, reason = "the two halves are taken on purpose")]
    let folded = (product as u64) ^ ((product >> 64) as u64);
    folded
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Date32Array, Decimal128Array, Int64Array, StringArray};
    use proptest::prelude::*;

    use super::*;

    /// A value of each type that tables have, or none.
    type Ligne = (Option<String>, Option<i32>, Option<i64>, Option<i128>);

    /// The fingerprint of one row as the head of this file says it, one value at a time. The data of
    /// an installation is known by it: it does not change from one release to the next.
    fn plain(row: &Ligne) -> u128 {
        let values = [
            row.0.as_ref().map(|text| bytes(text.as_bytes())),
            row.1.map(|days| i64::from(days).cast_unsigned()),
            row.2.map(i64::cast_unsigned),
            row.3.map(|number| bytes(&number.to_le_bytes())),
        ];
        let (a, b) = values.iter().fold((K[0], K[1]), |(a, b), value| {
            let (x, turn) = value.map_or((ABSENT, K[1]), |value| (value, K[0]));
            (fold(a ^ x, turn ^ K[2]), fold(b.wrapping_add(x), turn ^ K[3]))
        });
        u128::from(fold(a, K[2])) << 64 | u128::from(fold(b, K[3]))
    }

    fn columns(rows: &[Ligne]) -> Vec<ArrayRef> {
        let texts: StringArray = rows.iter().map(|row| row.0.as_deref()).collect();
        let days: Date32Array = rows.iter().map(|row| row.1).collect();
        let numbers: Int64Array = rows.iter().map(|row| row.2).collect();
        let amounts: Decimal128Array = rows.iter().map(|row| row.3).collect();
        vec![Arc::new(texts), Arc::new(days), Arc::new(numbers), Arc::new(amounts)]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn columns_give_each_row_the_fingerprint_that_its_values_give(
            some in prop::collection::vec(
                (".{0,20}", any::<i32>(), any::<i64>(), any::<i128>(), any::<[bool; 4]>()), 1..40),
            times in 1_usize..80,
            all_present in any::<bool>(),
            from in 0_usize..30,
        ) {
            let rows: Vec<Ligne> = some.iter().map(|(text, days, number, amount, present)| {
                let [a, b, c, d] = present.map(|present| present || all_present);
                (a.then(|| text.clone()), b.then_some(*days), c.then_some(*number), d.then_some(*amount))
            }).collect();
            // More rows than a chunk, and columns that are a part of longer ones.
            let rows: Vec<Ligne> = std::iter::repeat_n(rows, times).flatten().collect();
            let from = from.min(rows.len());
            let parts: Vec<ArrayRef> = columns(&rows).iter()
                .map(|column| column.slice(from, rows.len() - from)).collect();
            let expected: Vec<u128> = rows[from..].iter().map(plain).collect();
            prop_assert_eq!(of_rows(&parts, rows.len() - from).unwrap(), expected);
        }

        #[test]
        fn texts_give_what_a_row_of_them_gives(texts in prop::collection::vec(".{0,20}", 0..4)) {
            let columns: Vec<ArrayRef> = texts
                .iter()
                .map(|text| Arc::new(StringArray::from(vec![text.as_str()])) as ArrayRef)
                .collect();
            let named: Vec<&str> = texts.iter().map(String::as_str).collect();
            prop_assert_eq!(of_rows(&columns, 1).unwrap(), [of_texts(&named)]);
        }

        /// The sum of what each present value gives alone: justifications kept by a registry are compared
        /// with it, it does not change from one release to the next.
        #[test]
        fn a_row_is_the_sum_of_its_present_values(
            texts in prop::collection::vec(prop::option::of(".{0,9}"), 1..5),
            days in prop::collection::vec(prop::option::of(any::<i32>()), 5),
            times in 1_usize..600,
        ) {
            let texts: Vec<Option<String>> =
                std::iter::repeat_n(texts, times).flatten().collect();
            let days: Vec<Option<i32>> = days.iter().copied().cycle().take(texts.len()).collect();
            let alone = |name: &str, value: Option<u64>| value.map_or(0, |x| {
                let (a, b) = (fold(K[0] ^ x, K[0] ^ K[2]), fold(K[1].wrapping_add(x), K[0] ^ K[3]));
                let hash = fold(a, K[2]) ^ fold(b, K[3]);
                let salt = blake3::hash(name.as_bytes());
                let salt = u64::from_le_bytes(salt.as_bytes()[..8].try_into().unwrap());
                (hash ^ salt).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23)
            });
            let expected: Vec<u64> = texts.iter().zip(&days).map(|(text, day)| {
                let text = text.as_ref().map(|text| bytes(text.as_bytes()));
                let day = day.map(|day| i64::from(day).cast_unsigned());
                alone("un", text).wrapping_add(alone("deux", day))
            }).collect();
            let texts: ArrayRef = Arc::new(StringArray::from(texts));
            let days: ArrayRef = Arc::new(Date32Array::from(days));
            let mut sums = vec![0; texts.len()];
            add_column(&mut sums, "deux", &days).unwrap();
            add_column(&mut sums, "un", &texts).unwrap();
            prop_assert_eq!(sums, expected);
        }
    }
}
