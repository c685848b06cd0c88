//! `callmock health`: what a container's HEALTHCHECK runs, for an image without a shell or curl.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, Uri, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::Exit;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// The base URL to ask; `http://127.0.0.1` and the port of `CALLMOCK_PORT`, else 8080, if left out
    #[arg(long, env = "CALLMOCK_URL")]
    url: Option<Uri>,
    /// The port of the default URL
    #[arg(long, env = "CALLMOCK_PORT", default_value_t = 8080, hide = true)]
    port: u16,
}

const PATIENCE: Duration = Duration::from_secs(3);

pub fn run(args: &Args) -> Exit {
    let uri = args.url.clone();
    let (host, port) = match &uri {
        None => ("127.0.0.1".to_owned(), args.port),
        Some(uri) if uri.scheme_str() == Some("http") => {
            (uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned(), uri.port_u16().unwrap_or(80))
        }
        Some(uri) => {
            eprintln!("callmock: --url takes a URL such as http://127.0.0.1:8080, not `{uri}`");
            return Exit::Usage;
        }
    };
    let asked = super::serve::runtime().and_then(|runtime| {
        runtime.block_on(async {
            tokio::time::timeout(PATIENCE, ask(&host, port))
                .await
                .map_err(|_| format!("no answer within {PATIENCE:?}"))?
        })
    });
    match asked {
        Ok(()) => super::print("ok\n"),
        Err(why) => {
            eprintln!("callmock: {host}:{port} is not healthy: {why}");
            Exit::Failed
        }
    }
}

async fn ask(host: &str, port: u16) -> Result<(), String> {
    let text = |error: &dyn std::error::Error| error.to_string();
    let stream = TcpStream::connect((host, port)).await.map_err(|e| text(&e))?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|e| text(&e))?;
    tokio::spawn(connection);
    let request =
        Request::get("/_mock/health").header(header::HOST, format!("{host}:{port}")).body(Body::empty());
    let response = sender.send_request(request.map_err(|e| text(&e))?).await.map_err(|e| text(&e))?;
    if response.status().is_success() { Ok(()) } else { Err(format!("it answered {}", response.status())) }
}
