//! Invented people and work in Dutch-like proportions, the same for the same seed: what the questions about speed are asked of.
#![allow(clippy::indexing_slicing, clippy::expect_used, reason = "a generator that reaches outside its own lists has to fail loudly")]

use std::sync::Arc;

use raakvlak_domain::experts::Expert;
use raakvlak_domain::packages::TaskPackage;
use raakvlak_domain::reading::read;
use raakvlak_domain::vocabulary::{ClosedVocabulary, Competence, CompetenceKind, Label, Occupation, Term, Vocabulary};
use serde_json::{Value, json};

/// How people are spread over the map, over what they can, and over what they have told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Shape {
    /// All over the country, with any competence, and much told.
    Even,
    /// Most in a few towns and in a few popular fields, and much told: as people are.
    #[default]
    Skewed,
    /// As skewed, but half of what others tell is not told.
    Sparse,
}

impl Shape {
    /// Every shape.
    pub const ALL: [Self; 3] = [Self::Even, Self::Skewed, Self::Sparse];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Even => "even",
            Self::Skewed => "skewed",
            Self::Sparse => "sparse",
        }
    }

    /// How many per cent tell what `percent` of talkative people tell.
    fn told(self, percent: u64) -> u64 {
        if self == Self::Sparse { percent / 2 } else { percent }
    }
}

/// Latitude, longitude and weight of the places where people live.
const TOWNS: [(f64, f64, u64); 16] = [
    (52.37, 4.90, 90),
    (51.92, 4.48, 65),
    (52.08, 4.31, 55),
    (52.09, 5.12, 36),
    (51.44, 5.48, 24),
    (53.22, 6.57, 23),
    (51.56, 5.09, 22),
    (52.35, 5.26, 22),
    (51.59, 4.78, 18),
    (51.84, 5.85, 18),
    (52.22, 6.89, 16),
    (52.51, 6.09, 13),
    (50.85, 5.69, 12),
    (53.20, 5.80, 12),
    (51.98, 5.91, 16),
    (51.50, 3.61, 5),
];

const WEEK: [&str; 21] = [
    "mon_am", "mon_pm", "mon_eve", "tue_am", "tue_pm", "tue_eve", "wed_am", "wed_pm", "wed_eve", "thu_am", "thu_pm", "thu_eve", "fri_am",
    "fri_pm", "fri_eve", "sat_am", "sat_pm", "sat_eve", "sun_am", "sun_pm", "sun_eve",
];

const LEVELS: [&str; 6] = ["A1", "A2", "B1", "B2", "C1", "C2"];

/// Chance that is the same on every machine: SplitMix64 (Steele, Lea and Flood, 2014).
pub struct Dice(u64);

impl Dice {
    /// Throws that depend on this alone.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    /// Below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound.max(1)
    }

    fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// Told by so many per cent; else null.
    fn told(&mut self, percent: u64, value: impl FnOnce(&mut Self) -> Value) -> Value {
        if self.chance(percent) { value(self) } else { Value::Null }
    }

    fn some(&mut self, terms: &[String], most: u64) -> Vec<String> {
        let wanted = self.below(most + 1);
        let mut chosen: Vec<String> = (0..wanted).map(|_| terms[self.below(terms.len() as u64) as usize].clone()).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    fn place(&mut self, shape: Shape) -> Value {
        if shape == Shape::Even {
            let mut between = |low: u64, high: u64| (low + self.below(high - low)) as f64 / 10_000.0;
            return json!({ "lat": between(507_500, 535_500), "lon": between(33_600, 72_300) });
        }
        let mut at = self.below(TOWNS.iter().map(|(_, _, weight)| weight).sum());
        let town = TOWNS.iter().find(|(_, _, weight)| at.checked_sub(*weight).map(|rest| at = rest).is_none()).unwrap_or(&TOWNS[0]);
        let mut near = |degrees: f64| (degrees * 10_000.0 + self.below(2_001) as f64 - 1_000.0).round() / 10_000.0;
        json!({ "lat": near(town.0), "lon": near(town.1) })
    }

    fn date(&mut self, years: u64) -> String {
        format!("{}-{:02}-{:02}", 2026 - self.below(years), 1 + self.below(11), 1 + self.below(28))
    }
}

fn terms(prefix: &str, number: usize) -> ClosedVocabulary {
    let term = |at| Term { id: format!("{prefix}_{at:02}"), label: Label::default() };
    ClosedVocabulary::new((0..number).map(term).collect()).unwrap_or_default()
}

/// The closed vocabularies that a network would have, with these open ones.
fn with_closed(mut vocabulary: Vocabulary) -> Vocabulary {
    vocabulary.conditions = terms("condition", 24);
    vocabulary.adaptations = terms("adaptation", 18);
    vocabulary.lifts = (0..18u32).map(|at| if at % 2 == 0 { 1 << at } else { 0 }).collect();
    vocabulary.activities = terms("activity", 24);
    vocabulary.experience = terms("domain", 14);
    vocabulary.work_forms = terms("form", 12);
    vocabulary.documents = terms("document", 8);
    vocabulary
}

