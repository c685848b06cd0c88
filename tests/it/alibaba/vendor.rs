//! Alibaba Cloud CCC as the suites see it.

use chrono::DateTime;
use futures_util::FutureExt;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use super::client::{Call, Style};
use super::get_call_detail_record::record;
use super::{causes, page, probes};
use crate::client::World;
use crate::mock::{Answer, Mock, send};
use crate::vendor::{Boxed, FILE, How, Shown, Shows, TestVendor, Throttled, files, rows};

/// Alibaba Cloud CCC.
pub struct Alibaba;

/// A call of a world, signed anew.
fn signed(world: &World<'_>, call: Call, credentials: &Value) -> RequestBuilder {
    let text = |name: &str| credentials[name].as_str().expect("a part").to_owned();
    let call = call.key(&text("access_key_id")).secret(&text("access_key_secret"));
    call.at(&world.prefix, "/").request(world.mock)
}

fn day() -> Call {
    page().with("Format", "JSON").with("StartTime", "1715616000000")
}

impl World<'_> {
    pub async fn alibaba(&self, parameters: &[(&str, &str)]) -> Answer {
        let call = parameters.iter().fold(page(), |call, (name, value)| call.with(name, value));
        send(signed(self, call, self.credentials("alibaba"))).await
    }
}

