//! Asks for a JSON object and reads it, with one repair.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::json;
use super::speaker::{Fitted, repair};
use crate::{InterviewError, Usage};
use llm::{Lane, Llm, LlmError, Prompt, Read, Reader};

/// Ends an answer that goes on without an object: nothing after it could be used.
#[derive(Default)]
struct OnlyJson {
    /// What came before the object; not looked at any more once that has begun.
    preamble: String,
    begun: bool,
}

impl Reader for OnlyJson {
    fn read(&mut self, text: &str) -> Result<Read, String> {
        if !self.begun {
            self.preamble.push_str(text);
            self.begun = json::object(&self.preamble).is_some();
            if !self.begun && json::is_hopeless(&self.preamble) {
                return Err("it is not the JSON object that was asked for".to_owned());
            }
        }
        Ok(Read::On)
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

/// The coach's answer to a prompt that `check` accepts, and what it cost. The prompt is made anew when the server turns
/// out to have a smaller window.
pub(super) async fn structured<T: DeserializeOwned>(
    llm: &Llm,
    make: impl Fn() -> Prompt,
    check: impl Fn(&T) -> Result<(), String>,
) -> Result<(T, Usage), InterviewError> {
    let prompt = make();
    let sized = Fitted::of(llm, &prompt);
    match answered(llm, prompt, &check).await {
        Err(error) if sized.outgrew(llm, &error) => answered(llm, make(), &check).await,
        answered => answered,
    }
}

async fn answered<T: DeserializeOwned>(
    llm: &Llm,
    mut prompt: Prompt,
    check: &impl Fn(&T) -> Result<(), String>,
) -> Result<(T, Usage), InterviewError> {
    let deadline = llm.deadline();
    let schema = prompt
        .schema
        .as_ref()
        .map_or(Value::Null, |(_, schema)| schema.clone());
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
                let read = json::read(&completion.text, &schema).and_then(|value| {
                    T::deserialize(value)
                        .map_err(|_| "a member of it is missing or of the wrong type".to_owned())
                });
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
