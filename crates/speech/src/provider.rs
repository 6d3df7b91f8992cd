//! OpenAI's audio API (<https://platform.openai.com/docs/api-reference/audio>) and servers compatible with
//! it: `POST audio/speech` and `POST audio/transcriptions`.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use reqwest::header::RETRY_AFTER;
use reqwest::multipart::{Form, Part};
use reqwest::{Method, RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::io::ReaderStream;

use super::audio::Container;
use super::error::ProviderError;
use crate::{AudioApi, ProviderConfig};
use upstream::ClientSpan;
use upstream::backoff;
use upstream::breaker::Breaker;

/// Longest response to a transcription that is read.
const MAX_RESPONSE_BYTES: usize = 4_000_000;

/// A model on one server, with its own concurrency limit and circuit breaker.
pub struct Provider {
    api: AudioApi,
    http: reqwest::Client,
    permits: Arc<Semaphore>,
    breaker: Breaker,
    config: ProviderConfig,
}

/// One synthesis request.
#[derive(Clone, Debug, Serialize)]
pub struct SynthesisInput<'a> {
    pub input: &'a str,
    pub voice: &'a str,
    pub response_format: &'a str,
    pub speed: f32,
}

#[derive(Serialize)]
struct SpeechRequest<'a> {
    model: &'a str,
    #[serde(flatten)]
    input: &'a SynthesisInput<'a>,
}

/// Audio as the provider sends it, with its first chunk already there.
pub struct AudioStream {
    pub first: Bytes,
    rest: futures_util::stream::BoxStream<'static, reqwest::Result<Bytes>>,
    stall: Duration,
    span: ClientSpan,
    _permit: OwnedSemaphorePermit,
}

impl AudioStream {
    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// The provider broke off or stalled.
    pub async fn next(&mut self) -> Option<Result<Bytes, ProviderError>> {
        let next = match tokio::time::timeout(self.stall, self.rest.next()).await {
            Err(_) => Err(ProviderError::TimedOut("the next chunk of audio")),
            Ok(None) => return None,
            Ok(Some(chunk)) => chunk.map_err(|_| ProviderError::Cut),
        };
        Some(next.inspect_err(|error| self.span.failed(error.name())))
    }
}

/// Audio to transcribe.
pub enum AudioInput {
    /// A recording on disk; read from its beginning at each attempt, by one reader at a time.
    File {
        file: File,
        bytes: u64,
        container: Container,
    },
    /// A whole WAV file.
    Wav(Bytes),
}

/// What the provider understood.
#[derive(Clone, Debug, PartialEq)]
pub struct Transcription {
    pub text: String,
    pub language: Option<String>,
    /// Seconds, as the provider counts them.
    pub duration: Option<f64>,
    /// Mean probability of the words, 0 to 1, where the provider gives it.
    pub confidence: Option<f64>,
    /// The provider takes it for noise.
    pub is_noise: bool,
}

#[derive(Deserialize)]
struct TranscriptionResponse {
    text: String,
    language: Option<String>,
    duration: Option<f64>,
    #[serde(default)]
    segments: Vec<Segment>,
}

#[derive(Deserialize)]
struct Segment {
    #[serde(default)]
    start: f64,
    #[serde(default)]
    end: f64,
    avg_logprob: Option<f64>,
    no_speech_prob: Option<f64>,
}

impl Provider {
    /// # Errors
    /// The TLS backend can't be initialised.
    pub fn new(name: &'static str, api: AudioApi, config: &ProviderConfig) -> anyhow::Result<Self> {
        Ok(Self {
            api,
            http: upstream::streaming_client(config.connect_timeout)?,
            permits: Arc::new(Semaphore::new(config.max_concurrency)),
            breaker: Breaker::new(name, config.breaker_failures, config.breaker_pause),
            config: config.clone(),
        })
    }

    pub fn model(&self) -> &str {
        &self.api.model
    }

    /// Requests in flight.
    pub fn in_flight(&self) -> usize {
        self.config
            .max_concurrency
            .saturating_sub(self.permits.available_permits())
    }

