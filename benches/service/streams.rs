//! (f) A streamed turn against a client that reads the provider directly.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::measure::{median, millis};
use crate::support::sse::Reading;
use crate::support::{Client, DevstackProcess, ModelServer, ServiceProcess};

/// Between two words; what hosted models take is of this order.
const PACE: Duration = Duration::from_millis(20);
/// With many streams on a small machine, so that the model's own work is not what is measured.
const SLOW_PACE: Duration = Duration::from_millis(250);
const AT_ONCE: usize = 200;
const TURNS_EACH: usize = 4;

/// What one stream took: from the provider's first piece to the client's, and as a whole.
struct Took {
    first: Duration,
    whole: Duration,
}

pub(crate) async fn streams(stack: &DevstackProcess) {
    let model = ModelServer::start();
    let base_url = format!("{}/v1", model.url);
    let service = ServiceProcess::start(
        stack,
        &[
            ("OPENAI_BASE_URL", &base_url),
            ("LLM_MODEL", "stand-in"),
            ("LLM_MAX_CONCURRENCY", "1000"),
        ],
    );
    let user = Client::registered(&service.url, "Bench").await;
    let config = json!({"target_question_count": 100});

    model.pace(PACE);
    let session = user.started(&config).await;
    let (mut ours, mut direct) = (Vec::new(), Vec::new());
    for round in 0..60 {
        let through = turn(&user, &model, session, &format!("ours-{round}.")).await;
        let alone = provider(&user, &model, &format!("alone-{round}.")).await;
        if round >= 5 {
            ours.push(through);
            direct.push(alone);
        }
    }
    let (first, longer) = tell("1 stream ", &ours, &direct);
    println!("   bounds: {} and {}", bound(first, 5), bound(longer, 20));

    model.pace(Duration::ZERO);
    let mut sessions = Vec::new();
    for _ in 0..AT_ONCE {
        sessions.push(user.started(&config).await);
    }
    model.pace(SLOW_PACE);
    let (ours, direct) = futures_util::future::join(
        crowd(&sessions, async |session, mark| {
            turn(&user, &model, session, &mark).await
        }),
        // A tenth as many read the provider directly meanwhile: under the same load.
        crowd(&sessions[..AT_ONCE / 10], async |_, mark| {
            provider(&user, &model, &format!("alone {mark}")).await
        }),
    )
    .await;
    let (first, longer) = tell(&format!("{AT_ONCE} streams"), &ours, &direct);
    println!("   bounds: {} and {}", bound(first, 15), bound(longer, 60));
}

/// One stream after the other in each session, all sessions at once, each begun at its own moment.
async fn crowd(sessions: &[Uuid], stream: impl AsyncFn(Uuid, String) -> Took) -> Vec<Took> {
    let length = SLOW_PACE * 12;
    let stream = &stream;
    let each = sessions.iter().enumerate().map(|(at, session)| async move {
        let share = u32::try_from(at).expect("few") as f64 / sessions.len() as f64;
        tokio::time::sleep(length.mul_f64(share)).await;
        let mut took = Vec::new();
        for round in 0..TURNS_EACH {
            let one = stream(*session, format!("crowd-{at}-{round}.")).await;
            // The first turn is made before all others have begun.
            if round > 0 {
                took.push(one);
            }
        }
        took
    });
    futures_util::future::join_all(each)
        .await
        .into_iter()
        .flatten()
        .collect()
}

async fn turn(user: &Client, model: &ModelServer, session: Uuid, mark: &str) -> Took {
    let began = Instant::now();
    let response = user
        .request(reqwest::Method::POST, "/agent/send_message")
        .header("accept", "text/event-stream")
        .header("x-session-id", session.to_string())
        .json(&json!({"message": format!("We measured and then decided, in {mark}")}))
        .send()
        .await
        .expect("an answer");
    let mut reading = Reading::new(response);
    let mut first = None;
    while let Some(event) = reading.next().await {
        if event.name == "delta" && first.is_none() {
            first = Some(Instant::now());
        }
        assert_ne!(event.name, "error", "{event:?}");
    }
    took(began, first, model.began(mark))
}

async fn provider(user: &Client, model: &ModelServer, mark: &str) -> Took {
    let schema: Value = json!({"type": "object", "properties": {"line": {"type": "string"}}});
    let began = Instant::now();
    let mut response = user
        .http
        .post(format!("{}/v1/chat/completions", model.url))
        .json(&json!({
            "model": "stand-in", "stream": true,
            "response_format": {"type": "json_schema", "json_schema": {"name": "next_line", "schema": schema}},
            "messages": [{"role": "user", "content": format!("candidate_said {mark}")}],
        }))
        .send()
        .await
        .expect("an answer");
    let mut first = None;
    let mut text = String::new();
    while let Some(chunk) = response.chunk().await.expect("a stream") {
        text.push_str(&String::from_utf8_lossy(&chunk));
        if first.is_none() && text.contains("new_question") {
            first = Some(Instant::now());
        }
    }
    took(began, first, model.began(mark))
}

fn took(began: Instant, first: Option<Instant>, sent: Option<Instant>) -> Took {
    let (first, sent) = (first.expect("a piece"), sent.expect("it was asked"));
    Took {
        first: first.saturating_duration_since(sent),
        whole: began.elapsed(),
    }
}

/// Medians of the first piece's way to the client, and of what a turn takes longer than the provider alone.
fn tell(what: &str, ours: &[Took], direct: &[Took]) -> (Duration, Duration) {
    let of = |took: &[Took], figure: fn(&Took) -> Duration| {
        median(&mut took.iter().map(figure).collect::<Vec<_>>())
    };
    let first = (of(ours, |took| took.first), of(direct, |took| took.first));
    let whole = (of(ours, |took| took.whole), of(direct, |took| took.whole));
    let later = first.0.saturating_sub(first.1);
    let longer = whole.0.saturating_sub(whole.1);
    println!(
        "f  {what}: first delta {} after the provider's first piece (a direct reader: {}); whole turn {} (the provider alone: {}): {} longer",
        millis(first.0),
        millis(first.1),
        millis(whole.0),
        millis(whole.1),
        millis(longer)
    );
    (later, longer)
}

fn bound(measured: Duration, most: u64) -> String {
    format!("{} (at most {most} ms)", millis(measured))
}
