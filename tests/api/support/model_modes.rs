//! Model servers as they were reported to behave: one named mode for each behaviour, played byte by byte, for
//! OpenAI's wire format and Anthropic's. What a mode says is sensible; how it says it is the server's.

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use llm::LlmProvider;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request for an answer.
pub(crate) struct Asked {
    pub path: String,
    pub headers: HashMap<String, String>,
    pub body: Value,
    /// Requests before this one, of the interviewer or of the coach, whose ever it is.
    pub before: usize,
    /// The coach asks.
    pub for_coach: bool,
    /// What a good model would answer.
    pub answer: String,
}

impl Asked {
    /// Tokens that the answer may have.
    pub(crate) fn limit(&self) -> u64 {
        let body = &self.body;
        let limit = body["max_tokens"].as_u64();
        limit
            .or_else(|| body["max_completion_tokens"].as_u64())
            .unwrap_or(u64::MAX)
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        !self.body[field].is_null()
    }

    /// Whether the answer is a decision, rather than a line or a judgement.
    pub(crate) fn is_decision(&self) -> bool {
        self.answer.contains("\"action\"")
    }

    /// Whether the answer is an object.
    pub(crate) fn is_object(&self) -> bool {
        self.answer.starts_with('{')
    }

    pub(crate) fn text(&self) -> String {
        self.body["messages"].to_string()
    }
}

/// Bytes of a response, each part after a pause.
pub(crate) type Played = Vec<(Duration, Vec<u8>)>;

/// What a mode ends in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ends {
    /// The interview goes on to its end.
    Works,
    /// With this problem code, after one request.
    Fails(&'static str),
}

pub(crate) struct Mode {
    /// What the server does.
    pub name: &'static str,
    pub provider: LlmProvider,
    pub ends: Ends,
    pub play: fn(&Asked) -> Played,
}

/// One mode, listening.
pub(crate) struct ModeServer {
    pub url: String,
    /// Requests of the interviewer and of the coach.
    asked: Arc<Mutex<[usize; 2]>>,
    accepting: tokio::task::JoinHandle<()>,
}

impl ModeServer {
    pub(crate) async fn start(play: fn(&Asked) -> Played) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let asked = Arc::new(Mutex::new([0; 2]));
        let counter = Arc::clone(&asked);
        let accepting = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(answer(socket, play, Arc::clone(&counter)));
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            asked,
            accepting,
        }
    }

    /// Requests for an answer so far.
    pub(crate) fn asked(&self) -> usize {
        self.asked.lock().expect("not poisoned").iter().sum()
    }
}

impl Drop for ModeServer {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn answer(mut socket: TcpStream, play: fn(&Asked) -> Played, asked: Arc<Mutex<[usize; 2]>>) {
    let Some((path, headers, body)) = request(&mut socket).await else {
        return;
    };
    let answer = line(&body);
    let for_coach = answer.is_none();
    let before = {
        let mut counts = asked.lock().expect("not poisoned");
        let count = &mut counts[usize::from(for_coach)];
        *count += 1;
        *count - 1
    };
    let asked = Asked {
        answer: answer.unwrap_or_else(|| judgement(&body)),
        for_coach,
        path,
        headers,
        body,
        before,
    };
    for (pause, bytes) in play(&asked) {
        tokio::time::sleep(pause).await;
        if socket.write_all(&bytes).await.is_err() {
            return;
        }
        let _flushed = socket.flush().await;
    }
    let _closed = socket.shutdown().await;
}

async fn request(socket: &mut TcpStream) -> Option<(String, HashMap<String, String>, Value)> {
    let mut read = Vec::new();
    let head = loop {
        let mut chunk = [0; 8_192];
        let count = socket
            .read(&mut chunk)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        read.extend_from_slice(&chunk[..count]);
        if let Some(at) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break at;
        }
    };
    let text = String::from_utf8_lossy(&read[..head]).into_owned();
    let mut lines = text.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: HashMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().expect("a length"));
    let mut body = read.split_off(head + 4);
    while body.len() < length {
        let mut chunk = [0; 8_192];
        let count = socket
            .read(&mut chunk)
            .await
            .ok()
            .filter(|count| *count > 0)?;
        body.extend_from_slice(&chunk[..count]);
    }
    let body = serde_json::from_slice(&body).unwrap_or_default();
    Some((path, headers, body))
}

/// A decision where one is asked for, else a line; `None` for the coach.
fn line(body: &Value) -> Option<String> {
    let text = body["messages"].to_string();
    let asks = |words: &str| text.contains(words);
    let line = if asks("Close it") {
        "Thank you for your time. Your feedback follows.".to_owned()
    } else if asks("\\\"action\\\" is one of") {
        json!({"action": "new_question", "line": "How did you decide, and what did it lead to?", "topic": "decisions"})
            .to_string()
    } else if asks("Open the interview") || asks("Ask the candidate one interview question") {
        "Hello and welcome. What are you proud of?".to_owned()
    } else {
        return None;
    };
    Some(line)
}

