//! Lists every call detail record of an Alibaba Cloud CCC instance, a line a record, signed by hand
//! (HMAC-SHA1).
//!
//! `CALLMOCK_URL` and `CALLMOCK_ALIBABA_{ACCESS_KEY_ID,ACCESS_KEY_SECRET,INSTANCE_ID}` say where
//! and as whom.

use base64::Engine;
use chrono::{SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use sha1::Sha1;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    data: Data,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Data {
    list: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    contact_id: String,
    start_time: i64,
    contact_type: String,
    calling_number: String,
    called_number: String,
    call_duration: String,
    contact_disposition: String,
}

const PAGE_SIZE: usize = 100;

fn env(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

fn encode(text: &str) -> String {
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, KEPT).to_string()
}

/// The query of one page, signed: parameters sorted and encoded, then the whole encoded once more.
#[expect(clippy::disallowed_methods, reason = "a client signs with its machine's time")]
fn signed(page: usize) -> String {
    let now = Utc::now();
    let mut parameters = vec![
        ("AccessKeyId", env("CALLMOCK_ALIBABA_ACCESS_KEY_ID", "testid")),
        ("Action", "ListCallDetailRecords".to_owned()),
        ("EndTime", now.timestamp_millis().to_string()),
        ("Format", "JSON".to_owned()),
        ("InstanceId", env("CALLMOCK_ALIBABA_INSTANCE_ID", "ccc-test")),
        ("PageNumber", page.to_string()),
        ("PageSize", PAGE_SIZE.to_string()),
        ("SignatureMethod", "HMAC-SHA1".to_owned()),
        ("SignatureNonce", format!("{}-{page}-{}", std::process::id(), now.timestamp_micros())),
        ("SignatureVersion", "1.0".to_owned()),
        ("StartTime", "0".to_owned()),
        ("Timestamp", now.to_rfc3339_opts(SecondsFormat::Secs, true)),
        ("Version", "2020-07-01".to_owned()),
    ];
    parameters.sort();
    let query: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let query = query.join("&");
    let key = env("CALLMOCK_ALIBABA_ACCESS_KEY_SECRET", "testsecret") + "&";
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes any key");
    mac.update(format!("GET&%2F&{}", encode(&query)).as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    format!("{query}&Signature={}", encode(&signature))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), reqwest::Error> {
    let base_url = env("CALLMOCK_URL", "http://127.0.0.1:8080");
    let client = reqwest::Client::builder().no_proxy().build()?;
    // At most a hundred pages can be asked for; a larger store is listed in shorter ranges of time.
    for page in 1..=100 {
        let url = format!("{base_url}/?{}", signed(page));
        let answer: Answer = client.get(url).send().await?.error_for_status()?.json().await?;
        let full = answer.data.list.len() == PAGE_SIZE;
        for record in answer.data.list {
            let Record { contact_id, start_time, contact_type, calling_number, called_number, .. } = &record;
            let (lasted, ending) = (&record.call_duration, &record.contact_disposition);
            println!(
                "{contact_id} {start_time} {contact_type} {calling_number} {called_number} {lasted} {ending}"
            );
        }
        if !full {
            break;
        }
    }
    Ok(())
}
