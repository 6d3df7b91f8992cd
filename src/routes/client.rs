//! The address of the client behind a request.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;

use crate::config::Config;

/// The peer's address or, behind a trusted proxy, the last of `X-Forwarded-For`: the one that the proxy
/// itself appended. Earlier entries are the client's own word.
pub(crate) fn address(request: &HttpRequest, config: &Config) -> IpAddr {
    let forwarded = || {
        request
            .headers()
            .get_all("x-forwarded-for")
            .last()?
            .to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse()
            .ok()
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
