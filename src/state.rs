//! What handlers share.

use std::sync::Arc;

use bytes::Bytes;
use metrics_exporter_prometheus::PrometheusHandle;
use sandbox::Sandbox;
use tokio_util::sync::CancellationToken;

use crate::auth::verifier::TokenVerifier;
use crate::budgets::Budgets;
use crate::config::Config;
use crate::events::Events;
use crate::places::Places;
use crate::rate_limits::Limits;
use crate::session::Sessions;
use crate::speech_tasks::Speech;
use crate::supabase::gotrue::GoTrue;
use crate::supabase::postgrest::PostgRest;
use crate::telemetry;

/// Who interviews and who coaches: `offline`, or provider/model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentNames {
    pub interviewer: String,
    pub coach: String,
}

/// What handlers share.
pub struct AppState {
    pub config: Arc<Config>,
    pub verifier: Arc<TokenVerifier>,
    pub gotrue: Arc<GoTrue>,
    pub rest: Arc<PostgRest>,
    pub sessions: Sessions,
    pub speech: Arc<Speech>,
    pub agents: AgentNames,
    pub events: Arc<Events>,
    pub limits: Arc<Limits>,
    pub budgets: Arc<Budgets>,
    /// Where strangers' files are read.
    pub sandbox: Sandbox,
    /// Files that may be received and read at once.
    pub uploads: Places,
    /// Recordings that may be received at once.
    pub recordings: Places,
    /// Streams of events that may be open at once.
    pub event_streams: Places,
    pub metrics: PrometheusHandle,
    /// The OpenAPI document as JSON.
    pub openapi: Bytes,
    /// Cancelled when the service is to stop: open streams end then.
    pub shutdown: CancellationToken,
}

impl AppState {
    /// Sets the gauges of what is held and open at this moment.
    #[expect(clippy::cast_precision_loss, reason = "gauges are floats")]
    pub(crate) fn observe(&self) {
        let (sessions, bytes) = self.sessions.store.size();
        metrics::gauge!("session_cache_entries").set(sessions as f64);
        metrics::gauge!("session_cache_bytes").set(bytes as f64);
        metrics::gauge!("event_streams").set(self.event_streams.taken() as f64);
        metrics::gauge!("uploads").set(self.uploads.taken() as f64);
        metrics::gauge!("recordings").set(self.recordings.taken() as f64);
        telemetry::observe_process();
    }
}
