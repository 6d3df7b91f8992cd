//! Rows of `speech_tasks`, under the caller's own rights.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::error::SpeechError;
use crate::config::SpeechConfig;
use crate::supabase::postgrest::{Identity, PostgRest, RestError};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskType {
    SttBatch,
    Tts,
    SttStream,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TaskStatus {
    Processing,
    Completed,
    Error,
}

/// A row as it stands.
#[derive(Clone, Debug, Deserialize)]
pub struct Task {
    pub task_id: Uuid,
    pub session_id: Option<Uuid>,
    pub task_type: TaskType,
    pub status: TaskStatus,
    pub progress_data: Value,
    pub result_data: Option<Value>,
    pub error_message: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a task is begun with.
pub(super) struct NewTask {
    pub task_id: Uuid,
    pub session_id: Option<Uuid>,
    pub task_type: TaskType,
    pub characters: usize,
    pub seconds: f64,
    pub progress: Value,
    /// Of a task that is complete at once.
    pub result: Option<Value>,
}

/// How a task ended.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Ending {
    p_task_id: Uuid,
    p_status: TaskStatus,
    p_progress: Value,
    p_result: Option<Value>,
    p_error: Option<&'static str>,
}

impl Ending {
    pub(super) fn completed(task_id: Uuid, progress: Value, result: Value) -> Self {
        Self {
            p_task_id: task_id,
            p_status: TaskStatus::Completed,
            p_progress: progress,
            p_result: Some(result),
            p_error: None,
        }
    }

    pub(super) fn failed(task_id: Uuid, error: &SpeechError) -> Self {
        let reason = match error {
            SpeechError::Provider(error) => error.name(),
            SpeechError::ListenerGone => "listener_gone",
            _ => "internal",
        };
        Self {
            p_task_id: task_id,
            p_status: TaskStatus::Error,
            p_progress: json!({"step": "failed", "reason": reason}),
            p_result: None,
            p_error: Some(error.told()),
        }
    }
}

/// An utterance of a live transcription; times in seconds of its connection.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Utterance {
    pub id: String,
    pub text: String,
    pub start: f64,
    pub end: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Started,
    OverBudget,
    NotFound,
    Renewed,
    Lost,
    Finished,
    Already,
    Found,
    Added,
    Resumed,
}

#[derive(Deserialize)]
struct Answer {
    outcome: Outcome,
    resets_in_seconds: Option<f64>,
    task: Option<Task>,
    text: Option<String>,
}

/// Amounts of a day.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Usage {
    pub characters: u64,
    pub seconds: f64,
}

pub(super) struct Tasks {
    rest: Arc<PostgRest>,
    lease_seconds: u64,
    pub(super) lease: Duration,
    characters_per_day: u64,
    seconds_per_day: u32,
    /// Endings whose write failed, for whoever may read the task.
    kept: Cache<Uuid, Ending>,
}

impl Tasks {
    pub(super) fn new(rest: Arc<PostgRest>, config: &SpeechConfig) -> Self {
        Self {
            rest,
            lease_seconds: config.lease.as_secs(),
            lease: config.lease,
            characters_per_day: config.characters_per_day,
            seconds_per_day: config.seconds_per_day,
            kept: Cache::builder()
                .max_capacity(1_000)
                .time_to_live(Duration::from_secs(15 * 60))
                .build(),
        }
    }

    async fn call(
        &self,
        identity: &Identity,
        function: &str,
        arguments: &impl Serialize,
    ) -> Result<Answer, RestError> {
        self.rest.rpc(identity, function, arguments).await
    }

    /// Makes the row and counts what the task will use.
    ///
    /// # Errors
    /// The session is not the caller's; the day's budget; upstream failures.
    pub(super) async fn begin(
        &self,
        identity: &Identity,
        task: &NewTask,
    ) -> Result<(), SpeechError> {
        let arguments = json!({
            "p_task_id": task.task_id,
            "p_session_id": task.session_id,
            "p_task_type": task.task_type,
            "p_progress": task.progress,
            "p_lease_seconds": self.lease_seconds,
            "p_characters": task.characters,
            "p_seconds": task.seconds,
            "p_max_characters": self.characters_per_day,
            "p_max_seconds": self.seconds_per_day,
            "p_result": task.result,
        });
        let answer = self.call(identity, "begin_speech_task", &arguments).await?;
        match answer.outcome {
            Outcome::Started => Ok(()),
            Outcome::OverBudget => Err(SpeechError::OverBudget {
                resets_in: Duration::try_from_secs_f64(answer.resets_in_seconds.unwrap_or(0.0))
                    .unwrap_or_default(),
            }),
            _ => Err(SpeechError::NoSuchSession),
        }
    }

