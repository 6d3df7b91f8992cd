//! Language models with every fault a provider has: the turn completes after a retry, or fails as retryable
//! and is resumed under its key. Nothing is lost, nothing doubled, nothing internal told.

use std::sync::Arc;
use std::time::Duration;

use llm::LlmProvider;
use serde_json::json;

use crate::support::sse::{Reading, line};
use crate::support::{Act, ModelServer, Purpose, TestApp, eventually};

const ANSWER: &str = "I led the move of our billing to a queue because the nightly batch failed.";
const PROVIDERS: [LlmProvider; 2] = [LlmProvider::OpenAi, LlmProvider::Anthropic];

fn long() -> serde_json::Value {
    json!({"target_question_count": 50})
}

/// Faults that the next attempt overcomes.
fn passing() -> Vec<(&'static str, Act)> {
    vec![
        ("429", Act::Status(429, None)),
        ("429 with Retry-After", Act::Status(429, Some("1"))),
        ("500", Act::Status(500, None)),
        ("529", Act::Status(529, None)),
        ("503 with Retry-After", Act::Status(503, Some("0"))),
        ("error in the stream", Act::ErrorInStream(6)),
        ("slow first token", Act::SlowFirst(Duration::from_secs(30))),
        ("stall in the middle", Act::Stall(7)),
        ("truncated", Act::Truncate(7)),
        ("truncated before the first word", Act::Truncate(0)),
        ("malformed", Act::Malformed),
        // These are answers: they are asked for again with the reason.
        ("refusal", Act::Refuse),
        ("empty", Act::Empty),
        (
            "not JSON",
            Act::Say("Let me think about that for a moment.".into()),
        ),
        (
            "half a decision",
            Act::Say(r#"{"action": "new_question", "line": "Tell"#.into()),
        ),
        (
            "an unknown action",
            Act::Say(r#"{"action": "hire", "line": "Hired!", "topic": ""}"#.into()),
        ),
        (
            "an empty line",
            Act::Say(r#"{"action": "new_question", "line": "  ", "topic": ""}"#.into()),
        ),
    ]
}

#[tokio::test]
async fn each_fault_that_passes_costs_a_retry_and_nothing_else() {
    for provider in PROVIDERS {
        let model = ModelServer::start();
        let app = TestApp::with_model(&model, provider, |config| {
            let llm = config.llm.as_mut().expect("a model");
            llm.first_token_timeout = Duration::from_millis(1_500);
            llm.token_timeout = Duration::from_millis(1_000);
        });
        let guest = app.guest();
        let session = guest.started(&long()).await;
        for (number, (fault, act)) in passing().into_iter().enumerate() {
            model.next(Purpose::Decision, act);
            let asked = model.asked_for(Purpose::Decision);
            let response = guest
                .request(reqwest::Method::POST, "/agent/send_message")
                .header("accept", "text/event-stream")
                .header("x-session-id", session.to_string())
                .json(&json!({"message": format!("{ANSWER} ({number})")}))
                .send()
                .await
                .expect("an answer");
            let told = Reading::new(response).rest().await;
            let last = told.last().expect("events");
            assert_eq!(last.name, "message", "{fault}: {told:?}");
            assert_eq!(last.data["content"], line(&told), "{fault}: {told:?}");
            assert_eq!(model.asked_for(Purpose::Decision) - asked, 2, "{fault}");
            assert!(!format!("{told:?}").contains("secret details"), "{fault}");
        }
        let count = passing().len();
        assert_eq!(guest.messages(session).await.len(), count);
        let history = guest.read("/agent/history", session).await.body;
        assert_eq!(
            history["history"].as_array().expect("items").len(),
            2 * count + 1
        );
    }
}

#[tokio::test]
async fn a_provider_that_stays_broken_fails_the_turn_and_the_same_key_resumes_it() {
    for provider in PROVIDERS {
        for (act, status) in [
            (Act::Status(500, None), 503),
            (Act::Status(429, Some("90")), 503),
            (Act::Stall(2), 503),
            (Act::Malformed, 503),
            (Act::Refuse, 502),
            (Act::Empty, 502),
        ] {
            let model = ModelServer::start();
            let app = TestApp::with_model(&model, provider, |config| {
                let llm = config.llm.as_mut().expect("a model");
                llm.token_timeout = Duration::from_millis(500);
            });
            let guest = app.guest();
            let session = guest.started(&long()).await;
            let waits = matches!(act, Act::Status(429, _));
            model.always(Some(act));
            let failed = guest.send_as(session, "k", ANSWER).await;
            failed.is_problem(status, "interviewer_unavailable");
            assert_eq!(failed.body["retryable"], true);
            assert!(!failed.body.to_string().contains("secret"), "{failed:?}");
            if waits {
                assert_eq!(failed.headers["retry-after"], "90");
            }
            model.always(None);
            let resumed = guest.send_as(session, "k", ANSWER).await;
            assert_eq!(resumed.status, 200, "{resumed:?}");
            assert_eq!(guest.messages(session).await, [ANSWER]);
        }
    }
}

#[tokio::test]
async fn useless_decisions_give_a_plain_question() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let session = guest.started(&long()).await;
    // After the second, the model is asked for an object in another way.
    for _ in 0..3 {
        model.next(Purpose::Decision, Act::Say("No JSON from me.".into()));
    }
    model.next(
        Purpose::Line,
        Act::Say("Which decision are you proud of?".into()),
    );
    let reply = guest.send(session, ANSWER).await;
    assert_eq!(
        reply.body["content"], "Which decision are you proud of?",
        "{reply:?}"
    );
    assert_eq!(reply.body["response_type"], "question");
    let plain = model
        .asked()
        .into_iter()
        .rev()
        .find(|asked| asked.purpose == Purpose::Line);
    assert!(
        !plain.expect("asked").text.contains("billing"),
        "no candidate's word is in it"
    );
}

#[tokio::test]
async fn a_whole_interview_ends_when_the_server_says_so_and_its_report_is_proven() {
    for provider in PROVIDERS {
        let model = ModelServer::start();
        let app = TestApp::with_model(&model, provider, |_| {});
        let guest = app.guest();
        let session = guest
            .started(&json!({"target_question_count": 3, "job_role": "Engineer"}))
            .await;
        for expected in ["question", "question", "closing"] {
            let reply = guest.send(session, ANSWER).await;
            assert_eq!(reply.body["response_type"], expected, "{reply:?}");
        }
        guest.act("/agent/end_interview", session, &json!({})).await;
        eventually("the report is there", async || {
            let status = guest
                .read("/agent/final_summary_status", session)
                .await
                .body;
            status["status"] == "completed"
        })
        .await;
        let status = guest
            .read("/agent/final_summary_status", session)
            .await
            .body;
        let results = &status["results"];
        assert_eq!(
            status["parts"],
            json!({"scores": "ready", "narrative": "ready", "resources": "ready"})
        );
        // The same answer to the next two questions is none.
        assert_eq!(results["overall_score"], 1.7, "{results}");
        for score in results["dimension_scores"].as_array().expect("scores") {
            let quote = score["evidence"][0]["quote"].as_str().expect("a quote");
            assert!(ANSWER.contains(quote), "{score}");
        }
        assert_eq!(results["strengths"], "You often tell what you did.");
        assert_eq!(results["resources_from"], "curated");
        assert_eq!(results["answers_judged"], 3);
        let key = match provider {
            LlmProvider::OpenAi => "Bearer sk-the-secret-key",
            LlmProvider::Anthropic => "sk-the-secret-key",
        };
        assert!(model.asked().iter().all(|asked| asked.key == key));
    }
}

#[tokio::test]
async fn a_follow_up_is_not_followed_up_again() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let session = guest.started(&long()).await;
    let follow_up = || {
        let line = json!({"action": "follow_up", "line": "Why was that?", "topic": "billing"});
        Act::Say(line.to_string())
    };
    model.next(Purpose::Decision, follow_up());
    assert_eq!(
        guest.send(session, ANSWER).await.body["response_type"],
        "follow_up"
    );
    model.next(Purpose::Decision, follow_up());
    let next = guest.send(session, "Because the batch was too slow.").await;
    assert_eq!(next.body["response_type"], "question", "{next:?}");
    assert_eq!(next.body["metadata"]["repairs"], 1);
}

#[tokio::test]
async fn a_provider_that_fails_again_and_again_is_left_alone() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |config| {
        let llm = config.llm.as_mut().expect("a model");
        llm.max_retries = 0;
        llm.breaker_failures = 3;
        llm.breaker_pause = Duration::from_secs(1);
    });
    let guest = app.guest();
    let session = guest.create(&long()).await;
    model.always(Some(Act::Status(500, None)));
    let start = async || {
        guest
            .act("/agent/start_interview", session, &json!({}))
            .await
    };
    for _ in 0..6 {
        start().await.is_problem(503, "interviewer_unavailable");
    }
    assert_eq!(model.asked().len(), 3, "the breaker is open");
    model.always(None);
    eventually("the provider is tried again", async || {
        start().await.status == 200
    })
    .await;
    assert_eq!(model.asked().len(), 4);
}

