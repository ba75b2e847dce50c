//! Paths and queries: every fault in the same form, and nothing passed over in silence.

use crate::probes;

#[test]
fn an_unknown_query_key_is_refused_by_name() {
    let (server, _) = probes::start();
    let answer = server.get("/api/v1/keys?colour=red&size=7").send();
    assert_eq!(answer.status, 400);
    let expected = ["/colour", "/size"].map(|pointer| ("query".to_owned(), pointer.to_owned(), "unknown_key".to_owned()));
    assert_eq!(answer.faults(), expected.to_vec());
    assert_eq!(answer.json()["instance"], "/api/v1/keys");
}

#[test]
fn a_path_is_decoded_and_checked() {
    let (server, _) = probes::start();
    let get = |id: &str| server.get(&format!("/probe/organisations/{id}")).send();
    assert_eq!(get("caf%C3%A9%20%2F%20x").json()["id"], "café / x");
    assert_eq!(get("100%25").json()["id"], "100%");
    assert_eq!(get("7").json()["id"], "7");
    for (id, code) in [("%00", "control_character"), ("%FF", "not_utf8"), (&*"x".repeat(201), "too_long")] {
        let answer = get(id);
        assert_eq!((answer.status, answer.problem().as_str()), (400, "invalid"), "{id}");
        assert_eq!(answer.faults(), vec![("path".into(), "/organisation".into(), code.into())]);
    }
}
