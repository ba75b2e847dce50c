//! Random steps by random people, foreseen by a simple model; and everything that must always hold, computed anew from what is stored.
//!
//! The model shares no rule with the desk but the table of verbs: hours are counted day by day, consent and places by plain fields.

use std::collections::{BTreeMap, BTreeSet};

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::experts::{Availability, Expert};
use raakvlak_domain::identifiers::{ExpertId, MatchId, PackageId};
use raakvlak_domain::matches::{MatchState, Party, Suggestion, Verb};
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;
use raakvlak_service::experts::HOURS_EXCEEDED;
use raakvlak_store::matches::{self, MatchQuery};
use raakvlak_store::{AuditQuery, ObjectKind, experts, packages};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{Town, expert_of, of};
use serde_json::{Value, json};

use crate::common::{Dice, open_todos, standing, version};

/// How many steps are taken on each database.
fn steps() -> usize {
    std::env::var("RAAKVLAK_STEPS").map_or(3_000, |steps| steps.parse().expect("RAAKVLAK_STEPS is a number"))
}

/// Work in days: so many tenths of an hour a week from a first to a last day, others until a day.
#[derive(Debug, Clone, Copy)]
struct Plan {
    tenths: u32,
    first: i32,
    last: i32,
    until: Option<(i32, u32)>,
}

impl Plan {
    fn read(arrangement: &Arrangement) -> Self {
        let until = arrangement.build_up.first().map(|step| (step.until.day_number(), step.hours.get()));
        let last = arrangement.end.map_or(i32::MAX, Date::day_number);
        Self { tenths: arrangement.hours.get(), first: arrangement.start.day_number(), last, until }
    }

    fn on(&self, day: i32) -> u32 {
        match self.until {
            _ if day < self.first || day > self.last => 0,
            Some((until, tenths)) if day <= until => tenths,
            _ => self.tenths,
        }
    }
}

/// The heaviest week from that of a day on, day by day. 1970-01-05 was a Monday.
fn heaviest(elsewhere: u32, plans: &[Plan], from: i32) -> u32 {
    let monday = from - (from - 4).rem_euclid(7);
    let weeks = (0..120).map(|week| monday + 7 * week);
    weeks.map(|monday| plans.iter().map(|plan| (monday..monday + 7).map(|day| plan.on(day)).max().unwrap()).sum::<u32>()).max().unwrap()
        + elsewhere
}

struct Person {
    actor: Actor,
    id: ExpertId,
    wants: bool,
    paused: bool,
    most: u32,
    elsewhere: u32,
}

struct Work {
    id: PackageId,
    places: usize,
    paused: bool,
    closed: bool,
}

struct Case {
    id: MatchId,
    person: ExpertId,
    work: PackageId,
    state: MatchState,
    arrangement: i64,
    plan: Option<Plan>,
    deadline: Option<Instant>,
    met: bool,
    version: i64,
}

struct World<'a> {
    town: &'a Town,
    dice: Dice,
    people: Vec<Person>,
    works: Vec<Work>,
    cases: BTreeMap<MatchId, Case>,
    made: usize,
    /// Steps that the trail must hold.
    acts: usize,
    outcomes: BTreeMap<String, usize>,
}

/// How an attempt ended, in a word.
fn word<T>(outcome: &Result<T, Error>) -> String {
    match outcome {
        Ok(_) => "done".to_owned(),
        Err(Error::NotFound) => "not_found".to_owned(),
        Err(Error::NotAllowed) => "not_allowed".to_owned(),
        Err(Error::Stale { .. }) => "stale".to_owned(),
        Err(Error::Conflict(conflict)) => conflict.code().to_owned(),
        Err(other) => panic!("{other}"),
    }
}

impl<'a> World<'a> {
    fn new(town: &'a Town, seed: u64) -> Self {
        let mut world = Self {
            town,
            dice: Dice(seed),
            people: Vec::new(),
            works: Vec::new(),
            cases: BTreeMap::new(),
            made: 0,
            acts: 0,
            outcomes: BTreeMap::new(),
        };
        (0..10).for_each(|_| world.add_person());
        (0..4).for_each(|_| world.add_work());
        world
    }

