//! The scan of the indicators that are counted at a date: one for all those of a view and date.
//!
//! Counts and sums are made by the engine; the dossiers of a distinct count and the measures of a
//! median come row by row, far cheaper than lists made inside a grouping.

use std::fmt::Write as _;

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;

use super::groupes::{Apport, Groupes};
use super::rangees::read_rows;
use super::rangs::{Calendrier, Passe};
use crate::cellules::Cellules;
use crate::regle::read_groups;
use crate::{EngineError, Session};

impl Session {
    /// What each of `indicateurs`, all of that view and date column, brings over the periods.
    pub(super) async fn scan_dated(
        &self,
        groupes: &mut Groupes,
        (vue, date): (&str, &str),
        indicateurs: &[&Indicateur],
        calendrier: &Calendrier,
    ) -> Result<Vec<Apport>, EngineError> {
        let mut apports: Vec<Apport> = indicateurs.iter().map(|_| Apport::default()).collect();
        for passe in calendrier.passes() {
            if let Some(sql) = sum_sql((vue, date), indicateurs, &passe) {
                let objet = format!("indicateurs de la vue {vue}");
                for batch in &self.query(&objet, &sql).await? {
                    let cells = Cellules::new(vue, batch);
                    let rangs = cells.integers("rang")?;
                    let found = read_groups(&cells, batch.num_rows())?;
                    let found: Vec<u32> = found.iter().map(|groupe| groupes.rank(groupe)).collect();
                    for (i, (indicateur, apport)) in
                        indicateurs.iter().zip(&mut apports).enumerate()
                    {
                        read_sums(&cells, i, indicateur, |row, n, d| {
                            let place = (found.get(row), rangs.get(row).copied().flatten());
                            if let (Some(groupe), Some(rang)) = place {
                                let cumul = apport.at(*groupe, passe.rang(rang));
                                cumul.numerateur += n;
                                cumul.denominateur += d;
                            }
                        })?;
                    }
                }
            }
            for (indicateur, apport) in indicateurs.iter().zip(&mut apports) {
                let Some(sql) = row_sql((vue, date), indicateur, &passe) else { continue };
                let objet = format!("indicateur {}", indicateur.code);
                for batch in &self.query(&objet, &sql).await? {
                    let cells = Cellules::new(vue, batch);
                    let rangs = cells.integers("rang")?;
                    read_rows(&cells, indicateur.calcul, groupes, apport, |row| {
                        rangs.get(row).copied().flatten().map(|rang| passe.rang(rang))
                    })?;
                }
            }
        }
        Ok(apports)
    }
}

/// The query of all counts and sums; none when the indicators are of another kind.
fn sum_sql(
    (vue, date): (&str, &str),
    indicateurs: &[&Indicateur],
    passe: &Passe,
) -> Option<String> {
    let mut columns = String::new();
    let mut populations = Vec::new();
    for (i, indicateur) in indicateurs.iter().enumerate() {
        let population = indicateur.sql_population(passe.jours);
        let sums = sums_of(&format!("{i}"), indicateur, passe.jours, &population);
        if !sums.is_empty() {
            columns.push_str(&sums);
            populations.push(format!("({population})"));
        }
    }
    if populations.is_empty() {
        return None;
    }
    // The rows of no population need not be grouped.
    Some(format!(
        "SELECT structure_id, antenne, conseiller_id, {} AS rang{columns} FROM {vue} WHERE {} \
         GROUP BY 1, 2, 3, 4",
        passe.sql_rank(date),
        populations.join(" OR "),
    ))
}

/// The columns `n` and `d` that a count or a sum takes in a grouping; none for other kinds.
pub(super) fn sums_of(
    suffix: &str,
    indicateur: &Indicateur,
    periode: Periode,
    population: &str,
) -> String {
    let expr = |text: &Option<String>| indicateur.sql(periode, text.as_deref().unwrap_or("NULL"));
    match indicateur.calcul {
        Calcul::Effectif | Calcul::PourCentDossiers => {
            format!(", sum(CASE WHEN {population} THEN 1 ELSE 0 END) AS n{suffix}")
        }
        Calcul::Taux => format!(
            ", sum(CASE WHEN ({population}) AND ({}) THEN 1 ELSE 0 END) AS n{suffix}\
             , sum(CASE WHEN {population} THEN 1 ELSE 0 END) AS d{suffix}",
            expr(&indicateur.condition)
        ),
        Calcul::Moyenne | Calcul::Somme => format!(
            ", sum({0}) FILTER (WHERE {population}) AS n{suffix}\
             , count({0}) FILTER (WHERE {population}) AS d{suffix}",
            expr(&indicateur.mesure)
        ),
        Calcul::Distinct | Calcul::Mediane | Calcul::Ratio => String::new(),
    }
}

/// Reads the columns of [`sums_of`]: rank of the row, above the bar, below the bar.
pub(super) fn read_sums(
    cells: &Cellules<'_>,
    suffix: impl std::fmt::Display,
    indicateur: &Indicateur,
    mut take: impl FnMut(usize, f64, f64),
) -> Result<(), EngineError> {
    let below = match indicateur.calcul {
        Calcul::Distinct | Calcul::Mediane | Calcul::Ratio => return Ok(()),
        Calcul::Effectif | Calcul::PourCentDossiers => Vec::new(),
        Calcul::Taux | Calcul::Moyenne | Calcul::Somme => cells.numbers(&format!("d{suffix}"))?,
    };
    for (row, n) in cells.numbers(&format!("n{suffix}"))?.into_iter().enumerate() {
        let d = below.get(row).copied().flatten();
        take(row, n.unwrap_or_default(), d.unwrap_or_default());
    }
    Ok(())
}

/// The query of the rows of a distinct count or a median; none for other kinds.
fn row_sql((vue, date): (&str, &str), indicateur: &Indicateur, passe: &Passe) -> Option<String> {
    let value = row_value(indicateur, passe.jours)?;
    let mut sql = format!("SELECT structure_id, antenne, conseiller_id, {value} AS m, ");
    let population = indicateur.sql_population(passe.jours);
    let _ = write!(sql, "{} AS rang FROM {vue} WHERE {population}", passe.sql_rank(date));
    Some(sql)
}

/// What is kept of each row of a distinct count or a median; none for other kinds.
pub(super) fn row_value(indicateur: &Indicateur, periode: Periode) -> Option<String> {
    match indicateur.calcul {
        Calcul::Distinct => Some("dossier_id".to_owned()),
        Calcul::Mediane => Some(indicateur.sql(periode, indicateur.mesure.as_deref()?)),
        _ => None,
    }
}
