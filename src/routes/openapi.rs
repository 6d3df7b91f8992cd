//! The OpenAPI 3.1 document: the endpoints', with what all of them share.

use utoipa::OpenApi as _;
use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::{AdditionalProperties, SchemaType};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, OpenApi, Ref, RefOr, Required, Response, ResponseBuilder, Schema, Type,
};

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
    close_practice(&mut document);
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

/// Their bodies have no field that must be given, and may be left out.
const OPTIONAL_BODIES: [&str; 4] = [
    "create_session",
    "start_interview",
    "share_report",
    "retry_report",
];

/// Says what Rust's types can't say of an operation.
pub(super) fn refine(operation: &mut Operation) {
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter {
            parameter.schema = parameter.schema.take().map(without_null);
        }
    }
    let id = operation.operation_id.as_deref().unwrap_or_default();
    if let Some(RefOr::T(body)) = &mut operation.request_body
        && OPTIONAL_BODIES.contains(&id)
    {
        body.required = Some(Required::False);
    }
}

/// A question to practise is read strictly, unlike one that is stored.
fn close_practice(document: &mut OpenApi) {
    let schemas = &mut document.components.get_or_insert_default().schemas;
    if let Some(RefOr::T(Schema::Object(practice))) = schemas.get_mut("Practice") {
        practice.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

/// Neither a header nor a query can say null.
fn without_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    let is_null = |schema: &RefOr<Schema>| matches!(schema, RefOr::T(Schema::Object(object)) if object.schema_type == Type::Null.into());
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            if let SchemaType::Array(types) = &mut object.schema_type {
                types.retain(|one| *one != Type::Null);
                if let [one] = types.as_slice() {
                    object.schema_type = one.clone().into();
                }
            }
            RefOr::T(Schema::Object(object))
        }
        RefOr::T(Schema::OneOf(mut choice)) => {
            choice.items.retain(|item| !is_null(item));
            match choice.items.pop() {
                Some(only) if choice.items.is_empty() => only,
                last => {
                    choice.items.extend(last);
                    RefOr::T(Schema::OneOf(choice))
                }
            }
        }
        other => other,
    }
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
