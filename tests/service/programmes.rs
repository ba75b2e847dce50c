//! Programmes: made by stewards, joined by organisations and experts themselves.

use raakvlak_domain::experts::Expert;
use raakvlak_domain::identifiers::ProgrammeId;
use raakvlak_domain::programmes::Programme;
use raakvlak_domain::users::Role;
use raakvlak_service::actor::Actor;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_testkit::on_both_databases;

use crate::town::{Town, of};

fn programme(name: &str) -> Programme {
    of(&format!(r#"{{"id":"new","name":"{name}","position":"development"}}"#))
}

on_both_databases!(a_steward_makes_and_changes_them, |database| {
    let town = Town::on(database);
    let steward = town.steward();
    let made = town.desk.create_programme(&steward, programme("Zorgreserve")).unwrap();
    let id = made.value.id.clone();
    assert_eq!(town.desk.programme(&town.somebody(&[Role::Expert]), &id).unwrap(), made);
    assert_eq!(town.desk.create_programme(&town.mediator(), programme("Anders")).unwrap_err(), Error::NotAllowed);
    assert_eq!(town.desk.create_programme(&steward, programme("zorgRESERVE")).unwrap_err(), Error::Conflict(Conflict::Exists));
    let other = town.desk.create_programme(&steward, programme("Hybride onderwijs")).unwrap().value.id;
    assert_eq!(town.desk.update_programme(&steward, programme("Zorgreserve"), &other, 1).unwrap_err(), Error::Conflict(Conflict::Exists));
    assert_eq!(
        town.desk.update_programme(&steward, programme("ZorgReserve"), &id, 1).unwrap().version,
        2,
        "its own name is free to itself"
    );
    assert_eq!(town.desk.update_programme(&steward, programme("Later"), &id, 1).unwrap_err(), Error::Stale { current: 2 });
    let page = town.desk.programmes(&steward, &PageRequest::first(1)).unwrap();
    assert_eq!((page.items.len(), page.next.as_deref()), (1, Some(id.as_str())));
    let custom = of(r#"{"id":"new","name":"Eigen","position":"custom"}"#);
    assert!(matches!(town.desk.create_programme(&steward, custom), Err(Error::Invalid(faults)) if faults[0].pointer == "/weights"));
});

on_both_databases!(an_organisation_joins_and_leaves, |database| {
    let town = Town::on(database);
    let (member, organisation) = town.member();
    let id = town.programme(r#"{"id":"new","name":"Zorgreserve"}"#);
    let mediator = town.mediator();
    let joined = || town.desk.organisations_of_programme(&mediator, &id).unwrap();
    town.desk.enrol_organisation(&member, &id, &organisation, true).unwrap();
    town.desk.enrol_organisation(&member, &id, &organisation, true).unwrap();
    assert_eq!(joined(), std::slice::from_ref(&organisation));
    let (other, _) = town.member();
    assert_eq!(town.desk.enrol_organisation(&other, &id, &organisation, false).unwrap_err(), Error::NotFound);
    let nothing = ProgrammeId::new("nothing").unwrap();
    assert_eq!(town.desk.enrol_organisation(&member, &nothing, &organisation, true).unwrap_err(), Error::NotFound);
    town.desk.enrol_organisation(&member, &id, &organisation, false).unwrap();
    assert!(joined().is_empty());
    assert_eq!(town.desk.organisations_of_programme(&member, &id).unwrap_err(), Error::NotAllowed);
});

on_both_databases!(an_expert_joins_and_leaves, |database| {
    let town = Town::on(database);
    let actor = town.somebody(&[Role::Expert]);
    let profile: Expert = of(r#"{"id":"new","wants_to_be_matched":true}"#);
    let made = town.desk.create_expert(&actor, profile, Some(actor.user.clone())).unwrap();
    let (actor, expert) = (town.again(&actor), made.value.id);
    let id = town.programme(r#"{"id":"new","name":"Zorgreserve"}"#);
    let told = || town.desk.expert(&actor, &expert).unwrap().value.programmes.unwrap_or_default();
    town.desk.enrol_expert(&actor, &id, &expert, true).unwrap();
    town.desk.enrol_expert(&actor, &id, &expert, true).unwrap();
    assert_eq!(told(), std::slice::from_ref(&id));
    let stranger = town.somebody(&[Role::Expert]);
    assert_eq!(town.desk.enrol_expert(&stranger, &id, &expert, false).unwrap_err(), Error::NotFound);
    town.desk.enrol_expert(&Actor::system(), &id, &expert, false).unwrap();
    assert!(told().is_empty());
});
