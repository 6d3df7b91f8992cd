//! A TCP proxy that remembers what was sent through it, to see the headers of the service's own requests.

use std::sync::{Arc, Mutex};

use regex::bytes::Regex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

pub(crate) struct Tap {
    pub url: String,
    /// What clients sent, by connection.
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Tap {
    pub(crate) async fn before(upstream: &str) -> Self {
        let target = upstream.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let heard = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&heard);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(relay(client, target.clone(), Arc::clone(&hearing)));
            }
        });
        Self { url, heard }
    }

    /// First line and headers of each request whose path begins so.
    pub(crate) fn heads(&self, path: &str) -> Vec<String> {
        let head = format!(r"(?:GET|POST|PATCH|DELETE) {path}[^ ]* HTTP/1\.1\r\n(?:[^\r\n]+\r\n)*");
        let head = Regex::new(&head).expect("a pattern");
        let heard = self.heard.lock().expect("not poisoned");
        let heads = heard.iter().flat_map(|sent| head.find_iter(sent));
        heads
            .map(|head| String::from_utf8_lossy(head.as_bytes()).to_lowercase())
            .collect()
    }
}

async fn relay(client: TcpStream, target: String, heard: Arc<Mutex<Vec<Vec<u8>>>>) {
    let Ok(upstream) = TcpStream::connect(&target).await else {
        return;
    };
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_upstream, mut to_upstream) = upstream.into_split();
    let number = {
        let mut heard = heard.lock().expect("not poisoned");
        heard.push(Vec::new());
        heard.len() - 1
    };
    let requests = async {
        let mut bytes = vec![0; 16 * 1024];
        while let Ok(read @ 1..) = from_client.read(&mut bytes).await {
            heard.lock().expect("not poisoned")[number].extend_from_slice(&bytes[..read]);
            if to_upstream.write_all(&bytes[..read]).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = requests => {}
        _ = tokio::io::copy(&mut from_upstream, &mut to_client) => {}
    }
}
