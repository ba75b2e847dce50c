//! Letters: written with what they tell of, sent once or tried again, and gone with the person.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use diesel::prelude::*;
use raakvlak_domain::users::Role;
use raakvlak_service::desk::Desk;
use raakvlak_service::mail::{Delivery, MOST_ATTEMPTS, MailSettings, Transport};
use raakvlak_store::StoreError;
use raakvlak_store::schema::outbox;
use raakvlak_testkit::on_both_databases;

use crate::town::{Town, letters_in, on_disk, together};

const NOTHING: Delivery = Delivery { sent: 0, failed: 0, dropped: 0 };

/// A town whose letters go to a mail server.
fn with_server(database: raakvlak_testkit::database::TestDatabase, port: u16) -> Town {
    let mut town = Town::on(database);
    town.desk.close();
    let transport = Transport::Smtp { host: "127.0.0.1".into(), port, credentials: None };
    let mail = MailSettings { from: "Raakvlak <groet@raakvlak.example>".into(), transport };
    town.desk = Desk::open(raakvlak_service::desk::DeskSettings { mail, ..town.settings.clone() }).unwrap();
    town
}

on_both_databases!(a_letter_is_complete_and_says_little_outside, |database| {
    let town = Town::on(database);
    let user = town.user(&[Role::Expert]);
    town.desk.request_sign_in(user.email.as_ref().unwrap()).unwrap();
    assert_eq!(town.desk.send_letters().unwrap(), Delivery { sent: 1, ..NOTHING });
    assert_eq!(town.desk.send_letters().unwrap(), NOTHING);
    let letters = town.letters();
    let (outside, inside) = letters[0].split_once("\r\n\r\n").unwrap();
    for header in [
        "Message-ID: <",
        "Date: Mon, 23 Nov 2026 08:30:00",
        "From: Raakvlak",
        "Subject: Inloggen bij Raakvlak",
        "Auto-Submitted: auto-generated",
    ] {
        assert!(outside.contains(header), "{header} in {outside}");
    }
    let name = user.name.unwrap();
    assert!(!outside.contains(name.as_str()) && inside.contains(name.as_str()));
    assert!(inside.contains("https://raakvlak.example/sign-in#"));
});

on_both_databases!(what_was_sent_is_not_kept, |database| {
    let town = Town::on(database);
    town.desk.request_sign_in(&town.user(&[Role::Expert]).email.unwrap()).unwrap();
    let sealed = || {
        town.desk.store().read(|db| Ok::<Vec<Vec<u8>>, StoreError>(outbox::table.select(outbox::sealed).load(db.connection())?)).unwrap()
    };
    assert!(sealed()[0].len() > 100);
    town.desk.send_letters().unwrap();
    assert_eq!(sealed(), [Vec::<u8>::new()]);
    assert!(!on_disk(&town.database.data(), b"Inloggen"));
});

on_both_databases!(several_who_send_at_once_send_each_letter_once, |database| {
    let town = Town::on(database);
    for _ in 0..40 {
        let address = town.user(&[Role::Expert]).email.unwrap();
        let desk = town.desk.clone();
        // The even time of an answer is not what is tested here.
        std::thread::spawn(move || desk.request_sign_in(&address).unwrap());
    }
    while town.desk.letters_waiting().unwrap().0 < 40 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let sent: usize = together(4, |_| town.desk.send_letters().unwrap().sent).into_iter().sum();
    assert_eq!(sent, 40);
    assert_eq!(town.letters().len(), 40);
});

