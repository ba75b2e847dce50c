//! Packages of chance: work with much, little or nothing in each of its fields.

use super::dice::Dice;
use super::terms::{identifier, week};
use super::{Setting, Shape};
use serde_json::{Map, Value, json};

/// One package as a line of the folder.
pub(crate) fn package(dice: &mut Dice, setting: &Setting, number: usize) -> Value {
    let mut package = Map::new();
    package.insert("id".into(), json!(identifier(dice, "p", number as i64)));
    package.insert("organisation".into(), json!(dice.pick(&setting.terms.organisations)));
    package.insert("programme".into(), Value::Null);
    package.insert("purpose".into(), json!(format!("Doel {number}")));
    package.insert("title".into(), json!(format!("Pakket {number}")));
    package.insert("tasks".into(), tasks(dice, setting));
    package.insert("hours".into(), hours(dice, setting.shape));
    package.insert("work_form".into(), json!(dice.pick(&setting.terms.work_forms)));
    package.insert("capacity".into(), json!(dice.between(1, 4)));
    add_where_and_when(dice, setting, &mut package);
    add_limits(dice, setting, &mut package);
    Value::Object(package)
}

/// Puts a value, or leaves the key out, or says null: the last two mean the same.
fn put(dice: &mut Dice, record: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(record.insert(key.into(), value)),
        None if dice.chance(50) => drop(record.insert(key.into(), Value::Null)),
        None => (),
    }
}

/// What `value` makes in `percent` of a hundred packages.
fn at_times<Made>(dice: &mut Dice, percent: i64, value: impl FnOnce(&mut Dice) -> Made) -> Option<Made> {
    if dice.chance(percent) { Some(value(dice)) } else { None }
}

/// Which kinds of content the tasks of one package have at all: without any, a criterion is silent.
struct Content {
    requirements: bool,
    activities: bool,
    conditions: bool,
    learnables: bool,
}

fn tasks(dice: &mut Dice, setting: &Setting) -> Value {
    let hindered = setting.shape == Shape::Hindered;
    let number = if hindered { dice.between(3, 7) } else { dice.pick(&[1, 1, 2, 3, 5]) };
    let content = Content {
        requirements: dice.chance(85),
        activities: dice.chance(75),
        conditions: hindered || dice.chance(80),
        learnables: dice.chance(60),
    };
    (0..number).map(|number| task(dice, setting, &content, number)).collect()
}

fn task(dice: &mut Dice, setting: &Setting, content: &Content, number: i64) -> Value {
    let terms = setting.terms;
    let mut task = Map::new();
    task.insert("id".into(), json!(identifier(dice, "t", number)));
    task.insert("title".into(), json!(format!("Taak {number}")));
    task.insert("hours".into(), tenths(if dice.chance(50) { dice.between(1, 16) * 5 } else { dice.between(1, 120) }));
    let lists = [
        ("requirements", content.requirements, requirements(dice, setting)),
        ("activities", content.activities, json!(dice.some(&terms.activities, 0, 4))),
        ("conditions", content.conditions, json!(dice.some(&terms.conditions, 0, 3))),
        ("learnables", content.learnables, learnables(dice, setting)),
    ];
    for (key, wanted, list) in lists {
        let empty = if dice.chance(60) { Some(json!([])) } else { None };
        put(dice, &mut task, key, if wanted { Some(list) } else { empty });
    }
    Value::Object(task)
}

fn distinct_competences(dice: &mut Dice, setting: &Setting, most: i64) -> Vec<String> {
    let mut numbers: Vec<usize> = (0..dice.between(0, most)).map(|_| setting.concepts.asked(dice)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|number| setting.concepts.ids[number].clone()).collect()
}

fn requirements(dice: &mut Dice, setting: &Setting) -> Value {
    let asked = distinct_competences(dice, setting, 4);
    let requirements = asked
        .into_iter()
        .map(|competence| json!({ "competence": competence, "level": dice.between(1, 5), "need": dice.pick(&["essential", "desirable"]) }));
    requirements.collect()
}

