//! The figures for operators: on a port of their own, and without anything that tells of a person.

use raakvlak_testkit::http::Request;

use crate::probes;

#[test]
fn figures_tell_routes_and_never_paths() {
    let (server, _) = probes::start();
    let _ = server.get("/api/v1/docs/canary-in-a-path").send();
    let _ = server.get("/api/v1/keys?canary=in-a-query").send();
    let _ = server.request("CANARYMETHOD", "/api/v1/keys").send();
    let _ = server.get("/canary-where-nothing-is").send();
    let figures = Request::new(server.figures_address(), "GET", "/metrics").send();
    assert_eq!(figures.status, 200);
    let text = figures.text();
    assert!(text.contains("http_requests_total"), "{text}");
    assert!(text.contains("route=\"/api/v1/docs/{file}\""), "{text}");
    assert!(text.contains("http_request_duration_seconds_bucket"), "{text}");
    assert!(!text.to_lowercase().contains("canary"), "{text}");
    assert_eq!(server.get("/metrics").send().status, 404, "not where everybody can ask");
}
