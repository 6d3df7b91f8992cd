//! Questions for marketing and sales, customer support, operations and finance.

use super::Kind::{Behavioural as B, Situational as S, Technical as T};
use super::{Question, easy, hard, medium};

pub(super) const SALES: &[Question] = &[
    easy(
        B,
        "customers",
        "How do you prepare for a first conversation with a possible customer?",
    ),
    easy(
        T,
        "channels",
        "Which marketing or sales channel do you know best, and what does it not do well?",
    ),
    easy(
        B,
        "motivation",
        "What keeps you going after a week of rejections?",
    ),
    easy(
        S,
        "pitching",
        "Sell me a product that you have worked with.",
    ),
    medium(
        B,
        "closing deals",
        "Tell me about a deal or a campaign you won that others had given up on.",
    ),
    medium(
        T,
        "metrics",
        "Which numbers do you look at every week, and what do you do when one of them falls?",
    ),
    medium(
        S,
        "negotiation",
        "A customer wants 30 percent off or goes to a competitor. What do you say?",
    ),
    medium(
        B,
        "failure",
        "Describe a campaign or a deal that failed. What did you do differently the next time?",
    ),
    medium(
        T,
        "positioning",
        "How would you find out which message works for a product nobody knows yet?",
    ),
    medium(
        B,
        "teamwork",
        "How have marketing and sales worked together where you were, and what did you do to improve it?",
    ),
    medium(
        T,
        "budget",
        "You get 10,000 for a quarter. How do you spend it, and how do you know that it worked?",
    ),
    hard(
        T,
        "attribution",
        "Several channels claim the same sale. How do you decide where the next euro goes?",
    ),
    hard(
        B,
        "negotiation",
        "Walk me through the toughest negotiation you have led, from your preparation to the signature.",
    ),
    hard(
        S,
        "strategy",
        "You have to enter a market where two competitors share nine of ten customers. Where do you begin?",
    ),
    hard(
        S,
        "ethics",
        "You could close the quarter by selling something the customer does not need. What do you do?",
    ),
    hard(
        B,
        "customers",
        "Tell me about the most important customer you lost. What did you learn about your own part in it?",
    ),
];

pub(super) const SUPPORT: &[Question] = &[
    easy(
        B,
        "customers",
        "Tell me about a customer you are proud to have helped.",
    ),
    easy(
        S,
        "customers",
        "A customer is angry about something that is not your fault. How do you begin?",
    ),
    easy(
        T,
        "communication",
        "How do you explain a technical problem to somebody who is not technical?",
    ),
    easy(
        B,
        "teamwork",
        "When do you solve a case on your own, and when do you hand it over?",
    ),
    medium(
        B,
        "customers",
        "Describe a time when you could not give the customer what they wanted. What did you do instead?",
    ),
    medium(
        S,
        "prioritisation",
        "Twenty tickets wait, three customers call them all urgent, and you are alone. What do you do?",
    ),
    medium(
        T,
        "metrics",
        "Which figures tell you that support is good, and which of them can be misleading?",
    ),
    medium(
        B,
        "initiative",
        "Tell me about something you wrote or changed so that customers no longer had to ask.",
    ),
    medium(
        T,
        "problem solving",
        "How do you find the cause of a problem when the customer's description is incomplete?",
    ),
    medium(
        B,
        "feedback",
        "How have you brought what customers say to the people who build the product?",
    ),
    medium(
        S,
        "conflict",
        "A colleague gave a customer wrong information and the customer quotes it to you. What do you say?",
    ),
    hard(
        S,
        "pressure",
        "There is an outage, nobody knows when it ends, and customers demand an answer now. What do you write to them?",
    ),
    hard(
        B,
        "customers",
        "Tell me about the hardest conversation you have had with a customer, from the first sentence to the last.",
    ),
    hard(
        S,
        "ethics",
        "You find out that customers have been charged too much for months, and nobody has noticed. What do you do?",
    ),
    hard(
        T,
        "process",
        "How would you bring the first answer down from a day to an hour without more people?",
    ),
];

pub(super) const OPERATIONS: &[Question] = &[
    easy(
        T,
        "planning",
        "How do you plan a project of three months, and what do you write down first?",
    ),
    easy(
        B,
        "prioritisation",
        "How do you keep track of many small tasks at once?",
    ),
    easy(
        B,
        "communication",
        "How do you keep people informed who are not part of the project?",
    ),
    easy(
        T,
        "process",
        "Which process at your last workplace would you have simplified first, and how?",
    ),
    medium(
        B,
        "planning",
        "Tell me about a project that was late. When did you know, and what did you do?",
    ),
    medium(
        T,
        "risk",
        "How do you find the risks of a project before they find you?",
    ),
    medium(
        S,
        "stakeholders",
        "Two departments need the same people in the same week. How do you settle it?",
    ),
    medium(
        B,
        "process",
        "Describe a process you improved. How did you measure the difference?",
    ),
    medium(
        S,
        "scope",
        "The client asks for one small addition every week. How do you deal with it?",
    ),
    medium(
        B,
        "conflict",
        "Tell me about a supplier or a partner who did not deliver. What did you do?",
    ),
    medium(
        T,
        "metrics",
        "Which few figures would you put on the wall of an operations team, and why these?",
    ),
    hard(
        S,
        "risk",
        "Half-way through, the most important person on your project leaves. What do you do in the first week?",
    ),
    hard(
        B,
        "scope",
        "Tell me about a project you recommended to stop. What happened?",
    ),
    hard(
        T,
        "process",
        "How would you cut the cost of an operation by 15 percent without making it worse for customers?",
    ),
    hard(
        S,
        "planning",
        "You take over a project that is three months late and whose status reports were all green. Where do you begin?",
    ),
];

pub(super) const FINANCE: &[Question] = &[
    easy(
        T,
        "reporting",
        "How do the income statement, the balance sheet and the cash flow statement hang together?",
    ),
    easy(
        T,
        "accuracy",
        "How do you check your own work before it leaves your desk?",
    ),
    easy(
        B,
        "communication",
        "Tell me about a time you explained figures to people who do not work with figures.",
    ),
    easy(
        B,
        "learning",
        "How do you keep up with changes in rules and standards?",
    ),
    medium(
        T,
        "forecasting",
        "How do you build a forecast, and what do you do when the first quarter misses it?",
    ),
    medium(
        B,
        "accuracy",
        "Tell me about an error you found in the accounts or in a model. How did you find it, and what followed?",
    ),
    medium(
        T,
        "reporting",
        "Profit rises and cash falls. What are the possible reasons, and where do you look first?",
    ),
    medium(
        S,
        "ethics",
        "Your manager asks you to book revenue a month early. What do you do?",
    ),
    medium(
        T,
        "cost control",
        "How would you look for savings in a department you do not know?",
    ),
    medium(
        B,
        "process",
        "Describe how you made a month-end close, a report or a reconciliation faster.",
    ),
    medium(
        T,
        "risk",
        "Which controls would you set up first in a company that has none?",
    ),
    hard(
        T,
        "valuation",
        "How would you value a company that has never made a profit, and where is your valuation weakest?",
    ),
    hard(
        S,
        "stakeholders",
        "The board wants to invest in something your model says will lose money. How do you present it?",
    ),
    hard(
        B,
        "pressure",
        "Tell me about a close, an audit or a deal in which everything went wrong at once.",
    ),
    hard(
        T,
        "forecasting",
        "How do you plan cash for a business whose revenue can halve within a month?",
    ),
];
