//! Says that a session has a new version: at once when this process made it or a message told of it, else when one of the
//! session's listeners has looked.
//!
//! Only the number travels: a listener reads what changed through the session store with its own
//! principal's rights, so nothing can reach the wrong one. However many listen to a session, one at a time looks for
//! what other instances did, and the less often the longer nothing happens. While messages come
//! ([`crate::supabase::realtime`]), a look only checks now and then that none was lost.

mod listening;
mod looks;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use uuid::Uuid;

pub use listening::{Listener, Wish, Wishes};
pub use looks::Look;
use looks::Looks;

pub struct Events {
    channels: Mutex<HashMap<Uuid, Channel>>,
    /// How soon after a change other instances' changes are looked for; `None` where there are none.
    poll: Option<Duration>,
    /// To whoever brings messages.
    wishes: Option<mpsc::UnboundedSender<Wish>>,
}

struct Channel {
    news: watch::Sender<News>,
    /// Those who wait for one look learn when it is another.
    looks: watch::Sender<Looks>,
    /// Since when messages tell of changes that other instances make; `None` while none come.
    live_since: Option<Instant>,
}

/// What listeners wake up for.
#[derive(Clone, Copy, Debug, Default)]
struct News {
    /// The latest version that this process has read.
    held: i64,
    /// The latest that a message told of and nobody has read, else 0.
    heard: i64,
}

impl Channel {
    /// After something happened that was read.
    fn restart(&self, now: Instant, poll: Duration) {
        self.looks.send_replace(match self.live_since {
            Some(_) => Looks::checking(now),
            None => Looks::polling(now, poll),
        });
    }

    /// No message tells of the next change.
    fn end_of_messages(&mut self, now: Instant, poll: Duration) {
        if let Some(since) = self.live_since.take() {
            let avoided = looks::avoided(now - since, poll);
            metrics::counter!("events_polls_avoided_total").increment(avoided);
            self.looks.send_replace(Looks::retrying(now, poll));
        }
    }
}

impl Events {
    /// `poll` as in [`crate::config::CacheConfig`].
    pub fn new(poll: Option<Duration>) -> Self {
        Self {
            channels: Mutex::default(),
            poll,
            wishes: None,
        }
    }

    /// With somebody who brings messages of what other instances change.
    pub fn with_messages(poll: Option<Duration>) -> (Self, Wishes) {
        let (wishes, receiver) = mpsc::unbounded_channel();
        let events = Self {
            wishes: Some(wishes),
            ..Self::new(poll)
        };
        (events, receiver)
    }

    /// Tells the session's listeners, if there are any.
    pub(crate) fn changed(&self, session_id: Uuid, version: i64) {
        let mut channels = self.lock();
        let Some(channel) = channels.get_mut(&session_id) else {
            return;
        };
        let newer = channel.news.send_if_modified(|news| {
            let newer = version > news.held;
            if newer {
                news.held = version;
            }
            newer
        });
        let unread = channel.news.borrow().heard > version;
        if let Some(poll) = self.poll.filter(|_| newer && !unread) {
            channel.restart(Instant::now(), poll);
        }
    }

    /// Notifies the session's listeners, though its version is what it was.
    pub(crate) fn notify(&self, session_id: Uuid) {
        if let Some(channel) = self.lock().get(&session_id) {
            channel.news.send_modify(|_| {});
        }
    }

    /// A message tells that the session has this version. If whoever reads it fails, others look again.
    pub(crate) fn hear(&self, session_id: Uuid, version: i64) {
        let Some(poll) = self.poll else { return };
        let mut channels = self.lock();
        let Some(channel) = channels.get_mut(&session_id) else {
            return;
        };
        let now = Instant::now();
        let newer = channel.news.send_if_modified(|news| {
            let newer = version > news.held.max(news.heard);
            if newer {
                news.heard = version;
            }
            newer
        });
        if newer {
            channel.live_since.get_or_insert(now);
            channel.looks.send_replace(Looks::retrying(now, poll));
        }
    }

    /// Messages tell of changes from now on; one listener reads what none has told of.
    pub(crate) fn live(&self, session_id: Uuid) {
        if let Some(channel) = self.lock().get_mut(&session_id) {
            let now = Instant::now();
            channel.live_since.get_or_insert(now);
            channel.looks.send_replace(Looks::at_once(now));
        }
    }

    /// One listener reads what no message tells, or a message tells without a version.
    pub(crate) fn ask(&self, session_id: Uuid) {
        if let Some(channel) = self.lock().get(&session_id) {
            channel.looks.send_replace(Looks::at_once(Instant::now()));
        }
    }

    /// No messages come any more: the listeners look.
    pub(crate) fn silent(&self, session_id: Uuid) {
        let Some(poll) = self.poll else { return };
        if let Some(channel) = self.lock().get_mut(&session_id) {
            channel.end_of_messages(Instant::now(), poll);
        }
    }

