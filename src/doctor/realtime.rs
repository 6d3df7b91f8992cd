//! Is Supabase Realtime there, and may a topic be joined?

use super::Check;
use crate::config::Config;
use crate::supabase::realtime::{Loss, Probe, probe};

const NAME: &str = "Supabase Realtime";
const APPLIED: &str = "nothing, if supabase/realtime.sql was run in the project's SQL editor";

pub(super) async fn check(config: &Config) -> Check {
    let Some(realtime) = &config.supabase.realtime else {
        return match config.cache.events_poll {
            None => Check::ok(
                NAME,
                "not used: this is the only instance (EVENTS_POLL_SECONDS=0)",
            ),
            Some(_) => Check::note(
                NAME,
                "not used: open event streams look for what other instances change (EVENTS_POLL_SECONDS)",
                "for many streams at several instances see docs/scaling.md; for one instance set EVENTS_POLL_SECONDS=0",
            ),
        };
    };
    match probe(&config.supabase, realtime).await {
        Ok(Probe::Ready) => Check::ok(
            NAME,
            "a topic can be joined, and the database's messages come",
        ),
        Ok(Probe::Joined) => Check::note(
            NAME,
            "a topic can be joined; Realtime does not say whether the database's messages come",
            APPLIED,
        ),
        Ok(Probe::Refused { code, cure }) => {
            Check::failed(NAME, format!("a topic can't be joined: {code}"), cure)
        }
        Ok(Probe::Lost(loss)) => Check::failed(NAME, loss.to_string(), cure(&loss)),
        Err(error) => Check::failed(NAME, format!("{error:#}"), "check SUPABASE_URL"),
    }
}

fn cure(loss: &Loss) -> &'static str {
    match loss {
        Loss::KeyRefused | Loss::Expired => {
            "copy SUPABASE_ANON_KEY from the project that SUPABASE_URL names"
        }
        Loss::Disabled | Loss::NotThere => {
            "turn Realtime on in the project (supabase/config.toml for the CLI's stack), or unset SUPABASE_REALTIME"
        }
        Loss::TooMany => "raise the project's limits of Realtime",
        Loss::Unreachable
        | Loss::Silent
        | Loss::Status(_)
        | Loss::Closed
        | Loss::Protocol
        | Loss::Idle => "check SUPABASE_URL and the network; proxies must let WebSockets through",
    }
}