fn learnables(dice: &mut Dice, setting: &Setting) -> Value {
    json!(distinct_competences(dice, setting, 3))
}

/// Hours as the folder writes them: whole, or with one decimal.
pub(crate) fn tenths(tenths: i64) -> Value {
    if tenths % 10 == 0 { json!(tenths / 10) } else { json!(tenths as f64 / 10.0) }
}

fn hours(dice: &mut Dice, shape: Shape) -> Value {
    let min = dice.pick(&[0, 0, 20, 40, 45, 80, 120, 200]);
    let room = if shape == Shape::Tight { dice.pick(&[0, 5, 10]) } else { dice.pick(&[0, 20, 40, 80, 160]) };
    json!({ "min": tenths(min), "max": tenths((min + room).max(dice.pick(&[1, 10]))) })
}

fn add_where_and_when(dice: &mut Dice, setting: &Setting, package: &mut Map<String, Value>) {
    let place = at_times(dice, 88, |dice| place_in(dice.pick(&setting.terms.towns)));
    put(dice, package, "place", place);
    let remote = at_times(dice, 80, |dice| json!(dice.pick(&["none", "none", "none", "partly", "fully"])));
    put(dice, package, "remote", remote);
    let start = at_times(dice, 70, |dice| json!(setting.days_before(-dice.pick(&[-200, -1, 0, 1, 7, 27, 28, 29, 90]))));
    put(dice, package, "start", start);
    let dayparts = at_times(dice, if setting.shape == Shape::Roomy { 40 } else { 80 }, |dice| {
        let fixed = dice.some(&week(), 0, 3);
        json!({ "fixed": fixed, "flexible": dice.pick(&[0, 0, 1, 2, 4]) })
    });
    put(dice, package, "dayparts", dayparts);
    let call_up = at_times(dice, 60, |dice| json!(dice.chance(40)));
    put(dice, package, "call_up", call_up);
}

/// A place in the folder's form from hundred-thousandths of a degree.
pub(crate) fn place_in((north, east): (i64, i64)) -> Value {
    json!({ "lat": north as f64 / 100_000.0, "lon": east as f64 / 100_000.0 })
}

fn add_limits(dice: &mut Dice, setting: &Setting, package: &mut Map<String, Value>) {
    let terms = setting.terms;
    let roomy = setting.shape == Shape::Roomy;
    let adaptations = at_times(dice, 70, |dice| json!(dice.some(&terms.adaptations, 0, if roomy { 9 } else { 4 })));
    put(dice, package, "adaptations", adaptations);
    let experience = at_times(dice, 60, |dice| json!(dice.some(&terms.experience, 0, 3)));
    put(dice, package, "experience", experience);
    let languages = at_times(dice, if roomy { 20 } else { 60 }, |dice| {
        let asked = dice.some(&["nl", "en", "tr", "ar"], 0, 2);
        let levels: Map<String, Value> = asked.into_iter().map(|language| (language.to_owned(), json!(level(dice)))).collect();
        Value::Object(levels)
    });
    put(dice, package, "languages", languages);
    let documents = at_times(dice, if roomy { 20 } else { 60 }, |dice| documents(dice, &terms.documents));
    put(dice, package, "documents", documents);
}

/// A language level.
pub(crate) fn level(dice: &mut Dice) -> &'static str {
    dice.pick(&["A1", "A2", "B1", "B2", "C1", "C2"])
}

fn documents(dice: &mut Dice, ids: &[String]) -> Value {
    let documents = dice.some(ids, 0, 2).into_iter().map(|document| {
        let mut asked = Map::from_iter([("document".to_owned(), json!(document))]);
        let obtainable = at_times(dice, 60, |dice| json!(dice.pick(&[0, 1, 7, 28, 60])));
        put(dice, &mut asked, "obtainable_days", obtainable);
        Value::Object(asked)
    });
    documents.collect()
}
