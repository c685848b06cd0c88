//! Lists every call log of a Sencloud shop, a line a log: `next` goes into `after` until it is
//! empty.
//!
//! `CALLMOCK_URL` and `CALLMOCK_SENCLOUD_API_KEY` say where and as whom.

use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
struct Page {
    call_logs: Vec<CallLog>,
    paging: Paging,
}

#[derive(Deserialize)]
struct CallLog {
    id: String,
    started_at: String,
    direction: String,
    caller: String,
    callee: String,
    call_state: String,
    duration: u64,
}

#[derive(Deserialize)]
struct Paging {
    next: String,
}

fn env(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), reqwest::Error> {
    let url = format!("{}/v1/shop.Sencloud/ListCallLogs", env("CALLMOCK_URL", "http://127.0.0.1:8080"));
    let key = env("CALLMOCK_SENCLOUD_API_KEY", "1296121461794938793:MOCKKEY");
    let client = reqwest::Client::builder().no_proxy().build()?;
    let mut after = String::new();
    loop {
        let body = json!({ "paging": { "after": after, "limit": 100 } });
        let page: Page =
            client.post(&url).bearer_auth(&key).json(&body).send().await?.error_for_status()?.json().await?;
        for log in page.call_logs {
            let CallLog { id, started_at, direction, caller, callee, call_state, duration } = log;
            println!("{id} {started_at} {direction} {caller} {callee} {duration} {call_state}");
        }
        if page.paging.next.is_empty() {
            return Ok(());
        }
        after = page.paging.next;
    }
}
