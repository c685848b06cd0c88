//! Recordings: every address of every answer leads to a WAV file of the length that the answer
//! states.

use std::collections::HashMap;

use callmock::contract::Recovery;
use callmock::vendor::recording::Recording;
use serde_json::{Value, json};

use crate::alibaba;
use crate::client::World;
use crate::mock::{Answer, Mock, send};
use crate::vendor::{self, How, TestVendor};

/// The addresses of the vendors' own pages, which lead out of callmock.
const OF_THE_PAGES: [&str; 2] = ["https://api.aliyun.com/troubleshoot", "https://somedomain.com/"];

/// The vendors whose answers have the addresses of files.
fn filed() -> impl Iterator<Item = &'static str> {
    fn serves_files(vendor: &'static dyn TestVendor) -> bool {
        vendor.served().endpoints().iter().any(|endpoint| endpoint.operation.id == "fetch_recording")
    }
    vendor::ALL.iter().copied().filter(|vendor| serves_files(*vendor)).map(TestVendor::name)
}

/// A call with a recording of ten milliseconds, and one without.
const RECORDED: &str = r#"
callmock: 1
calls:
  - {id: talked, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:00:00Z, talk: 3s, outcome: answered, recording: {duration: 10ms}}
  - {id: never, direction: inbound, from: "1", to: "2", at: 2018-09-01T13:02:00Z, ring: 9s, outcome: no_answer}
"#;

/// The path of the recorded call's file. Only the addresses of object storage expire.
fn file(vendor: &str) -> String {
    format!("/_files/default/{vendor}-1.wav?Expires=9999999999")
}

/// A request for each answer that a vendor has to a request for a file that there is.
pub async fn probes_of(mock: &Mock, file: &str) -> Vec<(&'static str, Answer)> {
    let etag = mock.get(file).await.header("etag").to_owned();
    let ask =
        |name: &'static str, value: &str| send(mock.request("GET", file).header(name, value.to_owned()));
    vec![
        ("fetch_recording.fetched", mock.get(file).await),
        ("fetch_recording.part", ask("range", "bytes=0-43").await),
        ("fetch_recording.not_modified", ask("if-none-match", &etag).await),
        ("fetch_recording.range_not_satisfiable", ask("range", "bytes=99999-").await),
    ]
}

/// A request for each behavior of a `fetch_recording` whose addresses do not expire.
pub async fn probes(vendor: &str) -> Vec<(&'static str, Answer)> {
    let mock = Mock::of(RECORDED).await;
    let mut answers = probes_of(&mock, &format!("/_files/default/{vendor}-1.wav")).await;
    let missing = mock.get(&format!("/_files/default/{vendor}-2.wav")).await;
    answers.push(("fetch_recording.not_found", missing));
    answers
}

/// Every URL in a text.
fn urls(text: &str) -> Vec<String> {
    let starts = text.match_indices("http").map(|(at, _)| &text[at..]);
    let starts = starts.filter(|text| text.starts_with("http://") || text.starts_with("https://"));
    let end = |text: &str| text.find(['"', '>', ' ', '\'', '<']).unwrap_or(text.len());
    starts.map(|text| text[..end(text)].to_owned()).collect()
}

/// The answers of a world in which URLs may stand: each vendor's list to its end, what each of
/// Alibaba's records leads to, and a created call.
async fn answers(world: &World<'_>) -> Vec<String> {
    let mut bodies = vec![];
    for vendor in vendor::ALL {
        for shows in vendor.shows().into_iter().filter(|shows| shows.how == How::Listed) {
            bodies.extend((shows.all)(world).await.iter().map(Value::to_string));
        }
    }
    let ready: Vec<Value> = bodies.iter().filter_map(|body| serde_json::from_str(body).ok()).collect();
    for record in ready.iter().filter(|record| record["RecordingReady"] == true) {
        let id = record["ContactId"].as_str().expect("an id");
        let answer = world.alibaba(&[("Action", "GetMonoRecording"), ("ContactId", id)]).await;
        let data = &answer.json()["Data"];
        let url = data["FileUrl"].as_str().expect("an address");
        let name = data["FileName"].as_str().expect("a name").replace('*', "%2A");
        let own = !OF_THE_PAGES.iter().any(|outside| url.starts_with(outside));
        assert!(!own || url.split('?').next().is_some_and(|path| path.ends_with(&name)), "{url} {name}");
        bodies.push(answer.body);
    }
    bodies.push(world.ccai("POST", "calls", &crate::ccai::outbound()).await.body);
    bodies
}

