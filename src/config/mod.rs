//! Settings, read once from the environment into typed fields.
//!
//! Every problem found is reported together, each with the variable's name and what it should look
//! like. Empty variables count as unset. Secrets are [`SecretString`]s, which `Debug` hides.

mod admin;
mod budgets;
mod environment;
mod llm;
mod otlp;
mod realtime;
mod speech;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use ::llm::LlmConfig;
use search::SearchConfig;
use secrecy::SecretString;
use url::Url;

pub use admin::Admin;
pub use budgets::{Allowance, BudgetConfig, UserAllowance};
use environment::placeholder_url;
pub use environment::{ConfigError, Environment};
pub use otlp::{OtlpConfig, OtlpExporter};
pub use realtime::RealtimeConfig;
pub use speech::{SpeechConfig, is_voice};

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Pretty,
    Json,
}

/// Where a request's client address comes from.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    pub host: String,
    pub port: u16,
    pub admin: Admin,
    pub workers: usize,
    /// Origins that browsers may call and open sockets from, besides the one that `Host` names.
    pub cors_allowed_origins: Vec<String>,
    /// The service stands behind one proxy that appends to `X-Forwarded-For`.
    pub trust_proxy: bool,
    /// Grace period of a shutdown.
    pub shutdown_timeout: Duration,
    /// Largest JSON body accepted, in bytes.
    pub max_json_bytes: usize,
    /// How long a JSON body may take to arrive.
    pub json_timeout: Duration,
    /// This program, which reads files in processes of its own.
    pub binary: PathBuf,
}

impl ServerConfig {
    /// Where the service is reached from this machine.
    pub fn local_url(&self, path: &str) -> String {
        let host = match self.host.as_str() {
            "0.0.0.0" => "127.0.0.1".to_owned(),
            "::" => "[::1]".to_owned(),
            host if host.contains(':') => format!("[{host}]"),
            host => host.to_owned(),
        };
        format!("http://{host}:{}{path}", self.port)
    }
}

#[derive(Clone, Debug)]
pub struct SupabaseConfig {
    pub url: Url,
    /// Public: `sb_publishable_…` or the legacy `anon` JWT.
    pub anon_key: SecretString,
    /// `sb_secret_…` or the legacy `service_role` JWT; never used to read or write rows for a request.
    pub service_key: Option<SecretString>,
    /// Legacy HS256 secret; projects with signing keys need none.
    pub jwt_secret: Option<SecretString>,
    /// What the database demands of who changes interviews, where its operator set one.
    pub write_secret: Option<SecretString>,
    pub forward_client_ip: bool,
    pub connect_timeout: Duration,
    pub request_timeout: Duration,
    /// Calls to PostgREST under way at once.
    pub max_concurrency: usize,
    /// Where other instances' changes are told by Supabase Realtime.
    pub realtime: Option<RealtimeConfig>,
}

#[derive(Clone, Debug)]
pub struct CacheConfig {
    pub max_entries: u64,
    pub max_bytes: u64,
    pub idle: Duration,
    pub lifetime: Duration,
    /// Age from which an entry is confirmed with the database before it is served.
    pub max_staleness: Duration,
    /// How soon after a change an event stream looks for other instances' changes; `None` where there are none.
    pub events_poll: Option<Duration>,
}

#[derive(Clone, Debug)]
pub struct TurnConfig {
    pub lease: Duration,
    /// How long a request waits for a turn that another request or instance is making.
    pub wait: Duration,
    /// Thinking time of the offline interviewer.
    pub offline_reply_delay: Duration,
}

/// Requests per minute and client address.
#[derive(Clone, Debug)]
pub struct LimitConfig {
    pub requests_per_minute: u32,
    pub auth_per_minute: u32,
    /// Requests that a speech provider is paid for.
    pub speech_per_minute: u32,
}