on_both_databases!(a_server_that_is_away_is_tried_again_later_and_later, |database| {
    // A port that was free a moment ago and on which nobody listens.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let town = with_server(database, port);
    let user = town.user(&[Role::Expert]);
    let (id, key) = (raakvlak_store::users::get, user.id.clone());
    let key = town.desk.store().read(|db| id(db, &key)).unwrap().unwrap().key;
    town.desk
        .store()
        .write(move |tx| {
            let now = tx.now();
            raakvlak_store::outbox::insert(tx, "l-1", key, r#"{"to":"a@raakvlak.example","subject":"s","text":"t","not_after":null}"#, now)
        })
        .unwrap();
    let mut pauses = Vec::new();
    let mut waited = 0;
    while pauses.len() < 5 {
        match town.desk.send_letters().unwrap() {
            Delivery { failed: 1, .. } => {
                pauses.push(waited);
                waited = 0;
            }
            NOTHING => {}
            other => panic!("{other:?}"),
        }
        town.clock.advance(60);
        waited += 1;
    }
    assert_eq!(pauses, [0, 1, 4, 16, 64], "in minutes");
    for _ in 5..MOST_ATTEMPTS {
        town.clock.advance(6 * 3_600);
        assert_eq!(town.desk.send_letters().unwrap().failed, 1);
    }
    town.clock.advance(30 * 24 * 3_600);
    assert_eq!(town.desk.send_letters().unwrap(), NOTHING, "at last it is given up");
    assert_eq!(town.desk.letters_waiting().unwrap(), (1, 1), "and can be seen");
});

on_both_databases!(a_link_that_grew_old_is_not_sent, |database| {
    let town = Town::on(database);
    town.desk.request_sign_in(&town.user(&[Role::Expert]).email.unwrap()).unwrap();
    town.clock.advance(20 * 60 + 1);
    assert_eq!(town.desk.send_letters().unwrap(), Delivery { dropped: 1, ..NOTHING });
    assert!(town.letters().is_empty());
});

on_both_databases!(nothing_is_written_when_the_act_fails, |database| {
    let town = Town::on(database);
    let (member, id) = town.member();
    let invitation = |address: &str| raakvlak_service::organisations::Invitation {
        email: crate::town::email(address),
        language: raakvlak_domain::languages::Language::En,
    };
    assert!(town.desk.invite_member(&member, &id, invitation("a..b@raakvlak.example")).is_err());
    assert!(town.desk.invite_member(&town.somebody(&[Role::Expert]), &id, invitation("gast@raakvlak.example")).is_err());
    assert_eq!(town.desk.letters_waiting().unwrap(), (0, 0));
    town.desk.invite_member(&member, &id, invitation("gast@raakvlak.example")).unwrap();
    let letters = town.letters();
    assert!(letters[0].contains("Subject: An invitation from Raakvlak") && letters[0].contains("Buurthuis De Brug"), "{}", letters[0]);
});

/// A mail server that takes one letter and gives it back (RFC 5321, as much of it as is needed).
fn take_one(listener: &TcpListener) -> String {
    let (mut stream, _) = listener.accept().unwrap();
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut say = |text: &str| stream.write_all(format!("{text}\r\n").as_bytes()).unwrap();
    say("220 test");
    let mut letter = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 {
            return letter;
        }
        match line.split([' ', '\r']).next().unwrap() {
            "DATA" => {
                say("354 go on");
                loop {
                    let mut line = String::new();
                    reader.read_line(&mut line).unwrap();
                    if line == ".\r\n" {
                        break;
                    }
                    letter.push_str(&line);
                }
                say("250 taken");
            }
            "QUIT" => {
                say("221 bye");
                return letter;
            }
            _ => say("250 fine"),
        }
    }
}

on_both_databases!(a_mail_server_takes_letters, |database| {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let town = with_server(database, listener.local_addr().unwrap().port());
    let user = town.user(&[Role::Expert]);
    town.desk.request_sign_in(user.email.as_ref().unwrap()).unwrap();
    let server = std::thread::spawn(move || take_one(&listener));
    assert_eq!(town.desk.send_letters().unwrap(), Delivery { sent: 1, ..NOTHING });
    let letter = server.join().unwrap();
    assert!(
        letter.contains(&format!("To: {}", user.email.unwrap())) && letter.contains("From: Raakvlak <groet@raakvlak.example>"),
        "{letter}"
    );
});

