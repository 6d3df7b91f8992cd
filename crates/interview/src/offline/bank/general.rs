//! Questions for every job: motivation, behaviour, judgement.

use super::Kind::{Behavioural as B, Motivation as M, Situational as S};
use super::{Question, easy, hard, medium};
use crate::Style;

/// What is asked when a bank should ever be empty.
pub(super) const FALLBACK: Question = medium(
    B,
    "achievements",
    "Which piece of work from the past year are you most satisfied with, and why?",
);

pub(super) fn openings(style: Style) -> &'static [Question] {
    match style {
        Style::Formal => {
            const {
                &[
                    easy(
                        M,
                        "background",
                        "To begin, could you please introduce yourself and the experience that brought you to this position?",
                    ),
                    easy(
                        M,
                        "motivation",
                        "To begin, could you please tell me what drew you to this position, and what in your experience prepares you for it?",
                    ),
                ]
            }
        }
        Style::Casual => {
            const {
                &[
                    easy(
                        M,
                        "background",
                        "So, to get going: tell me a bit about yourself and what you've been working on lately?",
                    ),
                    easy(
                        M,
                        "motivation",
                        "Let's start easy: what made you interested in this job, and what have you done that fits it?",
                    ),
                ]
            }
        }
        Style::Aggressive => {
            const {
                &[
                    easy(
                        M,
                        "background",
                        "You have two minutes: who are you, and what have you achieved that matters for this job?",
                    ),
                    easy(
                        M,
                        "motivation",
                        "Let's not waste time: why this job, why now, and what proves that you can do it?",
                    ),
                ]
            }
        }
        Style::Technical => {
            const {
                &[
                    easy(
                        M,
                        "background",
                        "To start: which project of yours was the most demanding technically or professionally, and what was your part in it?",
                    ),
                    easy(
                        M,
                        "background",
                        "To start: what have you been working on most recently, with which tools, and what was difficult about it?",
                    ),
                ]
            }
        }
    }
}

pub(super) const QUESTIONS: &[Question] = &[
    easy(M, "motivation", "What attracts you to this kind of work?"),
    easy(
        M,
        "motivation",
        "What do you know about us, and what would you like to find out?",
    ),
    easy(
        B,
        "strengths",
        "Which of your strengths would we notice in the first month, and where has it shown before?",
    ),
    easy(
        B,
        "teamwork",
        "Tell me about a team you liked to work in. What did you contribute to it?",
    ),
    easy(
        B,
        "learning",
        "What did you learn on the job in the past half year, and how have you used it?",
    ),
    easy(
        B,
        "prioritisation",
        "How do you plan a day on which more comes in than you can do?",
    ),
    easy(
        B,
        "communication",
        "How do you make sure that you and a colleague mean the same thing?",
    ),
    easy(
        B,
        "feedback",
        "Tell me about advice that made you better at your work.",
    ),
    easy(
        S,
        "problem solving",
        "You get a task with instructions that you do not understand. What do you do?",
    ),
    easy(
        B,
        "initiative",
        "Tell me about something you improved without being asked to.",
    ),
    medium(
        B,
        "conflict",
        "Tell me about a time you disagreed with a colleague on something important. How did it end?",
    ),
    medium(
        B,
        "failure",
        "Tell me about a mistake you made at work. What did you do in the hours after you noticed it?",
    ),
    medium(
        B,
        "pressure",
        "Describe a deadline that you were about to miss. What did you do?",
    ),
    medium(
        B,
        "adaptability",
        "Tell me about a time when plans changed at the last moment. How did you deal with it?",
    ),
    medium(
        B,
        "feedback",
        "Which criticism was hard to hear, and what did you change because of it?",
    ),
    medium(
        B,
        "problem solving",
        "Describe a problem that others had given up on. How did you approach it?",
    ),
    medium(
        B,
        "leadership",
        "Tell me about a time you led others without being their boss.",
    ),
    medium(
        B,
        "communication",
        "Describe a time when you had to convince somebody who had decided against your idea.",
    ),
    medium(
        S,
        "prioritisation",
        "Two people you report to want two different things done first. What do you do?",
    ),
    medium(
        S,
        "teamwork",
        "A colleague keeps missing what was agreed, and your work depends on it. How do you handle it?",
    ),
    medium(
        M,
        "career goals",
        "Which part of your work would you like to do more of in your next job, and which less?",
    ),
    medium(
        B,
        "initiative",
        "Tell me about an idea of yours that was carried out. How did you get it there?",
    ),
    medium(
        S,
        "customers",
        "Somebody who depends on your work is unhappy with it and cannot say why. How do you proceed?",
    ),
    medium(
        B,
        "decisions",
        "Describe a decision you had to make quickly and with too little information.",
    ),
    medium(
        B,
        "learning",
        "Tell me about a time you were given work you had never done before.",
    ),
    medium(
        B,
        "diversity",
        "Tell me about working with people whose background or way of working was very different from yours.",
    ),
    hard(
        B,
        "failure",
        "Tell me about a goal you did not reach. Which warning sign did you overlook?",
    ),
    hard(
        B,
        "conflict",
        "Tell me about a working relationship that you could not repair. What was your share in it?",
    ),
    hard(
        B,
        "ethics",
        "Describe a situation in which doing the right thing cost you something.",
    ),
    hard(
        S,
        "pressure",
        "Three important things fail on the same morning. How do you decide what to look at first?",
    ),
    hard(
        B,
        "adaptability",
        "Tell me about something you believed firmly about your work and no longer believe.",
    ),
    hard(
        B,
        "leadership",
        "Tell me about a time you had to carry out a decision that you thought was wrong.",
    ),
    hard(
        S,
        "communication",
        "You have to bring very bad news to people who do not expect it. How do you prepare, and what do you say first?",
    ),
    hard(
        B,
        "decisions",
        "Walk me through a decision whose consequences you still live with. What would you weigh differently today?",
    ),
    hard(
        S,
        "initiative",
        "You see a serious problem outside your own area, and its owner does not want to hear of it. What do you do?",
    ),
    hard(
        B,
        "self-awareness",
        "What are you not good at that this job needs, and what have you done about it so far?",
    ),
    hard(
        M,
        "motivation",
        "What would make you leave this job within a year?",
    ),
    hard(
        B,
        "problem solving",
        "Describe the most complicated problem you have solved. Which wrong paths did you take first?",
    ),
];
