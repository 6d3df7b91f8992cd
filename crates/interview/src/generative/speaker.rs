//! Hands the model's words on as they come: white space at the edges stripped, each addition checked.

use std::time::Instant;

use serde_json::json;

use super::guard;
use super::json;
use super::material::tokens;
use super::prompts::{self, filled};
use crate::asking::asks;
use crate::{Draft, InterviewError, Usage};
use llm::{Lane, Llm, LlmError, Prompt, Read, Reader};

/// No interview fits into less, in tokens.
const LEAST_ROOM: usize = 1_000;

/// Longest line, in bytes; a line of plain text ends with the sentence that reaches [`LONG_ENOUGH`].
pub(super) const LONGEST_LINE: usize = 2_000;
const LONG_ENOUGH: usize = 800;

/// Reads an answer that is the line itself.
pub(super) struct Speaker<'a> {
    draft: &'a Draft,
    line: String,
    /// White space that is only said when more follows.
    held: String,
    /// An answer that may be an object with the line in it: read when it is whole.
    object: String,
}

impl<'a> Speaker<'a> {
    pub(super) fn new(draft: &'a Draft) -> Self {
        Self {
            draft,
            line: String::new(),
            held: String::new(),
            object: String::new(),
        }
    }

    /// The line, once nothing more comes. One that is `cut` ends with its last whole sentence.
    ///
    /// # Errors
    /// Why it can't be used.
    pub(super) fn finish(&mut self, cut: bool, closes: bool) -> Result<String, String> {
        let line = line_within(&std::mem::take(&mut self.object))?;
        self.say(&line)?;
        let mut line = self.line.as_str();
        if cut {
            line = guard::whole_sentences(line).ok_or("it was cut off")?;
        }
        line = guard::unquoted(line);
        if !closes && !asks(line) {
            line = guard::up_to_question(line).ok_or("it asks nothing; end it with a question")?;
        }
        let line = guard::unquoted(line).to_owned();
        if line != self.line {
            self.draft.restart();
            self.draft.push(&line);
        }
        Ok(line)
    }

    /// Says more of the line.
    ///
    /// # Errors
    /// Why it must not be said.
    pub(super) fn say(&mut self, text: &str) -> Result<(), String> {
        let text = if self.line.is_empty() {
            text.trim_start()
        } else {
            text
        };
        let words = text.trim_end();
        if words.is_empty() {
            if !self.line.is_empty() {
                self.held.push_str(text);
            }
            return Ok(());
        }
        let mut more = std::mem::take(&mut self.held);
        more.push_str(words);
        self.held.push_str(&text[words.len()..]);
        self.line.push_str(&more);
        if self.line.len() > LONGEST_LINE {
            return Err("it is too long".into());
        }
        // What was there before was checked when it came.
        let recent = guard::end_of(&self.line, more.len() + guard::REACH);
        if let Some(objection) = guard::objection(recent) {
            return Err(objection);
        }
        self.draft.push(&more);
        Ok(())
    }
}

impl Reader for Speaker<'_> {
    fn read(&mut self, text: &str) -> Result<Read, String> {
        if self.line.is_empty()
            && (!self.object.is_empty() || text.trim_start().starts_with(['{', '`']))
        {
            self.object.push_str(text);
            return if self.object.len() > 2 * LONGEST_LINE {
                Err("it is too long".into())
            } else {
                Ok(Read::On)
            };
        }
        self.say(text)?;
        let ended = self.line.ends_with(['.', '?', '!', '。', '？', '！', '؟']);
        Ok(if ended && self.line.len() >= LONG_ENOUGH {
            Read::Enough
        } else {
            Read::On
        })
    }

    fn restart(&mut self) {
        self.line.clear();
        self.held.clear();
        self.object.clear();
        self.draft.restart();
    }
}

/// The line in an answer that is an object although plain text was asked for; plain text itself.
fn line_within(answer: &str) -> Result<String, String> {
    let begin = answer.trim_start();
    if !begin.starts_with('{') && !begin.starts_with("```") {
        return Ok(answer.to_owned());
    }
    let schema = json!({"type": "object", "properties": {"line": {"type": "string"}}});
    let read = json::read(answer, &schema)?;
    let line = read["line"].as_str().map(str::to_owned);
    line.ok_or_else(|| "it must be plain text".to_owned())
}

/// What a line of plain text must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Must {
    Ask,
    /// The last resort: a model that can't bring itself to ask is better than no interview.
    AskIfItCan,
    Close,
}

