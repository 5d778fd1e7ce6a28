//! Which tables a centre has sent without a single row in them: received and empty, which is not
//! the same as never sent.
//!
//! A sheet that has a header and no row speaks for the centre given with the import, else for those
//! whose rows lie beside it: in the same workbook, else in the same folder, else in the import. A
//! sheet of several centres speaks also for those extracted with them, that is whose young people
//! stand in one sheet with theirs: a region that extracts table by table sends no row of a centre
//! that has none. A sheet of a single centre speaks for that centre alone.

use std::collections::{BTreeMap, BTreeSet};

use mallette_domain::table::{Table, find};

use crate::rapport::FichierLu;

/// The sheets that hold rows of each centre, by rank in the report.
pub(crate) type Feuilles<'a> = BTreeMap<&'a str, BTreeSet<u32>>;

/// The tables that each centre has sent, as far as its sheets and those beside tell.
pub(crate) fn received(
    fichiers: &[FichierLu],
    given: Option<&str>,
    centres: &Feuilles<'_>,
) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut received: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (number, fichier) in (0_u32..).zip(fichiers) {
        let Some(table) = fichier.table.as_deref().and_then(find) else { continue };
        let spoken_for = if fichier.lues == 0 {
            of_empty(fichiers, fichier, given, centres)
        } else {
            of_joint(fichiers, number, centres)
        };
        for structure_id in spoken_for {
            received.entry(structure_id.to_owned()).or_default().insert(table.name);
        }
    }
    received
}

/// The centres that a sheet without a row speaks for.
fn of_empty<'a>(
    fichiers: &[FichierLu],
    empty: &FichierLu,
    given: Option<&'a str>,
    centres: &Feuilles<'a>,
) -> BTreeSet<&'a str> {
    if let Some(given) = given {
        return [given].into();
    }
    let beside = |near: &dyn Fn(&FichierLu) -> bool| -> BTreeSet<&'a str> {
        let holds = |sheets: &BTreeSet<u32>| {
            sheets.iter().any(|number| at(fichiers, *number).is_some_and(near))
        };
        centres.iter().filter(|(_, sheets)| holds(sheets)).map(|(id, _)| *id).collect()
    };
    let same_file = beside(&|other| other.chemin == empty.chemin);
    if !same_file.is_empty() {
        return same_file;
    }
    let same_folder = beside(&|other| folder(&other.chemin) == folder(&empty.chemin));
    if same_folder.is_empty() { centres.keys().copied().collect() } else { same_folder }
}

/// The centres that a sheet with rows speaks for beyond those it names.
fn of_joint<'a>(fichiers: &[FichierLu], number: u32, centres: &Feuilles<'a>) -> BTreeSet<&'a str> {
    let named: BTreeSet<&str> =
        centres.iter().filter(|(_, own)| own.contains(&number)).map(|(id, _)| *id).collect();
    if named.len() < 2 {
        return BTreeSet::new();
    }
    let of_young: BTreeSet<u32> = named
        .iter()
        .filter_map(|id| centres.get(id))
        .flatten()
        .copied()
        .filter(|sheet| {
            let table = at(fichiers, *sheet).and_then(|f| f.table.as_deref()).and_then(find);
            table.is_some_and(is_of_young)
        })
        .collect();
    centres.iter().filter(|(_, own)| !own.is_disjoint(&of_young)).map(|(id, _)| *id).collect()
}

/// Whether the rows of a table are about young people: what a region knows of its centres, such as
/// envelopes, says nothing of who extracted the rest.
fn is_of_young(table: &Table) -> bool {
    table.column("dossier_id").is_some()
}

fn at(fichiers: &[FichierLu], number: u32) -> Option<&FichierLu> {
    fichiers.get(usize::try_from(number).ok()?)
}

fn folder(chemin: &str) -> &str {
    chemin.rsplit_once(['/', '\\']).map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheets(list: &[(&str, &str, u64)]) -> Vec<FichierLu> {
        let sheets = list.iter().map(|(chemin, table, lues)| FichierLu {
            chemin: (*chemin).to_owned(),
            table: Some((*table).to_owned()),
            lues: *lues,
            ..FichierLu::default()
        });
        sheets.collect()
    }

    fn told(
        list: &[(&str, &str, u64)],
        given: Option<&str>,
        centres: &[(&'static str, &[u32])],
    ) -> Vec<(String, String)> {
        let centres = centres.iter().map(|(id, own)| (*id, own.iter().copied().collect()));
        let received = received(&sheets(list), given, &centres.collect());
        let pairs = received.into_iter().flat_map(|(id, tables)| {
            tables.into_iter().map(move |table| (id.clone(), table.to_owned())).collect::<Vec<_>>()
        });
        pairs.collect()
    }

    fn pair(id: &str, table: &str) -> (String, String) {
        (id.to_owned(), table.to_owned())
    }

    #[test]
    fn a_header_alone_is_of_the_centres_beside_it() {
        let list = [
            ("x/A/dossiers.csv", "dossiers", 4),
            ("x/A/parcours.csv", "parcours", 0),
            ("x/B/dossiers.csv", "dossiers", 4),
        ];
        let centres: [(&str, &[u32]); 2] = [("A", &[0]), ("B", &[2])];
        assert_eq!(told(&list, None, &centres), [pair("A", "parcours")]);
        // Given with the import, the centre is known.
        assert_eq!(told(&list, Some("B"), &centres), [pair("B", "parcours")]);
        // A workbook before a folder, a folder before the import.
        let list = [
            ("x/a.xlsx", "dossiers", 4),
            ("x/a.xlsx", "parcours", 0),
            ("x/b.xlsx", "dossiers", 4),
            ("y/evenements.csv", "evenements", 0),
        ];
        assert_eq!(
            told(&list, None, &centres),
            [pair("A", "evenements"), pair("A", "parcours"), pair("B", "evenements")]
        );
    }

    #[test]
    fn a_sheet_of_several_centres_speaks_for_those_extracted_with_them() {
        let list = [("dossiers.csv", "dossiers", 9), ("allocations.csv", "allocations", 5)];
        let centres: [(&str, &[u32]); 3] = [("A", &[0, 1]), ("B", &[0]), ("C", &[0, 1])];
        assert!(told(&list, None, &centres).contains(&pair("B", "allocations")));
        // Of a single centre, it may be that centre's own extract.
        let centres: [(&str, &[u32]); 2] = [("A", &[0, 1]), ("B", &[0])];
        assert!(!told(&list, None, &centres).contains(&pair("B", "allocations")));
    }

    #[test]
    fn what_a_region_knows_of_its_centres_does_not_join_their_extracts() {
        let list = [
            ("enveloppes.csv", "enveloppes", 3),
            ("A/dossiers.csv", "dossiers", 4),
            ("A/evenements.csv", "evenements", 4),
            ("B/dossiers.csv", "dossiers", 4),
        ];
        let centres: [(&str, &[u32]); 2] = [("A", &[0, 1, 2]), ("B", &[0, 3])];
        assert!(!told(&list, None, &centres).contains(&pair("B", "evenements")));
    }
}
