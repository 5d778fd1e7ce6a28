//! The list behind each side of an indicator, by the same population and condition as the figure.

use mallette_catalogue::{Calcul, Catalogue, Gravite, Indicateur};
use mallette_domain::periode::Periode;
use mallette_domain::resultat::{Portion, Preuve};

use crate::cellules::Cellules;
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
    /// The rows behind one side of an indicator over a period, sorted: as many as the figure says,
    /// for what counts rows; each with its measure, for a sum, a mean, a median or a ratio.
    ///
    /// # Errors
    /// When the indicator is unknown, its SQL refused, or the data unreadable.
    pub async fn list_population(
        &self,
        catalogue: &Catalogue,
        code: &str,
        periode: Periode,
        part: Part,
        portion: &Portion,
    ) -> Result<Vec<Preuve>, EngineError> {
        let found = catalogue.indicateurs.iter().find(|indicateur| indicateur.code == code);
        let indicateur = found.ok_or_else(|| EngineError::Inconnu(code.to_owned()))?;
        let listed = match (&indicateur.rapport, &indicateur.couverture) {
            (Some(rapport), _) => match part {
                Part::Numerateur => Some(&rapport.numerateur),
                Part::Denominateur => Some(&rapport.denominateur),
            },
            // Its count, on whichever side it stands: a series has no rows.
            (None, Some(made)) => Some(&made.compte),
            (None, None) => None,
        };
        if let Some(code) = listed {
            // The rows of the part, less the centres that could not send the whole.
            let below = Part::Denominateur;
            let listed = self.list_population(catalogue, code, periode, below, portion);
            let mut preuves = Box::pin(listed).await?;
            self.recues().keep_judged(&indicateur.tables, &mut preuves, |p| &p.objet.structure_id);
            return Ok(preuves);
        }
        let indicateur = indicateur.at(periode);
        let mut preuves = Vec::new();
        if indicateur.calcul == Calcul::PourCentDossiers && part == Part::Numerateur {
            for (regle, caught) in self.list_compared(catalogue).await? {
                let mut known = catalogue.regles.iter();
                if known.any(|known| known.code == regle && known.gravite == Gravite::High) {
                    preuves.extend(caught.into_iter().map(|objet| Preuve {
                        objet,
                        regle: Some(regle.clone()),
                        mesure: None,
                    }));
                }
            }
        } else if let Some(sql) = list_sql(catalogue, indicateur, periode, (part, portion)) {
            let objet = format!("indicateur {code}");
            for batch in &self.query(&objet, &sql).await? {
                let mut objets = Vec::new();
                read_objets(&indicateur.vue, batch, |_| true, &mut objets)?;
                let mesures = Cellules::new(&indicateur.vue, batch).numbers("mesure")?;
                let rows = objets.into_iter().zip(mesures);
                preuves.extend(rows.map(|(objet, mesure)| Preuve { objet, regle: None, mesure }));
            }
        }
        self.recues().keep_judged(&indicateur.tables, &mut preuves, |p| &p.objet.structure_id);
        preuves.retain(|preuve| {
            portion.keeps(preuve.objet.antenne.as_deref(), preuve.objet.conseiller_id.as_deref())
        });
        preuves
            .sort_by(|left, right| (&left.regle, &left.objet).cmp(&(&right.regle, &right.objet)));
        Ok(preuves)
    }
}

const COLONNES: &str = "structure_id, table_source, objet_id, dossier_id, conseiller_id, antenne";

