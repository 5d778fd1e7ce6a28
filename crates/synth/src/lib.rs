//! Synthetic regions: what Missions Locales would extract from I-MILO, made up from a seed, for
//! the demonstration, the benchmarks and the tests.
//!
//! The centres are the real ones; every person, employer and figure is invented. Seasons, ages,
//! levels, QPV shares, delays, durations and outcomes follow the published figures of the field,
//! and the faults are those of real entry, at rates that differ by centre and by conseiller.
//!
//! Dispositifs follow the calendar: with an extraction date before March 2022 there is no CEJ and
//! no GJ after its end, so that the rules CEJ-01, CEJ-05 and GJ-03 rightly find nothing; before
//! September 2020 there is no obligation de formation.

mod canonique;
mod centre;
mod enveloppe;
mod erreur;
mod fautes;
mod jour;
mod lexique;
mod ligne;
mod monde;
mod noms;
mod observatoire;
mod serie;
mod terrain;
mod tirage;
mod vie;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use jiff::civil::{Date, date};
use mallette_catalogue::Catalogue;
use mallette_domain::table::TABLES;

use crate::canonique::Canonique;
use crate::centre::Centre;
use crate::jour::Jour;
use crate::ligne::{Ligne, LigneStructure};
use crate::monde::Monde;
use crate::terrain::Terrain;
use crate::vie::Vie;

pub use erreur::SynthError;
pub use observatoire::{
    DOSSIERS, EMPLOI, NIVEAU_V_ET_INFRA, Observatoire, PMSMP, QPV, generate_observatoire,
};
pub use serie::{MAX_MOIS, generate_series};

/// The most dossiers of one request.
const MAXIMUM: u64 = 50_000_000;
/// Extraction dates for which the schemes of the field are known.
const PREMIERE_DATE: Date = date(2018, 1, 1);
const DERNIERE_DATE: Date = date(2099, 12, 31);
/// Dossiers between two calls of the progress function.
const PAS: u64 = 500;

/// The form of the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One `<table>.csv` per table, all centres in each, as `reference.md` §1 defines them, with
    /// one more column, `date_extraction`.
    Canonique,
    /// One folder per centre, with what the field sends: encodings, titles, renamed columns,
    /// labels, totals, workbooks, and lines to reject.
    Terrain,
}

/// What to generate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demande {
    /// Folder of the files, created when missing. Files of the same names are replaced.
    pub sortie: PathBuf,
    /// Number of centres, from 1 to the length of the list: Auvergne-Rhône-Alpes first.
    pub structures: usize,
    /// Number of dossiers, all centres together.
    pub dossiers: u64,
    /// Seed: the same request gives the same files, to the byte.
    pub graine: u64,
    /// The form of the files.
    pub format: Format,
    /// The day on which I-MILO would have been extracted, from 2018 to 2099. Premiers accueils
    /// go back three years from it.
    pub date_extraction: Date,
}

/// What an import must count in one file or one sheet, faults of form included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Attendu {
    /// Data lines.
    pub lues: u64,
    /// Lines kept.
    pub acceptees: u64,
    /// Lines that cannot be read, or that another of the same key replaces.
    pub rejetees: u64,
    /// Lines written twice.
    pub doublons_identiques: u64,
    /// Title, blank, header and totals lines.
    pub ignorees: u64,
}

/// What was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bilan {
    /// The files, in the order of their writing.
    pub fichiers: Vec<PathBuf>,
    /// Objects by canonical table, lines planted to be rejected or deduplicated left out: the
    /// same in both forms.
    pub lignes: BTreeMap<&'static str, u64>,
    /// By path relative to the output folder, with `#` and the name of the sheet in a workbook.
    pub attendus: BTreeMap<String, Attendu>,
}

