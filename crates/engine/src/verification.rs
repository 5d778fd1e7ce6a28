//! A catalogue put to the test before any data: every expression is planned against the views, and
//! every rule judges its own examples.

use std::fmt::Write as _;

use datafusion::arrow::array::AsArray;
use datafusion::arrow::datatypes::DataType;
use mallette_catalogue::redaction::LienCompte;
use mallette_catalogue::{Catalogue, Exemple, Indicateur, Regle};

use crate::effet;
use crate::regle::caught_example;
use crate::{EngineError, Session, champs, charte};

/// Checks the SQL of every view, rule and indicator, every field that written rules may read, every example of
/// every rule, and every example of the charter; every effect is proved by its case.
///
/// # Errors
/// The first expression refused, the first example that its rule does not judge as it says, or the first
/// effect that is not so: each names its file.
pub async fn verify(catalogue: &Catalogue) -> Result<(), EngineError> {
    let session = Session::open(catalogue, &[]).await?;
    champs::verify(&session, catalogue).await?;
    for regle in &catalogue.regles {
        session.verify_regle(catalogue, regle).await?;
    }
    for indicateur in &catalogue.indicateurs {
        session.verify_indicateur(catalogue, indicateur).await?;
    }
    charte::verify(catalogue).await?;
    effet::prove(catalogue, |_| true).await.map(drop)
}

/// As [`verify`], less what is the same in a catalogue verified already, such as the one that the program
/// carries: a network that adds one rule does not wait for two hundred others to be tried again, each time
/// that a command starts.
///
/// # Errors
/// As [`verify`].
pub async fn verify_beside(catalogue: &Catalogue, known: &Catalogue) -> Result<(), EngineError> {
    // Everything stands on these.
    if catalogue.vues != known.vues || catalogue.plafonds != known.plafonds {
        return verify(catalogue).await;
    }
    let session = Session::open(catalogue, &[]).await?;
    let relabelled = catalogue.champs != known.champs;
    if relabelled {
        champs::verify(&session, catalogue).await?;
    }
    // A rule reads its view by its columns; of the fields, only the rows linked that it counts.
    let tried =
        |regle: &&Regle| !known.regles.contains(regle) || (relabelled && !regle.liens.is_empty());
    for regle in catalogue.regles.iter().filter(tried) {
        session.verify_regle(catalogue, regle).await?;
    }
    for own in catalogue.indicateurs.iter().filter(|own| !known.indicateurs.contains(own)) {
        session.verify_indicateur(catalogue, own).await?;
    }
    // A rule that is changed or gone may be one that an example of the charter names.
    let replaced = known.regles.iter().any(|regle| !catalogue.regles.contains(regle));
    if replaced || catalogue.charte != known.charte {
        charte::verify(catalogue).await?;
    }
    let all = catalogue.indicateurs != known.indicateurs;
    effet::prove(catalogue, |regle| all || !known.regles.contains(regle)).await.map(drop)
}

impl Session {
    async fn verify_regle(&self, catalogue: &Catalogue, regle: &Regle) -> Result<(), EngineError> {
        let fichier = format!("regles/{}.toml", regle.code);
        let source = catalogue.champs.source(&regle.vue, [regle]);
        for (cle, sql) in [
            ("applicable", regle.sql_applicable()),
            ("evaluable", regle.sql_evaluable()),
            ("condition", regle.sql_condition()),
        ] {
            self.plan(&format!("{fichier}, clé « {cle} »"), &source, &sql).await?;
        }
        if let Some(sql) = regle.sql_echeance() {
            let objet = format!("{fichier}, clé « echeance »");
            self.plan(&objet, &regle.vue, &format!("CAST(({sql}) AS DATE)")).await?;
        }
        for (indicateur, sql) in catalogue.sql_jours(regle) {
            let objet = format!("{fichier}, clé « effets », jour d'effet sur {indicateur}");
            self.plan(&objet, &source, &format!("CAST(({sql}) AS DATE)")).await?;
        }
        if let Some(sql) = &regle.nature {
            let objet = format!("{fichier}, clé « nature »");
            self.plan(&objet, &regle.vue, &format!("CAST(({sql}) AS VARCHAR)")).await?;
        }
        for (rank, exemple) in regle.exemples.iter().enumerate() {
            if self.judge_example(regle, exemple, rank).await? != exemple.attendu {
                let objet = example_name(regle, rank);
                return Err(EngineError::Exemple { objet, attendu: exemple.attendu });
            }
        }
        Ok(())
    }

