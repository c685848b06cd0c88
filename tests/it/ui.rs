//! The live page as it is served: what it may load, what it shows without a token, and that one call
//! stands there in the bytes of each vendor's own list. What a browser makes of it is tested in
//! `tests/clients/ui`.

use callmock::server::Settings;
use serde_json::json;

use crate::mock::{Mock, list_at, send, text_at};
use crate::{alibaba, ccai, commubo, sencloud};

const VIEWS: [&str; 4] = ["", "/live", "/calls", "/contract"];

#[tokio::test]
async fn every_view_loads_its_own_style_and_script_and_nothing_else() {
    let mock = Mock::embedded("documented").await;
    let mut whole = 0;
    for part in ["/style.css", "/script.js", "/icon.svg"] {
        let answer = mock.get(&format!("/_mock/ui{part}")).await;
        assert_eq!(answer.status, 200, "{part}");
        whole += answer.body.len();
    }
    for view in VIEWS {
        let answer = mock.get(&format!("/_mock/ui{view}")).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "text/html; charset=utf-8"),
            "{view}"
        );
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"), "{policy}");
        assert_eq!(answer.body.matches("<script").count(), 1, "{view}");
        assert!(!answer.body.contains("<style") && !answer.body.contains(" style=\""), "{view}");
        assert!(!answer.body.contains(" onclick") && !answer.body.contains("javascript:"), "{view}");
        let elsewhere = ["src=\"http", "rel=\"stylesheet\" href=\"http"];
        assert!(elsewhere.iter().all(|link| !answer.body.contains(link)), "{view}");
    }
    assert!(whole < 200_000, "{whole} bytes");
}

#[tokio::test]
async fn the_html_report_has_the_look_of_the_page() {
    let mock = Mock::embedded("documented").await;
    let report = mock.get("/_mock/coverage?format=html").await.body;
    let style =
        report.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>")).expect("a style").0;
    assert!(style.starts_with(":root"), "{style}");
    assert!(mock.get("/_mock/ui/style.css").await.body.starts_with(style));
}

#[tokio::test]
async fn a_browser_at_the_address_itself_is_led_to_the_page() {
    let mock = Mock::embedded("documented").await;
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("a client");
    let answer = client.get(mock.url("/")).header("accept", "text/html").send().await.expect("an answer");
    assert_eq!(answer.headers()["location"], "/_mock/ui");
}

#[tokio::test]
async fn with_a_token_the_page_is_empty_for_who_does_not_send_it() {
    let yaml = include_str!("../../scenarios/documented.yaml");
    let mock =
        Mock::with(yaml, Settings { admin_token: Some("s3cret".to_owned()), ..Settings::default() }).await;
    for view in [&VIEWS[..], &["/calls/commubo-example"]].concat() {
        let path = format!("/_mock/ui{view}");
        let shell = mock.get(&path).await;
        assert_eq!(shell.status, 200, "{view}");
        for secret in ["commubo", "FEDCBA09", "testsecret", "Documented", "documented examples"] {
            assert!(!shell.body.contains(secret), "{view}: {secret}");
        }
        let wrong = send(mock.request("GET", &path).header("authorization", "Bearer wrong")).await;
        assert_eq!(wrong.status, 401, "{view}");
        let right = send(mock.request("GET", &path).header("authorization", "Bearer s3cret")).await;
        assert!(right.status == 200 && right.body.contains("commubo"), "{view}");
    }
}

#[tokio::test]
async fn an_unknown_world_or_call_is_said_and_the_views_of_a_world_are_its_own() {
    let mock = Mock::embedded("documented").await;
    assert_eq!(mock.get("/_mock/ui/live?world=nobody").await.status, 404);
    let beyond = mock.get("/_mock/ui/calls?after=18446744073709551615").await;
    assert_eq!(beyond.status, 200, "{}", beyond.body);
    assert!(mock.get("/_mock/ui/calls/nobody").await.body.contains("There is no call"));
    let made = send(mock.request("POST", "/_mock/worlds").body("{}")).await.json();
    let (id, tenant) = (text_at(&made, "/id"), text_at(&made, "/credentials/commubo/tenant_id"));
    let page = mock.get(&format!("/_mock/ui?world={id}")).await.body;
    assert!(page.contains(tenant) && page.contains(&format!("/_mock/worlds/{id}/clock/advance")), "{page}");
}

