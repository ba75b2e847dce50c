//! The language of a problem is the one that the client asks.

use crate::probes;

#[test]
fn speaks_dutch_unless_asked_otherwise() {
    let (server, _) = probes::start();
    let asking = |language: Option<&str>| {
        let request = server.get("/api/v1/nowhere");
        let answer = language.map_or(request.clone(), |language| request.header("Accept-Language", language)).send();
        assert_eq!(answer.header("Vary"), Some("Accept-Language"));
        (answer.header("Content-Language").unwrap().to_owned(), answer.json()["title"].as_str().unwrap().to_owned())
    };
    let (dutch, english) =
        (("nl".to_owned(), "Dit adres bestaat niet".to_owned()), ("en".to_owned(), "This address does not exist".to_owned()));
    assert_eq!(asking(None), dutch);
    assert_eq!(asking(Some("en")), english);
    assert_eq!(asking(Some("en-GB, nl;q=0.5")), english);
    assert_eq!(asking(Some("en;q=0.4, nl-BE;q=0.5")), dutch);
    assert_eq!(asking(Some("fr")), dutch);
    assert_eq!(asking(Some("nl;q=0, *")), english);
}

#[test]
fn faults_speak_the_same_language() {
    let (server, _) = probes::start();
    let detail = |language: &str| {
        let answer = server.request("POST", "/probe/organisations").header("Accept-Language", language).json_text("{}").send();
        answer.json()["errors"][0]["detail"].as_str().unwrap().to_owned()
    };
    assert_eq!(detail("en"), "This must be given.");
    assert_ne!(detail("nl"), detail("en"));
}
