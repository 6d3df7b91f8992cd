//! A real GoTrue (supabase/auth) in the mock's place: its `migrate`, then its `serve`.
//!
//! Settings: <https://github.com/supabase/auth/blob/master/example.env>.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::account::Account;
use super::gateway::{FORWARDED_FOR, MAIL_TEMPLATE, MAIL_TEMPLATE_WITHOUT_LINK};
use super::process::{Spec, Supervised, run};
use super::{PASSWORD_MIN_LENGTH, StackOptions};

const READY_WITHIN: Duration = Duration::from_secs(20);

/// Lifetime of a one-time token in seconds, as on hosted projects.
const OTP_EXP_S: u32 = 3600;
const UNLIMITED: &str = "1000000";
const RATE_LIMITS: [&str; 5] = [
    "GOTRUE_RATE_LIMIT_ANONYMOUS_USERS",
    "GOTRUE_RATE_LIMIT_EMAIL_SENT",
    "GOTRUE_RATE_LIMIT_OTP",
    "GOTRUE_RATE_LIMIT_TOKEN_REFRESH",
    "GOTRUE_RATE_LIMIT_VERIFY",
];
const URL_PATHS: [&str; 4] = [
    "GOTRUE_MAILER_URLPATHS_CONFIRMATION",
    "GOTRUE_MAILER_URLPATHS_EMAIL_CHANGE",
    "GOTRUE_MAILER_URLPATHS_INVITE",
    "GOTRUE_MAILER_URLPATHS_RECOVERY",
];
const TEMPLATES: [&str; 5] = [
    "GOTRUE_MAILER_TEMPLATES_CONFIRMATION",
    "GOTRUE_MAILER_TEMPLATES_EMAIL_CHANGE",
    "GOTRUE_MAILER_TEMPLATES_INVITE",
    "GOTRUE_MAILER_TEMPLATES_MAGIC_LINK",
    "GOTRUE_MAILER_TEMPLATES_RECOVERY",
];

pub(super) struct RealGoTrue<'a> {
    pub program: PathBuf,
    pub folder: &'a Path,
    pub account: Option<Account>,
    pub db_uri: String,
    pub port: u16,
    pub issuer: String,
    /// Where mails go.
    pub smtp_port: u16,
    /// The gateway, which serves the mails' templates.
    pub templates: String,
    pub jwt_secret: &'a str,
    /// Private JWK; HS256 without.
    pub signing_key: Option<Value>,
    pub options: &'a StackOptions,
}

