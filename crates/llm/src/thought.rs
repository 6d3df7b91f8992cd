//! Takes a model's thinking out of its text. Servers that do not part the two leave it in tags, which may come in
//! pieces, unclosed, or without their beginning (when the server's template opened them).

/// Tags that models put around their thinking.
const TAGS: [(&str, &str); 12] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<scratchpad>", "</scratchpad>"),
    ("<|begin_of_thought|>", "<|end_of_thought|>"),
    ("<seed:think>", "</seed:think>"),
    ("[think]", "[/think]"),
    ("◁think▷", "◁/think▷"),
    ("<|start_thinking|>", "<|end_thinking|>"),
    ("<|channel>", "<channel|>"),
];

/// What begins the header of a message of gpt-oss, and what ends it. Its channel stands within; in `analysis` it
/// thinks, until there is another channel.
const HEADERS: [&str; 2] = ["<|channel|>", "<|start|>"];
const HEADER_END: &str = "<|message|>";

/// Marks of the model's template that belong to nobody's text.
const TEMPLATE_MARKS: [&str; 16] = [
    "<|im_start|>assistant",
    "<|start_header_id|>assistant<|end_header_id|>",
    "<start_of_turn>model",
    "<|assistant|>",
    "<answer>",
    "</answer>",
    "<|start_response|>",
    "<|end_response|>",
    "<|begin_of_solution|>",
    "<|end_of_solution|>",
    "<|begin_of_box|>",
    "<|end_of_box|>",
    "[/inst]",
    "<|return|>",
    "<|end|>",
    "</s>",
];
/// Marks of the end: what follows them is somebody else's turn, made up.
const END_MARKS: [&str; 8] = [
    "<|im_end|>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|end_of_text|>",
    "<|endoftext|>",
    "<end_of_turn>",
    "<turn|>",
    "<｜end▁of▁sentence｜>",
];

/// What becomes of a piece of text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    /// All text so far was thinking.
    Withdraw,
}

/// Reads a text as it comes.
#[derive(Default)]
pub(crate) struct ThoughtFilter {
    /// Not decided yet: it may be the beginning of a tag.
    held: String,
    /// The tag that ends the thinking.
    until: Option<&'static str>,
    /// The text begins in thought, without a tag.
    opened: bool,
    /// Text was handed on.
    written: bool,
    /// The model's turn is over.
    ended: bool,
    /// The text is JSON, whose strings may hold anything.
    json: bool,
}

impl ThoughtFilter {
    /// `opens_in_thought`: the model's texts are known to begin in thought, without a tag.
    pub(crate) fn new(opens_in_thought: bool) -> Self {
        Self {
            until: opens_in_thought.then_some(TAGS[0].1),
            opened: opens_in_thought,
            ..Self::default()
        }
    }

    pub(crate) fn push(&mut self, text: &str) -> Vec<Piece> {
        self.held.push_str(text);
        let mut pieces = Vec::new();
        while self.step(&mut pieces) {}
        pieces
    }

    /// What was held back, once nothing more comes.
    pub(crate) fn end(&mut self, cut: bool) -> Option<String> {
        let mut held = std::mem::take(&mut self.held);
        // A header that never ended says nothing.
        if let Some(at) = HEADERS.iter().filter_map(|mark| find(&held, mark)).min() {
            held.truncate(if self.json { held.len() } else { at });
        }
        // A text that was expected to begin in thought and never came out of it was none, if it is whole.
        let thinking = self.until.is_some() && (cut || !self.opened);
        (!thinking && !held.is_empty()).then_some(held)
    }

