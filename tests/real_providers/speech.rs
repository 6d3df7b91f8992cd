//! The loop on real parts: flite speaks, our service passes it on, a real Whisper model hears it through our
//! batch endpoint and our socket, and the words come back.

use std::process::Command;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use ai_interviewer::config::SpeechConfig;
use futures_util::{SinkExt as _, StreamExt as _};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use speech::{AudioApi, ProviderConfig};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use uuid::Uuid;

use crate::python::{EARS, PythonServer};
use crate::support::server::Server;
use crate::support::{Answer, Client, TestApp};

const SENTENCES: [&str; 5] = [
    "We measured every change before we made it.",
    "I worked with a small team for many years.",
    "The customers were happy with the new design.",
    "My favorite project was a tool for teachers.",
    "I asked my manager for help and we found a better plan.",
];
const RECORDED: &str = "Last year I led the migration of our billing system. We measured every change before we made it.";

/// flite behind OpenAI's `POST /v1/audio/speech`; it knows WAV only.
fn voice() -> Server {
    Server::start(|cfg| {
        cfg.route("/v1/audio/speech", web::post().to(speak));
    })
}

async fn speak(body: web::Json<Value>) -> HttpResponse {
    let file = tempfile::NamedTempFile::new().expect("a file");
    let path = file.path().to_owned();
    let text = body["input"].as_str().expect("a text").to_owned();
    let spoken = web::block(move || {
        let status = Command::new("flite")
            .args(["-voice", "slt", "-t", &text, "-o"])
            .arg(&path)
            .status()
            .expect("flite is installed: run `make setup-test`");
        assert!(status.success());
        std::fs::read(path).expect("spoken")
    });
    HttpResponse::Ok()
        .content_type("audio/wav")
        .body(spoken.await.expect("spoken"))
}

fn app(ears: &PythonServer, voice: &Server) -> TestApp {
    let api = |url: &str, model: &str| AudioApi {
        base_url: format!("{url}/v1/").parse().expect("a URL"),
        api_key: None,
        model: model.to_owned(),
    };
    TestApp::with(|config| {
        config.speech = SpeechConfig {
            tts: Some(api(&voice.url, "tts-1")),
            stt: Some(api(&ears.url, "whisper-1")),
            segment_characters: 60,
            provider: ProviderConfig {
                // The test itself is the heaviest thing on a small machine.
                timeout: Duration::from_secs(120),
                first_byte_timeout: Duration::from_secs(60),
                ..config.speech.provider.clone()
            },
            ..config.speech.clone()
        };
    })
}

async fn spoken(client: &Client, session: Uuid, text: &str) -> Vec<u8> {
    let response = client
        .request(Method::POST, "/speech/text_to_speech")
        .header("x-session-id", session.to_string())
        .json(&json!({"text": text, "format": "wav"}))
        .send()
        .await
        .expect("an answer");
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "audio/wav");
    response.bytes().await.expect("whole").to_vec()
}

