//! Every endpoint of the API, once. `#[utoipa::path]` beside a handler holds its method, path and
//! documentation; its line here mounts it and puts it into the document.

use actix_web::Route;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use utoipa::OpenApi as _;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{Deprecated, OpenApi};

use super::{
    agent, auth, capabilities, method_not_allowed, openapi, ops, resume_upload, shared, speech,
};

struct Endpoint {
    /// The handler's path in Rust; its last segment is the operation's id.
    handler: &'static str,
    /// Paths of the earlier API that stay, marked deprecated in the document.
    aliases: &'static [&'static str],
    route: fn(Route) -> Route,
}

macro_rules! endpoints {
    ($($($segment:ident)::+ $([$($alias:literal),+])?;)+) => {
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($($segment)::+),+))]
        struct Operations;

        const ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            handler: stringify!($($segment)::+),
            aliases: &[$($($alias),+)?],
            route: |route| route.to($($segment)::+),
        }),+];
    };
}

endpoints! {
    agent::session::create_session ["/interview/session"];
    agent::interview::start_interview ["/interview/start"];
    agent::turn::send_message ["/interview/message"];
    agent::interview::end_interview ["/interview/end"];
    agent::interview::reset_interview ["/interview/reset"];
    agent::session::claim_session;
    agent::session::session;
    agent::session::delete_session;
    agent::listing::sessions;
    agent::attempts::attempts;
    agent::shares::share_report;
    agent::shares::shares;
    agent::shares::revoke_share;
    shared::shared_report;
    agent::session::history ["/interview/history"];
    agent::session::stats ["/interview/stats"];
    agent::feedback::per_turn_feedback ["/interview/per-turn-feedback"];
    agent::turn::stop_turn;
    agent::feedback::retry_feedback;
    agent::report::retry_report;
    agent::report::final_summary_status ["/interview/final-summary-status"];
    agent::session::time_remaining;
    agent::session::ping;
    agent::idle::idle_time_remaining;
    agent::idle::extend_idle_time;
    agent::session::cleanup ["/interview/session/cleanup"];
    agent::events::events;
    auth::sign_in::register;
    auth::sign_in::login;
    auth::sign_in::refresh;
    auth::profile::me;
    auth::profile::rename;
    auth::sign_in::logout;
    auth::sign_in::forgot_password;
    auth::sign_in::update_password;
    auth::profile::delete_account;
    resume_upload::upload_resume ["/files/upload-resume"];
    speech::synthesis::text_to_speech ["/api/text-to-speech", "/api/text-to-speech/stream"];
    speech::transcription::speech_to_text_batch ["/api/speech-to-text"];
    speech::transcription::task_status ["/api/speech-to-text/status/{task_id}"];
    speech::stream::stream ["/api/speech-to-text/stream"];
    speech::usage::usage_stats ["/api/speech/usage-stats"];
    capabilities::capabilities;
    ops::healthz;
    ops::readyz;
    ops::metrics;
    ops::root;
    ops::openapi_json;
}

/// The endpoint whose operation this is.
fn endpoint(operation: &Operation) -> Option<&'static Endpoint> {
    let id = operation.operation_id.as_deref()?;
    ENDPOINTS
        .iter()
        .find(|endpoint| endpoint.handler.rsplit(':').next().map(str::trim) == Some(id))
}

/// The operations at a path.
fn operations(item: &PathItem) -> impl Iterator<Item = (Method, &Operation)> {
    [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ]
    .into_iter()
    .filter_map(|(method, operation)| Some((method, operation.as_ref()?)))
}

pub(super) fn operations_mut(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.patch,
        &mut item.delete,
    ]
    .into_iter()
    .flatten()
}

/// The earlier paths of what is at a path.
fn aliases(item: &PathItem) -> impl Iterator<Item = &str> {
    operations(item)
        .filter_map(|(_, operation)| endpoint(operation))
        .flat_map(|endpoint| endpoint.aliases)
        .map(|alias| &**alias)
}

fn is_operational(operation: &Operation) -> bool {
    let tags = operation.tags.iter().flatten();
    tags.into_iter().any(|tag| tag == "operations")
}

/// Serves the paths that are `served`, and their aliases alike; other methods answer 405.
pub(super) fn configure(cfg: &mut ServiceConfig, served: impl Fn(&str) -> bool) {
    let document = Operations::openapi();
    let paths = document.paths.paths.iter();
    for (path, item) in paths.filter(|(path, _)| served(path)) {
        for path in std::iter::once(path.as_str()).chain(aliases(item)) {
            let mut resource = web::resource(path);
            let mut allowed = Vec::new();
            for (method, operation) in operations(item) {
                let Some(endpoint) = endpoint(operation) else {
                    continue;
                };
                // What costs nothing to look at answers HEAD as well.
                let heads = method == Method::GET && is_operational(operation);
                for method in std::iter::once(method).chain(heads.then_some(Method::HEAD)) {
                    allowed.push(method.to_string());
                    resource = resource.route((endpoint.route)(web::method(method)));
                }
            }
            let allowed = allowed.join(", ");
            cfg.service(resource.default_service(web::to(move |request| {
                method_not_allowed(request, allowed.clone())
            })));
        }
    }
}

/// The document's paths with the schemas they refer to, aliases last.
pub(super) fn document() -> OpenApi {
    let mut document = Operations::openapi();
    let items = document.paths.paths.values_mut();
    items.flat_map(operations_mut).for_each(openapi::refine);
    let aliased: Vec<(String, PathItem)> = document
        .paths
        .paths
        .values()
        .flat_map(|item| aliases(item).map(|alias| (alias.to_owned(), deprecated(item, alias))))
        .collect();
    document.paths.paths.extend(aliased);
    document
}

fn deprecated(item: &PathItem, alias: &str) -> PathItem {
    let suffix = alias.replace(['/', '-'], "_").replace(['{', '}'], "");
    let mut item = item.clone();
    for operation in operations_mut(&mut item) {
        operation.deprecated = Some(Deprecated::True);
        if let Some(id) = &mut operation.operation_id {
            id.push_str(&suffix);
        }
    }
    item
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_has_an_operation_of_its_own() {
        let document = Operations::openapi();
        let mut found: Vec<&str> = document
            .paths
            .paths
            .values()
            .flat_map(operations)
            .filter_map(|(_, operation)| Some(endpoint(operation)?.handler))
            .collect();
        found.sort_unstable();
        found.dedup();
        assert_eq!(found.len(), ENDPOINTS.len(), "{found:?}");
    }
}
