//! Keys seen twice: identical rows count once; of different rows the latest `date_maj` wins, else
//! the last read (`reference.md` §1).
//!
//! A key costs eight bytes while it is looked for a second time; the rows of the keys seen twice are
//! then compared whole, so that no accident of hashing decides anything.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{BuildHasher as _, Hash, Hasher as _};

use hashbrown::DefaultHashBuilder;

use crate::bloc::{Bloc, Origine};
use crate::colonne::{Colonne, Lexique, SANS_JOUR};
use crate::debord::Debord;
use crate::erreur::IngestError;
use crate::tampon::Tampon;

/// Why a row is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sort {
    /// Same key and same content as another row that was met: counts once.
    Identique,
    /// Same key as the row kept, and another content.
    Remplacee {
        /// The row kept.
        par: Origine,
        /// The key that both have.
        valeur: String,
    },
}

/// A row that is not kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ecartee {
    pub(crate) origine: Origine,
    pub(crate) sort: Sort,
}

/// The rows of the table that are not kept, by their rank among all. `dossiers` numbers the
/// dossiers of the centre.
pub(crate) fn settle(
    tampon: &Tampon,
    dossiers: &Lexique,
    debord: &Debord,
) -> Result<BTreeMap<usize, Ecartee>, IngestError> {
    let key = key_columns(tampon);
    let hasher = DefaultHashBuilder::default();
    let mut hashes = Vec::with_capacity(tampon.len());
    for rank in 0..tampon.blocs() {
        let bloc = tampon.bloc(rank, debord)?;
        hashes.extend((0..bloc.len()).map(|row| hash_key(&hasher, &bloc, &key, row)));
    }
    hashes.sort_unstable();
    let twice: HashSet<u64> =
        hashes.windows(2).filter(|pair| pair.first() == pair.last()).flatten().copied().collect();
    drop(hashes);
    if twice.is_empty() {
        return Ok(BTreeMap::new());
    }

    // The rows of those keys, gathered to be compared.
    let mut gathered = Bloc::new(tampon.table);
    let mut ranks = Vec::new();
    let mut first = 0;
    for rank in 0..tampon.blocs() {
        let bloc = tampon.bloc(rank, debord)?;
        for row in 0..bloc.len() {
            if twice.contains(&hash_key(&hasher, &bloc, &key, row)) {
                gathered.push_from(&bloc, row);
                ranks.push(first + row);
            }
        }
        first += bloc.len();
    }
    let mut ecartees = BTreeMap::new();
    for rows in groups(&gathered, &key, &hasher) {
        for (row, sort) in settle_group(tampon, &gathered, &rows, dossiers) {
            if let (Some(rank), Some(origine)) = (ranks.get(row), gathered.origine(row)) {
                ecartees.insert(*rank, Ecartee { origine, sort });
            }
        }
    }
    Ok(ecartees)
}

/// The ranks of the columns of the key, within a centre.
fn key_columns(tampon: &Tampon) -> Vec<usize> {
    let key = tampon.table.key;
    let own = key.iter().filter(|name| **name != "structure_id" || key.len() == 1);
    own.filter_map(|name| Some(tampon.column(name)?.0)).collect()
}

fn hash_key(hasher: &DefaultHashBuilder, bloc: &Bloc, key: &[usize], row: usize) -> u64 {
    let mut state = hasher.build_hasher();
    for column in key.iter().filter_map(|rank| bloc.colonnes.get(*rank)) {
        match column {
            Colonne::Textes(texts) => texts.get(row).hash(&mut state),
            Colonne::Rangs(ranks) => ranks.get(row).hash(&mut state),
            Colonne::Codes(codes) => codes.get(row).hash(&mut state),
            Colonne::Jours(days) => days.get(row).hash(&mut state),
            Colonne::Nombres(numbers) => numbers.get(row).hash(&mut state),
        }
    }
    state.finish()
}

/// The rows that share a key, for the keys that several rows share.
fn groups(bloc: &Bloc, key: &[usize], hasher: &DefaultHashBuilder) -> Vec<Vec<usize>> {
    let mut by_hash: HashMap<u64, Vec<Vec<usize>>> = HashMap::new();
    for row in 0..bloc.len() {
        let apart = by_hash.entry(hash_key(hasher, bloc, key, row)).or_default();
        // Rows that share a hash, told apart by the key itself.
        let same = |group: &&mut Vec<usize>| {
            let mut columns = key.iter().filter_map(|rank| bloc.colonnes.get(*rank));
            group.first().is_some_and(|known| columns.all(|column| column.equal(*known, row)))
        };
        match apart.iter_mut().find(same) {
            Some(group) => group.push(row),
            None => apart.push(vec![row]),
        }
    }
    by_hash.into_values().flatten().filter(|group| group.len() > 1).collect()
}

/// What becomes of the rows of one key, less the one that is kept.
fn settle_group(
    tampon: &Tampon,
    bloc: &Bloc,
    rows: &[usize],
    dossiers: &Lexique,
) -> Vec<(usize, Sort)> {
    let days = match tampon.column("date_maj").and_then(|(rank, _)| bloc.colonnes.get(rank)) {
        Some(Colonne::Jours(days)) => Some(days),
        _ => None,
    };
    let maj = |row: usize| days.and_then(|days| days.get(row).copied()).unwrap_or(SANS_JOUR);
    let Some(winner) = rows.iter().copied().max_by_key(|row| (maj(*row), *row)) else {
        return Vec::new();
    };
    let same =
        |left: usize, right: usize| bloc.colonnes.iter().all(|column| column.equal(left, right));
    // Of the rows identical to the winner the first is kept, so that an identical line further
    // on is the one reported.
    let kept = rows.iter().copied().find(|row| same(*row, winner)).unwrap_or(winner);
    let mut sorts = Vec::new();
    let mut met: Vec<usize> = Vec::new();
    for &row in rows {
        if met.iter().any(|known| same(*known, row)) {
            sorts.push((row, Sort::Identique));
            continue;
        }
        met.push(row);
        if row != kept
            && let Some(par) = bloc.origine(kept)
        {
            let valeur = key_text(tampon, bloc, row, dossiers);
            sorts.push((row, Sort::Remplacee { par, valeur }));
        }
    }
    sorts
}

/// The value of the last column of the key, for a message.
fn key_text(tampon: &Tampon, bloc: &Bloc, row: usize, dossiers: &Lexique) -> String {
    let name = tampon.table.key.last().copied().unwrap_or_default();
    let Some((rank, column)) = tampon.column(name) else { return String::new() };
    let text = match bloc.colonnes.get(rank) {
        Some(Colonne::Textes(texts)) => Some(texts.get(row).to_owned()),
        Some(Colonne::Rangs(ranks)) => {
            let lexique =
                if column.name == "dossier_id" { Some(dossiers) } else { tampon.lexique(rank) };
            let text = lexique.zip(ranks.get(row)).and_then(|(lexique, at)| lexique.text(*at));
            text.map(str::to_owned)
        }
        Some(Colonne::Jours(days)) => days.get(row).and_then(|day| crate::valeur::iso(*day)),
        _ => None,
    };
    text.unwrap_or_default()
}
