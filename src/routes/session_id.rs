//! Which session a request is about: the `X-Session-ID` header, else `session_id` in the query or the body.
//! Every place that names one must name the same.

use std::future::{Future, Ready, ready};
use std::pin::Pin;

use actix_web::{FromRequest, HttpRequest, dev};
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{KnownFormat, ObjectBuilder, Required, SchemaFormat, Type};
use uuid::Uuid;

use super::body::{Body, Fields, FromFields};
use crate::error::ApiError;

/// Extracts the session that header or query name.
///
/// # Errors
/// 400 `session_required` when none is named; see [`named_session`].
pub(crate) struct SessionId(pub Uuid);

/// Extracts a JSON body and the session that it, the header or the query names.
///
/// # Errors
/// Those of [`Body`], then those of [`SessionId`].
pub(crate) struct InSession<T = SessionOnly> {
    pub session_id: Uuid,
    pub body: T,
}

/// A body that names a session at most.
pub(crate) struct SessionOnly {
    session_id: Option<String>,
}

impl FromFields for SessionOnly {
    fn from_fields(fields: &mut Fields) -> Self {
        Self {
            session_id: fields.session_id(),
        }
    }

    fn session_id(&self) -> Option<&str> {
        self.session_id.as_deref()
    }
}

impl FromRequest for SessionId {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        ready(session_id(request, None).map(Self))
    }
}

impl<T: FromFields> FromRequest for InSession<T> {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let body = Body::<T>::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            let Body(body) = body.await?;
            let session_id = session_id(&request, body.session_id())?;
            Ok(Self { session_id, body })
        })
    }
}

/// What documents it.
impl IntoParams for SessionId {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![documented(Required::True)]
    }
}

/// What documents a session that need not be named.
pub(crate) struct OptionalSessionId;

impl IntoParams for OptionalSessionId {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        vec![documented(Required::False)]
    }
}

fn documented(required: Required) -> Parameter {
    let uuid = SchemaFormat::KnownFormat(KnownFormat::Uuid);
    let schema = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(uuid));
    ParameterBuilder::new()
        .name("X-Session-ID")
        .parameter_in(ParameterIn::Header)
        .required(required)
        .description(Some(
            "Who can't send headers, as a beacon can't, names the session as `session_id` in the query or in a JSON \
             body. All that name one must name the same.",
        ))
        .schema(Some(schema))
        .build()
}

fn session_id(request: &HttpRequest, in_body: Option<&str>) -> Result<Uuid, ApiError> {
    named_session(request, in_body)?.ok_or_else(session_required)
}

/// The session that is named, if any.
///
/// # Errors
/// 422 when one is no UUID or two differ.
pub(crate) fn named_session(
    request: &HttpRequest,
    in_body: Option<&str>,
) -> Result<Option<Uuid>, ApiError> {
    let header = request
        .headers()
        .get("x-session-id")
        .map(|value| value.to_str().unwrap_or("\u{fffd}"));
    let query: Vec<_> = url::form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| name == "session_id")
        .collect();
    let query = query.iter().map(|(_, value)| value.as_ref());
    let mut named = None;
    for text in header.into_iter().chain(query).chain(in_body) {
        let id: Uuid = text.trim().parse().map_err(|_| {
            ApiError::invalid(
                "session_id",
                "must be a session's id, a UUID as create_session returns it",
            )
        })?;
        if named.is_some_and(|other| other != id) {
            return Err(ApiError::invalid(
                "session_id",
                "the header, the query and the body name different sessions",
            ));
        }
        named = Some(id);
    }
    Ok(named)
}

pub(crate) fn session_required() -> ApiError {
    ApiError::new(
        400,
        "session_required",
        "Name the session: send its id in the X-Session-ID header.",
    )
}
