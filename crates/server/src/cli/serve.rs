//! `raakvlak serve`: answers requests until it is told to stop, and does what the clock asks meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use clap::Args;
use raakvlak_domain::languages::Language;
use raakvlak_domain::users::Role;
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::Desk;

use super::failure::Failure;
use super::settings::SettingFlags;
use super::streams::Streams;
use crate::shared::Shared;
use crate::{app, telemetry};
use raakvlak_service::wording::pick;

/// How often the clock's work is done: offers run out, people are asked how it goes, letters leave.
const ROUND: Duration = Duration::from_secs(5);

/// After how many rounds is looked at who has what waits for a person: every minute.
const ROUTING_ROUNDS: u32 = 12;

/// After how many rounds what has had its time is cleared away: every hour.
const CLEARING_ROUNDS: u32 = 720;

/// How often the end is looked for between two rounds.
const NAP: Duration = Duration::from_millis(200);

pub(super) const EXAMPLES: &str = "Examples:
  raakvlak serve --demo                                   # an invented region on an embedded SQLite file
  raakvlak serve --database-url postgres://localhost/raakvlak
  raakvlak serve --port 8081 --set rate_limits=false

Exit status: 0 when it was told to stop, 1 when it cannot start, 2 when it was typed wrongly.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// Fill an empty store with an invented region, and print a way in for each role
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    settings: SettingFlags,
}

/// The settings that a demonstration starts with, unless others are given.
const DEMO: [(&str, &str); 3] = [("database_url", "sqlite:data/demo/raakvlak.sqlite"), ("data_dir", "data/demo"), ("log", "warn")];

/// Runs the command.
pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let defaults = if arguments.demo { &DEMO[..] } else { &[] };
    let language = arguments.settings.language;
    let (desk, settings) = arguments.settings.desk(defaults)?;
    telemetry::start_log(&settings);
    let welcome = if arguments.demo { Some(demo_words(&desk, language)?) } else { None };
    // The people are read while the doors are made ready.
    let rounds = Rounds::start(desk.clone());
    let shared = match Shared::new(Arc::new(desk.clone()), settings) {
        Ok(shared) => shared,
        Err(error) => {
            rounds.stop();
            return Err(Failure::Told(error.to_string()));
        }
    };
    let served = app::run(
        shared,
        |_| {},
        |running| {
            let address = format!("http://{}", running.address);
            let told = tell(streams, &address, welcome.as_deref(), language);
            drop(told);
        },
    );
    rounds.stop();
    desk.close();
    served.map_err(|error| Failure::Told(format!("{}: {error}", pick(language, "De dienst kan niet starten", "The service cannot start"))))
}

/// Says where requests can come.
fn tell(streams: &mut Streams<'_>, address: &str, welcome: Option<&str>, language: Language) -> std::io::Result<()> {
    let running = pick(language, "Raakvlak draait op", "Raakvlak runs at");
    let read = pick(language, "Lees de API op", "Read the API at");
    writeln!(streams.output, "{running} {address}\n{read} {address}/api/v1/docs/")?;
    if let Some(welcome) = welcome {
        writeln!(streams.output, "\n{}", welcome.replace("{address}", address))?;
    }
    streams.output.flush()
}

/// Fills the region where there is none yet, and makes a way in for each role.
fn demo_words(desk: &Desk, language: Language) -> Result<String, Failure> {
    let told = |error: raakvlak_service::error::Error| Failure::Told(error.to_string());
    let users = desk.fill_demo().map_err(told)?;
    let mut words = pick(
        language,
        "Dit is een demonstratie. Alle mensen, organisaties en taken zijn verzonnen.\nLog in met een code; elke code werkt een keer, bij elke start \
         zijn er nieuwe:\n",
        "This is a demonstration. All people, organisations and work are invented.\nSign in with a code; each works once, and every start makes \
         new ones:\n",
    )
    .to_owned();
    for (role, user) in &users.users {
        let code = desk.make_paper_code(&Actor::system(), user).map_err(told)?;
        words.push_str(&format!("\n  {:<16} {}", role_word(*role, language), code.code));
    }
    let how = pick(language, "\n\nZo ruil je een code in voor een toegangsbewijs:", "\n\nThis is how a code becomes an access token:");
    words.push_str(how);
    words.push_str("\n\n  curl -s {address}/api/v1/tokens -H 'Content-Type: application/json' -d '{\"code\":\"…\"}'");
    Ok(words)
}

fn role_word(role: Role, language: Language) -> &'static str {
    match role {
        Role::Expert => pick(language, "deelnemer", "expert"),
        Role::Organisation => pick(language, "organisatie", "organisation"),
        Role::Mediator => pick(language, "bemiddelaar", "mediator"),
        Role::Steward => pick(language, "beheerder", "steward"),
        Role::Auditor => pick(language, "controleur", "auditor"),
    }
}

/// What the clock asks, on a thread of its own.
struct Rounds {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

impl Rounds {
    fn start(desk: Desk) -> Self {
        let ended = Arc::new(AtomicBool::new(false));
        let end = Arc::clone(&ended);
        let thread = std::thread::spawn(move || {
            if let Err(error) = desk.read_people() {
                tracing::warn!(%error, "the people cannot be read now; the first ranking tries again");
            }
            // What has had its time goes at the start and then once every so many rounds.
            for at in (0..CLEARING_ROUNDS).cycle() {
                if end.load(Ordering::Relaxed) {
                    break;
                }
                round(&desk);
                if at % ROUTING_ROUNDS == 0 {
                    route(&desk);
                }
                if at == 0 {
                    clear(&desk);
                }
                let mut waited = Duration::ZERO;
                while waited < ROUND && !end.load(Ordering::Relaxed) {
                    std::thread::sleep(NAP);
                    waited += NAP;
                }
            }
        });
        Self { ended, thread }
    }

    fn stop(self) {
        self.ended.store(true, Ordering::Relaxed);
        drop(self.thread.join());
    }
}

fn round(desk: &Desk) {
    if let Err(error) = desk.expire_offers() {
        tracing::warn!(%error, "offers cannot run out now");
    }
    if let Err(error) = desk.ask_how_it_goes() {
        tracing::warn!(%error, "nobody can be asked now how it goes");
    }
    if let Err(error) = desk.remind_of_intakes() {
        tracing::warn!(%error, "nobody can be reminded now of work that waits");
    }
    match desk.follow_changes() {
        Ok(in_memory) => telemetry::people_in_memory(in_memory),
        Err(error) => tracing::warn!(%error, "the people in memory cannot follow now"),
    }
    if let Err(error) = desk.send_letters() {
        tracing::warn!(%error, "letters cannot leave now");
    }
}

fn route(desk: &Desk) {
    if let Err(error) = desk.look_after_rules() {
        tracing::warn!(%error, "rules that went wrong cannot be told now");
    }
    if let Err(error) = desk.route_waiting() {
        tracing::warn!(%error, "what waits for a person cannot be passed on now");
    }
}

fn clear(desk: &Desk) {
    if let Err(error) = desk.clear_away() {
        tracing::warn!(%error, "what has had its time cannot be cleared away now");
    }
}
