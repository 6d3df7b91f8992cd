//! Exactly once: whatever three instances, their clients, their connections, PostgREST and PostgreSQL go through, every
//! acknowledged message stands in the database once, in order, with the one reply its candidate was told.
//!
//! `make chaos` plays the same for as long as one likes.

use std::time::Duration;

use crate::support::candidates::chaos::{self, Options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_message_is_stored_once_with_the_reply_that_was_told() {
    let options = Options {
        duration: Duration::from_secs(45),
        instances: 3,
        candidates: 12,
        seed: 1,
    };
    let outcome = chaos::run(options).await;
    println!("{outcome}");
    assert!(outcome.is_clean(), "{outcome}");
    assert!(outcome.acknowledged >= options.candidates, "{outcome}");
}