/// What a good coach says of an answer; to whoever asks for anything else, nothing of use.
fn judgement(body: &Value) -> String {
    if !body.to_string().contains("answers_the_question") {
        return "{}".to_owned();
    }
    let judged = json!({"quotes": ["I led the move of our billing"], "reason": "It says who did it.", "score": 3});
    json!({
        "answers_the_question": true,
        "scores": {"structure": judged, "specificity": judged, "relevance": judged, "depth": judged, "communication": judged},
        "summary": "You tell what you did.", "worked": ["You answered."], "to_change": ["Name the result."],
    })
    .to_string()
}

/// A response with a body that ends with the connection.
pub(crate) fn response(version: &str, status: u16, headers: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes =
        format!("HTTP/{version} {status} X\r\nconnection: close\r\n{headers}\r\n").into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

pub(crate) fn at_once(bytes: Vec<u8>) -> Played {
    vec![(Duration::ZERO, bytes)]
}

pub(crate) fn refusal(status: u16, body: &Value) -> Played {
    let headers = "content-type: application/json\r\n";
    at_once(response(
        "1.1",
        status,
        headers,
        body.to_string().as_bytes(),
    ))
}

/// OpenAI's usual error.
pub(crate) fn error(status: u16, code: &str, message: &str) -> Played {
    refusal(
        status,
        &json!({"error": {"message": message, "type": "invalid_request_error", "param": null, "code": code}}),
    )
}

/// Anthropic's usual error.
pub(crate) fn anthropic_error(status: u16, kind: &str, message: &str) -> Played {
    refusal(
        status,
        &json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"}),
    )
}

const EVENTS: &str = "content-type: text/event-stream\r\n";

/// A stream of these bytes.
pub(crate) fn events(text: &str) -> Played {
    at_once(response("1.1", 200, EVENTS, text.as_bytes()))
}

/// A stream whose parts come one after the other.
pub(crate) fn slow_events(parts: &[&str], pause: Duration) -> Played {
    let mut played = at_once(response("1.1", 200, EVENTS, b""));
    played.extend(parts.iter().map(|part| (pause, part.as_bytes().to_vec())));
    played
}

/// One chunk of OpenAI's.
pub(crate) fn chunk(delta: &Value, finish: Option<&str>) -> String {
    let chunk = json!({"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]});
    format!("data: {chunk}\n\n")
}

pub(crate) fn said(text: &str) -> String {
    chunk(&json!({"content": text}), None)
}

/// An answer as OpenAI streams it, cut into pieces of a few letters.
pub(crate) fn openai(text: &str) -> String {
    openai_ending(text, "stop")
}

pub(crate) fn openai_ending(text: &str, finish: &str) -> String {
    let mut stream = chunk(&json!({"role": "assistant", "content": ""}), None);
    let letters: Vec<char> = text.chars().collect();
    for piece in letters.chunks(5) {
        stream.push_str(&said(&piece.iter().collect::<String>()));
    }
    stream.push_str(&chunk(&json!({}), Some(finish)));
    stream + &usage() + "data: [DONE]\n\n"
}

pub(crate) fn usage() -> String {
    format!(
        "data: {}\n\n",
        json!({"id": "c", "choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}})
    )
}

/// The whole answer in one body.
pub(crate) fn openai_body(text: &str) -> Vec<u8> {
    json!({"id": "c", "object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop",
        "message": {"role": "assistant", "content": text}}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}})
    .to_string()
    .into_bytes()
}

/// An answer as Anthropic streams it; `before`: events before the text.
pub(crate) fn anthropic(before: &str, text: &str, stop: &str) -> String {
    let event = |value: Value| {
        let name = value["type"].as_str().unwrap_or_default().to_owned();
        format!("event: {name}\ndata: {value}\n\n")
    };
    let mut stream = event(
        json!({"type": "message_start", "message": {"id": "m", "role": "assistant", "content": [],
        "usage": {"input_tokens": 11, "output_tokens": 1}}}),
    );
    stream.push_str(before);
    stream.push_str(&event(
        json!({"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}}),
    ));
    for piece in text.split_inclusive(' ') {
        stream.push_str(&event(json!({"type": "content_block_delta", "index": 1,
            "delta": {"type": "text_delta", "text": piece}})));
    }
    stream.push_str(&event(json!({"type": "content_block_stop", "index": 1})));
    stream.push_str(&event(
        json!({"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": 7}}),
    ));
    stream + &event(json!({"type": "message_stop"}))
}

pub(crate) fn gzipped(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).expect("in memory");
    encoder.finish().expect("in memory")
}

pub(crate) fn zlib(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text).expect("in memory");
    encoder.finish().expect("in memory")
}
