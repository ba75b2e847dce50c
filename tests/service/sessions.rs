//! Coming in: once with each code, never with one that is old, locked or copied; and out at once.

use std::time::{Duration, Instant as Moment};

use raakvlak_domain::users::{Role, UserState};
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;
use raakvlak_service::sessions::{IDLE_SECONDS, LINKS_AN_HOUR, LONGEST_SECONDS, PAPER_SECONDS};
use raakvlak_store::Action;
use raakvlak_testkit::database::Kind;
use raakvlak_testkit::on_both_databases;

use crate::town::{Town, email, nobody, on_disk, together};

on_both_databases!(a_link_lets_its_user_in_once, |database| {
    let town = Town::on(database);
    let user = town.user(&[Role::Expert]);
    let address = user.email.clone().unwrap();
    town.desk.request_sign_in(&address).unwrap();
    let code = town.code_for(&address);
    let signed_in = town.desk.redeem_code(&code).unwrap();
    assert_eq!(signed_in.actor.user, user.id);
    assert_eq!(signed_in.actor.roles, [Role::Expert]);
    assert_eq!(town.desk.actor_for_session(&signed_in.session), Ok(signed_in.actor.clone()));
    assert_eq!(town.desk.redeem_code(&code).unwrap_err(), Error::NotSignedIn);
    assert_eq!(town.acts(Action::SignIn), 1);
    town.verify();
});

on_both_databases!(an_address_is_found_in_any_case, |database| {
    let town = Town::on(database);
    let user = town.user(&[Role::Expert]);
    town.desk.request_sign_in(&email(&user.email.clone().unwrap().as_str().to_uppercase())).unwrap();
    assert_eq!(town.letters().len(), 1);
});

on_both_databases!(of_sixteen_with_one_code_one_comes_in, |database| {
    let town = Town::on(database);
    let address = town.user(&[Role::Expert]).email.unwrap();
    town.desk.request_sign_in(&address).unwrap();
    let code = town.code_for(&address);
    let outcomes = together(16, |_| town.desk.redeem_code(&code));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|error| *error == Error::NotSignedIn));
    assert_eq!(town.acts(Action::SignIn), 1);
});

on_both_databases!(a_link_works_for_twenty_minutes, |database| {
    let town = Town::on(database);
    let address = town.user(&[Role::Expert]).email.unwrap();
    town.desk.request_sign_in(&address).unwrap();
    let code = town.code_for(&address);
    town.clock.advance(20 * 60 - 1);
    town.desk.request_sign_in(&address).unwrap();
    let later = town.code_for(&address);
    town.clock.advance(1);
    assert_eq!(town.desk.redeem_code(&code).unwrap_err(), Error::NotSignedIn);
    assert!(town.desk.redeem_code(&later).is_ok());
});

on_both_databases!(coming_in_ends_the_other_links, |database| {
    let town = Town::on(database);
    let address = town.user(&[Role::Expert]).email.unwrap();
    town.desk.request_sign_in(&address).unwrap();
    let first = town.code_for(&address);
    town.clock.advance(60);
    town.desk.request_sign_in(&address).unwrap();
    let second = town.code_for(&address);
    assert_ne!(first, second);
    town.desk.redeem_code(&second).unwrap();
    assert_eq!(town.desk.redeem_code(&first).unwrap_err(), Error::NotSignedIn);
});

on_both_databases!(nobody_learns_whether_an_address_is_known, |database| {
    let town = Town::on(database);
    let known = town.user(&[Role::Expert]).email.unwrap();
    let unknown = email("niemand@raakvlak.example");
    let time = |address| {
        let began = Moment::now();
        assert_eq!(town.desk.request_sign_in(address), Ok(()));
        began.elapsed()
    };
    for _ in 0..3 {
        // Both answers wait for the same moment, which lies well after the work of either.
        let (one, other) = (time(&known), time(&unknown));
        assert!(one >= Duration::from_millis(150) && other >= Duration::from_millis(150), "{one:?} {other:?}");
    }
    assert_eq!(town.letters().len(), 3, "nothing goes to the unknown address");
});

on_both_databases!(nobody_fills_a_mailbox, |database| {
    let town = Town::on(database);
    let address = town.user(&[Role::Expert]).email.unwrap();
    for _ in 0..LINKS_AN_HOUR + 3 {
        assert_eq!(town.desk.request_sign_in(&address), Ok(()));
    }
    assert_eq!(town.letters().len(), usize::try_from(LINKS_AN_HOUR).unwrap());
    town.clock.advance(3_601);
    town.desk.request_sign_in(&address).unwrap();
    assert_eq!(town.letters().len(), usize::try_from(LINKS_AN_HOUR).unwrap() + 1);
});

