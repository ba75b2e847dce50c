//! Organisations: known to their own until somebody vets them, and spoken for by those who accepted.

use raakvlak_domain::languages::Language;
use raakvlak_domain::users::Role;
use raakvlak_service::desk::PageRequest;
use raakvlak_service::error::{Conflict, Error};
use raakvlak_service::organisations::{INVITATIONS_A_DAY, Invitation};
use raakvlak_store::Action;
use raakvlak_testkit::on_both_databases;

use crate::town::{Town, email, of, organisation, together};

fn invitation(address: &str) -> Invitation {
    Invitation { email: email(address), language: Language::Nl }
}

on_both_databases!(whoever_makes_one_speaks_for_it, |database| {
    let town = Town::on(database);
    let (member, id) = town.member();
    assert!(member.speaks_for(&id));
    let shown = town.desk.organisation(&member, &id).unwrap();
    assert_eq!((shown.value.organisation.name.as_str(), shown.value.vetted_at, shown.version), ("Buurthuis De Brug", None, 1));
    let by_mediator = town.mediator();
    let other = town.desk.create_organisation(&by_mediator, organisation("Stichting Zon")).unwrap();
    assert!(town.desk.members(&by_mediator, &other.value.organisation.id).unwrap().is_empty());
    let expert = town.somebody(&[Role::Expert]);
    assert_eq!(town.desk.create_organisation(&expert, organisation("Zelf")).unwrap_err(), Error::NotAllowed);
});

on_both_databases!(nobody_else_knows_of_it_before_it_is_vetted, |database| {
    let town = Town::on(database);
    let (_, id) = town.member();
    let (other, other_id) = town.member();
    let expert = town.somebody(&[Role::Expert]);
    for actor in [&other, &expert] {
        assert_eq!(town.desk.organisation(actor, &id).unwrap_err(), Error::NotFound);
    }
    let ids = |actor: &raakvlak_service::actor::Actor| {
        let page = town.desk.organisations(actor, &PageRequest::first(100)).unwrap();
        page.items.into_iter().map(|item| item.value.organisation.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&other), std::slice::from_ref(&other_id));
    assert!(ids(&expert).is_empty());
    assert_eq!(ids(&town.mediator()), [id.clone(), other_id.clone()]);
    town.vet(&id);
    assert_eq!(ids(&other), [id.clone(), other_id]);
    assert_eq!(ids(&expert), std::slice::from_ref(&id));
    assert!(town.desk.organisation(&expert, &id).unwrap().value.vetted_at.is_some());
    assert_eq!(
        town.desk.update_organisation(&other, organisation("Anders"), &id, 2).unwrap_err(),
        Error::NotAllowed,
        "known, but not theirs"
    );
});

on_both_databases!(lists_page_by_page_without_gaps, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    let made: Vec<_> = (0..7)
        .map(|number| {
            let name = format!("Stichting {number}");
            let made = town.desk.create_organisation(&mediator, organisation(&name)).unwrap().value.organisation.id;
            if number % 2 == 0 {
                town.desk.vet_organisation(&mediator, &made, true, 1).unwrap();
            }
            made
        })
        .collect();
    let all = |actor: &raakvlak_service::actor::Actor| {
        let mut seen = Vec::new();
        let mut request = PageRequest::first(2);
        loop {
            let page = town.desk.organisations(actor, &request).unwrap();
            assert!(page.items.len() == 2 || page.next.is_none(), "a page is full as long as there is more");
            seen.extend(page.items.into_iter().map(|item| item.value.organisation.id));
            let Some(next) = page.next else { return seen };
            request = PageRequest::after(&next, 2);
        }
    };
    assert_eq!(all(&mediator), made);
    let vetted: Vec<_> = made.iter().step_by(2).cloned().collect();
    assert_eq!(all(&town.somebody(&[Role::Expert])), vetted);
});

on_both_databases!(an_update_names_the_version_it_was_built_on, |database| {
    let town = Town::on(database);
    let (member, id) = town.member();
    let after = town.desk.update_organisation(&member, organisation("De Nieuwe Brug"), &id, 1).unwrap();
    assert_eq!((after.value.organisation.name.as_str(), after.version), ("De Nieuwe Brug", 2));
    assert_eq!(town.desk.update_organisation(&member, organisation("De Brug"), &id, 1).unwrap_err(), Error::Stale { current: 2 });
    let outcomes = together(8, |number| town.desk.update_organisation(&member, organisation(&format!("Brug {number}")), &id, 2));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| *error == Error::Stale { current: 3 }));
    let nowhere = of(r#"{"id":"new","name":"Ver weg","kind":"care","place":{"town":"Atlantis aan Zee"}}"#);
    assert!(matches!(town.desk.update_organisation(&member, nowhere, &id, 3), Err(Error::Invalid(_))));
});

