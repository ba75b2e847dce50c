//! Prints how often free text is linked to the right competence, beside plain methods, what each part of linking is worth, and how long a
//! lookup takes. `docs/link.md` tells how to repeat it.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use raakvlak_benches::held_out::{JaroWinkler, Method, Overlap, Question, hold_out_rows, hold_out_wordings, misspelt_labels, vocabulary};
use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::Vocabulary;
use raakvlak_engine::link::{LinkIndex, LinkWeights};

/// The fifths that are reported.
const SEEDS: [u64; 5] = [11, 12, 13, 14, 15];
/// The fifths on which the start values of the weights were chosen; their texts are not asked again.
const CHOSEN_ON: [u64; 4] = [1, 2, 3, 4];
/// How many labels get a typing error.
const MISSPELT: usize = 1_000;

/// Linking as a method among others.
struct Linking(LinkIndex, Language);

impl Method for Linking {
    fn best(&self, text: &str, limit: usize) -> Vec<u32> {
        self.0.link(text, self.1, limit).into_iter().map(|linked| linked.competence).collect()
    }
}

/// In how many of the questions a right answer came first, and among the first five.
#[derive(Default, Clone, Copy)]
struct Tally {
    first: usize,
    five: usize,
    asked: usize,
}

impl Tally {
    fn ask(&mut self, method: &dyn Method, questions: &[Question]) {
        for question in questions {
            let found = method.best(&question.text, 5).iter().position(|position| question.right.contains(position));
            self.first += usize::from(found == Some(0));
            self.five += usize::from(found.is_some());
            self.asked += 1;
        }
    }

