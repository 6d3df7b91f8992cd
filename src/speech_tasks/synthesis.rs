//! Text to speech: audio streams from the provider to the client as it arrives.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use speech::join::Joiner;
use speech::provider::{AudioStream, Provider, SynthesisInput};
use speech::{Format, ProviderError, audio, sentences};
use tokio::sync::mpsc;
use upstream::meter::Resource;
use uuid::Uuid;

use super::error::SpeechError;
use super::tasks::{FinishTask, NewTask, TaskType};
use super::{Speech, permitted};
use crate::auth::Caller;

/// A text to synthesize, and how.
#[derive(Clone, Debug)]
pub struct SynthesisRequest {
    pub text: String,
    pub voice: String,
    /// 0.5 to 2.
    pub speed: f32,
    pub format: Format,
}

/// Audio as it arrives. Dropping it cancels the synthesis.
pub struct SynthesisStream {
    pub task_id: Uuid,
    pub media_type: &'static str,
    first: Option<Bytes>,
    rest: Option<mpsc::Receiver<Result<Bytes, SpeechError>>>,
}

impl SynthesisStream {
    /// The next chunk; `None` at the end.
    ///
    /// # Errors
    /// The provider broke off.
    pub async fn next(&mut self) -> Option<Result<Bytes, SpeechError>> {
        match self.first.take() {
            Some(first) => Some(Ok(first)),
            None => self.rest.as_mut()?.recv().await,
        }
    }
}

/// Audio of an earlier request.
pub(super) struct CachedAudio {
    media_type: &'static str,
    audio: Bytes,
    seconds: Option<f64>,
}

impl CachedAudio {
    pub(super) fn weight(&self) -> u32 {
        u32::try_from(self.audio.len() + 200).unwrap_or(u32::MAX)
    }
}

/// How long a client may take to accept a chunk.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(60);
/// Chunks buffered between provider and client.
const BUFFERED_CHUNKS: usize = 8;
/// Bytes a second of [`Format::Pcm`].
const PCM_BYTES_PER_SECOND: f64 = 48_000.0;

impl Speech {
    /// Synthesizes a text. The task's row is written before the provider is called, and records the result
    /// afterwards.
    ///
    /// # Errors
    /// No provider; the session is not the caller's; the day's budget; the provider's failures until the
    /// first chunk of audio.
    pub async fn synthesize(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Option<Uuid>,
        request: SynthesisRequest,
    ) -> Result<SynthesisStream, SpeechError> {
        let provider = self.tts.as_ref().ok_or(SpeechError::Unavailable)?;
        permitted(Resource::Characters)?;
        let texts = sentences::split(&request.text, self.config.segment_characters);
        if texts.len() > 1 && !request.format.is_joinable() {
            return Err(SpeechError::NotJoinable);
        }
        let identity = caller.identity(session_id);
        let task_id = Uuid::new_v4();
        let key = key(provider, &request);
        let cached = self.audio_cache.get(&key);
        metrics::counter!("speech_cache_reads_total", "result" => if cached.is_some() { "hit" } else { "miss" })
            .increment(1);
        let characters = request.text.chars().count();
        let task = NewTask {
            task_id,
            session_id,
            task_type: TaskType::Tts,
            // What the provider is not called for costs nothing.
            characters: if cached.is_some() { 0 } else { characters },
            seconds: 0.0,
            progress: json!({"step": if cached.is_some() { "completed" } else { "speaking" }}),
            result: cached
                .as_ref()
                .map(|audio| result(&request, audio.audio.len(), audio.seconds, true)),
        };
        self.tasks.begin(&identity, &task).await?;
        if let Some(cached) = cached {
            return Ok(SynthesisStream {
                task_id,
                media_type: cached.media_type,
                first: Some(cached.audio.clone()),
                rest: None,
            });
        }
        metrics::counter!("speech_characters_total").increment(characters as u64);
        let (sender, mut receiver) = mpsc::channel(BUFFERED_CHUNKS);
        let speech = Arc::clone(self);
        let format = request.format;
        self.background.spawn(async move {
            let synthesis = Synthesis {
                speech: &speech,
                request: &request,
                texts: &texts,
                key,
                sender,
            };
            let result = tokio::select! {
                result = synthesis.run(task_id) => result,
                never = speech.tasks.renew_lease(&identity, task_id) => match never {},
            };
            speech.tasks.finish(&identity, result).await;
        });
        let first = receiver
            .recv()
            .await
            .unwrap_or(Err(SpeechError::Provider(ProviderError::Cut)))?;
        Ok(SynthesisStream {
            task_id,
            media_type: media_type(&first, format),
            first: Some(first),
            rest: Some(receiver),
        })
    }
}

/// The synthesis of one text for one client.
struct Synthesis<'a> {
    speech: &'a Speech,
    request: &'a SynthesisRequest,
    texts: &'a [String],
    key: [u8; 32],
    sender: mpsc::Sender<Result<Bytes, SpeechError>>,
}