/// The seconds of a WAV file of a size, which its header states.
fn seconds(head: &[u8], size: u64) -> f64 {
    let number = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes"));
    assert_eq!((&head[..4], &head[8..16], &head[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
    assert_eq!((u64::from(number(4)), u64::from(number(40))), (size - 8, size - 44));
    assert_eq!((number(20), number(24), number(32)), (0x0001_0001, 8000, 0x0010_0002), "PCM, mono, 16 bit");
    f64::from(number(40)) / f64::from(number(28))
}

/// The part of a file that a range names, with the file's size.
async fn part(mock: &Mock, path: &str, range: &str) -> (reqwest::header::HeaderMap, Vec<u8>, u64) {
    let answer = mock.request("GET", path).header("range", range).send().await.expect("an answer");
    assert_eq!(answer.status(), 206, "{path} {range}");
    let headers = answer.headers().clone();
    let told = headers["content-range"].to_str().expect("text").rsplit('/').next().expect("a size").parse();
    (headers, answer.bytes().await.expect("a body").to_vec(), told.expect("a number"))
}

#[tokio::test]
async fn every_url_of_every_answer_of_every_built_in_scenario_leads_to_a_file_of_its_length() {
    for scenario in callmock::scenario::embedded_names() {
        let mock = Mock::embedded(scenario).await;
        let world = mock.default_world().await;
        if world.made["credentials"].as_object().is_none_or(serde_json::Map::is_empty) {
            continue;
        }
        if scenario == "weeks" {
            // Its clock stands where its calls begin.
            world.admin("POST", "clock/advance", &json!({ "by": "3d" })).await;
        }
        let all = mock.get("/_mock/calls?limit=100000").await.json();
        let recorded = all["calls"].as_array().expect("calls").iter().map(|call| &call["recording"]);
        let truth: HashMap<String, &Value> = recorded
            .filter_map(|recording| {
                let file = Recording::of_key(recording["tones"].as_str()?, recording["bytes"].as_u64()?)?;
                Some((file.etag(), recording))
            })
            .collect();
        let mut followed = 0;
        let bodies = answers(&world).await;
        let mut all: Vec<String> = bodies.iter().flat_map(|body| urls(body)).collect();
        all.sort();
        all.dedup();
        let step = (all.len() / 40).max(1);
        for (n, url) in all.iter().enumerate() {
            if OF_THE_PAGES.iter().any(|page| url.starts_with(page)) {
                continue;
            }
            assert!(url.contains("/_files/default/"), "{url} leads out");
            // The header of each is decoded. Every fortieth is read to its end, for the files are
            // long.
            let path = url.replace(&mock.url(""), "");
            let (headers, head, size) = part(&mock, &path, "bytes=0-43").await;
            let recording = truth[headers["etag"].to_str().expect("text")];
            assert_eq!(recording["bytes"], size, "{url}");
            let length = seconds(&head, size);
            let stated = recording["duration"].as_f64().expect("seconds");
            assert!(length >= stated && length < stated + 1.0, "{url}: {length} s of {stated} s");
            if n % step == 0 {
                let file = mock.request("GET", &path).send().await.expect("an answer").bytes().await;
                let file = file.expect("a whole body");
                assert_eq!((file.len() as u64, &file[..44]), (size, &head[..]), "{url}");
            }
            followed += 1;
        }
        assert!(followed > 0 || scenario == "empty", "{scenario}: no answer has a URL");
    }
}

/// A call that is created at one vendor and held by all.
const CREATED: &str = r#"
callmock: 1
clock: 2024-05-14T12:00:00Z
accounts:
  commubo: [{tenant_id: tenant, access_token: token}]
  ccai: [{subdomain: acme, token: mock-token, outbound_numbers: ["+1 339-219-5276"], languages: [en], created_on: [ccai, commubo, alibaba, sencloud]}]
  alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]
  sencloud: [{api_key: "shop:MOCKKEY"}]
agents: [{id: admin, name: Admin, email: admin@somedomain.com}]
"#;

/// What each vendor tells of the newest recording: an address, or at commubo the sound itself.
async fn told(mock: &Mock, world: &World<'_>) -> Vec<(&'static str, Option<String>)> {
    let (user, token) = (world.credential("ccai", "subdomain"), world.credential("ccai", "token"));
    let listed =
        mock.request("GET", "/manager/api/v1/calls").header("authorization", crate::ccai::basic(user, token));
    let listed = send(listed).await.json();
    let ccai = listed[0]["recording_url"].as_str().map(str::to_owned);
    let logs = world.sencloud(&json!({})).await.json();
    let sencloud = logs["call_logs"][0]["recording_urls"][0].as_str().map(str::to_owned);
    let records = world.alibaba(&[("StartTime", "0")]).await.json();
    let alibaba = match records["Data"]["List"][0]["ContactId"].as_str() {
        None => None,
        Some(id) => {
            let answer = world.alibaba(&[("Action", "GetMonoRecording"), ("ContactId", id)]).await;
            answer.json()["Data"]["FileUrl"].as_str().map(str::to_owned)
        }
    };
    vec![("ccai", ccai), ("sencloud", sencloud), ("alibaba", alibaba)]
}

#[tokio::test]
async fn a_created_calls_recording_can_be_fetched_at_every_vendor_once_it_is_over() {
    let mock = Mock::of(CREATED).await;
    let world = mock.default_world().await;
    let created = world.ccai("POST", "calls", &crate::ccai::outbound()).await;
    assert_eq!(created.status, 201, "{}", created.body);
    for vendor in filed() {
        let early = mock.get(&format!("/_files/default/{vendor}-1.wav?Expires=9999999999")).await;
        assert_eq!(early.status, 404, "{vendor}: the call is under way");
    }
    assert!(told(&mock, &world).await.iter().all(|(_, url)| url.is_none()), "nothing is recorded yet");
    let neutral = async || world.admin("GET", "calls", &Value::Null).await.json()["calls"][0].take();
    let end: chrono::DateTime<chrono::Utc> = loop {
        let call = neutral().await;
        if let Some(end) = call["ended_at"].as_str() {
            break end.parse().expect("a time");
        }
        world.admin("POST", "clock/advance", &json!({ "by": "PT1M" })).await;
    };
    let at = async |seconds| {
        let now = end + chrono::TimeDelta::seconds(seconds);
        world.admin("PUT", "clock", &json!({ "mode": "fixed", "now": now.to_rfc3339() })).await;
        told(&mock, &world).await
    };
    // Alibaba writes the recording of a created call in ten seconds (R14).
    for (vendor, url) in at(5).await {
        assert_eq!(url.is_some(), vendor != "alibaba", "{vendor}, five seconds after the end");
    }
    let stated = neutral().await["recording"]["duration"].as_f64().expect("seconds");
    let all = at(11).await;
    assert_eq!(all.len(), filed().count(), "every vendor that serves files is asked");
    for (vendor, url) in all {
        let url = url.unwrap_or_else(|| panic!("{vendor} tells no address"));
        let file = mock.request("GET", &url.replace(&mock.url(""), "")).send().await.expect("an answer");
        let file = file.bytes().await.expect("a body");
        let length = seconds(&file, file.len() as u64);
        assert!(length >= stated && length < stated + 1.0, "{vendor}: {length} s of {stated} s");
    }
    let id = world.commubo("").await.json()[0]["callId"].as_str().expect("an id").to_owned();
    let sound =
        crate::commubo::vendor::get(&world, &format!("/v1/calls/{id}/sound"), world.credentials("commubo"));
    let sound = sound.send().await.expect("an answer").bytes().await.expect("a body");
    assert!(seconds(&sound, sound.len() as u64) >= stated, "commubo");
}

#[tokio::test]
async fn a_file_needs_no_credential_and_no_admin_token_and_a_rate_limit_counts_it() {
    let settings = callmock::server::Settings {
        admin_token: Some("open-sesame".to_owned()),
        ..callmock::server::Settings::default()
    };
    for vendor in filed() {
        let limited = format!(
            "{RECORDED}faults: [{{vendor: {vendor}, operation: fetch_recording, do: {{rate_limit: {{requests: 2, per: 1h}}}}}}]\n"
        );
        let mock = Mock::with(&limited, settings.clone()).await;
        let file = file(vendor);
        let answer = mock.request("GET", &file).send().await.expect("an answer");
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["content-type"]),
            (200, &"audio/wav".parse().unwrap())
        );
        let whole = answer.bytes().await.expect("a body");
        assert_eq!((whole.len(), &whole[..4]), (44 + 160, &b"RIFF"[..]), "{vendor}");
        let head = mock.request("HEAD", &file).send().await.expect("an answer");
        assert_eq!(
            (head.status().as_u16(), &head.headers()["content-length"]),
            (200, &"204".parse().unwrap())
        );
        let throttled = vendor::of(vendor).throttled().status;
        assert_eq!(mock.get(&file).await.status, throttled, "{vendor}: the third of two");
    }
}

