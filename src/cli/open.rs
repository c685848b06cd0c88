//! `callmock open BUNDLE`: serves a run that `exec --bundle` kept, read-only.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::extract::{RawQuery, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::bundle::Run;
use super::exit::Exit;
use super::output::print;
use crate::admin;
use crate::nearest::did_you_mean;
use crate::report::text::{self, Listed};
use crate::report::{html, junit, sarif};
use crate::urlencoded;
use crate::vendors;
use crate::version::VERSION;
use crate::world::Worlds;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file of `exec --bundle`
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// The port to listen on, on this machine only; 0 selects a free one
    #[arg(long, env = "CALLMOCK_PORT", default_value_t = 8080, value_parser = super::options::port)]
    port: u16,
}

pub fn run(args: &Args) -> Exit {
    let run = match Run::read(&args.bundle) {
        Ok(run) => run,
        Err(message) => {
            tell!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let served = super::serve::runtime().and_then(|runtime| runtime.block_on(serve(args, run)));
    match served {
        Ok(()) => Exit::Done,
        Err(message) => {
            tell!("callmock: {message}");
            Exit::Failed
        }
    }
}

async fn serve(args: &Args, run: Run) -> Result<(), String> {
    let stop = super::serve::stop_signal()?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", args.port)).await.map_err(|error| {
        format!("cannot listen on port {}: {error}. Choose another with --port", args.port)
    })?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let router = Router::new().fallback(answer).with_state(Arc::new(run));
    print(&format!("callmock ready http://{address}\n"));
    let serving = axum::serve(listener, router).with_graceful_shutdown(stop);
    tokio::select! {
        served = serving.into_future() => served.map_err(|error| error.to_string()),
    }
}

/// The paths of a bundle for one world, relative to `/_mock` or `/_mock/worlds/{world}`.
const OF_WORLD: [&str; 10] = [
    "journal",
    "coverage",
    "findings",
    "clock",
    "calls",
    "agents",
    "queues",
    "customers",
    "accounts",
    "readings",
];

async fn answer(State(run): State<Arc<Run>>, RawQuery(query): RawQuery, request: Request) -> Response {
    let path = request.uri().path().trim_end_matches('/').to_owned();
    if !path.is_empty() && path != "/_mock" && !path.starts_with("/_mock/") {
        let message = "this is a run that was kept, and no vendor is served; `callmock serve` serves them";
        return refused(StatusCode::FORBIDDEN, "read_only", message);
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let message = "this is a run that was kept: it can be read, and not changed";
        return refused(StatusCode::METHOD_NOT_ALLOWED, "read_only", message);
    }
    let query = query.unwrap_or_default();
    let pairs: Vec<(String, String)> = urlencoded::lossy(&query).collect();
    let given = |name: &str| pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let within = path.strip_prefix("/_mock/worlds/").and_then(|rest| rest.split_once('/'));
    let of_default = (Worlds::DEFAULT, path.strip_prefix("/_mock/").unwrap_or_default());
    let (world, resource) = within.unwrap_or(of_default);
    if !run.has_world(world) {
        let message = format!("the bundle has no world `{world}`; GET /_mock/worlds lists its worlds");
        return refused(StatusCode::NOT_FOUND, "unknown_world", &message);
    }
    if within.is_some() && ["coverage", "findings"].contains(&resource) {
        let message = format!("the bundle has the coverage of all worlds together: GET /_mock/{resource}");
        return refused(StatusCode::NOT_FOUND, "not_found", &message);
    }
    match resource {
        "" => json(&index(&run)),
        "health" | "ready" => json(&json!({ "status": "ok" })),
        "scenario" => json(&json!({ "files": run.end.scenario })),
        "journal" => {
            let catalogues: Vec<_> = vendors::catalogues().collect();
            match admin::JournalQuery::read(&query, &catalogues, &[]) {
                Ok(query) => json(&journal(&run, world, &query)),
                Err(refused) => refused.into_response(),
            }
        }
        "coverage" | "findings" => report(&run, given("format").unwrap_or("json")),
        _ => run.answer(&path).map_or_else(|| unknown(&path, resource), json),
    }
}

fn unknown(path: &str, resource: &str) -> Response {
    let known = OF_WORLD.iter().copied().chain(["worlds", "scenario"]);
    let near = did_you_mean(resource, known.clone());
    let known: Vec<&str> = known.collect();
    let message = format!("the bundle has no {path}{near}; it has {}", known.join(", "));
    refused(StatusCode::NOT_FOUND, "not_found", &message)
}

fn index(run: &Run) -> Value {
    json!({
        "callmock": VERSION,
        "command": run.command,
        "runs": run.end.coverage.runs,
        "exchanges": run.exchanges.len(),
        "exercised": run.end.coverage.exercised,
        "read_only": true,
        "see": OF_WORLD.iter().map(|resource| format!("/_mock/{resource}")).collect::<Vec<_>>(),
    })
}

/// The exchanges of a world, filtered as the journal of a server is.
fn journal(run: &Run, world: &str, query: &admin::JournalQuery) -> Value {
    let admin::JournalQuery { filter, after, limit } = query;
    let is = |value: &Value, wanted: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| value == wanted.as_str())
    };
    let has = |list: &Value, wanted: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| {
            list.as_array().is_some_and(|all| all.iter().any(|id| id == wanted.as_str()))
        })
    };
    let fits = |exchange: &&Value| {
        exchange["world"] == world
            && exchange["seq"].as_u64().is_some_and(|seq| seq > *after)
            && is(&exchange["vendor"], &filter.vendor)
            && is(&exchange["operation"], &filter.operation)
            && filter.status.is_none_or(|status| exchange["response"]["status"] == status)
            && has(&exchange["behaviors"], &filter.behavior)
            && has(&exchange["findings"], &filter.finding)
    };
    let mut all: Vec<&Value> = run.exchanges.iter().filter(fits).collect();
    all.sort_by_key(|exchange| exchange["seq"].as_u64());
    all.truncate(*limit);
    let next = all.last().map_or(*after, |exchange| exchange["seq"].as_u64().unwrap_or_default());
    json!({ "exchanges": all, "next": next, "dropped": 0 })
}

/// The coverage with its findings in a format.
fn report(run: &Run, format: &str) -> Response {
    let (coverage, all) = (&run.end.coverage, vendors::catalogues());
    match format {
        "json" => json(&serde_json::to_value(coverage).unwrap_or_default()),
        "text" => typed("text/plain; charset=utf-8", text::text(coverage, all, Listed::Exercised)),
        "html" => typed("text/html; charset=utf-8", html::page(coverage, all)),
        "junit" => typed("application/xml", junit::xml(coverage, all, Listed::Exercised)),
        "sarif" => json(&sarif::log(coverage, all, "the bundle")),
        other => {
            let formats = ["json", "text", "html", "junit", "sarif"];
            let near = did_you_mean(other, formats);
            let message = format!("there is no format `{other}`{near}; there are {}", formats.join(", "));
            refused(StatusCode::BAD_REQUEST, "invalid_parameter", &message)
        }
    }
}

fn json(value: &Value) -> Response {
    typed("application/json", value.to_string())
}

fn typed(kind: &'static str, body: String) -> Response {
    ([(header::CONTENT_TYPE, kind)], body).into_response()
}

fn refused(status: StatusCode, code: &str, message: &str) -> Response {
    (status, json(&json!({ "error": { "code": code, "message": message } }))).into_response()
}