on_both_databases!(codes_that_are_none_say_nothing, |database| {
    let town = Town::on(database);
    let long = "A".repeat(100_000);
    for code in ["", "abc", "0000-0000", "https://raakvlak.example/sign-in#", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", &long] {
        assert_eq!(town.desk.redeem_code(code).unwrap_err(), Error::NotSignedIn, "{}", &code[..code.len().min(50)]);
    }
});

on_both_databases!(a_code_on_paper_lets_its_user_in_once, |database| {
    let town = Town::on(database);
    let (mediator, user) = (town.mediator(), town.user(&[Role::Expert]));
    let paper = town.desk.make_paper_code(&mediator, &user.id).unwrap();
    assert_eq!(paper.expires_at, town.clock.now().plus_seconds(PAPER_SECONDS));
    let copied = paper.code.to_lowercase().replace('-', " ");
    assert_eq!(town.desk.redeem_code(&copied).unwrap().actor.user, user.id);
    assert_eq!(town.desk.redeem_code(&paper.code).unwrap_err(), Error::NotSignedIn);
});

on_both_databases!(a_code_on_paper_grows_old_and_is_replaced, |database| {
    let town = Town::on(database);
    let (mediator, user) = (town.mediator(), town.user(&[Role::Expert]));
    let first = town.desk.make_paper_code(&mediator, &user.id).unwrap();
    let second = town.desk.make_paper_code(&mediator, &user.id).unwrap();
    assert_eq!(town.desk.redeem_code(&first.code).unwrap_err(), Error::NotSignedIn, "the second took its place");
    town.clock.advance(PAPER_SECONDS);
    assert_eq!(town.desk.redeem_code(&second.code).unwrap_err(), Error::NotSignedIn, "too late");
});

/// A code with the same first part, another second part, and a check that fits.
fn forged(town: &Town, code: &str, number: u8) -> String {
    let symbols = "34679ACDEFHJKMNPQRTUWXY";
    let plain = code.replace('-', "");
    let middle = symbols.chars().filter(|symbol| Some(*symbol) != plain.chars().nth(6)).nth(usize::from(number)).unwrap();
    let attempts = symbols.chars().map(|check| format!("{}{middle}{}{check}", &plain[..6], &plain[7..15]));
    // Asking whether a code is mistyped costs nothing, so the one whose check fits is found without a try.
    attempts
        .into_iter()
        .find(|attempt| raakvlak_service::sessions::codes::Code::read(attempt).is_ok())
        .unwrap_or_else(|| panic!("no check fits {middle} in {}", town.database.url()))
}

on_both_databases!(five_wrong_tries_lock_a_code_and_typing_errors_do_not, |database| {
    let town = Town::on(database);
    let (mediator, user) = (town.mediator(), town.user(&[Role::Expert]));
    let paper = town.desk.make_paper_code(&mediator, &user.id).unwrap();
    let last = paper.code.chars().last().unwrap();
    for wrong in "34679ACDEF".chars().filter(|symbol| *symbol != last) {
        let mistyped = format!("{}{wrong}", &paper.code[..18]);
        assert!(matches!(town.desk.redeem_code(&mistyped), Err(Error::Invalid(_))));
    }
    for number in 0..4 {
        assert_eq!(town.desk.redeem_code(&forged(&town, &paper.code, number)).unwrap_err(), Error::NotSignedIn);
    }
    let other = town.desk.make_paper_code(&mediator, &town.user(&[Role::Expert]).id).unwrap();
    for number in 0..5 {
        assert_eq!(town.desk.redeem_code(&forged(&town, &other.code, number)).unwrap_err(), Error::NotSignedIn);
    }
    assert!(town.desk.redeem_code(&paper.code).is_ok(), "four wrong tries are forgiven");
    assert_eq!(town.desk.redeem_code(&other.code).unwrap_err(), Error::NotSignedIn, "after five even the right one is too late");
    assert_eq!(town.acts(Action::Refuse), 10);
});

on_both_databases!(wrong_tries_at_the_same_moment_all_count, |database| {
    let town = Town::on(database);
    let (mediator, user) = (town.mediator(), town.user(&[Role::Expert]));
    let paper = town.desk.make_paper_code(&mediator, &user.id).unwrap();
    together(5, |number| assert!(town.desk.redeem_code(&forged(&town, &paper.code, u8::try_from(number).unwrap())).is_err()));
    assert_eq!(town.desk.redeem_code(&paper.code).unwrap_err(), Error::NotSignedIn);
});

