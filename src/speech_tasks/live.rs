//! Live transcription: audio in, words out while it arrives. Every final transcript is in the task's row
//! before the client has it, so that a connection may break at any time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use upstream::meter::Resource;
use uuid::Uuid;

use super::error::SpeechError;
use super::tasks::{NewTask, TaskType, Utterance, Words, whole_seconds};
use super::transcription::rounded;
use super::{Speech, permitted};
use crate::auth::Caller;
use crate::in_flight::{Guard, Running};
use crate::network::Client;
use crate::places::Place;
use crate::supabase::postgrest::Identity;
use sandbox::Sandbox;
use speech::live::{Encoding, TranscriptEvent, deepgram, utterances};

#[derive(Clone, Debug, Default)]
pub struct LiveRequest {
    pub encoding: Encoding,
    pub language: Option<String>,
    /// The task of a connection that broke.
    pub resume: Option<Uuid>,
}

/// An event for the client. Times are seconds from the first audio of the connection.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum LiveEvent {
    SpeechStarted {
        timestamp: f64,
    },
    Transcript {
        text: String,
        is_final: bool,
    },
    UtteranceEnd {
        last_spoken_at: f64,
    },
    Error {
        error: String,
        code: &'static str,
        retryable: bool,
    },
}

impl LiveEvent {
    pub fn error(code: &'static str, error: impl Into<String>, retryable: bool) -> Self {
        Self::Error {
            error: error.into(),
            code,
            retryable,
        }
    }
}

/// A live transcription in flight. Dropping `audio` ends it: what was sent is still transcribed and stored.
pub struct Live {
    pub task_id: Uuid,
    /// The transcript of earlier connections that broke, so far: words that are still written come as events.
    pub text: String,
    /// Accepts the next chunk of audio when there is room.
    pub audio: mpsc::Sender<Bytes>,
    /// Ends after the last event.
    pub events: mpsc::Receiver<LiveEvent>,
    /// Cancelled when a later connection resumes the task: what arrived is still to be heard, no more comes.
    pub superseded: CancellationToken,
}

/// Chunks of audio, and events, that are buffered.
const BUFFERED_CHUNKS: usize = 64;
const BUFFERED_EVENTS: usize = 64;
/// Paid seconds without words that are written down together.
const WORDLESS_SECONDS: f64 = 10.0;
/// Attempts at a call to the database.
const MAX_ATTEMPTS: u32 = 5;

impl Speech {
    /// Starts a live transcription, or resumes one.
    ///
    /// # Errors
    /// No provider; no place; the session or task is not the caller's; the day's budget.
    pub async fn start_live(
        self: &Arc<Self>,
        sandbox: &Sandbox,
        client: Client,
        caller: &Caller,
        session_id: Option<Uuid>,
        request: LiveRequest,
    ) -> Result<Live, SpeechError> {
        if self.config.deepgram.is_none() && self.stt.is_none() {
            return Err(SpeechError::Unavailable);
        }
        permitted(Resource::Seconds)?;
        if caller.token_is_expiring() {
            return Err(SpeechError::TokenExpiring);
        }
        let place = self.live_places.try_take(client)?;
        let identity = caller.identity(session_id);
        // Looked up before the row is read: a connection that ends in between still has words to write.
        let earlier = request.resume.map(|task| self.live_in_flight.of(&task));
        let (task_id, text) = match request.resume {
            Some(task_id) => (task_id, self.tasks.resume(&identity, task_id).await?),
            None => (self.begin(&identity, session_id).await?, String::new()),
        };
        let (audio, received_audio) = mpsc::channel(BUFFERED_CHUNKS);
        let (event_sender, events) = mpsc::channel(BUFFERED_EVENTS);
        let superseded = CancellationToken::new();
        let connection = Connection {
            speech: Arc::clone(self),
            identity,
            task_id,
            id: Uuid::new_v4().simple().to_string(),
            earlier: earlier.unwrap_or_default(),
            told: text.clone(),
            events: event_sender,
            _place: place,
            _in_flight: self.live_in_flight.start(task_id, superseded.clone()),
        };
        let sandbox = sandbox.clone();
        self.background.spawn(async move {
            Box::pin(connection.run(&sandbox, &request, received_audio)).await
        });
        Ok(Live {
            task_id,
            text,
            audio,
            events,
            superseded,
        })
    }

