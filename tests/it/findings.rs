//! Findings and inferences: what a request says about its client, alone or after those before it.

use std::collections::BTreeSet;

use callmock::vendors;
use serde_json::{Value, json};

use crate::alibaba::page;
use crate::ccai::{CALLS, basic, inbound, outbound, scheduled, with};
use crate::cli::{callmock, file, text};
use crate::client::World;
use crate::commubo::{TENANT, TOKEN};
use crate::mock::{Answer, Mock, send};
use crate::sencloud::{self, KEY, cursor};

/// Twenty-five calls of one day, for every vendor.
const DAY: &str = r#"
callmock: 1
clock: 2024-05-14T12:00:00+08:00
accounts:
  commubo: [{tenant_id: 12345678-90AB-CDEF-1234-567890ABCDEF, access_token: FEDCBA09-8765-4321-FEDC-BA0987654321}]
  ccai: [{subdomain: acme, token: mock-token, outbound_numbers: ["+1 339-219-5276"], inbound_default_number: "+1 339-219-5276", languages: [en]}]
  alibaba: [{access_key_id: testid, access_key_secret: testsecret, instances: [ccc-test]}]
  sencloud: [{api_key: "1296121461794938793:MOCKKEY"}]
agents: [{id: admin, name: Admin, email: admin@somedomain.com}]
customers: [{id: suzuki, name: Suzuki, phones: ["+12051234567"], tickets: ["1"]}]
queues: [{id: lockstar, name: Lock Star, ccai: {menu_id: 9, menu_type: ivr_menu, entry: [ivr, mobile]}}]
generate: {calls: 25, from: 2024-05-14, to: 2024-05-14T11:00:00+08:00, offset: +08:00}
"#;

const REAL: &str = "h7dWq2mZ9sX4vB6nK1pR8tYc";
const NOTHING: Value = Value::Null;

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

/// The rules about CCAI Platform's list of calls.
async fn ccai_lists(mock: &Mock) -> Vec<(&'static str, Answer)> {
    let list =
        async |query: &str| ccai(mock, "GET", &format!("/manager/api/v1/calls{query}"), &NOTHING).await;
    let mut causes = vec![];
    for (id, queries) in [
        ("ccai.unknown_parameter", vec!["?updated_at=2024-05-14T00:00:00Z"]),
        ("ccai.repeated_parameter", vec!["?page=1&page=2"]),
        ("ccai.unknown_sort", vec!["?sort_column=agent_info"]),
        ("ccai.bad_page", vec!["?page=0"]),
        ("ccai.per_over_max", vec!["?per=101"]),
        ("ccai.repeated_page", vec!["?per=9", "?per=9&page=2", "?per=9&page=2"]),
        ("ccai.page_size_changed", vec!["?per=8", "?per=7&page=2"]),
        ("ccai.search_changed", vec!["?per=6&sort_column=rating", "?per=6&page=2&sort_column=status"]),
    ] {
        let mut answers = vec![];
        for query in queries {
            answers.push(list(query).await);
        }
        causes.push((id, answers.pop().expect("an answer")));
    }
    causes
}

async fn paged(mock: &Mock, paging: Value) -> Answer {
    sencloud::list(mock, json!({ "paging": paging })).await
}

