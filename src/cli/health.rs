//! `callmock health`: what a container's HEALTHCHECK runs, for an image without a shell or curl.
//!
//! The server is found whatever flags it was given: where the variables say first, then where a
//! running callmock of the same binary listens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use axum::http::Uri;

use super::client::Origin;
use super::exit::Exit;
use super::output::print;
use super::running;
use crate::admin::reachable;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The base URL to ask; if left out, this machine's as the server's own variables say, else
    /// that of a running callmock
    #[arg(long, env = "CALLMOCK_URL")]
    url: Option<Uri>,
    /// The address of the default URL
    #[arg(long, env = "CALLMOCK_HOST", default_value = "127.0.0.1", hide = true)]
    host: String,
    /// The port of the default URL
    #[arg(long, env = "CALLMOCK_PORT", default_value_t = 8080, hide = true, value_parser = super::options::port)]
    port: u16,
    /// Whether the default URL is https
    #[arg(long, env = "CALLMOCK_TLS", hide = true)]
    tls: bool,
    /// A certificate makes the default URL https
    #[arg(long, env = "CALLMOCK_TLS_CERT", hide = true)]
    tls_cert: Option<String>,
}

const PATIENCE: Duration = Duration::from_secs(3);

pub fn run(args: &Args) -> Exit {
    let url = match args.url.as_ref().map(Origin::of).transpose() {
        Ok(url) => url,
        Err(message) => {
            tell!("callmock: {message}");
            return Exit::Usage;
        }
    };
    let asked = super::serve::runtime().and_then(|runtime| {
        runtime.block_on(async {
            match &url {
                Some(origin) => ask(origin).await,
                None => args.find().await,
            }
        })
    });
    match asked {
        Ok(()) => print("ok\n"),
        Err(why) => {
            tell!("callmock: {why}");
            Exit::Failed
        }
    }
}

/// Asks one server.
async fn ask(origin: &Origin) -> Result<(), String> {
    let wrong = |why: String| format!("{} is not healthy: {why}", origin.url());
    let answer = tokio::time::timeout(PATIENCE, origin.get("/_mock/health", None)).await;
    let (status, _) = answer
        .map_err(|_| wrong(format!("no answer within {PATIENCE:?}")))?
        .map_err(|why| wrong(explained(&why)))?;
    if status.is_success() { Ok(()) } else { Err(wrong(format!("it answered {status}"))) }
}

/// A connection's failure in callmock's own words.
fn explained(why: &str) -> String {
    if why.contains("invalid HTTP version") || why.contains("connection closed before message completed") {
        return "it speaks TLS: ask https://, or set CALLMOCK_TLS".to_owned();
    }
    if why.contains("InvalidContentType") {
        return "it speaks plain HTTP: ask http://".to_owned();
    }
    why.to_owned()
}

impl Args {
    /// Asks where the variables say, by the protocol that they say and by the other one, then
    /// whoever runs here.
    async fn find(&self) -> Result<(), String> {
        let tls = self.tls || self.tls_cert.is_some();
        let mut first = None;
        for host in self.hosts() {
            for tls in [tls, !tls] {
                match ask(&Origin { tls, host: host.clone(), port: self.port }).await {
                    Ok(()) => return Ok(()),
                    Err(why) => first = first.or(Some(why)),
                }
            }
        }
        let first = first.unwrap_or_default();
        let servers = running::servers();
        let [server] = servers.as_slice() else {
            let others: Vec<String> = servers.iter().map(|(ip, port)| format!("{ip}:{port}")).collect();
            return Err(if others.is_empty() {
                format!("{first}. Start one with `callmock serve`, or say where it is with --url")
            } else {
                format!("{first}. Several run here ({}): say which with --url", others.join(", "))
            });
        };
        let place = reachable(SocketAddr::from(*server));
        let (host, port) = (place.ip().to_string(), place.port());
        let mut last = first;
        for tls in [tls, !tls] {
            match ask(&Origin { tls, host: host.clone(), port }).await {
                Ok(()) => return Ok(()),
                Err(why) => last = why,
            }
        }
        Err(last)
    }

    /// The addresses by which this machine reaches the server's host.
    fn hosts(&self) -> Vec<String> {
        match self.host.trim_matches(['[', ']']).parse::<IpAddr>() {
            Ok(ip) if ip.is_unspecified() => {
                vec![Ipv4Addr::LOCALHOST.to_string(), Ipv6Addr::LOCALHOST.to_string()]
            }
            Ok(ip) => vec![ip.to_string()],
            Err(_) => vec![self.host.clone()],
        }
    }
}