    async fn begin(
        &self,
        identity: &Identity,
        session_id: Option<Uuid>,
    ) -> Result<Uuid, SpeechError> {
        let task_id = Uuid::new_v4();
        let task = NewTask {
            task_id,
            session_id,
            task_type: TaskType::SttStream,
            characters: 0,
            seconds: 0.0,
            progress: json!({"step": "listening"}),
            result: None,
        };
        self.tasks.begin(identity, &task).await?;
        Ok(task_id)
    }
}

fn over_budget() -> LiveEvent {
    LiveEvent::error(
        "speech_budget_exceeded",
        "Today's time for speaking is used up. Please go on by typing.",
        false,
    )
}

/// The transcription of one connection.
struct Connection {
    speech: Arc<Speech>,
    identity: Identity,
    task_id: Uuid,
    /// Distinguishes this connection's utterances from an earlier one's.
    id: String,
    /// The task's connections that have not ended yet.
    earlier: Vec<Running<CancellationToken>>,
    /// Their words that the client knows.
    told: String,
    events: mpsc::Sender<LiveEvent>,
    _place: Place,
    _in_flight: Guard<Uuid, CancellationToken>,
}

impl Connection {
    async fn run(self, sandbox: &Sandbox, request: &LiveRequest, audio: mpsc::Receiver<Bytes>) {
        metrics::gauge!("speech_streams").increment(1.0);
        let ended = tokio::select! {
            ended = self.work(sandbox, request, audio) => ended,
            never = self.speech.tasks.renew_lease(&self.identity, self.task_id) => match never {},
        };
        let (message, event) = match ended {
            Ok(()) => (None, None),
            // What was heard is whole.
            Err(SpeechError::OverBudget(_)) => (None, Some(over_budget())),
            Err(error) => {
                tracing::info!(task_id = %self.task_id, %error, "a live transcription failed");
                (Some(error.public_message()), Some(failed(&error)))
            }
        };
        self.speech
            .tasks
            .finish_live(&self.identity, self.task_id, message)
            .await;
        if let Some(event) = event {
            self.send(event).await;
        }
        metrics::gauge!("speech_streams").decrement(1.0);
    }

    async fn work(
        &self,
        sandbox: &Sandbox,
        request: &LiveRequest,
        audio: mpsc::Receiver<Bytes>,
    ) -> Result<(), SpeechError> {
        self.take_over().await?;
        let (sender, transcript) = mpsc::channel(BUFFERED_EVENTS);
        let hearing = self.hear(sandbox, request, audio, sender);
        tokio::join!(hearing, self.forward(transcript)).0
    }

    /// Waits for the last words of the task's earlier connections, which come before this one's, and tells those that
    /// the client does not know. Its sound waits meanwhile.
    async fn take_over(&self) -> Result<(), SpeechError> {
        if self.earlier.is_empty() {
            return Ok(());
        }
        for connection in &self.earlier {
            // It may not know yet that its client is gone.
            connection.value.cancel();
        }
        for connection in &self.earlier {
            connection.finished().await;
        }
        let tasks = &self.speech.tasks;
        let text = retried(|| tasks.reopen(&self.identity, self.task_id)).await?;
        let late = text.strip_prefix(&self.told).unwrap_or_default().trim();
        if !late.is_empty() {
            self.tell(late.to_owned(), true).await;
        }
        Ok(())
    }

    async fn hear(
        &self,
        sandbox: &Sandbox,
        request: &LiveRequest,
        audio: mpsc::Receiver<Bytes>,
        events: mpsc::Sender<TranscriptEvent>,
    ) -> Result<(), SpeechError> {
        let (encoding, language) = (request.encoding, request.language.as_deref());
        match (&self.speech.config.deepgram, &self.speech.stt) {
            (Some(deepgram), _) => {
                let timeout = self.speech.config.provider.connect_timeout;
                deepgram::run(deepgram, timeout, encoding, language, audio, events).await?;
            }
            (None, Some(provider)) => {
                utterances::run(provider, sandbox, encoding, language, audio, events).await?;
            }
            (None, None) => return Err(SpeechError::Unavailable),
        }
        Ok(())
    }

