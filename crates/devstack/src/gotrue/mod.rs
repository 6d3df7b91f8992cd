//! A mock of GoTrue (supabase/auth), the only imitation in the embedded stack: its endpoints, shapes, codes
//! and token rules, over the same tables of schema `auth` in a real PostgreSQL.
//!
//! `tests/recordings` holds what a real one answered; the mock is replayed against it.

mod account;
mod caller;
mod elsewhere;
mod error;
mod go_duration;
mod info;
mod invite;
mod keys;
mod limits;
mod mail;
mod otp;
mod params;
mod password;
mod pool;
mod recovery;
mod redirect;
mod session;
mod signup;
mod token;
mod user;
mod users;
mod verify;
mod version;

use std::future::ready;
use std::sync::Arc;

use actix_web::dev::HttpServiceFactory;
use actix_web::http::header::{ALLOW, ContentType};
use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, Resource, Route, web};

pub use caller::SecretKeyPresented;
pub use keys::SigningKey;

use crate::mailbox::Mailbox;

/// What GoTrue reads from its `GOTRUE_…` variables.
#[derive(Clone, Debug)]
pub struct GoTrueSettings {
    /// Signs access tokens (HS256) without a `signing_key`; verifies the legacy keys in any case.
    pub jwt_secret: String,
    /// Signs access tokens with ES256 when present.
    pub signing_key: Option<SigningKey>,
    /// `iss` of the tokens and base of the links in e-mails: `<gateway>/auth/v1`, no slash at its end.
    pub issuer: String,
    /// Where links lead when they name no allowed address.
    pub site_url: String,
    /// New addresses count as confirmed.
    pub autoconfirm: bool,
    /// Anonymous sign-ins are allowed.
    pub anonymous: bool,
    pub disable_signup: bool,
    /// Lifetime of an access token in seconds.
    pub jwt_exp_s: i64,
    /// In bytes, as GoTrue counts.
    pub password_min_length: usize,
    /// Groups of characters, parted by `:`, of each of which a password needs one.
    pub password_required_characters: Option<String>,
    /// How long in seconds an exchanged refresh token may come again.
    pub refresh_reuse_interval_s: u32,
    /// Least seconds between two e-mails of a kind to one user.
    pub mail_max_frequency_s: u32,
    /// Limit requests per client address as a hosted project does.
    pub rate_limits: bool,
}

impl GoTrueSettings {
    fn refresh_reuse_interval_s_f64(&self) -> f64 {
        f64::from(self.refresh_reuse_interval_s)
    }

    fn mail_max_frequency_s_f64(&self) -> f64 {
        f64::from(self.mail_max_frequency_s)
    }
}

/// The mock itself; clones share everything.
#[derive(Clone)]
pub struct GoTrue(Arc<Inner>);

struct Inner {
    settings: GoTrueSettings,
    keys: keys::Keys,
    pool: deadpool_postgres::Pool,
    mailbox: Mailbox,
    limits: Option<limits::Limits>,
}

impl GoTrue {
    /// Connects to a database that `bootstrap_mock_auth.sql` has prepared and adds the tables that are the
    /// mock's own business. Needs a tokio runtime that outlives the mock.
    pub(super) async fn new(
        settings: GoTrueSettings,
        db: tokio_postgres::Config,
        mailbox: Mailbox,
    ) -> Result<Self, deadpool_postgres::PoolError> {
        let pool = pool::new(db);
        pool.get()
            .await?
            .batch_execute(include_str!("schema.sql"))
            .await?;
        Ok(Self(Arc::new(Inner {
            keys: keys::Keys::new(&settings.jwt_secret, settings.signing_key.clone()),
            limits: settings.rate_limits.then(limits::Limits::new),
            mailbox,
            pool,
            settings,
        })))
    }