/// Each rule that one request, or the last of a few, breaks: its id, and what that request was
/// answered.
async fn causes(mock: &Mock) -> Vec<(&'static str, Answer)> {
    let day = "start=2024-05-14&end=2024-05-15";
    let mut causes = vec![
        ("commubo.unknown_parameter", commubo(mock, &format!("?{day}&expnd=all"), &[]).await),
        ("commubo.body_sent", {
            let request =
                mock.request("GET", &format!("/v1/calls?{day}")).header("x-commubo-tenantId", TENANT);
            send(request.header("x-commubo-accessToken", TOKEN).body("{}")).await
        }),
        ("commubo.same_day", commubo(mock, "?start=2024-05-14&end=2024-05-14", &[]).await),
        ("commubo.unbounded", commubo(mock, "", &[]).await),
        (
            "commubo.authorization_sent",
            commubo(mock, &format!("?{day}"), &[("authorization", "Bearer x")]).await,
        ),
        ("commubo.secret_in_url", commubo(mock, &format!("?{day}&accessToken={TOKEN}"), &[]).await),
        ("commubo.real_looking_key", {
            let headers = [("x-commubo-tenantId", TENANT), ("x-commubo-accessToken", REAL)];
            get(mock, &format!("/v1/calls?{day}"), &headers).await
        }),
        ("commubo.refused_again", {
            commubo(mock, "?start=yesterday", &[]).await;
            commubo(mock, "?start=yesterday", &[]).await
        }),
        (
            "ccai.deprecated_call_type",
            ccai(mock, "POST", CALLS, &with(outbound(), "call_type", json!("OutboundCall"))).await,
        ),
        ("ccai.unknown_key", ccai(mock, "POST", CALLS, &with(outbound(), "agentEmail", json!("x"))).await),
        (
            "ccai.naive_time",
            ccai(mock, "POST", CALLS, &with(scheduled(), "scheduled_at", json!("2030-01-01T09:00:00"))).await,
        ),
        ("ccai.content_type", {
            let request = mock.request("POST", CALLS).header("authorization", basic("acme", "mock-token"));
            send(request.body(outbound().to_string())).await
        }),
        ("ccai.number_as_text", ccai(mock, "POST", CALLS, &with(inbound(), "menu_id", json!("9"))).await),
        ("ccai.two_targets", ccai(mock, "POST", CALLS, &with(outbound(), "ticket_id", json!("1"))).await),
        ("ccai.secret_in_url", ccai(mock, "POST", &format!("{CALLS}?token=abc"), &outbound()).await),
        ("ccai.real_looking_key", {
            let request = mock.request("POST", CALLS).header("authorization", basic("acme", REAL));
            send(request.header("content-type", "application/json").body(outbound().to_string())).await
        }),
        ("ccai.refused_again", {
            let wrong = with(outbound(), "end_user_number", json!("12"));
            ccai(mock, "POST", CALLS, &wrong).await;
            ccai(mock, "POST", CALLS, &wrong).await
        }),
    ];
    causes.extend(ccai_lists(mock).await);
    let created = ccai(mock, "POST", CALLS, &outbound()).await.json()["id"].to_string();
    let flag = format!("{CALLS}/{created}/customer_flag");
    causes.push(("ccai.body_on_get", ccai(mock, "GET", &flag, &json!({})).await));
    causes.push(("ccai.plural_flag", ccai(mock, "PATCH", &flag, &json!({ "repeat_customers": true })).await));
    causes.extend(alibaba_causes(mock).await);
    causes.extend(sencloud_causes(mock).await);
    causes.extend(common_causes(mock).await);
    for vendor in ["commubo", "ccai", "alibaba", "sencloud"] {
        let world = mock.default_world().await;
        let error = match vendor {
            "alibaba" => "ServiceUnavailable",
            "sencloud" => "unavailable",
            _ => "internal_error",
        };
        world.fault(json!({ "vendor": vendor, "do": { "error": error }, "times": 40 })).await;
        // A machine may be so slow that a client which does not wait looks like one that does; not
        // forty times over.
        let id = vendors::catalogues()
            .flat_map(|catalogue| catalogue.findings)
            .find(|finding| finding.id == format!("{vendor}.retried_at_once"));
        let id = id.expect("every vendor has the rule").id;
        let mut answer = ask(&world, vendor).await;
        for _ in 0..39 {
            answer = ask(&world, vendor).await;
            if answer.findings().contains(&id) {
                break;
            }
        }
        causes.push((id, answer));
        world.admin("DELETE", "faults", &NOTHING).await;
    }
    causes
}

