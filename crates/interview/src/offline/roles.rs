//! Which profession a session practises for. The title says so; an unknown title gets no profession's
//! questions rather than those of a wrong one.

use std::sync::LazyLock;

use serde::Deserialize;

use super::data::{Entry, Question, parsed};
use super::text::{Text, clipped};
use crate::SessionConfig;

/// Characters of a job description in which its title stands, where no title is given.
const TITLE_CHARS: usize = 200;

/// What `data/roles/` holds on a profession.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Role {
    /// How it is called in a sentence.
    pub(super) label: &'static str,
    /// Titles, in lower case, that may stand anywhere in a longer one.
    #[serde(borrow, default)]
    titles: Vec<&'static str>,
    /// Titles too general for that: they count alone, or with a rank ("senior").
    #[serde(default)]
    exact: Vec<&'static str>,
    #[serde(default)]
    pub(super) resources: Vec<Entry>,
    pub(super) questions: Vec<Question>,
}

macro_rules! roles {
    ($($name:literal),* $(,)?) => {
        &[$(include_str!(concat!("../../data/roles/", $name, ".toml"))),*]
    };
}

/// The last one is for every job.
const FILES: &[&str] = roles![
    "accounting",
    "chef",
    "civil-engineering",
    "data",
    "design",
    "devops",
    "driving",
    "electrical-engineering",
    "finance",
    "law",
    "leadership",
    "mechanical-engineering",
    "nursing",
    "operations",
    "product",
    "quality",
    "retail",
    "sales",
    "security",
    "software",
    "support",
    "teaching",
    "general",
];

/// Words of a title that say the rank, not the profession.
const RANKS: &[&str] = &[
    "senior",
    "junior",
    "lead",
    "principal",
    "staff",
    "trainee",
    "intern",
    "internship",
    "apprentice",
    "graduate",
    "assistant",
    "head",
    "deputy",
    "mid",
    "level",
    "entry",
    "experienced",
    "professional",
    "part",
    "time",
    "full",
    "i",
    "ii",
    "iii",
    "m",
    "f",
    "d",
    "w",
    "x",
    "freelance",
    "temporary",
    "remote",
    "a",
    "an",
    "the",
    "sr",
    "jr",
    "1",
    "2",
    "3",
    "new",
    "our",
    "your",
];
/// Words that may follow a profession without making another of it.
const TAILS: &[&str] = &[
    "manager",
    "specialist",
    "expert",
    "supervisor",
    "engineer",
    "analyst",
    "consultant",
    "associate",
    "practitioner",
    "job",
    "role",
    "position",
];
/// Words after which a title says where, for whom or since when.
const CUTS: &[&str] = &[
    "of", "for", "in", "at", "with", "to", "who", "that", "from", "on", "based", "wanted",
    "required", "needed", "and", "is",
];
/// What stands before the title in an advertisement.
const SOUGHT: &[&str] = &[
    "looking for an ",
    "looking for a ",
    "looking for ",
    "hiring an ",
    "hiring a ",
    "seeking an ",
    "seeking a ",
    "need an ",
    "need a ",
    " as an ",
    " as a ",
    "join us as ",
];

pub(super) fn all() -> &'static [Role] {
    static ROLES: LazyLock<Vec<Role>> =
        LazyLock::new(|| FILES.iter().map(|file| parsed(file)).collect());
    &ROLES
}

impl Role {
    /// The profession that the title names, or the beginning of the job description where there is no title;
    /// the one for every job when neither does.
    pub(super) fn of(config: &SessionConfig) -> &'static Self {
        let title = config.job_role.as_deref().unwrap_or_default();
        let named = if title.trim().is_empty() {
            advertised(config.job_description.as_deref().unwrap_or_default()).find_map(Self::named)
        } else {
            Self::named(title)
        };
        named.unwrap_or_else(Self::general)
    }

    /// The profession for every job.
    pub(super) fn general() -> &'static Self {
        all().last().expect("there are roles")
    }

    pub(super) fn is_general(&self) -> bool {
        self.label == Self::general().label
    }

    /// The one whose title ends the text, ranks and what follows "of" or "in" set aside: English names the
    /// profession last. Of several, the longest.
    fn named(title: &str) -> Option<&'static Self> {
        let head = title
            .split([',', '(', '|', ';', ':', '.', '–', '—'])
            .next()?;
        let head = head.split(" - ").next()?;
        let text = Text::new(head);
        let words = text.words();
        let cut = (1..words.len()).find(|at| CUTS.contains(&words[*at]));
        let mut head = &words[..cut.unwrap_or(words.len())];
        while let Some((last, before)) = head.split_last() {
            let ends = |title: &&&str| {
                let title: Vec<&str> = title.split(' ').collect();
                head.ends_with(&title)
                    || words.len() > title.len()
                        && words.starts_with(&title)
                        && title.ends_with(&["of"])
            };
            let longest = |role: &'static Self| {
                let lengths = role.titles.iter().filter(ends).map(|title| title.len());
                lengths.max().map(|length| (length, role))
            };
            let found = all()
                .iter()
                .filter_map(longest)
                .max_by_key(|(length, _)| *length);
            if let Some((_, role)) = found {
                return Some(role);
            }
            if !RANKS.contains(last) && !TAILS.contains(last) {
                break;
            }
            head = before;
        }
        let kept: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| !RANKS.contains(word))
            .collect();
        let kept = kept.join(" ");
        all().iter().find(|role| role.exact.contains(&&*kept))
    }
}

/// The title in an advertisement: its first line, or what it says that it looks for.
fn advertised(description: &str) -> impl Iterator<Item = &str> {
    let beginning = clipped(description, TITLE_CHARS);
    let first = beginning.lines().next();
    let sought = SOUGHT
        .iter()
        .filter_map(|sought| Some(beginning.split_once(sought)?.1));
    first.into_iter().chain(sought)
}