    fn add_person(&mut self) {
        self.made += 1;
        let (most, elsewhere) = (self.dice.below(160) as u32 + 40, self.dice.below(30) as u32);
        let told = json!({ "hours": { "min": 0, "max": f64::from(most) / 10.0 }, "committed_hours": f64::from(elsewhere) / 10.0 });
        let actor = self.town.person(&format!("e-{:04}", self.made), told);
        self.people.push(Person { id: expert_of(&actor), actor, wants: true, paused: false, most, elsewhere });
    }

    fn add_work(&mut self) {
        self.made += 1;
        let places = self.dice.below(2) + 1;
        let id = self.town.work(&format!("p-{:04}", self.made), u32::try_from(places).unwrap());
        self.works.push(Work { id, places, paused: false, closed: false });
    }

    fn taken(&self, work: &PackageId) -> usize {
        self.cases.values().filter(|case| case.work == *work && case.state.takes_hours()).count()
    }

    fn stands(&self, work: &Work) -> PackageState {
        match (work.closed, work.paused) {
            (true, _) => PackageState::Closed,
            (_, true) => PackageState::Paused,
            _ if self.taken(&work.id) >= work.places => PackageState::Filled,
            _ => PackageState::Published,
        }
    }

    fn work(&self, id: &PackageId) -> &Work {
        self.works.iter().find(|work| work.id == *id).unwrap()
    }

    fn person(&self, id: &ExpertId) -> &Person {
        self.people.iter().find(|person| person.id == *id).unwrap()
    }

    fn plans(&self, person: &ExpertId) -> Vec<Plan> {
        self.cases.values().filter(|case| case.person == *person && case.state.takes_hours()).map(|case| case.plan.unwrap()).collect()
    }

    fn today(&self) -> i32 {
        self.town.desk.today().day_number()
    }

    fn note(&mut self, what: &str, outcome: &str) {
        *self.outcomes.entry(format!("{what} {outcome}")).or_default() += 1;
    }

    fn step(&mut self) {
        match self.dice.below(100) {
            0..=64 => self.decide(),
            65..=80 => self.suggest(),
            81..=83 => self.change_consent(),
            84..=86 => self.change_availability(),
            87..=89 => self.change_hours(),
            90..=92 => self.move_work(),
            93..=94 => self.change_places(),
            95..=97 => self.pass_time(),
            98 if self.dice.below(3) == 0 => self.replace_work(),
            _ if self.dice.below(3) == 0 => self.erase(),
            _ => {}
        }
    }

    fn suggest(&mut self) {
        let (person, any) = (self.dice.below(self.people.len()), self.dice.below(self.works.len()));
        let open: Vec<usize> = (0..self.works.len()).filter(|at| self.stands(&self.works[*at]) == PackageState::Published).collect();
        let at = if open.is_empty() || self.dice.below(5) == 0 { any } else { *self.dice.one(&open) };
        let (person, work) = (&self.people[person], &self.works[at]);
        let own = self.dice.0.is_multiple_of(3);
        let open = self.stands(work) == PackageState::Published;
        let both = |case: &&Case| case.person == person.id && case.work == work.id;
        let expected = match () {
            () if !open && own => "not_found",
            () if !open => "package_not_open",
            () if !person.wants || person.paused => "not_available",
            () if self.cases.values().filter(both).any(|case| !case.state.is_final()) => "already_matched",
            () => "done",
        };
        let suggestion = Suggestion { package: work.id.clone(), expert: (!own).then(|| person.id.clone()), why: None };
        let actor = if own { &person.actor } else { &self.town.mediator };
        let outcome = self.town.desk.suggest(actor, suggestion);
        assert_eq!(word(&outcome), expected, "suggest");
        if let Ok(made) = outcome {
            let id = made.value.id;
            let case = Case {
                id: id.clone(),
                person: person.id.clone(),
                work: work.id.clone(),
                state: MatchState::Suggested,
                arrangement: 0,
                plan: None,
                deadline: None,
                met: false,
                version: 1,
            };
            self.cases.insert(id, case);
            self.acts += 1;
        }
        self.note("suggest", expected);
    }