    /// Returns how to look when the caller is the one to look; never where nobody need.
    async fn look_due(&self, session_id: Uuid) -> Look {
        if let Some(poll) = self.poll
            && let Some(mut looks) = self.looks(session_id)
        {
            loop {
                let seen = *looks.borrow_and_update();
                tokio::select! {
                    () = tokio::time::sleep_until(seen.due) => {}
                    changed = looks.changed() => match changed {
                        Ok(()) => continue,
                        Err(_) => break,
                    },
                }
                if self.claim(session_id, seen, poll) {
                    metrics::counter!("events_looks_total", "why" => seen.look.name()).increment(1);
                    return seen.look;
                }
            }
        }
        std::future::pending().await
    }

    fn looks(&self, session_id: Uuid) -> Option<watch::Receiver<Looks>> {
        let channels = self.lock();
        channels
            .get(&session_id)
            .map(|channel| channel.looks.subscribe())
    }

    /// Whether the caller is the one to look now: nobody has since `seen`, and it is due.
    fn claim(&self, session_id: Uuid, seen: Looks, poll: Duration) -> bool {
        let now = Instant::now();
        let channels = self.lock();
        let Some(channel) = channels.get(&session_id) else {
            return false;
        };
        channel.looks.send_if_modified(|looks| {
            let mine = *looks == seen && seen.due <= now;
            if mine {
                *looks = seen.claimed(now, poll);
            }
            mine
        })
    }

    /// A listener that was told to look has read `version`.
    fn read(&self, session_id: Uuid, wake: Wake, version: i64) {
        let (Some(poll), true) = (self.poll, wake.look != Look::Fresh) else {
            return;
        };
        let now = Instant::now();
        let mut channels = self.lock();
        let Some(channel) = channels.get_mut(&session_id) else {
            return;
        };
        let mut unread = false;
        channel.news.send_if_modified(|news| {
            news.held = news.held.max(version);
            // A message may have told of a version that is not there.
            if news.heard <= news.held || wake.look == Look::AtLeast(news.heard) {
                news.heard = 0;
            }
            unread = news.heard > 0;
            false
        });
        if unread {
            return;
        }
        match wake.look {
            Look::Check if version > wake.held => {
                metrics::counter!("realtime_messages_missed_total").increment(1);
                channel.end_of_messages(now, poll);
            }
            Look::Check if channel.live_since.is_some() => {
                channel.looks.send_modify(|looks| *looks = looks.rarer(now));
            }
            Look::Fresh | Look::AtLeast(_) | Look::Ask | Look::Check => channel.restart(now, poll),
        }
    }

    /// Listens to one session until the subscription is dropped.
    pub fn subscribe(self: &Arc<Self>, session_id: Uuid) -> Subscription {
        let poll = self.poll.unwrap_or_default();
        let receiver = self
            .lock()
            .entry(session_id)
            .or_insert_with(|| Channel {
                news: watch::Sender::default(),
                looks: watch::Sender::new(Looks::polling(Instant::now(), poll)),
                live_since: None,
            })
            .news
            .subscribe();
        Subscription {
            events: Arc::clone(self),
            session_id,
            receiver,
        }
    }

    fn wish(&self, wish: Wish) {
        if let Some(wishes) = &self.wishes {
            // Nobody brings messages any more while the service stops.
            let _stopping = wishes.send(wish);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, Channel>> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub struct Subscription {
    events: Arc<Events>,
    session_id: Uuid,
    receiver: watch::Receiver<News>,
}

/// Why a listener was woken.
#[derive(Clone, Copy, Debug)]
pub struct Wake {
    pub look: Look,
    /// The version that this process had read.
    held: i64,
}

impl Subscription {
    /// Asks for messages with the rights of somebody who was shown the session at `version`.
    pub fn follow(&self, version: i64, listener: Listener) {
        if self.events.wishes.is_some() {
            self.events.changed(self.session_id, version);
        }
        self.events.wish(Wish::Listen {
            session_id: self.session_id,
            listener,
        });
    }

    /// Returns when the session has changed since the last call, or when this listener is the one to look whether
    /// another instance changed it. Cancel-safe.
    pub async fn changed(&mut self) -> Wake {
        let look = tokio::select! {
            Ok(()) = self.receiver.changed() => None,
            look = self.events.look_due(self.session_id) => Some(look),
        };
        let news = *self.receiver.borrow_and_update();
        let look = match look {
            Some(asking @ (Look::Ask | Look::Check)) => asking,
            _ if news.heard > news.held => Look::AtLeast(news.heard),
            _ => Look::Fresh,
        };
        Wake {
            look,
            held: news.held,
        }
    }

    /// What the listener was woken for has been read, and has this version. Unless this is said, somebody looks again.
    pub fn has_read(&self, wake: Wake, version: i64) {
        self.events.read(self.session_id, wake, version);
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut channels = self.events.lock();
        // This receiver still counts itself.
        if let Some(channel) = channels.get_mut(&self.session_id)
            && channel.news.receiver_count() <= 1
        {
            channel.end_of_messages(Instant::now(), self.events.poll.unwrap_or_default());
            channels.remove(&self.session_id);
            // While nobody can listen anew, so that wishes keep their order.
            self.events.wish(Wish::Leave {
                session_id: self.session_id,
            });
        }
    }
}
