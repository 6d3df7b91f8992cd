//! Questions that belong to a manner of interviewing rather than to a job.

use super::Kind::{Behavioural as B, Motivation as M, Situational as S, Technical as T};
use super::{Question, easy, hard, medium};
use crate::Style;

pub(super) fn of(style: Style) -> &'static [Question] {
    match style {
        Style::Formal => FORMAL,
        Style::Casual => CASUAL,
        Style::Aggressive => AGGRESSIVE,
        Style::Technical => TECHNICAL,
    }
}

const FORMAL: &[Question] = &[
    easy(
        M,
        "career goals",
        "Where would you like your career to be in five years, and how does this position serve that?",
    ),
    medium(
        B,
        "achievements",
        "Which professional achievement are you most proud of, and what was your own contribution to it?",
    ),
    medium(
        B,
        "working style",
        "Which conditions do you need in order to do your best work?",
    ),
    hard(
        S,
        "first months",
        "Please outline your first ninety days in this position.",
    ),
];

const CASUAL: &[Question] = &[
    easy(
        M,
        "interests",
        "What's something you enjoyed working on lately, just because it was fun?",
    ),
    easy(
        B,
        "working style",
        "What does a really good day at work look like for you?",
    ),
    medium(
        B,
        "teamwork",
        "Who is the best person you have ever worked with, and what did you pick up from them?",
    ),
    medium(
        M,
        "career goals",
        "If you could shape this job any way you like, what would it look like?",
    ),
    hard(
        B,
        "self-awareness",
        "What's something you changed your mind about at work, and what did it take?",
    ),
];

const AGGRESSIVE: &[Question] = &[
    easy(
        M,
        "motivation",
        "Plenty of people want this job. Why should it be you?",
    ),
    easy(
        B,
        "self-awareness",
        "What would your last manager complain about if I called now?",
    ),
    medium(
        B,
        "achievements",
        "What have you done that somebody with half your experience could not have done?",
    ),
    medium(
        S,
        "pressure",
        "You have one hour, no help and a result that is due to the board. What do you cut?",
    ),
    medium(
        B,
        "failure",
        "Give me a failure that was your fault and nobody else's.",
    ),
    medium(
        B,
        "conflict",
        "When were you last plainly wrong in an argument, and how long did it take you to say so?",
    ),
    hard(
        S,
        "pressure",
        "I think that your approach so far would not work here. Convince me otherwise, with evidence.",
    ),
    hard(
        B,
        "decisions",
        "Which of your decisions would your colleagues reverse if they could?",
    ),
    hard(
        S,
        "ethics",
        "Your manager takes credit for your work in front of everybody. What do you do, in that minute and after?",
    ),
];

const TECHNICAL: &[Question] = &[
    easy(
        T,
        "tools",
        "Which tool do you know best, and where does it fall short?",
    ),
    easy(
        T,
        "method",
        "How do you break down a task that is too large to see through at once?",
    ),
    medium(
        T,
        "trade-offs",
        "Describe a choice between two workable solutions. Which criteria decided it?",
    ),
    medium(
        T,
        "method",
        "How do you verify that something you delivered really does what it should?",
    ),
    medium(
        T,
        "documentation",
        "What do you write down for those who come after you, and what do you leave out?",
    ),
    hard(
        T,
        "trade-offs",
        "Tell me about a constraint that forced you to choose a solution you did not like. How did you limit the damage?",
    ),
    hard(
        T,
        "estimation",
        "How do you estimate work you have never done, and how far off were you the last time?",
    ),
    hard(
        T,
        "root causes",
        "Take a problem that kept coming back. How did you reach its root cause rather than its symptom?",
    ),
];
