//! Interview sessions over HTTP.

mod configuration;
mod deltas;
pub(crate) mod events;
pub(crate) mod interview;
pub(crate) mod listing;
pub(crate) mod reading;
pub(crate) mod retry;
mod turn_stream;