#[tokio::test]
async fn a_wrong_method_at_a_file_is_no_question_of_credentials() {
    let mock = Mock::of(RECORDED).await;
    for vendor in filed() {
        let refused = send(mock.request("DELETE", &file(vendor))).await;
        let catalogue = vendor::of(vendor).served().catalogue();
        let met =
            catalogue.behaviors().find(|behavior| behavior.id == refused.outcome()).expect("a behavior");
        assert!(met.status == Some(refused.status) && met.recovery != Recovery::Credential, "{}", met.id);
        let allowed: Vec<&str> = refused.header("allow").split(',').collect();
        let twice = allowed.iter().filter(|method| **method == "HEAD").count() > 1;
        assert!(!twice, "{vendor}: {:?}", refused.headers);
    }
}

#[tokio::test]
async fn a_range_for_another_file_gets_the_whole_one() {
    let mock = Mock::of(RECORDED).await;
    for vendor in filed() {
        let request = mock.request("GET", &file(vendor)).header("if-range", "\"x\"");
        assert_eq!(send(request.header("range", "bytes=0-1")).await.status, 200, "{vendor}");
    }
}

#[tokio::test]
async fn an_address_of_object_storage_is_good_until_its_time_on_the_worlds_clock() {
    let mock = Mock::of(alibaba::CALLS).await;
    let world = mock.default_world().await;
    let told =
        world.alibaba(&[("Action", "GetMonoRecording"), ("ContactId", "in"), ("ExpireSeconds", "60")]).await;
    let url = told.json()["Data"]["FileUrl"].as_str().expect("an address").to_owned();
    assert_eq!(told.json()["Data"]["Duration"], 99_000);
    let fetch = async || mock.get(&url.replace(&mock.url(""), "")).await;
    let head = mock.request("HEAD", &url.replace(&mock.url(""), "")).send().await.expect("an answer");
    assert_eq!(
        (head.status().as_u16(), &head.headers()["content-length"]),
        (200, &"1584044".parse().unwrap())
    );
    world.admin("POST", "clock/advance", &json!({ "by": "61s" })).await;
    let late = fetch().await;
    assert_eq!((late.status, late.outcome()), (403, "alibaba.fetch_recording.expired"));
    assert!(
        late.body.contains("<Code>AccessDenied</Code><Message>Request has expired.</Message>"),
        "{}",
        late.body
    );
    assert_eq!(late.findings(), ["alibaba.expired_link"]);
    let journal = mock.journal().await;
    let last = journal.last().expect("an exchange");
    assert_eq!((&last["vendor"], &last["operation"]), (&json!("alibaba"), &json!("fetch_recording")));
}

