//! The service put together: from configuration to a listening server and its orderly end.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use actix_cors::Cors;
use actix_web::dev::Server;
use actix_web::http::header;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer, middleware as actix_middleware, web};
use anyhow::Context as _;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing_actix_web::TracingLogger;

use crate::agents::ByCaller;
use crate::auth::verifier::TokenVerifier;
use crate::background::Background;
use crate::budgets::Budgets;
use crate::config::{Admin, Config};
use crate::events::Events;
use crate::places::Places;
use crate::rate_limits::Limits;
use crate::routes::request_span::RequestSpan;
use crate::session::{SessionParts, Sessions};
use crate::speech_tasks::Speech;
use crate::state::{AgentNames, AppState};
use crate::supabase::gotrue::GoTrue;
use crate::supabase::postgrest::PostgRest;
use crate::supabase::realtime::Realtime;
use crate::{jobs, output, routes, telemetry};
use interview::generative::{GenerativeCoach, GenerativeInterviewer};
use interview::offline::{self, OfflineCoach, OfflineInterviewer};
use interview::resources::Library;
use interview::{Coach, Interviewer};
use llm::Llm;
use sandbox::Sandbox;
use search::Serper;

/// Files received at once; each is up to 10 MB in memory.
const MAX_UPLOADS: usize = 8;
/// Recordings received at once; each is up to `SPEECH_MAX_AUDIO_MB` on disk.
const MAX_RECORDINGS: usize = 256;
/// Streams of events open at once; each costs some kilobytes and a look at the database now and then.
const MAX_EVENT_STREAMS: usize = 4_096;

/// How often gauges are set that are exported without being asked for.
const OBSERVE_EVERY: Duration = Duration::from_secs(10);
/// What the last traces and metrics have to leave, when nothing is left of the grace period.
const LEAST_FLUSH: Duration = Duration::from_secs(1);

/// The interviewer, the coach and the library of resources that a service runs with.
pub struct Agents {
    pub interviewer: Arc<dyn Interviewer>,
    pub coach: Arc<dyn Coach>,
    pub library: Arc<Library>,
    pub names: AgentNames,
}

impl Agents {
    /// As configured: a language model where there is one, web search where there is a key.
    ///
    /// # Errors
    /// The TLS backend can't be initialised; a key can't stand in a header.
    pub async fn configured(config: &Config) -> anyhow::Result<Self> {
        let library = Arc::new(Library {
            search: Serper::new(&config.search)?,
        });
        let offline = Self::offline(config);
        let Some(llm) = &config.llm else {
            return Ok(Self { library, ..offline });
        };
        let (interviewer, coach) = Llm::connect(llm).await?;
        let names = AgentNames {
            interviewer: interviewer.name().to_owned(),
            coach: coach.name().to_owned(),
        };
        Ok(Self {
            names,
            interviewer: Arc::new(ByCaller::<dyn Interviewer> {
                model: Arc::new(GenerativeInterviewer::new(Arc::new(interviewer))),
                offline: offline.interviewer,
            }),
            coach: Arc::new(ByCaller::<dyn Coach> {
                model: Arc::new(GenerativeCoach::new(Arc::new(coach))),
                offline: offline.coach,
            }),
            library,
        })
    }

    pub fn offline(config: &Config) -> Self {
        Self {
            interviewer: Arc::new(OfflineInterviewer {
                reply_delay: config.turn.offline_reply_delay,
            }),
            coach: Arc::new(OfflineCoach),
            library: Arc::default(),
            names: AgentNames {
                interviewer: offline::NAME.to_owned(),
                coach: offline::NAME.to_owned(),
            },
        }
    }
}

/// A bound service that has not begun to serve.
pub struct Application {
    listener: TcpListener,
    /// For the operator's pages, where they are apart.
    admin: Option<TcpListener>,
    state: web::Data<AppState>,
    tasks: TaskTracker,
    /// Where it is used.
    realtime: Option<Realtime>,
}

