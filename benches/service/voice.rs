//! (i) An interview by voice: from the candidate's message to the first sound of the interviewer's line.

use std::time::{Duration, Instant};

use reqwest::{Method, Response};
use serde_json::json;
use uuid::Uuid;

use crate::measure::{median, millis};
use crate::support::sse::{Event, Reading};
use crate::support::{
    Act, Client, DevstackProcess, ModelServer, Purpose, ServiceProcess, SpeechServer,
};

/// Until the model's first word, and between two.
const THINKING: Duration = Duration::from_millis(500);
const PACE: Duration = Duration::from_millis(20);
const LINE: &str = "You moved billing to a queue and measured each step on the way. How did you find out that the old \
    way had cost you orders? Tell me who was against the change, what they feared, and what you would do differently today.";
const ROUNDS: usize = 20;

pub(crate) async fn voice(stack: &DevstackProcess) {
    let (model, speech) = (ModelServer::start(), SpeechServer::start());
    let (llm, audio) = (format!("{}/v1", model.url), format!("{}/v1", speech.url));
    let service = ServiceProcess::start(
        stack,
        &[
            ("OPENAI_BASE_URL", &llm),
            ("LLM_MODEL", "stand-in"),
            ("SPEECH_BASE_URL", &audio),
            // Every line is made anew.
            ("SPEECH_CACHE_MB", "0"),
        ],
    );
    let user = Client::registered(&service.url, "Bench").await;
    let session = user.started(&json!({"target_question_count": 100})).await;
    model.pace(PACE);
    let (mut by_sentence, mut by_line) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        for (times, is_ready) in [
            (
                &mut by_sentence,
                first_sentence as fn(&str, &Event) -> Option<String>,
            ),
            (&mut by_line, whole_line),
        ] {
            let decision = json!({"action": "new_question", "line": LINE, "topic": "billing"});
            model.next(
                Purpose::Decision,
                Act::Think(THINKING, decision.to_string()),
            );
            times.push(first_sound(&user, session, is_ready).await);
        }
    }
    let (sentence, line) = (median(&mut by_sentence), median(&mut by_line));
    println!(
        "i  first sound after a message, {} of thinking: {} by sentence (at most 1500 ms), {} by whole lines: {:.1} times as long",
        millis(THINKING),
        millis(sentence),
        millis(line),
        line.as_secs_f64() / sentence.as_secs_f64()
    );
}

/// The first sentence that is followed by another, as the web app speaks it.
fn first_sentence(said: &str, event: &Event) -> Option<String> {
    let end = said
        .find(['.', '?', '!'])
        .filter(|end| said[end + 1..].starts_with(' '));
    end.map(|end| said[..=end].to_owned())
        .or_else(|| whole_line(said, event))
}

fn whole_line(_said: &str, event: &Event) -> Option<String> {
    let content = event.data["content"]
        .as_str()
        .filter(|_| event.name == "message");
    content.map(str::to_owned)
}

/// Sends a message, has the text spoken as soon as it is ready, and stops at its first sound.
async fn first_sound(
    user: &Client,
    session: Uuid,
    is_ready: fn(&str, &Event) -> Option<String>,
) -> Duration {
    let began = Instant::now();
    let message = json!({"message": "We measured and then decided to move billing to a queue."});
    let response = post(user, session, "/agent/send_message", &message).await;
    let mut reading = Reading::new(response);
    let mut said = String::new();
    let mut took = None;
    // To its end: the next message waits for the turn.
    while let Some(event) = reading.next().await {
        assert_ne!(event.name, "error", "{event:?}");
        if event.name == "delta" {
            said.push_str(event.data["text"].as_str().unwrap_or_default());
        }
        if took.is_none()
            && let Some(text) = is_ready(&said, &event)
        {
            let text = json!({"text": text, "format": "wav"});
            let mut audio = post(user, session, "/speech/text_to_speech", &text).await;
            assert_eq!(audio.status(), 200);
            audio.chunk().await.expect("sound");
            took = Some(began.elapsed());
        }
    }
    took.expect("a line")
}

async fn post(user: &Client, session: Uuid, path: &str, body: &serde_json::Value) -> Response {
    user.request(Method::POST, path)
        .header("accept", "text/event-stream")
        .header("x-session-id", session.to_string())
        .json(body)
        .send()
        .await
        .expect("an answer")
}
