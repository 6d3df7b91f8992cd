//! Files: a résumé's text. Nothing of a file is stored.

use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt as _;
use serde::Serialize;
use utoipa::ToSchema;

use super::body::multipart_invalid;
use super::client;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::state::AppState;
use resume::{ResumeError, worker};

/// Largest file, in bytes.
const LARGEST_FILE: usize = LARGEST_FILE_MB * 1024 * 1024;
const LARGEST_FILE_MB: usize = 10;
/// For a permit, and for the whole file to arrive.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest file name that is told back, in characters.
const LONGEST_NAME: usize = 200;

#[derive(Serialize, ToSchema)]
pub(crate) struct ResumeText {
    /// As the client named it.
    pub filename: String,
    /// The file's text, at most 100,000 characters: `resume_content` of a session's configuration.
    pub resume_text: String,
    /// Something is left out: the file has more text than that, more than 100 pages, or pages that can't be read.
    pub truncated: bool,
    pub message: String,
}

/// A file of at most 10 MB.
#[derive(ToSchema)]
pub(crate) struct ResumeFile {
    /// PDF, DOCX, ODT, RTF, HTML or text; told by its content, not by its name.
    #[schema(value_type = String, format = Binary)]
    file: Bytes,
    /// As the client named it.
    #[schema(ignore)]
    name: String,
}

/// Reads the text of a résumé.
#[utoipa::path(post, path = "/files/upload_resume", tag = "files",
    request_body(content = ResumeFile, content_type = "multipart/form-data"),
    responses((status = 200, body = ResumeText)), security((), ("bearer" = [])))]
pub(super) async fn upload_resume(
    state: web::Data<AppState>,
    _caller: Caller,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<HttpResponse, ApiError> {
    // Before the body is read, so that waiting files wait at their senders.
    let client = client::account(&request).client();
    let _place = tokio::time::timeout(TIMEOUT, state.uploads.take(client))
        .await
        .map_err(|_| busy())?;
    // A sender that trickles must not keep the permit.
    let ResumeFile { file, name } = tokio::time::timeout(TIMEOUT, received(&request, payload))
        .await
        .map_err(|_| too_slow())??;
    let resume = worker::extract(&state.sandbox, file)
        .await
        .map_err(ApiError::internal)?
        .map_err(refused)?;
    let message = if resume.cut {
        "Only a part of the document was read: it is long, or some of its pages can't be read. Nothing of the file is kept."
    } else {
        "The text was read. Nothing of the file is kept."
    };
    Ok(HttpResponse::Ok().json(ResumeText {
        filename: name,
        resume_text: resume.text,
        truncated: resume.cut,
        message: message.to_owned(),
    }))
}

async fn received(request: &HttpRequest, payload: web::Payload) -> Result<ResumeFile, ApiError> {
    let mut parts = Multipart::new(request.headers(), payload.into_inner());
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(|_| multipart_invalid())?;
        let named = part
            .content_disposition()
            .and_then(|about| about.get_filename());
        let Some(name) = named else {
            continue;
        };
        let name = name
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_NAME)
            .collect();
        let file = whole(&mut part).await?;
        return Ok(ResumeFile { file, name });
    }
    Err(ApiError::new(
        422,
        "file_missing",
        "Send the résumé as a multipart form with a file in the field \"file\".",
    ))
}

async fn whole(part: &mut Field) -> Result<Bytes, ApiError> {
    let mut file = BytesMut::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|_| multipart_invalid())?;
        if file.len() + chunk.len() > LARGEST_FILE {
            return Err(ApiError::new(
                413,
                "file_too_large",
                format!(
                    "The file is larger than {LARGEST_FILE_MB} MB. Send a smaller one, or paste the text."
                ),
            ));
        }
        file.extend_from_slice(&chunk);
    }
    Ok(file.freeze())
}

fn busy() -> ApiError {
    ApiError::new(
        503,
        "uploads_busy",
        "Many files are being read right now. Try again in a moment.",
    )
    .retryable(true)
    .retry_after(5)
}

fn too_slow() -> ApiError {
    ApiError::new(
        408,
        "upload_too_slow",
        "The file did not arrive in time. Try again, or paste the text.",
    )
    .retryable(true)
}

fn refused(error: ResumeError) -> ApiError {
    let (status, code, detail) = match error {
        ResumeError::Empty => (422, "file_empty", "The file is empty."),
        ResumeError::Unsupported => (
            415,
            "file_type_unsupported",
            "The file is not a PDF, DOCX, ODT, RTF, HTML or text file. Save it as one of these, or paste the text.",
        ),
        ResumeError::OldWord => (
            415,
            "file_type_unsupported",
            "The file is a Word document of the old kind (.doc). In Word, choose File > Save As and then .docx or PDF.",
        ),
        ResumeError::Pages => (
            415,
            "file_type_unsupported",
            "The file is a Pages document. In Pages, choose File > Export To and then PDF or Word.",
        ),
        ResumeError::Encrypted => (
            422,
            "file_encrypted",
            "The file is protected by a password. Save it without one, or paste the text.",
        ),
        ResumeError::NoText => (
            422,
            "file_without_text",
            "The file holds no text; it may be a scan. Paste the text, or save it from the program it was written in.",
        ),
        ResumeError::Garbled => (
            422,
            "file_text_garbled",
            "The file's fonts don't say which letters they draw, so its text can't be read. Save it again from the \
             program it was written in, or paste the text.",
        ),
        ResumeError::Damaged => (
            422,
            "file_damaged",
            "The file can't be read; it seems to be damaged. Save it again, or paste the text.",
        ),
        ResumeError::TooComplex => (
            422,
            "file_too_complex",
            "The file takes too much time or memory to read. Save it in a simpler form, or paste the text.",
        ),
        ResumeError::TimedOut => return busy(),
    };
    ApiError::new(status, code, detail)
}
