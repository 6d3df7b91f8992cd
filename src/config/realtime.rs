//! Messages of other instances' changes.

use std::time::Duration;

use super::Environment;

/// How Supabase Realtime is spoken to.
#[derive(Clone, Debug)]
pub struct RealtimeConfig {
    /// Of a connection with its handshake.
    pub connect_timeout: Duration,
    /// Between two heartbeats; one must be answered before the next. Supabase asks for 25 seconds at most.
    pub heartbeat: Duration,
    /// The server waits five seconds before it refuses a join.
    pub join_timeout: Duration,
    /// How long after a join the server may take to say that messages come.
    pub ready_wait: Duration,
    /// Before what failed is tried again; then twice as long each time.
    pub first_retry: Duration,
}

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    /// `None`: other instances' changes are looked for.
    pub(super) fn realtime(&mut self, connect_timeout: Duration) -> Option<RealtimeConfig> {
        self.flag("SUPABASE_REALTIME").then_some(RealtimeConfig {
            connect_timeout,
            heartbeat: Duration::from_secs(25),
            join_timeout: Duration::from_secs(15),
            ready_wait: Duration::from_secs(5),
            first_retry: Duration::from_secs(1),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{MINIMUM, read};

    #[test]
    fn realtime_is_asked_for_and_needs_other_instances() {
        let with = |pairs: &[(&str, &str)]| read(&[&MINIMUM[..], pairs].concat());
        let realtime = |pairs: &[(&str, &str)]| with(pairs).expect("usable").supabase.realtime;
        assert!(realtime(&[]).is_none());
        assert!(
            realtime(&[("SUPABASE_REALTIME", "false"), ("EVENTS_POLL_SECONDS", "0")]).is_none()
        );
        assert!(realtime(&[("SUPABASE_REALTIME", "true")]).is_some());
        let refused = with(&[
            ("SUPABASE_REALTIME", "true"),
            ("EVENTS_POLL_SECONDS", "0.0"),
        ]);
        let problem = refused.expect_err("a contradiction").to_string();
        assert!(problem.contains("EVENTS_POLL_SECONDS"), "{problem}");
        assert!(with(&[("SUPABASE_REALTIME", "perhaps")]).is_err());
    }
}
