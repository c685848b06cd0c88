//! Requests that meet each behavior of Sencloud that is not a refusal.

use crate::contract::Step::{Fetch, Keep, Send};
use crate::contract::{Step, ways};

/// Keeps the address of a file from the list of logs.
const ADDRESS: Step =
    Keep { filter: "[.call_logs[].recording_urls[]][0]", request: "POST /v1/shop.Sencloud/ListCallLogs {}" };
/// Keeps the cursor of the second page.
const NEXT: Step =
    Keep { filter: ".paging.next", request: r#"POST /v1/shop.Sencloud/ListCallLogs {"paging":{"limit":2}}"# };
/// Keeps the cursor of the first page, from the second one.
const PREV: Step = Keep {
    filter: ".paging.prev",
    request: r#"POST /v1/shop.Sencloud/ListCallLogs {"paging":{"limit":2,"after":"{kept}"}}"#,
};

ways! {
    "list_call_logs.listed" => "POST /v1/shop.Sencloud/ListCallLogs {}";
    "list_call_logs.empty" => r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"call_number":"0"}}"#;
    "list_call_logs.first_page" => "POST /v1/shop.Sencloud/ListCallLogs {}";
    "list_call_logs.last_page" => r#"POST /v1/shop.Sencloud/ListCallLogs {"paging":{"before":"."}}"#;
    "list_call_logs.next_page" in "busy-day" =>
        [NEXT, Send(r#"POST /v1/shop.Sencloud/ListCallLogs {"paging":{"limit":2,"after":"{kept}"}}"#)];
    "list_call_logs.previous_page" in "busy-day" =>
        [NEXT, PREV, Send(r#"POST /v1/shop.Sencloud/ListCallLogs {"paging":{"limit":2,"before":"{kept}"}}"#)];
    "list_call_logs.paging_in_query" => "POST /v1/shop.Sencloud/ListCallLogs?limit=2 {}";
    "list_call_logs.paging_in_query_ignored" => "POST /v1/shop.Sencloud/ListCallLogs?limit=2 {}";
    "list_call_logs.date_to_exclusive" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"date_to":"2019-08-25T00:00:00+07:00"}}"#;
    "list_call_logs.limit_clamped" => r#"POST /v1/shop.Sencloud/ListCallLogs {"paging":{"limit":101}}"#;
    "list_call_logs.sort_started_at" => "POST /v1/shop.Sencloud/ListCallLogs {}";
    "list_call_logs.sort_created_at" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"paging":{"sort":"-created_at"}}"#;
    "list_call_logs.sort_updated_at" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"paging":{"sort":"-updated_at"}}"#;
    "list_call_logs.ascending" => r#"POST /v1/shop.Sencloud/ListCallLogs {"paging":{"sort":"started_at"}}"#;
    "list_call_logs.descending" => "POST /v1/shop.Sencloud/ListCallLogs {}";
    "list_call_logs.unset_enum" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"direction":"unknown"}}"#;
    "list_call_logs.top_level_extension_ids" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"extension_ids":["101"]}"#;
    "list_call_logs.top_level_ignored" => r#"POST /v1/shop.Sencloud/ListCallLogs {"extension_ids":["101"]}"#;
    "list_call_logs.filter_call_number" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"call_number":"0901234567"}}"#;
    "list_call_logs.filter_call_state" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"call_state":"answered"}}"#;
    "list_call_logs.filter_date_from" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"date_from":"2019-08-24T00:00:00+07:00"}}"#;
    "list_call_logs.filter_date_to" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"date_to":"2019-08-25T00:00:00+07:00"}}"#;
    "list_call_logs.filter_direction" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"direction":"in"}}"#;
    "list_call_logs.filter_extension_ids" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"extension_ids":["1296121461794938101"]}}"#;
    "list_call_logs.filter_hotline_ids" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"hotline_ids":["31"]}}"#;
    "list_call_logs.filter_external_id" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"external_id":"e1"}}"#;
    "list_call_logs.filter_external_session_id" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"external_session_id":"5b6f9a0e-sample"}}"#;
    "list_call_logs.filter_department_id" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"department_id":"1"}}"#;
    "list_call_logs.filter_user_id" => r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"user_id":"77"}}"#;
    "list_call_logs.filter_duration" =>
        r#"POST /v1/shop.Sencloud/ListCallLogs {"filter":{"duration":{"comparison":"equal","value":60}}}"#;
    "fetch_recording.fetched" in "busy-day" => [ADDRESS, Fetch("GET {kept}")];
    "fetch_recording.part" in "busy-day" => [ADDRESS, Fetch("GET {kept}\nRange: bytes=0-999")];
    "fetch_recording.not_modified" in "busy-day" => [ADDRESS, Fetch("GET {kept}\nIf-None-Match: *")];
}
