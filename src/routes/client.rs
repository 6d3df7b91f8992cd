//! The address of the client behind a request.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use actix_web::http::header::{HOST, HeaderValue, ORIGIN};
use actix_web::{HttpMessage as _, HttpRequest};

use crate::budgets::Account;
use crate::config::Config;
use crate::error::ApiError;

/// The peer's address or, behind a trusted proxy, the last of `X-Forwarded-For`: the one that the proxy
/// itself appended. Earlier entries are the client's own word.
pub(crate) fn address(request: &HttpRequest, config: &Config) -> IpAddr {
    let forwarded = || {
        let all = request.headers().get_all("x-forwarded-for");
        parse(all.last()?.to_str().ok()?.rsplit(',').next()?.trim())
    };
    let peer = || request.peer_addr().map(|peer| peer.ip());
    config
        .server
        .trust_proxy
        .then(forwarded)
        .flatten()
        .or_else(peer)
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// The account that pays for the request.
pub(crate) fn account(request: &HttpRequest) -> Arc<Account> {
    let extensions = request.extensions();
    let account = extensions.get::<Arc<Account>>();
    Arc::clone(account.expect("the middleware opened one"))
}

/// Whether no page of a foreign site makes the request: browsers say in `Origin` whose page does, and no preflight
/// asks before a socket is opened (RFC 6455, section 10.2). Who sends none is no browser.
pub(crate) fn is_from_here(request: &HttpRequest, config: &Config) -> bool {
    let headers = request.headers();
    let Some(origin) = headers.get(ORIGIN) else {
        return true;
    };
    let origin = origin.to_str().unwrap_or_default();
    let host = origin.split_once("://").map(|(_, host)| host.as_bytes());
    let own = headers.get(HOST).map(HeaderValue::as_bytes);
    let allowed = &config.server.cors_allowed_origins;
    (host.is_some() && host == own) || allowed.iter().any(|allowed| allowed == origin)
}

/// 429: the client has as many of something open as one may.
pub(crate) fn too_many_at_once(detail: &str) -> ApiError {
    ApiError::new(429, "too_many_at_once", detail)
        .retryable(true)
        .retry_after(10)
}

/// An address, also with a port or in brackets, as some proxies write it.
fn parse(text: &str) -> Option<IpAddr> {
    let bare = || text.trim_start_matches('[').trim_end_matches(']').parse();
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    bare().or_else(|_| with_port()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_with_and_without_ports() {
        for text in ["203.0.113.7", "203.0.113.7:51234"] {
            assert_eq!(parse(text), Some(IpAddr::from([203, 0, 113, 7])), "{text}");
        }
        for text in ["2001:db8::7", "[2001:db8::7]", "[2001:db8::7]:443"] {
            let expected = "2001:db8::7".parse().ok();
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse("unknown"), None);
    }
}