    /// Forwards events to the client; final transcripts are stored first.
    async fn forward(&self, mut transcript: mpsc::Receiver<TranscriptEvent>) {
        let mut number = 0_u32;
        // Seconds that were paid for, and those of them that the row does not have yet.
        let (mut paid, mut unstored) = (0.0, 0.0);
        while let Some(event) = transcript.recv().await {
            match event {
                TranscriptEvent::SpeechStarted { at } => {
                    let timestamp = rounded(at);
                    self.send(LiveEvent::SpeechStarted { timestamp }).await;
                }
                TranscriptEvent::Interim { text } => self.tell(text, false).await,
                TranscriptEvent::UtteranceEnded { at } => {
                    let last_spoken_at = rounded(at);
                    self.send(LiveEvent::UtteranceEnd { last_spoken_at }).await;
                }
                TranscriptEvent::UtteranceFailed(error) => {
                    tracing::warn!(task_id = %self.task_id, %error, "an utterance was not transcribed");
                    self.send(missed()).await;
                }
                TranscriptEvent::Billed { seconds } => {
                    let begun = whole_seconds(paid);
                    paid += seconds;
                    metrics::counter!("speech_audio_seconds_total")
                        .increment(whole_seconds(paid) - begun);
                    unstored += seconds;
                    if unstored >= WORDLESS_SECONDS {
                        number += 1;
                        let stored = self.store(number, None, std::mem::take(&mut unstored));
                        if stored.await == Stored::OverBudget {
                            return self.send(over_budget()).await;
                        }
                    }
                }
                TranscriptEvent::Final { text, start, end } => {
                    number += 1;
                    let words = Words {
                        text: text.clone(),
                        start: rounded(start),
                        end: rounded(end),
                    };
                    let stored = self.store(number, Some(words), std::mem::take(&mut unstored));
                    let stored = stored.await;
                    self.tell(text, true).await;
                    match stored {
                        Stored::Whole => {}
                        Stored::OverBudget => return self.send(over_budget()).await,
                        Stored::Not => self.send(not_stored()).await,
                    }
                }
            }
        }
        if unstored > 0.0 {
            self.store(number + 1, None, unstored).await;
        }
    }

    /// Writes an utterance and counts `seconds`.
    async fn store(&self, number: u32, words: Option<Words>, seconds: f64) -> Stored {
        let utterance = Utterance {
            id: format!("{}-{number}", self.id),
            words,
        };
        let tasks = &self.speech.tasks;
        let append = || tasks.append(&self.identity, self.task_id, &utterance, seconds);
        match retried(append).await {
            Ok(true) => Stored::Whole,
            Ok(false) => Stored::OverBudget,
            Err(error) => {
                tracing::warn!(task_id = %self.task_id, %error, "an utterance was not stored");
                Stored::Not
            }
        }
    }

    async fn tell(&self, text: String, is_final: bool) {
        self.send(LiveEvent::Transcript { text, is_final }).await;
    }

    /// Events for a client that is gone are dropped; its words are stored all the same.
    async fn send(&self, event: LiveEvent) {
        let _gone = self.events.send(event).await;
    }
}

#[derive(PartialEq, Eq)]
enum Stored {
    Whole,
    /// Stored, but the day's budget is used up.
    OverBudget,
    Not,
}

/// Repeats a call that failed for a moment.
async fn retried<T, F: Future<Output = Result<T, SpeechError>>>(
    call: impl Fn() -> F,
) -> Result<T, SpeechError> {
    let mut wait = Duration::from_millis(200);
    for _ in 1..MAX_ATTEMPTS {
        match call().await {
            Err(SpeechError::Rest(error)) if error.is_transient() => {
                tokio::time::sleep(wait).await;
                wait *= 2;
            }
            done => return done,
        }
    }
    call().await
}

fn missed() -> LiveEvent {
    LiveEvent::error(
        "utterance_missed",
        "Some of what you said could not be heard. Please say it again, or type it.",
        true,
    )
}

fn not_stored() -> LiveEvent {
    LiveEvent::error(
        "utterance_not_stored",
        "What you said was heard but not stored. Do not close this page before you have sent it.",
        true,
    )
}

fn failed(error: &SpeechError) -> LiveEvent {
    let retryable = !matches!(error, SpeechError::Audio(_));
    let code = if retryable {
        "speech_provider_failed"
    } else {
        "audio_unusable"
    };
    LiveEvent::error(code, error.public_message(), retryable)
}
