//! A session's events, followed over every break as the web app does.

use std::time::Duration;

use eventsource_stream::Eventsource as _;
use futures_util::StreamExt as _;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use uuid::Uuid;

use super::Person;
use super::record::identity;

/// Between two connections.
const RECONNECT: Duration = Duration::from_millis(500);
/// The service pings every 15 seconds.
const SILENCE: Duration = Duration::from_secs(45);

/// A turn that an event stream showed with its reply.
pub(crate) struct Shown {
    pub turn_id: String,
    /// As [`identity`] has it.
    pub reply: Value,
}

/// Tells each completed turn of the session to `show`, until it is dropped or the session is refused.
pub(crate) async fn follow(person: Person, session: Uuid, mut show: impl FnMut(Shown)) {
    let mut last_id = None;
    loop {
        let mut request = person
            .request(Method::GET, "/agent/events", Some(session))
            .header("accept", "text/event-stream");
        if let Some(id) = &last_id {
            request = request.header("last-event-id", id);
        }
        if read(request, &mut last_id, &mut show).await == Connection::Refused {
            return;
        }
        tokio::time::sleep(RECONNECT).await;
    }
}

#[derive(PartialEq)]
enum Connection {
    Broken,
    Refused,
}

async fn read(
    request: RequestBuilder,
    last_id: &mut Option<String>,
    show: &mut impl FnMut(Shown),
) -> Connection {
    let Ok(Ok(response)) = tokio::time::timeout(SILENCE, request.send()).await else {
        return Connection::Broken;
    };
    match response.status().as_u16() {
        200 => {}
        401 | 404 => return Connection::Refused,
        _ => return Connection::Broken,
    }
    let mut events = response.bytes_stream().eventsource();
    while let Ok(Some(Ok(event))) = tokio::time::timeout(SILENCE, events.next()).await {
        if !event.id.is_empty() {
            *last_id = Some(event.id);
        }
        if event.event == "turn"
            && let Some(shown) = completed(&event.data)
        {
            show(shown);
        }
    }
    Connection::Broken
}

fn completed(data: &str) -> Option<Shown> {
    let turn: Value = serde_json::from_str(data).ok()?;
    if turn["state"] != "completed" {
        return None;
    }
    Some(Shown {
        turn_id: turn["turn_id"].as_str()?.to_owned(),
        reply: identity(&turn["reply"]),
    })
}