impl RealGoTrue<'_> {
    fn spec(&self, command: &str) -> Spec {
        Spec {
            name: "gotrue",
            program: self.program.clone(),
            args: vec![command.to_owned()],
            env: self.env(),
            account: self.account,
            log: self.folder.join("gotrue.log"),
            stop_signal: Signal::SIGTERM,
        }
    }

    fn env(&self) -> Vec<(String, String)> {
        let options = self.options;
        let mut env = vec![
            ("API_EXTERNAL_URL", self.issuer.clone()),
            ("GOTRUE_SITE_URL", options.site_url.clone()),
            ("GOTRUE_URI_ALLOW_LIST", format!("{}/**", options.site_url)),
            ("GOTRUE_API_HOST", "127.0.0.1".to_owned()),
            ("PORT", self.port.to_string()),
            ("GOTRUE_DB_DRIVER", "postgres".to_owned()),
            ("GOTRUE_DB_DATABASE_URL", self.db_uri.clone()),
            ("GOTRUE_JWT_SECRET", self.jwt_secret.to_owned()),
            ("GOTRUE_JWT_EXP", options.jwt_exp_s.to_string()),
            ("GOTRUE_JWT_AUD", "authenticated".to_owned()),
            ("GOTRUE_JWT_DEFAULT_GROUP_NAME", "authenticated".to_owned()),
            ("GOTRUE_JWT_ADMIN_ROLES", "service_role".to_owned()),
            ("GOTRUE_JWT_ISSUER", self.issuer.clone()),
            ("GOTRUE_DISABLE_SIGNUP", options.disable_signup.to_string()),
            ("GOTRUE_EXTERNAL_EMAIL_ENABLED", "true".to_owned()),
            (
                "GOTRUE_EXTERNAL_ANONYMOUS_USERS_ENABLED",
                options.anonymous.to_string(),
            ),
            ("GOTRUE_MAILER_AUTOCONFIRM", options.autoconfirm.to_string()),
            (
                "GOTRUE_PASSWORD_MIN_LENGTH",
                PASSWORD_MIN_LENGTH.to_string(),
            ),
            (
                "GOTRUE_PASSWORD_REQUIRED_CHARACTERS",
                options
                    .password_required_characters
                    .clone()
                    .unwrap_or_default(),
            ),
            (
                "GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED",
                "true".to_owned(),
            ),
            (
                "GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL",
                options.refresh_reuse_interval_s.to_string(),
            ),
            (
                "GOTRUE_SECURITY_SB_FORWARDED_FOR_ENABLED",
                "true".to_owned(),
            ),
        ];
        env.extend(self.mail());
        if options.rate_limits {
            // The gateway says there who asks; GoTrue counts nobody without.
            env.push(("GOTRUE_RATE_LIMIT_HEADER", FORWARDED_FOR.to_owned()));
        } else {
            env.extend(RATE_LIMITS.map(|name| (name, UNLIMITED.to_owned())));
        }
        if let Some(key) = &self.signing_key {
            use base64::Engine as _;
            use base64::engine::general_purpose::URL_SAFE_NO_PAD;
            let mut signing = key.clone();
            signing["key_ops"] = json!(["sign", "verify"]);
            let legacy = json!({
                "kty": "oct", "alg": "HS256", "kid": "legacy", "key_ops": ["verify"],
                "k": URL_SAFE_NO_PAD.encode(self.jwt_secret),
            });
            env.push(("GOTRUE_JWT_KEYS", json!([signing, legacy]).to_string()));
            env.push(("GOTRUE_JWT_VALIDMETHODS", "HS256,RS256,ES256".to_owned()));
        }
        // The binary looks for its migrations beside itself unless told otherwise.
        let beside = self
            .program
            .parent()
            .map(|folder| folder.join("migrations"));
        if let Some(migrations) = beside.filter(|folder| folder.is_dir()) {
            env.push((
                "GOTRUE_DB_MIGRATIONS_PATH",
                migrations.display().to_string(),
            ));
        }
        let mut env: Vec<(String, String)> = env
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        // Anything else is the operator's.
        env.extend(
            std::env::vars()
                .filter(|(name, _)| name.starts_with("GOTRUE_") && name != "GOTRUE_BIN"),
        );
        env
    }

    /// Every mail of one form, to the stack's mailbox.
    fn mail(&self) -> Vec<(&'static str, String)> {
        let frequency = match self.options.mail_max_frequency_s {
            // GoTrue takes zero for its default, a minute.
            0 => "1ns".to_owned(),
            seconds => format!("{seconds}s"),
        };
        let mut env = vec![
            ("GOTRUE_SMTP_HOST", "127.0.0.1".to_owned()),
            ("GOTRUE_SMTP_PORT", self.smtp_port.to_string()),
            ("GOTRUE_SMTP_ADMIN_EMAIL", "auth@example.com".to_owned()),
            ("GOTRUE_SMTP_MAX_FREQUENCY", frequency),
            ("GOTRUE_MAILER_OTP_EXP", OTP_EXP_S.to_string()),
            (
                "GOTRUE_MAILER_TEMPLATES_REAUTHENTICATION",
                format!("{}{MAIL_TEMPLATE_WITHOUT_LINK}", self.templates),
            ),
        ];
        // A path here replaces the one of the external URL.
        env.extend(URL_PATHS.map(|name| (name, "/auth/v1/verify".to_owned())));
        let template = format!("{}{MAIL_TEMPLATE}", self.templates);
        env.extend(TEMPLATES.map(|name| (name, template.clone())));
        env
    }

    /// Brings schema `auth` up to date; the project's migrations build on it.
    pub(super) async fn migrate(&self) -> anyhow::Result<()> {
        let spec = self.spec("migrate");
        let migrated = run(&spec)
            .await
            .with_context(|| format!("cannot run {}", self.program.display()))?;
        anyhow::ensure!(
            migrated,
            "GoTrue's migrations failed; see {}",
            spec.log.display()
        );
        Ok(())
    }

    pub(super) async fn serve(&self, client: &reqwest::Client) -> anyhow::Result<Supervised> {
        let spec = self.spec("serve");
        let log = spec.log.clone();
        let server = Supervised::start(spec).await?;
        let health = format!("http://127.0.0.1:{}/health", self.port);
        let began = Instant::now();
        loop {
            let response = client.get(&health).send().await;
            if response.is_ok_and(|response| response.status().is_success()) {
                return Ok(server);
            }
            if began.elapsed() > READY_WITHIN {
                server.stop().await;
                anyhow::bail!("GoTrue does not get ready; see {}", log.display());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
