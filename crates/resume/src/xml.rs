//! XML as documents use it: elements, attributes, text; entities of their own are no text.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::{LONGEST_TEXT, ResumeError};

/// Elements within each other; word processors need a few dozen.
const DEEPEST: usize = 256;

/// What a document says. Names are without their prefix.
pub(super) trait Handler {
    fn start(&mut self, element: &BytesStart<'_>, name: &str);
    fn end(&mut self, name: &str);
    fn text(&mut self, text: &str);
    /// Bytes of text that were taken so far.
    fn len(&self) -> usize;
}

/// Reads until the end, or until there is more text than is kept.
///
/// # Errors
/// [`ResumeError::Damaged`]; [`ResumeError::TooComplex`] for elements too deep.
pub(super) fn read(xml: &str, handler: &mut impl Handler) -> Result<(), ResumeError> {
    let mut reader = Reader::from_str(xml);
    let mut depth = 0_usize;
    // White space is tidied later, so allow for some.
    while handler.len() <= LONGEST_TEXT * 8 {
        match reader.read_event().map_err(|_| ResumeError::Damaged)? {
            Event::Start(element) => {
                depth += 1;
                if depth > DEEPEST {
                    return Err(ResumeError::TooComplex);
                }
                handler.start(&element, element.local_name().as_ref());
            }
            Event::Empty(element) => {
                handler.start(&element, element.local_name().as_ref());
                handler.end(element.local_name().as_ref());
            }
            Event::End(element) => {
                depth = depth.saturating_sub(1);
                handler.end(element.local_name().as_ref());
            }
            Event::Text(content) => handler.text(&content),
            Event::CData(content) => handler.text(&content),
            Event::GeneralRef(reference) => {
                if let Some(c) = character(&reference)? {
                    handler.text(c.encode_utf8(&mut [0; 4]));
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Ok(())
}

fn character(reference: &BytesRef<'_>) -> Result<Option<char>, ResumeError> {
    let numbered = reference
        .resolve_char_ref()
        .map_err(|_| ResumeError::Damaged)?;
    Ok(numbered.or(match reference.as_ref() {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => None,
    }))
}

/// An attribute by its name without a prefix.
pub(super) fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    element
        .attributes()
        .filter_map(Result::ok)
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .map(|attribute| attribute.value.to_string())
}
