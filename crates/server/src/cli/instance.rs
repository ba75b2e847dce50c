//! The commands that look after an instance: its database, its data, its first user, its trail.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use raakvlak_domain::identifiers::UserId;
use raakvlak_domain::texts::{EmailAddress, Line};
use raakvlak_domain::users::{Role, User, UserState};
use raakvlak_service::actor::Actor;
use raakvlak_service::exchange::Folder;
use raakvlak_service::exchange::watch::Watch;
use raakvlak_service::imports::Refused;
use raakvlak_service::places::Postcodes;
use raakvlak_service::vocabulary::FILES;

use super::failure::Failure;
use super::progress::Progress;
use super::settings::{SettingFlags, told};
use super::streams::Streams;
use raakvlak_service::wording::pick;

/// A command that needs the settings alone.
#[derive(Debug, Args)]
pub(super) struct Plain {
    #[command(flatten)]
    settings: SettingFlags,
}

/// A command on a folder or file.
#[derive(Debug, Args)]
pub(super) struct OnPath {
    /// The folder or file
    path: PathBuf,
    #[command(flatten)]
    settings: SettingFlags,
}

/// Commands on users.
#[derive(Debug, Subcommand)]
pub(super) enum UserCommand {
    /// Make a user, and print a code with which they sign in once
    #[command(after_help = "Example:\n  raakvlak user add --name Sanne --email sanne@example.org --role steward")]
    Add(NewUser),
}

/// Who is to be made.
#[derive(Debug, Args)]
pub(super) struct NewUser {
    /// What to call this person
    #[arg(long)]
    name: String,
    /// Where sign-in links go
    #[arg(long)]
    email: Option<String>,
    /// The role; may be given more than once
    #[arg(long = "role", required = true, value_parser = role)]
    roles: Vec<Role>,
    #[command(flatten)]
    settings: SettingFlags,
}

fn role(word: &str) -> Result<Role, String> {
    let all: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    Role::from_word(word).ok_or_else(|| format!("choose from {}", all.join(", ")))
}

/// Brings the database up to date.
pub(super) fn migrate(arguments: &Plain, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let (desk, settings) = arguments.settings.desk(&[("migrate", "true")])?;
    desk.close();
    let done = pick(language, "De database is bij", "The database is up to date");
    writeln!(streams.output, "{done}: {}", masked(settings.database_url.as_str())).map_err(Failure::Output)
}

/// What is brought in.
#[derive(Debug, Args)]
#[command(after_help = IMPORT_EXAMPLES)]
pub(super) struct Incoming {
    /// The folder
    path: PathBuf,
    /// Tell everything that is wrong with it and what would come in, and keep nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: SettingFlags,
}

const IMPORT_EXAMPLES: &str = "Examples:
  raakvlak import region --dry-run --language en   what is wrong with it, and what would come in
  raakvlak import region                           all of it, or nothing

Postcodes are known when 'raakvlak places import' brought them in before.";

/// Brings a dataset folder in, whole or not at all.
pub(super) fn import(arguments: &Incoming, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let (desk, _) = arguments.settings.desk(&[])?;
    let lines = lines_of_records(&arguments.path);
    let busy = Progress::new(lines, pick(language, "De map wordt gelezen en bewaard", "Reading and keeping the folder").to_owned());
    let watch = Watch::default();
    let outcome = busy.following(|| watch.lines(), || desk.import(&Actor::system(), &arguments.path, arguments.dry_run, &watch));
    drop(busy);
    desk.close();
    let done = outcome.map_err(|refused| match refused {
        Refused::Faults(faults) => Failure::Faults(faults, language),
        Refused::Failed(error) => told(&error, language),
        Refused::Cancelled => Failure::Told(refused.text(language)),
    })?;
    for file in &done.unread {
        let note = pick(language, "hoort niet bij de map en is niet gelezen", "is no part of the folder and was not read");
        writeln!(streams.errors, "{}: {note}", file.escape_debug()).map_err(Failure::Output)?;
    }
    if arguments.dry_run {
        let note = pick(language, "Er is niets bewaard: dit zou naar binnen komen.", "Nothing was kept: this would come in.");
        writeln!(streams.errors, "{note}").map_err(Failure::Output)?;
    }
    writeln!(streams.output, "{}", serde_json::to_string(&done.counts).unwrap_or_default()).map_err(Failure::Output)
}

/// Takes everything out as a dataset folder.
pub(super) fn export(arguments: &OnPath, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let (desk, _) = arguments.settings.desk(&[])?;
    let busy = Progress::new(0, pick(language, "De gegevens worden weggeschreven", "Writing the records").to_owned());
    let exported = desk.export(&Actor::system(), &arguments.path).map_err(|error| told(&error, language));
    drop(busy);
    desk.close();
    writeln!(streams.output, "{}", serde_json::to_string(&exported?).unwrap_or_default()).map_err(Failure::Output)
}

