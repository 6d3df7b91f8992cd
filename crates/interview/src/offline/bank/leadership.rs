//! Questions for people who lead people.

use super::Kind::{Behavioural as B, Situational as S, Technical as T};
use super::{Question, easy, hard, medium};

pub(super) const QUESTIONS: &[Question] = &[
    easy(
        B,
        "leadership",
        "How would the people you led describe you in three words, and why these?",
    ),
    easy(
        T,
        "one-on-ones",
        "What do you talk about when you meet the people of your team one by one?",
    ),
    easy(
        B,
        "delegation",
        "What do you delegate, and what do you never give away?",
    ),
    easy(
        B,
        "recognition",
        "Tell me about somebody who grew in your team. What was your part in it?",
    ),
    medium(
        B,
        "difficult conversations",
        "Tell me about a time you told somebody that their work was not good enough.",
    ),
    medium(
        T,
        "hiring",
        "How do you hire? Tell me about a decision you got right and one you got wrong.",
    ),
    medium(
        S,
        "conflict",
        "Your two strongest people no longer speak with each other. What do you do?",
    ),
    medium(
        B,
        "change",
        "Describe a change you led that people did not want at first.",
    ),
    medium(
        T,
        "goals",
        "How do you set goals for a team, and how do you notice that they are the wrong ones?",
    ),
    medium(
        B,
        "decisions",
        "Tell me about a decision you made without enough information.",
    ),
    medium(
        S,
        "motivation of others",
        "A good employee has lost interest. How do you find out why, and what can you do?",
    ),
    medium(
        B,
        "budget",
        "Describe how you fought for a budget or for people, and what you did when you did not get them.",
    ),
    hard(
        S,
        "layoffs",
        "You have to let one fifth of your team go. How do you decide, and what do you tell those who stay?",
    ),
    hard(
        B,
        "failure",
        "Tell me about the most expensive decision you got wrong. When did you admit it, and to whom?",
    ),
    hard(
        T,
        "strategy",
        "How do you turn a strategy that fits on one page into what people do on Monday?",
    ),
    hard(
        S,
        "ethics",
        "Your best performer treats others badly. What do you do, and by when?",
    ),
    hard(
        B,
        "culture",
        "What have you changed about the culture of a team on purpose, and how do you know that it changed?",
    ),
];
