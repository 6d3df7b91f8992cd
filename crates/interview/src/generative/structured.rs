//! Asks for a JSON object and reads it, with one repair.

use serde::de::DeserializeOwned;

use super::speaker::repair;
use crate::{InterviewError, Usage};
use llm::{Lane, Llm, LlmError, Prompt, Read, Reader};

/// Ends an answer at its first character when that begins no JSON object: nothing after it could be used.
#[derive(Default)]
struct OnlyJson {
    begun: bool,
}

impl Reader for OnlyJson {
    fn read(&mut self, text: &str) -> Result<Read, String> {
        match text.trim_start().chars().next() {
            Some(first) if !self.begun && first != '{' => {
                return Err("it is not the JSON object that was asked for".to_owned());
            }
            Some(_) => self.begun = true,
            None => {}
        }
        Ok(Read::On)
    }

    fn restart(&mut self) {
        self.begun = false;
    }
}

/// The coach's answer to `prompt` that `check` accepts, and what it cost.
pub(super) async fn structured<T: DeserializeOwned>(
    llm: &Llm,
    mut prompt: Prompt,
    check: impl Fn(&T) -> Result<(), String>,
) -> Result<(T, Usage), InterviewError> {
    let deadline = llm.deadline();
    let asked = prompt
        .messages
        .last()
        .map(|(_, text)| text.clone())
        .unwrap_or_default();
    let mut usage = Usage::default();
    let mut last = LlmError::Empty;
    for _ in 0..2 {
        last = match llm
            .ask(Lane::Coach, &prompt, &mut OnlyJson::default(), deadline)
            .await
        {
            Ok(completion) => {
                usage += completion.usage;
                let read = serde_json::from_str::<T>(completion.text.trim())
                    .map_err(|_| "it is not the JSON object that was asked for".to_owned());
                match read.and_then(|value| check(&value).map(|()| value)) {
                    Ok(value) => return Ok((value, usage)),
                    Err(reason) => LlmError::Unwanted(reason),
                }
            }
            Err(error) if error.is_about_the_answer() => error,
            Err(error) => return Err(error.into()),
        };
        repair(&mut prompt, &asked, &last);
    }
    Err(last.into())
}
