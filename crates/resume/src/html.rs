//! HTML, as job sites and word processors save it.

use encoding_rs::Encoding;
use html2text::config;
use html2text::render::TrivialDecorator;

use super::{ResumeError, plain};

/// Bytes in which a page names its encoding (HTML standard, "prescan").
const PRESCANNED: usize = 1_024;
/// Characters of a line: lines break where the page says.
const WIDTH: usize = 4_000;
const OPENINGS: [&str; 12] = [
    "!doctype html",
    "html",
    "head",
    "body",
    "meta",
    "title",
    "style",
    "div",
    "p",
    "h1",
    "table",
    "section",
];

/// Whether a text is HTML: by its first element, behind a declaration of XML and comments.
pub(super) fn is_html(text: &str) -> bool {
    let mut rest = text.trim_start();
    for (open, close) in [("<?xml", "?>"), ("<!--", "-->")] {
        if rest.starts_with(open) {
            rest = rest
                .split_once(close)
                .map_or("", |(_, rest)| rest.trim_start());
        }
    }
    let Some(first) = rest.strip_prefix('<') else {
        return false;
    };
    OPENINGS.iter().any(|opening| {
        let Some(name) = first.get(..opening.len()) else {
            return false;
        };
        let behind = first[opening.len()..].chars().next();
        name.eq_ignore_ascii_case(opening)
            && behind.is_none_or(|c| c == '>' || c == '/' || c.is_whitespace())
    })
}

/// A page's own word on its encoding.
pub(super) fn named_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(PRESCANNED)]).to_ascii_lowercase();
    let (_, behind) = head.split_once("charset=")?;
    let label = behind.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(['"', '\'', ' ', ';', '>', '/'])?;
    Encoding::for_label(&label.as_bytes()[..end])
}

pub(super) fn text(bytes: &[u8]) -> Result<String, ResumeError> {
    let page = plain::decoded(bytes, named_encoding(bytes))?;
    config::with_decorator(TrivialDecorator::new())
        .raw_mode(true)
        .allow_width_overflow()
        .string_from_read(page.as_bytes(), WIDTH)
        .map_err(|_| ResumeError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_told_from_texts_about_pages() {
        assert!(is_html("\n<!DOCTYPE html><html>"));
        assert!(is_html("<?xml version=\"1.0\"?>\n<html xmlns=\"x\">"));
        assert!(is_html("<p class=a>Ada</p>"));
        assert!(!is_html("<ada@example.com> Ada Lovelace"));
        assert!(!is_html("I write <html> and CSS"));
        assert!(!is_html("<pascal>"));
    }

    #[test]
    fn what_a_browser_shows_is_read() {
        let page = "<html><head><title>t</title><style>p { color: red }</style><script>alert(1)</script></head>\
            <body><h1>Ada&nbsp;Lovelace</h1><p>Caf\u{e9} &amp;\n engines<br>London</p>\
            <ul><li>Rust</li><li>SQL</li></ul><table><tr><td>2020</td><td>Engineer</td></tr></table></body></html>";
        let read = crate::tidied(&text(page.as_bytes()).expect("a page"));
        for line in ["Ada Lovelace", "Café & engines", "London", "2020"] {
            assert!(
                read.lines().any(|read| read.contains(line)),
                "{line} in {read:?}"
            );
        }
        assert!(
            !read.contains("color") && !read.contains("alert"),
            "{read:?}"
        );
    }

    #[test]
    fn a_page_names_its_encoding() {
        let page = b"<html><meta http-equiv=Content-Type content=\"text/html; charset=windows-1251\"><p>\xcf\xf0\xe8\xe2\xe5\xf2</p>";
        assert_eq!(
            text(page).map(|text| text.trim().to_owned()).as_deref(),
            Ok("Привет")
        );
    }
}
