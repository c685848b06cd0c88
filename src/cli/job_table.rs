//! The table in which a job keeps its calls: a file, or a command that prints it.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use super::children;
use super::exit::code;
use super::sidecar::Sidecar;
use crate::platform::lead_group;
use crate::report::oracle::{self, Row, Words};
use crate::vendors;

#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct JobTable {
    /// The file with the job's table after the last run: CSV, JSON Lines, a JSON array, or
    /// an SQLite database. It must not be there before
    #[arg(long, env = "CALLMOCK_TABLE", value_name = "FILE")]
    table: Option<PathBuf>,
    /// The command that prints the job's table after the last run, for a shell: for example
    /// `sqlite3 -json calls.db 'select * from calls'`
    #[arg(long, env = "CALLMOCK_TABLE_COMMAND", value_name = "CMD", conflicts_with = "table")]
    table_command: Option<String>,
    /// The table's own words, as `callmock oracle diff --map` reads them
    #[arg(long, env = "CALLMOCK_ORACLE", value_name = "MAP")]
    oracle: Option<PathBuf>,
}

/// The beginning of a message about a table that was found and cannot be understood.
pub const WRONG_TABLE: &str = "the table: ";

/// The first bytes of an SQLite database.
const SQLITE: &[u8] = b"SQLite format 3\0";

impl JobTable {
    /// The file, if the table is one.
    pub fn file(&self) -> Option<&Path> {
        self.table.as_deref()
    }

    /// Whether there is a table.
    pub fn is_named(&self) -> bool {
        self.table.is_some() || self.table_command.is_some()
    }

    /// Reads the table's own words.
    ///
    /// # Errors
    /// Why the map cannot be read.
    pub fn words(&self) -> Result<Words, String> {
        let Some(file) = &self.oracle else { return Ok(Words::default()) };
        let wrong = |message: String| format!("--oracle {}: {message}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        Words::read(&text, &names()).map_err(wrong)
    }

    /// Reads the table. `prepare` gives the command that prints it the environment of the job, and a
    /// relative file is in `folder`, if there is one.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn rows(
        &self,
        sidecar: &Sidecar,
        words: &Words,
        folder: Option<&Path>,
        prepare: impl FnOnce(&mut Command),
    ) -> Result<Vec<Row>, String> {
        let text = match (&self.table, &self.table_command) {
            (Some(path), _) => text(&folder.map_or_else(|| path.clone(), |folder| folder.join(path))).await?,
            (None, Some(line)) => printed(sidecar, line, prepare).await?,
            (None, None) => return Err("no table is named: --table FILE or --table-command CMD".to_owned()),
        };
        oracle::read_table(&text, &names(), words).map_err(|why| format!("{WRONG_TABLE}{why}"))
    }
}

fn names() -> Vec<&'static str> {
    vendors::catalogues().map(|catalogue| catalogue.vendor).collect()
}

/// The text of a table's file.
async fn text(path: &Path) -> Result<String, String> {
    let wrong = |why: String| format!("{}: {why}", path.display());
    let bytes = std::fs::read(path).map_err(|error| {
        wrong(match error.kind() {
            ErrorKind::NotFound => format!("{error}; --table names the file that the job keeps its calls in"),
            _ => error.to_string(),
        })
    })?;
    if bytes.starts_with(SQLITE) {
        return of_database(path).await.map_err(wrong);
    }
    String::from_utf8(bytes).map_err(|_| wrong("it is no UTF-8 text".to_owned()))
}

/// The rows of an SQLite database as JSON: those of its only table, or of the one named `calls`.
async fn of_database(path: &Path) -> Result<String, String> {
    let names = "select name from sqlite_master where type in ('table', 'view') and name not like 'sqlite_%'";
    let names = asked(path, &[names]).await?;
    let tables: Vec<&str> = names.lines().collect();
    let table = match tables[..] {
        [only] => only,
        _ => tables.iter().copied().find(|name| *name == "calls").ok_or_else(|| {
            format!(
                "the database has no table `calls`, only {}; --table-command \"sqlite3 -json {} 'select * from …'\" \
                 prints another",
                tables.join(", "),
                path.display()
            )
        })?,
    };
    let rows = asked(path, &["-json", &format!("select * from \"{}\"", table.replace('"', "\"\""))]).await?;
    // Without a row it prints nothing.
    Ok(if rows.trim().is_empty() { "[]".to_owned() } else { rows })
}

/// The output of `sqlite3`.
async fn asked(path: &Path, words: &[&str]) -> Result<String, String> {
    let (query, flags) = words.split_last().unwrap_or((&"", &[]));
    let mut command = Command::new("sqlite3");
    command.arg("-readonly").args(flags).arg(path).arg(query).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = children::spawn(command.kill_on_drop(true)).map_err(|error| match error.kind() {
        ErrorKind::NotFound => "an SQLite database is read by the command sqlite3, which is not installed; \
                                --table-command names another command that prints the table"
            .to_owned(),
        _ => format!("sqlite3: {error}"),
    })?;
    let output = children::output(child).await.map_err(|error| format!("sqlite3: {error}"))?;
    if !output.status.success() {
        return Err(format!("sqlite3: {}", String::from_utf8_lossy(&output.stderr).trim_end()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

async fn printed(
    sidecar: &Sidecar,
    line: &str,
    prepare: impl FnOnce(&mut Command),
) -> Result<String, String> {
    let words = ["sh", "-c", line].map(OsString::from);
    let mut command = sidecar.command(&words);
    prepare(&mut command);
    lead_group(&mut command).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    let child = children::spawn(command.kill_on_drop(true)).map_err(|error| format!("sh: {error}"))?;
    let output = children::output(child).await.map_err(|error| format!("sh: {error}"))?;
    if !output.status.success() {
        return Err(format!("--table-command ended with {}", code(output.status)));
    }
    String::from_utf8(output.stdout).map_err(|_| "--table-command printed no UTF-8 text".to_owned())
}
