//! Interview sessions over HTTP.

pub(crate) mod attempts;
mod conditional;
mod configuration;
mod deltas;
pub(crate) mod events;
pub(crate) mod feedback;
pub(crate) mod idle;
pub(crate) mod interview;
pub(crate) mod listing;
pub(crate) mod practice;
pub(crate) mod report;
pub(crate) mod session;
pub(crate) mod shares;
pub(crate) mod turn;
mod turn_stream;
