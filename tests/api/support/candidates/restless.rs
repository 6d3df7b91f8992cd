//! A candidate who presses buttons twice, hangs up, has two tabs open and never waits long.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::record::{Record, Sent, Told, identity};
use super::{Failure, Person, follow};
use crate::support::Answer;

/// Messages after which a candidate begins another interview.
const MESSAGES: std::ops::Range<usize> = 15..40;
/// Longer than [`MESSAGES`], so that the interviewer closes none.
const QUESTIONS: usize = 100;

/// Another instance may answer a read from memory for a second (`CACHE_MAX_STALENESS`), and needs a moment itself.
const STALENESS: Duration = Duration::from_secs(3);

/// Counts over all candidates.
#[derive(Default)]
pub(super) struct Counters {
    /// Numbers messages, so that each is recognised.
    messages: AtomicUsize,
    pub acknowledged: AtomicUsize,
}

pub(super) struct Restless {
    pub person: Person,
    pub rng: StdRng,
    /// Reads the event stream as well.
    pub follows: bool,
    pub counters: Arc<Counters>,
}

/// How a message is sent.
#[derive(Clone, Copy)]
enum Habit {
    Plainly,
    /// At two instances at once.
    Twice,
    /// The connection is given up before the answer, and the message sent again.
    HangUp,
    /// The first tab's message is left for another tab's, and then sent again.
    Overtake,
    /// The instance was told to forget the session.
    Forgotten,
}

const HABITS: [(Habit, u32); 5] = [
    (Habit::Plainly, 60),
    (Habit::Twice, 12),
    (Habit::HangUp, 14),
    (Habit::Overtake, 6),
    (Habit::Forgotten, 8),
];

impl Restless {
    /// Interviews until `stop`; then every message is brought to its end.
    ///
    /// Returns what was sent and told, and why no other session could be begun, if it ended so.
    pub(super) async fn run(mut self, stop: CancellationToken) -> (Vec<Record>, Vec<String>) {
        let (mut records, mut refused) = (Vec::new(), Vec::new());
        while !stop.is_cancelled() {
            match self
                .person
                .begin(&json!({"target_question_count": QUESTIONS}))
                .await
            {
                Ok((session, _)) => records.push(self.interview(session, &stop).await),
                Err(last) => {
                    refused.push(format!("no session: {last}"));
                    break;
                }
            }
        }
        tokio::time::sleep(STALENESS).await;
        for record in &mut records {
            record.history = self.history(record.session).await;
        }
        (records, refused)
    }

    async fn interview(&mut self, session: Uuid, stop: &CancellationToken) -> Record {
        let (events, mut shown) = tokio::sync::mpsc::unbounded_channel();
        let follower = self.follows.then(|| {
            let person = self.person.clone();
            tokio::spawn(follow(person, session, move |turn| {
                // Nobody reads any more when the interview is over.
                let _over = events.send((turn.turn_id, turn.reply));
            }))
        });
        let mut sent = Vec::new();
        for _ in 0..self.rng.random_range(MESSAGES) {
            if stop.is_cancelled() {
                break;
            }
            self.say(session, &mut sent).await;
        }
        if let Some(follower) = follower {
            follower.abort();
        }
        let mut record = Record {
            session,
            sent,
            shown: Vec::new(),
            history: None,
        };
        while let Ok(turn) = shown.try_recv() {
            record.shown.push(turn);
        }
        record
    }

    /// Sends a message, or two, until what became of them is known.
    async fn say(&mut self, session: Uuid, sent: &mut Vec<Sent>) {
        let mut message = self.next_message();
        match self.habit() {
            Habit::Plainly => self.settle(session, &mut message).await,
            Habit::Twice => {
                let again = self.settled(session, &message);
                let (one, other) = tokio::join!(self.settled(session, &message), again);
                message.told.extend([one, other]);
            }
            Habit::HangUp => {
                self.hang_up(session, &mut message).await;
                self.settle(session, &mut message).await;
            }
            Habit::Overtake => {
                self.hang_up(session, &mut message).await;
                let mut later = self.next_message();
                self.settle(session, &mut later).await;
                self.settle(session, &mut message).await;
                self.count(&later);
                sent.push(later);
            }
            Habit::Forgotten => {
                let forget =
                    self.person
                        .request(reqwest::Method::POST, "/agent/cleanup", Some(session));
                self.person
                    .ask_once(forget.json(&json!({})), Duration::from_secs(1))
                    .await;
                self.settle(session, &mut message).await;
            }
        }
        self.count(&message);
        sent.push(message);
    }

    fn next_message(&self) -> Sent {
        Sent::new(self.counters.messages.fetch_add(1, Ordering::Relaxed))
    }

    fn count(&self, message: &Sent) {
        if message.acknowledged().is_some() {
            self.counters.acknowledged.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn habit(&mut self) -> Habit {
        let all: u32 = HABITS.iter().map(|(_, weight)| weight).sum();
        let mut drawn = self.rng.random_range(0..all);
        for (habit, weight) in HABITS {
            if drawn < weight {
                return habit;
            }
            drawn -= weight;
        }
        unreachable!("less than all weights")
    }

    async fn settle(&self, session: Uuid, message: &mut Sent) {
        let told = self.settled(session, message).await;
        message.told.push(told);
    }

    async fn settled(&self, session: Uuid, message: &Sent) -> Told {
        let answer = self
            .person
            .ask(|| self.person.message(session, &message.key, &message.message))
            .await;
        match answer {
            Ok(answer) => told(&answer),
            Err(last) => Told::Unexpected(format!("no end: {last}")),
        }
    }

    /// Sends once and gives up within moments; an answer that came in time counts.
    async fn hang_up(&mut self, session: Uuid, message: &mut Sent) {
        let patience = Duration::from_millis(self.rng.random_range(1..60));
        let request = self.person.message(session, &message.key, &message.message);
        let answer = self.person.ask_once(request, patience).await;
        // Anything else is asked about again.
        let reply = answer.filter(|answer| answer.status == 200);
        message.told.extend(reply.as_ref().map(told));
    }

    async fn history(&self, session: Uuid) -> Option<Vec<Value>> {
        let answer = self.person.read("/agent/history", session).await.ok()?;
        let entries = answer.body["history"].as_array()?.iter();
        let entries = entries.map(|entry| match entry["role"].as_str() {
            Some("user") => entry["content"].clone(),
            _ => identity(entry),
        });
        Some(entries.collect())
    }
}

fn told(answer: &Answer) -> Told {
    match (answer.status.as_u16(), answer.code()) {
        (200, _) => Told::Reply {
            reply: identity(&answer.body),
            at: Instant::now(),
        },
        (409, "turn_superseded") => Told::Superseded,
        _ => Told::Unexpected(Failure::of(Some(answer)).to_string()),
    }
}
