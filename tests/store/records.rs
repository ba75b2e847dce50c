//! Records come back as they went in, on both databases; an update that was built on an old version is refused with the current one.

use raakvlak_domain::arrangements::Arrangement;
use raakvlak_domain::calendar::Instant;
use raakvlak_domain::experts::{Expert, RankingProfile};
use raakvlak_domain::identifiers::{ExpertId, KnobVersionId, MatchId, OrganisationId, PackageId, ProgrammeId, UserId};
use raakvlak_domain::knobs::{Knob, MatcherSetting, Scope, Setting};
use raakvlak_domain::matches::{CheckIn, Evaluation, MatchState, Origin, Party, Verb};
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::packages::{PackageState, TaskPackage};
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::reading::{FromNode, read};
use raakvlak_domain::texts::Prose;
use raakvlak_domain::users::User;
use raakvlak_store::experts::Group;
use raakvlak_store::knobs::Turn;
use raakvlak_store::matches::feedback;
use raakvlak_store::matches::{MatchQuery, NewMatch, Step};
use raakvlak_store::packages::PackageQuery;
use raakvlak_store::{Db, Store, StoreError, StoreResult, Tx};
use raakvlak_store::{experts, knobs, matches, organisations, packages, programmes, users};
use raakvlak_testkit::on_both_databases;

pub(crate) fn of<T: FromNode>(text: &str) -> T {
    read(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
}

pub(crate) fn prose(text: &str) -> Prose {
    of(&serde_json::Value::String(text.to_owned()).to_string())
}

pub(crate) fn write<T: Send + 'static>(store: &Store, work: impl FnOnce(&mut Tx<'_>) -> StoreResult<T> + Send + 'static) -> T {
    store.write(work).unwrap()
}

pub(crate) fn reading<T>(store: &Store, work: impl FnOnce(&mut Db) -> StoreResult<T>) -> T {
    store.read(work).unwrap()
}

pub(crate) fn organisation(id: &str) -> Organisation {
    of(&format!(r#"{{"id":"{id}","name":"Stichting {id}","kind":"care","sectors":["zorg","welzijn"],"place":{{"town":"Zwolle"}}}}"#))
}

pub(crate) fn package(id: &str, organisation: &str) -> TaskPackage {
    of(&format!(
        r#"{{"id":"{id}","organisation":"{organisation}","purpose":"Samen koffie drinken","title":"Gastheer of gastvrouw",
            "tasks":[{{"id":"t1","hours":4.5,"activities":["talking"]}}],"hours":{{"min":4,"max":8}},"work_form":"volunteering","state":"draft"}}"#
    ))
}

/// Everything told, so that nothing can be lost without a test that fails.
pub(crate) fn full_expert(id: &str, mark: &str) -> Expert {
    of(&format!(
        r#"{{"id":"{id}","display_name":"{mark} name","registered":"2026-01-10","last_offered":"2026-03-01","last_shown":"2026-11-02",
            "aside_since":"2021-05-01","wants_to_be_matched":true,"answered_on":"2026-01-11","availability":"standby","committed_hours":2.5,
            "competences":[{{"competence":"http://esco/{mark}","level":3,"source":"self"}}],"experience":["{mark}-debt"],
            "energy":{{"gives":["{mark}-talking"],"drains":[]}},"wishes":["http://esco/{mark}/wish"],"no_go":["{mark}-night"],"rather_not":["{mark}-noise"],
            "needs":["{mark}-quiet"],"helps":["{mark}-buddy"],"hours":{{"min":4,"max":16}},"dayparts":["mon_am","tue_pm"],
            "place":{{"lat":52.37,"lon":4.9}},"travel_km":15,"work_forms":["{mark}-job"],"languages":{{"nl":"B1"}},"documents":["{mark}-certificate"],
            "avoid":["{mark}-o-7"],"story":"{mark} story","contact":{{"name":"{mark} Jansen","email":"{mark}@example.org","phone":"{mark} 06"}},
            "income":{{"benefit":"social_assistance"}},"commitments":[{{"employer":"{mark} shop","hours":2.5}}],
            "disclosure":{{"contact":"organisation","income":"mediator"}}}}"#
    ))
}

