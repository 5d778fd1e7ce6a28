//! One table of one centre in the form of the field: its columns, its lines, and the lines planted
//! to be deduplicated or rejected, which are counted.

use mallette_catalogue::Catalogue;
use mallette_domain::table::{Column, ColumnType, Table};

use super::cellule::{Case, Nombre};
use super::libelle::FACONS;
use super::style::{self, Style};
use crate::Attendu;
use crate::centre::Centre;
use crate::jour::Jour;
use crate::ligne::{Cellule, Ligne};
use crate::tirage::{Tirage, number_of};

/// Headers that no profile knows.
pub(super) const INCONNUES: [&str; 4] =
    ["Observations internes", "Zone libre 1", "Couleur du classeur", "Code Parcours 3"];
/// A code that no column knows.
pub(super) const CODE_INCONNU: &str = "Voir avec la direction";
/// Text of a day that is not in the calendar.
const JOUR_IMPOSSIBLE: &str = "31/02/2019";

/// What a column of the file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The canonical column of that rank.
    Colonne(usize),
    /// Something that nobody knows.
    Inconnue,
    /// Nothing at all, header included.
    Vide,
}

/// A line that is planted after each so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piege {
    /// The same line again.
    Doublon,
    /// Before the line, an older version of it.
    Ancienne,
    /// A day that does not exist.
    JourImpossible,
    /// A code that nobody knows.
    CodeInconnu,
}

const PIEGES: [Piege; 4] =
    [Piege::Doublon, Piege::Ancienne, Piege::JourImpossible, Piege::CodeInconnu];

/// One table being written.
#[derive(Debug)]
pub(super) struct Feuille {
    pub(super) table: &'static Table,
    pub(super) nom: String,
    pub(super) attendu: Attendu,
    /// Objects of the region, planted lines left out.
    pub(super) objets: u64,
    places: Vec<Place>,
    entetes: Vec<String>,
    facons: Vec<u32>,
    /// One case per canonical column, for the line at hand.
    cases: Vec<Case>,
    periode: u64,
    note: Case,
    vide: Case,
}

impl Feuille {
    pub(super) fn new(catalogue: &Catalogue, table: &'static Table, centre: &Centre) -> Self {
        let mut tirage = Tirage::new(&[centre.graine, 7, number_of(table.name)]);
        let nom = style::table_name(catalogue, table, &mut tirage);
        let places = draw_places(table, &mut tirage);
        let unknown = tirage.pick(&INCONNUES);
        let entetes = places
            .iter()
            .map(|place| match place {
                Place::Colonne(rank) => {
                    table.columns.get(*rank).map_or_else(String::new, |column| {
                        style::header(catalogue, table, column, &mut tirage)
                    })
                }
                Place::Inconnue => unknown.to_owned(),
                Place::Vide => String::new(),
            })
            .collect();
        Self {
            table,
            nom,
            attendu: Attendu::default(),
            objets: 0,
            places,
            entetes,
            facons: table.columns.iter().map(|_| tirage.below(FACONS)).collect(),
            cases: vec![Case::default(); table.columns.len()],
            periode: 40 + u64::from(tirage.below(60)),
            note: Case { texte: "RAS".to_owned(), nombre: Nombre::Aucun },
            vide: Case::default(),
        }
    }

    pub(super) fn entetes(&self) -> &[String] {
        &self.entetes
    }

    /// Takes a row, and gives it back line by line, planted ones included.
    pub(super) fn put<L: Ligne, E>(
        &mut self,
        style: &Style,
        centre: &Centre,
        ligne: &L,
        write: &mut impl FnMut(&mut dyn Iterator<Item = &Case>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (table, facons, cases) = (self.table, &self.facons, &mut self.cases);
        let mut columns = table.columns.iter().zip(facons).zip(cases);
        ligne.cells(centre, &mut |cellule: Cellule<'_>| {
            if let Some(((column, facon), case)) = columns.next() {
                case.write(style, table, column, *facon, cellule);
            }
        });
        self.objets += 1;
        let piege = (self.objets % self.periode == 5)
            .then(|| PIEGES.get((self.objets / self.periode) as usize % PIEGES.len()).copied())
            .flatten();
        match piege {
            Some(Piege::Ancienne)
                if self.put_older(style, day_of_update(ligne, centre), write)? => {}
            Some(Piege::JourImpossible) => self.put_spoiled(is_day, JOUR_IMPOSSIBLE, write)?,
            Some(Piege::CodeInconnu) => self.put_spoiled(is_code, CODE_INCONNU, write)?,
            _ => {}
        }
        self.write_line(write)?;
        self.attendu.lues += 1;
        self.attendu.acceptees += 1;
        if piege == Some(Piege::Doublon) {
            self.write_line(write)?;
            self.attendu.lues += 1;
            self.attendu.doublons_identiques += 1;
        }
        Ok(())
    }

