//! How one centre sends its extract: encoding, titles, dates, numbers, names of files and columns.

use jiff::civil::Date;
use mallette_catalogue::Catalogue;
use mallette_domain::table::{Column, Table};

use crate::centre::Centre;
use crate::tirage::Tirage;

/// Most dossiers of a centre that sends a workbook, which is written from memory.
const CLASSEUR_MAXIMUM: u64 = 3_000;

/// The container of the tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Support {
    /// `;` and Windows-1252: the usual export.
    Windows1252,
    /// Tabulations and UTF-16 little-endian with its mark: « Texte Unicode » of a spreadsheet.
    Utf16,
    /// `;` and UTF-8 with its mark.
    Utf8,
    /// One workbook, a sheet per table.
    Classeur,
}

/// How days are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum EcritureJour {
    /// `05/09/2019`.
    Francais,
    /// `2019-09-05 00:00:00`.
    Horodate,
    /// A real date of a workbook.
    Serie,
}

/// The ways of one centre.
#[derive(Debug, Clone)]
pub(super) struct Style {
    pub(super) support: Support,
    pub(super) jour: EcritureJour,
    /// Whether months are `09/2019` rather than `2019-09`.
    pub(super) mois_francais: bool,
    /// Between thousands.
    pub(super) espace: char,
    /// Whether amounts carry « € ».
    pub(super) euros: bool,
    /// Title lines above the header, from one to three.
    pub(super) titres: u32,
    /// Whether titles and totals are padded to the width of the table.
    pub(super) bourre: bool,
    /// How files are called: see [`Style::file_stem`].
    noms: u32,
}

impl Style {
    pub(super) fn draw(centre: &Centre) -> Self {
        let mut tirage = Tirage::new(&[centre.graine, 6]);
        let support = match tirage.below(10) {
            0..=3 => Support::Windows1252,
            4..=5 => Support::Utf16,
            8..=9 if centre.dossiers <= CLASSEUR_MAXIMUM => Support::Classeur,
            _ => Support::Utf8,
        };
        let jour = match (support, tirage.below(3)) {
            (Support::Classeur, 0 | 1) => EcritureJour::Serie,
            (_, 2) => EcritureJour::Horodate,
            _ => EcritureJour::Francais,
        };
        Self {
            support,
            jour,
            mois_francais: tirage.chance(5_000),
            espace: if tirage.chance(5_000) { '\u{a0}' } else { ' ' },
            euros: tirage.chance(5_000),
            titres: 1 + tirage.below(3),
            bourre: tirage.chance(6_000),
            noms: tirage.below(3),
        }
    }

    /// Name of a file, without its extension: always with the extraction date.
    pub(super) fn file_stem(&self, centre: &Centre, nom: &str, date: Date) -> String {
        let compact = format!("{:04}{:02}{:02}", date.year(), date.month(), date.day());
        match self.noms {
            0 => format!("{nom}_{date}"),
            1 => format!("{nom} {compact}"),
            _ => format!("{}_{nom}_{compact}", centre.structure.structure_id),
        }
    }

    /// Extension of the text files.
    pub(super) fn extension(&self) -> &'static str {
        match self.support {
            Support::Utf16 => "txt",
            Support::Classeur => "xlsx",
            Support::Windows1252 | Support::Utf8 => "csv",
        }
    }
}

/// A name of the table as a file or a sheet of the field: one that the catalogue reads back.
pub(super) fn table_name(catalogue: &Catalogue, table: &Table, tirage: &mut Tirage) -> String {
    let known = |name: &&str| {
        let back = catalogue.recognise_table(&format!("{name} 20191104.csv"));
        is_plain(name)
            && name.chars().count() <= 31
            && !name.contains(['[', ']', ':', '*', '?', '/', '\\', '\''])
            && back.is_some_and(|back| back.name == table.name)
            && catalogue.recognise_table(name).is_some_and(|back| back.name == table.name)
    };
    let profils = catalogue.profils.iter().filter_map(|profil| profil.tables.get(table.name));
    let names: Vec<&str> =
        profils.flatten().map(String::as_str).chain([table.name]).filter(known).collect();
    match tirage.pick(&names) {
        "" => table.name.to_owned(),
        name => name.to_owned(),
    }
}

/// A wording of the column as a header of the field: one that the catalogue reads back.
pub(super) fn header(
    catalogue: &Catalogue,
    table: &Table,
    column: &'static Column,
    tirage: &mut Tirage,
) -> String {
    let known = |wording: &&str| {
        let back = catalogue.recognise_header(table, wording);
        is_plain(wording) && back.is_some_and(|back| back.name == column.name)
    };
    let key = (table.name, column.name);
    let profils = catalogue.profils.iter().filter_map(|profil| profil.headers.get(&key));
    let wordings: Vec<&str> =
        profils.flatten().map(String::as_str).chain([column.name]).filter(known).collect();
    match tirage.pick(&wordings) {
        "" => column.name.to_owned(),
        wording => wording.to_owned(),
    }
}

/// Whether a wording can be written by every support, and is no total.
fn is_plain(wording: &str) -> bool {
    !wording.contains([';', '\t', '"', '\n', '\r'])
        && !encoding_rs::WINDOWS_1252.encode(wording).2
        && !wording.to_lowercase().starts_with("total")
}
