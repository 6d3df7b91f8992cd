//! Live transcription: sound in, words out while it comes, every finished word in the task's row before
//! the client has it, so that a connection may break at any time.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde::Serialize;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use uuid::Uuid;

use super::Speech;
use super::batch::{count_seconds, rounded};
use super::error::SpeechError;
use super::ongoing::UnderWay;
use super::tasks::{NewTask, TaskType, Utterance};
use crate::auth::Caller;
use crate::supabase::postgrest::Identity;
use sandbox::Sandbox;
use speech::live::{Encoding, Heard, deepgram, utterances};

#[derive(Clone, Debug, Default)]
pub struct LiveRequest {
    pub encoding: Encoding,
    pub language: Option<String>,
    /// The task of a connection that broke.
    pub resume: Option<Uuid>,
}

/// What a client is told while it speaks. Times are seconds from the first sound of the connection.
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

/// A transcription under way. Dropping `sound` ends it: what was sent is still heard and stored.
pub struct Live {
    pub task_id: Uuid,
    /// What was said before, over connections that broke.
    pub text: String,
    /// Takes the next piece of sound when there is room.
    pub sound: mpsc::Sender<Bytes>,
    /// Ends after the last word.
    pub events: mpsc::Receiver<LiveEvent>,
}

/// Pieces of sound, and events, that wait.
const SOUND: usize = 64;
const EVENTS: usize = 64;
/// For the last words of a connection that broke.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How often writing an utterance is tried.
const ATTEMPTS: u32 = 5;

impl Speech {
    /// Begins a live transcription, or takes one up again.
    ///
    /// # Errors
    /// No provider; no place; the session or task is not the caller's; the day's budget.
    pub async fn listen(
        self: &Arc<Self>,
        sandbox: &Sandbox,
        caller: &Caller,
        session_id: Option<Uuid>,
        request: LiveRequest,
    ) -> Result<Live, SpeechError> {
        if self.config.deepgram.is_none() && self.stt.is_none() {
            return Err(SpeechError::Unavailable);
        }
        if caller.token_is_expiring() {
            return Err(SpeechError::TokenExpiring);
        }
        let place = Arc::clone(&self.streams)
            .try_acquire_owned()
            .map_err(|_| SpeechError::Busy)?;
        let identity = caller.identity(session_id);
        let (task_id, text) = match request.resume {
            Some(task_id) => {
                let mut text = self.tasks.resume(&identity, task_id).await?;
                if self.ongoing.settle(task_id, LAST_WORDS).await {
                    text = self.tasks.resume(&identity, task_id).await?;
                }
                (task_id, text)
            }
            None => (
                self.begin_stream(&identity, session_id).await?,
                String::new(),
            ),
        };
        let (sound, sounds) = mpsc::channel(SOUND);
        let (events, told) = mpsc::channel(EVENTS);
        let stream = Stream {
            speech: Arc::clone(self),
            identity,
            task_id,
            connection: Uuid::new_v4().simple().to_string(),
            events,
            _place: place,
            _under_way: self.ongoing.begin(task_id),
        };
        let sandbox = sandbox.clone();
        self.background
            .spawn(async move { Box::pin(stream.run(&sandbox, &request, sounds)).await });
        Ok(Live {
            task_id,
            text,
            sound,
            events: told,
        })
    }

