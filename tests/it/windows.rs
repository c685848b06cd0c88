//! Findings about a client that asks for lists again and again while the clock moves on: stretches of
//! time that it leaves out, records that it cannot have seen, pages that it lost.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::ccai::{ask, create, outbound};
use crate::mock::{Mock, list_at, send, text_at};
use crate::vendor::scenario;
use crate::{alibaba, commubo, sencloud};

/// Calls of several days, held by every vendor.
async fn days(more: &str) -> Mock {
    let generate = "generate: {calls: 2000, from: 2024-05-14, to: 2024-05-19, offset: +00:00}";
    Mock::of(&scenario("2024-05-14T00:00:00Z", &format!("{generate}\n{more}"))).await
}

fn hour(hours: i64) -> DateTime<Utc> {
    "2024-05-14T00:00:00Z".parse::<DateTime<Utc>>().expect("a time") + TimeDelta::hours(hours)
}

fn text(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

async fn at(mock: &Mock, hours: i64) {
    let set = json!({ "mode": "fixed", "now": text(hour(hours)) }).to_string();
    assert_eq!(send(mock.request("PUT", "/_mock/clock").body(set)).await.status, 200);
}

/// A page of Alibaba's list of some hours.
fn page(from: i64, to: i64, number: usize, size: usize) -> alibaba::Call {
    alibaba::page()
        .with("Format", "JSON")
        .with("PageSize", &size.to_string())
        .with("PageNumber", &number.to_string())
        .with("StartTime", &hour(from).timestamp_millis().to_string())
        .with("EndTime", &hour(to).timestamp_millis().to_string())
}

/// Walks through the list of some hours at a vendor. Commubo has whole days of Japan, which these
/// hours are in.
async fn walk(mock: &Mock, vendor: &str, (from, to): (i64, i64)) {
    match vendor {
        "alibaba" => {
            let first = page(from, to, 1, 100).send(mock).await.json();
            let total = first["Data"]["TotalCount"].as_u64().expect("a number");
            for number in 2..=total.div_ceil(100) {
                page(from, to, usize::try_from(number).expect("small"), 100).send(mock).await;
            }
        }
        "sencloud" => {
            let filter = json!({ "date_from": text(hour(from)), "date_to": text(hour(to)) });
            let mut after = ".".to_owned();
            while !after.is_empty() {
                let paging = json!({ "limit": 20, "after": after });
                let answer = sencloud::list(mock, json!({ "filter": filter, "paging": paging })).await;
                after = sencloud::cursor(&answer, "next");
            }
        }
        _ => {
            let day = |hours: i64| (hour(hours) + TimeDelta::hours(9)).format("%Y-%m-%d");
            let query = format!("?start={}&end={}", day(from), day(to - 1 + 24));
            assert_eq!(commubo::list(mock, &query).await.status, 200);
        }
    }
}

/// The findings of a world's client.
async fn found(mock: &Mock) -> BTreeSet<String> {
    let found = mock.get("/_mock/findings").await.json();
    list_at(&found, "/findings").iter().map(|found| text_at(found, "/id").to_owned()).collect()
}

/// The details of a finding, of the exchange that it is about.
async fn detail(mock: &Mock, id: &str) -> String {
    let coverage = mock.get("/_mock/coverage").await.json();
    let exchanges = list_at(&coverage, "/exchanges").to_vec();
    let details =
        exchanges.iter().flat_map(|exchange| exchange["details"].as_array().cloned().unwrap_or_default());
    let mut of_it = details.filter(|detail| detail["id"] == id);
    of_it
        .next()
        .map_or_else(|| panic!("{id} has no exchange"), |detail| text_at(&detail, "/detail").to_owned())
}

fn ids(expected: &[&str]) -> BTreeSet<String> {
    expected.iter().map(|&id| id.to_owned()).collect()
}

const LISTS: [&str; 3] = ["alibaba", "sencloud", "commubo"];

#[tokio::test]
async fn a_stretch_of_time_that_no_window_covers_is_named() {
    for vendor in LISTS {
        let mock = days("").await;
        // Days that are over, of which one is left out.
        for day in [0, 1, 3, 4] {
            at(&mock, 24 * day + 48).await;
            walk(&mock, vendor, (24 * day - 9, 24 * day + 15)).await;
        }
        let gap = format!("{vendor}.window_gap");
        assert_eq!(found(&mock).await, ids(&[&gap]));
        let detail = detail(&mock, &gap).await;
        let expected = "nothing from 2024-05-15T15:00:00Z to 2024-05-16T15:00:00Z was asked for; the window of \
                        2024-05-19T00:00:00Z begins after it";
        assert_eq!(detail, expected, "{vendor}");
    }
}

#[tokio::test]
async fn windows_that_touch_are_told_if_records_come_later_than_that() {
    for vendor in ["alibaba", "sencloud"] {
        let mock = days("").await;
        for run in 1..=12 {
            at(&mock, run).await;
            walk(&mock, vendor, (run - 1, run)).await;
        }
        let no_overlap = format!("{vendor}.no_overlap");
        assert_eq!(found(&mock).await, ids(&[&no_overlap]));
        let detail = detail(&mock, &no_overlap).await;
        assert!(detail.starts_with("records came up to "), "{detail}");
        assert!(detail.contains(" goes back 0 s before the last request"), "{detail}");
    }
    // In the evening in Japan commubo is asked for that day, and never for it again.
    let mock = days("").await;
    for day in 0..5 {
        at(&mock, 24 * day + 12).await;
        walk(&mock, "commubo", (24 * day, 24 * day + 13)).await;
    }
    assert_eq!(found(&mock).await, ids(&["commubo.no_overlap"]));
}

#[tokio::test]
async fn a_record_that_was_shown_unfinished_and_never_again_is_told() {
    for vendor in ["alibaba", "sencloud"] {
        let mock = days("revisions: {recording: 5h}").await;
        for run in 3..=16 {
            at(&mock, run).await;
            // Hours that have been over for two: all calls are there, their recordings are not.
            walk(&mock, vendor, (run - 3, run - 2)).await;
        }
        let never_reread = format!("{vendor}.never_reread");
        assert_eq!(found(&mock).await, ids(&[&never_reread]));
        let detail = detail(&mock, &never_reread).await;
        assert!(
            detail.contains("were shown before something came and never after it; the first at "),
            "{detail}"
        );
    }
}

#[tokio::test]
async fn a_client_that_looks_back_and_one_that_looks_here_and_there_cause_no_finding() {
    for vendor in LISTS {
        let mock =
            days("arrival: {delay: {median: 30s, p99: 10m}}\nrevisions: {recording: 2h, rating: 3h}").await;
        for run in 1..=20 {
            at(&mock, 3 * run).await;
            walk(&mock, vendor, (3 * run - 24, 3 * run)).await;
        }
        assert_eq!(found(&mock).await, ids(&[]), "{vendor} looks back");
        let mock = days("").await;
        at(&mock, 120).await;
        for from in [0, 60, 30, 5, 90, 48] {
            walk(&mock, vendor, (from, from + 5)).await;
        }
        assert_eq!(found(&mock).await, ids(&[]), "{vendor} looks here and there");
        // Hour after hour, and in the night the whole day again.
        let mock = days("").await;
        for run in 1..=60 {
            at(&mock, run).await;
            walk(&mock, vendor, (run - 1, run)).await;
            if run % 24 == 6 {
                walk(&mock, vendor, (run - 30, run)).await;
            }
        }
        assert_eq!(found(&mock).await, ids(&[]), "{vendor} looks again in the night");
    }
}

#[tokio::test]
async fn a_page_that_was_refused_is_made_up_for_by_a_later_walk_of_its_time() {
    for vendor in ["alibaba", "sencloud"] {
        let mock = days("").await;
        at(&mock, 24).await;
        let world = mock.default_world().await;
        let error = if vendor == "alibaba" { "Throttling.User" } else { "unavailable" };
        world.fault(json!({ "vendor": vendor, "when": { "nth": 2 }, "do": { "error": error } })).await;
        if vendor == "alibaba" {
            for number in 1..=2 {
                page(0, 24, number, 100).send(&mock).await;
            }
        } else {
            let filter = json!({ "date_from": text(hour(0)), "date_to": text(hour(24)) });
            let list = async |after: &str| {
                let paging = json!({ "limit": 20, "after": after });
                sencloud::list(&mock, json!({ "filter": filter, "paging": paging })).await
            };
            let first = list(".").await;
            assert_eq!(list(&sencloud::cursor(&first, "next")).await.status, 503);
        }
        assert_eq!(found(&mock).await, ids(&[&format!("{vendor}.page_lost")]));
        // Half of the time is not all of it.
        at(&mock, 25).await;
        walk(&mock, vendor, (12, 25)).await;
        assert_eq!(found(&mock).await, ids(&[&format!("{vendor}.page_lost")]));
        walk(&mock, vendor, (-1, 25)).await;
        assert_eq!(found(&mock).await, ids(&[]), "{vendor}");
    }
}

#[tokio::test]
async fn a_row_that_moved_to_the_next_page_is_told_until_the_list_is_walked_again() {
    let mock = days("").await;
    let walk = async |at: fn(u64) -> TimeDelta| {
        let (mut number, mut pages) = (1, 1);
        while number <= pages {
            let set = json!({ "mode": "fixed", "now": text(hour(12) + at(number)) }).to_string();
            send(mock.request("PUT", "/_mock/clock").body(set)).await;
            let page = page(0, 24, usize::try_from(number).expect("small"), 40);
            let answer = page.with("SortOrder", "DESC").send(&mock).await.json();
            if number == 1 {
                pages = answer["Data"]["TotalCount"].as_u64().expect("a number").div_ceil(40);
            }
            number += 1;
        }
    };
    walk(|number| TimeDelta::minutes(10 * number.cast_signed())).await;
    assert_eq!(found(&mock).await, ids(&["alibaba.row_slid"]));
    let detail = detail(&mock, "alibaba.row_slid").await;
    assert!(detail.starts_with("the first ") && detail.contains(" of a page w"), "{detail}");
    walk(|_| TimeDelta::hours(2)).await;
    assert_eq!(found(&mock).await, ids(&[]));
}

#[tokio::test]
async fn a_created_call_moves_the_rows_of_the_manager_api() {
    let mock = days("").await;
    let list = async |number: usize| {
        let path = format!("/manager/api/v1/calls?per=2&page={number}&sort_column=id&sort_direction=desc");
        let answer = ask(&mock, "GET", &path, "").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    };
    for _ in 0..6 {
        assert_eq!(create(&mock, &outbound()).await.status, 201);
    }
    list(1).await;
    create(&mock, &outbound()).await;
    list(2).await;
    let found: Vec<String> = found(&mock).await.into_iter().filter(|id| id.ends_with("row_slid")).collect();
    assert_eq!(found, ["ccai.row_slid"]);
}

#[tokio::test]
async fn windows_of_a_lost_answer_do_not_count() {
    let mock = days("").await;
    let world = mock.default_world().await;
    for run in 1..=8 {
        at(&mock, run + 24).await;
        // The answer of the fifth is lost after it was made, and nobody asks for it again.
        if run == 5 {
            let lost = json!({ "vendor": "sencloud", "times": 1, "do": { "disconnect": "reset", "after": "handler" } });
            world.fault(lost).await;
            let filter = json!({ "date_from": text(hour(run - 1)), "date_to": text(hour(run)) });
            let request = mock.request("POST", sencloud::PATH).header("content-type", "application/json");
            let request = request.header("authorization", format!("Bearer {}", sencloud::KEY));
            assert!(request.body(json!({ "filter": filter }).to_string()).send().await.is_err());
        } else {
            walk(&mock, "sencloud", (run - 1, run)).await;
        }
    }
    let found = found(&mock).await;
    assert!(found.contains("sencloud.window_gap"), "{found:?}");
    let gap: Value = detail(&mock, "sencloud.window_gap").await.into();
    let expected = "nothing from 2024-05-14T04:00:00Z to 2024-05-14T05:00:00Z was asked for";
    assert!(gap.as_str().is_some_and(|gap| gap.starts_with(expected)), "{gap}");
}
