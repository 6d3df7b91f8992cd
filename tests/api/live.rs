//! Live transcription: who may speak, what is told while they do, and that no finished word is lost.

use std::time::Duration;

use futures_util::SinkExt as _;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{self, Message};
use uuid::Uuid;

use crate::support::socket::{Socket, WEBM, finals, kinds, record, row, settled, token};
use crate::support::{Fault, SpeechServer, TestApp, eventually};

#[tokio::test]
async fn utterances_are_cut_at_silence_and_transcribed_one_by_one() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let mut socket = Socket::begun(
        &app.url,
        &json!({"type": "start", "session_id": session, "language": "en"}),
    )
    .await;
    let connected = socket.event().await;
    assert_eq!(
        (&connected["type"], &connected["text"]),
        (&json!("connected"), &json!(""))
    );
    record(&mut socket).await;
    socket.say(&json!({"type": "stop"})).await;
    let events = socket.rest().await;
    assert_eq!(
        kinds(&events),
        [
            "speech_started",
            "transcript",
            "utterance_end",
            "speech_started",
            "transcript",
            "utterance_end"
        ]
    );
    let heard = speech.heard();
    assert_eq!(heard.len(), 2);
    for (asked, text) in heard.iter().zip(finals(&events)) {
        assert_eq!(
            (asked.file_name.as_str(), &asked.body["language"]),
            ("audio.wav", &json!("en"))
        );
        assert_eq!(text, format!("I heard {} bytes.", asked.file.len()));
    }
    let (first, second) = (
        events[0]["timestamp"].as_f64(),
        events[3]["timestamp"].as_f64(),
    );
    assert!(first < second && second > Some(4.0), "{events:?}");
    let row = settled(&connected["task_id"]).await;
    assert_eq!(
        (&row["status"], &row["task_type"]),
        (&json!("completed"), &json!("stt_stream"))
    );
    assert_eq!(
        row["result_data"]["transcription"],
        finals(&events).join(" ")
    );
    let seconds = row["result_data"]["duration"].as_f64().expect("seconds");
    assert!(
        seconds > 5.0 && seconds < 7.5,
        "speech alone is counted: {seconds}"
    );
    let used = guest.read("/speech/usage_stats", session).await.body["usage"]["seconds"].clone();
    assert!((used.as_f64().expect("seconds") - seconds).abs() < 0.01);
}

#[tokio::test]
async fn bare_samples_are_heard_at_each_rate() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    // A voice is needed to begin an utterance: it is decoded by the same tools that the service uses.
    let samples = decoded(WEBM);
    for (rate, times) in [(16_000, 1), (48_000, 3)] {
        let start = json!({"type": "start", "access_token": token(&alice), "encoding": "linear16", "sample_rate": rate});
        let mut socket = Socket::begun(&app.url, &start).await;
        assert_eq!(socket.event().await["type"], "connected");
        let bytes: Vec<u8> = samples
            .iter()
            .flat_map(|sample| std::iter::repeat_n(sample.to_le_bytes(), times).flatten())
            .collect();
        for piece in bytes.chunks(3_201) {
            socket.sound(piece).await;
        }
        socket.say(&json!({"type": "stop"})).await;
        assert_eq!(finals(&socket.rest().await).len(), 2, "at {rate}");
    }
}

fn decoded(webm: &[u8]) -> Vec<i16> {
    use symphonia::core::formats::FormatOptions;
    use symphonia::core::formats::probe::Hint;
    use symphonia::core::io::MediaSourceStream;
    use symphonia::core::meta::MetadataOptions;
    let source = MediaSourceStream::new(
        Box::new(std::io::Cursor::new(webm.to_vec())),
        Default::default(),
    );
    let mut format = symphonia::default::get_probe()
        .probe(
            &Hint::new(),
            source,
            FormatOptions::default(),
            MetadataOptions::default(),
        )
        .expect("a recording");
    let mut decoder = opus_decoder::OpusDecoder::new(16_000, 1).expect("a decoder");
    let (mut samples, mut piece) = (Vec::new(), vec![0; 1_920]);
    while let Ok(Some(packet)) = format.next_packet() {
        let length = decoder
            .decode(&packet.data, &mut piece, false)
            .expect("a packet");
        samples.extend_from_slice(&piece[..length]);
    }
    samples
}

#[tokio::test]
async fn the_old_client_begins_with_sound_on_a_guests_session_in_the_url() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let path = format!("/api/speech-to-text/stream?session_id={session}");
    let mut socket = Socket::open(&app.url, &path, None).await.expect("a socket");
    assert_eq!(socket.event().await["type"], "connected");
    record(&mut socket).await;
    socket.say(&json!({"type": "CloseStream"})).await;
    let events = socket.rest().await;
    assert_eq!(finals(&events).len(), 2);
    assert!(
        events
            .iter()
            .all(|event| event["type"] != "transcript" || event["text"].is_string())
    );
}