/// How many lines the files of records have, for the bar; what cannot be counted is not.
fn lines_of_records(folder: &Path) -> usize {
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = files.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "jsonl"));
    let files = files.filter(|entry| entry.path().is_file());
    files.filter_map(|entry| count_lines(&entry.path()).ok()).sum()
}

fn count_lines(path: &Path) -> std::io::Result<usize> {
    let mut file = std::fs::File::open(path)?;
    let mut buffer = vec![0; 256 * 1024];
    let mut lines = 0;
    loop {
        let length = std::io::Read::read(&mut file, &mut buffer)?;
        let read = buffer.get(..length).unwrap_or_default();
        if read.is_empty() {
            return Ok(lines);
        }
        lines += read.iter().filter(|byte| **byte == b'\n').count();
    }
}

/// Brings the vocabulary of a folder in as a new version, with its neighbour lists.
pub(super) fn import_vocabulary(arguments: &OnPath, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let tables = Folder::read_vocabulary(&arguments.path).map_err(|faults| Failure::Faults(faults, language))?;
    let files = vocabulary_files(&arguments.path)?;
    let (desk, _) = arguments.settings.desk(&[])?;
    let size = tables.vocabulary.competences.len();
    let busy = Progress::new(size, pick(language, "De begrippen worden vergeleken", "Comparing the concepts").to_owned());
    let number = desk.import_vocabulary(&Actor::system(), &tables, files, |_, _| busy.step()).map_err(|error| told(&error, language))?;
    drop(busy);
    desk.close();
    let version = pick(language, "begrippen zijn bewaard als versie", "concepts are kept as version");
    writeln!(streams.output, "{size} {version} {number}").map_err(Failure::Output)
}

/// Brings a table of postcodes in, in the stead of the one before.
pub(super) fn import_places(arguments: &OnPath, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let postcodes = Postcodes::read(&arguments.path).map_err(|faults| Failure::Faults(faults, language))?;
    let (desk, _) = arguments.settings.desk(&[])?;
    let count = desk.import_postcodes(&Actor::system(), &postcodes).map_err(|error| told(&error, language))?;
    desk.close();
    writeln!(streams.output, "{count} {}", pick(language, "postcodes zijn bewaard", "postcodes are kept")).map_err(Failure::Output)
}

/// Makes a user, and prints a code with which they sign in once.
pub(super) fn add_user(arguments: &NewUser, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let fault = |kind: raakvlak_domain::faults::FaultKind| Failure::Told(kind.detail(language));
    let user = User {
        id: UserId::new("new").map_err(fault)?,
        name: Some(Line::new(&arguments.name).map_err(fault)?),
        email: arguments.email.as_deref().map(EmailAddress::new).transpose().map_err(fault)?,
        language,
        roles: arguments.roles.clone(),
        expert: None,
        organisations: Vec::new(),
        regions: Vec::new(),
        sectors: Vec::new(),
        languages: Vec::new(),
        state: UserState::Active,
    };
    let (desk, _) = arguments.settings.desk(&[])?;
    let made = desk.create_user(&Actor::system(), user).map_err(|error| told(&error, language))?.value;
    let code = desk.make_paper_code(&Actor::system(), &made.id).map_err(|error| told(&error, language))?;
    desk.close();
    let once = pick(language, "code, werkt een keer", "code, works once");
    writeln!(streams.output, "{}\n{} ({once})", made.id, code.code).map_err(Failure::Output)
}

/// Verifies the chain of the trail.
pub(super) fn verify_audit(arguments: &Plain, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let (desk, _) = arguments.settings.desk(&[])?;
    let report = desk.store().verify_audit().map_err(|error| Failure::Told(error.to_string()))?;
    desk.close();
    if report.is_whole() {
        let whole = pick(language, "regels, de keten is heel", "rows, the chain is whole");
        return writeln!(streams.output, "{} {whole}", report.rows).map_err(Failure::Output);
    }
    let findings: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    Err(Failure::Told(findings.join("\n")))
}

/// Writes a copy of a SQLite database, as of one moment. The keys are no part of it.
pub(super) fn backup(arguments: &OnPath, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let (desk, _) = arguments.settings.desk(&[])?;
    desk.store().copy_to(&arguments.path).map_err(|error| Failure::Told(error.to_string()))?;
    desk.close();
    let kept = pick(
        language,
        "De database is gekopieerd. Bewaar de sleutels apart, en niet langer dan je belooft te vergeten.",
        "The database was copied. Keep the keys apart from it, and no longer than you promise to forget.",
    );
    writeln!(streams.output, "{kept}").map_err(Failure::Output)
}

/// The vocabulary's own files of a folder, byte for byte.
fn vocabulary_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let mut files = BTreeMap::new();
    for name in FILES {
        let path = folder.join(name);
        match std::fs::read(&path) {
            Ok(content) => drop(files.insert(name.to_owned(), content)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::Told(format!("{}: {error}", path.display()))),
        }
    }
    Ok(files)
}

/// A database address without its password.
fn masked(url: &str) -> String {
    match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
        Some((scheme, host)) => format!("{scheme}://***@{host}"),
        None => url.to_owned(),
    }
}
