//! Serper's search API: answers `POST /search` as it was told to.

use std::sync::{Arc, Mutex};

use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::{Value, json};

use super::server::Server;

#[derive(Default)]
struct Script {
    status: u16,
    organic: Value,
    asked: Vec<(String, String)>,
}

pub(crate) struct SearchServer {
    pub url: String,
    script: Arc<Mutex<Script>>,
    _server: Server,
}

impl SearchServer {
    pub(crate) fn start() -> Self {
        let script = Arc::new(Mutex::new(Script {
            status: 200,
            organic: json!([]),
            asked: Vec::new(),
        }));
        let shared = web::Data::from(Arc::clone(&script));
        let server = Server::start(move |cfg| {
            cfg.app_data(shared.clone())
                .route("/search", web::post().to(search));
        });
        Self {
            url: server.url.clone(),
            script,
            _server: server,
        }
    }

    pub(crate) fn answer(&self, status: u16, organic: Value) {
        let mut script = self.script.lock().expect("not poisoned");
        script.status = status;
        script.organic = organic;
    }

    /// Queries so far, with the key each came with.
    pub(crate) fn asked(&self) -> Vec<(String, String)> {
        self.script.lock().expect("not poisoned").asked.clone()
    }
}

async fn search(
    script: web::Data<Mutex<Script>>,
    request: HttpRequest,
    body: web::Json<Value>,
) -> HttpResponse {
    let key = request
        .headers()
        .get("x-api-key")
        .and_then(|key| key.to_str().ok());
    let mut script = script.lock().expect("not poisoned");
    let query = body["q"].as_str().unwrap_or_default().to_owned();
    script
        .asked
        .push((query, key.unwrap_or_default().to_owned()));
    let status = actix_web::http::StatusCode::from_u16(script.status).expect("a status");
    HttpResponse::build(status)
        .json(json!({"organic": script.organic, "message": "secret details"}))
}
