//! Faults, each proved on a raw socket where it is the socket's: what a client's HTTP library would
//! hide is seen here.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use callmock::server::Settings;
use serde_json::{Value, json};

use crate::alibaba;
use crate::ccai::{inbound, outbound};
use crate::client::message;
use crate::commubo::{TENANT, TOKEN, VECTORS};
use crate::mock::{Answer, Mock, send, text_at, until};
use crate::vendor;

const NOTHING: Value = Value::Null;

fn documented() -> &'static str {
    include_str!("../../scenarios/documented.yaml")
}

/// Everything that a socket gets for a request, and how its connection ended.
fn raw(mock: &Mock, request: &str) -> (Vec<u8>, Option<ErrorKind>) {
    let mut stream = TcpStream::connect(mock.address).expect("a connection");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut got = vec![];
    let ended = stream.read_to_end(&mut got).err().map(|error| error.kind());
    (got, ended)
}

fn list() -> String {
    format!(
        "GET /v1/calls HTTP/1.1\r\nHost: x\r\nx-commubo-tenantId: {TENANT}\r\nx-commubo-accessToken: {TOKEN}\r\n\r\n"
    )
}

/// The head and the body of what a socket got.
fn parts(got: &[u8]) -> (String, Vec<u8>) {
    let at = got.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    (String::from_utf8_lossy(&got[..at]).to_lowercase(), got[at + 4..].to_vec())
}

async fn fault(mock: &Mock, fault: Value) -> String {
    mock.default_world().await.fault(fault).await
}

/// A request that reaches a vendor's handlers, whatever they make of it.
async fn ask(mock: &Mock, vendor: &str) -> Answer {
    vendor::of(vendor).ask(&mock.default_world().await).await
}

#[tokio::test]
async fn every_refusal_of_every_vendor_can_be_injected_by_its_behaviors_id_and_answers_as_documented() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    for vendor in vendor::ALL {
        let catalogue = vendor.served().catalogue();
        let refusals = catalogue.behaviors().filter(|b| b.status.is_some_and(|status| status >= 400));
        for behavior in refusals {
            let id = fault(
                &mock,
                json!({ "vendor": catalogue.vendor, "times": 1, "do": { "error": behavior.id } }),
            )
            .await;
            let answer = send(vendor.request_for(behavior.id, &world)).await;
            assert_eq!(Some(answer.status), behavior.status, "{}: {}", behavior.id, answer.body);
            assert_eq!(answer.behaviors(), [behavior.id], "{}", answer.body);
            assert_eq!(answer.header("x-callmock-fault"), id);
            let entry = world.journal().await.pop().expect("an exchange");
            assert_eq!(entry["fault"], json!({ "id": id, "do": { "error": behavior.id } }));
            let _ = send(mock.request("DELETE", &format!("/_mock/faults/{id}"))).await;
        }
    }
}

#[tokio::test]
async fn every_name_that_a_message_proposes_is_taken_and_answers_in_the_vendors_envelope() {
    let mock = Mock::embedded("documented").await;
    for vendor in vendor::ALL {
        for name in vendor.served().catalogue().errors() {
            let id = fault(&mock, json!({ "vendor": vendor.name(), "do": { "error": name } })).await;
            let answer = ask(&mock, vendor.name()).await;
            assert!(answer.status >= 400, "{name}");
            assert!(vendor.is_error(&answer, name), "{vendor:?} {name}: {}", answer.body);
            let _ = send(mock.request("DELETE", &format!("/_mock/faults/{id}"))).await;
        }
    }
}

#[tokio::test]
async fn an_injected_refusal_has_the_text_of_the_real_one() {
    let mock = Mock::of(alibaba::CALLS).await;
    let real = [
        ("Parameter.Invalid", alibaba::page().with("StartTime", "2").with("EndTime", "1")),
        ("Parameter.Format", alibaba::page().with("Criteria", "x")),
        ("Parameter.Minimum", alibaba::page().with("PageNumber", "0")),
        ("Parameter.Maximum", alibaba::page().with("PageSize", "101")),
        ("Parameter.Enumeration", alibaba::page().with("SortOrder", "x")),
    ];
    for (code, call) in real {
        let real = call.send(&mock).await.json();
        let id = fault(&mock, json!({ "vendor": "alibaba", "do": { "error": code } })).await;
        let injected = alibaba::page().send(&mock).await.json();
        assert_eq!((&injected["Code"], &injected["Message"]), (&real["Code"], &real["Message"]));
        assert_eq!(injected["Code"], code);
        let _ = send(mock.request("DELETE", &format!("/_mock/faults/{id}"))).await;
    }
}

