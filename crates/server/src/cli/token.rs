//! `raakvlak token`: an access token with which a program acts for a user for a short while.

use clap::Args;
use raakvlak_domain::identifiers::UserId;
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;
use serde_json::json;

use super::failure::Failure;
use super::settings::{SettingFlags, told};
use super::streams::Streams;
use crate::tokens::{KeyRing, Tokens};
use raakvlak_service::wording::pick;

const EXAMPLES: &str = "Examples:
  TOKEN=$(raakvlak token 0197b1c4-5f7e-7c3a-9f0e-2a1d3c4b5e6f)
  curl -H \"Authorization: Bearer $TOKEN\" http://127.0.0.1:8080/api/v1/me

The token holds for as long as the setting access_token_seconds says, cannot be renewed, and stands in the audit trail with the user's roles.
The service must not run on the same SQLite file while the token is made; on PostgreSQL it may go on.
Exit status: 0 with a token, 1 without one, 2 when it was typed wrongly.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The id of the user
    user: String,
    /// Answer in JSON: the token, the user, the roles, and until when it holds
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingFlags,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.settings.language;
    let nobody = || Failure::Told(pick(language, "Er is geen gebruiker met dit kenmerk.", "There is no user with this id.").to_owned());
    let user = UserId::new(&arguments.user).map_err(|_| nobody())?;
    let (desk, settings) = arguments.settings.desk(&[])?;
    let signed_in = desk.open_short_session(&Actor::system(), &user, settings.access_token_seconds.get());
    let signed_in = signed_in.map_err(|error| match error {
        Error::NotFound => nobody(),
        Error::NotSignedIn => Failure::Told(pick(language, "Deze gebruiker is geblokkeerd.", "This user is blocked.").to_owned()),
        other => told(&other, language),
    })?;
    let ring = KeyRing::open(&settings.data_folder(), desk.now()).map_err(|error| Failure::Told(error.to_string()))?;
    let tokens = Tokens::new(ring, &settings.public_address(), settings.access_token_seconds.get());
    let token = tokens.issue(&user, &signed_in.session, desk.now()).map_err(|error| Failure::Told(error.to_string()))?;
    desk.close();
    let roles: Vec<&str> = signed_in.actor.roles.iter().map(|role| role.as_str()).collect();
    if arguments.json {
        let answer = json!({ "token": token.text, "user": user, "roles": roles, "expires_at": signed_in.expires_at });
        return writeln!(streams.output, "{answer}").map_err(Failure::Output);
    }
    let until = pick(language, "Werkt tot", "Holds until");
    writeln!(streams.errors, "{user} ({}). {until} {}.", roles.join(", "), signed_in.expires_at).map_err(Failure::Output)?;
    writeln!(streams.output, "{}", token.text).map_err(Failure::Output)
}
