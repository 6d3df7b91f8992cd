//! How a used-up budget looks to a client: what is left of what, until when, and what to do.

use upstream::meter::{OverBudget, Resource, Scope};

use crate::error::ApiError;

impl From<OverBudget> for ApiError {
    fn from(over: OverBudget) -> Self {
        let (code, what, instead) = match over.resource {
            // A search that is refused is no failure: the report does without.
            Resource::ModelCalls | Resource::Searches => (
                "model_budget_exceeded",
                "AI answers",
                "Nothing you sent is lost: send it again then with the same Idempotency-Key.",
            ),
            Resource::Characters => (
                "speech_budget_exceeded",
                "spoken text",
                "Your browser may have a voice of its own, and you can go on reading.",
            ),
            Resource::Seconds => (
                "speech_budget_exceeded",
                "transcription",
                "You can go on by typing.",
            ),
        };
        let whose = match over.scope {
            Scope::User => format!("You have used up today's {what}"),
            Scope::Address => format!("Your network has used up today's {what}"),
            Scope::Instance => format!("This service has used up today's {what} for everybody"),
        };
        let only = if over.left == 0 || over.resource == Resource::ModelCalls {
            String::new()
        } else {
            format!(" ({} {} left)", over.left, over.resource.name())
        };
        let seconds = over.resets_in.as_secs().max(1);
        ApiError::new(
            429,
            code,
            format!("{whose}{only}. There is more after midnight UTC. {instead}"),
        )
        .retry_after(seconds)
        .retryable(true)
        .with("resource", over.resource.name())
        .with("scope", over.scope.name())
        .with("limit", over.limit)
        .with("left", over.left)
        .with("resets_in_seconds", seconds)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_refusal_says_whose_budget_what_is_left_and_when_there_is_more() {
        let error = ApiError::from(OverBudget {
            resource: Resource::Characters,
            scope: Scope::Address,
            limit: 1_000,
            left: 40,
            resets_in: Duration::from_secs(90),
        });
        assert_eq!((error.status, error.retry_after), (429, Some(90)));
        assert_eq!(
            error.detail,
            "Your network has used up today's spoken text (40 characters left). There is more after midnight UTC. \
             Your browser may have a voice of its own, and you can go on reading."
        );
        assert_eq!(error.extra["left"], 40);
        assert_eq!(error.extra["scope"], "address");
    }
}
