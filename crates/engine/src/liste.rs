//! The list behind each side of an indicator, by the same population and condition as the figure.

use mallette_catalogue::{Calcul, Catalogue, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::Objet;

use crate::regle::read_objets;
use crate::{EngineError, Session};

/// Which side of a figure a list proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The rows counted above the bar.
    Numerateur,
    /// The rows counted below the bar; the population itself for a count, a sum or a median.
    Denominateur,
}

impl Session {
    /// The objects behind one side of an indicator over a period, sorted: as many as the figure
    /// says, for what counts objects. What a sum or a ratio adds up is listed row by row.
    ///
    /// # Errors
    /// When the indicator is unknown, its SQL refused, or the data unreadable.
    pub async fn list_population(
        &self,
        catalogue: &Catalogue,
        code: &str,
        periode: Periode,
        part: Part,
    ) -> Result<Vec<Objet>, EngineError> {
        let found = catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code);
        let indicateur = found.ok_or_else(|| EngineError::Inconnu(code.to_owned()))?;
        let mut objets = Vec::new();
        if indicateur.calcul == Calcul::PourCentDossiers && part == Part::Numerateur {
            for (regle, caught) in self.list_objets(catalogue, None).await? {
                let high = catalogue.regles.iter().any(|known| {
                    known.code == regle && known.gravite == mallette_catalogue::Gravite::High
                });
                if high {
                    objets.extend(caught);
                }
            }
        } else if let Some(sql) = list_sql(indicateur, periode, part) {
            let objet = format!("indicateur {code}");
            for batch in &self.query(&objet, &sql).await? {
                read_objets(&indicateur.vue, batch, |_| true, &mut objets)?;
            }
        }
        self.recues().keep_judged(&indicateur.tables, &mut objets, |o| &o.structure_id);
        objets.sort();
        Ok(objets)
    }
}

const COLONNES: &str = "structure_id, table_source, objet_id, dossier_id, conseiller_id, antenne";

/// The query of a list; none for what has no objects, such as the envelopes below a ratio.
fn list_sql(indicateur: &Indicateur, periode: Periode, part: Part) -> Option<String> {
    let expr = |text: &str| indicateur.sql(periode, text);
    let population = indicateur.sql_population(periode);
    match (indicateur.calcul, part) {
        (Calcul::Ratio, Part::Denominateur) => None,
        (Calcul::Ratio, Part::Numerateur) => {
            let ratio = indicateur.ratio.as_ref()?;
            let population = expr(&ratio.numerateur_population);
            Some(format!("SELECT {COLONNES} FROM {} WHERE {population}", ratio.numerateur_vue))
        }
        (Calcul::Distinct, _) => Some(format!(
            "SELECT structure_id, 'dossiers' AS table_source, dossier_id AS objet_id, dossier_id, \
             min(conseiller_id) AS conseiller_id, min(antenne) AS antenne FROM {} \
             WHERE ({population}) AND dossier_id IS NOT NULL GROUP BY structure_id, dossier_id",
            indicateur.vue
        )),
        (Calcul::Taux, Part::Numerateur) => {
            let condition = expr(indicateur.condition.as_deref()?);
            let vue = &indicateur.vue;
            Some(format!("SELECT {COLONNES} FROM {vue} WHERE ({population}) AND ({condition})"))
        }
        (Calcul::Mediane | Calcul::Moyenne | Calcul::Somme, _) => {
            let mesure = expr(indicateur.mesure.as_deref()?);
            let vue = &indicateur.vue;
            Some(format!(
                "SELECT {COLONNES} FROM {vue} WHERE ({population}) AND ({mesure}) IS NOT NULL"
            ))
        }
        _ => Some(format!("SELECT {COLONNES} FROM {} WHERE {population}", indicateur.vue)),
    }
}
