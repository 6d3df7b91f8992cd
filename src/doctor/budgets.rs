//! Whether the service that runs here has used up one of the day's budgets.

use std::time::Duration;

use serde_json::Value;

use super::Check;
use crate::config::Config;

const NAME: &str = "budgets";
const TIMEOUT: Duration = Duration::from_secs(2);

pub(super) async fn check(config: &Config) -> Check {
    let Some(answer) = answer(config).await else {
        return Check::ok(
            NAME,
            "no service answered at HOST and PORT, so its budgets are unknown",
        );
    };
    match answer["checks"]["budgets"].as_str() {
        None => Check::ok(
            NAME,
            "what answered at HOST and PORT tells nothing of budgets: another version, or another program",
        ),
        Some("ok") => Check::ok(NAME, "today's budgets reach"),
        Some(told) => Check::note(
            NAME,
            format!("{told}; what is beyond is refused until midnight UTC"),
            "look in the log for who uses so much; raise BUDGET_INSTANCE_… and restart if it is meant to be so",
        ),
    }
}

/// What answers where the service should run, null if it is no JSON; `None` when nothing does.
async fn answer(config: &Config) -> Option<Value> {
    let client = upstream::client(TIMEOUT, TIMEOUT).ok()?;
    let url = config.server.local_url("/readyz");
    let response = client.get(url).send().await.ok()?;
    Some(response.json().await.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::super::Verdict;
    use super::*;
    use crate::config::Environment;

    /// What is found where somebody answers with `body`, or nobody does.
    async fn found(body: Option<&str>) -> Check {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let environment = Environment::new(move |name: &str| match name {
            "SUPABASE_URL" => Some("https://abc.supabase.co".to_owned()),
            "SUPABASE_ANON_KEY" => Some("sb_publishable_x".to_owned()),
            "PORT" => Some(port.to_string()),
            _ => None,
        });
        let config = environment.service().expect("usable");
        let Some(body) = body else {
            drop(listener);
            return check(&config).await;
        };
        let answer = async {
            let (mut socket, _) = listener.accept().await.expect("a request");
            let _request = socket.read(&mut [0; 1_024]).await.expect("its head");
            let length = body.len();
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
            socket.write_all(answer.as_bytes()).await.expect("sent");
        };
        tokio::join!(check(&config), answer).0
    }

    #[tokio::test]
    async fn only_what_the_service_says_is_said() {
        let spent = r#"{"checks": {"budgets": "does not reach any more today: seconds"}}"#;
        for (body, verdict, says) in [
            (None, Verdict::Ok, "unknown"),
            (Some("<html>"), Verdict::Ok, "another program"),
            (Some(r#"{"checks": {}}"#), Verdict::Ok, "another version"),
            (
                Some(r#"{"checks": {"budgets": "ok"}}"#),
                Verdict::Ok,
                "budgets reach",
            ),
            (Some(spent), Verdict::Note, "seconds"),
        ] {
            let check = found(body).await;
            assert_eq!(check.verdict, verdict, "{body:?}");
            assert!(check.found.contains(says), "{}", check.found);
        }
    }
}
