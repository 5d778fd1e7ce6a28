//! Rows read one by one: the dossiers of a distinct count, the measures of a median, what each dossier makes of a
//! sum of money.

use datafusion::arrow::array::{Array as _, StringArray};
use mallette_catalogue::Calcul;
use mallette_domain::resultat::Groupe;

use super::groupes::{Apport, Groupes, INCONNU};
use super::rangs::Rang;
use crate::EngineError;
use crate::cellules::Cellules;

/// Adds to `apport` the rows of a batch that has the three grouping columns and the value `m`;
/// `place` tells where a row stands in time, none for nowhere.
pub(super) fn read_rows(
    cells: &Cellules<'_>,
    calcul: Calcul,
    groupes: &mut Groupes,
    apport: &mut Apport,
    place: impl Fn(usize) -> Option<Rang>,
) -> Result<(), EngineError> {
    let columns = Colonnes {
        structure: cells.texts("structure_id")?,
        antenne: cells.texts("antenne")?,
        conseiller: cells.texts("conseiller_id")?,
    };
    // Rows of one group often follow one another.
    let mut last: Option<(usize, u32)> = None;
    let mut rank = |groupes: &mut Groupes, row: usize| match last {
        Some((known, rank)) if columns.same(known, row) => rank,
        _ => {
            let rank = groupes.rank(&columns.groupe(row));
            last = Some((row, rank));
            rank
        }
    };
    if calcul == Calcul::Distinct {
        let dossiers = cells.texts("m")?;
        for row in (0..dossiers.len()).filter(|row| dossiers.is_valid(*row)) {
            let Some(rang) = place(row) else { continue };
            let groupe = rank(groupes, row);
            let dossier = groupes.dossier(columns.structure.value(row), dossiers.value(row));
            apport.see(groupe, rang, dossier);
        }
    } else {
        for (row, mesure) in cells.integers("m")?.into_iter().enumerate() {
            let (Some(mesure), Some(rang)) = (mesure, place(row)) else { continue };
            let groupe = rank(groupes, row);
            *apport.at(groupe, rang).mesures.entry(mesure).or_default() += 1;
        }
    }
    Ok(())
}

/// Adds to `apport` what each dossier makes of a sum of money: rows that have the three grouping columns, the
/// dossier `m` and the amount in the column named. A row without a dossier is of somebody not known.
pub(super) fn read_parts(
    cells: &Cellules<'_>,
    column: &str,
    groupes: &mut Groupes,
    apport: &mut Apport,
    place: impl Fn(usize) -> Option<Rang>,
) -> Result<(), EngineError> {
    let columns = Colonnes {
        structure: cells.texts("structure_id")?,
        antenne: cells.texts("antenne")?,
        conseiller: cells.texts("conseiller_id")?,
    };
    let dossiers = cells.texts("m")?;
    let mut last: Option<(usize, u32)> = None;
    for (row, amount) in cells.numbers(column)?.into_iter().enumerate() {
        let (Some(amount), Some(rang)) = (amount, place(row)) else { continue };
        let groupe = match last {
            Some((known, rank)) if columns.same(known, row) => rank,
            _ => groupes.rank(&columns.groupe(row)),
        };
        last = Some((row, groupe));
        let dossier = match text(&dossiers, row) {
            Some(dossier) => {
                groupes.dossier(text(&columns.structure, row).unwrap_or_default(), dossier)
            }
            None => INCONNU,
        };
        apport.give(groupe, rang, dossier, amount);
    }
    Ok(())
}

/// The grouping columns of a batch.
struct Colonnes {
    structure: StringArray,
    antenne: StringArray,
    conseiller: StringArray,
}

impl Colonnes {
    fn same(&self, left: usize, right: usize) -> bool {
        [&self.structure, &self.antenne, &self.conseiller]
            .into_iter()
            .all(|column| text(column, left) == text(column, right))
    }

    fn groupe(&self, row: usize) -> Groupe {
        Groupe {
            structure_id: text(&self.structure, row).unwrap_or_default().to_owned(),
            antenne: text(&self.antenne, row).map(str::to_owned),
            conseiller_id: text(&self.conseiller, row).map(str::to_owned),
        }
    }
}

fn text(column: &StringArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}
