//! Real providers, small enough for any machine: whole interviews, streamed, with a language model by a real
//! OpenAI API and a real Anthropic API; speech that is spoken and heard.
//!
//! A binary of its own, so that the model's work does not slow the tests that watch time-outs. The model
//! has 135 million parameters: what it says is of no worth, that it says it is what is tested.

#[path = "../api/support/mod.rs"]
#[expect(dead_code, unused_imports, reason = "shared with the other tests")]
mod support;

mod python;
mod speech;

use std::time::{Duration, Instant};

use ai_interviewer::app::Agents;
use futures_util::FutureExt as _;
use llm::{LlmConfig, LlmProvider, ModelConfig};
use serde_json::{Value, json};
use support::app::llm;
use support::sse::{Reading, line};
use support::{TestApp, config, stack};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::python::{LANGUAGE_MODEL, PythonServer};

const ANSWERS: [&str; 2] = [
    "Last year I led the move of our billing system to a message queue, because the nightly batch failed. I compared two brokers and chose the simpler one. Failures fell from ten a month to none.",
    "I learned to measure before I change anything, since my first guess about the cause was wrong.",
];

static ALONE: Mutex<()> = Mutex::const_new(());

/// Patience for a model on a slow machine.
const PATIENCE: Duration = Duration::from_secs(300);

fn app(model: &PythonServer, provider: LlmProvider) -> TestApp {
    let mut config = config(stack());
    config.turn.wait = PATIENCE;
    config.llm = Some(LlmConfig {
        interviewer: ModelConfig {
            name: Some("smollm2".to_owned()),
            effort: None,
        },
        coach: ModelConfig::default(),
        context_tokens: Some(8_000),
        first_token_timeout: PATIENCE,
        token_timeout: PATIENCE,
        timeout: PATIENCE,
        max_concurrency: 2,
        ..llm(&model.url, provider)
    });
    let agents = Agents::configured(&config)
        .now_or_never()
        .expect("a model with a name asks nobody")
        .expect("usable agents");
    TestApp::with_agents(config, agents)
}

async fn streamed(client: &support::Client, path: &str, session: Uuid, body: &Value) -> Value {
    let response = client
        .request(reqwest::Method::POST, path)
        .header("accept", "text/event-stream")
        .header("x-session-id", session.to_string())
        .json(body)
        .send()
        .await
        .expect("an answer");
    let told = Reading::new(response).rest().await;
    let message = told.last().expect("events");
    assert_eq!(message.name, "message", "{told:?}");
    assert_eq!(message.data["content"], line(&told));
    assert!(!line(&told).trim().is_empty());
    let deltas = told.iter().filter(|event| event.name == "delta").count();
    println!("{path}: {deltas} deltas, {}", message.data["response_type"]);
    message.data.clone()
}

/// A whole interview, from the opening to the closing.
async fn held(guest: &support::Client) -> Uuid {
    let config = json!({"job_role": "Backend Engineer", "target_question_count": 2});
    let session = guest.create(&config).await;
    let opening = streamed(guest, "/agent/start_interview", session, &json!({})).await;
    assert_eq!(opening["response_type"], "introduction");
    let mut last = Value::Null;
    for answer in ANSWERS {
        last = streamed(
            guest,
            "/agent/send_message",
            session,
            &json!({"message": answer}),
        )
        .await;
        if last["response_type"] == "follow_up" {
            let more = json!({"message": "It was the lack of monitoring that made it hard."});
            last = streamed(guest, "/agent/send_message", session, &more).await;
        }
    }
    assert_eq!(
        last["response_type"], "closing",
        "the server closes the interview"
    );
    session
}

/// Ends the interview; answers its feedback, report and stats once they have settled.
async fn settled(guest: &support::Client, session: Uuid) -> (Value, Value, Value) {
    guest.act("/agent/end_interview", session, &json!({})).await;
    let deadline = Instant::now() + PATIENCE;
    let report = loop {
        let report = guest
            .read("/agent/final_summary_status", session)
            .await
            .body;
        if report["status"] != "generating" {
            break report;
        }
        assert!(Instant::now() < deadline, "no report: {report}");
        tokio::time::sleep(Duration::from_millis(500)).await;
    };
    let feedback = guest.read("/agent/per_turn_feedback", session).await.body;
    let stats = guest.read("/agent/stats", session).await.body;
    (feedback, report, stats["stats"].clone())
}

#[tokio::test]
async fn a_whole_interview_by_the_openai_api_has_proven_feedback_and_a_report() {
    // Two models at once would fight over the processors.
    let _alone = ALONE.lock().await;
    let model = PythonServer::start(LANGUAGE_MODEL);
    let app = app(&model, LlmProvider::OpenAi);
    let guest = app.guest();
    let session = held(&guest).await;
    let (feedback, report, stats) = settled(&guest, session).await;
    for item in feedback.as_array().expect("items") {
        assert_eq!(item["status"], "ready", "{item}");
        let answer = item["answer"].as_str().expect("an answer");
        for score in item["scores"].as_array().expect("scores") {
            let evidence = score["evidence"].as_array().expect("evidence");
            // What is absent can't be quoted: a 1 needs no evidence.
            let claims = score["score"].as_u64().is_some_and(|score| score > 1);
            assert!(!claims || !evidence.is_empty(), "{score}");
            for quote in evidence {
                let quote = quote["quote"].as_str().expect("a quote");
                assert!(interview::evidence::is_verbatim(answer, quote), "{score}");
            }
        }
    }
    assert_eq!(report["status"], "completed", "{report}");
    assert!(
        stats["input_tokens"]
            .as_u64()
            .is_some_and(|tokens| tokens > 100),
        "{stats}"
    );
    assert!(
        stats["coach_output_tokens"]
            .as_u64()
            .is_some_and(|tokens| tokens > 100),
        "{stats}"
    );
}

#[tokio::test]
async fn a_whole_interview_by_the_anthropic_api_streams_to_its_end() {
    let _alone = ALONE.lock().await;
    let model = PythonServer::start(LANGUAGE_MODEL);
    let app = app(&model, LlmProvider::Anthropic);
    let guest = app.guest();
    let session = held(&guest).await;
    // llama.cpp's Anthropic API ignores structured outputs and forced tools, and so small a model writes no feedback
    // without them: what it rambles instead is not waited for.
    let stats = guest.read("/agent/stats", session).await.body["stats"].clone();
    assert!(
        stats["input_tokens"]
            .as_u64()
            .is_some_and(|tokens| tokens > 100),
        "{stats}"
    );
}
