//! The scan of the indicators that are counted at a date: one for all those of a view and date.
//!
//! Counts and sums are made by the engine; the dossiers of a distinct count and the measures of a
//! median come row by row, far cheaper than lists made inside a grouping. What each dossier makes of a sum of
//! money is read along the dossiers: one scan for all of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;

use super::groupes::{Apport, Groupes};
use super::rangees::{read_parts, read_rows};
use super::rangs::{Calendrier, Passe};
use crate::cellules::Cellules;
use crate::regle::read_groups;
use crate::{EngineError, Session};

/// The rows of a scan.
#[derive(Clone, Copy)]
pub(super) struct Lignes<'a> {
    /// The view that they are of.
    pub(super) vue: &'a str,
    /// What is read, in SQL: the view, or the view with counts of linked rows.
    pub(super) source: &'a str,
    /// The column that puts them in a month.
    pub(super) date: &'a str,
}

impl Session {
    /// What each of `indicateurs`, all of these rows, brings over the periods.
    pub(super) async fn scan_dated(
        &self,
        groupes: &mut Groupes,
        Lignes { vue, source, date }: Lignes<'_>,
        indicateurs: &[&Indicateur],
        calendrier: &Calendrier,
    ) -> Result<Vec<Apport>, EngineError> {
        let mut apports: Vec<Apport> = indicateurs.iter().map(|_| Apport::default()).collect();
        for passe in calendrier.passes() {
            if let Some(sql) = sum_sql((source, date), indicateurs, &passe) {
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
            for (value, members) in by_value(indicateurs, &passe) {
                let sql = row_sql((source, date), &value, &members, &passe);
                let objet = format!("indicateurs de la vue {vue}, ligne à ligne");
                self.query_each(&objet, &sql, |batch| {
                    let cells = Cellules::new(vue, batch);
                    let rangs = cells.integers("rang")?;
                    for (rank, indicateur) in &members {
                        let Some(apport) = apports.get_mut(*rank) else { continue };
                        let counted = cells.flags(&format!("p{rank}"))?;
                        let place = |row: usize| {
                            let rang = rangs.get(row).copied().flatten()?;
                            (counted.get(row) == Some(&true)).then(|| passe.rang(rang))
                        };
                        if indicateur.is_money() {
                            read_parts(&cells, &format!("v{rank}"), groupes, apport, place)?;
                        } else {
                            read_rows(&cells, indicateur.calcul, groupes, apport, place)?;
                        }
                    }
                    Ok(())
                })
                .await?;
            }
        }
        Ok(apports)
    }
}

/// The query of all counts and sums; none when the indicators are of another kind.
fn sum_sql(
    (source, date): (&str, &str),
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
        "SELECT structure_id, antenne, conseiller_id, {} AS rang{columns} FROM {source} WHERE {} \
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
        Calcul::Distinct | Calcul::Mediane | Calcul::Ratio | Calcul::Rapport => String::new(),
        Calcul::Couverture(_) | Calcul::ParUnite(_) => String::new(),
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
        Calcul::Distinct | Calcul::Mediane | Calcul::Ratio | Calcul::Rapport => return Ok(()),
        Calcul::Couverture(_) | Calcul::ParUnite(_) => return Ok(()),
        Calcul::Effectif | Calcul::PourCentDossiers => Vec::new(),
        Calcul::Taux | Calcul::Moyenne | Calcul::Somme => cells.numbers(&format!("d{suffix}"))?,
    };
    for (row, n) in cells.numbers(&format!("n{suffix}"))?.into_iter().enumerate() {
        let d = below.get(row).copied().flatten();
        take(row, n.unwrap_or_default(), d.unwrap_or_default());
    }
    Ok(())
}

/// The distinct counts, the medians and the sums of money, by what they read of each row: those that read the same share a scan.
fn by_value<'a>(
    indicateurs: &[&'a Indicateur],
    passe: &Passe,
) -> BTreeMap<String, Vec<(usize, &'a Indicateur)>> {
    let mut by_value: BTreeMap<String, Vec<(usize, &Indicateur)>> = BTreeMap::new();
    for (rank, indicateur) in indicateurs.iter().enumerate() {
        if let Some(value) = row_value(indicateur, passe.jours) {
            by_value.entry(value).or_default().push((rank, indicateur));
        }
    }
    by_value
}

/// The query of the rows of those that read that value: whether each counts the row stands in the column of its
/// rank, and so does the amount of a sum of money.
fn row_sql(
    (source, date): (&str, &str),
    value: &str,
    members: &[(usize, &Indicateur)],
    passe: &Passe,
) -> String {
    let mut sql = format!("SELECT structure_id, antenne, conseiller_id, {value} AS m");
    let mut any = Vec::new();
    for (rank, indicateur) in members {
        let population = format!("({})", indicateur.sql_population(passe.jours));
        let _ = write!(sql, ", {population} AS p{rank}");
        if let Some(amount) = indicateur.mesure.as_deref().filter(|_| indicateur.is_money()) {
            let amount = indicateur.sql(passe.jours, amount);
            let _ = write!(sql, ", CAST({amount} AS DOUBLE) AS v{rank}");
        }
        any.push(population);
    }
    let rang = passe.sql_rank(date);
    let _ = write!(sql, ", {rang} AS rang FROM {source} WHERE {}", any.join(" OR "));
    sql
}

/// What is kept of each row of a distinct count, a median or a sum of money; none for other kinds.
pub(super) fn row_value(indicateur: &Indicateur, periode: Periode) -> Option<String> {
    match indicateur.calcul {
        Calcul::Distinct => Some("dossier_id".to_owned()),
        _ if indicateur.is_money() => Some("dossier_id".to_owned()),
        Calcul::Mediane => Some(indicateur.sql(periode, indicateur.mesure.as_deref()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use mallette_catalogue::Catalogue;

    #[test]
    fn an_indicator_more_is_a_column_and_not_a_scan() {
        let catalogue = Catalogue::builtin().unwrap();
        let periodes = vec!["2019".parse().unwrap(), "2020".parse().unwrap()];
        let calendrier = Calendrier::new(periodes);
        let [passe] = &calendrier.passes()[..] else { panic!("one pass for years") };
        let mut dated: BTreeMap<(&str, &str), Vec<&Indicateur>> = BTreeMap::new();
        // Every version of a definition is there.
        for (_, known) in catalogue.indicateurs.iter().flat_map(Indicateur::definitions) {
            if let Some(date) = &known.date {
                dated.entry((&known.vue, date)).or_default().push(known);
            }
        }
        let counted: usize = dated.values().map(Vec::len).sum();
        let mut scans = 0;
        for (key, indicateurs) in &dated {
            let sums = usize::from(sum_sql(*key, indicateurs, passe).is_some());
            let rows = by_value(indicateurs, passe);
            // One for counts and sums, one for all distinct young people and amounts, one for each median.
            assert!(sums + rows.len() <= 3, "{key:?}");
            let listed: usize = rows.values().map(Vec::len).sum();
            assert!(listed <= indicateurs.len());
            scans += sums + rows.len();
        }
        // What is read without a date, one by one: stocks, the envelope, quality. What is made of others reads nothing.
        let stocks = catalogue.indicateurs.iter().filter(|own| own.date.is_none());
        let stocks = stocks.filter(|own| own.reads_rows()).count();
        assert!(scans <= 14 && stocks <= 7, "{scans} scans and {stocks} stocks for {counted}");
        assert!(counted > 60, "{counted}");
    }
}
