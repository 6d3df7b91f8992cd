//! Answers that people have rated: does the coach agree?

use std::path::Path;

use anyhow::Context as _;
use interview::Coach;
use serde::Deserialize;

use crate::orderings::{conversation, mark};
use crate::statistics::{confidence, spearman};

/// One row of a CSV file; further columns are not read.
#[derive(Deserialize)]
struct Rated {
    answer: String,
    question: String,
    rating: f64,
    #[serde(default)]
    role: String,
    #[serde(default)]
    language: String,
}

/// Reads every CSV file of the folder (columns `answer`, `question`, `rating`; `role` and `language` if there are
/// any), has each answer judged, and prints Spearman's rho of marks and ratings, file by file.
pub(crate) async fn compare(coach: &dyn Coach, folder: &Path) -> anyhow::Result<()> {
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("can't read {}", folder.display()))?;
    let mut files: Vec<_> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("csv"))
    });
    files.sort();
    anyhow::ensure!(!files.is_empty(), "{} holds no .csv file", folder.display());
    for file in files {
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::Headers)
            .from_path(&file)?;
        let mut pairs = Vec::new();
        let mut unjudged = 0;
        for row in reader.deserialize::<Rated>() {
            let row =
                row.with_context(|| format!("{} has a row that can't be read", file.display()))?;
            let language = if row.language.is_empty() {
                "en"
            } else {
                &row.language
            };
            let asked = conversation((&row.role, language), &row.question, &row.answer);
            match coach.assess(&asked, 1).await {
                Ok(feedback) => pairs.push((mark(&feedback), row.rating)),
                Err(_) => unjudged += 1,
            }
        }
        let name = file.file_name().unwrap_or_default().display();
        let rho = spearman(&pairs);
        let interval = rho.and_then(|rho| confidence(rho, pairs.len()));
        match rho.zip(interval) {
            Some((rho, (low, high))) => println!(
                "{name}: Spearman's rho {rho:.2} (95 % {low:.2} to {high:.2}) over {} answers, {unjudged} not judged",
                pairs.len()
            ),
            None => println!(
                "{name}: too few answers, or all alike ({} judged, {unjudged} not)",
                pairs.len()
            ),
        }
    }
    Ok(())
}
