//! Transcription of recordings: accepted at once, done in the background.

use std::convert::Infallible;
use std::fs::File;
use std::sync::Arc;

use serde_json::{Value, json};
use speech::audio::{self, AudioError, Container};
use speech::provider::{AudioInput, Transcription};
use tokio::sync::watch;
use upstream::meter::Resource;
use uuid::Uuid;

use super::error::SpeechError;
use super::tasks::{FinishTask, NewTask, Task, TaskType, whole_seconds};
use super::{Speech, permitted};
use crate::auth::Caller;
use crate::supabase::postgrest::Identity;
use sandbox::Sandbox;

/// A recording as it was received: an unnamed file, gone when dropped.
pub struct Recording {
    pub file: File,
    pub bytes: u64,
    /// The first [`audio::HEAD`] bytes, or fewer.
    pub head: Vec<u8>,
}

impl Speech {
    /// Starts to transcribe a recording; returns its task's id at once. The text is in the task's row later.
    ///
    /// # Errors
    /// No provider; a recording that can't be read or is too long; the session is not the caller's; the
    /// day's budget.
    pub async fn transcribe(
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
        permitted(Resource::Seconds)?;
        if caller.token_is_expiring() {
            return Err(SpeechError::TokenExpiring);
        }
        if recording.bytes == 0 {
            return Err(AudioError::Empty.into());
        }
        let container = Container::of(&recording.head)?;
        let seconds = audio::measure(sandbox, recording.file.try_clone()?).await??;
        if seconds > self.config.max_audio.as_secs_f64() {
            return Err(SpeechError::TooLong);
        }
        let identity = caller.identity(session_id);
        let task_id = Uuid::new_v4();
        let progress =
            json!({"step": "queued", "bytes": recording.bytes, "audio_seconds": rounded(seconds)});
        let task = NewTask {
            task_id,
            session_id,
            task_type: TaskType::SttBatch,
            characters: 0,
            seconds,
            progress,
            result: None,
        };
        self.tasks.begin(&identity, &task).await?;
        let speech = Arc::clone(self);
        let audio = AudioInput::File {
            file: recording.file,
            bytes: recording.bytes,
            container,
        };
        self.background.spawn(async move {
            let (attempts, attempt) = watch::channel(0);
            let result =
                speech.call_provider(task_id, &audio, language.as_deref(), seconds, &attempts);
            let result = tokio::select! {
                result = result => result,
                never = speech.record_attempts(&identity, task_id, attempt) => match never {},
                never = speech.tasks.renew_lease(&identity, task_id) => match never {},
            };
            speech.tasks.finish(&identity, result).await;
        });
        Ok(task_id)
    }

    async fn call_provider(
        &self,
        task_id: Uuid,
        audio: &AudioInput,
        language: Option<&str>,
        seconds: f64,
        attempts: &watch::Sender<u32>,
    ) -> FinishTask {
        let Some(provider) = &self.stt else {
            return FinishTask::failed(task_id, &SpeechError::Unavailable);
        };
        match provider.transcribe(audio, language, Some(attempts)).await {
            Ok(transcription) => {
                count_seconds(seconds);
                let step = json!({"step": "completed"});
                FinishTask::completed(task_id, step, result(transcription, language, seconds))
            }
            Err(error) => {
                tracing::warn!(%task_id, %error, "a recording was not transcribed");
                FinishTask::failed(task_id, &error.into())
            }
        }
    }

    /// Records each attempt in the task's row, until dropped.
    async fn record_attempts(
        &self,
        identity: &Identity,
        task_id: Uuid,
        mut attempt: watch::Receiver<u32>,
    ) -> Infallible {
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

fn count_seconds(seconds: f64) {
    metrics::counter!("speech_audio_seconds_total").increment(whole_seconds(seconds));
}

fn result(transcription: Transcription, language: Option<&str>, seconds: f64) -> Value {
    let mut result = json!({
        "transcription": if transcription.is_noise { String::new() } else { transcription.text },
        "language": transcription.language.or(language.map(str::to_owned)),
        "duration": rounded(transcription.duration.unwrap_or(seconds)),
    });
    if let (Some(confidence), Some(members)) = (transcription.confidence, result.as_object_mut()) {
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
