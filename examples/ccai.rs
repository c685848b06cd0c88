//! Creates an outbound, an inbound and a scheduled call at CCAI Platform, a line a call; it has no
//! list.
//!
//! `CALLMOCK_URL`, `CALLMOCK_CCAI_SUBDOMAIN` and `CALLMOCK_CCAI_TOKEN` say where and as whom.

use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Call {
    id: u64,
    call_type: String,
    status: String,
    created_at: String,
    scheduled_at: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

fn env(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

fn orders() -> [Value; 3] {
    let number = "+1 859-657-9625";
    [
        json!({
            "call_type": "Voice Outbound (API)", "agent_email": "admin@somedomain.com",
            "end_user_number": number, "outbound_number": "+1 339-219-5276",
        }),
        json!({ "call_type": "Voice Inbound (API)", "menu_id": 9, "end_user_number": number }),
        json!({
            "call_type": "Voice Scheduled (API)", "menu_id": 9, "end_user_number": number,
            "scheduled_at": "2099-01-01T09:00:00Z",
        }),
    ]
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), reqwest::Error> {
    let url = format!("{}/apps/api/v1/calls", env("CALLMOCK_URL", "http://127.0.0.1:8080"));
    let (subdomain, token) =
        (env("CALLMOCK_CCAI_SUBDOMAIN", "acme"), env("CALLMOCK_CCAI_TOKEN", "mock-token"));
    let client = reqwest::Client::builder().no_proxy().build()?;
    for order in orders() {
        let response = client.post(&url).basic_auth(&subdomain, Some(&token)).json(&order).send().await?;
        match response.status().as_u16() {
            201 => {
                let Call { id, call_type, status, created_at, scheduled_at } = response.json().await?;
                let due = scheduled_at.map_or(String::new(), |at| format!(" for {at}"));
                println!("{id} {created_at} {call_type}: {status}{due}");
            }
            202 => println!("accepted: the agent must choose first"),
            status => println!("{status}: {}", response.json::<Refusal>().await?.message),
        }
    }
    Ok(())
}
