//! Settings, read once from the environment into typed fields.
//!
//! Every problem found is reported together, each with the variable's name and what it should look
//! like. Empty variables count as unset. Secrets are [`SecretString`]s, which `Debug` hides.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

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
    pub workers: usize,
    /// Origins that browsers may call from; empty: same origin only.
    pub cors_allowed_origins: Vec<String>,
    /// The service stands behind one proxy that appends to `X-Forwarded-For`.
    pub trust_proxy: bool,
    /// Grace period of a shutdown.
    pub shutdown_timeout: Duration,
    /// Largest JSON body accepted, in bytes.
    pub max_json_bytes: usize,
    pub log_format: LogFormat,
    /// This program, which reads files in processes of its own.
    pub binary: PathBuf,
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
    pub forward_client_ip: bool,
    pub connect_timeout: Duration,
    pub request_timeout: Duration,
    /// Calls to PostgREST under way at once.
    pub max_concurrency: usize,
}

#[derive(Clone, Debug)]
pub struct CacheConfig {
    pub max_entries: u64,
    pub max_bytes: u64,
    pub idle: Duration,
    pub lifetime: Duration,
    /// Age from which an entry is confirmed with the database before it is served.
    pub max_staleness: Duration,
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
}

#[derive(Clone, Debug)]
pub struct JobConfig {
    pub interval: Duration,
    pub speech_task_hours: u32,
    pub abandon_after_hours: u32,
    pub delete_guests_after_hours: u32,
}

/// Which API a language model is spoken to by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LlmProvider {
    /// OpenAI's chat completions, and every server compatible with them.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
}

impl LlmProvider {
    pub fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
        }
    }
}

/// The language model behind interviewer and coach.
#[derive(Clone, Debug)]
pub struct LlmConfig {
    pub provider: LlmProvider,
    pub model: String,
    /// The coach's model; the interviewer's when it is not set apart.
    pub coach_model: String,
    /// Ends in a slash; paths such as `chat/completions` or `messages` are added.
    pub base_url: Url,
    pub api_key: Option<SecretString>,
    /// Tokens that fit into the model's window, the answer included.
    pub context_tokens: u32,
    pub connect_timeout: Duration,
    /// From the request to the first token.
    pub first_token_timeout: Duration,
    /// From one token to the next.
    pub token_timeout: Duration,
    /// One request as a whole, with its retries.
    pub timeout: Duration,
    pub max_retries: u32,
    /// Requests under way at once; the coach may use half of them.
    pub max_concurrency: usize,
    /// Failures in a row after which the provider is left alone for a while.
    pub breaker_failures: u32,
    pub breaker_pause: Duration,
}

/// Web search for learning resources.
#[derive(Clone, Debug)]
pub struct SearchConfig {
    pub api_key: Option<SecretString>,
    /// Ends in a slash.
    pub base_url: Url,
    pub timeout: Duration,
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
    pub limits: LimitConfig,
    pub jobs: JobConfig,
}

/// Settings of the embedded stack, read with `USE_MOCK_AUTH=true` and by `dev` and `devstack`.
#[derive(Clone, Debug)]
pub struct DevstackConfig {
    pub data_dir: PathBuf,
    pub jwt_secret: Option<SecretString>,
    pub gotrue_bin: Option<PathBuf>,
}

