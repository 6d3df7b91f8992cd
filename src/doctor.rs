//! Is my configuration right? One line per check, each failure with its cure.

mod budgets;
mod language_model;
mod otlp;
mod providers;
mod realtime;
mod sandbox;

use std::process::ExitCode;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::config::{Config, ConfigError};
use crate::output;
use crate::supabase::gotrue::{GoTrue, GoTrueError};
use crate::supabase::keys::{ApiKey, KeyKind};
use crate::supabase::postgrest::{Identity, PostgRest, RestError};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Ok,
    /// Works, with less than could be.
    Note,
    Failed,
}

#[derive(Debug, Serialize)]
pub struct Check {
    pub name: &'static str,
    pub verdict: Verdict,
    pub found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            name,
            verdict: Verdict::Ok,
            found: found.into(),
            cure: None,
        }
    }

    fn note(name: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Note,
            cure: Some(cure.into()),
            ..Self::ok(name, found)
        }
    }

    fn failed(name: &'static str, found: impl Into<String>, cure: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Failed,
            ..Self::note(name, found, cure)
        }
    }
}

#[derive(Debug, Serialize)]
pub struct Report {
    pub checks: Vec<Check>,
}

impl Report {
    fn passed(&self) -> bool {
        self.checks
            .iter()
            .all(|check| check.verdict != Verdict::Failed)
    }

    /// # Errors
    /// The report can't be written as JSON.
    pub fn print(&self, json: bool) -> anyhow::Result<()> {
        if json {
            let passed = self.passed();
            let document = json!({"passed": passed, "checks": self.checks});
            output::line(serde_json::to_string_pretty(&document)?);
            return Ok(());
        }
        for check in &self.checks {
            let mark = match check.verdict {
                Verdict::Ok => "ok    ",
                Verdict::Note => "note  ",
                Verdict::Failed => "FAILED",
            };
            output::line(format_args!("{mark} {}: {}", check.name, check.found));
            if let Some(cure) = &check.cure {
                output::line(format_args!("       -> {cure}"));
            }
        }
        Ok(())
    }

    /// 0 when nothing failed, else 1.
    pub fn exit_code(&self) -> ExitCode {
        if self.passed() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Runs every check that makes sense after those before it.
pub async fn examine(config: Result<Config, ConfigError>) -> Report {
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            let check = Check::failed(
                "configuration",
                error.to_string(),
                "set the variables named; .env.example shows each",
            );
            return Report {
                checks: vec![check],
            };
        }
    };
    let mut checks = vec![Check::ok("configuration", "every variable is usable")];
    checks.extend(keys(&config));
    let clients = GoTrue::new(&config.supabase)
        .and_then(|gotrue| Ok((Arc::new(gotrue), PostgRest::new(&config.supabase)?)));
    let (gotrue, rest) = match clients {
        Ok(clients) => clients,
        Err(error) => {
            checks.push(Check::failed(
                "clients",
                format!("{error:#}"),
                "copy the keys again, without line breaks",
            ));
            return Report { checks };
        }
    };
    checks.push(auth(&gotrue, &config).await);
    checks.push(tokens(&gotrue, &config).await);
    checks.push(forwarding(&config));
    checks.push(tables(&rest).await);
    checks.push(functions(&rest).await);
    checks.push(guests(&rest).await);
    checks.push(service_key(&rest, &config).await);
    checks.push(realtime::check(&config).await);
    checks.extend(language_model::checks(&config).await);
    checks.push(providers::web_search(&config).await);
    checks.extend(providers::speech(&config).await);
    checks.push(budgets::check(&config).await);
    checks.push(sandbox::check(&config).await);
    checks.extend(otlp::checks(&config).await);
    Report { checks }
}

