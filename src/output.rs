//! What the command line prints.

use std::fmt::Display;
use std::io::Write as _;

/// Writes a line to standard output. A reader that has what it wanted may close the pipe (`… | head -1`): that ends
/// nothing.
pub fn line(text: impl Display) {
    let mut out = std::io::stdout().lock();
    let _closed = writeln!(out, "{text}").and_then(|()| out.flush());
}
