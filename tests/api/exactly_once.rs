//! Exactly once, as a property: whatever three instances, their clients and SIGKILL do to each other,
//! every acknowledged message stands in the database once, in order, with the one reply its client was
//! told.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Client, ServiceProcess, TestApp, stack};

const INSTANCES: usize = 3;
const SESSIONS: usize = 2;
const SETTINGS: [(&str, &str); 2] = [
    ("TURN_LEASE_SECONDS", "1"),
    ("OFFLINE_REPLY_DELAY_MS", "40"),
];

#[derive(Clone, Debug)]
enum Step {
    /// A new message under a new key.
    Send {
        session: usize,
        instance: usize,
    },
    /// The newest message of a session again, under its key.
    Repeat {
        session: usize,
        instance: usize,
    },
    /// A new message whose client hangs up before the answer.
    HangUp {
        session: usize,
        instance: usize,
    },
    /// The instance forgets a session.
    Evict {
        session: usize,
        instance: usize,
    },
    /// The instance stands still past its leases.
    Freeze {
        instance: usize,
    },
    /// SIGKILL; a new instance takes the place.
    Kill {
        instance: usize,
    },
    Wait {
        millis: u64,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let place = (0..SESSIONS, 0..INSTANCES);
    prop_oneof![
        5 => place.clone().prop_map(|(session, instance)| Step::Send { session, instance }),
        4 => place.clone().prop_map(|(session, instance)| Step::Repeat { session, instance }),
        2 => place.clone().prop_map(|(session, instance)| Step::HangUp { session, instance }),
        2 => place.prop_map(|(session, instance)| Step::Evict { session, instance }),
        1 => (0..INSTANCES).prop_map(|instance| Step::Freeze { instance }),
        1 => (0..INSTANCES).prop_map(|instance| Step::Kill { instance }),
        3 => (1_u64..80).prop_map(|millis| Step::Wait { millis }),
    ]
}

#[derive(Debug)]
struct Told {
    reply: Value,
    answered: Instant,
}

#[derive(Clone)]
struct Sent {
    session: usize,
    key: String,
    message: String,
    /// When its client first sent it.
    first_asked: Instant,
}

/// What clients were told, by session and key.
#[derive(Default)]
struct Ledger {
    told: Mutex<HashMap<(usize, String), Vec<Told>>>,
}

/// Sends once; `true` when the message's fate is settled.
async fn attempt(client: &Client, session_id: Uuid, sent: &Sent, ledger: &Ledger) -> bool {
    let response = client
        .request(reqwest::Method::POST, "/agent/send_message")
        .header("x-session-id", session_id.to_string())
        .header("idempotency-key", &sent.key)
        .json(&json!({"message": sent.message}))
        .timeout(Duration::from_secs(20))
        .send()
        .await;
    let Ok(response) = response else { return false };
    let status = response.status().as_u16();
    let Ok(body) = response.json::<Value>().await else {
        return false;
    };
    match status {
        200 => {
            let mut told = ledger.told.lock().expect("no panic in a holder");
            let answered = Instant::now();
            let entry = told.entry((sent.session, sent.key.clone())).or_default();
            entry.push(Told {
                reply: body["content"].clone(),
                answered,
            });
            true
        }
        409 if body["code"] == "turn_superseded" => true,
        409 if body["code"] == "turn_in_progress" => false,
        502..=504 => false,
        _ => panic!("{status}: {body}"),
    }
}

struct World {
    services: Vec<ServiceProcess>,
    client: Client,
    sessions: Vec<Uuid>,
}

async fn run(world: &mut World, steps: &[Step]) {
    let ledger = Arc::new(Ledger::default());
    let mut sent: Vec<Sent> = Vec::new();
    let mut tasks = tokio::task::JoinSet::new();
    for step in steps {
        match step {
            Step::Send { session, instance } | Step::HangUp { session, instance } => {
                let number = sent.len();
                let new = Sent {
                    session: *session,
                    key: format!("key-{number}"),
                    message: format!("Message {number}: I led 5 people."),
                    first_asked: Instant::now(),
                };
                sent.push(new.clone());
                let client = world.client.at(&world.services[*instance].url);
                let (id, ledger) = (world.sessions[*session], Arc::clone(&ledger));
                let patience = match step {
                    Step::HangUp { .. } => Duration::from_millis(15),
                    _ => Duration::from_secs(30),
                };
                tasks.spawn(async move {
                    let once = attempt(&client, id, &new, &ledger);
                    let _settled = tokio::time::timeout(patience, once).await;
                });
            }
            Step::Repeat { session, instance } => {
                let Some(again) = sent.iter().rev().find(|s| s.session == *session).cloned() else {
                    continue;
                };
                let client = world.client.at(&world.services[*instance].url);
                let (id, ledger) = (world.sessions[*session], Arc::clone(&ledger));
                tasks.spawn(async move {
                    attempt(&client, id, &again, &ledger).await;
                });
            }
            Step::Evict { session, instance } => {
                let client = world.client.at(&world.services[*instance].url);
                client
                    .act("/agent/cleanup", world.sessions[*session], &json!({}))
                    .await;
            }
            Step::Freeze { instance } => {
                let pid = Pid::from_raw(world.services[*instance].pid().cast_signed());
                kill(pid, Signal::SIGSTOP).expect("it runs");
                tokio::time::sleep(Duration::from_millis(1_300)).await;
                kill(pid, Signal::SIGCONT).expect("it runs");
            }
            Step::Kill { instance } => {
                world.services[*instance].kill();
                world.services[*instance] = ServiceProcess::start(stack(), &SETTINGS);
            }
            Step::Wait { millis } => tokio::time::sleep(Duration::from_millis(*millis)).await,
        }
    }
    while let Some(done) = tasks.join_next().await {
        done.expect("no client met an answer it may not get");
    }
    // Every client comes back until it knows what became of its message.
    for message in &sent {
        let id = world.sessions[message.session];
        let mut settled = false;
        for round in 0..200 {
            let service = &world.services[round % INSTANCES];
            if attempt(&world.client.at(&service.url), id, message, &ledger).await {
                settled = true;
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(settled, "{} has no end", message.key);
    }
    let told = std::mem::take(&mut *ledger.told.lock().expect("no panic in a holder"));
    for (number, id) in world.sessions.iter().enumerate() {
        verify(number, *id, &sent, &told).await;
    }
}

async fn verify(
    number: usize,
    id: Uuid,
    sent: &[Sent],
    told: &HashMap<(usize, String), Vec<Told>>,
) {
    let sql = "select turn_no::int, turn_id, message, reply->'content', unanswered_at is not null \
               from interview_turns where session_id = $1 and turn_no > 0 order by turn_no";
    let rows = stack().db().await.query(sql, &[&id]).await.expect("rows");
    let mut place = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        let (no, key, message): (i32, String, String) = (row.get(0), row.get(1), row.get(2));
        let (reply, unanswered): (Option<Value>, bool) = (row.get(3), row.get(4));
        assert_eq!(
            usize::try_from(no),
            Ok(index + 1),
            "turn numbers have no gap"
        );
        let original = sent
            .iter()
            .find(|s| s.key == key)
            .expect("somebody sent it");
        assert_eq!(original.message, message);
        assert_eq!(original.session, number);
        assert!(
            reply.is_some() != unanswered,
            "{key} has one reply or none for ever"
        );
        assert!(place.insert(key, (no, reply)).is_none(), "each key once");
    }
    let expected = sent.iter().filter(|s| s.session == number).count();
    assert_eq!(place.len(), expected, "every message is kept");
    for ((_, key), answers) in told.iter().filter(|((session, _), _)| *session == number) {
        let (no, reply) = &place[key];
        for answer in answers {
            assert_eq!(Some(&answer.reply), reply.as_ref(), "{key}");
        }
        let first_told = answers.iter().map(|answer| answer.answered).min();
        for later in sent.iter().filter(|s| s.session == number) {
            if first_told.is_some_and(|told| told < later.first_asked) {
                assert!(*no < place[&later.key].0, "{key} before {}", later.key);
            }
        }
    }
}

#[test]
fn every_acknowledged_message_is_stored_once_with_the_reply_that_was_told() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let app = TestApp::start();
    let mut world = runtime.block_on(async {
        World {
            services: (0..INSTANCES)
                .map(|_| ServiceProcess::start(stack(), &SETTINGS))
                .collect(),
            client: app.user("Alice").await,
            sessions: Vec::new(),
        }
    });
    let world = std::cell::RefCell::new(&mut world);
    let config = Config {
        cases: 8,
        max_shrink_iters: 0,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&prop::collection::vec(step(), 10..40), |steps| {
            let mut world = world.borrow_mut();
            runtime.block_on(async {
                let mut sessions = Vec::new();
                for _ in 0..SESSIONS {
                    sessions.push(
                        world
                            .client
                            .started(&json!({"target_question_count": 100}))
                            .await,
                    );
                }
                world.sessions = sessions;
                run(&mut world, &steps).await;
            });
            Ok(())
        })
        .expect("exactly once");
}