/// The subjects of the letters that a step brings to the person and to the organisation, sent now.
fn subjects_after(desk: &Desk, folder: &std::path::Path, step: impl FnOnce()) -> (Vec<String>, Vec<String>) {
    step();
    desk.send_letters().unwrap();
    let letters = letters_in(folder);
    std::fs::remove_dir_all(folder).ok();
    let to = |address: &str| {
        let theirs = letters.iter().filter(|letter| letter.contains(&format!("To: {address}")));
        theirs.map(|letter| letter.lines().find_map(|line| line.strip_prefix("Subject: ")).unwrap().to_owned()).collect()
    };
    for letter in &letters {
        for canary in ["Kanarie", "it could fit", "it does not fit", "how early", "at nine", "too few of them"] {
            assert!(!letter.contains(canary), "{letter}");
        }
    }
    (to("anna@raakvlak.example"), to("werk@raakvlak.example"))
}

on_both_databases!(each_step_brings_its_letters_and_no_others, |database| {
    use raakvlak_domain::matches::{MatchState, Verb};
    use raakvlak_testkit::town::{Town, hours};
    use serde_json::json;

    let town = Town::on(&database);
    let Transport::Folder(folder) = town.settings.mail.transport.clone() else { panic!("a folder") };
    let anna = town.person("anna", json!({ "display_name": "Kanarie", "story": "Kanarie", "hours": { "min": 2, "max": 40 } }));
    for (actor, address) in [(&anna, "anna@raakvlak.example"), (&town.employee, "werk@raakvlak.example")] {
        let user = town.desk.user(&raakvlak_service::actor::Actor::system(), &actor.user).unwrap();
        let moved = raakvlak_domain::users::User { email: Some(crate::town::email(address)), ..user.value };
        town.desk.update_user(&raakvlak_service::actor::Actor::system(), moved, user.version).unwrap();
    }
    let arranged = hours(2.0, "2027-01-04");
    let package = town.work("p-1", 5);
    let made = std::cell::OnceCell::new();
    let after = |verb: Verb| {
        subjects_after(&town.desk, &folder, || match verb {
            Verb::Suggest => made.set(town.suggest(&anna, &package).unwrap()).unwrap(),
            verb => town.step(made.get().unwrap(), verb, &anna, &arranged),
        })
    };
    let none = || (Vec::<String>::new(), Vec::<String>::new());
    let to_person = |subject: &str| (vec![subject.to_owned()], Vec::new());
    assert_eq!(after(Verb::Suggest), none());
    assert_eq!(after(Verb::Review), none());
    assert_eq!(after(Verb::Offer), to_person("Er staat iets voor je klaar op Raakvlak"));
    assert_eq!(after(Verb::Accept), none(), "nothing about one's own step, and nothing to an organisation before the introduction");
    assert_eq!(after(Verb::Introduce), (Vec::new(), vec!["Iemand wil kennismaken op Raakvlak".to_owned()]));
    assert_eq!(after(Verb::Rearrange), to_person("Er is iets veranderd op Raakvlak"));
    assert_eq!(after(Verb::Accept), none());
    assert_eq!(after(Verb::Introduce).1.len(), 1);
    assert_eq!(after(Verb::Agree), to_person("Er is nieuws voor je op Raakvlak"));
    let settled = vec!["De afspraak is rond op Raakvlak".to_owned()];
    assert_eq!(after(Verb::Confirm), (settled.clone(), settled));
    assert_eq!(after(Verb::Start), none());
    assert_eq!(after(Verb::Close), to_person("Wil je terugkijken?"), "whoever closed it is there already");

    // Somebody who stepped back before the introduction was never there for the organisation.
    let hidden = town.work("p-2", 1);
    let quiet = subjects_after(&town.desk, &folder, || {
        let id = town.led_to(MatchState::Accepted, &anna, &hidden, &arranged);
        town.step(&id, Verb::Withdraw, &anna, &arranged);
    });
    assert!(quiet.1.is_empty());
    let known = town.work("p-3", 1);
    let told = subjects_after(&town.desk, &folder, || {
        let id = town.led_to(MatchState::Introduced, &anna, &known, &arranged);
        town.step(&id, Verb::Withdraw, &anna, &arranged);
    });
    assert_eq!(told.1, ["Iemand wil kennismaken op Raakvlak", "Er is iets veranderd op Raakvlak"]);

    // Who never showed interest does not hear that somebody looked; a no comes with a careful text.
    let looked = town.work("p-4", 1);
    let silent = subjects_after(&town.desk, &folder, || {
        let _ = town.led_to(MatchState::Dismissed, &anna, &looked, &arranged);
    });
    assert_eq!(silent, none());
    let refused = town.work("p-5", 1);
    let careful = subjects_after(&town.desk, &folder, || {
        let _ = town.led_to(MatchState::Rejected, &anna, &refused, &arranged);
    });
    assert_eq!(careful.0.len(), 1, "the offer; the no waits for the next moment of release");
    town.clock.advance(86_400);
    let released = subjects_after(&town.desk, &folder, || {});
    assert_eq!(released.0, ["Er is nieuws voor je op Raakvlak"]);
});