    fn decide(&mut self) {
        let Some(id) = self.pick_case() else { return };
        let state = self.cases[&id].state;
        let (verb, party) = self.pick_verb(state);
        let (json, plan) = self.draw_plan();
        let current = self.cases[&id].arrangement;
        let named = if self.dice.below(8) == 0 { self.dice.below(3) as i64 + 1 } else { current.max(1) };
        let off = if self.dice.below(30) == 0 { [-1, 1][self.dice.below(2)] } else { 0 };
        let other = self.dice.below(15) == 0;
        let case = &self.cases[&id];
        let (actor, knows) = match (party, other) {
            (Party::Expert, false) => (&self.person(&case.person).actor, true),
            (Party::Organisation, false) => (&self.town.employee, case.met),
            (Party::Mediator, false) => (&self.town.mediator, true),
            (Party::Mediator, true) => (&self.town.second, true),
            _ => (&self.town.neighbour, false),
        };
        let expected = self.foreseen(case, verb, party, knows, off, named);
        let decision = self.town.decision(verb, Some(named), &json).unwrap();
        let outcome = self.town.desk.decide(actor, &id, decision, case.version + off);
        assert_eq!(word(&outcome), expected, "{verb} by {party} from {state} (met: {})", case.met);
        if outcome.is_ok() {
            self.apply(&id, verb, plan);
        }
        self.note(verb.as_str(), expected);
    }

    /// Mostly one that is still open.
    fn pick_case(&mut self) -> Option<MatchId> {
        let open: Vec<MatchId> = self.cases.values().filter(|case| !case.state.is_final()).map(|case| case.id.clone()).collect();
        let all: Vec<MatchId> = self.cases.keys().cloned().collect();
        let from = if open.is_empty() || self.dice.below(12) == 0 { all } else { open };
        if from.is_empty() { None } else { Some(self.dice.one(&from).clone()) }
    }

    /// Mostly one that leads on, by one who may use it.
    fn pick_verb(&mut self, state: MatchState) -> (Verb, Party) {
        use Verb::{Accept, Agree, Close, Confirm, Introduce, Offer, Review, Start};
        let forward = [Review, Offer, Accept, Introduce, Agree, Confirm, Start, Close];
        let all: Vec<Verb> = Verb::ALL.iter().copied().filter(|verb| !matches!(verb, Verb::Suggest | Verb::Expire)).collect();
        let possible: Vec<Verb> = all.iter().copied().filter(|verb| verb.leads_to(state).is_some()).collect();
        let onward: Vec<Verb> = forward.iter().copied().filter(|verb| verb.leads_to(state).is_some()).collect();
        let verb = match self.dice.below(20) {
            0..=13 if !onward.is_empty() => *self.dice.one(&onward),
            14..=17 if !possible.is_empty() => *self.dice.one(&possible),
            _ => *self.dice.one(&all),
        };
        let anyone = [Party::Expert, Party::Organisation, Party::Mediator];
        let parties = if self.dice.below(10) == 0 { &anyone } else { verb.parties() };
        (verb, *self.dice.one(parties))
    }

    fn draw_plan(&mut self) -> (Value, Plan) {
        let today = self.town.desk.today();
        let start = today.plus_days(self.dice.below(60) as u32);
        let end = (self.dice.below(4) > 0).then(|| start.plus_days(self.dice.below(90) as u32));
        let tenths = self.dice.below(60) as u32 + 1;
        let step = (self.dice.below(3) == 0).then(|| (start.plus_days(self.dice.below(30) as u32), self.dice.below(80) as u32));
        let build_up: Vec<Value> =
            step.iter().map(|(until, tenths)| json!({ "until": until, "hours": f64::from(*tenths) / 10.0 })).collect();
        let json = json!({ "hours": f64::from(tenths) / 10.0, "start": start, "end": end, "build_up": build_up });
        let last = end.map_or(i32::MAX, Date::day_number);
        let until = step.map(|(until, tenths)| (until.day_number(), tenths));
        (json, Plan { tenths, first: start.day_number(), last, until })
    }

