//! Recordings to text: what is taken, how the task goes on, what becomes of it when something fails.

use std::io::{Seek as _, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use proptest::prop_assert;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use speech::audio;
use speech::live::worker;
use uuid::Uuid;

use crate::support::{
    Answer, Client, Fault, FaultyProxy, Mode, ServiceProcess, SpeechServer, TestApp, eventually,
    spoken, stack,
};

const WEBM: &[u8] = include_bytes!("../audio/recorded-by-chromium.webm");
const OGG: &[u8] = include_bytes!("../audio/speech.ogg");
const MP3: &[u8] = include_bytes!("../audio/speech.mp3");
const M4A: &[u8] = include_bytes!("../audio/speech.m4a");

/// A second of sound.
fn wav() -> Vec<u8> {
    spoken(&"a".repeat(16_000))
}

fn form(file: &[u8]) -> Form {
    Form::new().part(
        "audio_file",
        Part::bytes(file.to_vec()).file_name("whatever.bin"),
    )
}

async fn upload(client: &Client, session: Option<Uuid>, form: Form) -> Answer {
    let mut request = client
        .request(Method::POST, "/speech/speech_to_text_batch")
        .multipart(form);
    if let Some(session) = session {
        request = request.header("x-session-id", session.to_string());
    }
    Answer::of(request).await
}

fn task(answer: &Answer) -> Uuid {
    assert_eq!(answer.status, 202, "{answer:?}");
    answer.body["task_id"]
        .as_str()
        .expect("an id")
        .parse()
        .expect("a UUID")
}

async fn status(client: &Client, session: Option<Uuid>, task: Uuid) -> Answer {
    let path = format!("/speech/task_status/{task}");
    match session {
        Some(session) => client.read(&path, session).await,
        None => client.get(&path).await,
    }
}

async fn settled(client: &Client, session: Option<Uuid>, task: Uuid) -> Value {
    let look = async || status(client, session, task).await.body;
    eventually("the task settles", async || {
        look().await["status"] != "processing"
    })
    .await;
    look().await
}

#[tokio::test]
async fn every_container_is_told_by_its_content_and_heard() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    for (file, name) in [
        (WEBM, "audio.webm"),
        (OGG, "audio.ogg"),
        (MP3, "audio.mp3"),
        (M4A, "audio.m4a"),
        (&wav(), "audio.wav"),
    ] {
        let accepted = upload(&guest, Some(session), form(file).text("language", "en-GB")).await;
        assert_eq!(accepted.body["status"], "processing");
        assert_eq!(accepted.body["session_id"], json!(session));
        let done = settled(&guest, Some(session), task(&accepted)).await;
        assert_eq!(done["status"], "completed", "{name}: {done}");
        let heard = speech.heard().pop().expect("a request");
        assert_eq!((heard.file_name.as_str(), &heard.file[..]), (name, file));
        assert_eq!(
            heard.body,
            json!({"model": "whisper-1", "response_format": "verbose_json", "language": "en"})
        );
        let text = format!("I heard {} bytes.", file.len());
        assert_eq!(
            done["result"],
            json!({"transcription": text, "language": "en", "duration": 3.25, "confidence": 0.905})
        );
        assert_eq!(
            (&done["transcript"], &done["error"]),
            (&json!(text), &Value::Null)
        );
        assert_eq!(done["progress"]["step"], "completed");
    }
}

#[tokio::test]
async fn the_old_clients_paths_and_fields_work() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let guest = app.guest();
    let session = guest.create(&json!({})).await;
    let request = guest
        .request(
            Method::POST,
            &format!("/api/speech-to-text?session_id={session}"),
        )
        .multipart(form(WEBM));
    let task = task(&Answer::of(request).await);
    let path = format!("/api/speech-to-text/status/{task}?session_id={session}");
    eventually("it is transcribed", async || {
        guest.get(&path).await.body["status"] == "completed"
    })
    .await;
    assert!(guest.get(&path).await.body["transcript"].is_string());
}

