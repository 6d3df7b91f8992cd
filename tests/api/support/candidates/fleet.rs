//! Several instances on one stack.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use uuid::Uuid;

use crate::support::{DevstackProcess, FaultyProxy, ServiceProcess};

/// Which instance a request goes to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Routing {
    /// To one after the other.
    InTurn,
    /// All of a session to one, as a proxy does that hashes `X-Session-ID`.
    BySession,
}

pub(crate) struct Fleet {
    // Ended before the stack below them.
    instances: Vec<Arc<Instance>>,
    pub stack: Arc<DevstackProcess>,
    routing: Routing,
    next: AtomicUsize,
}

struct Instance {
    /// Held while the instance is replaced.
    service: Mutex<ServiceProcess>,
    /// Kept apart: a load balancer goes on sending to an instance that is being replaced.
    url: Mutex<String>,
    settings: Vec<(String, String)>,
    /// Between the instance and Supabase.
    proxy: Option<FaultyProxy>,
    stack: Arc<DevstackProcess>,
}

impl Fleet {
    pub(crate) fn start(
        stack: DevstackProcess,
        instances: usize,
        routing: Routing,
        settings: &[(&str, &str)],
    ) -> Arc<Self> {
        let stack = Arc::new(stack);
        let instances = (0..instances).map(|_| Instance::start(Arc::clone(&stack), None, settings));
        Self::of(Arc::clone(&stack), routing, instances.collect())
    }

    /// Each instance reaches Supabase through a proxy of its own.
    pub(crate) async fn breakable(
        stack: DevstackProcess,
        instances: usize,
        settings: &[(&str, &str)],
    ) -> Arc<Self> {
        let stack = Arc::new(stack);
        let mut started = Vec::new();
        for _ in 0..instances {
            let proxy = FaultyProxy::before(stack.api_url()).await;
            started.push(Instance::start(Arc::clone(&stack), Some(proxy), settings));
        }
        Self::of(stack, Routing::InTurn, started)
    }

    fn of(stack: Arc<DevstackProcess>, routing: Routing, instances: Vec<Instance>) -> Arc<Self> {
        Arc::new(Self {
            stack,
            routing,
            instances: instances.into_iter().map(Arc::new).collect(),
            next: AtomicUsize::new(0),
        })
    }

    /// Where a request about a session goes, or one about none.
    pub(crate) fn url(&self, session: Option<Uuid>) -> String {
        let at = match (self.routing, session) {
            (Routing::BySession, Some(session)) => session.as_u64_pair().0 as usize,
            (Routing::BySession, None) | (Routing::InTurn, _) => {
                self.next.fetch_add(1, Ordering::Relaxed)
            }
        };
        lock(&self.instances[at % self.instances.len()].url).clone()
    }

    pub(crate) fn urls(&self) -> Vec<String> {
        let urls = self
            .instances
            .iter()
            .map(|instance| lock(&instance.url).clone());
        urls.collect()
    }

    pub(crate) fn pids(&self) -> Vec<u32> {
        let pids = self
            .instances
            .iter()
            .map(|instance| lock(&instance.service).pid());
        pids.collect()
    }

    /// What stands between an instance of a breakable fleet and Supabase.
    pub(super) fn proxy(&self, instance: usize) -> &FaultyProxy {
        self.instances[instance]
            .proxy
            .as_ref()
            .expect("a breakable fleet")
    }

    /// Sends the instance a signal that it survives.
    pub(super) fn signal(&self, instance: usize, signal: Signal) {
        let pid = lock(&self.instances[instance].service).pid();
        kill(Pid::from_raw(pid.cast_signed()), signal).expect("it runs");
    }

    /// Ends the instance by a signal and starts a new one in its place.
    pub(super) async fn replace(&self, instance: usize, signal: Signal) {
        let instance = Arc::clone(&self.instances[instance]);
        tokio::task::spawn_blocking(move || instance.replace(signal))
            .await
            .expect("another instance starts");
    }
}

impl Instance {
    /// Candidates have addresses of their own, as a proxy in front of the service would tell them, so that limits and
    /// places of one address are what they are in production.
    fn start(
        stack: Arc<DevstackProcess>,
        proxy: Option<FaultyProxy>,
        settings: &[(&str, &str)],
    ) -> Self {
        let supabase = proxy.as_ref().map_or(stack.api_url(), |proxy| &proxy.url);
        let own = [("SUPABASE_URL", supabase), ("TRUST_PROXY", "true")];
        let settings = own.iter().chain(settings);
        let settings: Vec<_> = settings
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let service = service(&stack, &settings);
        Self {
            url: Mutex::new(service.url.clone()),
            service: Mutex::new(service),
            settings,
            stack,
            proxy,
        }
    }

    fn replace(&self, signal: Signal) {
        let mut held = lock(&self.service);
        held.end_by(signal);
        *held = service(&self.stack, &self.settings);
        *lock(&self.url) = held.url.clone();
    }
}

fn service(stack: &DevstackProcess, settings: &[(String, String)]) -> ServiceProcess {
    let settings = settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    ServiceProcess::start(stack, &settings.collect::<Vec<_>>())
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().expect("no panic in a holder")
}