#[tokio::test]
async fn faults_apply_to_files_and_another_world_has_its_own() {
    let mock = Mock::embedded("busy-day").await;
    let world = mock.fork(json!({})).await;
    let listed = world.sencloud(&json!({ "paging": { "limit": 100 } })).await;
    let url = urls(&listed.body).into_iter().next().expect("an address");
    assert!(url.contains(&format!("/_files/{}/sencloud-", world.id())), "{url}");
    let path = url.replace(&mock.url(""), "");
    world
        .fault(json!({ "vendor": "sencloud", "operation": "fetch_recording", "do": { "status": 503 } }))
        .await;
    assert_eq!(mock.get(&path).await.status, 503);
    let elsewhere = path.replace(&format!("/_files/{}/", world.id()), "/_files/default/");
    assert_eq!(mock.request("HEAD", &elsewhere).send().await.expect("an answer").status(), 200);
    assert_eq!(mock.get("/_files/nowhere/sencloud-1.wav").await.status, 404);
    for none in
        ["sencloud-0.wav", "sencloud-999999.wav", "sencloud-01.wav", "sencloud-1.mp3", "sencloud-x.wav"]
    {
        assert_eq!(mock.get(&format!("/_files/default/{none}")).await.status, 404, "{none}");
    }
    let of_nobody = mock.get("/_files/default/nobody-1.wav").await;
    assert_eq!((of_nobody.status, of_nobody.behaviors().len()), (404, 0));
}

