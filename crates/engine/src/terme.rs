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

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use jiff::civil::date;

    use super::*;
    use crate::effet::Etape;

    fn row(pairs: &[(&str, &str)]) -> BTreeMap<String, toml::Value> {
        let value = |text: &str| toml::Value::String(text.to_owned());
        pairs.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect()
    }

    /// A centre on 4 November 2019: a PEC and an apprenticeship that end, one that has ended, a PACEA of
    /// nearly 24 months and a young person soon 26.
    fn centre() -> Etape {
        let dossiers = vec![
            row(&[("dossier_id", "D1"), ("date_naissance", "1999-05-02"), ("conseiller_id", "C1")]),
            row(&[("dossier_id", "D2"), ("date_naissance", "1993-12-29")]),
        ];
        let parcours = vec![
            row(&[
                ("parcours_id", "P1"),
                ("dossier_id", "D1"),
                ("dispositif", "PACEA"),
                ("date_entree", "2017-12-01"),
            ]),
            row(&[
                ("parcours_id", "P2"),
                ("dossier_id", "D2"),
                ("dispositif", "PACEA"),
                ("date_entree", "2019-03-01"),
            ]),
        ];
        let contract = |id, categorie, sous_type, etat, fin| {
            let pairs = [
                ("situation_id", id),
                ("dossier_id", "D1"),
                ("categorie", categorie),
                ("sous_type", sous_type),
                ("etat", etat),
                ("date_debut", "2019-01-07"),
                ("date_fin_prevue", fin),
            ];
            row(&pairs)
        };
        let situations = vec![
            contract("S1", "EMPLOI", "PEC", "EN_COURS", "2019-12-31"),
            contract("S2", "ALTERNANCE", "APPRENTISSAGE", "EN_COURS", "2020-01-31"),
            contract("S3", "EMPLOI", "PEC", "TERMINE", "2019-11-30"),
            contract("S4", "EMPLOI", "PEC", "EN_COURS", "2020-03-31"),
        ];
        let lignes = [("dossiers", dossiers), ("parcours", parcours), ("situations", situations)];
        Etape {
            centre: "A".to_owned(),
            reference: date(2019, 11, 4),
            lignes: lignes.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect(),
        }
    }

    #[tokio::test]
    async fn each_object_of_the_lists_of_deadline_has_its_day_and_dossiers_their_activity() {
        let mut catalogue = Catalogue::builtin().unwrap();
        catalogue.regles.retain(|regle| regle.echeance.is_some());
        let session = Session::on_rows(&catalogue, &[centre()]).await.unwrap();
        let termes = session.list_termes(&catalogue).await.unwrap();
        let told: Vec<_> = termes
            .iter()
            .map(|t| (t.regle.as_str(), t.objet.id.as_str(), t.le, t.nature.as_deref()))
            .collect();
        let expected = [
            ("FIN-01", "S1", Some(date(2019, 12, 31)), Some("PEC")),
            ("FIN-01", "S2", Some(date(2020, 1, 31)), Some("ALTERNANCE")),
            ("FIN-02", "P1", Some(date(2019, 12, 1)), None),
            ("FIN-03", "D2", Some(date(2019, 12, 29)), None),
        ];
        assert_eq!(told, expected);
        // The figure of a calendar is the length of the lists.
        let lists = session.list_objets(&catalogue, None).await.unwrap();
        let listed = lists
            .into_iter()
            .flat_map(|(code, list)| list.into_iter().map(move |objet| (code.clone(), objet)));
        let dated = termes.into_iter().map(|terme| (terme.regle, terme.objet));
        assert_eq!(listed.collect::<Vec<_>>(), dated.collect::<Vec<_>>());

        let asked = ["D1".to_owned(), "D'9".to_owned()];
        let found = session.read_dossiers(&asked).await.unwrap();
        assert_eq!(found.len(), 1);
        let dossier = &found["D1"];
        assert!(dossier.pacea_ouvert && !dossier.hors_age);
        assert_eq!((dossier.passages.len(), dossier.situations.len()), (1, 4));
        assert_eq!(dossier.passages[0].entree, Some(date(2017, 12, 1)));
        assert_eq!(dossier.situations[1].categorie.as_deref(), Some("ALTERNANCE"));
    }
}
