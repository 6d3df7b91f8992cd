//! The files in `tests/files`: résumés in ten languages, by the programs that people use.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use unicode_normalization::UnicodeNormalization as _;

use super::{Extracted, ResumeError, extract};

const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/files");

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(Path::new(FILES).join(folder)).expect("a folder");
    let mut files: Vec<PathBuf> = folder.map(|file| file.expect("a file").path()).collect();
    files.sort();
    files
}

fn name(file: &Path) -> &str {
    file.file_name()
        .and_then(|name| name.to_str())
        .expect("a name")
}

/// What the file was made of.
fn reference(file: &Path) -> String {
    let text = Path::new(FILES).join("text").join(&name(file)[..2]);
    std::fs::read_to_string(text.with_extension("txt")).expect("a reference")
}

fn read(file: &Path) -> Result<Extracted, ResumeError> {
    extract(&std::fs::read(file).expect("a file"))
}

/// Words; each character of Chinese and Japanese is one. TeX and groff make typographic apostrophes.
fn words(text: &str) -> Vec<String> {
    let mut spaced = String::new();
    for c in text.nfkc() {
        match c {
            '\u{3000}'..='\u{9fff}' | '，' => spaced.extend([' ', c, ' ']),
            '’' => spaced.push('\''),
            c => spaced.push(c),
        }
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

fn words_a_line(text: &str) -> f64 {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    #[expect(clippy::cast_precision_loss, reason = "few")]
    let mean = words(text).len() as f64 / lines.max(1) as f64;
    mean
}

#[expect(clippy::cast_precision_loss, reason = "few")]
fn share(found: usize, wanted: &[String]) -> f64 {
    found as f64 / wanted.len() as f64
}

/// Share of the words that were found.
fn recall(wanted: &[String], found: &[String]) -> f64 {
    let mut counts: HashMap<&String, usize> = HashMap::new();
    for word in found {
        *counts.entry(word).or_default() += 1;
    }
    let hits = wanted.iter().filter(|word| {
        counts.get_mut(word).is_some_and(|count| {
            let left = *count > 0;
            *count -= usize::from(left);
            left
        })
    });
    share(hits.count(), wanted)
}

/// Share of the words that were found in their order: the longest common subsequence.
fn order(wanted: &[String], found: &[String]) -> f64 {
    let mut above = vec![0; found.len() + 1];
    for word in wanted {
        let mut row = vec![0; found.len() + 1];
        for (at, other) in found.iter().enumerate() {
            row[at + 1] = if word == other {
                above[at] + 1
            } else {
                above[at + 1].max(row[at])
            };
        }
        above = row;
    }
    share(above[found.len()], wanted)
}

#[test]
fn printed_resumes_are_read_whole_in_order_and_line_by_line() {
    let files = files("pdf");
    assert!(files.len() >= 60, "{}", files.len());
    let (mut lost, mut failures) = (Vec::new(), Vec::new());
    for file in &files {
        let text = match read(file) {
            Ok(read) => read.text,
            Err(error) => {
                failures.push(format!("{}: {error}", name(file)));
                continue;
            }
        };
        let reference = reference(file);
        let (wanted, found) = (words(&reference), words(&text));
        let lines = words_a_line(&text) / words_a_line(&reference);
        let (recall, order) = (recall(&wanted, &found), order(&wanted, &found));
        let line = format!(
            "{}: recall {recall:.3}, order {order:.3}, words a line {lines:.2}",
            name(file)
        );
        if recall < 0.98 {
            lost.push(line.clone());
        }
        if recall < 0.9 || order < 0.9 || !(0.8..=1.2).contains(&lines) {
            failures.push(line);
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(lost.len() * 10 <= files.len(), "{lost:#?}");
}
