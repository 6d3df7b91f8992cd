//! Speech providers without speech: OpenAI's audio API and Deepgram's socket, with their faults.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use actix_ws::{CloseCode, CloseReason, Message};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde_json::{Value, json};

use super::server::Server;

/// What becomes of one request.
#[derive(Clone)]
pub(crate) enum Fault {
    /// A status, `Retry-After`, and the error's code.
    Status(u16, Option<&'static str>, &'static str),
    /// Silence for so long, then the answer.
    Slow(Duration),
    /// So many bytes, then the connection is closed.
    Truncate(usize),
    /// So many bytes, then silence.
    Stall(usize),
    /// A body that is not what it should be.
    Nonsense,
}

/// A request as it came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard {
    pub path: String,
    pub key: String,
    /// The body of a request to speak; the fields of a request to transcribe.
    pub body: Value,
    pub file_name: String,
    pub file: Bytes,
}

#[derive(Default)]
struct Script {
    faults: VecDeque<Fault>,
    heard: Vec<Heard>,
    /// Instead of the usual transcription.
    says: Option<String>,
    /// Transcriptions wait until this is released.
    gate: Option<Arc<tokio::sync::Semaphore>>,
    live: Vec<Vec<u8>>,
    live_closes_after: Option<usize>,
}

pub(crate) struct SpeechServer {
    /// Without a path: `/v1` follows.
    pub url: String,
    script: Arc<Mutex<Script>>,
    _server: Server,
}

impl SpeechServer {
    pub(crate) fn start() -> Self {
        let script = Arc::new(Mutex::new(Script::default()));
        let shared = web::Data::from(Arc::clone(&script));
        let server = Server::start(move |cfg| {
            cfg.app_data(shared.clone())
                .route("/v1/audio/speech", web::post().to(speak))
                .route("/v1/audio/transcriptions", web::post().to(transcribe))
                .route("/v1/models", web::get().to(models))
                .route("/v1/projects", web::get().to(models))
                .route("/v1/listen", web::get().to(listen));
        });
        Self {
            url: server.url.clone(),
            script,
            _server: server,
        }
    }

    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.script.lock().expect("not poisoned")
    }

    /// What becomes of the next request, after those named before.
    pub(crate) fn next(&self, fault: Fault) {
        self.script().faults.push_back(fault);
    }

    /// What every transcription says from now on.
    pub(crate) fn says(&self, text: &str) {
        self.script().says = Some(text.to_owned());
    }

    /// Holds transcriptions back until a permit is added for each.
    pub(crate) fn gated(&self) -> Arc<tokio::sync::Semaphore> {
        let gate = Arc::new(tokio::sync::Semaphore::new(0));
        self.script().gate = Some(Arc::clone(&gate));
        gate
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.script().heard.clone()
    }

    /// Sound that came over sockets, by connection.
    pub(crate) fn live(&self) -> Vec<Vec<u8>> {
        self.script().live.clone()
    }

    /// The next socket breaks after so many messages.
    pub(crate) fn breaks_after(&self, messages: usize) {
        self.script().live_closes_after = Some(messages);
    }
}

fn key(request: &HttpRequest) -> String {
    let header = request.headers().get("authorization");
    header
        .and_then(|key| key.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}

fn note(script: &web::Data<Mutex<Script>>, heard: Heard) -> Option<Fault> {
    let mut script = script.lock().expect("not poisoned");
    script.heard.push(heard);
    script.faults.pop_front()
}

async fn models(request: HttpRequest) -> HttpResponse {
    if key(&request).contains("wrong") {
        return HttpResponse::Unauthorized().finish();
    }
    HttpResponse::Ok().json(json!({"data": [{"id": "whisper-1"}]}))
}

/// A WAV file with as many samples as the text has characters: its code points.
pub(crate) fn spoken(text: &str) -> Vec<u8> {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: 16_000,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut file, spec).expect("a file");
    for character in text.chars() {
        let sample = i16::try_from(u32::from(character) % 30_000).expect("small");
        writer.write_sample(sample).expect("written");
    }
    writer.finalize().expect("whole");
    file.into_inner()
}

/// The text of such a file, however long its header says it is.
pub(crate) fn text_of(wav: &[u8]) -> String {
    wav[44..]
        .chunks_exact(2)
        .filter_map(|pair| char::from_u32(u32::from(u16::from_le_bytes([pair[0], pair[1]]))))
        .collect()
}

async fn speak(
    script: web::Data<Mutex<Script>>,
    request: HttpRequest,
    body: web::Json<Value>,
) -> HttpResponse {
    let body = body.into_inner();
    let audio = spoken(body["input"].as_str().unwrap_or_default());
    let fault = note(
        &script,
        Heard {
            path: request.path().to_owned(),
            key: key(&request),
            body,
            ..Heard::default()
        },
    );
    match fault {
        None => HttpResponse::Ok().content_type("audio/wav").body(audio),
        Some(fault) => faulty(fault, audio).await,
    }
}