on_both_databases!(a_mediator_makes_no_way_in_for_staff, |database| {
    let town = Town::on(database);
    let mediator = town.mediator();
    let nothing = town.desk.make_paper_code(&mediator, &nobody()).unwrap_err();
    for role in [Role::Mediator, Role::Steward, Role::Auditor] {
        let staff = town.user(&[Role::Expert, role]);
        assert_eq!(town.desk.make_paper_code(&mediator, &staff.id).unwrap_err(), nothing, "{role}");
    }
    assert_eq!(town.desk.make_paper_code(&mediator, &mediator.user).unwrap_err(), Error::NotAllowed);
});

on_both_databases!(a_session_is_renewed_token_by_token, |database| {
    let town = Town::on(database);
    let first = town.sign_in(&town.user(&[Role::Expert]).email.unwrap());
    let second = town.desk.renew_session(&first.refresh_token).unwrap();
    let third = town.desk.renew_session(&second.refresh_token).unwrap();
    assert_eq!((&second.session, &third.session), (&first.session, &first.session));
    assert!(town.desk.actor_for_session(&first.session).is_ok());
    assert_eq!(town.desk.sessions(&third.actor).unwrap().len(), 1);
    assert_eq!(town.desk.renew_session(&second.refresh_token).unwrap_err(), Error::NotSignedIn, "it was used before");
    assert_eq!(town.desk.renew_session(&third.refresh_token).unwrap_err(), Error::NotSignedIn, "the whole session is over");
    assert_eq!(town.desk.actor_for_session(&first.session), Err(Error::NotSignedIn));
    assert_eq!(town.acts(Action::Refuse), 1);
});

on_both_databases!(a_copied_token_used_at_the_same_moment_ends_the_session, |database| {
    let town = Town::on(database);
    let address = town.user(&[Role::Expert]).email.unwrap();
    let other = town.sign_in(&address);
    let session = town.sign_in(&address);
    let outcomes = together(8, |_| town.desk.renew_session(&session.refresh_token));
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let winner = outcomes.into_iter().find_map(Result::ok).unwrap();
    assert_eq!(town.desk.renew_session(&winner.refresh_token).unwrap_err(), Error::NotSignedIn);
    assert_eq!(town.desk.actor_for_session(&session.session), Err(Error::NotSignedIn));
    assert!(town.desk.actor_for_session(&other.session).is_ok(), "another session of the same user goes on");
});

on_both_databases!(a_session_rests_two_weeks_and_lasts_ninety_days, |database| {
    let town = Town::on(database);
    let address = town.user(&[Role::Expert]).email.unwrap();
    let resting = town.sign_in(&address);
    let mut renewed = town.sign_in(&address);
    town.clock.advance(IDLE_SECONDS - 1);
    assert!(town.desk.actor_for_session(&resting.session).is_ok());
    renewed = town.desk.renew_session(&renewed.refresh_token).unwrap();
    town.clock.advance(1);
    assert_eq!(town.desk.actor_for_session(&resting.session), Err(Error::NotSignedIn));
    assert_eq!(town.desk.renew_session(&resting.refresh_token).unwrap_err(), Error::NotSignedIn);
    let mut seconds = IDLE_SECONDS;
    while seconds + IDLE_SECONDS - 60 < LONGEST_SECONDS {
        town.clock.advance(IDLE_SECONDS - 60);
        seconds += IDLE_SECONDS - 60;
        renewed = town.desk.renew_session(&renewed.refresh_token).unwrap();
    }
    town.clock.advance(LONGEST_SECONDS - seconds + 1);
    assert_eq!(town.desk.renew_session(&renewed.refresh_token).unwrap_err(), Error::NotSignedIn, "ninety days are over");
    assert_eq!(town.desk.actor_for_session(&renewed.session), Err(Error::NotSignedIn));
});

