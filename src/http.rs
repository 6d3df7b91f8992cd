//! The one place that builds HTTP clients, so that none is without time-outs.

use std::time::Duration;

use reqwest::redirect::Policy;

/// A client for one upstream. It follows no redirects (they would carry `apikey` to another host),
/// takes no proxy from the environment, and gives up on a whole exchange after `timeout`.
///
/// # Errors
/// The TLS backend can't be initialised.
#[expect(clippy::disallowed_methods, reason = "this is the factory")]
pub(crate) fn client(connect: Duration, timeout: Duration) -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder()
        .redirect(Policy::none())
        .no_proxy()
        .connect_timeout(connect)
        .timeout(timeout)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(128)
        .tcp_nodelay(true)
        .user_agent(concat!("ai-interviewer/", env!("CARGO_PKG_VERSION")))
        .build()
}
