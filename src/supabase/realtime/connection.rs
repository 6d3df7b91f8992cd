//! One WebSocket to Realtime with the topics that were joined over it.
//!
//! It does what it is told and reports what happens; who joins where and when is the [hub](super::hub)'s.

use std::collections::HashMap;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use uuid::Uuid;

use super::frame::{self, Incoming};
use super::refusal::{Loss, Refusal};
use super::topic;
use crate::config::RealtimeConfig;
use crate::events::Listener;

/// Messages that concern us have some hundred bytes.
const LARGEST_MESSAGE: usize = 64 * 1024;
/// How long the server may take to receive something.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection without topics is kept so long for the next.
const IDLE: Duration = Duration::from_secs(30);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;
pub(super) type ConnectionId = u64;
pub(super) type Commands = mpsc::UnboundedReceiver<Command>;
pub(super) type Reports = mpsc::Sender<(ConnectionId, Report)>;

pub(super) enum Command {
    /// Answered by [`Report::Joined`] or [`Report::Refused`]; one at a time.
    Join {
        session_id: Uuid,
        listener: Listener,
    },
    Leave {
        session_id: Uuid,
    },
    /// A token that is good for longer.
    Renew {
        session_id: Uuid,
        access_token: Arc<str>,
    },
    Close,
}

#[derive(Debug, PartialEq)]
pub(super) enum Report {
    Opened,
    /// It has stood long enough for a heartbeat.
    Steady,
    Joined(Uuid),
    /// What the database sends comes through from now on.
    Ready(Uuid),
    Refused(Uuid, Refusal),
    /// A topic that was joined is no more.
    Closed(Uuid, Refusal),
    Changed(Uuid, i64),
    Deleted(Uuid),
    /// The last report of a connection.
    Lost(Loss),
}

struct Topic {
    session_id: Uuid,
    /// Reference of its join.
    join: u64,
    /// Until when the join may be answered; `None` once it was.
    answer_due: Option<Instant>,
    /// Why it is about to be closed.
    failing: Option<Refusal>,
}

struct Connection<'a> {
    id: ConnectionId,
    config: &'a RealtimeConfig,
    socket: Socket,
    reports: Reports,
    /// By name, without what the wire puts before it.
    topics: HashMap<String, Topic>,
    last_reference: u64,
    next_heartbeat: Instant,
    /// Reference of the heartbeat that was not answered yet.
    unanswered: Option<u64>,
    idle_since: Instant,
}

/// Connects, then obeys until the connection is lost or nobody commands any more.
pub(super) async fn run(
    id: ConnectionId,
    url: String,
    config: RealtimeConfig,
    mut commands: Commands,
    reports: Reports,
) {
    let loss = match timeout(config.connect_timeout, connect(url)).await {
        Err(_) => Loss::Silent,
        Ok(Err(loss)) => loss,
        Ok(Ok(socket)) => {
            let connection = Connection {
                id,
                socket,
                reports: reports.clone(),
                topics: HashMap::new(),
                last_reference: 0,
                next_heartbeat: Instant::now() + config.heartbeat,
                unanswered: None,
                idle_since: Instant::now(),
                config: &config,
            };
            connection.serve(&mut commands).await
        }
    };
    // Nobody is there any more while the service stops.
    let _stopping = reports.send((id, Report::Lost(loss))).await;
}

async fn connect(url: impl IntoClientRequest + Unpin) -> Result<Socket, Loss> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(LARGEST_MESSAGE))
        .max_frame_size(Some(LARGEST_MESSAGE));
    match connect_async_with_config(url, Some(config), true).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(response)) => Err(Loss::of_status(response.status().as_u16())),
        Err(_) => Err(Loss::Unreachable),
    }
}

