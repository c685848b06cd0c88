//! The admin API's protection from browsers: requests from pages of other sites are refused,
//! whatever address they use.
//!
//! Sources: Fetch Metadata (W3C), sections 2 and 6; RFC 6454, section 7. The vendors' own paths
//! stay open.

use std::net::{IpAddr, SocketAddr};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header, uri::Authority};
use axum::response::{IntoResponse, Response};

use crate::exchange::{Refused, refusal};

/// The settings of the protection.
#[derive(Debug)]
pub struct Browsers {
    /// Whether the server listens on a loopback address only.
    loopback: bool,
    /// The origins whose pages may read answers.
    origins: Vec<HeaderValue>,
    /// The server's own host names. Local names, which no other site can use, are allowed without
    /// being listed here.
    hosts: Vec<String>,
}

/// The paths that need no protection, because they reveal nothing and change nothing.
const OPEN: [&str; 2] = ["/_mock/health", "/_mock/ready"];

impl Browsers {
    pub fn new(listens: SocketAddr, origins: &[HeaderValue], hosts: &[String]) -> Self {
        let hosts = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { loopback: listens.ip().is_loopback(), origins: origins.to_vec(), hosts }
    }

    /// Refuses requests from pages of other sites.
    ///
    /// # Errors
    /// The refusal, as a response.
    pub fn let_in(&self, request: &Request<Body>) -> Result<(), Box<Response>> {
        if OPEN.contains(&request.uri().path()) {
            return Ok(());
        }
        let headers = request.headers();
        let agent = headers.get(header::USER_AGENT).map(HeaderValue::as_bytes).unwrap_or_default();
        // Over plain HTTP a browser may send neither of these headers, but it always sends
        // `User-Agent`.
        let from_browser = headers.contains_key(header::ORIGIN)
            || headers.keys().any(|name| name.as_str().starts_with("sec-fetch-"))
            || agent.starts_with(b"Mozilla/");
        let host = host(request);
        if host.is_none() && headers.contains_key(header::HOST) {
            return refused("the Host header names no host".to_owned());
        }
        if (from_browser || self.loopback)
            && let Some(host) = &host
            && !self.is_own(host.host())
        {
            return refused(format!(
                "the admin API is not reached by the host name `{}`: pages of other sites could be behind it; start the \
                 server with --allow-host {0} (CALLMOCK_ALLOW_HOST) if it is yours",
                host.host()
            ));
        }
        if !from_browser {
            return Ok(());
        }
        let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes).unwrap_or_default();
        let foreign = [&b"cross-site"[..], b"same-site"].contains(&site);
        let origin = headers.get(header::ORIGIN);
        if origin.is_some_and(|origin| self.may_call(origin)) {
            return Ok(());
        }
        if foreign && !is_navigation(request) {
            return refused(format!(
                "the admin API takes no requests from pages of other sites (sec-fetch-site: {}); start the server with --cors \
                 ORIGIN (CALLMOCK_CORS) to let a page of yours use it",
                String::from_utf8_lossy(site)
            ));
        }
        if let Some(origin) = origin
            && !is_of(origin, host.as_ref())
        {
            return refused(format!(
                "the admin API takes no requests from pages of `{}`; start the server with --cors {0} (CALLMOCK_CORS) if \
                 they are yours",
                String::from_utf8_lossy(origin.as_bytes())
            ));
        }
        Ok(())
    }

    fn may_call(&self, origin: &HeaderValue) -> bool {
        self.origins.iter().any(|allowed| allowed == "*" || allowed == origin)
    }

    /// Whether a host name can only be this server's: an address, a local name, or one of `hosts`.
    /// A site on the internet could point any other name at this server (DNS rebinding).
    fn is_own(&self, host: &str) -> bool {
        let host = host.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        host.parse::<IpAddr>().is_ok()
            || !host.contains('.')
            || host.ends_with(".localhost")
            || host == "host.docker.internal"
            || self.hosts.contains(&host)
    }
}

fn refused(message: String) -> Result<(), Box<Response>> {
    let refused: Refused = refusal(StatusCode::FORBIDDEN, "foreign_page", message);
    Err(Box::new(refused.into_response()))
}

/// The host that a request names.
fn host(request: &Request<Body>) -> Option<Authority> {
    let named = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()?.parse().ok());
    named.or_else(|| request.uri().authority().cloned())
}

/// Whether the user follows a link or types an address. The page that has the link cannot read the
/// answer.
fn is_navigation(request: &Request<Body>) -> bool {
    let is = |name: &str, value: &str| request.headers().get(name).is_some_and(|given| given == value);
    request.method() == Method::GET && is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document")
}

/// Whether an origin is the host that the request names, whatever the scheme.
fn is_of(origin: &HeaderValue, host: Option<&Authority>) -> bool {
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    origin.zip(host).is_some_and(|((_, origin), host)| origin.eq_ignore_ascii_case(host.as_str()))
}

/// Forbids browsers to guess another content type than the declared one.
pub fn harden(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}
