//! Rows of `speech_tasks`, under the caller's own rights.
//!
//! Each database function has an outcome type of its own, so that a new outcome does not compile until it
//! is handled.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use moka::sync::Cache;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use upstream::meter::{self, OverBudget, Resource, Scope};
use uuid::Uuid;

use super::error::SpeechError;
use super::unbound::Unbound;
use crate::budgets::until_midnight;
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

/// A task to begin.
pub(super) struct NewTask {
    pub task_id: Uuid,
    pub session_id: Option<Uuid>,
    pub task_type: TaskType,
    /// Of text, counted against the day's budget.
    pub characters: usize,
    /// Of audio, counted against the day's budget.
    pub seconds: f64,
    pub progress: Value,
    /// Of a task that is complete at once.
    pub result: Option<Value>,
}

impl NewTask {
    /// What is paid for it, and how much.
    fn cost(&self) -> (Resource, u64) {
        match self.task_type {
            TaskType::Tts => (Resource::Characters, self.characters as u64),
            TaskType::SttBatch => (Resource::Seconds, whole_seconds(self.seconds)),
            // What is heard is counted as it comes; a connection is worth a second.
            TaskType::SttStream => (Resource::Seconds, 1),
        }
    }
}

/// Spends before it is done what `work` costs; what fails costs nothing.
async fn paid<T>(
    resource: Resource,
    amount: u64,
    work: impl Future<Output = Result<T, SpeechError>>,
) -> Result<T, SpeechError> {
    meter::spend(resource, amount)?;
    let done = work.await;
    if done.is_err() {
        meter::refund(resource, amount);
    }
    done
}

/// Begun seconds count whole.
pub fn whole_seconds(seconds: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a recording's length, which is bounded and positive"
    )]
    let whole = seconds.ceil() as u64;
    whole
}

/// How a task ended: the arguments of `finish_speech_task`.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FinishTask {
    pub(super) p_task_id: Uuid,
    pub(super) p_status: TaskStatus,
    pub(super) p_progress: Value,
    pub(super) p_result: Option<Value>,
    pub(super) p_error: Option<&'static str>,
}

impl FinishTask {
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
            p_error: Some(error.public_message()),
        }
    }
}

/// An utterance of a live transcription.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Utterance {
    pub id: String,
    /// `None`: sound that was paid for, in which no words were heard.
    #[serde(flatten)]
    pub words: Option<Words>,
}

/// Times are seconds of the connection.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Words {
    pub text: String,
    pub start: f64,
    pub end: f64,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum BeginOutcome {
    Started,
    OverBudget,
    /// The session does not exist for the caller.
    NotFound,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum ReadOutcome {
    Found { task: Box<Task> },
    NotFound,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum AppendOutcome {
    Added,
    OverBudget,
    NotFound,
}

#[derive(Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum ResumeOutcome {
    Resumed { text: String },
    NotFound,
}

/// Amounts of a day.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub struct Usage {
    pub characters: u64,
    pub seconds: f64,
}

/// Whether tasks have no row: a guest who names no session has no rights to one.
fn is_unbound(identity: &Identity) -> bool {
    matches!(identity, Identity::Guest { session_id: None })
}

/// How long a result whose write failed is kept.
const PENDING_RESULT_LIFETIME: Duration = Duration::from_secs(15 * 60);
const MAX_PENDING_RESULTS: u64 = 1_000;

pub(super) struct Tasks {
    rest: Arc<PostgRest>,
    lease_seconds: u64,
    pub(super) lease: Duration,
    characters_per_day: u64,
    seconds_per_day: u32,
    /// Results whose write failed; written when the task is read.
    pending_results: Cache<Uuid, FinishTask>,
    /// Tasks that have no row.
    unbound: Unbound,
}

