//! How each style greets, moves on and says goodbye.

use super::pick;
use crate::{SessionConfig, Style};

/// Longest job title or company name that is spoken, in characters.
const NAME_CHARS: usize = 80;

/// The introduction up to the first question.
pub(super) fn greeting(
    config: &SessionConfig,
    style: Style,
    role_label: &str,
    seed: u64,
) -> String {
    let mut said: Vec<String> = Vec::new();
    let hello: &[&str] = match style {
        Style::Formal => &[
            "Good day, and thank you for taking the time.",
            "Welcome, and thank you for coming.",
        ],
        Style::Casual => &["Hi there, good to meet you!", "Hey, thanks for joining!"],
        Style::Aggressive => &[
            "Let us get straight to it.",
            "Good. We have a lot to get through.",
        ],
        Style::Technical => &["Hello, and welcome.", "Hello, thanks for joining."],
    };
    said.extend(pick(hello, seed, 7_101).map(str::to_owned));
    said.push(match style {
        Style::Casual => "I'm the offline practice interviewer: I work from prepared questions, without a language model.".into(),
        _ => "I am the offline practice interviewer: I work from prepared questions, without a language model.".into(),
    });
    let role = spoken(config.job_role.as_deref());
    let company = spoken(config.company_name.as_deref());
    said.push(match (role, company) {
        (Some(role), Some(company)) => {
            format!("Today we practise for the position of {role} at {company}.")
        }
        (Some(role), None) => format!("Today we practise for the position of {role}."),
        (None, Some(company)) => format!("Today we practise for an interview at {company}."),
        (None, None) => format!("Today we practise a {role_label} interview."),
    });
    said.push(match config.time_limit_seconds() {
        Some(60) => "We have one minute.".into(),
        Some(seconds) => format!("We have {} minutes.", seconds / 60),
        None => match config.question_target() {
            1 => "I will ask you one question.".into(),
            count => format!("I will ask you {count} questions."),
        },
    });
    said.extend(
        match style {
            Style::Formal => Some("Please support your answers with concrete examples."),
            Style::Casual => Some("Just talk the way you normally would, and bring examples."),
            Style::Aggressive => Some("I want facts and figures, and I will press you where they are missing."),
            Style::Technical => Some("I am interested in how you reason: name alternatives, measurements and trade-offs."),
        }
        .map(str::to_owned),
    );
    said.join(" ")
}

/// A name from the configuration on one line and of bearable length; `None` when there is nothing
/// to read.
fn spoken(name: Option<&str>) -> Option<String> {
    let folded = name?.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = super::answer::clipped(&folded, NAME_CHARS);
    name.chars()
        .any(char::is_alphanumeric)
        .then(|| name.to_owned())
}

/// What stands between an answer and the next question.
pub(super) fn moving_on(style: Style, seed: u64, salt: u64) -> &'static str {
    let choices: &[&str] = match style {
        Style::Formal => &[
            "Thank you.",
            "Thank you, that is clear.",
            "I see, thank you.",
            "Very well.",
            "Thank you. Let us move on.",
        ],
        Style::Casual => &[
            "Thanks!",
            "Got it, thanks.",
            "Okay, cool.",
            "Alright, next one.",
            "Thanks for sharing that.",
        ],
        Style::Aggressive => &[
            "Noted.",
            "Next.",
            "Moving on.",
            "We will see.",
            "All right. Next question.",
        ],
        Style::Technical => &[
            "Understood.",
            "Okay, thanks.",
            "Noted, thank you.",
            "Clear. Next topic.",
            "Thanks. Let us look at something else.",
        ],
    };
    pick(choices, seed, salt).unwrap_or_default()
}

/// The last line of the interview. It thanks and asks nothing.
pub(super) fn closing(style: Style, seed: u64) -> &'static str {
    let choices: &[&str] = match style {
        Style::Formal => &[
            "Thank you very much for your time and your answers. This concludes our interview; your report is being prepared.",
            "We have reached the end of the interview. Thank you for the conversation, and all the best for your application.",
        ],
        Style::Casual => &[
            "And that's it! Thanks so much for the chat, I enjoyed it. Have a look at your report next.",
            "Okay, that's all from me. Thanks for your time, and good luck with the real one!",
        ],
        Style::Aggressive => &[
            "That is all. Thank you for your time. You will find what to work on in your report.",
            "We are done here. Thank you for standing up to it; the report will tell you where it held.",
        ],
        Style::Technical => &[
            "That was my last question. Thank you for your time and for taking me through your reasoning. Your report comes next.",
            "We are through. Thank you for your explanations; the details are in your report.",
        ],
    };
    pick(choices, seed, 7_201).unwrap_or("Thank you for your time. The interview is over.")
}
