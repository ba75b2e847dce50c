//! `raakvlak config`: what holds, and where each of it comes from.

use clap::Args;
use serde_json::json;

use super::failure::Failure;
use super::settings::SettingFlags;
use super::streams::Streams;
use super::tables::{Align, Table};

const EXAMPLES: &str = "Examples:
  raakvlak config
  RAAKVLAK_PORT=9000 raakvlak config --json

Passwords are not shown.
Exit status: 0 when it holds, 1 when it has faults (all of them are told), 2 when it was typed wrongly.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    flags: SettingFlags,
}

/// Shows the configuration.
pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let configuration = arguments.flags.configuration(&[])?;
    let source = |name: &str| configuration.sources.get(name).map(ToString::to_string).unwrap_or_default();
    let shown = configuration.settings.shown();
    if arguments.json {
        let rows: serde_json::Map<String, serde_json::Value> =
            shown.into_iter().map(|(name, value)| (name.to_owned(), json!({ "value": value, "source": source(name) }))).collect();
        return writeln!(streams.output, "{}", serde_json::Value::Object(rows)).map_err(Failure::Output);
    }
    let columns = ["setting", "value", "source"].map(|name| (name.to_owned(), Align::Left));
    let mut table = Table::new(columns.to_vec());
    for (name, value) in shown {
        table.add(vec![name.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned), source(name)]);
    }
    table.lines().iter().try_for_each(|line| writeln!(streams.output, "{line}")).map_err(Failure::Output)
}
