//! Text to speech: the audio, the task's row, the cache, the provider's faults.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{
    Answer, Client, Fault, SpeechServer, TestApp, eventually, spoken, stack, text_of,
};

struct Audio {
    task_id: Uuid,
    kind: String,
    bytes: Result<Vec<u8>, reqwest::Error>,
}

async fn audio(client: &Client, session: Option<Uuid>, body: &Value) -> Audio {
    let mut request = client
        .request(Method::POST, "/speech/text_to_speech")
        .json(body);
    if let Some(session) = session {
        request = request.header("x-session-id", session.to_string());
    }
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200);
    let header = |name: &str| response.headers()[name].to_str().expect("text").to_owned();
    Audio {
        task_id: header("x-task-id").parse().expect("a task's id"),
        kind: header("content-type"),
        bytes: response.bytes().await.map(Into::into),
    }
}

/// The task's row, once it has settled.
async fn settled(task: Uuid) -> Value {
    let row = async || {
        let sql = "select to_jsonb(t) from speech_tasks t where task_id = $1";
        let row = stack()
            .db()
            .await
            .query_one(sql, &[&task])
            .await
            .expect("a row");
        row.get::<_, Value>(0)
    };
    eventually("the task settles", async || {
        row().await["status"] != "processing"
    })
    .await;
    row().await
}

#[tokio::test]
async fn a_text_is_spoken_and_its_task_tells_what_became_of_it() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    let session = alice.create(&json!({})).await;
    let body =
        json!({"text": "Tell me about yourself.", "voice": "nova", "speed": 1.5, "format": "wav"});
    let heard = audio(&alice, Some(session), &body).await;
    assert_eq!(heard.kind, "audio/wav");
    assert_eq!(
        heard.bytes.expect("whole"),
        spoken("Tell me about yourself.")
    );
    let asked = &speech.heard()[0];
    assert_eq!(asked.key, "Bearer sk-the-secret-ears");
    assert_eq!(
        asked.body,
        json!({"model": "tts-1", "input": "Tell me about yourself.", "voice": "nova", "response_format": "wav", "speed": 1.5})
    );
    let row = settled(heard.task_id).await;
    assert_eq!(
        (&row["status"], &row["task_type"]),
        (&json!("completed"), &json!("tts"))
    );
    assert_eq!(row["session_id"], json!(session));
    let result = &row["result_data"];
    assert_eq!(
        (&result["voice"], &result["characters"], &result["bytes"]),
        (&json!("nova"), &json!(23), &json!(44 + 46))
    );
    assert!(
        result["duration"]
            .as_f64()
            .is_some_and(|seconds| seconds > 0.0)
    );
    let task = alice
        .get(&format!("/speech/task_status/{}", heard.task_id))
        .await;
    assert_eq!(
        (task.status.as_u16(), &task.body["status"]),
        (200, &json!("completed"))
    );
    assert!(
        !row.to_string().contains("yourself"),
        "the text is nowhere kept"
    );
}

#[tokio::test]
async fn what_was_spoken_once_is_not_asked_for_again() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let body = json!({"text": "Welcome.", "format": "wav"});
    let first = audio(&guest, Some(session), &body).await;
    settled(first.task_id).await;
    let again = audio(&guest, Some(session), &body).await;
    assert_eq!(again.bytes.expect("whole"), first.bytes.expect("whole"));
    assert_eq!(
        settled(again.task_id).await["result_data"]["from_cache"],
        true
    );
    assert_eq!(speech.heard().len(), 1);
    let other = json!({"text": "Welcome.", "format": "wav", "voice": "onyx"});
    audio(&guest, Some(session), &other).await;
    assert_eq!(speech.heard().len(), 2, "another voice is another audio");
    let stats = guest.read("/speech/usage_stats", session).await;
    assert_eq!(
        stats.body["usage"]["characters"], 16,
        "what the provider was not asked for is free"
    );
}

