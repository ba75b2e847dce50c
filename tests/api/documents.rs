//! The document and the pages in which people read it: for everybody, and from this server alone.

use crate::probes;

#[test]
fn every_origin_may_read_the_document() {
    let (server, _) = probes::start();
    let answer = server.get("/api/v1/openapi.json").header("Origin", "https://elsewhere.example").send();
    assert_eq!(answer.header("Access-Control-Allow-Origin"), Some("*"));
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(document["info"]["version"], answer.header("API-Version").unwrap());
    assert_eq!(server.get("/api/v1/keys").header("Origin", "https://elsewhere.example").send().header("Access-Control-Allow-Origin"), None);
}

#[test]
fn the_pages_ask_nothing_of_another_server_and_hold_no_script() {
    let (server, _) = probes::start();
    let to_pages = server.get("/api/v1/docs").send();
    assert_eq!((to_pages.status, to_pages.header("Location")), (308, Some("/api/v1/docs/")));
    let page = server.get("/api/v1/docs/").header("Accept", "text/html").send();
    assert_eq!((page.status, page.header("Content-Type")), (200, Some("text/html; charset=utf-8")));
    let policy = page.header("Content-Security-Policy").unwrap();
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe-inline") && !policy.contains("http"), "{policy}");
    let text = page.text();
    assert!(!text.contains("http:") && !text.contains("https:") && !text.contains("//"), "{text}");
    assert!(!text.contains("<script>") && !text.contains(" on") && !text.contains("style="), "{text}");
    for (file, kind, least) in [
        ("swagger-ui-bundle.js", "text/javascript", 1_000_000),
        ("swagger-ui.css", "text/css", 100_000),
        ("start.js", "text/javascript", 100),
    ] {
        assert!(text.contains(&format!("\"{file}\"")), "{file}");
        let answer = server.get(&format!("/api/v1/docs/{file}")).send();
        assert_eq!(answer.status, 200, "{file}");
        assert!(answer.header("Content-Type").unwrap().starts_with(kind));
        assert!(answer.body.len() > least, "{file}");
    }
}

#[test]
fn there_are_no_other_pages() {
    let (server, _) = probes::start();
    for file in ["swagger-initializer.js", "..%2f..%2fetc%2fpasswd", "oauth2-redirect.html", "../../../etc/passwd"] {
        assert_eq!(server.get(&format!("/api/v1/docs/{file}")).send().status, 404, "{file}");
    }
}
