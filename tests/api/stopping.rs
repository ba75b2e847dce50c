//! A server that is told to stop answers what it began.

use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::probes;

#[test]
fn requests_at_hand_are_answered_before_the_server_ends() {
    let (server, _) = probes::start();
    let request = server.get("/probe/slow");
    let answer = thread::scope(|scope| {
        let waiting = scope.spawn(|| request.send());
        thread::sleep(Duration::from_millis(200));
        server.begin_to_stop();
        waiting.join().unwrap()
    });
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["done"], true);
    let deadline = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(server.address()).is_ok() {
        assert!(Instant::now() < deadline, "it still takes requests");
        thread::sleep(Duration::from_millis(50));
    }
}