    /// Takes one decision about what is held; `false` when it needs more text.
    fn step(&mut self, pieces: &mut Vec<Piece>) -> bool {
        if let Some(end) = self.until {
            let Some(at) = find(&self.held, end) else {
                if !self.opened {
                    let keep = undecided(&self.held, &[end]);
                    self.held.drain(..self.held.len() - keep);
                }
                return false;
            };
            // The name of the next channel is still to be read.
            let is_header = HEADERS.contains(&end);
            self.held
                .drain(..if is_header { at } else { at + end.len() });
            (self.until, self.opened) = (None, false);
            return true;
        }
        if self.ended {
            self.held.clear();
            return false;
        }
        self.json |= !self.written && is_json(&self.held);
        if self.json {
            self.write(self.held.len(), pieces);
            return false;
        }
        match self.first_mark() {
            Some((at, Mark::Opens(tag, end))) => {
                self.write(at, pieces);
                self.held.drain(..tag.len());
                self.until = Some(end);
                true
            }
            Some((at, Mark::Closes(end))) => {
                self.held.drain(..at + end.len());
                if std::mem::take(&mut self.written) {
                    pieces.push(Piece::Withdraw);
                }
                true
            }
            Some((at, Mark::Header)) => {
                self.write(at, pieces);
                let Some(end) = find(&self.held, HEADER_END) else {
                    return false;
                };
                let header: String = self.held.drain(..end + HEADER_END.len()).collect();
                self.until = find(&header, "analysis").map(|_| HEADERS[0]);
                true
            }
            Some((at, Mark::Template(mark))) => {
                self.write(at, pieces);
                self.held.drain(..mark.len());
                self.ended = self.written && END_MARKS.contains(&mark);
                true
            }
            None => {
                let keep = undecided(&self.held, &all_marks());
                self.write(self.held.len() - keep, pieces);
                false
            }
        }
    }

    fn first_mark(&self) -> Option<(usize, Mark)> {
        let tags = TAGS.iter().flat_map(|(tag, end)| {
            let opens = find(&self.held, tag).map(|at| (at, Mark::Opens(tag, end)));
            let closes = find(&self.held, end).map(|at| (at, Mark::Closes(end)));
            [opens, closes]
        });
        let marks = TEMPLATE_MARKS
            .iter()
            .chain(&END_MARKS)
            .map(|mark| find(&self.held, mark).map(|at| (at, Mark::Template(mark))));
        let headers = HEADERS
            .iter()
            .map(|mark| find(&self.held, mark).map(|at| (at, Mark::Header)));
        tags.chain(marks)
            .chain(headers)
            .flatten()
            .min_by_key(|(at, _)| *at)
    }

    fn write(&mut self, bytes: usize, pieces: &mut Vec<Piece>) {
        if bytes > 0 {
            let text: String = self.held.drain(..bytes).collect();
            self.written |= !text.trim().is_empty();
            pieces.push(Piece::Text(text));
        }
    }
}

