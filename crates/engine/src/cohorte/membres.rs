//! Who is behind a cell of the tables of a cohort: the members that it counts, one by one, as the count has them.

use std::collections::BTreeMap;

use mallette_domain::cohorte::case::Case;
use mallette_domain::cohorte::{Cohorte, Question};
use mallette_domain::resultat::{Objet, Preuve};

use super::{Suivi, entries};
use crate::cellules::Cellules;
use crate::{EngineError, Session};

/// Whose the entry of a member is: conseiller, antenne.
type Place = (Option<String>, Option<String>);

impl Session {
    /// The members of a cohort that a cell counts, each a dossier, under the conseiller and the antenne of the entry
    /// kept. Of what a member may count several times for, the measure says how many: they add up to the cell.
    ///
    /// # Errors
    /// When the data cannot be read.
    pub async fn list_cohorte(
        &self,
        question: &Question,
        case: &Case,
    ) -> Result<Vec<Preuve>, EngineError> {
        let judged = self.judged();
        let members = self.follow(question).await?;
        let mut places = self.places(question).await?;
        let mut listed = Vec::new();
        for ((structure_id, dossier_id), Suivi { reference, membre, .. }) in members {
            let mut alone = Cohorte::default();
            alone.count(&membre, reference);
            let count = case.count(&alone);
            if count == 0 || !judged.contains(&structure_id) {
                continue;
            }
            let key = (structure_id, dossier_id);
            let (conseiller_id, antenne) = places.remove(&key).unwrap_or_default();
            let (structure_id, dossier_id) = key;
            #[expect(clippy::cast_precision_loss, reason = "a count of situations of one person")]
            let mesure = case.is_sum().then_some(count as f64);
            let objet = Objet {
                structure_id,
                table: "dossiers".to_owned(),
                id: dossier_id.clone(),
                dossier_id: Some(dossier_id),
                conseiller_id,
                antenne,
            };
            listed.push(Preuve { objet, regle: None, mesure });
        }
        Ok(listed)
    }

    /// Whose the entry kept of each member is.
    async fn places(
        &self,
        question: &Question,
    ) -> Result<BTreeMap<(String, String), Place>, EngineError> {
        let (vue, date, condition) = entries(question);
        let sql = format!(
            "SELECT structure_id, dossier_id, conseiller_id, antenne FROM {vue} WHERE {condition} \
             ORDER BY structure_id, dossier_id, {date}, objet_id"
        );
        let mut places = BTreeMap::new();
        for batch in &self.query("conseillers d'une cohorte", &sql).await? {
            let cells = Cellules::new("cohorte", batch);
            for row in 0..batch.num_rows() {
                let key = (cells.text("structure_id", row)?, cells.text("dossier_id", row)?);
                let (Some(structure_id), Some(dossier_id)) = key else { continue };
                let place = (cells.text("conseiller_id", row)?, cells.text("antenne", row)?);
                places.entry((structure_id, dossier_id)).or_insert(place);
            }
        }
        Ok(places)
    }
}