#[tokio::test]
async fn progress_is_seen_while_the_provider_listens() {
    let speech = SpeechServer::start();
    let gate = speech.gated();
    let app = TestApp::with_speech(&speech, |_| {});
    let alice = app.user("Alice").await;
    speech.next(Fault::Status(500, None, "x"));
    let id = task(&upload(&alice, None, form(&wav())).await);
    gate.add_permits(1);
    eventually("a second attempt is told", async || {
        let step = status(&alice, None, id).await.body["progress"].clone();
        (&step["step"], &step["attempt"]) == (&json!("retrying"), &json!(2))
    })
    .await;
    let progress = status(&alice, None, id).await.body;
    assert_eq!(
        (&progress["status"], &progress["progress"]["audio_seconds"]),
        (&json!("processing"), &json!(1.0))
    );
    gate.add_permits(1);
    assert_eq!(settled(&alice, None, id).await["status"], "completed");
}

#[tokio::test]
async fn a_provider_that_fails_for_good_is_written_on_the_task() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.speech.provider.timeout = Duration::from_secs(2)
    });
    let alice = app.user("Alice").await;
    for (fault, times, reason) in [
        (Fault::Status(500, None, "x"), 2, "status"),
        (Fault::Status(400, None, "x"), 1, "refused"),
        (Fault::Status(401, None, "x"), 1, "key_refused"),
        (Fault::Nonsense, 2, "unreadable"),
        (Fault::Truncate(20), 2, "cut"),
        (Fault::Stall(20), 1, "timed_out"),
    ] {
        for _ in 0..times {
            speech.next(fault.clone());
        }
        let id = task(&upload(&alice, None, form(&wav())).await);
        let failed = settled(&alice, None, id).await;
        assert_eq!(
            (&failed["status"], &failed["progress"]["reason"]),
            (&json!("error"), &json!(reason))
        );
        assert!(
            failed["error"]
                .as_str()
                .is_some_and(|error| error.starts_with("The speech provider"))
        );
        assert!(!failed.to_string().contains("secret details"));
    }
}

