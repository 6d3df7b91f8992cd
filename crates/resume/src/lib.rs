//! The text of a résumé: PDF, DOCX, ODT, RTF, HTML or plain text, recognised by content.
//!
//! Files come from strangers and their formats are complex, so a worker process with bounded time, memory
//! and output reads them ([`worker`]). Nothing of a file is stored.

mod docx;
mod html;
mod kind;
mod odt;
mod package;
mod pdf;
mod plain;
mod quality;
mod rtf;
#[cfg(test)]
mod samples;
pub mod worker;
mod xml;

use serde::{Deserialize, Serialize};

/// Longest text that is taken from a file, in characters: the limit of `resume_content`.
pub const LONGEST_TEXT: usize = 100_000;

/// The text of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extracted {
    /// At most [`LONGEST_TEXT`] characters, tidied: no runs of blank lines or spaces, no control characters.
    pub text: String,
    /// Something is missing: the file has more text than that, more than 100 pages, or pages that can't be read.
    pub cut: bool,
}

/// Why a file gives no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ResumeError {
    #[error("the file is empty")]
    Empty,
    #[error("the file is of no kind that is read")]
    Unsupported,
    /// A `.doc` of Word 97 to 2003.
    #[error("the file is an old Word document")]
    OldWord,
    #[error("the file is a Pages document")]
    Pages,
    #[error("the file is encrypted")]
    Encrypted,
    /// A scan, or a document without words.
    #[error("the file has no text")]
    NoText,
    /// A PDF's fonts draw letters without saying which they are.
    #[error("most of the file's text is no words")]
    Garbled,
    #[error("the file is damaged")]
    Damaged,
    /// A decompression bomb, or a file that is as much work as one.
    #[error("the file takes too much processor time or memory")]
    TooComplex,
    /// The machine had no time for the file; it may have it later.
    #[error("the file was not read in time")]
    TimedOut,
}

/// # Errors
/// See [`ResumeError`].
fn extract(bytes: &[u8]) -> Result<Extracted, ResumeError> {
    let kind = kind::of(bytes)?;
    let read = match kind {
        kind::Kind::Pdf => pdf::text(bytes)?,
        kind::Kind::Package => package_text(bytes)?.into(),
        kind::Kind::Rtf => rtf::text(bytes).into(),
        kind::Kind::Text => plain_text(bytes)?.into(),
    };
    let mut text = tidied(&read.text);
    if !text.chars().any(char::is_alphanumeric) {
        return Err(ResumeError::NoText);
    }
    if kind == kind::Kind::Pdf && !quality::is_words(&text) {
        return Err(ResumeError::Garbled);
    }
    let end = text.char_indices().nth(LONGEST_TEXT).map(|(at, _)| at);
    if let Some(end) = end {
        text.truncate(end);
    }
    Ok(Extracted {
        text,
        cut: read.cut || end.is_some(),
    })
}

impl From<String> for Extracted {
    fn from(text: String) -> Self {
        Self { text, cut: false }
    }
}

fn package_text(bytes: &[u8]) -> Result<String, ResumeError> {
    let mut package = package::Package::open(bytes)?;
    if let Some(kind) = package.part("mimetype")?
        && odt::MEDIA_TYPES.contains(&kind.trim())
    {
        return odt::text(&mut package);
    }
    if package.has(|name| name.ends_with(".iwa") || name == "Index.zip" || name == "index.xml") {
        return Err(ResumeError::Pages);
    }
    match docx::main_part(&mut package)? {
        Some(main) => docx::text(&mut package, &main),
        None => Err(ResumeError::Unsupported),
    }
}

fn plain_text(bytes: &[u8]) -> Result<String, ResumeError> {
    let (text, encoding) = plain::decoded(bytes, None)?;
    if !html::is_html(&text) {
        return Ok(text);
    }
    match html::named_encoding(bytes) {
        Some(named) if named != encoding => html::text(&plain::decoded(bytes, Some(named))?.0),
        _ => html::text(&text),
    }
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
    use std::io::Write as _;

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
        assert_eq!(extract(b"Ada\n"), Ok("Ada".to_owned().into()));
    }

    fn package(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        for (name, content) in parts {
            let options = zip::write::SimpleFileOptions::default();
            archive.start_file(*name, options).expect("a part");
            archive.write_all(content.as_bytes()).expect("written");
        }
        archive.finish().expect("an archive").into_inner()
    }

    const ODT: (&str, &str) = ("mimetype", "application/vnd.oasis.opendocument.text");

    #[test]
    fn what_a_candidate_typed_is_text() {
        let skills = "AWS GCP SQL HTML CSS PHP XML JSON HTTP TCP DNS SSH SSL TLS JWT gRPC";
        let docx = format!("<document><body><p><r><t>{skills}</t></r></p></body></document>");
        let odt = format!("<document-content><body><p>{skills}</p></body></document-content>");
        for file in [
            skills.into(),
            format!("<ul><p>{skills}</p></ul>").into_bytes(),
            format!("{{\\rtf1 {skills}}}").into_bytes(),
            package(&[("word/document.xml", &docx)]),
            package(&[ODT, ("content.xml", &odt)]),
        ] {
            assert_eq!(extract(&file), Ok(skills.to_owned().into()));
        }
    }

    #[test]
    fn each_part_of_an_odt_is_unpacked_once() {
        let styles = format!(
            "<styles>{}<header><p>Ada</p></header><footer><p>London</p></footer></styles>",
            " ".repeat(16 * 1024 * 1024)
        );
        let content = "<document-content><body><p>Engineer</p></body></document-content>";
        let odt = package(&[ODT, ("styles.xml", &styles), ("content.xml", content)]);
        let read = extract(&odt).map(|read| read.text);
        assert_eq!(read.as_deref(), Ok("Ada\n\nEngineer\n\nLondon"));
    }

    #[test]
    fn a_long_text_is_cut_and_says_so() {
        let long = extract("é ".repeat(60_000).as_bytes()).expect("text");
        assert_eq!((long.text.chars().count(), long.cut), (LONGEST_TEXT, true));
    }
}
