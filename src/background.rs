//! Work that outlives the request that asked for it.

use std::future::Future;

use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;
use upstream::meter;

/// Runs tasks on the service's runtime, not on the thread of the request that asked for them, and tracks
/// them until shutdown.
#[derive(Clone)]
pub struct Background {
    runtime: Handle,
    tasks: TaskTracker,
}

impl Background {
    pub fn new(runtime: Handle, tasks: TaskTracker) -> Self {
        Self { runtime, tasks }
    }

    /// Runs `work` to its end, also through a shutdown as far as its grace period goes. Its log lines
    /// carry the id of the request that asked for it, and whoever asked pays for it.
    pub(crate) fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let work = meter::carried(work).in_current_span();
        self.tasks.spawn_on(work, &self.runtime);
    }
}