    /// Registers GoTrue's routes in the scope that calls; whoever mounts it has checked `apikey`, and marks
    /// requests with the secret one by [`SecretKeyPresented`].
    pub fn configure(&self, cfg: &mut web::ServiceConfig) {
        cfg.app_data(web::Data::new(self.clone()))
            .app_data(web::PayloadConfig::new(1 << 20))
            .service(at("/health", "GET", [web::get().to(info::health)]))
            .service(at("/settings", "GET", [web::get().to(info::settings)]))
            .service(at(
                "/.well-known/jwks.json",
                "GET",
                [web::get().to(info::jwks)],
            ))
            .service(at("/signup", "POST", [web::post().to(signup::signup)]))
            .service(at("/token", "POST", [web::post().to(token::token)]))
            .service(at("/logout", "POST", [web::post().to(token::logout)]))
            .service(at("/recover", "POST", [web::post().to(recovery::recover)]))
            .service(at("/resend", "POST", [web::post().to(recovery::resend)]))
            .service(at(
                "/user",
                "GET, PUT",
                [web::get().to(account::read), web::put().to(account::update)],
            ))
            .service(at(
                "/verify",
                "GET, POST",
                [
                    web::get().to(verify::follow_link),
                    web::post().to(verify::exchange),
                ],
            ))
            .service(at("/otp", "POST", [web::post().to(otp::otp)]))
            .service(at("/magiclink", "POST", [web::post().to(otp::magic_link)]))
            .service(at(
                "/reauthenticate",
                "GET",
                [web::get().to(account::reauthenticate)],
            ))
            .service(at("/invite", "POST", [web::post().to(invite::invite)]))
            .service(at(
                "/admin/generate_link",
                "POST",
                [web::post().to(invite::generate_link)],
            ))
            .service(at(
                "/admin/users",
                "GET, POST",
                [web::get().to(users::list), web::post().to(users::create)],
            ))
            .service(at(
                "/admin/users/{id}",
                "DELETE, GET, PUT",
                [
                    web::get().to(users::read),
                    web::put().to(users::update),
                    web::delete().to(users::delete),
                ],
            ))
            .configure(not_in_the_mock)
            .default_service(web::to(unknown_route));
    }

    fn settings(&self) -> &GoTrueSettings {
        &self.0.settings
    }

    fn keys(&self) -> &keys::Keys {
        &self.0.keys
    }

    fn mailbox(&self) -> &Mailbox {
        &self.0.mailbox
    }

    fn limits(&self) -> Option<&limits::Limits> {
        self.0.limits.as_ref()
    }

    async fn db(&self) -> Result<deadpool_postgres::Client, error::AuthError> {
        Ok(self.0.pool.get().await?)
    }
}

fn not_in_the_mock(cfg: &mut web::ServiceConfig) {
    let any = |path: &str, route: Route| {
        web::resource(path)
            .route(route)
            .wrap(from_fn(version::shape_errors))
    };
    for path in ["/user/identities/authorize", "/user/identities/{id}"] {
        cfg.service(any(path, web::route().to(elsewhere::manual_linking)));
    }
    cfg.service(any("/sso", web::route().to(elsewhere::saml)));
    cfg.service(any("/sso/{rest:.*}", web::route().to(elsewhere::saml)));
    for path in ["/factors", "/factors/{rest:.*}", "/user/oauth/{rest:.*}"] {
        cfg.service(any(path, web::route().to(elsewhere::missing_for_users)));
    }
    cfg.service(any(
        "/admin/{rest:.*}",
        web::route().to(elsewhere::missing_for_admins),
    ));
    for path in [
        "/authorize",
        "/callback",
        "/passkeys/{rest:.*}",
        "/oauth/{rest:.*}",
        "/.well-known/openid-configuration",
    ] {
        cfg.service(any(path, web::route().to(elsewhere::missing)));
    }
}

/// A path and what it does with each method that it allows; any other is a 405 without a body.
fn at<const N: usize>(
    path: &str,
    allow: &'static str,
    routes: [Route; N],
) -> impl HttpServiceFactory + use<N> {
    let wrong_method = move || {
        ready(
            HttpResponse::MethodNotAllowed()
                .insert_header((ALLOW, allow))
                .finish(),
        )
    };
    routes
        .into_iter()
        .fold(web::resource(path), Resource::route)
        .default_service(web::to(wrong_method))
        .wrap(from_fn(version::shape_errors))
}

async fn unknown_route() -> HttpResponse {
    HttpResponse::NotFound()
        .content_type(ContentType::plaintext())
        .body("404 page not found\n")
}
