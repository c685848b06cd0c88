//! A request for each finding of Alibaba Cloud CCC that shows at once.

use super::vendor::mono_recording;
use super::{now, page};
use crate::mock::{Answer, Mock, send};

/// Each finding, with the answer to the request that causes it.
pub async fn answers(mock: &Mock) -> Vec<(&'static str, Answer)> {
    let day = || page().with("Format", "JSON").with("StartTime", "1715616000000");
    let small = || day().with("PageSize", "2");
    let off = (now() - chrono::TimeDelta::minutes(5)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let mut causes = vec![("alibaba.expired_link", expired_link(mock).await)];
    let many = Mock::of(&crate::vendor::day(150)).await;
    causes.extend([
        ("alibaba.unknown_parameter", day().with("contactType", "Inbound").send(mock).await),
        ("alibaba.page_past_end", {
            small().send(mock).await;
            small().with("PageNumber", "14").send(mock).await
        }),
        (
            "alibaba.total_beyond_reach",
            day().with("PageSize", "1").with("PageNumber", "100").send(&many).await,
        ),
        ("alibaba.bad_page", {
            small().with("PageNumber", "0").send(mock).await;
            day().with("PageSize", "100").send(mock).await
        }),
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
        ("alibaba.authorization_scheme", {
            let path = "/?Action=ListCallDetailRecords&Version=2020-07-01";
            send(mock.request("POST", path).header("authorization", "Bearer token")).await
        }),
        ("alibaba.content_encoding", {
            send(mock.request("POST", "/").header("content-encoding", "gzip").body("x")).await
        }),
        ("alibaba.byte_order_mark", send(mock.request("POST", "/").body("\u{feff}x")).await),
        ("alibaba.dirty_credential", page().key("testid ").send(mock).await),
        ("alibaba.not_emulated", page().with("Action", "MakeCall").send(mock).await),
    ]);
    causes
}

/// An address that was good for a minute, an hour later.
async fn expired_link(mock: &Mock) -> Answer {
    let list = page().with("StartTime", "1715616000000").with("PageSize", "100").send(mock).await.json();
    let records = list["Data"]["List"].as_array().expect("a list").clone();
    let recorded = records.iter().find(|record| record["RecordingReady"] == true).expect("a recording");
    let told = mono_recording(recorded["ContactId"].as_str().expect("an id")).with("ExpireSeconds", "60");
    let url = told.send(mock).await.json()["Data"]["FileUrl"].take();
    let path = url.as_str().expect("an address").strip_prefix(&mock.url("")).expect("of this server");
    send(mock.request("POST", "/_mock/clock/advance").body(r#"{"by":"1h"}"#)).await;
    mock.get(path).await
}