/// Has the model say a line of plain text, once more when the first could not be used.
pub(super) async fn speak(
    llm: &Llm,
    mut prompt: Prompt,
    draft: &Draft,
    must: Must,
    deadline: Instant,
) -> Result<(String, Usage, u32), InterviewError> {
    let asked = prompt
        .messages
        .last()
        .map(|(_, text)| text.clone())
        .unwrap_or_default();
    let mut usage = Usage::default();
    for repairs in 0..2 {
        let mut speaker = Speaker::new(draft);
        let asking = llm.ask(Lane::Interviewer, &prompt, &mut speaker, deadline);
        let error = match asking.await {
            Ok(completion) => {
                usage += completion.usage;
                let need_not_ask = must == Must::Close || (must == Must::AskIfItCan && repairs > 0);
                match speaker.finish(completion.cut, need_not_ask) {
                    Ok(line) => return Ok((line, usage, repairs)),
                    Err(reason) => LlmError::Unwanted(reason),
                }
            }
            Err(error) if error.is_about_the_answer() => error,
            Err(error) => return Err(error.into()),
        };
        draft.restart();
        repair(&mut prompt, &asked, &error);
    }
    Err(InterviewError::Invalid("no line could be used".into()))
}

/// A prompt's size, in tokens, and the room that was known when it was made.
pub(super) struct Fitted {
    size: usize,
    answer: u32,
    room: usize,
}

impl Fitted {
    pub(super) fn of(llm: &Llm, prompt: &Prompt) -> Self {
        let said: usize = prompt.messages.iter().map(|(_, text)| tokens(text)).sum();
        Self {
            size: tokens(&prompt.system) + said,
            answer: prompt.max_tokens,
            room: llm.room(prompt.max_tokens),
        }
    }

    /// Whether it was refused by a server that told a smaller window: made anew, it will fit.
    pub(super) fn outgrew(&self, llm: &Llm, error: &InterviewError) -> bool {
        let kind = llm::Permanent::ContextExceeded;
        let too_long =
            matches!(error, InterviewError::Permanent { kind: found, .. } if *found == kind);
        let room = llm.room(self.answer);
        too_long && room < self.room && room >= LEAST_ROOM && self.size > room
    }
}

/// Asks once more, with the reason. What was wrong is not repeated: it might be a recital.
pub(super) fn repair(prompt: &mut Prompt, asked: &str, error: &LlmError) {
    metrics::counter!("llm_repairs_total").increment(1);
    let reason = match error {
        LlmError::Unwanted(reason) => reason.clone(),
        other => other.to_string(),
    };
    if let Some((_, last)) = prompt.messages.last_mut() {
        let note = filled(prompts::REPAIR, &[("reason", &reason)]);
        *last = format!("{asked}\n{note}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spoken(pieces: &[&str]) -> (String, String) {
        let draft = Draft::default();
        let mut speaker = Speaker::new(&draft);
        for piece in pieces {
            speaker.read(piece).expect("harmless");
        }
        (speaker.line.clone(), draft.text())
    }

    #[test]
    fn what_is_drafted_is_what_is_said() {
        for pieces in [
            &[" ", "\n Tell", " me", " ", "more", ".", "\n\n"][..],
            &["Tell me more."],
            &["T", "ell ", "me  \n", " more.", "   "],
        ] {
            let (said, drafted) = spoken(pieces);
            assert_eq!(said, drafted);
            assert_eq!(said, said.trim());
            assert!(
                said.starts_with("Tell me") && said.ends_with("more."),
                "{said}"
            );
        }
    }

    #[test]
    fn a_recital_is_never_drafted_whole() {
        let draft = Draft::default();
        let mut speaker = Speaker::new(&draft);
        let mut refused = false;
        for word in prompts::INTERVIEWER.split_inclusive(' ').take(30) {
            refused |= speaker.read(word).is_err();
        }
        assert!(refused);
        assert!(
            draft.text().split_whitespace().count() < 14,
            "{}",
            draft.text()
        );
    }

    #[test]
    fn an_object_is_never_said() {
        for (answer, line) in [
            (r#"{"action": "new_question", "line": "Why?"}"#, Ok("Why?")),
            ("```json\n{\"line\": \"Why?\"}\n```", Ok("Why?")),
            ("`async` or threads?", Ok("`async` or threads?")),
            (r#"{"question": "Why?"}"#, Err(())),
        ] {
            let draft = Draft::default();
            let mut speaker = Speaker::new(&draft);
            for letter in answer.chars() {
                assert_eq!(speaker.read(&letter.to_string()), Ok(Read::On));
            }
            let said = speaker.finish(false, false);
            assert_eq!(said.as_deref().map_err(|_| ()), line);
            assert_eq!(draft.text(), line.unwrap_or_default());
        }
    }

    #[test]
    fn a_rambling_line_ends_with_a_sentence() {
        let draft = Draft::default();
        let mut speaker = Speaker::new(&draft);
        let mut read = 0;
        while matches!(
            speaker.read("Tell me about it, and what else there was? "),
            Ok(Read::On)
        ) {
            read += 1;
        }
        assert!(read > 10);
        assert!(draft.text().len() < LONG_ENOUGH + 100 && draft.text().ends_with('?'));
    }
}