#[tokio::test]
async fn with_one_slot_the_candidate_never_waits_for_the_coach() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |config| {
        config.llm.as_mut().expect("a model").max_concurrency = 1;
    });
    let guest = app.guest();
    let session = guest.started(&long()).await;
    // The coach's answer to the first does not come until the candidate has sent the second.
    model.next(
        Purpose::Feedback,
        Act::Gated(Arc::new(tokio::sync::Semaphore::new(1))),
    );
    assert_eq!(guest.send(session, ANSWER).await.status, 200);
    eventually("the coach is at it", async || {
        model.asked_for(Purpose::Feedback) == 1
    })
    .await;
    let asked = model.asked();
    let order = |purpose| asked.iter().position(|one| one.purpose == purpose);
    assert!(
        order(Purpose::Decision) < order(Purpose::Feedback),
        "the line goes first"
    );
    let another = format!("{ANSWER} And then I measured it.");
    assert_eq!(guest.send(session, &another).await.status, 200);
    eventually("both are judged", async || {
        let log = guest.read("/agent/per_turn_feedback", session).await.body;
        let items = log.as_array().cloned().unwrap_or_default();
        items.len() == 2 && items.iter().all(|item| item["status"] == "ready")
    })
    .await;
    assert_eq!(model.asked_for(Purpose::Feedback), 3, "one was begun anew");
}

