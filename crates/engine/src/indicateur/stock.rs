//! The indicators that are not counted at a date but over each period as a whole: what stands at its
//! end, ratios of two sums, the population behind a quality indicator. One scan takes all periods,
//! each with its own columns.

use std::fmt::Write as _;

use mallette_catalogue::{Calcul, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Groupe;

use super::balayage::{read_sums, row_value, sums_of};
use super::groupes::{Apport, Groupes};
use super::rangees::read_rows;
use super::rangs::Rang;
use crate::cellules::Cellules;
use crate::regle::read_groups;
use crate::{EngineError, Session};

const GROUPES: &str = "structure_id, antenne, conseiller_id";

impl Session {
    /// What an indicator brings over each period as a whole.
    pub(super) async fn measure_stock(
        &self,
        groupes: &mut Groupes,
        indicateur: &Indicateur,
        periodes: &[Periode],
    ) -> Result<Apport, EngineError> {
        let mut apport = match indicateur.calcul {
            Calcul::Ratio => self.sum_ratio(groupes, indicateur, periodes).await?,
            Calcul::Distinct | Calcul::Mediane => {
                self.read_stock(groupes, indicateur, periodes).await?
            }
            _ => self.sum_stock(groupes, indicateur, periodes).await?,
        };
        self.note_largest(groupes, &mut apport, indicateur, periodes).await?;
        Ok(apport)
    }

    /// Counts and sums.
    async fn sum_stock(
        &self,
        groupes: &mut Groupes,
        indicateur: &Indicateur,
        periodes: &[Periode],
    ) -> Result<Apport, EngineError> {
        let mut sql = format!("SELECT {GROUPES}");
        for (rank, periode) in periodes.iter().enumerate() {
            let population = indicateur.sql(*periode, &indicateur.population);
            sql.push_str(&sums_of(&format!("{rank}"), indicateur, *periode, &population));
        }
        let _ = write!(sql, " FROM {} GROUP BY {GROUPES}", indicateur.vue);
        let mut apport = Apport::default();
        for batch in &self.query(&format!("indicateur {}", indicateur.code), &sql).await? {
            let cells = Cellules::new(&indicateur.vue, batch);
            let found = ranks(groupes, &cells, batch.num_rows())?;
            for rank in 0..periodes.len() {
                read_sums(&cells, rank, indicateur, |row, n, d| {
                    if let Some(groupe) = found.get(row) {
                        let cumul = apport.at(*groupe, Rang::of_period(rank));
                        cumul.numerateur += n;
                        cumul.denominateur += d;
                    }
                })?;
            }
        }
        Ok(apport)
    }

    /// Distinct counts and medians, row by row.
    async fn read_stock(
        &self,
        groupes: &mut Groupes,
        indicateur: &Indicateur,
        periodes: &[Periode],
    ) -> Result<Apport, EngineError> {
        let mut apport = Apport::default();
        let Some(first) = periodes.first() else { return Ok(apport) };
        let value = row_value(indicateur, *first).unwrap_or_default();
        let mut sql = format!("SELECT {GROUPES}, {value} AS m");
        let mut any = Vec::new();
        for (rank, periode) in periodes.iter().enumerate() {
            let population = indicateur.sql(*periode, &indicateur.population);
            let _ = write!(sql, ", ({population}) AS p{rank}");
            any.push(format!("({population})"));
        }
        let _ = write!(sql, " FROM {} WHERE {}", indicateur.vue, any.join(" OR "));
        self.query_each(&format!("indicateur {}", indicateur.code), &sql, |batch| {
            let cells = Cellules::new(&indicateur.vue, batch);
            for rank in 0..periodes.len() {
                let counted = cells.flags(&format!("p{rank}"))?;
                read_rows(&cells, indicateur.calcul, groupes, &mut apport, |row| {
                    (counted.get(row) == Some(&true)).then_some(Rang::of_period(rank))
                })?;
            }
            Ok(())
        })
        .await?;
        Ok(apport)
    }

    /// A ratio of two sums over two views, such as the use of the envelope. What stands below the
    /// bar belongs to the centre, not to a conseiller.
    async fn sum_ratio(
        &self,
        groupes: &mut Groupes,
        indicateur: &Indicateur,
        periodes: &[Periode],
    ) -> Result<Apport, EngineError> {
        let mut apport = Apport::default();
        let Some(ratio) = &indicateur.ratio else { return Ok(apport) };
        let objet = format!("indicateur {}", indicateur.code);
        let sums = |measure: &str, population: &str| {
            let each = periodes.iter().enumerate().map(|(rank, periode)| {
                let measure = indicateur.sql(*periode, measure);
                let population = indicateur.sql(*periode, population);
                format!(", sum({measure}) FILTER (WHERE {population}) AS m{rank}")
            });
            each.collect::<String>()
        };
        let above = sums(&ratio.numerateur, &ratio.numerateur_population);
        let sql =
            format!("SELECT {GROUPES}{above} FROM {} GROUP BY {GROUPES}", ratio.numerateur_vue);
        for batch in &self.query(&objet, &sql).await? {
            let cells = Cellules::new(&ratio.numerateur_vue, batch);
            let found = ranks(groupes, &cells, batch.num_rows())?;
            for rank in 0..periodes.len() {
                for (groupe, sum) in found.iter().zip(cells.numbers(&format!("m{rank}"))?) {
                    let sum = sum.unwrap_or_default();
                    apport.at(*groupe, Rang::of_period(rank)).numerateur += sum;
                }
            }
        }
        let below = sums(&ratio.denominateur, &ratio.denominateur_population);
        let sql = format!(
            "SELECT structure_id{below} FROM {} GROUP BY structure_id",
            ratio.denominateur_vue
        );
        for batch in &self.query(&objet, &sql).await? {
            let cells = Cellules::new(&ratio.denominateur_vue, batch);
            for row in 0..batch.num_rows() {
                let structure_id = cells.text("structure_id", row)?.unwrap_or_default();
                let groupe = Groupe { structure_id, antenne: None, conseiller_id: None };
                let groupe = groupes.rank(&groupe);
                for rank in 0..periodes.len() {
                    let sum = cells.numbers(&format!("m{rank}"))?.get(row).copied().flatten();
                    let sum = sum.unwrap_or_default();
                    apport.at(groupe, Rang::of_period(rank)).denominateur += sum;
                }
            }
        }
        Ok(apport)
    }
}

fn ranks(
    groupes: &mut Groupes,
    cells: &Cellules<'_>,
    rows: usize,
) -> Result<Vec<u32>, EngineError> {
    Ok(read_groups(cells, rows)?.iter().map(|groupe| groupes.rank(groupe)).collect())
}
