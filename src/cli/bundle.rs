//! The file of `exec --bundle`: a whole run, which `callmock open` serves again.
//!
//! The file is JSON Lines: a line about the run, a line for each exchange as it completes, and at
//! the end a line with the coverage, the scenario and the state of each world. Secrets are masked.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::Origin;
use super::output;
use super::run_file::RunFile;
use crate::admin;
use crate::exchange::{App, Completed};
use crate::report::coverage::Coverage;
use crate::world::{Entry, World, Worlds};

/// The version of the format.
pub const VERSION: u32 = 1;

/// The resources of a world that a bundle keeps.
const RESOURCES: [&str; 7] =
    ["clock", "calls?limit=10000000", "agents", "queues", "customers?limit=10000000", "accounts", "readings"];

/// The most worlds whose state is kept. Their exchanges are kept in any case.
const WORLDS: usize = 100;

/// One line of a bundle.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Line<E = Value> {
    /// The run: the first line.
    Run {
        /// The version of the format.
        callmock_bundle: u32,
        /// The command.
        command: String,
    },
    /// An exchange, as the journal shows it, with its world.
    Exchange(E),
    /// The end of the run: the last line.
    End(Box<End>),
}

/// The clock, the scenario and the coverage at the end of a run.
#[derive(Debug, Deserialize, Serialize)]
pub struct End {
    /// The coverage of the run.
    pub coverage: Coverage,
    /// The scenario's texts, by file.
    pub scenario: BTreeMap<String, String>,
    /// The answers of the admin API, by path.
    pub answers: BTreeMap<String, Value>,
}

/// A bundle that is being written.
pub struct Bundle(RunFile);

fn text_of<E: Serialize>(line: &Line<E>) -> String {
    serde_json::to_string(line).expect("texts and numbers are JSON") + "\n"
}

impl Bundle {
    /// Opens the file, before anything runs.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn create(path: &Path) -> Result<Self, String> {
        RunFile::create("--bundle", path, "", "").map(Self)
    }

    /// Writes the line about the run, before its command starts.
    pub fn begin(&self, command: String) {
        self.0.add(&text_of(&Line::<Value>::Run { callmock_bundle: VERSION, command }));
    }

    /// The function that writes each complete exchange.
    pub fn completed(&self) -> Completed {
        let file = self.0.clone();
        Box::new(move |world: &str, entry: &Entry| {
            let exchange = admin::exchange(entry, Some(world));
            file.add(&text_of(&Line::Exchange(exchange)));
        })
    }

    /// The end of a run, while the server still runs at `origin`.
    ///
    /// # Errors
    /// If the server does not answer.
    pub async fn end(
        app: &App,
        origin: &Origin,
        token: Option<&str>,
        coverage: Coverage,
    ) -> Result<End, String> {
        let mut answers = BTreeMap::new();
        let slots = app.worlds.all();
        for slot in slots.iter().take(WORLDS) {
            for resource in RESOURCES {
                let (status, body) =
                    origin.get(&format!("/_mock/worlds/{}/{resource}", slot.id()), token).await?;
                let name = resource.split('?').next().unwrap_or_default();
                if let Some(answer) =
                    serde_json::from_slice::<Value>(&body).ok().filter(|_| status.is_success())
                {
                    answers.insert(format!("/_mock/worlds/{}/{name}", slot.id()), answer);
                }
            }
        }
        let worlds = slots.iter().map(|slot| json!({ "id": slot.id(), "name": slot.name() }));
        answers.insert("/_mock/worlds".to_owned(), json!({ "worlds": worlds.collect::<Vec<_>>() }));
        let scenario = texts(&app.worlds.default_slot().world());
        Ok(End { coverage, scenario, answers })
    }

    /// Completes the file, after the server has stopped.
    ///
    /// # Errors
    /// If any line could not be written.
    pub fn finish(&self, end: End) -> Result<(), String> {
        self.0.finish(&text_of(&Line::<Value>::End(Box::new(end))))
    }
}

/// The texts of a world's scenario, with its secrets masked.
fn texts(world: &World) -> BTreeMap<String, String> {
    let masked = |text: &str| world.secrets().masked(text).into_owned();
    world.scenario().texts().into_iter().map(|(name, text)| (name, masked(&text))).collect()
}

/// A bundle that was read.
#[derive(Debug)]
pub struct Run {
    /// The command.
    pub command: String,
    /// The exchanges, as the journal shows them, with their worlds.
    pub exchanges: Vec<Value>,
    /// The clock, the scenario and the coverage at the end.
    pub end: End,
}

impl Run {
    /// Reads a bundle.
    ///
    /// # Errors
    /// The first line that is not one of a bundle, or that the bundle is not complete.
    pub fn read(path: &Path) -> Result<Self, String> {
        let name = path.display();
        let text = output::read(path, || format!("; `callmock exec --bundle {name} -- CMD` writes one"))?;
        let (mut command, mut exchanges, mut end) = (None, vec![], None);
        for (n, line) in text.lines().enumerate() {
            let wrong = |why: String| format!("{name}:{}: not a line of `exec --bundle`: {why}", n + 1);
            match serde_json::from_str(line).map_err(|error| wrong(error.to_string()))? {
                Line::Run { callmock_bundle: VERSION, command: run } => command = Some(run),
                Line::Run { callmock_bundle, .. } => {
                    return Err(wrong(format!(
                        "version {callmock_bundle} is not known; this is version {VERSION}"
                    )));
                }
                Line::Exchange(exchange) => exchanges.push(exchange),
                Line::End(known) => end = Some(*known),
            }
        }
        match (command, end) {
            (Some(command), Some(end)) => Ok(Self { command, exchanges, end }),
            _ => Err(format!("{name}: the bundle is not complete: its run was killed before the end")),
        }
    }

    /// Whether the run had a world.
    pub fn has_world(&self, world: &str) -> bool {
        let worlds = self.end.answers.get("/_mock/worlds").and_then(|worlds| worlds["worlds"].as_array());
        worlds.is_some_and(|worlds| worlds.iter().any(|known| known["id"] == world))
            || self.exchanges.iter().any(|exchange| exchange["world"] == world)
    }

    /// The answer of the admin API for a path, if the bundle has it.
    pub fn answer(&self, path: &str) -> Option<&Value> {
        let of_default = || {
            let resource = path.strip_prefix("/_mock/")?;
            self.end.answers.get(&format!("/_mock/worlds/{}/{resource}", Worlds::DEFAULT))
        };
        self.end.answers.get(path).or_else(of_default)
    }
}
