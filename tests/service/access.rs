//! A foreign thing and a thing that does not exist give the same error, to the last bit.

use raakvlak_domain::identifiers::{OrganisationId, UserId};
use raakvlak_domain::languages::Language;
use raakvlak_domain::users::{Role, UserState};
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;
use raakvlak_service::organisations::Invitation;
use raakvlak_service::users::Permissions;
use raakvlak_testkit::on_both_databases;

use crate::town::{Town, email, of, organisation};

/// Everything that can be tried on an organisation, with what it answers.
fn tries_on_organisation(town: &Town, actor: &Actor, id: &OrganisationId) -> Vec<Option<Error>> {
    let desk = &town.desk;
    let invitation = Invitation { email: email("gast@raakvlak.example"), language: Language::Nl };
    let programme = desk.programmes(actor, &raakvlak_service::desk::PageRequest::first(1)).unwrap().items.remove(0).value.id;
    vec![
        desk.organisation(actor, id).err(),
        desk.update_organisation(actor, organisation("Anders"), id, 1).err(),
        desk.vet_organisation(actor, id, true, 1).err(),
        desk.members(actor, id).err(),
        desk.invite_member(actor, id, invitation).err(),
        desk.add_member(actor, id, &actor.user).err(),
        desk.remove_member(actor, id, &actor.user).err(),
        desk.enrol_organisation(actor, &programme, id, true).err(),
    ]
}

on_both_databases!(a_hidden_organisation_is_as_if_it_did_not_exist, |database| {
    let town = Town::on(database);
    town.programme(r#"{"id":"new","name":"Zorgreserve"}"#);
    let (_, hidden) = town.member();
    let nothing = OrganisationId::new("0197-nothing").unwrap();
    for actor in [town.somebody(&[Role::Expert]), town.member().0, town.somebody(&[Role::Expert, Role::Organisation])] {
        let foreign = tries_on_organisation(&town, &actor, &hidden);
        assert_eq!(foreign, tries_on_organisation(&town, &actor, &nothing), "{:?}", actor.roles);
        assert!(foreign.iter().all(|error| *error == Some(Error::NotFound)), "{foreign:?}");
    }
});

/// Everything that can be tried on a user, with what it answers.
fn tries_on_user(town: &Town, actor: &Actor, id: &UserId) -> Vec<Option<Error>> {
    let desk = &town.desk;
    let changed = of(&format!(r#"{{"id":"{id}","name":"Anders","roles":["expert"]}}"#));
    let permissions = Permissions { roles: vec![Role::Expert], ..Permissions::default() };
    vec![
        desk.user(actor, id).err(),
        desk.update_user(actor, changed, 1).err(),
        desk.change_roles(actor, id, permissions, 1).err(),
        desk.set_user_state(actor, id, UserState::Blocked, 1).err(),
        desk.make_paper_code(actor, id).err(),
        desk.sign_out_everywhere(actor, id).err(),
        desk.erase_user(actor, id).err(),
    ]
}

on_both_databases!(a_stranger_is_as_if_they_did_not_exist, |database| {
    let town = Town::on(database);
    let nobody = UserId::new("0197-nobody").unwrap();
    let hidden =
        [(Role::Expert, Role::Expert), (Role::Organisation, Role::Expert), (Role::Auditor, Role::Steward), (Role::Mediator, Role::Steward)];
    for (role, of) in hidden {
        let (actor, stranger) = (town.somebody(&[role]), town.user(&[of]));
        let foreign = tries_on_user(&town, &actor, &stranger.id);
        assert_eq!(foreign, tries_on_user(&town, &actor, &nobody), "{role} before {of}");
        assert!(foreign.iter().all(|error| *error == Some(Error::NotFound)), "{role} before {of}: {foreign:?}");
    }
});

on_both_databases!(what_was_refused_was_not_done, |database| {
    let town = Town::on(database);
    let (member, id) = town.member();
    let expert = town.somebody(&[Role::Expert]);
    town.programme(r#"{"id":"new","name":"Zorgreserve"}"#);
    let before = (town.desk.organisation(&member, &id).unwrap(), town.letters().len());
    tries_on_organisation(&town, &expert, &id);
    tries_on_user(&town, &expert, &member.user);
    assert_eq!((town.desk.organisation(&member, &id).unwrap(), town.letters().len()), before);
    assert_eq!(town.desk.members(&member, &id).unwrap().len(), 1);
    assert!(town.desk.actor_for_session(member.session.as_deref().unwrap_or_default()).is_ok() || member.session.is_none());
    assert_eq!(town.again(&member).roles, [Role::Organisation]);
});
