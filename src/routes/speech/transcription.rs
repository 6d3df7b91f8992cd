//! Recordings to text, and how far a task is.

use std::io::Write as _;
use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::StreamExt as _;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use upstream::meter::Resource;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{check_limit, check_session, is_older, language};
use crate::auth::Caller;
use crate::error::ApiError;
use crate::routes::body::multipart_invalid;
use crate::routes::client;
use crate::routes::session_id::{OptionalSessionId, named_session, session_required};
use crate::speech_tasks::{Recording, SpeechError, Task, TaskStatus, affordable};
use crate::state::AppState;
use speech::audio::HEAD;

/// For the next piece of a recording.
const PIECE_TIMEOUT: Duration = Duration::from_secs(20);
/// For the whole recording.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(300);
/// Longest value of a field that is no file, in bytes.
const LONGEST_FIELD: usize = 200;

/// A recording: WebM, Ogg, WAV, MP3, M4A or FLAC, told by its content.
#[derive(Default, ToSchema)]
pub(crate) struct RecordingForm {
    #[schema(required, value_type = String, format = Binary)]
    audio_file: Option<Recording>,
    /// A code such as `en`; without it the provider finds out.
    language: Option<String>,
    /// May stand here, before the file, instead of in the `X-Session-ID` header.
    #[schema(value_type = Option<Uuid>)]
    session_id: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TaskAccepted {
    pub task_id: Uuid,
    pub session_id: Option<Uuid>,
    pub status: TaskStatus,
    pub message: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TaskState {
    pub task_id: Uuid,
    pub session_id: Option<Uuid>,
    pub status: TaskStatus,
    /// `step` is `queued`, `transcribing`, `retrying`, `speaking`, `listening`, `completed` or `failed`.
    #[schema(value_type = Object)]
    pub progress: Value,
    /// Of a transcription `{transcription, language, duration, confidence?}`, of speech `{voice, format,
    /// characters, bytes, duration}`; durations in seconds.
    #[schema(value_type = Option<Object>)]
    pub result: Option<Value>,
    /// The transcription alone.
    pub transcript: Option<String>,
    /// What went wrong, as a sentence.
    pub error: Option<String>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl From<Task> for TaskState {
    fn from(task: Task) -> Self {
        let transcript = task
            .result_data
            .as_ref()
            .and_then(|result| result["transcription"].as_str());
        Self {
            transcript: transcript.map(str::to_owned),
            task_id: task.task_id,
            session_id: task.session_id,
            status: task.status,
            progress: task.progress_data,
            result: task.result_data,
            error: task.error_message.map(|message| match message.as_str() {
                "orphaned" => {
                    "The service stopped while it worked on this. Please send it again.".to_owned()
                }
                _ => message,
            }),
            created_at: task.created_at,
            updated_at: task.updated_at,
        }
    }
}

/// Takes a recording and answers at once; `task_status` tells what was heard.
#[utoipa::path(post, path = "/speech/speech_to_text_batch", tag = "speech",
    request_body(content = RecordingForm, content_type = "multipart/form-data"), params(OptionalSessionId),
    responses((status = 202, body = TaskAccepted)), security((), ("bearer" = [])))]
pub(crate) async fn speech_to_text_batch(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    check_limit(&state, &request)?;
    if state.speech.capacity().stt_model.is_none() {
        return Err(SpeechError::Unavailable.into());
    }
    affordable(Resource::Seconds)?;
    // Before the body is read: nobody should send a long file in vain, nor all of them fill the disk.
    let named = named_session(&request, None)?;
    if let Some(session_id) = named {
        state.sessions.store.get(&caller, session_id).await?;
    }
    let needs_session = check_session(is_older(&request), &caller, named).is_err();
    let _place = state
        .recordings
        .try_take(client::account(&request).client())
        .map_err(SpeechError::from)?;
    let most = state.speech.config().max_audio_bytes;
    let parts = Multipart::new(request.headers(), payload.into_inner());
    let form = tokio::time::timeout(UPLOAD_TIMEOUT, received(parts, most, needs_session))
        .await
        .map_err(|_| too_slow())??;
    let session_id = named_session(&request, form.session_id.as_deref())?;
    check_session(is_older(&request), &caller, session_id)?;
    let language = match form.language.as_deref().map(str::trim) {
        None | Some("" | "auto") => None,
        Some(code) => Some(
            language(code)
                .ok_or_else(|| ApiError::invalid("language", "must be a code such as en"))?,
        ),
    };
    let recording = form.audio_file.ok_or_else(|| {
        ApiError::new(
            422,
            "file_missing",
            "Send the recording as a multipart form with a file in the field \"audio_file\".",
        )
    })?;
    let task_id = state
        .speech
        .transcribe(&state.sandbox, &caller, session_id, recording, language)
        .await?;
    Ok(HttpResponse::Accepted().json(TaskAccepted {
        task_id,
        session_id,
        status: TaskStatus::Processing,
        message: "The recording is being transcribed. Ask for the task's status.".to_owned(),
    }))
}

async fn received(
    mut parts: Multipart,
    most: u64,
    needs_session: bool,
) -> Result<RecordingForm, ApiError> {
    let mut form = RecordingForm::default();
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| multipart_invalid())?;
        let is_file = part
            .content_disposition()
            .is_some_and(|about| about.get_filename().is_some());
        match part.name().unwrap_or_default() {
            "audio_file" | "file" | "audio" if form.audio_file.is_none() => {
                if needs_session && form.session_id.is_none() {
                    return Err(session_required());
                }
                form.audio_file = Some(recorded(&mut part, most).await?);
            }
            "language" if !is_file => form.language = Some(text(&mut part).await?),
            "session_id" if !is_file => form.session_id = Some(text(&mut part).await?),
            _ => {}
        }
    }
    Ok(form)
}

