//! Where a link may lead, and the answer that leads there.

use actix_web::http::header::{CONTENT_TYPE, LOCATION};
use actix_web::{HttpRequest, HttpResponse, web};
use url::Url;
use url::form_urlencoded::Serializer;

use super::GoTrueSettings;

/// `redirect_to` of the query or header, else the referrer, when it is of the site's host; else the site.
pub(super) fn target(settings: &GoTrueSettings, req: &HttpRequest) -> String {
    let header = |name: &str| {
        req.headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    [
        query(req, "redirect_to"),
        header("redirect_to"),
        header("referer"),
    ]
    .into_iter()
    .flatten()
    .find(|url| is_allowed(settings, url))
    .unwrap_or_else(|| settings.site_url.clone())
}

pub(super) fn is_allowed(settings: &GoTrueSettings, url: &str) -> bool {
    match (Url::parse(url), Url::parse(&settings.site_url)) {
        (Ok(url), Ok(site)) => {
            matches!(url.scheme(), "http" | "https")
                && url.host().is_some()
                && url.host() == site.host()
        }
        _ => false,
    }
}

/// A parameter of the request's query.
pub(super) fn query(req: &HttpRequest, name: &str) -> Option<String> {
    web::Query::<Vec<(String, String)>>::from_query(req.query_string())
        .ok()?
        .into_inner()
        .into_iter()
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// `name=value` pairs, encoded in the order given.
pub(super) fn encoded(pairs: &[(&str, &str)]) -> String {
    Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// 303 to `target#fragment`, with the body Go's `http.Redirect` writes.
pub(super) fn see_other(target: &str, fragment: &str) -> HttpResponse {
    let base = target.split('#').next().unwrap_or_default();
    let location = format!("{base}#{fragment}");
    let body = format!(
        "<a href=\"{}\">See Other</a>.\n\n",
        location
            .replace('&', "&amp;")
            .replace('"', "&#34;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    );
    HttpResponse::SeeOther()
        .insert_header((LOCATION, location))
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .body(body)
}
