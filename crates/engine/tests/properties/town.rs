//! Small towns for these tests: words, people and work, made by chance from a seed.

use std::sync::Arc;

use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::knobs::{MatcherKnob, ShortlistSize, Weights};
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::places::{Place, Point};
use raakvlak_domain::quantities::{BasisPoints, Hours, Percent};
use raakvlak_domain::reading::read;
use raakvlak_domain::vocabulary::{ClosedVocabulary, Competence, CompetenceKind, Label, Occupation, Term, Vocabulary};
use raakvlak_engine::demand::Demand;
use raakvlak_engine::lexicon::Lexicon;
use raakvlak_engine::people::Person;
use raakvlak_engine::pool::Pool;
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::{Value, json};

pub(crate) fn threads(number: usize) -> ThreadPool {
    ThreadPoolBuilder::new().num_threads(number).build().unwrap()
}

pub(crate) fn day() -> Date {
    Date::parse("2026-11-23").unwrap()
}

/// Chance from a seed: SplitMix64 (Steele, Lea and Flood, 2014).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    fn told(&mut self, value: impl FnOnce(&mut Self) -> Value) -> Value {
        if self.below(5) == 0 { Value::Null } else { value(self) }
    }

    /// Up to `most` different names of so many with this prefix.
    fn some(&mut self, prefix: &str, number: u64, most: u64) -> Vec<String> {
        let wanted = self.below(most + 1);
        let mut chosen: Vec<u64> = (0..wanted).map(|_| self.below(number)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen.into_iter().map(|at| format!("{prefix}{at:02}")).collect()
    }
}

fn terms(prefix: &str, number: usize) -> ClosedVocabulary {
    ClosedVocabulary::new((0..number).map(|at| Term { id: format!("{prefix}{at:02}"), label: Label::default() }).collect()).unwrap()
}

const COMPETENCES: u64 = 50;

fn vocabulary(dice: &mut Dice) -> Vocabulary {
    let competence = |at| Competence {
        id: format!("k{at:02}"),
        kind: CompetenceKind::Skill,
        label: Label::default(),
        alternatives_nl: vec![],
        alternatives_en: vec![],
    };
    let occupation = |at, dice: &mut Dice| Occupation {
        id: format!("b{at:02}"),
        code: String::new(),
        label: Label::default(),
        alternatives_nl: vec![],
        competences: (0..COMPETENCES as u32).filter(|_| dice.below(9) == 0).collect(),
    };
    Vocabulary {
        competences: (0..COMPETENCES).map(competence).collect(),
        broader: (0..COMPETENCES).map(|at| if at < 3 { vec![] } else { vec![dice.below(at.min(20)) as u32] }).collect(),
        related: vec![(1, 7), (4, 30), (8, 9)],
        occupations: (0..12).map(|at| occupation(at, dice)).collect(),
        conditions: terms("c", 6),
        adaptations: terms("a", 5),
        lifts: vec![1, 2, 0, 4 | 8, 0],
        activities: terms("v", 6),
        experience: terms("x", 4),
        work_forms: terms("f", 3),
        documents: terms("d", 3),
    }
}

fn place(dice: &mut Dice) -> Value {
    json!({ "lat": 52.0 + dice.below(100) as f64 / 400.0, "lon": 4.8 + dice.below(100) as f64 / 300.0 })
}

fn expert(number: u64, dice: &mut Dice) -> Expert {
    let levels = |names: Vec<String>, dice: &mut Dice| -> Vec<Value> {
        names.into_iter().map(|id| json!({ "competence": id, "level": 1 + dice.below(5) })).collect()
    };
    let (hours, years) = (dice.below(12), dice.below(8));
    let line = json!({
        "id": format!("e-{number}"),
        "registered": dice.told(|dice| json!(format!("2026-0{}-10", 1 + dice.below(9)))),
        "last_offered": dice.told(|dice| json!(format!("2026-0{}-20", 1 + dice.below(9)))),
        "last_shown": dice.told(|dice| json!(format!("2026-11-{:02}", 1 + dice.below(22)))),
        "aside_since": dice.told(|dice| json!(format!("{}-05-01", 2026 - years * dice.below(2)))),
        "wants_to_be_matched": if dice.below(12) == 0 { Value::Null } else { json!(dice.below(12) > 0) },
        "availability": dice.pick(&["available", "available", "available", "available", "available", "standby", "paused"]),
        "committed_hours": dice.below(3),
        "competences": dice.told(|dice| { let names = dice.some("k", COMPETENCES, 9); json!(levels(names, dice)) }),
        "experience": dice.told(|dice| json!(dice.some("x", 4, 3))),
        "energy": dice.told(|dice| json!({ "gives": dice.some("v", 6, 3), "drains": dice.some("v", 6, 2) })),
        "wishes": dice.told(|dice| json!(dice.some("k", COMPETENCES, 2))),
        "no_go": dice.told(|dice| json!(dice.some("c", 6, 1))),
        "rather_not": dice.told(|dice| json!(dice.some("c", 6, 2))),
        "needs": dice.told(|dice| json!(dice.some("a", 5, 1))),
        "helps": dice.told(|dice| json!(dice.some("a", 5, 2))),
        "hours": dice.told(|dice| json!({ "min": hours, "max": hours + dice.below(20) })),
        "dayparts": dice.told(|dice| json!(["mon_am", "mon_pm", "tue_am", "wed_eve", "fri_pm"][dice.below(3) as usize..].to_vec())),
        "place": dice.told(place),
        "travel_km": dice.told(|dice| json!(4 + dice.below(40))),
        "work_forms": dice.told(|_| json!(["f00", "f01"])),
        "languages": dice.told(|dice| json!({ "nl": dice.pick(&["A1", "B1", "C1"]) })),
        "documents": dice.told(|dice| json!(dice.some("d", 3, 2))),
        "avoid": dice.told(|dice| json!(dice.some("o", 9, 1))),
    });
    read(&line.to_string()).unwrap()
}