impl Tasks {
    pub(super) fn new(rest: Arc<PostgRest>, config: &SpeechConfig) -> Self {
        Self {
            rest,
            lease_seconds: config.lease.as_secs(),
            lease: config.lease,
            characters_per_day: config.characters_per_day,
            seconds_per_day: config.seconds_per_day,
            pending_results: Cache::builder()
                .max_capacity(MAX_PENDING_RESULTS)
                .time_to_live(PENDING_RESULT_LIFETIME)
                .build(),
            unbound: Unbound::default(),
        }
    }

    async fn call<O: DeserializeOwned>(
        &self,
        identity: &Identity,
        function: &str,
        arguments: &impl Serialize,
    ) -> Result<O, RestError> {
        self.rest.rpc(identity, function, arguments).await
    }

    /// Creates the row and counts what the task will use.
    ///
    /// # Errors
    /// The session is not the caller's; the day's budget; upstream failures.
    pub(super) async fn begin(
        &self,
        identity: &Identity,
        task: &NewTask,
    ) -> Result<(), SpeechError> {
        let (resource, amount) = task.cost();
        paid(resource, amount, self.insert(identity, task)).await
    }

    async fn insert(&self, identity: &Identity, task: &NewTask) -> Result<(), SpeechError> {
        if is_unbound(identity) {
            self.unbound.begin(task);
            return Ok(());
        }
        let mut seconds_per_day = i64::from(self.seconds_per_day);
        if task.task_type == TaskType::SttStream {
            // Its seconds come later; one must be left for them.
            seconds_per_day -= 1;
        }
        let arguments = json!({
            "p_task_id": task.task_id,
            "p_session_id": task.session_id,
            "p_task_type": task.task_type,
            "p_progress": task.progress,
            "p_lease_seconds": self.lease_seconds,
            "p_characters": task.characters,
            "p_seconds": task.seconds,
            "p_max_characters": self.characters_per_day,
            "p_max_seconds": seconds_per_day,
            "p_result": task.result,
        });
        match self.call(identity, "begin_speech_task", &arguments).await? {
            BeginOutcome::Started => Ok(()),
            BeginOutcome::OverBudget => {
                let (resource, _) = task.cost();
                Err(self.counted(identity, resource).await?.into())
            }
            // The account was deleted while its token is still good.
            BeginOutcome::NotFound if task.session_id.is_none() => {
                Err(RestError::TokenRejected("its account is gone".to_owned()).into())
            }
            BeginOutcome::NotFound => Err(SpeechError::NoSuchSession),
        }
    }

    /// The budget that the database keeps, and what is left of it.
    async fn counted(
        &self,
        identity: &Identity,
        resource: Resource,
    ) -> Result<OverBudget, SpeechError> {
        let used = self.usage(identity).await?;
        let (limit, used) = match resource {
            Resource::Characters => (self.characters_per_day, used.characters),
            _ => (self.seconds_per_day.into(), whole_seconds(used.seconds)),
        };
        Ok(OverBudget {
            resource,
            scope: Scope::User,
            limit,
            left: limit.saturating_sub(used),
            resets_in: until_midnight(Timestamp::now()),
        })
    }

    /// Records a step and renews the lease. A failure is only logged: the next step or renewal follows.
    pub(super) async fn advance(&self, identity: &Identity, task_id: Uuid, progress: &Value) {
        if is_unbound(identity) {
            return self.unbound.advance(task_id, progress);
        }
        let arguments = json!({
            "p_task_id": task_id, "p_progress": progress, "p_lease_seconds": self.lease_seconds,
        });
        if let Err(error) = self
            .call::<IgnoredAny>(identity, "advance_speech_task", &arguments)
            .await
        {
            tracing::debug!(%task_id, %error, "a step was not recorded");
        }
    }

    /// Renews the lease every third of its length, until dropped.
    pub(super) async fn renew_lease(&self, identity: &Identity, task_id: Uuid) -> Infallible {
        let third = self.lease / 3;
        let mut due = tokio::time::interval_at(tokio::time::Instant::now() + third, third);
        loop {
            due.tick().await;
            self.advance(identity, task_id, &json!({})).await;
        }
    }

