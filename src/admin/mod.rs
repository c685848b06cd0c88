//! The admin API under `/_mock`: a file a resource. JSON everywhere; errors are
//! `{"error":{"code","message"}}`.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, patch, post};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use tokio::sync::{Mutex, watch};

mod agents;
mod calls;
mod clock;
mod contract;
mod coverage;
mod faults;
mod findings;
mod health;
mod index;
mod journal;
mod metrics;
mod openapi;
mod queues;
mod readings;
mod reset;
mod snapshot;
mod stream;
mod verify;
mod worlds;

pub use journal::exchange;

use crate::contract::Catalogue;
use crate::exchange::{App, HangUp, Line, ReadError, Refused, Unfinished, refusal, unknown_world};
use crate::nearest::did_you_mean;
use crate::report::html;
use crate::scenario::Library;
use crate::vendor::host;
use crate::world::{Slot, Stop, World};

/// What every admin handler can reach.
#[derive(Clone)]
pub struct Admin {
    /// The server.
    pub app: Arc<App>,
    /// The scenarios that a world can begin with.
    pub library: Arc<Library>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its certificate, where it speaks TLS, as PEM.
    pub certificate: Option<Arc<str>>,
    /// The most calls that a scenario which comes with a request may have.
    pub max_world_calls: usize,
    /// Held by whoever makes a world from a scenario.
    pub making: Arc<Mutex<()>>,
    /// What callers must prove to know, if anything.
    pub token: Option<Arc<str>>,
    /// Whether the server is stopping.
    pub stopped: watch::Receiver<bool>,
    /// Since when it listens.
    pub since: Instant,
}

/// Declares the router and the list of its paths at once. A world's resources stand under `/_mock`
/// for the default world, and under `/_mock/worlds/{world}` for every world.
macro_rules! routes {
    (server { $($path:literal => $methods:expr;)+ } world { $($of_world:literal => $of_world_methods:expr;)+ }) => {
        /// The paths of the server's own resources.
        const PATHS: &[&str] = &[$($path),+];
        /// The paths of each world's resources, after `/_mock` or `/_mock/worlds/{world}`.
        const OF_WORLD: &[&str] = &[$($of_world),+];

        /// The routes of the admin API.
        pub fn router(admin: Admin) -> Router {
            Router::new()
                $(.route($path, $methods))+
                $(.route(concat!("/_mock", $of_world), $of_world_methods))+
                $(.route(concat!("/_mock/worlds/{world}", $of_world), $of_world_methods))+
                .fallback(unknown_path)
                .method_not_allowed_fallback(wrong_method)
                .layer(DefaultBodyLimit::disable())
                .layer(middleware::from_fn_with_state(admin.clone(), aside))
                .layer(middleware::from_fn_with_state(admin.clone(), whole))
                .layer(middleware::from_fn_with_state(admin.clone(), authorize))
                .with_state(admin)
        }
    };
}

routes! {
    server {
        "/_mock" => get(index::show);
        "/_mock/health" => get(health::health);
        "/_mock/ready" => get(health::ready);
        "/_mock/contract" => get(contract::show);
        "/_mock/openapi/{vendor}" => get(openapi::show);
        "/_mock/metrics" => get(metrics::show);
        "/_mock/certificate" => get(index::certificate);
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
        "/faults" => get(faults::list).post(faults::add).delete(faults::clear);
        "/faults/{fault}" => delete(faults::remove);
        "/agents/{agent}" => patch(agents::change);
        "/queues/{queue}" => patch(queues::change);
        "/calls" => get(calls::list).post(calls::create);
        "/coverage" => get(coverage::show);
        "/findings" => get(findings::list);
        "/readings" => get(readings::show).patch(readings::change);
    }
}

/// The places that need no token: whoever starts a server must be able to ask whether it is there.
const OPEN: [&str; 2] = ["/_mock/health", "/_mock/ready"];