/// Everything that is wrong with the environment, a line each.
#[derive(Debug)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration is not usable:")?;
        for line in &self.0 {
            write!(f, "\n  - {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigError {}

/// A source of settings: name to value.
pub struct Environment<F> {
    lookup: F,
    problems: Vec<String>,
}

impl Environment<fn(&str) -> Option<String>> {
    /// The process environment.
    pub fn process() -> Self {
        Environment::new(|name| std::env::var(name).ok())
    }
}

impl<F: Fn(&str) -> Option<String>> Environment<F> {
    pub fn new(lookup: F) -> Self {
        Self {
            lookup,
            problems: Vec::new(),
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name)
            .map(|value| value.trim().to_owned())
            .filter(|value| !value.is_empty())
    }

    fn first_of(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    fn secret(&self, names: &[&str]) -> Option<SecretString> {
        self.first_of(names).map(SecretString::from)
    }

    fn required(&mut self, names: &[&str], looks_like: &str) -> String {
        self.first_of(names).unwrap_or_else(|| {
            self.problems.push(format!(
                "{} is not set; it should be {looks_like}",
                names.join(" or ")
            ));
            String::new()
        })
    }

    fn parsed<T: FromStr>(&mut self, name: &str, default: T, looks_like: &str) -> T {
        match self.text(name) {
            None => default,
            Some(value) => value.parse().unwrap_or_else(|_| {
                self.problems.push(format!(
                    "{name}={value} is not usable; it should be {looks_like}"
                ));
                default
            }),
        }
    }

    fn at_least<T: FromStr + PartialOrd + fmt::Display>(
        &mut self,
        name: &str,
        default: T,
        minimum: T,
    ) -> T {
        let looks_like = format!("a whole number of at least {minimum}");
        let value = self.parsed(name, default, &looks_like);
        if value < minimum {
            self.problems.push(format!(
                "{name}={value} is not usable; it should be {looks_like}"
            ));
            return minimum;
        }
        value
    }

    fn flag(&mut self, name: &str) -> bool {
        match self.text(name).map(|v| v.to_ascii_lowercase()).as_deref() {
            None | Some("false" | "0" | "no" | "off") => false,
            Some("true" | "1" | "yes" | "on") => true,
            Some(other) => {
                self.problems.push(format!(
                    "{name}={other} is not usable; it should be true or false"
                ));
                false
            }
        }
    }

    fn millis(&mut self, name: &str, default: u64) -> Duration {
        Duration::from_millis(self.parsed(name, default, "a number of milliseconds"))
    }

    fn seconds(&mut self, name: &str, default: f64) -> Duration {
        let looks_like = "a number of seconds, 0 or more, such as 1 or 0.5";
        let value = self.parsed(name, default, looks_like);
        Duration::try_from_secs_f64(value).unwrap_or_else(|_| {
            self.problems.push(format!(
                "{name}={value} is not usable; it should be {looks_like}"
            ));
            Duration::from_secs_f64(default)
        })
    }

    fn finish<T>(self, value: T) -> Result<T, ConfigError> {
        if self.problems.is_empty() {
            Ok(value)
        } else {
            Err(ConfigError(self.problems))
        }
    }

    /// Whether the embedded stack is asked for (`USE_MOCK_AUTH`).
    pub fn uses_mock_auth(&mut self) -> bool {
        self.flag("USE_MOCK_AUTH")
    }

    pub fn devstack(self) -> DevstackConfig {
        DevstackConfig {
            data_dir: self
                .text("DEVSTACK_DIR")
                .map_or_else(|| PathBuf::from(".devstack"), PathBuf::from),
            jwt_secret: self.secret(&["JWT_SECRET"]),
            gotrue_bin: self.text("GOTRUE_BIN").map(PathBuf::from),
        }
    }

    /// Reads the language model alone.
    ///
    /// # Errors
    /// All malformed variables at once.
    pub fn language_model(mut self) -> Result<Option<LlmConfig>, ConfigError> {
        let llm = self.llm();
        self.finish(llm)
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
            limits: LimitConfig {
                requests_per_minute: self.at_least("RATE_LIMIT_PER_MINUTE", 600, 1),
                auth_per_minute: self.at_least("RATE_LIMIT_AUTH_PER_MINUTE", 20, 1),
            },
            jobs: JobConfig {
                interval: Duration::from_secs(60 * self.at_least("JOBS_INTERVAL_MINUTES", 60, 1)),
                speech_task_hours: self.at_least("SPEECH_TASK_HOURS", 24, 1),
                abandon_after_hours: self.at_least("ABANDON_AFTER_HOURS", 168, 1),
                delete_guests_after_hours: self.at_least("DELETE_GUESTS_AFTER_HOURS", 720, 1),
            },
        };
        self.finish(config)
    }

    /// The provider named by `LLM_PROVIDER`, else the one there is a key or an address for.
    fn llm(&mut self) -> Option<LlmConfig> {
        let openai_key = self.secret(&["OPENAI_API_KEY"]);
        let anthropic_key = self.secret(&["ANTHROPIC_API_KEY"]);
        let has_openai = openai_key.is_some() || self.text("OPENAI_BASE_URL").is_some();
        let has_anthropic = anthropic_key.is_some() || self.text("ANTHROPIC_BASE_URL").is_some();
        let provider = match self.text("LLM_PROVIDER").as_deref() {
            None if has_openai => LlmProvider::OpenAi,
            None if has_anthropic => LlmProvider::Anthropic,
            None | Some("offline") => return None,
            Some("openai") => LlmProvider::OpenAi,
            Some("anthropic") => LlmProvider::Anthropic,
            Some(other) => {
                self.problems.push(format!(
                    "LLM_PROVIDER={other} is not usable; it should be openai, anthropic or offline"
                ));
                return None;
            }
        };
        let (api_key, base_url, default_model, reachable, key_name) = match provider {
            LlmProvider::OpenAi => (
                openai_key,
                self.base_url("OPENAI_BASE_URL", "https://api.openai.com/v1/"),
                "gpt-4.1-mini",
                has_openai,
                "OPENAI_API_KEY",
            ),
            LlmProvider::Anthropic => (
                anthropic_key,
                self.base_url("ANTHROPIC_BASE_URL", "https://api.anthropic.com/v1/"),
                "claude-haiku-4-5",
                has_anthropic,
                "ANTHROPIC_API_KEY",
            ),
        };
        if !reachable {
            self.problems.push(format!(
                "{key_name} is not set; LLM_PROVIDER={} needs it (or the base URL of a server without keys)",
                provider.name()
            ));
        }
        let model = self
            .text("LLM_MODEL")
            .unwrap_or_else(|| default_model.to_owned());
        Some(LlmConfig {
            provider,
            coach_model: self
                .text("LLM_COACH_MODEL")
                .unwrap_or_else(|| model.clone()),
            model,
            base_url,
            api_key,
            context_tokens: self.at_least("LLM_CONTEXT_TOKENS", 32_000, 2_000),
            connect_timeout: self.seconds("LLM_CONNECT_TIMEOUT_SECONDS", 5.0),
            first_token_timeout: self.seconds("LLM_FIRST_TOKEN_TIMEOUT_SECONDS", 20.0),
            token_timeout: self.seconds("LLM_TOKEN_TIMEOUT_SECONDS", 10.0),
            timeout: self.seconds("LLM_TIMEOUT_SECONDS", 60.0),
            max_retries: self.at_least("LLM_MAX_RETRIES", 2, 0),
            max_concurrency: self.at_least("LLM_MAX_CONCURRENCY", 64, 2),
            breaker_failures: self.at_least("LLM_BREAKER_FAILURES", 5, 1),
            breaker_pause: self.seconds("LLM_BREAKER_PAUSE_SECONDS", 15.0),
        })
    }

    /// An address that paths can be added to, with or without its last slash in the variable.
    fn base_url(&mut self, name: &str, default: &str) -> Url {
        let text = self.text(name).unwrap_or_else(|| default.to_owned());
        match Url::parse(&format!("{}/", text.trim_end_matches('/'))) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
            _ => {
                self.problems.push(format!(
                    "{name}={text} is not usable; it should be an address such as {default}"
                ));
                placeholder_url()
            }
        }
    }

    fn server(&mut self) -> ServerConfig {
        let log_format = match self.text("LOG_FORMAT").as_deref() {
            None | Some("json") => LogFormat::Json,
            Some("pretty") => LogFormat::Pretty,
            Some(other) => {
                self.problems.push(format!(
                    "LOG_FORMAT={other} is not usable; it should be pretty or json"
                ));
                LogFormat::Json
            }
        };
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
            workers: self.parsed("WORKERS", 2, "a whole number of threads"),
            cors_allowed_origins,
            trust_proxy: self.flag("TRUST_PROXY"),
            shutdown_timeout: self.seconds("SHUTDOWN_TIMEOUT_SECONDS", 30.0),
            max_json_bytes: self.at_least("MAX_JSON_KB", 512, 1) * 1024,
            log_format,
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
            forward_client_ip: self.flag("AUTH_FORWARD_CLIENT_IP"),
            connect_timeout: self.millis("UPSTREAM_CONNECT_TIMEOUT_MS", 3_000),
            request_timeout: self.millis("UPSTREAM_TIMEOUT_MS", 10_000),
            max_concurrency: self.at_least("UPSTREAM_MAX_CONCURRENCY", 64, 1),
        }
    }
}

