//! The settings of a server.

use std::path::PathBuf;
use std::time::Duration;

use axum::http::HeaderValue;

use super::tls::Tls;
use crate::vendor::Vendor;
use crate::vendors;
use crate::world::Limits;

/// The settings of a server.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The largest request body that is read, in bytes.
    pub max_body: usize,
    /// The most headers that a request may have.
    pub max_headers: usize,
    /// The largest request head that is read, in bytes.
    pub max_head: usize,
    /// Whether vendor answers carry `x-callmock-…` headers.
    pub debug_headers: bool,
    /// The limit for all request bodies in memory together, in bytes.
    pub max_bodies: usize,
    /// The longest silence at the beginning of a connection.
    pub first_byte: Duration,
    /// The longest pause within a request body.
    pub body_idle: Duration,
    /// The longest time in which an HTTP/2 client sends nothing and answers no ping.
    pub http2_idle: Duration,
    /// The most calls that a scenario sent over HTTP may have.
    pub max_world_calls: usize,
    /// The limits of worlds and of their journals.
    pub limits: Limits,
    /// The token that callers of the admin API must send, if one is required.
    pub admin_token: Option<String>,
    /// The origins whose pages may read answers; `*` allows all.
    pub cors: Vec<HeaderValue>,
    /// The host names by which browsers may reach the admin API, besides local ones.
    pub hosts: Vec<String>,
    /// The certificate and key, if the server speaks TLS.
    pub tls: Option<Tls>,
    /// Whether edited scenario files take effect at once.
    pub watch: bool,
    /// The base URL of the server in answers. Without one, such URLs have the host that the request
    /// names.
    pub public_url: Option<String>,
    /// The folder with the last reports of `rehearse` and `matrix`, if one was named.
    pub reports: Option<PathBuf>,
    /// The vendors that the server emulates.
    pub vendors: &'static [&'static dyn Vendor],
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_body: 1 << 20,
            max_headers: 100,
            max_head: 256 << 10,
            debug_headers: true,
            max_bodies: 256 << 20,
            first_byte: Duration::from_secs(30),
            body_idle: Duration::from_secs(30),
            http2_idle: Duration::from_mins(1),
            max_world_calls: 100_000,
            limits: Limits::default(),
            admin_token: None,
            cors: vec![],
            hosts: vec![],
            tls: None,
            watch: false,
            public_url: None,
            reports: None,
            vendors: vendors::ALL,
        }
    }
}