impl Application {
    /// Checks what can be checked before serving and binds the port (0: any free one).
    ///
    /// # Errors
    /// A key of the wrong kind, a port in use.
    pub fn build(config: Config, agents: Agents) -> anyhow::Result<Self> {
        // What is built here may set gauges already.
        let metrics = telemetry::metrics();
        let config = Arc::new(config);
        let rest = Arc::new(PostgRest::new(&config.supabase)?);
        let gotrue = Arc::new(GoTrue::new(&config.supabase)?);
        let verifier = Arc::new(TokenVerifier::new(&config.supabase, Arc::clone(&gotrue))?);
        let (events, realtime) = events(&config)?;
        let tasks = TaskTracker::new();
        let background = Background::new(Handle::current(), tasks.clone());
        let sessions = Sessions::new(SessionParts {
            rest: Arc::clone(&rest),
            events: Arc::clone(&events),
            interviewer: agents.interviewer,
            coach: agents.coach,
            library: agents.library,
            cache: config.cache.clone(),
            turn: config.turn.clone(),
            background: background.clone(),
        });
        let speech = Speech::new(&config.speech, Arc::clone(&rest), background)?;
        let address = (config.server.host.as_str(), config.server.port);
        let listener = TcpListener::bind(address)
            .with_context(|| format!("cannot listen on {}:{}", address.0, address.1))?;
        let admin = bind_admin(config.server.admin)?;
        let limits = Arc::new(Limits::new(&config.limits));
        let budgets = Budgets::new(&config.budgets);
        let sandbox = Sandbox::new(config.server.binary.clone());
        let state = web::Data::new(AppState {
            config,
            verifier,
            gotrue,
            rest,
            sessions,
            speech,
            agents: agents.names,
            events,
            limits,
            budgets,
            sandbox,
            uploads: Places::new(MAX_UPLOADS),
            recordings: Places::new(MAX_RECORDINGS),
            event_streams: Places::new(MAX_EVENT_STREAMS),
            metrics,
            openapi: routes::document().to_pretty_json()?.into(),
            shutdown: CancellationToken::new(),
        });
        Ok(Self {
            listener,
            admin,
            state,
            tasks,
            realtime,
        })
    }

    /// The port that was bound.
    pub fn port(&self) -> u16 {
        self.listener
            .local_addr()
            .map_or(0, |address| address.port())
    }

    /// Where the operator's pages are, if they are apart.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref()?.local_addr().ok()
    }

    pub fn state(&self) -> &web::Data<AppState> {
        &self.state
    }

    /// Serves until `stop` is cancelled; then accepts nothing new, ends streams, and lets turns in
    /// flight finish within the grace period.
    ///
    /// # Errors
    /// The server's own.
    pub async fn run_until(self, stop: CancellationToken) -> anyhow::Result<()> {
        let Self {
            listener,
            admin,
            state,
            tasks,
            realtime,
        } = self;
        let config = Arc::clone(&state.config);
        let grace = config.server.shutdown_timeout;
        let at = config.server.admin;
        let workers = config.server.workers.max(1);
        let configure = move |cfg: &mut ServiceConfig| routes::configure(cfg, at);
        let server = server(&state, listener, workers, configure)?;
        let pages = admin.map(|listener| server_of_pages(&state, listener));
        let pages = pages.transpose()?;
        let pages_handle = pages.as_ref().map(Server::handle);
        let pages = pages.map(tokio::spawn);
        let background = CancellationToken::new();
        let observing = telemetry::has_metrics().then(|| tokio::spawn(observe(state.clone())));
        let housekeeping = tokio::spawn(jobs::housekeeping(
            Arc::clone(&config),
            Arc::clone(&state.rest),
            Arc::clone(&state.limits),
            background.clone(),
        ));
        let messages = realtime.map(|realtime| tokio::spawn(realtime.run(background.clone())));
        let handle = server.handle();
        let shutdown = state.shutdown.clone();
        let asked_to_stop = Arc::new(OnceLock::new());
        let asked = Arc::clone(&asked_to_stop);
        let stopper = tokio::spawn(async move {
            stop.cancelled().await;
            let _once = asked.set(Instant::now());
            tracing::info!("stopping: turns in flight are finished first");
            shutdown.cancel();
            handle.stop(true).await;
        });
        let served = server.await;
        stopper.abort();
        // Metrics are there until the end, and nobody waits for their readers.
        if let (Some(handle), Some(pages)) = (pages_handle, pages) {
            handle.stop(false).await;
            let _ended = pages.await;
        }
        background.cancel();
        tasks.close();
        if tokio::time::timeout(grace, tasks.wait()).await.is_err() {
            tracing::warn!("turns were still in flight at the end of the grace period");
        }
        let _stopped = tokio::time::timeout(Duration::from_secs(1), housekeeping).await;
        if let Some(messages) = messages {
            let _stopped = tokio::time::timeout(Duration::from_secs(1), messages).await;
        }
        if let Some(observing) = observing {
            observing.abort();
            state.observe();
        }
        let passed = asked_to_stop.get().map_or(Duration::ZERO, Instant::elapsed);
        telemetry::shutdown(grace.saturating_sub(passed).max(LEAST_FLUSH)).await;
        Ok(served?)
    }
}