    fn write_line<E>(
        &self,
        write: &mut impl FnMut(&mut dyn Iterator<Item = &Case>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut cells = self.places.iter().map(|place| match place {
            Place::Colonne(rank) => self.cases.get(*rank).unwrap_or(&self.vide),
            Place::Inconnue => &self.note,
            Place::Vide => &self.vide,
        });
        write(&mut cells)
    }

    /// The same key, three weeks staler: an import must prefer the line that follows.
    fn put_older<E>(
        &mut self,
        style: &Style,
        maj: Option<Jour>,
        write: &mut impl FnMut(&mut dyn Iterator<Item = &Case>) -> Result<(), E>,
    ) -> Result<bool, E> {
        let rank = self.table.columns.iter().position(|column| column.name == "date_maj");
        let (Some(rank), Some(maj)) = (rank, maj) else { return Ok(false) };
        let Some(column) = self.table.columns.get(rank) else { return Ok(false) };
        let Some(case) = self.cases.get_mut(rank) else { return Ok(false) };
        let kept = case.clone();
        case.write(style, self.table, column, 0, Cellule::Jour(maj - 21));
        self.write_line(write)?;
        if let Some(case) = self.cases.get_mut(rank) {
            *case = kept;
        }
        self.attendu.lues += 1;
        self.attendu.rejetees += 1;
        Ok(true)
    }

    /// A line of its own, unreadable in the first column that `fits`.
    fn put_spoiled<E>(
        &mut self,
        fits: fn(&Column) -> bool,
        texte: &str,
        write: &mut impl FnMut(&mut dyn Iterator<Item = &Case>) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(rank) = self.table.columns.iter().position(fits) else { return Ok(()) };
        let key = self.table.columns.iter().position(|column| {
            column.name != "structure_id" && self.table.required.contains(&column.name)
        });
        let kept = self.cases.clone();
        if let Some(key) = key.and_then(|key| self.cases.get_mut(key))
            && key.nombre == Nombre::Aucun
        {
            key.texte.push('X');
        }
        if let Some(case) = self.cases.get_mut(rank) {
            *case = Case { texte: texte.to_owned(), nombre: Nombre::Aucun };
        }
        self.write_line(write)?;
        self.cases = kept;
        self.attendu.lues += 1;
        self.attendu.rejetees += 1;
        Ok(())
    }
}

fn is_day(column: &Column) -> bool {
    column.kind == ColumnType::Date
}

fn is_code(column: &Column) -> bool {
    matches!(column.kind, ColumnType::Code(_))
}

/// The day of update of a row: its last cell, in the tables that have one.
fn day_of_update(ligne: &impl Ligne, centre: &Centre) -> Option<Jour> {
    let mut last = None;
    ligne.cells(centre, &mut |cellule| {
        last = match cellule {
            Cellule::Jour(day) => Some(day),
            _ => None,
        };
    });
    last
}

/// The canonical columns in another order, with an unknown one and an empty one. The first is the
/// centre, or not required, so that a totals line is told by its first cell.
fn draw_places(table: &Table, tirage: &mut Tirage) -> Vec<Place> {
    let mut places: Vec<Place> = (0..table.columns.len()).map(Place::Colonne).collect();
    if tirage.chance(7_000) {
        for rank in (1..places.len()).rev() {
            let other = tirage.below(u32::try_from(rank).unwrap_or(0) + 1) as usize;
            places.swap(rank, other);
        }
        let is_key = |place: &Place| match place {
            Place::Colonne(rank) => {
                table.columns.get(*rank).is_some_and(|column| table.required.contains(&column.name))
            }
            _ => false,
        };
        if places.first().is_some_and(is_key)
            && let Some(centre) = places.iter().position(|place| *place == Place::Colonne(0))
        {
            places.swap(0, centre);
        }
    }
    for place in [Place::Inconnue, Place::Vide] {
        if tirage.chance(6_000) {
            let rank = 1 + tirage.below(u32::try_from(places.len()).unwrap_or(1)) as usize;
            places.insert(rank.min(places.len()), place);
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_domain::table::TABLES;

    #[test]
    fn every_header_means_its_column_and_every_name_its_table() {
        let catalogue = Catalogue::builtin().unwrap();
        let centres = crate::centre::draw(90, 90, 8, 18_204).unwrap();
        let mut wordings = std::collections::BTreeSet::new();
        for centre in &centres {
            for table in TABLES {
                let feuille = Feuille::new(&catalogue, table, centre);
                let named = catalogue.recognise_table(&feuille.nom);
                assert_eq!(named.map(|known| known.name), Some(table.name), "{}", feuille.nom);
                let mut seen = 0;
                for (place, header) in feuille.places.iter().zip(&feuille.entetes) {
                    let known = catalogue.recognise_header(table, header);
                    let wanted = match place {
                        Place::Colonne(rank) => Some(table.columns[*rank].name),
                        Place::Inconnue | Place::Vide => None,
                    };
                    seen += usize::from(wanted.is_some());
                    assert_eq!(known.map(|column| column.name), wanted, "{} {header}", table.name);
                    wordings.insert((table.name, header.clone()));
                }
                assert_eq!(seen, table.columns.len());
                let first = match feuille.places[0] {
                    Place::Colonne(rank) => table.columns[rank].name,
                    place => panic!("{place:?}"),
                };
                assert!(first == "structure_id" || !table.required.contains(&first), "{first}");
            }
        }
        assert!(wordings.len() > 300, "{}", wordings.len());
    }

    #[test]
    fn what_must_not_be_known_is_not() {
        let catalogue = Catalogue::builtin().unwrap();
        for table in TABLES {
            for header in INCONNUES {
                assert!(catalogue.recognise_header(table, header).is_none(), "{header}");
            }
            for column in table.columns {
                let known = catalogue.codes.recognise(table.name, column.name, CODE_INCONNU);
                assert_eq!(known, None, "{}.{}", table.name, column.name);
            }
        }
    }
}
