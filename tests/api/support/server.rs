//! An HTTP server of the tests' own, on a free port, for as long as it is held.

use std::net::TcpListener;

use actix_web::dev::ServerHandle;
use actix_web::web::ServiceConfig;
use actix_web::{App, HttpServer};

pub(crate) struct Server {
    pub url: String,
    handle: ServerHandle,
}

impl Server {
    pub(crate) fn start(configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("bound"));
        let (sender, receiver) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server = HttpServer::new(move || App::new().configure(configure.clone()))
                    .tcp_nodelay(true)
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
        Self { url, handle }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}
