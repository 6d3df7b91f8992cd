//! The OpenAPI 3.1 document: the endpoints', with what all of them share.

use utoipa::OpenApi as _;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, Response, ResponseBuilder};

use super::{endpoints, speech};
use crate::error::ProblemDocument;
use crate::speech_tasks::live::LiveEvent;
use interview::Report;

/// Schemas that stand here are in no operation's signature.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "ai-interviewer",
        description = "Interview practice on Supabase. Failures are RFC 9457 problem documents.",
        license(name = "MIT")
    ),
    components(schemas(
        Report,
        ProblemDocument,
        speech::stream::Start,
        speech::stream::Connected,
        LiveEvent
    ))
)]
struct Shared;

/// The document, aliases included (marked deprecated).
pub fn document() -> OpenApi {
    let mut document = Shared::openapi();
    document.merge(endpoints::document());
    document
        .components
        .get_or_insert_default()
        .add_security_scheme(
            "bearer",
            SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)),
        );
    document_failures(&mut document);
    document
}

/// Every operation answers failures alike, but for those that ask for the service's state without saying who asks.
fn document_failures(document: &mut OpenApi) {
    let items = document.paths.paths.values_mut();
    for operation in items.flat_map(endpoints::operations_mut) {
        let tags = operation.tags.as_deref().unwrap_or_default();
        if operation.security.is_some() || !tags.iter().any(|tag| tag == "operations") {
            let responses = &mut operation.responses.responses;
            responses.insert("default".to_owned(), problem().into());
        }
    }
}

fn problem() -> Response {
    let schema = Ref::from_schema_name("ProblemDocument");
    ResponseBuilder::new()
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(schema)).build(),
        )
        .build()
}
