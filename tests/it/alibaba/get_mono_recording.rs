//! `GetMonoRecording` and the files that its addresses lead to. `R1` and the like are rows of the
//! fact sheet on recordings.

use super::client::Call;
use super::{CALLS, page, reading};
use crate::mock::{Answer, Mock};

/// A good call for one recording's address.
fn recording(contact_id: &str) -> Call {
    let call = page().with("Action", "GetMonoRecording").with("ContactId", contact_id);
    call.without("PageNumber").without("PageSize")
}

/// The path and query of a recording's address.
async fn path(mock: &Mock, call: Call) -> String {
    let told = call.send(mock).await.json();
    told["Data"]["FileUrl"].as_str().expect("an address").replace(&mock.url(""), "")
}

/// A request for each behavior of both operations.
pub async fn probes() -> Vec<(&'static str, Answer)> {
    let short = CALLS.replace("recording: {duration: 99s}", "recording: {duration: 10ms}");
    let mock = Mock::of(&short).await;
    let error = Mock::of(&reading(&short, "alibaba.no_recording: error")).await;
    let mut answers = vec![
        ("get_mono_recording.told", recording("in").send(&mock).await),
        ("get_mono_recording.expire_seconds", recording("in").with("ExpireSeconds", "60").send(&mock).await),
        ("get_mono_recording.no_data", recording("busy").send(&mock).await),
        ("get_mono_recording.call_not_found", recording("x").send(&error).await),
        ("get_mono_recording.missing_contact_id", recording("x").without("ContactId").send(&mock).await),
        ("get_mono_recording.missing_instance_id", recording("x").without("InstanceId").send(&mock).await),
        (
            "get_mono_recording.invalid_expire_seconds",
            recording("in").with("ExpireSeconds", "day").send(&mock).await,
        ),
    ];
    for (behavior, instance) in [
        ("get_mono_recording.instance_not_found", "x"),
        ("get_mono_recording.instance_ceased", "stopped"),
        ("get_mono_recording.instance_creating", "creating"),
        ("get_mono_recording.instance_disabled", "disabled"),
    ] {
        answers.push((behavior, recording("in").with("InstanceId", instance).send(&mock).await));
    }
    answers.extend(crate::recordings::probes_of(&mock, &path(&mock, recording("in")).await).await);
    answers.extend([
        ("fetch_recording.expired", mock.get("/_files/default/alibaba-1-in.wav?Expires=1").await),
        ("fetch_recording.not_found", mock.get("/_files/default/alibaba-99-x.wav?Expires=9999999999").await),
    ]);
    answers
}

#[tokio::test]
async fn the_address_ends_in_the_files_name_and_is_good_for_a_day_or_for_what_is_asked() {
    let mock = Mock::of(CALLS).await;
    let told = recording("in").send(&mock).await.json()["Data"].take();
    assert_eq!((&told["FileName"], &told["Duration"]), (&"in.wav".into(), &99_000.into()));
    let now = chrono::DateTime::parse_from_rfc3339("2024-05-14T12:00:00+08:00").expect("a time").timestamp();
    let url = told["FileUrl"].as_str().expect("an address");
    let (file, query) = url.split_once('?').expect("a query");
    assert!(file.ends_with("in.wav"), "{url}");
    assert!(
        query.starts_with(&format!("Expires={}&OSSAccessKeyId=testid&Signature=", now + 86_400)),
        "{url}"
    );
    let hour = path(&mock, recording("in").with("ExpireSeconds", "3600")).await;
    assert!(hour.contains(&format!("?Expires={}&", now + 3600)), "{hour}");
}

#[tokio::test]
async fn what_was_never_connected_has_no_recording() {
    let mock = Mock::of(CALLS).await;
    for none in ["busy", "mail", "gone", "elsewhere", "x"] {
        let answer = recording(none).send(&mock).await.json();
        assert_eq!((&answer["Code"], answer.get("Data")), (&"OK".into(), None), "{none}");
    }
}
