//! The configuration: flags before `RAAKVLAK_*` variables before a TOML file before defaults, with every fault named at once.

mod settings;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Format, Serialized, Toml};
use figment::value::{Dict, Value};
use raakvlak_domain::faults::{Fault, FaultKind};
use raakvlak_domain::json::Node;
use raakvlak_domain::languages::Language;
use raakvlak_domain::reading::{FromNode, Reading};

pub use settings::{Address, LogForm, LogLevel, Mail, MailServer, Number, Port, Settings, Text, WebAddress};

/// Before the name of each setting in the environment.
const PREFIX: &str = "RAAKVLAK_";

/// The file that is read when no other is named and this one exists.
const FILE: &str = "raakvlak.toml";

/// Variables with our prefix that are no settings: where the configuration file is, and where tests find their data.
const NO_SETTINGS: &[&str] = &["CONFIG", "DATA"];

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A flag of the command.
    Flag(String),
    /// A variable of the environment.
    Variable(String),
    /// A file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag(name) => write!(formatter, "--{name}"),
            Self::Variable(name) => formatter.write_str(name),
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// What holds, and where each of it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// What holds.
    pub settings: Settings,
    /// Where each setting comes from, by its name.
    pub sources: BTreeMap<&'static str, Source>,
    /// Variables with our prefix that mean nothing to us.
    pub ignored: Vec<String>,
}

/// A configuration that does not hold: every fault, each with the source of its setting.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("the configuration has {} fault(s)", .0.len())]
pub struct Faulty(pub Vec<(Fault, Source)>);

impl Faulty {
    /// One line for each fault.
    #[must_use]
    pub fn lines(&self, language: Language) -> Vec<String> {
        let line = |(fault, source): &(Fault, Source)| {
            let name = fault.pointer.trim_start_matches('/');
            format!("{}{} ({source})", if name.is_empty() { String::new() } else { format!("{name}: ") }, fault.detail(language))
        };
        self.0.iter().map(line).collect()
    }
}

/// What a configuration is made from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Flags, by the name of their setting.
    pub flags: BTreeMap<String, String>,
    /// The environment.
    pub variables: BTreeMap<String, String>,
    /// The file that was named.
    pub file: Option<PathBuf>,
}

impl Sources {
    /// These flags, the environment of this process, and the file that one of them names.
    #[must_use]
    pub fn of_process(flags: BTreeMap<String, String>, file: Option<PathBuf>) -> Self {
        let variables: BTreeMap<String, String> = std::env::vars().filter(|(name, _)| name.starts_with(PREFIX)).collect();
        let named = variables.get(&format!("{PREFIX}CONFIG")).map(PathBuf::from);
        Self { flags, file: file.or(named), variables }
    }

    /// Reads the configuration.
    ///
    /// # Errors
    ///
    /// Every fault at once.
    pub fn read(&self) -> Result<Configuration, Faulty> {
        let in_file = self.in_file()?;
        let in_variables = self.in_variables();
        let merged = Figment::new()
            .merge(Serialized::globals(in_file.clone().unwrap_or_default().1))
            .merge(Serialized::globals(of_texts(&in_variables)))
            .merge(Serialized::globals(of_texts(&self.flags)));
        let dictionary: Dict = merged.extract().unwrap_or_default();
        let source_of = |name: &str| self.source_of(name, &in_variables, in_file.as_ref());
        let mut reading = Reading::default();
        let settings = Settings::from_node(&node(&Value::from(dictionary)), &mut reading);
        let faults = reading.into_faults();
        match settings {
            Some(settings) if faults.is_empty() => Ok(Configuration {
                settings,
                sources: Settings::KEYS.iter().map(|name| (*name, source_of(name))).collect(),
                ignored: self.ignored(&in_variables),
            }),
            _ => Err(Faulty(faults.into_iter().map(|fault| (fault.clone(), source_of(first_key(&fault.pointer)))).collect())),
        }
    }

    fn source_of(&self, name: &str, in_variables: &BTreeMap<String, String>, in_file: Option<&(PathBuf, Dict)>) -> Source {
        if self.flags.contains_key(name) {
            Source::Flag(name.replace('_', "-"))
        } else if in_variables.contains_key(name) {
            Source::Variable(format!("{PREFIX}{}", name.to_uppercase()))
        } else {
            in_file.filter(|(_, dictionary)| dictionary.contains_key(name)).map_or(Source::Default, |(path, _)| Source::File(path.clone()))
        }
    }

    /// The variables that are settings, by the name of the setting.
    fn in_variables(&self) -> BTreeMap<String, String> {
        let named = |(name, value): (&String, &String)| {
            let setting = name.strip_prefix(PREFIX)?.to_lowercase();
            Settings::KEYS.contains(&setting.as_str()).then(|| (setting, value.clone()))
        };
        self.variables.iter().filter_map(named).collect()
    }

    fn ignored(&self, in_variables: &BTreeMap<String, String>) -> Vec<String> {
        let names = self.variables.keys().filter_map(|name| name.strip_prefix(PREFIX));
        let unknown = names.filter(|name| !NO_SETTINGS.contains(name) && !in_variables.contains_key(&name.to_lowercase()));
        unknown.map(|name| format!("{PREFIX}{name}")).collect()
    }