impl Synthesis<'_> {
    async fn run(&self, task_id: Uuid) -> FinishTask {
        let mut audio = Audio::new(self.speech.config.cache_bytes / 8);
        match self.forward_all(&mut audio).await {
            Ok(()) => {
                let seconds = audio.seconds(self.request.format).await;
                let result = result(self.request, audio.bytes, seconds, false);
                if let Some(buffer) = audio.buffer {
                    let audio = buffer.freeze();
                    let cached = CachedAudio {
                        media_type: media_type(&audio, self.request.format),
                        audio,
                        seconds,
                    };
                    self.speech.audio_cache.insert(self.key, Arc::new(cached));
                }
                FinishTask::completed(task_id, json!({"step": "completed"}), result)
            }
            Err(error) => {
                let result = FinishTask::failed(task_id, &error);
                // Cuts the audio off, so that nobody takes it for the whole.
                let _gone = self.sender.send(Err(error)).await;
                result
            }
        }
    }

    /// Forwards the audio of all texts in order; the next one is opened while one is forwarded.
    async fn forward_all(&self, audio: &mut Audio) -> Result<(), SpeechError> {
        let provider = self.speech.tts.as_ref().ok_or(SpeechError::Unavailable)?;
        let mut joiner = Joiner::new(self.request.format, self.texts.len());
        let mut opened = self.open(provider, 0).await;
        let mut at = 0;
        while let Some(current) = opened {
            at += 1;
            let next = async { Ok(self.open(provider, at).await) };
            let current = self.forward(current?, &mut joiner, audio);
            ((), opened) = tokio::try_join!(current, next)?;
        }
        Ok(())
    }

    async fn open(
        &self,
        provider: &Provider,
        at: usize,
    ) -> Option<Result<AudioStream, ProviderError>> {
        let input = SynthesisInput {
            input: self.texts.get(at)?,
            voice: &self.request.voice,
            response_format: self.request.format.name(),
            speed: self.request.speed,
        };
        Some(provider.synthesize(&input).await)
    }

    async fn forward(
        &self,
        mut stream: AudioStream,
        joiner: &mut Joiner,
        audio: &mut Audio,
    ) -> Result<(), SpeechError> {
        let first = stream.first.clone();
        self.send(joiner.push(first), audio).await?;
        while let Some(chunk) = stream.next().await {
            self.send(joiner.push(chunk?), audio).await?;
        }
        self.send(joiner.end(), audio).await
    }

    async fn send(&self, chunk: Bytes, audio: &mut Audio) -> Result<(), SpeechError> {
        if chunk.is_empty() {
            return Ok(());
        }
        audio.add(&chunk);
        tokio::time::timeout(CLIENT_TIMEOUT, self.sender.send(Ok(chunk)))
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or(SpeechError::ListenerGone)
    }
}

/// The audio that was sent: its size, and its bytes while they are few enough to be cached.
struct Audio {
    bytes: usize,
    buffer: Option<BytesMut>,
    max_bytes: u64,
}

impl Audio {
    fn new(max_bytes: u64) -> Self {
        Self {
            bytes: 0,
            buffer: Some(BytesMut::new()),
            max_bytes,
        }
    }

    fn add(&mut self, chunk: &[u8]) {
        self.bytes += chunk.len();
        if self.bytes as u64 > self.max_bytes {
            self.buffer = None;
        }
        if let Some(buffer) = &mut self.buffer {
            buffer.extend_from_slice(chunk);
        }
    }

    /// Length in seconds, where the audio was buffered and its format is known.
    async fn seconds(&self, format: Format) -> Option<f64> {
        if format == Format::Pcm {
            #[expect(clippy::cast_precision_loss, reason = "no audio is that long")]
            return Some(self.bytes as f64 / PCM_BYTES_PER_SECOND);
        }
        let audio = Cursor::new(self.buffer.as_ref()?.clone().freeze());
        let measured = tokio::task::spawn_blocking(move || audio::seconds(Box::new(audio)));
        measured.await.ok()?.ok()
    }
}

fn result(
    request: &SynthesisRequest,
    bytes: usize,
    seconds: Option<f64>,
    from_cache: bool,
) -> Value {
    json!({
        "voice": request.voice,
        "format": request.format,
        "characters": request.text.chars().count(),
        "bytes": bytes,
        "duration": seconds,
        "from_cache": from_cache,
    })
}

/// The media type of the audio itself, not of the request: some servers know one format only.
fn media_type(head: &[u8], format: Format) -> &'static str {
    if format == Format::Pcm {
        return format.media_type();
    }
    audio::Container::of(head).map_or(format.media_type(), audio::Container::media_type)
}

fn key(provider: &Provider, request: &SynthesisRequest) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in [
        provider.model(),
        &request.voice,
        request.format.name(),
        &request.speed.to_string(),
        &request.text,
    ] {
        digest.update((part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}
