//! The admin API under `/_mock`, with one file per resource. Answers are JSON; errors are
//! `{"error":{"code","message"}}`.
//!
//! This file has the routes. The resources share `state`, `extract`, `body`, `markup` and
//! `middleware`.

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, patch, post};
use tower::ServiceExt as _;

mod accounts;
mod agents;
mod body;
mod calls;
mod clock;
mod contract;
mod coverage;
mod customers;
mod environment;
mod expect;
mod extract;
mod faults;
mod findings;
mod health;
mod index;
mod journal;
mod markup;
mod metrics;
mod middleware;
mod openapi;
mod queues;
mod readings;
mod reports;
mod reset;
mod snapshot;
mod state;
mod stream;
mod ui;
mod verify;
mod worlds;

pub use extract::reachable;
pub use journal::{Query as JournalQuery, exchange};
pub use state::Admin;

use crate::exchange::{Refused, refusal, unknown_world};
use crate::nearest::did_you_mean;

/// Declares the router and the list of its paths together. A world's resources are under `/_mock`
/// for the default world, and under `/_mock/worlds/{world}` for every world.
macro_rules! routes {
    (
        health { $($of_health:literal => $of_health_methods:expr;)+ }
        server { $($path:literal => $methods:expr;)+ }
        world { $($of_world:literal => $of_world_methods:expr;)+ }
    ) => {
        /// The paths of the server's own resources.
        const PATHS: &[&str] = &[$($of_health,)+ $($path),+];
        /// The paths of each world's resources, relative to `/_mock` or `/_mock/worlds/{world}`.
        const OF_WORLD: &[&str] = &[$($of_world),+];

        /// All routes but those of health.
        fn others(admin: Admin) -> Router {
            Router::new()
                $(.route($path, $methods))+
                $(.route(concat!("/_mock", $of_world), $of_world_methods))+
                $(.route(concat!("/_mock/worlds/{world}", $of_world), $of_world_methods))+
                .fallback(unknown_path)
                .method_not_allowed_fallback(wrong_method)
                .with_state(admin)
        }

        /// The routes of the admin API. Those of health are there at once. The others are made for
        /// the first request that needs them, for they are a sixth of the work of a start.
        pub fn router(admin: Admin) -> Router {
            let (made, of) = (Arc::new(OnceLock::new()), admin.clone());
            let later = move |request: Request| {
                let others = made.get_or_init(|| others(of.clone())).clone();
                others.oneshot(request)
            };
            let routes = Router::new()
                $(.route($of_health, $of_health_methods))+
                .fallback(later)
                .method_not_allowed_fallback(wrong_method)
                .with_state(admin.clone());
            // A layer is made anew for each route, so they are around all routes together.
            Router::new()
                .fallback_service(routes)
                .layer(DefaultBodyLimit::disable())
                .layer(from_fn_with_state(admin.clone(), middleware::offload))
                .layer(from_fn_with_state(admin.clone(), middleware::whole))
                .layer(from_fn_with_state(admin, middleware::authorize))
        }
    };
}

routes! {
    health {
        "/_mock/health" => get(health::health);
        "/_mock/ready" => get(health::ready);
    }
    server {
        "/_mock" => get(index::show);
        "/_mock/contract" => get(contract::show);
        "/_mock/openapi/{vendor}" => get(openapi::show);
        "/_mock/metrics" => get(metrics::show);
        "/_mock/certificate" => get(index::certificate);
        "/_mock/ui" => get(ui::start);
        "/_mock/ui/live" => get(ui::live);
        "/_mock/ui/calls" => get(ui::calls);
        "/_mock/ui/calls/{call}" => get(ui::call);
        "/_mock/ui/contract" => get(ui::contract);
        "/_mock/ui/style.css" => get(ui::style);
        "/_mock/ui/script.js" => get(ui::script);
        "/_mock/ui/icon.svg" => get(ui::icon);
        "/_mock/reports" => get(reports::list);
        "/_mock/reports/{file}" => get(reports::show);
        "/_mock/worlds" => get(worlds::list).post(worlds::create);
        "/_mock/worlds/{world}" => get(worlds::show).delete(worlds::remove);
    }
    world {
        "/reset" => post(reset::reset);
        "/snapshot" => get(snapshot::show).put(snapshot::restore);
        "/clock" => get(clock::show).put(clock::set);
        "/clock/advance" => post(clock::advance);
        "/journal" => get(journal::list).delete(journal::clear);
        "/journal/verify" => post(verify::verify);
        "/journal/stream" => get(stream::stream);
        "/journal/{seq}/signature" => get(journal::signature);
        "/expect" => get(expect::show).post(expect::declare);
        "/faults" => get(faults::list).post(faults::add).delete(faults::clear);
        "/faults/{fault}" => delete(faults::remove);
        "/environment" => get(environment::show);
        "/accounts" => get(accounts::list);
        "/agents" => get(agents::list);
        "/customers" => get(customers::list);
        "/queues" => get(queues::list);
        "/agents/{agent}" => patch(agents::change);
        "/queues/{queue}" => patch(queues::change);
        "/calls" => get(calls::list).post(calls::create);
        "/calls/{call}" => get(calls::show);
        "/coverage" => get(coverage::show);
        "/findings" => get(findings::list);
        "/readings" => get(readings::show).patch(readings::change);
    }
}

async fn unknown_path(State(admin): State<Admin>, uri: Uri) -> Refused {
    let path = uri.path();
    let under = match path.strip_prefix("/_mock/worlds/").and_then(|rest| rest.split_once('/')) {
        Some((world, _)) if admin.app.worlds.get(world).is_none() => {
            return unknown_world(&admin.app, world, true);
        }
        Some((world, _)) => format!("/_mock/worlds/{world}"),
        None => "/_mock".to_owned(),
    };
    let of_world: Vec<String> = OF_WORLD.iter().map(|resource| format!("{under}{resource}")).collect();
    let known = PATHS.iter().copied().chain(of_world.iter().map(String::as_str));
    let near = did_you_mean(path, known.clone());
    let known: Vec<&str> = known.collect();
    let message = format!("the admin API has no {path}{near}; it has {}", known.join(", "));
    refusal(StatusCode::NOT_FOUND, "not_found", message)
}

async fn wrong_method(method: Method, uri: Uri) -> Refused {
    let message = format!("{} does not take {method}; the header `allow` says what it takes", uri.path());
    refusal(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
}