    fn in_file(&self) -> Result<Option<(PathBuf, Dict)>, Faulty> {
        let path = match &self.file {
            Some(path) => path.clone(),
            None if Path::new(FILE).exists() => PathBuf::from(FILE),
            None => return Ok(None),
        };
        let fault = |kind| Faulty(vec![(Fault::new("", kind), Source::File(path.clone()))]);
        if !path.is_file() {
            return Err(fault(FaultKind::FileMissing));
        }
        let read = Figment::from(Toml::file_exact(&path)).extract::<Dict>();
        read.map(|dictionary| Some((path.clone(), dictionary))).map_err(|error| fault(FaultKind::Unreadable { reason: reason(&error) }))
    }
}

/// The first line of an error of the file's reader.
fn reason(error: &figment::Error) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}

fn first_key(pointer: &str) -> &str {
    pointer.trim_start_matches('/').split('/').next().unwrap_or_default()
}

/// Texts have no types, so what looks like a number or a truth becomes one; a setting that wants a text takes numbers too.
fn of_texts(texts: &BTreeMap<String, String>) -> BTreeMap<String, serde_json::Value> {
    let typed = |text: &String| match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value @ (serde_json::Value::Bool(_) | serde_json::Value::Number(_))) => value,
        _ => serde_json::Value::String(text.clone()),
    };
    texts.iter().map(|(name, text)| (name.clone(), typed(text))).collect()
}

fn node(value: &Value) -> Node<'_> {
    match value {
        Value::String(_, text) => Node::Text(text.into()),
        Value::Char(_, character) => Node::Text(character.to_string().into()),
        Value::Bool(_, truth) => Node::Bool(*truth),
        Value::Num(_, number) => Node::Number(serde_json::to_string(number).unwrap_or_default().into()),
        Value::Empty(..) => Node::Null,
        Value::Dict(_, dictionary) => Node::Object(dictionary.iter().map(|(key, value)| (key.into(), node(value))).collect()),
        Value::Array(_, items) => Node::List(items.iter().map(node).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn the_stronger_source_wins() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("raakvlak.toml");
        std::fs::write(&file, "port = 1\nmetrics_port = 1\nlog = \"debug\"\n").unwrap();
        let variables = texts(&[("RAAKVLAK_PORT", "2"), ("RAAKVLAK_METRICS_PORT", "2"), ("RAAKVLAK_DATA", "/x"), ("RAAKVLAK_PROT", "3")]);
        let sources = Sources { flags: texts(&[("port", "3")]), variables, file: Some(file.clone()) };
        let configuration = sources.read().unwrap();
        assert_eq!((configuration.settings.port.get(), configuration.settings.metrics_port.get()), (3, 2));
        assert_eq!(configuration.settings.log, LogLevel::Debug);
        assert_eq!(configuration.sources["port"], Source::Flag("port".into()));
        assert_eq!(configuration.sources["metrics_port"], Source::Variable("RAAKVLAK_METRICS_PORT".into()));
        assert_eq!(configuration.sources["log"], Source::File(file));
        assert_eq!(configuration.sources["address"], Source::Default);
        assert_eq!(configuration.ignored, vec!["RAAKVLAK_PROT"]);
    }

    #[test]
    fn names_every_fault_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("other.toml");
        std::fs::write(&file, "prot = 8080\nlog = \"loud\"\n").unwrap();
        let sources =
            Sources { flags: texts(&[("port", "99999")]), variables: texts(&[("RAAKVLAK_RATE_LIMITS", "perhaps")]), file: Some(file) };
        let lines = sources.read().unwrap_err().lines(Language::En);
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines.iter().any(|line| line.starts_with("prot: This key does not exist")));
        assert!(lines.iter().any(|line| line.contains("log:") && line.contains("other.toml")));
        assert!(lines.iter().any(|line| line.starts_with("port: The number must lie") && line.ends_with("(--port)")));
        assert!(lines.iter().any(|line| line.starts_with("rate_limits:") && line.ends_with("(RAAKVLAK_RATE_LIMITS)")));
    }

    #[test]
    fn a_file_that_was_named_must_be_there_and_be_sound() {
        let missing = Sources { file: Some("/does/not/exist.toml".into()), ..Sources::default() };
        assert_eq!(missing.read().unwrap_err().0[0].0.kind, FaultKind::FileMissing);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("broken.toml");
        std::fs::write(&file, "port = \n").unwrap();
        let broken = Sources { file: Some(file), ..Sources::default() };
        assert!(matches!(broken.read().unwrap_err().0[0].0.kind, FaultKind::Unreadable { .. }));
    }

    #[test]
    fn a_text_may_look_like_a_number() {
        let sources = Sources { flags: texts(&[("data_dir", "2026")]), ..Sources::default() };
        assert_eq!(sources.read().unwrap().settings.data_dir.as_str(), "2026");
    }
}
