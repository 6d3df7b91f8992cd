//! Who is heard over which connection, and what becomes of those who can't be.
//!
//! A channel is a session somebody listens to. Realtime lets a connection have a hundred and decides one join after the
//! other, so connections are opened as they are needed and joins are sent one at a time. The hub itself waits for
//! nothing: time is passed in, connections are told by unbounded queues, and whatever fails is tried again later.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use super::connection::{Command, ConnectionId, Report};
use super::refusal::{Loss, Refusal};
use super::warnings::Warnings;
use crate::config::RealtimeConfig;
use crate::events::{Events, Listener, Wish};

/// Supabase's limit of channels per connection, on every plan.
const MAX_CHANNELS: usize = 100;
/// Between two joins of this process: a free project takes a hundred a second from everybody.
const JOIN_PACE: Duration = Duration::from_millis(40);
const SLOWEST_JOIN_PACE: Duration = Duration::from_secs(1);
/// The longest wait before a connection is tried again.
const LONGEST_RECONNECT: Duration = Duration::from_secs(60);
/// The same for a join.
const LONGEST_REJOIN: Duration = Duration::from_secs(600);
/// A refusal by the database's policies stays one for a while, and delays its connection by some seconds.
const FORBIDDEN_PAUSE: Duration = Duration::from_secs(30);
/// A connection's own rights do not run out sooner.
const OLD: Duration = Duration::from_secs(60);

/// Opens a connection: it takes commands from now on.
pub(super) type Open = Box<dyn FnMut(ConnectionId) -> mpsc::UnboundedSender<Command> + Send>;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Place {
    /// To be joined from then on.
    Due(Instant),
    /// Not to be joined before somebody brings a newer token.
    Parked,
    Joining(ConnectionId),
    /// Joined. Counts as live from then on, even if Realtime does not say that messages come: old versions never do.
    Joined(ConnectionId, Instant),
    /// Messages come.
    Live(ConnectionId),
}

impl Place {
    fn connection(self) -> Option<ConnectionId> {
        match self {
            Self::Joining(id) | Self::Joined(id, _) | Self::Live(id) => Some(id),
            Self::Due(_) | Self::Parked => None,
        }
    }
}

struct Channel {
    listener: Listener,
    place: Place,
    /// In a row.
    failures: u32,
}

struct Connection {
    commands: mpsc::UnboundedSender<Command>,
    sessions: HashSet<Uuid>,
    opened_at: Instant,
    /// Nothing can be joined now: it is being opened, or a join is under way.
    is_busy: bool,
    /// It was refused another channel, and none was left since.
    is_full: bool,
}

pub(super) struct Hub {
    events: Arc<Events>,
    config: RealtimeConfig,
    open: Open,
    channels: HashMap<Uuid, Channel>,
    /// From when on which channels are to be joined.
    to_join: BTreeSet<(Instant, Uuid)>,
    /// From when on which channels count as live.
    settling: BTreeSet<(Instant, Uuid)>,
    connections: HashMap<ConnectionId, Connection>,
    last_connection: ConnectionId,
    join_pace: Duration,
    next_join: Instant,
    next_connect: Instant,
    /// Connections lost in a row, none of which stood long.
    losses: u32,
    live: u32,
    warnings: Warnings,
}

impl Hub {
    pub(super) fn new(
        events: Arc<Events>,
        config: RealtimeConfig,
        open: Open,
        now: Instant,
    ) -> Self {
        Self {
            events,
            config,
            open,
            channels: HashMap::new(),
            to_join: BTreeSet::new(),
            settling: BTreeSet::new(),
            connections: HashMap::new(),
            last_connection: 0,
            join_pace: JOIN_PACE,
            next_join: now,
            next_connect: now,
            losses: 0,
            live: 0,
            warnings: Warnings::default(),
        }
    }

    pub(super) fn grant(&mut self, wish: Wish, now: Instant) {
        match wish {
            Wish::Listen {
                session_id,
                listener,
            } => self.listen(session_id, listener, now),
            Wish::Leave { session_id } => self.leave(session_id),
        }
    }

