//! `callmock health`: what a container's HEALTHCHECK runs, for an image without a shell or curl.

use std::time::Duration;

use axum::http::Uri;
use clap::builder::FalseyValueParser;

use super::Exit;
use super::client::Place;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The base URL to ask; this machine's, at the port and in the protocol that the server's own variables say, if left out
    #[arg(long, env = "CALLMOCK_URL")]
    url: Option<Uri>,
    /// The port of the default URL
    #[arg(long, env = "CALLMOCK_PORT", default_value_t = 8080, hide = true)]
    port: u16,
    /// Whether the default URL is https
    #[arg(long, env = "CALLMOCK_TLS", hide = true, value_parser = FalseyValueParser::new())]
    tls: bool,
    /// So it is where a certificate is given
    #[arg(long, env = "CALLMOCK_TLS_CERT", hide = true)]
    tls_cert: Option<String>,
}

const PATIENCE: Duration = Duration::from_secs(3);

pub fn run(args: &Args) -> Exit {
    let place = match &args.url {
        None => {
            let tls = args.tls || args.tls_cert.is_some();
            Place { tls, host: "127.0.0.1".to_owned(), port: args.port }
        }
        Some(uri) => match Place::of(uri) {
            Ok(place) => place,
            Err(message) => {
                eprintln!("callmock: {message}");
                return Exit::Usage;
            }
        },
    };
    let asked = super::serve::runtime().and_then(|runtime| {
        runtime.block_on(async {
            let answer = tokio::time::timeout(PATIENCE, place.get("/_mock/health", None)).await;
            let (status, _) = answer.map_err(|_| format!("no answer within {PATIENCE:?}"))??;
            if status.is_success() { Ok(()) } else { Err(format!("it answered {status}")) }
        })
    });
    match asked {
        Ok(()) => super::print("ok\n"),
        Err(why) => {
            eprintln!("callmock: {}:{} is not healthy: {why}", place.host, place.port);
            Exit::Failed
        }
    }
}