/// The rest of the catalogue is brought about by requests; these only faults reach, with the texts
/// of the fact sheet (3.1, 3.2).
#[tokio::test]
async fn alibabas_refusals_that_only_faults_reach_have_their_documented_status_code_and_text() {
    let mock = Mock::embedded("documented").await;
    for (code, status, message) in [
        ("Throttling.User", 400, "Request was denied due to user flow control."),
        ("Throttling.Api", 400, "Request was denied due to api flow control."),
        ("Throttling", 400, "Request was denied due to request throttling."),
        ("InvalidProtocol.NeedSsl", 404, "Your request is denied as lack of ssl protect."),
        ("InvalidProduct.NotFound", 404, "Cannot find product according to your specified domain."),
        ("ServiceUnavailable", 503, "The request has failed due to a temporary failure of the server."),
        (
            "InternalError",
            500,
            "The request processing has failed due to some unknown error, exception or failure.",
        ),
        ("InternalService.Common", 500, "An internal service error occurred. Injected fault."),
        ("InternalService.DB", 500, "An internal DB service error occurred. Injected fault."),
        ("InternalService.AC", 500, "An internal AC service error occurred. Injected fault."),
        ("InternalService.Account", 500, "An internal Account service error occurred. Injected fault."),
        ("InternalService.CTI", 500, "An internal CTI service error occurred. Injected fault."),
        ("Permission.Common", 403, "You have no permission to access. Injected fault."),
        ("Parameter.Blank", 400, "The parameter InstanceId must not be null or empty."),
        ("Parameter.Empty", 400, "The parameter InstanceId may not be null or empty."),
        ("Parameter.Null", 400, "The parameter InstanceId may not be null."),
        ("NotExists.JobId", 404, "The call job-1 does not exist."),
        ("NotExists.UserId", 404, "The user agent does not exist in instance ccc-test."),
        ("NotExists.SkillGroupId", 404, "The skill group ID skillgroup does not exist in instance ccc-test."),
        ("NotExists.InstanceId", 404, "The specified instance ccc-test does not exist."),
    ] {
        let id = fault(&mock, json!({ "vendor": "alibaba", "do": { "error": code } })).await;
        let answer = ask(&mock, "alibaba").await;
        assert_eq!((answer.status, &answer.json()["Message"]), (status, &json!(message)), "{code}");
        let _ = send(mock.request("DELETE", &format!("/_mock/faults/{id}"))).await;
    }
}

#[tokio::test]
async fn an_injected_signature_refusal_shows_what_the_gateway_computed() {
    let mock = Mock::embedded("documented").await;
    fault(&mock, json!({ "vendor": "alibaba", "do": { "error": "SignatureDoesNotMatch" } })).await;
    let body = ask(&mock, "alibaba").await.json();
    let text = text_at(&body, "/Message");
    assert!(text.contains("server string to sign is:GET&%2F&AccessKeyId%3Dtestid"), "{text}");
}

#[tokio::test]
async fn names_that_several_kinds_of_call_share_are_told_apart_by_their_kind() {
    let mock = Mock::embedded("documented").await;
    for (name, expected) in [
        ("after_hours", "ccai.create_call.inbound.after_hours"),
        ("scheduled.after_hours", "ccai.create_call.scheduled.after_hours"),
        ("outbound.agent_unavailable", "ccai.create_call.outbound.agent_unavailable"),
    ] {
        let id = fault(&mock, json!({ "vendor": "ccai", "do": { "error": name } })).await;
        assert_eq!(ask(&mock, "ccai").await.outcome(), expected);
        let _ = send(mock.request("DELETE", &format!("/_mock/faults/{id}"))).await;
    }
}

