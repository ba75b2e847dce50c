//! Why a command did not work, and how that is told.

use std::io;

use raakvlak_domain::languages::Language;
use raakvlak_service::exchange::FolderFaults;

use super::streams::Streams;

/// The exit status when something is wrong with what was given to read.
const FAULTY: u8 = 1;

/// Why a command did not work.
#[derive(Debug)]
pub(super) enum Failure {
    /// It was typed wrongly, or help was asked for.
    Usage(clap::Error),
    /// A folder or a file has faults.
    Faults(FolderFaults, Language),
    /// Something else that one sentence tells.
    Told(String),
    /// The answer cannot be written.
    Output(io::Error),
}

impl Failure {
    /// Tells it, and answers with the exit status. Where telling it fails as well, nobody is there to be told.
    pub(super) fn report(&self, streams: &mut Streams<'_>) -> u8 {
        let (status, told) = match self {
            Self::Usage(error) if !error.use_stderr() => {
                (0, write!(streams.output, "{}", error.render()).and_then(|()| streams.output.flush()))
            }
            Self::Usage(error) => (2, write!(streams.errors, "{}", error.render())),
            Self::Faults(faults, language) => (FAULTY, writeln!(streams.errors, "{}", faults.text(*language))),
            Self::Told(sentence) => (FAULTY, writeln!(streams.errors, "{sentence}")),
            // Whoever reads the answer had enough of it, as `head` does: no reason to complain.
            Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => (0, Ok(())),
            Self::Output(error) => (FAULTY, writeln!(streams.errors, "{error}")),
        };
        drop(told);
        status
    }
}
