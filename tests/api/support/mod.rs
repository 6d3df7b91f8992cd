//! What the tests stand on: one embedded stack a run, services on real sockets, a client per principal.

mod app;
mod client;
mod stack;

pub use app::{ServiceProcess, TestApp};
pub use client::{Answer, Client};
pub use stack::{DevstackProcess, stack};
