//! HTML, as job sites and word processors save it.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};
use html2text::config;
use html2text::render::TrivialDecorator;

use super::ResumeError;

/// Bytes in which a page names its encoding (HTML standard, "prescan").
const PRESCANNED: usize = 1_024;
/// Characters of a line: lines break where the page says.
const WIDTH: usize = 4_000;
/// Elements that pages begin with and that need no end tag.
const LEFT_OPEN: [&str; 11] = [
    "html", "head", "body", "meta", "link", "base", "p", "li", "br", "hr", "img",
];

/// Whether a text is HTML: behind declarations and comments, it begins with an element.
pub(super) fn is_html(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let rest = behind_prolog(&text);
    if rest.starts_with("<!doctype html") {
        return true;
    }
    let Some(first) = rest.strip_prefix('<') else {
        return false;
    };
    let end = first.find(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let (name, behind) = first.split_at(end.unwrap_or(first.len()));
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && ends_name(behind)
        && (LEFT_OPEN.contains(&name) || has_end_tag(behind, name))
}

fn behind_prolog(text: &str) -> &str {
    let mut rest = text.trim_start();
    while let Some(close) = [("<?xml", "?>"), ("<!--", "-->")]
        .iter()
        .find_map(|(open, close)| rest.starts_with(open).then_some(close))
    {
        rest = rest
            .split_once(close)
            .map_or("", |(_, rest)| rest.trim_start());
    }
    rest
}

fn has_end_tag(text: &str, name: &str) -> bool {
    text.split("</")
        .skip(1)
        .any(|tag| tag.strip_prefix(name).is_some_and(ends_name))
}

/// Whether a tag's name ends where `behind` begins.
fn ends_name(behind: &str) -> bool {
    behind.starts_with(|c: char| matches!(c, '>' | '/') || c.is_ascii_whitespace())
}

/// A page's own word on its encoding.
pub(super) fn named_encoding(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(PRESCANNED)]).to_ascii_lowercase();
    let (_, behind) = head.split_once("charset=")?;
    let label = behind.trim_start_matches(['"', '\'', ' ']);
    let end = label.find(['"', '\'', ' ', ';', '>', '/'])?;
    let named = Encoding::for_label(&label.as_bytes()[..end])?;
    // The page's word was read in bytes of ASCII, which no UTF-16 has.
    Some(if named == UTF_16LE || named == UTF_16BE {
        UTF_8
    } else {
        named
    })
}

/// What a browser shows of a page.
pub(super) fn text(page: &str) -> Result<String, ResumeError> {
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
        for element in [
            "p",
            "span",
            "main",
            "ul",
            "h2",
            "script",
            "font",
            "article",
            "center",
            "my-resume",
        ] {
            let page = format!("<{element} class=a>Ada</{}\n>", element.to_uppercase());
            assert!(is_html(&page), "{page}");
        }
        for open in [
            "<META charset=utf-8>Ada",
            "<link rel=a>",
            "<p>Ada<p>Engineer",
            "<br/>Ada",
        ] {
            assert!(is_html(open), "{open}");
        }
        assert!(is_html(
            "<!-- saved --><?xml version=\"1.0\"?><!-- by --><h2>Ada</h2>"
        ));
        for text in [
            "<ada@example.com> Ada Lovelace </ada>",
            "I write <html> and CSS",
            "<pascal>",
            "<pascal> and </pascals>",
            "<Ada Lovelace>, engineer",
            "<",
            "< b>Ada</ b>",
            "<3 Rust </3>",
        ] {
            assert!(!is_html(text), "{text}");
        }
    }

    #[test]
    fn what_a_browser_shows_is_read() {
        let page = "<html><head><title>t</title><style>p { color: red }</style><script>alert(1)</script></head>\
            <body><h1>Ada&nbsp;Lovelace</h1><p>Caf\u{e9} &amp;\n engines<br>London</p>\
            <ul><li>Rust</li><li>SQL</li></ul><table><tr><td>2020</td><td>Engineer</td></tr></table></body></html>";
        let read = crate::tidied(&text(page).expect("a page"));
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
        for (page, wanted) in [
            (
                &b"<html><meta http-equiv=Content-Type content=\"text/html; charset=windows-1251\"><p>\xcf\xf0\xe8\xe2\xe5\xf2</p>"[..],
                "Привет",
            ),
            // Its own word can be read, so it is wrong.
            ("<html><meta charset=utf-16><p>Café</p>".as_bytes(), "Café"),
            ("<html><meta charset=\"UTF-16BE\"><p>Café</p>".as_bytes(), "Café"),
        ] {
            assert_eq!(crate::extract(page), Ok(wanted.to_owned().into()));
        }
    }

    #[test]
    fn a_page_in_utf_16_is_read_whatever_it_is_called() {
        let page = "<html><meta charset=utf-16><p>Café</p>";
        let bytes: Vec<u8> = page.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(crate::extract(&bytes), Ok("Café".to_owned().into()));
    }

    #[test]
    fn no_tag_of_a_part_of_a_page_is_text() {
        let page = b"<script>alert(1)</script><main><ul><li>Rust</ul></main>";
        let read = crate::extract(page).expect("a page").text;
        assert!(
            read.contains("Rust") && !read.contains(['<', '(']),
            "{read:?}"
        );
    }
}
