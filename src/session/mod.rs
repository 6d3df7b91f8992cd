//! Interview sessions: what they are, how they are kept, and how a turn is made.

mod error;
mod feedback;
mod lifecycle;
mod listing;
mod practices;
mod report;
mod row;
mod rpc;
mod shares;
mod state;
mod store;
mod turns;
mod views;
mod weight;

use std::sync::Arc;

use interview::resources::Library;
use interview::{Coach, Interviewer};
use uuid::Uuid;

use crate::background::Background;
use crate::config::{CacheConfig, TurnConfig};
use crate::events::Events;
use crate::supabase::postgrest::PostgRest;

pub use error::SessionError;
pub use feedback::FeedbackMaker;
pub use lifecycle::{Ended, Lifecycle};
pub(crate) use listing::list;
pub use listing::{Cursor, Filter, Page, SessionSummary};
pub use practices::{Attempt, Attempts};
pub use report::{PartStatus, ReportPart, ReportStatus, Reports};
pub use row::{SessionRow, SessionStatus};
pub use shares::{ReadReport, Share, ShareOptions, Shares};
pub use state::SessionState;
pub use store::SessionStore;
pub use turns::{Progress, Stopped, TurnHandle, TurnResult, Turns};
pub use views::FeedbackItem;

/// Everything a session can do, by concern.
pub struct Sessions {
    pub store: Arc<SessionStore>,
    pub lifecycle: Lifecycle,
    pub turns: Arc<Turns>,
    pub feedback: Arc<FeedbackMaker>,
    pub reports: Arc<Reports>,
    pub shares: Shares,
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
    pub background: Background,
}

impl Sessions {
    pub fn new(parts: SessionParts) -> Self {
        let SessionParts {
            rest, background, ..
        } = parts;
        // This process's name on leases, made anew at each start: its predecessor's are not its own.
        let lease_owner: Arc<str> = Uuid::new_v4().to_string().into();
        let store = Arc::new(SessionStore::new(
            parts.cache,
            Arc::clone(&rest),
            parts.events,
        ));
        let feedback = FeedbackMaker::new(
            Arc::clone(&store),
            Arc::clone(&parts.coach),
            background.clone(),
        );
        let reports = Reports::new(
            Arc::clone(&store),
            parts.coach,
            parts.library,
            Arc::clone(&feedback),
            Arc::clone(&lease_owner),
            background.clone(),
        );
        let turn_timeout = parts.turn.wait;
        let turns = Turns::new(
            Arc::clone(&store),
            Arc::clone(&rest),
            parts.interviewer,
            Arc::clone(&feedback),
            lease_owner,
            parts.turn,
            background,
        );
        Self {
            shares: Shares {
                store: Arc::clone(&store),
                rest: Arc::clone(&rest),
                reports: Arc::clone(&reports),
            },
            lifecycle: Lifecycle {
                store: Arc::clone(&store),
                rest,
                turns: Arc::clone(&turns),
                reports: Arc::clone(&reports),
                turn_timeout,
            },
            store,
            turns,
            feedback,
            reports,
        }
    }
}