/// Writes a region. `progress` is told how many dossiers are done, and of how many.
///
/// Memory does not grow with the number of dossiers. Workbooks, in the field form, are kept to
/// small centres for that.
///
/// # Errors
/// When the request makes no sense, or when a file cannot be written: the message names it.
pub fn generate(
    demande: &Demande,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Bilan, SynthError> {
    generate_at(demande, (demande.date_extraction, 0), progress)
}

/// Writes a region as it was seen at the date of the request, its lives being those known at `last`,
/// that many months later.
fn generate_at(
    demande: &Demande,
    (last, recul): (Date, u32),
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Bilan, SynthError> {
    if demande.dossiers > MAXIMUM {
        return Err(SynthError::Dossiers { demande: demande.dossiers, maximum: MAXIMUM });
    }
    if !(PREMIERE_DATE..=DERNIERE_DATE).contains(&demande.date_extraction) {
        return Err(SynthError::DateExtraction(demande.date_extraction));
    }
    let catalogue = Catalogue::builtin()?;
    let mut monde = Monde::new(jour::from_date(last), &catalogue.plafonds);
    monde.recul = recul;
    let seen = serie::day_of(demande.date_extraction);
    let centres =
        centre::draw(demande.structures, demande.dossiers, demande.graine, monde.reference)?;
    fs::create_dir_all(&demande.sortie).map_err(SynthError::write(&demande.sortie))?;
    let mut avance = Avance { done: 0, total: demande.dossiers, progress };
    match demande.format {
        Format::Canonique => write_canonical(demande, (&monde, seen), &centres, &mut avance),
        Format::Terrain => {
            let mut bilan = Bilan::default();
            for centre in &centres {
                let mut terrain = Terrain::create(demande, &catalogue, centre)?;
                write_centre((&monde, seen), centre, &mut avance, &mut terrain)?;
                terrain.finish(&mut bilan)?;
            }
            Ok(bilan)
        }
    }
}

fn write_canonical(
    demande: &Demande,
    (monde, seen): (&Monde, Jour),
    centres: &[Centre],
    avance: &mut Avance<'_>,
) -> Result<Bilan, SynthError> {
    let mut canonique = Canonique::create(&demande.sortie, seen)?;
    for centre in centres {
        write_centre((monde, seen), centre, avance, &mut canonique)?;
    }
    finish(canonique)
}

/// Closes the files: what was written.
fn finish(canonique: Canonique) -> Result<Bilan, SynthError> {
    let mut bilan = Bilan::default();
    for (table, (chemin, lignes)) in TABLES.iter().zip(canonique.finish()?) {
        bilan.fichiers.push(chemin);
        bilan.lignes.insert(table.name, lignes);
        let attendu =
            Attendu { lues: lignes, acceptees: lignes, ignorees: 1, ..Attendu::default() };
        bilan.attendus.insert(format!("{}.csv", table.name), attendu);
    }
    Ok(bilan)
}

/// Where rows go.
trait Sortie {
    /// Takes one row.
    fn put<L: Ligne>(&mut self, centre: &Centre, ligne: &L) -> Result<(), SynthError>;
}

/// Draws a centre and hands over its rows, one life after the other.
fn write_centre(
    (monde, seen): (&Monde, Jour),
    centre: &Centre,
    avance: &mut Avance<'_>,
    sortie: &mut impl Sortie,
) -> Result<(), SynthError> {
    sortie.put(centre, &LigneStructure)?;
    for conseiller in &centre.conseillers {
        sortie.put(centre, conseiller)?;
    }
    for enveloppe in enveloppe::draw(centre, monde.reference) {
        sortie.put(centre, &enveloppe)?;
    }
    let mut vie = Vie::default();
    for rang in 0..centre.dossiers {
        vie.draw(monde, centre, rang);
        if monde.recul > 0 && !serie::rewind(&mut vie, seen) {
            avance.step();
            continue;
        }
        sortie.put(centre, &vie.dossier)?;
        vie.parcours.iter().try_for_each(|ligne| sortie.put(centre, ligne))?;
        vie.evenements.iter().try_for_each(|ligne| sortie.put(centre, ligne))?;
        vie.propositions.iter().try_for_each(|ligne| sortie.put(centre, ligne))?;
        vie.situations.iter().try_for_each(|ligne| sortie.put(centre, ligne))?;
        vie.allocations.iter().try_for_each(|ligne| sortie.put(centre, ligne))?;
        avance.step();
    }
    Ok(())
}

/// How far the writing is.
struct Avance<'a> {
    done: u64,
    total: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Avance<'_> {
    fn step(&mut self) {
        self.done += 1;
        if self.done.is_multiple_of(PAS) || self.done == self.total {
            (self.progress)(self.done, self.total);
        }
    }
}

#[cfg(test)]
mod tests;