fn keys(config: &Config) -> Vec<Check> {
    let kind = |secret| ApiKey::new(secret).map_or(KeyKind::Unknown, |key| key.kind());
    let anon = kind(&config.supabase.anon_key);
    let anon = if anon.is_privileged() {
        Check::failed(
            "public key",
            "SUPABASE_ANON_KEY holds a secret key, which passes by row-level security",
            "put the publishable or anon key there, and the secret one into SUPABASE_SERVICE_KEY",
        )
    } else if anon == KeyKind::Unknown {
        Check::failed(
            "public key",
            "SUPABASE_ANON_KEY is neither sb_publishable_… nor an anon JWT",
            "copy it from the project's API settings",
        )
    } else {
        Check::ok("public key", format!("{anon:?}"))
    };
    let service = match config.supabase.service_key.as_ref().map(kind) {
        None => Check::note(
            "service key",
            "not set: no clean-up jobs, no deletion of accounts",
            "set SUPABASE_SERVICE_KEY to have them",
        ),
        Some(kind) if kind.is_privileged() => Check::ok("service key", format!("{kind:?}")),
        Some(_) => Check::failed(
            "service key",
            "SUPABASE_SERVICE_KEY holds no secret key",
            "put the sb_secret_… or service_role key there",
        ),
    };
    vec![anon, service]
}

async fn auth(gotrue: &GoTrue, config: &Config) -> Check {
    let name = "Supabase Auth";
    match gotrue.settings().await {
        Ok(settings) => {
            let autoconfirm = settings["mailer_autoconfirm"].as_bool().unwrap_or(false);
            let found = if autoconfirm {
                "reachable, key accepted, e-mail addresses need no confirmation"
            } else {
                "reachable, key accepted, e-mail addresses are confirmed by mail"
            };
            Check::ok(name, found)
        }
        Err(GoTrueError::KeyRejected) => Check::failed(
            name,
            "reachable, but it refuses SUPABASE_ANON_KEY",
            "copy the key from the project that SUPABASE_URL names",
        ),
        Err(error) => Check::failed(
            name,
            error.to_string(),
            format!(
                "check SUPABASE_URL ({}) and that the project is not paused",
                config.supabase.url
            ),
        ),
    }
}

async fn tokens(gotrue: &GoTrue, config: &Config) -> Check {
    let name = "access tokens";
    let secret = config.supabase.jwt_secret.is_some();
    match gotrue.signing_keys().await {
        Ok(set) if !set.keys.is_empty() => Check::ok(
            name,
            format!(
                "{} public signing key(s) in the JWKS; the audience is not checked",
                set.keys.len()
            ),
        ),
        Ok(_) if secret => Check::ok(
            name,
            "HS256 with SUPABASE_JWT_SECRET; the audience is not checked",
        ),
        Ok(_) => Check::failed(
            name,
            "the project signs with a shared secret, and SUPABASE_JWT_SECRET is not set",
            "copy the JWT secret from the project's settings, or move the project to signing keys",
        ),
        Err(error) if secret => Check::note(
            name,
            format!("the public keys can't be had ({error}); HS256 tokens can be verified"),
            "check SUPABASE_URL",
        ),
        Err(error) => Check::failed(name, error.to_string(), "check SUPABASE_URL"),
    }
}

fn forwarding(config: &Config) -> Check {
    let name = "client addresses";
    let secret = config
        .supabase
        .service_key
        .as_ref()
        .and_then(|key| ApiKey::new(key).ok())
        .is_some_and(|key| key.kind() == KeyKind::Secret);
    match (config.supabase.forward_client_ip, secret) {
        (true, true) => Check::ok(
            name,
            "forwarded to Supabase Auth for its limits per address",
        ),
        (true, false) => Check::failed(
            name,
            "AUTH_FORWARD_CLIENT_IP=true needs a secret key (sb_secret_…)",
            "set SUPABASE_SECRET_KEY, or unset AUTH_FORWARD_CLIENT_IP",
        ),
        (false, _) => Check::note(
            name,
            "not forwarded: all users share Supabase Auth's limits for one address",
            "turn on IP address forwarding in the project's rate limits, then set AUTH_FORWARD_CLIENT_IP=true",
        ),
    }
}

const TABLES: [(&str, &str); 5] = [
    ("users", "id,email,name,created_at,updated_at"),
    (
        "interview_sessions",
        "session_id,user_id,session_config,final_summary,session_stats,status,version,base_version,\
         conversation_history,per_turn_feedback_log,scores_by_dimension",
    ),
    (
        "interview_turns",
        "session_id,turn_no,turn_id,message,reply,feedback",
    ),
    (
        "speech_tasks",
        "task_id,session_id,user_id,task_type,status",
    ),
    ("shared_reports", "snapshot,created_at,expires_at"),
];