async fn faulty(fault: Fault, whole: Vec<u8>) -> HttpResponse {
    let (sent, stalls) = match fault {
        Fault::Status(status, retry_after, code) => {
            let status = actix_web::http::StatusCode::from_u16(status).expect("a status");
            let mut response = HttpResponse::build(status);
            if let Some(seconds) = retry_after {
                response.insert_header(("retry-after", seconds));
            }
            return response.json(json!({"error": {"message": "secret details", "code": code}}));
        }
        Fault::Slow(wait) => {
            tokio::time::sleep(wait).await;
            return HttpResponse::Ok().body(whole);
        }
        Fault::Nonsense => return HttpResponse::Ok().body("<html>not this</html>"),
        Fault::Truncate(bytes) => (bytes, false),
        Fault::Stall(bytes) => (bytes, true),
    };
    let part = Bytes::from(whole[..sent.min(whole.len())].to_vec());
    HttpResponse::Ok().streaming(async_stream::stream! {
        if !part.is_empty() {
            yield Ok(part);
        }
        if stalls {
            tokio::time::sleep(Duration::from_secs(600)).await;
        }
        // What was sent gets there before the end does.
        tokio::time::sleep(Duration::from_millis(50)).await;
        yield Err(std::io::Error::other("cut"));
    })
}

async fn transcribe(
    script: web::Data<Mutex<Script>>,
    request: HttpRequest,
    mut parts: Multipart,
) -> HttpResponse {
    let mut heard = Heard {
        path: request.path().to_owned(),
        key: key(&request),
        body: json!({}),
        ..Heard::default()
    };
    while let Some(part) = parts.next().await {
        let mut part = part.expect("a part");
        let mut bytes = Vec::new();
        while let Some(piece) = part.next().await {
            bytes.extend_from_slice(&piece.expect("whole"));
        }
        let about = part.content_disposition().expect("a disposition");
        match about.get_filename() {
            Some(name) => {
                heard.file_name = name.to_owned();
                heard.file = bytes.into();
            }
            None => {
                let name = about.get_name().expect("a name").to_owned();
                heard.body[name] = json!(String::from_utf8(bytes).expect("text"));
            }
        }
    }
    let length = heard.file.len();
    let fault = note(&script, heard);
    let (says, gate) = {
        let script = script.lock().expect("not poisoned");
        (script.says.clone(), script.gate.clone())
    };
    if let Some(gate) = gate {
        gate.acquire().await.expect("open").forget();
    }
    let body = json!({
        "task": "transcribe", "language": "en", "duration": 3.25,
        "text": format!(" {}", says.unwrap_or_else(|| format!("I heard {length} bytes."))),
        "segments": [{"start": 0.0, "end": 3.25, "avg_logprob": -0.1, "no_speech_prob": 0.01}],
    });
    match fault {
        None => HttpResponse::Ok().json(body),
        Some(fault) => faulty(fault, body.to_string().into_bytes()).await,
    }
}

/// Deepgram: an interim and a final result for the sound so far, at the end what is left.
async fn listen(
    script: web::Data<Mutex<Script>>,
    request: HttpRequest,
    payload: web::Payload,
) -> actix_web::Result<HttpResponse> {
    let query: Value = url::form_urlencoded::parse(request.query_string().as_bytes())
        .map(|(name, value)| (name.into_owned(), json!(value)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let fault = note(
        &script,
        Heard {
            path: request.path().to_owned(),
            key: key(&request),
            body: query,
            ..Heard::default()
        },
    );
    if let Some(Fault::Status(status, ..)) = fault {
        let status = actix_web::http::StatusCode::from_u16(status).expect("a status");
        return Ok(HttpResponse::build(status).finish());
    }
    let (response, mut session, mut messages) = actix_ws::handle(&request, payload)?;
    let breaks = script
        .lock()
        .expect("not poisoned")
        .live_closes_after
        .take();
    actix_web::rt::spawn(async move {
        let at = {
            let mut script = script.lock().expect("not poisoned");
            script.live.push(Vec::new());
            script.live.len() - 1
        };
        let result = |text: &str, is_final: bool, start: f64| {
            json!({"type": "Results", "is_final": is_final, "start": start, "duration": 1.5,
                   "channel": {"alternatives": [{"transcript": text, "confidence": 0.9}]}})
            .to_string()
        };
        let mut count = 0;
        while let Some(Ok(message)) = messages.next().await {
            match message {
                Message::Binary(sound) => {
                    script.lock().expect("not poisoned").live[at].extend_from_slice(&sound);
                    count += 1;
                    if breaks == Some(count) {
                        return;
                    }
                    if count == 1 {
                        for told in [
                            json!({"type": "Metadata", "request_id": "x"}).to_string(),
                            json!({"type": "SpeechStarted", "timestamp": 0.2}).to_string(),
                            result("", true, 0.0),
                            result("Good", false, 0.0),
                            result("Good morning.", true, 0.0),
                            json!({"type": "UtteranceEnd", "last_word_end": 1.4}).to_string(),
                        ] {
                            session.text(told).await.expect("a client");
                        }
                    }
                }
                Message::Text(text) if text.contains("CloseStream") => {
                    session
                        .text(result("The last words.", true, 1.5))
                        .await
                        .expect("a client");
                    let reason = CloseReason {
                        code: CloseCode::Normal,
                        description: None,
                    };
                    session.close(Some(reason)).await.expect("a client");
                    return;
                }
                _ => {}
            }
        }
    });
    Ok(response)
}