enum Mark {
    Opens(&'static str, &'static str),
    Closes(&'static str),
    Template(&'static str),
    Header,
}

fn all_marks() -> Vec<&'static str> {
    let tags = TAGS.iter().flat_map(|(tag, end)| [*tag, *end]);
    tags.chain(TEMPLATE_MARKS)
        .chain(END_MARKS)
        .chain(HEADERS)
        .collect()
}

/// An object, or an array of something that a tag can't be.
fn is_json(text: &str) -> bool {
    let mut letters = text.trim_start().chars();
    match letters.next() {
        Some('{') => true,
        Some('[') => letters.find(|c| !c.is_whitespace()) == Some('{'),
        _ => false,
    }
}

/// Where `mark` stands, whatever the case of its ASCII letters.
fn find(text: &str, mark: &str) -> Option<usize> {
    let (text, mark) = (text.as_bytes(), mark.as_bytes());
    text.windows(mark.len())
        .position(|window| window.eq_ignore_ascii_case(mark))
}

/// Bytes at the end of `text` that may be the beginning of one of the marks.
fn undecided(text: &str, marks: &[&str]) -> usize {
    let begins = |length: &usize| {
        let end = &text.as_bytes()[text.len() - length..];
        marks.iter().any(|mark| {
            let start = mark.as_bytes().get(..*length);
            start.is_some_and(|start| start.eq_ignore_ascii_case(end))
        })
    };
    let longest = marks.iter().map(|mark| mark.len()).max().unwrap_or(0);
    (1..=longest.min(text.len()))
        .rev()
        .filter(|length| text.is_char_boundary(text.len() - length))
        .find(begins)
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&str], opens_in_thought: bool) -> String {
        let mut filter = ThoughtFilter::new(opens_in_thought);
        let mut text = String::new();
        for piece in pieces {
            for piece in filter.push(piece) {
                match piece {
                    Piece::Text(more) => text.push_str(&more),
                    Piece::Withdraw => text.clear(),
                }
            }
        }
        text.push_str(&filter.end(false).unwrap_or_default());
        text.trim().to_owned()
    }

    const CASES: [(&str, &str); 28] = [
        ("<think>Hm.</think>Why?", "Why?"),
        ("<think>\n\n</think>\n\nWhy?", "Why?"),
        ("\n <THINK>Hm.</Think> Why?", "Why?"),
        ("<thinking>a < b</thinking>Why?", "Why?"),
        ("[THINK]Hm.[/THINK]Why?", "Why?"),
        ("◁think▷Hm.◁/think▷Why?", "Why?"),
        ("<think>It never ends", ""),
        ("The template opened it. </think>Why?", "Why?"),
        ("<think>a</think><think>b</think>Why?", "Why?"),
        (
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Why?<|return|>",
            "Why?",
        ),
        ("Why?<|im_end|>", "Why?"),
        ("Why?<|im_end|>\n<|im_start|>user\nBecause.", "Why?"),
        ("<|im_start|>assistant\nWhy?<|im_end|>", "Why?"),
        ("<think>Hm.</think>\n<answer>\nWhy?\n</answer>", "Why?"),
        ("<|begin_of_box|>Why?<|end_of_box|>", "Why?"),
        (
            "<|start|>assistant<|channel|>final<|message|>Why?<|return|>",
            "Why?",
        ),
        ("Why?<｜end▁of▁sentence｜>", "Why?"),
        (
            "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>{\"a\": 1}",
            "{\"a\": 1}",
        ),
        (
            "<|channel|>analysis<|message|>Hm.<|channel|>final<|message|>Why?",
            "Why?",
        ),
        ("<|channel|>commentary<|message|>Why?<|end|>", "Why?"),
        ("Why?<|channel|>analysis Hm.", "Why?"),
        ("<|channel>thought\nHm.<channel|>Why?<turn|>", "Why?"),
        (
            "<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Why?<|END_RESPONSE|>",
            "Why?",
        ),
        ("<think><think>Hm.</think></think>Why?", "Why?"),
        (
            "What does `Vec<T>` or [/etc] mean to you?",
            "What does `Vec<T>` or [/etc] mean to you?",
        ),
        ("Is 3 < 4, and </b> a tag?", "Is 3 < 4, and </b> a tag?"),
        (
            r#"{"quote": "I wrote <think> tags"}"#,
            r#"{"quote": "I wrote <think> tags"}"#,
        ),
        (r#"<think>{"a": 1}</think>{"b": 2}"#, r#"{"b": 2}"#),
    ];

    #[test]
    fn thinking_is_left_out() {
        for (text, expected) in CASES {
            assert_eq!(read(&[text], false), expected, "{text}");
        }
    }

    #[test]
    fn a_model_that_opens_in_thought_is_held_back_until_it_is_out() {
        let mut filter = ThoughtFilter::new(true);
        assert!(filter.push("Let me see. ").is_empty());
        assert_eq!(
            filter.push("</think>Why?"),
            [Piece::Text("Why?".to_owned())]
        );
        assert_eq!(read(&["No thought at all."], true), "No thought at all.");
        let mut filter = ThoughtFilter::new(true);
        filter.push("Let me see");
        assert_eq!(filter.end(true), None, "cut off in thought");
    }

    proptest! {
        /// However a text is cut, the same is left of it.
        #[test]
        fn any_cut_gives_the_same_text(case in 0..CASES.len(), cuts in prop::collection::vec(0_usize..120, 0..12)) {
            let (text, expected) = CASES[case];
            let mut cuts: Vec<usize> = cuts.into_iter().filter(|cut| text.is_char_boundary(*cut) && *cut <= text.len()).collect();
            cuts.push(text.len());
            cuts.sort_unstable();
            let mut from = 0;
            let pieces: Vec<&str> = cuts.into_iter().map(|to| { let piece = &text[from..to]; from = to; piece }).collect();
            prop_assert_eq!(read(&pieces, false), expected);
        }
    }
}
