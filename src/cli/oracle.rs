//! `callmock oracle diff GOT.jsonl`: what a team made of its vendors' calls, held against the
//! truth.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{self, Uri};
use clap::{Subcommand, ValueEnum};
use http_body_util::BodyExt;
use serde::Deserialize;
use tower::ServiceExt;

use super::client::Origin;
use super::exit::Exit;
use super::output::print;
use super::serve;
use crate::report::oracle;
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
    /// Tell of each value whether it is exact, coarser or absent at its vendor, or a mistake; ends
    /// with 1 where there is one
    Diff(Box<Diff>),
}

#[derive(Debug, clap::Args)]
struct Diff {
    /// A running server whose calls are the truth; the one of `CALLMOCK_URL`, if there is one and
    /// no scenario is given
    #[arg(long, value_name = "URL", conflicts_with = "scenario")]
    url: Option<Uri>,
    /// The world of that server
    #[arg(long, env = "CALLMOCK_WORLD", value_name = "ID")]
    world: Option<String>,
    /// What its admin API wants, where it was started with a token
    #[arg(long, env = "CALLMOCK_ADMIN_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    admin_token: Option<String>,
    /// A scenario whose calls are the truth, a file or the name of a built-in one; several are
    /// merged in order
    #[arg(long, value_name = "FILE|NAME", value_delimiter = ',')]
    scenario: Vec<String>,
    /// The seed that the server was given instead of the scenario's
    #[arg(long, env = "CALLMOCK_SEED", value_name = "N")]
    seed: Option<u64>,
    /// A vendor whose calls must be in the table; without any, those of which it has rows
    #[arg(long, env = "CALLMOCK_VENDOR", value_delimiter = ',', value_parser = super::openapi::vendor)]
    vendor: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
    format: Format,
    /// Print every mistake; without it, the first of each kind
    #[arg(long)]
    all: bool,
    /// The team's calls, a JSON object a line: `vendor`, `id` (the vendor's), and any members of
    /// `GET /_mock/calls`; `-` is standard input
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
    let read = text(&args.got).and_then(|text| {
        oracle::read(&text, &names).map_err(|message| format!("{}: {message}", args.got.display()))
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
    let diff = oracle::diff(&truth, &rows, vendors::ALL, &args.vendor);
    let printed = print(&match args.format {
        Format::Text => diff.text(if args.all { usize::MAX } else { SHOWN }),
        Format::Json => serde_json::to_string_pretty(&diff).expect("texts and numbers are JSON") + "\n",
    });
    if printed == Exit::Done && !diff.mistakes.is_empty() { Exit::Failed } else { printed }
}

fn text(path: &Path) -> Result<String, String> {
    let read = if path == Path::new("-") {
        std::io::read_to_string(std::io::stdin())
    } else {
        std::fs::read_to_string(path)
    };
    read.map_err(|error| format!("{}: {error}", path.display()))
}

#[derive(Deserialize)]
struct Page {
    calls: Vec<Neutral>,
    next: Option<u64>,
}

/// How many mistakes of a kind are printed.
const SHOWN: usize = 10;

impl Diff {
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

    /// By a server that nobody else can reach.
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
