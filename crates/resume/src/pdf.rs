//! PDF (ISO 32000): what fonts and positions say of the text of each page.

mod bidi;
mod columns;
mod glyphs;
mod hyphens;
mod layout;

use std::panic::{AssertUnwindSafe, catch_unwind};

use pdf_oxide::object::Object;
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
                if !parts_are_whole(&document, read) {
                    failed = Some(ResumeError::Damaged);
                }
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
            cut: read < pages || failed.is_some(),
        }),
    }
}

/// The text of a page. A reader that panics on one page reads the others.
fn page(document: &PdfDocument, page: usize) -> Result<String, ResumeError> {
    let read = || {
        // Of a page that can't be decoded, the reader of glyphs says that it is blank.
        document.get_page_content_data(page)?;
        glyphs::of_page(document, page)
    };
    let glyphs = catch_unwind(AssertUnwindSafe(read))
        .map_err(|_| ResumeError::Damaged)?
        .map_err(|error| of(&error))?;
    let texts: Vec<String> = glyphs.into_iter().map(layout::text).collect();
    Ok(texts.join("\n\n"))
}

/// Whether each part of a page's content can be decoded: the reader leaves out those that can't without a word.
/// The parts of an encrypted file can't be told apart from here.
fn parts_are_whole(document: &PdfDocument, page: usize) -> bool {
    if document.is_encrypted() {
        return true;
    }
    let loaded = |object: &Object| match object.as_reference() {
        Some(at) => document.load_object(at),
        None => Ok(object.clone()),
    };
    let Ok(page) = document.get_page(page) else {
        return false;
    };
    let contents = page.as_dict().and_then(|page| page.get("Contents"));
    let Some(Ok(Object::Array(parts))) = contents.map(loaded) else {
        // One part that can't be decoded has failed as a page.
        return true;
    };
    parts
        .iter()
        .filter(|part| !matches!(part, Object::Null))
        .all(|part| loaded(part).is_ok_and(|part| part.decode_stream_data().is_ok()))
}

fn of(error: &Error) -> ResumeError {
    match error {
        Error::EncryptedPdf => ResumeError::Encrypted,
        _ => ResumeError::Damaged,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PDF of two pages: the first says "Ada Lovelace", the second is `second` and its content `content`.
    fn two_pages(second: &str, content: &str) -> Vec<u8> {
        let empty_part = "<</Length 0>>stream\n\nendstream";
        let line = "BT /F1 12 Tf 50 800 Td (Ada Lovelace) Tj ET";
        let objects = [
            "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
            "<</Type/Pages/Kids[3 0 R 4 0 R]/Count 2/MediaBox[0 0 595 842]/Resources<</Font<</F1 7 0 R>>>>>>".to_owned(),
            "<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<</Font<</F1 7 0 R>>>>>>".to_owned(),
            second.to_owned(),
            format!("<</Length {}>>stream\n{line}\nendstream", line.len()),
            content.to_owned(),
            "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
            empty_part.to_owned(),
        ];
        let mut file = "%PDF-1.4\n".to_owned();
        let mut table = "xref\n0 9\n0000000000 65535 f \n".to_owned();
        for (at, object) in objects.iter().enumerate() {
            table.push_str(&format!("{:010} 00000 n \n", file.len()));
            file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", at + 1));
        }
        let start = file.len();
        file.push_str(&format!(
            "{table}trailer\n<</Size 9/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n"
        ));
        file.into_bytes()
    }

    #[test]
    fn a_page_that_is_lost_does_not_vanish_silently() {
        let page = "<</Type/Page/Parent 2 0 R/Contents 6 0 R/Resources<</Font<</F1 7 0 R>>>>>>";
        let empty = "<</Length 0>>stream\n\nendstream";
        let noise = "<</Length 9/Filter/FlateDecode>>stream\nnot zlib!\nendstream";
        for (what, second, content, cut) in [
            ("a blank page", page, empty, false),
            (
                "a page without content",
                "<</Type/Page/Parent 2 0 R>>",
                empty,
                false,
            ),
            ("content that can't be unpacked", page, noise, true),
            ("a page that is none", "(none)", empty, true),
            (
                "an encoding that no one knows",
                page,
                "<</Length 3/Filter/Unknown>>stream\nabc\nendstream",
                true,
            ),
            (
                "one of two parts that can't be unpacked",
                "<</Type/Page/Parent 2 0 R/Contents[8 0 R 6 0 R]/Resources<</Font<</F1 7 0 R>>>>>>",
                noise,
                true,
            ),
            (
                "two parts that are whole",
                "<</Type/Page/Parent 2 0 R/Contents[8 0 R 6 0 R null]/Resources<</Font<</F1 7 0 R>>>>>>",
                empty,
                false,
            ),
        ] {
            let read = text(&two_pages(second, content)).expect(what);
            assert_eq!(
                (read.text.trim(), read.cut),
                ("Ada Lovelace", cut),
                "{what}"
            );
        }
    }
}