#[tokio::test]
async fn broken_and_hostile_files_are_clean_refusals() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| {
        config.speech.max_audio_bytes = 1024 * 1024;
        config.speech.max_audio = Duration::from_secs(5);
    });
    let alice = app.user("Alice").await;
    let huge_box = [
        &b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42"[..],
        &[0xff; 4],
        b"moov",
        &[0xff; 64],
    ]
    .concat();
    let bomb_samples = {
        // A sample table that claims four thousand million entries.
        let mut stsz = b"\0\0\0\x14stsz\0\0\0\0\0\0\0\0\xff\xff\xff\xff".to_vec();
        let mut wrapped = stsz.split_off(0);
        for name in [b"stbl", b"minf", b"mdia", b"trak", b"moov"] {
            let length = u32::try_from(wrapped.len() + 8)
                .expect("small")
                .to_be_bytes();
            wrapped = [&length[..], name, &wrapped].concat();
        }
        [&b"\0\0\0\x18ftypM4A \0\0\0\0M4A mp42"[..], &wrapped].concat()
    };
    let mut noisy = WEBM.to_vec();
    for (at, byte) in noisy.iter_mut().enumerate().skip(40) {
        *byte = byte
            .wrapping_mul(31)
            .wrapping_add(u8::try_from(at % 251).expect("small"));
    }
    let endless_ebml = [
        &b"\x1a\x45\xdf\xa3\x01\xff\xff\xff\xff\xff\xff\xfe"[..],
        &[0x42; 100],
    ]
    .concat();
    let cases: Vec<(&str, Vec<u8>, &[u16])> = vec![
        ("nothing", vec![], &[422]),
        ("one byte", vec![0], &[415]),
        (
            "text",
            b"This is no recording at all, but a letter.".to_vec(),
            &[415],
        ),
        ("a PDF", b"%PDF-1.7 and so on and on".to_vec(), &[415]),
        (
            "a program",
            b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0".to_vec(),
            &[415],
        ),
        (
            "a picture",
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(),
            &[415],
        ),
        (
            "an archive",
            b"PK\x03\x04\x14\0\0\0\x08\0\0\0".to_vec(),
            &[415],
        ),
        (
            "a WAV head alone",
            b"RIFF\x24\0\0\0WAVEfmt ".to_vec(),
            &[422],
        ),
        ("a WAV without sound", spoken(""), &[422]),
        ("a WebM head alone", WEBM[..60].to_vec(), &[422]),
        ("an endless element", endless_ebml, &[422]),
        (
            "an Ogg of zeros",
            [&b"OggS"[..], &[0; 4000]].concat(),
            &[415, 422],
        ),
        (
            "an MP3 of tags",
            b"ID3\x04\0\0\x7f\x7f\x7f\x7f and nothing".to_vec(),
            &[415, 422],
        ),
        ("a box larger than the file", huge_box, &[415, 422]),
        ("a table larger than memory", bomb_samples, &[415, 422]),
        ("a WebM of noise", noisy, &[415, 422]),
        ("too long", spoken(&"a".repeat(16_000 * 6)), &[422]),
        ("too large", spoken(&"a".repeat(600_000)), &[413]),
    ];
    for (name, file, expected) in cases {
        let answer = upload(&alice, None, form(&file)).await;
        assert!(
            expected.contains(&answer.status.as_u16()),
            "{name}: {answer:?}"
        );
        let code = answer.code().to_owned();
        assert!(
            !code.is_empty() && code != "internal_error",
            "{name}: {answer:?}"
        );
        answer.is_problem(answer.status.as_u16(), &code);
    }
    assert!(speech.heard().is_empty(), "the provider was never asked");
    let rows = stack().db().await;
    let sql =
        "select count(*) from speech_tasks where user_id = (select id from users where email = $1)";
    let tasks: i64 = rows
        .query_one(sql, &[&alice.email])
        .await
        .expect("a count")
        .get(0);
    assert_eq!(tasks, 0, "nor was a task made");
}

#[tokio::test]
async fn forms_that_make_no_sense_are_refused() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |_| {});
    let (alice, guest) = (app.user("Alice").await, app.guest());
    upload(&alice, None, Form::new().text("language", "en"))
        .await
        .is_problem(422, "file_missing");
    upload(&alice, None, form(&wav()).text("language", "klingon"))
        .await
        .is_problem(422, "validation_failed");
    upload(&alice, Some(Uuid::new_v4()), form(&wav()))
        .await
        .is_problem(404, "session_not_found");
    upload(&guest, None, form(&wav()))
        .await
        .is_problem(400, "session_required");
    let nowhere = form(&wav()).text("session_id", Uuid::new_v4().to_string());
    upload(&alice, None, nowhere)
        .await
        .is_problem(404, "session_not_found");
    let request = alice
        .request(Method::POST, "/speech/speech_to_text_batch")
        .body("no form");
    Answer::of(request)
        .await
        .is_problem(400, "multipart_invalid");
    let broken = alice
        .request(Method::POST, "/speech/speech_to_text_batch")
        .header("content-type", "multipart/form-data; boundary=x")
        .body("--x\r\ncontent-disposition: form-data; name=\"audio_file\"; filename=\"a\"\r\n\r\nRIFF");
    Answer::of(broken)
        .await
        .is_problem(400, "multipart_invalid");
    alice
        .get("/speech/task_status/not-an-id")
        .await
        .is_problem(422, "validation_failed");
    status(&alice, None, Uuid::new_v4())
        .await
        .is_problem(404, "task_not_found");
    let config = json!({"speech": "x"});
    let own = guest.create(&config).await;
    let in_form = Form::new()
        .text("session_id", own.to_string())
        .part("audio_file", Part::bytes(wav()).file_name("whatever.bin"));
    assert_eq!(upload(&guest, None, in_form).await.status, 202);
}

