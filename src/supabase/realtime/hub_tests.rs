//! The hub with connections that the test plays.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::{Timestamp, ToSpan as _};
use tokio::sync::mpsc;
use tokio::time::Instant;
use uuid::Uuid;

use super::connection::{Command, ConnectionId, Report};
use super::hub::Hub;
use super::refusal::{Loss, Refusal};
use crate::config::RealtimeConfig;
use crate::events::{Events, Listener, Wish};

type Opened = Arc<Mutex<HashMap<ConnectionId, mpsc::UnboundedReceiver<Command>>>>;

struct Play {
    hub: Hub,
    opened: Opened,
    now: Instant,
}

fn user(hours: i64) -> Listener {
    Listener::User {
        access_token: format!("token-{hours}").into(),
        expires_at: Timestamp::now() + hours.hours(),
    }
}

impl Play {
    fn new() -> Self {
        let config = RealtimeConfig {
            connect_timeout: Duration::from_secs(10),
            heartbeat: Duration::from_secs(25),
            join_timeout: Duration::from_secs(15),
            ready_wait: Duration::from_secs(5),
            first_retry: Duration::from_secs(1),
        };
        let opened = Opened::default();
        let connections = Arc::clone(&opened);
        let open = Box::new(move |id| {
            let (sender, receiver) = mpsc::unbounded_channel();
            connections.lock().expect("no panic").insert(id, receiver);
            sender
        });
        let events = Arc::new(Events::new(Some(Duration::from_secs(2))));
        let now = Instant::now();
        Self {
            hub: Hub::new(events, config, open, now),
            opened,
            now,
        }
    }

    fn listen(&mut self, listener: Listener) -> Uuid {
        let session_id = Uuid::new_v4();
        self.listens(session_id, listener);
        session_id
    }

    fn listens(&mut self, session_id: Uuid, listener: Listener) {
        let wish = Wish::Listen {
            session_id,
            listener,
        };
        self.hub.grant(wish, self.now);
    }

    fn hears(&mut self, id: ConnectionId, report: Report) {
        self.hub.hear(id, report, self.now);
    }

    /// Lets time pass until nothing is due any more, but no longer than so many seconds.
    fn passes(&mut self, seconds: u64) {
        let end = self.now + Duration::from_secs(seconds);
        while let Some(next) = self.hub.advance(self.now).filter(|next| *next <= end) {
            assert!(next > self.now, "it does not turn on the spot");
            self.now = next;
        }
        self.now = end;
        self.hub.advance(self.now);
    }

    /// How many were opened so far: their ids count up.
    fn connections(&self) -> ConnectionId {
        let opened = self.opened.lock().expect("no panic");
        opened.keys().copied().max().unwrap_or_default()
    }

    /// The next command, by what it is and whom it is about.
    fn told(&self, id: ConnectionId) -> Option<(&'static str, Uuid)> {
        let mut opened = self.opened.lock().expect("no panic");
        let command = opened.get_mut(&id)?.try_recv().ok()?;
        Some(match command {
            Command::Join { session_id, .. } => ("join", session_id),
            Command::Leave { session_id } => ("leave", session_id),
            Command::Renew { session_id, .. } => ("renew", session_id),
            Command::Close => ("close", Uuid::nil()),
        })
    }

    /// Accepts every join over the connection until none comes any more; how many.
    fn accept_all(&mut self, id: ConnectionId) -> usize {
        let mut joined = 0;
        loop {
            self.passes(1);
            let Some((what, session)) = self.told(id) else {
                return joined;
            };
            assert_eq!(what, "join");
            self.hears(id, Report::Joined(session));
            self.hears(id, Report::Ready(session));
            joined += 1;
        }
    }
}

#[test]
fn nothing_is_opened_for_nobody_and_one_joins_after_the_other() {
    let mut play = Play::new();
    play.passes(60);
    assert_eq!(play.connections(), 0);
    let first = play.listen(user(1));
    let second = play.listen(Listener::Guest);
    play.passes(1);
    assert_eq!((play.connections(), play.told(1)), (1, None), "it opens");
    play.hears(1, Report::Opened);
    play.passes(1);
    let Some(("join", joining)) = play.told(1) else {
        panic!("a join");
    };
    assert!([first, second].contains(&joining));
    play.passes(60);
    assert_eq!(play.told(1), None, "the other waits for the answer");
    play.hears(1, Report::Joined(joining));
    play.passes(1);
    let other = if joining == first { second } else { first };
    assert_eq!(play.told(1), Some(("join", other)));
}

#[test]
fn a_connection_has_a_hundred_channels_and_the_next_has_the_rest() {
    let mut play = Play::new();
    let sessions: Vec<Uuid> = (0..150).map(|_| play.listen(user(1))).collect();
    play.passes(1);
    play.hears(1, Report::Opened);
    assert_eq!(play.accept_all(1), 100);
    assert_eq!(play.connections(), 2);
    play.hears(2, Report::Opened);
    assert_eq!(play.accept_all(2), 50);
    for session_id in sessions {
        play.hub.grant(Wish::Leave { session_id }, play.now);
    }
    play.passes(60);
    for (id, count) in [(1, 100), (2, 50)] {
        let told = std::iter::from_fn(|| play.told(id));
        assert_eq!(told.filter(|(what, _)| *what == "leave").count(), count);
    }
}

