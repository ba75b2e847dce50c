//! `raakvlak erase`: takes somebody out of every table, and destroys their key.

use clap::Args;
use raakvlak_domain::languages::Language;
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;
use raakvlak_service::users::Person;

use super::failure::Failure;
use super::settings::{SettingFlags, told};
use super::streams::Streams;
use raakvlak_service::wording::pick;

const EXAMPLES: &str = "Examples:
  raakvlak erase 0197b1c4-5f7e-7c3a-9f0e-2a1d3c4b5e6f
  raakvlak erase 0197b1c4-5f7e-7c3a-9f0e-2a1d3c4b5e6f --yes

The service must not run on the same SQLite file; on PostgreSQL it may go on.
Exit status: 0 when the person is gone, 1 when nothing was erased, 2 when it was typed wrongly.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The id of the expert or of the user
    person: String,
    /// Do not ask to type the id once more
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    settings: SettingFlags,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let (desk, _) = arguments.settings.desk(&[])?;
    let system = Actor::system();
    let person = desk.person(&system, &arguments.person).map_err(|error| match error {
        Error::NotFound => Failure::Told(pick(language, "Er is niemand met dit kenmerk.", "There is nobody with this id.").to_owned()),
        other => told(&other, language),
    })?;
    if !arguments.yes && !confirmed(&person, arguments, streams)? {
        desk.close();
        return Err(Failure::Told(pick(language, "Er is niets verwijderd.", "Nothing was erased.").to_owned()));
    }
    desk.erase_person(&system, &person).map_err(|error| told(&error, language))?;
    desk.close();
    writeln!(streams.output, "{}", pick(language, "Voorgoed verwijderd:", "Erased for good:")).map_err(Failure::Output)?;
    parts(&person, language).iter().try_for_each(|part| writeln!(streams.output, "  {part}")).map_err(Failure::Output)?;
    let copies = pick(
        language,
        "De sleutel is vernietigd: ook in een kopie van de database is niets meer te lezen. Verwijder kopieën van de sleutels zelf.",
        "The key is destroyed: nothing can be read in a copy of the database either. Remove copies of the keys yourself.",
    );
    writeln!(streams.output, "{copies}").map_err(Failure::Output)
}

/// Shows what goes, and has the id typed once more.
fn confirmed(person: &Person, arguments: &Arguments, streams: &mut Streams<'_>) -> Result<bool, Failure> {
    let language = arguments.settings.language;
    writeln!(streams.errors, "{}", pick(language, "Dit wordt voorgoed verwijderd:", "This will be erased for good:"))
        .map_err(Failure::Output)?;
    parts(person, language).iter().try_for_each(|part| writeln!(streams.errors, "  {part}")).map_err(Failure::Output)?;
    let ask = pick(language, "Typ het kenmerk nog een keer om door te gaan:", "Type the id once more to go on:");
    write!(streams.errors, "{ask} ").and_then(|()| streams.errors.flush()).map_err(Failure::Output)?;
    let mut typed = String::new();
    streams.input.read_line(&mut typed).map_err(Failure::Output)?;
    Ok(typed.trim() == arguments.person)
}

/// What belongs to somebody, one part a line.
fn parts(person: &Person, language: Language) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(expert) = &person.expert {
        let profile = pick(language, "profiel", "profile");
        let matches = pick(language, "matches, waarvan met een plek:", "matches, of which with a place:");
        parts.push(format!("{profile} {expert}"));
        parts.push(format!("{} {matches} {}", person.matches, person.confirmed));
    }
    if let Some(user) = &person.user {
        let roles: Vec<&str> = person.roles.iter().map(|role| role.as_str()).collect();
        parts.push(format!("{} {user} ({})", pick(language, "gebruiker", "user"), roles.join(", ")));
        let rest = pick(language, "sessies, codes, brieven en bewaarde antwoorden", "sessions, codes, letters and kept answers");
        parts.push(rest.to_owned());
    }
    parts
}
