//! On which day each object caught by a rule of deadline ends: the same lines as its list, by the same
//! condition, each with its day and what it is that ends.

use mallette_catalogue::Catalogue;
use mallette_domain::terme::Terme;

use crate::cellules::Cellules;
use crate::regle::{caught, read_objets};
use crate::{EngineError, Session};

impl Session {
    /// The objects of every rule that says a day, as [`Session::list_objets`] gives them, with that day;
    /// by rule, then by object.
    ///
    /// # Errors
    /// When the SQL of a rule is refused, or when the data cannot be read.
    pub async fn list_termes(&self, catalogue: &Catalogue) -> Result<Vec<Terme>, EngineError> {
        let mut termes = Vec::new();
        for regle in &catalogue.regles {
            let Some(day) = regle.sql_echeance() else { continue };
            let nature = regle.nature.as_deref().unwrap_or("CAST(NULL AS VARCHAR)");
            let sql = format!(
                "SELECT structure_id, table_source, objet_id, dossier_id, conseiller_id, antenne, \
                 CAST(CAST(CAST(({day}) AS DATE) AS INT) AS BIGINT) AS jour, ({nature}) AS nature \
                 FROM {} WHERE {}",
                regle.vue,
                caught(regle)
            );
            let objet = format!("échéances de la règle {}", regle.code);
            let mut own = Vec::new();
            for batch in &self.query(&objet, &sql).await? {
                let mut objets = Vec::new();
                read_objets(&regle.vue, batch, |_| true, &mut objets)?;
                let cells = Cellules::new(&regle.vue, batch);
                let days = cells.integers("jour")?;
                for (row, (objet, day)) in objets.into_iter().zip(days).enumerate() {
                    let le = day.and_then(|day| i32::try_from(day).ok());
                    own.push(Terme {
                        regle: regle.code.clone(),
                        objet,
                        le: le.and_then(crate::age::to_date),
                        nature: cells.text("nature", row)?,
                    });
                }
            }
            self.recues().keep_judged(&regle.tables, &mut own, |terme| &terme.objet.structure_id);
            own.sort_by(|left, right| left.objet.cmp(&right.objet));
            termes.append(&mut own);
        }
        Ok(termes)
    }
}
