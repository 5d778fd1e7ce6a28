//! Keys seen twice: identical rows count once; of different rows the latest `date_maj` wins, else
//! the last read (`reference.md` §1).

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use crate::tampon::{Colonne, Tampon};

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Kept.
    Garde,
    /// Same key and same content as another row that was met: counts once.
    Identique,
    /// Same key as the row kept, and another content.
    Remplace {
        /// Rank of the row kept.
        par: usize,
    },
}

/// What becomes of each row of the table, in their order.
pub(crate) fn settle(tampon: &Tampon) -> Vec<Sort> {
    let mut sorts = vec![Sort::Garde; tampon.len()];
    let key: Vec<&Colonne> = tampon
        .table
        .key
        .iter()
        .filter(|name| **name != "structure_id" || tampon.table.key.len() == 1)
        .filter_map(|name| tampon.colonne(name))
        .collect();
    for rows in groups(&key, tampon.len()) {
        settle_group(tampon, &rows, &mut sorts);
    }
    sorts
}

/// The rows that share a key, for the keys that several rows share.
fn groups(key: &[&Colonne], len: usize) -> Vec<Vec<usize>> {
    let mut first: HashMap<u64, usize> = HashMap::with_capacity(len);
    let mut shared: HashMap<u64, Vec<usize>> = HashMap::new();
    for row in 0..len {
        let hash = hash_key(key, row);
        if let Some(known) = first.get(&hash) {
            shared.entry(hash).or_insert_with(|| vec![*known]).push(row);
        } else {
            first.insert(hash, row);
        }
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for rows in shared.into_values() {
        // Rows that share a hash, told apart by the key itself.
        let mut apart: Vec<Vec<usize>> = Vec::new();
        for row in rows {
            let same = |group: &&mut Vec<usize>| {
                group
                    .first()
                    .is_some_and(|known| key.iter().all(|column| column.equal(*known, row)))
            };
            match apart.iter_mut().find(same) {
                Some(group) => group.push(row),
                None => apart.push(vec![row]),
            }
        }
        groups.extend(apart.into_iter().filter(|group| group.len() > 1));
    }
    groups
}

fn hash_key(key: &[&Colonne], row: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    for column in key {
        match column {
            Colonne::Textes(texts) => texts.get(row).hash(&mut hasher),
            Colonne::Repetes(_, ranks) | Colonne::Dossiers(ranks) => {
                ranks.get(row).hash(&mut hasher);
            }
            Colonne::Jours(days) => days.get(row).hash(&mut hasher),
            Colonne::Nombres(numbers) => numbers.get(row).hash(&mut hasher),
        }
    }
    hasher.finish()
}

fn settle_group(tampon: &Tampon, rows: &[usize], sorts: &mut [Sort]) {
    let maj = |row: usize| match tampon.colonne("date_maj") {
        Some(Colonne::Jours(days)) => days.get(row).copied().flatten(),
        _ => None,
    };
    let Some(winner) = rows.iter().copied().max_by_key(|row| (maj(*row), *row)) else { return };
    let same =
        |left: usize, right: usize| tampon.colonnes.iter().all(|column| column.equal(left, right));
    // Of the rows identical to the winner the first is kept, so that an identical line further
    // on is the one reported.
    let kept = rows.iter().copied().find(|row| same(*row, winner)).unwrap_or(winner);
    let mut met: Vec<usize> = Vec::new();
    for &row in rows {
        let sort = if row == kept {
            Sort::Garde
        } else if met.iter().any(|known| same(*known, row)) {
            Sort::Identique
        } else {
            Sort::Remplace { par: kept }
        };
        if let Some(slot) = sorts.get_mut(row) {
            *slot = sort;
        }
        met.push(row);
    }
}
