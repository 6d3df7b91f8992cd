//! A turn as server-sent events: `accepted` when the message is durable, `delta`s as the interviewer
//! speaks, `message` when the reply is durable. `restarted` says that the deltas so far are void.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::json;

use super::deltas::{Deltas, Followed, parse_id};
use crate::error::ApiError;
use crate::routes::sse;
use crate::session::{Progress, SessionError, TurnHandle, TurnResult};
use crate::state::AppState;
use interview::draft::Position;

/// Answers a stream once the message is durable; what goes wrong before is an ordinary problem document.
pub(super) async fn answer(
    state: &web::Data<AppState>,
    request: &HttpRequest,
    mut handle: TurnHandle,
) -> Result<HttpResponse, ApiError> {
    let seen = request
        .headers()
        .get("last-event-id")
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let first = handle
        .progress
        .wait_for(|progress| !matches!(progress, Progress::Accepting))
        .await
        .map_err(|_| ApiError::from(SessionError::Lost))?
        .clone();
    let (turn_no, turn_id) = match first {
        Progress::Accepted { turn_no, turn_id } => (turn_no, turn_id),
        Progress::Done(result) => {
            let turn = result?.turn;
            (turn.turn_no, Arc::from(turn.turn_id.as_str()))
        }
        Progress::Accepting => return Err(ApiError::from(SessionError::Lost)),
    };
    let shutdown = state.shutdown.clone();
    let accepted_id = format!("{turn_no}-accepted");
    let message_id = format!("{turn_no}-message");
    let resumed = parse_id(&seen).filter(|(seen_turn, _)| *seen_turn == turn_no);
    let stream = async_stream::stream! {
        if seen == message_id {
            return;
        }
        if seen != accepted_id && resumed.is_none() {
            let data = json!({"turn_no": turn_no, "turn_id": &*turn_id});
            yield Ok(sse::event("accepted", Some(&accepted_id), &data));
        }
        let position = resumed.map_or_else(Position::default, |(_, position)| position);
        let mut deltas = Deltas::new(turn_no, position);
        let mut followed = Followed::new(Arc::clone(&handle.draft));
        let finished = handle.result();
        tokio::pin!(finished);
        loop {
            tokio::select! {
                biased;
                result = &mut finished => {
                    match result {
                        Ok(TurnResult { turn, .. }) => {
                            for event in deltas.finish(&turn, "") {
                                yield Ok(event);
                            }
                            yield Ok(sse::event("message", Some(&message_id), &turn.reply));
                        }
                        Err(error) => {
                            yield Ok(sse::event("error", None, &ApiError::from(error).document()));
                        }
                    }
                    break;
                }
                Ok(()) = followed.changes.changed() => {
                    for event in deltas.read(&followed.draft, "") {
                        yield Ok(event);
                    }
                }
                () = tokio::time::sleep(sse::PING_EVERY) => yield Ok(sse::ping()),
                () = shutdown.cancelled() => break,
            }
        }
    };
    Ok(sse::response(stream))
}
