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

use crate::town::{Town, on_disk, settings, together};

const NOTHING: Delivery = Delivery { sent: 0, failed: 0, dropped: 0 };

/// A town whose letters go to a mail server.
fn with_server(database: raakvlak_testkit::database::TestDatabase, port: u16) -> Town {
    let mut town = Town::on(database);
    town.desk.close();
    let transport = Transport::Smtp { host: "127.0.0.1".into(), port, credentials: None };
    let mail = MailSettings { from: "Raakvlak <groet@raakvlak.example>".into(), transport };
    town.desk = Desk::open(raakvlak_service::desk::DeskSettings { mail, ..settings(&town.database, &town.clock) }).unwrap();
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
    for header in ["Message-ID: <", "Date: Mon, 23 Nov 2026 08:30:00", "From: Raakvlak", "Subject: Inloggen bij Raakvlak", "Auto-Submitted: auto-generated"] {
        assert!(outside.contains(header), "{header} in {outside}");
    }
    let name = user.name.unwrap();
    assert!(!outside.contains(name.as_str()) && inside.contains(name.as_str()));
    assert!(inside.contains("https://raakvlak.example/sign-in#"));
});

on_both_databases!(what_was_sent_is_not_kept, |database| {
    let town = Town::on(database);
    town.desk.request_sign_in(&town.user(&[Role::Expert]).email.unwrap()).unwrap();
    let sealed = || town.desk.store().read(|db| Ok::<Vec<Vec<u8>>, StoreError>(outbox::table.select(outbox::sealed).load(db.connection())?)).unwrap();
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
    assert!(letter.contains(&format!("To: {}", user.email.unwrap())) && letter.contains("From: Raakvlak <groet@raakvlak.example>"), "{letter}");
});