    /// Whether a rule catches the example of that rank.
    pub(crate) async fn judge_example(
        &self,
        regle: &Regle,
        exemple: &Exemple,
        rank: usize,
    ) -> Result<bool, EngineError> {
        let row = self.row_of(regle, exemple).await?;
        let sql = format!("SELECT {} AS pris FROM ({row})", caught_example(regle));
        let batches = self.query(&example_name(regle, rank), &sql).await?;
        let found = batches.iter().find_map(|batch| {
            let column = batch.column_by_name("pris")?.as_boolean_opt()?;
            (batch.num_rows() == 1).then(|| column.value(0))
        });
        found.ok_or_else(|| EngineError::Forme {
            vue: regle.vue.clone(),
            colonne: "pris".to_owned(),
        })
    }

    /// Plans every expression of every definition of an indicator.
    async fn verify_indicateur(
        &self,
        catalogue: &Catalogue,
        indicateur: &Indicateur,
    ) -> Result<(), EngineError> {
        let fichier = format!("indicateurs/{}.toml", indicateur.code);
        for (rank, (_, definition)) in indicateur.definitions().enumerate() {
            let place = match rank {
                0 => String::new(),
                rank => format!("versions[{rank}]."),
            };
            let source = catalogue.champs.source_with(&definition.vue, &definition.liens);
            self.verify_definition((&fichier, &place), &source, definition).await?;
        }
        Ok(())
    }

    async fn verify_definition(
        &self,
        (fichier, place): (&str, &str),
        source: &str,
        indicateur: &Indicateur,
    ) -> Result<(), EngineError> {
        let Ok(periode) = "2019".parse() else { return Ok(()) };
        // Its parts are planned where they stand.
        if !indicateur.reads_rows() {
            return Ok(());
        }
        let mut parts: Vec<(&str, &str, Option<&str>)> = match &indicateur.ratio {
            Some(ratio) => vec![
                ("numerateur", &ratio.numerateur_vue, Some(&ratio.numerateur)),
                (
                    "numerateur_population",
                    &ratio.numerateur_vue,
                    Some(&ratio.numerateur_population),
                ),
                ("denominateur", &ratio.denominateur_vue, Some(&ratio.denominateur)),
                (
                    "denominateur_population",
                    &ratio.denominateur_vue,
                    Some(&ratio.denominateur_population),
                ),
            ],
            None => vec![("population", source, Some(&indicateur.population))],
        };
        parts.push(("date", source, indicateur.date.as_deref()));
        parts.push(("condition", source, indicateur.condition.as_deref()));
        parts.push(("mesure", source, indicateur.mesure.as_deref()));
        for (cle, vue, expr) in parts {
            if let Some(expr) = expr {
                let objet = format!("{fichier}, clé « {place}{cle} »");
                self.plan(&objet, vue, &indicateur.sql(periode, expr)).await?;
            }
        }
        Ok(())
    }

    pub(crate) async fn plan(&self, objet: &str, vue: &str, expr: &str) -> Result<(), EngineError> {
        self.query(objet, &format!("SELECT ({expr}) AS e FROM {vue} LIMIT 0")).await.map(drop)
    }

