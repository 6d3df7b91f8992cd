//! (h) A turn against its floor: its two function calls, each committed, over one connection to PostgreSQL.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_postgres::Statement;
use tokio_postgres::types::Json;
use uuid::Uuid;

use crate::bare::{feedback, reply, stats};
use crate::measure::{median, millis};
use crate::support::{Client, DevstackProcess, ServiceProcess};
use crate::{LONG, MESSAGE};

const ROUNDS: usize = 400;

pub(crate) async fn floor(stack: &DevstackProcess) {
    let service = ServiceProcess::start(stack, &[LONG]);
    let user = Client::registered(&service.url, "Bench").await;
    let config = json!({"target_question_count": 100});
    let session = user.started(&config).await;
    let mut bare = Floor::new(stack, user.started(&config).await).await;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        // Alternating, so that whatever else the machine does meets both.
        let began = Instant::now();
        assert_eq!(user.send(session, MESSAGE).await.status, 200);
        let sent = began.elapsed();
        let turned = bare.turn(MESSAGE).await;
        if round >= ROUNDS / 10 {
            ours.push(sent);
            theirs.push(turned);
        }
    }
    let (ours, theirs) = (median(&mut ours), median(&mut theirs));
    println!(
        "h  send_message {} against its two functions by SQL {}: ratio {:.2} (at most 3.00)",
        millis(ours),
        millis(theirs),
        ours.as_secs_f64() / theirs.as_secs_f64()
    );
}

/// A connection as the session's owner has one through PostgREST.
struct Floor {
    db: tokio_postgres::Client,
    accept: Statement,
    complete: Statement,
    session: Uuid,
    version: Option<i64>,
}

impl Floor {
    async fn new(stack: &DevstackProcess, session: Uuid) -> Self {
        let db = stack.db().await;
        let owner = "select set_config('request.jwt.claims', json_build_object(
            'sub', user_id, 'role', 'authenticated')::text, false)
            from interview_sessions where session_id = $1";
        db.query_one(owner, &[&session]).await.expect("a session");
        db.batch_execute("set role authenticated")
            .await
            .expect("the role");
        let accept = "select accept_turn($1, $2, $3, 'bench', 10, $4, false)";
        let complete = "select complete_turn($1, $2, 'bench', $3, $4, $5, $6)";
        Self {
            accept: db.prepare(accept).await.expect("prepared"),
            complete: db.prepare(complete).await.expect("prepared"),
            db,
            session,
            version: None,
        }
    }

    async fn turn(&mut self, message: &str) -> Duration {
        let turn_id = Uuid::new_v4().to_string();
        let (reply, feedback, stats) = (Json(reply()), Json(feedback()), Json(stats()));
        let began = Instant::now();
        let accepted = self
            .db
            .query_one(
                &self.accept,
                &[&self.session, &turn_id, &message, &self.version],
            )
            .await
            .expect("accepted");
        self.read(accepted.get(0), "accepted");
        let completed = self
            .db
            .query_one(
                &self.complete,
                &[
                    &self.session,
                    &turn_id,
                    &reply,
                    &feedback,
                    &stats,
                    &self.version,
                ],
            )
            .await
            .expect("completed");
        self.read(completed.get(0), "completed");
        began.elapsed()
    }

    fn read(&mut self, Json(answer): Json<Value>, outcome: &str) {
        assert_eq!(answer["outcome"], outcome);
        self.version = answer["session"]["version"].as_i64();
    }
}