#[test]
fn where_a_project_allows_fewer_channels_another_connection_takes_them() {
    let mut play = Play::new();
    for _ in 0..3 {
        play.listen(user(1));
    }
    play.passes(1);
    play.hears(1, Report::Opened);
    for _ in 0..2 {
        play.passes(1);
        let (_, session) = play.told(1).expect("a join");
        play.hears(1, Report::Joined(session));
    }
    play.passes(1);
    let (_, third) = play.told(1).expect("a join");
    play.hears(1, Report::Refused(third, Refusal::Full));
    play.passes(1);
    assert_eq!(play.connections(), 2);
    play.hears(2, Report::Opened);
    play.passes(1);
    assert_eq!(play.told(2), Some(("join", third)));
    // A project that allows none is not asked by ever more connections.
    play.hears(2, Report::Refused(third, Refusal::Full));
    play.passes(0);
    assert_eq!((play.connections(), play.told(2)), (2, None));
}

#[test]
fn a_newer_token_is_passed_on_and_an_older_is_not() {
    let mut play = Play::new();
    let session = play.listen(user(2));
    play.passes(1);
    play.hears(1, Report::Opened);
    play.accept_all(1);
    play.listens(session, user(1));
    assert_eq!(play.told(1), None);
    play.listens(session, user(3));
    assert_eq!(play.told(1), Some(("renew", session)));
}

#[test]
fn a_token_whose_time_is_over_is_not_tried_again() {
    let mut play = Play::new();
    let session = play.listen(user(1));
    play.passes(1);
    play.hears(1, Report::Opened);
    play.accept_all(1);
    play.hears(1, Report::Closed(session, Refusal::Token));
    play.passes(3_600);
    assert_eq!(play.told(1), None);
    play.listens(session, user(2));
    play.passes(1);
    assert_eq!(play.told(1), Some(("join", session)));
}

#[test]
fn a_guests_rights_run_out_with_the_connection_and_come_back_with_the_next() {
    let mut play = Play::new();
    let session = play.listen(Listener::Guest);
    play.passes(1);
    play.hears(1, Report::Opened);
    play.accept_all(1);
    play.passes(3_600);
    play.hears(1, Report::Closed(session, Refusal::Token));
    assert_eq!(play.told(1), Some(("close", Uuid::nil())));
    play.hears(1, Report::Lost(Loss::Expired));
    play.passes(10);
    play.hears(2, Report::Opened);
    assert_eq!(play.accept_all(2), 1);
}

#[test]
fn a_refused_channel_is_tried_again_ever_more_rarely() {
    let mut play = Play::new();
    let session = play.listen(user(10));
    play.passes(1);
    play.hears(1, Report::Opened);
    let mut tries = 0;
    for _ in 0..3_600 {
        play.passes(1);
        if let Some((what, id)) = play.told(1) {
            assert_eq!((what, id), ("join", session));
            play.hears(1, Report::Refused(session, Refusal::Forbidden));
            tries += 1;
        }
    }
    assert!((4..=20).contains(&tries), "{tries}");
}

#[test]
fn what_a_lost_connection_had_is_joined_over_the_next_after_a_pause() {
    let mut play = Play::new();
    for _ in 0..3 {
        play.listen(user(1));
    }
    play.passes(1);
    play.hears(1, Report::Opened);
    assert_eq!(play.accept_all(1), 3);
    play.hears(1, Report::Lost(Loss::Silent));
    play.passes(0);
    assert_eq!(play.connections(), 1, "not at once");
    for lost in 2..12 {
        play.passes(60);
        assert_eq!(play.connections(), lost);
        play.hears(lost, Report::Lost(Loss::Unreachable));
    }
    play.passes(60);
    play.hears(12, Report::Opened);
    assert_eq!(play.accept_all(12), 3);
    // Whatever an old connection still says counts no more.
    play.hears(1, Report::Lost(Loss::Closed));
    play.passes(60);
    assert_eq!((play.connections(), play.told(12)), (12, None));
}

#[test]
fn too_many_joins_a_second_slow_the_next_ones_down() {
    let mut play = Play::new();
    for _ in 0..40 {
        play.listen(user(1));
    }
    play.passes(1);
    play.hears(1, Report::Opened);
    for _ in 0..8 {
        play.passes(60);
        let (_, session) = play.told(1).expect("a join");
        play.hears(1, Report::Refused(session, Refusal::TooFast));
    }
    for _ in 0..2 {
        play.passes(2);
        let (_, session) = play.told(1).expect("a join");
        play.hears(1, Report::Joined(session));
    }
    play.hub.advance(play.now);
    let (_, session) = play.told(1).expect("a join, just now");
    play.hears(1, Report::Joined(session));
    play.now += Duration::from_millis(500);
    play.hub.advance(play.now);
    assert_eq!(play.told(1), None, "slower than usual");
    play.now += Duration::from_millis(500);
    play.hub.advance(play.now);
    assert!(play.told(1).is_some(), "but not slower than one a second");
}

#[test]
fn leaving_while_a_join_is_under_way_frees_the_connection() {
    let mut play = Play::new();
    let session = play.listen(user(1));
    play.passes(1);
    play.hears(1, Report::Opened);
    play.passes(1);
    assert_eq!(play.told(1), Some(("join", session)));
    play.hub.grant(
        Wish::Leave {
            session_id: session,
        },
        play.now,
    );
    assert_eq!(play.told(1), Some(("leave", session)));
    play.hears(1, Report::Joined(session));
    let other = play.listen(user(1));
    play.passes(1);
    assert_eq!(play.told(1), Some(("join", other)));
}

#[test]
fn a_guests_session_that_was_claimed_is_heard_as_its_users() {
    let mut play = Play::new();
    let session = play.listen(Listener::Guest);
    play.passes(1);
    play.hears(1, Report::Opened);
    play.accept_all(1);
    play.listens(session, user(1));
    assert_eq!(play.told(1), Some(("leave", session)));
    assert_eq!(play.accept_all(1), 1);
}
