//! Questions for people who write software and for people who work with data.

use super::Kind::{Behavioural as B, Situational as S, Technical as T};
use super::{Question, easy, hard, medium};

pub(super) const ENGINEERING: &[Question] = &[
    easy(
        T,
        "debugging",
        "What do you do first when a bug is reported that you cannot reproduce?",
    ),
    easy(
        T,
        "testing",
        "Which kinds of automated tests do you write, and what does each of them protect you from?",
    ),
    easy(
        T,
        "code quality",
        "What do you look for when you review somebody else's code?",
    ),
    easy(
        T,
        "databases",
        "When would you add an index to a database table, and what does it cost you?",
    ),
    easy(
        B,
        "learning",
        "Which language, tool or library did you pick up most recently, and how did you go about it?",
    ),
    medium(
        T,
        "debugging",
        "Walk me through the hardest production bug you have tracked down: how did you narrow it to its cause?",
    ),
    medium(
        T,
        "system design",
        "How would you design a service that shortens links and has to survive a sudden hundredfold rise in traffic?",
    ),
    medium(
        T,
        "testing",
        "A test suite has become slow and flaky. How do you decide what to fix, what to keep and what to delete?",
    ),
    medium(
        T,
        "performance",
        "An endpoint got three times slower after a release. How do you find out why?",
    ),
    medium(
        T,
        "security",
        "How do you make sure that one customer can never read another customer's data?",
    ),
    medium(
        B,
        "code quality",
        "Tell me about a piece of technical debt you chose to pay off. How did you justify the time?",
    ),
    medium(
        T,
        "reliability",
        "What do you put in place so that a bad deployment is noticed and undone quickly?",
    ),
    medium(
        S,
        "stakeholders",
        "A product manager wants a feature by Friday that you believe needs two weeks. What do you do?",
    ),
    hard(
        T,
        "system design",
        "Design a payment system that must never charge twice, although clients, networks and servers fail at any moment.",
    ),
    hard(
        T,
        "databases",
        "How do you change the schema of a very large, busy table without downtime?",
    ),
    hard(
        T,
        "reliability",
        "A dependency you do not control becomes slow rather than failing. How do you keep that from taking your service down?",
    ),
    hard(
        T,
        "performance",
        "Describe an optimisation that made things worse or did not pay off. How did you measure it and what did you do?",
    ),
    hard(
        T,
        "security",
        "How would you design sessions and tokens for an API so that a stolen token does as little harm as possible?",
    ),
    hard(
        B,
        "debugging",
        "Tell me about an incident for which you were responsible. What did the review afterwards change?",
    ),
    hard(
        S,
        "system design",
        "You inherit a monolith that nobody dares to touch. How do you decide whether to split it, and where do you start?",
    ),
];

pub(super) const DATA: &[Question] = &[
    easy(
        T,
        "data quality",
        "You receive a new data set. What do you check before you trust a single number in it?",
    ),
    easy(
        T,
        "statistics",
        "How would you explain the difference between correlation and causation to a colleague, with an example of your own?",
    ),
    easy(
        T,
        "databases",
        "How do you find duplicate records in a table, and how do you decide which of them to keep?",
    ),
    easy(
        B,
        "communication",
        "Tell me about an analysis of yours that changed somebody's decision.",
    ),
    easy(
        T,
        "modelling",
        "What is overfitting, and how have you noticed it in your own work?",
    ),
    medium(
        T,
        "experiments",
        "How would you design an A/B test for a new sign-up page, and when would you stop it?",
    ),
    medium(
        T,
        "modelling",
        "How do you choose between a simple model and a complex one that scores slightly better?",
    ),
    medium(
        T,
        "data quality",
        "A dashboard suddenly shows a drop of 30 percent. How do you find out whether it is real?",
    ),
    medium(
        T,
        "pipelines",
        "Describe a data pipeline you built or ran: where did it break, and how did you find out?",
    ),
    medium(
        T,
        "metrics",
        "Which metric would you choose for a recommendation feature, and how could that metric mislead you?",
    ),
    medium(
        B,
        "stakeholders",
        "Tell me about a time stakeholders did not like what your data said.",
    ),
    medium(
        T,
        "modelling",
        "Your classes are very imbalanced. How does that change how you train and how you evaluate?",
    ),
    hard(
        T,
        "experiments",
        "Your experiment's users influence each other. How do you still measure the effect?",
    ),
    hard(
        T,
        "modelling",
        "A model that did well offline fails in production. What are the possible causes, and how do you tell them apart?",
    ),
    hard(
        T,
        "pipelines",
        "How do you make a pipeline safe to run again after it failed half-way?",
    ),
    hard(
        S,
        "ethics",
        "A model of yours treats one group of people worse than others. What do you measure, whom do you tell, and what do you change?",
    ),
    hard(
        T,
        "system design",
        "Design a system that serves predictions within 50 milliseconds and is retrained every day.",
    ),
    hard(
        B,
        "failure",
        "Tell me about an analysis of yours that turned out to be wrong. How was it found?",
    ),
];