async fn observe(state: web::Data<AppState>) {
    let mut every = tokio::time::interval(OBSERVE_EVERY);
    loop {
        every.tick().await;
        state.observe();
    }
}

/// How listeners hear of changes.
///
/// # Errors
/// Supabase's URL can't be made a WebSocket's.
fn events(config: &Config) -> anyhow::Result<(Arc<Events>, Option<Realtime>)> {
    let poll = config.cache.events_poll;
    let Some(realtime) = &config.supabase.realtime else {
        return Ok((Arc::new(Events::new(poll)), None));
    };
    let (events, wishes) = Events::with_messages(poll);
    let events = Arc::new(events);
    let realtime = Realtime::new(
        &config.supabase,
        realtime.clone(),
        Arc::clone(&events),
        wishes,
    )?;
    Ok((events, Some(realtime)))
}

/// # Errors
/// An address that was asked for can't be had.
fn bind_admin(admin: Admin) -> anyhow::Result<Option<TcpListener>> {
    let Admin::Apart { address, optional } = admin else {
        return Ok(None);
    };
    match TcpListener::bind(address) {
        Ok(listener) => {
            let address = listener.local_addr().unwrap_or(address);
            tracing::info!(%address, "/metrics and /docs are here (ADMIN_ADDRESS)");
            Ok(Some(listener))
        }
        Err(error) if optional => {
            tracing::warn!(
                %address, %error,
                "/metrics and /docs are not served: set ADMIN_ADDRESS to an address that is free"
            );
            Ok(None)
        }
        Err(error) => {
            Err(error).with_context(|| format!("cannot listen on {address} (ADMIN_ADDRESS)"))
        }
    }
}

fn server(
    state: &web::Data<AppState>,
    listener: TcpListener,
    workers: usize,
    configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> std::io::Result<Server> {
    let shared = state.clone();
    let grace = state.config.server.shutdown_timeout;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(shared.clone())
            .wrap(actix_middleware::Compress::default())
            .wrap(cors(&shared.config))
            .wrap(actix_middleware::from_fn(
                routes::middleware::handle_request,
            ))
            .wrap(TracingLogger::<RequestSpan>::new())
            .configure(configure.clone())
    });
    let server = server
        // Small events must not wait for the acknowledgement of those before.
        .tcp_nodelay(true)
        .workers(workers)
        .shutdown_timeout(grace.as_secs().max(1))
        .disable_signals()
        .listen(listener)?;
    Ok(server.run())
}

/// The operator's pages, where they are apart.
fn server_of_pages(state: &web::Data<AppState>, listener: TcpListener) -> std::io::Result<Server> {
    server(state, listener, 1, routes::configure_admin)
}

/// Builds the service and says where it listens.
///
/// # Errors
/// The start's.
pub async fn listen(config: Config) -> anyhow::Result<Application> {
    let agents = Agents::configured(&config).await?;
    let host = config.server.host.clone();
    let application = Application::build(config, agents)?;
    tokio::spawn(tell_confinement(application.state.sandbox.clone()));
    // The port may have been chosen by the system.
    output::line(format_args!(
        "listening on http://{host}:{}",
        application.port()
    ));
    Ok(application)
}

/// Logs once how well this machine confines the processes that read files.
async fn tell_confinement(sandbox: Sandbox) {
    match sandbox.probe().await {
        Ok(found) if found.possible.is_empty() => {
            tracing::debug!(not_granted = ?found.missing, "files are read in confined processes");
        }
        Ok(found) => tracing::warn!(
            could = ?found.possible, not_granted = ?found.missing,
            "processes that read files are not confined as they could be"
        ),
        Err(error) => tracing::warn!(%error, "no process can be started to read files"),
    }
}

fn cors(config: &Config) -> Cors {
    let mut cors = Cors::default()
        .allowed_methods(["GET", "POST", "PATCH", "DELETE", "OPTIONS"])
        .allowed_headers([
            header::CONTENT_TYPE,
            header::AUTHORIZATION,
            header::ACCEPT,
            header::IF_NONE_MATCH,
            header::HeaderName::from_static("x-session-id"),
            header::HeaderName::from_static("idempotency-key"),
            header::HeaderName::from_static("last-event-id"),
            header::HeaderName::from_static("x-request-id"),
            header::HeaderName::from_static("traceparent"),
            header::HeaderName::from_static("tracestate"),
        ])
        .expose_headers([
            "etag",
            "idempotent-replayed",
            "retry-after",
            "traceresponse",
            "x-request-id",
            "x-task-id",
            "x-turn-no",
        ])
        .max_age(3600);
    for origin in &config.server.cors_allowed_origins {
        cors = cors.allowed_origin(origin);
    }
    cors
}
