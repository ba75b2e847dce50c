//! A small town on a desk: two organisations, two mediators, a steward, and as many people and as much work as a test wants.

use std::fmt::Debug;

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::identifiers::{ExpertId, MatchId, OrganisationId, PackageId, UserId};
use raakvlak_domain::matches::{Approval, MatchState, Offer, Party, Rejection, Suggestion, Verb};
use raakvlak_domain::reading::{FromNode, read};
use raakvlak_domain::texts::Prose;
use raakvlak_service::actor::Actor;
use raakvlak_service::clock::Clock;
use raakvlak_service::desk::{Desk, DeskSettings};
use raakvlak_service::error::Error;
use raakvlak_service::matches::{Decision, Reply};
use raakvlak_store::audit::SYSTEM;
use raakvlak_store::matches::StoredMatch;
use raakvlak_store::{Action, AuditEntry, Db, ObjectKind, StoreResult, experts, matches, organisations, packages, users};
use serde_json::{Value, json};

use crate::database::TestDatabase;

/// The organisation that posts the work.
pub const ORGANISATION: &str = "o-bakery";
/// Another organisation.
pub const NEIGHBOUR: &str = "o-school";
/// The moment at which a town begins: a Monday afternoon.
pub const BEGINS: &str = "2026-11-23T13:00:00Z";

/// A desk on a store that holds nothing and nobody yet.
#[derive(Debug)]
pub struct Empty {
    /// The desk.
    pub desk: Desk,
    /// Its clock, which stands still until it is moved.
    pub clock: Clock,
    /// How the desk was opened.
    pub settings: DeskSettings,
}

impl Empty {
    /// A desk on a fresh database.
    #[must_use]
    pub fn on(database: &TestDatabase) -> Self {
        Self::with(database, moment(BEGINS), |settings| settings)
    }

    /// A desk on a fresh database that begins at another moment, with settings of a test's own.
    #[must_use]
    pub fn with(database: &TestDatabase, begins: Instant, change: impl FnOnce(DeskSettings) -> DeskSettings) -> Self {
        let clock = Clock::fixed(begins);
        let settings = change(settings(database, &clock));
        let desk = must(Desk::open(settings.clone()), "the desk");
        Self { desk, clock, settings }
    }

    /// Reads the store.
    pub fn read<T>(&self, work: impl FnOnce(&mut Db) -> StoreResult<T>) -> T {
        must(self.desk.store().read(work), "what is stored")
    }

    /// Closes the desk and opens it again, so that it remembers nothing.
    pub fn reopen(&mut self) {
        self.desk.close();
        self.desk = must(Desk::open(self.settings.clone()), "the desk once more");
    }
}

/// A town.
#[derive(Debug)]
pub struct Town {
    /// The desk.
    pub desk: Desk,
    /// Its clock, which stands still until it is moved.
    pub clock: Clock,
    /// How the desk was opened.
    pub settings: DeskSettings,
    /// A mediator.
    pub mediator: Actor,
    /// Another mediator.
    pub second: Actor,
    /// A steward.
    pub steward: Actor,
    /// An auditor.
    pub auditor: Actor,
    /// Somebody who speaks for [`ORGANISATION`].
    pub employee: Actor,
    /// Somebody who speaks for [`NEIGHBOUR`].
    pub neighbour: Actor,
}

impl Town {
    /// A town on a fresh database.
    #[must_use]
    pub fn on(database: &TestDatabase) -> Self {
        let Empty { desk, clock, settings } = Empty::on(database);
        must(desk.store().write(build), "the town");
        let actor = |id: &str| actor(&desk, id);
        let [mediator, second, steward] = ["u-mediator", "u-second", "u-steward"].map(actor);
        let [auditor, employee, neighbour] = ["u-auditor", "u-employee", "u-neighbour"].map(actor);
        Self { desk, clock, settings, mediator, second, steward, auditor, employee, neighbour }
    }

    /// Another desk on the same database, as another node has one; on SQLite close the first one before.
    #[must_use]
    pub fn another_desk(&self) -> Desk {
        must(Desk::open(self.settings.clone()), "another desk")
    }

    /// Somebody who said yes to being matched, with this of a profile besides, and who can sign in.
    #[must_use]
    pub fn person(&self, id: &str, told: Value) -> Actor {
        let user = format!("u-{id}");
        let mut profile = json!({ "id": id, "wants_to_be_matched": true, "availability": "available", "registered": "2026-01-05" });
        if let (Some(profile), Value::Object(told)) = (profile.as_object_mut(), told) {
            profile.extend(told);
        }
        let (name, kept) = (user.clone(), of::<raakvlak_domain::experts::Expert>(&profile));
        must(
            self.desk.store().write(move |tx| {
                let user = users::insert(tx, &of(&json!({ "id": name, "roles": ["expert"] })))?.user.id;
                experts::insert(tx, &kept, Some(&user)).map(drop)
            }),
            "a person",
        );
        actor(&self.desk, &user)
    }