    fn foreseen(&self, case: &Case, verb: Verb, party: Party, knows: bool, off: i64, named: i64) -> &'static str {
        let (person, work) = (self.person(&case.person), self.work(&case.work));
        let askable = person.wants && !person.paused;
        let asks_person = matches!(verb, Verb::Offer | Verb::Rearrange | Verb::Introduce | Verb::Confirm);
        let says_yes = matches!(verb, Verb::Accept | Verb::Agree | Verb::Confirm);
        match () {
            () if !knows => "not_found",
            () if !verb.parties().contains(&party) => "not_allowed",
            () if off != 0 => "stale",
            () if verb.leads_to(case.state).is_none() => "transition",
            () if says_yes && named != case.arrangement => "arrangement_changed",
            () if verb == Verb::Accept && case.deadline.unwrap() <= self.town.desk.now() => "deadline_passed",
            () if asks_person && work.closed => "package_not_open",
            () if asks_person && !askable => "not_available",
            () if verb == Verb::Confirm && self.taken(&work.id) >= work.places => "capacity",
            () if verb == Verb::Confirm && !self.fits(case, person) => "hours",
            () => "done",
        }
    }

    fn fits(&self, case: &Case, person: &Person) -> bool {
        let plan = case.plan.unwrap();
        let mut plans = self.plans(&case.person);
        plans.push(plan);
        heaviest(person.elsewhere, &plans, self.today().min(plan.first)) <= person.most
    }

    fn apply(&mut self, id: &MatchId, verb: Verb, plan: Plan) {
        let deadline = self.town.desk.now().plus_seconds(2 * 86_400);
        let case = self.cases.get_mut(id).unwrap();
        case.state = verb.leads_to(case.state).unwrap();
        case.version += 1;
        case.met |= verb == Verb::Introduce;
        if matches!(verb, Verb::Offer | Verb::Rearrange) {
            case.arrangement += 1;
            (case.plan, case.deadline) = (Some(plan), Some(deadline));
        }
        self.acts += 1;
    }

    fn change_consent(&mut self) {
        let at = self.dice.below(self.people.len());
        let person = &mut self.people[at];
        person.wants = !person.wants || self.dice.below(4) > 0;
        let (wants, id) = (person.wants, person.id.clone());
        self.town.desk.set_consent(&person.actor, &id, wants, version(self.town, &id)).unwrap();
        if !wants {
            let open = |case: &&mut Case| case.person == id && !case.state.is_final() && !case.state.takes_hours();
            for case in self.cases.values_mut().filter(open) {
                case.state = MatchState::Withdrawn;
                case.version += 1;
                self.acts += 1;
            }
        }
        self.note("consent", if wants { "given" } else { "taken_back" });
    }

    fn change_availability(&mut self) {
        let at = self.dice.below(self.people.len());
        let person = &mut self.people[at];
        person.paused = !person.paused && self.dice.below(4) == 0;
        let to = if person.paused { Availability::Paused } else { Availability::Available };
        self.town.desk.set_availability(&person.actor, &person.id, to, version(self.town, &person.id)).unwrap();
    }

    fn change_hours(&mut self) {
        let any = self.dice.below(self.people.len());
        let working: Vec<usize> = (0..self.people.len()).filter(|at| !self.plans(&self.people[*at].id).is_empty()).collect();
        let at = if working.is_empty() || self.dice.below(3) == 0 { any } else { *self.dice.one(&working) };
        let most = self.dice.below(200) as u32 + 1;
        self.people[at].most = most;
        let person = &self.people[at];
        let profile = self.town.desk.expert(&person.actor, &person.id).unwrap();
        let expert = Expert { hours: Some(of(&json!({ "min": 0, "max": f64::from(most) / 10.0 }))), ..profile.value };
        self.town.desk.update_expert(&person.actor, expert, &person.id, profile.version).unwrap();
        let plans = self.plans(&person.id);
        let exceeded = !plans.is_empty() && heaviest(person.elsewhere, &plans, self.today()) > most;
        assert_eq!(open_todos(self.town, person.id.as_str()).contains(&HOURS_EXCEEDED.to_owned()), exceeded);
        self.note("hours", if exceeded { "exceeded" } else { "kept" });
    }

    fn move_work(&mut self) {
        let paused: Vec<usize> = (0..self.works.len()).filter(|at| self.works[*at].paused && !self.works[*at].closed).collect();
        let any = self.dice.below(self.works.len());
        let at = if paused.is_empty() || self.dice.below(3) == 0 { any } else { *self.dice.one(&paused) };
        let before = self.stands(&self.works[at]);
        let pause = self.dice.below(3) == 0;
        let id = self.works[at].id.clone();
        let version = self.town.read(|db| packages::get(db, &id)).unwrap().version;
        let outcome = if pause {
            self.town.desk.pause_package(&self.town.employee, &id, version)
        } else {
            self.town.desk.publish_package(&self.town.employee, &id, version)
        };
        let possible =
            if pause { matches!(before, PackageState::Published | PackageState::Filled) } else { before == PackageState::Paused };
        assert_eq!(word(&outcome), if possible { "done" } else { "package_state" });
        if possible {
            self.works[at].paused = pause;
        }
    }

    fn change_places(&mut self) {
        let (at, places) = (self.dice.below(self.works.len()), self.dice.below(3) + 1);
        let id = self.works[at].id.clone();
        let stored = self.town.read(|db| packages::get(db, &id)).unwrap();
        let wording = TaskPackage { capacity: of(&json!(places)), ..stored.package };
        let outcome = self.town.desk.update_package(&self.town.employee, wording, &id, stored.version);
        let enough = self.taken(&id) <= places;
        assert_eq!(word(&outcome), if enough { "done" } else { "capacity" });
        if enough {
            self.works[at].places = places;
        }
        self.note("places", if enough { "done" } else { "capacity" });
    }

    fn pass_time(&mut self) {
        self.town.clock.advance(self.dice.below(60) as i64 * 3_600);
        if self.dice.below(2) == 0 {
            return;
        }
        let now = self.town.desk.now();
        let due = |case: &&mut Case| case.state == MatchState::Offered && case.deadline.unwrap() <= now;
        let mut count = 0;
        for case in self.cases.values_mut().filter(due) {
            case.state = MatchState::Expired;
            case.version += 1;
            count += 1;
        }
        assert_eq!(self.town.desk.expire_offers().unwrap(), count);
        self.acts += count;
        self.note("expire", if count > 0 { "done" } else { "nothing" });
    }

    fn replace_work(&mut self) {
        let at = self.dice.below(self.works.len());
        if self.works[at].closed {
            return;
        }
        let id = self.works[at].id.clone();
        let version = self.town.read(|db| packages::get(db, &id)).unwrap().version;
        self.town.desk.close_package(&self.town.employee, &id, version).unwrap();
        self.works[at].closed = true;
        self.add_work();
    }

    fn erase(&mut self) {
        let person = self.people.remove(self.dice.below(self.people.len()));
        self.town.desk.erase_expert(&person.actor, &person.id).unwrap();
        self.cases.retain(|_, case| case.person != person.id);
        self.add_person();
    }

    /// Computes anew, from what is stored, everything that must always hold.
    fn check(&self) {
        let all = self.town.read(|db| matches::list(db, &MatchQuery::default()));
        assert_eq!(all.len(), self.cases.len());
        for found in &all {
            let case = &self.cases[&found.id];
            assert_eq!((found.state, found.version, found.arrangement.unwrap_or(0)), (case.state, case.version, case.arrangement));
            self.check_history(found);
        }
        for work in &self.works {
            let stored = self.town.read(|db| packages::get(db, &work.id)).unwrap().package;
            let taken = all.iter().filter(|found| found.package == work.id && found.state.takes_hours()).count();
            assert!(taken <= stored.capacity.get() as usize, "{} places of {}", taken, stored.capacity.get());
            assert_eq!(standing(self.town, &work.id), self.stands(work));
        }
        for person in &self.people {
            let profile = self.town.read(|db| experts::get(db, &person.id)).unwrap().expert;
            let taking: Vec<_> = all.iter().filter(|found| found.expert == person.id && found.state.takes_hours()).collect();
            let plan = |found: &&matches::StoredMatch| {
                Plan::read(&self.town.read(|db| matches::arrangement(db, found, found.arrangement.unwrap())))
            };
            let plans: Vec<Plan> = taking.iter().map(plan).collect();
            let elsewhere = profile.committed_hours.unwrap().get();
            let exceeded = !plans.is_empty() && heaviest(elsewhere, &plans, self.today()) > profile.hours.unwrap().max.get();
            let known = open_todos(self.town, person.id.as_str()).contains(&HOURS_EXCEEDED.to_owned());
            assert!(!exceeded || known, "more hours than wanted, and nobody was told: {}", person.id);
        }
    }

    fn check_history(&self, found: &matches::StoredMatch) {
        let events = self.town.read(|db| matches::history(db, found));
        let mut state = None;
        for (event, seq) in events.iter().zip(1..) {
            assert_eq!((event.seq, event.from), (seq, state));
            let reached = event.from.map_or(Some(MatchState::Suggested), |from| event.verb.leads_to(from));
            assert_eq!(reached, Some(event.to), "{} from {:?}", event.verb, event.from);
            assert!(event.verb.parties().contains(&event.party), "{} by {}", event.verb, event.party);
            assert!(event.actor.is_some() || event.party == Party::Clock);
            state = Some(event.to);
        }
        assert_eq!((state, events.len() as i64), (Some(found.state), found.events));
        if let Some(confirmed) = events.iter().find(|event| event.verb == Verb::Confirm) {
            assert_eq!(confirmed.arrangement, found.arrangement);
            let yeses = self.town.read(|db| matches::yeses(db, &found.id, found.arrangement.unwrap()));
            let parties: BTreeSet<Party> = yeses.iter().map(|yes| yes.party).collect();
            assert_eq!(parties, BTreeSet::from([Party::Expert, Party::Organisation, Party::Mediator]));
            assert!(yeses.iter().all(|yes| yes.user.is_some() && yes.at <= confirmed.at));
        }
    }
}

