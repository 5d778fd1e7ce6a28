//! The rows of one table of one centre until all files are read: in memory, then aside.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use mallette_domain::table::{Column, Table};

use crate::bloc::{Bloc, ROWS};
use crate::colonne::{Colonne, Forme, Lexique};
use crate::debord::{Debord, Place};
use crate::erreur::IngestError;
use crate::typage::{Cellules, Typees};

/// A full block.
#[derive(Debug)]
enum Garde {
    Ici(Bloc),
    Ailleurs(Place),
}

/// The accepted rows of one table of one centre.
#[derive(Debug)]
pub(crate) struct Tampon {
    pub(crate) table: &'static Table,
    /// Texts that repeat, column by column.
    lexiques: Vec<Lexique>,
    full: Vec<Garde>,
    /// The block being filled.
    bloc: Bloc,
    /// Rows by sheet.
    feuilles: BTreeMap<u32, u64>,
}

impl Tampon {
    /// No row yet.
    pub(crate) fn new(table: &'static Table) -> Self {
        Self {
            table,
            lexiques: table.columns.iter().map(|_| Lexique::default()).collect(),
            full: Vec::new(),
            bloc: Bloc::new(table),
            feuilles: BTreeMap::new(),
        }
    }

    /// Adds the rows `range` of a typed batch; `dossiers` numbers the dossiers of the centre.
    pub(crate) fn push(&mut self, typees: &Typees, range: Range<usize>, dossiers: &mut Lexique) {
        *self.feuilles.entry(typees.feuille).or_default() += range.len() as u64;
        let mut rest = range;
        while !rest.is_empty() {
            if self.bloc.len() >= ROWS {
                let full = std::mem::replace(&mut self.bloc, Bloc::new(self.table));
                self.full.push(Garde::Ici(full));
            }
            let room = ROWS - self.bloc.len();
            let end = rest.end.min(rest.start + room);
            self.push_rows(typees, rest.start..end, dossiers);
            rest.start = end;
        }
    }

    fn push_rows(&mut self, typees: &Typees, range: Range<usize>, dossiers: &mut Lexique) {
        self.bloc.start_sheet(typees.feuille);
        self.bloc.lignes.extend(typees.lignes.get(range.clone()).unwrap_or_default());
        let columns = self.table.columns.iter().zip(&mut self.lexiques);
        let columns = columns.zip(&mut self.bloc.colonnes).zip(&typees.colonnes);
        for (((column, lexique), colonne), cells) in columns {
            let forme = Forme::of(self.table, column);
            let lexique = if forme == Forme::Dossiers { &mut *dossiers } else { lexique };
            match (colonne, cells) {
                (Colonne::Textes(texts), Some(Cellules::Plages(values))) => {
                    let values = values.get(range.clone()).unwrap_or_default();
                    values.iter().for_each(|plage| texts.push(typees.text(*plage)));
                }
                (Colonne::Rangs(ranks), Some(Cellules::Plages(values))) => {
                    let values = values.get(range.clone()).unwrap_or_default();
                    ranks.extend(values.iter().map(|plage| lexique.rank(typees.text(*plage))));
                }
                (Colonne::Codes(codes), Some(Cellules::Codes(values))) => {
                    codes.extend(values.get(range.clone()).unwrap_or_default());
                }
                (Colonne::Jours(days), Some(Cellules::Jours(values))) => {
                    days.extend(values.get(range.clone()).unwrap_or_default());
                }
                (Colonne::Nombres(numbers), Some(Cellules::Nombres(values))) => {
                    numbers.extend(values.get(range.clone()).unwrap_or_default());
                }
                (colonne, _) => colonne.push_empty(range.len()),
            }
        }
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.bloc.len() + (0..self.full.len()).map(|rank| self.rows_of(rank)).sum::<usize>()
    }

    /// Rows by sheet.
    pub(crate) fn feuilles(&self) -> &BTreeMap<u32, u64> {
        &self.feuilles
    }

    /// Bytes of the rows in memory, their texts that repeat left out.
    pub(crate) fn bytes(&self) -> usize {
        let full = self.full.iter().map(|garde| match garde {
            Garde::Ici(bloc) => bloc.bytes(),
            Garde::Ailleurs(_) => 0,
        });
        self.bloc.bytes() + full.sum::<usize>()
    }

    /// Puts the rows in memory aside.
    pub(crate) fn spill(&mut self, debord: &Debord) -> Result<(), IngestError> {
        if self.bloc.len() > 0 {
            let last = std::mem::replace(&mut self.bloc, Bloc::new(self.table));
            self.full.push(Garde::Ici(last));
        }
        for garde in &mut self.full {
            if let Garde::Ici(bloc) = garde {
                *garde = Garde::Ailleurs(debord.put(bloc)?);
            }
        }
        Ok(())
    }

    /// Number of blocks.
    pub(crate) fn blocs(&self) -> usize {
        self.full.len() + usize::from(self.bloc.len() > 0)
    }

    fn rows_of(&self, rank: usize) -> usize {
        match self.full.get(rank) {
            Some(Garde::Ici(bloc)) => bloc.len(),
            Some(Garde::Ailleurs(place)) => place.rows(),
            None => self.bloc.len(),
        }
    }

    /// The block of that rank, the rows of all in the order in which they were read.
    pub(crate) fn bloc(&self, rank: usize, debord: &Debord) -> Result<Cow<'_, Bloc>, IngestError> {
        match self.full.get(rank) {
            Some(Garde::Ici(bloc)) => Ok(Cow::Borrowed(bloc)),
            Some(Garde::Ailleurs(place)) => debord.get(self.table, place).map(Cow::Owned),
            None => Ok(Cow::Borrowed(&self.bloc)),
        }
    }

    /// The column of that name: its rank, and what it is.
    pub(crate) fn column(&self, name: &str) -> Option<(usize, &'static Column)> {
        let rank = self.table.columns.iter().position(|column| column.name == name)?;
        Some((rank, self.table.columns.get(rank)?))
    }

    /// The texts that repeat in the column of that rank.
    pub(crate) fn lexique(&self, column: usize) -> Option<&Lexique> {
        self.lexiques.get(column)
    }
}