fn placeholder_url() -> Url {
    Url::parse("http://unset.invalid").expect("a constant URL")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
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

    const MINIMUM: [(&str, &str); 2] = [
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
        pairs.push(("OPENAI_API_KEY", "sk-very-secret"));
        pairs.push(("SERPER_API_KEY", "very-secret-too"));
        let shown = format!("{:?}", read(&pairs).expect("usable"));
        assert!(!shown.contains("very-secret"), "{shown}");
        assert!(!shown.contains("sb_publishable_x"), "{shown}");
    }

    fn llm(pairs: &[(&str, &str)]) -> Result<Option<LlmConfig>, ConfigError> {
        let mut all = MINIMUM.to_vec();
        all.extend_from_slice(pairs);
        read(&all).map(|config| config.llm)
    }

    #[test]
    fn the_provider_is_the_one_whose_key_is_present() {
        assert!(llm(&[]).expect("usable").is_none());
        let chosen = |pairs| llm(pairs).expect("usable").expect("a model").provider;
        assert_eq!(chosen(&[("OPENAI_API_KEY", "sk-x")]), LlmProvider::OpenAi);
        assert_eq!(
            chosen(&[("ANTHROPIC_API_KEY", "k")]),
            LlmProvider::Anthropic
        );
        let both = [("OPENAI_API_KEY", "sk-x"), ("ANTHROPIC_API_KEY", "k")];
        assert_eq!(chosen(&both), LlmProvider::OpenAi);
        let named = [both[0], both[1], ("LLM_PROVIDER", "anthropic")];
        assert_eq!(chosen(&named), LlmProvider::Anthropic);
        let off = [both[0], ("LLM_PROVIDER", "offline")];
        assert!(llm(&off).expect("usable").is_none());
    }

    #[test]
    fn a_compatible_server_needs_an_address_and_no_key() {
        let config = llm(&[
            ("OPENAI_BASE_URL", "http://127.0.0.1:8080/v1"),
            ("LLM_MODEL", "m"),
        ])
        .expect("usable")
        .expect("a model");
        assert_eq!(config.base_url.as_str(), "http://127.0.0.1:8080/v1/");
        assert!(config.api_key.is_none());
        assert_eq!(config.coach_model, "m");
        for (name, value) in [
            ("LLM_PROVIDER", "anthropic"),
            ("LLM_PROVIDER", "skynet"),
            ("OPENAI_BASE_URL", "nowhere"),
        ] {
            let error = llm(&[(name, value)]).expect_err("unusable").to_string();
            assert!(error.contains(name), "{error}");
        }
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
    fn staleness_may_be_a_fraction_or_zero_but_not_negative() {
        for (value, usable) in [("0.25", true), ("0", true), ("-1", false), ("NaN", false)] {
            let mut pairs = MINIMUM.to_vec();
            pairs.push(("CACHE_MAX_STALENESS", value));
            assert_eq!(read(&pairs).is_ok(), usable, "{value}");
        }
    }
}