on_both_databases!(nothing_that_must_not_be_ever_is, |database| {
    let town = Town::on(&database);
    let seed = std::env::var("RAAKVLAK_SEED").map_or(2_026, |seed| seed.parse().expect("RAAKVLAK_SEED is a number"));
    let mut world = World::new(&town, seed);
    // Everything is computed anew some thirty times, however long the walk is.
    let every = (steps() / 30).max(100);
    for at in 1..=steps() {
        world.step();
        if at % every == 0 {
            world.check();
        }
    }
    world.check();
    println!("{} matches; {:#?}", world.cases.len(), world.outcomes);
    // What the usual steps are known to reach; other seeds and fewer steps may not.
    let usual = std::env::var("RAAKVLAK_SEED").is_err() && steps() >= 3_000;
    for outcome in
        ["confirm done", "confirm hours", "confirm capacity", "confirm not_available", "accept deadline_passed", "hours exceeded"]
    {
        assert!(!usual || world.outcomes.contains_key(outcome), "{outcome} never came to pass");
    }
    let query = AuditQuery { object_kind: Some(ObjectKind::Match), limit: i64::MAX, ..AuditQuery::default() };
    assert_eq!(town.read(|db| db.audit_rows(&query)).len(), world.acts, "every step stands in the trail once");
    let report = town.desk.check(|| {}).unwrap();
    assert!(report.whole, "{:#?}", report.violations);
});