/// Lets nobody in without the token, where there is one. How long it takes tells nothing about it.
async fn authorize(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let Some(token) = &admin.token else { return next.run(request).await };
    if OPEN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    let given = request.headers().get(header::AUTHORIZATION).map(HeaderValue::as_bytes).unwrap_or_default();
    let (scheme, given) = given.split_at_checked(7).unwrap_or_default();
    let same: bool =
        Sha256::digest(given).as_slice().ct_eq(Sha256::digest(token.as_bytes()).as_slice()).into();
    if same && scheme.eq_ignore_ascii_case(b"bearer ") {
        return next.run(request).await;
    }
    let message = "the admin API needs the token that the server was started with (--admin-token, CALLMOCK_ADMIN_TOKEN): \
                   send `Authorization: Bearer TOKEN`";
    let mut response = refusal(StatusCode::UNAUTHORIZED, "unauthorized", message).into_response();
    let realm = HeaderValue::from_static("Bearer realm=\"callmock admin API\"");
    response.headers_mut().insert(header::WWW_AUTHENTICATE, realm);
    response
}

/// Reads a request's body before anybody works with it: who sends slowly holds nobody up.
async fn whole(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match admin.app.bodies.read(&parts.headers, body, LARGEST).await {
        Ok(read) => {
            let _share = read.share;
            next.run(Request::from_parts(parts, read.bytes.into())).await
        }
        Err(error) => unread(error).into_response(),
    }
}

/// Why a body was not read, in the admin API's words.
fn unread(error: ReadError) -> Refused {
    let (status, message) = match error {
        ReadError::TooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, format!("the body is too large; it has {LARGEST} bytes at most"))
        }
        ReadError::Broken => (StatusCode::BAD_REQUEST, "the body ended before its time".to_owned()),
        ReadError::Idle => {
            (StatusCode::REQUEST_TIMEOUT, "nothing of the body came for too long (--body-idle)".to_owned())
        }
        ReadError::Overloaded => {
            let why = "too many bodies are in memory already (--max-bodies); send it again in a moment";
            (StatusCode::SERVICE_UNAVAILABLE, why.to_owned())
        }
    };
    refusal(status, "unreadable_body", message)
}

/// The resources whose answers read much of a world: all calls, the journal, the coverage,
/// snapshots.
const LONG: [&str; 5] = ["/calls", "/journal", "/coverage", "/findings", "/snapshot"];

/// Lets what may take long run where it blocks nobody.
async fn aside(State(admin): State<Admin>, mut request: Request, next: Next) -> Response {
    if !LONG.iter().any(|end| request.uri().path().ends_with(end)) {
        return next.run(request).await;
    }
    let line = request.extensions().get::<Line>().cloned().unwrap_or_default();
    let stop = Stop::default();
    request.extensions_mut().insert(stop.clone());
    match admin.app.aside.run(&line, &stop, next.run(request)).await {
        Ok(response) => response,
        Err(Unfinished::Deserted) => {
            line.hang_up(HangUp::Close);
            std::future::pending().await
        }
        Err(Unfinished::Panicked) => {
            let message = "callmock failed: this is a bug of callmock, and its log says more";
            refusal(StatusCode::INTERNAL_SERVER_ERROR, "internal", message).into_response()
        }
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

/// A report that is no JSON.
fn markup(kind: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], text).into_response()
}

/// A report as a page, which may load nothing and run nothing.
fn page(text: String) -> Response {
    let mut response = markup("text/html; charset=utf-8", text);
    if let Ok(policy) = HeaderValue::from_str(&html::policy()) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The world that a path names, or the default one; asking counts as using it.
pub struct Scope {
    slot: Arc<Slot>,
}

impl Scope {
    fn world(&self) -> Arc<World> {
        self.slot.world()
    }
}

impl FromRequestParts<Admin> for Scope {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, admin: &Admin) -> Result<Self, Refused> {
        let parameters = parameters(parts).await?;
        let worlds = &admin.app.worlds;
        let slot = match parameters.get("world") {
            None => Arc::clone(worlds.default_slot()),
            Some(id) => worlds.get(id).ok_or_else(|| unknown_world(&admin.app, id, true))?,
        };
        slot.touch();
        Ok(Self { slot })
    }
}

/// A request's body, whole.
pub struct Body(Bytes);

