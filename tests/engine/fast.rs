//! The fast side of every comparison: the JSON that the `match` command writes for a folder, asked through the library.

use raakvlak_domain::calendar::Date;
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_service::exchange::{Folder, Matching, read_knob, threads};
use raakvlak_service::places::Gazetteer;
use raakvlak_testkit::naive::Question;
use serde::Serialize;
use std::ops::ControlFlow;
use std::path::Path;

/// The JSON lines that the engine answers; fails when the folder or the knob file is refused, or does not hold who is asked for.
pub(crate) fn fast_answer(folder: &Path, question: Question, knob: Option<&Path>, as_of: &str) -> String {
    let gazetteer = Gazetteer::built_in();
    let threads = threads::pool(Some(2)).unwrap();
    let read = Folder::read(folder, &gazetteer).unwrap_or_else(|faults| panic!("{} is refused: {faults:?}", folder.display()));
    let knob = knob.map_or_else(MatcherKnob::default, |file| read_knob(file).unwrap());
    let matching = Matching::new(&read, &gazetteer, knob, Date::parse(as_of).unwrap(), &threads).unwrap();
    match question {
        Question::All => all(&matching),
        Question::Package(id) => line(&matching.package(&id).unwrap().expect("the package is in the folder")),
        Question::Expert(id) => line(&matching.expert(&id).unwrap().expect("the expert is in the folder")),
    }
}

fn all(matching: &Matching) -> String {
    let mut lines = String::new();
    let take = |answer| {
        lines += &line(&answer);
        ControlFlow::Continue(())
    };
    matching.all(take).unwrap();
    lines
}

fn line(answer: &impl Serialize) -> String {
    serde_json::to_string(answer).unwrap() + "\n"
}
