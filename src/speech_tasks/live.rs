//! Live transcription: audio in, words out while it arrives. Every final transcript is in the task's row
//! before the client has it, so that a connection may break at any time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use upstream::meter::{self, Resource};
use uuid::Uuid;

use super::error::SpeechError;
use super::tasks::{NewTask, TaskType, Utterance, whole_seconds};
use super::transcription::{count_seconds, rounded};
use super::{Speech, permitted};
use crate::auth::Caller;
use crate::in_flight::Guard;
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
    /// The transcript of earlier connections that broke.
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
/// How long a resumed transcription waits for the last words of its broken connection: a provider's usual
/// time for an utterance, on a busy day.
const RESUME_TIMEOUT: Duration = Duration::from_secs(25);
/// Ends a live transcription.
const BUDGET_EXCEEDED: &str = "speech_budget_exceeded";
/// Attempts to write an utterance.
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
        let (task_id, text) = match request.resume {
            Some(task_id) => (task_id, self.resume(&identity, task_id).await?),
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

    /// Resumes a task; its transcript with the last words of its broken connection. Without them it is not
    /// resumed: nobody would ever tell them to the client.
    async fn resume(&self, identity: &Identity, task_id: Uuid) -> Result<String, SpeechError> {
        // Looked up before the row is read: a connection that ends in between still has words to write.
        let earlier = self.live_in_flight.of(&task_id);
        let text = self.tasks.resume(identity, task_id).await?;
        if earlier.is_empty() {
            return Ok(text);
        }
        let ended = async {
            for connection in &earlier {
                // It may not know yet that its client is gone.
                connection.value.cancel();
                connection.finished().await;
            }
        };
        tokio::time::timeout(RESUME_TIMEOUT, ended)
            .await
            .map_err(|_| SpeechError::NotResumable)?;
        self.tasks.resume(identity, task_id).await
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
        BUDGET_EXCEEDED,
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
    events: mpsc::Sender<LiveEvent>,
    _place: Place,
    _in_flight: Guard<Uuid, CancellationToken>,
}

impl Connection {
    async fn run(self, sandbox: &Sandbox, request: &LiveRequest, audio: mpsc::Receiver<Bytes>) {
        metrics::gauge!("speech_streams").increment(1.0);
        let (transcript_sender, transcript) = mpsc::channel(BUFFERED_EVENTS);
        let language = request.language.as_deref();
        let engine = async {
            match (&self.speech.config.deepgram, &self.speech.stt) {
                (Some(deepgram), _) => {
                    let timeout = self.speech.config.provider.connect_timeout;
                    deepgram::run(
                        deepgram,
                        timeout,
                        request.encoding,
                        language,
                        audio,
                        transcript_sender,
                    )
                    .await?;
                }
                (None, Some(provider)) => {
                    utterances::run(
                        provider,
                        sandbox,
                        request.encoding,
                        language,
                        audio,
                        transcript_sender,
                    )
                    .await?;
                }
                (None, None) => return Err(SpeechError::Unavailable),
            }
            Ok(())
        };
        let work = async { tokio::join!(engine, self.forward(transcript)).0 };
        let ended = tokio::select! {
            ended = work => ended,
            never = self.speech.tasks.renew_lease(&self.identity, self.task_id) => match never {},
        };
        let error = ended.err().map(|error| {
            tracing::info!(task_id = %self.task_id, %error, "a live transcription failed");
            error
        });
        let message = error.as_ref().map(SpeechError::public_message);
        self.speech
            .tasks
            .finish_live(&self.identity, self.task_id, message)
            .await;
        if let Some(error) = error {
            let retryable = !matches!(error, SpeechError::Audio(_));
            let code = if retryable {
                "speech_provider_failed"
            } else {
                "audio_unusable"
            };
            self.send(LiveEvent::error(code, error.public_message(), retryable))
                .await;
        }
        metrics::gauge!("speech_streams").decrement(1.0);
    }

    /// Forwards events to the client; final transcripts are stored first.
    async fn forward(&self, mut transcript: mpsc::Receiver<TranscriptEvent>) {
        let mut number = 0_u32;
        while let Some(event) = transcript.recv().await {
            match event {
                TranscriptEvent::SpeechStarted { at } => {
                    self.send(LiveEvent::SpeechStarted {
                        timestamp: rounded(at),
                    })
                    .await
                }
                TranscriptEvent::Interim { text } => {
                    self.send(LiveEvent::Transcript {
                        text,
                        is_final: false,
                    })
                    .await
                }
                TranscriptEvent::UtteranceEnded { at } => {
                    self.send(LiveEvent::UtteranceEnd {
                        last_spoken_at: rounded(at),
                    })
                    .await
                }
                TranscriptEvent::UtteranceFailed(error) => {
                    tracing::warn!(task_id = %self.task_id, %error, "an utterance was not transcribed");
                    self.send(LiveEvent::error(
                        "utterance_missed",
                        "Some of what you said could not be heard. Please say it again, or type it.",
                        true,
                    ))
                    .await;
                }
                TranscriptEvent::Final {
                    text,
                    start,
                    end,
                    seconds,
                } => {
                    number += 1;
                    let utterance = Utterance {
                        id: format!("{}-{number}", self.id),
                        text: text.clone(),
                        start: rounded(start),
                        end: rounded(end),
                    };
                    count_seconds(seconds);
                    let paid = meter::charge(Resource::Seconds, whole_seconds(seconds));
                    let stored = self.store(&utterance, seconds).await;
                    let stored = stored.or_else(|| paid.err().map(|_| over_budget()));
                    self.send(LiveEvent::Transcript {
                        text,
                        is_final: true,
                    })
                    .await;
                    if let Some(problem) = stored {
                        let ends = matches!(&problem, LiveEvent::Error { code, .. } if *code == BUDGET_EXCEEDED);
                        self.send(problem).await;
                        if ends {
                            return;
                        }
                    }
                }
            }
        }
    }

    /// Writes an utterance, with retries; an event for the client if it is not simply stored.
    async fn store(&self, utterance: &Utterance, seconds: f64) -> Option<LiveEvent> {
        let mut wait = Duration::from_millis(200);
        for attempt in 1..=MAX_ATTEMPTS {
            match self
                .speech
                .tasks
                .append(&self.identity, self.task_id, utterance, seconds)
                .await
            {
                Ok(true) => return None,
                Ok(false) => return Some(over_budget()),
                Err(SpeechError::Rest(error)) if error.is_transient() && attempt < MAX_ATTEMPTS => {
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                Err(error) => {
                    tracing::warn!(task_id = %self.task_id, %error, "an utterance was not stored");
                    break;
                }
            }
        }
        Some(LiveEvent::error(
            "utterance_not_stored",
            "What you said was heard but not stored. Do not close this page before you have sent it.",
            true,
        ))
    }

    /// Events for a client that is gone are dropped; its words are stored all the same.
    async fn send(&self, event: LiveEvent) {
        let _gone = self.events.send(event).await;
    }
}
