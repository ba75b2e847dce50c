//! Where a command reads from and writes to.

use std::io::{BufRead, Write};

/// The streams of a command; the real ones of the process, or others in a test.
pub struct Streams<'a> {
    /// What is piped in.
    pub input: &'a mut dyn BufRead,
    /// Where answers go.
    pub output: &'a mut dyn Write,
    /// Where everything else goes.
    pub errors: &'a mut dyn Write,
}
