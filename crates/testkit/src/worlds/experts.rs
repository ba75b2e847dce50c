//! People: made for a package and then broken in nothing, in one thing or in a few; made at random; or copied from one another.

use super::dice::Dice;
use super::packages::{level, place_in, tenths};
use super::terms::{identifier, week};
use super::{Setting, Shape};
use crate::naive::metres_between;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

type Record = Map<String, Value>;

/// The people of a world, as lines of the folder.
pub(crate) fn experts(dice: &mut Dice, setting: &Setting, packages: &[Value], number: usize) -> Vec<Value> {
    let prototypes: Vec<Record> = (0..dice.between(1, 4)).map(|_| expert(dice, setting, packages)).collect();
    let copied = if setting.shape == Shape::Alike { 90 } else { 15 };
    let people = (0..number).map(|number| {
        let mut record = if dice.chance(copied) { dice.pick(&prototypes) } else { expert(dice, setting, packages) };
        if dice.chance(40) {
            add_dates(dice, setting, &mut record);
        }
        record.insert("id".into(), json!(identifier(dice, "e", number as i64)));
        record.insert("display_name".into(), json!(format!("Deelnemer {number}")));
        Value::Object(record)
    });
    people.collect()
}

fn expert(dice: &mut Dice, setting: &Setting, packages: &[Value]) -> Record {
    let crowded = matches!(setting.shape, Shape::Roomy | Shape::Skewed);
    let package = if crowded && dice.chance(75) { packages.first().cloned().unwrap_or_default() } else { dice.pick(packages) };
    let wanted = Wanted { setting, package: &package };
    let mut record = wanted.fitting(dice);
    add_dates(dice, setting, &mut record);
    for _ in 0..dice.pick(if crowded { &[0, 0, 0, 0, 1, 2] } else { &[0, 0, 1, 1, 1, 2] }) {
        let breakings = [0, 1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 9, 10, 11, 11];
        let breaking = if setting.shape == Shape::Hindered && dice.chance(60) { 3 } else { dice.pick(&breakings) };
        wanted.break_in(dice, &mut record, breaking);
    }
    forget(dice, setting.shape, &mut record);
    record
}

/// Leaves keys out, says null, or tells that there is none.
fn forget(dice: &mut Dice, shape: Shape, record: &mut Record) {
    let (whole, percent) = match shape {
        Shape::Sparse => (0, 45),
        Shape::Roomy => (40, 15),
        Shape::Alike => (60, 15),
        _ => (60, 10),
    };
    if dice.chance(whole) {
        return;
    }
    let keys: Vec<String> = record.keys().filter(|key| *key != "wants_to_be_matched").cloned().collect();
    for key in dice.each(&keys, percent) {
        match dice.between(0, 2) {
            0 => drop(record.shift_remove(&key)),
            1 => drop(record.insert(key, Value::Null)),
            _ => empty(record, &key),
        }
    }
    if let Some(Value::Object(energy)) = record.get_mut("energy") {
        for half in ["gives", "drains"] {
            if dice.chance(percent) {
                energy.insert(half.into(), Value::Null);
            }
        }
    }
}

/// Tells that there is none, where a key can tell that.
fn empty(record: &mut Record, key: &str) {
    match record.get_mut(key) {
        Some(Value::Array(list)) => list.clear(),
        Some(Value::Object(languages)) if key == "languages" => languages.clear(),
        _ => drop(record.shift_remove(key)),
    }
}