    /// Writes how the task ended. What can't be written stays pending for [`Self::read`].
    pub(super) async fn finish(&self, identity: &Identity, result: FinishTask) {
        if is_unbound(identity) {
            return self.unbound.finish(&result);
        }
        if let Err(error) = self
            .call::<IgnoredAny>(identity, "finish_speech_task", &result)
            .await
        {
            tracing::warn!(task_id = %result.p_task_id, %error, "a task's result was not written; it is pending");
            self.pending_results.insert(result.p_task_id, result);
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
        if is_unbound(identity) {
            return self.unbound.read(task_id).ok_or(SpeechError::NoSuchTask);
        }
        let arguments = json!({"p_task_id": task_id});
        let read = async || -> Result<Task, SpeechError> {
            match self.call(identity, "read_speech_task", &arguments).await? {
                ReadOutcome::Found { task } => Ok(*task),
                ReadOutcome::NotFound => Err(SpeechError::NoSuchTask),
            }
        };
        let task = read().await?;
        // That the caller sees the row gives them the right to what belongs in it.
        let Some(result) = self
            .pending_results
            .get(&task_id)
            .filter(|_| task.status != TaskStatus::Completed)
        else {
            return Ok(task);
        };
        self.call::<IgnoredAny>(identity, "finish_speech_task", &result)
            .await?;
        self.pending_results.invalidate(&task_id);
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

    /// Adds an utterance to a live transcription. `false`: it was added, but the day's budget is used up.
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
        if is_unbound(identity) {
            return Ok(true);
        }
        let arguments = json!({
            "p_task_id": task_id,
            "p_utterance": utterance,
            "p_seconds": seconds,
            "p_max_seconds": self.seconds_per_day,
            "p_lease_seconds": self.lease_seconds,
        });
        match self.call(identity, "append_utterance", &arguments).await? {
            AppendOutcome::Added => Ok(true),
            AppendOutcome::OverBudget => Ok(false),
            AppendOutcome::NotFound => Err(SpeechError::NoSuchTask),
        }
    }

    /// Resumes a live transcription over another connection, which counts as the first did; returns its text so far.
    ///
    /// # Errors
    /// [`SpeechError::NoSuchTask`]; the day's budget; upstream failures.
    pub(super) async fn resume(
        &self,
        identity: &Identity,
        task_id: Uuid,
    ) -> Result<String, SpeechError> {
        if is_unbound(identity) {
            return Err(SpeechError::NoSuchTask);
        }
        let resumed = async {
            let budget = self.counted(identity, Resource::Seconds).await?;
            if budget.left == 0 {
                return Err(budget.into());
            }
            self.reopen(identity, task_id).await
        };
        paid(Resource::Seconds, 1, resumed).await
    }

    /// Takes up a live transcription again; returns its text so far.
    ///
    /// # Errors
    /// [`SpeechError::NoSuchTask`]; upstream failures.
    pub(super) async fn reopen(
        &self,
        identity: &Identity,
        task_id: Uuid,
    ) -> Result<String, SpeechError> {
        let arguments = json!({"p_task_id": task_id, "p_lease_seconds": self.lease_seconds});
        match self.call(identity, "resume_stream", &arguments).await? {
            ResumeOutcome::Resumed { text } => Ok(text),
            ResumeOutcome::NotFound => Err(SpeechError::NoSuchTask),
        }
    }

    /// Ends a live transcription; its result is what its utterances say.
    pub(super) async fn finish_live(
        &self,
        identity: &Identity,
        task_id: Uuid,
        error: Option<&'static str>,
    ) {
        if is_unbound(identity) {
            return;
        }
        let arguments = json!({"p_task_id": task_id, "p_error": error});
        if let Err(error) = self
            .call::<IgnoredAny>(identity, "finish_stream", &arguments)
            .await
        {
            // Its utterances are in the row; the lease expires.
            tracing::warn!(%task_id, %error, "a live transcription's end was not written");
        }
    }
}
