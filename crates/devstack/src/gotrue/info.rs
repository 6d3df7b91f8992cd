//! What needs no account: health, settings, public keys.

use actix_web::http::header::CACHE_CONTROL;
use actix_web::{HttpResponse, web};
use serde_json::{Map, Value, json};

use super::GoTrue;

/// Every provider GoTrue knows and the mock does not have.
const OTHER_PROVIDERS: [&str; 24] = [
    "apple",
    "azure",
    "bitbucket",
    "discord",
    "facebook",
    "snapchat",
    "figma",
    "fly",
    "github",
    "gitlab",
    "google",
    "keycloak",
    "kakao",
    "linkedin",
    "linkedin_oidc",
    "notion",
    "spotify",
    "slack",
    "slack_oidc",
    "workos",
    "twitch",
    "twitter",
    "phone",
    "zoom",
];

pub(super) async fn health() -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "version": "",
        "name": "GoTrue",
        "description": "GoTrue is a user registration and authentication API",
    }))
}

pub(super) async fn settings(gotrue: web::Data<GoTrue>) -> HttpResponse {
    let settings = gotrue.settings();
    let mut external: Map<String, Value> = OTHER_PROVIDERS
        .iter()
        .map(|name| ((*name).to_owned(), json!(false)))
        .collect();
    external.insert("anonymous_users".to_owned(), json!(settings.anonymous));
    external.insert("email".to_owned(), json!(true));
    HttpResponse::Ok().json(json!({
        "external": external,
        "disable_signup": settings.disable_signup,
        "mailer_autoconfirm": settings.autoconfirm,
        "phone_autoconfirm": false,
        "sms_provider": "",
        "saml_enabled": false,
        "saml_private_key_next_configured": true,
        "passkeys_enabled": false,
    }))
}

pub(super) async fn jwks(gotrue: web::Data<GoTrue>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, "public, max-age=600"))
        .json(gotrue.keys().jwks())
}
