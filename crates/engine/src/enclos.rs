//! Where what a person typed is run: on a thread and a runtime of its own, one at a time, within limits of
//! time and memory, without a disk. What lasts too long is dropped there, and the pages never wait for it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::GreedyMemoryPool;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::timeout;

use crate::EngineError;

/// What is left to a plan that is slow to look at the clock, before nobody waits for it any more.
const GRACE: Duration = Duration::from_secs(2);

/// How much a query may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limites {
    /// How long it may last.
    pub temps: Duration,
    /// Bytes that it may hold.
    pub octets: usize,
    /// Rows that it gives at most.
    pub lignes: usize,
}

impl Default for Limites {
    fn default() -> Self {
        Self { temps: Duration::from_secs(15), octets: 192 << 20, lignes: 500 }
    }
}

/// What is run in the enclosure.
pub(crate) type Travail<T> = Pin<Box<dyn Future<Output = Result<T, EngineError>>>>;

/// The enclosure: one query at a time.
#[derive(Debug, Clone)]
pub struct Enclos {
    pub(crate) limites: Limites,
    tour: Arc<Semaphore>,
}

impl Default for Enclos {
    fn default() -> Self {
        Self::new(Limites::default())
    }
}

impl Enclos {
    /// With those limits.
    #[must_use]
    pub fn new(limites: Limites) -> Self {
        Self { limites, tour: Arc::new(Semaphore::new(1)) }
    }

    /// Whether nothing is being run.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.tour.available_permits() == 1
    }

    /// Runs that, and stops it when it lasts too long or when nobody waits for it any more.
    pub(crate) async fn run<T, F>(&self, work: F) -> Result<T, EngineError>
    where
        T: Send + 'static,
        F: FnOnce(Arc<RuntimeEnv>) -> Travail<T> + Send + 'static,
    {
        let Limites { temps, octets, .. } = self.limites;
        let turn = timeout(temps, Arc::clone(&self.tour).acquire_owned()).await;
        let Ok(Ok(turn)) = turn else { return Err(EngineError::Occupe) };
        let (mut reply, answer) = oneshot::channel();
        let thread = std::thread::Builder::new().name("enclos".to_owned()).spawn(move || {
            let result = tokio::runtime::Builder::new_current_thread().enable_time().build();
            let result = result.map_err(|_| EngineError::Occupe).and_then(|runtime| {
                let environment = environment(octets)?;
                let bounded = async {
                    tokio::select! {
                        done = timeout(temps, work(environment)) => {
                            done.unwrap_or(Err(EngineError::Temps(temps.as_secs())))
                        }
                        () = reply.closed() => Err(EngineError::Temps(temps.as_secs())),
                    }
                };
                let result = runtime.block_on(bounded);
                runtime.shutdown_background();
                result
            });
            // Nobody waits any more: there is nobody to tell.
            let _ = reply.send(result);
            drop(turn);
        });
        thread.map_err(|_| EngineError::Occupe)?;
        match timeout(temps + GRACE, answer).await {
            Ok(Ok(result)) => result.map_err(|error| told(error, octets)),
            // The thread stopped without a word, or never looks at the clock.
            Ok(Err(_)) | Err(_) => Err(EngineError::Temps(temps.as_secs())),
        }
    }
}

/// A bounded memory, no disk.
fn environment(octets: usize) -> Result<Arc<RuntimeEnv>, EngineError> {
    let disk = DiskManagerBuilder::default().with_mode(DiskManagerMode::Disabled);
    let built = RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(GreedyMemoryPool::new(octets)))
        .with_disk_manager_builder(disk)
        .build_arc();
    Ok(built?)
}

/// Too much memory, in the words of who typed the query.
fn told(error: EngineError, octets: usize) -> EngineError {
    let source = match &error {
        EngineError::Calcul(source) | EngineError::Contenu { source, .. } => source,
        _ => return error,
    };
    let exhausted =
        matches!(source.find_root(), datafusion::error::DataFusionError::ResourcesExhausted(_));
    if exhausted { EngineError::Memoire(octets >> 20) } else { error }
}
