//! What a file is, by its first bytes: names and headers can be wrong.

use super::ResumeError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Pdf,
    /// A zip archive, as DOCX and ODT are.
    Package,
    Rtf,
    Text,
}

/// Compound File Binary ([MS-CFB]): old Office files, and new ones that are encrypted ([MS-OFFCRYPTO]).
const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const ZIP: &[u8] = b"PK\x03\x04";
const PDF: &[u8] = b"%PDF-";
const RTF: &[u8] = b"{\\rtf";
/// Readers accept a PDF's header within its first kilobyte (ISO 32000-1, annex H).
const HEADER_WITHIN: usize = 1_024;

pub(super) fn of(bytes: &[u8]) -> Result<Kind, ResumeError> {
    if bytes.is_empty() {
        return Err(ResumeError::Empty);
    }
    if bytes.trim_ascii_start().starts_with(RTF) {
        return Ok(Kind::Rtf);
    }
    let head = &bytes[..bytes.len().min(HEADER_WITHIN)];
    if contains(head, PDF) {
        return Ok(Kind::Pdf);
    }
    if bytes.starts_with(ZIP) {
        return Ok(Kind::Package);
    }
    if bytes.starts_with(COMPOUND) {
        let name: Vec<u8> = "EncryptedPackage"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        return Err(if contains(bytes, &name) {
            ResumeError::Encrypted
        } else {
            ResumeError::OldWord
        });
    }
    Ok(Kind::Text)
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(of(b"%PDF-1.7\n"), Ok(Kind::Pdf));
        assert_eq!(of(b"\xef\xbb\xbf\n%PDF-1.4"), Ok(Kind::Pdf));
        assert_eq!(of(b"PK\x03\x04rest"), Ok(Kind::Package));
        assert_eq!(of(b"\n{\\rtf1\\ansi }"), Ok(Kind::Rtf));
        assert_eq!(of(b"Curriculum vitae"), Ok(Kind::Text));
        let mut old = COMPOUND.to_vec();
        assert_eq!(of(&old), Err(ResumeError::OldWord));
        old.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
        assert_eq!(of(&old), Err(ResumeError::Encrypted));
    }
}
