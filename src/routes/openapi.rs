//! The OpenAPI 3.1 document, made from the handlers' annotations.

use std::sync::LazyLock;

use bytes::Bytes;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Deprecated, OpenApi, PathItem};
use utoipa::{Modify, OpenApi as _};

use super::{ALIASES, agent, auth, files, ops, speech};
use interview::Report;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "ai-interviewer",
        description = "Interview practice on Supabase. Failures are RFC 9457 problem documents.",
        license(name = "MIT")
    ),
    paths(
        agent::interview::create_session,
        agent::interview::start_interview,
        agent::interview::send_message,
        agent::interview::end_interview,
        agent::interview::reset_interview,
        agent::interview::claim_session,
        agent::reading::session,
        agent::interview::delete_session,
        agent::listing::sessions,
        agent::reading::history,
        agent::reading::stats,
        agent::reading::per_turn_feedback,
        agent::interview::stop_turn,
        agent::retry::retry_feedback,
        agent::retry::retry_report,
        agent::reading::final_summary_status,
        agent::reading::time_remaining,
        agent::reading::ping,
        agent::reading::cleanup,
        agent::events::events,
    ),
    components(schemas(Report)),
    modifiers(&Bearer)
)]
struct AgentDoc;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("bearer", scheme);
    }
}

/// The document, aliases included (marked deprecated).
pub fn document() -> OpenApi {
    let mut document = AgentDoc::openapi();
    document.merge(auth::AuthDoc::openapi());
    document.merge(files::FilesDoc::openapi());
    document.merge(speech::SpeechDoc::openapi());
    document.merge(ops::OpsDoc::openapi());
    for (alias, canonical) in ALIASES {
        if let Some(item) = document.paths.paths.get(canonical).cloned() {
            document
                .paths
                .paths
                .insert(alias.to_owned(), deprecated(item, alias));
        }
    }
    document
}

fn deprecated(mut item: PathItem, alias: &str) -> PathItem {
    let operations = [
        &mut item.get,
        &mut item.post,
        &mut item.delete,
        &mut item.patch,
    ];
    for operation in operations.into_iter().flatten() {
        operation.deprecated = Some(Deprecated::True);
        operation.operation_id = operation.operation_id.as_ref().map(|id| {
            format!(
                "{id}{}",
                alias.replace(['/', '-'], "_").replace(['{', '}'], "")
            )
        });
    }
    item
}

/// The document as JSON, rendered once.
pub(crate) fn json() -> Bytes {
    static JSON: LazyLock<Bytes> = LazyLock::new(|| {
        document()
            .to_pretty_json()
            .map(Bytes::from)
            .unwrap_or_default()
    });
    JSON.clone()
}
