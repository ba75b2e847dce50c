//! `raakvlak openapi`: the description of the API.

use super::failure::Failure;
use super::streams::Streams;

/// Prints the document.
pub(super) fn run(streams: &mut Streams<'_>) -> Result<(), Failure> {
    streams.output.write_all(crate::documentation::text(&crate::configuration::Settings::default()).as_bytes()).map_err(Failure::Output)
}
