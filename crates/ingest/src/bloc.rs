//! A block of rows of one table of one centre: the unit that is kept, put aside and laid out.

use std::io::{self, Read, Write};

use mallette_domain::table::Table;

use crate::colonne::{Colonne, Forme, Textes};

/// Rows of a block at most: what is laid out at once.
pub(crate) const ROWS: usize = 65_536;

/// Where a row comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origine {
    /// Rank of the file or sheet among those read.
    pub(crate) feuille: u32,
    /// Line of the file, or row of the sheet.
    pub(crate) ligne: u32,
}

/// Typed rows, column by column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bloc {
    /// One per canonical column.
    pub(crate) colonnes: Vec<Colonne>,
    /// Line of each row.
    pub(crate) lignes: Vec<u32>,
    /// Sheets that the rows come from: where each starts, and its rank.
    pub(crate) feuilles: Vec<(u32, u32)>,
}

impl Bloc {
    /// An empty block of rows of that table.
    pub(crate) fn new(table: &Table) -> Self {
        let formes = table.columns.iter().map(|column| Forme::of(table, column));
        Self {
            colonnes: formes.map(Colonne::new).collect(),
            lignes: Vec::new(),
            feuilles: Vec::new(),
        }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.lignes.len()
    }

    /// Says that the rows to come are of that sheet.
    pub(crate) fn start_sheet(&mut self, feuille: u32) {
        if self.feuilles.last().is_none_or(|(_, last)| *last != feuille) {
            self.feuilles.push((u32::try_from(self.len()).unwrap_or(u32::MAX), feuille));
        }
    }

    /// Where a row comes from.
    pub(crate) fn origine(&self, row: usize) -> Option<Origine> {
        let ligne = *self.lignes.get(row)?;
        let after = self.feuilles.partition_point(|(start, _)| *start as usize <= row);
        let (_, feuille) = *self.feuilles.get(after.checked_sub(1)?)?;
        Some(Origine { feuille, ligne })
    }

    /// Adds one row of another block of the same table.
    pub(crate) fn push_from(&mut self, other: &Self, row: usize) {
        let Some(origine) = other.origine(row) else { return };
        self.start_sheet(origine.feuille);
        self.lignes.push(origine.ligne);
        for (to, from) in self.colonnes.iter_mut().zip(&other.colonnes) {
            to.push_from(from, row);
        }
    }

    /// Bytes that it holds.
    pub(crate) fn bytes(&self) -> usize {
        self.colonnes.iter().map(Colonne::bytes).sum::<usize>() + self.lignes.len() * 4
    }

    /// Writes it, to be read back by [`Bloc::read`] in the same run of the program.
    pub(crate) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for colonne in &self.colonnes {
            match colonne {
                Colonne::Textes(texts) => {
                    out.write_all(&(texts.buffer.len() as u64).to_ne_bytes())?;
                    out.write_all(texts.buffer.as_bytes())?;
                    out.write_all(bytemuck::cast_slice(&texts.bounds))?;
                }
                Colonne::Rangs(values) => out.write_all(bytemuck::cast_slice(values))?,
                Colonne::Codes(values) => out.write_all(values)?,
                Colonne::Jours(values) => out.write_all(bytemuck::cast_slice(values))?,
                Colonne::Nombres(values) => out.write_all(bytemuck::cast_slice(values))?,
            }
        }
        out.write_all(bytemuck::cast_slice(&self.lignes))
    }

    /// Reads back a block of `rows` rows of that table.
    pub(crate) fn read(
        table: &Table,
        rows: usize,
        feuilles: Vec<(u32, u32)>,
        from: &mut dyn Read,
    ) -> io::Result<Self> {
        let mut bloc = Self::new(table);
        bloc.feuilles = feuilles;
        for colonne in &mut bloc.colonnes {
            match colonne {
                Colonne::Textes(texts) => *texts = read_texts(rows, from)?,
                Colonne::Rangs(values) => *values = read_values(rows, from)?,
                Colonne::Codes(values) => *values = read_values(rows, from)?,
                Colonne::Jours(values) => *values = read_values(rows, from)?,
                Colonne::Nombres(values) => *values = read_values(rows, from)?,
            }
        }
        bloc.lignes = read_values(rows, from)?;
        Ok(bloc)
    }
}

fn read_values<T: bytemuck::Pod>(count: usize, from: &mut dyn Read) -> io::Result<Vec<T>> {
    let mut values = vec![T::zeroed(); count];
    from.read_exact(bytemuck::cast_slice_mut(&mut values))?;
    Ok(values)
}

fn read_texts(rows: usize, from: &mut dyn Read) -> io::Result<Textes> {
    let mut size = [0; 8];
    from.read_exact(&mut size)?;
    let size = usize::try_from(u64::from_ne_bytes(size)).map_err(io::Error::other)?;
    let mut buffer = vec![0; size];
    from.read_exact(&mut buffer)?;
    let buffer = String::from_utf8(buffer).map_err(io::Error::other)?;
    Ok(Textes { buffer, bounds: read_values(rows + 1, from)? })
}
