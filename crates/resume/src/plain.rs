//! Plain text in the encodings that people's editors write.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::ResumeError;

/// UTF-8 or UTF-16 by byte order mark, UTF-8 without one, else Windows-1252, which reads every byte.
pub(super) fn text(bytes: &[u8]) -> Result<String, ResumeError> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => encoding.decode_without_bom_handling(&bytes[mark..]).0,
        None => match UTF_8.decode_without_bom_handling_and_without_replacement(bytes) {
            Some(text) => text,
            None => WINDOWS_1252.decode_without_bom_handling(bytes).0,
        },
    };
    let odd = text.chars().filter(|c| is_binary(*c)).count();
    if odd * 50 > text.chars().count() {
        return Err(ResumeError::Unsupported);
    }
    Ok(text.into_owned())
}

fn is_binary(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{b}' | '\u{c}')) || c == '\u{fffd}'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_encodings_read_alike() {
        let wanted = "Café – Résumé";
        let utf16: Vec<u8> = [0xff, 0xfe]
            .into_iter()
            .chain(wanted.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        assert_eq!(text(wanted.as_bytes()).as_deref(), Ok(wanted));
        assert_eq!(text(&utf16).as_deref(), Ok(wanted));
        assert_eq!(text(b"Caf\xe9 \x96 R\xe9sum\xe9").as_deref(), Ok(wanted));
        assert_eq!(text(&[0, 1, 2, 3, 200, 7]), Err(ResumeError::Unsupported));
    }
}
