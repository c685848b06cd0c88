//! The listener: both versions of HTTP, and a stop that loses nothing and keeps nobody waiting.

use std::time::Duration;

use callmock::scenario::{Library, LoadOptions, Source};
use callmock::server::{Server, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::commubo::{TENANT, TOKEN, VECTORS};
use crate::machine::until;
use crate::mock::{Mock, read_answer};

#[tokio::test]
async fn http_2_with_prior_knowledge_is_served() {
    let mock = Mock::of(VECTORS).await;
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().unwrap();
    let request = client.get(mock.url("/v1/calls")).header("x-commubo-tenantId", TENANT);
    let response = request.header("x-commubo-accessToken", TOKEN).send().await.unwrap();
    assert_eq!((response.version(), response.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    let refused = client.post(mock.url("/")).send().await.unwrap();
    assert_eq!(refused.status().as_u16(), 404);
    assert!(!refused.headers().contains_key("keep-alive"), "HTTP/2 has no connection headers");
    assert!(refused.text().await.unwrap().contains(&format!("\"HostId\":\"{}\"", mock.address)));
}

/// A server with a list that takes a while to send, and the end of its run.
async fn stoppable() -> (std::net::SocketAddr, oneshot::Sender<()>, tokio::task::JoinHandle<()>) {
    let yaml = format!(
        "{}generate: {{calls: 60000, from: 2018-09-01, to: 2018-09-30}}",
        VECTORS.split("calls:").next().unwrap()
    );
    let source = Source::Text { name: "test".into(), text: yaml.into() };
    let library = Library::open(LoadOptions { sources: vec![source], ..LoadOptions::default() }).unwrap();
    let server = Server::bind(("127.0.0.1", 0), library, Settings::default()).await.unwrap();
    let address = server.address();
    let (stop, stopped) = oneshot::channel::<()>();
    (address, stop, tokio::spawn(server.run(async move { drop(stopped.await) })))
}

#[tokio::test]
async fn a_stop_finishes_requests_whose_head_is_read_and_drops_idle_and_half_sent_ones() {
    let (address, stop, run) = stoppable().await;
    let mut half = TcpStream::connect(address).await.unwrap();
    half.write_all(b"GET /v1/calls HTTP/1.1\r\nHost:").await.unwrap();
    let mut idle = TcpStream::connect(address).await.unwrap();
    // Its head is read, its body is not: it is under way for as long as the test likes. That it is
    // asked for its body shows that its head was read.
    let mut under_way = TcpStream::connect(address).await.unwrap();
    let head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
    under_way.write_all(head.as_bytes()).await.unwrap();
    let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    under_way.read_exact(&mut go_on).await.unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    under_way.write_all(b"ab").await.unwrap();

    stop.send(()).unwrap();
    let mut nothing = vec![];
    assert_eq!(idle.read_to_end(&mut nothing).await.unwrap_or(0), 0);
    assert_eq!(half.read_to_end(&mut nothing).await.unwrap_or(0), 0);
    under_way.write_all(b"cd").await.unwrap();
    let answer = read_answer(&mut under_way).await.expect("what was under way is answered");
    assert_eq!(answer.json()["Code"], "InvalidAction.NotFound");
    run.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn a_client_that_never_reads_cannot_hold_the_stop() {
    let (address, stop, run) = stoppable().await;
    let mut stuck = TcpStream::connect(address).await.unwrap();
    let head = format!(
        "GET /v1/calls HTTP/1.1\r\nHost: x\r\nx-commubo-tenantId: {TENANT}\r\nx-commubo-accessToken: {TOKEN}\r\n\r\n"
    );
    stuck.write_all(head.as_bytes()).await.unwrap();
    // A byte of the answer has come, so that it is under way; it is left where it is.
    assert_eq!(stuck.peek(&mut [0]).await.unwrap(), 1);
    stop.send(()).unwrap();
    // The bound is 900 ms; the test only fails if the stop waits for the client, which reads
    // nothing for a minute.
    tokio::time::timeout(Duration::from_secs(30), run).await.expect("it stops").unwrap();
    drop(stuck);
}

#[test]
fn health_is_answered_and_ready_is_not_while_the_threads_that_answer_are_busy() {
    use std::io::{Read as _, Write as _};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let source = Source::Text { name: "test".into(), text: VECTORS.into() };
    let library = Library::open(LoadOptions { sources: vec![source], ..LoadOptions::default() }).unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = runtime.block_on(Server::bind(("127.0.0.1", 0), library, Settings::default())).unwrap();
    let address = server.address();
    let ask = move |path: &str| {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let run = runtime.spawn(server.run(async move { drop(stopped.await) }));
    runtime.block_on(async {
        while !tokio::task::spawn_blocking(move || ask("/_mock/ready"))
            .await
            .unwrap()
            .starts_with("HTTP/1.1 200")
        {}
    });
    // Nothing drives the only thread that answers from here on, as if a handler had it.
    until("it is busy", || {
        assert!(ask("/_mock/health").starts_with("HTTP/1.1 200"));
        ask("/_mock/ready").starts_with("HTTP/1.1 503").then_some(())
    });
    assert!(ask("/_mock/health").starts_with("HTTP/1.1 200"));
    assert!(ask("/_mock/ready").contains("\"busy\""));
    runtime.block_on(async {
        while !tokio::task::spawn_blocking(move || ask("/_mock/ready"))
            .await
            .unwrap()
            .starts_with("HTTP/1.1 200")
        {}
        stop.send(()).unwrap();
        run.await.unwrap();
    });
}