on_both_databases!(a_no_says_the_same_at_the_same_moment_whatever_its_cause, |database| {
    use raakvlak_domain::matches::{MatchState, Suggestion};
    use raakvlak_testkit::town::{Town, expert_of, hours, prose};
    use serde_json::json;

    let town = Town::on(&database);
    let Transport::Folder(folder) = town.settings.mail.transport.clone() else { panic!("a folder") };
    let system = raakvlak_service::actor::Actor::system();
    let person = |id: &str| {
        let actor = town.person(id, json!({ "hours": { "min": 2, "max": 40 } }));
        let user = town.desk.user(&system, &actor.user).unwrap();
        let moved = raakvlak_domain::users::User { email: Some(crate::town::email(&format!("{id}@raakvlak.example"))), ..user.value };
        town.desk.update_user(&system, moved, user.version).unwrap();
        actor
    };
    let (anna, bert) = (person("anna"), person("bert"));
    let work = town.work("p-1", 5);
    // One no comes from the organisation in the afternoon, the other from a mediator in the night.
    let _ = town.led_to(MatchState::Rejected, &anna, &work, &hours(2.0, "2027-01-04"));
    town.clock.advance(10 * 3_600);
    let own = Suggestion { package: work, expert: None, why: None };
    let id = town.desk.suggest(&bert, own).unwrap().value.id;
    town.decide(&town.mediator, &id, raakvlak_service::matches::Decision::Dismiss(prose("it does not fit"))).unwrap();
    town.desk.send_letters().unwrap();
    std::fs::remove_dir_all(&folder).ok();
    // 09:59:59 and 10:00:00 in Amsterdam.
    town.clock.advance(9 * 3_600 + 59 * 60 + 59);
    town.desk.send_letters().unwrap();
    assert!(letters_in(&folder).is_empty());
    town.clock.advance(1);
    town.desk.send_letters().unwrap();
    let letters = letters_in(&folder);
    assert_eq!(letters.len(), 2);
    let body = |letter: &str| letter.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(&letters[0]), body(&letters[1]));
    assert_ne!(expert_of(&anna), expert_of(&bert));
});