#[tokio::test]
async fn nth_counts_every_matching_request_refused_ones_too_and_fires_once() {
    let mock = Mock::embedded("documented").await;
    fault(&mock, json!({ "vendor": "ccai", "operation": "create_call", "when": { "nth": 3 }, "do": { "status": 502 } })).await;
    let world = mock.default_world().await;
    let mut statuses = vec![];
    for body in [inbound(), json!({}), inbound(), inbound(), inbound(), inbound()] {
        statuses.push(world.ccai("POST", "calls", &body).await.status);
        // Requests of another operation do not count.
        world.ccai("GET", "calls/397/customer_flag", &NOTHING).await;
    }
    assert_eq!(statuses, [201, 400, 502, 201, 201, 201]);
    let faults = world.admin("GET", "faults", &NOTHING).await.json();
    assert_eq!((&faults["faults"][0]["seen"], &faults["faults"][0]["fired"]), (&json!(6), &json!(1)));
    assert_eq!(faults["faults"][0]["do"], json!({ "status": 502 }));
}

#[tokio::test]
async fn a_fault_of_a_create_leaves_nothing_created() {
    let mock = Mock::embedded("documented").await;
    fault(&mock, json!({ "vendor": "ccai", "times": 1, "do": { "status": 500 } })).await;
    let world = mock.default_world().await;
    assert_eq!(world.ccai("POST", "calls", &outbound()).await.status, 500);
    let created = world.ccai("POST", "calls", &outbound()).await.json();
    assert_eq!(created["id"], 397, "the first id that the scenario gives");
}

#[tokio::test]
async fn any_status_headers_and_body_can_be_answered() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let answer = json!({ "status": 503, "headers": { "retry-after": "7", "content-type": "text/html" }, "body": "<h1>Busy</h1>" });
    let id = fault(&mock, json!({ "id": "maintenance", "vendor": "sencloud", "do": answer })).await;
    assert_eq!(id, "maintenance");
    let answer = ask(&mock, "sencloud").await;
    assert_eq!((answer.status, answer.body.as_str()), (503, "<h1>Busy</h1>"));
    assert_eq!((answer.header("retry-after"), answer.header("content-type")), ("7", "text/html"));
    assert!(answer.behaviors().is_empty(), "it is no behavior of the vendor's");
    world.admin("DELETE", "faults/maintenance", &NOTHING).await;
    fault(&mock, json!({ "vendor": "sencloud", "do": { "status": 200, "body": { "unknown": [1] } } })).await;
    let answer = ask(&mock, "sencloud").await;
    assert_eq!(
        (answer.json(), answer.header("content-type")),
        (json!({ "unknown": [1] }), "application/json")
    );
    world.admin("DELETE", "faults", &NOTHING).await;
    fault(&mock, json!({ "vendor": "sencloud", "do": { "status": 204 } })).await;
    let answer = ask(&mock, "sencloud").await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
}

#[tokio::test]
async fn faults_of_a_scenario_are_there_from_the_start_and_come_back_with_a_reset() {
    let yaml =
        format!("{VECTORS}faults: [{{vendor: commubo, when: {{nth: 2}}, do: {{error: internal_error}}}}]\n");
    let mock = Mock::of(&yaml).await;
    let world = mock.default_world().await;
    for _ in 0..2 {
        let statuses =
            [world.commubo("").await.status, world.commubo("").await.status, world.commubo("").await.status];
        assert_eq!(statuses, [200, 500, 200]);
        world.admin("DELETE", "faults", &NOTHING).await;
        world.admin("POST", "reset", &NOTHING).await;
    }
}

