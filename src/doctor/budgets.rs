//! Whether the service that runs here has used up one of the day's budgets.

use std::time::Duration;

use serde_json::Value;

use super::Check;
use crate::config::Config;

const NAME: &str = "budgets";
const TIMEOUT: Duration = Duration::from_secs(2);

pub(super) async fn check(config: &Config) -> Check {
    match told(config).await {
        None => Check::ok(
            NAME,
            "no service runs at HOST and PORT, so nothing has been used",
        ),
        Some(told) if told == "ok" => Check::ok(NAME, "today's budgets reach"),
        Some(told) => Check::note(
            NAME,
            format!("{told}, so nobody gets more until midnight UTC"),
            "look in the log for who uses so much; raise BUDGET_INSTANCE_… and restart if it is meant to be so",
        ),
    }
}

/// What the running service says of its budgets; `None` when there is none.
async fn told(config: &Config) -> Option<String> {
    let client = upstream::client(TIMEOUT, TIMEOUT).ok()?;
    let url = config.server.local_url("/readyz");
    let body: Value = client.get(url).send().await.ok()?.json().await.ok()?;
    body["checks"]["budgets"].as_str().map(str::to_owned)
}
