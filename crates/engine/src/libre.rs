//! A reading query typed by a person, over the views of a perimeter and within the limits of the enclosure.

use std::sync::Arc;

use datafusion::arrow::array::{Array, RecordBatch};
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::tree_node::{Transformed, TreeNode as _};
use datafusion::error::DataFusionError;
use datafusion::execution::runtime_env::RuntimeEnv;
use datafusion::physical_plan::aggregates::AggregateExec;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use datafusion::sql::parser::Statement;
use futures::StreamExt as _;
use mallette_catalogue::Catalogue;
use mallette_domain::essai::Tableau;

use crate::garde::check_query;
use crate::pause::Pause;
use crate::session::{MATERIALISEES, Session, Source};
use crate::{Enclos, EngineError, Limites};

/// Longest cell shown, in characters.
const MAX_CELLULE: usize = 200;

impl Enclos {
    /// Runs one reading query over the views of those sources, and nothing else.
    ///
    /// # Errors
    /// When it is refused, lasts too long, asks for too much memory, or cannot be computed.
    pub async fn query(
        &self,
        catalogue: Arc<Catalogue>,
        sources: Vec<Source>,
        sql: &str,
    ) -> Result<Tableau, EngineError> {
        let statement = check_query(sql, &MATERIALISEES)?;
        let limites = self.limites;
        self.run(move |environment| {
            Box::pin(
                async move { run(&catalogue, &sources, environment, statement, limites).await },
            )
        })
        .await
    }
}

async fn run(
    catalogue: &Catalogue,
    sources: &[Source],
    environment: Arc<RuntimeEnv>,
    statement: Statement,
    limites: Limites,
) -> Result<Tableau, EngineError> {
    let session = Session::open_in(catalogue, sources, environment).await?;
    let context = &session.context;
    // What the guard did not let through is not there either.
    for name in context.catalog_names() {
        let Some(known) = context.catalog(&name) else { continue };
        for schema in known.schema_names().iter().filter_map(|name| known.schema(name)) {
            for table in schema.table_names() {
                if !MATERIALISEES.contains(&table.as_str()) {
                    schema.deregister_table(&table)?;
                }
            }
        }
    }
    let plan = context.state().statement_to_plan(statement).await.map_err(told)?;
    let frame = context.execute_logical_plan(plan).await.map_err(told)?;
    let colonnes: Vec<String> =
        frame.schema().fields().iter().map(|field| field.name().clone()).collect();
    let task = Arc::new(frame.task_ctx());
    let plan = frame.create_physical_plan().await.map_err(told)?;
    let mut stream = execute_stream(stoppable(plan)?, task).map_err(told)?;
    let mut tableau = Tableau { colonnes, ..Tableau::default() };
    while let Some(batch) = stream.next().await {
        push(&mut tableau, &batch.map_err(told)?, limites.lignes)?;
        if tableau.tronque {
            break;
        }
    }
    Ok(tableau)
}

/// A plan that pauses between small parts of everything it reads, so that it can be stopped. One that pairs
/// all rows of two tables would take longer than anybody waits, and is refused.
fn stoppable(plan: Arc<dyn ExecutionPlan>) -> Result<Arc<dyn ExecutionPlan>, EngineError> {
    let mut crossed = false;
    let plan = plan.transform_up(|node| {
        let join = node.name().contains("Join");
        let equal = node.name().starts_with("Hash") || node.name().starts_with("SortMerge");
        crossed |= join && !equal && !node.children().into_iter().any(is_small);
        if !join && !node.children().is_empty() {
            return Ok(Transformed::no(node));
        }
        let node: Arc<dyn ExecutionPlan> = Arc::new(Pause::after(node));
        Ok(Transformed::yes(node))
    });
    if crossed {
        let why = "elle croise toutes les lignes de deux tables. Les relier par une égalité \
                   (a.dossier_id = b.dossier_id).";
        return Err(EngineError::Refusee(why.to_owned()));
    }
    Ok(plan?.data)
}

/// Whether a plan gives few rows whatever the data: one sum of everything, the ceilings, the versions.
fn is_small(plan: &Arc<dyn ExecutionPlan>) -> bool {
    if let Some(sum) = plan.downcast_ref::<AggregateExec>() {
        return sum.group_expr().is_empty();
    }
    match plan.children().as_slice() {
        // In this session, only these are in memory.
        [] => matches!(plan.name(), "DataSourceExec" | "PlaceholderRowExec" | "EmptyExec"),
        [input] => is_small(input),
        _ => false,
    }
}

/// A query that cannot be planned or computed: the engine's words say what is wrong in it, without its
/// trace.
fn told(error: DataFusionError) -> EngineError {
    match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => error.into(),
        DataFusionError::SchemaError(_, _) | DataFusionError::Plan(_) => {
            let words: String = error.strip_backtrace().chars().take(300).collect();
            EngineError::Fausse(format!("elle ne va pas avec les tables d'ici ({words})."))
        }
        // What is computed may quote a value of the data.
        _ => EngineError::Fausse(
            "son calcul échoue : une division par zéro, ou une valeur d'un autre genre que demandé."
                .to_owned(),
        ),
    }
}

fn push(tableau: &mut Tableau, batch: &RecordBatch, limit: usize) -> Result<(), EngineError> {
    let options = FormatOptions::default();
    let formatters: Vec<ArrayFormatter<'_>> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
        .collect::<Result<_, _>>()
        .map_err(DataFusionError::from)?;
    for row in 0..batch.num_rows() {
        if tableau.lignes.len() == limit {
            tableau.tronque = true;
            return Ok(());
        }
        let cells = batch.columns().iter().zip(&formatters).map(|(column, formatter)| {
            let text = || formatter.value(row).to_string().chars().take(MAX_CELLULE).collect();
            (!column.is_null(row)).then(text)
        });
        tableau.lignes.push(cells.collect());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
