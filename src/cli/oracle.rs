//! `callmock oracle diff GOT.jsonl`: compares a team's own table of calls with the true calls.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{self, Uri};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use clap::{Subcommand, ValueEnum};
use http_body_util::BodyExt;
use serde::Deserialize;
use tower::ServiceExt;

use super::client::Origin;
use super::exit::Exit;
use super::output::{self, print};
use super::serve;
use crate::report::oracle::{self, Period, Words};
use crate::scenario::{Library, LoadOptions, Source};
use crate::server::{Server, Settings};
use crate::vendor::Neutral;
use crate::vendors;
use crate::world::Worlds;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Report whether each value is exact, coarser or absent at its vendor, or a mistake; exit with
    /// 1 if there is a mistake
    Diff(Box<Diff>),
}

#[derive(Debug, clap::Args)]
struct Diff {
    /// The running server that has the true calls; by default that of `CALLMOCK_URL`, unless a
    /// scenario is given
    #[arg(long, value_name = "URL", conflicts_with = "scenario")]
    url: Option<Uri>,
    /// The world of that server
    #[arg(long, env = "CALLMOCK_WORLD", value_name = "ID")]
    world: Option<String>,
    /// The token of that server's admin API, if it requires one
    #[arg(long, env = "CALLMOCK_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
    /// The scenario that has the true calls: a file, or the name of a built-in scenario; several
    /// are merged in order
    #[arg(long, value_name = "FILE|NAME", value_delimiter = ',')]
    scenario: Vec<String>,
    /// The seed of the server, if it is not the scenario's
    #[arg(long, env = "CALLMOCK_SEED", value_name = "N")]
    seed: Option<u64>,
    /// A vendor whose calls the table must have; by default, those of which it has rows
    #[arg(long, env = "CALLMOCK_VENDOR", value_delimiter = ',', value_parser = super::openapi::vendor)]
    vendor: Vec<String>,
    /// Compare only calls that began at this time or later: RFC 3339, or a day (from 00:00 UTC)
    #[arg(long, env = "CALLMOCK_FROM", value_name = "TIME", value_parser = moment)]
    from: Option<DateTime<Utc>>,
    /// Compare only calls that began before this time: RFC 3339, or a day (until 00:00 UTC)
    #[arg(long, env = "CALLMOCK_TO", value_name = "TIME", value_parser = moment)]
    to: Option<DateTime<Utc>>,
    /// The team's own words, in YAML or JSON: `columns: {started: at}`, `words: {outcome:
    /// {SUCCESSFUL: answered}}`, `vendor: NAME`, `zone: "+09:00"`
    #[arg(long, env = "CALLMOCK_MAP", value_name = "FILE")]
    map: Option<PathBuf>,
    /// The format of the result
    #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
    format: Format,
    /// Print every mistake, instead of the first ones of each kind
    #[arg(long)]
    all: bool,
    /// The team's calls, one JSON object per line: `vendor`, `id` (the vendor's), and any members
    /// of `GET /_mock/calls`; `-` is standard input
    #[arg(value_name = "GOT.jsonl")]
    got: PathBuf,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub fn run(args: &Args) -> Exit {
    let What::Diff(args) = &args.what;
    let names: Vec<&str> = vendors::catalogues().map(|catalogue| catalogue.vendor).collect();
    let read = args.words(&names).and_then(|words| {
        let wrong = |message: String| format!("{}: {message}", args.got.display());
        text(&args.got).and_then(|text| oracle::read(&text, &names, &words).map_err(wrong))
    });
    let rows = match read {
        Ok(rows) => rows,
        Err(message) => {
            tell!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let truth = match args.truth() {
        Ok(truth) => truth,
        Err((exit, message)) => {
            tell!("callmock: {message}");
            return exit;
        }
    };
    let period = Period { from: args.from, to: args.to };
    let diff = oracle::diff(&truth, &rows, vendors::ALL, &args.vendor, period);
    let printed = print(&match args.format {
        Format::Text => diff.text(if args.all { usize::MAX } else { SHOWN }),
        Format::Json => serde_json::to_string_pretty(&diff).expect("texts and numbers are JSON") + "\n",
    });
    if printed == Exit::Done && !diff.mistakes.is_empty() { Exit::Failed } else { printed }
}

/// Parses a time in RFC 3339, or a day, which begins at 00:00 UTC.
///
/// # Errors
/// If the text is neither.
pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    let day = || text.parse::<NaiveDate>().ok().map(|day| day.and_time(NaiveTime::MIN).and_utc());
    let time = DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc());
    time.or_else(day).ok_or_else(|| "expected a time such as 2018-09-30T00:00:00+09:00, or a day".to_owned())
}

fn text(path: &Path) -> Result<String, String> {
    if path == Path::new("-") {
        return std::io::read_to_string(std::io::stdin()).map_err(|error| format!("-: {error}"));
    }
    output::read(path, || {
        let row = r#"{"vendor": "NAME", "id": "ID", "at": "2018-09-01T13:01:23+09:00"}"#;
        format!("; write a line for each call that your client got: {row}")
    })
}

#[derive(Deserialize)]
struct Page {
    calls: Vec<Neutral>,
    next: Option<u64>,
}

/// The most mistakes of each kind that are printed without `--all`.
const SHOWN: usize = 10;

impl Diff {
    /// The team's own words, if it has a file of them.
    fn words(&self, vendors: &[&str]) -> Result<Words, String> {
        let Some(file) = &self.map else { return Ok(Words::default()) };
        let wrong = |message: String| format!("--map {}: {message}", file.display());
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        Words::read(&text, vendors).map_err(wrong)
    }

