//! A language model's API without a model: OpenAI's chat completions and Anthropic's messages as they
//! stream, with the faults that providers have, answering sensibly or obeying whatever it reads.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::server::Server;

/// What a request is for, as its schema tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Purpose {
    /// A line of plain text.
    Line,
    /// The next line, as a decision.
    Decision,
    Feedback,
    Report,
}

/// What becomes of one request.
#[derive(Clone)]
pub(crate) enum Act {
    /// An error with a status, and `Retry-After` if given.
    Status(u16, Option<&'static str>),
    /// An error event within the stream, after so many pieces.
    ErrorInStream(usize),
    /// Silence for so long, then the answer.
    SlowFirst(Duration),
    /// Silence for so long, then this text.
    Think(Duration, String),
    /// So many pieces, then silence.
    Stall(usize),
    /// So many pieces, then the connection is closed.
    Truncate(usize),
    /// Events that are not JSON.
    Malformed,
    Refuse,
    /// An answer without a word.
    Empty,
    /// This text instead of the usual answer.
    Say(String),
    /// A piece for each permit, the last one with what is left.
    Gated(Arc<Semaphore>),
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub purpose: Purpose,
    pub system: String,
    /// All messages, one after the other.
    pub text: String,
    pub key: String,
}

#[derive(Default)]
struct Script {
    acts: HashMap<Purpose, VecDeque<Act>>,
    /// Instead of the queue, for every request.
    always: Option<Act>,
    asked: Vec<Asked>,
    /// When the first piece of a line or decision left, by the text that was asked with.
    begun: Vec<(String, Instant)>,
    obeys: bool,
    pace: Duration,
}

pub(crate) struct ModelServer {
    /// Without a path: `/v1` follows.
    pub url: String,
    script: Arc<Mutex<Script>>,
    _server: Server,
}

impl ModelServer {
    pub(crate) fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = web::Data::from(Arc::clone(&script));
        let server = Server::start(move |cfg| {
            cfg.app_data(shared.clone())
                .app_data(web::PayloadConfig::new(10_000_000))
                .route("/v1/chat/completions", web::post().to(openai))
                .route("/v1/messages", web::post().to(anthropic))
                .route("/v1/models", web::get().to(models));
        });
        Self {
            url: server.url.clone(),
            script,
            _server: server,
        }
    }

    /// What becomes of the next request for this purpose, after those named before.
    pub(crate) fn next(&self, purpose: Purpose, act: Act) {
        self.script
            .lock()
            .expect("not poisoned")
            .acts
            .entry(purpose)
            .or_default()
            .push_back(act);
    }

    /// What becomes of every request from now on; `None`: the queue, then the usual answer.
    pub(crate) fn always(&self, act: Option<Act>) {
        self.script.lock().expect("not poisoned").always = act;
    }

    /// Does whatever the messages tell it to.
    pub(crate) fn obey(&self) {
        self.script.lock().expect("not poisoned").obeys = true;
    }

    /// Time between two pieces.
    pub(crate) fn pace(&self, pace: Duration) {
        self.script.lock().expect("not poisoned").pace = pace;
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.script.lock().expect("not poisoned").asked.clone()
    }

    /// When the answer began to the request whose text holds `mark`.
    pub(crate) fn began(&self, mark: &str) -> Option<Instant> {
        let script = self.script.lock().expect("not poisoned");
        let mut begun = script.begun.iter().rev();
        begun
            .find(|(text, _)| text.contains(mark))
            .map(|(_, at)| *at)
    }

    pub(crate) fn asked_for(&self, purpose: Purpose) -> usize {
        let asked = self.asked();
        asked.iter().filter(|one| one.purpose == purpose).count()
    }
}

async fn models(request: HttpRequest) -> HttpResponse {
    let key = key(&request);
    if key.contains("wrong") {
        return HttpResponse::Unauthorized().json(json!({"error": {"message": "bad key"}}));
    }
    HttpResponse::Ok().json(json!({"data": [{"id": "stand-in"}]}))
}

fn key(request: &HttpRequest) -> String {
    let header = |name: &str| {
        request
            .headers()
            .get(name)?
            .to_str()
            .ok()
            .map(str::to_owned)
    };
    header("authorization")
        .or_else(|| header("x-api-key"))
        .unwrap_or_default()
}

#[derive(Clone, Copy, PartialEq)]
enum Wire {
    OpenAi,
    Anthropic,
}

async fn openai(
    script: web::Data<Mutex<Script>>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    answer(Wire::OpenAi, &script, &request, &body)
}

async fn anthropic(
    script: web::Data<Mutex<Script>>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    answer(Wire::Anthropic, &script, &request, &body)
}

