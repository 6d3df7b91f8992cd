pub mod interview;
pub mod session;
