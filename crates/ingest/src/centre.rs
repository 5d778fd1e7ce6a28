//! The rows of one centre, table by table, until all files are read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use mallette_domain::resultat::Rattachement;
use mallette_domain::table::{TABLES, Table};

use crate::bloc::Origine;
use crate::colonne::{Colonne, Lexique};
use crate::debord::Debord;
use crate::doublon::{self, Ecartee};
use crate::erreur::IngestError;
use crate::identite::Identites;
use crate::lot::Atelier;
use crate::sink::{CentreKeys, Lot, Sink};
use crate::tampon::Tampon;
use crate::typage::Typees;
use crate::valeur;

/// What one centre brought.
#[derive(Debug, Default)]
pub(crate) struct Centre {
    dossiers: Lexique,
    tampons: BTreeMap<&'static str, Tampon>,
    ecartees: BTreeMap<&'static str, BTreeMap<usize, Ecartee>>,
    /// Extraction dates that its rows tell, in days since 1970.
    dates: BTreeSet<i32>,
}

/// What became of the rows of one table.
#[derive(Debug)]
pub(crate) struct Regle<'c> {
    /// Name of the key column.
    pub(crate) cle: &'static str,
    /// Rows by sheet.
    pub(crate) feuilles: &'c BTreeMap<u32, u64>,
    /// Those that are not kept.
    pub(crate) ecartees: Vec<&'c Ecartee>,
}

impl Centre {
    /// Adds `count` rows of a typed batch, from rank `start`.
    pub(crate) fn push(&mut self, typees: &Typees, start: usize, count: usize, date: Option<i32>) {
        let table = typees.table;
        let tampon = self.tampons.entry(table.name).or_insert_with(|| Tampon::new(table));
        tampon.push(typees, start..start + count, &mut self.dossiers);
        self.dates.extend(date);
    }

    /// Extraction dates that its rows tell.
    pub(crate) fn dates(&self) -> BTreeSet<Date> {
        self.dates.iter().filter_map(|day| valeur::date_of(*day)).collect()
    }

    /// Sheets that its rows come from.
    pub(crate) fn feuilles(&self) -> BTreeSet<u32> {
        self.tampons.values().flat_map(|tampon| tampon.feuilles().keys().copied()).collect()
    }

    /// Where each of its rows comes from.
    pub(crate) fn origines(&self, debord: &Debord) -> Result<Vec<Origine>, IngestError> {
        let mut origines = Vec::new();
        for tampon in self.tampons.values() {
            for rank in 0..tampon.blocs() {
                let bloc = tampon.bloc(rank, debord)?;
                origines.extend((0..bloc.len()).filter_map(|row| bloc.origine(row)));
            }
        }
        Ok(origines)
    }

    /// Bytes of its rows in memory.
    pub(crate) fn bytes(&self) -> usize {
        self.tampons.values().map(Tampon::bytes).sum()
    }

    /// Puts aside the rows of the tables that hold at least `worth` bytes in memory: the bytes that
    /// were.
    pub(crate) fn spill(&mut self, worth: usize, debord: &Debord) -> Result<usize, IngestError> {
        let mut spilled = 0;
        for tampon in self.tampons.values_mut() {
            let bytes = tampon.bytes();
            if bytes >= worth {
                tampon.spill(debord)?;
                spilled += bytes;
            }
        }
        Ok(spilled)
    }

    /// Notes tables that it has sent, whether or not it has rows in them.
    pub(crate) fn receive(&mut self, tables: &BTreeSet<&'static str>) {
        for table in TABLES.iter().filter(|table| tables.contains(table.name)) {
            self.tampons.entry(table.name).or_insert_with(|| Tampon::new(table));
        }
    }