async fn listed(world: &World<'_>) -> Vec<Value> {
    let mut all = vec![];
    for number in 1..=100 {
        let range = [("StartTime", "1000000000000"), ("EndTime", "4000000000000")];
        let page = [("Format", "JSON"), ("PageSize", "100"), ("PageNumber", &number.to_string())];
        let answer = world.alibaba(&[range.as_slice(), &page].concat()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let list = rows(&mut answer.json(), "/Data/List");
        let is_last = list.len() < 100;
        all.extend(list);
        if is_last {
            break;
        }
    }
    all
}

async fn one_by_one(world: &World<'_>) -> Vec<Value> {
    let mut all = vec![];
    for listed in listed(world).await {
        let call = record(listed["ContactId"].as_str().expect("an id")).with("Format", "JSON");
        let answer = send(signed(world, call, world.credentials("alibaba"))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        all.push(answer.json()["Data"].take());
    }
    all
}

/// The good call for the address of a recording.
pub fn mono_recording(id: &str) -> Call {
    let call = page().with("Action", "GetMonoRecording").with("ContactId", id).with("Format", "JSON");
    call.without("PageNumber").without("PageSize")
}

/// What is told of each call's recording, with the id of the call.
async fn recordings(world: &World<'_>) -> Vec<Value> {
    let mut all = vec![];
    for listed in listed(world).await {
        let call = mono_recording(listed["ContactId"].as_str().expect("an id"));
        let answer = send(signed(world, call, world.credentials("alibaba"))).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        all.push(json!({ "ContactId": listed["ContactId"], "Data": answer.json()["Data"] }));
    }
    all
}

fn row_of_recording(told: &Value) -> Value {
    let data = &told["Data"];
    json!({
        "id": told["ContactId"], "recording_url": data["FileUrl"],
        "recording_duration": data["Duration"].as_i64().map(|millis| millis / 1000),
    })
}

/// A record in the words that every call of its direction and outcome may have: generated calls
/// show the rarer ones too, and a second agent.
pub fn usual(record: &Value) -> Value {
    let mut usual = record.clone();
    let mut write = |name: &str, word: Option<&str>| {
        if let Some(word) = word {
            usual[name] = json!(word);
        }
    };
    let text = |name: &str| record[name].as_str();
    write(
        "ContactType",
        match text("ContactType") {
            Some("Predictive" | "Back2Back" | "PrivacyDial") => Some("Outbound"),
            Some("Conference") => Some("Internal"),
            _ => None,
        },
    );
    write(
        "ContactDisposition",
        match text("ContactDisposition") {
            Some("QueuingTimeout" | "QueuingOverflow" | "IVRException") => Some("QueuingFailed"),
            Some("ForwardToOutsideNumber") => Some("Success"),
            _ => None,
        },
    );
    for name in ["AgentIds", "SkillGroupIds"] {
        write(name, text(name).and_then(|ids| ids.split(',').next()));
    }
    match text("EarlyMediaState") {
        Some("PowerOff" | "OutOfService" | "NotExist" | "Restricted") => {
            usual["EarlyMediaState"] = json!("NotConnected");
        }
        // It is the disposition's own word.
        Some("NoAnswer") => usual["EarlyMediaState"] = Value::Null,
        _ => {}
    }
    usual
}

/// A record of the list, or of one call: the latter lacks durations, and calls the score otherwise.
fn row_of(record: &Value) -> Value {
    let record = &usual(record);
    let time = |name: &str| {
        record[name].as_i64().map(|millis| DateTime::from_timestamp_millis(millis).unwrap().to_rfc3339())
    };
    let recorded = record["RecordingReady"] == true;
    let rated = record["SatisfactionSurveyOffered"] == true;
    let score = record.get("SatisfactionIndex").or(record.get("Satisfaction")).filter(|_| rated);
    let direction = record["ContactType"].as_str().unwrap().to_lowercase();
    let outcome = match (record["ContactDisposition"].as_str().unwrap(), record["EarlyMediaState"].as_str()) {
        ("Success", _) => "answered",
        ("Reject", _) => "rejected",
        ("AbandonedInIVR", _) => "abandoned_ivr",
        ("AbandonedInQueue", _) => "abandoned_queue",
        ("AbandonedInRing", _) => "abandoned_ring",
        ("Voicemail", _) => "voicemail",
        ("QueuingFailed", _) | (_, Some("NotConnected")) => "failed",
        (_, Some("Busy")) => "busy",
        _ => "no_answer",
    };
    json!({
        "id": record["ContactId"], "direction": direction,
        "from": record["CallingNumber"], "to": record["CalledNumber"],
        "at": time("StartTime"), "answered_at": time("EstablishedTime"), "ended_at": time("ReleaseTime"),
        "dial": record["DialingTime"], "ivr": record["IvrTime"], "wait": record["QueueTime"], "ring": record["RingTime"],
        "talk": record["TalkTime"], "hold": record["HeldTime"], "outcome": outcome,
        "agent": record["AgentIds"], "queue": record["SkillGroupIds"],
        "recording_duration": if recorded { record["RecordingDuration"].clone() } else { Value::Null },
        "rating_score": score,
        "rating_channel": record["SatisfactionSurveyChannel"].as_str().map(str::to_lowercase),
        "rating_label": record["SatisfactionDescription"],
    })
}

impl TestVendor for Alibaba {
    fn name(&self) -> &'static str {
        "alibaba"
    }

    fn account(&self) -> &'static str {
        "{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}"
    }

    fn halves(&self) -> (&'static str, &'static str) {
        ("access_key_id", "access_key_secret")
    }

    fn request(&self, world: &World<'_>, credentials: &Value) -> RequestBuilder {
        signed(world, day(), credentials)
    }

    fn places(&self, world: &World<'_>, credentials: &Value) -> Vec<(&'static str, RequestBuilder)> {
        let styles = [
            ("the query of a GET", Style::RpcGet),
            ("the query of a POST", Style::RpcPost),
            ("a form", Style::RpcForm),
            ("Authorization", Style::Acs3),
            ("Authorization beside a form", Style::Acs3Form),
        ];
        styles.map(|(place, style)| (place, signed(world, day().style(style), credentials))).into()
    }

    fn shows(&self) -> Vec<Shows> {
        vec![
            Shows {
                operation: "list_call_detail_records",
                how: How::Listed,
                all: |world| listed(world).boxed_local(),
                row_of,
                left_out: &[],
            },
            Shows {
                operation: "get_call_detail_record",
                how: How::OneByOne,
                all: |world| one_by_one(world).boxed_local(),
                row_of,
                left_out: &[],
            },
            Shows {
                operation: "get_mono_recording",
                how: How::OneByOne,
                all: |world| recordings(world).boxed_local(),
                row_of: row_of_recording,
                left_out: FILE,
            },
        ]
    }

    fn probes(&self) -> Boxed<'_, Shown> {
        probes::answers().boxed_local()
    }

    fn causes<'a>(&'a self, mock: &'a Mock) -> Boxed<'a, Shown> {
        causes::answers(mock).boxed_local()
    }

    fn found_later(&self) -> &'static [&'static str] {
        &[
            "paging_stopped_early",
            "recording_not_whole",
            "page_lost",
            "row_slid",
            "window_gap",
            "no_overlap",
            "never_reread",
        ]
    }

    fn careful<'a>(&'a self, world: &'a World<'_>) -> Boxed<'a, Vec<Answer>> {
        async move {
            let mut answers = vec![];
            for number in ["1", "2", "3"] {
                let range = [("Format", "JSON"), ("StartTime", "1715616000000")];
                let page = [("PageSize", "10"), ("PageNumber", number)];
                answers.push(world.alibaba(&[range, page].concat()).await);
            }
            let id = answers[0].json()["Data"]["List"][0]["ContactId"].take();
            let one = record(id.as_str().expect("an id")).with("Format", "JSON");
            answers.push(send(signed(world, one, world.credentials("alibaba"))).await);
            let records = listed(world).await;
            let recorded = records.iter().find(|record| record["RecordingReady"] == true);
            let call = mono_recording(recorded.expect("a recording")["ContactId"].as_str().expect("an id"));
            let told = send(signed(world, call, world.credentials("alibaba"))).await;
            answers.extend(files(world, [&told.json()["Data"]["FileUrl"]].into_iter()).await);
            answers.push(told);
            answers
        }
        .boxed_local()
    }

    fn throttled(&self) -> Throttled {
        Throttled {
            status: 400,
            code: Some(("Code", "Throttling.User")),
            wait: Some(("x-acs-retry-after", 1000)),
        }
    }

    fn wait(&self, seconds: u64) -> (&'static str, String) {
        ("x-acs-retry-after", (seconds * 1000).to_string())
    }

    fn request_for(&self, behavior: &str, world: &World<'_>) -> RequestBuilder {
        let style = if behavior.ends_with("_acs3") { Style::Acs3 } else { Style::RpcGet };
        signed(world, day().style(style), world.credentials("alibaba"))
    }

    fn is_error(&self, answer: &Answer, name: &str) -> bool {
        // Files are stored by a service that answers in XML.
        if answer.body.starts_with('<') {
            return answer.body.contains(&format!("<Code>{name}</Code>"));
        }
        answer.json()["Code"] == name
    }
}
