//! Text to speech: from the provider to the listener as it comes.

use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use speech::join::Joiner;
use speech::provider::{Line, Opened, Provider};
use speech::{Format, ProviderError, audio, sentences};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::Speech;
use super::error::SpeechError;
use super::tasks::{Ending, NewTask, TaskType};
use crate::auth::Caller;

/// What is to be said and how.
#[derive(Clone, Debug)]
pub struct SpeakRequest {
    pub text: String,
    pub voice: String,
    /// 0.5 to 2.
    pub speed: f32,
    pub format: Format,
}

/// Audio on its way. Dropping it tells the provider to stop.
pub struct Spoken {
    pub task_id: Uuid,
    pub media_type: &'static str,
    first: Option<Bytes>,
    rest: Option<mpsc::Receiver<Result<Bytes, SpeechError>>>,
}

impl Spoken {
    /// The next piece; an error when the provider broke off.
    pub async fn next(&mut self) -> Option<Result<Bytes, SpeechError>> {
        match self.first.take() {
            Some(first) => Some(Ok(first)),
            None => self.rest.as_mut()?.recv().await,
        }
    }
}

/// Audio that was made before.
pub(super) struct Recorded {
    media_type: &'static str,
    audio: Bytes,
    seconds: Option<f64>,
}

impl Recorded {
    pub(super) fn weight(&self) -> u32 {
        u32::try_from(self.audio.len() + 200).unwrap_or(u32::MAX)
    }
}

/// How long a listener may take to take a piece.
const LISTENERS_PATIENCE: Duration = Duration::from_secs(60);
/// Pieces between provider and listener.
const PIECES: usize = 8;
/// Bytes a second of [`Format::Pcm`].
const PCM_RATE: f64 = 48_000.0;

impl Speech {
    /// Speaks a text. The task's row is there before the provider is asked, and says afterwards what
    /// became of it.
    ///
    /// # Errors
    /// No provider; the session is not the caller's; the day's budget; the provider's failures until the
    /// first piece of audio.
    pub async fn speak(
        self: &Arc<Self>,
        caller: &Caller,
        session_id: Option<Uuid>,
        request: SpeakRequest,
    ) -> Result<Spoken, SpeechError> {
        let provider = self.tts.as_ref().ok_or(SpeechError::Unavailable)?;
        let texts = sentences::split(&request.text, self.config.segment_characters);
        if texts.len() > 1 && !request.format.is_joinable() {
            return Err(SpeechError::NotJoinable);
        }
        let identity = caller.identity(session_id);
        let task_id = Uuid::new_v4();
        let key = key(provider, &request);
        let recorded = self.recorded.get(&key);
        metrics::counter!("speech_cache_reads_total", "result" => if recorded.is_some() { "hit" } else { "miss" })
            .increment(1);
        let characters = request.text.chars().count();
        let task = NewTask {
            task_id,
            session_id,
            task_type: TaskType::Tts,
            // What the provider is not asked for costs nothing.
            characters: if recorded.is_some() { 0 } else { characters },
            seconds: 0.0,
            progress: json!({"step": if recorded.is_some() { "completed" } else { "speaking" }}),
            result: recorded
                .as_ref()
                .map(|audio| result(&request, audio.audio.len(), audio.seconds, true)),
        };
        self.tasks.begin(&identity, &task).await?;
        if let Some(recorded) = recorded {
            return Ok(Spoken {
                task_id,
                media_type: recorded.media_type,
                first: Some(recorded.audio.clone()),
                rest: None,
            });
        }
        metrics::counter!("speech_characters_total").increment(characters as u64);
        let (sender, mut receiver) = mpsc::channel(PIECES);
        let speech = Arc::clone(self);
        let format = request.format;
        self.background.spawn(async move {
            let speaking = Speaking {
                speech: &speech,
                request: &request,
                texts: &texts,
                key,
                sender,
            };
            let ended = tokio::select! {
                ended = speaking.run(task_id) => ended,
                () = speech.tasks.keep(&identity, task_id) => unreachable!("it never ends"),
            };
            speech.tasks.finish(&identity, ended).await;
        });
        let first = receiver
            .recv()
            .await
            .unwrap_or(Err(SpeechError::Provider(ProviderError::Cut)))?;
        Ok(Spoken {
            task_id,
            media_type: media_type(&first, format),
            first: Some(first),
            rest: Some(receiver),
        })
    }
}

/// One text on its way to one listener.
struct Speaking<'a> {
    speech: &'a Speech,
    request: &'a SpeakRequest,
    texts: &'a [String],
    key: [u8; 32],
    sender: mpsc::Sender<Result<Bytes, SpeechError>>,
}

