//! Interview sessions: what they are, how they are kept, and how a turn is made.

mod error;
mod feedback;
mod flights;
mod generation;
mod lifecycle;
mod listing;
mod report;
mod row;
mod state;
mod stop;
mod store;
mod summary;
mod turns;
mod views;
mod wire;

use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::auth::Principal;
use crate::config::{CacheConfig, TurnConfig};
use crate::events::Events;
use crate::supabase::postgrest::PostgRest;
use interview::resources::Library;
use interview::{Coach, Interviewer};

pub use error::SessionError;
pub use lifecycle::Ended;
pub use listing::{Cursor, Filter, Page, SessionSummary};
pub use row::{SessionRow, SessionStatus};
pub use state::SessionState;
pub use stop::Stopped;
pub use store::SessionStore;
pub use summary::{PartStatus, ReportPart, ReportStatus};
pub(crate) use turns::outcome;
pub use turns::{Progress, TurnHandle, TurnResult};
pub use views::FeedbackItem;

/// Everything a session can do.
pub struct Sessions {
    store: SessionStore,
    rest: Arc<PostgRest>,
    interviewer: Arc<dyn Interviewer>,
    coach: Arc<dyn Coach>,
    flights: flights::Flights,
    /// Replies whose write failed, kept for the retry: made once, never made again.
    kept: Cache<(Principal, Uuid, String), Arc<generation::Generated>>,
    reports: report::Reports,
    judging: feedback::Judging,
    library: Arc<Library>,
    /// This process's name on leases, made anew at each start.
    lease_owner: String,
    config: TurnConfig,
    /// Turns run here, not on the thread of the request that asked for them.
    runtime: Handle,
    tasks: TaskTracker,
}

/// What [`Sessions`] is made of.
pub struct SessionParts {
    pub rest: Arc<PostgRest>,
    pub events: Arc<Events>,
    pub interviewer: Arc<dyn Interviewer>,
    pub coach: Arc<dyn Coach>,
    pub library: Arc<Library>,
    pub cache: CacheConfig,
    pub turn: TurnConfig,
    pub runtime: Handle,
    pub tasks: TaskTracker,
}

impl Sessions {
    pub fn new(parts: SessionParts) -> Arc<Self> {
        Arc::new(Self {
            store: SessionStore::new(parts.cache, Arc::clone(&parts.rest), parts.events),
            rest: parts.rest,
            interviewer: parts.interviewer,
            coach: parts.coach,
            flights: flights::Flights::default(),
            kept: Cache::builder()
                .max_capacity(10_000)
                .time_to_live(Duration::from_secs(15 * 60))
                .build(),
            reports: report::Reports::default(),
            judging: feedback::Judging::default(),
            library: parts.library,
            lease_owner: Uuid::new_v4().to_string(),
            config: parts.turn,
            runtime: parts.runtime,
            tasks: parts.tasks,
        })
    }

    pub fn store(&self) -> &SessionStore {
        &self.store
    }
}
