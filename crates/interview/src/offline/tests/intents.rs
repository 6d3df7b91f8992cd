//! What candidates say instead of an answer.

use super::{STRONG, STYLES, Session, config};
use crate::offline::intents;
use crate::{Allowed, ResponseType, SessionConfig, Style};

const REPEATS: [&str; 8] = [
    "Could you repeat the question?",
    "Sorry, could you say that again please?",
    "I didn't catch that.",
    "What was the question?",
    "Pardon?",
    "Sorry?",
    "Can you repeat that please",
    "One more time please",
];
const REPHRASES: [&str; 7] = [
    "Can you rephrase that?",
    "I don't understand the question.",
    "What do you mean?",
    "I'm not sure what you mean, could you clarify?",
    "Could you put it in simpler words please",
    "Can you explain the question?",
    "Do you mean at work or in private life?",
];

const NAMED: [(&str, &[&str]); 13] = [
    (
        "repeat",
        &[
            "I'm sorry, I didn't get that",
            "Could I hear the question once more?",
            "Say again?",
            "what?",
        ],
    ),
    (
        "rephrase",
        &[
            "What exactly are you looking for?",
            "I don't quite understand",
            "i dont understand the question",
        ],
    ),
    (
        "term",
        &["What do you mean by ownership?", "What is meant by impact?"],
    ),
    (
        "assumption",
        &[
            "Can I use an example from school?",
            "Is it okay if I talk about my last job?",
        ],
    ),
    (
        "nerves",
        &[
            "sorry im nervous",
            "Can I have a moment to think?",
            "My mind is blank",
        ],
    ),
    (
        "confidential",
        &[
            "That's under NDA",
            "I'd prefer not to answer",
            "I can't share that",
        ],
    ),
    (
        "skip",
        &["Can we come back to this later?", "let's move on", "skip"],
    ),
    (
        "dont_know",
        &[
            "no clue tbh",
            "I honestly don't know.",
            "as an AI I cannot answer",
        ],
    ),
    ("insult", &["This is a waste of my time", "you're an idiot"]),
    ("stop", &["Can we stop here?", "end the interview", "stop"]),
    ("hello", &["Hello?", "Can you hear me?"]),
    (
        "interviewer",
        &["Are you a robot?", "How long does this interview take?"],
    ),
    ("company", &["What's the salary?", "Is this job remote?"]),
];

#[test]
fn what_is_wanted_is_told_apart() {
    for (name, messages) in NAMED {
        for message in messages {
            let intent = crate::offline::intents::of(message);
            assert_eq!(intent.map(|intent| intent.name), Some(name), "{message}");
        }
    }
}

/// The interview at its second question, whose text is known.
fn at_second_question(target: u32, style: Style, seed: u64) -> (Session, String) {
    let mut session = Session::start(config(target, style), seed);
    let asked = session.answer(STRONG);
    assert_eq!(asked.response_type, ResponseType::Question);
    // The question from the résumé begins so, after whatever leads up to it.
    let (_, question) = asked
        .content
        .split_once("résumé")
        .expect("it is about the résumé");
    (session, question.to_owned())
}

#[test]
fn the_question_comes_again_in_other_words_and_does_not_count() {
    for style in STYLES {
        for message in REPEATS.into_iter().chain(REPHRASES) {
            let (mut session, question) = at_second_question(5, style, 2);
            let before = session.talk.stats.clone();
            let line = session.answer(message);
            assert_eq!(line.response_type, ResponseType::Clarification, "{message}");
            assert!(
                line.content.contains(&question),
                "{message}: {}",
                line.content
            );
            let after = &session.talk.stats;
            assert_eq!(
                (before.questions, before.answers),
                (after.questions, after.answers)
            );
            let again = session.answer(message);
            assert_eq!(again.response_type, ResponseType::Clarification);
            assert!(again.content.contains(&question));
            assert_ne!(again.content, line.content, "{message}");
            assert!(again.content.chars().count() < line.content.chars().count() + 200);
        }
    }
}

#[test]
fn a_clarification_uses_up_no_follow_up() {
    let (mut session, _) = at_second_question(5, Style::Formal, 2);
    session.answer("Could you repeat the question?");
    let line = session.answer("We did some work in the team and it was a project.");
    assert_eq!(line.response_type, ResponseType::FollowUp);
    let again = session.answer("Could you repeat that?");
    assert_eq!(again.response_type, ResponseType::Clarification);
    assert!(
        again.content.ends_with(&line.content),
        "{} / {}",
        again.content,
        line.content
    );
    let next = session.answer("We did some more work in the team and it was a plan.");
    assert_eq!(next.response_type, ResponseType::Question);
}

#[test]
fn the_last_question_can_be_asked_for_again() {
    for target in [1, 3, 5] {
        let mut session = Session::start(config(target, Style::Formal), 2);
        while session.talk.stats.questions < target {
            session.answer(STRONG);
        }
        let line = session.answer("Could you repeat the question?");
        assert_eq!(line.response_type, ResponseType::Clarification, "{target}");
        assert_eq!(session.answer(STRONG).response_type, ResponseType::Closing);
    }
}

