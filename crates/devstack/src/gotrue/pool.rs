//! The mock's PostgreSQL connections. One that died with its server is replaced at the next use.

use std::future::Future;
use std::pin::Pin;

use deadpool_postgres::{Connect, Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, Error, NoTls};

/// Connections open at once; further callers wait.
const SIZE: usize = 8;

/// Must be called within a tokio runtime that outlives the pool.
pub(super) fn new(config: Config) -> Pool {
    let recycling = ManagerConfig {
        recycling_method: RecyclingMethod::Verified,
    };
    let connect = OnRuntime(Handle::current());
    Pool::builder(Manager::from_connect(config, connect, recycling))
        .max_size(SIZE)
        .build()
        .expect("no timeouts that would need a runtime are set")
}

/// Connections live on the runtime that made the pool, not on that of the worker that asked first.
struct OnRuntime(Handle);

type Connecting<'a> =
    Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + 'a>>;

impl Connect for OnRuntime {
    fn connect(&self, config: &Config) -> Connecting<'_> {
        let config = config.clone();
        let connecting = self.0.spawn(async move { config.connect(NoTls).await });
        Box::pin(async move {
            let (client, connection) = connecting.await.expect("connecting does not panic")?;
            // Ends when the client is dropped or the server goes; the next use sees a closed client.
            let running = self.0.spawn(async move {
                let _ended = connection.await;
            });
            Ok((client, running))
        })
    }
}
