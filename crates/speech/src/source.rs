//! Recordings as the demuxers want them.

use std::io::{Read, Result, Seek, SeekFrom};

use symphonia::core::io::MediaSource;

/// RF64 (EBU Tech 3306) as RIFF: it differs by its name, and by sizes that are ignored where they say "longer than
/// 4 GB".
pub(crate) struct AsRiff<S> {
    source: S,
    is_rf64: bool,
}

const RIFF: [u8; 4] = *b"RIFF";

impl<S: Read + Seek> AsRiff<S> {
    /// # Errors
    /// The source can't be read.
    pub(crate) fn new(mut source: S) -> Result<Self> {
        let mut name = Vec::new();
        source.by_ref().take(4).read_to_end(&mut name)?;
        source.rewind()?;
        Ok(Self {
            source,
            is_rf64: name == b"RF64",
        })
    }
}

impl<S: Read + Seek> Read for AsRiff<S> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if !self.is_rf64 {
            return self.source.read(buffer);
        }
        let begin = usize::try_from(self.source.stream_position()?).unwrap_or(usize::MAX);
        let count = self.source.read(buffer)?;
        let name = RIFF.iter().skip(begin);
        buffer[..count]
            .iter_mut()
            .zip(name)
            .for_each(|(byte, named)| *byte = *named);
        Ok(count)
    }
}

impl<S: Read + Seek> Seek for AsRiff<S> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        self.source.seek(to)
    }
}

impl<S: Read + Seek + Send + Sync> MediaSource for AsRiff<S> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        None
    }
}
