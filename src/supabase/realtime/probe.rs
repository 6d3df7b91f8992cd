//! Whether Realtime can be used: for `doctor`.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::timeout;
use uuid::Uuid;

use super::connection::{self, Command, Report};
use super::refusal::Loss;
use super::socket_url;
use crate::config::{RealtimeConfig, SupabaseConfig};
use crate::events::Listener;

/// What came of joining a topic that no session has.
#[derive(Debug)]
pub enum Probe {
    /// It was joined, and messages of the database come through.
    Ready,
    /// It was joined; Realtime does not say whether they do.
    Joined,
    /// By its code.
    Refused {
        code: String,
        cure: &'static str,
    },
    Lost(Loss),
}

/// Joins a guest's topic as a guest would, and leaves it.
///
/// # Errors
/// The project's URL can't be made a socket's.
pub async fn probe(supabase: &SupabaseConfig, config: &RealtimeConfig) -> anyhow::Result<Probe> {
    let (commands, receiver) = mpsc::unbounded_channel();
    let (sender, mut reports) = mpsc::channel(8);
    let connection = connection::run(0, socket_url(supabase)?, config.clone(), receiver, sender);
    let connection = tokio::spawn(connection);
    // The server waits some seconds before it refuses.
    let limit = config.connect_timeout + config.join_timeout + Duration::from_secs(1);
    let result = timeout(limit, outcome(&commands, &mut reports, config)).await;
    drop((commands, reports));
    connection.abort();
    Ok(result.unwrap_or(Probe::Lost(Loss::Silent)))
}

async fn outcome(
    commands: &mpsc::UnboundedSender<Command>,
    reports: &mut mpsc::Receiver<(connection::ConnectionId, Report)>,
    config: &RealtimeConfig,
) -> Probe {
    loop {
        let Some((_, report)) = reports.recv().await else {
            return Probe::Lost(Loss::Closed);
        };
        match report {
            Report::Opened => {
                let command = Command::Join {
                    session_id: Uuid::new_v4(),
                    listener: Listener::Guest,
                };
                // Its loss is reported.
                let _ended = commands.send(command);
            }
            Report::Joined(_) => {
                let ready = timeout(config.ready_wait, reports.recv()).await;
                return match ready {
                    Ok(Some((_, Report::Ready(_)))) => Probe::Ready,
                    _ => Probe::Joined,
                };
            }
            Report::Refused(_, refusal) | Report::Closed(_, refusal) => {
                return Probe::Refused {
                    code: refusal.code().to_owned(),
                    cure: refusal.cure(),
                };
            }
            Report::Lost(loss) => return Probe::Lost(loss),
            Report::Steady | Report::Ready(_) | Report::Changed(..) | Report::Deleted(_) => {}
        }
    }
}