#[tokio::test]
async fn a_url_that_a_scenario_writes_is_shown_as_written_and_check_says_that_it_leads_out() {
    let yaml = crate::sencloud::LOGS;
    let mock = Mock::of(yaml).await;
    let listed = mock.default_world().await.sencloud(&json!({})).await;
    assert!(listed.body.contains("\"https://example.com/1.mp3\""), "{}", listed.body);
    let folder = std::env::temp_dir().join(format!("callmock-recordings-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let file = folder.join("urls.yaml");
    std::fs::write(&file, yaml).expect("written");
    let checked = crate::cli::callmock().arg("check").arg(&file).output().expect("it runs");
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(
        checked.status.success() && said.contains("recording.url") && said.contains("leads out"),
        "{said}"
    );
    std::fs::remove_dir_all(&folder).expect("removed");
}

#[tokio::test]
async fn a_public_url_stands_in_place_of_the_host_that_the_request_named() {
    let settings = callmock::server::Settings {
        public_url: Some("https://calls.example:8443".to_owned()),
        ..callmock::server::Settings::default()
    };
    let yaml = crate::sencloud::LOGS.replace(
        "recording: {url: \"https://example.com/1.mp3\", duration: 60s}",
        "recording: {duration: 60s}",
    );
    let mock = Mock::with(&yaml, settings).await;
    let listed = mock.default_world().await.sencloud(&json!({})).await;
    assert!(
        listed.body.contains("\"https://calls.example:8443/_files/default/sencloud-1.wav\""),
        "{}",
        listed.body
    );
    let mock = Mock::of(&yaml).await;
    let key = format!("Bearer {}", crate::sencloud::KEY);
    let request = mock.request("POST", crate::sencloud::PATH).header("host", "shop.localhost:81");
    let request = request.header("content-type", "application/json").header("authorization", key);
    let listed = send(request.body("{}")).await;
    assert!(
        listed.body.contains("\"http://shop.localhost:81/_files/default/sencloud-1.wav\""),
        "{}",
        listed.body
    );
}

#[tokio::test]
async fn a_file_that_is_fetched_in_part_only_is_told_at_every_vendor_until_the_rest_comes() {
    let mock = Mock::embedded("busy-day").await;
    let world = mock.default_world().await;
    let bodies = answers(&world).await;
    let all: Vec<String> = bodies.iter().flat_map(|body| urls(body)).collect();
    for vendor in filed() {
        let url = all.iter().find(|url| url.contains(&format!("/_files/default/{vendor}-"))).expect(vendor);
        let path = url.replace(&mock.url(""), "");
        let told = async || {
            let all = mock.get("/_mock/findings").await.json();
            let all = all["findings"].as_array().cloned().unwrap_or_default();
            all.iter().any(|finding| finding["id"] == format!("{vendor}.recording_not_whole"))
        };
        let fetch = async |range: &str| {
            let answer = mock.request("GET", &path).header("range", range).send().await.expect("an answer");
            assert_eq!(answer.status(), 206, "{vendor} {range}");
            answer.bytes().await.expect("a body")
        };
        assert!(!told().await, "{vendor}: nothing was fetched");
        fetch("bytes=0-999").await;
        assert!(told().await, "{vendor}: a part was fetched");
        fetch("bytes=1000-").await;
        assert!(!told().await, "{vendor}: the rest came, too");
    }
}