async fn tables(rest: &PostgRest) -> Check {
    let name = "tables";
    let guest = Identity::Guest { session_id: None };
    for (table, columns) in TABLES {
        let query = [("select", columns.to_owned()), ("limit", "1".to_owned())];
        let rows = rest.select::<Value>(&guest, table, &query).await;
        match rows {
            // Nothing is granted to visitors on it: it is there, and closed.
            Ok(_) | Err(RestError::Forbidden(_)) => {}
            Err(RestError::SchemaMissing(what)) => {
                return Check::failed(name, what, "apply the migrations: supabase db push");
            }
            Err(RestError::KeyRejected) => {
                return Check::failed(
                    name,
                    "the database's API refuses SUPABASE_ANON_KEY",
                    "copy the key from the project that SUPABASE_URL names",
                );
            }
            Err(error) => {
                return Check::failed(
                    name,
                    format!("{table}: {error}"),
                    "check that the project runs",
                );
            }
        }
    }
    Check::ok(name, "all five are there with their columns")
}

/// Calls that find no session, and so change nothing.
async fn functions(rest: &PostgRest) -> Check {
    let name = "functions";
    let nobody = Uuid::new_v4();
    let guest = Identity::Guest {
        session_id: Some(nobody),
    };
    let known = json!({"p_session_id": nobody, "p_known_version": null});
    let practice = json!({"p_session_id": nobody, "p_config": {}, "p_practice_of": Uuid::new_v4(), "p_practice_question": 1});
    for (function, arguments) in [
        ("load_session", &known),
        ("reset_interview", &known),
        ("claim_session", &known),
        ("create_session", &practice),
    ] {
        match rest.rpc::<Value>(&guest, function, arguments).await {
            Err(RestError::NotFound) => {}
            Ok(answer) if answer["outcome"] == "not_found" => {}
            Ok(_) => {
                return Check::failed(
                    name,
                    format!("{function} found a session that is not there"),
                    "apply the migrations again: supabase db push",
                );
            }
            Err(RestError::SchemaMissing(what)) => {
                return Check::failed(name, what, "apply the migrations: supabase db push");
            }
            Err(error @ RestError::WriteSecretRefused) => {
                return Check::failed(
                    name,
                    error.to_string(),
                    "set SUPABASE_WRITE_SECRET to what private.set_write_secret was given",
                );
            }
            Err(error) => {
                return Check::failed(name, format!("{function}: {error}"), "apply the migrations");
            }
        }
    }
    Check::ok(name, "the session functions answer")
}

async fn guests(rest: &PostgRest) -> Check {
    let name = "isolation";
    let guest = Identity::Guest { session_id: None };
    let query = [
        ("select", "session_id".to_owned()),
        ("limit", "1".to_owned()),
    ];
    let mut seen = Vec::new();
    for table in [
        "interview_sessions",
        "interview_turns",
        "speech_tasks",
        "speech_usage",
        "users",
    ] {
        if let Ok(rows) = rest.select::<Value>(&guest, table, &query).await
            && !rows.is_empty()
        {
            seen.push(table);
        }
    }
    if seen.is_empty() {
        Check::ok(name, "a visitor who names no session sees no row")
    } else {
        Check::failed(
            name,
            format!("a visitor can list rows of {}", seen.join(", ")),
            "row-level security is off or was changed: apply the migrations again",
        )
    }
}

async fn service_key(rest: &PostgRest, config: &Config) -> Check {
    let name = "service role";
    if config.supabase.service_key.is_none() {
        return Check::note(name, "not tried: no service key", "none needed");
    }
    let query = [
        ("select", "session_id".to_owned()),
        ("limit", "1".to_owned()),
    ];
    match rest
        .select::<Value>(&Identity::Service, "interview_sessions", &query)
        .await
    {
        Ok(_) => Check::ok(name, "the service key is accepted"),
        Err(error) => Check::failed(
            name,
            error.to_string(),
            "copy the service key from the project that SUPABASE_URL names",
        ),
    }
}
