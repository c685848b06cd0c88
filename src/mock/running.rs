//! The running server that all handles share.

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

/// The running server that all handles share. It stops when the last handle is dropped.
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
            // When the test continues, the port is free and the threads have ended.
            drop(thread.join());
        }
    }
}

impl Running {
    /// Sends a request to the admin API. It works in blocking and in asynchronous tests.
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
    /// Returns the body of a successful answer. Panics with the message of a refusal.
    #[track_caller]
    pub fn expected(self) -> Value {
        let message = self.body["error"]["message"].as_str().unwrap_or_default();
        assert!(self.status < 300, "callmock refused: {message}");
        self.body
    }
}
