//! Virtual candidates: they hold interviews as the web app does, on several instances at once, whatever happens to
//! these.
//!
//! [`chaos`] breaks everything below them and then compares what they were told with the database. The load runs in
//! `benches/candidates` are made of the same candidates.

pub(crate) mod chaos;
mod distribution;
mod faults;
pub(crate) mod fleet;
mod person;
mod record;
mod restless;
mod stream;
mod verdict;

pub(crate) use distribution::Distribution;
pub(crate) use fleet::Fleet;
pub(crate) use person::{Failure, Patience, Person};
pub(crate) use stream::follow;
