//! Writes a dataset folder of invented people and work, for measuring a service that has it: `serve_world FOLDER PEOPLE PACKAGES`.
//!
//! With `RAAKVLAK_DATA` the competences are those of ESCO, else the built-in ones. `benches/serve` runs it.

use std::collections::BTreeMap;
use std::path::Path;

use raakvlak_benches::population::Population;
use raakvlak_domain::organisations::Organisation;
use raakvlak_domain::reading::{FromNode, read};
use raakvlak_domain::users::User;
use raakvlak_service::exchange::kept::Kept;
use raakvlak_service::exchange::{Folder, write};
use raakvlak_service::vocabulary::{Tables, built_in};
use serde_json::{Value, json};

/// As many organisations as the people and the work name.
const ORGANISATIONS: u64 = 300;
/// Who asks, and may.
const MEDIATOR: &str = "u-mediator";

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, people, packages] = arguments.as_slice() else { return Err("serve_world FOLDER PEOPLE PACKAGES".into()) };
    let vocabulary = words()?;
    let population = Population::new(&vocabulary.vocabulary, 7);
    let world = Folder {
        organisations: Some((0..ORGANISATIONS).map(organisation).collect::<Outcome<_>>()?),
        packages: Some((0..packages.parse()?).map(|number| population.package(number)).collect()),
        experts: Some((0..people.parse()?).map(|number| population.expert(number)).collect()),
        users: Some(vec![record::<User>(&json!({ "id": MEDIATOR, "name": "Bemiddelaar", "roles": ["mediator", "steward"] }))?]),
        vocabulary,
        programmes: None,
        matches: None,
        whole_matches: None,
        knobs: None,
        rules: None,
        kept: Kept::default(),
        further: BTreeMap::new(),
        unknown: vec![],
        unread: vec![],
    };
    Ok(write(&world, Path::new(folder))?)
}

fn words() -> Outcome<Tables> {
    match std::env::var_os("RAAKVLAK_DATA") {
        Some(data) => Folder::read_vocabulary(&Path::new(&data).join("esco")).map_err(|faults| faults.to_string().into()),
        None => Ok(built_in().clone()),
    }
}

fn organisation(number: u64) -> Outcome<Organisation> {
    record(&json!({ "id": format!("o-{number}"), "name": format!("Organisatie {number}"), "kind": "municipality" }))
}

fn record<T: FromNode>(value: &Value) -> Outcome<T> {
    read(&value.to_string()).map_err(|faults| format!("{faults:?}").into())
}