    /// Starts a synthesis; retried until the first byte is there.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn synthesize(
        &self,
        input: &SynthesisInput<'_>,
    ) -> Result<AudioStream, ProviderError> {
        let deadline = Instant::now() + self.config.timeout;
        self.with_retries("speak", deadline, |_| self.open(input, deadline))
            .await
    }

    async fn open(
        &self,
        input: &SynthesisInput<'_>,
        deadline: Instant,
    ) -> Result<AudioStream, ProviderError> {
        let permit = self.permit(deadline).await?;
        let (request, span) = self.post("audio/speech")?;
        let request = request.json(&SpeechRequest {
            model: &self.api.model,
            input,
        });
        let opening = async {
            let mut rest = success(request, &span).await?.bytes_stream().boxed();
            let first = rest.next().await.ok_or(ProviderError::Cut)?;
            Ok((first.map_err(|_| ProviderError::Cut)?, rest))
        };
        let opened = tokio::time::timeout(self.config.first_byte_timeout, opening)
            .await
            .unwrap_or(Err(ProviderError::TimedOut("the first chunk of audio")));
        let (first, rest) = opened.inspect_err(|error| span.failed(error.name()))?;
        Ok(AudioStream {
            first,
            rest,
            stall: self.config.stall_timeout,
            span,
            _permit: permit,
        })
    }

    /// Transcribes a recording, with retries. `attempts` receives the number of each attempt, from 1.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn transcribe(
        &self,
        audio: &AudioInput,
        language: Option<&str>,
        attempts: Option<&watch::Sender<u32>>,
    ) -> Result<Transcription, ProviderError> {
        let deadline = Instant::now() + self.config.timeout;
        self.with_retries("transcribe", deadline, |attempt| {
            if let Some(attempts) = attempts {
                attempts.send_replace(attempt);
            }
            self.attempt(audio, language, deadline)
        })
        .await
    }

    async fn attempt(
        &self,
        audio: &AudioInput,
        language: Option<&str>,
        deadline: Instant,
    ) -> Result<Transcription, ProviderError> {
        let _permit = self.permit(deadline).await?;
        let form = self.form(audio, language).await?;
        let (request, span) = self.post("audio/transcriptions")?;
        let request = request.multipart(form);
        let transcribing = async { transcription(success(request, &span).await?).await };
        tokio::time::timeout_at(deadline.into(), transcribing)
            .await
            .unwrap_or(Err(ProviderError::TimedOut("the transcription")))
            .inspect_err(|error| span.failed(error.name()))
    }

    /// Retries until the attempt succeeds, fails for good, or no time or attempt is left.
    async fn with_retries<T, F: Future<Output = Result<T, ProviderError>>>(
        &self,
        kind: &'static str,
        deadline: Instant,
        attempt: impl Fn(u32) -> F,
    ) -> Result<T, ProviderError> {
        let mut failures = 0;
        loop {
            let started = Instant::now();
            let result = match self.breaker.admit() {
                Ok(ticket) => {
                    let result = attempt(failures + 1).await;
                    ticket.settle(result.as_ref().err().is_none_or(|error| !error.is_outage()));
                    result
                }
                Err(retry_after) => Err(ProviderError::CircuitOpen { retry_after }),
            };
            let outcome = result.as_ref().err().map_or("ok", ProviderError::name);
            metrics::counter!("speech_requests_total", "kind" => kind, "outcome" => outcome)
                .increment(1);
            metrics::histogram!("speech_request_seconds", "kind" => kind)
                .record(started.elapsed().as_secs_f64());
            let error = match result {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            let wait = backoff::wait(failures, error.retry_after());
            failures += 1;
            let left = deadline.saturating_duration_since(Instant::now());
            if !error.is_transient() || failures > self.config.max_retries || wait >= left {
                return Err(error);
            }
            tracing::info!(kind, %error, wait_ms = wait.as_millis(), "retrying the speech provider");
            tokio::time::sleep(wait).await;
        }
    }

    async fn permit(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, ProviderError> {
        let permit = Arc::clone(&self.permits).acquire_owned();
        tokio::time::timeout_at(deadline.into(), permit)
            .await
            .map_err(|_| ProviderError::TimedOut("a free permit"))?
            .map_err(|_| ProviderError::Unreachable)
    }

    fn post(&self, path: &str) -> Result<(RequestBuilder, ClientSpan), ProviderError> {
        let url = self
            .api
            .base_url
            .join(path)
            .map_err(|_| ProviderError::Unreachable)?;
        let span = ClientSpan::new(&Method::POST, &self.api.base_url, format_args!("/{path}"));
        let request = self.http.post(url);
        let request = match &self.api.api_key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request,
        };
        Ok((request, span))
    }

    async fn form(
        &self,
        audio: &AudioInput,
        language: Option<&str>,
    ) -> Result<Form, ProviderError> {
        let (part, container) = match audio {
            AudioInput::Wav(bytes) => (
                Part::stream_with_length(bytes.clone(), bytes.len() as u64),
                Container::Wav,
            ),
            AudioInput::File {
                file,
                bytes,
                container,
            } => {
                let chunks = chunks(file).await.map_err(|_| ProviderError::Unreachable)?;
                (
                    Part::stream_with_length(reqwest::Body::wrap_stream(chunks), *bytes),
                    *container,
                )
            }
        };
        let part = part
            .file_name(container.file_name())
            .mime_str(container.media_type())
            .map_err(|_| ProviderError::Unreachable)?;
        // The newer models of OpenAI know plain JSON only.
        let format = if self.api.model.starts_with("gpt-") {
            "json"
        } else {
            "verbose_json"
        };
        let mut form = Form::new()
            .part("file", part)
            .text("model", self.api.model.clone())
            .text("response_format", format);
        if let Some(language) = language {
            form = form.text("language", language.to_owned());
        }
        Ok(form)
    }
}