#[tokio::test]
async fn nobody_speaks_into_anothers_session_or_takes_up_anothers_words() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let (alice, bob, guest) = (app.user("Alice").await, app.user("Bob").await, app.guest());
    let (hers, open) = (
        alice.create(&json!({})).await,
        guest.create(&json!({})).await,
    );
    let mut hers_live = Socket::begun(
        &app.url,
        &json!({"type": "start", "access_token": token(&alice), "session_id": hers}),
    )
    .await;
    let task = hers_live.event().await["task_id"].clone();
    let expired = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.x";
    for (start, code) in [
        (
            json!({"type": "start", "access_token": token(&bob), "session_id": hers}),
            "session_not_found",
        ),
        (
            json!({"type": "start", "access_token": token(&bob), "session_id": open}),
            "session_not_found",
        ),
        (
            json!({"type": "start", "access_token": token(&bob), "task_id": task}),
            "task_not_found",
        ),
        (
            json!({"type": "start", "session_id": open, "task_id": task}),
            "task_not_found",
        ),
        (
            json!({"type": "start", "session_id": hers}),
            "session_not_found",
        ),
        (
            json!({"type": "start", "session_id": Uuid::new_v4()}),
            "session_not_found",
        ),
        (json!({"type": "start"}), "session_required"),
        (
            json!({"type": "start", "access_token": expired, "session_id": open}),
            "token_invalid",
        ),
        (
            json!({"type": "start", "session_id": "nobody"}),
            "start_required",
        ),
        (json!({"type": "begin"}), "start_required"),
        (
            json!({"type": "start", "session_id": open, "encoding": "mulaw"}),
            "encoding_unsupported",
        ),
    ] {
        let mut socket = Socket::begun(&app.url, &start).await;
        let events = socket.rest().await;
        assert_eq!(
            (events.len(), &events[0]["code"]),
            (1, &json!(code)),
            "{start}: {events:?}"
        );
        assert_eq!(events[0]["type"], "error");
        assert!(
            events[0]["error"]
                .as_str()
                .is_some_and(|error| !error.is_empty())
        );
    }
    let path = format!("/speech/stream?session_id={hers}");
    let mut socket = Socket::open(&app.url, &path, None).await.expect("a socket");
    assert_eq!(socket.event().await["code"], "session_not_found");
    let refused = Socket::open(
        &app.url,
        "/speech/stream",
        Some(&format!("ai-interviewer, bearer.{expired}")),
    )
    .await;
    assert!(matches!(refused, Err(tungstenite::Error::Http(response)) if response.status() == 401));
    let answer = guest.get("/speech/stream").await;
    answer.is_problem(426, "websocket_required");
}

#[tokio::test]
async fn a_token_comes_as_a_subprotocol_or_in_the_first_message() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    let protocols = format!("ai-interviewer, bearer.{}", token(&alice));
    let mut socket = Socket::open(&app.url, "/speech/stream", Some(&protocols))
        .await
        .expect("a socket");
    socket.say(&json!({"type": "start"})).await;
    let task = socket.event().await["task_id"].clone();
    drop(socket);
    let row = settled(&task).await;
    assert!(row["user_id"].is_string());
    assert_eq!(
        (&row["status"], &row["result_data"]["transcription"]),
        (&json!("completed"), &json!(""))
    );
}

#[tokio::test]
async fn what_was_finished_survives_the_connection_and_is_taken_up_again() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    speech.says("Before the break.");
    let gate = speech.gated();
    gate.add_permits(1);
    let mut socket =
        Socket::begun(&app.url, &json!({"type": "start", "session_id": session})).await;
    let task = socket.event().await["task_id"].clone();
    record(&mut socket).await;
    socket.0.send(Message::Close(None)).await.expect("sent");
    // A connection that is reset takes with it what is still on its way: all sound must have arrived before.
    eventually("the provider has it all", async || {
        speech.heard().len() == 2
    })
    .await;
    // Gone, while the provider has not answered yet: who comes back at once is told of those words, too.
    drop(socket);
    let again = json!({"type": "start", "session_id": session, "task_id": task});
    let mut socket = Socket::begun(&app.url, &again).await;
    gate.add_permits(10);
    let mut told = vec![socket.event().await];
    assert_eq!(told[0]["task_id"], task);
    let before = "Before the break. Before the break.";
    while heard(&told) != before {
        told.push(socket.event().await);
    }
    speech.says("After it.");
    record(&mut socket).await;
    socket.say(&json!({"type": "stop"})).await;
    told.extend(socket.rest().await);
    let whole = "Before the break. Before the break. After it. After it.";
    assert_eq!(heard(&told), whole);
    assert_eq!(settled(&task).await["result_data"]["transcription"], whole);
    let path = format!("/speech/task_status/{}", task.as_str().expect("an id"));
    assert_eq!(guest.read(&path, session).await.body["transcript"], whole);
}

