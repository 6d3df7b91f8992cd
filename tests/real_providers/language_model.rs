//! A real language model on this machine: SmolLM2 behind llama.cpp's OpenAI and Anthropic APIs.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

pub struct RealModel {
    pub url: String,
    /// Its standard input ends with this process, and so does the model.
    _child: Child,
}

impl RealModel {
    pub fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let python = root.join(".test-model/bin/python");
        assert!(
            python.exists(),
            "the small language model is not installed: run `make setup-test`"
        );
        let mut child = Command::new(python)
            .arg(root.join("tests/real_providers/language_model.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let mut url = String::new();
        BufReader::new(child.stdout.take().expect("piped"))
            .read_line(&mut url)
            .expect("readable output");
        assert!(url.starts_with("http"), "the model did not start: {url}");
        Self {
            url: url.trim().to_owned(),
            _child: child,
        }
    }
}
