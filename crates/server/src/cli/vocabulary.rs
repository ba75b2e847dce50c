//! `raakvlak vocabulary`: linking texts to competences, and checking a vocabulary.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use raakvlak_domain::faults::FaultKind;
use raakvlak_domain::languages::Language;
use raakvlak_domain::vocabulary::Vocabulary;
use raakvlak_service::exchange::threads::{self, ThreadPool};
use raakvlak_service::exchange::{Folder, FolderFaults, TextLines};
use raakvlak_service::vocabulary::{LinkAnswer, Linker, built_in};

use super::failure::Failure;
use super::language_parser;
use super::progress::Progress;
use super::streams::Streams;
use super::tables::{Align, Table};
use raakvlak_service::wording::{Wording, pick};

/// How many texts are linked side by side before the first answer of them is written.
const BATCH: usize = 256;

const LINK_EXAMPLES: &str = "Examples:
  raakvlak vocabulary link 'ik help mensen met formulieren'
  raakvlak vocabulary link --folder esco --language nl --limit 5 --json < texts > concepts.jsonl

Exit status: 0 when it worked, 1 when the input has faults, 2 when it was typed wrongly.";

const CHECK_EXAMPLES: &str = "Example:
  raakvlak vocabulary check region

Every fault is named as file:line: path: what is wrong.
Exit status: 0 when nothing is wrong, 1 when something is, 2 when it was typed wrongly.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Link texts to competences, one text a line
    #[command(after_help = LINK_EXAMPLES)]
    Link(LinkArguments),
    /// Read the vocabulary of a dataset folder and count what is in it
    #[command(after_help = CHECK_EXAMPLES)]
    Check(CheckArguments),
    /// Bring the vocabulary of a folder in as a new version, with what is similar to what
    Import(super::instance::OnPath),
}

#[derive(Debug, Args)]
pub(super) struct LinkArguments {
    /// The text to link; without it every line of standard input is one
    text: Option<String>,
    /// A dataset folder with the vocabulary; without it the built-in one
    #[arg(long)]
    folder: Option<PathBuf>,
    /// The language of the texts
    #[arg(long, default_value = "nl", value_parser = language_parser())]
    language: Language,
    /// How many competences to give for each text
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=1000))]
    limit: u16,
    /// How many threads to compute with; one for each core when left out
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Answer in JSON, one line for each text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// The dataset folder
    folder: PathBuf,
    /// The language to answer in
    #[arg(long, default_value = "nl", value_parser = language_parser())]
    language: Language,
}

/// Runs a command on the vocabulary.
pub(super) fn run(command: &Command, streams: &mut Streams<'_>) -> Result<(), Failure> {
    match command {
        Command::Link(arguments) => link(arguments, streams),
        Command::Check(arguments) => check(arguments, streams),
        Command::Import(arguments) => super::instance::import_vocabulary(arguments, streams),
    }
}

fn link(arguments: &LinkArguments, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let threads = threads::pool(arguments.threads.map(usize::from)).map_err(|error| Failure::Told(error.to_string()))?;
    let busy = Progress::new(0, pick(arguments.language, "De begrippen worden gelezen", "Reading the vocabulary").to_owned());
    let vocabulary = vocabulary(arguments.folder.as_deref()).map_err(|faults| Failure::Faults(faults, arguments.language))?;
    let linking = Linking { arguments, linker: threads.install(|| Linker::new(&vocabulary)), vocabulary: &vocabulary, threads: &threads };
    drop(busy);
    match &arguments.text {
        Some(text) => linking.write(&linking.linker.link(text, arguments.language, usize::from(arguments.limit)), streams.output),
        None => linking.link_lines(streams),
    }
}

fn vocabulary(folder: Option<&Path>) -> Result<Arc<Vocabulary>, FolderFaults> {
    let tables = folder.map_or_else(|| Ok(built_in().clone()), Folder::read_vocabulary)?;
    Ok(tables.vocabulary)
}

/// What texts are linked with.
struct Linking<'a> {
    arguments: &'a LinkArguments,
    linker: Linker,
    vocabulary: &'a Vocabulary,
    threads: &'a ThreadPool,
}