#[tokio::test]
async fn the_calls_of_a_span_of_time_are_chosen_and_a_time_that_is_none_is_told() {
    let mock = Mock::embedded("busy-day").await;
    let page = async |query: &str| mock.get(&format!("/_mock/ui/calls?{query}")).await.body;
    let by_times = page("from=2024-05-14T00:00:00Z&to=2024-05-14T01:00:00Z").await;
    let by_offset = page("from=2024-05-14T09:00:00%2B09:00&to=2024-05-14T10:00:00%2B09:00").await;
    let counted = |page: &str| {
        let (before, _) = page.split_once(" calls</span>").expect("the number");
        before.rsplit('>').next().expect("a number").to_owned()
    };
    assert_eq!(counted(&by_times), counted(&by_offset));
    assert_ne!(counted(&by_times), counted(&page("").await));
    assert_eq!(counted(&page("from=2024-05-14").await), counted(&page("from=2024-05-14T00:00:00Z").await));
    let wrong = page("from=yesterday").await;
    assert!(wrong.contains("“yesterday” is no time and was left out: write 2024-05-14T09:00:00Z"), "{wrong}");
    assert_eq!(counted(&wrong), counted(&page("").await));
}

#[tokio::test]
async fn one_call_stands_in_the_bytes_of_each_vendors_own_list() {
    for readings in ["default", "alternate"] {
        let mock = Mock::embedded("extremes").await;
        if readings == "alternate" {
            let mut flipped = serde_json::Map::new();
            for reading in callmock::vendors::readings() {
                // These let the list itself be refused or be another one.
                let is_about_lists = ["commubo.open_range", "commubo.unknown_parameter", "alibaba.skew"];
                if !is_about_lists.contains(&reading.id) {
                    flipped.insert(reading.id.to_owned(), reading.options[1].into());
                }
            }
            let chosen = mock.request("PATCH", "/_mock/readings").body(json!(flipped).to_string());
            let answer = send(chosen).await;
            assert_eq!(answer.status, 200, "{}", answer.body);
        }
        let mut lists = [String::new(), String::new(), String::new(), String::new()];
        lists[0] = commubo::list(&mock, "?start=1900-01-01&expand=all").await.body;
        let ccai = "/manager/api/v1/calls?per=100";
        for number in 1..20 {
            let more = ccai::ask(&mock, "GET", &format!("{ccai}&page={number}"), "").await.body;
            lists[1].push_str(&more);
        }
        for number in 1..20 {
            let page = alibaba::page().with("Format", "JSON").with("PageSize", "100");
            let page = page
                .with("PageNumber", &number.to_string())
                .with("StartTime", "0")
                .with("EndTime", "4102444800000");
            lists[2].push_str(&page.send(&mock).await.body);
        }
        let mut after = ".".to_owned();
        while !after.is_empty() {
            let page = sencloud::list(&mock, json!({ "paging": { "limit": 100, "after": after } })).await;
            assert_eq!(page.status, 200, "{}", page.body);
            lists[3].push_str(&page.body);
            let is_empty = page.json()["call_logs"].as_array().is_none_or(Vec::is_empty);
            after = if is_empty { String::new() } else { sencloud::cursor(&page, "next") };
        }
        let calls = mock.get("/_mock/calls?limit=100000").await.json();
        let (mut compared, names) = ([0; 4], ["commubo", "ccai", "alibaba", "sencloud"]);
        for call in list_at(&calls, "/calls") {
            let id = text_at(call, "/id");
            let path: String = id.bytes().map(|byte| format!("%{byte:02X}")).collect();
            let page = mock.get(&format!("/_mock/ui/calls/{path}")).await.body;
            for (n, name) in names.iter().enumerate() {
                let Some(begin) = page.find(&format!("data-bytes=\"{name}\"")) else { continue };
                let shown = &page[begin..];
                let shown =
                    &shown[shown.find('>').expect("an element") + 1..shown.find("</pre>").expect("its end")];
                let found = lists[n].contains(&unescaped(shown));
                assert!(found, "{readings} {name} {id}: {shown}\n{}", &lists[n][..lists[n].len().min(600)]);
                compared[n] += 1;
            }
        }
        assert!(compared.iter().all(|count| *count > 5), "{readings}: {compared:?}");
    }
}

/// The text of a part of a page.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}
