//! Backoff between retries.

use std::time::Duration;

const FIRST: Duration = Duration::from_millis(400);
const LONGEST: Duration = Duration::from_secs(8);

/// The provider's `Retry-After`, else exponential backoff, half of it random so that clients that failed
/// together do not retry together.
pub fn wait(failures: u32, retry_after: Option<Duration>) -> Duration {
    if let Some(retry_after) = retry_after {
        return retry_after;
    }
    let backoff = FIRST
        .saturating_mul(2_u32.saturating_pow(failures))
        .min(LONGEST);
    backoff.mul_f64(0.5 + 0.5 * rand::random::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_bound_and_obey_the_provider() {
        for failures in 0..40 {
            let longest = FIRST
                .saturating_mul(2_u32.saturating_pow(failures))
                .min(LONGEST);
            let wait = wait(failures, None);
            assert!(wait >= longest / 2 && wait <= longest, "{wait:?}");
        }
        let asked = Duration::from_secs(3);
        assert_eq!(wait(0, Some(asked)), asked);
    }
}
