//! One run of the client: a server and a folder of its own, and what is seen of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{SecondsFormat, TimeDelta};
use tokio::process::Command;

use super::super::gate::{FOUND, told, unmet};
use super::super::job::{self, Ended};
use super::super::sidecar::Sidecar;
use super::progress::Matrix;
use super::result::{Request, Run, Table};
use crate::exchange::Completed;
use crate::report::coverage::Coverage;
use crate::report::oracle::{self, Period};
use crate::scenario::Library;
use crate::universe::Ordinal;
use crate::vendor::Neutral;
use crate::vendors;
use crate::world::{Entry, Ids};

impl Matrix<'_> {
    /// Runs the client once, with a server and a folder of its own.
    pub async fn run(&self, library: Library, limit: Option<Duration>) -> Result<Run, String> {
        let folder = Folder::new()?;
        let sidecar = Sidecar::start(&self.args.server, 0, library, self.settings.clone()).await?;
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        drop(sidecar.app.completed.set(vec![noted(&requests)]));
        let world = sidecar.app.worlds.default_slot().world();
        world.observer().start(TimeDelta::zero());
        let now = world.now().to_rfc3339_opts(SecondsFormat::Secs, true);
        let prepare = |command: &mut Command| {
            command.env("CALLMOCK_DIR", &folder.0).env("CALLMOCK_RUN", "1").env("CALLMOCK_NOW", &now);
        };
        let mut command = sidecar.command(&self.args.command);
        prepare(&mut command);
        let name = self.args.command[0].display().to_string();
        let Ended { code, hung, mut output } = job::run(command, &name, limit).await?;
        let table = if self.args.table.is_named() {
            // A job that failed before it wrote anything has an empty table.
            let is_there = self.args.table.file().is_none_or(|file| folder.0.join(file).exists());
            Some(if is_there || code == 0 {
                self.table(&sidecar, &folder.0, prepare).await
            } else {
                Ok(Table::of(&sidecar, &[]))
            })
        } else {
            None
        };
        let counts = sidecar.app.worlds.counts();
        let called = counts.answers.keys().map(|(vendor, ..)| *vendor).collect();
        let exercised = Coverage::of(&counts, vendors::catalogues()).without(&self.exclusions);
        let found = self.denied.map_or_else(Vec::new, |least| exercised.denied(least, vendors::catalogues()));
        let found = (!found.is_empty()).then(|| format!("findings:\n{}", told(&found)));
        let against: Vec<String> = found.into_iter().chain(unmet(&exercised)).collect();
        let seen = |ends: &[&str]| -> Vec<&'static str> {
            let findings = vendors::catalogues().flat_map(|catalogue| catalogue.findings.iter().copied());
            let is_seen = |id: &str| exercised.findings.iter().any(|count| count.id == id);
            let seen =
                findings.filter(|found| ends.iter().any(|end| found.id.ends_with(end)) && is_seen(found.id));
            seen.map(|finding| finding.summary).collect()
        };
        let hammering = seen(&[".retried_at_once", ".retry_after_ignored"]);
        let made_twice = seen(&[".created_twice"]);
        let created = sidecar.app.worlds.default_slot().world().view().size() - world.universe().len();
        let code = if code == 0 && !against.is_empty() {
            if !output.is_empty() && !output.ends_with('\n') {
                output.push('\n');
            }
            output.push_str(&format!("{}\n", against.join("\n")));
            FOUND
        } else {
            code
        };
        let output = world.secrets().masked(&output).into_owned();
        let words: Vec<String> = self.args.command.iter().map(|word| word.display().to_string()).collect();
        let command = world.secrets().masked(&words.join(" ")).into_owned();
        sidecar.end().await;
        let requests = std::mem::take(&mut *requests.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Run { command, code, hung, output, called, requests, hammering, made_twice, created, table })
    }

    async fn table(
        &self,
        sidecar: &Sidecar,
        folder: &std::path::Path,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<Table, String> {
        let rows = self.args.table.rows(sidecar, &self.words, Some(folder), prepare).await?;
        Ok(Table::of(sidecar, &rows))
    }
}

impl Table {
    /// Holds rows against the calls of a server.
    fn of(sidecar: &Sidecar, rows: &[oracle::Row]) -> Self {
        let world = sidecar.app.worlds.default_slot().world();
        let view = world.view();
        let all = (0..u32::try_from(view.size()).unwrap_or(u32::MAX)).map(Ordinal);
        let truth: Vec<Neutral> =
            all.filter_map(|ordinal| Neutral::of(vendors::ALL, &world, &view, ordinal)).collect();
        let diff = oracle::diff(&truth, rows, vendors::ALL, &[], Period::default());
        let mut table = Self {
            rows: BTreeMap::new(),
            invented: BTreeSet::new(),
            wrong: BTreeSet::new(),
            not_kept: BTreeSet::new(),
        };
        for row in rows {
            *table.rows.entry((row.vendor.clone(), row.id.clone())).or_default() += 1;
        }
        for mistake in diff.mistakes {
            let id = (mistake.vendor, mistake.id);
            match (mistake.kind, mistake.field) {
                ("invented_call", _) => drop(table.invented.insert(id)),
                (_, Some(field)) => drop(table.wrong.insert((id, field))),
                _ => {}
            }
        }
        for showed in world.observer().take().showed {
            let vendor = vendors::ALL.iter().find(|vendor| vendor.name() == showed.vendor);
            if let Some(id) = vendor.and_then(|vendor| vendor.call_id(&view, showed.call)) {
                let id = (showed.vendor.to_owned(), id);
                if !table.rows.contains_key(&id) {
                    table.not_kept.insert(id);
                }
            }
        }
        table
    }
}

/// A function that notes each exchange.
fn noted(requests: &Arc<Mutex<Vec<Request>>>) -> Completed {
    let requests = Arc::clone(requests);
    Box::new(move |_: &str, entry: &Entry| {
        let Entry { vendor, operation, response, .. } = entry;
        let request =
            Request { vendor, operation: *operation, status: response.status, bytes: response.body.total };
        requests.lock().unwrap_or_else(PoisonError::into_inner).push(request);
    })
}

/// A folder for what a job keeps. It is removed when this is dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("callmock-{:032x}", Ids::unguessable()));
        std::fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}