fn package(number: u64, dice: &mut Dice) -> TaskPackage {
    let requirement = |id: String, dice: &mut Dice| json!({ "competence": id, "level": 1 + dice.below(5), "need": dice.pick(&["essential", "desirable"]) });
    let task = |at: u64, dice: &mut Dice| {
        let asked = dice.some("k", COMPETENCES, 3);
        json!({
            "id": format!("t{at}"),
            "hours": 0.5 + dice.below(9) as f64,
            "requirements": asked.into_iter().map(|id| requirement(id, dice)).collect::<Vec<_>>(),
            "activities": dice.some("v", 6, 3),
            "conditions": dice.some("c", 6, 2),
            "learnables": dice.some("k", COMPETENCES, 2),
        })
    };
    let hours = dice.below(8);
    let line = json!({
        "id": format!("p-{number:02}"), "organisation": format!("o{:02}", dice.below(9)), "purpose": "Waarom", "title": "Wat",
        "tasks": (0..1 + dice.below(4)).map(|at| task(at, dice)).collect::<Vec<_>>(),
        "place": dice.told(place),
        "remote": dice.pick(&["none", "none", "partly", "fully"]),
        "start": dice.told(|_| json!("2026-12-10")),
        "hours": { "min": hours, "max": hours + 1 + dice.below(9) },
        "dayparts": { "fixed": if dice.below(2) == 0 { vec!["tue_am"] } else { vec![] }, "flexible": dice.below(3) },
        "call_up": dice.below(5) == 0,
        "work_form": dice.pick(&["f00", "f01", "f02"]),
        "adaptations": dice.some("a", 5, 3),
        "experience": dice.some("x", 4, 2),
        "languages": if dice.below(2) == 0 { json!({ "nl": "A2" }) } else { json!({}) },
        "documents": if dice.below(2) == 0 { json!([{ "document": "d00", "obtainable_days": dice.pick(&[7, 28]) }]) } else { json!([]) },
    });
    read(&line.to_string()).unwrap()
}

/// Any setting of the knob.
pub(crate) fn knob(dice: &mut Dice) -> MatcherKnob {
    let points = |dice: &mut Dice, most| BasisPoints::new(dice.below(most) as u32).unwrap();
    MatcherKnob {
        weights: Weights::new([(); 9].map(|()| dice.below(11) as u8)).unwrap_or_default(),
        carry_from: points(dice, 9_000),
        floor: points(dice, 6_000),
        tie_from: points(dice, 5_000),
        doubt: points(dice, 5_000),
        aside_share: Percent::new(dice.below(101) as u32).unwrap(),
        unseen_share: Percent::new(dice.below(101) as u32).unwrap(),
        size: ShortlistSize::new(5 + dice.below(12) as u32).unwrap(),
        essential_from: points(dice, 3_000),
    }
}

fn point(place: Option<&Place>) -> Option<Point> {
    match place {
        Some(Place::Point(point)) => Some(*point),
        _ => None,
    }
}

/// A town: its words, and its people and work as they were told.
pub(crate) struct Town {
    pub(crate) lexicon: Arc<Lexicon>,
    pub(crate) experts: Vec<Expert>,
    pub(crate) packages: Vec<TaskPackage>,
}

impl Town {
    /// A town of so many people and packages.
    pub(crate) fn new(dice: &mut Dice, experts: u64, packages: u64) -> Self {
        Self {
            lexicon: Arc::new(Lexicon::new(Arc::new(vocabulary(dice)), &threads(1))),
            experts: (0..experts).map(|number| expert(number, dice)).collect(),
            packages: (0..packages).map(|number| package(number, dice)).collect(),
        }
    }

    pub(crate) fn person(&self, expert: &Expert) -> Person {
        let committed = expert.committed_hours.unwrap_or(Hours::LOWEST);
        Person::new(expert, self.lexicon.vocabulary(), point(expert.place.as_ref()), committed).unwrap()
    }

    pub(crate) fn pool(&self) -> Pool {
        Pool::build(self.experts.iter().map(|expert| self.person(expert)))
    }

    pub(crate) fn demand(&self, package: &TaskPackage, knob: &MatcherKnob) -> Demand {
        Demand::new(package, &self.lexicon, point(package.place.as_ref()), knob).unwrap()
    }

    pub(crate) fn demands(&self, knob: &MatcherKnob) -> Vec<Demand> {
        self.packages.iter().map(|package| self.demand(package, knob)).collect()
    }
}