impl Linking<'_> {
    /// Links every line that is piped in, a few at a time; a blank line is a text as well and gets its answer.
    fn link_lines(&self, streams: &mut Streams<'_>) -> Result<(), Failure> {
        // Whoever types texts wants an answer after each of them.
        let most = if std::io::stdin().is_terminal() { 1 } else { BATCH };
        let mut lines = TextLines::new(&mut *streams.input);
        let mut before = 0;
        loop {
            let mut broken = None;
            let texts: Vec<String> = lines.by_ref().take(most).map_while(|line| line.map_err(|kind| broken = Some(kind)).ok()).collect();
            if texts.is_empty() && broken.is_none() {
                return Ok(());
            }
            before += texts.len();
            self.answer(&texts, streams.output)?;
            if let Some(kind) = broken {
                return Err(self.broken(before + 1, &kind));
            }
        }
    }

    fn answer(&self, texts: &[String], output: &mut dyn Write) -> Result<(), Failure> {
        for answer in self.linker.link_all(texts, self.arguments.language, usize::from(self.arguments.limit), self.threads) {
            self.write(&answer, output)?;
        }
        output.flush().map_err(Failure::Output)
    }

    fn broken(&self, line: usize, kind: &FaultKind) -> Failure {
        Failure::Told(format!("-:{line}: /: {}", kind.detail(self.arguments.language)))
    }

    fn write(&self, answer: &LinkAnswer<'_>, output: &mut dyn Write) -> Result<(), Failure> {
        if self.arguments.json {
            serde_json::to_writer(&mut *output, answer).map_err(|error| Failure::Output(error.into()))?;
            return output.write_all(b"\n").map_err(Failure::Output);
        }
        writeln!(output, "{}", self.text(answer)).map_err(Failure::Output)
    }

    fn text(&self, answer: &LinkAnswer<'_>) -> String {
        let wording = Wording { language: self.arguments.language, vocabulary: self.vocabulary };
        let mut table = Table::new(vec![
            ("score".to_owned(), Align::Right),
            (wording.pick("competentie", "competence").to_owned(), Align::Left),
            (wording.pick("gevonden als", "found as").to_owned(), Align::Left),
            ("id".to_owned(), Align::Left),
        ]);
        for concept in &answer.concepts {
            let row = [&wording.percent(concept.score), concept.label, concept.matched, concept.competence];
            table.add(row.map(str::to_owned).to_vec());
        }
        let mut lines = vec![answer.text.to_owned()];
        match answer.concepts.is_empty() {
            true => lines.push(format!("  {}", wording.pick("niets gevonden", "nothing found"))),
            false => lines.extend(table.lines()),
        }
        lines.join("\n")
    }
}

fn check(arguments: &CheckArguments, streams: &mut Streams<'_>) -> Result<(), Failure> {
    let tables = Folder::read_vocabulary(&arguments.folder).map_err(|faults| Failure::Faults(faults, arguments.language))?;
    for (name, count) in counts(&tables.vocabulary, arguments.language) {
        writeln!(streams.output, "{count:>8}  {name}").map_err(Failure::Output)?;
    }
    Ok(())
}

fn counts(vocabulary: &Vocabulary, language: Language) -> Vec<(&'static str, usize)> {
    let counts = [
        ("competenties", "competences", vocabulary.competences.len()),
        ("'is een vorm van'", "broader relations", vocabulary.broader.iter().map(Vec::len).sum()),
        ("verwante paren", "related pairs", vocabulary.related.len()),
        ("beroepen", "occupations", vocabulary.occupations.len()),
        ("competenties van beroepen", "competences of occupations", vocabulary.occupations.iter().map(|it| it.competences.len()).sum()),
        ("omstandigheden", "conditions", vocabulary.conditions.terms().len()),
        ("activiteiten", "activities", vocabulary.activities.terms().len()),
        ("ervaringen", "domains of experience", vocabulary.experience.terms().len()),
        ("vormen van werk", "forms of work", vocabulary.work_forms.terms().len()),
        ("documenten", "documents", vocabulary.documents.terms().len()),
        ("aanpassingen", "adaptations", vocabulary.adaptations.terms().len()),
    ];
    counts.into_iter().map(|(nl, en, count)| (pick(language, nl, en), count)).collect()
}