#[tokio::test]
async fn long_texts_are_split_at_sentences_and_joined_to_one_file() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.speech.segment_characters = 60);
    let alice = app.user("Alice").await;
    let text: String = (1..=9)
        .map(|n| format!("This is sentence {n} of a long text. "))
        .collect();
    let heard = audio(&alice, None, &json!({"text": text, "format": "wav"})).await;
    let inputs: Vec<String> = speech
        .heard()
        .iter()
        .map(|asked| asked.body["input"].as_str().expect("text").to_owned())
        .collect();
    assert_eq!(inputs.len(), 9);
    assert!(
        inputs.iter().all(|input| input.ends_with('.')),
        "{inputs:?}"
    );
    assert_eq!(text_of(&heard.bytes.expect("whole")), inputs.concat());
    let refused = alice
        .post(
            "/speech/text_to_speech",
            &json!({"text": text, "format": "opus"}),
        )
        .await;
    refused.is_problem(422, "format_not_joinable");
}

#[tokio::test]
async fn older_clients_send_forms() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let request = |path: &str| {
        guest
            .request(Method::POST, path)
            .header("x-session-id", session.to_string())
    };
    let encoded = request("/api/text-to-speech")
        .header("content-type", "application/x-www-form-urlencoded")
        .body("text=Hello%20there.&voice_id=echo&speed=0.75");
    assert_eq!(Answer::of(encoded).await.status, 200);
    let form = reqwest::multipart::Form::new()
        .text("text", "Hello again.")
        .text("speed", "2")
        .text("voice_id", "echo");
    assert_eq!(
        Answer::of(request("/api/text-to-speech/stream").multipart(form))
            .await
            .status,
        200
    );
    let heard = speech.heard();
    assert_eq!(
        (&heard[0].body["voice"], &heard[0].body["speed"]),
        (&json!("echo"), &json!(0.75))
    );
    assert_eq!(
        (&heard[1].body["input"], &heard[1].body["speed"]),
        (&json!("Hello again."), &json!(2.0))
    );
}

#[tokio::test]
async fn requests_that_make_no_sense_name_their_fields() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.speech.max_characters = 100);
    let alice = app.user("Alice").await;
    for (body, field) in [
        (json!({}), "text"),
        (json!({"text": " \n"}), "text"),
        (json!({"text": 7}), "text"),
        (json!({"text": "x".repeat(101)}), "text"),
        (json!({"text": "x", "speed": 0.4}), "speed"),
        (json!({"text": "x", "speed": "fast"}), "speed"),
        (json!({"text": "x", "speed": "NaN"}), "speed"),
        (json!({"text": "x", "voice": "../../etc"}), "voice"),
        (json!({"text": "x", "format": "midi"}), "format"),
        (json!({"text": "x", "session_id": "nobody"}), "session_id"),
    ] {
        let answer = alice.post("/speech/text_to_speech", &body).await;
        answer.is_problem(422, "validation_failed");
        let errors = answer.body["errors"].as_array().expect("fields");
        assert_eq!(
            (errors.len(), &errors[0]["field"]),
            (1, &json!(field)),
            "{body}"
        );
    }
    assert!(speech.heard().is_empty());
    app.guest()
        .post("/speech/text_to_speech", &json!({"text": "x"}))
        .await
        .is_problem(400, "session_required");
}

#[tokio::test]
async fn a_provider_that_fails_before_the_first_sound_is_asked_again_or_told_about() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.speech.provider.first_byte_timeout = Duration::from_millis(300);
    });
    let alice = app.user("Alice").await;
    for (n, fault) in [
        Fault::Status(500, None, "x"),
        Fault::Status(429, Some("0"), "x"),
        Fault::Slow(Duration::from_secs(5)),
        Fault::Truncate(0),
    ]
    .into_iter()
    .enumerate()
    {
        speech.next(fault);
        let heard = audio(
            &alice,
            None,
            &json!({"text": format!("Try {n}."), "format": "wav"}),
        )
        .await;
        assert_eq!(heard.bytes.expect("whole"), spoken(&format!("Try {n}.")));
    }
    for (fault, times, status, code) in [
        (
            Fault::Status(500, None, "x"),
            2,
            502,
            "speech_provider_failed",
        ),
        (
            Fault::Status(429, None, "x"),
            2,
            503,
            "speech_provider_unavailable",
        ),
        (
            Fault::Slow(Duration::from_secs(5)),
            2,
            504,
            "speech_provider_timeout",
        ),
        (
            Fault::Status(401, None, "x"),
            1,
            502,
            "speech_provider_refuses",
        ),
        (
            Fault::Status(429, None, "insufficient_quota"),
            1,
            502,
            "speech_provider_refuses",
        ),
        (Fault::Status(400, None, "x"), 1, 422, "speech_refused"),
    ] {
        for _ in 0..times {
            speech.next(fault.clone());
        }
        let answer = alice
            .post(
                "/speech/text_to_speech",
                &json!({"text": format!("For {code}, {status}.")}),
            )
            .await;
        answer.is_problem(status, code);
        assert!(!answer.body.to_string().contains("secret details"));
    }
    let rows = stack().db().await;
    let sql = "select count(*) from speech_tasks where status = 'processing' and created_at > now() - interval '1 minute' \
               and user_id = (select id from users where email = $1)";
    eventually("no task is left behind", async || {
        rows.query_one(sql, &[&alice.email])
            .await
            .expect("a count")
            .get::<_, i64>(0)
            == 0
    })
    .await;
}

