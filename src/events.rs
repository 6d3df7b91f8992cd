//! Says that a session has a new version: at once when this process made it, else when one of the session's listeners
//! has looked.
//!
//! Only the number travels: a listener reads what changed through the session store with its own
//! principal's rights, so nothing can reach the wrong one. However many listen to a session, one at a time looks for
//! what other instances did, and the less often the longer nothing happens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

/// So many times as long as the first is the longest pause between two looks.
const SLOWEST: u32 = 8;

pub struct Events {
    channels: Mutex<HashMap<Uuid, Channel>>,
    /// How soon after a change other instances' changes are looked for; `None` where there are none.
    poll: Option<Duration>,
}

struct Channel {
    versions: watch::Sender<i64>,
    looks: Looks,
}

/// When a session is looked at next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Looks {
    due: Instant,
    pause: Duration,
}

impl Looks {
    fn after(pause: Duration) -> Self {
        Self {
            due: Instant::now() + pause,
            pause,
        }
    }
}

impl Events {
    /// `poll` as in [`crate::config::CacheConfig`].
    pub fn new(poll: Option<Duration>) -> Self {
        Self {
            channels: Mutex::default(),
            poll,
        }
    }

    /// Tells the session's listeners, if there are any.
    pub(crate) fn changed(&self, session_id: Uuid, version: i64) {
        let mut channels = self.lock();
        let Some(channel) = channels.get_mut(&session_id) else {
            return;
        };
        let newer = channel.versions.send_if_modified(|held| {
            let newer = version > *held;
            if newer {
                *held = version;
            }
            newer
        });
        if let Some(poll) = self.poll.filter(|_| newer) {
            channel.looks = Looks::after(poll);
        }
    }

    /// Notifies the session's listeners, though its version is what it was.
    pub(crate) fn notify(&self, session_id: Uuid) {
        if let Some(channel) = self.lock().get(&session_id) {
            channel.versions.send_modify(|_| {});
        }
    }

    /// Returns when the caller is the one to look; never where nobody need.
    async fn look_due(&self, session_id: Uuid) {
        let Some(poll) = self.poll else {
            return std::future::pending().await;
        };
        while let Some(looks) = self.looks(session_id) {
            tokio::time::sleep_until(looks.due).await;
            if self.claim(session_id, looks, poll) {
                return;
            }
        }
    }

    fn looks(&self, session_id: Uuid) -> Option<Looks> {
        self.lock().get(&session_id).map(|channel| channel.looks)
    }

    /// Whether the caller is the one to look now: nobody has since `seen`, and it is due.
    fn claim(&self, session_id: Uuid, seen: Looks, poll: Duration) -> bool {
        let mut channels = self.lock();
        let Some(channel) = channels.get_mut(&session_id) else {
            return false;
        };
        let mine = channel.looks == seen && seen.due <= Instant::now();
        if mine {
            channel.looks = Looks::after((seen.pause * 2).min(poll * SLOWEST));
        }
        mine
    }

    /// Listens to one session until the subscription is dropped.
    pub fn subscribe(self: &Arc<Self>, session_id: Uuid) -> Subscription {
        let receiver = self
            .lock()
            .entry(session_id)
            .or_insert_with(|| Channel {
                versions: watch::Sender::new(0),
                looks: Looks::after(self.poll.unwrap_or_default()),
            })
            .versions
            .subscribe();
        Subscription {
            events: Arc::clone(self),
            session_id,
            receiver,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Channel>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Subscription {
    events: Arc<Events>,
    session_id: Uuid,
    receiver: watch::Receiver<i64>,
}

impl Subscription {
    /// Returns when the session has changed since the last call, or when this listener is the one to look whether
    /// another instance changed it. Cancel-safe.
    pub async fn changed(&mut self) {
        tokio::select! {
            Ok(()) = self.receiver.changed() => {}
            () = self.events.look_due(self.session_id) => {}
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut channels = self.events.lock();
        // This receiver still counts itself.
        if let Some(channel) = channels.get(&self.session_id)
            && channel.versions.receiver_count() <= 1
        {
            channels.remove(&self.session_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_listener_hears_its_own_session_only() {
        let events = Arc::new(Events::new(None));
        let (mine, other) = (Uuid::new_v4(), Uuid::new_v4());
        let mut subscription = events.subscribe(mine);
        events.changed(other, 7);
        assert!(!subscription.receiver.has_changed().expect("open"));
        events.changed(mine, 1);
        subscription.changed().await;
    }

    #[test]
    fn a_channel_lives_as_long_as_its_last_listener() {
        let events = Arc::new(Events::new(None));
        let session = Uuid::new_v4();
        let first = events.subscribe(session);
        let second = events.subscribe(session);
        drop(first);
        assert_eq!(events.lock().len(), 1);
        drop(second);
        assert!(events.lock().is_empty());
    }

    #[tokio::test]
    async fn one_listener_looks_and_ever_more_rarely_until_something_changes() {
        let poll = Duration::from_millis(1);
        let events = Arc::new(Events::new(Some(poll)));
        let session = Uuid::new_v4();
        let _listening = events.subscribe(session);
        let looks = || events.looks(session).expect("a listener");
        let mut pauses = Vec::new();
        for _ in 0..5 {
            events.look_due(session).await;
            pauses.push(looks().pause.as_millis());
        }
        assert_eq!(pauses, [2, 4, 8, 8, 8]);
        let seen = looks();
        assert!(!events.claim(session, Looks::after(poll), poll));
        tokio::time::sleep_until(seen.due).await;
        assert!(events.claim(session, seen, poll));
        assert!(!events.claim(session, seen, poll), "one looks");
        events.changed(session, 1);
        assert_eq!(looks().pause, poll);
    }

    #[tokio::test]
    async fn an_instance_alone_looks_for_nothing() {
        let events = Arc::new(Events::new(None));
        let session = Uuid::new_v4();
        let _listening = events.subscribe(session);
        let look = std::pin::pin!(events.look_due(session));
        assert!(futures_util::poll!(look).is_pending());
        assert_eq!(
            events.looks(session).expect("a listener").pause,
            Duration::ZERO
        );
    }
}