#[tokio::test]
async fn feedback_that_failed_is_made_again_when_asked_for() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |_| {});
    let guest = app.guest();
    let session = guest.started(&long()).await;
    for _ in 0..2 {
        model.next(Purpose::Feedback, Act::Status(400, None));
    }
    assert_eq!(guest.send(session, ANSWER).await.status, 200);
    let item = async || guest.read("/agent/per_turn_feedback", session).await.body[0].clone();
    eventually("the feedback failed", async || {
        item().await["status"] == "failed"
    })
    .await;
    let retry = async |turn_no: i64| {
        guest
            .act(
                "/agent/retry_feedback",
                session,
                &json!({"turn_no": turn_no}),
            )
            .await
    };
    retry(0).await.is_problem(404, "answer_not_found");
    retry(7).await.is_problem(404, "answer_not_found");
    retry(-1).await.is_problem(422, "validation_failed");
    retry(1).await;
    eventually("it failed once more", async || {
        model.asked_for(Purpose::Feedback) == 2
    })
    .await;
    eventually("the feedback is ready", async || {
        retry(1).await;
        item().await["status"] == "ready"
    })
    .await;
    let asked = model.asked_for(Purpose::Feedback);
    let ready = retry(1).await;
    assert_eq!(
        (ready.status.as_u16(), &ready.body["status"]),
        (202, &json!("ready"))
    );
    assert_eq!(
        model.asked_for(Purpose::Feedback),
        asked,
        "what is ready stays"
    );
}

#[tokio::test]
async fn a_long_interview_is_summarised_and_keeps_its_job_description() {
    let model = ModelServer::start();
    let app = TestApp::with_model(&model, LlmProvider::OpenAi, |config| {
        config.llm.as_mut().expect("a model").context_tokens = Some(3_000);
    });
    let guest = app.guest();
    let config = json!({"target_question_count": 90, "job_description": "We look for a keeper of lighthouses."});
    let session = guest.started(&config).await;
    model.always(None);
    for number in 0..14 {
        let message = format!(
            "Story {number}: {}",
            "I repaired the lamp before the storm. ".repeat(12)
        );
        assert_eq!(guest.send(session, &message).await.status, 200);
    }
    let asked = model.asked();
    let summaries = asked
        .iter()
        .filter(|one| one.system.contains("You condense"))
        .count();
    assert!((1..7).contains(&summaries), "{summaries}");
    let decisions: Vec<_> = asked
        .iter()
        .filter(|one| one.purpose == Purpose::Decision)
        .collect();
    for decision in &decisions {
        assert!(decision.text.contains("keeper of lighthouses"));
        let size = decision.system.len() + decision.text.len();
        assert!(size < 3_000 * 4, "{size} bytes");
        // Never cut in the middle: whatever is told of a story is told to its end.
        for part in decision.text.split("{\"candidate_said\":\"").skip(1) {
            assert!(
                part.contains("storm. \"}") || part.contains("storm.\"}"),
                "{part}"
            );
        }
    }
    let last = decisions.last().expect("asked");
    assert!(last.text.contains("earlier_in_this_interview") && last.text.contains("Story 13"));
    assert!(!last.text.contains("Story 0:"));

    // A reset session is another interview: nothing of the old one is in its prompts.
    let asked_before = asked.len();
    guest
        .act("/agent/reset_interview", session, &json!({}))
        .await;
    guest
        .act("/agent/start_interview", session, &json!({}))
        .await;
    for _ in 0..12 {
        let message = "I counted the ships that passed in the night. ".repeat(10);
        assert_eq!(guest.send(session, &message).await.status, 200);
    }
    for asked in &model.asked()[asked_before..] {
        assert!(!asked.text.contains("Story") && !asked.text.contains("lamp"));
    }
}
