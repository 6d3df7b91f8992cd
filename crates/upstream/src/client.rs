//! The one place that builds HTTP clients, so that none is without time-outs.

use std::time::Duration;

use reqwest::redirect::Policy;

/// A client for answers that stream: it watches the connection's making alone, and whoever reads the
/// stream watches the rest, since a limit on the whole would cut long answers off.
///
/// # Errors
/// The TLS backend can't be initialised.
pub fn streaming_client(connect: Duration) -> reqwest::Result<reqwest::Client> {
    base(connect).build()
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
        // A compressed stream may be held back until a block is full.
        .no_gzip()
        .connect_timeout(connect)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(128)
        .tcp_nodelay(true)
        .user_agent(concat!("ai-interviewer/", env!("CARGO_PKG_VERSION")))
}