pub(crate) fn user(id: &str, email: Option<&str>, roles: &str) -> User {
    let email = email.map_or("null".to_owned(), |email| format!("\"{email}\""));
    of(&format!(r#"{{"id":"{id}","name":"User {id}","email":{email},"language":"nl","roles":{roles}}}"#))
}

on_both_databases!(ranking_reads_at_a_quick_look_what_the_profile_says, |database| {
    let store = database.open();
    let bare = of(r#"{"id":"e-2"}"#);
    let none = of(r#"{"id":"e-3","competences":[],"needs":[],"energy":{"gives":[]},"registered":"2026-01-02","availability":"standby"}"#);
    let odd = of(r#"{"id":"e-4","avoid":["de \"Brug\""],"wants_to_be_matched":false,"languages":{"nl":"B1"}}"#);
    for new in [full_expert("e-1", "canary"), bare, none, odd] {
        write(&store, move |tx| experts::insert(tx, &new, None));
    }
    let keys = reading(&store, |db| Ok(db.shared_keys()));
    let met: Vec<bool> = reading(&store, |db| experts::next_to_rank(db, None))
        .into_iter()
        .map(|sealed| {
            let opened = sealed.open(&keys).unwrap().unwrap();
            let expert = opened.clone().read().unwrap().expert;
            assert_eq!(expert.story, None, "what ranking does not read stays closed");
            let quick = opened.ranking_profile();
            quick.inspect(|quick| assert_eq!(*quick, RankingProfile::from(&expert))).is_some()
        })
        .collect();
    assert_eq!(met, [true, true, true, false], "an id with a quote in it takes a longer look");
});

on_both_databases!(an_expert_comes_back_as_told, |database| {
    let store = database.open();
    let told = full_expert("e-1", "canary");
    let bare: Expert = of(r#"{"id":"e-2"}"#);
    let empty: Expert = of(r#"{"id":"e-3","competences":[],"experience":[],"needs":[],"programmes":[],"energy":{"gives":[],"drains":[]}}"#);
    for expert in [&told, &bare] {
        let new = expert.clone();
        let kept = write(&store, move |tx| experts::insert(tx, &new, None));
        assert_eq!((&kept.expert, kept.version), (expert, 1));
        assert_eq!(&reading(&store, |db| experts::get(db, &expert.id)).unwrap().expert, expert);
    }
    let new = empty.clone();
    write(&store, move |tx| experts::insert(tx, &new, None));
    let back = reading(&store, |db| experts::get(db, &empty.id)).unwrap().expert;
    // Told to be none stays told; memberships are rows of their own, and none of those is none told.
    assert_eq!(Expert { programmes: None, ..empty.clone() }, back);
    assert_eq!(reading(&store, experts::count), 3);
    let ids = |found: Vec<experts::StoredExpert>| found.iter().map(|kept| kept.expert.id.to_string()).collect::<Vec<_>>();
    assert_eq!(ids(reading(&store, experts::all)), ["e-1", "e-2", "e-3"]);
    assert_eq!(ids(reading(&store, |db| experts::page(db, Some("e-1"), 1))), ["e-2"]);
    assert_eq!(reading(&store, |db| experts::get(db, &ExpertId::new("e-9").unwrap())), None);
    let twice = store.write(move |tx| experts::insert(tx, &bare, None));
    assert_eq!(twice.unwrap_err(), StoreError::Duplicate);
});

on_both_databases!(an_expert_changes_and_consents_follow, |database| {
    let store = database.open();
    let told = full_expert("e-1", "canary");
    let new = told.clone();
    write(&store, move |tx| experts::insert(tx, &new, None));
    let before = reading(&store, |db| experts::consents(db, &told.id));
    assert!(before[&Group::Limits].given_at.is_some() && before[&Group::Limits].withdrawn_at.is_none());
    let less =
        Expert { no_go: None, rather_not: None, needs: None, helps: None, energy: None, story: Some(prose("another")), ..told.clone() };
    let next = less.clone();
    let kept = write(&store, move |tx| experts::update(tx, &next, 1));
    assert_eq!((&kept.expert, kept.version), (&less, 2));
    assert_eq!(reading(&store, |db| experts::get(db, &told.id)).unwrap().expert, less);
    let after = reading(&store, |db| experts::consents(db, &told.id));
    assert!(after[&Group::Limits].withdrawn_at.is_some(), "nothing told any more is a consent withdrawn");
    assert_eq!(after[&Group::Income], before[&Group::Income]);
    let stale = store.write(move |tx| experts::update(tx, &told, 1));
    assert_eq!(stale.unwrap_err(), StoreError::Stale { current: 2 });
    let nobody = store.write(|tx| experts::update(tx, &of(r#"{"id":"e-9"}"#), 1));
    assert_eq!(nobody.unwrap_err(), StoreError::NotFound);
});

on_both_databases!(organisations_and_programmes_change_by_version, |database| {
    let store = database.open();
    let told = organisation("o-1");
    let new = told.clone();
    assert_eq!(write(&store, move |tx| organisations::insert(tx, &new)).organisation, told);
    let renamed = Organisation { lends: true, ..told.clone() };
    let next = renamed.clone();
    assert_eq!(write(&store, move |tx| organisations::update(tx, &next, 1)).version, 2);
    let found = reading(&store, |db| organisations::get(db, &told.id)).unwrap();
    assert_eq!((found.organisation, found.version, found.vetted_at), (renamed, 2, None));
    let stale = store.write({
        let told = told.clone();
        move |tx| organisations::update(tx, &told, 1)
    });
    assert_eq!(stale.unwrap_err(), StoreError::Stale { current: 2 });
    let id = told.id.clone();
    let vetted = write(&store, move |tx| organisations::vet(tx, &id, Some(&UserId::new("u-1").unwrap()), 2));
    assert!(vetted.vetted_at.is_some() && vetted.version == 3);

    let programme: Programme = of(r#"{"id":"r-1","name":"Buurtbanen","position":"energy","capacity_per_intake":12}"#);
    let new = programme.clone();
    write(&store, move |tx| programmes::insert(tx, &new));
    let id = programme.id.clone();
    write(&store, move |tx| {
        programmes::add_organisation(tx, &id, &OrganisationId::new("o-1").unwrap())?;
        programmes::add_organisation(tx, &id, &OrganisationId::new("o-1").unwrap())
    });
    assert_eq!(reading(&store, |db| programmes::organisations(db, &programme.id)), std::slice::from_ref(&told.id));
    assert_eq!(reading(&store, |db| programmes::get(db, &programme.id)).unwrap().programme, programme);
    let (id, organisation) = (programme.id.clone(), told.id.clone());
    let held = store.write(move |tx| organisations::delete(tx, &organisation, 3));
    assert_eq!(held.unwrap_err(), StoreError::Dangling);
    let organisation = told.id.clone();
    assert!(write(&store, move |tx| programmes::remove_organisation(tx, &id, &organisation)));
    let organisation = told.id.clone();
    write(&store, move |tx| organisations::delete(tx, &organisation, 3));
    assert_eq!(reading(&store, |db| organisations::page(db, None, 10)), []);
    let id = programme.id.clone();
    write(&store, move |tx| programmes::delete(tx, &id, 1));
    assert_eq!(reading(&store, |db| programmes::get(db, &ProgrammeId::new("r-1").unwrap())), None);
});

on_both_databases!(a_knob_is_turned_one_version_at_a_time, |database| {
    let store = database.open();
    let turn = |store: &Store, id: &'static str, scope: Scope, setting: Option<MatcherSetting>, built_on: u64| {
        let setting = setting.map(Setting::Matcher);
        store.write(move |tx| {
            let (id, by, why) = (KnobVersionId::new(id).unwrap(), UserId::new("u-1").unwrap(), prose("because"));
            knobs::turn(tx, &Turn { id: &id, knob: Knob::Matcher, scope: &scope, setting, by: &by, why: &why }, built_on)
        })
    };
    let energy: MatcherSetting = of(r#"{"floor":3000}"#);
    let programme = Scope::Programme(ProgrammeId::new("r-1").unwrap());
    assert_eq!(turn(&store, "k-1", Scope::Network, Some(MatcherSetting::default()), 0).unwrap().number, 1);
    assert_eq!(turn(&store, "k-2", Scope::Network, Some(energy), 1).unwrap().number, 2);
    assert_eq!(turn(&store, "k-3", programme.clone(), Some(energy), 0).unwrap().number, 1);
    assert_eq!(turn(&store, "k-4", programme.clone(), None, 1).unwrap().number, 2);
    assert_eq!(turn(&store, "k-5", Scope::Network, None, 1).unwrap_err(), StoreError::Stale { current: 2 });
    assert_eq!(turn(&store, "k-1", Scope::Network, None, 2).unwrap_err(), StoreError::Duplicate);
    let latest = reading(&store, |db| knobs::latest(db, Knob::Matcher, &Scope::Network)).unwrap();
    assert_eq!((latest.id.as_str(), latest.setting), ("k-2", Some(Setting::Matcher(energy))));
    let all = reading(&store, |db| knobs::all_latest(db, Knob::Matcher));
    assert_eq!(
        all.iter().map(|version| (version.scope.clone(), version.setting.clone())).collect::<Vec<_>>(),
        [(Scope::Network, Some(Setting::Matcher(energy))), (programme.clone(), None)]
    );
    let versions = |before| {
        reading(&store, |db| knobs::versions(db, Knob::Matcher, &Scope::Network, before, 10))
            .iter()
            .map(|version| version.number)
            .collect::<Vec<_>>()
    };
    assert_eq!((versions(None), versions(Some(2))), (vec![2, 1], vec![1]));
    let first = reading(&store, |db| knobs::get(db, &KnobVersionId::new("k-1").unwrap())).unwrap();
    assert_eq!((first.setting, first.why), (Some(Setting::Matcher(MatcherSetting::default())), prose("because")));
});

on_both_databases!(a_published_package_keeps_every_wording, |database| {
    let store = database.open();
    write(&store, |tx| organisations::insert(tx, &organisation("o-1")));
    let told = package("p-1", "o-1");
    let new = told.clone();
    write(&store, move |tx| packages::insert(tx, &new, None));
    let draft = TaskPackage { purpose: prose("a better draft"), ..told.clone() };
    let next = draft.clone();
    assert_eq!(write(&store, move |tx| packages::update(tx, &next, 1, None)).revision, 1, "a draft is written over");
    let id = told.id.clone();
    let published = write(&store, move |tx| packages::set_state(tx, &id, PackageState::Published, 2));
    assert_eq!((published.package.state, published.version), (PackageState::Published, 3));
    let edited = TaskPackage { purpose: prose("edited"), ..draft.clone() };
    let next = edited.clone();
    assert_eq!(write(&store, move |tx| packages::update(tx, &next, 3, None)).revision, 2);
    assert_eq!(reading(&store, |db| packages::wording(db, &told.id, 1)).purpose, draft.purpose);
    assert_eq!(reading(&store, |db| packages::get(db, &told.id)).unwrap().package.purpose, edited.purpose);
    assert_eq!(reading(&store, |db| packages::revisions(db, &told.id)).len(), 2);
    let id = told.id.clone();
    let stale = store.write(move |tx| packages::set_state(tx, &id, PackageState::Closed, 3));
    assert_eq!(stale.unwrap_err(), StoreError::Stale { current: 4 });
    let states = |states: &[PackageState]| {
        let query = PackageQuery { states: Some(states.to_vec()), limit: Some(5), ..PackageQuery::default() };
        reading(&store, |db| packages::list(db, &query)).len()
    };
    assert_eq!((states(&[PackageState::Published]), states(&[PackageState::Draft, PackageState::Closed])), (1, 0));
    let orphan = store.write(|tx| packages::insert(tx, &package("p-2", "o-9"), None));
    assert_eq!(orphan.unwrap_err(), StoreError::Dangling);
});

/// An organisation, a published package, a user for each side and an expert: what a match needs.
pub(crate) fn stage(store: &Store, mark: &str) {
    let expert = full_expert("e-1", mark);
    write(store, move |tx| {
        organisations::insert(tx, &organisation("o-1"))?;
        packages::insert(tx, &TaskPackage { state: PackageState::Published, ..package("p-1", "o-1") }, None)?;
        users::insert(tx, &user("u-mediator", Some("mediator@example.org"), r#"["mediator"]"#))?;
        experts::insert(tx, &expert, None).map(drop)
    });
}

pub(crate) fn step(verb: Verb, to: MatchState, party: Party) -> Step<'static> {
    Step { verb, to, actor: None, party, reason: None, arrangement: None, deadline: None }
}

/// A match that has everything: a score, reasons, an arrangement, a yes, a check-in and an evaluation.
pub(crate) fn full_match(store: &Store, mark: &'static str) -> MatchId {
    let arrangement: Arrangement = of(&format!(r#"{{"hours":8,"start":"2026-12-01","end":"2027-02-01","notes":"{mark} notes"}}"#));
    write(store, move |tx| {
        let (id, mediator) = (MatchId::new("m-1").unwrap(), UserId::new("u-mediator").unwrap());
        let (package, expert) = (PackageId::new("p-1").unwrap(), ExpertId::new("e-1").unwrap());
        let score = format!(r#"{{"score":{mark:?}}}"#);
        let new = NewMatch {
            id: &id,
            package: &package,
            revision: 1,
            expert: &expert,
            origin: Origin::Shortlist,
            score: Some(&score),
            matcher_version: None,
        };
        let reason = format!("{mark} reason");
        let first = Step { reason: Some(&reason), actor: Some(&mediator), ..step(Verb::Suggest, MatchState::Suggested, Party::Mediator) };
        let found = matches::insert(tx, &new, &first)?;
        let found = matches::advance(tx, &found, &step(Verb::Review, MatchState::Reviewed, Party::Mediator))?;
        let offer = Step {
            arrangement: Some(&arrangement),
            deadline: Some(Instant::from_microseconds(9)),
            ..step(Verb::Offer, MatchState::Offered, Party::Mediator)
        };
        let found = matches::advance(tx, &found, &offer)?;
        let found = matches::advance(tx, &found, &step(Verb::Accept, MatchState::Accepted, Party::Expert))?;
        matches::approve(tx, &id, found.arrangement.unwrap(), Party::Expert, Some(&mediator))?;
        feedback::plan(tx, "c-1", &found, Party::Expert, Instant::from_microseconds(0))?;
        feedback::answer(tx, "c-2", &found, Party::Expert, &of::<CheckIn>(&format!(r#"{{"energy":4,"text":"{mark} check-in"}}"#)))?;
        feedback::evaluate(tx, "v-1", &found, Party::Expert, &of::<Evaluation>(&format!(r#"{{"rating":4,"text":"{mark} evaluation"}}"#)))?;
        Ok(id)
    })
}

on_both_databases!(a_match_keeps_every_step, |database| {
    let store = database.open();
    stage(&store, "canary");
    let id = full_match(&store, "canary");
    let found = reading(&store, |db| matches::get(db, &id)).unwrap();
    assert_eq!((found.state, found.version, found.events, found.arrangement), (MatchState::Accepted, 4, 4, Some(1)));
    assert_eq!(found.score.as_deref(), Some(r#"{"score":"canary"}"#));
    assert_eq!(found.organisation.as_str(), "o-1");
    let history = reading(&store, |db| matches::history(db, &found));
    assert_eq!(history.iter().map(|event| event.verb).collect::<Vec<_>>(), [Verb::Suggest, Verb::Review, Verb::Offer, Verb::Accept]);
    assert_eq!(history[0].reason.as_deref(), Some("canary reason"));
    assert_eq!((history[1].from, history[1].to), (Some(MatchState::Suggested), MatchState::Reviewed));
    let arrangement = reading(&store, |db| matches::arrangement(db, &found, 1));
    assert_eq!(arrangement.notes, Some(prose("canary notes")));
    assert_eq!(reading(&store, |db| matches::yeses(db, &id, 1)).iter().map(|yes| yes.party).collect::<Vec<_>>(), [Party::Expert]);
    assert_eq!(reading(&store, |db| feedback::check_ins_of(db, &found)).len(), 1, "the answer belongs to the question that was due");
    assert_eq!(reading(&store, |db| feedback::evaluations_of(db, &found))[0].1.text, Some(prose("canary evaluation")));
    let old = raakvlak_store::matches::StoredMatch { version: 3, ..found.clone() };
    let stale = store.write(move |tx| matches::advance(tx, &old, &step(Verb::Withdraw, MatchState::Withdrawn, Party::Expert)));
    assert_eq!(stale.unwrap_err(), StoreError::Stale { current: 4 });
    let open = reading(&store, |db| matches::is_open_between(db, &found.package, &found.expert));
    assert!(open);
    let query = MatchQuery { states: Some(vec![MatchState::Accepted]), expert: Some(found.expert.clone()), ..MatchQuery::default() };
    assert_eq!(reading(&store, |db| matches::list(db, &query)), [found]);
});
