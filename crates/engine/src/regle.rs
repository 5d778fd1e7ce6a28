//! All rules of a view in one scan: a rule costs a column, not a scan.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use mallette_catalogue::{Catalogue, Regle};
use mallette_domain::resultat::{Compte, Groupe, Objet, ResultatRegle};

use crate::cellules::Cellules;
use crate::{EngineError, Session};

/// The rules of `catalogue` grouped by view, those of `code` only when it is given.
fn rules_by_view<'a>(
    catalogue: &'a Catalogue,
    code: Option<&str>,
) -> BTreeMap<&'a str, Vec<&'a Regle>> {
    let mut views: BTreeMap<&str, Vec<&Regle>> = BTreeMap::new();
    for regle in &catalogue.regles {
        if code.is_none_or(|code| code == regle.code) {
            views.entry(regle.vue.as_str()).or_default().push(regle);
        }
    }
    views
}

/// « Caught » as SQL: never null, so that an unknown is not an anomaly.
pub(crate) fn caught(regle: &Regle) -> String {
    format!("coalesce(({}) AND ({}), false)", regle.sql_applicable(), regle.sql_condition())
}

/// « Caught » as SQL for an example, which is of no centre and of no extraction: with the values of the
/// file, whatever was given to its parameters since.
pub(crate) fn caught_example(regle: &Regle) -> String {
    let regle = regle.by_default();
    format!("coalesce(({}) AND ({}), false)", regle.sql_subject(), regle.sql_condition())
}

/// « Evaluated » as SQL; what is caught was evaluated. With many rules this is what a scan costs: nothing
/// is asked twice, and where every applicable row can be judged nothing more is asked.
fn evaluated(regle: &Regle) -> String {
    let (applicable, evaluable) = (regle.sql_applicable(), regle.sql_evaluable());
    if evaluable == "true" {
        return format!("coalesce(({applicable}), false)");
    }
    format!("coalesce(({applicable}) AND (({evaluable}) OR ({})), false)", regle.sql_condition())
}

impl Session {
    /// Evaluates every rule of the catalogue, or the one of that code, in one scan per view. A centre
    /// that never sent a table that the rule needs has no count: it was not judged.
    ///
    /// # Errors
    /// When the SQL of a rule is refused, or when the data cannot be read.
    pub async fn evaluate_regles(
        &self,
        catalogue: &Catalogue,
        code: Option<&str>,
    ) -> Result<Vec<ResultatRegle>, EngineError> {
        let mut results = Vec::new();
        for (vue, regles) in rules_by_view(catalogue, code) {
            let (written, own): (Vec<&Regle>, Vec<&Regle>) =
                regles.into_iter().partition(|regle| regle.redigee);
            if !own.is_empty() {
                results.extend(self.evaluate_view(catalogue, vue, &own).await?);
            }
            for some in self.sound(catalogue, vue, &written).await {
                results.extend(self.evaluate_view(catalogue, vue, &some).await?);
            }
        }
        results.sort_by(|left, right| left.code.cmp(&right.code));
        Ok(results)
    }

