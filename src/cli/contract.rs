//! `callmock contract`: the catalogue, or some of its entries with the way to meet them.

use axum::http::Uri;
use clap::ValueEnum;

use super::client::Origin;
use super::exit::Exit;
use super::output::print;
use crate::nearest::did_you_mean;
use crate::report::{catalogue, entry};
use crate::vendors;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The format of the catalogue
    #[arg(long, value_enum, default_value = "table", env = "CALLMOCK_FORMAT")]
    format: Format,
    /// The server that the commands are for
    #[arg(long, env = "CALLMOCK_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    url: Uri,
    /// Behaviors, findings, inferences or readings to explain, and how to meet the behaviors;
    /// without one, the whole catalogue
    #[arg(value_name = "ID")]
    ids: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Table,
    Json,
    Markdown,
}

pub fn run(args: &Args) -> Exit {
    let all = vendors::catalogues();
    if args.ids.is_empty() {
        return print(&match args.format {
            Format::Table => catalogue::table(all),
            Format::Json => format!("{:#}\n", catalogue::json(all)),
            Format::Markdown => catalogue::markdown(all),
        });
    }
    match entries(args) {
        Ok(text) => print(&text),
        Err(message) => {
            tell!("callmock: {message}");
            Exit::Usage
        }
    }
}

/// The entries of the given ids, as text or JSON.
fn entries(args: &Args) -> Result<String, String> {
    Origin::of(&args.url)?;
    let url = args.url.to_string();
    let mut found = vec![];
    for id in &args.ids {
        let Some(entry) = entry::of(id, vendors::ALL, url.trim_end_matches('/')) else {
            let near = did_you_mean(id, entry::ids(vendors::catalogues()));
            return Err(format!("`callmock contract` lists all behaviors, and has no `{id}`{near}"));
        };
        found.push(entry);
    }
    Ok(match args.format {
        Format::Json => {
            let values: Vec<_> = found.iter().map(entry::Entry::json).collect();
            format!("{:#}\n", serde_json::Value::from(values))
        }
        Format::Table | Format::Markdown => {
            let texts: Vec<String> = found.iter().map(entry::Entry::text).collect();
            texts.join("\n")
        }
    })
}
