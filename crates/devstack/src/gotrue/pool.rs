//! A few PostgreSQL connections that heal themselves: one that died with its server is replaced at the
//! next use.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_postgres::{Client, Config, Error, NoTls};

/// Connections open at once; further callers wait.
const SIZE: usize = 8;

#[derive(Clone)]
pub(super) struct Pool {
    shared: Arc<Shared>,
    permits: Arc<Semaphore>,
}

struct Shared {
    config: Config,
    idle: Mutex<Vec<Client>>,
    /// Connections live on the runtime that made the pool, not on that of the worker that asked first.
    runtime: tokio::runtime::Handle,
}

impl Pool {
    /// Must be called within a tokio runtime that outlives the pool.
    pub(super) fn new(config: Config) -> Self {
        Self {
            shared: Arc::new(Shared {
                config,
                idle: Mutex::new(Vec::new()),
                runtime: tokio::runtime::Handle::current(),
            }),
            permits: Arc::new(Semaphore::new(SIZE)),
        }
    }

    pub(super) async fn get(&self) -> Result<Connection, Error> {
        let permit = Arc::clone(&self.permits)
            .acquire_owned()
            .await
            .expect("the semaphore is never closed");
        let client = match self.reusable().await {
            Some(client) => client,
            None => self.connect().await?,
        };
        Ok(Connection {
            client: Some(client),
            shared: Arc::clone(&self.shared),
            _permit: permit,
        })
    }

    async fn reusable(&self) -> Option<Client> {
        loop {
            let client = self.shared.idle().pop()?;
            if !client.is_closed() && client.check_connection().await.is_ok() {
                return Some(client);
            }
        }
    }

    async fn connect(&self) -> Result<Client, Error> {
        let config = self.shared.config.clone();
        let runtime = self.shared.runtime.clone();
        let opening = self.shared.runtime.spawn(async move {
            let (client, connection) = config.connect(NoTls).await?;
            // Ends when the client is dropped or the server goes; the next check sees a closed client.
            runtime.spawn(connection);
            Ok(client)
        });
        opening.await.expect("connecting does not panic")
    }
}

impl Shared {
    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Client>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A borrowed connection; goes back to the pool when dropped.
pub(super) struct Connection {
    client: Option<Client>,
    shared: Arc<Shared>,
    _permit: OwnedSemaphorePermit,
}

impl Deref for Connection {
    type Target = Client;

    fn deref(&self) -> &Client {
        self.client.as_ref().expect("present until dropped")
    }
}

impl DerefMut for Connection {
    fn deref_mut(&mut self) -> &mut Client {
        self.client.as_mut().expect("present until dropped")
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(client) = self.client.take().filter(|client| !client.is_closed()) {
            self.shared.idle().push(client);
        }
    }
}
