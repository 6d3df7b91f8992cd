//! Speech to text of whole recordings: accepted at once, heard in the background.

use std::fs::File;
use std::sync::Arc;

use serde_json::{Value, json};
use speech::audio::{self, AudioError, Container};
use speech::provider::{Sound, Transcription};
use tokio::sync::watch;
use uuid::Uuid;

use super::Speech;
use super::error::SpeechError;
use super::tasks::{Ending, NewTask, Task, TaskType};
use crate::auth::Caller;
use crate::supabase::postgrest::Identity;
use sandbox::Sandbox;

/// A recording as it was received: nameless on disk, gone when dropped.
pub struct Recording {
    pub file: File,
    pub bytes: u64,
    /// The first [`audio::HEAD`] bytes, or fewer.
    pub head: Vec<u8>,
}

impl Speech {
    /// Takes a recording and answers its task at once; what is heard stands in the task's row later.
    ///
    /// # Errors
    /// No provider; a recording that can't be heard or is too long; the session is not the caller's; the
    /// day's budget.
    pub async fn hear(
        self: &Arc<Self>,
        sandbox: &Sandbox,
        caller: &Caller,
        session_id: Option<Uuid>,
        recording: Recording,
        language: Option<String>,
    ) -> Result<Uuid, SpeechError> {
        if self.stt.is_none() {
            return Err(SpeechError::Unavailable);
        }
        if caller.token_is_expiring() {
            return Err(SpeechError::TokenExpiring);
        }
        if recording.bytes == 0 {
            return Err(AudioError::Empty.into());
        }
        let container = Container::of(&recording.head).ok_or(AudioError::Unsupported)?;
        let seconds = audio::measured(sandbox, recording.file.try_clone()?).await??;
        if seconds > self.config.max_audio.as_secs_f64() {
            return Err(SpeechError::TooLong);
        }
        let identity = caller.identity(session_id);
        let task_id = Uuid::new_v4();
        let about =
            json!({"step": "queued", "bytes": recording.bytes, "audio_seconds": rounded(seconds)});
        let task = NewTask {
            task_id,
            session_id,
            task_type: TaskType::SttBatch,
            characters: 0,
            seconds,
            progress: about,
            result: None,
        };
        self.tasks.begin(&identity, &task).await?;
        let speech = Arc::clone(self);
        let sound = Sound::File {
            file: recording.file,
            bytes: recording.bytes,
            container,
        };
        self.background.spawn(async move {
            let (attempts, attempt) = watch::channel(0);
            let heard =
                speech.transcribed(task_id, &sound, language.as_deref(), seconds, &attempts);
            let ending = tokio::select! {
                ending = heard => ending,
                () = speech.note(&identity, task_id, attempt) => unreachable!("it never ends"),
                () = speech.tasks.keep(&identity, task_id) => unreachable!("it never ends"),
            };
            speech.tasks.finish(&identity, ending).await;
        });
        Ok(task_id)
    }

    async fn transcribed(
        &self,
        task_id: Uuid,
        sound: &Sound,
        language: Option<&str>,
        seconds: f64,
        attempts: &watch::Sender<u32>,
    ) -> Ending {
        let Some(provider) = &self.stt else {
            return Ending::failed(task_id, &SpeechError::Unavailable);
        };
        match provider.transcribe(sound, language, Some(attempts)).await {
            Ok(heard) => {
                count_seconds(seconds);
                let step = json!({"step": "completed"});
                Ending::completed(task_id, step, result(heard, language, seconds))
            }
            Err(error) => {
                tracing::warn!(%task_id, %error, "a recording was not transcribed");
                Ending::failed(task_id, &error.into())
            }
        }
    }

    /// Notes each attempt in the task's row, until dropped.
    async fn note(&self, identity: &Identity, task_id: Uuid, mut attempt: watch::Receiver<u32>) {
        while attempt.changed().await.is_ok() {
            let number = *attempt.borrow_and_update();
            let step = if number > 1 {
                "retrying"
            } else {
                "transcribing"
            };
            let progress = json!({"step": step, "attempt": number});
            self.tasks.advance(identity, task_id, &progress).await;
        }
        std::future::pending().await
    }

    /// A task as the caller may see it; one whose process died is an error.
    ///
    /// # Errors
    /// [`SpeechError::NoSuchTask`]; upstream failures.
    pub async fn task(
        &self,
        caller: &Caller,
        session_id: Option<Uuid>,
        task_id: Uuid,
    ) -> Result<Task, SpeechError> {
        let identity = caller.identity(session_id);
        self.tasks.read(&identity, task_id).await
    }
}

pub(super) fn count_seconds(seconds: f64) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a recording's length, which is bounded and positive"
    )]
    metrics::counter!("speech_audio_seconds_total").increment(seconds.ceil() as u64);
}

fn result(heard: Transcription, language: Option<&str>, seconds: f64) -> Value {
    let mut result = json!({
        "transcription": if heard.is_noise { String::new() } else { heard.text },
        "language": heard.language.or(language.map(str::to_owned)),
        "duration": rounded(heard.duration.unwrap_or(seconds)),
    });
    if let (Some(confidence), Some(members)) = (heard.confidence, result.as_object_mut()) {
        members.insert(
            "confidence".to_owned(),
            json!((confidence * 1_000.0).round() / 1_000.0),
        );
    }
    result
}

pub(super) fn rounded(seconds: f64) -> f64 {
    (seconds * 1_000.0).round() / 1_000.0
}