#[tokio::test]
async fn a_rate_limit_answers_as_each_vendor_throttles_until_a_clock_has_passed_the_window() {
    let yaml = format!("{}\nclock: 2024-05-13T12:00:00Z", documented().replace("\nclock:", "\n# clock:"));
    let mock = Mock::of(&yaml).await;
    let world = mock.default_world().await;
    for vendor in vendor::ALL {
        let throttled = vendor.throttled();
        let limit =
            json!({ "vendor": vendor.name(), "do": { "rate_limit": { "requests": 2, "per": "1m" } } });
        let id = fault(&mock, limit).await;
        for _ in 0..2 {
            let good = vendor.ask(&world).await;
            assert!(good.status < 300, "{vendor:?}: {}", good.body);
        }
        let refused = vendor.ask(&world).await;
        assert_eq!(refused.status, throttled.status, "{vendor:?}: {}", refused.body);
        // The machine's clock runs on, and a window ends by whichever clock has passed it first.
        let wait = |answer: &Answer| {
            let (header, _) = throttled.wait?;
            Some(answer.header(header).parse::<u64>().expect("a number"))
        };
        if let (Some(wait), Some((_, second))) = (wait(&refused), throttled.wait) {
            assert!((54 * second..=60 * second).contains(&wait), "{vendor:?}: {:?}", refused.headers);
        } else {
            assert_eq!(refused.header("retry-after"), "", "{vendor:?}");
        }
        if let Some((member, code)) = throttled.code {
            assert_eq!(refused.json()[member], code, "{vendor:?}");
        }
        world.admin("POST", "clock/advance", &json!({ "by": "59s" })).await;
        let refused = vendor.ask(&world).await;
        assert_eq!(refused.status, throttled.status, "{vendor:?}");
        if let (Some(wait), Some((_, second))) = (wait(&refused), throttled.wait) {
            assert!((1..=second).contains(&wait), "{vendor:?}: {:?}", refused.headers);
        }
        world.admin("POST", "clock/advance", &json!({ "by": "1s" })).await;
        assert!(vendor.ask(&world).await.status < 300, "{vendor:?}: the next window");
        world.admin("DELETE", &format!("faults/{id}"), &NOTHING).await;
    }
}

