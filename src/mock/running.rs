//! The server that all handles share.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tower::ServiceExt as _;

use crate::exchange::App;

/// What all handles of one server share; it stops with the last of them.
pub struct Running {
    pub address: SocketAddr,
    pub certificate: Option<Arc<str>>,
    pub token: Option<String>,
    pub app: Arc<App>,
    pub admin: Router,
    pub handle: Handle,
    pub stop: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some((stop, thread)) = self.stop.take() {
            drop(stop);
            // Its port is free, and its threads are gone, when the test goes on.
            drop(thread.join());
        }
    }
}

impl Running {
    /// Asks the admin API, from whatever kind of thread the test runs on.
    pub fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", self.address.to_string())
            .header("authorization", format!("Bearer {}", self.token.as_deref().unwrap_or_default()))
            .body(body)
            .expect("a path of ours");
        let admin = self.admin.clone();
        let (answered, answer) = mpsc::channel();
        self.handle.spawn(async move {
            let Ok(response) = admin.oneshot(request).await;
            let status = response.status().as_u16();
            let body = response.into_body().collect().await.map(http_body_util::Collected::to_bytes);
            let body = body.ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
            drop(answered.send(Answer { status, body }));
        });
        answer.recv().expect("the server runs for as long as a handle of it")
    }
}

/// An answer of the admin API.
pub struct Answer {
    pub status: u16,
    pub body: Value,
}

impl Answer {
    /// The answer's body, if it is a good one.
    #[track_caller]
    pub fn expected(self) -> Value {
        let message = self.body["error"]["message"].as_str().unwrap_or_default();
        assert!(self.status < 300, "callmock refused: {message}");
        self.body
    }
}
