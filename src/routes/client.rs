//! The address of the client behind a request.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

use actix_web::{HttpMessage as _, HttpRequest};

use crate::budgets::Account;
use crate::config::Config;

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