    /// Notes a step and that the task is worked on.
    pub(super) async fn advance(&self, identity: &Identity, task_id: Uuid, progress: &Value) {
        let arguments = json!({
            "p_task_id": task_id, "p_progress": progress, "p_lease_seconds": self.lease_seconds,
        });
        if let Err(error) = self.call(identity, "advance_speech_task", &arguments).await {
            tracing::debug!(%task_id, %error, "a step was not noted");
        }
    }

    /// Says that the task is worked on, every third of the lease, until dropped.
    pub(super) async fn keep(&self, identity: &Identity, task_id: Uuid) {
        let third = self.lease / 3;
        let mut due = tokio::time::interval_at(tokio::time::Instant::now() + third, third);
        loop {
            due.tick().await;
            self.advance(identity, task_id, &json!({})).await;
        }
    }

    /// Writes how the task ended. What can't be written is kept for [`Self::read`].
    pub(super) async fn finish(&self, identity: &Identity, ending: Ending) {
        if let Err(error) = self.call(identity, "finish_speech_task", &ending).await {
            tracing::warn!(task_id = %ending.p_task_id, %error, "a task's end was not written; it is kept");
            self.kept.insert(ending.p_task_id, ending);
        }
    }

    /// The task as the caller may see it.
    ///
    /// # Errors
    /// [`SpeechError::NoSuchTask`]; upstream failures.
    pub(super) async fn read(
        &self,
        identity: &Identity,
        task_id: Uuid,
    ) -> Result<Task, SpeechError> {
        let arguments = json!({"p_task_id": task_id});
        let read = async || -> Result<Task, SpeechError> {
            let answer = self.call(identity, "read_speech_task", &arguments).await?;
            answer.task.ok_or(SpeechError::NoSuchTask)
        };
        let task = read().await?;
        // That the caller sees the row gives them the right to what belongs in it.
        let Some(ending) = self
            .kept
            .get(&task_id)
            .filter(|_| task.status != TaskStatus::Completed)
        else {
            return Ok(task);
        };
        self.call(identity, "finish_speech_task", &ending).await?;
        self.kept.invalidate(&task_id);
        read().await
    }

    /// What the caller used today (UTC).
    ///
    /// # Errors
    /// Upstream failures.
    pub(super) async fn usage(&self, identity: &Identity) -> Result<Usage, SpeechError> {
        let today = Timestamp::now().strftime("%Y-%m-%d").to_string();
        let query = [
            ("select", "characters,seconds".to_owned()),
            ("day", format!("eq.{today}")),
        ];
        let rows: Vec<Usage> = self.rest.select(identity, "speech_usage", &query).await?;
        Ok(rows.first().copied().unwrap_or_default())
    }

    /// Adds what was heard to a live transcription. False: the day's budget is used up.
    ///
    /// # Errors
    /// The task is gone; upstream failures.
    pub(super) async fn append(
        &self,
        identity: &Identity,
        task_id: Uuid,
        utterance: &Utterance,
        seconds: f64,
    ) -> Result<bool, SpeechError> {
        let arguments = json!({
            "p_task_id": task_id,
            "p_utterance": utterance,
            "p_seconds": seconds,
            "p_max_seconds": self.seconds_per_day,
            "p_lease_seconds": self.lease_seconds,
        });
        match self
            .call(identity, "append_utterance", &arguments)
            .await?
            .outcome
        {
            Outcome::NotFound => Err(SpeechError::NoSuchTask),
            outcome => Ok(outcome == Outcome::Added),
        }
    }

    /// Takes a live transcription up again; its text so far.
    ///
    /// # Errors
    /// [`SpeechError::NoSuchTask`]; upstream failures.
    pub(super) async fn resume(
        &self,
        identity: &Identity,
        task_id: Uuid,
    ) -> Result<String, SpeechError> {
        let arguments = json!({"p_task_id": task_id, "p_lease_seconds": self.lease_seconds});
        let answer = self.call(identity, "resume_stream", &arguments).await?;
        answer.text.ok_or(SpeechError::NoSuchTask)
    }

    pub(super) async fn finish_stream(
        &self,
        identity: &Identity,
        task_id: Uuid,
        error: Option<&'static str>,
    ) {
        let arguments = json!({"p_task_id": task_id, "p_error": error});
        if let Err(error) = self.call(identity, "finish_stream", &arguments).await {
            // Its utterances are in the row; the lease runs out.
            tracing::warn!(%task_id, %error, "a live transcription's end was not written");
        }
    }
}
