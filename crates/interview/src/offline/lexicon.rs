//! The words that the offline coach and interviewer listen for, all in lower case.

pub(super) const SITUATION: &[&str] = &[
    "when i",
    "when we",
    "at the time",
    "last year",
    "last month",
    "two years ago",
    "years ago",
    "in my previous",
    "in my last",
    "at my previous",
    "at my last",
    "in my current",
    "previous job",
    "previous role",
    "our team",
    "my team",
    "the team",
    "the project",
    "a project",
    "one project",
    "the company",
    "a client",
    "our client",
    "the client",
    "a customer",
    "our customers",
    "there was",
    "there were",
    "we had",
    "we were",
    "i was working",
    "i worked",
    "while i",
    "during",
    "situation",
    "context",
    "background",
    "for example",
    "for instance",
    "once",
];
pub(super) const TASK: &[&str] = &[
    "needed to",
    "had to",
    "my goal",
    "our goal",
    "the goal",
    "my task",
    "the task",
    "my job was",
    "my role",
    "responsible for",
    "was asked",
    "i was asked",
    "the challenge",
    "the problem",
    "problem was",
    "challenge was",
    "deadline",
    "objective",
    "target was",
    "wanted to",
    "in charge of",
    "i owned",
    "requirement",
    "asked me to",
];
pub(super) const ACTIONS: &[&str] = &[
    "built", "wrote", "led", "made", "ran", "set", "took", "began", "found", "gave", "taught",
    "chose", "brought", "sold", "met", "spoke", "split", "cut", "put", "drew", "drove", "held",
    "kept", "grew", "rewrote", "sent", "showed", "broke",
];
/// Past tenses that tell a wish or a state rather than an act.
pub(super) const NOT_ACTIONS: &[&str] = &[
    "needed", "wanted", "liked", "loved", "hated", "hoped", "wished", "seemed", "happened",
    "existed", "stayed", "tried", "believed", "used", "supposed",
];
pub(super) const RESULT: &[&str] = &[
    "as a result",
    "resulted in",
    "result",
    "results",
    "outcome",
    "in the end",
    "ended up",
    "reduced",
    "increased",
    "improved",
    "saved",
    "grew",
    "dropped",
    "fell",
    "rose",
    "went from",
    "led to",
    "shipped",
    "launched",
    "delivered",
    "achieved",
    "succeeded",
    "which meant",
    "doubled",
    "tripled",
    "halved",
    "promoted",
    "won",
    "renewed",
    "failed",
    "impact",
    "eventually we",
    "cut",
];
pub(super) const SEQUENCE: &[&str] = &[
    "first",
    "firstly",
    "second",
    "secondly",
    "third",
    "then",
    "next",
    "after that",
    "afterwards",
    "finally",
    "eventually",
    "later",
    "to begin",
    "to start",
    "in the end",
    "once we",
    "after",
    "before",
    "as a result",
];
pub(super) const REASONS: &[&str] = &[
    "because",
    "so that",
    "since",
    "the reason",
    "due to",
    "in order to",
    "therefore",
    "that is why",
    "that's why",
    "which meant",
    "given that",
    "to avoid",
    "to make sure",
    "to ensure",
];
pub(super) const TRADE_OFFS: &[&str] = &[
    "trade off",
    "trade offs",
    "tradeoff",
    "tradeoffs",
    "however",
    "although",
    "instead",
    "on the other hand",
    "alternative",
    "alternatives",
    "compared",
    "rather than",
    "downside",
    "risk",
    "risks",
    "cost us",
    "at the cost",
    "pros and cons",
    "considered",
    "weighed",
    "versus",
    "even though",
    "whereas",
    "constraint",
    "constraints",
    "but",
];
pub(super) const REFLECTION: &[&str] = &[
    "i learned",
    "i learnt",
    "we learned",
    "we learnt",
    "in hindsight",
    "hindsight",
    "next time",
    "looking back",
    "i would have",
    "i should have",
    "i would do",
    "would do differently",
    "i realised",
    "i realized",
    "taught me",
    "lesson",
    "lessons",
    "i now",
    "since then",
    "my mistake",
    "retrospective",
    "post mortem",
    "postmortem",
];
pub(super) const HEDGES: &[&str] = &[
    "um",
    "uh",
    "erm",
    "you know",
    "kind of",
    "sort of",
    "basically",
    "actually",
    "literally",
    "i guess",
    "maybe",
    "probably",
    "i suppose",
    "or something",
    "or whatever",
    "whatever",
    "i mean",
    "stuff like that",
    "to be honest",
    "not sure",
    "i don't know",
    "dunno",
    "idk",
    "like i said",
    "somehow",
    "just",
];
pub(super) const VAGUE: &[&str] = &[
    "stuff",
    "things",
    "something",
    "somehow",
    "various",
    "a lot",
    "lots of",
    "many",
    "several",
    "some",
    "etc",
    "and so on",
    "good",
    "nice",
    "hard",
    "usually",
    "generally",
    "always",
    "whatever",
];
pub(super) const HOSTILE: &[&str] = &[
    "fuck",
    "fucking",
    "shit",
    "bullshit",
    "idiot",
    "idiots",
    "stupid",
    "moron",
    "asshole",
    "shut up",
    "screw you",
    "i hate you",
    "waste of time",
    "dumb",
    "crap",
    "go to hell",
];
/// Words of numbers, beside digits.
pub(super) const NUMBERS: &[&str] = &[
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "fifteen", "twenty", "thirty", "forty", "fifty", "hundred", "thousand", "million", "billion",
    "percent", "per cent", "half", "twice", "doubled", "tripled", "halved", "dozen",
];

/// Words that carry no subject. Their share also tells English from other text.
const STOPWORDS: &str = " a about after all also am an and any are as at be been before being but by can \
could did do does doing don't for from get got had has have having he her here him his how i i'd i'll \
i'm i've if in into is it it's its just let like made make me more most my no not now of off on once one \
only or other our out over own s she should so some such t than that that's the their them then there \
these they this those through to too under up us very was we were what when where which while who why \
will with would you you're your yours tell give example time describe explain walk think work question \
answer really much many well way something thing things ";

pub(super) fn is_stopword(lower: &str) -> bool {
    let mut needle = String::with_capacity(lower.len() + 2);
    needle.push(' ');
    needle.push_str(lower);
    needle.push(' ');
    STOPWORDS.contains(&needle)
}

/// Written like a technical name: `PostgreSQL`, `AWS`, `k8s`, `C3PO`.
pub(super) fn looks_technical(word: &str) -> bool {
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let inner_capital = word.chars().skip(1).any(char::is_uppercase);
    let inner_digit = word.chars().next().is_some_and(char::is_alphabetic)
        && word.chars().any(|c| c.is_ascii_digit());
    letters >= 1 && (inner_capital || inner_digit) && word.chars().count() >= 2
}

pub(super) fn is_capitalised(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
        && word != "I"
        && !word.starts_with("I'")
        && !word.starts_with("I\u{2019}")
}

/// The word without its commonest endings, so that `tested` meets `testing`.
pub(super) fn stem(lower: &str) -> &str {
    for ending in [
        "ations", "ation", "ments", "ment", "ings", "ing", "ions", "ion", "ers", "ies", "ed", "er",
        "es", "s", "e", "y",
    ] {
        if let Some(stem) = lower.strip_suffix(ending)
            && stem.chars().count() >= 4
        {
            return stem;
        }
    }
    lower
}