/// The largest body read: some times what a snapshot of a busy world has.
const LARGEST: usize = 64 << 20;

impl FromRequest<Admin> for Body {
    type Rejection = Refused;

    async fn from_request(request: Request, admin: &Admin) -> Result<Self, Refused> {
        // It is in memory already.
        Bytes::from_request(request, admin).await.map(Self).map_err(|_| unread(ReadError::Broken))
    }
}

/// The URL that a caller reaches this server by, as the request says.
pub struct BaseUrl(String);

impl FromRequestParts<Admin> for BaseUrl {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, admin: &Admin) -> Result<Self, Infallible> {
        let scheme = if admin.certificate.is_some() { "https" } else { "http" };
        let host = host(parts).map_or_else(|| reachable(admin.address).to_string(), str::to_owned);
        Ok(Self(format!("{scheme}://{host}")))
    }
}

/// The address by which this machine reaches a server, where that listens on all of them.
#[must_use]
pub fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        other => other,
    };
    SocketAddr::new(ip, address.port())
}

/// The last parameter of a path: an agent, a queue, a fault.
pub struct Named(String);

impl FromRequestParts<Admin> for Named {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Admin) -> Result<Self, Refused> {
        let mut parameters = parameters(parts).await?;
        parameters.remove("world");
        Ok(Self(parameters.into_values().next().unwrap_or_default()))
    }
}

/// The world that a path names, there or not.
pub struct WorldId(String);

impl FromRequestParts<Admin> for WorldId {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _: &Admin) -> Result<Self, Refused> {
        Ok(Self(parameters(parts).await?.remove("world").unwrap_or_default()))
    }
}

async fn parameters(parts: &mut Parts) -> Result<HashMap<String, String>, Refused> {
    let path = Path::<HashMap<String, String>>::from_request_parts(parts, &()).await;
    path.map(|Path(parameters)| parameters).map_err(|error| {
        refusal(
            StatusCode::BAD_REQUEST,
            "invalid_path",
            format!("the path is not right: {}", error.body_text()),
        )
    })
}

/// A JSON body; nothing at all counts as `{}`.
fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Refused> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        if inner.is_syntax() || inner.is_eof() {
            return format!("the body must be JSON: {inner}");
        }
        if path == "." {
            format!("the body is not right: {inner}")
        } else {
            format!("`{path}` is not right: {inner}")
        }
    });
    let whole = parsed.and_then(|value| {
        deserializer.end().map(|()| value).map_err(|error| format!("the body is not right: {error}"))
    });
    whole.map_err(|message| refusal(StatusCode::BAD_REQUEST, "invalid_body", message))
}

/// A refusal of one member of a body.
fn wrong(path: &str, message: &str) -> Refused {
    refusal(StatusCode::BAD_REQUEST, "invalid_body", format!("`{path}` is not right: {message}"))
}

/// The `state` of a body `{"state": …}`.
fn new_state<T: DeserializeOwned>(body: &[u8], states: &[&str]) -> Result<T, Refused> {
    use serde_json::Value;
    let wrong = |found: &str| {
        let expected: Vec<String> = states.iter().map(|state| format!("`{state}`")).collect();
        let near = did_you_mean(found, states.iter().copied());
        let message = format!("the body must be {{\"state\": …}} with one of {}{near}", expected.join(", "));
        refusal(StatusCode::BAD_REQUEST, "invalid_state", message)
    };
    let body: Value = serde_json::from_slice(body).map_err(|_| wrong(""))?;
    let members = body.as_object().map_or(0, serde_json::Map::len);
    let state = body.get("state").and_then(Value::as_str).filter(|_| members == 1).unwrap_or_default();
    serde_json::from_value(Value::from(state)).map_err(|_| wrong(state))
}

impl Admin {
    fn catalogues(&self) -> Vec<&'static Catalogue> {
        self.app.vendors.iter().map(|vendor| vendor.catalogue()).collect()
    }

    /// A world's first credential of every vendor.
    fn credentials(&self, world: &World) -> serde_json::Value {
        self.app.credentials(world)
    }
}