/// The query of a list; none for an indicator that lacks what its computation needs.
fn list_sql(
    catalogue: &Catalogue,
    indicateur: &Indicateur,
    periode: Periode,
    (part, portion): (Part, &Portion),
) -> Option<String> {
    let expr = |text: &str| indicateur.sql(periode, text);
    let select = |vue: &str, mesure: &str, condition: &str| {
        Some(format!("SELECT {COLONNES}, {mesure} AS mesure FROM {vue} WHERE {condition}"))
    };
    let population = indicateur.sql_population(periode);
    let source = catalogue.champs.source_with(&indicateur.vue, &indicateur.liens);
    let vue = source.as_str();
    match (indicateur.calcul, part) {
        (Calcul::Ratio, part) => {
            let ratio = indicateur.ratio.as_ref()?;
            let (vue, mesure, population) = match part {
                Part::Numerateur => {
                    (&ratio.numerateur_vue, &ratio.numerateur, &ratio.numerateur_population)
                }
                Part::Denominateur => {
                    (&ratio.denominateur_vue, &ratio.denominateur, &ratio.denominateur_population)
                }
            };
            select(vue, &format!("({})", expr(mesure)), &expr(population))
        }
        // A young person of two conseillers is one of each: the part is taken before the dossiers
        // are told apart.
        (Calcul::Distinct, _) => Some(format!(
            "SELECT structure_id, 'dossiers' AS table_source, dossier_id AS objet_id, dossier_id, \
             min(conseiller_id) AS conseiller_id, min(antenne) AS antenne, {SANS_MESURE} AS mesure \
             FROM {vue} WHERE ({population}) AND dossier_id IS NOT NULL{} \
             GROUP BY structure_id, dossier_id",
            restriction(portion)
        )),
        (Calcul::Taux, Part::Numerateur) => {
            let condition = expr(indicateur.condition.as_deref()?);
            select(vue, SANS_MESURE, &format!("({population}) AND ({condition})"))
        }
        (Calcul::Mediane | Calcul::Moyenne | Calcul::Somme, _) => {
            let mesure = expr(indicateur.mesure.as_deref()?);
            let condition = format!("({population}) AND ({mesure}) IS NOT NULL");
            select(vue, &format!("({mesure})"), &condition)
        }
        _ => select(vue, SANS_MESURE, &population),
    }
}

const SANS_MESURE: &str = "CAST(NULL AS DOUBLE)";