    async fn begin_stream(
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

/// One connection's transcription.
struct Stream {
    speech: Arc<Speech>,
    identity: Identity,
    task_id: Uuid,
    /// Tells this connection's utterances from an earlier one's.
    connection: String,
    events: mpsc::Sender<LiveEvent>,
    _place: OwnedSemaphorePermit,
    _under_way: UnderWay,
}

impl Stream {
    async fn run(self, sandbox: &Sandbox, request: &LiveRequest, sound: mpsc::Receiver<Bytes>) {
        metrics::gauge!("speech_streams").increment(1.0);
        let (heard, hearing) = mpsc::channel(EVENTS);
        let language = request.language.as_deref();
        let engine = async {
            match (&self.speech.config.deepgram, &self.speech.stt) {
                (Some(deepgram), _) => {
                    let timeout = self.speech.config.provider.connect_timeout;
                    deepgram::run(deepgram, timeout, request.encoding, language, sound, heard)
                        .await?;
                }
                (None, Some(provider)) => {
                    utterances::run(provider, sandbox, request.encoding, language, sound, heard)
                        .await?;
                }
                (None, None) => return Err(SpeechError::Unavailable),
            }
            Ok(())
        };
        let work = async { tokio::join!(engine, self.tell(hearing)).0 };
        let ended = tokio::select! {
            ended = work => ended,
            () = self.speech.tasks.keep(&self.identity, self.task_id) => unreachable!("it never ends"),
        };
        let error = ended.err().map(|error| {
            tracing::info!(task_id = %self.task_id, %error, "a live transcription failed");
            error
        });
        let told = error.as_ref().map(SpeechError::told);
        self.speech
            .tasks
            .finish_stream(&self.identity, self.task_id, told)
            .await;
        if let Some(error) = error {
            let retryable = !matches!(error, SpeechError::Audio(_));
            let code = if retryable {
                "speech_provider_failed"
            } else {
                "audio_unusable"
            };
            self.say(LiveEvent::error(code, error.told(), retryable))
                .await;
        }
        metrics::gauge!("speech_streams").decrement(1.0);
    }

    async fn tell(&self, mut hearing: mpsc::Receiver<Heard>) {
        let mut number = 0_u32;
        while let Some(heard) = hearing.recv().await {
            match heard {
                Heard::Started { at } => {
                    self.say(LiveEvent::SpeechStarted {
                        timestamp: rounded(at),
                    })
                    .await
                }
                Heard::Interim { text } => {
                    self.say(LiveEvent::Transcript {
                        text,
                        is_final: false,
                    })
                    .await
                }
                Heard::Ended { at } => {
                    self.say(LiveEvent::UtteranceEnd {
                        last_spoken_at: rounded(at),
                    })
                    .await
                }
                Heard::Missed(error) => {
                    tracing::warn!(task_id = %self.task_id, %error, "an utterance was not transcribed");
                    self.say(LiveEvent::error(
                        "utterance_missed",
                        "Some of what you said could not be heard. Please say it again, or type it.",
                        true,
                    ))
                    .await;
                }
                Heard::Final {
                    text,
                    start,
                    end,
                    seconds,
                } => {
                    number += 1;
                    let utterance = Utterance {
                        id: format!("{}-{number}", self.connection),
                        text: text.clone(),
                        start: rounded(start),
                        end: rounded(end),
                    };
                    count_seconds(seconds);
                    let stored = self.store(&utterance, seconds).await;
                    self.say(LiveEvent::Transcript {
                        text,
                        is_final: true,
                    })
                    .await;
                    if let Some(problem) = stored {
                        let ends = matches!(&problem, LiveEvent::Error { code, .. } if *code == "speech_budget_exceeded");
                        self.say(problem).await;
                        if ends {
                            return;
                        }
                    }
                }
            }
        }
    }

    /// Writes an utterance, more than once if need be; what the client must know of it.
    async fn store(&self, utterance: &Utterance, seconds: f64) -> Option<LiveEvent> {
        let mut wait = Duration::from_millis(200);
        for attempt in 1..=ATTEMPTS {
            match self
                .speech
                .tasks
                .append(&self.identity, self.task_id, utterance, seconds)
                .await
            {
                Ok(true) => return None,
                Ok(false) => {
                    return Some(LiveEvent::error(
                        "speech_budget_exceeded",
                        "Today's time for speaking is used up. Please go on by typing.",
                        false,
                    ));
                }
                Err(SpeechError::Rest(error)) if error.is_transient() && attempt < ATTEMPTS => {
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

    /// A client that is gone is told nothing; its words are stored all the same.
    async fn say(&self, event: LiveEvent) {
        let _gone = self.events.send(event).await;
    }
}
