//! `raakvlak match`: who fits, computed on a dataset folder.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use clap::Args;
use raakvlak_domain::calendar::{Date, Instant};
use raakvlak_domain::knobs::MatcherKnob;
use raakvlak_domain::languages::Language;
use raakvlak_service::exchange::matching::PackageAnswer;
use raakvlak_service::exchange::{Folder, FolderFaults, Matching, read_knob, threads};
use raakvlak_service::places::{Gazetteer, Postcodes};
use serde::Serialize;

use super::answers::{expert_text, package_text};
use super::failure::Failure;
use super::language_parser;
use super::progress::Progress;
use super::streams::Streams;
use raakvlak_service::wording::{Wording, pick};

const EXAMPLES: &str = "Examples:
  raakvlak match region --package p-1                      a shortlist to read
  raakvlak match region --package p-1 --knob energy.json   under another setting of the knob
  raakvlak match region --all --as-of 2026-11-23 --json    one JSON line per package, in file order
  raakvlak match region --expert e-1 --language en         the best packages for a person

Exit status: 0 when it worked, 1 when the input has faults, 2 when it was typed wrongly.";

/// What is asked of a folder.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Arguments {
    /// The dataset folder
    folder: PathBuf,
    #[command(flatten)]
    question: Question,
    /// A setting of the matcher knob as JSON; without it the start values hold
    #[arg(long, value_name = "FILE")]
    knob: Option<PathBuf>,
    /// The day to compute for; today in Amsterdam when left out
    #[arg(long, value_name = "DATE", value_parser = date)]
    as_of: Option<Date>,
    /// A table of postcodes, with the columns postcode,lat,lon,municipality,region
    #[arg(long, value_name = "FILE")]
    postcodes: Option<PathBuf>,
    /// How many threads to compute with; one for each core when left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Answer in JSON, one line for each answer
    #[arg(long)]
    json: bool,
    /// The language to answer in, unless in JSON, and to name faults in
    #[arg(long, default_value = "nl", value_parser = language_parser())]
    language: Language,
}

/// One of three questions.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Question {
    /// Who fits this package
    #[arg(long, value_name = "ID")]
    package: Option<String>,
    /// Who fits each package, in the order of the file
    #[arg(long)]
    all: bool,
    /// Which packages fit this expert
    #[arg(long, value_name = "ID")]
    expert: Option<String>,
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).map_err(|fault| fault.detail(Language::En))
}

/// Answers the question.
pub(super) fn run(arguments: &Arguments, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let language = arguments.language;
    let faults = |faults| Failure::Faults(faults, language);
    let threads = threads::pool(arguments.threads.map(usize::from)).map_err(|error| Failure::Told(error.to_string()))?;
    let knob = arguments.knob.as_deref().map_or(Ok(MatcherKnob::default()), read_knob).map_err(faults)?;
    let gazetteer = gazetteer(arguments.postcodes.as_deref()).map_err(faults)?;
    let busy = Progress::new(0, pick(language, "De map wordt gelezen", "Reading the folder").to_owned());
    let folder = threads.install(|| Folder::read(&arguments.folder, &gazetteer)).map_err(faults)?;
    let as_of = arguments.as_of.unwrap_or_else(|| Instant::from(jiff::Timestamp::now()).date_in_amsterdam());
    let matching = Matching::new(&folder, &gazetteer, knob, as_of, &threads).map_err(faults)?;
    drop(busy);
    note_unknown_files(&folder, language, streams);
    Answering { arguments, folder: &folder, matching: &matching }.answer(streams)
}

fn gazetteer(postcodes: Option<&Path>) -> Result<Gazetteer, FolderFaults> {
    postcodes.map_or_else(|| Ok(Gazetteer::built_in()), |path| Postcodes::read(path).map(Gazetteer::with_postcodes))
}

fn note_unknown_files(folder: &Folder, language: Language, streams: &mut Streams<'_>) {
    for file in &folder.unknown {
        let note = pick(language, "hoort niet bij de map en is niet gelezen", "is no part of the folder and was not read");
        // A note that cannot be told changes nothing about the answer.
        let _ = writeln!(streams.errors, "{file}: {note}");
    }
}

/// A question, and what it is asked of.
struct Answering<'a> {
    arguments: &'a Arguments,
    folder: &'a Folder,
    matching: &'a Matching<'a>,
}

impl Answering<'_> {
    fn answer(&self, streams: &mut Streams<'_>) -> Result<(), Failure> {
        match (&self.arguments.question.package, &self.arguments.question.expert) {
            (Some(id), _) => {
                let answer = self.matching.package(id).map_err(|faults| self.faulty(faults))?;
                let answer = answer.ok_or_else(|| self.unknown("Er is geen pakket", "There is no package", id))?;
                self.write(&answer, || self.package_text(&answer), streams)
            }
            (None, Some(id)) => {
                let answer = self.matching.expert(id).map_err(|faults| self.faulty(faults))?;
                let answer = answer.ok_or_else(|| self.unknown("Er is geen deskundige", "There is no expert", id))?;
                self.write(&answer, || expert_text(&answer, self.wording()), streams)
            }
            (None, None) => self.answer_all(streams),
        }
    }

    fn answer_all(&self, streams: &mut Streams<'_>) -> Result<(), Failure> {
        let message = pick(self.arguments.language, "Pakketten", "Packages").to_owned();
        let progress = Progress::new(self.matching.package_count(), message);
        let (mut first, mut written) = (true, Ok(()));
        let take = |answer: PackageAnswer| {
            written = self.write_next(&answer, std::mem::take(&mut first), streams);
            progress.step();
            // Who reads no further, as `head` does, has had enough.
            if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        self.matching.all(take).map_err(|faults| self.faulty(faults))?;
        written
    }

    /// Writes one of several answers, an empty line apart from the one before unless in JSON.
    fn write_next(&self, answer: &PackageAnswer, is_first: bool, streams: &mut Streams<'_>) -> Result<(), Failure> {
        if !is_first && !self.arguments.json {
            writeln!(streams.output).map_err(Failure::Output)?;
        }
        self.write(answer, || self.package_text(answer), streams)
    }

    /// Writes an answer as JSON or as text.
    fn write(&self, answer: &impl Serialize, text: impl FnOnce() -> String, streams: &mut Streams<'_>) -> Result<(), Failure> {
        if self.arguments.json {
            serde_json::to_writer(&mut *streams.output, answer).map_err(|error| Failure::Output(error.into()))?;
            return streams.output.write_all(b"\n").map_err(Failure::Output);
        }
        writeln!(streams.output, "{}", text()).map_err(Failure::Output)
    }

    fn package_text(&self, answer: &PackageAnswer) -> String {
        let packages = self.folder.packages.as_deref().unwrap_or_default();
        let title = packages.iter().find(|package| package.id == answer.package).map_or("", |package| package.title.as_str());
        package_text(answer, title, self.wording())
    }

    fn wording(&self) -> Wording<'_> {
        Wording { language: self.arguments.language, vocabulary: &self.folder.vocabulary.vocabulary }
    }

    fn faulty(&self, faults: FolderFaults) -> Failure {
        Failure::Faults(faults, self.arguments.language)
    }

    fn unknown(&self, nl: &str, en: &str, id: &str) -> Failure {
        let folder = self.arguments.folder.display();
        Failure::Told(match self.arguments.language {
            Language::Nl => format!("{nl} '{}' in {folder}.", id.escape_debug()),
            Language::En => format!("{en} '{}' in {folder}.", id.escape_debug()),
        })
    }
}