    fn row(&self, name: &str) {
        let share = |count: usize| 100.0 * count as f64 / self.asked.max(1) as f64;
        println!("| {name} | {:.1} % | {:.1} % |", share(self.first), share(self.five));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vocabulary = vocabulary()?;
    println!("{} competences, {} occupations; seeds {SEEDS:?}\n", vocabulary.competences.len(), vocabulary.occupations.len());
    let known: BTreeSet<String> =
        CHOSEN_ON.iter().flat_map(|&seed| hold_out_wordings(&vocabulary, seed).1).map(|question| question.text).collect();
    let sets = |hold_out: HoldOut| -> Vec<(Vocabulary, Vec<Question>)> {
        let fresh = |(vocabulary, questions): (Vocabulary, Vec<Question>)| {
            (vocabulary, questions.into_iter().filter(|question| !known.contains(&question.text)).collect())
        };
        SEEDS.iter().map(|&seed| fresh(hold_out(&vocabulary, seed))).collect()
    };
    let wordings = sets(hold_out_wordings);
    let rows = sets(hold_out_rows);
    compare("Held-out wordings", &wordings);
    compare("Held-out rows", &rows);
    typing_errors(&vocabulary);
    speed(&vocabulary, &wordings);
    if std::env::args().any(|argument| argument == "--parts") {
        parts(&wordings);
    }
    Ok(())
}

type Sets = [(Vocabulary, Vec<Question>)];
type HoldOut = fn(&Vocabulary, u64) -> (Vocabulary, Vec<Question>);

fn heading(title: &str) {
    println!("| {title} | first | among five |\n| --- | --- | --- |");
}

/// Makes a method ready for a vocabulary.
type Maker = fn(&Vocabulary) -> Box<dyn Method>;

fn compare(title: &str, sets: &Sets) {
    let asked: usize = sets.iter().map(|(_, questions)| questions.len()).sum();
    heading(&format!("{title} ({asked})"));
    let methods: [(&str, Maker); 4] = [
        ("Jaro-Winkler", |vocabulary| Box::new(JaroWinkler::new(vocabulary, Language::Nl))),
        ("shared words (Jaccard)", |vocabulary| Box::new(Overlap::plain(vocabulary, Language::Nl))),
        ("shared words by rarity", |vocabulary| Box::new(Overlap::by_rarity(vocabulary, Language::Nl))),
        ("linking", |vocabulary| Box::new(Linking(LinkIndex::build(vocabulary), Language::Nl))),
    ];
    for (name, make) in methods {
        measure(sets, make).row(name);
    }
    println!();
}

fn measure(sets: &Sets, make: impl Fn(&Vocabulary) -> Box<dyn Method>) -> Tally {
    let mut tally = Tally::default();
    for (vocabulary, questions) in sets {
        tally.ask(make(vocabulary).as_ref(), questions);
    }
    tally
}

fn typing_errors(vocabulary: &Vocabulary) {
    heading("One typing error in a label");
    for (language, name) in [(Language::Nl, "Dutch"), (Language::En, "English")] {
        let questions = misspelt_labels(vocabulary, language, MISSPELT, SEEDS.iter().sum());
        let methods: [(&str, Box<dyn Method>); 2] = [
            ("Jaro-Winkler", Box::new(JaroWinkler::new(vocabulary, language))),
            ("linking", Box::new(Linking(LinkIndex::build(vocabulary), language))),
        ];
        for (method_name, method) in methods {
            let mut tally = Tally::default();
            tally.ask(method.as_ref(), &questions);
            tally.row(&format!("{name}, {method_name}"));
        }
    }
    println!();
}

/// Texts of people about themselves, each longer than a wording.
const STORIES: [&str; 4] = [
    "ik kan goed luisteren naar mensen en ik heb jaren in een keuken gewerkt",
    "Ik heb lang voor mijn moeder gezorgd. Ik kan koken, schoonmaken en de administratie bijhouden, en ik praat makkelijk met instanties.",
    "Vroeger was ik vrachtwagenchauffeur; nu sleutel ik aan fietsen in het buurthuis, help ik met verhuizen en zet ik koffie voor de groep.",
    "I like working with children, I speak French and I have organised parties, sold tickets and kept the books of a football club.",
];

fn speed(vocabulary: &Vocabulary, sets: &Sets) {
    let start = Instant::now();
    let index = LinkIndex::build(vocabulary);
    println!("| time | median | 99 of 100 under |\n| --- | --- | --- |");
    println!("| making the index | {:.0} ms | |", start.elapsed().as_secs_f64() * 1e3);
    let texts = sets.iter().flat_map(|(_, questions)| questions).map(|question| question.text.as_str());
    timed("a wording", &index, texts);
    timed("a story", &index, STORIES.iter().cycle().take(400).copied());
    let long = STORIES.join("\n").repeat(30_000);
    timed("10 MiB of text", &index, std::iter::repeat_n(long.as_str(), 20));
    println!();
}

fn timed<'a>(name: &str, index: &LinkIndex, texts: impl Iterator<Item = &'a str>) {
    let time = |text| {
        let start = Instant::now();
        std::hint::black_box(index.link(text, Language::Nl, 20));
        start.elapsed()
    };
    let mut times: Vec<Duration> = texts.map(time).collect();
    times.sort_unstable();
    let at = |share: usize| {
        times.get((times.len() * share / 100).min(times.len().saturating_sub(1))).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    println!("| {name} | {:.2} ms | {:.2} ms |", at(50), at(99));
}

/// What is lost when one part of linking is left out.
fn parts(sets: &Sets) {
    heading("Held-out wordings, without");
    let all = LinkWeights::default();
    let variants = [
        ("nothing", all),
        ("taking compounds apart", LinkWeights { whole: 1.0, ..all }),
        ("runs of four letters", LinkWeights { letters: 0.0, ..all }),
        ("words that look like a known word", LinkWeights { alike: 0.0, ..all }),
        ("words that look like an unknown word", LinkWeights { spelling: 0.0, ..all }),
        ("words of the other language as they are", LinkWeights { foreign: 0.0, ..all }),
        ("learned words within Dutch", LinkWeights { synonym: 0.0, ..all }),
        ("learned words between the languages", LinkWeights { translation: 0.0, ..all }),
        ("any learned words", LinkWeights { synonym: 0.0, translation: 0.0, ..all }),
        ("everyday words", LinkWeights { everyday: 0.0, ..all }),
        ("more weight for words used again", LinkWeights { kept: 0.0, ..all }),
        ("less weight for verbs", LinkWeights { verb: 0.0, ..all }),
        ("a steeper weight for rare words", LinkWeights { steep: 0.0, ..all }),
        ("less trust in alternatives", LinkWeights { alternative: 1.0, ..all }),
        ("all wordings together", LinkWeights { together: 0.0, ..all }),
        ("the surroundings", LinkWeights { around: 0.0, ..all }),
        ("the surroundings: occupations", LinkWeights { occupation: 0.0, ..all }),
        ("the surroundings: parents", LinkWeights { parent: 0.0, ..all }),
        ("the surroundings: relations", LinkWeights { related: 0.0, ..all }),
        ("preferring a label in the language", LinkWeights { unlabelled: 1.0, ..all }),
        ("favouring what is nearly the text letter for letter", LinkWeights { literal: 0.0, ..all }),
        ("phrases", LinkWeights { phrase: 0.0, ..all }),
    ];
    for (name, weights) in variants {
        measure(sets, |vocabulary| Box::new(Linking(LinkIndex::build_with(vocabulary, weights), Language::Nl))).row(name);
    }
}
