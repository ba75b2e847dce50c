//! Draws the people of the region.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::experts::Expert;
use raakvlak_domain::reading;
use serde_json::{Map, Value, json};

use super::archetypes::{Archetype, Archetypes, Draw, HoursDraw, read};
use super::dice::Dice;
use crate::error::Error;

/// So many people, the same for the same seed and day.
pub(super) fn draw(seed: u64, count: usize, day: Date) -> Result<Vec<Expert>, Error> {
    let all = read()?;
    let mut dice = Dice::new(seed);
    (1..=count).map(|number| person(&all, &mut dice, number, day)).collect()
}

/// A person is drawn as JSON and read as any other, so that no rule of a profile is written twice.
fn person(all: &Archetypes, dice: &mut Dice, number: usize, day: Date) -> Result<Expert, Error> {
    let nobody = || Error::Internal("demo: there are no archetypes".to_owned());
    let kind = dice.weighted(&all.archetypes, |kind| kind.weight).ok_or_else(nobody)?;
    let mut profile = Map::new();
    let names = kind.first_names.as_ref().unwrap_or(&all.first_names);
    profile.insert("id".into(), json!(format!("e-{number:03}")));
    profile.insert("display_name".into(), json!(dice.one(names)));
    dates(all, kind, dice, day, &mut profile);
    answers(all, kind, dice, &mut profile);
    abilities(all, kind, dice, &mut profile);
    limits(kind, dice, &mut profile);
    practical(all, kind, dice, &mut profile);
    profile.insert("story".into(), json!(dice.one(&kind.stories)));
    for (key, percent) in &all.not_told_percent {
        if dice.percent(*percent) {
            profile.remove(key);
        }
    }
    reading::read(&Value::Object(profile).to_string()).map_err(|faults| {
        let codes: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.pointer, fault.kind.code())).collect();
        Error::Internal(format!("demo person {number}: {}", codes.join(", ")))
    })
}

fn ago(day: Date, days: u64) -> String {
    let days = jiff::Span::new().days(i64::try_from(days).unwrap_or(0));
    Date::from_civil(day.civil().saturating_sub(days)).to_string()
}

fn dates(all: &Archetypes, kind: &Archetype, dice: &mut Dice, day: Date, profile: &mut Map<String, Value>) {
    let registered = dice.within(all.registered_days_ago);
    profile.insert("registered".into(), json!(ago(day, registered)));
    profile.insert("answered_on".into(), json!(ago(day, registered)));
    let offered = dice.within(all.offered_days_ago);
    if dice.percent(all.offered_percent) && offered < registered {
        profile.insert("last_offered".into(), json!(ago(day, offered)));
    }
    let shown = dice.within(all.shown_days_ago);
    if dice.percent(all.shown_percent) && shown < registered {
        profile.insert("last_shown".into(), json!(ago(day, shown)));
    }
    let years = dice.within(kind.aside_years);
    let days = years * 365 + dice.below(365);
    if dice.percent(kind.aside_percent) {
        profile.insert("aside_since".into(), json!(ago(day, days)));
    }
}

fn answers(all: &Archetypes, kind: &Archetype, dice: &mut Dice, profile: &mut Map<String, Value>) {
    let share = |map: &std::collections::BTreeMap<String, u64>, key: &str| map.get(key).copied().unwrap_or(0);
    let drawn = dice.below(100);
    let (yes, no) = (share(&all.wants_percent, "yes"), share(&all.wants_percent, "no"));
    if drawn < yes {
        profile.insert("wants_to_be_matched".into(), json!(true));
    } else if drawn < yes + no {
        profile.insert("wants_to_be_matched".into(), json!(false));
    } else {
        profile.remove("answered_on");
    }
    let paused = dice.percent(share(&all.availability_percent, "paused"));
    let availability = if dice.percent(kind.standby_percent) {
        "standby"
    } else if paused {
        "paused"
    } else {
        "available"
    };
    profile.insert("availability".into(), json!(availability));
}

fn drawn<'a>(dice: &mut Dice, draw: &'a Draw<String>) -> Vec<&'a String> {
    let count = dice.within(draw.count);
    dice.some(&draw.pool, count)
}

fn abilities(all: &Archetypes, kind: &Archetype, dice: &mut Dice, profile: &mut Map<String, Value>) {
    let count = dice.within(kind.competences.count);
    let mut competences = Vec::new();
    for held in dice.some(&kind.competences.pool, count) {
        let sources: Vec<(&String, &u64)> = all.source_percent.iter().collect();
        let source = dice.weighted(&sources, |(_, percent)| **percent).map(|(source, _)| *source);
        competences.push(json!({ "competence": held.competence, "level": dice.within(held.level), "source": source }));
    }
    profile.insert("competences".into(), json!(competences));
    for (key, draw) in [("experience", &kind.experience), ("wishes", &kind.wishes), ("documents", &kind.documents)] {
        profile.insert(key.into(), json!(drawn(dice, draw)));
    }
    let (gives, drains) = (drawn(dice, &kind.gives), drawn(dice, &kind.drains));
    profile.insert("energy".into(), json!({ "gives": gives, "drains": drains }));
}

fn limits(kind: &Archetype, dice: &mut Dice, profile: &mut Map<String, Value>) {
    for (key, draw) in [("no_go", &kind.no_go), ("rather_not", &kind.rather_not), ("needs", &kind.needs)] {
        profile.insert(key.into(), json!(drawn(dice, draw)));
    }
    let needs = profile.get("needs").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut helps = drawn(dice, &kind.helps);
    helps.retain(|help| !needs.iter().any(|need| need.as_str() == Some(help.as_str())));
    profile.insert("helps".into(), json!(helps));
}

fn practical(all: &Archetypes, kind: &Archetype, dice: &mut Dice, profile: &mut Map<String, Value>) {
    let hours = dice.one(&kind.hours).copied().unwrap_or(HoursDraw { min: 4, max: 12 });
    profile.insert("hours".into(), json!({ "min": hours.min, "max": hours.max }));
    if let Some(other) = &kind.commitments {
        let taken = dice.within(other.hours);
        if dice.percent(other.percent) && taken < hours.max {
            profile.insert("commitments".into(), json!([{ "employer": null, "hours": taken }]));
        }
    }
    let pattern = dice.one(&kind.dayparts).and_then(|name| all.daypart_patterns.get(name)).map_or(&[][..], Vec::as_slice);
    let dayparts: Vec<&String> = pattern.iter().filter(|_| dice.percent(all.dayparts_kept_percent)).collect();
    profile.insert("dayparts".into(), json!(dayparts));
    let town = dice.weighted(&all.towns, |town| town.weight).map(|town| &town.town);
    profile.insert("place".into(), json!({ "town": town }));
    profile.insert("travel_km".into(), json!(dice.within(kind.travel_km)));
    profile.insert("work_forms".into(), json!(drawn(dice, &kind.work_forms)));
    profile.insert("languages".into(), json!(dice.one(&kind.languages)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_people() {
        let day = Date::parse("2026-11-23").unwrap();
        let people = draw(7, 50, day).unwrap();
        assert_eq!(people, draw(7, 50, day).unwrap());
        assert_ne!(people, draw(8, 50, day).unwrap());
        assert!(people.iter().all(|person| person.registered.unwrap() <= day));
    }
}