/// What is wrong with a request besides what its vendor's own rules are about, the same at every
/// vendor.
async fn common_causes(mock: &Mock) -> Vec<(&'static str, Answer)> {
    let post = |path: &str| mock.request("POST", path).header("content-type", "application/json");
    let at_ccai = || post(CALLS).header("authorization", basic("acme", "mock-token"));
    let at_sencloud = || post(sencloud::PATH).header("authorization", format!("Bearer {KEY}"));
    let at_commubo = |path: &str, token: &str| {
        let request = mock.request("GET", path).header("x-commubo-tenantId", TENANT);
        request.header("x-commubo-accessToken", token)
    };
    let list = "/v1/calls?start=2024-05-14";
    let bearer_at = |path: &str| mock.request("POST", path).header("authorization", "Bearer token");
    vec![
        ("commubo.content_encoding", {
            send(at_commubo(list, TOKEN).header("content-encoding", "gzip").body("x")).await
        }),
        ("commubo.byte_order_mark", send(at_commubo(list, TOKEN).body("\u{feff}{}")).await),
        ("commubo.dirty_credential", send(at_commubo(list, &format!("\"{TOKEN}\""))).await),
        ("commubo.not_emulated", send(at_commubo("/v1/calls/1234567890123456", TOKEN)).await),
        ("ccai.authorization_scheme", send(bearer_at(CALLS)).await),
        ("ccai.content_encoding", send(at_ccai().header("content-encoding", "gzip").body("x")).await),
        ("ccai.byte_order_mark", send(at_ccai().body("\u{feff}{}")).await),
        ("ccai.dirty_credential", {
            send(post(CALLS).header("authorization", basic("acme", "mock-token\n")).body("{}")).await
        }),
        ("ccai.not_emulated", ccai(mock, "GET", &format!("{CALLS}/514"), &NOTHING).await),
        (
            "alibaba.authorization_scheme",
            send(bearer_at("/?Action=ListCallDetailRecords&Version=2020-07-01")).await,
        ),
        ("alibaba.content_encoding", {
            send(mock.request("POST", "/").header("content-encoding", "gzip").body("x")).await
        }),
        ("alibaba.byte_order_mark", send(mock.request("POST", "/").body("\u{feff}x")).await),
        ("alibaba.dirty_credential", page().key("testid ").send(mock).await),
        ("alibaba.not_emulated", page().with("Action", "MakeCall").send(mock).await),
        ("sencloud.authorization_scheme", {
            send(post(sencloud::PATH).header("authorization", basic("a", "b")).body("{}")).await
        }),
        ("sencloud.paging_in_query", {
            let path = format!("{}?limit=2", sencloud::PATH);
            send(post(&path).header("authorization", format!("Bearer {KEY}")).body("{}")).await
        }),
        ("sencloud.unknown_query", {
            let path = format!("{}?limt=2", sencloud::PATH);
            send(post(&path).header("authorization", format!("Bearer {KEY}")).body("{}")).await
        }),
        ("sencloud.zero_time", {
            sencloud::list(mock, json!({ "filter": { "date_from": "0001-01-01T00:00:00Z" } })).await
        }),
        ("sencloud.content_encoding", send(at_sencloud().header("content-encoding", "gzip").body("x")).await),
        ("sencloud.byte_order_mark", send(at_sencloud().body("\u{feff}{}")).await),
        ("sencloud.dirty_credential", {
            send(post(sencloud::PATH).header("authorization", format!("Bearer '{KEY}'")).body("{}")).await
        }),
        ("sencloud.not_emulated", {
            let path = "/v1/shop.Sencloud/CreateExtension";
            send(post(path).header("authorization", format!("Bearer {KEY}")).body("{}")).await
        }),
    ]
}

async fn ask(world: &World<'_>, vendor: &str) -> Answer {
    match vendor {
        "commubo" => world.commubo("?start=2024-05-14").await,
        "ccai" => world.ccai("POST", "calls", &inbound()).await,
        "alibaba" => world.alibaba(&[("Format", "JSON"), ("StartTime", "1715616000000")]).await,
        "sencloud" => world.sencloud(&json!({})).await,
        other => panic!("{other}"),
    }
}

