//! The service under test: in this process, or as a process of its own that can be killed.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use ai_interviewer::app::{Agents, Application};
use ai_interviewer::config::{Config, Environment};
use futures_util::FutureExt as _;
use llm::{LlmConfig, LlmProvider, ModelConfig};
use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use speech::{AudioApi, DeepgramConfig};
use tokio_util::sync::CancellationToken;

use super::client::Client;
use super::model::ModelServer;
use super::speech::SpeechServer;
use super::stack::{DevstackProcess, binary, stack};

/// The service in this process, on a runtime and a port of its own.
pub(crate) struct TestApp {
    pub url: String,
    /// Where the operator's pages are, if they are apart.
    pub admin_url: Option<String>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// Settings of a service on a stack: no limits that a test would run into.
pub(crate) fn config(stack: &DevstackProcess) -> Config {
    let pairs: Vec<(&str, String)> = vec![
        ("SUPABASE_URL", stack.api_url().to_owned()),
        ("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY").to_owned()),
        ("SUPABASE_SERVICE_KEY", stack.var("SECRET_KEY").to_owned()),
        ("SUPABASE_JWT_SECRET", stack.var("JWT_SECRET").to_owned()),
        ("PORT", "0".to_owned()),
        ("ADMIN_ADDRESS", "public".to_owned()),
        ("RATE_LIMIT_PER_MINUTE", "1000000".to_owned()),
        ("RATE_LIMIT_AUTH_PER_MINUTE", "1000000".to_owned()),
        ("RATE_LIMIT_SPEECH_PER_MINUTE", "1000000".to_owned()),
        ("JOBS_INTERVAL_MINUTES", "1000".to_owned()),
    ];
    let mut config = Environment::new(move |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value.clone())
    })
    .service()
    .expect("a usable configuration");
    // The running program is the test, not the service.
    config.server.binary = env!("CARGO_BIN_EXE_ai-interviewer").into();
    config
}

/// Settings of a model behind `url`.
pub(crate) fn llm(url: &str, provider: LlmProvider) -> LlmConfig {
    LlmConfig {
        provider,
        interviewer: ModelConfig {
            name: Some("stand-in".to_owned()),
            effort: None,
        },
        coach: ModelConfig::default(),
        base_url: format!("{url}/v1/").parse().expect("a URL"),
        api_key: Some("sk-the-secret-key".into()),
        context_tokens: Some(16_000),
        connect_timeout: Duration::from_secs(2),
        first_token_timeout: Duration::from_secs(10),
        token_timeout: Duration::from_secs(5),
        timeout: Duration::from_secs(20),
        max_retries: 1,
        max_concurrency: 64,
        breaker_failures: 1_000,
        breaker_pause: Duration::from_secs(1),
    }
}

/// An audio API behind `url`.
pub(crate) fn audio_api(url: &str, model: &str) -> AudioApi {
    AudioApi {
        base_url: format!("{url}/v1/").parse().expect("a URL"),
        api_key: Some("sk-the-secret-ears".into()),
        model: model.to_owned(),
    }
}

/// Deepgram's socket at `url`.
pub(crate) fn deepgram(url: &str) -> DeepgramConfig {
    DeepgramConfig {
        base_url: format!("{}/", url.replacen("http", "ws", 1))
            .parse()
            .expect("a URL"),
        api_key: "the-secret-live-key".into(),
        model: "nova-3".to_owned(),
    }
}