impl Connection<'_> {
    async fn serve(mut self, commands: &mut Commands) -> Loss {
        self.report(Report::Opened).await;
        loop {
            let step = tokio::select! {
                command = commands.recv() => match command {
                    Some(Command::Close) => Err(Loss::Expired),
                    Some(command) => self.obey(command).await,
                    None => Err(Loss::Idle),
                },
                message = self.socket.next() => self.hear(message).await,
                () = sleep_until(self.next_heartbeat) => self.beat().await,
                session_id = overdue(&self.topics) => self.give_up(session_id).await,
                () = idle(self.topics.is_empty(), self.idle_since) => Err(Loss::Idle),
            };
            if let Err(loss) = step {
                let _closed = timeout(Duration::from_secs(1), self.socket.close(None)).await;
                return loss;
            }
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), Loss> {
        match command {
            Command::Join {
                session_id,
                listener,
            } => self.join(session_id, &listener).await,
            Command::Leave { session_id } => match self.forget(session_id) {
                Some((name, join)) => {
                    let reference = self.next_reference();
                    self.send(frame::leave(&name, reference, join)).await
                }
                None => Ok(()),
            },
            Command::Renew {
                session_id,
                access_token,
            } => match self.joined(session_id) {
                Some((name, join)) => {
                    let reference = self.next_reference();
                    let text = frame::access_token(&name, &access_token, reference, join);
                    self.send(text).await
                }
                None => Ok(()),
            },
            Command::Close => Err(Loss::Expired),
        }
    }

    async fn join(&mut self, session_id: Uuid, listener: &Listener) -> Result<(), Loss> {
        let reference = self.next_reference();
        let name = topic::of(session_id, listener);
        let text = frame::join(&name, listener.access_token().map(AsRef::as_ref), reference);
        let topic = Topic {
            session_id,
            join: reference,
            answer_due: Some(Instant::now() + self.config.join_timeout),
            failing: None,
        };
        self.topics.insert(name, topic);
        self.send(text).await
    }

    fn joined(&self, session_id: Uuid) -> Option<(String, u64)> {
        let mut topics = self.topics.iter();
        topics
            .find(|(_, topic)| topic.session_id == session_id)
            .map(|(name, topic)| (name.clone(), topic.join))
    }

    fn forget(&mut self, session_id: Uuid) -> Option<(String, u64)> {
        let (name, join) = self.joined(session_id)?;
        self.remove(&name);
        Some((name, join))
    }

    fn remove(&mut self, name: &str) -> Option<Topic> {
        let topic = self.topics.remove(name);
        self.idle_since = Instant::now();
        topic
    }

    /// A join that was not answered in time: the answer will be too late.
    async fn give_up(&mut self, session_id: Uuid) -> Result<(), Loss> {
        if let Some((name, join)) = self.forget(session_id) {
            let reference = self.next_reference();
            self.send(frame::leave(&name, reference, join)).await?;
            let refusal = Refusal::Other("timeout".to_owned());
            self.report(Report::Refused(session_id, refusal)).await;
        }
        Ok(())
    }

    async fn beat(&mut self) -> Result<(), Loss> {
        if self.unanswered.is_some() {
            return Err(Loss::Silent);
        }
        self.next_heartbeat = Instant::now() + self.config.heartbeat;
        let reference = self.next_reference();
        self.unanswered = Some(reference);
        self.send(frame::heartbeat(reference)).await
    }

    async fn hear(&mut self, message: Option<tungstenite::Result<Message>>) -> Result<(), Loss> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(_))) | None => return Err(Loss::Closed),
            // Pings are answered by the socket; this version of the protocol has no binary frames.
            Some(Ok(_)) => return Ok(()),
            Some(Err(
                tungstenite::Error::Capacity(_)
                | tungstenite::Error::Protocol(_)
                | tungstenite::Error::Utf8(_),
            )) => return Err(Loss::Protocol),
            Some(Err(_)) => return Err(Loss::Closed),
        };
        match frame::read(&text) {
            Incoming::Reply { reference, result } => self.answered(reference, result).await,
            Incoming::Changed { topic, version } => {
                self.report_of(&topic, |id| Report::Changed(id, version))
                    .await;
            }
            Incoming::Deleted { topic } => self.report_of(&topic, Report::Deleted).await,
            Incoming::Ready { topic } => self.report_of(&topic, Report::Ready).await,
            Incoming::Failing { topic, message } => {
                if let Some(topic) = self.topics.get_mut(&topic) {
                    topic.failing = Some(Refusal::of_closing(&message));
                }
            }
            Incoming::Closed { topic, join } => self.closed(&topic, join).await,
            Incoming::Other => metrics::counter!("realtime_frames_ignored_total").increment(1),
        }
        Ok(())
    }

    /// A late answer, to what nobody waits for any more, is none.
    async fn answered(&mut self, reference: u64, result: Result<(), String>) {
        if self.unanswered == Some(reference) {
            self.unanswered = None;
            return self.report(Report::Steady).await;
        }
        let name = self
            .topics
            .iter()
            .find(|(_, topic)| topic.join == reference && topic.answer_due.is_some())
            .map(|(name, _)| name.clone());
        let Some(name) = name else { return };
        match result {
            Ok(()) => {
                if let Some(topic) = self.topics.get_mut(&name) {
                    topic.answer_due = None;
                    let report = Report::Joined(topic.session_id);
                    self.report(report).await;
                }
            }
            Err(reason) => {
                if let Some(topic) = self.remove(&name) {
                    let refusal = Refusal::of_join(&reason);
                    self.report(Report::Refused(topic.session_id, refusal))
                        .await;
                }
            }
        }
    }

    /// `join`: of the join that is over, which may be an earlier one.
    async fn closed(&mut self, name: &str, join: Option<u64>) {
        let is_this = |topic: &Topic| join.is_none_or(|join| join == topic.join);
        if !self.topics.get(name).is_some_and(is_this) {
            return;
        }
        if let Some(topic) = self.remove(name) {
            let unknown = || Refusal::Other("closed".to_owned());
            let refusal = topic.failing.unwrap_or_else(unknown);
            let report = match topic.answer_due {
                Some(_) => Report::Refused(topic.session_id, refusal),
                None => Report::Closed(topic.session_id, refusal),
            };
            self.report(report).await;
        }
    }

    async fn report_of(&self, name: &str, report: impl FnOnce(Uuid) -> Report) {
        if let Some(topic) = self.topics.get(name) {
            self.report(report(topic.session_id)).await;
        }
    }

    /// Waits while the hub has much to do, so that the socket is not read faster than messages are passed on.
    async fn report(&self, report: Report) {
        let _stopping = self.reports.send((self.id, report)).await;
    }

    async fn send(&mut self, text: String) -> Result<(), Loss> {
        match timeout(SEND_TIMEOUT, self.socket.send(Message::text(text))).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Loss::Closed),
            Err(_) => Err(Loss::Silent),
        }
    }

    fn next_reference(&mut self) -> u64 {
        self.last_reference += 1;
        self.last_reference
    }
}

/// The session whose join was not answered in time.
async fn overdue(topics: &HashMap<String, Topic>) -> Uuid {
    let next = topics
        .values()
        .filter_map(|topic| Some((topic.answer_due?, topic.session_id)))
        .min();
    match next {
        Some((due, session_id)) => {
            sleep_until(due).await;
            session_id
        }
        None => pending().await,
    }
}

async fn idle(is_empty: bool, since: Instant) {
    if is_empty {
        sleep_until(since + IDLE).await;
    } else {
        pending::<()>().await;
    }
}
