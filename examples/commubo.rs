//! Lists every call that commubo has, a line a call. There is no paging: the list is whole.
//!
//! `CALLMOCK_URL`, `CALLMOCK_COMMUBO_TENANT_ID` and `CALLMOCK_COMMUBO_ACCESS_TOKEN` say where and
//! as whom.

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    call_id: String,
    call_type: String,
    phone_number: String,
    call_date_time: String,
    talk_time: Option<String>,
    connect_result: String,
}

fn env(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), reqwest::Error> {
    let base_url = env("CALLMOCK_URL", "http://127.0.0.1:8080");
    let calls: Vec<Call> = reqwest::Client::builder()
        .no_proxy()
        .build()?
        .get(format!("{base_url}/v1/calls"))
        .header(
            "x-commubo-tenantId",
            env("CALLMOCK_COMMUBO_TENANT_ID", "12345678-90AB-CDEF-1234-567890ABCDEF"),
        )
        .header(
            "x-commubo-accessToken",
            env("CALLMOCK_COMMUBO_ACCESS_TOKEN", "FEDCBA09-8765-4321-FEDC-BA0987654321"),
        )
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    for call in calls {
        let direction = if call.call_type == "0" { "from" } else { "to" };
        let talk = call.talk_time.unwrap_or_else(|| "-".to_owned());
        println!(
            "{} {} {direction} {} {talk} {}",
            call.call_id, call.call_date_time, call.phone_number, call.connect_result
        );
    }
    Ok(())
}
