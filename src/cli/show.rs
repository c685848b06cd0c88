//! `callmock show`: who and what a scenario or a running server has.

use axum::body::Body;
use axum::http::{Request, Uri};
use chrono::{DateTime, Utc};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use super::client::Origin;
use super::exit::Exit;
use super::output::print;
use crate::scenario::{Library, LoadOptions, Source};
use crate::server::{Server, Settings};
use crate::vendors;
use crate::world::Worlds;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The list to show; every list, if left out
    #[arg(value_enum, value_name = "WHAT")]
    what: Option<What>,
    /// With `calls`: the id of one call, to see it as each vendor shows it
    #[arg(value_name = "ID", requires = "what")]
    id: Option<String>,
    /// A scenario file, or the name of a built-in one; several are merged in order
    #[arg(long, value_name = "FILE|NAME", value_delimiter = ',', conflicts_with = "url")]
    scenario: Vec<String>,
    /// Fix the clock of the scenario at this time
    #[arg(long, value_name = "RFC3339", value_parser = super::options::moment)]
    now: Option<DateTime<Utc>>,
    /// The running server, in place of a scenario [default: `CALLMOCK_URL`]
    #[arg(long)]
    url: Option<Uri>,
    /// The world of the running server, by its id
    #[arg(long, value_name = "ID", requires = "url")]
    world: Option<String>,
    /// The token of a server that was started with one
    #[arg(long, env = "CALLMOCK_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
    /// The most rows of each table
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// The format
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum What {
    Calls,
    Agents,
    Queues,
    Customers,
    Accounts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

impl What {
    const ALL: [Self; 5] = [Self::Accounts, Self::Agents, Self::Queues, Self::Customers, Self::Calls];

    fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Agents => "agents",
            Self::Queues => "queues",
            Self::Customers => "customers",
            Self::Accounts => "accounts",
        }
    }

    /// The members that the table has as columns, beside the ids at each vendor.
    fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Calls => &[
                "id",
                "at",
                "direction",
                "from",
                "to",
                "outcome",
                "talk",
                "agent",
                "customer",
                "queue",
                "status",
            ],
            Self::Agents => &["id", "name", "state", "email", "extension"],
            Self::Queues => &["id", "name", "state"],
            Self::Customers => &["id", "name", "phones", "tickets"],
            Self::Accounts => &["vendor", "account", "numbers"],
        }
    }
}

/// Where the data comes from.
enum From {
    Server(Origin, String),
    Scenario(Box<Server>),
}

pub fn run(args: &Args) -> Exit {
    let shown = super::serve::runtime().map_err(|message| (Exit::Failed, message));
    match shown.and_then(|runtime| runtime.block_on(args.show())) {
        Ok(text) => print(&text),
        Err((exit, message)) => {
            tell!("callmock: {message}");
            exit
        }
    }
}

impl Args {
    async fn show(&self) -> Result<String, (Exit, String)> {
        if self.id.is_some() && self.what != Some(What::Calls) {
            let message = "an id is of one call: write `callmock show calls ID`".to_owned();
            return Err((Exit::Usage, message));
        }
        let from = self.from().await?;
        if let Some(id) = &self.id {
            let shown = self.get(&from, &format!("calls/{}", escaped(id))).await?;
            return Ok(match self.format {
                Format::Json => format!("{shown:#}\n"),
                Format::Text => one_call(&shown),
            });
        }
        let mut text = String::new();
        let wanted = self.what.map_or(What::ALL.to_vec(), |what| vec![what]);
        let mut all = serde_json::Map::new();
        for what in &wanted {
            let paged = matches!(what, What::Calls | What::Customers);
            let query = if paged { format!("?limit={}", self.limit) } else { String::new() };
            let page = self.get(&from, &format!("{}{query}", what.name())).await?;
            let rows = page[what.name()].as_array().cloned().unwrap_or_default();
            if wanted.len() > 1 {
                text.push_str(&format!("{}\n", what.name()));
            }
            text.push_str(&table(*what, &rows[..rows.len().min(self.limit)]));
            if !page["next"].is_null() || rows.len() > self.limit {
                text.push_str("… and more; --limit N shows them\n");
            }
            if wanted.len() > 1 {
                text.push('\n');
            }
            all.insert(what.name().to_owned(), rows.into());
        }
        Ok(match self.format {
            Format::Json => format!("{:#}\n", Value::Object(all)),
            Format::Text => text,
        })
    }