async fn heard(client: &Client, session: Uuid, file: Vec<u8>) -> Value {
    let form = Form::new()
        .text("language", "en")
        .part("audio_file", Part::bytes(file).file_name("a"));
    let request = client
        .request(Method::POST, "/speech/speech_to_text_batch")
        .header("x-session-id", session.to_string())
        .multipart(form);
    let accepted = Answer::of(request).await;
    assert_eq!(accepted.status, 202, "{accepted:?}");
    let path = format!(
        "/speech/task_status/{}",
        accepted.body["task_id"].as_str().expect("an id")
    );
    for _ in 0..1_200 {
        let task = client.read(&path, session).await.body;
        if task["status"] != "processing" {
            assert_eq!(task["status"], "completed", "{task}");
            return task;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it was never heard");
}

/// What the socket says to sound that comes in pieces.
async fn live(app: &TestApp, start: &Value, sound: &[u8], piece: usize) -> String {
    let url = format!("{}/speech/stream", app.url.replacen("http", "ws", 1));
    let (mut socket, _) = connect_async(url).await.expect("a socket");
    socket
        .send(Message::text(start.to_string()))
        .await
        .expect("sent");
    let (mut sink, mut stream) = socket.split();
    let sound = sound.to_vec();
    let speaking = tokio::spawn(async move {
        for piece in sound.chunks(piece) {
            sink.send(Message::binary(piece.to_vec()))
                .await
                .expect("sent");
        }
        sink.send(Message::text(r#"{"type":"stop"}"#))
            .await
            .expect("sent");
        sink
    });
    let mut text = String::new();
    while let Some(Ok(message)) = stream.next().await {
        let Message::Text(event) = message else {
            continue;
        };
        let event: Value = serde_json::from_str(&event).expect("JSON");
        println!("{event}");
        assert_ne!(event["type"], "error");
        if event["is_final"] == true {
            text.push_str(event["text"].as_str().expect("text"));
            text.push(' ');
        }
    }
    drop(speaking.await.expect("spoken"));
    text
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Share of the words that came back, in their order (longest common subsequence).
fn came_back(said: &str, heard: &str) -> f64 {
    let (said, heard) = (words(said), words(heard));
    let mut row = vec![0_u32; heard.len() + 1];
    for word in &said {
        let mut diagonal = 0;
        for (at, other) in heard.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if word == other {
                diagonal + 1
            } else {
                above.max(row[at])
            };
            diagonal = above;
        }
    }
    f64::from(row[heard.len()]) / f64::from(u32::try_from(said.len()).expect("few"))
}

#[tokio::test]
async fn spoken_words_come_back_by_recording_and_by_socket() {
    let _alone = super::ALONE.lock().await;
    let (ears, voice) = (PythonServer::start(EARS), voice());
    let app = app(&ears, &voice);
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let said = SENTENCES.join(" ");
    // Several requests to the voice, joined to one file.
    let audio = spoken(&guest, session, &said).await;
    let task = heard(&guest, session, audio.clone()).await;
    let share = came_back(&said, task["transcript"].as_str().expect("text"));
    println!("recording: {share:.3} of the words: {}", task["result"]);
    assert!(share >= 0.9, "{task}");
    assert!(
        task["result"]["confidence"]
            .as_f64()
            .is_some_and(|confidence| confidence > 0.3)
    );

    // The same voice with pauses between the sentences, as bare samples.
    let mut samples = Vec::new();
    for sentence in SENTENCES {
        samples.extend_from_slice(&spoken(&guest, session, sentence).await[44..]);
        samples.extend_from_slice(&vec![0; 2 * 16_000]);
    }
    let start =
        json!({"type": "start", "session_id": session, "encoding": "linear16", "language": "en"});
    let text = live(&app, &start, &samples, 3_200).await;
    let share = came_back(&said, &text);
    println!("socket, samples: {share:.3} of the words: {text}");
    assert!(share >= 0.9, "{text}");

    // A browser's own recording, both ways.
    let recording = include_bytes!("../audio/recorded-by-chromium.webm");
    let task = heard(&guest, session, recording.to_vec()).await;
    let share = came_back(RECORDED, task["transcript"].as_str().expect("text"));
    println!(
        "recording, WebM: {share:.3} of the words: {}",
        task["transcript"]
    );
    assert!(share >= 0.9, "{task}");
    let start = json!({"type": "start", "session_id": session, "language": "en"});
    let text = live(&app, &start, recording, 250).await;
    let share = came_back(RECORDED, &text);
    println!("socket, WebM: {share:.3} of the words: {text}");
    assert!(share >= 0.9, "{text}");
}

#[test]
fn words_are_compared_in_their_order() {
    let close = |found: f64, expected: f64| (found - expected).abs() < 1e-9;
    assert!(close(
        came_back("one two three four", "One, two! three four."),
        1.0
    ));
    assert!(close(
        came_back("one two three four", "four three two one"),
        0.25
    ));
    assert!(close(came_back("one two", ""), 0.0));
}