#[tokio::test]
async fn a_days_seconds_come_to_an_end_before_the_provider_is_asked() {
    let speech = SpeechServer::start();
    let app = TestApp::with_speech(&speech, |config| config.speech.seconds_per_day = 3);
    let alice = app.user("Alice").await;
    for _ in 0..3 {
        let id = task(&upload(&alice, None, form(&wav())).await);
        settled(&alice, None, id).await;
    }
    upload(&alice, None, form(&wav()))
        .await
        .is_problem(429, "speech_budget_exceeded");
    assert_eq!(speech.heard().len(), 3);
    assert_eq!(
        alice.get("/speech/usage_stats").await.body["usage"]["seconds"],
        3.0
    );
}

#[tokio::test]
async fn a_task_whose_process_was_killed_becomes_an_error_on_any_instance() {
    let speech = SpeechServer::start();
    let _never = speech.gated();
    let url = format!("{}/v1", speech.url);
    let mut process = ServiceProcess::start(
        stack(),
        &[("SPEECH_BASE_URL", &url), ("SPEECH_LEASE_SECONDS", "1")],
    );
    let app = TestApp::start();
    let alice = app.user("Alice").await;
    let id = task(&upload(&alice.at(&process.url), None, form(&wav())).await);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(
        status(&alice, None, id).await.body["status"],
        "processing",
        "its process renews the lease"
    );
    process.kill();
    let orphan = settled(&alice, None, id).await;
    assert_eq!(orphan["status"], "error");
    assert_eq!(
        orphan["error"],
        "The service stopped while it worked on this. Please send it again."
    );
}

#[tokio::test]
async fn a_result_that_could_not_be_written_is_kept_for_who_asks() {
    let speech = SpeechServer::start();
    let gate = speech.gated();
    let proxy = FaultyProxy::before(stack().api_url()).await;
    let app = TestApp::with_speech(&speech, |config| {
        config.supabase.url = proxy.url.parse().expect("a URL")
    });
    let alice = app.user("Alice").await;
    let id = task(&upload(&alice, None, form(&wav())).await);
    eventually("the provider listens", async || !speech.heard().is_empty()).await;
    proxy.set(Mode::Refuse);
    gate.add_permits(1);
    tokio::time::sleep(Duration::from_millis(500)).await;
    proxy.set(Mode::Pass);
    let done = settled(&alice, None, id).await;
    assert_eq!(
        done["transcript"],
        format!("I heard {} bytes.", wav().len())
    );
}

/// Recordings with bytes changed, cut anywhere: both readers end by themselves, soon, and say something.
#[test]
fn damaged_recordings_never_hang_their_readers() {
    let whole = [WEBM, OGG, MP3, M4A];
    let cases = (
        0_usize..whole.len(),
        proptest::collection::vec((0_usize..20_000, 0_u8..=255), 1..16),
        1_usize..20_000,
    );
    let config = proptest::test_runner::Config {
        cases: 48,
        failure_persistence: None,
        ..Default::default()
    };
    proptest::test_runner::TestRunner::new(config)
        .run(&cases, |(which, edits, length)| {
            let mut file = whole[which].to_vec();
            for (at, byte) in edits {
                let length = file.len();
                file[at % length] = byte;
            }
            file.truncate(length);
            let mut recording = tempfile::tempfile().expect("a file");
            recording.write_all(&file).expect("written");
            for command in [audio::COMMAND, worker::COMMAND] {
                recording.rewind().expect("a file");
                let output = Command::new(env!("CARGO_BIN_EXE_ai-interviewer"))
                    .arg(command)
                    .stdin(recording.try_clone().expect("a file"))
                    .stderr(Stdio::null())
                    .output()
                    .expect("it ends");
                // A panic is an end as well: that is what the process is for.
                prop_assert!(
                    output.status.success() || output.status.code() == Some(101),
                    "{:?}",
                    output.status
                );
            }
            Ok(())
        })
        .expect("every recording ends well");
}
