//! On which day each object that a rule caught counts for the indicators that its correction moves, where the
//! views decide it: as many days as the list has objects, by the same condition, in the same order.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::civil::Date;
use mallette_catalogue::{Catalogue, Regle};
use mallette_domain::effet::JoursEffets;
use mallette_domain::resultat::Objet;

use crate::cellules::Cellules;
use crate::regle::{caught, read_objets};
use crate::{EngineError, Session};

/// An object, and its day for each of the effects of its rule.
type Ligne = (Objet, Vec<Option<Date>>);

/// A rule, and the day of each of its effects that the views decide (SQL), by indicator.
struct Datee<'a> {
    regle: &'a Regle,
    effets: Vec<(String, String)>,
}

impl Session {
    /// The days of the objects of every rule that has such effects, by centre: one scan for each view.
    ///
    /// # Errors
    /// When the SQL of a rule is refused, or when the data cannot be read.
    pub async fn list_jours(
        &self,
        catalogue: &Catalogue,
    ) -> Result<BTreeMap<String, JoursEffets>, EngineError> {
        let mut views: BTreeMap<&str, Vec<Datee<'_>>> = BTreeMap::new();
        for regle in &catalogue.regles {
            let effets = catalogue.sql_jours(regle);
            if !effets.is_empty() {
                views.entry(regle.vue.as_str()).or_default().push(Datee { regle, effets });
            }
        }
        let mut jours = BTreeMap::new();
        for (vue, regles) in views {
            let lists = self.date_view(catalogue, vue, &regles).await?;
            for (own, dated) in regles.iter().zip(lists) {
                deal(own, dated, &mut jours);
            }
        }
        Ok(jours)
    }

    /// The objects of rules of one view, in the order of their lists, with their days.
    async fn date_view(
        &self,
        catalogue: &Catalogue,
        vue: &str,
        regles: &[Datee<'_>],
    ) -> Result<Vec<Vec<Ligne>>, EngineError> {
        let mut columns = String::new();
        for (i, Datee { regle, effets }) in regles.iter().enumerate() {
            let _ = write!(columns, ", {} AS c{i}", caught(regle));
            for (k, (_, jour)) in effets.iter().enumerate() {
                let day = format!("CAST(CAST(CAST(({jour}) AS DATE) AS INT) AS BIGINT)");
                let _ = write!(columns, ", {day} AS j{i}_{k}");
            }
        }
        let any: Vec<String> = (0..regles.len()).map(|i| format!("c{i}")).collect();
        let sql = format!(
            "SELECT * FROM (SELECT structure_id, table_source, objet_id, dossier_id, \
             conseiller_id, antenne{columns} FROM {}) WHERE {}",
            catalogue.champs.source(vue, regles.iter().map(|own| own.regle)),
            any.join(" OR ")
        );
        let batches = self.query(&format!("effets des règles de la vue {vue}"), &sql).await?;
        let mut lists = Vec::new();
        for (i, Datee { regle, effets }) in regles.iter().enumerate() {
            let effets = effets.len();
            let mut dated: Vec<Ligne> = Vec::new();
            for batch in &batches {
                let cells = Cellules::new(vue, batch);
                let flags = cells.counts(&format!("c{i}"))?;
                let caught = |row: usize| flags.get(row) == Some(&1);
                let mut objets = Vec::new();
                read_objets(vue, batch, caught, &mut objets)?;
                let columns: Result<Vec<_>, _> =
                    (0..effets).map(|k| cells.integers(&format!("j{i}_{k}"))).collect();
                let columns = columns?;
                let rows = (0..batch.num_rows()).filter(|row| caught(*row));
                for (row, objet) in rows.zip(objets) {
                    let day = |column: &Vec<Option<i64>>| {
                        let day = column.get(row).copied().flatten()?;
                        i32::try_from(day).ok().and_then(crate::age::to_date)
                    };
                    dated.push((objet, columns.iter().map(day).collect()));
                }
            }
            self.recues().keep_judged(&regle.tables, &mut dated, |(objet, _)| &objet.structure_id);
            dated.sort_by(|(left, _), (right, _)| left.cmp(right));
            lists.push(dated);
        }
        Ok(lists)
    }
}

/// Gives each centre the days of its own objects.
fn deal(own: &Datee<'_>, dated: Vec<Ligne>, jours: &mut BTreeMap<String, JoursEffets>) {
    let Datee { regle, effets } = own;
    for (objet, days) in dated {
        let own = jours.entry(objet.structure_id).or_default();
        let own = own.entry(regle.code.clone()).or_default();
        for ((indicateur, _), day) in effets.iter().zip(days) {
            own.entry(indicateur.clone()).or_default().push(day);
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use mallette_catalogue::Lignes;

    use super::*;
    use crate::effet::Etape;

    fn row(pairs: &[(&str, &str)]) -> BTreeMap<String, toml::Value> {
        let value = |text: &str| toml::Value::String(text.to_owned());
        pairs.iter().map(|(name, text)| ((*name).to_owned(), value(text))).collect()
    }

    /// Two PACEA ended without a situation, one of them by a move, and an event without a proposition.
    fn lignes() -> Lignes {
        let passage = |id, fin, motif| {
            row(&[
                ("parcours_id", id),
                ("dossier_id", "D1"),
                ("dispositif", "PACEA"),
                ("date_entree", "2018-01-08"),
                ("date_fin", fin),
                ("motif_fin", motif),
            ])
        };
        let event = [
            ("evenement_id", "E1"),
            ("dossier_id", "D1"),
            ("type", "ATELIER"),
            ("statut", "PRESENT"),
            ("date", "2018-05-02"),
        ];
        let lignes = [
            ("dossiers", vec![row(&[("dossier_id", "D1"), ("date_naissance", "1999-05-02")])]),
            (
                "parcours",
                vec![
                    passage("P2", "2019-03-01", "AUTRE"),
                    passage("P1", "2018-12-03", "DEMENAGEMENT"),
                ],
            ),
            ("evenements", vec![row(&event)]),
        ];
        lignes.into_iter().map(|(name, rows)| (name.to_owned(), rows)).collect()
    }

    #[tokio::test]
    async fn each_object_of_a_list_has_its_days_in_the_order_of_the_list() {
        let catalogue = Catalogue::builtin().unwrap();
        let reference = date(2019, 11, 4);
        let steps = ["A", "B"].map(|centre| Etape {
            centre: centre.to_owned(),
            reference,
            lignes: lignes(),
        });
        let session = Session::on_rows(&catalogue, &steps).await.unwrap();
        let jours = session.list_jours(&catalogue).await.unwrap();
        assert_eq!(jours["A"], jours["B"]);
        let own = &jours["A"];
        // P1 then P2: an exit by a move is none for SOR-P.
        let (first, second) = (Some(date(2018, 12, 3)), Some(date(2019, 3, 1)));
        assert_eq!(own["PAC-07"]["PAC-P"], [first, second]);
        assert_eq!(own["PAC-07"]["SOR-P"], [None, second]);
        assert_eq!(own["EVT-01"]["PAC-V"], [Some(date(2018, 5, 2))]);
        let lists = session.list_objets(&catalogue, None).await.unwrap();
        for (code, effets) in own {
            let length = lists[code].iter().filter(|objet| objet.structure_id == "A").count();
            for (indicateur, days) in effets {
                assert_eq!(days.len(), length, "{code} {indicateur}");
            }
        }
    }
}
