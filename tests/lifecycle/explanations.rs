//! An explanation in words says to each reader what they may see, and to an organisation nothing of how it was weighed.

use raakvlak_domain::experts::Disclosure;
use raakvlak_domain::identifiers::MatchId;
use raakvlak_domain::languages::Language;
use raakvlak_domain::matches::MatchState;
use raakvlak_service::actor::Actor;
use raakvlak_service::error::Error;
use raakvlak_service::explanations::{Topic, Voice, WordedExplanation};
use raakvlak_store::{AuditEntry, ObjectKind, experts, packages};
use raakvlak_testkit::on_both_databases;
use raakvlak_testkit::town::{ORGANISATION, Town, expert_of, hours, of};
use serde_json::json;

/// Words that an organisation never reads in an explanation.
const WEIGHED: [&str; 12] = ["score", "rang", "rank", "criteri", "beurt", "turn", "gate", "poort", "knop", "knob", "weegt", "%"];

fn words(explanation: &WordedExplanation) -> String {
    explanation.parts.iter().flat_map(|part| &part.lines).cloned().collect::<Vec<_>>().join("\n")
}

struct Story {
    town: Town,
    person: Actor,
    id: MatchId,
}

impl Story {
    fn on(database: &raakvlak_testkit::database::TestDatabase) -> Self {
        let town = Town::on(database);
        let person = town.person(
            "e-noor",
            json!({
                "display_name": "Noor", "competences": [{ "competence": "rv:push-wheelchair", "level": 4 }], "experience": ["debt"],
                "wishes": ["rv:remind-medication"], "needs": ["quiet_place"], "rather_not": ["noise"], "no_go": [], "energy": { "gives": ["talking"] },
                "hours": { "min": 2, "max": 12 },
            }),
        );
        let package = of::<raakvlak_domain::packages::TaskPackage>(&json!({
            "id": "p-walk", "organisation": ORGANISATION, "purpose": "Mensen komen weer buiten", "title": "Op pad", "work_form": "volunteering",
            "hours": { "min": 2, "max": 8 }, "experience": ["debt", "loneliness"], "adaptations": ["quiet_place"],
            "tasks": [
                { "id": "t1", "title": "Samen wandelen", "hours": 3, "activities": ["talking"],
                  "requirements": [{ "competence": "rv:push-wheelchair", "level": 3, "need": "essential" }], "learnables": ["rv:remind-medication"] },
                { "id": "t2", "title": "Helpen bij het eten", "hours": 1,
                  "requirements": [{ "competence": "rv:help-eating-drinking", "level": 5, "need": "desirable" }] },
            ],
        }));
        let id = package.id.clone();
        town.desk
            .store()
            .write(move |tx| {
                tx.audit(AuditEntry::new("system", "system", raakvlak_store::Action::Import, ObjectKind::Dataset, ""));
                packages::insert(tx, &package, None).map(drop)
            })
            .unwrap();
        let id = town.led_to(MatchState::Introduced, &person, &id, &hours(4.0, "2026-12-01"));
        Self { town, person, id }
    }

    fn read(&self, actor: &Actor, voice: Voice, language: Language) -> Result<WordedExplanation, Error> {
        self.town.desk.worded_explanation(actor, &self.id, voice, language)
    }

    /// Changes who sees what.
    fn disclose(&self, disclosure: serde_json::Value) {
        let id = expert_of(&self.person);
        let stored = self.town.read(|db| experts::get(db, &id)).unwrap();
        let mut expert = stored.expert;
        expert.disclosure = of::<Disclosure>(&disclosure);
        self.town
            .desk
            .store()
            .write(move |tx| {
                tx.audit(AuditEntry::new("system", "system", raakvlak_store::Action::Import, ObjectKind::Dataset, ""));
                experts::update(tx, &expert, stored.version).map(drop)
            })
            .unwrap();
    }
}