on_both_databases!(both_sides_are_asked_how_it_goes_when_it_was_planned, |database| {
    use raakvlak_domain::matches::{MatchState, Verb};
    use raakvlak_testkit::town::{Town, hours, of};
    use serde_json::json;

    let town = Town::on(&database);
    let Transport::Folder(folder) = town.settings.mail.transport.clone() else { panic!("a folder") };
    let system = raakvlak_service::actor::Actor::system();
    let anna = town.person("anna", json!({ "hours": { "min": 2, "max": 40 } }));
    for (actor, address) in [(&anna, "anna@raakvlak.example"), (&town.employee, "werk@raakvlak.example")] {
        let user = town.desk.user(&system, &actor.user).unwrap();
        let moved = raakvlak_domain::users::User { email: Some(crate::town::email(address)), ..user.value };
        town.desk.update_user(&system, moved, user.version).unwrap();
    }
    let work = town.work("p-1", 5);
    let id = town.led_to(MatchState::Active, &anna, &work, &hours(2.0, "2027-01-04"));
    let asked = || {
        let written = town.desk.ask_how_it_goes().unwrap();
        (written, subjects_after(&town.desk, &folder, || {}))
    };
    let _ = asked();
    town.clock.advance(14 * 86_400 - 1);
    assert_eq!(asked().0, 0);
    town.clock.advance(1);
    let (written, (person, organisation)) = asked();
    assert_eq!((written, person.len(), organisation.len()), (2, 1, 1));
    assert_eq!(person, organisation, "the same question to both");
    assert_eq!(asked().0, 0, "once");
    // Who told already how it goes is not asked for it.
    town.desk.check_in(&anna, &id, of(&json!({ "energy": 4 }))).unwrap();
    town.clock.advance(28 * 86_400);
    town.desk.check_in(&anna, &id, of(&json!({ "energy": 4 }))).unwrap();
    let (_, (person, organisation)) = asked();
    assert_eq!((person.len(), organisation.len()), (0, 1));
    // Work that is over asks nothing any more.
    town.step(&id, Verb::Close, &anna, &hours(2.0, "2027-01-04"));
    let _ = asked();
    town.clock.advance(365 * 86_400);
    assert_eq!(asked().0, 0);
});

on_both_databases!(what_had_its_time_is_cleared_away, |database| {
    let town = Town::on(database);
    let address = town.user(&[Role::Expert]).email.unwrap();
    let session = town.sign_in(&address);
    town.clock.advance(7 * 24 * 3_600);
    assert_eq!(town.desk.clear_away().unwrap(), 0, "kept for a week, in case somebody asks");
    town.clock.advance(20 * 60 + 1);
    assert_eq!(town.desk.clear_away().unwrap(), 2, "the code and the letter");
    assert!(town.desk.actor_for_session(&session.session).is_ok(), "the session goes on");
    town.clock.advance(14 * 24 * 3_600);
    assert_eq!(town.desk.clear_away().unwrap(), 1, "and goes a week after it ran out");
    // What followers and shortlists have had.
    assert_eq!(town.acts(raakvlak_store::Action::Clear), 2, "the trail says that something was cleared away");
    let before = town.desk.store().changes_after(0, 1_000).unwrap().len();
    town.clock.advance(30 * 24 * 3_600);
    assert!(town.desk.clear_away().unwrap() >= before);
    let gone = town.desk.store().changes_after(0, 1_000);
    assert!(matches!(gone, Err(raakvlak_store::StoreError::ChangesGone { .. })), "{gone:?}");
    let report = town.desk.check(|| {}).unwrap();
    assert!(report.whole, "{:#?}", report.violations);
});

on_both_databases!(a_shortlist_is_kept_for_as_long_as_it_counts, |database| {
    use raakvlak_testkit::town::{Town, expert_of};

    let town = Town::on(&database);
    let anna = town.person("anna", serde_json::json!({}));
    let work = town.work("p-1", 1);
    assert_eq!(town.desk.open_shortlist(&town.mediator, &work).unwrap().members.len(), 1);
    town.clock.advance(399 * 86_400);
    town.desk.clear_away().unwrap();
    assert!(town.desk.shortlist(&town.mediator, &work).is_ok());
    let score = || {
        let explained = serde_json::to_value(town.desk.explain(&town.mediator, &work, &expert_of(&anna)).unwrap()).unwrap();
        (explained["score"].clone(), explained["criteria"].clone())
    };
    let before = score();
    town.clock.advance(2 * 86_400);
    town.desk.clear_away().unwrap();
    assert_eq!(town.desk.shortlist(&town.mediator, &work).unwrap_err(), raakvlak_service::error::Error::NotFound);
    assert_eq!(score(), before, "having been shown a year ago counts no more than never");
});
