//! Server-sent events as a client reads them.

use serde_json::Value;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event {
    pub name: String,
    pub id: Option<String>,
    pub data: Value,
}

/// The events that are whole; what is cut off at the end is not there yet.
pub(crate) fn events(text: &str) -> Vec<Event> {
    let whole = text.rfind("\n\n").map_or("", |end| &text[..end]);
    whole.split("\n\n").filter_map(event).collect()
}

fn event(block: &str) -> Option<Event> {
    let field = |name: &str| {
        block
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    Some(Event {
        name: field("event")?.to_owned(),
        id: field("id").map(str::to_owned),
        data: serde_json::from_str(field("data")?).expect("JSON data"),
    })
}

/// What a client that keeps the line as it comes has at the end.
pub(crate) fn line(events: &[Event]) -> String {
    let mut line = String::new();
    for event in events {
        match event.name.as_str() {
            "restarted" => line.clear(),
            "delta" => line.push_str(event.data["text"].as_str().expect("text")),
            _ => {}
        }
    }
    line
}

/// A stream being read.
pub(crate) struct Reading {
    response: reqwest::Response,
    text: String,
    told: usize,
}

impl Reading {
    pub(crate) fn new(response: reqwest::Response) -> Self {
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self {
            response,
            text: String::new(),
            told: 0,
        }
    }

    /// The next event; `None` at the stream's end.
    pub(crate) async fn next(&mut self) -> Option<Event> {
        loop {
            let read = events(&self.text);
            if let Some(event) = read.get(self.told) {
                self.told += 1;
                return Some(event.clone());
            }
            let chunk = self.response.chunk().await.expect("a readable stream")?;
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }

    /// Everything up to the stream's end.
    pub(crate) async fn rest(mut self) -> Vec<Event> {
        let mut rest = Vec::new();
        while let Some(event) = self.next().await {
            rest.push(event);
        }
        rest
    }
}