    fn listen(&mut self, session_id: Uuid, listener: Listener, now: Instant) {
        let held = self.channels.get(&session_id);
        if held.is_some_and(|held| !held.listener.is_kind_of(&listener)) {
            // A guest's session has become a user's.
            self.leave(session_id);
        }
        let Some(channel) = self.channels.get_mut(&session_id) else {
            let channel = Channel {
                listener,
                place: Place::Parked,
                failures: 0,
            };
            self.channels.insert(session_id, channel);
            return self.put(session_id, Place::Due(now));
        };
        if !listener.outlasts(&channel.listener) {
            return;
        }
        channel.listener = listener;
        let token = channel.listener.access_token().cloned();
        match (channel.place, token) {
            (Place::Parked, _) => self.put(session_id, Place::Due(now)),
            (Place::Joining(id) | Place::Joined(id, _) | Place::Live(id), Some(access_token)) => {
                self.tell(
                    id,
                    Command::Renew {
                        session_id,
                        access_token,
                    },
                );
            }
            _ => {}
        }
    }

    fn leave(&mut self, session_id: Uuid) {
        let Some(channel) = self.channels.get(&session_id) else {
            return;
        };
        let place = channel.place;
        self.put(session_id, Place::Parked);
        self.channels.remove(&session_id);
        if let Some(id) = place.connection() {
            self.release(id, session_id, place);
            self.tell(id, Command::Leave { session_id });
        }
    }

