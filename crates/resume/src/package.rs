//! Zip packages, as DOCX and ODT are.

use std::borrow::Cow;
use std::io::{Cursor, Read as _};

use encoding_rs::{Encoding, UTF_8};
use zip::ZipArchive;
use zip::result::ZipError;

use super::ResumeError;

/// Bytes that all parts that are read may have together, once they are unpacked.
const LARGEST: u64 = 30 * 1024 * 1024;

pub(super) struct Package<'a> {
    archive: ZipArchive<Cursor<&'a [u8]>>,
    names: Vec<String>,
    /// Bytes that may still be unpacked.
    left: u64,
}

impl<'a> Package<'a> {
    /// # Errors
    /// [`ResumeError::Damaged`].
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ResumeError> {
        let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ResumeError::Damaged)?;
        let names = archive
            .file_names()
            .filter_map(|name| name.ok().map(Cow::into_owned))
            .collect();
        Ok(Self {
            archive,
            names,
            left: LARGEST,
        })
    }

    pub(super) fn has(&self, wanted: impl Fn(&str) -> bool) -> bool {
        self.names.iter().any(|name| wanted(name))
    }

    /// A part as text; `None` if there is none of that name.
    ///
    /// # Errors
    /// Encrypted, damaged, or larger than [`LARGEST`].
    pub(super) fn part(&mut self, name: &str) -> Result<Option<String>, ResumeError> {
        let part = match self.archive.by_name(name) {
            Ok(part) => part,
            Err(ZipError::FileNotFound) => return Ok(None),
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                return Err(ResumeError::Encrypted);
            }
            Err(_) => return Err(ResumeError::Damaged),
        };
        // The size that the archive claims is not believed.
        let mut bytes = Vec::new();
        part.take(self.left + 1)
            .read_to_end(&mut bytes)
            .map_err(|_| ResumeError::Damaged)?;
        self.left = self
            .left
            .checked_sub(bytes.len() as u64)
            .ok_or(ResumeError::TooComplex)?;
        let (encoding, mark) = Encoding::for_bom(&bytes).unwrap_or((UTF_8, 0));
        encoding
            .decode_without_bom_handling_and_without_replacement(&bytes[mark..])
            .map(|text| Some(text.into_owned()))
            .ok_or(ResumeError::Damaged)
    }
}