#[derive(Clone, Debug)]
pub struct JobConfig {
    pub interval: Duration,
    pub speech_task_hours: u32,
    pub abandon_after_hours: u32,
    pub delete_guests_after_hours: u32,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub server: ServerConfig,
    pub supabase: SupabaseConfig,
    pub cache: CacheConfig,
    pub turn: TurnConfig,
    /// `None`: the offline interviewer and coach.
    pub llm: Option<LlmConfig>,
    pub search: SearchConfig,
    pub speech: SpeechConfig,
    pub limits: LimitConfig,
    pub budgets: BudgetConfig,
    pub jobs: JobConfig,
    pub otlp: OtlpConfig,
}

/// Settings of the embedded stack, read with `USE_MOCK_AUTH=true` and by `dev` and `devstack`.
#[derive(Clone, Debug)]
pub struct DevstackConfig {
    pub data_dir: PathBuf,
    pub jwt_secret: Option<SecretString>,
    pub gotrue_bin: Option<PathBuf>,
}

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    /// How this process logs, whatever else it does.
    ///
    /// # Errors
    /// `LOG_FORMAT` is neither.
    pub fn log_format(mut self, default: LogFormat) -> Result<LogFormat, ConfigError> {
        let format = self.log_format_or(default);
        self.finish(format)
    }

    fn log_format_or(&mut self, default: LogFormat) -> LogFormat {
        match self.text("LOG_FORMAT").as_deref() {
            None => default,
            Some("json") => LogFormat::Json,
            Some("pretty") => LogFormat::Pretty,
            Some(other) => {
                self.problems.push(format!(
                    "LOG_FORMAT={other} is not usable; it should be pretty or json"
                ));
                default
            }
        }
    }

    /// Whether the embedded stack is asked for (`USE_MOCK_AUTH`).
    pub fn uses_mock_auth(&mut self) -> bool {
        self.flag("USE_MOCK_AUTH")
    }

    /// # Errors
    /// All malformed variables at once.
    pub fn devstack(mut self) -> Result<DevstackConfig, ConfigError> {
        let _in_use = self.log_format_or(LogFormat::Pretty);
        let config = DevstackConfig {
            data_dir: self
                .text("DEVSTACK_DIR")
                .map_or_else(|| PathBuf::from(".devstack"), PathBuf::from),
            jwt_secret: self.secret(&["JWT_SECRET"]),
            gotrue_bin: self.text("GOTRUE_BIN").map(PathBuf::from),
        };
        self.finish(config)
    }

    /// Reads everything the service needs.
    ///
    /// # Errors
    /// All missing and malformed variables at once.
    pub fn service(mut self) -> Result<Config, ConfigError> {
        let config = Config {
            server: self.server(),
            supabase: self.supabase(),
            cache: CacheConfig {
                max_entries: self.at_least("CACHE_MAX_SESSIONS", 10_000, 1),
                max_bytes: self.at_least("CACHE_MAX_MB", 256, 1) * 1024 * 1024,
                idle: self.seconds("CACHE_IDLE_SECONDS", 30.0 * 60.0),
                lifetime: self.seconds("CACHE_LIFETIME_SECONDS", 4.0 * 3600.0),
                max_staleness: self.seconds("CACHE_MAX_STALENESS", 1.0),
                events_poll: Some(self.seconds_up_to("EVENTS_POLL_SECONDS", 2.0, 3_600.0))
                    .filter(|poll| !poll.is_zero()),
            },
            turn: TurnConfig {
                lease: Duration::from_secs(self.at_least("TURN_LEASE_SECONDS", 10, 1)),
                wait: self.seconds("TURN_WAIT_SECONDS", 60.0),
                offline_reply_delay: self.millis("OFFLINE_REPLY_DELAY_MS", 0),
            },
            llm: self.llm(),
            search: SearchConfig {
                api_key: self.secret(&["SERPER_API_KEY"]),
                base_url: self.base_url("SERPER_BASE_URL", "https://google.serper.dev/"),
                timeout: self.seconds("SEARCH_TIMEOUT_SECONDS", 8.0),
            },
            speech: self.speech(),
            limits: LimitConfig {
                requests_per_minute: self.at_least("RATE_LIMIT_PER_MINUTE", 600, 1),
                auth_per_minute: self.at_least("RATE_LIMIT_AUTH_PER_MINUTE", 20, 1),
                speech_per_minute: self.at_least("RATE_LIMIT_SPEECH_PER_MINUTE", 60, 1),
            },
            budgets: self.budgets(),
            jobs: JobConfig {
                interval: Duration::from_secs(60 * self.at_least("JOBS_INTERVAL_MINUTES", 60, 1)),
                speech_task_hours: self.at_least("SPEECH_TASK_HOURS", 24, 1),
                abandon_after_hours: self.at_least("ABANDON_AFTER_HOURS", 168, 1),
                delete_guests_after_hours: self.at_least("DELETE_GUESTS_AFTER_HOURS", 720, 1),
            },
            otlp: self.otlp(),
        };
        if config.supabase.realtime.is_some() && config.cache.events_poll.is_none() {
            self.problems.push(
                "SUPABASE_REALTIME=true tells of other instances' changes, and EVENTS_POLL_SECONDS=0 says that there \
                 are none; unset one of them"
                    .to_owned(),
            );
        }
        self.finish(config)
    }

    fn server(&mut self) -> ServerConfig {
        // It is in use already; a problem is told with the others.
        let _in_use = self.log_format_or(LogFormat::Json);
        let origins = self.text("CORS_ALLOWED_ORIGINS").unwrap_or_default();
        let cors_allowed_origins: Vec<String> = origins
            .split(',')
            .map(|origin| origin.trim().trim_end_matches('/').to_owned())
            .filter(|origin| !origin.is_empty())
            .collect();
        for origin in &cors_allowed_origins {
            let usable = Url::parse(origin).is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.origin().ascii_serialization() == *origin
            });
            if !usable {
                self.problems.push(format!(
                    "CORS_ALLOWED_ORIGINS has {origin}; it should list origins such as \
                     https://app.example.com, separated by commas"
                ));
            }
        }
        let host = self.text("HOST").unwrap_or_else(|| "127.0.0.1".to_owned());
        if host != "localhost" && host.parse::<IpAddr>().is_err() {
            self.problems.push(format!(
                "HOST={host} is not usable; it should be an address such as 127.0.0.1 or 0.0.0.0"
            ));
        }
        ServerConfig {
            host,
            port: self.parsed("PORT", 8000, "a port number, 0 to 65535"),
            admin: self.admin(),
            workers: self.parsed("WORKERS", 2, "a whole number of threads"),
            cors_allowed_origins,
            trust_proxy: self.flag("TRUST_PROXY"),
            shutdown_timeout: self.seconds("SHUTDOWN_TIMEOUT_SECONDS", 30.0),
            max_json_bytes: self.at_least("MAX_JSON_KB", 512, 1) * 1024,
            json_timeout: self.seconds("JSON_TIMEOUT_SECONDS", 30.0),
            binary: std::env::current_exe().unwrap_or_else(|_| PathBuf::from("ai-interviewer")),
        }
    }

    fn supabase(&mut self) -> SupabaseConfig {
        let looks_like = "your project's URL, such as https://abcdefgh.supabase.co (or set \
                          USE_MOCK_AUTH=true for the embedded stack)";
        let text = self.required(&["SUPABASE_URL"], looks_like);
        let url = match Url::parse(&text) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
            _ => {
                if !text.is_empty() {
                    self.problems.push(format!(
                        "SUPABASE_URL={text} is not usable; it should be {looks_like}"
                    ));
                }
                placeholder_url()
            }
        };
        let request_timeout = self.millis("UPSTREAM_TIMEOUT_MS", 10_000);
        SupabaseConfig {
            url,
            anon_key: self
                .required(
                    &["SUPABASE_ANON_KEY", "SUPABASE_PUBLISHABLE_KEY"],
                    "the project's publishable (sb_publishable_…) or anon key",
                )
                .into(),
            service_key: self.secret(&["SUPABASE_SERVICE_KEY", "SUPABASE_SECRET_KEY"]),
            jwt_secret: self.secret(&["SUPABASE_JWT_SECRET"]),
            write_secret: self.secret(&["SUPABASE_WRITE_SECRET"]),
            forward_client_ip: self.flag("AUTH_FORWARD_CLIENT_IP"),
            connect_timeout: self.millis("UPSTREAM_CONNECT_TIMEOUT_MS", 3_000),
            request_timeout,
            max_concurrency: self.at_least("UPSTREAM_MAX_CONCURRENCY", 64, 1),
            realtime: self.realtime(request_timeout),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let pairs: Vec<(String, String)> = pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect();
        Environment::new(move |name: &str| {
            pairs
                .iter()
                .find(|(k, _)| k == name)
                .map(|(_, v)| v.clone())
        })
        .service()
    }

    pub(super) const MINIMUM: [(&str, &str); 2] = [
        ("SUPABASE_URL", "https://abc.supabase.co"),
        ("SUPABASE_ANON_KEY", "sb_publishable_x"),
    ];

    #[test]
    fn every_problem_is_named_with_its_cure() {
        let error = read(&[("PORT", "many"), ("TRUST_PROXY", "perhaps")])
            .expect_err("unusable")
            .to_string();
        for name in [
            "SUPABASE_URL",
            "SUPABASE_ANON_KEY",
            "PORT=many",
            "TRUST_PROXY=perhaps",
        ] {
            assert!(error.contains(name), "{name} in {error}");
        }
    }

    #[test]
    fn either_key_name_serves_and_empty_is_unset() {
        let config = read(&[
            ("SUPABASE_URL", "https://abc.supabase.co"),
            ("SUPABASE_ANON_KEY", ""),
            ("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x"),
            ("SUPABASE_SECRET_KEY", "sb_secret_y"),
        ])
        .expect("usable");
        assert!(config.supabase.service_key.is_some());
        assert!(config.supabase.jwt_secret.is_none());
    }

    #[test]
    fn secrets_do_not_show_in_debug() {
        let mut pairs = MINIMUM.to_vec();
        pairs.push(("SUPABASE_JWT_SECRET", "very-secret-indeed"));
        pairs.push(("SUPABASE_WRITE_SECRET", "very-secret-mark"));
        pairs.push(("OPENAI_API_KEY", "sk-very-secret"));
        pairs.push(("SERPER_API_KEY", "very-secret-too"));
        pairs.push(("SPEECH_API_KEY", "very-secret-ears"));
        pairs.push(("DEEPGRAM_API_KEY", "very-secret-live"));
        let shown = format!("{:?}", read(&pairs).expect("usable"));
        assert!(!shown.contains("very-secret"), "{shown}");
        assert!(!shown.contains("sb_publishable_x"), "{shown}");
    }

    #[test]
    fn an_origin_with_a_path_or_a_wildcard_is_refused() {
        for origin in ["*", "https://a.example/path", "ftp://a.example"] {
            let mut pairs = MINIMUM.to_vec();
            pairs.push(("CORS_ALLOWED_ORIGINS", origin));
            assert!(read(&pairs).is_err(), "{origin}");
        }
    }

    #[test]
    fn times_are_no_longer_than_clocks_can_count() {
        for (name, value, usable) in [
            ("EVENTS_POLL_SECONDS", "0", true),
            ("EVENTS_POLL_SECONDS", "3600", true),
            ("EVENTS_POLL_SECONDS", "3601", false),
            ("EVENTS_POLL_SECONDS", "1e18", false),
            ("CACHE_IDLE_SECONDS", "1e9", true),
            ("CACHE_IDLE_SECONDS", "1e18", false),
            ("CACHE_IDLE_SECONDS", "inf", false),
        ] {
            let mut pairs = MINIMUM.to_vec();
            pairs.push((name, value));
            assert_eq!(read(&pairs).is_ok(), usable, "{name}={value}");
        }
    }

    #[test]
    fn staleness_may_be_a_fraction_or_zero_but_not_negative() {
        for (value, usable) in [("0.25", true), ("0", true), ("-1", false), ("NaN", false)] {
            let mut pairs = MINIMUM.to_vec();
            pairs.push(("CACHE_MAX_STALENESS", value));
            assert_eq!(read(&pairs).is_ok(), usable, "{value}");
        }
    }
}