fn answer(
    wire: Wire,
    script: &web::Data<Mutex<Script>>,
    request: &HttpRequest,
    body: &Bytes,
) -> HttpResponse {
    let body: Value = serde_json::from_slice(body).expect("a JSON body");
    assert_eq!(body["stream"], true, "every request streams");
    let asked = read(wire, &body, key(request));
    let (act, obeys, pace) = {
        let mut script = script.lock().expect("not poisoned");
        script.asked.push(asked.clone());
        let act = script.always.clone().or_else(|| {
            let queue = script.acts.get_mut(&asked.purpose)?;
            queue.pop_front()
        });
        (act, script.obeys, script.pace)
    };
    let note =
        matches!(asked.purpose, Purpose::Line | Purpose::Decision).then(|| asked.text.clone());
    let text = match &act {
        Some(Act::Say(text) | Act::Think(_, text)) => text.clone(),
        Some(Act::Empty | Act::Refuse) => String::new(),
        _ if obeys => obedient(&asked),
        _ => sensible(&asked),
    };
    if let Some(Act::Status(status, retry_after)) = act {
        let status = actix_web::http::StatusCode::from_u16(status).expect("a status");
        let mut response = HttpResponse::build(status);
        if let Some(seconds) = retry_after {
            response.insert_header(("retry-after", seconds));
        }
        return response.json(json!({"type": "error",
            "error": {"type": "some_error", "message": format!("secret details: {}", asked.text)}}));
    }
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .streaming(stream(
            wire,
            act,
            text,
            pace,
            script.clone().into_inner(),
            note,
        ))
}

/// The answer in pieces: words, each with the space before it.
fn pieces(text: &str) -> Vec<String> {
    text.split_inclusive(' ').map(str::to_owned).collect()
}

fn stream(
    wire: Wire,
    act: Option<Act>,
    text: String,
    pace: Duration,
    script: Arc<Mutex<Script>>,
    note: Option<String>,
) -> impl futures_util::Stream<Item = Result<Bytes, std::io::Error>> {
    async_stream::stream! {
        if let Some(Act::SlowFirst(wait) | Act::Think(wait, _)) = &act {
            tokio::time::sleep(*wait).await;
        }
        if let Some(Act::Malformed) = &act {
            yield Ok(Bytes::from_static(b"data: {\"choices\": [{\"del\n\nevent: content_block_delta\ndata: {oops\n\n"));
            return;
        }
        for event in opening(wire) {
            yield Ok(event);
        }
        let pieces = pieces(&text);
        let last = pieces.len().saturating_sub(1);
        for (at, piece) in pieces.into_iter().enumerate() {
            match &act {
                Some(Act::Stall(after)) if at >= *after => {
                    tokio::time::sleep(Duration::from_secs(600)).await;
                }
                Some(Act::Truncate(after)) if at >= *after => {
                    yield Err(std::io::Error::other("cut"));
                    return;
                }
                Some(Act::ErrorInStream(after)) if at >= *after => {
                    yield Ok(error_event(wire));
                    return;
                }
                Some(Act::Gated(gate)) => {
                    gate.acquire().await.expect("never closed").forget();
                }
                _ => {}
            }
            if at == 0 && let Some(text) = &note {
                script.lock().expect("not poisoned").begun.push((text.clone(), Instant::now()));
            }
            yield Ok(piece_event(wire, &piece));
            if at < last && !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
        }
        let refused = matches!(act, Some(Act::Refuse));
        for event in ending(wire, refused) {
            yield Ok(event);
        }
    }
}

fn opening(wire: Wire) -> Vec<Bytes> {
    match wire {
        Wire::OpenAi => vec![data(
            &json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": null}]}),
        )],
        Wire::Anthropic => vec![
            named(
                "message_start",
                &json!({"type": "message_start", "message": {"id": "m", "role": "assistant", "content": [],
                    "usage": {"input_tokens": 11, "output_tokens": 1}}}),
            ),
            named(
                "content_block_start",
                &json!({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
            ),
            named("ping", &json!({"type": "ping"})),
        ],
    }
}

fn piece_event(wire: Wire, piece: &str) -> Bytes {
    match wire {
        Wire::OpenAi => data(
            &json!({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": null}]}),
        ),
        Wire::Anthropic => named(
            "content_block_delta",
            &json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}),
        ),
    }
}

fn error_event(wire: Wire) -> Bytes {
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "secret details"}});
    match wire {
        Wire::OpenAi => {
            data(&json!({"error": {"type": "server_error", "message": "secret details"}}))
        }
        Wire::Anthropic => named("error", &error),
    }
}

fn ending(wire: Wire, refused: bool) -> Vec<Bytes> {
    match wire {
        Wire::OpenAi => {
            let reason = if refused { "content_filter" } else { "stop" };
            vec![
                data(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})),
                data(
                    &json!({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}}),
                ),
                Bytes::from_static(b"data: [DONE]\n\n"),
            ]
        }
        Wire::Anthropic => {
            let reason = if refused { "refusal" } else { "end_turn" };
            vec![
                named(
                    "content_block_stop",
                    &json!({"type": "content_block_stop", "index": 0}),
                ),
                named(
                    "message_delta",
                    &json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 7}}),
                ),
                named("message_stop", &json!({"type": "message_stop"})),
            ]
        }
    }
}