    async fn from(&self) -> Result<From, (Exit, String)> {
        let in_environment = std::env::var("CALLMOCK_URL").ok().filter(|_| self.scenario.is_empty());
        let url = match (&self.url, in_environment) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(named)) => {
                let wrong = |_| (Exit::Usage, format!("CALLMOCK_URL is no URL: `{named}`"));
                Some(named.parse().map_err(wrong)?)
            }
            (None, None) => None,
        };
        if let Some(url) = url {
            let world = self.world.as_deref().unwrap_or(Worlds::DEFAULT).to_owned();
            return Ok(From::Server(Origin::of(&url).map_err(|message| (Exit::Usage, message))?, world));
        }
        let names = if self.scenario.is_empty() { &["documented".to_owned()][..] } else { &self.scenario };
        let sources = names.iter().map(|name| Source::named(name)).collect::<Result<_, _>>();
        let options = LoadOptions {
            sources: sources.map_err(|message| (Exit::Usage, message))?,
            now: self.now,
            catalogues: vendors::catalogues().collect(),
            ..LoadOptions::default()
        };
        let library = Library::open(options).map_err(|invalid| (Exit::Usage, invalid.to_string()))?;
        // The server accepts no connections: its admin API is asked within this process.
        let server = Server::bind(("127.0.0.1", 0), library, Settings::default()).await;
        server
            .map(|server| From::Scenario(Box::new(server)))
            .map_err(|error| (Exit::Failed, error.to_string()))
    }

    async fn get(&self, from: &From, resource: &str) -> Result<Value, (Exit, String)> {
        let failed = |message: String| (Exit::Failed, message);
        let (status, body) = match from {
            From::Server(origin, world) => {
                let path = format!("/_mock/worlds/{world}/{resource}");
                let answer = origin.get(&path, self.admin_token.as_deref()).await;
                answer.map_err(|why| {
                    failed(format!(
                        "{}: {why}; is a server running there? `callmock serve` starts one",
                        origin.url()
                    ))
                })?
            }
            From::Scenario(server) => {
                let request = Request::get(format!("/_mock/{resource}")).body(Body::empty());
                let request = request.map_err(|error| failed(error.to_string()))?;
                let Ok(response) = server.admin().oneshot(request).await;
                let status = response.status();
                let body = response.into_body().collect().await.map_err(|error| failed(error.to_string()))?;
                (status, body.to_bytes().to_vec())
            }
        };
        let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
        if status.is_success() {
            return Ok(answer);
        }
        let why = answer["error"]["message"].as_str().map_or_else(|| status.to_string(), str::to_owned);
        Err(failed(why))
    }
}

/// An id as a segment of a path.
fn escaped(id: &str) -> String {
    percent_encoding::utf8_percent_encode(id, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// One call: the neutral members, then the answer of each vendor.
fn one_call(shown: &Value) -> String {
    let mut text = String::new();
    for (name, value) in shown["call"].as_object().into_iter().flatten() {
        if !value.is_null() && name != "ids" {
            text.push_str(&format!("{name:<12} {}\n", cell(value)));
        }
    }
    for (vendor, call) in shown["shown"].as_object().into_iter().flatten() {
        if call.is_null() {
            text.push_str(&format!("\n{vendor}: its list does not show this call\n"));
        } else {
            text.push_str(&format!("\n{vendor}: {call:#}\n"));
        }
    }
    text
}

/// Rows as a table, with a column for the ids at each vendor.
fn table(what: What, rows: &[Value]) -> String {
    let mut vendors: Vec<&String> = vec![];
    for vendor in rows.iter().filter_map(|row| row["ids"].as_object()).flat_map(|ids| ids.keys()) {
        if !vendors.contains(&vendor) {
            vendors.push(vendor);
        }
    }
    let columns = what.columns().iter().copied().chain(vendors.iter().map(|vendor| vendor.as_str()));
    let mut lines: Vec<Vec<String>> = vec![columns.map(str::to_owned).collect()];
    for row in rows {
        let own = what.columns().iter().map(|column| cell(&row[column]));
        lines.push(own.chain(vendors.iter().map(|vendor| cell(&row["ids"][vendor.as_str()]))).collect());
    }
    let count = lines[0].len();
    let width = |n: usize| lines.iter().map(|line| line[n].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells = line.iter().zip(&widths).map(|(cell, width)| {
            let padding = width - cell.chars().count();
            format!("{cell}{}", " ".repeat(padding))
        });
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A value in one line: a text as it is, several with spaces between.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "-".to_owned(),
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(" "),
        Value::Object(members) if members.is_empty() => "-".to_owned(),
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| format!("{name}={}", cell(value)))
            .collect::<Vec<_>>()
            .join(" "),
        other => other.to_string(),
    }
}
