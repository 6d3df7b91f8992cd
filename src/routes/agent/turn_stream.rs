//! A turn as server-sent events: `accepted` when the message is durable, `message` when the reply is.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;
use tokio::sync::watch;

use crate::app::AppState;
use crate::error::ApiError;
use crate::routes::streams;
use crate::session::{Progress, TurnResult};

/// Answers a stream once the message is durable; what goes wrong before is an ordinary problem document.
pub(super) async fn answer(
    state: &web::Data<AppState>,
    request: &HttpRequest,
    mut progress: watch::Receiver<Progress>,
) -> Result<HttpResponse, ApiError> {
    let lost = |_| ApiError::from(crate::session::SessionError::Lost);
    let seen = request
        .headers()
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .map(str::to_owned);
    let first = progress
        .wait_for(|progress| !matches!(progress, Progress::Accepting))
        .await
        .map_err(lost)?
        .clone();
    let (turn_no, turn_id) = match first {
        Progress::Accepted { turn_no, turn_id } => (turn_no, turn_id),
        Progress::Done(result) => {
            let turn = result?.turn;
            (turn.turn_no, Arc::from(turn.turn_id.as_str()))
        }
        Progress::Accepting => return Err(ApiError::from(crate::session::SessionError::Lost)),
    };
    let shutdown = state.shutdown.clone();
    let accepted_id = format!("{turn_no}-accepted");
    let stream = async_stream::stream! {
        if seen.as_deref() != Some(accepted_id.as_str()) {
            let data = json!({"turn_no": turn_no, "turn_id": &*turn_id});
            yield Ok(streams::event("accepted", Some(&accepted_id), &data));
        }
        let finished = crate::session::outcome(progress);
        tokio::pin!(finished);
        loop {
            tokio::select! {
                result = &mut finished => {
                    yield Ok(last_event(result));
                    break;
                }
                () = tokio::time::sleep(streams::PING_EVERY) => yield Ok(streams::ping()),
                () = shutdown.cancelled() => break,
            }
        }
    };
    Ok(streams::response(stream))
}

fn last_event(result: Result<TurnResult, crate::session::SessionError>) -> bytes::Bytes {
    match result {
        Ok(TurnResult { turn, .. }) => {
            let id = format!("{}-message", turn.turn_no);
            streams::event("message", Some(&id), &turn.reply)
        }
        Err(error) => streams::event("error", None, &ApiError::from(error).document()),
    }
}
