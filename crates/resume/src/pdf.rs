//! PDF (ISO 32000): what fonts and positions say of the text of each page.

mod bidi;
mod columns;
mod glyphs;
mod hyphens;
mod layout;

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_oxide::{Error, PdfDocument};

use super::{Extracted, LONGEST_TEXT, ResumeError};

const MOST_PAGES: usize = 100;

pub(super) fn text(bytes: &[u8]) -> Result<Extracted, ResumeError> {
    let document = PdfDocument::from_bytes(bytes.to_vec()).map_err(|error| of(&error))?;
    // Many files may be opened by anyone: their password only guards printing and changes.
    if document.is_encrypted() && !document.authenticate(b"").unwrap_or(false) {
        return Err(ResumeError::Encrypted);
    }
    let pages = document.page_count().map_err(|error| of(&error))?;
    if pages == 0 {
        return Err(ResumeError::Damaged);
    }
    let mut text = String::new();
    let mut length = 0;
    let mut failed = None;
    let mut read = 0;
    while read < pages.min(MOST_PAGES) && length <= LONGEST_TEXT {
        match page(&document, read) {
            Ok(page) => {
                length += page.chars().count();
                text.push_str(&page);
                text.push_str("\n\n");
            }
            Err(error) => failed = Some(error),
        }
        read += 1;
    }
    match failed {
        // A page that can't be read must not pass for one without words.
        Some(error) if !text.chars().any(char::is_alphanumeric) => Err(error),
        _ => Ok(Extracted {
            text: hyphens::joined(&text),
            cut: read < pages,
        }),
    }
}

/// The text of a page. A reader that panics on one page reads the others.
fn page(document: &PdfDocument, page: usize) -> Result<String, ResumeError> {
    let glyphs = catch_unwind(AssertUnwindSafe(|| glyphs::of_page(document, page)))
        .map_err(|_| ResumeError::Damaged)?
        .map_err(|error| of(&error))?;
    let texts: Vec<String> = glyphs.into_iter().map(layout::text).collect();
    Ok(texts.join("\n\n"))
}

fn of(error: &Error) -> ResumeError {
    match error {
        Error::EncryptedPdf => ResumeError::Encrypted,
        _ => ResumeError::Damaged,
    }
}
