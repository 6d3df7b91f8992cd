//! A real GoTrue (supabase/auth) in the mock's place: its `migrate`, then its `serve`.
//!
//! Settings: <https://github.com/supabase/auth/blob/master/example.env>.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use nix::sys::signal::Signal;
use serde_json::{Value, json};

use super::StackOptions;
use super::account::Account;
use super::process::{Spec, Supervised, run};

const READY_WITHIN: Duration = Duration::from_secs(20);

pub(super) struct RealGoTrue<'a> {
    pub program: PathBuf,
    pub folder: &'a Path,
    pub account: Option<Account>,
    pub db_uri: String,
    pub port: u16,
    pub issuer: String,
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
            ("GOTRUE_PASSWORD_MIN_LENGTH", "8".to_owned()),
            (
                "GOTRUE_SECURITY_REFRESH_TOKEN_ROTATION_ENABLED",
                "true".to_owned(),
            ),
            (
                "GOTRUE_SECURITY_REFRESH_TOKEN_REUSE_INTERVAL",
                "10".to_owned(),
            ),
            (
                "GOTRUE_SECURITY_SB_FORWARDED_FOR_ENABLED",
                "true".to_owned(),
            ),
        ];
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
        // Mail settings and anything else are the operator's.
        env.extend(
            std::env::vars()
                .filter(|(name, _)| name.starts_with("GOTRUE_") && name != "GOTRUE_BIN"),
        );
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