/// A vocabulary as large as ESCO: groups on four levels, occupations and relations.
#[must_use]
pub fn vocabulary(seed: u64) -> Arc<Vocabulary> {
    const SIZE: usize = 14_000;
    let mut dice = Dice::new(seed);
    let competence = |at| Competence {
        id: format!("http://example.org/skill/{at:05}"),
        kind: CompetenceKind::Skill,
        label: Label::default(),
        alternatives_nl: vec![],
        alternatives_en: vec![],
    };
    let parent = |at: u64, dice: &mut Dice| match at {
        0 => vec![],
        1..8 => vec![0],
        8..80 => vec![1 + dice.below(7) as u32],
        80..640 => vec![8 + dice.below(72) as u32],
        _ => vec![if dice.chance(85) { 80 + dice.below(560) as u32 } else { 640 + dice.below(at - 640) as u32 }],
    };
    let broader = (0..SIZE as u64).map(|at| parent(at, &mut dice)).collect();
    let occupation = |at: u32, dice: &mut Dice| {
        let around = dice.below(SIZE as u64);
        let mut competences: Vec<u32> =
            (0..20 + dice.below(45)).map(|_| ((around + dice.below(600) * dice.below(3)) % SIZE as u64) as u32).collect();
        competences.sort_unstable();
        competences.dedup();
        Occupation { id: format!("occupation-{at:05}"), code: String::new(), label: Label::default(), alternatives_nl: vec![], competences }
    };
    let occupations = (0..3_000).map(|at| occupation(at, &mut dice)).collect();
    let mut related: Vec<(u32, u32)> = (0..5_800).map(|_| (dice.below(SIZE as u64) as u32, dice.below(SIZE as u64) as u32)).collect();
    related.retain(|(one, other)| one < other);
    related.sort_unstable();
    related.dedup();
    Arc::new(with_closed(Vocabulary {
        competences: (0..SIZE).map(competence).collect(),
        broader,
        related,
        occupations,
        ..Vocabulary::default()
    }))
}

/// An open vocabulary that was read elsewhere, with the closed ones that the people here are described with.
#[must_use]
pub fn furnished(vocabulary: &Vocabulary) -> Arc<Vocabulary> {
    Arc::new(with_closed(vocabulary.clone()))
}

/// The ids of a vocabulary, drawn from when people and work are made.
pub struct Population {
    /// Ordered such that what lies beside each other in the vocabulary does so here: people are good at things that go together.
    leaves: Vec<String>,
    conditions: Vec<String>,
    adaptations: Vec<String>,
    activities: Vec<String>,
    experience: Vec<String>,
    work_forms: Vec<String>,
    documents: Vec<String>,
    seed: u64,
    shape: Shape,
}

impl Population {
    /// People and work described with this vocabulary.
    #[must_use]
    pub fn new(vocabulary: &Vocabulary, seed: u64) -> Self {
        let ids = |terms: &ClosedVocabulary| terms.terms().iter().map(|term| term.id.clone()).collect();
        let mut leaves: Vec<(Vec<u32>, String)> =
            vocabulary.broader.iter().cloned().zip(vocabulary.competences.iter().map(|competence| competence.id.clone())).collect();
        leaves.sort_unstable();
        Self {
            leaves: leaves.into_iter().map(|(_, id)| id).collect(),
            conditions: ids(&vocabulary.conditions),
            adaptations: ids(&vocabulary.adaptations),
            activities: ids(&vocabulary.activities),
            experience: ids(&vocabulary.experience),
            work_forms: ids(&vocabulary.work_forms),
            documents: ids(&vocabulary.documents),
            seed,
            shape: Shape::default(),
        }
    }