on_both_databases!(signing_out_ends_one_or_all, |database| {
    let town = Town::on(database);
    let address = town.user(&[Role::Expert]).email.unwrap();
    let (one, two, three) = (town.sign_in(&address), town.sign_in(&address), town.sign_in(&address));
    town.desk.sign_out(&one.actor).unwrap();
    town.desk.sign_out(&one.actor).unwrap();
    assert_eq!(town.desk.actor_for_session(&one.session), Err(Error::NotSignedIn));
    assert_eq!(town.desk.renew_session(&one.refresh_token).unwrap_err(), Error::NotSignedIn);
    assert!(town.desk.actor_for_session(&two.session).is_ok());
    town.desk.request_sign_in(&address).unwrap();
    let code = town.code_for(&address);
    town.desk.sign_out_everywhere(&two.actor, &two.actor.user).unwrap();
    for session in [&two, &three] {
        assert_eq!(town.desk.actor_for_session(&session.session), Err(Error::NotSignedIn));
        assert_eq!(town.desk.renew_session(&session.refresh_token).unwrap_err(), Error::NotSignedIn);
    }
    assert_eq!(town.desk.redeem_code(&code).unwrap_err(), Error::NotSignedIn, "a way in that was open is shut too");
});

on_both_databases!(a_blocked_user_is_out_at_once_and_stays_out, |database| {
    let town = Town::on(database);
    let (steward, user) = (town.steward(), town.user(&[Role::Expert]));
    let address = user.email.clone().unwrap();
    let session = town.sign_in(&address);
    town.desk.request_sign_in(&address).unwrap();
    let code = town.code_for(&address);
    let paper = town.desk.make_paper_code(&steward, &user.id).unwrap();
    let before = town.letters().len();
    let blocked = town.desk.set_user_state(&steward, &user.id, UserState::Blocked, 1).unwrap();
    assert_eq!(town.desk.actor_for_session(&session.session), Err(Error::NotSignedIn));
    assert_eq!(town.desk.renew_session(&session.refresh_token).unwrap_err(), Error::NotSignedIn);
    assert_eq!(town.desk.redeem_code(&code).unwrap_err(), Error::NotSignedIn);
    assert_eq!(town.desk.redeem_code(&paper.code).unwrap_err(), Error::NotSignedIn);
    assert_eq!(town.desk.request_sign_in(&address), Ok(()));
    assert_eq!(town.letters().len(), before, "nobody writes to them");
    assert!(town.desk.make_paper_code(&steward, &user.id).is_err());
    assert!(town.desk.open_session(&Actor::system(), &user.id).is_err());
    town.desk.set_user_state(&steward, &user.id, UserState::Active, blocked.version).unwrap();
    assert_eq!(town.desk.actor_for_session(&session.session), Err(Error::NotSignedIn), "old sessions do not come back");
    assert_eq!(town.sign_in(&address).actor.user, user.id);
});

on_both_databases!(what_somebody_may_do_is_read_at_every_request, |database| {
    let town = Town::on(database);
    let (steward, user) = (town.steward(), town.user(&[Role::Expert]));
    let session = town.sign_in(&user.email.clone().unwrap());
    let permissions = raakvlak_service::users::Permissions { roles: vec![Role::Auditor], ..Default::default() };
    town.desk.change_roles(&steward, &user.id, permissions, 1).unwrap();
    assert_eq!(town.desk.actor_for_session(&session.session).unwrap().roles, [Role::Auditor]);
});

on_both_databases!(nothing_that_lets_anybody_in_lies_on_the_disk, |database| {
    let town = Town::on(database);
    let (mediator, user) = (town.mediator(), town.user(&[Role::Expert]));
    let address = user.email.clone().unwrap();
    town.desk.request_sign_in(&address).unwrap();
    let paper = town.desk.make_paper_code(&mediator, &user.id).unwrap();
    let data = town.database.data();
    let secrets_of = |text: &str| [text.as_bytes().to_vec(), text.replace('-', "").into_bytes()];
    let absent = |secret: &[u8]| assert!(!on_disk(&data, secret), "{}", String::from_utf8_lossy(secret));
    absent(address.as_str().as_bytes());
    secrets_of(&paper.code).iter().for_each(|secret| absent(secret));
    let code = town.code_for(&address);
    absent(code.as_bytes());
    let session = town.desk.redeem_code(&code).unwrap();
    absent(session.refresh_token.as_bytes());
    if town.database.kind() == Kind::Sqlite {
        assert!(on_disk(&data, session.session.as_bytes()), "the test looks where the rows are");
    }
});

on_both_databases!(only_the_program_itself_opens_sessions_without_a_code, |database| {
    let town = Town::on(database);
    let user = town.user(&[Role::Expert]);
    for actor in [town.steward(), town.mediator(), town.somebody(&[Role::Auditor])] {
        assert_eq!(town.desk.open_session(&actor, &user.id).unwrap_err(), Error::NotAllowed);
    }
});