on_both_databases!(nobody_vets_their_own, |database| {
    let town = Town::on(database);
    let (member, id) = town.member();
    assert_eq!(town.desk.vet_organisation(&member, &id, true, 1).unwrap_err(), Error::NotAllowed);
    let both = town.somebody(&[Role::Mediator, Role::Organisation]);
    town.desk.add_member(&town.mediator(), &id, &both.user).unwrap();
    assert_eq!(town.desk.vet_organisation(&both, &id, true, 1).unwrap_err(), Error::Conflict(Conflict::Interest));
    assert_eq!(
        town.desk.add_member(&both, &id, &both.user).unwrap_err(),
        Error::Conflict(Conflict::Interest),
        "nor do they add themselves"
    );
    let mediator = town.mediator();
    let vetted = town.desk.vet_organisation(&mediator, &id, true, 1).unwrap();
    let back = town.desk.vet_organisation(&mediator, &id, false, vetted.version).unwrap();
    assert_eq!(back.value.vetted_at, None);
});

on_both_databases!(an_invitation_is_accepted_with_a_button, |database| {
    let town = Town::on(database);
    let (member, id) = town.member();
    town.desk.invite_member(&member, &id, invitation("nieuw@raakvlak.example")).unwrap();
    assert_eq!(town.desk.members(&member, &id).unwrap().len(), 1, "not before they accept");
    let code = town.code_for(&email("nieuw@raakvlak.example"));
    let joined = town.desk.redeem_code(&code).unwrap();
    assert!(joined.actor.speaks_for(&id));
    assert_eq!(town.desk.members(&member, &id).unwrap().len(), 2);
    assert_eq!(town.desk.redeem_code(&code).unwrap_err(), Error::NotSignedIn);
    assert_eq!(town.acts(Action::Join), 1);
});

on_both_databases!(inviting_tells_nothing_of_the_invited, |database| {
    let town = Town::on(database);
    let (member, id) = town.member();
    let expert = town.user(&[Role::Expert]);
    let known = expert.email.clone().unwrap();
    assert_eq!(town.desk.invite_member(&member, &id, invitation(known.as_str())), Ok(()));
    assert_eq!(town.desk.invite_member(&member, &id, invitation("vreemd@raakvlak.example")), Ok(()));
    assert_eq!(town.desk.members(&member, &id).unwrap().len(), 1);
    let rows = town.desk.audit_rows(&town.steward(), &Default::default(), &PageRequest::first(100)).unwrap();
    assert!(rows.items.iter().filter(|row| row.action == "invite").all(|row| row.object == id.to_string()));
    let joined = town.desk.redeem_code(&town.code_for(&known)).unwrap();
    assert_eq!(joined.actor.user, expert.id, "somebody who is here already keeps their own place");
    assert_eq!(joined.actor.roles, [Role::Expert, Role::Organisation]);
});

on_both_databases!(an_organisation_sends_only_so_many_invitations, |database| {
    let town = Town::on(database);
    let (member, id) = town.member();
    together(8, |thread| {
        for number in 0..INVITATIONS_A_DAY {
            let _ = town.desk.invite_member(&member, &id, invitation(&format!("p{thread}-{number}@raakvlak.example")));
            if number >= INVITATIONS_A_DAY / 8 {
                break;
            }
        }
    });
    assert!(matches!(town.desk.invite_member(&member, &id, invitation("meer@raakvlak.example")), Err(Error::TooMany { .. })));
    assert_eq!(i64::try_from(town.letters().len()).unwrap(), INVITATIONS_A_DAY);
    town.clock.advance(24 * 3_600 + 1);
    assert_eq!(town.desk.invite_member(&member, &id, invitation("meer@raakvlak.example")), Ok(()));
});

on_both_databases!(leaving_holds_from_the_next_request_on, |database| {
    let town = Town::on(database);
    let (member, id) = town.member();
    let other = town.user(&[Role::Expert]);
    town.desk.add_member(&town.mediator(), &id, &other.id).unwrap();
    let other = town.desk.actor_for_user(&other.id).unwrap();
    assert!(other.speaks_for(&id), "the role comes with the membership");
    assert!(town.desk.members(&other, &id).is_ok());
    town.desk.remove_member(&other, &id, &other.user).unwrap();
    let other = town.again(&other);
    assert_eq!(town.desk.members(&other, &id).unwrap_err(), Error::NotFound);
    assert_eq!(town.desk.remove_member(&member, &id, &other.user).unwrap_err(), Error::NotFound, "gone already");
    assert_eq!(town.desk.members(&member, &id).unwrap().len(), 1);
});
