//! The messages of an answer, in whichever frame they come: events, one JSON body, a list, or one a line.

use bytes::Bytes;
use eventsource_stream::Eventsource as _;
use futures_util::StreamExt as _;
use futures_util::stream::{self, BoxStream};
use serde_json::{Value, json};

use super::Clock;
use crate::error::{LlmError, Permanent};

/// Longest body that is read at once, in bytes.
const LONGEST_BODY: usize = 4_000_000;

/// A byte order mark.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The text of a refusal.
pub(super) async fn text(mut bytes: BoxStream<'_, reqwest::Result<Bytes>>) -> String {
    let mut body = Vec::new();
    while let Some(Ok(chunk)) = bytes.next().await {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_BODY {
            break;
        }
    }
    String::from_utf8_lossy(&body).into_owned()
}

pub(super) type Messages<'a> = BoxStream<'a, Result<Value, LlmError>>;

/// The answer's messages: events, or one JSON body of a server that does not stream, told apart by the first
/// letter, since content types are often wrong.
pub(super) async fn messages<'a>(
    mut bytes: BoxStream<'a, reqwest::Result<Bytes>>,
    clock: &Clock,
) -> Result<Messages<'a>, LlmError> {
    let mut head: Vec<u8> = Vec::new();
    let first = loop {
        let begun = head.strip_prefix(BOM).unwrap_or(&head);
        if let Some(first) = begun.iter().find(|byte| !byte.is_ascii_whitespace()) {
            break Some(*first);
        }
        match clock.next(&mut bytes, false).await? {
            Some(chunk) => head.extend_from_slice(&chunk.map_err(|_| LlmError::Cut)?),
            None => break None,
        }
    };
    let head = head.strip_prefix(BOM).unwrap_or(&head).to_vec();
    let head = stream::iter([Ok(Bytes::from(head))]);
    let bytes = head.chain(bytes);
    if first == Some(b'{') || first == Some(b'[') {
        let whole = stream::once(body(bytes.boxed())).flat_map(|read| match read {
            Ok(messages) => stream::iter(messages.into_iter().map(Ok)).left_stream(),
            Err(error) => stream::iter([Err(error)]).right_stream(),
        });
        return Ok(whole.boxed());
    }
    if first == Some(b'<') {
        return Err(LlmError::Permanent {
            kind: Permanent::RequestRefused,
            status: 200,
            detail: "the address answers with a page".to_owned(),
        });
    }
    // The last event may lack its empty line.
    let bytes = bytes.chain(stream::iter([Ok(Bytes::from_static(b"\n\n"))]));
    let events = bytes.eventsource().map(|event| match event {
        Ok(event) => Ok((event.event == "error", unwrapped(&event.data))),
        Err(eventsource_stream::EventStreamError::Transport(_)) => Err(LlmError::Cut),
        Err(_) => Err(LlmError::Unreadable),
    });
    let messages = events
        .take_while(|event| {
            let done = matches!(event, Ok((_, data)) if data == "[DONE]");
            std::future::ready(!done)
        })
        .filter_map(|event| async move {
            match event {
                // Words between the messages are a sign of life.
                Ok((false, data)) if !data.starts_with(['{', '[']) => None,
                Ok((is_error, data)) => Some(message(is_error, &data)),
                Err(error) => Some(Err(error)),
            }
        });
    Ok(messages.boxed())
}

/// What an event says, also when a gateway wrapped it twice.
fn unwrapped(data: &str) -> String {
    let mut data = data.trim();
    while let Some(inner) = data.strip_prefix("data:") {
        data = inner.trim_start();
    }
    data.to_owned()
}

/// One event's message; an event that is named an error is one, whatever it looks like.
fn message(is_error: bool, data: &str) -> Result<Value, LlmError> {
    match serde_json::from_str::<Value>(data) {
        Ok(message) if is_error && message["error"].is_null() => Ok(json!({"error": message})),
        Ok(message) => Ok(message),
        Err(_) if is_error => Ok(json!({"error": data})),
        Err(_) => Err(LlmError::Unreadable),
    }
}

/// The messages of a body: one, a list of them, or one a line.
async fn body(mut bytes: BoxStream<'_, reqwest::Result<Bytes>>) -> Result<Vec<Value>, LlmError> {
    let mut body = Vec::new();
    while let Some(chunk) = bytes.next().await {
        body.extend_from_slice(&chunk.map_err(|_| LlmError::Cut)?);
        if body.len() > LONGEST_BODY {
            return Err(LlmError::Unwanted("the answer is far too long".into()));
        }
    }
    let read = serde_json::Deserializer::from_slice(&body).into_iter::<Value>();
    let messages = read.collect::<Result<Vec<Value>, _>>();
    let listed = |message| match message {
        Value::Array(messages) => messages,
        message => vec![message],
    };
    let messages = messages.map_err(|_| LlmError::Unreadable)?;
    Ok(messages.into_iter().flat_map(listed).collect())
}