async fn alibaba_causes(mock: &Mock) -> Vec<(&'static str, Answer)> {
    let day = || page().with("Format", "JSON").with("StartTime", "1715616000000");
    let small = || day().with("PageSize", "2");
    let now = crate::alibaba::now();
    let off = (now - chrono::TimeDelta::minutes(5)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let many = Mock::of(&DAY.replace("calls: 25", "calls: 150")).await;
    vec![
        ("alibaba.unknown_parameter", day().with("contactType", "Inbound").send(mock).await),
        ("alibaba.page_past_end", {
            small().send(mock).await;
            small().with("PageNumber", "14").send(mock).await
        }),
        (
            "alibaba.total_beyond_reach",
            day().with("PageSize", "1").with("PageNumber", "100").send(&many).await,
        ),
        ("alibaba.small_pages", small().send(mock).await),
        ("alibaba.repeated_page", {
            // The two walks that the requests above began have not had page 2.
            for _ in 0..2 {
                small().with("PageNumber", "2").send(mock).await;
            }
            small().with("PageNumber", "2").send(mock).await
        }),
        ("alibaba.search_changed", {
            let ascending = |number: &str| small().with("SortOrder", "ASC").with("PageNumber", number);
            ascending("1").send(mock).await;
            small().with("SortOrder", "DESC").with("PageNumber", "2").send(mock).await
        }),
        ("alibaba.page_size_changed", day().with("PageSize", "3").with("PageNumber", "2").send(mock).await),
        ("alibaba.time_unit", page().with("Format", "JSON").with("StartTime", "1715616000").send(mock).await),
        ("alibaba.default_range", page().with("Format", "JSON").send(mock).await),
        ("alibaba.clock_off", day().time(&off).send(mock).await),
        ("alibaba.nonce_reused", {
            day().nonce("once").send(mock).await;
            day().nonce("once").send(mock).await
        }),
        ("alibaba.format_left_out", page().with("StartTime", "1715616000000").send(mock).await),
        ("alibaba.secret_in_url", day().with("AccessKeySecret", "testsecret").send(mock).await),
        ("alibaba.real_looking_key", day().key("LTAI5tQzX3w7Kp9Rm2Vb").send(mock).await),
        ("alibaba.refused_again", {
            day().with("PageSize", "many").send(mock).await;
            day().with("PageSize", "many").send(mock).await
        }),
    ]
}

async fn sencloud_causes(mock: &Mock) -> Vec<(&'static str, Answer)> {
    let list = |body: Value| sencloud::list(mock, body);
    let first = paged(mock, json!({ "limit": 10 })).await;
    let next = cursor(&first, "next");
    let second = paged(mock, json!({ "limit": 10, "after": next })).await;
    let prev = cursor(&second, "prev");
    let other = list(json!({ "filter": { "direction": "in" }, "paging": { "limit": 2 } })).await;
    vec![
        ("sencloud.repeated_page", paged(mock, json!({ "limit": 10, "after": next })).await),
        ("sencloud.top_level_extension_ids", list(json!({ "extension_ids": ["101"] })).await),
        ("sencloud.unknown_key", list(json!({ "filter": { "directon": "in" } })).await),
        ("sencloud.prev_in_after", paged(mock, json!({ "limit": 10, "after": prev })).await),
        ("sencloud.page_past_end", {
            // A cursor of a place from which nothing more is in the range asked for.
            let filter = json!({ "date_from": "2024-05-14T00:00:00+08:00" });
            let all = list(json!({ "filter": filter, "paging": { "limit": 100 } })).await;
            assert_eq!(cursor(&all, "next"), "");
            let none = json!({ "date_from": "2030-01-01T00:00:00Z" });
            list(json!({ "filter": none, "paging": { "limit": 10, "after": cursor(&second, "next") } })).await
        }),
        (
            "sencloud.filter_changed",
            list(json!({ "filter": { "direction": "out" }, "paging": { "after": cursor(&other, "next") } }))
                .await,
        ),
        ("sencloud.limit_over_100", paged(mock, json!({ "limit": 1000 })).await),
        ("sencloud.both_cursors", paged(mock, json!({ "after": next, "before": next })).await),
        ("sencloud.sort_with_cursor", paged(mock, json!({ "after": next, "sort": "created_at" })).await),
        ("sencloud.naive_time", list(json!({ "filter": { "date_from": "2024-05-14T00:00:00" } })).await),
        ("sencloud.unset_enum", list(json!({ "filter": { "call_state": "unknown" } })).await),
        ("sencloud.secret_in_url", {
            let request = mock.request("POST", &format!("{}?api_key=MOCKKEY", sencloud::PATH));
            let request = request.header("content-type", "application/json").body("{}");
            send(request.header("authorization", format!("Bearer {KEY}"))).await
        }),
        ("sencloud.real_looking_key", {
            let request = mock.request("POST", sencloud::PATH).header("content-type", "application/json");
            send(request.header("authorization", format!("Bearer 1296121461794938793:{REAL}")).body("{}"))
                .await
        }),
        ("sencloud.refused_again", {
            paged(mock, json!({ "limit": -1 })).await;
            paged(mock, json!({ "limit": -1 })).await
        }),
    ]
}

#[tokio::test]
async fn each_rule_is_broken_by_what_it_is_named_after_and_no_rule_is_without_a_cause() {
    let mock = Mock::of(DAY).await;
    let answers = causes(&mock).await;
    for (id, answer) in &answers {
        assert!(
            answer.findings().contains(id),
            "{id}: {:?} {} {}",
            answer.findings(),
            answer.status,
            answer.body
        );
    }
    let caused: BTreeSet<&str> = answers.iter().map(|(id, _)| *id).collect();
    // What shows only from what follows, or takes a clock, has tests of its own below.
    let elsewhere = ["paging_stopped_early", "retry_after_ignored"];
    let without: Vec<&str> = vendors::catalogues()
        .flat_map(|catalogue| catalogue.findings)
        .map(|finding| finding.id)
        .filter(|id| !caused.contains(id) && !elsewhere.iter().any(|name| id.ends_with(name)))
        .collect();
    assert_eq!(without, [""; 0]);
    assert!(vendors::catalogues().flat_map(|catalogue| catalogue.findings).count() >= 20);
    for finding in vendors::catalogues().flat_map(|catalogue| catalogue.findings) {
        assert!(!finding.why.is_empty() && !finding.fix.is_empty(), "{}", finding.id);
    }
}

#[tokio::test]
async fn a_client_that_does_everything_right_causes_no_finding() {
    let mock = Mock::of(DAY).await;
    let day = "?start=2024-05-14&end=2024-05-15&expand=all";
    let mut answers = vec![commubo(&mock, day, &[]).await, commubo(&mock, day, &[]).await];
    for body in [outbound(), inbound(), with(scheduled(), "scheduled_at", json!("2030-01-01T09:00:00Z"))] {
        answers.push(ccai(&mock, "POST", CALLS, &body).await);
    }
    for number in ["1", "2", "3"] {
        let page = page().with("Format", "JSON").with("StartTime", "1715616000000").with("PageSize", "10");
        answers.push(page.with("PageNumber", number).send(&mock).await);
    }
    let mut paging = json!({ "limit": 10 });
    loop {
        let answer = paged(&mock, paging.clone()).await;
        paging["after"] = cursor(&answer, "next").into();
        answers.push(answer);
        if paging["after"] == "" {
            break;
        }
    }
    for answer in &answers {
        assert!(answer.status < 300, "{}", answer.body);
        assert_eq!(answer.findings(), [""; 0], "{}", answer.body);
    }
    assert_eq!(mock.get("/_mock/findings").await.json(), json!({ "findings": [] }));
    let coverage = mock.get("/_mock/coverage").await.json();
    let inferred: Vec<&str> =
        coverage["inferences"].as_array().unwrap().iter().map(|i| i["id"].as_str().unwrap()).collect();
    let expected = [
        "alibaba.next_page_asked",
        "alibaba.walked_to_end",
        "sencloud.next_page_asked",
        "sencloud.walked_to_end",
    ];
    assert_eq!(inferred, expected);
}

#[tokio::test]
async fn an_unknown_name_is_told_with_the_nearest_right_one() {
    let mock = Mock::of(DAY).await;
    commubo(&mock, "?strat=2024-05-14&token2=x", &[]).await;
    let exchange = &mock.journal().await[0];
    let detail = |text: &str| json!({ "id": "commubo.unknown_parameter", "detail": text });
    assert_eq!(exchange["details"][0], detail("`strat`; did you mean `start`?"));
    assert_eq!(exchange["details"][1], detail("`token2`"), "the second one, to which nothing is near");
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
    let mock = Mock::of(DAY).await;
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
    let mock = Mock::of(DAY).await;
    for (vendor, retry) in [("commubo", true), ("ccai", true), ("alibaba", true), ("sencloud", false)] {
        let world = mock.fork(json!({})).await;
        world
            .fault(json!({ "vendor": vendor, "do": { "rate_limit": { "requests": 1, "per": "1h" } } }))
            .await;
        ask(&world, vendor).await;
        ask(&world, vendor).await;
        let early = ask(&world, vendor).await;
        let ignored = format!("{vendor}.retry_after_ignored");
        // Sencloud never says when to come back.
        assert_eq!(early.findings().contains(&ignored.as_str()), retry, "{vendor}: {:?}", early.findings());
        world.admin("POST", "clock/advance", &json!({ "by": "1h" })).await;
        let answer = ask(&world, vendor).await;
        assert!(answer.status < 300 && !answer.findings().contains(&ignored.as_str()), "{}", answer.body);
        let inferred = world.journal().await.pop().expect("an exchange")["inferences"].take();
        let expected = if retry {
            json!([format!("{vendor}.waited_for_retry_after"), format!("{vendor}.retried")])
        } else {
            json!([format!("{vendor}.retried")])
        };
        assert_eq!(inferred, expected, "{vendor}");
    }
}

#[tokio::test]
async fn a_refused_signature_or_token_that_is_corrected_is_given_credit() {
    let mock = Mock::of(DAY).await;
    let day = || page().with("Format", "JSON").with("StartTime", "1715616000000");
    assert_eq!(day().secret("wrong").send(&mock).await.status, 400);
    assert_eq!(day().send(&mock).await.status, 200);
    let wrong = [("x-commubo-tenantId", TENANT), ("x-commubo-accessToken", "wrong")];
    assert_eq!(get(&mock, "/v1/calls?start=2024-05-14", &wrong).await.status, 403);
    assert_eq!(commubo(&mock, "?start=2024-05-14", &[]).await.status, 200);
    let inferred = mock.get("/_mock/coverage").await.json()["inferences"].take();
    let once = |id: &str| json!({ "id": id, "count": 1 });
    assert_eq!(inferred, json!([once("alibaba.credential_corrected"), once("commubo.credential_corrected")]));
}

#[tokio::test]
async fn two_clients_that_walk_one_list_at_a_time_and_two_tests_that_make_one_mistake_are_no_repetition() {
    let mock = Mock::of(DAY).await;
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
    let mock = Mock::of(DAY).await;
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
        let again = sencloud::list(&mock, body).await;
        after = cursor(&again, "next");
        assert_eq!(again.findings(), [""; 0]);
        assert_eq!(day(number).send(&mock).await.findings(), [""; 0]);
    }
    assert_eq!(mock.get("/_mock/findings").await.json(), json!({ "findings": [] }));
}

#[tokio::test]
async fn pages_in_any_order_probes_polls_and_looking_around_are_no_mistakes() {
    let mock = Mock::of(DAY).await;
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
    let mock = Mock::of(DAY).await;
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
    let mock = Mock::of(&DAY.replace("sencloud: [", "sencloud: [{api_key: \"7:MOCK\"}, ")).await;
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
    let mock = Mock::of(DAY).await;
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
    let mock = Mock::of(&DAY.replace("FEDCBA09-8765-4321-FEDC-BA0987654321", "2024")).await;
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
    let mock = Mock::of(DAY).await;
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