impl Speaking<'_> {
    async fn run(&self, task_id: Uuid) -> Ending {
        let mut audio = Audio::new(self.speech.config.cache_bytes / 8);
        match self.pass(&mut audio).await {
            Ok(()) => {
                let seconds = audio.seconds(self.request.format).await;
                let result = result(self.request, audio.bytes, seconds, false);
                if let Some(kept) = audio.kept {
                    let kept = kept.freeze();
                    let media_type = media_type(&kept, self.request.format);
                    let recorded = Recorded {
                        media_type,
                        audio: kept,
                        seconds,
                    };
                    self.speech.recorded.insert(self.key, Arc::new(recorded));
                }
                Ending::completed(task_id, json!({"step": "completed"}), result)
            }
            Err(error) => {
                let ending = Ending::failed(task_id, &error);
                // Cuts the audio off, so that nobody takes it for the whole.
                let _gone = self.sender.send(Err(error)).await;
                ending
            }
        }
    }

    /// All texts, one after the other; the next one is asked for while one is heard.
    async fn pass(&self, audio: &mut Audio) -> Result<(), SpeechError> {
        let provider = self.speech.tts.as_ref().ok_or(SpeechError::Unavailable)?;
        let mut joiner = Joiner::new(self.request.format, self.texts.len());
        let mut opened = self.open(provider, 0).await;
        let mut at = 0;
        while let Some(current) = opened {
            at += 1;
            // The provider opens the next text while this one is passed on.
            let next = async { Ok(self.open(provider, at).await) };
            let current = self.pass_one(current?, &mut joiner, audio);
            ((), opened) = tokio::try_join!(current, next)?;
        }
        Ok(())
    }

    async fn open(&self, provider: &Provider, at: usize) -> Option<Result<Opened, ProviderError>> {
        let line = Line {
            input: self.texts.get(at)?,
            voice: &self.request.voice,
            response_format: self.request.format.name(),
            speed: self.request.speed,
        };
        Some(provider.speak(&line).await)
    }

    async fn pass_one(
        &self,
        mut opened: Opened,
        joiner: &mut Joiner,
        audio: &mut Audio,
    ) -> Result<(), SpeechError> {
        let first = opened.first.clone();
        self.tell(joiner.push(first), audio).await?;
        while let Some(piece) = opened.next().await {
            self.tell(joiner.push(piece?), audio).await?;
        }
        self.tell(joiner.end(), audio).await
    }

    async fn tell(&self, piece: Bytes, audio: &mut Audio) -> Result<(), SpeechError> {
        if piece.is_empty() {
            return Ok(());
        }
        audio.add(&piece);
        tokio::time::timeout(LISTENERS_PATIENCE, self.sender.send(Ok(piece)))
            .await
            .ok()
            .and_then(Result::ok)
            .ok_or(SpeechError::ListenerGone)
    }
}

/// What was said, kept as far as it may be.
struct Audio {
    bytes: usize,
    kept: Option<BytesMut>,
    most: u64,
}

impl Audio {
    fn new(most: u64) -> Self {
        Self {
            bytes: 0,
            kept: Some(BytesMut::new()),
            most,
        }
    }

    fn add(&mut self, piece: &[u8]) {
        self.bytes += piece.len();
        if self.bytes as u64 > self.most {
            self.kept = None;
        }
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(piece);
        }
    }

    /// Length, where the audio was kept and its format is known.
    async fn seconds(&self, format: Format) -> Option<f64> {
        if format == Format::Pcm {
            #[expect(clippy::cast_precision_loss, reason = "no audio is that long")]
            return Some(self.bytes as f64 / PCM_RATE);
        }
        let audio = Cursor::new(self.kept.as_ref()?.clone().freeze());
        let measured = tokio::task::spawn_blocking(move || audio::seconds(Box::new(audio)));
        measured.await.ok()?.ok()
    }
}

fn result(request: &SpeakRequest, bytes: usize, seconds: Option<f64>, from_cache: bool) -> Value {
    json!({
        "voice": request.voice,
        "format": request.format,
        "characters": request.text.chars().count(),
        "bytes": bytes,
        "duration": seconds,
        "from_cache": from_cache,
    })
}

/// What the audio is, whatever was asked for: some servers know one format only.
fn media_type(head: &[u8], format: Format) -> &'static str {
    if format == Format::Pcm {
        return format.media_type();
    }
    audio::Container::of(head).map_or(format.media_type(), audio::Container::media_type)
}

fn key(provider: &Provider, request: &SpeakRequest) -> [u8; 32] {
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
