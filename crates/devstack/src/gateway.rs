//! One port that behaves like Supabase's gateway: `/auth/v1` and `/rest/v1`, `apikey` required.
//!
//! Source: <https://supabase.com/docs/guides/api/api-keys>. Opaque keys are exchanged for the role's JWT
//! on the way to PostgREST, as the hosted gateway does.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use actix_cors::Cors;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServerHandle, ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, ServiceConfig};
use actix_web::{App, Error, HttpMessage as _, HttpRequest, HttpResponse, HttpServer};
use serde_json::json;

use super::gotrue::{GoTrue, SecretKeyPresented};
use super::mailbox::Mailbox;
use super::smtp;

/// The keys that the gateway takes, and the JWT of each one's role.
pub(super) struct Keys {
    pub publishable: String,
    pub secret: String,
    pub anon: String,
    pub service_role: String,
}

/// Who answers `/auth/v1`.
#[derive(Clone)]
pub(super) enum Auth {
    Mock(GoTrue),
    /// A real GoTrue at this address.
    Real(String),
}

pub(super) struct Gateway {
    keys: Keys,
    auth: Auth,
    /// `http://127.0.0.1:<port>` of PostgREST.
    rest: String,
    client: reqwest::Client,
    mailbox: Mailbox,
}

const LARGEST_BODY: usize = 32 * 1024 * 1024;
/// The address that the gateway sees, whatever a client claims.
pub(super) const FORWARDED_FOR: &str = "x-forwarded-for";
const MAIL: &str = "/dev/mail";
pub(super) const MAIL_TEMPLATE: &str = "/dev/mail/template";
pub(super) const MAIL_TEMPLATE_WITHOUT_LINK: &str = "/dev/mail/template-without-link";
/// Paths that links in e-mails lead to, and the public keys: no `apikey` there.
const OPEN: [&str; 4] = [
    "/auth/v1/verify",
    "/auth/v1/callback",
    "/auth/v1/authorize",
    "/auth/v1/.well-known/jwks.json",
];

impl Gateway {
    pub(super) fn new(
        keys: Keys,
        auth: Auth,
        rest: String,
        client: reqwest::Client,
        mailbox: Mailbox,
    ) -> Arc<Self> {
        Arc::new(Self {
            keys,
            auth,
            rest,
            client,
            mailbox,
        })
    }

    /// Serves on the listener until the handle stops it.
    pub(super) fn serve(self: Arc<Self>, listener: TcpListener) -> std::io::Result<ServerHandle> {
        let server = HttpServer::new(move || {
            let gateway = web::Data::from(Arc::clone(&self));
            App::new()
                .app_data(gateway)
                .wrap(from_fn(check_key))
                // Like Kong's: any origin, no credentials.
                .wrap(
                    Cors::default()
                        .allow_any_origin()
                        .allow_any_method()
                        .allow_any_header()
                        .expose_any_header()
                        .max_age(3600),
                )
                .configure(|cfg| routes(cfg, &self.auth))
        })
        .tcp_nodelay(true)
        // Like Kong's, and longer than clients keep a connection: what is sent while it closes is lost.
        .keep_alive(Duration::from_secs(75))
        .workers(2)
        .shutdown_timeout(2)
        .disable_signals()
        .listen(listener)?
        .run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(handle)
    }
}

fn routes(cfg: &mut ServiceConfig, auth: &Auth) {
    cfg.route(MAIL, web::get().to(mail));
    cfg.route(MAIL_TEMPLATE, web::get().to(mail_template));
    cfg.route(
        MAIL_TEMPLATE_WITHOUT_LINK,
        web::get().to(mail_template_without_link),
    );
    cfg.service(web::scope("/rest/v1").default_service(web::to(to_rest)));
    let scope = web::scope("/auth/v1");
    cfg.service(match auth {
        Auth::Mock(gotrue) => scope.configure(|cfg| gotrue.configure(cfg)),
        Auth::Real(_) => scope.default_service(web::to(to_auth)),
    });
    cfg.default_service(web::to(|| async {
        HttpResponse::NotFound().json(json!({"message": "no Route matched with those values"}))
    }));
}

/// What the request's key is good for.
#[derive(Clone, Copy)]
struct Presented {
    is_secret: bool,
    is_opaque: bool,
}

async fn check_key(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request.path();
    let open = OPEN.contains(&path) || path.starts_with(MAIL) || request.method() == "OPTIONS";
    if open {
        return next
            .call(request)
            .await
            .map(ServiceResponse::map_into_boxed_body);
    }
    let gateway = request.app_data::<web::Data<Gateway>>().cloned();
    let in_query = || {
        let query = request.query_string();
        query
            .split('&')
            .find_map(|pair| pair.strip_prefix("apikey="))
    };
    let key = request
        .headers()
        .get("apikey")
        .and_then(|value| value.to_str().ok())
        .or_else(in_query);
    let refuse = |message: &str| HttpResponse::Unauthorized().json(json!({ "message": message }));
    let presented = match (key, gateway.as_ref().map(|gateway| &gateway.keys)) {
        (Some(key), Some(keys)) => keys.recognise(key),
        _ => return Ok(request.into_response(refuse("No API key found in request"))),
    };
    let Some(presented) = presented else {
        return Ok(request.into_response(refuse("Invalid API key")));
    };
    if presented.is_secret {
        request.extensions_mut().insert(SecretKeyPresented);
    }
    request.extensions_mut().insert(presented);
    next.call(request)
        .await
        .map(ServiceResponse::map_into_boxed_body)
}