/// What keeps a part of a centre, in SQL.
fn restriction(portion: &Portion) -> String {
    let wanted =
        [("antenne", &portion.antenne), ("conseiller_id", &portion.conseiller_id)].into_iter();
    let conditions = wanted.filter_map(|(column, value)| {
        let value = value.as_deref()?.replace('\'', "''");
        // What is of nobody is under an empty name.
        Some(format!(" AND coalesce({column}, '') = '{value}'"))
    });
    conditions.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_portion_is_quoted() {
        let portion = Portion {
            antenne: Some("Vallée de l'Azergues".to_owned()),
            conseiller_id: Some("C1".to_owned()),
        };
        assert_eq!(
            restriction(&portion),
            " AND coalesce(antenne, '') = 'Vallée de l''Azergues' AND coalesce(conseiller_id, '') = 'C1'"
        );
        assert_eq!(restriction(&Portion::default()), "");
    }

    /// How long the list below the bar of an indicator is, of a part of the centre over 2019.
    async fn length(session: &Session, catalogue: &Catalogue, code: &str, part: Portion) -> usize {
        let year: Periode = "2019".parse().unwrap();
        let listed = session.list_population(catalogue, code, year, Part::Denominateur, &part);
        listed.await.unwrap().len()
    }

    /// What a count counts, what a rate divides by.
    fn told(calcul: Calcul, cumul: &mallette_domain::resultat::Cumul) -> f64 {
        if calcul == Calcul::Taux { cumul.denominateur } else { cumul.numerateur }
    }

    /// What is of no antenne and of no conseiller is listed under an empty name, as it is counted.
    #[tokio::test]
    async fn each_part_of_a_centre_has_its_list_what_is_of_nobody_included() {
        use std::collections::BTreeMap;

        use mallette_domain::resultat::Niveau;

        use crate::effet::Etape;
        use crate::indicateur::Finesse;
        let text = |text: &str| toml::Value::String(text.to_owned());
        let dossier =
            |id: &str, antenne: &str, conseiller: &str| -> BTreeMap<String, toml::Value> {
                let cells = [
                    ("dossier_id", id),
                    ("date_premier_accueil", "2019-03-01"),
                    ("statut", "ACTIF"),
                    ("antenne", antenne),
                    ("conseiller_id", conseiller),
                ];
                let told = cells.into_iter().filter(|(_, value)| !value.is_empty());
                told.map(|(name, value)| (name.to_owned(), text(value))).collect()
            };
        let dossiers = vec![
            dossier("D1", "Nord", "C1"),
            dossier("D2", "Nord", ""),
            dossier("D3", "", "C1"),
            dossier("D4", "", ""),
        ];
        let catalogue = Catalogue::builtin().unwrap();
        let centre = Etape {
            centre: "A".to_owned(),
            reference: jiff::civil::date(2019, 11, 4),
            lignes: [("dossiers".to_owned(), dossiers)].into(),
        };
        let session = Session::on_rows(&catalogue, &[centre]).await.unwrap();
        let periode: Periode = "2019".parse().unwrap();
        let wanted = [(periode, Finesse::Conseiller)];
        let measured = session.evaluate_indicateurs(&catalogue, &wanted, None, &[]).await.unwrap();
        let mut compared = 0;
        let mut named: BTreeMap<(&str, Niveau), f64> = BTreeMap::new();
        for mesure in measured.iter().flat_map(|measured| &measured.mesures) {
            let part = Some(mesure.sous_cle.clone());
            let portion = match mesure.niveau {
                Niveau::Antenne => Portion { antenne: part, ..Portion::default() },
                Niveau::Conseiller => Portion { conseiller_id: part, ..Portion::default() },
                _ => continue,
            };
            let known = catalogue.indicateurs.iter().find(|known| known.code == mesure.code);
            let calcul = known.unwrap().calcul;
            if !matches!(calcul, Calcul::Effectif | Calcul::Distinct | Calcul::Taux) {
                continue;
            }
            let listed = length(&session, &catalogue, &mesure.code, portion.clone()).await;
            let said = told(calcul, &mesure.cumul);
            assert_eq!(listed as f64, said, "{} {portion:?}", mesure.code);
            named
                .entry((mesure.code.as_str(), mesure.niveau))
                .and_modify(|sum| *sum += said)
                .or_insert(said);
        }
        // What is left of the whole is of nobody.
        for mesure in measured.iter().flat_map(|measured| &measured.mesures) {
            let known = catalogue.indicateurs.iter().find(|known| known.code == mesure.code);
            let calcul = known.unwrap().calcul;
            if mesure.niveau != Niveau::Structure
                || !matches!(calcul, Calcul::Effectif | Calcul::Taux)
            {
                continue;
            }
            let whole = told(calcul, &mesure.cumul);
            for niveau in [Niveau::Antenne, Niveau::Conseiller] {
                let nobody = Some(String::new());
                let portion = match niveau {
                    Niveau::Antenne => Portion { antenne: nobody, ..Portion::default() },
                    _ => Portion { conseiller_id: nobody, ..Portion::default() },
                };
                let listed = length(&session, &catalogue, &mesure.code, portion).await;
                let named = named.get(&(mesure.code.as_str(), niveau)).copied().unwrap_or(0.0);
                assert_eq!(listed as f64, whole - named, "{} {niveau}", mesure.code);
                compared += usize::from(listed > 0);
            }
        }
        assert!(compared >= 2, "some figures of nobody are not zero: {compared}");
    }

    #[test]
    fn every_side_of_every_indicator_has_its_query() {
        let periode: Periode = "2019".parse().unwrap();
        let catalogue = Catalogue::builtin().unwrap();
        for indicateur in &catalogue.indicateurs {
            // The lists of its parts are its own.
            if !indicateur.reads_rows() {
                continue;
            }
            for part in [Part::Numerateur, Part::Denominateur] {
                let sql = list_sql(&catalogue, indicateur, periode, (part, &Portion::default()));
                assert!(sql.is_some_and(|sql| sql.contains("AS mesure")), "{}", indicateur.code);
            }
        }
    }
}
