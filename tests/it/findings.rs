//! Findings and inferences: what a request says about its client, alone or after those before it.

use std::collections::BTreeSet;
use std::time::Duration;

use callmock::contract::Recovery;
use serde_json::{Value, json};

use crate::alibaba::page;
use crate::ccai::{CALLS, basic, inbound, outbound, with};
use crate::cli::{callmock, file, text};
use crate::client::World;
use crate::commubo::{TENANT, TOKEN};
use crate::mock::{Answer, Mock, REAL, list_at, send, text_at};
use crate::sencloud::{self, KEY, cursor};
use crate::vendor::{self, TestVendor};

const NOTHING: Value = Value::Null;

/// Twenty-five calls of one day, held by every vendor.
fn day() -> String {
    vendor::day(25)
}

async fn get(mock: &Mock, path: &str, headers: &[(&str, &str)]) -> Answer {
    let request = mock.request("GET", path);
    send(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await
}

async fn commubo(mock: &Mock, query: &str, more: &[(&str, &str)]) -> Answer {
    let mut headers = vec![("x-commubo-tenantId", TENANT), ("x-commubo-accessToken", TOKEN)];
    headers.extend(more);
    get(mock, &format!("/v1/calls{query}"), &headers).await
}

async fn ccai(mock: &Mock, method: &str, path: &str, body: &Value) -> Answer {
    let request = mock.request(method, path).header("authorization", basic("acme", "mock-token"));
    let body = if body.is_null() { String::new() } else { body.to_string() };
    send(request.header("content-type", "application/json").body(body)).await
}

async fn paged(mock: &Mock, paging: Value) -> Answer {
    sencloud::list(mock, json!({ "paging": paging })).await
}

/// The causes of the findings that every vendor has, and that show at once.
async fn common_causes(vendor: &'static dyn TestVendor, mock: &Mock) -> Vec<(String, Answer)> {
    let world = mock.default_world().await;
    let request = || vendor.request(&world, world.credentials(vendor.name()));
    let mut causes = vec![
        ("content_encoding", send(request().header("content-encoding", "gzip").body("x")).await),
        ("byte_order_mark", send(request().body("\u{feff}{}")).await),
        ("secret_in_url", send(request().query(&[("access_token", "abc")])).await),
    ];
    // A failure that passes by itself, and of which the answer does not say when.
    let failure = vendor.served().catalogue().all_refusals().map(|refusal| refusal.behavior.id);
    let failure = failure.filter(|id| id.ends_with("unavailable") && !id.contains("agent_")).last();
    let failure = json!({ "error": failure.expect("a service can be unavailable") });
    world.fault(json!({ "vendor": vendor.name(), "do": failure, "times": 40 })).await;
    // A machine may be so slow that a client which does not wait looks like one that does; not
    // forty times over.
    let at_once = vendor.id("retried_at_once");
    let mut answer = vendor.ask(&world).await;
    for _ in 0..39 {
        answer = vendor.ask(&world).await;
        if answer.findings().contains(&at_once.as_str()) {
            break;
        }
    }
    causes.push(("retried_at_once", answer));
    world.admin("DELETE", "faults", &NOTHING).await;
    causes.into_iter().map(|(what, answer)| (vendor.id(what), answer)).collect()
}

#[tokio::test]
async fn each_rule_is_broken_by_what_it_is_named_after_and_no_rule_is_without_a_cause() {
    for vendor in vendor::ALL {
        let mock = Mock::of(&day()).await;
        let own = vendor.causes(&mock).await.into_iter().map(|(id, answer)| (id.to_owned(), answer));
        let mut answers: Vec<(String, Answer)> = own.collect();
        answers.extend(common_causes(*vendor, &mock).await);
        for (id, answer) in &answers {
            assert!(
                answer.findings().contains(&id.as_str()),
                "{id}: {:?} {} {}",
                answer.findings(),
                answer.status,
                answer.body
            );
        }
        let caused: BTreeSet<&str> = answers.iter().map(|(id, _)| id.as_str()).collect();
        // A client is told to wait in a test of its own below.
        let later = vendor.found_later().iter().copied().chain(["retry_after_ignored"]);
        let later: BTreeSet<String> = later.map(|what| vendor.id(what)).collect();
        let findings = vendor.served().catalogue().findings;
        for id in &later {
            assert!(findings.iter().any(|finding| finding.id == id), "{id} is no finding");
            assert!(!caused.contains(id.as_str()), "{id} shows at once");
        }
        let without: Vec<&str> = findings
            .iter()
            .map(|finding| finding.id)
            .filter(|id| !caused.contains(id) && !later.contains(*id))
            .collect();
        assert_eq!(without, [""; 0], "add a cause to tests/it/{}/causes.rs", vendor.name());
        for finding in findings {
            assert!(!finding.why.is_empty() && !finding.fix.is_empty(), "{}", finding.id);
        }
    }
}

/// The ids of the inferences that a world's coverage has.
async fn inferences(world: &World<'_>) -> BTreeSet<String> {
    let coverage = world.admin("GET", "coverage", &NOTHING).await.json();
    list_at(&coverage, "/inferences").iter().map(|found| text_at(found, "/id").to_owned()).collect()
}

#[tokio::test]
async fn a_client_that_does_everything_right_causes_no_finding() {
    let mock = Mock::of(&day()).await;
    for vendor in vendor::ALL {
        let world = mock.fork(json!({})).await;
        let answers = vendor.careful(&world).await;
        for answer in &answers {
            assert!(answer.status < 300, "{}: {}", vendor.name(), answer.body);
            assert_eq!(answer.findings(), [""; 0], "{}: {}", vendor.name(), answer.body);
        }
        let used: BTreeSet<&str> =
            answers.iter().filter_map(|answer| answer.outcome().split('.').nth(1)).collect();
        let operations = vendor.served().catalogue().operations.iter();
        assert_eq!(used, operations.map(|operation| operation.id).collect(), "{}", vendor.name());
        // It is told to wait, and comes back then, signed anew where requests are signed.
        let limit = json!({ "rate_limit": { "requests": 1, "per": "1h" } });
        world.fault(json!({ "vendor": vendor.name(), "do": limit })).await;
        assert!(vendor.ask(&world).await.status < 300, "{}", vendor.name());
        assert_eq!(vendor.ask(&world).await.status, vendor.throttled().status, "{}", vendor.name());
        world.admin("POST", "clock/advance", &json!({ "by": "1h" })).await;
        assert!(vendor.ask(&world).await.status < 300, "{}", vendor.name());
        let found = world.admin("GET", "findings", &NOTHING).await.json();
        assert_eq!(found, json!({ "findings": [] }), "{}", vendor.name());
        // It did all that can be inferred, but for what takes a mistake.
        let catalogue = vendor.served().catalogue();
        let waits = vendor.throttled().wait.is_some();
        let expected = catalogue.inferences.iter().map(|inference| inference.id);
        let expected = expected
            .filter(|id| *id != catalogue.common.credential_corrected.id)
            .filter(|id| waits || *id != catalogue.common.waited.id);
        assert_eq!(inferences(&world).await, expected.map(str::to_owned).collect(), "{}", vendor.name());
    }
}

#[tokio::test]
async fn an_unknown_name_is_told_with_the_nearest_right_one() {
    let mock = Mock::of(&day()).await;
    commubo(&mock, "?strat=2024-05-14&token2=x", &[]).await;
    let exchange = &mock.journal().await[0];
    let detail = |text: &str| json!({ "id": "commubo.unknown_parameter", "detail": text });
    assert_eq!(exchange["details"][0], detail("`strat`; did you mean `start`?"));
    let second = detail("`token2`; known: `start`, `end`, `expand`");
    assert_eq!(exchange["details"][1], second, "the second one, to which nothing is near");
    page().with("pagenumber", "1").send(&mock).await;
    sencloud::list(&mock, json!({ "filter": { "hotline": [] } })).await;
    ccai(&mock, "POST", CALLS, &with(inbound(), "menuid", json!(1))).await;
    let journal = mock.journal().await;
    for (n, part) in [
        (1, "`pagenumber`; did you mean `PageNumber`?"),
        (2, "`/filter/hotline`; did you mean `hotline_ids`?"),
        (3, "`menuid`; did you mean `menu_id`?"),
    ] {
        let details = journal[n]["details"].as_array().expect("a list");
        assert!(details.iter().any(|detail| detail["detail"] == part), "{details:?}");
    }
}

#[tokio::test]
async fn paging_that_stops_early_shows_in_the_journal_and_in_findings_until_the_rest_is_asked_for() {
    let mock = Mock::of(&day()).await;
    let world = mock.fork(json!({})).await;
    let small = [("Format", "JSON"), ("StartTime", "1715616000000"), ("PageSize", "20")];
    world.alibaba(&small).await;
    let first = world.sencloud(&json!({ "paging": { "limit": 20 } })).await;
    let found = async || {
        let findings = world.admin("GET", "findings", &NOTHING).await.json();
        let list = findings["findings"].as_array().expect("a list").clone();
        list.iter()
            .map(|f| (f["id"].as_str().unwrap().to_owned(), f["exchanges"].clone()))
            .collect::<Vec<_>>()
    };
    let both = [
        ("alibaba.paging_stopped_early".to_owned(), json!([1])),
        ("sencloud.paging_stopped_early".to_owned(), json!([2])),
    ];
    assert_eq!(found().await, both);
    let journal = world.admin("GET", "journal?finding=sencloud.paging_stopped_early", &NOTHING).await.json();
    assert_eq!(journal["exchanges"][0]["seq"], 2);
    assert_eq!(
        journal["exchanges"][0]["details"][0]["detail"],
        "1 page asked for, at least 1 more page left"
    );

    world.alibaba(&[small.as_slice(), &[("PageNumber", "2")]].concat()).await;
    world.sencloud(&json!({ "paging": { "limit": 20, "after": cursor(&first, "next") } })).await;
    assert_eq!(found().await, []);
    // Who has gone to a list's end may look at its first page again: to poll it, or for the total.
    world.alibaba(&small).await;
    assert_eq!(found().await, []);
    // What was begun in a world that is gone is not forgotten.
    let other = [("Format", "JSON"), ("StartTime", "1715616000001"), ("PageSize", "20")];
    world.alibaba(&other).await;
    world.admin("POST", "reset", &NOTHING).await;
    assert_eq!(found().await, []);
    let total = mock.get("/_mock/findings?worlds=all").await.json();
    assert_eq!(total["findings"][0]["id"], "alibaba.paging_stopped_early");
    assert_eq!(total["findings"][0]["count"], 1);
    let gone = mock.fork(json!({})).await;
    gone.alibaba(&small).await;
    gone.alibaba(&small).await;
    assert_eq!(send(mock.request("DELETE", &format!("/_mock/worlds/{}", gone.id()))).await.status, 204);
    let total = mock.get("/_mock/coverage?worlds=all").await.json();
    assert_eq!(total["findings"], json!([{ "id": "alibaba.paging_stopped_early", "count": 2 }]));
    let shown = total["exchanges"].as_array().expect("a list").iter();
    let shown = shown.filter(|exchange| exchange["findings"] == json!(["alibaba.paging_stopped_early"]));
    assert_eq!(shown.count(), 2, "with the exchange of its last page");
}

#[tokio::test]
async fn who_comes_back_too_soon_is_found_and_who_waits_is_given_credit() {
    let mock = Mock::of(&day()).await;
    for vendor in vendor::ALL {
        let world = mock.fork(json!({})).await;
        let limit = json!({ "rate_limit": { "requests": 1, "per": "1h" } });
        world.fault(json!({ "vendor": vendor.name(), "do": limit })).await;
        vendor.ask(&world).await;
        vendor.ask(&world).await;
        let early = vendor.ask(&world).await;
        let ignored = vendor.id("retry_after_ignored");
        let retry = vendor.throttled().wait.is_some();
        assert_eq!(early.findings().contains(&ignored.as_str()), retry, "{vendor:?}: {:?}", early.findings());
        world.admin("POST", "clock/advance", &json!({ "by": "1h" })).await;
        let answer = vendor.ask(&world).await;
        assert!(answer.status < 300 && !answer.findings().contains(&ignored.as_str()), "{}", answer.body);
        let inferred = world.journal().await.pop().expect("an exchange")["inferences"].take();
        let waited = retry.then(|| vendor.id("waited_for_retry_after"));
        let expected: Vec<String> = waited.into_iter().chain([vendor.id("retried")]).collect();
        assert_eq!(inferred, json!(expected), "{vendor:?}");
    }
}

#[tokio::test]
async fn an_injected_answer_that_says_when_to_come_back_is_held_against_every_client() {
    let mock = Mock::of(&day()).await;
    for vendor in vendor::ALL {
        for waits in [false, true] {
            let world = mock.fork(json!({})).await;
            let (header, value) = vendor.wait(3600);
            let refusal = json!({ "status": 429, "headers": { header: value } });
            world.fault(json!({ "vendor": vendor.name(), "times": 1, "do": refusal })).await;
            assert_eq!(vendor.ask(&world).await.status, 429, "{vendor:?}");
            if waits {
                world.admin("POST", "clock/advance", &json!({ "by": "1h" })).await;
            }
            let answer = vendor.ask(&world).await;
            let ignored = vendor.id("retry_after_ignored");
            assert!(answer.status < 300, "{vendor:?}: {}", answer.body);
            assert_eq!(answer.findings().contains(&ignored.as_str()), !waits, "{vendor:?}");
            let inferred = inferences(&world).await;
            assert!(inferred.contains(&vendor.id("retried")), "{vendor:?}: {inferred:?}");
            assert_eq!(inferred.contains(&vendor.id("waited_for_retry_after")), waits, "{vendor:?}");
        }
    }
}

#[tokio::test]
async fn a_refused_credential_that_is_corrected_is_given_credit() {
    for vendor in vendor::ALL {
        // A credential of nobody is refused in the default world.
        for strange in [false, true] {
            let mock = Mock::of(&day()).await;
            let world = mock.default_world().await;
            let wrong =
                if strange { vendor.with_strange_half(&world) } else { vendor.with_wrong_secret(&world) };
            let refused = send(vendor.request(&world, &wrong)).await;
            assert!((400..500).contains(&refused.status), "{vendor:?}: {}", refused.body);
            assert_eq!(inferences(&world).await, BTreeSet::new(), "{vendor:?}");
            assert!(vendor.ask(&world).await.status < 300, "{vendor:?}");
            let corrected = BTreeSet::from([vendor.id("credential_corrected")]);
            assert_eq!(inferences(&world).await, corrected, "{vendor:?}: after {}", refused.outcome());
        }
    }
}

#[test]
fn refusals_that_pass_by_themselves_or_are_about_the_credential_are_marked_as_such() {
    for refusal in vendor::ALL.iter().flat_map(|vendor| vendor.served().catalogue().all_refusals()) {
        let (id, recovery) = (refusal.behavior.id, refusal.behavior.recovery);
        match refusal.behavior.status {
            Some(401) => assert_eq!(recovery, Recovery::Credential, "{id}"),
            Some(429 | 500 | 502..=599) => assert_eq!(recovery, Recovery::Passing, "{id}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn two_clients_that_walk_one_list_at_a_time_and_two_tests_that_make_one_mistake_are_no_repetition() {
    let mock = Mock::of(&day()).await;
    let first = paged(&mock, json!({ "limit": 10 })).await;
    let also_first = paged(&mock, json!({ "limit": 10 })).await;
    for first in [&first, &also_first] {
        let second = paged(&mock, json!({ "limit": 10, "after": cursor(first, "next") })).await;
        assert_eq!(second.findings(), [""; 0]);
    }
    let wrong = commubo(&mock, "?start=yesterday", &[]).await;
    commubo(&mock, "?start=2024-05-14", &[]).await;
    assert_eq!((wrong.status, commubo(&mock, "?start=yesterday", &[]).await.findings()), (406, vec![]));
    // A state that another test changes is no reason to give up.
    mock.default_world().await.admin("PATCH", "agents/admin", &json!({ "state": "unavailable" })).await;
    for _ in 0..2 {
        let refused = ccai(&mock, "POST", CALLS, &outbound()).await;
        assert_eq!((refused.status, refused.findings()), (400, vec![]));
    }
}

#[tokio::test]
async fn a_page_whose_answer_broke_off_and_is_asked_for_again_is_no_repeated_one() {
    let mock = Mock::of(&day()).await;
    let day = |number: &str| {
        let page = page().with("Format", "JSON").with("StartTime", "1715616000000").with("PageSize", "20");
        page.with("PageNumber", number)
    };
    let world = mock.default_world().await;
    let mut after = String::new();
    for number in ["1", "2"] {
        for vendor in ["alibaba", "sencloud"] {
            world.fault(json!({ "vendor": vendor, "times": 1, "do": { "disconnect": "mid_body" } })).await;
        }
        let body = json!({ "paging": { "limit": 20, "after": after } });
        let broken = mock.request("POST", sencloud::PATH).header("content-type", "application/json");
        let broken =
            broken.header("authorization", format!("Bearer {KEY}")).body(body.to_string()).send().await;
        assert!(broken.expect("a head").text().await.is_err(), "the body broke off");
        let broken = day(number).request(&mock).send().await;
        assert!(broken.expect("a head").text().await.is_err(), "the body broke off");
        // Who comes back at once is found for that.
        world.admin("POST", "clock/advance", &json!({ "by": "1m" })).await;
        let again = sencloud::list(&mock, body).await;
        after = cursor(&again, "next");
        assert_eq!(again.findings(), [""; 0]);
        assert_eq!(day(number).send(&mock).await.findings(), [""; 0]);
    }
    assert_eq!(mock.get("/_mock/findings").await.json(), json!({ "findings": [] }));
}

#[tokio::test]
async fn pages_in_any_order_probes_polls_and_looking_around_are_no_mistakes() {
    let mock = Mock::of(&day()).await;
    let day = || page().with("Format", "JSON").with("StartTime", "1715616000000");
    let mut answers = vec![day().with("PageSize", "1").send(&mock).await];
    for number in ["3", "2", "1"] {
        answers.push(day().with("PageSize", "10").with("PageNumber", number).send(&mock).await);
    }
    let first = paged(&mock, json!({ "limit": 10 })).await;
    let next = cursor(&first, "next");
    let second = paged(&mock, json!({ "limit": 10, "after": next })).await;
    let back = paged(&mock, json!({ "limit": 10, "before": cursor(&second, "prev") })).await;
    answers.extend([first, second, back, paged(&mock, json!({ "limit": 10, "after": next })).await]);
    // One list, however its ids are ordered and its times are written.
    let list = |ids: [&str; 2], from: &str, after: &str| {
        let filter = json!({ "hotline_ids": ids, "date_from": from });
        sencloud::list(&mock, json!({ "filter": filter, "paging": { "limit": 2, "after": after } }))
    };
    let first = list(["lockstar", "x"], "2024-05-14T00:00:00+08:00", "").await;
    let after = cursor(&first, "next");
    answers.push(list(["x", "lockstar"], "2024-05-13T16:00:00Z", &after).await);
    for answer in &answers {
        assert_eq!((answer.status, answer.findings()), (200, vec![]), "{}", answer.body);
    }
    let stopped = mock.get("/_mock/findings").await.json();
    let ids: Vec<&Value> = stopped["findings"].as_array().unwrap().iter().map(|found| &found["id"]).collect();
    assert_eq!(ids, ["sencloud.paging_stopped_early"], "the last list, which goes on");
}

#[tokio::test]
async fn a_walk_goes_on_over_a_restore_and_a_list_of_many_is_no_confusion() {
    let mock = Mock::of(&day()).await;
    let world = mock.default_world().await;
    let small = [("Format", "JSON"), ("StartTime", "1715616000000"), ("PageSize", "20")];
    world.alibaba(&small).await;
    let snapshot = world.admin("GET", "snapshot", &NOTHING).await.json();
    world.admin("PUT", "snapshot", &snapshot).await;
    world.alibaba(&[small.as_slice(), &[("PageNumber", "2")]].concat()).await;
    // Four hundred lists of one row beyond the first page each, breadth first.
    let list = |n: usize, after: String| {
        let filter = json!({ "date_from": format!("2024-05-13T00:00:00.{n:03}Z") });
        sencloud::list(&mock, json!({ "filter": filter, "paging": { "limit": 24, "after": after } }))
    };
    let mut cursors = vec![];
    for n in 0..400 {
        cursors.push(cursor(&list(n, String::new()).await, "next"));
    }
    for (n, after) in cursors.into_iter().enumerate() {
        assert_eq!(list(n, after).await.findings(), [""; 0], "{n}");
    }
    assert_eq!(mock.get("/_mock/findings").await.json(), json!({ "findings": [] }));
}

#[tokio::test]
async fn what_one_client_was_refused_is_no_further_try_of_another_nor_of_the_next_test() {
    let mock = Mock::of(&day().replace("sencloud: [", "sencloud: [{api_key: \"7:MOCK\"}, ")).await;
    let world = mock.default_world().await;
    let ask = |key: &str| {
        let request = mock.request("POST", sencloud::PATH).header("content-type", "application/json");
        send(request.header("authorization", format!("Bearer {key}")).body("{}"))
    };
    world.fault(json!({ "vendor": "sencloud", "do": { "error": "unavailable" } })).await;
    assert_eq!(ask("7:MOCK").await.status, 503);
    assert_eq!(ask(KEY).await.findings(), [""; 0], "another client's first try");
    world.admin("DELETE", "faults", &NOTHING).await;
    assert_eq!(ask(KEY).await.findings(), [""; 0], "the fault's test is over");
    // Preflights, looks whether anybody is there, and bodies that were never read are no further
    // tries either.
    let large = |text: &str| {
        let request = mock.request("POST", CALLS).header("authorization", basic("acme", "mock-token"));
        send(request.header("content-type", "application/json").body(text.repeat(2 << 20)))
    };
    for answer in [large("a").await, large("b").await] {
        assert_eq!((answer.status, answer.findings()), (413, vec![]));
    }
    for (method, path) in [("OPTIONS", "/v1/calls"), ("HEAD", "/v1/calls"), ("GET", "/v1/health")] {
        for _ in 0..2 {
            let answer = send(mock.request(method, path)).await;
            assert!(!answer.findings().contains(&"commubo.refused_again"), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_is_said_of_one_request_is_bounded_and_writes_no_report() {
    let mock = Mock::of(&day()).await;
    let names: Vec<String> = (0..5000).map(|n| format!("u{n}=1")).collect();
    commubo(&mock, &format!("?start=2024-05-14&{}", names.join("&")), &[]).await;
    let details = mock.journal().await[0]["details"].clone();
    assert_eq!(details.as_array().expect("a list").len(), 9);
    assert_eq!(details[8]["detail"], "and more");
    let long = "x".repeat(5000);
    sencloud::list(&mock, json!({ long.as_str(): 1, "a\nfinding fake.finding: 1x\u{1b}[31m\u{202e}": 1 }))
        .await;
    let text = mock.get("/_mock/coverage?format=text").await.body;
    assert!(!text.contains(&"x".repeat(500)), "cut");
    assert!(!text.lines().any(|line| line.starts_with("finding fake")), "{text}");
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{text}");
}

#[tokio::test]
async fn names_that_only_sound_like_secrets_are_none_and_unknown_secrets_are_masked_too() {
    let mock = Mock::of(&day().replace("FEDCBA09-8765-4321-FEDC-BA0987654321", "2024")).await;
    let ask = |query: &str| {
        let headers = [("x-commubo-tenantId", TENANT), ("x-commubo-accessToken", "2024")];
        let path = format!("/v1/calls?start=2024-05-14{query}");
        let mock = &mock;
        async move { get(mock, &path, &headers).await }
    };
    for query in ["", "&pageToken=abc", "&next_token=2", "&isSecret=false"] {
        assert!(!ask(query).await.findings().contains(&"commubo.secret_in_url"), "{query}");
    }
    for query in [
        "&access_token=REAL",
        "&x-commubo-accessToken=REAL",
        "&api-key=REAL",
        "&Password=REAL",
        "&whatever=2024",
    ] {
        let answer = ask(&query.replace("REAL", REAL)).await;
        assert!(answer.findings().contains(&"commubo.secret_in_url"), "{query}");
    }
    let signed = page().with("Format", "JSON").with("AccessKeySecret", REAL).send(&mock).await;
    assert!(signed.findings().contains(&"alibaba.secret_in_url"));
    let body = json!({ "token": REAL }).to_string();
    let request = mock.request("POST", CALLS).header("authorization", format!("Token {REAL}"));
    send(request.header("content-type", "application/json").body(body)).await;
    for path in
        ["/_mock/journal", "/_mock/coverage", "/_mock/coverage?format=html", "/_mock/findings?format=sarif"]
    {
        let answer = mock.get(path).await;
        assert!(!answer.body.contains(REAL), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn a_secret_in_a_finding_or_an_example_is_masked() {
    let mock = Mock::of(&day()).await;
    commubo(&mock, &format!("?start=2024-05-14&{TOKEN}=x&key={TOKEN}"), &[]).await;
    sencloud::list(&mock, json!({ "filter": { KEY: "x" } })).await;
    for path in [
        "/_mock/findings",
        "/_mock/journal",
        "/_mock/coverage",
        "/_mock/coverage?format=html",
        "/_mock/coverage?format=text",
        "/_mock/coverage?format=junit",
        "/_mock/findings?format=sarif",
    ] {
        let answer = mock.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains(TOKEN) && !answer.body.contains("MOCKKEY"), "{path}: {}", answer.body);
        assert!(
            path.contains("journal") || answer.body.contains("commubo.secret_in_url"),
            "{path}: {}",
            answer.body
        );
    }
}

#[test]
fn a_scenario_with_a_key_that_looks_real_is_refused_unless_it_says_that_this_is_meant() {
    for account in [
        format!("commubo: [{{tenant_id: t, access_token: {REAL}}}]"),
        format!("ccai: [{{subdomain: acme, token: {REAL}}}]"),
        "alibaba: [{access_key_id: LTAI5tQzX3w7Kp9Rm2Vb, access_key_secret: x, instances: [i]}]".to_owned(),
        format!("sencloud: [{{api_key: \"1296121461794938793:{REAL}\"}}]"),
    ] {
        let check = |allow: &str| {
            let yaml = file("real-key.yaml", &format!("callmock: 1\n{allow}accounts:\n  {account}\n"));
            callmock().arg("check").arg(yaml).output().expect("it runs")
        };
        let refused = check("");
        assert_eq!(refused.status.code(), Some(2), "{account}");
        let said = text(&refused.stderr);
        assert!(said.contains("this looks like a real key") && said.contains("real-key.yaml:3:"), "{said}");
        assert!(!said.contains(REAL), "nor is it shown: {said}");
        assert_eq!(check("allow_real_keys: true\n").status.code(), Some(0), "{account}");
    }
}

#[tokio::test]
async fn the_hint_of_a_refusal_is_the_remedy_of_its_gravest_finding() {
    let mock = Mock::embedded("documented").await;
    let world = mock.default_world().await;
    let key = world.credential("sencloud", "api_key");
    let request = mock.request("POST", &format!("{}?limit=2&zzz=1", sencloud::PATH)).bearer_auth(key);
    let request = request.header("content-type", "application/json");
    let answer = send(request.body(r#"{"paging": {"after": "forged"}}"#)).await;
    assert!(answer.status >= 400, "{}", answer.body);
    assert_eq!(answer.findings(), ["sencloud.paging_in_query", "sencloud.unknown_query"], "{}", answer.body);
    let hint = answer.header("x-callmock-hint");
    let catalogue = vendor::of("sencloud").served().catalogue();
    let gravest = catalogue.findings.iter().find(|finding| finding.id == "sencloud.unknown_query");
    assert!(hint.contains(gravest.expect("a finding").fix), "{hint}");
}

#[tokio::test]
async fn a_finding_about_an_unknown_name_says_which_names_are_right() {
    let mock = Mock::of(&day()).await;
    let detail = async |n: usize| {
        let journal = mock.journal().await;
        text_at(&journal[n], "/details/0/detail").to_owned()
    };
    sencloud::list(&mock, json!({ "filter": { "started_at_from": "2024-05-14T00:00:00Z" } })).await;
    let told = detail(0).await;
    assert!(
        told.starts_with("`/filter/started_at_from`; did you mean `date_from`? Known: `call_number`, "),
        "{told}"
    );
    commubo(&mock, "?start=2024-05-14&_=1", &[]).await;
    assert_eq!(detail(1).await, "`_`; known: `start`, `end`, `expand`");
    ccai(&mock, "POST", CALLS, &with(inbound(), "langg", json!("en"))).await;
    assert!(detail(2).await.starts_with("`langg`; did you mean `lang`?"));
}

#[tokio::test]
async fn a_page_that_was_refused_and_never_asked_for_again_is_named_with_its_refusal() {
    let mock = Mock::of(&day()).await;
    let world = mock.default_world().await;
    world
        .fault(json!({ "vendor": "alibaba", "when": { "nth": 3 }, "do": { "error": "Throttling.User" } }))
        .await;
    let list = |number: usize| {
        let call = page().with("Format", "JSON").with("StartTime", "1715616000000").with("PageSize", "5");
        call.with("PageNumber", &number.to_string())
    };
    for number in 1..=5 {
        list(number).send(&mock).await;
    }
    let told = |coverage: &Value| {
        let exchanges = coverage["exchanges"].as_array().expect("a list").clone();
        let details =
            exchanges.iter().flat_map(|exchange| exchange["details"].as_array().cloned().unwrap_or_default());
        let mut stopped = details.filter(|detail| detail["id"] == "alibaba.page_lost");
        stopped.next().map(|detail| detail["detail"].as_str().expect("text").to_owned())
    };
    let coverage = mock.get("/_mock/coverage").await.json();
    assert_eq!(
        told(&coverage).as_deref(),
        Some("page 3 was refused (Throttling.User) and never asked for again")
    );
    list(3).send(&mock).await;
    assert_eq!(told(&mock.get("/_mock/coverage").await.json()), None);
}

#[tokio::test]
async fn a_cursor_whose_page_was_refused_is_named_too() {
    let mock = Mock::of(&day()).await;
    let world = mock.default_world().await;
    let first = paged(&mock, json!({ "limit": 5 })).await;
    world.fault(json!({ "vendor": "sencloud", "times": 1, "do": { "error": "unavailable" } })).await;
    paged(&mock, json!({ "limit": 5, "after": cursor(&first, "next") })).await;
    let coverage = mock.get("/_mock/coverage").await.body;
    assert!(
        coverage.contains("the next page was refused (unavailable) and never asked for again"),
        "{coverage}"
    );
}

#[tokio::test]
async fn a_retry_with_other_content_that_ignores_retry_after_is_found() {
    let mock = Mock::of(&day()).await;
    let world = mock.default_world().await;
    let limited = json!({ "status": 503, "headers": { "Retry-After": "60" } });
    world.fault(json!({ "vendor": "ccai", "times": 1, "do": limited })).await;
    ccai(&mock, "POST", CALLS, &outbound()).await;
    let changed = with(outbound(), "end_user_number", json!("+1 205-123-4567"));
    let again = ccai(&mock, "POST", CALLS, &changed).await;
    assert!(again.findings().contains(&"ccai.retry_after_ignored"), "{:?}", again.findings());
    let journal = mock.journal().await;
    let told = text_at(&journal[1], "/details/0/detail");
    assert!(told.ends_with(" ms of 60000 ms, with other content"), "{told}");
    // A request of another kind is no retry.
    world
        .fault(json!({ "vendor": "ccai", "times": 1, "do": { "status": 503, "headers": { "Retry-After": "60" } } }))
        .await;
    ccai(&mock, "POST", CALLS, &outbound()).await;
    let other = ccai(&mock, "POST", CALLS, &inbound()).await;
    assert!(!other.findings().contains(&"ccai.retry_after_ignored"), "{:?}", other.findings());
}

/// Sends a vendor's good request, whose answer does not come.
async fn lose(vendor: &'static dyn TestVendor, world: &World<'_>) {
    let request = vendor.request(world, world.credentials(vendor.name()));
    let lost = request.timeout(Duration::from_millis(300)).send().await;
    assert!(lost.is_err(), "{vendor:?}: {lost:?}");
}

#[tokio::test]
async fn a_try_after_a_lost_answer_is_a_retry_whoever_broke_the_connection() {
    let mock = Mock::of(&day()).await;
    for vendor in vendor::ALL {
        for broken in [
            json!({ "disconnect": "reset" }),
            json!({ "disconnect": "close" }),
            json!({ "disconnect": "reset", "after": "handler" }),
            // The client's own patience ends.
            json!({ "delay": "1m" }),
            json!({ "delay": "1m", "after": "handler" }),
        ] {
            let world = mock.fork(json!({})).await;
            world.fault(json!({ "vendor": vendor.name(), "times": 1, "do": broken })).await;
            lose(*vendor, &world).await;
            let again = vendor.ask(&world).await;
            assert!(again.status < 300, "{vendor:?} {broken}: {}", again.body);
            let inferred = inferences(&world).await;
            assert!(inferred.contains(&vendor.id("retried")), "{vendor:?} {broken}: {inferred:?}");
        }
    }
}

#[tokio::test]
async fn a_body_that_was_cut_is_asked_for_again_as_a_retry() {
    let mock = Mock::of(&day()).await;
    for vendor in vendor::ALL {
        let world = mock.fork(json!({})).await;
        world.fault(json!({ "vendor": vendor.name(), "times": 1, "do": { "disconnect": "mid_body" } })).await;
        let request = vendor.request(&world, world.credentials(vendor.name()));
        let head = request.send().await.expect("a head");
        assert!(head.bytes().await.is_err(), "{vendor:?}: the body is cut");
        vendor.ask(&world).await;
        let inferred = inferences(&world).await;
        assert!(inferred.contains(&vendor.id("retried")), "{vendor:?}: {inferred:?}");
    }
}

#[tokio::test]
async fn the_standard_header_says_at_every_vendor_and_with_any_status_when_to_come_back() {
    let mock = Mock::of(&day()).await;
    for vendor in vendor::ALL {
        for status in [403, 429, 503] {
            let world = mock.fork(json!({})).await;
            let refusal = json!({ "status": status, "headers": { "Retry-After": "120" } });
            world.fault(json!({ "vendor": vendor.name(), "times": 1, "do": refusal })).await;
            assert_eq!(vendor.ask(&world).await.status, status, "{vendor:?}");
            let early = vendor.ask(&world).await;
            let ignored = vendor.id("retry_after_ignored");
            assert!(
                early.findings().contains(&ignored.as_str()),
                "{vendor:?} {status}: {:?}",
                early.findings()
            );
        }
    }
}

#[tokio::test]
async fn a_call_that_is_created_again_after_its_answer_was_lost_is_found_and_is_there_twice() {
    let create = async |world: &World<'_>, body: &Value| {
        let body = body.to_string();
        let request = world.request("POST", CALLS).header("content-type", "application/json").body(body);
        let credential = world.credentials("ccai");
        let (user, password) = (text_at(credential, "/subdomain"), text_at(credential, "/token"));
        request.basic_auth(user, Some(password)).timeout(Duration::from_millis(300)).send().await
    };
    for (fault, created) in [
        (json!({ "disconnect": "reset" }), 1),
        (json!({ "disconnect": "reset", "after": "handler" }), 2),
        (json!({ "disconnect": "close", "after": "handler" }), 2),
        (json!({ "disconnect": "mid_body" }), 2),
        (json!({ "delay": "1m" }), 1),
        (json!({ "delay": "1m", "after": "handler" }), 2),
    ] {
        let mock = Mock::of(&day()).await;
        let world = mock.default_world().await;
        world.fault(json!({ "vendor": "ccai", "times": 1, "do": fault })).await;
        let before =
            list_at(&world.admin("GET", "calls?limit=100000", &NOTHING).await.json(), "/calls").len();
        match create(&world, &inbound()).await {
            Ok(head) => assert!(head.bytes().await.is_err(), "{fault}"),
            Err(lost) => assert!(!lost.is_builder(), "{lost}"),
        }
        let again = create(&world, &inbound()).await.expect("an answer");
        assert_eq!(again.status(), 201, "{fault}");
        let found =
            again.headers().get("x-callmock-findings").map(|ids| ids.to_str().expect("ids").to_owned());
        let twice = found.unwrap_or_default().contains("ccai.created_twice");
        assert_eq!(twice, created == 2, "{fault}");
        let after = list_at(&world.admin("GET", "calls?limit=100000", &NOTHING).await.json(), "/calls").len();
        assert_eq!(after - before, created, "{fault}");
    }
}
