//! The text of a résumé: PDF, DOCX or plain text, recognised by content.
//!
//! Files come from strangers and their formats are complex, so a worker process with bounded time, memory
//! and output reads them ([`worker`]). Nothing of a file is stored.

mod docx;
mod kind;
mod pdf;
mod plain;
pub mod worker;

use serde::{Deserialize, Serialize};

/// Longest text that is taken from a file, in characters: the limit of `resume_content`.
pub const LONGEST_TEXT: usize = 100_000;

/// Why a file gives no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ResumeError {
    #[error("the file is empty")]
    Empty,
    #[error("the file is neither PDF nor DOCX nor text")]
    Unsupported,
    /// A `.doc` of Word 97 to 2003.
    #[error("the file is an old Word document")]
    OldWord,
    #[error("the file is encrypted")]
    Encrypted,
    /// A scan, or a document without words.
    #[error("the file has no text")]
    NoText,
    #[error("the file is damaged")]
    Damaged,
    /// A decompression bomb, or a file that is as much work as one.
    #[error("the file takes too much time or memory")]
    TooComplex,
    #[error("the text is too long")]
    TooLong,
}

/// The text of a file, tidied: no runs of blank lines or spaces, no control characters.
///
/// # Errors
/// See [`ResumeError`].
fn extract(bytes: &[u8]) -> Result<String, ResumeError> {
    let text = match kind::of(bytes)? {
        kind::Kind::Pdf => pdf::text(bytes)?,
        kind::Kind::Docx => docx::text(bytes)?,
        kind::Kind::Plain => plain::text(bytes)?,
    };
    let text = tidied(&text);
    if !text.chars().any(char::is_alphanumeric) {
        return Err(ResumeError::NoText);
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(ResumeError::TooLong);
    }
    Ok(text)
}

fn tidied(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.split(['\n', '\r', '\u{b}', '\u{c}', '\u{2028}', '\u{2029}']) {
        let words: Vec<String> = line
            .split_whitespace()
            .map(|word| word.chars().filter(|c| !c.is_control()).collect())
            .collect();
        let line = words.join(" ");
        if line.is_empty() {
            blank += 1;
            continue;
        }
        if !tidied.is_empty() {
            tidied.push_str(if blank > 0 { "\n\n" } else { "\n" });
        }
        blank = 0;
        tidied.push_str(&line);
    }
    tidied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_tidied_and_nothing_else() {
        assert_eq!(
            tidied("  Ada \t Lovelace\r\n\r\n\n\u{0}Engine\u{7}er  \n- Rust\n"),
            "Ada Lovelace\n\nEngineer\n- Rust"
        );
    }

    #[test]
    fn files_without_words_are_told_apart() {
        assert_eq!(extract(b""), Err(ResumeError::Empty));
        assert_eq!(extract(b" \n\t"), Err(ResumeError::NoText));
        assert_eq!(
            extract(b"\x7fELF\x02\x01\x01\0\0\0"),
            Err(ResumeError::Unsupported)
        );
        assert_eq!(extract(b"Ada\n"), Ok("Ada".to_owned()));
        assert_eq!(
            extract("a ".repeat(60_000).as_bytes()),
            Err(ResumeError::TooLong)
        );
    }
}
