//! Which refused values may be read by others than the centre: those that cannot be a name, nor the
//! number of a dossier. A name never leaves its centre, and a shifted line puts one anywhere.

use mallette_catalogue::{Catalogue, normalise};
use mallette_domain::table::{Column, ColumnType, Exposure, Table};

/// What stands for a value that is not shown.
pub(super) const MASQUE: &str = "(valeur masquée : à lire dans le fichier)";

/// Digits of a day and of most amounts; a telephone number has more.
const DIGITS: usize = 8;
/// Letters and digits of an identifier.
const ID: usize = 14;

/// Whether a value refused in that column of that table can be shown.
pub(super) fn is_safe(
    catalogue: &Catalogue,
    place: Option<(&Table, &Column)>,
    valeur: &str,
) -> bool {
    let Some((table, column)) = place else { return is_number(valeur) };
    match column.kind {
        _ if column.exposure == Exposure::Identity || column.name == "dossier_id" => false,
        // An unknown code must be seen to be mapped; a name under it must not.
        ColumnType::Code(_) | ColumnType::FreeCode => {
            catalogue.codes.is_worded_like(table.name, column.name, valeur)
        }
        ColumnType::Id if column.name == "structure_id" => is_centre(valeur),
        ColumnType::Id => is_identifier(valeur),
        ColumnType::Text
        | ColumnType::Date
        | ColumnType::Mois
        | ColumnType::Integer
        | ColumnType::Decimal => is_number(valeur),
    }
}

/// Digits set apart by signs, too few to be the number of a telephone or of a person: a day or an
/// amount. Digits alone may be the number of a dossier.
fn is_number(valeur: &str) -> bool {
    let digits = valeur.chars().filter(char::is_ascii_digit).count();
    digits <= DIGITS
        && valeur.contains(['/', '-', '.', ','])
        && !valeur.chars().any(char::is_alphabetic)
}

/// A number after a letter or two, as the identifiers of the national system.
fn is_identifier(valeur: &str) -> bool {
    let letters = valeur.chars().take_while(char::is_ascii_alphabetic).count();
    let number = valeur.get(letters..).unwrap_or_default();
    letters <= 2
        && (1..=ID).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// A code in the form of `69382S00`, or a name that says it is that of a centre.
fn is_centre(valeur: &str) -> bool {
    let code: Vec<u8> = valeur.trim().bytes().collect();
    let coded = match code.as_slice() {
        [commune @ .., letter, a, b] => {
            commune.len() == 5
                && letter.is_ascii_alphabetic()
                && commune.iter().chain([a, b]).all(u8::is_ascii_digit)
        }
        _ => false,
    };
    let name = normalise(valeur);
    let name = name.trim_start_matches(|letter: char| letter.is_ascii_digit());
    coded || name.starts_with("missionlocale") || valeur.contains("-ML ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_domain::table::TABLES;

    const NOMS: [&str; 3] = [
        include_str!("../../../synth/noms/noms.txt"),
        include_str!("../../../synth/noms/prenoms_feminins.txt"),
        include_str!("../../../synth/noms/prenoms_masculins.txt"),
    ];

    #[test]
    fn no_name_survives_in_any_column() {
        let catalogue = Catalogue::builtin().unwrap();
        let mut names = 0;
        for name in NOMS.iter().flat_map(|list| list.lines()) {
            names += 1;
            let dressed = [
                name.to_owned(),
                name.to_lowercase(),
                format!("{name} 2"),
                format!("M. {name}"),
                format!("Entretien avec {name}"),
                name.replacen(['e', 'a'], "\u{fffd}", 1),
            ];
            for text in &dressed {
                assert!(!is_safe(&catalogue, None, text), "{text}");
                for table in TABLES {
                    for column in table.columns {
                        let shown = is_safe(&catalogue, Some((table, column)), text);
                        assert!(!shown, "{}.{} « {text} »", table.name, column.name);
                    }
                }
            }
        }
        assert!(names > 100, "{names}");
    }

    #[test]
    fn what_helps_to_mend_a_file_is_shown() {
        let catalogue = Catalogue::builtin().unwrap();
        let safe = |table: &str, column: &str, text: &str| {
            let table = mallette_domain::table::find(table).unwrap();
            is_safe(&catalogue, Some((table, table.column(column).unwrap())), text)
        };
        for (table, column, text) in [
            ("evenements", "date", "31/02/2019"),
            ("evenements", "date", "05/06/19"),
            ("evenements", "duree_minutes", "1,2,3"),
            ("allocations", "montant", "1 234,50,00"),
            ("evenements", "type", "Entretien individuel téléphonique"),
            ("dossiers", "niveau_formation", "Niveau 12"),
            ("dossiers", "sexe", "X"),
            ("dossiers", "sexe", "9"),
            ("evenements", "structure_id", "99999X99"),
            ("evenements", "structure_id", "69-ML LYONS"),
            ("evenements", "evenement_id", "E1234567890"),
        ] {
            assert!(safe(table, column, text), "{table}.{column} « {text} »");
        }
        for (table, column, text) in [
            ("dossiers", "dossier_id", "1234567"),
            ("evenements", "dossier_id", "D12"),
            ("dossiers", "nom", "12"),
            ("parcours", "num_cerfa", "123456"),
            ("conseillers", "conseiller_id", "jdurand2"),
            ("dossiers", "date_naissance", "06 12 34 56 78"),
            ("dossiers", "date_naissance", "2990169123456"),
            ("dossiers", "date_naissance", "7654321"),
        ] {
            assert!(!safe(table, column, text), "{table}.{column} « {text} »");
        }
    }
}
