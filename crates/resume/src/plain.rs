//! Plain text in the encodings that people's editors write.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::ResumeError;

const ESCAPE: u8 = 0x1b;

/// The text of bytes and the encoding they are in: by byte order mark, by `named`, as UTF-16 or UTF-8 without
/// a mark, else as is likeliest.
///
/// # Errors
/// [`ResumeError::Unsupported`] for what is no text.
pub(super) fn decoded(
    bytes: &[u8],
    named: Option<&'static Encoding>,
) -> Result<(String, &'static Encoding), ResumeError> {
    let (encoding, bytes) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (encoding, &bytes[mark..]),
        None => (named.unwrap_or_else(|| likeliest(bytes)), bytes),
    };
    let (text, _) = encoding.decode_without_bom_handling(bytes);
    let odd = text.chars().filter(|c| is_binary(*c)).count();
    // One stray byte is forgiven in the shortest text.
    if odd > 1 && odd * 50 > text.chars().count() {
        return Err(ResumeError::Unsupported);
    }
    Ok((text.into_owned(), encoding))
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

/// UTF-16 without a mark is told by its letters of ASCII: they have a zero before or behind them.
fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    // Half the bytes of UTF-16 are the high ones. A stray zero among letters of one byte says nothing.
    if bytes.iter().filter(|byte| is_ascii_text(**byte)).count() * 5 > bytes.len() * 4 {
        return None;
    }
    [(UTF_16LE, 1), (UTF_16BE, 0)]
        .into_iter()
        .find_map(|(encoding, high)| is_utf16(bytes, high).then_some(encoding))
}

/// Whether the bytes at `high` in each pair are the high ones.
fn is_utf16(bytes: &[u8], high: usize) -> bool {
    let (mut fits, mut strange) = (0_usize, 0_usize);
    let pairs = bytes.chunks_exact(2);
    let all = pairs.len();
    for pair in pairs {
        let (high, low) = (pair[high], pair[1 - high]);
        fits += usize::from(high == 0 && is_ascii_text(low));
        // Such a letter in the other order, surrogates and private use: rare in a text.
        let is_turned = low == 0 && is_ascii_text(high);
        strange += usize::from(is_turned || matches!(high, 0xd8..=0xf8));
    }
    fits * 50 >= all && fits > strange * 2
}

fn is_ascii_text(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n')
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

    fn text(bytes: &[u8]) -> Result<String, ResumeError> {
        decoded(bytes, None).map(|(text, _)| text)
    }

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
        for language in ["en", "ru", "zh", "ja", "ar", "el"] {
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
    fn stray_zeros_make_no_text_utf_16() {
        for stray in [&b"Ada Lovelac\n\0"[..], b"Ada Lovelace\n\0", b"\0\nAda1"] {
            let wanted = std::str::from_utf8(stray).expect("UTF-8");
            assert_eq!(text(stray).as_deref(), Ok(wanted));
        }
        for language in ["en", "ru", "zh", "ja"] {
            for at in ["", "\n"] {
                let wanted = format!("{at}{}\n\0", resume(language));
                assert_eq!(text(wanted.as_bytes()).as_deref(), Ok(&*wanted));
            }
        }
        // In Windows' encodings of Western and Cyrillic letters.
        for (short, wanted) in [
            (&b"Caf\xe9 Ada\n\0"[..], "Café Ada\n\0"),
            (
                b"\xc0\xe4\xe0 \xcb\xe0\xe2\xeb\xe5\xe9\xf1\n\0",
                "Ада Лавлейс\n\0",
            ),
        ] {
            assert_eq!(text(short).as_deref(), Ok(wanted));
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