impl Keys {
    fn recognise(&self, key: &str) -> Option<Presented> {
        let presented = |is_secret, is_opaque| Presented {
            is_secret,
            is_opaque,
        };
        if key == self.publishable {
            Some(presented(false, true))
        } else if key == self.secret {
            Some(presented(true, true))
        } else if key == self.anon {
            Some(presented(false, false))
        } else if key == self.service_role {
            Some(presented(true, false))
        } else {
            None
        }
    }
}

async fn to_rest(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    payload: web::Payload,
) -> HttpResponse {
    forward(&request, &gateway, &gateway.rest, "/rest/v1", payload).await
}

async fn to_auth(
    request: HttpRequest,
    gateway: web::Data<Gateway>,
    payload: web::Payload,
) -> HttpResponse {
    match &gateway.auth {
        Auth::Real(address) => forward(&request, &gateway, address, "/auth/v1", payload).await,
        Auth::Mock(_) => HttpResponse::NotFound().finish(),
    }
}

async fn forward(
    request: &HttpRequest,
    gateway: &Gateway,
    to: &str,
    prefix: &str,
    payload: web::Payload,
) -> HttpResponse {
    let Ok(Ok(body)) = payload.to_bytes_limited(LARGEST_BODY).await else {
        return HttpResponse::PayloadTooLarge()
            .json(json!({"message": "Request size limit exceeded"}));
    };
    let uri = request.uri();
    let rest = uri.path().strip_prefix(prefix).unwrap_or("/");
    let mut url = String::with_capacity(to.len() + uri.path().len() + 32);
    url.push_str(to);
    url.push_str(if rest.is_empty() { "/" } else { rest });
    if let Some(query) = uri.query() {
        url.push('?');
        url.push_str(query);
    }
    let Ok(method) = reqwest::Method::from_bytes(request.method().as_str().as_bytes()) else {
        return HttpResponse::MethodNotAllowed().finish();
    };
    let sent = gateway
        .client
        .request(method, url)
        .headers(upstream_headers(request, &gateway.keys))
        .body(body)
        .send()
        .await;
    let unavailable =
        || HttpResponse::ServiceUnavailable().json(json!({"message": "name resolution failed"}));
    let Ok(upstream) = sent else {
        return unavailable();
    };
    let status = actix_web::http::StatusCode::from_u16(upstream.status().as_u16())
        .unwrap_or(actix_web::http::StatusCode::BAD_GATEWAY);
    let mut response = HttpResponse::build(status);
    for (name, value) in upstream.headers() {
        if !is_hop_by_hop(name.as_str())
            && let (Ok(name), Ok(value)) = (
                HeaderName::from_bytes(name.as_str().as_bytes()),
                HeaderValue::from_bytes(value.as_bytes()),
            )
        {
            response.append_header((name, value));
        }
    }
    match upstream.bytes().await {
        Ok(body) => response.body(body),
        Err(_) => unavailable(),
    }
}

fn upstream_headers(request: &HttpRequest, keys: &Keys) -> reqwest::header::HeaderMap {
    let incoming: &HeaderMap = request.headers();
    let mut headers = reqwest::header::HeaderMap::with_capacity(incoming.len() + 1);
    for (name, value) in incoming {
        if !is_hop_by_hop(name.as_str())
            && let (Ok(name), Ok(value)) = (
                reqwest::header::HeaderName::from_bytes(name.as_str().as_bytes()),
                reqwest::header::HeaderValue::from_bytes(value.as_bytes()),
            )
        {
            headers.append(name, value);
        }
    }
    if let Some(peer) = request.peer_addr()
        && let Ok(value) = reqwest::header::HeaderValue::try_from(peer.ip().to_string())
    {
        headers.insert(FORWARDED_FOR, value);
    }
    let presented = request.extensions().get::<Presented>().copied();
    // Who holds the secret key may speak for others.
    if presented.is_none_or(|key| !key.is_secret) {
        headers.remove("sb-forwarded-for");
    }
    let Some(presented) = presented else {
        return headers;
    };
    // A key in place of a token stands for its role.
    let own_token = incoming
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .map(|(_, token)| token)
        .is_some_and(|token| keys.recognise(token).is_none_or(|key| !key.is_opaque));
    // GoTrue says itself what a request without a token lacks.
    let may_lack_token = request.path().starts_with("/auth/");
    let lacks_token = !incoming.contains_key(AUTHORIZATION) && !may_lack_token;
    if !own_token && (presented.is_opaque || lacks_token) {
        let jwt = if presented.is_secret {
            &keys.service_role
        } else {
            &keys.anon
        };
        if let Ok(value) = reqwest::header::HeaderValue::try_from(format!("Bearer {jwt}")) {
            headers.insert(reqwest::header::AUTHORIZATION, value);
        }
    }
    headers
}

fn is_hop_by_hop(name: &str) -> bool {
    matches!(
        name,
        "connection"
            | "host"
            | "content-length"
            | "transfer-encoding"
            | "keep-alive"
            | "upgrade"
            | "te"
            | "trailer"
            | "expect"
            | "date"
            | "access-control-allow-origin"
            | "access-control-expose-headers"
    )
}

/// Every e-mail, oldest first.
async fn mail(gateway: web::Data<Gateway>) -> HttpResponse {
    HttpResponse::Ok().json(gateway.mailbox.all())
}

/// A real GoTrue fetches what it writes into its mails.
async fn mail_template() -> HttpResponse {
    HttpResponse::Ok().body(smtp::TEMPLATE)
}

async fn mail_template_without_link() -> HttpResponse {
    HttpResponse::Ok().body(smtp::TEMPLATE_WITHOUT_LINK)
}
