//! Which profession a session practises for. The title says so; an unknown title gets no profession's
//! questions rather than those of a wrong one.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
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

/// A file for each profession, and one for every job.
static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/roles");

/// `data/titles.toml`, where each list is explained.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Titles {
    #[serde(borrow)]
    ranks: Vec<&'static str>,
    tails: Vec<&'static str>,
    cuts: Vec<&'static str>,
    sought: Vec<&'static str>,
}

static TITLES: LazyLock<Titles> = LazyLock::new(|| parsed(include_str!("../../data/titles.toml")));

pub(super) static ROLES: LazyLock<Vec<Role>> = LazyLock::new(|| {
    let texts = FILES.files().filter_map(|file| file.contents_utf8());
    texts.map(parsed).collect()
});

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

    /// What is asked in every job.
    pub(super) fn general() -> &'static Self {
        let general = ROLES.iter().find(|role| role.is_general());
        general.expect("there is a file for every job")
    }

    pub(super) fn is_general(&self) -> bool {
        self.label == "general"
    }

    /// The one whose title ends the text, ranks and what follows "of" or "in" set aside: English names the
    /// profession last. Of several, the longest.
    fn named(title: &str) -> Option<&'static Self> {
        let head = title.split([',', '(', '|', ';', ':', '–', '—']).next()?;
        let head = head.split(" - ").next()?;
        let text = Text::new(head);
        let words = text.words();
        let cut = (1..words.len()).find(|at| TITLES.cuts.contains(&words[*at]));
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
            let found = ROLES
                .iter()
                .filter_map(longest)
                .max_by_key(|(length, _)| *length);
            if let Some((_, role)) = found {
                return Some(role);
            }
            if !TITLES.ranks.contains(last) && !TITLES.tails.contains(last) {
                break;
            }
            head = before;
        }
        let kept: Vec<&str> = words
            .iter()
            .copied()
            .filter(|word| !TITLES.ranks.contains(word))
            .collect();
        let kept = kept.join(" ");
        ROLES.iter().find(|role| role.exact.contains(&&*kept))
    }
}

/// The title in an advertisement: its first line, or what it says that it looks for.
fn advertised(description: &str) -> impl Iterator<Item = &str> {
    let beginning = clipped(description, TITLE_CHARS);
    let first = beginning.lines().next();
    let sought = TITLES
        .sought
        .iter()
        .filter_map(|sought| Some(beginning.split_once(sought)?.1));
    first.into_iter().chain(sought)
}