    /// What its `structures` rows say of it, the last read; none without such a row.
    pub(crate) fn rattachement(
        &self,
        debord: &Debord,
    ) -> Result<Option<Rattachement>, IngestError> {
        let Some(tampon) = self.tampons.get("structures") else { return Ok(None) };
        let Some(last) = tampon.blocs().checked_sub(1) else { return Ok(None) };
        let bloc = tampon.bloc(last, debord)?;
        let text = |name: &str| {
            let (rank, _) = tampon.column(name)?;
            let Colonne::Rangs(ranks) = bloc.colonnes.get(rank)? else { return None };
            Some(tampon.lexique(rank)?.text(*ranks.last()?)?.to_owned())
        };
        Ok(Some(Rattachement {
            nom: text("nom"),
            departement: text("departement"),
            region: text("region"),
            groupe_pairs: text("groupe_pairs"),
        }))
    }

    /// Settles the keys seen twice, and tells what became of the rows of each table.
    pub(crate) fn settle(&mut self, debord: &Debord) -> Result<Vec<Regle<'_>>, IngestError> {
        for (name, tampon) in &self.tampons {
            self.ecartees.insert(name, doublon::settle(tampon, &self.dossiers, debord)?);
        }
        let regles = self.tampons.iter().map(|(name, tampon)| Regle {
            cle: tampon.table.key.last().copied().unwrap_or("structure_id"),
            feuilles: tampon.feuilles(),
            ecartees: self.ecartees.get(name).into_iter().flat_map(BTreeMap::values).collect(),
        });
        Ok(regles.collect())
    }

    /// Rows kept of a table.
    fn kept_of(&self, name: &str) -> u64 {
        let rows = self.tampons.get(name).map_or(0, Tampon::len);
        let ecartees = self.ecartees.get(name).map_or(0, BTreeMap::len);
        (rows - ecartees.min(rows)) as u64
    }

    /// Rows kept, all tables.
    pub(crate) fn kept(&self) -> u64 {
        self.tampons.keys().map(|name| self.kept_of(name)).sum()
    }

    /// Whether it brings anything beyond its own description.
    pub(crate) fn has_activity(&self) -> bool {
        self.tampons.keys().any(|name| *name != "structures" && self.kept_of(name) > 0)
    }

    /// Hands its tables to the sink, freeing each as it goes.
    pub(crate) fn send(
        mut self,
        structure_id: &str,
        date_extraction: Date,
        keys: &dyn CentreKeys,
        debord: &Arc<Debord>,
        sink: &mut dyn Sink,
    ) -> Result<(), IngestError> {
        let identites = Identites::new(&keys.key(structure_id)?);
        let dossiers = std::mem::take(&mut self.dossiers);
        let atelier = Arc::new(Atelier {
            structure_id: structure_id.to_owned(),
            pseudonymes: dossiers.texts().map(|numero| identites.pseudonym(numero)).collect(),
            identites,
            dossiers,
            debord: Arc::clone(debord),
        });
        for table in TABLES {
            let Some(lot) = self.lot(table, date_extraction, &atelier) else { continue };
            sink.accept(lot)?;
        }
        Ok(())
    }

    /// The lot of one table. That of `dossiers` is made even without rows: it turns back the
    /// pseudonyms of the numbers that other tables name.
    fn lot(
        &mut self,
        table: &'static Table,
        date_extraction: Date,
        atelier: &Arc<Atelier>,
    ) -> Option<Lot> {
        let tampon = self.tampons.remove(table.name)?;
        let ecartees = self.ecartees.remove(table.name).unwrap_or_default();
        let ecartees: BTreeSet<usize> = ecartees.into_keys().collect();
        let (tampon, ecartees) = (Arc::new(tampon), Arc::new(ecartees));
        Some(Lot {
            structure_id: atelier.structure_id.clone(),
            date_extraction,
            table,
            lignes: (tampon.len() - ecartees.len()) as u64,
            activite: Arc::clone(atelier).activity(Arc::clone(&tampon), Arc::clone(&ecartees)),
            identites: Arc::clone(atelier).identity(tampon, ecartees),
        })
    }
}