fn add_dates(dice: &mut Dice, setting: &Setting, record: &mut Record) {
    let skewed = setting.shape == Shape::Skewed;
    let edges = [-40, -1, 0, 1, 29, 30, 31, 100, 182, 364, 365, 366];
    let date = |dice: &mut Dice, most: i64| {
        let days = if dice.chance(50) { dice.pick(&edges) } else { dice.between(0, most) };
        json!(setting.days_before(days))
    };
    let since =
        [("registered", 90, 900), ("last_offered", 40, 500), ("last_shown", if skewed { 95 } else { 60 }, if skewed { 25 } else { 90 })];
    for (key, percent, most) in since {
        let told = dice.chance(percent);
        record.insert(key.into(), if told { date(dice, most) } else { Value::Null });
    }
    if skewed && dice.chance(90) {
        record.insert("last_shown".into(), json!(setting.days_before(dice.between(0, 29))));
    }
    let aside = dice.chance(if skewed { 8 } else { 35 });
    record.insert("aside_since".into(), if aside { date(dice, 2_500) } else { Value::Null });
}

/// A package for which people are made.
struct Wanted<'a> {
    setting: &'a Setting<'a>,
    package: &'a Value,
}

fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The items of `all` that are not in `some`.
fn without(all: &[String], some: &[String]) -> Vec<String> {
    all.iter().filter(|item| !some.contains(item)).cloned().collect()
}

fn distinct(list: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut list: Vec<String> = list.into_iter().collect();
    list.sort();
    list.dedup();
    list
}