    /// The rules that people wrote on a view and that can be evaluated: together when all can, else those
    /// that can alone. The others judge nothing, and break no rule of the program.
    async fn sound<'a>(
        &self,
        catalogue: &Catalogue,
        vue: &str,
        written: &[&'a Regle],
    ) -> Vec<Vec<&'a Regle>> {
        if written.is_empty() {
            return Vec::new();
        }
        if self.evaluate_view(catalogue, vue, written).await.is_ok() {
            return vec![written.to_vec()];
        }
        let mut sound = Vec::new();
        for regle in written {
            // What fails may quote a value of the data: only the rule is named.
            match self.evaluate_view(catalogue, vue, &[regle]).await {
                Ok(_) => sound.push(*regle),
                Err(_) => {
                    eprintln!("règle {} : son calcul échoue, elle est mise de côté", regle.code)
                }
            }
        }
        if sound.is_empty() { Vec::new() } else { vec![sound] }
    }

    pub(crate) async fn evaluate_view(
        &self,
        catalogue: &Catalogue,
        vue: &str,
        regles: &[&Regle],
    ) -> Result<Vec<ResultatRegle>, EngineError> {
        let mut sql = "SELECT structure_id, antenne, conseiller_id".to_owned();
        for (i, regle) in regles.iter().enumerate() {
            let _ = write!(
                sql,
                ", sum(CASE WHEN {} THEN 1 ELSE 0 END) AS e{i}, sum(CASE WHEN {} THEN 1 ELSE 0 END) AS a{i}",
                evaluated(regle),
                caught(regle)
            );
        }
        let source = catalogue.champs.source(vue, regles.iter().copied());
        let _ = write!(sql, " FROM {source} GROUP BY structure_id, antenne, conseiller_id");
        let batches = self.query(&format!("règles de la vue {vue}"), &sql).await?;
        let mut comptes: Vec<BTreeMap<Arc<Groupe>, Compte>> = vec![BTreeMap::new(); regles.len()];
        for batch in &batches {
            let cells = Cellules::new(vue, batch);
            let groups = read_groups(&cells, batch.num_rows())?;
            for (i, comptes) in comptes.iter_mut().enumerate() {
                let evalues = cells.counts(&format!("e{i}"))?;
                let anomalies = cells.counts(&format!("a{i}"))?;
                for ((groupe, evalues), anomalies) in groups.iter().zip(evalues).zip(anomalies) {
                    if evalues > 0 {
                        comptes.insert(Arc::clone(groupe), Compte { evalues, anomalies });
                    }
                }
            }
        }
        let results = regles.iter().zip(comptes).map(|(regle, comptes)| {
            let mut comptes = comptes.into_iter().collect();
            self.recues().keep_judged(&regle.tables, &mut comptes, |(g, _)| &g.structure_id);
            ResultatRegle { code: regle.code.clone(), comptes }
        });
        Ok(results.collect())
    }

    /// The objects caught by every rule, or by the one of that code, sorted: the list behind each
    /// figure of [`Session::evaluate_regles`], by the same condition.
    ///
    /// # Errors
    /// When the SQL of a rule is refused, or when the data cannot be read.
    pub async fn list_objets(
        &self,
        catalogue: &Catalogue,
        code: Option<&str>,
    ) -> Result<BTreeMap<String, Vec<Objet>>, EngineError> {
        let mut lists = BTreeMap::new();
        for (vue, regles) in rules_by_view(catalogue, code) {
            let (written, own): (Vec<&Regle>, Vec<&Regle>) =
                regles.into_iter().partition(|regle| regle.redigee);
            if !own.is_empty() {
                self.list_view(catalogue, vue, &own, &mut lists).await?;
            }
            for some in self.sound(catalogue, vue, &written).await {
                self.list_view(catalogue, vue, &some, &mut lists).await?;
            }
        }
        Ok(lists)
    }

    /// The objects caught by rules of one view, by code.
    pub(crate) async fn list_view(
        &self,
        catalogue: &Catalogue,
        vue: &str,
        regles: &[&Regle],
        lists: &mut BTreeMap<String, Vec<Objet>>,
    ) -> Result<(), EngineError> {
        let flags: Vec<String> =
            regles.iter().enumerate().map(|(i, r)| format!("{} AS c{i}", caught(r))).collect();
        let any: Vec<String> = (0..regles.len()).map(|i| format!("c{i}")).collect();
        let sql = format!(
            "SELECT * FROM (SELECT structure_id, table_source, objet_id, dossier_id, \
             conseiller_id, antenne, {} FROM {}) WHERE {}",
            flags.join(", "),
            catalogue.champs.source(vue, regles.iter().copied()),
            any.join(" OR ")
        );
        let batches = self.query(&format!("règles de la vue {vue}"), &sql).await?;
        for (i, regle) in regles.iter().enumerate() {
            let mut objets = Vec::new();
            for batch in &batches {
                let flags = Cellules::new(vue, batch).counts(&format!("c{i}"))?;
                read_objets(vue, batch, |row| flags.get(row) == Some(&1), &mut objets)?;
            }
            self.recues().keep_judged(&regle.tables, &mut objets, |o| &o.structure_id);
            objets.sort();
            lists.insert(regle.code.clone(), objets);
        }
        Ok(())
    }
}

/// The groups of a batch that has the three grouping columns.
pub(crate) fn read_groups(
    cells: &Cellules<'_>,
    rows: usize,
) -> Result<Vec<Arc<Groupe>>, EngineError> {
    (0..rows)
        .map(|row| {
            Ok(Arc::new(Groupe {
                structure_id: cells.text("structure_id", row)?.unwrap_or_default(),
                antenne: cells.text("antenne", row)?,
                conseiller_id: cells.text("conseiller_id", row)?,
            }))
        })
        .collect()
}

/// Adds to `objets` the rows of a batch of objects that are wanted.
pub(crate) fn read_objets(
    vue: &str,
    batch: &RecordBatch,
    wanted: impl Fn(usize) -> bool,
    objets: &mut Vec<Objet>,
) -> Result<(), EngineError> {
    let cells = Cellules::new(vue, batch);
    for row in (0..batch.num_rows()).filter(|row| wanted(*row)) {
        objets.push(Objet {
            structure_id: cells.text("structure_id", row)?.unwrap_or_default(),
            table: cells.text("table_source", row)?.unwrap_or_default(),
            id: cells.text("objet_id", row)?.unwrap_or_default(),
            dossier_id: cells.text("dossier_id", row)?,
            conseiller_id: cells.text("conseiller_id", row)?,
            antenne: cells.text("antenne", row)?,
        });
    }
    Ok(())
}