    /// The same, in another shape.
    #[must_use]
    pub fn shaped(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    /// Different competences around one field of work, some from elsewhere. Popular fields have smaller numbers.
    fn competences(&self, dice: &mut Dice, number: u64) -> Vec<String> {
        let size = self.leaves.len() as u64;
        let popular = |dice: &mut Dice| if self.shape == Shape::Even { dice.below(size) } else { dice.below(size).min(dice.below(size)) };
        let field = popular(dice);
        let draw = |dice: &mut Dice| if dice.chance(65) { (field + dice.below(200)) % size } else { popular(dice) };
        let mut chosen: Vec<u64> = (0..number).map(|_| draw(dice)).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen.into_iter().map(|at| self.leaves[at as usize].clone()).collect()
    }

    /// The expert with this number.
    ///
    /// # Panics
    ///
    /// When this generator makes something that the domain refuses.
    #[must_use]
    pub fn expert(&self, number: u64) -> Expert {
        let dice = &mut Dice::new(self.seed ^ (number << 1));
        let told = |percent| self.shape.told(percent);
        let hours = dice.below(28);
        let availability = ["standby", "paused"].get(dice.below(18) as usize).copied().unwrap_or("available");
        let held = |dice: &mut Dice| {
            let number = 3 + dice.below(13);
            let held: Vec<Value> =
                self.competences(dice, number).into_iter().map(|id| json!({ "competence": id, "level": 1 + dice.below(5) })).collect();
            json!(held)
        };
        let line = json!({
            "id": format!("e-{number:07}"),
            "registered": dice.date(3),
            "last_offered": dice.told(told(35), |dice| json!(dice.date(2))),
            "last_shown": dice.told(told(50), |dice| json!(dice.date(1))),
            "aside_since": dice.told(told(40), |dice| json!(dice.date(12))),
            "wants_to_be_matched": dice.told(95, |dice| json!(dice.chance(96))),
            "availability": availability,
            "committed_hours": if dice.chance(20) { dice.below(12) } else { 0 },
            "competences": dice.told(told(90), held),
            "experience": dice.told(told(70), |dice| json!(dice.some(&self.experience, 3))),
            "energy": dice.told(told(60), |dice| json!({ "gives": dice.some(&self.activities, 5), "drains": dice.some(&self.activities, 3) })),
            "wishes": dice.told(told(60), |dice| json!(self.competences(dice, 2))),
            "no_go": dice.told(told(75), |dice| json!(dice.some(&self.conditions, 3))),
            "rather_not": dice.told(told(55), |dice| json!(dice.some(&self.conditions, 3))),
            "needs": dice.told(told(75), |dice| json!(dice.some(&self.adaptations, 1))),
            "helps": dice.told(told(55), |dice| json!(dice.some(&self.adaptations, 3))),
            "hours": dice.told(told(85), |dice| json!({ "min": hours, "max": hours + 1 + dice.below(16) })),
            "dayparts": dice.told(told(80), |dice| json!(WEEK.iter().filter(|_| dice.chance(60)).collect::<Vec<_>>())),
            "place": dice.told(told(92), |dice| dice.place(self.shape)),
            "travel_km": dice.told(told(85), |dice| json!(dice.pick(&[5, 10, 15, 20, 30, 50]))),
            "work_forms": dice.told(told(80), |dice| json!(self.work_forms.iter().filter(|_| dice.chance(50)).collect::<Vec<_>>())),
            "languages": dice.told(told(75), |dice| json!({ "nl": dice.pick(&LEVELS) })),
            "documents": dice.told(told(60), |dice| json!(dice.some(&self.documents, 2))),
            "avoid": if dice.chance(3) { json!([format!("o-{}", dice.below(300))]) } else { json!([]) },
        });
        read(&line.to_string()).expect("a sound expert")
    }

    /// The package with this number.
    ///
    /// # Panics
    ///
    /// When this generator makes something that the domain refuses.
    #[must_use]
    pub fn package(&self, number: u64) -> TaskPackage {
        let dice = &mut Dice::new(self.seed ^ (number << 1 | 1));
        let asked = self.competences(dice, 9);
        let task = |at: usize, asked: &[String], dice: &mut Dice| {
            let need = |dice: &mut Dice| if dice.chance(40) { "essential" } else { "desirable" };
            let requirement = |id: &String, dice: &mut Dice| json!({ "competence": id, "level": 1 + dice.below(4), "need": need(dice) });
            json!({
                "id": format!("t{at}"),
                "hours": 1 + dice.below(8),
                "requirements": asked.iter().map(|id| requirement(id, dice)).collect::<Vec<_>>(),
                "activities": dice.some(&self.activities, 3),
                "conditions": dice.some(&self.conditions, 2),
                "learnables": if dice.chance(40) { self.competences(dice, 2) } else { vec![] },
            })
        };
        let tasks: Vec<Value> = asked.chunks(3).enumerate().map(|(at, asked)| task(at, asked, dice)).collect();
        let (min, remote) = (2 + dice.below(16), if dice.chance(85) { "none" } else { "partly" });
        let line = json!({
            "id": format!("p-{number:06}"), "organisation": format!("o-{}", dice.below(300)), "purpose": "Doel", "title": "Pakket",
            "tasks": tasks,
            "place": dice.place(self.shape), "remote": if dice.chance(8) { "fully" } else { remote },
            "start": dice.told(50, |dice| json!(format!("2027-{:02}-01", 1 + dice.below(9)))),
            "hours": { "min": min, "max": min + dice.below(12) },
            "dayparts": { "fixed": if dice.chance(50) { vec![dice.pick(&WEEK[..15])] } else { vec![] }, "flexible": dice.below(3) },
            "work_form": self.work_forms[dice.below(self.work_forms.len() as u64) as usize],
            "adaptations": dice.some(&self.adaptations, 8),
            "experience": dice.some(&self.experience, 2),
            "languages": if dice.chance(50) { json!({ "nl": "A2" }) } else { json!({}) },
            "documents": if dice.chance(25) { json!([{ "document": self.documents[0], "obtainable_days": 28 }]) } else { json!([]) },
        });
        read(&line.to_string()).expect("a sound package")
    }
}
