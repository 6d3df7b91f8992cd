//! The one place that builds HTTP clients, so that all have timeouts.

use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;

/// A client for responses that stream: it limits the time to connect only. Whoever reads the stream limits
/// the rest, since a timeout of the whole exchange would cut off long responses. A compressed stream may be held back
/// until a block is full: none is asked for, and one that comes all the same is read.
///
/// # Errors
/// The TLS backend can't be initialised.
pub fn streaming_client(connect: Duration) -> reqwest::Result<reqwest::Client> {
    let plain = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static("identity"))]);
    base(connect)
        .default_headers(plain)
        .gzip(true)
        .deflate(true)
        .brotli(true)
        .build()
}

/// A client for one upstream. It follows no redirects (they would carry `apikey` to another host),
/// takes no proxy from the environment, and gives up on a whole exchange after `timeout`.
///
/// # Errors
/// The TLS backend can't be initialised.
pub fn client(connect: Duration, timeout: Duration) -> reqwest::Result<reqwest::Client> {
    base(connect).timeout(timeout).build()
}

#[expect(clippy::disallowed_methods, reason = "this is the factory")]
fn base(connect: Duration) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .no_gzip()
        .no_deflate()
        .no_brotli()
        .connect_timeout(connect)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(128)
        .tcp_nodelay(true)
        .user_agent(concat!("ai-interviewer/", env!("CARGO_PKG_VERSION")))
}
