//! `callmock oracle diff GOT.jsonl`: what a team made of its vendors' calls, held against the truth.

use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Request, Uri};
use clap::{Subcommand, ValueEnum};
use http_body_util::BodyExt;
use serde::Deserialize;
use tower::ServiceExt;
use tracing_subscriber::filter::LevelFilter;

use super::client::Place;
use super::{Exit, options, serve};
use crate::exchange::Neutral;
use crate::report::oracle;
use crate::server::Server;
use crate::vendors;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Tell of each value whether it is exact, coarser or absent at its vendor, or a mistake; ends with 1 where there is one
    Diff(Box<Diff>),
}

#[derive(Debug, clap::Args)]
#[group(skip)]
struct Diff {
    /// A running server whose calls are the truth; without one, those of the scenario
    #[arg(long, env = "CALLMOCK_URL")]
    url: Option<Uri>,
    /// The world of that server
    #[arg(long, env = "CALLMOCK_WORLD", default_value = "default")]
    world: String,
    /// A vendor whose calls must be in the table; without any, those of which it has rows
    #[arg(long, env = "CALLMOCK_VENDOR", value_delimiter = ',', value_parser = super::openapi::vendor)]
    vendor: Vec<String>,
    /// How to print it
    #[arg(long, value_enum, default_value = "text", env = "CALLMOCK_FORMAT")]
    format: Format,
    #[command(flatten)]
    server: options::Args,
    /// The team's calls, a JSON object a line: `vendor`, `id` (the vendor's), and any members of `GET /_mock/calls`; `-` is
    /// standard input
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
    args.server.start_log(LevelFilter::WARN);
    let names: Vec<&str> = vendors::catalogues().map(|catalogue| catalogue.vendor).collect();
    let read = text(&args.got).and_then(|text| {
        oracle::read(&text, &names).map_err(|message| format!("{}: {message}", args.got.display()))
    });
    let rows = match read {
        Ok(rows) => rows,
        Err(message) => {
            eprintln!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let truth = match args.truth() {
        Ok(truth) => truth,
        Err((exit, message)) => {
            eprintln!("callmock: {message}");
            return exit;
        }
    };
    let diff = oracle::diff(&truth, &rows, vendors::ALL, &args.vendor);
    let printed = super::print(&match args.format {
        Format::Text => diff.text(),
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

impl Diff {
    fn truth(&self) -> Result<Vec<Neutral>, (Exit, String)> {
        let runtime = serve::runtime().map_err(|message| (Exit::Failed, message))?;
        match &self.url {
            Some(url) => {
                let place = Place::of(url).map_err(|message| (Exit::Usage, message))?;
                runtime.block_on(self.of_server(&place)).map_err(|why| {
                    (Exit::Failed, format!("{url}: {why}; leave --url out to hold against the scenario"))
                })
            }
            None => runtime.block_on(self.of_scenario()).map_err(|message| (Exit::Usage, message)),
        }
    }

    async fn of_server(&self, place: &Place) -> Result<Vec<Neutral>, String> {
        let settings = self.server.settings()?;
        let mut all = vec![];
        let mut after = Some(0);
        while let Some(from) = after {
            let path = format!("/_mock/worlds/{}/calls?after={from}", self.world);
            let (status, body) = place.get(&path, settings.admin_token.as_deref()).await?;
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
        let mut settings = self.server.settings()?;
        settings.admin_token = None;
        let server = Server::bind(("127.0.0.1", 0), self.server.library()?, settings).await;
        let server = server.map_err(|error| error.to_string())?;
        let request = Request::get(format!("/_mock/calls?limit={}", usize::MAX)).body(Body::empty());
        let request = request.map_err(|error| error.to_string())?;
        let Ok(response) = server.admin().oneshot(request).await;
        let body = response.into_body().collect().await.map_err(|error| error.to_string())?;
        let page: Page = serde_json::from_slice(&body.to_bytes()).map_err(|error| error.to_string())?;
        Ok(page.calls)
    }
}
