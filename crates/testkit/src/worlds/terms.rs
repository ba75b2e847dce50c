//! The closed vocabularies and the organisations of a world.

use super::Shape;
use super::dice::Dice;
use serde_json::{Value, json};
use std::io;
use std::path::Path;

/// The days and parts of days in the order of the week.
pub(crate) fn week() -> Vec<String> {
    let days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    days.iter().flat_map(|day| ["am", "pm", "eve"].map(|part| format!("{day}_{part}"))).collect()
}

/// The closed vocabularies of a world, as ids.
pub(crate) struct Terms {
    pub(crate) conditions: Vec<String>,
    pub(crate) activities: Vec<String>,
    pub(crate) experience: Vec<String>,
    pub(crate) work_forms: Vec<String>,
    pub(crate) documents: Vec<String>,
    pub(crate) adaptations: Vec<String>,
    /// For each adaptation the conditions that it lifts.
    pub(crate) lifts: Vec<Vec<String>>,
    pub(crate) organisations: Vec<String>,
    /// Towns as latitude and longitude in hundred-thousandths of a degree.
    pub(crate) towns: Vec<(i64, i64)>,
}

impl Terms {
    pub(crate) fn new(dice: &mut Dice, shape: Shape) -> Terms {
        let full = dice.chance(12);
        let mut names = |stem: &str, low, high| -> Vec<String> {
            let number = if full { 64 } else { dice.between(low, high) };
            (0..number).map(|number| identifier(dice, stem, number)).collect()
        };
        let conditions = names("condition", 4, 14);
        let (activities, work_forms) = (names("activity", 4, 12), names("form", 2, 6));
        let (experience, documents) = (names("lived", 3, 8), names("document", 2, 4));
        let adaptations = names("adaptation", 3, 9);
        let most_lifted = if shape == Shape::Hindered { 2 } else { 3 };
        let lifts = adaptations.iter().map(|_| dice.some(&conditions, 0, most_lifted)).collect();
        let organisations = (0..dice.between(1, 5)).map(|number| identifier(dice, "o", number)).collect();
        let towns = (0..dice.between(2, 9)).map(|_| (dice.between(5_080_000, 5_340_000), dice.between(340_000, 710_000))).collect();
        Terms { conditions, activities, experience, work_forms, documents, adaptations, lifts, organisations, towns }
    }

    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let plain = [
            ("conditions.csv", &self.conditions),
            ("activities.csv", &self.activities),
            ("experience.csv", &self.experience),
            ("work_forms.csv", &self.work_forms),
            ("documents.csv", &self.documents),
        ];
        for (file, ids) in plain {
            let mut writer = csv::Writer::from_path(folder.join(file))?;
            writer.write_record(["id", "label_nl", "label_en"])?;
            ids.iter().try_for_each(|id| writer.write_record([id.as_str(), "een woord", "a word"]))?;
            writer.flush()?;
        }
        let mut writer = csv::Writer::from_path(folder.join("adaptations.csv"))?;
        writer.write_record(["id", "label_nl", "label_en", "lifts"])?;
        for (id, lifts) in self.adaptations.iter().zip(&self.lifts) {
            writer.write_record([id.as_str(), "aanpassing", "adaptation", &lifts.join("|")])?;
        }
        writer.flush()
    }

    pub(crate) fn organisation_records(&self) -> Vec<Value> {
        let kinds = ["municipality", "care", "education", "defence", "company"];
        let records = self.organisations.iter().zip(kinds.iter().cycle());
        records.map(|(id, kind)| json!({ "id": id, "name": format!("Organisatie {id}"), "kind": kind })).collect()
    }

    /// The conditions that these adaptations lift.
    pub(crate) fn lifted_by(&self, on_offer: &[String]) -> Vec<String> {
        let offered = self.adaptations.iter().zip(&self.lifts).filter(|(id, _)| on_offer.contains(id));
        offered.flat_map(|(_, lifts)| lifts.clone()).collect()
    }
}

/// An id around a number: small and capital letters, beyond ASCII, beyond the basic plane (where the order of bytes is not that of UTF-16), with
/// spaces and commas.
pub(crate) fn identifier(dice: &mut Dice, stem: &str, number: i64) -> String {
    match dice.between(0, 19) {
        0 => stem.to_uppercase() + &number.to_string(),
        1 => format!("é{stem}{number}"),
        2 => format!("\u{1f600}{stem}{number}"),
        3 => format!("\u{ff5e}{stem}{number}"),
        4 => format!("{stem} {number}, \"zo\""),
        5 => format!("https://vocabulary.example/{stem}/{number}?x=1&y=é#{number}"),
        6 => format!("{stem}{}{number}", stem.repeat(dice.between(1, 3) as usize)),
        _ => format!("{stem}{number:05}"),
    }
}