    /// A query of one row of the rule's view, holding the example's values, null elsewhere.
    pub(crate) async fn row_of(
        &self,
        regle: &Regle,
        exemple: &Exemple,
    ) -> Result<String, EngineError> {
        let table = self.context.table(regle.vue.as_str()).await?;
        let fichier = format!("regles/{}.toml", regle.code);
        let linked: Vec<String> = regle.liens.iter().map(LienCompte::colonne).collect();
        if let Some(name) = exemple.valeurs.keys().find(|name| {
            !linked.contains(name) && table.schema().field_with_unqualified_name(name).is_err()
        }) {
            return Err(EngineError::Forme { vue: fichier, colonne: name.clone() });
        }
        let mut sql = "SELECT ".to_owned();
        for (rank, field) in table.schema().fields().iter().enumerate() {
            let value = match exemple.valeurs.get(field.name()) {
                Some(value) => literal(value),
                // An example is of a known dossier, unless it says otherwise.
                None if field.name() == "orphelin" => "false".to_owned(),
                None => "NULL".to_owned(),
            };
            let separator = if rank == 0 { "" } else { ", " };
            let kind = sql_type(field.data_type());
            let _ = write!(sql, "{separator}CAST({value} AS {kind}) AS {}", field.name());
        }
        for column in linked {
            // Without a row linked, the count is zero.
            let value = exemple.valeurs.get(&column).map_or_else(|| "0".to_owned(), literal);
            let _ = write!(sql, ", CAST({value} AS BIGINT) AS {column}");
        }
        Ok(sql)
    }
}

fn example_name(regle: &Regle, rank: usize) -> String {
    format!("regles/{}.toml, exemple {}", regle.code, rank + 1)
}

pub(crate) fn literal(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => format!("'{}'", text.replace('\'', "''")),
        other => other.to_string(),
    }
}

pub(crate) fn sql_type(kind: &DataType) -> String {
    match kind {
        DataType::Date32 => "DATE".to_owned(),
        DataType::Boolean => "BOOLEAN".to_owned(),
        DataType::Int32 => "INT".to_owned(),
        DataType::Int64 => "BIGINT".to_owned(),
        DataType::UInt64 => "BIGINT UNSIGNED".to_owned(),
        DataType::Float64 => "DOUBLE".to_owned(),
        DataType::Decimal128(precision, scale) => format!("DECIMAL({precision}, {scale})"),
        _ => "VARCHAR".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_rule_judges_its_examples_and_every_indicator_is_planned() {
        let catalogue = Catalogue::builtin().unwrap();
        assert!(catalogue.regles.len() >= 120, "{}", catalogue.regles.len());
        verify(&catalogue).await.unwrap();
    }

    #[tokio::test]
    async fn a_rule_whose_sql_fails_is_named_with_its_key() {
        let mut catalogue = Catalogue::builtin().unwrap();
        let regle = catalogue.regles.iter_mut().find(|regle| regle.code == "PAC-07").unwrap();
        regle.condition = "date_fni IS NULL".to_owned();
        let error = verify(&catalogue).await.unwrap_err().to_string();
        assert!(error.contains("regles/PAC-07.toml, clé « condition »"), "{error}");
    }

    #[tokio::test]
    async fn an_example_that_its_rule_does_not_judge_so_is_named() {
        let mut catalogue = Catalogue::builtin().unwrap();
        let regle = catalogue.regles.iter_mut().find(|regle| regle.code == "PAC-07").unwrap();
        regle.exemples[1].attendu = true;
        let error = verify(&catalogue).await.unwrap_err().to_string();
        assert!(error.contains("regles/PAC-07.toml, exemple 2"), "{error}");
    }

    #[tokio::test]
    async fn what_is_known_to_hold_is_not_tried_again_and_what_is_not_is() {
        // Were its examples judged, this rule would be refused: only what differs is tried.
        let mut known = Catalogue::builtin().unwrap();
        let first = &mut known.regles[0].exemples[0];
        first.attendu = !first.attendu;
        let mut catalogue = known.clone();
        let mut own = catalogue.regles.iter().find(|r| r.code == "PAC-07").unwrap().clone();
        own.code = "ESS-01".to_owned();
        catalogue.regles.push(own);
        verify_beside(&catalogue, &known).await.unwrap();
        let own = catalogue.regles.last_mut().unwrap();
        own.exemples[0].attendu = !own.exemples[0].attendu;
        let refused = verify_beside(&catalogue, &known).await.unwrap_err().to_string();
        assert!(refused.contains("regles/ESS-01.toml"), "{refused}");
        // A view changed: everything stands on it, everything is tried.
        let mut catalogue = known.clone();
        let last = catalogue.vues.last_mut().unwrap();
        last.sql = format!("SELECT * FROM ({})", last.sql);
        let refused = verify_beside(&catalogue, &known).await.unwrap_err().to_string();
        assert!(refused.contains(&format!("regles/{}.toml", known.regles[0].code)), "{refused}");
    }
}