/// All final words that a connection was told of.
fn heard(events: &[Value]) -> String {
    let before = events[0]["text"].as_str().expect("a text");
    let words = std::iter::once(before).chain(finals(&events[1..]));
    words
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test]
async fn who_comes_back_is_told_every_word_and_heard_at_once_however_slow_the_provider_is() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    let start = json!({"type": "start", "access_token": token(&alice)});
    let gate = speech.gated();
    speech.says("Before.");
    let mut first = Socket::begun(&app.url, &start).await;
    let task = first.event().await["task_id"].clone();
    record(&mut first).await;
    eventually("the provider has the beginning", async || {
        speech.heard().len() == 1
    })
    .await;
    // The service does not know that this connection is broken: it hears nothing more of it.
    let again = json!({"type": "start", "access_token": token(&alice), "task_id": task});
    let mut second = Socket::begun(&app.url, &again).await;
    let mut told = vec![second.event().await];
    assert_eq!(
        (&told[0]["type"], &told[0]["text"]),
        (&json!("connected"), &json!(""))
    );
    record(&mut second).await;
    second.say(&json!({"type": "stop"})).await;
    gate.add_permits(1);
    eventually("the provider has the rest of it", async || {
        speech.heard().len() == 2
    })
    .await;
    speech.says("After.");
    gate.add_permits(10);
    told.extend(second.rest().await);
    let whole = "Before. Before. After. After.";
    assert_eq!(heard(&told), whole);
    assert_eq!(settled(&task).await["result_data"]["transcription"], whole);
    drop(first);
}

#[tokio::test]
async fn an_utterance_the_provider_fails_on_is_told_and_the_next_is_heard() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    for _ in 0..2 {
        speech.next(Fault::Status(500, None, "x"));
    }
    let mut socket = Socket::begun(
        &app.url,
        &json!({"type": "start", "access_token": token(&alice)}),
    )
    .await;
    socket.event().await;
    record(&mut socket).await;
    socket.say(&json!({"type": "stop"})).await;
    let events = socket.rest().await;
    assert_eq!(events[1]["code"], "utterance_missed", "{events:?}");
    assert_eq!(finals(&events).len(), 1);
}

#[tokio::test]
async fn sound_that_is_none_ends_with_an_error_and_an_idle_stream_by_itself() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.speech.stream_idle = Duration::from_millis(300)
    });
    let alice = app.user("Alice").await;
    let start = json!({"type": "start", "access_token": token(&alice)});
    let mut socket = Socket::begun(&app.url, &start).await;
    socket.event().await;
    socket
        .sound(b"this is a text, and long enough to be sure of it")
        .await;
    socket.say(&json!({"type": "stop"})).await;
    let events = socket.rest().await;
    assert_eq!(
        (events.len(), &events[0]["code"]),
        (1, &json!("audio_unusable")),
        "{events:?}"
    );
    let mut socket = Socket::begun(&app.url, &start).await;
    socket.event().await;
    assert_eq!(socket.rest().await[0]["code"], "stream_idle");
}

#[tokio::test]
async fn places_for_streams_are_limited_and_given_back() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.speech.max_streams = 1);
    let alice = app.user("Alice").await;
    let start = json!({"type": "start", "access_token": token(&alice)});
    let mut first = Socket::begun(&app.url, &start).await;
    first.event().await;
    let mut second = Socket::begun(&app.url, &start).await;
    assert_eq!(second.event().await["code"], "speech_busy");
    drop(first);
    eventually("the place is free again", async || {
        let mut third = Socket::begun(&app.url, &start).await;
        third.event().await["type"] == "connected"
    })
    .await;
}

#[tokio::test]
async fn a_days_seconds_end_a_stream_after_what_was_said() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.speech.seconds_per_day = 2);
    let alice = app.user("Alice").await;
    let start = json!({"type": "start", "access_token": token(&alice)});
    let mut socket = Socket::begun(&app.url, &start).await;
    let task = socket.event().await["task_id"].clone();
    record(&mut socket).await;
    let events = socket.rest().await;
    assert_eq!(finals(&events).len(), 1);
    assert_eq!(
        events.last().expect("events")["code"],
        "speech_budget_exceeded"
    );
    assert_eq!(
        settled(&task).await["result_data"]["transcription"],
        finals(&events)[0]
    );
    let before = speech.heard().len();
    let again = json!({"type": "start", "access_token": token(&alice), "task_id": task});
    for start in [start, again] {
        let mut socket = Socket::begun(&app.url, &start).await;
        assert_eq!(socket.event().await["code"], "speech_budget_exceeded");
    }
    assert_eq!(speech.heard().len(), before);
    assert_eq!(row(&task).await["status"], "completed", "as it was");
}

#[tokio::test]
async fn a_shutdown_ends_streams_with_what_they_heard() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    let mut socket = Socket::begun(
        &app.url,
        &json!({"type": "start", "access_token": token(&alice)}),
    )
    .await;
    let task = socket.event().await["task_id"].clone();
    record(&mut socket).await;
    assert_eq!(socket.event().await["type"], "speech_started");
    let stopped = tokio::task::spawn_blocking(move || drop(app));
    let events = socket.rest().await;
    assert!(
        events.iter().any(|event| event["code"] == "restarting"),
        "{events:?}"
    );
    stopped.await.expect("stopped");
    let row = row(&task).await;
    assert_eq!(row["status"], "completed");
    assert_ne!(row["result_data"]["transcription"], "");
}
