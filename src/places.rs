//! Places for what may be done at the same time: so many in all, and for one address or user no more than a share of
//! them, so that nobody takes everybody's.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::network::{Client, Payer};

/// An address may have a quarter of the places, since many people may be behind it, and a user an eighth.
const ADDRESS_SHARE: usize = 4;
const USER_SHARE: usize = 8;
/// Yet so many, as far as there are.
const LEAST_OF_ADDRESS: usize = 4;
const LEAST_OF_USER: usize = 2;

/// Why there is no place now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// All are taken.
    Everybody,
    /// The client has as many as one may.
    Client,
}

#[derive(Clone)]
pub struct Places {
    count: usize,
    total: Arc<Semaphore>,
    clients: Arc<Mutex<HashMap<Payer, Arc<Semaphore>>>>,
}

/// A place that is taken until it is dropped.
pub struct Place {
    _permits: Vec<OwnedSemaphorePermit>,
    // Dropped after the permits.
    _client: OfClient,
}

/// Forgets a client's places when none of them is taken or waited for any more.
struct OfClient {
    places: Places,
    payers: Vec<Payer>,
}

impl Places {
    pub fn new(count: usize) -> Self {
        Self {
            count,
            total: Arc::new(Semaphore::new(count)),
            clients: Arc::default(),
        }
    }

    pub fn taken(&self) -> usize {
        self.count.saturating_sub(self.total.available_permits())
    }

    /// Takes a place.
    ///
    /// # Errors
    /// There is none now.
    pub fn try_take(&self, client: Client) -> Result<Place, Full> {
        // Dropped last, also when there is no place.
        let (of_client, shares) = self.shares(client);
        let total = Arc::clone(&self.total);
        let mut permits = vec![total.try_acquire_owned().map_err(|_| Full::Everybody)?];
        for share in shares {
            permits.push(share.try_acquire_owned().map_err(|_| Full::Client)?);
        }
        Ok(Place {
            _permits: permits,
            _client: of_client,
        })
    }

    /// Waits for a place: first for one of the client's own, so that in the common queue, which is first come, first
    /// served, stand no more of one client than may be served.
    pub async fn take(&self, client: Client) -> Place {
        let (of_client, shares) = self.shares(client);
        let mut permits = Vec::with_capacity(shares.len() + 1);
        for share in shares.into_iter().chain([Arc::clone(&self.total)]) {
            permits.push(share.acquire_owned().await.expect("never closed"));
        }
        Place {
            _permits: permits,
            _client: of_client,
        }
    }

    fn shares(&self, client: Client) -> (OfClient, Vec<Arc<Semaphore>>) {
        let share = |payer: &Payer| match payer {
            Payer::User(_) => (self.count / USER_SHARE).max(LEAST_OF_USER),
            Payer::Address(_) => (self.count / ADDRESS_SHARE).max(LEAST_OF_ADDRESS),
        };
        let payers: Vec<Payer> = client.payers().collect();
        let mut clients = self.lock();
        let shares = payers.iter().map(|payer| {
            let new = || Arc::new(Semaphore::new(share(payer).min(self.count)));
            Arc::clone(clients.entry(*payer).or_insert_with(new))
        });
        let shares = shares.collect();
        drop(clients);
        let places = self.clone();
        (OfClient { places, payers }, shares)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Payer, Arc<Semaphore>>> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OfClient {
    fn drop(&mut self) {
        let mut clients = self.places.lock();
        for payer in &self.payers {
            // Whoever has a place or waits for one holds the semaphore as well.
            if clients
                .get(payer)
                .is_some_and(|share| Arc::strong_count(share) == 1)
            {
                clients.remove(payer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use uuid::Uuid;

    use super::*;

    fn at(last: u8) -> Client {
        Client::new([192, 0, 2, last].into(), None)
    }

    #[test]
    fn nobody_takes_everybodys_places() {
        let places = Places::new(32);
        let mut held: Vec<Place> = (0..100)
            .map_while(|_| places.try_take(at(1)).ok())
            .collect();
        assert_eq!(held.len(), 8);
        assert_eq!(places.try_take(at(1)).err(), Some(Full::Client));
        let alice = Some(Uuid::new_v4());
        let hers = (2..100).map_while(|last| {
            let client = Client::new([192, 0, 2, last].into(), alice);
            places.try_take(client).ok()
        });
        let hers: Vec<Place> = hers.collect();
        assert_eq!(hers.len(), 4, "wherever she is");
        held.extend((100..).map_while(|last| places.try_take(at(last)).ok()));
        assert_eq!(places.try_take(at(99)).err(), Some(Full::Everybody));
        assert_eq!(places.taken(), 32);
        drop((held, hers));
        assert_eq!(places.taken(), 0);
        assert!(places.lock().is_empty(), "nobody is remembered");
    }

    #[test]
    fn who_gets_no_place_is_not_remembered() {
        let places = Places::new(16);
        let held: Vec<Place> = (0..4)
            .map(|_| places.try_take(at(1)).expect("a place"))
            .collect();
        for _ in 0..3 {
            let user = Client::new([192, 0, 2, 1].into(), Some(Uuid::new_v4()));
            assert_eq!(places.try_take(user).err(), Some(Full::Client));
        }
        assert_eq!(places.lock().len(), 1, "the address alone");
        drop(held);
        assert!(places.lock().is_empty());
    }

    #[test]
    fn one_clients_queue_does_not_hold_up_anothers_turn() {
        let places = Places::new(5);
        let held: Vec<Place> = (0..4)
            .map(|_| places.try_take(at(1)).expect("a place"))
            .collect();
        let mut waiting: Vec<_> = (0..50).map(|_| Box::pin(places.take(at(1)))).collect();
        for one in &mut waiting {
            assert!(one.as_mut().now_or_never().is_none());
        }
        let other = places.take(at(2)).now_or_never().expect("a place");
        drop((held, other));
        assert!(waiting[0].as_mut().now_or_never().is_some(), "in order");
        drop(waiting);
        assert!(places.lock().is_empty());
    }
}
