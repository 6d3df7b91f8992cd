//! Why a topic can't be heard, or no connection be had.
//!
//! Sources: <https://supabase.com/docs/guides/realtime/protocol#error-handling>; `realtime_channel.ex` and
//! `user_socket.ex` of supabase/realtime. Reasons name topics, so that only their codes are logged.

/// Why a join was refused, or a topic closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// This connection has as many topics as it may.
    Full,
    /// Too many joins, or messages, a second.
    TooFast,
    /// The database's policies do not let the caller hear it.
    Forbidden,
    /// The token is no good any more.
    Token,
    /// Anything else, by its code.
    Other(String),
}

impl Refusal {
    /// Of a refused join: `<Code>: <sentence>`, or a sentence.
    pub(super) fn of_join(reason: &str) -> Self {
        let code = reason.split(':').next().unwrap_or_default();
        match code {
            "ChannelRateLimitReached" => Self::Full,
            "ClientJoinRateLimitReached" => Self::TooFast,
            "Unauthorized" => Self::Forbidden,
            // InvalidJWTExpiration in the documentation, InvalidJWTToken in the code.
            "InvalidJWTToken" | "InvalidJWTExpiration" | "MalformedJWT" => Self::Token,
            code => Self::Other(code_of(code)),
        }
    }

    /// Of a `system` message that comes before a topic is closed: a sentence.
    pub(super) fn of_closing(message: &str) -> Self {
        if message.starts_with("Too many") {
            Self::TooFast
        } else if message.contains("permission") {
            Self::Forbidden
        } else if message.starts_with("Token ") || message.contains("not a valid JWT") {
            Self::Token
        } else {
            Self::Other("closed".to_owned())
        }
    }

    /// For logs and metrics: nothing of a topic.
    pub(super) fn code(&self) -> &str {
        match self {
            Self::Full => "ChannelRateLimitReached",
            Self::TooFast => "ClientJoinRateLimitReached",
            Self::Forbidden => "Unauthorized",
            Self::Token => "InvalidJWTToken",
            Self::Other(code) => code,
        }
    }

    /// What the operator can do about it.
    pub(super) fn cure(&self) -> &'static str {
        match self {
            Self::Forbidden => "run supabase/realtime.sql in the project's SQL editor",
            Self::Full | Self::TooFast => "raise the project's limits of Realtime",
            Self::Token => "check that the project's Realtime knows the keys that sign tokens",
            Self::Other(_) => "look up the code in Supabase's list of Realtime's error codes",
        }
    }
}

fn code_of(text: &str) -> String {
    let is_code =
        !text.is_empty() && text.len() <= 40 && text.chars().all(|c| c.is_ascii_alphanumeric());
    if is_code { text } else { "unknown" }.to_owned()
}

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    #[error("it can't be reached")]
    Unreachable,
    #[error("it does not answer")]
    Silent,
    #[error("it refuses the API key")]
    KeyRefused,
    #[error("Realtime is turned off for this project")]
    Disabled,
    #[error("there is no Realtime at this address")]
    NotThere,
    #[error("it has as many connections as it may")]
    TooMany,
    #[error("it answers {0}")]
    Status(u16),
    #[error("it closed the connection")]
    Closed,
    #[error("it sent something that is too long, or no WebSocket's")]
    Protocol,
    /// A new connection is wanted, since the key's own token has run out.
    #[error("the connection's rights have run out")]
    Expired,
    /// Nobody listened any more.
    #[error("nobody listened")]
    Idle,
}

impl Loss {
    pub(super) fn of_status(status: u16) -> Self {
        match status {
            401 => Self::KeyRefused,
            403 => Self::Disabled,
            404 => Self::NotThere,
            429 => Self::TooMany,
            status => Self::Status(status),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_are_refused_for_a_reason_that_names_no_topic() {
        for (reason, refusal) in [
            ("ChannelRateLimitReached: Too many channels", Refusal::Full),
            (
                "ClientJoinRateLimitReached: Too many joins per second",
                Refusal::TooFast,
            ),
            (
                "Unauthorized: You do not have permissions to read from this Channel topic: session:7",
                Refusal::Forbidden,
            ),
            (
                "InvalidJWTToken: Token has expired 5 seconds ago",
                Refusal::Token,
            ),
            (
                "MalformedJWT: The token provided is not a valid JWT",
                Refusal::Token,
            ),
            (
                "MissingPartition: Realtime was unable to find the expected messages partition",
                Refusal::Other("MissingPartition".to_owned()),
            ),
            (
                "Unknown Error on Channel",
                Refusal::Other("unknown".to_owned()),
            ),
            ("session-7-is-secret", Refusal::Other("unknown".to_owned())),
            ("", Refusal::Other("unknown".to_owned())),
        ] {
            assert_eq!(Refusal::of_join(reason), refusal, "{reason}");
        }
    }

    #[test]
    fn topics_are_closed_for_a_reason() {
        for (message, refusal) in [
            ("Token has expired 1000 seconds ago", Refusal::Token),
            ("The token provided is not a valid JWT", Refusal::Token),
            (
                "You do not have permissions to read from this Channel topic: session:7",
                Refusal::Forbidden,
            ),
            (
                "You no longer have permission to read from this Channel topic: session:7",
                Refusal::Forbidden,
            ),
            ("Too many messages per second", Refusal::TooFast),
            (
                "Replication connection was not established in time",
                Refusal::Other("closed".to_owned()),
            ),
        ] {
            assert_eq!(Refusal::of_closing(message), refusal, "{message}");
        }
    }
}
