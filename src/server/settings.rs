//! How a server behaves.

use std::time::Duration;

use axum::http::HeaderValue;

use super::tls::Tls;
use crate::vendor::Vendor;
use crate::vendors;
use crate::world::Limits;

/// How a server behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The largest request body read, in bytes.
    pub max_body: usize,
    /// The most headers that a request may have.
    pub max_headers: usize,
    /// The largest request head read, in bytes.
    pub max_head: usize,
    /// Whether vendor answers carry `x-callmock-…` headers.
    pub debug_headers: bool,
    /// The most that all request bodies in memory may have together, in bytes.
    pub max_bodies: usize,
    /// How long a connection may say nothing at its beginning.
    pub first_byte: Duration,
    /// How long nothing of a request's body may come.
    pub body_idle: Duration,
    /// How long an HTTP/2 connection may be silent, pings and all.
    pub http2_idle: Duration,
    /// The most calls that a scenario which comes over HTTP may have.
    pub max_world_calls: usize,
    /// What its worlds keep, and how many there may be.
    pub limits: Limits,
    /// What callers of the admin API must prove to know, if anything.
    pub admin_token: Option<String>,
    /// The origins whose pages may read answers, as browsers have it: `*` for all.
    pub cors: Vec<HeaderValue>,
    /// The host names, besides this machine's own, by which browsers may reach the admin API.
    pub hosts: Vec<String>,
    /// Whether it speaks TLS, and as whom.
    pub tls: Option<Tls>,
    /// Whether edited scenario files take effect at once.
    pub watch: bool,
    /// The base URL that clients reach it by, for URLs in answers; without it, they have the host
    /// that the request named.
    pub public_url: Option<String>,
    /// The vendors that answer.
    pub vendors: &'static [&'static dyn Vendor],
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_body: 1 << 20,
            max_headers: 1024,
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
            vendors: vendors::ALL,
        }
    }
}
