//! Traits that make publics (age, sex, QPV, ZRR, RQTH), as the pages of the other publics tell them: how many women
//! live in a QPV is read among the women and among those of the QPV.
//!
//! Two such traits are told of each other when every crossing of their publics, and of their rests, counts nobody or
//! as many as the threshold; else neither tells the other, and the crossing is anything that the two numbers allow.
//! The other values (one age of those who are of age) are hidden as those of any table, and never for the good of a
//! crossing.

use mallette_domain::cohorte::{Cohorte, Public};

use super::super::secrets::few;
use super::colonnes::{Colonnes, Soustraction};
use super::{Coupe, crossing, size};

type Valeur = (String, Option<String>);

/// The traits that make publics.
const TRAITS: [&str; 5] = ["age_entree", "sexe", "qpv", "zrr", "rqth"];

/// Whether a trait makes a public.
pub(super) fn makes_public(name: &str) -> bool {
    TRAITS.contains(&name)
}

/// The values of these traits that are hidden of a public.
pub(super) fn hidden(coupe: &Coupe<'_>, public: Public) -> Vec<Valeur> {
    let own = public.mark().map_or("", |(name, _)| name);
    TRAITS.into_iter().filter(|name| *name != own).flat_map(|name| told(coupe, own, name)).collect()
}

/// The publics that are read which a trait makes: nobody is of two of them.
fn made(coupe: &Coupe<'_>, name: &str) -> Vec<Public> {
    let of_it = |public: &Public| public.mark().is_some_and(|(own, _)| own == name);
    coupe.lus.iter().copied().filter(of_it).collect()
}

/// The values of a trait that are hidden of the publics that another one makes.
fn told(coupe: &Coupe<'_>, of: &str, name: &str) -> Vec<Valeur> {
    let keys: Vec<&Valeur> = coupe.whole.traits.keys().filter(|(own, _)| own == name).collect();
    let (rows, columns) = (made(coupe, of), made(coupe, name));
    if coupe.marges.iter().any(|all| is_few(all, &rows, &columns)) {
        return keys.into_iter().cloned().collect();
    }
    let is_public = |key: &Valeur| {
        columns
            .iter()
            .filter_map(|public| public.mark())
            .any(|(_, value)| key.1.as_deref() == Some(value))
    };
    let others: Vec<&Valeur> = keys.into_iter().filter(|key| !is_public(key)).collect();
    let mut groups: Vec<Soustraction> = rows.iter().map(|row| Soustraction::of(*row)).collect();
    groups.extend(rows.iter().map(|row| Soustraction::rest(&[*row])));
    groups.push(Soustraction::rest(&rows));
    let columns = Colonnes {
        caches: others.iter().map(|key| coupe.tous.traits.contains(*key)).collect(),
        ..coupe
            .columns(&groups, &others, |all, key| all.traits.get(*key).copied().unwrap_or_default())
    };
    let hidden = others.into_iter().zip(columns.hide()).filter(|(_, hides)| *hides);
    hidden.map(|(key, _)| key.clone()).collect()
}

/// Whether some crossing of these publics, or of their rests, counts few members.
fn is_few(all: &Cohorte, rows: &[Public], columns: &[Public]) -> bool {
    let both = |row: &Public, column: &Public| crossing(all, *row, *column);
    let sum = |publics: &[Public]| publics.iter().map(|one| size(all, *one)).sum::<u64>();
    let mut cells: Vec<u64> = Vec::new();
    let mut crossed = 0;
    for row in rows {
        let own: Vec<u64> = columns.iter().map(|column| both(row, column)).collect();
        crossed += own.iter().sum::<u64>();
        cells.push(size(all, *row).saturating_sub(own.iter().sum()));
        cells.extend(own);
    }
    for column in columns {
        let own: u64 = rows.iter().map(|row| both(row, column)).sum();
        cells.push(size(all, *column).saturating_sub(own));
    }
    cells.push((all.effectif + crossed).saturating_sub(sum(rows) + sum(columns)));
    few(&cells)
}
