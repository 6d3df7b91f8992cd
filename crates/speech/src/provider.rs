//! OpenAI's audio API (<https://platform.openai.com/docs/api-reference/audio>) and servers compatible with
//! it: `POST audio/speech` and `POST audio/transcriptions`.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use reqwest::header::RETRY_AFTER;
use reqwest::multipart::{Form, Part};
use reqwest::{RequestBuilder, Response};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_util::io::ReaderStream;

use super::audio::Container;
use super::error::ProviderError;
use crate::{AudioApi, ProviderConfig};
use upstream::backoff;
use upstream::breaker::Breaker;

/// Longest answer to a transcription that is read, in bytes.
const LONGEST_ANSWER: usize = 4_000_000;

/// One server and model.
pub struct Provider {
    api: AudioApi,
    http: reqwest::Client,
    places: Arc<Semaphore>,
    breaker: Breaker,
    config: ProviderConfig,
}

/// What is to be said in one request.
#[derive(Clone, Debug, Serialize)]
pub struct Line<'a> {
    pub input: &'a str,
    pub voice: &'a str,
    pub response_format: &'a str,
    pub speed: f32,
}

#[derive(Serialize)]
struct SpeechRequest<'a> {
    model: &'a str,
    #[serde(flatten)]
    line: &'a Line<'a>,
}

/// Audio as it comes, its first piece already there.
pub struct Opened {
    pub first: Bytes,
    rest: futures_util::stream::BoxStream<'static, reqwest::Result<Bytes>>,
    stall: Duration,
    _place: OwnedSemaphorePermit,
}

impl Opened {
    /// The next piece; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Bytes, ProviderError>> {
        match tokio::time::timeout(self.stall, self.rest.next()).await {
            Err(_) => Some(Err(ProviderError::TimedOut("the next piece of audio"))),
            Ok(None) => None,
            Ok(Some(piece)) => Some(piece.map_err(|_| ProviderError::Cut)),
        }
    }
}

/// What is to be heard.
pub enum Sound {
    /// A recording on disk; read from its beginning at each attempt, by one reader at a time.
    File {
        file: File,
        bytes: u64,
        container: Container,
    },
    /// A whole WAV file.
    Wav(Bytes),
}

/// What was heard.
#[derive(Clone, Debug, PartialEq)]
pub struct Transcription {
    pub text: String,
    pub language: Option<String>,
    /// Seconds, as the provider counts them.
    pub duration: Option<f64>,
    /// Mean probability of the words, 0 to 1, where the provider tells.
    pub confidence: Option<f64>,
    /// The provider holds it for noise.
    pub is_noise: bool,
}

