//! A plan that looks at the clock often: whatever its input gives is handed over in small parts, and the
//! thread is given back between two of them. A join whose condition rejects every pair gives no row for as
//! long as it has pairs to look at: what bounds that time is the size of what it is given.

use std::fmt;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::tree_node::TreeNodeRecursion;
use datafusion::error::{DataFusionError, Result};
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, PhysicalExpr, PlanProperties,
};
use futures::{StreamExt as _, stream};

/// Rows of a part.
const PART: usize = 128;

/// The pause after each part.
#[derive(Debug)]
pub(crate) struct Pause {
    input: Arc<dyn ExecutionPlan>,
    properties: Arc<PlanProperties>,
}

impl Pause {
    /// After that plan.
    pub(crate) fn after(input: Arc<dyn ExecutionPlan>) -> Self {
        let properties = Arc::clone(input.properties());
        Self { input, properties }
    }
}

impl DisplayAs for Pause {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pause")
    }
}

impl ExecutionPlan for Pause {
    fn name(&self) -> &'static str {
        "Pause"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        &self.properties
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let one = children.into_iter().next();
        let one = one.ok_or_else(|| DataFusionError::Internal("une pause sans plan".to_owned()))?;
        Ok(Arc::new(Self::after(one)))
    }

    fn execute(
        &self,
        partition: usize,
        context: Arc<TaskContext>,
    ) -> Result<SendableRecordBatchStream> {
        let schema = self.input.schema();
        let input = self.input.execute(partition, context)?;
        let parts = input.flat_map(|batch| stream::iter(split(batch)));
        let paused = parts.then(|part| async {
            tokio::task::yield_now().await;
            part
        });
        Ok(Box::pin(RecordBatchStreamAdapter::new(schema, paused)))
    }
}

/// The batch in parts; an empty one is one part.
fn split(batch: Result<RecordBatch>) -> Vec<Result<RecordBatch>> {
    let batch = match batch {
        Ok(batch) => batch,
        Err(error) => return vec![Err(error)],
    };
    let starts = (0..batch.num_rows().max(1)).step_by(PART);
    starts.map(|from| Ok(batch.slice(from, PART.min(batch.num_rows() - from)))).collect()
}
