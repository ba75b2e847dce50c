//! The fast engine equals the naive transcription of the page, to the last character, on generated worlds.
//!
//! `RAAKVLAK_WORLDS` says how many worlds are compared (so long a run as one likes), `RAAKVLAK_FIRST_WORLD` with which number it begins. A world
//! on which they differ is made smaller line by line for as long as they differ, and left behind for whoever looks into it.

use crate::differences::line_difference;
use crate::fast::fast_answer;
use crate::worlds::write_knob;
use raakvlak_testkit::naive::{Folder, Knob, Question, answers};
use raakvlak_testkit::worlds::{Shape, Vocabulary, World};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// How many worlds are compared when nobody says otherwise.
const WORLDS: u64 = 63;

/// One question to a folder on disk.
struct Comparison {
    folder: PathBuf,
    knob: Option<PathBuf>,
    as_of: String,
    question: Question,
}

impl Comparison {
    /// Where the two answers differ, or nothing; `folder` is what the naive matcher read of the folder.
    fn difference(&self, folder: &Folder) -> Option<String> {
        let knob = self.knob.as_deref().map_or_else(Knob::start, |file| Knob::read(file).unwrap());
        let naive = answers(folder, &self.question, &knob, &self.as_of).unwrap();
        let fast = fast_answer(&self.folder, self.question.clone(), self.knob.as_deref(), &self.as_of);
        let fast: Vec<&str> = fast.lines().collect();
        if naive.len() != fast.len() {
            return Some(format!("{} lines against {}", naive.len(), fast.len()));
        }
        naive.iter().zip(fast).find_map(|(naive, fast)| {
            let about = naive.get("package").or(naive.get("expert")).unwrap().to_string();
            line_difference(&naive.to_string(), fast).map(|difference| format!("{about}: {difference}"))
        })
    }

    /// Fails, naming the difference, after making the folder as small as it can be while they still differ.
    fn assert_equal(&self, folder: &Folder, world: &str) {
        let Some(first) = self.difference(folder) else { return };
        for file in ["experts.jsonl", "packages.jsonl"] {
            self.shrink(&self.folder.join(file));
        }
        let last = self.difference_now().unwrap_or(first);
        panic!("{world}, {:?}, as of {}: naive against fast\n{last}\n{}", self.question, self.as_of, self.remains());
    }

    /// Leaves out lines of a file, first many at once, for as long as the answers differ. A line that is asked for stays.
    fn shrink(&self, file: &Path) {
        let mut lines: Vec<String> = fs::read_to_string(file).unwrap().lines().map(str::to_owned).collect();
        let mut chunk = lines.len().div_ceil(2);
        while chunk > 0 && !lines.is_empty() {
            let mut from = 0;
            while from < lines.len() {
                let fewer: Vec<String> = [&lines[..from], &lines[(from + chunk).min(lines.len())..]].concat();
                write_lines(file, &fewer);
                if self.difference_now().is_some() { lines = fewer } else { from += chunk }
            }
            chunk /= 2;
        }
        write_lines(file, &lines);
    }

    /// Where the answers differ on the folder as it is now; nothing when who is asked for is no longer in it.
    fn difference_now(&self) -> Option<String> {
        let folder = Folder::read(&self.folder).unwrap();
        let there = match &self.question {
            Question::All => true,
            Question::Package(id) => folder.package_ids().contains(id),
            Question::Expert(id) => folder.expert_ids().contains(id),
        };
        if there { self.difference(&folder) } else { None }
    }

    /// What is left of the folder, to read and to try again.
    fn remains(&self) -> String {
        let mut text = format!("left behind in {}", self.folder.display());
        for file in
            [Some(self.folder.join("packages.jsonl")), Some(self.folder.join("experts.jsonl")), self.knob.clone()].into_iter().flatten()
        {
            let content = fs::read_to_string(&file).unwrap();
            let shown: String = content.lines().take(3).map(|line| line.chars().take(4_000).collect::<String>() + "\n").collect();
            write!(text, "\n{} ({} lines):\n{shown}", file.file_name().unwrap().to_string_lossy(), content.lines().count()).unwrap();
        }
        text
    }
}

fn write_lines(file: &Path, lines: &[String]) {
    fs::write(file, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
}

/// Compares what a world can be asked: all packages and some people one by one, under its first `knobs` knobs.
fn compare(world: &World, knobs: usize, people: usize, directory: &Path) {
    let folder = directory.join(format!("world-{}", world.seed));
    world.write(&folder).unwrap();
    let naive = Folder::read(&folder).unwrap();
    let mut questions = vec![Question::All];
    questions.extend(naive.package_ids().into_iter().take(people / 2).map(Question::Package));
    questions.extend(naive.expert_ids().into_iter().take(people).map(Question::Expert));
    for (number, knob) in world.knobs().iter().take(knobs).enumerate() {
        let file = write_knob(&folder, number, knob);
        for question in &questions {
            // The first knob file of a world is empty, which is the same as none.
            let knob = (number > 0).then(|| file.clone());
            let comparison = Comparison { folder: folder.clone(), knob, as_of: world.as_of(), question: question.clone() };
            comparison.assert_equal(&naive, &format!("{world:?}"));
        }
    }
    fs::remove_dir_all(&folder).unwrap();
}

fn number_in(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| text.parse().expect("a number of worlds"))
}

/// Compares every second world; the two halves run at the same time.
fn compare_every_second_from(start: u64) {
    let directory = tempfile::tempdir().unwrap().keep();
    let first = number_in("RAAKVLAK_FIRST_WORLD", 0);
    for seed in (first + start..first + number_in("RAAKVLAK_WORLDS", WORLDS)).step_by(2) {
        compare(&World::numbered(seed), 3, 3, &directory);
    }
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn the_engine_equals_the_naive_matcher_on_even_worlds() {
    compare_every_second_from(0);
}

#[test]
fn the_engine_equals_the_naive_matcher_on_odd_worlds() {
    compare_every_second_from(1);
}

fn compare_large(vocabulary: Vocabulary) {
    let directory = tempfile::tempdir().unwrap().keep();
    compare(&World { seed: 4, shape: Shape::Even, experts: 60, packages: 1, vocabulary }, 1, 1, &directory);
    fs::remove_dir_all(&directory).unwrap();
}

#[test]
fn the_engine_equals_the_naive_matcher_on_a_vocabulary_as_large_as_esco() {
    compare_large(Vocabulary::EscoShaped);
}

#[test]
fn the_engine_equals_the_naive_matcher_on_esco() {
    let Some(data) = std::env::var_os("RAAKVLAK_DATA") else {
        println!("skipped: RAAKVLAK_DATA is not set");
        return;
    };
    compare_large(Vocabulary::Given(Path::new(&data).join("esco/vocabulary")));
}

/// So many people that they are looked at in blocks, and that most near misses are left before they are scored to the end.
#[test]
fn the_engine_equals_the_naive_matcher_on_a_crowd() {
    let directory = tempfile::tempdir().unwrap().keep();
    for (seed, shape, knobs) in [(1, Shape::Even, 1), (3, Shape::Roomy, 2)] {
        compare(&World { seed, shape, experts: 8_500, packages: 2, vocabulary: Vocabulary::EscoShaped }, knobs, 0, &directory);
    }
    fs::remove_dir_all(&directory).unwrap();
}
