//! Server-sent events (WHATWG HTML, "Server-sent events").

use std::convert::Infallible;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header;
use bytes::Bytes;
use futures_util::Stream;
use serde::Serialize;
use utoipa::openapi::schema::SchemaType;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Documents a body that is a stream of events.
pub(crate) struct EventStream;

impl PartialSchema for EventStream {
    fn schema() -> RefOr<Schema> {
        // What an event holds, the operation tells: a schema has no words for a body that never ends.
        ObjectBuilder::new()
            .schema_type(SchemaType::AnyValue)
            .description(Some(
                "Events as WHATWG HTML defines them; the data of each is JSON.",
            ))
            .into()
    }
}

impl ToSchema for EventStream {}

/// A comment is sent this often, so that proxies keep an idle stream open.
pub(crate) const PING_EVERY: Duration = Duration::from_secs(15);

pub(crate) fn ping() -> Bytes {
    Bytes::from_static(b": ping\n\n")
}

/// One event; `id` is what a client sends back as `Last-Event-ID`.
pub(crate) fn event(name: &str, id: Option<&str>, data: &impl Serialize) -> Bytes {
    // JSON never holds a raw line break, so one data line is enough.
    let data = serde_json::to_string(data).unwrap_or_else(|_| "null".to_owned());
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    Bytes::from(format!("event: {name}\n{id}data: {data}\n\n"))
}

pub(crate) fn response(
    stream: impl Stream<Item = Result<Bytes, Infallible>> + 'static,
) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/event-stream"))
        .insert_header(("x-accel-buffering", "no"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(stream)
}