on_both_databases!(each_voice_says_what_its_reader_may_see, |database| {
    let story = Story::on(&database);
    let own = story.read(&story.person, Voice::Expert, Language::Nl).unwrap();
    let said = words(&own);
    for expected in [
        "Samen wandelen: dit past bij wat je kunt, zoals met iemand in een rolstoel op pad gaan.",
        "schulden",
        "helpen denken aan medicijnen",
        "Dit werk vraagt per week 2 tot 8 uur. Jij wilt er nog 2 tot 12.",
    ] {
        assert!(said.contains(expected), "{expected} in\n{said}");
    }
    let english = words(&story.read(&story.person, Voice::Expert, Language::En).unwrap());
    assert!(english.contains("This work takes 2 to 8 hours a week.") && !english.contains("uur"), "{english}");

    let weighed = story.read(&story.town.mediator, Voice::Mediator, Language::Nl).unwrap();
    let weighing = weighed.parts.iter().find(|part| part.topic == Topic::Weighing).unwrap();
    assert!(
        weighing.lines[0].starts_with("Score: ") && weighing.lines.iter().any(|line| line.starts_with("taken: 75,0 %")),
        "{weighing:?}"
    );
    assert!(words(&weighed).contains("Helpen bij het eten: kan dit nog niet dragen."));
    assert!(
        words(&story.read(&story.town.mediator, Voice::Expert, Language::Nl).unwrap()).contains(&said),
        "a mediator may read what the person reads"
    );

    // The organisation, while nothing is disclosed: the tasks that can be carried, and no more.
    let told = story.read(&story.town.employee, Voice::Organisation, Language::Nl).unwrap();
    let topics: Vec<Topic> = told.parts.iter().map(|part| part.topic).collect();
    story.disclose(json!({ "competences": "nobody", "experience": "nobody", "limits": "nobody" }));
    let least = story.read(&story.town.employee, Voice::Organisation, Language::Nl).unwrap();
    assert_eq!(words(&least), "Samen wandelen: kan dit werk dragen.", "before: {topics:?}");
    story.disclose(json!({ "competences": "organisation", "experience": "organisation", "limits": "organisation" }));
    let most = words(&story.read(&story.town.employee, Voice::Organisation, Language::Nl).unwrap());
    for expected in [
        "(met iemand in een rolstoel op pad gaan)",
        "Noor kent dit uit eigen leven: schulden.",
        "Noor wil dit graag leren: helpen denken aan medicijnen.",
        "een rustige werkplek",
    ] {
        assert!(most.contains(expected), "{expected} in\n{most}");
    }
    for language in [Language::Nl, Language::En] {
        let text = words(&story.read(&story.town.employee, Voice::Organisation, language).unwrap()).to_lowercase();
        assert!(WEIGHED.iter().all(|word| !text.contains(word)), "{text}");
    }
});

on_both_databases!(a_voice_is_for_its_readers, |database| {
    let story = Story::on(&database);
    let read = |actor: &Actor, voice| story.read(actor, voice, Language::Nl).map(drop);
    assert_eq!(read(&story.person, Voice::Mediator), Err(Error::NotAllowed));
    assert_eq!(read(&story.person, Voice::Organisation), Err(Error::NotAllowed));
    assert_eq!(read(&story.town.employee, Voice::Expert), Err(Error::NotAllowed));
    assert_eq!(read(&story.town.employee, Voice::Mediator), Err(Error::NotAllowed));
    assert_eq!(read(&story.town.neighbour, Voice::Organisation), Err(Error::NotFound));
    // What the person shows to nobody is not said to a mediator either.
    story.disclose(json!({ "competences": "nobody", "experience": "nobody", "limits": "nobody" }));
    for voice in [Voice::Mediator, Voice::Expert, Voice::Organisation] {
        let said = words(&story.read(&story.town.mediator, voice, Language::Nl).unwrap());
        for hidden in ["rolstoel op pad", "schulden", "praten", "rustige", "medicijnen"] {
            assert!(!said.contains(hidden), "{hidden} in\n{said}");
        }
    }
    let town = &story.town;
    let kept = town.desk.get_match(&town.mediator, &story.id).unwrap().value;
    let worked_out = town.desk.explain(&town.mediator, &kept.package, &kept.expert).unwrap();
    for explanation in [kept.assessment.unwrap(), worked_out] {
        let said = explanation.to_string();
        assert!(explanation["score"].is_u64() && !explanation["tasks"].as_array().unwrap().is_empty(), "{said}");
        assert_eq!(explanation.pointer("/experience/shared").unwrap(), &json!([]));
        for hidden in ["schulden", "rustige", "no_go", "adaptation"] {
            assert!(!said.contains(&format!("\"{hidden}\"")), "{hidden} in\n{said}");
        }
    }
    assert!(
        words(&story.read(&story.person, Voice::Expert, Language::Nl).unwrap()).contains("schulden"),
        "the person themself reads all of it"
    );
    // Before the introduction the organisation does not know that there is a match.
    let (anna, work) = (story.town.person("e-anna", json!({})), story.town.work("p-other", 1));
    let early = story.town.led_to(MatchState::Accepted, &anna, &work, &hours(4.0, "2026-12-01"));
    let found = story.town.desk.worded_explanation(&story.town.employee, &early, Voice::Organisation, Language::Nl);
    assert_eq!(found.map(drop), Err(Error::NotFound));
});
