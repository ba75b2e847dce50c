//! `raakvlak check`: everything that must always hold of what is stored, and every violation by name.

use clap::Args;
use raakvlak_service::check::CheckReport;
use raakvlak_service::desk::Desk;

use super::failure::Failure;
use super::progress::Progress;
use super::settings::{SettingFlags, told};
use super::streams::Streams;
use raakvlak_service::wording::pick;

const EXAMPLES: &str = "Examples:
  raakvlak check
  raakvlak check --json --database-url postgres://localhost/raakvlak

It only reads, and may run beside the service.
Exit status: 0 when everything holds, 1 when something does not or it cannot be read, 2 when it was typed wrongly.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Answer in JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingFlags,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let desk = arguments.settings.desk_to_look()?;
    let report = checked(&desk, arguments)?;
    desk.close();
    if arguments.json {
        let json = serde_json::to_string(&report).map_err(|error| Failure::Told(error.to_string()))?;
        writeln!(streams.output, "{json}").map_err(Failure::Output)?;
    } else {
        let lines = report.violations.iter().map(|violation| violation.line(language));
        lines.into_iter().try_for_each(|line| writeln!(streams.output, "{line}")).map_err(Failure::Output)?;
    }
    let read = pick(language, "records gelezen", "records read");
    let rows = pick(language, "regels in het logboek", "rows in the audit trail");
    let sum = format!("{} {read}, {} {rows}", report.records, report.audit_rows);
    match (report.whole, arguments.json) {
        (true, true) => Ok(()),
        (true, false) => writeln!(streams.output, "{sum}: {}", pick(language, "alles klopt", "everything holds")).map_err(Failure::Output),
        (false, _) => {
            let wrong = pick(language, "dit klopt niet", "this does not hold");
            streams.output.flush().map_err(Failure::Output)?;
            Err(Failure::Told(format!("{sum}, {} × {wrong}", report.violations.len())))
        }
    }
}

fn checked(desk: &Desk, arguments: &Arguments) -> Result<CheckReport, Failure> {
    let language = arguments.settings.language;
    let size = desk.check_size().map_err(|error| told(&error, language))?;
    let busy = Progress::new(size, pick(language, "Alles wordt nagelezen", "Reading everything again").to_owned());
    desk.check(|| busy.step()).map_err(|error| told(&error, language))
}
