//! A bare axum server that answers with recorded bytes. `callmock-floor PORT_FILE ANSWERS` listens
//! on a free port of the loopback interface, and writes the port to a file.
//!
//! It does what no server can leave out: it reads a request whole, finds the route, and sends the
//! status, the headers and the body. callmock is measured against it.

mod answers;

use std::convert::Infallible;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs, io};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::{MethodFilter, get, on};
use axum::serve::ListenerExt;
use bytes::Bytes;
use futures_util::stream;
use tokio::net::TcpListener;

use answers::{Answer, Endpoint};

fn main() -> io::Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [port_file, answers] = arguments.as_slice() else {
        return Err(io::Error::other("usage: callmock-floor PORT_FILE ANSWERS"));
    };
    let endpoints = answers::read(Path::new(answers))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(Path::new(port_file), endpoints))
}

async fn serve(port_file: &Path, endpoints: Vec<Endpoint>) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    write_port(port_file, listener.local_addr()?.port())?;
    let listener = listener.tap_io(|stream| {
        // A connection that ended already cannot be set, and needs not to be.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router(endpoints)?).await
}

/// Writes the port under another name first: whoever sees the file sees it whole.
fn write_port(port_file: &Path, port: u16) -> io::Result<()> {
    let half = port_file.with_extension("half");
    fs::write(&half, format!("{port}\n"))?;
    fs::rename(half, port_file)
}

fn router(endpoints: Vec<Endpoint>) -> io::Result<Router> {
    let mut router = Router::new().route("/_mock/health", get(async || ()));
    for endpoint in endpoints {
        let method = MethodFilter::try_from(endpoint.method).map_err(io::Error::other)?;
        let turns = Arc::new(Turns { answers: endpoint.answers, next: AtomicUsize::new(0) });
        let handler = async move |_body: Bytes| turns.answer();
        router = router.route(&endpoint.path, on(method, handler));
    }
    Ok(router)
}

/// The answers of one route, which are sent in turn.
struct Turns {
    answers: Vec<Answer>,
    next: AtomicUsize,
}

impl Turns {
    fn answer(&self) -> Response {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        let answer = &self.answers[turn % self.answers.len()];
        let body = match &answer.chunks {
            None => Body::from(answer.body.clone()),
            Some(chunks) => {
                Body::from_stream(stream::iter(chunks.clone().into_iter().map(Ok::<_, Infallible>)))
            }
        };
        let mut response = Response::new(body);
        *response.status_mut() = answer.status;
        *response.headers_mut() = answer.headers.clone();
        response
    }
}