    /// A user with these roles, who speaks for these organisations and is this expert.
    #[must_use]
    pub fn user(&self, id: &str, roles: &[&str], speaks_for: &[&str], expert: Option<&ExpertId>) -> Actor {
        let user = of::<raakvlak_domain::users::User>(&json!({ "id": id, "roles": roles }));
        let speaks_for: Vec<OrganisationId> = speaks_for.iter().map(|id| of(&json!(id))).collect();
        let expert = expert.cloned();
        must(
            self.desk.store().write(move |tx| {
                users::insert(tx, &user)?;
                speaks_for.iter().try_for_each(|organisation| organisations::add_member(tx, organisation, &user.id))?;
                expert.map_or(Ok(()), |expert| experts::set_user(tx, &expert, &user.id))
            }),
            "a user",
        );
        actor(&self.desk, id)
    }

    /// Published work of [`ORGANISATION`] with so many places.
    #[must_use]
    pub fn work(&self, id: &str, places: u32) -> PackageId {
        let package = of::<raakvlak_domain::packages::TaskPackage>(&work(id, places));
        let name = package.id.clone();
        must(
            self.desk.store().write(move |tx| {
                // As an import does: noted once for all that comes in.
                tx.audit(AuditEntry::new(SYSTEM, SYSTEM, Action::Import, ObjectKind::Dataset, ""));
                packages::insert(tx, &package, None).map(drop)
            }),
            "work",
        );
        name
    }

    /// Reads the store.
    pub fn read<T>(&self, work: impl FnOnce(&mut Db) -> StoreResult<T>) -> T {
        must(self.desk.store().read(work), "what is stored")
    }

    /// The match as it is stored.
    #[must_use]
    pub fn stored(&self, id: &MatchId) -> StoredMatch {
        must(self.read(|db| matches::get(db, id)).ok_or("there is none"), "a match")
    }

    /// Decides on the match as it stands now.
    ///
    /// # Errors
    ///
    /// What the desk answers.
    pub fn decide(&self, actor: &Actor, id: &MatchId, decision: Decision) -> Reply {
        self.desk.decide(actor, id, decision, self.stored(id).version)
    }

    /// A match that a mediator suggests.
    ///
    /// # Errors
    ///
    /// What the desk answers.
    pub fn suggest(&self, person: &Actor, package: &PackageId) -> Result<MatchId, Error> {
        let suggestion = Suggestion { package: package.clone(), expert: person.expert.clone(), why: None };
        self.desk.suggest(&self.mediator, suggestion).map(|made| made.value.id)
    }

    /// A match that was led to a state, with this arranged.
    #[must_use]
    pub fn led_to(&self, state: MatchState, person: &Actor, package: &PackageId, arrangement: &Value) -> MatchId {
        let id = must(self.suggest(person, package), "a suggestion");
        path(state).iter().for_each(|verb| self.step(&id, *verb, person, arrangement));
        assert_eq!(self.stored(&id).state, state);
        id
    }

    /// Takes a step on a match by the one whose step it is.
    pub fn step(&self, id: &MatchId, verb: Verb, person: &Actor, arrangement: &Value) {
        let Some(decision) = self.decision(verb, self.stored(id).arrangement, arrangement) else {
            self.clock.advance(3 * 86_400);
            must(self.desk.expire_offers(), "offers that ran out");
            return;
        };
        let actor = match verb.parties().last() {
            Some(Party::Expert) => person,
            Some(Party::Organisation) => &self.employee,
            _ => &self.mediator,
        };
        must(self.decide(actor, id, decision), verb.as_str());
    }

    /// What goes with a verb, for this version of the arrangement; `None` for a verb that nobody decides.
    #[must_use]
    pub fn decision(&self, verb: Verb, version: Option<i64>, arrangement: &Value) -> Option<Decision> {
        let yes = || Approval { arrangement_version: of(&json!(version.unwrap_or(1))), text: None };
        let offer =
            || Offer { arrangement: of::<Arrangement>(arrangement), deadline: self.desk.now().plus_seconds(2 * 86_400), text: None };
        Some(match verb {
            Verb::Suggest | Verb::Expire => return None,
            Verb::Review => Decision::Review(prose("it could fit")),
            Verb::Dismiss => Decision::Dismiss(prose("it does not fit")),
            Verb::Offer => Decision::Offer(offer()),
            Verb::Ask => Decision::Ask(prose("how early")),
            Verb::Answer => Decision::Answer(prose("at nine")),
            Verb::Accept => Decision::Accept(yes()),
            Verb::Decline => Decision::Decline(None),
            Verb::Introduce => Decision::Introduce(None),
            Verb::Agree => Decision::Agree(yes()),
            Verb::Reject => Decision::Reject(of::<Rejection>(&json!({ "reason": "hours", "text": "too few of them" }))),
            Verb::Rearrange => Decision::Rearrange(offer()),
            Verb::Confirm => Decision::Confirm(yes()),
            Verb::Start => Decision::Start,
            Verb::EndEarly => Decision::EndEarly(None),
            Verb::Close => Decision::Close(None),
            Verb::Withdraw => Decision::Withdraw(None),
        })
    }
}