#[tokio::test]
async fn chance_is_drawn_from_the_seed_so_a_reset_world_fails_on_the_same_requests() {
    let yaml = format!(
        "{VECTORS}seed: 5\nfaults: [{{vendor: commubo, when: {{probability: 0.3}}, do: {{status: 500}}}}]\n"
    );
    let mock = Mock::of(&yaml).await;
    let world = mock.default_world().await;
    let mut runs = vec![];
    for _ in 0..2 {
        let mut statuses = vec![];
        for _ in 0..40 {
            statuses.push(world.commubo("").await.status);
        }
        assert!(statuses.contains(&500) && statuses.contains(&200));
        runs.push(statuses);
        world.admin("POST", "reset", &NOTHING).await;
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delay_holds_the_answer_back_and_another_request_does_not_wait() {
    let mock = Mock::embedded("documented").await;
    fault(&mock, json!({ "vendor": "commubo", "do": { "delay": "800ms" } })).await;
    fault(&mock, json!({ "vendor": "commubo", "do": { "delay": "PT0.4S", "error": "internal_error" } }))
        .await;
    let both = Duration::from_millis(1200);
    let started = Instant::now();
    let slow = ask(&mock, "commubo");
    let quick = async {
        let answer = ask(&mock, "sencloud").await;
        assert_eq!(answer.status, 200);
        started.elapsed()
    };
    let (slow, quick) = tokio::join!(slow, quick);
    assert_eq!(slow.outcome(), "commubo.any.internal_error");
    assert!(started.elapsed() >= both, "delays add up");
    assert!(quick < both / 2, "another request waited for {quick:?}");
    let entry = mock.journal().await.into_iter().find(|entry| entry["vendor"] == "commubo");
    let entry = entry.expect("the delayed exchange of commubo is in the journal");
    assert_eq!(
        entry["fault"],
        json!({ "id": "fault-2", "do": { "error": "internal_error", "delay": "400ms" } })
    );
    assert_eq!(entry["faults"][1], json!({ "id": "fault-1", "do": { "delay": "800ms" } }), "both are told");
    assert!(entry["duration_us"].as_u64() >= Some(1_200_000), "{entry}");
}

#[tokio::test]
async fn a_client_that_gives_up_during_a_delay_is_in_the_journal_without_an_answer() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    fault(&mock, json!({ "vendor": "commubo", "do": { "delay": { "median": "10m", "sigma": 0 } } })).await;
    let written = until("it is in the journal", async || world.journal().await.pop());
    // Whoever waits for less than the delay has given up by the time that it is seen.
    let entry = tokio::select! {
        _ = world.commubo("") => panic!("it waits for minutes"),
        entry = written => entry,
    };
    assert_eq!((&entry["response"]["status"], &entry["response"]["finished"]), (&NOTHING, &json!(false)));
    assert_eq!(entry["fault"]["do"], json!({ "delay": { "median": "600s", "sigma": 0.0 } }));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_body_comes_whole_but_at_its_pace() {
    let mock = Mock::of(VECTORS).await;
    let whole = ask_raw_body(&mock);
    fault(&mock, json!({ "vendor": "commubo", "do": { "slow_body": { "bytes_per_second": whole.len() } } }))
        .await;
    let started = Instant::now();
    assert_eq!(ask_raw_body(&mock), whole);
    assert!(started.elapsed() >= Duration::from_millis(900), "a second for the whole, within rounding");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_head_of_a_slow_body_and_its_first_bytes_come_at_once() {
    let mock = Mock::of(VECTORS).await;
    fault(&mock, json!({ "vendor": "commubo", "do": { "slow_body": { "bytes_per_second": 8 } } })).await;
    let mut stream = TcpStream::connect(mock.address).expect("a connection");
    stream.write_all(list().as_bytes()).expect("sent");
    let (mut got, mut buffer) = (vec![], [0; 1024]);
    // The whole would take minutes.
    while got.windows(4).position(|four| four == b"\r\n\r\n").is_none_or(|at| got.len() < at + 6) {
        let n = stream.read(&mut buffer).expect("more of the answer");
        got.extend_from_slice(&buffer[..n]);
    }
    let (head, body) = parts(&got);
    assert!(head.contains("content-length: "), "it still says how long it is: {head}");
    assert!(body.starts_with(b"[{"));
}

fn ask_raw_body(mock: &Mock) -> Vec<u8> {
    let request = list().replace("Host: x", "Host: x\r\nConnection: close");
    parts(&raw(mock, &request).0).1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_is_a_real_rst() {
    let mock = Mock::embedded("documented").await;
    fault(&mock, json!({ "vendor": "commubo", "do": { "disconnect": "reset" } })).await;
    let (got, ended) = raw(&mock, &list());
    assert_eq!((got.len(), ended), (0, Some(ErrorKind::ConnectionReset)));
    let entry = mock.journal().await.pop().expect("the journal knew before the client did");
    assert_eq!(entry["fault"]["do"], json!({ "disconnect": "reset" }));
    assert_eq!((&entry["response"]["status"], &entry["operation"]), (&NOTHING, &json!("list_calls")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_close_is_a_clean_end_without_an_answer() {
    let mock = Mock::embedded("documented").await;
    fault(&mock, json!({ "vendor": "commubo", "do": { "disconnect": "close" } })).await;
    let (got, ended) = raw(&mock, &list());
    assert_eq!((got.len(), ended), (0, None));
    // With a body too: everything was read, so that the end is no reset.
    fault(&mock, json!({ "vendor": "sencloud", "do": { "disconnect": "close" } })).await;
    let body = "x".repeat(500_000);
    let (got, ended) = raw(
        &mock,
        &format!(
            "POST /v1/shop.Sencloud/ListCallLogs HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
    );
    assert_eq!((got.len(), ended), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_body_ends_in_the_middle_of_what_was_announced() {
    let mock = Mock::embedded("documented").await;
    fault(&mock, json!({ "vendor": "sencloud", "do": { "disconnect": "mid_body" } })).await;
    let (got, ended) =
        raw(&mock, "POST /v1/shop.Sencloud/ListCallLogs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}");
    let (head, body) = parts(&got);
    let announced: usize = head
        .split("content-length: ")
        .nth(1)
        .and_then(|rest| rest.lines().next()?.parse().ok())
        .expect("a length");
    assert!(head.starts_with("http/1.1 404"), "it is the vendor's own answer: {head}");
    assert_eq!((body.len(), ended), (announced.div_ceil(2), None), "half of it, and a clean end");
    let entry = mock.journal().await.pop().expect("an exchange");
    assert_eq!((&entry["response"]["finished"], &entry["response"]["status"]), (&json!(false), &json!(404)));

    // A long list is streamed, its length not announced: the last chunk never comes.
    let yaml = format!("{VECTORS}generate: {{calls: 2000, from: 2018-09-01, to: 2018-09-30}}");
    let long = Mock::of(&yaml).await;
    fault(&long, json!({ "vendor": "commubo", "do": { "disconnect": "mid_body" } })).await;
    let (got, ended) = raw(&long, &list());
    let (head, body) = parts(&got);
    assert!(head.contains("transfer-encoding: chunked") && !body.is_empty(), "{head}");
    assert!(!body.ends_with(b"0\r\n\r\n") && ended.is_none());
    // Nothing to cut: the connection ends instead of an answer.
    let empty = Mock::of(&format!("{VECTORS}readings: {{commubo.error_body: empty}}")).await;
    fault(&empty, json!({ "vendor": "commubo", "do": { "disconnect": "mid_body" } })).await;
    assert_eq!(raw(&empty, "GET /v1/calls HTTP/1.1\r\nHost: x\r\n\r\n"), (vec![], None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_body_that_is_cut_reaches_a_slow_reader_up_to_the_cut() {
    let yaml = format!(
        "{}\ngenerate: {{calls: 300, from: 2018-09-01, to: 2018-09-30}}",
        documented().replace("\ngenerate:", "\n#")
    );
    let mock = Mock::of(&yaml).await;
    fault(&mock, json!({ "vendor": "sencloud", "do": { "disconnect": "mid_body" } })).await;
    let body = r#"{"paging":{"limit":100}}"#;
    let request = format!(
        "POST /v1/shop.Sencloud/ListCallLogs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n\
         Authorization: Bearer 1296121461794938793:MOCKKEY\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(mock.address).expect("a connection");
    stream.write_all(request.as_bytes()).expect("sent");
    let announced = |got: &[u8]| -> usize {
        let length =
            parts(got).0.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.parse().ok());
        length.expect("a length")
    };
    // Everything that will come has come, before a byte is read.
    let mut unread = vec![0; 1 << 20];
    until("the first half of the body lies in the socket", async || {
        let there = stream.peek(&mut unread).expect("something");
        let there = &unread[..there];
        let has_head = there.windows(4).any(|four| four == b"\r\n\r\n");
        (has_head && parts(there).1.len() >= announced(there).div_ceil(2)).then_some(())
    })
    .await;
    let mut got = vec![];
    assert!(stream.read_to_end(&mut got).is_ok());
    assert!(announced(&got) > 20_000, "{}", announced(&got));
    assert_eq!(parts(&got).1.len(), announced(&got).div_ceil(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_malformed_chunk_follows_a_good_one() {
    let mock = Mock::embedded("documented").await;
    for vendor in ["commubo", "sencloud"] {
        fault(&mock, json!({ "vendor": vendor, "do": { "disconnect": "bad_chunk" } })).await;
    }
    let log = "POST /v1/shop.Sencloud/ListCallLogs HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    for request in [list().as_str(), log] {
        let (got, ended) = raw(&mock, request);
        let (head, body) = parts(&got);
        assert!(head.contains("transfer-encoding: chunked") && !head.contains("content-length"), "{head}");
        let text = String::from_utf8_lossy(&body);
        let (size, rest) = text.split_once("\r\n").expect("a size");
        let size = usize::from_str_radix(size, 16).expect("the first chunk is a good one");
        assert_eq!(&rest[size..], "\r\nthis is not a chunk size\r\n");
        assert_eq!(ended, None);
    }
    // A client's library must see it as the broken answer that it is.
    let world = mock.default_world().await;
    let request = mock
        .request("GET", "/v1/calls")
        .header("x-commubo-tenantId", world.credential("commubo", "tenant_id"));
    let response = request.send().await.expect("the head is good");
    assert!(response.bytes().await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_connection_is_broken_for_http_2_as_well() {
    let mock = Mock::of(VECTORS).await;
    let client = reqwest::Client::builder().no_proxy().http2_prior_knowledge().build().expect("a client");
    for kind in ["reset", "close", "mid_body", "bad_chunk"] {
        let id = fault(&mock, json!({ "vendor": "commubo", "do": { "disconnect": kind } })).await;
        let request = client.get(mock.url("/v1/calls")).header("x-commubo-tenantId", TENANT);
        let whole = match request.header("x-commubo-accessToken", TOKEN).send().await {
            Ok(response) => response.bytes().await.is_ok(),
            Err(_) => false,
        };
        assert!(!whole, "{kind}");
        let _ = send(mock.request("DELETE", &format!("/_mock/faults/{id}"))).await;
    }
    let request = client.get(mock.url("/v1/calls")).header("x-commubo-tenantId", TENANT);
    assert_eq!(
        request.header("x-commubo-accessToken", TOKEN).send().await.expect("an answer").status().as_u16(),
        200
    );
}

#[tokio::test]
async fn what_is_no_fault_says_what_is_and_nothing_is_added() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let with = |action: Value| json!({ "vendor": "commubo", "do": action });
    for (body, expected) in [
        (json!({}), "missing field `vendor`"),
        (json!({ "vendor": "commubo" }), "missing field `do`"),
        (
            json!({ "vendor": "comubo", "do": { "delay": "1s" } }),
            "`vendor` is not right: there is no vendor `comubo`; did you mean `commubo`?",
        ),
        (
            json!({ "vendor": "sencloud", "operation": "list_calls", "do": { "delay": "1s" } }),
            "`operation` is not right: sencloud has no operation `list_calls`",
        ),
        (
            json!({ "vendor": "ccai", "do": { "error": "agent_unavailible" } }),
            "`do.error` is not right: ccai has no error `agent_unavailible`; did you mean `agent_unavailable`?",
        ),
        (
            json!({ "vendor": "alibaba", "do": { "error": "Throtling.User" } }),
            "did you mean `Throttling.User`?",
        ),
        (json!({ "vendor": "ccai", "do": { "error": "" } }), "ccai has no error ``"),
        (
            with(json!({})),
            "`do` is not right: expected one of `error`, `status`, `slow_body`, `rate_limit`, `disconnect`",
        ),
        (with(json!({ "error": "not_found", "status": 500 })), "2 kinds at once"),
        (with(json!({ "body": "x" })), "`headers` and `body` need a `status`"),
        (with(json!({ "status": 99 })), "`do.status` is not right: expected 200 to 599, found 99"),
        (with(json!({ "status": 500, "headers": { "a b": "c" } })), "`a b` cannot be the name of a header"),
        (with(json!({ "status": 500, "headers": { "a": "\n" } })), "the value of `a` is not printable ASCII"),
        (
            with(json!({ "status": 500, "headers": { "Content-Length": "9" } })),
            "`Content-Length` is set by the server",
        ),
        (with(json!({ "delay": "soon" })), "a duration such as `250ms`, or `{median: 250ms, sigma: 0.5}`"),
        (
            with(json!({ "delay": { "median": "1s", "sigma": 9 } })),
            "`do.delay.sigma` is not right: expected 0 to 5",
        ),
        (with(json!({ "slow_body": { "bytes_per_second": 0 } })), "expected 1 or more"),
        (with(json!({ "rate_limit": { "requests": 1, "per": "0s" } })), "expected more than nothing"),
        (
            with(json!({ "disconnect": "rst" })),
            "unknown variant `rst`, expected one of `reset`, `close`, `mid_body`, `bad_chunk`",
        ),
        (with(json!({ "explode": true })), "unknown field `explode`, expected one of `error`"),
        (
            json!({ "vendor": "commubo", "when": {}, "do": { "delay": "1s" } }),
            "`when` is not right: expected one of `nth`, `after`, `every`, `probability`",
        ),
        (
            json!({ "vendor": "commubo", "when": { "nth": 1, "every": 2 }, "do": { "delay": "1s" } }),
            "expected one of `nth`",
        ),
        (
            json!({ "vendor": "commubo", "when": { "nth": 0 }, "do": { "delay": "1s" } }),
            "`when.nth` is not right: expected 1 or more",
        ),
        (
            json!({ "vendor": "commubo", "when": { "probability": 1.5 }, "do": { "delay": "1s" } }),
            "expected 0 to 1, found 1.5",
        ),
        (json!({ "vendor": "commubo", "times": 0, "do": { "delay": "1s" } }), "`times` is not right"),
        (json!({ "vendor": "commubo", "id": "", "do": { "delay": "1s" } }), "`id` is not right"),
    ] {
        let answer = world.admin("POST", "faults", &body).await;
        assert_eq!(
            (answer.status, answer.json()["error"]["code"].as_str()),
            (400, Some("invalid_body")),
            "{body}"
        );
        assert!(message(&answer).contains(expected), "{body}: {}", answer.body);
    }
    assert_eq!(world.admin("GET", "faults", &NOTHING).await.json(), json!({ "faults": [] }));

    let good = json!({ "id": "mine", "vendor": "commubo", "do": { "delay": "1s" } });
    assert_eq!(world.admin("POST", "faults", &good).await.status, 201);
    let twice = world.admin("POST", "faults", &good).await;
    assert_eq!((twice.status, twice.json()["error"]["code"].as_str()), (409, Some("conflict")));
    let missing = world.admin("DELETE", "faults/main", &NOTHING).await;
    assert_eq!(missing.status, 404);
    assert!(message(&missing).contains("there is no fault `main`; did you mean `mine`?"), "{}", missing.body);
}

#[tokio::test]
async fn many_exchanges_with_a_large_injected_body_keep_the_journal_small() {
    let mock = Mock::embedded("documented").await;
    let body = json!(vec![0; 100_000]);
    fault(&mock, json!({ "vendor": "commubo", "do": { "status": 200, "body": body } })).await;
    let whole = ask(&mock, "commubo").await;
    assert_eq!(whole.json(), body);
    let entry = mock.journal().await.pop().expect("an exchange");
    assert_eq!(entry["fault"]["do"], json!({ "status": 200, "body": "(200001 bytes)" }));
    assert_eq!(
        (&entry["response"]["truncated"], &entry["response"]["bytes"]),
        (&json!(true), &json!(200_001))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_without_a_body_cannot_be_cut_so_the_connection_ends_in_its_place() {
    for kind in ["mid_body", "bad_chunk"] {
        let mock = Mock::of(VECTORS).await;
        fault(&mock, json!({ "vendor": "commubo", "do": { "disconnect": kind } })).await;
        assert_eq!(raw(&mock, "HEAD /v1/calls HTTP/1.1\r\nHost: x\r\n\r\n"), (vec![], None), "{kind}");
    }
}

#[tokio::test]
async fn without_debug_headers_a_faults_answer_has_none_either() {
    let mock = Mock::with(VECTORS, Settings { debug_headers: false, ..Settings::default() }).await;
    fault(&mock, json!({ "vendor": "commubo", "do": { "status": 500 } })).await;
    let request = mock.request("GET", "/v1/calls").header("x-commubo-tenantId", TENANT);
    let answer = send(request).await;
    assert_eq!(answer.status, 500);
    assert!(answer.headers.keys().all(|name| !name.as_str().starts_with("x-callmock")));
}

#[tokio::test]
async fn a_client_that_waits_as_it_was_told_gets_through_on_a_clock_that_stands_unless_the_worlds_alone_counts()
 {
    let mock = Mock::of(documented()).await;
    let limit = |clock: &str| json!({ "rate_limit": { "requests": 1, "per": "300ms", "clock": clock } });
    fault(&mock, json!({ "vendor": "ccai", "do": limit("world") })).await;
    fault(&mock, json!({ "vendor": "commubo", "do": limit("either") })).await;
    let status = async |vendor: &str| ask(&mock, vendor).await.status;
    assert_eq!(status("ccai").await, 201);
    assert_eq!(status("ccai").await, 429, "its clock stands");
    // A slow machine's next request may be in the next window.
    until("a client that does not wait is refused", async || (status("commubo").await == 429).then_some(()))
        .await;
    until("a client that waits gets through", async || (status("commubo").await == 200).then_some(())).await;
    assert_eq!(status("ccai").await, 429, "as long as that was by the machine's clock");
}