    /// A connection has one channel less.
    fn release(&mut self, id: ConnectionId, session_id: Uuid, place: Place) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.sessions.remove(&session_id);
            connection.is_full = false;
            if matches!(place, Place::Joining(_)) {
                connection.is_busy = false;
            }
        }
    }

    fn tell(&self, id: ConnectionId, command: Command) {
        if let Some(connection) = self.connections.get(&id) {
            // One that has ended reports its loss, and everything is done anew.
            let _ended = connection.commands.send(command);
        }
    }

    /// The only way from place to place.
    fn put(&mut self, session_id: Uuid, place: Place) {
        let Some(channel) = self.channels.get_mut(&session_id) else {
            return;
        };
        let before = std::mem::replace(&mut channel.place, place);
        match before {
            Place::Due(at) => {
                self.to_join.remove(&(at, session_id));
            }
            Place::Joined(_, at) => {
                self.settling.remove(&(at, session_id));
            }
            Place::Parked | Place::Joining(_) | Place::Live(_) => {}
        }
        match place {
            Place::Due(at) => {
                self.to_join.insert((at, session_id));
            }
            Place::Joined(_, at) => {
                self.settling.insert((at, session_id));
            }
            Place::Parked | Place::Joining(_) | Place::Live(_) => {}
        }
        if before.connection().is_some() && place.connection().is_none() {
            self.events.silent(session_id);
        }
        let live = |place| u32::from(matches!(place, Place::Live(_)));
        if live(place) > live(before) {
            self.events.live(session_id);
        }
        self.live = self.live + live(place) - live(before);
        metrics::gauge!("realtime_channels").set(f64::from(self.live));
    }

    pub(super) fn hear(&mut self, id: ConnectionId, report: Report, now: Instant) {
        match report {
            Report::Opened => self.opened(id, now),
            Report::Steady => self.losses = 0,
            Report::Joined(session) => self.joined(id, session, now),
            Report::Ready(session) => self.ready(id, session),
            Report::Refused(session, refusal) => self.refused(id, session, &refusal, now),
            Report::Closed(session, refusal) => self.refused(id, session, &refusal, now),
            Report::Changed(session, version) if self.is_at(session, id) => {
                metrics::counter!("realtime_messages_total").increment(1);
                self.events.hear(session, version);
            }
            Report::Deleted(session) if self.is_at(session, id) => {
                metrics::counter!("realtime_messages_total").increment(1);
                self.events.ask(session);
            }
            Report::Changed(..) | Report::Deleted(_) => {}
            Report::Lost(loss) => self.lost(id, &loss, now),
        }
    }

    fn place(&self, session_id: Uuid) -> Option<Place> {
        self.channels.get(&session_id).map(|channel| channel.place)
    }

    fn is_at(&self, session_id: Uuid, id: ConnectionId) -> bool {
        self.place(session_id).and_then(Place::connection) == Some(id)
    }

    fn opened(&mut self, id: ConnectionId, now: Instant) {
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.is_busy = false;
            connection.opened_at = now;
        }
        if self.losses > 0 {
            metrics::counter!("realtime_reconnects_total").increment(1);
        }
    }

    fn joined(&mut self, id: ConnectionId, session_id: Uuid, now: Instant) {
        if self.place(session_id) != Some(Place::Joining(id)) {
            return;
        }
        count_join("ok");
        if let Some(connection) = self.connections.get_mut(&id) {
            connection.is_busy = false;
        }
        if let Some(channel) = self.channels.get_mut(&session_id) {
            channel.failures = 0;
        }
        self.warnings.back();
        self.join_pace = JOIN_PACE.max(self.join_pace - self.join_pace / 16);
        let live_from = now + self.config.ready_wait;
        self.put(session_id, Place::Joined(id, live_from));
    }

    fn ready(&mut self, id: ConnectionId, session_id: Uuid) {
        match self.place(session_id) {
            Some(Place::Joined(at, _)) if at == id => self.put(session_id, Place::Live(id)),
            // It was taken for live too early: what was sent before did not come.
            Some(Place::Live(at)) if at == id => self.events.ask(session_id),
            _ => {}
        }
    }

    fn refused(&mut self, id: ConnectionId, session_id: Uuid, refusal: &Refusal, now: Instant) {
        let Some(place) = self
            .place(session_id)
            .filter(|_| self.is_at(session_id, id))
        else {
            return;
        };
        if matches!(place, Place::Joining(_)) {
            count_join(refusal.code());
        }
        self.release(id, session_id, place);
        let connection = self.connections.get_mut(&id);
        if let (Refusal::Full, Some(connection)) = (refusal, connection)
            && !connection.sessions.is_empty()
        {
            connection.is_full = true;
            return self.put(session_id, Place::Due(now));
        }
        if *refusal == Refusal::TooFast {
            self.join_pace = (self.join_pace * 2).min(SLOWEST_JOIN_PACE);
        }
        let is_old = self.is_old(id, now);
        let Some(channel) = self.channels.get_mut(&session_id) else {
            return;
        };
        channel.failures = channel.failures.saturating_add(1);
        if *refusal == Refusal::Token {
            match &channel.listener {
                // Whoever listens on brings a newer one.
                Listener::User { expires_at, .. } => {
                    if *expires_at > Timestamp::now() {
                        self.warnings.refused(refusal, now);
                    }
                    return self.put(session_id, Place::Parked);
                }
                // The API key stands for a token that a new connection gets anew.
                Listener::Guest if is_old => self.tell(id, Command::Close),
                Listener::Guest => self.warnings.refused(refusal, now),
            }
        } else {
            self.warnings.refused(refusal, now);
        }
        let pause = self.pause(session_id, refusal);
        self.put(session_id, Place::Due(now + pause));
    }

    fn is_old(&self, id: ConnectionId, now: Instant) -> bool {
        let connection = self.connections.get(&id);
        connection.is_some_and(|connection| now > connection.opened_at + OLD)
    }

    fn pause(&self, session_id: Uuid, refusal: &Refusal) -> Duration {
        let failures = self.channels.get(&session_id).map_or(0, |c| c.failures);
        let first = match refusal {
            Refusal::Forbidden => FORBIDDEN_PAUSE,
            _ => self.config.first_retry,
        };
        backoff(first, failures, LONGEST_REJOIN)
    }

    fn lost(&mut self, id: ConnectionId, loss: &Loss, now: Instant) {
        let Some(connection) = self.connections.remove(&id) else {
            return;
        };
        self.set_connections();
        if *loss != Loss::Idle {
            self.losses = self.losses.saturating_add(1);
            self.next_connect =
                now + backoff(self.config.first_retry, self.losses, LONGEST_RECONNECT);
            self.warnings.lost(loss, self.losses, now);
        }
        for session_id in connection.sessions {
            self.put(session_id, Place::Due(now));
        }
    }

    fn set_connections(&self) {
        let open = u32::try_from(self.connections.len()).unwrap_or(u32::MAX);
        metrics::gauge!("realtime_connections").set(f64::from(open));
    }

    /// Does what is due, and returns when something will be; `None` when only a wish or a report changes anything.
    pub(super) fn advance(&mut self, now: Instant) -> Option<Instant> {
        while let Some((_, session_id)) = first_until(&self.settling, now) {
            match self.place(session_id).and_then(Place::connection) {
                Some(id) => self.put(session_id, Place::Live(id)),
                None => self.put(session_id, Place::Due(now)),
            }
        }
        let next_live = self.settling.first().map(|(at, _)| *at);
        let next_join = self.join_those_due(now);
        [next_live, next_join].into_iter().flatten().min()
    }

    fn join_those_due(&mut self, now: Instant) -> Option<Instant> {
        while let Some((_, session_id)) = first_until(&self.to_join, now) {
            match self.try_join(session_id, now) {
                Attempt::Sent => {}
                Attempt::NotBefore(then) => return Some(then),
                Attempt::Busy => return None,
            }
        }
        self.to_join.first().map(|(at, _)| *at)
    }

    fn try_join(&mut self, session_id: Uuid, now: Instant) -> Attempt {
        if self.next_join > now {
            return Attempt::NotBefore(self.next_join);
        }
        let mut has_room = false;
        let free = self.connections.iter_mut().find(|(_, connection)| {
            let room = !connection.is_full && connection.sessions.len() < MAX_CHANNELS;
            has_room |= room;
            room && !connection.is_busy
        });
        if let Some((id, connection)) = free {
            let Some(channel) = self.channels.get(&session_id) else {
                return Attempt::Busy;
            };
            connection.is_busy = true;
            connection.sessions.insert(session_id);
            let command = Command::Join {
                session_id,
                listener: channel.listener.clone(),
            };
            // One that has ended reports its loss, and everything is done anew.
            let _ended = connection.commands.send(command);
            let id = *id;
            self.next_join = now + self.join_pace;
            self.put(session_id, Place::Joining(id));
            return Attempt::Sent;
        }
        if has_room {
            return Attempt::Busy;
        }
        if self.next_connect > now {
            return Attempt::NotBefore(self.next_connect);
        }
        self.last_connection += 1;
        let connection = Connection {
            commands: (self.open)(self.last_connection),
            sessions: HashSet::new(),
            opened_at: now,
            is_busy: true,
            is_full: false,
        };
        self.connections.insert(self.last_connection, connection);
        self.set_connections();
        Attempt::Busy
    }
}

enum Attempt {
    Sent,
    NotBefore(Instant),
    /// A report will tell when it can go on.
    Busy,
}

fn first_until(queue: &BTreeSet<(Instant, Uuid)>, now: Instant) -> Option<(Instant, Uuid)> {
    queue.first().copied().filter(|(at, _)| *at <= now)
}

fn count_join(outcome: &str) {
    metrics::counter!("realtime_joins_total", "outcome" => outcome.to_owned()).increment(1);
}

/// Exponential, half of it random so that those that failed together do not retry together.
fn backoff(first: Duration, failures: u32, longest: Duration) -> Duration {
    let factor = 2_u32.saturating_pow(failures.saturating_sub(1));
    let pause = first.saturating_mul(factor).min(longest);
    pause.mul_f64(0.5 + 0.5 * rand::random::<f64>())
}