/// The verbs that lead from a suggestion to a state.
#[must_use]
pub fn path(to: MatchState) -> &'static [Verb] {
    use Verb::{Accept, Agree, Close, Confirm, Decline, Dismiss, EndEarly, Expire, Introduce, Offer, Reject, Review, Start, Withdraw};
    match to {
        MatchState::Suggested => &[],
        MatchState::Reviewed => &[Review],
        MatchState::Dismissed => &[Dismiss],
        MatchState::Offered => &[Review, Offer],
        MatchState::Accepted => &[Review, Offer, Accept],
        MatchState::Declined => &[Review, Offer, Decline],
        MatchState::Expired => &[Review, Offer, Expire],
        MatchState::Introduced => &[Review, Offer, Accept, Introduce],
        MatchState::Agreed => &[Review, Offer, Accept, Introduce, Agree],
        MatchState::Rejected => &[Review, Offer, Accept, Introduce, Reject],
        MatchState::Confirmed => &[Review, Offer, Accept, Introduce, Agree, Confirm],
        MatchState::Active => &[Review, Offer, Accept, Introduce, Agree, Confirm, Start],
        MatchState::Ended => &[Review, Offer, Accept, Introduce, Agree, Confirm, EndEarly],
        MatchState::Closed => &[Review, Offer, Accept, Introduce, Agree, Confirm, Start, Close],
        MatchState::Withdrawn => &[Withdraw],
    }
}

/// So many hours a week from a day on.
#[must_use]
pub fn hours(hours: f64, start: &str) -> Value {
    json!({ "hours": hours, "start": start })
}

/// Work of [`ORGANISATION`], as JSON.
#[must_use]
pub fn work(id: &str, places: u32) -> Value {
    json!({
        "id": id, "organisation": ORGANISATION, "purpose": "Samen brood bakken", "title": "Bakker voor de buurt", "capacity": places,
        "tasks": [{ "id": "t1", "hours": 4 }], "hours": { "min": 2, "max": 40 }, "work_form": "volunteering",
    })
}

/// A text.
#[must_use]
pub fn prose(text: &str) -> Prose {
    of(&json!(text))
}

/// A record from its JSON.
///
/// # Panics
///
/// When it is none.
#[must_use]
pub fn of<T: FromNode>(json: &Value) -> T {
    must(read(&json.to_string()), &json.to_string())
}

/// The expert that somebody is.
///
/// # Panics
///
/// When they are none.
#[must_use]
pub fn expert_of(actor: &Actor) -> ExpertId {
    must(actor.expert.clone().ok_or("no expert"), "who somebody is")
}

fn settings(database: &TestDatabase, clock: &Clock) -> DeskSettings {
    DeskSettings {
        clock: clock.clone(),
        require_durable: false,
        threads: Some(1),
        ..DeskSettings::new(database.url(), database.keys(), database.folder().join("outbox"), "http://town.invalid")
    }
}

fn build(tx: &mut raakvlak_store::Tx<'_>) -> StoreResult<()> {
    for id in [ORGANISATION, NEIGHBOUR] {
        let organisation = of(&json!({ "id": id, "name": id, "kind": "care", "place": { "town": "Zwolle" } }));
        organisations::insert(tx, &organisation)?;
    }
    let who = [
        ("u-mediator", "mediator", None),
        ("u-second", "mediator", None),
        ("u-steward", "steward", None),
        ("u-auditor", "auditor", None),
        ("u-employee", "organisation", Some(ORGANISATION)),
        ("u-neighbour", "organisation", Some(NEIGHBOUR)),
    ];
    for (id, role, organisation) in who {
        let user = users::insert(tx, &of(&json!({ "id": id, "roles": [role] })))?.user.id;
        if let Some(organisation) = organisation {
            organisations::add_member(tx, &of(&json!(organisation)), &user)?;
        }
    }
    Ok(())
}

/// A user as the desk knows them now.
fn actor(desk: &Desk, user: &str) -> Actor {
    must(desk.actor_for_user(&of::<UserId>(&json!(user))), user)
}

/// A moment.
#[must_use]
pub fn moment(text: &str) -> Instant {
    of(&json!(text))
}

/// Runs the same work on so many threads that begin together, and gives what each answered.
///
/// # Panics
///
/// When one of them does.
pub fn together<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let gate = std::sync::Barrier::new(threads);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..threads)
            .map(|number| {
                let (gate, work) = (&gate, &work);
                scope.spawn(move || {
                    gate.wait();
                    work(number)
                })
            })
            .collect();
        runs.into_iter().map(|run| must(run.join(), "a thread")).collect()
    })
}

/// What came of something that a test cannot do without.
#[allow(clippy::panic, reason = "a test that cannot go on must say why and stop")]
fn must<T, E: Debug>(outcome: Result<T, E>, what: &str) -> T {
    outcome.unwrap_or_else(|error| panic!("{what}: {error:?}"))
}