async fn chunks(
    file: &File,
) -> std::io::Result<impl Stream<Item = std::io::Result<Bytes>> + 'static> {
    use tokio::io::AsyncSeekExt as _;
    let mut file = tokio::fs::File::from_std(file.try_clone()?);
    file.rewind().await?;
    Ok(ReaderStream::with_capacity(file, 64 * 1024))
}

/// Sends a request; its response if that is a success.
async fn success(request: RequestBuilder, span: &ClientSpan) -> Result<Response, ProviderError> {
    let response = span
        .send(request)
        .await
        .map_err(|_| ProviderError::Unreachable)?;
    let status = response.status().as_u16();
    if response.status().is_success() {
        return Ok(response);
    }
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .map(Duration::from_secs);
    Err(match status {
        401 | 403 => ProviderError::KeyRefused,
        402 => ProviderError::NoCredit,
        429 if is_out_of_credit(response).await => ProviderError::NoCredit,
        429 => ProviderError::RateLimited { retry_after },
        400 | 404 | 413 | 415 | 422 => ProviderError::Refused(status),
        _ => ProviderError::Status(status),
    })
}

async fn is_out_of_credit(response: Response) -> bool {
    #[derive(Deserialize)]
    struct Body {
        error: Inner,
    }
    #[derive(Deserialize)]
    struct Inner {
        code: Option<String>,
    }
    let body = tokio::time::timeout(Duration::from_secs(2), response.json::<Body>()).await;
    matches!(body, Ok(Ok(body)) if body.error.code.as_deref() == Some("insufficient_quota"))
}

async fn transcription(response: Response) -> Result<Transcription, ProviderError> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        body.extend_from_slice(&chunk.map_err(|_| ProviderError::Cut)?);
        if body.len() > MAX_RESPONSE_BYTES {
            return Err(ProviderError::Unreadable);
        }
    }
    let body: TranscriptionResponse =
        serde_json::from_slice(&body).map_err(|_| ProviderError::Unreadable)?;
    Ok(Transcription {
        confidence: confidence(&body.segments),
        is_noise: is_noise(&body.segments),
        text: body.text.trim().to_owned(),
        language: body.language.filter(|language| !language.is_empty()),
        duration: body.duration,
    })
}

/// Mean probability of the segments' words, weighted by length.
fn confidence(segments: &[Segment]) -> Option<f64> {
    let (mut sum, mut weight) = (0.0, 0.0);
    for segment in segments {
        let length = (segment.end - segment.start).max(0.01);
        sum += segment.avg_logprob? * length;
        weight += length;
    }
    (weight > 0.0).then(|| (sum / weight).exp().clamp(0.0, 1.0))
}

/// Whisper's own rule for audio without speech.
fn is_noise(segments: &[Segment]) -> bool {
    !segments.is_empty()
        && segments.iter().all(|segment| {
            segment
                .no_speech_prob
                .is_some_and(|probability| probability > 0.6)
                && segment.avg_logprob.is_some_and(|logprob| logprob < -1.0)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(length: f64, avg_logprob: f64, no_speech_prob: f64) -> Segment {
        Segment {
            start: 0.0,
            end: length,
            avg_logprob: Some(avg_logprob),
            no_speech_prob: Some(no_speech_prob),
        }
    }

    #[test]
    fn confidence_is_a_weighted_probability_or_unknown() {
        let found = confidence(&[segment(3.0, -0.1, 0.0), segment(1.0, -0.5, 0.0)]).expect("known");
        assert!((found - (-0.2_f64).exp()).abs() < 1e-9, "{found}");
        assert_eq!(confidence(&[]), None);
        let silent = Segment {
            start: 0.0,
            end: 1.0,
            avg_logprob: None,
            no_speech_prob: None,
        };
        assert_eq!(confidence(&[segment(1.0, -0.1, 0.0), silent]), None);
    }

    #[test]
    fn noise_is_what_the_model_doubts_twice() {
        assert!(is_noise(&[segment(1.0, -1.5, 0.9)]));
        assert!(!is_noise(&[segment(1.0, -0.2, 0.9)]));
        assert!(!is_noise(&[
            segment(1.0, -1.5, 0.9),
            segment(1.0, -0.2, 0.1)
        ]));
        assert!(!is_noise(&[]));
    }
}
