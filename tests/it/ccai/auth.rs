//! 3: who may ask, on which host, how often.

use serde_json::json;

use super::{CALLS, ask, basic, create, documented, outbound, reading};
use crate::mock::{Answer, Mock, send, until};

async fn by(mock: &Mock, credential: Option<&str>) -> Answer {
    let request = mock.request("POST", CALLS).body(outbound().to_string());
    send(credential.map_or(request.try_clone().unwrap(), |value| request.header("authorization", value)))
        .await
}

#[tokio::test]
async fn the_credential_is_subdomain_and_token_by_http_basic() {
    let mock = Mock::of(documented()).await;
    assert_eq!(by(&mock, Some(&basic("acme", "mock-token"))).await.status, 201);
    assert_eq!(by(&mock, Some(&basic("acme", "mock-token").replace("Basic", "basic"))).await.status, 201);
    let (wrong, other) = (basic("acme", "wrong"), basic("other", "mock-token"));
    for credential in [
        None,
        Some(""),
        Some("Basic"),
        Some("Basic !"),
        Some("Bearer mock-token"),
        Some(wrong.as_str()),
        Some(other.as_str()),
    ] {
        let answer = by(&mock, credential).await;
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (401, r#"{"message":"Not Authorized"}"#),
            "{credential:?}"
        );
    }
}

#[tokio::test]
async fn who_asks_is_checked_before_what_for() {
    let mock = Mock::of(documented()).await;
    for path in [CALLS, "/apps/api/v1/nothing", "/manager/api/v1/agents"] {
        assert_eq!(mock.get(path).await.status, 401, "{path}");
        let answer = ask(&mock, "GET", path, "").await;
        assert_eq!((answer.status, answer.body.as_str()), (404, r#"{"message":"Not Found"}"#), "{path}");
    }
    assert_eq!(ask(&mock, "DELETE", CALLS, "").await.outcome(), "ccai.any.not_found");
    assert_eq!(ask(&mock, "POST", CALLS, "{").await.outcome(), "ccai.any.invalid_json");
}

#[tokio::test]
async fn the_hosts_first_label_counts_only_under_localhost_and_the_accounts_domain() {
    let mock = Mock::of(
        &documented()
            .replace("      token: mock-token", "      token: mock-token\n      domain: uc1.example.com"),
    )
    .await;
    for (host, status) in [
        ("127.0.0.1:8080", 201),
        ("localhost:8080", 201),
        ("mock", 201),
        ("other.example.com", 201),
        ("acme.localhost", 201),
        ("acme.localhost:8080", 201),
        ("acme.uc1.example.com", 201),
        ("other.localhost:8080", 404),
        ("other.uc1.example.com", 404),
    ] {
        let body = outbound().to_string();
        let request = format!(
            "POST {CALLS} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n{body}",
            basic("acme", "mock-token"),
            body.len(),
        );
        let answer = mock.raw(request.as_bytes()).await;
        assert_eq!(answer.status, status, "{host}");
        if status == 404 {
            assert_eq!(
                answer.json(),
                json!({ "message": "Resource not found - Please check your subdomain" })
            );
        }
    }
}

#[tokio::test]
async fn ten_requests_a_second_are_let_through_where_they_are_limited() {
    let mock = Mock::of(&reading("ccai.rate_limit: on")).await;
    for _ in 0..10 {
        assert_eq!(create(&mock, &outbound()).await.status, 201);
    }
    let answer = create(&mock, &outbound()).await;
    assert_eq!(
        (answer.status, answer.header("retry-after"), answer.json()),
        (429, "1", json!({ "message": "Too Many Requests" }))
    );
    let free = Mock::of(documented()).await;
    for _ in 0..15 {
        assert_eq!(create(&free, &outbound()).await.status, 201);
    }
}

#[tokio::test]
async fn a_401_says_by_which_scheme_to_ask_again() {
    let mock = Mock::of(documented()).await;
    let answer = mock.get(CALLS).await;
    assert_eq!((answer.status, answer.header("www-authenticate")), (401, "Basic realm=\"Application\""));
}

#[tokio::test]
async fn the_vendors_own_limit_ends_by_the_machines_clock_where_the_worlds_stands() {
    let mock = Mock::of(&reading("ccai.rate_limit: on")).await;
    // On a slow machine many of these fall into the next second, which counts anew.
    let asked = async |status: u16| (create(&mock, &outbound()).await.status == status).then_some(());
    until("a client that does not wait is refused", async || {
        for _ in 0..40 {
            if asked(429).await.is_some() {
                return Some(());
            }
        }
        None
    })
    .await;
    until("a client that waits gets through", async || asked(201).await).await;
}
