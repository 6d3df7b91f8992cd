//! Says within this process that a session has a new version.
//!
//! Only the number travels: a listener reads what changed through the session store with its own
//! principal's rights, so nothing can reach the wrong one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use uuid::Uuid;

#[derive(Default)]
pub struct Events {
    channels: Mutex<HashMap<Uuid, watch::Sender<i64>>>,
}

impl Events {
    /// Tells the session's listeners, if there are any.
    pub(crate) fn changed(&self, session_id: Uuid, version: i64) {
        if let Some(sender) = self.lock().get(&session_id) {
            sender.send_if_modified(|held| {
                let newer = version > *held;
                if newer {
                    *held = version;
                }
                newer
            });
        }
    }

    /// Notifies the session's listeners, though its version is what it was.
    pub(crate) fn notify(&self, session_id: Uuid) {
        if let Some(sender) = self.lock().get(&session_id) {
            sender.send_modify(|_| {});
        }
    }

    /// Listens to one session until the subscription is dropped.
    pub fn subscribe(self: &Arc<Self>, session_id: Uuid) -> Subscription {
        let receiver = self
            .lock()
            .entry(session_id)
            .or_insert_with(|| watch::Sender::new(0))
            .subscribe();
        Subscription {
            events: Arc::clone(self),
            session_id,
            receiver,
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, watch::Sender<i64>>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Subscription {
    events: Arc<Events>,
    session_id: Uuid,
    receiver: watch::Receiver<i64>,
}

impl Subscription {
    /// Returns when the session has changed since the last call. Cancel-safe.
    pub async fn changed(&mut self) {
        if self.receiver.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut channels = self.events.lock();
        // This receiver still counts itself.
        if let Some(sender) = channels.get(&self.session_id)
            && sender.receiver_count() <= 1
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
        let events = Arc::new(Events::default());
        let (mine, other) = (Uuid::new_v4(), Uuid::new_v4());
        let mut subscription = events.subscribe(mine);
        events.changed(other, 7);
        assert!(!subscription.receiver.has_changed().expect("open"));
        events.changed(mine, 1);
        subscription.changed().await;
    }

    #[test]
    fn a_channel_lives_as_long_as_its_last_listener() {
        let events = Arc::new(Events::default());
        let session = Uuid::new_v4();
        let first = events.subscribe(session);
        let second = events.subscribe(session);
        drop(first);
        assert_eq!(events.lock().len(), 1);
        drop(second);
        assert!(events.lock().is_empty());
    }
}
