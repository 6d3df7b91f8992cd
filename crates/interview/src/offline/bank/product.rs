//! Questions for product managers and designers.

use super::Kind::{Behavioural as B, Situational as S, Technical as T};
use super::{Question, easy, hard, medium};

pub(super) const PRODUCT: &[Question] = &[
    easy(
        B,
        "product sense",
        "Which product do you use every day, and what would you change about it first?",
    ),
    easy(
        T,
        "prioritisation",
        "How do you decide what goes into the next release and what does not?",
    ),
    easy(
        B,
        "customers",
        "How do you find out what users need rather than what they ask for?",
    ),
    easy(
        B,
        "teamwork",
        "How do you work with engineers and designers from an idea to a release?",
    ),
    medium(
        T,
        "metrics",
        "How would you tell, a month after the release, whether a feature was worth building?",
    ),
    medium(
        B,
        "prioritisation",
        "Tell me about a feature you decided not to build. How did you explain it?",
    ),
    medium(
        S,
        "stakeholders",
        "Sales promised a customer a feature that is not on your roadmap. What do you do?",
    ),
    medium(
        B,
        "discovery",
        "Describe a time when research with users changed your plan.",
    ),
    medium(
        T,
        "product sense",
        "How would you improve the first ten minutes of a new user in a product you know?",
    ),
    medium(
        B,
        "failure",
        "Tell me about a launch that disappointed. What had you assumed that was not true?",
    ),
    medium(
        T,
        "roadmap",
        "How do you keep a roadmap honest when half of it depends on other teams?",
    ),
    hard(
        T,
        "strategy",
        "A strong competitor offers your core feature for free. What do you do in the next quarter?",
    ),
    hard(
        T,
        "metrics",
        "Sign-ups rise while retention falls. How do you find out why, and what do you decide?",
    ),
    hard(
        S,
        "prioritisation",
        "Your team can do one of three things: pay down debt, please the largest customer, or enter a new market. How do you choose?",
    ),
    hard(
        B,
        "stakeholders",
        "Tell me about a time you told an executive no. What did it cost you, and what came of it?",
    ),
    hard(
        S,
        "strategy",
        "How would you decide to end a product that some customers love?",
    ),
];

pub(super) const DESIGN: &[Question] = &[
    easy(
        B,
        "design process",
        "Take one piece from your portfolio and tell me how it came to be.",
    ),
    easy(
        T,
        "accessibility",
        "What do you do in your everyday work so that everybody can use what you design?",
    ),
    easy(
        B,
        "feedback",
        "How do you ask for criticism of a design so that it helps you?",
    ),
    easy(
        T,
        "design process",
        "When do you sketch, when do you make a prototype, and when do you go straight to the final design?",
    ),
    medium(
        B,
        "user research",
        "Tell me about something users did in a test that surprised you. What did you change?",
    ),
    medium(
        T,
        "design systems",
        "When would you add a component to a design system, and when would you leave it out?",
    ),
    medium(
        S,
        "conflict",
        "An engineer says that your design is too expensive to build. How do you go on?",
    ),
    medium(
        B,
        "metrics",
        "How do you know that a design of yours worked after it was released?",
    ),
    medium(
        T,
        "interaction design",
        "How would you redesign a long form that most people abandon?",
    ),
    medium(
        B,
        "simplicity",
        "Describe a screen from which you removed something. How did you know it could go?",
    ),
    medium(
        S,
        "user research",
        "You have two days and no budget for research. What do you do?",
    ),
    hard(
        S,
        "ethics",
        "You are asked for a design that makes it hard to cancel a subscription. What do you do?",
    ),
    hard(
        T,
        "design systems",
        "How would you bring one design language to five products that grew apart for years?",
    ),
    hard(
        B,
        "stakeholders",
        "Tell me about a design you had to defend against somebody far above you.",
    ),
    hard(
        T,
        "interaction design",
        "How do you design for experts and beginners in the same tool?",
    ),
    hard(
        B,
        "failure",
        "Tell me about a design that tested well and failed in the field. What had the test missed?",
    ),
];
