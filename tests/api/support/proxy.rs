//! Supabase with faults: a TCP proxy before the stack's gateway that can be told to misbehave.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mode {
    /// Everything goes through.
    Pass,
    /// Connections are closed at once.
    Refuse,
    /// Requests are read and never answered.
    Silent,
    /// Every request gets this status and body.
    Answer(u16, &'static str),
    /// Requests reach Supabase; their answers break off after this many bytes.
    CutAnswers(usize),
}

pub(crate) struct FaultyProxy {
    pub url: String,
    mode: Arc<watch::Sender<Mode>>,
    target: Arc<Mutex<String>>,
}

fn authority(url: &str) -> String {
    url.trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned()
}

impl FaultyProxy {
    pub(crate) async fn before(upstream: &str) -> Self {
        let target = Arc::new(Mutex::new(authority(upstream)));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let mode = Arc::new(watch::Sender::new(Mode::Pass));
        let modes = mode.subscribe();
        let targets = Arc::clone(&target);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let target = targets.lock().expect("no panic in a holder").clone();
                tokio::spawn(serve(client, target, modes.clone()));
            }
        });
        Self { url, mode, target }
    }

    /// Stands before another Supabase from now on.
    pub(crate) fn retarget(&self, upstream: &str) {
        *self.target.lock().expect("no panic in a holder") = authority(upstream);
        self.mode.send_modify(|_| {});
    }

    /// Breaks all connections and behaves anew.
    pub(crate) fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }
}

async fn serve(client: TcpStream, target: String, mut modes: watch::Receiver<Mode>) {
    let mode = modes.borrow_and_update().clone();
    let behave = async move {
        match mode {
            Mode::Pass => relay(client, &target, None).await,
            Mode::CutAnswers(bytes) => relay(client, &target, Some(bytes)).await,
            Mode::Refuse => drop(client),
            Mode::Silent => {
                std::future::pending::<()>().await;
                drop(client);
            }
            Mode::Answer(status, body) => answer(client, status, body).await,
        }
    };
    tokio::select! {
        () = behave => {}
        _ = modes.changed() => {}
    }
}

async fn relay(mut client: TcpStream, target: &str, limit: Option<usize>) {
    let Ok(mut upstream) = TcpStream::connect(target).await else {
        return;
    };
    let Some(limit) = limit else {
        let _ended = tokio::io::copy_bidirectional(&mut client, &mut upstream).await;
        return;
    };
    let (mut from_client, mut to_client) = client.split();
    let (mut from_upstream, mut to_upstream) = upstream.split();
    let answers = async {
        let mut bytes = vec![0; limit];
        if let Ok(read) = from_upstream.read(&mut bytes).await {
            let _sent = to_client.write_all(&bytes[..read]).await;
        }
    };
    tokio::select! {
        _ = tokio::io::copy(&mut from_client, &mut to_upstream) => {}
        () = answers => {}
    }
}

async fn answer(mut client: TcpStream, status: u16, body: &str) {
    let mut bytes = vec![0; 64 * 1024];
    if client.read(&mut bytes).await.is_ok_and(|read| read > 0) {
        let length = body.len();
        let text = format!(
            "HTTP/1.1 {status} Whatever\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let _sent = client.write_all(text.as_bytes()).await;
        let _closed = client.shutdown().await;
    }
}