#[tokio::test]
async fn audio_that_breaks_off_is_not_taken_for_the_whole() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.speech.provider.stall_timeout = Duration::from_millis(300)
    });
    let alice = app.user("Alice").await;
    for fault in [Fault::Truncate(60), Fault::Stall(60)] {
        speech.next(fault);
        let body = json!({"text": "A text that breaks off in the middle of it.", "format": "wav"});
        let heard = audio(&alice, None, &body).await;
        assert!(
            heard.bytes.is_err(),
            "the connection says that something is missing"
        );
        let row = settled(heard.task_id).await;
        assert_eq!(row["status"], "error");
        assert_eq!(
            row["error_message"],
            "The speech provider failed. Try again."
        );
    }
    // Nor is it kept.
    let body = json!({"text": "A text that breaks off in the middle of it.", "format": "wav"});
    let heard = audio(&alice, None, &body).await;
    assert_eq!(
        text_of(&heard.bytes.expect("whole")),
        body["text"].as_str().expect("text")
    );
}

#[tokio::test]
async fn a_listener_who_leaves_stops_the_provider() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.speech.segment_characters = 50);
    let alice = app.user("Alice").await;
    let text = "This sentence is one of a great many. ".repeat(200);
    let response = alice
        .request(Method::POST, "/speech/text_to_speech")
        .json(&json!({"text": text, "format": "wav"}))
        .send()
        .await
        .expect("an answer");
    let task: Uuid = response.headers()["x-task-id"]
        .to_str()
        .expect("text")
        .parse()
        .expect("an id");
    drop(response);
    let row = settled(task).await;
    // A fast provider may have said all of it before the connection was seen to be gone.
    if row["status"] == "error" {
        assert_eq!(row["progress_data"]["reason"], "listener_gone");
        assert!(speech.heard().len() < 200);
    }
}

#[tokio::test]
async fn a_days_characters_are_the_callers_own_and_come_to_an_end() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.speech.characters_per_day = 20);
    let (alice, guest) = (app.user("Alice").await, app.guest());
    let session = guest.create(&json!({})).await;
    audio(&alice, None, &json!({"text": "Fifteen letters"})).await;
    let refused = alice
        .post("/speech/text_to_speech", &json!({"text": "Six ch"}))
        .await;
    refused.is_problem(429, "speech_budget_exceeded");
    assert!(refused.headers.contains_key("retry-after"));
    audio(&alice, None, &json!({"text": "Five."})).await;
    audio(
        &guest,
        Some(session),
        &json!({"text": "A guest's own count"}),
    )
    .await;
    let stats = alice.get("/speech/usage_stats").await.body;
    assert_eq!(
        (
            &stats["usage"]["characters"],
            &stats["limits"]["characters_per_day"]
        ),
        (&json!(20), &json!(20))
    );
    assert_eq!(
        stats["providers"],
        json!({"text_to_speech": "tts-1", "speech_to_text": "whisper-1", "live": "utterances",
        "requests_in_flight": 0, "streams": 0})
    );
}

#[tokio::test]
async fn without_a_provider_speech_is_unavailable_and_says_so() {
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    alice
        .post("/speech/text_to_speech", &json!({"text": "x"}))
        .await
        .is_problem(503, "speech_unavailable");
    alice
        .post("/speech/speech_to_text_batch", &json!({}))
        .await
        .is_problem(503, "speech_unavailable");
    let stats = app.guest().get("/api/speech/usage-stats").await;
    assert_eq!(stats.status, 200);
    assert_eq!(stats.body["providers"]["live"], Value::Null);
}
