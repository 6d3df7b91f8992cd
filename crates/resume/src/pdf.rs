//! PDF (ISO 32000): the text of each page, as far as its fonts tell which characters they draw.

use lopdf::{Document, Error, LoadOptions};

use super::{LONGEST_TEXT, ResumeError};

/// Bytes that a stream may have once it is unpacked.
const LARGEST_STREAM: usize = 30 * 1024 * 1024;
const MOST_PAGES: usize = 60;

pub(super) fn text(bytes: &[u8]) -> Result<String, ResumeError> {
    let options = LoadOptions::with_max_decompressed_size(LARGEST_STREAM);
    let document = Document::load_mem_with_options(bytes, options).map_err(|error| of(&error))?;
    if document.is_encrypted() {
        return Err(ResumeError::Encrypted);
    }
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    if pages.is_empty() {
        return Err(ResumeError::Damaged);
    }
    if pages.len() > MOST_PAGES {
        return Err(ResumeError::TooLong);
    }
    let mut text = String::new();
    let mut failed = None;
    for page in pages {
        match document.extract_text_with_limit(&[page], LARGEST_STREAM) {
            Ok(page) => text.push_str(&page),
            Err(error) => failed = Some(of(&error)),
        }
        text.push('\n');
        if text.len() > LONGEST_TEXT * 8 {
            return Err(ResumeError::TooLong);
        }
    }
    match failed {
        // A page that can't be read must not pass for one without words.
        Some(error) if !text.chars().any(char::is_alphanumeric) => Err(error),
        Some(ResumeError::TooComplex) => Err(ResumeError::TooComplex),
        _ => Ok(text),
    }
}

fn of(error: &Error) -> ResumeError {
    match error {
        Error::Decryption(_) | Error::InvalidPassword | Error::AlreadyEncrypted => {
            ResumeError::Encrypted
        }
        Error::Decompress(lopdf::DecompressError::MemoryLimitExceeded { .. }) => {
            ResumeError::TooComplex
        }
        _ => ResumeError::Damaged,
    }
}