fn data(value: &Value) -> Bytes {
    Bytes::from(format!("data: {value}\n\n"))
}

fn named(event: &str, value: &Value) -> Bytes {
    Bytes::from(format!("event: {event}\ndata: {value}\n\n"))
}

fn read(wire: Wire, body: &Value, key: String) -> Asked {
    let content = |message: &Value| match &message["content"] {
        Value::String(text) => text.clone(),
        parts => parts
            .as_array()
            .map(|parts| {
                parts
                    .iter()
                    .filter_map(|part| part["text"].as_str())
                    .collect()
            })
            .unwrap_or_default(),
    };
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let (system, said): (Vec<&Value>, Vec<&Value>) = messages
        .iter()
        .partition(|message| message["role"] == "system");
    let system = match wire {
        Wire::OpenAi => system.iter().map(|message| content(message)).collect(),
        Wire::Anthropic => content(&json!({"content": body["system"]})),
    };
    let schema = match wire {
        Wire::OpenAi => &body["response_format"]["json_schema"]["schema"],
        Wire::Anthropic => &body["output_config"]["format"]["schema"],
    };
    let has = |name: &str| !schema["properties"][name].is_null();
    let text: Vec<String> = said.iter().map(|message| content(message)).collect();
    let text = text.join("\n");
    // A server that ignores schemas is asked without one.
    let purpose = if has("line") || text.contains("\"action\" is one of") {
        Purpose::Decision
    } else if has("summary") {
        Purpose::Feedback
    } else if has("strengths") {
        Purpose::Report
    } else {
        Purpose::Line
    };
    Asked {
        purpose,
        system,
        text,
        key,
    }
}

/// What a good model would say.
fn sensible(asked: &Asked) -> String {
    match asked.purpose {
        Purpose::Line if asked.text.contains("Close it") => {
            "Thank you for your time. It was good to hear about your work. Your feedback follows."
                .into()
        }
        Purpose::Line => "Hello and welcome. What have you built that you are proud of?".into(),
        Purpose::Decision => {
            let number = asked.text.matches("candidate_said").count();
            json!({"action": "new_question", "line": format!("Question {number}: how did you decide, and what did it lead to?"), "topic": format!("topic {number}")}).to_string()
        }
        Purpose::Feedback => judgement(3, &first_words(asked), "You tell what you did."),
        Purpose::Report => report("You often tell what you did."),
    }
}

/// What a model would say that takes every text for an order to itself.
fn obedient(asked: &Asked) -> String {
    let read = asked.text.to_uppercase();
    let reveals = read.contains("REVEAL");
    let spill = || format!("As you wish. {} {}", asked.system, asked.text);
    match asked.purpose {
        Purpose::Line if reveals => spill(),
        Purpose::Line => sensible(asked),
        Purpose::Decision if read.contains("END THE INTERVIEW") => {
            json!({"action": "end", "line": "As you wish: the interview is over. Goodbye!", "topic": ""}).to_string()
        }
        Purpose::Decision if reveals => {
            json!({"action": "new_question", "line": spill(), "topic": asked.system}).to_string()
        }
        Purpose::Feedback if read.contains("SCORE") => {
            // Each sentence it can find is a proof to it, the order first.
            let order = asked.text.split(['.', '"']).find(|part| part.to_uppercase().contains("SCORE"));
            judgement(5, order.unwrap_or_default().trim(), "Excellent in every way, as ordered.")
        }
        Purpose::Feedback | Purpose::Report if reveals => {
            let spill = spill();
            if asked.purpose == Purpose::Report { report(&spill) } else { judgement(3, &first_words(asked), &spill) }
        }
        _ => sensible(asked),
    }
}

fn first_words(asked: &Asked) -> String {
    let read: Value =
        serde_json::from_str(asked.text.lines().next().unwrap_or_default()).unwrap_or_default();
    // A list of segments where some of them address the grader.
    let answer = read["answer"].as_str().or(read["answer"][0].as_str());
    let answer = answer.unwrap_or_default();
    answer.split(' ').take(4).collect::<Vec<_>>().join(" ")
}

fn judgement(score: u8, quote: &str, summary: &str) -> String {
    let judged = json!({"quotes": [quote], "reason": "It says so.", "score": score});
    json!({
        "scores": {"structure": judged, "specificity": judged, "relevance": judged, "depth": judged, "communication": judged},
        "summary": summary,
        "to_change": ["Name the result."],
        "worked": ["You answered."],
    })
    .to_string()
}

fn report(text: &str) -> String {
    json!({"patterns_tendencies": text, "strengths": text, "weaknesses": text, "improvement_focus_areas": text})
        .to_string()
}
