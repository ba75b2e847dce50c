//! The trail: read without names by those who watch, and by everybody as far as it is about them.

use raakvlak_domain::users::{Role, User};
use raakvlak_service::actor::Actor;
use raakvlak_service::audit::AuditFilter;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::Error;
use raakvlak_store::{Action, ObjectKind};
use raakvlak_testkit::on_both_databases;

use crate::town::{Town, of};

on_both_databases!(watchers_read_rows_without_names, |database| {
    let town = Town::on(database);
    let (mediator, auditor) = (town.mediator(), town.somebody(&[Role::Auditor]));
    let user = town
        .desk
        .create_user(&mediator, of(r#"{"id":"new","name":"Kanarie","email":"kanarie@raakvlak.example","roles":["expert"]}"#))
        .unwrap();
    town.desk.user(&mediator, &user.value.id).unwrap();
    let filter = AuditFilter { action: Some(Action::Read), object_kind: Some(ObjectKind::User), ..AuditFilter::default() };
    let page = town.desk.audit_rows(&auditor, &filter, &PageRequest::first(10)).unwrap();
    assert_eq!(page.items.len(), 1);
    let row = &page.items[0];
    assert_eq!((row.actor.as_str(), row.role.as_str(), row.fields.len()), (mediator.pseudonym.as_str(), "mediator", 2));
    let everything = format!("{:?}", town.desk.audit_rows(&auditor, &AuditFilter::default(), &PageRequest::first(100)).unwrap());
    for canary in ["Kanarie", "kanarie", user.value.id.as_str(), mediator.user.as_str()] {
        assert!(!everything.contains(canary), "{canary}");
    }
    for actor in [mediator, town.somebody(&[Role::Expert]), town.somebody(&[Role::Organisation])] {
        assert_eq!(town.desk.audit_rows(&actor, &filter, &PageRequest::first(10)).unwrap_err(), Error::NotAllowed);
        assert_eq!(town.desk.verify_audit(&actor).unwrap_err(), Error::NotAllowed);
    }
    assert!(town.desk.verify_audit(&auditor).unwrap().is_whole());
    assert_eq!(town.acts(Action::Verify), 1);
});

on_both_databases!(rows_come_page_by_page_newest_first, |database| {
    let town = Town::on(database);
    let steward = town.steward();
    for _ in 0..5 {
        town.user(&[Role::Expert]);
    }
    let mut seen = Vec::new();
    let mut request = PageRequest::first(2);
    loop {
        let page = town.desk.audit_rows(&steward, &AuditFilter::default(), &request).unwrap();
        seen.extend(page.items.iter().map(|row| row.seq));
        let Some(next) = page.next else { break };
        request = PageRequest::after(&next, 2);
    }
    let newest = *seen.first().unwrap();
    assert_eq!(seen, (1..=newest).rev().collect::<Vec<_>>());
    assert!(newest >= 6);
    let by_me = AuditFilter { actor: Some(steward.pseudonym.clone()), ..AuditFilter::default() };
    assert!(town.desk.audit_rows(&steward, &by_me, &PageRequest::first(10)).unwrap().items.is_empty());
});

on_both_databases!(everybody_sees_who_saw_them, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    let expert = town.somebody(&[Role::Expert]);
    let profile = town
        .desk
        .create_expert(&expert, of(r#"{"id":"new","display_name":"Mo","wants_to_be_matched":true}"#), Some(expert.user.clone()))
        .unwrap();
    let expert = town.again(&expert);
    let other = town.somebody(&[Role::Expert]);
    town.desk.user(&mediator, &expert.user).unwrap();
    town.desk.expert(&mediator, &profile.value.id).unwrap();
    town.desk.expert(&expert, &profile.value.id).unwrap();
    town.desk.user(&expert, &expert.user).unwrap();
    assert!(town.desk.user(&other, &expert.user).is_err());
    let name = town.desk.user(&mediator, &mediator.user).unwrap().value.name;
    let views = town.desk.my_views(&expert, &PageRequest::first(100)).unwrap().items;
    let reads: Vec<_> = views.iter().filter(|view| view.action == "read").map(|view| (view.role.as_str(), view.name.clone())).collect();
    assert_eq!(
        reads,
        [("mediator", name.clone()), ("mediator", name)],
        "of the user and of the profile; what they did themselves is left out"
    );
    assert!(town.desk.my_views(&other, &PageRequest::first(100)).unwrap().items.iter().all(|view| view.action != "read"));
    let mut request = PageRequest::first(1);
    let mut paged = Vec::new();
    loop {
        let page = town.desk.my_views(&expert, &request).unwrap();
        paged.extend(page.items);
        let Some(next) = page.next else { break };
        request = PageRequest::after(&next, 1);
    }
    assert_eq!(paged, views);
    assert_eq!(town.desk.my_views(&Actor::system(), &PageRequest::first(1)).unwrap_err(), Error::NotAllowed);
});

on_both_databases!(changes_tell_which_fields_and_refusals_leave_no_trace, |database| {
    let town = Town::on(database);
    let (steward, user) = (town.steward(), town.user(&[Role::Expert]));
    town.desk.update_user(&steward, User { name: None, ..user.clone() }, 1).unwrap();
    let before = town.acts(Action::Update);
    assert!(town.desk.update_user(&steward, user, 1).is_err());
    assert_eq!(town.acts(Action::Update), before);
    let filter = AuditFilter { action: Some(Action::Update), ..AuditFilter::default() };
    let rows = town.desk.audit_rows(&steward, &filter, &PageRequest::first(1)).unwrap();
    assert_eq!(rows.items[0].fields, ["name"]);
});