impl TestApp {
    /// On the shared stack, as configured by default.
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    /// On the shared stack, with settings changed.
    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        Self::on(stack(), change)
    }

    pub(crate) fn on(stack: &DevstackProcess, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = config(stack);
        change(&mut config);
        let agents = Agents::offline(&config);
        Self::with_agents(config, agents)
    }

    /// With a language model behind interviewer and coach: one that stands in for OpenAI's API or for
    /// Anthropic's. Waits are short and failures are not waited out.
    pub(crate) fn with_model(
        model: &ModelServer,
        provider: LlmProvider,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = config(stack());
        config.llm = Some(llm(&model.url, provider));
        change(&mut config);
        Self::configured(config)
    }

    /// With the agents that its configuration names.
    pub(crate) fn configured(config: Config) -> Self {
        let agents = Agents::configured(&config)
            .now_or_never()
            .expect("a model with a name asks nobody")
            .expect("usable agents");
        Self::with_agents(config, agents)
    }

    /// With speech from a stand-in for the providers. Failures are not waited out.
    pub(crate) fn with_speech(speech: &SpeechServer, change: impl FnOnce(&mut Config)) -> Self {
        Self::with(|config| {
            config.speech.tts = Some(audio_api(&speech.url, "tts-1"));
            config.speech.stt = Some(audio_api(&speech.url, "whisper-1"));
            config.speech.provider.max_retries = 1;
            config.speech.provider.breaker_failures = 1_000;
            change(config);
        })
    }

    pub(crate) fn with_agents(config: Config, agents: Agents) -> Self {
        let stop = CancellationToken::new();
        let (ready, started) = mpsc::channel();
        let token = stop.clone();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let application = Application::build(config, agents).expect("the service builds");
                let bound = (application.port(), application.admin_address());
                ready.send(bound).expect("the test waits");
                application
                    .run_until(token)
                    .await
                    .expect("the service runs");
            });
        });
        let (port, admin) = started.recv().expect("the service started");
        Self {
            url: format!("http://127.0.0.1:{port}"),
            admin_url: admin.map(|address| format!("http://{address}")),
            stop,
            thread: Some(thread),
        }
    }

    /// A visitor.
    pub(crate) fn guest(&self) -> Client {
        Client::new(&self.url)
    }

    /// A freshly registered user.
    pub(crate) async fn user(&self, name: &str) -> Client {
        Client::registered(&self.url, name).await
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            if !std::thread::panicking() {
                ended.expect("the service ended well");
            }
        }
    }
}

/// The service as a process of its own, on a stack.
pub(crate) struct ServiceProcess {
    pub url: String,
    child: Child,
}

impl ServiceProcess {
    pub(crate) fn start(stack: &DevstackProcess, settings: &[(&str, &str)]) -> Self {
        let mut child = Command::new(binary())
            .arg("serve")
            .env_clear()
            .env("SUPABASE_URL", stack.api_url())
            .env("SUPABASE_ANON_KEY", stack.var("PUBLISHABLE_KEY"))
            .env("SUPABASE_SERVICE_KEY", stack.var("SECRET_KEY"))
            .env("PORT", "0")
            .env("ADMIN_ADDRESS", "public")
            .env("RUST_LOG", "error")
            .env("RATE_LIMIT_PER_MINUTE", "1000000")
            .env("RATE_LIMIT_AUTH_PER_MINUTE", "1000000")
            .env("RATE_LIMIT_SPEECH_PER_MINUTE", "1000000")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut line)
            .expect("readable output");
        let url = line
            .trim()
            .strip_prefix("listening on ")
            .unwrap_or_else(|| panic!("the service did not start: {line}"))
            .to_owned();
        Self { url, child }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, and the wait for its end.
    pub(crate) fn terminate(mut self) -> ExitStatus {
        self.end_by(Signal::SIGTERM)
    }

    /// SIGKILL: no chance to put anything in order.
    pub(crate) fn kill(&mut self) {
        self.end_by(Signal::SIGKILL);
    }

    /// A signal that it does not survive, and the wait for its end.
    pub(crate) fn end_by(&mut self, signal: Signal) -> ExitStatus {
        let pid = Pid::from_raw(self.child.id().cast_signed());
        signal::kill(pid, signal).expect("it ran");
        self.child.wait().expect("it ended")
    }
}

impl Drop for ServiceProcess {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}
