//! Speech: providers of both directions, audio formats, live decoding.
//!
//! Audio from strangers is decoded in worker processes ([`sandbox`]). Neither texts nor transcripts get into
//! logs or errors.

pub mod audio;
mod config;
mod error;
mod format;
pub mod join;
pub mod live;
pub mod provider;
pub mod sentences;
mod source;

pub use config::{AudioApi, DeepgramConfig, ProviderConfig};
pub use error::{LiveError, ProviderError};
pub use format::Format;
