//! The command line: what can be typed, and what it answers with.
//!
//! Every command writes its answer to standard output and everything else to standard error, and ends with 0 when it worked, 1 when
//! something is wrong
//! with what it was given to read, and 2 when it was typed wrongly.

mod answers;
mod check;
mod config;
mod erase;
mod failure;
mod instance;
mod matching;
mod openapi;
mod progress;
mod serve;
mod settings;
mod streams;
mod tables;
mod token;
mod vocabulary;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
use raakvlak_domain::languages::Language;

pub use streams::Streams;

use failure::Failure;

/// Matching between work and experts by experience.
#[derive(Debug, Parser)]
#[command(name = "raakvlak", version, about, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer requests until it is told to stop
    Serve(serve::Arguments),
    /// Show what holds, and where each of it comes from
    Config(config::Arguments),
    /// Print the description of the API
    Openapi,
    /// Match the packages and experts of a dataset folder, without any database
    Match(matching::Arguments),
    /// Work with the vocabulary of competences
    #[command(subcommand)]
    Vocabulary(vocabulary::Command),
    /// Bring the database up to date
    Migrate(instance::Plain),
    /// Bring a dataset folder in, whole or not at all
    Import(instance::Incoming),
    /// Take everything out as a dataset folder
    Export(instance::OnPath),
    /// Work with places
    #[command(subcommand)]
    Places(PlacesCommand),
    /// Work with users
    #[command(subcommand)]
    User(instance::UserCommand),
    /// Verify that nobody tampered with the audit trail
    VerifyAudit(instance::Plain),
    /// Check everything that must always hold of what is stored; changes nothing
    Check(check::Arguments),
    /// Erase somebody, for good
    Erase(erase::Arguments),
    /// Print an access token with which a program acts for a user for a short while
    Token(token::Arguments),
    /// Write a copy of a SQLite database while it is in use
    Backup(instance::OnPath),
}

#[derive(Debug, Subcommand)]
enum PlacesCommand {
    /// Bring a table of postcodes in: postcode,lat,lon,municipality,region
    Import(instance::OnPath),
}

/// Runs the program with what was typed.
#[must_use]
pub fn main() -> ExitCode {
    let (input, output) = (std::io::stdin(), std::io::stdout());
    let mut output = std::io::BufWriter::new(output.lock());
    // Standard error stays open to other threads: the log goes there as well, and a service whose log waits for this one would answer nobody.
    let mut streams = Streams { input: &mut input.lock(), output: &mut output, errors: &mut std::io::stderr() };
    ExitCode::from(run(std::env::args_os(), &mut streams))
}

/// Runs the command that these arguments name (the first is the program itself), and answers with its exit status.
pub fn run(arguments: impl IntoIterator<Item = OsString>, streams: &mut Streams<'_>) -> u8 {
    let outcome = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => execute(arguments.command, streams),
        Err(error) => Err(Failure::Usage(error)),
    };
    let outcome = outcome.and_then(|()| streams.output.flush().map_err(Failure::Output));
    outcome.map_or_else(|failure| failure.report(streams), |()| 0)
}

fn execute(command: Command, streams: &mut Streams<'_>) -> Result<(), Failure> {
    match command {
        Command::Serve(arguments) => serve::run(&arguments, streams),
        Command::Config(arguments) => config::run(&arguments, streams),
        Command::Openapi => openapi::run(streams),
        Command::Match(arguments) => matching::run(&arguments, streams),
        Command::Vocabulary(command) => vocabulary::run(&command, streams),
        Command::Migrate(arguments) => instance::migrate(&arguments, streams),
        Command::Import(arguments) => instance::import(&arguments, streams),
        Command::Export(arguments) => instance::export(&arguments, streams),
        Command::Places(PlacesCommand::Import(arguments)) => instance::import_places(&arguments, streams),
        Command::User(instance::UserCommand::Add(arguments)) => instance::add_user(&arguments, streams),
        Command::VerifyAudit(arguments) => instance::verify_audit(&arguments, streams),
        Command::Check(arguments) => check::run(&arguments, streams),
        Command::Erase(arguments) => erase::run(&arguments, streams),
        Command::Token(arguments) => token::run(&arguments, streams),
        Command::Backup(arguments) => instance::backup(&arguments, streams),
    }
}

/// Reads `nl` or `en`.
fn language_parser() -> impl TypedValueParser<Value = Language> {
    let words = PossibleValuesParser::new(Language::ALL.iter().map(|language| language.as_str()));
    words.map(|word| Language::from_word(&word).unwrap_or(Language::Nl))
}