#[test]
fn the_clock_closes_whatever_is_said() {
    let timed = SessionConfig {
        use_time_based_interview: Some(true),
        ..config(5, Style::Formal)
    };
    let mut session = Session::start(timed, 2);
    let line = session.answer_when("Could you repeat the question?", Allowed::MustClose);
    assert_eq!(line.response_type, ResponseType::Closing);
}

#[test]
fn a_term_of_the_question_is_explained() {
    let mut session = Session::asked(
        config(5, Style::Formal),
        "When does technical debt pay off?",
    );
    let line = session.answer("What do you mean by technical debt?");
    assert_eq!(line.response_type, ResponseType::Clarification);
    assert!(
        line.content.contains("“technical debt”"),
        "{}",
        line.content
    );
    let other = session.answer("What do you mean by synergy?");
    assert!(!other.content.contains("synergy"), "{}", other.content);
}

#[test]
fn a_question_may_be_left() {
    for message in [
        "Can we skip this one?",
        "Next question please.",
        "Pass",
        "I don't want to answer that.",
    ] {
        let (mut session, question) = at_second_question(5, Style::Formal, 2);
        let line = session.answer(message);
        assert_eq!(line.response_type, ResponseType::Question, "{message}");
        assert!(!line.content.contains(&question));
        assert_eq!(session.talk.stats.questions, 3);
    }
}

#[test]
fn not_knowing_and_not_telling_get_an_easier_angle_then_the_next_question() {
    for message in [
        "I don't know.",
        "No idea, sorry.",
        "I can't think of anything right now.",
        "I'm afraid that's confidential.",
        "I signed an NDA and can't talk about it.",
        "This is a stupid question, you idiot.",
    ] {
        let (mut session, _) = at_second_question(5, Style::Casual, 2);
        let line = session.answer(message);
        assert_eq!(line.response_type, ResponseType::FollowUp, "{message}");
        let next = session.answer(message);
        assert_eq!(next.response_type, ResponseType::Question, "{message}");
    }
}

#[test]
fn nerves_silence_and_questions_about_the_company_are_met_once() {
    for message in [
        "Sorry, I'm a bit nervous.",
        ".",
        "…",
        "",
        "My mind went blank.",
        "How big is the team?",
        "What does your company do?",
    ] {
        let (mut session, question) = at_second_question(5, Style::Casual, 2);
        let line = session.answer(message);
        assert_eq!(line.response_type, ResponseType::Clarification, "{message}");
        assert!(
            line.content.contains(&question),
            "{message}: {}",
            line.content
        );
        let second = session.answer(message);
        assert_ne!(
            second.response_type,
            ResponseType::Clarification,
            "{message}"
        );
    }
}

#[test]
fn code_is_asked_about_in_words() {
    let (mut session, _) = at_second_question(5, Style::Technical, 2);
    let line =
        session.answer("```rust\nfn total(items: &[u32]) -> u32 {\n    items.iter().sum()\n}\n```");
    assert_eq!(line.response_type, ResponseType::FollowUp);
    assert!(line.content.contains("code"), "{}", line.content);
}

#[test]
fn answers_with_the_same_words_are_answers() {
    for message in [
        "I had to repeat the question to the customer twice, because the line was bad, and then I wrote it down and we solved it together on the phone.",
        "I skipped lunch for a week to get the release out, since nobody else knew the code, and we shipped on Friday.",
        "I don't know Kubernetes, but I have run Nomad for two years and would map what I know.",
        "At first I did not understand what the customer meant, so I asked him to show me on his screen, and we found the bug together.",
        "The patient was nervous, so I sat down with her and explained each step before I took the blood, and she calmed down.",
        "I asked the customer to repeat the question and then explained it again in simple words.",
        "I would ask: what do you mean by urgent? Then I'd plan the rest of the week.",
        "I told the team we can't share customer data, so they built a copy without names.",
        "I'd skip the meeting and fix the outage first, since customers can't work.",
        "I take a moment to think before I answer customers, because it saves a second call.",
        "What does good look like? I ask that first, and I write the answer down.",
        "I pass on what I know to the juniors every Friday, as I learned it that way myself.",
        "The contract was confidential, so I talked to our lawyer first and then told the client what we could share.",
    ] {
        let (mut session, _) = at_second_question(9, Style::Formal, 2);
        let line = session.answer(message);
        let kind = line.response_type;
        assert_ne!(kind, ResponseType::Clarification, "{message}");
        assert!(
            !session
                .feedback(2)
                .headline
                .expect("said")
                .contains("unanswered"),
            "{message}"
        );
    }
}

#[test]
fn requests_are_told_from_answers_that_have_their_words() {
    for message in include_str!("requests.txt").lines() {
        assert!(intents::of(message).is_some(), "{message}");
    }
    for answer in include_str!("no-requests.txt").lines() {
        let intent = intents::of(answer).map(|intent| intent.name);
        assert_eq!(intent, None, "{answer}");
    }
}
