//! As many visitors as wanted on a fleet of their own.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::task::AbortOnDropHandle;

use crate::setting;
use crate::support::candidates::fleet::Routing;
use crate::support::candidates::{Fleet, Patience, Person};
use crate::support::{Client, DevstackProcess, SpeechServer};
use crate::visitor::{Tally, Visitor};

/// Accounts that the visitors who are signed in share; every second visitor is a guest.
const ACCOUNTS: usize = 16;
/// One in so many visitors has the questions spoken.
const LISTENS: usize = 4;
/// Longer than a run.
const TOKEN_SECONDS: &str = "86400";
const NO_LIMIT: &str = "1000000000";

pub(crate) struct Crowd {
    pub fleet: Arc<Fleet>,
    pub db: tokio_postgres::Client,
    pub tally: Tally,
    think: Duration,
    accounts: Vec<Client>,
    visitors: Vec<AbortOnDropHandle<()>>,
    _speech: SpeechServer,
}

impl Crowd {
    /// A stack with instances, and nobody there yet.
    pub(crate) async fn gather(
        instances: usize,
        routing: Routing,
        settings: &[(&str, &str)],
    ) -> Self {
        // A connection for each stream and request.
        rlimit::increase_nofile_limit(u64::MAX).expect("a limit that may be raised");
        let speech = SpeechServer::start();
        let speech_url = format!("{}/v1", speech.url);
        let own = [
            ("SPEECH_BASE_URL", speech_url.as_str()),
            ("SPEECH_CHARACTERS_PER_DAY", NO_LIMIT),
            ("BUDGET_ADDRESS_CHARACTERS", NO_LIMIT),
            ("BUDGET_INSTANCE_CHARACTERS", NO_LIMIT),
        ];
        let settings: Vec<(&str, &str)> = own.iter().chain(settings).copied().collect();
        let stack = DevstackProcess::start(&["--jwt-exp", TOKEN_SECONDS]);
        let fleet = Fleet::start(stack, instances, routing, &settings);
        let db = fleet.stack.db().await;
        let lift = "update private.session_limits set guests_per_hour = 1e9, per_user_and_hour = 1e9, per_user = 1e9";
        db.execute(lift, &[]).await.expect("limits of sessions");
        let url = fleet.url(None);
        let mut accounts = Vec::new();
        for _ in 0..ACCOUNTS {
            accounts.push(Client::registered(&url, "Visitor").await);
        }
        Self {
            fleet,
            db,
            tally: Tally::default(),
            think: Duration::from_secs_f64(setting("THINK", 10.0)),
            accounts,
            visitors: Vec::new(),
            _speech: speech,
        }
    }

    /// Lets visitors come or go until there are so many.
    pub(crate) fn resize(&mut self, size: usize) {
        self.visitors.truncate(size);
        for number in self.visitors.len()..size {
            let account = &self.accounts[number / 2 % ACCOUNTS];
            let mut client = account.clone();
            if number.is_multiple_of(2) {
                client.token = None;
            }
            let address = u32::try_from(number).expect("few");
            let visitor = Visitor {
                person: Person::new(client, address, Arc::clone(&self.fleet), Patience::WEB_APP),
                think: self.think,
                listens: (number / 2).is_multiple_of(LISTENS),
                tally: self.tally.clone(),
            };
            self.visitors
                .push(AbortOnDropHandle::new(tokio::spawn(visitor.run())));
        }
    }

    /// Everybody goes, and then the stack ends.
    pub(crate) async fn disperse(mut self) {
        for visitor in self.visitors.drain(..) {
            visitor.abort();
            // Cancelled, as it was asked to be.
            let _gone = visitor.await;
        }
    }

    pub(crate) fn think(&self) -> Duration {
        self.think
    }
}
