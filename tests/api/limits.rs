//! How much may be asked, and what somebody is told who asks more.

use std::thread;

use raakvlak_server::configuration::Number;

use crate::probes;

#[test]
fn an_address_that_asks_too_much_is_told_when_to_come_back() {
    let (server, _) = probes::start_with(|settings| {
        settings.rate_limits = true;
        settings.address_requests_per_minute = Number::new(5);
    });
    let answers: Vec<_> = (0..6).map(|_| server.get("/api/v1/keys").send()).collect();
    assert!(answers[..5].iter().all(|answer| answer.status == 200));
    let last = &answers[5];
    assert_eq!((last.status, last.problem().as_str()), (429, "too-many"));
    let seconds: u32 = last.header("Retry-After").unwrap().parse().unwrap();
    assert!((1..=13).contains(&seconds), "{seconds}");
    assert!(last.json()["detail"].as_str().unwrap().contains(&seconds.to_string()));
    assert_eq!(last.header("API-Version"), Some("1.0.0"));
    assert_eq!(server.get("/health/live").send().status, 200, "whoever watches over the process is never refused");
}

#[test]
fn guessing_codes_is_slower_than_anything_else() {
    let (server, _) = probes::start_with(|settings| {
        settings.rate_limits = true;
        settings.sign_ins_per_minute = Number::new(3);
    });
    let guess = || server.request("POST", "/api/v1/tokens").json_text(r#"{"code": "AAAA-BBBB-CCCC"}"#).send();
    let statuses: Vec<u16> = (0..4).map(|_| guess().status).collect();
    assert!(statuses[..3].iter().all(|status| *status != 429), "{statuses:?}");
    assert_eq!(statuses[3], 429);
    assert_eq!(server.request("POST", "/api/v1/sign-in-links").json_text(r#"{"email": "noor@example.org"}"#).send().status, 429);
    assert_eq!(server.get("/api/v1/keys").send().status, 200, "everything else goes on");
}

#[test]
fn one_user_does_not_use_up_what_another_may_ask() {
    let (server, porter) = probes::start_with(|settings| {
        settings.rate_limits = true;
        settings.user_requests_per_minute = Number::new(3);
    });
    let statuses = |user: &str, session: &str| {
        let token = probes::token(&server, &porter, user, session);
        (0..4).map(|_| server.get("/probe/me").token(&token).send().status).collect::<Vec<_>>()
    };
    assert_eq!(statuses("u1", "s1"), vec![200, 200, 200, 429]);
    assert_eq!(statuses("u2", "s2"), vec![200, 200, 200, 429]);
}

#[test]
fn more_at_once_than_there_are_places_is_told_to_come_back() {
    let (server, _) = probes::start_with(|settings| settings.concurrent_requests = Number::new(2));
    let request = server.get("/probe/slow");
    let statuses: Vec<u16> = thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(|| request.send())).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .map(|answer| {
                assert!(answer.status == 200 || answer.header("Retry-After").is_some());
                answer.status
            })
            .collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 2, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 4, "{statuses:?}");
    assert_eq!(request.send().status, 200, "a place comes back");
}

#[test]
fn rankings_wait_for_their_turn_and_leave_room_for_others() {
    let (server, _) = probes::start_with(|settings| {
        settings.concurrent_requests = Number::new(12);
        settings.threads = Some(Number::new(1));
    });
    let (ranking, small) = (server.get("/probe/ranking"), server.get("/probe/slow"));
    thread::scope(|scope| {
        let rankings: Vec<_> = (0..8).map(|_| scope.spawn(|| ranking.send().status)).collect();
        // Nine of the twelve places are never taken by rankings, however many are asked for.
        let others: Vec<_> = (0..9).map(|_| scope.spawn(|| small.send().status)).collect();
        assert!(others.into_iter().all(|other| other.join().unwrap() == 200));
        let statuses: Vec<u16> = rankings.into_iter().map(|ranking| ranking.join().unwrap()).collect();
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 3, "{statuses:?}");
        assert_eq!(statuses.iter().filter(|status| **status == 503).count(), 5, "{statuses:?}");
    });
    assert_eq!(ranking.send().status, 200, "a turn comes back");
}