#[derive(Deserialize)]
struct Heard {
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
            places: Arc::new(Semaphore::new(config.max_concurrency)),
            breaker: Breaker::new(name, config.breaker_failures, config.breaker_pause),
            config: config.clone(),
        })
    }

    pub fn model(&self) -> &str {
        &self.api.model
    }

    /// Requests under way.
    pub fn in_flight(&self) -> usize {
        self.config
            .max_concurrency
            .saturating_sub(self.places.available_permits())
    }

    /// Begins to speak; tried again until the first byte is there.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn speak(&self, line: &Line<'_>) -> Result<Opened, ProviderError> {
        let deadline = Instant::now() + self.config.timeout;
        self.persist("speak", deadline, |_| self.open(line, deadline))
            .await
    }

    async fn open(&self, line: &Line<'_>, deadline: Instant) -> Result<Opened, ProviderError> {
        let place = self.place(deadline).await?;
        let request = self.post("audio/speech")?.json(&SpeechRequest {
            model: &self.api.model,
            line,
        });
        let opening = async {
            let mut rest = accepted(request).await?.bytes_stream().boxed();
            let first = rest.next().await.ok_or(ProviderError::Cut)?;
            Ok((first.map_err(|_| ProviderError::Cut)?, rest))
        };
        let (first, rest) = tokio::time::timeout(self.config.first_byte_timeout, opening)
            .await
            .map_err(|_| ProviderError::TimedOut("the first piece of audio"))??;
        Ok(Opened {
            first,
            rest,
            stall: self.config.stall_timeout,
            _place: place,
        })
    }

    /// Has a recording heard; `attempts` is told the number of each.
    ///
    /// # Errors
    /// The last attempt's.
    pub async fn transcribe(
        &self,
        sound: &Sound,
        language: Option<&str>,
        attempts: Option<&watch::Sender<u32>>,
    ) -> Result<Transcription, ProviderError> {
        let deadline = Instant::now() + self.config.timeout;
        self.persist("transcribe", deadline, |attempt| {
            if let Some(attempts) = attempts {
                attempts.send_replace(attempt);
            }
            self.attempt(sound, language, deadline)
        })
        .await
    }

    async fn attempt(
        &self,
        sound: &Sound,
        language: Option<&str>,
        deadline: Instant,
    ) -> Result<Transcription, ProviderError> {
        let _place = self.place(deadline).await?;
        let form = self.form(sound, language).await?;
        let request = self.post("audio/transcriptions")?.multipart(form);
        tokio::time::timeout_at(deadline.into(), async {
            heard(accepted(request).await?).await
        })
        .await
        .map_err(|_| ProviderError::TimedOut("the transcription"))?
    }

    /// Tries until it succeeds, fails for good, or the time or the attempts are used up.
    async fn persist<T, F: Future<Output = Result<T, ProviderError>>>(
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
            tracing::info!(kind, %error, wait_ms = wait.as_millis(), "asking the speech provider again");
            tokio::time::sleep(wait).await;
        }
    }

    async fn place(&self, deadline: Instant) -> Result<OwnedSemaphorePermit, ProviderError> {
        let place = Arc::clone(&self.places).acquire_owned();
        tokio::time::timeout_at(deadline.into(), place)
            .await
            .map_err(|_| ProviderError::TimedOut("a free place"))?
            .map_err(|_| ProviderError::Unreachable)
    }

    fn post(&self, path: &str) -> Result<RequestBuilder, ProviderError> {
        let url = self
            .api
            .base_url
            .join(path)
            .map_err(|_| ProviderError::Unreachable)?;
        let request = self.http.post(url);
        Ok(match &self.api.api_key {
            Some(key) => request.bearer_auth(key.expose_secret()),
            None => request,
        })
    }

    async fn form(&self, sound: &Sound, language: Option<&str>) -> Result<Form, ProviderError> {
        let (part, container) = match sound {
            Sound::Wav(bytes) => (
                Part::stream_with_length(bytes.clone(), bytes.len() as u64),
                Container::Wav,
            ),
            Sound::File {
                file,
                bytes,
                container,
            } => {
                let pieces = pieces(file).await.map_err(|_| ProviderError::Unreachable)?;
                (
                    Part::stream_with_length(reqwest::Body::wrap_stream(pieces), *bytes),
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

async fn pieces(
    file: &File,
) -> std::io::Result<impl Stream<Item = std::io::Result<Bytes>> + 'static> {
    use tokio::io::AsyncSeekExt as _;
    let mut file = tokio::fs::File::from_std(file.try_clone()?);
    file.rewind().await?;
    Ok(ReaderStream::with_capacity(file, 64 * 1024))
}

/// The response, if it is a success.
async fn accepted(request: RequestBuilder) -> Result<Response, ProviderError> {
    let response = request
        .send()
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

async fn heard(response: Response) -> Result<Transcription, ProviderError> {
    let mut body = Vec::new();
    let mut pieces = response.bytes_stream();
    while let Some(piece) = pieces.next().await {
        body.extend_from_slice(&piece.map_err(|_| ProviderError::Cut)?);
        if body.len() > LONGEST_ANSWER {
            return Err(ProviderError::Unreadable);
        }
    }
    let heard: Heard = serde_json::from_slice(&body).map_err(|_| ProviderError::Unreadable)?;
    Ok(Transcription {
        confidence: confidence(&heard.segments),
        is_noise: is_noise(&heard.segments),
        text: heard.text.trim().to_owned(),
        language: heard.language.filter(|language| !language.is_empty()),
        duration: heard.duration,
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

/// Whisper's own rule for sound without speech.
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
