//! Word documents (ECMA-376): paragraphs, tables, headers and footers, text boxes, in reading order.

use std::io::{Cursor, Read as _};

use quick_xml::Reader;
use quick_xml::events::Event;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{LONGEST_TEXT, ResumeError};

/// Bytes that a part of the document may have once it is unpacked.
const LARGEST_PART: u64 = 30 * 1024 * 1024;
/// Headers and footers that are read.
const MOST_MARGINS: usize = 20;
/// Elements within each other; Word needs a few dozen.
const DEEPEST: usize = 256;

pub(super) fn text(bytes: &[u8]) -> Result<String, ResumeError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ResumeError::Damaged)?;
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| name.ok().map(std::borrow::Cow::into_owned))
        .collect();
    if !names.iter().any(|name| name == "word/document.xml") {
        return Err(ResumeError::Unsupported);
    }
    let mut margins: Vec<&String> = names
        .iter()
        .filter(|name| name.starts_with("word/header") || name.starts_with("word/footer"))
        .filter(|name| name.ends_with(".xml"))
        .take(MOST_MARGINS)
        .collect();
    // Headers sort behind footers; a name and address usually stand in the header.
    margins.sort_by_key(|name| (name.starts_with("word/footer"), name.as_str()));
    let (headers, footers): (Vec<_>, Vec<_>) = margins
        .into_iter()
        .partition(|name| name.starts_with("word/header"));
    let mut text = String::new();
    let body = "word/document.xml".to_owned();
    for name in headers.into_iter().chain([&body]).chain(footers) {
        read_part(&mut archive, name, &mut text)?;
        text.push('\n');
    }
    Ok(text)
}

fn read_part(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    name: &str,
    text: &mut String,
) -> Result<(), ResumeError> {
    let part = archive.by_name(name).map_err(|error| match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => ResumeError::Encrypted,
        _ => ResumeError::Damaged,
    })?;
    // The size that the archive claims is not believed.
    let mut xml = Vec::new();
    part.take(LARGEST_PART + 1)
        .read_to_end(&mut xml)
        .map_err(|_| ResumeError::Damaged)?;
    if xml.len() as u64 > LARGEST_PART {
        return Err(ResumeError::TooComplex);
    }
    words(&xml, text)
}

fn words(xml: &[u8], text: &mut String) -> Result<(), ResumeError> {
    let xml = std::str::from_utf8(xml).map_err(|_| ResumeError::Damaged)?;
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    // Word writes shapes twice, for itself and for older readers: the second time is left out.
    let mut fallback = None;
    let mut in_text = false;
    loop {
        match reader.read_event().map_err(|_| ResumeError::Damaged)? {
            Event::Start(element) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(ResumeError::TooComplex);
                }
                match element.local_name().as_ref() {
                    "Fallback" if fallback.is_none() => fallback = Some(depth),
                    "t" => in_text = true,
                    _ => {}
                }
            }
            Event::Empty(element) if fallback.is_none() => match element.local_name().as_ref() {
                "tab" => text.push('\t'),
                "br" | "cr" | "p" => text.push('\n'),
                "noBreakHyphen" => text.push('-'),
                _ => {}
            },
            Event::End(element) => {
                if fallback == Some(depth) {
                    fallback = None;
                }
                depth = depth.saturating_sub(1);
                if fallback.is_none() {
                    match element.local_name().as_ref() {
                        "p" | "tr" => text.push('\n'),
                        "tc" => text.push('\t'),
                        _ => {}
                    }
                }
                if element.local_name().as_ref() == "t" {
                    in_text = false;
                }
            }
            Event::Text(content) if in_text && fallback.is_none() => {
                text.push_str(&content);
            }
            Event::CData(content) if in_text && fallback.is_none() => {
                text.push_str(&content);
            }
            Event::GeneralRef(reference) if in_text && fallback.is_none() => {
                // Only characters and the five names of XML: a document's own entities are no text.
                match reference
                    .resolve_char_ref()
                    .map_err(|_| ResumeError::Damaged)?
                {
                    Some(c) => text.push(c),
                    None => match reference.as_ref() {
                        "amp" => text.push('&'),
                        "lt" => text.push('<'),
                        "gt" => text.push('>'),
                        "quot" => text.push('"'),
                        "apos" => text.push('\''),
                        _ => {}
                    },
                }
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
        // White space is tidied later, so allow for some.
        if text.len() > LONGEST_TEXT * 8 {
            return Err(ResumeError::TooLong);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> String {
        let mut text = String::new();
        words(body.as_bytes(), &mut text).expect("readable");
        super::super::tidied(&text)
    }

    #[test]
    fn paragraphs_tables_and_entities_are_read_in_order() {
        let body = r#"<w:document xmlns:w="x"><w:body>
            <w:p><w:r><w:t>Ada</w:t></w:r><w:r><w:tab/><w:t xml:space="preserve"> &amp; Co&#8209;op</w:t></w:r></w:p>
            <w:tbl><w:tr><w:tc><w:p><w:r><w:t>2020</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Engineer</w:t></w:r></w:p></w:tc></w:tr></w:tbl>
            <w:p><w:r><w:delText>deleted</w:delText><w:instrText>PAGE</w:instrText><w:t>End</w:t></w:r></w:p>
            </w:body></w:document>"#;
        assert_eq!(read(body), "Ada & Co‑op\n2020\nEngineer\n\nEnd");
    }

    #[test]
    fn text_boxes_are_read_once() {
        let body = "<d><mc:AlternateContent><mc:Choice><w:t>Box</w:t></mc:Choice><mc:Fallback><w:t>Box</w:t></mc:Fallback></mc:AlternateContent><w:p/><w:t>After</w:t></d>";
        assert_eq!(read(body), "Box\nAfter");
    }

    #[test]
    fn nesting_and_broken_xml_have_their_errors() {
        let mut text = String::new();
        let deep = "<a>".repeat(300);
        assert_eq!(
            words(deep.as_bytes(), &mut text),
            Err(ResumeError::TooComplex)
        );
        assert_eq!(words(b"<a></b>", &mut text), Err(ResumeError::Damaged));
    }
}
