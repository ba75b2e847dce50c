//! Users: who makes them, what they may change, and how they go.

use raakvlak_domain::users::{Role, User};
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::users::Permissions;
use raakvlak_testkit::on_both_databases;

use crate::town::{Town, email, nobody, of, on_disk};

fn pointers(error: Error) -> Vec<String> {
    match error {
        Error::Invalid(faults) => faults.into_iter().map(|fault| fault.pointer).collect(),
        other => panic!("{other:?}"),
    }
}

on_both_databases!(comes_back_as_it_went_in, |database| {
    let town = Town::on(database);
    let steward = town.steward();
    let told: User = of(r#"{"id":"new","name":"Samira","email":"samira@raakvlak.example","language":"en","roles":["mediator","expert"],
            "regions":["Zuid-Holland","Zeeland"],"sectors":["zorg"]}"#);
    let made = town.desk.create_user(&steward, told.clone()).unwrap();
    let expected =
        User { id: made.value.id.clone(), roles: vec![Role::Expert, Role::Mediator], regions: of(r#"["Zeeland","Zuid-Holland"]"#), ..told };
    assert_eq!(made.value, expected);
    assert_eq!(town.desk.user(&steward, &expected.id).unwrap(), made);
    let own = town.desk.actor_for_user(&expected.id).unwrap();
    assert_eq!(town.desk.user(&own, &expected.id).unwrap(), made);
});

on_both_databases!(everything_wrong_is_named_at_once, |database| {
    let town = Town::on(database);
    let user: User = of(
        r#"{"id":"new","email":"a b\"@raakvlak.example","roles":[],"regions":["Zeeland"],"expert":"nobody","organisations":["nothing"]}"#
            .replace("a b\\\"", "..")
            .as_str(),
    );
    let error = town.desk.create_user(&Actor::system(), user).unwrap_err();
    assert_eq!(pointers(error), ["/roles", "/regions", "/email", "/expert", "/organisations/0"]);
});

on_both_databases!(an_address_belongs_to_one, |database| {
    let town = Town::on(database);
    let (steward, user) = (town.steward(), town.user(&[Role::Expert]));
    let other = town.user(&[Role::Expert]);
    let same = format!(r#"{{"id":"new","email":"{}","roles":["expert"]}}"#, user.email.clone().unwrap().as_str().to_uppercase());
    assert_eq!(town.desk.create_user(&steward, of(&same)).unwrap_err(), Error::Conflict(Conflict::Exists));
    let moved = User { email: user.email.clone(), ..other };
    assert_eq!(town.desk.update_user(&steward, moved, 1).unwrap_err(), Error::Conflict(Conflict::Exists));
});

on_both_databases!(a_mediator_makes_users_who_only_act_for_themselves, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    let user = |role: Role| of::<User>(&format!(r#"{{"id":"new","roles":["expert","{role}"]}}"#));
    assert!(town.desk.create_user(&mediator, user(Role::Organisation)).is_ok());
    for role in [Role::Mediator, Role::Steward, Role::Auditor] {
        assert_eq!(town.desk.create_user(&mediator, user(role)).unwrap_err(), Error::NotAllowed, "{role}");
    }
    let expert = town.somebody(&[Role::Expert]);
    assert_eq!(town.desk.create_user(&expert, user(Role::Organisation)).unwrap_err(), Error::NotAllowed);
});

on_both_databases!(nobody_changes_their_own_roles_or_address, |database| {
    let town = Town::on(database);
    let steward = town.steward();
    let own = town.desk.user(&steward, &steward.user).unwrap();
    let all = Permissions { roles: Role::ALL.to_vec(), ..Permissions::default() };
    assert_eq!(town.desk.change_roles(&steward, &steward.user, all.clone(), 1).unwrap_err(), Error::NotAllowed);
    let moved = User { email: Some(email("elders@raakvlak.example")), ..own.value.clone() };
    assert_eq!(town.desk.update_user(&steward, moved, 1).unwrap_err(), Error::NotAllowed);
    let renamed = User { name: None, roles: Role::ALL.to_vec(), ..own.value };
    let after = town.desk.update_user(&steward, renamed, 1).unwrap();
    assert_eq!(
        (after.value.name, after.value.roles.as_slice(), after.version),
        (None, &[Role::Steward][..], 2),
        "roles are not taken from here"
    );
    let expert = town.somebody(&[Role::Expert]);
    assert_eq!(town.desk.change_roles(&expert, &expert.user, all, 1).unwrap_err(), Error::NotAllowed);
});

on_both_databases!(an_old_version_is_refused, |database| {
    let town = Town::on(database);
    let (steward, user) = (town.steward(), town.user(&[Role::Expert]));
    town.desk.update_user(&steward, User { name: None, ..user.clone() }, 1).unwrap();
    assert_eq!(town.desk.update_user(&steward, user.clone(), 1).unwrap_err(), Error::Stale { current: 2 });
    let permissions = Permissions { roles: vec![Role::Auditor], ..Permissions::default() };
    assert_eq!(town.desk.change_roles(&steward, &user.id, permissions, 1).unwrap_err(), Error::Stale { current: 2 });
});

on_both_databases!(a_new_address_ends_the_links_to_the_old_one, |database| {
    let town = Town::on(database);
    let (steward, user) = (town.steward(), town.user(&[Role::Expert]));
    let old = user.email.clone().unwrap();
    town.desk.request_sign_in(&old).unwrap();
    let code = town.code_for(&old);
    town.desk.update_user(&steward, User { email: Some(email("nieuw@raakvlak.example")), ..user }, 1).unwrap();
    assert_eq!(town.desk.redeem_code(&code).unwrap_err(), Error::NotSignedIn);
    town.desk.request_sign_in(&old).unwrap();
    assert_eq!(town.letters().len(), 1, "the old address is nobody's any more");
    assert_eq!(town.sign_in(&email("nieuw@raakvlak.example")).actor.roles, [Role::Expert]);
});

on_both_databases!(lists_page_by_page, |database| {
    let town = Town::on(database);
    let steward = town.steward();
    let made: Vec<_> = (0..5).map(|_| town.user(&[Role::Expert]).id).collect();
    let mut seen = Vec::new();
    let mut request = PageRequest::first(2);
    loop {
        let page = town.desk.users(&steward, Some(Role::Expert), &request).unwrap();
        seen.extend(page.items.into_iter().map(|user| user.value.id));
        let Some(next) = page.next else { break };
        request = PageRequest::after(&next, 2);
    }
    assert_eq!(seen, made);
    assert_eq!(town.desk.users(&steward, None, &PageRequest::first(100)).unwrap().items.len(), 6);
    assert_eq!(town.desk.users(&town.mediator(), None, &PageRequest::first(2)).unwrap_err(), Error::NotAllowed);
});

on_both_databases!(erased_is_gone_from_everywhere, |database| {
    let town = Town::on(database);
    let told = r#"{"id":"new","name":"Kanarie Jansen","email":"kanarie@raakvlak.example","roles":["expert"]}"#;
    let user = town.desk.create_user(&Actor::system(), of(told)).unwrap().value;
    let session = town.sign_in(&email("kanarie@raakvlak.example"));
    town.desk.request_sign_in(&email("kanarie@raakvlak.example")).unwrap();
    assert!(on_disk(&town.letters_folder(), b"kanarie@raakvlak.example"));
    town.desk.erase_user(&session.actor, &user.id).unwrap();
    assert_eq!(town.desk.actor_for_session(&session.session), Err(Error::NotSignedIn));
    assert_eq!(town.desk.renew_session(&session.refresh_token).unwrap_err(), Error::NotSignedIn);
    let steward = town.steward();
    assert_eq!(town.desk.user(&steward, &user.id).unwrap_err(), town.desk.user(&steward, &nobody()).unwrap_err());
    for folder in [town.letters_folder(), town.database.data(), town.database.keys()] {
        for trace in [&b"kanarie@raakvlak.example"[..], b"Kanarie Jansen", user.id.as_str().as_bytes()] {
            assert!(!on_disk(&folder, trace), "{} in {}", String::from_utf8_lossy(trace), folder.display());
        }
    }
    assert_eq!(town.desk.send_letters().unwrap(), raakvlak_service::mail::Delivery::default(), "the letter that waited is gone too");
    town.desk.request_sign_in(&email("kanarie@raakvlak.example")).unwrap();
    assert!(town.letters().is_empty());
    let anew = town.desk.create_user(&steward, of(told)).unwrap();
    assert_ne!(anew.value.id, user.id, "the address can be used again, by somebody new");
    town.verify();
});
