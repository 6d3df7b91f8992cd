//! Plain text in the encodings that people's editors write.

use std::cmp::Ordering;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::ResumeError;

const ESCAPE: u8 = 0x1b;

pub(super) fn text(bytes: &[u8]) -> Result<String, ResumeError> {
    decoded(bytes, None)
}

/// By byte order mark, by `named`, as UTF-16 or UTF-8 without a mark, else as is likeliest.
///
/// # Errors
/// [`ResumeError::Unsupported`] for what is no text.
pub(super) fn decoded(
    bytes: &[u8],
    named: Option<&'static Encoding>,
) -> Result<String, ResumeError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => (named.unwrap_or_else(|| likeliest(bytes)), bytes),
    };
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let odd = text.chars().filter(|c| is_binary(*c)).count();
    if odd * 50 > text.chars().count() {
        return Err(ResumeError::Unsupported);
    }
    Ok(text.into_owned())
}

fn likeliest(bytes: &[u8]) -> &'static Encoding {
    if let Some(utf16) = utf16(bytes) {
        return utf16;
    }
    if !bytes.contains(&ESCAPE) && std::str::from_utf8(bytes).is_ok() {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Allow)
}

/// UTF-16 without a mark is told by its spaces and line ends: they have a zero before or behind them.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    let (mut little, mut big) = (0_usize, 0_usize);
    for pair in bytes.chunks_exact(2) {
        little += usize::from(pair[1] == 0 && is_space(pair[0]));
        big += usize::from(pair[0] == 0 && is_space(pair[1]));
    }
    match little.cmp(&big) {
        Ordering::Greater => Some(UTF_16LE),
        Ordering::Less => Some(UTF_16BE),
        Ordering::Equal => None,
    }
}

fn is_binary(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}')) || c == '\u{fffd}'
}

#[cfg(test)]
mod tests {
    use encoding_rs::{
        EUC_JP, GBK, ISO_2022_JP, SHIFT_JIS, WINDOWS_1251, WINDOWS_1252, WINDOWS_1256,
    };

    use super::*;

    const FILES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/files/text");

    fn resume(language: &str) -> String {
        std::fs::read_to_string(format!("{FILES}/{language}.txt")).expect("a résumé")
    }

    #[test]
    fn the_encodings_of_each_language_read_alike() {
        for (language, encoding) in [
            ("en", WINDOWS_1252),
            ("fr", WINDOWS_1252),
            ("ru", WINDOWS_1251),
            ("ar", WINDOWS_1256),
            ("zh", GBK),
            ("ja", SHIFT_JIS),
            ("ja", EUC_JP),
            ("ja", ISO_2022_JP),
        ] {
            let wanted = resume(language);
            let (bytes, _, failed) = encoding.encode(&wanted);
            assert!(!failed, "{language} in {}", encoding.name());
            assert_eq!(text(&bytes).as_deref(), Ok(&*wanted), "{}", encoding.name());
        }
    }

    #[test]
    fn utf_16_is_read_with_a_mark_and_without() {
        for language in ["en", "ru", "zh", "ar"] {
            let wanted = resume(language);
            let little: Vec<u8> = wanted.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = wanted.encode_utf16().flat_map(u16::to_be_bytes).collect();
            let marked = [&[0xff, 0xfe], &little[..]].concat();
            for bytes in [little, big, marked] {
                assert_eq!(text(&bytes).as_deref(), Ok(&*wanted), "{language}");
            }
        }
    }

    #[test]
    fn short_texts_and_bytes_that_are_none_are_told_apart() {
        assert_eq!(
            text(b"Caf\xe9 \x96 R\xe9sum\xe9").as_deref(),
            Ok("Café – Résumé")
        );
        assert_eq!(text(&[0, 1, 2, 3, 200, 7]), Err(ResumeError::Unsupported));
    }
}
