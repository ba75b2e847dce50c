//! One key, one act: also from sixteen threads, on two handles, after an error and after a crash.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU32, Ordering};

use raakvlak_domain::users::Role;
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::{Desk, PageRequest, Versioned};
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::idempotency::{Answer, KEPT_SECONDS};
use raakvlak_service::organisations::OrganisationView;
use raakvlak_testkit::on_both_databases;

use crate::town::{Town, on_disk, organisation, together};

const ONE: [u8; 32] = [1; 32];
const OTHER: [u8; 32] = [2; 32];

fn made(organisation: &Versioned<OrganisationView>) -> Answer {
    let id = organisation.value.organisation.id.to_string();
    Answer { status: 201, headers: vec![("Location".into(), format!("/organisations/{id}"))], body: id }
}

/// Makes an organisation under a key, as a request would.
fn create(desk: &Desk, actor: &Actor, key: &str, digest: &[u8; 32], name: &str) -> Result<Answer, Error> {
    desk.once(actor, key, digest, |desk| desk.create_organisation(actor, organisation(name)), made)
}

fn count(town: &Town) -> usize {
    town.desk.organisations(&town.mediator(), &PageRequest::first(100)).unwrap().items.len()
}

on_both_databases!(the_same_request_gets_the_same_answer, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    let first = create(&town.desk, &mediator, "k", &ONE, "De Brug").unwrap();
    assert_eq!(first.status, 201);
    assert_eq!(create(&town.desk, &mediator, "k", &ONE, "De Brug").unwrap(), first);
    assert_eq!(count(&town), 1);
    assert_eq!(create(&town.desk, &mediator, "k", &OTHER, "De Zon").unwrap_err(), Error::Conflict(Conflict::IdempotencyKeyReused));
    assert_ne!(create(&town.desk, &mediator, "l", &ONE, "De Brug").unwrap(), first, "another key is another act");
    assert_ne!(create(&town.desk, &town.mediator(), "k", &OTHER, "De Zon").unwrap(), first, "another user's key is another key");
    assert_eq!(count(&town), 3);
    town.clock.advance(KEPT_SECONDS);
    assert_ne!(create(&town.desk, &mediator, "k", &OTHER, "De Maan").unwrap(), first, "after a day the key is free");
    assert_eq!(count(&town), 4);
});

on_both_databases!(sixteen_at_once_act_once, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    for key in ["a", "b", "c"] {
        let before = count(&town);
        let answers = together(16, |_| create(&town.desk, &mediator, key, &ONE, "De Brug").unwrap());
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(count(&town), before + 1);
    }
    let mixed = together(8, |number| create(&town.desk, &mediator, "d", if number % 2 == 0 { &ONE } else { &OTHER }, "De Zon"));
    let refused = mixed.iter().filter(|outcome| **outcome == Err(Error::Conflict(Conflict::IdempotencyKeyReused))).count();
    assert_eq!(refused, 4, "{mixed:?}");
});

on_both_databases!(what_failed_can_be_tried_again, |database| {
    let town = Town::on(database);
    let (expert, steward) = (town.somebody(&[Role::Expert]), town.steward());
    assert_eq!(create(&town.desk, &expert, "k", &ONE, "De Brug").unwrap_err(), Error::NotAllowed);
    let permissions = raakvlak_service::users::Permissions { roles: vec![Role::Expert, Role::Organisation], ..Default::default() };
    town.desk.change_roles(&steward, &expert.user, permissions, 1).unwrap();
    assert!(create(&town.desk, &town.again(&expert), "k", &ONE, "De Brug").is_ok());
});

on_both_databases!(an_answer_made_of_something_else_is_kept_as_well, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    let calls = AtomicU32::new(0);
    let ask = |digest: &[u8; 32]| {
        town.desk.once(
            &mediator,
            "k",
            digest,
            |desk| {
                calls.fetch_add(1, Ordering::SeqCst);
                desk.create_organisation(&mediator, organisation("De Brug")).map(|made| made.value.organisation.id)
            },
            |id| Answer { status: 200, headers: Vec::new(), body: id.to_string() },
        )
    };
    let first = ask(&ONE).unwrap();
    assert_eq!(ask(&ONE).unwrap(), first);
    assert_eq!(ask(&OTHER).unwrap_err(), Error::Conflict(Conflict::IdempotencyKeyReused));
    assert_eq!((calls.load(Ordering::SeqCst), count(&town)), (1, 1));
});

