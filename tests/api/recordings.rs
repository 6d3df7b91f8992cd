//! The mock GoTrue against what a real one answered.

use crate::gotrue_replay::{
    ES256_CONFIRM, HS256_AUTOCONFIRM, LIMITS, Target, replay, replay_where,
};
use crate::support::DevstackProcess;

fn start(args: &[&str]) -> DevstackProcess {
    let common = ["--refresh-reuse-interval", "0", "--mail-max-frequency", "5"];
    DevstackProcess::start(&[&common, args].concat())
}

struct Urls {
    base: String,
    mails: String,
}

fn urls(stack: &DevstackProcess) -> Urls {
    Urls {
        base: format!("{}/auth/v1", stack.api_url()),
        mails: format!("{}/dev/mail", stack.api_url()),
    }
}

fn target<'a>(stack: &'a DevstackProcess, urls: &'a Urls) -> Target<'a> {
    Target {
        base: &urls.base,
        apikey: stack.var("ANON_KEY"),
        jwt_secret: stack.var("JWT_SECRET"),
        mails_url: &urls.mails,
    }
}

#[tokio::test]
async fn the_mock_answers_as_a_real_gotrue_with_a_secret_and_auto_confirm() {
    let stack = start(&["--hs256"]);
    let urls = urls(&stack);
    replay(&target(&stack, &urls), HS256_AUTOCONFIRM).await;
}

#[tokio::test]
async fn the_mock_answers_as_a_real_gotrue_with_signing_keys_and_confirmation() {
    let stack = start(&["--confirm-email", "--site-url", "http://localhost:3000"]);
    let urls = urls(&stack);
    replay(&target(&stack, &urls), ES256_CONFIRM).await;
}

#[tokio::test]
async fn the_mock_answers_as_a_real_gotrue_at_its_limits() {
    let stack = start(&["--disable-signup"]);
    let urls_closed = urls(&stack);
    let closed = |name: &str| name.starts_with("signup_disabled");
    replay_where(&target(&stack, &urls_closed), LIMITS, closed).await;
    let stack = start(&[
        "--rate-limits",
        "--password-required-characters",
        "abc:ABC:0123",
    ]);
    let urls_limited = urls(&stack);
    replay_where(&target(&stack, &urls_limited), LIMITS, |name| !closed(name)).await;
}