    fn truth(&self) -> Result<Vec<Neutral>, (Exit, String)> {
        let runtime = serve::runtime().map_err(|message| (Exit::Failed, message))?;
        let of_environment =
            || super::environment::text("CALLMOCK_URL").map_err(|message| (Exit::Usage, message));
        let of_environment = if self.scenario.is_empty() { of_environment()? } else { None };
        let (url, named) = match (&self.url, of_environment) {
            (Some(url), _) => (url.clone(), "--url"),
            (None, Some(url)) => {
                let wrong = |_| (Exit::Usage, format!("CALLMOCK_URL is no URL: `{url}`"));
                (url.parse().map_err(wrong)?, "CALLMOCK_URL")
            }
            (None, None) if self.world.is_some() => {
                let message = "--world is of a running server: give that with --url".to_owned();
                return Err((Exit::Usage, message));
            }
            (None, None) => return runtime.block_on(self.of_scenario()).map_err(|m| (Exit::Usage, m)),
        };
        let origin = Origin::of(&url).map_err(|message| (Exit::Usage, message))?;
        runtime.block_on(self.of_server(&origin)).map_err(|why| {
            (Exit::Failed, format!("{named} {url}: {why}; give --scenario to hold against that instead"))
        })
    }

    async fn of_server(&self, origin: &Origin) -> Result<Vec<Neutral>, String> {
        let world = self.world.as_deref().unwrap_or(Worlds::DEFAULT);
        let mut all = vec![];
        let mut after = Some(0);
        while let Some(from) = after {
            let path = format!("/_mock/worlds/{world}/calls?after={from}");
            let (status, body) = origin.get(&path, self.admin_token.as_deref()).await?;
            if !status.is_success() {
                return Err(format!("{path} answered {status}: {}", String::from_utf8_lossy(&body).trim()));
            }
            let page: Page = serde_json::from_slice(&body).map_err(|error| format!("{path}: {error}"))?;
            all.extend(page.calls);
            after = page.next;
        }
        Ok(all)
    }

    /// The calls of a scenario, from a server that accepts no connections.
    async fn of_scenario(&self) -> Result<Vec<Neutral>, String> {
        let names = if self.scenario.is_empty() { &["documented".to_owned()][..] } else { &self.scenario };
        let sources = names.iter().map(|name| Source::named(name)).collect::<Result<_, _>>()?;
        let options = LoadOptions {
            sources,
            seed: self.seed,
            catalogues: vendors::catalogues().collect(),
            ..LoadOptions::default()
        };
        let library = Library::open(options).map_err(|invalid| invalid.to_string())?;
        let server = Server::bind(("127.0.0.1", 0), library, Settings::default()).await;
        let server = server.map_err(|error| error.to_string())?;
        let request = http::Request::get(format!("/_mock/calls?limit={}", usize::MAX)).body(Body::empty());
        let request = request.map_err(|error| error.to_string())?;
        let Ok(response) = server.admin().oneshot(request).await;
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?;
        let page: Page = serde_json::from_slice(&body.to_bytes()).map_err(|error| error.to_string())?;
        Ok(page.calls)
    }
}
