//! The flags that every command on an instance shares, and opening its desk.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use raakvlak_domain::languages::Language;
use raakvlak_service::clock::Clock;
use raakvlak_service::desk::{Desk, DeskSettings};
use raakvlak_service::error::Error;
use raakvlak_service::mail::{MailSettings, Transport};

use super::failure::Failure;
use super::language_parser;
use crate::configuration::{Configuration, Mail, Settings, Sources};

/// Where the settings of an instance come from.
#[derive(Debug, Args)]
pub(super) struct SettingFlags {
    /// A file with settings (TOML); see `raakvlak config` for their names
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the database is: sqlite:PATH or postgres://…
    #[arg(long, value_name = "URL")]
    database_url: Option<String>,
    /// The folder for keys and letters
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<String>,
    /// The port on which requests come in
    #[arg(long, value_name = "PORT")]
    port: Option<String>,
    /// Any other setting, as name=value; may be given more than once
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = pair)]
    others: Vec<(String, String)>,
    /// The language to answer in
    #[arg(long, default_value = "nl", value_parser = language_parser())]
    pub(super) language: Language,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("write a setting as name=value")?;
    Ok((name.to_owned(), value.to_owned()))
}

impl SettingFlags {
    /// What holds, from the flags, the environment and the file; `defaults` come before all of them.
    ///
    /// # Errors
    ///
    /// Every fault of the configuration at once.
    pub(super) fn configuration(&self, defaults: &[(&str, &str)]) -> Result<Configuration, Failure> {
        let named = [("database_url", &self.database_url), ("data_dir", &self.data_dir), ("port", &self.port)];
        let named = named.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)));
        let flags: BTreeMap<String, String> = self.others.iter().cloned().chain(named).collect();
        let mut sources = Sources::of_process(flags, self.config.clone());
        for (name, value) in defaults {
            let variable = format!("RAAKVLAK_{}", name.to_uppercase());
            if !sources.flags.contains_key(*name) && sources.file.is_none() {
                sources.variables.entry(variable).or_insert_with(|| (*value).to_owned());
            }
        }
        sources.read().map_err(|faulty| Failure::Told(faulty.lines(self.language).join("\n")))
    }

    /// The desk of the instance, with what holds for it.
    ///
    /// # Errors
    ///
    /// The configuration has faults, or the store cannot be opened.
    pub(super) fn desk(&self, defaults: &[(&str, &str)]) -> Result<(Desk, Settings), Failure> {
        let settings = self.configuration(defaults)?.settings;
        let data = settings.data_folder();
        std::fs::create_dir_all(&data).map_err(|error| Failure::Told(format!("{}: {error}", data.display())))?;
        let desk = Desk::open(desk_settings(&settings)).map_err(|error| told(&error, self.language))?;
        Ok((desk, settings))
    }

    /// The desk of the instance for looking alone, also while the service runs; nothing comes into being by it.
    ///
    /// # Errors
    ///
    /// The configuration has faults, or the store cannot be opened.
    pub(super) fn desk_to_look(&self) -> Result<Desk, Failure> {
        let settings = self.configuration(&[])?.settings;
        let desk = DeskSettings { read_only: true, migrate: false, require_durable: false, ..desk_settings(&settings) };
        Desk::open(desk).map_err(|error| told(&error, self.language))
    }
}

/// What went wrong at the desk, as one text.
pub(super) fn told(error: &Error, language: Language) -> Failure {
    match error {
        Error::Invalid(faults) => Failure::Told(
            faults.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail(language))).collect::<Vec<_>>().join("\n"),
        ),
        Error::Conflict(conflict) => Failure::Told(conflict.detail(language)),
        other => Failure::Told(other.to_string()),
    }
}

/// How the desk that settings name is opened.
fn desk_settings(settings: &Settings) -> DeskSettings {
    let data = settings.data_folder();
    let transport = match (settings.mail, &settings.smtp_url) {
        (Mail::Smtp, Some(server)) => {
            Transport::Smtp { host: server.host.clone(), port: server.port, credentials: server.credentials.clone() }
        }
        _ => Transport::Folder(settings.outbox()),
    };
    let mail = MailSettings { from: settings.mail_from.as_str().to_owned(), transport };
    DeskSettings {
        mail,
        clock: Clock::system(),
        migrate: settings.migrate,
        threads: settings.threads.map(|threads| threads.get() as usize),
        ..DeskSettings::new(settings.database_url.as_str(), data.join("keys"), settings.outbox(), &settings.public_address())
    }
}