on_both_databases!(a_crash_before_the_answer_is_kept_does_not_act_twice, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    let ask = |crash: bool| {
        town.desk.once(
            &mediator,
            "k",
            &ONE,
            |desk| desk.create_organisation(&mediator, organisation("De Brug")).map(|made| made.value.organisation.id),
            move |id| if crash { panic!("the power goes") } else { Answer { status: 200, headers: Vec::new(), body: id.to_string() } },
        )
    };
    assert!(catch_unwind(AssertUnwindSafe(|| ask(true))).is_err());
    assert_eq!(ask(false).unwrap_err(), Error::Conflict(Conflict::AlreadyDone));
    assert_eq!(count(&town), 1);
});

on_both_databases!(a_question_takes_no_key, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    let ask = |digest| {
        let answer = |count: &usize| Answer { status: 200, headers: Vec::new(), body: count.to_string() };
        let list = |desk: &Desk| Ok(desk.organisations(&mediator, &PageRequest::first(10))?.items.len());
        town.desk.once(&mediator, "k", digest, list, answer).unwrap().body
    };
    assert_eq!(ask(&ONE), "0");
    create(&town.desk, &mediator, "l", &ONE, "De Brug").unwrap();
    assert_eq!(ask(&OTHER), "1");
});

on_both_databases!(a_kept_answer_is_sealed_and_goes_with_its_user, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    let answer = |_: &Versioned<OrganisationView>| Answer { status: 201, headers: Vec::new(), body: "kanarie in de mijn".into() };
    town.desk
        .once(&mediator, "geheime-sleutel", &ONE, |desk| desk.create_organisation(&mediator, organisation("De Brug")), answer)
        .unwrap();
    assert!(!on_disk(&town.database.data(), b"kanarie in de mijn"));
    assert!(!on_disk(&town.database.data(), b"geheime-sleutel"));
    let kept = |town: &Town| {
        use diesel::prelude::*;
        use raakvlak_store::schema::idempotency;
        town.desk.store().read(|db| Ok::<i64, raakvlak_store::StoreError>(idempotency::table.count().get_result(db.connection())?)).unwrap()
    };
    assert_eq!(kept(&town), 1);
    town.desk.erase_user(&Actor::system(), &mediator.user).unwrap();
    assert_eq!(kept(&town), 0);
});

on_both_databases!(what_was_answered_about_somebody_goes_with_them, |database| {
    use raakvlak_testkit::town::{Town, of};
    use serde_json::json;

    let town = Town::on(&database);
    let made = |kept: &Versioned<raakvlak_domain::experts::Expert>| Answer {
        status: 201,
        headers: Vec::new(),
        body: serde_json::to_string(&kept.value).unwrap(),
    };
    let make = || {
        let profile = of(&json!({ "id": "x", "display_name": "Kanarie", "story": "Kanarie op paper" }));
        town.desk.once(&town.mediator, "k", &ONE, |desk| desk.create_expert(&town.mediator, profile, None), made)
    };
    let other = || {
        let profile = of(&json!({ "id": "x", "display_name": "Merel" }));
        town.desk.once(&town.mediator, "other", &OTHER, |desk| desk.create_expert(&town.mediator, profile, None), made)
    };
    let first = make().unwrap();
    let kept = other().unwrap();
    let id = of(&serde_json::from_str::<serde_json::Value>(&first.body).unwrap()["id"]);
    town.desk.erase_expert(&Actor::system(), &id).unwrap();
    // The answer lay under the mediator's key, which goes on.
    assert_eq!(make().unwrap_err(), Error::Conflict(Conflict::AlreadyDone), "it acted once, and what it answered is gone");
    assert_eq!(other().unwrap(), kept, "what was answered about others stays");
    let digest = town.desk.store().keys().digest("idempotency key", b"k").to_vec();
    let row = town.read(|db| raakvlak_store::idempotency::find(db, &town.mediator.user, &digest, town.desk.now())).unwrap();
    assert_eq!((row.status, row.body.as_str()), (0, ""));
});