async fn text(part: &mut Field) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    while let Some(piece) = next(part).await? {
        bytes.extend_from_slice(&piece);
        if bytes.len() > LONGEST_FIELD {
            return Err(multipart_invalid());
        }
    }
    String::from_utf8(bytes).map_err(|_| multipart_invalid())
}

/// Writes a file to disk as it comes, without a name: it is gone when nobody holds it.
async fn recorded(part: &mut Field, most: u64) -> Result<Recording, ApiError> {
    let opened = web::block(tempfile::tempfile)
        .await
        .map_err(ApiError::internal)?;
    let mut file = opened.map_err(ApiError::internal)?;
    let (mut bytes, mut head) = (0_u64, Vec::with_capacity(HEAD));
    while let Some(piece) = next(part).await? {
        let missing = HEAD.saturating_sub(head.len()).min(piece.len());
        head.extend_from_slice(&piece[..missing]);
        bytes += piece.len() as u64;
        if bytes > most {
            return Err(ApiError::new(
                413,
                "audio_too_large",
                format!(
                    "The recording is larger than {} MB. Send it in parts.",
                    most / (1024 * 1024)
                ),
            ));
        }
        let written = web::block(move || file.write_all(&piece).map(|()| file)).await;
        file = written
            .map_err(ApiError::internal)?
            .map_err(ApiError::internal)?;
    }
    Ok(Recording { file, bytes, head })
}

async fn next(part: &mut Field) -> Result<Option<web::Bytes>, ApiError> {
    match tokio::time::timeout(PIECE_TIMEOUT, part.next()).await {
        Err(_) => Err(too_slow()),
        Ok(None) => Ok(None),
        Ok(Some(piece)) => piece.map(Some).map_err(|_| multipart_invalid()),
    }
}

fn too_slow() -> ApiError {
    ApiError::new(
        408,
        "upload_too_slow",
        "The recording did not arrive in time. Try again.",
    )
    .retryable(true)
}

/// How far a task is. Guests name the session it belongs to.
#[utoipa::path(get, path = "/speech/task_status/{task_id}", tag = "speech",
    params(("task_id" = Uuid, Path), OptionalSessionId), responses((status = 200, body = TaskState)),
    security((), ("bearer" = [])))]
pub(crate) async fn task_status(
    state: web::Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    task_id: web::Path<String>,
) -> Result<HttpResponse, ApiError> {
    let session_id = named_session(&request, None)?;
    check_session(is_older(&request), &caller, session_id)?;
    let task_id = task_id
        .parse()
        .map_err(|_| ApiError::invalid("task_id", "must be a task's id, a UUID"))?;
    let task = state.speech.task(&caller, session_id, task_id).await?;
    Ok(HttpResponse::Ok().json(TaskState::from(task)))
}