impl Wanted<'_> {
    /// What all tasks have under `key`.
    fn of_tasks(&self, key: &str) -> Vec<String> {
        distinct(self.package["tasks"].as_array().into_iter().flatten().flat_map(|task| texts(&task[key])))
    }

    fn requirements(&self) -> Vec<(String, i64)> {
        let tasks = self.package["tasks"].as_array().into_iter().flatten();
        let requirements = tasks.flat_map(|task| task["requirements"].as_array().into_iter().flatten());
        let asked =
            requirements.map(|asked| (asked["competence"].as_str().unwrap_or_default().to_owned(), asked["level"].as_i64().unwrap_or(1)));
        asked.collect()
    }

    fn on_offer(&self) -> Vec<String> {
        texts(&self.package["adaptations"])
    }

    fn present(&self) -> Vec<String> {
        without(&self.of_tasks("conditions"), &self.setting.terms.lifted_by(&self.on_offer()))
    }

    /// The ends of the package's hours in tenths.
    fn hours(&self) -> (i64, i64) {
        let end = |key: &str| (self.package["hours"][key].as_f64().unwrap_or(0.0) * 10.0).round() as i64;
        (end("min"), end("max"))
    }

    fn place(&self) -> Option<(f64, f64)> {
        Some((self.package["place"]["lat"].as_f64()?, self.package["place"]["lon"].as_f64()?))
    }

    fn near(&self, dice: &mut Dice, asked: &str) -> String {
        let concepts = self.setting.concepts;
        let number = concepts.ids.iter().position(|id| id == asked).unwrap_or(0);
        concepts.ids[concepts.near(dice, number)].clone()
    }

    fn anywhere(&self, dice: &mut Dice) -> String {
        dice.pick(&self.setting.concepts.ids)
    }

    /// Someone who told everything and for whom no gate but the last three can be shut.
    fn fitting(&self, dice: &mut Dice) -> Record {
        let terms = self.setting.terms;
        let mut record = Record::new();
        record.insert("wants_to_be_matched".into(), json!(true));
        record.insert("availability".into(), json!("available"));
        record.insert("competences".into(), self.competences(dice));
        let experience = dice.some(&terms.experience, 0, 3);
        record.insert("experience".into(), json!(experience));
        record
            .insert("energy".into(), json!({ "gives": dice.some(&terms.activities, 0, 3), "drains": dice.some(&terms.activities, 0, 3) }));
        let wishes = self.of_tasks("learnables").into_iter().map(|learnable| self.near(dice, &learnable)).collect::<Vec<_>>();
        let own = self.anywhere(dice);
        record.insert("wishes".into(), json!(distinct(dice.each(&wishes, 70).into_iter().chain([own]))));
        record.insert("no_go".into(), json!(dice.some(&without(&terms.conditions, &self.present()), 0, 3)));
        record.insert("rather_not".into(), json!(dice.some(&terms.conditions, 0, 4)));
        record.insert("needs".into(), json!(dice.some(&self.on_offer(), 0, 2)));
        record.insert("helps".into(), json!(dice.some(&terms.adaptations, 0, 5)));
        self.add_hours(dice, &mut record);
        self.add_reach(dice, &mut record);
        self.add_papers(dice, &mut record);
        record
    }

    fn competences(&self, dice: &mut Dice) -> Value {
        let mut held: BTreeMap<String, i64> = BTreeMap::new();
        for (asked, level) in self.requirements() {
            if dice.chance(75) {
                held.insert(self.near(dice, &asked), if dice.chance(50) { level } else { dice.between(1, 5) });
            }
        }
        for _ in 0..dice.between(0, 5) {
            held.insert(self.anywhere(dice), dice.between(1, 5));
        }
        let source = dice.pick(&["self", "other", "document"]);
        held.into_iter().map(|(competence, level)| json!({ "competence": competence, "level": level, "source": source })).collect()
    }

    fn add_hours(&self, dice: &mut Dice, record: &mut Record) {
        let (min, max) = self.hours();
        let committed = dice.pick(&[0, 0, 0, 5, 40, 123]);
        let low = dice.between(0, max) + if dice.chance(60) { committed } else { 0 };
        let high = (low.max(min + committed) + dice.pick(&[0, 0, 5, 30, 100])).max(committed);
        self.add_committed(record, committed, low + high);
        record.insert("hours".into(), json!({ "min": tenths(low), "max": tenths(high) }));
        let fixed = texts(&self.package["dayparts"]["fixed"]);
        let flexible = self.package["dayparts"]["flexible"].as_i64().unwrap_or(0);
        let more = dice.pick(&[0, 1, 6]);
        let others = dice.some(&without(&week(), &fixed), flexible, flexible + more);
        record.insert("dayparts".into(), json!([fixed, others].concat()));
    }

    /// The hours of other work, told as a number, as commitments, or as both, of which the greater counts.
    fn add_committed(&self, record: &mut Record, committed: i64, choice: i64) {
        let open = json!({ "hours": tenths(committed) });
        let over = json!({ "hours": 8, "end": self.setting.days_before(30) });
        let later = json!({ "hours": tenths(committed), "start": self.setting.days_before(-20), "employer": "Elders" });
        match choice % 10 {
            0 => drop(record.insert("commitments".into(), json!([over, open]))),
            1 => {
                record.insert("commitments".into(), json!([later, over]));
                record.insert("committed_hours".into(), tenths(committed / 2));
            }
            2 => {
                record.insert("commitments".into(), json!([over]));
                record.insert("committed_hours".into(), tenths(committed));
            }
            _ => drop(record.insert("committed_hours".into(), tenths(committed))),
        }
    }

    fn add_reach(&self, dice: &mut Dice, record: &mut Record) {
        let town = dice.pick(&self.setting.terms.towns);
        let here = self.place().map(|(north, east)| ((north * 1e5).round() as i64, (east * 1e5).round() as i64));
        let (north, east) = here.unwrap_or(town);
        let at_home = dice.chance(if self.setting.shape == Shape::Skewed { 60 } else { 15 });
        let spread = if at_home { 0 } else { dice.pick(&[300, 3_000, 20_000]) };
        let home = (north + dice.between(-spread, spread), east + dice.between(-spread, spread));
        let away = self.place().map_or(0, |place| metres_between(place, (home.0 as f64 / 1e5, home.1 as f64 / 1e5)));
        let limit = dice.pick(&[away, away + 1, away / 1_000 * 1_000 + 1_000, away * 2, away * 5, 120_000]);
        record.insert("place".into(), place_in(home));
        record.insert("travel_km".into(), kilometres(limit.max(away)));
    }

    fn add_papers(&self, dice: &mut Dice, record: &mut Record) {
        let terms = self.setting.terms;
        let form = self.package["work_form"].as_str().unwrap_or_default().to_owned();
        let forms = dice.some(&terms.work_forms, 0, 4).into_iter().chain([form]);
        record.insert("work_forms".into(), json!(distinct(forms)));
        let mut languages = Record::new();
        for language in dice.some(&["nl", "en", "de", "uk"], 1, 3) {
            languages.insert(language.to_owned(), json!(level(dice)));
        }
        for (language, asked) in self.package["languages"].as_object().into_iter().flatten() {
            languages.insert(language.clone(), if dice.chance(70) { asked.clone() } else { json!("C2") });
        }
        record.insert("languages".into(), Value::Object(languages));
        let asked = self.asked_documents();
        record.insert("documents".into(), json!(distinct(asked.into_iter().chain(dice.some(&terms.documents, 0, 2)))));
        let organisation = self.package["organisation"].as_str().unwrap_or_default().to_owned();
        let others = without(&terms.organisations, &[organisation]);
        record.insert("avoid".into(), json!(dice.some(&others, 0, 1)));
    }

    fn asked_documents(&self) -> Vec<String> {
        let asked = self.package["documents"].as_array().into_iter().flatten();
        asked.filter_map(|asked| asked["document"].as_str()).map(str::to_owned).collect()
    }

    /// Breaks one thing, so that the gate that looks at it shuts (or, at its very edge, does not).
    fn break_in(&self, dice: &mut Dice, record: &mut Record, which: i64) {
        match which {
            0 => unavailable(dice, record),
            1 => drop(record.insert("avoid".into(), json!([self.package["organisation"]]))),
            2 => self.refuse_work_form(dice, record),
            3 => self.refuse_conditions(dice, record),
            4 => self.need_more(dice, record),
            5 => self.other_hours(dice, record),
            6 => self.other_dayparts(dice, record),
            7 => self.far_away(dice, record),
            8 => lesser_languages(dice, record),
            9 => drop(record.insert("documents".into(), json!(without(&self.setting.terms.documents, &self.asked_documents())))),
            10 => self.other_competences(dice, record),
            _ => self.nothing_in_common(dice, record),
        }
    }

    fn refuse_work_form(&self, dice: &mut Dice, record: &mut Record) {
        let form = self.package["work_form"].as_str().unwrap_or_default().to_owned();
        let others = dice.some(&without(&self.setting.terms.work_forms, &[form]), 0, 3);
        record.insert("work_forms".into(), json!(others));
    }

    fn refuse_conditions(&self, dice: &mut Dice, record: &mut Record) {
        let mut no_go = texts(record.get("no_go").unwrap_or(&Value::Null));
        let most = if self.setting.shape == Shape::Hindered { 3 } else { 2 };
        no_go.extend(dice.some(&self.present(), 1, most));
        record.insert("no_go".into(), json!(distinct(no_go)));
    }

    fn need_more(&self, dice: &mut Dice, record: &mut Record) {
        let mut needs = texts(record.get("needs").unwrap_or(&Value::Null));
        needs.extend(dice.some(&without(&self.setting.terms.adaptations, &self.on_offer()), 1, 2));
        record.insert("needs".into(), json!(distinct(needs)));
    }

    /// Every form: ends too early, begins too late, nothing left, less than nothing left, exactly nothing wanted, end before start, the very edges.
    fn other_hours(&self, dice: &mut Dice, record: &mut Record) {
        let (min, max) = self.hours();
        let (low, high, committed) = match dice.between(0, 9) {
            0 => (0, (min - dice.pick(&[1, 5, 40])).max(0), 0),
            1 => (dice.between(0, min), dice.between(min / 2, min), dice.pick(&[0, 10, 50])),
            2 => (max + dice.pick(&[1, 5, 40]), max + 50, 0),
            3 => (max + 70, max + 90, dice.pick(&[0, 30, 69])),
            4 => (0, 80, 80),
            5 => (0, 80, 85),
            6 => (40, 60, 100),
            7 => (0, 0, 0),
            8 => (max + 40, max + 20, dice.pick(&[0, 30])),
            _ => (max, max, dice.pick(&[0, max - min, max - min + 1])),
        };
        record.insert("committed_hours".into(), tenths(committed));
        record.insert("hours".into(), json!({ "min": tenths(low), "max": tenths(high) }));
    }

    fn other_dayparts(&self, dice: &mut Dice, record: &mut Record) {
        let fixed = texts(&self.package["dayparts"]["fixed"]);
        let flexible = self.package["dayparts"]["flexible"].as_i64().unwrap_or(0);
        let others = without(&week(), &fixed);
        let in_all = fixed.len() as i64 + flexible;
        let kept = dice.each(&fixed, 50);
        let more = in_all - kept.len() as i64 + dice.pick(&[-2, -1, 0, 0, 1, 5]);
        record.insert("dayparts".into(), json!([kept, dice.some(&others, more.max(0), more.max(0))].concat()));
    }

    fn far_away(&self, dice: &mut Dice, record: &mut Record) {
        let home = dice.pick(&self.setting.terms.towns);
        let home = (home.0 + dice.between(1, 90), home.1 + dice.between(1, 90));
        let away = self.place().map_or(50_000, |place| metres_between(place, (home.0 as f64 / 1e5, home.1 as f64 / 1e5)));
        let limit = dice.pick(&[0, 0, away - 1, away / 2]).max(0);
        record.insert("place".into(), place_in(home));
        record.insert("travel_km".into(), kilometres(limit));
    }

    fn other_competences(&self, dice: &mut Dice, record: &mut Record) {
        let held: BTreeMap<String, i64> = (0..dice.between(0, 4)).map(|_| (self.anywhere(dice), dice.between(1, 5))).collect();
        let held = held.into_iter().map(|(competence, level)| json!({ "competence": competence, "level": level }));
        record.insert("competences".into(), held.collect());
    }

    /// Neither competence nor experience nor wish has anything to do with the work, and little else speaks for it.
    fn nothing_in_common(&self, dice: &mut Dice, record: &mut Record) {
        self.other_competences(dice, record);
        let lived = without(&self.setting.terms.experience, &texts(&self.package["experience"]));
        record.insert("experience".into(), json!(dice.some(&lived, 0, 2)));
        record.insert("wishes".into(), json!([self.anywhere(dice)]));
        record.insert("energy".into(), json!({ "gives": [], "drains": self.of_tasks("activities") }));
        record.insert("rather_not".into(), json!(self.present()));
        for (key, days) in [("registered", 3), ("last_offered", 0)] {
            record.insert(key.into(), json!(self.setting.days_before(days)));
        }
        record.insert("aside_since".into(), Value::Null);
    }
}

fn unavailable(dice: &mut Dice, record: &mut Record) {
    match dice.between(0, 4) {
        0 => drop(record.insert("wants_to_be_matched".into(), json!(false))),
        1 => drop(record.insert("wants_to_be_matched".into(), Value::Null)),
        2 => drop(record.shift_remove("wants_to_be_matched")),
        3 => drop(record.insert("availability".into(), json!("paused"))),
        _ => drop(record.insert("availability".into(), json!("standby"))),
    }
}

fn lesser_languages(dice: &mut Dice, record: &mut Record) {
    if let Some(Value::Object(languages)) = record.get_mut("languages") {
        match dice.between(0, 2) {
            0 => languages.clear(),
            1 => languages.values_mut().for_each(|level| *level = json!("A1")),
            _ => languages.retain(|_, _| dice.chance(50)),
        }
    }
}

/// Metres as kilometres with at most three decimals.
fn kilometres(metres: i64) -> Value {
    if metres % 1_000 == 0 { json!(metres / 1_000) } else { json!(metres as f64 / 1_000.0) }
}
