//! Live transcription by Deepgram: interim words, and what is kept when it fails.

use serde_json::json;

use crate::support::app::deepgram;
use crate::support::socket::{Socket, WEBM, finals, record, settled, token};
use crate::support::{Fault, SpeechServer, TestApp};

#[tokio::test]
async fn deepgram_hears_the_sound_as_it_comes() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.speech.deepgram = Some(deepgram(&speech.url))
    });
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let start = json!({"type": "start", "session_id": session, "language": "en"});
    let mut socket = Socket::begun(&app.url, &start).await;
    let task = socket.event().await["task_id"].clone();
    record(&mut socket).await;
    socket.say(&json!({"type": "stop"})).await;
    let events = socket.rest().await;
    assert_eq!(
        events,
        [
            json!({"type": "speech_started", "timestamp": 0.2}),
            json!({"type": "transcript", "text": "Good", "is_final": false}),
            json!({"type": "transcript", "text": "Good morning.", "is_final": true}),
            json!({"type": "utterance_end", "last_spoken_at": 1.4}),
            json!({"type": "transcript", "text": "The last words.", "is_final": true}),
        ]
    );
    assert_eq!(speech.live(), [WEBM]);
    let asked = &speech.heard()[0];
    assert_eq!(asked.key, "Token the-secret-live-key");
    assert_eq!(
        (&asked.body["model"], &asked.body["language"]),
        (&json!("nova-3"), &json!("en"))
    );
    assert_eq!(asked.body["interim_results"], "true");
    let row = settled(&task).await;
    assert_eq!(
        row["result_data"],
        json!({"transcription": "Good morning. The last words.", "duration": 3.0})
    );
}

#[tokio::test]
async fn deepgrams_faults_are_told_and_what_it_heard_is_kept() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.speech.deepgram = Some(deepgram(&speech.url))
    });
    let alice = app.user("Alice").await;
    let start = json!({"type": "start", "access_token": token(&alice)});
    for status in [401, 500] {
        speech.next(Fault::Status(status, None, "x"));
        let mut socket = Socket::begun(&app.url, &start).await;
        let events = socket.rest().await;
        assert_eq!(
            events.last().expect("events")["code"],
            "speech_provider_failed",
            "{events:?}"
        );
    }
    speech.breaks_after(2);
    let mut socket = Socket::begun(&app.url, &start).await;
    let task = socket.event().await["task_id"].clone();
    socket.sound(b"one").await;
    socket.sound(b"two").await;
    let events = socket.rest().await;
    assert_eq!(finals(&events), ["Good morning."]);
    assert_eq!(
        events.last().expect("events")["code"],
        "speech_provider_failed"
    );
    let row = settled(&task).await;
    assert_eq!(
        (&row["status"], &row["result_data"]["transcription"]),
        (&json!("error"), &json!("Good morning."))
    );
}
