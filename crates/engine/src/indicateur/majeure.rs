//! The largest contribution of one dossier to a sum of money that is measured over each period as a whole, by
//! centre. A sum counted at a date has it along the same scan, at every level; here each period is a sum of its
//! own, and what each dossier makes of dozens of them at once would not fit in memory for a whole country: a few
//! periods at a time, added up inside the query.

use std::fmt::Write as _;

use mallette_catalogue::Indicateur;
use mallette_domain::periode::Periode;

use super::groupes::{Apport, Groupes};
use super::rangs::Rang;
use crate::cellules::Cellules;
use crate::{EngineError, Session};

/// Periods that one query takes.
const PERIODES: usize = 12;

impl Session {
    /// Notes what the dossier that makes most of the sum of each centre makes of it; nothing for what is no sum
    /// of money. Of a ratio, the sum above the bar: what stands below it is the centre's own.
    pub(super) async fn note_largest(
        &self,
        groupes: &mut Groupes,
        apport: &mut Apport,
        indicateur: &Indicateur,
        periodes: &[Periode],
    ) -> Result<(), EngineError> {
        let Some((vue, mesure, population)) = summed(indicateur) else { return Ok(()) };
        for (chunk, few) in periodes.chunks(PERIODES).enumerate() {
            let (mut sums, mut most) = (String::new(), String::new());
            for (rank, periode) in few.iter().enumerate() {
                let mesure = indicateur.sql(*periode, mesure);
                let population = indicateur.sql(*periode, population);
                let _ = write!(sums, ", sum({mesure}) FILTER (WHERE {population}) AS m{rank}");
                let _ = write!(most, ", max(abs(m{rank})) AS m{rank}");
            }
            let sql = format!(
                "SELECT structure_id{most} FROM (SELECT structure_id, dossier_id{sums} FROM {vue} \
                 GROUP BY structure_id, dossier_id) AS parts GROUP BY structure_id"
            );
            let objet = format!("indicateur {}, part la plus grande", indicateur.code);
            for batch in &self.query(&objet, &sql).await? {
                let cells = Cellules::new(vue, batch);
                let structures = cells.texts("structure_id")?;
                for rank in 0..few.len() {
                    let largest = cells.numbers(&format!("m{rank}"))?;
                    for (structure_id, largest) in structures.iter().zip(largest) {
                        let (Some(structure_id), Some(largest)) = (structure_id, largest) else {
                            continue;
                        };
                        let centre = groupes.centre(structure_id);
                        let rang = Rang::of_period(PERIODES * chunk + rank);
                        apport.note_largest(centre, rang, largest);
                    }
                }
            }
        }
        Ok(())
    }
}

/// The view, the measure and the population of a sum of money that is not counted at a date.
fn summed(indicateur: &Indicateur) -> Option<(&str, &str, &str)> {
    if !indicateur.is_money() || indicateur.date.is_some() {
        return None;
    }
    if let Some(ratio) = &indicateur.ratio {
        return Some((&ratio.numerateur_vue, &ratio.numerateur, &ratio.numerateur_population));
    }
    Some((&indicateur.vue, indicateur.mesure.as_deref()?, &indicateur.population))
}
