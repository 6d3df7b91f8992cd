//! (g) Many recordings uploaded at once: what they cost the service in memory, and in time beside the same
//! uploads to the provider itself.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Method};

use crate::measure::resident_mb;
use crate::support::{Client, DevstackProcess, ServiceProcess, SpeechServer, eventually, spoken};

const UPLOADS: usize = 200;
/// 5 MB of WAV, 160 seconds of it.
const SAMPLES: usize = 2_600_000;
const PIECE: usize = 64 * 1024;
/// Between two pieces, so that all uploads are under way together.
const PACE: Duration = Duration::from_millis(10);

pub(crate) async fn uploads(stack: &DevstackProcess) {
    let speech = SpeechServer::start();
    let url = format!("{}/v1", speech.url);
    let settings = [
        ("SPEECH_BASE_URL", url.as_str()),
        ("SPEECH_SECONDS_PER_DAY", "100000000"),
        ("SPEECH_MAX_CONCURRENCY", "16"),
    ];
    let service = ServiceProcess::start(stack, &settings);
    let user = Client::registered(&service.url, "Bench").await;
    let file = Bytes::from(spoken(&"a".repeat(SAMPLES)));
    let path = format!("{}/speech/speech_to_text_batch", service.url);
    send(&user, &path, "audio_file", &file, 1).await;
    let idle = resident_mb(service.pid());
    let done = Arc::new(AtomicBool::new(false));
    let (watching, pid) = (Arc::clone(&done), service.pid());
    let watch = tokio::task::spawn_blocking(move || {
        let mut peak = 0.0_f64;
        while !watching.load(Ordering::Relaxed) {
            peak = peak.max(resident_mb(pid));
            std::thread::sleep(Duration::from_millis(10));
        }
        peak
    });
    let through = send(&user, &path, "audio_file", &file, UPLOADS).await;
    let accepted = Instant::now();
    eventually("every recording is heard", async || {
        speech.heard().len() > UPLOADS
    })
    .await;
    let heard = accepted.elapsed();
    done.store(true, Ordering::Relaxed);
    let peak = watch.await.expect("watched");
    let direct = send(
        &user,
        &format!("{url}/audio/transcriptions"),
        "file",
        &file,
        UPLOADS,
    )
    .await;
    println!(
        "(g) {UPLOADS} uploads of {:.1} MB at once: {:.1} MB above idle ({idle:.1} MB) at most; accepted after {:.2} s, \
         all heard {:.2} s later; straight to the provider {:.2} s",
        file.len() as f64 / 1e6,
        peak - idle,
        through.as_secs_f64(),
        heard.as_secs_f64(),
        direct.as_secs_f64(),
    );
}

async fn send(
    user: &Client,
    url: &str,
    field: &'static str,
    file: &Bytes,
    times: usize,
) -> Duration {
    let started = Instant::now();
    let mut sent = tokio::task::JoinSet::new();
    for _ in 0..times {
        let file = file.clone();
        let length = file.len() as u64;
        let pieces = async_stream::stream! {
            for at in (0..file.len()).step_by(PIECE) {
                yield Ok::<_, std::io::Error>(file.slice(at..(at + PIECE).min(file.len())));
                tokio::time::sleep(PACE).await;
            }
        };
        let part = Part::stream_with_length(Body::wrap_stream(pieces), length).file_name("a.wav");
        let request = user.request(Method::POST, "").build().expect("a request");
        let token = request.headers()["authorization"].clone();
        let request = user
            .http
            .post(url)
            .header("authorization", token)
            .multipart(Form::new().part(field, part));
        sent.spawn(async move { request.send().await.expect("an answer").status() });
    }
    while let Some(status) = sent.join_next().await {
        assert!(status.expect("sent").is_success());
    }
    started.elapsed()
}
