//! Serper's search API: answers `POST /search` as it was told to.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};

#[derive(Default)]
struct Script {
    status: u16,
    organic: Value,
    asked: Vec<(String, String)>,
}

pub struct SearchServer {
    pub url: String,
    script: Arc<Mutex<Script>>,
    handle: ServerHandle,
}

impl SearchServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let script = Arc::new(Mutex::new(Script {
            status: 200,
            organic: json!([]),
            asked: Vec::new(),
        }));
        let shared = web::Data::from(Arc::clone(&script));
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || {
                    App::new()
                        .app_data(shared.clone())
                        .route("/search", web::post().to(search))
                })
                .workers(1)
                .disable_signals()
                .listen(listener)
                .expect("a listener")
                .run();
                sender.send(server.handle()).expect("awaited");
                server.await.expect("it served");
            });
        });
        let handle = receiver.recv().expect("started");
        Self {
            url,
            script,
            handle,
        }
    }

    pub fn answer(&self, status: u16, organic: Value) {
        let mut script = self.script.lock().expect("not poisoned");
        script.status = status;
        script.organic = organic;
    }

    /// Queries so far, with the key each came with.
    pub fn asked(&self) -> Vec<(String, String)> {
        self.script.lock().expect("not poisoned").asked.clone()
    }
}

impl Drop for SearchServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
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
