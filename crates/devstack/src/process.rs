//! Child processes that die with their parent, whatever kills it.
//!
//! `PR_SET_PDEATHSIG` (prctl(2)) follows the thread that spawned the child, so one thread that never
//! ends spawns them all. It is set after the change of user, which would clear it.

#![expect(
    unsafe_code,
    reason = "pre_exec runs between fork and exec; see the safety comment"
)]

use std::fs::OpenOptions;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use nix::sys::prctl;
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, getppid};
use tokio::sync::{oneshot, watch};

use super::account::Account;

/// What to run and how to stop it.
#[derive(Clone)]
pub(super) struct Spec {
    pub name: &'static str,
    pub program: PathBuf,
    pub args: Vec<String>,
    pub env: Vec<(String, String)>,
    pub account: Option<Account>,
    /// Gets what the child prints.
    pub log: PathBuf,
    pub stop_signal: Signal,
}

type Spawned = io::Result<Child>;

struct Order {
    spec: Spec,
    reply: oneshot::Sender<Spawned>,
}

static SPAWNER: LazyLock<Mutex<mpsc::Sender<Order>>> = LazyLock::new(|| {
    let (sender, orders) = mpsc::channel::<Order>();
    std::thread::Builder::new()
        .name("devstack-spawner".to_owned())
        .spawn(move || {
            for order in orders {
                // Nobody waits any more when the stack's start was given up.
                let _unclaimed = order.reply.send(spawn_here(&order.spec));
            }
        })
        .expect("the process can start a thread");
    Mutex::new(sender)
});

fn spawn_here(spec: &Spec) -> Spawned {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&spec.log)?;
    let mut command = Command::new(&spec.program);
    command
        .args(&spec.args)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("LC_ALL", "C.UTF-8")
        .envs(spec.env.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log)
        // A terminal's Ctrl-C reaches the parent alone, which stops its children in order.
        .process_group(0);
    if let Some(account) = &spec.account {
        command.uid(account.uid).gid(account.gid).current_dir("/");
    }
    let parent = nix::unistd::getpid();
    let death_signal = spec.stop_signal;
    // SAFETY: the closure makes two system calls and allocates nothing.
    unsafe {
        command.pre_exec(move || {
            prctl::set_pdeathsig(death_signal)?;
            if getppid() == parent {
                Ok(())
            } else {
                Err(io::Error::from_raw_os_error(nix::libc::ESRCH))
            }
        });
    }
    command.spawn()
}

async fn spawn(spec: &Spec) -> Spawned {
    let (reply, spawned) = oneshot::channel();
    let order = Order {
        spec: spec.clone(),
        reply,
    };
    SPAWNER
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .send(order)
        .map_err(io::Error::other)?;
    spawned.await.map_err(io::Error::other)?
}

/// Runs a program to its end and returns whether it succeeded.
pub(super) async fn run(spec: &Spec) -> io::Result<bool> {
    let mut child = spawn(spec).await?;
    let status = tokio::task::spawn_blocking(move || child.wait())
        .await
        .map_err(io::Error::other)??;
    Ok(status.success())
}

/// A child that is started again when it ends by itself.
pub(super) struct Supervised {
    spec: Spec,
    stopping: watch::Sender<bool>,
    pid: Arc<Mutex<Option<i32>>>,
    ended: watch::Receiver<bool>,
}

const RESTART_AFTER: Duration = Duration::from_millis(300);
const STOP_PATIENCE: Duration = Duration::from_secs(10);

impl Supervised {
    pub(super) async fn start(spec: Spec) -> io::Result<Self> {
        let child = spawn(&spec).await?;
        let pid = Arc::new(Mutex::new(pid_of(&child)));
        let (stopping, stop) = watch::channel(false);
        let (ended_sender, ended) = watch::channel(false);
        tokio::spawn(supervise(
            spec.clone(),
            child,
            Arc::clone(&pid),
            stop,
            ended_sender,
        ));
        Ok(Self {
            spec,
            stopping,
            pid,
            ended,
        })
    }

    /// The child's process id, while it runs.
    pub(super) fn pid(&self) -> Option<i32> {
        *self.pid.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn stop(mut self) {
        self.stopping.send_replace(true);
        for signal in [self.spec.stop_signal, Signal::SIGKILL] {
            if let Some(pid) = self.pid() {
                // It may have ended just now.
                let _gone = kill(Pid::from_raw(pid), signal);
            }
            let ended = self.ended.wait_for(|ended| *ended);
            if tokio::time::timeout(STOP_PATIENCE, ended).await.is_ok() {
                return;
            }
            tracing::warn!(child = self.spec.name, %signal, "did not stop");
        }
    }
}

fn pid_of(child: &Child) -> Option<i32> {
    i32::try_from(child.id()).ok()
}

async fn supervise(
    spec: Spec,
    mut child: Child,
    pid: Arc<Mutex<Option<i32>>>,
    stop: watch::Receiver<bool>,
    ended: watch::Sender<bool>,
) {
    loop {
        let status = tokio::task::spawn_blocking(move || child.wait()).await;
        *pid.lock().unwrap_or_else(PoisonError::into_inner) = None;
        if *stop.borrow() {
            break;
        }
        tracing::warn!(
            child = spec.name,
            ?status,
            "ended by itself; starting it again"
        );
        child = loop {
            tokio::time::sleep(RESTART_AFTER).await;
            if *stop.borrow() {
                ended.send_replace(true);
                return;
            }
            match spawn(&spec).await {
                Ok(child) => break child,
                Err(error) => tracing::error!(child = spec.name, %error, "could not be started"),
            }
        };
        *pid.lock().unwrap_or_else(PoisonError::into_inner) = pid_of(&child);
    }
    ended.send_replace(true);
}
