//! Servers with small models of their own, in Python, on this machine.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// SmolLM2 behind llama.cpp's OpenAI and Anthropic APIs.
pub(crate) const LANGUAGE_MODEL: &str = "language_model.py";
/// Whisper behind OpenAI's transcription API.
pub(crate) const EARS: &str = "ears.py";

pub(crate) struct PythonServer {
    pub(crate) url: String,
    /// Its standard input ends with this process, and so does the server.
    _child: Child,
}

impl PythonServer {
    pub(crate) fn start(script: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join(".test-model/bin/python");
        assert!(
            python.exists(),
            "the small models are not installed: run `make setup-test`"
        );
        let mut child = Command::new(python)
            .arg(root.join("tests/real_providers").join(script))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut url)
            .expect("readable output");
        assert!(url.starts_with("http"), "{script} did not start: {url}");
        Self {
            url: url.trim().to_owned(),
            _child: child,
        }
    }
}
